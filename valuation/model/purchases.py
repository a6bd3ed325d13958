"""
What customers without a contract are worth by a purchase model, beside their value by retention.

They are described by how often and how recently they bought; all times are whole days. Where the history is too short
for a purchase model, the value by retention stands in and says so.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.errors import ConvergenceError, DomainError, MissingDataError
from valuation.lifetime import rate_per_period, summarize_activity
from valuation.model.history import Base, BoolArray, FloatArray, History
from valuation.model.profit import Profit
from valuation.model.purchase_check import DAYS_PER_YEAR, Buyers, check_tables, next_year, resampled
from valuation.model.retention import gone, prospects
from valuation.model.value import HORIZON_YEARS, Value
from valuation.purchases import (
    PurchaseModel,
    PurchaseModelChoice,
    ResidualValue,
    choose_purchase_model,
    expected_purchases,
    expected_spend,
    fit_gamma_gamma,
    p_alive,
    residual_value,
)
from valuation.settings import Settings
from valuation.tables import MODEL_HORIZONS, MODEL_VALUE

__all__ = ["purchase_tables"]

IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]
Parts = dict[str, FloatArray]
COSTS: Final = ("marketing", "sales", "support")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Terms:
    """What each buyer's purchases bring and what its service costs, arrays of shape (n,)."""

    spend: FloatArray
    """Revenue to expect of a purchase. [currency]"""

    margin_share: FloatArray
    """Gross margin of the twelve months as a share of revenue. [1]"""

    costs: Parts
    """By family. [currency/day]"""


def purchase_tables(
    base: Base, history: History, profit: Profit, value: Value, settings: Settings
) -> tuple[dict[str, pd.DataFrame], str]:
    """Give the result tables of the purchase model, and in a sentence which model is used and why."""
    contractual = np.asarray(base.customers["contract_type"] == "contractual", dtype=bool)
    buyers = _buyers(base, ~contractual)
    holdout = buyers.holdout()
    choice = choose_purchase_model(*buyers.history, periods_per_year=DAYS_PER_YEAR, holdout=holdout)
    samples = resampled(None if choice.chosen is None else choice.chosen.fit, buyers.rows.size)
    tables = check_tables(buyers, choice, holdout, samples, base.as_of)
    columns, by_horizon = _valued(base, buyers, choice, samples, profit, settings)
    left = gone(base, history) | prospects(base, history)
    method = _method(base, buyers, choice, contractual, left)
    modelled = np.zeros(len(base), dtype=bool)
    modelled[buyers.rows] = choice.trusted
    modelled &= ~left
    tables[MODEL_VALUE.name] = _by_customer(base, value, method, modelled, buyers.rows, columns)
    tables[MODEL_HORIZONS.name] = _horizons(value, modelled, buyers.rows, by_horizon)
    return tables, f"Purchase model: {choice.reason}"


def _buyers(base: Base, wanted: BoolArray) -> Buyers:
    """The customers wanted who have bought, each day with a purchase counting once."""
    sales, codes = base.transactions, base.codes
    known = base.between(None, base.as_of) & (codes >= 0)
    net = sales["net_amount"].to_numpy(dtype=float)
    sold = known & (sales["type"] == "sale").to_numpy(dtype=bool) & (net > 0)
    sold[sold] &= wanted[codes[sold]]
    summary = summarize_activity(codes[sold], base.days[sold], net[sold], as_of=base.as_of, days_per_period=1)
    return Buyers(
        rows=summary["customer_id"].to_numpy(dtype=np.int64),
        frequency=summary["frequency"].to_numpy(dtype=float),
        recency=summary["recency"].to_numpy(dtype=float),
        age=summary["age"].to_numpy(dtype=float),
        monetary_value=summary["monetary_value"].to_numpy(dtype=float),
        visit_row=codes[sold],
        visit_day=base.days[sold].astype(np.int64).astype(float),
        end=float(base.as_of.astype(np.int64)),
    )


def _valued(
    base: Base,
    buyers: Buyers,
    choice: PurchaseModelChoice,
    samples: list[PurchaseModel],
    profit: Profit,
    settings: Settings,
) -> tuple[Parts, FloatArray]:
    """The columns of Value by model for the buyers, and their value by horizon; NaN without a model to trust."""
    nothing = np.full(buyers.rows.size, np.nan)
    columns = dict.fromkeys(
        (
            "chance_alive",
            "purchases_next_year",
            "purchases_low",
            "purchases_high",
            "spend",
            "margin",
            *COSTS,
            "value",
        ),
        nothing,
    )
    by_horizon = np.full((buyers.rows.size, len(HORIZON_YEARS)), np.nan)
    if choice.chosen is None or choice.chosen.fit is None or not choice.trusted:
        return columns, by_horizon
    params = choice.chosen.fit.parameters
    terms = _terms(base, buyers, profit)

    def worth(years: float) -> ResidualValue | None:
        return _residual(params, buyers, terms, settings, years)

    low, high = next_year(buyers, choice.chosen.fit, samples)
    columns |= {
        "chance_alive": p_alive(params, *buyers.history),
        "purchases_next_year": expected_purchases(params, *buyers.history, t=DAYS_PER_YEAR),
        "spend": terms.spend,
        "purchases_low": low,
        "purchases_high": high,
    }
    chosen = worth(settings.number("horizon"))
    if chosen is not None:
        columns |= {name: getattr(chosen, name) for name in ("margin", *COSTS, "value")}
    for column, years in enumerate(HORIZON_YEARS.values()):
        at = worth(years)
        if at is not None:
            by_horizon[:, column] = at.value
    return columns, by_horizon


