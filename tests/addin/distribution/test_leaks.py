"""The last look: whatever is planted into a finished copy is found, and nothing is found where nothing is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.distribution.leaks import Tokens, leaks_in
from tests.addin.books.builders import tampered
from tests.addin.distribution.company import NAMES

IDS = ["K-1003", "K-1004", "K-1005", "17"]
OTHERS = Tokens.of(
    IDS, [NAMES[id_] for id_ in IDS], also=["Boris South"], common="\x01".join(NAMES.values()).split("Corv")[0]
)

SHEET, BOOK, STYLES, CHART = "xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/styles.xml", "xl/charts/chart1.xml"
NAME, ID = "Corvane Logistics", "K-1004"


def before(mark: str, more: str) -> Callable[[bytes], bytes]:
    """Put something before a mark in a part."""

    def change(data: bytes) -> bytes:
        assert mark.encode() in data
        return data.replace(mark.encode(), more.encode() + mark.encode(), 1)

    return change


PLANTS: dict[str, tuple[str, bytes | Callable[[bytes], bytes]]] = {
    "pivot cache": (
        "xl/pivotCache/pivotCacheDefinition1.xml",
        f'<pivotCacheDefinition><sharedItems><s v="{NAME}"/></sharedItems></pivotCacheDefinition>'.encode(),
    ),
    "comment": ("xl/comments1.xml", f"<comments><t>call {NAME} today</t></comments>".encode()),
    "comment in runs": (
        "xl/comments1.xml",
        b"<comments><text><r><t>Corv</t></r><r><rPr><b/></rPr><t>ane Logistics</t></r></text></comments>",
    ),
    "threaded comment": ("xl/threadedComments/threadedComment1.xml", f"<x><text>{ID}</text></x>".encode()),
    "constant in a name": (BOOK, before("</definedNames>", f'<definedName name="a">{{"{ID}";1}}</definedName>')),
    "name of a name": (BOOK, before("</definedNames>", f'<definedName name="x" comment="{NAME}">1</definedName>')),
    "name of a sheet": (BOOK, before("</sheets>", f'<sheet name="{NAME}" sheetId="99"/>')),
    "cache of a chart": (CHART, before("</c:chart>", f"<c:strCache><c:pt><c:v>{NAME}</c:v></c:pt></c:strCache>")),
    "hidden row": (SHEET, before("</sheetData>", f'<row r="999" hidden="1"><c><is><t>{ID}</t></is></c></row>')),
    "short id in a cell": (SHEET, before("</sheetData>", '<row r="999"><c><is><t>17</t></is></c></row>')),
    "common name in a cell": (SHEET, before("</sheetData>", '<row r="999"><c><is><t>FENWICK</t></is></c></row>')),
    "another recipient": (SHEET, before("</sheetData>", '<row r="9999"><c><is><t>Boris South</t></is></c></row>')),
    "keywords": (
        "docProps/core.xml",
        f"<cp:coreProperties><cp:keywords>{NAME}</cp:keywords></cp:coreProperties>".encode(),
    ),
    "custom XML": ("customXml/item1.xml", f'<deal customer="{ID}"/>'.encode()),
    "custom XML in UTF-16": ("customXml/item1.xml", f"<deal>{NAME}</deal>".encode("utf-16")),
    "binary part": ("xl/printerSettings/printerSettings1.bin", b"\1\2" + NAME.encode("utf-16-le") + b"\0\0\7"),
    "binary part, odd": ("xl/printerSettings/printerSettings1.bin", b"\1" + NAME.encode("utf-16-le") + b"\0\0"),
    "external link": ("xl/externalLinks/externalLink1.xml", f"<sheetNames><v>{NAME}</v></sheetNames>".encode()),
    "address of a link": ("xl/externalLinks/_rels/e.xml.rels", f'<R Target="file:///c:/{ID}/model.xlsx"/>'.encode()),
    "shared string": ("xl/sharedStrings.xml", f"<sst><si><t>{NAME}</t></si></sst>".encode()),
    "alternative text": ("xl/drawings/drawing1.xml", before("</xdr:wsDr>", f'<xdr:cNvPr id="9" descr="{NAME}"/>')),
    "number format": (STYLES, before("</styleSheet>", f'<numFmt formatCode="0 &quot;{NAME}&quot;"/>')),
    "escaped by XML": (
        SHEET,
        before("</sheetData>", '<row r="999"><c><is><t>&#68;unmere &lt;Holding&gt;</t></is></c></row>'),
    ),
    "escaped by Excel": (SHEET, before("</sheetData>", '<row r="999"><c><is><t>K_x002D_1004</t></is></c></row>')),
    "other case and spaces": (SHEET, before("</sheetData>", "<x>CORVANE\u00a0\n  logistics</x>")),
    "full-width letters": (SHEET, before("</sheetData>", "<x>Ｋ－１００４</x>")),
    "name of a part": ("xl/media/K-1004.png", b"\x89PNG"),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_what_is_planted_is_found(north: Path, tmp_path: Path, plant: str) -> None:
    part, change = PLANTS[plant]
    spoiled = tampered(north, tmp_path / "spoiled.xlsx", {part: change})
    found = {leak.part for leak in leaks_in(spoiled.read_bytes(), OTHERS)}
    assert found == {"the name of a part" if plant == "name of a part" else part}


def test_a_clean_copy_is_clean(north: Path) -> None:
    assert leaks_in(north.read_bytes(), OTHERS) == []


@pytest.mark.parametrize("text", ["K-10041", "XK-1004", "Corvane Logisticss", "117", "Eastfold  Bakeries"])
def test_only_whole_words_count(text: str) -> None:
    assert not OTHERS.in_text(text)


def test_no_word_reaches_across_cells(north: Path, tmp_path: Path) -> None:
    row = '<row r="999"><c><is><t>Corvane</t></is></c><c><is><t>Logistics</t></is></c></row>'
    spoiled = tampered(north, tmp_path / "spoiled.xlsx", {SHEET: before("</sheetData>", row)})
    assert leaks_in(spoiled.read_bytes(), OTHERS) == []


@settings(max_examples=30)
@given(st.text(st.characters(codec="utf-8", exclude_characters="_"), min_size=1, max_size=20))
def test_a_token_is_found_in_itself(token: str) -> None:
    if not token.split():
        return
    tokens = Tokens.of([token], [])
    assert tokens.in_text(token)
    assert tokens.in_text(f" {token} ")
