"""
What sheets have in common: title, purpose, whether the sheet is up to date, and the convention its numbers follow.

An input sheet has its header in row 5 and its total above it; a result sheet in row 7. The rows above stay in view.
"""

from collections.abc import Iterable
from functools import reduce

from valuation.tables import NUMERIC_KINDS, Kind, Table
from workbook_templates.layout import (
    Format,
    Formula,
    InputTotal,
    Item,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Text,
    number_format,
)
from workbook_templates.native import Column, Expr, Figure, Name, call, const

__all__ = [
    "CURRENCY",
    "HORIZON",
    "HORIZON_WORDS",
    "SCALE",
    "added",
    "all_numbers",
    "amount",
    "answer",
    "count",
    "exactly",
    "floating_bar",
    "head",
    "heading",
    "in_units",
    "input_sheet",
    "input_total",
    "listed",
    "money",
    "of_total",
    "percent",
    "result_sheet",
    "row_of",
    "statement",
    "table_width",
    "told_apart",
    "total",
    "totals",
]

INPUT_HEADER = 5
RESULT_HEADER = 7
ID_WIDTHS = {1: 14.0, 2: 28.0}


def head(sheet: str, title: str, purpose: str, *, value: bool = True) -> tuple[Item, ...]:
    """Give the four lines on top of a sheet with results; `value` sheets carry the label of management measures."""
    label = Name("cv_measure_label") & ". "
    convention = "As of " & Name("cv_used_as_of_text") & ": " & Name("cv_used_convention")
    return (
        Text(row=1, column=1, text=title, role=Role.TITLE),
        Text(row=2, column=1, text=purpose, role=Role.NOTE),
        Formula(
            row=3,
            column=1,
            key=f"{sheet}.status",
            expr=call("IFERROR", call("IF", Figure("stale"), STALE, FRESH), UNCLEAR),
            format=Format.GENERAL,
            role=Role.STATUS,
        ),
        Formula(
            row=4,
            column=1,
            key=f"{sheet}.convention",
            expr=label & convention if value else convention,
            format=Format.GENERAL,
            role=Role.NOTE,
        ),
    )


STALE = "STALE: an input or an assumption has changed since the refresh. Run the refresh again."
FRESH = "Up to date with its inputs."
UNCLEAR = "An input holds an error value: see Checks and Exceptions."


def answer(key: str, expr: Expr, *, row: int = 5, span: int = 6, lines: int = 2) -> Formula:
    """Give the sentence that a sheet answers its question with."""
    return Formula(
        row=row, column=1, key=key, expr=expr, format=Format.GENERAL, role=Role.ANSWER, span=span, lines=lines
    )


def heading(row: int, text: str, span: int = 6) -> Text:
    """Head a part of a sheet."""
    return Text(row=row, column=1, text=text, role=Role.HEADING, span=span)


def statement(row: int, lines: tuple[tuple[str, str, Expr, str], ...]) -> tuple[Item, ...]:
    """Lay out amounts one under the other: key, label, amount, how to read it."""
    items: list[Item] = []
    for at, (key, label, expr, note) in enumerate(lines, start=row):
        items += [
            Text(row=at, column=1, text=label),
            Formula(row=at, column=2, key=key, expr=expr, format=Format.CENTS),
            Text(row=at, column=3, text=note, role=Role.REMARK),
        ]
    return tuple(items)


def count(expr: Expr) -> Expr:
    """Write a number of things in a sentence."""
    return call("FIXED", expr, 0)


def amount(expr: Expr) -> Expr:
    """Write an amount to the cent in a sentence."""
    return call("FIXED", expr, 2)


SCALE = call(
    "IF",
    Name("cv_display_unit").equals(1000),
    " thousand",
    call("IF", Name("cv_display_unit").equals(1000000), " million", ""),
)
CURRENCY = call("IF", Name("cv_currency").equals(""), "", Name("cv_currency") & " ")
HORIZON = Name("cv_used_horizon")
HORIZON_WORDS = call("IF", call("ISNUMBER", HORIZON), HORIZON & "-year", "unlimited")
"""The horizon that the values were computed with, whatever Assumptions says now: '3-year', 'unlimited'."""


def in_units(expr: Expr) -> Expr:
    """Show an amount in the unit for reading, rounded, so that a statement's lines add up as printed."""
    return call("ROUND", expr / call("IF", Name("cv_display_unit") >= 1, Name("cv_display_unit"), 1), 0)


def money(expr: Expr) -> Expr:
    """Write an amount in a sentence in the unit for reading."""
    return CURRENCY & call("FIXED", in_units(expr), 0) & SCALE


def percent(expr: Expr) -> Expr:
    """Write a share in a sentence."""
    return call("FIXED", expr * 100, 0) & "%"


def listed(words: Iterable[tuple[Expr, Expr]]) -> Expr:
    """List words in a sentence: of each pair of a condition and a word those whose condition holds."""
    text: Expr = const(_BEFORE)
    for condition, word in words:
        text = text & call("IF", condition, ", " & word, "")
    return call("SUBSTITUTE", call("SUBSTITUTE", text, f"{_BEFORE}, ", ""), _BEFORE, "")


_BEFORE = "|:"
"""Marks the beginning of a list, whose first comma goes with it."""


def all_numbers(table: Table) -> Expr:
    """Sum every number and date of an input, and count its rows: when one changes, so does this, as a rule."""
    summed = (column.name for column in table if column.kind in NUMERIC_KINDS or column.kind is Kind.DATE)
    rows = call("COUNTA", Column(table, table.columns[0].name))
    return call("SUM", *(Column(table, name) for name in summed)) + rows


