"""The group Formulas."""

from collections.abc import Mapping
from typing import Any

import pytest

from addin.calls import evaluate
from addin.contents import Contents, read_contents
from addin.faults import UserError
from addin.references import FILLED_IN, Array, Reference, Whole
from addin.registry import find, functions
from tests.addin.ribbon.conftest import Bench, FakeDesk
from valuation.tables import ASSUMPTIONS
from workbook_templates.native import Book, Column, Expr
from workbook_templates.plan import Cell, CellError
from workbook_templates.planner import assumption_cells

FRONT_DOOR = [function.name for function in functions() if function.front_door]


def given(reference: Reference, contents: Contents, book: Book) -> Any:
    """What Excel hands to a function for an argument."""
    match reference:
        case Whole(table):
            columns = contents.raw[table.name].columns
            return [list(columns), *map(list, zip(*columns.values(), strict=True))]
        case Array(values):
            return [[value] for value in values]
        case Column(table, name):
            return [[cell] for cell in contents.cells[table.name][name]]
        case Expr():
            return reference.value(book)
    return reference


@pytest.mark.parametrize("name", FRONT_DOOR)
def test_every_front_door_function_is_filled_in_from_its_first_argument_on(name: str) -> None:
    names = [argument.name for argument in find(name).arguments]
    filled_in = list(FILLED_IN[name])
    assert filled_in == names[: len(filled_in)]
    assert {argument.name for argument in find(name).arguments if argument.required} <= set(filled_in)


def test_nothing_else_is_filled_in() -> None:
    assert sorted(FILLED_IN) == FRONT_DOOR


@pytest.mark.parametrize("name", FRONT_DOOR)
def test_what_is_filled_in_answers(bench: Bench, name: str) -> None:
    contents = read_contents(bench.book)
    tables: Mapping[str, Any] = {
        block.table.excel_name: {block.table[column].title: cells for column, cells in contents.cells[known].items()}
        for known, (_, block) in contents.template.tables.items()
    }
    names = assumption_cells(contents.cells[ASSUMPTIONS.name])
    book = Book(tables=tables, names=names, figures={})
    reply = evaluate(name, [given(one, contents, book) for one in FILLED_IN[name].values()])
    # a customer may have no answer, such as one whose cost is never paid back
    assert any(not isinstance(row[0], CellError) for row in reply.cells), reply.message


def test_names_and_tables_of_our_workbook_are_filled_in(bench: Bench) -> None:
    desk = bench.run("Insert_CV_LTV")
    assert desk.done == [
        (
            "write",
            "=CV_LTV(tblLifetimeValue[Annual margin],tblLifetimeValue[Retention rate],"
            "cv_discount_rate,cv_horizon,cv_timing)",
        )
    ]
    assert desk.asked == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CV_LTV", "=CV_LTV(1000,0.8,0.1)"),
        ("CV_TIER", '=CV_TIER({250;100;99.99},"absolute",{200;100})'),
        (
            "CV_CUSTOMER_PNL",
            '=CV_CUSTOMER_PNL({"customer_id","gross_revenue","discounts","cogs","support";"C01",520,70,292,31})',
        ),
    ],
)
def test_another_workbook_gets_the_example(foreign: Bench, name: str, text: str) -> None:
    assert foreign.run(f"Insert_{name}").done == [("write", text)]


@pytest.mark.parametrize("name", FRONT_DOOR)
def test_every_example_can_be_typed(foreign: Bench, name: str) -> None:
    ((_, text),) = foreign.run(f"Insert_{name}").done
    assert isinstance(text, str)
    assert text.startswith(f"={name}(")
    assert "None" not in text
    assert "'" not in text


@pytest.mark.parametrize("cell", ["", 0.0, "text", False])
def test_filled_cell_is_overwritten_only_on_yes(foreign: Bench, cell: Cell) -> None:
    foreign.desk.selection = ("Sheet1", 2, 3, cell)
    foreign.desk.yes = False
    desk = foreign.run("Insert_CV_LTV")
    assert desk.asked == ["Sheet1!C2 is not empty. Overwrite it?"]
    assert desk.done == []
    foreign.desk.yes = True
    assert foreign.run("Insert_CV_LTV").done


@pytest.mark.parametrize(("down", "inside"), [(-2, False), (-1, True), (0, True)])
def test_a_formula_that_spills_stays_out_of_tables(bench: Bench, down: int, inside: bool) -> None:
    table = bench.table("tblLifetimeValue")
    bench.desk.selection = (table.sheet, table.first_row + down, table.first_column, None)
    if inside:
        with pytest.raises(UserError, match="outside the table tblLifetimeValue"):
            bench.run("Insert_CV_LTV")
    else:
        assert bench.run("Insert_CV_LTV").done


BROKEN: Mapping[str, list[tuple[str, str, Cell]]] = {
    "A": [
        ("B2", "='C:\\x\\customer_value.xlam'!CV_LTV(A1,B1,C1)", 1.0),
        ("B3", "=CV_LTV(A2,B2,C2)", 2.0),
        ("B4", "=CV_SUM(A1:A9)", CellError.NAME),
    ],
    "B": [("C1", "=SUM(A1)", CellError.NAME)],
}


def test_only_broken_formulas_are_entered_anew(foreign: Bench) -> None:
    foreign.desk.sheets = BROKEN
    desk = foreign.run("RepairFormulas")
    assert "A: 2 formulas" in desk.asked[0]
    assert "B:" not in desk.asked[0]
    assert desk.done == [("enter", "A", "B2", "=CV_LTV(A1,B1,C1)"), ("enter", "A", "B4", "=CV_SUM(A1:A9)")]
    assert "2 formulas entered anew." in desk.told[0]
    assert "2 formulas still cannot be computed (#NAME?)" in desk.told[0]  # the fake desk's cells never change


def test_formulas_are_left_alone_on_no(foreign: Bench) -> None:
    foreign.desk.sheets, foreign.desk.yes = BROKEN, False
    desk = foreign.run("RepairFormulas")
    assert (desk.told, desk.done) == ([], [])


def test_nothing_to_repair_is_said(foreign: Bench) -> None:
    assert "needs repair" in foreign.run("RepairFormulas").told[0]


def test_formula_that_excel_refuses_is_named(foreign: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: FakeDesk, sheet: str, address: str, text: str) -> None:
        raise UserError("the sheet may be protected")

    foreign.desk.sheets = BROKEN
    monkeypatch.setattr(FakeDesk, "enter_formula", refuse)
    told = foreign.run("RepairFormulas").told[0]
    assert "0 formulas entered anew." in told
    assert "A!B2: the sheet may be protected" in told
