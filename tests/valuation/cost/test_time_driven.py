import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import (
    activity_minutes,
    capacity_rate,
    minutes_by_customer,
    time_driven_cost,
    time_equations,
    unused_units,
)
from valuation.cost.activities import TimeEquations
from valuation.errors import DomainError, InputError, ZeroDenominatorError

Term = tuple[str, str | None, float]

# Kaplan and Anderson's customer service department, as the specification gives it.
UNIT_MINUTES = [8, 44, 50]
QUANTITIES = [49_000, 1_400, 2_500]
ORDER: list[Term] = [("order", None, 3), ("order", "lines", 2), ("order", "new", 15), ("order", "rush", 10)]


def equations(terms: list[Term], **more: Any) -> TimeEquations:
    return time_equations(pd.DataFrame(terms, columns=["activity", "attribute", "minutes"]).assign(**more))


def one_by_one(terms: list[Term], rows: list[dict[str, Any]]) -> list[float]:
    """The second way: one row and one term at a time."""
    return [
        sum(
            minutes * (row.get("quantity", 1) if attribute is None else row[attribute])
            for activity, attribute, minutes in terms
            if activity == row["activity"]
        )
        for row in rows
    ]


terms_of_three = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from([None, "x", "y"])), st.integers(0, 60), min_size=1
).map(lambda found: [(*key, float(minutes)) for key, minutes in found.items()])
rows_of_three = st.lists(
    st.fixed_dictionaries(
        {
            "activity": st.sampled_from(["a", "b", "c"]),
            "quantity": st.integers(0, 50),
            "x": st.integers(0, 9),
            "y": st.integers(0, 1),
        }
    ),
    min_size=1,
    max_size=20,
)
amounts = st.integers(-(10**12), 10**12)
minutes = st.decimals(0, 10**6, places=2)


def test_matches_the_example_of_the_specification() -> None:
    desk = time_driven_cost(560_000, 700_000, UNIT_MINUTES, QUANTITIES)
    assert desk.rate == 0.80
    assert desk.minutes.tolist() == [392_000, 61_600, 125_000]
    assert desk.used_minutes == 578_600
    assert desk.cost.tolist() == [313_600, 49_280, 100_000]
    assert desk.used_cost == 462_880
    assert (desk.unused_minutes, desk.unused_cost) == (121_400, 97_120)
    assert desk.unit_cost.tolist() == [6.40, 35.20, 40.00]
    assert desk.warning == ""


def test_matches_the_support_pool_of_the_twelve_customers() -> None:
    support = time_driven_cost(120_000.00, 120_000, [1], [93_000])
    assert (support.rate, support.unused_cost, support.used_cost) == (1.00, 27_000.00, 93_000.00)
    assert support.utilisation == 1 - 0.225


def test_a_rush_order_of_five_lines_takes_23_minutes() -> None:
    order = pd.DataFrame({"activity": ["order"], "lines": [5], "new": [0], "rush": [1]})
    assert activity_minutes(equations(ORDER), order).tolist() == [23]
    assert 23 * capacity_rate(560_000, 700_000) == pytest.approx(18.40, abs=1e-12)


def test_a_month_in_one_row_takes_as_long_as_its_orders() -> None:
    orders = pd.DataFrame({"activity": "order", "lines": [5, 2, 1], "new": [0, 1, 0], "rush": [1, 0, 0]})
    month = orders.drop(columns="activity").sum().to_frame().T.assign(activity="order", quantity=3)
    assert activity_minutes(equations(ORDER), month).tolist() == [activity_minutes(equations(ORDER), orders).sum()]


@given(terms_of_three, rows_of_three)
def test_minutes_equal_the_second_way(terms: list[Term], rows: list[dict[str, Any]]) -> None:
    known = {activity for activity, _, _ in terms}
    rows = [row for row in rows if row["activity"] in known]
    table = pd.DataFrame(rows, columns=["activity", "quantity", "x", "y"])
    assert activity_minutes(equations(terms), table).tolist() == one_by_one(terms, rows)


