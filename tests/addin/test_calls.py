import datetime as dt
import json
import logging
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.calls import CallError, Reply, batch, call_json, evaluate
from addin.registry import functions
from workbook_templates.plan import CellError

NA, VALUE, NUM, DIV0, REF = (
    CellError.NA,
    CellError.VALUE,
    CellError.NUM,
    CellError.DIV0,
    CellError.REF,
)
PLAIN = (float, str, bool, dt.date, CellError, type(None))

# Margin 1000, retention .80, rate .10, as printed, by timing and customers, for 1, 3, 5, 10 periods
# and without end (Fader and Hardie, note 024, reconcile the six formulas).
VALUES = """
start new      1000.0000 2256.1983 2920.6338 3514.8762 3666.6667
mid   new       953.4626 2151.2007 2784.7151 3351.3030 3496.0295
end   new       909.0909 2051.0894 2655.1217 3195.3420 3333.3333
start existing  800.0000 1804.9587 2336.5071 2811.9010 2933.3333
mid   existing  762.7701 1720.9606 2227.7721 2681.0424 2796.8236
end   existing  727.2727 1640.8715 2124.0973 2556.2736 2666.6667
"""
WORDS = [line.split()[:2] for line in VALUES.strip().splitlines()]


def only(reply: Reply) -> Any:
    """The one cell of a reply."""
    ((cell,),) = reply.cells
    return cell


def column(reply: Reply) -> list[Any]:
    """The cells of a reply of one column."""
    return [cell for (cell,) in reply.cells]


@pytest.mark.parametrize("line", VALUES.strip().splitlines())
def test_ltv_matches_the_published_table(line: str) -> None:
    timing, customers, *printed = line.split()
    horizons = [1.0, 3, Decimal(5), 10, "inf"]
    reply = evaluate("CV_LTV", [[1000.0] * 5, 0.8, 0.1, [[h] for h in horizons], timing, customers])
    assert [f"{value:.4f}" for value in column(reply)] == printed
    assert reply.message is None


@pytest.mark.parametrize(
    ("name", "args", "printed"),
    [
        ("CV_RATE", [0.1, 1, 12], "0.00797414"),
        ("CV_RATE", [0.1, 1, 12, "nominal"], "0.00833333"),
        ("CV_RATE", [0.8, 1, 12, "retention"], "0.98157653"),
        ("CV_RATE", [0.2, 1, 12, "churn"], "0.01842347"),
        ("CV_RATE", [0.02, 12, 1, "churn"], "0.21528328"),
        ("CV_LTV", [1000, 0.8, 0.1, 3, "end", "certain", 0.05], "2133.4335"),
        ("CV_LTV", [1000, 0.8, 0.1, "INF", "End", " New ", 0.05], "3846.1538"),
        ("CV_LTV", [1000, 0.8, 0.1, 3, "mid", "new", None, 900], "1251.2007"),
        ("CV_HORIZON_SHARE", [0.8, 0.1, 5], "0.796537"),
        ("CV_HORIZON_FOR", [0.8, 0.1, 0.95], "9.4071"),
        (
            "CV_LTV_HISTORIC",
            [[46020 - 730, 46020 - 365, 46020], [-400, 300, 500], 46020, 0.1],
            "346.00",
        ),
        ("CV_CAC", [38945.19, 2], "19472.595"),
        ("CV_PAYBACK", [900, 1000 / 12], "10.8"),
        ("CV_PAYBACK", [900, 1000 / 12, 0.98157653], "11.9316"),
        ("CV_PAYBACK", [900, 1000 / 12, 0.98157653, 0.00797414, "simple"], "10.8"),
        ("CV_PAYBACK", [900, 1000 / 12, 0.98157653, 0.00797414, "survival"], "11.9316"),
        ("CV_PAYBACK", [900, 1000 / 12, 0.98157653, 0.00797414], "12.6493"),
        ("CV_LTV_CAC", [2151.2007, 900], "2.3902"),
        ("CV_RETENTION", [8, 9, 0.8, 20], "0.827586"),
        ("CV_RETENTION_SHRUNK", [0, 0, 0.8, 20], "0.8"),
    ],
)
def test_numbers_from_the_specification(name: str, args: list[Any], printed: str) -> None:
    cell = only(evaluate(name, args))
    assert f"{cell:.{len(printed.partition('.')[2])}f}" == printed


@pytest.mark.parametrize(
    ("args", "cells"),
    [
        ([100, [1, 1, 1]], [33.34, 33.33, 33.33]),
        ([0.05, [1, 1, 1]], [0.02, 0.02, 0.01]),
        ([-100, [1, 1, 1]], [-33.34, -33.33, -33.33]),
        ([10, [0, 5, 0], 0], [0, 10, 0]),
    ],
)
def test_allocation_sums_to_the_cent(args: list[Any], cells: list[float]) -> None:
    assert column(evaluate("CV_ALLOCATE", args)) == cells


# Parameters of a fit.


