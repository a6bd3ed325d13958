import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError
from valuation.findings import Severity
from valuation.goals import DEFAULT_GOALS, LEVELS, attainment, cascade, default_goals, pace, status
from valuation.lenses.default_statements import MEASURES

BEGUN, DUE, AS_OF = (np.datetime64(day) for day in ("2025-01-01", "2025-12-31", "2025-10-01"))


def goals(*rows: dict[str, Any]) -> pd.DataFrame:
    """Goals in order, but for what the rows say."""
    usual = {
        "parent_id": None,
        "level": "company",
        "owner": "somebody",
        "weight": 1.0,
        "rollup": None,
        "baseline": 0.0,
        "baseline_date": BEGUN,
        "target": 100.0,
        "target_date": DUE,
        "actual": 50.0,
        "actual_date": None,
        "band": None,
    }
    return pd.DataFrame([usual | row for row in rows])


MEAN: dict[str, Any] = {"rollup": "children", "baseline": None, "target": None, "actual": None}


def kinds(table: pd.DataFrame) -> dict[str, tuple[int, ...]]:
    return {one.kind: one.rows for one in cascade(table, as_of=AS_OF).findings}


# A tree without faults.


def test_a_company_is_the_weighted_mean_of_its_means() -> None:
    table = goals(
        {"goal_id": "cost", "parent_id": "cfo", "level": "manager", "weight": 0.5, "actual": 25},
        {"goal_id": "cfo", "parent_id": "top", "level": "executive", "weight": 0.25, **MEAN},
        {"goal_id": "top", **MEAN},
        {"goal_id": "cro", "parent_id": "top", "level": "executive", "weight": 0.75, "actual": 80},
        {"goal_id": "days", "parent_id": "cfo", "level": "team", "weight": 0.5, "actual": 75},
    )
    tree = cascade(table, as_of=AS_OF).tree
    assert tree["goal_id"].tolist() == ["top", "cfo", "cost", "days", "cro"]
    assert tree["row"].tolist() == [3, 2, 1, 5, 4]
    assert tree["depth"].tolist() == [0, 1, 2, 2, 1]
    assert tree["attainment"].tolist() == pytest.approx([0.725, 0.5, 0.25, 0.75, 0.8])
    assert tree["own_attainment"].tolist() == pytest.approx([math.nan, math.nan, 0.25, 0.75, 0.8], nan_ok=True)
    assert tree["pace"].tolist() == pytest.approx([0.75] * 5)
    assert tree["status"].tolist() == ["green", "amber", "red", "green", "green"]
    assert tree["violation"].tolist() == [""] * 5


def test_a_goal_with_its_own_measure_may_be_served_without_being_a_mean() -> None:
    table = goals({"goal_id": "a", "rollup": "own"}, {"goal_id": "b", "parent_id": "a", "weight": None, "actual": 10})
    found = cascade(table, as_of=AS_OF)
    assert found.findings == []
    assert found.tree["attainment"].tolist() == [0.5, 0.1]


def test_a_goal_to_keep_is_attained_within_its_band() -> None:
    keep = {"parent_id": "top", "target": 0.0, "band": 5.0, "weight": 0.5, "baseline_date": None}
    table = goals({"goal_id": "top", **MEAN}, {"goal_id": "in", **keep, "actual": 5}, {"goal_id": "out", **keep})
    found = cascade(table, as_of=AS_OF)
    assert found.findings == []
    assert found.tree["attainment"].tolist() == [0.5, 1.0, 0.0]
    assert found.tree["status"].tolist() == ["red", "green", "red"]


def test_what_is_not_known_makes_the_mean_unknown_and_is_no_violation() -> None:
    table = goals(
        {"goal_id": "top", **MEAN},
        {"goal_id": "a", "parent_id": "top", "weight": 0.5, "actual": None},
        {"goal_id": "b", "parent_id": "top", "weight": 0.5},
    )
    found = cascade(table, as_of=AS_OF)
    assert found.findings == []
    assert found.tree["attainment"].tolist() == pytest.approx([math.nan, math.nan, 0.5], nan_ok=True)
    assert found.tree["status"].tolist() == [None, None, "amber"]


@st.composite
def forests(draw: st.DrawFn) -> pd.DataFrame:
    """Trees in any order of rows, with weights that add up to 1, some actuals unknown."""
    size = draw(st.integers(1, 12))
    parent = [draw(st.integers(-1, row - 1)) for row in range(size)]
    name = draw(st.permutations(range(size)))
    served = set(parent)
    averaged = [row in served and draw(st.booleans()) for row in range(size)]
    rows: list[dict[str, Any]] = []
    for row in range(size):
        siblings = parent.count(parent[row])
        rows.append(
            {
                "goal_id": f"G{name[row]}",
                "parent_id": "" if parent[row] < 0 else f"g{name[parent[row]]}".upper(),
                "weight": 1 / siblings,
                **({"rollup": "own", "actual": draw(st.none() | st.integers(-50, 150))} if not averaged[row] else MEAN),
            }
        )
    order = draw(st.permutations(range(size)))
    return goals(*(rows[place] for place in order))


