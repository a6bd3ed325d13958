"""
Who pays when, and what that costs: charges to each customer, and the receivables by account that pays.

The charges are imputed: they are not in the ledger, unless an assumption says that they were booked there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.model.accounts import Accounts
from valuation.model.history import Base, FloatArray
from valuation.receivables import (
    AGEING_EDGES,
    ageing_labels,
    expected_credit_loss,
    invoice_issues,
    read_invoices,
    receivables_by_customer,
)
from valuation.settings import Settings
from valuation.tables import AGEING, INVOICES, RECEIVABLES, TableData, complete_frame, empty_frame

__all__ = ["LOSS_RATES", "Receivables", "borrowing_rate", "paid_on_time", "read_receivables"]

LOSS_RATES: Final = ("loss_rate_current", "loss_rate_30", "loss_rate_60", "loss_rate_90", "loss_rate_over_90")
"""The assumptions of the provision matrix, one for each bucket of `AGEING_EDGES`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Receivables:
    """
    What waiting for the customers' money costs.

    Attributes
    ----------
    financing, expected_loss : ndarray, shape (n,)
        By customer, in whole cents, whether booked or not. [currency]
    accounts, ageing : DataFrame
        Columns of the contract's Receivables and Ageing.
    findings : list of Finding
        What is odd about the invoices.
    """

    financing: FloatArray
    expected_loss: FloatArray
    accounts: pd.DataFrame
    ageing: pd.DataFrame
    findings: list[Finding]


def read_receivables(
    base: Base, accounts: Accounts, settings: Settings, tables: Mapping[str, TableData]
) -> Receivables:
    """Read the invoices of known customers; those that cannot be used are findings of the input checks."""
    documents = _usable(base, tables.get(INVOICES.name))
    nothing = np.zeros(len(base))
    if not len(documents):
        return Receivables(
            financing=nothing,
            expected_loss=nothing,
            accounts=empty_frame(RECEIVABLES),
            ageing=_ageing(pd.DataFrame(), None),
            findings=[],
        )
    rates = _loss_rates(settings)
    by_customer, issues = _seen(documents, documents["customer_id"], base, settings, rates)
    by_account, _ = _seen(documents, documents["customer_id"].map(_map(base, accounts.bill_to)), base, settings, rates)
    own = by_customer.reindex(base.customers["customer_id"])
    bill_to = accounts.bill_to.to_numpy(dtype=object)
    loss = _expected_loss(own, by_account, bill_to, base, settings, rates)
    financing = np.round(np.nan_to_num(own["financing_cost"].to_numpy(dtype=float)), 2)
    return Receivables(
        financing=financing,
        expected_loss=loss,
        accounts=_accounts(by_account, base, bill_to, {"financing": financing, "expected_loss": loss}),
        ageing=_ageing(by_account, rates),
        findings=[*issues, *_no_rates(settings, rates)],
    )


def paid_on_time(base: Base, settings: Settings, tables: Mapping[str, TableData]) -> FloatArray:
    """Part of each customer's invoiced money that was paid on time; NaN where nothing was due. [0..1]"""
    documents = _usable(base, tables.get(INVOICES.name))
    if not len(documents):
        return np.full(len(base), np.nan)
    found, _ = _seen(documents, documents["customer_id"], base, settings, None)
    return found["on_time_share"].reindex(base.customers["customer_id"]).to_numpy(dtype=float)


def _usable(base: Base, data: TableData | None) -> pd.DataFrame:
    """Keep documents of known customers with two dates, an amount and a number of their own, dated until the end."""
    frame = complete_frame(data, INVOICES)
    frame = frame.set_axis(pd.RangeIndex(1, len(frame) + 1))
    usable = (
        frame["customer_id"].isin(base.customers["customer_id"])
        & frame["invoice_date"].notna()
        & frame["due_date"].notna()
        & np.isfinite(frame["amount"].to_numpy(dtype=float))
        & (frame["invoice_date"] < pd.Timestamp(base.as_of + np.timedelta64(1, "D")))
        & ~(frame["invoice_no"].notna() & frame.duplicated("invoice_no"))
    )
    kept: pd.DataFrame = frame[usable]
    return kept


def _map(base: Base, accounts: pd.Series) -> pd.Series:
    return pd.Series(accounts.to_numpy(dtype=object), index=base.customers["customer_id"].to_numpy(dtype=object))


