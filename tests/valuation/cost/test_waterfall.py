import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import WATERFALL_STEPS, customer_pnl, waterfall
from valuation.errors import InputError, MissingDataError

FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN: dict[str, Any] = json.loads((FOLDER / "cost.json").read_text("utf-8"))["waterfall"]
G12 = pd.read_csv(FOLDER / "g12_customers.csv", dtype={"id": str}).set_index("id")
HALF_A_CENT = 0.005

INPUTS = {
    "gross_revenue": "gross",
    "discounts": "disc",
    "returns": "ret",
    "cogs": "cogs",
    "marketing": "marketing",
    "sales": "sales",
    "order_handling": "order",
    "logistics": "logistics",
    "support": "support",
    "returns_handling": "returns",
    "financing": "fin",
    "expected_loss": "ecl",
}
TOTALS = [name for name, kind in WATERFALL_STEPS if kind == "total"]

amounts = st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)
pnls = st.fixed_dictionaries(dict.fromkeys(INPUTS, amounts))


def chart(lines: dict[str, float]) -> pd.DataFrame:
    return waterfall(customer_pnl(pd.DataFrame([lines])).iloc[0]).set_index("step")


def cells(steps: pd.DataFrame) -> dict[str, list[float]]:
    return dict(zip(steps.index, steps.to_numpy().tolist(), strict=True))


def g12(customer: str) -> pd.DataFrame:
    return chart({line: float(G12[column][customer]) for line, column in INPUTS.items()})


def test_c01_goes_down_as_the_specification_says() -> None:
    steps = g12("C01")
    not_in_g12 = ["goods", "stock_carrying"]
    assert [step for step in steps.index if step not in not_in_g12] == list(GOLDEN["amounts"])
    assert (steps["amount"][not_in_g12] == 0).all()
    for step, amount in GOLDEN["amounts"].items():
        assert abs(steps["amount"][step] - float(amount)) < HALF_A_CENT


def test_a_loss_maker_worked_by_hand() -> None:
    # 100 - 70 = 30; 30 - 50 = -20 crosses 0; -20 - 5 = -25 hangs below it.
    steps = chart({"gross_revenue": 100.0, "cogs": 70.0, "support": 50.0, "financing": 5.0})
    columns = ["amount", "base", "total", "up", "down", "up_below", "down_below", "running"]
    assert steps.columns.tolist() == columns
    rows = cells(steps)
    assert rows["gross_revenue"] == [100, 0, 100, 0, 0, 0, 0, 100]
    assert rows["cogs"] == [-70, 30, 0, 0, 70, 0, 0, 30]
    assert rows["support"] == [-50, 0, 0, 0, 30, 0, -20, -20]
    assert rows["contribution_before_financing"] == [-20, 0, -20, 0, 0, 0, 0, -20]
    assert rows["financing"] == [-5, -20, 0, 0, 0, 0, -5, -25]
    assert rows["contribution"] == [-25, 0, -25, 0, 0, 0, 0, -25]


def test_a_credit_goes_up() -> None:
    rows = cells(chart({"gross_revenue": 100.0, "cogs": 130.0, "support": -50.0}))
    assert rows["support"] == [50, 0, 0, 20, 0, -30, 0, 20]


@given(pnls)
def test_the_stack_spans_the_step(lines: dict[str, float]) -> None:
    before = 0.0
    steps = chart(lines)
    slack = 1e-14 * math.fsum(map(abs, lines.values())) + 1e-300
    for step, row in steps.iterrows():
        start = 0.0 if step in TOTALS else before
        low, high = min(start, row["running"]), max(start, row["running"])
        parts = [row[name] for name in ("base", "total", "up", "down", "up_below", "down_below")]
        # Excel stacks what is positive upwards and what is negative downwards.
        assert math.fsum(part for part in parts if part > 0) == pytest.approx(max(high, 0.0), rel=1e-14, abs=slack)
        assert math.fsum(part for part in parts if part < 0) == pytest.approx(min(low, 0.0), rel=1e-14, abs=slack)
        seen = math.fsum(abs(part) for part in parts[1:])
        assert seen == pytest.approx(abs(row["amount"]), rel=1e-14, abs=slack)
        before = row["running"]


@given(pnls)
def test_steps_lead_to_each_subtotal(lines: dict[str, float]) -> None:
    steps, pnl = chart(lines), customer_pnl(pd.DataFrame([lines])).iloc[0]
    slack = 1e-14 * math.fsum(map(abs, lines.values())) + 1e-300
    running = steps["running"].tolist()
    for place, name in enumerate(steps.index):
        if name in TOTALS:
            assert running[place] == steps["total"].iloc[place] == pnl[name]
            assert place == 0 or running[place - 1] == pytest.approx(pnl[name], abs=slack)
        else:
            assert steps["amount"].iloc[place] == -pnl[name]
            assert steps["total"].iloc[place] == 0.0


def test_a_line_that_is_not_known_ends_the_chart() -> None:
    unknown = customer_pnl(pd.DataFrame({"gross_revenue": [100.0]})).iloc[0]
    with pytest.raises(MissingDataError, match="cogs of this customer is not known"):
        waterfall(unknown)
    whole = customer_pnl(pd.DataFrame({"gross_revenue": [100.0], "cogs": [1.0], "sales": [math.nan]})).iloc[0]
    with pytest.raises(MissingDataError, match="sales of this customer is not known"):
        waterfall(whole)


def test_doors() -> None:
    with pytest.raises(InputError, match="pnl must have cogs, gross_margin"):
        waterfall(customer_pnl(pd.DataFrame({"gross_revenue": [1.0]})).iloc[0].drop(["cogs", "gross_margin"]))
    with pytest.raises(InputError, match="pnl must be numbers, not 'x'"):
        waterfall(pd.Series({name: "x" if name == "sales" else 1.0 for name, _ in WATERFALL_STEPS}))
