"""
What was sent: a manifest beside the files, and for each file what its cells to fill in held, in the sender's folder.

The manifest is the only place of a distribution where the clock appears.
"""

import csv
import datetime as dt
import gzip
import io
import json
import zlib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from addin.books.replacing import replace_file
from addin.distribution.anonymous import save_private
from addin.faults import UserError
from addin.userfiles import folder
from workbook_templates.plan import Cell, CellError

__all__ = [
    "MANIFEST",
    "AskedTable",
    "Entry",
    "Manifest",
    "Sent",
    "load_manifest",
    "load_sent",
    "save_manifest",
    "save_sent",
]

MANIFEST: Final = "manifest.json"
VERSION: Final = 1
_MOST_BYTES: Final = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One file.

    Attributes
    ----------
    file, recipient : str
        Its name, and whom it is for.
    file_id : str
        Stands in the file; a new one for each issue.
    issue : int
        1 for the first.
    sha256 : str
        Of the file as it was sent.
    customers : int
        How many the recipient has.
    rows : dict of str to int
        Filled rows of each table.
    totals : dict of str to float
        Net revenue, contribution and value of the recipient's customers.
    sent_at, due : str
        ISO time, and date or "".
    notes : list of str
        What was left out.
    """

    file: str
    recipient: str
    file_id: str
    issue: int
    sha256: str
    customers: int
    rows: dict[str, int]
    totals: dict[str, float]
    template: str
    as_of: str
    sent_at: str
    due: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All files of a distribution; what the group has, and what of it is in no file."""

    workbook: str
    template: str
    as_of: str
    by: str
    files: list[Entry]
    group: dict[str, float]
    left_out: dict[str, float]
    customers_left_out: int
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTable:
    """
    A table to fill in, as it was sent.

    Attributes
    ----------
    key, columns : list of str
        Headings of the columns that tell rows apart, and of those to fill in.
    headings : list of str
        All headings.
    shown : list of list
        Key of each row as the copy shows it.
    real : list of list
        The same in the workbook.
    cells : list of list
        What the columns to fill in held.
    rest : str
        Digest of the cells that were not to be filled in.
    """

    table: str
    sheet: str
    new_rows: bool
    headings: list[str]
    key: list[str]
    columns: list[str]
    shown: list[list[Cell]]
    real: list[list[Cell]]
    cells: list[list[Cell]]
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the sender keeps of a file to understand what comes back."""

    file_id: str
    workbook: str
    recipient: str
    issue: int
    template: str
    as_of: str
    sent_on: str
    due: str
    customers: list[str]
    translated: dict[str, str]
    asked: list[AskedTable]


def save_manifest(where: Path, manifest: Manifest) -> None:
    """Write the manifest, for programs and for people."""
    content = json.dumps({"version": VERSION, **asdict(manifest)}, indent=2, ensure_ascii=False) + "\n"
    try:
        replace_file(where / MANIFEST, [content.encode()])
        replace_file(where / "manifest.csv", [_for_people(manifest).encode("utf-8-sig")])
    except OSError as error:
        raise UserError(f"the manifest in {where} cannot be written ({error.strerror or error})") from error


def _for_people(manifest: Manifest) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    measures = list(manifest.group)
    heads = ["File", "Recipient", "Issue", "Customers", *measures, "Rows", "Sent at", "Due", "File id", "SHA-256"]
    writer.writerow(heads)
    for entry in manifest.files:
        amounts = [f"{entry.totals[name]:.2f}" if name in entry.totals else "" for name in measures]
        row = [entry.file, entry.recipient, entry.issue, entry.customers, *amounts, sum(entry.rows.values())]
        writer.writerow([_harmless(cell) for cell in (*row, entry.sent_at, entry.due, entry.file_id, entry.sha256)])
    for title, totals in (("In no file", manifest.left_out), ("Group", manifest.group)):
        writer.writerow([title, "", "", "", *(f"{totals[name]:.2f}" for name in measures)])
    return stream.getvalue()


def _harmless(cell: object) -> object:
    """Keep a spreadsheet program from reading a name as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def load_manifest(where: Path) -> Manifest | None:
    """Read a folder's manifest, None when it has none; `UserError` when it is damaged."""
    path = where / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("version") != VERSION:
            raise ValueError("another version")
        files = [Entry(**_exactly(entry, Entry)) for entry in content.pop("files")]
        return Manifest(files=files, **_exactly(content, Manifest, but="files"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{path} cannot be read ({error}); restore it, or distribute into another folder") from error


def _exactly(content: Any, kind: type, but: str = "") -> dict[str, Any]:
    wanted = {item.name for item in fields(kind)} - {but}
    if not isinstance(content, dict) or content.keys() != wanted:
        raise TypeError("other fields")
    return content


def save_sent(sent: Sent) -> None:
    """Keep what a file held, where only the sender can read it."""
    content = json.dumps({"version": VERSION, **asdict(sent)}, default=_json_cell).encode()
    save_private(_path(sent.file_id), gzip.compress(content, mtime=0))


def load_sent(file_id: str) -> Sent | None:
    """Give what was kept of a file, None when this sender has sent no such file."""
    path = _path(file_id)
    if not file_id.isalnum() or not path.exists():
        return None
    try:
        with gzip.open(path) as file:
            data = file.read(_MOST_BYTES + 1)
        content = json.loads(data)
        if content.pop("version") != VERSION or len(data) > _MOST_BYTES:
            raise ValueError("another version")
        asked = [AskedTable(**_asked(_exactly(table, AskedTable))) for table in content.pop("asked")]
        return Sent(asked=asked, **_exactly(content, Sent, but="asked"))
    except (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"what was kept of a sent file, {path}, cannot be read; restore it") from error


def _asked(table: dict[str, Any]) -> dict[str, Any]:
    rows = {name: [[_read_cell(cell) for cell in row] for row in table[name]] for name in ("shown", "real", "cells")}
    return {**table, **rows}


def _json_cell(cell: object) -> object:
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    raise TypeError(type(cell).__name__)


def _read_cell(cell: Any) -> Cell:
    if isinstance(cell, dict):
        return dt.date.fromisoformat(cell["date"])
    if isinstance(cell, str) and cell in set(CellError):
        return CellError(cell)
    if cell is None or isinstance(cell, str | bool | int | float):
        return cell
    raise TypeError("no cell")


def _path(file_id: str) -> Path:
    return folder() / "distribution" / "sent" / f"{file_id}.json.gz"
