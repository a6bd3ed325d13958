"""The measures that statements may name, and the table that shows them by customer."""

from valuation.lenses import MEASURES, default_statements
from valuation.tables import LENS_INPUTS


def test_measures_are_the_columns_of_lens_inputs() -> None:
    columns = [column.name for column in LENS_INPUTS if column.name not in ("customer_id", "name")]
    assert columns == list(MEASURES)


def test_statements_to_begin_with_name_measures_that_there_are() -> None:
    assert set(default_statements()["measure"]) <= set(MEASURES)
