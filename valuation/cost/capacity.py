"""The practical capacity of cost pools: how many minutes can be worked, and which driver counts those used."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuation.cost.amounts import numbers, refuse_rows
from valuation.cost.ledger import required_column, texts_of
from valuation.errors import DomainError, InputError

__all__ = ["Supply", "read_capacity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """
    What a pool can do in the year.

    Attributes
    ----------
    practical : float
        Minutes that can be worked, all resources together. [min]
    driver : str
        The driver that counts the minutes used, or "" for the pool's own.
    """

    practical: float
    driver: str


def read_capacity(capacity: pd.DataFrame) -> dict[str, Supply]:
    """
    Add up the resources of each pool.

    Parameters
    ----------
    capacity : DataFrame
        pool, practical_minutes and, where known, driver: one row for each resource of a pool.

    Raises
    ------
    DomainError
        If a number of minutes is negative or infinite.
    InputError
        If it or a column is missing, or if the resources of a pool are counted by different drivers.
    """
    pools = texts_of(required_column(capacity, "pool", "capacity"))
    minutes = numbers(required_column(capacity, "practical_minutes", "capacity"), "practical_minutes")
    refuse_rows(np.isnan(minutes), minutes, InputError, "practical_minutes must be numbers")
    refuse_rows(
        (minutes < 0) | np.isinf(minutes), minutes, DomainError, "practical_minutes must be finite and not below 0"
    )
    drivers = texts_of(capacity["driver"]) if "driver" in capacity.columns else np.full(len(capacity), "", object)
    supplies: dict[str, Supply] = {}
    for pool, practical, driver in zip(pools, minutes.tolist(), drivers, strict=True):
        before = supplies.get(pool)
        if before is not None and driver and before.driver not in ("", driver):
            raise InputError(f"the resources of pool {pool} must have one driver, not {before.driver} and {driver}")
        total = practical if before is None else before.practical + practical
        supplies[pool] = Supply(practical=total, driver=driver or ("" if before is None else before.driver))
    return supplies
