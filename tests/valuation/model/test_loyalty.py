"""The loyalty case: the published example typed in, what cannot be computed, and quick profits that do the reverse."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import assumptions, found, kinds, settings, table, tables
from tests.valuation.model.by_margin import has_columns
from valuation.findings import Finding, Severity
from valuation.model import Results, value_base
from valuation.model.average import AverageCustomer
from valuation.model.loyalty import loyalty_tables
from valuation.model.spend import spend_returns
from valuation.tables import TableData

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "loyalty.json").read_text("utf-8"))
YEARS = 7
CUSTOMERS = 10
SCALE = 1000
"""The example has 10,000 customers; a base of ten makes figures a thousandth of the published ones."""
IN_ALL = ("new_customers", "investment")
"""What is said of all customers, not of one."""
TABLES = ("Loyalty case", "Loyalty figures", "Loyalty tornado", "Cases compared", "Stop rule", "Returns on spend")
NAMES = ("retention_rate", "new_customers", "margin", "cost_to_serve", "acquisition_cost", "investment")


def rows(case: str, years: int, drivers: dict[str, Any]) -> pd.DataFrame:
    """Lay a case of the example out by year; a short list goes on with its last figure."""
    columns: dict[str, Any] = {"case": [case] * years, "year": np.arange(1.0, years + 1)}
    for name in NAMES:
        given = np.atleast_1d(drivers.get(name, 0.0)).astype(float)
        values = np.concatenate([given, np.repeat(given[-1:], years)])[:years]
        columns[name] = values / SCALE if name in IN_ALL else values
    return pd.DataFrame(columns)


def drivers_table(*cases: pd.DataFrame) -> TableData:
    frame = pd.concat(cases, ignore_index=True)
    return table("Loyalty drivers", **{name: frame[name].tolist() for name in map(str, frame)})


def refresh(*parts: TableData, **terms: Any) -> Results:
    ids = [f"C{number}" for number in range(CUSTOMERS)]
    own = table("Customers", customer_id=ids, annual_margin=[250.0] * CUSTOMERS, annual_revenue=[1e3] * CUSTOMERS)
    register = assumptions(
        **{"as_of": pd.Timestamp("2025-12-31"), "sales_cost": 0.0, "case_years": float(YEARS), "timing": "end"} | terms
    )
    results = value_base(tables(own, *parts, register), wanted={"Loyalty case"})
    has_columns(results, *TABLES)
    return results


@pytest.fixture(scope="module")
def example() -> Results:
    return refresh(drivers_table(rows("base", 1, GOLDEN["base"]), rows("Card", 4, GOLDEN["program"])))


def figures(frame: "pd.Series[Any]", published: list[str], per: float = SCALE) -> None:
    """Compare with figures as published, to half a unit of their last digit."""
    digit = 0.5 * 10.0 ** -len(published[0].partition(".")[2])
    np.testing.assert_allclose(frame.dropna() * per, [float(text) for text in published], atol=digit * 1.001, rtol=0)


def test_the_published_case_by_year(example: Results) -> None:
    years = example.tables["Loyalty case"]
    assert years["year"].dropna().tolist() == list(range(1, YEARS + 1))
    assert len(years) == 10
    figures(years["increment"], GOLDEN["increment"])
    figures(years["increment_share"], GOLDEN["percent_of_base"], per=100)
    figures(years["cumulative"], GOLDEN["cumulative"])
    figures(years["npv_to_year"], GOLDEN["npv_to_period"])
    figures(years["equity_program"], GOLDEN["program_equity"])
    figures(years["equity_base"], [GOLDEN["base_equity"]] * YEARS)
    figures(years["return_program"], GOLDEN["program_return"], per=1)
    figures(years["return_base"], [GOLDEN["base_return"]] * YEARS, per=1)


def test_the_published_figures_of_the_whole_case(example: Results) -> None:
    measures = example.tables["Loyalty figures"]
    plan: Any = dict(zip(measures["measure"], measures["plan"], strict=True))
    listed = measures["plan"].tolist()
    assert listed[0] * SCALE == pytest.approx(float(GOLDEN["npv"]), abs=0.0051)
    assert listed[1] * SCALE == pytest.approx(float(GOLDEN["short_npv"]), abs=0.51)
    assert [round(100 * rate, 2) for rate in listed[2:4]] == [
        float(GOLDEN["irr_percent"]),
        float(GOLDEN["mirr_percent"]),
    ]
    assert [round(years, 3) for years in listed[4:6]] == [
        float(GOLDEN["break_even"]),
        float(GOLDEN["discounted_break_even"]),
    ]
    assert abs(listed[6]) * SCALE == pytest.approx(float(GOLDEN["trough"]), abs=0.51)
    assert listed[7] == GOLDEN["trough_period"]
    assert round(100 * listed[8], 1) == 36.0
    assert round(100 * listed[10], 1) == float(GOLDEN["required_retention_percent"])
    assert len(plan) == len(measures)


def test_half_the_effect_and_a_year_late_bring_less(example: Results) -> None:
    npv: Any = example.tables["Loyalty figures"].iloc[0]
    assert npv["half"] < npv["plan"]
    assert npv["late"] < npv["plan"]


def test_the_published_swings(example: Results) -> None:
    tornado = example.tables["Loyalty tornado"]
    swings = dict(zip(tornado["driver"], zip(tornado["low"], tornado["high"], strict=True), strict=True))
    titles = {"retention_rate": "Retention", "investment": "Investment", "cost_to_serve": "Cost to serve"}
    titles |= {"margin": "Margin", "discount_rate": "Discount rate", "acquisition_cost": "Cost of winning"}
    titles |= {"new_customers": "New customers"}
    for name, published in GOLDEN["tornado"].items():
        found_ends = [end * SCALE for end in swings[titles[name]]]
        assert found_ends == pytest.approx([float(text) for text in published], abs=0.51), name
    assert tornado["driver"].iloc[0] == "Retention"
    assert tornado["swing"].iloc[0] * SCALE == pytest.approx(float(GOLDEN["retention_swing"]), abs=0.51)
    assert (tornado["less"] <= 0).all()
    assert (tornado["more"] >= 0).all()


def test_quick_profits_raise_the_first_year_and_lower_equity(example: Results) -> None:
    compared: Any = example.tables["Cases compared"].set_index("case")
    assert compared.index.tolist() == ["Card", "cut service", "add a fee"]
    quick = compared.loc[["cut service", "add a fee"]]
    assert (quick["first_year"] > 0).all()
    assert (quick["equity_change"] < 0).all()
    assert compared.loc["Card", "first_year"] < 0 < compared.loc["Card", "equity_change"]
    assert compared.loc["Card", "verdict"] == "Loses over three years, pays over all: three years hide what it brings"


# What is typed, without the chain.

AVERAGE = AverageCustomer(
    customers=10_000.0,
    margin=300.0,
    cost_to_serve=100.0,
    retention_rate=0.8,
    new_customers=2000.0,
    acquisition_cost=250.0,
)
UNKNOWN = AverageCustomer(
    customers=10_000.0,
    margin=np.nan,
    cost_to_serve=np.nan,
    retention_rate=0.8,
    new_customers=2000.0,
    acquisition_cost=250.0,
)
Found = tuple[dict[str, pd.DataFrame], list[Finding]]


def typed(*given: tuple[Any, ...], average: AverageCustomer = AVERAGE, **terms: Any) -> Found:
    """Cases by case, year, retention and, where given, investment."""
    full = [(*row, *[None] * (4 - len(row))) for row in given]
    columns = zip(*full, strict=True) if full else ([], [], [], [])
    names = ("case", "year", "retention_rate", "investment")
    data = table("Loyalty drivers", **dict(zip(names, map(list, columns), strict=True)))
    return loyalty_tables(average, settings(**terms), tables(data))


def cases(found_: Found) -> list[str]:
    return found_[0]["Cases compared"]["case"].tolist()


QUICK = ["cut service", "add a fee"]


@pytest.mark.parametrize("years", [(1.0, 3.0), (2.0, 3.0), (1.0, 1.0)], ids=["a gap", "no first year", "twice"])
def test_years_that_are_not_each_there_once_leave_the_case_out(years: tuple[float, float]) -> None:
    results = typed(("good", 1.0, 0.82), *(("bad", year, 0.85) for year in years))
    finding = found(results[1], "years of a case")
    assert (finding.severity, finding.table, finding.rows) == (Severity.ERROR, "Loyalty drivers", (2, 3))
    assert cases(results) == ["good", *QUICK]


def test_years_may_stand_in_any_order() -> None:
    there, back = typed(("P", 1.0, 0.81), ("P", 2.0, 0.85)), typed(("P", 2.0, 0.85), ("P", 1.0, 0.81))
    pd.testing.assert_frame_equal(there[0]["Loyalty case"], back[0]["Loyalty case"])


@pytest.mark.parametrize("retention", [1.2, 81.0, -0.1])
def test_a_retention_that_cannot_be_is_found_at_its_rows(retention: float) -> None:
    results = typed(("good", 1.0, 0.82), ("bad", 1.0, 0.85), ("bad", 2.0, retention))
    finding = found(results[1], "case that cannot be computed")
    assert (finding.severity, finding.table, finding.rows) == (Severity.ERROR, "Loyalty drivers", (2, 3))
    assert "'bad'" in finding.what
    assert cases(results) == ["good", *QUICK]


def test_a_blank_takes_the_base_and_the_last_year_goes_on() -> None:
    frame = typed(("P", 1.0, None, 50.0), ("P", 2.0, 0.85, None), case_years=4.0)[0]["Stop rule"]
    assert frame["retention_planned"].dropna().tolist() == [0.8, 0.85, 0.85, 0.85]


def test_rows_of_the_base_replace_the_average_customer() -> None:
    there = typed(("P", 1.0, 0.85))
    base = typed(("P", 1.0, 0.85), (" Base ", 1.0, 0.7))
    assert cases(base) == ["P", *QUICK]
    assert there[0]["Loyalty case"]["customers_base"].iloc[0] == 10_000
    assert base[0]["Loyalty case"]["customers_base"].iloc[0] == 9_000


def test_without_a_program_quick_profits_are_still_compared() -> None:
    results = typed()
    assert cases(results) == QUICK
    assert results[0]["Loyalty case"]["year"].isna().all()
    assert len(results[0]["Loyalty case"]) == 10
    assert results[0]["Loyalty figures"]["measure"].notna().all()
    assert results[1] == []


def test_costs_unknown_and_nothing_typed_is_no_case_and_no_fault() -> None:
    results = typed(average=UNKNOWN)
    assert (cases(results), results[1]) == ([], [])


def test_a_program_without_a_base_is_found() -> None:
    results = typed(("P", 1.0, 0.85), average=UNKNOWN)
    finding = found(results[1], "case that cannot be computed")
    assert (finding.severity, finding.rows) == (Severity.ERROR, ())
    assert "'base'" in finding.what
    assert cases(results) == []


def test_a_base_typed_in_full_needs_no_average_customer() -> None:
    frame = drivers_table(rows("base", 1, GOLDEN["base"]), rows("Card", 4, GOLDEN["program"]))
    results, findings = loyalty_tables(UNKNOWN, settings(timing="end"), tables(frame))
    assert findings == []
    assert results["Cases compared"]["case"].tolist() == ["Card", *QUICK]


def test_no_customers_make_no_case() -> None:
    nobody = AverageCustomer(
        customers=0.0, margin=1.0, cost_to_serve=0.0, retention_rate=0.5, new_customers=0.0, acquisition_cost=0.0
    )
    results = typed(("P", 1.0, 0.85), average=nobody)
    assert (cases(results), results[1]) == ([], [])


@pytest.mark.parametrize("years", [3, 10])
def test_the_case_is_as_long_as_asked(years: int) -> None:
    results = typed(("P", 1.0, 0.85), case_years=float(years))
    assert results[0]["Loyalty case"]["year"].notna().sum() == years
    assert results[0]["Stop rule"]["year"].notna().sum() == years
    assert len(results[0]["Loyalty case"]) == 10


def test_the_case_on_assumptions_is_shown() -> None:
    two = (("P", 1.0, 0.81), ("Q", 1.0, 0.90))
    first, second = typed(*two), typed(*two, loyalty_case="Q")
    assert first[0]["Stop rule"]["retention_planned"].iloc[0] == 0.81
    assert second[0]["Stop rule"]["retention_planned"].iloc[0] == 0.90
    preset = typed(*two, loyalty_case="cut service")
    assert preset[0]["Loyalty case"]["increment"].iloc[0] > 0
    unknown = typed(*two, loyalty_case="R")
    assert kinds(unknown[1]) == {"unknown case"}
    assert unknown[0]["Loyalty case"]["year"].isna().all()


def test_a_quick_profit_that_cannot_be_is_a_note() -> None:
    """Nobody asked for it: retention cannot fall by more than there is."""
    leaving = AverageCustomer(
        customers=10.0, margin=3.0, cost_to_serve=1.0, retention_rate=0.01, new_customers=1.0, acquisition_cost=0.0
    )
    results = typed(("P", 1.0, 0.5), average=leaving)
    assert cases(results) == ["P"]
    assert {(finding.kind, finding.severity) for finding in results[1]} == {
        ("case that cannot be computed", Severity.NOTE)
    }


# Returns on spend.


def spend(*given: tuple[Any, ...], average: AverageCustomer = AVERAGE) -> tuple[Any, list[Finding]]:
    names = ("purpose", "name", "spend", "customers", "retention_gain", "margin_gain")
    columns = zip(*given, strict=True) if given else [[]] * 6
    data = table("Customer spend", **dict(zip(names, map(list, columns), strict=True)))
    frame, findings = spend_returns(average, settings(), tables(data))
    return frame.set_index("name"), findings


WAYS: tuple[tuple[Any, ...], ...] = (
    ("acquire", "ads", 500.0, 2.0, None, None),
    ("retain", "club", 1000.0, 100.0, 0.02, None),
    ("develop", "training", 1000.0, 100.0, None, 20.0),
)


def test_ways_to_spend_stand_side_by_side_the_best_first() -> None:
    frame, findings = spend(*WAYS)
    assert findings == []
    assert frame["return_per_unit"].is_monotonic_decreasing
    assert (frame["net"] == frame["value_created"] - frame["spend"]).all()
    assert frame["return_per_unit"].tolist() == pytest.approx((frame["value_created"] / frame["spend"]).tolist())
    assert (frame["note"] == "").all()


def test_who_is_reached_is_everybody_where_nothing_is_said() -> None:
    everybody, _ = spend(("retain", "club", 1000.0, None, 0.02, None))
    some, _ = spend(("retain", "club", 1000.0, 5000.0, 0.02, None))
    assert everybody["value_created"]["club"] == pytest.approx(2 * some["value_created"]["club"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("acquire", "x", 500.0, None, None, None), "fill in the spend and the customers that it wins"),
        (("acquire", "x", 500.0, 0.0, None, None), "fill in the spend and the customers that it wins"),
        (("retain", "x", 500.0, None, None, 5.0), "fill in the spend and the retention gain"),
        (("develop", "x", None, None, None, 5.0), "fill in the spend and the margin gain"),
    ],
)
def test_what_is_missing_is_asked_for(row: tuple[Any, ...], said: str) -> None:
    frame, findings = spend(row)
    assert frame["note"]["x"] == said
    assert np.isnan(frame["return_per_unit"]["x"])
    assert findings == []


def test_a_spend_that_cannot_be_valued_is_found_at_its_row() -> None:
    frame, findings = spend(*WAYS, ("retain", "magic", 10.0, None, 0.5, None))
    finding = found(findings, "spend that cannot be valued")
    assert (finding.severity, finding.table, finding.rows) == (Severity.WARNING, "Customer spend", (4,))
    assert frame["note"]["magic"]
    assert len(frame) == 4


def test_spend_without_an_average_customer_says_so() -> None:
    frame, _ = spend(*WAYS, average=UNKNOWN)
    assert set(frame["note"]) == {"what a customer brings is not known"}
    assert frame["return_per_unit"].isna().all()
    assert len(spend()[0]) == 0
