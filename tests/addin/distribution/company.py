"""A company of a few customers, as a workbook of ours that is refreshed in a moment, and ways to look into files."""

import datetime as dt
import html
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from addin.distribution.sending import Distribution, Request, distribute
from tests.addin.conftest import refreshed

__all__ = ["NAMES", "NOW", "OWNERS", "company", "model", "sent", "words_in"]

NOW = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
NAMES = {
    "K-1001": "Alderbrook Foundry",
    "K-1002": "Birchwell & Sons",
    "K-1003": "Corvane Logistics",
    "K-1004": "Dunmere <Holding>",
    "K-1005": "Eastfold Bakery",
    "17": "Fenwick",
}
OWNERS = {
    "K-1001": "Anna North",
    "K-1002": "Anna North",
    "K-1003": "Boris South",
    "K-1004": "Boris South",
    "K-1005": None,
    "17": "Boris South",
}


def company(owners: Mapping[str, str | None]) -> dict[str, pd.DataFrame]:
    """The tables of a company whose customers are looked after by these owners."""
    ids = list(NAMES)
    customers = pd.DataFrame(
        {
            "customer_id": ids,
            "name": [NAMES[id_] for id_ in ids],
            "segment": ["Retail" if place % 2 else "Trade" for place in range(len(ids))],
            "owner": [owners[id_] for id_ in ids],
            "parent_id": [ids[0] if place == 3 else None for place in range(len(ids))],
        }
    )
    days = pd.to_datetime([f"2025-{month:02d}-15" for month in (1, 4, 7, 11)]).astype("datetime64[s]")
    sales = pd.DataFrame(
        [
            {"customer_id": id_, "date": day, "net_amount": 1000.0 * (place + 1), "cogs": 400.0 * (place + 1)}
            for day in days
            for place, id_ in enumerate(ids)
        ]
    )
    pools = pd.DataFrame(
        {
            "pool": ["Support", "Sales"],
            "gl_account": ["6100", "6200"],
            "amount": [600.0, 300.0],
            "driver": ["tickets", "tickets"],
            "treatment": ["retention", "retention"],
            "family": ["support", "sales"],
        }
    )
    drivers = pd.DataFrame(
        {"customer_id": ids, "driver": "tickets", "quantity": [float(i + 1) for i in range(len(ids))]}
    )
    return {"Customers": customers, "Transactions": sales, "Ledger pools": pools, "Drivers": drivers}


def model(path: Path, owners: Mapping[str, str | None], packs: Sequence[str] = ()) -> Path:
    """A refreshed workbook of such a company."""
    return refreshed(path, company(owners), packs)


def sent(workbook: Path, to: Path, **asked: object) -> Distribution:
    """Distribute a workbook."""
    return distribute(workbook, Request(to=to, **asked), now=NOW)  # type: ignore[arg-type]  # a test's own words


def words_in(path: Path) -> str:
    """Everything that stands in a package, escapes undone, in small letters: written without the code under test."""
    with zipfile.ZipFile(path) as file:
        parts = [name + "\n" + file.read(name).decode("utf-8", "replace") for name in file.namelist()]
    text = html.unescape("\n".join(parts))
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text).casefold()
