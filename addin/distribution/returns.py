"""
Collecting: what recipients filled in, compared cell by cell with what was sent and with what the workbook holds now.

A returned file is as good as a stranger's until it is checked. A cell that only the recipient has changed is taken; one
that both have changed, or that two recipients want differently, is shown and left until somebody decides.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from addin.books.file import FileBook
from addin.books.places import TablePart
from addin.books.replacing import Keep
from addin.distribution.manifest import AskedTable, Sent, load_manifest, load_sent
from addin.distribution.people import column_of, text_of
from addin.distribution.seen import SeenBook, read_book
from addin.distribution.sending import NO_DATE, NO_TEMPLATE, rest_digest
from addin.distribution.tracker import Line, read_tracker, tracker_plan, with_return
from addin.faults import UserError
from addin.workbook import WorkbookError
from valuation.tables import INPUT_TABLES, NUMERIC_KINDS, Column, Kind, Table
from workbook_templates.addresses import address
from workbook_templates.plan import Cell, CellError, Plan, TableWrite

__all__ = ["Collection", "Conflict", "Refusal", "Resolve", "collect"]

Resolve = Literal["", "theirs", "ours"]
_NAMES: Final = ("cv_copy_file", "cv_copy_template", "cv_copy_as_of", "cv_copy_recipient", "cv_copy_issue")
_LARGEST_RETURN: Final = 1 << 28
_MOST_ROWS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """
    A cell that somebody has to decide on.

    Attributes
    ----------
    file, sheet, row, column : str
        The returned file, and the cell's sheet, key and heading.
    sent, returned, now : Cell
        What it held when it was sent, what came back, and what the workbook holds.
    why : str
        What the matter is.
    """

    file: str
    sheet: str
    row: str
    column: str
    sent: Cell
    returned: Cell
    now: Cell
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Something that was not taken: a file, or a row or cell of it, and why."""

    file: str
    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """
    What came back.

    Attributes
    ----------
    taken : mapping of str to int
        File to the cells that were taken from it.
    added : mapping of str to int
        File to the rows that were added from it.
    conflicts : tuple of Conflict
        Left as they are.
    refusals : tuple of Refusal
        Not taken.
    notes : tuple of str
        What else to know.
    lines : tuple of Line
        The tracker's lines of the recipients whose files came back.
    """

    taken: Mapping[str, int]
    added: Mapping[str, int]
    conflicts: tuple[Conflict, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]
    lines: tuple[Line, ...]


def collect(
    where: Path,
    workbook: Path,
    *,
    resolve: Resolve = "",
    now: dt.datetime,
    dry_run: bool = False,
    keep: Keep | None = None,
) -> Collection:
    """
    Bring returned files into the workbook that they were sent from.

    Parameters
    ----------
    where : Path
        Folder of the returned files.
    workbook : Path
        The sender's workbook.
    resolve : {"", "theirs", "ours"}
        Who is right where both have changed a cell; "" leaves it as it is and shows it.
    now : datetime
        For the tracker.
    dry_run : bool
        Whether nothing is written.
    keep : callable, optional
        Keeps the workbook as it was, such as `addin.backups.keeping`.

    Raises
    ------
    UserError
        If the folder or the workbook cannot be read, or the workbook cannot be written; nothing is changed then.
    """
    return _Collecting(where, workbook, resolve, now).run(dry_run=dry_run, keep=keep)


@dataclass(slots=True)
class _Returned:
    """A returned file that is what it says."""

    name: str
    sent: Sent
    book: SeenBook


@dataclass(slots=True)
class _Wish:
    """A cell that a recipient has changed."""

    file: str
    table: AskedTable
    key: tuple[str, ...]
    column: str
    sent: Cell
    returned: Cell


@dataclass(slots=True)
class _Master:
    """A table of the workbook as it is now."""

    part: TablePart
    columns: dict[str, list[Cell]]
    rows: dict[tuple[str, ...], int]
    doubles: set[tuple[str, ...]]
    with_formulas: set[str]
    added: list[dict[str, Cell]] = field(default_factory=list)


