"""The three metrics by the company's calendar and currency: against the slow way, and what cannot be known left out."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.metrics import reference
from tests.valuation.model.builders import customers, found, kinds, table, tables, transactions
from tests.valuation.model.builders import settings as assumed
from valuation.findings import Finding, Severity
from valuation.model.currency import in_one_currency
from valuation.model.customer_metrics import metrics_table
from valuation.model.history import read_base
from valuation.tables import CUSTOMER_METRICS, TableData

Rows = list[tuple[str | None, str, float]]
COUNTS = {
    "gross_new": "gross_new",
    "maturing": "maturing",
    "existing": "existing",
    "existing_active": "existing_active",
    "opening_active": "active_opening",
    "closing_active": "active_closing",
    "reactivated": "reactivated",
    "lost": "lost",
    "new_and_lost": "new_and_lost",
    "net_new_remaining": "net_new_remaining",
    "revenue_new": "revenue_new",
    "revenue_maturing": "revenue_maturing",
    "revenue_existing": "revenue_existing",
}
"""Column of the table to that of the slow way."""
LONG_AGO: Rows = [("Z", "2019-01-15", 1.0)]
"""So that every period is known."""


def metrics(
    rows: Rows, *parts: TableData, as_of: str = "2025-12-31", ids: str = "ABCDEZ", parents: str = "", **assumptions: Any
) -> tuple[pd.DataFrame, list[Finding]]:
    """By key, as the chain comes to it."""
    settings = assumed(**assumptions)
    given = tables(customers(*ids), transactions(*rows), *parts)
    usable, findings = in_one_currency(given, settings)
    base = read_base(usable["Customers"], usable["Transactions"], np.datetime64(as_of))
    parent = base.customers["customer_id"].replace(dict(zip(ids, parents or ids, strict=True)))
    frame, more, _ = metrics_table(base, parent, settings, usable)
    assert list(frame) == [column.name for column in CUSTOMER_METRICS]
    return frame.set_index("key"), [*findings, *more]


def random_log(seed: int) -> Rows:
    """Purchases, and a few credit notes, of five customers over six years."""
    rng = np.random.default_rng(seed)
    days = np.datetime64("2020-01-01") + np.sort(rng.integers(0, 2192, 60))
    amounts = np.where(rng.random(60) < 0.12, -1.0, 1.0) * rng.integers(5, 90, 60)
    who = rng.choice(list("ABCDE"), 60, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    return [(str(id_), str(day), float(amount)) for id_, day, amount in zip(who, days, amounts, strict=True)]


CALENDARS: dict[str, dict[str, Any]] = {
    "calendar year": {},
    "fiscal year to June": {"fiscal_year_end_month": 6.0},
    "4-4-5, the year of 53 weeks": {"fiscal_pattern": "4-4-5", "fiscal_week_end": "wednesday"},
    "half a year makes active": {"activity_months": 6.0},
}


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("seed", [1, 2])
def test_counts_and_revenue_are_those_of_the_slow_way(name: str, seed: int) -> None:
    rows = LONG_AGO + random_log(seed)
    options = CALENDARS[name]
    frame, _ = metrics(rows, **options)
    slow_rows = [(str(id_), dt.date.fromisoformat(day), amount) for id_, day, amount in rows]
    for grain in ("month", "quarter", "year"):
        own = frame[frame.index.str.startswith(grain)].iloc[::-1]
        periods = [(start.date(), end.date()) for start, end in zip(own["start"], own["end"], strict=True)]
        slow = reference.metrics(slow_rows, periods, months=int(options.get("activity_months", 12)))
        for ours, theirs in COUNTS.items():
            assert own[ours].tolist() == pytest.approx([each[theirs] for each in slow]), (grain, ours)


@pytest.mark.parametrize("name", CALENDARS)
def test_counts_and_revenue_close_in_every_period(name: str) -> None:
    frame, _ = metrics(
        LONG_AGO + random_log(3) + [("nobody", "2025-03-05", 7.0), (None, "2025-03-06", 5.0)], **CALENDARS[name]
    )
    bridge = frame["opening_active"] + frame["gross_new"] + frame["reactivated"] - frame["lost"] - frame["new_and_lost"]
    assert (bridge == frame["closing_active"]).all()
    parts = frame[["revenue_new", "revenue_maturing", "revenue_existing", "revenue_unknown"]].sum(axis=1)
    np.testing.assert_allclose(parts, frame["revenue"], atol=1e-9)
    lines = frame[
        ["before_12m", "lost_12m", "contraction_12m", "expansion_12m", "reactivated_12m", "new_12m", "fx_12m"]
    ]
    np.testing.assert_allclose(lines.sum(axis=1), frame["revenue_12m"], atol=1e-9)


@pytest.mark.parametrize("name", CALENDARS)
def test_months_add_up_to_their_quarters_and_years(name: str) -> None:
    frame, _ = metrics(LONG_AGO + random_log(4), **CALENDARS[name])
    months = frame[frame.index.str.startswith("month")]
    for key in ("year 0", "year 1", "quarter 0", "quarter 3"):
        whole: Any = frame.loc[key]
        inside = months[(months["start"] >= whole["start"]) & (months["end"] <= whole["end"])]
        assert inside["revenue"].sum() == pytest.approx(whole["revenue"])
        assert inside["revenue_constant"].sum() == pytest.approx(whole["revenue"])
        assert inside["start"].min() == whole["start"]
        assert inside["end"].max() == whole["end"]


def test_a_fiscal_year_ends_with_its_month() -> None:
    frame, _ = metrics(LONG_AGO, fiscal_year_end_month=6.0)
    year: Any = frame.loc["year 0"]
    assert (str(year["start"].date()), str(year["end"].date())) == ("2024-07-01", "2025-06-30")
    assert frame.loc["quarter 0", "end"] == pd.Timestamp("2025-12-31")


def test_a_year_of_53_weeks_has_371_days() -> None:
    frame, _ = metrics(LONG_AGO, fiscal_pattern="4-4-5", fiscal_week_end="wednesday")
    years = frame[frame.index.str.startswith("year")]
    days = ((years["end"] - years["start"]).dt.days + 1).tolist()
    assert days == [371, 364, 364]
    assert set(years["end"].dt.day_name()) == {"Wednesday"}


def test_only_periods_that_are_over_are_shown_the_latest_first() -> None:
    frame, _ = metrics(LONG_AGO, as_of="2025-12-30")
    assert frame["end"]["month 0"] == pd.Timestamp("2025-11-30")
    assert frame["end"]["year 0"] == pd.Timestamp("2024-12-31")
    assert len(frame) == 36 + 12 + 3


# Whose revenue it is.


def test_revenue_of_unknown_customers_stands_apart() -> None:
    frame, _ = metrics([*LONG_AGO, ("A", "2025-03-01", 10.0), ("nobody", "2025-03-02", 7.0), (None, "2025-03-03", 5.0)])
    year: Any = frame.loc["year 0"]
    assert (year["revenue_new"], year["revenue_unknown"], year["revenue"]) == (10.0, 12.0, 22.0)
    assert year["gross_new"] == 1


# Transactions that begin late.


def late(**stated: Any) -> pd.DataFrame:
    """Three customers bought from 2024-03 on; B is said, where it is, to have bought first in 2019."""
    own = table("Customers", customer_id=["A", "B"], **stated)
    rows: Rows = [("A", "2024-03-10", 10.0), ("B", "2024-04-10", 20.0), ("A", "2025-05-05", 30.0)]
    return metrics(rows, own)[0]


def test_who_was_active_before_the_transactions_begin_is_left_out() -> None:
    frame = late(first_purchase=["2024-03-10", "2019-01-01"])
    early: Any = frame.loc["month 20"]
    year: Any = frame.loc["year 0"]
    assert early["period"] == "2024-04"
    assert early[["opening_active", "lost", "closing_active", "revenue_per_existing"]].isna().all()
    assert (early["gross_new"], early["existing"], early["revenue_existing"]) == (0, 1, 20.0)
    assert early["note"] == "transactions begin on 2024-03-10: what rests on earlier purchases is left out"
    assert np.isnan(year["opening_active"])
    assert (year["closing_active"], year["existing_active"]) == (1, 1)
    assert np.isnan(year["net_retention"])


def test_nobody_is_called_new_who_may_have_bought_before_the_transactions_begin() -> None:
    frame = late()
    assert frame.loc["month 20", ["gross_new", "existing", "revenue_new", "revenue_per_new"]].isna().all()
    assert frame.loc["month 20", "revenue"] == 20.0
    later: Any = frame.loc["month 7"]
    assert later[["gross_new", "revenue_new"]].tolist() == [0, 0]
    assert frame.loc["month 7", "period"] == "2025-05"


def test_transactions_after_the_as_of_date_make_no_periods() -> None:
    frame, _ = metrics([("A", "2026-03-01", 10.0)])
    assert len(frame) == 0
    frame, _ = metrics([])
    assert len(frame) == 0


# The company's own periods.


def periods(*spans: tuple[str, str], **columns: Any) -> TableData:
    starts, ends = zip(*spans, strict=True)
    return table(
        "Periods", period=[f"P{number}" for number in range(1, len(spans) + 1)], start=starts, end=ends, **columns
    )


def test_own_periods_are_all_there_are() -> None:
    frame, findings = metrics(
        [*LONG_AGO, ("A", "2025-01-05", 10.0)],
        periods(("2025-01-01", "2025-01-28"), ("2025-01-29", "2025-02-25")),
    )
    assert frame["period"].tolist() == ["P2", "P1"]
    assert frame["revenue"].tolist() == [0.0, 10.0]
    assert findings == []


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([("2025-01-01", "2025-01-31"), ("2025-02-03", "2025-02-28")], "days are missing between row 1"),
        ([("2025-01-01", "2025-01-31"), ("2025-01-31", "2025-02-28")], "row 2 overlaps row 1"),
        ([("2025-01-31", "2025-01-01")], "row 1"),
    ],
    ids=["gap", "overlap", "reversed"],
)
def test_periods_that_cannot_be_used_give_way_to_the_calendar(spans: list[tuple[str, str]], said: str) -> None:
    frame, findings = metrics(LONG_AGO, periods(*spans))
    finding = found(findings, "periods that cannot be used")
    assert (finding.severity, finding.table) == (Severity.ERROR, "Periods")
    assert said in finding.what
    assert "blank rows" not in finding.what
    assert frame.index[0] == "month 0"
    assert frame["period"]["month 0"] == "2025-12"


def test_blank_rows_among_the_periods_are_passed_over() -> None:
    spans: list[Any] = [("2025-01-01", "2025-01-31"), (None, None), ("2025-02-01", "2025-02-28")]
    frame, findings = metrics(
        LONG_AGO, table("Periods", period=["a", None, "b"], start=[s for s, _ in spans], end=[e for _, e in spans])
    )
    assert (frame["period"].tolist(), findings) == (["b", "a"], [])
    broken = table(
        "Periods",
        period=["a", None, "b"],
        start=["2025-01-01", None, "2025-02-02"],
        end=["2025-01-31", None, "2025-02-28"],
    )
    assert "(blank rows not counted)" in found(metrics(LONG_AGO, broken)[1], "periods that cannot be used").what


def test_a_quarter_in_two_pieces_is_found() -> None:
    spans = [("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28"), ("2025-03-01", "2025-03-31")]
    torn = periods(*spans, quarter=["Q1", "Q2", "Q1"])
    frame, findings = metrics(LONG_AGO, torn)
    assert kinds(findings) == {"periods that cannot be used"}
    assert len(frame) == 0


# What Customers and the transactions say against each other.


def test_contradictions_name_the_rows_of_customers() -> None:
    own = table("Customers", customer_id=["Z", "A"], end_date=[None, "2025-01-31"])
    _, findings = metrics([*LONG_AGO, ("A", "2024-12-05", 5.0), ("A", "2025-06-05", 5.0)], own)
    finding = found(findings, "purchase after the end")
    assert (finding.severity, finding.table, finding.rows) == (Severity.WARNING, "Customers", (2,))
    # The chain finds this one anyway.
    early = table("Customers", customer_id=["Z", "A"], first_purchase=[None, "2025-07-01"])
    assert kinds(metrics([*LONG_AGO, ("A", "2025-06-05", 5.0)], early)[1]) == set()


def test_accounts_of_one_parent_count_as_one_customer_where_wanted() -> None:
    rows = [*LONG_AGO, ("A", "2024-03-01", 50.0), ("B", "2025-02-01", 70.0), ("C", "2025-04-01", 30.0)]
    apart, _ = metrics(rows, ids="ABCZ", parents="AACZ")
    together, findings = metrics(rows, ids="ABCZ", parents="AACZ", metrics_account="parent")
    assert findings == []
    shown = ["gross_new", "existing_active", "revenue_per_new"]
    assert apart[shown].loc["year 0"].to_numpy().tolist() == [2.0, 0.0, 50.0]
    assert together[shown].loc["year 0"].to_numpy().tolist() == [1.0, 1.0, 30.0]


def test_parents_of_parents_are_a_finding_and_no_metrics() -> None:
    rows = [*LONG_AGO, ("A", "2024-03-01", 50.0), ("B", "2025-02-01", 70.0)]
    frame, findings = metrics(rows, ids="ABCZ", parents="BCCZ", metrics_account="parent")
    assert (len(frame), kinds(findings)) == (0, {"customers that cannot be counted"})


def test_who_came_back_is_new_to_the_second_tenure_where_wanted() -> None:
    rows = [*LONG_AGO, ("A", "2020-03-01", 50.0), ("A", "2025-06-01", 70.0)]
    ever, _ = metrics(rows)
    since, _ = metrics(rows, metrics_tenure="reactivation")
    shown = ["existing_active", "reactivated"]
    assert ever[shown].loc["year 0"].to_numpy().tolist() == [1.0, 1.0]
    assert since[shown].loc["year 0"].to_numpy().tolist() == [0.0, 1.0]
