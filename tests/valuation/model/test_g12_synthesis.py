"""
The 12-customer example (G12) through engagement value, lenses, tiers and the value matrix, against published figures.

The officers' inputs are made into the tables that officers keep: referrals whose savings have the published referral
value, influence on prospects, ideas with the published worth, issues, survey answers, and invoices of which the
published part is paid on time, whatever the days that they wait.
"""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import assumptions, from_frame, result, table, tables
from tests.valuation.model.test_g12 import (
    G12,
    GOLDEN,
    IDS,
    customers_table,
    drivers_table,
    pools_with_acquisition,
    transactions_table,
)
from valuation.lenses import default_statements
from valuation.model import Results, value_base
from valuation.tables import TableData

INPUTS: Any = pd.read_csv(GOLDEN / "g12_lens_inputs.csv", comment="#", dtype={"id": str}).set_index("id")
CURRENT = list(INPUTS.index)
OWN: Any = G12
SCORES: dict[str, list[float]] = json.loads((GOLDEN / "lenses.json").read_text())["scores"]["expected"]
WEIGHTS = {"CCO": 0.15, "CPO": 0.15, "CMO": 0.15, "CRO": 0.20, "CFO": 0.35}
BROUGHT = {"C02": ["C08"], "C03": ["C07", "C04", "C09"], "C06": ["C05", "C11"], "C12": ["C01"]}
"""Who referred whom: as many as the example says; the referred would have come anyway, so that only savings count."""
CENT = 0.0051
WANTED = {"Receivables", "Engagement value", "Lens scores", "Tier methods", "Value matrix"}


def documents() -> TableData:
    """The documents of the example, those of the year before made so that net revenue grew as published."""
    frame = transactions_table().frame.copy()
    before = frame["date"] == pd.Timestamp("2024-06-30")
    growth = frame["customer_id"].map(INPUTS["growth"])
    net = frame["customer_id"].map(G12["net"]) / (1 + growth)
    for column in ("net_amount", "gross_amount"):
        frame.loc[before, column] = net[before]
    return from_frame("Transactions", frame[~before | growth.notna()].reset_index(drop=True))


def invoices() -> TableData:
    """Two invoices each, paid after the same days: one due later than that, one earlier, by the part paid on time."""
    rows = []
    issued = np.datetime64("2025-02-03")
    for id_, one in INPUTS.to_dict("index").items():
        paid = issued + int(OWN.at[id_, "dso"])
        on_time = round(OWN.at[id_, "net"] * one["ontime"], 2)
        for number, amount, due in (("1", on_time, paid), ("2", round(OWN.at[id_, "net"] - on_time, 2), paid - 1)):
            if amount:
                rows.append((id_, f"R-{id_}-{number}", issued, due, paid, amount))
    names = ("customer_id", "invoice_no", "invoice_date", "due_date", "paid_date", "amount")
    return table("Invoices", **dict(zip(names, zip(*rows, strict=True), strict=True)))


def issues() -> TableData:
    rows = [
        (f"T-{id_}-{number}", id_, "2025-05-05", 3.0, OWN.at[id_, "sup_min"] / 60 / tickets)
        for id_, tickets in INPUTS["tickets"].to_dict().items()
        for number in range(int(tickets))
    ]
    names = ("issue_id", "customer_id", "opened", "severity", "hours")
    return table("Issues", **dict(zip(names, zip(*rows, strict=True), strict=True)))


def referrals() -> TableData:
    rows: list[dict[str, Any]] = [
        {
            "referrer_id": by,
            "referred_id": who,
            "date": "2025-03-01",
            "type": 2.0,
            "acq_saving": INPUTS["crv"][by] / len(came) * 1.1,
            "evidence": "measured",
        }
        for by, came in BROUGHT.items()
        for who in came
    ]
    return table("Referrals", **{name: [row[name] for row in rows] for name in rows[0]})


def ideas() -> TableData:
    rows: list[dict[str, Any]] = [
        {
            "idea_id": f"I-{id_}-{number}",
            "customer_id": id_,
            "npv": INPUTS.at[id_, "ckv"] / count,
            "stage_probability": 1.0,
            "attribution": 1.0,
            "evidence": "surveyed",
        }
        for id_, count in INPUTS["innov"].to_dict().items()
        for number in range(int(count))
    ]
    return table("Ideas", **{name: [row[name] for row in rows] for name in rows[0]})


def influence() -> TableData:
    who = INPUTS.index[INPUTS["civ"] > 0]
    return table(
        "Influence",
        influencer_id=list(who),
        influenced_id=[f"prospect of {id_}" for id_ in who],
        share=[1.0] * len(who),
        value_with=list(INPUTS["civ"][who] + 500.0),
        value_without=[500.0] * len(who),
        evidence=["judged"] * len(who),
    )


