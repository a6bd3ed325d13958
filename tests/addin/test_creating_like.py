"""A workbook of ours in the layout of a CFO's own one: his names, words, order and looks, his data, and a refresh."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
import xlsxwriter
from openpyxl.workbook.workbook import Workbook

from addin.books.file import FileBook
from addin.books.mapped import MappedFile
from addin.contents import Contents, read_contents
from addin.creating_like import MadeLike, create_like, mapping_for
from addin.opening import keep_mapping, open_workbook
from addin.refresh import plan_refresh
from addin.workbook import WorkbookError
from tests.addin.cfo import COSTS, cfo_workbook, revenue
from tests.addin.cfo import CUSTOMERS as IDS
from tests.addin.commands import run
from tests.hosts.libreoffice import SOFFICE, recalculate, shown
from workbook_templates.addresses import address
from workbook_templates.catalogue import compose
from workbook_templates.layout import Template
from workbook_templates.likening import likened
from workbook_templates.mapping.model import Across, AssumptionMap, ColumnMap, Headings, TableMap, WorkbookMap
from workbook_templates.plan import CellError

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
PACKS = ("concentration", "costing")


def columns(**places: tuple[int, str]) -> tuple[ColumnMap, ...]:
    """Map columns by their place and header."""
    return tuple(ColumnMap(column=name, at=at, header=header) for name, (at, header) in places.items())


GERMAN = WorkbookMap(
    tables=(
        TableMap(
            table="Customers",
            sheet="Kundenliste ",
            header_row=5,
            first_row=6,
            columns=columns(
                customer_id=(1, "Kunden-Nr."),
                name=(2, "Firma"),
                segment=(3, "Branche"),
                owner=(4, "Betreuer"),
                first_purchase=(5, "Kunde seit"),
            ),
        ),
        TableMap(
            table="Transactions",
            sheet="Umsatz 2025",
            header_row=4,
            first_row=5,
            columns=columns(customer_id=(1, "Kunden-Nr.")),
            across=Across(
                row=4, first_column=3, last_column=14, headings=Headings.DATE, date="date", value="net_amount"
            ),
            skip=("Summe",),
            scale=1000.0,
        ),
        TableMap(
            table="Ledger pools",
            sheet="Kosten",
            header_row=3,
            first_row=4,
            columns=columns(gl_account=(1, "Konto"), pool=(2, "Kostenart"), amount=(3, "Betrag")),
            fixed={"driver": "revenue", "treatment": "retention"},
            skip=("Summe",),
            scale=1000.0,
            sign=-1,
        ),
    ),
    assumptions=(
        AssumptionMap(id="discount_rate", cell="Annahmen!B3"),
        AssumptionMap(id="gross_margin_pct", cell="Annahmen!B4"),
        AssumptionMap(id="retention_prior", cell="Annahmen!B5"),
    ),
)


class Case(NamedTuple):
    """A workbook, the one made like it, and what it was made from."""

    source: Path
    path: Path
    template: Template
    mapping: WorkbookMap
    made: MadeLike

    def contents(self) -> Contents:
        """Read it by the mapping that it carries."""
        return read_contents(open_workbook(self.path))


def built(folder: Path, source: Path, mapping: WorkbookMap, packs: tuple[str, ...] = PACKS) -> Case:
    """Make a workbook like another."""
    template = compose(packs=packs)
    path = folder / f"like_{source.name}"
    return Case(source, path, template, mapping, create_like(path, source, template, mapping))


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("like")
    return built(folder, cfo_workbook(folder / "plan.xlsx"), GERMAN)


@pytest.fixture(scope="module")
def book(german: Case) -> Workbook:
    return openpyxl.load_workbook(german.path)


class TestLayout:
    def test_sheets_are_called_as_theirs(self, german: Case, book: Workbook) -> None:
        assert {"Annahmen", "Kundenliste ", "Umsatz 2025", "Kosten"} <= set(book.sheetnames)
        assert book.sheetnames[-1] == "Mapping"
        assert not {"Customers", "Assumptions", "Ledger pools"} & set(book.sheetnames)

    def test_the_list_stands_where_theirs_does_in_their_words(self, book: Workbook) -> None:
        page = book["Kundenliste "]
        assert page["A1"].value == "Nordwind Handels GmbH"
        assert [cell.value for cell in page[5][:5]] == ["Kunden-Nr.", "Firma", "Branche", "Betreuer", "Kunde seit"]
        assert [cell.value for cell in page[6][:4]] == [IDS[0], "Firma 1", "Handel", "Nord"]
        assert page["E6"].number_format == "dd.mm.yyyy"
        assert (page["A5"].font.color.rgb, page["A5"].fill.fgColor.rgb) == ("FFFFFFFF", "FF7F1D1D")

    def test_their_own_columns_stay_at_the_right_with_what_is_in_them(self, book: Workbook) -> None:
        page = book["Kundenliste "]
        table = page.tables["tblCustomers"]
        assert table.column_names[-2:] == ["Kundenwert TEUR", "Rang ABC"]
        last = len(table.column_names)
        assert [page.cell(row, last - 1).value for row in (6, 9, 10)] == [None, 2, None]

    def test_months_lie_across_as_real_dates_in_their_columns(self, book: Workbook) -> None:
        page = book["Umsatz 2025"]
        assert [page.cell(4, column).value for column in (1, 2)] == ["Kunden-Nr.", "Einheit"]
        assert [page.cell(4, column).value for column in range(3, 15)] == [
            dt.datetime(2025, month, 1) for month in range(1, 13)
        ]
        assert page["C4"].number_format == "mmm yy"
        assert page["O4"].value is None  # the total's column and row are left out
        assert [page.cell(5 + place, 5).value for place in range(12)] == [revenue(place, 2) for place in range(12)]
        assert page.cell(5 + len(IDS), 1).value is None

    def test_result_sheets_say_their_words_and_show_thousands(self, german: Case, book: Workbook) -> None:
        _, block = german.template.tables["Lifetime value"]
        page = book["Lifetime value"]
        assert page.cell(block.row, block.column).value == "Kunden-Nr."
        assert str(page["A2"].value).endswith("Amounts in TEUR.")
        value = [column.name for column in block.table].index("value")
        assert page.cell(block.row + 1, block.column + value).number_format == "#,##0.0,"

    def test_costs_are_positive_in_our_tables_and_shown_in_full_as_they_are_typed(self, book: Workbook) -> None:
        page = book["Kosten"]
        assert [page.cell(row, 3).value for row in (4, 5, 6)] == [-1000 * amount for *_, amount in COSTS]
        assert page["C4"].number_format == page["C2"].number_format == "#,##0.0"
        assert "TEUR" not in str(page["A1"].value), "words that would make full amounts read as thousands"

    def test_what_was_taken_over_is_said_without_contents(self, german: Case) -> None:
        words = "\n".join(german.made.evidence)
        assert "Customers: sheet Kundenliste , header in row 5, 5 columns in their order and words, 2 of their" in words
        assert "Transactions: sheet Umsatz 2025 with 12 periods across and 12 rows" in words
        assert not any(id_ in words for id_ in IDS)
        assert german.made.rows == {"Customers": 12, "Transactions": 120, "Ledger pools": 3}


class TestData:
    @pytest.mark.parametrize("table", ["Customers", "Transactions", "Ledger pools"])
    def test_it_reads_the_same_rows_as_the_workbook_that_it_is_like(self, german: Case, table: str) -> None:
        theirs = read_contents(MappedFile(FileBook(german.source), replace(german.mapping, packs=PACKS)))
        ours = german.contents()
        assert ours.template.identity == german.template.identity
        wanted = {name: list(cells) for name, cells in theirs.cells[table].items() if any(c is not None for c in cells)}
        assert wanted
        assert {name: list(ours.cells[table][name]) for name in wanted} == wanted

    def test_assumptions_come_along_with_currency_and_unit(self, german: Case) -> None:
        cells = german.contents().cells["Assumptions"]
        values = dict(zip(cells["id"], cells["value"], strict=True))
        assert (values["discount_rate"], values["gross_margin_pct"], values["retention_prior"]) == (0.09, 0.42, 0.85)
        assert (values["currency"], values["display_unit"]) == ("EUR", 1000)
        assert values["as_of"] == dt.date(2025, 12, 31)

    def test_a_setting_by_hand_wins(self, tmp_path: Path, german: Case) -> None:
        create_like(tmp_path / "x.xlsx", german.source, compose(), GERMAN, {"discount_rate": 0.2, "currency": "CHF"})
        cells = read_contents(open_workbook(tmp_path / "x.xlsx")).cells["Assumptions"]
        values = dict(zip(cells["id"], zip(cells["value"], cells["source"], strict=True), strict=True))
        assert (values["discount_rate"][0], values["currency"][0]) == (0.2, "CHF")

    def test_the_workbook_that_it_is_like_keeps_its_bytes(self, tmp_path: Path) -> None:
        source = cfo_workbook(tmp_path / "plan.xlsx")
        before = source.read_bytes()
        create_like(tmp_path / "x.xlsx", source, compose(), GERMAN)
        assert source.read_bytes() == before


def refreshed(path: Path) -> Contents:
    """Refresh a workbook as the command does, and read it again."""
    opened = open_workbook(path)
    opened.apply(plan_refresh(read_contents(opened), now=NOW).plan)
    return read_contents(open_workbook(path))


class TestRefresh:
    def test_a_month_and_a_customer_that_people_add_are_read(self, tmp_path: Path) -> None:
        case = built(tmp_path, cfo_workbook(tmp_path / "plan.xlsx"), GERMAN, ())
        book = openpyxl.load_workbook(case.path)
        page = book["Umsatz 2025"]
        page["O4"] = dt.datetime(2026, 1, 1)
        page["O5"] = 99.5
        page["A17"], page["C17"] = "K9999", 1.25
        book.save(case.path)
        cells = refreshed(case.path).cells["Transactions"]
        rows = set(zip(cells["customer_id"], cells["net_amount"], strict=True))
        assert {(IDS[0], 99_500.0), ("K9999", 1250.0)} <= rows
        table = openpyxl.load_workbook(case.path)["Transactions"]
        assert "K9999" in [cell.value for cell in table["A"]]  # the table that formulas sum got it too

    def test_results_are_those_of_the_workbook_that_it_is_like(self, german: Case, tmp_path: Path) -> None:
        path = tmp_path / "copy.xlsx"
        path.write_bytes(german.path.read_bytes())
        theirs = plan_refresh(
            read_contents(MappedFile(FileBook(german.source), replace(GERMAN, packs=PACKS))), now=NOW
        ).results.tables["Lifetime value"]
        ours = refreshed(path).cells["Lifetime value"]
        assert list(ours["customer_id"]) == theirs["customer_id"].tolist()
        assert list(ours["value"]) == pytest.approx(theirs["value"].tolist())
        assert sum(float(str(value)) for value in ours["value"]) > 0


def hostile_workbook(path: Path) -> Path:
    """Write a list from column C, row 8, whose words are signs of formulas, with words for months."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    bold = book.add_format({"bold": True})
    page = book.add_worksheet("Mandant's [A] & <B>".replace("[A]", "(A)"))
    heads = ("=1+1", "Umsatz [netto] '#1'", "@Betreuer", "Name")
    for column, head in enumerate(heads, start=2):
        page.write_string(7, column, head, bold)
    for row in range(8, 11):
        page.write_string(row, 2, f"K{row}")
        page.write_number(row, 3, row * 100)
        page.write_string(row, 4, '=HYPERLINK("http://example.com")')
        page.write_string(row, 5, "+1")
    wide = book.add_worksheet("Summary")
    wide.write_string(0, 0, "Kunde")
    for column, month in enumerate(("Jan", "Feb", "Mär", "Q1", "Apr"), start=1):
        wide.write_string(0, column, month)
    for row in range(1, 4):
        wide.write_string(row, 0, f"K{row + 7}")
        for column in range(1, 6):
            wide.write_number(row, column, -10.0 * row * column)
    book.close()
    return path


