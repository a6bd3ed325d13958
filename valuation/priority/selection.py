"""Which customers of a stratum to ask: drawn by a hash, so that anybody can draw the same ones again."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import IntArray, refuse_rows, whole_number
from valuation.engagement.customers import trimmed
from valuation.errors import DomainError, InputError, MissingDataError

__all__ = ["SampleSelection", "sample_select"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleSelection:
    """
    Who is drawn.

    Attributes
    ----------
    selected : ndarray of bool, shape (n,)
        Whether the customer is in the sample.
    place : ndarray of int, shape (n,)
        Place of the customer in the order of its stratum, from 1: who comes next when somebody does not answer.
    """

    selected: npt.NDArray[np.bool_]
    place: IntArray


def sample_select(ids: npt.ArrayLike, strata: npt.ArrayLike, plan: Mapping[str, int], *, seed: str) -> SampleSelection:
    """
    Draw the customers of each stratum, in the order of the SHA-256 of seed, "|" and id.

    Parameters
    ----------
    ids : array_like, shape (n,)
        The customers, each once.
    strata : array_like of str, shape (n,)
        Stratum of each.
    plan : mapping of str to int
        How many to draw from each stratum. [count]
    seed : str
        Names the draw, such as ``2025Q4``; another seed draws others.

    Returns
    -------
    SampleSelection
        In the order of the ids.

    Raises
    ------
    DomainError
        If the plan asks a negative number, or more of a stratum than it has.
    InputError
        If an id is blank or stands twice, the seed is not a text, or lengths differ.
    MissingDataError
        If a customer's stratum is blank or not in the plan.

    Notes
    -----
    Without random numbers, the same seed gives the same sample on every machine, whatever the order of the rows. A
    customer who joins changes the draw of its own stratum only.

    Examples
    --------
    >>> drawn = sample_select(["C01", "C02", "C03", "C04", "C05"], ["T1"] * 5, {"T1": 2}, seed="2025Q4")
    >>> drawn.selected.tolist(), drawn.place.tolist()
    ([True, False, True, False, False], [1, 4, 2, 5, 3])
    """
    names, groups = trimmed(ids), trimmed(strata)
    if names.ndim != 1 or names.shape != groups.shape:
        raise InputError(f"ids and strata must be columns of one length, not {names.shape} and {groups.shape}")
    if not isinstance(seed, str):
        raise InputError(f"seed must be a text, not {seed!r}")
    refuse_rows(names == "", np.asarray(ids, dtype=object), InputError, "ids must not be blank")
    _refuse_twice(names)
    wanted = {str(name).strip(): whole_number(count, f"plan of {name}") for name, count in plan.items()}
    stratum = _strata(groups, list(wanted))
    members = np.bincount(stratum, minlength=len(wanted))
    for (name, count), there in zip(wanted.items(), members.tolist(), strict=True):
        if not 0 <= count <= there:
            raise DomainError(f"plan of {name} must be from 0 to its {there} customers, not {count}")
    place = _places(names.tolist(), stratum, members, seed)
    return SampleSelection(
        selected=place <= np.array(list(wanted.values()), dtype=np.int64)[stratum] if place.size else place > 0,
        place=place,
    )


def _strata(groups: npt.NDArray[np.object_], known: list[str]) -> IntArray:
    """Place of each customer's stratum in the plan."""
    places = {name: place for place, name in enumerate(known)}
    stratum = np.array([places.get(group, -1) for group in groups.tolist()], dtype=np.int64)
    refuse_rows(stratum < 0, groups, MissingDataError, "strata must be among those of the plan")
    return stratum


def _places(ids: list[str], stratum: IntArray, members: npt.NDArray[np.intp], seed: str) -> IntArray:
    """Place of each customer by its hash among those of its stratum."""
    begun = sha256(f"{seed}|".encode())
    digests = bytearray()
    for name in ids:
        whole = begun.copy()
        whole.update(name.encode())
        digests += whole.digest()
    words = np.frombuffer(digests, dtype=">u8").reshape(-1, 4)
    order = np.lexsort((*words.T[::-1], stratum))
    first = np.cumsum(members) - members
    place = np.empty(stratum.size, dtype=np.int64)
    place[order] = np.arange(1, stratum.size + 1) - first[stratum[order]]
    return place


def _refuse_twice(names: npt.NDArray[np.object_]) -> None:
    """Nobody is drawn twice; no customer's name is shown."""
    seen: dict[str, int] = {}
    for row, name in enumerate(names.tolist(), 1):
        if name in seen:
            raise InputError(f"ids must each be there once; that of row {row} stands in row {seen[name]} too")
        seen[name] = row
