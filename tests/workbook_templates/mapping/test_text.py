"""A mapping as a file: what it looks like, that nothing is lost in it, and what it says to mistakes."""

import datetime as dt

import pytest
from hypothesis import given, settings

from tests.workbook_templates.mapping.strategies import mappings
from workbook_templates.mapping.model import (
    Across,
    AssumptionMap,
    ColumnFill,
    ColumnMap,
    Headings,
    MappingError,
    TableMap,
    WorkbookMap,
)
from workbook_templates.mapping.text import read_mapping, write_mapping
from workbook_templates.plan import CellError

MAPPING = WorkbookMap(
    results=("Lifetime value",),
    packs=("core",),
    tables=(
        TableMap(
            table="Transactions",
            sheet="Sales ",
            header_row=4,
            first_row=5,
            columns=(
                ColumnMap(
                    column="customer_id", at=1, header="No.", confidence=0.97, evidence=("unique", "a word for id")
                ),
                ColumnMap(column="source", at=28, header='Where "from"'),
            ),
            across=Across(
                row=4,
                first_column=3,
                headings=Headings.MONTH,
                date="date",
                value="net_amount",
                first_period=dt.date(2026, 1, 31),
                heading="Jan",
            ),
            fixed={"currency": "EUR"},
            skip=("Total", "FY 26"),
            scale=1000.0,
            confidence=0.62,
            questions=("Are the amounts in thousands?",),
        ),
    ),
    assumptions=(AssumptionMap(id="discount_rate", cell="'Inputs'!C5", scale=0.01),),
    fills=(ColumnFill(result="Lifetime value", column="value", sheet="List", key_column=1, first_row=4, at=6),),
    headings={"Customers": {"customer_id": "Kundennr."}},
    not_used=("Notes!A1:C9: no table of the contract",),
)

FILE = """\
# Where the tables of the data contract stand in this workbook. Correct what is wrong; a refresh reads this file.
# Columns are letters and rows are numbers, as the sheet shows them. What is left out is as usual: without last_row a
# block ends at its first blank row, without last_column the periods end with the last heading that is one.
# Confidence is from 0 to 1. A refresh stops at questions: correct what they are about, then delete them.

# ASK (Transactions on Sales ): Are the amounts in thousands?

results = ["Lifetime value"]
packs = ["core"]
not_used = ["Notes!A1:C9: no table of the contract"]

# A table of the data contract
[[tables]]
questions = ["Are the amounts in thousands?"]
table = "Transactions"
sheet = "Sales "
header_row = 4
first_row = 5
columns = [
    { column = "customer_id", at = "A", header = "No.", confidence = 0.97, evidence = ["unique", "a word for id"] },
    { column = "source", at = "AB", header = "Where \\"from\\"" },
]
skip = [
    "Total",
    "FY 26",
]
scale = 1000.0
confidence = 0.62
[tables.across]
row = 4
first_column = "C"
headings = "month"
date = "date"
value = "net_amount"
first_period = 2026-01-31
heading = "Jan"
[tables.fixed]
currency = "EUR"

# An assumption
[[assumptions]]
id = "discount_rate"
cell = "'Inputs'!C5"
scale = 0.01

# A column that a refresh fills with results
[[fills]]
result = "Lifetime value"
column = "value"
sheet = "List"
key_column = "A"
first_row = 4
at = "F"

# What the header says for columns of a table of the data contract
[headings.Customers]
customer_id = "Kundennr."
"""


def test_the_file_as_a_person_reads_it() -> None:
    assert write_mapping(MAPPING) == FILE
    assert read_mapping(FILE) == MAPPING


@given(mappings())
@settings(max_examples=25)
def test_reading_what_was_written_gives_an_equal_mapping(mapping: WorkbookMap) -> None:
    assert read_mapping(write_mapping(mapping)) == mapping


def test_texts_with_all_that_toml_escapes() -> None:
    odd = WorkbookMap(not_used=('a"b\\c\nd\te\rf\x00\x1b\x7f\x85\u2028ü',), sheets={"": "x", "a.b": "[y]", "ü": "z"})
    assert read_mapping(write_mapping(odd)) == odd


def test_a_question_cannot_break_out_of_its_comment() -> None:
    table = TableMap(
        table="Customers", sheet="S", header_row=1, first_row=2, columns=(), questions=("a\nscale = 7\u2028b",)
    )
    written = write_mapping(WorkbookMap(tables=(table,)))
    assert "# ASK (Customers on S): a scale = 7 b\n" in written
    assert read_mapping(written) == WorkbookMap(tables=(table,))


def test_deleted_questions_confirm() -> None:
    confirmed = read_mapping(FILE.replace('questions = ["Are the amounts in thousands?"]\n', ""))
    assert confirmed.tables[0].questions == ()
    emptied = read_mapping(FILE.replace('["Are the amounts in thousands?"]', "[]"))
    assert emptied == confirmed


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert read_mapping("") == WorkbookMap()