class _Collecting:
    def __init__(self, where: Path, workbook: Path, resolve: Resolve, now: dt.datetime) -> None:
        if not where.is_dir():
            raise UserError(f"there is no folder {where}; give the one with the returned files")
        self.where, self.workbook, self.resolve = where, workbook, resolve
        self.today = now.astimezone().date()
        self.book = FileBook(workbook)
        self.seen = read_book(workbook)
        self.refusals: list[Refusal] = []
        self.conflicts: list[Conflict] = []
        self.notes: list[str] = []
        self.entries: Counter[str] = Counter()
        self._masters: dict[str, _Master] = {}
        self._template, self._as_of = self._identity()
        manifest = load_manifest(where)
        self._latest = {entry.recipient: entry.issue for entry in manifest.files} if manifest else {}
        self._lines = {line.recipient: line for line in read_tracker(self.book)}
        for line in self._lines.values():
            self._latest[line.recipient] = max(line.issue, self._latest.get(line.recipient, 0))

    def _identity(self) -> tuple[str, str]:
        names = self.book.names()
        template = names.get("cv_template", "").strip('"')
        as_of = text_of(self.book.read_name("cv_used_as_of_text")) if "cv_used_as_of_text" in names else ""
        return template or NO_TEMPLATE, as_of or NO_DATE

    def run(self, *, dry_run: bool, keep: Keep | None) -> Collection:
        returned = self._returned()
        wishes = [wish for file in returned for wish in self._wishes(file)]
        cells, taken = self._decided(wishes)
        added = self._added(returned)
        lines = tuple(self._line(file) for file in returned)
        plan = self._plan(cells, lines)
        if not dry_run:
            self.notes += self.book.apply(plan, keep=keep).notes
        return Collection(
            taken=taken,
            added=added,
            conflicts=tuple(self.conflicts),
            refusals=tuple(self.refusals),
            notes=tuple(dict.fromkeys(self.notes)),
            lines=lines,
        )

    # ---- files

    def _returned(self) -> list[_Returned]:
        paths = sorted(path for path in self.where.iterdir() if path.suffix.casefold() in (".xlsx", ".xlsm", ".xls"))
        found: list[_Returned] = []
        for path in paths:
            if path.name.startswith(("~$", ".")) or path.resolve() == self.workbook.resolve():
                continue
            try:
                found.append(self._checked(path))
            except UserError as fault:
                self.refusals.append(Refusal(file=path.name, where="the file", why=str(fault)))
        doubles = {id_ for id_, times in Counter(file.sent.file_id for file in found).items() if times > 1}
        for file in found:
            if file.sent.file_id in doubles:
                why = "another file here is a return of the same copy; keep the one that counts"
                self.refusals.append(Refusal(file=file.name, where="the file", why=why))
        return [file for file in found if file.sent.file_id not in doubles]

    def _checked(self, path: Path) -> _Returned:
        """Read a returned file; `UserError` says why it is not taken."""
        if path.suffix.casefold() != ".xlsx":
            raise WorkbookError("is not an .xlsx file, as it was when it was sent; ask for it as it was sent")
        if path.stat().st_size > _LARGEST_RETURN:
            raise WorkbookError(f"is larger than {_LARGEST_RETURN:,} bytes; no copy is")
        said = self._said(path)
        sent = load_sent(said["cv_copy_file"])
        if sent is None:
            raise WorkbookError(
                "has a file id that was not sent from this computer's user; collect where you have distributed"
            )
        if (sent.template, sent.as_of) != (said["cv_copy_template"], said["cv_copy_as_of"]) or (
            sent.recipient,
            str(sent.issue),
        ) != (said["cv_copy_recipient"], said["cv_copy_issue"]):
            raise WorkbookError("says on its first sheet what was not sent; ask for the copy as it was sent")
        if sent.template != self._template:
            raise WorkbookError(f"is of the template {sent.template}, this workbook of {self._template}")
        if sent.as_of != self._as_of:
            raise WorkbookError(f"is of the period to {sent.as_of}, this workbook to {self._as_of}; distribute again")
        latest = self._latest.get(sent.recipient, sent.issue)
        if sent.issue < latest:
            raise WorkbookError(f"is of issue {sent.issue}, which issue {latest} has replaced; ask for that one")
        book = read_book(path, wanted={table.sheet for table in sent.asked})
        for table in sent.asked:
            self._check_structure(book, table)
        return _Returned(path.name, sent, book)

    def _said(self, path: Path) -> dict[str, str]:
        """Read what a file says about itself."""
        book = FileBook(path)
        missing = [name for name in _NAMES if name not in book.names()]
        if missing:
            raise WorkbookError("is no copy that was made by customer-value distribute (it has no file id)")
        return {name: text_of(book.read_name(name)) for name in _NAMES}

    def _check_structure(self, book: SeenBook, table: AskedTable) -> None:
        part = book.tables.get(table.table.casefold())
        if part is None or part.sheet != table.sheet:
            raise WorkbookError(f"lacks the table {table.table} on sheet {table.sheet}; ask for it as it was sent")
        if list(part.columns) != table.headings:
            raise WorkbookError(f"has other columns in {table.table} than were sent; ask for it as it was sent")
        if len(part.body.rows) > len(table.shown) + _MOST_ROWS:
            raise WorkbookError(f"has {len(part.body.rows):,} rows in {table.table}; {len(table.shown):,} were sent")

    # ---- what was filled in

    def _wishes(self, file: _Returned) -> list[_Wish]:
        found = []
        for table in file.sent.asked:
            rows = _rows_by_key(file.book, table)
            self._note_other_changes(file, table)
            for shown, real, sent in zip(table.shown, table.real, table.cells, strict=True):
                key = tuple(map(text_of, shown))
                places = rows.get(key, [])
                where = f"sheet {table.sheet}, {', '.join(map(text_of, real))}"
                if len(places) != 1:
                    why = "stands more than once" if places else "is not there any more; it stays in the workbook"
                    self.refusals.append(Refusal(file=file.name, where=where, why=f"the row {why}"))
                    continue
                part = file.book.tables[table.table.casefold()]
                columns = {name: column_of(file.book, part, name) for name in table.columns}
                for name, before in zip(table.columns, sent, strict=True):
                    after = columns[name][places[0]]
                    if text_of(after) != text_of(before):
                        real_key = tuple(map(text_of, real))
                        found.append(_Wish(file.name, table, real_key, name, before, after))
                        self.entries[file.name] += 1
        return found

    def _note_other_changes(self, file: _Returned, table: AskedTable) -> None:
        part = file.book.tables[table.table.casefold()]
        others = [heading for heading in table.headings if heading not in (*table.key, *table.columns)]
        columns = [column_of(file.book, part, heading)[: len(table.shown)] for heading in others]
        if rest_digest([list(row) for row in zip(*columns, strict=True)]) != table.rest:
            self.notes.append(f"{file.name}: cells of {table.sheet} that were not asked for have changed; not taken")

    def _decided(self, wishes: Sequence[_Wish]) -> tuple[dict[tuple[str, str, int], Cell], dict[str, int]]:
        """Choose what is taken: by table, heading and row of the workbook."""
        cells: dict[tuple[str, str, int], Cell] = {}
        taken: Counter[str] = Counter()
        same: dict[tuple[str, tuple[str, ...], str], list[_Wish]] = {}
        for wish in wishes:
            same.setdefault((wish.table.table, wish.key, wish.column), []).append(wish)
        for (table, key, column), group in same.items():
            master = self._master(group[0].table)
            row = master.rows.get(key)
            if row is None or key in master.doubles:
                why = "stands twice in the workbook" if key in master.doubles else "is not in the workbook any more"
                self.refusals += [
                    Refusal(file=wish.file, where=f"sheet {wish.table.sheet}, {', '.join(key)}", why=f"the row {why}")
                    for wish in group
                ]
                continue
            if self._is_faulty(group, master):
                continue
            now = master.columns[column][row]
            if self._is_settled(group, now):
                cells[table, column, row] = group[0].returned
                taken[group[0].file] += text_of(now) != text_of(group[0].returned)
        return cells, dict(taken)

    def _is_faulty(self, group: Sequence[_Wish], master: _Master) -> bool:
        """Refuse what the column cannot hold, and what would take a formula's place."""
        for wish in group:
            fault = _fault(wish.returned, _contract_column(wish.table.table, wish.column))
            if wish.column in master.with_formulas:
                fault = "the workbook has formulas in this column"
            if fault:
                where = f"sheet {wish.table.sheet}, {', '.join(wish.key)}, {wish.column}"
                self.refusals.append(Refusal(file=wish.file, where=where, why=fault))
                return True
        return False

    def _is_settled(self, group: Sequence[_Wish], now: Cell) -> bool:
        """Tell whether what came back is taken; if not, it is shown."""
        returned = {text_of(wish.returned) for wish in group}
        changed_here = text_of(now) != text_of(group[0].sent)
        if len(returned) == 1 and (not changed_here or text_of(now) in returned):
            return True
        if len(returned) == 1 and self.resolve == "theirs":
            return True
        if self.resolve != "ours":
            why = "two recipients want it differently" if len(returned) > 1 else "changed here as well"
            self.conflicts += [
                Conflict(
                    file=wish.file,
                    sheet=wish.table.sheet,
                    row=", ".join(wish.key),
                    column=wish.column,
                    sent=wish.sent,
                    returned=wish.returned,
                    now=now,
                    why=why,
                )
                for wish in group
            ]
        return False

    # ---- rows that are new

    def _added(self, returned: Sequence[_Returned]) -> dict[str, int]:
        added: Counter[str] = Counter()
        for file in returned:
            for table in file.sent.asked:
                if table.new_rows:
                    added[file.name] += self._added_to(file, table)
        return {name: count for name, count in added.items() if count}

    def _added_to(self, file: _Returned, table: AskedTable) -> int:
        part = file.book.tables[table.table.casefold()]
        known = {tuple(map(text_of, row)) for row in table.shown}
        columns = {heading: column_of(file.book, part, heading) for heading in part.columns}
        master, count = self._master(table), 0
        for position in range(len(part.body.rows)):
            row = {
                heading: self._translated(file.sent, table, heading, columns[heading][position]) for heading in columns
            }
            shown = tuple(text_of(columns[heading][position]) for heading in table.key)
            if shown in known or all(text_of(cell) == "" for cell in row.values()):
                continue
            self.entries[file.name] += 1
            key = tuple(text_of(row[heading]) for heading in table.key)
            why = self._why_not_added(file.sent, table, master, key, row)
            if why == _THERE:
                continue
            if why:
                at = f"sheet {table.sheet}, row {part.body.first_row + position}"
                self.refusals.append(Refusal(file=file.name, where=at, why=why))
                continue
            master.rows[key] = len(next(iter(master.columns.values()))) + len(master.added)
            master.added.append(row)
            count += 1
        return count

    def _translated(self, sent: Sent, table: AskedTable, heading: str, cell: Cell) -> Cell:
        """Give a customer its own id again."""
        column = _contract_column(table.table, heading)
        return sent.translated.get(text_of(cell), cell) if column is not None and column.kind is Kind.ID else cell

    def _why_not_added(
        self, sent: Sent, table: AskedTable, master: _Master, key: tuple[str, ...], row: Mapping[str, Cell]
    ) -> str:
        if not any(key):
            return f"a new row has no {' and '.join(table.key)}"
        if key in master.rows:
            place = master.rows[key]
            before = {
                heading: cells[place] if place < len(cells) else None
                for heading, cells in master.columns.items()
                if heading in row
            }
            if place < len(next(iter(master.columns.values()))) and all(
                text_of(before[heading]) == text_of(row[heading]) for heading in before
            ):
                return _THERE
            return "a row of this key is in the workbook already, and it is not the recipient's to change"
        for heading, cell in row.items():
            column = _contract_column(table.table, heading)
            if fault := _fault(cell, column):
                return f"{heading}: {fault}"
            if column is not None and column.name == "customer_id" and text_of(cell) not in sent.customers:
                return "a new row is for a customer who is not the recipient's"
            if text_of(cell) and heading in master.with_formulas:
                return f"{heading}: the workbook has formulas in this column"
        return ""

    # ---- the workbook

    def _master(self, table: AskedTable) -> _Master:
        name = table.table.casefold()
        if name not in self._masters:
            part = self.seen.tables.get(name)
            missing = [h for h in (*table.key, *table.columns) if part is None or h not in part.columns]
            if part is None or missing:
                what = f"column {missing[0]} of {table.table}" if part is not None else f"table {table.table}"
                raise WorkbookError(f"{self.workbook.name} lacks the {what}, which was sent; restore it")
            columns = {heading: column_of(self.seen, part, heading) for heading in part.columns}
            keys = [tuple(map(text_of, row)) for row in zip(*(columns[h] for h in table.key), strict=True)]
            times = Counter(keys)
            cells = self.seen.sheets[part.sheet].cells
            formulas = {
                heading
                for heading, place in zip(part.columns, part.area.columns, strict=True)
                if any(place in cells.get(row, {}) and cells[row][place].formula for row in part.body.rows)
            }
            self._masters[name] = _Master(
                part=part,
                columns=columns,
                rows={key: row for row, key in enumerate(keys) if any(key)},
                doubles={key for key, count in times.items() if count > 1 and any(key)},
                with_formulas=formulas,
            )
        return self._masters[name]

    def _plan(self, cells: Mapping[tuple[str, str, int], Cell], lines: Sequence[Line]) -> Plan:
        """Plan everything that is taken, and the tracker: one change, which can be undone as one."""
        single: dict[tuple[str, str], Cell] = {}
        writes: list[TableWrite] = []
        for (table, column, row), value in cells.items():
            master = self._masters[table.casefold()]
            if text_of(master.columns[column][row]) == text_of(value):
                continue
            if master.added:
                master.columns[column][row] = value
                continue
            place = master.part.area.first_column + master.part.columns.index(column)
            single[master.part.sheet, address(master.part.body.first_row + row, place)] = value
        for master in self._masters.values():
            if master.added:
                writes.append(_table_write(master))
        tracker = tracker_plan(self.book, lines, today=self.today) if lines or self._lines else Plan()
        return Plan(tables=(*writes, *tracker.tables), cells=single, sheets=tracker.sheets)

    def _line(self, file: _Returned) -> Line:
        sent = file.sent
        line = self._lines.get(sent.recipient)
        if line is None or line.file_id != sent.file_id:
            due = dt.date.fromisoformat(sent.due) if sent.due else None
            line = Line(
                recipient=sent.recipient,
                file=file.name,
                file_id=sent.file_id,
                issue=sent.issue,
                sent=dt.date.fromisoformat(sent.sent_on),
                due=due,
            )
        conflicts = sum(conflict.file == file.name for conflict in self.conflicts)
        return with_return(
            line, issue=sent.issue, today=self.today, entries=self.entries[file.name], conflicts=conflicts
        )


