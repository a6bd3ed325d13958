"""The Summary: the answer in words, the figures it rests on, best and worst customers, and the whale curve."""

from valuation.tables import CUSTOMER_PNL, CUSTOMERS, HORIZONS, LIFETIME_VALUE, POOL_COSTS, SEGMENTS, Table
from workbook_templates.layout import Chart, Format, Formula, Item, Role, Series, Sheet, Stage, Text
from workbook_templates.native import Column, Expr, Figure, Name, call, const
from workbook_templates.packs.furniture import CURRENCY, HORIZON, HORIZON_WORDS, SCALE, exactly, head, in_units, percent

__all__ = ["SENTENCES", "SUMMARY"]

PURPOSE = "The answer in words, with the figures it rests on."
FIGURES_ROW = 12
LISTS_COLUMN = 5
CURVE_ROW = 34
CURVE = (*range(5), 5, 7.5, *range(10, 90, 5), 90, 92.5, 95, 97.5, 99, 100)  # percent of customers, closer at the ends
BEST = 5


def _sum(table: Table, name: str) -> Expr:
    return call("SUM", Column(table, name))


def _lookup(table: Table, wanted: str, key: str, value: Expr) -> Expr:
    """Find a row of a table by a key column."""
    return call("INDEX", Column(table, wanted), call("MATCH", value, Column(table, key), 0))


NOTHING_YET = HORIZON.equals("")


UNIT = Name("cv_currency") & SCALE
VALUE_TOTAL = _sum(LIFETIME_VALUE, "value")
CENT = 0.005


def _amount(key: str) -> Expr:
    """Write an amount that is already in the sheet's unit."""
    return CURRENCY & call("FIXED", Figure(key), 0) & SCALE


def _best_names() -> Expr:
    """List the best customers; there may be fewer than five."""
    names: Expr = Figure("best.1.name")
    for rank in range(2, BEST + 1):
        name = Figure(f"best.{rank}.name")
        names = names & call("IF", name.equals(""), "", (" and " if rank == BEST else ", ") & name)
    return names


BEST_SENTENCE = call(
    "IFERROR",
    call(
        "IF",
        Figure("base_value") > 0,
        "The best customers by value are "
        & _best_names()
        & ": they hold "
        & percent(Figure("best.share"))
        & " of the "
        & HORIZON_WORDS
        & " customer value of "
        & _amount("base_value")
        & ".",
        call(
            "IF",
            NOTHING_YET,
            "Nothing is valued yet: fill in the inputs, or import transactions, and refresh.",
            "Together the customers bring no value: the "
            & HORIZON_WORDS
            & " customer value is "
            & _amount("base_value")
            & ".",
        ),
    ),
    "Customer value cannot be given yet: see Exceptions for what is missing.",
)
HORIZON_SENTENCE = call(
    "IFERROR",
    call(
        "IF",
        call("ISNUMBER", HORIZON),
        "The "
        & HORIZON_WORDS
        & " figure is "
        & percent(Figure("share"))
        & " of the unlimited one; looking further ahead "
        & call(
            "IF",
            const(0.995) <= Figure("rank_agreement"),
            "changes the size, not the order of the customers.",
            "changes the order of the customers too (agreement " & call("FIXED", Figure("rank_agreement"), 2) & ").",
        ),
        call("IF", NOTHING_YET, "", "The figure has no horizon: it counts all years to come."),
    ),
    "",
)
REVENUE_SENTENCE = call(
    "IFERROR",
    call(
        "IF",
        Figure("largest.revenue") > 0,
        Figure("largest.name")
        & " is the largest by revenue ("
        & _amount("largest.revenue")
        & "), contributes "
        & _amount("largest.contribution")
        & " and is number "
        & Figure("largest.rank")
        & " of "
        & Figure("customers")
        & " by contribution"
        & call("IF", Figure("largest.rank") <= BEST, ": here revenue and profit agree.", ": size is not value."),
        "",
    ),
    "",
)


def _by_engagement(rank: int) -> Expr:
    return call("IFERROR", _lookup(SEGMENTS, "name", "engagement_rank", const(rank)), "")


def _engagement_names() -> Expr:
    names = _by_engagement(1)
    for rank in range(2, BEST + 1):
        name = _by_engagement(rank)
        names = names & call("IF", name.equals(""), "", (" and " if rank == BEST else ", ") & name)
    return names


