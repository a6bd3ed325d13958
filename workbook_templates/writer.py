"""
Drawing an empty workbook from a template, with XlsxWriter.

Everything here is looks: styles, widths, lists, notes, print set-up. What stands in tables and formula cells comes
from a plan, applied by the same adapter that refreshes the workbook.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import Any

import xlsxwriter

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.assumptions import Assumption, Wanted
from valuation.tables import NUMERIC_KINDS, Column, Kind
from workbook_templates.addresses import address
from workbook_templates.layout import (
    BodyColumn,
    Cells,
    Chart,
    Format,
    Formula,
    LiveFormula,
    NamedCell,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Template,
    Text,
    column_format,
    number_format,
)
from workbook_templates.plan import Cell, CellError

__all__ = ["draw"]

FIXED_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the clock appears nowhere but on Log
INPUT_BLUE, LINK_GREEN, INK = "#0000FF", "#008000", "#000000"
INPUT_YELLOW, RESULT_GREY, INPUT_HEAD = "#FFFBE6", "#44546A", "#BF8F00"

LOOKS: dict[Role, dict[str, Any]] = {
    Role.TITLE: {"bold": True, "font_size": 16, "font_color": "#1F3864"},
    Role.HEADING: {"bold": True, "font_color": "#1F3864", "bottom": 1, "bottom_color": "#8EA9DB"},
    Role.NOTE: {"italic": True, "font_color": "#595959"},
    Role.REMARK: {"italic": True, "font_color": "#595959", "indent": 1},
    Role.ANSWER: {"font_size": 12, "text_wrap": True, "valign": "vcenter"},
    Role.LABEL: {},
    Role.INPUT: {"font_color": INPUT_BLUE, "bg_color": INPUT_YELLOW},
    Role.RESULT: {"font_color": INK},
    Role.CALCULATION: {"font_color": INK},
    Role.TOTAL: {"bold": True, "top": 1},
    Role.STATUS: {"bold": True},
    Role.VERDICT: {"bold": True, "align": "center"},
    Role.COUNTER: {"font_color": INK, "align": "center"},
    Role.FOREIGN: {"font_color": LINK_GREEN},
    Role.RESULT_HEAD: {"bold": True, "font_color": "#FFFFFF", "bg_color": RESULT_GREY},
    Role.LINK: {"font_color": "#0563C1", "underline": 1},
}
CHART_TYPES: dict[str, dict[str, str]] = {
    "curve": {"type": "scatter", "subtype": "straight"},
    "line": {"type": "line"},
    "column": {"type": "column"},
    "stacked": {"type": "column", "subtype": "stacked"},
}
BARS = ("column", "stacked")
SERIES_LOOKS = (("#1F3864", "solid"), ("#C55A11", "dash"), ("#C55A11", "solid"))  # the second: what was expected

TAB_COLOURS = {
    Stage.SUMMARY: "#1F3864",
    Stage.INDEX: "#1F3864",
    Stage.ASSUMPTIONS: INPUT_HEAD,
    Stage.INPUT: INPUT_HEAD,
    Stage.RESULT: RESULT_GREY,
    Stage.CHECK: "#548235",
    Stage.LOG: "#7F7F7F",
}
ASSUMPTION_FORMATS: dict[str, Format] = {
    Wanted.DATE: Format.DATE,
    Wanted.RATE: Format.PERCENT,
    Wanted.SHARE: Format.PERCENT,
    Wanted.MONEY: Format.CENTS,
    Wanted.COUNT: Format.GENERAL,
    Wanted.HORIZON: Format.GENERAL,
}


def draw(template: Template, register: Sequence[Mapping[str, Cell]], more: Sequence[Sheet] = ()) -> bytes:
    """
    Draw an empty workbook.

    Parameters
    ----------
    template : Template
        What it looks like.
    register : sequence of mapping of str to Cell
        The rows of Assumptions by contract name; those for scope all come first, one for each id, in the order of the
        register, since their cells have names.
    more : sequence of Sheet
        Sheets at the end that are not the template's: a refresh leaves them alone.

    Returns
    -------
    bytes
        An .xlsx file; the same template gives the same bytes.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": "Customer Value", "created": FIXED_DATE, "comments": template.identity})
    book.set_size(2400, 1400)
    painter = _Painter(book, template, register)
    for sheet in (*template.sheets, *more):
        painter.sheet(sheet)
    painter.defined_names()
    book.close()
    return stream.getvalue()


