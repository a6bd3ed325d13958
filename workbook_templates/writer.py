"""
Drawing an empty workbook from a template, with XlsxWriter.

Everything here is looks: styles, widths, lists, notes, print set-up. What stands in tables and formula cells comes
from a plan, applied by the same adapter that refreshes the workbook.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import Any

import xlsxwriter

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.assumptions import Assumption, Wanted
from valuation.tables import NUMERIC_KINDS, Column, Kind
from workbook_templates.addresses import address
from workbook_templates.layout import (
    A4,
    PAGE_FOOTER,
    PAGE_HEADER,
    Block,
    BodyColumn,
    Cells,
    Chart,
    Format,
    Formula,
    Heat,
    Item,
    LiveFormula,
    NamedCell,
    Role,
    Series,
    Sheet,
    Stage,
    TableBlock,
    Template,
    Text,
    column_format,
    differs_by_row,
    number_format,
)
from workbook_templates.likeness import ADDED, Likeness, Look
from workbook_templates.likening import likened
from workbook_templates.plan import Cell, CellError

__all__ = ["draw"]

FIXED_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the clock appears nowhere but on Log
ACCENT = "#1F3864"
INPUT_BLUE, LINK_GREEN, INK = "#0000FF", "#008000", "#000000"
INPUT_YELLOW, RESULT_GREY, INPUT_HEAD = "#FFFBE6", "#44546A", "#BF8F00"

LOOKS: dict[Role, dict[str, Any]] = {
    Role.TITLE: {"bold": True, "font_size": 16, "font_color": ACCENT},
    Role.HEADING: {"bold": True, "font_color": ACCENT, "bottom": 1, "bottom_color": "#8EA9DB"},
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
    Role.COLUMN_NAME: {"bold": True, "font_color": ACCENT, "align": "right"},
    Role.FOREIGN: {"font_color": LINK_GREEN},
    Role.RESULT_HEAD: {"bold": True, "font_color": "#FFFFFF", "bg_color": RESULT_GREY},
    Role.LINK: {"font_color": "#0563C1", "underline": 1},
}
CHART_TYPES: dict[str, dict[str, str]] = {
    "curve": {"type": "scatter", "subtype": "straight"},
    "points": {"type": "scatter"},
    "line": {"type": "line"},
    "column": {"type": "column"},
    "stacked": {"type": "column", "subtype": "stacked"},
    "bars": {"type": "bar", "subtype": "stacked"},
}
BARS = ("column", "stacked", "bars")
SERIES_LOOKS = ((ACCENT, "solid"), ("#C55A11", "dash"), ("#C55A11", "solid"))  # the second: what was expected
TONES = {"good": ("#2E9AA8", "solid"), "poor": ("#C55A11", "solid")}
POINT_LOOKS = ((ACCENT, "circle"), ("#C55A11", "diamond"), ("#2E9AA8", "triangle"), ("#A6A6A6", "square"))
CUT_LINE, WORD_GREY = "#7F7F7F", "#8C8C8C"
LAST_ROW = 1_048_574  # counted from 0, the last but one: to whole columns some readers object
TWO_LINES, LINE = 30, 17
LIGHTS = {"green": ("#E2EFDA", "#375623"), "amber": ("#FFE699", "#7F6000"), "red": ("#FFC7CE", "#9C0006")}
GOOD, MIDDLING, POOR = "#9DC3E6", "#FFFFFF", "#F4B183"

TAB_COLOURS = {
    Stage.SUMMARY: ACCENT,
    Stage.INDEX: ACCENT,
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


def draw(
    template: Template,
    register: Sequence[Mapping[str, Cell]],
    more: Sequence[Sheet] = (),
    *,
    likeness: Likeness | None = None,
) -> bytes:
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
    likeness : Likeness, optional
        The layout and looks of another workbook; ours without it.

    Returns
    -------
    bytes
        An .xlsx file; the same template gives the same bytes.
    """
    likeness = likeness or Likeness()
    template = likened(template, likeness)
    stream = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, {"in_memory": True, **plain, "default_format_properties": _font(likeness)})
    book.set_properties({"title": "Customer Value", "created": FIXED_DATE, "comments": template.identity})
    book.set_size(2400, 1400)
    painter = _Painter(book, template, register, likeness)
    for sheet in (*template.sheets, *more):
        painter.sheet(sheet)
    painter.defined_names()
    book.close()
    return stream.getvalue()


