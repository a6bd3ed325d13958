"""What changes do to the customer P&L and to the company: worked by hand, a second slow way, and laws."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import (
    Change,
    Documents,
    DriverChange,
    Effect,
    OrderChange,
    PriceChange,
    ServiceChange,
    Standing,
    TimeChange,
    cost_to_serve,
    customer_actions,
    what_if,
)
from valuation.errors import DomainError, InputError, ValuationError

ALL = np.array([True, True, True])
ONLY_A = np.array([True, False, False])
NO_DOCUMENTS = Documents(np.array([], dtype=np.int64), np.array([]))


def ledger(*lines: tuple[str, float, str | None, str, float | None, str | None]) -> pd.DataFrame:
    columns = ("pool", "amount", "driver", "family", "avoidable_share", "customer_id")
    return pd.DataFrame(lines, columns=columns).assign(treatment="retention")


# A has 10 of 40 parcels and 20 of 50 orders, B 30 parcels and 30 orders, C nothing but a manager of its own.
POOLS = ledger(
    ("Dispatch", 100.0, "parcels", "logistics", 0.4, None),
    ("Desk", 500.0, "orders", "order handling", 0.0, None),
    ("Freight in", 80.0, "parcels", "goods", 1.0, None),
    ("Managers", 60.0, None, "sales", 0.5, "C"),
)
DRIVERS = pd.DataFrame(
    {
        "customer_id": ["A", "B", "A", "B"],
        "driver": ["parcels", "parcels", "orders", "orders"],
        "quantity": [10.0, 30.0, 20.0, 30.0],
    }
)


def standing(
    pools: pd.DataFrame = POOLS,
    *,
    documents: Documents = NO_DOCUMENTS,
    typed: tuple[float, float, float] = (0.0, 0.0, 0.0),
    typed_avoidable: float = np.nan,
) -> Standing:
    return Standing(
        revenue=np.array([1000.0, 2000.0, 500.0]),
        cogs=np.array([600.0, 1500.0, 100.0]),
        imputed=np.array([10.0, 40.0, 0.0]),
        charges=cost_to_serve(pools, DRIVERS, ["A", "B", "C"]).charges,
        typed=np.array(typed),
        typed_avoidable=typed_avoidable,
        documents=documents,
    )


def lines(effect: Effect) -> dict[str, list[float]]:
    """The lines that change, to the cent."""
    names = ("revenue", "cogs", "goods", "cost_to_serve", "imputed", "stranded", "contribution", "profit")
    found = {name: np.round(getattr(effect, name), 9).tolist() for name in names}
    return {name: values for name, values in found.items() if values != [0.0] * 3}


# Worked by hand.


def test_a_fifth_fewer_parcels() -> None:
    # Dispatch 2.50 and freight 2.00 a parcel: A uses 2 less, B 6; 60% of dispatch stays with the company.
    fewer = DriverChange(driver="parcels", value=-0.2, scope=ALL)
    assert lines(what_if(standing(), [fewer])) == {
        "goods": [-4.0, -12.0, 0.0],
        "cost_to_serve": [-5.0, -15.0, 0.0],
        "stranded": [3.0, 9.0, 0.0],
        "contribution": [9.0, 27.0, 0.0],
        "profit": [6.0, 18.0, 0.0],
    }


def test_more_of_what_is_paid_anyway_costs_the_company_nothing() -> None:
    # Ten more orders at 10.00 charge 100 to A, but the desk is there.
    more = DriverChange(driver="orders", value=0.5, scope=ONLY_A)
    assert lines(what_if(standing(), [more])) == {
        "cost_to_serve": [100.0, 0.0, 0.0],
        "stranded": [-100.0, 0.0, 0.0],
        "contribution": [-100.0, 0.0, 0.0],
    }


def test_less_service_also_concerns_what_is_charged_directly() -> None:
    less = ServiceChange(of="pool", name="Managers", value=-0.5, scope=ALL)
    expected = {
        "cost_to_serve": [0.0, 0.0, -30.0],
        "stranded": [0.0, 0.0, 15.0],
        "contribution": [0.0, 0.0, 30.0],
        "profit": [0.0, 0.0, 15.0],
    }
    assert lines(what_if(standing(), [less])) == expected
    of_family = ServiceChange(of="family", name="sales", value=-0.5, scope=ALL)
    assert lines(what_if(standing(), [of_family])) == expected


def test_a_price_rise_raises_what_follows_revenue_and_nothing_else() -> None:
    rise = PriceChange(value=0.05, scope=ONLY_A)
    assert lines(what_if(standing(), [rise])) == {
        "revenue": [50.0, 0.0, 0.0],
        "imputed": [0.5, 0.0, 0.0],
        "contribution": [49.5, 0.0, 0.0],
        "profit": [49.5, 0.0, 0.0],
    }


def test_lost_sales_take_goods_and_costs_along() -> None:
    # A tenth of the sales: revenue x 0.9 x 1.1, costs x 0.9, also C's manager.
    rise = PriceChange(value=0.1, scope=ALL, lost_share=0.1)
    assert lines(what_if(standing(), [rise])) == {
        "revenue": [-10.0, -20.0, -5.0],
        "cogs": [-60.0, -150.0, -10.0],
        "goods": [-2.0, -6.0, 0.0],
        "cost_to_serve": [-22.5, -37.5, -6.0],
        "imputed": [-0.1, -0.4, 0.0],
        "stranded": [21.5, 34.5, 3.0],
        "contribution": [74.6, 173.9, 11.0],
        "profit": [53.1, 139.4, 8.0],
    }


def test_new_minutes_of_one_term() -> None:
    # 800.00 for 400 minutes. A: 20 orders with 50 lines at 3 + 2 minutes, 160 minutes; B: 30 with 75, 240 minutes.
    desk = ledger(("Desk", 800.0, "minutes", "order handling", 0.25, None))
    minutes = pd.DataFrame({"customer_id": ["A", "B"], "driver": "minutes", "quantity": [160.0, 240.0]})
    base = standing()
    charges = cost_to_serve(desk, minutes, ["A", "B", "C"]).charges
    base = Standing(**{**{name: getattr(base, name) for name in base.__slots__}, "charges": charges})
    term = ("minutes", "order", "lines")
    faster = TimeChange(term=term, counts=np.array([50.0, 75.0, 0.0]), before=2.0, minutes=1.5, scope=ALL)
    assert lines(what_if(base, [faster])) == {
        "cost_to_serve": [-50.0, -75.0, 0.0],
        "stranded": [37.5, 56.25, 0.0],
        "contribution": [50.0, 75.0, 0.0],
        "profit": [12.5, 18.75, 0.0],
    }
    # The second change of a term counts from the minutes in force; who used nothing so far pays the rate.
    again = TimeChange(term=term, counts=faster.counts, before=2.0, minutes=2.5, scope=ALL)
    calls = TimeChange(term=("minutes", "call", ""), counts=np.array([0, 0, 10.0]), before=0, minutes=0.5, scope=ALL)
    assert lines(what_if(base, [faster, again, calls]))["cost_to_serve"] == [50.0, 75.0, 10.0]
    # New minutes come before what multiplies the quantity, in whatever order.
    half = DriverChange(driver="minutes", value=-0.5, scope=ALL)
    orders: list[list[Change]] = [[faster, half], [half, faster]]
    for order in orders:
        assert lines(what_if(base, order))["cost_to_serve"] == [-185.0, -277.5, 0.0]


SMALL_ORDERS = Documents(np.array([0] * 10 + [1, 1, 2]), np.array([30.0] * 8 + [400.0, 360.0, 1000.0, 1000.0, 0.0]))


def test_a_smallest_order_puts_small_ones_together() -> None:
    # A's eight orders of 30 are 240: three of at most 100. Ten orders become five, so that A uses 10 instead of 20.
    smallest = OrderChange(drivers=("orders",), minimum=100.0, scope=ALL)
    assert lines(what_if(standing(documents=SMALL_ORDERS), [smallest])) == {
        "cost_to_serve": [-100.0, 0.0, 0.0],
        "stranded": [100.0, 0.0, 0.0],
        "contribution": [100.0, 0.0, 0.0],
    }


def test_a_smallest_order_loses_sales() -> None:
    # A quarter of 240 is lost, 6% of A's 1,000: 180 remain, two orders. Four orders of ten: 8 instead of 20.
    smallest = OrderChange(drivers=("orders",), minimum=100.0, scope=ALL, lost_share=0.25)
    assert lines(what_if(standing(documents=SMALL_ORDERS), [smallest])) == {
        "revenue": [-60.0, 0.0, 0.0],
        "cogs": [-36.0, 0.0, 0.0],
        "goods": [-1.2, 0.0, 0.0],
        "cost_to_serve": [-121.5, 0.0, 0.0],
        "imputed": [-0.6, 0.0, 0.0],
        "stranded": [120.9, 0.0, 0.0],
        "contribution": [99.3, 0.0, 0.0],
        "profit": [-21.6, 0.0, 0.0],
    }


def test_a_smallest_order_sees_the_new_prices() -> None:
    # At twice the price 8 x 60 = 480 are five orders of 100, not three.
    dearer = PriceChange(value=1.0, scope=ALL)
    smallest = OrderChange(drivers=("orders",), minimum=100.0, scope=ALL)
    base = standing(documents=SMALL_ORDERS)
    both = what_if(base, [dearer, smallest]).cost_to_serve.tolist()
    assert both == pytest.approx([-60.0, 0.0, 0.0], abs=1e-9)
    assert what_if(base, [smallest, dearer]).cost_to_serve.tolist() == pytest.approx([-100.0, 0.0, 0.0], abs=1e-9)


def test_decimals_that_add_up_to_the_minimum_are_one_order() -> None:
    documents = Documents(np.zeros(3, dtype=np.int64), np.array([0.1, 0.1, 0.1]))
    smallest = OrderChange(drivers=("orders",), minimum=0.3, scope=ALL)
    assert what_if(standing(documents=documents), [smallest]).cost_to_serve[0] == pytest.approx(-200 * 2 / 3)


def test_typed_costs_follow_the_sales_and_not_the_price() -> None:
    base = standing(ledger(), typed=(50.0, 100.0, 0.0), typed_avoidable=0.5)
    effect = what_if(base, [PriceChange(value=0.1, scope=ALL)])
    assert (effect.cost_to_serve.tolist(), effect.stranded.tolist()) == ([0.0] * 3, [0.0] * 3)
    effect = what_if(base, [PriceChange(value=0.1, scope=ALL, lost_share=0.2)])
    assert effect.cost_to_serve.tolist() == pytest.approx([-10.0, -20.0, 0.0])
    assert effect.stranded.tolist() == pytest.approx([5.0, 10.0, 0.0])


def test_where_nobody_says_what_is_avoidable_only_stranded_and_profit_are_missing() -> None:
    pools = ledger(
        ("Dispatch", 100.0, "parcels", "logistics", None, None),
        ("Desk", 500.0, "orders", "order handling", 0.5, None),
    )
    effect = what_if(standing(pools), [DriverChange(driver="parcels", value=-0.2, scope=ONLY_A)])
    assert effect.contribution.tolist() == [5.0, 0.0, 0.0]
    np.testing.assert_array_equal(effect.profit, [np.nan, 0.0, 0.0])
    np.testing.assert_array_equal(effect.stranded, [np.nan, 0.0, 0.0])
    known = what_if(standing(pools), [DriverChange(driver="orders", value=-0.2, scope=ALL)])
    assert known.profit.tolist() == pytest.approx([20.0, 30.0, 0.0])


def test_what_is_not_known_is_missing_only_where_it_changes() -> None:
    base = standing()
    unknown = Standing(
        **{**{name: getattr(base, name) for name in base.__slots__}, "cogs": np.array([np.nan, 1500.0, 100.0])}
    )
    assert lines(what_if(unknown, [PriceChange(value=0.05, scope=ONLY_A)]))["contribution"] == [49.5, 0.0, 0.0]
    lost = what_if(unknown, [PriceChange(value=0.05, scope=ONLY_A, lost_share=0.1)])
    assert np.isnan(lost.contribution).tolist() == [True, False, False]
    assert lost.concerned.tolist() == [True, False, False]


# The published rates of the 12-customer example: less of a driver saves rate times quantity.

GOLDEN = Path(__file__).parents[2] / "golden"
G12_COST = json.loads((GOLDEN / "cost.json").read_text())["g12"]
G12 = pd.read_csv(GOLDEN / "g12_customers.csv", dtype={"id": str})


@pytest.mark.parametrize("pool", G12_COST["pools"], ids=lambda pool: pool["driver"])
def test_a_quarter_less_of_a_driver_saves_a_quarter_at_the_published_rate(pool: dict[str, str]) -> None:
    driver, quantity = pool["driver"], G12[pool["driver"]].to_numpy(dtype=float)
    lines = ledger((pool["family"], float(pool["amount"]), driver, pool["family"], 0.5, None))
    drivers = pd.DataFrame({"customer_id": G12["id"], "driver": driver, "quantity": quantity})
    nothing = np.zeros(len(G12))
    base = Standing(
        revenue=G12["net"].to_numpy(dtype=float),
        cogs=G12["cogs"].to_numpy(dtype=float),
        imputed=nothing,
        charges=cost_to_serve(lines, drivers, G12["id"]).charges,
        typed=nothing,
        typed_avoidable=np.nan,
        documents=NO_DOCUMENTS,
    )
    effect = what_if(base, [DriverChange(driver=driver, value=-0.25, scope=np.full(len(G12), True))])
    half_a_digit = 0.5 * 10.0 ** -len(pool["rate"].partition(".")[2])
    # Largest remainders leave a charge less than a cent off; that comes on top of the rounding of the printed rate.
    tolerance = 0.25 * (quantity * half_a_digit + 0.01)
    assert (np.abs(effect.cost_to_serve + 0.25 * quantity * float(pool["rate"])) <= tolerance).all()
    assert effect.cost_to_serve.sum() == pytest.approx(-0.25 * float(pool["amount"]), abs=1e-6)
    assert effect.profit.sum() == pytest.approx(0.125 * float(pool["amount"]), abs=1e-6)


# A second way: each charge as quantity times cost for one unit, in fractions.


@dataclass
class Move:
    """A change as the slow reference reads it."""

    of: tuple[str, str]
    value: Fraction
    lost: Fraction
    who: list[bool]

    def change(self) -> Change:
        (kind, name), scope, value = self.of, np.array(self.who), float(self.value)
        if kind == "driver":
            return DriverChange(driver=name, value=value, scope=scope)
        if kind == "price":
            return PriceChange(value=value, scope=scope, lost_share=float(self.lost))
        return ServiceChange(of=kind, name=name, value=value, scope=scope)


def slowly(base: Standing, moves: list[Move], customer: int) -> dict[str, Fraction]:
    price, sales = Fraction(1), Fraction(1)
    own = [move for move in moves if move.who[customer]]
    for move in own:
        if move.of[0] == "price":
            price *= 1 + move.value
            sales *= 1 - move.lost
    result = dict.fromkeys(("goods", "cost_to_serve", "stranded"), Fraction(0))
    for charge in base.charges:
        for row, cents, quantity in zip(charge.rows, charge.cents, charge.quantity, strict=True):
            if row != customer:
                continue
            unit = Fraction(int(cents), 100) / (Fraction(float(quantity)) if charge.driver else 1)
            old = Fraction(float(quantity)) if charge.driver else Fraction(1)
            new = old * sales
            for move in own:
                if move.of in (("driver", charge.driver), ("pool", charge.pool), ("family", charge.family)):
                    new *= 1 + move.value
            more = (new - old) * unit
            result["goods" if charge.family == "goods" else "cost_to_serve"] += more
            result["stranded"] -= more * (1 - Fraction(charge.avoidable))
    for name, factor in (("revenue", price * sales), ("cogs", sales), ("imputed", price * sales)):
        result[name] = Fraction(float(getattr(base, name)[customer])) * (factor - 1)
    margin = result["revenue"] - result["cogs"] - result["goods"]
    result["contribution"] = margin - result["cost_to_serve"] - result["imputed"]
    result["profit"] = result["contribution"] - result["stranded"]
    return result


SHARES = st.integers(0, 16).map(lambda part: Fraction(part, 16))
VALUES = st.integers(-16, 32).map(lambda part: Fraction(part, 16))
MOVES = st.builds(
    Move,
    st.sampled_from(
        [
            ("driver", "parcels"),
            ("driver", "orders"),
            ("price", ""),
            ("pool", "Desk"),
            ("pool", "Managers"),
            ("family", "goods"),
            ("family", "logistics"),
        ]
    ),
    VALUES,
    SHARES,
    st.lists(st.booleans(), min_size=3, max_size=3),
)


@given(st.lists(MOVES, max_size=4))
def test_agrees_with_quantities_times_unit_costs(moves: list[Move]) -> None:
    effect = what_if(standing(), [move.change() for move in moves])
    # Values are sixteenths, so floats err by rounding alone: a few units in the last place of amounts below 2e6.
    for customer in range(3):
        for name, expected in slowly(standing(), moves, customer).items():
            assert float(getattr(effect, name)[customer]) == pytest.approx(float(expected), rel=1e-12, abs=1e-8)


# Laws.


@given(st.lists(MOVES, max_size=3))
def test_stranded_and_avoided_are_the_change_of_cost(moves: list[Move]) -> None:
    effect = what_if(standing(), [move.change() for move in moves])
    fully = POOLS.assign(avoidable_share=1.0)
    avoided = what_if(standing(fully), [move.change() for move in moves])
    assert not avoided.stranded.any()
    saved_by_company = effect.profit - (effect.revenue - effect.cogs - effect.imputed)
    assert effect.stranded + saved_by_company == pytest.approx(-effect.cost, rel=1e-12, abs=1e-8)


@given(MOVES)
def test_a_change_of_nothing_changes_nothing(move: Move) -> None:
    nothing = Move(move.of, Fraction(0), Fraction(0), move.who)
    assert lines(what_if(standing(), [nothing.change()])) == {}
    nobody = Move(move.of, move.value, move.lost, [False] * 3)
    assert lines(what_if(standing(), [nobody.change()])) == {}
    assert not what_if(standing(), [nobody.change()]).concerned.any()


@given(st.floats(0.01, 1e5), st.floats(0.1, 100.0), st.floats(0.1, 100.0))
def test_without_any_of_a_driver_all_of_its_cost_is_gone(amount: float, a: float, b: float) -> None:
    pools = ledger(("Dispatch", round(amount, 2), "parcels", "logistics", 0.0, None))
    drivers = pd.DataFrame({"customer_id": ["A", "B"], "driver": "parcels", "quantity": [round(a, 3), round(b, 3)]})
    costs = cost_to_serve(pools, drivers, ["A", "B", "C"])
    base = standing()
    base = Standing(**{**{name: getattr(base, name) for name in base.__slots__}, "charges": costs.charges})
    effect = what_if(base, [DriverChange(driver="parcels", value=-1.0, scope=ALL)])
    assert effect.cost_to_serve.tolist() == (-costs.by_customer["cost_to_serve"]).tolist()
    assert effect.profit.tolist() == [0.0, 0.0, 0.0]


def test_to_lose_all_sales_is_to_drop_the_customer() -> None:
    # Freight in is part of the margin, and goes in full.
    base, costs = standing(), cost_to_serve(POOLS, DRIVERS, ["A", "B", "C"]).by_customer
    effect = what_if(base, [PriceChange(value=0.0, scope=ALL, lost_share=1.0)])
    margin = base.revenue - base.cogs - costs["goods"].to_numpy()
    dropped = customer_actions(
        base.revenue, margin, costs["cost_to_serve"], costs["avoidable_cost"], base.imputed, largest_rise=0.1
    )
    assert effect.profit == pytest.approx(dropped["drop_effect"].to_numpy(), abs=1e-9)
    assert effect.contribution == pytest.approx(-dropped["contribution"].to_numpy(), abs=1e-9)
    assert effect.stranded == pytest.approx(dropped["stranded_cost"].to_numpy(), abs=1e-9)


@given(st.integers(1, 12), st.sampled_from(["price", "parcels"]))
def test_a_change_and_its_inverse(power: int, what: str) -> None:
    there, back = 2.0**power - 1.0, 2.0**-power - 1.0

    def change(value: float) -> Change:
        if what == "price":
            return PriceChange(value=value, scope=ALL)
        return DriverChange(driver=what, value=value, scope=ALL)

    assert lines(what_if(standing(), [change(there), change(back)])) == {}


@given(st.lists(MOVES, max_size=3), st.sampled_from([2, 4]))
def test_effects_scale_with_the_money(moves: list[Move], times: int) -> None:
    changes = [move.change() for move in moves]
    once, base = what_if(standing(), changes), standing(POOLS.assign(amount=POOLS["amount"] * times))
    scaled = Standing(
        revenue=base.revenue * times,
        cogs=base.cogs * times,
        imputed=base.imputed * times,
        charges=base.charges,
        typed=base.typed,
        typed_avoidable=np.nan,
        documents=NO_DOCUMENTS,
    )
    effect = what_if(scaled, changes)
    for name in ("contribution", "stranded", "profit"):
        assert getattr(effect, name) == pytest.approx(getattr(once, name) * times, rel=1e-12, abs=1e-8)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=12), st.integers(1, 3000))
def test_a_smallest_order_can_be_set_twice(cents: list[int], minimum: int) -> None:
    documents = Documents(np.zeros(len(cents), dtype=np.int64), np.array(cents) / 100)
    smallest = OrderChange(drivers=("orders",), minimum=minimum / 100, scope=ALL)
    base = standing(documents=documents)
    once, twice = what_if(base, [smallest]), what_if(base, [smallest, smallest])
    small = [one for one in cents if one < minimum]
    remaining = len(cents) - len(small) - (-sum(small) // minimum)  # what is left, counted in whole cents
    assert once.cost_to_serve[0] == pytest.approx(200.0 * (remaining / len(cents) - 1.0), abs=1e-9)
    assert twice.cost_to_serve[0] == pytest.approx(once.cost_to_serve[0], abs=1e-9)
    assert not once.revenue.any()


# Doors.


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: DriverChange(driver="x", value=-1.1, scope=ALL), DomainError, "value must be at least -1, not -1.1"),
        (lambda: DriverChange(driver="x", value=np.nan, scope=ALL), InputError, "value must be a number"),
        (lambda: DriverChange(driver="x", value=np.inf, scope=ALL), DomainError, "value must be finite"),
        (lambda: ServiceChange(of="pool", name="x", value=-2.0, scope=ALL), DomainError, "value must be at least -1"),
        (lambda: PriceChange(value=-1.5, scope=ALL), DomainError, "value must be at least -1, not -1.5"),
        (lambda: PriceChange(value=0.0, scope=ALL, lost_share=1.2), DomainError, "lost_share must be from 0 to 1"),
        (lambda: OrderChange(drivers=(), minimum=0.0, scope=ALL), DomainError, "minimum must be above 0, not 0"),
        (
            lambda: OrderChange(drivers=(), minimum=1.0, scope=ALL, lost_share=-0.1),
            DomainError,
            "lost_share must be from 0 to 1",
        ),
        (
            lambda: TimeChange(term=("m", "order", ""), counts=np.ones(3), before=np.nan, minutes=1.0, scope=ALL),
            InputError,
            "before must be a number",
        ),
        (
            lambda: TimeChange(term=("m", "order", ""), counts=np.ones(3), before=1.0, minutes=np.inf, scope=ALL),
            DomainError,
            "minutes must be finite",
        ),
        (
            lambda: what_if(standing(), [DriverChange(driver="trucks", value=0.0, scope=ALL)]),
            InputError,
            "driver must be among orders, parcels, not trucks",
        ),
        (
            lambda: what_if(standing(), [OrderChange(drivers=("trucks",), minimum=1.0, scope=ALL)]),
            InputError,
            "drivers must be among orders, parcels, not trucks",
        ),
        (
            lambda: what_if(standing(ledger()), [ServiceChange(of="family", name="sales", value=0.0, scope=ALL)]),
            InputError,
            "family must be among none, not sales",
        ),
        (
            lambda: what_if(standing(), [PriceChange(value=0.0, scope=np.array([True]))]),
            InputError,
            r"scope must be one for each customer, \(3,\), not \(1,\)",
        ),
        (
            lambda: what_if(
                standing(),
                [TimeChange(term=("parcels", "", ""), counts=np.full(3, 11.0), before=1.0, minutes=0.0, scope=ALL)],
            ),
            DomainError,
            "new minutes must not make the quantity of parcels negative",
        ),
    ],
)
def test_refuses(make: object, error: type[ValuationError], message: str) -> None:
    assert callable(make)
    with pytest.raises(error, match=message):
        make()
