"""What people did for customers and how long it takes: the Activities, Time equations and Capacity tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import YEARS, BoolArray, FloatArray, stream, texts, year_bounds
from workbook_templates.sample.roster import Roster
from workbook_templates.sample.trading import Trades

__all__ = ["activities_table", "capacity_table", "time_equations_table"]

SEVERE = 2
"""The mildest severity of an issue that somebody looks at again the next day."""
VISIT_FROM = 4.0
"""Hours of work on an issue from which somebody went there."""
SLOW_FROM = 30
"""Days late from which a customer's credit is looked at every quarter."""

TERMS = (
    ("order desk minutes", "order", None, 9.0),
    ("order desk minutes", "order", "lines", 5.5),
    ("order desk minutes", "order", "new customer", 90.0),
    ("order desk minutes", "order", "rush", 35.0),
    ("order desk minutes", "credit check", None, 30.0),
    ("warehouse minutes", "order", None, 12.0),
    ("warehouse minutes", "order", "lines", 9.0),
    ("warehouse minutes", "order", "rush", 18.0),
    ("customer service minutes", "call", None, 45.0),
    ("customer service minutes", "call", "severe", 75.0),
    ("customer service minutes", "call", "visits", 480.0),
)
"""Driver, activity, attribute, minutes."""
ATTRIBUTES = tuple(dict.fromkeys(attribute for _, _, attribute, _ in TERMS if attribute is not None))
"""The columns that Activities has for the equations."""


@dataclass(frozen=True, slots=True)
class Team:
    """People of a pool whose time is limited."""

    pool: str
    resource: str
    driver: str
    positions: float


MINUTES_OF_A_POSITION = 105_600
"""220 days of eight hours."""
PRACTICAL_SHARE = {"Order desk": 0.82, "Warehouse": 0.85, "Support team": 0.8}
"""Part of the minutes paid for that can be worked, after breaks, training and meetings."""
TEAMS = (
    Team("Order desk", "Order entry", "order desk minutes", 3.5),
    Team("Order desk", "Key account desk", "order desk minutes", 1.5),
    Team("Warehouse", "Picking", "warehouse minutes", 4.5),
    Team("Warehouse", "Packing", "warehouse minutes", 2.0),
    Team("Support team", "First line", "customer service minutes", 2.0),
    Team("Support team", "Technicians", "customer service minutes", 3.0),
)


def activities_table(roster: Roster, trades: Trades, issues: pd.DataFrame) -> pd.DataFrame:
    """Write the totals of the year by customer: the equations are linear, so that they need no single orders."""
    blank = np.full(roster.size, np.nan)
    start = year_bounds(YEARS[-1])[0]
    sale = trades.since(YEARS[-1]) & ~trades.credit
    rush = stream("rush").random(trades.who.size) < roster["rush"][trades.who]

    def count(chosen: BoolArray, weight: FloatArray | None = None) -> FloatArray:
        weights = None if weight is None else weight[chosen]
        return np.bincount(trades.who[chosen], weights=weights, minlength=roster.size).astype(np.float64)

    orders = count(sale)
    caller = pd.Index(roster.customer_id).get_indexer(pd.Index(issues["customer_id"]))
    hours, severity = (issues[name].to_numpy(dtype=np.float64) for name in ("hours", "severity"))

    def calls(chosen: BoolArray) -> FloatArray:
        return np.bincount(caller[chosen], minlength=roster.size).astype(np.float64)

    on_account = (orders > 0) & (roster["terms"] > 0)
    checks = np.where(roster["late"] > SLOW_FROM, 4.0, 1.0)
    parts: dict[str, dict[str, FloatArray]] = {
        "order": {
            "quantity": orders,
            "lines": count(sale, trades.lines.astype(np.float64)),
            "rush": count(sale & rush),
            "new customer": ((orders > 0) & (roster.first >= start)).astype(np.float64),
        },
        "credit check": {"quantity": np.where(on_account, checks, 0.0)},
        "call": {
            "quantity": calls(hours > 0),
            "severe": calls(severity <= SEVERE),
            "visits": calls(hours >= VISIT_FROM),
        },
    }
    frames = []
    for activity, columns in parts.items():
        done = np.flatnonzero(columns["quantity"] > 0)
        frame = pd.DataFrame({"customer_id": roster.customer_id[done], "activity": texts([activity] * done.size)})
        for name in ("quantity", *ATTRIBUTES):
            frame[name] = columns.get(name, blank)[done]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def time_equations_table() -> pd.DataFrame:
    """Write the Time equations table."""
    frame = pd.DataFrame(TERMS, columns=["driver", "activity", "attribute", "minutes"], dtype=object)
    return frame.astype({"minutes": float})


def capacity_table() -> pd.DataFrame:
    """Write the Capacity table."""
    frame = pd.DataFrame({name: texts([getattr(team, name) for team in TEAMS]) for name in ("pool", "resource")})
    positions = np.array([team.positions for team in TEAMS])
    paid = positions * MINUTES_OF_A_POSITION
    frame["theoretical_minutes"] = paid
    frame["practical_minutes"] = np.rint(paid * np.array([PRACTICAL_SHARE[team.pool] for team in TEAMS]))
    frame["driver"] = texts([team.driver for team in TEAMS])
    frame["fte"] = positions
    return frame
