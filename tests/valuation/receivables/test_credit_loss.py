from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.receivables.builders import GOLDEN, GOLDEN_FOLDER
from valuation.errors import DomainError, InputError
from valuation.receivables import expected_credit_loss, provision_matrix

LOSS, MATRIX = GOLDEN["expected_loss"], GOLDEN["provision_matrix"]


def test_expected_loss_matches_the_specification() -> None:
    found = expected_credit_loss(float(LOSS["exposure"]), LOSS["default_probability"], LOSS["loss_given_default"])
    assert f"{found:.2f}" == LOSS["expected"]


def test_expected_loss_matches_every_customer_of_g12() -> None:
    customers = pd.read_csv(GOLDEN_FOLDER / "g12_customers.csv")
    found = expected_credit_loss(customers["ar"], customers["pd"], 0.60)
    assert [f"{loss:.2f}" for loss in found] == [f"{loss:.2f}" for loss in customers["ecl"]]


def test_the_provision_matrix_matches_the_specification() -> None:
    assert f"{provision_matrix(MATRIX['amounts'], MATRIX['loss_rates']):.0f}" == MATRIX["expected"]
    by_bucket = provision_matrix(np.diag(MATRIX["amounts"]), MATRIX["loss_rates"])
    assert [f"{loss:.0f}" for loss in by_bucket] == MATRIX["by_bucket"]


def test_a_negative_balance_is_no_exposure() -> None:
    assert expected_credit_loss([-100.0, 100.0], 0.1, 0.5).tolist() == [0, 5]
    assert provision_matrix([-100.0, 100.0], [0.5, 0.25]) == 25


def test_bad_rows_fail_alone() -> None:
    found = expected_credit_loss(
        [100.0, np.nan, 100.0, 100.0, -1.0], [0.1, 0.1, 1.1, 0.1, np.nan], [0.5, 1, 1, -0.1, 1]
    )
    assert np.array_equal(found, [5.0, np.nan, np.nan, np.nan, np.nan], equal_nan=True)
    found = provision_matrix([[100.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]], [0.5, 1.0])
    assert np.array_equal(found, [50.0, np.nan, np.nan], equal_nan=True)


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        ((np.nan, 0.1, 0.5), DomainError, "exposure must be a finite number"),
        ((1, 6, 0.5), DomainError, "default_probability must be from 0 to 1, not 6; percent typed as whole number"),
        ((1, 0.1, -0.5), DomainError, "loss_given_default must be from 0 to 1, not -0.5"),
        (("1", 0.1, 0.5), InputError, "exposure must be a number"),
        (([1, 2], [0.1, 0.2, 0.3], 0.5), InputError, "lengths differ"),
    ],
)
def test_expected_loss_doors(args: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        expected_credit_loss(*args)


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        (([1, 2], [0.1, 5]), DomainError, "loss_rates, row 2, must be from 0 to 1, not 5; percent"),
        (([1, 2], [0.1, np.nan]), DomainError, "loss_rates, row 2, must be from 0 to 1, not nan"),
        (([1, np.inf], [0.1, 0.2]), DomainError, "ageing_amounts, row 2, must be a finite number"),
        (([1, 2, 3], [0.1, 0.2]), InputError, "one for each bucket"),
        ((1, 0.1), InputError, "one for each bucket"),
        (([], []), InputError, "one for each bucket"),
        (([1, 2], [[0.1, 0.2]]), InputError, "one for each bucket"),
        (([[[1]]], [0.1]), InputError, "one for each bucket"),
        (([1, "2"], [0.1, 0.2]), InputError, "ageing_amounts must be a number"),
    ],
)
def test_provision_matrix_doors(args: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        provision_matrix(*args)
