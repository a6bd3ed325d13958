"""
What lifetimes makes of the same customers, in an environment of its own: `benchmarks.bench_purchases` runs this file.

Arguments: the task, a file with its inputs, a file for its answer, and how many rounds to time at least; prints the
seconds of the quickest.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import lifetimes
import numpy as np
import pandas as pd
from lifetimes.utils import summary_data_from_transaction_data

DAY_0 = np.datetime64("2020-01-01")
MONTHS = 12
ENOUGH = 1.0  # seconds

Columns = dict[str, Any]


def fit_bg_nbd(data: Columns) -> Any:
    fitter = lifetimes.BetaGeoFitter()
    fitter.fit(data["frequency"], data["recency"], data["age"])
    return fitter.params_[["r", "alpha", "a", "b"]].to_numpy()


def fit_pareto_nbd(data: Columns) -> Any:
    fitter = lifetimes.ParetoNBDFitter()
    fitter.fit(data["frequency"], data["recency"], data["age"])
    return fitter.params_[["r", "alpha", "s", "beta"]].to_numpy()


def expected_purchases(data: Columns) -> Any:
    return np.asarray(bg_nbd(data).predict(float(data["t"]), data["frequency"], data["recency"], data["age"]))


def customer_value(data: Columns) -> Any:
    spend = lifetimes.GammaGammaFitter()
    spend.params_ = pd.Series(data["spend"], index=["p", "q", "v"])
    value = spend.customer_lifetime_value(
        bg_nbd(data),
        data["frequency"],
        data["recency"],
        data["age"],
        data["monetary_value"],
        time=MONTHS,
        discount_rate=float(data["discount_rate"]),
        freq="W",
    )
    return value.to_numpy()


def summary(data: Columns) -> Any:
    table = pd.DataFrame({"id": data["id"], "date": data["date"], "amount": data["amount"]})
    rows = summary_data_from_transaction_data(
        table, "id", "date", "amount", observation_period_end=DAY_0 + int(data["as_of"])
    )
    return rows[["frequency", "recency", "T", "monetary_value"]].to_numpy()


def bg_nbd(data: Columns) -> Any:
    """The model at given parameters, so that both sides predict with the same."""
    fitter = lifetimes.BetaGeoFitter()
    fitter.params_ = pd.Series(data["params"], index=["r", "alpha", "a", "b"])
    fitter.predict = fitter.conditional_expected_number_of_purchases_up_to_time
    return fitter


TASKS: dict[str, Callable[[Columns], Any]] = {
    task.__name__: task for task in (fit_bg_nbd, fit_pareto_nbd, expected_purchases, customer_value, summary)
}


def read(path: str) -> Columns:
    """Columns as pandas has them, for those who come from a table; a day becomes a date."""
    with np.load(path) as stored:
        data: Columns = {name: stored[name] for name in stored.files}
    for name in {"frequency", "recency", "age", "monetary_value"} & data.keys():
        data[name] = pd.Series(data[name])
    if "day" in data:
        data["date"] = (DAY_0 + data["day"]).astype("datetime64[ns]")
    return data


def main() -> None:
    task, source, target, rounds = sys.argv[1:]
    data = read(source)
    seconds: list[float] = []
    while len(seconds) < int(rounds) or sum(seconds) < ENOUGH:
        start = time.perf_counter()
        answer = TASKS[task](data)
        seconds.append(time.perf_counter() - start)
    np.save(target, answer)
    print(min(seconds))


if __name__ == "__main__":
    main()
