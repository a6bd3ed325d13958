"""Service cost passed on line by line: what it takes along, what it leaves, and what is refused."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import service_costs
from valuation.cost.ledger import read_ledger
from valuation.cost.service_lines import pass_on, service_shares
from valuation.errors import DomainError, InputError, ValuationError

NOBODY = pd.DataFrame({"customer_id": [], "driver": [], "quantity": []})


def lines(*rows: dict[str, Any]) -> pd.DataFrame:
    usual = {
        "pool": "IT",
        "gl_account": "6000",
        "amount": 100.0,
        "driver": "minutes",
        "treatment": "retention",
        "family": "support",
        "customer_id": None,
        "acq_share": None,
        "avoidable_share": None,
        "period": None,
    }
    return read_ledger(pd.DataFrame([{**usual, **row} for row in rows]), NOBODY, ["A"]).lines


def services(*rows: tuple[object, object, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["pool", "to_pool", "share"])


ALL_TO_DESK = services(("IT", "Desk", 1.0))


def new_lines(before: pd.DataFrame, table: pd.DataFrame, method: Any = "reciprocal") -> pd.DataFrame:
    after = pass_on(before, table, method=method)
    pd.testing.assert_frame_equal(after.iloc[: len(before)], before, check_dtype=False)
    return after.iloc[len(before) :]


def test_what_is_passed_on_is_treated_as_the_largest_part_of_the_pool_that_gets_it() -> None:
    before = lines(
        {"gl_account": "6400", "period": "2025-01"},
        {"pool": "Desk", "amount": 5.0, "family": "sales", "driver": "calls"},
        {"pool": "Desk", "amount": -9.0, "treatment": "acquisition", "avoidable_share": 0.5},
        {"pool": "Desk", "amount": 3.0, "family": "sales", "driver": "calls"},
        {"pool": "Desk", "amount": 99.0, "family": "marketing", "customer_id": "A"},
        {"pool": "Desk", "amount": 99.0, "family": "marketing", "treatment": "sustaining"},
    )
    taken, given = new_lines(before, ALL_TO_DESK).to_dict("records")
    assert (taken["pool"], taken["origin"], taken["cents"], taken["gl_account"]) == ("IT", "IT", -10000, "6400")
    assert (given["pool"], given["origin"], given["cents"], given["gl_account"]) == ("Desk", "IT", 10000, "6400")
    assert (given["treatment"], given["avoidable"], given["share"], given["period"]) == (
        "acquisition",
        0.5,
        1.0,
        "2025-01",
    )


def test_lines_of_a_customer_or_of_the_company_stay_where_they_are() -> None:
    before = lines({"customer_id": "A"}, {"treatment": "sustaining"}, {"pool": "Desk"})
    assert len(new_lines(before, ALL_TO_DESK)) == 0


def test_no_services_change_nothing() -> None:
    before = lines({})
    assert pass_on(before, services(), method="direct") is before
    found = service_shares(services(("IT", "Desk", 0.5), (" HR", "Desk", 1.0), ("IT ", "HR", 0.5)))
    assert (found.givers, found.takers) == (["IT", "HR"], ["Desk"])
    assert found.shares.tolist() == [[0.0, 0.5, 0.5], [0.0, 0.0, 1.0]]


@given(
    st.lists(st.tuples(st.sampled_from(["IT", "HR"]), st.integers(-999, 9999)), min_size=1, max_size=12),
    st.sampled_from(["reciprocal", "step-down", "direct"]),
)
def test_pools_receive_what_the_service_formulas_say_and_accounts_keep_their_cost(
    cost: list[tuple[str, int]], method: Any
) -> None:
    rows = [{"pool": pool, "amount": cents / 100, "gl_account": str(n % 3)} for n, (pool, cents) in enumerate(cost)]
    before = lines(*rows, {"pool": "Desk", "amount": 0.0}, {"pool": "Till", "amount": 0.0})
    table = services(("IT", "HR", 0.1), ("IT", "Desk", 0.5), ("IT", "Till", 0.4))
    table = pd.concat([table, services(("HR", "IT", 0.2), ("HR", "Desk", 0.3), ("HR", "Till", 0.5))])
    new = new_lines(before, table, method)
    totals: dict[str, int] = defaultdict(int)
    for pool, cents in cost:
        totals[pool] += cents
    shares: list[list[float]] = [[0, 0.1, 0.5, 0.4], [0.2, 0, 0.3, 0.5], [0] * 4, [0] * 4]
    formula = service_costs([totals["IT"] / 100, totals["HR"] / 100, 0, 0], shares, method=method)
    received = new[new["cents"] != 0].groupby("pool")["cents"].sum()
    assert received.reindex(["Desk", "Till"], fill_value=0).tolist() == formula.final_units.tolist()
    assert (new.groupby("gl_account")["cents"].sum() == 0).all()
    # each line within two cents of its exact part
    for giver, absorption in zip(("IT", "HR"), formula.absorption, strict=True):
        for taker, part in zip(("Desk", "Till"), absorption.tolist(), strict=True):
            given = new[(new["origin"] == giver) & (new["pool"] == taker)]["cents"].tolist()
            own = [cents for pool, cents in cost if pool == giver]
            for line, cents in zip(own, given or [0] * len(own), strict=True):
                assert abs(cents - line * Fraction(part)) <= 2


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (
            services(("IT", "Bar", 1.0)),
            InputError,
            "to_pool must be a pool with lines that are shared, not Bar in row 1",
        ),
        (services(("IT", "Desk", 0.9)), DomainError, "the shares of pool IT must add up to 1, not 0.9"),
        (services(("IT", "Desk", 0.0)), DomainError, "the shares of pool IT must add up to 1, not 0"),
        (services(("IT", "Desk", np.nan)), InputError, "share must be a number, not nan in row 1"),
        (services(("IT", "Desk", 0.5), ("IT", "HR", 1.5)), DomainError, r"share must be in 0\.\.1, not 1.5 in row 2"),
        (services(("IT", "HR", 1.0), ("HR", "IT", 1.0)), DomainError, "must reach an operating pool in the end"),
        (services(("IT", "IT", 0.5), ("IT", "Desk", 0.5)), DomainError, "must be 0 where a pool serves itself"),
    ],
)
def test_services_that_cannot_be_are_refused(table: pd.DataFrame, error: type[ValuationError], message: str) -> None:
    with pytest.raises(error, match=message):
        pass_on(lines({}, {"pool": "HR"}, {"pool": "Desk"}), table, method="reciprocal")


def test_direct_needs_a_pool_that_serves_customers() -> None:
    table = services(("IT", "HR", 1.0), ("HR", "Desk", 1.0))
    before = lines({}, {"pool": "HR"}, {"pool": "Desk"})
    assert new_lines(before, table).query("pool == 'Desk'")["cents"].sum() == 20000
    with pytest.raises(DomainError, match="which the direct method ignores"):
        pass_on(before, table, method="direct")
