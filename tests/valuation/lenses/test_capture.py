import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.lenses.golden import GOLDEN, MONEY, SCORES, printed
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lenses import lens_capture

few = settings(max_examples=min(settings().max_examples, 25))
CUSTOMERS = st.lists(st.tuples(st.integers(0, 9), st.integers(-50, 50)), min_size=3, max_size=15)


def test_capture_matches_the_specification() -> None:
    expected = GOLDEN["capture"]
    found = lens_capture(SCORES.assign(revenue=GOLDEN["revenue"]["values"]), MONEY, 3)
    for lens, percent in expected["percent"].items():
        assert printed(found.lenses.loc[lens, "share"], percent, scale=100)
    for lens, value in expected["spearman"].items():
        assert printed(found.lenses.loc[lens, "spearman"], value)
    assert printed(found.best_share, expected["best"], scale=100)
    assert found.best_value == pytest.approx(found.lenses.loc["CRO", "value"])
    assert found.notes == ()


@few
@given(CUSTOMERS, st.data())
def test_capture_equals_the_written_out_sum_and_no_lens_beats_the_best(
    rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    scores, values = np.array(rows, dtype=np.float64).T
    n = data.draw(st.integers(1, len(rows)))
    table = pd.DataFrame({"lens": scores, "value itself": values})
    if values.max() <= 0:
        with pytest.raises(ZeroDenominatorError, match="values must hold one above 0"):
            lens_capture(table, values, n)
        return
    found = lens_capture(table, values, n)
    order = sorted(range(len(rows)), key=lambda row: (-scores[row], -values[row], row))
    assert found.lenses.loc["lens", "value"] == sum(values[row] for row in order[:n])
    assert found.total == sum(value for value in values if value > 0)
    assert found.lenses["value"].max() <= found.best_value == found.lenses.loc["value itself", "value"]
    assert found.best_share <= 1
    assert lens_capture(table, values * 4, n).lenses["share"].equals(found.lenses["share"])


def test_a_loss_lowers_what_a_lens_holds_and_ties_go_to_the_larger_value() -> None:
    found = lens_capture(pd.DataFrame({"CFO": [1.0, 1.0, 0.0], "CCO": [0.0, 1.0, 1.0]}), [60.0, 40.0, -20.0], 1)
    assert found.lenses["value"].to_dict() == {"CFO": 60.0, "CCO": 40.0}
    assert found.notes == (
        "CFO: 2 customers share the score at the cut of the top 1; value and then id decides",
        "CCO: 2 customers share the score at the cut of the top 1; value and then id decides",
    )


def test_a_lens_without_a_correlation_still_captures() -> None:
    table = pd.DataFrame({"same": [1.0, 1.0, 1.0], "two": [1.0, 2.0, math.nan]})
    found = lens_capture(table, [3.0, 2.0, 1.0], 1, ids=["A", "B", "C"])
    assert found.lenses["spearman"].isna().all()
    assert found.lenses["value"].to_list() == [3.0, 2.0]


def test_values_are_known_for_every_customer() -> None:
    with pytest.raises(InputError, match="values must be known, not nan in row 2"):
        lens_capture(SCORES.iloc[:2], [1.0, math.nan], 1)
    with pytest.raises(InputError, match="values must have one row for each customer, 11, not 1"):
        lens_capture(SCORES, [1.0], 1)
    with pytest.raises(DomainError, match="values must be finite, not inf in row 1"):
        lens_capture(SCORES.iloc[:1], [math.inf], 1)
    with pytest.raises(MissingDataError, match="CFO must rank at least 12 customers, not 11"):
        lens_capture(SCORES[["CFO"]], MONEY, 12)
    with pytest.raises(MissingDataError, match="scores must hold at least 1 lens, not 0"):
        lens_capture(SCORES[[]], MONEY, 1)
    with pytest.raises(ZeroDenominatorError, match="values must hold one above 0 to have shares"):
        lens_capture(SCORES.iloc[:2], [0.0, -1.0], 1)
