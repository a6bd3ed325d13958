"""Native formulas: the text they write, the value they have, and what they refuse to say."""

import re
from dataclasses import replace
from typing import Final

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tests.workbook_templates.expressions import CASES, CELLS, FIGURES, NAMES, THINGS, Case, book, place
from workbook_templates.native import Book, Column, Expr, Figure, Figures, Name, Place, call, const
from workbook_templates.plan import Cell, CellError
from workbook_templates.sheetmath import FUNCTIONS, OPERATORS, Scalar

IDS = [case.text for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_writes_the_formula(case: Case) -> None:
    assert case.expr.excel(place) == case.text


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_computes_what_the_cell_shows(case: Case) -> None:
    world = book()
    world.figures = {**FIGURES, "case": case.expr}
    value = world.figure("case")
    assert type(value) is type(case.value)
    assert value == (pytest.approx(case.value, rel=1e-14) if isinstance(value, float) else case.value)


def test_every_function_and_operator_has_a_case() -> None:
    texts = " ".join(re.sub(r'"(?:[^"]|"")*"', "", case.text) for case in CASES)
    assert set(re.findall(r"([A-Z]+)\(", texts)) == set(FUNCTIONS)
    assert set(re.findall(r"<=|>=|<>|[-+*/^&=<>]", texts)) == set(OPERATORS)


class TestRefusals:
    """A formula that Excel would compute otherwise cannot be written."""

    def test_a_function_without_a_twin(self) -> None:
        with pytest.raises(KeyError, match="no twin for the native function XLOOKUP"):
            call("XLOOKUP", 1, 2, 3)

    @pytest.mark.parametrize(
        ("name", "arguments", "message"),
        [
            ("IF", (1, 2), "IF takes 3 argument"),
            ("ROUND", (1,), "ROUND takes 2 argument"),
            ("IFERROR", (1, 2, 3), "IFERROR takes 2 argument"),
            ("SUM", (), "SUM takes 1 argument"),
        ],
    )
    def test_a_wrong_number_of_arguments(self, name: str, arguments: tuple[float, ...], message: str) -> None:
        with pytest.raises(TypeError, match=message):
            call(name, *arguments)

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("IF", (Column(THINGS, "rank") > 1, 1, 2)),
            ("IFERROR", (Column(THINGS, "rank"), 0)),
            ("ROUND", (call("ABS", Column(THINGS, "rank")), 0)),
            ("MATCH", (Figures(("one", "half")), Column(THINGS, "rank"), 0)),
        ],
    )
    def test_a_column_where_excel_would_take_one_row_of_it(self, name: str, arguments: tuple[Expr, ...]) -> None:
        with pytest.raises(TypeError, match=f"argument 1 of {name} must be one value, not a column"):
            call(name, *arguments)

    @pytest.mark.parametrize("name", ["SUM", "MAX", "COUNTA"])
    def test_a_computed_value_where_excel_wants_cells(self, name: str) -> None:
        with pytest.raises(TypeError, match=f"argument 1 of {name} must be cells of a sheet"):
            call(name, Column(THINGS, "rank") * 2)

    def test_a_formula_that_fills_more_than_its_cell(self) -> None:
        world = book()
        world.figures = {"wide": Column(THINGS, "rank") + 1}
        with pytest.raises(TypeError, match="'wide' gives a column"):
            world.figure("wide")

    def test_columns_of_different_tables_row_by_row(self) -> None:
        other = replace(THINGS, excel_name="tblOther")
        tables: dict[str, dict[str, list[Cell]]] = {
            "tblThings": {"Rank": [1.0, 2.0]},
            "tblOther": {"Rank": [1.0, "x", 3.0]},
        }
        world = Book(
            tables=tables,
            names={},
            figures={"product": call("SUMPRODUCT", Column(THINGS, "rank") * Column(other, "rank"))},
        )
        with pytest.raises(ValueError, match=r"zip|broadcast"):
            world.figure("product")

    def test_a_match_that_is_not_exact(self) -> None:
        with pytest.raises(ValueError, match="must look for exact matches"):
            call("MATCH", 1, Column(THINGS, "rank"), 1).value(book())

    def test_an_unknown_column(self) -> None:
        with pytest.raises(KeyError, match="table Things has no column 'colour'"):
            Column(THINGS, "colour")

    def test_a_text_that_excel_cannot_hold_in_a_formula(self) -> None:
        const("x" * 255)
        with pytest.raises(ValueError, match="at most 255 characters, not 256"):
            const("x" * 256)

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_a_number_that_is_none(self, number: float) -> None:
        with pytest.raises(ValueError, match="must be finite"):
            const(number)


