"""The group Review."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from addin.contents import read_contents
from addin.faults import UserError
from tests.addin.ribbon.conftest import CHECKS, CHECKS_OF_WHOLE, Bench
from tests.addin.ribbon.test_refreshing import assume
from workbook_templates.plan import Cell, Plan, TableWrite


def select(bench: Bench, table: str, row: int, column: int = 0, cell: Cell = None) -> str:
    """Select a cell of a table's body, and give the customer of that row."""
    raw = bench.table(table)
    bench.desk.selection = (raw.sheet, raw.first_row + row, raw.first_column + column, cell)
    return str(raw.columns["Customer id"][row])


def test_check_counts_and_shows(whole: Bench) -> None:
    before = whole.path.read_bytes()
    desk = whole.run("Check")
    assert f"All {CHECKS_OF_WHOLE} checks are passed." in desk.told[0]
    assert desk.done == [("show", "Checks")]
    assert whole.path.read_bytes() == before


def test_check_says_what_fails_and_where(bench: Bench) -> None:
    table = bench.table("tblTransactions")
    dates: list[Cell] = list(table.columns["Date"])
    dates[2] = "3/4/2025"
    bench.book.apply(Plan(tables=(TableWrite(table="tblTransactions", columns={**table.columns, "Date": dates}),)))
    assume(bench, "horizon=1")
    told = bench.run("Check").told[0]
    assert "NOT OK: Results are up to date with inputs and assumptions (difference 1.00). Refresh." in told
    assert "1 kind of error" in told
    assert f"Error, Transactions row {table.first_row + 2}: " in told


@pytest.mark.parametrize(
    "table", ["tblCustomerPnl", "tblLifetimeValue", "tblSegments", "tblTransactions", "tblDrivers"]
)
def test_customer_of_the_selected_row_is_explained(bench: Bench, table: str) -> None:
    customer = select(bench, table, 3, column=1)
    told = bench.run("Explain").told[0]
    assert f"({customer})\n" in told.splitlines(keepends=True)[0]
    assert len(told) <= 1000


def test_explanation_holds_the_figures_of_the_sheets(bench: Bench) -> None:
    select(bench, "tblCustomerPnl", 0)
    told = bench.run("Explain").told[0]
    contents = read_contents(bench.book)
    pnl, value, segment = (contents.cells[name] for name in ("Customer P&L", "Lifetime value", "Segments"))
    for cells, names in ((pnl, ("net_revenue", "cost_to_serve", "contribution")), (value, ("value",))):
        assert all(f"{cells[name][0]:,.2f}" in told for name in names)
    assert "The 3-year customer value is" in told
    assert "of the unlimited one" in told
    assert f"Grade {value['grade'][0]}." in told
    assert f"Value segment {segment['segment'][0]}" in told
    assert str(segment["lifecycle_rule"][0]) in told


def test_costs_by_pool_add_up_to_the_cost_to_serve(whole: Bench) -> None:
    select(whole, "tblCustomerPnl", 0)
    told = whole.run("Explain").told[0]
    lines = told.split("Cost to serve by pool:\n")[1].splitlines()
    costs = [
        float(line.rpartition("= ")[2].removesuffix(" charged directly").rpartition(": ")[2].replace(",", ""))
        for line in lines
    ]
    expected = read_contents(whole.book).cells["Customer P&L"]["cost_to_serve"][0]
    assert sum(costs) == pytest.approx(expected, abs=0.005)
    assert costs == sorted(costs, reverse=True)


def test_selected_id_outside_the_tables_is_explained(bench: Bench) -> None:
    customer = select(bench, "tblCustomerPnl", 1)
    bench.desk.selection = ("Notes", 5, 5, customer)
    assert f"({customer})" in bench.run("Explain").told[0]


@pytest.mark.parametrize("selection", [("Notes", 1, 1, None), ("Notes", 1, 1, "nobody"), ("Summary", 1, 1, 5.0)])
def test_what_to_select_is_said(bench: Bench, selection: tuple[str, int, int, Cell]) -> None:
    bench.desk.selection = selection
    with pytest.raises(UserError, match="select a row of a table with customers"):
        bench.run("Explain")


def test_customer_without_results_and_stale_results_are_said(bench: Bench) -> None:
    table = bench.table("tblCustomers")
    columns = {heading: [*cells, None] for heading, cells in table.columns.items()}
    columns["Customer id"][-1] = "new one"
    bench.book.apply(Plan(tables=(TableWrite(table="tblCustomers", columns=columns, key="Customer id"),)))
    bench.desk.selection = ("Notes", 1, 1, "new one")
    told = bench.run("Explain").told[0]
    assert "new one is not on the result sheets yet" in told
    assert "older than the inputs" in told


def board_sheets(done: Sequence[tuple[object, ...]]) -> object:
    return done[0][2]


def test_board_pack_holds_what_a_board_reads(bench: Bench, tmp_path: Path) -> None:
    desk = bench.run("BoardPack", tmp_path / "pack.pdf")
    assert desk.asked == []
    assert board_sheets(desk.done) == ["Summary", "Customer P&L", "Lifetime value", "Segments", "Checks"]
    assert f"All {CHECKS} checks are passed." in desk.told[0]


def test_stale_results_make_no_board_pack_unless_wanted(bench: Bench, tmp_path: Path) -> None:
    assume(bench, "horizon=1")
    bench.desk.yes = False
    desk = bench.run("BoardPack", tmp_path / "pack.pdf")
    assert "older than the inputs" in desk.asked[0]
    assert (desk.told, desk.done) == ([], [])
    bench.desk.yes = True
    assert bench.run("BoardPack", tmp_path / "pack.pdf").done


def test_workbook_without_results_makes_no_board_pack_unless_wanted(empty: Bench, tmp_path: Path) -> None:
    empty.desk.yes = False
    assert "never refreshed" in empty.run("BoardPack", tmp_path / "pack.pdf").asked[0]
