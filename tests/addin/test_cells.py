import datetime as dt
import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.cells import (
    column_cells,
    error_value,
    plain_cell,
    plain_column,
    read_rectangle,
    read_table_data,
    read_table_range,
    read_vector,
    write_rectangle,
)
from addin.workbook import RawTable
from valuation.errors import InputError
from valuation.tables import TABLES, Blank, Column, Fault, Kind, Table
from workbook_templates.plan import CellError

MONDAY = dt.date(2025, 12, 29)
NOON = dt.datetime(2025, 12, 29, 12, 0, 30)
PLAIN = (float, str, bool, dt.date, CellError, type(None))

# What each cell is, kind by kind: a value, or the fault that says why there is none.
READINGS: list[tuple[Kind, object, object]] = [
    (Kind.NUMBER, 2, 2.0),
    (Kind.NUMBER, 2.5, 2.5),
    (Kind.NUMBER, Decimal("19.99"), 19.99),
    (Kind.NUMBER, np.int64(3), 3.0),
    (Kind.NUMBER, np.float64(3.5), 3.5),
    (Kind.NUMBER, None, Fault.BLANK),
    (Kind.NUMBER, "", Fault.BLANK),
    (Kind.NUMBER, math.nan, Fault.BLANK),
    (Kind.NUMBER, Decimal("NaN"), Fault.BLANK),
    (Kind.NUMBER, Decimal("sNaN"), Fault.BLANK),
    (Kind.NUMBER, pd.NaT, Fault.BLANK),
    (Kind.NUMBER, pd.NA, Fault.BLANK),
    (Kind.NUMBER, " ", Fault.TEXT),
    (Kind.NUMBER, "12", Fault.TEXT),
    (Kind.NUMBER, "n/a", Fault.TEXT),
    (Kind.NUMBER, True, Fault.BOOLEAN),
    (Kind.NUMBER, np.bool_(True), Fault.BOOLEAN),
    (Kind.NUMBER, MONDAY, Fault.DATE),
    (Kind.NUMBER, NOON, Fault.DATE),
    (Kind.NUMBER, "#N/A", Fault.ERROR),
    (Kind.NUMBER, CellError.DIV0, Fault.ERROR),
    (Kind.NUMBER, "#SPILL!", Fault.ERROR),
    (Kind.NUMBER, "#n/a", Fault.TEXT),
    (Kind.NUMBER, 10**400, math.inf),
    (Kind.NUMBER, -(10**400), -math.inf),
    (Kind.NUMBER, object(), Fault.TEXT),
    (Kind.DATE, MONDAY, dt.datetime(2025, 12, 29)),
    (Kind.DATE, NOON, NOON),
    (Kind.DATE, pd.Timestamp(NOON), NOON),
    (Kind.DATE, np.datetime64("2025-12-29"), dt.datetime(2025, 12, 29)),
    (Kind.DATE, 46020, dt.datetime(2025, 12, 29)),
    (Kind.DATE, 46020.5, dt.datetime(2025, 12, 29, 12)),
    (Kind.DATE, Decimal(46020), dt.datetime(2025, 12, 29)),
    (Kind.DATE, 1, dt.datetime(1900, 1, 1)),
    (Kind.DATE, 59, dt.datetime(1900, 2, 28)),
    (Kind.DATE, 61, dt.datetime(1900, 3, 1)),
    (Kind.DATE, 2958465, dt.datetime(9999, 12, 31)),
    (Kind.DATE, 60, Fault.NUMBER),
    (Kind.DATE, 0, Fault.NUMBER),
    (Kind.DATE, -1, Fault.NUMBER),
    (Kind.DATE, 2958466, Fault.NUMBER),
    (Kind.DATE, 10**400, Fault.NUMBER),
    (Kind.DATE, "2025-12-29", Fault.DATE_AS_TEXT),
    (Kind.DATE, "soon", Fault.DATE_AS_TEXT),
    (Kind.DATE, True, Fault.BOOLEAN),
    (Kind.DATE, None, Fault.BLANK),
    (Kind.DATE, math.nan, Fault.BLANK),
    (Kind.DATE, "#REF!", Fault.ERROR),
    (Kind.ID, " C01 ", "C01"),
    (Kind.ID, 1001.0, "1001"),
    (Kind.ID, 1001, "1001"),
    (Kind.ID, Decimal("1001"), "1001"),
    (Kind.ID, "0042", "0042"),
    (Kind.ID, 10.5, "10.5"),
    (Kind.ID, "  ", Fault.BLANK),
    (Kind.ID, math.nan, Fault.BLANK),
    (Kind.ID, True, Fault.BOOLEAN),
    (Kind.ID, MONDAY, Fault.DATE),
    (Kind.ID, "#NAME?", Fault.ERROR),
    (Kind.TEXT, " North ", "North"),
    (Kind.TEXT, 2025, "2025"),
    (Kind.TEXT, True, "TRUE"),
    (Kind.TEXT, MONDAY, "2025-12-29"),
    (Kind.TEXT, dt.datetime(2025, 12, 29), "2025-12-29"),
    (Kind.TEXT, NOON, "2025-12-29T12:00:30"),
    (Kind.TEXT, "", Fault.BLANK),
    (Kind.TEXT, "#NUM!", Fault.ERROR),
    (Kind.CHOICE, "Order  Handling", "order handling"),
    (Kind.CHOICE, "ORDER_HANDLING", "order handling"),
    (Kind.CHOICE, "sale", "sale"),
    (Kind.CHOICE, "sales", Fault.WORD),
    (Kind.CHOICE, 1, Fault.WORD),
    (Kind.CHOICE, MONDAY, Fault.WORD),
    (Kind.CHOICE, False, Fault.WORD),
    (Kind.CHOICE, " ", Fault.BLANK),
    (Kind.CHOICE, "#NULL!", Fault.ERROR),
    (Kind.FLAG, True, 1.0),
    (Kind.FLAG, np.bool_(False), 0.0),
    (Kind.FLAG, 1, 1.0),
    (Kind.FLAG, 0.0, 0.0),
    (Kind.FLAG, "Yes", 1.0),
    (Kind.FLAG, "no ", 0.0),
    (Kind.FLAG, "FALSE", 0.0),
    (Kind.FLAG, 2, Fault.WORD),
    (Kind.FLAG, "perhaps", Fault.WORD),
    (Kind.FLAG, MONDAY, Fault.DATE),
    (Kind.FLAG, None, Fault.BLANK),
    (Kind.FLAG, math.nan, Fault.BLANK),
    (Kind.FLAG, "#N/A", Fault.ERROR),
    (Kind.ANY, "12", "12"),
    (Kind.ANY, True, True),
    (Kind.ANY, MONDAY, MONDAY),
    (Kind.ANY, 0.1, 0.1),
    (Kind.ANY, "", Fault.BLANK),
    (Kind.ANY, math.nan, Fault.BLANK),
    (Kind.ANY, CellError.NA, Fault.ERROR),
]