def survey() -> TableData:
    own = G12.loc[CURRENT]
    return table(
        "Survey",
        customer_id=CURRENT,
        fit=list(INPUTS["fit"]),
        nps=list(INPUTS["nps"]),
        adoption_days=list(INPUTS["adopt_days"]),
        self_resolved=list(own["self_n"]),
        wallet=list(INPUTS["wallet"]),
        largest_deal=list(INPUTS["deal"]),
    )


def officers() -> TableData:
    return table("Officers", officer=list(WEIGHTS), weight=list(WEIGHTS.values()))


@pytest.fixture(scope="module")
def found() -> Results:
    register = assumptions(
        *(("default_probability", chance, "customer", str(id_)) for id_, chance in G12["pd"].items()),
        as_of=pd.Timestamp("2025-12-31"),
        discount_rate=0.10,
        borrowing_rate=0.10,
        loss_given_default=0.6,
        top_customers=3.0,
        wallet_target_share=0.6,
    )
    inputs = tables(
        *(customers_table(), documents(), pools_with_acquisition(), drivers_table(), invoices(), issues(), survey()),
        table("Capacity", pool=["support"], practical_minutes=[120_000.0]),
        table("Retention", customer_id=IDS, probability=list(G12["r"])),
        *(referrals(), ideas(), influence(), officers(), register),
        from_frame("Lens statements", default_statements()),
    )
    return value_base(inputs, wanted=WANTED)


def test_engagement_value_is_the_published_one_to_the_cent(found: Results) -> None:
    engagement = result(found, "Engagement value")
    for column, name in (("referral_value", "crv"), ("influence_value", "civ"), ("knowledge_value", "ckv")):
        assert engagement[column][CURRENT].tolist() == pytest.approx(INPUTS[name].tolist(), abs=1e-6)
    assert engagement["engagement_value"][CURRENT].tolist() == pytest.approx(INPUTS["cev"].tolist(), abs=CENT)
    assert (engagement["value_rank"]["C06"], engagement["engagement_rank"]["C06"]) == (7, 6)
    assert (engagement["value_rank"]["C12"], engagement["engagement_rank"]["C12"]) == (6, 7)


def test_sums_of_both_views(found: Results) -> None:
    """Customer values add up to 577,808.07; engagement values overlap and come to 632,608.07."""
    amounts = found.tables["Engagement summary"].set_index("measure")["amount"]
    assert amounts["Customer base value"] == pytest.approx(577_808.07, abs=0.01)
    assert amounts["Engagement values, overlapping"] == pytest.approx(632_608.07, abs=0.01)
    assert amounts["Influence on prospects"] == pytest.approx(INPUTS["civ"].sum(), abs=1e-6)
    assert amounts["Ideas outside the plan"] == pytest.approx(INPUTS["ckv"].sum(), abs=1e-6)
    outside = INPUTS["civ"].sum() + INPUTS["ckv"].sum()
    assert amounts["Additive total"] == pytest.approx(577_808.07 + outside, abs=0.01)
    assert amounts["Additive values by customer"] == pytest.approx(amounts["Additive total"], abs=1e-6)
    assert amounts["Judged"] == pytest.approx(INPUTS["civ"].sum(), abs=1e-6)


def test_lens_scores_are_the_published_ones(found: Results) -> None:
    lenses = result(found, "Lens scores")
    assert list(lenses.index) == CURRENT
    for place, officer in enumerate(WEIGHTS, start=1):
        assert lenses[f"score_{place}"].tolist() == pytest.approx(SCORES[officer], abs=1e-9), officer
    assert lenses[[f"score_{place}" for place in (6, 7, 8)]].isna().all().all()


def test_order_by_money_and_by_weight(found: Results) -> None:
    lenses = result(found, "Lens scores")
    assert " ".join(lenses["money_rank"].sort_values().index) == "C02 C03 C08 C01 C04 C06 C12 C09 C07 C11 C05"
    weighted = lenses["weighted_score"].sort_values(ascending=False).round(2)
    assert weighted.index.tolist() == ["C03", "C02", "C12", "C04", "C06", "C08", "C09", "C01", "C07", "C11", "C05"]
    assert weighted.tolist() == [80.70, 74.61, 68.16, 66.89, 55.54, 53.00, 43.33, 43.10, 26.79, 25.96, 10.17]
    assert lenses["borda"][["C03", "C02", "C12", "C05"]].tolist() == [45.5, 40.5, 38.0, 1.0]
    shares = lenses["top_share"][["C03", "C02", "C12", "C04", "C08", "C06"]]
    assert (100 * shares).round(1).tolist() == [100.0, 76.5, 73.8, 35.7, 11.7, 2.3]