MOVED_TO_DO = _sum(SEGMENTS, "engagement_value") - VALUE_TOTAL
ENGAGEMENT_SENTENCE = call(
    "IFERROR",
    call(
        "IF",
        call("ABS", MOVED_TO_DO) < CENT,
        "",
        "Counting what customers move others to do (referrals, influence, ideas), the best are "
        & _engagement_names()
        & "; the value segment goes by "
        & call("IF", Name("cv_segment_basis").equals("lifetime"), "customer value alone.", "this."),
    ),
    "",
)

SENTENCES = (
    ("answer.best", BEST_SENTENCE),
    ("answer.horizon", HORIZON_SENTENCE),
    ("answer.revenue", REVENUE_SENTENCE),
    ("answer.engagement", ENGAGEMENT_SENTENCE),
)


def _answer() -> tuple[Item, ...]:
    return (
        Text(row=6, column=1, text="The answer", role=Role.HEADING, span=9),
        *(
            Formula(row=7 + i, column=1, key=key, expr=expr, format=Format.GENERAL, role=Role.ANSWER, span=9)
            for i, (key, expr) in enumerate(SENTENCES)
        ),
    )


def _grade_share(grade: str) -> Expr:
    """Part of the gross positive value whose evidence has the grade."""
    value = Column(LIFETIME_VALUE, "value")
    positive = (value > 0) * value
    return call(
        "IFERROR",
        call("SUMPRODUCT", Column(LIFETIME_VALUE, "grade").equals(grade) * positive) / call("SUMPRODUCT", positive),
        0,
    )


# key, label, expression, format, how to read it
FIGURES: tuple[tuple[str, str, Expr, Format, str], ...] = (
    ("unit", "Amounts are in", UNIT, Format.GENERAL, "change it on Assumptions"),
    ("customers", "Customers", call("COUNTA", Column(CUSTOMERS, "customer_id")), Format.COUNT, "rows of Customers"),
    (
        "active",
        "  bought in the twelve months",
        call("COUNTIF", Column(SEGMENTS, "purchase_days"), ">0"),
        Format.COUNT,
        "at least one purchase",
    ),
    (
        "net_revenue",
        "Net revenue",
        in_units(_sum(CUSTOMER_PNL, "net_revenue")),
        Format.UNITS,
        "after discounts and returns",
    ),
    (
        "cogs",
        "Cost of goods sold",
        in_units(_sum(CUSTOMER_PNL, "cogs") + _sum(CUSTOMER_PNL, "goods")),
        Format.UNITS,
        "with freight in, less supplier rebates",
    ),
    ("gross_margin", "Gross margin", Figure("net_revenue") - Figure("cogs"), Format.UNITS, ""),
    (
        "cost_to_serve",
        "Cost to serve",
        in_units(_sum(CUSTOMER_PNL, "cost_to_serve")),
        Format.UNITS,
        "marketing, sales, orders, logistics, support, returns",
    ),
    (
        "imputed",
        "Imputed charges",
        in_units(
            _sum(CUSTOMER_PNL, "financing") + _sum(CUSTOMER_PNL, "expected_loss") + _sum(CUSTOMER_PNL, "stock_carrying")
        ),
        Format.UNITS,
        "waiting for payment, credit loss, stock; not in the ledger",
    ),
    (
        "contribution",
        "Contribution",
        Figure("gross_margin") - Figure("cost_to_serve") - Figure("imputed"),
        Format.UNITS,
        "before overhead, unused capacity and tax",
    ),
    (
        "unused",
        "  unused capacity",
        in_units(_sum(POOL_COSTS, "unused")),
        Format.UNITS,
        "paid for and not used by anybody",
    ),
    (
        "overhead",
        "  cost that stays with the company",
        in_units(_sum(POOL_COSTS, "unallocated") + _sum(POOL_COSTS, "unknown_customer")),
        Format.UNITS,
        "not caused by a customer on Customers",
    ),
    (
        "losing",
        "Customers that lose money",
        # A count beside contributions that are not known would look right.
        call("COUNTIF", Column(CUSTOMER_PNL, "contribution"), "<0") + _sum(CUSTOMER_PNL, "contribution") * 0,
        Format.COUNT,
        "contribution below nought",
    ),
    (
        "base_value",
        "Customer base value",
        in_units(VALUE_TOTAL),
        Format.UNITS,
        "over the chosen horizon; not a lifetime",
    ),
    (
        "positive",
        "  customers worth something",
        in_units(call("SUMIF", Column(LIFETIME_VALUE, "value"), ">0", Column(LIFETIME_VALUE, "value"))),
        Format.UNITS,
        "gross positive",
    ),
    (
        "negative",
        "  customers that cost",
        Figure("base_value") - Figure("positive"),
        Format.UNITS,
        "gross negative, if not repriced",
    ),
    (
        "unlimited",
        "Value without a horizon",
        in_units(_sum(LIFETIME_VALUE, "value_unlimited")),
        Format.UNITS,
        "all years to come",
    ),
    (
        "share",
        "  covered by the horizon",
        call("IFERROR", VALUE_TOTAL / _sum(LIFETIME_VALUE, "value_unlimited"), ""),
        Format.PERCENT,
        "how much of it the base value shows",
    ),
    (
        "rank_agreement",
        "  same order without a horizon",
        call("MIN", Column(HORIZONS, "rank_correlation")),
        Format.RATIO,
        "1 = the same order of customers",
    ),
    ("grade.A", "Value from measured figures (A)", _grade_share("A"), Format.PERCENT, "own retention, booked costs"),
    ("grade.B", "Value from pooled figures (B)", _grade_share("B"), Format.PERCENT, "retention of a group"),
    ("grade.C", "Value from typed figures (C)", _grade_share("C"), Format.PERCENT, "a prior or a typed factor"),
    (
        "checks.text",
        "Checks passed",
        Figure("checks.passed") & " of " & Figure("checks.all"),
        Format.GENERAL,
        "see Checks",
    ),
)


