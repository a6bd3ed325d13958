"""The order of issues: the example, a plain sort, and laws."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.priority.examples import TRIAGE, example_issues
from valuation.errors import DomainError, InputError
from valuation.priority import CLASSES, reasons, triage
from valuation.priority.triage import Mode

few = settings(max_examples=min(settings().max_examples, 25))
MODES: tuple[Mode, ...] = ("normal", "crisis")
DAY = np.datetime64("2025-12-01T00:00", "s")

maybe = st.sampled_from([0.0, 0.5, 2.0])
one_issue = st.fixed_dictionaries(
    {
        "value_at_risk": st.sampled_from([math.nan, -10.0, 0.0, 10.0, 30.0]),
        "hours": st.sampled_from([math.nan, 0.0, 1.0, 2.0, 3.0]),
        "severity": st.sampled_from([math.nan, 1.0, 2.0]),
        "opened": st.sampled_from([None, DAY, DAY + 3600]),
        "must_serve": st.booleans(),
        "known": st.booleans(),
        "breach_ratio": st.sampled_from([math.nan, 0.0, 2.0]),
        "value_class": st.sampled_from([None, *CLASSES]),
        "closed": st.sampled_from([None, None, DAY + 7200]),
    }
)
portfolios = st.lists(one_issue, max_size=14).map(lambda rows: table(rows))


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else list(example_issues()))
    frame["issue_id"] = [f"I{row}" for row in range(len(rows))]
    times = [name for name in ("opened", "closed") if name in frame]
    return frame.assign(**{name: pd.to_datetime(frame[name]).astype("datetime64[s]") for name in times})


def sorted_plainly(issues: pd.DataFrame, mode: Mode) -> list[str]:
    """The ids in order, by tuples that Python compares."""

    def last_if_missing(value: float) -> tuple[bool, float]:
        return (True, 0.0) if math.isnan(value) else (False, value)

    def key(issue: Any) -> tuple[Any, ...]:
        value, hours = issue.value_at_risk, issue.hours
        unknown = not issue.known or math.isnan(value) or math.isnan(hours)
        group = (not issue.must_serve, unknown)
        if unknown:
            value, rate, place = math.nan, math.nan, len(CLASSES)
        else:
            rate = value / hours if hours else math.copysign(math.inf, value)
            place = CLASSES.index(issue.value_class) if isinstance(issue.value_class, str) else len(CLASSES)
        if mode == "crisis":
            return (group, place, last_if_missing(-value), last_if_missing(hours), issue.issue_id)
        late = 0.0 if math.isnan(issue.breach_ratio) else issue.breach_ratio
        age = math.nan if pd.isna(issue.opened) else issue.opened.timestamp()
        return (group, last_if_missing(-rate * (1 + late)), last_if_missing(issue.severity), last_if_missing(age),
                issue.issue_id)  # fmt: skip

    rows = list(issues[issues["closed"].isna()].itertuples())
    return [str(issue.issue_id) for issue in sorted(rows, key=key)]


def in_order(issues: pd.DataFrame, mode: Mode) -> list[str]:
    rank = triage(issues, mode=mode)
    open_ = np.flatnonzero(rank > 0)
    return list(issues["issue_id"].to_numpy()[open_[np.argsort(rank[open_])]])


@pytest.mark.parametrize("mode", MODES)
def test_the_order_matches_the_12_customer_example(mode: Mode) -> None:
    assert " ".join(in_order(example_issues(), mode)) == TRIAGE[mode]


@few
@given(portfolios, st.sampled_from(MODES))
def test_the_order_is_that_of_a_plain_sort(issues: pd.DataFrame, mode: Mode) -> None:
    if len(issues):
        assert in_order(issues, mode) == sorted_plainly(issues, mode)


@few
@given(portfolios)
def test_both_modes_rank_the_same_issues_once_each(issues: pd.DataFrame) -> None:
    normal, crisis = (triage(issues, mode=mode) for mode in MODES)
    assert (normal > 0).tolist() == (crisis > 0).tolist()
    for rank in (normal, crisis):
        assert sorted(rank[rank > 0].tolist()) == list(range(1, int((rank > 0).sum()) + 1))


@few
@given(portfolios, st.sampled_from(MODES), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(issues: pd.DataFrame, mode: Mode, random: Any) -> None:
    shuffled = issues.iloc[random.sample(range(len(issues)), len(issues))]
    assert in_order(shuffled, mode) == in_order(issues, mode)


@few
@given(portfolios)
def test_an_issue_that_gets_later_never_falls_behind(issues: pd.DataFrame) -> None:
    if not len(issues) or issues["value_at_risk"].iloc[0] < 0:
        return
    later = issues.assign(breach_ratio=[5.0, *issues["breach_ratio"].iloc[1:]])
    assert triage(later)[0] <= triage(issues)[0]


# Edges.


def test_an_unknown_customer_comes_last_but_for_a_duty() -> None:
    issues = example_issues().assign(known=[False, True, True, True, True, True])
    assert in_order(issues, "crisis") == ["I5", "I4", "I3", "I2", "I6", "I1"]
    duty = issues.assign(must_serve=[1.0, 0.0, 0.0, math.nan, 1.0, 0.0])
    assert in_order(duty, "normal") == ["I5", "I1", "I3", "I4", "I2", "I6"]


def test_a_closed_issue_has_no_rank() -> None:
    closed = pd.Series([pd.NaT, pd.Timestamp("2025-12-31"), *[pd.NaT] * 4])
    assert triage(example_issues().assign(closed=closed))[1] == 0
    assert reasons(example_issues().assign(closed=closed))[1] == ""


def test_ids_decide_as_texts() -> None:
    alike = pd.DataFrame({"issue_id": ["I2", "I10", 7], "value_at_risk": 1.0, "hours": 1.0, "severity": 2,
                          "opened": DAY})  # fmt: skip
    assert triage(alike).tolist() == [3, 2, 1]


def test_being_late_moves_an_issue_up() -> None:
    late = example_issues().assign(breach_ratio=[4.0, 0, 0, 0, 0, 0])
    assert in_order(late, "normal") == ["I1", "I3", "I4", "I5", "I2", "I6"]


def test_reasons_say_why() -> None:
    issues = example_issues().assign(
        must_serve=[True, *[False] * 5],
        known=[True, False, True, True, True, True],
        breach_ratio=[0.0, 0.0, 0.5, 0.0, 0.0, 0.0],
        value_class=pd.Series(["A", "A", "C", "A", "A", None]),
    )
    issues.loc[3, "hours"] = 0.0
    issues.loc[4, "hours"] = math.nan
    issues.loc[5, "value_at_risk"] = math.nan
    assert reasons(issues).tolist() == [
        "must be served, 792 at risk per hour",
        "customer unknown",
        "3,584 at risk per hour, 50% over its time",
        "5,310 at risk, takes no hours",
        "hours unknown",
        "value at risk unknown",
    ]
    assert reasons(example_issues(), mode="crisis")[[4, 5]].tolist() == ["class A, 8,935 at risk", "class N, 0 at risk"]
    classless = example_issues().assign(value_class=None)
    assert reasons(classless, mode="crisis")[0] == "no class, 4,749 at risk"


def test_no_issues_have_no_ranks() -> None:
    assert triage(example_issues().iloc[:0]).tolist() == []
    assert reasons(example_issues().iloc[:0], mode="crisis").tolist() == []


def test_doors() -> None:
    issues = example_issues()
    with pytest.raises(InputError, match="mode must be one of"):
        triage(issues, mode="panic")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="issues must have a column 'value_class' for mode 'crisis'"):
        triage(issues.drop(columns="value_class"), mode="crisis")
    with pytest.raises(InputError, match="value_class must be one of A, B, C, N, not Z in row 1"):
        triage(issues.assign(value_class="Z"), mode="crisis")
    with pytest.raises(InputError, match="issue_id must stand once; row 2 repeats"):
        triage(issues.assign(issue_id="I1"))
    with pytest.raises(InputError, match="issue_id must not be missing, as in row 1"):
        triage(issues.assign(issue_id=None))
    with pytest.raises(DomainError, match=r"hours must be 0 or more, not -1.0 in row 1"):
        triage(issues.assign(hours=-1.0))
    with pytest.raises(DomainError, match=r"value_at_risk must be finite, not inf in row 1"):
        triage(issues.assign(value_at_risk=math.inf))
    with pytest.raises(InputError, match="must_serve must be True or False"):
        triage(issues.assign(must_serve="yes"))
    with pytest.raises(InputError, match="opened must be dates"):
        triage(issues.assign(opened="2025-12-01"))