def _seen(
    documents: pd.DataFrame, owner: pd.Series, base: Base, settings: Settings, rates: FloatArray | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The documents by owner, and what is odd about them."""
    invoices = read_invoices(
        _days(documents["invoice_date"]),
        _days(documents["due_date"]),
        _days(documents["paid_date"]),
        documents["amount"].to_numpy(dtype=float),
        as_of=base.as_of,
        disputed=documents["disputed"].fillna(0.0).to_numpy(dtype=float) > 0,
        customer_ids=owner.to_numpy(dtype=object),
        invoice_numbers=_texts(documents["invoice_no"]),
        credit_of=_texts(documents["credit_of"]),
    )
    found = receivables_by_customer(invoices, annual_rate=borrowing_rate(settings), loss_rates=rates)
    return found, invoice_issues(invoices, rows=documents.index.to_numpy())


def _days(column: pd.Series) -> "npt.NDArray[np.datetime64]":
    return column.to_numpy().astype("datetime64[D]")


def _texts(column: pd.Series) -> "npt.NDArray[np.object_]":
    return np.asarray(column.astype(object).where(column.notna(), None), dtype=object)


def borrowing_rate(settings: Settings) -> float:
    """What money that waits costs: the borrowing rate, else the discount rate. [1/year]"""
    rate = settings.number("borrowing_rate")
    return settings.number("discount_rate") if np.isnan(rate) else rate


def _loss_rates(settings: Settings) -> FloatArray | None:
    """The provision matrix, blank buckets at nought; None if all of them are blank."""
    rates = np.array([settings.number(id_) for id_ in LOSS_RATES])
    return None if np.isnan(rates).all() else np.nan_to_num(rates)


def _expected_loss(
    own: pd.DataFrame,
    by_account: pd.DataFrame,
    bill_to: "npt.NDArray[np.object_]",
    base: Base,
    settings: Settings,
    rates: FloatArray | None,
) -> FloatArray:
    """
    Charge each customer its expected loss.

    By chance of default where it is set, on the average receivable; else by the provision matrix, whose loss for an
    account is that of its netted balances, shared by what the customers' own balances would lose.
    """
    chance = settings.by_customer("default_probability", base.customers)
    lost = settings.by_customer("loss_given_default", base.customers)
    average = np.maximum(np.nan_to_num(own["average_receivable"].to_numpy(dtype=float)), 0.0)
    loss = np.zeros(len(base))
    if rates is not None:
        alone = pd.Series(np.nan_to_num(own["expected_loss"].to_numpy(dtype=float)))
        together = alone.groupby(bill_to).transform("sum").to_numpy(dtype=float)
        netted = by_account["expected_loss"].reindex(bill_to).fillna(0.0).to_numpy(dtype=float)
        np.divide(alone.to_numpy() * netted, together, out=loss, where=together > 0)
    stated = ~np.isnan(chance)
    loss[stated] = np.asarray(expected_credit_loss(average[stated], chance[stated], lost[stated]))
    return np.round(loss, 2)


def _accounts(
    by_account: pd.DataFrame, base: Base, bill_to: "npt.NDArray[np.object_]", charges: Mapping[str, FloatArray]
) -> pd.DataFrame:
    """The table Receivables: what costs most comes first; its charges are those of the account's customers."""
    names = pd.Series(base.customers["name"].to_numpy(), index=base.customers["customer_id"].to_numpy())
    charged = pd.DataFrame(charges).groupby(bill_to).sum().round(2).reindex(by_account.index)
    frame = by_account.assign(
        bill_to=by_account.index.to_numpy(dtype=object),
        name=names.reindex(by_account.index).to_numpy(dtype=object),
        open_amount=by_account["open_balance"],
        overdue_amount=by_account["overdue_balance"],
        disputed_amount=by_account["disputed_balance"],
        **{name: charged[name].to_numpy(dtype=float) for name in charges},
    )
    frame["invoices"] = frame["invoices"].astype(float)
    ordered = frame.sort_values(["financing", "bill_to"], ascending=[False, True], kind="stable", ignore_index=True)
    return ordered[[column.name for column in RECEIVABLES]]


def _ageing(by_account: pd.DataFrame, rates: FloatArray | None) -> pd.DataFrame:
    """The open balances by days past due, accounts in credit apart, and the loss by the provision matrix."""
    labels = list(ageing_labels(AGEING_EDGES))
    balances = by_account.reindex(columns=labels).to_numpy(dtype=float)
    exposure = np.maximum(balances, 0.0).sum(axis=0)
    rate = np.full(len(labels), np.nan) if rates is None else rates
    frame = pd.DataFrame(
        {
            "bucket": ["not yet due", *labels[1:]],
            "open_amount": balances.sum(axis=0),
            "exposure": exposure,
            "loss_rate": rate,
            "expected_loss": exposure * rate,
        }
    )
    return frame[[column.name for column in AGEING]]


def _no_rates(settings: Settings, rates: FloatArray | None) -> Iterator[Finding]:
    scoped = any(id_ == "default_probability" for id_, _ in settings.scoped)
    if rates is None and np.isnan(settings.number("default_probability")) and not scoped:
        yield Finding(
            severity=Severity.NOTE,
            kind="no loss rates",
            table="Assumptions",
            column="value",
            what="Neither loss rates nor a chance of default: no expected credit loss is charged",
            mend="Set loss_rate_current to loss_rate_over_90, or default_probability",
        )
