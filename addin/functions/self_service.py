"""Cost to serve: what customers solve themselves, and what that saves."""

from addin.functions.wording import ARRAY, ROW_ERRORS
from addin.registry import Argument, Example, Result, worksheet_function
from valuation.cost import deflection, self_service_share
from valuation.tables import Column, Kind
from workbook_templates.plan import CellError

FAMILY = "Cost to serve"


@worksheet_function(
    arguments=(
        Argument("self_resolved", Kind.NUMBER, "Questions that customers resolved themselves", "questions/period"),
        Argument("assisted", Kind.NUMBER, "Contacts that your people handled", "contacts/period"),
    ),
    result=Result.ROWS,
    columns=(Column("share", Kind.SHARE, "Share that customers resolved themselves", "0-1"),),
    blank=f"{ROW_ERRORS} #N/A also where both are 0.",
    example=Example((420, 880), 0.3231),
    family=FAMILY,
    row_errors={CellError.NA: lambda self_resolved, assisted: (self_resolved == 0) & (assisted == 0)},
)
def cv_self_service_share(self_resolved: ARRAY, assisted: ARRAY, /) -> ARRAY:
    """Which share of their questions do customers resolve themselves?"""
    return self_service_share(self_resolved, assisted)


@worksheet_function(
    arguments=(
        Argument("sessions", Kind.NUMBER, "Visits to self-service or community", "sessions/period"),
        Argument(
            "deflection_rate",
            Kind.SHARE,
            "Part of them after which no contact came, by evidence such as a survey; not every view is one",
            "0-1",
        ),
        Argument("unit_cost", Kind.MONEY, "Cost of one assisted contact", "money/contact"),
    ),
    result=Result.ROWS,
    columns=(Column("saving", Kind.MONEY, "Capacity freed; cash only when the capacity is given up", "money/period"),),
    blank=ROW_ERRORS,
    example=Example((1200, 0.35, 18), 7560),
    family=FAMILY,
)
def cv_deflection(sessions: ARRAY, deflection_rate: ARRAY, unit_cost: ARRAY, /) -> ARRAY:
    """What do contacts save that self-service made unnecessary?"""
    return deflection(sessions, deflection_rate, unit_cost).saving