_THERE: Final = "there"
"""Says of a new row that the workbook has it already, from an earlier collect."""


def _rows_by_key(book: SeenBook, table: AskedTable) -> dict[tuple[str, ...], list[int]]:
    part = book.tables[table.table.casefold()]
    columns = [list(map(text_of, column_of(book, part, heading))) for heading in table.key]
    rows: dict[tuple[str, ...], list[int]] = {}
    for position, key in enumerate(zip(*columns, strict=True)):
        if any(key):
            rows.setdefault(key, []).append(position)
    return rows


def _table_write(master: _Master) -> TableWrite:
    """Write a table with its new rows; columns of formulas keep their cells."""
    columns: dict[str, Sequence[Cell]] = {
        heading: [*cells, *(row.get(heading) for row in master.added)]
        for heading, cells in master.columns.items()
        if heading not in master.with_formulas
    }
    filled = [i for i, row in enumerate(zip(*columns.values(), strict=True)) if any(cell is not None for cell in row)]
    if len(filled) == len(master.added):  # the table held nothing but its one blank row
        columns = {heading: [cells[i] for i in filled] for heading, cells in columns.items()}
    return TableWrite(table=master.part.name, columns=columns)


def _contract_column(excel_name: str, heading: str) -> Column | None:
    table: Table | None = next((t for t in INPUT_TABLES if t.excel_name.casefold() == excel_name.casefold()), None)
    return table.column_for(heading) if table is not None else None


def _fault(cell: Cell, column: Column | None) -> str:
    """Say what is wrong with a cell that was filled in, "" for nothing."""
    if isinstance(cell, CellError):
        return f"is the error {cell.value}"
    if cell is None or column is None:
        return ""
    if column.kind in NUMERIC_KINDS and (isinstance(cell, bool) or not isinstance(cell, float)):
        return "is not a number"
    if column.kind in NUMERIC_KINDS and isinstance(cell, float) and not column.low <= cell <= column.high:
        return f"must be from {column.low:g} to {column.high:g}"
    if column.kind is Kind.DATE and not isinstance(cell, float):
        return "is not a date"
    if column.choices and text_of(cell).casefold() not in {choice.casefold() for choice in column.choices}:
        return f"is not one of {', '.join(column.choices)}"
    return ""
