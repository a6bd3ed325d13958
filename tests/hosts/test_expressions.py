"""The twins' rules against LibreOffice's: each expression of the unit tests, computed by both."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter

from tests.hosts.libreoffice import SOFFICE, Shown, recalculate, shown
from tests.workbook_templates.expressions import CASES, CELLS, FIGURES, NAMES, THINGS, Case, book, place
from workbook_templates.plan import Cell, CellError
from workbook_templates.sheetmath import scalar_of

pytestmark = [
    pytest.mark.office,
    pytest.mark.skipif(SOFFICE is None, reason="soffice is not on PATH: install LibreOffice Calc to run these tests"),
]

SAME = [case for case in CASES if not case.excel_only]
OTHER = [case for case in CASES if case.excel_only]


def write_workbook(path: Path) -> None:
    """Write the table, the names, the figures, and each case's formula on a row of its own."""
    target = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
    formulas, figures, names, things = map(target.add_worksheet, ("Cases", "Figures", "Names", "Things"))
    for row, case in enumerate(CASES):
        formulas.write_formula(row, 0, f"={case.text}")
    for row, expr in enumerate(FIGURES.values()):
        figures.write_formula(row, 1, f"={expr.excel(place)}")
    for row, (name, cell) in enumerate(NAMES.items()):
        write(names, row, 0, cell)
        target.define_name(name, f"=Names!$A${row + 1}")
    things.add_table(
        0,
        0,
        len(CELLS["id"]),
        len(CELLS) - 1,
        {"name": THINGS.excel_name, "columns": [{"header": column.title} for column in THINGS]},
    )
    for column, cells in enumerate(CELLS.values()):
        for row, cell in enumerate(cells, start=1):
            write(things, row, column, cell)
    target.close()


def write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
    """Write a cell; an error by a formula that gives it."""
    if isinstance(cell, CellError):
        formula = {CellError.NA: "=NA()", CellError.DIV0: "=1/0", CellError.NUM: "=10^400"}[cell]
        sheet.write_formula(row, column, formula, None, cell.value)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        number = scalar_of(cell)
        sheet.write_number(row, column, number)


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Shown]:
    folder = tmp_path_factory.mktemp("expressions")
    path = folder / "expressions.xlsx"
    write_workbook(path)
    saved = recalculate([path], folder)[path]
    places = [("Cases", f"A{row}") for row in range(1, len(CASES) + 1)]
    cells = shown(saved, places)
    return {case.text: cells.get(where, Shown("", "s")) for case, where in zip(CASES, places, strict=True)}


def agrees(case: Case, cell: Shown) -> bool:
    """Compare the twin's value with a cell: its type, and numbers to nine digits."""
    world = book()
    world.figures = {**world.figures, "case": case.expr}
    value = world.figure("case")
    if isinstance(value, CellError):
        return cell == Shown(value.value, "e")
    if isinstance(value, bool):
        return cell == Shown(value, "b")
    if isinstance(value, str):
        return cell.kind != "e" and cell.value == value
    return cell.kind == "n" and cell.value == pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", SAME, ids=[case.text for case in SAME])
def test_libreoffice_computes_what_the_twin_does(computed: Mapping[str, Shown], case: Case) -> None:
    assert agrees(case, computed[case.text]), computed[case.text]


@pytest.mark.parametrize("case", OTHER, ids=[case.text for case in OTHER])
def test_known_differences_are_still_there(computed: Mapping[str, Shown], case: Case) -> None:
    assert not agrees(case, computed[case.text])
