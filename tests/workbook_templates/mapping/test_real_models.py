"""Three public models of companies, which nobody here made: assumptions, statements, and no list of customers."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from workbook_templates.mapping.model import SURE, WorkbookMap
from workbook_templates.mapping.proposing import propose
from workbook_templates.mapping.views import Rectangle, SheetView, WorkbookView

GIVEN = os.environ.get("CUSTOMER_VALUE_DATA")
MODELS = (Path(GIVEN) if GIVEN else Path(__file__).resolve().parents[4] / "shared" / "data") / "models"


def read(name: str) -> WorkbookView:
    path = MODELS / f"{name}.xlsx"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the models are kept outside the repository")
    values, book = CalamineWorkbook.from_path(path), openpyxl.load_workbook(path)
    sheets = tuple(
        view(values.get_sheet_by_name(each.title).to_python(skip_empty_area=False), each) for each in book.worksheets
    )
    names = {key: str(defined.attr_text) for key, defined in book.defined_names.items()}
    return WorkbookView(source=path.name, sheets=sheets, names=names)


def view(values: Sequence[Sequence[Any]], formulas: Worksheet) -> SheetView:
    return SheetView(
        name=formulas.title,
        rows=[[None if value == "" else value for value in row] for row in values],
        merges=tuple(Rectangle(m.min_row, m.min_col, m.max_row, m.max_col) for m in formulas.merged_cells.ranges),
        formulas=frozenset(
            (row, column)
            for row, line in enumerate(formulas.iter_rows(), 1)
            for column, cell in enumerate(line, 1)
            if cell.data_type == "f"
        ),
        number_format=lambda row, column: str(formulas.cell(row, column).number_format),
        hidden=formulas.sheet_state != "visible",
    )


def sure(mapping: WorkbookMap) -> dict[str, str]:
    """What would be used without a question: tables with their sheets, assumptions with their cells."""
    tables = {table.table: table.sheet for table in mapping.tables if table.confidence >= SURE}
    return tables | {each.id: each.cell for each in mapping.assumptions if each.confidence >= SURE}


def asked(mapping: WorkbookMap) -> set[str]:
    return {table.table for table in mapping.tables if table.questions} | {
        a.id for a in mapping.assumptions if a.questions
    }


def test_a_revenue_model_has_nothing_of_customers() -> None:
    mapping = propose(read("driver_based_revenue"))
    assert (sure(mapping), asked(mapping)) == ({}, set())
    for name in ("Revenue_Drivers", "Income_Statment ", "Cash_Flow "):
        assert any(text.startswith(f"sheet {name}") for text in mapping.not_used)


def test_budget_against_actual_of_a_company_is_no_ledger() -> None:
    mapping = propose(read("monthly_variance"))
    assert (sure(mapping), asked(mapping)) == ({}, set())
    assert any("Actuals_Long" in text for text in mapping.not_used)


def test_a_planning_model_gives_its_currency_and_asks_the_rest() -> None:
    mapping = propose(read("novaflow_saas_fpa"))
    assert sure(mapping) == {"currency": "'KPI Dashboard'!M4"}
    # Its horizon is one of a projection; its operating expenses by month could be pools, if somebody says so.
    assert asked(mapping) == {"horizon", "Ledger pools"}
    assert sum("lines of the company" in text for text in mapping.not_used) >= 5
