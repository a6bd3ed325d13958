"""The search: nothing wrong is sure, what is unsure is asked, and where a table stands makes no difference."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workbook_templates.mapping import layouts
from tests.workbook_templates.mapping.holdout import FOURTH, HOLDOUT, SECOND, THIRD
from tests.workbook_templates.mapping.layouts import LAYOUTS, Layout, Rows, book, day, sheet
from tests.workbook_templates.mapping.scores import found_in, score, table_of
from valuation.assumptions import ASSUMPTIONS
from valuation.tables import INPUT_TABLES, TABLES, Column, Kind, Table
from workbook_templates.mapping.model import SURE, AssumptionMap, TableMap, WorkbookMap
from workbook_templates.mapping.proposing import propose
from workbook_templates.mapping.reading import read_tables
from workbook_templates.mapping.synonyms import score_header
from workbook_templates.mapping.views import Rectangle, SheetView, TableView, WorkbookView
from workbook_templates.plan import Cell, CellError

ALL = {**LAYOUTS, **HOLDOUT, **SECOND, **THIRD, **FOURTH}


@pytest.mark.parametrize("name", ALL)
def test_nothing_wrong_is_sure_and_what_is_unsure_is_asked(name: str) -> None:
    result = score(name, ALL[name]())
    assert not result.wrong_and_sure
    assert not result.not_asked
    assert not result.faults


def test_precision_and_recall_of_all_layouts() -> None:
    lines = table_of(ALL)
    print("\n".join(lines))  # noqa: T201  shown with -s
    results = [score(name, make()) for name, make in ALL.items()]
    found, correct, wanted = (sum(getattr(each, what) for each in results) for what in ("found", "right", "wanted"))
    assert correct >= 0.99 * wanted
    assert correct >= 0.97 * found  # the rest are columns that are asked about


@pytest.mark.parametrize("name", ALL)
def test_confidence_and_questions_agree(name: str) -> None:
    mapping = propose(ALL[name]().view)
    proposals: list[TableMap | AssumptionMap] = [*mapping.tables, *mapping.assumptions]
    for each in proposals:
        assert (each.confidence >= SURE) == (not each.questions)
        assert each.evidence


@pytest.mark.parametrize("name", ALL)
def test_what_is_sure_is_read_as_rows_of_the_contract(name: str) -> None:
    view = ALL[name]().view
    mapping = propose(view)
    clear = replace(mapping, tables=tuple(table for table in mapping.tables if not table.questions))
    for table, rows in read_tables(view, clear).items():
        assert rows.rows > 0
        for column, cells in rows.columns.items():
            kind = TABLES[table][column].kind
            there = [cell for cell in cells if cell is not None]
            if kind is Kind.DATE:
                assert all(isinstance(cell, dt.date) for cell in there)
            elif kind is Kind.MONEY:
                assert all(isinstance(cell, int | float) for cell in there)
            elif kind is Kind.ID and column == "customer_id":
                assert len(there) == len(cells)
                assert not any("tot" in str(cell).casefold() or "sum" in str(cell).casefold() for cell in there)


# --- wrong but sure: each of these books invites it -------------------------------------------------------------------


def asked_about(view: WorkbookView, table: str) -> str:
    """All questions about a table, which there must be."""
    mapping = propose(view)
    tables = [each for each in mapping.tables if each.table == table]
    assert tables, f"{table} is not proposed: {mapping.not_used}"
    assert all(each.confidence < SURE for each in tables)
    return " ".join(question for each in tables for question in each.questions)


def sales(*header: Cell, **columns: list[Cell]) -> WorkbookView:
    """A list of sixteen sales with some columns of one's own."""
    own = list(columns.values())
    rows: Rows = [[*header]]
    rows += [[f"C{p % 4}", day(1 + p % 12), 100.5 + p, *(values[p % len(values)] for values in own)] for p in range(16)]
    return book(sheet("Sales", rows))


