"""Whom to ask and whom one hears: the insight panel, who is loud for what it is worth, and money left on the table."""

from valuation.tables import (
    MONEY_ON_TABLE,
    PANEL,
    PANEL_GROUPS,
    PANEL_MEASURES,
    PANEL_READINGS,
    PANEL_STRATA,
    VOICE,
)
from workbook_templates.layout import Check, Format, Sheet, Stage, TableBlock
from workbook_templates.native import Column, Expr, call
from workbook_templates.packs.checks import LIVE
from workbook_templates.packs.explained import Sentence, explained_sheet, first_row_below, how_to_read, sentences
from workbook_templates.packs.furniture import count, head, heading, money, of_total, percent, row_of

__all__ = ["MONEY_SHEET", "PANEL_CHECKS", "PANEL_SHEET", "READING_FORMATS", "VOICE_SHEET"]

READING_FORMATS = (Format.RATIO, Format.RATIO, Format.RATIO, Format.RATIO, Format.SCORE, Format.RATIO)
"""Of the panel's readings, in their order."""
ALMOST_NOTHING = 0.000001


def _part(flag: str, name: str) -> Expr:
    return percent(call("SUMIF", Column(VOICE, "flag"), flag, Column(VOICE, name)))


OVER, UNDER = (call("COUNTIF", Column(VOICE, "flag"), flag) for flag in ("over-voiced", "under-voiced"))
HEARD = call(
    "IFERROR",
    call(
        "IF",
        of_total(VOICE, "issues").equals(0),
        "No voice to measure yet: fill in Issues and refresh; it takes customers with a value above 0, too.",
        "Over-voiced: "
        & count(OVER)
        & " customers, with "
        & _part("over-voiced", "voice_share")
        & " of the issues and "
        & _part("over-voiced", "value_share")
        & " of the value. Under-voiced: "
        & count(UNDER)
        & ", with "
        & _part("under-voiced", "voice_share")
        & " of the issues and "
        & _part("under-voiced", "value_share")
        & " of the value. A flag is no verdict: weigh opinions, do not delete them.",
    ),
    "The voices cannot be measured: see Exceptions for what is missing.",
)
VOICE_READ = (
    "Share of voice: part of all issues of the twelve months. Issues of safety or law (exempt) are never weighed.",
    "Share of value: part of all customer value above 0. Index: voice by value; blank has no value.",
    "By chance: how likely so many issues would be if every unit of value raised as many (binomial).",
    "Over-voiced: index and chance pass voice_ratio and voice_chance on Assumptions. Under-voiced: a customer in "
    "segment A or B with half of its share of voice, or less.",
    "Who is over-voiced and valuable may be about to leave: see Value matrix before anything is decided.",
)
VOICE_SHEET = explained_sheet(
    VOICE,
    "Share of voice",
    "Which customers are loud for what they are worth, and which are not heard.",
    (Sentence("voice.answer", HEARD),),
    VOICE_READ,
    sums=("issues", "voice_share", "value_share"),
    span=9,
    widths={1: 16, 9: 16},
)


def _reading(measure: str) -> Expr:
    return call("INDEX", Column(PANEL_READINGS, "figure"), row_of(PANEL_READINGS, "measure", measure))


def _score(measure: str) -> Expr:
    """Write a mean answer; there may be none."""
    return call("IF", call("ISNUMBER", _reading(measure)), call("FIXED", _reading(measure), 1), "not known")


PANELLED = call("COUNTA", Column(PANEL, "customer_id"))
ANSWERED = of_total(PANEL_STRATA, "answered")
ASKED = call(
    "IFERROR",
    call(
        "IF",
        PANELLED.equals(0),
        "No panel yet: fill in Survey and Panel plan and refresh.",
        "Of "
        & count(PANELLED)
        & " customers in the panel "
        & count(ANSWERED)
        & " have answered. "
        & call(
            "IF",
            ANSWERED.equals(0),
            "Ask them, and put their answers on Survey.",
            "Would recommend us, from 0 to 10: "
            & _score("Panel, weighted by customers")
            & " by all customers, "
            & _score("Panel, weighted by value")
            & " by value; by segment A alone: "
            & _score("Segment A alone")
            & ". The answers are worth as much as "
            & call("FIXED", _reading("Effective number of answers"), 0)
            & " that all counted the same.",
        ),
    ),
    "The panel cannot be read: see Exceptions for what is missing.",
)
PANEL_READ = (
    "Fast adopters: not in segment A, but among the quickest to use what is new, or lead users: they hear the future "
    "first (von Hippel, 1986).",
    "Places: every group gets its fewest by Panel plan, the rest goes where most lack. Drawn by a fixed rule from "
    "panel_seed: nobody can choose whom to ask.",
    "Weight: customers that an answer stands for. Weighted by customers: what all customers say, each the same. By "
    "value: every one by its customer value.",
    "Segment A alone: what one hears by asking the best only. Unweighted: the answers as they came in.",
    "Effective number: answers that would say as much if all counted the same. Design effect: how many more it takes.",
)


