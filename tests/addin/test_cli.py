"""The commands, as their users run them: what they print, write and return."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from addin.books.file import FileBook
from tests.addin.commands import run
from tests.addin.conftest import NO_MODELS
from workbook_templates.catalogue import compose
from workbook_templates.packs import PACKS
from workbook_templates.packs.core import CORE

Capture = pytest.CaptureFixture[str]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as package:
        return {name: hashlib.sha256(package.read(name)).hexdigest() for name in package.namelist()}


def sales(path: Path, rows: Sequence[tuple[object, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("Customer", "Date", "Net", "Invoice"), *rows])
    return path


SALES = [
    ("C1", "2024-03-01", "100.50", "I1"),
    ("C1", "2025-03-01", "200.25", "I2"),
    ("C2", "2025-06-30", "50.005", "I3"),
    ("C2", "2025-07-30", "-60.00", "CN4"),
    ("", "2025-08-01", "10.00", "I5"),
]
COLUMNS = (
    "--customer",
    "Customer",
    "--date",
    "Date",
    "--amount",
    "Net",
    "--document",
    "Invoice",
    "--credit-prefix",
    "CN",
)


class TestDemo:
    def test_builds_refreshes_and_answers(self, tmp_path: Path, capsys: Capture) -> None:
        path = tmp_path / "demo.xlsx"
        outcome = run(capsys, "demo", "--out", path)
        assert outcome.code == 0, outcome.err
        assert "The best customers by value are" in outcome.out
        assert "Five best customers by value" in outcome.out
        assert "Five worst customers by value" in outcome.out
        assert "Checks passed" in outcome.out
        assert str(path) in outcome.out
        assert path.exists()

    def test_default_name_does_not_overwrite(
        self, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("workbook_templates.packs.PACKS", {"core": CORE})  # a name does not depend on the sheets
        (tmp_path / "customer_value_demo.xlsx").write_text("somebody's work")
        assert run(capsys, "demo").code == 0
        assert (tmp_path / "customer_value_demo.xlsx").read_text() == "somebody's work"
        assert (tmp_path / "customer_value_demo_2.xlsx").exists()


class TestNew:
    def test_refuses_to_overwrite(self, tmp_path: Path, capsys: Capture) -> None:
        path = tmp_path / "model.xlsx"
        path.write_text("somebody's work")
        outcome = run(capsys, "new", path)
        assert outcome.code == 2
        assert "is there already" in outcome.err
        assert path.read_text() == "somebody's work"

    def test_core_pack_alone_or_all(self, tmp_path: Path, capsys: Capture) -> None:
        assert run(capsys, "new", tmp_path / "core.xlsx").code == 0
        assert run(capsys, "new", tmp_path / "all.xlsx", "--all").code == 0
        core = openpyxl.load_workbook(tmp_path / "core.xlsx", read_only=True).sheetnames
        everything = openpyxl.load_workbook(tmp_path / "all.xlsx", read_only=True).sheetnames
        assert core[:2] == ["Summary", "Index"]
        sheets = {sheet.name for pack in PACKS.values() if pack is not CORE for sheet in pack.sheets}
        assert set(everything) - set(core) == sheets > {"Invoices", "Model check", "Best customers", "Migration"}

    def test_setting_is_labelled_as_given_by_hand(self, tmp_path: Path, capsys: Capture) -> None:
        path = tmp_path / "model.xlsx"
        assert run(capsys, "new", path, "--set", "discount_rate=9%", "--set", "horizon=inf").code == 0
        sheet = openpyxl.load_workbook(path)["Assumptions"]
        rows = {row[0]: row for row in sheet.iter_rows(min_row=6, values_only=True)}
        assert rows["discount_rate"][2] == 0.09
        assert rows["horizon"][2] == "inf"
        assert rows["discount_rate"][6] == "given by hand (--set)"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--template", "nothing"), "no template 'nothing'"),
            (("--pack", "nothing"), "no pack 'nothing'"),
            (("--set", "nothing=1"), "--set wants ID=VALUE"),
            (("--set", "discount_rate"), "--set wants ID=VALUE"),
            (("--set", "discount_rate=ten"), "must be a number"),
            (("--set", "as_of=31.12.2025"), "must be a date such as 2025-12-31"),
            (("--set", "retention_prior=80"), "percent typed as whole number?"),
            (("--set", "timing=late"), "must be one of start, mid, end"),
        ],
    )
    def test_wrong_use_says_what_is_wanted(
        self, tmp_path: Path, capsys: Capture, arguments: tuple[str, ...], message: str
    ) -> None:
        outcome = run(capsys, "new", tmp_path / "model.xlsx", *arguments)
        assert outcome.code == 2
        assert message in outcome.err
        assert not (tmp_path / "model.xlsx").exists()

    def test_wants_an_xlsx_in_a_folder_that_exists(self, tmp_path: Path, capsys: Capture) -> None:
        assert "must end in .xlsx" in run(capsys, "new", tmp_path / "model.xls").err
        assert "there is no folder" in run(capsys, "new", tmp_path / "none" / "model.xlsx").err


class TestImport:
    def test_fills_transactions_and_customers(self, empty_file: Path, tmp_path: Path, capsys: Capture) -> None:
        data = sales(tmp_path / "sales.csv", SALES)
        outcome = run(capsys, "import", data, empty_file, *COLUMNS, "--set", "gross_margin_pct=0.4")
        assert outcome.code == 0, outcome.err
        assert "300.755" in outcome.out  # all lines, to the last decimal
        book = openpyxl.load_workbook(empty_file)
        ids = [row[0] for row in book["Customers"].iter_rows(min_row=6, values_only=True)]
        assert ids == ["C1", "C2"]
        amounts = [float(str(row[2])) for row in book["Transactions"].iter_rows(min_row=6, values_only=True)]
        assert sorted(amounts) == [-60.0, 10.0, 50.005, 100.5, 200.25]
        rows = {row[0]: row for row in book["Assumptions"].iter_rows(min_row=6, values_only=True)}
        assert str(rows["as_of"][2]) == "2025-08-01 00:00:00"
        assert book["Summary"]["A3"].value is not None

    def test_results_say_that_they_are_stale(self, empty_file: Path, tmp_path: Path, capsys: Capture) -> None:
        run(capsys, "import", sales(tmp_path / "sales.csv", SALES), empty_file, *COLUMNS)
        shown = openpyxl.load_workbook(empty_file, data_only=True)["Summary"]["A3"].value
        assert str(shown).startswith("STALE")

    def test_same_source_again_replaces_its_rows(self, empty_file: Path, tmp_path: Path, capsys: Capture) -> None:
        data = sales(tmp_path / "sales.csv", SALES)
        run(capsys, "import", data, empty_file, *COLUMNS)
        sales(data, SALES[:2])
        outcome = run(capsys, "import", data, empty_file, *COLUMNS)
        assert "5 replaced" in outcome.out
        rows = list(openpyxl.load_workbook(empty_file)["Transactions"].iter_rows(min_row=6, values_only=True))
        assert len([row for row in rows if row[1] is not None]) == 2

    def test_another_source_is_added(self, empty_file: Path, tmp_path: Path, capsys: Capture) -> None:
        run(capsys, "import", sales(tmp_path / "one.csv", SALES[:2]), empty_file, *COLUMNS)
        run(capsys, "import", sales(tmp_path / "two.csv", SALES[2:]), empty_file, *COLUMNS)
        rows = list(openpyxl.load_workbook(empty_file)["Transactions"].iter_rows(min_row=6, values_only=True))
        assert len([row for row in rows if row[1] is not None]) == 5

    def test_customer_that_is_there_keeps_its_row(self, core_copy: Path, tmp_path: Path, capsys: Capture) -> None:
        before = next(openpyxl.load_workbook(core_copy)["Customers"].iter_rows(min_row=6, max_row=6, values_only=True))
        data = sales(tmp_path / "sales.csv", [(before[0], "2025-12-31", "5", "X1"), ("NEW", "2025-12-31", "7", "X2")])
        outcome = run(capsys, "import", data, core_copy, *COLUMNS)
        assert "1 new customers" in outcome.out
        sheet = openpyxl.load_workbook(core_copy)["Customers"]
        assert next(sheet.iter_rows(min_row=6, max_row=6, values_only=True)) == before
        assert sheet.cell(sheet.max_row, 1).value == "NEW"

    def test_mapping_is_kept_and_used(self, empty_file: Path, tmp_path: Path, capsys: Capture) -> None:
        data = sales(tmp_path / "sales.csv", SALES)
        assert run(capsys, "import", data, empty_file, *COLUMNS, "--save-mapping", "erp").code == 0
        assert run(capsys, "import", data, empty_file, "--mapping", "erp").code == 0
        assert "no mapping" in run(capsys, "import", data, empty_file, "--mapping", "crm").err
        both = run(capsys, "import", data, empty_file, "--mapping", "erp", *COLUMNS)
        assert both.code == 2
        assert "either --mapping NAME or the columns" in both.err

    def test_column_that_is_not_there(self, empty_file: Path, tmp_path: Path, capsys: Capture) -> None:
        data = tmp_path / "sales.parquet"
        pd.DataFrame({"CustomerID": ["1"], "InvoiceDate": ["2025-01-01"], "Net": [1.0]}).to_parquet(data)
        before = digest(empty_file)
        outcome = run(
            capsys, "import", data, empty_file, "--customer", "Customer", "--date", "InvoiceDate", "--amount", "Net"
        )
        assert outcome.code == 2
        assert "Customer" in outcome.err
        assert "CustomerID" in outcome.err
        assert digest(empty_file) == before

    def test_unreadable_lines_are_reported(self, empty_file: Path, tmp_path: Path, capsys: Capture) -> None:
        data = sales(tmp_path / "sales.csv", [*SALES, ("C3", "2025-01-01", "many", "I9")])
        outcome = run(capsys, "import", data, empty_file, *COLUMNS)
        assert outcome.code == 1
        assert "not read: 1 lines" in outcome.out


class TestRefresh:
    def test_twice_gives_the_same_bytes_but_for_the_log(self, small_copy: Path, capsys: Capture) -> None:
        assert run(capsys, "refresh", small_copy).code == 0
        first = parts(small_copy)
        assert run(capsys, "refresh", small_copy).code == 0
        second = parts(small_copy)
        log_sheet = f"xl/worksheets/sheet{len(compose('customer_value', NO_MODELS).sheets)}.xml"  # the last one
        changed = {name for name in first | second if first.get(name) != second.get(name)}
        log_table = next(name for name in changed if name.startswith("xl/tables/"))
        assert changed == {log_sheet, log_table}
        assert FileBook(small_copy).read_table("tblLog").rows == 3

    def test_says_in_words_what_changes(self, core_copy: Path, capsys: Capture) -> None:
        outcome = run(capsys, "refresh", core_copy, "--set", "discount_rate=0.2")
        assert outcome.code == 0
        assert "The base value goes from" in outcome.out
        assert "customers' values change; the most:" in outcome.out

    def test_dry_run_writes_nothing(self, core_copy: Path, capsys: Capture) -> None:
        before = digest(core_copy)
        outcome = run(capsys, "refresh", core_copy, "--dry-run", "--set", "horizon=5")
        assert "The base value goes from" in outcome.out
        assert "Nothing was written" in outcome.out
        assert digest(core_copy) == before

    def test_out_leaves_the_workbook_alone(self, core_copy: Path, tmp_path: Path, capsys: Capture) -> None:
        before = digest(core_copy)
        assert run(capsys, "refresh", core_copy, "--out", tmp_path / "other.xlsx", "--set", "horizon=5").code == 0
        assert digest(core_copy) == before
        shown = openpyxl.load_workbook(tmp_path / "other.xlsx", data_only=True)["Summary"]["A7"].value
        assert "5-year customer value" in str(shown)

    def test_failed_check_is_exit_code_one(self, core_copy: Path, capsys: Capture) -> None:
        outcome = run(capsys, "refresh", core_copy, "--set", "ledger_control_total=1")
        assert outcome.code == 1
        assert "FAILED Ledger pools = trial balance" in outcome.out

    def test_unknown_costs_are_not_costs_zero(self, empty_file: Path, tmp_path: Path, capsys: Capture) -> None:
        run(capsys, "import", sales(tmp_path / "sales.csv", SALES), empty_file, *COLUMNS)
        outcome = run(capsys, "refresh", empty_file)
        assert outcome.code == 1
        assert "gross_margin_pct" in outcome.out
        book = openpyxl.load_workbook(empty_file, data_only=True)
        assert book["Lifetime value"]["G22"].value == "#N/A"
        assert run(capsys, "refresh", empty_file, "--set", "gross_margin_pct=0.4").code == 0


class TestCheck:
    def test_of_a_refreshed_workbook_passes(self, small_copy: Path, capsys: Capture) -> None:
        before = digest(small_copy)
        outcome = run(capsys, "check", small_copy)
        assert outcome.code == 0, outcome.out
        assert "checks passed; 0 kinds of error" in outcome.out
        assert digest(small_copy) == before

    def test_names_sheet_row_and_what_to_do(self, core_copy: Path, capsys: Capture) -> None:
        book = openpyxl.load_workbook(core_copy)
        book["Transactions"]["C10"] = "a lot"
        book["Transactions"]["B11"] = "31/12/2025"
        book["Customers"]["A9"] = book["Customers"]["A8"].value
        book.save(core_copy)
        outcome = run(capsys, "check", core_copy)
        assert outcome.code == 1
        assert "Transactions, net amount, row 10: Text stands where a number is wanted" in outcome.out
        assert "Transactions, date, row 11: A date is typed as text" in outcome.out
        assert "Customers, customer id, row 9: The same customer id stands further up" in outcome.out
        assert "run customer-value refresh" in outcome.out

    def test_of_a_fresh_workbook_says_to_fill_it(self, empty_file: Path, capsys: Capture) -> None:
        outcome = run(capsys, "check", empty_file)
        assert outcome.code == 1
        assert "there is nothing to value" in outcome.out


class TestUnreadable:
    @pytest.mark.parametrize("command", ["check", "refresh"])
    def test_each_says_where_and_what_to_do(self, command: str, tmp_path: Path, capsys: Capture) -> None:
        text = tmp_path / "text.xlsx"
        text.write_text("not a workbook")
        other = tmp_path / "other.xlsx"
        openpyxl.Workbook().save(other)
        for path, message in (
            (tmp_path / "none.xlsx", "there is no file"),
            (tmp_path, "is a folder"),
            (text, "not a"),
            (other, "customer-value map FILE"),
        ):
            outcome = run(capsys, command, path)
            assert outcome.code == 2, path
            assert message in outcome.err
            assert outcome.err.count("\n") == 1

    def test_missing_table(self, core_copy: Path, capsys: Capture) -> None:
        book = openpyxl.load_workbook(core_copy)
        del book["Drivers"]
        book.save(core_copy)
        outcome = run(capsys, "refresh", core_copy)
        assert outcome.code == 2
        assert "tblDrivers (sheet 'Drivers') is missing" in outcome.err

    def test_missing_heading_is_a_finding(self, core_copy: Path, capsys: Capture) -> None:
        book = openpyxl.load_workbook(core_copy)
        sheet = book["Drivers"]
        sheet["C5"] = "How many"
        sheet.tables["tblDrivers"].tableColumns[2].name = "How many"
        book.save(core_copy)
        outcome = run(capsys, "check", core_copy)
        assert outcome.code == 1
        assert "Drivers, quantity: The table has no column 'Quantity'" in outcome.out

    def test_open_elsewhere(self, core_copy: Path, capsys: Capture) -> None:
        before = digest(core_copy)
        (core_copy.parent / f"~${core_copy.name}").write_text("")
        outcome = run(capsys, "refresh", core_copy)
        assert outcome.code == 2
        assert "is open in Excel" in outcome.err
        assert digest(core_copy) == before

    def test_read_only(self, core_copy: Path, capsys: Capture) -> None:
        core_copy.chmod(0o444)
        outcome = run(capsys, "refresh", core_copy)
        assert outcome.code == 2
        assert "read-only" in outcome.err
        assert run(capsys, "check", core_copy).code == 0

    def test_wrong_version(self, core_copy: Path, capsys: Capture) -> None:
        book = openpyxl.load_workbook(core_copy)
        book.defined_names["cv_template"].attr_text = '"customer_value/99/core"'
        book.save(core_copy)
        outcome = run(capsys, "refresh", core_copy)
        assert outcome.code == 2
        assert "version 99" in outcome.err


class TestFunctions:
    def test_catalogue_and_one_function(self, capsys: Capture) -> None:
        assert "CV_LTV" in run(capsys, "functions").out
        page = run(capsys, "functions", "cv_ltv").out
        assert "margin" in page
        assert "retention" in page
        unknown = run(capsys, "functions", "CV_LVT")
        assert unknown.code == 2
        assert "CV_LTV" in unknown.err

    def test_call(self, capsys: Capture) -> None:
        reply = json.loads(run(capsys, "call", "CV_LTV", "[1000, 0.8, 0.1]").out)
        assert reply["cells"] == pytest.approx(1720.9605743077468, abs=1e-9)
        assert reply["message"] is None
        error = run(capsys, "call", "CV_LTV", "[1000, 80, 0.1]")
        assert error.code == 0
        assert json.loads(error.out)["cells"] == "#NUM!"
        assert run(capsys, "call", "CV_NOTHING", "[]").code == 2
        assert run(capsys, "call", "CV_LTV", "not json").code == 2
        assert run(capsys, "call").code == 2

    def test_batch_goes_on_after_a_bad_line(self, tmp_path: Path, capsys: Capture) -> None:
        file = tmp_path / "calls.jsonl"
        file.write_text(
            '{"function": "CV_LTV", "args": [1000, 0.8, 0.1]}\nnonsense\n{"function": "CV_CAC", "args": [90, 2]}\n'
        )
        outcome = run(capsys, "call", "--batch", file)
        replies = [json.loads(line) for line in outcome.out.splitlines()]
        assert outcome.code == 0
        assert [reply["cells"] for reply in replies] == [pytest.approx(1720.96057, abs=1e-5), None, 45.0]


def test_help_has_examples(capsys: Capture) -> None:
    for command in ("demo", "new", "import", "check", "refresh", "functions", "call"):
        assert "Example" in run(capsys, command, "--help").out, command


def test_is_installed_as_a_command() -> None:
    command = shutil.which("customer-value", path=str(Path(sys.executable).parent))
    assert command
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    assert "refresh" in done.stdout
