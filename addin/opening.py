"""
Opening a workbook file: as one of ours, or through the mapping that stands in it or lies beside it.

A mapping on the sheet Mapping travels with the workbook; one in a file beside it leaves the workbook as it is.
"""

from pathlib import Path
from typing import Final

from addin.books.file import FileBook
from addin.books.mapped import MappedFile, MappedLive
from addin.books.replacing import replace_file
from addin.faults import UserError
from addin.workbook import LiveWorkbook, Workbook, WorkbookError
from workbook_templates.mapping.model import MappingError, WorkbookMap
from workbook_templates.mapping.sheet import MAPPING_TABLE, read_mapping_sheet
from workbook_templates.mapping.text import read_mapping, write_mapping

__all__ = [
    "found_mapping",
    "keep_mapping",
    "mapping_file",
    "open_live",
    "open_workbook",
    "read_mapping_file",
    "sheet_mapping",
]

MOST_BYTES: Final = 4 << 20
"""What a mapping's file may hold: a page or two, never megabytes."""


def mapping_file(workbook: Path) -> Path:
    """
    Name the file beside a workbook that holds its mapping.

    Examples
    --------
    >>> mapping_file(Path("models/plan.xlsx")).name
    'plan.mapping.toml'
    """
    return workbook.with_name(f"{workbook.stem}.mapping.toml")


def open_workbook(path: Path, mapping: Path | None = None) -> FileBook | MappedFile:
    """
    Open a workbook for a command.

    Parameters
    ----------
    path : Path
        The workbook.
    mapping : Path, optional
        The file of its mapping, instead of the one that is found.

    Raises
    ------
    WorkbookError
        If the workbook or the mapping cannot be used, or there are two mappings.
    """
    book = FileBook(path)
    found = read_mapping_file(mapping) if mapping is not None else found_mapping(book, path)
    return book if found is None else MappedFile(book, found)


def found_mapping(book: Workbook, path: Path) -> WorkbookMap | None:
    """Give the mapping of a workbook, from its sheet Mapping or from the file beside it, None without one."""
    inside, beside = sheet_mapping(book), mapping_file(path)
    if not beside.exists():
        return inside
    if inside is not None:
        raise WorkbookError(
            f"{path.name} has two mappings, its sheet Mapping and the file {beside.name}; delete one of them"
        )
    return read_mapping_file(beside)


def open_live(book: LiveWorkbook) -> LiveWorkbook:
    """Give a workbook that is open in front of its user, through its sheet Mapping if it has one."""
    found = sheet_mapping(book)
    return book if found is None else MappedLive(book, found)


def keep_mapping(path: Path, mapping: WorkbookMap) -> None:
    """Write a mapping's file; `UserError` when that is not possible."""
    try:
        replace_file(path, (write_mapping(mapping).encode("utf-8"),))
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror or error}); use --sheet instead") from error


def sheet_mapping(book: Workbook) -> WorkbookMap | None:
    """Read the mapping on a workbook's own sheet, None without one."""
    if MAPPING_TABLE.casefold() not in (name.casefold() for name in book.table_names()):
        return None
    raw = book.read_table(MAPPING_TABLE)
    try:
        return read_mapping_sheet(raw.columns, raw.first_row)
    except MappingError as error:
        raise WorkbookError(f"sheet {raw.sheet}: {error}") from error


def read_mapping_file(path: Path) -> WorkbookMap:
    """Read a mapping's file; `UserError` when it is none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path} is too large for a mapping; give the .toml file that customer-value map wrote")
        return read_mapping(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}); give the .toml file of the mapping") from error
    except MappingError as error:
        raise UserError(f"{path.name}: {error}") from error
