"""Three costings of one ledger: a hand-worked example, a slow reference, and what must hold of any ledger."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import compare_costings, cost_to_serve
from valuation.errors import DomainError, InputError, ZeroDenominatorError

AMOUNTS = ["volume_based", "activity_based", "time_driven", "shift"]

POOLS = pd.DataFrame(
    {
        "pool": ["Order desk", "Dispatch", "Gifts", "Brand", "Freight in"],
        "amount": [1000.00, 300.00, 100.00, 500.00, 250.00],
        "driver": ["minutes", "parcels", "", "", "parcels"],
        "treatment": ["retention", "retention", "retention", "sustaining", "retention"],
        "family": ["order handling", "logistics", "marketing", None, "goods"],
        "customer_id": [None, None, "C", None, None],
    }
)
DRIVERS = pd.DataFrame(
    {
        "customer_id": ["A", "B", "C", "A", "B", "C"],
        "driver": ["minutes"] * 3 + ["parcels"] * 3,
        "quantity": [600, 150, 50, 1, 1, 1],
    }
)
CAPACITY = pd.DataFrame({"pool": ["Order desk"], "practical_minutes": [1000]})
IDS = ["A", "B", "C"]
REVENUE = [1000.0, 3000.0, 6000.0]


# By hand: 1400.00 goes to customers. By volume 10%, 30% and 60% of each pool. By activity the desk's minute costs 1.25
# (800 minutes), by time 1.00 (1000 minutes, of which 200 are unused).


def test_a_ledger_costed_by_hand() -> None:
    found = compare_costings(POOLS, DRIVERS, IDS, REVENUE, capacity=CAPACITY)
    assert found.columns.tolist() == [*AMOUNTS, "why"]
    assert found.index.tolist() == IDS
    assert found.index.name == "customer_id"
    assert found["volume_based"].tolist() == [140.00, 420.00, 840.00]
    assert found["activity_based"].tolist() == [850.00, 287.50, 262.50]
    assert found["time_driven"].tolist() == [700.00, 250.00, 250.00]
    assert found["shift"].tolist() == [560.00, -170.00, -590.00]


def test_the_pool_that_shifts_most_is_named_in_words() -> None:
    why = compare_costings(POOLS, DRIVERS, IDS, REVENUE, capacity=CAPACITY)["why"]
    unused = "; 20.0% of its cost is unused capacity"
    assert why["A"] == "Order desk: 75.0% of the minutes, 10.0% of the revenue" + unused
    assert why["B"] == "Order desk: 18.8% of the minutes, 30.0% of the revenue" + unused


def one_pool(**line: Any) -> pd.DataFrame:
    usual = {"pool": "Desk", "amount": 100.0, "driver": "minutes", "treatment": "retention", "family": "sales"}
    return pd.DataFrame([{**usual, "customer_id": None, **line}])


def minutes(**quantities: float) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(quantities), "driver": "minutes", "quantity": list(quantities.values())})


def test_words_fit_how_the_pool_was_charged() -> None:
    traced = compare_costings(one_pool(customer_id="A"), minutes(), ["A", "B"], [1, 3])["why"]
    assert traced.tolist() == [
        "Desk: 100.0% of the cost charged directly, 25.0% of the revenue",
        "Desk: 0.0% of the cost charged directly, 75.0% of the revenue",
    ]
    idle = pd.DataFrame({"pool": ["Desk"], "driver": ["idle minutes"], "practical_minutes": [80]})
    lost = compare_costings(one_pool(), minutes(A=1), ["A", "B"], [1, 3], capacity=idle)["why"]
    assert lost["B"] == "Desk: charged to nobody, 75.0% of the revenue"
    both = pd.concat([one_pool(customer_id="A"), one_pool()])
    mixed = compare_costings(both, minutes(A=1, B=1), ["A", "B"], [1, 3])["why"]
    assert mixed["A"] == "Desk: 75.0% of the cost, 25.0% of the revenue"


def test_overtime_is_said() -> None:
    capacity = pd.DataFrame({"pool": ["Desk"], "practical_minutes": [80]})
    found = compare_costings(one_pool(), minutes(A=60, B=40), ["A", "B"], [1, 1], capacity=capacity)
    assert found["time_driven"].tolist() == [75.0, 50.0]
    assert found["why"]["A"] == "Desk: 60.0% of the minutes, 50.0% of the revenue; overtime adds 25.0%"


def test_close_shares_are_told_apart() -> None:
    found = compare_costings(one_pool(amount=1e6), minutes(A=1001, B=8999), ["A", "B"], [1, 9])
    assert found["why"]["A"] == "Desk: 10.01% of the minutes, 10.00% of the revenue"
    same = compare_costings(one_pool(), minutes(A=1, B=9), ["A", "B"], [1, 9])
    assert (same["why"].tolist(), same["shift"].tolist()) == (["", ""], [0.0, 0.0])


def test_negative_revenue_counts_nothing_and_unknown_revenue_has_no_answer() -> None:
    found = compare_costings(one_pool(), minutes(A=1, B=1, C=2), IDS, [-50, math.nan, 10])
    np.testing.assert_array_equal(found["volume_based"], [0.0, math.nan, 100.0])
    np.testing.assert_array_equal(found["shift"], [25.0, math.nan, -50.0])
    assert found["activity_based"].tolist() == found["time_driven"].tolist() == [25.0, 25.0, 50.0]
    assert found["why"]["B"] == ""


def test_nobody_and_nothing_to_share() -> None:
    nobody = compare_costings(one_pool(amount=0.0), minutes(), [], [])
    assert (len(nobody), nobody.columns.tolist()) == (0, [*AMOUNTS, "why"])
    nothing = compare_costings(one_pool(treatment="sustaining"), minutes(A=1), ["A"], [0.0])
    assert nothing[AMOUNTS].to_numpy().tolist() == [[0.0, 0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("revenue", "error", "message"),
    [
        ([1.0], InputError, r"net_revenue must be one number for each of 2 customers, not of shape \(1,\)"),
        (["a", 1], InputError, "net_revenue must be numbers, not 'a'"),
        ([1.0, math.inf], DomainError, "net_revenue must be finite"),
        ([0.0, -1.0], ZeroDenominatorError, "net_revenue must be above 0 for some customer"),
    ],
)
def test_what_is_no_revenue_is_refused(revenue: list[Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compare_costings(one_pool(), minutes(A=1), ["A", "B"], revenue)


# Any ledger.

line = st.fixed_dictionaries(
    {
        "pool": st.sampled_from(["P", "Q", "S"]),
        "amount": st.integers(-(10**6), 10**6).map(lambda cents: cents / 100),
        "driver": st.sampled_from(["minutes", "parcels", ""]),
        "treatment": st.sampled_from(["retention", "acquisition", "sustaining"]),
        "family": st.sampled_from(["sales", "support", "goods"]),
        "customer_id": st.sampled_from([None, None, "A", "Z"]),
    }
)
used = st.dictionaries(
    st.tuples(st.sampled_from("ABCX"), st.sampled_from(["minutes", "parcels"])), st.integers(0, 500), max_size=8
)
capacities = st.dictionaries(st.sampled_from("PQ"), st.integers(0, 1000))
revenues = st.lists(st.integers(-100, 1000), min_size=3, max_size=3).filter(lambda each: max(each) > 0)


def frames(lines: list[dict[str, Any]], use: dict[tuple[str, str], int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [(who, driver, quantity) for (who, driver), quantity in use.items()]
    return pd.DataFrame(lines), pd.DataFrame(rows, columns=["customer_id", "driver", "quantity"])


def cents(amount: float) -> int:
    return round(amount * 100)


@given(st.lists(line, min_size=1, max_size=8), used, capacities, revenues)
def test_by_volume_is_within_a_cent_per_pool_of_the_exact_share(
    lines: list[dict[str, Any]], use: dict[tuple[str, str], int], minutes_of: dict[str, int], revenue: list[int]
) -> None:
    capacity = pd.DataFrame({"pool": list(minutes_of), "practical_minutes": list(minutes_of.values())})
    found = compare_costings(*frames(lines, use), IDS, revenue, capacity=capacity)
    total, pools = Fraction(cents(found["activity_based"].sum())), {entry["pool"] for entry in lines}
    billed = [max(amount, 0) for amount in revenue]
    for amount, bought in zip(found["volume_based"], billed, strict=True):
        assert abs(cents(amount) - total * bought / sum(billed)) < max(len(pools), 1)


@given(st.lists(line, min_size=1, max_size=8), used, capacities, revenues)
def test_the_three_are_the_costings_of_one_ledger(
    lines: list[dict[str, Any]], use: dict[tuple[str, str], int], minutes_of: dict[str, int], revenue: list[int]
) -> None:
    capacity = pd.DataFrame({"pool": list(minutes_of), "practical_minutes": list(minutes_of.values())})
    pools, drivers = frames(lines, use)
    services = pd.DataFrame({"pool": ["S"], "to_pool": ["P"], "share": [1.0]})
    shared = {entry["pool"] for entry in lines if entry["customer_id"] is None and entry["treatment"] != "sustaining"}
    passed = services if "P" in shared else None
    found = compare_costings(pools, drivers, IDS, revenue, capacity=capacity, services=passed)
    assert cents(found["volume_based"].sum()) == cents(found["activity_based"].sum())
    for column, supply in (("activity_based", None), ("time_driven", capacity)):
        costs = cost_to_serve(pools, drivers, IDS, capacity=supply, services=passed)
        assert found[column].tolist() == costs.by_customer["cost_to_serve"].tolist()
    differences = found["time_driven"] - found["volume_based"]
    assert found["shift"].map(cents).tolist() == differences.map(cents).tolist()
    assert ((found["why"] == "") == (found["shift"] == 0)).all()


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=4), st.lists(st.integers(1, 50), min_size=3, max_size=3))
def test_with_nothing_unused_and_no_strangers_all_three_have_one_total(amounts: list[int], use: list[int]) -> None:
    lines = pd.concat([one_pool(pool=f"P{place}", amount=amount / 100) for place, amount in enumerate(amounts)])
    capacity = pd.DataFrame({"pool": ["P0"], "practical_minutes": [sum(use)]})
    drivers = minutes(**dict(zip("ABC", use, strict=True)))
    found = compare_costings(lines, drivers, IDS, [3, 2, 1], capacity=capacity)
    assert {cents(found[name].sum()) for name in AMOUNTS[:3]} == {sum(amounts)}
    assert cents(found["shift"].sum()) == 0
