# ruff: noqa: N802  # the names are those of Excel's object model
"""
A workbook that is open in an Excel that is not there: COM objects under the real classes of xlwings' desktop engine.

Loaded from a file, changed through xlwings, and looked at afterwards. It imitates what can hurt: texts are typed
input, tables do not resize over one another, sheets are protected, filters hide rows. It computes nothing. Every member
that is used is counted in `Application.calls`, as each is a call into another process.

    book = open_book(path)
    xlwings_book(book).sheets["P&L"]["B5"].value = "007"     # 7.0, as in Excel
"""

import datetime as dt
import decimal
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import xlwings as xw
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import to_excel

from addin.books.cellxml import Area
from tests.addin.books.builders import decoded, loaded
from tests.hosts.excel.com import CDispatch, ComError, PyTime, from_cell, install
from tests.hosts.excel.typed import Content, typed
from workbook_templates.addresses import address, column_number
from workbook_templates.plan import CellError

_BLANK = Content()
_EPOCH = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)
_DAY = dt.timedelta(days=1)
LONGEST_TEXT = 32_767
_CURRENCY = re.compile(r"\[\$[^\]-]|[$€£¥]")
_DATE_TYPED = "m/d/yyyy"
FILL_FORMATS, SOURCE_RANGE, SOURCE_QUERY, MANUAL, AUTOMATIC = 3, 1, 3, -4135, -4105


def excel_error(text: str) -> ComError:
    """What pywin32 raises when Excel refuses: DISP_E_EXCEPTION around 0x800A03EC."""
    return ComError(
        -2147352567, "Exception occurred.", (0, "Microsoft Excel", text, "xlmain11.chm", 0, -2146827284), None
    )


class ComObject(CDispatch):
    """An object of Excel; reading, calling or setting one of its members is counted."""

    calls: Counter[str]

    def __init__(self, calls: Counter[str]) -> None:
        self.calls = calls

    def __getattribute__(self, name: str) -> Any:
        if name[0].isupper():
            object.__getattribute__(self, "calls")[f"{type(self).__name__}.{name}"] += 1
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        if name[0].isupper():
            self.calls[f"{type(self).__name__}.{name}="] += 1
        object.__setattr__(self, name, value)


_Item = TypeVar("_Item")


class Collection(ComObject, Generic[_Item]):
    """A collection, counted from 1; an unknown key is an error of Excel."""

    def __init__(self, calls: Counter[str], items: Callable[[], Sequence[_Item]], name: Callable[[_Item], str]) -> None:
        super().__init__(calls)
        self.items, self.name = items, name

    @property
    def Count(self) -> int:
        return len(self.items())

    def __iter__(self) -> Iterator[_Item]:
        return iter(self.items())

    def __call__(self, key: int | str) -> _Item:
        items = self.items()
        if isinstance(key, int):
            return items[key - 1]
        for item in items:
            if self.name(item).casefold() == key.casefold():
                return item
        raise excel_error("Subscript out of range")

    def Item(self, key: int | str) -> _Item:
        return self(key)


class Application(ComObject):
    """Excel itself: what a macro switches off and must switch on again."""

    def __init__(self) -> None:
        super().__init__(Counter())
        self.ScreenUpdating = self.EnableEvents = self.DisplayAlerts = True
        self.StatusBar: object = False
        self.Hwnd, self.Version, self.Name = 1, "16.0", "Microsoft Excel"
        self.AutoCorrect = AutoCorrect(self.calls)
        self.calculation = AUTOMATIC
        self.computed = 0
        self.selection: object = None
        self.calls.clear()

    @property
    def Calculation(self) -> int:
        return self.calculation

    @Calculation.setter
    def Calculation(self, mode: int) -> None:
        if mode not in (MANUAL, AUTOMATIC, 2):
            raise excel_error("Unable to set the Calculation property of the Application class")
        self.calculation = mode

    @property
    def Selection(self) -> object:
        return self.selection

    def Calculate(self) -> None:
        self.computed += 1


