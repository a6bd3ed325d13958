"""What is usable of pools, capacity and services, and where the pools do not tie to the trial balance."""

from typing import Any

import numpy as np
import pytest

from tests.valuation.model.builders import AS_OF, customers, found, kinds, settings, table, tables
from valuation.findings import Finding, Severity
from valuation.model.costs import Costs, costs_of_customers
from valuation.model.history import read_base
from valuation.model.ledger import UsableLedger, account_balances, cost_ledger, read_usable_ledger
from valuation.settings import Settings
from valuation.tables import TableData

OWN = customers("A", "B")
MINUTES = table("Drivers", customer_id=["A", "B"], driver=["minutes"] * 2, quantity=[60.0, 30.0])


def pools(**columns: list[Any]) -> TableData:
    size = len(next(iter(columns.values()), [None]))
    usual: dict[str, list[Any]] = {
        "pool": ["Desk"] * size,
        "gl_account": ["6100"] * size,
        "amount": [120.0] * size,
        "driver": ["minutes"] * size,
        "treatment": ["retention"] * size,
        "family": ["support"] * size,
    }
    return table("Ledger pools", **(usual | columns))


def read(*parts: TableData, assumed: Settings | None = None) -> tuple[UsableLedger, list[Finding]]:
    return read_usable_ledger(read_base(OWN, None, AS_OF), assumed or settings(), tables(MINUTES, *parts))


def costs(*parts: TableData, **assumed: object) -> Costs:
    given = {part.table.name: part for part in (MINUTES, *parts)}
    return costs_of_customers(read_base(OWN, None, AS_OF), settings(**assumed), given, np.zeros(2))


def place(finding: Finding) -> tuple[Severity, str, str, tuple[int, ...]]:
    return finding.severity, finding.table, finding.column, finding.rows


# Pools.


def test_an_avoidable_share_that_nobody_says_is_the_one_assumed() -> None:
    ledger = pools(avoidable_share=[None, 0.25, 7.0])
    assert read(ledger, assumed=settings(avoidable_share=0.6))[0].pools["avoidable_share"].tolist() == [0.6, 0.25, 0.6]
    np.testing.assert_array_equal(read(ledger)[0].pools["avoidable_share"], [np.nan, 0.25, np.nan])


def test_periods_are_months_whatever_their_day() -> None:
    ledger = pools(period=["2025-02-28", "2025-02-01", None])
    assert read(ledger)[0].pools["period"].tolist() == ["2025-02-28", "2025-02-28", None]


def test_a_quantity_of_a_period_without_cost_is_found() -> None:
    used = table(
        "Drivers",
        customer_id=["A", "B", "A", "B"],
        driver=["minutes", "minutes", "minutes", "visits"],
        quantity=[1.0, 1.0, 1.0, 1.0],
        period=["2025-01-15", "2025-03-31", None, "2025-03-31"],
    )
    _, findings = read(pools(period=["2025-01-31"]), used)
    assert place(found(findings, "quantity of a period without cost")) == (
        Severity.WARNING,
        "Drivers",
        "period",
        (2, 3),
    )
    assert kinds(read(pools(period=["2025-01-31", None]), used)[1]) == set()
    assert kinds(read(pools(period=["2025-01-31"]))[1]) == set()


# Capacity.


def test_resources_add_up_and_unused_cost_is_kept_apart() -> None:
    capacity = table("Capacity", pool=["Desk", " Desk"], resource=["day", "night"], practical_minutes=[100.0, 20.0])
    result = costs(pools(), capacity)
    assert result.ledger is not None
    assert result.lines["support"].tolist() == [60.0, 30.0]
    assert result.ledger.pools["unused"].tolist() == [30.0]
    assert result.findings == []
    by_activity = costs(pools(), capacity, costing="activity-based")
    assert by_activity.lines["support"].tolist() == [80.0, 40.0]