@pytest.mark.parametrize(
    "params",
    [
        [0.704, 1.182],
        [[0.704, 1.182]],
        [["Alpha", "Beta"], [0.704, 1.182]],
        [["beta", "n", " ALPHA "], [1.182, "#N/A", 0.704]],
        [["alpha", "beta"], [None, None], [0.704, 1.182]],
    ],
)
def test_parameters_come_as_a_block_or_as_bare_numbers(params: list[Any]) -> None:
    assert only(evaluate("CV_SBG_RETENTION", [params, 1])) == pytest.approx(0.6267232237539766)


def test_what_a_fit_spills_is_what_a_prediction_takes() -> None:
    survivors = [1000, 631, 468, 382, 326, 289, 262, 241]
    fit = evaluate("CV_SBG_FIT", [survivors]).cells
    lifetimes = evaluate("CV_SBG_DERL", [fit, 0.1, [1, 5]])
    assert column(lifetimes) == column(evaluate("CV_SBG_DERL", [fit[1][:2], 0.1, [1, 5]]))
    assert evaluate("CV_SBG_FIT", [survivors, False]).cells == fit[1:]
    ageing = evaluate("CV_BDW_FIT", [survivors]).cells
    assert ageing[0][:3] == ["Alpha", "Beta", "C"]
    assert column(evaluate("CV_BDW_SURVIVAL", [ageing, [0, 7]])) == pytest.approx([1.0, 0.241], abs=0.003)


def test_parameters_in_a_column_do_not_turn_a_row_of_customers() -> None:
    ages = evaluate("CV_BDW_RETENTION", [[[0.26], [1.72], [1.58]], [[1, 2, 3]]]).cells
    assert [len(row) for row in ages] == [3]


def test_customers_with_opportunities_are_scored_by_what_was_fitted_to_them() -> None:
    customers = [[0, 1, 1, 2, 2, 3], [0, 1, 3, 2, 3, 3], [3] * 6]
    fit = evaluate("CV_BGBB_FIT", [*customers, [50, 20, 9, 12, 11, 14]]).cells
    chances = column(evaluate("CV_BGBB_PALIVE", [fit, *customers]))
    assert chances[0] < chances[1] < chances[2]
    reply = evaluate("CV_BGBB_FIT", [[0, 2], [0, 1], [3, 3]])
    assert only(reply) is NUM
    assert reply.message is not None
    assert "frequency must be at most recency, 1, not 2 in row 2" in reply.message
    assert column(evaluate("CV_BGBB_PALIVE", [fit, [0, 2], [0, 1], 3]))[1] is NUM


@pytest.mark.parametrize(
    ("params", "cell", "message"),
    [
        (0.704, VALUE, "params must be the block of a fit with its header row, or alpha, beta alone, not 1 x 1 cells"),
        ([[0.7, 1.2, 9]], VALUE, "or alpha, beta alone, not 1 x 3 cells"),
        ([["alpha", "beta"], [0.7, 1.2], [0.8, 1.3]], VALUE, "not 3 x 2 cells"),
        ([["alpha", "gamma"], [0.7, 1.2]], VALUE, "params must have a column 'Beta', not only alpha, gamma"),
        ([["alpha", "beta"], [None, None]], NA, "params is blank below its header row"),
        ([0.704, None], NA, "cell 2 of params is blank"),
        ([["alpha", "beta"], [0.7, "#DIV/0!"]], DIV0, "row 1 of params, Beta holds #DIV/0!"),
        ("#NUM!", NUM, "params holds #NUM!"),
        ([0.704, -1], NUM, "beta must be from 1e-6 to 1e6, not -1"),
    ],
)
def test_parameters_that_are_none(params: Any, cell: CellError, message: str) -> None:
    reply = evaluate("CV_SBG_RETENTION", [params, [1, 2]])
    assert only(reply) is cell
    assert reply.message is not None
    assert message in reply.message


@pytest.mark.parametrize(
    ("survivors", "cell"),
    [
        ([10, 12, 6], NUM),
        ([10, 8], NUM),
        ([0, 0, 0], NUM),
        ([10, 8, 5], NUM),
        ([10, 10, 10], NA),
        ([10, None, 5], NA),
        ([10, "#REF!", 5], REF),
    ],
)
def test_survivors_without_a_fit(survivors: list[Any], cell: CellError) -> None:
    assert only(evaluate("CV_SBG_FIT", [survivors])) is cell


def test_as_many_parameters_as_rows_are_no_rows() -> None:
    x, mbar = [[2, 1, 0]], [[22.35, 11.77, None]]
    across = evaluate("CV_GG_SPEND", [[[6.25], [3.74], [15.44]], x, mbar]).cells
    down = evaluate("CV_GG_SPEND", [[[6.25, 3.74, 15.44]], [[2], [1], [0]], [[22.35], [11.77], [None]]]).cells
    assert [len(across), len(down)] == [1, 3]
    assert across[0] == [cell for (cell,) in down]


def test_as_many_weights_as_customers_are_no_rows() -> None:
    ratings = [[5, 4, 0], [None, None, None], [6, 1, 1]]
    across = evaluate("CV_STRATEGIC", [ratings, [[2, 1, 1]]])
    down = evaluate("CV_STRATEGIC", [ratings, [[2], [1], [1]]])
    assert across == down
    assert across.cells == [[70, 3], [NA, 0], [NUM, 0]]