@given(forests())
def test_equals_recursion(table: pd.DataFrame) -> None:
    found = cascade(table, as_of=AS_OF)
    assert found.findings == []
    rows = {row["goal_id"]: row for row in table.to_dict("records")}

    def below(one: str) -> list[str]:
        return [name for name, row in rows.items() if row["parent_id"] == one]

    def value(one: str) -> float:
        row = rows[one]
        if row["rollup"] == "children":
            return sum((float(rows[name]["weight"]) * value(name) for name in below(one)), 0.0)
        return math.nan if row["actual"] is None else float(row["actual"]) / 100

    def walk(one: str, depth: int) -> list[tuple[str, int]]:
        return [(one, depth)] + [line for name in below(one) for line in walk(name, depth + 1)]

    tree = found.tree
    assert list(zip(tree["goal_id"], tree["depth"], strict=True)) == [
        line for name, row in rows.items() if not row["parent_id"] for line in walk(name, 0)
    ]
    assert tree["attainment"].tolist() == pytest.approx([value(one) for one in tree["goal_id"]], nan_ok=True)
    known = tree["attainment"].notna()
    assert (
        tree["status"][known].tolist()
        == status(tree["attainment"][known].to_numpy(), 0.0 + tree["pace"][known].to_numpy()).tolist()
    )
    assert table["goal_id"].iloc[tree["row"] - 1].tolist() == tree["goal_id"].tolist()


# Faults.


@pytest.mark.parametrize(
    ("changes", "kind", "rows"),
    [
        ({1: {"owner": " "}}, "missing owner", (2,)),
        ({1: {"owner": None}, 2: {"owner": None}}, "missing owner", (2, 3)),
        ({2: {"goal_id": None}}, "blank goal id", (3,)),
        ({2: {"goal_id": " a"}}, "duplicate goal id", (2, 3)),
        ({2: {"parent_id": "x"}, 1: {"weight": 1}}, "unknown parent", (3,)),
        ({1: {"level": "boss"}}, "unknown level", (2,)),
        ({0: {"level": "team"}}, "level out of order", (2, 3)),
        ({1: {"weight": 0.6}}, "weights do not add up to 1", (1,)),
        ({1: {"weight": None}}, "weights do not add up to 1", (1,)),
        ({1: {"weight": -0.5}, 2: {"weight": 1.5}}, "weights do not add up to 1", (1,)),
        ({0: {"actual": 5}}, "both own and children", (1,)),
        ({1: MEAN}, "no children", (2,)),
        ({0: {"rollup": None}}, "rollup not declared", (1,)),
        ({1: {"rollup": "sum"}}, "unknown rollup", (2,)),
        ({1: {"target_date": BEGUN}}, "target date not after baseline date", (2,)),
        ({1: {"target_date": np.datetime64("2024-01-01")}}, "target date not after baseline date", (2,)),
        ({1: {"target": 0.0}}, "no band", (2,)),
        ({1: {"target": 0.0, "band": -1.0}}, "no band", (2,)),
        ({1: {"actual_date": np.datetime64("2025-10-02")}}, "actual date in the future", (2,)),
    ],
)
def test_a_violation_is_named_and_takes_the_attainment(
    changes: dict[int, dict[str, Any]], kind: str, rows: tuple[int, ...]
) -> None:
    usual = [
        {"goal_id": "top", **MEAN},
        {"goal_id": "a", "parent_id": "top", "level": "executive", "weight": 0.5},
        {"goal_id": "b", "parent_id": "top", "level": "executive", "weight": 0.5},
    ]
    table = goals(*(row | changes.get(place, {}) for place, row in enumerate(usual)))
    found = cascade(table, as_of=AS_OF)
    finding = next(one for one in found.findings if one.kind == kind)
    assert finding.rows == rows
    assert (finding.severity, finding.table) == (Severity.ERROR, "Goals")
    assert finding.column in table
    assert set(kinds(table)) - {kind} <= {"weights do not add up to 1"}
    lines = {int(line["row"]): line for line in found.tree.to_dict("records")}
    for row in rows:
        assert kind in lines[row]["violation"]
        assert all(math.isnan(lines[row][name]) for name in ("attainment", "own_attainment", "pace"))
        assert lines[row]["status"] is None
    # A mean of which a part is at fault is unknown; who serves nobody is part of none.
    assert math.isnan(lines[1]["attainment"]) == (kind != "unknown parent")


def test_a_fault_leaves_other_trees_alone() -> None:
    found = cascade(goals({"goal_id": "a", "owner": None}, {"goal_id": "b", "actual": 70}), as_of=AS_OF)
    assert found.tree["attainment"].tolist() == pytest.approx([math.nan, 0.7], nan_ok=True)


