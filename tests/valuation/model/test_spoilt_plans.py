"""Whatever stands on the sheets of plans, issues and goals: the chain returns, and the values of customers stay."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import Tables, assumptions, customers, table, tables, transactions
from tests.valuation.model.by_margin import has_columns
from valuation.model import Results, value_base
from valuation.tables import NUMERIC_KINDS, Kind, TableData

WANTED = {"Snapshots", "Customer metrics", "Customer equity", "Loyalty case", "Issue queue", "Goal cascade"}
NEW = {
    *("Equity bridge", "Equity bridge by customer", "Customer equity to come", "Loyalty figures", "Loyalty tornado"),
    *("Cases compared", "Stop rule", "Returns on spend", "Service compliance", "Key customer retention"),
    *("Service hours", "Service hours by issue", "Share of voice", "Panel groups", "Insight panel", "Panel readings"),
    *("Money on the table", *WANTED),
}
PLANS = (*("Loyalty drivers", "Customer spend", "Service levels", "Panel plan", "Goals", "Issues", "Survey"),)
CALENDAR = ("FX", "Periods")
IDS = ("A", "B", "C", "D")
SEEDS = pytest.mark.parametrize("seed", range(3))
"""Each runs the whole chain."""


def company(as_of: str = "2025-12-31") -> Tables:
    days = ("2024-03-01", "2024-09-10", "2025-02-03", "2025-11-05")
    sales = [(id_, day, 100.0) for id_ in IDS for day in days]
    months = np.arange(np.datetime64("2024-01"), np.datetime64("2026-01"))
    ends = (months + 1).astype("datetime64[D]") - 1
    three: list[Any] = ["2025-01-01"] * 3
    return tables(
        customers(*IDS, first_purchase=["2020-01-01"] * 4),
        transactions(*sales, cogs=[10.0] * 16, currency=["EUR", "EUR", "EUR", "USD"] * 4),
        table("Retention", customer_id=list(IDS), probability=[0.9, 0.8, 0.7, 0.6]),
        table(
            "FX", currency=["USD"] * 2, period_end=["2025-11-30", "2024-11-30"], average_rate=[0.9, 0.95],
            closing_rate=[0.9, 0.95],
        ),
        table(
            "Periods", period=[str(month) for month in months], start=list(months.astype("datetime64[D]")),
            end=list(ends), quarter=[f"Q{n // 3}" for n in range(24)], year=[f"Y{n // 12}" for n in range(24)],
        ),
        table(
            "Loyalty drivers", case=["P", "P", "base"], year=[1.0, 2.0, 1.0], retention_rate=[0.8, 0.85, 0.75],
            new_customers=[1.0] * 3, margin=[100.0] * 3, cost_to_serve=[10.0] * 3, acquisition_cost=[5.0] * 3,
            investment=[20.0, 5.0, 0.0],
        ),
        table(
            "Customer spend", purpose=["acquire", "retain", "develop"], name=["x", "y", "z"], spend=[10.0] * 3,
            customers=[2.0, 3.0, None], retention_gain=[None, 0.02, None], margin_gain=[None, None, 5.0],
        ),
        table("Service levels", segment=["A", "B", "C"], severity=[1.0, 2.0, 2.0], hours=[4.0, 8.0, 24.0]),
        table(
            "Panel plan", stratum=["Fast adopters", "A", "B"], minimum=[1.0, 1.0, None], maximum=[None, 3.0, None],
            spread=[1.0] * 3,
        ),
        table(
            "Goals", goal_id=["1", "2", "3"], parent_id=[None, "1", "1"], level=["company", "executive", "executive"],
            lens=["CEO", "CFO", "CCO"], measure=[None, "customer_equity", "contribution"], unit=["EUR"] * 3,
            baseline=[None, 100.0, 10.0], baseline_date=three, target=[None, 200.0, 20.0],
            target_date=["2026-12-31"] * 3, actual=[None, 150.0, None], actual_date=[None, "2025-12-01", None],
            owner=["a", "b", "c"], weight=[None, 0.5, 0.5], rollup=["children", "own", "own"], band=[None] * 3,
        ),
        table(
            "Issues", issue_id=["1", "2", "3", "4"], customer_id=["A", "B", "C", "X"],
            opened=["2025-12-01", "2025-12-02", "2025-06-01", "2025-12-03"], severity=[1.0, 2.0, 1.0, 2.0],
            hours=[2.0, 3.0, 1.0, 4.0], closed=[None, None, "2025-06-03", None], p_loss_now=[0.1, 0.2, 0.3, 0.1],
            p_loss_served=[0.05, None, 0.1, 0.0], must_serve=[1.0, 0.0, None, None],
            contract_hours=[None, 4.0, None, None], exempt=[0.0, 1.0, None, None],
        ),
        table(
            "Survey", customer_id=list(IDS), fit=[0.5, 0.6, 0.7, None], nps=[5.0, 6.0, None, 9.0],
            adoption_days=[10.0, 20.0, 30.0, None], self_resolved=[1.0] * 4, wallet=[500.0, 900.0, None, 100.0],
            p_poach=[0.1, 0.2, 0.3, None], lead_user=[5.0, 6.0, 9.0, None],
        ),
        assumptions(
            as_of=pd.Timestamp(as_of), currency="EUR", sales_cost=0.1, service_hours=6.0, wallet_target_share=0.8,
            panel_size=3.0, lead_user_cut=8.0, value_tier_a=300.0, value_tier_b=100.0,
        ),
    )  # fmt: skip


NUMBERS = (-1.0, 0.0, 1.5, 7.0, 1e300, np.nan)
TEXTS = (None, "?", " A ", "", "1")
DATES = ("NaT", "1800-01-01", "2300-01-01", "2025-12-31")


def spoil(data: TableData, rng: np.random.Generator, part: float = 0.3) -> TableData:
    """Put what may stand in a cell into some cells, and sometimes take rows or a column away, or give rows twice."""
    frame = data.frame.copy()
    for column in data.table:
        if column.name not in frame:
            continue
        odd: Any = TEXTS
        if column.kind in NUMERIC_KINDS:
            odd = NUMBERS
        elif column.kind is Kind.DATE:
            odd = [pd.Timestamp(text) for text in DATES]
        cells = [odd[rng.integers(len(odd))] if rng.random() < part else cell for cell in frame[column.name].tolist()]
        frame[column.name] = pd.Series(cells, dtype=frame[column.name].dtype)
    how = rng.integers(4)
    if how == 0:
        frame = pd.concat([frame, frame], ignore_index=True)
    elif how == 1:
        frame = frame.iloc[:0]
    elif how == 2:
        frame = frame.drop(columns=str(rng.choice(frame.columns)))
    return replace(data, frame=frame, faults={})


@pytest.fixture(scope="module")
def before() -> Results:
    return value_base(company("2024-12-31"), wanted={"Snapshots"})


@pytest.fixture(scope="module")
def sound(before: Results) -> Results:
    results = value_base(company(), wanted=WANTED, last=before.tables)
    has_columns(results, *NEW)
    return results


def test_nothing_is_wrong_with_the_company_as_it_is(sound: Results) -> None:
    assert not [finding for finding in sound.findings if finding.severity == 2]
    assert sound.tables["Equity bridge"]["amount"].notna().all()
    assert len(sound.tables["Issue queue"]) == 3


@SEEDS
def test_plans_never_stop_the_chain_nor_change_what_customers_are_worth(
    before: Results, sound: Results, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    given_ = company()
    results = value_base(given_ | {name: spoil(given_[name], rng) for name in PLANS}, wanted=WANTED, last=before.tables)
    has_columns(results, *NEW)
    pd.testing.assert_frame_equal(results.tables["Lifetime value"], sound.tables["Lifetime value"])
    pd.testing.assert_frame_equal(results.tables["Customer metrics"], sound.tables["Customer metrics"])
    pd.testing.assert_frame_equal(results.tables["Equity bridge"], sound.tables["Equity bridge"])


@SEEDS
def test_rates_and_periods_never_stop_the_chain(seed: int) -> None:
    rng = np.random.default_rng(seed)
    given_ = company()
    results = value_base(given_ | {name: spoil(given_[name], rng) for name in CALENDAR}, wanted={"Customer metrics"})
    has_columns(results, "Customer metrics")
    metrics = results.tables["Customer metrics"]
    parts = metrics[["revenue_new", "revenue_maturing", "revenue_existing", "revenue_unknown"]].sum(axis=1)
    known = metrics["revenue_new"].notna()
    np.testing.assert_allclose(parts[known], metrics["revenue"][known], rtol=1e-9)


def blank(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return column.where(np.zeros(len(column), dtype=bool))


@SEEDS
def test_snapshots_that_were_typed_over_never_stop_the_chain(before: Results, sound: Results, seed: int) -> None:
    rng = np.random.default_rng(seed)
    last = dict(before.tables)
    for name in ("Snapshots", "Snapshot dates"):
        frame = last[name].copy()
        for column in frame:
            if rng.random() < 0.25:
                frame = (
                    frame.drop(columns=column)
                    if rng.random() < 0.3
                    else frame.assign(**{str(column): blank(frame[column])})
                )
        last[name] = frame
    results = value_base(company(), wanted=WANTED, last=last)
    has_columns(results, *NEW)
    pd.testing.assert_frame_equal(results.tables["Lifetime value"], sound.tables["Lifetime value"])
