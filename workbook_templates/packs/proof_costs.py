"""
The proof of a customer's cost: each cost pool from the ledger lines on, its driver, and the customer's part of it.

A row of Cost to serve is what lines of Ledger pools have in common that are allocated together, in the order in which
they first appear there; so the proof finds the groups in Ledger pools itself and sets them beside the published rows.
Services of other pools, and minutes by time equations, are taken over and marked.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from valuation.tables import (
    CAPACITY,
    COST_DETAIL,
    DRIVERS,
    FAMILIES,
    GOODS,
    LEDGER_POOLS,
    POOL_COSTS,
    TRANSACTIONS,
)
from workbook_templates.layout import Format, Formula, Item, Role, Text
from workbook_templates.native import Column, Expr, Figure, Figures, Name, call, const, once
from workbook_templates.packs.furniture import exactly
from workbook_templates.packs.proof_facts import (
    CREDIT,
    FACTS_COLUMN,
    ID,
    IN_YEAR,
    KNOWN,
    SALE,
    YEAR,
    all_of,
    assumed,
    either,
    number,
    positive,
    summed,
)

__all__ = [
    "BY_LEDGER",
    "COUNTED",
    "HEADINGS",
    "LEDGER_ROWS",
    "POOLS",
    "POOL_NAMES",
    "POOL_NUMBERS",
    "allocation",
    "bearer",
    "family_cost",
    "ledger_rows",
    "over",
]

LEDGER_ROWS = 150
"""Lines of Ledger pools that there is room for."""
DETAIL_ROWS = 60
POOLS = 45
ALL_LEDGER, ALL_POOLS, ALL_DETAIL = range(1, LEDGER_ROWS + 1), range(1, POOLS + 1), range(1, DETAIL_ROWS + 1)
LEDGER_COLUMN = FACTS_COLUMN + 3
DETAIL_COLUMN = LEDGER_COLUMN + 9
CENT = 0.01

BY_LEDGER = number(Column(LEDGER_POOLS, "amount"))
"""Lines of Ledger pools with an amount; without any, costs are typed factors."""


def _ledger(row: int, name: str) -> Expr:
    return call("INDEX", Column(LEDGER_POOLS, name), row)


def _column(name: str) -> Figures:
    return Figures(tuple(f"proof.ledger.{row}.{name}" for row in ALL_LEDGER))


KEYS, AMOUNTS, BEARERS, NUMBERS, POOL_NAMES, POOL_NUMBERS = (
    _column(name) for name in ("key", "amount", "customer", "number", "pool", "pool_number")
)


def _one_of(expr: Expr, words: Iterable[str]) -> Expr:
    return either(*(expr.equals(word) for word in words))


def _ledger_row(row: int) -> Iterable[tuple[str, str, Expr]]:
    """Complete a line of the ledger as the model does; what is not clear stays with the company."""
    key = f"proof.ledger.{row}"
    own, treatment, family = _ledger(row, "pool"), _ledger(row, "treatment"), Figure(f"{key}.family")
    named = call("IF", _ledger(row, "family").equals(""), own, _ledger(row, "family"))
    share, avoidable = _ledger(row, "acq_share"), _ledger(row, "avoidable_share")
    stays = _one_of(treatment, ("sustaining", "unallocated"))
    clear = all_of(family.differs(""), _one_of(treatment, ("retention", "acquisition")))
    period = _ledger(row, "period")
    usable = call("ISNUMBER", Figure(f"{key}.amount"))
    lines: tuple[tuple[str, str, Expr], ...] = (
        ("pool", "Pool", call("IF", own.equals(""), "(no pool)", own & "")),
        ("family", "Line", call("IF", _one_of(named, (*FAMILIES, GOODS)), named & "", "")),
        (
            "treatment",
            "Treatment",
            call("IF", stays, treatment & "", call("IF", clear, treatment & "", "unallocated")),
        ),
        (
            "share",
            "Winning",
            call(
                "IF",
                Figure(f"{key}.treatment").equals("acquisition"),
                1,
                call("IF", all_of(call("ISNUMBER", share), share >= 0, share <= 1), share, 0),
            ),
        ),
        ("period", "Period", call("IF", call("ISNUMBER", period), call("EOMONTH", period, 0), "")),
        ("customer", "Customer", _ledger(row, "customer_id") & ""),
    )
    avoided = call(
        "IF",
        all_of(call("ISNUMBER", avoidable), avoidable >= 0, avoidable <= 1),
        avoidable,
        assumed("avoidable_share"),
    )
    whole: Expr = Figure(f"{key}.pool")
    for name in ("family", "driver", "treatment", "share", "period"):
        whole = whole & "|" & (_ledger(row, "driver") if name == "driver" else Figure(f"{key}.{name}"))
    amount = _ledger(row, "amount")
    yield "amount", "Amount", call("IF", call("ISNUMBER", amount), call("ROUND", amount, 2), "")
    for name, label, expr in lines:
        yield name, label, call("IF", usable, expr, "")
    yield "key", "Allocated together", call("IF", usable, whole & "|" & avoided, "")
    for name, label, found in (("number", "Group", "key"), ("pool_number", "Pool no.", "pool")):
        before = Figures(tuple(f"proof.ledger.{at}.{name}" for at in range(1, row)))
        known = (
            summed(
                Figures(tuple(f"proof.ledger.{at}.{found}" for at in range(1, row))).equals(Figure(f"{key}.{found}"))
            )
            if row > 1
            else const(0)
        )
        following = call("MAX", before) + 1 if row > 1 else const(1)
        yield name, label, call("IF", usable, call("IF", known > 0, "", following), "")


def ledger_rows(top: int) -> Iterable[Item]:
    """Lay out the lines of Ledger pools and the customer's rows of Cost detail, which only formulas read."""
    yield Text(row=top - 2, column=LEDGER_COLUMN, text="Ledger pools, line by line", role=Role.NOTE)
    for row in ALL_LEDGER:
        for place, (name, label, expr) in enumerate(_ledger_row(row)):
            if row == 1:
                yield Text(row=top - 1, column=LEDGER_COLUMN + place, text=label, role=Role.NOTE)
            yield Formula(
                row=top + row - 1,
                column=LEDGER_COLUMN + place,
                key=f"proof.ledger.{row}.{name}",
                expr=call("IFERROR", expr, ""),
                format=Format.GENERAL,
            )
    yield from _detail(top)
    yield from _counted(top)


