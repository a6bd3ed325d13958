"""Rows of a block that are no data: totals by their words or because they add up, and titles of sections."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from workbook_templates.mapping.blocks import Block, is_blank, is_number, is_text
from workbook_templates.mapping.synonyms import fold, listed, words_of_list
from workbook_templates.plan import Cell

__all__ = ["Apart", "rows_apart"]

_TOLERANCE: Final = 1e-6
_LARGEST: Final = 1e100
_TELLING: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """
    What is no data in a block.

    Attributes
    ----------
    rows : frozenset of int
        The rows.
    labels : tuple of str
        Their labels.
    last_row : int
        Last row of data where totals without a label follow it; otherwise that of the block.
    evidence, questions : tuple of str
        What they are, and what is not sure, in words.
    """

    rows: frozenset[int] = frozenset()
    labels: tuple[str, ...] = ()
    last_row: int = 0
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@cache
def _total_words() -> tuple[frozenset[str], frozenset[str]]:
    """First and last words of labels of totals."""
    whole = [fold(text).split() for text in words_of_list("totals", "words")]
    starts = {words[0] for words in whole} | set(words_of_list("totals", "starts"))
    return frozenset(starts), frozenset(words_of_list("totals", "starts"))


def rows_apart(block: Block, labels: Sequence[int], numbers: Sequence[int], identity: int | None) -> Apart:
    """
    Find the rows of a block that are no data.

    Parameters
    ----------
    block : Block
        The block.
    labels : sequence of int
        Columns in which a total or a section may say what it is.
    numbers : sequence of int
        Columns of numbers that could be added up.
    identity : int or None
        Column with the id of a row: a row with a label of its own there is data, unless its numbers add up.
    """
    sheet = block.sheet
    sums = _Sums(block, numbers)
    rows: set[int] = set()
    said: dict[str, str] = {}
    questions: list[str] = []
    added: list[int] = []
    unnamed: list[int] = []
    sections = tied = 0
    has_numbers = bool(numbers)
    words = [block.body(column) for column in labels]
    for row, cells in enumerate(
        zip(*words, strict=True) if words else (() for _ in range(block.last_row - block.first_row + 1)),
        block.first_row,
    ):
        texts = [
            (column, value)
            for column, value in zip(labels, cells, strict=True)
            if isinstance(value, str) and is_text(value)
        ]
        if not texts and has_numbers and labels and all(map(is_blank, cells)):
            if sums.adds_up(row):
                unnamed.append(row)
                rows.add(row)
            else:
                sums.add(row)
            continue
        total = next((text for _, text in texts if _total_like(text)), "")
        if total:
            exact = listed("totals", "words", total)
            ties = sums.adds_up(row)
            own_id = (
                identity is not None
                and (found := sheet.cell(row, identity)) is not None
                and str(found).strip() != total.strip()
                and not is_blank(found)
            )
            if ties or (exact and not own_id):
                rows.add(row)
                tied += ties
                said.setdefault(total.strip(), "total")
                sums.restart()
                continue
            if not own_id and identity is not None and len(numbers) > 0 and sums.count > 1:
                questions.append(
                    f"row {row} says {total.strip()!r}, but does not add up what stands above: is it a total?"
                )
        elif texts and len(texts) == 1 and _is_alone(block, row, texts[0][0]):
            rows.add(row)
            said.setdefault(texts[0][1].strip(), "section")
            sections += 1
            sums.restart()
            continue
        elif has_numbers and sums.adds_up(row, strict=True):
            rows.add(row)
            said.setdefault(texts[0][1].strip() if texts else "", "total")
            added.append(row)
            sums.restart()
            continue
        sums.add(row)
    last = block.last_row
    while last in unnamed:
        last -= 1
    inner = [row for row in unnamed if row < last]
    if inner:
        questions.append(f"row {inner[0]} has no label and adds up the rows above: give it a label, or take it out")
    labels_said = [label for label in said if label]
    kept = _not_data(block, labels, rows, labels_said)
    for label in labels_said:
        if label not in kept:
            questions.append(
                f"{label!r} is the label of a total or a section, and stands in rows of data as well: rename it"
            )
    evidence = []
    if any(kind == "total" for kind in said.values()):
        evidence.append(
            "totals are left out: "
            + ", ".join(repr(label) for label, kind in said.items() if kind == "total" and label)
        )
    if tied:
        evidence.append(f"{tied} of them add up the rows above")
    if added:
        evidence.append(f"row {added[0]} is the sum of the rows above it")
    if sections:
        evidence.append(f"{sections} titles of sections are left out")
    if last < block.last_row:
        evidence.append(f"the block ends with row {last}: what follows has no label and adds up the rows above")
    return Apart(
        rows=frozenset(rows),
        labels=tuple(kept),
        last_row=last,
        evidence=tuple(evidence),
        questions=tuple(questions[:3]),
    )


def _total_like(text: str) -> bool:
    """Tell whether a label begins or ends with a word of totals."""
    starts, ends = _total_words()
    words = text[:60].casefold().split()
    return bool(words) and (words[0].strip(":.-–()*") in starts or words[-1].strip(":.-–()*") in ends)


def _is_alone(block: Block, row: int, column: int) -> bool:
    """Tell whether a text is the only thing in its row, in a block with more columns."""
    line = block.sheet.rows[row - 1]
    if len(block.columns) < 2:
        return False
    left, right = block.area.first_column, block.area.last_column
    return all(is_blank(value) or at == column for at, value in enumerate(line[left - 1 : right], left))


def _not_data(block: Block, labels: Sequence[int], rows: set[int], said: Sequence[str]) -> list[str]:
    """Give the labels that no row of data carries as well."""
    if not said:
        return []
    wanted = {label.strip().casefold(): label for label in said}
    sheet = block.sheet
    clash = {
        str(value).strip().casefold()
        for column in labels
        for row in range(block.first_row, block.last_row + 1)
        if row not in rows and is_text(value := sheet.cell(row, column)) and str(value).strip().casefold() in wanted
    }
    return [label for folded, label in wanted.items() if folded not in clash]


class _Sums:
    """Running sums of two columns, by which totals show themselves, and of all columns where those agree."""

    def __init__(self, block: Block, numbers: Sequence[int]) -> None:
        self._sheet = block.sheet
        self._first = block.first_row
        self._cells = [_finite(block.body(column)) for column in numbers[:2]]
        self._numbers = tuple(numbers)
        self._probe = tuple(numbers[:2])
        self._rows: list[int] = []
        self._all: list[int] = []
        self._since = [0.0] * len(self._probe)
        self._ever = [0.0] * len(self._probe)
        self._last = block.last_row

    @property
    def count(self) -> int:
        return len(self._rows)

    def add(self, row: int) -> None:
        self._rows.append(row)
        self._all.append(row)
        for place, cells in enumerate(self._cells):
            value = cells[row - self._first]
            if value is not None:
                self._since[place] += value
                self._ever[place] += value

    def restart(self) -> None:
        self._rows = []
        self._since = [0.0] * len(self._probe)

    def adds_up(self, row: int, strict: bool = False) -> bool:
        """Tell whether a row is the sum of those since the last total, or of all; strictly: with several columns."""
        if not self._probe:
            return False
        first = self._cells[0][row - self._first] or 0.0
        for rows, sums in ((self._rows, self._since), (self._all, self._ever)):
            if abs(first - sums[0]) > max(_TOLERANCE * abs(sums[0]), 0.006):
                continue
            if len(rows) < (3 if strict and len(self._numbers) < 3 else 2):
                continue
            if strict and len(self._numbers) < 2 and (row != self._last or len(rows) < 4):
                continue
            values = [self._sheet.cell(row, column) for column in self._probe]
            if strict and max(abs(total) for total in sums) < _TELLING and all(total == int(total) for total in sums):
                continue  # small counts add up by chance
            if all(_near(value, total) for value, total in zip(values, sums, strict=True)) and any(sums):
                needed = 1 if not strict or len(self._numbers) < 2 else 2
                if self._all_add_up(row, rows, needed):
                    return True
        return False

    def _all_add_up(self, row: int, rows: Sequence[int], needed: int) -> bool:
        """Columns of rates do not add up: so many must, and most."""
        good = bad = 0
        for column in self._numbers:
            values = [value for line in rows for value in self._values(line, column)]
            total = self._sheet.cell(row, column)
            if not any(values):
                continue
            if _near(total, sum(values)):
                good += 1
            else:
                bad += 1
        return good >= needed and bad <= good / 2

    def _values(self, row: int, column: int) -> Iterator[float]:
        value = self._sheet.cell(row, column)
        if is_number(value) and math.isfinite(value):  # type: ignore[arg-type]
            yield float(value)  # type: ignore[arg-type]


def _finite(cells: Sequence[Cell]) -> list[float | None]:
    """Keep the numbers of a column that can be added up."""
    return [float(value) if is_number(value) and abs(value) < _LARGEST else None for value in cells]  # type: ignore[arg-type]


def _near(value: Cell, total: float) -> bool:
    if not is_number(value):
        return total == 0 and is_blank(value)
    return abs(float(value) - total) <= max(_TOLERANCE * abs(total), 0.006)  # type: ignore[arg-type]
