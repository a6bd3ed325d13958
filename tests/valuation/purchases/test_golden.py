"""Published and independently computed numbers: `tests/golden/purchases.json`."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.cdnow import FloatArray, cohort, data_file
from tests.valuation.lifetime.test_golden import golden_inputs, printed
from valuation import purchases

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "purchases.json").read_text(encoding="utf-8"))
AT_THE_FIT = [pytest.param(case, id=case["model"]) for case in GOLDEN["at_the_fit"]]
WEEKS_AHEAD = 39
CUSTOMERS_BY_COUNT = [1411, 439, 214, 100, 62, 38, 29, 64]


def named(key: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in GOLDEN[key]]


def customers(case: dict[str, Any]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Customers of the sample by transactions, or as the package Lifetimes has them, with times of two decimals."""
    if case["data"] == "table":
        table = pd.read_csv(data_file("cdnow_customers_summary.csv"))
        frequency, recency, age = (table[name].to_numpy(dtype=np.float64) for name in ("frequency", "recency", "T"))
        return frequency, recency, age
    data = cohort(case["data"], as_of=np.datetime64(case["as_of"]))
    return data.frequency, data.recency, data.age


@cache
def fitted(model: str) -> Any:
    """Parameters of a model at the fit to 39 weeks."""
    data = cohort()
    return getattr(purchases, f"fit_{model}")(data.frequency, data.recency, data.age).parameters


def weekly(annual_rate: float) -> float:
    return math.expm1(math.log1p(annual_rate) / 52)


def by_count(values: FloatArray) -> FloatArray:
    """Means of customers with 0 ... 6 repeat purchases, and with 7 or more."""
    group = np.minimum(cohort().frequency, 7).astype(int)
    return np.asarray(np.bincount(group, values) / np.bincount(group))


def all_printed(values: Any, texts: list[str]) -> None:
    assert [printed(text) for text in texts] == list(values)


@pytest.mark.parametrize("case", named("fits"))
def test_fits_as_published(case: dict[str, Any]) -> None:
    columns = customers(case)
    fit = getattr(purchases, f"fit_{case['model']}")(*columns)
    assert fit.converged
    assert fit.reason == "settled"
    assert fit.n == 2357
    for name, text in case["parameters"].items():
        assert getattr(fit.parameters, name) == printed(text), name
    for name, text in case.get("errors", {}).items():
        assert fit.errors[name] == printed(text), name
    assert fit.log_likelihood == printed(case["log_likelihood"])
    assert purchases.log_likelihood(fit.parameters, *columns).sum() == printed(case["log_likelihood"])


@pytest.mark.parametrize("case", named("cases"))
def test_matches_golden_numbers(case: dict[str, Any]) -> None:
    params = getattr(purchases, case["model"])(**case["parameters"])
    answer = np.atleast_1d(getattr(purchases, case["function"])(params, **golden_inputs(case)))
    assert ("tolerance" in case) == ("because" in case)
    for value, text in zip(answer, case["expected"], strict=True):
        assert value == printed(text, tolerance=case.get("tolerance"))


def test_counts_of_purchases_as_factorials_count_them() -> None:
    # Ehrenberg's likelihood is of the count, not of the times: T ** x / x! more.
    data = cohort()
    chances = purchases.purchase_count_probabilities(fitted("nbd"), t=data.age, most=29)
    own = chances[np.arange(data.age.size), data.frequency.astype(int)]
    assert np.log(own).sum() == printed("-3193.0587")


def test_parameters_of_78_weeks_describe_the_first_39() -> None:
    later, data = cohort(as_of=np.datetime64("1998-06-30")), cohort()
    params = purchases.fit_pareto_nbd(later.frequency, later.recency, later.age).parameters
    total = purchases.log_likelihood(params, data.frequency, data.recency, data.age).sum()
    assert total == printed("-9608.25")


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_customers_by_number_of_purchases(case: dict[str, Any]) -> None:
    ages, n = np.unique(cohort().age, return_counts=True)
    up_to_six = n @ purchases.purchase_count_probabilities(fitted(case["model"]), t=ages, most=6)
    expected = np.append(up_to_six, n.sum() - up_to_six.sum())
    all_printed(expected, case["by_count"])
    assert ((CUSTOMERS_BY_COUNT - expected) ** 2 / expected).sum() == printed(case["chi_square"])


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_purchases_of_new_customers(case: dict[str, Any]) -> None:
    params = fitted(case["model"])
    for week, text in case["new"].items():
        assert purchases.expected_purchases_of_new(params, t=float(week)) == printed(text)
    until = [cohort().age, cohort(as_of=np.datetime64("1998-06-30")).age]
    all_printed([purchases.expected_purchases_of_new(params, t=age).sum() for age in until], case["cumulative"])


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_first_customer(case: dict[str, Any]) -> None:
    data, params = cohort(), fitted(case["model"])
    first = data.frequency[0], data.recency[0], data.age[0]
    assert first == (2.0, 213 / 7, 272 / 7)
    assert purchases.p_alive(params, *first) == printed(case["alive"])
    assert purchases.expected_purchases(params, *first, t=WEEKS_AHEAD) == printed(case["first_customer"])


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_holdout(case: dict[str, Any]) -> None:
    data = cohort()
    ahead = purchases.expected_purchases(fitted(case["model"]), data.frequency, data.recency, data.age, t=WEEKS_AHEAD)
    all_printed(by_count(ahead), case["ahead_by_count"])
    all_printed(by_count(data.holdout), GOLDEN["holdout"]["by_count"])
    error = ahead - data.holdout
    assert data.holdout.sum() == GOLDEN["holdout"]["total"]
    assert ahead.sum() == printed(case["ahead"])
    assert np.abs(error).mean() == printed(case["mean_error"])
    assert np.sqrt((error**2).mean()) == printed(case["root_mean_square"])
    assert np.corrcoef(ahead, data.holdout)[0, 1] == printed(case["correlation"])


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_discounted_without_end(case: dict[str, Any]) -> None:
    data, params, golden = cohort(), fitted(case["model"]), case["discounted"]

    def dert(x: Any, t_x: Any, T: Any, annual_rate: float = 0.15) -> Any:
        return purchases.discounted_purchases(params, x, t_x, T, discount_rate=weekly(annual_rate), horizon=math.inf)

    assert dert(2, 213 / 7, 272 / 7) == printed(golden["first_customer"])
    assert dert(0, 0, 272 / 7) == printed(golden["never_again"])
    if "x_6" in golden:
        assert dert(6, 206 / 7, 272 / 7) == printed(golden["x_6"])
    for rate, text in golden.get("by_rate", {}).items():
        assert dert(2, 213 / 7, 272 / 7, float(rate)) == printed(text)
    if "total" in golden:
        assert dert(data.frequency, data.recency, data.age).sum() == printed(golden["total"])
