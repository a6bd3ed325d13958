"""The worked example, and a plain projection in a loop to hold against the arrays."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from valuation.loyalty import DRIVER_NAMES, BusinessCase, Drivers

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "loyalty.json").read_text("utf-8"))
BASE = Drivers(**GOLDEN["base"])
PROGRAM = Drivers(**GOLDEN["program"])


def case(**options: Any) -> BusinessCase:
    given: dict[str, Any] = {
        "base": BASE,
        "program": PROGRAM,
        "opening_customers": 10_000,
        "periods": 7,
        "discount_rate": 0.1,
        "timing": "end",
        "extend": "last",
    }
    return BusinessCase(**given | options)


def half_a_digit(printed: str) -> float:
    """Half a unit of the last digit, and a hair for decimals that a float cannot hold."""
    return 0.5000001 * 10.0 ** -len(printed.partition(".")[2])


def agrees(value: float, printed: str) -> bool:
    return abs(value - float(printed)) <= half_a_digit(printed)


def in_period(values: Any, t: int) -> float:
    listed = np.atleast_1d(np.asarray(values, dtype=float)).tolist()
    return float(listed[min(t, len(listed) - 1)])


def walk(drivers: Mapping[str, Any], opening: float, periods: int) -> list[dict[str, float]]:
    """One period after the other, one number after the other."""
    rows, there = [], opening
    for t in range(periods):
        now = {name: in_period(drivers.get(name, 0.0), t) for name in DRIVER_NAMES}
        left = there * now["retention_rate"] + now["new_customers"]
        each = now["margin"] - now["cost_to_serve"]
        profit = (there + left) / 2 * each - now["new_customers"] * now["acquisition_cost"] - now["investment"]
        value, chance = 0.0, 1.0
        for year in range(1, 300):
            chance *= now["retention_rate"]
            value += each * chance / 1.1**year
        rows.append({"opening": there, "closing": left, "profit": profit, "customer_equity": left * value})
        there = left
    return rows


def as_mapping(drivers: Drivers) -> dict[str, Any]:
    return {name: getattr(drivers, name) for name in DRIVER_NAMES}


def present_value(increments: Sequence[float], rate: float, first: float = 1.0) -> float:
    return math.fsum(amount / (1.0 + rate) ** (t + first) for t, amount in enumerate(increments))
