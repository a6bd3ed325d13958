"""The three customer metrics."""

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.metrics import reference
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.metrics import customer_class, customer_recon, customers_of, fiscal_calendar, three_metrics

G12 = Path(__file__).parents[2] / "golden" / "g12_customers.csv"

Rows = list[tuple[Any, str, float]]


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def on(*texts: str | None) -> Any:
    """A column of dates."""
    return np.array([text or "NaT" for text in texts], dtype="datetime64[s]")


def log(rows: Rows) -> pd.DataFrame:
    ids, days, amounts = zip(*rows, strict=True)
    return pd.DataFrame(
        {"customer_id": list(ids), "date": pd.to_datetime(list(days)), "net_amount": np.array(amounts, dtype=float)}
    )


def spans(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.to_datetime([pair[i] for pair in pairs]) for i, name in enumerate(("start", "end"))})


YEAR = spans(("2025-01-01", "2025-12-31"))
QUARTER = spans(("2025-10-01", "2025-12-31"))


def metrics(rows: Rows, periods: pd.DataFrame = YEAR, **options: Any) -> pd.Series:
    """The last period."""
    return three_metrics(log(rows), periods, **options).frame.iloc[-1]


@pytest.fixture(scope="module")
def twelve() -> pd.DataFrame:
    """The golden customers: what they bought first, last year and this year, as documents."""
    rows: Rows = []
    with G12.open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            net, first, last = float(line["net"]), line["first"], line["last"]
            if first >= "2025":
                rows += [(line["id"], first, net / 4), (line["id"], last, net * 3 / 4)]
                continue
            rows.append((line["id"], first, 1.0))
            if float(line["prev_rev"]) > 0:
                rows.append((line["id"], "2024-12-12", float(line["prev_rev"])))
            if net > 0:
                rows.append((line["id"], last, net))
    return log(rows)


# Customers G12 of the functional specification, section G: 9 + 2 + 1 - 1 - 0 = 11.
GOLDEN_2025 = {
    "active_opening": 9,
    "gross_new": 2,
    "reactivated": 1,
    "lost": 1,
    "new_and_lost": 0,
    "active_closing": 11,
    "net_adds": 2,
    "net_new_remaining": 2,
    "existing": 10,
    "existing_active": 9,
    "maturing": 0,
    "revenue": 1_540_500.00,
    "revenue_new": 217_000.00,
    "revenue_existing": 1_323_500.00,
    "revenue_per_new": 108_500.00,
    "revenue_per_existing": 147_055.56,
    "count_check": 0,
    "revenue_check": 0,
}


@pytest.mark.parametrize(("name", "expected"), GOLDEN_2025.items())
def test_the_golden_customers_of_2025(twelve: pd.DataFrame, name: str, expected: float) -> None:
    assert round(three_metrics(twelve, YEAR).frame[name].to_list()[0], 2) == expected


def test_two_golden_customers_are_maturing_in_the_last_quarter(twelve: pd.DataFrame) -> None:
    found = three_metrics(twelve, QUARTER)
    people = customers_of(found)
    assert people.loc[people["class"] == "maturing", "customer_id"].tolist() == ["C07", "C08"]
    assert found.frame.loc[0, "revenue_check"] == 0


def test_what_became_of_the_golden_customers(twelve: pd.DataFrame) -> None:
    people = customers_of(three_metrics(twelve, YEAR)).set_index("customer_id")
    assert people["movement"].to_dict() == dict.fromkeys(people.index, "stayed") | {
        "C07": "gross new",
        "C08": "gross new",
        "C09": "reactivated",
        "C10": "lost",
    }
    bridge = customer_recon(three_metrics(twelve, YEAR))
    assert bridge["customers"].tolist() == [9, 2, 1, -1, 0, 11, 0]


# A second way.

