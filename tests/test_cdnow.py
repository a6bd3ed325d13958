"""The published data sets read as the literature reads them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.cdnow import cohort, data_file, transactions


@pytest.mark.parametrize(
    ("name", "rows", "customers", "never_again", "repeats", "later", "unique"),
    [
        pytest.param("sample", 6_919, 2_357, 1_411, 2_457, 1_882, 1_016, id="sample"),
        pytest.param("master", 69_659, 23_570, 14_119, 24_337, 19_684, 8_685, id="master"),
    ],
)
def test_counts_are_the_published_ones(
    name: str, rows: int, customers: int, never_again: int, repeats: int, later: int, unique: int
) -> None:
    data = cohort(name)
    assert len(transactions(name)) == rows
    assert len(data.frequency) == customers
    assert (data.frequency == 0.0).sum() == never_again
    assert data.frequency.sum() == repeats
    assert data.holdout.sum() == later
    assert len(np.unique(np.stack([data.frequency, data.recency, data.age]), axis=1).T) == unique


def test_calibration_lasts_39_weeks() -> None:
    data = cohort()
    assert (data.age.min(), data.age.max()) == (27.0, 272 / 7)
    assert data.frequency.max() == 29.0
    assert (data.recency <= data.age).all()
    # Fader, Hardie and Lee (2005): customers by repeat purchases, 7 and more together.
    assert np.bincount(np.minimum(data.frequency, 7).astype(int)).tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


def test_agrees_with_the_table_of_two_decimals() -> None:
    data = cohort()
    table = pd.read_csv(data_file("cdnow_customers_summary_with_transactions.csv"))
    assert data.frequency.tolist() == table["x"].tolist()
    half_a_cent: dict[str, Any] = {"rtol": 0.0, "atol": 0.00501}
    np.testing.assert_allclose(data.recency, table["t_x"], **half_a_cent)
    np.testing.assert_allclose(data.age, table["T"], **half_a_cent)
    np.testing.assert_allclose(np.nan_to_num(data.monetary_value), table["zbar"], **half_a_cent)


def test_donations_have_a_row_for_each_pattern() -> None:
    table = pd.read_csv(data_file("donations.csv"))
    assert (len(table), table["weights"].sum()) == (22, 11_104)
