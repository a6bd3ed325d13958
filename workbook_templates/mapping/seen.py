"""Blocks with what was found out about each: its periods, its columns, and the rows that are no data."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from workbook_templates.addresses import address
from workbook_templates.mapping.across import Periods, periods_of
from workbook_templates.mapping.apart import Apart, rows_apart
from workbook_templates.mapping.blocks import Block, is_text
from workbook_templates.mapping.columns import ColumnFacts
from workbook_templates.mapping.matching import Setting
from workbook_templates.mapping.model import ColumnMap
from workbook_templates.mapping.synonyms import PLAIN, fold, join_levels, listed, score_header
from workbook_templates.mapping.views import Rectangle

__all__ = ["ASKED", "Seen", "column_map", "company_lines", "look", "of_sheet", "setting_of"]

ASKED: Final = 0.7
"""Highest confidence of what has a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """
    A block with what was found out about it.

    Attributes
    ----------
    block : Block
        The block.
    columns : tuple of ColumnFacts
        Its columns that have a header or a cell.
    apart : Apart
        Its rows that are no data.
    periods : Periods or None
        Periods across, if there are any.
    named : tuple of str
        Defined names of ranges in it.
    """

    block: Block
    columns: tuple[ColumnFacts, ...]
    apart: Apart
    periods: Periods | None
    named: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Its sheet and corners."""
        area = self.block.area
        corner = address(area.first_row, area.first_column)
        return f"sheet {self.block.sheet.name}, {corner}:{address(area.last_row, area.last_column)}"

    @property
    def texts(self) -> tuple[str, ...]:
        """What speaks of it as a whole: the sheet's name, names of ranges, titles."""
        return (self.block.sheet.name, self.block.excel_table, *self.named, *self.block.titles)


def look(block: Block, starts: Sequence[dt.date], names: Sequence[tuple[str, str, Rectangle]]) -> Seen:
    """
    Find out about a block what does not depend on others.

    Parameters
    ----------
    block : Block
        The block.
    starts : sequence of date
        Start dates that the workbook says anywhere.
    names : sequence of (str, str, Rectangle)
        Defined names of ranges, with sheet and area.
    """
    first = [ColumnFacts(block, at) for at in block.columns]
    periods = periods_of(block, starts)
    labels, numbers, identity = _roles(first, periods)
    apart = rows_apart(block, labels, numbers, identity)
    same = not apart.rows and apart.last_row == block.last_row
    if apart.last_row < block.last_row:
        block = replace(block, last_row=apart.last_row, open=False)
    columns = first if same else [ColumnFacts(block, at, apart.rows) for at in block.columns]
    named = tuple(
        fold(name.replace("_", " "))
        for name, sheet, area in names
        if sheet == block.sheet.name and _overlap(area, block.area)
    )
    return Seen(
        named=named,
        block=block,
        columns=tuple(facts for facts in columns if facts.header or facts.sample),
        apart=apart,
        periods=periods,
    )


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    rows = one.first_row <= other.last_row and other.first_row <= one.last_row
    return rows and one.first_column <= other.last_column and other.first_column <= one.last_column


def _roles(columns: Sequence[ColumnFacts], periods: Periods | None) -> tuple[list[int], list[int], int | None]:
    """Tell columns of labels, columns of numbers that can add up, and the one with the id."""
    identity = next(
        (facts.at for facts in columns if score_header("Customers", "customer_id", facts.header) >= PLAIN), None
    )
    if periods is not None:
        left = [facts.at for facts in columns if facts.at < periods.first_column]
        return left, list(periods.columns), identity if identity in left else None
    numbers = [
        facts.at
        for facts in columns
        if facts.share("number") >= 0.7 and facts.at != identity and not _is_id(facts) and any(facts.numbers)
    ]
    labels = [facts.at for facts in columns if facts.share("text") > 0.5 or facts.at == identity]
    # Totals say so in the first columns; further texts, such as remarks, may say anything.
    return labels[:4], numbers, identity


def _is_id(facts: ColumnFacts) -> bool:
    names = (
        ("Transactions", "invoice_no"),
        ("Trial balance", "gl_account"),
        ("Customers", "parent_id"),
        ("Issues", "issue_id"),
    )
    return any(score_header(table, column, facts.header) >= 0.7 for table, column in names)


def setting_of(seen: Seen, ids: frozenset[str]) -> Setting:
    """Give what is known around a block."""
    headers = tuple(join_levels(facts.header) for facts in seen.columns)
    return Setting(ids=ids, texts=seen.texts, headers=headers)


def column_map(name: str, facts: ColumnFacts, confidence: float, why: str) -> ColumnMap:
    """Make a column of a proposal."""
    return ColumnMap(column=name, at=facts.at, header=join_levels(facts.header), confidence=confidence, evidence=(why,))


def of_sheet(block: Block) -> Iterator[str]:
    """Ask about a hidden sheet."""
    if block.sheet.hidden:
        yield f"sheet {block.sheet.name} is hidden: is it to be used?"


def company_lines(left: Sequence[ColumnFacts]) -> float:
    """Share of labels that are lines of a company's statements."""
    shares = []
    for facts in left:
        texts = [str(value) for value in facts.sample if is_text(value)]
        if texts:
            shares.append(sum(listed("company_lines", "words", text) for text in texts) / len(texts))
    return max(shares, default=0.0)
