"""One row for each customer: the same numbers as the measures by themselves, and laws for all of them at once."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.receivables.builders import Document, documents, halves, on_paper, payment, read
from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.receivables import (
    ageing,
    days_to_pay,
    financing,
    invoiced,
    on_time_share,
    open_balance,
    provision_matrix,
    receivables_by_customer,
    weighted_days_late,
)

RATES = [0.0, 0.125, 0.25, 0.5, 1.0]
COUNTS = ["invoices", "credit_notes"]
RATIOS = ["days_to_pay", "days_late", "on_time_share"]


def by_customer(found: list[Document], *, shift: int = 0) -> pd.DataFrame:
    return receivables_by_customer(read(found, shift=shift), annual_rate=1.0, basis=1.0, loss_rates=RATES)


def or_nan(measure: Any, found: list[Document]) -> float:
    try:
        return float(measure(read(found)))
    except ZeroDenominatorError:
        return np.nan


@given(documents())
def test_a_customer_s_row_is_what_the_measures_say_of_its_documents(found: list[Document]) -> None:
    table = by_customer(found)
    assert set(table.index) == {document.customer for document in found}
    for customer, row in table.to_dict("index").items():
        # An invoice of another customer is none that a credit note could name.
        own = [document for document in found if document.customer == customer]
        cost, aged = financing(read(own), annual_rate=1.0, basis=1.0), ageing(read(own))
        expected = {
            "invoices": sum(document.amount >= 0 for document in own),
            "credit_notes": sum(document.amount < 0 for document in own),
            "invoiced": invoiced(read(own)),
            "average_receivable": cost.average_receivable,
            "days_to_pay": or_nan(days_to_pay, own),
            "days_late": or_nan(weighted_days_late, own),
            "on_time_share": or_nan(on_time_share, own),
            "terms_cost": cost.terms_cost,
            "overdue_cost": cost.overdue_cost,
            "financing_cost": cost.financing_cost,
            "open_balance": open_balance(read(own)),
            "overdue_balance": aged.amount[1:].sum(),
            "disputed_balance": aged.disputed.sum(),
            **dict(zip(aged.labels, aged.amount, strict=True)),
            "exposure": max(0.0, open_balance(read(own))),
            "expected_loss": provision_matrix(aged.amount, RATES),
        }
        assert list(row) == list(expected)
        assert np.array_equal(list(row.values()), list(expected.values()), equal_nan=True)


@given(documents())
def test_payment_behaviour_is_that_of_each_invoice(found: list[Document]) -> None:
    weighed = payment(found)
    total = sum(weight for weight, _ in weighed)
    late = sum(weight * max(0, one.end - one.due) for weight, one in weighed)
    days = sum(weight * (one.end - one.issued) for weight, one in weighed)
    on_time = sum(weight for weight, one in weighed if one.settled and one.end <= one.due)
    decided = sum(weight for weight, one in weighed if one.settled or one.due < 0)
    for measure, top, bottom in (
        (weighted_days_late, late, total),
        (days_to_pay, days, total),
        (on_time_share, on_time, decided),
    ):
        expected = float(top / bottom) if bottom else np.nan
        assert np.array_equal(or_nan(measure, found), expected, equal_nan=True)


@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(found: list[Document], random: Any) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(by_customer(shuffled).sort_index(), by_customer(found).sort_index(), check_exact=True)


@given(documents())
def test_halves_of_documents_say_the_same_but_for_the_count(found: list[Document]) -> None:
    whole, cut = by_customer(found), by_customer(halves(found))
    pd.testing.assert_frame_equal(cut.drop(columns=COUNTS), whole.drop(columns=COUNTS), check_exact=True)


@given(documents(), st.integers(1, 10))
def test_shifting_all_dates_by_leap_cycles_changes_nothing(found: list[Document], cycles: int) -> None:
    pd.testing.assert_frame_equal(by_customer(found, shift=1461 * cycles), by_customer(found), check_exact=True)


@given(documents(), st.sampled_from([0.25, 2.0, 4.0]))
def test_money_scales_and_days_stay(found: list[Document], factor: float) -> None:
    scaled = [replace(document, amount=document.amount * factor) for document in found]
    before, after = by_customer(found), by_customer(scaled)
    same = [*COUNTS, *RATIOS]
    pd.testing.assert_frame_equal(after[same], before[same], check_exact=True)
    money = before.columns.difference(same)
    pd.testing.assert_frame_equal(after[money], before[money] * factor, check_exact=True)


@given(documents())
def test_parts_add_up(found: list[Document]) -> None:
    table = by_customer(found)
    assert (table["terms_cost"] + table["overdue_cost"] == table["financing_cost"]).all()
    buckets = table.loc[:, "current":"over 90 days"].sum(axis=1)
    assert (buckets == table["open_balance"]).all()
    assert (table["open_balance"] - table["current"] == table["overdue_balance"]).all()
    assert table["on_time_share"].dropna().between(0, 1).all()
    assert (table["days_late"].dropna() >= 0).all()


def test_without_loss_rates_the_loss_is_not_known() -> None:
    found = receivables_by_customer(read([on_paper(1)]), annual_rate=0.1, loss_rates=None)
    assert found["expected_loss"].isna().all()


def test_no_documents_give_an_empty_table() -> None:
    assert by_customer([]).shape == (0, 20)


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"annual_rate": -1.0}, DomainError, "annual_rate must be above -1"),
        ({"basis": 0.0}, DomainError, "basis must be a finite number above 0"),
        ({"months": 0}, DomainError, "months must be 1 or more"),
        ({"edges": (30, 20)}, DomainError, "edges must rise"),
        ({"loss_rates": [0.1, 0.1, 0.1, 0.1, 2.0]}, DomainError, "loss_rates, row 5, must be from 0 to 1"),
        ({"loss_rates": [0.1]}, InputError, "one for each bucket"),
    ],
)
def test_doors(more: dict[str, Any], error: type[Exception], words: str) -> None:
    given = {"annual_rate": 0.1, "loss_rates": RATES, **more}
    with pytest.raises(error, match=words):
        receivables_by_customer(read([on_paper(1)]), **given)
