"""
Workbooks that each have one thing more: what Excel, add-ins and other programs leave in a file that we must not lose.

Each is a small model with a table, a named cell and formulas, and one feature: drawn by XlsxWriter where it can,
grafted onto the package where it cannot.
"""

import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import xlsxwriter

__all__ = ["FEATURES", "ROWS", "Feature", "fixture", "rich"]

ROWS: Final = 6
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
X14: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
X15: Final = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
WORKBOOK: Final = "xl/workbook.xml"
EXTRA: Final = "xl/worksheets/sheet4.xml"
"""The part of the sheet that has the feature."""

Draw = Callable[[Any, dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graft:
    """
    Parts that are put into a package.

    Attributes
    ----------
    parts : mapping of str to str or bytes
        Name to content.
    types : mapping of str to str
        Part to its content type.
    links : tuple of (str, str, str)
        Part that links ("" for the package), type (a whole address, or the last words of an office one) and target.
    changes : mapping of str to (str, str)
        Part to a text in it, and what stands in its place.
    """

    parts: Mapping[str, str | bytes] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    links: tuple[tuple[str, str, str], ...] = ()
    changes: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """
    One thing that a workbook may have.

    Attributes
    ----------
    name : str
        What it is.
    draw : callable or None
        Draws it with XlsxWriter: takes the workbook and its sheets by name.
    graft : Graft
        What is put into the package afterwards.
    follows : tuple of str
        Parts that change with the table when it grows.
    macros : bool
        Whether it is an .xlsm file.
    whole : callable or None
        Rewrites every part, for programs that write differently from the ground up.
    """

    name: str
    draw: Draw | None = None
    graft: Graft = field(default_factory=Graft)
    follows: tuple[str, ...] = ()
    macros: bool = False
    whole: Callable[[str, bytes], bytes] | None = None


def fixture(feature: Feature, folder: Path) -> Path:
    """Write the workbook of a feature."""
    stem = "".join(sign if sign.isalnum() else "_" for sign in feature.name)
    path = folder / f"{stem}.{'xlsm' if feature.macros else 'xlsx'}"
    path.write_bytes(_grafted(_drawn([feature]), [feature]))
    return path


def rich(folder: Path) -> Path:
    """Write a workbook that has all features that go together in one file."""
    chosen = [feature for feature in FEATURES if feature.whole is None and not feature.graft.changes]
    path = folder / "rich.xlsm"
    path.write_bytes(_grafted(_drawn(chosen), chosen))
    return path


def _drawn(features: list[Feature]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    if any(feature.macros for feature in features):
        book.add_vba_project(io.BytesIO(b"no real macros, but bytes that must stay" * 9), is_stream=True)
    sheets = {name: book.add_worksheet(name) for name in ("Table", "Inputs", "Summary", "Extra")}
    money = book.add_format({"num_format": "#,##0.00"})
    table = sheets["Table"]
    table.add_table(
        3, 0, 3 + ROWS, 2, {"name": "tblPnl", "columns": [{"header": h} for h in ("Customer", "Revenue", "Note")]}
    )
    for place in range(ROWS):
        table.write(4 + place, 0, f"C{place}")
        table.write_number(4 + place, 1, 100.5 * place, money)
        table.write(4 + place, 2, f"note {place}")
    sheets["Inputs"].write("A2", "Rate")
    sheets["Inputs"].write_number("B2", 0.1)
    book.define_name("rate", "=Inputs!$B$2")
    sheets["Summary"].write_formula("B1", "=SUM(tblPnl[Revenue])", money, sum(100.5 * place for place in range(ROWS)))
    sheets["Extra"].write("A1", "here is more")
    for feature in features:
        if feature.draw is not None:
            feature.draw(book, sheets)
    book.close()
    return stream.getvalue()


def _grafted(data: bytes, features: list[Feature]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    for feature in features:
        _graft(parts, feature.graft)
    for feature in features:
        if feature.whole is not None:
            parts = {name: feature.whole(name, content) for name, content in parts.items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return stream.getvalue()


def _graft(parts: dict[str, bytes], graft: Graft) -> None:
    for name, content in graft.parts.items():
        parts[name] = content.encode() if isinstance(content, str) else content
    for name, kind in graft.types.items():
        _insert(parts, "[Content_Types].xml", f'<Override PartName="/{name}" ContentType="{kind}"/>', "</Types>")
    for owner, kind, target in graft.links:
        _link(parts, owner, kind, target)
    for name, changes in graft.changes.items():
        for old, new in changes:
            text = parts[name].decode()
            assert old in text, f"{name} does not hold {old}"
            parts[name] = text.replace(old, new, 1).encode()


def _link(parts: dict[str, bytes], owner: str, kind: str, target: str) -> None:
    folder, _, name = owner.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels" if owner else "_rels/.rels"
    if rels not in parts:
        parts[rels] = f'{XML}<Relationships xmlns="{LINKS}"></Relationships>'.encode()
    address = kind if "://" in kind else f"{OFFICE}/{kind}"
    mode = ' TargetMode="External"' if "://" in target else ""
    id_ = f"rIdX{zlib.crc32(f'{kind} {target}'.encode())}"
    _insert(parts, rels, f'<Relationship Id="{id_}" Type="{address}" Target="{target}"{mode}/>', "</Relationships>")


def _insert(parts: dict[str, bytes], name: str, text: str, before: str) -> None:
    whole = parts[name].decode()
    assert before in whole
    parts[name] = whole.replace(before, text + before, 1).encode()


def _link_id(kind: str, target: str) -> str:
    return f"rIdX{zlib.crc32(f'{kind} {target}'.encode())}"


# ---- what XlsxWriter draws


def png(width: int = 12, height: int = 8) -> io.BytesIO:
    """A small picture."""
    rows = b"".join(b"\0" + b"\x1f\x38\x64" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def _chart(kind: str, **more: Any) -> Draw:
    def draw(book: Any, sheets: dict[str, Any]) -> None:
        chart = book.add_chart({"type": kind})
        body = f"$5:${{}}${4 + ROWS}"
        chart.add_series(
            {"categories": "=Table!$A" + body.format("A"), "values": "=Table!$B" + body.format("B"), **more}
        )
        chart.set_title({"name": "Revenue by customer"})
        sheets["Extra"].insert_chart("D2", chart)

    return draw


def _on_extra(method: str, *arguments: Any) -> Draw:
    def draw(_: Any, sheets: dict[str, Any]) -> None:
        getattr(sheets["Extra"], method)(*arguments)

    return draw


def _combined_chart(book: Any, sheets: dict[str, Any]) -> None:
    column, line = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
    column.add_series({"values": f"=Table!$B$5:$B${4 + ROWS}"})
    line.add_series({"values": f"=Table!$B$5:$B${4 + ROWS}", "y2_axis": True, "trendline": {"type": "linear"}})
    column.combine(line)
    sheets["Extra"].insert_chart("D2", column)


def _chartsheet(book: Any, _: dict[str, Any]) -> None:
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": f"=Table!$B$5:$B${4 + ROWS}"})
    book.add_chartsheet("Chart alone").set_chart(chart)


def _picture(_: Any, sheets: dict[str, Any]) -> None:
    sheets["Extra"].insert_image("D2", "logo.png", {"image_data": png(), "description": "logo"})


def _header_picture(_: Any, sheets: dict[str, Any]) -> None:
    sheets["Extra"].set_header("&L&G", {"image_left": "logo.png", "image_data_left": png()})


def _background(_: Any, sheets: dict[str, Any]) -> None:
    sheets["Extra"].set_background(png())


def _embedded_picture(_: Any, sheets: dict[str, Any]) -> None:
    sheets["Extra"].embed_image("B2", "logo.png", {"image_data": png()})


def _conditional(**rule: Any) -> Draw:
    return _on_extra("conditional_format", "B2:B9", rule)


def _rich_text(book: Any, sheets: dict[str, Any]) -> None:
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red"})
    sheets["Extra"].write_rich_string("B2", "some ", bold, "bold", " and ", red, "red")


def _outline(_: Any, sheets: dict[str, Any]) -> None:
    for row in range(2, 6):
        sheets["Extra"].set_row(row, None, None, {"level": 1, "hidden": True})
    sheets["Extra"].set_column("C:E", 8, None, {"level": 1})


def _page(_: Any, sheets: dict[str, Any]) -> None:
    page = sheets["Extra"]
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.print_area("A1:C20")
    page.set_footer("&LConfidential&RPage &P of &N")
    page.set_h_pagebreaks([10, 20])


def _names(book: Any, _: dict[str, Any]) -> None:
    book.define_name("Extra!local_name", "=Extra!$A$1")
    book.define_name("constant", "=0.42")
    book.define_name("ANNUITY", "=_xlfn.LAMBDA(_xlpm.r,_xlpm.n,(1-(1+_xlpm.r)^-_xlpm.n)/_xlpm.r)")


def _properties(book: Any, _: dict[str, Any]) -> None:
    book.set_properties({"title": "Plan", "author": "Finance", "keywords": "budget"})
    book.set_custom_property("Entity", "Muster GmbH")


def _hidden_sheets(book: Any, _: dict[str, Any]) -> None:
    book.add_worksheet("hidden").hide()
    book.add_worksheet("very hidden").very_hidden()


def _second_table(_: Any, sheets: dict[str, Any]) -> None:
    sheets["Extra"].add_table("B3:D6", {"name": "tblOther", "total_row": True, "style": "Table Style Dark 2"})


def _dates(book: Any, sheets: dict[str, Any]) -> None:
    sheets["Extra"].write_datetime("B2", dt.datetime(2026, 1, 31), book.add_format({"num_format": "[$-407]mmm yy"}))


def _button(_: Any, sheets: dict[str, Any]) -> None:
    sheets["Extra"].insert_button("D2", {"caption": "Refresh", "macro": "Refresh"})


DRAWN: Final = (
    *(
        Feature(name=f"{kind} chart", draw=_chart(kind), follows=("xl/charts/chart1.xml",))
        for kind in ("area", "bar", "column", "doughnut", "line", "pie", "radar", "scatter")
    ),
    Feature(name="combined chart with trend", draw=_combined_chart, follows=("xl/charts/chart1.xml",)),
    Feature(name="chart sheet", draw=_chartsheet, follows=("xl/charts/chart1.xml",)),
    Feature(name="data labels", draw=_chart("column", data_labels={"value": True}), follows=("xl/charts/chart1.xml",)),
    Feature(name="picture", draw=_picture),
    Feature(name="picture in the header", draw=_header_picture),
    Feature(name="background picture", draw=_background),
    Feature(name="picture in a cell", draw=_embedded_picture),
    Feature(name="text box", draw=_on_extra("insert_textbox", "D2", "Prepared by Finance")),
    Feature(name="text box with a link", draw=_on_extra("insert_textbox", "D2", "", {"textlink": "=Inputs!$B$2"})),
    Feature(
        name="sparklines", draw=_on_extra("add_sparkline", "D2", {"range": f"Table!B5:B{4 + ROWS}", "markers": True})
    ),
    Feature(name="note", draw=_on_extra("write_comment", "B2", "agreed by the board", {"author": "CFO"})),
    Feature(name="data bar of 2010", draw=_conditional(type="data_bar", data_bar_2010=True)),
    Feature(name="icon set", draw=_conditional(type="icon_set", icon_style="3_arrows")),
    Feature(name="colour scale", draw=_conditional(type="3_color_scale")),
    Feature(
        name="list validation", draw=_on_extra("data_validation", "B2", {"validate": "list", "source": ["a", "b"]})
    ),
    Feature(
        name="list validation from another sheet",
        draw=_on_extra("data_validation", "B2", {"validate": "list", "source": f"=Table!$A$5:$A${4 + ROWS}"}),
    ),
    Feature(name="filter", draw=_on_extra("autofilter", "A1:C9")),
    Feature(name="frozen panes", draw=_on_extra("freeze_panes", 3, 2)),
    Feature(name="split panes", draw=_on_extra("split_panes", 15, 8)),
    Feature(name="outline", draw=_outline),
    Feature(name="page set-up", draw=_page),
    Feature(name="protected sheet", draw=_on_extra("protect", "secret", {"select_locked_cells": True})),
    Feature(name="protected range", draw=_on_extra("unprotect_range", "B2:B9", "inputs")),
    Feature(name="ignored errors", draw=_on_extra("ignore_errors", {"number_stored_as_text": "A1:B9"})),
    Feature(name="hyperlinks", draw=_on_extra("write_url", "B2", "https://example.com/policy", None, "policy")),
    Feature(name="merged cells", draw=_on_extra("merge_range", "B2:D2", "banner")),
    Feature(name="rich text", draw=_rich_text),
    Feature(name="array formula", draw=_on_extra("write_array_formula", "B2:B4", "{=Inputs!B2*{1;2;3}}")),
    Feature(
        name="dynamic array",
        draw=_on_extra("write_dynamic_array_formula", "B2:B4", "=_xlfn._xlws.SORT(tblPnl[Customer])", None, "C0"),
    ),
    Feature(name="checkbox", draw=_on_extra("insert_checkbox", "B2", True)),
    Feature(name="defined names", draw=_names),
    Feature(name="properties", draw=_properties),
    Feature(name="hidden sheets", draw=_hidden_sheets),
    Feature(name="second table with totals", draw=_second_table),
    Feature(name="dates in another language", draw=_dates),
    Feature(name="right to left", draw=_on_extra("right_to_left")),
    Feature(name="tab colour and zoom", draw=_on_extra("set_tab_color", "#7F1D1D")),
    Feature(name="macros", macros=True),
    Feature(name="form control", draw=_button, macros=True),
)

# ---- what is grafted


def _sheet_tail(text: str) -> tuple[tuple[str, str], ...]:
    return (("</worksheet>", f"{text}</worksheet>"),)


def _workbook_link(part: str, kind: str, content: str, content_type: str, **more: Any) -> Graft:
    """A part that hangs on the workbook."""
    return Graft(
        parts={f"xl/{part}": XML + content},
        types={f"xl/{part}": content_type},
        links=((WORKBOOK, kind, part),),
        **more,
    )


_DRAWING: Final = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col>'
    "<xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>4</xdr:col>"
    "<xdr:colOff>0</xdr:colOff><xdr:row>6</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>{}<xdr:clientData/>"
    "</xdr:twoCellAnchor></xdr:wsDr>"
)
_GROUP: Final = (
    '<xdr:grpSp><xdr:nvGrpSpPr><xdr:cNvPr id="2" name="Group"/><xdr:cNvGrpSpPr/></xdr:nvGrpSpPr><xdr:grpSpPr/><xdr:sp>'
    '<xdr:nvSpPr><xdr:cNvPr id="3" name="Shape"/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr/></xdr:sp></xdr:grpSp>'
)


def _drawing(content: str) -> Graft:
    part, kind = "drawings/drawing9.xml", "drawing"
    return Graft(
        parts={f"xl/{part}": XML + _DRAWING.format(content)},
        types={f"xl/{part}": "application/vnd.openxmlformats-officedocument.drawing+xml"},
        links=((EXTRA, kind, f"../{part}"),),
        changes={
            EXTRA: _sheet_tail(f'<drawing xmlns:r="{OFFICE}" r:id="{_link_id(kind, f"../{part}")}"/>'),
        },
    )


def _slicer() -> Graft:
    kind, target = "http://schemas.microsoft.com/office/2007/relationships/slicer", "../slicers/slicer1.xml"
    cache_kind = "http://schemas.microsoft.com/office/2007/relationships/slicerCache"
    return Graft(
        parts={
            "xl/slicers/slicer1.xml": f'{XML}<slicers xmlns="{X14}"><slicer name="Customer" cache="Slicer_Customer" '
            'caption="Customer" rowHeight="234950"/></slicers>',
            "xl/slicerCaches/slicerCache1.xml": f'{XML}<slicerCacheDefinition xmlns="{X14}" name="Slicer_Customer" '
            'sourceName="Customer"/>',
        },
        types={
            "xl/slicers/slicer1.xml": "application/vnd.ms-excel.slicer+xml",
            "xl/slicerCaches/slicerCache1.xml": "application/vnd.ms-excel.slicerCache+xml",
        },
        links=((EXTRA, kind, target), (WORKBOOK, cache_kind, "slicerCaches/slicerCache1.xml")),
        changes={
            EXTRA: _sheet_tail(
                f'<extLst><ext xmlns:x15="{X15}" uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}"><x14:slicerList '
                f'xmlns:x14="{X14}"><x14:slicer xmlns:r="{OFFICE}" r:id="{_link_id(kind, target)}"/></x14:slicerList>'
                "</ext></extLst>"
            )
        },
    )


def _pivot() -> Graft:
    shared = "".join(f'<s v="C{place}"/>' for place in range(ROWS))
    definition = (
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" refreshedBy="x" recordCount="{ROWS}">'
        '<cacheSource type="worksheet"><worksheetSource name="tblPnl"/></cacheSource><cacheFields count="1">'
        f'<cacheField name="Customer" numFmtId="0"><sharedItems count="{ROWS}">{shared}</sharedItems></cacheField>'
        "</cacheFields></pivotCacheDefinition>"
    )
    part = "xl/pivotCache/pivotCacheDefinition1.xml"
    kind = "pivotCacheDefinition"
    id_ = _link_id(kind, "pivotCache/pivotCacheDefinition1.xml")
    return Graft(
        parts={part: XML + definition},
        types={part: f"{SHEET_KIND}pivotCacheDefinition+xml"},
        links=((WORKBOOK, kind, "pivotCache/pivotCacheDefinition1.xml"),),
        changes={
            WORKBOOK: (
                ("</workbook>", f'<pivotCaches><pivotCache cacheId="7" r:id="{id_}"/></pivotCaches></workbook>'),
            )
        },
    )


def _prefixed(name: str, content: bytes) -> bytes:
    """Write a worksheet as some programs do, every element with a prefix."""
    if not name.startswith("xl/worksheets/sheet"):
        return content
    import re

    text = content.decode()
    text = re.sub(r"<(/?)(?!\?|xm:|x14:|x:)(\w+)(?=[\s/>])", r"<\1x:\2", text)
    return text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"').encode()


def _strict(_: str, content: bytes) -> bytes:
    """Use the namespaces of the strict kind."""
    for old, new in (
        (MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ):
        content = content.replace(old.encode(), new.encode())
    return content


def _with_mark(name: str, content: bytes) -> bytes:
    """Begin worksheets with a byte order mark."""
    return b"\xef\xbb\xbf" + content if name.startswith("xl/worksheets/sheet") else content


def _absolute(name: str, content: bytes) -> bytes:
    """Name targets from the root of the package."""
    return (
        content.replace(b'Target="worksheets/', b'Target="/xl/worksheets/')
        if name.endswith("workbook.xml.rels")
        else content
    )


GRAFTED: Final = (
    Feature(
        name="threaded comments",
        draw=_on_extra("write_comment", "B2", "[Threaded comment]"),
        graft=Graft(
            parts={
                "xl/threadedComments/threadedComment1.xml": f'{XML}<ThreadedComments xmlns="http://schemas.microsoft.com/'
                'office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B2" dT="2026-01-21T17:32:33.59" '
                'personId="{7305E7A7-E410-8C4C-A5C1-67489F9B7D76}" id="{9FE0EFFC-F649-7D41-B909-522703F4B7ED}"><text>'
                "agreed</text></threadedComment></ThreadedComments>",
                "xl/persons/person.xml": f'{XML}<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/'
                'threadedcomments"><person displayName="CFO" id="{7305E7A7-E410-8C4C-A5C1-67489F9B7D76}" userId="x" '
                'providerId="None"/></personList>',
            },
            types={
                "xl/threadedComments/threadedComment1.xml": "application/vnd.ms-excel.threadedcomments+xml",
                "xl/persons/person.xml": "application/vnd.ms-excel.person+xml",
            },
            links=(
                (
                    EXTRA,
                    "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
                    "../threadedComments/threadedComment1.xml",
                ),
                (WORKBOOK, "http://schemas.microsoft.com/office/2017/10/relationships/person", "persons/person.xml"),
            ),
        ),
    ),
    Feature(name="group of shapes", graft=_drawing(_GROUP)),
    Feature(
        name="connector",
        graft=_drawing(
            '<xdr:cxnSp macro=""><xdr:nvCxnSpPr><xdr:cNvPr id="2" name="Line"/><xdr:cNvCxnSpPr/></xdr:nvCxnSpPr>'
            "<xdr:spPr/></xdr:cxnSp>"
        ),
    ),
    Feature(name="slicer", graft=_slicer()),
    Feature(name="pivot cache", graft=_pivot(), follows=("xl/pivotCache/pivotCacheDefinition1.xml",)),
    Feature(
        name="power query",
        graft=Graft(
            parts={
                "customXml/item1.xml": '<?xml version="1.0" encoding="utf-8"?><DataMashup xmlns="http://schemas.microsoft.com/'
                'DataMashup">AAAAAA==</DataMashup>',
                "xl/connections.xml": f'{XML}<connections xmlns="{MAIN}"><connection id="1" name="Query" type="5" '
                'refreshedVersion="8"/></connections>',
            },
            types={"xl/connections.xml": f"{SHEET_KIND}connections+xml"},
            links=((WORKBOOK, "customXml", "../customXml/item1.xml"), (WORKBOOK, "connections", "connections.xml")),
        ),
    ),
    Feature(
        name="data model",
        graft=Graft(
            parts={"xl/model/item.data": bytes(range(256)) * 16},
            types={"xl/model/item.data": "application/vnd.openxmlformats-officedocument.model+data"},
            links=(
                (WORKBOOK, "http://schemas.microsoft.com/office/2011/relationships/powerPivotData", "model/item.data"),
            ),
        ),
    ),
    Feature(
        name="external link",
        graft=Graft(
            parts={
                "xl/externalLinks/externalLink1.xml": f'{XML}<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}">'
                '<externalBook r:id="rId1"><sheetNames><sheetName val="Rates"/></sheetNames></externalBook>'
                "</externalLink>",
                "xl/externalLinks/_rels/externalLink1.xml.rels": f'{XML}<Relationships xmlns="{LINKS}">'
                f'<Relationship Id="rId1" Type="{OFFICE}/externalLinkPath" Target="rates.xlsx" '
                'TargetMode="External"/></Relationships>',
            },
            types={"xl/externalLinks/externalLink1.xml": f"{SHEET_KIND}externalLink+xml"},
            links=((WORKBOOK, "externalLink", "externalLinks/externalLink1.xml"),),
            changes={
                WORKBOOK: (
                    (
                        "<definedNames>",
                        '<externalReferences><externalReference r:id="'
                        f'{_link_id("externalLink", "externalLinks/externalLink1.xml")}"/></externalReferences>'
                        "<definedNames>",
                    ),
                )
            },
        ),
    ),
    Feature(
        name="printer settings",
        graft=Graft(
            parts={"xl/printerSettings/printerSettings1.bin": bytes(range(200))},
            types={"xl/printerSettings/printerSettings1.bin": f"{SHEET_KIND}printerSettings"},
            links=((EXTRA, "printerSettings", "../printerSettings/printerSettings1.bin"),),
        ),
    ),
    Feature(
        name="ribbon of its own",
        graft=Graft(
            parts={
                "customUI/customUI14.xml": '<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon/>'
                "</customUI>"
            },
            links=(
                (
                    "",
                    "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
                    "customUI/customUI14.xml",
                ),
            ),
        ),
    ),
    Feature(
        name="sensitivity label",
        graft=Graft(
            parts={
                "docMetadata/LabelInfo.xml": f'{XML}<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/'
                'mipLabelMetadata"/>'
            },
            links=(
                (
                    "",
                    "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels",
                    "docMetadata/LabelInfo.xml",
                ),
            ),
        ),
    ),
    Feature(
        name="thumbnail",
        graft=Graft(
            parts={"docProps/thumbnail.wmf": bytes(range(250))},
            types={"docProps/thumbnail.wmf": "image/x-wmf"},
            links=(
                (
                    "",
                    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail",
                    "docProps/thumbnail.wmf",
                ),
            ),
        ),
    ),
    Feature(
        name="embedded object",
        graft=Graft(
            parts={"xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0" + bytes(range(200))},
            types={"xl/embeddings/oleObject1.bin": "application/vnd.openxmlformats-officedocument.oleObject"},
            links=((EXTRA, "oleObject", "../embeddings/oleObject1.bin"),),
        ),
    ),
    Feature(
        name="ActiveX control",
        graft=Graft(
            parts={
                "xl/activeX/activeX1.xml": f'{XML}<ax:ocx xmlns:ax="http://schemas.microsoft.com/office/2006/activeX" '
                'ax:classid="{8BD21D40-EC42-11CE-9E0D-00AA006002F3}" ax:persistence="persistStreamInit"/>',
                "xl/activeX/activeX1.bin": bytes(range(99)),
            },
            types={
                "xl/activeX/activeX1.xml": "application/vnd.ms-office.activeX+xml",
                "xl/activeX/activeX1.bin": "application/vnd.ms-office.activeX",
            },
            links=((EXTRA, "control", "../activeX/activeX1.xml"),),
        ),
    ),
    Feature(
        name="web extension",
        graft=Graft(
            parts={
                "xl/webextensions/webextension1.xml": f'{XML}<we:webextension xmlns:we="http://schemas.microsoft.com/office/'
                'webextensions/webextension/2010/11" id="{1}"/>'
            },
            types={"xl/webextensions/webextension1.xml": "application/vnd.ms-office.webextension+xml"},
            links=(
                (
                    "",
                    "http://schemas.microsoft.com/office/2011/relationships/webextension",
                    "xl/webextensions/webextension1.xml",
                ),
            ),
        ),
    ),
    Feature(
        name="XML map",
        graft=_workbook_link(
            "xmlMaps.xml",
            "xmlMaps",
            f'<MapInfo xmlns="{MAIN}" SelectionNamespaces=""><Schema ID="S1"/></MapInfo>',
            "application/xml",
        ),
    ),
    Feature(
        name="calculation chain",
        graft=_workbook_link(
            "calcChain.xml",
            "calcChain",
            f'<calcChain xmlns="{MAIN}"><c r="B1" i="3"/></calcChain>',
            f"{SHEET_KIND}calcChain+xml",
        ),
    ),
    Feature(
        name="volatile dependencies",
        graft=_workbook_link(
            "volatileDependencies.xml",
            "volatileDependencies",
            f'<volTypes xmlns="{MAIN}"/>',
            f"{SHEET_KIND}volatileDependencies+xml",
        ),
    ),
    Feature(
        name="rich values",
        graft=Graft(
            parts={
                "xl/richData/rdrichvalue.xml": f'{XML}<rvData xmlns="http://schemas.microsoft.com/office/spreadsheetml/2017/'
                'richdata" count="0"/>'
            },
            types={"xl/richData/rdrichvalue.xml": "application/vnd.ms-excel.rdrichvalue+xml"},
            links=(
                (
                    WORKBOOK,
                    "http://schemas.microsoft.com/office/2017/06/relationships/rdRichValue",
                    "richData/rdrichvalue.xml",
                ),
            ),
        ),
    ),
    Feature(
        name="named sheet view",
        graft=Graft(
            parts={
                "xl/namedSheetViews/namedSheetView1.xml": f'{XML}<namedSheetViews xmlns="http://schemas.microsoft.com/office/'
                'spreadsheetml/2019/namedsheetviews"/>'
            },
            types={"xl/namedSheetViews/namedSheetView1.xml": "application/vnd.ms-excel.namedsheetviews+xml"},
            links=(
                (
                    EXTRA,
                    "http://schemas.microsoft.com/office/2019/04/relationships/namedSheetView",
                    "../namedSheetViews/namedSheetView1.xml",
                ),
            ),
        ),
    ),
    Feature(
        name="query table",
        graft=Graft(
            parts={
                "xl/queryTables/queryTable1.xml": f'{XML}<queryTable xmlns="{MAIN}" name="Query" connectionId="1"/>'
            },
            types={"xl/queryTables/queryTable1.xml": f"{SHEET_KIND}queryTable+xml"},
            links=((EXTRA, "queryTable", "../queryTables/queryTable1.xml"),),
        ),
    ),
    Feature(
        name="own view of a sheet",
        graft=Graft(
            changes={
                EXTRA: (
                    (
                        "<pageMargins",
                        '<customSheetViews><customSheetView guid="{7305E7A7-E410-8C4C-A5C1-67489F9B7D76}"/>'
                        "</customSheetViews><pageMargins",
                    ),
                )
            }
        ),
    ),
    Feature(
        name="scenarios",
        graft=Graft(
            changes={
                EXTRA: (
                    (
                        "<pageMargins",
                        '<scenarios current="0"><scenario name="Base" count="1"><inputCells r="A1" val="1"/></scenario>'
                        "</scenarios><pageMargins",
                    ),
                )
            }
        ),
    ),
    Feature(
        name="watched cell", graft=Graft(changes={EXTRA: _sheet_tail('<cellWatches><cellWatch r="A1"/></cellWatches>')})
    ),
    Feature(
        name="shared formulas",
        graft=Graft(
            changes={
                EXTRA: (
                    (
                        "</sheetData>",
                        '<row r="2"><c r="B2"><f t="shared" ref="B2:B3" si="0">Inputs!B2*2</f><v>0.2</v></c></row>'
                        '<row r="3"><c r="B3"><f t="shared" si="0"/><v>0</v></c></row></sheetData>',
                    ),
                )
            }
        ),
    ),
    Feature(
        name="data table",
        graft=Graft(
            changes={
                EXTRA: (
                    (
                        "</sheetData>",
                        '<row r="2"><c r="B2"><f t="dataTable" ref="B2:B3" dt2D="0" dtr="0" r1="A1"/><v>1</v></c></row>'
                        "</sheetData>",
                    ),
                )
            }
        ),
    ),
    Feature(
        name="extension of the workbook",
        graft=Graft(
            changes={
                WORKBOOK: (
                    (
                        "</workbook>",
                        f'<extLst><ext xmlns:x15="{X15}" uri="{{140A7094-0E35-4892-8432-C4D2E57EDEB5}}">'
                        '<x15:workbookPr chartTrackingRefBase="1"/></ext></extLst></workbook>',
                    ),
                )
            }
        ),
    ),
    Feature(
        name="extension of the styles",
        graft=Graft(
            changes={
                "xl/styles.xml": (
                    (
                        "</styleSheet>",
                        f'<extLst><ext xmlns:x14="{X14}" uri="{{EB79DEF2-80B8-43e5-95BD-54CBDDF9020C}}">'
                        '<x14:slicerStyles defaultSlicerStyle="SlicerStyleLight1"/></ext></extLst></styleSheet>',
                    ),
                )
            }
        ),
    ),
    Feature(name="days from 1904", graft=Graft(changes={WORKBOOK: (("<workbookPr ", '<workbookPr date1904="1" '),)})),
    Feature(
        name="part that nobody knows",
        graft=Graft(
            parts={"xl/vendor/secret.dat": bytes(range(256))},
            types={"xl/vendor/secret.dat": "application/octet-stream"},
            links=((WORKBOOK, "http://example.com/relationships/vendor", "vendor/secret.dat"),),
        ),
    ),
    Feature(name="prefixed elements", whole=_prefixed),
    Feature(name="strict", whole=_strict),
    Feature(name="byte order marks", whole=_with_mark),
    Feature(name="targets from the root", whole=_absolute),
)

FEATURES: Final = (*DRAWN, *GRAFTED)
