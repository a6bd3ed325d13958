"""Executive lenses in cells: the example, what blanks and faults give, and how one answer goes into the next."""

from typing import Any

import pytest

from addin.calls import evaluate
from tests.valuation.lenses.g12 import CUSTOMERS, GOLDEN, measures
from workbook_templates.plan import CellError

DIV0, NA, NUM, VALUE = CellError.DIV0, CellError.NA, CellError.NUM, CellError.VALUE

OWN: list[list[Any]] = [
    ["Customer id", "Name", "Net revenue", "Tons shipped"],
    ["A", "first", 900, 3],
    ["B", "second", 500, 2],
    ["C", "third", 100, None],
    ["D", "fourth", None, 1],
]
SAID: list[list[Any]] = [
    ["officer", "statement", "measure", "better"],
    ["CPO", "buy the most", "NET_REVENUE", "high"],
    ["COO", "fill our plant", "tons  shipped", "High"],
]
LENSES: list[list[Any]] = [
    ["customer_id", "CCO", "CRO", "CFO"],
    ["A", 90, 20, 70],
    ["B", 50, 60, 40],
    ["C", 10, 80, None],
]


@pytest.fixture(scope="module")
def example() -> list[list[Any]]:
    """The measures of the example as a sheet."""
    table = measures()
    numbers = table.astype(object).where(table.notna(), None)
    return [["Customer id", *table.columns], *([one, *row] for one, row in zip(CUSTOMERS, numbers.values, strict=True))]


def cells(name: str, *args: Any) -> list[list[Any]]:
    return evaluate(name, list(args)).cells


def test_the_example_goes_from_measures_to_scores_to_one_order(example: list[list[Any]]) -> None:
    scores = cells("CV_LENS_TABLE", example)
    officers = list(GOLDEN["printed"]["expected"])
    assert scores[0] == ["Customer id", *officers]
    for place, officer in enumerate(officers, 1):
        assert [f"{row[place]:.2f}" for row in scores[1:]] == GOLDEN["printed"]["expected"][officer]
        assert cells("CV_LENS_SCORE", example, officer.lower()) == [[row[place]] for row in scores[1:]]
    weights = [["officer", "weight"], *map(list, GOLDEN["weighted"]["weights"].items())]
    weighted = cells("CV_SYNTHESIS", scores, weights)
    assert {row[1]: f"{row[2]:.2f}" for row in weighted[1:]} == GOLDEN["weighted"]["expected"]
    assert [row[1] for row in weighted[1:]] == list(GOLDEN["weighted"]["expected"])
    assert [row[1] for row in cells("CV_SYNTHESIS", scores, None, "borda")[1:]] == list(GOLDEN["borda"]["expected"])


def test_ranks_show_money_where_it_is_wanted(example: list[list[Any]]) -> None:
    ranks = cells("CV_LENS_RANKS", example)
    expected = GOLDEN["ranks"]["expected"]
    assert [row[1:] for row in ranks[1:]] == list(map(list, zip(*expected.values(), strict=True)))
    with_money = cells("CV_LENS_RANKS", example, None, True)
    assert [row[:-1] for row in with_money] == ranks
    assert with_money[0][-1] == "Money"
    assert [row[0] for row in sorted(with_money[1:], key=lambda row: row[-1])] == GOLDEN["money"]["expected"]
    without = evaluate("CV_LENS_RANKS", [OWN, SAID, True])
    assert without.cells == [[VALUE]]
    assert without.message == "table must have a column 'Engagement value' where the rank by money is wanted"


def test_contested_customers_come_with_reasons(example: list[list[Any]]) -> None:
    money = [[row[-1]] for row in example[1:]]
    scores = cells("CV_LENS_TABLE", example)
    found = cells("CV_CONTESTED", scores, 5, money, example)
    assert [row[0] for row in found[1:]] == list(GOLDEN["contested"]["expected"])
    assert found[1][-1] == "CRO: sign the biggest deals (rank 10 of 11) against CCO: need no support (rank 1 of 11)"
    nobody = evaluate("CV_CONTESTED", [scores, 11])
    assert (nobody.cells, nobody.message) == ([[NA]], "nobody has ranks that are at least 11 apart")


def test_measures_are_found_whatever_capitals_and_other_columns_are_left_alone() -> None:
    reply = evaluate("CV_LENS_TABLE", [OWN, SAID])
    assert reply.cells == [
        ["Customer id", "CPO", "COO"],
        ["A", 100, 100],
        ["B", 50, 50],
        ["C", 0, None],
        ["D", None, 0],
    ]
    assert reply.message == "customers without a score, no measure of them being known: CPO (1), COO (1)"
    assert cells("CV_LENS_SCORE", OWN, "COO", SAID) == [[100], [50], [NA], [0]]