class _Painter:
    """Draws sheets into one workbook; keeps each combination of looks once."""

    def __init__(
        self, book: Any, template: Template, register: Sequence[Mapping[str, Cell]], likeness: Likeness
    ) -> None:
        self.book = book
        self.template = template
        self.register = register
        self.likeness = likeness
        self.looks = _looks(likeness)
        self.totals = {
            f"{template.tables[table][1].table.excel_name}.{column}": code
            for (table, column), code in likeness.columns.items()
            if table in template.tables
        }
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.drawers: dict[type, Callable[[Any, Sheet, Any], None]] = {
            Text: self.text,
            Formula: self.formula,
            LiveFormula: self.live_formula,
            NamedCell: self.named_cell,
            TableBlock: self.table,
            Block: self.block,
            Chart: self.chart,
        }

    def style(self, role: Role, number: Format | str = Format.GENERAL, **more: Any) -> Any:
        """Give the format object for a role and a number format or its code."""
        code = self.likeness.code(number) if isinstance(number, Format) else number
        looks = self.looks[role] | {"num_format": _BUILT_IN.get(code, code)} | more
        if self.likeness.figures and _DIGIT.search(code):
            looks |= {"font_name": self.likeness.figures}
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
        self._banner(page, sheet)
        for item in sheet.items:
            self.drawers[type(item)](page, sheet, item)

    def _page_setup(self, page: Any, sheet: Sheet) -> None:
        page.hide_gridlines(1 if self.likeness.gridlines else 2)
        page.set_zoom(self.likeness.zoom)
        if tab := self.likeness.tabs.get(sheet.stage, TAB_COLOURS[sheet.stage]):
            page.set_tab_color(_hash(tab))
        for column, width in (sheet.widths or {}).items():
            fold = {"level": 1, "hidden": True} if column in sheet.folded else {}
            page.set_column(column - 1, column - 1, width, None, fold)
        row, column = sheet.freeze
        if (row, column) != (1, 1):
            page.freeze_panes(row - 1, column - 1)
        page.set_landscape()
        page.set_paper(A4)
        page.fit_to_pages(1, 1 if sheet.one_page else 0)
        headers = [item.row for item in sheet.items if isinstance(item, TableBlock)]
        if sheet.one_page:
            page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        elif headers and sheet.stage in (Stage.INPUT, Stage.RESULT):
            page.repeat_rows(headers[-1] - 1)
        if sheet.printed is not None:
            page.print_area(0, 0, LAST_ROW, sheet.printed - 1)
        page.set_header(PAGE_HEADER)
        page.set_footer(PAGE_FOOTER)

    def _banner(self, page: Any, sheet: Sheet) -> None:
        """Colour the first rows from end to end, where a title stands in them."""
        if self.likeness.banner and any(_is_title(item) for item in sheet.items):
            tall = (self.looks[Role.TITLE].get("font_size") or 11) * 1.6
            for row in range(self.likeness.banner_rows):
                fill = self.style(Role.LABEL, bg_color=_hash(self.likeness.banner))
                page.set_row(row, max(tall, LINE) if row == 0 else None, fill)

    def _on_banner(self, sheet: Sheet, item: Text) -> dict[str, Any]:
        on = self.likeness.banner and item.row <= self.likeness.banner_rows and any(map(_is_title, sheet.items))
        if not on:
            return {}
        note = {} if item.role is Role.TITLE else {"font_color": _legible(self.likeness.banner)}
        return note | {"bg_color": _hash(self.likeness.banner)}

    def text(self, page: Any, sheet: Sheet, item: Text) -> None:
        """Draw a fixed text, number or link to a sheet."""
        looks = ({"align": "right"} if item.right else {}) | self._on_banner(sheet, item)
        style = self.style(item.role, self._code(sheet, item.format), **looks)
        if item.role is Role.LINK:
            place = str(item.text).replace("'", "''")
            page.write_url(item.row - 1, item.column - 1, f"internal:'{place}'!A1", style, str(item.text))
        else:
            page.write(item.row - 1, item.column - 1, item.text, style)
        for extra in range(1, item.span):
            page.write_blank(item.row - 1, item.column - 1 + extra, None, style)

    def formula(self, page: Any, sheet: Sheet, item: Formula) -> None:
        """Draw a native formula; the plan gives its cached value."""
        text = "=" + item.expr.excel(partial(self.template.place, on=sheet.name))
        colour = (
            {}
            if item.role in (Role.NOTE, Role.STATUS, Role.VERDICT, Role.ANSWER, Role.COLUMN_NAME)
            else {"font_color": self._ink(sheet, text)}
        )
        code = self.totals.get(item.key) or self._code(sheet, item.format)
        style = self.style(item.role, code, **colour)
        row, column = item.row - 1, item.column - 1
        if item.span > 1:
            page.merge_range(row, column, row, column + item.span - 1, "", style)
            page.set_row(row, LINE * item.lines)
        page.write_formula(row, column, text, style)
        if item.role in (Role.STATUS, Role.VERDICT):
            self._traffic_light(page, item)
        if item.role is Role.ANSWER:
            self._alarm(page, item)

    def _ink(self, sheet: Sheet, text: str) -> str:
        """Green for a formula over other sheets, black for one over its own."""
        own = [item.table.excel_name for item in sheet.items if isinstance(item, TableBlock)]
        tables = [block.table.excel_name for _, block in self.template.tables.values()]
        foreign = any(f"{name}[" in text for name in tables if name not in own)
        link, own_ink = self.looks[Role.FOREIGN]["font_color"], self.looks[Role.CALCULATION]["font_color"]
        return str(link if foreign or "!" in text or "cv_" in text else own_ink)

    def _code(self, sheet: Sheet, number: Format) -> str:
        return self.likeness.code(number, sheet.stage)

    def _traffic_light(self, page: Any, item: Formula) -> None:
        # dark on light: what runs over into the next cells must be legible there too
        red = self.book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        green = self.book.add_format({"font_color": "#548235"})
        cell = address(item.row, item.column)
        grey = self.book.add_format({"font_color": "#595959"})
        for word, style in (
            *((alarm, red) for alarm in ("STALE", "ERROR", "FAILED", "DIFFERS")),
            ("not ", grey),
            ("", green),
        ):
            rule = {"type": "text", "criteria": "containing", "value": word, "format": style, "stop_if_true": True}
            page.conditional_format(cell, rule if word else {"type": "no_blanks", "format": style})

    def _alarm(self, page: Any, item: Formula) -> None:
        """Turn a sentence red that says that something does not tie."""
        red = self.book.add_format({"font_color": "#9C0006", "bold": True})
        rule = {"type": "text", "criteria": "containing", "value": "DOES NOT TIE", "format": red}
        page.conditional_format(address(item.row, item.column), rule)

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
        page.write_blank(item.row - 1, item.column - 1, None, self.style(role, self._code(sheet, item.format)))
        if item.choices is not None:
            # A list may name a column of a table only by a name of its own.
            rule = {"validate": "list", "source": f"={item.name}_list", "error_type": "warning"}
            page.data_validation(item.row - 1, item.column - 1, item.row - 1, item.column - 1, rule)

    def block(self, page: Any, sheet: Sheet, block: Block) -> None:
        """Draw plain cells that people fill in, with their header."""
        top, left = block.row - 1, block.column - 1
        for offset, (cell, code) in enumerate(zip(block.head, block.head_formats, strict=True)):
            side = _LEFT if offset < block.labels else _RIGHT
            _write(page, top, left + offset, cell, self.style(Role.LABEL, code, **side, **self._head(input=True)))
        styles = [
            self.style(
                Role.LABEL if offset < block.labels else Role.INPUT,
                code,
                **(_LEFT if offset < block.labels else _RIGHT),
            )
            for offset, code in enumerate(block.formats)
        ]
        for row, cells in enumerate(block.rows, start=top + 1):
            for offset, (cell, style) in enumerate(zip(cells, styles, strict=True)):
                _write(page, row, left + offset, cell, style)

    def table(self, page: Any, sheet: Sheet, block: TableBlock) -> None:
        """Draw an Excel table with blank rows, its lists and notes."""
        top, left = block.row - 1, block.column - 1
        bottom = top + (len(self.register) if block.table.name == "Assumptions" else block.rows)
        columns = list(block.table)
        heads = [{"header": column.title, "header_format": self._head_style(block, column)} for column in columns]
        # sorting Assumptions would move values away from the names of their cells
        sortable = block.table.name != "Assumptions" and not block.reading
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
            style = self._body_style(sheet, block, column)
            for row in range(top + 1, bottom + 1):
                page.write_blank(row, left + offset, None, style)
            if block.formats and differs_by_row(column):
                self._formats_by_row(page, sheet, block, left + offset)
            if block.input and column.name not in block.written and not column.name.startswith(ADDED):
                page.write_comment(top, left + offset, _note(column), {"x_scale": 2, "y_scale": 1.2})
                _validate(page, top + 1, left + offset, bottom, column)
        if block.table.name == "Assumptions":
            self._register(page, block)
        if block.reading:
            page.set_row(top, TWO_LINES)
        for name in block.fading:
            self._fading_head(page, block, name)
        for name in block.lights:
            self._lights(page, block, _position(block, name))
        if not block.input:
            self._stale_head(page, block)
        for heat in block.heat:
            self._heat(page, block, heat)

    def _head_style(self, block: TableBlock, column: Column) -> Any:
        looks = self._head(input=block.input and column.name not in block.written) | {"valign": "top"}
        if block.reading:
            looks |= {"font_size": 9, "valign": "bottom"}
        return self.style(Role.LABEL, text_wrap=True, **_side(column), **looks)

    def _head(self, *, input: bool) -> dict[str, Any]:
        """Give the looks of the header of a table."""
        if self.likeness.head is not None:
            return {"bold": self.likeness.head.bold} | _as_written(self.likeness.head)
        return {"bold": True, "font_color": "#FFFFFF", "bg_color": INPUT_HEAD if input else RESULT_GREY}

    def _body_style(self, sheet: Sheet, block: TableBlock, column: Column) -> Any:
        role = Role.INPUT if block.input and column.name not in block.written else Role.RESULT
        side = _RIGHT if block.formats and differs_by_row(column) else _side(column)
        number = Format.MONEY if block.reading and column.kind is Kind.MONEY else column_format(column)
        own = self.likeness.columns.get((block.table.name, column.name)) if block.input else None
        if own and column.kind is Kind.ANY and _DIGIT.search(own):
            side = _RIGHT
        return self.style(role, own or self._code(sheet, number), **side)

    def _formats_by_row(self, page: Any, sheet: Sheet, block: TableBlock, column: int) -> None:
        """Show each row in its format by a condition: a new body has the styles of its first row throughout."""
        for row, number in enumerate(block.formats, start=block.row):
            code = self._code(sheet, number)
            rule = {"type": "no_blanks", "format": self.book.add_format({"num_format": _BUILT_IN.get(code, code)})}
            page.conditional_format(row, column, row, column, rule)

    def _fading_head(self, page: Any, block: TableBlock, name: str) -> None:
        """Let a heading go where the cell above it, which would name the column, is blank."""
        column = _position(block, name)
        above = address(block.row - 1, column, absolute=True)
        gone = self.book.add_format({"bg_color": "#FFFFFF", "font_color": "#FFFFFF"})
        rule = {"type": "formula", "criteria": f'={above}=""', "format": gone, "stop_if_true": True}
        page.conditional_format(address(block.row, column), rule)

    def _heat(self, page: Any, block: TableBlock, heat: Heat) -> None:
        """Colour numbers from good to poor."""
        columns = [_position(block, name) for name in heat.columns]
        first, last = address(block.row + 1, min(columns)), address(block.row + block.rows, max(columns))
        low, high = (GOOD, POOR) if heat.good == "low" else (POOR, GOOD)
        rule: dict[str, Any] = {"type": "3_color_scale", "min_color": low, "mid_color": MIDDLING, "max_color": high}
        if heat.ends is None:
            rule |= {"mid_type": "percentile", "mid_value": 50}
        else:
            for part, number in zip(("min", "mid", "max"), heat.ends, strict=True):
                rule |= {f"{part}_type": "num", f"{part}_value": number}
        page.conditional_format(f"{first}:{last}", rule)

    def _lights(self, page: Any, block: TableBlock, column: int) -> None:
        """Give the words for how something stands their colours."""
        cells = f"{address(block.row + 1, column)}:{address(block.row + block.rows, column)}"
        for word, (light, ink) in LIGHTS.items():
            style = self.book.add_format({"bg_color": light, "font_color": ink})
            page.conditional_format(cells, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style})

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
        for series, looks in zip(item.series, _looks_of_series(item, self._accented), strict=True):
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
        worded = [place for place, series in enumerate(item.series) if series.labels]
        chart.set_legend({"position": "bottom", "delete_series": worded} if explained else {"none": True})
        grid = {"visible": item.kind != "points", "line": {"color": "#D9D9D9"}}
        ends = {} if item.category_most is None else {"min": 0, "max": item.category_most}
        # not across bars, lines or points below nought
        beside = {} if item.kind == "curve" else {"label_position": "low"}
        categories = {
            "name": item.category_title,
            "num_format": self._code(sheet, item.category_format),
            **ends,
            **beside,
        }
        values = {"name": item.value_title, "num_format": self._code(sheet, item.value_format), "major_gridlines": grid}
        if item.kind == "bars":  # they lie: the axes change places, and the first would be at the bottom
            chart.set_y_axis(categories | {"reverse": True, "major_gridlines": {"visible": False}})
            chart.set_x_axis(values)
        else:
            chart.set_x_axis(categories)
            chart.set_y_axis(values)
        chart.set_size({"width": item.width, "height": item.height})
        page.insert_chart(item.row - 1, item.column - 1, chart, {"description": item.title})

    def _accented(self, colour: str) -> str:
        return _hash(self.likeness.accent) if self.likeness.accent and colour == ACCENT else colour

    def _range(self, cells: Cells) -> str:
        if isinstance(cells, BodyColumn):
            sheet, block = self.template.tables[cells.table.name]
            column = _position(block, cells.column)
            first, last = (address(block.row + row, column, absolute=True) for row in (1, block.rows))
            quoted = sheet.name.replace("'", "''")
            return f"'{quoted}'!{first}:{last}"
        first, last = (self.template.place(key) for key in cells)
        return f"{first}:{last.rsplit('!', 1)[-1]}"

    def defined_names(self) -> None:
        """Name the assumptions' cells, the cells that the refresh fills, and the template."""
        self.book.define_name("cv_template", f'="{self.template.identity}"')
        for sheet, item in self.template.items():
            quoted = "'" + sheet.name.replace("'", "''") + "'"
            if isinstance(item, NamedCell):
                self.book.define_name(item.name, f"={quoted}!{address(item.row, item.column, absolute=True)}")
                if item.choices is not None:
                    self.book.define_name(f"{item.name}_list", "=" + item.choices.excel(self.template.place))
            if isinstance(item, TableBlock) and item.table.name == "Assumptions":
                column = item.column + [c.name for c in item.table].index("value")
                for row, assumption in enumerate(REGISTER.values(), start=item.row + 1):
                    self.book.define_name(assumption.cell_name, f"={quoted}!{address(row, column, absolute=True)}")


