"""The purchase models in cells: fit once, predict many, one unit of time in all of it."""

from typing import Any

import numpy as np
import pytest

from addin.calls import evaluate
from tests.addin.test_calls import column, only
from workbook_templates.plan import CellError

NA, VALUE, NUM = CellError.NA, CellError.VALUE, CellError.NUM

# Of the CDNOW customers, in weeks, as published: Fader, Hardie and Lee (2005); Fader and Hardie (2013), note 025.
BG = [0.243, 4.414, 0.793, 2.426]
GG = [6.25, 3.74, 15.44]
PUBLISHED = {
    "BGNBD": BG,
    "MBGNBD": [0.525, 6.183, 0.891, 1.614],
    "PNBD": [0.553, 10.578, 0.606, 11.669],
    "NBD": [0.385, 12.072],
}
TWELVE = (
    [2, 7, 0, 1, 6, 0, 1, 20, 1, 16, 1, 2],
    [6, 34, 0, 6, 13, 0, 1, 27, 2, 35, 1, 4],
    [38, 37, 30, 30, 34, 32, 28, 30, 29, 37, 29, 34],
)
ONE = (2, 30.43, 38.86)
WEEKLY = 1.1 ** (1 / 52) - 1


def cells(name: str, args: list[Any]) -> list[list[Any]]:
    """The cells of a table, whatever they hold."""
    return [*evaluate(name, args).cells]


every_model = pytest.mark.parametrize("model", PUBLISHED)


@pytest.mark.parametrize(
    ("name", "args", "printed"),
    [
        ("CV_BGNBD_EXPECTED", [BG, 39], "1.196723"),
        ("CV_BGNBD_CONDITIONAL", [BG, *ONE, 39], "1.226028"),
        ("CV_BGNBD_CONDITIONAL", [BG, *ONE, 52], "1.558721"),
        ("CV_BGNBD_CONDITIONAL", [BG, *ONE, 156], "3.551959"),
        ("CV_BGNBD_CONDITIONAL", [BG, *ONE, 520], "7.319314"),
        ("CV_BGNBD_CONDITIONAL", [BG, 0, 0, 38.86, 39], "0.195098"),
        ("CV_BGNBD_CONDITIONAL", [BG, 7, 37, 38.86, 39], "4.604210"),
        ("CV_BGNBD_CONDITIONAL", [BG, 7, 10, 38.86, 39], "0.019170"),
        ("CV_BGNBD_PALIVE", [BG, *ONE], "0.726579"),
        ("CV_BGNBD_PALIVE", [BG, 7, 37, 38.86], "0.885446"),
        ("CV_BGNBD_PALIVE", [BG, 7, 10, 38.86], "0.003687"),
        ("CV_CLV_NONCONTRACT", [BG, GG, *ONE, 22.35, 0.3, 0.1], "23.3344"),
        ("CV_CLV_NONCONTRACT", [BG, GG, *ONE, 22.35, 0.3, 0], "26.2813"),
    ],
)
def test_numbers_from_the_specification(name: str, args: list[Any], printed: str) -> None:
    cell = only(evaluate(name, args))
    assert f"{cell:.{len(printed.partition('.')[2])}f}" == printed


# Fits and blocks.


@every_model
def test_a_fit_is_made_once_and_predicts_many(model: str) -> None:
    fit = cells(f"CV_{model}_FIT", [*TWELVE])
    bare = fit[1][: len(PUBLISHED[model])]
    x, tx, age = TWELVE
    for params in (bare, [bare], [[number] for number in bare]):
        for name, given in (("CONDITIONAL", (x, tx, age, 52)), ("EXPECTED", ([10, 20, 30],))):
            from_block = column(evaluate(f"CV_{model}_{name}", [fit, *given]))
            assert from_block == column(evaluate(f"CV_{model}_{name}", [params, *given]))
            assert all(number > 0 for number in from_block)


@every_model
def test_a_block_knows_its_model(model: str) -> None:
    fit = cells(f"CV_{model}_FIT", [*TWELVE])
    bare, word = fit[1][: len(PUBLISHED[model])], model.lower()
    assert fit[1][-1] == word
    for name, given in (
        ("CV_DERT", [*ONE, WEEKLY, 52]),
        ("CV_CLV_NONCONTRACT", [GG, *ONE, 22.35, 0.3, 0.1, 3, 52, 0]),
    ):
        value = only(evaluate(name, [fit, *given]))
        assert value == only(evaluate(name, [bare, *given, word]))
        assert value == only(evaluate(name, [fit, *given, f" {model} "]))


