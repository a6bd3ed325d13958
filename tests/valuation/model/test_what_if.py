"""The table What if: what changes do to customers and company, and every row that cannot be used."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import (
    AS_OF,
    assumptions,
    customers,
    found,
    kinds,
    misread,
    table,
    tables,
    transactions,
)
from valuation.findings import Finding, Severity
from valuation.model.accounts import accounts_of
from valuation.model.history import read_base
from valuation.model.profit import customer_profit
from valuation.model.receivables import read_receivables
from valuation.model.what_if import what_if_tables
from valuation.settings import read_settings
from valuation.tables import WHAT_IF_CHANGES, WHAT_IF_PNL, Fault, TableData

OWN = customers("A", "B", "C", segment=["big", "small", "small"])
# A: 4 orders of 25 and one of 300. B: 2 orders of 300, and a credit note. C has bought nothing.
SALES = transactions(
    *[("A", "2025-03-01", 25.0)] * 4,
    ("A", "2025-04-01", 300.0),
    *[("B", "2025-05-01", 300.0)] * 2,
    ("B", "2025-06-01", -100.0),
    ("A", "2024-06-30", 10.0),
    cogs=[10.0] * 4 + [160.0, 200.0, 200.0, -50.0, 5.0],
)
# Desk: 7 orders at 20, A 100, B 40. Care: 100 minutes at 2, A 60 minutes, B 40. Dispatch: A 30, B 60. C: traced.
POOLS = table(
    "Ledger pools",
    pool=["Desk", "Care", "Dispatch", "Manager"],
    gl_account=["1", "2", "3", "4"],
    amount=[140.0, 200.0, 90.0, 50.0],
    driver=["orders", "care minutes", "parcels", None],
    treatment=["retention"] * 4,
    family=["order handling", "support", "logistics", "sales"],
    customer_id=[None, None, None, "C"],
    avoidable_share=[0.25, None, 1.0, 0.0],
)
PARCELS = table("Drivers", customer_id=["A", "B"], driver=["parcels"] * 2, quantity=[1.0, 2.0])
EQUATIONS = table(
    "Time equations",
    driver=["care minutes"] * 3,
    activity=["call", "call", "mail"],
    attribute=[None, "Long calls", None],
    minutes=[10.0, 5.0, 4.0],
)
# A: 4 calls, 4 of them long; B: 3 calls, none long, and 2.5 mails.
ACTIVITIES = table(
    "Activities", customer_id=["A", "B", "B"], activity=["call", "call", "mail"], quantity=[4.0, 3.0, 2.5]
)
ACTIVITIES = replace(ACTIVITIES, frame=ACTIVITIES.frame.assign(**{"Long calls": np.array([4.0, np.nan, np.nan])}))
BOOK = (OWN, SALES, POOLS, PARCELS, EQUATIONS, ACTIVITIES)
AVOIDABLE = assumptions(avoidable_share=0.5)


def changes(*rows: dict[str, Any]) -> TableData:
    names = ("change", "name", "attribute", "value", "scope", "applies_to", "lost_share")
    return table("What if", **{name: [row.get(name) for row in rows] for name in names})


def tried(*parts: TableData) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    given = tables(*parts)
    settings, _ = read_settings(given.get("Assumptions"))
    base = read_base(given.get("Customers"), given.get("Transactions"), AS_OF)
    receivables = read_receivables(base, accounts_of(base, settings, given), settings, given)
    profit = customer_profit(base, settings, given, receivables)
    results, findings = what_if_tables(base, profit, settings, given)
    assert list(results) == [WHAT_IF_CHANGES.name, WHAT_IF_PNL.name]
    for contract in (WHAT_IF_CHANGES, WHAT_IF_PNL):
        assert list(results[contract.name]) == [column.name for column in contract]
    return results[WHAT_IF_CHANGES.name], results[WHAT_IF_PNL.name], findings


def only(row: dict[str, Any], parts: Sequence[TableData] = BOOK, *, assumed: TableData = AVOIDABLE) -> list[Any]:
    """The line of the one change; all together is the same."""
    shown, _, findings = tried(*parts, assumed, changes(row))
    assert findings == []
    assert len(shown) == 2
    assert shown["change"][1] == "all together"
    lines = shown.drop(columns="change").astype(object).to_numpy().tolist()
    np.testing.assert_equal(lines[0], lines[1])
    return [shown["change"][0], *lines[0]]


# Worked by hand: title, customers, revenue, cost, contribution, stranded, profit, note.


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"change": "driver", "name": "parcels", "value": -0.2},
            ["driver parcels -20%", 2, 0.0, -18.0, 18.0, 0.0, 18.0, ""],
        ),
        (
            {"change": "driver", "name": " parcels ", "value": 0.5, "scope": "customer", "applies_to": "B"},
            ["driver parcels +50%, customer B", 1, 0.0, 30.0, -30.0, 0.0, -30.0, ""],
        ),
        (
            # Calls at 8 instead of 10: 7 x 2 minutes at 2.00; half of it, as assumed for all, is avoidable.
            {"change": "time equation", "name": "call", "value": 8.0},
            ["time equation call 8 minutes", 2, 0.0, -28.0, 28.0, 14.0, 14.0, ""],
        ),
        (
            {"change": "time equation", "name": "care minutes: call", "attribute": "long_CALLS", "value": 0.0},
            ["time equation care minutes: call long_CALLS 0 minutes", 1, 0.0, -40.0, 40.0, 20.0, 20.0, ""],
        ),
        (
            # Mails of C, who has none, are nothing.
            {"change": "time equation", "name": "mail", "value": 0.0, "scope": "segment", "applies_to": "small"},
            ["time equation mail 0 minutes, segment small", 1, 0.0, -20.0, 20.0, 10.0, 10.0, ""],
        ),
        (
            {"change": "service level", "name": "Order handling", "value": -0.5, "scope": "all"},
            ["service level Order handling -50%", 2, 0.0, -70.0, 70.0, 52.5, 17.5, ""],
        ),
        (
            {"change": "service level", "name": "Manager", "value": -1.0},
            ["service level Manager -100%", 1, 0.0, -50.0, 50.0, 50.0, 0.0, ""],
        ),
        (
            {"change": "price", "value": 0.05},
            ["price +5%", 2, 45.0, 0.0, 45.0, 0.0, 45.0, ""],
        ),
        (
            # B: 500 becomes 495, cogs 350 loses 35; of costs 40, 80, 60 and C's 50 a tenth goes; stranded 3, 4, 0, 5.
            {"change": "price", "value": 0.1, "scope": "segment", "applies_to": "small", "lost_share": 0.1},
            ["price +10%, 10% lost, segment small", 2, -5.0, -23.0, 53.0, 12.0, 41.0, "Cost of goods -35.00"],
        ),
        (
            # A's four orders of 25 are one of 100; five orders become two: 60 of 100 saved, three quarters stranded.
            {"change": "minimum order", "value": 100.0},
            ["minimum order 100", 1, 0.0, -60.0, 60.0, 45.0, 15.0, ""],
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_change(row: dict[str, Any], expected: list[Any]) -> None:
    assert only(row) == expected


def test_a_smallest_order_loses_sales_and_may_name_its_driver() -> None:
    # Half of 100 of A's 400 is lost, an eighth: revenue 50, cogs 25, care 15, parcels 3.75, but all orders' desk cost.
    row = {"change": "minimum order", "name": "parcels", "value": 100.0, "lost_share": 0.5}
    # By parcels: two of five documents remain, 30 becomes 12; desk 12.5 and care 15 follow the sales.
    assert only(row)[2:7] == [-50.0, -45.5, 20.5, 16.875, 3.625]
    row = {"change": "minimum order", "value": 100.0, "lost_share": 0.5}
    # Desk 60, care 15, parcels 3.75.
    assert only(row)[2:7] == [-50.0, -78.75, 53.75, 52.5, 1.25]


def test_several_changes_compound_and_the_pnl_shows_all_of_them() -> None:
    shown, pnl, findings = tried(
        *BOOK,
        AVOIDABLE,
        changes(
            {"change": "driver", "name": "parcels", "value": -0.5},
            {},
            {"change": "service level", "name": "Dispatch", "value": -0.5},
            {"change": "price", "value": 0.1, "scope": "customer", "applies_to": "A"},
        ),
    )
    assert findings == []
    assert shown["cost"].tolist() == [-45.0, -45.0, 0.0, -67.5]
    assert shown["contribution"].tolist() == [45.0, 45.0, 40.0, 107.5]
    assert shown["note"][3] == "Not the sum of the rows: the changes act on each other, in their order"
    a, b, c = pnl.to_dict("records")
    assert (a["revenue_now"], a["revenue_then"], a["margin_now"], a["margin_then"]) == (400.0, 440.0, 200.0, 240.0)
    # Desk 100, care 120, dispatch 30.
    assert (a["cost_now"], a["cost_then"], a["contribution_now"], a["contribution_then"]) == (250.0, 227.5, -50.0, 12.5)
    assert (a["change"], b["change"], c["change"]) == (62.5, 45.0, 0.0)
    assert (c["cost_now"], c["cost_then"]) == (50.0, 50.0)


def test_freight_in_is_part_of_the_margin() -> None:
    pools = replace(POOLS, frame=POOLS.frame.assign(family=["goods", "support", "logistics", "sales"]))
    parts = [pools if part is POOLS else part for part in BOOK]
    row = {"change": "service level", "name": "goods", "value": -0.5}
    shown, pnl, _ = tried(*parts, AVOIDABLE, changes(row))
    assert shown["cost"][0] == -70.0
    assert (pnl["margin_then"] - pnl["margin_now"]).tolist() == [50.0, 20.0, 0.0]
    assert (pnl["cost_then"] - pnl["cost_now"]).tolist() == [0.0, 0.0, 0.0]
    assert pnl["change"].tolist() == [50.0, 20.0, 0.0]


def test_charges_for_financing_follow_revenue_and_are_in_the_note() -> None:
    invoices = table(
        "Invoices",
        customer_id=["A"],
        invoice_no=["1"],
        invoice_date=["2025-03-01"],
        due_date=["2025-03-31"],
        amount=[10000.0],
        paid_date=["2025-08-31"],
    )
    row = {"change": "price", "value": 0.1}
    _, pnl, _ = tried(*BOOK, invoices, AVOIDABLE, changes(row))
    shown, before, _ = tried(*BOOK, invoices, AVOIDABLE, changes({**row, "value": 0.0}))
    charged = -float((before["contribution_now"] - before["margin_now"] + before["cost_now"]).sum())
    assert charged > 0
    assert shown["contribution"].tolist() == [0.0, 0.0]
    line = only(row, [*BOOK, invoices])
    assert line[4] == pytest.approx(90.0 - 0.1 * charged, abs=1e-6)
    assert line[7] == f"Charges for financing and expected loss follow revenue: {0.1 * charged:+,.2f}"
    assert pnl["change"].sum() == pytest.approx(line[4], abs=1e-6)


def test_without_an_avoidable_share_stranded_cost_and_profit_are_missing() -> None:
    row = {"change": "service level", "name": "support", "value": -0.1}
    line = only(row, assumed=assumptions())
    assert line[:5] == ["service level support -10%", 2, 0.0, -20.0, 20.0]
    assert np.isnan(line[5:7]).all()
    assert line[7] == "Stranded cost is not known without avoidable_share"
    # A price changes no cost.
    assert only({"change": "price", "value": 0.05}, assumed=assumptions())[2:7] == [45.0, 0.0, 45.0, 0.0, 45.0]


# What is not known.


def test_without_a_ledger_prices_can_change_and_typed_costs_follow_sales() -> None:
    assumed = assumptions(sales_cost=0.1, avoidable_share=0.5)
    parts = [OWN, SALES]
    assert only({"change": "price", "value": 0.1}, parts, assumed=assumed)[2:7] == [90.0, 0.0, 90.0, 0.0, 90.0]
    # 900 x 0.5 x 1.2; cogs 550 and typed cost 90 are halved, half of the cost stays.
    row = {"change": "price", "value": 0.2, "lost_share": 0.5}
    assert only(row, parts, assumed=assumed)[2:7] == [-360.0, -45.0, -40.0, 22.5, -62.5]


def test_a_ledger_that_does_not_tie_is_no_ledger() -> None:
    assumed = assumptions(ledger_control_total=1.0, avoidable_share=0.5)
    shown, pnl, findings = tried(
        *BOOK,
        assumed,
        changes(
            {"change": "driver", "name": "parcels", "value": -0.2},
            {"change": "price", "value": 0.1},
            {"change": "price", "value": 0.1, "lost_share": 0.1},
        ),
    )
    assert found(findings, "what-if without a ledger").rows == (1,)
    assert shown["contribution"].tolist()[:2] == [0.0, 90.0]
    assert np.isnan(shown["contribution"].tolist()[2:]).all()
    assert shown["note"][2] == "Customers left out because revenue or cost is not known: 3"
    assert pnl["contribution_then"].isna().all()


def test_customers_without_cost_of_goods_are_left_out_where_it_would_change() -> None:
    sales = transactions(("A", "2025-03-01", 100.0), ("B", "2025-03-01", 200.0), cogs=[None, 150.0])
    parts = [OWN, sales]
    rows = [{"change": "price", "value": 0.1}, {"change": "price", "value": 0.1, "lost_share": 0.1}]
    shown, pnl, findings = tried(*parts, AVOIDABLE, changes(*rows))
    assert findings == []
    assert shown["contribution"].tolist()[:2] == [30.0, 13.0]
    assert shown["note"][1] == "Cost of goods -15.00; customers left out because revenue or cost is not known: 1"
    np.testing.assert_array_equal(pnl["margin_now"], [np.nan, 50.0, 0.0])


# Rows that have no effect.

PRICE = {"change": "price", "value": 0.1}


@pytest.mark.parametrize(
    ("row", "kind", "column", "said"),
    [
        (
            {"change": "driver", "name": "trucks", "value": 0.1},
            "unknown driver",
            "name",
            "care minutes, orders, parcels",
        ),
        ({"change": "driver", "value": 0.1}, "unknown driver", "name", "care minutes, orders, parcels"),
        (
            {"change": "minimum order", "name": "trucks", "value": 1.0},
            "unknown driver",
            "name",
            "care minutes, orders, parcels",
        ),
        (
            {"change": "service level", "name": "returns", "value": 0.1},
            "unknown pool or family",
            "name",
            "Care, Desk, Dispatch, Manager, logistics, order handling, sales, support",
        ),
        ({"change": "time equation", "name": "visit", "value": 1.0}, "unknown activity", "name", "only: call, mail"),
        (
            {"change": "time equation", "name": "call", "attribute": "rush", "value": 1.0},
            "unknown attribute",
            "attribute",
            "only: (blank), Long calls",
        ),
        (
            {"change": "time equation", "name": "call", "value": -6.0},
            "negative minutes",
            "value",
            "less than no time",
        ),
        ({**PRICE, "scope": "segment", "applies_to": "huge"}, "unknown segment", "applies_to", "in this segment"),
        ({**PRICE, "scope": "customer", "applies_to": "X"}, "unknown customer", "applies_to", "has this id"),
        ({**PRICE, "scope": "segment"}, "what-if scope unclear", "applies_to", "to somebody"),
        ({**PRICE, "scope": "all", "applies_to": "A"}, "what-if scope unclear", "applies_to", "to nobody"),
        ({**PRICE, "applies_to": "A"}, "what-if scope unclear", "applies_to", "to nobody"),
        ({"change": "price", "value": -1.01}, "what-if out of range", "value", "must be -1 (-100%) or more"),
        (
            {"change": "driver", "name": "parcels", "value": -20.0},
            "what-if out of range",
            "value",
            "must be -1 (-100%) or more",
        ),
        (
            {"change": "service level", "name": "Desk", "value": -2.0},
            "what-if out of range",
            "value",
            "must be -1 (-100%) or more",
        ),
        ({"change": "minimum order", "value": 0.0}, "what-if out of range", "value", "must be more than 0"),
    ],
)
def test_a_row_that_cannot_be_used_is_found(row: dict[str, Any], kind: str, column: str, said: str) -> None:
    shown, pnl, findings = tried(*BOOK, AVOIDABLE, changes(PRICE, row))
    (finding,) = findings
    assert (finding.severity, finding.kind, finding.table) == (Severity.ERROR, kind, "What if")
    assert (finding.column, finding.rows) == (column, (2,))
    assert said in finding.what
    assert finding.what.endswith("; the row has no effect")
    assert finding.mend
    assert shown.iloc[1].tolist()[1:7] == [0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert shown["note"][1].startswith("No effect: ")
    assert shown["contribution"].tolist() == [90.0, 0.0, 90.0]
    assert pnl["change"].sum() == pytest.approx(90.0)


def test_rows_of_one_fault_are_one_finding() -> None:
    row = {"change": "driver", "name": "trucks", "value": 0.1}
    assert found(tried(*BOOK, changes(row, PRICE, row))[2], "unknown driver").rows == (1, 3)


def test_without_a_ledger_all_but_prices_are_found() -> None:
    rows = [
        {"change": "driver", "name": "parcels", "value": 0.1},
        {"change": "time equation", "name": "call", "value": 1.0},
        {"change": "service level", "name": "support", "value": 0.1},
        {"change": "minimum order", "value": 10.0},
        PRICE,
    ]
    findings = tried(OWN, SALES, AVOIDABLE, changes(*rows))[2]
    assert found(findings, "what-if without a ledger").rows == (1, 2, 3, 4)


def test_a_smallest_order_needs_a_driver_that_counts_orders() -> None:
    pools = replace(POOLS, frame=POOLS.frame.assign(driver=pd.Series(["parcels", "care minutes", "parcels", None])))
    parts = [pools if part is POOLS else part for part in BOOK]
    findings = tried(*parts, changes({"change": "minimum order", "value": 10.0}))[2]
    assert found(findings, "unknown driver").rows == (1,)


def test_minutes_of_a_driver_that_is_typed_have_no_effect() -> None:
    typed = table("Drivers", customer_id=["A", "A"], driver=["parcels", "care minutes"], quantity=[1.0, 2.0])
    parts = [typed if part is PARCELS else part for part in BOOK]
    findings = tried(*parts, changes({"change": "time equation", "name": "call", "value": 8.0}))[2]
    assert found(findings, "minutes without effect").rows == (1,)


def test_an_activity_of_several_drivers_needs_its_driver() -> None:
    equations = table(
        "Time equations",
        driver=["care minutes", "orders"],
        activity=["call", "call"],
        attribute=[None, None],
        minutes=[10.0, 1.0],
    )
    parts = [equations if part is EQUATIONS else part for part in BOOK]
    row = {"change": "time equation", "name": "call", "value": 5.0}
    assert found(tried(*parts, changes(row))[2], "time equation of several drivers").rows == (1,)
    named = {**row, "name": "orders: call"}
    # Care is 200 for 70 minutes of calls, the desk 140 for 7: four minutes more of each of 7 calls at 20.00.
    assert only(named, parts)[3] == 560.0


def test_minutes_that_are_negative_only_with_the_row_above_are_found() -> None:
    rows = [
        {"change": "time equation", "name": "call", "value": 2.0},
        {"change": "time equation", "name": "call", "attribute": "Long calls", "value": -3.0},
    ]
    findings = tried(*BOOK, AVOIDABLE, changes(*rows))[2]
    assert found(findings, "negative minutes").rows == (2,)
    assert tried(*BOOK, AVOIDABLE, changes(rows[1]))[2] == []
    # Refused minutes are not in force for the rows below.
    shown, _, _ = tried(*BOOK, AVOIDABLE, changes(*rows, rows[0]))
    assert shown["cost"].tolist() == [-112.0, 0.0, -112.0, -112.0]


@pytest.mark.parametrize(
    "row",
    [
        {"name": "parcels", "value": 0.1},
        {"change": "price"},
        {"change": "price", "value": np.inf},
        {**PRICE, "lost_share": 10.0},
        {**PRICE, "lost_share": -0.1},
    ],
)
def test_an_incomplete_row_has_no_effect_and_is_left_to_the_checks_of_the_inputs(row: dict[str, Any]) -> None:
    shown, _, findings = tried(*BOOK, AVOIDABLE, changes(row))
    assert findings == []
    assert shown["contribution"].tolist() == [0.0, 0.0]
    assert shown["note"].tolist() == ["No effect: the row is not complete, or a cell of it cannot be read", ""]


def test_a_scope_that_cannot_be_read_is_not_everybody() -> None:
    rows = misread(changes(PRICE), "scope", {1: Fault.WORD})
    shown, _, findings = tried(*BOOK, AVOIDABLE, rows)
    assert findings == []
    assert shown["contribution"].tolist() == [0.0, 0.0]


def test_without_rows_there_is_nothing_to_show() -> None:
    for parts in ([], [changes()], [changes({})]):
        shown, pnl, findings = tried(*BOOK, *parts)
        assert (len(shown), len(pnl), findings) == (0, 0, [])


def test_nobody_can_be_changed() -> None:
    shown, pnl, findings = tried(customers(), changes(PRICE))
    assert shown["contribution"].tolist() == [0.0, 0.0]
    assert (len(pnl), kinds(findings)) == (0, set())
