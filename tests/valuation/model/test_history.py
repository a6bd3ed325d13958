"""Purchases seen from the as-of date: windows, what counts as a purchase, and rows that cannot be used."""

import numpy as np
import pytest

from tests.valuation.model.builders import AS_OF, customers, found, kinds, table, transactions
from valuation.model.history import Base, History, contradictions, latest_date, read_base, read_history
from valuation.tables import TableData

NAT = np.datetime64("NaT", "D")


def history(own: TableData, sales: TableData | None, as_of: np.datetime64 = AS_OF) -> tuple[Base, History]:
    base = read_base(own, sales, as_of)
    return base, read_history(base)


def one(*rows: tuple[str, float], as_of: str = "2025-12-31", **columns: list[object]) -> History:
    """Summarise the documents of one customer."""
    sales = transactions(*(("A", day, amount) for day, amount in rows), **columns)
    return history(customers("A"), sales, np.datetime64(as_of))[1]


# Windows: open at the old end, closed at the new.


def test_windows_are_open_at_the_old_end_and_closed_at_the_new() -> None:
    assert one(("2025-12-31", 1.0)).purchases_12m == [1.0]
    assert one(("2025-01-01", 1.0)).purchases_12m == [1.0]
    assert one(("2024-12-31", 1.0)).purchases_12m == [0.0]
    assert one(("2024-12-31", 1.0)).active_prior.tolist() == [True]
    assert one(("2023-12-31", 1.0)).active_prior.tolist() == [False]
    assert one(("2026-01-01", 1.0)).purchases == [0.0]


def test_a_year_to_the_end_of_february_starts_after_the_end_of_february() -> None:
    assert one(("2024-02-29", 1.0), as_of="2025-02-28").active_12m.tolist() == [False]
    assert one(("2024-03-01", 1.0), as_of="2025-02-28").active_12m.tolist() == [True]
    assert one(("2023-02-28", 1.0), as_of="2024-02-29").active_12m.tolist() == [False]


def test_money_of_a_day_falls_into_exactly_one_window() -> None:
    days = ["2022-12-31", "2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"]
    base, _ = history(customers("A"), transactions(*(("A", day, 1.0) for day in days)))
    windows = [(None, base.three_years), (base.three_years, base.prior_start), (base.prior_start, base.start)]
    counts = [base.between(start, end).sum() for start, end in [*windows, (base.start, base.as_of)]]
    assert counts == [1, 1, 2, 2]


# Purchases.


def test_several_sales_on_a_day_are_one_purchase() -> None:
    found_ = one(("2025-03-01", 10.0), ("2025-03-01", 5.0), ("2025-04-01", 5.0))
    assert (found_.purchases.tolist(), found_.median_gap.tolist()) == ([2.0], [31.0])


@pytest.mark.parametrize(
    ("amount", "kind"),
    [(-5.0, None), (0.0, None), (5.0, "trial"), (5.0, "adjustment"), (5.0, "credit")],
    ids=["credit", "free goods", "trial", "adjustment", "credit above nought"],
)
def test_only_a_sale_above_nought_is_a_purchase(amount: float, kind: str | None) -> None:
    result = one(("2025-03-01", amount), type=[kind])
    assert result.purchases == [0.0]
    assert np.isnat(result.last_purchase).all()
    assert np.isnat(result.first_purchase).all()
    assert np.isnan(result.median_gap).all()


def test_a_customer_with_one_purchase_has_no_gap() -> None:
    result = one(("2025-03-01", 5.0))
    assert result.first_purchase.astype(str).tolist() == result.last_purchase.astype(str).tolist() == ["2025-03-01"]
    assert np.isnan(result.median_gap).all()


def test_gaps_are_those_of_the_customer_itself() -> None:
    sales = transactions(
        ("B", "2025-01-05", 1.0), ("A", "2025-01-01", 1.0), ("B", "2025-02-04", 1.0), ("A", "2025-01-11", 1.0)
    )
    _, result = history(customers("A", "B", "C"), sales)
    np.testing.assert_array_equal(result.median_gap, [10.0, 30.0, np.nan])


