import json
import math
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import FAMILIES, CostIssue, cost_to_serve, driver_rate, reconcile
from valuation.cost.statement import OUTCOMES
from valuation.errors import DomainError, InputError, ZeroDenominatorError

GOLDEN_FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN: dict[str, Any] = json.loads((GOLDEN_FOLDER / "cost.json").read_text("utf-8"))
G12: dict[str, Any] = GOLDEN["g12"]
CUSTOMERS = pd.read_csv(GOLDEN_FOLDER / "g12_customers.csv", dtype={"id": str}).set_index("id")


def ledger_lines(*lines: dict[str, Any]) -> pd.DataFrame:
    blank = {
        "pool": "Dispatch",
        "gl_account": "6100",
        "amount": 100.00,
        "driver": "parcels",
        "treatment": "retention",
        "acq_share": math.nan,
        "family": "logistics",
        "customer_id": None,
    }
    return pd.DataFrame([{**blank, **line} for line in lines])


def driver_rows(**quantities: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": list(quantities), "driver": "parcels", "quantity": list(quantities.values())},
    )


def g12_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    lines = [
        {"pool": pool["family"], "family": pool["family"], "driver": pool["driver"], "amount": float(pool["amount"])}
        for pool in G12["pools"]
    ]
    unused = {"pool": "support", "family": "support", "driver": "sup_min", "treatment": "unallocated"}
    lines.append({**unused, "amount": float(G12["unused_support"])})
    drivers = [
        pd.DataFrame({"customer_id": CUSTOMERS.index, "driver": pool["driver"], "quantity": CUSTOMERS[pool["driver"]]})
        for pool in G12["pools"]
    ]
    return ledger_lines(*lines), pd.concat(drivers)


# The example of the specification.


def test_g12_costs_agree_to_the_cent_in_every_family() -> None:
    found = cost_to_serve(*g12_tables(), CUSTOMERS.index).by_customer
    for pool in G12["pools"]:
        assert found[pool["family"]].tolist() == CUSTOMERS[pool["column"]].tolist()
    assert np.round(CUSTOMERS["cts"], 2).tolist() == found["cost_to_serve"].tolist()


def test_g12_pools_add_up_to_the_ledger() -> None:
    pools = cost_to_serve(*g12_tables(), CUSTOMERS.index).pools
    assert (pools["difference"] == 0).all()
    allocated, unallocated = pools["allocated"].sum(), pools["unallocated"].sum()
    statement = reconcile(pools["ledger"].sum(), allocated=allocated, unused=unallocated, unallocated=0)
    assert statement.ties
    assert round(pools["ledger"].sum(), 2) == float(G12["ledger"])
    assert round(allocated, 2) == float(G12["totals"]["cost_to_serve"])
    assert unallocated == float(G12["unused_support"])


@pytest.mark.parametrize("pool", G12["pools"], ids=lambda pool: pool["family"])
def test_g12_rates_are_pool_over_driver_total(pool: dict[str, Any]) -> None:
    pools = cost_to_serve(*g12_tables(), CUSTOMERS.index).pools
    row = pools[(pools["family"] == pool["family"]) & (pools["treatment"] == "retention")].iloc[0]
    assert f"{row['rate']:.{len(pool['rate'].split('.')[1])}f}" == pool["rate"]
    assert row["driver_total"] == CUSTOMERS[pool["driver"]].sum()


def test_g12_customers_won_in_the_year_carry_their_acquisition_cost() -> None:
    won = G12["acquisition"]
    lines = [
        {"family": family, "amount": float(CUSTOMERS[family][customer]), "customer_id": customer, "acq_share": share}
        for customer, share in (("C07", won["share"]), ("C08", won["share"]), ("C02", math.nan))
        for family in ("marketing", "sales")
    ]
    found = cost_to_serve(ledger_lines(*lines), driver_rows(), CUSTOMERS.index).by_customer["acquisition_cost"]
    assert found[["C02", "C07", "C08"]].tolist() == [0.0, float(won["C07"]), float(won["C08"])]


def test_reconcile_matches_the_statement_of_the_specification() -> None:
    amounts = {name: float(amount) for name, amount in GOLDEN["reconcile"].items() if name != "source"}
    statement = reconcile(amounts.pop("ledger_total"), **amounts)
    assert (statement.difference, statement.ties) == (0.0, True)


# Laws.


