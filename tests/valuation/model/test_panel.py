"""The insight panel: fast adopters are always in it, no group answers for another, and a plan may be too much."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import AS_OF, found, settings, table, tables
from valuation.findings import Finding, Severity
from valuation.model.issues import Customers
from valuation.model.panel import panel_tables
from valuation.tables import PANEL, PANEL_READINGS, PANEL_STRATA, TableData

SIZES = {"A": 4, "B": 6, "C": 12, "N": 3}
FAST = 5
"""Customers of B and C who adopt within ten days; nobody else's days are known."""


def people(**sizes: int) -> Customers:
    segment = np.repeat(np.array(list(sizes), dtype=object), list(sizes.values()))
    ids = np.concatenate([[f"{name}{number}" for number in range(size)] for name, size in sizes.items()])
    n = len(segment)
    return Customers(
        ids=ids.astype(object),
        names=ids.astype(object),
        segment=segment,
        value=np.where(segment == "N", -10.0, 100.0),
        retention_rate=np.full(n, 0.8),
        current=np.ones(n, dtype=bool),
    )


def survey(who: Customers, score: float | None = 8.0) -> TableData:
    fast = [id_ for id_ in who.ids if id_[0] in "BC"][3 : 3 + FAST]
    return table(
        "Survey",
        customer_id=who.ids.tolist(),
        nps=[score] * len(who.ids),
        adoption_days=[1.0 if id_ in fast else None for id_ in who.ids],
    )


def plan(**rows: tuple[float | None, float | None, float | None]) -> TableData:
    """Minimum, maximum and spread by group; F stands for the fast adopters."""
    names = ["fast adopters " if name == "F" else name for name in rows]
    least, most, spread = zip(*rows.values(), strict=True)
    return table("Panel plan", stratum=names, minimum=list(least), maximum=list(most), spread=list(spread))


Drawn = tuple[dict[str, pd.DataFrame], list[Finding]]


def draw(who: Customers, *parts: TableData, **assumed: Any) -> Drawn:
    results = panel_tables(who, AS_OF, settings(**({"panel_size": 12.0} | assumed)), tables(*parts))
    for given, frame in ((PANEL_STRATA, "Panel groups"), (PANEL, "Insight panel"), (PANEL_READINGS, "Panel readings")):
        assert list(results[0][frame]) == [column.name for column in given]
    return results


def groups(results: Drawn) -> pd.DataFrame:
    return results[0]["Panel groups"].set_index("stratum")


def chosen(results: Drawn, stratum: str) -> list[str]:
    panel = results[0]["Insight panel"]
    return panel.loc[panel["stratum"] == stratum, "customer_id"].tolist()


ALL = people(**SIZES)


def test_places_add_up_and_every_group_has_its_customers() -> None:
    results = draw(ALL, survey(ALL))
    by = groups(results)
    assert by["customers"].to_dict() == {"Fast adopters": 5, "A": 4, "B": 3, "C": 10, "N": 3}
    assert by["planned"].sum() == len(results[0]["Insight panel"]) == 12
    assert by["proportional"].sum() == pytest.approx(12.0)
    assert (by["weight"] * by["answered"]).tolist() == by["customers"].tolist()
    assert results[1] == []


@pytest.mark.parametrize("seed", ["", "one", "two", "three"])
def test_fast_adopters_are_always_there(seed: str) -> None:
    results = draw(ALL, survey(ALL), plan(F=(3.0, None, None)), panel_seed=seed)
    assert len(chosen(results, "Fast adopters")) == 3
    assert not set(chosen(results, "Fast adopters")) & set(chosen(results, "B") + chosen(results, "C"))


def test_minima_above_the_sample_are_found_and_make_no_panel() -> None:
    given = plan(A=(4.0, None, None), C=(10.0, None, None))
    results = draw(ALL, survey(ALL), given)
    finding = found(results[1], "no insight panel")
    assert (finding.severity, finding.table, finding.rows) == (Severity.WARNING, "Panel plan", (1, 2))
    assert len(results[0]["Insight panel"]) == 0
    assert groups(results)["customers"].sum() == len(ALL.ids)
    assert groups(results)["planned"].isna().all()
    assert results[0]["Panel readings"]["figure"].isna().all()


@pytest.mark.parametrize("row", [(-1.0, None, None), (2.5, None, None), (5.0, 2.0, None), (None, -3.0, None)])
def test_a_plan_that_cannot_be_is_found(row: tuple[float | None, float | None, float | None]) -> None:
    results = draw(ALL, survey(ALL), plan(B=row))
    assert found(results[1], "no insight panel").what
    assert len(results[0]["Insight panel"]) == 0