def _panel() -> Sheet:
    purpose = "Whom to ask so that not only the best customers are heard, and what they say."
    said = (Sentence("panel.answer", ASKED),)
    groups = first_row_below(said, PANEL_READ) + 1
    readings = groups + len(PANEL_GROUPS) + 3
    header = readings + len(PANEL_MEASURES) + 3
    return Sheet(
        name="Insight panel",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Insight panel", "Insight panel", purpose),
            *sentences(said, span=9),
            *how_to_read(6 + len(said), PANEL_READ, span=9),
            heading(groups - 1, "Groups that it is drawn from", span=9),
            TableBlock(row=groups, column=1, table=PANEL_STRATA, input=False, rows=len(PANEL_GROUPS), reading=True),
            heading(readings - 1, "What it says", span=9),
            TableBlock(
                row=readings,
                column=1,
                table=PANEL_READINGS,
                input=False,
                rows=len(PANEL_MEASURES),
                formats=READING_FORMATS,
                reading=True,
            ),
            heading(header - 1, "Who is in it", span=9),
            TableBlock(row=header, column=1, table=PANEL, input=False),
        ),
        freeze=(6, 1),
        widths={1: 32, 2: 14, 3: 16, 4: 14, 5: 13, 6: 13, 7: 18, 8: 16, 9: 34, 10: 44},
    )


def _known(name: str) -> Expr:
    return call("SUMPRODUCT", call("ISNUMBER", Column(MONEY_ON_TABLE, name)) * 1)


LARGEST = call("INDEX", Column(MONEY_ON_TABLE, "name"), 1)
LEFT = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(MONEY_ON_TABLE, "customer_id")).equals(0),
        "Nothing known yet: fill in wallet or p_poach on Survey, wallet_target_share on Assumptions, and refresh.",
        "With "
        & count(call("COUNTIF", Column(MONEY_ON_TABLE, "headroom_revenue"), ">0"))
        & " of "
        & count(_known("wallet"))
        & " customers whose wallet is estimated there is room for revenue of "
        & money(of_total(MONEY_ON_TABLE, "headroom_revenue"))
        & " a year, worth "
        & money(of_total(MONEY_ON_TABLE, "headroom_value"))
        & ". Competitors may win what is worth "
        & money(of_total(MONEY_ON_TABLE, "exposure"))
        & " by expectation"
        & call("IF", LARGEST.equals(""), "", "; most at " & LARGEST)
        & ". The wallet is an estimate.",
    ),
    "Money on the table cannot be summed up: see Exceptions for what is missing.",
)
MONEY_READ = (
    "Wallet: what the customer spends on the category, with anybody. It is an estimate: keep its source and date.",
    "Headroom: revenue up to wallet_target_share of the wallet, its yearly margin, and the present value of that; 0 "
    "where growing would grow a loss.",
    "Exposure: chance that a competitor wins the customer, times its value and the headroom that would go with it.",
)
MONEY_SHEET = explained_sheet(
    MONEY_ON_TABLE,
    "Money on the table",
    "What customers buy elsewhere and could buy here, and what competitors may win from us.",
    (Sentence("money.answer", LEFT),),
    MONEY_READ,
    sums=("net_revenue", "headroom_revenue", "headroom_margin", "headroom_value", "exposure"),
    span=9,
    widths={1: 16, 4: 20, 14: 40},
)

PANEL_CHECKS = (
    Check(
        "voice",
        "Share of voice: shares of issues add up to 100%",
        call("IF", of_total(VOICE, "issues").equals(0), 0, of_total(VOICE, "voice_share") - 1),
        ALMOST_NOTHING,
        LIVE,
    ),
    Check(
        "panel",
        "Insight panel: customers in it = places of all groups",
        PANELLED - of_total(PANEL_STRATA, "planned"),
        0,
        LIVE,
    ),
)
PANEL_SHEET = _panel()
