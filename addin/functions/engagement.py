"""Engagement value: what customers bring by referring others, by influencing them, and by their ideas."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.engagement import (
    AttributedValue,
    additive_value,
    clv_crv_segment,
    influence_value,
    knowledge_value,
    ranking_value,
    referral_value,
)
from valuation.errors import InputError, MissingDataError
from valuation.tables import Blank, Column, Kind, Table
from valuation.tables.schema import optional_column

FAMILY: Final = "Engagement value"

EVIDENCE: Final = optional_column("evidence", Kind.TEXT, "measured, surveyed or judged; judged where blank")
SHARE: Final = optional_column(
    "share", Kind.SHARE, "Part that is this one's; where all are blank, all share equally", "0-1"
)
REFERRALS: Final = Table(
    "referrals",
    "",
    "one row for each referral",
    (
        Column("referrer_id", Kind.ID, "Who recommended you"),
        Column("referred_id", Kind.ID, "Who came"),
        optional_column("type", Kind.NUMBER, "1: would not have come otherwise; 2: would have come anyway", "1-2"),
        optional_column("p_incremental", Kind.SHARE, "Chance of the former; wins over type", "0-1"),
        SHARE,
        optional_column("margin", Kind.MONEY, "Margin of the customer who came", "money/period"),
        optional_column("marketing", Kind.MONEY, "Marketing to keep it", "money/period"),
        optional_column("retention", Kind.SHARE, "Chance that it stays for a period", "0-1"),
        optional_column("reward", Kind.MONEY, "Reward paid, once", "money"),
        optional_column("acq_saving", Kind.MONEY, "Cost of winning a customer that was saved, once", "money"),
        EVIDENCE,
        optional_column("lost", Kind.FLAG, "1 if it has left"),
        optional_column("realised", Kind.MONEY, "What of the referral's value has come in, where it has left", "money"),
    ),
)
INFLUENCE: Final = Table(
    "influence",
    "",
    "one row for each customer who influences another",
    (
        Column("influencer_id", Kind.ID, "Whose word counts"),
        Column("influenced_id", Kind.ID, "Who acts on it"),
        SHARE,
        Column("value_with", Kind.MONEY, "Value of the influenced one as it is", "money", blank=Blank.ALLOWED),
        Column("value_without", Kind.MONEY, "Its value without the influence", "money", blank=Blank.ALLOWED),
        EVIDENCE,
    ),
)
IDEAS: Final = Table(
    "ideas",
    "",
    "one row for each idea and customer",
    (
        Column("idea_id", Kind.ID, "The idea"),
        Column("customer_id", Kind.ID, "Who gave it"),
        Column("npv", Kind.MONEY, "Net present value of the improvement", "money"),
        Column("stage_probability", Kind.SHARE, "Chance that it is built; 0 if it was rejected", "0-1"),
        Column("attribution", Kind.SHARE, "The customer's part in it", "0-1"),
        optional_column("in_plan", Kind.FLAG, "1 if the plan has raised everybody's margin for it"),
        EVIDENCE,
    ),
)
CUSTOMERS: Final = Table(
    "customer_values",
    "",
    "one row for each customer",
    (
        Column("customer_id", Kind.ID, "The customer"),
        Column("clv", Kind.MONEY, "Lifetime value; blank where unknown", "money", blank=Blank.ALLOWED),
    ),
)

_REFERRALS_HELP: Final = (
    "referrer_id, referred_id, type (1 would not have come otherwise, 2 would have) or p_incremental; margin and "
    "retention for type 1; where known share, marketing, reward, acq_saving, evidence, lost, realised"
)
_INFLUENCE_HELP: Final = (
    "influencer_id, influenced_id, value_with and value_without the influence, measured and never guessed; where known "
    "share, evidence"
)
_IDEAS_HELP: Final = (
    "idea_id, customer_id, npv, stage_probability, attribution (those of an idea add up to at most 1); where known "
    "in_plan, evidence"
)
_TABLE_ERRORS: Final = (
    "One error for the whole call, with the row in the message: #N/A where an id or a needed number is blank, #VALUE! "
    "where text stands instead of a number, a column is missing or a pair stands twice, #NUM! where a number is out of "
    "range, {what}; an error cell gives that same error."
)


RATE: Final = Argument(
    "rate", Kind.NUMBER, "Discount rate per period", "0-1/period", required=False, default=0.1, shape=Shape.ONE
)
REFERRALS_ARGUMENT: Final = Argument(
    "referrals", TABLE, _REFERRALS_HELP, "money, margin per period", shape=Shape.TABLE, table=REFERRALS
)
INFLUENCE_ARGUMENT: Final = Argument("influence", TABLE, _INFLUENCE_HELP, "money", shape=Shape.TABLE, table=INFLUENCE)
IDEAS_ARGUMENT: Final = Argument("ideas", TABLE, _IDEAS_HELP, "money", shape=Shape.TABLE, table=IDEAS)


@worksheet_function(
    arguments=(
        REFERRALS_ARGUMENT,
        RATE,
        Argument(
            "periods",
            Kind.NUMBER,
            'Periods counted; "inf" for no end',
            "periods",
            required=False,
            default=3,
            choices=("inf",),
            shape=Shape.ONE,
        ),
        Argument(
            "deduct_reward_type2",
            Kind.FLAG,
            "FALSE: the reward of customers who would have come anyway does not count (the published formula)",
            required=False,
            default=True,
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("referrer_id", Kind.ID, "In the order of the rows", heading="Referrer"),
        Column("referrals", Kind.COUNT, "Number of customers referred", "count"),
        Column(
            "crv",
            Kind.MONEY,
            "Referral value: margins at the end of each period, the first for certain",
            "money",
            heading="Referral value",
        ),
    ),
    blank=_TABLE_ERRORS.format(
        what="a customer refers itself, referrals form a cycle, or the shares of one customer add up to more than 1"
    ),
    example=Example(
        (
            [
                ["referrer_id", "referred_id", "type", "margin", "marketing", "retention", "reward", "acq_saving"],
                ["A", "B", 1, 1200, 100, 0.8, 150, 400],
                ["A", "C", 2, None, None, None, 150, 400],
            ],
            0.1,
            3,
        ),
        [["Referrer", "Referrals", "Referral value"], ["A", 2, 2710.74]],
    ),
    family=FAMILY,
)
def cv_crv(referrals: pd.DataFrame, rate: float, periods: float, deduct_reward_type2: bool, /) -> Answer:
    """What are the customers worth whom each customer has referred?"""
    ids = _ids(referrals, "referrals", "referrer_id", "referred_id")
    found = referral_value(referrals, ids, discount_rate=rate, horizon=periods, deduct_reward_type2=deduct_reward_type2)
    return _by_owner(found, ids, ("referrer_id", "referrals", "crv"))


@worksheet_function(
    arguments=(INFLUENCE_ARGUMENT,),
    result=Result.TABLE,
    columns=(
        Column("influencer_id", Kind.ID, "In the order of the rows", heading="Influencer"),
        Column("influenced", Kind.COUNT, "Number of customers and prospects influenced", "count"),
        Column(
            "civ",
            Kind.MONEY,
            "Influence value; #N/A where one of the effects is unknown",
            "money",
            heading="Influence value",
            missing="#N/A",
        ),
    ),
    blank=_TABLE_ERRORS.format(
        what="a customer influences itself, or the shares into one customer add up to more than 1"
    )
    + " #N/A for an influencer with an effect whose two values are not both given: it is never guessed.",
    example=Example(
        (
            [
                ["influencer_id", "influenced_id", "share", "value_with", "value_without"],
                ["A", "C", 0.5, 900, 500],
                ["B", "C", 0.25, 900, 500],
            ],
        ),
        [["Influencer", "Influenced", "Influence value"], ["A", 1, 200], ["B", 1, 100]],
    ),
    family=FAMILY,
)
def cv_civ(influence: pd.DataFrame, /) -> Answer:
    """What are others worth more because of each customer's word, which nobody paid for?"""
    ids = _ids(influence, "influence", "influencer_id")
    return _by_owner(influence_value(influence, ids), ids, ("influencer_id", "influenced", "civ"))