class AutoCorrect(ComObject):
    """Whether a cell that is written beside a table becomes part of it (``AutoExpandListRange``)."""

    def __init__(self, calls: Counter[str]) -> None:
        super().__init__(calls)
        self.AutoExpandListRange = True


class Workbook(ComObject):
    """The workbook; `trouble` is asked before every write and may raise what Excel would."""

    def __init__(self, name: str, app: Application) -> None:
        super().__init__(app.calls)
        self.app, self.name, self.path = app, name, ""
        self.sheets: list[Worksheet] = []
        self.names: list[DefinedName] = []
        self.active: Worksheet | None = None
        self.locked = False
        self.trouble: Callable[[str, Area], None] = lambda what, area: None

    @property
    def Name(self) -> str:
        return self.name

    @property
    def FullName(self) -> str:
        return f"C:\\books\\{self.name}"

    @property
    def Application(self) -> Application:
        return self.app

    @property
    def ActiveSheet(self) -> "Worksheet | None":
        return self.active

    @property
    def Worksheets(self) -> "Worksheets":
        return Worksheets(self)

    @property
    def ProtectStructure(self) -> bool:
        return self.locked

    def Windows(self, place: int) -> "Window":
        assert place == 1
        return Window(self)

    @property
    def Names(self) -> "Collection[DefinedName]":
        return Collection(self.calls, lambda: self.names, lambda name: name.name)

    def sheet(self, name: str) -> "Worksheet":
        return next(sheet for sheet in self.sheets if sheet.name == name)

    def table(self, name: str) -> "ListObject":
        return next(table for sheet in self.sheets for table in sheet.tables if table.name == name)


class Worksheets(Collection["Worksheet"]):
    """The sheets with cells: one is added before another, named after those that are there, and is in front."""

    def __init__(self, book: Workbook) -> None:
        super().__init__(book.calls, lambda: book.sheets, lambda sheet: sheet.name)
        self.book = book

    @property
    def Parent(self) -> Workbook:
        return self.book

    def Add(self, Before: "Worksheet") -> "Worksheet":
        book = self.book
        book.trouble("Add", Area(1, 1, 1, 1))
        if book.locked:
            raise excel_error("Workbook is protected and cannot be changed.")
        names = {sheet.name for sheet in book.sheets}
        sheet = Worksheet(book, next(name for number in count(1) if (name := f"Sheet{number}") not in names))
        book.sheets.insert(book.sheets.index(Before), sheet)
        book.active = sheet
        return sheet


class Window(ComObject):
    """The window in front of the workbook; it freezes what it shows above and left of its split."""

    def __init__(self, book: Workbook) -> None:
        super().__init__(book.calls)
        self.book, self.SplitRow, self.SplitColumn = book, 0, 0

    @property
    def FreezePanes(self) -> bool:
        return self.book.active is not None and self.book.active.frozen != (1, 1)

    @FreezePanes.setter
    def FreezePanes(self, frozen: bool) -> None:
        assert frozen
        assert self.book.active is not None
        self.book.active.frozen = (self.SplitRow + 1, self.SplitColumn + 1)


class DefinedName(ComObject):
    """A name; one of a single sheet has the sheet in front."""

    def __init__(self, book: Workbook, name: str, refers: str) -> None:
        super().__init__(book.calls)
        self.name, self.refers = name, refers

    @property
    def Name(self) -> str:
        return self.name

    @property
    def RefersTo(self) -> str:
        return self.refers

    @RefersTo.setter
    def RefersTo(self, text: str) -> None:
        self.refers = text


