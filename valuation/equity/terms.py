"""What the values of customers rest on at a date, in periods of the grid, and what one of money a year is worth."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray, IntArray
from valuation.equity.snapshots import Snapshot
from valuation.errors import DomainError
from valuation.lifetime import Customers, Timing, lifetime_value, rate_per_period
from valuation.lifetime.conventions import discount_exponent, first_payment_is_certain
from valuation.lifetime.rates import RateKind
from valuation.lifetime.value import discount_factor, limited_payments

__all__ = ["Convention", "Terms"]

_NO_GROWTH: Final = np.asarray(0.0)
_WHOLE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """How payments come: when in a period, whether the next one is certain, and how many in a year."""

    timing: Timing
    customers: Customers
    periods_per_year: int

    def __post_init__(self) -> None:
        """Refuse unknown words, also where there is no customer."""
        discount_exponent(self.timing)
        first_payment_is_certain(self.customers)
        rate_per_period(0.0, from_per_year=1, to_per_year=self.periods_per_year, kind="effective")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """
    The assumptions of some customers, none of them missing.

    Attributes
    ----------
    gross_margin, cost_to_serve : ndarray
        Of a year. [currency/year]
    annual_retention, annual_rate : ndarray
        As given. [1/year]
    retention, rate : ndarray
        Of a period. [1/period]
    horizon : ndarray
        Whole numbers, or infinite. [periods]
    how : Convention
        Shared by all.
    places : ndarray of int
        Place of each among the customers at hand.
    rows : ndarray of int
        Place of each in its table, from 0.
    table : str
        Name of that table.
    """

    gross_margin: FloatArray
    cost_to_serve: FloatArray
    annual_retention: FloatArray
    annual_rate: FloatArray
    retention: FloatArray
    rate: FloatArray
    horizon: FloatArray
    how: Convention
    places: IntArray
    rows: IntArray
    table: str

    @classmethod
    def of(cls, snapshot: Snapshot, table_rows: IntArray, how: Convention, table: str) -> Self:
        """Read the terms of the customers at hand, from the rows of a snapshot; without those who have no row (-1)."""
        grid = how.periods_per_year
        places = np.flatnonzero(table_rows >= 0)
        rows = table_rows[places]
        columns = {name: values[rows] for name, values in snapshot.assumptions.items()}
        retention, rate = columns["retention_rate"], columns["discount_rate"]
        horizon = columns["horizon"] * grid
        whole = np.rint(horizon)
        off = (np.abs(horizon - whole) > _WHOLE * horizon) | (whole < 1.0)
        if off.any():
            row = int(np.argmax(off))
            given = columns["horizon"][row]
            raise DomainError(
                f"{table}.horizon, row {rows[row] + 1}, must be whole periods, {grid} a year, not {given:.15g} years"
            )
        return cls(
            gross_margin=columns["gross_margin"],
            cost_to_serve=columns["cost_to_serve"],
            annual_retention=retention,
            annual_rate=rate,
            retention=_of_a_period(retention, grid, "retention"),
            rate=_of_a_period(rate, grid, "effective"),
            horizon=whole,
            how=how,
            places=places,
            rows=rows,
            table=table,
        )

    @property
    def margin(self) -> FloatArray:
        """Gross margin less cost to serve. [currency/year]"""
        return self.gross_margin - self.cost_to_serve

    def only(self, chosen: npt.NDArray[Any]) -> Self:
        """Give the terms of some of these customers."""
        picked = {name: getattr(self, name)[chosen] for name in _ARRAYS}
        return replace(self, **picked)

    def changed(self, step: str, other: Self) -> Self:
        """Take one assumption from the other terms."""
        return replace(
            self, **{name: getattr(other, name) for name in _OF_STEP[step]}, rows=other.rows, table=other.table
        )

    def same_factor(self, other: Self) -> bool:
        """Tell whether money a year is worth the same, because no assumption about time differs."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("retention", "rate", "horizon"))
        return all(own is given or np.array_equal(own, given) for own, given in pairs)

    def value(self) -> FloatArray:
        """Give the value of each customer. [currency]"""
        return self._valued(self.margin / self.how.periods_per_year)

    def factor(self) -> FloatArray:
        """Give the value of a margin of one a year. [years]"""
        return self._valued(1.0 / self.how.periods_per_year)

    def survival(self, years: float) -> FloatArray:
        """Chance to stay that long."""
        return np.asarray(self.annual_retention**years)

    def remaining(self, factor: FloatArray, years: float) -> FloatArray:
        """
        Value of a margin of one a year over what is left of the horizon after that time. [years]

        `factor` is that over the whole horizon, which an endless one keeps.
        """
        left = self.horizon - years * self.how.periods_per_year
        endless = np.isinf(left)
        if endless.all() or years == 0.0:
            return factor
        payments = limited_payments(self.retention, self.rate, _NO_GROWTH, left) / self.how.periods_per_year
        if not first_payment_is_certain(self.how.customers):
            payments *= self.retention
        payments *= discount_factor(self.rate, discount_exponent(self.how.timing))
        # Where nothing is left, retention 0 would ask for 0 times infinity.
        return np.where(endless, factor, np.where(left > 0.0, payments, 0.0))

    def _valued(self, margin: float | FloatArray) -> FloatArray:
        """Lifetime value at that margin of a period."""
        if not self.rows.size:
            return np.empty(0)
        horizon, shared = self.horizon, self.horizon[0]
        values = lifetime_value(
            margin,
            self.retention,
            discount_rate=self.rate,
            # One horizon for all spares the form for many.
            horizon=shared if (horizon == shared).all() else horizon,
            timing=self.how.timing,
            customers=self.how.customers,
        )
        if not np.isfinite(values).all():
            self._refuse(values)
        return values

    def _refuse(self, values: FloatArray) -> None:
        """Say why there is no value."""
        row = int(np.argmin(np.isfinite(values)))
        where = f"{self.table}, row {self.rows[row] + 1}"
        if np.isinf(self.horizon[row]) and self.retention[row] >= 1.0 + self.rate[row]:
            raise DomainError(
                f"the endless sum diverges for {where}, with retention_rate {self.annual_retention[row]:.15g} and "
                f"discount_rate {self.annual_rate[row]:.15g}: give a horizon, or change assumptions in another order "
                "if both dates have a value"
            )
        raise DomainError(f"the value is too large to be a number for {where}")


def _of_a_period(annual: FloatArray, grid: int, kind: RateKind) -> FloatArray:
    """Convert a rate of a year, unless a year is the period."""
    return annual if grid == 1 else rate_per_period(annual, from_per_year=1, to_per_year=grid, kind=kind)


_OF_STEP: Final = {
    "margin": ("gross_margin",),
    "cost_to_serve": ("cost_to_serve",),
    "retention": ("annual_retention", "retention"),
    "rate": ("annual_rate", "rate"),
    "horizon": ("horizon",),
}
_ARRAYS: Final = (*(name for names in _OF_STEP.values() for name in names), "places", "rows")