def _figures() -> tuple[Item, ...]:
    items: list[Item] = [
        Text(row=FIGURES_ROW - 1, column=1, text="Key figures, twelve months", role=Role.HEADING, span=3)
    ]
    for row, (key, label, expr, number, note) in enumerate(FIGURES, start=FIGURES_ROW):
        items += [
            Text(row=row, column=1, text=label),
            Formula(row=row, column=2, key=key, expr=expr, format=number),
            Text(row=row, column=3, text=note, role=Role.REMARK),
        ]
    return tuple(items)


def _customer_line(prefix: str, row: int, rank: Expr | int) -> tuple[Item, ...]:
    """One customer of a list by value rank: rank, name, revenue, contribution, value."""
    place = Figure(f"{prefix}.rank")
    key = exactly(_lookup(LIFETIME_VALUE, "customer_id", "value_rank", place))
    columns: tuple[tuple[str, Expr, Format], ...] = (
        ("rank", const(rank), Format.PLAIN),
        ("name", call("IFERROR", _lookup(LIFETIME_VALUE, "name", "value_rank", place), ""), Format.GENERAL),
        (
            "revenue",
            call("IFERROR", in_units(_lookup(CUSTOMER_PNL, "net_revenue", "customer_id", key)), ""),
            Format.UNITS,
        ),
        (
            "contribution",
            call("IFERROR", in_units(_lookup(CUSTOMER_PNL, "contribution", "customer_id", key)), ""),
            Format.UNITS,
        ),
        ("value", call("IFERROR", in_units(_lookup(LIFETIME_VALUE, "value", "value_rank", place)), ""), Format.UNITS),
    )
    return tuple(
        Formula(
            row=row,
            column=LISTS_COLUMN + i,
            key=f"{prefix}.{name}",
            expr=expr,
            format=number,
            role=Role.COUNTER if name == "rank" else Role.CALCULATION,
        )
        for i, (name, expr, number) in enumerate(columns)
    )


def _list(title: str, row: int, lines: tuple[tuple[str, Expr | int], ...]) -> tuple[Item, ...]:
    headings = ("Rank", "Customer", "Net revenue", "Contribution", "Value")
    items: list[Item] = [Text(row=row, column=LISTS_COLUMN, text=title, role=Role.HEADING, span=5)]
    items += [
        Text(row=row + 1, column=LISTS_COLUMN + i, text=text, role=Role.NOTE, right=i != 1)
        for i, text in enumerate(headings)
    ]
    for i, (prefix, rank) in enumerate(lines):
        items += _customer_line(prefix, row + 2 + i, rank)
    return tuple(items)


LAST_RANK = call("MAX", Column(LIFETIME_VALUE, "value_rank"))


def _from_last(place: int) -> Expr:
    """Give the rank of the last customer, the last but one, and so on; nothing where there are no ranks."""
    return call("IFERROR", LAST_RANK - (place - 1) if place > 1 else LAST_RANK, "")


