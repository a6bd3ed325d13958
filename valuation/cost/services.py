"""
Service departments: pools that serve other pools, and what their cost ends up on.

Personnel serves the IT department, which serves personnel, and both serve the help desk. Three methods are in use.
The reciprocal one charges every service as it was used, round and round; step-down closes the service pools one after
the other and charges none that is closed; direct ignores what they do for each other. Here the three are one
computation: a method is the set of services between service pools that it sees.

Each service pool's own amount is followed to the pools that keep it, in whole cents: nothing gets lost on the way, and
every cent of an operating pool can be traced to the pool that spent it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from operator import mul
from typing import Any, Final, Literal, TypeAlias, cast, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.allocation import allocate_units
from valuation.cost.amounts import Column, FloatArray, IntArray, numbers, raw_array, read_exactly, whole_units
from valuation.errors import DomainError, InputError

__all__ = [
    "SERVICE_METHODS",
    "ServiceCosts",
    "ServiceMethod",
    "allocate_services",
    "service_comparison",
    "service_costs",
]

ServiceMethod: TypeAlias = Literal["reciprocal", "step-down", "direct"]
SERVICE_METHODS: Final[tuple[ServiceMethod, ...]] = get_args(ServiceMethod)

_TOLERANCE: Final = Fraction(1, 10**9)  # of a row's sum of shares
_MOST_EXACT_SERVICES: Final = 30
_MOST_EXACT_PRODUCTS: Final = 1_000_000

_Row: TypeAlias = list[int]
_Shares: TypeAlias = npt.ArrayLike | Sequence[Sequence[float | Decimal | Fraction]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceCosts:
    """
    Where the cost of the service pools went.

    Attributes
    ----------
    services : ndarray of int, shape (s,)
        Places of the service pools in what was given, counted from 0.
    receivers : ndarray of int, shape (o,)
        Places of the operating pools or objects, which keep their cost.
    totals : ndarray, shape (s,)
        Cost of each service pool with the services that it received; together more than the own amounts, because what
        one pool charges to another is part of both. [currency]
    absorption : ndarray, shape (s, o)
        The part of each service pool's own amount that ends on each receiver; every row sums to 1. [1]
    flow_units : ndarray of int64, shape (s, o)
        The same in cents; every row sums to the pool's own amount exactly. [cents]
    final_units : ndarray of int64, shape (o,)
        Amount of each receiver, its own included; they sum to all amounts given, exactly. [cents]
    """

    services: IntArray
    receivers: IntArray
    totals: FloatArray
    absorption: FloatArray
    flow_units: IntArray
    final_units: IntArray

    @property
    def flows(self) -> FloatArray:
        """From service pool to receiver. [currency]"""
        return self.flow_units / 100.0

    @property
    def final(self) -> FloatArray:
        """Amount of each receiver, its own included. [currency]"""
        return self.final_units / 100.0


def service_costs(
    amounts: Column, shares: _Shares, *, method: ServiceMethod, order: Sequence[int] | None = None
) -> ServiceCosts:
    """
    Cost of the operating pools with the service pools' cost charged to them.

    Parameters
    ----------
    amounts : array_like, shape (p,)
        Own cost of every pool, service and operating ones, of either sign, in whole cents. [currency]
    shares : array_like, shape (p, p)
        In row i, the share of pool i's service that each pool uses. A row of zeros is an operating pool, which keeps
        its cost; any other row sums to 1. [1]
    method : {"reciprocal", "step-down", "direct"}
        How services between service pools are seen.
    order : sequence of int, optional
        For step-down: the places of the service pools, counted from 0, in the order in which they are closed; in the
        order of the rows if left out. The other methods know no order.

    Returns
    -------
    ServiceCosts
        Receivers are the operating pools.

    Raises
    ------
    DomainError
        If a share is negative or infinite, a pool serves itself, a row's shares do not sum to 1 within 1e-9, an amount
        is not in whole cents, or service pools have no operating pool to charge: with any method if none is reached in
        the end, with "direct" if a pool serves service pools only, with "step-down" if all that it serves are closed.
    InputError
        If a number is missing or none, shapes do not fit, or the method or the order is unknown.

    Notes
    -----
    See `allocate_services` for how it is computed and how exact it is.

    Examples
    --------
    >>> shares = [[0, 0.1, 0.5, 0.4], [0.2, 0, 0.3, 0.5], [0, 0, 0, 0], [0, 0, 0, 0]]
    >>> service_costs([100000, 60000, 0, 0], shares, method="reciprocal").final.tolist()
    [78571.43, 81428.57]
    """
    units = _units(amounts)
    matrix = _matrix(shares, "shares")
    if matrix.shape != (len(units), len(units)):
        raise InputError(f"shares must be {len(units)} x {len(units)}, not of shape {matrix.shape}")
    rows = _integer_rows(matrix, "shares")
    places = [place for place, row in enumerate(rows) if any(row)]
    receivers = [place for place, row in enumerate(rows) if not any(row)]
    among = [[rows[place][other] for other in places] for place in places]
    final = [[rows[place][other] for other in receivers] for place in places]
    closing = _closing_order(order, places)
    own = [units[place] for place in receivers]
    return _charged([units[place] for place in places], among, final, own, method, closing, places, receivers)


def allocate_services(
    amounts: Column,
    shares: _Shares,
    final_shares: _Shares,
    *,
    method: ServiceMethod,
    order: Sequence[int] | None = None,
) -> ServiceCosts:
    r"""
    Cost of service pools charged to the objects that they serve in the end.

    .. math:: x = c + S^T x, \qquad A = (I - S)^{-1} F

    Parameters
    ----------
    amounts : array_like, shape (s,)
        Own cost of each service pool, :math:`c`, of either sign, in whole cents. [currency]
    shares : array_like, shape (s, s)
        In row i, the share of pool i's service that each service pool uses, :math:`S`. [1]
    final_shares : array_like, shape (s, o)
        In row i, the share that each object uses, :math:`F`. A row of both together sums to 1. [1]
    method : {"reciprocal", "step-down", "direct"}
        "step-down" leaves out of :math:`S` what is used by pools that are closed earlier, "direct" all of it; the other
        shares of the row then count in proportion.
    order : sequence of int, optional
        For step-down: the pools, counted from 0, in the order in which they are closed; as given if left out.

    Returns
    -------
    ServiceCosts
        `totals` is :math:`x`, `absorption` :math:`A`; receivers are the objects.

    Raises
    ------
    DomainError
        As `service_costs`; here a row of zeros does not sum to 1 either.
    InputError
        As `service_costs`.

    Notes
    -----
    A pool that serves itself is refused. Its own use changes nothing in what others are charged, but it would raise the
    pool's total, and more often it is a slip: leave it out and divide the row by what is left.
    Each pool's own amount is shared by `allocate_units` in proportion to its row of :math:`A`, so that a receiver is
    within a cent per service pool of the exact amount.

    A share stands for its shortest decimal, and a row whose sum is off by less than 1e-9 (three times 0.3333333333) is
    divided by its sum. Up to 30 service pools, while pools times pools times objects are at most 1,000,000, the
    equations are solved in integers, and every cent is that of exact arithmetic. Beyond, they are solved in floats:
    amounts still add up to the cent, but which of two nearly equal fractions of a cent is rounded up may differ.

    References
    ----------
    .. [1] C. T. Horngren, S. M. Datar and M. V. Rajan, *Cost Accounting: A Managerial Emphasis*, 15th ed., Pearson,
       2015, ch. 15 (direct, step-down and reciprocal methods).

    Examples
    --------
    >>> costs = allocate_services(
    ...     [100000, 60000], [[0, 0.1], [0.2, 0]], [[0.5, 0.4], [0.3, 0.5]], method="step-down"
    ... )
    >>> costs.final.tolist(), costs.totals.tolist()
    ([76250.0, 83750.0], [100000.0, 70000.0])
    """
    units = _units(amounts)
    parts = {"shares": _matrix(shares, "shares"), "final_shares": _matrix(final_shares, "final_shares")}
    for name, matrix in parts.items():
        if matrix.shape[0] != len(units):
            raise InputError(f"{name} must have a row for each of {len(units)} amounts, not {matrix.shape[0]}")
    if parts["shares"].shape[1] != len(units):
        raise InputError(f"shares must be {len(units)} x {len(units)}, not of shape {parts['shares'].shape}")
    rows = _integer_rows(np.hstack(list(parts.values())), "shares and final_shares")
    for place, row in enumerate(rows, 1):
        if not any(row):
            raise DomainError(f"shares and final_shares must sum to 1 in every row, not to 0 in row {place}")
    count = len(units)
    places, receivers = list(range(count)), list(range(parts["final_shares"].shape[1]))
    own = [0] * len(receivers)
    inner, outer = [row[:count] for row in rows], [row[count:] for row in rows]
    return _charged(units, inner, outer, own, method, _closing_order(order, places), places, receivers)


def service_comparison(amounts: Column, shares: _Shares, *, order: Sequence[int] | None = None) -> pd.DataFrame:
    """
    Cost of the operating pools by each of the methods, side by side.

    Parameters
    ----------
    amounts : array_like, shape (p,)
        As for `service_costs`. [currency]
    shares : array_like, shape (p, p)
        As for `service_costs`. [1]
    order : sequence of int, optional
        As for `service_costs`.

    Returns
    -------
    DataFrame
        One row per operating pool, under its place in `amounts`; columns own, direct, step-down and reciprocal. A
        method that has nobody to charge is NaN from top to bottom, since what it left over would be missing. [currency]

    Raises
    ------
    DomainError
        As `service_costs` with the reciprocal method.
    InputError
        As `service_costs`.

    Examples
    --------
    >>> service_comparison([100, 60, 5, 0], [[0, 0.5, 0.5, 0], [0, 0, 0.5, 0.5], [0, 0, 0, 0], [0, 0, 0, 0]])
       own  direct  step-down  reciprocal
    2  5.0   135.0      110.0       110.0
    3  0.0    30.0       55.0        55.0
    """
    best = service_costs(amounts, shares, method="reciprocal", order=order)
    own = np.array([_units(amounts)[place] for place in best.receivers], dtype=np.int64) / 100.0
    columns = {"own": own}
    for method in reversed(SERVICE_METHODS[1:]):
        try:
            columns[method] = service_costs(amounts, shares, method=method, order=order).final
        except DomainError:  # the input is in order, or the reciprocal method would have said so
            columns[method] = np.full(own.size, np.nan)
    columns["reciprocal"] = best.final
    return pd.DataFrame(columns, index=best.receivers)


# What was given, read and checked.


def _units(amounts: Column) -> list[int]:
    """Amounts in cents."""
    raw = raw_array(amounts, "amounts")
    if raw.ndim != 1:
        raise InputError(f"amounts must be one column, not of shape {raw.shape}")
    return [whole_units(cell, places=2, name=f"amounts, row {row},") for row, cell in enumerate(raw.tolist(), 1)]


def _matrix(shares: _Shares, name: str) -> npt.NDArray[np.object_]:
    """Shares as given, in two dimensions."""
    raw = raw_array(cast(Any, shares), name)
    if raw.ndim != 2:
        raise InputError(f"{name} must have rows and columns, not shape {raw.shape}")
    values = numbers(raw, name)
    for bad, error_type, rule in (
        (np.isnan(values), InputError, "be numbers"),
        (np.isinf(values), DomainError, "be finite"),
        (values < 0, DomainError, "not be negative"),
    ):
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise error_type(f"{name} must {rule}, not {values[row, column]} in row {row + 1}, column {column + 1}")
    return raw.astype(object)


def _integer_rows(matrix: npt.NDArray[np.object_], name: str) -> list[_Row]:
    """Each row as integers in the same proportions, exactly; no pool serves itself, and a row sums to 1 or 0."""
    rows = []
    for place, cells in enumerate(matrix.tolist()):
        shares = [read_exactly(cell, name) for cell in cells]
        if place < len(shares) and shares[place]:
            raise DomainError(f"{name} must be 0 where a pool serves itself, not {cells[place]} in row {place + 1}")
        total = sum(shares, Fraction(0))
        if total and abs(total - 1) > _TOLERANCE:
            raise DomainError(f"{name} must sum to 1 in every row, not to {float(total):.12g} in row {place + 1}")
        scale = lcm(*(share.denominator for share in shares))
        rows.append([share.numerator * (scale // share.denominator) for share in shares])
    return rows


def _closing_order(order: Sequence[int] | None, places: list[int]) -> list[int]:
    """For each service pool, which number it has among those that are closed."""
    if order is None:
        return list(range(len(places)))
    wanted = list(order)
    if sorted(wanted) != places:
        raise InputError(f"order must name each of the service pools {places} once, not {wanted}")
    return [wanted.index(place) for place in places]


# The method, as the services that it sees; then one computation for all.


def _charged(
    units: list[int],
    among: list[_Row],
    final: list[_Row],
    own: list[int],
    method: ServiceMethod,
    closing: list[int],
    places: list[int],
    receivers: list[int],
) -> ServiceCosts:
    """Amounts followed to the receivers."""
    if method not in SERVICE_METHODS:
        raise InputError(f"method must be one of {', '.join(SERVICE_METHODS)}, not {method}")
    seen = _seen(among, method, closing)
    _refuse_dead_ends(seen, final, method, places)
    work = len(units) ** 2 * len(receivers)
    is_exact = len(units) <= _MOST_EXACT_SERVICES and work <= _MOST_EXACT_PRODUCTS
    totals, absorption, weights = (_solved_exactly if is_exact else _solved_in_floats)(units, seen, final)
    flows = np.zeros((len(units), len(receivers)), dtype=np.int64)
    for row, amount in enumerate(units):
        flows[row] = allocate_units(amount, weights[row])
    return ServiceCosts(
        services=np.array(places, dtype=np.int64),
        receivers=np.array(receivers, dtype=np.int64),
        totals=totals,
        absorption=absorption.reshape(flows.shape),
        flow_units=flows,
        final_units=np.array(own, dtype=np.int64) + flows.sum(axis=0),
    )


def _seen(among: list[_Row], method: ServiceMethod, closing: list[int]) -> list[_Row]:
    """The services between service pools that the method charges for."""
    if method == "reciprocal":
        return among
    if method == "direct":
        return [[0] * len(row) for row in among]
    return [
        [share if closing[user] > closing[server] else 0 for user, share in enumerate(row)]
        for server, row in enumerate(among)
    ]


def _refuse_dead_ends(seen: list[_Row], final: list[_Row], method: ServiceMethod, places: list[int]) -> None:
    """Every pool must reach a receiver, or its cost has nowhere to go; then the equations have one solution."""
    reaches = [any(row) for row in final]
    for _ in seen:
        reaches = [
            reached or any(share and reaches[user] for user, share in enumerate(row))
            for reached, row in zip(reaches, seen, strict=True)
        ]
    if all(reaches):
        return
    pool = f"the service pool in row {places[reaches.index(False)] + 1}"
    reasons: dict[ServiceMethod, str] = {
        "reciprocal": "must reach an operating pool in the end, not only service pools in a circle",
        "step-down": "must serve a pool that is not closed before it; change the order",
        "direct": "must serve an operating pool, not only service pools, which the direct method ignores",
    }
    raise DomainError(f"{pool} {reasons[method]}")


def _solved_exactly(
    units: list[int], among: list[_Row], final: list[_Row]
) -> tuple[FloatArray, FloatArray, list[list[int]]]:
    """Totals, absorption, and rows of integers in proportion to it."""
    # With R the sum of a row, row i of A = S A + F reads R_i A_i - sum_j S_ij A_j = F_i, all in integers.
    sums = [sum(inner) + sum(outer) for inner, outer in zip(among, final, strict=True)]
    system = [[-share for share in row] for row in among]
    for place, total in enumerate(sums):
        system[place][place] += total
    determinant, adjugate = _inverse(system)
    by_object = list(zip(*final, strict=True))
    weights = [[sum(map(mul, row, column)) for column in by_object] for row in adjugate]
    absorption = np.array([[weight / determinant for weight in row] for row in weights], dtype=np.float64)
    # x' = c' (I - S)^-1, and the inverse is that of the integer system times R.
    by_pool = list(zip(*adjugate, strict=True))
    cents = [
        Fraction(sum(map(mul, units, column)) * total, determinant) for column, total in zip(by_pool, sums, strict=True)
    ]
    return np.array([float(amount / 100) for amount in cents], dtype=np.float64), absorption, weights


def _inverse(system: list[_Row]) -> tuple[int, list[_Row]]:
    """Determinant and adjugate of a regular integer matrix, by elimination without fractions (Bareiss)."""
    count = len(system)
    rows = [[*row, *(int(place == column) for column in range(count))] for place, row in enumerate(system)]
    divisor = 1
    for step in range(count):
        # A regular matrix of this kind (diagonally dominant) has no zero pivot.
        pivot = rows[step][step]
        for place, row in enumerate(rows):
            if place != step:
                factor = row[step]
                rows[place] = [
                    (pivot * cell - factor * head) // divisor for cell, head in zip(row, rows[step], strict=True)
                ]
        divisor = pivot
    return divisor, [row[count:] for row in rows]


def _solved_in_floats(
    units: list[int], among: list[_Row], final: list[_Row]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The same in floats, for many pools."""
    sums = [sum(inner) + sum(outer) for inner, outer in zip(among, final, strict=True)]
    inner, outer = (
        np.array([[share / total for share in row] for row, total in zip(rows, sums, strict=True)])
        for rows in (among, final)
    )
    system = np.eye(len(units)) - inner
    absorption = np.maximum(np.linalg.solve(system, outer), 0.0)
    absorption /= absorption.sum(axis=1, keepdims=True)
    totals = np.linalg.solve(system.T, np.array(units) / 100.0)
    return totals, absorption, absorption
