"""The case turned round: profit now from cutting service or adding a fee; and what money spent on customers brings."""

from valuation.tables import CASES_COMPARED, PURPOSES, SPEND_RETURNS
from workbook_templates.layout import Format, Formula, Item, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, Figure, call
from workbook_templates.packs.explained import Sentence, explained_sheet, first_row_below, how_to_read, sentences
from workbook_templates.packs.furniture import head, heading, money

__all__ = ["REVERSE_CASE_SHEET", "SPEND_RETURNS_SHEET"]

SPAN = 7


def _case(name: str, row: Expr) -> Expr:
    return call("INDEX", Column(CASES_COMPARED, name), row)


def _largest(name: str) -> Expr:
    """Find the case with the largest amount in a column."""
    return call("MATCH", call("MAX", Column(CASES_COMPARED, name)), Column(CASES_COMPARED, name), 0)


def _moves(amount: Expr) -> Expr:
    """Say whether an amount is above or below that of the base, and by how much."""
    return money(call("ABS", amount)) & call("IF", amount < 0, " below", " above")


QUICKEST, BEST = _largest("first_year"), _largest("equity_change")
NO_CASES = call("COUNTA", Column(CASES_COMPARED, "case")).equals(0)
REVERSED = call(
    "IFERROR",
    call(
        "IF",
        NO_CASES,
        "Nothing to compare yet: fill in Loyalty drivers and refresh.",
        "The quickest profit is "
        & _case("case", QUICKEST)
        & ": the first year is "
        & _moves(_case("first_year", QUICKEST))
        & " the base, and the customers are in the end worth "
        & _moves(_case("equity_change", QUICKEST))
        & " it. Most for the customer base does "
        & _case("case", BEST)
        & ": the first year is "
        & _moves(_case("first_year", BEST))
        & " the base, and the customers are worth "
        & _moves(_case("equity_change", BEST))
        & " it.",
    ),
    "The cases cannot be compared: see Exceptions for what is missing.",
)
REVERSED_READ = (
    "Profit, year 1: profit of the first year less that without any change, the base. It is what earnings show.",
    "NPV, 3 years and all years: the differences of these years at the discount rate on Assumptions.",
    "Equity against base: what the customers are worth at the end, less what they would be worth without any change; "
    "no earnings show it.",
    "The quick profits are as large as Assumptions say (reverse_size), and cost as many customers (reverse_retention).",
)
TRADED = (
    (Column(CASES_COMPARED, "first_year") > 0) * (Column(CASES_COMPARED, "equity_change") < 0),
    (Column(CASES_COMPARED, "third_year_npv") < 0) * (Column(CASES_COMPARED, "npv") > 0),
)
TURNED_DOWN = call(
    "IFERROR",
    call(
        "IF",
        NO_CASES,
        "",
        "Cases that raise the first year's profit and lower what the customers are worth: "
        & call("SUMPRODUCT", TRADED[0])
        & " of "
        & call("COUNTA", Column(CASES_COMPARED, "case"))
        & ". Cases that lose over three years and pay over all: "
        & call("SUMPRODUCT", TRADED[1])
        & ".",
    ),
    "",
)


def _reverse_case() -> Sheet:
    purpose = "Profit now from cutting service or adding a fee, against what it does to the customer base."
    said = (Sentence("reverse.answer", REVERSED), Sentence("reverse.traded", TURNED_DOWN))
    header = first_row_below(said, REVERSED_READ) + 1
    return Sheet(
        name="Reverse case",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Reverse case", "Reverse case: earnings up now, customers down", purpose),
            *sentences(said, span=SPAN),
            *how_to_read(6 + len(said), REVERSED_READ, span=SPAN),
            heading(header - 1, "All cases against the base", span=SPAN),
            TableBlock(row=header, column=1, table=CASES_COMPARED, input=False, reading=True),
        ),
        freeze=(6, 2),
        widths={1: 26, 2: 78, 3: 15, 4: 15, 5: 15, 6: 18, 7: 112},
        one_page=True,
    )


def _way(name: str, row: Expr | int) -> Expr:
    return call("INDEX", Column(SPEND_RETURNS, name), row)


LAST = call("COUNTA", Column(SPEND_RETURNS, "name"))


def _adds(row: Expr | int) -> Expr:
    return (
        call("FIXED", _way("return_per_unit", row), 2)
        & " with "
        & _way("name", row)
        & " ("
        & _way("purpose", row)
        & ")"
    )


RETURNED = call(
    "IFERROR",
    call(
        "IF",
        LAST.equals(0),
        "Nothing to compare yet: fill in Customer spend and refresh.",
        "Each unit of money spent adds customer value of "
        & _adds(1)
        & call("IF", LAST > 1, ", the most, and of " & _adds(LAST) & ", the least", "")
        & ". Below 1 it costs more than it adds.",
    ),
    "The returns cannot be compared: see Exceptions for what is missing.",
)
RETURNED_READ = (
    "Value created: present value of what the money adds: new customers at their value, staying ones for the time they "
    "stay longer, margin for as long as it is earned.",
    "Return per unit: value created by money spent. Net: value created less money spent.",
    "The returns are averages of what is spent now. The next unit brings less where a market is worked already: move "
    "money in small steps, and look again.",
)
SIDE_ROW = 3
"""Rows between what defines the measures and the first purpose."""


def _side_by_side(row: int) -> tuple[Item, ...]:
    """Compare what is spent on winning, keeping and developing customers."""
    places = {column.name: place for place, column in enumerate(SPEND_RETURNS, start=1)}
    items: list[Item] = [Text(row=row, column=1, text="By purpose", role=Role.HEADING, span=6)]
    items += [
        Text(row=row + 1, column=places[name], text=SPEND_RETURNS[name].title, role=Role.LABEL, right=True)
        for name in ("spend", "value_created", "return_per_unit", "net")
    ]
    for at, purpose in enumerate(PURPOSES, start=row + 2):
        items.append(Text(row=at, column=1, text=purpose))
        for name in ("spend", "value_created", "net"):
            found = call("SUMIF", Column(SPEND_RETURNS, "purpose"), purpose, Column(SPEND_RETURNS, name))
            items.append(
                Formula(
                    row=at,
                    column=places[name],
                    key=f"returns.{purpose}.{name}",
                    expr=call("IFERROR", found, "not known"),
                    format=Format.MONEY,
                )
            )
        unit = Figure(f"returns.{purpose}.value_created") / Figure(f"returns.{purpose}.spend")
        items.append(
            Formula(
                row=at,
                column=places["return_per_unit"],
                key=f"returns.{purpose}",
                expr=call("IFERROR", unit, ""),
                format=Format.RATIO,
            )
        )
    return tuple(items)


def _spend_returns() -> Sheet:
    said = (Sentence("returns.answer", RETURNED),)
    return explained_sheet(
        SPEND_RETURNS,
        "Returns on spend",
        "What a unit of money brings when it is spent on winning, keeping or developing customers.",
        said,
        RETURNED_READ,
        sums=("spend",),
        more=_side_by_side(first_row_below(said, RETURNED_READ)),
        gap=len(PURPOSES) + SIDE_ROW,
        widths={1: 14, 2: 40, 5: 20, 8: 60},
    )


REVERSE_CASE_SHEET = _reverse_case()
SPEND_RETURNS_SHEET = _spend_returns()
