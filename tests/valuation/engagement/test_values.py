"""Referral, influence and knowledge value, their faults, and segments."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.engagement.graphs import Base, bases, looped_referrals
from valuation.engagement import (
    clv_crv_segment,
    edge_faults,
    influence_value,
    knowledge_value,
    referral_value,
)
from valuation.errors import DomainError, InputError, MissingDataError

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "engagement.json").read_text("utf-8"))
IDS = ["A", "B", "C", "D"]
COME = {"margin": 1200.0, "marketing": 100.0, "retention": 0.8, "reward": 150.0, "acq_saving": 400.0}
few = settings(max_examples=min(settings().max_examples, 25))


def referrals(*rows: tuple[Any, ...], **columns: Any) -> pd.DataFrame:
    """Referrals by referrer, referred and type."""
    return pd.DataFrame(rows, columns=["referrer_id", "referred_id", "type"]).assign(**(COME | columns))


def crv(table: pd.DataFrame, ids: Any = IDS, **options: Any) -> list[float]:
    found = referral_value(table, ids, **({"discount_rate": 0.1, "horizon": 3} | options))
    return [float(value) for value in found.by_customer]


def influence(*rows: tuple[Any, ...], **columns: Any) -> pd.DataFrame:
    """Influence by influencer and influenced, worth 400 each."""
    table = pd.DataFrame(rows, columns=["influencer_id", "influenced_id"])
    return table.assign(**({"value_with": 900.0, "value_without": 500.0} | columns))


def ideas(*rows: tuple[Any, ...], **columns: Any) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["idea_id", "customer_id", "attribution"])
    return table.assign(**({"npv": 120_000.0, "stage_probability": 1.0} | columns))


# The published examples.


def test_referral_value_matches_the_specification() -> None:
    numbers = GOLDEN["referral"]
    first, second = referrals(("A", "B", 1)), referrals(("A", "C", 2))
    both = pd.concat([first, second], ignore_index=True)
    assert f"{crv(first)[0]:.2f}" == numbers["type_1"]
    assert f"{crv(second)[0]:.2f}" == numbers["type_2"]
    assert f"{crv(both)[0]:.2f}" == numbers["total"]
    assert f"{crv(second, deduct_reward_type2=False)[0]:.2f}" != numbers["type_2"]
    published = second.assign(reward=0.0)
    assert f"{crv(published, deduct_reward_type2=True)[0]:.2f}" == numbers["type_2_published"]
    assert f"{crv(both, deduct_reward_type2=False)[0]:.2f}" == numbers["total_published"]


def test_knowledge_value_matches_the_specification() -> None:
    found = knowledge_value(ideas(("I-1", "C06", 0.15)), ["C05", "C06"])
    assert [f"{value:.2f}" for value in found.by_customer] == ["0.00", GOLDEN["knowledge"]["expected"]]


# A second way, and laws.


@few
@given(bases(), st.floats(-0.2, 0.5), st.integers(1, 6))
def test_referral_value_equals_the_loops(base: Base, rate: float, periods: int) -> None:
    found = referral_value(base.referrals, base.ids, discount_rate=rate, horizon=periods)
    assert found.by_customer == pytest.approx(list(looped_referrals(base, rate, periods).values()), rel=1e-9, abs=1e-6)
    assert found.edges.sum() == pytest.approx(found.by_customer.sum(), abs=1e-6)


@few
@given(bases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(base: Base, random: Any) -> None:
    order = list(range(len(base.referrals)))
    random.shuffle(order)
    shuffled = base.referrals.iloc[order]
    assert crv(shuffled, base.ids) == pytest.approx(crv(base.referrals, base.ids), abs=1e-6)


def test_a_chance_lies_between_the_two_types() -> None:
    mixed = crv(referrals(("A", "B", 2), p_incremental=0.25))[0]
    assert mixed == pytest.approx(0.25 * crv(referrals(("A", "B", 1)))[0] + 0.75 * crv(referrals(("A", "B", 2)))[0])


def test_long_horizons_grow_to_the_endless_one() -> None:
    table = referrals(("A", "B", 1))
    assert crv(table, horizon=400)[0] == pytest.approx(crv(table, horizon=math.inf)[0])


def test_referrers_share_equally_where_all_shares_are_blank() -> None:
    table = referrals(("A", "C", 1), ("B", "C", 1), ("A", "D", 1), share=[math.nan, math.nan, 0.5])
    alone = crv(referrals(("A", "C", 1)))[0]
    assert crv(table) == pytest.approx([alone, alone / 2, 0, 0])


def test_a_lost_customer_brings_what_is_realised() -> None:
    table = referrals(("A", "B", None), ("A", "C", 1), share=[0.5, 1.0], lost=[1, 0], realised=[300.0, 999.0])
    assert crv(table.astype({"lost": object}))[0] == pytest.approx(150.0 + crv(referrals(("A", "C", 1)))[0])


def test_influence_without_both_values_is_unknown_for_its_influencer_alone() -> None:
    table = influence(("A", "C"), ("A", "D"), ("B", "C"), value_with=[900.0, None, 900.0])
    found = influence_value(table, IDS)
    assert found.by_customer == pytest.approx([math.nan, 200.0, 0, 0], nan_ok=True)
    assert found.edges == pytest.approx([200.0, math.nan, 200.0], nan_ok=True)


def test_customers_may_influence_each_other_and_prospects() -> None:
    found = influence_value(influence(("A", "B"), ("B", "A"), ("B", "nobody yet")), IDS)
    assert found.by_customer.tolist() == [400, 800, 0, 0]


def test_a_rejected_idea_brings_nothing() -> None:
    assert knowledge_value(ideas(("I", "A", 1.0), stage_probability=0.0), IDS).by_customer.tolist() == [0, 0, 0, 0]


def test_evidence_is_judged_unless_it_says_more() -> None:
    found = knowledge_value(ideas(("I", "A", 0.1), ("I", "B", 0.1), evidence=[None, " Measured "]), IDS)
    assert found.evidence.tolist() == ["judged", "measured"]


@pytest.mark.parametrize("ids", [[1001, 2], [1001.0, "2 "], [" 1001", "2"], np.array([1001, 2])])
@pytest.mark.parametrize("names", [(1001, 2), ("1001", " 2"), (1001.0, 2.0)])
def test_ids_compare_as_trimmed_texts(ids: Any, names: tuple[Any, Any]) -> None:
    assert crv(referrals((*names, 2)), ids)[0] == pytest.approx(250 / 1.1)


def test_no_rows_bring_nothing() -> None:
    assert crv(referrals()) == [0, 0, 0, 0]
    assert influence_value(influence(), IDS).by_customer.tolist() == [0, 0, 0, 0]
    assert knowledge_value(ideas(), IDS).by_customer.tolist() == [0, 0, 0, 0]


# Faults: listed, and refused with their rows.

FAULTY: list[tuple[str, dict[str, pd.DataFrame], list[tuple[int, str]], type[Exception], str]] = [
    (
        "itself",
        {"referrals": referrals(("A", "B", 1), ("C", "C", 1))},
        [(2, "self-referral")],
        DomainError,
        "referrals, row 2: a customer must not refer itself, not C",
    ),
    (
        "cycle",
        {"referrals": referrals(("A", "B", 1), ("B", "C", 1), ("C", "A", 1), ("C", "D", 1))},
        [(1, "cycle"), (2, "cycle"), (3, "cycle")],
        DomainError,
        "row 1: referrals must not lead back to where they began, not A to B; so do rows 2, 3",
    ),
    (
        "unknown",
        {"referrals": referrals(("A", "B", 1), ("X", "C", 1), ("A", "Y", 1))},
        [(2, "unknown customer"), (3, "unknown customer")],
        MissingDataError,
        "row 2: referrer_id must be among the customers, not X",
    ),
    (
        "blank",
        {"referrals": referrals((None, "C", 1), ("A", " ", 1))},
        [(1, "blank id"), (2, "blank id")],
        MissingDataError,
        "row 1: referrer_id must be given",
    ),
    (
        "shares",
        {"referrals": referrals(("A", "C", 1), ("B", "C", 1), ("A", "D", 1), share=[0.6, 0.5, 1.0])},
        [(1, "shares over one"), (2, "shares over one")],
        DomainError,
        r"row 1: share of a referred customer must add up to at most 1 \(rule 6\), not 1.1; so does row 2",
    ),
    (
        "half a share",
        {"referrals": referrals(("A", "C", 1), ("B", "C", 1), share=[0.5, None])},
        [(1, "missing number"), (2, "missing number")],
        MissingDataError,
        "row 1: share must be given in every row of a referred customer, or in none",
    ),
    (
        "twice",
        {"referrals": referrals(("A", "B", 1), ("A ", "B", 2))},
        [(2, "twice")],
        InputError,
        "row 2: a referral must stand once",
    ),
    (
        "type",
        {"referrals": referrals(("A", "B", 3), ("A", "C", None))},
        [(1, "out of range"), (2, "missing number")],
        DomainError,
        "row 1: type must be 1 or 2, not 3",
    ),
    (
        "percent",
        {"referrals": referrals(("A", "B", 1), retention=80.0)},
        [(1, "out of range")],
        DomainError,
        r"retention must be from 0 to 1, not 80; percent typed as whole number\?",
    ),
    (
        "negative",
        {"referrals": referrals(("A", "B", 1), reward=-1.0)},
        [(1, "out of range")],
        DomainError,
        "reward must be finite and not negative, not -1",
    ),
    (
        "infinite",
        {"referrals": referrals(("A", "B", 1), margin=math.inf)},
        [(1, "out of range")],
        DomainError,
        "margin must be finite, not inf",
    ),
    (
        "no margin",
        {"referrals": referrals(("A", "B", 1), ("A", "C", 2)).drop(columns="margin")},
        [(1, "missing number")],
        MissingDataError,
        "row 1: margin must be given",
    ),
    (
        "flag",
        {"referrals": referrals(("A", "B", 1), lost="yes")},
        [(1, "out of range")],
        DomainError,
        "lost must be 1 or 0, not yes",
    ),
    (
        "word",
        {"referrals": referrals(("A", "B", 1), evidence="guessed")},
        [(1, "unknown word")],
        InputError,
        "evidence must be one of measured, surveyed, judged, not guessed",
    ),
    (
        "influences itself",
        {"influence": influence(("A", "A"), ("A", "B"))},
        [(1, "self-influence")],
        DomainError,
        "influence, row 1: a customer must not influence itself, not A",
    ),
    (
        "influencer",
        {"influence": influence(("X", "A"))},
        [(1, "unknown customer")],
        MissingDataError,
        "influencer_id must be among the customers, not X",
    ),
    (
        "influence twice",
        {"influence": influence(("A", "B"), ("A", "B"))},
        [(2, "twice")],
        InputError,
        "an influence must stand once",
    ),
    (
        "influence shares",
        {"influence": influence(("A", "P"), ("B", "P"), share=[0.9, 0.2])},
        [(1, "shares over one"), (2, "shares over one")],
        DomainError,
        "share of an influenced customer must add up to at most 1",
    ),
    (
        "both",
        {"referrals": referrals(("A", "B", 1)), "influence": influence(("C", "B"), ("A", "B"))},
        [(2, "referral and influence")],
        DomainError,
        r"influence, row 2: one edge must be referral or influence \(rule 6\), not A to B",
    ),
    (
        "attributions",
        {"ideas": ideas(("I", "A", 0.7), ("I", "B", 0.7), ("J", "B", 0.7))},
        [(1, "shares over one"), (2, "shares over one")],
        DomainError,
        "ideas, row 1: attribution of an idea must add up to at most 1",
    ),
    (
        "idea twice",
        {"ideas": ideas((1, "A", 0.1), ("1", "A", 0.1))},
        [(2, "twice")],
        InputError,
        "an idea of a customer must stand once",
    ),
    (
        "idea",
        {"ideas": ideas((None, "A", 0.1), ("I", "X", 0.1), ("J", "A", None), ("K", "A", 0.1), npv=[1, 1, 1, None])},
        [(1, "blank id"), (2, "unknown customer"), (3, "missing number"), (4, "missing number")],
        MissingDataError,
        "ideas, row 2: customer_id must be among the customers, not X",
    ),
]


@pytest.mark.parametrize(("tables", "expected"), [(case[1], case[2]) for case in FAULTY], ids=[c[0] for c in FAULTY])
def test_faults_are_listed_and_what_is_left_has_none(
    tables: dict[str, pd.DataFrame], expected: list[tuple[int, str]]
) -> None:
    found = edge_faults(IDS, **tables)
    assert list(found[["row", "fault"]].itertuples(index=False, name=None)) == expected
    left = dict(tables)
    for name, rows in found.groupby("table")["row"]:
        left[str(name)] = left[str(name)].drop(index=(rows - 1).tolist())
    assert edge_faults(IDS, **left).empty


@pytest.mark.parametrize(
    ("tables", "error", "message"), [(case[1], *case[3:]) for case in FAULTY], ids=[c[0] for c in FAULTY]
)
def test_faults_are_refused_with_their_rows(
    tables: dict[str, pd.DataFrame], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        value_last(tables)


def value_last(tables: dict[str, pd.DataFrame]) -> None:
    """Value the one table that is asked about; influence with the referrals beside it."""
    if "influence" in tables:
        influence_value(tables["influence"], IDS, referrals=tables.get("referrals"))
    elif "ideas" in tables:
        knowledge_value(tables["ideas"], IDS)
    else:
        crv(tables["referrals"])


@few
@given(st.integers(0, 2**32 - 1))
def test_without_the_faulty_rows_nothing_is_at_fault(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [*IDS, "X", None]
    count = int(rng.integers(0, 20))
    ends = np.array(names, dtype=object)[rng.integers(0, 6, (count, 2))]
    shares = np.where(rng.random(count) < 0.5, rng.random(count), np.nan)
    came = referrals(*((a, b, 1) for a, b in ends), share=shares)
    heard = influence(*((a, b) for a, b in ends[::-1]), share=shares)
    found = edge_faults(IDS, referrals=came, influence=heard)
    left = {}
    for name, table in (("referrals", came), ("influence", heard)):
        left[name] = table.drop(index=(found.loc[found["table"] == name, "row"] - 1).tolist())
    assert edge_faults(IDS, **left).empty
    crv(left["referrals"])


def test_a_cycle_far_down_a_chain_is_found_and_the_chain_is_not() -> None:
    ids = list(range(5000))
    links = [(i, i + 1, 2) for i in range(4999)]
    assert edge_faults(ids, referrals=referrals(*links)).empty
    found = edge_faults(ids, referrals=referrals(*links, (4999, 4998, 2)))
    assert found["row"].tolist() == [4999, 5000]


def test_many_faulty_rows_are_counted() -> None:
    with pytest.raises(DomainError, match="so do rows 2, 3, 4, 5, 6 and 3 more"):
        crv(referrals(*[("A", "A", 1)] * 9))


def test_doors() -> None:
    table = referrals(("A", "B", 1))
    with pytest.raises(InputError, match="ids must each be there once, not A in row 2"):
        crv(table, ["A", "A ", "B"])
    with pytest.raises(InputError, match="ids must not be blank, not None in row 2"):
        crv(table, ["A", None])
    with pytest.raises(InputError, match="ids must be one column, not of shape"):
        crv(table, [["A"], ["B"]])
    with pytest.raises(InputError, match="referrals must have a column referred_id"):
        crv(table.drop(columns="referred_id"))
    with pytest.raises(InputError, match="ideas must have a column idea_id"):
        knowledge_value(ideas(("I", "A", 0.1)).drop(columns="idea_id"), IDS)
    with pytest.raises(InputError, match="margin must be numbers, not 'a lot'"):
        crv(referrals(("A", "B", 1), margin="a lot").astype({"margin": object}))
    with pytest.raises(DomainError, match="discount_rate must be above -1, not -1"):
        crv(table, discount_rate=-1)
    with pytest.raises(InputError, match="horizon must be a positive whole number"):
        crv(table, horizon=0)
    with pytest.raises(DomainError, match=r"row 1: retention must be below 1 \+ discount_rate .*, not 1"):
        crv(referrals(("A", "B", 1), retention=1.0), discount_rate=0.0, horizon=math.inf)
    with pytest.raises(DomainError, match="referrals, row 1: the value must be finite"):
        crv(referrals(("A", "B", 1), margin=1e308, marketing=0.0), discount_rate=-0.9)


# Segments.


def test_segments_by_given_cuts_are_at_the_cut_or_above() -> None:
    found = clv_crv_segment([100, 100, 99, 99], [10, 9, 10, 9], cut_clv=100, cut_crv=10)
    assert found.segment.tolist() == ["Champions", "Affluents", "Advocates", "Misers"]
    assert found.clv_distance.tolist() == [0, 0, -1, -1]
    assert found.crv_distance.tolist() == [0, -1, 0, -1]


def test_who_refers_nobody_is_no_advocate_though_the_median_is_0() -> None:
    found = clv_crv_segment([5, 6, 7, -1], [0, 0, 0, 30])
    assert found.segment.tolist() == ["Misers", "Affluents", "Affluents", "Advocates"]
    assert (found.cut_clv, found.cut_crv) == (5.5, 0)


def test_a_missing_value_has_no_segment_and_counts_in_no_median() -> None:
    found = clv_crv_segment([1, 3, math.nan, 1000], [1, 3, 5, None])
    assert found.segment.tolist() == ["Misers", "Champions", None, None]
    assert (found.cut_clv, found.cut_crv) == (2, 2)
    assert clv_crv_segment([math.nan], [1.0]).segment.tolist() == [None]


def test_doors_of_segments() -> None:
    with pytest.raises(InputError, match="clv and crv must be columns of one length"):
        clv_crv_segment([1.0], [1.0, 2.0])
    with pytest.raises(DomainError, match="cut_clv must be a finite number, not inf"):
        clv_crv_segment([1.0], [1.0], cut_clv=math.inf)


def test_two_ends_outside_the_base_are_unknown_not_the_same() -> None:
    referrals = pd.DataFrame({"referrer_id": ["X"], "referred_id": ["Y"], "type": [2.0]})
    influence = pd.DataFrame({"influencer_id": ["X"], "influenced_id": ["Y"], "value_with": [1.0]})
    found = edge_faults(["A", "B", "C"], referrals=referrals, influence=influence.assign(value_without=0.0))
    assert set(found["fault"]) == {"unknown customer"}
