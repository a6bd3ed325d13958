"""Which cells a formula reads: more rather than less, for those who ask what a doubtful value may have spoilt."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from addin.books.cellxml import LAST_COLUMN, LAST_ROW, Area
from addin.books.outline import Outline
from workbook_templates.addresses import column_number

__all__ = ["Precedents", "Reads", "called"]

_TOKEN = re.compile(
    r"""
      "(?:[^"]|"")*"
    | (?P<sheet>'(?:[^']|'')+'!|(?:\[[^\]]*\])?[^\W\d][\w.:]*!)?
      (?: (?P<cell>\$?[A-Za-z]{1,3}\$?[0-9]{1,7})(?![\w.(!\[])(?::(?P<to>\$?[A-Za-z]{1,3}\$?[0-9]{1,7})(?![\w.(!\[]))?
        | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})(?![\w.(!\[])
        | (?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7})(?![\w.(!\[])
        | (?P<name>[^\W\d][\w.\\?]*)(?P<call>\s*\()?
      )
    | [0-9][\w.]*
    """,
    re.VERBOSE,
)
_ANYWHERE: Final = {"INDIRECT", "OFFSET"}
"""What these read is not in their text."""


class Reads(NamedTuple):
    """Areas by sheet, and whether it may be any cell at all."""

    areas: tuple[tuple[str, Area], ...]
    anything: bool


def called(formula: str) -> set[str]:
    """
    Return the names of the functions that a formula calls, as they are spelled.

    Examples
    --------
    >>> sorted(called('SUM(A1)+_xlfn.xlookup("MAX(1)",A:A,B:B)'))
    ['SUM', '_xlfn.xlookup']
    """
    return {match["name"] for match in _TOKEN.finditer(formula) if match["call"]}


@dataclass
class Precedents:
    """
    Reads formulas of one workbook.

    Attributes
    ----------
    outline : Outline
        Its sheets, tables and names.
    """

    outline: Outline

    def __post_init__(self) -> None:
        self._names: dict[str, str] = {}
        for name, text in self.outline.all_names():  # a sheet may have its own of a name: then it reads both
            self._names[name.casefold()] = f"{self._names.get(name.casefold(), '')},{text}"
        self._seen: dict[tuple[str, str], Reads] = {}

    def of(self, formula: str, sheet: str) -> Reads:
        """Return what a formula on a sheet reads."""
        areas: list[tuple[str, Area]] = []
        anything = False
        for match in _TOKEN.finditer(formula):
            if match["name"] and match["call"]:
                anything |= match["name"].rpartition(".")[2].upper() in _ANYWHERE
            found = self._named(match["name"], sheet) if match["name"] else self._addressed(match, sheet)
            areas += found.areas
            anything |= found.anything
        return Reads(tuple(dict.fromkeys(areas)), anything)

    def _named(self, name: str, sheet: str) -> Reads:
        """Return the area of a table, or what the formula behind a defined name reads."""
        key = name.casefold()
        table = self.outline.tables.get(key)
        if table is not None:
            return Reads(((table.sheet, table.area),), anything=False)
        if key not in self._names:
            return Reads((), anything=False)
        if (key, sheet) not in self._seen:
            self._seen[key, sheet] = Reads((), anything=False)  # for a name that names itself
            self._seen[key, sheet] = self.of(self._names[key], sheet)
        return self._seen[key, sheet]

    def _addressed(self, match: re.Match[str], sheet: str) -> Reads:
        area = _area(match)
        if area is None:
            return Reads((), anything=False)
        if area.last_column > LAST_COLUMN or area.last_row > LAST_ROW:  # a name that looks like an address
            return self._named(match.group().rpartition("!")[2], sheet)
        written = (match["sheet"] or "")[:-1].strip("'").replace("''", "'")
        if "[" in written:  # another workbook: its cells do not change here
            return Reads((), anything=False)
        found = self.outline.sheet(written) if written else sheet
        return Reads(((found, area),), anything=False) if found else Reads((), anything=True)  # several sheets at once


def _area(match: re.Match[str]) -> Area | None:
    if match["cell"]:
        first = Area.parse(match["cell"])
        last = Area.parse(match["to"]) if match["to"] else first
        return Area(
            min(first.first_row, last.first_row),
            min(first.first_column, last.first_column),
            max(first.last_row, last.last_row),
            max(first.last_column, last.last_column),
        )
    if match["columns"]:
        ends = sorted(column_number(end.strip("$")) for end in match["columns"].split(":"))
        return Area(1, ends[0], LAST_ROW, ends[1])
    if match["rows"]:
        ends = sorted(int(end.strip("$")) for end in match["rows"].split(":"))
        return Area(ends[0], 1, ends[1], LAST_COLUMN)
    return None