# Our charges, from Cost detail.

DETAIL_KEYS, DETAIL_COSTS = (
    Figures(tuple(f"proof.detail.{row}.{name}" for row in ALL_DETAIL)) for name in ("key", "cost")
)
DETAIL_OWN = Column(COST_DETAIL, "customer_id").equals(ID)


def _numbered(words: Expr, before: tuple[str, ...]) -> Expr:
    """Tell words apart that stand in several rows, which are in the same order here and on Cost detail."""
    return words & "#" & (summed(Figures(before).equals(words)) + 1 if before else const(1))


def _detail(top: int) -> Iterable[Item]:
    """The customer's rows of Cost detail, which stand one under the other."""
    first, count = Figure("proof.detail.first"), Figure("proof.detail.count")
    column = DETAIL_COLUMN + 2
    found = call("IFERROR", call("MATCH", exactly(ID), Column(COST_DETAIL, "customer_id"), 0), 0)
    yield Text(row=top - 2, column=column, text="The customer's rows of Cost detail", role=Role.NOTE)
    for at, (name, label, expr) in enumerate(
        (
            ("first", "First row", call("IF", ID.equals(""), 0, found)),
            ("count", "Rows", call("IF", ID.equals(""), 0, summed(DETAIL_OWN))),
        )
    ):
        yield Text(row=top - 1, column=column + 2 * at, text=label, role=Role.NOTE)
        yield Formula(
            row=top - 1, column=column + 2 * at + 1, key=f"proof.detail.{name}", expr=expr, format=Format.PLAIN
        )
    for row in ALL_DETAIL:
        place = first + (row - 1)

        def of(name: str, place: Expr = place) -> Expr:
            return call("INDEX", Column(COST_DETAIL, name), place)

        words: Expr = of("pool")
        for name in ("family", "driver", "period"):
            words = words & "|" & of(name)
        own = Figure(f"proof.detail.{row}.words")
        before = tuple(f"proof.detail.{at}.words" for at in range(1, row))
        here = all_of(first > 0, const(row) <= count)
        for offset, (name, expr) in enumerate(
            (("words", words), ("key", _numbered(own, before)), ("cost", of("cost")))
        ):
            mine = call("IF", of("customer_id").equals(ID), expr, "")
            yield Formula(
                row=top + row - 1,
                column=column + offset,
                key=f"proof.detail.{row}.{name}",
                expr=call("IF", here, call("IFERROR", mine, ""), ""),
                format=Format.GENERAL,
            )


