"""
Proof: the reader picks a customer, and native formulas rebuild its P&L, its costs and its value from the inputs.

Every line sets our result beside what the formulas come to, so that an auditor re-performs it without Python. What
cannot be rebuilt by a formula is taken over from another sheet, and marked.
"""

from collections.abc import Iterable
from typing import NamedTuple

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import (
    ASSUMPTIONS,
    CUSTOMER_PNL,
    CUSTOMERS,
    FAMILIES,
    GOODS,
    LEDGER_POOLS,
    LIFETIME_VALUE,
    TRANSACTIONS,
)
from workbook_templates.layout import Format, Formula, Item, NamedCell, Role, Sheet, Stage, Text
from workbook_templates.native import Column, Expr, Figure, Figures, Name, call, const, once
from workbook_templates.packs.furniture import added, amount, answer, count, head, heading, row_of
from workbook_templates.packs.proof_charges import CHARGES, charge_facts
from workbook_templates.packs.proof_costs import BY_LEDGER, POOLS, allocation, bearer, family_cost, ledger_rows, over
from workbook_templates.packs.proof_facts import (
    CREDIT,
    FACTS,
    ID,
    KNOWN,
    NET,
    NOT_KNOWN,
    PICKED,
    YEAR,
    all_of,
    facts,
    number,
    of_customer,
    ours,
    positive,
    scoped,
    summed,
    told,
)
from workbook_templates.packs.proof_value import TAKEN_CHANCE, YEARS, chance, chance_facts, value, value_facts, years

__all__ = ["PROOF", "PROOF_LINES"]

PURPOSE = "Re-perform a customer: its P&L, its costs and its value, rebuilt by formulas from the input tables."
CHOICE_ROW, ANSWER_ROW, PNL_ROW = 5, 7, 11
HALF_CENT = 0.005

# The lines of the P&L, each from those before it.

GROSS, DISCOUNT, RETURNED, COGS, ONE_OFF = (
    Column(TRANSACTIONS, name) for name in ("gross_amount", "discount", "returns", "cogs", "one_off")
)
DAY_ONE = Figure("proof.day_one")
MARGIN = scoped("gross_margin_pct")
HAS_MARGIN = call("ISNUMBER", MARGIN)
TYPED_REVENUE, TYPED_MARGIN = of_customer("annual_revenue"), of_customer("annual_margin")
HAS_REVENUE, HAS_TYPED_MARGIN = (call("ISNUMBER", Figure(f"proof.typed_{name}")) for name in ("revenue", "margin"))
_WITHOUT_GROSS = once(YEAR * (1 - number(GROSS)))
_COMPOSED = once(_WITHOUT_GROSS * (1 - CREDIT * (1 - number(RETURNED))))
_WITHOUT_COGS = once(YEAR * (1 - number(COGS)))
_ONE_OFFS = once(YEAR * (ONE_OFF > 0) * number(ONE_OFF))


def _rebuilt(name: str) -> Figure:
    return Figure(f"proof.pnl.{name}.rebuilt")


def _by_transactions(name: str, typed: Expr, expr: Expr) -> Expr:
    """Take what was typed for customers without transactions; what is converted first is taken over."""
    rebuilt = call("IF", IS_FOREIGN, ours(CUSTOMER_PNL, name), call("ROUND", expr, 6))
    return call("IF", DAY_ONE, typed, rebuilt)


IS_FOREIGN = Figure("proof.foreign") > 0
CONVERTED = "taken over from Customer P&L: amounts in another currency"