def test_first_purchase_is_the_earlier_of_stated_and_seen() -> None:
    own = customers("A", "B", "C", "D", first_purchase=["2019-05-01", "2025-06-01", None, "2026-05-01"])
    sales = transactions(("A", "2025-03-01", 1.0), ("B", "2025-03-01", 1.0), ("C", "2025-03-01", 1.0))
    base, result = history(own, sales)
    assert result.first_purchase.astype(str).tolist() == ["2019-05-01", "2025-03-01", "2025-03-01", "NaT"]
    assert found(list(contradictions(base, result)), "first purchase after a transaction").rows == (2,)


def test_a_prospect_with_purchases_is_a_finding_and_one_without_is_none() -> None:
    own = customers("A", "B", status=["prospect", "prospect"])
    base, result = history(own, transactions(("B", "2025-03-01", 1.0)))
    assert found(list(contradictions(base, result)), "prospect with purchases").rows == (2,)
    assert kinds(list(contradictions(*history(own, None)))) == set()


# Pauses and silence.


def test_reactivated_needs_a_pause_that_the_transactions_cover() -> None:
    own = customers("A", first_purchase=["2015-01-01"])
    long, short = ("X", "2022-01-01", 1.0), ("X", "2024-06-01", 1.0)
    bought = ("A", "2025-06-01", 1.0)
    assert history(own, transactions(bought, long))[1].lapsed_before.tolist() == [True]
    assert history(own, transactions(bought, short))[1].lapsed_before.tolist() == [False]
    assert history(own, transactions(bought, long, ("A", "2024-06-01", 1.0)))[1].lapsed_before.tolist() == [False]


def test_silence_counts_only_where_a_purchase_would_have_been_seen() -> None:
    own = table(
        "Customers",
        customer_id=["old", "new", "unknown", "typed", "credit only", "buyer"],
        first_purchase=["2015-01-01", "2025-09-01", None, "2015-01-01", "2015-01-01", None],
        annual_revenue=[None, None, None, 5.0, None, None],
    )
    sales = [("credit only", "2025-06-01", -1.0), ("buyer", "2025-06-01", 1.0)]
    covered = transactions(*sales, ("buyer", "2024-12-31", 1.0))
    assert history(own, covered)[1].silent.tolist() == [True, False, True, False, True, False]
    assert history(own, transactions(*sales))[1].silent.tolist() == [False, False, False, False, True, False]


# What cannot be used.


def test_rows_without_date_or_amount_are_left_out_and_row_numbers_are_those_of_the_sheet() -> None:
    own = customers("A", None, "B", "A", "C")  # type: ignore[arg-type]
    sales = transactions(
        ("A", None, 5.0), ("C", "2025-03-01", None), ("C", "2025-03-02", 7.0), ("Z", "2025-03-03", 2.0)
    )
    base, _ = history(own, sales)
    assert base.customers["customer_id"].tolist() == ["A", "B", "C"]
    assert base.rows.tolist() == [1, 3, 5]
    assert base.transactions["row"].tolist() == [3, 4]
    assert base.codes.tolist() == [2, -1]


def test_a_blank_name_shows_the_id() -> None:
    base, _ = history(customers("A", "B", name=["Alder", None]), None)
    assert base.customers["name"].tolist() == ["Alder", "B"]


def test_rows_of_a_frame_with_another_index_keep_their_place() -> None:
    sales = transactions(("A", None, 5.0), ("A", "2025-03-02", 7.0))
    moved = TableData(table=sales.table, frame=sales.frame.set_axis([70, 90]), faults=sales.faults)
    assert history(customers("A"), moved)[0].transactions["row"].tolist() == [2]


def test_missing_tables_and_columns_are_as_if_blank() -> None:
    base, result = history(customers("A"), None)
    assert (len(base), len(base.transactions), base.months, base.first_day) == (1, 0, 0, None)
    assert result.purchases.tolist() == [0.0]
    empty = read_base(None, None, AS_OF)
    assert len(empty) == 0
    assert read_history(empty).first_purchase.size == 0
    only_ids = table("Transactions", customer_id=["A"])
    assert len(read_base(customers("A"), only_ids, AS_OF).transactions) == 0


