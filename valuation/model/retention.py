"""
The chance that a customer stays for a year: from the most particular evidence there is, and how good that is.

A customer's own record beats its segment's, which beats everybody's, which beats the buyers who came back in the
transactions, which beats the prior. Counts are drawn towards the prior; where the prior weighs more than the counts,
the chance is graded as if it were typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.lifetime import choose_method, shrunk_retention
from valuation.model.history import Base, BoolArray, FloatArray, History
from valuation.settings import Settings
from valuation.tables import TableData

__all__ = ["Retention", "chance_to_stay", "gone", "prospects"]

TextArray = npt.NDArray[np.object_]
PRIOR = "prior (assumption)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Retention:
    """
    Chance to stay for a year, arrays of shape (n,).

    Attributes
    ----------
    rate : ndarray
        0 for who is no customer any more, or not yet. [1/year]
    basis : ndarray of str
        Where it comes from.
    grade : ndarray of str
        A measured, B pooled, C prior or typed.
    """

    rate: FloatArray
    basis: TextArray
    grade: TextArray

    def use(self, mask: BoolArray, rate: npt.ArrayLike, basis: object, grade: object) -> "Retention":
        """Replace it where the mask holds."""
        return Retention(
            rate=np.where(mask, rate, self.rate),
            basis=np.where(mask, np.asarray(basis, dtype=object), self.basis),
            grade=np.where(mask, np.asarray(grade, dtype=object), self.grade),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Prior:
    """What counts are drawn towards, by customer, and how many customers it is worth."""

    rate: FloatArray
    weight: float

    def with_counts(self, renewed: npt.ArrayLike, exposed: npt.ArrayLike) -> FloatArray:
        return np.asarray(shrunk_retention(renewed, exposed, prior_rate=self.rate, prior_weight=self.weight))


def prospects(base: Base, history: History) -> BoolArray:
    """Customers to be: called so, or without any sign that they have bought; purchases outweigh the status."""
    status = base.customers["status"]
    called = np.asarray(status == "prospect", dtype=bool)
    no_sign = status.isna().to_numpy() & ~base.day_one & ~history.credited & np.isnat(history.first_purchase)
    return np.asarray((called | no_sign) & (history.purchases == 0))


def gone(base: Base, history: History) -> BoolArray:
    """
    Customers that have no future margin to count: lost, ended, or silent for twelve months.

    Silence tells nothing about a customer under contract.
    """
    customers = base.customers
    ended = customers["end_date"].to_numpy().astype("datetime64[D]") <= base.as_of
    lost = np.asarray(customers["status"] == "lost", dtype=bool)
    contractual = np.asarray(customers["contract_type"] == "contractual", dtype=bool)
    return np.asarray((ended | lost | (history.silent & ~contractual)) & ~prospects(base, history))


def chance_to_stay(
    base: Base, history: History, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[Retention, str]:
    """Choose each customer's chance to stay, and say in a note which evidence was used for how many."""
    n = len(base)
    prior = _Prior(
        rate=settings.by_customer("retention_prior", base.customers), weight=settings.number("retention_prior_weight")
    )
    everybody = np.ones(n, dtype=bool)
    nothing = Retention(rate=prior.rate, basis=np.full(n, "", dtype=object), grade=np.full(n, "", dtype=object))
    result = nothing.use(everybody, prior.rate, PRIOR, "C")
    result, why_prior = _pooled(result, base, history, prior)
    evidence = tables.get("Retention")
    if evidence is not None and len(evidence.frame):
        result = _recorded(result, base, evidence.frame, prior)
    left, to_come = gone(base, history), prospects(base, history)
    note = _note(result.basis[~left & ~to_come], why_prior)
    result = result.use(left, 0.0, "no longer a customer", "A")
    return result.use(to_come, 0.0, "not yet a customer", "A"), note


def _note(basis: TextArray, why_prior: str) -> str:
    """Say for how many customers which evidence was used."""
    sources = pd.Series(basis, dtype=object)
    kinds = sources.str.partition(":")[0] if len(sources) else sources
    uses = [
        f"{own.iloc[0] if own.nunique() == 1 else kind} ({len(own):,})"
        for kind, own in sorted(sources.groupby(kinds), key=lambda use: -len(use[1]))
    ]
    reason = f". Prior, because {why_prior}" if PRIOR in set(kinds) and why_prior else ""
    return f"Chance to stay, with the number of customers: {', '.join(uses)}{reason}" if uses else ""


def _pooled(result: Retention, base: Base, history: History, prior: _Prior) -> tuple[Retention, str]:
    """Use the part of last year's buyers that bought again this year, or say why there is too little history for it."""
    exposed = int(history.active_prior.sum())
    renewed = int((history.active_prior & history.active_12m).sum())
    method = choose_method(customers=len(base), events=exposed - renewed, months=base.months, contractual=False)
    if method.name == "prior":
        return result, method.reason
    basis = f"all customers: {renewed:,} of {exposed:,} bought again"
    rate = prior.with_counts(float(renewed), float(exposed))
    grade = "B" if exposed >= prior.weight else "C"
    return result.use(np.ones(len(base), dtype=bool), rate, basis, grade), ""


def _recorded(result: Retention, base: Base, evidence: pd.DataFrame, prior: _Prior) -> Retention:
    """Lay the rows of the Retention table over the pooled rate: everybody, then segments, then customers."""
    rows = evidence.reindex(columns=["customer_id", "segment", "renewed", "exposed", "probability"])
    own, group = rows["customer_id"].notna(), rows["segment"].notna()
    everybody = np.zeros(len(base))
    for who, mask, key, wanted in (
        ("all customers", ~own & ~group, pd.Series(0.0, index=rows.index), everybody),
        ("segment", ~own & group, rows["segment"], base.customers["segment"]),
        ("own record", own, rows["customer_id"], base.customers["customer_id"]),
    ):
        first = mask & ~(key.where(mask).duplicated() & mask)
        at = pd.Index(key[first]).get_indexer(pd.Index(wanted))
        if (at >= 0).any():
            result = _lay(result, rows[first], at, prior, who)
    return result


def _lay(result: Retention, rows: pd.DataFrame, at: npt.NDArray[np.intp], prior: _Prior, who: str) -> Retention:
    """Use each customer's row, -1 for none: a stated chance first, else counts drawn towards the prior."""
    found = at >= 0
    renewed, exposed = rows["renewed"].to_numpy(dtype=float), rows["exposed"].to_numpy(dtype=float)
    counted = (exposed > 0) & (renewed >= 0) & (renewed <= exposed)
    words = np.char.mod(who + ": %.15g", renewed)
    words = np.char.add(words, np.char.mod(" of %.15g stayed", exposed))
    measured = "A" if who == "own record" else "B"
    result = result.use(
        found & counted[at],
        prior.with_counts(np.where(counted, renewed, 0.0)[at], np.where(counted, exposed, 1.0)[at]),
        words.astype(object)[at],
        np.where(exposed >= prior.weight, measured, "C").astype(object)[at],
    )
    chance = rows["probability"].to_numpy(dtype=float)[at]
    return result.use(found & (chance >= 0) & (chance <= 1), chance, f"{who}: stated chance", "C")
