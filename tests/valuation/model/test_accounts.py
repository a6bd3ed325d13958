"""Who pays and who belongs to whom on the as-of date."""

import numpy as np
import pytest

from tests.valuation.model.builders import AS_OF, customers, found, settings, table, tables
from valuation.findings import Severity
from valuation.model.accounts import Accounts, accounts_of
from valuation.model.history import read_base
from valuation.settings import Settings
from valuation.tables import TableData

OWN = customers("A", "B", "C", parent_id=["G", None, None])


def accounts(*parts: TableData, assumed: Settings | None = None, own: TableData = OWN) -> Accounts:
    return accounts_of(read_base(own, None, AS_OF), assumed or BOTH, tables(*parts))


BOTH = settings(value_account="parent", receivables_account="bill-to")


def hierarchy(*rows: tuple[str | None, str | None, str | None, str | None, str | None]) -> TableData:
    names = ("customer_id", "bill_to", "parent_id", "valid_from", "valid_to")
    return table("Hierarchy", **dict(zip(names, zip(*rows, strict=True), strict=True)))


def test_without_hierarchy_everybody_pays_and_the_parent_is_that_on_customers() -> None:
    found_ = accounts()
    assert found_.bill_to.tolist() == ["A", "B", "C"]
    assert found_.parent.tolist() == ["G", "B", "C"]
    assert found_.findings == []


def test_hierarchy_beats_customers_and_fills_only_what_it_says() -> None:
    found_ = accounts(hierarchy(("A", "P", "H", None, None), ("B", None, "H", None, None), ("Z", "P", "H", None, None)))
    assert found_.bill_to.tolist() == ["P", "B", "C"]
    assert found_.parent.tolist() == ["H", "H", "C"]
    only_payer = accounts(hierarchy(("A", "P", None, None, None)))
    assert only_payer.parent.tolist() == ["G", "B", "C"]


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        ("2025-12-31", None, True),
        ("2026-01-01", None, False),
        (None, "2025-12-31", True),
        (None, "2025-12-30", False),
        ("2025-12-31", "2025-12-31", True),
        ("2026-02-01", "2025-02-01", False),
    ],
)
def test_a_row_holds_from_its_first_to_its_last_day(start: str | None, end: str | None, holds: bool) -> None:
    found_ = accounts(hierarchy(("B", "P", "H", start, end)))
    assert found_.bill_to.tolist() == ["A", "P" if holds else "B", "C"]


def test_a_customer_that_moved_belongs_to_one_at_a_time() -> None:
    found_ = accounts(hierarchy(("B", "P", "Old", None, "2025-06-30"), ("B", "Q", "New", "2025-07-01", None)))
    assert (found_.bill_to[1], found_.parent[1], found_.findings) == ("Q", "New", [])


def test_of_two_rows_at_once_the_upper_one_counts_and_the_other_is_found() -> None:
    found_ = accounts(
        hierarchy(
            ("B", "old", "old", None, "2024-12-31"),
            ("B", "P", "H", "2025-01-01", None),
            (None, "Q", "J", None, None),
            ("B", "Q", "J", None, None),
        )
    )
    assert (found_.bill_to[1], found_.parent[1]) == ("P", "H")
    finding = found(found_.findings, "two accounts at once")
    assert (finding.severity, finding.table, finding.column, finding.rows) == (
        Severity.ERROR,
        "Hierarchy",
        "customer_id",
        (4,),
    )


def test_the_words_on_assumptions_decide_whose_account_counts() -> None:
    rows = hierarchy(("A", "P", "H", None, None))
    by_customer = settings(value_account="customer", receivables_account="customer")
    found_ = accounts(rows, assumed=by_customer)
    assert (found_.bill_to.tolist(), found_.parent.tolist()) == (["A", "B", "C"], ["A", "B", "C"])


def test_nobody_has_no_accounts() -> None:
    found_ = accounts(hierarchy(("A", "P", "H", None, None)), own=table("Customers", customer_id=[]))
    assert (len(found_.bill_to), len(found_.parent)) == (0, 0)
    assert np.asarray(found_.bill_to).size == 0