def read_one(cell: object, kind: Kind, *others: object) -> object:
    """The value of the first cell, or its fault."""
    vector = read_vector([cell, *others], kind, choices=("sale", "order handling"))
    if vector.faults is not None and vector.faults[0]:
        assert vector.values[0] is None or vector.values[0] != vector.values[0] or np.isnat(vector.values[0])
        return Fault(vector.faults[0])
    return vector.values[:1].tolist()[0]


@pytest.mark.parametrize(("kind", "cell", "expected"), READINGS)
@pytest.mark.parametrize("others", [(), (None,), ("#REF!", "x", 1.5, True, MONDAY)])
def test_a_cell_is_read_the_same_whatever_stands_beside_it(
    kind: Kind, cell: object, expected: object, others: tuple[object, ...]
) -> None:
    assert read_one(cell, kind, *others) == expected


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_has_been_seen_in_a_reading(fault: Fault) -> None:
    assert fault is Fault.NONE or any(expected is fault for _, _, expected in READINGS)


def test_a_clean_column_has_no_faults() -> None:
    vector = read_vector([1.0, 2, 3.5], Kind.MONEY)
    assert vector.faults is None
    assert vector.values.dtype == np.float64


def test_error_values_are_kept_by_row() -> None:
    vector = read_vector([1.0, "#REF!", None, CellError.DIV0, "#CALC!"], Kind.NUMBER)
    assert [vector.error_at(row) for row in range(5)] == [
        None,
        CellError.REF,
        CellError.NA,
        CellError.DIV0,
        CellError.VALUE,
    ]
    rest = vector.only(np.array([True, False, False, True, False]))
    assert rest.errors == {1: CellError.DIV0}
    assert [rest.error_at(row) for row in range(2)] == [None, CellError.DIV0]


def test_iso_dates_are_read_where_the_host_says_so() -> None:
    vector = read_vector(["2025-12-29", "2025-12-29T12:00:30+01:00", "29.12.2025", 46020], Kind.DATE, iso_dates=True)
    assert vector.values[[0, 1, 3]].tolist() == [dt.datetime(2025, 12, 29), NOON, dt.datetime(2025, 12, 29)]
    assert vector.faults is not None
    assert vector.faults.tolist() == [0, 0, Fault.DATE_AS_TEXT, 0]