def test_what_is_odd_about_capacity_is_found_by_row() -> None:
    capacity = table(
        "Capacity",
        pool=["Desk", "Bar", None, "Desk", "Desk", "Desk"],
        resource=["a", None, "b", "c", "c", "d"],
        theoretical_minutes=[50.0, None, None, None, None, None],
        practical_minutes=[100.0, 5.0, 5.0, 20.0, 7.0, None],
        driver=["minutes", None, None, "calls", None, None],
    )
    usable, findings = read(pools(), capacity)
    assert place(found(findings, "capacity of an unknown pool")) == (Severity.ERROR, "Capacity", "pool", (2,))
    assert place(found(findings, "two drivers for one pool")) == (Severity.ERROR, "Capacity", "driver", (4,))
    more = found(findings, "more practical than theoretical minutes")
    assert place(more) == (Severity.WARNING, "Capacity", "practical_minutes", (1,))
    assert usable.capacity is not None
    assert usable.capacity[["pool", "practical_minutes", "driver"]].to_numpy().tolist() == [
        ["Desk", 100.0, "minutes"],
        ["Desk", 20.0, "minutes"],
    ]


def test_capacity_of_unknown_pools_alone_is_none() -> None:
    usable, findings = read(pools(), table("Capacity", pool=["Bar"], practical_minutes=[5.0]))
    assert (usable.capacity, kinds(findings)) == (None, {"capacity of an unknown pool"})


def test_the_driver_of_the_minutes_is_made_too() -> None:
    capacity = table("Capacity", pool=["Desk"], practical_minutes=[600.0], driver=["time"])
    equation = table("Time equations", driver=["time"], activity=["call"], minutes=[10.0])
    done = table("Activities", customer_id=["A"], activity=["call"], quantity=[30.0])
    result = costs(pools(driver=[None]), capacity, equation, done)
    assert result.lines["support"].tolist() == [60.0, 0.0]


# Services.


def services(*rows: tuple[str | None, str | None, float | None]) -> TableData:
    return table("Service departments", **dict(zip(("pool", "to_pool", "share"), zip(*rows, strict=True), strict=True)))


TWO: dict[str, list[Any]] = {"pool": ["IT", "Desk"], "amount": [90.0, 30.0], "driver": [None, "minutes"]}


def test_services_are_passed_on_before_anything_is_allocated() -> None:
    result = costs(pools(**TWO), services((" IT", "Desk ", 1.0), (None, None, None)))
    assert result.ledger is not None
    assert result.lines["support"].tolist() == [80.0, 40.0]
    assert result.ledger.pools[["pool", "services"]].to_numpy().tolist() == [["IT", -90.0], ["Desk", 90.0]]
    assert result.findings == []


@pytest.mark.parametrize(
    ("rows", "kind", "column", "where"),
    [
        ([("IT", "Desk", 0.5), ("IT", "Bar", 0.5)], "service to an unknown pool", "to_pool", (2,)),
        ([("Bar", "Desk", 1.0)], "service to an unknown pool", "to_pool", (1,)),
        ([("IT", "Desk", 0.7), ("IT", "IT", 0.3)], "service to itself", "to_pool", (2,)),
        ([("IT", "Desk", 0.7)], "shares do not add up to 100%", "share", (1,)),
        ([("IT", "Desk", 0.7), ("IT", "Desk", None)], "shares do not add up to 100%", "share", (1, 2)),
        ([("IT", "Desk", 1.2), ("IT", "Desk", -0.2)], "shares do not add up to 100%", "share", (1, 2)),
    ],
)
def test_services_that_cannot_be_used_leave_the_cost_with_their_pool(
    rows: list[Any], kind: str, column: str, where: tuple[int, ...]
) -> None:
    result = costs(pools(**TWO), services(*rows))
    finding = found(result.findings, kind)
    assert place(finding) == (Severity.ERROR, "Service departments", column, where)
    assert "no cost of service pools is passed on until it is mended" in finding.what
    assert result.ledger is not None
    assert result.ledger.pools[["unallocated", "allocated", "services"]].to_numpy().tolist() == [
        [90.0, 0.0, 0.0],
        [0.0, 30.0, 0.0],
    ]


def test_a_pool_without_shared_lines_cannot_be_served() -> None:
    result = costs(pools(**TWO, customer_id=[None, "A"]), services(("IT", "Desk", 1.0)))
    assert found(result.findings, "service to an unknown pool").rows == (1,)