def test_latest_date_is_none_without_dates() -> None:
    assert latest_date(None) is None
    assert latest_date(table("Transactions", customer_id=["A"], date=[None])) is None
    assert latest_date(transactions(("A", "2025-03-01", 1.0), ("B", "2025-05-01", 1.0))) == np.datetime64("2025-05-01")


def test_months_count_from_the_first_transaction_of_anybody() -> None:
    base, _ = history(customers("A"), transactions(("unknown", "2024-01-15", 1.0), ("A", "2025-03-01", 1.0)))
    assert base.months == 24
    late, _ = history(customers("A"), transactions(("A", "2024-01-15", 1.0)), np.datetime64("2025-12-15"))
    assert late.months == 23
    future, _ = history(customers("A"), transactions(("A", "2027-01-15", 1.0)))
    assert future.months == 0


# Money.


def test_sums_are_decimal_sums_down_to_a_thousandth_of_a_cent() -> None:
    sales = transactions(*(("A", "2025-03-01", amount) for amount in [0.1, 0.2, 0.00001, 0.001, -0.3]))
    base, _ = history(customers("A"), sales)
    everything = np.ones(5, dtype=bool)
    assert base.per_customer("net_amount", everything).tolist() == [0.00101]


def test_one_unknown_amount_makes_the_customers_sum_unknown_and_no_other() -> None:
    sales = transactions(
        ("A", "2025-03-01", 1.0), ("A", "2025-03-02", 1.0), ("B", "2025-03-01", 1.0), cogs=[0.5, None, 0.5]
    )
    base, _ = history(customers("A", "B"), sales)
    np.testing.assert_array_equal(base.per_customer("cogs", np.ones(3, dtype=bool)), [np.nan, 0.5])


@pytest.mark.parametrize(
    ("net", "given", "expected"),
    [
        (90.0, {}, (90.0, 0.0, 0.0)),
        (-90.0, {}, (0.0, 0.0, 90.0)),
        (0.0, {}, (0.0, 0.0, 0.0)),
        (90.0, {"gross_amount": 100.0, "discount": 10.0}, (100.0, 10.0, 0.0)),
        (90.0, {"gross_amount": 100.0, "returns": 10.0}, (100.0, 0.0, 10.0)),
        (90.0, {"discount": 10.0}, (100.0, 10.0, 0.0)),
        (90.0, {"discount": 10.0, "returns": 5.0}, (105.0, 10.0, 5.0)),
        (-90.0, {"discount": -10.0}, (0.0, -10.0, 100.0)),
        (-90.0, {"gross_amount": 0.0, "returns": 90.0}, (0.0, 0.0, 90.0)),
        (90.0, {"gross_amount": 100.0, "discount": 3.0, "returns": 3.0}, (100.0, 3.0, 7.0)),
        (0.25, {"gross_amount": 0.50390625}, (0.50390625, 0.0, 0.253906)),
    ],
    ids=lambda case: str(case),
)
def test_gross_less_discount_less_returns_is_net(
    net: float, given: dict[str, float], expected: tuple[float, float, float]
) -> None:
    sales = transactions(("A", "2025-03-01", net), **{name: [amount] for name, amount in given.items()})
    row = read_base(customers("A"), sales, AS_OF).transactions.iloc[0]
    assert tuple(row[["gross_amount", "discount", "returns"]]) == expected
    assert row["gross_amount"] - row["discount"] - row["returns"] == pytest.approx(row["net_amount"], abs=1e-6)


def test_a_blank_type_is_a_sale_or_a_credit_by_its_sign() -> None:
    sales = transactions(
        *(("A", "2025-03-01", amount) for amount in [1.0, 0.0, -1.0, -1.0]), type=[None, None, None, "sale"]
    )
    assert read_base(customers("A"), sales, AS_OF).transactions["type"].tolist() == ["sale", "sale", "credit", "sale"]
