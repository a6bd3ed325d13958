import pytest

from addin.books.outline import Outline
from addin.books.package import Package
from addin.books.precedents import Precedents, called
from tests.addin.books.builders import book, tampered


@pytest.fixture(scope="module")
def precedents(tmp_path_factory: pytest.TempPathFactory) -> Precedents:
    path = book(tmp_path_factory.mktemp("precedents") / "book.xlsx", totals=True)
    name = '<definedNames><definedName name="zzz9">Inputs!$B$9</definedName>'
    path = tampered(
        path,
        path.with_name("named.xlsx"),
        {"xl/workbook.xml": lambda data: data.replace(b"<definedNames>", name.encode())},
    )
    return Precedents(Outline(Package(path.read_bytes(), "book")))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("A1", {"Summary!A1:A1"}),
        ("$B$2:A$1*2", {"Summary!A1:B2"}),
        ("Inputs!B2+'P&L'!C5:C9", {"Inputs!B2:B2", "P&L!C5:C9"}),
        ("SUM(C:B)", {"Summary!B1:C1048576"}),
        ("SUM($3:2)", {"Summary!A2:XFD3"}),
        ('"A1"&"it""s B2"&LOG10(5)&ZZZ1', set()),
        ("as_of+RATE", {"Inputs!B2:B2", "Inputs!B3:B3"}),
        ("ZZZ9", {"Inputs!B9:B9"}),
        ("SUM(tblPnl[Revenue])", {"P&L!B4:G10"}),
        ("tblPnl[[#This Row],[Share]]", {"P&L!B4:G10"}),
        ("[1]Sheet1!A1+'[2]Other one'!B2", set()),
        ("constant*2", set()),
        ("_xlfn.ANCHORARRAY(D4)", {"Summary!D4:D4"}),
    ],
)
def test_what_a_formula_reads(precedents: Precedents, formula: str, expected: set[str]) -> None:
    reads = precedents.of(formula, "Summary")
    assert {f"{sheet}!{area}" for sheet, area in reads.areas} == expected
    assert not reads.anything


@pytest.mark.parametrize("formula", ['INDIRECT("A1")', "SUM(OFFSET(A1,1,0))", "SUM(Inputs:Summary!A1)", "Gone!A1"])
def test_what_cannot_be_told_may_be_anything(precedents: Precedents, formula: str) -> None:
    assert precedents.of(formula, "Summary").anything


def test_called_functions() -> None:
    assert called("_xlfn.LET(_xlpm.x,sum (A1),_xlpm.x)&\"MAX(1)\"+'MIN(1)'!A1") == {"_xlfn.LET", "sum"}
