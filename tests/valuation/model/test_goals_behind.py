"""Which goals of the company are behind their time, and through whom."""

import numpy as np
import pandas as pd

from valuation.model.goals import goal_table
from valuation.tables import GOALS, TableData

AS_OF = np.datetime64("2025-07-02")


def goals(**actual: float) -> dict[str, TableData]:
    """Make two goals of the company, to which one and two lead; each is to rise from 0 to 100 in the year 2025."""
    parents = {"equity": None, "a": "equity", "b": "equity", "return": None, "c": "return"}
    rows = [
        {
            "goal_id": name,
            "parent_id": parent,
            "level": "executive" if parent else "company",
            "measure": name.upper(),
            "baseline": 0.0,
            "baseline_date": pd.Timestamp("2025-01-01"),
            "target": 100.0,
            "target_date": pd.Timestamp("2025-12-31"),
            "actual": actual.get(name, 60.0),
            "actual_date": pd.Timestamp("2025-07-02"),
            "owner": f"head of {name}",
            "weight": None if parent is None else 0.5 if parent == "equity" else 1.0,
            "rollup": "own",
        }
        for name, parent in parents.items()
    ]
    frame = pd.DataFrame(rows).astype({"baseline_date": "datetime64[s]", "target_date": "datetime64[s]"})
    frame = frame.astype({"actual_date": "datetime64[s]", "weight": float})
    return {GOALS.name: TableData(table=GOALS, frame=frame)}


def found(**actual: float) -> pd.DataFrame:
    table, findings = goal_table({}, AS_OF, goals(**actual))
    assert findings == []
    return table.set_index("goal_id")


def test_the_furthest_behind_is_the_first_and_held_back_by_the_worst_below_it() -> None:
    table = found(equity=10.0, a=30.0, b=20.0, **{"return": 35.0})
    assert table["status"].to_dict() == {"equity": "red", "a": "amber", "b": "red", "return": "amber", "c": "green"}
    assert table["behind"].dropna().to_dict() == {"equity": 1.0, "return": 2.0}
    assert table["through"].dropna().to_dict() == {"equity": "B (head of b)"}


def test_goals_that_are_on_time_are_held_back_by_nobody() -> None:
    table = found(a=0.0)
    assert table["behind"].isna().all()
    assert table["through"].isna().all()
