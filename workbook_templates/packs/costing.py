"""The costing: where every cent of the ledger went, what capacity was not used, and three ways of costing compared."""

from valuation.tables import (
    ACCOUNT_COSTS,
    ACTIVITIES,
    CAPACITY,
    CAPACITY_USE,
    COST_DETAIL,
    COSTING_COMPARE,
    CUSTOMER_PNL,
    HIERARCHY,
    LEDGER_POOLS,
    PNL_GROUPS,
    PNL_PERIODS,
    POOL_COSTS,
    SERVICE_DEPARTMENTS,
    SERVICE_METHODS,
    TIME_EQUATIONS,
    TRIAL_BALANCE,
    Table,
)
from workbook_templates.layout import (
    Check,
    Format,
    Formula,
    InputTotal,
    Item,
    Pack,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Text,
    number_format,
)
from workbook_templates.native import Column, Expr, Figure, Name, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.explain import EXPLAIN
from workbook_templates.packs.furniture import (
    amount,
    answer,
    count,
    head,
    heading,
    input_sheet,
    of_total,
    result_sheet,
    row_of,
    statement,
    table_width,
    totals,
)

__all__ = [
    "CAPACITY_SHEET",
    "CAPACITY_TOTAL",
    "COSTING",
    "DETAIL_SHEET",
    "HIERARCHY_SHEET",
    "HIERARCHY_TOTAL",
]

STATEMENT_ROW = 7
ACCOUNTS_HEADER = 26
PERIOD_LINES = sum(column.unit == "currency" for column in CUSTOMER_PNL)
QUARTERS = 4
MOVED = 0.01
IMPUTED = ("financing", "expected_loss", "stock_carrying")


def _money(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table if column.unit == "currency")


def _absolute(table: Table, name: str) -> Expr:
    """Sum what a column's amounts are without their signs, so that two errors do not hide each other."""
    return call("SUMPRODUCT", call("ABS", Column(table, name)))


def _where(table: Table, key: str, word: str, name: str) -> Expr:
    """Sum a column over the rows that hold a word."""
    return call("SUMIF", Column(table, key), word, Column(table, name))


def _if_any(table: Table, key: str, difference: Expr) -> Expr:
    """Leave a difference out where the table is empty."""
    return call("IF", call("COUNTA", Column(table, key)).equals(0), 0, difference)


LEDGER_LINES: tuple[tuple[str, str, Expr, str], ...] = (
    ("reconciled.ledger", "Ledger pools", of_total(LEDGER_POOLS, "amount"), "what was put in"),
    ("reconciled.services", "Passed on between pools", of_total(POOL_COSTS, "services"), "adds up to 0"),
    ("reconciled.traced", "Charged to one customer directly", of_total(POOL_COSTS, "traced"), ""),
    ("reconciled.allocated", "Shared out by driver", of_total(POOL_COSTS, "allocated"), ""),
    (
        "reconciled.unused",
        "Unused capacity",
        of_total(POOL_COSTS, "unused"),
        "charged to nobody; in brackets: overtime",
    ),
    ("reconciled.unknown", "Unknown customers", of_total(POOL_COSTS, "unknown_customer"), "not on Customers"),
    (
        "reconciled.unallocated",
        "Not charged to customers",
        of_total(POOL_COSTS, "unallocated"),
        "sustaining, unallocated, or without a usable driver",
    ),
    (
        "reconciled.difference",
        "Difference",
        call(
            "ROUND",
            Figure("reconciled.ledger")
            + Figure("reconciled.services")
            - Figure("reconciled.traced")
            - Figure("reconciled.allocated")
            - Figure("reconciled.unused")
            - Figure("reconciled.unknown")
            - Figure("reconciled.unallocated"),
            6,
        ),
        "must be nought",
    ),
)
IMPUTED_LINES: tuple[tuple[str, str, Expr, str], ...] = (
    ("imputed.financing", "Waiting for payment", of_total(CUSTOMER_PNL, "financing"), "terms and lateness"),
    ("imputed.loss", "Expected credit loss", of_total(CUSTOMER_PNL, "expected_loss"), ""),
    ("imputed.stock", "Stock held for customers", of_total(CUSTOMER_PNL, "stock_carrying"), ""),
    (
        "imputed.all",
        "Imputed charges together",
        Figure("imputed.financing") + Figure("imputed.loss") + Figure("imputed.stock"),
        "charged to customers, not in the ledger: no part of the sum above",
    ),
)
NOT_IN_POOLS = _absolute(ACCOUNT_COSTS, "not_in_pools")
TIES = call("AND", call("ABS", Figure("reconciled.difference")) <= CENT, NOT_IN_POOLS <= CENT)
RECONCILED = (
    "Every cent of "
    & amount(Figure("reconciled.ledger"))
    & " is accounted for: traced "
    & amount(Figure("reconciled.traced"))
    & ", allocated "
    & amount(Figure("reconciled.allocated"))
    & ", unused "
    & amount(Figure("reconciled.unused"))
    & ", unknown customers "
    & amount(Figure("reconciled.unknown"))
    & ", unallocated "
    & amount(Figure("reconciled.unallocated"))
    & "."
)
NOT_RECONCILED = (
    "DOES NOT TIE: "
    & amount(Figure("reconciled.difference"))
    & " of the ledger went nowhere; accounts of the trial balance and their pools differ by "
    & amount(NOT_IN_POOLS)
    & "."
)
NO_COSTS = "Nothing to account for yet: fill in Ledger pools and refresh."