def test_parameters_alone_are_those_of_the_bg_nbd_unless_said_otherwise() -> None:
    given = [PUBLISHED["MBGNBD"], *ONE, WEEKLY, 52]
    assert only(evaluate("CV_DERT", given)) == only(evaluate("CV_DERT", [*given, "bgnbd"]))
    assert only(evaluate("CV_DERT", given)) != only(evaluate("CV_DERT", [*given, "mbgnbd"]))


def test_headings_tell_the_model_where_the_block_does_not() -> None:
    dropped = [["beta", "S", "r", "alpha"], [11.669, 0.606, 0.553, 10.578]]
    assert only(evaluate("CV_DERT", [dropped, *ONE, WEEKLY])) == only(
        evaluate("CV_DERT", [PUBLISHED["PNBD"], *ONE, WEEKLY, "inf", "pnbd"])
    )
    steady = [["r", "alpha"], [0.385, 12.072]]
    assert only(evaluate("CV_DERT", [steady, *ONE, WEEKLY, "inf", "nbd"])) > 0


BG_BLOCK: list[list[Any]] = [["R", "Alpha", "A", "B", "Model"], [*BG, "bgnbd"]]


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("CV_MBGNBD_PALIVE", [BG_BLOCK, *ONE], "row 1 of params, Model must be one of mbgnbd"),
        ("CV_NBD_EXPECTED", [BG_BLOCK, 39], "row 1 of params, Model must be one of nbd"),
        ("CV_PNBD_PALIVE", [BG_BLOCK, *ONE], "params must have a column 'S', not only R, Alpha, A, B, Model"),
        ("CV_DERT", [BG_BLOCK, *ONE, 0.1, 9, "mbgnbd"], "must be one of mbgnbd, as model says, not one of bgnbd"),
        ("CV_DERT", [[["r", "alpha"], [1, 2]], *ONE, 0.1], "the block of bgnbd must have a column 'A'"),
        ("CV_DERT", [[["r", "alpha", "s"], [1, 2, 3]], *ONE, 0.1], "the block of pnbd must have a column 'Beta'"),
        ("CV_DERT", [[1, 2], *ONE, 0.1], "the parameters of bgnbd alone are r, alpha, a, b, not 2 numbers"),
        ("CV_DERT", [[1, 2, 3, 4], *ONE, 0.1, 9, "nbd"], "the parameters of nbd alone are r, alpha, not 4 numbers"),
        ("CV_DERT", [[1], *ONE, 0.1], "or r, alpha, ... alone, not 1 x 1 cells"),
        ("CV_DERT", [[1] * 7, *ONE, 0.1], "or r, alpha, ... alone, not 7 x 1 cells"),
        ("CV_BGNBD_PALIVE", [[1] * 5, *ONE], "or r, alpha, a, b alone, not 5 x 1 cells"),
        ("CV_CLV_NONCONTRACT", [GG, BG, *ONE, 22, 0.3, 0.1], "gg must be the block of a fit with its header row"),
        ("CV_CLV_NONCONTRACT", [BG, BG_BLOCK, *ONE, 22, 0.3, 0.1], "gg must have a column 'P', not only R, Alpha"),
    ],
)
def test_the_parameters_of_another_model_are_refused(name: str, args: list[Any], message: str) -> None:
    reply = evaluate(name, args)
    assert only(reply) is VALUE
    assert message in (reply.message or "")


@every_model
@pytest.mark.parametrize(
    ("record", "cell", "message"),
    [
        ((1, 31, 30), NUM, "recency must be at most age, 30, not 31 in row 2"),
        ((0, 3, 30), NUM, "recency must be 0 for a customer without repeat purchases, not 3 in row 2"),
        ((1.5, 3, 30), NUM, "frequency must be a whole number, 0 or more, not 1.5 in row 2"),
        ((-1, 0, 30), NUM, "frequency must be a whole number, 0 or more, not -1 in row 2"),
        ((1, -3, 30), NUM, "recency must be a finite number, 0 or more, not -3 in row 2"),
        ((1, 3, None), NA, "row 2 of age is blank"),
        ((1, "n/a", 30), VALUE, "row 2 of tx is text where a number is wanted"),
    ],
)
def test_a_fit_names_the_row_that_it_cannot_use(
    model: str, record: tuple[Any, ...], cell: CellError, message: str
) -> None:
    columns = [[first, bad, *rest] for (first, _, *rest), bad in zip(TWELVE, record, strict=True)]
    reply = evaluate(f"CV_{model}_FIT", columns)
    assert only(reply) is cell
    assert message in (reply.message or "")


@every_model
def test_too_few_customers_have_no_fit(model: str) -> None:
    assert only(evaluate(f"CV_{model}_FIT", [2, 6, 38])) is NA
    assert only(evaluate(f"CV_{model}_FIT", [[0, 0], [0, 0], [30, 38]])) is NA


