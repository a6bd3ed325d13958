"""The measures that officers name, each against a number worked out by hand for a company of four customers."""

from typing import Any

import pandas as pd
import pytest

from tests.valuation.model.builders import Tables, customers, from_frame, settings, tables, transactions
from tests.valuation.model.by_margin import AS_OF, rows
from valuation.lenses import MEASURES
from valuation.model.accounts import accounts_of
from valuation.model.history import read_base, read_history
from valuation.model.measures import lens_measures
from valuation.model.profit import customer_profit
from valuation.model.receivables import read_receivables
from valuation.model.value import customer_value

IDS = ["A", "B", "C", "D"]
DOCUMENTS: list[tuple[str, str, float]] = [
    ("D", "2023-06-30", 70.0),
    ("A", "2024-06-30", 400.0),
    ("A", "2025-03-31", 600.0),
    ("A", "2025-06-30", 400.0),
    ("B", "2025-06-30", 250.0),
    ("B", "2025-07-30", -50.0),
    ("C", "2024-02-28", 100.0),
    ("C", "2025-02-28", 50.0),
]
COMMISSION = [None, None, 250.0, None, 10.0, None, None, None]


def measured(given: Tables) -> pd.DataFrame:
    """Measure the customers by the steps that come before, engagement values being 1, 2, 3, 4."""
    as_of = AS_OF.to_datetime64().astype("datetime64[D]")
    assumed = settings(as_of=AS_OF, gross_margin_pct=0.5, sales_cost=0.05, support_cost=0.02)
    base = read_base(given["Customers"], given["Transactions"], as_of)
    accounts = accounts_of(base, assumed, given)
    profit = customer_profit(base, assumed, given, read_receivables(base, accounts, assumed, {}))
    values = customer_value(base, read_history(base), profit, assumed, given).values
    return lens_measures(base, profit, values, pd.Series([1.0, 2.0, 3.0, 4.0]), assumed, given)


def sales(*documents: tuple[str, str, float], commission: list[float | None] | None = None) -> Tables:
    own = customers(*IDS, first_purchase=["2022-01-01"] * 4)
    paid: dict[str, Any] = {} if commission is None else {"commission": commission}
    return tables(own, transactions(*documents, **paid))


