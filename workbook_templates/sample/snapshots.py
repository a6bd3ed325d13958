"""
What the sample company was a quarter ago: the final snapshot of 2025-09-30, as a company that refreshes has it.

The product itself made it, from the sample's tables restricted to what was known on that day; it is stored, so that a
workbook need not be valued twice. To make it again after a change of the sample or of a formula::

    python -m workbook_templates.sample.snapshots

The ledger, and what customers used of it, is kept for the calendar year alone. The year's ledger stands in for the
twelve months to the snapshot, and a customer's quantities are the year's in proportion to its net revenue, those of
winning it aside. Of the invoices of 2024 only those that were open in 2025 are listed, and decisions without a date
hold on both days, except the one in `DECIDED_SINCE`.
"""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final

import pandas as pd

from valuation.checks import PAST_DATES
from valuation.model import value_base
from valuation.tables import NUMERIC_KINDS, RECEIVABLES, SNAPSHOT_DATES, SNAPSHOTS, TABLES, Kind, Table, TableData
from workbook_templates.sample import sample_company
from workbook_templates.sample.contracted import as_contracted
from workbook_templates.sample.draws import AS_OF
from workbook_templates.sample.ledger import POOLS
from workbook_templates.sample.register import QUARTER_CLOSED

__all__ = ["known_then", "made_snapshots", "sample_snapshots"]

Frames = dict[str, pd.DataFrame]

STORED: Final = Path(__file__).with_name("snapshots.csv")
"""The row of Snapshot dates under its heading, a blank line, and the customers under theirs."""
DECIMALS: Final = {Kind.MONEY: 2, Kind.SHARE: 6}
THEN: Final = pd.Timestamp(QUARTER_CLOSED)
YEAR: Final = pd.DateOffset(years=1)
SINCE_DATED: Final = {**PAST_DATES, "Strategic ratings": "rated_on"}
"""Table to the column that tells since when a row is known."""
HAPPENED_LATER: Final = {"Customers": "end_date", "Invoices": "paid_date", "Issues": "closed"}
"""Table to the column of what may have happened to a known row since."""
USED: Final = {"Drivers": ("quantity",), "Activities": ("quantity", "lines", "rush", "severe", "visits")}
"""Table to its quantities of the year that grow with a customer's business."""
OF_WINNING: Final = {pool.driver for pool in POOLS.values() if pool.treatment == "acquisition" and pool.driver}
"""Drivers that do not: a customer is won once."""
DECIDED_SINCE: Final = {"value_tier_b": 4_500.0}
"""Assumption to its value before a decision of the last quarter: segment B began lower, so that a cut moves some."""


def sample_snapshots() -> Frames:
    """
    Give the final snapshot that the sample company has of the quarter before.

    Returns
    -------
    dict of str to DataFrame
        Snapshots and Snapshot dates, with the columns of the contract, in their kinds.

    Examples
    --------
    >>> sample_snapshots()["Snapshot dates"][["as_of", "state", "customers"]]
           as_of  state  customers
    0 2025-09-30  final     1160.0
    """
    dates, customers = STORED.read_text(encoding="utf-8").split("\n\n")
    facts = _read(SNAPSHOT_DATES, dates)
    of_date = facts[["as_of", "state"]].iloc[0]
    rows = _read(SNAPSHOTS, customers).assign(as_of=of_date["as_of"], state=of_date["state"])
    rows["as_of"] = rows["as_of"].astype(facts["as_of"].dtype)
    return {table.name: as_contracted(table, frame) for table, frame in ((SNAPSHOTS, rows), (SNAPSHOT_DATES, facts))}


def _read(table: Table, text: str) -> pd.DataFrame:
    """Read a block of the stored file."""
    names = text.partition("\n")[0].split(",")
    days = [name for name in names if table[name].kind is Kind.DATE]
    kinds = {name: "float64" if table[name].kind in NUMERIC_KINDS else "object" for name in names if name not in days}
    frame = pd.read_csv(StringIO(text), dtype=kinds)
    return frame.assign(**{day: pd.to_datetime(frame[day]).astype("datetime64[s]") for day in days})


