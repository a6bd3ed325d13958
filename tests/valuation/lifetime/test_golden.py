"""Published and independently computed numbers: `tests/golden/lifetime.json`."""

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from valuation import lifetime

GOLDEN = Path(__file__).parents[2] / "golden" / "lifetime.json"


def golden(key: str) -> Any:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))[key]


def golden_cases(function: str | None = None) -> list[Any]:
    cases = golden("cases")
    chosen = [case for case in cases if function in (None, case["function"])]
    return [pytest.param(case, id=case["name"]) for case in chosen]


def golden_inputs(case: dict[str, Any]) -> dict[str, Any]:
    """Inputs as the function takes them: JSON has no infinity."""
    return {name: math.inf if value == "inf" else value for name, value in case["inputs"].items()}


def printed(text: str, *, tolerance: str | None = None) -> Any:
    """A printed number, known to half a unit of its last digit unless a wider tolerance is stated."""
    last_digit = Decimal(text).as_tuple().exponent
    assert isinstance(last_digit, int)
    half_a_unit = Decimal(5).scaleb(last_digit - 1)
    return pytest.approx(float(text), rel=0.0, abs=float(tolerance or half_a_unit))


def expected(case: dict[str, Any]) -> Any:
    assert ("tolerance" in case) == ("because" in case)
    return printed(case["expected"], tolerance=case.get("tolerance"))


@pytest.mark.parametrize("case", golden_cases())
def test_matches_golden_number(case: dict[str, Any]) -> None:
    assert getattr(lifetime, case["function"])(**golden_inputs(case)) == expected(case)


def test_table_of_conventions_is_complete() -> None:
    cases = [case for case in golden("cases") if case["function"] == "lifetime_value"]
    plain = [case for case in cases if case["inputs"]["margin"] == 1000 and "growth" not in case["inputs"]]
    assert len(plain) == 30


def test_printed_digits_decide_the_tolerance() -> None:
    assert printed("2.39") == 2.3949
    assert printed("2.39") != 2.3951
    assert printed("577808") == 577808.4
