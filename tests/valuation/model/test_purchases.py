"""The purchase model in the chain: who is valued by it, and what stands in where it cannot be trusted."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import assumptions, customers, result, table, tables, transactions
from valuation.lifetime import rate_per_period, summarize_activity
from valuation.model import Results, value_base
from valuation.model.purchase_check import MOST_REPEATS, STRETCHES
from valuation.model.value import HORIZON_YEARS
from valuation.purchases import (
    BgNbdParameters,
    NbdParameters,
    PurchaseModel,
    expected_spend,
    fit_gamma_gamma,
    p_alive,
    residual_value,
)
from valuation.purchases.selection import FITS
from valuation.tables import TABLES, TableData

AS_OF = pd.Timestamp("2025-12-31")
MODEL_TABLES = (
    "Purchase models",
    "Purchase intervals",
    "Purchase tracking",
    "Purchase frequency",
    "Horizons by model",
    "Value by model",
)
LEAVERS = BgNbdParameters(r=0.8, alpha=30.0, a=0.8, b=2.0)
LOYAL = NbdParameters(r=0.8, alpha=30.0)


@cache
def sales(truth: PurchaseModel, buyers: int = 700) -> tuple[tuple[str, str, float], ...]:
    """Documents of customers who came over two years and buy as a model has it, in days."""
    rng = np.random.default_rng(7)
    start = rng.integers(0, 700, buyers)
    nothing = np.zeros(buyers)
    who, when = truth.draw_ahead(rng, nothing, nothing, nothing, np.asarray(729.0 - start, dtype=np.float64))
    rows = [(int(c), int(start[c] + t)) for c, t in zip(who, when, strict=True)]
    rows += [(c, int(day)) for c, day in enumerate(start)]
    first = np.datetime64("2024-01-02", "D")
    return tuple(
        (f"C{c:03}", str(first + day), float(amount))
        for (c, day), amount in zip(rows, np.round(rng.gamma(4.0, 25.0, len(rows)), 2), strict=True)
    )


def model_of(*parts: TableData, **assumed: object) -> Results:
    assumed = {"as_of": AS_OF, "gross_margin_pct": 0.4, "sales_cost": 0.0, **assumed}
    return value_base(tables(*parts, assumptions(**assumed)), wanted={"Value by model"})


def base_of(rows: tuple[tuple[str, str, float], ...], **columns: Any) -> tuple[TableData, TableData]:
    ids = sorted({row[0] for row in rows})
    return customers(*ids, **{name: [given.get(id_) for id_ in ids] for name, given in columns.items()}), transactions(
        *rows
    )


@cache
def leavers() -> Results:
    return model_of(*base_of(sales(LEAVERS)))


def test_without_the_pack_there_is_no_purchase_model() -> None:
    own, documents = base_of(sales(LEAVERS)[:50])
    results = value_base(tables(own, documents))
    assert not set(MODEL_TABLES) & set(results.tables)


@pytest.mark.parametrize("name", MODEL_TABLES)
def test_tables_have_the_columns_of_the_contract(name: str) -> None:
    assert list(leavers().tables[name]) == [column.name for column in TABLES[name]]
    assert list(model_of().tables[name]) == [column.name for column in TABLES[name]]


def test_each_buyer_is_worth_what_the_model_says() -> None:
    frame = result(leavers(), "Value by model")
    rows = sales(LEAVERS)
    ids, dates, amounts = zip(*rows, strict=True)
    summary = summarize_activity(
        ids, np.array(dates, dtype="datetime64[D]"), amounts, as_of=np.datetime64("2025-12-31"), days_per_period=1
    ).set_index("customer_id")
    history = [summary[name].to_numpy(dtype=float) for name in ("frequency", "recency", "age")]
    chosen = leavers().tables["Purchase models"].set_index("chosen").loc["yes", "model"]
    params = FITS[str(chosen)](*history).parameters
    spend_fit = fit_gamma_gamma(history[0], summary["monetary_value"])
    spend = np.asarray(expected_spend(spend_fit.parameters, history[0], summary["monetary_value"]))
    rate = float(rate_per_period(0.1, from_per_year=1, to_per_year=365, kind="effective"))
    worth = residual_value(params, spend, *history, margin_share=0.4, discount_rate=rate, horizon=3 * 365)
    at = summary.index.get_indexer(frame.index)
    modelled = (frame["method"] == chosen).to_numpy()
    assert 100 < modelled.sum() < len(frame)
    assert frame["value"][modelled].tolist() == pytest.approx(worth.value[at][modelled].tolist(), rel=1e-9)
    assert frame["chance_alive"][modelled].tolist() == pytest.approx(p_alive(params, *history)[at][modelled].tolist())
    assert (frame["purchases_low"][modelled] <= frame["purchases_high"][modelled]).all()
    assert frame["difference"].tolist() == pytest.approx((frame["value"] - frame["by_retention"]).tolist())


def test_who_has_left_has_no_future_by_any_method() -> None:
    frame = result(leavers(), "Value by model")
    gone = frame["method"] == "no customer any more, or not yet"
    assert gone.any()
    assert (frame["value"][gone] == 0.0).all()
    assert frame["chance_alive"][gone].isna().all()


def test_customers_under_contract_keep_their_value_by_retention() -> None:
    rows = sales(LEAVERS)
    own, documents = base_of(rows, contract_type={"C000": "contractual", "C001": "contractual"})
    results = model_of(own, documents)
    frame, retained = result(results, "Value by model"), result(results, "Lifetime value")
    assert frame.loc[["C000", "C001"], "method"].str.startswith(("retention: under contract", "no customer")).all()
    assert frame.loc["C000", "value"] == retained.loc["C000", "value"]


def test_cost_to_serve_is_charged_while_the_customer_is_there() -> None:
    rows = sales(LEAVERS)
    free, costly = (result(model_of(*base_of(rows), marketing_cost=share), "Value by model") for share in (0.0, 0.1))
    same = free["method"] == costly["method"]
    assert same.all()
    assert costly["margin"].equals(free["margin"])
    charged = costly["margin"] - costly["value"]
    modelled = free["margin"].notna()
    assert charged[modelled].to_numpy() == pytest.approx(
        (costly["marketing"] + costly["sales"] + costly["support"])[modelled].to_numpy()
    )
    assert (charged[modelled] >= 0).all()
    assert charged[modelled].sum() > 0


def test_horizons_add_up_the_customers_by_both_methods() -> None:
    table_ = leavers().tables["Horizons by model"].set_index("horizon")
    frame = leavers().tables["Value by model"]
    assert table_.loc["3 years", "by_model"] == pytest.approx(frame["value"].sum())
    assert table_.loc["3 years", "by_retention"] == pytest.approx(frame["by_retention"].sum())
    assert len(table_) == len(HORIZON_YEARS)
    assert (table_["by_model"].diff().iloc[1:] > 0).all()


def test_the_check_has_the_purchases_that_were_made() -> None:
    tables_ = leavers().tables
    repeats = len({row[:2] for row in sales(LEAVERS)}) - len({row[0] for row in sales(LEAVERS)})
    tracking = tables_["Purchase tracking"]
    assert len(tracking) == STRETCHES
    assert tracking["made_in_all"].iloc[-1] == repeats
    assert tracking["until"].iloc[-1] == AS_OF
    assert tracking["expected"].cumsum().tolist() == pytest.approx(tracking["expected_in_all"].tolist())
    frequency = tables_["Purchase frequency"]
    assert len(frequency) == MOST_REPEATS + 1
    assert frequency["customers"].sum() == pytest.approx(frequency["customers_expected"].sum())
    models = tables_["Purchase models"]
    assert models["model"].tolist() == list(FITS)
    assert models["made"].nunique() == 1
    assert models["adjustment"].tolist() == pytest.approx((models["made"] / models["foretold"]).tolist())
    intervals = tables_["Purchase intervals"]
    assert (intervals["low"] <= intervals["expected"]).all()
    widths = (intervals["high"] - intervals["low"]).tolist()
    assert widths[0] > widths[1]
    assert widths[2] > widths[3]


def test_the_same_inputs_give_the_same_bits() -> None:
    again = model_of(*base_of(sales(LEAVERS)))
    for name in MODEL_TABLES:
        pd.testing.assert_frame_equal(again.tables[name], leavers().tables[name], check_exact=True)


def test_where_nobody_leaves_the_value_stays_that_by_retention() -> None:
    results = model_of(*base_of(sales(LOYAL)))
    frame = result(results, "Value by model")
    assert "yes" not in set(results.tables["Purchase models"]["chosen"])
    assert frame["value"].equals(frame["by_retention"])
    assert "retention: no model tells who left" in set(frame["method"])
    assert "no value over years can rest on a model in which nobody leaves" in results.notes[-1]


def test_a_short_history_is_no_history() -> None:
    results = model_of(*base_of(sales(LEAVERS, 40)))
    frame = result(results, "Value by model")
    assert set(frame["method"]) <= {
        "retention: too little history for a purchase model",
        "no customer any more, or not yet",
    }
    assert frame["value"].equals(frame["by_retention"])
    assert "too little history" in results.notes[-1]


@pytest.mark.parametrize(
    "rows",
    [(), (("C0", "2025-05-01", 10.0),), (("C0", "2025-05-01", 10.0), ("C1", "2025-12-31", 5.0))],
    ids=["none", "one", "two"],
)
def test_hardly_any_purchase_is_no_reason_to_fail(rows: tuple[tuple[str, str, float], ...]) -> None:
    results = model_of(*base_of(rows)) if rows else model_of(customers("C0"))
    assert results.tables["Purchase models"]["log_likelihood"].isna().all()
    assert results.tables["Purchase tracking"]["made"].isna().all()
    assert "no purchase model settles" in results.notes[-1]


def test_typed_customers_have_no_purchases() -> None:
    results = model_of(table("Customers", customer_id=["C0"], annual_margin=[100.0]))
    assert result(results, "Value by model").loc["C0", "method"] == "retention: no purchase seen"