BEST_LINES: tuple[tuple[str, Expr | int], ...] = tuple((f"best.{i}", i) for i in range(1, BEST + 1))
WORST_LINES: tuple[tuple[str, Expr | int], ...] = tuple((f"worst.{i}", _from_last(i)) for i in range(1, BEST + 1))

LARGEST_REVENUE = call("MAX", Column(CUSTOMER_PNL, "net_revenue"))


def _largest(column: str) -> Expr:
    return _lookup(CUSTOMER_PNL, column, "net_revenue", LARGEST_REVENUE)


LARGEST = (
    ("largest.name", "Largest by revenue", _largest("name"), Format.GENERAL),
    ("largest.revenue", "  its net revenue", in_units(LARGEST_REVENUE), Format.UNITS),
    ("largest.contribution", "  its contribution", in_units(_largest("contribution")), Format.UNITS),
    ("largest.rank", "  its rank by contribution", _largest("profit_rank"), Format.PLAIN),
    (
        "best.share",
        "Five best: part of the value",
        call("SUMIF", Column(LIFETIME_VALUE, "value_rank"), f"<={BEST}", Column(LIFETIME_VALUE, "value")) / VALUE_TOTAL,
        Format.PERCENT,
    ),
)


def _largest_lines(row: int) -> tuple[Item, ...]:
    items: list[Item] = []
    for i, (key, label, expr, number) in enumerate(LARGEST):
        items += [
            Text(row=row + i, column=LISTS_COLUMN + 1, text=label),
            Formula(row=row + i, column=LISTS_COLUMN + 2, key=key, expr=call("IFERROR", expr, ""), format=number),
        ]
    return tuple(items)


def _whale_curve() -> tuple[Item, ...]:
    """Customers from the most to the least profitable, and the part of total contribution they bring together."""
    first = CURVE_ROW + 2
    items: list[Item] = [
        Text(
            row=CURVE_ROW, column=1, text="Whale curve: where contribution is made and lost", role=Role.HEADING, span=9
        ),
        Text(row=first - 1, column=8, text="Customers", role=Role.NOTE, right=True),
        Text(row=first - 1, column=9, text="Contribution", role=Role.NOTE, right=True),
    ]
    count = call("MAX", Column(CUSTOMER_PNL, "profit_rank"))
    contribution = Column(CUSTOMER_PNL, "contribution")
    for step, part in enumerate(CURVE):
        x, y = f"whale.{step}.customers", f"whale.{step}.contribution"
        within = "<=" & call("ROUND", Figure(x) * count, 0)
        share = call("SUMIF", Column(CUSTOMER_PNL, "profit_rank"), within, contribution) / call("SUM", contribution)
        items += [
            Formula(row=first + step, column=8, key=x, expr=const(part / 100), format=Format.PERCENT),
            Formula(row=first + step, column=9, key=y, expr=call("IFERROR", share, 0), format=Format.PERCENT),
        ]
    last = len(CURVE) - 1
    items.append(
        Chart(
            row=CURVE_ROW + 1,
            column=1,
            title="Cumulative contribution, most profitable customers first",
            kind="curve",
            series=(
                Series(
                    name="Cumulative contribution, most profitable customers first",
                    categories=("whale.0.customers", f"whale.{last}.customers"),
                    values=("whale.0.contribution", f"whale.{last}.contribution"),
                ),
            ),
            category_title="Customers",
            value_title="Part of total contribution",
            category_format=Format.WHOLE_PERCENT,
            value_format=Format.WHOLE_PERCENT,
            category_most=1.0,
            width=1000,
            height=560,
        )
    )
    return tuple(items)


SUMMARY = Sheet(
    name="Summary",
    purpose=PURPOSE,
    stage=Stage.SUMMARY,
    items=(
        *head("Summary", "Who are our best customers?", PURPOSE),
        *_answer(),
        *_figures(),
        *_list("Five best customers by value", FIGURES_ROW - 1, BEST_LINES),
        *_list("Five worst customers by value", FIGURES_ROW + 7, WORST_LINES),
        *_largest_lines(FIGURES_ROW + 15),
        *_whale_curve(),
    ),
    front=True,
    one_page=True,
    widths={1: 33, 2: 16, 3: 44, 4: 3, 5: 7, 6: 34, 7: 15, 8: 15, 9: 15},
)
