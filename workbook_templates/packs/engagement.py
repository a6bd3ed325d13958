"""Engagement value: what customers are worth by what they buy and by what they move others to do, counted once."""

from valuation.tables import ENGAGEMENT, ENGAGEMENT_SUMMARY, INFLUENCE, LIFETIME_VALUE
from workbook_templates.layout import Check, Format, Formula, Item, Pack, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import (
    added,
    answer,
    head,
    heading,
    input_sheet,
    money,
    of_total,
    percent,
    row_of,
    table_width,
    totals,
)
from workbook_templates.packs.officers import IDEAS_SHEET, REFERRALS_SHEET, SHARED_TOTALS, with_evidence

__all__ = ["ENGAGEMENT_PACK", "FIGURES"]

FIGURES = (
    "Customer base value",
    "Moved between customers",
    "Influence on prospects",
    "Ideas outside the plan",
    "Additive total",
    "Additive values by customer",
    "Referral value",
    "Influence value",
    "Knowledge value",
    "Engagement values, overlapping",
    "Measured",
    "Surveyed",
    "Judged",
)
"""The rows of the summary, in their order."""
SUMMARY_HEADER, SUMMARY_COLUMN = 8, 2
CUSTOMERS_HEADER = SUMMARY_HEADER + len(FIGURES) + 6
SUMS = ("value", "referral_value", "knowledge_value", "engagement_value", "additive_value", "outside_value")
WHICH_ADD_UP = {
    "influence_value": "where it was measured",
    "engagement_value": "overlap: no value of the base",
    "additive_value": "adds up to the base",
    "outside_value": "of which outside the base",
}
"""What to know of a total, above it."""


def _figure(name: str) -> Expr:
    return call("INDEX", Column(ENGAGEMENT_SUMMARY, "amount"), row_of(ENGAGEMENT_SUMMARY, "measure", name))


def _foremost(name: str) -> Expr:
    """Name the customer with the largest part of a kind."""
    column = Column(ENGAGEMENT, name)
    return call("INDEX", Column(ENGAGEMENT, "name"), call("MATCH", call("MAX", column), column, 0))


def _leads(name: str, by: str) -> Expr:
    """Say who brings most by a part, where anybody brings anything that is known."""
    largest = call("MAX", Column(ENGAGEMENT, name))
    said = " " & _foremost(name) & " brings most by " & by & " (" & money(largest) & ")."
    return call("IFERROR", call("IF", largest > 0, said, ""), "")


EVIDENCE = added(*(_figure(name) for name in ("Measured", "Surveyed", "Judged")))
NOBODY = call("COUNTA", Column(ENGAGEMENT, "customer_id")).equals(0)
WORTH = call(
    "IFERROR",
    call(
        "IF",
        NOBODY,
        "Nothing to value yet: fill in Referrals, Influence and Ideas, and refresh.",
        "Beside what they buy, customers are worth "
        & money(_figure("Referral value"))
        & " by referral, "
        & money(_figure("Influence value"))
        & " by influence and "
        & money(_figure("Knowledge value"))
        & " by ideas; "
        & call("IFERROR", percent(_figure("Judged") / EVIDENCE), "0%")
        & " of this is judged, not measured or surveyed.",
    ),
    "Engagement value cannot be summed up: see Exceptions for what is missing.",
)
COUNTED_ONCE = call(
    "IFERROR",
    call(
        "IF",
        NOBODY,
        "",
        "Counted once, it adds "
        & money(_figure("Additive total") - _figure("Customer base value"))
        & " to the customer base value of "
        & money(_figure("Customer base value"))
        & "; "
        & money(_figure("Moved between customers"))
        & " only moves from customers to those who brought them."
        & _leads("referral_value", "referral")
        & _leads("knowledge_value", "ideas"),
    ),
    "",
)


INFLUENCE_COLUMN = Column(ENGAGEMENT, "influence_value")
INFLUENCE_KNOWN = call("SUMIF", INFLUENCE_COLUMN, ">=0", INFLUENCE_COLUMN) + call(
    "SUMIF", INFLUENCE_COLUMN, "<0", INFLUENCE_COLUMN
)
"""An influence that was not measured is an error value, and not counted."""


def _engagement() -> Sheet:
    purpose = "What customers are worth by what they buy and by what they move others to do, without double counting."
    places = {column.name: place for place, column in enumerate(ENGAGEMENT, start=1)}
    remarks: tuple[Item, ...] = tuple(
        Text(row=CUSTOMERS_HEADER - 2, column=places[name], text=text, role=Role.NOTE, right=True)
        for name, text in WHICH_ADD_UP.items()
    )
    return Sheet(
        name="Engagement value",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Engagement value", "Customer engagement value", purpose),
            answer("engagement.answer", WORTH, row=5, span=10),
            answer("engagement.once", COUNTED_ONCE, row=6, span=10),
            heading(SUMMARY_HEADER - 1, "The whole base: what adds up, and what overlaps", span=10),
            TableBlock(
                row=SUMMARY_HEADER,
                column=SUMMARY_COLUMN,
                table=ENGAGEMENT_SUMMARY,
                input=False,
                rows=len(FIGURES),
            ),
            heading(CUSTOMERS_HEADER - 3, "By customer", span=10),
            *remarks,
            *totals(ENGAGEMENT, SUMS, CUSTOMERS_HEADER - 1),
            Formula(
                row=CUSTOMERS_HEADER - 1,
                column=places["influence_value"],
                key="engagement.influence",
                expr=call("ROUND", INFLUENCE_KNOWN, 6),
                format=Format.CENTS,
                role=Role.TOTAL,
            ),
            TableBlock(row=CUSTOMERS_HEADER, column=1, table=ENGAGEMENT, input=False),
        ),
        freeze=(7, 3),
        widths=table_width(ENGAGEMENT) | {1: 14, 2: 34, 3: 20, 7: 28, 10: 22, 11: 26, 13: 16},
    )


CHECKS = (
    Check(
        "additive",
        "Additive values of all customers = customer base value + what lies outside it",
        call(
            "IF",
            NOBODY,
            0,
            of_total(ENGAGEMENT, "additive_value")
            - of_total(LIFETIME_VALUE, "value")
            - of_total(ENGAGEMENT, "outside_value"),
        ),
        CENT,
        LIVE,
    ),
    Check(
        "engagement_parts",
        "Engagement value = own value + referral + influence + knowledge",
        call(
            "IF",
            NOBODY,
            0,
            of_total(ENGAGEMENT, "engagement_value")
            - added(*(of_total(ENGAGEMENT, name) for name in ("value", "referral_value", "knowledge_value")))
            - INFLUENCE_KNOWN,
        ),
        CENT,
        LIVE,
    ),
)

ENGAGEMENT_PACK = Pack(
    name="engagement",
    purpose="What referrals, influence and ideas add to customer value, counted once",
    sheets=(
        REFERRALS_SHEET,
        input_sheet(INFLUENCE, "Marketing officer: whose word moves others, without a reward for it?"),
        IDEAS_SHEET,
        _engagement(),
    ),
    checks=CHECKS,
    totals=(*SHARED_TOTALS, with_evidence("cv_used_influence", INFLUENCE)),
)
