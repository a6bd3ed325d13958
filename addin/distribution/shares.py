"""
A recipient's share of a workbook: which rows of which tables, which cells beside them, and what formulas say of it.

Two ways. *Whole*: everybody may see everything that shows, and the copy has it as it is. *Filtered*: a table with
customers keeps the recipient's rows, tables about the whole company go with their sheets, the template's formulas are
computed anew over what is left, and outside tables only what the template itself says stands in the copy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any, Final

from addin.books.cellxml import Area
from addin.books.places import TablePart
from addin.contents import Contents
from addin.distribution.anonymous import Pseudonyms
from addin.distribution.copies import CopySheet, CopyTable
from addin.distribution.people import Customers, Recipient, column_of, headings_like, text_of
from addin.distribution.references import Body
from addin.distribution.seen import SeenBook, SeenCell, SeenSheet
from valuation.tables import ASSUMPTIONS, CUSTOMERS, INPUT_TABLES, LEDGER_POOLS, TABLES, Column, Kind, Table
from valuation.tables.schema import normalise_heading
from workbook_templates.layout import Formula, NamedCell, Role, TableBlock, Text
from workbook_templates.native import Book, Expr, Figure, Figures, Name
from workbook_templates.native import Column as NativeColumn
from workbook_templates.plan import Cell, CellError
from workbook_templates.planner import book as planner_book

__all__ = ["NOT_SHOWN", "TRACKER_SHEET", "Ask", "Choice", "Share", "share_of"]

NOT_SHOWN: Final = "not shown"
TRACKER_SHEET: Final = "Distribution"
BLANK_ROWS: Final = 10
"""Rows to fill in below the rows of a table that may get new ones."""

_CUSTOMER_COLUMNS: Final = ("customer_id", "referrer_id", "referred_id", "influencer_id", "influenced_id", "bill_to")
_OPEN_NAMES: Final = ("cv_used_as_of", "cv_used_as_of_text", "cv_used_convention", "cv_used_version", "cv_used_horizon")
"""Named cells that say how the figures were made and nothing about whose they are."""
_NEUTRAL_TEXTS: Final = frozenset(
    (
        *("driver", "pool", "segment", "needs_segment", "model_segment", "revenue_tier"),
        *("profit_tier", "strategic_tier", "lifetime_tier", "engagement_tier", "value_decile", "growth_segment"),
        *("lifecycle", "lifecycle_rule", "grade", "retention_basis", "measure", "line"),
        *("horizon", "quadrant", "unit", "severity", "kind", "stratum"),
        *("bucket", "tier", "level", "method", "basis", "model"),
        *("id", "scope"),
    )
)
"""Columns of texts that come from the model or name no person, kept when customers are made anonymous."""
_COMPANY: Final = "it is about the whole company"
_SEGMENTS: Final = ("segment", "needs_segment")
_BLANK: Final = SeenCell("", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A table that recipients fill in: some of its columns, by heading, and the columns that tell its rows apart."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    new_rows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    What was asked for, the same for every recipient.

    Attributes
    ----------
    by : str
        The column by which customers are parted, or "".
    values_only : bool
        Whether formulas become values.
    drop, keep : frozenset of str
        Sheets, folded.
    pseudonyms : Pseudonyms or None
        For customers under another name.
    asks : tuple of Ask
        Tables to fill in.
    """

    by: str = ""
    values_only: bool = False
    drop: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    pseudonyms: Pseudonyms | None = None
    asks: tuple[Ask, ...] = ()

    @property
    def filtered(self) -> bool:
        """Whether the copy is made of a part, or of something else than what shows."""
        return bool(self.by) or self.pseudonyms is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """
    What goes into a copy.

    Attributes
    ----------
    sheets : tuple of CopySheet
        In their order.
    rows : mapping of str to int
        Name of each table that is a table in the copy to its filled rows.
    places : mapping of str to tuple of int
        Name of a table to the positions of its rows in the workbook's table.
    tables : frozenset of str
        Folded names of those tables.
    formulas : bool
        Whether formulas may stay.
    notes : tuple of str
        What was left out, in words without names of customers.
    """

    sheets: tuple[CopySheet, ...]
    rows: Mapping[str, int]
    places: Mapping[str, tuple[int, ...]]
    tables: frozenset[str]
    formulas: bool
    notes: tuple[str, ...]