def test_a_sample_larger_than_the_base_asks_everybody() -> None:
    results = draw(ALL, survey(ALL), panel_size=500.0)
    assert len(results[0]["Insight panel"]) == len(ALL.ids)
    assert results[0]["Panel readings"]["figure"].iloc[5] == pytest.approx(1.0)


def test_nobody_answered() -> None:
    results = draw(ALL, survey(ALL, score=None))
    by = groups(results)
    assert by["answered"].sum() == 0
    assert set(by["note"][by["planned"] > 0]) == {"nobody answered: no other group speaks for it"}
    assert results[0]["Insight panel"]["weight"].isna().all()
    assert results[0]["Panel readings"]["figure"].isna().all()


def test_no_survey_no_plan_and_nobody() -> None:
    assert groups(draw(ALL))["planned"].sum() == 12
    nobody = people(A=0)
    results = draw(nobody)
    assert len(results[0]["Insight panel"]) == 0
    assert groups(results)["customers"].sum() == 0


def test_a_silent_group_is_spoken_for_by_no_other() -> None:
    given = survey(ALL)
    frame = given.frame.assign(nps=[np.nan if id_[0] == "A" else 5.0 for id_ in ALL.ids])
    results = draw(ALL, TableData(table=given.table, frame=frame))
    by = groups(results)
    assert by["note"]["A"] != ""
    assert np.isnan(by["score"]["A"])
    weights = by["weight"].drop("A")
    assert (weights * by["answered"].drop("A")).tolist() == by["customers"].drop("A").tolist()


def test_a_customer_more_changes_its_own_group_only() -> None:
    """With the places of every group settled by its minimum."""
    sizes = {
        "F": (2.0, 2.0, None),
        "A": (2.0, 2.0, None),
        "B": (2.0, 2.0, None),
        "C": (4.0, 4.0, None),
        "N": (2.0, 2.0, None),
    }
    before = draw(ALL, survey(ALL), plan(**sizes))
    more = people(**(SIZES | {"N": SIZES["N"] + 1}))
    after = draw(more, survey(more), plan(**sizes))
    for stratum in ("Fast adopters", "A", "B", "C"):
        assert chosen(before, stratum) == chosen(after, stratum)
    assert len(set(chosen(before, "N")) - set(chosen(after, "N"))) <= 1


def test_the_same_date_draws_the_same_and_another_seed_others() -> None:
    first, again, other = (
        draw(ALL, survey(ALL), panel_seed=seed)[0]["Insight panel"]["customer_id"].tolist() for seed in ("", "", "x")
    )
    assert first == again != other


def test_groups_that_differ_more_have_more_places_once_all_spreads_are_typed() -> None:
    sizes = people(A=10, B=10, C=10)
    some = draw(sizes, plan(A=(None, None, 9.0), B=(None, None, 1.0), C=(None, None, 1.0)))
    assert groups(some)["planned"][["A", "B", "C"]].tolist() == [4, 4, 4]
    everyone = plan(
        F=(None, None, 1.0), A=(None, None, 4.0), B=(None, None, 1.0), C=(None, None, 1.0), N=(None, None, 1.0)
    )
    assert groups(draw(sizes, everyone))["planned"][["A", "B", "C"]].tolist() == [8, 2, 2]
    flat = plan(F=(None, None, 0.0), A=(None, None, 0.0), B=(None, None, 0.0), C=(None, None, 0.0), N=(None, None, 0.0))
    assert "spread" in found(draw(sizes, flat)[1], "no insight panel").what


def test_answers_are_read_by_customers_by_value_and_plainly() -> None:
    who = people(A=2, C=8)
    given = table("Survey", customer_id=who.ids.tolist(), nps=[10.0, 10.0, *[0.0] * 8])
    results = draw(who, given, plan(A=(2.0, None, None)), panel_size=4.0)
    figures: Any = results[0]["Panel readings"]["figure"].tolist()
    assert figures[0] == pytest.approx(2.0)
    assert figures[2:4] == pytest.approx([10.0, 5.0])


def test_lead_users_are_fast_adopters_whatever_their_days() -> None:
    given = table("Survey", customer_id=ALL.ids.tolist(), lead_user=[9.0 if id_ == "C0" else 1.0 for id_ in ALL.ids])
    assert groups(draw(ALL, given, lead_user_cut=8.0))["customers"]["Fast adopters"] == 1
    assert groups(draw(ALL, given))["customers"]["Fast adopters"] == 0
