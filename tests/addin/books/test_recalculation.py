"""Fresh values for formulas that are not ours, by LibreOffice where it is there, and none that may be wrong."""

import os
import subprocess
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from addin.books import recalculation
from addin.books.file import FileBook
from addin.books.recalculation import Recalculated, fresh_caches, office
from tests.addin.books.builders import cells, parts, tampered
from tests.addin.commands import run
from workbook_templates.plan import Plan

DATA = Path(os.environ.get("CUSTOMER_VALUE_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data")
NOVAFLOW = DATA / "models" / "novaflow_saas_fpa.xlsx"
WITH_OFFICE = [
    pytest.mark.office,
    pytest.mark.skipif(office() is None, reason="soffice is not on PATH: install LibreOffice Calc to run these tests"),
]
FIVE = Plan(cells={("Inputs", "B1"): 5})
Given = Mapping[str, tuple[str, Any]]


def model(path: Path, formulas: Given, *, spread: tuple[str, str, Any] | None = None) -> Path:
    """A workbook with 2 in Inputs!B1 and formulas on the sheet Mine, each with what it shows."""
    made = xlsxwriter.Workbook(path)
    inputs, mine = made.add_worksheet("Inputs"), made.add_worksheet("Mine")
    inputs.write_number("B1", 2)
    inputs.write_number("B2", 7)
    made.define_name("the_input", "=Inputs!$B$1")
    for place, (formula, shown) in formulas.items():
        mine.write_formula(place, formula, None, shown)
    if spread:
        mine.write_array_formula(spread[0], spread[1], None, spread[2])
    made.close()
    return path


def shown(path: Path) -> dict[str, Any]:
    return cells(path, "Mine", formulas=False)


def waits_for_excel(path: Path) -> bool:
    return b'fullCalcOnLoad="1"' in parts(path)["xl/workbook.xml"]


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*arguments: object) -> None:
        raise AssertionError("LibreOffice was started")

    monkeypatch.setattr(recalculation, "_computed", start)
    monkeypatch.setattr(recalculation, "office", lambda: "soffice")


class TestWithoutLibreOffice:
    @pytest.mark.usefixtures("never")
    def test_it_is_not_started_when_all_formulas_are_ours(self, tmp_path: Path) -> None:
        path = model(tmp_path / "book.xlsx", {"A1": ("=Inputs!B1*3", 6), "A2": ("=A1+1", 7)})
        plan = Plan(cells=FIVE.cells, caches={("Mine", "A1"): 15, ("MINE", "A2"): 16})
        receipt = FileBook(path).apply(plan, recalculate=fresh_caches)
        assert receipt.notes == ()
        assert shown(path) == {"A1": 15, "A2": 16}
        data = path.read_bytes()
        assert fresh_caches(data, data, ".xlsx", plan.caches) == Recalculated()

    @pytest.mark.usefixtures("never")
    def test_a_refresh_of_our_own_workbook_does_not_start_it(
        self, small_copy: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        outcome = run(capsys, "refresh", small_copy, "--set", "horizon=5")
        assert (outcome.code, outcome.err) == (0, "")
        assert "of your own" not in outcome.out

    def test_where_it_is_missing_excel_computes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recalculation, "office", lambda: None)
        path = model(tmp_path / "book.xlsx", {"A1": ("=Inputs!B1*3", 6)})
        receipt = FileBook(path).apply(FIVE, recalculate=fresh_caches)
        note = "1 formula of your own will be computed as Excel opens the file: LibreOffice is not installed"
        assert receipt.notes == (note,)
        assert shown(path) == {"A1": 6}
        assert waits_for_excel(path)

    def test_where_it_fails_excel_computes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recalculation, "office", lambda: "/nowhere/soffice")
        path = model(tmp_path / "book.xlsx", {"A1": ("=Inputs!B1*3", 6), "A2": ("=A1", 6)})
        (note,) = FileBook(path).apply(FIVE, recalculate=fresh_caches).notes
        assert note.startswith("2 formulas of your own will be computed as Excel opens the file: LibreOffice did not")
        assert waits_for_excel(path)

    def test_a_sheet_that_cannot_be_searched_does_not_stop_the_command(self, tmp_path: Path) -> None:
        path = model(tmp_path / "book.xlsx", {"A1": ("=Inputs!B1*3", 6)})
        path = tampered(
            path,
            tmp_path / "strange.xlsx",
            {"xl/worksheets/sheet2.xml": lambda data: data.replace(b"<f>", b"<!-- a comment --><f>")},
        )
        (note,) = FileBook(path).apply(FIVE, recalculate=fresh_caches).notes
        assert note.startswith("Formulas of your own will be computed as Excel opens the file: LibreOffice was not")
        assert "holds a comment" in note
        assert cells(path, "Inputs")["B1"] == 5
        assert waits_for_excel(path)

    def test_a_formula_that_is_too_long_is_not_looked_at(self, tmp_path: Path) -> None:
        path = model(tmp_path / "book.xlsx", {"A1": ("=Inputs!B1*3" + "+0" * 9000, 6)})
        (note,) = FileBook(path).apply(FIVE, recalculate=fresh_caches).notes
        assert "Mine!A1 is longer than a formula can be" in note

    def test_too_many_formulas_are_left(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recalculation, "MOST_FORMULAS", 1)
        monkeypatch.setattr(recalculation, "office", lambda: "soffice")
        path = model(tmp_path / "book.xlsx", {"A1": ("=Inputs!B1*3", 6), "A2": ("=A1", 6)})
        (note,) = FileBook(path).apply(FIVE, recalculate=fresh_caches).notes
        assert note.endswith("there are more than 1 formulas")