# Drivers that are counted on the documents.

COUNTED: Mapping[str, tuple[str, Expr]] = {
    "net revenue": ("net_amount", IN_YEAR),
    "documents": ("", IN_YEAR),
    "orders": ("", SALE),
    "credit notes": ("", CREDIT),
    "order lines": ("lines", SALE),
    "return lines": ("lines", CREDIT),
    "supplier rebates": ("supplier_rebate", IN_YEAR),
    "freight in": ("freight_in", IN_YEAR),
    "freight out": ("freight_out", IN_YEAR),
    "commission": ("commission", IN_YEAR),
}
"""Driver to the column of Transactions that it sums, or none to count rows, and which documents count."""


def _counted(top: int) -> Iterable[Item]:
    """What the customer and everybody used of drivers that a pool asks for and nobody typed."""
    column = DETAIL_COLUMN + 7
    drivers = Figures(tuple(f"proof.pool.{line}.driver" for line in ALL_POOLS))
    yield Text(row=top - 2, column=column, text="Counted on the documents", role=Role.NOTE)
    for place, label in enumerate(("Driver", "Customer", "Everybody", "Below 0")):
        yield Text(row=top - 1, column=column + place, text=label, role=Role.NOTE)
    for row, (driver, (name, which)) in enumerate(COUNTED.items(), start=top):
        columns = (Column(TRANSACTIONS, name),) if name else ()
        # Who is below 0 counts as 0, and amounts in another currency are converted first.
        below = summed(IN_YEAR * which * (columns[0] < 0)) + Figure("proof.foreign_all") if columns else const(0)
        asked = summed(drivers.equals(driver)) > 0
        yield Text(row=row, column=column, text=driver, role=Role.NOTE)
        for place, (key, expr) in enumerate(
            (("own", summed(YEAR * which, *columns)), ("all", summed(IN_YEAR * which, *columns)), ("below", below)),
            start=1,
        ):
            yield Formula(
                row=row,
                column=column + place,
                key=f"proof.counted.{driver}.{key}",
                expr=call("IF", asked, call("IFERROR", expr, ""), 0),
                format=Format.GENERAL,
            )


# The pools.

DRIVER_ROWS = Column(DRIVERS, "driver")
QUANTITY = Column(DRIVERS, "quantity")
DRIVERS_OWN = once((Column(DRIVERS, "customer_id") & "").equals(ID))
DRIVER_USABLE = once((QUANTITY >= 0) * number(QUANTITY) * Column(DRIVERS, "customer_id").differs(""))
MADE, TYPED, COUNTED_WORD, NOBODY = "minutes", "typed", "counted", "none"
TIME_DRIVEN = Name("cv_costing").differs("activity-based")

HEADINGS = (
    "Cost pool",
    "Driver",
    "Ledger, to share out",
    "Services received",
    "Unused capacity",
    "Quantity",
    "Of everybody",
    "Cost of one unit",
    "Part, unrounded",
    "Charged directly",
    "Our charge",
    "Rebuilt by formula",
    "Difference",
    "Result",
    "  How",
)


Places = Callable[[str], Expr]
"""Gives a figure of a line by its name."""


class _Line(NamedTuple):
    """A formula of a pool's line: key, formula, where it is shown, and how."""

    name: str
    expr: Expr
    column: int
    format: Format = Format.CENTS
    role: Role = Role.CALCULATION


def _published(line: int, name: str) -> Expr:
    return call("INDEX", Column(POOL_COSTS, name), line)


def _of_group(line: int, name: str) -> Expr:
    """Give what Ledger pools says of a group, or Cost to serve where only services make it."""
    row = Figure(f"proof.pool.{line}.row")
    found = call("INDEX", _column(name), row)
    if name in ("share", "customer"):
        return call("IF", call("ISNUMBER", row), found, 0)
    return call("IF", call("ISNUMBER", row), found, _published(line, name) & "")


