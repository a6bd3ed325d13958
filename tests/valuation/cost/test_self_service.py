import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from valuation.cost import deflection, self_service_share
from valuation.errors import DomainError, InputError, MissingDataError

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "receivables.json").read_text("utf-8"))
CASE: dict[str, Any] = GOLDEN["self_service"]


def test_deflection_and_share_match_the_specification() -> None:
    found = deflection(CASE["sessions"], CASE["deflection_rate"], CASE["unit_cost"])
    assert (f"{found.deflected:.0f}", f"{found.saving:.0f}") == (CASE["deflected"], CASE["saving"])
    assert f"{self_service_share(found.deflected, CASE['assisted']):.4f}" == CASE["share"]


def test_rows_fail_alone() -> None:
    share = self_service_share([3.0, 0.0, -1.0, np.nan, 0.0], [1.0, 0.0, 4.0, 4.0, 5.0])
    assert np.array_equal(share, [0.75, np.nan, np.nan, np.nan, 0.0], equal_nan=True)
    found = deflection([10.0, 10.0, -1.0], [0.5, 1.5, 0.5], 4.0)
    assert np.array_equal(found.saving, [20.0, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(found.deflected, [5.0, np.nan, np.nan], equal_nan=True)


def test_shares_of_both_kinds_add_up_to_one() -> None:
    alone, helped = np.array([1.0, 1e-300, 1.7e308, 7.0]), np.array([3.0, 2e-300, 1.7e308, 0.0])
    assert self_service_share(alone, helped) + self_service_share(helped, alone) == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        ((0, 0), MissingDataError, "nobody asked anything"),
        ((-1, 2), DomainError, "self_resolved must be a finite number, 0 or more, not -1"),
        ((1, np.nan), DomainError, "assisted must be"),
        ((1, "2"), InputError, "assisted must be a number"),
        (([1, 2], [1, 2, 3]), InputError, "lengths differ"),
    ],
)
def test_share_doors(args: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        self_service_share(*args)


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        ((-1, 0.5, 18), DomainError, "sessions must be a finite number, 0 or more"),
        ((1, 35, 18), DomainError, "deflection_rate must be from 0 to 1, not 35; percent typed as whole number"),
        ((1, 0.5, np.inf), DomainError, "unit_cost must be a finite number"),
        ((1, 0.5, True), InputError, "unit_cost must be a number"),
        (([1, 2], [0.1, 0.2, 0.3], 1), InputError, "lengths differ"),
    ],
)
def test_deflection_doors(args: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        deflection(*args)
