"""
Rates per period: the same rate said per year, quarter, month, week or day.

A year is 12 months, 52 weeks or 365 days here, wherever someone must convert, and never 30 or 365.25 of
anything. Dividing an annual churn by 12 overstates the loss, and multiplying a monthly one by 12 can
exceed 100%: chances compound.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError
from valuation.lifetime.conventions import (
    FINITE,
    PROBABILITY,
    RATE,
    FloatArray,
    Range,
    common_shape,
    known_word,
    numbers,
    plain,
    within,
)

__all__ = ["PERIODS_PER_YEAR", "RateKind", "rate_per_period"]

RateKind: TypeAlias = Literal["effective", "nominal", "retention", "churn"]

PERIODS_PER_YEAR: Final = (1, 2, 4, 12, 52, 365)


def rate_per_period(
    rate: npt.ArrayLike, *, from_per_year: npt.ArrayLike, to_per_year: npt.ArrayLike, kind: RateKind
) -> FloatArray:
    r"""
    The same rate for another length of period.

    With :math:`p` = `from_per_year` / `to_per_year`:

    .. math::

        \text{effective} \; (1+i)^p - 1 \qquad \text{nominal} \; i \, p \qquad
        \text{retention} \; r^p \qquad \text{churn} \; 1 - (1-c)^p

    Parameters
    ----------
    rate : array_like
        Rate for one period of the given length. [1/period]
    from_per_year : array_like
        How many of the periods that `rate` is for make a year: 1, 2, 4, 12, 52 or 365. [periods/year]
    to_per_year : array_like
        How many of the periods that the result is for make a year. [periods/year]
    kind : {"effective", "nominal", "retention", "churn"}
        What the rate is: interest that compounds, interest that is quoted without compounding, the chance
        to stay, or the chance to leave.

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together, one float64 where all are single. NaN in the rows whose own
        inputs are missing or out of range. [1/period]

    Raises
    ------
    DomainError
        If a single value is out of range: an effective rate not above -1, a chance outside 0 to 1, or
        another number of periods in a year.
    InputError
        If a value is not a number, `kind` is unknown, or lengths differ.

    Notes
    -----
    Excel's EFFECT and NOMINAL convert an annual rate only; "effective" here is the same for any two
    lengths of period.

    References
    ----------
    .. [1] S. G. Kellison, "The Theory of Interest," 3rd ed., McGraw-Hill, 2009, ch. 1.

    Examples
    --------
    >>> print(f"{rate_per_period(0.10, from_per_year=1, to_per_year=12, kind='effective'):.8f}")
    0.00797414

    Losing 2% of the customers each month is not 24% a year:

    >>> print(f"{rate_per_period(0.02, from_per_year=12, to_per_year=1, kind='churn'):.4%}")
    21.5283%
    """
    convert, limits = KINDS[known_word("kind", kind, KINDS)]
    value = within("rate", rate, limits)
    given = _per_year("from_per_year", from_per_year)
    wanted = _per_year("to_per_year", to_per_year)
    common_shape(rate=value, from_per_year=given, to_per_year=wanted)
    power = given / wanted
    with np.errstate(all="ignore"):
        # The same length of period gives the same rate to the last digit, which logarithms would not.
        return plain(np.where(power == 1.0, value, convert(value, power)))


def _effective(i: FloatArray, p: FloatArray) -> FloatArray:
    """Keep the digits of a small rate, which (1 + i)^p - 1 loses."""
    return np.asarray(np.expm1(p * np.log1p(i)))


def _nominal(i: FloatArray, p: FloatArray) -> FloatArray:
    """Spread the rate evenly."""
    return np.asarray(i * p)


def _retention(r: FloatArray, p: FloatArray) -> FloatArray:
    """Compound the chance to stay, through the logarithm because NumPy's 1 ** nan is 1."""
    return np.asarray(np.exp(p * np.log(r)))


def _churn(c: FloatArray, p: FloatArray) -> FloatArray:
    """Compound the chance to leave; the stable form keeps a small one's digits."""
    return np.asarray(-np.expm1(p * np.log1p(-c)))


KINDS: Final[Mapping[str, tuple[Callable[[FloatArray, FloatArray], FloatArray], Range]]] = {
    "effective": (_effective, RATE),
    "nominal": (_nominal, FINITE),
    "retention": (_retention, PROBABILITY),
    "churn": (_churn, PROBABILITY),
}


def _per_year(name: str, value: npt.ArrayLike) -> FloatArray:
    """Return the numbers of periods in a year, NaN in the rows that are none of the known ones."""
    values = numbers(name, value)
    known = np.isin(values, PERIODS_PER_YEAR)
    if values.ndim == 0 and not known:
        listed = ", ".join(str(periods) for periods in PERIODS_PER_YEAR)
        raise DomainError(f"{name} must be one of {listed}, not {values:.15g}")
    return np.where(known, values, np.nan)
