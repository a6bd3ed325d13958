"""Every worksheet function is fully declared, its example is true, and the reference shows it."""

import inspect
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from addin.calls import evaluate
from addin.catalogue import overview, page, reference
from addin.hosts.desktop.names import name_problems
from addin.registry import (
    HEADERS,
    TABLE,
    Argument,
    Function,
    Result,
    Shape,
    find,
    functions,
    worksheet_function,
)
from addin.registry import UnknownFunctionError as Unknown
from valuation.tables import Kind

REFERENCE = Path(__file__).parents[2] / "docs" / "functions.md"

PROMISED = """
CV_MODEL_SELECT CV_MODEL_CHECK CV_CONTRACT_SELECT
CV_ALLOCATE CV_BDW_DERL CV_BDW_FIT CV_BDW_LTV CV_BDW_RETENTION CV_BDW_SURVIVAL CV_BGBB_CONDITIONAL
CV_BGBB_DERT CV_BGBB_EXPECTED CV_BGBB_FIT CV_BGBB_PALIVE CV_BGNBD_CONDITIONAL CV_BGNBD_EXPECTED CV_BGNBD_FIT
CV_BGNBD_PALIVE CV_BGNBD_PROBABILITY CV_CAC CV_CLV_NONCONTRACT CV_COSTING_COMPARE
CV_COST_TO_SERVE CV_CUSTOMER_PNL CV_DERT
CV_ERRCOUNT CV_EXPLAIN CV_GG_FIT CV_GG_SPEND CV_HORIZON_FOR CV_HORIZON_SHARE CV_LASTERROR CV_LIFECYCLE CV_LTV
CV_LTV_CAC CV_LTV_ELASTICITY CV_LTV_GRID CV_LTV_HISTORIC CV_LTV_HORIZON CV_LTV_SCHEDULE CV_LTV_SENS
CV_MARKOV_BASE CV_MARKOV_LTV CV_MARKOV_PAYBACK CV_MARKOV_PROJECT CV_MBGNBD_CONDITIONAL CV_MBGNBD_EXPECTED
CV_MBGNBD_FIT CV_MBGNBD_PALIVE CV_MBGNBD_PROBABILITY CV_METHOD CV_NBD_CONDITIONAL CV_NBD_EXPECTED CV_NBD_FIT
CV_NBD_PROBABILITY CV_PAYBACK CV_PNBD_CONDITIONAL CV_PNBD_EXPECTED CV_PNBD_FIT CV_PNBD_PALIVE
CV_PNBD_PROBABILITY CV_POOL_RATE CV_RATE CV_RECONCILE CV_RETENTION CV_RETENTION_SHRUNK CV_RFM CV_RFM_SUMMARY
CV_SBG_DERL CV_SBG_FIT CV_SBG_LTV CV_SBG_RETENTION CV_SBG_SURVIVAL CV_SUM CV_TIER
CV_DROP_EFFECT CV_EFFORT_VALUE CV_GINI CV_LORENZ CV_STOBACHOFF CV_WATERFALL CV_WHALE CV_WHALE_POINTS CV_WHALE_STATS
CV_WHAT_IF
CV_AGEING CV_DAYS_LATE CV_DEFLECTION CV_DSO CV_ECL CV_ECL_MATRIX CV_FINANCING_COST CV_ONTIME_SHARE CV_PAYMENT_COST
CV_RECEIVABLES CV_SELF_SERVICE_SHARE
CV_MIGRATION CV_MOVERS CV_PSI CV_TIER_STABLE
CV_ALLOCATE_RECIPROCAL CV_TDABC CV_TDABC_RATE CV_TDABC_TIME CV_TRACE
CV_STRATEGIC CV_VALUE_MATRIX CV_VALUE_SEGMENT
CV_AHP_WEIGHTS CV_CONTESTED CV_LENS_RANKS CV_LENS_SCORE CV_LENS_TABLE CV_SYNTHESIS
CV_CEV CV_CEV_ADDITIVE CV_CIV CV_CKV CV_CLV_CRV_SEGMENT CV_CRV
CV_CUSTOMER_EQUITY CV_EQUITY_BRIDGE CV_EQUITY_DYNAMIC CV_RETURN_ON_CUSTOMER CV_ROLLFORWARD CV_ROLLFORWARD_CUSTOMERS
CV_CUSTOMER_CLASS CV_CUSTOMER_RECON CV_EXISTING_ACTIVE CV_FISCAL_CALENDAR CV_GROSS_NEW CV_GRR CV_NET_ADDS
CV_NET_NEW_REMAINING CV_NRR CV_REV_PER_EXISTING CV_REV_PER_NEW CV_THREE_METRICS
CV_KENDALL_W CV_LENS_CAPTURE CV_LENS_SPEARMAN CV_RBO CV_SPEARMAN CV_TOPN_OVERLAP CV_WEIGHT_SENSITIVITY
CV_HEADROOM CV_POACH_RISK CV_SAMPLE_PLAN CV_SAMPLE_SELECT CV_SAMPLE_WEIGHT CV_VOICE
CV_ATTAINMENT CV_CASCADE CV_GOAL_STATUS
CV_ALLOCATE_HOURS CV_LTV_AT_RISK CV_SLA CV_SLA_COMPLIANCE CV_SLA_DUE CV_SLA_STATUS CV_TRIAGE
CV_BREAKEVEN CV_CASE_COMPARE CV_CASE_PRESET CV_CASE_PROJECT CV_CASE_SUMMARY CV_IRR CV_IRR_ROOTS CV_JCURVE CV_MIRR CV_NPV
CV_REQUIRED CV_SCENARIO CV_SPEND_RETURNS CV_STOP_RULE CV_TORNADO
"""

