"""What the functions of concentration show where a number has no answer."""

from typing import Any

import pytest

from addin.calls import evaluate
from workbook_templates.plan import CellError

NA, NUM, DIV0, VALUE = CellError.NA, CellError.NUM, CellError.DIV0, CellError.VALUE


def column(*values: Any) -> list[list[Any]]:
    return [[value] for value in values]


def test_the_whale_curve_names_rows_where_there_are_no_ids() -> None:
    cells = evaluate("CV_WHALE", [column(30.0, -10.0, 80.0), None, False]).cells
    assert [row[:4] for row in cells] == [[1, 3, 80, 80], [2, 1, 30, 110], [3, 2, -10, 100]]


def test_a_customer_stands_once_in_the_whale_curve() -> None:
    reply = evaluate("CV_WHALE", [column(1.0, 2.0, 3.0), column("A", "B", "A")])
    assert reply.cells == [[VALUE]]
    assert reply.message == "A stands twice in ids; the second time in row 3"
    reply = evaluate("CV_WHALE", [column(1.0, 2.0, 3.0), column("A", "B")])
    assert reply.cells == [[VALUE]]
    assert reply.message == "ids must have as many rows as contributions, not 2 for 3"


def test_a_total_of_0_or_less_keeps_its_amounts() -> None:
    cells = evaluate("CV_WHALE", [column(5.0, -8.0), None, False]).cells
    assert cells == [[1, 1, 5, 5, DIV0, 0.5], [2, 2, -8, -3, DIV0, 1]]
    assert evaluate("CV_WHALE_STATS", [column(5.0, -8.0), False]).cells == [
        [2, -3, 5, DIV0, 1, 0.5, -8, 8, DIV0, 1, 0.5, DIV0]
    ]
    for name in ("CV_WHALE_POINTS", "CV_LORENZ"):
        cells = evaluate(name, [column(5.0, -8.0), 3.0, False]).cells
        assert [row[2] for row in cells] == [DIV0, DIV0, DIV0]
        assert cells[2][1] == -3
    assert evaluate("CV_STOBACHOFF", [column(5.0, -8.0)]).cells == [[DIV0]]
    assert evaluate("CV_GINI", [column(0.0, 0.0)]).cells == [[DIV0]]


@pytest.mark.parametrize(("values", "formula"), [((1.0, 3.0), "plain"), ((-1.0, 3.0), "normalised for losses")])
def test_gini_says_which_formula_it_is(values: tuple[float, ...], formula: str) -> None:
    assert evaluate("CV_GINI", [column(*values)]).message == f"Gini coefficient, {formula}"


def test_stobachoff_says_its_area() -> None:
    reply = evaluate("CV_STOBACHOFF", [column(50.0, 30.0, 20.0, 0.0, -10.0, -30.0)])
    assert reply.message == "area under the whale curve 1.25; 0.5 if all were equal"


@pytest.mark.parametrize("name", ["CV_WHALE_POINTS", "CV_LORENZ"])
def test_a_chart_has_some_thousand_points_at_most(name: str) -> None:
    reply = evaluate(name, [column(1.0, 2.0), 1e9])
    assert reply.cells == [[NUM]]
    assert reply.message == "points must be at most 10000, not 1000000000"


PNL: list[list[Any]] = [
    ["customer_id", "gross_revenue", "cogs", "support"],
    [1001, 100.0, 60.0, 10.0],
    ["B", None, 20.0, 5.0],
    ["C", 50.0, 20.0, None],
]


def test_blanks_of_other_customers_do_not_spoil_a_waterfall() -> None:
    cells = evaluate("CV_WATERFALL", [PNL, "1001", False]).cells
    assert (cells[0][:2], cells[-1][:2]) == (["Gross revenue", 100], ["Contribution", 30])
    for customer, line in (("B", "gross_revenue"), ("C", "support")):
        reply = evaluate("CV_WATERFALL", [PNL, customer])
        assert reply.cells == [[NA]]
        assert reply.message == f"{line} of this customer is not known"
    reply = evaluate("CV_WATERFALL", [PNL, "Z"])
    assert reply.cells == [[NA]]
    assert reply.message == "customer Z is not in table"


def test_effort_has_no_ratio_to_a_loss_and_no_share_of_no_value() -> None:
    cells = evaluate("CV_EFFORT_VALUE", [column(20.0, 80.0), column(50.0, -10.0), None, False]).cells
    assert [row[:2] for row in cells] == [[1, 1], [2, 1]]
    assert [row[5:7] for row in cells] == [[1, 0.2], [-0.2, NA]]
    cells = evaluate("CV_EFFORT_VALUE", [column(20.0, 80.0), column(0.0, -10.0), None, False]).cells
    assert [row[5:] for row in cells] == [[DIV0, NA, DIV0], [DIV0, NA, DIV0]]


def test_a_row_without_an_answer_leaves_the_others_alone() -> None:
    reply = evaluate(
        "CV_DROP_EFFECT",
        [
            column(1000.0, 1000.0, None, 0.0, "#REF!"),
            column(300.0, 300.0, 300.0, 0.0, 300.0),
            column(400.0, 400.0, 400.0, 40.0, 400.0),
            column(250.0, 500.0, 250.0, 10.0, 250.0),
        ],
    )
    good, outside, blank, lost, error = reply.cells
    assert good[:5] == [-100, 150, -50, 0.1, 100]
    assert outside == [NUM] * 8
    assert blank == [NA] * 8
    assert lost[:7] == [-40, 30, 10, DIV0, NA, NA, "drop"]
    assert error == [CellError.REF] * 8
    assert reply.message == (
        "3 of 5 rows have no value; the first is row 2: avoidable_cost must be from 0 to cost_to_serve, 400, not 500"
    )


def test_a_percentage_typed_as_a_whole_number_is_refused() -> None:
    reply = evaluate("CV_DROP_EFFECT", [1000.0, 300.0, 400.0, 250.0, 0.0, 10.0])
    assert reply.cells == [[NUM]]
    assert reply.message == "largest_rise must be from 0 to 1, not 10.0"
