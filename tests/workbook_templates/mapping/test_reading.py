"""Reading a mapping: sheets as people make them, the contract's rows that come out, and what is refused in words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.tables import TABLES
from workbook_templates.mapping.model import Across, ColumnMap, Headings, MappingError, TableMap, WorkbookMap
from workbook_templates.mapping.reading import MappedRows, find_sheet, header_says, read_table, read_tables
from workbook_templates.mapping.views import Rectangle, SheetView, TableView, WorkbookView
from workbook_templates.plan import Cell, CellError

Rows = Sequence[Sequence[Cell]]

LIST: Rows = [
    ["Our customers"],
    [],
    ["No.", "Customer", "Since", None, "Revenue k"],
    ["North"],
    [1.0, "Acme", dt.date(2020, 5, 1), None, 12.5],
    [2.0, "Bolt", None, None, -3.0],
    ["South"],
    [3.0, "Cord", dt.date(2021, 1, 1), None, "n/a"],
    ["Total", None, None, None, 9.5],
]
CUSTOMERS = TableMap(
    table="Customers",
    sheet="List",
    header_row=3,
    first_row=4,
    columns=(
        ColumnMap(column="customer_id", at=1, header="No."),
        ColumnMap(column="name", at=2, header="Customer"),
        ColumnMap(column="first_purchase", at=3, header="Since"),
        ColumnMap(column="annual_revenue", at=5, header="Revenue k"),
    ),
    skip=("North", "South", "total "),
)
MONTHS: Rows = [
    ["in EUR"],
    ["Customer", "Unit", "Jan", "Feb", "Q", "Mar", None, "Jan"],
    ["A", "EUR", 10.0, 0.0, 10.0, None, None, 99.0],
    ["Total A", None, 10.0, 0.0, 10.0, None],
    ["B", "EUR", CellError.NA, "12", 7.0, 5, None, 99.0],
    [None, "EUR", None, "", None, -1.5],
]
SALES = TableMap(
    table="Transactions",
    sheet="Sales",
    header_row=2,
    first_row=3,
    columns=(ColumnMap(column="customer_id", at=1, header="Customer"),),
    across=Across(
        row=2,
        first_column=3,
        headings=Headings.MONTH,
        date="date",
        value="net_amount",
        first_period=dt.date(2026, 1, 31),
        heading="Jan",
    ),
    skip=("Total A",),
    fixed={"currency": "EUR"},
)
JAN, FEB, MAR = dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)


def read(rows: Rows, mapped: TableMap, **more: object) -> MappedRows:
    """Read a block from a sheet with these rows."""
    sheet = SheetView(name=mapped.sheet, rows=rows, **more)  # type: ignore[arg-type]
    return read_table(sheet, mapped, TABLES[mapped.table])


def places(rows: MappedRows, column: str) -> list[str]:
    return [str(rows.place(row, column)) for row in range(rows.rows)]


class TestListOfRecords:
    def test_columns_of_the_contract(self) -> None:
        assert read(LIST, CUSTOMERS).columns == {
            "customer_id": [1.0, 2.0, 3.0],
            "name": ["Acme", "Bolt", "Cord"],
            "first_purchase": [dt.date(2020, 5, 1), None, dt.date(2021, 1, 1)],
            "annual_revenue": [12.5, -3.0, "n/a"],
        }

    def test_every_cell_can_be_found_on_the_sheet(self) -> None:
        rows = read(LIST, CUSTOMERS)
        assert places(rows, "annual_revenue") == ["sheet List, E5", "sheet List, E6", "sheet List, E8"]
        assert places(rows, "status") == ["sheet List, A5", "sheet List, A6", "sheet List, A8"]
        with pytest.raises(IndexError, match="no row 3"):
            rows.place(3, "name")

    def test_what_is_skipped_is_counted_and_not_named(self) -> None:
        assert read(LIST, CUSTOMERS).notes == ("Customers on sheet List: rows of totals or titles that are skipped: 3",)

    def test_scale_and_sign_go_to_money_only(self) -> None:
        rows = read(LIST, replace(CUSTOMERS, scale=1000.0, sign=-1))
        assert rows.columns["annual_revenue"] == [-12500.0, 3000.0, "n/a"]
        assert rows.columns["customer_id"] == [1.0, 2.0, 3.0]

    def test_the_block_ends_before_a_blank_row(self) -> None:
        after: Rows = [["", "  "], ["Note", "made by hand"]]
        assert read([*LIST, *after], CUSTOMERS).columns == read(LIST, CUSTOMERS).columns

    def test_new_rows_are_read_without_a_new_mapping(self) -> None:
        more: Rows = [*LIST[:8], [4.0, "Dune", None, None, 1.0], LIST[8]]
        assert read(more, CUSTOMERS).columns["customer_id"] == [1.0, 2.0, 3.0, 4.0]

    def test_a_last_row_and_blank_rows_before_it(self) -> None:
        gap: Rows = [*LIST[:6], [], *LIST[6:8], [4.0, "Dune"]]
        rows = read(gap, replace(CUSTOMERS, last_row=9, skip=("North", "South")))
        assert rows.columns["customer_id"] == [1.0, 2.0, 3.0]

    def test_rows_below_a_gap_that_look_alike_are_pointed_out(self) -> None:
        row: list[Cell] = [5.0, "Echo", dt.date(2020, 5, 1), None, 1.0]
        plain = replace(CUSTOMERS, first_row=2, header_row=1, skip=())
        rows = read([LIST[2], row, [], row, row], plain)
        assert rows.notes == (
            "Customers on sheet List: rows from 4 on look like more of the same, but are not read, because the block "
            "ends in row 2; if they belong to it, close the gap or correct the mapping",
        )
        assert read([LIST[2], row, [], row], plain).notes == ()
        assert len(read([LIST[2], row, row, row], replace(plain, last_row=2)).notes) == 1

    def test_a_fixed_value_stands_in_every_row(self) -> None:
        assert read(LIST, replace(CUSTOMERS, fixed={"status": "active"})).columns["status"] == ["active"] * 3

    def test_a_label_of_another_block_beside_it_skips_nothing(self) -> None:
        beside: Rows = [
            ["Costs", 1.0, "Id", "Name"],
            ["Total", 2.0, "C1", "Acme"],
            [None, None, "Total", None],
        ]
        columns = (ColumnMap(column="customer_id", at=3, header="Id"), ColumnMap(column="name", at=4, header="Name"))
        mapped = TableMap(table="Customers", sheet="S", header_row=1, first_row=2, columns=columns, skip=("Total",))
        assert read(beside, mapped).columns["customer_id"] == ["C1"]

    def test_a_merged_id_goes_for_all_its_rows(self) -> None:
        merged: Rows = [["Id", "Name"], ["C1", "x"], [None, "y"], ["C2", "z"]]
        columns = (ColumnMap(column="customer_id", at=1, header="Id"), ColumnMap(column="name", at=2, header="Name"))
        mapped = TableMap(table="Customers", sheet="S", header_row=1, first_row=2, columns=columns)
        assert read(merged, mapped, merges=(Rectangle(2, 1, 3, 1),)).columns["customer_id"] == ["C1", "C1", "C2"]

    def test_an_empty_block_has_no_rows(self) -> None:
        assert read(LIST[:3], replace(CUSTOMERS, skip=())).columns["name"] == []


class TestPeriodsAcross:
    def test_each_cell_is_a_row(self) -> None:
        rows = read(MONTHS, SALES)
        assert rows.columns == {
            "customer_id": ["A", "B", "B", "B", None],
            "date": [JAN, JAN, FEB, MAR, MAR],
            "net_amount": [10.0, CellError.NA, "12", 5, -1.5],
            "currency": ["EUR"] * 5,
        }

    def test_each_row_knows_its_own_cell(self) -> None:
        rows = read(MONTHS, SALES)
        cells = ["C3", "C5", "D5", "F5", "F6"]
        assert places(rows, "net_amount") == places(rows, "date") == [f"sheet Sales, {cell}" for cell in cells]
        assert places(rows, "customer_id")[1:3] == ["sheet Sales, A5", "sheet Sales, A5"]
        assert places(rows, "currency")[4] == "sheet Sales, F6"

    def test_noughts_are_counted(self) -> None:
        assert read(MONTHS, SALES).notes == (
            "Transactions on sheet Sales: rows of totals or titles that are skipped: 1",
            "Transactions on sheet Sales: amounts of 0, which are left out: 1",
        )

    def test_amounts_are_scaled(self) -> None:
        rows = read(MONTHS, replace(SALES, scale=1000.0))
        assert rows.columns["net_amount"] == [10000.0, CellError.NA, "12", 5000.0, -1500.0]

    def test_a_new_month_is_read_without_a_new_mapping(self) -> None:
        wider = [
            MONTHS[0],
            [*MONTHS[1][:6], "Apr"],
            *([*[*row, None, None][:6], 4.0] for row in MONTHS[2:]),
        ]
        rows = read(wider, SALES)
        assert rows.columns["date"].count(dt.date(2026, 4, 30)) == 3

    def test_only_periods_up_to_the_last_column(self) -> None:
        assert SALES.across is not None
        rows = read(MONTHS, replace(SALES, across=replace(SALES.across, last_column=4)))
        assert set(rows.columns["date"]) == {JAN, FEB}
        assert not any("is a period as well" in note for note in rows.notes)

    def test_a_period_behind_the_last_column_is_told(self) -> None:
        assert SALES.across is not None
        rows = read(MONTHS, replace(SALES, across=replace(SALES.across, last_column=3)))
        assert set(rows.columns["date"]) == {JAN}
        assert (
            "Transactions on sheet Sales: D2 is a period as well, which is not read; if it is to be, say "
            'last_column = "D" in the mapping'
        ) in rows.notes

    def test_dates_in_merged_headings(self) -> None:
        rows: Rows = [["Id", dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1), "FY"], ["A", 1.0, 2.0, 3.0]]
        across = Across(row=1, first_column=2, headings=Headings.DATE, date="date", value="net_amount")
        columns = (ColumnMap(column="customer_id", at=1, header="Id"),)
        mapped = TableMap(table="Transactions", sheet="S", header_row=1, first_row=2, columns=columns, across=across)
        assert read(rows, mapped).columns == {"customer_id": ["A", "A"], "date": [JAN, FEB], "net_amount": [1.0, 2.0]}

    @given(
        st.lists(st.lists(st.none() | st.integers(-3, 3).map(float), min_size=5, max_size=5), min_size=1, max_size=8)
    )
    def test_amounts_tie(self, amounts: list[list[float | None]]) -> None:
        """What comes out adds up to what is on the sheet, by customer and by month."""
        head: list[Cell] = ["Customer", "Unit", "Jan", "Feb", "Mar", "Apr", "May"]
        body: list[list[Cell]] = [[f"C{n}", "EUR", *line] for n, line in enumerate(amounts)]
        columns = read([[], head, *body], replace(SALES, skip=())).columns
        pairs = list(zip(columns["customer_id"], columns["date"], columns["net_amount"], strict=True))
        for n, line in enumerate(amounts):
            assert [v for c, _, v in pairs if c == f"C{n}"] == [amount for amount in line if amount]
        for month in range(5):
            shown = [line[month] for line in amounts if line[month]]
            assert [v for _, d, v in pairs if isinstance(d, dt.date) and d.month == month + 1] == shown


class TestExcelTables:
    mapped = replace(CUSTOMERS, excel_table="tblList", header_row=1, first_row=2, skip=())
    table = TableView(name="TBLLIST", area=Rectangle(3, 1, 9, 5), totals_rows=1)

    def test_rows_are_those_of_the_table(self) -> None:
        assert read(LIST, self.mapped, tables=(self.table,)).columns["annual_revenue"][1:] == [12.5, -3.0, None, "n/a"]

    def test_columns_go_by_their_headers(self) -> None:
        moved = [[None, *row] for row in LIST]
        table = replace(self.table, area=Rectangle(3, 2, 9, 6))
        rows = read(moved, self.mapped, tables=(table,))
        assert rows.columns == read(LIST, self.mapped, tables=(self.table,)).columns
        assert str(rows.place(1, "name")) == "sheet List, C5"

    def test_periods_go_by_the_first_heading(self) -> None:
        moved: Rows = [["x", "Customer", "Jan", "Feb"], [1.0, "A", 5.0, 6.0], [1.0, "Total", 5.0, 6.0]]
        mapped = replace(SALES, excel_table="t", skip=())
        table = TableView(name="t", area=Rectangle(1, 1, 3, 4), totals_rows=1)
        assert read(moved, mapped, tables=(table,)).columns["net_amount"] == [5.0, 6.0]

    def test_a_table_that_is_gone(self) -> None:
        with pytest.raises(MappingError, match=r"Excel table tblList, which sheet List does not have .*tables: other"):
            read(LIST, self.mapped, tables=(replace(self.table, name="other"),))


class TestHeaders:
    sheet = SheetView(
        name="S",
        rows=[
            [None, "Net sales", None, "Cost"],
            ["Id", "2025", 2026.0, "Total"],
            [None, None, None, None],
            [None, None, "Since ", None],
        ],
        merges=(Rectangle(1, 2, 1, 3), Rectangle(2, 1, 3, 1)),
    )

    @pytest.mark.parametrize(
        ("row", "column", "header"),
        [
            (2, 3, "Net sales / 2026"),
            (2, 3, "2026"),
            (2, 3, "NET  SALES / 2026"),
            (2, 4, "cost / total"),
            (3, 1, "Id"),
            (4, 3, "since"),
            (3, 2, ""),
        ],
    )
    def test_what_a_header_says(self, row: int, column: int, header: str) -> None:
        assert header_says(self.sheet, row, column, header)

    @pytest.mark.parametrize(
        ("row", "column", "header"),
        [
            (2, 2, "2026"),
            (2, 4, "Net sales / Total"),
            (2, 3, "Cost / 2026"),
            (2, 1, "Identity"),
            (1, 3, "Net / Net sales"),
        ],
    )
    def test_what_it_does_not_say(self, row: int, column: int, header: str) -> None:
        assert not header_says(self.sheet, row, column, header)


class TestRefusals:
    def test_another_header(self) -> None:
        swapped = [*LIST[:2], ["No.", "Since", "Customer", None, "Revenue k"], *LIST[3:]]
        with pytest.raises(
            MappingError,
            match=r"sheet List: B3 says 'Since', but the mapping of Customers expects 'Customer' there for name, "
            r"which stands in C3 now; put the column or the mapping right",
        ):
            read(swapped, CUSTOMERS)

    def test_no_header(self) -> None:
        with pytest.raises(MappingError, match="sheet List: A3 is blank, but"):
            read(LIST[:2], CUSTOMERS)

    def test_without_a_header_columns_go_by_their_place(self) -> None:
        columns = (ColumnMap(column="customer_id", at=1, header="whatever"),)
        mapped = TableMap(table="Customers", sheet="S", header_row=0, first_row=1, columns=columns)
        assert read([["C1"], ["C2"]], mapped).columns["customer_id"] == ["C1", "C2"]

    def test_a_total_that_has_another_name_now(self) -> None:
        renamed = [*LIST[:8], ["Sum", None, None, None, 9.5]]
        with pytest.raises(MappingError, match=r"skips rows that say 'total ', but no row from 4 to \d+ does; put in"):
            read(renamed, CUSTOMERS)

    def test_a_total_right_below_the_last_row_is_there(self) -> None:
        assert read(LIST, replace(CUSTOMERS, last_row=8)).rows == 3

    @pytest.mark.parametrize(
        ("headings", "message"),
        [
            (["Total", "Feb", "Mar"], "C2 says 'Total', but the mapping of Transactions expects 'Jan' there"),
            ([None, "Feb"], "C2 is blank, but"),
        ],
    )
    def test_another_first_period(self, headings: list[Cell], message: str) -> None:
        with pytest.raises(MappingError, match=message):
            read([MONTHS[0], ["Customer", "Unit", *headings], *MONTHS[2:]], SALES)

    def test_no_period_where_the_first_should_be(self) -> None:
        assert SALES.across is not None
        quarters = replace(SALES, across=replace(SALES.across, headings=Headings.QUARTER))
        with pytest.raises(MappingError, match="C2 says 'Jan', which is no quarter"):
            read(MONTHS, quarters)

    def test_a_year_that_is_missing(self) -> None:
        assert SALES.across is not None
        with pytest.raises(MappingError, match=r"sheet Sales, row 2: .* give the last day of the first one"):
            read(MONTHS, replace(SALES, across=replace(SALES.across, first_period=None)))

    def test_two_columns_for_one_period(self) -> None:
        rows: Rows = [
            ["in EUR"],
            ["Customer", "Unit", "Jan-26", "Feb-26", None, "Jan-26"],
            ["A", "", 1.0, 1.0, None, 1.0],
        ]
        assert SALES.across is not None
        across = replace(SALES.across, first_period=None, heading="")
        with pytest.raises(MappingError, match="columns C and F are both for the period to 2026-01-31; say in"):
            read(rows, replace(SALES, across=across, skip=()))

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"fixed": {"name": "x"}}, "gives name more than once"),
            ({"fixed": {"colour": "x"}}, "a column colour, which it does not have; use one of: customer_id, name"),
            ({"columns": ()}, "names no column"),
        ],
    )
    def test_mappings_that_cannot_be(self, change: Mapping[str, object], message: str) -> None:
        with pytest.raises(MappingError, match=message):
            read(LIST, replace(CUSTOMERS, skip=(), **change))  # type: ignore[arg-type]


class TestWorkbooks:
    book = WorkbookView(
        source="book.xlsx", sheets=(SheetView(name="List ", rows=LIST), SheetView(name="Sales", rows=MONTHS))
    )

    def test_blocks_of_one_table_are_stacked(self) -> None:
        twice = WorkbookMap(tables=(CUSTOMERS, SALES, replace(CUSTOMERS, columns=CUSTOMERS.columns[:2])))
        tables = read_tables(self.book, twice)
        assert list(tables) == ["Customers", "Transactions"]
        assert tables["Customers"].columns["customer_id"] == [1.0, 2.0, 3.0] * 2
        assert tables["Customers"].columns["annual_revenue"] == [12.5, -3.0, "n/a", None, None, None]
        assert str(tables["Customers"].place(4, "name")) == "sheet List , B6"

    def test_a_question_stops_the_reading(self) -> None:
        asked = replace(CUSTOMERS, questions=("Is E in thousands?",))
        with pytest.raises(MappingError, match=r"asks about Customers on sheet List: Is E in thousands\? Answer it"):
            read_tables(self.book, WorkbookMap(tables=(asked,)))

    def test_sheets_are_found_by_their_name(self) -> None:
        assert find_sheet(self.book.sheets, "LIST").name == "List "
        with pytest.raises(
            MappingError, match=r"sheet Lists, which the workbook does not have \(it has: List , Sales\)"
        ):
            find_sheet(self.book.sheets, "Lists")

    def test_a_table_that_the_contract_does_not_have(self) -> None:
        with pytest.raises(MappingError, match="table Clients, which the data contract does not have"):
            read_tables(self.book, WorkbookMap(tables=(replace(CUSTOMERS, table="Clients"),)))