def test_a_blank_value_is_unknown_and_a_median_cut_says_so() -> None:
    reply = evaluate("CV_VALUE_MATRIX", [[5, None, 6], [2, 1, 1]])
    assert [row[0] for row in reply.cells] == ["Overlooked", "Unknown value", "Vulnerable"]
    assert reply.cells[1][3:] == [NA, -0.5]
    assert reply.message == "cut_v and cut_u: median of 2 customers, which moves when others do"
    assert only(evaluate("CV_VALUE_MATRIX", [[None, 6], [1, None]])) is NA
    assert only(evaluate("CV_VALUE_SEGMENT", [[5, 6], [1, 2], [1, 2, 3]])) is VALUE


# Spend.


def test_the_block_of_a_spend_fit_is_an_argument_and_its_note_a_cell() -> None:
    x, mbar = [1, 2, 3, 1, 4, 0, 2, 1], [20, 35, 60, 45, 30, None, 80, -5]
    fit = evaluate("CV_GG_FIT", [x, mbar])
    assert fit.message is None
    assert fit.cells[1][10] == (
        "settled; customers left out: 1 without repeat purchases, 1 with a mean spend of 0 or less "
        "(the first in row 8: -5)"
    )
    assert column(evaluate("CV_GG_SPEND", [fit.cells, x, mbar]))[:7] == column(
        evaluate("CV_GG_SPEND", [fit.cells[1][:3], x[:7], mbar[:7]])
    )


def test_a_customer_without_spend_fails_alone() -> None:
    reply = evaluate("CV_GG_SPEND", [[6.25, 3.74, 15.44], [2, 2, 0, 2, 1.5], [22.35, None, None, -1, 9]])
    assert [cell if isinstance(cell, CellError) else round(cell, 4) for cell in column(reply)] == [
        24.6637,
        NA,
        35.219,
        NUM,
        NUM,
    ]
    assert reply.message == (
        "3 of 5 rows have no value; the first is row 2: monetary_value is missing for a customer with repeat purchases"
    )


@pytest.mark.parametrize(
    ("x", "mbar", "cell", "message"),
    [
        ([1, 2, 3], [20, None, 60], NA, "monetary_value is missing for a customer with repeat purchases in row 2"),
        ([1, 0, 0], [20, None, None], NA, "needs 2 customers or more with repeat purchases"),
        ([1, 2, 3], [20, 20, 20], NUM, "all customers spend the same, 20"),
        ([1, 2.5, 3], [20, 20, 20], NUM, "frequency must be a whole number, 0 or more, not 2.5 in row 2"),
        ([1, None, 3], [20, 20, 20], NA, "row 2 of x is blank"),
        ([1, 2, 3], [20, "n/a", 20], VALUE, "row 2 of mbar is text where a number is wanted"),
    ],
)
def test_spends_that_cannot_be_fitted(x: Any, mbar: Any, cell: CellError, message: str) -> None:
    reply = evaluate("CV_GG_FIT", [x, mbar])
    assert only(reply) is cell
    assert message in (reply.message or "")


# Ranges of rows and columns.


CHANCES: list[list[Any]] = [[0.7, 0.2], [0.1, 0.6]]


def test_a_range_keeps_its_rows_and_columns() -> None:
    turned = [list(each) for each in zip(*CHANCES, strict=True)]
    values = [column(evaluate("CV_MARKOV_LTV", [given, [300, 100], 0.1])) for given in (CHANCES, turned)]
    assert values[0] == pytest.approx(
        [lines_up @ np.array([300, 100]) for lines_up in _three_moves(np.array(CHANCES))], rel=1e-12
    )
    assert values[0] != pytest.approx(values[1])


def _three_moves(chances: Any) -> Any:
    """Discounted chances to be in each segment after one to three moves, paid mid-period."""
    return sum(np.linalg.matrix_power(chances, move) / 1.1 ** (move - 0.5) for move in (1, 2, 3))


@pytest.mark.parametrize(
    ("transition", "cell", "message"),
    [
        ([[0.7, None], [0.1, 0.6]], NA, "row 1, column 2 of transition is blank"),
        ([[0.7, 0.2], ["x", 0.6]], VALUE, "row 2, column 1 of transition is text where a number is wanted"),
        ([[None, 0.2], [0.1, "#REF!"]], REF, "row 2, column 2 of transition holds #REF!"),
        ([[0.7, 0.2, 0.1], ["x", 0.6, 0.3]], VALUE, "row 2, column 1 of transition is text"),
        ([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]], VALUE, "transition must be a square table"),
        ([[70, 20], [10, 60]], NUM, "must be from 0 to 1, not 70; percent typed as whole number?"),
        ([[0.7, 0.2], [0.5, 0.6]], NUM, "row 2 of transition must sum to 1 at most, not to 1.1"),
    ],
)
def test_a_faulty_table_of_chances_says_where(transition: list[Any], cell: CellError, message: str) -> None:
    reply = evaluate("CV_MARKOV_LTV", [transition, [300, 100], 0.1])
    assert only(reply) is cell
    assert reply.message is not None
    assert message in reply.message


