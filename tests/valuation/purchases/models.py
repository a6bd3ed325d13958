"""Customers and parameters for the tests of all purchase models."""

import math
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from valuation.purchases import BgNbdParameters, MbgNbdParameters, NbdParameters, ParetoNbdParameters

FloatArray = npt.NDArray[np.float64]
Columns = tuple[FloatArray, FloatArray, FloatArray]

CDNOW = (
    NbdParameters(r=0.385, alpha=12.07),
    BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426),
    MbgNbdParameters(r=0.525, alpha=6.183, a=0.891, b=1.614),
    ParetoNbdParameters(r=0.553, alpha=10.578, s=0.606, beta=11.669),
)
WITH_DROPOUT = CDNOW[1:]


def proportions(low: float, high: float) -> SearchStrategy[float]:
    """Numbers as likely small as large."""
    return st.floats(math.log(low), math.log(high)).map(math.exp)


def models(kinds: tuple[Any, ...] = CDNOW, *, low: float = 1e-2, high: float = 1e3) -> SearchStrategy[Any]:
    """Parameters of any of the kinds; shapes of exactly 1 included."""
    sizes = proportions(low, high) | st.just(1.0)
    return st.one_of([st.builds(type(kind), **{field.name: sizes for field in fields(kind)}) for kind in kinds])


@st.composite
def records(draw: st.DrawFn, *, most: int = 500, oldest: float = 2e3) -> tuple[int, float, float]:
    """One customer: repeat purchases, age at the last, age."""
    x = draw(st.just(0) | st.integers(1, 10) | st.integers(1, most))
    T = draw(proportions(0.1, oldest))
    return x, 0.0 if x == 0 else T * draw(st.floats(0.0, 1.0)), T


def columns(rows: list[tuple[int, float, float]]) -> Columns:
    x, t_x, T = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return x, t_x, T


def simulated(model: Any, *, n: int, seed: int = 11, oldest: float = 80.0) -> Columns:
    """Customers bought one by one: each draws its habits, then purchase after purchase until it leaves."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(0.4 * oldest, oldest, n)
    rows = []
    for T in age.tolist():
        rate = rng.gamma(model.r, 1.0 / model.alpha)
        chance = rng.beta(model.a, model.b) if hasattr(model, "a") else 0.0
        leaves_at = rng.exponential(model.beta / rng.gamma(model.s)) if hasattr(model, "s") else math.inf
        there = not (isinstance(model, MbgNbdParameters) and rng.random() < chance)
        x, last, now = 0, 0.0, 0.0
        while there:
            now += rng.exponential(1.0 / rate) if rate > 0.0 else math.inf
            if now > min(T, leaves_at):
                break
            x, last = x + 1, now
            there = rng.random() >= chance
        rows.append((x, last, T))
    return columns(rows)