def _position(block: TableBlock, name: str) -> int:
    """Give the sheet's column that a column of a table stands in."""
    return block.column + [column.name for column in block.table].index(name)


def _looks_of_series(chart: Chart, accented: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    """Give each series its colours: those of the chart's kind in turn, grey for lines and words beside points."""
    colours, points = iter(SERIES_LOOKS), iter(POINT_LOOKS)
    for series in chart.series:
        if chart.kind == "points":
            yield _looks_of_points(series, points, accented)
            continue
        looks: dict[str, Any] = {"fill": {"none": True}, "border": {"none": True}}
        if not series.invisible:
            colour, dash = TONES.get(series.tone) or next(colours)
            line = {"color": accented(colour), "width": 2.25, "dash_type": dash}
            looks = {"fill": {"color": accented(colour)}} if chart.kind in BARS else {"line": line}
        if chart.kind in ("stacked", "bars"):
            looks["gap"] = 40
        yield looks


def _looks_of_points(
    series: Series, points: Iterator[tuple[str, str]], accented: Callable[[str], str]
) -> dict[str, Any]:
    if series.joined:
        return {"marker": {"type": "none"}, "line": {"color": CUT_LINE, "width": 1.0, "dash_type": "dash"}}
    if series.labels:
        words = {"custom": [{"value": text} for text in series.labels], "value": True, "position": "center"}
        font = {"color": WORD_GREY, "bold": True, "size": 11}
        return {"marker": {"type": "none"}, "line": {"none": True}, "data_labels": words | {"font": font}}
    colour, shape = next(points)
    fill = {"color": accented(colour)}
    return {"marker": {"type": shape, "size": 6, "fill": fill, "border": fill}, "line": {"none": True}}


_DIGIT = re.compile("[0#]")
_BUILT_IN = {"m/d/yyyy": 14}
"""Codes that a program shows in its user's own way only when they are written as a number."""


def _hash(colour: str) -> str:
    return colour if colour.startswith("#") else f"#{colour}"


def _font(likeness: Likeness) -> dict[str, Any]:
    """Give what every cell has."""
    font: dict[str, Any] = {"font_name": likeness.font} if likeness.font else {}
    return font | ({"font_size": likeness.size} if likeness.size else {})


def _as_written(look: Look) -> dict[str, Any]:
    """Give a look in the words of the program that writes."""
    colours = {"font_color": look.colour, "bg_color": look.fill, "bottom_color": look.line}
    found: dict[str, Any] = {name: _hash(colour) for name, colour in colours.items() if colour}
    found |= {"bottom": 1} if look.line else {}
    found |= {"bold": True} if look.bold else {}
    found |= {"italic": True} if look.italic else {}
    found |= {"font_name": look.font} if look.font else {}
    return found | ({"font_size": look.size} if look.size else {})


def _looks(likeness: Likeness) -> dict[Role, dict[str, Any]]:
    """Give the looks of every role: ours, and over them those of another workbook."""
    theirs = {
        Role.TITLE: likeness.title,
        Role.NOTE: likeness.note,
        Role.REMARK: likeness.note,
        Role.HEADING: likeness.heading,
        Role.INPUT: likeness.input,
        Role.RESULT_HEAD: likeness.head,
    }
    found = LOOKS | {role: _as_written(look) for role, look in theirs.items() if look is not None}
    if likeness.note is not None:
        found[Role.REMARK] = found[Role.NOTE] | {"indent": 1}
    inks = {
        Role.RESULT: likeness.calculation,
        Role.CALCULATION: likeness.calculation,
        Role.COUNTER: likeness.calculation,
        Role.FOREIGN: likeness.link,
        Role.COLUMN_NAME: likeness.accent,
    }
    found |= {role: found[role] | {"font_color": _hash(ink)} for role, ink in inks.items() if ink}
    if likeness.accent and likeness.heading is None:
        accent = _hash(likeness.accent)
        found[Role.HEADING] = found[Role.HEADING] | {"font_color": accent, "bottom_color": accent}
    if likeness.size:
        found[Role.ANSWER] = found[Role.ANSWER] | {"font_size": likeness.size + 1}
    return found


def _is_title(item: Item) -> bool:
    return isinstance(item, Text) and item.role is Role.TITLE and item.row == 1


_DARK = 140


def _legible(fill: str) -> str:
    """Give a colour of text that is read on a fill."""
    red, green, blue = (int(fill.lstrip("#")[i : i + 2], 16) for i in (0, 2, 4))
    return "#D9D9D9" if 0.299 * red + 0.587 * green + 0.114 * blue < _DARK else "#404040"


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