def test_words_stand_for_numbers_only_where_asked_for() -> None:
    assert read_vector([1, " INF "], Kind.COUNT, words={"inf": math.inf}).values.tolist() == [1.0, math.inf]
    assert read_one("inf", Kind.COUNT) is Fault.TEXT


def test_error_value_knows_texts_and_errors_alike() -> None:
    assert error_value("#DIV/0!") is CellError.DIV0
    assert error_value(CellError.NUM) is CellError.NUM
    assert error_value("# of customers") is None
    assert error_value(7.0) is None


# Ranges.


@pytest.mark.parametrize(
    ("argument", "cells", "rows", "columns"),
    [
        (5.0, [5.0], 1, 1),
        (None, [None], 1, 1),
        ([1.0, 2.0], [1.0, 2.0], 2, 1),
        ((1.0, 2.0), [1.0, 2.0], 2, 1),
        ([[1.0], [2.0]], [1.0, 2.0], 2, 1),
        (((1.0, 2.0),), [1.0, 2.0], 1, 2),
        ([[1, 2], [3, 4]], [1, 2, 3, 4], 2, 2),
        ([], [], 0, 1),
        ([[]], [], 0, 0),
    ],
)
def test_every_shape_of_argument_is_a_rectangle(argument: object, cells: list[Any], rows: int, columns: int) -> None:
    rectangle = read_rectangle(argument)
    assert (list(rectangle.cells), rectangle.rows, rectangle.columns) == (cells, rows, columns)


@pytest.mark.parametrize("ragged", [[[1, 2], [3]], [[1], 2], [["ab"], "cd"]])
def test_a_ragged_range_is_refused(ragged: object) -> None:
    with pytest.raises(InputError, match="rows of one length"):
        read_rectangle(ragged)


def test_a_column_stays_a_column_and_a_row_a_row() -> None:
    assert write_rectangle([[1.0, 2.0]]) == [[1.0], [2.0]]
    assert write_rectangle([[1.0, 2.0]], as_row=True) == [[1.0, 2.0]]
    assert write_rectangle([[1.0, 2.0], ["a", "b"]]) == [[1.0, "a"], [2.0, "b"]]
    assert write_rectangle([[1.0, 2.0], ["a", "b"]], as_row=True) == [[1.0, 2.0], ["a", "b"]]


# Writing.


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (1, 1.0),
        (np.int64(7), 7.0),
        (np.float64(0.5), 0.5),
        (np.bool_(True), True),
        (True, True),
        (Decimal("19.99"), 19.99),
        (np.str_("x"), "x"),
        ("#N/A", "#N/A"),
        (CellError.NA, CellError.NA),
        (NOON, dt.date(2025, 12, 29)),
        (pd.Timestamp(NOON), dt.date(2025, 12, 29)),
        (np.datetime64("2025-12-29"), MONDAY),
        (math.nan, CellError.NUM),
        (Decimal("NaN"), CellError.NUM),
        (math.inf, CellError.NUM),
        (-math.inf, CellError.NUM),
        (10**400, CellError.NUM),
        (None, CellError.NUM),
        (pd.NaT, CellError.NUM),
        (pd.NA, CellError.NUM),
        (np.datetime64("NaT", "D"), CellError.NUM),
    ],
)
def test_a_value_becomes_a_plain_cell(value: object, cell: object) -> None:
    written = plain_cell(value)
    assert written == cell
    assert type(written) is type(cell)


def test_columns_of_any_type_become_plain_cells() -> None:
    assert plain_column(np.array([1.5, math.nan, math.inf]), missing=None) == [1.5, None, CellError.NUM]
    assert plain_column(np.array([1, 2])) == [1.0, 2.0]
    assert [type(cell) for cell in plain_column(np.array([1, 2]))] == [float, float]
    assert plain_column(np.array([True, False])) == [True, False]
    assert plain_column(np.array(["2025-12-29", "NaT"], dtype="datetime64[s]")) == [MONDAY, CellError.NUM]
    assert plain_column(pd.Series(["a", None], dtype="str"), missing=None) == ["a", None]
    assert plain_column(pd.Series([1, None], dtype="Int64"), missing=None) == [1.0, None]
    assert plain_column([1, "a", None], missing=CellError.NA) == [1.0, "a", CellError.NA]


