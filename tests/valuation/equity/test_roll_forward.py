"""The roll-forward: published examples, a second way, and the laws that hold for every base."""

import math
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import customer_kinds, timings
from tests.valuation.equity.bases import ENDLESS, active, elapsed_years, pairs, plain_lines, snapshot
from valuation.equity import LINES, STEPS, RollForward, aligned, roll_forward, roll_forward_aligned
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lifetime import Customers, Timing, lifetime_value, rate_per_period

BEFORE = snapshot(
    active("A", 1500, 500, 0.8, 0.1),
    active("B", 900, 300, 0.9, 0.1),
    active("C", 700, 500, 0.7, 0.1),
    active("D", 400, 100, 0.8, 0.1),
    ("X", "lost", math.nan, math.nan, math.nan, math.nan, math.nan),
)
AFTER = snapshot(
    active("A", 1700, 550, 0.8, 0.12),
    active("B", 900, 360, 0.92, 0.12),
    active("D", 350, 100, 0.8, 0.12),
    active("N", 800, 250, 0.75, 0.12),
    active("X", 300, 120, 0.6, 0.12),
    ("C", "lost", 0, 0, 0, 0.12, ENDLESS),
)
# Endless values, existing customers, payments at the end of a year; recomputed by an independent script.
PUBLISHED = {
    "opening": "6516.6667",
    "unwind": "651.6667",
    "expected_cash": "-1720.0000",
    "lost": "-245.0000",
    "survivor": "963.3333",
    "expansion": "533.3333",
    "contraction": "-133.3333",
    "cost_to_serve": "-403.3333",
    "retention": "330.0000",
    "rate": "-509.3333",
    "horizon": "0.0000",
    "new": "1114.8649",
    "reactivated": "207.6923",
    "one_date_only": "0.0000",
    "closing": "7306.5572",
}


def amounts(rolled: RollForward) -> dict[str, float]:
    return dict(zip(rolled.lines["line"], rolled.lines["amount"], strict=True))


def printed(lines: dict[str, float]) -> dict[str, str]:
    return {name: f"{amount + 0.0:.4f}" for name, amount in lines.items()}


def test_the_lines_are_the_published_ones() -> None:
    rolled = roll_forward(BEFORE, AFTER, timing="end")
    assert printed(amounts(rolled)) == PUBLISHED
    assert list(rolled.lines["line"]) == list(LINES)
    assert rolled.check == pytest.approx(0.0, abs=1e-9)
    assert rolled.expected_closing == pytest.approx(6516.6667 + 651.6667 - 1720.0, abs=1e-3)
    assert rolled.counts == {
        "stayed": 3,
        "lost": 1,
        "new": 1,
        "reactivated": 1,
        "not a customer": 0,
        "not known": 0,
    }
    assert rolled.order == STEPS


def test_a_horizon_that_moves_on_gains_its_last_year() -> None:
    base = snapshot(active("A", 1000, 0, 0.8, 0.1, 3))
    rolled = roll_forward(base, base, timing="end")
    lines = {name: f"{amount:.4f}" for name, amount in amounts(rolled).items() if amount}
    assert lines == {
        "opening": "1640.8715",
        "unwind": "164.0872",
        "expected_cash": "-800.0000",
        "survivor": "328.1743",
        "horizon": "307.7385",
        "closing": "1640.8715",
    }
    assert f"{rolled.expected_closing:.4f}" == "1004.9587"


@pytest.mark.parametrize(("timing", "cash"), [("start", -880.0), ("mid", -839.0471), ("end", -800.0)])
def test_what_falls_due_is_compounded_to_the_closing(timing: Timing, cash: float) -> None:
    base = snapshot(active("A", 1000, 0, 0.8, 0.1))
    assert amounts(roll_forward(base, base, timing=timing))["expected_cash"] == pytest.approx(cash, abs=5e-5)


def test_losing_a_customer_who_costs_money_is_a_gain() -> None:
    rolled = roll_forward(
        snapshot(active("A", 0, 100, 0.5, 0.1), active("B", 1, 0, 0.5, 0.1)), BEFORE[:0], timing="end"
    )
    lost = rolled.customers["lost"].tolist()
    assert lost[0] == pytest.approx(0.5 * 100 * 0.5 / 0.6)
    assert lost[1] < 0


