import math
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import SERVICE_METHODS, allocate_services, service_comparison, service_costs
from valuation.cost.services import ServiceCosts, ServiceMethod
from valuation.errors import DomainError, InputError

every_method = pytest.mark.parametrize("method", SERVICE_METHODS)

# The specification's example: two pools, P1 gives 10% to P2, P2 gives 20% to P1.
AMOUNTS = [100_000, 60_000]
AMONG: list[list[float]] = [[0, 0.1], [0.2, 0]]
FINAL: list[list[float]] = [[0.5, 0.4], [0.3, 0.5]]
SQUARE: list[list[float]] = [[0, 0.1, 0.5, 0.4], [0.2, 0, 0.3, 0.5], [0, 0, 0, 0], [0, 0, 0, 0]]
GOLDEN: list[tuple[ServiceMethod, list[float], list[float]]] = [
    ("reciprocal", [114285.71, 71428.57], [78571.43, 81428.57]),
    ("step-down", [100000.00, 70000.00], [76250.00, 83750.00]),
    ("direct", [100000.00, 60000.00], [78055.56, 81944.44]),
]


Case: TypeAlias = tuple[list[int], list[list[float]], list[list[float]]]


def round_and_round(
    cents: list[int], among: list[list[float]], final: list[list[float]], method: str
) -> tuple[list[float], list[float]]:
    """The second way: hand every pool's cost on, share by share, until next to nothing is left in them."""
    count = len(cents)
    held, totals, objects = [float(c) for c in cents], [0.0] * count, [0.0] * len(final[0])
    for turn in range(400 * count):
        pool = turn % count
        amount, held[pool] = held[pool], 0.0
        totals[pool] += amount
        takes = {
            "reciprocal": among[pool],
            "step-down": [share * (user > pool) for user, share in enumerate(among[pool])],
            "direct": [0.0] * count,
        }[method]
        whole = sum(takes) + sum(final[pool])
        for user, share in enumerate(takes):
            held[user] += amount * share / whole
        for place, share in enumerate(final[pool]):
            objects[place] += amount * share / whole
    return [total / 100 for total in totals], [amount / 100 for amount in objects]


@st.composite
def cases(draw: st.DrawFn, services: int = 4, objects: int = 3) -> Case:
    """Cents, and shares in hundredths; every pool gives something to an object."""
    count, width = draw(st.integers(1, services)), draw(st.integers(1, objects))
    among, final = [], []
    for place in range(count):
        cuts = sorted(draw(st.lists(st.integers(0, 90), min_size=count + width - 1, max_size=count + width - 1)))
        parts = [high - low for low, high in pairwise([0, *cuts, 100])]
        inner, outer = parts[:count], parts[count:]
        outer[-1] += inner[place]
        inner[place] = 0
        among.append([part / 100 for part in inner])
        final.append([part / 100 for part in outer])
    cents = draw(st.lists(st.integers(-(10**9), 10**9), min_size=count, max_size=count))
    return cents, among, final


def charged(case: Case, method: ServiceMethod) -> ServiceCosts:
    cents, among, final = case
    return allocate_services([Decimal(c) / 100 for c in cents], among, final, method=method)


@pytest.mark.parametrize(("method", "totals", "final"), GOLDEN)
def test_matches_the_example_of_the_specification(
    method: ServiceMethod, totals: list[float], final: list[float]
) -> None:
    costs = allocate_services(AMOUNTS, AMONG, FINAL, method=method)
    assert costs.totals.round(2).tolist() == totals
    assert costs.final.tolist() == final


@pytest.mark.parametrize(("method", "totals", "final"), GOLDEN)
def test_the_second_way_matches_the_example_too(method: ServiceMethod, totals: list[float], final: list[float]) -> None:
    pools, objects = round_and_round([c * 100 for c in AMOUNTS], AMONG, FINAL, method)
    assert np.round(pools, 2).tolist() == totals
    assert np.round(objects, 2).tolist() == final


@every_method
def test_pools_in_one_square_are_the_same_example(method: ServiceMethod) -> None:
    square = service_costs([*AMOUNTS, 0, 0], SQUARE, method=method)
    assert square.flow_units.tolist() == allocate_services(AMOUNTS, AMONG, FINAL, method=method).flow_units.tolist()
    assert (square.services.tolist(), square.receivers.tolist()) == ([0, 1], [2, 3])


