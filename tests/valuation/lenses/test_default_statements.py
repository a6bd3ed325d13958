

def test_measures_are_the_columns_of_lens_inputs() -> None:
    columns = [column.name for column in LENS_INPUTS if column.name not in ("customer_id", "name")]
    assert columns == list(MEASURES)