def made_snapshots() -> Frames:
    """
    Make the snapshot anew.

    Returns
    -------
    dict of str to DataFrame
        As `sample_snapshots`, unrounded.
    """
    tables = {name: TableData(table=TABLES[name], frame=frame) for name, frame in known_then(sample_company()).items()}
    # Receivables, because the sample's workbooks have them: their charges are part of every contribution.
    found = value_base(tables, wanted={SNAPSHOTS.name, RECEIVABLES.name}).tables
    return {table.name: as_contracted(table, found[table.name]) for table in (SNAPSHOTS, SNAPSHOT_DATES)}


def known_then(company: Mapping[str, pd.DataFrame]) -> Frames:
    """
    Restrict the sample company's tables to what was known on the day of the snapshot.

    Parameters
    ----------
    company : mapping of str to DataFrame
        The tables of `sample_company`.

    Returns
    -------
    dict of str to DataFrame
        The same tables: without rows that came later or name customers who did, without what happened later to the
        others, and with assumptions and quantities as they were then.
    """
    first = company["Customers"].set_index("customer_id")["first_purchase"]
    newcomers = list(first.index[first > THEN])
    frames = {name: _known_rows(name, frame, newcomers) for name, frame in company.items()}
    frames["Assumptions"] = _assumptions_then(frames["Assumptions"])
    ratio = _revenue_against_year(company["Transactions"])
    return frames | {name: _in_proportion(frames[name], columns, ratio) for name, columns in USED.items()}


def _known_rows(name: str, frame: pd.DataFrame, newcomers: list[str]) -> pd.DataFrame:
    since = SINCE_DATED.get(name)
    unknown = frame.select_dtypes("object").isin(newcomers).any(axis=1)
    if since is not None:
        unknown |= frame[since] > THEN
    known = frame[~unknown].reset_index(drop=True)
    if name not in HAPPENED_LATER:
        return known
    column = HAPPENED_LATER[name]
    later = known[column] > THEN
    if "status" in known:
        known["status"] = known["status"].mask(later, "active")
    return known.assign(**{column: known[column].mask(later)})


def _assumptions_then(register: pd.DataFrame) -> pd.DataFrame:
    then = {"as_of": QUARTER_CLOSED, "closed_through": QUARTER_CLOSED, **DECIDED_SINCE}
    cells = [then.get(id_, value) for id_, value in zip(register["id"], register["value"], strict=True)]
    return register.assign(value=pd.Series(cells, dtype=object))


def _revenue_against_year(transactions: pd.DataFrame) -> "pd.Series[float]":
    """Divide each customer's net revenue of the twelve months to the snapshot by that of the calendar year."""
    then, year = (
        transactions[transactions["date"].between(end - YEAR, end, inclusive="right")]
        .groupby("customer_id")["net_amount"]
        .sum()
        for end in (THEN, pd.Timestamp(AS_OF))
    )
    year = year[year > 0]
    return then.reindex(year.index).fillna(0.0).clip(lower=0.0) / year


def _in_proportion(frame: pd.DataFrame, columns: tuple[str, ...], ratio: "pd.Series[float]") -> pd.DataFrame:
    # Without revenue in the year there is no measure for what was used all the same.
    factor = frame["customer_id"].map(ratio).fillna(1.0)
    if "driver" in frame:
        factor = factor.mask(frame["driver"].isin(OF_WINNING), 1.0)
    return frame.assign(**{column: (frame[column] * factor).round(2) for column in columns})


def _store(frames: Frames) -> None:
    """Write the stored file; the date and state stand on the row of the date alone."""
    rows = {table.name: frames[table.name].round(_decimals(table)) for table in (SNAPSHOTS, SNAPSHOT_DATES)}
    blocks = (rows[SNAPSHOT_DATES.name], rows[SNAPSHOTS.name].drop(columns=["as_of", "state"]))
    text = "\n".join(block.to_csv(index=False, lineterminator="\n") for block in blocks)
    STORED.write_text(text, encoding="utf-8", newline="\n")


def _decimals(table: Table) -> dict[str, int]:
    return {column.name: DECIMALS[column.kind] for column in table if column.kind in DECIMALS}


if __name__ == "__main__":
    _store(made_snapshots())