DATES = st.dates(dt.date(2023, 1, 1), dt.date(2025, 3, 31)) | st.sampled_from(
    [dt.date(2023, 2, 28), dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2025, 2, 28), dt.date(2024, 12, 31)]
)
LOGS = st.lists(
    st.tuples(st.sampled_from("ABCDE"), DATES, st.sampled_from([-70.0, -20.0, 0.0, 0.1, 20.0, 50.0])),
    min_size=1,
    max_size=25,
)
PERIODS = {
    "months": fiscal_calendar(day("2024-01-01"), day("2025-03-31")),
    "weeks": fiscal_calendar(day("2024-01-01"), day("2025-03-31"), pattern="4-4-5", year_end="nearest"),
    "year": spans(("2024-03-01", "2025-03-31")),
    "with gaps": spans(("2024-01-01", "2024-02-28"), ("2024-03-15", "2024-09-30"), ("2025-02-01", "2025-03-31")),
    "long": spans(("2023-06-01", "2025-03-31")),
}


@settings(max_examples=40)
@given(
    LOGS, st.sampled_from(sorted(PERIODS)), st.sampled_from([1, 6, 12]), st.dictionaries(st.sampled_from("ABC"), DATES)
)
def test_agrees_with_the_slow_way(rows: list[reference.Row], kind: str, months: int, ends: dict[str, dt.date]) -> None:
    periods = PERIODS[kind]
    pairs = [(s.date(), e.date()) for s, e in zip(periods["start"], periods["end"], strict=True)]
    rows = [row for row in rows if row[1] <= pairs[-1][1]]
    if not rows:
        return
    customers = pd.DataFrame({"customer_id": list(ends), "end_date": pd.to_datetime(list(ends.values()))})
    found = three_metrics(
        log([(who, when.isoformat(), amount) for who, when, amount in rows]),
        periods,
        customers=customers if ends else None,
        window_months=months,
    ).frame
    for k, slow in enumerate(reference.metrics(rows, pairs, months=months, ends=ends)):
        assert {name: round(found.iloc[k][name], 6) for name in slow} == pytest.approx(slow, abs=1e-6)
    classes = found[["gross_new", "maturing", "existing"]].sum(axis=1)
    assert (classes <= len({who for who, _, _ in rows} | set(ends))).all()
    assert (found["count_check"] == 0).all()
    assert (found["revenue_check"] == 0).all()
    # What closes one period opens the next, where no day lies between them.
    follows = (periods["start"].shift(-1) - periods["end"]).dt.days.to_numpy()[:-1] == 1
    closing, opening = found["active_closing"].to_numpy()[:-1], found["active_opening"].to_numpy()[1:]
    assert (closing == opening)[follows].all()


@settings(max_examples=10)
@given(LOGS, st.randoms())
def test_the_order_of_the_rows_does_not_matter(rows: list[reference.Row], random: Any) -> None:
    given_rows: Rows = [(who, when.isoformat(), amount) for who, when, amount in rows]
    shuffled = given_rows.copy()
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(
        three_metrics(log(given_rows), PERIODS["months"]).frame, three_metrics(log(shuffled), PERIODS["months"]).frame
    )


# Definitions.


@pytest.mark.parametrize(
    ("first", "end", "kind"),
    [
        ("2024-12-31", "2025-12-31", "existing"),
        ("2025-01-01", "2025-12-31", "new"),
        ("2024-02-29", "2025-02-28", "existing"),
        ("2024-03-01", "2025-02-28", "new"),
        ("2023-02-28", "2024-02-29", "existing"),
    ],
)
def test_a_year_partitions_exactly(first: str, end: str, kind: str) -> None:
    start = str(day(end) - 364) if end != "2025-02-28" else "2024-03-01"
    assert customer_class(np.array([first], dtype="datetime64[D]"), day(start), day(end)).tolist() == [kind]


def test_a_customer_who_never_bought_has_no_class() -> None:
    found = customer_class(np.array(["NaT", "2026-01-01"], dtype="datetime64[D]"), day("2025-01-01"), day("2025-12-31"))
    assert found.tolist() == [None, "not yet"]


@pytest.mark.parametrize(("bought", "active"), [("2024-02-29", 0), ("2024-03-01", 1)])
def test_the_window_to_the_end_of_february_opens_after_the_leap_day(bought: str, active: int) -> None:
    assert metrics([("A", bought, 10.0)], spans(("2025-02-01", "2025-02-28")))["active_closing"] == active


