"""The bridge of customer equity from one snapshot to the next: nothing is left over, and nothing unlike is compared."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.model.builders import assumptions, found, kinds, result, table, tables
from tests.valuation.model.builders import settings as assumed
from valuation.findings import Severity
from valuation.model import Results, value_base
from valuation.model.equity import bridge_tables, return_since, years_between
from valuation.model.snapshots import Earlier, Snapshot, earlier_snapshot
from valuation.tables import BRIDGE_LINES

FIRST, NEXT = pd.Timestamp("2024-12-31"), pd.Timestamp("2025-12-31")
WANTED = {"Snapshots", "Customer equity"}
LINES = list(BRIDGE_LINES)
Margins = Mapping[str, float | None]


def refresh(
    margins: Margins,
    as_of: pd.Timestamp,
    last: Mapping[str, pd.DataFrame] | None = None,
    *,
    lost: tuple[str, ...] = (),
    retention: float = 0.8,
    **terms: Any,
) -> Results:
    """Value customers by a typed margin; one without a margin has a revenue, so that its value is not known."""
    ids = list(margins)
    own = table(
        "Customers",
        customer_id=ids,
        annual_margin=list(margins.values()),
        annual_revenue=[1000.0] * len(ids),
        status=["lost" if id_ in lost else "active" for id_ in ids],
    )
    stay = table("Retention", customer_id=ids, probability=[retention] * len(ids))
    register = assumptions(**{"as_of": as_of, "sales_cost": 0.0} | terms)
    return value_base(tables(own, stay, register), last=last or {}, wanted=WANTED)


def lines(results: Results) -> dict[str, float]:
    bridge = results.tables["Equity bridge"]
    return dict(zip(LINES, bridge["amount"].tolist(), strict=True))


def closes(results: Results) -> None:
    amounts = lines(results)
    rest = amounts["closing"] - sum(amounts[name] for name in LINES[:-1])
    assert abs(rest) <= 1e-6 * max(map(abs, amounts.values()))
    by_customer = results.tables["Equity bridge by customer"]
    sums = by_customer[LINES].fillna(0.0).sum()
    assert sums.tolist() == pytest.approx(list(amounts.values()), rel=1e-9, abs=1e-6)
    assert amounts["closing"] == pytest.approx(results.tables["Lifetime value"]["value"].sum(), rel=1e-9)


@pytest.fixture(scope="module")
def before() -> Results:
    return refresh({"A": 100.0, "B": 50.0, "C": -20.0, "D": 40.0, "E": None}, FIRST, lost=("D",))


@pytest.fixture(scope="module")
def after(before: Results) -> Results:
    """B left, C costs less, D came back, E became known, F is new."""
    margins: Margins = {"A": 130.0, "B": 50.0, "C": -15.0, "D": 40.0, "E": 10.0, "F": 60.0}
    return refresh(margins, NEXT, before.tables, lost=("B",), retention=0.85, discount_rate=0.12)


def test_the_bridge_ends_where_the_base_is_valued(before: Results, after: Results) -> None:
    closes(after)
    assert lines(after)["opening"] == pytest.approx(before.tables["Lifetime value"]["value"].sum(), rel=1e-12)
    assert before.tables["Equity bridge"]["amount"].isna().all()
    assert len(before.tables["Equity bridge by customer"]) == 0


def test_each_customer_stands_in_the_line_of_what_became_of_it(after: Results) -> None:
    bridge = result(after, "Equity bridge by customer")
    values = result(after, "Lifetime value")["value"]
    concerned = {name: set(bridge.index[bridge[name].fillna(0.0) != 0]) for name in LINES}
    assert concerned["lost"] == {"B"}
    assert concerned["reactivated"] == {"D"}
    assert concerned["new"] == {"F"}
    assert concerned["one_date_only"] == {"E"}
    assert concerned["survivor"] == {"A", "C"}
    assert concerned["expansion"] == {"A", "C"}
    assert concerned["contraction"] == set()
    assert concerned["retention"] == concerned["rate"] == {"A", "C"}
    assert bridge["new"]["F"] == values["F"]
    assert bridge["reactivated"]["D"] == values["D"]
    counts = after.tables["Equity bridge"].set_index("line")["customers"]
    assert counts["Lost customers"] == 1


def test_a_value_known_at_one_date_only_is_found(before: Results, after: Results) -> None:
    finding = found(after.findings, "value known at one date only")
    assert (finding.severity, finding.table) == (Severity.WARNING, "Equity bridge")
    assert "The value of 1 customers" in finding.what
    gone = refresh({"A": None}, NEXT, before.tables)
    amounts = lines(gone)
    assert amounts["closing"] == 0
    assert amounts["one_date_only"] == pytest.approx(-before.tables["Lifetime value"]["value"].iloc[0])


@pytest.mark.parametrize(
    ("other", "said"),
    [({"timing": "end"}, "timing of margins"), ({"periods_per_year": "4"}, "the grid")],
    ids=["timing", "grid"],
)
def test_values_of_another_convention_are_not_bridged(before: Results, other: dict[str, Any], said: str) -> None:
    results = refresh({"A": 100.0}, NEXT, before.tables, **other)
    finding = found(results.findings, "no equity bridge")
    assert (finding.severity, finding.table) == (Severity.WARNING, "Snapshot dates")
    assert said in finding.what
    assert results.tables["Equity bridge"]["amount"].isna().all()
    assert results.tables["Equity bridge"]["line"].tolist() == [title for title, _ in BRIDGE_LINES.values()]


@pytest.mark.parametrize("column", ["timing", "periods_per_year", "discount_rate"])
def test_a_snapshot_of_before_these_columns_is_not_bridged(before: Results, column: str) -> None:
    dates = before.tables["Snapshot dates"].drop(columns=column)
    results = refresh({"A": 100.0}, NEXT, before.tables | {"Snapshot dates": dates})
    assert "no equity bridge" in kinds(results.findings)
    assert len(results.tables["Snapshot dates"]) == 2


def test_a_quarter_is_a_quarter_of_the_unwinding() -> None:
    first = refresh({"A": 100.0}, pd.Timestamp("2025-09-30"), periods_per_year="4")
    second = refresh({"A": 100.0}, NEXT, first.tables, periods_per_year="4")
    closes(second)
    amounts = lines(second)
    assert amounts["unwind"] == pytest.approx(amounts["opening"] * (1.1**0.25 - 1))


@pytest.mark.parametrize(
    ("earlier", "later", "years"),
    [
        ("2024-12-31", "2025-12-31", 1.0),
        ("2025-09-30", "2025-12-31", 0.25),
        ("2024-02-29", "2025-02-28", 1.0),
        ("2025-01-15", "2025-02-14", 30 / 365),
    ],
)
def test_time_between_dates_is_counted_in_whole_months_where_it_is(earlier: str, later: str, years: float) -> None:
    assert years_between(np.datetime64(earlier), np.datetime64(later)) == years


def test_ids_that_differ_only_by_spaces_are_the_same_customer(before: Results) -> None:
    kept = before.tables["Snapshots"]
    spaced = before.tables | {"Snapshots": kept.assign(customer_id=kept["customer_id"] + " ")}
    results = refresh({"A": 100.0}, NEXT, spaced)
    closes(results)
    assert lines(results)["new"] == 0


def test_the_restated_snapshot_is_where_the_bridge_begins() -> None:
    closed = refresh({"A": 100.0}, FIRST, closed_through=FIRST)
    final = refresh({"A": 100.0}, FIRST, closed.tables, closed_through=FIRST)
    restated = refresh({"A": 110.0}, FIRST, final.tables, closed_through=FIRST)
    assert restated.tables["Snapshot dates"]["state"].tolist() == ["final", "restated"]
    later = refresh({"A": 110.0}, NEXT, restated.tables)
    closes(later)
    assert lines(later)["expansion"] == 0
    assert lines(later)["opening"] == pytest.approx(restated.tables["Lifetime value"]["value"].sum())


def test_a_base_without_customers_has_a_bridge_of_noughts(before: Results) -> None:
    empty = refresh({}, FIRST)
    filled = refresh({"A": 100.0}, NEXT, empty.tables)
    closes(filled)
    assert lines(filled)["new"] == lines(filled)["closing"]
    emptied = refresh({}, NEXT, before.tables)
    closes(emptied)
    assert lines(emptied)["closing"] == 0
    assert empty.tables["Customer equity"]["value"].sum() == 0


# Laws, on snapshots made for it.

SHARES = st.sampled_from([0.0, 0.3, 0.8, 1.0])
MONEY = st.one_of(st.none(), st.floats(-500, 500).map(lambda amount: round(amount, 2)))
STATUSES = st.sampled_from(["current", "current", "left", "to come"])
PEOPLE = st.dictionaries(st.sampled_from("ABCDEF"), st.tuples(STATUSES, MONEY, MONEY, SHARES), max_size=6)
TERMS = st.tuples(st.sampled_from([0.0, 0.1, 0.25]), st.sampled_from([1.0, 3.0, np.nan]))


def snapshot(people: Mapping[str, tuple[str, float | None, float | None, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [(id_, *row) for id_, row in people.items()],
        columns=["customer_id", "status", "annual_margin", "cost_to_serve", "retention_rate"],
    )
    money = ["annual_margin", "cost_to_serve", "retention_rate"]
    return frame.astype({"customer_id": object, "status": object} | dict.fromkeys(money, float))


@settings(max_examples=15)
@given(PEOPLE, PEOPLE, TERMS, TERMS, st.sampled_from(["start", "mid", "end"]), st.sampled_from([1, 4]))
def test_nothing_is_left_over_whatever_changed(
    then: Any, now: Any, terms_then: Any, terms_now: Any, timing: str, grid: int
) -> None:
    facts = [
        {"discount_rate": rate, "horizon": horizon, "timing": timing, "periods_per_year": float(grid)}
        for rate, horizon in (terms_then, terms_now)
    ]
    earlier = Earlier(
        as_of=np.datetime64("2024-12-31"),
        state="draft",
        customers=snapshot(then).set_index("customer_id"),
        facts=pd.Series(facts[0]),
    )
    drawn, findings = bridge_tables(
        earlier,
        Snapshot(customers=snapshot(now), facts=facts[1]),
        np.datetime64("2025-12-31"),
        pd.Series(dtype=object),
        assumed(timing=timing, periods_per_year=str(grid)),
    )
    amounts = drawn["Equity bridge"]["amount"]
    endless = any(np.isnan(horizon) and rate == 0 for rate, horizon in (terms_then, terms_now))
    strangers = bool(then and now) and not set(then) & set(now)
    if amounts.isna().any():
        assert endless or strangers
        assert [finding.kind for finding in findings] == ["no equity bridge"]
        return
    largest = max(amounts.abs().max(), 1e-9)
    assert abs(amounts.iloc[-1] - amounts.iloc[:-1].sum()) <= 1e-6 * largest
    by_customer = drawn["Equity bridge by customer"]
    np.testing.assert_allclose(by_customer[LINES].fillna(0.0).sum(), amounts, atol=1e-9 * largest)
    assert (by_customer["residual"].abs() <= 1e-6 * largest).all()


def test_snapshots_that_share_nobody_are_not_bridged(before: Results) -> None:
    results = refresh({"X": 100.0}, NEXT, before.tables)
    assert "share no customer_id" in found(results.findings, "no equity bridge").what


def test_return_since_the_last_snapshot_is_that_of_a_year(after: Results, before: Results) -> None:
    earlier, _ = earlier_snapshot(before.tables, np.datetime64(NEXT, "D"))
    assert earlier is not None
    kept = after.tables["Snapshots"]
    today = Snapshot(customers=kept[kept["as_of"] == NEXT], facts={})
    pnl = after.tables["Customer P&L"]
    opening, closing = (frame["value"].sum() for frame in (earlier.customers, today.customers))
    for later, years in (("2025-12-31", 1.0), ("2026-12-31", 2.0)):
        profit = years * pnl["contribution"].sum()
        rate = return_since(earlier, today, np.datetime64(later), pnl)
        assert rate == pytest.approx((profit + closing - opening) / opening / years)
    assert np.isnan(return_since(None, today, np.datetime64(NEXT, "D"), pnl))