def test_one_segment_is_one_cell() -> None:
    for timing, customers in (("transactional", "existing"), ("contractual", "new")):
        reply = evaluate("CV_MARKOV_LTV", [0.8, 1000, 0.1, 3, None, timing, "end"])
        assert only(reply) == pytest.approx(only(evaluate("CV_LTV", [1000, 0.8, 0.1, 3, "end", customers])), rel=1e-12)
    assert only(evaluate("CV_MARKOV_LTV", [None, 1000, 0.1])) is NA


def test_values_stand_as_the_margins_stand() -> None:
    down = evaluate("CV_MARKOV_LTV", [CHANCES, [[300], [100]], 0.1]).cells
    across = evaluate("CV_MARKOV_LTV", [CHANCES, [[300, 100]], 0.1]).cells
    assert across == [[cell for (cell,) in down]]


def test_a_base_is_worth_its_customers() -> None:
    values = column(evaluate("CV_MARKOV_LTV", [CHANCES, [300, 100], 0.1, 3, 15]))
    header, *rows = evaluate("CV_MARKOV_PROJECT", [CHANCES, [100, 300], [300, 100], 0.1, 3, [15, 15]]).cells
    assert rows[-1][header.index("Of base")] == pytest.approx(100 * values[0] + 300 * values[1], rel=1e-12)
    assert rows[-1][header.index("Cumulative")] == rows[-1][header.index("Of base")]


def test_a_cost_of_winning_that_never_comes_back_is_no_period() -> None:
    reply = evaluate("CV_MARKOV_PAYBACK", [CHANCES, [300, 100], 0.1, [10, 30], 5000])
    assert only(reply) is NA
    assert reply.message == "acquisition_cost is not earned back within 10000 periods"
    assert only(evaluate("CV_MARKOV_PAYBACK", [CHANCES, [300, 100], 0.1, [0, 0], 5000])) is DIV0


# Two-way tables.


def test_a_two_way_table_has_headings_down_and_across() -> None:
    retentions, rates = [0.7, 0.8], [[0.08, 0.1, 0.12]]
    reply = evaluate("CV_LTV_GRID", [1000, retentions, rates, "inf", "end", "new", 0.01, 50])
    header, *rows = reply.cells
    assert header == ["Retention down, rate across", 0.08, 0.1, 0.12]
    assert [line[0] for line in rows] == retentions
    for retention, *values in rows:
        for rate, value in zip(rates[0], values, strict=True):
            alone = evaluate("CV_LTV", [1000, retention, rate, "inf", "end", "new", 0.01, 50])
            assert value == pytest.approx(only(alone), rel=1e-12)
    assert evaluate("CV_LTV_GRID", [1000, retentions, rates, "inf", "end", "new", 0.01, 50, False]).cells == rows
    assert reply.message is None


def test_a_two_way_table_of_one_cell_is_one() -> None:
    reply = evaluate("CV_LTV_GRID", [1000, 0.8, 0.1])
    assert reply.cells == [["Retention down, rate across", 0.1], [0.8, only(evaluate("CV_LTV", [1000, 0.8, 0.1]))]]


def test_a_two_way_table_fails_only_where_there_is_no_value() -> None:
    reply = evaluate("CV_LTV_GRID", [1000, [0.8, 1, 80], [0, 0.1, -1], "inf"])
    _, *rows = reply.cells
    assert [[cell if isinstance(cell, CellError) else None for cell in line[1:]] for line in rows] == [
        [None, None, NUM],
        [NUM, None, NUM],
        [NUM, NUM, NUM],
    ]
    assert reply.message == "#NUM! stands where a retention is above 1 or a rate is -1 or less, or the sum has no end"


def test_a_two_way_table_has_an_end() -> None:
    reply = evaluate("CV_LTV_GRID", [1000, [0.8] * 2000, [0.1] * 2000])
    assert only(reply) is VALUE
    assert reply.message == "retentions and rates must make 1000000 cells at most, not 2000 x 2000"


def test_segments_go_by_their_names_or_numbers() -> None:
    args: list[Any] = [CHANCES, [100, 300], 1, None]
    assert evaluate("CV_MARKOV_BASE", args).cells == [
        ["Period", "Segment 1", "Segment 2"],
        [0, 100, 300],
        [1, 100, 200],
    ]
    assert evaluate("CV_MARKOV_BASE", [*args, ["Regular", "Occasional"]]).cells[0] == [
        "Period",
        "Regular",
        "Occasional",
    ]
    reply = evaluate("CV_MARKOV_BASE", [*args, ["Regular"]])
    assert only(reply) is VALUE
    assert reply.message == "labels must be one for each of 2 segments, not 1 of them"


# Sensitivity.


def test_a_change_above_full_retention_has_no_value_in_its_own_cells() -> None:
    reply = evaluate("CV_LTV_SENS", [1000, 0.995, 0.1, 900])
    header, retention, margin, rate, cac = reply.cells
    assert len(header) == 9
    assert retention[:2] == ["retention", 0.995]
    assert retention[3] == pytest.approx(1.00495)
    assert retention[4:6] == [NUM, NUM]
    assert retention[6] == pytest.approx(1.005)
    assert retention[7:] == [NUM, NUM]
    assert all(isinstance(cell, float) for cell in rate[1:])
    for money in (margin, cac):
        assert all(isinstance(cell, float) for cell in money[1:6])
        assert money[6:] == [None, None, None]
    assert reply.message == "#NUM! stands where a retention is above 1 or a rate is -1 or less, or the sum has no end"
    assert evaluate("CV_LTV_SENS", [1000, 0.8, 0.1, 900]).message is None


