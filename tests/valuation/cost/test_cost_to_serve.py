"""
The whole costing a second time, slowly, in fractions, and what must hold of any ledger.

The reference follows money line by line, solves services by elimination, and shares cents by sorting remainders.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.cost import FAMILIES, GOODS, CostIssue, CostToServe, cost_to_serve
from valuation.cost.statement import OUTCOMES
from valuation.errors import DomainError, InputError

IDS = ["A", "B", "C"]
ALL = (*FAMILIES, GOODS)
Line = dict[str, Any]
Use = tuple[str, str, float, str]  # customer, driver, quantity, period
Services = dict[str, dict[str, Fraction]]


# The reference.


def shared_by_sorting(total: int, weights: dict[Any, Fraction]) -> dict[Any, int]:
    """Whole units in proportion; what is left goes to the largest remainders, then weights, then places."""
    whole = sum(weights.values())
    exact = {key: abs(total) * weight / whole for key, weight in weights.items()}
    units = {key: math.floor(share) for key, share in exact.items()}
    places = {key: place for place, key in enumerate(weights)}
    queue = sorted(weights, key=lambda key: (units[key] - exact[key], -weights[key], places[key]))
    for key in queue[: abs(total) - sum(units.values())]:
        units[key] += 1
    return {key: -unit if total < 0 else unit for key, unit in units.items()}


def absorbed(services: Services, method: str) -> Services:
    """Where each service pool's cost ends, by eliminating one service pool after the other."""
    order = list(services)
    rows = {}
    for giver, row in services.items():
        seen = {
            taker: share
            for taker, share in row.items()
            if taker not in services
            or method == "reciprocal"
            or (method == "step-down" and order.index(taker) > order.index(giver))
        }
        rows[giver] = {taker: share / sum(seen.values()) for taker, share in seen.items()}
    for closed in order:
        # What a pool gives to itself by way of others comes round again and again: divide by what leaves it.
        back = rows[closed].pop(closed, Fraction(0))
        rows[closed] = {taker: share / (1 - back) for taker, share in rows[closed].items()}
        for giver in order:
            if giver != closed and closed in rows[giver]:
                part = rows[giver].pop(closed)
                for taker, share in rows[closed].items():
                    rows[giver][taker] = rows[giver].get(taker, Fraction(0)) + part * share
    return rows


KEY = ("pool", "family", "driver", "treatment", "acq_share", "avoidable_share")


def stays(line: Line) -> bool:
    return line["treatment"] in ("sustaining", "unallocated")


def passed_on(lines: list[Line], services: Services, method: str) -> list[Line]:
    """Lines with the service pools' shared cost moved to the pools that they serve; each pool's by its own total."""
    shared = [line for line in lines if line["customer_id"] is None and not stays(line)]
    more = []
    for giver, row in absorbed(services, method).items():
        own = [line for line in shared if line["pool"] == giver]
        more += [{**line, "cents": -line["cents"], "own": False} for line in own]
        flows = shared_by_sorting(sum(line["cents"] for line in own), row)
        for taker, cents in flows.items():
            sums: dict[tuple[Any, ...], int] = defaultdict(int)
            for line in shared:
                if line["pool"] == taker:
                    sums[tuple(line[name] for name in KEY)] += line["cents"]
            lead = max(sums, key=lambda key: abs(sums[key]))
            more.append({**dict(zip(KEY, lead, strict=True)), "customer_id": None, "period": "", "cents": cents})
    return [*lines, *({"own": False, **line} for line in more)]


