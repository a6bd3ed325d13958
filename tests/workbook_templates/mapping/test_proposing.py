"""The search: nothing wrong is sure, what is unsure is asked, and where a table stands makes no difference."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workbook_templates.mapping import layouts
from tests.workbook_templates.mapping.holdout import HOLDOUT
from tests.workbook_templates.mapping.layouts import LAYOUTS, Layout, Rows, book, day, sheet
from tests.workbook_templates.mapping.scores import found_in, score, table_of
from workbook_templates.mapping.model import SURE, AssumptionMap, TableMap, WorkbookMap
from workbook_templates.mapping.proposing import propose
from workbook_templates.mapping.views import Rectangle, SheetView, WorkbookView
from workbook_templates.plan import Cell, CellError

ALL = {**LAYOUTS, **HOLDOUT}


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
    assert correct == wanted
    assert correct >= 0.97 * found  # the rest are columns that are asked about


@pytest.mark.parametrize("name", ALL)
def test_confidence_and_questions_agree(name: str) -> None:
    mapping = propose(ALL[name]().view)
    proposals: list[TableMap | AssumptionMap] = [*mapping.tables, *mapping.assumptions]
    for each in proposals:
        assert (each.confidence >= SURE) == (not each.questions)
        assert each.evidence


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


def test_sums_of_formulas_are_a_report_and_asked_about() -> None:
    layout = layouts.sections_and_totals().view.sheets[0]
    cells = frozenset((row, column) for row in range(1, 20) for column in range(4, 10))
    assert "formulas" in asked_about(book(replace(layout, formulas=cells)), "Transactions")


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
