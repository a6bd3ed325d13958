"""
Expected credit loss: by chance and loss of default, or by a provision matrix.

References
----------
.. [1] IFRS 9 Financial Instruments, paragraph 5.5.15 (lifetime expected loss of trade receivables) and B5.5.35
   (provision matrix).
"""

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray
from valuation.errors import InputError
from valuation.lifetime.conventions import FINITE, PROBABILITY, common_shape, plain, within

__all__ = ["expected_credit_loss", "provision_matrix"]


def expected_credit_loss(
    exposure: npt.ArrayLike, default_probability: npt.ArrayLike, loss_given_default: npt.ArrayLike
) -> FloatArray:
    r"""
    Expected credit loss: exposure times chance of default times what is then lost.

    .. math:: \max(0, \text{EAD}) \cdot \text{PD} \cdot \text{LGD}

    Parameters
    ----------
    exposure : array_like
        What the customer owes; a negative balance is no exposure. [currency]
    default_probability : array_like
        Chance that the customer does not pay, over the time until it is due. [0..1]
    loss_given_default : array_like
        Part that is then lost. [0..1]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing or out of range.
        [currency]

    Raises
    ------
    DomainError
        If a single value is missing, or a single chance or part is outside 0..1.
    InputError
        If a value is not a number, or lengths differ.

    Examples
    --------
    >>> print(f"{expected_credit_loss(31232.88, 0.06, 0.60):.2f}")
    1124.38
    """
    owed = within("exposure", exposure, FINITE)
    chance = within("default_probability", default_probability, PROBABILITY)
    lost = within("loss_given_default", loss_given_default, PROBABILITY)
    common_shape(exposure=owed, default_probability=chance, loss_given_default=lost)
    with np.errstate(all="ignore"):
        return plain(np.maximum(owed, 0.0) * chance * lost)


def provision_matrix(ageing_amounts: npt.ArrayLike, loss_rates: npt.ArrayLike) -> FloatArray:
    """
    Expected credit loss from the open balance by days past due and a loss rate for each bucket.

    Parameters
    ----------
    ageing_amounts : array_like, shape (k,) or (n, k)
        Open balance in each bucket; a negative one is no exposure. [currency]
    loss_rates : array_like, shape (k,)
        Part of each bucket that is expected to be lost. [0..1]

    Returns
    -------
    ndarray, shape (n,), or float64
        Loss, for each row of amounts; NaN in a row with an amount that is missing or infinite. [currency]

    Raises
    ------
    DomainError
        If a loss rate is missing or outside 0..1, or an amount of a single row is missing or infinite.
    InputError
        If a value is not a number, or there is not one rate for each bucket.

    Notes
    -----
    Credit balances are not set off against other buckets, so that the loss of many customers together is the sum of
    their losses only where none of them has a credit balance.

    Examples
    --------
    >>> float(provision_matrix([100000, 40000, 15000, 5000], [0.005, 0.02, 0.10, 0.45]))
    5050.0
    """
    owed, rates = within("ageing_amounts", ageing_amounts, FINITE), within("loss_rates", loss_rates, PROBABILITY)
    if rates.ndim != 1 or owed.ndim not in (1, 2) or owed.shape[-1] != rates.size or not rates.size:
        raise InputError(f"loss_rates must be one for each bucket: ageing_amounts {owed.shape}, {rates.shape}")
    _refuse_missing("loss_rates", loss_rates, rates)
    if owed.ndim == 1:
        _refuse_missing("ageing_amounts", ageing_amounts, owed)
    return plain(np.maximum(owed, 0.0) @ rates)


def _refuse_missing(name: str, given: npt.ArrayLike, values: FloatArray) -> None:
    """A sum has no rows that could fail alone."""
    limits = PROBABILITY if name == "loss_rates" else FINITE
    bad = np.flatnonzero(np.isnan(values))
    if bad.size:
        value = float(np.asarray(given, dtype=np.float64)[bad[0]])
        raise limits.refusal(f"{name}, row {bad[0] + 1},", value)