def _pool(line: int) -> Iterable[_Line]:
    key = f"proof.pool.{line}"

    def at(name: str) -> Figure:
        return Figure(f"{key}.{name}")

    hidden = DETAIL_COLUMN + 13
    stays = _one_of(at("treatment"), ("sustaining", "unallocated"))
    group = summed(KEYS.equals(at("key")) * BEARERS.equals(""), AMOUNTS)
    direct = summed(KEYS.equals(at("key")) * BEARERS.equals(ID), AMOUNTS)
    yield _Line("row", call("IFERROR", call("MATCH", line, NUMBERS, 0), ""), hidden, Format.PLAIN)
    there = call("IFERROR", _published(line, "pool") & "", "")
    yield _Line(
        "name", call("IF", call("ISNUMBER", at("row")), call("INDEX", POOL_NAMES, at("row")), there), hidden + 1
    )
    yield _Line("key", call("IF", call("ISNUMBER", at("row")), call("INDEX", KEYS, at("row")), ""), hidden + 2)
    for place, name in enumerate(("family", "treatment", "share", "period"), start=3):
        yield _Line(name, _of_group(line, name), hidden + place, Format.GENERAL)
    yield _Line("pool", at("name") & call("IF", at("period").equals(""), "", ", " & _day(at("period"), line)), 1)
    paid = once((Column(CAPACITY, "pool").equals(at("name"))) * number(Column(CAPACITY, "practical_minutes")))
    own = call("IF", call("ISNUMBER", at("row")), call("INDEX", Column(LEDGER_POOLS, "driver"), at("row")), "") & ""
    limited = call("IF", TIME_DRIVEN, summed(paid), 0)
    yield _Line("limited", limited, hidden + 7, Format.PLAIN)
    of_capacity = call(
        "IFERROR",
        call("INDEX", Column(CAPACITY, "driver"), call("MATCH", exactly(at("name")), Column(CAPACITY, "pool"), 0)) & "",
        "",
    )
    driver = call("IF", at("limited") > 0, call("IF", of_capacity.equals(""), own, of_capacity), own)
    yield _Line(
        "driver",
        call("IF", call("ISNUMBER", at("row")), driver, call("IFERROR", _published(line, "driver") & "", "")),
        2,
        Format.GENERAL,
    )
    yield _Line("ledger", call("IF", stays, 0, call("IF", at("key").equals(""), 0, group)), 3)
    services = call("IF", there.equals(at("name")), call("IFERROR", _published(line, "services") * 1, 0), 0)
    yield _Line("services", call("IF", stays, 0, services), 4)
    yield _Line("pooled", call("ROUND", at("ledger") + at("services"), 2), hidden + 17)
    yield _Line("lines", _own_ledger(line), hidden + 18)
    pooled = at("pooled")
    named = DRIVER_ROWS.equals(at("driver")) * DRIVER_USABLE
    yield _Line("typed", call("IF", at("driver").equals(""), 0, summed(named)), hidden + 8, Format.PLAIN)
    counted_at = [at("driver").equals(name) for name in COUNTED]
    yield _Line(
        "kind",
        call(
            "IF",
            pooled.equals(0),
            NOBODY,
            call(
                "IF",
                at("driver").equals(""),
                NOBODY,
                call(
                    "IF",
                    all_of(at("typed") > 0, at("key").differs("")),
                    TYPED,
                    call(
                        "IF",
                        all_of(
                            at("key").differs(""), either(*counted_at), _counted_of(at("driver"), "below").equals(0)
                        ),
                        COUNTED_WORD,
                        MADE,
                    ),
                ),
            ),
        ),
        hidden + 9,
        Format.GENERAL,
    )
    when = Column(DRIVERS, "period")
    of_period = call(
        "IF",
        at("period").equals(""),
        0,
        summed(DRIVER_ROWS.equals(at("driver")) * number(when)),
    )
    yield _Line("by_period", of_period, hidden + 10, Format.PLAIN)
    in_period = (when > call("EOMONTH", at("period"), -1)) * (when <= at("period"))

    def typed(mask: Expr) -> Expr:
        year, part = summed(named * mask, QUANTITY), summed(named * mask * in_period, QUANTITY)
        return call("IF", at("by_period") > 0, part, year)

    day = call("IF", at("period").equals(""), "", _day(at("period"), line))
    words = at("name") & "|" & at("family") & "|"
    share_words = words & at("driver") & "|" & day
    from_detail = call("IFERROR", _detail_of(share_words & "#1", "quantity"), 0)
    yield _Line(
        "quantity",
        call(
            "IF",
            at("kind").equals(TYPED),
            typed(DRIVERS_OWN),
            call(
                "IF",
                at("kind").equals(COUNTED_WORD),
                positive(_counted_of(at("driver"), "own")),
                call("IF", at("kind").equals(MADE), from_detail, 0),
            ),
        ),
        6,
    )
    published_total = call("IFERROR", _published(line, "driver_total") * 1, 0)
    yield _Line(
        "total",
        call(
            "IF",
            at("kind").equals(TYPED),
            typed(const(1)),
            call(
                "IF",
                at("kind").equals(COUNTED_WORD),
                _counted_of(at("driver"), "all"),
                call("IF", at("kind").equals(MADE), published_total, 0),
            ),
        ),
        7,
    )
    minutes = call(
        "IF",
        at("by_period") > 0,
        call("IFERROR", _published(line, "practical") * 1, 0),
        summed(paid, Column(CAPACITY, "practical_minutes")),
    )
    yield _Line("practical", call("IF", at("limited") > 0, minutes, 0), hidden + 11)
    idle = call("ROUND", pooled * (at("practical") - at("total")) / at("practical"), 2)
    yield _Line(
        "unused",
        call("IF", all_of(at("practical") > 0, at("kind").differs(NOBODY)), idle, 0),
        5,
    )
    denominator = call("IF", at("limited") > 0, at("practical"), at("total"))
    yield _Line(
        "rate",
        call("IF", at("kind").equals(NOBODY), 0, call("IFERROR", pooled / denominator, 0)),
        8,
        Format.RATE,
    )
    part = (pooled - at("unused")) * at("quantity") / at("total")
    blocked = all_of(at("limited") > 0, at("practical").equals(0))
    yield _Line("exact", call("IF", either(at("kind").equals(NOBODY), blocked), 0, call("IFERROR", part, 0)), 9)
    bears = Figure("proof.bearer").equals(0)
    yield _Line("direct", call("IF", bears, 0, call("IF", either(stays, at("key").equals("")), 0, direct)), 10)
    for name, amount, found in (("words", "exact", share_words), ("direct_words", "direct", words & "|" & day)):
        above = tuple(f"proof.pool.{other}.{name}" for other in range(1, line))
        place = hidden + 12 if name == "words" else hidden + 19
        yield _Line(name, call("IF", at(amount).equals(0), "", found), place, Format.GENERAL)
        charged = summed(DETAIL_KEYS.equals(_numbered(at(name), above)), DETAIL_COSTS)
        charged = call("IF", Figure("proof.detail.count") > 0, charged, "")
        yield _Line(f"{amount}_charged", call("IF", at(name).equals(""), 0, charged), place + 1)
    charge, traced = at("exact_charged"), at("direct_charged")
    near = all_of(call("ISNUMBER", charge), call("ABS", charge - at("exact")) < CENT)
    yield _Line("share_rebuilt", call("IF", near, charge, call("ROUND", at("exact"), 2)), hidden + 14)
    yield _Line("ours", call("IF", all_of(call("ISNUMBER", charge), call("ISNUMBER", traced)), charge + traced, ""), 11)
    yield _Line("rebuilt", at("share_rebuilt") + at("direct"), 12)
    yield _Line(
        "difference",
        call("IF", call("ISNUMBER", at("ours")), call("ROUND", at("ours") - at("rebuilt"), 6), ""),
        13,
    )
    published = call("IFERROR", _published(line, "rate") * 1, 0)
    off_rate = call(
        "IF",
        at("rate").equals(0),
        False,
        call("ABS", at("rate") - published) > RATE_TOLERANCE * call("ABS", at("rate")),
    )
    ledger_off = call("ABS", at("lines") - call("IFERROR", _published(line, "ledger") * 1, 0)) > CENT / 2
    good = call("IF", call("ISNUMBER", at("difference")), call("ABS", at("difference")) < CENT / 2, True)
    yield _Line(
        "result",
        call(
            "IF",
            ledger_off,
            "DIFFERS: ledger",
            call("IF", off_rate, "DIFFERS: rate", call("IF", good, "OK", "DIFFERS")),
        ),
        14,
        Format.GENERAL,
        Role.VERDICT,
    )
    yield _Line("how", _how(at, stays), 15, Format.GENERAL)
    weight = call("ABS", at("ledger")) + call("ABS", at("services"))
    services_part = call("IFERROR", call("ABS", at("services")) / weight, 0)
    yield _Line(
        "taken",
        call("ABS", at("share_rebuilt")) * call("IF", at("kind").equals(MADE), 1, services_part),
        hidden + 15,
    )
    yield _Line(
        "winning",
        call(
            "IF",
            at("family").equals(GOODS),
            0,
            _winning(at("share_rebuilt"), at("share")) + _winning(at("direct"), at("share")),
        ),
        hidden + 16,
    )


