"""
Retention while there is little history: a prior that data outweigh, and which model the data carry.

A young company has few renewals to count, and eight of nine kept is not 89% retention. Until the history
is long enough, the observed rate is drawn towards a prior one; a ladder of four rungs says when the next model may
be trusted.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.lifetime.conventions import (
    NOT_NEGATIVE,
    PROBABILITY,
    FloatArray,
    common_shape,
    plain,
    single,
    within,
)

__all__ = ["Method", "choose_method", "shrunk_retention"]

MethodName: TypeAlias = Literal["prior", "cohort", "sbg", "bgnbd"]

# The ladder's thresholds; a convention of this project, not a result from the literature.
LEAST_MONTHS: Final = 12
LEAST_EVENTS: Final = 10
COHORT_RENEWALS: Final = 2
SBG_RENEWALS: Final = 3
SBG_COHORT_SIZE: Final = 100
BGNBD_CUSTOMERS: Final = 500
BGNBD_INTERPURCHASE_TIMES: Final = 6
MONTHS_PER_YEAR: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The most demanding retention model that the history carries."""

    name: MethodName
    """"prior", "cohort", "sbg" or "bgnbd"."""

    reason: str
    """Why this one and not the next, for a reader who is no statistician."""

    rung: int
    """Step of the ladder, 1 to 4."""


def shrunk_retention(
    renewed: npt.ArrayLike, exposed: npt.ArrayLike, *, prior_rate: npt.ArrayLike, prior_weight: npt.ArrayLike
) -> FloatArray:
    r"""
    Observed retention, drawn towards a prior rate while there is little to observe.

    .. math:: \frac{k r_0 + \text{renewed}}{k + \text{exposed}}

    the mean of a beta distribution with weight :math:`k` on :math:`r_0`, after a binomial observation.

    Parameters
    ----------
    renewed : array_like
        Contracts renewed. [count]
    exposed : array_like
        Contracts that came up for renewal, `renewed` included. [count]
    prior_rate : array_like
        Retention to expect before any observation. [1/period]
    prior_weight : array_like
        How many observed renewals the prior rate counts for. [count]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing, out of
        range, or that have neither observation nor prior weight. [1/period]

    Raises
    ------
    DomainError
        If a single value is out of range, or single counts have more renewed than exposed.
    ZeroDenominatorError
        If single `exposed` and `prior_weight` are both 0.
    InputError
        If a value is not a number, or lengths differ.

    References
    ----------
    .. [1] A. Gelman et al., "Bayesian Data Analysis," 3rd ed., CRC Press, 2013, sec. 2.4.

    Examples
    --------
    >>> print(f"{shrunk_retention(8, 9, prior_rate=0.8, prior_weight=20):.6f}")
    0.827586
    """
    kept = within("renewed", renewed, NOT_NEGATIVE)
    due = within("exposed", exposed, NOT_NEGATIVE)
    r0 = within("prior_rate", prior_rate, PROBABILITY)
    k = within("prior_weight", prior_weight, NOT_NEGATIVE)
    common_shape(renewed=kept, exposed=due, prior_rate=r0, prior_weight=k)
    if kept.ndim == 0 and due.ndim == 0 and kept > due:
        raise DomainError(f"renewed must be at most exposed, {due:.15g}, not {kept:.15g}")
    if due.ndim == 0 and k.ndim == 0 and due + k == 0.0:
        raise ZeroDenominatorError("exposed and prior_weight must not both be 0: there is nothing to divide by")
    with np.errstate(all="ignore"):
        return plain(np.where(kept <= due, (k * r0 + kept) / (k + due), np.nan))