def _terms(base: Base, buyers: Buyers, profit: Profit) -> _Terms:
    """Spend by the spend model, margin and costs of the twelve months."""
    pnl = profit.pnl.iloc[buyers.rows]
    revenue = pnl["net_revenue"].to_numpy(dtype=float)
    margin = profit.projected_margin[buyers.rows]
    everybody = np.nansum(margin) / np.nansum(revenue) if np.nansum(revenue) > 0 else np.nan
    share = np.full(revenue.size, everybody)
    np.divide(margin, revenue, out=share, where=revenue > 0)
    cost = np.maximum(profit.projected_cost[buyers.rows], 0.0) / DAYS_PER_YEAR
    total = pnl["cost_to_serve"].to_numpy(dtype=float)
    parts: Parts = {}
    for family in ("marketing", "sales"):
        part = np.zeros(total.size)
        np.divide(pnl[family].to_numpy(dtype=float), total, out=part, where=total > 0)
        parts[family] = cost * np.clip(part, 0.0, 1.0)
    parts["support"] = np.maximum(cost - parts["marketing"] - parts["sales"], 0.0)
    return _Terms(spend=_spend(buyers), margin_share=share, costs=parts)


def _spend(buyers: Buyers) -> FloatArray:
    """Revenue to expect of a purchase; where the spend model does not settle, everybody's mean for all."""
    try:
        fit = fit_gamma_gamma(buyers.frequency, buyers.monetary_value)
        spend = np.asarray(expected_spend(fit.parameters, buyers.frequency, buyers.monetary_value))
        if np.isfinite(spend).all():
            return spend
    except (ConvergenceError, MissingDataError):
        pass
    repeats = buyers.frequency > 0
    total = np.sum(buyers.frequency[repeats] * buyers.monetary_value[repeats])
    return np.full(buyers.rows.size, total / buyers.frequency.sum())


def _residual(
    params: PurchaseModel, buyers: Buyers, terms: _Terms, settings: Settings, years: float
) -> ResidualValue | None:
    """Value of the buyers over some years; None where the sum has no end."""
    rate = rate_per_period(
        settings.number("discount_rate"), from_per_year=1, to_per_year=DAYS_PER_YEAR, kind="effective"
    )
    try:
        return residual_value(
            params,
            terms.spend * terms.margin_share,  # a loss may exceed the revenue
            *buyers.history,
            margin_share=1.0,
            discount_rate=float(rate),
            horizon=years * DAYS_PER_YEAR,
            **terms.costs,
        )
    except DomainError:
        return None


def _by_customer(
    base: Base, value: Value, method: TextArray, modelled: BoolArray, rows: IntArray, columns: Parts
) -> pd.DataFrame:
    """One row for each customer: by the model where it applies, else by retention."""

    def spread(name: str) -> FloatArray:
        wide = np.full(len(base), np.nan)
        wide[rows] = columns[name]
        return np.where(modelled, wide, np.nan)

    by_retention = value.values["value"].to_numpy(dtype=float)
    by_model = np.where(modelled, spread("value"), by_retention)
    frame = pd.DataFrame({"customer_id": base.customers["customer_id"], "name": base.customers["name"]})
    frame["method"] = method
    for name in columns:
        frame[name] = spread(name)
    return frame.assign(value=by_model, by_retention=by_retention, difference=by_model - by_retention)[
        [column.name for column in MODEL_VALUE]
    ]


def _method(
    base: Base, buyers: Buyers, choice: PurchaseModelChoice, contractual: BoolArray, left: BoolArray
) -> TextArray:
    """What each customer's value by model rests on."""
    method = np.full(len(base), "retention: no purchase seen", dtype=object)
    why = "too little history for a purchase model" if choice.method.name != "bgnbd" else "no model tells who left"
    method[buyers.rows] = f"retention: {why}"
    if choice.trusted and choice.chosen is not None:
        method[buyers.rows] = choice.chosen.title
    method[contractual] = "retention: under contract"
    method[left] = "no customer any more, or not yet"
    return method


def _horizons(value: Value, modelled: BoolArray, rows: IntArray, by_horizon: FloatArray) -> pd.DataFrame:
    """The customer base by horizon, by model and by retention; whom the model leaves out counts as by retention."""
    by_model = value.values[list(HORIZON_YEARS)].to_numpy(dtype=float)
    by_model[rows] = np.where(modelled[rows, np.newaxis], by_horizon, by_model[rows])
    frame = pd.DataFrame({"horizon": value.horizons["horizon"], "by_model": by_model.sum(axis=0)})
    frame["by_retention"] = value.horizons["value"]
    return frame.assign(difference=frame["by_model"] - frame["by_retention"])[
        [column.name for column in MODEL_HORIZONS]
    ]
