import csv
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.priority import share_of_voice

FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN: dict[str, Any] = json.loads((FOLDER / "insight.json").read_text("utf-8"))["voice"]
with (FOLDER / "g12_lens_inputs.csv").open(encoding="utf-8") as lines:
    ROWS = list(csv.DictReader(lines))
IDS = [row["id"] for row in ROWS]
TICKETS = [int(row["tickets"]) for row in ROWS]
VALUES = [float(row["cev"]) for row in ROWS]

customers = st.lists(st.tuples(st.integers(0, 30), st.integers(-20, 200)), min_size=2, max_size=8).filter(
    lambda rows: sum(x for x, _ in rows) > 0 and max(v for _, v in rows) > 0
)


def test_matches_the_specification() -> None:
    found = share_of_voice(TICKETS, VALUES)
    place = {one: row for row, one in enumerate(IDS)}
    assert f"{sum(TICKETS)}" == GOLDEN["tickets"]
    for one, percent in GOLDEN["voice_percent"].items():
        assert f"{100 * found.voice_share[place[one]]:.1f}" == percent
    for one, percent in GOLDEN["value_percent"].items():
        assert f"{100 * found.value_share[place[one]]:.1f}" == percent
    for one, index in GOLDEN["index"].items():
        assert f"{found.index[place[one]]:.2f}" == index
    for one, p in GOLDEN["p"].items():
        assert f"{found.p[place[one]]:.1e}" == p
    for one in GOLDEN["no_value"]:
        assert math.isinf(found.index[place[one]])
        assert found.value_share[place[one]] == found.p[place[one]] == 0
        assert found.flag[place[one]] == "over-voiced"
    quiet = {one for one, flag in zip(IDS, found.flag, strict=True) if flag == "under-voiced"}
    assert quiet >= set(GOLDEN["under_voiced"])
    assert not quiet & set(GOLDEN["not_under_voiced"])  # of low value
    assert found.flag[place["C01"]] == "over-voiced"


def exact_tail(x: int, n: int, q: Fraction) -> Fraction:
    return sum((math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(x, n + 1)), Fraction(0))