def test_column_cells_put_the_columns_error_where_there_is_no_value() -> None:
    values = pd.Series([1.0, math.nan, math.inf])
    assert column_cells(values, Column("x", Kind.MONEY, "", missing="#N/A")) == [1.0, CellError.NA, CellError.NUM]
    assert column_cells(values, Column("x", Kind.MONEY, "")) == [1.0, None, CellError.NUM]
    dates = pd.Series(np.array(["2025-12-29T12:00", "NaT"], dtype="datetime64[s]"))
    assert column_cells(dates, Column("x", Kind.DATE, "")) == [MONDAY, None]
    mixed = pd.Series(["a", None, CellError.DIV0], dtype=object)
    assert column_cells(mixed, Column("x", Kind.TEXT, "")) == ["a", None, CellError.DIV0]


# Whole tables.


def raw_table(columns: dict[str, list[Any]]) -> RawTable:
    return RawTable(name="tbl", sheet="Sheet", first_row=2, first_column=1, columns=columns)


def test_a_table_is_read_by_heading_and_each_cell_by_kind() -> None:
    data = read_table_data(
        raw_table(
            {
                "our note": ["x", "y", "z"],
                "DATE": [46020, dt.datetime(2025, 12, 29), "29.12.2025"],
                "Customer  ID": [1001.0, " 1001 ", None],
                "net_amount": [Decimal("19.99"), "#N/A", "12"],
                "One off": [1, "yes", None],
                "Type": ["SALE", "Credit", "sail"],
                "Net Amount": [0, 0, 0],
            }
        ),
        TABLES["Transactions"],
    )
    frame = data.frame
    assert list(frame) == ["customer_id", "date", "net_amount", "type", "one_off"]
    assert frame["customer_id"].tolist() == ["1001", "1001", None]
    assert frame["date"].dtype == np.dtype("datetime64[s]")
    assert frame["date"].isna().tolist() == [False, False, True]
    assert frame["net_amount"].iloc[0] == 19.99
    assert frame["type"].tolist() == ["sale", "credit", None]
    assert frame["one_off"].tolist()[:2] == [1.0, 1.0]
    assert {name: faults.tolist() for name, faults in data.faults.items()} == {
        "customer_id": [0, 0, Fault.BLANK],
        "date": [0, 0, Fault.DATE_AS_TEXT],
        "net_amount": [0, Fault.ERROR, Fault.TEXT],
        "type": [0, 0, Fault.WORD],
        "one_off": [0, 0, Fault.BLANK],
    }


def test_an_empty_table_has_its_columns_in_their_kinds() -> None:
    data = read_table_data(raw_table({"Customer id": [], "Date": [], "Net amount": []}), TABLES["Transactions"])
    assert [str(kind) for kind in data.frame.dtypes] == ["object", "datetime64[s]", "float64"]
    assert data.faults == {}
    assert len(data.frame) == 0


def test_a_table_without_known_columns_still_has_its_rows() -> None:
    assert len(read_table_data(raw_table({"x": [1, 2]}), TABLES["Transactions"]).frame) == 2


SMALL = Table(
    "rates", "", "", (Column("id", Kind.ID, ""), Column("rate", Kind.SHARE, "", required=False, blank=Blank.ALLOWED))
)


