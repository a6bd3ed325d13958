"""Formulas that another machine left: what is taken away and what stays."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.registry import functions
from addin.ribbon.repairing import Repair, repaired, repairs
from workbook_templates.plan import Cell, CellError

NAMES = [function.name for function in functions()]
PREFIXES = (
    *("'C:\\Add-ins\\customer_value.xlam'!", "'C:\\Jane''s files\\[customer_value.xlam]x'!", "[1]!", "[12]Sheet1!"),
    *("customer_value.xlam!", "'https://firm.com/a b/customer_value.xlam'!", "@", "@[1]!", "_xlfn.", "_xll."),
    *("_xldudf_", "_xldudf_CUSTOMER_VALUE_", "_xludf."),
)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("name", ["CV_LTV", "CV_LTV_HORIZON", "cv_sum"])
def test_prefix_of_a_function_of_ours_goes(prefix: str, name: str) -> None:
    assert repaired(f"=1+{prefix}{name}(A1,B1)*2") == f"=1+{name}(A1,B1)*2"


def test_functions_within_each_other_are_repaired() -> None:
    assert repaired('=@[1]!CV_TIER([1]!CV_LTV(A1:A9,0.8,0.1),"pareto",{0.8;0.95})') == (
        '=CV_TIER(CV_LTV(A1:A9,0.8,0.1),"pareto",{0.8;0.95})'
    )


@pytest.mark.parametrize(
    "formula",
    [
        '="[1]!CV_LTV(A1)"',
        '="say ""@CV_LTV("" to him"&A1',
        "='[1]!CV_LTV('!A1",
        "=tblX['[1'']!CV_LTV(]",
        "=tblX[[#All],[@CV_LTV(]]",
        "=@MY_CV_LTV(A1)",
        "=@CV_LTVX(A1)",
        "=[1]!CV_OTHERS(A1)",
        "=@OTHER(A1)+[2]!FUNC(B1)",
        "=_xlfn.XLOOKUP(A1,B:B,C:C)",
        "=@CV_LTV+1",
        "=CV_LTV(A1,@B1:B9,'Other sheet'!C1)",
    ],
)
def test_what_is_no_function_of_ours_stays(formula: str) -> None:
    assert repaired(formula) == formula


PLAIN = (
    *("+", "-", "(", ")", ",", " ", "1", "0.5", "A1", "$B$2:C9", "TRUE", "#N/A", '"a text"', "'My sheet'!A1"),
    *('"@CV_LTV("', '"""[1]!CV_SUM("""', "tblX[Net amount]", "tblX[[#All],[It''s]]", "@A1:A9", "SUM("),
    *("[2]Sheet1!A1", "_xlfn.XLOOKUP(", "@OTHER("),
)
plain_parts = st.sampled_from(PLAIN)
our_parts = st.builds(lambda prefix, name: f"{prefix}{name}(", st.sampled_from(["", *PREFIXES]), st.sampled_from(NAMES))
formulas = st.lists(st.one_of(plain_parts, our_parts), max_size=12).map(lambda parts: "=" + "+".join(parts))


@given(formulas)
def test_repaired_formula_is_a_fixed_point(formula: str) -> None:
    once = repaired(formula)
    assert repaired(once) == once


@given(formulas)
def test_every_function_and_everything_else_is_still_there(formula: str) -> None:
    pattern = re.compile(rf"\b({'|'.join(NAMES)})\(")
    assert len(pattern.findall(repaired(formula))) >= len([part for part in formula.split("+") if part[:3] == "CV_"])
    outside = [part for part in formula.split("+") if "CV_" not in part]
    assert all(part in repaired(formula) for part in outside)


@given(
    st.one_of(st.text(), st.lists(plain_parts, max_size=12).map("".join)).filter(lambda text: "CV_" not in text.upper())
)
def test_formula_without_our_functions_never_changes(formula: str) -> None:
    assert repaired(formula) == formula


@given(st.text(alphabet="'\"[]!@()CV_LTV(A1.\\ ", max_size=60))
def test_any_text_is_read_to_its_end(text: str) -> None:
    assert len(repaired(text)) <= len(text)


def test_formulas_that_work_are_not_touched() -> None:
    cells: list[tuple[str, str, Cell]] = [
        ("A1", "=CV_SUM(B1:B9)", 1.0),
        ("A2", "=CV_SUM(B1:B9)", CellError.NA),
        ("A3", "=CV_SUM(B1:B9)", CellError.NAME),
        ("A4", "=SUM(B1:B9)", CellError.NAME),
        ("A5", "=[1]!CV_SUM(B1:B9)", 1.0),
    ]
    assert repairs(cells) == [Repair("A3", "=CV_SUM(B1:B9)"), Repair("A5", "=CV_SUM(B1:B9)")]
