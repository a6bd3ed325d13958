"""Strata of an insight panel: tiers, and before them the small customers who adopt new technology first."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, numbers
from valuation.errors import InputError
from valuation.lifetime.conventions import FINITE, NOT_NEGATIVE, single

__all__ = ["SMALL_FAST_ADOPTERS", "PanelStrata", "panel_strata"]

SMALL_FAST_ADOPTERS: Final = "Small fast adopters"
"""The stratum that is carved out of the tiers."""

_FASTEST: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelStrata:
    """
    Stratum of each customer, and why.

    Attributes
    ----------
    stratum : ndarray of str, shape (n,)
        Its tier, or `SMALL_FAST_ADOPTERS`; None where the tier is missing.
    reason : ndarray of str, shape (n,)
        "fast adopter", "lead user" or both for those who are carved out, "" otherwise.
    adoption_cut : float
        Up to how many days an adoption is fast; NaN where nobody's is known. [day]
    """

    stratum: npt.NDArray[Any]
    reason: npt.NDArray[Any]
    adoption_cut: float


def panel_strata(
    tier: npt.ArrayLike,
    *,
    adoption_days: Column | None = None,
    lead_user_score: Column | None = None,
    best_tier: str,
    adoption_cut: float | None = None,
    lead_user_cut: float | None = None,
) -> PanelStrata:
    """
    Carve the small fast adopters out of the tiers.

    They are customers outside the best tier who adopted within `adoption_cut` days, or whose lead-user score is
    `lead_user_cut` or more.

    Parameters
    ----------
    tier : array_like of str, shape (n,)
        Tier of each customer.
    adoption_days : array_like, shape (n,), optional
        Days from the launch of what is new to the customer's first use; NaN: not adopted, or not known. [day]
    lead_user_score : array_like, shape (n,), optional
        How far ahead of the market its needs are; NaN: not known. [any scale]
    best_tier : str
        Tier of the customers who are not small.
    adoption_cut : float, optional
        Up to how many days an adoption is fast; if left out, the first quartile of all customers whose days are known,
        which moves with the base. [day]
    lead_user_cut : float, optional
        From which score on a customer is a lead user; required with scores. [as the score]

    Returns
    -------
    PanelStrata
        In the order of the customers.

    Raises
    ------
    DomainError
        If a cut is out of range.
    InputError
        If lengths differ, something is not a number, or there are scores without their cut.

    Notes
    -----
    The quartile is that of Excel's QUARTILE.INC; who adopted on the very day of the cut is fast.

    References
    ----------
    .. [1] E. von Hippel, "Lead Users: A Source of Novel Product Concepts," Management Science, vol. 32, no. 7,
       pp. 791-805, 1986.

    Examples
    --------
    >>> found = panel_strata(["A", "B", "C", "C", "B"], adoption_days=[10, 90, 20, 80, 70], best_tier="A")
    >>> found.stratum.tolist(), found.adoption_cut
    (['A', 'B', 'Small fast adopters', 'C', 'B'], 20.0)
    """
    tiers = np.asarray(tier, dtype=object)
    if tiers.ndim != 1:
        raise InputError(f"tier must be one column, not of shape {tiers.shape}")
    days = _column(adoption_days, "adoption_days", tiers.size)
    score = _column(lead_user_score, "lead_user_score", tiers.size)
    if lead_user_score is not None and lead_user_cut is None:
        raise InputError("lead_user_cut must be given with lead_user_score")
    known = days[np.isfinite(days)]
    quartile = float(np.quantile(known, _FASTEST)) if known.size else float("nan")
    cut = quartile if adoption_cut is None else single("adoption_cut", adoption_cut, NOT_NEGATIVE)
    least = np.inf if lead_user_cut is None else single("lead_user_cut", lead_user_cut, FINITE)
    blank = np.array([one is None or one != one or not str(one).strip() for one in tiers], dtype=np.bool_)
    small = ~blank & np.array([str(one).strip() != best_tier.strip() for one in tiers], dtype=np.bool_)
    fast, leads = small & (days <= cut), small & (score >= least)
    words = np.array(["", "fast adopter", "lead user", "fast adopter and lead user"], dtype=object)
    stratum = np.where(fast | leads, SMALL_FAST_ADOPTERS, tiers)
    stratum[blank] = None
    return PanelStrata(stratum=stratum, reason=words[fast + 2 * leads.astype(np.int64)], adoption_cut=cut)


def _column(values: Column | None, name: str, customers: int) -> FloatArray:
    """A column of numbers; one that was left out is unknown."""
    column = np.full(customers, np.nan) if values is None else numbers(values, name)
    if column.shape != (customers,):
        raise InputError(f"{name} must have one number for each of {customers} customers, not shape {column.shape}")
    return column
