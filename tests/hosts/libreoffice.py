"""LibreOffice without a window, as a second spreadsheet that recalculates our workbooks."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import openpyxl

__all__ = ["SOFFICE", "Shown", "recalculate", "shown"]

SOFFICE: Final = shutil.which("soffice")

_RECALCULATE_ON_LOAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <item oor:path="/org.openoffice.Office.Calc/Formula/Load">
    <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
  </item>
</oor:items>
"""

_PRINT_TITLES: Final = re.compile(rb'<definedName name="_xlnm.Print_Titles"[^>]*>[^<]*</definedName>')
"""Rows to be printed on every page: LibreOffice 7.4 takes a seventh of a second over each as it opens a workbook."""

Place = tuple[str, str]
"""Sheet and address."""


class Shown(NamedTuple):
    """What a cell shows, and of which type: ``n`` number, ``s`` or ``str`` text, ``b`` truth value, ``e`` error."""

    value: object
    kind: str


def recalculate(workbooks: Sequence[Path], folder: Path) -> dict[Path, Path]:
    """
    Open workbooks, compute every formula afresh and save them into a folder; one start of the program for all.

    They are opened without their print titles, on which no formula depends.

    Raises
    ------
    AssertionError
        If LibreOffice complains, or leaves a workbook out.
    """
    assert SOFFICE is not None
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_RECALCULATE_ON_LOAD, encoding="utf-8")
    plain, saved = folder / "plain", folder / "saved"
    plain.mkdir()
    copies = [_without_print_titles(path, plain / path.name) for path in workbooks]
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    done = subprocess.run(
        [*command, "--outdir", str(saved), *map(str, copies)], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "javaldx" not in line]  # no Java is needed here
    assert (done.returncode, complaints) == (0, []), done.stderr
    assert all(f"convert {path} -> " in done.stdout for path in copies), done.stdout
    return {path: saved / path.name for path in workbooks}


def _without_print_titles(workbook: Path, copy: Path) -> Path:
    with (
        zipfile.ZipFile(workbook) as source,
        zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for part in source.namelist():
            data = source.read(part)
            target.writestr(part, _PRINT_TITLES.sub(b"", data) if part == "xl/workbook.xml" else data)
    return copy


def shown(workbook: Path, places: Iterable[Place]) -> Mapping[Place, Shown]:
    """Read cells of a workbook as they are stored, from every sheet no further down than needed."""
    wanted: dict[str, set[str]] = {}
    for sheet, address in places:
        wanted.setdefault(sheet, set()).add(address)
    book = openpyxl.load_workbook(workbook, read_only=True, data_only=True)
    try:
        return {
            (sheet, cell.coordinate): Shown(cell.value, cell.data_type)
            for sheet, addresses in wanted.items()
            for row in book[sheet].iter_rows(max_row=max(map(_row, addresses)))
            for cell in row
            if cell.value is not None and cell.coordinate in addresses
        }
    finally:
        book.close()


def _row(address: str) -> int:
    return int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