quantities = st.dictionaries(st.sampled_from("ABCXY"), st.decimals(0, 1000, places=2).map(float), max_size=5)
line = st.fixed_dictionaries(
    {
        "pool": st.sampled_from(["P", "Q"]),
        "amount": st.integers(-(10**7), 10**7).map(lambda cents: cents / 100),
        "driver": st.sampled_from(["parcels", "unheard of", ""]),
        "treatment": st.sampled_from(["retention", "acquisition", "sustaining", "unallocated"]),
        "acq_share": st.sampled_from([math.nan, 0.0, 0.25, 1.0]),
        "family": st.sampled_from(FAMILIES),
        "customer_id": st.sampled_from([None, "A", "B", "Z"]),
    }
)


def slow_costs(lines: list[dict[str, Any]], use: dict[str, float]) -> dict[str, Fraction]:
    """Exact share of each customer, unrounded; what stays unallocated is under ""."""
    cost: dict[str, Fraction] = defaultdict(Fraction)
    whole = sum(Fraction(str(quantity)) for quantity in use.values())
    for entry in lines:
        amount = Fraction(str(entry["amount"]))
        if entry["treatment"] in ("sustaining", "unallocated"):
            cost[""] += amount
        elif entry["customer_id"] is not None:
            cost[entry["customer_id"]] += amount
        elif entry["driver"] != "parcels" or whole == 0:
            cost[""] += amount
        else:
            for customer, quantity in use.items():
                cost[customer] += amount * Fraction(str(quantity)) / whole
    return cost


def cents(amount: float) -> int:
    return round(amount * 100)


@given(st.lists(line, min_size=1, max_size=8), quantities)
def test_no_cent_is_lost_in_any_pool(lines: list[dict[str, Any]], use: dict[str, float]) -> None:
    found = cost_to_serve(ledger_lines(*lines), driver_rows(**use), ["A", "B", "C"])
    assert (found.pools["difference"] == 0).all()
    statement = {name: sum(map(cents, found.pools[name])) for name in ("ledger", *OUTCOMES)}
    assert statement["ledger"] == sum(cents(entry["amount"]) for entry in lines)
    assert sum(map(cents, found.by_customer["cost_to_serve"])) == statement["traced"] + statement["allocated"]
    unknown = [issue.amount for issue in found.issues if issue.kind == "unknown customer"]
    assert sum(map(cents, unknown)) == statement["unknown_customer"]


@given(st.lists(line, min_size=1, max_size=8), quantities)
def test_costs_are_within_a_cent_per_line_of_the_exact_shares(
    lines: list[dict[str, Any]], use: dict[str, float]
) -> None:
    found = cost_to_serve(ledger_lines(*lines), driver_rows(**use), ["A", "B", "C"])
    exact = slow_costs(lines, use)
    for customer, cost in found.by_customer["cost_to_serve"].items():
        assert abs(Fraction(cents(cost), 100) - exact[str(customer)]) <= Fraction(len(lines), 100)
    assert sum(map(cents, found.pools["unallocated"])) == exact[""] * 100


@given(st.lists(line, min_size=1, max_size=8), quantities)
def test_detail_and_families_add_up_to_the_customers(lines: list[dict[str, Any]], use: dict[str, float]) -> None:
    found = cost_to_serve(ledger_lines(*lines), driver_rows(**use), ["A", "B", "C"])
    for customer, row in found.by_customer.iterrows():
        own = found.detail()[found.detail()["customer_id"] == customer]
        assert sum(map(cents, own["cost"])) == cents(row["cost_to_serve"])
        assert sum(map(cents, own["acquisition_cost"])) == cents(row["acquisition_cost"])
        assert sum(cents(row[family]) for family in FAMILIES) == cents(row["cost_to_serve"])
    assert (found.detail()["cost"] != 0).all()


@given(st.integers(-(10**12), 10**12), st.decimals(0, 1, places=12))
def test_the_acquisition_part_is_the_share_rounded_to_the_cent(amount: int, share: Decimal) -> None:
    lines = ledger_lines({"amount": amount / 100, "acq_share": float(share), "customer_id": "A"})
    won = cents(cost_to_serve(lines, driver_rows(), ["A"]).by_customer["acquisition_cost"]["A"])
    assert abs(won - amount * Fraction(repr(float(share)))) <= Fraction(1, 2)


# Rules.


def test_lines_of_one_pool_and_driver_are_allocated_together() -> None:
    pools = ledger_lines({"amount": 50.00}, {"amount": 50.00}, {"amount": 0.01, "driver": "orders"})
    found = cost_to_serve(pools, driver_rows(A=1, B=1, C=1), ["A", "B", "C"])
    assert found.by_customer["logistics"].tolist() == [33.34, 33.33, 33.33]
    assert found.pools["ledger"].tolist() == [100.00, 0.01]