def test_a_share_of_a_value_of_nothing_is_a_division_by_zero() -> None:
    _, *rows = evaluate("CV_LTV_SENS", [0, 0.8, 0.1, 0]).cells
    assert [line[5] for line in rows] == [DIV0] * 4
    assert [line[8] for line in rows] == [DIV0, None, DIV0, None]
    assert only(evaluate("CV_LTV_ELASTICITY", [0, 0.8, 0.1])) is DIV0


# Rows.


def test_each_row_fails_alone_with_its_own_error() -> None:
    margin: list[list[Any]] = [
        [1000],
        [None],
        ["x"],
        [1000],
        ["#REF!"],
        [True],
        [dt.date(2025, 1, 1)],
        [1000],
    ]
    retention: list[list[Any]] = [
        [0.8],
        [0.8],
        [0.8],
        [80],
        [None],
        [0.8],
        [0.8],
        ["#DIV/0!"],
    ]
    reply = evaluate("CV_LTV", [margin, retention, 0.1])
    value = only(evaluate("CV_LTV", [1000, 0.8, 0.1]))
    assert column(reply) == [value, NA, VALUE, NUM, REF, VALUE, VALUE, DIV0]
    assert reply.message == "7 of 8 rows have no value; the first is row 2: margin is blank"


def test_the_reason_of_a_row_out_of_range_is_that_of_the_row_alone() -> None:
    reply = evaluate("CV_LTV", [1000, [0.8, 80, -1], 0.1])
    assert column(reply)[1:] == [NUM, NUM]
    assert reply.message == (
        "2 of 3 rows have no value; the first is row 2: "
        "retention_rate must be from 0 to 1, not 80; percent typed as whole number?"
    )


def test_what_all_rows_share_is_one_error_with_words() -> None:
    reply = evaluate("CV_LTV", [[1000, 2000], [0.8, 0.9], -2])
    assert only(reply) is NUM
    assert reply.message == "discount_rate must be above -1, not -2"


@pytest.mark.parametrize(
    ("name", "rows", "errors"),
    [
        ("CV_CAC", ([500, 10], [500, 0], [-500, 0], [500, -1]), (None, DIV0, NUM, NUM)),
        ("CV_LTV_CAC", ([500, 10], [-500, 0], [500, -1]), (None, DIV0, NUM)),
        ("CV_POOL_RATE", ([500, 10], [500, 0], [500, -1]), (None, DIV0, NUM)),
        (
            "CV_PAYBACK",
            ([900, 500, 0.9, 0.1], [900, 1, 0.9, 0.1], [900, 500, 90, 0.1]),
            (None, NA, NUM),
        ),
        (
            "CV_RETENTION",
            ([8, 9, 0.8, 20], [0, 0, 0.8, 0], [9, 8, 0.8, 1], [0, 0, 8, 0]),
            (None, DIV0, NUM, NUM),
        ),
        ("CV_RATE", ([0.1, 1, 12], [0.1, 13, 12]), (None, NUM)),
        (
            "CV_HORIZON_SHARE",
            ([0.8, 0.1, 3], [1, 0, 3], [0.8, 0.1, 2.5]),
            (None, NUM, NUM),
        ),
        (
            "CV_HORIZON_FOR",
            ([0.8, 0.1, 0.95], [1, 0, 0.95], [0.8, 0.1, 1]),
            (None, NUM, NUM),
        ),
    ],
)
def test_a_row_gives_the_same_alone_and_among_others(
    name: str, rows: tuple[list[float], ...], errors: tuple[CellError | None, ...]
) -> None:
    together = column(evaluate(name, [list(each) for each in zip(*rows, strict=True)]))
    assert [cell if isinstance(cell, CellError) else None for cell in together] == list(errors)
    for args, cell in zip(rows, together, strict=True):
        alone = only(evaluate(name, args))
        # The one departure: alone, a horizon that is no whole number is the wrong kind of thing.
        assert alone == cell or (name, args[2:]) == ("CV_HORIZON_SHARE", [2.5])


def test_a_blank_in_an_optional_column_is_its_default() -> None:
    reply = evaluate("CV_LTV", [1000, 0.8, 0.1, [[3], [""], [None]], None, "", [[0], [None], [""]]])
    assert len(set(column(reply))) == 1


def test_a_row_in_is_a_row_out() -> None:
    reply = evaluate("CV_LTV", [[[1000, "x", 2000]], 0.8, [[0.1, 0.1, 0.1]]])
    assert [type(cell) for cell in reply.cells[0]] == [float, CellError, float]
    assert len(reply.cells) == 1
    two = evaluate(
        "CV_LIFECYCLE",
        [[[43831, None]], [[46000, None]], None, [[1, 2]], [[1, 2]], 46022],
    )
    assert [len(row) for row in two.cells] == [2, 2]
    assert two.cells[0] == ["Stable", "Prospect"]


def test_unequal_lengths_are_refused() -> None:
    reply = evaluate("CV_LTV", [[1, 2], [0.1, 0.2, 0.3], 0.1])
    assert only(reply) is VALUE
    assert reply.message == "ranges must have as many rows as each other: margin 2 and retention 3"