def test_a_fit_says_where_the_model_is_in_doubt() -> None:
    x, tx, age = [0] * 8 + [1, 2, 3], [0] * 8 + [30, 33, 36], [38] * 11
    head, row = cells("CV_BGNBD_FIT", [x, tx, age])
    fit = dict(zip(head, row, strict=True))
    assert fit["Share without repeats"] == pytest.approx(8 / 11)
    assert "dropout is not identified" in str(fit["Reason"])


# Rows.


@pytest.mark.parametrize("model", ["BGNBD", "MBGNBD", "PNBD"])
@pytest.mark.parametrize("function", ["CONDITIONAL", "PALIVE", "DERT", "CLV"])
def test_each_customer_fails_alone(model: str, function: str) -> None:
    x = [2, 0, 0, 1.5, -1, None, "x", 2]
    tx = [30.43, 0, 3, 30, 0, 3, 3, 39]
    terms: dict[str, tuple[str, list[Any], list[Any]]] = {
        "CONDITIONAL": (f"CV_{model}_CONDITIONAL", [], [39]),
        "PALIVE": (f"CV_{model}_PALIVE", [], []),
        "DERT": ("CV_DERT", [], [WEEKLY, "inf", model]),
        "CLV": ("CV_CLV_NONCONTRACT", [GG], [22.35, 0.3, 0.1, 3, 52, 10, model]),
    }
    name, before, after = terms[function]
    params = PUBLISHED[model]
    reply = evaluate(name, [params, *before, x, tx, 38.86, *after])
    assert column(reply)[2:] == [NUM, NUM, NUM, NA, VALUE, NUM]
    assert column(reply)[:2] == [
        only(evaluate(name, [params, *before, n, t, 38.86, *after])) for n, t in ((2, 30.43), (0, 0))
    ]
    assert reply.message == (
        "6 of 8 rows have no value; the first is row 3: "
        "recency must be 0 for a customer without repeat purchases, not 3"
    )


# Counts.


@every_model
def test_probabilities_of_all_counts_add_up(model: str) -> None:
    head, *rows = cells(f"CV_{model}_PROBABILITY", [PUBLISHED[model], 39])
    counts, chances = zip(*rows, strict=True)
    assert head == ["Count", "Probability"]
    assert counts == (*range(11), "more")
    assert sum(chances) == pytest.approx(1.0, abs=1e-14)
    mean = sum(n * chance for n, chance in cells(f"CV_{model}_PROBABILITY", [PUBLISHED[model], 39, 400])[1:-1])
    assert mean == pytest.approx(only(evaluate(f"CV_{model}_EXPECTED", [PUBLISHED[model], 39])), rel=1e-6)


@every_model
def test_what_is_certain_leaves_nothing_for_more(model: str) -> None:
    (none, certain), (more, rest) = cells(f"CV_{model}_PROBABILITY", [PUBLISHED[model], 0, 0, False])
    assert (none, more) == (0, "more")
    assert certain == pytest.approx(1.0, abs=1e-15)
    assert rest == 0.0


@pytest.mark.parametrize(
    ("t", "most", "message"),
    [
        (-1, 2, "t must be a finite number, 0 or more, not -1"),
        (39, -1, "most must be a whole number from 0 to 100,000, not -1"),
        (39, 2.5, "most must be a whole number from 0 to 100,000, not 2.5"),
    ],
)
def test_counts_that_are_none(t: float, most: float, message: str) -> None:
    reply = evaluate("CV_BGNBD_PROBABILITY", [BG, t, most])
    assert only(reply) is NUM
    assert message in (reply.message or "")


# Value.


@every_model
def test_a_value_is_margin_times_spend_times_discounted_increments(model: str) -> None:
    params, given = PUBLISHED[model], [*ONE]
    weeks = list(range(157))
    up_to = np.array(column(evaluate(f"CV_{model}_CONDITIONAL", [params, *given, [[week] for week in weeks]])))
    spend = only(evaluate("CV_GG_SPEND", [GG, 2, 22.35]))
    increments = np.diff(up_to) / (1 + WEEKLY) ** (np.arange(1, 157) - 0.5)
    value = evaluate("CV_CLV_NONCONTRACT", [params, GG, *given, 22.35, 0.3, 0.1, 3, 52, 0, model])
    assert only(value) == pytest.approx(0.3 * spend * increments.sum(), rel=1e-9)
    dert = evaluate("CV_DERT", [params, *given, WEEKLY, 156, model])
    assert only(dert) == pytest.approx(increments.sum(), rel=1e-9)


