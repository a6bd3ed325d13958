"""What customers used: typed before made by equation before counted, and counted as a slow loop counts."""

from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.model.builders import AS_OF, customers, found, kinds, table, tables
from valuation.findings import Severity
from valuation.model.drivers import COUNTED, NO_CUSTOMER, Drivers, read_drivers
from valuation.model.history import read_base
from valuation.tables import TABLES, TableData


def drivers(*parts: TableData, wanted: set[str]) -> Drivers:
    given_ = tables(*parts)
    base = read_base(given_.get("Customers", customers("A", "B")), given_.get("Transactions"), AS_OF)
    return read_drivers(base, given_, wanted)


def quantities(result: Drivers, name: str) -> dict[str, float]:
    rows = result.rows[result.rows["driver"] == name]
    assert not rows.duplicated(["customer_id", "period"]).any()
    return dict(zip(rows["customer_id"], rows["quantity"], strict=True))


def activities(**columns: list[Any]) -> TableData:
    """Activities with columns that people added."""
    contract = {name: cells for name, cells in columns.items() if name in ("customer_id", "activity", "quantity")}
    read = table("Activities", **contract)
    added = {name: pd.Series(cells, dtype=float) for name, cells in columns.items() if name not in contract}
    return TableData(table=TABLES["Activities"], frame=read.frame.assign(**added), faults=read.faults)


EQUATION = table(
    "Time equations",
    driver=["minutes", "minutes"],
    activity=["order", "order"],
    attribute=[None, "Lines"],
    minutes=[3.0, 0.5],
)
DONE = activities(
    customer_id=["A", "A", "B"],
    activity=["order", " order", "order"],
    quantity=[2.0, None, 1.0],
    lines=[10.0, None, 2.0],
)
SALES = table(
    "Transactions",
    customer_id=["A", "A", None, "X", "B"],
    date=["2025-02-01", "2024-01-01", "2025-03-01", "2025-03-02", "2025-04-01"],
    net_amount=[100.0, 900.0, 7.0, 5.0, -20.0],
    type=[None, None, None, None, None],
    lines=[4.0, 9.0, None, 1.0, 2.0],
    freight_out=[1.5, 9.0, 2.25, None, None],
)


def test_minutes_come_from_the_equation_and_a_blank_quantity_is_one() -> None:
    """A: 2 orders of 3 + 10 x 0.5 minutes, and one of 3; B: one of 3 + 2 x 0.5."""
    result = drivers(EQUATION, DONE, wanted={"minutes"})
    assert quantities(result, "minutes") == {"A": 14.0, "B": 4.0}
    assert result.findings == []


def test_what_was_typed_beats_an_equation_and_says_so() -> None:
    typed = table("Drivers", customer_id=["A"], driver=["minutes"], quantity=[5.0])
    result = drivers(EQUATION, DONE, typed, wanted={"minutes"})
    assert quantities(result, "minutes") == {"A": 5.0}
    finding = found(result.findings, "driver typed and by equation")
    assert (finding.severity, finding.table, finding.column) == (Severity.WARNING, "Time equations", "driver")
    assert "'minutes' has quantities on Drivers as well, which count" in finding.what


def test_an_equation_beats_what_is_counted_and_typing_beats_both() -> None:
    orders = table("Time equations", driver=["orders"], activity=["order"], minutes=[1.0])
    assert quantities(drivers(SALES, wanted={"orders"}), "orders") == {"A": 1.0, NO_CUSTOMER: 1.0, "X": 1.0}
    assert quantities(drivers(SALES, orders, DONE, wanted={"orders"}), "orders") == {"A": 3.0, "B": 1.0}
    typed = table("Drivers", customer_id=["B"], driver=["orders"], quantity=[7.0])
    assert quantities(drivers(SALES, orders, DONE, typed, wanted={"orders"}), "orders") == {"B": 7.0}


def test_only_what_pools_ask_for_is_made() -> None:
    assert len(drivers(SALES, EQUATION, DONE, wanted=set()).rows) == 0
    typed = table("Drivers", customer_id=["A"], driver=["visits"], quantity=[5.0])
    assert drivers(SALES, typed, wanted={"documents"}).rows["driver"].unique().tolist() == ["visits", "documents"]