def share_of(
    book: SeenBook, contents: Contents | None, customers: Customers | None, recipient: Recipient, choice: Choice
) -> Share:
    """Work out what a recipient gets."""
    return _Sharing(book, contents, customers, recipient, choice).share()


@dataclass(slots=True)
class _Kept:
    """A table in the copy: positions of its rows, and its columns' cells in that order, by heading."""

    part: TablePart
    positions: tuple[int, ...]
    columns: dict[str, list[Cell]]
    cut: bool
    """Whether rows are gone, so that what stands beside them belongs to nobody any more."""
    blank_rows: int = 0


class _Sharing:
    def __init__(
        self,
        book: SeenBook,
        contents: Contents | None,
        customers: Customers | None,
        recipient: Recipient,
        choice: Choice,
    ) -> None:
        self.book, self.contents, self.customers = book, contents, customers
        self.recipient, self.choice = recipient, choice
        self.notes: list[str] = []
        self._out: dict[str, list[str]] = {}
        self._asks = {ask.table.casefold(): ask for ask in choice.asks}
        self._contract: dict[str, Table] = {}
        if contents is not None:
            blocks = (block.table for _, block in contents.template.tables.values())
            self._contract = {table.excel_name.casefold(): table for table in blocks}
        everyone = frozenset(customers.ids) - {""} if customers else frozenset()
        self._foreign_ids = everyone - recipient.ids if choice.by else frozenset()
        own_names = customers.names_of(recipient.ids) if customers else frozenset()
        self._foreign = (self._foreign_ids | customers.names_of(self._foreign_ids) if customers else frozenset()) - (
            recipient.ids | own_names
        )
        self._same_heading = headings_like(book.tables, choice.by) if choice.by and contents is None else {}

    def share(self) -> Share:
        kept = {name: table for name, part in self.book.tables.items() if (table := self._table(part)) is not None}
        self._kept = kept
        sheets = [sheet for sheet in self.book.sheets.values() if self._stays(sheet)]
        self._names_of_kept = {sheet.name.casefold() for sheet in sheets}
        copies = tuple(self._sheet(sheet) for sheet in sheets)
        left_out = [f"left out, because {reason}: {', '.join(names)}" for reason, names in self._out.items()]
        there = {name: table for name, table in kept.items() if table.part.sheet.casefold() in self._names_of_kept}
        return Share(
            sheets=copies,
            rows={table.part.name: len(table.positions) for table in there.values()},
            places={table.part.name: table.positions for table in there.values()},
            tables=frozenset(there),
            formulas=not self.choice.values_only and not self.choice.filtered,
            notes=tuple(dict.fromkeys((*left_out, *self.notes))),
        )

    # ---- tables

    def _table(self, part: TablePart) -> _Kept | None:
        """Take a table's rows that go into the copy; None when it goes out as a whole."""
        if part.sheet.casefold() == TRACKER_SHEET.casefold() or not part.header_rows:
            return None
        rows = self._rows(part) if self.choice.filtered else self._showing(part)
        if rows is None:
            return None
        hidden = self.book.sheets[part.sheet].hidden_columns
        columns: dict[str, list[Cell]] = {}
        for place, heading in zip(part.area.columns, part.columns, strict=True):
            cells = column_of(self.book, part, heading)
            taken: list[Cell] = [None if place in hidden else cells[row] for row in rows]
            columns[heading] = self._transformed(part, heading, taken, rows)
        ask = self._asks.get(part.name.casefold())
        all_rows = len(part.body.rows)
        return _Kept(
            part=part,
            positions=tuple(rows),
            columns=columns,
            cut=len(rows) < all_rows or self.choice.filtered or bool(ask and ask.new_rows),
            blank_rows=BLANK_ROWS if ask and ask.new_rows else 0,
        )

    def _showing(self, part: TablePart) -> list[int]:
        """Give the rows that show: a row that the sender has hidden is not for others."""
        hidden = self.book.sheets[part.sheet].hidden_rows
        rows = [position for position, row in enumerate(part.body.rows) if row not in hidden]
        if len(rows) < len(part.body.rows):
            self.notes.append(f"{part.name}: {len(part.body.rows) - len(rows):,} hidden rows were left out")
        return rows

    def _rows(self, part: TablePart) -> list[int] | None:
        table = self._contract.get(part.name.casefold())
        keys = self._customer_headings(part, table)
        everything = list(range(len(part.body.rows)))
        if not self.choice.by:
            return everything
        if keys:
            columns = [list(map(text_of, column_of(self.book, part, heading))) for heading in keys]
            return [
                position
                for position, ids in enumerate(zip(*columns, strict=True))
                if any(ids) and all(id_ in self.recipient.ids for id_ in ids if id_)
            ]
        if table is ASSUMPTIONS or (table is not None and table.name == ASSUMPTIONS.name):
            return self._assumptions(part)
        heading = self._by_heading(part, table)
        if heading:
            wanted = self.recipient.name.casefold()
            cells = column_of(self.book, part, heading)
            return [position for position, cell in enumerate(cells) if text_of(cell).casefold() == wanted]
        asked = part.name.casefold() in self._asks
        return everything if asked or part.sheet.casefold() in self.choice.keep else None

    def _customer_headings(self, part: TablePart, table: Table | None) -> list[str]:
        """Find the columns that say whose a row is."""
        if table is not None:
            if table.name == LEDGER_POOLS.name:  # a customer's own lines in it are the exception
                return []
            names = [heading for heading in part.columns if (c := table.column_for(heading)) and c.kind is Kind.ID]
            return [heading for heading in names if table.column_for(heading).name in _CUSTOMER_COLUMNS]  # type: ignore[union-attr]
        if self.customers is None or not self.customers.id_heading:
            return []
        wanted = normalise_heading(self.customers.id_heading)
        return [heading for heading in part.columns if normalise_heading(heading) == wanted]

    def _by_heading(self, part: TablePart, table: Table | None) -> str:
        """Find the column that an input table has in common with the customers."""
        if table is None:
            return self._same_heading.get(part.name.casefold(), "")
        if table.name not in {known.name for known in INPUT_TABLES}:
            return ""
        column = CUSTOMERS.column_for(self.choice.by)
        found = [heading for heading in part.columns if column and table.column_for(heading) is not None]
        names = {heading: table.column_for(heading) for heading in found}
        return next((h for h, c in names.items() if c is not None and column is not None and c.name == column.name), "")

    def _assumptions(self, part: TablePart) -> list[int]:
        """Keep what holds for all, and what holds for the recipient's customers and their segments."""
        named = {c.name: h for h in part.columns if (c := ASSUMPTIONS.column_for(h)) is not None}
        scopes = [text_of(cell).casefold() for cell in column_of(self.book, part, named["scope"])]
        where = [text_of(cell) for cell in column_of(self.book, part, named["applies_to"])]
        allowed = self.recipient.ids | self._own_segments
        return [i for i, scope in enumerate(scopes) if scope in ("", "all") or where[i] in allowed]

    @cached_property
    def _own_segments(self) -> frozenset[str]:
        if self.contents is None or self.customers is None:
            return frozenset()
        segments = self.contents.cells[CUSTOMERS.name].get("segment", ())
        pairs = zip(self.customers.ids, map(text_of, segments), strict=False)
        return frozenset(segment for id_, segment in pairs if id_ in self.recipient.ids and segment)

    def _transformed(self, part: TablePart, heading: str, cells: list[Cell], rows: Sequence[int]) -> list[Cell]:
        """Blank what points at other recipients' customers, count ranks anew, and give neutral names."""
        if not self.choice.filtered:
            return cells
        table = self._contract.get(part.name.casefold())
        column = table.column_for(heading) if table is not None else None
        if self._foreign:
            cells = [
                None if isinstance(cell, str | float) and self._is_foreign(cell, column) else cell for cell in cells
            ]
        if column is not None and column.unit == "rank" and self.choice.by:
            cells = _ranked(cells)
        if self.choice.by and table is not None and table.name == ASSUMPTIONS.name and column is not None:
            cells = self._without_totals(part, column, cells, rows)
        if self.choice.pseudonyms is not None:
            cells = self._anonymous(part, table, column, heading, cells, rows)
        return cells

    def _without_totals(self, part: TablePart, column: Column, cells: list[Cell], rows: Sequence[int]) -> list[Cell]:
        """Blank what the company's books add up to, which stands among the assumptions for a check."""
        if column.name not in ("value", "used"):
            return cells
        heading = next(h for h in part.columns if (c := ASSUMPTIONS.column_for(h)) is not None and c.name == "id")
        ids = [text_of(cell) for cell in column_of(self.book, part, heading)]
        return [None if "total" in ids[row] else cell for row, cell in zip(rows, cells, strict=True)]

    def _is_foreign(self, cell: str | float, column: Column | None) -> bool:
        """A number is an id only where ids stand."""
        if isinstance(cell, float):
            return column is not None and column.kind is Kind.ID and text_of(cell) in self._foreign_ids
        return not isinstance(cell, CellError) and text_of(cell) in self._foreign

    def _anonymous(
        self,
        part: TablePart,
        table: Table | None,
        column: Column | None,
        heading: str,
        cells: list[Cell],
        rows: Sequence[int],
    ) -> list[Cell]:
        pseudonyms = self.choice.pseudonyms
        assert pseudonyms is not None
        assert self.customers is not None
        if table is None:
            own = self.customers.table.name == part.name
            if normalise_heading(heading) == normalise_heading(self.customers.id_heading):
                return [pseudonyms.id_of(text_of(cell)) if text_of(cell) else None for cell in cells]
            if own and heading in self.customers.name_headings:
                return [
                    pseudonyms.label_of(self.customers.ids[row]) if self.customers.ids[row] else None for row in rows
                ]
            return [cell if isinstance(cell, float | bool) or cell is None else None for cell in cells]
        if column is None or column not in tuple(table):  # a column of the user's own
            return [None] * len(cells)
        if column.name == "name" and self._customer_headings(part, table):
            ids = column_of(self.book, part, self._customer_headings(part, table)[0])
            known = frozenset(self.customers.ids)
            return [pseudonyms.label_of(id_) if (id_ := text_of(ids[row])) in known else None for row in rows]
        if column.name in _SEGMENTS or (column.name == "applies_to"):
            return [self._neutral(cell) for cell in cells]
        if column.kind is Kind.ID:
            return [pseudonyms.id_of(text_of(cell)) if text_of(cell) else None for cell in cells]
        if table.name == ASSUMPTIONS.name:
            return [None] * len(cells) if column.name in ("source", "owner") else cells
        if column.kind is Kind.TEXT and column.name not in _NEUTRAL_TEXTS:
            return [None] * len(cells)
        return cells

    def _neutral(self, cell: Cell) -> Cell:
        """Name a segment of the customers' table, or a customer, neutrally; the model's own letters stay."""
        pseudonyms, text = self.choice.pseudonyms, text_of(cell)
        assert pseudonyms is not None
        assert self.customers is not None
        if text in pseudonyms.segments:
            return pseudonyms.segment_of(text)
        if text in self.customers.ids and text:
            return pseudonyms.id_of(text)
        return cell if len(text) <= 1 else None

    # ---- formulas of the template

    @cached_property
    def _evaluated(self) -> Mapping[tuple[int, int, str], Cell]:
        """Compute the template's formulas over the copy's tables; those that need what is not in it are not shown."""
        if self.contents is None:
            return {}
        filled, missing = self._filled_book()
        found: dict[tuple[int, int, str], Cell] = {}
        reads = _Reads(self.contents, missing)
        for key, (sheet, formula) in self.contents.template.formulas.items():
            value: Cell = NOT_SHOWN
            if reads.all_there(key):
                value = filled.figure(key)
            elif formula.role in (Role.STATUS, Role.VERDICT):
                value = None
            found[formula.row, formula.column, sheet.name] = value
        return found

    @cached_property
    def _names(self) -> Mapping[str, Cell]:
        """Give the named cells that may be in the copy."""
        assert self.contents is not None
        names = dict(self.contents.names)
        if not self.choice.by:
            return {name: None if self._personal(cell) else cell for name, cell in names.items()}
        open_ = {name: cell for name, cell in names.items() if name in _OPEN_NAMES or name in self._typed}
        return {name: None if self._personal(cell) else cell for name, cell in open_.items()}

    @cached_property
    def _typed(self) -> frozenset[str]:
        assert self.contents is not None
        items = (item for _, item in self.contents.template.items())
        return frozenset(item.name for item in items if isinstance(item, NamedCell) and item.input)

    def _personal(self, cell: Cell) -> bool:
        """Tell whether a cell names a customer that must not be named."""
        if self.choice.pseudonyms is not None and self.customers is not None:
            everyone = frozenset(self.customers.ids)
            return text_of(cell) in everyone | self.customers.names_of(everyone) and cell is not None
        return text_of(cell) in self._foreign and cell is not None

    def _filled_book(self) -> tuple[Book, frozenset[str]]:
        assert self.contents is not None
        tables: dict[str, Mapping[str, Sequence[Cell]]] = {}
        for name, (_, block) in self.contents.template.tables.items():
            kept = self._kept.get(block.table.excel_name.casefold())
            if kept is not None:
                tables[name] = self._contract_cells(name, block, kept)
        missing = {block.table.excel_name for name, (_, block) in self.contents.template.tables.items()}
        missing -= {TABLES[name].excel_name for name in tables}
        hidden = set(self.contents.names) - set(self._names)
        return planner_book(self.contents.template, tables, self._names), frozenset(missing | hidden)

    def _contract_cells(self, name: str, block: TableBlock, kept: _Kept) -> Mapping[str, Sequence[Cell]]:
        """Give a table's cells as the model reads them: dates as dates, everything else as in the copy."""
        assert self.contents is not None
        read = self.contents.cells[name]
        found: dict[str, Sequence[Cell]] = {}
        for heading, cells in kept.columns.items():
            column = block.table.column_for(heading)
            if column is None or column.name in found or column.name not in read:
                continue
            dates = column.kind in (Kind.DATE, Kind.ANY)
            found[column.name] = [read[column.name][row] for row in kept.positions] if dates else cells
        return found

    # ---- sheets

    def _stays(self, sheet: SeenSheet) -> bool:
        reason = self._why_not(sheet)
        if reason:
            self._out.setdefault(reason, []).append(sheet.name)
        return not reason

    def _why_not(self, sheet: SeenSheet) -> str:
        """Say why a sheet is not in the copy, "" when it is."""
        name = sheet.name.casefold()
        if name in self.choice.drop:
            return "it was asked for"
        if name == TRACKER_SHEET.casefold():
            return "it is about all recipients"
        if name in self.choice.keep:
            return ""
        if sheet.state != "visible":
            return "it is hidden"
        if not self.choice.filtered:
            return ""
        parts = self.book.tables_on(sheet.name)
        if parts:
            there = [part for part in parts if part.name.casefold() in self._kept]
            return "" if there else _COMPANY
        return self._why_no_figures(sheet)

    def _why_no_figures(self, sheet: SeenSheet) -> str:
        if self.contents is None or sheet.name not in {s.name for s in self.contents.template.sheets}:
            return "it is not known whose its contents are (--keep shows it)"
        values = [value for (_, _, name), value in self._evaluated.items() if name == sheet.name]
        lost = sum(value == NOT_SHOWN for value in values)
        return _COMPANY if lost * 2 > len(values) else ""

    def _sheet(self, sheet: SeenSheet) -> CopySheet:
        parts = self.book.tables_on(sheet.name)
        kept = [self._kept[part.name.casefold()] for part in parts if part.name.casefold() in self._kept]
        gone = [part.area for part in parts if part.name.casefold() not in self._kept]
        taken = [table.part.area.down_to(table.part.body.last_row) for table in kept]
        bodies = [Body(table.part.body, _last(table)) for table in kept if table.cut]
        # totals of a part are not those of the whole
        moved = [_rows_of(table.part, totals=self.choice.filtered) for table in kept if table.cut]
        cells: dict[int, dict[int, SeenCell]] = {}
        lost = 0
        for row, line in sheet.cells.items():
            inside = {column for area in taken if row in area.rows for column in area.columns}
            for column, cell in line.items():
                if column in inside:
                    continue
                new = self._beside(sheet, row, column, cell, moved, gone)
                if new.value is None and cell.value is not None:
                    lost += self._is_missed(sheet, row, column, gone)
                if new.style or new.formula or new.value is not None:
                    cells.setdefault(row, {})[column] = new
        lost_tables = [part.name for part in parts if part.name.casefold() not in self._kept]
        if lost_tables:
            self._out.setdefault(_COMPANY, []).append(f"{', '.join(lost_tables)} on {sheet.name}")
        for area in gone:
            cells.setdefault(area.first_row, {})[area.first_column] = SeenCell("", NOT_SHOWN)
        unlocked: set[tuple[int, int]] = set()
        for table in kept:
            self._write_table(sheet, table, cells)
            unlocked |= self._unlocked(table)
        if lost and sheet.name != "Index":
            self.notes.append(f"sheet {sheet.name}: {lost:,} cells beside the tables were left out")
        tables = [_copy_table(table) for table in kept]
        return CopySheet(
            source=sheet,
            cells=cells,
            tables=tables,
            bodies=bodies,
            gone=gone,
            unlocked=frozenset(unlocked),
        )

    def _is_missed(self, sheet: SeenSheet, row: int, column: int, gone: Sequence[Area]) -> bool:
        """Tell cells that somebody may miss from those whose going is said otherwise, or goes without saying."""
        return not self._of_the_template(sheet, row, column) and not any(area.holds(row, column) for area in gone)

    def _of_the_template(self, sheet: SeenSheet, row: int, column: int) -> bool:
        """Tell whether the template itself has something there, which has its place whatever a table's rows do."""
        return self.choice.filtered and self.contents is not None and (sheet.name, row, column) in self._items

    def _beside(
        self, sheet: SeenSheet, row: int, column: int, cell: SeenCell, moved: Sequence[range], gone: Sequence[Area]
    ) -> SeenCell:
        """Give a cell outside the tables as the copy has it."""
        nothing = SeenCell(cell.style, None)
        if any(area.holds(row, column) for area in gone):
            return _BLANK
        if row in sheet.hidden_rows or column in sheet.hidden_columns:
            return nothing
        if any(row in rows for rows in moved) and not self._of_the_template(sheet, row, column):
            return nothing if cell.value is not None or cell.formula else cell  # beside rows that went or moved
        if not self.choice.filtered:
            return cell
        if sheet.name.casefold() in self.choice.keep:
            return SeenCell(cell.style, self._shown(sheet, row, column, cell))
        return SeenCell(cell.style, self._shown_of_template(sheet, row, column, cell))

    def _shown(self, sheet: SeenSheet, row: int, column: int, cell: SeenCell) -> Cell:
        """Give a cell of a sheet that was asked for: a formula of ours anew, all else as it shows."""
        known = self._evaluated.get((row, column, sheet.name))
        return cell.value if known is None or not cell.formula else known

    def _shown_of_template(self, sheet: SeenSheet, row: int, column: int, cell: SeenCell) -> Cell:
        if cell.formula:
            return self._evaluated.get((row, column, sheet.name), NOT_SHOWN if cell.value is not None else None)
        if cell.value is None:
            return None
        if self.contents is None:  # a foreign workbook: the titles above a table with the recipient's rows
            parts = [self._kept[p.name.casefold()].part for p in self.book.tables_on(sheet.name)]
            above = any(row < part.area.first_row for part in parts if part.name.casefold() in self._kept)
            # a number there may be the company's total
            return cell.value if above and isinstance(cell.value, str) and self.choice.pseudonyms is None else None
        return self._constant(sheet, row, column, cell)

    def _constant(self, sheet: SeenSheet, row: int, column: int, cell: SeenCell) -> Cell:
        """Let through what the template itself says there."""
        item = self._items.get((sheet.name, row, column))
        if isinstance(item, NamedCell):
            return cell.value if item.name in self._names and self._names[item.name] is not None else None
        if not isinstance(item, Text) or text_of(cell.value) != text_of(_as_cell(item.text)):
            return None
        if sheet.name == "Index":
            link = self._items.get((sheet.name, row, 1))
            listed = isinstance(link, Text) and link.role is Role.LINK
            if listed and isinstance(link, Text) and str(link.text).casefold() not in self._names_of_kept:
                return None
        return cell.value

    @cached_property
    def _items(self) -> Mapping[tuple[str, int, int], Text | NamedCell | Formula]:
        assert self.contents is not None
        return {
            (sheet.name, item.row, item.column): item
            for sheet, item in self.contents.template.items()
            if isinstance(item, Text | NamedCell | Formula)
        }

    def _write_table(self, sheet: SeenSheet, table: _Kept, cells: dict[int, dict[int, SeenCell]]) -> None:
        part, header = table.part, table.part.area.first_row
        first = part.body.first_row
        for place, heading in zip(part.area.columns, part.columns, strict=True):
            seen = sheet.cells.get(header, {}).get(place, _BLANK)
            cells.setdefault(header, {})[place] = SeenCell(seen.style, heading)
            like = sheet.cells.get(first, {}).get(place, _BLANK).style
            for offset, (position, value) in enumerate(zip(table.positions, table.columns[heading], strict=True)):
                old = sheet.cells.get(first + position, {}).get(place, _BLANK)
                formula = old.formula if not table.cut and not self.choice.filtered else ""
                cells.setdefault(first + offset, {})[place] = SeenCell(old.style or like, value, formula)
            for row in range(first + len(table.positions), _last(table) + 1):
                cells.setdefault(row, {})[place] = SeenCell(like, None)

    def _unlocked(self, table: _Kept) -> set[tuple[int, int]]:
        ask = self._asks.get(table.part.name.casefold())
        if ask is None:
            return set()
        first, filled = table.part.body.first_row, len(table.positions)
        places = dict(zip(table.part.columns, table.part.area.columns, strict=True))
        asked = {(first + i, places[heading]) for heading in ask.columns for i in range(filled)}
        fresh = {(first + filled + i, place) for place in places.values() for i in range(table.blank_rows)}
        return asked | fresh


