"""
Scores of recency, frequency and money. They rank customers, they do not value them.

References
----------
.. [1] J. R. Bult and T. Wansbeek, "Optimal selection for direct mail," Marketing Science, vol. 14, no. 4, pp. 378-394,
   1995.
.. [2] P. S. Fader, B. G. S. Hardie and K. L. Lee, "RFM and CLV: using iso-value curves for customer base analysis,"
   Journal of Marketing Research, vol. 42, no. 4, pp. 415-430, 2005.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray, IntArray, numbers, whole_number
from valuation.errors import DomainError, InputError

__all__ = ["RfmScores", "rfm_scores"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RfmScores:
    """
    Scores from 1 (worst) to `bins` (best); 0 in the rows that could not be scored.

    Attributes
    ----------
    recency, frequency, monetary : ndarray of int
        Scores of each customer. [1]
    bins : int
        Number of scores in use. [1]
    note : str
        Why there are fewer bins than asked for, or "".
    """

    recency: IntArray
    frequency: IntArray
    monetary: IntArray
    bins: int
    note: str


def rfm_scores(
    recency_days: npt.ArrayLike, frequency: npt.ArrayLike, monetary: npt.ArrayLike, *, bins: int
) -> RfmScores:
    r"""
    Recency, frequency and monetary scores, equal values having equal scores.

    .. math:: s_i = \min\left(b,\; 1 + \lfloor b \, \#\{j: j \text{ strictly worse than } i\} / n \rfloor\right)

    Parameters
    ----------
    recency_days : array_like, shape (n,)
        Days since the last purchase; fewer are better. [day]
    frequency : array_like, shape (n,)
        Purchases; more are better. [count]
    monetary : array_like, shape (n,)
        Spend; more is better. [currency]
    bins : int
        Scores per measure, at least 1. [1]

    Returns
    -------
    RfmScores
        The scores; 0 in all three where one of the customer's own numbers is missing, infinite or, for recency and
        frequency, negative. Such customers are not compared with.

    Raises
    ------
    DomainError
        If `bins` is below 1.
    InputError
        If the lengths differ, or something is not a number.

    Notes
    -----
    NTILE in SQL cuts the sorted list into equal parts and gives identical customers different scores; this does not.
    With fewer customers than bins there are as many bins as customers, and a note.

    Examples
    --------
    >>> scores = rfm_scores([3, 40, 40, 200], [9, 2, 2, 1], [800.0, 60.0, 90.0, 20.0], bins=4)
    >>> scores.recency.tolist(), scores.frequency.tolist(), scores.monetary.tolist()
    ([4, 2, 2, 1], [4, 2, 2, 1], [4, 2, 3, 1])
    """
    days, count, spend = (
        numbers(recency_days, "recency_days"),
        numbers(frequency, "frequency"),
        numbers(monetary, "monetary"),
    )
    for name, column in (("recency_days", days), ("frequency", count), ("monetary", spend)):
        if column.ndim != 1 or column.shape != days.shape:
            raise InputError(f"{name} must have one row per customer, {days.shape}, not {column.shape}")
    if whole_number(bins, "bins") < 1:
        raise DomainError(f"bins must be at least 1, not {bins}")
    complete = np.isfinite(days) & np.isfinite(count) & np.isfinite(spend) & (days >= 0) & (count >= 0)
    customers = int(complete.sum())
    used = min(int(bins), customers)
    note = f"{used} bins instead of {bins}: only {customers} customers could be scored" if used < bins else ""
    return RfmScores(
        recency=_scores(-days, complete, used),
        frequency=_scores(count, complete, used),
        monetary=_scores(spend, complete, used),
        bins=used,
        note=note,
    )


def _scores(measure: FloatArray, complete: npt.NDArray[np.bool_], bins: int) -> IntArray:
    """Scores of one measure of which more is better."""
    scores = np.zeros(measure.shape, dtype=np.int64)
    scored = measure[complete]
    worse = np.searchsorted(np.sort(scored), scored, side="left")
    scores[complete] = np.minimum(bins, 1 + bins * worse // max(scored.size, 1))
    return scores
