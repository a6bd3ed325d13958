"""What the functions of tiers and their changes show where a customer or a number has no answer."""

from typing import Any

import pytest

from addin.calls import evaluate
from workbook_templates.plan import CellError

NA, NUM, DIV0, VALUE = CellError.NA, CellError.NUM, CellError.DIV0, CellError.VALUE


def column(*values: Any) -> list[list[Any]]:
    return [[value] for value in values]


@pytest.mark.parametrize("method", ["jenks", "natural breaks", "Jenks"])
def test_natural_breaks_say_their_bounds_and_fit(method: str) -> None:
    reply = evaluate("CV_TIER", [column(1.0, 2.0, 9.0, 10.5), method, 2.0])
    assert reply.cells == [["B"], ["B"], ["A"], ["A"]]
    assert reply.message == "lower bounds 9.00; goodness of variance fit 0.9767"
    reply = evaluate("CV_TIER", [column(1.0, 2.0, None, 9.0), method, 1.0, column("All")])
    assert reply.cells == [["All"], ["All"], [NA], ["All"]]
    assert reply.message is not None
    assert reply.message.endswith("lower bounds none; goodness of variance fit 0.0000")


@pytest.mark.parametrize(
    ("params", "labels", "cell", "message"),
    [
        (column(2.0, 1.0), None, VALUE, "params must be one whole number of classes, not [2.0, 1.0]"),
        (2.5, None, VALUE, "params must be one whole number of classes, not [2.5]"),
        (0.0, None, NUM, "classes must be at least 1, not 0"),
        (3.0, None, NUM, "values must hold at least 3 distinct ones for 3 classes, not 2"),
        (4.0, None, NUM, "values must be at least 4 for 4 classes, not 3"),
        (2.0, column("A", "B", "C"), VALUE, "labels must be one for each of 2 classes, not 3"),
    ],
)
def test_natural_breaks_need_a_number_of_classes(params: Any, labels: Any, cell: CellError, message: str) -> None:
    reply = evaluate("CV_TIER", [column(1.0, 2.0, 2.0), "jenks", params, labels])
    assert reply.cells == [[cell]]
    assert reply.message == message


def test_a_migration_finds_its_tiers_and_adds_up_money() -> None:
    reply = evaluate(
        "CV_MIGRATION",
        [column("T2", "T1", None, "Out"), column("T2", None, "T1", None), None, column(5.0, 3.0, 2.0, None), False],
    )
    assert reply.message == "stayed 1 of 1 (100.0%), up 0, down 0"
    assert reply.cells == [
        ["T1", 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, NA, "", 0, 0, 3, 3],
        ["T2", 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, "", 0, 5, 0, 5],
        ["Out", 1, 0, 1, 2, 0.5, 0, 0.5, "", "", "", "", "", 2, 0, 0, 2],
        ["All", 1, 1, 2, 4, 0.25, 0.25, 0.5, 1, 0, 0, 1, NA, 2, 5, 3, 10],
    ]


def test_an_empty_row_of_a_migration_has_no_shares() -> None:
    reply = evaluate("CV_MIGRATION", [column("A", "A"), column("A", "B"), column("A", "B"), None, False])
    assert reply.cells[1][5:8] == [NA, NA, NA]
    assert evaluate("CV_MIGRATION", [column("A"), column(None)]).message == "nobody is in a tier at both dates"


def test_a_migration_names_what_is_wrong() -> None:
    reply = evaluate("CV_MIGRATION", [column("A", "C"), column("A", "B"), column("A", "B")])
    assert (reply.cells, reply.message) == ([[VALUE]], "previous must be one of A, B, Out, not 'C' in row 2")
    reply = evaluate("CV_MIGRATION", [column("A", "A"), column("A", "A"), None, column(1.0, None)])
    assert (reply.cells, reply.message) == ([[NA]], "values must be known, not nan in row 2")


def test_the_stability_index_says_what_it_means_and_what_it_did() -> None:
    assert evaluate("CV_PSI", [column(50.0, 50.0), column(90.0, 10.0)]).message == "shifted"
    assert evaluate("CV_PSI", [column(50.0, 0.0), column(50.0, 1.0)]).message == (
        "stable; 0.5 was added to every count, because a class is empty"
    )
    assert evaluate("CV_PSI", [column(0.0, 0.0), column(1.0, 1.0)]).cells == [[DIV0]]
    assert evaluate("CV_PSI", [column(-1.0, 2.0), column(1.0, 1.0)]).cells == [[NUM]]


def test_a_strange_tier_fails_alone() -> None:
    reply = evaluate("CV_TIER_STABLE", [column(104.0, 1.0, 1.0, None), column("B", "Gold", None, "A"), 100.0])
    assert reply.cells == [["B"], [VALUE], ["B"], [NA]]
    assert reply.message == "2 of 4 rows have no value; the first is row 2: previous must be one of A, B, not 'Gold'"
    reply = evaluate(
        "CV_MOVERS", [*[column(1.0, 1.0, None)] * 2, column("A", "A", None), column("A", "Gold", None), 1.0, 1.0]
    )
    assert reply.cells == [["stayed", ""], [VALUE, VALUE], ["", ""]]
    assert reply.message == "1 of 3 rows have no value; the first is row 2: tier_now must be one of A, B, not 'Gold'"


def test_a_tier_stays_within_the_band_asked_for() -> None:
    arguments = [column(110.0), column("Low"), 100.0]
    assert evaluate("CV_TIER_STABLE", [*arguments, 0.05, column("High", "Low")]).cells == [["High"]]
    assert evaluate("CV_TIER_STABLE", [*arguments, 0.2, column("High", "Low")]).cells == [["Low"]]
    assert evaluate("CV_TIER_STABLE", [*arguments, 1.0, column("High", "Low")]).cells == [[NUM]]
