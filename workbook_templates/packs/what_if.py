"""What if: changes to try, what each does to profit, and the P&L of each customer with all of them."""

from valuation.tables import CUSTOMER_PNL, WHAT_IF, WHAT_IF_CHANGES, WHAT_IF_PNL
from workbook_templates.layout import Check, Format, InputTotal, Pack
from workbook_templates.native import Column, Expr, Figure, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import amount, answer, input_sheet, of_total, result_sheet

__all__ = ["WHAT_IF_PACK"]

NOTHING = "Nothing to try yet: fill in What if and refresh."
PNL_SUMS = tuple(column.name for column in WHAT_IF_PNL if column.unit == "currency")


def _sum(name: str) -> Expr:
    return Figure(f"tblWhatIfPnl.{name}")


def _changed(difference: Expr) -> Expr:
    return call("IF", difference < 0, "falls by ", "rises by ") & amount(call("ABS", difference))


THEN = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(WHAT_IF_PNL, "customer_id")).equals(0),
        NOTHING,
        "With all changes the contribution of all customers "
        & _changed(_sum("change"))
        & ", from "
        & amount(_sum("contribution_now"))
        & " to "
        & amount(_sum("contribution_then"))
        & ". "
        & call("COUNTIF", Column(WHAT_IF_PNL, "change"), ">0")
        & " customers bring more, "
        & call("COUNTIF", Column(WHAT_IF_PNL, "change"), "<0")
        & " less; "
        & call("COUNTIF", Column(WHAT_IF_PNL, "contribution_now"), "<0")
        & " lose money now, "
        & call("COUNTIF", Column(WHAT_IF_PNL, "contribution_then"), "<0")
        & " then.",
    ),
    "The changes have no answer: costs are not known.",
)
LAST = call("COUNTA", Column(WHAT_IF_CHANGES, "change"))


def _together(name: str) -> Expr:
    """Give a figure of all changes together, which is the last row."""
    return call("INDEX", Column(WHAT_IF_CHANGES, name), LAST)


EFFECT = call(
    "IFERROR",
    call(
        "IF",
        LAST.equals(0),
        NOTHING,
        "With all changes together the company's profit "
        & _changed(_together("profit"))
        & ": customers' contribution "
        & _changed(_together("contribution"))
        & ", and "
        & amount(_together("stranded"))
        & " of cost stays all the same.",
    ),
    "The changes have no answer: costs are not known.",
)

CHECKS = (
    Check(
        "what_if",
        "What-if P&L: contribution now = customer P&L, and then - now = change",
        call(
            "IF",
            call("COUNTA", Column(WHAT_IF_PNL, "customer_id")).equals(0),
            0,
            call("ABS", of_total(WHAT_IF_PNL, "contribution_now") - of_total(CUSTOMER_PNL, "contribution"))
            + call(
                "ABS",
                of_total(WHAT_IF_PNL, "contribution_then")
                - of_total(WHAT_IF_PNL, "contribution_now")
                - of_total(WHAT_IF_PNL, "change"),
            ),
        ),
        CENT,
        LIVE,
    ),
)

WHAT_IF_PACK = Pack(
    name="what-if",
    purpose="What a change of drivers, minutes, service, price or smallest order would do to profit",
    sheets=(
        input_sheet(WHAT_IF, "Changes whose effect you want to see before you make them."),
        result_sheet(
            WHAT_IF_CHANGES,
            "What-if: effect on profit",
            "What each change does to customers and company, and what all of them do together.",
            sums=(),
            name="What-if effect",
            more=(answer("what_if.effect", EFFECT),),
            widths={1: 44},
        ),
        result_sheet(
            WHAT_IF_PNL,
            "What-if: customers now and then",
            "The P&L of each customer now and with all changes.",
            sums=PNL_SUMS,
            more=(answer("what_if.answer", THEN),),
        ),
    ),
    checks=CHECKS,
    totals=(InputTotal("cv_used_what_if", "What if, value", of_total(WHAT_IF, "value"), Format.NUMBER),),
)
