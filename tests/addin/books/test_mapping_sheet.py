"""A mapping's sheet through a real file: what is written into somebody's workbook reads back equal."""

from dataclasses import replace
from pathlib import Path

import pytest

from addin.books.file import FileBook
from addin.opening import sheet_mapping
from addin.workbook import WorkbookError
from tests.addin.books.builders import book
from tests.workbook_templates.mapping.test_text import MAPPING
from workbook_templates.mapping.model import AssumptionMap, CellFill, TableMap, WorkbookMap
from workbook_templates.mapping.sheet import MAPPING_SHEET, MAPPING_TABLE, mapping_sheet, read_mapping_sheet
from workbook_templates.plan import Plan

HOSTILE = TableMap(
    table="Customers",
    sheet="=HYPERLINK(1)",
    header_row=0,
    first_row=1,
    columns=(),
    fixed={"status": "+1", "segment": 7, "must_serve": True},
    skip=("@SUM(A1)", "2026-01-31", "-"),
    evidence=("=1+1",),
)


def test_it_comes_back_from_the_file(tmp_path: Path) -> None:
    whole = replace(
        MAPPING,
        tables=(*MAPPING.tables, HOSTILE),
        assumptions=(*MAPPING.assumptions, AssumptionMap(id="as_of", cell="'It''s '!C5")),
        cells=(CellFill(figure="base_value", sheet="Summary", cell="B2", scale=1000.0),),
        sheets={"Customers": "'Clients'"},
    )
    path = book(tmp_path / "model.xlsx")
    FileBook(path).apply(Plan(sheets=(mapping_sheet(whole),)))
    assert read_mapping_sheet(FileBook(path).read_table(MAPPING_TABLE).columns) == whole


def test_an_empty_one_does_too(tmp_path: Path) -> None:
    path = book(tmp_path / "model.xlsx")
    FileBook(path).apply(Plan(sheets=(mapping_sheet(WorkbookMap()),)))
    assert read_mapping_sheet(FileBook(path).read_table(MAPPING_TABLE).columns) == WorkbookMap()


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    path = book(tmp_path / "model.xlsx")
    FileBook(path).apply(Plan(sheets=(mapping_sheet(WorkbookMap(tables=(HOSTILE,))),)))
    (seen,) = (sheet for sheet in FileBook(path).view().sheets if sheet.name == MAPPING_SHEET)
    assert seen.formulas == frozenset()
    assert seen.cell(6, 5) == "=HYPERLINK(1)"


def test_a_mistake_is_named_by_the_row_of_the_sheet(tmp_path: Path) -> None:
    path = book(tmp_path / "model.xlsx")
    FileBook(path).apply(Plan(sheets=(mapping_sheet(MAPPING),)))
    table = FileBook(path).read_table(MAPPING_TABLE)
    FileBook(path).apply(Plan(cells={(MAPPING_SHEET, f"C{table.first_row}"): "Custmers"}))
    with pytest.raises(WorkbookError, match=f'^sheet Mapping: row {table.first_row}: .*"Custmers"; did you mean'):
        sheet_mapping(FileBook(path))
