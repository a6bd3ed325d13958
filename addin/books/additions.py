"""
What the new sheets of a plan mean, whichever program holds the workbook: where everything stands, what is refused.

Everything is checked here, before the first write.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from addin.books.cellxml import LAST_COLUMN, LAST_ROW, Area
from addin.books.places import one_cell
from addin.books.ranges import joined
from addin.workbook import WorkbookError
from workbook_templates.addresses import address
from workbook_templates.layout import Format
from workbook_templates.plan import Cell, NewSheet, NewTable, Style

__all__ = ["TABLE_STYLE", "PlacedSheet", "PlacedTable", "placed"]

TABLE_STYLE: Final = "TableStyleLight1"
"""How tables of new sheets look, as in the workbooks that we create."""

DAY: Final = Format.DATE.code
MOMENT: Final = f"{DAY} hh:mm"

LONGEST_SHEET_NAME: Final = 31
LONGEST_NAME: Final = 255
WIDEST: Final = 255
_RESERVED: Final = "history"  # Excel keeps the name for its own list of changes
_FORBIDDEN: Final = re.compile(r"[\\/?*:\[\]\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_UNWRITABLE: Final = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_TABLE_NAME: Final = re.compile(r"[^\W\d][\w.]*")
_LIKE_A_CELL: Final = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|[RrCc]")
_COLOUR: Final = re.compile("(?:[0-9A-Fa-f]{6})?")


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """
    A new table, and the cells that it takes.

    Attributes
    ----------
    area : Area
        Header and body; without rows of data the body is one blank row.
    """

    table: NewTable
    area: Area

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers from left to right."""
        return tuple(self.table.columns)

    @property
    def data_rows(self) -> int:
        """How many rows the plan fills."""
        return len(next(iter(self.table.columns.values()), ()))

    def style(self, header: str) -> Style:
        """Looks of a column's cells."""
        return _dated(self.table.styles.get(header, Style()), self.table.columns[header])


@dataclass(frozen=True, slots=True)
class PlacedSheet:
    """
    A new sheet that was checked.

    Attributes
    ----------
    cells : mapping of (int, int) to Cell
        Row and column to constant.
    styles : mapping of (int, int) to Style
        Row and column to looks.
    """

    sheet: NewSheet
    cells: Mapping[tuple[int, int], Cell]
    styles: Mapping[tuple[int, int], Style]
    tables: tuple[PlacedTable, ...]

    @property
    def name(self) -> str:
        """The sheet's name."""
        return self.sheet.name

    @property
    def title_row(self) -> int:
        """The row that every printed page begins with: the header of its tables; 0 without any."""
        return self.tables[0].area.first_row if self.tables else 0

    @property
    def areas(self) -> list[Area]:
        """What is written on it."""
        return [*joined(self.cells), *(table.area for table in self.tables)]

    def looks(self) -> Iterator[Style]:
        """Every style that it uses; some more than once."""
        yield from self.styles.values()
        for table in self.tables:
            yield table.table.header
            yield from map(table.style, table.headers)


def placed(
    sheets: Sequence[NewSheet], *, taken_sheets: Iterable[str], taken_names: Iterable[str], source: str
) -> tuple[PlacedSheet, ...]:
    """
    Check new sheets and find the place of everything on them.

    Parameters
    ----------
    sheets : sequence of NewSheet
        What the plan adds.
    taken_sheets : iterable of str
        Names of all sheets of the workbook, charts included.
    taken_names : iterable of str
        Names of its tables and defined names, those of single sheets included.
    source : str
        The workbook, for messages.

    Raises
    ------
    WorkbookError
        If a name is taken or no name Excel allows, or if the plan cannot mean what it says.
    """
    there = {name.casefold() for name in taken_sheets}
    names = {name.casefold() for name in taken_names}
    result = []
    for sheet in sheets:
        _check_sheet_name(sheet.name, there, source)
        there.add(sheet.name.casefold())
        for table in sheet.tables:
            _check_table_name(table.name, names, source)
            names.add(table.name.casefold())
        result.append(_placed(sheet))
    return tuple(result)


