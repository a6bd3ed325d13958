"""What a workbook says about itself: its sheets, tables and names, and the few changes to that."""

from collections.abc import Mapping
from typing import Final

from lxml import etree

from addin.books.cellxml import LAST_COLUMN, LAST_ROW, Area, unescaped
from addin.books.package import Package
from addin.books.places import CellPlace, TablePart, find_cell, find_sheet, find_table
from addin.workbook import WorkbookError

__all__ = ["Outline", "recalculated_on_load"]

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE: Final = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_R: Final = (f"{{{_OFFICE}}}id", f"{{{_STRICT_OFFICE}}}id")
_WORKBOOK_TYPES: Final = ("sheet.main+xml", "sheet.macroenabled.main+xml", "template.main+xml")
_BEFORE_CALCULATION: Final = ("sheets", "functionGroups", "externalReferences", "definedNames")
_TRUE: Final = ("1", "true")


class Outline:
    """Sheets, tables and names of a package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.part = self._workbook_part()
        self.root = package.xml(self.part)
        properties = self.root.find("{*}workbookPr")
        self.date1904 = properties is not None and properties.get("date1904") in _TRUE
        self.sheets: Mapping[str, str] = self._worksheets()
        self.tables: Mapping[str, TablePart] = {table.name.casefold(): table for table in self._tables()}

    def table(self, name: str) -> TablePart:
        """Find a table by its name, upper or lower case."""
        return find_table(self.tables, (table.name for table in self.tables.values()), name, self._package.source)

    def sheet(self, name: str) -> str | None:
        """Return a worksheet's name as the workbook spells it, or None."""
        return find_sheet(self.sheets, name)

    def names(self) -> dict[str, str]:
        """Names that hold in the whole workbook, and what they refer to."""
        return {
            element.get("name", ""): (element.text or "").removeprefix("=")
            for element in self.root.iterfind("{*}definedNames/{*}definedName")
            if element.get("localSheetId") is None
        }

    def all_names(self) -> list[tuple[str, str]]:
        """Names that hold anywhere, and what they refer to; sheets may have different ones of one name."""
        found = self.root.iterfind("{*}definedNames/{*}definedName")
        return [(element.get("name", ""), element.text or "") for element in found]

    def cell(self, name: str) -> CellPlace:
        """Find the one cell that a name refers to."""
        return find_cell(self.names(), self.sheet, name, self._package.source)

    def all_sheets(self) -> tuple[str, ...]:
        """Names of all sheets in tab order, with those that hold no cells."""
        return tuple(element.get("name", "") for element in self.root.iterfind("{*}sheets/{*}sheet"))

    def taken_names(self) -> tuple[str, ...]:
        """Names that nothing new may have: tables, and defined names of the workbook and of single sheets."""
        return (*(table.name for table in self.tables.values()), *(name for name, _ in self.all_names()))

    @property
    def office(self) -> str:
        """The namespace of relationships, which a strict workbook has of its own."""
        strict = self.root.find(f"{{*}}sheets/{{*}}sheet[@{_R[1]}]") is not None
        return _STRICT_OFFICE if strict else _OFFICE

    def calculation_chain(self) -> str | None:
        """Return the part that lists the formula cells, if there is one."""
        return self._linked("calcChain")

    def styles(self) -> str | None:
        """Return the part with the looks of cells, if there is one."""
        return self._linked("styles")

    def _linked(self, kind: str) -> str | None:
        links = self._package.relationships(self.part)
        return next((link.target for link in links if link.kind == kind and self._package.has(link.target)), None)

    def _workbook_part(self) -> str:
        package = self._package
        links = [link.target for link in package.relationships("") if link.kind == "officeDocument"]
        part = links[0] if links else ""
        kind = package.content_type(part).lower()
        if part.endswith(".bin"):
            raise WorkbookError(
                f"{package.source} is a binary workbook (.xlsb); save it as .xlsx or .xlsm and give that"
            )
        if not package.has(part) or not kind.endswith(_WORKBOOK_TYPES):
            raise WorkbookError(f"{package.source} is an Office file but not a workbook; give an .xlsx or .xlsm file")
        return part

    def _worksheets(self) -> dict[str, str]:
        """Worksheets by name; chart, macro and dialog sheets hold no cells."""
        links = {link.id: link for link in self._package.relationships(self.part)}
        sheets = {}
        for element in self.root.iterfind("{*}sheets/{*}sheet"):
            link = links.get(next((element.get(key, "") for key in _R if element.get(key)), ""))
            if link is not None and link.kind == "worksheet":
                sheets[element.get("name", "")] = link.target
        return sheets

    def _tables(self) -> list[TablePart]:
        package = self._package
        return [
            _table(package.xml(link.target), sheet, link.target, package.source)
            for sheet, part in self.sheets.items()
            for link in package.relationships(part)
            if link.kind == "table" and package.has(link.target)
        ]


def _table(root: etree._Element, sheet: str, part: str, source: str) -> TablePart:
    columns = list(root.iterfind("{*}tableColumns/{*}tableColumn"))
    try:
        area = Area.parse(root.get("ref", ""))
        if len(area.columns) != len(columns):
            raise ValueError(f"{len(columns)} headers for {len(area.columns)} columns")
        headers, totals = int(root.get("headerRowCount", "1")), int(root.get("totalsRowCount", "0"))
        if area.first_row < 1 or area.last_row > LAST_ROW or area.last_column > LAST_COLUMN:
            raise ValueError(f"{area} is no area of a sheet")
        if min(headers, totals) < 0 or headers + totals >= len(area.rows):
            raise ValueError(f"{area} has no room for {headers} header and {totals} totals rows")
    except ValueError as error:
        raise WorkbookError(f"{part} in {source} is damaged: {error}; open it in Excel and save it again") from error
    return TablePart(
        name=root.get("displayName") or root.get("name") or "",
        sheet=sheet,
        part=part,
        area=area,
        header_rows=headers,
        totals_rows=totals,
        source=root.get("tableType", "worksheet"),
        columns=tuple(unescaped(column.get("name", "")) for column in columns),
        formulas=tuple(column.findtext("{*}calculatedColumnFormula") or "" for column in columns),
    )


def recalculated_on_load(root: etree._Element) -> None:
    """Tell Excel to compute all formulas when it opens the workbook."""
    setting = root.find("{*}calcPr")
    if setting is None:
        setting = etree.Element(f"{{{etree.QName(root).namespace}}}calcPr")
        before = [element for tag in _BEFORE_CALCULATION for element in root.iterchildren(f"{{*}}{tag}")]
        before[-1].addnext(setting)
    setting.set("fullCalcOnLoad", "1")
