from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tests.valuation.receivables.builders import (
    GOLDEN,
    GOLDEN_FOLDER,
    WINDOW,
    Document,
    day_by_day,
    documents,
    on_paper,
    read,
)
from valuation.errors import DomainError, InputError
from valuation.receivables import financing, invoiced, payment_cost, window_days

CASE: dict[str, Any] = GOLDEN["terms_and_delay"]


def test_terms_and_delay_match_the_specification() -> None:
    seen = read([on_paper(CASE["revenue"], terms=CASE["terms_days"], late=CASE["days"] - CASE["terms_days"])])
    found = financing(seen, annual_rate=CASE["annual_rate"])
    assert window_days(seen, months=12) == CASE["window_days"]
    for name in ("average_receivable", "financing_cost", "terms_cost", "overdue_cost"):
        assert f"{getattr(found, name):.2f}" == CASE[name]


def test_payment_cost_matches_every_customer_of_g12() -> None:
    customers = pd.read_csv(GOLDEN_FOLDER / "g12_customers.csv")
    found = payment_cost(customers["net"], customers["dso"], annual_rate=0.1)
    assert [f"{cost:.2f}" for cost in found] == [f"{cost:.2f}" for cost in customers["fin"]]


@given(documents())
def test_the_cost_is_that_of_every_day(found: list[Document]) -> None:
    terms, overdue = day_by_day(found)
    cost = financing(read(found), annual_rate=1.0, basis=1.0)
    assert (cost.terms_cost, cost.overdue_cost) == (terms, overdue)
    assert cost.financing_cost == terms + overdue
    assert cost.average_receivable == pytest.approx((terms + overdue) / WINDOW, rel=1e-15)


def test_a_shorter_window_is_the_end_of_the_longer_one() -> None:
    found = [on_paper(100, issued=-50, late=5), on_paper(60, issued=-20, late=None)]
    terms, overdue = day_by_day(found, window=31)
    cost = financing(read(found), annual_rate=1.0, basis=1.0, months=1)
    assert (cost.terms_cost, cost.overdue_cost) == (terms, overdue)


def test_only_the_days_within_the_window_count() -> None:
    # invoiced 400 days ago, due 10 days into the window
    found = financing(read([on_paper(1000, issued=-400, terms=45, late=5)]), annual_rate=0.365)
    assert found.terms_cost == pytest.approx(10.0, rel=1e-14)
    assert found.overdue_cost == pytest.approx(5.0, rel=1e-14)


def test_payment_in_advance_lowers_the_cost_of_the_terms() -> None:
    found = financing(read([Document(issued=-50, due=-20, paid=-60, amount=1000)]), annual_rate=0.365)
    assert found.terms_cost == pytest.approx(-10.0, rel=1e-14)
    assert found.overdue_cost == 0
    assert found.average_receivable == pytest.approx(-10_000 / 365, rel=1e-14)


def test_due_before_invoiced_is_all_overdue() -> None:
    found = financing(read([Document(issued=-50, due=-60, paid=-40, amount=1000)]), annual_rate=0.365)
    assert found.terms_cost == 0
    assert found.overdue_cost == pytest.approx(10.0, rel=1e-14)


def test_what_was_invoiced_is_what_is_dated_in_the_window() -> None:
    found = [on_paper(900, issued=-365), on_paper(100, issued=-364), on_paper(50, issued=0), on_paper(-20, issued=-3)]
    assert invoiced(read(found)) == 130
    assert invoiced(read(found), months=1) == 30
    assert invoiced(read([])) == 0


def test_a_year_of_360_days_costs_more() -> None:
    seen = read([on_paper(1000)])
    by_360 = financing(seen, annual_rate=0.1, basis=360).financing_cost
    assert by_360 == pytest.approx(financing(seen, annual_rate=0.1).financing_cost * 365 / 360, rel=1e-14)


def test_bad_rows_of_payment_cost_fail_alone() -> None:
    found = payment_cost([100.0, np.nan, np.inf, 36500.0], [1.0, 1.0, 1.0, -10.0], annual_rate=0.1)
    assert np.array_equal(np.round(found, 12), [round(0.1 / 3.65, 12), np.nan, np.nan, -100.0], equal_nan=True)
    assert np.isnan(payment_cost([100.0], 1, annual_rate=[-1.0])).all()
    assert np.isnan(payment_cost([100.0], 1, annual_rate=0.1, basis=[0.0])).all()


@pytest.mark.parametrize(
    ("args", "more", "error", "words"),
    [
        ((np.nan, 1), {"annual_rate": 0.1}, DomainError, "amounts must be a finite number"),
        ((1, np.inf), {"annual_rate": 0.1}, DomainError, "days must be a finite number"),
        ((1, 1), {"annual_rate": -1}, DomainError, "annual_rate must be above -1, not -1"),
        ((1, 1), {"annual_rate": 0.1, "basis": 0}, DomainError, "basis must be a finite number above 0"),
        ((1, True), {"annual_rate": 0.1}, InputError, "days must be a number"),
        (([1, 2], [1, 2, 3]), {"annual_rate": 0.1}, InputError, "lengths differ"),
    ],
)
def test_payment_cost_doors(args: Any, more: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        payment_cost(*args, **more)


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"annual_rate": -1.0}, DomainError, "annual_rate must be above -1"),
        ({"annual_rate": 0.1, "basis": -365.0}, DomainError, "basis must be a finite number above 0"),
        ({"annual_rate": 0.1, "months": 0}, DomainError, "months must be 1 or more"),
        ({"annual_rate": 0.1, "months": -1}, DomainError, "months must be 0 or more"),
        ({"annual_rate": 0.1, "months": 1.5}, InputError, "months must be a whole number"),
        ({"annual_rate": [0.1, 0.2]}, InputError, "annual_rate must be one number"),
    ],
)
def test_financing_doors(more: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        financing(read([on_paper(1)]), **more)
