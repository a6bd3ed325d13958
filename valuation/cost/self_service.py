"""
What customers solve themselves, and what that saves.

A saving is capacity freed; it becomes cash only when the capacity is given up.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray
from valuation.errors import MissingDataError
from valuation.lifetime.conventions import NOT_NEGATIVE, PROBABILITY, common_shape, plain, within

__all__ = ["Deflection", "deflection", "self_service_share"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deflection:
    """
    Contacts that self-service made unnecessary.

    Attributes
    ----------
    deflected : ndarray or float64
        Contacts that did not come. [contact/period]
    saving : ndarray or float64
        Their cost. [currency/period]
    """

    deflected: FloatArray
    saving: FloatArray


def self_service_share(self_resolved: npt.ArrayLike, assisted: npt.ArrayLike) -> FloatArray:
    r"""
    Share of the questions that customers resolved themselves.

    .. math:: \text{self-resolved} / (\text{self-resolved} + \text{assisted})

    Parameters
    ----------
    self_resolved : array_like
        Questions resolved in self-service or by the community. [count/period]
    assisted : array_like
        Contacts that the company's people handled. [count/period]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing or out of range, or without
        any question. [0..1]

    Raises
    ------
    DomainError
        If a single value is missing or negative.
    InputError
        If a value is not a number, or lengths differ.
    MissingDataError
        If a single pair has no questions at all.

    Examples
    --------
    >>> print(f"{self_service_share(420, 880):.4f}")
    0.3231
    """
    alone, helped = within("self_resolved", self_resolved, NOT_NEGATIVE), within("assisted", assisted, NOT_NEGATIVE)
    if common_shape(self_resolved=alone, assisted=helped) == () and alone == 0 and helped == 0:
        raise MissingDataError("self_resolved and assisted are both 0: nobody asked anything")
    with np.errstate(all="ignore"):
        # Halved, so that the sum of two large numbers stays finite.
        return plain(alone / 2 / (alone / 2 + helped / 2))


def deflection(sessions: npt.ArrayLike, deflection_rate: npt.ArrayLike, unit_cost: npt.ArrayLike) -> Deflection:
    r"""
    Contacts that self-service made unnecessary, and what they would have cost.

    .. math:: \text{sessions} \times \text{rate} \times \text{unit cost}

    Parameters
    ----------
    sessions : array_like
        Visits to self-service or community. [count/period]
    deflection_rate : array_like
        Part of them after which no contact came, by evidence such as a survey; not every view is one. [0..1]
    unit_cost : array_like
        Cost of one assisted contact. [currency/contact]

    Returns
    -------
    Deflection
        Contacts and saving, in the shape of the inputs broadcast together; NaN in the rows whose own inputs are missing
        or out of range.

    Raises
    ------
    DomainError
        If a single value is missing or out of range.
    InputError
        If a value is not a number, or lengths differ.

    Examples
    --------
    >>> found = deflection(1200, 0.35, 18)
    >>> print(f"{found.deflected:.0f} {found.saving:.0f}")
    420 7560
    """
    visits, cost = within("sessions", sessions, NOT_NEGATIVE), within("unit_cost", unit_cost, NOT_NEGATIVE)
    rate = within("deflection_rate", deflection_rate, PROBABILITY)
    common_shape(sessions=visits, deflection_rate=rate, unit_cost=cost)
    with np.errstate(all="ignore"):
        return Deflection(deflected=plain(visits * rate), saving=plain(visits * rate * cost))