def test_a_row_says_all_that_is_wrong() -> None:
    tree = cascade(goals({"goal_id": "a", "owner": None, "parent_id": "x", "level": ""}), as_of=AS_OF).tree
    assert tree["violation"].tolist() == ["unknown parent; unknown level; missing owner"]


@given(st.lists(st.integers(-1, 9), min_size=1, max_size=10))
def test_cycles_equal_walking_up(drawn: list[int]) -> None:
    parent = [above if above < len(drawn) else -1 for above in drawn]
    table = goals(
        *(
            {"goal_id": f"G{row}", "parent_id": "" if above < 0 else f"G{above}", "rollup": "own"}
            for row, above in enumerate(parent)
        )
    )
    found = cascade(table, as_of=AS_OF)
    circling = []
    for row in range(len(parent)):
        above = parent[row]
        for _ in parent:
            if above in (-1, row):
                break
            above = parent[above]
        if above == row:
            circling.append(row + 1)
    assert kinds(table).get("cycle", ()) == tuple(circling)
    assert sorted(found.tree["row"]) == list(range(1, len(parent) + 1))
    assert found.tree.set_index("row")["depth"][circling].eq(0).all()
    assert sorted(found.tree["row"][found.tree["attainment"].isna()]) == circling


def test_no_goals_are_an_empty_tree_and_a_missing_column_is_refused() -> None:
    assert len(cascade(goals({"goal_id": "a"}).iloc[:0], as_of=AS_OF).tree) == 0
    with pytest.raises(InputError, match="goals must have a column owner, not only goal_id"):
        cascade(goals({"goal_id": "a"})[["goal_id", "parent_id", "level"]], as_of=AS_OF)
    with pytest.raises(InputError, match="actual must be numbers"):
        cascade(goals({"goal_id": "a", "actual": "many"}), as_of=AS_OF)
    with pytest.raises(InputError, match="target_date must be dates"):
        cascade(goals({"goal_id": "a", "target_date": "soon"}), as_of=AS_OF)
    with pytest.raises(InputError, match="as_of must be a date"):
        cascade(goals({"goal_id": "a"}), as_of=None)


@pytest.mark.parametrize("shape", ["chain", "bush"])
def test_ten_thousand_goals_are_read_at_once(shape: str) -> None:
    many = 10_000
    table = goals({"goal_id": "G0"})
    table = table.loc[np.zeros(many, dtype=np.int64)].reset_index(drop=True)
    above = np.arange(many) - 1 if shape == "chain" else (np.arange(many) - 1) // 10
    table["goal_id"] = [f"G{row}" for row in range(many)]
    table["parent_id"] = [f"G{row}" if row >= 0 else "" for row in above]
    served = np.isin(np.arange(many), above)
    table["rollup"] = np.where(served, "children", "own")
    siblings = np.bincount(above[1:], minlength=many)
    table["weight"] = 1 / siblings[np.maximum(above, 0)]
    table.loc[served, ["baseline", "target", "actual"]] = np.nan
    begun = time.perf_counter()
    found = cascade(table, as_of=AS_OF)
    assert time.perf_counter() - begun < 5
    assert found.tree["depth"].max() == (many - 1 if shape == "chain" else 4)
    assert found.findings == []
    assert found.tree["attainment"].to_numpy() == pytest.approx(0.5)


# The cascade to begin with.


def test_the_default_goals_cascade_from_the_company_to_every_officer() -> None:
    table = default_goals()
    assert {goal.lens for goal in DEFAULT_GOALS} == {"CEO", "CFO", "CCO", "CPO", "CMO", "CRO"}
    assert {goal.level for goal in DEFAULT_GOALS} <= set(LEVELS)
    assert [goal.goal_id for goal in DEFAULT_GOALS if not goal.parent_id] == ["customer_equity", "return_on_customer"]
    assert {goal.better for goal in DEFAULT_GOALS} == {"high", "low", ""}
    found = cascade(table, as_of=AS_OF)
    assert {one.kind for one in found.findings} == {"missing owner"}
    assert found.tree["goal_id"].tolist() == table["goal_id"].tolist()
    shared = [goal for goal in DEFAULT_GOALS if goal.measure in MEASURES]
    assert len(shared) == 6
    for goal in shared:
        assert goal.unit == MEASURES[goal.measure].unit


def test_the_default_goals_are_ready_once_they_are_filled_in() -> None:
    table = default_goals().assign(owner="somebody", baseline_date=BEGUN, target_date=DUE)
    own = table["rollup"] == "own"
    table.loc[own, ["baseline", "target", "actual"]] = [100.0, 80.0, 85.0]
    found = cascade(table, as_of=AS_OF)
    assert found.findings == []
    assert found.tree["attainment"].tolist() == pytest.approx([float(attainment(100, 80, 85))] * len(table))
    assert found.tree["pace"].tolist() == pytest.approx([float(pace(BEGUN, DUE, AS_OF))] * len(table))