TYPED_GROSS = call("IF", HAS_REVENUE, Figure("proof.typed_revenue"), NOT_KNOWN)
TYPED_NOUGHT = call("IF", HAS_REVENUE, 0, NOT_KNOWN)
GROSS_REVENUE = summed(YEAR, GROSS) + summed(_COMPOSED, NET) + summed(_COMPOSED, DISCOUNT) + summed(_COMPOSED, RETURNED)
BLANK_COGS = summed(_WITHOUT_COGS)
COST_OF_SALES = call(
    "IF",
    BLANK_COGS.equals(0),
    summed(YEAR, COGS),
    summed(YEAR, COGS) + (1 - MARGIN) * summed(_WITHOUT_COGS, NET),
)
COGS_OF_ONE_OFFS = summed(_ONE_OFFS, COGS) + call(
    "IF",
    summed(_ONE_OFFS * _WITHOUT_COGS).equals(0),
    0,
    (1 - MARGIN) * summed(_ONE_OFFS * _WITHOUT_COGS, NET),
)
TYPED_FACTS: tuple[tuple[str, str, Expr, Format], ...] = (
    (
        "typed_revenue",
        "Yearly revenue, typed or from the margin",
        call(
            "IF",
            number(TYPED_REVENUE) > 0,
            TYPED_REVENUE,
            call("IF", all_of(number(TYPED_MARGIN) > 0, HAS_MARGIN, MARGIN > 0), TYPED_MARGIN / MARGIN, ""),
        ),
        Format.CENTS,
    ),
    (
        "typed_margin",
        "Yearly margin, typed or from the revenue",
        call(
            "IF",
            number(TYPED_MARGIN) > 0,
            TYPED_MARGIN,
            call("IF", all_of(number(TYPED_REVENUE) > 0, HAS_MARGIN), TYPED_REVENUE * MARGIN, ""),
        ),
        Format.CENTS,
    ),
    ("one_off_net", "One-offs, net amount", summed(_ONE_OFFS, NET), Format.CENTS),
    ("one_off_cogs", "One-offs, cost of sales", COGS_OF_ONE_OFFS, Format.CENTS),
    ("blank_cogs", "Documents without cost of sales", BLANK_COGS, Format.PLAIN),
    ("by_ledger", "Costs come from Ledger pools", summed(BY_LEDGER) > 0, Format.GENERAL),
)

CONTROL = Name("cv_ledger_control_total")
TIES = call(
    "IF",
    call("ISNUMBER", CONTROL),
    call("ABS", Figure("proof.ledger_total") - CONTROL) <= HALF_CENT,
    True,
)
BY_POOLS = Figure("proof.by_ledger")
FACTORS = {"marketing": "marketing_cost", "sales": "sales_cost", "support": "support_cost"}


def _is_share(id_: str) -> Expr:
    """Tell from its unit whether a typed cost is a share of revenue."""
    return Figure(f"proof.{id_}.share").equals(const(True))


def _factor(family: str) -> Expr:
    """A typed cost: a share of net revenue, or money for customers with any revenue."""
    if family not in FACTORS:
        return const(0)
    id_ = FACTORS[family]
    net = call("IF", DAY_ONE, Figure("proof.typed_revenue"), _rebuilt("net_revenue"))
    share = call("IF", call("ISNUMBER", net), scoped(id_) * positive(net), NOT_KNOWN)
    share = call("IF", scoped(id_).equals(0), 0, share)
    money = call("IF", net.equals(0), 0, scoped(id_))
    return call("IF", call("ISNUMBER", scoped(id_)), call("IF", _is_share(id_), share, money), 0)


def _family(family: str) -> Expr:
    pools = call("IF", TIES, family_cost(family), NOT_KNOWN)
    return call("IF", BY_POOLS, pools, _factor(family))


LINES_OF = {family: family.replace(" ", "_") if family != "returns" else "returns_handling" for family in FAMILIES}
SERVING = tuple(LINES_OF.values())


def _sum(*names: str) -> Expr:
    return call("SUM", *(_rebuilt(name) for name in names))


def _known(expr: Expr, *names: str) -> Expr:
    """Give a sum only where every part is a number."""
    return call("IF", all_of(*(call("ISNUMBER", _rebuilt(name)) for name in names)), expr, NOT_KNOWN)


TYPED_THERE = "re-performed from Customers (typed)"
DOCUMENTS = call("IF", DAY_ONE, TYPED_THERE, call("IF", IS_FOREIGN, CONVERTED, "re-performed from Transactions"))
ESTIMATED = call(
    "IF",
    Figure("proof.blank_cogs") > 0,
    DOCUMENTS & "; blank ones by gross_margin_pct",
    DOCUMENTS,
)
BY_COST = call(
    "IF",
    BY_POOLS,
    call(
        "IF",
        Figure("proof.over"),
        "taken over from Cost detail: more lines than there is room for",
        "sum of the cost pools below",
    ),
    "re-performed from Assumptions (typed factors)",
)
FROM_ABOVE = const("from the lines above")
MARGIN_OF_DAY_ONE = call("IF", HAS_TYPED_MARGIN, Figure("proof.typed_margin"), NOT_KNOWN)