def test_services_in_a_circle_have_no_solution_and_are_left_out() -> None:
    circle = services(("IT", "Desk", 1.0), ("Desk", "IT", 1.0))
    usable, _ = read(pools(**TWO), circle)
    result, without, findings = cost_ledger(usable, settings())
    finding = found(findings, "services without a solution")
    assert place(finding) == (Severity.ERROR, "Service departments", "share", ())
    assert "must reach an operating pool in the end" in finding.what
    assert (without.services, result.pools["services"].tolist()) == (None, [0.0, 0.0])


def test_a_method_that_has_nobody_to_charge_is_found() -> None:
    three: dict[str, list[Any]] = {
        "pool": ["IT", "HR", "Desk"],
        "driver": [None, None, "minutes"],
        "amount": [1.0, 2.0, 4.0],
    }
    rows = services(("IT", "HR", 1.0), ("HR", "Desk", 1.0))
    assert costs(pools(**three), rows).lines["support"].sum() == 7.0
    direct = costs(pools(**three), rows, service_method="direct")
    assert direct.lines["support"].sum() == 4.0
    assert "the direct method ignores" in found(direct.findings, "services without a solution").what


# The trial balance.


def test_pools_that_tie_cost_what_they_cost() -> None:
    balance = table("Trial balance", gl_account=["6100", "9000"], amount=[120.0, 0.0])
    result = costs(pools(), balance, ledger_control_total=120.0)
    assert (result.lines["support"].tolist(), result.findings) == ([80.0, 40.0], [])


def test_pools_that_do_not_tie_in_total_stop_every_cost() -> None:
    result = costs(pools(), ledger_control_total=150.0)
    finding = found(result.findings, "ledger does not tie")
    assert place(finding) == (Severity.ERROR, "Ledger pools", "amount", ())
    assert finding.amounts == (-30.0,)
    assert "The pools add up to 120.00 and the trial balance says 150.00: no customer gets a cost" in finding.what
    assert all(np.isnan(line).all() for line in result.lines.values())
    assert np.isnan([result.acquisition, result.avoidable]).all()
    assert result.ledger is not None
    assert result.ledger.pools["ledger"].tolist() == [120.0]


@pytest.mark.parametrize("difference", [0.004, -0.004])
def test_less_than_half_a_cent_is_no_difference(difference: float) -> None:
    assert costs(pools(), ledger_control_total=120.0 + difference).findings == []


def test_accounts_that_do_not_tie_stop_every_cost_and_say_where() -> None:
    balance = table(
        "Trial balance",
        gl_account=["6100", "6200", None, "6300", "6400", "6400"],
        amount=[120.0, 50.0, 1.0, 30.0, None, 7.0],
    )
    ledger = pools(gl_account=["6100", "6200"], amount=[120.0, 49.99])
    result = costs(ledger, balance)
    finding = found(result.findings, "account does not tie")
    assert place(finding) == (Severity.ERROR, "Trial balance", "amount", (2, 4, 6))
    assert finding.amounts == (0.01, 30.0, 7.0)
    assert all(np.isnan(line).all() for line in result.lines.values())
    assert account_balances(balance).to_dict() == {"6100": 120.0, "6200": 50.0, "6300": 30.0, "6400": 7.0}


def test_accounts_that_the_trial_balance_does_not_know_are_a_warning() -> None:
    balance = table("Trial balance", gl_account=["6100"], amount=[120.0])
    result = costs(pools(gl_account=["6100", "7", "5"], amount=[120.0, 1.0, 2.0]), balance)
    finding = found(result.findings, "account not on the trial balance")
    assert place(finding) == (Severity.WARNING, "Trial balance", "gl_account", ())
    assert finding.what.startswith("2 accounts of Ledger pools are not on Trial balance (5, 7)")
    assert result.lines["support"].sum() == 123.0


def test_no_trial_balance_checks_nothing() -> None:
    assert account_balances(None).empty
    assert costs(pools(), table("Trial balance", gl_account=[None], amount=[5.0])).findings == []
