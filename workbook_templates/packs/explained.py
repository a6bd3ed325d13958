"""Sheets that explain themselves: the answer on top, what its measures mean in words, then the table."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from valuation.tables import Table
from workbook_templates.layout import Item, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Expr
from workbook_templates.packs.furniture import answer, head, table_width, totals

__all__ = ["Sentence", "explained_sheet", "how_to_read", "sentences"]

READ = "How to read this"


class Sentence(NamedTuple):
    """A sentence that answers a sheet's question, and the key of its formula."""

    key: str
    expr: Expr


def how_to_read(row: int, lines: Sequence[str], *, column: int = 1, span: int = 6) -> tuple[Item, ...]:
    """Define a sheet's measures in words: a heading in `row`, and a line in each row below it."""
    return (
        Text(row=row, column=column, text=READ, role=Role.HEADING, span=span),
        *(Text(row=at, column=column, text=text, role=Role.NOTE) for at, text in enumerate(lines, start=row + 1)),
    )


def sentences(said: Sequence[Sentence], *, span: int, row: int = 5, lines: int = 2) -> tuple[Item, ...]:
    """Put sentences one under the other."""
    return tuple(answer(key, expr, row=at, span=span, lines=lines) for at, (key, expr) in enumerate(said, start=row))


def explained_sheet(
    table: Table,
    title: str,
    purpose: str,
    said: Sequence[Sentence],
    lines: Sequence[str],
    *,
    sums: tuple[str, ...] = (),
    span: int = 6,
    more: tuple[Item, ...] = (),
    gap: int = 0,
    lights: tuple[str, ...] = (),
    widths: Mapping[int, float] | None = None,
    printed: int | None = None,
) -> Sheet:
    """
    Make the sheet of a result table that its measures are defined above.

    `more` stands in the `gap` rows between what defines them and the table; `printed` is the last column on paper.
    """
    read = 6 + len(said)
    header = first_row_below(said, lines) + gap + 1
    return Sheet(
        name=table.name,
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head(table.name, title, purpose),
            *sentences(said, span=span),
            *how_to_read(read, lines, span=span),
            *more,
            *(totals(table, sums, header - 1) if sums else ()),
            TableBlock(row=header, column=1, table=table, input=False, lights=lights),
        ),
        freeze=(6, 3),
        widths=table_width(table) | dict(widths or {}),
        printed=printed,
    )


def first_row_below(said: Sequence[Sentence], lines: Sequence[str]) -> int:
    """Give the first row that is free below what defines a sheet's measures, one left blank."""
    return 8 + len(said) + len(lines)
