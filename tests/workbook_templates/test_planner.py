"""From cells to the plan: table bodies, named cells of the register, and what every formula cell shows."""

import datetime as dt

import pytest

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import TABLES
from workbook_templates.addresses import address
from workbook_templates.catalogue import compose
from workbook_templates.layout import Template
from workbook_templates.packs import PACKS
from workbook_templates.plan import Cell, CellError
from workbook_templates.planner import TableCells, assumption_cells, formula_values, table_write

ALL = compose("customer_value", list(PACKS))
DAY = dt.date(2025, 12, 31)


def shown(template: Template, values: dict[tuple[str, str], Cell], key: str) -> Cell:
    """Give the value of a formula cell by its key."""
    sheet, formula = template.formulas[key]
    return values[sheet.name, address(formula.row, formula.column)]


class TestTableWrite:
    def test_columns_get_their_headings(self) -> None:
        write = table_write("Lifetime value", {"customer_id": ["C1", "C2"], "value": [1.0, CellError.NA]})
        assert write.table == "tblLifetimeValue"
        assert write.columns == {"Customer id": ["C1", "C2"], "Customer value": [1.0, CellError.NA]}
        assert write.rows == 2

    @pytest.mark.parametrize(
        ("name", "key"), [("Customers", "Customer id"), ("Drivers", ""), ("Transactions", ""), ("Horizons", "Horizon")]
    )
    def test_rows_are_identified_by_a_single_key(self, name: str, key: str) -> None:
        assert table_write(name, {}).key == key

    def test_an_unknown_column(self) -> None:
        with pytest.raises(KeyError, match="Customers has no column colour"):
            table_write("Customers", {"colour": ["red"]})


class TestRegister:
    def test_every_assumption_has_a_cell(self) -> None:
        cells = assumption_cells({})
        assert list(cells) == [f"cv_{id_}" for id_ in REGISTER]
        assert set(cells.values()) == {None}

    def test_only_the_value_for_all_counts_and_the_upper_one_of_two(self) -> None:
        register: TableCells = {
            "id": [
                "horizon",
                "retention_prior",
                "retention_prior",
                "horizon",
                None,
                "colour",
                "as_of",
                "discount_rate",
            ],
            "scope": ["all", "segment", None, "all", "all", "all", "all", "all"],
            "value": ["inf", 0.9, 0.7, 5.0, 1.0, "red", DAY, CellError.NA],
        }
        cells = assumption_cells(register)
        given = {name: value for name, value in cells.items() if value is not None}
        assert given == {
            "cv_horizon": "inf",
            "cv_retention_prior": 0.7,
            "cv_as_of": DAY,
            "cv_discount_rate": CellError.NA,
        }


class TestFormulaValues:
    def test_every_formula_cell_has_a_value(self) -> None:
        values = formula_values(ALL, {}, {})
        assert set(values) == {
            (sheet.name, address(formula.row, formula.column)) for sheet, formula in ALL.formulas.values()
        }
        assert {type(value) for value in values.values()} <= {float, str, bool, CellError}

    def test_an_empty_table_is_one_blank_row(self) -> None:
        none: TableCells = {column.name: [] for column in TABLES["Lifetime value"]}
        blank: TableCells = {column.name: [None] for column in TABLES["Lifetime value"]}
        without = formula_values(ALL, {}, {})
        assert formula_values(ALL, {"Lifetime value": none}, {}) == without
        assert formula_values(ALL, {"Lifetime value": blank}, {}) == without

    def test_totals_are_those_of_the_tables(self) -> None:
        tables: dict[str, TableCells] = {
            "Transactions": {"customer_id": ["a", "b"], "net_amount": [10.25, -0.25]},
            "Customers": {"customer_id": ["a", "b", None]},
        }
        values = formula_values(ALL, tables, {})
        assert shown(ALL, values, "tblTransactions.net_amount") == 10.0
        assert shown(ALL, values, "input.1") == 10.0
        assert shown(ALL, values, "customers") == 2.0

    def test_named_cells_come_from_the_register_and_from_the_caller(self) -> None:
        register: TableCells = {"id": ["horizon"], "scope": ["all"], "value": [3.0], "used": [3.0]}
        values = formula_values(ALL, {"Assumptions": register}, {"cv_used_as_of_text": "2025-12-31"})
        assert shown(ALL, values, "live.horizon") == 3.0
        assert "As of 2025-12-31: " in str(shown(ALL, values, "Summary.convention"))

    def test_a_changed_assumption_makes_the_workbook_stale(self) -> None:
        for used, stale in ((3.0, False), ("3", True), (5.0, True), (None, True)):
            register: TableCells = {"id": ["horizon"], "scope": ["all"], "value": [3.0], "used": [used]}
            assert shown(ALL, formula_values(ALL, {"Assumptions": register}, {}), "stale") is stale

    def test_a_table_that_the_template_lacks_is_left_alone(self) -> None:
        survey: TableCells = {"customer_id": ["a"]}
        assert formula_values(compose(), {"Survey": survey}, {}) == formula_values(compose(), {}, {})
