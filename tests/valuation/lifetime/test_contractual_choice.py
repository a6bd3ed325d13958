"""Which model of contracts a cohort carries."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.lifetime.test_contractual import REGULAR
from tests.valuation.lifetime.test_contractual_bdw import HIGH_END_COHORT
from tests.valuation.lifetime.test_golden import printed
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lifetime import (
    ConstantRetention,
    choose_contract_model,
    fit_bdw,
    fit_constant_retention,
    fit_sbg,
)
from valuation.likelihood import Fit

REGULAR_COHORT = [*REGULAR, 223, 207, 194, 183, 173]


@pytest.mark.parametrize(("survivors", "name"), [(REGULAR_COHORT, "sbg"), (HIGH_END_COHORT, "bdw")])
def test_the_lowest_bic_decides(survivors: list[int], name: str) -> None:
    choice = choose_contract_model(survivors)
    fits: list[Fit[Any, Any]] = [fit_constant_retention(survivors), fit_sbg(survivors), fit_bdw(survivors)]
    assert [model.name for model in choice.models] == ["constant", "sbg", "bdw"]
    for model, fit in zip(choice.models, fits, strict=True):
        assert model.fit is not None
        assert model.fit.values.tolist() == fit.values.tolist()
        assert model.gain == pytest.approx(fit.log_likelihood - fits[0].log_likelihood, rel=1e-9)
    assert choice.name == name
    assert choice.chosen.fit is not None
    assert choice.chosen.fit.bic == min(fit.bic for fit in fits)
    assert f"({name.upper() if name != 'sbg' else 'sBG'})".casefold() in choice.reason.casefold()


def test_what_is_held_out_shows_how_far_a_model_can_be_trusted() -> None:
    # Years 8 to 12 from the first 7 renewals; mean absolute percentage errors, recomputed independently.
    _, sbg, bdw = choose_contract_model(REGULAR_COHORT, holdout=5).models
    assert 100 * sbg.holdout_error == printed("1.49")
    assert 100 * bdw.holdout_error == printed("1.38")
    alike, *_ = choose_contract_model([1000, 800, 640, 500]).models
    assert alike.holdout_error == pytest.approx(640 * 0.8 / 500 - 1, rel=1e-12)


def test_the_reason_is_in_words() -> None:
    assert choose_contract_model(HIGH_END_COHORT[:8]).reason == (
        "the contract renewal model with ageing (BdW) has the lowest BIC, 4.8 below the contract renewal model (sBG); "
        "its log-likelihood is 31.8 above that of one retention rate; the contract renewal model with ageing (BdW) "
        "came closest to what was held out, within 0.4%."
    )
    assert choose_contract_model(HIGH_END_COHORT[:5]).reason == (
        "one retention rate has the lowest BIC, by little, 1.3 below the contract renewal model (sBG); the contract "
        "renewal model with ageing (BdW) came closest to what was held out, within 0.9%."
    )


@pytest.mark.parametrize(
    ("survivors", "name", "reason"),
    [
        (
            [1000, 800, 640, 512],
            "constant",
            "(sBG) and the contract renewal model with ageing (BdW) do not settle: use",
        ),
        ([1000, 900, 700, 400, 100], "constant", "do not settle: use one retention rate, 70.0% per period."),
        (
            [1000, 820, 806, 731, 718, 675],
            "sbg",
            "with ageing (BdW) does not settle; the contract renewal model (sBG)",
        ),
        ([1000, 0, 0, 0], "constant", "do not settle: use one retention rate, 0.0% per period."),
    ],
)
def test_a_model_that_does_not_settle_is_a_result(survivors: list[int], name: str, reason: str) -> None:
    choice = choose_contract_model(survivors)
    assert choice.name == name
    assert reason in choice.reason
    for model in choice.models:
        assert (model.fit is None) == ("does not settle" in model.reason)
        assert math.isnan(model.gain) == (model.fit is None)


def test_ageing_may_settle_where_differences_alone_do_not() -> None:
    # Retention falls, then rises: customers get likelier to leave, and the less loyal leave first.
    choice = choose_contract_model([1000, 991, 972, 934, 757, 731, 709])
    assert choice.name == "bdw"
    assert choice.reason.startswith("the contract renewal model (sBG) does not settle; the contract renewal model with")


@pytest.mark.parametrize(
    ("survivors", "reason"),
    [
        (
            [1000, 800, 700],
            "2 renewals are fewer than the 3 of the contract renewal models: use one retention rate, 83.3%",
        ),
        (
            [90, 70, 60, 50],
            "90 customers are fewer than the 100 of the contract renewal models: use one retention rate",
        ),
        ([1000, 700], "1 renewals are fewer than the 3"),
    ],
)
def test_below_the_ladder_it_is_one_retention_rate(survivors: list[int], reason: str) -> None:
    choice = choose_contract_model(survivors)
    assert choice.name == "constant"
    assert choice.reason.startswith(reason)


@given(losses=st.lists(st.integers(0, 300), min_size=3, max_size=9).filter(any))
def test_a_larger_model_is_never_less_likely(losses: list[int]) -> None:
    survivors = np.append(3000, 3000 - np.cumsum(losses))
    constant, sbg, bdw = choose_contract_model(survivors).models
    assert constant.gain == 0.0
    if sbg.fit is not None:
        assert sbg.gain >= -1e-6
        assert bdw.fit is None or bdw.gain >= sbg.gain - 1e-6


def test_one_retention_rate_is_the_share_kept() -> None:
    fit = fit_constant_retention([1000, 631, 468])
    rate = (631 + 468) / (1000 + 631)
    assert fit.parameters == ConstantRetention(retention_rate=rate)
    assert fit.log_likelihood == pytest.approx(1099 * math.log(rate) + 532 * math.log(1 - rate))
    assert fit.errors["retention_rate"] == pytest.approx(math.sqrt(rate * (1 - rate) / 1631))


@pytest.mark.parametrize(
    ("survivors", "holdout", "error", "message"),
    [
        ([1000], 1, DomainError, "survivors must be 2 numbers or more, the cohort first, not 1"),
        ([1000, 1001], 1, DomainError, "survivors must not increase"),
        ([10, 10, 10], 1, MissingDataError, "survivors must fall"),
        ([10, 9, 8], 0, DomainError, "holdout must be a whole number, 1 or more, not 0"),
        ([10, 9, 8], 3, DomainError, "holdout must be at most the number of renewals, 2, not 3"),
        ([10, 9, 8], "1", InputError, "holdout must be a number"),
    ],
)
def test_doors(survivors: list[Any], holdout: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        choose_contract_model(survivors, holdout=holdout)


def test_door_of_the_rate() -> None:
    with pytest.raises(DomainError, match="retention_rate must be from 0 to 1, not 80; percent typed"):
        ConstantRetention(retention_rate=80)