class Worksheet(ComObject):
    """Cells by row and column, with their number formats; merged and array areas; tables."""

    def __init__(self, book: Workbook, name: str) -> None:
        super().__init__(book.calls)
        self.book, self.name, self.protected = book, name, False
        self.cells: dict[tuple[int, int], Content] = {}
        self.formats: dict[tuple[int, int], str] = {}
        self.column_formats: dict[int, str] = {}
        self.merged: list[Area] = []
        self.arrays: list[Area] = []
        self.tables: list[ListObject] = []
        self.notes: list[tuple[int, int]] = []
        self.looks: dict[tuple[int, int], dict[str, object]] = {}
        self.widths: dict[int, float] = {}
        self.frozen = (1, 1)
        self.page = SimpleNamespace()

    @property
    def PageSetup(self) -> SimpleNamespace:
        return self.page

    @property
    def Name(self) -> str:
        return self.name

    @Name.setter
    def Name(self, name: str) -> None:
        self.book.trouble("Name", Area(1, 1, 1, 1))
        if any(sheet.name.casefold() == name.casefold() for sheet in self.book.sheets if sheet is not self):
            raise excel_error("That name is already taken. Try a different one.")
        self.name = name

    @property
    def Index(self) -> int:
        return self.book.sheets.index(self) + 1

    def Move(self, Before: "Worksheet") -> None:
        self.book.sheets.remove(self)
        self.book.sheets.insert(self.book.sheets.index(Before), self)

    def Activate(self) -> None:
        self.book.active = self

    def Delete(self) -> None:
        if self.book.app.DisplayAlerts:
            raise AssertionError("Excel asks whether to delete the sheet")
        self.book.sheets.remove(self)
        if self.book.active is self:
            self.book.active = self.book.sheets[0]

    @property
    def Parent(self) -> Workbook:
        return self.book

    @property
    def Application(self) -> Application:
        return self.book.app

    @property
    def ProtectContents(self) -> bool:
        return self.protected

    @property
    def ListObjects(self) -> "ListObjects":
        return ListObjects(self)

    @property
    def Comments(self) -> list[SimpleNamespace]:
        """Notes; each has its cell as parent."""
        return [SimpleNamespace(Parent=self.Cells(*place)) for place in self.notes]

    @property
    def CommentsThreaded(self) -> list[SimpleNamespace]:
        return []

    def Range(self, first: Any, last: Any = None) -> Any:
        area = Area.parse(first) if isinstance(first, str) else first.area
        end = last.area if last is not None else area
        return Range(self, Area(area.first_row, area.first_column, end.last_row, end.last_column))

    def Cells(self, row: int, column: int) -> Any:
        return Range(self, Area(row, column, row, column))

    # ---- what it holds

    def form(self, row: int, column: int) -> str:
        return self.formats.get((row, column)) or self.column_formats.get(column) or "General"

    def com_value(self, row: int, column: int) -> Any:
        """
        Give a cell as ``Range.Value`` does.

        A number is a date where its format is one, and a decimal where it shows a currency (VT_DATE, VT_CY).
        """
        value = self.cells.get((row, column), _BLANK).value
        if type(value) is not float:
            return from_cell(value)
        form = self.form(row, column)
        if form != "General" and is_date_format(form):
            moment = _EPOCH + dt.timedelta(milliseconds=round(value * 86_400_000))
            return PyTime(*moment.timetuple()[:6], moment.microsecond, tzinfo=dt.UTC)
        return decimal.Decimal(repr(round(value, 4))) if _CURRENCY.search(form) else value

    def formula(self, row: int, column: int) -> str:
        """Give a formula, or a constant as a text: one with an apostrophe in front is not told from a formula."""
        content = self.cells.get((row, column), _BLANK)
        value = content.value
        if content.formula or value is None:
            return content.formula
        if isinstance(value, bool):
            return str(value).upper()
        return f"{value:.15g}" if isinstance(value, float) else str(value)

    def enter(self, row: int, column: int, value: object) -> None:
        """
        Put a value into a cell as ``Range.Value`` and ``Range.Formula`` do.

        A text is typed input; in a cell that is formatted as text everything stays or becomes a text, though an
        apostrophe in front is taken off there too. A date gives a cell without a format one of its own.
        """
        form = self.form(row, column)
        content = _content(value, as_text=form == "@")
        if isinstance(content.value, str) and len(content.value) > LONGEST_TEXT:
            raise excel_error("The text is too long for a cell")
        if content.day and form == "General":
            self.formats[row, column] = _DATE_TYPED
        if content.value is None:
            self.cells.pop((row, column), None)
        else:
            self.cells[row, column] = content

    def touch(self, what: str, area: Area) -> None:
        """Refuse a write as Excel does on a protected sheet and in a part of an array formula."""
        self.book.trouble(what, area)
        if self.protected:
            raise excel_error("The cell or chart you're trying to change is on a protected sheet.")
        if any(array.meets(area) and not _within(array, area) for array in self.arrays):
            raise excel_error("You can't change part of an array.")