def _reconciliation() -> Sheet:
    purpose = "Where every cent of the ledger went, by ledger account."
    empty = call("AND", Figure("reconciled.ledger").equals(0), call("COUNTA", Column(POOL_COSTS, "pool")).equals(0))
    imputed = STATEMENT_ROW + len(LEDGER_LINES) + 2
    return Sheet(
        name="Reconciliation",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Reconciliation", "Reconciliation to the ledger", purpose, value=False),
            answer(
                "reconciled.answer",
                call(
                    "IFERROR",
                    call("IF", empty, NO_COSTS, call("IF", TIES, RECONCILED, NOT_RECONCILED)),
                    "DOES NOT TIE: an amount is an error value.",
                ),
            ),
            heading(STATEMENT_ROW - 1, "From the ledger to the customers"),
            *statement(STATEMENT_ROW, LEDGER_LINES),
            heading(imputed, "Beside the ledger (memo)"),
            *statement(imputed + 1, IMPUTED_LINES),
            heading(ACCOUNTS_HEADER - 2, "By ledger account"),
            *totals(ACCOUNT_COSTS, _money(ACCOUNT_COSTS), ACCOUNTS_HEADER - 1),
            TableBlock(row=ACCOUNTS_HEADER, column=1, table=ACCOUNT_COSTS, input=False),
        ),
        freeze=(6, 2),
        widths=table_width(ACCOUNT_COSTS) | {1: 34, 2: 20, 3: 20},
    )


CAPACITY_SENTENCE = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(CAPACITY_USE, "pool")).equals(0),
        "No capacity is known: fill in Capacity to see what is not used.",
        call("FIXED", of_total(CAPACITY_USE, "used") / of_total(CAPACITY_USE, "practical") * 100, 1)
        & "% of the minutes that can be worked are used. What is not used costs "
        & amount(of_total(CAPACITY_USE, "unused_cost"))
        & " and is charged to nobody; "
        & call("COUNTIF", Column(CAPACITY_USE, "unused"), "<0")
        & " of "
        & call("COUNTA", Column(CAPACITY_USE, "pool"))
        & " pools work overtime.",
    ),
    "The use of capacity cannot be given: see Exceptions.",
)
LARGEST_GAP = call("MAX", Column(SERVICE_METHODS, "largest_gap"))
METHODS_SENTENCE = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(SERVICE_METHODS, "pool")).equals(0),
        "No pool serves others: fill in Service departments to pass their cost on.",
        "The choice of method moves the cost of a pool by "
        & amount(LARGEST_GAP)
        & " at most: "
        & call(
            "INDEX",
            Column(SERVICE_METHODS, "pool"),
            call("MATCH", LARGEST_GAP, Column(SERVICE_METHODS, "largest_gap"), 0),
        )
        & ".",
    ),
    "The methods cannot be compared: see Exceptions.",
)
SHIFTED = call("SUMPRODUCT", (call("ABS", Column(COSTING_COMPARE, "shift_pct")) > MOVED) * 1)
COMPARE_SENTENCE = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(COSTING_COMPARE, "customer_id")).equals(0),
        NO_COSTS,
        "By time instead of by volume, the cost of "
        & count(SHIFTED)
        & " of "
        & count(call("COUNTA", Column(COSTING_COMPARE, "customer_id")))
        & " customers moves by more than 1% of revenue; "
        & call("COUNTIF", Column(COSTING_COMPARE, "turns"), "loss")
        & " turn from profit to loss, "
        & call("COUNTIF", Column(COSTING_COMPARE, "turns"), "profit")
        & " from loss to profit.",
    ),
    "The costings cannot be compared: see Exceptions.",
)
COMPARED = ("net_revenue", "volume_based", "activity_based", "time_driven", "shift")
COMPARED_MONEY = (*COMPARED, "contribution_volume", "contribution_time")
LEVELS = ("segment", "parent")