def test_operating_pools_keep_their_own_cost_wherever_they_stand() -> None:
    shares: list[Any] = [[0, 0, 0], [0.25, 0, 0.75], [0, 0, 0]]
    costs = service_costs([10.5, 100, -3], shares, method="reciprocal")
    assert costs.final.tolist() == [35.5, 72]
    assert costs.flows.tolist() == [[25, 75]]
    assert costs.absorption.tolist() == [[0.25, 0.75]]
    assert costs.receivers.tolist() == [0, 2]


@every_method
def test_without_service_pools_nothing_moves(method: ServiceMethod) -> None:
    assert service_costs([1.5, 2], np.zeros((2, 2)), method=method).final.tolist() == [1.5, 2]


@every_method
@given(case=cases())
def test_equals_the_second_way_within_a_cent_for_each_pool(method: ServiceMethod, case: Case) -> None:
    totals, objects = round_and_round(*case, method)
    costs = charged(case, method)
    # At most 90% of a pool goes on to pools: after 400 rounds it is floats' noise that is left.
    assert np.abs(costs.totals - totals).max() < 1e-4
    assert np.abs(costs.final - objects).max() < 0.01 * len(case[0]) + 1e-4


@given(cases())
def test_the_reciprocal_method_solves_the_equations(
    case: Case,
) -> None:
    cents, among, final = case
    solved = np.linalg.solve(np.eye(len(cents)) - np.array(among).T, np.array(cents) / 100)
    absorption = np.linalg.solve(np.eye(len(cents)) - np.array(among), np.array(final))
    costs = charged(case, "reciprocal")
    # Diagonally dominant by at least a tenth: condition below 20, amounts up to 1e7.
    np.testing.assert_allclose(costs.totals, solved, rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(costs.absorption, absorption, rtol=0, atol=1e-13)


@every_method
@given(case=cases())
def test_no_cent_is_lost(method: ServiceMethod, case: Case) -> None:
    costs = charged(case, method)
    assert costs.flow_units.sum(axis=1).tolist() == case[0]
    assert int(costs.final_units.sum()) == sum(case[0])
    assert costs.absorption.sum(axis=1) == pytest.approx(1, abs=1e-14)


@every_method
@given(case=cases())
def test_flows_are_within_a_cent_of_the_absorption_and_never_against_the_sign(
    method: ServiceMethod, case: Case
) -> None:
    costs = charged(case, method)
    exact = np.array(case[0])[:, None] * costs.absorption
    assert (np.abs(costs.flow_units - exact) < 1 + 1e-6).all()
    assert (costs.flow_units * np.sign(case[0])[:, None] >= 0).all()


@every_method
@given(case=cases())
def test_the_opposite_amounts_are_the_mirror_image(method: ServiceMethod, case: Case) -> None:
    cents, among, final = case
    opposite = charged(([-c for c in cents], among, final), method)
    assert opposite.flow_units.tolist() == (-charged(case, method).flow_units).tolist()


@given(cases(), st.integers(2, 1000))
def test_totals_scale_with_the_amounts(case: Case, factor: int) -> None:
    cents, among, final = case
    more = charged(([c * factor for c in cents], among, final), "reciprocal")
    np.testing.assert_allclose(more.totals, charged(case, "reciprocal").totals * factor, rtol=1e-14)


@given(cases())
def test_the_methods_agree_where_service_pools_do_not_serve_each_other(
    case: Case,
) -> None:
    cents, among, final = case
    outside = [[*row[:-1], round(row[-1] + sum(inner), 2)] for row, inner in zip(final, among, strict=True)]
    nothing = [[0.0] * len(cents) for _ in cents]
    answers = [charged((cents, nothing, outside), method).flow_units.tolist() for method in SERVICE_METHODS]
    assert answers[0] == answers[1] == answers[2]


def test_step_down_equals_the_reciprocal_method_where_services_run_one_way() -> None:
    among, final = [[0, 0.5, 0.25], [0, 0, 0.5], [0.0, 0, 0]], [[0.25, 0], [0.25, 0.25], [0.5, 0.5]]
    one_way = [allocate_services([100, 10, 1], among, final, method=m) for m in ("step-down", "reciprocal")]
    assert one_way[0].flow_units.tolist() == one_way[1].flow_units.tolist()


def test_the_order_of_closing_is_the_callers() -> None:
    # P2 first: 20% of 60,000 to P1, which then holds 112,000 for (.5, .4)/.9; P2 keeps (.3, .5).
    later = allocate_services(AMOUNTS, AMONG, FINAL, method="step-down", order=[1, 0])
    assert later.totals.tolist() == [112000, 60000]
    # Exactly 80,222.222: 55,555.556 of P1 and 24,666.667 of P2, each followed in whole cents.
    assert later.flows.tolist() == [[55555.56, 44444.44], [24666.67, 35333.33]]
    assert later.final.tolist() == [80222.23, 79777.77]
    square = service_costs([*AMOUNTS, 0, 0], SQUARE, method="step-down", order=[1, 0])
    assert square.final.tolist() == later.final.tolist()
    swapped = service_costs(
        [0, 60_000, 0, 100_000],
        [[0.0] * 4, [0.3, 0, 0.5, 0.2], [0.0] * 4, [0.5, 0.1, 0.4, 0]],
        method="step-down",
        order=[1, 3],
    )
    assert swapped.final.tolist() == later.final.tolist()


def test_shares_stand_for_their_decimals_and_ties_are_exact() -> None:
    # 5 cents over 0.1 and 0.1 of what is left: the tie goes to the earlier object.
    costs = allocate_services([0.05], [[0]], [[0.3, 0.3, 0.4]], method="reciprocal")
    assert costs.flow_units.tolist() == [[2, 1, 2]]
    thirds = allocate_services([0.01], [[0]], [[0.3333333333333333] * 3], method="direct")
    assert thirds.flow_units.tolist() == [[1, 0, 0]]
    exact: list[Any] = [Fraction(1, 3), Fraction(2, 3)]
    assert allocate_services([1], [[0]], [exact], method="direct").flow_units.tolist() == [[33, 67]]


def test_a_row_within_the_tolerance_is_divided_by_its_sum() -> None:
    rounded = allocate_services([90], [[0]], [[0.3333333333] * 3], method="reciprocal")
    assert rounded.final.tolist() == [30, 30, 30]
    assert rounded.absorption.tolist() == [[1 / 3] * 3]


@pytest.mark.parametrize("services", [30, 31])
def test_many_pools_are_as_exact_to_the_cent(services: int) -> None:
    rng = np.random.default_rng(services)
    weights = rng.random((services, services + 4))
    np.fill_diagonal(weights, 0)
    weights /= weights.sum(axis=1, keepdims=True)
    amounts = rng.integers(-(10**6), 10**6, services).astype(float)
    among, final = weights[:, :services], weights[:, services:]
    costs = allocate_services(amounts, among, final, method="reciprocal")
    assert costs.flow_units.sum(axis=1).tolist() == (amounts * 100).tolist()
    np.testing.assert_allclose(costs.absorption, np.linalg.solve(np.eye(services) - among, final), atol=1e-14)
    np.testing.assert_allclose(costs.totals, np.linalg.solve(np.eye(services) - among.T, amounts), atol=1e-7)
    for method in SERVICE_METHODS[1:]:
        other = allocate_services(amounts, among, final, method=method)
        assert other.flow_units.sum(axis=1).tolist() == (amounts * 100).tolist()


def test_the_comparison_shows_the_methods_side_by_side() -> None:
    table = service_comparison([*AMOUNTS, 5, 0], SQUARE)
    assert list(table) == ["own", "direct", "step-down", "reciprocal"]
    assert table.index.tolist() == [2, 3]
    assert table.to_numpy()[0].tolist() == [5, 78060.56, 76255, 78576.43]
    assert table.sum().tolist() == pytest.approx([5, 160005, 160005, 160005])


def test_the_comparison_leaves_a_method_without_answer_blank() -> None:
    table = service_comparison([100, 0, 0], [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert math.isnan(table["direct"].iloc[0])
    assert table[["step-down", "reciprocal"]].to_numpy().tolist() == [[100, 100]]


# The doors.


def test_a_circle_of_service_pools_has_no_answer() -> None:
    circle: list[Any] = [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    with pytest.raises(DomainError, match="service pool in row 1 must reach an operating pool in the end"):
        service_costs([1, 1, 1, 1], circle, method="reciprocal")
    with pytest.raises(DomainError, match="service pool in row 1 must reach an operating pool in the end"):
        service_costs([1, 1], [[0, 1], [1, 0]], method="reciprocal")
    with pytest.raises(DomainError, match="service pool in row 1 must serve an operating pool"):
        service_costs([1, 1], [[0, 1], [1, 0]], method="direct")


def test_the_direct_method_needs_an_operating_pool_to_charge() -> None:
    with pytest.raises(DomainError, match="row 1 must serve an operating pool, not only service pools, which the dir"):
        service_costs([1, 1, 0], [[0, 1, 0], [0, 0, 1], [0, 0, 0]], method="direct")


def test_step_down_needs_a_pool_that_is_still_open() -> None:
    shares: list[Any] = [[0, 0.5, 0.5], [1, 0, 0], [0, 0, 0]]
    with pytest.raises(DomainError, match="row 2 must serve a pool that is not closed before it; change the order"):
        service_costs([1, 1, 0], shares, method="step-down")
    assert service_costs([1, 1, 0], shares, method="step-down", order=[1, 0]).final.tolist() == [2]


@every_method
@pytest.mark.parametrize(
    ("shares", "error", "message"),
    [
        ([[0, 0.9], [0, 0]], DomainError, "shares must sum to 1 in every row, not to 0.9 in row 1"),
        ([[0, 0], [1.00000001, 0]], DomainError, "shares must sum to 1 in every row, not to 1.00000001 in row 2"),
        ([[0.1, 0.9], [0, 0]], DomainError, r"shares must be 0 where a pool serves itself, not 0\.1 in row 1"),
        ([[0, 1], [0, 1]], DomainError, "shares must be 0 where a pool serves itself, not 1 in row 2"),
        ([[0, 1], [-0.5, 1.5]], DomainError, r"shares must not be negative, not -0\.5 in row 2, column 1"),
        ([[0, math.inf], [0, 0]], DomainError, "shares must be finite, not inf in row 1, column 2"),
        ([[0, math.nan], [0, 0]], InputError, "shares must be numbers, not nan in row 1, column 2"),
        ([[0, None], [0, 0]], InputError, "shares must be numbers, not nan in row 1, column 2"),
        ([[0, "1"], [0, 0]], InputError, "shares must be numbers, not '1'"),
        ([[0, 1]], InputError, r"shares must be 2 x 2, not of shape \(1, 2\)"),
        ([[0, 1, 0], [0, 0, 0]], InputError, r"shares must be 2 x 2, not of shape \(2, 3\)"),
        ([0, 1], InputError, r"shares must have rows and columns, not shape \(2,\)"),
    ],
)
def test_wrong_shares_are_refused(
    method: ServiceMethod, shares: list[Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        service_costs([1, 2], shares, method=method)


def test_wrong_parts_are_refused() -> None:
    with pytest.raises(InputError, match="final_shares must have a row for each of 2 amounts, not 1"):
        allocate_services(AMOUNTS, AMONG, [[0.5, 0.4]], method="direct")
    with pytest.raises(InputError, match=r"shares must be 2 x 2, not of shape \(2, 1\)"):
        allocate_services(AMOUNTS, [[0.0], [0.2]], FINAL, method="direct")
    with pytest.raises(DomainError, match="shares and final_shares must sum to 1 in every row, not to 0 in row 2"):
        allocate_services(AMOUNTS, [[0, 0.1], [0.0, 0]], [[0.5, 0.4], [0.0, 0]], method="direct")
    with pytest.raises(InputError, match=r"final_shares must have rows and columns, not shape \(2,\)"):
        allocate_services(AMOUNTS, AMONG, [[0.5, 0.4], [0.8]], method="direct")


@pytest.mark.parametrize(
    ("amounts", "error", "message"),
    [
        ([1.005, 1], DomainError, "amounts, row 1, must be a whole number of units at 2 places"),
        ([1, math.inf], DomainError, "amounts, row 2, must be finite"),
        ([1, None], InputError, "amounts, row 2, must be a number, not None"),
        ([[1, 1]], InputError, r"amounts must be one column, not of shape \(1, 2\)"),
    ],
)
def test_wrong_amounts_are_refused(amounts: list[Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        service_costs(amounts, [[0, 1], [0, 0]], method="reciprocal")


def test_an_unknown_method_or_order_is_refused() -> None:
    with pytest.raises(InputError, match="method must be one of reciprocal, step-down, direct, not activity"):
        service_costs([1, 2], [[0, 1], [0, 0]], method="activity")  # type: ignore[arg-type]
    for order in ([0], [0, 1, 2], [0, 0], [2, 1]):
        with pytest.raises(InputError, match=r"order must name each of the service pools \[0, 1\] once, not"):
            service_costs([*AMOUNTS, 0, 0], SQUARE, method="step-down", order=order)