def test_ids_that_come_twice_are_asked_about() -> None:
    rows: Rows = [["Customer ID", "Name"], ["C1", "A"], ["C2", "B"], ["C3", "D"], ["C4", "E"], ["C2", "C"]]
    assert "more than once" in asked_about(book(sheet("Customers", rows)), "Customers")


def test_a_forecast_is_no_history() -> None:
    view = sales("Customer ID", "Date", "Net sales")
    planned = replace(view, sheets=(replace(view.sheets[0], name="Forecast 2026"),))
    assert "forecast" in asked_about(planned, "Transactions")


def test_cancelled_documents_are_asked_about() -> None:
    view = sales("Customer ID", "Date", "Net sales", "State", states=["posted", "posted", "cancelled"])
    assert "cancelled" in asked_about(view, "Transactions")


def test_lines_of_documents_are_asked_about() -> None:
    view = sales(
        "Customer ID", "Date", "Net sales", "Invoice no", numbers=["R1", "R1", "R2", "R2", "R3", "R3", "R4", "R4"]
    )
    assert "lines of documents" in asked_about(view, "Transactions")


def test_a_rate_is_no_discount_in_money() -> None:
    mapping = propose(sales("Customer ID", "Date", "Net sales", "Discount", rates=[0.05, 0.1, 0.0]))
    assert "discount" not in {column.column for table in mapping.tables for column in table.columns}


def test_negative_costs_beside_positive_sales_are_asked_about() -> None:
    assert "negative" in asked_about(
        sales("Customer ID", "Date", "Net sales", "COGS", cost=[-40.5, -51.0]), "Transactions"
    )


def test_numbers_typed_as_text_are_asked_about() -> None:
    rows: Rows = [
        ["Customer ID", "Date", "Net sales"],
        *([f"C{p}", day(3), f"1.2{p}0,50"] for p in range(8)),
    ]
    assert "typed as text" in asked_about(book(sheet("Sales", rows)), "Transactions")


def test_ship_to_and_sold_to_are_asked_about() -> None:
    view = sales("Sold-to", "Date", "Net sales", "Ship-to", others=["S1", "S2", "S3"])
    assert "Ship-to" in asked_about(view, "Transactions")


def test_the_same_sales_twice_are_asked_about() -> None:
    listed, across = layouts.plain_list().view.sheets[0], layouts.months_with_year_in_title().view.sheets[0]
    assert "which counts" in asked_about(book(listed, across), "Transactions")


def test_sales_of_two_years_on_two_sheets_add_up() -> None:
    rows = layouts.plain_list().view.sheets[0].rows
    later = [
        rows[0],
        *([line[0], dt.date(2026, line[1].month, 15), *line[2:]] for line in rows[1:] if isinstance(line[1], dt.date)),
    ]
    mapping = propose(book(sheet("2025", rows), sheet("2026", later)))
    assert [(table.table, table.questions) for table in mapping.tables] == [("Transactions", ())] * 2


def test_a_total_without_a_label_is_left_out() -> None:
    rows: Rows = [
        ["Customer ID", "Date", "Net sales"],
        *([f"C{p}", day(1 + p), 10.0 + p] for p in range(8)),
        [None, None, 108.0],
    ]
    (table,) = propose(book(sheet("Sales", rows))).tables
    assert (table.last_row, table.questions) == (9, ())


def test_a_total_in_an_unknown_language_is_found_by_its_sums() -> None:
    rows: Rows = [
        ["Customer ID", "2024", "2025"],
        *([f"C{p}", 10.0 + p, 20.5 + p] for p in range(5)),
        ["Yhteensä", 60.0, 112.5],
    ]
    (table,) = propose(book(sheet("Net sales", rows))).tables
    assert table.skip == ("Yhteensä",)


def test_a_customer_called_total_stays() -> None:
    rows: Rows = [
        ["Customer ID", "Name"],
        ["C1", "Total Energies"],
        ["C2", "Summerfield"],
        ["C3", "Grand Hotel"],
    ]
    (table,) = propose(book(sheet("Customers", rows))).tables
    assert table.skip == ()