class Range(ComObject):
    """A block of cells."""

    def __init__(self, sheet: Worksheet, area: Area) -> None:
        super().__init__(sheet.calls)
        self.sheet, self.area = sheet, area

    def __call__(self, row: int, column: int) -> "Range":
        at = self.area.first_row + row - 1, self.area.first_column + column - 1
        return Range(self.sheet, Area(*at, *at))

    @property
    def Worksheet(self) -> Worksheet:
        return self.sheet

    @property
    def Application(self) -> Application:
        return self.sheet.book.app

    @property
    def Row(self) -> int:
        return self.area.first_row

    @property
    def Column(self) -> int:
        return self.area.first_column

    @property
    def Rows(self) -> SimpleNamespace:
        return SimpleNamespace(Count=len(self.area.rows))

    @property
    def Columns(self) -> SimpleNamespace:
        return SimpleNamespace(Count=len(self.area.columns))

    @property
    def Count(self) -> int:
        return len(self.area.rows) * len(self.area.columns)

    @property
    def Address(self) -> str:
        first = address(self.area.first_row, self.area.first_column, absolute=True)
        last = address(self.area.last_row, self.area.last_column, absolute=True)
        return first if first == last else f"{first}:{last}"

    @property
    def Value(self) -> Any:
        return self._read(self.sheet.com_value)

    @Value.setter
    def Value(self, value: object) -> None:
        self._write("Value", value)

    @property
    def Formula(self) -> Any:
        return self._read(self.sheet.formula)

    @Formula.setter
    def Formula(self, value: object) -> None:
        self._write("Formula", value)

    @property
    def Formula2(self) -> Any:
        return self._read(self.sheet.formula)

    @Formula2.setter
    def Formula2(self, value: object) -> None:
        self._write("Formula2", value)

    @property
    def NumberFormat(self) -> str | None:
        """One format, or None (VT_NULL) when the cells disagree."""
        forms = {self.sheet.form(row, column) for row in self.area.rows for column in self.area.columns}
        return forms.pop() if len(forms) == 1 else None

    @NumberFormat.setter
    def NumberFormat(self, form: str) -> None:
        self.sheet.touch("NumberFormat", self.area)
        for place in _places(self.area):
            self.sheet.formats[place] = form

    def look(self, name: str, value: object) -> None:
        self.sheet.touch("look", self.area)
        for place in _places(self.area):
            self.sheet.looks.setdefault(place, {})[name] = value

    @property
    def Font(self) -> "Font":
        return Font(self)

    @property
    def Interior(self) -> "Interior":
        return Interior(self)

    @property
    def HorizontalAlignment(self) -> None:
        return None

    @HorizontalAlignment.setter
    def HorizontalAlignment(self, value: int) -> None:
        self.look("HorizontalAlignment", value)

    @property
    def WrapText(self) -> None:
        return None

    @WrapText.setter
    def WrapText(self, value: bool) -> None:
        self.look("WrapText", value)

    @property
    def ColumnWidth(self) -> None:
        return None

    @ColumnWidth.setter
    def ColumnWidth(self, width: float) -> None:
        self.sheet.widths.update(dict.fromkeys(self.area.columns, width))

    @property
    def MergeCells(self) -> bool | None:
        return _shared(self.area, self.sheet.merged)

    @property
    def MergeArea(self) -> "Range":
        return next((Range(self.sheet, area) for area in self.sheet.merged if area.meets(self.area)), self)

    @property
    def HasArray(self) -> bool | None:
        return _shared(self.area, self.sheet.arrays)

    @property
    def CurrentArray(self) -> "Range":
        return next(Range(self.sheet, area) for area in self.sheet.arrays if area.meets(self.area))

    def ClearContents(self) -> None:
        self.sheet.touch("ClearContents", self.area)
        for place in _places(self.area):
            self.sheet.cells.pop(place, None)

    def ClearFormats(self) -> None:
        self.sheet.touch("ClearFormats", self.area)
        for place in _places(self.area):
            self.sheet.formats.pop(place, None)

    def AutoFill(self, Destination: "Range", Type: int) -> None:
        """Fill down; only formats, from a row that the destination begins with (documented: it includes the source)."""
        source, target = self.area, Destination.area
        if Type != FILL_FORMATS or source != target.down_to(source.first_row):
            raise excel_error("AutoFill method of Range class failed")
        self.sheet.touch("AutoFill", target)
        for row, column in _places(target):
            self.sheet.formats[row, column] = self.sheet.form(source.first_row, column)

    def AutoFilter(self, Field: int) -> None:
        """Show all of one field, as it does without a criterion."""
        next(table for table in self.sheet.tables if table.area == self.area).filters.discard(Field)

    def _read(self, cell: Callable[[int, int], Any]) -> Any:
        rows = tuple(tuple(cell(row, column) for column in self.area.columns) for row in self.area.rows)
        return rows[0][0] if self.Count == 1 else rows

    def _write(self, what: str, value: object) -> None:
        """Write cells; Excel repeats or cuts an array of another shape, which is never meant."""
        area, sheet = self.area, self.sheet
        sheet.touch(what, area)
        if not isinstance(value, list | tuple):
            for row, column in _places(area):
                sheet.enter(row, column, value)
            return
        if [len(row) for row in value] != [len(area.columns)] * len(area.rows):
            raise AssertionError(f"{len(value)} rows for {area}")
        for row, cells in zip(area.rows, value, strict=True):
            for column, cell in zip(area.columns, cells, strict=True):
                sheet.enter(row, column, cell)


