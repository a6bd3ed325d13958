"""Both views of engagement value: the ranking one, the additive one, and the six rules against counting twice."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.engagement.graphs import Base, bases, looped_additive
from valuation.engagement import EngagementValue, additive_value, engagement_value, ranking_value
from valuation.errors import DomainError, InputError

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "engagement.json").read_text("utf-8"))
G12: dict[str, Any] = GOLDEN["g12"]
few = settings(max_examples=min(settings().max_examples, 25))

IDS = ["A", "B", "C"]
VALUES = [100.0, 1000.0, 400.0]
CAME = pd.DataFrame(
    {
        "referrer_id": ["A"],
        "referred_id": ["B"],
        "p_incremental": [0.8],
        "margin": [500.0],
        "retention": [0.8],
        "reward": [50.0],
        "acq_saving": [200.0],
    }
)
HEARD = pd.DataFrame(
    {"influencer_id": ["A", "A"], "influenced_id": ["C", "P"], "value_with": [400.0, 90.0], "value_without": [300.0, 0]}
)
IDEAS = pd.DataFrame(
    {
        "idea_id": [1, 2],
        "customer_id": ["B", "B"],
        "npv": [1000.0, 500.0],
        "stage_probability": [0.5, 1.0],
        "attribution": [0.2, 0.4],
        "in_plan": [0, 1],
    }
)


def both(ids: Any = IDS, values: Any = VALUES, **options: Any) -> EngagementValue:
    return engagement_value(ids, values, **({"discount_rate": 0.1, "horizon": 3} | options))


def column(values: dict[str, float]) -> list[float]:
    return [float(values.get(name, 0.0)) for name in G12["lifetime_value"]]


# The 12-customer example.


def test_ranking_matches_the_12_customer_example() -> None:
    lifetime = column(G12["lifetime_value"])
    found = ranking_value(lifetime, column(G12["crv"]), column(G12["civ"]), column(G12["ckv"]))
    assert [f"{value:.2f}" for value in found] == [f"{value:.2f}" for value in column(G12["ranking_value"])]
    assert f"{sum(lifetime):.2f}" == G12["equity"]
    assert f"{found.sum():.2f}" == G12["overlapping_total"]
    place = list(G12["lifetime_value"]).index("C06")
    ranks = {"lifetime_value": lifetime, "ranking_value": found.tolist()}
    assert {name: 1 + sum(v > values[place] for v in values) for name, values in ranks.items()} == G12["rank_of_C06"]


def test_tables_that_make_the_same_parts_give_the_same_totals() -> None:
    ids = list(G12["lifetime_value"])
    saved = pd.DataFrame({"referrer_id": G12["crv"].keys(), "acq_saving": G12["crv"].values()})
    saved["acq_saving"] *= 1.1
    saved = saved.assign(referred_id=["C01", "C04", "C05", "C07"], type=2)
    heard = pd.DataFrame({"influencer_id": G12["civ"].keys(), "value_with": G12["civ"].values()})
    heard = heard.assign(influenced_id=["C08", "C09"], value_without=0.0)
    given_ = pd.DataFrame({"customer_id": G12["ckv"].keys(), "npv": G12["ckv"].values()})
    given_ = given_.assign(idea_id=range(3), stage_probability=1.0, attribution=1.0)
    found = both(ids, column(G12["lifetime_value"]), referrals=saved, influence=heard, ideas=given_)
    assert f"{found.overlapping_total:.2f}" == G12["overlapping_total"]
    assert f"{found.additive.equity:.2f}" == G12["equity"]
    assert f"{found.additive.total:.2f}" == f"{float(G12['equity']) + sum(G12['ckv'].values()):.2f}"


# The six rules.


def test_rule_1_the_overlapping_total_is_not_named_a_value_of_the_base() -> None:
    found = both(referrals=CAME, influence=HEARD, ideas=IDEAS)
    assert found.overlapping_total > found.additive.total > found.additive.equity
    names = {name for name in EngagementValue.__dataclass_fields__ if "total" in name or "equity" in name}
    assert names == {"overlapping_total"}


def test_rule_2_a_referred_customer_is_valued_once() -> None:
    found = additive_value(IDS, VALUES, referrals=CAME)
    assert found.value.tolist() == [500, 600, 400]
    assert found.total == found.equity == 1500
    all_of_it = additive_value(IDS, VALUES, referrals=CAME, transfer_share=1.0)
    assert all_of_it.value.tolist() == [900, 200, 400]
    assert additive_value(IDS, VALUES, referrals=CAME, transfer_share=0.0).value.tolist() == VALUES


def test_rule_2_holds_for_influence_on_the_base() -> None:
    found = additive_value(IDS, VALUES, influence=HEARD.iloc[:1])
    assert found.value.tolist() == [150, 1000, 350]
    assert found.outside == 0


def test_rule_3_savings_that_are_realised_count_nothing() -> None:
    richer = CAME.assign(acq_saving=1e6, reward=0.0)
    assert both(referrals=richer).overlapping_total > both(referrals=CAME).overlapping_total
    assert additive_value(IDS, VALUES, referrals=richer).value.tolist() == [500, 600, 400]


def test_rule_4_influence_on_prospects_counts_unless_they_are_in_the_equity() -> None:
    found = additive_value(IDS, VALUES, influence=HEARD)
    assert (found.outside, found.total, found.prospect_edges) == (90, 1590, 1)
    inside = additive_value(IDS, VALUES, influence=HEARD, prospects_in_equity=True)
    assert (inside.outside, inside.total) == (0, 1500)


def test_rule_5_an_idea_in_the_plan_counts_nothing() -> None:
    found = both(ideas=IDEAS)
    assert found.customers["ckv"].tolist() == [0, 300, 0]
    assert found.additive.outside_value.tolist() == [0, 100, 0]


def test_rule_6_an_edge_is_referral_or_influence() -> None:
    with pytest.raises(DomainError, match=r"influence, row 1: one edge must be referral or influence \(rule 6\)"):
        both(referrals=CAME, influence=HEARD.assign(influenced_id=["B", "P"]))


def test_rule_6_shares_into_one_customer_are_at_most_1() -> None:
    more = pd.concat([CAME.assign(share=0.7), CAME.assign(share=0.7, referrer_id="C")], ignore_index=True)
    with pytest.raises(DomainError, match=r"must add up to at most 1 \(rule 6\), not 1.4; so does row 2"):
        additive_value(IDS, VALUES, referrals=more)


def test_a_total_that_does_not_tie_is_refused() -> None:
    with pytest.raises(DomainError, match=r"additive total must be equity plus value outside it \(rule 2\)"):
        additive_value(["A", "B"], [1.5e308, 1.5e308])


# A second way, and laws.


@few
@given(bases(), st.floats(0, 1), st.booleans())
def test_additive_value_equals_the_loops(base: Base, part: float, prospects_in_equity: bool) -> None:
    found = additive_value(
        base.ids, base.lifetime_value, **base.tables, transfer_share=part, prospects_in_equity=prospects_in_equity
    )
    values, equity, outside = looped_additive(base, part, prospects_in_equity)
    expected = [values.get(name, math.nan) for name in base.ids]
    assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-6, nan_ok=True)
    assert (found.equity, found.outside) == pytest.approx((equity, outside), abs=1e-6)
    assert found.total == pytest.approx(equity + outside, abs=1e-6)
    assert np.nansum(found.moved) == pytest.approx(0, abs=1e-6)


@few
@given(bases())
def test_evidence_is_what_the_ranking_adds_to_lifetime_value(base: Base) -> None:
    found = both(base.ids, base.lifetime_value, **base.tables)
    assert found.additive.equity + sum(found.evidence.values()) == pytest.approx(found.overlapping_total, abs=1e-6)
    assert math.isnan(found.judged_share) or 0 <= found.judged_share <= 1
    assert found.without_lifetime_value == sum(map(math.isnan, base.lifetime_value))
    parts = found.customers[["crv", "civ", "ckv"]]
    assert found.customers["unknown_parts"].tolist() == parts.isna().sum(axis=1).tolist()
    expected = found.customers["lifetime_value"] + parts.sum(axis=1)
    assert found.customers["ranking_value"].tolist() == pytest.approx(expected.tolist(), abs=1e-6, nan_ok=True)


@few
@given(bases(), st.randoms(use_true_random=False))
def test_the_order_of_customers_and_edges_changes_nothing(base: Base, random: Any) -> None:
    order = random.sample(range(len(base.ids)), len(base.ids))
    tables = {name: table.iloc[random.sample(range(len(table)), len(table))] for name, table in base.tables.items()}
    found = both(base.ids, base.lifetime_value, **base.tables).customers
    other = both([base.ids[i] for i in order], [base.lifetime_value[i] for i in order], **tables).customers
    assert other.loc[base.ids].to_numpy() == pytest.approx(found.to_numpy(), abs=1e-6, nan_ok=True)


@few
@given(bases())
def test_value_scales_with_money(base: Base) -> None:
    money = ["margin", "marketing", "reward", "acq_saving", "realised", "value_with", "value_without", "npv"]
    twice = {
        name: table.assign(**{c: table[c].astype(float) * 2 for c in money if c in table})
        for name, table in base.tables.items()
    }
    columns = ["ranking_value", "additive_value"]
    found = both(base.ids, base.lifetime_value, **base.tables).customers[columns].to_numpy()
    doubled = both(base.ids, [2 * v for v in base.lifetime_value], **twice).customers[columns].to_numpy()
    assert doubled == pytest.approx(2 * found, abs=1e-6, nan_ok=True)


def test_what_brings_money_never_lowers_the_ranking() -> None:
    found = both(referrals=CAME, influence=HEARD, ideas=IDEAS).customers
    assert (found["ranking_value"] >= found["lifetime_value"]).all()


# Missing parts, and doors.


def test_a_customer_without_lifetime_value_has_none_and_the_rest_adds_up() -> None:
    found = both(values=[None, 1000.0, 400.0], referrals=CAME, influence=HEARD, ideas=IDEAS)
    assert found.customers["ranking_value"].isna().tolist() == [True, False, False]
    assert found.additive.value == pytest.approx([math.nan, 1100, 400], nan_ok=True)
    assert (found.additive.total, found.additive.not_counted, found.without_lifetime_value) == (1500, 3, 1)


def test_an_unknown_effect_is_left_out_and_counted() -> None:
    found = both(influence=HEARD.assign(value_without=[math.nan, 0.0]))
    assert found.customers["civ"].tolist() == pytest.approx([math.nan, 0, 0], nan_ok=True)
    assert found.customers["ranking_value"].tolist() == VALUES
    assert found.customers["unknown_parts"].tolist() == [1, 0, 0]
    assert (found.additive.not_counted, found.additive.total) == (1, 1590)


def test_a_lost_customer_gives_nothing() -> None:
    assert additive_value(IDS, VALUES, referrals=CAME.assign(lost=True)).value.tolist() == VALUES


def test_the_judged_share_is_of_all_money() -> None:
    found = both(ideas=IDEAS.assign(evidence=["judged", "measured"]))
    assert found.evidence == {"measured": 200, "surveyed": 0, "judged": 100}
    assert found.judged_share == pytest.approx(100 / 1800)
    assert math.isnan(both(["A"], [0.0]).judged_share)


def test_without_edges_both_views_are_lifetime_value() -> None:
    found = both()
    assert found.customers["ranking_value"].tolist() == found.customers["additive_value"].tolist() == VALUES
    assert both([], []).overlapping_total == 0


def test_ids_that_are_whole_numbers_are_looked_up_as_such() -> None:
    ids = np.arange(3)
    came = CAME.assign(referrer_id=0, referred_id=1)
    assert additive_value(ids, VALUES, referrals=came).value.tolist() == [500, 600, 400]
    with pytest.raises(LookupError, match="referred_id must be among the customers, not 7"):
        additive_value(ids, VALUES, referrals=came.assign(referred_id=7))


def test_doors() -> None:
    with pytest.raises(InputError, match="lifetime_value must be as many as ids"):
        both(values=[1.0])
    with pytest.raises(DomainError, match=r"transfer_share must be from 0 to 1 \(rule 2\), not 1.5"):
        both(transfer_share=1.5)
    with pytest.raises(InputError, match="lengths differ"):
        ranking_value([1.0], [1.0, 2.0], [1.0], [1.0])
    with pytest.raises(DomainError, match="crv must be finite, not inf in row 2"):
        ranking_value([1.0, 1.0], [1.0, math.inf], [1.0, 1.0], [1.0, 1.0])