FRONT_DOOR = """
CV_LTV CV_LTV_HORIZON CV_RETENTION CV_PAYBACK CV_COST_TO_SERVE CV_CUSTOMER_PNL CV_ALLOCATE CV_RECONCILE
CV_TIER CV_LENS_RANKS CV_THREE_METRICS CV_EXPLAIN
"""

every_function = pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)


def test_the_functions_are_those_that_were_promised() -> None:
    assert set(PROMISED.split()) <= {function.name for function in functions()}


def test_the_front_door_is_narrow() -> None:
    assert {function.name for function in functions() if function.front_door} == set(FRONT_DOOR.split())
    assert find("CV_LTV").category == "Customer Value"
    assert find("CV_RATE").category == "Customer Value - advanced"


@every_function
def test_a_name_is_nothing_else_in_excel(function: Function) -> None:
    assert re.fullmatch(r"CV_[A-Z][A-Z0-9_]*[A-Z0-9]", function.name)
    assert len(function.name) < 32


def test_vba_and_excel_accept_every_name() -> None:
    assert name_problems(functions()) == []


@every_function
def test_a_function_says_what_it_answers(function: Function) -> None:
    assert function.help.endswith("?")
    assert len(function.help) <= 255  # as much as Excel shows
    assert function.blank
    assert function.family
    assert function.columns


@every_function
def test_every_argument_says_what_to_give(function: Function) -> None:
    for argument in function.arguments:
        assert argument.help
        assert len(argument.help) <= 255
        assert re.fullmatch(r"[a-z][a-z0-9_]*", argument.name)
        assert (argument.kind == TABLE) == (argument.shape is Shape.TABLE)
        assert (argument.table is not None) == (argument.shape in (Shape.TABLE, Shape.PARAMETERS))
        assert argument.kind == TABLE or argument.kind in list(Kind)
        assert argument.kind != Kind.CHOICE or argument.choices
        assert argument.default is None or not argument.required
        if argument.kind in (Kind.MONEY, Kind.SHARE, Kind.COUNT, Kind.DATE):
            assert argument.unit


@every_function
def test_optional_arguments_come_last(function: Function) -> None:
    required = [argument.required for argument in function.arguments]
    assert required == sorted(required, reverse=True)


@every_function
def test_every_result_column_says_what_it_is(function: Function) -> None:
    for column in function.columns:
        assert column.help
        assert column.missing in ("", "#N/A", "#DIV/0!")
        assert column.unit or column.kind not in (Kind.MONEY, Kind.SHARE, Kind.COUNT)
    assert len(function.columns) == 1 or function.result is not Result.SINGLE
    assert len(function.columns) == 2 or function.result is not Result.GRID


@every_function
def test_the_call_takes_the_declared_arguments_by_position(function: Function) -> None:
    parameters = inspect.signature(function.call).parameters.values()
    assert all(parameter.kind is inspect.Parameter.POSITIONAL_ONLY for parameter in parameters)
    assert all(parameter.default is inspect.Parameter.empty for parameter in parameters)
    names = [argument.name for argument in function.arguments if argument is not HEADERS]
    assert [parameter.name for parameter in parameters] == names
    assert (HEADERS in function.arguments) == function.has_headers == (function.result in (Result.TABLE, Result.GRID))


def agrees(cell: Any, stated: Any) -> bool:
    """Whether a cell is what the example states, a number rounded to its digits."""
    if isinstance(cell, date):
        return cell.isoformat() == str(stated)
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        return bool(cell == stated) and type(cell) is not float
    digits = len(repr(stated).partition(".")[2]) if isinstance(stated, float) else 9
    return bool(round(cell, digits) == stated)


@every_function
def test_the_example_is_true(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addin.calls.evaluation._last_message", "")
    reply = evaluate(function.name, function.example.args, iso_dates=True)
    stated = function.example.cells if isinstance(function.example.cells, list) else [[function.example.cells]]
    assert [len(row) for row in reply.cells] == [len(row) for row in stated]
    for row, stated_row in zip(reply.cells, stated, strict=True):
        for cell, expected in zip(row, stated_row, strict=True):
            assert agrees(cell, expected), f"{cell!r} is not {expected!r}"


def test_the_reference_is_up_to_date() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "python -m addin.catalogue > docs/functions.md"


@every_function
def test_the_reference_shows_every_function_with_its_arguments(
    function: Function,
) -> None:
    chapter = (
        reference().partition(f"\n### {function.name}{' ★' if function.front_door else ''}\n")[2].partition("\n### ")[0]
    )
    assert function.help in chapter
    assert f"={function.syntax}" in chapter
    assert all(f"| `{argument.name}` |" in chapter for argument in function.arguments)


def test_the_overview_names_every_function_and_a_page_is_its_chapter() -> None:
    assert all(f"  {function.name} " in overview() for function in functions())
    assert page("cv_ltv") in reference()


def test_a_function_is_found_in_any_case() -> None:
    assert find(" cv_ltv ").name == "CV_LTV"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CV_LVT", "did you mean CV_LTV"),
        ("LTV", "CV_LTV"),
        ("XYZZY", "customer-value functions lists them"),
    ],
)
def test_an_unknown_name_gets_the_closest_ones(name: str, hint: str) -> None:
    with pytest.raises(Unknown, match=hint):
        find(name)


def test_a_name_cannot_be_declared_twice() -> None:
    ltv = find("CV_LTV")
    declare = worksheet_function(
        name="CV_LTV",
        arguments=(Argument("margin", Kind.MONEY, "x"),),
        result=Result.ROWS,
        columns=ltv.columns,
        blank="x",
        example=ltv.example,
        family="x",
    )
    with pytest.raises(ValueError, match="CV_LTV is declared twice"):
        declare(lambda margin, /: margin)
