from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from addin.books.file import FileBook
from addin.books.inspection import contents, findings
from addin.cli import app
from addin.workbook import WorkbookError
from tests.addin.books.attacks import ATTACKS
from tests.addin.books.builders import book, tampered

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONNECTIONS = b'<connections xmlns="m"><connection name="ERP"/><connection name="CRM"/></connections>'
DDE = b'<externalLink xmlns="m"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
OUTSIDE = b'<r><Relationship Id="a" Type="o/hyperlink" TargetMode="External" Target="http://x"/></r>'


def typed(*overrides: str) -> dict[str, object]:
    """More content types."""
    return {"[Content_Types].xml": lambda data: data.replace(b"</Types>", "".join(overrides).encode() + b"</Types>")}


def override(part: str, kind: str) -> str:
    return f'<Override PartName="/{part}" ContentType="{kind}"/>'


def found(tmp_path: Path, changes: Mapping[str, object]) -> tuple[str, ...]:
    plain = book(tmp_path / "plain.xlsx")
    return findings(FileBook(tampered(plain, tmp_path / "more.xlsx", changes)).package)  # type: ignore[arg-type]  # changes


def with_formula(text: str) -> dict[str, object]:
    return {"xl/worksheets/sheet3.xml": lambda data: data.replace(b"SUM(tblPnl[Revenue])", text.encode())}


def with_workbook(old: bytes, new: bytes) -> dict[str, object]:
    return {"xl/workbook.xml": lambda data: data.replace(old, new)}


def test_what_an_archiver_leaves_is_no_part(tmp_path: Path) -> None:
    assert found(tmp_path, {"__MACOSX/_rels/._.rels": b"\x00\x05\x16\x07 no XML"}) == ()


def test_a_plain_workbook_gives_nothing_to_say(tmp_path: Path) -> None:
    assert findings(FileBook(book(tmp_path / "a.xlsx")).package) == ()


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"xl/embeddings/oleObject1.bin": b"x"}, "embedded objects: 1"),
        ({"xl/activeX/activeX1.xml": b"<x/>"}, "ActiveX controls: 1"),
        ({"xl/model/item.data": b"x"}, "a data model: 1"),
        ({"customUI/customUI14.xml": b"<x/>"}, "buttons on the ribbon of its own: 1"),
        ({"_xmlsignatures/sig1.xml": b"<x/>"}, "signatures: 1"),
        ({"xl/queryTables/queryTable1.xml": b"<x/>"}, "tables fed by a query: 1"),
        (
            {"customXml/item1.xml": "<DataMashup>".encode("utf-16")},
            "queries (Power Query): 1",
        ),
        (
            typed(override("xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml"))
            | {"xl/macrosheets/sheet1.xml": b"<x/>"},
            "sheets with macros of the old kind (Excel 4): 1",
        ),
        (
            typed(override("xl/connections.xml", f"{KIND}.connections+xml")) | {"xl/connections.xml": CONNECTIONS},
            "connections to data: ERP, CRM",
        ),
        (
            typed(override("xl/externalLinks/externalLink1.xml", f"{KIND}.externalLink+xml"))
            | {"xl/externalLinks/externalLink1.xml": DDE},
            "a link to another program (DDE): cmd|/c calc",
        ),
        (
            typed(override("xl/externalLinks/externalLink1.xml", f"{KIND}.externalLink+xml"))
            | {"xl/externalLinks/externalLink1.xml": b'<externalLink xmlns="m"><externalBook/></externalLink>'},
            "links to other workbooks: 1",
        ),
        (
            {"xl/worksheets/_rels/sheet2.xml.rels": OUTSIDE},
            "links out of the workbook (hyperlink): 1",
        ),
        (with_formula("cmd|'/c calc'!A0"), "formulas that talk to other programs (DDE): 1"),
        (with_formula("_xlfn.WEBSERVICE(&quot;http://x&quot;)"), "formulas that call WEBSERVICE: 1"),
        (with_formula("HYPERLINK(&quot;http://x&quot;)"), "formulas that make links (HYPERLINK): 1"),
        (
            with_workbook(b'name="Inputs"', b'name="Inputs" state="hidden"'),
            "hidden sheets: Inputs",
        ),
        (
            with_workbook(b'name="Inputs"', b'name="Inputs" state="veryHidden"'),
            "very hidden sheets: Inputs",
        ),
        (with_workbook(b'name="rate"', b'name="rate" hidden="1"'), "hidden names: 1"),
        (
            with_workbook(b'name="rate"', b'name="Auto_Open"'),
            "names that run a macro on opening or closing: 1",
        ),
        (
            with_workbook(b"Inputs!$B$3", b"EXEC(&quot;calc&quot;)"),
            "names with formulas that call EXEC: 1",
        ),
    ],
)
def test_what_one_should_know_is_said(tmp_path: Path, changes: Mapping[str, object], finding: str) -> None:
    assert found(tmp_path, changes) == (finding,)


@pytest.mark.parametrize("formula", ["A1&amp;&quot;a|b!c&quot;", "SUM(A1:A2)", "XRTD(1)", "MYCALL(1)"])
def test_harmless_formulas_are_not_reported(tmp_path: Path, formula: str) -> None:
    assert found(tmp_path, with_formula(formula)) == ()


def test_macros_are_named_and_not_read(tmp_path: Path) -> None:
    assert findings(FileBook(book(tmp_path / "a.xlsm", macros=True)).package) == ("macros (VBA): 1",)


def test_contents_are_listed(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as file:
        sheet = file.add_worksheet("Kept")
        sheet.write_formula("B2", "=1+1")
        sheet.write_formula("C9", "=1+1")
        sheet.protect()
        file.add_worksheet("Empty")
    kept, empty = contents(FileBook(tmp_path / "a.xlsx").package).sheets
    assert (kept.name, kept.area, kept.formulas, kept.protected, kept.state) == ("Kept", "B2:C9", 2, True, "")
    assert (empty.formulas, empty.protected) == (0, False)


def test_the_command_shows_it_and_refuses_what_is_hostile(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["inspect", str(book(tmp_path / "a.xlsm", macros=True))])
    assert done.exit_code == 0
    for words in ("P&L", "tblPnl: P&L!B4:G9", "Names: 4", "worksheet: 3", "macros (VBA): 1"):
        assert words in done.output
    (tmp_path / "bad.xlsx").write_bytes(ATTACKS["billion laughs"].build())
    refused = CliRunner().invoke(app, ["inspect", str(tmp_path / "bad.xlsx")])
    assert isinstance(refused.exception, WorkbookError)  # `main` makes exit code 2 of it