@given(rows_of_three, st.data())
def test_minutes_of_customers_add_up(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    terms: list[Term] = [("a", None, 3), ("a", "x", 2), ("b", "y", 0.5), ("c", None, 1.25)]
    customers = data.draw(st.lists(st.integers(0, 4), min_size=len(rows), max_size=len(rows)))
    expected = [0.0] * 5
    for customer, spent in zip(customers, one_by_one(terms, rows), strict=True):
        expected[customer] += spent
    found = minutes_by_customer(equations(terms), pd.DataFrame(rows), np.array(customers), 5)
    assert found.tolist() == expected  # halves and quarters add up exactly


@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_many_rows_take_the_same_time_however_the_texts_are_kept(kind: str) -> None:
    rng = np.random.default_rng(3)
    names = np.array(["order", "call ", "call"], dtype=object)
    table = pd.DataFrame({"activity": names[rng.integers(0, 3, 70_000)], "Lines": rng.integers(0, 9, 70_000)})
    terms: list[Term] = [("call", None, 4), ("order", "lines", 2)]
    expected = np.where(table["activity"] == "order", 2 * table["Lines"], 4)
    assert (activity_minutes(equations(terms), table.astype({"activity": kind})) == expected).all()


def test_attributes_are_found_whatever_their_case_and_spaces() -> None:
    terms: list[Term] = [("order", "New customer", 15), ("order", "QUANTITY", 1)]
    table = pd.DataFrame({"activity": [" order"], "new_customer": [1], "Quantity": [4]})
    assert activity_minutes(equations(terms), table).tolist() == [19]


def test_each_driver_has_its_own_minutes() -> None:
    terms = pd.DataFrame(
        {
            "driver": ["desk", "desk", "store"],
            "activity": ["order", "call", "order"],
            "attribute": [None, None, "lines"],
            "minutes": [3, 5, 2],
        }
    )
    table = pd.DataFrame({"activity": ["order", "call"], "lines": [4, math.nan]})
    assert activity_minutes(time_equations(terms), table, driver="desk").tolist() == [3, 5]
    # A call takes none of the store's time.
    assert activity_minutes(time_equations(terms), table, driver="store").tolist() == [8, 0]
    for driver in ("", "shop"):
        with pytest.raises(InputError, match="driver must be desk, store, not"):
            activity_minutes(time_equations(terms), table, driver=driver)
    with pytest.raises(InputError, match="driver must be left out, not desk"):
        activity_minutes(equations(ORDER), table, driver="desk")


def test_what_is_missing_spoils_its_own_row_if_the_equation_asks_for_it() -> None:
    table = pd.DataFrame({"activity": ["order", "call", "order"], "lines": [math.nan, math.nan, 2], "quantity": 1.0})
    table.loc[2, "quantity"] = math.nan
    terms: list[Term] = [("order", "lines", 2), ("call", None, 5)]
    found = activity_minutes(equations(terms), table)
    assert np.isnan(found).tolist() == [True, False, False]
    assert found[1:].tolist() == [5, 4]
    assert np.isnan(minutes_by_customer(equations(terms), table, [1, 0, 0], 2)).tolist() == [False, True]


def test_without_rows_there_are_no_minutes() -> None:
    nothing = pd.DataFrame({"activity": pd.Series([], dtype=object), "lines": [], "new": [], "rush": []})
    assert activity_minutes(equations(ORDER), nothing).tolist() == []
    assert minutes_by_customer(equations(ORDER), nothing, [], 2).tolist() == [0, 0]


def test_a_shorter_time_may_have_a_negative_term_but_no_row_a_negative_sum() -> None:
    terms: list[Term] = [("order", None, 3), ("order", "by portal", -2.5)]
    table = pd.DataFrame({"activity": "order", "by portal": [1, 0, 2]})
    assert activity_minutes(equations(terms), table.iloc[:2]).tolist() == [0.5, 3]
    with pytest.raises(DomainError, match=r"minutes must not be negative, not -2\.0 in row 3"):
        activity_minutes(equations(terms), table)


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        (
            {"activity": ["order", "call"]},
            InputError,
            "activity must have a time equation, but call has none",
        ),
        ({"activity": ["order", None]}, InputError, "activity must not be blank, as it is in row 2"),
        ({"activity": ["order", " "]}, InputError, "activity must not be blank, as it is in row 2"),
        (
            {"activity": ["order"], "new": [0]},
            InputError,
            "activities must have a column lines, which the time",
        ),
        ({"action": ["order"]}, InputError, "activities must have a column activity, not only action"),
        ({"activity": ["order"], "lines": ["5"]}, InputError, "lines must be numbers, not '5'"),
        ({"activity": ["order"], "lines": [True]}, InputError, "lines must be numbers, not"),
        ({"activity": ["order"], "lines": [math.inf]}, DomainError, "lines must be finite, not inf in row 1"),
        ({"activity": ["order"], "quantity": [-math.inf], "lines": [1]}, DomainError, "quantity must be finite"),
    ],
)
def test_wrong_activities_are_refused(columns: dict[str, list[Any]], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        activity_minutes(equations([("order", None, 1), ("order", "lines", 2)]), pd.DataFrame(columns))


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"activity": ["a"]}, InputError, "terms must have a column minutes, not only activity"),
        ({"minutes": [1]}, InputError, "terms must have a column activity, not only minutes"),
        ({"activity": ["a", None], "minutes": [1, 2]}, InputError, "activity must not be blank, not  in row 2"),
        ({"activity": ["a", "b"], "minutes": [1, math.nan]}, InputError, "minutes must be numbers, not nan in row 2"),
        ({"activity": ["a"], "minutes": ["x"]}, InputError, "minutes must be numbers, not 'x'"),
        ({"activity": ["a"], "minutes": [math.inf]}, DomainError, "minutes must be finite, not inf in row 1"),
        ({"activity": ["a", "a "], "minutes": [1, 2]}, InputError, "name the base time of a once; row 2 is the second"),
        (
            {"activity": "a", "attribute": ["New line", "new_line"], "minutes": [1, 2]},
            InputError,
            "a time equation must name new_line of a once; row 2 is the second",
        ),
    ],
)
def test_wrong_terms_are_refused(columns: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        time_equations(pd.DataFrame(columns))


def test_terms_of_unequal_length_are_refused() -> None:
    with pytest.raises(InputError, match="the columns of a time equation must be of one length"):
        TimeEquations(drivers=("",), activities=("a", "b"), attributes=("", ""), minutes=np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("customers", "error", "message"),
    [
        ([0, 2], DomainError, r"customers must be in 0\.\.1, not 2 in row 2"),
        ([-1, 0], DomainError, r"customers must be in 0\.\.1, not -1 in row 1"),
        ([0.0, 1.0], InputError, "customers must be whole numbers, not float64"),
        ([0], InputError, r"customers must be one for each of 2 rows, not of shape \(1,\)"),
    ],
)
def test_wrong_customers_are_refused(customers: list[Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        minutes_by_customer(equations([("a", None, 1)]), pd.DataFrame({"activity": ["a", "a"]}), customers, 2)


# The capacity.


@given(amounts, st.lists(st.tuples(minutes, st.integers(0, 1000)), max_size=8), st.decimals(1000, 10**8, places=2))
def test_used_and_unused_cost_are_the_cost_to_the_cent(
    cents: int, activities: list[tuple[Decimal, int]], practical: Decimal
) -> None:
    each, times = [one for one, _ in activities], [count for _, count in activities]
    result = time_driven_cost(Decimal(cents) / 100, practical, each, times)
    used = sum((Fraction(one) * count for one, count in activities), Fraction(0))
    exact = cents * (Fraction(practical) - used) / Fraction(practical)
    unused, total = round(result.unused_cost * 100), round(result.used_cost * 100)
    if max(abs(unused), abs(total)) < 2**50:  # cents that a float of money holds
        assert abs(unused - exact) <= Fraction(1, 2)
        assert unused + total == cents
        assert [round(cost * 100) for cost in result.cost.tolist()] == pytest.approx(
            [float(total * Fraction(one) * count / used) if used else 0.0 for one, count in activities],
            abs=1.0,
            rel=1e-12,
        )
        assert sum(round(cost * 100) for cost in result.cost.tolist()) == (total if used else 0)
    assert result.utilisation == pytest.approx(float(used / Fraction(practical)))
    assert bool(result.warning) == (used > Fraction(practical))


@given(amounts, st.fractions(Fraction(1, 100), 1000), st.fractions(0, 2000), st.integers(1, 10**6))
def test_only_the_proportion_of_the_minutes_counts(
    cents: int, practical: Fraction, used: Fraction, factor: int
) -> None:
    assert unused_units(cents, practical * factor, used * factor) == unused_units(cents, practical, used)
    assert unused_units(-cents, practical, used) == -unused_units(cents, practical, used)


def test_half_a_cent_goes_away_from_zero() -> None:
    assert [unused_units(cents, 2, 1) for cents in (1, 3, -1, -3)] == [1, 2, -1, -2]
    assert [unused_units(cents, 2, 3) for cents in (1, 3)] == [-1, -2]
    # 0.15 of a cent times 10: in binary 1.4999..., in decimals a half.
    assert unused_units(10, 1, 0.85) == 2
    assert unused_units(10, 1.0, np.float64(0.85)) == 2


def test_nothing_used_is_all_unused() -> None:
    idle = time_driven_cost(100, 60, [5, 0], [0, 3])
    assert (idle.cost.tolist(), idle.used_cost, idle.unused_cost, idle.utilisation) == ([0, 0], 0, 100, 0)
    assert time_driven_cost(100, 60, [], []).unused_cost == 100


def test_overtime_is_a_negative_unused_cost_with_a_warning() -> None:
    busy = time_driven_cost(100, 60, [45, 30], [1, 1])
    assert (busy.unused_cost, busy.used_cost, busy.unused_minutes, busy.utilisation) == (-25, 125, -15, 1.25)
    assert busy.cost.tolist() == [75, 50]
    assert busy.warning.startswith("75 minutes were used of 60: the unused cost is negative")


def test_the_rate_of_many_pools_keeps_bad_rows_apart() -> None:
    rates = capacity_rate([560_000, 1, 1, math.nan, 1], [700_000, 0, -1, 5, math.inf])
    assert rates[0] == 0.8
    assert np.isnan(rates[1:]).all()


def test_no_practical_minutes_are_an_empty_denominator() -> None:
    with pytest.raises(ZeroDenominatorError, match="practical_minutes must not be 0"):
        capacity_rate(100, 0)
    with pytest.raises(ZeroDenominatorError, match="practical_minutes must not be 0"):
        time_driven_cost(100, 0, [1], [1])
    with pytest.raises(ZeroDenominatorError, match="practical_minutes must not be 0"):
        unused_units(100, Decimal(0), 1)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((100.005, 60, [1], [1]), DomainError, "cost must be a whole number of units at 2 places"),
        ((100, -60, [1], [1]), DomainError, "practical_minutes must not be negative, not -60"),
        ((100, math.inf, [1], [1]), DomainError, "practical_minutes must be finite"),
        ((100, 60, [1, -1], [1, 1]), DomainError, "unit_minutes must not be negative, not -1 in row 2"),
        ((100, 60, [1], [-1]), DomainError, "quantities must not be negative, not -1 in row 1"),
        ((100, 60, [1], [math.inf]), DomainError, "quantities, row 1, must be finite"),
        ((100, 60, [math.nan], [1]), InputError, "unit_minutes, row 1, must be a number, not nan"),
        ((100, 60, [[1]], [1]), InputError, r"unit_minutes must be one column, not of shape \(1, 1\)"),
        ((100, 60, [1], [1, 2]), InputError, "unit_minutes and quantities must be of one length, not 1 and 2"),
    ],
)
def test_wrong_capacities_are_refused(args: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        time_driven_cost(*args)


def test_wrong_rates_and_units_are_refused() -> None:
    with pytest.raises(DomainError, match=r"practical_minutes must not be negative, not -1\.0"):
        capacity_rate(1, -1)
    with pytest.raises(DomainError, match="cost must be finite, not inf"):
        capacity_rate(math.inf, 1)
    with pytest.raises(InputError, match="cost must be a number, not nan"):
        capacity_rate(math.nan, 1)
    with pytest.raises(InputError, match=r"cost and practical_minutes must fit, not \(2,\) and \(3,\)"):
        capacity_rate([1, 2], [1, 2, 3])
    with pytest.raises(InputError, match=r"cost_units must be a whole number, not 1\.5"):
        unused_units(1.5, 1, 1)  # type: ignore[arg-type]