def _check_sheet_name(name: str, taken: set[str], source: str) -> None:
    if name.casefold() in taken:
        raise WorkbookError(f"{source} has a sheet {name} already; rename or delete it, or choose another name")
    problem = ""
    if not name.strip():
        problem = "is blank"
    elif len(name.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_SHEET_NAME:
        problem = f"is longer than {LONGEST_SHEET_NAME} characters"
    elif _FORBIDDEN.search(name):
        problem = r"holds one of \ / ? * : [ ] or a character that is not printed"
    elif name.startswith("'") or name.endswith("'"):
        problem = "begins or ends with an apostrophe"
    elif name.casefold() == _RESERVED:
        problem = "is kept by Excel for itself"
    if problem:
        raise WorkbookError(f"a sheet cannot be called {name!r}: the name {problem}; choose another name")


def _check_table_name(name: str, taken: set[str], source: str) -> None:
    if name.casefold() in taken:
        raise WorkbookError(f"{source} has a table or a name {name} already; rename or delete it, or choose another")
    if not _TABLE_NAME.fullmatch(name) or _LIKE_A_CELL.fullmatch(name) or len(name) > LONGEST_NAME:
        raise WorkbookError(
            f"a table cannot be called {name!r}: a name begins with a letter or underscore, holds letters, digits, "
            "points and underscores, and does not look like a cell; choose another name"
        )


def _placed(sheet: NewSheet) -> PlacedSheet:
    tables = tuple(_placed_table(sheet.name, table) for table in sheet.tables)
    cells = {one_cell(sheet.name, text): value for text, value in sheet.cells.items()}
    styles = {one_cell(sheet.name, text): style for text, style in sheet.styles.items()}
    for place, value in cells.items():
        if isinstance(value, dt.date):
            styles[place] = _dated(styles.get(place, Style()), [value])
    for one, other in combinations(tables, 2):
        if one.area.meets(other.area):
            raise WorkbookError(
                f"the plan puts tables {one.table.name} ({one.area}) and {other.table.name} ({other.area}) of the new "
                f"sheet {sheet.name} over one another; move one of them"
            )
    for row, column in [*cells, *styles] if tables else ():
        for table in tables:
            if table.area.holds(row, column):
                raise WorkbookError(
                    f"the plan gives {sheet.name}!{address(row, column)} a value or a style of its own, but it lies in "
                    f"table {table.table.name} ({table.area}); give them to the table's column"
                )
    found = PlacedSheet(sheet, cells, styles, tables)
    for style in set(found.looks()):
        _check_style(sheet.name, style)
    _check_view(sheet)
    return found


def _dated(style: Style, values: Sequence[Cell]) -> Style:
    """Let days be shown as days where a style does not say how; in a column that holds nothing else."""
    if style.number_format != "General":
        return style
    kinds = {type(value) for value in values if value is not None}
    if not kinds or not kinds <= {dt.date, dt.datetime}:
        return style
    return replace(style, number_format=DAY if kinds == {dt.date} else MOMENT)


def _placed_table(sheet: str, table: NewTable) -> PlacedTable:
    where = f"table {table.name} on the new sheet {sheet}"
    if not table.columns:
        raise WorkbookError(f"the plan gives {where} no column; give it one")
    lengths = {header: len(values) for header, values in table.columns.items()}
    if len(set(lengths.values())) > 1:
        raise WorkbookError(f"the plan's columns for {where} differ in length: {lengths}")
    seen: set[str] = set()
    for header in table.columns:
        if not header or len(header) > LONGEST_NAME or header.casefold() in seen:
            raise WorkbookError(
                f"{where} cannot have a column {header!r}: headers are not blank, have at most {LONGEST_NAME} "
                "characters, and differ by more than upper and lower case"
            )
        seen.add(header.casefold())
    strange = [header for header in table.styles if header not in table.columns]
    if strange:
        raise WorkbookError(f"the plan gives column {strange[0]!r} of {where} a style, but there is no such column")
    last_row = table.row + max(1, *lengths.values())
    last_column = table.column + len(table.columns) - 1
    if table.row < 1 or table.column < 1 or last_row > LAST_ROW or last_column > LAST_COLUMN:
        raise WorkbookError(
            f"{where} would reach from row {table.row}, column {table.column} to row {last_row:,}, column "
            f"{last_column:,}; a sheet has {LAST_ROW:,} rows and {LAST_COLUMN:,} columns. Write fewer"
        )
    return PlacedTable(table, Area(table.row, table.column, last_row, last_column))


def _check_style(sheet: str, style: Style) -> None:
    texts = style.number_format, style.font
    wrong = [text for text in texts if len(text) > LONGEST_NAME or _UNWRITABLE.search(text)]
    wrong += [text for text in (style.colour, style.fill) if not _COLOUR.fullmatch(text)]
    wrong += [style.align] if style.align not in ("", "left", "center", "right") else []
    if style.size is not None and not 1 <= style.size <= 409:
        wrong.append(f"{style.size} points")
    if not style.number_format:
        wrong.append("")
    if wrong:
        raise WorkbookError(
            f"the plan styles cells of the new sheet {sheet} with {wrong[0]!r}, which Excel does not take; "
            "colours are RRGGBB, sizes 1 to 409 points, number formats up to 255 characters"
        )


def _check_view(sheet: NewSheet) -> None:
    for column, width in sheet.widths.items():
        if not (1 <= column <= LAST_COLUMN and 0 <= width <= WIDEST):
            raise WorkbookError(
                f"the plan makes column {column} of the new sheet {sheet.name} {width} characters wide; "
                f"columns go from 1 to {LAST_COLUMN:,} and are at most {WIDEST} wide"
            )
    row, column = sheet.freeze
    if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
        raise WorkbookError(
            f"the plan freezes the new sheet {sheet.name} at row {row}, column {column}, where no cell is"
        )
