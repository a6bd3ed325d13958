"""Champions, affluents, advocates, misers: customers by what they buy and by whom they bring."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, numbers
from valuation.errors import InputError
from valuation.lifetime.conventions import FINITE, single

__all__ = ["ClvCrvSegment", "clv_crv_segment"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClvCrvSegment:
    """
    Each customer's segment, and how far from another one it is.

    Attributes
    ----------
    segment : ndarray of str, shape (n,)
        Champions (both high), Affluents (lifetime value high), Advocates (referral value high), Misers (neither); None
        where a value is missing.
    clv_distance, crv_distance : ndarray, shape (n,)
        Value less its cut. [currency]
    cut_clv, cut_crv : float
        The cuts used; NaN where nobody has both values. [currency]
    """

    segment: npt.NDArray[Any]
    clv_distance: FloatArray
    crv_distance: FloatArray
    cut_clv: float
    cut_crv: float


def clv_crv_segment(
    clv: Column, crv: Column, *, cut_clv: float | None = None, cut_crv: float | None = None
) -> ClvCrvSegment:
    """
    Segment of each customer by lifetime and referral value.

    Parameters
    ----------
    clv : array_like, shape (n,)
        Lifetime value. [currency]
    crv : array_like, shape (n,)
        Referral value. [currency]
    cut_clv, cut_crv : float, optional
        From where on a value is high; the median of the customers who have both values if left out. [currency]

    Returns
    -------
    ClvCrvSegment
        A customer for whom a value is missing or infinite has no segment, and counts in no median.

    Raises
    ------
    DomainError
        If a cut is infinite.
    InputError
        If lengths differ, or something is not a number.

    Notes
    -----
    A value is high at its cut or above it, and above 0: most customers refer nobody, so that the median is often 0,
    and whoever refers nobody is no advocate. Medians move with the base; cuts in money are for reports over time.

    References
    ----------
    .. [1] V. Kumar, J. A. Petersen, and R. P. Leone, "How Valuable Is Word of Mouth?" Harvard Business Review, vol. 85,
       no. 10, pp. 139-146, 2007.

    Examples
    --------
    >>> clv_crv_segment([900.0, 800.0, 100.0, 50.0], [70.0, 0.0, 90.0, 0.0]).segment.tolist()
    ['Champions', 'Affluents', 'Advocates', 'Misers']
    """
    lifetime, referral = numbers(clv, "clv"), numbers(crv, "crv")
    if lifetime.ndim != 1 or lifetime.shape != referral.shape:
        raise InputError(f"clv and crv must be columns of one length, not {lifetime.shape} and {referral.shape}")
    known = np.isfinite(lifetime) & np.isfinite(referral)
    cuts = [
        _median(column[known]) if cut is None else single(name, cut, FINITE)
        for name, cut, column in (("cut_clv", cut_clv, lifetime), ("cut_crv", cut_crv, referral))
    ]
    buys, brings = ((column >= cut) & (column > 0.0) for cut, column in zip(cuts, (lifetime, referral), strict=True))
    names = np.array(["Misers", "Advocates", "Affluents", "Champions"], dtype=object)
    segment = names[2 * buys.astype(np.int64) + brings]
    segment[~known] = None
    distances = [np.where(known, column, np.nan) - cut for cut, column in zip(cuts, (lifetime, referral), strict=True)]
    return ClvCrvSegment(
        segment=segment,
        clv_distance=distances[0],
        crv_distance=distances[1],
        cut_clv=cuts[0],
        cut_crv=cuts[1],
    )


def _median(values: FloatArray) -> float:
    """The median, NaN of nobody."""
    return float(np.median(values)) if values.size else float("nan")