HOSTILE = WorkbookMap(
    tables=(
        TableMap(
            table="Customers",
            sheet="Mandant's (A) & <B>",
            header_row=8,
            first_row=9,
            columns=columns(customer_id=(3, "=1+1"), annual_revenue=(4, "Umsatz [netto] '#1'"), owner=(5, "@Betreuer")),
        ),
        TableMap(
            table="Transactions",
            sheet="Summary",
            header_row=1,
            first_row=2,
            columns=columns(customer_id=(1, "Kunde")),
            across=Across(
                row=1,
                first_column=2,
                headings=Headings.MONTH,
                date="date",
                value="net_amount",
                first_period=dt.date(2025, 1, 31),
            ),
            sign=-1,
        ),
    )
)


class TestHostile:
    @pytest.fixture(scope="class")
    @classmethod
    def hostile(cls, tmp_path_factory: pytest.TempPathFactory) -> Case:
        folder = tmp_path_factory.mktemp("hostile")
        return built(folder, hostile_workbook(folder / "plan.xlsx"), HOSTILE, ())

    def test_texts_stay_texts(self, hostile: Case) -> None:
        page = openpyxl.load_workbook(hostile.path)["Mandant's (A) & <B>"]
        assert [page.cell(8, column).value for column in (3, 4, 5)] == ["=1+1", "Umsatz [netto] '#1'", "@Betreuer"]
        table = page.tables["tblCustomers"]
        assert table.ref.startswith("C8:")
        texts = [page.cell(row, column) for row in (8, 9, 10) for column in range(3, 3 + len(table.column_names))]
        assert {cell.data_type for cell in texts} <= {"s", "n"}

    def test_a_sheet_of_ours_gives_way_and_is_still_found(self, hostile: Case) -> None:
        book = openpyxl.load_workbook(hostile.path)
        assert [book["Summary"].cell(1, column).value for column in range(1, 6)] == [
            "Kunde",
            "Jan",
            "Feb",
            "Mär",
            "Apr",
        ]
        assert "Summary (value)" in book.sheetnames
        assert hostile.made.mapping.sheets["Summary"] == "Summary (value)"

    def test_words_for_months_and_their_sign_are_read_as_before(self, hostile: Case) -> None:
        cells = hostile.contents().cells["Transactions"]
        rows = list(zip(cells["customer_id"], cells["date"], cells["net_amount"], strict=True))
        assert rows[:4] == [
            ("K8", dt.date(2025, 1, 31), 10.0),
            ("K8", dt.date(2025, 2, 28), 20.0),
            ("K8", dt.date(2025, 3, 31), 30.0),
            ("K8", dt.date(2025, 4, 30), 50.0),  # the quarter's sum between them is no period
        ]
        assert len(rows) == 12

    def test_it_can_be_refreshed(self, hostile: Case, tmp_path: Path) -> None:
        path = tmp_path / "copy.xlsx"
        path.write_bytes(hostile.path.read_bytes())
        assert [*refreshed(path).cells["Lifetime value"]["customer_id"]] == ["K8", "K9", "K10"]


