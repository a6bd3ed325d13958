"""
Ready-made programs, the loyal kind and the quick kind: cut service or add a fee, and earnings rise while value falls.

A preset moves money at once and retention afterwards. It is data; sizes are the user's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from valuation.errors import DomainError
from valuation.lifetime.conventions import NOT_NEGATIVE, PROBABILITY, FloatArray, known_word, single
from valuation.loyalty.drivers import DRIVER_NAMES, LIMITS, Drivers, Extend, aligned, whole_number

__all__ = ["PRESETS", "Preset", "preset_drivers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """
    A program in outline.

    Attributes
    ----------
    moves : str
        The driver of money that is moved at once.
    direction : int
        1 where it goes up, -1 where it goes down.
    retention : int
        1 where retention rises afterwards, -1 where it falls.
    says : str
        What the program does, in words.
    """

    moves: str
    direction: int
    retention: int
    says: str


PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "cut service": Preset(
            moves="cost_to_serve", direction=-1, retention=-1, says="Cost to serve falls now, retention falls after."
        ),
        "add a fee": Preset(moves="margin", direction=1, retention=-1, says="Margin rises now, retention falls after."),
        "improve service": Preset(
            moves="cost_to_serve", direction=1, retention=1, says="Cost to serve rises now, retention rises after."
        ),
        "give back a fee": Preset(
            moves="margin", direction=-1, retention=1, says="Margin falls now, retention rises after."
        ),
        "invest in retention": Preset(
            moves="investment", direction=1, retention=1, says="An investment every period, retention rises after."
        ),
    }
)


def preset_drivers(
    preset: str,
    base: Drivers,
    *,
    size: float,
    retention_effect: float,
    ramp: int,
    periods: int,
    extend: Extend = "error",
) -> Drivers:
    r"""
    The drivers of a program made from a preset and the drivers without it.

    .. math:: r_t = r^{\text{base}}_t \pm x \min\left(1, \frac{t-1}{k}\right)

    Parameters
    ----------
    preset : str
        One of `PRESETS`.
    base : Drivers
        Without the program.
    size : float
        By how much the money moves in every period, a positive number: per customer for cost to serve and margin, in
        all for an investment. [currency/period]
    retention_effect : float
        By how much retention x has moved in the end, a positive number: 0.04 takes 80% to 76% or 84%. [1/period]
    ramp : int
        Periods k over which it moves, in equal steps from the second period on. [periods]
    periods : int
        Number of periods. [periods]
    extend : {"error", "last"}
        What becomes of a vector of the base that is shorter than the periods.

    Returns
    -------
    Drivers
        A vector with one value for each period.

    Raises
    ------
    DomainError
        If a number is out of range, or a driver would be: a cost to serve below 0, a retention above 1.
    InputError
        If the preset is unknown, or a vector has not one value for each period.

    Notes
    -----
    Project convention: money moves at once, customers react from the second period on.

    Examples
    --------
    >>> steady = Drivers(retention_rate=0.8, new_customers=2000, margin=300, cost_to_serve=100, acquisition_cost=250)
    >>> cut = preset_drivers("cut service", steady, size=20, retention_effect=0.04, ramp=2, periods=4)
    >>> cut.cost_to_serve.tolist(), cut.retention_rate.round(4).tolist()
    ([80.0, 80.0, 80.0, 80.0], [0.8, 0.78, 0.76, 0.76])
    """
    chosen = PRESETS[known_word("preset", preset, PRESETS)]
    money = single("size", size, NOT_NEGATIVE)
    effect = single("retention_effect", retention_effect, PROBABILITY)
    steps = whole_number("ramp", ramp)
    table = aligned(base, periods, extend)
    table[DRIVER_NAMES.index(chosen.moves)] += chosen.direction * money
    reached = np.minimum(1.0, np.arange(table.shape[1]) / steps)
    table[DRIVER_NAMES.index("retention_rate")] += chosen.retention * effect * reached
    _refuse_impossible(table, preset)
    return Drivers(**dict(zip(DRIVER_NAMES, table, strict=True)))


def _refuse_impossible(table: FloatArray, preset: str) -> None:
    """A program cannot take a driver out of its range."""
    for name, row in zip(DRIVER_NAMES, table, strict=True):
        for period in np.flatnonzero(~LIMITS[name].holds(row)).tolist():
            raise DomainError(
                f"{preset} would take {name} in period {period + 1} to {row[period]:.15g}; make it smaller"
            )
