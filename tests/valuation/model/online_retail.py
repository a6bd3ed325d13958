"""
A costed P&L of Online Retail: its real documents, with pools, margin and minutes that are assumptions.

The data (541,909 lines of a British wholesaler of gifts, December 2010 to December 2011, CC0) hold no cost. Every
amount below is invented, of a size that such a company could have; what causes the cost is counted in the data: order
lines, orders, credit notes, countries.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from addin.sources import SourceMapping, read_transactions
from tests.valuation.model.builders import assumptions, from_frame, table
from valuation.tables import TableData

__all__ = ["costed_tables", "real_data"]

MAPPING = SourceMapping(
    customer="CustomerID",
    date="InvoiceDate",
    quantity="Quantity",
    unit_price="UnitPrice",
    document="InvoiceNo",
    credit_prefix="C",
)
ASSUMED_MARGIN = 0.38
POOLS = (
    # pool, account, amount, driver, treatment, acquisition share, family, avoidable share
    ("Picking and packing", "6410", 330_000.00, "order lines", "retention", 0.0, "logistics", 0.7),
    ("Carriage", "6420", 390_000.00, "orders", "retention", 0.0, "logistics", 1.0),
    ("Export desk", "6430", 90_000.00, "export orders", "retention", 0.0, "logistics", 0.4),
    ("Order desk", "6310", 210_000.00, "orders", "retention", 0.0, "order handling", 0.5),
    ("Invoicing", "6320", 60_000.00, "documents", "retention", 0.0, "order handling", 0.5),
    ("Returns desk", "6610", 85_000.00, "return lines", "retention", 0.0, "returns", 0.6),
    ("Catalogues", "6110", 180_000.00, "catalogues", "retention", 0.3, "marketing", 1.0),
    ("Account managers", "6210", 260_000.00, "gross revenue", "retention", 0.1, "sales", 0.3),
    ("IT", "6710", 150_000.00, None, "retention", 0.0, "order handling", 0.0),
    ("Premises", "6720", 120_000.00, None, "retention", 0.0, "order handling", 0.0),
    ("Head office", "6900", 220_000.00, None, "sustaining", None, None, None),
)
SERVICES = (
    ("IT", "Premises", 0.05),
    ("IT", "Order desk", 0.45),
    ("IT", "Invoicing", 0.20),
    ("IT", "Picking and packing", 0.30),
    ("Premises", "IT", 0.10),
    ("Premises", "Picking and packing", 0.75),
    ("Premises", "Returns desk", 0.15),
)
TERMS = (
    ("order desk minutes", "order", None, 6.0),
    ("order desk minutes", "order", "Lines", 0.25),
    ("order desk minutes", "order", "Export", 12.0),
    ("picking minutes", "order", None, 5.0),
    ("picking minutes", "order", "Lines", 1.4),
)
CAPACITY = (("Order desk", "order desk minutes", 380_000.0), ("Picking and packing", "picking minutes", 780_000.0))


def real_data() -> Path:
    """Give the file, which `CUSTOMER_VALUE_DATA` may name the folder of."""
    given = os.environ.get("CUSTOMER_VALUE_DATA")
    repository = Path(__file__).resolve().parents[3]
    return (Path(given) if given else repository.parent / "shared" / "data") / "online_retail.parquet"


def costed_tables() -> dict[str, TableData]:
    """Make the input tables."""
    path = real_data()
    documents = read_transactions(path, MAPPING).frame
    lines = pd.read_parquet(path, columns=["InvoiceNo", "CustomerID", "Country"])
    abroad = set(lines.loc[lines["Country"] != "United Kingdom", "InvoiceNo"].astype(str))
    orders = documents[(documents["type"] == "sale") & documents["customer_id"].notna()]
    orders = orders[orders["date"] > pd.Timestamp("2010-12-09")]
    export = orders["invoice_no"].isin(abroad).astype(float)
    by_customer = (
        orders.assign(export=export)
        .groupby("customer_id", as_index=False)
        .agg(quantity=("invoice_no", "size"), Lines=("lines", "sum"), Export=("export", "sum"))
    )
    customers = sorted(set(documents["customer_id"].dropna()))
    country = lines.dropna(subset=["CustomerID"]).drop_duplicates("CustomerID")
    home = dict(zip(country["CustomerID"].astype(int).astype(str), country["Country"], strict=True))
    names = ("pool", "gl_account", "amount", "driver", "treatment", "acq_share", "family", "avoidable_share")
    counted = [
        *((id_, "catalogues", 1.0) for id_ in by_customer["customer_id"]),
        *((id_, "export orders", n) for id_, n in by_customer[["customer_id", "Export"]].itertuples(index=False) if n),
    ]
    made = (
        from_frame("Transactions", documents),
        table("Customers", customer_id=customers, segment=[home[id_] for id_ in customers]),
        table("Ledger pools", **_columns(names, POOLS)),
        table("Drivers", **_columns(("customer_id", "driver", "quantity"), counted)),
        table("Service departments", **_columns(("pool", "to_pool", "share"), SERVICES)),
        table("Time equations", **_columns(("driver", "activity", "attribute", "minutes"), TERMS)),
        table("Capacity", **_columns(("pool", "driver", "practical_minutes"), CAPACITY)),
        from_frame("Activities", by_customer.assign(activity="order").astype({"quantity": float})),
        table("Trial balance", **_columns(("gl_account", "amount"), [(row[1], row[2]) for row in POOLS])),
        assumptions(gross_margin_pct=ASSUMED_MARGIN, ledger_control_total=sum(row[2] for row in POOLS)),
    )
    return {data.table.name: data for data in made}


def _columns(names: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