class TestAgain:
    def test_one_of_ours_passes_its_words_and_data_on(self, german: Case, tmp_path: Path) -> None:
        mapping, left_out = mapping_for(german.path)
        assert (mapping, left_out) == (german.made.mapping, ())
        made = create_like(tmp_path / "again.xlsx", german.path, compose(packs=("equity",)), mapping)
        assert {"Annahmen", "Kundenliste ", "Umsatz 2025", "Kosten", "Customer equity"} <= set(
            openpyxl.load_workbook(tmp_path / "again.xlsx").sheetnames
        )
        again, before = read_contents(open_workbook(tmp_path / "again.xlsx")), german.contents()
        assert again.template.identity.endswith("core+equity")
        for table in ("Customers", "Transactions", "Ledger pools"):
            assert again.cells[table] == before.cells[table]
        assert made.mapping.headings["Customers"] == german.made.mapping.headings["Customers"]


def listed_workbook(path: Path) -> Path:
    """Write customers and sales as lists that do not begin in column A, one of them an Excel table."""
    book = xlsxwriter.Workbook(path)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "d-mmm-yy"})
    clients, sales = book.add_worksheet("Clients"), book.add_worksheet("Ventes")
    clients.add_table(
        1, 1, 4, 3, {"name": "Liste", "columns": [{"header": head} for head in ("Code", "Nom", "Remarque")]}
    )
    for row in range(2, 5):
        clients.write_row(row, 1, [row * 11, f"Client {row}", f"note {row}"])
    sales.write_row(0, 3, ["Montant HT", "Code client", "Date facture"], bold)
    for row in range(1, 7):
        sales.write_number(row, 3, 100.25 * row)
        sales.write_number(row, 4, 22 + 11 * (row % 3))
        sales.write_datetime(row, 5, dt.datetime(2025, row, 28), day)
    book.close()
    return path


