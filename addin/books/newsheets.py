"""
New sheets in a package: their parts, and what the workbook says of them.

Sheets that are there keep their order, their numbers and the one that is shown first. A new sheet is written as any
other: an empty one whose cells get values.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from lxml import etree

from addin.books.additions import TABLE_STYLE, PlacedSheet, PlacedTable
from addin.books.cellxml import Area, spelled, xml_escaped
from addin.books.outline import Outline
from addin.books.ranges import quoted
from addin.books.rewriting import SheetEdit
from addin.books.saving import Draft
from addin.books.sheet import SheetStream, Survey
from addin.books.styles import append_styles, empty_styles
from addin.workbook import WorkbookError
from workbook_templates.addresses import address
from workbook_templates.layout import A4, PAGE_FOOTER, PAGE_HEADER
from workbook_templates.plan import Cell, NewSheet, Style

__all__ = ["add_sheets", "refuse_locked_structure"]

_OFFICE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LAST_SHEET_ID: Final = 65_534
_ROWS_AT_ONCE: Final = 1000  # as many as `CellWriter.rows` has patterns for at a time
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TRUE: Final = ("1", "true")
_TITLES: Final = "_xlnm.Print_Titles"
_BEFORE_NAMES: Final = ("sheets", "functionGroups", "externalReferences")
_FITTED: Final = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
_PAGE: Final = (
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    f'<pageSetup paperSize="{A4}" orientation="landscape" fitToHeight="0"/>'
    f"<headerFooter><oddHeader>{xml_escaped(PAGE_HEADER)}</oddHeader>"
    f"<oddFooter>{xml_escaped(PAGE_FOOTER)}</oddFooter></headerFooter>"
)
"""Landscape, as wide as the paper and as long as it takes, as the sheets of our own workbooks."""


def refuse_locked_structure(outline: Outline, source: str) -> None:
    """Refuse new sheets in a workbook whose structure its owner has locked."""
    protection = outline.root.find("{*}workbookProtection")
    if protection is not None and protection.get("lockStructure") in _TRUE:
        raise WorkbookError(
            f"the structure of {source} is protected, so it takes no new sheet; "
            "take the protection off (Review > Protect Workbook), save it, and try again"
        )


def add_sheets(draft: Draft, outline: Outline, sheets: Sequence[PlacedSheet]) -> None:
    """
    Put new sheets behind those that are there.

    Parameters
    ----------
    draft : Draft
        The package; it gets the new parts.
    outline : Outline
        The workbook as it was.
    sheets : sequence of PlacedSheet
        Sheets that were checked.
    """
    if sheets:
        _Adding(draft, outline).add(sheets)


class _Adding:
    def __init__(self, draft: Draft, outline: Outline) -> None:
        self._draft, self._outline = draft, outline
        self._main = etree.QName(outline.root).namespace or ""
        self._office = outline.office
        self._folder = posixpath.dirname(outline.part)
        roots = (draft.package.xml(table.part) for table in outline.tables.values())
        self._table_id = max((int(root.get("id", "0")) for root in roots), default=0)

    def add(self, sheets: Sequence[PlacedSheet]) -> None:
        numbers = self._styles([style for sheet in sheets for style in sheet.looks()])
        entries = [(sheet, self._sheet(sheet, numbers)) for sheet in sheets]
        self._draft.edit_xml(self._outline.part, partial(self._enter, entries=entries))

    def _enter(self, root: etree._Element, *, entries: Sequence[tuple[PlacedSheet, str]]) -> None:
        """Name the sheets in the workbook's list, and the rows that their printed pages begin with."""
        listed = root.find("{*}sheets")
        assert listed is not None  # a workbook without it has no worksheet to begin with
        used = {int(one.get("sheetId", "0")) for one in listed.iterchildren("{*}sheet")}
        for sheet, relation in entries:
            number = max(used, default=0) + 1
            if number > _LAST_SHEET_ID:
                number = next(free for free in range(1, _LAST_SHEET_ID + 1) if free not in used)
            used.add(number)
            entry = etree.SubElement(listed, f"{{{self._main}}}sheet", name=sheet.name, sheetId=str(number))
            entry.set(f"{{{self._office}}}id", relation)
            if row := sheet.title_row:
                place = str(len(list(listed.iterchildren("{*}sheet"))) - 1)
                title = etree.SubElement(self._names(root), f"{{{self._main}}}definedName", name=_TITLES)
                title.set("localSheetId", place)
                title.text = f"{quoted(sheet.name)}!${row}:${row}"

    def _names(self, root: etree._Element) -> etree._Element:
        """Find the list of names, or make it where it belongs."""
        found = root.find("{*}definedNames")
        if found is None:
            found = etree.Element(f"{{{self._main}}}definedNames")
            before = [one for tag in _BEFORE_NAMES for one in root.iterchildren(f"{{*}}{tag}")]
            before[-1].addnext(found)
        return found

    # ---- styles

    def _styles(self, styles: Sequence[Style]) -> dict[Style, str]:
        """Return the number of every style, after those that are new were appended."""
        draft, numbers = self._draft, {Style(): ""}
        if set(styles) == {Style()}:
            return numbers

        def append(root: etree._Element) -> None:
            numbers.update(append_styles(root, styles, draft.package.source))

        if part := self._outline.styles():
            draft.edit_xml(part, append)
        elif styles:
            root = empty_styles(self._main)
            append(root)
            part = self._free("styles", "")
            draft.add_xml(part, root, f"{_OFFICE}.styles+xml")
            self._relate(self._outline.part, "styles", part)
        return numbers

    # ---- parts

    def _free(self, name: str, folder: str) -> str:
        """Return the name of a part that is not there, nor anything that belongs to it."""
        stem = posixpath.join(self._folder, folder, name)
        names = (f"{stem}{number or ''}.xml" for number in range(0 if not folder else 1, 1 << 20))
        return next(part for part in names if self._draft.is_free(part))

    def _relate(self, of: str, kind: str, target: str) -> str:
        return self._draft.relate(of, f"{self._office}/{kind}", target)

    def _sheet(self, sheet: PlacedSheet, numbers: Mapping[Style, str]) -> str:
        """Write a sheet and its tables; return the workbook's relationship to it."""
        part = self._free("sheet", "worksheets")
        links = []
        for table in sheet.tables:
            of_table = self._free("table", "tables")
            self._table_id += 1
            self._draft.add_xml(of_table, _table(table, self._table_id, self._main), f"{_OFFICE}.table+xml")
            links.append(self._relate(part, "table", of_table))
        self._draft.add(part, self._cells(sheet, numbers, links), f"{_OFFICE}.worksheet+xml")
        return self._relate(self._outline.part, "worksheet", part)

    def _cells(self, sheet: PlacedSheet, numbers: Mapping[Style, str], links: Sequence[str]) -> Iterator[bytes]:
        """Yield the worksheet part: blank cells with their looks, over which the values are written."""
        blank: dict[int, dict[int, str]] = {}
        for (row, column), style in sorted(sheet.styles.items()):
            if numbers[style]:
                blank.setdefault(row, {})[column] = numbers[style]
        constants: dict[int, dict[int, Cell]] = {}
        for (row, column), value in sheet.cells.items():
            constants.setdefault(row, {})[column] = value
        edit = SheetEdit(
            name=sheet.name,
            found=Survey(last_row=max(blank, default=0)),
            date1904=self._outline.date1904,
            constants=constants,
            blocks=[_TableBlock(table, numbers) for table in sheet.tables],
        )
        empty = (
            f'{_XML}<worksheet xmlns="{self._main}" xmlns:r="{self._office}">{_FITTED}{_dimension(sheet)}'
            f"{_view(sheet.sheet)}"
            f'<sheetFormatPr defaultRowHeight="15"/>{_widths(sheet.sheet)}<sheetData>',
            *map(_blank_row, blank.items()),
            f"</sheetData>{_PAGE}{_table_parts(links)}</worksheet>",
        )
        stream = SheetStream((text.encode() for text in empty), sheet.name)
        return edit.rewritten(stream, lambda tail: tail)