def test_quantities_of_a_customer_add_up_exactly() -> None:
    drivers = pd.concat([driver_rows(A=0.1, B=0.3), driver_rows(A=0.2)])
    found = cost_to_serve(ledger_lines({"amount": 0.01}), drivers, ["A", "B"])
    # 0.1 + 0.2 is 0.3, so the two are equal and the earlier one gets the cent.
    assert found.by_customer["logistics"].tolist() == [0.01, 0.0]
    assert found.detail()["quantity"].tolist() == [0.3]


def test_facility_cost_stays_with_the_company_even_with_a_customer() -> None:
    pools = ledger_lines(
        {"treatment": "sustaining", "family": None, "pool": "Head office"},
        {"treatment": "unallocated", "customer_id": "A"},
    )
    found = cost_to_serve(pools, driver_rows(A=1), ["A"])
    assert found.by_customer["cost_to_serve"].tolist() == [0.0]
    assert found.pools["unallocated"].tolist() == [100.0, 100.0]
    assert found.pools["family"].tolist() == ["", "logistics"]
    assert found.issues == []


def test_a_traced_line_costs_its_customer_and_has_no_rate() -> None:
    found = cost_to_serve(ledger_lines({"customer_id": " B "}, {"amount": 10.00}), driver_rows(A=1), ["A", "B"])
    assert found.by_customer["logistics"].to_dict() == {"A": 10.00, "B": 100.00}
    traced = found.detail()[found.detail()["customer_id"] == "B"].iloc[0]
    assert (traced["driver"], traced["cost"]) == ("", 100.00)
    assert np.isnan(traced["quantity"])
    assert np.isnan(traced["rate"])
    assert found.pools[["ledger", "traced", "allocated"]].iloc[0].tolist() == [110.0, 100.0, 10.0]


def test_unknown_customers_keep_their_share_apart() -> None:
    pools = ledger_lines({"amount": 90.00}, {"amount": 5.00, "customer_id": "Z"})
    found = cost_to_serve(pools, driver_rows(A=1, X=1, B=1), ["A", "B"])
    assert found.by_customer["logistics"].tolist() == [30.0, 30.0]
    assert found.pools[["allocated", "unknown_customer", "unallocated"]].iloc[0].tolist() == [60.0, 35.0, 0.0]
    unknown = {"kind": "unknown customer", "pool": "Dispatch", "driver": "parcels"}
    issues = sorted(found.issues, key=lambda issue: issue.customer)
    assert issues == [
        CostIssue(**unknown, customer="X", amount=30.0),
        CostIssue(**unknown, customer="Z", amount=5.0),
    ]


def test_a_driver_row_without_customer_is_an_unknown_customer() -> None:
    drivers = pd.DataFrame({"customer_id": ["A", None], "driver": "parcels", "quantity": [1, 1]})
    found = cost_to_serve(ledger_lines({}), drivers, ["A"])
    assert found.issues[0].customer == "(blank)"
    assert found.pools["unknown_customer"].tolist() == [50.0]


@pytest.mark.parametrize(
    ("use", "driver", "kind", "culprit"),
    [
        ({"A": 0.0}, "parcels", "zero driver", ""),
        ({"A": 1.0}, "orders", "zero driver", ""),
        ({"A": 1.0}, None, "no driver", ""),
        ({"A": 2.0, "B": -1.0}, "parcels", "negative quantity", "B"),
        ({"A": 2.0, "B": math.nan}, "parcels", "missing quantity", "B"),
        ({"A": 2.0, "B": math.inf}, "parcels", "missing quantity", "B"),
    ],
)
def test_a_pool_that_cannot_be_allocated_stays_and_is_reported(
    use: dict[str, float], driver: str | None, kind: str, culprit: str
) -> None:
    found = cost_to_serve(ledger_lines({"driver": driver}), driver_rows(**use), ["A", "B"])
    expected = CostIssue(kind=kind, pool="Dispatch", driver=driver or "", customer=culprit, amount=100.0)
    assert found.issues[0] == expected
    assert found.by_customer["cost_to_serve"].tolist() == [0.0, 0.0]
    assert found.pools["unallocated"].tolist() == [100.0]
    assert found.pools["rate"].isna().all()


def test_a_credit_within_a_customers_rows_is_no_fault() -> None:
    drivers = pd.concat([driver_rows(A=3.0, B=1.0), driver_rows(A=-2.0)])
    assert cost_to_serve(ledger_lines({}), drivers, ["A", "B"]).by_customer["logistics"].tolist() == [50.0, 50.0]


def test_customers_whom_no_driver_mentions_are_listed() -> None:
    found = cost_to_serve(ledger_lines({}), driver_rows(A=1), ["A", "B"])
    assert found.issues == [CostIssue(kind="no driver quantity", customer="B")]