def reference(
    lines: list[Line],
    use: list[Use],
    capacity: dict[str, tuple[int, str]],
    services: Services,
    method: str,
) -> tuple[dict[str, dict[str, int]], dict[str, int], dict[str, int]]:
    """Cents by customer and family (and "won"), cents by outcome, and cents by period of known customers."""
    lines = passed_on(lines, services, method)
    customers = [line["customer_id"] for line in lines if line["customer_id"]]
    everyone = list(dict.fromkeys([*IDS, *customers, *(row[0] for row in use)]))
    cost: dict[str, dict[str, int]] = {who: defaultdict(int) for who in IDS}
    outcome: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
    periods: dict[str, int] = defaultdict(int)

    def charge(who: str, cents: int, line: Line, kind: str) -> None:
        if who not in IDS:
            outcome["unknown_customer"] += cents
            return
        outcome[kind] += cents
        cost[who][line["family"]] += cents
        periods[line["period"]] += cents
        won = Fraction(1) if line["treatment"] == "acquisition" else Fraction(str(line["acq_share"] or 0))
        if line["family"] != GOODS:
            part = abs(cents) * won
            up = won >= Fraction(1, 2) if part % 1 == Fraction(1, 2) else part % 1 > Fraction(1, 2)
            cost[who]["won"] += (math.floor(part) + up) * (1 if cents > 0 else -1)

    groups: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
    for line in lines:
        share = 1.0 if line["treatment"] == "acquisition" else line["acq_share"] or 0.0
        groups[*(line[name] for name in KEY[:4]), share, line["avoidable_share"], line["period"]].append(line)
    for members in groups.values():
        first = members[0]
        if stays(first):
            outcome["unallocated"] += sum(line["cents"] for line in members)
            continue
        together: dict[str, int] = defaultdict(int)
        for line in members:
            if line["customer_id"]:
                together[line["customer_id"]] += line["cents"]
        for who, cents in together.items():
            charge(who, cents, first, "traced")
        pooled = sum(line["cents"] for line in members if not line["customer_id"])
        minutes, counted = capacity.get(first["pool"], (None, ""))
        driver, period = counted or first["driver"], first["period"]
        own = [row for row in use if row[1] == driver]
        by_period = bool(period) and any(row[3] for row in own)
        users = dict.fromkeys(everyone, Fraction(0))
        for who, _, quantity, when in own:
            if not by_period or when == period:
                users[who] += Fraction(str(quantity))
        used = sum(users.values())
        if minutes is None:
            capable = used
        else:
            seen = {line["period"] for line in lines if line["pool"] == first["pool"]} | {row[3] for row in own}
            capable = Fraction(minutes, len(seen - {""})) if by_period else Fraction(minutes)
        if not driver or capable == 0 or min(users.values()) < 0:
            outcome["unallocated"] += pooled
            continue
        idle = pooled * (1 - used / capable)
        unused = math.floor(abs(idle) + Fraction(1, 2)) * (-1 if idle < 0 else 1)
        outcome["unused"] += unused
        if used:
            for who, cents in shared_by_sorting(pooled - unused, users).items():
                charge(who, cents, first, "allocated")
    return cost, outcome, periods


# Random ledgers.

line = st.fixed_dictionaries(
    {
        "pool": st.sampled_from(["P", "Q", "R", "S", "T"]),
        "gl_account": st.sampled_from(["6000", "6100", None]),
        "cents": st.integers(-(10**6), 10**6) | st.integers(-3, 3),
        "driver": st.sampled_from(["minutes", "parcels", "parcels", ""]),
        "treatment": st.sampled_from(["retention", "retention", "acquisition", "sustaining", "unallocated"]),
        "acq_share": st.sampled_from([None, 0.25, 0.8]),
        "avoidable_share": st.sampled_from([None, 0.5]),
        "family": st.sampled_from(["sales", "support", GOODS]),
        "customer_id": st.sampled_from([None, None, None, "A", "Z"]),
        "period": st.just(""),
        "own": st.just(True),
    }
)
lines_of = st.lists(line, min_size=1, max_size=9)
quantity = st.integers(-20, 500).map(lambda hundredths: hundredths / 100) | st.integers(0, 500)
uses = st.lists(
    st.tuples(st.sampled_from("ABCXY"), st.sampled_from(["minutes", "parcels"]), quantity, st.just("")), max_size=9
)
capacities = st.dictionaries(
    st.sampled_from("PQR"), st.tuples(st.integers(0, 1000), st.sampled_from(["", "minutes"])), max_size=3
)
methods = st.sampled_from(["reciprocal", "step-down", "direct"])