class _PnlLine(NamedTuple):
    name: str
    expr: Expr
    how: Expr
    total: bool = False


def _pnl_lines() -> Iterable[_PnlLine]:
    yield _PnlLine("gross_revenue", _by_transactions("gross_revenue", TYPED_GROSS, GROSS_REVENUE), DOCUMENTS)
    yield _PnlLine("discounts", _by_transactions("discounts", TYPED_NOUGHT, summed(YEAR, DISCOUNT)), DOCUMENTS)
    returned = _rebuilt("gross_revenue") - _rebuilt("discounts") - summed(YEAR, NET)
    yield _PnlLine("returns", _by_transactions("returns", TYPED_NOUGHT, returned), DOCUMENTS)
    net = _rebuilt("gross_revenue") - _rebuilt("discounts") - _rebuilt("returns")
    yield _PnlLine("net_revenue", net, FROM_ABOVE, total=True)
    typed_cogs = call("IF", all_of(HAS_REVENUE, HAS_TYPED_MARGIN), TYPED_GROSS - MARGIN_OF_DAY_ONE, NOT_KNOWN)
    yield _PnlLine("cogs", _by_transactions("cogs", typed_cogs, COST_OF_SALES), ESTIMATED)
    yield _PnlLine("goods", _family(GOODS), BY_COST)
    before = call("IF", DAY_ONE, MARGIN_OF_DAY_ONE, _rebuilt("net_revenue") - _rebuilt("cogs"))
    yield _PnlLine("gross_margin", before - _rebuilt("goods"), FROM_ABOVE, total=True)
    for family, name in LINES_OF.items():
        yield _PnlLine(name, _family(family), BY_COST)
    served = _known(_sum(*SERVING), "gross_margin", *SERVING)
    served = call("IF", BY_POOLS, call("IF", call("ISNUMBER", before), served, NOT_KNOWN), served)
    yield _PnlLine("cost_to_serve", served, FROM_ABOVE, total=True)
    yield _PnlLine(
        "contribution_before_financing", _rebuilt("gross_margin") - _rebuilt("cost_to_serve"), FROM_ABOVE, total=True
    )
    for name, (expr, how, _) in CHARGES.items():
        yield _PnlLine(name, expr, how)
    charges: Expr = _rebuilt("contribution_before_financing")
    for name in CHARGES:
        charges = charges - _rebuilt(name)
    yield _PnlLine("contribution", charges, FROM_ABOVE, total=True)
    won = Figures(tuple(f"proof.pool.{line}.winning" for line in range(1, POOLS + 1)))
    ledger = call(
        "IF",
        TIES,
        call("IF", Figure("proof.over"), ours(CUSTOMER_PNL, "acquisition_cost"), call("SUM", won)),
        NOT_KNOWN,
    )
    yield _PnlLine("acquisition_cost", call("IF", BY_POOLS, ledger, 0), BY_COST)
    yield _PnlLine("run_rate_contribution", _rebuilt("contribution") + _rebuilt("acquisition_cost"), FROM_ABOVE, True)


PNL_LINES = tuple(_pnl_lines())
VALUE_ROW = PNL_ROW + len(PNL_LINES) + 3
YEARS_ROW = VALUE_ROW + 5
NOTES_ROW = YEARS_ROW + YEARS + 3
PROOF_LINES = (
    *(f"proof.pnl.{line.name}" for line in PNL_LINES),
    *(f"proof.value.{name}" for name in ("annual_margin", "retention_rate", "value")),
)
"""The lines that have a result, by the beginning of their keys."""
HEADINGS = ("Our result", "Rebuilt by formula", "Difference", "Result", "  How")