class TestJudgement:
    """What is believed of an engine that shows this and that; the engine is played by workbooks made by hand."""

    @pytest.fixture
    def believed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
        def judge(
            before: Given, after: Given, was: Given, now: Given, known: Collection[str] = (), **more: Any
        ) -> dict[str, Any]:
            data = [model(tmp_path / "book.xlsx", given, **more).read_bytes() for given in (before, after, was, now)]
            computed = {
                name: recalculation._Formulas.read(engine)
                for name, engine in zip(("before", "after"), data[2:], strict=True)
            }
            monkeypatch.setattr(recalculation, "office", lambda: "soffice")
            monkeypatch.setattr(recalculation, "_computed", lambda *_: computed)
            found = fresh_caches(data[0], data[1], ".xlsx", [("Mine", place) for place in known])
            foreign = len(after) - len(known) + bool(more)
            assert found.not_reproduced == foreign - len(found.caches)
            return {place: value for (_, place), value in found.caches.items()}

        return judge

    def test_a_value_is_believed_when_the_one_before_was_reproduced(self, believed: Any) -> None:
        book = {"A1": ("=Inputs!B1", 2), "A2": ("=Inputs!B1", 2), "A3": ("=Inputs!B1", "x"), "A4": ("=Inputs!B1", "z")}
        was = {"A1": ("=Inputs!B1", 2), "A2": ("=Inputs!B1", 2.1), "A3": ("=Inputs!B1", "x"), "A4": ("=Inputs!B1", "z")}
        now = {
            "A1": ("=Inputs!B1", 5),
            "A2": ("=Inputs!B1", 5),
            "A3": ("=Inputs!B1", "y"),
            "A4": ("=Inputs!B1", "#N/A"),
        }
        assert believed(book, book, was, now) == {"A1": 5, "A3": "y", "A4": "#N/A"}

    def test_an_unchanged_value_keeps_its_digits(self, believed: Any) -> None:
        book = {"A1": ("=1/3", 1 / 3)}
        engine = {"A1": ("=1/3", "0.333333333333333")}
        assert believed(
            book, book, {"A1": ("=1/3", 0.333333333333333)}, engine | {"A1": ("=1/3", 0.333333333333333)}
        ) == {"A1": 1 / 3}

    def test_what_hangs_on_a_doubtful_value_is_doubtful(self, believed: Any) -> None:
        texts = {
            "A1": "=Inputs!B1",
            "A2": "=IF(A1>9,1,0)",
            "B5": "=SUM(A:A)*0",
            "B1": "=B5",
            "B2": '=INDIRECT("A1")*0',
            "C1": "=the_input*0",
        }
        book = {place: (text, 0) for place, text in texts.items()}
        engine = book | {"A1": ("=Inputs!B1", 1)}
        assert believed(book, book, engine, engine) == {"C1": 0}

    def test_an_unknown_function_is_not_believed_even_where_the_value_agrees(self, believed: Any) -> None:
        book = {"A1": ("=IFERROR(_xlfn.XLOOKUP(1,B1:B2,B1:B2),0)", 0), "A2": ("=A1", 0), "A3": ("=the_input(1)", 0)}
        engine = book | {"A1": ("=IFERROR(_xlfn.xlookup(1,B1:B2,B1:B2),0)", 0)}
        assert believed(book, book, engine, engine) == {}

    def test_chance_is_not_believed(self, believed: Any) -> None:
        book = {"A1": ("=IF(RAND()<0.5,1,0)", 1), "A2": ("=A1", 1), "A3": ("=Inputs!B1", 2)}
        assert believed(book, book, book, book) == {"A3": 2}

    def test_an_array_of_several_cells_is_left_with_what_reads_it(self, believed: Any) -> None:
        book = {"A1": ("=C2", 4), "A2": ("=C9", 0)}
        assert believed(book, book, book, book, spread=("C1:C3", "{=Inputs!B1:B3*2}", 4)) == {"A2": 0}

    def test_ours_must_agree_too(self, believed: Any) -> None:
        before = {"A1": ("=Inputs!B1", 2), "A2": ("=A1", 2), "A3": ("=Inputs!B1", 2)}
        after = before | {"A1": ("=Inputs!B1", 5)}
        assert believed(before, after, before, before, known=["A1"]) == {"A3": 2}
        assert believed(before, after, before, after | {"A2": ("=A1", 5)}, known=["A1"]) == {"A2": 5, "A3": 2}

    def test_a_new_row_is_believed_when_its_column_was_reproduced(self, believed: Any) -> None:
        before = {"A1": ("=Inputs!B1", 2), "A2": ("=Inputs!B2", 7), "B1": ("=A1*2", 4), "B2": ("=A2*2", 14)}
        after = before | {"A3": ("=Inputs!B3", 0), "B3": ("=A3*2", 0), "C3": ("=A3*2", 0), "B4": ("=A4*3", 0)}
        assert believed(before, after, before, after).keys() == before.keys() | {"A3", "B3"}
        was = before | {"B2": ("=A2*2", 15)}
        assert believed(before, after, was, after).keys() == before.keys() - {"B2"} | {"A3"}