def close(one: float, other: float, lines: dict[str, float]) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, *map(abs, lines.values())))


@given(pairs(), timings(), elapsed_years(), st.permutations(STEPS))
def test_each_customer_alone_gives_the_same_lines(
    tables: tuple[pd.DataFrame, pd.DataFrame], timing: Timing, elapsed: float, order: list[str]
) -> None:
    rolled = roll_forward(*tables, timing=timing, elapsed=elapsed, order=order)
    before, after = (table.set_index("customer_id").to_dict("index") for table in tables)
    for row in rolled.customers.to_dict("records"):
        one = row["customer_id"]
        expected = plain_lines(before.get(one), after.get(one), timing, elapsed, order)
        for name in LINES:
            assert close(row[name], expected.get(name, 0.0), expected | {"all": 0.0}), (one, name)


@given(
    pairs(gaps=True), timings(), customer_kinds(), elapsed_years(), st.permutations(STEPS), st.sampled_from([1, 4, 12])
)
def test_nothing_is_left_over(
    tables: tuple[pd.DataFrame, pd.DataFrame],
    timing: Timing,
    customers: Customers,
    elapsed: float,
    order: list[str],
    grid: int,
) -> None:
    rolled = roll_forward(
        *tables, timing=timing, customers=customers, elapsed=elapsed, order=order, periods_per_year=grid
    )
    lines = rolled.customers[list(LINES)].fillna(0.0)
    largest = lines.abs().max(axis=1).to_numpy()
    rest = (lines["closing"] - lines[list(LINES[:-1])].sum(axis=1)).to_numpy()
    assert (np.abs(rest) <= 1e-6 * largest).all()
    assert (np.abs(rolled.customers["residual"]) <= 1e-6 * largest).all()
    found = amounts(rolled)
    assert abs(rolled.check) <= 1e-6 * max(map(abs, found.values()))
    for name in LINES:
        assert found[name] == pytest.approx(lines[name].sum(), rel=1e-9, abs=1e-9 * (1 + largest.sum()))
    assert sum(rolled.counts.values()) == len(rolled.customers)


@given(pairs(), timings(), elapsed_years(), st.permutations(STEPS))
def test_the_order_moves_money_between_the_assumptions_only(
    tables: tuple[pd.DataFrame, pd.DataFrame], timing: Timing, elapsed: float, order: list[str]
) -> None:
    first = amounts(roll_forward(*tables, timing=timing, elapsed=elapsed))
    other = amounts(roll_forward(*tables, timing=timing, elapsed=elapsed, order=order))
    free = ("expansion", "contraction", "cost_to_serve", "retention", "rate", "horizon")
    assert {name: first[name] for name in LINES if name not in free} == {
        name: other[name] for name in LINES if name not in free
    }


@given(pairs(), timings())
def test_the_same_base_at_the_same_time_has_not_moved(
    tables: tuple[pd.DataFrame, pd.DataFrame], timing: Timing
) -> None:
    rolled = amounts(roll_forward(tables[0], tables[0].iloc[::-1], timing=timing, elapsed=0))
    assert rolled.pop("opening") == pytest.approx(rolled.pop("closing"), rel=1e-12)
    assert set(rolled.values()) == {0.0}


@given(pairs(gaps=True), timings(), customer_kinds(), st.sampled_from([1, 4, 12]))
def test_both_ends_are_the_values_of_the_workbook(
    tables: tuple[pd.DataFrame, pd.DataFrame], timing: Timing, customers: Customers, grid: int
) -> None:
    rolled = roll_forward(*tables, timing=timing, customers=customers, periods_per_year=grid)
    by_id = rolled.customers.set_index("customer_id")
    for name, table in zip(("opening", "closing"), tables, strict=True):
        values = lifetime_value(
            (table["gross_margin"] - table["cost_to_serve"]).to_numpy() / grid,
            rate_per_period(table["retention_rate"].to_numpy(), from_per_year=1, to_per_year=grid, kind="retention"),
            discount_rate=rate_per_period(
                table["discount_rate"].to_numpy(), from_per_year=1, to_per_year=grid, kind="effective"
            ),
            horizon=table["horizon"].to_numpy(dtype=float) * grid,
            timing=timing,
            customers=customers,
        )
        expected = np.where(table["status"] == "active", values, 0.0)
        np.testing.assert_allclose(by_id.loc[table["customer_id"], name].to_numpy(), expected, rtol=1e-9, atol=1e-9)