def test_credits_trials_and_free_rows_are_no_purchases() -> None:
    table = log(
        [("A", "2025-03-01", -5.0), ("B", "2025-03-01", 0.0), ("C", "2025-03-01", 9.0), ("D", "2025-03-01", 9.0)]
    )
    kinds = table.assign(type=["", "sale", "Trial", "adjustment"])
    found = three_metrics(kinds, YEAR).frame.loc[0]
    assert (found["gross_new"], found["active_closing"]) == (0, 0)
    assert found["revenue_not_customers"] == found["revenue"] == 13.0
    assert np.isnan(found["revenue_per_new"])


@pytest.mark.parametrize(
    ("rows", "year", "months"),
    [
        # taken back in the month: no customer at all
        ([("A", "2025-03-05", 50.0), ("A", "2025-03-20", -50.0)], 0, [0, 0, 0]),
        # taken back later in the year: new in its month, but not in the year
        ([("A", "2025-03-05", 50.0), ("A", "2025-04-02", -50.0)], 0, [1, 0, 0]),
        # taken back in part: a customer
        ([("A", "2025-03-05", 50.0), ("A", "2025-03-20", -49.0)], 1, [1, 0, 0]),
        # taken back, and bought again in another month: new then
        ([("A", "2025-03-05", 50.0), ("A", "2025-03-20", -50.0), ("A", "2025-05-02", 7.0)], 1, [0, 0, 1]),
    ],
)
def test_a_first_order_that_was_taken_back_makes_no_customer(rows: Rows, year: int, months: list[int]) -> None:
    assert metrics(rows)["gross_new"] == year
    found = three_metrics(log(rows), fiscal_calendar(day("2025-03-01"), day("2025-05-31"))).frame
    assert found["gross_new"].tolist() == months
    assert (found["count_check"] == 0).all()
    assert (found["revenue_check"] == 0).all()


def test_an_order_before_the_transactions_begin_is_not_taken_back_by_a_credit_note() -> None:
    known = pd.DataFrame({"customer_id": ["A"], "first_purchase": on("2019-05-01")})
    found = metrics([("A", "2025-03-05", 10.0), ("A", "2025-03-20", -50.0)], customers=known)
    assert (found["existing"], found["existing_active"], found["revenue_per_existing"]) == (1, 1, -40.0)


def test_a_stated_first_purchase_does_not_bring_back_an_order_that_was() -> None:
    known = pd.DataFrame({"customer_id": ["A"], "first_purchase": on("2025-03-05")})
    assert metrics([("A", "2025-03-05", 50.0), ("A", "2025-03-20", -50.0)], customers=known)["gross_new"] == 0


def test_a_credit_of_an_inactive_customer_stays_in_revenue_and_is_listed() -> None:
    found = three_metrics(
        log([("A", "2020-01-01", 9.0), ("B", "2020-01-01", 9.0), ("B", "2025-02-01", 80.0), ("A", "2025-05-01", -5.0)]),
        YEAR,
    )
    line = found.frame.loc[0]
    assert (line["revenue_existing"], line["revenue_existing_inactive"], line["revenue_per_existing"]) == (75, -5, 75)
    assert found.inactive_amounts.to_numpy().tolist() == [[0, "A", -5.0]]


def test_tenure_counts_from_the_first_purchase_ever_unless_asked_otherwise() -> None:
    rows: Rows = [("A", "2020-01-01", 9.0), ("A", "2025-11-01", 9.0)]
    assert metrics(rows, QUARTER)["existing"] == 1
    again = metrics(rows, QUARTER, tenure="since_reactivation")
    assert (again["existing"], again["maturing"], again["gross_new"], again["reactivated"]) == (0, 1, 0, 1)


@pytest.mark.parametrize(
    ("earliest", "existing"),
    [("2025-06-01", 1), ("2020-01-01", 0)],
    ids=["the pause is not covered", "the pause is covered"],
)
def test_a_lapse_shows_only_where_the_transactions_cover_it(earliest: str, existing: int) -> None:
    known = pd.DataFrame({"customer_id": ["A"], "first_purchase": on("2019-05-01")})
    rows: Rows = [("A", "2025-11-01", 9.0), ("Z", earliest, -1.0)]
    assert metrics(rows, QUARTER, customers=known, tenure="since_reactivation")["existing"] == existing


