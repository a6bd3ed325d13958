"""Engagement value: what counts of referrals, influence and ideas, what does not, and why."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import found, kinds, result
from tests.valuation.model.by_margin import MARGINS, found_in, has_columns, rows, valued
from valuation.findings import Severity
from valuation.model import Results
from valuation.tables import TableData

WANTED = {"Engagement value"}
IN_YEAR = "2025-03-01"


def engaged(*parts: TableData, margins: dict[str, float | None] = MARGINS, **assumed: Any) -> Results:
    results = valued(margins, *parts, wanted=WANTED, **assumed)
    has_columns(results, "Engagement value", "Engagement summary")
    return results


def referrals(*given: tuple[object, ...]) -> TableData:
    """Make referrals of referrer, referred, type, then date, reward, saving, share, margin, marketing, retention."""
    columns = ("referrer_id", "referred_id", "type", "date", "reward", "acq_saving", "share", "margin", "marketing")
    dated = ((*row, IN_YEAR) if len(row) == 3 else row for row in given)
    return rows("Referrals", (*columns, "retention"), *dated)


def influence(*given: tuple[object, ...]) -> TableData:
    return rows("Influence", ("influencer_id", "influenced_id", "value_with", "value_without", "share"), *given)


def ideas(*given: tuple[object, ...]) -> TableData:
    columns = ("idea_id", "customer_id", "npv", "stage_probability", "attribution", "in_plan", "evidence")
    return rows("Ideas", columns, *given)


def amounts(results: Results) -> Any:
    return results.tables["Engagement summary"].set_index("measure")["amount"]


def values(results: Results, column: str) -> dict[str, float]:
    return dict(result(results, "Engagement value")[column])


# Referrals.


def test_blank_margin_and_retention_are_those_of_the_customer_who_came() -> None:
    """Over two years at 25%: 100/1.25 + 100*1/1.25^2 = 144 where A came; typed, 60 less 10, half of it kept: 56."""
    table = referrals(
        ("B", "A", 1.0),
        ("C", "D", 1.0, IN_YEAR, None, None, None, 60.0, 10.0, 0.5),
        ("D", "B", 1.0, IN_YEAR, None, None, None, None, 10.0),
    )
    results = engaged(table, horizon=2.0, discount_rate=0.25, timing="end", customers="existing")
    # Where the margin is that of Lifetime value, it is one after marketing already.
    assert values(results, "referral_value") == pytest.approx({"A": 0.0, "B": 144.0, "C": 56.0, "D": 72.0})


def test_what_is_paid_or_saved_once_counts_only_in_the_twelve_months() -> None:
    table = referrals(
        ("A", "B", 2.0, "2024-12-31", 5.0, 25.0),
        ("B", "C", 2.0, "2025-01-01", 5.0, 25.0),
        ("C", "D", 2.0, "2025-12-31", 5.0, 25.0),
    )
    assert values(engaged(table), "referral_value") == {"A": 0.0, "B": 20.0, "C": 20.0, "D": 0.0}
    table = referrals(("A", "B", 2.0, "2026-01-01", 5.0, 25.0), ("B", "C", 2.0, None, 5.0, 25.0))
    assert values(engaged(table), "referral_value") == dict.fromkeys(MARGINS, 0.0)


def test_rewards_of_those_who_would_have_come_anyway_are_a_choice() -> None:
    table = referrals(("A", "B", 2.0, IN_YEAR, 5.0, 25.0), ("C", "D", 1.0, IN_YEAR, 2.0, 10.0))
    for word, of_a in (("yes", 20.0), ("no", 25.0)):
        # D loses 5 a year, which its referrer bears with the reward.
        assert values(engaged(table, deduct_reward=word), "referral_value") == {"A": of_a, "B": 0, "C": 3.0, "D": 0}


def test_who_has_left_since_brings_nothing_more() -> None:
    own = rows("Customers", ("customer_id", "annual_margin", "status"), ("A", 100.0), ("B", 50.0, "lost"))
    results = engaged(own, referrals(("A", "B", 1.0, IN_YEAR, 5.0, 25.0)))
    engagement = result(results, "Engagement value")
    assert engagement.loc["A", ["referral_value", "additive_value"]].tolist() == [0.0, 100.0]
    assert engagement["advocacy"].isna().tolist() == [False, True]


def test_referrals_that_cannot_count_are_found_and_the_others_count() -> None:
    table = referrals(
        ("A", "B", 1.0),
        ("C", "C", 1.0),
        (None,),
        ("B", "C", 1.0),
        ("C", "D", 1.0),
        ("D", "B", 1.0),
        ("A", "nobody", 1.0),
        ("nobody", "A", 1.0),
        ("A", "E", 1.0, IN_YEAR, None, None, 0.7),
        ("D", "E", 1.0, IN_YEAR, None, None, 0.7),
        ("A", "F", 1.0),
        ("E", "A"),
    )
    results = engaged(table, margins=MARGINS | {"E": 40.0, "F": None})
    for kind, severity, at in (
        ("self-referral", Severity.ERROR, (2,)),
        ("cycle", Severity.ERROR, (4, 5, 6)),
        ("unknown customer", Severity.WARNING, (7, 8)),
        ("shares over one", Severity.ERROR, (9, 10)),
    ):
        finding = found_in(results.findings, kind, "Referrals")
        assert (finding.severity, finding.rows) == (severity, at), kind
    missing = [f.rows for f in results.findings if (f.kind, f.table) == ("missing number", "Referrals")]
    assert sorted(row for at in missing for row in at) == [11, 12]
    assert values(results, "referral_value") == {"A": 50.0, "B": 0, "C": 0, "D": 0, "E": 0, "F": 0}


def test_a_referral_twice_counts_once_and_the_checks_of_inputs_say_so() -> None:
    results = engaged(referrals(("A", "B", 1.0), ("A", "B", 1.0)))
    assert values(results, "referral_value")["A"] == 50.0
    assert found(results.findings, "duplicate").rows == (2,)
    assert "twice" not in kinds(results.findings)


def test_referrers_of_one_share_equally_unless_told() -> None:
    table = referrals(("A", "B", 1.0), ("C", "B", 1.0), ("A", "D", 1.0, IN_YEAR, None, None, 0.2))
    assert values(engaged(table), "referral_value") == {"A": 25.0 - 1.0, "B": 0, "C": 25.0, "D": 0}


def test_an_endless_referral_is_left_out_and_the_others_count() -> None:
    table = referrals(
        ("A", "B", 1.0, IN_YEAR, None, None, None, 60.0, None, 1.0),
        ("A", "C", 1.0, IN_YEAR, None, None, None, 60.0, None, 0.5),
        ("A", "D", 2.0, IN_YEAR, None, 7.0, None, None, None, 1.0),
    )
    results = engaged(table, horizon="inf")
    finding = found_in(results.findings, "value has no limit", "Referrals")
    assert (finding.severity, finding.column, finding.rows) == (Severity.WARNING, "retention", (1,))
    assert values(results, "referral_value")["A"] == 120.0 + 7.0
    assert "value has no limit" not in {
        f.kind for f in engaged(table, horizon="inf", discount_rate=0.1).findings if f.table == "Referrals"
    }


# Influence and ideas.


def test_an_edge_is_referral_or_influence() -> None:
    results = engaged(
        referrals(("A", "B", 1.0), ("C", "D", 1.0)),
        influence(("A", "B", 9.0, 4.0), (None,), ("B", "A", 9.0, 4.0), ("D", "D", 9.0, 4.0), ("X", "A", 9.0, 4.0)),
    )
    for kind, at in (("referral and influence", (1,)), ("self-influence", (4,)), ("unknown customer", (5,))):
        assert found_in(results.findings, kind, "Influence").rows == at, kind
    assert values(results, "influence_value") == {"A": 0.0, "B": 5.0, "C": 0.0, "D": 0.0}
    assert values(results, "referral_value")["A"] == 50.0


def test_influence_that_was_not_measured_is_unknown_and_said() -> None:
    results = engaged(influence(("A", "B", 9.0, None), ("A", "C", 9.0, 4.0), ("B", "C", 9.0, 4.0)))
    engagement = result(results, "Engagement value")
    np.testing.assert_array_equal(engagement["influence_value"], [np.nan, 2.5, 0.0, 0.0])
    assert engagement["engagement_value"].tolist() == [100.0, 52.5, 10.0, -5.0]
    assert engagement["note"].tolist() == ["influence not measured: not counted", "", "", ""]


def test_influence_on_prospects_lies_outside_unless_the_plan_has_them() -> None:
    table = influence(("A", "prospect", 9.0, 4.0), ("B", "C", 9.0, 4.0))
    for word, outside in (("no", 5.0), ("yes", 0.0)):
        results = engaged(table, prospects_in_equity=word)
        assert amounts(results)["Influence on prospects"] == outside
        assert values(results, "outside_value") == {"A": outside, "B": 0.0, "C": 0.0, "D": 0.0}
        assert values(results, "engagement_value")["A"] == 105.0


def test_ideas_that_cannot_count_are_found() -> None:
    results = engaged(
        ideas(
            ("1", "A", 10.0, 1.0, 0.6),
            ("1", "B", 10.0, 1.0, 0.6),
            ("2", "nobody", 10.0, 1.0, 1.0),
            ("3", "C", 10.0, 0.5, 1.0, 1.0),
            ("4", "C", 10.0, 1.0, 0.5, None, "measured"),
        )
    )
    assert found_in(results.findings, "shares over one", "Ideas").rows == (1, 2)
    assert found(results.findings, "unknown customer").rows == (3,)
    assert values(results, "knowledge_value") == {"A": 0, "B": 0, "C": 10.0, "D": 0}
    assert amounts(results)[["Ideas outside the plan", "Knowledge value", "Measured", "Judged"]].tolist() == [
        5,
        10,
        5,
        5,
    ]


# Sums.


@pytest.mark.parametrize(("transfer", "of_b"), [(0.0, 0.0), (0.5, 25.0)])
def test_what_others_brought_is_moved_not_added(transfer: float, of_b: float) -> None:
    results = engaged(
        referrals(("A", "B", 1.0)),
        influence(("C", "A", 9.0, 4.0), ("D", "new", 9.0, 4.0)),
        ideas(("1", "C", 10.0, 0.5, 1.0), ("2", "C", 10.0, 1.0, 1.0, 1.0)),
        referral_transfer=transfer,
    )
    total = amounts(results)
    assert total["Customer base value"] == 155.0
    assert total["Moved between customers"] == pytest.approx(of_b + 5.0 * transfer - 5.0 * transfer * (of_b > 0))
    assert total["Additive total"] == 155.0 + 5.0 + 5.0
    assert total["Additive values by customer"] == total["Additive total"]
    additive = values(results, "additive_value")
    assert sum(additive.values()) == pytest.approx(total["Additive total"])
    assert additive["B"] == 50.0 - of_b
    assert total["Engagement values, overlapping"] == 155.0 + 50.0 + 5.0 + 5.0 + 15.0


def test_totals_with_a_customer_of_unknown_value_are_unknown() -> None:
    results = engaged(referrals(("A", "B", 1.0), ("U", "C", 1.0)), margins=MARGINS | {"U": None})
    total = amounts(results)
    parts = ["Customer base value", "Moved between customers", "Additive total", "Additive values by customer"]
    assert total[[*parts, "Engagement values, overlapping"]].isna().all()
    assert total["Referral value"] == 60.0
    engagement = result(results, "Engagement value")
    assert engagement["engagement_value"].isna().tolist() == [False] * 4 + [True]
    assert engagement.loc["U", ["engagement_rank", "additive_value", "advocacy"]].isna().all()
    assert engagement["engagement_rank"].tolist()[:4] == [1, 2, 3, 4]


def test_nobodys_value_known_stops_nothing() -> None:
    results = engaged(referrals(("A", "B", 1.0)), margins=dict.fromkeys(MARGINS))
    engagement = result(results, "Engagement value")
    assert engagement[["value", "engagement_value", "engagement_rank", "advocacy"]].isna().all().all()
    assert found_in(results.findings, "missing number", "Referrals").rows == (1,)


def test_customers_alike_have_a_rank_each() -> None:
    assert values(engaged(margins=dict.fromkeys(MARGINS, 5.0)), "engagement_rank") == {"A": 1, "B": 2, "C": 3, "D": 4}


def test_blank_tables_change_nothing() -> None:
    plain = engaged()
    blank = engaged(referrals((None,)), influence((None,)), ideas((None,)))
    for name in ("Engagement value", "Engagement summary", "Segments"):
        pd.testing.assert_frame_equal(plain.tables[name], blank.tables[name])
