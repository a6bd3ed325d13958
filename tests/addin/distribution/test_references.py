"""What of a workbook's references leads somewhere in a copy."""

import pytest

from addin.books.cellxml import Area
from addin.distribution.references import Body, References

COPY = References(
    sheets={"p&l": "P&L", "data": "Data"},
    bodies={"Data": [Body(Area.parse("A6:C20"), 9)]},
    gone={"Data": [Area.parse("H1:J5")]},
    tables=frozenset({"tblpnl"}),
    names=frozenset({"rate", "cv_horizon"}),
)


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(A1:B$7)*rate",
        "'P&L'!$B$4+Data!C3",
        "SUM(tblPnl[Net revenue])",
        "tblPnl[[#This Row],[Cost]]/2",
        'IF(A1="Hidden!A1 and [1]Other!B2","rate",TRUE)',
        "IF(ABS(A1)<5E-07,IFERROR(B1,#N/A),1.5e3)",
        "SUM(A:A)+SUM(5:5)",
        "IF(cv_horizon>3,FALSE,1)",
    ],
)
def test_formulas_that_read_the_copy_stay(formula: str) -> None:
    assert COPY.formula_stays(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "Hidden!A1",
        "'Other sheet'!A1",
        "[1]Data!A1",
        "'[budget.xlsx]P&L'!A1",
        "SUM(tblOther[Net revenue])",
        "SUM(Data:Hidden!A1)",
        "unknown_name*2",
        'WEBSERVICE("http://x")',
        "cmd|'/C calc'!A0",
        "CV_LTV(1,2,3)",
        "_xlfn.IMAGE(A1)",
        "_xlfn.WEBSERVICE(A1)",
        'CUBEVALUE("c","m")',
        "#REF!+1",
        "[Net revenue]",
        " ",
    ],
)
def test_formulas_that_read_or_do_something_else_become_values(formula: str) -> None:
    assert not COPY.formula_stays(formula)


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        ("'P&L'!$B$4", "'P&L'!$B$4"),
        ("data!A1:A3", "'Data'!$A$1:$A$3"),
        ("Data!$B$6:$B$20", "'Data'!$B$6:$B$9"),
        ("Data!$B$5:$B$20", "'Data'!$B$5:$B$9"),
        ("Data!$B$8:$B$12", None),
        ("Data!$I$2", None),
        ("Hidden!A1", None),
        ("[1]Data!A1", None),
        ("rate", None),
    ],
)
def test_places_follow_the_rows_that_are_left(text: str, followed: str | None) -> None:
    assert COPY.place(text) == followed