def _groups() -> Sheet:
    """Each level adds up to all customers, so the two have totals of their own."""
    items: list[Item] = []
    positions = {column.name: position for position, column in enumerate(PNL_GROUPS, start=1)}
    for row, level in enumerate(LEVELS, start=5):
        items.append(Text(row=row, column=1, text="Total by " + level, role=Role.TOTAL))
        items += [
            Formula(
                row=row,
                column=positions[name],
                key=f"groups.{level}.{name}",
                expr=_where(PNL_GROUPS, "level", level, name),
                format=number_format(PNL_GROUPS[name].kind),
                role=Role.TOTAL,
            )
            for name in ("customers", *_money(PNL_GROUPS))
        ]
    return result_sheet(
        PNL_GROUPS,
        "P&L by segment and parent account",
        "What each segment and each parent account contributes; every customer is in one of each.",
        sums=(),
        more=tuple(items),
        widths={1: 18, 2: 28},
    )


def _quarter_end(months: int) -> Expr:
    """Give the as-of date so many months earlier, the end of a month staying one."""
    as_of = Name("cv_used_as_of")
    earlier = call(
        "IF",
        call("EOMONTH", as_of, 0).equals(as_of),
        call("EOMONTH", as_of, -months),
        call("EDATE", as_of, -months),
    )
    return call("IF", as_of.equals(""), "", earlier)


def _periods() -> Sheet:
    ends = [
        Formula(
            row=6,
            column=2 + quarter,
            key=f"quarter.{quarter + 1}",
            expr=_quarter_end(3 * (QUARTERS - 1 - quarter)),
            format=Format.DATE,
            role=Role.TOTAL,
        )
        for quarter in range(QUARTERS)
    ]
    purpose = "How revenue, margin and contribution of all customers run over the four quarters."
    return Sheet(
        name=PNL_PERIODS.name,
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head(PNL_PERIODS.name, "P&L by quarter", purpose),
            Text(row=6, column=1, text="Quarter to", role=Role.TOTAL),
            *ends,
            TableBlock(row=7, column=1, table=PNL_PERIODS, input=False, rows=PERIOD_LINES),
        ),
        freeze=(8, 2),
        widths=table_width(PNL_PERIODS) | {1: 34},
    )


def _line(name: str, column: str) -> Expr:
    """Give a figure of P&L by period, by the line of the customer P&L."""
    return call("INDEX", Column(PNL_PERIODS, column), row_of(PNL_PERIODS, "line", CUSTOMER_PNL[name].title))


def _against_pnl(line: str) -> Expr:
    return call("ABS", _line(line, "twelve_months") - of_total(CUSTOMER_PNL, line))


def _level_difference(level: str) -> Expr:
    """Compare contribution and revenue of a level with all customers; a customer of unknown cost is in both or none."""
    return call("ABS", Figure(f"groups.{level}.contribution") - of_total(CUSTOMER_PNL, "contribution")) + call(
        "ABS", Figure(f"groups.{level}.net_revenue") - of_total(CUSTOMER_PNL, "net_revenue")
    )


