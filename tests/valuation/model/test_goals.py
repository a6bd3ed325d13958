"""Goals: actuals from the workbook, typed or of the goals below; what breaks a rule is named by its row on Goals."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import AS_OF, found, kinds, table, tables
from valuation.findings import Finding, Severity
from valuation.model.goals import goal_table
from valuation.tables import GOAL_CASCADE

NAMES = ("goal_id", "parent_id", "level", "measure", "baseline", "target", "actual", "owner", "weight", "rollup")
MEASURES = {"customer_equity": 150.0, "retention_rate": 0.83, "fit": np.nan}
COMPANY, OFFICER = "company", "executive"
Cell = str | float | None


def goal(goal_id: str | None, parent: str | None = None, **cells: Any) -> dict[str, Any]:
    """A goal from 100 to 200."""
    usual = {"level": OFFICER if parent else COMPANY, "measure": "customer_equity", "baseline": 100.0, "target": 200.0}
    return {"goal_id": goal_id, "parent_id": parent, "owner": "somebody"} | usual | cells


def mean(goal_id: str, parent: str | None = None, **cells: Any) -> dict[str, Any]:
    """A goal that is the mean of those below it."""
    return goal(goal_id, parent, rollup="children", measure=None, baseline=None, target=None, **cells)


BLANK: dict[str, Any] = {}


def goals(*rows: dict[str, Any], **more: Any) -> tuple[Any, list[Finding]]:
    columns = {name: [row.get(name) for row in rows] for name in NAMES}
    dates = {
        "baseline_date": ["2024-12-31" if row else None for row in rows],
        "target_date": ["2026-12-31" if row else None for row in rows],
    }
    frame, findings = goal_table(MEASURES, AS_OF, tables(table("Goals", **(columns | dates | more))))
    assert list(frame) == [column.name for column in GOAL_CASCADE]
    return frame.set_index("goal_id"), findings


def test_a_blank_actual_of_a_measure_of_the_workbook_is_the_workbooks() -> None:
    frame, findings = goals(goal("1"), goal("2", actual=130.0), goal("3", measure="own idea"), goal("4", measure="fit"))
    assert findings == []
    assert frame["source"].tolist() == ["this workbook", "typed", "not known", "not known"]
    np.testing.assert_array_equal(frame["actual"], [150.0, 130.0, np.nan, np.nan])
    np.testing.assert_allclose(frame["attainment"], [0.5, 0.3, np.nan, np.nan])
    assert frame["status"].tolist()[:2] == ["green", "amber"]


def test_lower_may_be_better_and_nothing_is_clipped() -> None:
    frame, _ = goals(
        goal("1", baseline=100.0, target=80.0, actual=95.0), goal("2", actual=350.0), goal("3", actual=50.0)
    )
    assert frame["attainment"].tolist() == pytest.approx([0.25, 2.5, -0.5])


def test_a_mean_is_that_of_the_goals_below_and_they_stand_below_it() -> None:
    frame, findings = goals(
        goal("2", "1", weight=0.25, actual=200.0), mean("1"), goal("3", "1", weight=0.75, actual=100.0)
    )
    assert findings == []
    assert frame.index.tolist() == ["1", "2", "3"]
    assert frame["goal"].tolist() == ["1", "    customer_equity", "    customer_equity"]
    assert frame["attainment"]["1"] == pytest.approx(0.25)
    assert frame["source"].tolist() == ["the goals below it", "typed", "typed"]


def test_a_mean_of_which_a_part_is_unknown_is_unknown() -> None:
    frame, _ = goals(mean("1"), goal("2", "1", weight=0.5), goal("3", "1", weight=0.5, measure="fit"))
    assert np.isnan(frame["attainment"]["1"])


FAULTS: dict[str, tuple[list[dict[str, Any]], str, tuple[int, ...]]] = {
    "cycle": ([goal("1", "2"), BLANK, goal("2", "1")], "cycle", (1, 3)),
    "serves itself": ([BLANK, goal("1", "1")], "cycle", (2,)),
    "orphan": ([BLANK, BLANK, goal("1", "boss")], "unknown parent", (3,)),
    "owner": ([goal("1"), BLANK, goal("2", owner=None)], "missing owner", (3,)),
    "blank owner": ([BLANK, goal("2", owner="  ")], "missing owner", (2,)),
    "no id": ([BLANK, goal(None)], "blank goal id", (2,)),
    "twice": ([goal("1"), BLANK, goal("1")], "duplicate goal id", (1, 3)),
    "weights": (
        [mean("1"), BLANK, goal("2", "1", weight=0.5), goal("3", "1", weight=0.4)],
        "weights do not add up to 1",
        (1,),
    ),
    "no weights": ([BLANK, mean("1"), goal("2", "1")], "weights do not add up to 1", (2,)),
    "no children": ([BLANK, mean("1")], "no children", (2,)),
    "both": ([BLANK, mean("1", actual=5.0), goal("2", "1", weight=1.0)], "both own and children", (2,)),
    "level": ([goal("1", level=OFFICER), BLANK, goal("2", "1", level=COMPANY)], "level out of order", (3,)),
    "no way to go": ([BLANK, goal("1", target=100.0)], "no band", (2,)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_breaks_a_rule_is_named_by_its_row_on_the_sheet(name: str) -> None:
    rows, kind, where = FAULTS[name]
    frame, findings = goals(*rows)
    finding = found(findings, kind)
    assert (finding.severity, finding.table, finding.rows) == (Severity.ERROR, "Goals", where)
    assert len(frame) == sum(bool(row) for row in rows)
    bad = frame[frame["violation"].notna()]
    assert bad["attainment"].isna().all()
    assert len(bad) == len(where)


def test_dates_that_cannot_be_are_found() -> None:
    _, findings = goals(goal("1", actual=120.0), actual_date=["2026-01-01"])
    assert kinds(findings) == {"actual date in the future"}
    _, findings = goals(goal("1"), target_date=["2024-12-31"])
    assert kinds(findings) == {"target date not after baseline date"}


def test_a_goal_with_a_fault_does_not_spoil_the_others() -> None:
    frame, _ = goals(goal("1"), goal("2", owner=None), goal("3"))
    assert frame["attainment"].tolist() == [0.5, pytest.approx(np.nan, nan_ok=True), 0.5]


def test_no_goals_make_an_empty_cascade() -> None:
    frame, findings = goal_table(MEASURES, AS_OF, {})
    assert (len(frame), findings) == (0, [])
    frame, findings = goals(BLANK, BLANK)
    assert (len(frame), findings) == (0, [])
    assert list(pd.DataFrame(frame.reset_index())["goal_id"]) == []