def test_treatment_acquisition_is_all_acquisition() -> None:
    pools = ledger_lines({"treatment": "acquisition", "amount": 3.00}, {"acq_share": 0.5, "amount": 0.03})
    found = cost_to_serve(pools, driver_rows(A=1), ["A"]).by_customer
    assert found["acquisition_cost"].tolist() == [3.02]


def test_a_customer_id_may_be_a_number_or_a_text() -> None:
    drivers = pd.DataFrame({"customer_id": [1001.0, 1002.0], "driver": "parcels", "quantity": [1, 3]})
    found = cost_to_serve(ledger_lines({}), drivers, [1001, 1002])
    assert found.by_customer.loc[1002, "logistics"] == 75.0
    assert cost_to_serve(ledger_lines({}), drivers, ["1001", "1002"]).by_customer.loc["1002", "logistics"] == 75.0


def test_a_blank_family_is_the_name_of_the_pool() -> None:
    found = cost_to_serve(ledger_lines({"pool": "Order handling", "family": None}), driver_rows(A=1), ["A"])
    assert found.by_customer["order handling"].tolist() == [100.0]


def test_columns_and_order_are_fixed() -> None:
    found = cost_to_serve(ledger_lines({}), driver_rows(B=1), ["B", "A"])
    assert found.by_customer.columns.tolist() == [
        *FAMILIES,
        "cost_to_serve",
        "acquisition_cost",
        "goods",
        "avoidable_cost",
    ]
    assert found.by_customer.index.tolist() == ["B", "A"]
    assert found.by_customer.index.name == "customer_id"


def test_optional_columns_may_be_left_out_and_tables_empty() -> None:
    pools = ledger_lines({}).drop(columns=["gl_account", "acq_share", "customer_id"])
    found = cost_to_serve(pools, driver_rows(A=1), ["A"])
    assert found.by_customer["cost_to_serve"].tolist() == [100.0]
    nothing = cost_to_serve(pools.iloc[:0], driver_rows(), [])
    assert (len(nothing.by_customer), len(nothing.detail()), len(nothing.pools), nothing.issues) == (0, 0, 0, [])
    assert nothing.detail().columns.tolist() == found.detail().columns.tolist()


def test_amounts_may_be_decimals_and_carry_the_noise_of_floats() -> None:
    pools = ledger_lines({"amount": Decimal("10.10")}, {"amount": 0.1 + 0.2})
    assert cost_to_serve(pools, driver_rows(A=1), ["A"]).by_customer["logistics"].tolist() == [10.4]


def test_long_decimals_of_quantities_are_allocated_too() -> None:
    found = cost_to_serve(ledger_lines({}), driver_rows(A=1 / 3, B=2 / 3), ["A", "B"])
    assert found.by_customer["logistics"].tolist() == [33.33, 66.67]


# The doors.


@pytest.mark.parametrize("column", ["pool", "amount", "driver", "treatment", "family"])
def test_a_ledger_column_has_to_be_there(column: str) -> None:
    with pytest.raises(InputError, match=f"pools must have a column {column}"):
        cost_to_serve(ledger_lines({}).drop(columns=column), driver_rows(A=1), ["A"])


@pytest.mark.parametrize("column", ["customer_id", "driver", "quantity"])
def test_a_driver_column_has_to_be_there(column: str) -> None:
    with pytest.raises(InputError, match=f"drivers must have a column {column}"):
        cost_to_serve(ledger_lines({}), driver_rows(A=1).drop(columns=column), ["A"])


def test_unknown_words_are_refused_with_their_row() -> None:
    with pytest.raises(InputError, match=r"family must be one of marketing, .* not catering in row 2"):
        cost_to_serve(ledger_lines({}, {"family": "Catering"}), driver_rows(A=1), ["A"])
    with pytest.raises(InputError, match=r"treatment must be one of retention, .* not spread in row 1"):
        cost_to_serve(ledger_lines({"treatment": "spread"}), driver_rows(A=1), ["A"])
    with pytest.raises(InputError, match="family must be one of"):
        cost_to_serve(ledger_lines({"treatment": "sustaining", "family": "catering"}), driver_rows(A=1), ["A"])


