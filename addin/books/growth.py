"""
References that span the whole body of a table follow it when it gets longer or shorter.

Excel does this for the table itself; validations, conditional formats, names, charts and pivot sources it moves only
when a user types below the table. References that cover part of the body, or more, stay as they are.
"""

import re
from dataclasses import dataclass

from lxml import etree

from addin.books.cellxml import Area
from addin.books.formulas import with_row
from addin.books.places import TablePart
from addin.books.saving import Draft

__all__ = ["Growth", "follow_in_charts", "follow_in_names", "follow_in_pivots", "follow_in_tail"]

_RANGE = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]+)(?::(\$?)([A-Za-z]{1,3})(\$?)([0-9]+))?")
_QUALIFIED = re.compile(
    r"""
      "(?:[^"]|"")*"
    | (?P<sheet>'(?:[^']|'')+'|[^\s'"!,()=+\-*/&^<>:;{}]+)!
      (?P<range>\$?[A-Za-z]{1,3}\$?[0-9]+:\$?[A-Za-z]{1,3}\$?[0-9]+)(?![\w:(])
    """,
    re.VERBOSE,
)
_OWN_SHEET = re.compile(
    r"""
      "(?:[^"]|"")*"
    | '(?:[^']|'')*'!\S*
    | \[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]
    | (?<![\w$.!:])(?P<range>\$?[A-Za-z]{1,3}\$?[0-9]+:\$?[A-Za-z]{1,3}\$?[0-9]+)(?![\w:(!])
    """,
    re.VERBOSE,
)
_SQREF = re.compile(rb"(\ssqref\s*=\s*\"|<xm:sqref>)([^\"<]*)")
_CHART_FORMULA = re.compile(rb"(<(?:\w+:)?f(?:\s[^>]*)?>)([^<]*)(</(?:\w+:)?f>)")
_CHART_TYPES = ("drawingml.chart+xml", "chartex+xml")
_PIVOT_TYPE = "pivotcachedefinition+xml"
_PRINT_AREA = "_xlnm.Print_Area"


@dataclass(frozen=True, slots=True)
class Growth:
    """A table whose body got another last row."""

    table: TablePart
    last_row: int

    @property
    def _moves(self) -> bool:
        return self.last_row != self.table.body.last_row

    def new_last_row(self, area: Area) -> int:
        """Return the last row of an area on the table's sheet after the growth."""
        body, table = self.table.body, self.table.area
        within = table.first_column <= area.first_column and area.last_column <= table.last_column
        if within and area.first_row in (table.first_row, body.first_row):
            if area.last_row == body.last_row:
                return self.last_row
            if area.last_row == table.last_row:
                return self.last_row + self.table.totals_rows
        return area.last_row

    def range(self, text: str, *, single: bool = False) -> str:
        """
        Return a range on the table's sheet as it reads after the growth.

        A single cell counts as a body of one row only where `single` says so: a validation's ``B6`` means the
        column, a name's ``$B$6`` means the cell.
        """
        match = _RANGE.fullmatch(text)
        if not self._moves or match is None or not (single or match[8]):
            return text
        last = self.new_last_row(Area.parse(text))
        if last == int(match[8] or match[4]):
            return text
        first = f"{match[1]}{match[2]}{match[3]}{match[4]}"
        end = f"{match[5]}{match[6]}{match[7]}" if match[8] else f"{match[1]}{match[2]}{match[3]}"
        return f"{first}:{end}{last}"

    def formula(self, text: str) -> str:
        """Return a formula whose references name their sheets as it reads after the growth."""

        def grown(match: re.Match[str]) -> str:
            if match["sheet"] is None or not self._same_sheet(match["sheet"]):
                return match.group()
            return f"{match['sheet']}!{self.range(match['range'])}"

        return _QUALIFIED.sub(grown, text)

    def totals_formula(self, text: str) -> str:
        """Return a formula of the totals row as it reads after that row has moved."""
        grown = self._on_own_sheet(text)
        old = self.table.area.last_row
        return with_row(grown, old=old, new=self.last_row + self.table.totals_rows)

    def leaves_behind(self, text: str, sheet: str, cell: Area) -> bool:
        """Whether the formula of a cell covers the whole old body by addresses and is not brought up to date."""
        on_sheet = sheet == self.table.sheet
        if on_sheet and self.table.area.meets(cell) and cell.first_row > self.table.body.last_row:
            return False  # the totals row is
        return self.formula(text) != text or (on_sheet and self._on_own_sheet(text) != text)

    def _on_own_sheet(self, text: str) -> str:
        return _OWN_SHEET.sub(lambda match: self.range(match["range"]) if match["range"] else match.group(), text)

    def print_area(self, text: str) -> str:
        """Return a print area that ended with the table, from the header or above, as it reads after the growth."""
        table = self.table.area

        def grown(match: re.Match[str]) -> str:
            if match["sheet"] is None or not self._same_sheet(match["sheet"]):
                return match.group()
            area = Area.parse(match["range"])
            if area.first_row > table.first_row or area.last_row != table.last_row or not area.meets(table):
                return match.group()
            start = match["range"].rstrip("0123456789")
            return f"{match['sheet']}!{start}{self.last_row + self.table.totals_rows}"

        return _QUALIFIED.sub(grown, text)

    def _same_sheet(self, text: str) -> bool:
        name = text[1:-1].replace("''", "'") if text.startswith("'") else text
        return name.casefold() == self.table.sheet.casefold()


