"""What the sample company plans: the program dips and pays, the quick profit does not last, and one goal is behind."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from valuation.assumptions import ASSUMPTIONS
from valuation.model import Results, value_base
from valuation.tables import LEVELS, PURPOSES, TABLES, TableData
from workbook_templates.sample import planted, sample_company
from workbook_templates.sample.plans import LOYALTY_PROGRAM, QUICK_PROFIT

Frames = dict[str, pd.DataFrame]
FloatArray = npt.NDArray[np.float64]
AS_OF = pd.Timestamp("2025-12-31")
YEAR = "2025-01-01"
RATE, YEARS, SHORT_VIEW = 0.10, 7, 3
KNOWN = {
    *("customer_equity", "return_on_customer", "contribution", "days_late", "support_minutes_per_1000"),
    *("self_service_share", "value_at_risk_a", "fit", "knowledge_value", "referral_value"),
    *("payback_months", "retention_rate", "sales_cost_share", "residual_value", "revenue_per_existing_customer"),
    "existing_active_customers",
}
"""Measures that the workbook knows."""


@pytest.fixture(scope="module")
def frames() -> Frames:
    return sample_company()


@pytest.fixture(scope="module")
def found(frames: Frames) -> Results:
    tables = {name: TableData(table=TABLES[name], frame=frame) for name, frame in frames.items()}
    return value_base(tables, wanted={"Receivables", "Snapshots", "Engagement value"})


@pytest.fixture(scope="module")
def now(found: Results) -> pd.DataFrame:
    """Give what is recorded of every customer at the as-of date."""
    return found.tables["Snapshots"].set_index("customer_id")


@pytest.fixture(scope="module")
def register(frames: Frames) -> "pd.Series[float]":
    rows = frames["Assumptions"]
    return rows[rows["scope"] == "all"].set_index("id")["value"]


def new_customers(frames: Frames) -> int:
    return int((frames["Customers"]["first_purchase"] >= YEAR).sum())


# --- the loyalty case -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """Profit of each year, and customer equity at the end, by hand."""

    profit: list[float]
    equity: float


def course(base: dict[str, float], rows: pd.DataFrame) -> Course:
    """Project year by year; what the case leaves blank is that of the base, and the rest changes it."""
    customers, profit, equity = base["customers"], [], 0.0
    for row in rows.to_dict("records"):
        here = {name: base[name] + (0.0 if pd.isna(row[name]) else float(row[name])) for name in base if name in row}
        end = customers * here["retention_rate"] + here["new_customers"]
        each = here["margin"] - here["cost_to_serve"]
        spent = here["new_customers"] * here["acquisition_cost"] + here["investment"]
        profit.append((customers + end) / 2 * each - spent)
        equity = end * each * here["retention_rate"] / (1 + RATE - here["retention_rate"])
        customers = end
    return Course(profit=profit, equity=equity)


@pytest.fixture(scope="module")
def base(frames: Frames, found: Results, now: pd.DataFrame) -> dict[str, float]:
    current = now[now["status"] == "current"]
    won = new_customers(frames)
    return {
        "customers": float(len(current)),
        "retention_rate": float(current["retention_rate"].mean()),
        "new_customers": float(won),
        "margin": float((current["annual_margin"] + current["cost_to_serve"]).mean()),
        "cost_to_serve": float(current["cost_to_serve"].mean()),
        "acquisition_cost": float(found.tables["Customer P&L"]["acquisition_cost"].sum()) / won,
        "investment": 0.0,
    }


def against_base(base: dict[str, float], drivers: pd.DataFrame, case: str) -> tuple[FloatArray, float]:
    """Give the yearly differences of a case from the base, and that of customer equity at the end."""
    rows = drivers[drivers["case"] == case]
    blank = rows.assign(**dict.fromkeys(base.keys() & set(rows), np.nan))
    with_it, without = course(base, rows), course(base, blank)
    return np.array(with_it.profit) - np.array(without.profit), with_it.equity - without.equity


def worth(differences: FloatArray, years: int) -> float:
    return sum(float(amount) / (1 + RATE) ** (year + 1) for year, amount in enumerate(differences[:years]))


def test_cases_run_for_seven_years_and_leave_the_base_to_the_model(frames: Frames, register: pd.Series) -> None:
    drivers = frames["Loyalty drivers"]
    assert list(drivers["case"].unique()) == [LOYALTY_PROGRAM, QUICK_PROFIT]
    assert all(list(rows["year"]) == list(range(1, YEARS + 1)) for _, rows in drivers.groupby("case"))
    assert register["case_years"] == YEARS
    assert register["loyalty_case"] == LOYALTY_PROGRAM


def test_program_gives_first_and_is_paid_back_slowly(frames: Frames, base: dict[str, float]) -> None:
    rows = frames["Loyalty drivers"].query("case == @LOYALTY_PROGRAM").reset_index(drop=True)
    assert (rows["given_as"] == "change").all()
    assert 0 < -rows["margin"][0] < 0.02 * base["margin"]
    assert (rows["retention_rate"][:3].diff().dropna() > 0).all()
    assert rows["retention_rate"][2:].nunique() == 1
    assert (rows["retention_rate"] > 0).all()
    assert rows["cost_to_serve"].is_monotonic_decreasing
    assert rows["cost_to_serve"][0] <= 0
    assert rows["investment"].is_monotonic_decreasing
    assert rows["investment"][:3].sum() > rows["investment"][3:].sum()


def test_program_dips_for_two_years_and_pays_back_within_six(frames: Frames, base: dict[str, float]) -> None:
    differences, equity = against_base(base, frames["Loyalty drivers"], LOYALTY_PROGRAM)
    assert (differences[:2] < 0).all()
    assert (differences[2:] > 0).all()
    back = int(np.flatnonzero(differences.cumsum() > 0)[0]) + 1
    assert 4 <= back <= 6
    assert worth(differences, SHORT_VIEW) < -300_000
    assert worth(differences, YEARS) > 300_000
    assert equity > 3_000_000


def test_quick_profit_looks_good_for_three_years_alone(frames: Frames, base: dict[str, float]) -> None:
    differences, equity = against_base(base, frames["Loyalty drivers"], QUICK_PROFIT)
    assert differences[0] > 50_000
    assert worth(differences, SHORT_VIEW) > 50_000
    assert worth(differences, YEARS) < -200_000
    assert equity < -1_000_000


def test_money_for_winning_customers_is_the_cost_of_winning_of_the_year(frames: Frames, found: Results) -> None:
    spend = frames["Customer spend"]
    assert list(spend["purpose"].unique()) == list(PURPOSES)
    winning = spend[spend["purpose"] == "acquire"]
    cost = found.tables["Customer P&L"]["acquisition_cost"].sum()
    assert winning["spend"].sum() == pytest.approx(cost, rel=0.01)
    assert winning["customers"].sum() == new_customers(frames)
    for purpose, gain in (("retain", "retention_gain"), ("develop", "margin_gain")):
        assert (spend[gain].notna() == (spend["purpose"] == purpose)).all()


# --- service and the panel --------------------------------------------------------------------------------------------


def test_service_levels_are_tighter_the_better_the_segment_and_the_worse_the_issue(frames: Frames) -> None:
    hours = frames["Service levels"].pivot_table(index="segment", columns="severity", values="hours")
    assert list(hours.index) == ["A", "B", "C", "N"]
    assert [float(severity) for severity in hours.columns] == [1, 2, 3, 4]
    assert (hours.diff().dropna() >= 0).all().all()
    assert (hours.diff(axis=1).dropna(axis=1) > 0).all().all()


def test_contracts_promise_hours_for_severe_issues_of_three_customers(frames: Frames) -> None:
    issues = frames["Issues"]
    promised = issues[issues["contract_hours"].notna()]
    holders = {planted.LARGEST_ACCOUNT_LOSES_MONEY, planted.VULNERABLE, planted.LOYAL_CUSTOMER}
    assert set(promised["customer_id"]) == holders
    assert (promised["severity"] <= 2).all()
    assert len(promised) == (issues["customer_id"].isin(holders) & (issues["severity"] <= 2)).sum()
    contract = frames["Customers"].set_index("customer_id")["contract_type"]
    assert (contract.loc[sorted(holders)] == "contractual").all()


def test_safety_is_not_weighed_against_value(frames: Frames, now: pd.DataFrame) -> None:
    exempt = frames["Issues"].query("exempt == 1")
    assert 3 <= len(exempt) <= 15
    assert (exempt["severity"] <= 2).all()
    waiting = exempt[exempt["closed"].isna()]
    assert list(waiting["customer_id"]) == [planted.SAFETY_REPORT]
    assert now.loc[planted.SAFETY_REPORT, "segment"] == "N"
    assert not exempt["customer_id"].isin(planted.LOUD_GROUP).any()


def test_hours_are_four_tenths_of_what_waits(frames: Frames, register: pd.Series) -> None:
    waiting = frames["Issues"]["hours"][frames["Issues"]["closed"].isna()].sum()
    assert register["service_hours"] == pytest.approx(0.4 * waiting, abs=1)
    assert sum(float(register[f"hours_floor_{segment}"]) for segment in "abcn") < 0.5 * float(register["service_hours"])


def test_words_are_words_of_the_register(register: pd.Series) -> None:
    for id_, entry in ASSUMPTIONS.items():
        value = register[id_]
        assert not entry.words or (value if isinstance(value, str) else f"{value:g}") in entry.words, id_


def test_panel_leaves_room_for_everybody(frames: Frames, register: pd.Series) -> None:
    plan = frames["Panel plan"].set_index("stratum")
    assert list(plan.index) == ["Fast adopters", "A", "B", "C", "N"]
    assert plan["minimum"].sum() < float(register["panel_size"])
    assert plan["minimum"].idxmax() == "Fast adopters"
    assert plan["maximum"].dropna().to_dict() == {"A": 15.0}
    assert plan.loc["N"].isna().all()


def test_small_fast_adopters_are_outside_segment_a(frames: Frames, register: pd.Series, now: pd.DataFrame) -> None:
    survey = frames["Survey"].set_index("customer_id")
    others = survey[(now.loc[survey.index, "segment"] != "A") & (now.loc[survey.index, "status"] == "current")]
    quick = others["adoption_days"] <= others["adoption_days"].quantile(float(register["fast_adopter_share"]))
    ahead = others["lead_user"] >= float(register["lead_user_cut"])
    assert quick.sum() > 80
    assert survey["adoption_days"].idxmin() == planted.FAST_ADOPTER  # which its ideas have brought into segment A
    assert 3 <= (ahead & ~quick).sum() <= 20
    assert now.loc[others.index[quick], "net_revenue"].median() < 10_000
    # What they took up is the evidence; nobody else has any.
    assert 0.6 < others.loc[quick, "technology"].notna().mean() < 0.95
    assert (survey.loc[survey["technology"].notna(), "adoption_days"] <= 75).all()
    assert survey["lead_user"].notna().mean() < 0.5


def test_a_third_may_be_poached_and_the_unhappy_most(frames: Frames) -> None:
    survey = frames["Survey"].set_index("customer_id")
    judged = survey["p_poach"].dropna()
    assert 0.28 < len(judged) / len(survey) < 0.38
    assert judged.idxmax() == planted.VULNERABLE
    assert (judged.loc[list(planted.UNDERVALUED)] > judged.median()).all()
    assert np.corrcoef(judged, survey.loc[judged.index, "fit"])[0, 1] < -0.1


# --- periods and rates ------------------------------------------------------------------------------------------------


def test_calendar_is_made_and_there_is_one_currency(frames: Frames) -> None:
    assert frames["Periods"].empty
    assert frames["FX"].empty
    assert not any("currency" in frames[name] for name in ("Transactions", "Invoices"))


# --- goals ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def goals(frames: Frames) -> pd.DataFrame:
    return frames["Goals"].set_index("goal_id")


def status(attained: float, pace: float) -> str:
    """Tell green from amber and red: up to ten and up to twenty-five points behind the time."""
    behind = pace - attained
    return "green" if behind <= 0.10 else "amber" if behind <= 0.25 else "red"


def paces(goals: pd.DataFrame) -> "pd.Series[float]":
    counted = goals["actual_date"].fillna(AS_OF)
    return (counted - goals["baseline_date"]).dt.days / (goals["target_date"] - goals["baseline_date"]).dt.days


def test_goals_cascade_from_the_company_down(goals: pd.DataFrame) -> None:
    assert 16 <= len(goals) <= 20
    top = goals["parent_id"].isna()
    assert list(goals.index[top]) == ["G01", "G02"]
    assert list(goals.loc[top, "level"]) == ["company", "company"]
    order = {level: place for place, level in enumerate(LEVELS)}
    below = goals[~top]
    assert set(below["parent_id"]) <= set(goals.index)
    above = goals.loc[below["parent_id"], "level"].map(order).to_numpy()
    assert (below["level"].map(order).to_numpy() > above).all()
    assert set(goals["level"]) == set(LEVELS)


def test_weights_of_what_serves_one_goal_are_a_whole(goals: pd.DataFrame) -> None:
    weights = goals.groupby(goals["parent_id"].fillna(""))["weight"].sum()
    np.testing.assert_allclose(weights, 1.0, rtol=0, atol=1e-12)


def test_every_goal_has_one_owner_by_role_and_the_lens_of_an_officer(frames: Frames, goals: pd.DataFrame) -> None:
    assert all(re.fullmatch(r"C[EFCPMR]O|Treasurer|Head of [a-z]+( [a-z]+)?", owner) for owner in goals["owner"])
    assert set(goals["lens"].dropna()) == set(frames["Officers"]["officer"])
    executives = goals[goals["level"] == "executive"]
    assert (executives["owner"] == executives["lens"]).all()
    assert set(executives["lens"]) == {"CFO", "CCO", "CPO", "CMO", "CRO"}


def test_actuals_are_typed_only_where_the_workbook_does_not_know_them(goals: pd.DataFrame) -> None:
    assert set(goals["measure"]) >= KNOWN
    assert goals["measure"].is_unique
    assert (goals["actual"].isna() == goals["measure"].isin(KNOWN)).all()
    upkeep = goals["baseline"] == goals["target"]
    assert list(goals.index[upkeep]) == ["G15"]
    assert (goals["band"].notna() == upkeep).all()


def test_one_goal_is_red_and_one_typed_goal_amber(goals: pd.DataFrame) -> None:
    typed = goals[goals["actual"].notna()]
    attained = (typed["actual"] - typed["baseline"]) / (typed["target"] - typed["baseline"])
    told = {
        goal: status(float(part), float(pace))
        for goal, part, pace in zip(typed.index, attained.to_numpy(), paces(typed).to_numpy(), strict=True)
    }
    assert told == {"G12": "amber", "G18": "red"}


def test_most_of_what_the_workbook_knows_is_green(
    frames: Frames, found: Results, now: pd.DataFrame, goals: pd.DataFrame
) -> None:
    actual = actuals(frames, found, now)
    told = {}
    for row in goals.assign(pace=paces(goals)).to_dict("records"):
        if row["measure"] in actual:
            attained = (actual[row["measure"]] - row["baseline"]) / (row["target"] - row["baseline"])
            told[row["measure"]] = status(float(attained), row["pace"])
            assert -0.1 < attained < 1.1, row["measure"]
    amber = {"self_service_share", "value_at_risk_a"}
    assert told == {name: "amber" if name in amber else "green" for name in actual}


def test_as_many_old_customers_buy_as_a_year_ago(frames: Frames, goals: pd.DataFrame) -> None:
    (target, band), *_ = goals.loc[goals["measure"] == "existing_active_customers", ["target", "band"]].to_numpy()
    customers = frames["Customers"].set_index("customer_id")
    first, ended = customers["first_purchase"], customers["end_date"]
    sales = frames["Transactions"].query("type == 'sale'")
    active = [
        len(
            set(first.index[(first < f"{year}-01-01") & ~(ended <= f"{year}-12-31")])
            & set(sales.loc[sales["date"].dt.year == year, "customer_id"])
        )
        for year in (2024, 2025)
    ]
    assert active[0] == target
    assert active[1] != target
    assert abs(active[1] - target) <= band


def actuals(frames: Frames, found: Results, now: pd.DataFrame) -> dict[str, float]:
    """Compute the measures that need no model of their own, plainly."""
    pnl, issues, survey = found.tables["Customer P&L"], frames["Issues"], frames["Survey"]
    engaged, current = found.tables["Engagement value"], now[now["status"] == "current"]
    waiting = issues[issues["closed"].isna()]
    at_risk = waiting["customer_id"].map(now["value"].where(now["segment"] == "A", 0.0)) * (
        waiting["p_loss_now"] - waiting["p_loss_served"]
    )
    first = frames["Customers"].set_index("customer_id")["first_purchase"]
    recent = frames["Transactions"].query("date >= @YEAR")
    old = recent[recent["customer_id"].map(first) < pd.Timestamp(YEAR)]
    invoices = frames["Invoices"].query("amount > 0 and due_date <= @AS_OF and invoice_date >= @YEAR")
    late = (invoices["paid_date"].fillna(AS_OF) - invoices["due_date"]).dt.days.clip(lower=0)
    revenue = pnl["net_revenue"].sum()
    each = pnl["acquisition_cost"].sum() / new_customers(frames)
    return {
        "customer_equity": now["value"].sum(),
        "residual_value": now["value"].sum(),
        "contribution": pnl["contribution"].sum(),
        "days_late": (late * invoices["amount"]).sum() / invoices["amount"].sum(),
        "support_minutes_per_1000": 60 * issues["hours"].sum() / revenue * 1_000,
        "self_service_share": survey["self_resolved"].sum() / (survey["self_resolved"].sum() + len(issues)),
        "value_at_risk_a": at_risk.sum(),
        "fit": survey["fit"].mean(),
        "knowledge_value": engaged["knowledge_value"].sum(),
        "referral_value": engaged["referral_value"].sum(),
        "payback_months": each / (current["annual_margin"].mean() / 12),
        "retention_rate": current["retention_rate"].mean(),
        "sales_cost_share": pnl["sales"].sum() / revenue,
        "revenue_per_existing_customer": old["net_amount"].sum() / old.query("type == 'sale'")["customer_id"].nunique(),
    }