def test_a_figure_is_computed_once() -> None:
    counted: list[str] = []

    class Counting(Expr):
        def excel(self, place: Place) -> str:
            return "1"

        def value(self, book: Book) -> Scalar:
            counted.append("computed")
            return 2.0

    world = Book(tables={}, names={}, figures={"two": Counting(), "four": Figure("two") + Figure("two")})
    assert world.figure("four") == 4.0
    assert counted == ["computed"]


def test_a_column_is_read_once() -> None:
    world = book()
    assert world.column("tblThings", "Rank") is world.column("tblThings", "Rank")


def test_names_and_tables_are_not_changed() -> None:
    before = repr((NAMES, CELLS))
    world = book()
    for case in CASES:
        case.expr.value(world)
    assert repr((NAMES, CELLS)) == before


# The text means the tree: read back with Excel's ranks, computed from the left, it has the tree's value.

SIGNS: Final = (("=", "<>", "<", "<=", ">", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))


def read(text: str) -> Scalar:
    """Compute a formula text of numbers and operators in the way of Excel."""
    tokens = re.findall(r"\d[\d.]*(?:E[+-]\d+)?|<=|>=|<>|[-+*/^&=<>()]", text)

    def operand() -> Scalar:
        token = tokens.pop(0)
        if token == "(":
            value = level(0)
            assert tokens.pop(0) == ")"
            return value
        return -float(tokens.pop(0)) if token == "-" else float(token)

    def level(rank: int) -> Scalar:
        if rank == len(SIGNS):
            return operand()
        value = level(rank + 1)
        while tokens and tokens[0] in SIGNS[rank]:
            sign = tokens.pop(0)
            result = OPERATORS[sign](value, level(rank + 1))
            assert not hasattr(result, "shape")
            value = result
        return value

    value = level(0)
    assert not tokens
    return value


def combined(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Join two expressions by any operator."""
    made = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "^": lambda a, b: a**b,
        "&": lambda a, b: a & b,
        "=": lambda a, b: a.equals(b),
        "<>": lambda a, b: a.differs(b),
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }
    assert set(made) == set(OPERATORS)
    return st.builds(lambda sign, a, b: made[sign](a, b), st.sampled_from(sorted(made)), children, children)


numbers = st.sampled_from([0, 1, 2, 3, 0.5, -1, -2.5, 1e6, 1e-7]).map(const)
trees = st.recursive(numbers, combined, max_leaves=12)


@given(tree=trees)
def test_the_text_means_the_tree(tree: Expr) -> None:
    nothing = Book(tables={}, names={}, figures={})
    assert read(tree.excel(place)) == tree.value(nothing)


@given(tree=trees)
def test_no_parentheses_around_the_whole(tree: Expr) -> None:
    text = tree.excel(place)
    depth = 0
    for position, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and text[0] == "(":
            assert position < len(text) - 1
            break


@given(heading=st.text(alphabet="aB []#'@&,.-():%", min_size=1, max_size=12))
def test_a_heading_reads_back_from_its_reference(heading: str) -> None:
    table = replace(THINGS, columns=(replace(THINGS.columns[0], heading=heading),))
    text = Column(table, "id").excel(place)
    inside = text.removeprefix("tblThings[").removesuffix("]")
    assert re.fullmatch(r"(?:'.|[^\[\]#'@])+", inside)
    assert re.sub(r"'(.)", r"\1", inside) == heading


def test_an_error_is_never_taken_for_a_text() -> None:
    world = Book(tables={}, names={"cv_error": CellError.NA}, figures={"x": Name("cv_error") & "x"})
    assert world.figure("x") is CellError.NA
