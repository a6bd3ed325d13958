"""Copies in LibreOffice: they open, and formulas that stayed say there what they said here."""

import subprocess
from pathlib import Path

import pytest

from addin.distribution.seen import read_book
from tests.addin.distribution.company import sent
from tests.hosts.libreoffice import SOFFICE, recalculate

pytestmark = [
    pytest.mark.office,
    pytest.mark.skipif(SOFFICE is None, reason="soffice is not on PATH: install LibreOffice Calc to run these tests"),
]


def test_formulas_of_a_whole_copy_are_computed_to_the_same(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path / "out")
    copy = tmp_path / "out" / "model.xlsx"
    before, after = read_book(copy), read_book(recalculate([copy], tmp_path / "office")[copy])
    compared = 0
    for sheet in before.sheets.values():
        for row, line in sheet.cells.items():
            for column, cell in line.items():
                if cell.formula:
                    now = after.sheets[sheet.name].cells[row][column].value
                    assert now == (pytest.approx(cell.value) if isinstance(cell.value, float) else cell.value)
                    compared += 1
    assert compared > 200


def test_a_recipients_copy_opens_with_its_tables_and_becomes_pages(north: Path, tmp_path: Path) -> None:
    assert SOFFICE is not None
    profile = (tmp_path / "profile").as_uri()
    command = [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(north)], check=True, capture_output=True)
    assert (tmp_path / "Anna North.pdf").stat().st_size > 10_000