@pytest.mark.parametrize(
    ("amount", "error", "message"),
    [
        (10.005, DomainError, r"amount, row 2, must be a whole number of units at 2 places, not 10\.005"),
        (math.nan, InputError, "amount, row 2, must be a number, not nan"),
        (math.inf, DomainError, "amount, row 2, must be finite, not inf"),
        ("12", InputError, "amount must be numbers, not '12'"),
        (True, InputError, "amount must be numbers, not True"),
    ],
)
def test_amounts_are_whole_cents(amount: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        cost_to_serve(ledger_lines({}, {"amount": amount}), driver_rows(A=1), ["A"])


@pytest.mark.parametrize("share", [-0.1, 1.1, 80.0, math.inf])
def test_an_acquisition_share_is_a_part(share: float) -> None:
    with pytest.raises(DomainError, match=r"acq_share must be in 0\.\.1, not .* in row 2"):
        cost_to_serve(ledger_lines({}, {"acq_share": share}), driver_rows(A=1), ["A"])


def test_customers_are_there_once() -> None:
    with pytest.raises(InputError, match="customer_ids must each be there once, not A in row 3"):
        cost_to_serve(ledger_lines({}), driver_rows(A=1), ["A", "B", " A"])
    with pytest.raises(InputError, match="customer_ids must not be blank, not nan in row 2"):
        cost_to_serve(ledger_lines({}), driver_rows(A=1), np.array(["A", None], dtype=object))
    with pytest.raises(InputError, match=r"customer_ids must be one column, not of shape \(1, 1\)"):
        cost_to_serve(ledger_lines({}), driver_rows(A=1), [["A"]])


def test_texts_are_no_quantities() -> None:
    drivers = pd.DataFrame({"customer_id": ["A"], "driver": "parcels", "quantity": ["3"]})
    with pytest.raises(InputError, match=r"drivers\.quantity must be numbers, not '3'"):
        cost_to_serve(ledger_lines({}), drivers, ["A"])


# Rates and reconciliation.


def test_a_rate_without_driver_fails_in_its_row_only() -> None:
    rates = driver_rate([120000.0, 5.0, 6.0, math.nan, math.inf], [120000, 0, -3, 1, 1])
    np.testing.assert_array_equal(rates, [1.0, math.nan, math.nan, math.nan, math.nan])


def test_numbers_too_large_for_a_float_count_as_infinite() -> None:
    costs = pd.Series([Fraction(10**400), Fraction(-(10**400)), Fraction(1, 2)], dtype=object)
    np.testing.assert_array_equal(driver_rate(costs, [1, 1, 1]), [math.nan, math.nan, 0.5])


def test_a_single_rate_is_a_number() -> None:
    assert driver_rate(560000, 700000) == 0.8
    assert driver_rate([1.0, 2.0], 4).tolist() == [0.25, 0.5]


def test_a_single_driver_total_has_to_be_in_range() -> None:
    with pytest.raises(ZeroDenominatorError, match="driver_total must not be 0"):
        driver_rate([1.0, 2.0], 0)
    with pytest.raises(DomainError, match="driver_total must not be negative, not -1"):
        driver_rate(1.0, -1)
    with pytest.raises(InputError, match="driver_total must be a number, not nan"):
        driver_rate(1.0, math.nan)
    with pytest.raises(DomainError, match="pool_cost must be finite, not inf"):
        driver_rate(math.inf, 1)


def test_rates_of_a_wrong_kind_or_shape_are_refused() -> None:
    with pytest.raises(InputError, match=r"pool_cost and driver_total must fit, not \(2,\) and \(3,\)"):
        driver_rate([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="driver_total must be numbers, not '7'"):
        driver_rate([1.0], ["7"])


@given(st.lists(st.integers(-(10**12), 10**12), min_size=3, max_size=3), st.integers(-5, 5))
def test_reconcile_sees_every_cent(parts: list[int], gap: int) -> None:
    allocated, unused, unallocated = (part / 100 for part in parts)
    found = reconcile((sum(parts) + gap) / 100, allocated=allocated, unused=unused, unallocated=unallocated)
    assert found.difference == gap / 100
    assert found.ties == (gap == 0)


def test_reconcile_forgives_the_noise_of_sums_but_no_part_of_a_cent() -> None:
    assert reconcile(0.3, allocated=0.1 + 0.2, unused=0, unallocated=0).ties
    assert not reconcile(Decimal("0.001"), allocated=0, unused=0, unallocated=0).ties
    assert reconcile(0.001, allocated=0, unused=0, unallocated=0).difference == 0.001


def test_reconcile_refuses_what_is_no_amount() -> None:
    with pytest.raises(InputError, match="unused must be a number, not nan"):
        reconcile(1.0, allocated=1.0, unused=math.nan, unallocated=0)
    with pytest.raises(DomainError, match="ledger_total must be finite, not inf"):
        reconcile(math.inf, allocated=1.0, unused=0, unallocated=0)
