"""Nothing is dropped: all money is known, unknown or unusable, to the last decimal."""

from decimal import Decimal

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.model.builders import AS_OF, customers, found, transactions
from valuation.model.history import read_base
from valuation.model.reconcile import negative_customers, reconcile_transactions
from valuation.tables import RECONCILIATION, TableData


def lines(own: TableData, sales: TableData | None) -> pd.DataFrame:
    frame = reconcile_transactions(read_base(own, sales, AS_OF), sales)
    assert list(frame) == [column.name for column in RECONCILIATION]
    return frame.set_index("line")


def test_every_row_is_in_its_line_with_its_money() -> None:
    sales = transactions(
        ("A", "2025-03-01", 100.0),
        ("A", "2025-04-01", -30.0),
        ("A", "2024-12-31", 20.0),
        ("B", "2026-01-01", 5.0),
        ("Z", "2025-03-01", 7.0),
        (None, "2025-03-01", 3.0),
        ("A", None, 11.0),
        ("Y", None, None),
        (None, None, None),  # a blank row is no row
    )
    frame = lines(customers("A", "B"), sales)
    assert frame["amount"].to_dict() == {
        "All transactions": 116.0,
        "Known customers": 95.0,
        "  of which sales and adjustments": 125.0,
        "  of which credit notes": -30.0,
        "  of which in the twelve months": 70.0,
        "  of which earlier": 20.0,
        "  of which after the as-of date": 5.0,
        "Unknown customer": 10.0,
        "Rows that cannot be used": 11.0,
    }
    assert frame["documents"].tolist() == [8, 4, 3, 1, 2, 1, 1, 2, 2]
    assert frame["customers"].tolist() == [4, 2, 2, 1, 1, 1, 1, 1, 2]


def test_prices_under_a_cent_add_up_in_decimals() -> None:
    sales = transactions(*((id_, "2025-03-01", 0.001) for id_ in ["A"] * 3 + ["Z"] * 3), ("A", None, 0.1))
    amounts = lines(customers("A"), sales)["amount"]
    assert amounts["All transactions"] == 0.106
    assert (amounts["Known customers"], amounts["Unknown customer"]) == (0.003, 0.003)


money = st.decimals(-10_000, 10_000, places=4).map(float)
row = st.tuples(
    st.sampled_from(["A", "B", "Z", None]), st.sampled_from(["2023-05-05", "2025-05-05", "2026-05-05", None]), money
)


@given(st.lists(row, max_size=20))
def test_all_is_known_and_unknown_and_unusable_whatever_the_rows(
    rows: list[tuple[str | None, str | None, float]],
) -> None:
    frame = lines(customers("A", "B"), transactions(*rows))
    amounts = {line: Decimal(str(amount)).quantize(Decimal("0.000001")) for line, amount in frame["amount"].items()}
    known = amounts["Known customers"]
    assert amounts["All transactions"] == known + amounts["Unknown customer"] + amounts["Rows that cannot be used"]
    assert known == amounts["  of which sales and adjustments"] + amounts["  of which credit notes"]
    parts = ("in the twelve months", "earlier", "after the as-of date")
    assert known == sum(amounts[f"  of which {part}"] for part in parts)
    assert amounts["All transactions"] == sum(Decimal(str(amount)) for _, _, amount in rows)
    documents = frame["documents"]
    assert documents["All transactions"] == len(rows)
    assert documents[["Known customers", "Unknown customer", "Rows that cannot be used"]].sum() == len(rows)


def test_without_transactions_every_line_is_nought() -> None:
    assert (lines(customers("A"), None)[["amount", "documents", "customers"]] == 0).all().all()
    assert (lines(customers("A"), transactions())["amount"] == 0).all()


def test_customers_with_more_credits_than_sales_are_named_by_their_row_on_the_sheet() -> None:
    own = customers("A", None, "B", "A", "C")  # type: ignore[arg-type]
    sales = transactions(("C", "2025-03-01", 10.0), ("C", "2025-03-02", -10.5), ("A", "2025-03-01", 1.0))
    finding = found(negative_customers(read_base(own, sales, AS_OF)), "negative net revenue")
    assert (finding.rows, finding.amounts) == ((5,), (-0.5,))
    assert negative_customers(read_base(own, transactions(), AS_OF)) == []


def test_a_million_cents_are_no_noise() -> None:
    sales = transactions(*(("A", "2025-03-01", 0.01) for _ in range(1000)), ("A", "2025-03-01", -10.0))
    assert negative_customers(read_base(customers("A"), sales, AS_OF)) == []
    assert np.array_equal(lines(customers("A"), sales)["amount"][:2], [0.0, 0.0])
