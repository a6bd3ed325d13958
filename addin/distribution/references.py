"""Which references of a workbook still lead somewhere in its copy, and where to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from addin.books.cellxml import Area
from workbook_templates.addresses import address

__all__ = ["Body", "References", "quoted"]

_PLACE: Final = re.compile(
    r"(?P<sheet>'(?:[^']|'')+'|[^\W\d][\w.]*)!(?P<area>\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"
)
_PRINTED: Final = re.compile(
    r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!(?:\$\d+:\$\d+|\$[A-Z]{1,3}(?:\$\d+)?:\$[A-Z]{1,3}(?:\$\d+)?)"
)
_TOKENS: Final = re.compile(
    r"""
      (?P<text>"(?:[^"]|"")*")
    | (?P<sheet>'(?:[^']|'')*'|[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!
    | (?P<table>[^\W\d][\w.]*)\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]
    | (?P<function>[^\W\d][\w.]*)\s*\(
    | (?P<cell>\$?[A-Za-z]{1,3}\$?\d{1,7}(?![\w.(]))
    | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(]))
    | (?P<word>[^\W\d][\w.\\?]*)
    | (?P<number>[0-9][\w.]*|\#[A-Z/0-9]+[!?]?)
    | (?P<bracket>\[)
    """,
    re.VERBOSE,
)
_OUTSIDE: Final = (
    *("webservice", "hyperlink", "rtd", "call", "register.id", "image"),
    *("sql.request", "filterxml", "info", "cell"),
)
"""Functions that reach outside the workbook or tell about the machine."""
_PREFIXES: Final = ("cube", "cv_", "_xll", "_xludf")


class Body(NamedTuple):
    """The rows of a table that a copy has fewer of: as they were, and the last one now (the header when none is)."""

    area: Area
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """
    What there is in a copy to refer to.

    Attributes
    ----------
    sheets : mapping of str to str
        Kept sheets, folded name to name.
    bodies : mapping of str to sequence of Body
        By sheet: tables that have lost rows.
    gone : mapping of str to sequence of Area
        By sheet: cells that were left out.
    tables, names : frozenset of str
        Kept tables and names, folded.
    """

    sheets: Mapping[str, str]
    bodies: Mapping[str, Sequence[Body]] = field(default_factory=dict)
    gone: Mapping[str, Sequence[Area]] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def place(self, text: str) -> str | None:
        """Follow a reference to cells, such as ``'P&L'!$A$5:$A$45``; None when they are not in the copy."""
        match = _PLACE.fullmatch(text.strip().lstrip("="))
        sheet = match and self.sheets.get(_bare(match["sheet"]).casefold())
        if not match or not sheet:
            return None
        area = self.area(sheet, Area.parse(match["area"]))
        if area is None:
            return None
        first = address(area.first_row, area.first_column, absolute=True)
        last = address(area.last_row, area.last_column, absolute=True)
        return f"{quoted(sheet)}!{first}" + ("" if first == last else f":{last}")

    def area(self, sheet: str, area: Area) -> Area | None:
        """Follow cells of a sheet; a part of a table's rows is lost with the rows that it counts from."""
        if any(area.meets(gone) for gone in self.gone.get(sheet, ())):
            return None
        for body in self.bodies.get(sheet, ()):
            if not area.meets(body.area):
                continue
            if area.first_row > body.area.first_row or area.last_row < body.area.last_row:
                return None
            last = max(body.last, body.area.first_row) if area.last_row == body.area.last_row else area.last_row
            area = area.down_to(last)
        return area

    def printed(self, text: str) -> bool:
        """Tell whether this is rows, columns or cells of a kept sheet, to be printed."""
        return all(
            _PRINTED.fullmatch(part.strip()) and _bare(part.rpartition("!")[0]).casefold() in self.sheets
            for part in text.split(",")
        )

    def formula_stays(self, formula: str) -> bool:
        """Tell whether everything that a formula reads is in the copy, and nothing that it does reaches outside."""
        if not formula.strip() or "|" in _without_texts(formula) or "#REF!" in formula:
            return False
        return all(self._stays(match) for match in _TOKENS.finditer(formula))

    def _stays(self, match: re.Match[str]) -> bool:
        kind = match.lastgroup
        word = match[kind].casefold() if kind else ""
        match kind:
            case "sheet":
                return _bare(word) in self.sheets
            case "table":
                return word in self.tables
            case "function":
                word = word.removeprefix("_xlfn.").removeprefix("_xlws.")
                return word not in _OUTSIDE and not word.startswith(_PREFIXES)
            case "word":
                return word in self.names or word in self.tables or word in ("true", "false")
            case "bracket":  # another workbook
                return False
            case _:
                return True


def _without_texts(formula: str) -> str:
    return re.sub(r'"(?:[^"]|"")*"', "", formula)


def _bare(sheet: str) -> str:
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet


def quoted(sheet: str) -> str:
    """Write a sheet's name as a reference does."""
    return "'" + sheet.replace("'", "''") + "'"
