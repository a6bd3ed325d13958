"""
Every rate at which cash flows are worth nothing, not the one that a search happens to find.

With :math:`x = 1/(1+r)` the present value is a polynomial in x. Rates of 0 and more are its roots in (0, 1]; negative
rates are roots of the polynomial with its coefficients reversed, in :math:`y = 1 + r`. So no power exceeds 1, however
long the list. Between two roots lies a root of the derivative: a scan that looks at both signs cannot miss a pair of
roots inside one step unless four critical points share it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError
from valuation.lifetime.conventions import FloatArray
from valuation.loyalty.cash_flows import cash_flow_vector

__all__ = ["InternalRates", "internal_rate", "internal_rates"]

LOWEST, HIGHEST = -0.99, 10.0
"""Rates below and above are not looked for: nobody would quote one."""

STEPS = 600
PARTS, ROUNDS = 64, 8
BLOCK = 256
SAME = 1e-6
"""Roots closer than this are one: rounding spreads a triple root that far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalRates:
    """
    The internal rates of return of a list of cash flows.

    Attributes
    ----------
    roots : tuple of float
        Every rate from -99% to 1000% at which the present value is 0, ascending. [1/period]
    sign_changes : int
        How often the cash flows change their sign; there are never more roots above -1 than this. [count]
    """

    roots: tuple[float, ...]
    sign_changes: int


def internal_rates(cash_flows: npt.ArrayLike) -> InternalRates:
    r"""
    All rates at which the present value of cash flows is 0.

    .. math:: \sum_{t=1}^{n} c_t (1+r)^{-t} = 0, \qquad -0.99 < r < 10

    Parameters
    ----------
    cash_flows : array_like, shape (n,)
        The money of each period, negative for what is paid. [currency]

    Returns
    -------
    InternalRates
        The roots, a double one once, and the number of changes of sign.

    Raises
    ------
    DomainError
        If every cash flow is 0, so that every rate would be one, or one is not finite.
    InputError
        If a value is not a number, or there is none.

    Notes
    -----
    The rate does not depend on when in its period the money arrives. Several rates, or none, are not a fault of the
    search: then the present value and the modified rate decide.

    References
    ----------
    .. [1] J. H. Lorie and L. J. Savage, "Three Problems in Rationing Capital," The Journal of Business, vol. 28, no. 4,
       1955: several internal rates.

    Examples
    --------
    >>> tuple(round(rate, 6) for rate in internal_rates([-100, 230, -132]).roots)
    (0.1, 0.2)
    >>> internal_rates([-100, 150, -100])
    InternalRates(roots=(), sign_changes=2)
    """
    flows = cash_flow_vector("cash_flows", cash_flows)
    moved = np.flatnonzero(flows)
    if not moved.size:
        raise DomainError("every cash flow is 0, so that every rate is an internal rate")
    flows = flows[moved[0] : moved[-1] + 1] / np.abs(flows).max()
    signs = np.sign(flows[flows != 0.0])
    changes = int((signs[1:] != signs[:-1]).sum())
    if not changes:
        return InternalRates(roots=(), sign_changes=0)
    falling = 1.0 / _roots(flows, 1.0 / (1.0 + HIGHEST)) - 1.0
    negative = _roots(flows[::-1], 1.0 + LOWEST) - 1.0
    rates = np.sort(np.concatenate([falling, negative]))
    rates = rates[(rates > LOWEST) & (rates < HIGHEST)]
    apart = np.split(rates, np.flatnonzero(np.diff(rates) > SAME) + 1)
    return InternalRates(roots=tuple(float(same.mean()) for same in apart if same.size), sign_changes=changes)