def test_a_block_is_no_column() -> None:
    reply = evaluate("CV_LTV", [[[1, 2], [3, 4]], 0.8, 0.1])
    assert only(reply) is VALUE
    assert reply.message == "margin must be one column or one row, not 2 x 2 cells"


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ([100, [1, None, "x", "#REF!"]], REF, "row 4 of drivers holds #REF!"),
        (["#N/A", [1, None, "#REF!"]], NA, "total holds #N/A"),
        ([100, [1, None, "x"]], NA, "row 2 of drivers is blank"),
        (
            [100, [1, "x", None]],
            VALUE,
            "row 2 of drivers is text where a number is wanted",
        ),
        ([100, [0, 0]], DIV0, "drivers must not all be zero"),
        ([100, [1, -1]], NUM, "drivers must not be negative, not -1.0 in row 2"),
        (
            [100.005, [1, 1]],
            NUM,
            "total must be a whole number of units at 2 places, not 100.005",
        ),
        (
            [100, [1, 1], 2, "spread"],
            VALUE,
            "fallback must be one of error, unallocated",
        ),
    ],
)
def test_what_is_used_as_a_whole_gives_one_error(args: list[Any], error: CellError, message: str) -> None:
    reply = evaluate("CV_ALLOCATE", args)
    assert only(reply) is error
    assert reply.message == message


def test_a_horizon_table_leaves_nobody_out() -> None:
    reply = evaluate("CV_LTV_HORIZON", [[1000, 1000], [0.8, 80], 0.1, [1, 3]])
    assert only(reply) is NUM
    assert reply.message is not None
    assert "not 80" in reply.message


# Notes, tables, the workbook's own functions.

POOLS: list[list[Any]] = [
    ["Pool", "Amount", "Driver", "Treatment", "Family"],
    ["Ship", 100, "parcels", "retention", "logistics"],
]
DRIVERS: list[list[Any]] = [
    ["Customer ID", "driver", "QUANTITY"],
    [1001.0, "parcels", 1],
    ["C2", "parcels", 2],
]


def test_notes_come_as_the_message() -> None:
    reply = evaluate("CV_COST_TO_SERVE", [POOLS, DRIVERS, ["C2"]])
    assert reply.cells[1][:1] == ["C2"]
    assert reply.message == "unknown customer (Ship, parcels, 1001): 33.33 is not charged to a customer shown"
    assert evaluate("CV_ALLOCATE", [10, [0, 0], None, "unallocated"]) == Reply(
        [[0.0], [0.0]], "nobody used anything: 10.00 stays unallocated"
    )


def test_a_customers_cost_is_explained() -> None:
    pools: list[list[Any]] = [[*POOLS[0], "customer id"], [*POOLS[1], None]]
    pools.append(["Claim", 7.5, None, "retention", "support", 1001])
    reply = evaluate("CV_EXPLAIN", [1001, pools, DRIVERS, None, None, None, False])
    assert reply.cells == [
        [
            "Ship",
            "parcels",
            1.0,
            3.0,
            pytest.approx(100 / 3),
            33.33,
            "1001 used 1 of 3 parcels (33.3%), at 33.33 each: 33.33 of the cost of Ship.",
        ],
        [
            "Claim",
            "",
            None,
            None,
            None,
            7.5,
            "7.50 of the cost of Claim was charged to 1001 directly.",
        ],
    ]
    assert reply.message == "the cost to serve 1001 is 40.83"


CAPACITY: list[list[Any]] = [["Pool", "Practical minutes"], ["Ship", 4]]


def test_unused_capacity_and_overtime_are_told() -> None:
    spare = evaluate("CV_COST_TO_SERVE", [POOLS, DRIVERS, None, CAPACITY])
    assert [row[7] for row in spare.cells[1:]] == [25.0, 50.0]
    assert spare.message == "unused capacity costs 25.00, which is charged to no customer"
    over = evaluate("CV_COST_TO_SERVE", [POOLS, DRIVERS, None, [CAPACITY[0], ["Ship", 2]]])
    assert [row[7] for row in over.cells[1:]] == [50.0, 100.0]
    assert over.message == "overtime (Ship, parcels): 50.00 more is charged than the ledger has"


def test_services_are_passed_on_first_and_explained() -> None:
    pools = [*POOLS, ["IT", 60, None, "retention", "support"], ["HR", 40, None, "retention", "support"]]
    services = [["Pool", "To pool", "Share"], ["IT", "Ship", 1], ["HR", "IT", 1]]
    costs = evaluate("CV_COST_TO_SERVE", [pools, DRIVERS, None, None, services, "step-down"])
    assert only(costs) is NUM  # HR closes after IT, which it serves
    costs = evaluate("CV_COST_TO_SERVE", [pools, DRIVERS, None, None, services])
    assert [row[7] for row in costs.cells[1:]] == [66.67, 133.33]
    assert evaluate("CV_EXPLAIN", ["C2", pools, DRIVERS, CAPACITY, services, None, False]).cells == [
        [
            "Ship",
            "parcels",
            2.0,
            3.0,
            50.0,
            100.0,
            "C2 used 2 of 3 parcels (66.7%), at 50.00 each: 100.00 of the cost of Ship.",
        ]
    ]