def test_a_label_of_a_total_that_data_carry_too_is_asked_about() -> None:
    rows: Rows = [
        ["Customer ID", "Segment", "Name"],
        ["North"],
        ["C1", "North", "A"],
        ["C2", "North", "B"],
        ["South"],
        ["C3", "South", "C"],
    ]
    assert "rows of data as well" in asked_about(book(sheet("Customers", rows)), "Customers")


def test_documents_of_known_customers_are_known_by_their_ids() -> None:
    customers: Rows = [
        ["Customer ID", "Name"],
        *([f"K{p:03}", name] for p, name in enumerate(layouts.NAMES)),
    ]
    sold: Rows = [
        ["No", "Date", "Net sales"],
        *([f"K{p % 8:03}", day(1 + p % 12), 10.5 + p] for p in range(20)),
    ]
    mapping = propose(book(sheet("Customers", customers), sheet("Sales", sold)))
    (table,) = (each for each in mapping.tables if each.table == "Transactions")
    assert not table.questions
    assert any("customer list" in text for column in table.columns for text in column.evidence)


def test_gross_less_discounts_is_net_and_leaves_nothing_to_ask() -> None:
    rows: Rows = [["Customer ID", "Date", "Gross amount", "Discount", "Net amount"]]
    rows += [[f"C{p % 4}", day(1 + p % 12), 110.0 + p, 10.0, 100.0 + p] for p in range(16)]
    (table,) = propose(book(sheet("Sales", rows))).tables
    assert {c.column for c in table.columns} == {"customer_id", "date", "gross_amount", "discount", "net_amount"}
    assert not table.questions


def invoices(tax: float) -> WorkbookView:
    """Customers, and their invoices with net, tax and gross."""
    rows: Rows = [["Invoice no.", "Customer no.", "Invoice date", "Net", "VAT", "Gross", "Due date"]]
    for p in range(16):
        net = 100.25 + p
        rows.append([f"I{p}", f"C{p % 4}", day(1 + p % 12), net, tax * net, 1.2 * net, day(2 + p % 11)])
    customers: Rows = [["Customer no.", "Name"], *([f"C{p}", name] for p, name in enumerate(layouts.NAMES[:4]))]
    return book(sheet("Customers", customers), sheet("Invoices", rows))


def test_invoices_are_sales_as_well_and_what_the_tax_makes_gross_is_net() -> None:
    mapping = propose(invoices(0.2))
    (documents,) = (each for each in mapping.tables if each.table == "Transactions")
    assert {column.column: column.at for column in documents.columns if column.column.endswith("amount")} == {
        "net_amount": 4
    }
    assert not documents.questions
    assert any(each.table == "Invoices" for each in mapping.tables)


def test_net_that_the_tax_does_not_make_gross_is_never_sure() -> None:
    assert all(each.questions for each in propose(invoices(0.1)).tables if each.table == "Transactions")


def test_what_a_title_says_of_signs_is_not_what_the_numbers_are() -> None:
    title = "All amounts in USD thousands; costs shown negative"
    rows: Rows = [[title], [None], ["Cust #", *layouts.month_ends(4)]]
    rows += [[f"C{p}", *layouts.amounts(p, 4)] for p in range(6)]
    assert "net sales" in asked_about(book(sheet("Customer P&L", rows)), "Transactions")


def test_accounts_with_figures_of_a_year_are_no_customers() -> None:
    rows: Rows = [["Account", "Name", "FY25"], *([5000 + 100 * p, f"Cost {p}", -100.5 * p] for p in range(1, 6))]
    assert not [each for each in propose(book(sheet("GL", rows))).tables if not each.questions]