def test_documents_count_in_the_twelve_months_and_without_customer_apart() -> None:
    result = drivers(SALES, wanted=set(COUNTED))
    assert quantities(result, "net revenue") == {"A": 100.0, NO_CUSTOMER: 7.0, "X": 5.0}  # B's credit counts 0
    assert quantities(result, "documents") == {"A": 1.0, NO_CUSTOMER: 1.0, "X": 1.0, "B": 1.0}
    assert quantities(result, "order lines") == {"A": 4.0, "X": 1.0}
    assert quantities(result, "return lines") == {"B": 2.0}
    assert quantities(result, "credit notes") == {"B": 1.0}
    assert quantities(result, "freight out") == {"A": 1.5, NO_CUSTOMER: 2.25}
    assert quantities(result, "commission") == {}


def test_nothing_is_counted_without_transactions() -> None:
    assert len(drivers(wanted={"orders", "freight in"}).rows) == 0


cell = st.none() | st.integers(-500, 5000).map(lambda cents: cents / 100)
documents = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "X", None]),
        st.sampled_from(["2025-01-01", "2025-12-31", "2024-12-31", "2026-01-01"]),
        st.integers(-5000, 9999).map(lambda cents: cents / 100),
        st.sampled_from(["sale", "credit", "adjustment", None]),
        cell,
        cell,
    ),
    min_size=1,
    max_size=10,
)


@given(documents)
def test_counting_agrees_with_a_slow_loop(rows: list[tuple[Any, ...]]) -> None:
    names = ("customer_id", "date", "net_amount", "type", "lines", "commission")
    read = table("Transactions", **dict(zip(names, zip(*rows, strict=True), strict=True)))
    result = drivers(read, wanted={"orders", "net revenue", "order lines", "commission"})
    slow: dict[str, dict[str, int]] = {name: defaultdict(int) for name in COUNTED}
    for who, day, net, kind, lines, commission in rows:
        if not "2025-01-01" <= day <= "2025-12-31":
            continue
        kind = kind or ("credit" if net < 0 else "sale")
        name = who or NO_CUSTOMER
        slow["net revenue"][name] += round(net * 100)
        slow["commission"][name] += round((commission or 0) * 100)
        if kind == "sale":
            slow["orders"][name] += 100
            slow["order lines"][name] += round((lines or 0) * 100)
    for driver in ("orders", "net revenue", "order lines", "commission"):
        expected = {who: total / 100 for who, total in slow[driver].items() if total > 0}
        assert quantities(result, driver) == pytest.approx(expected, abs=1e-9)


# What cannot be used.


def test_a_negative_equation_is_found_and_gives_no_minutes() -> None:
    below = table("Time equations", driver=["minutes"], activity=["order"], minutes=[-3.0])
    result = drivers(below, DONE, wanted={"minutes"})
    assert quantities(result, "minutes") == {}
    finding = found(result.findings, "negative minutes")
    assert (finding.severity, finding.table, finding.column) == (Severity.ERROR, "Time equations", "minutes")
    assert finding.what.startswith("The equation of 'minutes' cannot be used: ")


def test_terms_without_effect_are_named_by_their_rows() -> None:
    terms = table(
        "Time equations",
        driver=["minutes", "minutes", None, "minutes", "minutes", None],
        activity=["order", "order", "order", "visit", "order", None],
        attribute=[None, "weight", None, None, None, None],
        minutes=[3.0, 1.0, 1.0, 60.0, 9.0, None],
    )
    result = drivers(terms, DONE, wanted={"minutes"})
    dead = found(result.findings, "term without effect")
    assert (dead.severity, dead.column, dead.rows) == (Severity.ERROR, "attribute", (2, 3, 5))
    never = found(result.findings, "activity never done")
    assert (never.severity, never.column, never.rows) == (Severity.NOTE, "activity", (4,))
    assert quantities(result, "minutes") == {"A": 9.0, "B": 3.0}


def test_activities_without_equation_are_named_by_their_rows() -> None:
    done = activities(customer_id=["A", "A", "B"], activity=["order", "visit", None], quantity=[1.0, 1.0, 1.0])
    finding = found(drivers(EQUATION, done, wanted={"minutes"}).findings, "activity without equation")
    assert (finding.severity, finding.table, finding.rows) == (Severity.WARNING, "Activities", (2,))


def test_typed_rows_that_say_nothing_are_left_out() -> None:
    typed = table(
        "Drivers",
        customer_id=["A", "A", None, "B", "B", "B"],
        driver=["visits", "visits", "visits", None, "visits", "visits"],
        quantity=[1.0, 8.0, 8.0, 8.0, -1.0, None],
        period=[None, None, None, None, "2025-01-01", "2025-04-01"],
    )
    result = drivers(typed, wanted={"visits"})
    assert quantities(result, "visits") == {"A": 1.0}
    assert kinds(result.findings) == set()