def _compared(
    row: int, key: str, label: str, result: Expr, rebuilt: Expr, how: Expr, number_format: Format, role: Role
) -> Iterable[Item]:
    """A line: our result, what the formula comes to, the difference and how."""
    mine, theirs, difference = (Figure(f"{key}.{name}") for name in ("ours", "rebuilt", "difference"))
    both = all_of(call("ISNUMBER", mine), call("ISNUMBER", theirs))
    tolerance = HALF_CENT if number_format is Format.CENTS else RATE_TOLERANCE
    words = call("IF", mine.equals(theirs), NOT_KNOWN, "DIFFERS")
    verdict = call("IF", both, call("IF", call("ABS", difference) < tolerance, "OK", "DIFFERS"), words)
    yield Text(row=row, column=1, text=label, role=role if role is Role.TOTAL else Role.LABEL)
    for column, (name, expr, shown, looks) in enumerate(
        (
            ("ours", result, number_format, role),
            ("rebuilt", told(rebuilt), number_format, role),
            ("difference", call("IF", both, call("ROUND", mine - theirs, 6), ""), number_format, role),
            ("result", call("IF", KNOWN, verdict, ""), Format.GENERAL, Role.VERDICT),
            ("how", call("IF", KNOWN, how, ""), Format.GENERAL, Role.CALCULATION),
        ),
        start=2,
    ):
        yield Formula(row=row, column=column, key=f"{key}.{name}", expr=expr, format=shown, role=looks)


RATE_TOLERANCE = 5e-7


def _headings(row: int, title: str) -> Iterable[Item]:
    yield Text(row=row, column=1, text=title, role=Role.HEADING)
    for column, text in enumerate(HEADINGS, start=2):
        yield Text(row=row, column=column, text=text, role=Role.HEADING, right=column < 6)


def _pnl() -> Iterable[Item]:
    yield from _headings(PNL_ROW - 1, "1. P&L of the twelve months")
    for row, line in enumerate(PNL_LINES, start=PNL_ROW):
        yield from _compared(
            row,
            f"proof.pnl.{line.name}",
            CUSTOMER_PNL[line.name].title,
            ours(CUSTOMER_PNL, line.name),
            line.expr,
            line.how,
            Format.CENTS,
            Role.TOTAL if line.total else Role.CALCULATION,
        )


def _projected() -> Expr:
    """The run-rate contribution without one-offs; a ledger's costs of one-offs are not known, typed ones are."""
    goods_margin = _rebuilt("gross_margin") + _rebuilt("goods")
    margin = goods_margin - (Figure("proof.one_off_net") - Figure("proof.one_off_cogs"))
    running = _rebuilt("goods") + _rebuilt("cost_to_serve") - _rebuilt("acquisition_cost")
    for name in CHARGES:
        running = running + _rebuilt(name)
    rate: Expr = const(0)
    for id_ in FACTORS.values():
        rate = rate + call("IF", all_of(_is_share(id_), call("ISNUMBER", scoped(id_))), scoped(id_), 0)
    net = call("IF", DAY_ONE, 0, _rebuilt("net_revenue"))
    saved = rate * (positive(net) - positive(net - Figure("proof.one_off_net")))
    running = running - call("IF", BY_POOLS, 0, saved)
    projected = margin - running
    unknown = call("IF", Figure("proof.gone"), call("IFERROR", projected, 0), projected)
    return call("IF", Figure("proof.prospect"), 0, unknown)


def _value() -> Iterable[Item]:
    yield from _headings(VALUE_ROW - 1, "2. Chance to stay and value")
    stay, why = chance()
    projected = "run-rate contribution without one-offs; 0 for who never bought"
    after = "re-performed: the years below"
    for row, (name, rebuilt, how, shown) in enumerate(
        (
            ("annual_margin", _projected(), const(projected), Format.CENTS),
            ("retention_rate", stay, why, Format.PERCENT),
            ("value", value(), const(after), Format.CENTS),
        ),
        start=VALUE_ROW,
    ):
        yield from _compared(
            row,
            f"proof.value.{name}",
            LIFETIME_VALUE[name].title,
            ours(LIFETIME_VALUE, name),
            rebuilt,
            how,
            shown,
            Role.TOTAL if name == "value" else Role.CALCULATION,
        )
    yield from years(YEARS_ROW)


# How much is re-performed.


def _results(name: str, keys: Iterable[str]) -> Figures:
    return Figures(tuple(f"{key}.{name}" for key in keys))


PNL_RESULTS = _results("result", PROOF_LINES[: len(PNL_LINES)])
VALUE_RESULTS = _results("result", PROOF_LINES[len(PNL_LINES) :])
POOL_KEYS = tuple(f"proof.pool.{line}" for line in range(1, POOLS + 1))
POOL_RESULTS = _results("result", POOL_KEYS)
ALL_RESULTS = (PNL_RESULTS, VALUE_RESULTS, POOL_RESULTS)


