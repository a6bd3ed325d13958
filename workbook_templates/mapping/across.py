"""Blocks with periods across: where the periods are, and which year they are of."""

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from workbook_templates.addresses import address
from workbook_templates.mapping.blocks import Block, is_blank, period_runs
from workbook_templates.mapping.model import Headings
from workbook_templates.mapping.periods import period_ends, recognise_headings
from workbook_templates.mapping.synonyms import contrary, says
from workbook_templates.plan import Cell

__all__ = ["Periods", "periods_of"]

_YEAR: Final = re.compile(r"(?<!\d)(?:(?:fy|gj|ej)\s?'?(\d\d)|((?:19|20)\d\d))(?!\d)", re.IGNORECASE)


_FISCAL: Final = re.compile(r"\b(?:fy|gj|ej)\s?'?\d\d|fiscal year|financial year", re.IGNORECASE)
_DAY: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}\.?\s[^\W\d_]{3,9}\.?\s\d{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """
    Periods across a block.

    Attributes
    ----------
    row, first_column, last_column : int
        Where their headings are.
    columns : tuple of int
        The columns of periods, without totals between them.
    headings : Headings
        What they are.
    heading : Cell
        The first one.
    first_period : date or None
        Last day of the first one, where the headings do not say it.
    evidence, questions : tuple of str
        In words.
    """

    row: int
    first_column: int
    last_column: int
    columns: tuple[int, ...]
    headings: Headings
    heading: Cell
    first_period: dt.date | None = None
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def periods_of(block: Block, starts: Sequence[dt.date]) -> Periods | None:
    """
    Find periods across.

    Parameters
    ----------
    block : Block
        The block.
    starts : sequence of date
        First days of the model that the workbook says anywhere, for headings such as M0.
    """
    best: Periods | None = None
    for row in block.levels:
        found = _in_row(block, row, starts)
        if found is not None and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _in_row(block: Block, row: int, starts: Sequence[dt.date]) -> Periods | None:
    cells = [block.sheet.cell(row, column) for column in block.columns]
    groups = _groups(block, row, cells)
    if not groups:
        return None
    group, questions = _chosen(groups)
    start, end = group.places[0], group.places[-1] + 1
    recognised = recognise_headings(cells[start:end])
    if recognised is None:
        return None
    places = tuple(start + place for place in recognised.places)
    if len(places) < 3 and not (len(places) == 2 and sum(not is_blank(cell) for cell in cells) <= 4):
        return None
    columns = tuple(block.columns[place] for place in places)
    if columns[0] == block.area.first_column:
        return None  # no label at the left: a list of dates
    if any(not is_blank(cell) for cell in cells[end:]):
        end = len(cells)
    evidence = [f"{len(columns)} periods across from {address(row, columns[0])} to {address(row, columns[-1])}"]
    if len(groups) > 1:
        others = ", ".join(repr(other.label) for other in groups if other is not group)
        evidence.append(f"periods under {group.label!r}; left out are those under {others}")
    between = [
        str(cell)
        for place, cell in enumerate(cells)
        if places[0] < place < places[-1] and place not in places and not is_blank(cell)
    ]
    if between:
        evidence.append("no periods and left out: " + ", ".join(between[:6]))
    if recognised.doubt:
        questions.append(f"sheet row {row}: {recognised.doubt}")
    planned = [str(cells[place]) for place in places if isinstance(cells[place], str) and contrary(str(cells[place]))]
    if planned:
        questions.append(f"the periods {', '.join(planned[:3])} seem to be planned: only actual amounts are wanted")
    first: dt.date | None = None
    if recognised.first_missing:
        first, said = _first_period(block, row, columns[0], cells[places[0]], recognised.headings, starts)
        (evidence if first else questions).append(said)
    return Periods(
        row=row,
        first_column=columns[0],
        last_column=columns[-1],
        columns=columns,
        headings=recognised.headings,
        heading=cells[places[0]],
        first_period=first,
        evidence=tuple(evidence),
        questions=tuple(questions),
    )


class _Group(NamedTuple):
    """Periods under one word of an upper level."""

    label: str
    places: tuple[int, ...]


def _groups(block: Block, row: int, cells: Sequence[Cell]) -> list[_Group]:
    """Part periods by the words over them, such as sales and then cost; years over months part nothing."""
    runs = period_runs(cells)
    places = [place for run in runs for place in run]
    above = [level for level in block.levels if level < row]
    labels = {place: _label(block, place, len(above)) for place in places}
    if len(set(labels.values())) > 1:
        return [
            _Group(label, tuple(p for p in places if labels[p] == label)) for label in dict.fromkeys(labels.values())
        ]
    return [_Group(labels[run[0]], run) for run in runs]


def _label(block: Block, place: int, above: int) -> str:
    """Give what upper levels say of a column, without years."""
    texts = block.headers[place][: min(above, max(0, len(block.headers[place]) - 1))]
    return " ".join(text for text in texts if not _years(text) or len(text) > 8)


def _chosen(groups: Sequence[_Group]) -> tuple[_Group, list[str]]:
    """Choose the periods of actual sales where there are several groups; asked where not one alone says so."""
    if len(groups) == 1:
        return groups[0], []
    actual = [group for group in groups if not contrary(group.label)]
    sales = [
        group for group in actual if says("money", "sales", group.label) and not says("money", "neither", group.label)
    ]
    for choice in (sales, actual):
        if len(choice) == 1:
            return choice[0], []
    shown = ", ".join(repr(group.label) for group in groups[:5])
    return (sales or actual or list(groups))[0], [f"periods stand under {shown}: which of them are net sales?"]


def _years(text: str) -> set[int]:
    return {2000 + int(short) if short else int(full) for short, full in _YEAR.findall(text)}


def _first_period(
    block: Block, row: int, column: int, heading: Cell, kind: Headings, starts: Sequence[dt.date]
) -> tuple[dt.date | None, str]:
    """Find the last day of the first period where headings do not say the year: above, in titles, by a start date."""
    where = address(row, column)
    counted = any(sign.isdigit() for sign in str(heading))
    if counted and kind is Headings.MONTH:
        if len(set(starts)) == 1:
            start = starts[0]
            return _month_end(start.year, start.month), f"{where} begins with the start date {start.isoformat()}"
        return None, f"{where} {heading!r} counts months: which month does it begin with?"
    said: set[int] = set()
    for above in block.levels:
        if above < row:
            for at in range(column, block.area.first_column - 1, -1):
                value = block.sheet.cell(above, at)
                if not is_blank(value):
                    said |= _years(str(value))
                    break
    if not said:
        corner = [block.sheet.cell(row, at) for at in range(block.area.first_column, column)]
        texts = [str(text) for text in (*block.titles, block.sheet.name, *corner)]
        texts = [text for text in texts if not _DAY.search(text)]  # the day of a print is no year of the figures
        said = set().union(*(_years(text) for text in texts))
        if any(_FISCAL.search(text) for text in texts):
            return (
                None,
                f"{where} {str(heading)!r}: a fiscal year may begin in any month; which year is this period of?",
            )
    if len(said) != 1:
        years = " or ".join(map(str, sorted(said)))
        return None, f"{where} {str(heading)!r} does not say its year{f' ({years}?)' if years else ''}: which is it?"
    year = said.pop()
    number = _number_in_year(heading, kind)
    if number is None:
        return None, f"{where} {str(heading)!r} does not say which period of {year} it is: which is it?"
    month = number if kind is Headings.MONTH else 3 * number
    count = sum(not is_blank(block.sheet.cell(row, at)) for at in range(column, block.area.last_column + 1))
    if month > 3 and kind is Headings.MONTH and month + min(count, 12) - 1 > 12:
        return None, f"{where} {str(heading)!r}: these months run into another year; does {year} begin or end them?"
    return _month_end(year, month), f"the year {year} stands above, in a title or in the sheet's name"


def _number_in_year(heading: Cell, kind: Headings) -> int | None:
    """Give the number in its year of a month or quarter that says no year."""
    if kind not in (Headings.MONTH, Headings.QUARTER):
        return None
    year = 2000
    text = f"{heading} {year}"
    try:
        end = period_ends([text], kind)[0]
    except ValueError:
        return None
    if end is None or end.year != year:
        return None
    return end.month if kind is Headings.MONTH else (end.month + 2) // 3


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])