def _as_cell(text: str | float) -> Cell:
    return text if isinstance(text, str) else float(text)


def _rows_of(part: TablePart, *, totals: bool) -> range:
    """Give a table's rows below the header, the total with them or not."""
    return range(part.body.first_row, (part.area.last_row if totals else part.body.last_row) + 1)


def _last(table: _Kept) -> int:
    """Give the last row of a table in the copy; one without rows has a blank one."""
    return table.part.body.first_row + max(len(table.positions) + table.blank_rows, 1) - 1


def _copy_table(table: _Kept) -> CopyTable:
    return CopyTable(
        name=table.part.name,
        area=table.part.area.down_to(_last(table)),
        headings=table.part.columns,
        filtered=table.part.name.casefold() != ASSUMPTIONS.excel_name.casefold(),
    )


def _ranked(cells: Sequence[Cell]) -> list[Cell]:
    """Count ranks among the rows that are left."""
    numbers = sorted(cell for cell in cells if isinstance(cell, float))
    first: dict[float, float] = {}
    for place, number in enumerate(numbers, start=1):
        first.setdefault(number, float(place))
    return [first[cell] if isinstance(cell, float) else cell for cell in cells]


class _Reads:
    """What the formulas of a template read, directly or through other formulas."""

    def __init__(self, contents: Contents, missing: frozenset[str]) -> None:
        self._formulas = contents.template.formulas
        self._missing = missing
        self._known: dict[str, bool] = {}

    def all_there(self, key: str) -> bool:
        """Tell whether everything that a formula reads is in the copy."""
        if key not in self._known:
            self._known[key] = True  # while it is looked at
            self._known[key] = all(map(self._there, _leaves(self._formulas[key][1].expr)))
        return self._known[key]

    def _there(self, leaf: Expr) -> bool:
        match leaf:
            case NativeColumn():
                return leaf.table.excel_name not in self._missing
            case Name():
                return leaf.name not in self._missing
            case Figure():
                return self.all_there(leaf.key)
            case Figures():
                return all(map(self.all_there, leaf.keys))
        return True


def _leaves(value: Any) -> Iterator[Expr]:
    """Go through the parts of a formula that read something."""
    if isinstance(value, NativeColumn | Name | Figure | Figures):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _leaves(part)
    elif isinstance(value, Expr) and is_dataclass(value):
        for part in fields(value):
            yield from _leaves(getattr(value, part.name))