@given(pairs(), timings(), st.floats(0.01, 2.0), st.floats(0.01, 2.0))
def test_two_stretches_of_time_expect_what_both_together_expect(
    tables: tuple[pd.DataFrame, pd.DataFrame], timing: Timing, first: float, second: float
) -> None:
    row = next((row for row in tables[0].to_dict("records") if row["status"] == "active"), None)
    if row is None:
        return
    endless = snapshot(tuple((row | {"horizon": ENDLESS}).values()))
    expected = [
        roll_forward(endless, endless, timing=timing, elapsed=years) for years in (first, second, first + second)
    ]
    opening = amounts(expected[0])["opening"]
    parts = [rolled.expected_closing / opening if opening else 1.0 for rolled in expected]
    assert not opening or parts[0] * parts[1] == pytest.approx(parts[2], rel=1e-9, abs=1e-12)


def test_a_value_that_is_not_known_is_told_apart_and_breaks_nothing() -> None:
    unknown = math.nan
    before = snapshot(
        active("A", 100, 0, 0.8, 0.1), active("B", unknown, 0, 0.8, 0.1), active("C", 50, 0, 0.8, unknown)
    )
    after = snapshot(active("A", 100, 0, unknown, 0.1), active("B", 200, 0, 0.8, 0.1), ("C", "lost", *[unknown] * 5))
    rolled = roll_forward(before, after, timing="end")
    opening, closing = 100 * 0.8 / 0.3, 200 * 0.8 / 0.3
    lines = {name: amount for name, amount in amounts(rolled).items() if amount}
    assert lines == pytest.approx({"opening": opening, "one_date_only": closing - opening, "closing": closing})
    assert rolled.counts["not known"] == 3
    assert rolled.not_known["customer_id"].tolist() == ["A", "B", "C"]
    np.testing.assert_allclose(rolled.not_known["opening"], [opening, unknown, unknown])
    np.testing.assert_allclose(rolled.not_known["closing"], [unknown, closing, 0.0])


def test_a_horizon_that_has_run_out_leaves_nothing_to_expect() -> None:
    base = snapshot(active("A", 100, 0, 0.0, 0.1, 1), active("B", 100, 0, 0.8, 0.1, 1))
    rolled = roll_forward(base, base, timing="end", elapsed=1.5)
    assert rolled.expected_closing == 0.0
    assert rolled.check == pytest.approx(0.0, abs=1e-12)


def test_ids_compare_as_trimmed_text() -> None:
    before = snapshot(active("1001", 100, 0, 0.8, 0.1), active(" 7", 100, 0, 0.8, 0.1))
    after = before.assign(customer_id=[1001, "7 "])
    assert roll_forward(before, after, timing="end").counts["stayed"] == 2
    whole = before.assign(customer_id=[1001, 7])
    assert aligned(whole, whole.iloc[::-1]).closing_row.tolist() == [1, 0]


def test_who_is_new_and_who_is_won_back() -> None:
    one = snapshot(active("A", 100, 0, 0.8, 0.1))
    before = pd.concat(
        [one, snapshot(("P", "prospect", *[0] * 5), ("L", "Lost", *[0] * 5), ("Q", "prospect", *[0] * 5))]
    )
    after = pd.concat([one, *(one.assign(customer_id=name) for name in "PLN")])
    rolled = roll_forward(before, after.drop(columns="status"), timing="end")
    assert dict(zip(rolled.customers["customer_id"], rolled.customers["movement"], strict=True)) == {
        "A": "stayed",
        "P": "new",
        "L": "reactivated",
        "Q": "not a customer",
        "N": "new",
    }


def test_an_empty_snapshot_makes_everybody_new_or_lost() -> None:
    assert roll_forward(BEFORE[:0], AFTER, timing="end").counts["new"] == 5
    assert roll_forward(BEFORE, AFTER[:0], timing="end").counts["lost"] == 4
    nothing = roll_forward(BEFORE[:0], AFTER[:0], timing="end")
    assert nothing.check == 0.0
    assert len(nothing.customers) == 0