@pytest.mark.parametrize("value", [None, CellError.NA])
def test_a_fixed_value_that_no_file_can_hold(value: CellError | None) -> None:
    table = TableMap(table="Customers", sheet="S", header_row=1, first_row=2, columns=(), fixed={"status": value})
    with pytest.raises(MappingError, match="gives status the value"):
        write_mapping(WorkbookMap(tables=(table,)))


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("[[tables]]", "[[tables", r"no valid TOML: .*line 13"),
        ("[[tables]]", "[[table]]", r'in the mapping: there is no key "table"; did you mean "tables"\?'),
        (
            "first_row = 5",
            "first_rwo = 5",
            r'\[\[tables\]\] number 1: there is no key "first_rwo"; did you mean "first_row',
        ),
        ("first_row = 5", "", r"\[\[tables\]\] number 1: first_row must be given"),
        ("first_row = 5", 'first_row = "5"', r'number 1, first_row: must be a whole number, not "5"'),
        ("first_row = 5", "first_row = true", "first_row: must be a whole number, not true"),
        ("first_row = 5", "first_row = 5.0", "first_row: must be a whole number, not 5.0"),
        ("first_row = 5", "first_row = 4", r"number 1 \(Transactions\), first_row: must be from 5 to 1048576, not 4"),
        ("first_row = 5", "first_row = 5\nlast_row = 3", "last_row: must be from 5"),
        ('at = "AB"', "at = 28", r'columns 2, at: must be the letters of a column, such as "C", not 28'),
        ('at = "AB"', 'at = "XFE"', 'letters of a column, such as "C", not "XFE"'),
        ('first_column = "C"', 'first_column = "C4"', 'across, first_column: must be the letters .*, not "C4"'),
        (
            '"source"',
            '"sorce"',
            r'columns 2, column: there is no column of Transactions called "sorce"; did you mean "source"',
        ),
        (
            'table = "Transactions"',
            'table = "Transaction"',
            r'table: there is no input table .*; did you mean "Transactions"',
        ),
        ('table = "Transactions"', 'table = "Xyz"', "use one of: Customers, Transactions, Ledger pools"),
        ('headings = "month"', 'headings = "months"', "headings: must be one of date, month, quarter, year, week"),
        ("2026-01-31", '"31.1.2026"', "first_period: must be a date without quotes, such as 2026-01-31"),
        ('value = "net_amount"', 'value = "amount"', r"across, value: there is no column of Transactions called"),
        ('currency = "EUR"', 'curency = "EUR"', r"fixed, curency: .* did you mean \"currency\""),
        ('currency = "EUR"', "currency = []", "fixed, currency: must be one number, date or text, not a list"),
        ("scale = 1000.0", "scale = 0", "scale: must be a number above 0, such as 1000"),
        ("scale = 1000.0", "scale = 1000.0\nsign = 2", "sign: must be 1 or -1, not 2"),
        ("confidence = 0.62", "confidence = 62", "confidence: must be from 0 to 1, not 62"),
        ('sheet = "Sales "', 'sheet = " "', "sheet: give the name of the sheet"),
        (
            '"discount_rate"',
            '"discont_rate"',
            r"\[\[assumptions\]\] number 1 .*no assumption .*did you mean \"discount_rate\"",
        ),
        ("cell = \"'Inputs'!C5\"", "", "give discount_rate either a cell or a value"),
        ("cell = \"'Inputs'!C5\"", 'cell = "x"\nvalue = 1', "give discount_rate either a cell or a value"),
        ('["Lifetime value"]', '["Lifetime values"]', r"results 1: there is no result table .*mean \"Lifetime value\""),
        ('["core"]', '"core"', 'packs: must be a list in brackets, not "core"'),
        ('["core"]', '["cores"]', r"packs 1: there is no pack \"cores\"; did you mean \"core\""),
        ('column = "value"', 'column = "valeu"', r"fills\]\] number 1 \(Lifetime value\), column: .* \"valeu\""),
        ('at = "F"', 'at = "A"', "the column with the ids cannot be the one that is filled"),
        ("[headings.Customers]", "[headings.Clients]", 'headings, Clients: there is no table "Clients"'),
        ("customer_id = ", "customerid = ", "headings, Customers, customerid: "),
        ("[tables.across]", "[[tables.across]]", "across: must be a section"),
        ("[tables.fixed]\n", "[[tables.fixed]]\n", "fixed: must be a section"),
    ],
)
def test_mistakes_are_named(right: str, wrong: str, message: str) -> None:
    assert right in FILE
    at = FILE.rindex(right) if right.startswith(("at", "column =", "customer_id =")) else FILE.index(right)
    with pytest.raises(MappingError, match=message):
        read_mapping(FILE[:at] + wrong + FILE[at + len(right) :])


@pytest.mark.parametrize("cell", ["4B", "B0", "B", "XFE1", "B1048577", "B4:C5", ""])
def test_a_figure_goes_into_one_cell(cell: str) -> None:
    written = f'[[cells]]\nfigure = "base_value"\nsheet = "Cockpit"\ncell = "{cell}"\n'
    with pytest.raises(MappingError, match="cell: must be the address of one cell, such as B4"):
        read_mapping(written)