@dataclass(frozen=True, slots=True)
class _TableBlock:
    """The header and the body of a new table, as a block of `rewriting`."""

    placed: PlacedTable
    numbers: Mapping[Style, str]
    unhide: bool = False

    @property
    def area(self) -> Area:
        """Header and body."""
        return self.placed.area

    @property
    def last_written(self) -> int:
        """The last row of the body."""
        return self.area.last_row

    def runs(self, edit: SheetEdit) -> Iterator[bytes]:
        """Yield the cells of each row."""
        area, table, writer = self.area, self.placed.table, edit.writer
        head = self.numbers[table.header]
        headers = zip(area.columns, self.placed.headers, strict=True)
        yield "".join(writer.cell(area.first_row, column, header, head) for column, header in headers).encode()
        styles = [self.numbers[self.placed.style(header)] for header in self.placed.headers]
        row, first = area.first_row + 1, area.first_row + 1
        while row <= area.last_row:
            count = min(_ROWS_AT_ONCE - row % _ROWS_AT_ONCE, area.last_row + 1 - row)
            columns = [
                writer.column(row, column, values[row - first : row - first + count] or [None], style)
                for column, values, style in zip(area.columns, table.columns.values(), styles, strict=True)
            ]
            for cells in writer.rows(row, columns):
                yield cells.encode()
            row += count