def follow_in_tail(tail: bytes, growths: list[Growth]) -> bytes:
    """Let the areas of validations, conditional formats and the like on the table's own sheet follow."""

    def followed(match: re.Match[bytes]) -> bytes:
        areas = match[2].decode().split()
        for growth in growths:
            areas = [
                growth.range(area, single=growth.table.body.last_row == growth.table.body.first_row) for area in areas
            ]
        return match[1] + " ".join(areas).encode()

    return _SQREF.sub(followed, tail)


def follow_in_names(root: etree._Element, growths: list[Growth]) -> None:
    """Let defined names follow."""
    for element in root.iterfind("{*}definedNames/{*}definedName"):
        for growth in growths:
            follow = growth.print_area if element.get("name") == _PRINT_AREA else growth.formula
            if element.text:
                element.text = follow(element.text)


def follow_in_charts(draft: Draft, growths: list[Growth]) -> None:
    """Let the series of charts follow."""

    def followed(match: re.Match[bytes]) -> bytes:
        text = match[2].decode().replace("&amp;", "&").replace("&apos;", "'")
        grown = text
        for growth in growths:
            grown = growth.formula(grown)
        if grown == text:
            return match.group()
        return match[1] + grown.replace("&", "&amp;").encode() + match[3]

    package = draft.package
    for part in package.parts():
        if package.content_type(part).lower().endswith(_CHART_TYPES):
            data = package.read(part)
            changed = _CHART_FORMULA.sub(followed, data)
            if changed != data:
                draft.put(part, (changed,))


def follow_in_pivots(draft: Draft, growths: list[Growth]) -> None:
    """Let pivot tables over a table follow, and have Excel refresh them when it opens the workbook."""
    package = draft.package
    for part in package.parts():
        if package.content_type(part).lower().endswith(_PIVOT_TYPE):
            draft.edit_xml(part, lambda root: _follow_in_pivot(root, growths))


def _follow_in_pivot(root: etree._Element, growths: list[Growth]) -> None:
    for source in root.iterfind("{*}cacheSource/{*}worksheetSource"):
        for growth in growths:
            table, ref = growth.table, source.get("ref", "")
            by_name = source.get("name", "").casefold() == table.name.casefold()
            by_area = source.get("sheet", "").casefold() == table.sheet.casefold() and _RANGE.fullmatch(ref) is not None
            if by_area and Area.parse(ref).meets(table.area):
                source.set("ref", growth.range(ref))
                root.set("refreshOnLoad", "1")
            elif by_name:
                root.set("refreshOnLoad", "1")