LISTED = WorkbookMap(
    tables=(
        TableMap(
            table="Customers",
            sheet="Clients",
            header_row=2,
            first_row=3,
            excel_table="Liste",
            columns=columns(customer_id=(2, "Code"), name=(3, "Nom")),
        ),
        TableMap(
            table="Transactions",
            sheet="Ventes",
            header_row=1,
            first_row=2,
            columns=columns(net_amount=(4, "Montant HT"), customer_id=(5, "Code client"), date=(6, "Date facture")),
        ),
    )
)


class TestLists:
    def test_lists_stand_where_theirs_do(self, tmp_path: Path) -> None:
        case = built(tmp_path, listed_workbook(tmp_path / "plan.xlsx"), LISTED, ())
        book = openpyxl.load_workbook(case.path)
        clients, sales = book["Clients"], book["Ventes"]
        assert [clients.cell(2, column).value for column in (2, 3)] == ["Code", "Nom"]
        assert clients.tables["tblCustomers"].column_names[-1] == "Remarque"
        # The header stands in row 2, not in 1: the total above it needs a row.
        assert [sales.cell(2, column).value for column in (4, 5, 6)] == ["Montant HT", "Code client", "Date facture"]
        assert sales["F3"].number_format == "d-mmm-yy"
        assert sales["D1"].value == "=ROUND(SUM(tblTransactions[Montant HT]),6)"
        cells = case.contents().cells
        assert list(cells["Customers"]["customer_id"]) == [22.0, 33.0, 44.0]
        assert list(cells["Transactions"]["net_amount"]) == [100.25 * row for row in range(1, 7)]

    def test_a_total_that_moved_has_its_value_after_a_refresh(self, tmp_path: Path) -> None:
        case = built(tmp_path, listed_workbook(tmp_path / "plan.xlsx"), LISTED, ())
        book = openpyxl.load_workbook(case.path)
        book["Ventes"]["D3"] = 1000.0
        book.save(case.path)
        refreshed(case.path)
        assert openpyxl.load_workbook(case.path, data_only=True)["Ventes"]["D1"].value == pytest.approx(3005.0)