class _Painter:
    """Draws sheets into one workbook; keeps each combination of looks once."""

    def __init__(self, book: Any, template: Template, register: Sequence[Mapping[str, Cell]]) -> None:
        self.book = book
        self.template = template
        self.register = register
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.drawers: dict[type, Callable[[Any, Sheet, Any], None]] = {
            Text: self.text,
            Formula: self.formula,
            LiveFormula: self.live_formula,
            NamedCell: self.named_cell,
            TableBlock: self.table,
            Chart: self.chart,
        }

    def style(self, role: Role, number: Format = Format.GENERAL, **more: Any) -> Any:
        """Give the format object for a role and number format."""
        looks = LOOKS[role] | {"num_format": number.value} | more
        key = tuple(sorted(looks.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(looks)
        return self.formats[key]

    def sheet(self, sheet: Sheet) -> None:
        """Draw a sheet with everything on it."""
        page = self.book.add_worksheet(sheet.name)
        if sheet.hidden:
            page.very_hidden()
        self._page_setup(page, sheet)
        for item in sheet.items:
            self.drawers[type(item)](page, sheet, item)

    def _page_setup(self, page: Any, sheet: Sheet) -> None:
        page.hide_gridlines(2)
        page.set_zoom(85)
        page.set_tab_color(TAB_COLOURS[sheet.stage])
        for column, width in (sheet.widths or {}).items():
            page.set_column(column - 1, column - 1, width)
        row, column = sheet.freeze
        if (row, column) != (1, 1):
            page.freeze_panes(row - 1, column - 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 1 if sheet.one_page else 0)
        headers = [item.row for item in sheet.items if isinstance(item, TableBlock)]
        if headers and sheet.stage in (Stage.INPUT, Stage.RESULT):
            page.repeat_rows(headers[-1] - 1)
        page.set_header("&L&F&R&A")
        page.set_footer("&LCustomer Value for Excel&RPage &P of &N")

    def text(self, page: Any, sheet: Sheet, item: Text) -> None:
        """Draw a fixed text, number or link to a sheet."""
        style = self.style(item.role, item.format, **({"align": "right"} if item.right else {}))
        if item.role is Role.LINK:
            page.write_url(item.row - 1, item.column - 1, f"internal:'{item.text}'!A1", style, str(item.text))
        else:
            page.write(item.row - 1, item.column - 1, item.text, style)
        for extra in range(1, item.span):
            page.write_blank(item.row - 1, item.column - 1 + extra, None, style)

    def formula(self, page: Any, sheet: Sheet, item: Formula) -> None:
        """Draw a native formula; the plan gives its cached value."""
        text = "=" + item.expr.excel(partial(self.template.place, on=sheet.name))
        colour = (
            {}
            if item.role in (Role.NOTE, Role.STATUS, Role.VERDICT, Role.ANSWER)
            else {"font_color": self._ink(sheet, text)}
        )
        style = self.style(item.role, item.format, **colour)
        row, column = item.row - 1, item.column - 1
        if item.span > 1:
            page.merge_range(row, column, row, column + item.span - 1, "", style)
            page.set_row(row, 34)
        page.write_formula(row, column, text, style)
        if item.role in (Role.STATUS, Role.VERDICT):
            self._traffic_light(page, item)

    def _ink(self, sheet: Sheet, text: str) -> str:
        """Green for a formula over other sheets, black for one over its own."""
        own = [item.table.excel_name for item in sheet.items if isinstance(item, TableBlock)]
        tables = [block.table.excel_name for _, block in self.template.tables.values()]
        foreign = any(f"{name}[" in text for name in tables if name not in own)
        return LINK_GREEN if foreign or "!" in text or "cv_" in text else INK

    def _traffic_light(self, page: Any, item: Formula) -> None:
        # dark on light: what runs over into the next cells must be legible there too
        red = self.book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        green = self.book.add_format({"font_color": "#548235"})
        cell = address(item.row, item.column)
        for word, style in (("STALE", red), ("ERROR", red), ("FAILED", red), ("", green)):
            rule = {"type": "text", "criteria": "containing", "value": word, "format": style, "stop_if_true": True}
            page.conditional_format(cell, rule if word else {"type": "no_blanks", "format": style})

    def live_formula(self, page: Any, sheet: Sheet, item: LiveFormula) -> None:
        """
        Draw a formula over our worksheet functions with the cells that it spilled over.

        An error among these must not be a formula, which would stand in the way: it is drawn blank.
        """
        top, left = item.row - 1, item.column - 1
        sides = [_LEFT if number is Format.TEXT else _RIGHT for number in item.formats]
        body = [self.style(Role.RESULT, number, **side) for number, side in zip(item.formats, sides, strict=True)]
        head = [self.style(Role.LABEL, bold=True, **side) for side in sides] if item.has_header else body
        bottom, right = top + len(item.cells) - 1, left + len(body) - 1
        page.write_dynamic_array_formula(top, left, bottom, right, item.text, head[0], item.cells[0][0])
        for row, cells in enumerate(item.cells, start=top):
            for column, (cell, style) in enumerate(zip(cells, head if row == top else body, strict=True), start=left):
                if (row, column) != (top, left):
                    _write(page, row, column, None if isinstance(cell, CellError) else cell, style)

    def named_cell(self, page: Any, sheet: Sheet, item: NamedCell) -> None:
        """Draw a cell that the refresh or a reader fills."""
        role = Role.INPUT if item.input else Role.RESULT
        page.write_blank(item.row - 1, item.column - 1, None, self.style(role, item.format))

    def table(self, page: Any, sheet: Sheet, block: TableBlock) -> None:
        """Draw an Excel table with blank rows, its lists and notes."""
        top, left = block.row - 1, block.column - 1
        bottom = top + (len(self.register) if block.table.name == "Assumptions" else block.rows)
        columns = list(block.table)
        heads = [{"header": column.title, "header_format": self._head_style(block, column)} for column in columns]
        sortable = block.table.name != "Assumptions"  # sorting would move values away from the names of their cells
        page.add_table(
            top,
            left,
            bottom,
            left + len(columns) - 1,
            {
                "name": block.table.excel_name,
                "columns": heads,
                "style": "Table Style Light 1",
                "banded_rows": False,
                "autofilter": sortable,
            },
        )
        for offset, column in enumerate(columns):
            style = self._body_style(block, column)
            for row in range(top + 1, bottom + 1):
                page.write_blank(row, left + offset, None, style)
            if column.kind is Kind.ANY:
                self._formats_by_row(page, block, left + offset)
            if block.input and column.name not in block.written:
                page.write_comment(top, left + offset, _note(column), {"x_scale": 2, "y_scale": 1.2})
                _validate(page, top + 1, left + offset, bottom, column)
        if block.table.name == "Assumptions":
            self._register(page, block)
        if not block.input:
            self._stale_head(page, block)

    def _head_style(self, block: TableBlock, column: Column) -> Any:
        fill = INPUT_HEAD if block.input and column.name not in block.written else RESULT_GREY
        looks: dict[str, Any] = {"bold": True, "font_color": "#FFFFFF", "bg_color": fill, "valign": "top"}
        return self.style(Role.LABEL, text_wrap=True, **_side(column), **looks)

    def _body_style(self, block: TableBlock, column: Column) -> Any:
        role = Role.INPUT if block.input and column.name not in block.written else Role.RESULT
        side = _RIGHT if column.kind is Kind.ANY and block.formats else _side(column)
        return self.style(role, column_format(column), **side)

    def _formats_by_row(self, page: Any, block: TableBlock, column: int) -> None:
        """Show each row in its format by a condition: a new body has the styles of its first row throughout."""
        for row, number in enumerate(block.formats, start=block.row):
            rule = {"type": "no_blanks", "format": self.book.add_format({"num_format": number.value})}
            page.conditional_format(row, column, row, column, rule)

    def _stale_head(self, page: Any, block: TableBlock) -> None:
        """Turn the headings of a result red while it is stale."""
        last = block.column + len(block.table.columns) - 1
        cells = f"{address(block.row, block.column)}:{address(block.row, last)}"
        red = self.book.add_format({"bg_color": "#C00000", "font_color": "#FFFFFF"})
        page.conditional_format(
            cells, {"type": "formula", "criteria": f"={self.template.place('stale')}", "format": red}
        )

    def _register(self, page: Any, block: TableBlock) -> None:
        """Fill in the register; each value has the number format, list and note of its assumption."""
        for row, entry in enumerate(self.register, start=block.row):
            assumption = REGISTER[str(entry["id"])]
            for column, contract in enumerate(block.table, start=block.column - 1):
                role = Role.RESULT if contract.name in block.written else Role.INPUT
                number, side = number_format(contract.kind), _side(contract)
                if contract.name in ("value", "used"):
                    number = ASSUMPTION_FORMATS.get(assumption.wanted, Format.TEXT)
                    side = _LEFT | {"text_wrap": True} if number is Format.TEXT else _RIGHT
                _write(page, row, column, entry.get(contract.name), self.style(role, number, **side))
                if contract.name == "value":
                    page.write_comment(row, column, _assumption_note(assumption), {"x_scale": 2})
                    if assumption.wanted == Wanted.WORD:
                        rule = {"validate": "list", "source": list(assumption.words)}
                        page.data_validation(row, column, row, column, rule)

    def chart(self, page: Any, sheet: Sheet, item: Chart) -> None:
        """Draw a native chart."""
        chart = self.book.add_chart(CHART_TYPES[item.kind])
        colours = iter(SERIES_LOOKS)
        for series in item.series:
            looks: dict[str, Any] = {"fill": {"none": True}, "border": {"none": True}}
            if not series.invisible:
                colour, dash = next(colours)
                line = {"color": colour, "width": 2.25, "dash_type": dash}
                looks = {"fill": {"color": colour}} if item.kind in BARS else {"line": line}
            if item.kind == "stacked":
                looks["gap"] = 40
            chart.add_series(
                {
                    "name": series.name,
                    "categories": "=" + self._range(series.categories),
                    "values": "=" + self._range(series.values),
                    **looks,
                }
            )
        chart.set_title({"name": item.title, "name_font": {"size": 12}})
        explained = len(item.series) > 1 and not any(series.invisible for series in item.series)
        chart.set_legend({"position": "bottom"} if explained else {"none": True})
        grid = {"visible": True, "line": {"color": "#D9D9D9"}}
        ends = {} if item.category_most is None else {"min": 0, "max": item.category_most}
        beside = {"label_position": "low"} if item.kind in BARS else {}  # not across bars below nought
        chart.set_x_axis({"name": item.category_title, "num_format": item.category_format.value, **ends, **beside})
        chart.set_y_axis({"name": item.value_title, "num_format": item.value_format.value, "major_gridlines": grid})
        chart.set_size({"width": item.width, "height": item.height})
        page.insert_chart(item.row - 1, item.column - 1, chart, {"description": item.title})

    def _range(self, cells: Cells) -> str:
        if isinstance(cells, BodyColumn):
            sheet, block = self.template.tables[cells.table.name]
            column = block.column + [column.name for column in cells.table].index(cells.column)
            first, last = (address(block.row + row, column, absolute=True) for row in (1, block.rows))
            return f"'{sheet.name}'!{first}:{last}"
        first, last = (self.template.place(key) for key in cells)
        return f"{first}:{last.rsplit('!', 1)[-1]}"

    def defined_names(self) -> None:
        """Name the assumptions' cells, the cells that the refresh fills, and the template."""
        self.book.define_name("cv_template", f'="{self.template.identity}"')
        for sheet, item in self.template.items():
            quoted = "'" + sheet.name.replace("'", "''") + "'"
            if isinstance(item, NamedCell):
                self.book.define_name(item.name, f"={quoted}!{address(item.row, item.column, absolute=True)}")
            if isinstance(item, TableBlock) and item.table.name == "Assumptions":
                column = item.column + [c.name for c in item.table].index("value")
                for row, assumption in enumerate(REGISTER.values(), start=item.row + 1):
                    self.book.define_name(assumption.cell_name, f"={quoted}!{address(row, column, absolute=True)}")


_LEFT: dict[str, Any] = {"align": "left", "indent": 1}
_RIGHT: dict[str, Any] = {"align": "right"}


def _side(column: Column) -> dict[str, Any]:
    """Put numbers to the right, and texts to the left with a little air to the number before them."""
    return _RIGHT if column.kind in NUMERIC_KINDS or column.kind is Kind.DATE else _LEFT


def _write(page: Any, row: int, column: int, cell: Cell, style: Any) -> None:
    """Write a constant as its own type: a text is never taken for a formula, a link or a number."""
    if cell is None:
        page.write_blank(row, column, None, style)
    elif isinstance(cell, str):
        page.write_string(row, column, cell, style)
    elif isinstance(cell, dt.date):
        page.write_datetime(row, column, cell, style)
    else:
        page.write(row, column, cell, style)


def _note(column: Column) -> str:
    """Say what a column wants."""
    unit = f" [{column.unit}]" if column.unit else ""
    need = "" if column.required else " Optional."
    words = f" One of: {', '.join(column.choices)}." if column.choices else ""
    return f"{column.help}.{unit}{need}{words}"


def _assumption_note(assumption: Assumption) -> str:
    default = "no default" if assumption.default in (None, "") else f"default {assumption.default}"
    return f"{assumption.help} ({default})"


def _validate(page: Any, first: int, column: int, last: int, contract: Column) -> None:
    """Refuse what a column cannot hold, with a message in words."""
    rule: dict[str, Any] | None = None
    if contract.choices:
        rule = {"validate": "list", "source": list(contract.choices)}
    elif contract.kind is Kind.DATE:
        rule = {"validate": "date", "criteria": ">=", "value": dt.date(1990, 1, 1)}
    elif contract.kind in NUMERIC_KINDS:
        low, high = max(contract.low, -1e15), min(contract.high, 1e15)
        rule = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
    if rule is not None:
        rule |= {"error_title": contract.title[:32], "error_message": _note(contract)[:255]}
        page.data_validation(first, column, last, column, rule)
