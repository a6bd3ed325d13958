"""The data contract: names, headings and kinds that everything else relies on."""

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import misread, table
from valuation.tables import (
    INPUT_TABLES,
    NUMERIC_KINDS,
    RESULT_TABLES,
    TABLES,
    Blank,
    Fault,
    Kind,
    Table,
    TableData,
    empty_frame,
    normalise_heading,
)

ALL = [*INPUT_TABLES, *RESULT_TABLES]
every_table = pytest.mark.parametrize("contract", ALL, ids=lambda t: t.name)


def test_tables_are_known_by_their_names() -> None:
    assert list(TABLES.values()) == ALL
    assert all(TABLES[t.name] is t for t in ALL)
    assert len({t.excel_name.casefold() for t in ALL}) == len(ALL)


@every_table
def test_every_heading_means_one_column(contract: Table) -> None:
    for column in contract:
        assert contract.column_for(column.title) is column
        assert contract.column_for(column.name) is column
        assert contract[column.name] is column
    words = [{normalise_heading(c.title), normalise_heading(c.name)} for c in contract]
    assert sum(map(len, words)) == len(set().union(*words))


@every_table
def test_keys_are_columns_and_names_are_excel_names(contract: Table) -> None:
    assert set(contract.key) <= {c.name for c in contract}
    assert contract.excel_name.startswith("tbl")
    assert contract.excel_name.isalnum()
    assert contract.grain.startswith("one row for each")


@every_table
def test_columns_say_what_they_are(contract: Table) -> None:
    for column in contract:
        assert column.help
        assert bool(column.choices) == (column.kind is Kind.CHOICE)
        assert column.low <= column.high
        if column.kind is Kind.MONEY:
            assert column.unit.startswith("currency")
        if column.kind is Kind.SHARE and contract in INPUT_TABLES:
            may_be_a_change = "given_as" in [c.name for c in contract]
            assert (column.low, column.high) == (-1 if may_be_a_change else 0, 1)


@every_table
def test_an_optional_column_never_stops(contract: Table) -> None:
    assert all(c.required or c.blank is not Blank.STOP for c in contract)


@every_table
def test_empty_frame_has_the_kinds(contract: Table) -> None:
    frame = empty_frame(contract)
    assert list(frame) == [c.name for c in contract]
    assert len(frame) == 0
    for column in contract:
        expected = (
            "float64" if column.kind in NUMERIC_KINDS else "datetime64[s]" if column.kind is Kind.DATE else "object"
        )
        assert frame[column.name].dtype == expected, column.name


@pytest.mark.parametrize("heading", ["First purchase", "first_purchase", "FIRST  PURCHASE", " firstPurchase "])
def test_headings_are_found_without_regard_to_case_and_spaces(heading: str) -> None:
    column = TABLES["Customers"].column_for(heading)
    assert column is not None
    assert column.name == "first_purchase"


def test_an_unknown_heading_is_no_column() -> None:
    assert TABLES["Customers"].column_for("Favourite colour") is None
    assert TABLES["Customers"].column_for("") is None
    with pytest.raises(KeyError, match="Customers has no column favourite_colour"):
        TABLES["Customers"]["favourite_colour"]


def test_a_heading_may_differ_from_the_name() -> None:
    assert TABLES["Customer P&L"]["cogs"].title == "COGS"
    assert TABLES["Customers"]["must_serve"].title == "Must serve"


def test_filled_rows_hold_a_value_or_a_fault_that_is_no_blank() -> None:
    data = table("Customers", customer_id=["A", None, None], first_purchase=[None] * 3)
    data = misread(data, "first_purchase", {3: Fault.TEXT})
    assert data.filled.tolist() == [True, False, True]
    nothing = TableData(table=TABLES["Customers"], frame=pd.DataFrame(index=pd.RangeIndex(2)))
    assert nothing.filled.tolist() == [False, False]


def test_has_wants_a_value_in_every_column() -> None:
    data = table("Customers", customer_id=["A"], name=[None])
    assert data.has("customer_id")
    assert not data.has("customer_id", "name")
    assert not data.has("segment")


def test_a_fault_is_small_and_a_blank_is_the_first() -> None:
    assert np.array(list(Fault), dtype=np.int8).tolist() == list(range(9))
    assert max(Fault.NONE, Fault.BLANK) < min(set(Fault) - {Fault.NONE, Fault.BLANK})