def choose_method(
    *,
    customers: float,
    events: float,
    months: float,
    contractual: bool,
    renewals_per_cohort: float = 0,
    interpurchase_times: float | None = None,
) -> Method:
    """
    The most demanding retention model that a history is long enough for.

    1. "prior": less than 12 months, fewer than 10 events, or fewer than 2 renewals per cohort.
    2. "cohort": observed retention by cohort, from 2 renewals per cohort on.
    3. "sbg": shifted-beta-geometric, for contracts with 3 renewals and 100 customers per cohort.
    4. "bgnbd": BG/NBD with Gamma-Gamma spend, without contracts, for 500 customers and 6 mean
       interpurchase times.

    Parameters
    ----------
    customers : float
        Customers in the history. [count]
    events : float
        With contracts the customers lost; without them, where leaving is not seen, the purchases or, more
        cautiously, the customers that did not come back. [count]
    months : float
        Length of the history. [months]
    contractual : bool
        Whether a customer's leaving is seen, because a contract ends.
    renewals_per_cohort : float
        Points at which each cohort could renew; customers are taken to be spread evenly over as many
        cohorts. 0 means not known: then each full year of history counts as one. [count]
    interpurchase_times : float, optional
        How many mean times between purchases the history spans. Not known if left out: then purchases
        per customer stand for it. [count]

    Returns
    -------
    Method
        Name, reason and rung.

    Raises
    ------
    DomainError
        If a number is missing, negative or infinite.
    InputError
        If a value is not one number, or `contractual` is not true or false.

    Notes
    -----
    The thresholds are this project's convention; no standard exists. On the first rung keep to a
    three-year horizon.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "How to Project Customer Retention," Journal of Interactive
       Marketing, vol. 21, no. 1, 2007: sBG.
    .. [2] P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your Customers' the Easy Way," Marketing
       Science, vol. 24, no. 2, 2005: BG/NBD.

    Examples
    --------
    >>> method = choose_method(customers=40, events=3, months=9, contractual=True)
    >>> method.name
    'prior'
    >>> print(method.reason)
    9 months of history is less than 12: use a prior or pooled retention and a 3-year horizon.
    """
    n_customers = single("customers", customers, NOT_NEGATIVE)
    n_events = single("events", events, NOT_NEGATIVE)
    n_months = single("months", months, NOT_NEGATIVE)
    renewals = single("renewals_per_cohort", renewals_per_cohort, NOT_NEGATIVE)
    if not isinstance(contractual, bool | np.bool_):
        raise InputError(f"contractual must be true or false, not {contractual!r}")
    gaps = (
        n_events / max(n_customers, 1.0)
        if interpurchase_times is None
        else single("interpurchase_times", interpurchase_times, NOT_NEGATIVE)
    )
    renewals = renewals or n_months // MONTHS_PER_YEAR

    if n_months < LEAST_MONTHS:
        return _prior(f"{n_months:g} months of history is less than {LEAST_MONTHS}")
    if n_events < LEAST_EVENTS:
        what = "customers lost" if contractual else "events"
        return _prior(f"{n_events:g} {what} are fewer than {LEAST_EVENTS}")
    if contractual:
        return _with_contracts(renewals, n_customers / max(renewals, 1.0))
    return _without_contracts(renewals, n_customers, gaps)


def _with_contracts(renewals: float, cohort_size: float) -> Method:
    """Choose between rungs 1, 2 and 3."""
    if renewals < COHORT_RENEWALS:
        return _prior(_few_renewals(renewals))
    if renewals < SBG_RENEWALS:
        return _cohort(f"{renewals:g} renewals per cohort are fewer than the {SBG_RENEWALS} of the contract model")
    if cohort_size < SBG_COHORT_SIZE:
        return _cohort(f"about {cohort_size:.0f} customers per cohort are fewer than {SBG_COHORT_SIZE}")
    return Method(
        name="sbg",
        reason=f"{renewals:g} renewals and about {cohort_size:.0f} customers per cohort carry the contract "
        "renewal model (sBG), in which retention rises as the less loyal leave first.",
        rung=3,
    )


def _without_contracts(renewals: float, customers: float, gaps: float) -> Method:
    """Choose between rungs 1, 2 and 4."""
    if customers >= BGNBD_CUSTOMERS and gaps >= BGNBD_INTERPURCHASE_TIMES:
        return Method(
            name="bgnbd",
            reason=f"{customers:g} customers and {gaps:.3g} mean times between purchases carry the repeat "
            "purchase model (BG/NBD with Gamma-Gamma), which infers who is still a customer.",
            rung=4,
        )
    if renewals < COHORT_RENEWALS:
        return _prior(_few_renewals(renewals))
    if customers < BGNBD_CUSTOMERS:
        return _cohort(f"{customers:g} customers are fewer than the {BGNBD_CUSTOMERS} of the repeat purchase model")
    return _cohort(
        f"the history spans {gaps:.3g} mean times between purchases, "
        f"fewer than the {BGNBD_INTERPURCHASE_TIMES} of the repeat purchase model"
    )


def _few_renewals(renewals: float) -> str:
    """Say that no cohort has come up for renewal often enough."""
    return f"renewals seen per cohort, {renewals:g}, are fewer than {COHORT_RENEWALS}"


def _prior(why: str) -> Method:
    """Rung 1: too little history for rates of one's own."""
    return Method(name="prior", reason=f"{why}: use a prior or pooled retention and a 3-year horizon.", rung=1)


def _cohort(why: str) -> Method:
    """Rung 2: observed rates, no model."""
    return Method(name="cohort", reason=f"{why}: use the retention observed by cohort.", rung=2)
