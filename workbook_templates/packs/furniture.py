"""
What sheets have in common: title, purpose, whether the sheet is up to date, and the convention its numbers follow.

An input sheet has its header in row 5 and its total above it; a result sheet in row 7. The rows above stay in view.
"""

from valuation.tables import Kind, Table
from workbook_templates.layout import (
    Format,
    Formula,
    Item,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Text,
    number_format,
)
from workbook_templates.native import Column, Figure, Name, call

__all__ = ["head", "input_sheet", "result_sheet", "table_width", "total"]

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


def total(table: Table, name: str, row: int, column: int) -> Formula:
    """Give the total of a table's column."""
    return Formula(
        row=row,
        column=column,
        key=f"{table.excel_name}.{name}",
        expr=call("SUM", Column(table, name)),
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


def result_sheet(table: Table, title: str, purpose: str, *, sums: tuple[str, ...], front: bool = False) -> Sheet:
    """Make the sheet of a result table that fills it."""
    return Sheet(
        name=table.name,
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head(table.name, title, purpose),
            *(totals(table, sums, RESULT_HEADER - 1) if sums else ()),
            TableBlock(row=RESULT_HEADER, column=1, table=table, input=False),
        ),
        front=front,
        freeze=(RESULT_HEADER + 1, 3),
        widths=table_width(table),
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
    "driver": 20.0,
    "kind": 24.0,
    "source": 24.0,
}