RATE_TOLERANCE = 1e-9


def _own_ledger(line: int) -> Expr:
    """All lines of a group, those that name their customer too."""
    key = Figure(f"proof.pool.{line}.key")
    return call("IF", key.equals(""), 0, summed(KEYS.equals(key), AMOUNTS))


def _winning(cost: Expr, share: Expr) -> Expr:
    """
    The part that won the customer, in whole cents: half a cent goes to the larger part.

    A product of cents and a share is first given its own decimals back, lest a half looks like a little less.
    """
    won, kept = (call("ROUND", call("ROUND", cost * part, 8), 2) for part in (share, 1 - share))
    return call("IF", share >= 0.5, won, cost - kept)


def _day(period: Expr, line: int) -> Expr:
    """A period as Cost to serve writes it."""
    return call("IFERROR", _published(line, "period") & "", period & "")


def _counted_of(driver: Expr, key: str) -> Expr:
    """What was counted of a driver, by its name."""
    found: Expr = const(0)
    for name in COUNTED:
        found = call("IF", driver.equals(name), Figure(f"proof.counted.{name}.{key}"), found)
    return found


def _detail_of(key: Expr, name: str) -> Expr:
    """A figure of the customer's row of Cost detail."""
    row = call("MATCH", exactly(key), DETAIL_KEYS, 0)
    return call("INDEX", Column(COST_DETAIL, name), Figure("proof.detail.first") + row - 1)