class Looks(ComObject):
    """The font or the inside of cells; what is set is kept for each cell."""

    def __init__(self, cells: Range) -> None:
        super().__init__(cells.calls)
        self.cells = cells

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name[0].isupper():
            self.cells.look(f"{type(self).__name__}.{name}", value)


class Font(Looks):
    """How the texts of cells look."""


class Interior(Looks):
    """How cells are filled."""


_Block = Range  # within ListObject the name is that of a property


class ListObjects(Collection["ListObject"]):
    """The tables of a sheet."""

    def __init__(self, sheet: Worksheet) -> None:
        super().__init__(sheet.calls, lambda: sheet.tables, lambda table: table.name)
        self.sheet = sheet

    def Add(
        self,
        SourceType: int,
        Source: Range,
        LinkSource: object,
        XlListObjectHasHeaders: int,
        Destination: object,
        TableStyleName: str,
    ) -> "ListObject":
        """Make a table of cells; headers become texts, so they had better be some."""
        area = Source.area
        self.sheet.touch("ListObjects.Add", area)
        assert (SourceType, XlListObjectHasHeaders, LinkSource, Destination) == (SOURCE_RANGE, 1, None, None)
        if any(table.area.meets(area) for table in self.sheet.tables):
            raise excel_error("A table can't overlap another table.")
        heads = [self.sheet.cells.get((area.first_row, column), _BLANK) for column in area.columns]
        assert all(isinstance(head.value, str) and not head.formula for head in heads), heads
        table = ListObject(self.sheet, f"Table{len(self.sheet.tables) + 1}", area, headers=True, totals=False)
        table.look = TableStyleName
        self.sheet.tables.append(table)
        return table