def test_a_customer_who_never_leaves_costs_all_the_time() -> None:
    given = [PUBLISHED["NBD"], GG, *ONE, 22.35, 0.3, 0.1, 3, 52]
    free, served = (only(evaluate("CV_CLV_NONCONTRACT", [*given, cost, "nbd"])) for cost in (None, 10))
    weeks = np.arange(1, 157) - 0.5
    assert free - served == pytest.approx((10 / 52 / (1 + WEEKLY) ** weeks).sum(), rel=1e-9)
    left = [only(evaluate("CV_CLV_NONCONTRACT", [BG, *given[1:], cost])) for cost in (None, 10)]
    assert 0 < left[0] - left[1] < free - served


def test_a_mean_spend_may_be_blank_only_without_repeat_purchases() -> None:
    reply = evaluate("CV_CLV_NONCONTRACT", [BG, GG, [2, 0, 2], [30, 0, 30], 38, [22, None, None], 0.3, 0.1])
    assert [type(cell) for cell in column(reply)] == [float, float, CellError]
    assert column(reply)[2] is NA
    assert "monetary_value is missing for a customer with repeat purchases" in (reply.message or "")
    assert only(evaluate("CV_CLV_NONCONTRACT", [BG, GG, 2, 30, 38, None, 0.3, 0.1])) is NA
    assert only(evaluate("CV_CLV_NONCONTRACT", [BG, GG, 0, 0, 38, None, 0.3, 0.1])) == column(reply)[1]


# Units: only the scale of the parameters is a time.


def in_unit(weeks: float, unit_per_year: int, model: str = "BGNBD", years: Any = 3, cost: float = 20) -> float:
    """The value with all times in another unit than weeks, of which one holds so many."""
    x, tx, age = ONE
    params = [
        number / weeks if name in ("alpha", "beta") else number
        for name, number in zip(("r", "alpha", "?", "beta" if model == "PNBD" else "?"), PUBLISHED[model], strict=False)
    ]
    given = [params, GG, x, tx / weeks, age / weeks, 22.35, 0.3, 0.1, years, unit_per_year, cost, model]
    return float(only(evaluate("CV_CLV_NONCONTRACT", given)))


@every_model
@pytest.mark.parametrize("years", [1, 3, 10, "inf"])
@pytest.mark.parametrize("cost", [0, 5])
def test_weeks_and_days_give_one_value(model: str, years: Any, cost: float) -> None:
    assert in_unit(1 / 7, 365, model, years, cost) == pytest.approx(in_unit(1, 52, model, years, cost), rel=0.005)


@pytest.mark.parametrize(("weeks", "unit_per_year", "printed"), [(13, 4, "23.3300"), (52, 1, "23.2653")])
def test_quarters_and_years_count_coarser_steps(weeks: float, unit_per_year: int, printed: str) -> None:
    assert f"{in_unit(weeks, unit_per_year, cost=0):.4f}" == printed


def test_a_third_of_a_year_is_four_months() -> None:
    months = [[0.243, 4.414 * 12 / 52, 0.793, 2.426], 2, 30.43 * 12 / 52, 38.86 * 12 / 52]
    dert = only(evaluate("CV_DERT", [*months, 1.1 ** (1 / 12) - 1, 4]))
    spend = only(evaluate("CV_GG_SPEND", [GG, 2, 22.35]))
    assert in_unit(52 / 12, 12, years=1 / 3, cost=0) == pytest.approx(0.3 * spend * dert, rel=1e-9)


@pytest.mark.parametrize(
    ("terms", "cell", "message"),
    [
        ([0.3, 0.1, 1.3, 4], VALUE, "years x unit_per_year must be a whole number of periods above 0, not 5.2"),
        ([0.3, 0.1, 0, 52], VALUE, "years x unit_per_year must be a whole number of periods above 0, not 0"),
        ([0.3, 0.1, 3, 30], NUM, "to_per_year must be one of 1, 2, 4, 12, 52, 365, not 30"),
        ([0.3, 0, "inf", 52], NUM, "discount_rate must be above 0 where the horizon has no end, not 0"),
        ([0.3, 0.1, 20000, 52], NUM, "horizon must be at most 1,000,000 periods, or without an end, not 1040000"),
        ([30, 0.1, 3, 52], NUM, "margin_share must be from -1 to 1, not 30; percent typed as whole number?"),
    ],
)
def test_terms_without_a_value(terms: list[Any], cell: CellError, message: str) -> None:
    reply = evaluate("CV_CLV_NONCONTRACT", [BG, GG, *ONE, 22.35, *terms])
    assert only(reply) is cell
    assert message in (reply.message or "")