SHARES = [[0.1, 0.5, 0.4], [0.2, 0.3, 0.5], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.75, 0.25, 0.0], [0.9, 0.1, 0.0]]
GIVERS = [[("S", "T"), ("T", "S")], [("T", "S"), ("S", "T")], [("S", "R")], []]


@st.composite
def service_tables(draw: st.DrawFn) -> Services:
    """S and T serve each other and P and Q, or S alone serves P, Q and R, or nobody does."""
    tables = {}
    for giver, other in draw(st.sampled_from(GIVERS)):
        parts = zip((other, "P", "Q"), draw(st.sampled_from(SHARES)), strict=True)
        tables[giver] = {taker: Fraction(str(part)) for taker, part in parts if part}
    return tables


def frames(
    lines: list[Line],
    use: Iterable[Use],
    capacity: dict[str, tuple[int, str]],
    services: Services,
) -> dict[str, Any]:
    served = [(giver, taker, float(share)) for giver, row in services.items() for taker, share in row.items()]
    supply = [(pool, minutes, driver) for pool, (minutes, driver) in capacity.items()]
    return {
        "pools": pd.DataFrame(lines).drop(columns=["own"]).assign(amount=[entry["cents"] / 100 for entry in lines]),
        "drivers": pd.DataFrame(list(use), columns=["customer_id", "driver", "quantity", "period"]),
        "customer_ids": IDS,
        "capacity": pd.DataFrame(supply, columns=["pool", "practical_minutes", "driver"]),
        "services": pd.DataFrame(served, columns=["pool", "to_pool", "share"]),
    }


def cents(amount: float) -> int:
    return round(amount * 100)


def possible(lines: list[Line], services: Services) -> Services:
    """The services, with lines of no amount for those that they go to."""
    there = {entry["pool"] for entry in lines if entry["customer_id"] is None and not stays(entry)}
    for taker in sorted({taker for row in services.values() for taker in row} - set(services) - there):
        lines.append({**lines[0], "pool": taker, "cents": 0, "treatment": "retention", "customer_id": None})
    return services


def compared_with_reference(found: CostToServe, expected: tuple[Any, Any, Any]) -> None:
    cost, outcome, periods = expected
    for who, row in found.by_customer.iterrows():
        own = cost[str(who)]
        assert {family: cents(row[family]) for family in ALL} == {family: own[family] for family in ALL}
        assert cents(row["acquisition_cost"]) == own["won"]
        assert cents(row["cost_to_serve"]) == sum(own[family] for family in FAMILIES)
    assert {name: sum(map(cents, found.pools[name])) for name in OUTCOMES} == outcome
    totals = {str(period): sum(map(cents, row)) for period, row in found.by_period.iterrows()}
    assert {period: total for period, total in totals.items() if total} == {p: t for p, t in periods.items() if t}


@settings(max_examples=min(settings().max_examples, 100))  # fractions of whole ledgers are slow
@given(lines_of, uses, capacities, service_tables(), methods)
def test_every_cent_goes_where_the_slow_reference_sends_it(
    lines: list[Line],
    use: list[Use],
    capacity: dict[str, tuple[int, str]],
    services: Services,
    method: Any,
) -> None:
    services = possible(lines, services)
    found = cost_to_serve(**frames(lines, use, capacity, services), service_method=method)
    compared_with_reference(found, reference(lines, use, capacity, services, method))


by_period = st.sampled_from(["", "2025-01", "2025-02", "2025-03"])


