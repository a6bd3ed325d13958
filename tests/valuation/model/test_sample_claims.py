"""
Each claim about "the best customers", by the customers of the sample company that were planted for it.

Here after the whole chain: with costs to the cent, one-offs out of the projection, and each customer's chance to stay.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import Tables, from_frame, result
from valuation.findings import Severity
from valuation.model import Results, value_base
from workbook_templates.sample import planted, sample_company


@pytest.fixture(scope="module")
def inputs() -> Tables:
    return {name: from_frame(name, frame) for name, frame in sample_company().items()}


WANTED = {
    "Receivables",
    "Cost detail",
    "Effort and value",
    "Engagement value",
    "Lens scores",
    "Contested customers",
    "Value matrix",
}


@pytest.fixture(scope="module")
def results(inputs: Tables) -> Results:
    return value_base(inputs, wanted=WANTED)


@pytest.fixture(scope="module")
def pnl(results: Results) -> Any:
    frame = result(results, "Customer P&L")
    return frame.assign(
        revenue_rank=frame["net_revenue"].rank(ascending=False),
        cost_share=frame["cost_to_serve"] / frame["net_revenue"].where(frame["net_revenue"] > 0),
    )


@pytest.fixture(scope="module")
def values(results: Results) -> Any:
    return result(results, "Lifetime value")


@pytest.fixture(scope="module")
def segments(results: Results) -> Any:
    return result(results, "Segments")


# The model ties.


def test_the_sample_has_nothing_to_mend_but_what_was_planted(results: Results) -> None:
    found = {
        f.kind: len(f.rows) for f in results.findings if f.severity > Severity.NOTE and f.kind != "rating to renew"
    }
    assert found == {"override not complete": 1}
    assert sum(len(f.rows) for f in results.findings if f.kind == "rating to renew") == 2
    assert results.as_of == np.datetime64("2025-12-31")


def test_ledger_transactions_and_values_tie(results: Results, pnl: Any, values: Any) -> None:
    pools = results.tables["Cost to serve"]
    control = results.settings.number("ledger_control_total")
    assert round(pools["ledger"].sum(), 2) == control
    of_customers = pools["traced"] + pools["allocated"]
    goods = pools["family"] == "goods"
    assert round(pnl["cost_to_serve"].sum(), 2) == round(of_customers[~goods].sum(), 2)
    assert round(pnl["goods"].sum(), 2) == round(of_customers[goods].sum(), 2) < 0  # more rebates than freight
    assert (pools["unknown_customer"] == 0).all()
    assert round(of_customers.sum() + pools["unused"].sum() + pools["unallocated"].sum(), 2) == control
    assert round(pools["services"].sum(), 2) == 0
    assert set(pools.loc[pools["services"] < 0, "pool"]) == {"IT department", "Premises and HR"}
    assert pools.loc[pools["pool"].isin(["IT department", "Premises and HR"]), "allocated"].tolist() == [0.0, 0.0]
    lines = results.tables["Reconciliation"].set_index("line")["amount"]
    assert round(pnl["net_revenue"].sum(), 2) == lines["  of which in the twelve months"]
    horizons = results.tables["Horizons"].set_index("horizon")["value"]
    assert horizons["3 years"] == pytest.approx(values["value"].sum(), rel=1e-12)


def test_three_years_are_about_half_of_the_unlimited_value_in_nearly_the_same_order(results: Results) -> None:
    horizons = results.tables["Horizons"].set_index("horizon")
    assert 0.4 < horizons["share"]["3 years"] < 0.6
    assert horizons["rank_correlation"]["3 years"] > 0.99


def test_a_minority_earns_and_many_cost(pnl: Any) -> None:
    losing = pnl["contribution"] < 0
    assert 0.2 < losing.mean() < 0.5
    best = pnl["contribution"].nlargest(len(pnl) // 10)
    assert best.sum() > 0.7 * pnl["contribution"].sum()


# Claim by claim.


def test_the_largest_account_loses_money(pnl: Any, values: Any, segments: Any) -> None:
    """Buying the most is not being the best."""
    who = planted.LARGEST_ACCOUNT_LOSES_MONEY
    assert pnl["revenue_rank"][who] == 1
    assert pnl["contribution"][who] < -100_000
    assert pnl["gross_margin"][who] > 300_000  # it is the cost to serve that eats it
    assert pnl["profit_rank"][who] == len(pnl)
    assert values["value_rank"][who] == len(pnl)
    assert values["note"][who] == "loses money: value if not repriced"
    assert segments.loc[who, ["segment", "revenue_tier", "profit_tier"]].tolist() == ["N", "A", "N"]


def test_lean_medium_accounts_are_among_the_best(pnl: Any, values: Any) -> None:
    """Buy the most, cost the least to serve."""
    for who in planted.LEAN_MEDIUM_ACCOUNTS:
        assert pnl["revenue_rank"][who] > 10
        assert pnl["profit_rank"][who] <= 5
        assert values["value_rank"][who] <= 5
        assert pnl["cost_share"][who] < 0.04


def test_a_loud_group_of_low_value_costs_more_than_it_buys(pnl: Any, values: Any, segments: Any) -> None:
    """The vocal minority."""
    group = pnl.loc[list(planted.LOUD_GROUP)]
    assert group["net_revenue"].max() < 15_000
    assert (group["support"] > group["net_revenue"]).all()
    assert group["support"].sum() > 0.10 * pnl["support"].sum()
    assert group["net_revenue"].sum() < 0.003 * pnl["net_revenue"].sum()
    assert (segments["segment"][list(planted.LOUD_GROUP)] == "N").all()
    assert values["value"][list(planted.LOUD_GROUP)].sum() < -100_000


def test_a_recent_win_is_negative_only_by_what_it_cost_to_win(pnl: Any, values: Any) -> None:
    who = planted.RECENT_WIN
    assert pnl["contribution"][who] < -10_000
    assert pnl["acquisition_cost"][who] > 20_000
    assert pnl["run_rate_contribution"][who] > 10_000
    assert values["value"][who] > 25_000
    assert values["note"][who].startswith("customer for less than twelve months")


def test_a_lost_customer_is_worth_nothing_and_still_costs(pnl: Any, values: Any, segments: Any) -> None:
    who = planted.LOST_BUT_COSTLY
    assert pnl["net_revenue"][who] == 0
    assert pnl["contribution"][who] < -10_000
    assert values.loc[who, ["value", "value_unlimited"]].tolist() == [0.0, 0.0]
    assert values["retention_basis"][who] == "no longer a customer"
    assert segments.loc[who, ["segment", "lifecycle"]].tolist() == ["N", "Lapsed"]


def test_a_customer_that_paused_for_a_year_is_reactivated(segments: Any, values: Any) -> None:
    assert segments["lifecycle"][planted.REACTIVATED] == "Reactivated"
    assert values["value"][planted.REACTIVATED] > 15_000


def test_the_loyal_customer_is_worth_the_most(pnl: Any, values: Any) -> None:
    """Keep coming back: not the first by revenue nor by profit, but by value."""
    who = planted.LOYAL_CUSTOMER
    assert pnl["revenue_rank"][who] > 5
    assert pnl["profit_rank"][who] > 1
    assert values["retention_rate"][who] == 0.97
    assert values["value_rank"][who] == 1
    assert values["value_unlimited"][who] > 3 * values["value_3"][who]  # loyalty shows the further one looks


def test_the_vulnerable_customer_earns_the_most_and_may_well_leave(pnl: Any, values: Any) -> None:
    who = planted.VULNERABLE
    assert pnl["profit_rank"][who] == 1
    assert values["retention_rate"][who] == 0.72
    assert values["value_rank"][who] == 2
    assert values["value_unlimited"][who] < 1.5 * values["value_3"][who]
    assert values["value_unlimited"].rank(ascending=False)[who] > values["value_rank"][who]


def test_the_biggest_deal_is_in_the_pnl_and_not_in_the_projection(pnl: Any, values: Any, segments: Any) -> None:
    """Thinks: biggest commissions."""
    who = planted.BIGGEST_DEAL
    assert pnl["revenue_rank"][who] <= 10
    assert 0 < pnl["contribution"][who] < 0.1 * pnl["net_revenue"][who]
    assert pnl["acquisition_cost"][who] > 25_000  # the commission
    assert values["annual_margin"][who] < 0.2 * pnl["run_rate_contribution"][who]
    assert values["value_rank"][who] > 100 > pnl["revenue_rank"][who]
    assert segments["revenue_tier"][who] == "A" != segments["segment"][who]


def test_no_support_and_self_help_leave_support_next_to_nothing(pnl: Any) -> None:
    """Need no support, or help themselves."""
    assert pnl["support"][planted.NO_SUPPORT_CUSTOMER] == 0
    assert pnl["net_revenue"][planted.NO_SUPPORT_CUSTOMER] > 100_000
    helpers = pnl.loc[list(planted.SELF_HELPERS)]
    usual = pnl["support"].sum() / pnl["net_revenue"].sum()
    assert helpers["support"].sum() / helpers["net_revenue"].sum() < 0.05 * usual


def test_the_online_buyer_costs_not_an_hour_of_sales(pnl: Any) -> None:
    """Transactional, no extra cost of sales."""
    who = planted.ONLINE_BUYER
    assert pnl["sales"][who] == 0
    assert pnl["cost_share"][who] < 0.10
    assert pnl["contribution"][who] > 25_000


def test_the_late_payer_and_the_discount_hunters_look_good_before_their_terms(pnl: Any) -> None:
    late = planted.LATE_PAYER
    before = pnl["contribution_before_financing"]
    assert before.rank(ascending=False)[late] <= 5
    others = pnl.drop(index=late)
    usual = others["financing"].sum() / others["net_revenue"].sum()
    assert pnl["financing"][late] > 2 * usual * pnl["net_revenue"][late]
    hunters = pnl.loc[list(planted.DISCOUNT_HUNTERS)]
    margin = hunters["gross_margin"].sum() / hunters["net_revenue"].sum()
    lean = pnl.loc[list(planted.LEAN_MEDIUM_ACCOUNTS)]
    assert margin < lean["gross_margin"].sum() / lean["net_revenue"].sum() - 0.08
    assert (hunters["profit_rank"] >= 6).all()
    assert (hunters["revenue_rank"] <= 15).all()


def test_the_big_returner_loses_money_by_returns(pnl: Any) -> None:
    who = planted.BIG_RETURNER
    assert pnl["contribution"][who] < -20_000
    assert pnl["contribution"][who] + pnl["returns_handling"][who] > 0
    assert pnl["returns"][who] > 0.2 * pnl["net_revenue"][who]


def test_the_advocate_is_small_and_the_customers_it_brought_are_not(pnl: Any, values: Any) -> None:
    """Advocate: its own value says nothing about the value it brings."""
    own = values["value"][planted.ADVOCATE]
    brought = values["value"][list(planted.REFERRED_BY_ADVOCATE)]
    assert own < 10_000
    assert (brought > 5 * own).all()
    assert brought.sum() > 30 * own


def test_the_fast_adopter_and_the_undervalued_are_small_today(values: Any, segments: Any) -> None:
    assert segments["lifetime_tier"][planted.FAST_ADOPTER] == "C"
    assert segments["lifecycle"][planted.FAST_ADOPTER] == "Growing"
    assert set(segments["segment"][list(planted.UNDERVALUED)]) == {"B"}
    assert values["value"][list(planted.UNDERVALUED)].between(5_000, 20_000).all()


def test_customers_who_stand_for_fit_and_punctuality_are_good_ones(pnl: Any, segments: Any) -> None:
    for who in (planted.PERFECT_FIT, *planted.PUNCTUAL_PAYERS):
        assert pnl["contribution"][who] > 10_000
        assert segments["segment"][who] == "A"


def test_engagement_value_lifts_those_who_bring_others_and_ideas(results: Results, segments: Any) -> None:
    engagement = result(results, "Engagement value")
    for who in (planted.ADVOCATE, planted.CONTESTED, planted.FAST_ADOPTER):
        assert engagement["value"][who] < 3_000
        assert engagement["value_rank"][who] > 400
        assert engagement["engagement_rank"][who] <= 12
        assert segments.loc[who, ["lifetime_tier", "segment"]].tolist() == ["C", "A"]
    assert engagement["referral_value"].idxmax() == planted.ADVOCATE
    assert engagement["knowledge_value"].idxmax() == planted.FAST_ADOPTER
    outside = engagement["outside_value"].sum()
    assert engagement["additive_value"].sum() == pytest.approx(engagement["value"].sum() + outside)


def test_marketing_ranks_first_whom_sales_ranks_far_behind(results: Results) -> None:
    scores, who = result(results, "Lens scores"), planted.CONTESTED
    assert scores.loc[who, ["champion", "sceptic"]].tolist() == ["CMO", "CRO"]
    assert scores["best_rank"][who] <= 3
    assert scores["worst_rank"][who] > 0.75 * len(scores)
    assert who in set(results.tables["Contested customers"]["customer_id"])


def test_the_matrix_tells_the_vulnerable_from_the_overlooked(results: Results, segments: Any) -> None:
    quadrant = result(results, "Value matrix")["quadrant"]
    assert quadrant[planted.VULNERABLE] == "Vulnerable"
    assert set(quadrant[list(planted.UNDERVALUED)]) == {"Overlooked"}
    assert set(segments["growth_segment"][list(planted.UNDERVALUED)]) == {"Develop"}
    assert quadrant[planted.LOYAL_CUSTOMER] == "Ideal"
    assert set(quadrant[list(planted.LOUD_GROUP)]) == {"Low priority"}


def test_of_three_overrides_only_the_one_in_force_counts(segments: Any) -> None:
    other = segments.index[segments["segment"] != segments["model_segment"]]
    assert list(other) == [planted.COSTLY_TO_DROP]
    assert segments.loc[planted.COSTLY_TO_DROP, ["model_segment", "segment"]].tolist() == ["N", "C"]


def test_influence_is_measured_against_the_value_as_it_is(inputs: Tables, values: Any) -> None:
    edges = inputs["Influence"].frame
    on_customers = edges[edges["influenced_id"].isin(values.index) & edges["value_with"].notna()]
    assert len(on_customers) > 20
    off = on_customers["value_with"] - values["value"].loc[on_customers["influenced_id"]].to_numpy()
    assert off.abs().max() < 51  # typed to the hundred


# What other ways of costing say.


@pytest.fixture(scope="module")
def by_volume(results: Results, pnl: Any) -> Any:
    """Contribution if cost to serve followed net revenue, without the cost of unused capacity and with it."""
    charges = pnl["contribution_before_financing"] - pnl["contribution"]
    share = pnl["net_revenue"].clip(lower=0) / pnl["net_revenue"].clip(lower=0).sum()
    cost, unused = pnl["cost_to_serve"].sum(), results.tables["Cost to serve"]["unused"].sum()
    earned = pnl["gross_margin"] - charges
    return pd.DataFrame({"without": earned - cost * share, "with": earned - (cost + unused) * share})


def test_unused_capacity_stays_with_the_company(results: Results) -> None:
    pools = results.tables["Cost to serve"].query("practical > 0")
    assert set(pools["pool"]) == {"Order desk", "Warehouse", "Support team"}
    used = pools["driver_total"] / pools["practical"]
    assert used.between(0.75, 0.95).all()
    whole = pools["ledger"] + pools["services"]
    assert (pools["unused"] - whole * (1 - used)).abs().max() < 0.0051


def test_many_small_rush_orders_earn_by_volume_and_lose_by_time(pnl: Any, by_volume: Any) -> None:
    who = planted.SMALL_RUSH_ORDERS
    assert (by_volume.loc[who] > 5_000).all()
    assert pnl["contribution"][who] < -5_000
    assert pnl["order_handling"][who] + pnl["logistics"][who] > pnl["gross_margin"][who]


def test_few_large_orders_lose_by_volume_and_earn_by_time(pnl: Any, by_volume: Any) -> None:
    who = planted.FEW_LARGE_ORDERS
    assert (by_volume.loc[who] < -3_000).all()
    assert pnl["contribution"][who] > 25_000
    assert pnl["profit_rank"][who] < 50
    assert pnl["cost_share"][who] < 0.03


def test_a_slow_payer_loses_money_only_by_what_waiting_costs(pnl: Any) -> None:
    who = planted.SLOW_PAYER
    assert pnl["contribution_before_financing"][who] > 4_000
    assert pnl["contribution"][who] < -5_000
    assert pnl["financing"][who] > pnl["contribution_before_financing"][who]
    assert pnl["expected_loss"][who] > 2_000


def test_dropping_a_loss_maker_whose_cost_stays_would_cost_money(results: Results, pnl: Any) -> None:
    who = planted.COSTLY_TO_DROP
    assert pnl["contribution"][who] < -5_000
    effort: Any = results.tables["Effort and value"].set_index("customer_id")
    assert effort["avoidable_cost"][who] < 0.5 * pnl["cost_to_serve"][who]
    assert effort["effect_of_dropping"][who] < -10_000
    assert effort["action"][who] in ("keep", "reprice")
    assert (effort.loc[list(planted.LOUD_GROUP), "effect_of_dropping"] > 0).all()  # whom nobody would miss


def test_the_costings_side_by_side_say_whose_sign_turns(results: Results) -> None:
    compared: Any = results.tables["Costing compare"].set_index("customer_id")
    assert compared["turns"][planted.SMALL_RUSH_ORDERS] == "loss"
    assert compared["turns"][planted.FEW_LARGE_ORDERS] == "profit"
    assert compared["why"][planted.SMALL_RUSH_ORDERS].startswith(("Order desk", "Warehouse"))
    totals = compared[["volume_based", "activity_based", "time_driven"]].sum()
    assert totals["volume_based"] == pytest.approx(totals["activity_based"])
    pools = results.tables["Cost to serve"]
    of_goods = pools["family"] == "goods"
    unused = totals["activity_based"] - totals["time_driven"]
    assert unused == pytest.approx(pools.loc[~of_goods, "unused"].sum())


# Evidence.


def test_each_chance_says_where_it_comes_from(values: Any) -> None:
    assert values["retention_basis"][planted.LOYAL_CUSTOMER] == "own record: stated chance"
    assert values["grade"][planted.LOYAL_CUSTOMER] == "C"  # typed by somebody who knows the customer
    assert values["retention_basis"][planted.REACTIVATED].startswith("segment: ")
    assert values["grade"][planted.REACTIVATED] == "B"
    groups = values.groupby("retention_basis")["retention_rate"].nunique()
    assert (groups.drop("own record: stated chance") <= 2).all()  # a scoped prior of the recent win draws its own way


def test_prospects_cost_nothing_that_is_projected(values: Any, segments: Any, pnl: Any) -> None:
    prospects = segments.index[segments["lifecycle"] == "Prospect"]
    assert len(prospects) > 20
    assert (values.loc[prospects, ["annual_margin", "value"]] == 0).all().all()
    assert pnl.loc[prospects, "cost_to_serve"].sum() > 0


# A refresh.


def test_a_second_refresh_changes_nothing(results: Results) -> None:
    inputs = {name: from_frame(name, frame) for name, frame in sample_company().items()}
    again = value_base(inputs, last=results.tables, wanted=WANTED)
    for name, frame in results.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])


def test_reversing_every_table_moves_no_more_than_cents(results: Results) -> None:
    """Cents that are left over may move between customers with exactly equal drivers."""
    frames = sample_company()
    turned = {name: from_frame(name, frame[::-1].reset_index(drop=True)) for name, frame in frames.items()}
    back = value_base(turned, wanted=WANTED)
    for name, most in (("Customer P&L", 0.031), ("Lifetime value", 0.30)):
        there, here = result(results, name), result(back, name)
        numbers = [column for column in there.select_dtypes(float) if not column.endswith("_rank")]
        assert (there[numbers] - here[numbers].reindex(there.index)).abs().max().max() < most
