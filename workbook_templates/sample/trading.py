"""What customers bought and sent back: the Transactions and Customers tables."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import (
    AS_OF_DAY,
    EPOCH,
    YEARS,
    BoolArray,
    FloatArray,
    IntArray,
    TextArray,
    blanked,
    cents,
    dates,
    day_of,
    money,
    spread,
    stream,
    texts,
    whole,
    year_bounds,
)
from workbook_templates.sample.planted import LARGEST_ACCOUNT_LOSES_MONEY
from workbook_templates.sample.plants import DEALS
from workbook_templates.sample.roster import STILL_HERE, Roster
from workbook_templates.sample.steering import NEEDS_OF

__all__ = ["KEY_ACCOUNT_FROM", "Trades", "customers_table", "trade", "transactions_table"]

MONTHS = (0.85, 0.90, 1.10, 1.00, 1.00, 1.10, 0.85, 0.70, 1.15, 1.20, 1.20, 0.95)
"""Sales of a month against the mean of the year: quiet in summer, strong in autumn."""
DOCUMENT_SIZES = (0.25, 0.4, 0.6, 0.9, 1.3, 1.7, 2.2, 2.6, 3.0)
"""Size of a document against the customer's mean."""
SMALLEST_DOCUMENT = 1_500
"""In cents."""
REVERSED_COST = 0.55
"""Part of the cost of returned goods that comes back; the rest is scrapped."""
OWNERS = {
    "Manufacturing": ("Field sales North", "Field sales South"),
    "Facilities": ("Field sales South", "Inside sales"),
    "Public sector": ("Tender desk", "Tender desk"),
    "Small trade": ("Inside sales", "Inside sales"),
    "Online": ("Web shop", "Web shop"),
}
KEY_ACCOUNT_FROM = 150_000
STOCK_HELD = {
    LARGEST_ACCOUNT_LOSES_MONEY: 86_000.0,
    "C0933": 21_500.0,
    "C0193": 17_800.0,
    "C0699": 14_200.0,
    "C0965": 9_600.0,
    "C0742": 12_400.0,
}
"""Manufacturers with a contract for whom we keep stock, and its average over the year."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trades:
    """
    One entry for each document, by date.

    Attributes
    ----------
    who, day, lines : ndarray of int
        Position of the customer; day; lines on the document.
    gross, discount, returns, cogs : ndarray of int
        In cents; those of a credit note are nought, nought, positive, negative.
    one_off, credit : ndarray of bool
        Kept out of the projection; a credit note.
    number, credit_of : ndarray of object
        Number of the document, and of the one that it credits ("" for a sale).
    """

    who: IntArray
    day: IntArray
    lines: IntArray
    gross: IntArray
    discount: IntArray
    returns: IntArray
    cogs: IntArray
    one_off: BoolArray
    credit: BoolArray
    number: TextArray
    credit_of: TextArray

    @property
    def net(self) -> IntArray:
        """Net amount in cents."""
        return self.gross - self.discount - self.returns

    def since(self, year: int) -> BoolArray:
        """Tell which documents are of that year or later."""
        return self.day >= year_bounds(year)[0]


def trade(roster: Roster) -> Trades:
    """Draw three years of documents."""
    frame = pd.concat([*(_sales_of_year(roster, year) for year in YEARS), _deals(roster)], ignore_index=True)
    frame = frame.sort_values(["day", "who", "gross"], kind="stable", ignore_index=True)
    frame["number"] = _numbers("INV", frame["day"].to_numpy())
    credits = _credits(roster, frame)
    both = pd.concat([frame.assign(credit=False, credit_of=""), credits], ignore_index=True)
    both = both.sort_values(["day", "credit", "number"], kind="stable", ignore_index=True)
    return Trades(**{str(name): both[name].to_numpy() for name in both.columns})


def _day_weights() -> FloatArray:
    """Weigh each day of the sample by season, without weekends; every year weighs 1."""
    days = [EPOCH + dt.timedelta(n) for n in range(AS_OF_DAY + 1)]
    weights = np.array([MONTHS[day.month - 1] if day.weekday() < 5 else 0.0 for day in days])
    for year in YEARS:
        start, end = year_bounds(year)
        weights[start : end + 1] /= weights[start : end + 1].sum()
    return weights


def _sales_of_year(roster: Roster, year: int) -> pd.DataFrame:
    """Draw the sales of a year: as many and as much as the part of the year for which one was a customer."""
    rng = stream(f"sales {year}")
    start, end = year_bounds(year)
    from_, to = np.clip(roster.first, start, end), np.clip(roster.last, start, end)
    passed = np.concatenate(([0.0], np.cumsum(_day_weights())))
    part = np.where(roster.buys_in(year), passed[to + 1] - passed[from_], 0.0)
    count = np.where(part > 0, np.maximum(1, whole(rng, roster["documents"] * part)), 0)
    who = np.repeat(np.arange(roster.size), count)
    moment = passed[from_][who] + rng.random(who.size) * part[who]
    day = np.clip(np.searchsorted(passed, moment, side="right") - 1, from_[who], to[who])
    level = np.maximum(0.3, 1.0 + roster["growth"] * (year - YEARS[-1]))
    mean = roster["revenue"] * level * part / np.maximum(count, 1) / (1 - roster["discount"])
    gross = np.maximum(SMALLEST_DOCUMENT, cents(mean[who] * spread(rng, who.size, DOCUMENT_SIZES)))
    discount = np.rint(gross * roster["discount"][who] * (0.6 + 0.8 * rng.random(who.size))).astype(np.int64)
    cogs = np.rint(gross * roster["cost"][who] * (0.95 + 0.1 * rng.random(who.size))).astype(np.int64)
    lines = 1 + np.floor(rng.random(who.size) * (2 * roster["lines"][who] - 1)).astype(np.int64)
    return pd.DataFrame(
        {
            "who": who,
            "day": day,
            "lines": lines,
            "gross": gross,
            "discount": discount,
            "returns": 0,
            "cogs": cogs,
            "one_off": False,
        }
    )


def _deals(roster: Roster) -> pd.DataFrame:
    place = {cid: position for position, cid in enumerate(roster.customer_id)}
    return pd.DataFrame(
        [
            {
                "who": place[deal.customer_id],
                "day": day_of(deal.date),
                "lines": deal.lines,
                "gross": round(deal.gross * 100),
                "discount": round(deal.discount * 100),
                "returns": 0,
                "cogs": round(deal.cogs * 100),
                "one_off": deal.one_off,
            }
            for deal in DEALS
        ]
    )


def _credits(roster: Roster, sales: pd.DataFrame) -> pd.DataFrame:
    """Draw the credit notes: one for some of the sales, some weeks later, for a part of the amount."""
    rng = stream("credits")
    who = sales["who"].to_numpy()
    chosen = (rng.random(who.size) < roster["returned"][who]) & ~sales["one_off"].to_numpy()
    part = np.minimum(0.95, roster["return_part"][who] * (0.4 + 1.2 * rng.random(who.size)))
    day = sales["day"].to_numpy() + rng.integers(4, 40, who.size)
    lines = np.minimum(sales["lines"].to_numpy(), 1 + np.floor(sales["lines"].to_numpy() * part).astype(np.int64))
    net = (sales["gross"] - sales["discount"]).to_numpy()
    drawn = pd.DataFrame(
        {
            "who": who,
            "day": day,
            "lines": lines,
            "gross": 0,
            "discount": 0,
            "returns": np.rint(net * part).astype(np.int64),
            "cogs": -np.rint(sales["cogs"].to_numpy() * part * REVERSED_COST).astype(np.int64),
            "one_off": False,
            "credit": True,
            "credit_of": sales["number"],
        }
    )
    issued: pd.DataFrame = drawn[chosen & (day <= AS_OF_DAY)]
    issued = issued.sort_values(["day", "who", "credit_of"], kind="stable", ignore_index=True)
    issued["number"] = _numbers("CN", issued["day"].to_numpy())
    return issued


def _numbers(prefix: str, day: IntArray) -> TextArray:
    """Number documents within their year, such as INV-2025-00042."""
    numbers: list[str] = []
    for year in YEARS:
        start, end = year_bounds(year)
        count = int(((day >= start) & (day <= end)).sum())
        numbers += [f"{prefix}-{year}-{n:05d}" for n in range(1, count + 1)]
    return texts(numbers)


def transactions_table(roster: Roster, trades: Trades, extras: Mapping[str, IntArray]) -> pd.DataFrame:
    """Write the Transactions table; `extras` are further columns in cents, blank where they are nought."""
    return pd.DataFrame(
        {
            "customer_id": roster.customer_id[trades.who],
            "date": dates(trades.day),
            "net_amount": money(trades.net),
            "gross_amount": money(trades.gross),
            "discount": money(trades.discount),
            "returns": money(trades.returns),
            "cogs": money(trades.cogs),
            "type": texts(np.where(trades.credit, "credit", "sale")),
            "invoice_no": trades.number,
            "lines": trades.lines.astype(np.float64),
            "one_off": trades.one_off.astype(np.float64),
            **{name: np.where(amount == 0, np.nan, money(amount)) for name, amount in extras.items()},
        }
    )


def customers_table(roster: Roster, trades: Trades) -> pd.DataFrame:
    """Write the Customers table; the status follows from what was bought and which contracts have ended."""
    bought = pd.DataFrame({"who": trades.who, "day": trades.day})[~trades.credit].groupby("who")["day"]
    earliest = bought.min().reindex(range(roster.size)).to_numpy()
    latest = bought.max().reindex(range(roster.size)).to_numpy()
    first = np.where(roster.first >= 0, earliest, roster.first)
    first = np.where(np.isnan(first), roster.first, first).astype(np.int64)
    ended = (roster.contract == "contractual") & (roster.last < STILL_HERE) & ~roster.prospect
    silent = ~(latest >= year_bounds(YEARS[-1])[0])
    status = np.where(roster.prospect, "prospect", np.where(ended | silent, "lost", "active"))
    duty = (roster.segment == "Public sector") & (stream("duties").random(roster.size) < 0.15)
    return pd.DataFrame(
        {
            "customer_id": roster.customer_id,
            "name": roster.name,
            "first_purchase": dates(first, known=~roster.prospect),
            "status": texts(status),
            "end_date": dates(roster.last, known=ended),
            "parent_id": roster.parent_id,
            "segment": roster.segment,
            "needs_segment": texts([NEEDS_OF.get(cid) for cid in roster.customer_id]),
            "contract_type": blanked(roster.contract, ~roster.prospect),
            "owner": _owners(roster),
            "must_serve": duty.astype(np.float64),
            "stock_value": np.array([STOCK_HELD.get(cid, np.nan) for cid in roster.customer_id]),
        }
    )


def _owners(roster: Roster) -> TextArray:
    pick = stream("owners").integers(0, 2, roster.size)
    return texts(
        [
            "Key accounts" if revenue > KEY_ACCOUNT_FROM else OWNERS[segment][p]
            for segment, revenue, p in zip(roster.segment, roster["revenue"], pick, strict=True)
        ]
    )