@given(lines_of, uses, capacities, st.lists(by_period, min_size=18, max_size=18))
def test_periods_are_costed_as_the_slow_reference_costs_them(
    lines: list[Line], use: list[Use], capacity: dict[str, tuple[int, str]], when: list[str]
) -> None:
    lines = [{**entry, "period": period} for entry, period in zip(lines, itertools.cycle(when), strict=False)]
    use = [(*row[:3], period) for row, period in zip(use, when[9:], strict=False)]
    found = cost_to_serve(**frames(lines, use, capacity, {}))
    compared_with_reference(found, reference(lines, use, capacity, {}, "direct"))


# Laws.


@given(lines_of, uses, capacities, service_tables(), methods, st.lists(by_period, min_size=9, max_size=9))
def test_ledger_and_services_are_what_became_of_them(
    lines: list[Line],
    use: list[Use],
    capacity: dict[str, tuple[int, str]],
    services: Services,
    method: Any,
    when: list[str],
) -> None:
    services = possible(lines, services)
    lines = [{**entry, "period": period} for entry, period in zip(lines, itertools.cycle(when), strict=False)]
    found = cost_to_serve(**frames(lines, use, capacity, services), service_method=method)
    pools = found.pools
    for group in pools.to_dict("records"):
        assert cents(group["ledger"]) + cents(group["services"]) == sum(cents(group[name]) for name in OUTCOMES)
        assert group["difference"] == 0
    assert sum(map(cents, pools["services"])) == 0
    assert sum(map(cents, pools["ledger"])) == sum(entry["cents"] for entry in lines)
    by_account: dict[str, int] = defaultdict(int)
    for entry in lines:
        by_account[entry["gl_account"] or ""] += entry["cents"]
    accounts = found.accounts.set_index("gl_account")
    assert {str(name): cents(row["ledger"]) for name, row in accounts.iterrows()} == by_account
    assert (accounts["difference"] == 0).all()
    for name, row in accounts.iterrows():
        assert sum(cents(row[outcome]) for outcome in OUTCOMES) == by_account[str(name)]
    for outcome in OUTCOMES:
        assert sum(map(cents, accounts[outcome])) == sum(map(cents, pools[outcome]))
    for name in ALL:
        assert sum(map(cents, found.by_period[name])) == sum(map(cents, found.by_customer[name]))


@given(lines_of, uses, capacities)
def test_the_detail_adds_up_to_the_customers_and_can_be_asked_for_one(
    lines: list[Line], use: list[Use], capacity: dict[str, tuple[int, str]]
) -> None:
    found = cost_to_serve(**frames(lines, use, capacity, {}))
    detail = found.detail()
    assert len(detail) == found.charged
    for who, row in found.by_customer.iterrows():
        own = detail[detail["customer_id"] == who]
        for family in ALL:
            assert sum(map(cents, own.loc[own["family"] == family, "cost"])) == cents(row[family])
        serving = own[own["family"] != GOODS]
        assert sum(map(cents, serving["acquisition_cost"])) == cents(row["acquisition_cost"])
        asked = found.detail(who)
        assert asked.fillna(-1.0).to_numpy().tolist() == own.fillna(-1.0).to_numpy().tolist()


@given(lines_of, uses, st.sampled_from([0.0, 0.5, 1.0]))
def test_avoidable_is_the_part_of_what_serves_and_does_not_win(lines: list[Line], use: list[Use], part: float) -> None:
    lines = [{**entry, "avoidable_share": part} for entry in lines]
    found = cost_to_serve(**frames(lines, use, {}, {})).by_customer
    serving = found["cost_to_serve"] - found["acquisition_cost"]
    np.testing.assert_allclose(found["avoidable_cost"], serving * part, atol=1e-6)