@worksheet_function(
    arguments=(IDEAS_ARGUMENT,),
    result=Result.TABLE,
    columns=(
        Column("customer_id", Kind.ID, "In the order of the rows", heading="Customer"),
        Column("ideas", Kind.COUNT, "Number of ideas", "count"),
        Column("ckv", Kind.MONEY, "Knowledge value; a rejected idea brings 0", "money", heading="Knowledge value"),
    ),
    blank=_TABLE_ERRORS.format(what="or the attributions of an idea add up to more than 1"),
    example=Example(
        (
            [
                ["idea_id", "customer_id", "npv", "stage_probability", "attribution"],
                ["I-1", "C06", 120000, 1, 0.15],
                ["I-2", "C06", 50000, 0, 0.5],
            ],
        ),
        [["Customer", "Ideas", "Knowledge value"], ["C06", 2, 18000]],
    ),
    family=FAMILY,
)
def cv_ckv(ideas: pd.DataFrame, /) -> Answer:
    """What are the improvements worth that come from each customer's ideas?"""
    ids = _ids(ideas, "ideas", "customer_id")
    return _by_owner(knowledge_value(ideas, ids), ids, ("customer_id", "ideas", "ckv"))


@worksheet_function(
    arguments=(
        Argument("clv", Kind.MONEY, "Lifetime value", "money", shape=Shape.ROWS),
        *(
            Argument(name, Kind.MONEY, f"{words}; blank where unknown", "money", shape=Shape.ROWS, blank=Blank.ALLOWED)
            for name, words in (("crv", "Referral value"), ("civ", "Influence value"), ("ckv", "Knowledge value"))
        ),
        Argument(
            "view",
            Kind.CHOICE,
            "ranking; additive is refused, because four columns do not say what moves between customers: "
            "CV_CEV_ADDITIVE asks for that",
            required=False,
            default="ranking",
            choices=("ranking", "additive"),
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("ranking_value", Kind.MONEY, "Their sum. Values overlap: the total is not that of the base", "money"),
    ),
    blank=f"{ROW_ERRORS} A referral, influence or knowledge value that is blank counts nothing; the message says how "
    "many rows lack one.",
    example=Example(
        ([[9848.44], [10121.18]], [[6500], [1800]], [[2500], [0]], [[18000], [6000]]), [[36848.44], [17921.18]]
    ),
    family=FAMILY,
)
def cv_cev(clv: ARRAY, crv: ARRAY | None, civ: ARRAY | None, ckv: ARRAY | None, view: str, /) -> Answer:
    """What does each customer bring about in all, by buying, referring, influencing and advising?"""
    if view == "additive":
        raise InputError(
            "view must be ranking: four columns do not say what moves between customers; CV_CEV_ADDITIVE adds up"
        )
    parts = [np.full(clv.shape, np.nan) if part is None else part for part in (crv, civ, ckv)]
    lacking = int(np.isnan(parts).any(axis=0).sum())
    note = f"{lacking} of {clv.size} rows lack a referral, influence or knowledge value, which counts nothing"
    return Answer(ranking_value(clv, *parts), (note,) if lacking else ())


@worksheet_function(
    arguments=(
        Argument(
            "customer_values",
            TABLE,
            "All customers of the base: customer_id, clv (lifetime value)",
            "money",
            shape=Shape.TABLE,
            table=CUSTOMERS,
        ),
        *(
            replace(one, required=False, help=words)
            for one, words in (
                (
                    REFERRALS_ARGUMENT,
                    "referrer_id, referred_id, type or p_incremental; where known share and lost. What the referred "
                    "customer is worth stands in customer_values",
                ),
                (INFLUENCE_ARGUMENT, _INFLUENCE_HELP),
                (IDEAS_ARGUMENT, _IDEAS_HELP),
            )
        ),
        Argument(
            "transfer_share",
            Kind.SHARE,
            "Part of what a referral or an influence brought that moves to who did it",
            "0-1",
            required=False,
            default=0.5,
            shape=Shape.ONE,
        ),
        Argument(
            "prospects_in_equity",
            Kind.FLAG,
            "TRUE where the value of the base contains customers to come: influence on them counts nothing then",
            required=False,
            default=False,
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("customer_id", Kind.ID, "In the order given; at last all customers together", heading="Customer"),
        Column(
            "clv",
            Kind.MONEY,
            "Lifetime value; in all the value of the base",
            "money",
            heading="Lifetime value",
            missing="#N/A",
        ),
        Column("moved", Kind.MONEY, "From who was referred or influenced; 0 in all", "money", missing="#N/A"),
        Column("outside", Kind.MONEY, "Ideas not in the plan, influence on prospects", "money", missing="#N/A"),
        Column("value", Kind.MONEY, "The sum, customer by customer and in all", "money", missing="#N/A"),
    ),
    blank=_TABLE_ERRORS.format(
        what="a customer refers or influences itself, referrals form a cycle, shares add up to more than 1 or an edge "
        "is referral and influence"
    )
    + " #N/A for a customer without lifetime value, who gives and gets nothing.",
    example=Example(
        (
            [["customer_id", "clv"], ["A", 100], ["B", 1000]],
            [["referrer_id", "referred_id", "p_incremental"], ["A", "B", 0.8]],
            None,
            [["idea_id", "customer_id", "npv", "stage_probability", "attribution"], ["I-1", "B", 500, 0.5, 0.2]],
        ),
        [
            ["Customer", "Lifetime value", "Moved", "Outside", "Value"],
            ["A", 100, 400, 0, 500],
            ["B", 1000, -400, 50, 650],
            ["All customers", 1100, 0, 50, 1150],
        ],
    ),
    family=FAMILY,
)
def cv_cev_additive(
    customer_values: pd.DataFrame,
    referrals: pd.DataFrame | None,
    influence: pd.DataFrame | None,
    ideas: pd.DataFrame | None,
    transfer_share: float,
    prospects_in_equity: bool,
    /,
) -> Answer:
    """What is each customer's part of the value of the base, if who refers or influences others shares in theirs?"""
    if customer_values.empty:
        raise MissingDataError("customer_values has no rows below its header")
    found = additive_value(
        customer_values["customer_id"],
        customer_values["clv"],
        referrals=referrals,
        influence=influence,
        ideas=ideas,
        transfer_share=transfer_share,
        prospects_in_equity=prospects_in_equity,
    )
    # What moves adds up to 0 but for rounding, which would look like money that is missing.
    columns = {
        "clv": (found.lifetime_value, found.equity),
        "moved": (found.moved, 0.0),
        "outside": (found.outside_value, found.outside),
        "value": (found.value, found.total),
    }
    table = {name: np.append(values, total) for name, (values, total) in columns.items()}
    notes = [
        (found.prospect_edges, "influences are on somebody who is not in customer_values"),
        (found.not_counted, "rows count nothing, because a lifetime value or the effect of an influence is unknown"),
        (int(np.isnan(found.lifetime_value).sum()), "customers have no lifetime value and are in no total"),
    ]
    return Answer(
        {"customer_id": [*customer_values["customer_id"], "All customers"], **table},
        tuple(f"{count:,} {words}" for count, words in notes if count),
    )


@worksheet_function(
    arguments=(
        Argument("clv", Kind.MONEY, "Lifetime value of each customer", "money", shape=Shape.ROWS),
        Argument("crv", Kind.MONEY, "Referral value of each customer", "money", shape=Shape.ROWS),
        *(
            Argument(
                f"cut_{name}",
                Kind.MONEY,
                f"From where on a {words} value is high; the median if left out, which moves with the base",
                "money",
                required=False,
                shape=Shape.ONE,
            )
            for name, words in (("clv", "lifetime"), ("crv", "referral"))
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("segment", Kind.TEXT, "Champions (both high), Affluents (clv high), Advocates (crv high) or Misers"),
        Column("clv_distance", Kind.MONEY, "Lifetime value less its cut", "money"),
        Column("crv_distance", Kind.MONEY, "Referral value less its cut", "money"),
    ),
    blank=f"{ROW_ERRORS} A value is high at its cut or above, and above 0: who refers nobody is no advocate.",
    example=Example(
        ([[900], [800], [100], [50]], [[70], [0], [90], [0]]),
        [["Champions", 450, 35], ["Affluents", 350, -35], ["Advocates", -350, 55], ["Misers", -400, -35]],
    ),
    family=FAMILY,
)
def cv_clv_crv_segment(
    clv: ARRAY, crv: ARRAY, cut_clv: float | None, cut_crv: float | None, /
) -> tuple[ARRAY, ARRAY, ARRAY]:
    """Who is a customer by what it buys and by whom it brings: champion, affluent, advocate or miser?"""
    found = clv_crv_segment(clv, crv, cut_clv=cut_clv, cut_crv=cut_crv)
    return found.segment, found.clv_distance, found.crv_distance


def _ids(table: pd.DataFrame, name: str, *columns: str) -> ARRAY:
    """Everybody who stands in these columns."""
    if table.empty:
        raise MissingDataError(f"{name} has no rows below its header")
    return np.asarray(pd.concat([table[column] for column in columns]).dropna().unique(), dtype=object)


def _by_owner(found: AttributedValue, ids: ARRAY, columns: tuple[str, str, str]) -> Answer:
    """Value and number of rows of everybody who has one, in the order of the rows; how much of it is judged."""
    owners = np.asarray(pd.unique(found.owners))
    counts = np.bincount(found.owners)[owners]
    table = dict(zip(columns, (ids[owners], counts, found.by_customer[owners]), strict=True))
    money = np.abs(np.where(np.isnan(found.edges), 0.0, found.edges))
    judged, unknown = money[found.evidence == "judged"].sum(), int(np.isnan(found.edges).sum())
    notes = [f"{judged / money.sum():.0%} of the money is judged, not measured or surveyed"] if judged > 0 else []
    return Answer(table, (*notes, *([f"{unknown:,} rows have an unknown effect"] if unknown else [])))