def test_who_leaves_with_its_contract_is_new_and_lost() -> None:
    ends = pd.DataFrame({"customer_id": ["A", "B"], "end_date": on("2025-12-31", "2026-01-01")})
    found = three_metrics(log([("A", "2025-03-01", 9.0), ("B", "2025-03-01", 9.0)]), YEAR, customers=ends)
    line = found.frame.loc[0]
    assert (line["gross_new"], line["new_and_lost"], line["net_new_remaining"], line["net_adds"]) == (2, 1, 1, 1)
    assert found.notes[1] == "new customers remain where the contract runs, else they are active"


def test_a_running_contract_keeps_a_customer_who_did_not_buy_lately() -> None:
    contracts = pd.DataFrame({"customer_id": ["A", "B"], "contract_type": ["Contractual", None]})
    rows: Rows = [("A", "2025-01-15", 9.0), ("B", "2025-01-15", 9.0)]
    line = metrics(rows, customers=contracts, window_months=3)
    assert (line["gross_new"], line["new_and_lost"], line["net_new_remaining"]) == (2, 2, 1)


def test_a_chance_counts_only_if_asked_for_and_only_in_the_last_period() -> None:
    known = pd.DataFrame({"customer_id": ["A", "B", "C"], "alive": [0.5, 0.4, None]})
    rows: Rows = [(who, when, 9.0) for when, who in (("2025-03-01", "A"), ("2025-03-01", "B"), ("2025-03-01", "C"))]
    assert metrics(rows, customers=known)["net_new_remaining"] == 3
    assert metrics(rows, customers=known, alive_at_least=0.5)["net_new_remaining"] == 2
    both = three_metrics(
        log(rows),
        spans(("2025-01-01", "2025-06-30"), ("2025-07-01", "2025-12-31")),
        customers=known,
        alive_at_least=0.5,
    )
    assert both.frame["net_new_remaining"].tolist() == [3, 0]


def test_the_notes_say_when_the_first_metric_says_nothing() -> None:
    rows: Rows = [("A", "2025-03-01", 9.0)]
    assert "every new customer remains" in three_metrics(log(rows), YEAR).notes[-1]
    assert len(three_metrics(log(rows), YEAR, window_months=6).notes) == 2


def test_accounts_count_as_their_parent() -> None:
    parents = pd.DataFrame({"customer_id": ["A1", "A2"], "parent_id": ["A", "A"]})
    known = pd.DataFrame({"customer_id": ["A1", "A2"], "end_date": on("2025-06-30", None)})
    rows: Rows = [("A1", "2020-03-01", 9.0), ("A2", "2025-03-01", 9.0), ("B", "2025-03-01", 9.0)]
    line = metrics(rows, parents=parents, customers=known)
    assert (line["gross_new"], line["existing_active"], line["lost"]) == (1, 1, 0)


def test_ids_are_the_same_as_number_and_as_text() -> None:
    ends = pd.DataFrame({"customer_id": ["1001 "], "end_date": on("2025-06-30")})
    assert metrics([(1001, "2025-03-01", 9.0)], customers=ends)["new_and_lost"] == 1


def test_revenue_without_a_customer_stands_apart() -> None:
    rows: Rows = [(None, "2025-03-01", 4.0), ("A", "2025-03-01", 9.0), ("B", "2025-03-01", 2.0)]
    line = metrics(rows, customers=pd.DataFrame({"customer_id": ["A"]}), listed_only=True)
    assert (line["gross_new"], line["revenue_unknown"], line["revenue_new"], line["revenue"]) == (1, 6, 9, 15)
    assert metrics(rows)["revenue_unknown"] == 4


def test_the_index_of_the_periods_stays() -> None:
    months = fiscal_calendar(day("2025-01-01"), day("2025-02-28")).set_index("period")
    assert three_metrics(log([("A", "2025-01-05", 1.0)]), months).frame.index.tolist() == ["2025-01", "2025-02"]


# Faults and doors.