def test_a_range_is_read_as_a_table_by_its_header() -> None:
    vectors = read_table_range(
        read_rectangle([["Rate", "", "ID"], [0.5, "x", 7.0], [None, None, None], ["#REF!", 1, "B"]]), SMALL
    )
    assert vectors["id"].values.tolist() == ["7", "B"]
    assert vectors["rate"].errors == {1: CellError.REF}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["Rate"], [0.5]], "rates must have a column 'Id', not only Rate"),
        ([[None], [0.5]], "rates must have a column 'Id', not only no header"),
        ([["id", "ID"], ["a", "b"]], "rates must have one column 'Id', not two"),
    ],
)
def test_a_range_with_the_wrong_header_is_refused(rows: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_table_range(read_rectangle(rows), SMALL)


OPEN = Table(
    "activities",
    "tblActivities",
    "one row for each activity",
    (Column("customer_id", Kind.ID, ""), Column("quantity", Kind.NUMBER, "", required=False, blank=Blank.ALLOWED)),
    open=Column("", Kind.NUMBER, "Attribute of the activity", "any unit", blank=Blank.ZERO),
)
WITH_ATTRIBUTES: dict[str, list[Any]] = {
    " New customer ": [1, None, "yes"],
    "Customer ID": ["A", "B", None],
    "Lines": [5.0, 2.0, 1.0],
    "": [9, 9, 9],
    "new_customer": [0, 0, 0],
    "Quantity": [1, "#N/A", 2],
}


def test_an_open_table_keeps_further_columns_under_their_heading_with_their_faults() -> None:
    data = read_table_data(raw_table(WITH_ATTRIBUTES), OPEN)
    assert list(data.frame) == ["customer_id", "quantity", "New customer", "Lines"]
    assert data.frame["Lines"].tolist() == [5, 2, 1]
    assert data.frame["New customer"].iloc[0] == 1  # of two with the same heading the first
    assert {name: faults.tolist() for name, faults in data.faults.items()} == {
        "customer_id": [0, 0, Fault.BLANK],
        "quantity": [0, Fault.ERROR, 0],
        "New customer": [0, Fault.BLANK, Fault.TEXT],
    }
    assert data.table["Lines"] == Column(
        "Lines", Kind.NUMBER, "Attribute of the activity", "any unit", blank=Blank.ZERO, heading="Lines"
    )


def test_a_table_that_is_not_open_drops_further_columns() -> None:
    closed = read_table_data(raw_table(WITH_ATTRIBUTES), replace(OPEN, open=None))
    assert list(closed.frame) == ["customer_id", "quantity"]


def test_a_range_may_be_an_open_table() -> None:
    rows = [["Lines", "customer_id", None, "Rush "], [5, "A", "x", True], [None] * 4, [2, "B", "y", 0]]
    vectors = read_table_range(read_rectangle(rows), OPEN)
    assert list(vectors) == ["customer_id", "Lines", "Rush"]
    assert vectors["Lines"].values.tolist() == [5, 2]
    assert vectors["Rush"].faults is not None
    assert vectors["Rush"].faults.tolist() == [Fault.BOOLEAN, 0]
    with pytest.raises(InputError, match="activities must have one column 'Lines', not two"):
        read_table_range(read_rectangle([["Lines", "customer_id", "LINES"], [1, "A", 2]]), OPEN)


# Laws.

numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15)
days = st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31))
texts = st.text(min_size=1)
soup = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=5),
    st.sampled_from(["", "#N/A", "#REF!", "inf", "yes", *CellError]),
    st.dates(),
    st.datetimes(),
    st.builds(np.float64, st.floats()),
    st.builds(np.bool_, st.booleans()),
)
kinds = st.sampled_from(list(Kind))


@given(st.lists(numbers))
def test_numbers_read_and_written_are_the_same(cells: list[float]) -> None:
    assert plain_column(read_vector(cells, Kind.NUMBER).values) == cells


@given(st.lists(days))
def test_dates_read_and_written_are_the_same(cells: list[dt.date]) -> None:
    assert plain_column(read_vector(cells, Kind.DATE).values) == cells


@given(st.lists(days))
def test_a_serial_number_is_the_day_it_counts(cells: list[dt.date]) -> None:
    serials = [float((day - dt.date(1899, 12, 30)).days) for day in cells]
    assert plain_column(read_vector(serials, Kind.DATE).values) == cells


@given(st.lists(texts))
def test_texts_read_and_written_are_the_same_but_for_spaces_around(cells: list[str]) -> None:
    vector = read_vector(cells, Kind.TEXT)
    for row, (cell, written) in enumerate(zip(cells, plain_column(vector.values, missing=None), strict=True)):
        assert written == (cell.strip() or None) or vector.error_at(row) is not None


@given(st.lists(soup, min_size=1), st.lists(soup, min_size=1), kinds)
def test_a_cell_does_not_change_how_another_one_is_read(ours: list[Any], others: list[Any], kind: Kind) -> None:
    alone = read_vector(ours, kind, choices=("yes",))
    among = read_vector([*others, *ours], kind, choices=("yes",))
    start = len(others)
    assert plain_column(among.values[start:], missing=None) == plain_column(alone.values, missing=None)
    assert [among.error_at(start + row) for row in range(len(ours))] == [alone.error_at(r) for r in range(len(ours))]


@given(st.lists(soup), kinds)
def test_no_soup_of_cells_gets_anything_but_plain_cells_out(cells: list[Any], kind: Kind) -> None:
    vector = read_vector(cells, kind, choices=("yes",))
    assert len(vector.values) == len(cells)
    for written in (plain_column(vector.values), plain_column(cells)):
        assert all(type(cell) in PLAIN for cell in written)
        assert all(math.isfinite(cell) for cell in written if isinstance(cell, float))
    missing = [row for row, cell in enumerate(plain_column(vector.values, missing=None)) if cell is None]
    assert all(vector.error_at(row) is not None for row in missing)