@given(lines_of, uses, capacities, service_tables(), methods, st.randoms())
def test_the_order_of_lines_and_of_driver_rows_changes_nothing(
    lines: list[Line],
    use: list[Use],
    capacity: dict[str, tuple[int, str]],
    services: Services,
    method: Any,
    random: Any,
) -> None:
    """Without strangers, whose places follow the order, and with one way to treat the cost of each pool."""
    lines = [{**entry, "customer_id": None, **treated(entry["pool"])} for entry in lines]
    use = [row for row in use if row[0] in IDS]
    services = possible(lines, services)
    found = cost_to_serve(**frames(lines, use, capacity, services), service_method=method)
    random.shuffle(lines)
    random.shuffle(use)
    again = cost_to_serve(**frames(lines, use, capacity, services), service_method=method)
    pd.testing.assert_frame_equal(found.by_customer, again.by_customer, atol=1e-9)


def treated(pool: str) -> Line:
    driver = {"P": "minutes", "Q": "parcels"}.get(pool, "minutes")
    return {"family": "sales", "driver": driver, "treatment": "retention", "acq_share": None, "avoidable_share": None}


# By hand.


def pools(**columns: list[Any]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    usual = {"pool": "Desk", "amount": 100.0, "driver": "minutes", "treatment": "retention", "family": "support"}
    return pd.DataFrame({name: columns.get(name, [usual.get(name)] * size) for name in {**usual, **columns}})


def minutes(*rows: tuple[str, float, str]) -> pd.DataFrame:
    who, quantity, period = zip(*rows, strict=True)
    return pd.DataFrame({"customer_id": who, "driver": "minutes", "quantity": quantity, "period": period})


DESK = pd.DataFrame({"pool": ["Desk"], "practical_minutes": [120]})


def test_spare_capacity_is_unused_and_overtime_negative() -> None:
    spare = cost_to_serve(pools(amount=[120.0]), minutes(("A", 60, ""), ("B", 30, "")), ["A", "B"], capacity=DESK)
    assert spare.by_customer["support"].tolist() == [60.0, 30.0]
    assert spare.pools[["unused", "driver_total", "practical", "rate"]].iloc[0].tolist() == [30.0, 90.0, 120.0, 1.0]
    over = cost_to_serve(pools(amount=[120.0]), minutes(("A", 180, "")), ["A"], capacity=DESK)
    assert over.by_customer["support"].tolist() == [180.0]
    assert over.issues == [CostIssue(kind="overtime", pool="Desk", driver="minutes", amount=-60.0)]


def test_capacity_that_nobody_used_is_all_unused() -> None:
    idle = cost_to_serve(pools(amount=[120.0]), minutes(("A", 0, "")), ["A"], capacity=DESK)
    assert (idle.pools["unused"].tolist(), idle.pools["rate"].tolist()) == ([120.0], [1.0])
    assert idle.issues == []


def test_no_capacity_leaves_the_pool_with_one_issue() -> None:
    none = cost_to_serve(pools(amount=[120.0]), minutes(("A", 9, "")), ["A"], capacity=DESK.assign(practical_minutes=0))
    assert none.pools["unallocated"].tolist() == [120.0]
    assert none.issues == [CostIssue(kind="no capacity", pool="Desk", driver="minutes", amount=120.0)]


def test_a_period_has_its_part_of_the_years_capacity() -> None:
    """Cost of two months of four: the other two months' minutes are not idle minutes of these."""
    use = minutes(*(("A", 30.0, f"2025-0{month}") for month in (1, 2, 3, 4)))
    found = cost_to_serve(pools(period=["2025-01", "2025-02"]), use, ["A"], capacity=DESK)
    assert found.pools["practical"].tolist() == [30.0, 30.0]
    assert found.pools["unused"].tolist() == [0.0, 0.0]
    of_year = cost_to_serve(pools(period=["2025-01", ""]), use, ["A"], capacity=DESK)
    assert of_year.pools[["period", "practical", "driver_total"]].to_numpy().tolist() == [
        ["2025-01", 30.0, 30.0],
        ["", 120.0, 120.0],
    ]


def test_an_issue_says_its_period() -> None:
    found = cost_to_serve(pools(period=["2025-01", "2025-02"]), minutes(("A", 1, "2025-02")), ["A"])
    assert found.issues == [
        CostIssue(kind="zero driver", pool="Desk", driver="minutes", amount=100.0, period="2025-01")
    ]


def test_a_thousand_small_service_lines_are_passed_on_in_proportion() -> None:
    """Each line rounded by itself would send every cent to Desk."""
    ledger = pools(pool=["IT"] * 1000 + ["Desk", "Till"], amount=[0.01] * 1000 + [0.0, 0.0])
    services = pd.DataFrame({"pool": ["IT", "IT"], "to_pool": ["Desk", "Till"], "share": [0.6, 0.4]})
    found = cost_to_serve(ledger, minutes(("A", 1, "")), ["A"], services=services)
    assert found.pools.groupby("pool", sort=False)["services"].sum().to_dict() == {
        "IT": -10.0,
        "Desk": 6.0,
        "Till": 4.0,
    }


def test_missing_columns_of_capacity_and_services_are_refused() -> None:
    everything = {"pools": pools(amount=[1.0]), "drivers": minutes(("A", 1, "")), "customer_ids": ["A"]}
    for column in ("pool", "practical_minutes"):
        with pytest.raises(InputError, match=f"capacity must have a column {column}"):
            cost_to_serve(**everything, capacity=DESK.drop(columns=column))  # type: ignore[arg-type]
    services = pd.DataFrame({"pool": ["Desk"], "to_pool": ["Desk"], "share": [1.0]})
    for column in services.columns:
        with pytest.raises(InputError, match=f"services must have a column {column}"):
            cost_to_serve(**everything, services=services.drop(columns=column))  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [-0.1, 1.5, math.inf])
