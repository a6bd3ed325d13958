"""The Checks: every one a native formula with its tolerance, and the inputs as they were at the last refresh."""

from collections.abc import Sequence

from valuation.tables import (
    ASSUMPTIONS,
    CUSTOMER_PNL,
    CUSTOMERS,
    DRIVERS,
    EXCEPTIONS,
    HORIZONS,
    LEDGER_POOLS,
    LIFETIME_VALUE,
    POOL_COSTS,
    RECONCILIATION,
    RETENTION,
    SEGMENTS,
    TRANSACTIONS,
    Table,
)
from workbook_templates.layout import (
    Check,
    Format,
    Formula,
    InputTotal,
    Item,
    NamedCell,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import Column, Expr, Figure, Figures, Name, call, const
from workbook_templates.packs.furniture import added, head

__all__ = ["CENT", "CHECK_LIST", "INPUT_TOTALS", "LIVE", "checks_sheet"]

PURPOSE = "Whether the figures can be trusted: every line must say OK."


def _sum(table: Table, name: str) -> Expr:
    return call("SUM", Column(table, name))


def _line(name: str) -> Expr:
    """Give the amount of a line of the reconciliation."""
    return call(
        "IFERROR",
        call("INDEX", Column(RECONCILIATION, "amount"), call("MATCH", name, Column(RECONCILIATION, "line"), 0)),
        0,
    )


def _count(table: Table) -> Expr:
    return call("COUNTA", Column(table, "customer_id"))


def _errors(*columns: Expr) -> Expr:
    """Count the error cells in columns that are summed."""
    return added(*(call("SUMPRODUCT", call("ISERROR", column) * 1) for column in columns))


def _exact(difference: Expr) -> Expr:
    """Take off what binary fractions leave behind: amounts have six decimals at the most."""
    return call("ROUND", difference, 6)


CENT = 0.005
INPUT_TOTALS = (
    InputTotal("cv_used_customers", "Customers", call("COUNTA", Column(CUSTOMERS, "customer_id")), Format.COUNT),
    InputTotal("cv_used_transactions", "Transactions, net amount", _sum(TRANSACTIONS, "net_amount"), Format.CENTS),
    InputTotal("cv_used_ledger", "Ledger pools, amount", _sum(LEDGER_POOLS, "amount"), Format.CENTS),
    InputTotal("cv_used_drivers", "Drivers, quantity", _sum(DRIVERS, "quantity"), Format.NUMBER),
    InputTotal("cv_used_retention", "Retention, exposed", _sum(RETENTION, "exposed"), Format.COUNT),
)

ASSUMPTIONS_CHANGED = call("SUMPRODUCT", Column(ASSUMPTIONS, "value").differs(Column(ASSUMPTIONS, "used")) * 1)


def _inputs_changed(totals: Sequence[InputTotal]) -> Expr:
    """Sum the differences between the inputs and what they were at the refresh."""
    return added(*(call("ABS", Figure(f"input.{i}") - Name(total.name)) for i, total in enumerate(totals)))


LIVE = "Refresh; #N/A comes from what Exceptions lists; else somebody changed a result table by hand"
CHECK_LIST = (
    Check(
        "ledger",
        "Ledger = traced + allocated + unused + unknown customer + unallocated",
        _sum(LEDGER_POOLS, "amount")
        - _sum(POOL_COSTS, "traced")
        - _sum(POOL_COSTS, "allocated")
        - _sum(POOL_COSTS, "unused")
        - _sum(POOL_COSTS, "unknown_customer")
        - _sum(POOL_COSTS, "unallocated"),
        CENT,
        "Refresh; rows of Ledger pools without pool or amount are listed on Exceptions",
    ),
    Check(
        "pools",
        "The same for every pool by itself",
        call("SUMPRODUCT", call("ABS", Column(POOL_COSTS, "difference"))),
        CENT,
        LIVE,
    ),
    Check(
        "trial_balance",
        "Ledger pools = trial balance",
        call(
            "IF",
            call("ISNUMBER", Name("cv_ledger_control_total")),
            _sum(LEDGER_POOLS, "amount") - Name("cv_ledger_control_total"),
            0,
        ),
        CENT,
        "Complete the pools, or correct ledger_control_total on Assumptions",
    ),
    Check(
        "charged",
        "Cost of customers on the P&L = traced + allocated (0 pools: typed factors)",
        call(
            "IF",
            call("COUNTA", Column(POOL_COSTS, "pool")).equals(0),
            0,
            _sum(CUSTOMER_PNL, "cost_to_serve")
            + _sum(CUSTOMER_PNL, "goods")
            - _sum(POOL_COSTS, "traced")
            - _sum(POOL_COSTS, "allocated"),
        ),
        CENT,
        LIVE,
    ),
    Check(
        "transactions",
        "All transactions = known + unknown customers + unusable rows",
        _line("All transactions")
        - _line("Known customers")
        - _line("Unknown customer")
        - _line("Rows that cannot be used"),
        CENT,
        LIVE,
    ),
    Check(
        "extract",
        "Transactions sheet = reconciliation",
        _sum(TRANSACTIONS, "net_amount") - _line("All transactions"),
        CENT,
        LIVE,
    ),
    Check(
        "revenue",
        "Net revenue of the P&L = transactions of known customers in the twelve months",
        call(
            "IF",
            call("COUNTA", Column(TRANSACTIONS, "date")).equals(0),
            0,
            _sum(CUSTOMER_PNL, "net_revenue") - _line("  of which in the twelve months"),
        ),
        CENT,
        "Customers without transactions but with a typed yearly revenue are on top of the transactions",
    ),
    Check(
        "contribution",
        "Contribution = net revenue - cost of goods - cost to serve - imputed charges",
        _sum(CUSTOMER_PNL, "net_revenue")
        - _sum(CUSTOMER_PNL, "cogs")
        - _sum(CUSTOMER_PNL, "goods")
        - _sum(CUSTOMER_PNL, "cost_to_serve")
        - _sum(CUSTOMER_PNL, "financing")
        - _sum(CUSTOMER_PNL, "expected_loss")
        - _sum(CUSTOMER_PNL, "stock_carrying")
        - _sum(CUSTOMER_PNL, "contribution"),
        CENT,
        LIVE,
    ),
    Check(
        "horizons",
        "Customer values add up to the horizon table (3 years)",
        _sum(LIFETIME_VALUE, "value_3")
        - call(
            "IFERROR",
            call("INDEX", Column(HORIZONS, "value"), call("MATCH", "3 years", Column(HORIZONS, "horizon"), 0)),
            0,
        ),
        CENT,
        LIVE,
    ),
    Check(
        "live",
        "One convention: base value = the live formula with this timing, grid, horizon and rate",
        Figure("live.difference"),
        CENT,
        "Refresh",
    ),
    Check(
        "everybody",
        "Every customer once on P&L, Lifetime value and Segments",
        call("ABS", _count(CUSTOMER_PNL) - _count(LIFETIME_VALUE))
        + call("ABS", _count(CUSTOMER_PNL) - _count(SEGMENTS)),
        0,
        LIVE,
    ),
    Check(
        "one_segment",
        "Every customer in exactly one value segment",
        _count(SEGMENTS) - call("COUNTA", Column(SEGMENTS, "segment")),
        0,
        "A customer without a value has no segment: see Exceptions for what is missing",
    ),
    Check(
        "error_cells",
        "No error cells in summed columns",
        _errors(
            Column(CUSTOMER_PNL, "contribution"),
            Column(CUSTOMER_PNL, "net_revenue"),
            Column(LIFETIME_VALUE, "value"),
            Column(TRANSACTIONS, "net_amount"),
            Column(LEDGER_POOLS, "amount"),
        ),
        0,
        "Mend the cells; #N/A in values means that costs are unknown",
    ),
    Check(
        "inputs",
        "No errors found in the inputs",
        call("COUNTIF", Column(EXCEPTIONS, "severity"), "error"),
        0,
        "Mend what Exceptions lists",
    ),
    Check("fresh", "Results are up to date with inputs and assumptions", Figure("changed"), CENT, "Refresh"),
)

FIRST = 7


def _check_lines(checks: Sequence[Check]) -> tuple[Item, ...]:
    items: list[Item] = [
        Text(row=FIRST - 1, column=i, text=text, role=Role.HEADING, right=i in (2, 3))
        for i, text in enumerate(("Check", "Difference", "Tolerance", "Result", "If it is not OK"), start=1)
    ]
    for row, check in enumerate(checks, start=FIRST):
        difference = Figure(f"check.{check.key}.difference")
        good = call("ABS", difference) <= Figure(f"check.{check.key}.tolerance")
        items += [
            Text(row=row, column=1, text=check.title),
            Formula(
                row=row,
                column=2,
                key=f"check.{check.key}.difference",
                expr=_exact(check.difference),
                format=Format.EXACT,
            ),
            Formula(
                row=row,
                column=3,
                key=f"check.{check.key}.tolerance",
                expr=const(check.tolerance),
                format=Format.GENERAL,
            ),
            Formula(
                row=row,
                column=4,
                key=f"check.{check.key}",
                expr=call("IFERROR", call("IF", good, "OK", "ERROR"), "ERROR"),
                format=Format.GENERAL,
                role=Role.VERDICT,
            ),
            Text(row=row, column=5, text=check.mend, role=Role.REMARK),
        ]
    return tuple(items)


def _master(checks: Sequence[Check]) -> tuple[Item, ...]:
    results = Figures(tuple(f"check.{check.key}" for check in checks))
    below = FIRST + len(checks)
    passed = Figure("checks.passed").equals(Figure("checks.all"))
    return (
        Formula(
            row=5,
            column=1,
            key="checks",
            expr=call("IF", passed, "All checks passed", "CHECKS FAILED: see the lines that say ERROR"),
            format=Format.GENERAL,
            role=Role.STATUS,
        ),
        Text(row=below, column=1, text="Checks that say OK", role=Role.TOTAL),
        Formula(row=below, column=2, key="checks.passed", expr=call("COUNTIF", results, "OK"), format=Format.PLAIN),
        Text(row=below + 1, column=1, text="Checks in all"),
        Formula(row=below + 1, column=2, key="checks.all", expr=call("COUNTA", results), format=Format.PLAIN),
    )


RECONCILIATION_LINES = 9


def _used(top: int, totals: Sequence[InputTotal]) -> tuple[Item, ...]:
    """Inputs now and as they were at the last refresh: a difference makes every result sheet stale."""
    items: list[Item] = [
        Text(row=top, column=i, text=text, role=Role.HEADING, right=i > 1)
        for i, text in enumerate(("Inputs", "Now", "At the last refresh"), start=1)
    ]
    for i, (name, title, expr, number) in enumerate(totals):
        row = top + 1 + i
        items += [
            Text(row=row, column=1, text=title),
            Formula(row=row, column=2, key=f"input.{i}", expr=expr, format=number),
            NamedCell(row=row, column=3, name=name, format=number),
        ]
    row = top + 1 + len(totals)
    items += [
        Text(row=row, column=1, text="Assumptions changed since"),
        Formula(row=row, column=2, key="assumptions_changed", expr=ASSUMPTIONS_CHANGED, format=Format.PLAIN),
        Text(row=row + 1, column=1, text="Inputs changed by"),
        Formula(row=row + 1, column=2, key="inputs_changed", expr=_inputs_changed(totals), format=Format.NUMBER),
        Text(row=row + 2, column=1, text="Both together"),
        Formula(
            row=row + 2,
            column=2,
            key="changed",
            expr=Figure("assumptions_changed") + Figure("inputs_changed"),
            format=Format.NUMBER,
        ),
        Text(row=row + 3, column=1, text="Stale"),
        Formula(row=row + 3, column=2, key="stale", expr=Figure("changed") > CENT, format=Format.GENERAL),
    ]
    for offset, (name, title, number) in enumerate(USED_CELLS, start=4):
        items += [
            Text(row=row + offset, column=1, text=title),
            NamedCell(row=row + offset, column=3, name=name, format=number),
        ]
    return tuple(items)


USED_CELLS = (
    ("cv_used_as_of", "As-of date", Format.DATE),
    ("cv_used_as_of_text", "As-of date, as text", Format.TEXT),
    ("cv_used_convention", "Convention", Format.TEXT),
    ("cv_used_version", "Version of Customer Value for Excel", Format.TEXT),
    ("cv_used_rows", "Rows read", Format.TEXT),
    ("cv_used_horizon", "Horizon, years", Format.GENERAL),
)


def checks_sheet(checks: Sequence[Check], totals: Sequence[InputTotal]) -> Sheet:
    """Make the sheet Checks of the checks and input totals of all chosen packs."""
    reconciliation = FIRST + len(checks) + 4
    return Sheet(
        name="Checks",
        purpose=PURPOSE,
        stage=Stage.CHECK,
        items=(
            *head("Checks", "Checks", PURPOSE, value=False),
            *_master(checks),
            *_check_lines(checks),
            Text(
                row=reconciliation - 1,
                column=1,
                text="Where the money of all transactions is",
                role=Role.HEADING,
                span=4,
            ),
            TableBlock(row=reconciliation, column=1, table=RECONCILIATION, input=False, rows=RECONCILIATION_LINES),
            *_used(reconciliation + RECONCILIATION_LINES + 3, totals),
        ),
        front=True,
        freeze=(FIRST, 1),
        widths={1: 78, 2: 20, 3: 20, 4: 14, 5: 78},
        printed=5,
    )
