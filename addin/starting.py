"""What a workbook begins with: the register of assumptions at its defaults, and plans for people to edit."""

from collections.abc import Mapping, Sequence

import pandas as pd

from addin.cells import column_cells
from addin.settings import BY_HAND
from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.goals import default_goals
from valuation.lenses import default_statements
from valuation.model.plan_defaults import default_panel_plan, default_service_levels
from valuation.tables import ASSUMPTIONS, GOALS, OFFICERS, PANEL_PLAN, SERVICE_LEVELS, STATEMENTS
from workbook_templates.packs.officers import QUESTIONS
from workbook_templates.plan import Cell

__all__ = ["Entry", "register", "starting_tables"]

Entry = dict[str, Cell]
"""A row of the register by contract column."""


def starting_tables(inputs: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """
    Lay input tables over those with which a workbook begins.

    Officers and their statements begin with those of `valuation.lenses.default_statements`, goals with those of
    `valuation.goals.default_goals`, service levels and the panel's plan with those of `valuation.model.plan_defaults`.
    """
    return _officers_to_begin_with(inputs) | _plans_to_begin_with() | dict(inputs)


def register(
    given: pd.DataFrame | None, settings: Mapping[str, Cell], *, source: Mapping[str, str] | None = None
) -> Sequence[Entry]:
    """
    Lay given assumptions and settings over the defaults: scope all in the order of the register, then the others.

    Parameters
    ----------
    given : DataFrame or None
        Rows of the contract's Assumptions.
    settings : mapping of str to Cell
        Values for scope all.
    source : mapping of str to str, optional
        Where a setting comes from, by id; by hand without it.
    """
    entries: list[Entry] = []
    if given is not None:
        columns = [column_cells(given[name], ASSUMPTIONS[name]) for name in given.columns]
        entries = [dict(zip(given.columns, row, strict=True)) for row in zip(*columns, strict=True)]
    for_all = {entry["id"]: entry for entry in entries if entry.get("scope") in (None, "all")}
    special = [entry for entry in entries if entry.get("scope") not in (None, "all")]
    by_hand = {id_: {"value": value, "source": (source or {}).get(id_, BY_HAND)} for id_, value in settings.items()}
    return [for_all.get(id_, _default(id_)) | by_hand.get(id_, {}) for id_ in REGISTER] + special


def _default(id_: str) -> Entry:
    """Give the row of an assumption at its documented default."""
    assumption = REGISTER[id_]
    source = "documented default" if assumption.default not in (None, "") else ""
    value = "inf" if assumption.default == float("inf") else assumption.default
    return {
        "id": id_,
        "name": assumption.title,
        "value": value or None if isinstance(value, str) else value,
        "unit": assumption.unit,
        "scope": "all",
        "source": source or None,
    }


def _officers_to_begin_with(inputs: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give statements for people to edit, and the officers who make them, of equal weight and without signature."""
    statements = inputs.get(STATEMENTS.name, default_statements())
    officers = statements["officer"].dropna().drop_duplicates().to_numpy(dtype=object)
    weights = pd.Series([1 / max(len(officers), 1)] * len(officers), dtype="float64")
    questions = [QUESTIONS.get(str(officer)) for officer in officers]
    rows = pd.DataFrame({"officer": officers, "question": questions, "weight": weights.round(4)})
    return {OFFICERS.name: rows, STATEMENTS.name: statements}


def _plans_to_begin_with() -> dict[str, pd.DataFrame]:
    """Give plans for people to edit; each goal is its officer's until somebody else owns it."""
    goals = default_goals()
    return {
        SERVICE_LEVELS.name: default_service_levels(),
        PANEL_PLAN.name: default_panel_plan(),
        GOALS.name: goals.assign(owner=goals["lens"]).replace({"": None})[[column.name for column in GOALS]],
    }