def test_an_avoidable_share_is_a_part(share: float) -> None:
    with pytest.raises(DomainError, match=r"avoidable_share must be in 0\.\.1, not .* in row 1"):
        cost_to_serve(pools(avoidable_share=[share]), minutes(("A", 1, "")), ["A"])


def test_avoidable_cost_is_not_known_where_a_pool_does_not_say() -> None:
    ledger = pools(avoidable_share=[0.25, np.nan], customer_id=["A", "B"])
    found = cost_to_serve(ledger, minutes(("A", 1, "")), ["A", "B", "C"])
    np.testing.assert_array_equal(found.by_customer["avoidable_cost"], [25.0, math.nan, 0.0])


def test_what_only_won_a_customer_needs_no_avoidable_share() -> None:
    found = cost_to_serve(pools(treatment=["acquisition"]), minutes(("A", 1, "")), ["A"])
    assert found.by_customer["avoidable_cost"].tolist() == [0.0]


def test_goods_are_no_cost_to_serve_and_win_nobody() -> None:
    found = cost_to_serve(pools(family=[GOODS], acq_share=[0.5]), minutes(("A", 1, "")), ["A"])
    assert found.by_customer[[GOODS, "cost_to_serve", "acquisition_cost"]].iloc[0].tolist() == [100.0, 0.0, 0.0]


def test_the_reference_itself_shares_and_solves_as_published() -> None:
    """Specification B3 and the example of two service pools."""
    assert list(shared_by_sorting(-10000, dict.fromkeys("abc", Fraction(1))).values()) == [-3334, -3333, -3333]
    shares = {"S": {"T": "0.1", "P": "0.5", "Q": "0.4"}, "T": {"S": "0.2", "P": "0.3", "Q": "0.5"}}
    services = {giver: {taker: Fraction(part) for taker, part in row.items()} for giver, row in shares.items()}
    for method, expected in {"reciprocal": 7857143, "step-down": 7625000, "direct": 7805556}.items():
        ends = absorbed(services, method)
        assert round(10_000_000 * ends["S"]["P"] + 6_000_000 * ends["T"]["P"]) == expected
    assert [*itertools.chain(*(row for row in absorbed(services, "direct").values()))] == ["P", "Q", "P", "Q"]