def test_goods_stand_beside_cost_to_serve() -> None:
    pools = [*POOLS, ["Freight in", 30, "parcels", "retention", "goods"]]
    assert [row[7:] for row in evaluate("CV_COST_TO_SERVE", [pools, DRIVERS]).cells[1:]] == [
        [33.33, 0.0, 10.0],
        [66.67, 0.0, 20.0],
    ]


def test_three_costings_are_compared_and_the_difference_told() -> None:
    revenue = [["Customer id", "Net revenue"], [1001, 300], ["C2", 100]]
    reply = evaluate("CV_COSTING_COMPARE", [POOLS, DRIVERS, revenue, CAPACITY])
    assert reply.cells[1][:5] == ["1001", 75.0, 33.33, 25.0, -50.0]
    assert reply.cells[2][:5] == ["C2", 25.0, 66.67, 50.0, 25.0]
    assert reply.message == "by time and capacity 25.00 less is charged than by volume"
    short = evaluate("CV_COSTING_COMPARE", [POOLS, DRIVERS, revenue, [CAPACITY[0], ["Ship", 2]]])
    assert short.message == "by time and capacity 50.00 more is charged than by volume"
    assert evaluate("CV_COSTING_COMPARE", [POOLS, DRIVERS, revenue]).message is None
    blank = evaluate("CV_COSTING_COMPARE", [POOLS, DRIVERS, [*revenue[:2], ["C2", None]]])
    assert blank.cells[2][:5] == ["C2", NA, 66.67, 66.67, NA]


def test_an_unknown_customer_has_no_explanation() -> None:
    reply = evaluate("CV_EXPLAIN", ["C9", POOLS, DRIVERS])
    assert only(reply) is NA
    assert reply.message == "customer C9 is named neither in pools nor in drivers"


def test_headers_can_be_left_out_but_not_everything() -> None:
    with_headers = evaluate("CV_COST_TO_SERVE", [POOLS, DRIVERS])
    assert evaluate("CV_COST_TO_SERVE", [POOLS, DRIVERS, None, None, None, None, "no"]).cells == with_headers.cells[1:]
    header = [["customer_id", "gross_revenue"]]
    assert len(evaluate("CV_CUSTOMER_PNL", [header]).cells) == 1
    assert only(evaluate("CV_CUSTOMER_PNL", [header, False])) is NA


def test_a_customers_p_and_l_fails_only_where_it_depends_on_the_bad_cell() -> None:
    rows: list[list[Any]] = [
        ["customer id", "Gross Revenue", "COGS"],
        ["a", 100, None],
        ["b", "x", 5],
        ["c", 0, 5],
    ]
    reply = evaluate("CV_CUSTOMER_PNL", [rows])
    header, a, b, c = reply.cells
    shown = [header.index(title) for title in ("Net revenue", "Contribution", "Support", "Contribution pct")]
    assert [a[place] for place in shown] == [100, NA, 0, NA]
    assert [b[place] for place in shown] == [VALUE, VALUE, 0, VALUE]
    assert [c[place] for place in shown] == [0, -5, 0, DIV0]
    assert reply.message == "2 rows are incomplete; the first is row 1: table, Cogs is blank"


def test_a_customer_stands_once() -> None:
    reply = evaluate(
        "CV_CUSTOMER_PNL",
        [[["customer_id", "gross_revenue"], [1001.0, 1], ["1001", 2]]],
    )
    assert only(reply) is VALUE
    assert reply.message == "1001 stands twice in table; the second time in row 2"


def test_an_error_in_the_header_is_that_error() -> None:
    assert only(evaluate("CV_CUSTOMER_PNL", [[["customer_id", "#REF!"], ["a", 1]]])) is REF


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.floats(-1e9, 1e9),
            st.text(max_size=3),
            st.sampled_from(["#N/A"]),
        )
    )
)
def test_errcount_is_zero_exactly_where_the_sum_is_a_number(cells: list[Any]) -> None:
    total = only(evaluate("CV_SUM", [[[cell] for cell in cells] or None]))
    count = only(evaluate("CV_ERRCOUNT", [[[cell] for cell in cells]]))
    assert (count == 0) == isinstance(total, float)
    if count == 0:
        assert total == math.fsum(cell for cell in cells if isinstance(cell, float))


def test_a_sum_beyond_all_numbers_is_an_error() -> None:
    reply = evaluate("CV_SUM", [[[8.99e307], [8.99e307]]])
    assert only(reply) is CellError.NUM
    assert reply.message == "a number becomes larger than numbers can be"


def test_lasterror_is_the_last_message_with_its_function() -> None:
    evaluate("CV_LTV", [1000, 80, 0.1])
    evaluate("CV_LTV", [1000, 0.8, 0.1])
    words = "CV_LTV: retention_rate must be from 0 to 1, not 80; percent typed as whole number?"
    assert only(evaluate("CV_LASTERROR", [])) == words
    assert only(evaluate("cv_lasterror", [])) == words


