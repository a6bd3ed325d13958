"""The loyalty business case as formulas: ramps with blanks, what is missing, verdicts in the message."""

from typing import Any

import pytest

from addin.calls import evaluate
from workbook_templates.plan import CellError

BASE: list[list[Any]] = [
    ["Opening customers", "Retention rate", "New customers", "Margin", "Cost to serve", "Acquisition cost"],
    [10_000, 0.8, 2000, 300, 100, 250],
]
PROGRAM: list[list[Any]] = [
    ["retention_rate", "new_customers", "margin", "cost_to_serve", "acquisition_cost", "investment"],
    [0.81, 2000, 290, 100, 250, 450_000],
    [0.84, 2050, None, 92, 245, 250_000],
    [0.87, 2150, None, 82, 235, 150_000],
    [None, 2200, None, 75, 230, None],
]
SEVEN = (7, "end", "last")


def test_a_ramp_goes_on_below_its_last_value() -> None:
    reply = evaluate("CV_CASE_COMPARE", [BASE, PROGRAM, 0.1, *SEVEN])
    assert [round(row[6]) for row in reply.cells[1:]] == [-491364, -664491, -576585, -334106, -22664, 332445, 712199]  # type: ignore[arg-type]
    assert reply.message is not None
    assert "Over 7 periods the program gains 712,199 in present value." in reply.message
    assert "it would be rejected although it pays in the full horizon" in reply.message


def test_nothing_is_repeated_unless_asked() -> None:
    reply = evaluate("CV_CASE_COMPARE", [BASE, PROGRAM, 0.1])
    assert reply.cells == [[CellError.VALUE]]
    assert (
        reply.message
        == 'retention_rate must have a value for each of 4 periods, not 1; extend="last" lets its last value go on'
    )


def changed(table: list[list[Any]], row: int, column: int, value: object) -> list[list[Any]]:
    return [[value if (r, c) == (row, column) else cell for c, cell in enumerate(line)] for r, line in enumerate(table)]


@pytest.mark.parametrize(
    ("base", "program", "cell", "words"),
    [
        (BASE, changed(PROGRAM, 2, 0, None), CellError.NA, "row 2 of program, retention_rate, is blank"),
        (changed(BASE, 1, 3, None), PROGRAM, CellError.NA, "row 1 of base_case, margin, is blank"),
        (changed(BASE, 1, 0, None), PROGRAM, CellError.NA, "row 1 of base_case, opening_customers, is blank"),
        (
            changed(BASE, 0, 0, "customers"),
            PROGRAM,
            CellError.VALUE,
            "base_case must have a column 'opening_customers'",
        ),
        (BASE[:1], PROGRAM, CellError.NA, "base_case"),
        (BASE, PROGRAM[:1], CellError.NA, "program has no rows"),
        (
            BASE,
            changed(PROGRAM, 1, 0, 81),
            CellError.NUM,
            "retention_rate in period 1 must be from 0 to 1, not 81; percent",
        ),
        (
            BASE,
            changed(BASE, 1, 0, 9000),
            CellError.VALUE,
            "program must start with the opening_customers of base_case",
        ),
        (BASE, changed(PROGRAM, 1, 5, "#DIV/0!"), CellError.DIV0, "row 1 of program, Investment"),
    ],
)
def test_what_is_missing_or_wrong_is_named(base: Any, program: Any, cell: CellError, words: str) -> None:
    reply = evaluate("CV_TORNADO", [base, program, 0.1, None, None, None, *SEVEN])
    assert reply.cells == [[cell]]
    assert reply.message is not None
    assert words in reply.message


def test_the_same_opening_in_both_tables_is_fine_and_nothing_changes() -> None:
    reply = evaluate("CV_CASE_COMPARE", [BASE, BASE, 0.1])
    assert reply.cells[1][3] == 0.0
    assert evaluate("CV_STOP_RULE", [BASE, BASE, 0.1]).cells[1][2] == 0.0


def summary(program: list[list[Any]], *options: Any) -> dict[Any, list[Any]]:
    return {row[0]: row[1:] for row in evaluate("CV_CASE_SUMMARY", [BASE, program, 0.1, *options]).cells[1:]}


def test_the_summary_shows_both_horizons() -> None:
    found = summary(PROGRAM, 3, *SEVEN)
    assert found["Net present value"][0] == pytest.approx(712198.97, abs=0.005)
    assert found["Net present value, first 3 periods"][0] == pytest.approx(-576585, abs=0.5)
    assert found["Internal rate of return"][0] == pytest.approx(0.3126, abs=0.00005)
    assert found["Modified internal rate"][0] == pytest.approx(0.2420, abs=0.00005)
    assert found["Customer equity above base, first 3 periods"][0] == pytest.approx(3.57e6, abs=5e3)


def test_the_summary_of_nothing_says_so() -> None:
    found = summary(BASE, 1)
    assert "Net present value, first period" in found
    assert found["Break-even"][0] is CellError.NA
    assert found["Internal rate of return"][0] is CellError.NA
    assert found["Internal rate of return"][2] == "There is no rate"


def test_the_summary_lists_several_internal_rates() -> None:
    # -100, 230, -132 times 1000: two rates.
    program = [
        PROGRAM[0],
        [0.8, 2000, 300, 100, 250, 100_000],
        [0.8, 2000, 323, 100, 250, 0],
        [0.8, 2000, 300, 100, 250, 132_000],
    ]
    line = summary(program, 3, None, "end", "last")["Internal rate of return"]
    assert line[0] is CellError.NA
    assert line[2] == "2 rates: 10.00% and 20.00%"


def test_several_rates_are_an_error_with_the_rates_in_words() -> None:
    reply = evaluate("CV_IRR", [[-100, 230, -132]])
    assert reply.cells == [[CellError.NUM]]
    assert reply.message is not None
    assert "2 internal rates: 0.1, 0.2" in reply.message
    reply = evaluate("CV_IRR_ROOTS", [[-100, 150, -100]])
    assert reply.cells == [[CellError.NA]]


def test_without_a_rate_the_curve_is_not_discounted() -> None:
    assert evaluate("CV_JCURVE", [[-100, 150]]).cells[1:] == [
        [0, 0, 0, None],
        [1, -100, -100, None],
        [2, 150, 50, None],
    ]


def test_a_preset_is_a_program() -> None:
    program = evaluate("CV_CASE_PRESET", [BASE, "cut service", 20, 0.06, 2, 8, "last"]).cells
    reply = evaluate("CV_CASE_COMPARE", [BASE, program, 0.1, 8, "end", "last"])
    assert reply.cells[1][3] == pytest.approx(200_000)
    assert reply.cells[-1][9] < 0  # type: ignore[operator]
    assert evaluate("CV_CASE_PRESET", [BASE, "add a fee", 20, 0.06]).cells[1][2] == 320


def test_spending_without_plans_is_missing() -> None:
    reply = evaluate("CV_SPEND_RETURNS", [[["purpose", "spend", "effect"], ["retain", 1e9, 0.01]], 100, 200, 0.8, 0.1])
    assert reply.cells[1][5:] == [CellError.NA, "not within the periods"]