def test_without_a_list_of_customers_those_who_bought_are_listed(tmp_path: Path) -> None:
    _, sales, _ = GERMAN.tables
    case = built(tmp_path, cfo_workbook(tmp_path / "plan.xlsx"), replace(GERMAN, tables=(sales,)), ())
    assert list(case.contents().cells["Customers"]["customer_id"]) == list(IDS)


class TestRefusals:
    def test_a_mapping_that_asks_something(self, tmp_path: Path) -> None:
        first, *rest = GERMAN.tables
        asking = replace(GERMAN, tables=(replace(first, questions=("Is this the list of customers?",)), *rest))
        source = cfo_workbook(tmp_path / "plan.xlsx")
        with pytest.raises(WorkbookError, match="the mapping asks about Customers: Is this the list"):
            create_like(tmp_path / "x.xlsx", source, compose(), asking)
        assert not (tmp_path / "x.xlsx").exists()

    def test_a_workbook_that_is_there(self, tmp_path: Path) -> None:
        source = cfo_workbook(tmp_path / "plan.xlsx")
        with pytest.raises(WorkbookError, match="is there already"):
            create_like(source, source, compose(), GERMAN)


class TestCommand:
    def test_it_says_what_was_taken_over_and_what_was_not(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        source, mapping = cfo_workbook(tmp_path / "plan.xlsx"), tmp_path / "mine.toml"
        keep_mapping(mapping, GERMAN)
        options = ("--mapping", mapping, "--set", "gross_margin_pct=0.4")
        done = run(capsys, "new", tmp_path / "ours.xlsx", "--like", source, *options)
        assert done.code == 0, done.err
        assert "Taken over" in done.out
        assert "Customers: sheet Kundenliste , header in row 5" in done.out
        assert "ours.xlsx is laid out like plan.xlsx" in done.out
        assert not any(id_ in done.out + done.err for id_ in IDS)
        again = run(capsys, "refresh", tmp_path / "ours.xlsx", "--dry-run")
        assert "12 customers" in again.out

    def test_without_a_mapping_only_what_is_sure_is_filled_in(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        done = run(capsys, "new", tmp_path / "ours.xlsx", "--like", cfo_workbook(tmp_path / "plan.xlsx"))
        assert done.code == 0, done.err
        assert "Transactions: 120 rows are filled in." in done.out
        assert "Not taken over  Ledger pools on sheet Kosten: " in done.out
        assert "answer this with: customer-value map plan.xlsx" in done.out

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--sample",), "give either --like or --sample"),
            (("--mapping", "missing.toml"), "missing.toml cannot be read"),
        ],
    )
    def test_wrong_use(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
    ) -> None:
        source = cfo_workbook(tmp_path / "plan.xlsx")
        done = run(capsys, "new", tmp_path / "ours.xlsx", "--like", source, *arguments)
        assert done.code == 2
        assert message in done.err
        assert not (tmp_path / "ours.xlsx").exists()

    def test_a_mapping_without_a_workbook(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        done = run(capsys, "new", tmp_path / "ours.xlsx", "--mapping", tmp_path / "m.toml")
        assert done.code == 2
        assert "--mapping says where the tables stand in the workbook of --like" in done.err


@pytest.mark.office
@pytest.mark.skipif(SOFFICE is None, reason="soffice is not on PATH: install LibreOffice Calc to run these tests")
class TestLibreOffice:
    """Every native formula, in other words over other sheets, computed by another program."""

    @pytest.fixture(scope="class")
    @classmethod
    def computed(
        cls, tmp_path_factory: pytest.TempPathFactory
    ) -> Mapping[str, tuple[Mapping[Any, Any], Mapping[Any, Any]]]:
        folder = tmp_path_factory.mktemp("office")
        cases = {
            "german": built(folder, cfo_workbook(folder / "plan.xlsx"), GERMAN),
            "hostile": built(folder, hostile_workbook(folder / "hostile.xlsx"), HOSTILE, ()),
        }
        for case in cases.values():
            refreshed(case.path)
        saved = recalculate([case.path for case in cases.values()], folder)
        found = {}
        for name, case in cases.items():
            laid = likened(case.template, case.made.likeness)
            places = {(sheet.name, address(at.row, at.column)): key for key, (sheet, at) in laid.formulas.items()}
            found[name] = shown(case.path, places), shown(saved[case.path], places)
        return found

    @pytest.mark.parametrize("name", ["german", "hostile"])
    def test_every_formula_shows_what_libreoffice_computes(
        self, computed: Mapping[str, tuple[Mapping[Any, Any], Mapping[Any, Any]]], name: str
    ) -> None:
        ours, theirs = computed[name]
        differences = {
            place: (mine, other)
            for place in {*ours, *theirs}
            if not _agree(mine := ours.get(place), other := theirs.get(place))
        }
        assert differences == {}
        assert len(ours) > 200


def _agree(ours: Any, theirs: Any) -> bool:
    """Compare two cells; an empty text is no cell to the reader."""
    if ours is None or theirs is None:
        return (ours or theirs).value in ("", None)
    if ours.kind == theirs.kind == "n":
        return math.isclose(ours.value, theirs.value, rel_tol=1e-9, abs_tol=1e-6)
    if isinstance(ours.value, str) and ours.value in {error.value for error in CellError}:
        return bool(ours == theirs)
    return bool(ours.value == theirs.value)


@pytest.mark.parametrize("options", [("--by", "owner"), ("--anonymise",), ("--ask", "Customers:must_serve")])
def test_copies_by_recipient_are_refused_under_other_headings(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = tmp_path / "ours.xlsx"
    run(capsys, "new", ours, "--like", cfo_workbook(tmp_path / "plan.xlsx"))
    done = run(capsys, "distribute", ours, "--to", tmp_path / "copies", *options)
    assert done.code == 2
    assert "has headings of its own" in done.err
    assert not (tmp_path / "copies").exists()
