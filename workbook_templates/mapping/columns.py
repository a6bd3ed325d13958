"""What the cells of a column are: the evidence for what it may mean."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from workbook_templates.mapping.blocks import Block, is_blank, is_number
from workbook_templates.plan import Cell, CellError

__all__ = ["ColumnFacts", "id_key"]

_SAMPLE: Final = 100
_TEXT_NUMBER: Final = re.compile(r"[-+(]?\s*[€$£]?\s*\d{1,3}(?:[.,'’\s]?\d{3})*(?:[.,]\d+)?\s*[-)%€$£]?")
_TEXT_DATE: Final = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ T].*)?")
_CODE: Final = re.compile(r"(?=.*\d)[\w./#-]{1,24}")


def id_key(value: Cell) -> str:
    """Write an id as a text, as whole numbers and their texts are one id."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().casefold()


@dataclass(frozen=True)
class ColumnFacts:
    """
    A column of a block.

    Attributes
    ----------
    block : Block
        The block.
    at : int
        Column of the sheet.
    apart : frozenset of int
        Rows that are no data.
    """

    block: Block
    at: int
    apart: frozenset[int] = frozenset()

    @cached_property
    def header(self) -> tuple[str, ...]:
        """Its header, level by level."""
        return self.block.header(self.at)

    @cached_property
    def sample(self) -> tuple[Cell, ...]:
        """Some of its cells that are not blank."""
        rows, place = self.block.sheet.rows, self.at - 1
        lines = [rows[row - 1] for row in self.block.sampled(_SAMPLE) if row not in self.apart]
        values = (line[place] for line in lines if place < len(line))
        return tuple(value for value in values if value is not None and not is_blank(value))

    @cached_property
    def filled(self) -> float:
        """Share of sampled rows with a cell that is not blank."""
        rows = [row for row in self.block.sampled(_SAMPLE) if row not in self.apart]
        return len(self.sample) / len(rows) if rows else 0.0

    def share(self, *kinds: str) -> float:
        """Share of cells that are of these kinds: number, date, text, number as text, date as text, logical, error."""
        return sum(self.kinds.get(kind, 0) for kind in kinds) / len(self.sample) if self.sample else 0.0

    @cached_property
    def kinds(self) -> dict[str, int]:
        """Count of each kind of cell in the sample."""
        counts: dict[str, int] = {}
        for value in self.sample:
            kind = _kind(value)
            counts[kind] = counts.get(kind, 0) + 1
        return counts

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """The numbers of the sample."""
        return tuple(float(value) for value in self.sample if is_number(value))  # type: ignore[arg-type]

    @cached_property
    def whole(self) -> bool:
        """Whether all numbers are whole ones."""
        return all(number.is_integer() for number in self.numbers)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All its cells as ids, without blanks."""
        cells = enumerate(self.block.body(self.at), self.block.first_row)
        return tuple(id_key(value) for row, value in cells if not is_blank(value) and row not in self.apart)

    @cached_property
    def repeated(self) -> tuple[str, ...]:
        """Ids that occur more than once."""
        seen: set[str] = set()
        return tuple(dict.fromkeys(key for key in self.keys if key in seen or seen.add(key)))  # type: ignore[func-returns-value]

    @cached_property
    def code_like(self) -> float:
        """Share of cells that look like codes: whole numbers, or short texts with a digit and no blank."""
        if not self.sample:
            return 0.0
        good = sum(
            (is_number(value) and float(value).is_integer() and float(value) > 0)  # type: ignore[arg-type]
            or (isinstance(value, str) and not isinstance(value, CellError) and bool(_CODE.fullmatch(value.strip())))
            for value in self.sample
        )
        return good / len(self.sample)

    def known_share(self, ids: frozenset[str]) -> float:
        """Share of sampled cells that are among ids."""
        if not ids or not self.sample:
            return 0.0
        return sum(id_key(value) in ids for value in self.sample) / len(self.sample)

    @cached_property
    def formulas(self) -> float:
        """Share of sampled rows with a formula."""
        rows = [row for row in self.block.sampled(_SAMPLE) if row not in self.apart]
        found = self.block.sheet.formulas
        return sum((row, self.at) in found for row in rows) / len(rows) if found and rows else 0.0

    @cached_property
    def ambiguous_dates(self) -> bool:
        """Whether dates are typed as texts of which one cannot tell the day from the month."""
        parts = [
            match
            for value in self.sample
            if _kind(value) == "date as text" and (match := _TEXT_DATE.fullmatch(str(value).strip()))
        ]
        if not parts or any(len(match[1]) == 4 for match in parts):
            return False
        return all(int(match[1]) <= 12 for match in parts) or all(int(match[2]) <= 12 for match in parts) is False

    def formats(self, most: int = 12) -> Sequence[str]:
        """Give number formats of some of its numbers."""
        sheet = self.block.sheet
        rows = [row for row in self.block.sampled(40) if is_number(sheet.cell(row, self.at))]
        return [sheet.number_format(row, self.at) for row in rows[:most]]


def _kind(value: Cell) -> str:
    if isinstance(value, CellError):
        return "error"
    if isinstance(value, bool):
        return "logical"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, dt.date):
        return "date"
    text = str(value).strip()
    if _TEXT_DATE.fullmatch(text):
        return "date as text"
    return "number as text" if _TEXT_NUMBER.fullmatch(text) else "text"
