"""Which purchase model, and whether it is trusted."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.cdnow import END_OF_DATA, Cohort, cohort
from tests.valuation.lifetime.test_golden import printed
from tests.valuation.purchases.models import CDNOW, Columns, simulated
from tests.valuation.purchases.test_golden import GOLDEN
from tests.valuation.purchases.test_holdout import cdnow_holdout
from valuation.errors import DomainError, InputError
from valuation.purchases import (
    Candidate,
    Holdout,
    PurchaseModelChoice,
    check_holdout,
    choose_purchase_model,
    expected_purchases,
    fit_bg_nbd,
    fit_mbg_nbd,
    fit_pareto_nbd,
)

TITLES = ["NBD", "BG/NBD", "MBG/NBD", "Pareto/NBD"]
NOT_IDENTIFIED = "dropout is not identified in these data"


def of(data: Cohort) -> Columns:
    return data.frequency, data.recency, data.age


def by_title(choice: PurchaseModelChoice) -> dict[str, Candidate]:
    return {candidate.title: candidate for candidate in choice.candidates}


def foretold_by(fit: Callable[..., Any], data: Columns, length: float) -> Holdout:
    """A second part of the history, in which everybody buys as one model expects it."""
    x, t_x, T = data
    return Holdout(
        customer=np.arange(x.size),
        frequency=x,
        recency=t_x,
        age=T,
        actual=expected_purchases(fit(*data).parameters, *data, t=length),
        length=length,
    )


# CDNOW


def test_choice_on_cdnow() -> None:
    golden, holdout = GOLDEN["choice"], cdnow_holdout()
    choice = choose_purchase_model(*of(cohort(as_of=END_OF_DATA)), periods_per_year=52, holdout=holdout)
    assert [candidate.title for candidate in choice.candidates] == TITLES
    best = by_title(choice)["MBG/NBD"]
    assert choice.chosen is best
    assert choice.trusted
    assert choice.method.name == "bgnbd"
    assert choice.reason == "MBG/NBD describes the purchases best for its number of parameters"
    assert best.fit is not None
    for title, candidate in by_title(choice).items():
        assert candidate.fit is not None
        assert candidate.fit.log_likelihood == printed(golden["log_likelihoods"][title]), title
        above = golden["above_the_best"][title]
        assert candidate.fit.bic - best.fit.bic == printed(above), title
        assert candidate.note == ("chosen" if candidate is best else f"criterion {above} above the best")


def test_checks_are_of_models_fitted_until_the_split() -> None:
    holdout = cdnow_holdout()
    choice = choose_purchase_model(*of(cohort(as_of=END_OF_DATA)), periods_per_year=52, holdout=holdout)
    early = fit_pareto_nbd(holdout.frequency, holdout.recency, holdout.age).parameters
    assert by_title(choice)["Pareto/NBD"].check == check_holdout(early, holdout)


@pytest.mark.parametrize(("title", "fit"), [("BG/NBD", fit_bg_nbd), ("MBG/NBD", fit_mbg_nbd)])
def test_between_models_as_good_the_holdout_decides(title: str, fit: Callable[..., Any]) -> None:
    data = of(cohort())
    other = "MBG/NBD" if title == "BG/NBD" else "BG/NBD"
    choice = choose_purchase_model(*data, periods_per_year=30, holdout=foretold_by(fit, data, 39.0))
    assert choice.chosen is by_title(choice)[title]
    words = f"{title} and {other} describe the purchases as well; {title} foretold the last part best"
    assert choice.reason.startswith(words)


def test_a_model_far_behind_is_not_chosen_however_well_it_foretells() -> None:
    data = of(cohort())
    choice = choose_purchase_model(*data, periods_per_year=30, holdout=foretold_by(fit_pareto_nbd, data, 39.0))
    pareto = by_title(choice)["Pareto/NBD"]
    assert pareto.check is not None
    assert pareto.check.mean_absolute_error == 0.0
    assert pareto.note == "criterion 25.7 above the best"
    assert choice.chosen is not pareto


def test_without_a_holdout_the_criterion_decides() -> None:
    choice = choose_purchase_model(*of(cohort()), periods_per_year=52, holdout=None)
    assert choice.chosen is by_title(choice)["MBG/NBD"]
    assert choice.reason.startswith("MBG/NBD describes the purchases best, BG/NBD hardly worse")
    assert {candidate.check for candidate in choice.candidates} == {None}


# Simulated


def test_where_nobody_leaves_the_nbd_is_chosen() -> None:
    choice = choose_purchase_model(*simulated(CDNOW[0], n=1500, seed=1), periods_per_year=26, holdout=None)
    assert choice.chosen is choice.candidates[0]
    assert not choice.trusted
    assert choice.reason == (
        "NBD describes the purchases best for its number of parameters; "
        "the data do not tell who left, and no value over years can rest on a model in which nobody leaves"
    )
    notes = {title: candidate.note for title, candidate in by_title(choice).items()}
    assert notes["BG/NBD"].startswith(NOT_IDENTIFIED)
    assert notes["Pareto/NBD"].startswith(NOT_IDENTIFIED)


def test_a_model_without_a_top_is_not_chosen() -> None:
    choice = choose_purchase_model(*simulated(CDNOW[0], n=1500, seed=1), periods_per_year=26, holdout=None)
    modified = by_title(choice)["MBG/NBD"]
    assert modified.fit is not None
    assert not modified.fit.converged
    assert modified.note == modified.fit.reason == "no top: the likelihood does not fall in every direction"
    assert choice.chosen is not modified


@pytest.mark.parametrize("seed", [0, 8, 13, 24])
def test_a_model_that_advises_the_nbd_is_not_chosen(seed: int) -> None:
    # So few customers that the criterion hardly minds two parameters more, and the holdout is the model's own.
    data = simulated(CDNOW[0], n=100, seed=seed)
    choice = choose_purchase_model(*data, periods_per_year=26, holdout=foretold_by(fit_bg_nbd, data, 20.0))
    assert by_title(choice)["BG/NBD"].note.startswith(NOT_IDENTIFIED)
    assert choice.chosen is not None
    assert NOT_IDENTIFIED not in choice.chosen.note
    assert choice.chosen.fit is not None
    assert choice.chosen.fit.converged


@pytest.mark.parametrize("model", CDNOW[1:], ids=lambda model: type(model).__name__)
def test_where_customers_leave_another_model_is_chosen(model: Any) -> None:
    choice = choose_purchase_model(*simulated(model, n=2500, oldest=100.0), periods_per_year=26, holdout=None)
    assert choice.chosen is not None
    assert choice.chosen.title != "NBD"
    assert "do not tell who left" not in choice.reason


def test_thirty_customers_are_not_trusted() -> None:
    choice = choose_purchase_model(*simulated(CDNOW[1], n=30), periods_per_year=26, holdout=None)
    assert choice.chosen is not None
    assert not choice.trusted
    assert choice.reason.endswith(f"; too little history to trust a purchase model: {choice.method.reason}")
    assert "30 customers are fewer than the 500" in choice.method.reason


def test_a_short_history_is_not_trusted() -> None:
    data = of(cohort(as_of=END_OF_DATA))
    long, short = (choose_purchase_model(*data, periods_per_year=year, holdout=None) for year in (52, 90))
    assert long.trusted
    assert not short.trusted
    assert short.chosen is by_title(short)["MBG/NBD"]
    assert "too little history to trust a purchase model: 10.3" in short.reason
    assert "months of history is less than 12" in short.reason


def test_where_nobody_buys_again_there_is_no_choice() -> None:
    holdout = Holdout(
        customer=np.arange(40),
        frequency=np.zeros(40),
        recency=np.zeros(40),
        age=np.full(40, 30.0),
        actual=np.zeros(40),
        length=30.0,
    )
    choice = choose_purchase_model([0] * 40, [0] * 40, [60] * 40, periods_per_year=26, holdout=holdout)
    assert choice.chosen is None
    assert not choice.trusted
    why = "frequency is 0 for every customer: without a repeat purchase there is nothing to fit"
    assert choice.reason == f"no purchase model settles on these customers: {why}"
    assert [(candidate.fit, candidate.check, candidate.note) for candidate in choice.candidates] == 4 * [
        (None, None, why)
    ]


def test_unit_of_time_changes_nothing_in_the_choice() -> None:
    data, holdout = of(cohort(as_of=END_OF_DATA)), cdnow_holdout()
    daily = replace(holdout, recency=7 * holdout.recency, age=7 * holdout.age, length=7 * holdout.length)
    x, t_x, T = data
    weeks = choose_purchase_model(x, t_x, T, periods_per_year=52, holdout=holdout)
    days = choose_purchase_model(x, 7 * t_x, 7 * T, periods_per_year=364, holdout=daily)
    assert days.reason == weeks.reason
    for one, other in zip(weeks.candidates, days.candidates, strict=True):
        assert one.note == other.note
        assert one.check is not None
        assert other.check is not None
        assert other.check.expected == pytest.approx(one.check.expected, rel=1e-6)


# Doors


@pytest.mark.parametrize(
    ("columns", "year", "error", "message"),
    [
        (([1, 2], [1, 2], [3]), 52, InputError, "lengths differ: frequency 2, recency 2, age 1"),
        (([1, "2"], [1, 2], [3, 4]), 52, InputError, "frequency must be a number or an array of numbers, not '2'"),
        (([1, 2.5], [1, 2], [3, 4]), 52, DomainError, "frequency must be a whole number, 0 or more, not 2.5 in row 2"),
        (([1, 2], [1, 5], [3, 4]), 52, DomainError, "recency must be at most age, 4, not 5 in row 2"),
        (([1, 2], [1, 2], [3, 4]), 0, DomainError, "periods_per_year must be .*above 0.*, not 0"),
        (([1, 2], [1, 2], [3, 4]), math.nan, DomainError, "periods_per_year must be .*, not nan"),
        (([1, 2], [1, 2], [3, 4]), [52, 12], InputError, "periods_per_year must be one number"),
    ],
)
def test_doors(columns: Any, year: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        choose_purchase_model(*columns, periods_per_year=year, holdout=None)
