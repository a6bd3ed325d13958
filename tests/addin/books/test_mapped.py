"""A CFO's own workbook, refreshed through its mapping: read where it stands, written where he wants it, no more."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from addin.books.file import FileBook
from addin.books.mapped import MappedFile
from addin.contents import read_contents
from addin.refresh import Refresh, plan_refresh
from addin.workbook import Receipt, WorkbookError
from tests.addin.books.builders import compressed_parts, loaded
from tests.addin.cfo import COSTS, CUSTOMERS, MONTHS, cfo_workbook, revenue
from workbook_templates.mapping.model import (
    Across,
    AssumptionMap,
    CellFill,
    ColumnFill,
    ColumnMap,
    Headings,
    TableMap,
    WorkbookMap,
)
from workbook_templates.plan import NewSheet, Plan, TableWrite

NOW: Final = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)


def columns(**given: tuple[int, str]) -> tuple[ColumnMap, ...]:
    return tuple(ColumnMap(column=name, at=at, header=header) for name, (at, header) in given.items())


LIST: Final = TableMap(
    table="Customers",
    sheet="Kundenliste ",
    header_row=5,
    first_row=6,
    columns=columns(
        customer_id=(1, "Kunden-Nr."), name=(2, "Firma"), segment=(3, "Branche"), first_purchase=(5, "Kunde seit")
    ),
)
SALES: Final = TableMap(
    table="Transactions",
    sheet="Umsatz 2025",
    header_row=4,
    first_row=5,
    columns=columns(customer_id=(1, "Kunden-Nr.")),
    across=Across(row=4, first_column=3, headings=Headings.DATE, date="date", value="net_amount"),
    skip=("Summe",),
    scale=1000,
)
POOLS: Final = TableMap(
    table="Ledger pools",
    sheet="Kosten",
    header_row=3,
    first_row=4,
    columns=columns(gl_account=(1, "Konto"), pool=(2, "Kostenart"), amount=(3, "Betrag")),
    skip=("Summe",),
    scale=1000,
    sign=-1,
    fixed={"driver": "orders", "treatment": "retention", "family": "support"},
)
VALUE: Final = ColumnFill(
    result="Lifetime value", column="value", sheet="Kundenliste ", key_column=1, first_row=6, at=6, scale=1000
)
MAPPING: Final = WorkbookMap(
    tables=(LIST, SALES, POOLS),
    assumptions=(
        AssumptionMap(id="discount_rate", cell="Annahmen!B3"),
        AssumptionMap(id="gross_margin_pct", cell="Annahmen!B4"),
        AssumptionMap(id="as_of", cell="Annahmen!B6"),
        AssumptionMap(id="horizon", value=5),
    ),
    fills=(VALUE, replace(VALUE, result="Segments", column="segment", at=7, scale=1.0)),
    cells=(CellFill(figure="base_value", sheet="Cockpit", cell="B4", scale=1000),),
    results=("Customer P&L", "Lifetime value", "Segments"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return cfo_workbook(tmp_path / "plan.xlsx")


def refresh(path: Path, mapping: WorkbookMap = MAPPING) -> tuple[Refresh, Receipt]:
    book = MappedFile(FileBook(path), mapping)
    planned = plan_refresh(read_contents(book), now=NOW)
    return planned, book.apply(planned.plan)


def values(path: Path, sheet: str) -> Worksheet:
    return loaded(path, formulas=False)[sheet]


class TestReading:
    def test_everything_comes_from_where_it_stands(self, path: Path) -> None:
        contents = read_contents(MappedFile(FileBook(path), MAPPING))
        sales = contents.inputs["Transactions"].frame
        assert sales["net_amount"].sum() == pytest.approx(
            1000 * sum(revenue(place, month) for place in range(len(CUSTOMERS)) for month in range(12))
        )
        assert set(sales["date"].dt.month) == {month.month for month in MONTHS}
        assert contents.inputs["Customers"].frame["customer_id"].tolist() == list(CUSTOMERS)
        assert contents.inputs["Ledger pools"].frame["amount"].tolist() == [-1000 * amount for *_, amount in COSTS]
        register = contents.cells["Assumptions"]
        held = dict(zip(register["id"], register["value"], strict=True))
        assert (held["discount_rate"], held["horizon"], held["as_of"]) == (0.09, 5, dt.date(2025, 12, 31))
        source = dict(zip(register["id"], register["source"], strict=True))
        assert source["discount_rate"] == "mapping: Annahmen!B3"

    def test_without_a_date_the_last_sales_give_it(self, path: Path) -> None:
        mapping = replace(MAPPING, assumptions=tuple(one for one in MAPPING.assumptions if one.id != "as_of"))
        planned, _ = refresh(path, mapping)
        assert str(planned.results.as_of)[:10] == "2025-12-31"

    def test_without_a_list_the_buyers_are_the_customers(self, path: Path) -> None:
        mapping = replace(MAPPING, tables=(SALES, POOLS), fills=(), cells=())
        planned, _ = refresh(path, mapping)
        assert sorted(planned.results.tables["Lifetime value"]["customer_id"]) == sorted(CUSTOMERS)

    def test_a_finding_names_the_cell_on_his_sheet(self, path: Path) -> None:
        FileBook(path).apply(Plan(cells={("Umsatz 2025", "E7"): "n/a"}))
        contents = read_contents(MappedFile(FileBook(path), MAPPING))
        planned = plan_refresh(contents, now=NOW)
        found = [at for finding in planned.results.findings for at in contents.locate(finding) if at.cell == "E7"]
        assert [at.sheet for at in found] == ["Umsatz 2025"]

    def test_a_header_that_moved_is_refused_with_its_cell(self, path: Path) -> None:
        FileBook(path).apply(Plan(cells={("Kundenliste ", "A5"): "Nummer"}))
        with pytest.raises(WorkbookError, match=r"A5 says 'Nummer'.*expects 'Kunden-Nr\.'"):
            refresh(path)

    def test_what_is_asked_stops_everything(self, path: Path) -> None:
        asked = replace(SALES, questions=("Is this with or without tax?",))
        with pytest.raises(WorkbookError, match="asks about Transactions: Is this with or without tax"):
            refresh(path, replace(MAPPING, tables=(LIST, asked, POOLS)))


class TestWriting:
    def test_values_stand_beside_his_customers_in_his_order_and_scale(self, path: Path) -> None:
        planned, receipt = refresh(path)
        result = planned.results.tables["Lifetime value"].set_index("customer_id")["value"]
        page = values(path, "Kundenliste ")
        for row, customer in enumerate(CUSTOMERS, start=6):
            if row != 9:
                assert page.cell(row, 6).value == pytest.approx(result[customer] / 1000)
        assert values(path, "Cockpit")["B4"].value == pytest.approx(result.sum() / 1000, abs=0.0006)  # in whole euros
        assert "'Kundenliste '!F6:F8" in receipt.ranges

    def test_his_formulas_stay(self, path: Path) -> None:
        _, receipt = refresh(path)
        assert loaded(path)["Kundenliste "]["F9"].value == "=1+1"
        assert loaded(path)["Cockpit"]["B3"].value == "=SUM('Kundenliste '!F6:F17)"
        assert any("1 cells hold a formula and were left alone" in note for note in receipt.notes)

    def test_only_what_is_named_changes(self, path: Path) -> None:
        before = compressed_parts(path)
        refresh(path)
        after = compressed_parts(path)
        touched = {name for name, data in before.items() if after.get(name) != data}
        names = {f"xl/worksheets/sheet{number}.xml" for number in (1, 2)}  # Cockpit and Kundenliste
        plumbing = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml"}
        assert touched <= names | plumbing

    def test_results_get_sheets_and_the_next_refresh_fills_them(self, path: Path) -> None:
        refresh(path)
        first = loaded(path, formulas=False)
        assert first.sheetnames[5:] == ["Customer P&L", "Lifetime value", "Segments", "Exceptions", "Log"]
        refresh(path)
        second = loaded(path, formulas=False)
        assert second.sheetnames == first.sheetnames
        rows = [[cell.value for cell in row] for row in second["Lifetime value"].iter_rows()]
        assert rows == [[cell.value for cell in row] for row in first["Lifetime value"].iter_rows()]
        log = second["Log"]
        assert [log.cell(row, 1).value for row in (4, 5, 6)] == [
            "Refreshed at",
            "2026-01-31 12:00:00",
            "2026-01-31 12:00:00",
        ]

    def test_after_a_refresh_the_results_count_as_fresh(self, path: Path) -> None:
        refresh(path)
        book = MappedFile(FileBook(path), MAPPING)
        assert book.read_name("cv_used_as_of") == dt.date(2025, 12, 31)
        assert book.read_name("cv_used_horizon") == 5

    def test_a_new_month_is_read_by_the_same_mapping(self, tmp_path: Path) -> None:
        contents = read_contents(MappedFile(FileBook(cfo_workbook(tmp_path / "next.xlsx", months=13)), MAPPING))
        sales = contents.inputs["Transactions"].frame
        new = sales.loc[sales["date"] == "2026-01-31", "net_amount"]
        assert new.sum() == pytest.approx(1000 * sum(revenue(place, 12) for place in range(len(CUSTOMERS))))

    def test_names_of_sheets_that_are_taken_are_not_used_twice(self, path: Path) -> None:
        FileBook(path).apply(Plan(sheets=(NewSheet(name="log", cells={"A1": "mine"}),)))
        refresh(path)
        assert "Log (value)" in loaded(path).sheetnames
        assert values(path, "log")["A1"].value == "mine"

    def test_a_customer_that_stands_twice_is_not_counted_twice(self, path: Path) -> None:
        mapping = replace(MAPPING, tables=(SALES, POOLS), fills=(VALUE,))
        FileBook(path).apply(Plan(cells={("Kundenliste ", "A8"): CUSTOMERS[0]}))
        _, receipt = refresh(path, mapping)
        page = values(path, "Kundenliste ")
        assert isinstance(page["F6"].value, float)
        assert page["F8"].value == "#N/A"
        assert any("1 rows repeat an id" in note for note in receipt.notes)
        assert any("1 of the results are for ids that the list does not have" in note for note in receipt.notes)

    def test_inputs_are_never_written(self, path: Path) -> None:
        book = MappedFile(FileBook(path), MAPPING)
        write = TableWrite(table="tblTransactions", columns={"Customer id": ["K1"]})
        with pytest.raises(WorkbookError, match="Transactions of this workbook stands where its mapping says"):
            book.apply(Plan(tables=(write,)))

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"fills": (replace(VALUE, sheet="Kunden"),)}, "fills sheet Kunden, which there is not"),
            ({"fills": (replace(VALUE, result="Customer equity"),)}, "which its packs do not compute"),
            ({"assumptions": (AssumptionMap(id="discount_rate", cell="Annahmen!B99"),)}, "B99, which is blank"),
            ({"assumptions": (AssumptionMap(id="discount_rate", cell="Annahme!B3"),)}, "which is no cell of plan.xlsx"),
            ({"cells": (CellFill(figure="base_valu", sheet="Cockpit", cell="B4"),)}, "such as base_value"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, path: Path, change: Mapping[str, object], message: str) -> None:
        before = path.read_bytes()
        with pytest.raises(WorkbookError, match=message):
            refresh(path, replace(MAPPING, **change))  # type: ignore[arg-type]
        assert path.read_bytes() == before


def test_filled_cells_without_a_number_format_show_what_they_are(path: Path) -> None:
    """Money without fractions, shares in percent."""
    beside = replace(VALUE, at=12, scale=1.0)
    share = CellFill(figure="share", sheet="Cockpit", cell="K9")
    refresh(path, replace(MAPPING, fills=(*MAPPING.fills, beside), cells=(*MAPPING.cells, share)))
    assert {values(path, "Kundenliste ").cell(row, 12).number_format for row in range(6, 18)} == {"#,##0"}
    assert values(path, "Cockpit")["K9"].number_format == "0.0%"


def test_a_column_beside_months_is_filled_and_the_total_below_stays(path: Path) -> None:
    page = values(path, "Umsatz 2025")
    total = next(row for row in range(5, 40) if page.cell(row, 1).value == "Summe")
    FileBook(path).apply(Plan(cells={("Umsatz 2025", f"R{total}"): "mine"}))
    beside = replace(VALUE, sheet="Umsatz 2025", first_row=5, at=18)
    refresh(path, replace(MAPPING, fills=(beside,)))
    page = values(path, "Umsatz 2025")
    assert isinstance(page["R5"].value, float)
    assert page.cell(total, 18).value == "mine"