def test_customers_beyond_the_first_block_are_followed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = roll_forward(BEFORE, AFTER, timing="mid")
    monkeypatch.setattr(sys.modules[roll_forward.__module__], "_BLOCK", 2)
    pd.testing.assert_frame_equal(roll_forward(BEFORE, AFTER, timing="mid").customers, whole.customers)


def changed(row: int, **cells: Any) -> pd.DataFrame:
    table = BEFORE.astype(object)
    for column, cell in cells.items():
        table.loc[row, column] = cell
    return table


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (changed(1, customer_id="A"), InputError, "opening.customer_id must be there once, but is again in row 2"),
        (changed(2, customer_id=" "), MissingDataError, "opening.customer_id is blank in row 3"),
        (
            changed(0, status="gone"),
            InputError,
            "opening.status must be one of active, current, lost, prospect, .* row 1",
        ),
        (changed(0, status=None), MissingDataError, "opening.status is blank in row 1"),
        (
            changed(1, retention_rate=90),
            DomainError,
            "opening.retention_rate, row 2, must be from 0 to 1, not 90; percent typed as whole number",
        ),
        (changed(3, discount_rate=-1), DomainError, "opening.discount_rate, row 4, must be above -1, not -1"),
        (changed(0, horizon=0), DomainError, "opening.horizon, row 1, must be above 0 years, or math.inf, not 0"),
        (
            changed(0, horizon=2.5),
            DomainError,
            "opening.horizon, row 1, must be whole periods, 1 a year, not 2.5 years",
        ),
        (changed(0, gross_margin="high"), InputError, "opening.gross_margin must be numbers, not 'high'"),
        (
            changed(0, gross_margin=math.inf),
            DomainError,
            "opening.gross_margin, row 1, must be a finite number, not inf",
        ),
        (changed(0, gross_margin=1e308), DomainError, "too large to be a number"),
        (changed(0, retention_rate=1, discount_rate=0), DomainError, "the endless sum diverges for opening, row 1"),
        (BEFORE.drop(columns="horizon"), InputError, "opening must have a column horizon"),
        (BEFORE.assign(customer_id=list("PQRST")), InputError, "opening and closing share no customer_id"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(table: pd.DataFrame, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        roll_forward(table, AFTER, timing="end")


def test_only_current_customers_need_their_numbers_in_order() -> None:
    odd = changed(4, retention_rate=90, discount_rate=-3)
    assert printed(amounts(roll_forward(odd, AFTER, timing="end"))) == PUBLISHED


@pytest.mark.parametrize(
    ("terms", "error", "words"),
    [
        ({"timing": "late"}, InputError, "timing must be one of"),
        ({"customers": "all"}, InputError, "customers must be one of"),
        ({"elapsed": -1}, DomainError, "elapsed must be a finite number, 0 or more, not -1"),
        ({"periods_per_year": 7}, DomainError, "to_per_year must be one of"),
        ({"order": STEPS[:4]}, InputError, "order must hold each of margin, cost_to_serve, .* once, not margin"),
        ({"order": ()}, InputError, "not nothing"),
    ],
)
def test_unknown_terms_are_refused(terms: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        roll_forward(BEFORE, AFTER, **({"timing": "end"} | terms))


def test_a_way_through_an_endless_sum_asks_for_another_order() -> None:
    before, after = snapshot(active("A", 100, 0, 0.9, 0.0)), snapshot(active("A", 100, 0, 1.0, 0.1))
    with pytest.raises(DomainError, match=r"diverges for closing, row 1, .* change assumptions in another order"):
        roll_forward(before, after, timing="end")
    order = ("margin", "cost_to_serve", "rate", "retention", "horizon")
    assert roll_forward(before, after, timing="end", order=order).check == pytest.approx(0.0, abs=1e-9)


def test_lines_that_do_not_add_up_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    both = aligned(BEFORE, AFTER)
    monkeypatch.setattr("valuation.equity.terms.Terms.survival", lambda terms, years: terms.annual_retention * 0.5)
    assert roll_forward_aligned(both, timing="end").check == pytest.approx(0.0, abs=1e-9)
    monkeypatch.setattr("valuation.equity.terms.Terms.value", lambda terms: terms.margin * 1.001 * terms.factor())
    with pytest.raises(DomainError, match="the lines of 3 customers do not add up to their closing value"):
        roll_forward_aligned(both, timing="end")