def test_standard_measures_that_a_table_lacks_are_left_out_and_named() -> None:
    reply = evaluate("CV_LENS_TABLE", [[["customer_id", "nps"], ["A", 9], ["B", 7], ["C", 8]]])
    assert reply.cells == [["Customer id", "CMO"], ["A", 100], ["B", 0], ["C", 50]]
    assert reply.message is not None
    assert reply.message.startswith("left out, being known of fewer than 3 customers: support_minutes_per_1000 (0), ")
    assert reply.message.endswith("no measure counts in the lens of CCO, CPO, CRO, CFO")


def test_blank_scores_go_on_as_blanks() -> None:
    scores = cells("CV_LENS_TABLE", OWN, SAID)
    assert [row[1] for row in cells("CV_SYNTHESIS", scores)[1:]] == ["A", "B", "C", "D"]


def test_other_weights_reach_the_measures() -> None:
    rows = [SAID[0], ["CPO", "buy", "net_revenue", "high"], ["CPO", "buy", "tons_shipped", "low"]]
    table = [["customer_id", "net_revenue", "tons_shipped"], ["A", 3, 3], ["B", 2, 2], ["C", 1, 1]]
    assert cells("CV_LENS_TABLE", table, rows)[1] == ["A", 50]
    assert cells("CV_LENS_TABLE", table, rows, [["measure", "weight"], ["Net revenue", 3]])[1] == ["A", 75]
    assert cells("CV_LENS_TABLE", table, rows, [["measure", "weight"], ["tons shipped", 0]])[1] == ["A", 100]
    unknown = evaluate("CV_LENS_TABLE", [table, rows, [["measure", "weight"], ["nps", 1]]])
    assert unknown.message == "weights must be those of measures that a statement names, not 'nps'"


@pytest.mark.parametrize(
    ("name", "args", "error", "message"),
    [
        (
            "CV_LENS_TABLE",
            [OWN, [*SAID, ["CFO", "x", "Name", "low"]]],
            VALUE,
            "must be numbers, not 'first' in row 1",
        ),
        ("CV_LENS_TABLE", [OWN, [*SAID, ["CFO", "x", "fit", "low"]]], VALUE, "not 'fit' in row 3 of statements"),
        ("CV_LENS_TABLE", [OWN, [*SAID, ["CFO", None, "fit", "low"]]], NA, "row 3 of statements, Statement is blank"),
        ("CV_LENS_TABLE", [OWN, [*SAID, ["CFO", "x", "Name", "up"]]], VALUE, "Better must be one of high, low"),
        ("CV_LENS_TABLE", [[*OWN, ["A", "fifth", 1, 1]], SAID], VALUE, "A stands twice"),
        ("CV_LENS_TABLE", [OWN[:3], SAID], NA, "those of at least 3 customers, not 2"),
        (
            "CV_LENS_TABLE",
            [[["customer_id", "nps"], ["A", "n/a"], ["B", 1]]],
            VALUE,
            "is text where a number is wanted",
        ),
        ("CV_LENS_TABLE", [OWN, SAID, [["measure", "weight"], ["net_revenue", -1]]], NUM, "not -1 in row 1"),
        ("CV_LENS_SCORE", [OWN, "CFO", SAID], VALUE, "lens must be one of CPO, COO, not 'CFO'"),
        ("CV_SYNTHESIS", [LENSES, [["officer", "weight"], ["CCO", -1], ["CRO", 1], ["CFO", 1]]], NUM, "not -1 for CCO"),
        ("CV_SYNTHESIS", [LENSES, [["officer", "weight"], ["CCO", 1]]], VALUE, "there is none for CRO"),
        ("CV_SYNTHESIS", [LENSES, [["officer", "weight"], ["CCO", 0], ["CRO", 0], ["CFO", 0]]], DIV0, "not all be 0"),
        ("CV_SYNTHESIS", [LENSES, None, "money"], VALUE, "money must be given where it is the method"),
        ("CV_AHP_WEIGHTS", [[[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]]], NUM, "must not contradict each other"),
    ],
)
def test_a_fault_gives_its_error_and_says_why(name: str, args: list[Any], error: CellError, message: str) -> None:
    reply = evaluate(name, args)
    assert reply.cells == [[error]]
    assert reply.message is not None
    assert message in reply.message


def test_weights_from_comparisons_say_how_consistent_they_are() -> None:
    reply = evaluate("CV_AHP_WEIGHTS", [[[1, 2, 4], [0.5, 1, 2], [0.25, 0.5, 1]]])
    assert [row[0] for row in reply.cells] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert reply.message is not None
    assert reply.message.startswith("consistency ratio ")


def test_officers_are_found_in_the_weights_whatever_capitals() -> None:
    weights = [["officer", "weight"], ["cco", 0.5], ["cro ", 0.25], ["CFO", 0.25]]
    reply = evaluate("CV_SYNTHESIS", [LENSES, weights])
    assert [row[1] for row in reply.cells[1:]] == ["A", "B", "C"]
    assert reply.message is None