class ListObject(ComObject):
    """An Excel table."""

    def __init__(self, sheet: Worksheet, name: str, area: Area, *, headers: bool, totals: bool) -> None:
        super().__init__(sheet.calls)
        self.sheet, self.name, self.area = sheet, name, area
        self.headers, self.totals, self.source = headers, totals, SOURCE_RANGE
        self.calculated: dict[int, str] = {}
        self.filters: set[int] = set()
        self.sorted_by: list[str] = []
        self.kept_totals: dict[int, Content] = {}
        self.column_names: list[str] = []
        self.look = ""
        self.ShowTableStyleRowStripes = True

    @property
    def Name(self) -> str:
        return self.name

    @Name.setter
    def Name(self, name: str) -> None:
        if any(table.name.casefold() == name.casefold() for sheet in self.sheet.book.sheets for table in sheet.tables):
            raise excel_error("A name is taken.")
        self.name = name

    @property
    def DisplayName(self) -> str:
        return self.name

    @property
    def Parent(self) -> Worksheet:
        return self.sheet

    @property
    def Range(self) -> _Block:
        return _Block(self.sheet, self.area)

    @property
    def ShowHeaders(self) -> bool:
        return self.headers

    @property
    def SourceType(self) -> int:
        return self.source

    @property
    def Sort(self) -> SimpleNamespace:
        return SimpleNamespace(SortFields=SimpleNamespace(Count=len(self.sorted_by), Clear=self.sorted_by.clear))

    @property
    def AutoFilter(self) -> SimpleNamespace:
        """The table's filter: each field says whether it filters."""
        return SimpleNamespace(
            Filters=lambda field: SimpleNamespace(On=field in self.filters, Operator=7, Criteria1=("=x",))
        )

    @property
    def ListColumns(self) -> Collection[Any]:
        columns = [SimpleNamespace(Name=name) for name in self.column_names]
        return Collection(self.calls, lambda: columns, lambda column: str(column.Name))

    @property
    def ShowTotals(self) -> bool:
        return self.totals

    @ShowTotals.setter
    def ShowTotals(self, shown: bool) -> None:
        """Drop the totals row, or put it back with what it held; below must be room (Excel would move cells down)."""
        if shown == self.totals:
            return
        last = self.area.last_row
        row = Area(last + shown, self.area.first_column, last + shown, self.area.last_column)
        self.sheet.touch("ShowTotals", row)
        cells = self.sheet.cells
        if shown:
            if any(place in cells for place in _places(row)):
                raise AssertionError(f"the totals row would move the cells at {row}")
            cells.update({(row.first_row, column): content for column, content in self.kept_totals.items()})
        else:
            found = {column: cells.pop((last, column), _BLANK) for column in row.columns}
            self.kept_totals = {column: content for column, content in found.items() if content != _BLANK}
        self.totals = shown
        self.area = self.area.down_to(last + (1 if shown else -1))

    def Resize(self, range_: _Block) -> None:
        """
        Give the table other rows or columns; no cell moves, and what falls out of it stays where it is.

        The header stays in its row and the old and new range must overlap (documented); no other table may be met;
        new rows get the formulas of calculated columns. Resizing over a totals row is not imitated.
        """
        area = range_.area
        self.sheet.touch("Resize", area)
        if self.totals:
            raise AssertionError("resized with its totals row shown")
        if area.first_row != self.area.first_row or not area.meets(self.area) or len(area.rows) < 2:
            raise excel_error("The header row must remain in the same row, and the resulting table must overlap")
        if any(other is not self and other.area.meets(area) for other in self.sheet.tables):
            raise excel_error("A table can't overlap another table.")
        for row in range(self.area.last_row + 1, area.last_row + 1):
            for column, formula in self.calculated.items():
                self.sheet.cells[row, column] = Content(0.0, formula=formula)
        self.area = area


def _places(area: Area) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in area.rows for column in area.columns)


def _within(inner: Area, outer: Area) -> bool:
    return outer.holds(inner.first_row, inner.first_column) and outer.holds(inner.last_row, inner.last_column)


def _shared(area: Area, special: Sequence[Area]) -> bool | None:
    """Whether all cells of an area are special; None (VT_NULL) when some are."""
    if any(_within(area, one) for one in special):
        return True
    return None if any(one.meets(area) for one in special) else False