def input_total(name: str, table: Table, more: Expr | None = None) -> InputTotal:
    """Make the total by which a change of an input is seen; `more` tells words apart that results rest on."""
    numbers = all_numbers(table)
    expr = numbers if more is None else numbers + more
    return InputTotal(name, f"{table.name}, rows and all numbers", expr, Format.NUMBER)


def told_apart(table: Table, name: str, words: Iterable[str]) -> Expr:
    """Tell words of an input apart, so that another word in their place is seen."""
    return added(*(call("COUNTIF", Column(table, name), word) * place for place, word in enumerate(words, start=1)))


def added(first: Expr, *more: Expr) -> Expr:
    """Add terms up."""
    return reduce(lambda total, term: total + term, more, first)


def of_total(table: Table, name: str) -> Expr:
    """Sum a column."""
    return call("SUM", Column(table, name))


def floating_bar(start: Expr, end: Expr) -> tuple[Expr, Expr, Expr]:
    """Give what lifts a bar of a waterfall, and what of it lies above and below nought, all for stacked columns."""
    low, high = call("MIN", start, end), call("MAX", start, end)
    return (
        _above(low) + _below(high),
        _above(high) - _above(low),
        _below(low) - _below(high),
    )


def _above(value: Expr) -> Expr:
    """Give the part of a value above nought."""
    return (value > 0) * value


def _below(value: Expr) -> Expr:
    return (value < 0) * value


def exactly(text: Expr) -> Expr:
    """Keep MATCH from reading a customer id's signs as wildcards."""
    for sign in "~*?":
        text = call("SUBSTITUTE", text, sign, "~" + sign)
    return text


def row_of(table: Table, key: str, value: Expr | str | float) -> Expr:
    """Find the row of a table by a key column."""
    return call("MATCH", value, Column(table, key), 0)


def total(table: Table, name: str, row: int, column: int) -> Formula:
    """Give the total of a table's column; of money, without what binary fractions leave behind."""
    amounts = call("SUM", Column(table, name))
    return Formula(
        row=row,
        column=column,
        key=f"{table.excel_name}.{name}",
        expr=call("ROUND", amounts, 6) if table[name].kind is Kind.MONEY else amounts,
        format=number_format(table[name].kind),
        role=Role.TOTAL,
    )


def totals(table: Table, names: tuple[str, ...], row: int) -> tuple[Item, ...]:
    """Give the totals of several columns of a table that begins in column A, with their label."""
    positions = {column.name: position for position, column in enumerate(table, start=1)}
    return (
        Text(row=row, column=1, text="Total", role=Role.TOTAL),
        *(total(table, name, row, positions[name]) for name in names),
    )


def input_sheet(table: Table, purpose: str, *, sums: tuple[str, ...] = ()) -> Sheet:
    """Make the sheet of an input table."""
    return Sheet(
        name=table.name,
        purpose=purpose,
        stage=Stage.INPUT,
        items=(
            Text(row=1, column=1, text=table.name, role=Role.TITLE),
            Text(
                row=2,
                column=1,
                text=f"{purpose} {table.grain.capitalize()}.",
                role=Role.NOTE,
            ),
            Text(row=3, column=1, text=INPUT_HINT, role=Role.NOTE),
            *(totals(table, sums, INPUT_HEADER - 1) if sums else ()),
            TableBlock(row=INPUT_HEADER, column=1, table=table, input=True),
        ),
        freeze=(INPUT_HEADER + 1, 2),
        widths=table_width(table),
    )


INPUT_HINT = (
    "Fill in or paste the yellow columns; columns of your own may stand at the right. "
    "Point at a heading to see what it wants."
)


def result_sheet(
    table: Table,
    title: str,
    purpose: str,
    *,
    sums: tuple[str, ...],
    name: str = "",
    more: tuple[Item, ...] = (),
    widths: dict[int, float] | None = None,
    front: bool = False,
    printed: str = "",
) -> Sheet:
    """
    Make the sheet of a result table that fills it.

    `more` stands in row 5, and in 6 where nothing is summed; `printed` is the last column on paper, all without it.
    """
    name = name or table.name
    return Sheet(
        name=name,
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head(name, title, purpose),
            *more,
            *(totals(table, sums, RESULT_HEADER - 1) if sums else ()),
            TableBlock(row=RESULT_HEADER, column=1, table=table, input=False),
        ),
        front=front,
        freeze=(RESULT_HEADER + 1, 3),
        widths=table_width(table) | (widths or {}),
        printed=[column.name for column in table].index(printed) + 1 if printed else None,
    )


def table_width(table: Table) -> dict[int, float]:
    """Give column widths that show headings and usual contents."""
    return {
        position: WIDTHS.get(column.name, max(16.0 if column.kind is Kind.MONEY else 13.0, len(column.title) + 3.0))
        for position, column in enumerate(table, start=1)
    }


WIDTHS = {
    "name": 30.0,
    "what": 70.0,
    "mend": 60.0,
    "note": 52.0,
    "retention_basis": 34.0,
    "lifecycle_rule": 56.0,
    "pool": 26.0,
    "changes": 90.0,
    "convention": 78.0,
    "refreshed_at": 22.0,
    "driver": 26.0,
    "kind": 24.0,
    "resource": 24.0,
    "activity": 24.0,
    "why": 56.0,
    "bucket": 18.0,
    "measure": 30.0,
    "meaning": 66.0,
    "line": 30.0,
    "to_pool": 26.0,
    "source": 24.0,
    "action": 44.0,
    "statement": 52.0,
    "question": 52.0,
    "reason": 60.0,
    "override": 52.0,
    "basis": 24.0,
    "method": 30.0,
    "need": 60.0,
    "needs_segment": 24.0,
    "evidence": 24.0,
}