@pytest.mark.parametrize(("behind", "open_end"), [("Total", True), (None, True), (dt.date(2026, 4, 30), False)])
def test_months_are_open_to_the_right_where_nothing_else_could_be_one(behind: Cell, open_end: bool) -> None:
    """A total behind the months is none; months of another block are."""
    months = layouts.month_ends(4)
    rows: Rows = [["Net sales"], ["Customer ID", *months, behind]]
    rows += [[f"C{p}", *layouts.amounts(p, 4), None if behind is None else 9.5] for p in range(6)]
    if not open_end:
        for row, apart in zip(rows[1:], ["Remark", *(f"remark {p}" for p in range(6))], strict=True):
            row[5:5] = [None, apart]
    table = propose(book(sheet("Sales", rows))).tables[0]
    assert table.across is not None
    assert (table.across.last_column is None) == open_end


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Credit notes", "credit notes"),
        ("Sales incl. VAT", "incl vat"),
        ("Open orders", "open orders"),
        ("YTD", "ytd"),
        ("Umsatz Vorjahr", "vorjahr"),
    ],
)
def test_a_sheet_that_says_what_its_rows_are_not_is_asked_about(name: str, says: str) -> None:
    view = sales("Customer ID", "Date", "Net sales")
    assert says in asked_about(replace(view, sheets=(replace(view.sheets[0], name=name),)), "Transactions")


@pytest.mark.parametrize(
    "title",
    ["Forecast by customer", "Net sales growth by customer", "YTD sales by customer", "Gross margin by customer"],
)
def test_figures_of_customers_by_month_that_are_no_sales_are_not_sure(title: str) -> None:
    rows: Rows = [
        [title],
        ["Customer ID", *layouts.month_ends(4)],
        *([f"C{p}", *layouts.amounts(p, 4)] for p in range(6)),
    ]
    assert all(table.questions for table in propose(book(sheet("Data", rows))).tables)


def test_open_deals_are_no_customers() -> None:
    rows: Rows = [["Opportunity Name", "Account ID", "Account Name", "Amount", "Close Date", "Stage"]]
    rows += [[f"Deal {p}", f"A{p:03}", name, 5000 + p, day(1 + p), "Proposal"] for p, name in enumerate(layouts.NAMES)]
    assert "opportunities" in asked_about(book(sheet("Export", rows)), "Customers")


def test_an_amount_beside_its_tax_is_asked_about() -> None:
    rows: Rows = [["Customer ID", "Invoice no", "Invoice date", "Due date", "Amount", "VAT"]]
    rows += [[f"C{p % 4}", 100 + p, day(1 + p % 11), day(2 + p % 11), 100.0 + p, 20.0] for p in range(12)]
    assert "sales tax" in asked_about(book(sheet("Receivables", rows)), "Invoices")


def test_what_a_header_says_and_cells_are_not_is_told() -> None:
    rows: Rows = [
        ["Customer ID", "Name", "Status", "Customer since"],
        *([f"C{p}", name, "gold", 2019 + p % 4] for p, name in enumerate(layouts.NAMES)),
    ]
    (table,) = propose(book(sheet("Customers", rows))).tables
    assert {column.column for column in table.columns} == {"customer_id", "name"}
    assert {word for text in table.evidence for word in ("status", "first_purchase") if f"says {word}" in text} == {
        "status",
        "first_purchase",
    }


def test_a_total_whose_label_is_out_of_sight_is_not_read_as_data() -> None:
    rows: Rows = [
        ["Customer ID", "Date", "Net sales", "Remark"],
        *([f"C{p}", day(1 + p), 10.0 + p, "paid"] for p in range(8)),
        [None, None, 108.0, "Total"],
    ]
    mapping = propose(book(sheet("Sales", rows)))
    clear = replace(mapping, tables=tuple(table for table in mapping.tables if not table.questions))
    assert all(
        108.0 not in cells
        for table in read_tables(book(sheet("Sales", rows)), clear).values()
        for cells in table.columns.values()
    )


def test_activities_beside_one_another_are_drivers_each() -> None:
    rows: Rows = [["Cust. no.", "Customer", "Orders", "Order lines", "Support calls"]]
    rows += [[f"C{p}", name, 3 + p, 20 + p, p % 3] for p, name in enumerate(layouts.NAMES)]
    view = book(sheet("Activity", rows))
    assert "drivers of cost" in asked_about(view, "Drivers")
    found = {(table.fixed["driver"], table.columns[1].at) for table in propose(view).tables}
    assert found == {("Orders", 3), ("Order lines", 4), ("Support calls", 5)}