def _content(value: object, *, as_text: bool) -> Content:
    """What becomes of a value that is assigned."""
    if value is None or value == "":
        return _BLANK
    if isinstance(value, str):
        return Content(value.removeprefix("'"), prefix=value.startswith("'")) if as_text else typed(value)
    if isinstance(value, bool):
        return Content(str(value).upper() if as_text else value)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise TypeError("pywin32 wants a time zone on dates")
        number, day = (value.replace(tzinfo=dt.UTC) - _EPOCH) / _DAY, True
    elif isinstance(value, int | float | decimal.Decimal) and math.isfinite(value):
        if isinstance(value, int) and value.bit_length() > 31:
            raise TypeError(f"{value} travels as VT_I8")
        number, day = float(value), False
    else:
        raise TypeError(f"{value!r} does not travel to Excel")
    return Content(f"{number:.15g}") if as_text else Content(number, day=day)


# ---- from a file, and what tests look at


def open_book(path: Path) -> Workbook:
    """Open a workbook with what its formulas show."""
    app = Application()
    book = Workbook(path.name, app)
    book.path = str(path)
    formulas, values = loaded(path), loaded(path, formulas=False)
    for source in formulas.worksheets:
        sheet = Worksheet(book, source.title)
        book.sheets.append(sheet)
        _load_cells(sheet, source, values[source.title])
        sheet.merged = [Area.parse(str(area)) for area in source.merged_cells.ranges]
        sheet.protected = source.protection.sheet
        for table in source.tables.values():
            found = ListObject(
                sheet,
                table.displayName,
                Area.parse(table.ref),
                headers=table.headerRowCount != 0,
                totals=bool(table.totalsRowCount),
            )
            for column, description in zip(found.area.columns, table.tableColumns, strict=True):
                if description.calculatedColumnFormula is not None:
                    found.calculated[column] = f"={description.calculatedColumnFormula.attr_text}"
            if table.autoFilter is not None:
                found.filters = {int(one.colId) + 1 for one in table.autoFilter.filterColumn}
                found.sorted_by = ["?"] if table.autoFilter.sortState is not None else []
            sheet.tables.append(found)
        for name in source.defined_names.values():
            book.names.append(DefinedName(book, f"'{source.title}'!{name.name}", f"={name.attr_text}"))
    for name in formulas.defined_names.values():
        book.names.append(DefinedName(book, name.name, f"={name.attr_text}"))
    book.locked = bool(formulas.security and formulas.security.lockStructure)
    book.active = book.sheets[0]
    app.selection = Range(book.sheets[0], Area(1, 1, 1, 1))
    app.calls.clear()
    return book


def _load_cells(sheet: Worksheet, formulas: Any, values: Any) -> None:
    for letters, dimension in formulas.column_dimensions.items():
        if dimension.number_format != "General":
            for column in range(dimension.min or column_number(letters), (dimension.max or column_number(letters)) + 1):
                sheet.column_formats[column] = dimension.number_format
    for row, shown in zip(formulas.iter_rows(), values.iter_rows(), strict=True):
        for cell, value in zip(row, shown, strict=True):
            place = cell.row, cell.column
            if cell.has_style and cell.number_format != "General":
                sheet.formats[place] = cell.number_format
            formula: Any = cell.value if cell.data_type == "f" else ""
            if hasattr(formula, "ref"):  # an array formula
                sheet.arrays.append(Area.parse(formula.ref))
                formula = formula.text
            if cell.value is not None:
                sheet.cells[place] = Content(_loaded_value(value.value, value.data_type), formula=formula)


def _loaded_value(value: Any, kind: str) -> Any:
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return float(to_excel(value))  # type: ignore[no-untyped-call]
    if kind == "e":
        return CellError(value)
    return float(value) if type(value) is int else decoded(value)


def xlwings_book(book: Workbook) -> xw.Book:
    """Give the workbook as xlwings' real desktop engine does."""
    return xw.Book(impl=install().xlwindows.Book(xl=book))


def shown(book: Workbook, sheet: str) -> dict[str, Any]:
    """The filled cells of a sheet: formulas with their equals sign, constants as they are."""
    found = sorted(book.sheet(sheet).cells.items())
    return {address(*place): content.formula or content.value for place, content in found}
