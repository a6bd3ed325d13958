"""What every function of this package agrees on: its words, and how a value is checked at the door.

A value that stands alone and is out of range raises. An array has rows: a row that is missing or out
of range becomes NaN at the door, travels through the formulas as NaN, and leaves the other rows alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

Timing: TypeAlias = Literal["start", "mid", "end"]
"""When in its period the margin arrives."""

Customers: TypeAlias = Literal["existing", "new", "atrisk", "certain"]
"""Whether the next payment depends on renewing ("existing", "atrisk") or is certain ("new", "certain")."""

# Exponent of the discount factor of the first payment; each later one stands a whole period further.
FIRST_EXPONENT: Final[Mapping[str, float]] = {"start": 0.0, "mid": 0.5, "end": 1.0}

FIRST_PAYMENT_IS_CERTAIN: Final[Mapping[str, bool]] = {
    "existing": False,
    "new": True,
    "atrisk": False,
    "certain": True,
}


def discount_exponent(timing: Timing) -> float:
    """Periods by which the first payment is discounted: 0 at the start, 0.5 mid-period, 1 at the end."""
    return FIRST_EXPONENT[known_word("timing", timing, FIRST_EXPONENT)]


def first_payment_is_certain(customers: Customers) -> bool:
    """True for new customers, whose first payment does not depend on renewing."""
    return FIRST_PAYMENT_IS_CERTAIN[known_word("customers", customers, FIRST_PAYMENT_IS_CERTAIN)]


def known_word(name: str, word: object, known: Iterable[str]) -> str:
    """Return the word if it is one of the known ones."""
    choices = tuple(known)
    if not isinstance(word, str) or word not in choices:
        listed = ", ".join(f'"{choice}"' for choice in choices)
        raise InputError(f"{name} must be one of {listed}, not {word!r}")
    return word


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The closed interval in which an argument makes sense, and the rule in words."""

    rule: str
    low: float
    high: float
    whole: bool = False
    hint_percent: bool = False
    error: type[InputError | DomainError] = DomainError

    def holds(self, values: FloatArray) -> BoolArray:
        """True where a value lies in the range; NaN never does."""
        inside = (values >= self.low) & (values <= self.high)
        return inside & (values == np.floor(values)) if self.whole else inside

    def holds_everywhere(self, values: FloatArray) -> bool:
        """Tell whether no row is at fault, in two reductions and without a mask per row."""
        if values.size == 0:
            return True
        # A NaN makes both comparisons false.
        inside = bool(values.min() >= self.low and values.max() <= self.high)
        return inside and (not self.whole or bool((values == np.floor(values)).all()))

    def refusal(self, name: str, value: float) -> InputError | DomainError:
        """Build the error that names argument, rule and the value given."""
        percent = self.hint_percent and 1.0 < value <= 100.0
        hint = "; percent typed as whole number?" if percent else ""
        return self.error(f"{name} must be {self.rule}, not {value:.15g}{hint}")


LARGEST: Final = float(np.finfo(np.float64).max)
JUST_ABOVE_ZERO: Final = float(np.nextafter(0.0, 1.0))
JUST_ABOVE_MINUS_ONE: Final = float(np.nextafter(-1.0, 0.0))

FINITE: Final = Range(rule="a finite number", low=-LARGEST, high=LARGEST)
NOT_NEGATIVE: Final = Range(rule="a finite number, 0 or more", low=0.0, high=LARGEST)
POSITIVE: Final = Range(rule="a finite number above 0", low=JUST_ABOVE_ZERO, high=LARGEST)
PROBABILITY: Final = Range(rule="from 0 to 1", low=0.0, high=1.0, hint_percent=True)
RATE: Final = Range(rule="above -1", low=JUST_ABOVE_MINUS_ONE, high=LARGEST)
HORIZON: Final = Range(
    rule="a positive whole number of periods or math.inf", low=1.0, high=np.inf, whole=True, error=InputError
)


def numbers(name: str, value: npt.ArrayLike) -> FloatArray:
    """
    Return the value as float64, checked before it is cast.

    Booleans, text, dates and ragged lists are refused: a cast would turn some of them into numbers.
    """
    # A list goes through objects, because NumPy turns [True, 0.5] into two floats.
    raw: npt.NDArray[Any] = np.asarray(value) if hasattr(value, "dtype") else np.array(value, dtype=object)
    if raw.dtype.kind in "fiu":
        return np.asarray(raw, dtype=np.float64)
    if raw.dtype.kind != "O":
        raise InputError(f"{name} must be a number or an array of numbers, not {raw.dtype} values")
    for item in raw.flat:
        if isinstance(item, bool) or not isinstance(item, Real):
            raise InputError(f"{name} must be a number or an array of numbers, not {item!r}")
    try:
        return raw.astype(np.float64)
    except OverflowError as too_large:
        raise InputError(f"{name} must be a number that fits in a float64") from too_large


def within(name: str, value: npt.ArrayLike, limits: Range) -> FloatArray:
    """Return the numbers with NaN in the rows outside the range; one number outside it raises."""
    values = numbers(name, value)
    if limits.holds_everywhere(values):
        return values
    if values.ndim == 0:
        raise limits.refusal(name, float(values))
    return np.where(limits.holds(values), values, np.nan)


def single(name: str, value: npt.ArrayLike, limits: Range) -> float:
    """Return the one number that an argument shared by all rows must be."""
    values = within(name, value, limits)
    if values.ndim != 0:
        raise InputError(f"{name} must be one number, not an array of shape {values.shape}")
    return float(values)


def common_shape(**arrays: FloatArray) -> tuple[int, ...]:
    """Return the shape that the named arguments share by broadcasting."""
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError as mismatch:
        given = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.ndim)
        raise InputError(f"lengths differ: {given}") from mismatch


def plain(values: npt.ArrayLike) -> FloatArray:
    """Return an array as it is and a 0-d array as a float64 scalar, so that a number in is a number out."""
    answer: FloatArray = np.asarray(values, dtype=np.float64)[()]
    return answer
