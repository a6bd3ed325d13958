"""
Writing a copy: a new package from values, with inline texts, and no part that is not made here.

An allow-list throughout: worksheets, styles, theme, tables, widths, validations and conditional formats over what is
in the copy, charts without caches. Nothing is taken over as a file's bytes.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from addin.books.cellxml import Area, CellWriter, escaped, xml_escaped
from addin.distribution.charts import SHEET_DRAWING, CopiedChart, charts_of
from addin.distribution.references import Body, References, quoted
from addin.distribution.seen import SeenBook, SeenCell, SeenSheet
from addin.distribution.styles import MAIN, Looks, scrubbed, theme_of
from workbook_templates.addresses import address

__all__ = ["CopySheet", "CopyTable", "ReadMe", "write_copy"]

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND: Final = "application/vnd.openxmlformats-officedocument"
_BOOK: Final = f"{_KIND}.spreadsheetml"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_RULE: Final = ("type", "dxfId", "priority", "stopIfTrue", "aboveAverage", "percent", "bottom", "operator", "text")
_COLOUR: Final = ("rgb", "theme", "tint", "indexed", "auto")
_CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "conditionalFormatting": ("sqref",),
    "cfRule": (*_RULE, "timePeriod", "rank", "stdDev", "equalAverage"),
    "formula": ("text",),
    "colorScale": (),
    "dataBar": ("minLength", "maxLength", "showValue"),
    "iconSet": ("iconSet", "showValue", "percent", "reverse"),
    "cfvo": ("type", "val", "gte"),
    "color": _COLOUR,
}
_VALIDATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "dataValidation": (
        *("type", "errorStyle", "operator", "allowBlank", "showDropDown", "showInputMessage", "showErrorMessage"),
        *("errorTitle", "error", "promptTitle", "prompt", "sqref"),
    ),
    "formula1": ("text",),
    "formula2": ("text",),
}
_HEAD: Final[Mapping[str, tuple[str, ...]]] = {
    "sheetPr": (),
    "tabColor": _COLOUR,
    "pageSetUpPr": ("fitToPage",),
    "outlinePr": ("summaryBelow", "summaryRight"),
    "sheetFormatPr": ("baseColWidth", "defaultColWidth", "defaultRowHeight", "customHeight", "zeroHeight"),
    "cols": (),
    "col": ("min", "max", "width", "style", "customWidth", "bestFit", "outlineLevel"),
    "pageMargins": ("left", "right", "top", "bottom", "header", "footer"),
    "pageSetup": ("paperSize", "scale", "fitToWidth", "fitToHeight", "orientation", "pageOrder"),
    "pane": ("xSplit", "ySplit", "topLeftCell", "activePane", "state"),
}
_FOOTER: Final = (
    "<headerFooter><oddHeader>&amp;L&amp;F&amp;R&amp;A</oddHeader>"
    "<oddFooter>&amp;LConfidential&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter>"
)
_NAMED_STYLES: Final = "TableStyle"
_R: Final = "relationships}id"
_NO_CELL: Final = SeenCell("", None)
_PRINT_NAMES: Final = ("_xlnm.Print_Area", "_xlnm.Print_Titles")
README: Final = "Read me"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTable:
    """An Excel table of a copy: name, all its cells, headings, and whether it has buttons to filter by."""

    name: str
    area: Area
    headings: Sequence[str]
    filtered: bool = True
    style: str = "TableStyleLight1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySheet:
    """
    A sheet of a copy.

    Attributes
    ----------
    source : SeenSheet
        Gives widths, view, conditions, validations and charts.
    cells : mapping of int to mapping of int to SeenCell
        Everything that stands on it; a formula stays one.
    tables : sequence of CopyTable
        The tables that are still tables.
    bodies : sequence of Body
        Rows that tables have lost.
    gone : sequence of Area
        Cells that were left out.
    unlocked : frozenset of (int, int)
        Row and column of cells to fill in.
    """

    source: SeenSheet
    cells: Mapping[int, Mapping[int, SeenCell]]
    tables: Sequence[CopyTable] = ()
    bodies: Sequence[Body] = ()
    gone: Sequence[Area] = ()
    unlocked: frozenset[tuple[int, int]] = frozenset()

    @property
    def name(self) -> str:
        """Name on its tab."""
        return self.source.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMe:
    """
    The first sheet of a copy, which says what it is.

    Attributes
    ----------
    lines : sequence of (str, str, str)
        Label, text, and the defined name of the text's cell or "".
    """

    title: str
    lines: Sequence[tuple[str, str, str]]


@dataclass(slots=True)
class _Parts:
    """The parts of a package that is being written, and its content types."""

    content: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def add(self, part: str, content: str | bytes, kind: str) -> None:
        self.content[part] = content.encode() if isinstance(content, str) else content
        if kind:
            self.types[part] = kind


def write_copy(
    book: SeenBook,
    sheets: Sequence[CopySheet],
    readme: ReadMe,
    *,
    names: Mapping[str, str],
    references: References,
    looks: Looks,
    protect: bool,
) -> tuple[bytes, tuple[str, ...]]:
    """
    Write the package of a copy.

    Parameters
    ----------
    book : SeenBook
        The workbook that it is a copy of.
    sheets : sequence of CopySheet
        In their order, after the sheet that says what it is.
    readme : ReadMe
        That sheet.
    names : mapping of str to str
        Defined names that formulas of the copy read, with what they refer to.
    references : References
        What there is in the copy to refer to.
    looks : Looks
        Its style sheet.
    protect : bool
        Whether sheets are protected, without a password.

    Returns
    -------
    bytes
        An .xlsx file.
    tuple of str
        What of the drawings and conditions was left out, in words.
    """
    return _Writing(book, references, looks, protect).package(sheets, readme, names)


class _Writing:
    def __init__(self, book: SeenBook, references: References, looks: Looks, protect: bool) -> None:
        self._book = book
        self._references = references
        self._looks = looks
        self._protect = protect
        self._parts = _Parts()
        self._notes: list[str] = []
        self._charts = 0
        self._tables = 0
        self._uncomputed = False

    def package(
        self, sheets: Sequence[CopySheet], readme: ReadMe, names: Mapping[str, str]
    ) -> tuple[bytes, tuple[str, ...]]:
        title = _free(README, {sheet.name.casefold() for sheet in sheets})
        self._parts.add("xl/worksheets/sheet1.xml", self._readme(readme), f"{_BOOK}.worksheet+xml")
        for number, sheet in enumerate(sheets, start=2):
            self._sheet(f"xl/worksheets/sheet{number}.xml", sheet)
        own = {name: f"{quoted(title)}!$B${row}" for row, (_, _, name) in enumerate(readme.lines, start=_FIRST) if name}
        self._workbook([title, *(sheet.name for sheet in sheets)], {**names, **own})
        self._parts.add("xl/styles.xml", self._looks.part(), f"{_BOOK}.styles+xml")
        return self._zipped(), tuple(self._notes)

    # ---- the workbook

    def _workbook(self, titles: Sequence[str], names: Mapping[str, str]) -> None:
        rows = [f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(titles, 1)]
        links = [("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(titles) + 1)]
        links.append(("styles", "styles.xml"))
        theme = self._theme()
        if theme is not None:
            self._parts.add("xl/theme/theme1.xml", theme, f"{_KIND}.theme+xml")
            links.append(("theme", "theme/theme1.xml"))
        defined = "".join(
            f"<definedName name={quoteattr(name)}>{xml_escaped(text)}</definedName>"
            for name, text in sorted(names.items(), key=lambda item: item[0].casefold())
        ) + "".join(self._printed(titles))
        date1904 = ' date1904="1"' if self._book.outline.date1904 else ""
        defined = f"<definedNames>{defined}</definedNames>" if defined else ""
        load = ' fullCalcOnLoad="1"' if self._uncomputed else ""
        text = (
            f'{_DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><workbookPr{date1904}/><bookViews>'
            f'<workbookView xWindow="0" yWindow="0" windowWidth="28800" windowHeight="15000"/></bookViews>'
            f'<sheets>{"".join(rows)}</sheets>{defined}<calcPr calcId="191029"{load}/></workbook>'
        )
        self._parts.add("xl/workbook.xml", text, f"{_BOOK}.sheet.main+xml")
        self._parts.add("xl/_rels/workbook.xml.rels", _relationships(links), "")
        self._parts.add("_rels/.rels", _relationships([("officeDocument", "xl/workbook.xml")]), "")

    def _theme(self) -> bytes | None:
        package = self._book.package
        links = package.relationships(self._book.outline.part)
        part = next((link.target for link in links if link.kind == "theme" and package.has(link.target)), None)
        return None if part is None else theme_of(package.xml(part))

    def _printed(self, titles: Sequence[str]) -> Iterator[str]:
        """Keep what of a sheet is printed, and the rows and columns that stand on every page."""
        order = [element.get("name", "") for element in self._book.outline.root.iterfind("{*}sheets/{*}sheet")]
        for element in self._book.outline.root.iterfind("{*}definedNames/{*}definedName"):
            name, local, text = element.get("name"), element.get("localSheetId"), (element.text or "").strip()
            if name not in _PRINT_NAMES or local is None or int(local) >= len(order):
                continue
            if order[int(local)] in titles[1:] and self._references.printed(text):
                place = titles.index(order[int(local)], 1)
                yield f'<definedName name="{name}" localSheetId="{place}">{xml_escaped(text)}</definedName>'

    def _zipped(self) -> bytes:
        overrides = "".join(
            f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in self._parts.types.items()
        )
        types = (
            f'{_DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
        )
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
            for part, content in {"[Content_Types].xml": types.encode(), **self._parts.content}.items():
                file.writestr(zipfile.ZipInfo(part, _STAMP), content, zipfile.ZIP_DEFLATED)
        return stream.getvalue()

    # ---- sheets

    def _readme(self, readme: ReadMe) -> str:
        title = self._looks.words(bold=True, size=16)
        label, text = self._looks.words(bold=True), self._looks.words(wrap=True)
        writer = CellWriter(sheet=README)
        rows = [f'<row r="1">{writer.cell(1, 1, readme.title, title)}</row>']
        for row, (left, right, _) in enumerate(readme.lines, start=_FIRST):
            cells = writer.cell(row, 1, left, label) + writer.cell(row, 2, right, text)
            lines = -(-len(right) // _WORDS)  # a locked sheet is not made to fit by its reader
            height = f' ht="{_LINE * lines}" customHeight="1"' if lines > 1 else ""
            rows.append(f'<row r="{row}"{height}>{cells}</row>')
        protection = '<sheetProtection sheet="1" objects="1" scenarios="1"/>' if self._protect else ""
        return (
            f'{_DECLARATION}<worksheet xmlns="{MAIN}" xmlns:r="{_OFFICE}">'
            '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>'
            '<cols><col min="1" max="1" width="24" customWidth="1"/><col min="2" max="2" width="96" customWidth="1"/>'
            f"</cols><sheetData>{''.join(rows)}</sheetData>{protection}"
            f'<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>{_FOOTER}</worksheet>'
        )

    def _sheet(self, part: str, sheet: CopySheet) -> None:
        links: list[tuple[str, str]] = []
        charts, lost = charts_of(self._book.package, sheet.source, self._references)
        self._notes += [f"sheet {sheet.name}: {what} was left out" for what in lost]
        tail = [self._tail(sheet)]
        if charts:
            links.append(("drawing", f"../drawings/{self._drawing(charts)}"))
            tail.append(f'<drawing r:id="rId{len(links)}"/>')
        if sheet.tables:
            first = len(links) + 1
            links += [("table", f"../tables/{self._table(table)}") for table in sheet.tables]
            parts = "".join(f'<tablePart r:id="rId{i}"/>' for i in range(first, len(links) + 1))
            tail.append(f'<tableParts count="{len(sheet.tables)}">{parts}</tableParts>')
        text = (
            f'{_DECLARATION}<worksheet xmlns="{MAIN}" xmlns:r="{_OFFICE}">{self._head(sheet)}'
            f"<sheetData>{''.join(self._rows(sheet))}</sheetData>{''.join(tail)}</worksheet>"
        )
        self._parts.add(part, text, f"{_BOOK}.worksheet+xml")
        if links:
            folder, _, name = part.rpartition("/")
            self._parts.add(f"{folder}/_rels/{name}.rels", _relationships(links), "")

    def _head(self, sheet: CopySheet) -> str:
        head = sheet.source.head
        view = head.find("{*}sheetViews/{*}sheetView")
        grid = view.get("showGridLines", "1") if view is not None else "1"
        zoom = view.get("zoomScale", "100") if view is not None else "100"
        panes = "" if view is None else "".join(_kept(pane, _HEAD) for pane in view.iterchildren("{*}pane"))
        hidden = sheet.source.hidden_columns
        columns = [
            _kept(column, _HEAD)
            for column in head.iterfind("{*}cols/{*}col")
            if int(column.get("min", "0")) not in hidden
        ]
        properties = "".join(_kept(part, _HEAD) for part in head.iterchildren("{*}sheetPr"))
        sizes = "".join(_kept(part, _HEAD) for part in head.iterchildren("{*}sheetFormatPr"))
        return (
            f"{properties}<sheetViews><sheetView showGridLines={quoteattr(grid)} zoomScale={quoteattr(zoom)} "
            f'workbookViewId="0">{panes}</sheetView></sheetViews>{sizes}'
            + (f"<cols>{''.join(columns)}</cols>" if columns else "")
        )

    def _rows(self, sheet: CopySheet) -> Iterator[str]:
        writer = CellWriter(sheet=sheet.name, date1904=self._book.outline.date1904)
        for row in sorted(sheet.cells.keys() | sheet.source.heights.keys()):
            cells = sheet.cells.get(row, {})
            height = sheet.source.heights.get(row)
            if height is not None and any(body.area.first_row <= row <= body.area.last_row for body in sheet.bodies):
                height = None
            content = "".join(self._cell(writer, sheet, row, column, cells[column]) for column in sorted(cells))
            if content or height:
                size = f' ht="{float(height)!r}" customHeight="1"' if height else ""
                yield f'<row r="{row}"{size}>{content}</row>'

    def _cell(self, writer: CellWriter, sheet: CopySheet, row: int, column: int, cell: SeenCell) -> str:
        style = self._looks.unlocked(cell.style) if (row, column) in sheet.unlocked else cell.style
        if not cell.formula:
            return writer.cell(row, column, cell.value, style)
        kind, text = writer.content(row, column, cell.value)
        kind = f' t="{kind}"' if kind else ""
        looks = f' s="{style}"' if style else ""
        area = next((a for a in sheet.source.arrays if (a.first_row, a.first_column) == (row, column)), None)
        array = "" if area is None else f' t="array" ref="{area}"'
        formula = f"<f{array}>{xml_escaped(cell.formula)}</f>"
        if cell.value is None:  # it was never computed
            self._uncomputed = True
            return f'<c r="{address(row, column)}"{looks}>{formula}</c>'
        return f'<c r="{address(row, column)}"{looks}{kind}>{formula}<v>{text}</v></c>'

    def _tail(self, sheet: CopySheet) -> str:
        tail = sheet.source.tail
        merged = [area for area in map(_area, _refs(tail, "mergeCells/{*}mergeCell", "ref")) if area is not None]
        kept = [
            area for area in merged if self._references.area(sheet.name, area) == area and not _in_body(sheet, area)
        ]
        merges = "".join(f'<mergeCell ref="{area}"/>' for area in kept)
        conditions = "".join(self._conditions(sheet, part) for part in tail.iterchildren("{*}conditionalFormatting"))
        rules = [self._validation(sheet, part) for part in tail.iterfind("{*}dataValidations/{*}dataValidation")]
        rules = [rule for rule in rules if rule]
        page = "".join(_kept(part, _HEAD) for part in tail.iterchildren("{*}pageMargins", "{*}pageSetup"))
        protection = ""
        if self._protect:  # people may still widen, sort out and filter what they see
            protection = (
                '<sheetProtection sheet="1" objects="1" scenarios="1" formatColumns="0" formatRows="0" autoFilter="0"/>'
            )
        return (
            protection
            + (f'<mergeCells count="{len(kept)}">{merges}</mergeCells>' if kept else "")
            + conditions
            + (f'<dataValidations count="{len(rules)}">{"".join(rules)}</dataValidations>' if rules else "")
            + self._links(sheet)
            + page
            + _FOOTER
        )

    def _links(self, sheet: CopySheet) -> str:
        """Keep the links to cells of the copy."""
        links = []
        for link in sheet.source.tail.iterfind("{*}hyperlinks/{*}hyperlink"):
            area, place = _area(link.get("ref", "")), self._references.place(link.get("location", ""))
            stands = area is not None and self._references.area(sheet.name, area) == area and not _in_body(sheet, area)
            if place is None or area is None or not stands or any(_R in str(key) for key in link.attrib):
                continue
            if sheet.cells.get(area.first_row, {}).get(area.first_column, _NO_CELL).value is not None:
                links.append(f"<hyperlink ref={quoteattr(link.get('ref', ''))} location={quoteattr(place)}/>")
        return f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""

    def _conditions(self, sheet: CopySheet, part: etree._Element) -> str:
        new = scrubbed(part, _CONDITIONS)
        places = self._followed(sheet, part.get("sqref", ""))
        if new is None or not places:
            return ""
        new.set("sqref", places)
        for rule in list(new):
            formulas = [formula.text or "" for formula in rule.iterfind(f"{{{MAIN}}}formula")]
            looks = int(rule.get("dxfId", "0"))
            if not all(map(self._references.formula_stays, formulas)) or looks >= max(self._looks.dxfs, 1):
                new.remove(rule)
        return _text_of(new) if len(new) else ""

    def _validation(self, sheet: CopySheet, part: etree._Element) -> str:
        new = scrubbed(part, _VALIDATIONS)
        places = self._followed(sheet, part.get("sqref", ""))
        if new is None or not places:
            return ""
        new.set("sqref", places)
        return _text_of(new) if all(self._references.formula_stays(child.text or "") for child in new) else ""

    def _followed(self, sheet: CopySheet, places: str) -> str:
        found = [self._references.area(sheet.name, area) for area in map(_area, places.split()) if area is not None]
        return " ".join(str(area) for area in found if area is not None)

    # ---- tables and charts

    def _table(self, table: CopyTable) -> str:
        self._tables += 1
        number, area = self._tables, table.area
        columns = "".join(
            f'<tableColumn id="{i}" name={_attribute(heading)}/>' for i, heading in enumerate(table.headings, 1)
        )
        buttons = f'<autoFilter ref="{area}"/>' if table.filtered else ""
        style = table.style if table.style.startswith(_NAMED_STYLES) else "TableStyleLight1"
        text = (
            f'{_DECLARATION}<table xmlns="{MAIN}" id="{number}" name={quoteattr(table.name)} '
            f'displayName={quoteattr(table.name)} ref="{area}" totalsRowShown="0">{buttons}'
            f'<tableColumns count="{len(table.headings)}">{columns}</tableColumns>'
            f'<tableStyleInfo name="{style}" showFirstColumn="0" showLastColumn="0" showRowStripes="0" '
            'showColumnStripes="0"/></table>'
        )
        self._parts.add(f"xl/tables/table{number}.xml", text, f"{_BOOK}.table+xml")
        return f"table{number}.xml"

    def _drawing(self, charts: Sequence[CopiedChart]) -> str:
        first = self._charts + 1
        number = first  # a drawing is named after its first chart
        anchors = []
        for place, chart in enumerate(charts, start=1):
            self._charts += 1
            self._parts.add(f"xl/charts/chart{self._charts}.xml", chart.part, f"{_KIND}.drawingml.chart+xml")
            anchors.append(_anchor(chart, place))
        links = [("chart", f"../charts/chart{first + i}.xml") for i in range(len(charts))]
        text = (
            f'{_DECLARATION}<xdr:wsDr xmlns:xdr="{SHEET_DRAWING}" '
            f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{"".join(anchors)}</xdr:wsDr>'
        )
        self._parts.add(f"xl/drawings/drawing{number}.xml", text, f"{_KIND}.drawing+xml")
        self._parts.add(f"xl/drawings/_rels/drawing{number}.xml.rels", _relationships(links), "")
        return f"drawing{number}.xml"


_WORDS: Final = 84  # characters of a line of Read me
_LINE: Final = 15  # points
_FIRST: Final = 3
"""Row of the first line below the title of the sheet that says what a copy is."""


def _anchor(chart: CopiedChart, place: int) -> str:
    names = ("col", "colOff", "row", "rowOff")
    start, end = (
        "".join(f"<xdr:{name}>{text}</xdr:{name}>" for name, text in zip(names, corner, strict=True))
        for corner in (chart.start, chart.end)
    )
    uri = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    return (
        f'<xdr:twoCellAnchor><xdr:from>{start}</xdr:from><xdr:to>{end}</xdr:to><xdr:graphicFrame macro="">'
        f'<xdr:nvGraphicFramePr><xdr:cNvPr id="{place + 1}" name="Chart {place}"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{uri}"><c:chart xmlns:c="{uri}" xmlns:r="{_OFFICE}" r:id="rId{place}"/>'
        "</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor>"
    )


def _relationships(links: Sequence[tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(links, start=1)
    )
    return f'{_DECLARATION}<Relationships xmlns="{_LINKS}">{items}</Relationships>'


def _kept(element: etree._Element, allowed: Mapping[str, tuple[str, ...]]) -> str:
    new = scrubbed(element, allowed)
    return "" if new is None else _text_of(new)


def _text_of(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode").replace(f' xmlns="{MAIN}"', "")


def _attribute(text: str) -> str:
    """Write a heading as a table's column names it: line breaks as Excel escapes them."""
    return quoteattr(_unquoted(escaped(text.replace("\n", "_x000a_"))))


def _unquoted(text: str) -> str:
    """Leave it to `quoteattr` to escape what XML itself reads."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("_x005F_x000a_", "_x000a_")


def _refs(tail: etree._Element, path: str, key: str) -> list[str]:
    return [element.get(key, "") for element in tail.iterfind("{*}" + path)]


def _area(text: str) -> Area | None:
    try:
        return Area.parse(text)
    except ValueError:
        return None


def _in_body(sheet: CopySheet, area: Area) -> bool:
    return any(area.meets(body.area) for body in sheet.bodies)


def _free(name: str, taken: set[str]) -> str:
    names = (name, *(f"{name} {number}" for number in range(2, 100)))
    return next(candidate for candidate in names if candidate.casefold() not in taken)
