"""The way of a CFO with a workbook of his own: map it, answer, refresh, look."""

import datetime as dt
import re
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from addin.books.file import FileBook
from addin.opening import mapping_file
from tests.addin.books.builders import loaded
from tests.addin.cfo import CUSTOMERS, cfo_workbook, revenue
from tests.addin.commands import run
from workbook_templates.plan import Plan

QUESTIONS: Final = re.compile(r"^questions = \[(?:[^\n]*\]|\n(?:    [^\n]*\n)+\])\n", re.MULTILINE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return cfo_workbook(tmp_path / "plan.xlsx")


def answered(path: Path) -> None:
    """Delete the questions, as a person does who has thought about them, and say what the costs are."""
    file = mapping_file(path)
    text = QUESTIONS.sub("", file.read_text(encoding="utf-8"))
    costs = 'fixed = { treatment = "retention", family = "support", driver = "orders" }\ntable = "Ledger pools"'
    file.write_text(text.replace('table = "Ledger pools"', costs), encoding="utf-8")


def test_map_finds_the_tables_and_says_why(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    done = run(capsys, "map", path)
    assert done.code == 1, "questions are open"
    assert "Customers  Kundenliste !A6:E: 12 rows" in done.out
    amount = 1000 * sum(revenue(place, month) for place in range(len(CUSTOMERS)) for month in range(12))
    assert f"money {amount:,.2f}" in done.out
    assert "?" in done.out
    assert mapping_file(path).exists()
    assert path.read_bytes() == before


def test_questions_stop_a_refresh(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "map", path)
    done = run(capsys, "refresh", path)
    assert done.code == 2
    assert "the mapping asks about" in done.err


def test_answered_filled_and_refreshed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = ("--fill", "Lifetime value:value=Kundenliste!F", "--figure", "base_value=Cockpit!B4")
    run(capsys, "map", path, *targets)
    answered(path)
    shown = run(capsys, "map", path, "--show")
    assert shown.code == 0, shown.out
    done = run(capsys, "refresh", path)
    assert done.code in (0, 1), done.err
    page = loaded(path, formulas=False)["Kundenliste "]
    assert all(isinstance(page.cell(row, 6).value, float) for row in range(6, 18) if row != 9)
    assert "Segments" in FileBook(path).sheet_names()
    again = run(capsys, "check", path)
    assert "Traceback" not in again.err


def test_the_mapping_may_stand_in_the_workbook(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "map", path, "--sheet").code == 1
    assert not mapping_file(path).exists()
    book = FileBook(path)
    assert "Mapping" in book.sheet_names()
    assert "Customers" in run(capsys, "map", path, "--show").out
    raw = book.read_table("tblMapping")
    asked = next(heading for heading in raw.columns if "nswer" in heading or "uestion" in heading)
    column = list(raw.columns).index(asked) + raw.first_column
    letters = chr(ord("A") + column - 1)
    book.apply(Plan(cells={(raw.sheet, f"{letters}{raw.first_row + i}"): None for i in range(raw.rows)}))
    done = run(capsys, "refresh", path)
    assert done.code in (0, 1), done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--show",), "has no mapping"),
        (("--fill", "Lifetime value=Kundenliste!F"), "no column ''"),
        (("--fill", "Lifetime:value=Kundenliste!F"), "no result 'Lifetime'"),
        (("--fill", "Lifetime value:value=Clients!F"), "Kundenliste"),
        (("--fill", "nonsense"), "must look like"),
        (("--figure", "base_value=Cockpit!B"), "must name one cell"),
        (("--pack", "magic"), "no pack 'magic'"),
        (("--result", "Magic"), "no result 'Magic'"),
    ],
)
def test_what_cannot_be_meant(
    path: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(capsys, "map", path, *arguments)
    assert done.code == 2
    assert message in done.err


def test_a_mapping_is_not_overwritten(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "map", path)
    mapping_file(path).write_text("# mine\n", encoding="utf-8")
    assert "has a mapping already" in run(capsys, "map", path).err
    assert mapping_file(path).read_text(encoding="utf-8") == "# mine\n"
    assert run(capsys, "map", path, "--replace").code == 1
    assert "Kunden-Nr." in mapping_file(path).read_text(encoding="utf-8")


def test_two_mappings_are_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "map", path, "--sheet")
    mapping_file(path).write_text("", encoding="utf-8")
    assert "has two mappings" in run(capsys, "refresh", path).err


def test_a_damaged_mapping_is_named(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged = "[[tables]]\ntable = 'Custommers'\nsheet = 'S'\nheader_row = 1\nfirst_row = 2\ncolumns = []\n"
    mapping_file(path).write_text(damaged, encoding="utf-8")
    done = run(capsys, "refresh", path)
    assert done.code == 2
    assert "plan.mapping.toml" in done.err
    assert "Custommers" in done.err


def test_a_workbook_of_ours_needs_no_mapping(empty_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "needs no mapping" in run(capsys, "map", empty_file).err


def simple(path: Path, *columns: str) -> Path:
    """Customers, and what two of them bought; columns of the sales hold numbers, without any there are no sales."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Customers"
    for row in (["Customer no.", "Customer name", "Segment"], ["C1", "Alder"], ["C2", "Birch"], ["C3", "Cedar"]):
        page.append(row)
    if columns:
        sales = book.create_sheet("Sales")
        sales.append(["Customer no.", "Date", *columns])
        for place in range(6):
            sales.append([f"C{place % 2 + 1}", dt.date(2025, 1 + place, 5), *[100.5 + place] * len(columns)])
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("columns", "says"),
    [((), "No sales of customers were found"), (("Net sales",), "gross_margin_pct"), (("Net sales", "COGS"), "")],
)
def test_what_a_value_cannot_do_without_is_said(
    tmp_path: Path, columns: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(capsys, "map", simple(tmp_path / "plan.xlsx", *columns))
    assert (done.code, says in done.out) == (1 if says else 0, True), done.out


def test_a_column_that_is_filled_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = simple(tmp_path / "plan.xlsx", "Net sales", "COGS")
    assert "= segment" in run(capsys, "map", path).out
    filled = run(capsys, "map", path, "--replace", "--fill", "Segments:segment=Customers!C")
    assert "= segment" not in filled.out


def test_a_dry_run_says_what_stands_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = simple(tmp_path / "plan.xlsx", "Net sales")
    run(capsys, "map", path)
    done = run(capsys, "refresh", path, "--dry-run")
    assert done.code == 1
    assert "gross_margin_pct" in done.out


def test_places_are_not_read_as_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The console would make one of A2:B: otherwise."""
    assert (
        "Customers!A2:B:"
        in run(capsys, "map", simple(tmp_path / "plan.xlsx"), "--fill", "Segments:segment=Customers!C").out
    )


def test_results_of_a_refresh_are_no_inputs_of_the_next_mapping(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = simple(tmp_path / "plan.xlsx", "Net sales", "COGS")
    first = run(capsys, "map", path).out
    assert run(capsys, "refresh", path, "--no-recalculate").code == 0
    assert "Segments" in FileBook(path).sheet_names()
    assert run(capsys, "map", path, "--replace").out == first
