"""A mapping as a sheet: what a person sees, that nothing is lost in it, and what it says to mistakes."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from tests.workbook_templates.mapping.strategies import mappings
from tests.workbook_templates.mapping.test_text import MAPPING
from workbook_templates.mapping.model import AssumptionMap, MappingError, TableMap, WorkbookMap
from workbook_templates.mapping.sheet import MAPPING_TABLE, mapping_sheet, read_mapping_sheet
from workbook_templates.plan import Cell, CellError, NewSheet

Columns = dict[str, list[Cell]]


def columns(mapping: WorkbookMap) -> Columns:
    (table,) = mapping_sheet(mapping).tables
    return {heading: [*cells] for heading, cells in table.columns.items()}


def shown(sheet: NewSheet, *headings: str) -> list[tuple[Cell, ...]]:
    """Give some columns of the table, row by row."""
    return list(zip(*(sheet.tables[0].columns[heading] for heading in headings), strict=True))


def test_the_table_as_a_person_sees_it() -> None:
    sheet = mapping_sheet(MAPPING)
    assert shown(sheet, "Block", "What", "Contract table", "Contract column", "Cells", "Header", "Value") == [
        (1, "table", "Transactions", None, "rows 5 on", None, None),
        (1, "header row", "Transactions", None, "row 4", None, None),
        (1, "column", "Transactions", "customer_id", "column A", "No.", None),
        (1, "column", "Transactions", "source", "column AB", 'Where "from"', None),
        (1, "periods", "Transactions", "date", "C4 on", "Jan", "month"),
        (1, "amounts", "Transactions", "net_amount", None, None, None),
        (1, "first period", "Transactions", None, None, None, "2026-01-31"),
        (1, "fixed", "Transactions", "currency", None, None, "EUR"),
        (1, "skip", "Transactions", None, None, None, "Total"),
        (1, "skip", "Transactions", None, None, None, "FY 26"),
        (None, "assumption", None, "discount_rate", "C5", None, None),
        (None, "fill", "Lifetime value", "value", "F4 on", None, "ids in column A"),
        (None, "result", "Lifetime value", None, None, None, None),
        (None, "pack", None, None, None, None, "core"),
        (None, "heading", "Customers", "customer_id", None, "Kundennr.", None),
        (None, "not used", None, None, None, None, None),
    ]
    assert shown(sheet, "Sheet", "Scale", "Confidence", "Answer needed", "Why")[0] == (
        *("Sales ", 1000.0, 0.62),
        *("Are the amounts in thousands?", None),
    )
    assert shown(sheet, "Confidence", "Why")[2] == (0.97, "unique\na word for id")


def test_a_sheet_that_can_be_added_to_a_workbook() -> None:
    sheet = mapping_sheet(MAPPING, name="Mapping (2)")
    (table,) = sheet.tables
    assert (sheet.name, table.name, table.row, table.column) == ("Mapping (2)", MAPPING_TABLE, 5, 1)
    assert list(sheet.cells) == ["A1", "A2", "A3"]
    assert len({len(cells) for cells in table.columns.values()}) == 1
    assert set(sheet.widths) == {*range(1, len(table.columns) + 1)}


@given(mappings())
@settings(max_examples=25)
def test_reading_what_was_written_gives_an_equal_mapping(mapping: WorkbookMap) -> None:
    assert read_mapping_sheet(columns(mapping)) == mapping


def test_blocks_survive_a_sort() -> None:
    second = TableMap(table="Customers", sheet="S", header_row=0, first_row=1, columns=(), skip=("Sum",))
    twice = WorkbookMap(tables=(*MAPPING.tables, second))
    cells = columns(twice)
    order = sorted(range(len(cells["What"])), key=lambda row: (str(cells["What"][row]), row))
    assert read_mapping_sheet({heading: [column[row] for row in order] for heading, column in cells.items()}) == twice


def test_cells_as_a_file_gives_them_back() -> None:
    """Whole numbers come as floats, empty texts as blanks, and people add columns, rows and spelling of their own."""
    cells = columns(MAPPING)
    cells["Block"] = [None if cell is None else float(str(cell)) for cell in cells["Block"]]
    cells["Cells"] = [str(cell).upper().replace("ROW ", "") if cell else None for cell in cells["Cells"]]
    cells["Value"][6] = dt.datetime(2026, 1, 31)
    cells["What"][0] = " Table"
    for column in cells.values():
        column.insert(3, None)
    renamed = {heading.upper(): column for heading, column in cells.items()} | {"Our remarks": cells["Why"]}
    assert read_mapping_sheet(renamed) == MAPPING


def test_formulas_stay_texts() -> None:
    table = TableMap(
        table="Customers",
        sheet="=1+1",
        header_row=0,
        first_row=1,
        columns=(),
        fixed={"status": "=A1"},
        skip=("=SUM(A:A)",),
    )
    mapping = WorkbookMap(tables=(table,))
    assert columns(mapping)["Value"] == [None, "=A1", "=SUM(A:A)"]
    assert read_mapping_sheet(columns(mapping)) == mapping


def test_a_blank_table_is_an_empty_mapping() -> None:
    assert read_mapping_sheet({heading: [None] for heading in columns(WorkbookMap())}) == WorkbookMap()


def test_a_cleared_question_confirms() -> None:
    cells = columns(MAPPING)
    cells["Answer needed"][0] = None
    assert read_mapping_sheet(cells).tables[0].questions == ()


@pytest.mark.parametrize("value", [None, CellError.NA])
def test_a_fixed_value_that_means_nothing(value: CellError | None) -> None:
    table = TableMap(table="Customers", sheet="S", header_row=0, first_row=1, columns=(), fixed={"status": value})
    with pytest.raises(MappingError, match="gives status the value"):
        mapping_sheet(WorkbookMap(tables=(table,)))


def test_a_cell_on_a_sheet_stands_in_two_columns() -> None:
    """Excel takes a quote at the beginning of a text for a mark of its own."""
    mapping = WorkbookMap(assumptions=(AssumptionMap(id="discount_rate", cell="'It''s'!C5"),))
    assert shown(mapping_sheet(mapping), "Sheet", "Cells") == [("It's", "C5")]
    assert read_mapping_sheet(columns(mapping)) == mapping


def put(column: str, row: int, cell: Cell) -> Callable[[Columns], None]:
    """Change a cell; rows are counted from 1, as the messages do."""

    def change(cells: Columns) -> None:
        cells[column][row - 1] = cell

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("What", 3, "colum"), "row 3: What says 'colum'; did you mean \"column\""),
        (put("Contract table", 1, "Transaction"), 'row 1: .*no input table "Transaction"; did you mean "Transactions"'),
        (
            put("Contract column", 4, "sorce"),
            r'row 4: .*no column of Transactions called "sorce"; did you mean "source"',
        ),
        (put("Contract column", 6, "amount"), 'row 6: .*no column of Transactions called "amount"'),
        (put("Contract column", 8, "curency"), "row 8: .*currency"),
        (put("Contract column", 11, "rate"), "row 11: .*no assumption"),
        (put("Contract column", 15, "id"), "row 15: .*no column of Customers"),
        (put("Contract table", 13, "Lifetime"), "row 13: .*no result table"),
        (put("Value", 14, "cores"), 'row 14: .*did you mean "core"'),
        (put("Block", 3, 7.0), "row 3: .*there is no row 'table' with the block number '7'"),
        (put("What", 2, "table"), "row 2: .*block 1 has a second row 'table'; give it its own number"),
        (put("What", 9, "sign"), "row 9: .*Value must be a number, not 'Total'"),
        (put("What", 7, "periods"), "row 7: .*block 1 has a second row 'periods'; keep one"),
        (put("What", 5, "skip"), "row 6: .*block 1 has no row 'periods' that it could go with"),
        (put("What", 6, "skip"), "row 5: .*block 1 has no row 'amounts'; add one"),
        (put("Cells", 1, "5 rows"), "row 1: .*Cells must read like 'rows 5 to 20' or 'rows 5 on', not '5 rows'"),
        (put("Cells", 1, "rows 3 on"), "row 1: .*must be from 5 to 1048576, not 3"),
        (put("Cells", 3, "A5"), "row 3: .*Cells must read like 'column C', not 'A5'"),
        (put("Cells", 3, "column XFE"), "row 3: .*must be from 1 to 16384"),
        (put("Cells", 5, "C4 to D5"), "row 5: .*headings in one row, not 'C4 to D5'"),
        (put("Cells", 12, "F4:G9"), "row 12: .*must be in one column, not 'F4:G9'"),
        (put("Value", 12, None), "row 12: .*Value must read like 'ids in column A'"),
        (put("Value", 5, "monthly"), "row 5: .*Value must be one of date, month, quarter, year, week"),
        (put("Value", 7, "31.1.2026"), "row 7: .*Value must be a date such as 2026-01-31, not '31.1.2026'"),
        (put("Scale", 1, "k"), "row 1: .*Scale must be a number, not 'k'"),
        (put("Scale", 1, 0.0), "row 1: .*must be a number above 0"),
        (put("Confidence", 3, 97.0), "row 3: .*must be from 0 to 1"),
        (put("Value", 11, 0.1), "row 11: .*give discount_rate either a cell or a value"),
        (put("Sheet", 1, " "), "row 1: .*give the name of the sheet"),
        (lambda cells: cells.pop("Value"), "tblMapping has no column 'Value' any more; put its heading back"),
    ],
)
def test_mistakes_are_named(change: Callable[[Columns], object], message: str) -> None:
    cells = columns(MAPPING)
    change(cells)
    with pytest.raises(MappingError, match=message):
        read_mapping_sheet(cells)


def test_a_sign_is_one_or_minus_one() -> None:
    table = TableMap(table="Customers", sheet="S", header_row=0, first_row=1, columns=(), sign=-1)
    cells = columns(WorkbookMap(tables=(table,)))
    assert read_mapping_sheet(cells).tables[0].sign == -1
    cells["Value"][1] = 2.0
    with pytest.raises(MappingError, match=r"row 2: .*Value must be 1 or -1, not 2"):
        read_mapping_sheet(cells)
