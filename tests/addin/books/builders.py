"""Small workbooks for the tests of the file adapter, and ways to spoil them."""

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

HEADERS = ("Customer", "Revenue", "Share", "Since", "Key account", "Comment")
FIRST_DAY = dt.date(2024, 1, 31)


def customers(count: int) -> dict[str, list[Any]]:
    """The written columns of `count` customers."""
    return {
        "Customer": [f"C{place:03d}" for place in range(count)],
        "Revenue": [1000.5 * place for place in range(count)],
        "Share": [place / 8 for place in range(count)],
        "Since": [FIRST_DAY + dt.timedelta(days=place) for place in range(count)],
        "Key account": [place % 2 == 0 for place in range(count)],
    }


def book(path: Path, rows: int = 5, *, totals: bool = False, macros: bool = False) -> Path:
    """
    A workbook with much in it that hangs on a table.

    `P&L` holds tblPnl at B4 (header) with a column of comments, a side note, validation, conditional format and a
    chart; `Inputs` holds a named cell; `Summary` holds formulas.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path)
    if macros:
        stub = path.with_suffix(".bin")
        stub.write_bytes(b"not really macros" * 9)
        book.add_vba_project(str(stub))
    day, money = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "#,##0.00"})
    sheet, inputs, summary = (book.add_worksheet(name) for name in ("P&L", "Inputs", "Summary"))
    last = 4 + rows
    columns: list[dict[str, Any]] = [{"header": header} for header in HEADERS]
    if totals:
        columns[0]["total_string"] = "Total"
        columns[1] |= {"total_function": "sum", "total_value": 1}
    sheet.add_table(3, 1, last - 1 + totals, 6, {"name": "tblPnl", "columns": columns, "total_row": totals})
    data = customers(rows)
    for place in range(rows):
        row = 4 + place
        sheet.write(row, 1, data["Customer"][place])
        sheet.write_number(row, 2, data["Revenue"][place], money)
        sheet.write_number(row, 3, data["Share"][place])
        sheet.write_datetime(row, 4, data["Since"][place], day)
        sheet.write_boolean(row, 5, data["Key account"][place])
        sheet.write_string(row, 6, f"comment {place}")
        sheet.write_number(row, 0, place)
    sheet.write("I5", "beside the table")
    sheet.write_formula("I6", "=C5*2", None, 17)
    sheet.data_validation(f"B5:B{last}", {"validate": "length", "criteria": "<", "value": 99})
    sheet.conditional_format(f"C5:C{last}", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format(f"C5:G{last}", {"type": "formula", "criteria": "=$C5<0", "format": money})
    sheet.set_row(4, 30)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": f"='P&L'!$C$5:$C${last}", "categories": f"='P&L'!$B$5:$B${last}"})
    summary.insert_chart("D2", chart)
    book.define_name("all_revenue", f"='P&L'!$C$5:$C${last}")
    book.define_name("as_of", "=Inputs!$B$2")
    book.define_name("rate", "=Inputs!$B$3")
    book.define_name("constant", "=0.5")
    inputs.write("A2", "As of")
    inputs.write_datetime("B2", FIRST_DAY, day)
    inputs.write_number("B3", 0.1, money)
    summary.write("A1", "Summary")
    summary.write_formula("B1", "=SUM(tblPnl[Revenue])", money, 3)
    summary.write_formula("B2", '="a"', None, "a")
    book.close()
    return path


def tampered(source: Path, target: Path, changes: Mapping[str, bytes | Callable[[bytes], bytes] | None]) -> Path:
    """Copy a workbook with parts replaced, added, or (None) left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in [*names, *(name for name in changes if name not in names)]:
            data = old.read(name) if name in names else b""
            change = changes.get(name, data)
            if change is not None:
                new.writestr(name, change(data) if callable(change) else change)
    return target


def parts(path: Path) -> dict[str, bytes]:
    """All parts of a workbook."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def compressed_parts(path: Path) -> dict[str, bytes]:
    """All parts of a workbook as the container holds them."""
    data = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as file:
        for entry in file.infolist():
            header = data[entry.header_offset : entry.header_offset + 30]
            start = entry.header_offset + 30 + sum(int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
            found[entry.filename] = data[start : start + entry.compress_size]
    return found


def loaded(path: Path, *, formulas: bool = True) -> openpyxl.Workbook:
    """The workbook as openpyxl reads it; it warns of every extension that it would lose on saving."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* is not supported and will be removed")
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=not formulas)


def cells(path: Path, sheet: str, *, formulas: bool = True) -> dict[str, Any]:
    """The filled cells of a sheet, as openpyxl reads them."""
    rows = loaded(path, formulas=formulas)[sheet].iter_rows()
    return {cell.coordinate: cell.value for row in rows for cell in row if cell.value is not None}


def decoded(value: object) -> object:
    """openpyxl shows the `_xHHHH_` of inline strings as they are; Excel decodes them."""
    if not isinstance(value, str):
        return value
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), value)


def body(path: Path, sheet: str, area: str) -> list[list[Any]]:
    """A rectangle of cells as openpyxl reads them, texts decoded and dates as dates."""
    return [[_as_written(cell.value) for cell in row] for row in loaded(path)[sheet][area]]


def _as_written(value: Any) -> object:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return decoded(value)


def transposed(columns: Mapping[str, Sequence[Any]]) -> list[list[Any]]:
    """Columns as rows."""
    return [list(row) for row in zip(*columns.values(), strict=True)]


def raw_book(path: Path, sheet_xml: str, *, table: str = "", workbook: str = "") -> Path:
    """A workbook written by hand: one sheet S with this XML and, if given, one table part."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    content = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        + (f'<Override PartName="/xl/tables/table1.xml" ContentType="{kind}.table+xml"/>' if table else "")
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="rId1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" '
        f'r:id="rId1"/></sheets>{workbook}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{links}"><Relationship Id="rId1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml.replace("MAIN", main).replace("OFFICE", office),
    }
    if table:
        content["xl/tables/table1.xml"] = table.replace("MAIN", main)
        content["xl/worksheets/_rels/sheet1.xml.rels"] = (
            f'<Relationships xmlns="{links}"><Relationship Id="rId1" Type="{office}/table" '
            'Target="../tables/table1.xml"/></Relationships>'
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in content.items():
            file.writestr(name, text)
    return path


def table_xml(ref: str, columns: Sequence[str], *, name: str = "tblX", more: str = "", attributes: str = "") -> str:
    """A table part."""
    inner = "".join(f'<tableColumn id="{place}" name="{header}"/>' for place, header in enumerate(columns, 1))
    return (
        f'<table xmlns="MAIN" id="1" name="{name}" displayName="{name}" ref="{ref}"{attributes}>'
        f'{more or f"<autoFilter ref={chr(34)}{ref}{chr(34)}/>"}<tableColumns count="{len(columns)}">{inner}'
        "</tableColumns></table>"
    )