def _blank_row(row: tuple[int, Mapping[int, str]]) -> str:
    number, cells = row
    inner = "".join(f'<c r="{address(number, column)}" s="{style}"/>' for column, style in cells.items())
    return f'<row r="{number}">{inner}</row>'


def _dimension(sheet: PlacedSheet) -> str:
    """State the used area."""
    areas = [*sheet.areas, *(Area(*place, *place) for place in sheet.styles)] or [Area(1, 1, 1, 1)]
    used = Area(
        min(area.first_row for area in areas),
        min(area.first_column for area in areas),
        max(area.last_row for area in areas),
        max(area.last_column for area in areas),
    )
    return f'<dimension ref="{used}"/>'


def _view(sheet: NewSheet) -> str:
    """Say which rows and columns stay in sight."""
    row, column = sheet.freeze
    if (row, column) == (1, 1):
        return ""
    split = (f' xSplit="{column - 1}"' if column > 1 else "") + (f' ySplit="{row - 1}"' if row > 1 else "")
    pane = ("bottom" if row > 1 else "top") + ("Right" if column > 1 else "Left")
    return (
        f'<sheetViews><sheetView workbookViewId="0"><pane{split} topLeftCell="{address(row, column)}" '
        f'activePane="{pane}" state="frozen"/><selection pane="{pane}"/></sheetView></sheetViews>'
    )


def _widths(sheet: NewSheet) -> str:
    columns = "".join(
        f'<col min="{column}" max="{column}" width="{width:g}" customWidth="1"/>'
        for column, width in sorted(sheet.widths.items())
    )
    return f"<cols>{columns}</cols>" if columns else ""


def _table_parts(links: Sequence[str]) -> str:
    parts = "".join(f'<tablePart r:id="{link}"/>' for link in links)
    return f'<tableParts count="{len(links)}">{parts}</tableParts>' if links else ""


def _table(placed: PlacedTable, number: int, namespace: str) -> etree._Element:
    """Describe a table."""
    name, area = placed.table.name, str(placed.area)
    root = etree.fromstring(f'<table xmlns="{namespace}"/>')
    root.attrib.update({"id": str(number), "name": name, "displayName": name, "ref": area, "totalsRowShown": "0"})

    def put(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
        return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)

    put(root, "autoFilter", ref=area)
    columns = put(root, "tableColumns", count=str(len(placed.headers)))
    for place, header in enumerate(placed.headers, 1):
        put(columns, "tableColumn", id=str(place), name=_in_attribute(header))
    stripes = dict.fromkeys(("showFirstColumn", "showLastColumn", "showRowStripes", "showColumnStripes"), "0")
    put(root, "tableStyleInfo", name=TABLE_STYLE, **stripes)
    return root


def _in_attribute(header: str) -> str:
    """A header as a table part holds it: XML makes blanks of line breaks and tabs in an attribute."""
    return spelled(header).replace("\n", "_x000a_").replace("\t", "_x0009_")