def test_a_bug_is_logged_and_shown_as_one(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*args: object, **more: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr("addin.functions.lifetime.lifetime_value", broken)
    with caplog.at_level(logging.ERROR):
        reply = evaluate("CV_LTV", [1000, 0.8, 0.1])
    assert only(reply) is VALUE
    assert reply.message == "this is a mistake in the program, not in your cells; the log has the details"
    assert "CV_LTV failed" in caplog.text
    assert "KeyError: 'oops'" in caplog.text


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("CV_LVT", [], "did you mean CV_LTV"),
        ("CV_CAC", [1, 2, 3], "CV_CAC takes 2 arguments, not 3"),
    ],
)
def test_a_wrong_call_is_an_exception(name: str, args: list[Any], message: str) -> None:
    with pytest.raises(CallError, match=message):
        evaluate(name, args)


# JSON.


@pytest.mark.parametrize(
    ("name", "text", "cells"),
    [
        ("CV_LTV_CAC", "[1800, 900]", 2.0),
        ("CV_LTV_CAC", "[1800, 0]", "#DIV/0!"),
        ("CV_LTV_CAC", '[1800, "#REF!"]', "#REF!"),
        ("CV_LTV_CAC", "[1800, null]", "#N/A"),
        ("CV_LTV_CAC", "[[[1800, 900]], 900]", [[2.0, 1.0]]),
        ("CV_LTV_CAC", "[[1800, 900], [900, 900]]", [[2.0], [1.0]]),
        ("CV_LTV", '[1000, 1, 1, "inf", "end"]', 1000.0),
        ("CV_LTV_HISTORIC", '[["2025-12-30", 46022], [1, 2], "2025-12-31"]', 3.0),
        ("CV_LTV_HISTORIC", '[["30.12.2025"], [1], "2025-12-31"]', "#VALUE!"),
        ("CV_RECONCILE", "[3, 1, 1, 1, false]", [[0.0, True]]),
        ("CV_ERRCOUNT", "[[true]]", 1.0),
    ],
)
def test_json_in_and_out(name: str, text: str, cells: object) -> None:
    answer = json.loads(call_json(name, text))
    assert answer["cells"] == cells
    assert set(answer) == {"cells", "message"}


@pytest.mark.parametrize(
    "text",
    [
        "[1000",
        "NaN",
        "[Infinity, 1]",
        "{}",
        '"x"',
        "[[[[1]]]]",
        '[{"a": 1}]',
        "[" * 100_000,
    ],
)
def test_what_is_no_list_of_cells_is_a_wrong_call(text: str) -> None:
    with pytest.raises(CallError):
        call_json("CV_CAC", text)


def test_text_dates_are_dates_in_json_only() -> None:
    args = [["2025-12-30"], [1], 46022]
    assert only(evaluate("CV_LTV_HISTORIC", args)) is VALUE
    assert json.loads(call_json("CV_LTV_HISTORIC", json.dumps(args)))["cells"] == 1.0


def test_a_bad_line_does_not_stop_a_batch() -> None:
    lines = [
        '["CV_CAC", [10, 5]]',
        "",
        '{"function": "cv_cac"}',
        "oops",
        '{"args": []}',
        '["CV_CAC", [6, 3, 1]]',
        '["CV_CAC", [6, 3]]\n',
    ]
    answers = [json.loads(answer) for answer in batch(lines)]
    assert [answer["cells"] for answer in answers] == [
        2.0,
        "#N/A",
        None,
        None,
        None,
        2.0,
    ]
    assert [answer["message"] and answer["message"][:7] for answer in answers] == [
        None,
        "acq_cos",
        "line 4:",
        "line 5:",
        "line 6:",
        None,
    ]


# Soup.

soup = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "x", "#N/A", "#REF!", "inf", "mid", "new", "customer_id", "pareto"]),
    st.dates(),
    st.datetimes(),
    st.builds(np.float64, st.floats()),
)
ranges = soup | st.lists(soup, max_size=4) | st.lists(st.lists(soup, min_size=2, max_size=2), min_size=1, max_size=4)


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)
@given(data=st.data())
def test_no_soup_of_cells_gets_anything_but_plain_cells_out(function: Any, data: st.DataObject) -> None:
    args = data.draw(st.lists(ranges, max_size=len(function.arguments)))
    reply = evaluate(function.name, args)
    assert len({len(row) for row in reply.cells}) == 1
    cells = [cell for row in reply.cells for cell in row]
    assert cells
    assert all(type(cell) in PLAIN for cell in cells)
    assert all(math.isfinite(cell) for cell in cells if isinstance(cell, float))
    assert "mistake in the program" not in (reply.message or "")


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), min_size=2, max_size=6),
    st.sampled_from([None, "x", "#REF!", True, -1e400, 7.5]),
    st.data(),
)
def test_a_fault_in_one_row_changes_no_other(rows: list[tuple[float, float]], fault: Any, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    margin, retention = ([[cell] for cell in each] for each in zip(*rows, strict=True))
    clean = column(evaluate("CV_LTV", [margin, retention, 0.1]))
    faulty: list[list[Any]] = [*retention[:place], [fault], *retention[place + 1 :]]
    among = column(evaluate("CV_LTV", [margin, faulty, 0.1]))
    assert isinstance(among[place], CellError)
    assert [*among[:place], *among[place + 1 :]] == [
        *clean[:place],
        *clean[place + 1 :],
    ]
