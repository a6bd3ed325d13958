"""Cash flows by period: present value, internal rates, break-even and the curve of cumulative cash."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from addin.functions.lifetime import TIMING
from addin.functions.wording import ARRAY, CALL_ERRORS
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.errors import MissingDataError
from valuation.loyalty import (
    break_even,
    internal_rate,
    internal_rates,
    modified_internal_rate,
    net_present_value,
)
from valuation.loyalty.cash_flows import cash_flow_vector, discount_factors
from valuation.tables import Column, Kind

FAMILY: Final = "Loyalty business case"

RATE: Final = Argument(
    "rate",
    Kind.SHARE,
    "Discount rate per period; CV_RATE converts an annual one",
    "decimal/period",
    shape=Shape.ONE,
)
CASH_FLOWS: Final = Argument(
    "cfs", Kind.MONEY, "The money of each period in order, negative for what is paid", "money", shape=Shape.COLUMN
)
ARRIVAL: Final = replace(
    TIMING,
    help="When in its period money arrives: the first amount is discounted by 0 (start), half (mid) or 1 period (end)",
    default="end",
)
OPTIONAL_RATE: Final = replace(RATE, help="Discount rate per period; left out, nothing is discounted", required=False)


@worksheet_function(
    arguments=(RATE, CASH_FLOWS, ARRIVAL),
    result=Result.SINGLE,
    columns=(Column("npv", Kind.MONEY, "Net present value", "money"),),
    blank=f'{CALL_ERRORS} With "end" it is Excel\'s NPV; with "start" the first amount is paid today.',
    example=Example((0.1, [-100, 60, 60], "start"), 4.1322),
    family=FAMILY,
)
def cv_npv(rate: float, cfs: ARRAY, timing: Any, /) -> float:
    """What are these cash flows worth today?"""
    return net_present_value(rate, cfs, timing=timing)


@worksheet_function(
    arguments=(CASH_FLOWS,),
    result=Result.SINGLE,
    columns=(Column("irr", Kind.SHARE, "Internal rate of return", "decimal/period"),),
    blank=f"{CALL_ERRORS} #NUM! also where no rate from -99% to 1000% is one, or several are: the message lists them, "
    "CV_IRR_ROOTS shows them; then take CV_NPV or CV_MIRR.",
    example=Example(([-100, 60, 60],), 0.130662),
    family=FAMILY,
)
def cv_irr(cfs: ARRAY, /) -> float:
    """At which discount rate are these cash flows worth nothing, if there is exactly one such rate?"""
    return internal_rate(cfs)


@worksheet_function(
    arguments=(CASH_FLOWS,),
    result=Result.TABLE,
    columns=(Column("rate", Kind.SHARE, "An internal rate of return", "decimal/period"),),
    blank=f"{CALL_ERRORS} #N/A also where no rate from -99% to 1000% is one.",
    example=Example(([-100, 230, -132],), [["Rate"], [0.1], [0.2]]),
    family=FAMILY,
)
def cv_irr_roots(cfs: ARRAY, /) -> dict[str, list[float]]:
    """Which are all the discount rates at which these cash flows are worth nothing?"""
    roots = internal_rates(cfs).roots
    if not roots:
        raise MissingDataError("no rate from -99% to 1000% is an internal rate of these cash flows")
    return {"rate": list(roots)}


@worksheet_function(
    arguments=(
        CASH_FLOWS,
        replace(RATE, name="finance_rate", help="Rate per period at which what is paid is financed"),
        replace(RATE, name="reinvest_rate", help="Rate per period at which what comes back is reinvested"),
    ),
    result=Result.SINGLE,
    columns=(Column("mirr", Kind.SHARE, "Modified internal rate of return", "decimal/period"),),
    blank=f"{CALL_ERRORS} #DIV/0! where nothing is paid or nothing comes back.",
    example=Example(([-100, 60, 60], 0.1, 0.1), 0.122497),
    family=FAMILY,
)
def cv_mirr(cfs: ARRAY, finance_rate: float, reinvest_rate: float, /) -> float:
    """What rate do these cash flows earn when receipts are reinvested at a stated rate?"""
    return modified_internal_rate(cfs, finance_rate=finance_rate, reinvest_rate=reinvest_rate)


@worksheet_function(
    arguments=(CASH_FLOWS, OPTIONAL_RATE, ARRIVAL),
    result=Result.SINGLE,
    columns=(Column("periods", Kind.NUMBER, "Periods until cumulative cash is back at 0 for good", "periods"),),
    blank=f"{CALL_ERRORS} #N/A also where it is not reached in the periods given, or every amount is 0; 0 where "
    "nothing is ever out. Inside a period money comes in evenly.",
    example=Example(([-100, 150, -100, 200],), 3.25),
    family=FAMILY,
)
def cv_breakeven(cfs: ARRAY, rate: float | None, timing: Any, /) -> float:
    """After how many periods have these cash flows paid for themselves, and stay so?"""
    return break_even(cfs, discount_rate=rate, timing=timing)


@worksheet_function(
    arguments=(CASH_FLOWS, OPTIONAL_RATE, ARRIVAL),
    result=Result.TABLE,
    columns=(
        Column("period", Kind.COUNT, "0 is before the first", "periods"),
        Column("cash_flow", Kind.MONEY, "Money of the period", "money"),
        Column("cumulative", Kind.MONEY, "Sum so far: the J-curve", "money"),
        Column("discounted", Kind.MONEY, "The same with each amount discounted; blank without a rate", "money"),
    ),
    blank=f"{CALL_ERRORS} Chart cumulative and discounted against period.",
    example=Example(
        ([-100, 60, 60], 0.1),
        [
            ["Period", "Cash flow", "Cumulative", "Discounted"],
            [0, 0, 0, 0],
            [1, -100, -100, -90.9091],
            [2, 60, -40, -41.3223],
            [3, 60, 20, 3.7566],
        ],
    ),
    family=FAMILY,
)
def cv_jcurve(cfs: ARRAY, rate: float | None, timing: Any, /) -> dict[str, Any]:
    """How deep does cumulative cash dip, and when does it come back?"""
    flows = cash_flow_vector("cfs", cfs)
    discounted = None if rate is None else (flows * discount_factors(rate, flows.size, timing)).cumsum()
    return {
        "period": range(flows.size + 1),
        "cash_flow": _from_nought(flows),
        "cumulative": _from_nought(flows.cumsum()),
        "discounted": np.full(flows.size + 1, np.nan) if discounted is None else _from_nought(discounted),
    }


def _from_nought(values: ARRAY) -> ARRAY:
    """A column of the periods, under a 0."""
    return np.concatenate([[0.0], values])