def test_evidence_tells_of_ids_that_are_unique_and_sums_that_tie() -> None:
    (customers,) = propose(layouts.banner_above().view).tables
    assert "all its 8 values are different" in customers.columns[0].evidence
    (revenue,) = propose(layouts.periods_with_fiscal_years().view).tables
    assert "1 of them add up the rows above" in revenue.evidence


def test_sums_of_formulas_are_a_report_and_asked_about() -> None:
    layout = layouts.sections_and_totals().view.sheets[0]
    cells = frozenset((row, column) for row in range(1, 20) for column in range(4, 10))
    assert "formulas" in asked_about(book(replace(layout, formulas=cells)), "Transactions")


def test_a_list_under_what_its_report_was_run_with_is_found() -> None:
    rows: Rows = [
        ["Report", "Sales"],
        ["Run on", day(6)],
        ["Company", 1000],
        ["User", "jdoe"],
        ["Customer ID", "Date", "Invoice no", "Net sales"],
    ]
    rows += [[f"C{p % 4}", day(1 + p % 12), 700 + p, 10.5 + p] for p in range(12)]
    (table,) = propose(book(sheet("Data", rows))).tables
    assert (table.table, table.header_row, table.first_row, table.questions) == ("Transactions", 5, 6, ())
    assert [column.header for column in table.columns] == ["Customer ID", "Date", "Invoice no", "Net sales"]


def test_a_header_that_comes_again_on_every_page_goes_on_with_the_list() -> None:
    page: Rows = [["Customer ID", "Date", "Net sales"], *([f"C{p % 4}", day(1 + p % 12), 10.5 + p] for p in range(6))]
    mapping = propose(book(sheet("Data", [*page, *page, [], *page])))
    assert [(table.first_row, table.questions) for table in mapping.tables] == [(2, ()), (9, ()), (17, ())]


def test_rows_with_blank_rows_between_are_one_table() -> None:
    rows: Rows = [["Customer ID", "Date", "Net sales"]]
    for p in range(8):
        rows += [[], [f"C{p % 4}", day(1 + p % 12), 10.5 + p]]
    (table,) = propose(book(sheet("Data", rows))).tables
    assert (table.first_row, table.last_row, table.questions) == (3, 17, ())


