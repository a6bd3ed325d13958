"""The insight panel: whom to ask, so that small fast adopters have a voice, and what the answers on Survey say."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from valuation.errors import ValuationError
from valuation.findings import Finding, Severity
from valuation.model.history import FloatArray, IntArray
from valuation.model.issues import Customers, TextArray
from valuation.priority import (
    SMALL_FAST_ADOPTERS,
    SampleWeights,
    panel_strata,
    readings,
    sample_plan,
    sample_select,
    sample_weights,
)
from valuation.settings import Settings
from valuation.tables import (
    PANEL,
    PANEL_GROUPS,
    PANEL_MEASURES,
    PANEL_PLAN,
    PANEL_READINGS,
    PANEL_STRATA,
    SURVEY,
    TableData,
    complete_frame,
    empty_frame,
)

__all__ = ["FAST_ADOPTERS", "panel_tables"]

FAST_ADOPTERS, BEST, *_ = PANEL_GROUPS
SILENT: Final = "nobody answered: no other group speaks for it"


def panel_tables(
    customers: Customers, as_of: np.datetime64, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """
    Draw the panel from the current customers, and read its answers.

    Parameters
    ----------
    customers : Customers
        Their official segments and values.
    as_of : datetime64[D]
        Seed of the draw, where there is no other.
    settings : Settings
        The assumptions.
    tables : mapping of str to TableData
        Survey and Panel plan, where there are any.

    Returns
    -------
    dict of str to DataFrame
        Panel groups, Insight panel and Panel readings.
    list of Finding
        Why there is no panel, and groups that nobody answered for.
    """
    here = np.flatnonzero(customers.current & ~pd.isna(customers.segment))
    ids = customers.ids[here]
    survey = complete_frame(tables.get(SURVEY.name), SURVEY).drop_duplicates("customer_id").set_index("customer_id")
    survey = survey.reindex(ids)
    strata = _strata(customers.segment[here], survey, settings)
    sizes = np.array([(strata == name).sum() for name in PANEL_GROUPS], dtype=float)
    plan = _plan(tables)
    wanted = min(settings.number("panel_size"), sizes.sum())
    try:
        places = _places(sizes, wanted, plan)
        seed = settings.word("panel_seed") or str(as_of)
        drawn = sample_select(ids, strata, dict(zip(PANEL_GROUPS, places.tolist(), strict=True)), seed=seed)
    except ValuationError as error:
        return _nothing(sizes, wanted), [_no_panel(error, plan)]
    asked = np.flatnonzero(drawn.selected)
    score = survey["nps"].to_numpy(dtype=float)[asked]
    group = strata[asked]
    answered = np.array([(~np.isnan(score[group == name])).sum() for name in PANEL_GROUPS], dtype=float)
    weights = sample_weights(sizes, answered)
    value = customers.value[here][asked]
    by_stratum = dict(zip(PANEL_GROUPS, weights.weight.tolist(), strict=True))
    panel = pd.DataFrame(
        {
            "place": drawn.place[asked].astype(float),
            "stratum": group,
            "customer_id": ids[asked],
            "name": customers.names[here][asked],
            "segment": customers.segment[here][asked],
            "adoption_days": survey["adoption_days"].to_numpy(dtype=float)[asked],
            "technology": survey["technology"].to_numpy(dtype=object)[asked],
            "score": score,
            "value": value,
            "weight": np.where(np.isnan(score), np.nan, [by_stratum[name] for name in group]),
        }
    )
    order = pd.Series(group).map(PANEL_GROUPS.index).to_numpy(dtype=float)
    panel = panel.assign(order=order).sort_values(["order", "place"], ignore_index=True)
    strata_frame = _groups(sizes, wanted).assign(
        planned=places.astype(float),
        answered=answered,
        weight=weights.weight,
        score=[_mean(score[group == name]) for name in PANEL_GROUPS],
        note=[SILENT if row in weights.silent else "" for row in range(1, len(PANEL_GROUPS) + 1)],
    )
    return {
        PANEL_STRATA.name: strata_frame[[column.name for column in PANEL_STRATA]],
        PANEL.name: panel[[column.name for column in PANEL]],
        PANEL_READINGS.name: _readings(panel, places, sizes, weights),
    }, []


def _strata(segment: TextArray, survey: pd.DataFrame, settings: Settings) -> TextArray:
    """Carve the fast adopters out of the segments."""
    days, lead = (survey[name].to_numpy(dtype=float) for name in ("adoption_days", "lead_user"))
    share, cut = settings.number("fast_adopter_share"), settings.number("lead_user_cut")
    known = days[~np.isnan(days)]
    found = panel_strata(
        segment,
        adoption_days=days,
        lead_user_score=None if np.isnan(cut) else lead,
        best_tier=BEST,
        adoption_cut=float(np.quantile(known, share)) if known.size else 0.0,
        lead_user_cut=None if np.isnan(cut) else cut,
    )
    return np.where(found.stratum == SMALL_FAST_ADOPTERS, FAST_ADOPTERS, segment).astype(object)


def _plan(tables: Mapping[str, TableData]) -> pd.DataFrame:
    """Give the plan by stratum, with the row on its sheet."""
    frame = complete_frame(tables.get(PANEL_PLAN.name), PANEL_PLAN)
    named = frame["stratum"].str.strip().str.casefold()
    frame = frame.assign(stratum=named.map({name.casefold(): name for name in PANEL_GROUPS}), row=frame.index + 1)
    return frame.dropna(subset="stratum").drop_duplicates("stratum").set_index("stratum").reindex(list(PANEL_GROUPS))


def _places(sizes: FloatArray, wanted: float, plan: pd.DataFrame) -> IntArray:
    spread = plan["spread"].to_numpy(dtype=float)
    return sample_plan(
        sizes,
        int(wanted),
        minimum=plan["minimum"].fillna(0.0).to_numpy(dtype=float),
        maximum=plan["maximum"].to_numpy(dtype=float),
        spread=None if np.isnan(spread).any() else spread,
    )


def _groups(sizes: FloatArray, wanted: float) -> pd.DataFrame:
    everybody = sizes.sum()
    return pd.DataFrame(
        {
            "stratum": PANEL_GROUPS,
            "customers": sizes,
            "proportional": wanted * sizes / everybody if everybody else np.nan,
        }
    )


def _readings(panel: pd.DataFrame, places: IntArray, sizes: FloatArray, weights: SampleWeights) -> pd.DataFrame:
    """Read the answers by customers, by value, and as they would be read without care."""
    each = dict(
        zip(
            PANEL_GROUPS,
            np.divide(sizes, places, out=np.ones(len(PANEL_GROUPS)), where=places > 0).tolist(),
            strict=True,
        )
    )
    figures = np.full(len(PANEL_MEASURES), np.nan)
    if panel["score"].notna().any():
        found = readings(panel["score"], panel["stratum"], panel["stratum"].map(each), panel["value"], best_tier=BEST)
        means = (found.population, found.value, found.best_tier, found.unweighted)
        figures = np.array([*means, weights.n_effective, weights.design_effect])
    return pd.DataFrame({"measure": list(PANEL_MEASURES), "figure": figures, "meaning": list(PANEL_MEASURES.values())})


def _nothing(sizes: FloatArray, wanted: float) -> dict[str, pd.DataFrame]:
    groups = _groups(sizes, wanted).assign(planned=np.nan, answered=np.nan, weight=np.nan, score=np.nan, note="")
    return {
        PANEL_STRATA.name: groups[[column.name for column in PANEL_STRATA]],
        PANEL.name: empty_frame(PANEL),
        PANEL_READINGS.name: pd.DataFrame(
            {"measure": list(PANEL_MEASURES), "figure": np.nan, "meaning": list(PANEL_MEASURES.values())}
        ),
    }


def _no_panel(error: ValuationError, plan: pd.DataFrame) -> Finding:
    planned = plan[plan[["minimum", "maximum", "spread"]].notna().any(axis=1)]
    return Finding(
        severity=Severity.WARNING,
        kind="no insight panel",
        table=PANEL_PLAN.name,
        rows=tuple(sorted(planned["row"].astype(int).tolist())),
        what=f"The insight panel cannot be drawn: {error}",
        mend="Lower the minima, or make panel_size on Assumptions larger",
    )


def _mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else np.nan
