"""
How often what happens lies inside the interval that was promised for it.

Run ``python -m benchmarks.coverage_purchases [BASES]``. For each model, bases of 1,000 customers are simulated at
ordinary parameters, fitted, and their purchases of the next 39 weeks foretold with a 90% interval; then the rest of the
simulation tells. Of 500 bases, 88-92% should lie inside (the sampling error of that share is 1.3 points).
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from valuation.purchases import (
    BgNbdParameters,
    MbgNbdParameters,
    ParetoNbdParameters,
    PurchaseFit,
    PurchaseModel,
    fit_bg_nbd,
    fit_mbg_nbd,
    fit_pareto_nbd,
    resampled_parameters,
    total_interval,
    total_parameter_interval,
)

CUSTOMERS, WEEKS, LEVEL, DRAWS = 1_000, 39.0, 0.9, 99
MODELS: list[tuple[PurchaseModel, Callable[..., PurchaseFit[Any]]]] = [
    (BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426), fit_bg_nbd),
    (MbgNbdParameters(r=0.525, alpha=6.183, a=0.891, b=1.614), fit_mbg_nbd),
    (ParetoNbdParameters(r=0.553, alpha=10.578, s=0.606, beta=11.669), fit_pareto_nbd),
]


def one_base(truth: PurchaseModel, fit: Callable[..., PurchaseFit[Any]], rng: np.random.Generator) -> tuple[bool, bool]:
    """Whether the purchases to come lay inside the interval, and inside that of the parameters alone."""
    age = rng.uniform(27.0, 39.0, CUSTOMERS)
    nothing = np.zeros(CUSTOMERS)
    who, when = truth.draw_ahead(rng, nothing, nothing, nothing, age + WEEKS)
    past = when <= age[who]
    frequency = np.bincount(who[past], minlength=CUSTOMERS).astype(np.float64)
    recency = np.zeros(CUSTOMERS)
    np.maximum.at(recency, who[past], when[past])
    to_come = float((~past).sum())
    fitted = fit(frequency, recency, age)
    samples = resampled_parameters(fitted, draws=DRAWS, rng=rng)
    both = total_interval(fitted, samples, frequency, recency, age, t=WEEKS, level=LEVEL, rng=rng)
    alone = total_parameter_interval(fitted, samples, frequency, recency, age, t=WEEKS, level=LEVEL)
    return bool(both.low <= to_come <= both.high), bool(alone.low <= to_come <= alone.high)


def main() -> None:
    bases = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for truth, fit in MODELS:
        rng = np.random.default_rng(20261125)
        inside = np.array([one_base(truth, fit, rng) for _ in range(bases)]).mean(axis=0)
        print(
            f"{truth.title:12} {bases} bases: {inside[0]:6.1%} inside the 90% interval of parameters and chance, "
            f"{inside[1]:6.1%} inside that of parameters alone",
            flush=True,
        )


if __name__ == "__main__":
    main()
