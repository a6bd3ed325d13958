"""Cost to serve from the ledger or from typed factors; whatever is wrong with the pools, no money is dropped."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.model.builders import (
    AS_OF,
    assumptions,
    customers,
    found,
    kinds,
    settings,
    table,
    tables,
)
from valuation.findings import Severity
from valuation.model.costs import Costs, costs_of_customers
from valuation.model.history import read_base
from valuation.settings import Settings, read_settings
from valuation.tables import TableData

OWN = customers("A", "B", segment=["big", "small"])


def costs(
    *parts: TableData, assumed: Settings | None = None, net: list[float] | None = None, own: TableData = OWN
) -> Costs:
    base = read_base(own, None, AS_OF)
    revenue = np.array([100.0, 0.0] if net is None else net)
    return costs_of_customers(base, assumed or settings(), tables(*parts), revenue)


def pools(**columns: list[object]) -> TableData:
    size = len(next(iter(columns.values()), [None]))
    usual: dict[str, list[object]] = {
        "pool": ["support"] * size,
        "gl_account": ["1"] * size,
        "amount": [10.0] * size,
        "driver": ["hours"] * size,
        "treatment": ["retention"] * size,
    }
    return table("Ledger pools", **(usual | columns))


def statement(result: Costs) -> pd.DataFrame:
    """The statement by pool of a costing by ledger."""
    assert result.ledger is not None
    return result.ledger.pools


HOURS = table("Drivers", customer_id=["A", "B"], driver=["hours", "hours"], quantity=[1.0, 3.0])


# The ledger.


def test_pools_are_shared_by_driver_to_the_cent_and_shown() -> None:
    result = costs(pools(amount=[0.10]), HOURS)
    assert result.lines["support"].tolist() == [0.02, 0.08]  # the half cent goes to the larger driver
    shown = statement(result)[["ledger", "allocated", "difference", "driver_total"]]
    assert shown.to_numpy().tolist() == [[0.1, 0.1, 0.0, 4.0]]
    assert result.measured.all()
    assert result.findings == []


def test_a_blank_family_is_the_name_of_the_pool() -> None:
    result = costs(pools(pool=[" Order Handling "], family=[None]), HOURS)
    assert result.lines["order_handling"].sum() == 10.0


@pytest.mark.parametrize(
    "unclear",
    [{"pool": ["Misc"]}, {"treatment": [None]}, {"pool": [None]}],
    ids=["no family", "no treatment", "no pool"],
)
def test_a_pool_that_is_not_clear_stays_unallocated_with_its_money(unclear: dict[str, list[object]]) -> None:
    result = costs(pools(amount=[7.5], **unclear), HOURS)
    assert statement(result)["unallocated"].tolist() == [7.5]
    assert all(line.sum() == 0 for line in result.lines.values())
    finding = found(result.findings, "pool without family or treatment")
    assert (finding.severity, finding.rows, finding.amounts) == (Severity.ERROR, (1,), (7.5,))


def test_sustaining_pools_need_no_family() -> None:
    result = costs(pools(pool=["Brand"], treatment=["sustaining"]), HOURS)
    assert (result.findings, statement(result)["unallocated"].tolist()) == ([], [10.0])


def test_rows_of_findings_are_those_of_the_sheet_when_rows_were_left_out() -> None:
    ledger = pools(
        pool=["support", "Misc", "support", "support"],
        amount=[None, 1.0, 2.005, 3.0],
        driver=["hours", "hours", "hours", "nothing"],
    )
    result = costs(ledger, HOURS)
    assert found(result.findings, "pool without family or treatment").rows == (2,)
    off = found(result.findings, "amount not in whole cents")
    assert (off.severity, off.rows, off.amounts) == (Severity.WARNING, (3,), (2.005,))
    zero = found(result.findings, "zero driver")
    assert (zero.rows, zero.amounts) == ((4,), (3.0,))


def test_amounts_with_the_noise_of_a_sum_are_whole_cents() -> None:
    assert costs(pools(amount=[0.1 + 0.2]), HOURS).findings == []


def test_a_pool_without_driver_stays_unallocated_and_is_found() -> None:
    result = costs(pools(driver=[None, "hours"], customer_id=[None, None]), HOURS)
    assert statement(result)["unallocated"].tolist() == [10.0, 0.0]
    finding = found(result.findings, "no driver")
    assert (finding.rows, finding.amounts) == ((1,), (10.0,))


def test_a_traced_line_needs_no_driver() -> None:
    result = costs(pools(driver=[None], customer_id=["B"], acq_share=[0.4]), HOURS)
    assert result.lines["support"].tolist() == [0.0, 10.0]
    assert result.acquisition.tolist() == [0.0, 4.0]
    nothing = found(result.findings, "customer without a driver")
    assert (nothing.severity, nothing.table, nothing.rows) == (Severity.NOTE, "Customers", (1,))
    assert len(result.findings) == 1


def test_an_impossible_acquisition_share_counts_as_none() -> None:
    result = costs(pools(acq_share=[30.0, -1.0, 0.5]), HOURS)
    assert result.acquisition.sum() == 5.0


def test_cost_of_unknown_customers_is_kept_apart_in_one_finding() -> None:
    used = table("Drivers", customer_id=["A", "X", "Y"], driver=["hours"] * 3, quantity=[2.0, 1.0, 1.0])
    result = costs(pools(amount=[4.0], pool=["support"]), used)
    assert statement(result)["unknown_customer"].tolist() == [2.0]
    finding = found(result.findings, "cost of unknown customers")
    assert (finding.rows, finding.amounts) == ((), (2.0,))
    assert finding.what.startswith("2 customers")


def test_drivers_without_customer_name_or_sensible_quantity_are_left_out() -> None:
    used = table(
        "Drivers",
        customer_id=["A", None, "B", "B", "B", "A"],
        driver=["hours", "hours", None, "hours", "hours", "hours"],
        quantity=[1.0, 5.0, 5.0, -5.0, 1.0, 9.0],
    )
    # B's first row of hours is out of range, so both of its rows stay out: the second one is a duplicate
    assert costs(pools(), used).lines["support"].tolist() == [10.0, 0.0]


def test_a_ledger_without_drivers_at_all_stays_unallocated() -> None:
    result = costs(pools())
    assert statement(result)["unallocated"].tolist() == [10.0]
    assert found(result.findings, "zero driver").rows == (1,)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["support", "sales", "Misc", None]),
            st.decimals(-1000, 1000, places=2).map(float),
            st.sampled_from(["hours", "calls", None]),
            st.sampled_from(["retention", "acquisition", "sustaining", "unallocated", None]),
            st.sampled_from(["A", "B", "X", None]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_cent_of_the_ledger_is_in_the_statement(
    rows: list[tuple[str | None, float, str | None, str | None, str | None]],
) -> None:
    pool, amount, driver, treatment, traced = zip(*rows, strict=True)
    ledger = pools(
        pool=list(pool), amount=list(amount), driver=list(driver), treatment=list(treatment), customer_id=list(traced)
    )
    result = costs(ledger, HOURS)
    parts = statement(result)[["traced", "allocated", "unknown_customer", "unallocated"]]
    assert (statement(result)["difference"] == 0).all()
    assert round(statement(result)["ledger"].sum(), 2) == round(sum(amount), 2)
    assert round(parts.to_numpy().sum(), 2) == round(sum(amount), 2)
    charged = sum(line.sum() for line in result.lines.values())
    assert round(charged, 2) == round(statement(result)[["traced", "allocated"]].to_numpy().sum(), 2)


# Typed factors.


def test_factors_are_shares_of_net_revenue_unless_the_unit_says_money() -> None:
    shares = costs(assumed=settings(marketing_cost=0.02, sales_cost=0.06, support_cost=0.03), net=[100.0, -50.0])
    assert shares.lines["sales"].tolist() == [6.0, 0.0]
    assert shares.share_of_revenue.tolist() == pytest.approx([0.11, 0.11])
    assert not shares.measured.any()
    register = table("Assumptions", id=["sales_cost"], value=[40.0], unit=["EUR per customer and year"], scope=["all"])
    money = costs(assumed=read_settings(register)[0], net=[100.0, 0.0])
    assert money.lines["sales"].tolist() == [40.0, 0.0]
    assert money.share_of_revenue.tolist() == [0.0, 0.0]


def test_unknown_revenue_makes_a_share_unknown_but_not_money_nor_nothing() -> None:
    shares = costs(assumed=settings(sales_cost=0.06, support_cost=0.0), net=[np.nan, 10.0])
    np.testing.assert_array_equal(shares.lines["sales"], [np.nan, 0.6])
    assert shares.lines["support"].tolist() == [0.0, 0.0]
    register = table("Assumptions", id=["sales_cost"], value=[40.0], unit=["money"], scope=["all"])
    assert costs(assumed=read_settings(register)[0], net=[np.nan, 1.0]).lines["sales"].tolist() == [40.0, 40.0]


def test_factors_may_differ_by_segment_and_customer() -> None:
    assumed = settings(("sales_cost", 0.5, "segment", "big"), ("sales_cost", 0.7, "customer", "B"), sales_cost=0.1)
    own = customers("A", "B", "C", segment=["big", "big", None])
    assert costs(assumed=assumed, net=[10.0, 10.0, 10.0], own=own).lines["sales"].tolist() == [5.0, 7.0, 1.0]


def test_no_cost_to_serve_at_all_is_a_finding() -> None:
    finding = found(costs().findings, "no cost to serve")
    assert finding.severity is Severity.WARNING
    assert "all customers" in finding.what
    some = costs(assumed=settings(("sales_cost", 0.5, "segment", "big")))
    assert "1 customers" in found(some.findings, "no cost to serve").what
    assert costs(assumed=settings(sales_cost=0.0)).findings == []
    assert kinds(costs(own=table("Customers", customer_id=[]), net=[]).findings) == set()


def test_a_ledger_beats_the_factors() -> None:
    result = costs(pools(), HOURS, assumed=read_settings(assumptions(sales_cost=0.5))[0])
    assert result.lines["sales"].tolist() == [0.0, 0.0]
    blank = costs(table("Ledger pools", pool=[None], amount=[None]), assumed=settings(sales_cost=0.5))
    assert blank.lines["sales"].tolist() == [50.0, 0.0]
    assert blank.ledger is None
