import math

import pandas as pd
import pytest

from valuation.cost.capacity import Supply, read_capacity
from valuation.errors import DomainError, InputError, ValuationError


def capacity(*rows: tuple[object, object, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["pool", "practical_minutes", "driver"], dtype=object)


def test_resources_of_a_pool_add_up_and_share_the_driver_that_one_names() -> None:
    found = read_capacity(capacity(("Desk ", 100, None), ("Till", 7, None), ("Desk", 20.5, "calls"), ("Desk", 1, None)))
    assert found == {"Desk": Supply(practical=121.5, driver="calls"), "Till": Supply(practical=7.0, driver="")}


def test_the_driver_may_be_left_out_and_nothing_be_there() -> None:
    assert read_capacity(capacity(("Desk", 0, None)).drop(columns="driver")) == {"Desk": Supply(practical=0, driver="")}
    assert read_capacity(capacity()) == {}


@pytest.mark.parametrize(
    ("minutes", "error", "message"),
    [
        (-1, DomainError, "practical_minutes must be finite and not below 0, not -1.0 in row 2"),
        (math.inf, DomainError, "practical_minutes must be finite and not below 0, not inf in row 2"),
        (None, InputError, "practical_minutes must be numbers, not nan in row 2"),
        ("many", InputError, "practical_minutes must be numbers, not 'many'"),
    ],
)
def test_minutes_are_numbers_from_nought(minutes: object, error: type[ValuationError], message: str) -> None:
    with pytest.raises(error, match=message):
        read_capacity(capacity(("Desk", 1, None), ("Desk", minutes, None)))


def test_a_pool_has_one_driver() -> None:
    with pytest.raises(InputError, match="the resources of pool Desk must have one driver, not calls and mails"):
        read_capacity(capacity(("Desk", 1, "calls"), ("Desk", 1, "mails")))


@pytest.mark.parametrize("column", ["pool", "practical_minutes"])
def test_columns_have_to_be_there(column: str) -> None:
    with pytest.raises(InputError, match=f"capacity must have a column {column}, not only"):
        read_capacity(capacity().drop(columns=column))