CHECKS = (
    Check(
        "accounts",
        "Every account of the trial balance is in the ledger pools in full",
        NOT_IN_POOLS,
        CENT,
        "Complete Ledger pools for the accounts that Reconciliation shows under 'Not in pools'",
    ),
    Check(
        "account_differences",
        "Every ledger account = traced + allocated + unused + unknown customer + unallocated",
        _absolute(ACCOUNT_COSTS, "difference"),
        CENT,
        LIVE,
    ),
    Check(
        "detail",
        "Cost detail = cost to serve and goods on the P&L (0 rows: left out)",
        _if_any(
            COST_DETAIL,
            "customer_id",
            of_total(COST_DETAIL, "cost") - of_total(CUSTOMER_PNL, "cost_to_serve") - of_total(CUSTOMER_PNL, "goods"),
        ),
        CENT,
        LIVE,
    ),
    Check(
        "costings",
        "By volume = by activity, and the costing in use = cost to serve on the P&L",
        _if_any(
            COSTING_COMPARE,
            "customer_id",
            call("ABS", of_total(COSTING_COMPARE, "volume_based") - of_total(COSTING_COMPARE, "activity_based"))
            + call(
                "ABS",
                call(
                    "IF",
                    Name("cv_costing").equals("activity-based"),
                    of_total(COSTING_COMPARE, "activity_based"),
                    of_total(COSTING_COMPARE, "time_driven"),
                )
                - of_total(CUSTOMER_PNL, "cost_to_serve"),
            ),
        ),
        CENT,
        LIVE,
    ),
    Check(
        "capacity",
        "Capacity use: used + unused = allocated + unknown customer + unused of these pools",
        of_total(CAPACITY_USE, "used_cost")
        + of_total(CAPACITY_USE, "unused_cost")
        - call(
            "SUMPRODUCT",
            (Column(POOL_COSTS, "practical") > 0)
            * (Column(POOL_COSTS, "allocated") + Column(POOL_COSTS, "unused") + Column(POOL_COSTS, "unknown_customer")),
        ),
        CENT,
        LIVE,
    ),
    Check(
        "periods",
        "P&L by period = customer P&L (net revenue, contribution)",
        _if_any(PNL_PERIODS, "line", _against_pnl("net_revenue") + _against_pnl("contribution")),
        CENT,
        LIVE,
    ),
    Check(
        "groups",
        "P&L by group = customer P&L, by segment and by parent account",
        _if_any(PNL_GROUPS, "level", _level_difference("segment") + _level_difference("parent")),
        CENT,
        LIVE,
    ),
)
CAPACITY_SHEET = input_sheet(
    CAPACITY, "How many minutes the teams can work.", sums=("theoretical_minutes", "practical_minutes")
)
HIERARCHY_SHEET = input_sheet(HIERARCHY, "Who pays for whom, and which accounts belong together.")
DETAIL_SHEET = result_sheet(
    COST_DETAIL,
    "Cost detail",
    "Every cost of every customer: quantity x rate.",
    sums=("cost", "acquisition_cost"),
    widths={2: 26},
)
CAPACITY_TOTAL = InputTotal(
    "cv_used_capacity", "Capacity, practical minutes", of_total(CAPACITY, "practical_minutes"), Format.NUMBER
)
HIERARCHY_TOTAL = InputTotal(
    "cv_used_hierarchy", "Hierarchy, rows", call("COUNTA", Column(HIERARCHY, "customer_id")), Format.COUNT
)
"""These are shared with the pack for evidence, which rebuilds costs and charges from them."""

INPUTS = (
    InputTotal(
        "cv_used_services", "Service departments, share", of_total(SERVICE_DEPARTMENTS, "share"), Format.PERCENT
    ),
    CAPACITY_TOTAL,
    InputTotal("cv_used_activities", "Activities, quantity", of_total(ACTIVITIES, "quantity"), Format.NUMBER),
    InputTotal("cv_used_equations", "Time equations, minutes", of_total(TIME_EQUATIONS, "minutes"), Format.NUMBER),
    InputTotal("cv_used_trial_balance", "Trial balance, amount", of_total(TRIAL_BALANCE, "amount"), Format.CENTS),
    HIERARCHY_TOTAL,
)

COSTING = Pack(
    name="costing",
    purpose="Cost to serve by time and practical capacity, tied to the ledger account by account, and explained",
    sheets=(
        input_sheet(SERVICE_DEPARTMENTS, "Which pools serve other pools, and how much."),
        CAPACITY_SHEET,
        input_sheet(ACTIVITIES, "What was done for each customer.", sums=("quantity",)),
        input_sheet(TIME_EQUATIONS, "How many minutes an activity takes, and what makes it take longer."),
        input_sheet(TRIAL_BALANCE, "The balances that the cost pools must tie to.", sums=("amount",)),
        HIERARCHY_SHEET,
        _reconciliation(),
        EXPLAIN,
        result_sheet(
            CAPACITY_USE,
            "Capacity use",
            "How much of the time that is paid for serves customers, and what the rest costs.",
            sums=("used_cost", "unused_cost"),
            more=(answer("capacity.answer", CAPACITY_SENTENCE),),
            widths={1: 26, 11: 60},
        ),
        result_sheet(
            COSTING_COMPARE,
            "Three ways of costing",
            "What the same ledger says of each customer by volume, by activity and by time.",
            sums=COMPARED_MONEY,
            more=(answer("compare.answer", COMPARE_SENTENCE),),
        ),
        _groups(),
        _periods(),
        result_sheet(
            SERVICE_METHODS,
            "Service methods",
            "What each pool costs once services are passed on, by the three methods.",
            sums=("own", "reciprocal", "step_down", "direct"),
            more=(answer("methods.answer", METHODS_SENTENCE),),
        ),
        DETAIL_SHEET,
    ),
    checks=CHECKS,
    totals=INPUTS,
)