@pytest.mark.parametrize(
    ("title", "months"),
    [
        ("Net sales, printed 15.01.2026", ["Jan", "Feb", "Mar"]),
        ("Net sales FY2025", ["Jan", "Feb", "Mar"]),
        ("Net sales 2025", ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan"]),
    ],
)
def test_a_year_that_may_be_another_is_asked_about(title: str, months: list[str]) -> None:
    rows: Rows = [[title], ["Customer ID", *months], *([f"C{p}", *layouts.amounts(p, len(months))] for p in range(6))]
    asked_about(book(sheet("Data", rows)), "Transactions")


def test_a_chart_of_accounts_is_no_customer_list() -> None:
    rows: Rows = [["Account number", "Account name", "Type"], *([4000 + 10 * p, f"Sales {p}", "P&L"] for p in range(9))]
    assert all(table.questions for table in propose(book(sheet("CoA", rows))).tables)


def test_a_journal_of_the_ledger_is_not_surely_sales() -> None:
    rows: Rows = [["Account no", "Posting date", "Document no", "Net amount"]]
    rows += [[4000 + 10 * (p % 4), day(1 + p % 12), 900 + p, 10.5 + p] for p in range(16)]
    assert all(table.questions for table in propose(book(sheet("Journal", rows))).tables)


def test_names_of_products_are_no_customers() -> None:
    rows: Rows = [["ID", "Name", "Category"], *([p, f"Widget {p}", "Parts"] for p in range(1, 9))]
    assert propose(book(sheet("Products", rows))).tables == ()


def test_tables_of_ours_are_found_by_the_contracts_own_headings() -> None:
    ratings: Rows = [["Customer id", "Reference", "Growth"], *([f"C{p}", 3, 4] for p in range(5))]
    values: Rows = [
        ["Id", "Name", "Value", "Unit"],
        ["discount_rate", "Discount rate", 0.1, "per year"],
        ["horizon", "Horizon", 5, "years"],
    ]
    mapping = propose(book(sheet("Strategic ratings", ratings), sheet("Assumptions", values)))
    assert {(table.table, table.questions) for table in mapping.tables} == {
        ("Strategic ratings", ()),
        ("Assumptions", ()),
    }


def cell_of(column: Column, row: int) -> Cell:
    """A value that a column of the contract may hold."""
    values: dict[Kind, Cell] = {
        Kind.ID: f"X{row:02}",
        Kind.DATE: day(1 + row),
        Kind.MONEY: 100.5 + 7 * row,
        Kind.NUMBER: 2.0 + row % 3,
        Kind.COUNT: 1 + row % 2,
        Kind.SHARE: 0.5,
        Kind.FLAG: row % 2,
        Kind.CHOICE: column.choices[row % len(column.choices)] if column.choices else None,
    }
    return values.get(column.kind, f"text {row}")


@pytest.mark.parametrize("table", INPUT_TABLES, ids=lambda table: table.name)
def test_a_table_of_our_own_workbook_is_found_whole(table: Table) -> None:
    rows: Rows = [
        [column.title for column in table],
        *([cell_of(column, row) for column in table] for row in range(10)),
    ]
    if table.name == "Assumptions":
        rows[1:] = [[key, *line[1:]] for key, line in zip(ASSUMPTIONS, rows[1:], strict=False)]
    area = TableView(name=table.excel_name, area=Rectangle(1, 1, len(rows), len(rows[0])))
    (found,) = propose(book(sheet(table.name, rows, tables=(area,)))).tables
    assert (found.table, found.questions) == (table.name, ())
    assert {column.column: column.at for column in found.columns} == {
        column.name: at for at, column in enumerate(table, 1)
    }


TRAPS = """
VAT amount, Tax amount, Unit price, Discount %, Margin %, Product ID, Last purchase date, Credit limit, Previous
customer ID, Old customer no, Budget revenue, Forecast sales, Cumulative sales, Average sale, Customer count,
Number of customers, No. of customers, Sales rep ID, Contact name, Contact ID, Supplier no, Employee no,
Quantity sold, VAT number, Bank account number, Customer PO, Cust PO no, Company code, Account balance, Date of
birth, Delivery date, Order date, Date from, Date to, Datum von, Datum bis, Umsatz Vorjahr, Umsatz Plan,
Umsatzsteuer, Nettopreis, Netto Gewicht, Montant TVA, Importe IVA, Prix net, Precio neto, Date de livraison,
Umsatzanteil, Revenue share, Revenue %, Net weight, Net price, Net profit, Sales tax, Sales units, Sales target,
Sales order no, Revenue growth, Deferred revenue, Amount paid, Payment amount, Customer balance, Customer score,
Code, Key
"""


@pytest.mark.parametrize("header", [text.strip() for text in TRAPS.replace("\n", " ").split(",")])
def test_headers_that_come_near_are_never_sure(header: str) -> None:
    for column in ("customer_id", "date", "net_amount"):
        assert score_header("Transactions", column, (header,)) < SURE
    assert score_header("Customers", "customer_id", (header,)) < SURE


# --- laws -------------------------------------------------------------------------------------------------------------


def moved(view: SheetView, down: int, along: int) -> SheetView:
    """The sheet with blank rows above and blank columns at its left."""

    def area(each: Rectangle) -> Rectangle:
        return Rectangle(each[0] + down, each[1] + along, each[2] + down, each[3] + along)

    return replace(
        view,
        rows=[[] for _ in range(down)] + [[None] * along + list(line) for line in view.rows],
        merges=tuple(area(each) for each in view.merges),
        tables=tuple(replace(table, area=area(table.area)) for table in view.tables),
        formulas=frozenset((row + down, column + along) for row, column in view.formulas),
        number_format=lambda row, column: view.number_format(row - down, column - along),
    )


def facts(mapping: WorkbookMap, down: int = 0, along: int = 0) -> list[object]:
    """What was found, with rows and columns brought back to where they were."""
    return [
        (
            table.table,
            table.header_row and table.header_row - down,
            table.first_row - down,
            table.last_row and table.last_row - down,
            sorted((column.column, column.at - along, column.header, column.confidence) for column in table.columns),
            table.across and (table.across.row - down, table.across.first_column - along, table.across.first_period),
            (table.skip, table.scale, table.sign, table.confidence, len(table.questions)),
        )
        for table in mapping.tables
    ]


@given(name=st.sampled_from([*ALL]), down=st.integers(0, 4), along=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_where_a_table_stands_makes_no_difference(name: str, down: int, along: int) -> None:
    view = ALL[name]().view
    elsewhere = replace(view, sheets=tuple(moved(each, down, along) for each in view.sheets), names={})
    assert facts(propose(elsewhere), down, along) == facts(propose(replace(view, names={})))


LISTS = (
    "plain list",
    "banner above",
    "german",
    "french",
    "dutch",
    "indonesian",
    "crm export",
    "support tickets",
    "erp invoices",
)


@given(name=st.sampled_from(LISTS), data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_order_of_columns_makes_no_difference(name: str, data: st.DataObject) -> None:
    layout: Layout = ALL[name]()
    first = layout.view.sheets[0]
    start = next(place for place in range(first.width) if any(first.cell(row, place + 1) for row in range(7, 12)))
    head = next(row for row, line in enumerate(first.rows) if len(line) == first.width)
    order = data.draw(st.permutations(range(start, first.width)))
    rows = [
        list(line) if row < head else [*line[:start], *(line[place] for place in order)]
        for row, line in enumerate(first.rows)
    ]
    shuffled = replace(layout.view, sheets=(replace(first, rows=rows), *layout.view.sheets[1:]))
    back = {start + place + 1: old + 1 for place, old in enumerate(order)}
    found = {(t, c, s, back.get(at, at) if s == first.name else at) for t, c, s, at in found_in(propose(shuffled))}
    assert found == found_in(propose(layout.view))


@given(name=st.sampled_from(LISTS))
@settings(max_examples=9, deadline=None)
def test_the_names_of_sheets_make_no_difference_to_a_clear_table(name: str) -> None:
    view = ALL[name]().view
    renamed = replace(view, sheets=tuple(replace(each, name=f"Tab {place}") for place, each in enumerate(view.sheets)))
    names = {f"Tab {place}": each.name for place, each in enumerate(view.sheets)}
    assert {(t, c, names[s], at) for t, c, s, at in found_in(propose(renamed))} == found_in(propose(view))


CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "Customer ID",
            "Date",
            "Net amount",
            "Total",
            "Jan",
            "Feb",
            "FY26",
            "",
            " ",
            "Discount rate",
            "in thousands",
            "C1",
            "WACC",
            "2025",
        ]
    ),
    st.text(max_size=6),
    st.integers(-3000, 3000),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.sampled_from([*CellError]),
)


@given(
    rows=st.lists(st.lists(CELLS, max_size=7), max_size=12),
    merge=st.tuples(*[st.integers(1, 6)] * 4),
    hidden=st.booleans(),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_grid_is_answered_and_stands_by_its_rules(
    rows: Rows, merge: tuple[int, int, int, int], hidden: bool
) -> None:
    area = Rectangle(min(merge[0], merge[2]), min(merge[1], merge[3]), max(merge[0], merge[2]), max(merge[1], merge[3]))
    mapping = propose(book(sheet("S", rows, merges=(area,), hidden=hidden), names={"WACC": "S!$A$1", "x": "#REF!"}))
    used = set()
    for table in mapping.tables:
        assert (table.confidence >= SURE) == (not table.questions)
        for column in table.columns:
            cell = (table.table, table.first_row, column.at)
            assert cell not in used
            used.add(cell)


def test_nothing_is_proposed_for_an_empty_book() -> None:
    assert propose(book(sheet("Sheet1", []), sheet("Sheet2", [[], [None, ""]]))) == WorkbookMap()