def internal_rate(cash_flows: npt.ArrayLike) -> float:
    """
    The rate at which the present value of cash flows is 0, where there is exactly one.

    Parameters
    ----------
    cash_flows : array_like, shape (n,)
        The money of each period, negative for what is paid. [currency]

    Returns
    -------
    float
        The rate. [1/period]

    Raises
    ------
    DomainError
        If no rate from -99% to 1000% is one, or several are: the message lists them. Also if a cash flow is not finite.
    InputError
        If a value is not a number, or there is none.

    References
    ----------
    .. [1] J. H. Lorie and L. J. Savage, "Three Problems in Rationing Capital," The Journal of Business, vol. 28, no. 4,
       1955.

    Examples
    --------
    >>> print(f"{internal_rate([-100, 60, 60]):.4f}")
    0.1307
    """
    found = internal_rates(cash_flows).roots
    if len(found) == 1:
        return found[0]
    advice = "take the net present value or the modified rate (MIRR) instead"
    if not found:
        raise DomainError(f"cash_flows have no internal rate between {LOWEST:.0%} and {HIGHEST:.0%}; {advice}")
    listed = ", ".join(f"{rate:.6g}" for rate in found)
    raise DomainError(f"cash_flows have {len(found)} internal rates: {listed}; {advice}")


def _roots(coefficients: FloatArray, low: float) -> FloatArray:
    """Roots of a polynomial, constant first, from `low` to 1."""
    slopes = coefficients[1:] * np.arange(1, coefficients.size)
    grid = _grid(low)
    tangents = _refined(slopes, *_brackets(grid, _values(slopes, grid)))
    points = np.union1d(grid, tangents)
    values = _values(coefficients, points)
    values[np.abs(values) <= _noise(coefficients, points)] = 0.0
    between = _refined(coefficients, *_brackets(points, values))
    return np.concatenate([between, _touching(points, values)])


def _grid(low: float) -> FloatArray:
    """Points from `low` to 1, closer and closer towards 1, where long lists have their roots."""
    gaps = np.geomspace(1e-9, 1.0 - low, STEPS)
    return np.unique(np.concatenate([np.linspace(low, 1.0, STEPS), 1.0 - gaps]))


def _brackets(points: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Neighbours of opposite sign, and the sign on the left."""
    signs = np.sign(values)
    left = np.flatnonzero(signs[:-1] * signs[1:] < 0.0)
    return points[left], points[left + 1], signs[left]


def _refined(coefficients: FloatArray, low: FloatArray, high: FloatArray, sign: FloatArray) -> FloatArray:
    """Cut each bracket into parts and keep the one in which the sign changes, until nothing is left of it."""
    each = np.arange(low.size)
    for _ in range(ROUNDS if low.size else 0):
        points = np.linspace(low, high, PARTS + 1, axis=1)
        values = _values(coefficients, points[:, 1:-1].ravel()).reshape(low.size, PARTS - 1)
        left = (values * sign[:, np.newaxis] > 0.0).cumprod(axis=1).sum(axis=1)
        low, high = points[each, left], points[each, left + 1]
    return np.asarray(0.5 * (low + high))


def _touching(points: FloatArray, values: FloatArray) -> FloatArray:
    """The middle of each run of points at which the value is 0: a double root is touched, not crossed."""
    zero = np.flatnonzero(values == 0.0)
    runs = np.split(zero, np.flatnonzero(np.diff(zero) > 1) + 1)
    return np.array([points[run[run.size // 2]] for run in runs if run.size], dtype=np.float64)


def _values(coefficients: FloatArray, points: FloatArray) -> FloatArray:
    """The polynomial at each point, in blocks of powers, so that a long list costs a product of matrices."""
    width = min(coefficients.size, BLOCK)
    blocks = np.pad(coefficients, (0, -coefficients.size % width)).reshape(-1, width)
    leading = points[:, np.newaxis] ** (width * np.arange(len(blocks)))
    return np.asarray(((np.vander(points, width, increasing=True) @ blocks.T) * leading).sum(axis=1))


def _noise(coefficients: FloatArray, points: FloatArray) -> FloatArray:
    """How far from 0 rounding alone may take the value."""
    return np.asarray(4.0 * np.finfo(np.float64).eps * coefficients.size * _values(np.abs(coefficients), points))