@pytest.fixture(scope="module")
def measures() -> Any:
    survey = pd.DataFrame(
        {
            "customer_id": ["B", "A", "A", "X", None],
            "fit": [0.5, 0.9, 0.1, 0.3, 0.2],
            "nps": [None, 9.0, 1.0, 3.0, 2.0],
            "self_resolved": [0.0, 6.0, 1.0, 3.0, 2.0],
            "largest_deal": [None, 5000.0, 1.0, 3.0, 2.0],
            "visits": [3.0, 12.0, 1.0, 3.0, 2.0],
            "mood": ["fine", "7", None, None, None],
            "net_revenue": [1e6, 1e6, 1e6, 1e6, 1e6],
        }
    )
    given = sales(*DOCUMENTS, commission=COMMISSION) | tables(
        from_frame("Survey", survey),
        rows(
            "Issues",
            ("issue_id", "customer_id", "opened", "hours"),
            ("1", "A", "2025-01-01", 3.0),
            ("2", "A", "2025-12-31", 1.0),
            ("3", "A", "2024-12-31", 50.0),
            ("4", "A", "2026-01-01", 50.0),
            ("5", "B", "2025-05-05"),
            ("6", "X", "2025-05-05", 50.0),
            ("7", "A", None, 50.0),
            (None,),
        ),
        rows(
            "Invoices",
            ("customer_id", "invoice_no", "invoice_date", "due_date", "paid_date", "amount"),
            ("A", "1", "2025-02-01", "2025-03-01", "2025-03-01", 100.0),
            ("A", "2", "2025-02-01", "2025-03-01", "2025-03-02", 300.0),
            ("C", "3", "2025-02-01", "2025-03-01", "2025-02-02", 50.0),
        ),
        rows(
            "Referrals",
            ("referrer_id", "referred_id"),
            *(("A", "B"), ("A", "B"), ("A", "A"), ("A", "X"), ("B", "C"), ("X", "A"), ("C", None), (None,)),
        ),
        rows(
            "Ideas",
            ("idea_id", "customer_id", "stage_probability"),
            ("1", "A", 0.5),
            ("2", "A", 0.0),
            ("3", "A"),
            ("1", "B", 1.0),
            ("4", "B", 1.0),
            ("4", "B", 1.0),
        ),
    )
    return measured(given)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("support_minutes_per_1000", [240.0, 0.0, 0.0, None]),  # four hours for 1,000; D has no revenue
        ("self_service_share", [0.75, 0.0, None, None]),  # 6 beside 2 issues; 0 beside 1
        ("fit", [0.9, 0.5, None, None]),
        ("nps", [9.0, None, None, None]),
        ("ideas", [1.0, 2.0, 0.0, 0.0]),  # neither the rejected one, nor one twice
        ("won_referrals", [1.0, 1.0, 0.0, 0.0]),  # neither oneself, nor a stranger, nor one twice
        ("revenue_growth", [1.5, None, -0.5, None]),  # from 400, nothing, 100 and nothing
        ("net_revenue", [1000.0, 200.0, 50.0, 0.0]),  # whatever a column of Survey with the same name says
        ("cts_share", [0.07, 0.07, 0.07, None]),
        ("sales_cost_share", [0.05, 0.05, 0.05, None]),
        ("largest_deal", [5000.0, 250.0, 50.0, None]),  # typed, else the largest document
        ("largest_deal_after_commission", [400.0, 240.0, 50.0, None]),  # 600 less 250 is below 400
        ("ontime_share", [0.25, None, 1.0, None]),
        ("contribution", [430.0, 86.0, 21.5, 0.0]),
        ("engagement_value", [1.0, 2.0, 3.0, 4.0]),
        ("visits", [12.0, 3.0, None, None]),
        ("mood", [7.0, None, None, None]),
    ],
)
def test_measure_by_hand(measures: Any, measure: str, expected: list[float | None]) -> None:
    wanted = [float("nan") if value is None else value for value in expected]
    assert measures[measure].tolist() == pytest.approx(wanted, nan_ok=True)


def test_every_measure_that_statements_may_name_is_there_then_those_that_people_added(measures: Any) -> None:
    assert list(measures) == [*MEASURES, "visits", "mood"]
    assert len(measures) == len(IDS)
    assert set(measures.dtypes.map(str)) == {"float64"}


def test_without_their_tables_measures_are_unknown_not_nought() -> None:
    plain = measured(sales(*DOCUMENTS))
    names = ["support_minutes_per_1000", "self_service_share", "ideas", "won_referrals", "fit", "nps", "ontime_share"]
    assert plain[names].isna().all().all()
    assert plain["largest_deal"].tolist()[:3] == [600.0, 250.0, 50.0]
    assert plain["largest_deal_after_commission"].tolist()[:3] == [600.0, 250.0, 50.0]


def test_tables_that_nobody_has_filled_in_yet_say_nothing_either() -> None:
    blank = tables(
        rows("Ideas", ("customer_id", "stage_probability"), (None,)),
        rows("Referrals", ("referrer_id", "referred_id"), (None,)),
        rows("Issues", ("customer_id", "opened", "hours"), (None,)),
    )
    found = measured(sales(*DOCUMENTS) | blank)
    assert found[["ideas", "won_referrals", "support_minutes_per_1000"]].isna().all().all()


def test_growth_needs_records_of_both_years() -> None:
    """With the first document in the course of the year before, growth would compare with a part of it."""
    found = measured(sales(*(row for row in DOCUMENTS if row[1] > "2024-03")))
    assert found["revenue_growth"].isna().all()


def test_customers_with_the_same_share_are_equal_whatever_rounding_does() -> None:
    """A typed share of revenue is the same for all; a lens must not rank them by what rounding leaves."""
    amounts = {"A": 33.333333, "B": 66.67, "C": 10.010101, "D": 0.77}
    found = measured(sales(*((id_, "2025-06-30", amount) for id_, amount in amounts.items())))
    for name in ("cts_share", "sales_cost_share"):
        assert found[name].nunique() == 1, name
