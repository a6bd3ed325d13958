"""The lens scores of the 12-customer example, and what is known about them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "lens_agreement.json").read_text("utf-8"))
LENSES = ("CCO", "CPO", "CMO", "CRO", "CFO")
SCORES = pd.DataFrame({lens: GOLDEN["scores"][lens] for lens in LENSES}, index=GOLDEN["customers"])
MONEY: list[float] = GOLDEN["money"]["values"]


def printed(value: float, expected: str, *, scale: float = 1.0) -> bool:
    """Whether a number is the printed one, to half a unit of its last digit."""
    digits = len(expected.partition(".")[2])
    return abs(value * scale - float(expected)) <= 0.5 * 10.0**-digits * (1 + 1e-9)