def _counted(word: str) -> Expr:
    first, *more = (call("COUNTIF", results, word) for results in ALL_RESULTS)
    for found in more:
        first = first + found
    return first


def _size(name: str) -> Expr:
    return call("IFERROR", call("ABS", _rebuilt(name)), 0)


def _largest() -> Expr:
    """The largest difference of all lines, without its sign."""
    ranges = [_results("difference", keys) for keys in (PROOF_LINES[: len(PNL_LINES)], PROOF_LINES[len(PNL_LINES) :])]
    ranges.append(_results("difference", POOL_KEYS))
    high, low = (call(name, *ranges) for name in ("MAX", "MIN"))
    return call("IF", high > 0 - low, high, 0 - low)


def _coverage() -> Iterable[tuple[str, str, Expr, Format]]:
    """Give how much of the customer's money is re-performed, and how many lines agree."""
    costs = added(*(_size(name) for name in ("goods", *SERVING)))
    documents = added(*(_size(name) for name in ("gross_revenue", "discounts", "returns", "cogs", *CHARGES)))
    of_charges = added(*(call("IF", taken, _size(name), 0) for name, (_, _, taken) in CHARGES.items()))
    of_pools = call("IF", Figure("proof.over"), costs, call("SUM", _results("taken", POOL_KEYS)))
    of_documents = call("IF", IS_FOREIGN, documents, 0)
    yield "everything", "Revenue, costs and charges, without signs", costs + documents, Format.CENTS
    yield (
        "taken",
        "Of it taken over from other sheets",
        of_documents + of_charges + call("IF", BY_POOLS, of_pools, 0),
        Format.CENTS,
    )
    yield "lines", "Lines compared", _counted("OK") + _counted("DIFFERS*"), Format.PLAIN
    yield "agree", "Lines that agree", _counted("OK"), Format.PLAIN
    yield "unknown", "Lines that nobody can know", _counted(NOT_KNOWN), Format.PLAIN
    yield "largest", "Largest difference", _largest(), Format.CENTS


COVERED = 1 - Figure("proof.taken") / Figure("proof.everything")
COVERAGE = call("FIXED", COVERED * 100, 1) & "% of its revenue, costs and charges are re-performed"
CHANCE_WORDS = call(
    "IF",
    Figure("proof.unknown") > 0,
    " from the inputs. "
    & count(Figure("proof.unknown"))
    & " lines are not known, here and there alike: see Exceptions.",
    call(
        "IF",
        TAKEN_CHANCE,
        " from the inputs, and its value from a chance to stay that is taken over.",
        " from the inputs, and so are its chance to stay and its value.",
    ),
)
AGREES = (
    "All "
    & count(Figure("proof.lines"))
    & " lines of "
    & Figure("proof.name")
    & " agree, difference "
    & amount(Figure("proof.largest"))
    & ". "
    & call("IFERROR", COVERAGE & CHANCE_WORDS, "Nothing was bought or charged in the twelve months.")
)
DIFFERS = (
    "DOES NOT TIE: "
    & count(Figure("proof.lines") - Figure("proof.agree"))
    & " of "
    & count(Figure("proof.lines"))
    & " lines of "
    & Figure("proof.name")
    & " differ, by up to "
    & amount(Figure("proof.largest"))
    & ". Refresh; if it stays, look at the lines that say DIFFERS."
)
SENTENCE = call(
    "IF",
    KNOWN,
    call("IF", Figure("proof.lines").equals(Figure("proof.agree")), AGREES, DIFFERS),
    call(
        "IF",
        ID.equals(""),
        "There is no customer yet: fill in the inputs and refresh.",
        "There is no customer " & ID & " on Customer P&L: pick one from the list of the yellow cell.",
    ),
)