@given(customers)
def test_equals_exact_fractions(rows: list[tuple[int, int]]) -> None:
    issues, values = [x for x, _ in rows], [v for _, v in rows]
    n, worth = sum(issues), sum(max(v, 0) for v in values)
    found = share_of_voice(issues, values)
    for row, (x, v) in enumerate(rows):
        share = Fraction(max(v, 0), worth)
        assert found.voice_share[row] == pytest.approx(x / n)
        assert found.value_share[row] == pytest.approx(float(share))
        assert found.index[row] == (pytest.approx(float(Fraction(x, n) / share)) if share else math.inf)
        assert found.p[row] == pytest.approx(float(exact_tail(x, n, share)), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("n", [1_000, 1_848, 3_000_000])
def test_the_tail_is_that_of_scipy_however_many_issues(n: int) -> None:
    share = np.array([0.001, 0.1, 0.3, 0.599])
    for far in (0.9, 1.0, 1.001, 1.1):
        x = np.floor(n * share * far)
        x[-1] = n - x[:-1].sum()
        found = share_of_voice(x, share)
        expected = binom.sf(x - 1, n, found.value_share)
        assert found.p == pytest.approx(expected, rel=1e-7, abs=1e-290)
        assert np.isfinite(found.p).all()


@given(customers, st.floats(0.01, 1000))
def test_shares_add_up_and_only_proportions_of_value_count(rows: list[tuple[int, int]], scale: float) -> None:
    issues, values = np.array(rows, dtype=np.float64).T
    found = share_of_voice(issues, values)
    assert found.voice_share.sum() == pytest.approx(1)
    assert found.value_share.sum() == pytest.approx(1)
    assert share_of_voice(issues, scale * values).index == pytest.approx(found.index)
    over = found.flag == "over-voiced"
    assert (found.index[over] >= 2).all()
    assert (found.p[over] < 0.01).all()
    backwards = share_of_voice(issues[::-1], values[::-1])
    assert backwards.p[::-1] == pytest.approx(found.p, rel=1e-9)


def test_few_issues_prove_nothing() -> None:
    assert share_of_voice([2, 1], [50.0, 150.0]).flag.tolist() == ["", "under-voiced"]
    assert share_of_voice([200, 100], [50.0, 150.0]).flag.tolist() == ["over-voiced", "under-voiced"]


def test_who_is_worth_nothing_and_says_nothing_is_not_loud() -> None:
    found = share_of_voice([10, 0], [100.0, -5.0])
    assert found.index.tolist() == [1.0, math.inf]
    assert found.p.tolist() == [1.0, 1.0]
    assert found.flag.tolist() == ["", ""]


def test_only_high_classes_are_under_voiced() -> None:
    issues, values = [900, 10, 90], [900.0, 50.0, 50.0]
    assert share_of_voice(issues, values, value_class=["A", "B", "C"]).flag.tolist() == ["", "under-voiced", ""]
    assert share_of_voice(issues, values, value_class=np.array(["A", "C", None])).flag.tolist() == ["", "", ""]
    assert share_of_voice([5], [10.0]).flag.tolist() == [""]


def test_issues_of_safety_and_law_do_not_count() -> None:
    found = share_of_voice([60, 100], [50.0, 150.0], exempt=[40, 0])
    assert found.voice_share.tolist() == pytest.approx([20 / 120, 100 / 120])
    assert found.p.tolist() == share_of_voice([20, 100], [50.0, 150.0]).p.tolist()


@pytest.mark.parametrize(
    "bad",
    [
        {"issues": math.nan},
        {"issues": -1.0},
        {"issues": 2.5},
        {"issues": math.inf},
        {"values": math.nan},
        {"values": math.inf},
        {"exempt": 9.0},
        {"exempt": -1.0},
        {"exempt": 0.5},
        {"exempt": math.nan},
    ],
)
def test_a_faulty_row_counts_in_nobodys_share(bad: dict[str, float]) -> None:
    usual = {"issues": 8.0, "values": 70.0, "exempt": 0.0}
    rows = {name: [3.0 if name == "issues" else usual[name], bad.get(name, one), one] for name, one in usual.items()}
    found = share_of_voice(rows["issues"], rows["values"], exempt=rows["exempt"])
    alone = share_of_voice([3, 8], [70.0, 70.0])
    for column in ("voice_share", "value_share", "index", "p"):
        assert math.isnan(getattr(found, column)[1])
        assert getattr(found, column)[[0, 2]].tolist() == getattr(alone, column).tolist()
    assert found.flag.tolist() == ["", None, ""]


def test_huge_values_are_shared() -> None:
    assert share_of_voice([1, 1], [1e308, 1e308]).value_share.tolist() == [0.5, 0.5]


def test_refusals() -> None:
    for issues in ([0, 0], [math.nan, 0], []):
        with pytest.raises(MissingDataError, match="issues must add up to more than 0"):
            share_of_voice(issues, np.ones(len(issues)))
    with pytest.raises(ZeroDenominatorError, match="values must be above 0 for at least one"):
        share_of_voice([1, 2], [0.0, -5.0])
    with pytest.raises(InputError, match="columns of one length"):
        share_of_voice([1, 2], [1.0])
    with pytest.raises(InputError, match="columns of one length"):
        share_of_voice([1, 2], [1.0, 2.0], exempt=[1])
    with pytest.raises(InputError, match="value_class must have one class for each of 2"):
        share_of_voice([1, 2], [1.0, 2.0], value_class=["A"])
    with pytest.raises(DomainError, match="ratio must be a finite number above 0"):
        share_of_voice([1], [1.0], ratio=0)
    with pytest.raises(DomainError, match="alpha must be from 0 to 1, not 5; percent typed"):
        share_of_voice([1], [1.0], alpha=5)
    with pytest.raises(InputError, match="issues must be numbers"):
        share_of_voice(["a"], [1.0])
