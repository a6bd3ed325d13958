"""
Published data sets: purchases of the music shop CDNOW (1997-1998), donors of a charity (1995-2006).

They are files of the package Lifetimes, which is found through its metadata and never imported. Calibration and holdout
are as in the literature: 39 weeks to the end of September 1997, and the 39 weeks after.
"""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from valuation.lifetime import summarize_activity

FIRST_DAY = np.datetime64("1997-01-01")
END_OF_CALIBRATION = np.datetime64("1997-09-30")
END_OF_DATA = np.datetime64("1998-06-30")
DAYS_PER_WEEK = 7
NEXT_TO_NOTHING = 1e-300

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cohort:
    """One row per customer, times in weeks."""

    frequency: FloatArray
    recency: FloatArray
    age: FloatArray
    monetary_value: FloatArray
    """Mean of the repeat purchase days; NaN without one."""

    holdout: FloatArray
    """Purchase days after the date, up to June 1998."""


def data_file(name: str) -> Path:
    """A data set's file; the test that wants it is skipped where there is none."""
    try:
        files = distribution("Lifetimes").files or []
    except PackageNotFoundError:
        pytest.skip(f"{name} comes with the package Lifetimes, which is not installed")
    for file in files:
        if file.parts[-2:] == ("datasets", name):
            return Path(str(file.locate()))
    pytest.skip(f"this version of the package Lifetimes has no {name}")


@cache
def transactions(name: str) -> pd.DataFrame:
    """Customer, date and amount of each purchase: of 23,570 customers ("master") or of every tenth ("sample")."""
    if name == "master":
        table = pd.read_csv(data_file("CDNOW_master.txt"), sep=r"\s+", skiprows=1, header=None, dtype=str)
        customer, date, _, amount = (table[column] for column in table)
    else:
        table = pd.read_csv(data_file("CDNOW_sample.txt"), sep=r"\s+", header=None, dtype=str)
        _, customer, date, _, amount = (table[column] for column in table)
    return pd.DataFrame(
        {
            "customer": customer.astype(np.int64),
            "date": pd.to_datetime(date, format="%Y%m%d"),
            "amount": amount.astype(np.float64),
        }
    )


@cache
def cohort(name: str = "sample", *, as_of: np.datetime64 = END_OF_CALIBRATION) -> Cohort:
    """Records at a date, and how many purchase days follow."""
    table = transactions(name)
    records, later = _summary(table[table["date"] <= as_of], as_of), _summary(table, END_OF_DATA)
    return Cohort(
        frequency=records["frequency"].to_numpy(dtype=np.float64),
        recency=records["recency"].to_numpy(),
        age=records["age"].to_numpy(),
        monetary_value=records["monetary_value"].to_numpy(),
        holdout=(later["frequency"] - records["frequency"]).to_numpy(dtype=np.float64),
    )


def _summary(table: pd.DataFrame, as_of: np.datetime64) -> pd.DataFrame:
    # A few purchases cost nothing. The literature counts them, the product leaves them out: here they cost next to it.
    amount = table["amount"].clip(lower=NEXT_TO_NOTHING)
    return summarize_activity(
        table["customer"], table["date"].to_numpy(), amount, as_of=as_of, days_per_period=DAYS_PER_WEEK
    )