def test_statements_that_transactions_contradict_are_listed() -> None:
    known = pd.DataFrame(
        {
            "customer_id": ["A", "B", "C", "D"],
            "first_purchase": on("2025-06-01", None, None, "2025-05-01"),
            "end_date": on(None, "2024-01-01", "2025-04-01", None),
        }
    )
    rows: Rows = [
        ("A", "2025-03-01", 9.0),
        ("B", "2025-03-01", 9.0),
        ("C", "2025-03-01", 9.0),
        ("C", "2025-05-01", 9.0),
    ]
    found = three_metrics(log(rows), YEAR, customers=known)
    assert found.faults[["row", "fault"]].to_numpy().tolist() == [
        [1, "purchase before the first purchase"],
        [2, "end before the first purchase"],
        [3, "purchase after the end"],
        [4, "first purchase without a transaction"],
    ]
    assert found.frame.loc[0, "gross_new"] == 4
    assert found.frame.loc[0, "new_and_lost"] == 1


ONE: Rows = [("A", "2025-03-01", 9.0)]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"window_months": 0}, DomainError, "window_months must be 1 or more, not 0"),
        ({"window_months": 1.5}, InputError, "window_months must be a whole number"),
        ({"tenure": "ever"}, InputError, "tenure must be first or since_reactivation"),
        ({"alive_at_least": 50}, DomainError, r"alive_at_least must be in 0\.\.1, not 50"),
        ({"as_of": day("2025-02-28")}, InputError, "date must not be after 2025-02-28.*not 2025-03-01 in row 1"),
        ({"periods": YEAR[["start"]]}, InputError, "periods must have a column end"),
        ({"periods": YEAR.iloc[:0]}, InputError, "at least one row"),
        ({"periods": pd.concat([YEAR, YEAR])}, InputError, "without overlap, not row 2"),
        ({"periods": spans(("2025-12-31", "2025-01-01"))}, InputError, "must not end before they start, as in row 1"),
        ({"customers": pd.DataFrame({"customer_id": ["A", "A "]})}, InputError, "row 2 repeats"),
        ({"customers": pd.DataFrame({"customer_id": [" "]})}, InputError, "customer_id must not be blank"),
        ({"customers": pd.DataFrame({"customer_id": ["A"], "alive": [60]})}, DomainError, "alive must be in"),
        ({"customers": pd.DataFrame({"customer_id": ["A"], "contract_type": ["lease"]})}, InputError, "lease in row 1"),
        (
            {"parents": pd.DataFrame({"customer_id": ["A", "B"], "parent_id": ["B", "C"]})},
            InputError,
            "one level.*row 1",
        ),
        ({"parents": pd.DataFrame({"customer_id": ["A", "A"], "parent_id": ["B", "C"]})}, InputError, "row 2 repeats"),
        ({"parents": pd.DataFrame({"customer_id": [None], "parent_id": ["B"]})}, InputError, "must not be blank"),
        ({"transactions": log(ONE).drop(columns="date")}, InputError, "transactions must have a column date"),
        ({"transactions": log(ONE).assign(date=on(None))}, InputError, "date is missing in row 1"),
        (
            {"transactions": log(ONE).assign(net_amount=np.nan)},
            InputError,
            "net_amount must be a number, not nan in row 1",
        ),
        ({"transactions": log(ONE).assign(type="gift")}, InputError, "type must be one of .*not gift in row 1"),
        ({"transactions": log(ONE).assign(customer_id=True)}, InputError, "must be a number or a text"),
    ],
)
def test_what_is_wrong_is_refused_by_row(change: dict[str, Any], error: type[Exception], words: str) -> None:
    options: dict[str, Any] = {"transactions": log(ONE), "periods": YEAR} | change
    with pytest.raises(error, match=words):
        three_metrics(options.pop("transactions"), options.pop("periods"), **options)


def test_a_period_that_is_not_there_has_no_bridge() -> None:
    with pytest.raises(MissingDataError, match="there is no period 1; there are 1"):
        customer_recon(three_metrics(log(ONE), YEAR), 1)


def test_a_class_needs_a_period_in_order() -> None:
    with pytest.raises(DomainError, match="start must not be after end"):
        customer_class(np.array(["2025-01-01"], dtype="datetime64[D]"), day("2025-12-31"), day("2025-01-01"))