def test_agreement_is_the_published_one(found: Results) -> None:
    figures = found.tables["Agreement"].set_index("measure")["figure"]
    assert figures["Kendall's W"] == pytest.approx(0.739305, abs=5e-7)
    assert figures["Chi-square"] == pytest.approx(36.9653, abs=5e-5)
    assert figures["Chance of this by accident"] == pytest.approx(5.738e-05, abs=5e-9)
    assert figures["Mean agreement of two lenses"] == pytest.approx(0.673771, abs=5e-7)
    assert figures["Among the best in every lens"] == 1
    assert figures["Among the best in any lens"] == 6
    assert figures["Among the best whatever the weights"] == 1
    assert round(100 * figures["Value held by the best in money"], 1) == 76.8
    assert round(100 * figures["Value held by the largest by revenue"], 1) == 63.4
    by_lens: Any = found.tables["Lens agreement"].set_index("officer")
    assert by_lens["w_without"]["CRO"] == pytest.approx(0.8624, abs=5e-5)
    assert by_lens["with_money"][["CRO", "CPO", "CFO", "CMO", "CCO"]].round(4).tolist() == [
        *(0.8448, 0.8091, 0.7426, 0.5727, 0.5584)
    ]
    assert (100 * by_lens["capture"][["CRO", "CFO", "CPO", "CCO", "CMO"]]).round(1).tolist() == [
        *(76.8, 66.6, 62.8, 29.7, 28.6)
    ]
    assert by_lens["agrees_1"]["CRO"] == pytest.approx(0.2506, abs=5e-5)
    assert by_lens["agrees_5"]["CCO"] == pytest.approx(0.9037, abs=5e-5)


def test_contested_customers_have_the_published_ranges(found: Results) -> None:
    contested = found.tables["Contested customers"].dropna(subset=["customer_id"]).set_index("customer_id")
    lenses = result(found, "Lens scores")
    assert lenses["rank_range"][["C12", "C04", "C11", "C09", "C01"]].tolist() == [6.5, 6.0, 6.0, 5.5, 5.0]
    assert (lenses["champion"]["C12"], lenses["sceptic"]["C12"]) == ("CMO", "CRO")
    assert (lenses["champion"]["C01"], lenses["sceptic"]["C01"]) == ("CRO", "CMO")
    stake = contested["rank_range"] * contested["engagement_value"].abs()
    assert stake.is_monotonic_decreasing
    assert contested["reason"].str.contains("rank").all()


def test_best_customers_are_the_best_in_money(found: Results) -> None:
    best = found.tables["Best customers"].dropna(subset=["customer_id"])
    assert best["customer_id"].tolist()[:4] == ["C02", "C03", "C08", "C01"]
    assert len(found.tables["Best customers"]) == 15


def test_value_matrix_has_the_published_quadrants(found: Results) -> None:
    matrix = result(found, "Value matrix")
    assert {name: sorted(rows.index) for name, rows in matrix.groupby("quadrant")} == {
        "Ideal": ["C02", "C03", "C04", "C06"],
        "Vulnerable": ["C01", "C08"],
        "Overlooked": ["C07", "C12"],
        "Low priority": ["C05", "C09", "C11"],
    }
    assert found.cuts == pytest.approx({"company_cut": 36_848.44, "customer_cut": 78.0}, abs=CENT)
    assert matrix["company_distance"]["C06"] == 0
    assert matrix["customer_distance"]["C04"] == 0


def test_tiers_by_five_bases(found: Results) -> None:
    """Pareto cuts: C11 is A by revenue and N by value, the case against revenue tiers in one line."""
    segments = result(found, "Segments")
    assert segments.loc["C11", ["revenue_tier", "lifetime_tier", "engagement_tier", "segment"]].tolist() == [
        *("A", "N", "N", "N")
    ]
    engagement = segments["engagement_tier"]
    assert sorted(engagement.index[engagement == "A"]) == ["C01", "C02", "C03", "C08"]
    assert sorted(engagement.index[engagement == "B"]) == ["C04", "C06"]
    assert segments["segment"].equals(engagement.rename("segment"))
    methods: Any = found.tables["Tier methods"].set_index(["basis", "method"])
    assert methods.loc[("Net revenue", "natural breaks"), ["cut_a", "cut_b"]].tolist() == [387_000.0, 95_000.0]
    assert methods.loc[("Net revenue", "natural breaks"), "fit"] == pytest.approx(0.960245, abs=5e-7)


def test_potential_is_the_published_headroom(found: Results) -> None:
    potential = result(found, "Segments")["potential"]
    assert potential[["C12", "C08", "C06"]].tolist() == pytest.approx([10_121.18, 22_338.64, 11_007.08], abs=0.02)
