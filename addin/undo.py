"""
What an undo needs: the state of a workbook before our last change, kept in the user's folder.

Writes by an add-in empty Excel's own undo. One change is kept for each workbook, in a file that only its user can read,
and it is read as strictly as if a stranger had written it.
"""

import datetime as dt
import gzip
import hashlib
import json
import math
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from addin.faults import UserError
from addin.userfiles import folder
from workbook_templates.plan import Cell, CellError, Plan, TableWrite

__all__ = ["Kept", "UndoError", "forget", "keep", "last"]

MOST_KEPT: Final = 20
"""Workbooks whose last change is kept; the oldest go."""
MOST_BYTES: Final = 1 << 30
"""What a file may unpack to."""
VERSION: Final = 1


class UndoError(UserError):
    """What was kept cannot be written or used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """
    A change that can be taken back.

    Attributes
    ----------
    plan : Plan
        What stood in the workbook before.
    what : str
        The command that changed it.
    at : datetime
        When, with its time zone.
    """

    plan: Plan
    what: str
    at: dt.datetime


def keep(book: str, plan: Plan, *, what: str, at: dt.datetime) -> None:
    """
    Keep what stood in a workbook before a change, in place of what was kept for it.

    Parameters
    ----------
    book : str
        Full name of the workbook.
    plan : Plan
        What stood in it.
    what : str
        The command that changed it.
    at : datetime
        When, with its time zone.

    Raises
    ------
    UndoError
        If the file cannot be written.
    """
    path = _path(book)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = json.dumps(_written(book, Kept(plan=plan, what=what, at=at)), allow_nan=False)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(gzip.compress(content.encode(), compresslevel=1, mtime=0))
        temporary.replace(path)
        _drop_oldest(path.parent)
    except (OSError, ValueError) as error:
        temporary.unlink(missing_ok=True)
        raise UndoError(f"the change cannot be undone later, because {path} cannot be written ({error})") from error


def last(book: str) -> Kept | None:
    """
    Give the last change of a workbook, None when none is kept.

    Raises
    ------
    UndoError
        If the file is damaged.
    """
    path = _path(book)
    try:
        with gzip.open(path) as file:
            content = _unpacked(file)
        return _read(json.loads(content, parse_constant=_refused), book)
    except FileNotFoundError:
        return None
    except (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UndoError(
            f"what was kept for undoing cannot be read, and the workbook stays as it is; delete {path}"
        ) from error


def forget(book: str) -> None:
    """Drop what is kept for a workbook; `UndoError` when it cannot be deleted."""
    path = _path(book)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UndoError(
            f"an older change stays kept for undoing, because {path} cannot be deleted ({error})"
        ) from error


def _path(book: str) -> Path:
    return folder() / "undo" / f"{hashlib.sha256(book.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json.gz"


def _drop_oldest(where: Path) -> None:
    files = sorted(where.glob("*.json.gz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in files[MOST_KEPT:]:
        old.unlink(missing_ok=True)


def _unpacked(file: gzip.GzipFile) -> bytes:
    """Read a file that may unpack to far more than it is."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError("too large")
    return content


# Writing: a number, a text, TRUE and a blank are themselves in JSON; any other cell is an object that names its type.


def _written(book: str, kept: Kept) -> dict[str, Any]:
    plan = kept.plan
    return {
        "version": VERSION,
        "book": book,
        "what": kept.what,
        "at": kept.at.isoformat(),
        "tables": [
            {
                "table": one.table,
                "key": one.key,
                "columns": [[heading, list(map(_written_cell, cells))] for heading, cells in one.columns.items()],
            }
            for one in plan.tables
        ],
        "names": [[name, _written_cell(cell)] for name, cell in plan.names.items()],
        "cells": _written_places(plan.cells),
        "caches": _written_places(plan.caches),
    }


def _written_places(cells: Mapping[tuple[str, str], Cell]) -> list[list[Any]]:
    return [[sheet, address, _written_cell(cell)] for (sheet, address), cell in cells.items()]


def _written_cell(cell: Cell) -> Any:
    match cell:
        case CellError():
            return {"error": cell.value}
        case dt.datetime():
            return {"datetime": cell.isoformat()}
        case dt.date():
            return {"date": cell.isoformat()}
    return cell


# Reading: whatever does not look as it was written is refused by one of the errors that `last` expects.


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no cell")


def _read(content: Any, book: str) -> Kept:
    given = _fields(content, "version", "book", "what", "at", "tables", "names", "cells", "caches")
    if (given["version"], given["book"]) != (VERSION, book):
        raise ValueError("another version or workbook")
    at = dt.datetime.fromisoformat(_text(given["at"]))
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    plan = Plan(
        tables=tuple(map(_read_table, _list(given["tables"]))),
        names={_text(name): _read_cell(cell) for name, cell in _list(given["names"])},
        cells=_read_places(given["cells"]),
        caches=_read_places(given["caches"]),
    )
    return Kept(plan=plan, what=_text(given["what"]), at=at)


def _read_table(content: Any) -> TableWrite:
    given = _fields(content, "table", "key", "columns")
    columns = {_text(heading): list(map(_read_cell, _list(cells))) for heading, cells in _list(given["columns"])}
    if len(set(map(len, columns.values()))) > 1:
        raise ValueError("columns of different lengths")
    return TableWrite(table=_text(given["table"]), key=_text(given["key"]), columns=columns)


def _read_places(content: Any) -> dict[tuple[str, str], Cell]:
    return {(_text(sheet), _text(address)): _read_cell(cell) for sheet, address, cell in _list(content)}


_CELLS: Final[Mapping[str, Callable[[str], Cell]]] = {
    "error": CellError,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
}


def _read_cell(content: Any) -> Cell:
    if isinstance(content, dict):
        ((kind, text),) = content.items()
        return _CELLS[kind](_text(text))
    if content is None or isinstance(content, bool | int | float | str):
        if content in (math.inf, -math.inf):  # as 1e999 reads
            raise ValueError("no cell")
        return content
    raise TypeError("no cell")


def _fields(content: Any, *names: str) -> dict[str, Any]:
    if not isinstance(content, dict) or content.keys() != set(names):
        raise TypeError("other fields")
    return content


def _list(content: Any) -> list[Any]:
    if not isinstance(content, list):
        raise TypeError("no list")
    return content


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise TypeError("no text")
    return content