def _how(at: Places, stays: Expr) -> Expr:
    """Say what is re-performed, and what is taken over."""
    services = call("IF", at("services").equals(0), "", "; services taken over (Cost to serve)")
    quantity = call(
        "IF",
        at("kind").equals(TYPED),
        "re-performed from Ledger pools and Drivers",
        call(
            "IF",
            at("kind").equals(COUNTED_WORD),
            "re-performed from Ledger pools and Transactions",
            "rate re-performed; quantity taken over (Cost detail)",
        ),
    )
    direct = call("IF", at("direct").equals(0), "no cost to share out", "re-performed from Ledger pools")
    told = call("IF", at("kind").equals(NOBODY), direct, quantity & services)
    return call("IF", stays, "stays with the company", told)


def over() -> Expr:
    """Tell whether there are more ledger lines, pools or charges than this sheet has room for."""
    return either(
        call("COUNTA", Column(LEDGER_POOLS, "amount")) > LEDGER_ROWS,
        call("COUNTA", Column(POOL_COSTS, "pool")) > POOLS,
        call("MAX", NUMBERS) > POOLS,
        Figure("proof.detail.count") > DETAIL_ROWS,
    )


OF_CUSTOMER = (
    *(
        "quantity",
        "exact",
        "direct",
        "words",
        "exact_charged",
        "direct_words",
        "direct_charged",
        "share_rebuilt",
        "ours",
        "rebuilt",
        "difference",
    ),
    *("result", "how", "taken", "winning"),
)
"""What is the customer's own on a pool's line; the rest is the same for all."""


def allocation(top: int) -> Iterable[Item]:
    """Lay out the pools, a line each, and their headings above them."""
    for column, text in enumerate(HEADINGS, start=1):
        right = 2 < column < len(HEADINGS)
        yield Text(row=top - 1, column=column, text=text, role=Role.HEADING, right=right)
    for line in ALL_POOLS:
        key = f"proof.pool.{line}"
        name = Figure(f"{key}.name")
        for place in _pool(line):
            expr = place.expr
            if place.name not in ("row", "name"):
                there = all_of(KNOWN, name.differs("")) if place.name in OF_CUSTOMER else name.differs("")
                expr = call("IF", there, expr, "")
            yield Formula(
                row=top + line - 1,
                column=place.column,
                key=f"{key}.{place.name}",
                expr=call("IFERROR", expr, ""),
                format=place.format,
                role=place.role,
            )


def bearer() -> Expr:
    """Count the ledger lines that name the customer."""
    return summed(BEARERS.equals(ID))


def _sum_of(name: str, family: str) -> Expr:
    families, values = (Figures(tuple(f"proof.pool.{line}.{each}" for line in ALL_POOLS)) for each in ("family", name))
    return summed(families.equals(family), values)


def family_cost(family: str) -> Expr:
    """Give the cost of a line of the P&L: by the pools above, or from Cost detail where there is no room for them."""
    return call(
        "IF",
        Figure("proof.over"),
        summed(DETAIL_OWN * Column(COST_DETAIL, "family").equals(family), Column(COST_DETAIL, "cost")),
        _sum_of("rebuilt", family),
    )
