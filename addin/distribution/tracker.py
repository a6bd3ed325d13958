"""The sheet Distribution of the sender's workbook: who has got what, who has answered, who is late."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from addin.books.file import FileBook
from addin.distribution.shares import TRACKER_SHEET
from addin.workbook import WorkbookError
from workbook_templates.plan import Cell, NewSheet, NewTable, Plan, Style, TableWrite

__all__ = ["TRACKER_TABLE", "Line", "State", "read_tracker", "tracker_plan"]

TRACKER_TABLE: Final = "tblDistribution"
HEADINGS: Final = (
    "Recipient",
    "File",
    "Issue sent",
    "Sent",
    "Due",
    "State",
    "Issue returned",
    "Returned",
    "Entries",
    "Conflicts",
    "File id",
)
_HEADER_ROW: Final = 4
_DATES: Final = ("Sent", "Due", "Returned")

State = Literal["sent", "returned", "blank", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One recipient.

    Attributes
    ----------
    issue, issue_returned : int
        Number of the issue that was sent, and of the one that came back (0 for none).
    sent, due, returned : date or None
        When.
    entries, conflicts : int
        Cells and rows that were filled in, and those of them that somebody has to decide on.
    """

    recipient: str
    file: str
    file_id: str
    issue: int
    sent: dt.date
    due: dt.date | None = None
    issue_returned: int = 0
    returned: dt.date | None = None
    entries: int = 0
    conflicts: int = 0

    def state(self, today: dt.date) -> State:
        """Say how it stands: what came back without an entry is blank, what is overdue is late."""
        if self.returned is not None:
            return "returned" if self.entries else "blank"
        return "late" if self.due is not None and today > self.due else "sent"


def read_tracker(book: FileBook) -> list[Line]:
    """Read the lines of a workbook's tracker; none when it has no such table."""
    if TRACKER_TABLE.casefold() not in {name.casefold() for name in book.table_names()}:
        return []
    table = book.read_table(TRACKER_TABLE)
    missing = [heading for heading in HEADINGS if heading not in table.columns]
    if missing:
        raise WorkbookError(
            f"sheet {table.sheet}: table {TRACKER_TABLE} lacks its column {missing[0]}; restore it, or delete the sheet"
        )
    rows = zip(*(table.columns[heading] for heading in HEADINGS), strict=True)
    lines = [dict(zip(HEADINGS, row, strict=True)) for row in rows]
    return [_line(line) for line in lines if line["Recipient"] is not None and _date(line["Sent"]) is not None]


def _line(cells: Mapping[str, Cell]) -> Line:
    return Line(
        recipient=_text(cells["Recipient"]),
        file=_text(cells["File"]),
        file_id=_text(cells["File id"]),
        issue=_count(cells["Issue sent"]),
        sent=_date(cells["Sent"]) or dt.date.min,
        due=_date(cells["Due"]),
        issue_returned=_count(cells["Issue returned"]),
        returned=_date(cells["Returned"]),
        entries=_count(cells["Entries"]),
        conflicts=_count(cells["Conflicts"]),
    )


def _text(cell: Cell) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell or "")


def _count(cell: Cell) -> int:
    return int(cell) if isinstance(cell, float) else 0


def _date(cell: Cell) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    return cell if isinstance(cell, dt.date) else None


def tracker_plan(book: FileBook, lines: Iterable[Line], *, today: dt.date) -> Plan:
    """Plan the tracker's new lines: those of the same recipients are replaced, the others stay."""
    known = {line.recipient: line for line in read_tracker(book)}
    known |= {line.recipient: line for line in lines}
    columns = _columns([known[name] for name in sorted(known)], today)
    if TRACKER_TABLE.casefold() in {name.casefold() for name in book.table_names()}:
        return Plan(tables=(TableWrite(table=TRACKER_TABLE, columns=columns, key="Recipient"),))
    return Plan(sheets=(_sheet(columns),))


def _columns(lines: Sequence[Line], today: dt.date) -> dict[str, Sequence[Cell]]:
    rows = [
        (
            line.recipient,
            line.file,
            line.issue,
            line.sent,
            line.due,
            line.state(today),
            line.issue_returned or None,
            line.returned,
            line.entries if line.returned is not None else None,
            line.conflicts if line.returned is not None else None,
            line.file_id,
        )
        for line in lines
    ]
    return {heading: [row[place] for row in rows] for place, heading in enumerate(HEADINGS)}


def _sheet(columns: Mapping[str, Sequence[Cell]]) -> NewSheet:
    head = Style(bold=True, colour="FFFFFF", fill="44546A", wrap=True)
    dates = {heading: Style(number_format="yyyy-mm-dd") for heading in _DATES}
    texts = {heading: Style(number_format="@") for heading in ("Recipient", "File", "State", "File id")}
    return NewSheet(
        name=TRACKER_SHEET,
        cells={
            "A1": "Distribution",
            "A2": "Who has got a copy and who has answered: written by customer-value distribute and collect. "
            "It goes into no copy.",
        },
        styles={
            "A1": Style(bold=True, size=16, colour="1F3864"),
            "A2": Style(italic=True, colour="595959"),
        },
        tables=(
            NewTable(
                name=TRACKER_TABLE,
                row=_HEADER_ROW,
                column=1,
                columns=columns,
                styles={**dates, **texts},
                header=head,
            ),
        ),
        widths={1: 28, 2: 34, 4: 12, 5: 12, 6: 12, 8: 12, 11: 20},
        freeze=(_HEADER_ROW + 1, 2),
    )


def with_return(line: Line, *, issue: int, today: dt.date, entries: int, conflicts: int) -> Line:
    """Give a line after its file came back; the day it first came back stays."""
    first = line.returned if line.returned is not None and line.issue_returned == issue else today
    return replace(line, issue_returned=issue, returned=first, entries=entries, conflicts=conflicts)
