"""Cells on their way between Excel and Python."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.hosts.desktop.variants import MARK, read_variant, written_variants
from workbook_templates.plan import Cell, CellError

ERROR_CODES = {
    -2146826288: CellError.NULL,
    -2146826281: CellError.DIV0,
    -2146826273: CellError.VALUE,
    -2146826265: CellError.REF,
    -2146826259: CellError.NAME,
    -2146826252: CellError.NUM,
    -2146826246: CellError.NA,
    -2146826243: CellError.VALUE,  # #SPILL!
    -2146826238: CellError.VALUE,  # #CALC!
}


@pytest.mark.parametrize(("code", "error"), ERROR_CODES.items())
def test_error_codes_are_errors(code: int, error: CellError) -> None:
    assert read_variant(code) is error
    assert read_variant((code, 1.0)) == [error, 1.0]
    assert read_variant(((1.0, code),)) == [[1.0, error]]


def test_a_whole_number_that_is_no_error_is_a_number() -> None:
    assert read_variant(7) == 7.0
    assert type(read_variant(7)) is float


def test_a_date_loses_its_time_zone_and_nothing_else() -> None:
    given_date = dt.datetime(2025, 12, 31, 23, 59, 1, tzinfo=dt.UTC)
    assert read_variant(given_date) == dt.datetime(2025, 12, 31, 23, 59, 1)
    assert read_variant(((given_date,),)) == [[dt.datetime(2025, 12, 31, 23, 59, 1)]]


@pytest.mark.parametrize("cell", [None, 1.5, "text", "", True, Decimal("3.25")])
def test_everything_else_stays(cell: Any) -> None:
    assert read_variant(cell) is cell
    assert read_variant(((cell,), (cell,))) in ([[cell], [cell]], ((cell,), (cell,)))


def test_a_block_of_plain_cells_is_handed_on_without_a_copy() -> None:
    block = ((1.0, "a"), (None, True))
    assert read_variant(block) is block


@pytest.mark.parametrize(
    ("cell", "variant"),
    [
        (None, ""),
        (True, True),
        (3, 3.0),
        (2**40, float(2**40)),
        (CellError.NA, MARK + "#N/A"),
        ("#N/A", "#N/A"),
        (MARK + "#N/A", "#N/A"),
        (dt.date(2025, 12, 31), dt.datetime(2025, 12, 31, tzinfo=dt.UTC)),
    ],
)
def test_cells_leave_as_what_can_travel(cell: Cell, variant: Any) -> None:
    ((written,),) = written_variants([[cell]])
    assert written == variant
    assert type(written) is type(variant)


cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.sampled_from(CellError)
)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1))
def test_only_errors_leave_behind_the_mark(block: list[list[Cell]]) -> None:
    written = written_variants(block)
    for row, variants in zip(block, written, strict=True):
        for cell, variant in zip(row, variants, strict=True):
            is_marked = isinstance(variant, str) and variant.startswith(MARK)
            assert is_marked == isinstance(cell, CellError)
            assert type(variant) in (float, str, bool)