class TestLibreOffice:
    pytestmark = WITH_OFFICE

    def test_formulas_of_others_are_fresh_and_none_is_wrong(self, tmp_path: Path) -> None:
        formulas: Given = {
            "A1": ("=Inputs!B1*3", 6),
            "A2": ('="plan "&the_input', "plan 2"),
            "A3": ("=A1>10", False),
            "A4": ("=1/(Inputs!B1-5)", -1 / 3),
            "A5": ("=SUM(A1,Inputs!B1:B2)", 15),
            "A6": ('=TEXT(DATE(2026,Inputs!B1,1),"yyyy-mm-dd")', "2026-02-01"),
            "B1": ("=IFERROR(CV_LTV(Inputs!B1),0)", 0),
            "B2": ("=B1+0*A1", 0),
            "B3": ("=RAND()", 0.5),
            "B4": ("=Inputs!B1*4", 999),
        }
        path = model(tmp_path / "book.xlsx", formulas)
        receipt = FileBook(path).apply(FIVE, recalculate=fresh_caches)
        found = shown(path)
        right = {"A1": 15, "A2": "plan 5", "A3": True, "A4": "#DIV/0!", "A5": 27, "A6": "2026-05-01"}
        assert {place: found[place] for place in right} == right
        assert {place: found[place] for place in ("B1", "B2", "B3", "B4")} == {"B1": 0, "B2": 0, "B3": 0.5, "B4": 999}
        assert [note.split(" by ")[0] for note in receipt.notes] == [
            "6 formulas of your own got fresh values",
            "4 formulas of your own will be computed as Excel opens the file: LibreOffice does not compute them, or "
            "what they hang on, as Excel did",
        ]
        assert waits_for_excel(path)

    def test_when_all_are_fresh_nothing_waits_for_excel(self, tmp_path: Path) -> None:
        path = model(tmp_path / "book.xlsx", {"A1": ("=Inputs!B1*3", 6), "A2": ("=A1+1", 7)})
        waiting = waits_for_excel(path)
        assert FileBook(path).apply(FIVE, recalculate=fresh_caches).notes[0].startswith("2 formulas of your own got")
        assert shown(path) == {"A1": 15, "A2": 16}
        assert waits_for_excel(path) == waiting

    def test_too_slow_is_stopped_with_all_that_it_started(self, tmp_path: Path) -> None:
        data = model(tmp_path / "book.xlsx", {"A1": ("=Inputs!B1*3", 6)}).read_bytes()
        found = fresh_caches(data, data, ".xlsx", (), seconds=0.2)
        assert (dict(found.caches), found.not_reproduced) == ({}, 1)
        assert found.reason == "LibreOffice did not compute them (it was stopped after 0.2 seconds)"

    @pytest.mark.skipif(not NOVAFLOW.exists(), reason=f"{NOVAFLOW.name} is not in ../shared/data/models")
    def test_a_real_model(self, tmp_path: Path) -> None:
        """Of 5,220 formulas most look up by XLOOKUP, which LibreOffice has since version 24.8."""
        path = tmp_path / "model.xlsx"
        path.write_bytes(NOVAFLOW.read_bytes())
        before = {sheet: cells(path, sheet, formulas=False) for sheet in ("Cover", "Income Statement", "KPI Dashboard")}
        plan = Plan(cells={("Scenario Manager", "C6"): "Downside"})
        receipt = FileBook(path).apply(plan, recalculate=fresh_caches)
        assert any("got fresh values by LibreOffice" in note for note in receipt.notes)
        after = {sheet: cells(path, sheet, formulas=False) for sheet in before}
        assert (before["Cover"]["D37"], after["Cover"]["D37"]) == ("Base", "Downside")
        revenue = after["Income Statement"]["AL7"]  # of 2028; the scenario's own value, or left as it was for Excel
        assert min(abs(revenue - right) for right in (792_756.54, before["Income Statement"]["AL7"])) < 0.01
        assert waits_for_excel(path)


def test_nothing_of_it_reaches_the_network() -> None:
    command, words = recalculation._confinement()
    if "unshare" not in " ".join(command):
        pytest.skip("this system does not let a program have a network of its own")
    looks = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    done = subprocess.run([*command, "python3", "-c", looks], capture_output=True, text=True, check=False)
    assert words == "without network"
    assert "Network is unreachable" in done.stderr


def test_libreoffice_sees_nothing_of_the_users_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    seen = recalculation._environment(tmp_path)
    assert "SECRET_TOKEN" not in seen
    assert seen["HOME"] == str(tmp_path)
    assert seen["http_proxy"] == "http://127.0.0.1:9"
