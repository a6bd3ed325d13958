import math
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.segments import OVERRIDE_COLUMNS, OverriddenSegments, apply_overrides

AS_OF = np.datetime64("2025-12-31")
LABELS = ["Key", "Core", "Base"]
IDS = ["A", "B", "C", "D"]
MODEL: list[Any] = ["Key", "Core", "Base", None]
VALUES = [100.0, 40.0, -5.0, math.nan]
GOOD: dict[str, Any] = {
    "customer_id": "B",
    "segment": "Key",
    "reason": "reference customer",
    "owner": "head of sales",
    "expires": np.datetime64("2026-06-30"),
}


def register(*rows: dict[str, Any]) -> pd.DataFrame:
    table = [GOOD | row for row in rows]
    return pd.DataFrame({name: pd.Series([row[name] for row in table], dtype=object) for name in OVERRIDE_COLUMNS})


def applied(*rows: dict[str, Any]) -> OverriddenSegments:
    return apply_overrides(IDS, MODEL, register(*rows), values=VALUES, as_of=AS_OF, labels=LABELS)


def test_an_override_takes_the_place_of_the_model() -> None:
    found = applied({})
    assert found.segment.tolist() == ["Key", "Key", "Base", None]
    assert found.register.to_dict("list") == {
        "row": [1],
        "customer_id": ["B"],
        "segment": ["Key"],
        "model_segment": ["Core"],
        "status": ["applied"],
        "why": ["Key instead of Core until 2026-06-30"],
    }
    assert found.effect["customers_before"].tolist() == [1, 1, 1, 1]
    assert found.effect["customers_after"].tolist() == [2, 0, 1, 1]
    assert found.effect["value_before"].tolist() == [100.0, 40.0, -5.0, 0.0]
    assert found.effect["value_after"].tolist() == [140.0, 0.0, -5.0, 0.0]
    assert found.effect.index.tolist() == ["Key", "Core", "Base", "without segment"]
    assert found.moves.to_dict("records") == [
        {"from_segment": "Core", "to_segment": "Key", "customers": 1, "value": 40.0}
    ]
    assert (found.customers_overridden, found.value_moved) == (1, 40.0)


@pytest.mark.parametrize(
    ("row", "status", "why"),
    [
        ({"customer_id": "Z"}, "unknown customer", "there is no customer Z"),
        ({"customer_id": None}, "unknown customer", "no customer"),
        ({"segment": "Gold"}, "unknown segment", "there is no segment Gold"),
        ({"segment": " "}, "unknown segment", "no segment"),
        ({"expires": np.datetime64("2025-12-30")}, "expired", "expired on 2025-12-30"),
        ({"reason": ""}, "not complete", "no reason"),
        ({"owner": None}, "not complete", "no owner"),
        ({"expires": pd.NaT}, "not complete", "no expiry"),
        ({"reason": math.nan, "owner": "  ", "expires": None}, "not complete", "no reason and no owner and no expiry"),
    ],
)
def test_an_override_that_cannot_apply_says_why_and_changes_nothing(row: dict[str, Any], status: str, why: str) -> None:
    found = applied(row)
    assert found.segment.tolist() == MODEL
    assert (found.register["status"][0], found.register["why"][0]) == (status, why)
    assert (found.customers_overridden, found.value_moved, len(found.moves)) == (0, 0.0, 0)


def test_the_day_of_expiry_still_counts() -> None:
    assert applied({"expires": AS_OF}).register["status"].tolist() == ["applied"]


def test_two_overrides_of_a_customer_cancel_each_other_and_name_their_rows() -> None:
    found = applied({}, {"customer_id": "C"}, {"segment": "Base"})
    assert found.segment.tolist() == ["Key", "Core", "Key", None]
    assert found.register["status"].tolist() == ["twice", "applied", "twice"]
    assert found.register["why"][0] == "rows 1 and 3 are for the same customer: none applies"


def test_an_override_that_expired_does_not_stand_in_the_way_of_its_successor() -> None:
    found = applied({"expires": np.datetime64("2024-12-31")}, {})
    assert found.register["status"].tolist() == ["expired", "applied"]
    assert found.segment[1] == "Key"


def test_an_override_that_agrees_with_the_model_moves_nothing() -> None:
    found = applied({"segment": "Core"})
    assert (found.customers_overridden, found.value_moved) == (1, 0.0)
    assert found.register["why"][0] == "the model's segment already"