def _choice() -> Iterable[Item]:
    yield Text(row=CHOICE_ROW, column=1, text="Customer id")
    yield NamedCell(
        row=CHOICE_ROW,
        column=2,
        name=PICKED.name,
        format=Format.TEXT,
        input=True,
        choices=Column(CUSTOMERS, "customer_id"),
    )
    yield Text(row=CHOICE_ROW, column=3, text=HINT, role=Role.REMARK)
    yield Text(row=CHOICE_ROW + 1, column=1, text="Shown below")
    best = call("INDEX", Column(LIFETIME_VALUE, "customer_id"), row_of(LIFETIME_VALUE, "value_rank", 1))
    first = call("IFERROR", best, "")
    name = call("INDEX", Column(CUSTOMER_PNL, "name"), Figure("proof.row"))
    for column, (key, expr) in enumerate(
        (("id", call("IF", PICKED.equals(""), first & "", PICKED & "")), ("name", name & "")), start=2
    ):
        yield Formula(
            row=CHOICE_ROW + 1,
            column=column,
            key=f"proof.{key}",
            expr=call("IFERROR", expr, ""),
            format=Format.GENERAL,
        )


HINT = "pick from the list, or type an id; blank shows the customer of the largest value"
NOTES = (
    "Re-performed: a formula computes the amount from Transactions, Ledger pools, Drivers, Capacity, Invoices, "
    "Retention, Customers and Assumptions; our result is only looked up beside it.",
    "A part of a cost pool is shared out in whole cents, so that the pool adds up: each customer gets its part rounded "
    "up or down. Our charge is confirmed where it is within one cent of the unrounded part.",
    "Taken over, and marked: services of pools that serve others (three methods: Service methods), minutes by time "
    "equations, the chance of all buyers to come back, a loss that customers with one account share.",
    "Rates are held against Cost to serve, the ledger of each pool against its row there. The value by a purchase "
    "model (Model value) is not re-performed: its fit needs more than formulas.",
)
POOLS_ROW = NOTES_ROW + len(NOTES) + 4


def _notes() -> Iterable[Item]:
    yield Text(
        row=NOTES_ROW - 1, column=1, text="What is re-performed, and what is taken over", role=Role.HEADING, span=15
    )
    for row, text in enumerate(NOTES, start=NOTES_ROW):
        yield Text(row=row, column=1, text=text, role=Role.NOTE)


def _all_facts() -> tuple[Item, ...]:
    """What only formulas read, in a column of its own."""
    shares = tuple(
        (f"{id_}.share", f"{REGISTER[id_].title}: a share of revenue", _share_word(id_), Format.GENERAL)
        for id_ in FACTORS.values()
    )
    lines = (
        *FACTS,
        *TYPED_FACTS,
        *shares,
        ("ledger_total", "Ledger pools, all amounts", call("SUM", Column(LEDGER_POOLS, "amount")), Format.CENTS),
        ("bearer", "Ledger lines that name the customer", bearer(), Format.PLAIN),
        ("over", "More lines than there is room for", over(), Format.GENERAL),
        *charge_facts(),
        *chance_facts(),
        *value_facts(),
        *_coverage(),
    )
    return facts(CHOICE_ROW, lines)


def _share_word(id_: str) -> Expr:
    """Whether the unit of a typed cost has the word revenue in it."""
    unit = call("INDEX", Column(ASSUMPTIONS, "unit"), row_of(ASSUMPTIONS, "id", id_)) & ""
    unit = call("IFERROR", call("IF", unit.equals(""), REGISTER[id_].unit, unit), REGISTER[id_].unit)
    return call("SUBSTITUTE", call("SUBSTITUTE", unit, "revenue", ""), "Revenue", "").differs(unit)


PROOF = Sheet(
    name="Proof",
    purpose=PURPOSE,
    stage=Stage.CHECK,
    items=(
        *head("Proof", "Proof", PURPOSE),
        *_choice(),
        answer("proof.answer", SENTENCE, row=ANSWER_ROW, span=9),
        *_pnl(),
        *_value(),
        heading(POOLS_ROW - 2, "3. Cost pools: what the customer is charged, and why", span=15),
        *allocation(POOLS_ROW),
        *_notes(),
        *_all_facts(),
        *ledger_rows(CHOICE_ROW),
    ),
    freeze=(ANSWER_ROW + 1, 2),
    widths={1: 34, 2: 22, 3: 18, 4: 18, 5: 18} | dict.fromkeys(range(6, 14), 17) | {14: 14, 15: 78, 18: 44, 19: 16},
    printed=15,
)