def test_a_customer_without_segment_may_be_given_one() -> None:
    found = applied({"customer_id": "D"}, {"customer_id": "C"})
    assert found.segment.tolist() == ["Key", "Core", "Key", "Key"]
    assert found.register["why"][0] == "Key instead of none until 2026-06-30"
    assert found.moves["from_segment"].tolist() == ["Base", "without segment"]
    assert found.value_moved == 5.0  # the amount of a loss; D's value is not known


def test_no_overrides_and_no_customers() -> None:
    found = apply_overrides(IDS, MODEL, register(), values=VALUES, as_of=AS_OF, labels=LABELS)
    assert found.segment.tolist() == MODEL
    assert len(found.register) == 0
    nobody = apply_overrides([], [], register({}), values=[], as_of=AS_OF, labels=LABELS)
    assert nobody.register["status"].tolist() == ["unknown customer"]
    assert nobody.effect["customers_after"].tolist() == [0, 0, 0, 0]


rows = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from([*IDS, "Z"]),
            "segment": st.sampled_from([*LABELS, "Gold"]),
            "reason": st.sampled_from(["why", ""]),
            "owner": st.sampled_from(["who", "who", None]),
            "expires": st.sampled_from([AS_OF, AS_OF - 1, AS_OF + 1, None]),
        }
    ),
    max_size=8,
)


@settings(max_examples=min(settings().max_examples, 40))
@given(rows)
def test_equals_the_second_way(table: list[dict[str, Any]]) -> None:
    sound = [
        row
        for row in table
        if row["customer_id"] != "Z"
        and row["segment"] != "Gold"
        and row["reason"]
        and row["owner"]
        and row["expires"] is not None
        and row["expires"] >= AS_OF
    ]
    often = Counter(row["customer_id"] for row in sound)
    alone = {row["customer_id"]: row["segment"] for row in sound if often[row["customer_id"]] == 1}
    found = applied(*table)
    assert found.segment.tolist() == [alone.get(one, model) for one, model in zip(IDS, MODEL, strict=True)]
    assert found.customers_overridden == len(alone)
    # Nobody and nothing gets lost on the way from one segment to another.
    effect = found.effect
    assert effect["customers_before"].sum() == effect["customers_after"].sum() == len(IDS)
    assert effect["value_before"].sum() == pytest.approx(effect["value_after"].sum())
    for segment in LABELS:
        came = found.moves.loc[found.moves["to_segment"] == segment, "value"].sum()
        went = found.moves.loc[found.moves["from_segment"] == segment, "value"].sum()
        assert effect["value_after"][segment] - effect["value_before"][segment] == pytest.approx(came - went)


def test_bad_arguments_are_refused() -> None:
    def call(**changed: Any) -> OverriddenSegments:
        usual: dict[str, Any] = {"ids": IDS, "model_segments": MODEL, "overrides": register({}), "values": VALUES}
        return apply_overrides(**(usual | {"as_of": AS_OF, "labels": LABELS} | changed))

    with pytest.raises(InputError, match="ids must be different, not 'A' again in row 4"):
        call(ids=["A", "B", "C", "A"])
    with pytest.raises(InputError, match="ids must be known, not None in row 2"):
        call(ids=["A", None, "C", "D"])
    with pytest.raises(InputError, match=r"ids must be one column, not of shape \(\)"):
        call(ids="A")
    with pytest.raises(InputError, match="model_segments must be one of Key, Core, Base, not 'Gold'"):
        call(model_segments=["Key", "Gold", None, None])
    with pytest.raises(InputError, match=r"model_segments must have the shape of ids, \(4,\), not \(1,\)"):
        call(model_segments=["Key"])
    with pytest.raises(InputError, match=r"values must have one row per customer, \(4,\), not \(1,\)"):
        call(values=[1.0])
    with pytest.raises(DomainError, match="values must be finite, not inf in row 1"):
        call(values=[math.inf, 1.0, 1.0, 1.0])
    with pytest.raises(InputError, match=r"overrides must have the columns .*, not lack owner"):
        call(overrides=register({}).drop(columns="owner"))
    with pytest.raises(InputError, match="expires must be dates, not '2026-06-30'"):
        call(overrides=register({"expires": "2026-06-30"}))
    with pytest.raises(InputError, match="labels must differ"):
        call(labels=["Key", "Key", "Core"])
    with pytest.raises(InputError, match="as_of must be a date"):
        call(as_of=np.datetime64("NaT", "D"))
