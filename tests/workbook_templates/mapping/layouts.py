"""Workbooks as people lay them out, each with the right answer written down beside it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbook_templates.mapping.views import Rectangle, SheetView, TableView, WorkbookView
from workbook_templates.plan import Cell

__all__ = ["LAYOUTS", "Layout", "Right", "Rows", "book", "sheet"]

Rows = list[list[Any]]
"""Rows of cells, of any length."""

Right = frozenset[tuple[str, str, str, int]]
"""Table and column of the contract, sheet, and its column; a column of -1 is periods across."""


@dataclass(frozen=True)
class Layout:
    """A workbook and what is right about it."""

    view: WorkbookView
    right: Right = frozenset()
    """What is to be found, sure or asked."""
    asked: frozenset[str] = frozenset()
    """Tables and assumptions about which there must be a question."""
    sure: frozenset[str] = frozenset()
    """Tables and assumptions that leave nothing to ask."""
    assumptions: Mapping[str, str] = field(default_factory=dict)
    """Assumption to its cell or name."""
    facts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Table to attributes of its TableMap; those of its periods as "across.row"."""


def sheet(name: str, rows: Sequence[Sequence[Any]], **more: Any) -> SheetView:
    return SheetView(name=name, rows=rows, **more)


def book(*sheets: SheetView, names: Mapping[str, str] | None = None) -> WorkbookView:
    return WorkbookView(source="book.xlsx", sheets=sheets, names=names or {})


def right(table: str, where: str, **columns: int) -> Right:
    return frozenset((table, column, where, at) for column, at in columns.items())


def day(month: int, of: int = 15, year: int = 2025) -> dt.date:
    return dt.date(year, month, of)


def month_ends(count: int, year: int = 2025) -> list[dt.date]:
    firsts = [dt.date(year + place // 12, place % 12 + 1, 1) for place in range(1, count + 1)]
    return [first - dt.timedelta(days=1) for first in firsts]


def amounts(row: int, count: int, start: float = 100.0) -> list[float]:
    return [round(start + 37.3 * row + 11.9 * place + (row * place) % 7, 2) for place in range(count)]


def plus(rows: Iterable[Sequence[Any]], first: int) -> list[float]:
    """The sums of columns from one on."""
    columns = list(zip(*rows, strict=True))[first:]
    return [round(sum(float(value) for value in column), 2) for column in columns]


NAMES = (
    "Abbott & Sons",
    "Brightwater Ltd",
    "Cobalt Foods",
    "Dunmore plc",
    "Eastfield",
    "Fenwick Group",
    "Garnet",
    "Holloway",
)


def plain_list() -> Layout:
    rows: Rows = [["Customer ID", "Date", "Invoice no", "Net amount", "COGS"]]
    rows += [
        [f"C{1 + place % 4:03}", day(1 + place % 12), 9000 + place, 120.5 + place, 70.25 + place] for place in range(24)
    ]
    return Layout(
        book(sheet("Sales", rows)),
        right("Transactions", "Sales", customer_id=1, date=2, invoice_no=3, net_amount=4, cogs=5),
        sure=frozenset(["Transactions"]),
        facts={"Transactions": {"header_row": 1, "first_row": 2, "last_row": None}},
    )


def banner_above() -> Layout:
    rows: Rows = [
        ["Brightwater Holdings"],
        ["Customer master data as of 31 December 2025"],
        [],
        ["Source: CRM"],
        [],
        [None, "Cust. no.", "Customer name", "Customer since", "Segment", "Account manager"],
    ]
    rows += [
        [None, 1000 + place, name, day(1 + place, year=2019), "SME" if place % 2 else "Key", "J. Roe"]
        for place, name in enumerate(NAMES)
    ]
    return Layout(
        book(sheet("Master", rows)),
        right("Customers", "Master", customer_id=2, name=3, first_purchase=4, segment=5, owner=6),
        sure=frozenset(["Customers"]),
        facts={"Customers": {"header_row": 6, "first_row": 7}},
    )


def merged_header() -> Layout:
    rows: Rows = [
        ["Customer", None, "Document", None, "Amounts in EUR", None, None],
        ["Number", "Name", "Number", "Date", "Net sales", "Discounts", "Freight"],
    ]
    rows += [
        [
            f"K-{place % 5:02}",
            NAMES[place % 5],
            f"R{place:04}",
            day(1 + place % 9),
            900.0 + place,
            12.5,
            8.0 + place / 2,
        ]
        for place in range(18)
    ]
    merges = (Rectangle(1, 1, 1, 2), Rectangle(1, 3, 1, 4), Rectangle(1, 5, 1, 7))
    return Layout(
        book(sheet("Billing", rows, merges=merges)),
        right("Transactions", "Billing", customer_id=1, invoice_no=3, date=4, net_amount=5, discount=6),
        facts={"Transactions": {"header_row": 2, "first_row": 3}},
    )


def periods_with_fiscal_years() -> Layout:
    months = month_ends(24)
    head: list[Cell] = ["Client no.", "Client", *months[:12], "FY2025", *months[12:], "FY2026"]
    rows: Rows = [["Net revenue by client, USD"], [], head]
    for place, name in enumerate(NAMES):
        values = amounts(place, 24)
        first, second = (round(sum(float(v) for v in half), 2) for half in (values[:12], values[12:]))
        rows.append([f"CL{place:03}", name, *values[:12], first, *values[12:], second])
    rows.append(["Total", None, *plus(rows[3:], 2)])
    return Layout(
        book(sheet("Revenue by client", rows)),
        right("Transactions", "Revenue by client", customer_id=1, net_amount=-1),
        sure=frozenset(["Transactions"]),
        facts={"Transactions": {"across.row": 3, "across.first_column": 3, "skip": ("Total",), "scale": 1.0}},
    )


def months_with_year_in_title() -> Layout:
    rows: Rows = [
        ["Umsatz je Kunde 2025"],
        [],
        ["Kunden-Nr.", "Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez", "Summe"],
    ]
    rows += [[10010 + place, *(values := amounts(place, 12)), round(sum(map(float, values)), 2)] for place in range(7)]
    rows.append(["Summe", *plus(rows[3:], 1)])
    return Layout(
        book(sheet("Kunden", rows)),
        right("Transactions", "Kunden", customer_id=1, net_amount=-1),
        sure=frozenset(["Transactions"]),
        facts={
            "Transactions": {"across.first_period": dt.date(2025, 1, 31), "skip": ("Summe",), "across.last_column": 13}
        },
    )


def months_without_year() -> Layout:
    rows: Rows = [["Customer ID", "Jan", "Feb", "Mar", "Apr", "May", "Jun"]]
    rows += [[f"C{place}", *amounts(place, 6)] for place in range(7)]
    return Layout(
        book(sheet("Sales", rows)),
        right("Transactions", "Sales", customer_id=1, net_amount=-1),
        asked=frozenset(["Transactions"]),
    )


def counted_months() -> Layout:
    rows: Rows = [["Monthly sales per account"], [], ["Account ID", *(f"M{place}" for place in range(12))]]
    rows += [[f"ACC-{place:04}", *amounts(place, 12)] for place in range(9)]
    inputs: Rows = [
        ["Model inputs"],
        [],
        ["Model start date", "date", dt.date(2026, 4, 1)],
        ["WACC", "% p.a.", 0.09],
    ]
    return Layout(
        book(sheet("Inputs", inputs), sheet("Sales", rows)),
        right("Transactions", "Sales", customer_id=1, net_amount=-1),
        assumptions={"discount_rate": "'Inputs'!C4"},
        facts={"Transactions": {"across.first_period": dt.date(2026, 4, 30)}},
    )


def fiscal_years_across() -> Layout:
    rows: Rows = [["Customer code", "Customer", "Unit", "FY26", "FY27", "FY28"]]
    rows += [[f"A{place:02}", name, "$", *amounts(place, 3, 5000)] for place, name in enumerate(NAMES)]
    return Layout(
        book(sheet("Net sales", rows)),
        right("Transactions", "Net sales", customer_id=1, net_amount=-1),
        asked=frozenset(["Transactions"]),  # a fiscal year may end in any month
    )


def sections_and_totals() -> Layout:
    head: list[Cell] = ["Customer no.", "Customer", "Unit", *month_ends(6)]
    north: Rows = [[f"N{place}", NAMES[place], "EUR", *amounts(place, 6)] for place in range(4)]
    south: Rows = [[f"S{place}", NAMES[place + 4], "EUR", *amounts(place, 6, 400)] for place in range(4)]
    total = [round(float(a) + float(b), 2) for a, b in zip(plus(north, 3), plus(south, 3), strict=True)]
    rows: Rows = [
        ["Sales 2025 by region"],
        head,
        ["Region North"],
        *north,
        ["Subtotal North", None, None, *plus(north, 3)],
        [],
        ["Region South"],
        *south,
        ["Subtotal South", None, None, *plus(south, 3)],
        [],
        ["Grand total", None, None, *total],
    ]
    return Layout(
        book(sheet("Sales", rows)),
        right("Transactions", "Sales", customer_id=1, net_amount=-1),
        sure=frozenset(["Transactions"]),
        facts={
            "Transactions": {
                "skip": {"Region North", "Region South", "Subtotal North", "Subtotal South", "Grand total"}
            }
        },
    )


def side_by_side() -> Layout:
    left: Rows = [
        ["Client ID", "Client name", "Since"],
        *([f"C{p:02}", NAMES[p], day(1 + p, year=2020)] for p in range(8)),
    ]
    other: Rows = [
        ["Account", "Pool", "Cost"],
        *(
            [6000 + p, pool, 1000.0 * (p + 1)]
            for p, pool in enumerate(("Order desk", "Picking", "Field sales", "Help desk"))
        ),
    ]
    rows: Rows = []
    for place, line in enumerate(left):
        more = other[place] if place < len(other) else [None, None, None]
        rows.append([*line, None, None, *more])
    return Layout(
        book(sheet("Data", rows)),
        right("Customers", "Data", customer_id=1, name=2)
        | right("Ledger pools", "Data", gl_account=6, pool=7, amount=8),
        asked=frozenset(["Ledger pools"]),
    )


def stacked() -> Layout:
    customers: Rows = [
        ["Customers"],
        ["Customer ID", "Name", "Segment"],
        *([f"C{p:02}", NAMES[p], "A" if p < 3 else "B"] for p in range(6)),
    ]
    pools: Rows = [
        ["Drivers"],
        ["Customer", "Driver", "Quantity"],
        *([f"C{p % 6:02}", ("orders", "visits")[p % 2], 3 + p] for p in range(12)),
    ]
    capacity: Rows = [
        ["Capacity"],
        ["Pool", "Practical minutes", "FTE"],
        ["Order desk", 96000, 1.5],
        ["Picking", 160000, 2.5],
    ]
    rows = [*customers, [], [], *pools, [], [], *capacity]
    return Layout(
        book(sheet("Inputs", rows)),
        right("Customers", "Inputs", customer_id=1, name=2, segment=3)
        | right("Drivers", "Inputs", customer_id=1, driver=2, quantity=3)
        | right("Capacity", "Inputs", pool=1, practical_minutes=2, fte=3),
        sure=frozenset(["Customers", "Drivers", "Capacity"]),
    )


def german() -> Layout:
    kunden: Rows = [["Kd.-Nr.", "Firma", "Kundengruppe", "Ort", "Kunde seit"]]
    kunden += [[20000 + p, NAMES[p], "Handel", "Köln", day(1 + p, year=2018)] for p in range(8)]
    umsatz: Rows = [["Kd.-Nr.", "Belegdatum", "Beleg-Nr.", "Umsatz netto", "Rabatt", "Wareneinsatz", "Währung"]]
    umsatz += [[20000 + p % 8, day(1 + p % 12), 700100 + p, 310.4 + p, 10.0, 200.1, "EUR"] for p in range(30)]
    return Layout(
        book(sheet("Kundenstamm", kunden), sheet("Umsätze", umsatz)),
        right("Customers", "Kundenstamm", customer_id=1, name=2, segment=3, first_purchase=5)
        | right(
            "Transactions", "Umsätze", customer_id=1, date=2, invoice_no=3, net_amount=4, discount=5, cogs=6, currency=7
        ),
        sure=frozenset(["Customers", "Transactions"]),
    )


def french() -> Layout:
    rows: Rows = [
        ["N° client", "Raison sociale", "N° facture", "Date facture", "Échéance", "Montant TTC", "Date de règlement"]
    ]
    rows += [
        [
            f"CL{p % 5}",
            NAMES[p % 5],
            f"F25-{p:03}",
            day(1 + p % 10),
            day(2 + p % 10),
            1200.0 + p,
            day(3 + p % 9) if p % 3 else None,
        ]
        for p in range(20)
    ]
    return Layout(
        book(sheet("Factures clients", rows)),
        right(
            "Invoices",
            "Factures clients",
            customer_id=1,
            invoice_no=3,
            invoice_date=4,
            due_date=5,
            amount=6,
            paid_date=7,
        ),
        sure=frozenset(["Invoices"]),
    )


def spanish() -> Layout:
    rows: Rows = [
        ["Ventas por cliente"],
        ["en miles de euros"],
        [],
        ["Código cliente", "Nombre", "ene-25", "feb-25", "mar-25", "abr-25", "Total"],
    ]
    rows += [
        [f"CL-{p:03}", NAMES[p], *(values := amounts(p, 4, 20)), round(sum(map(float, values)), 2)] for p in range(6)
    ]
    rows.append(["Total general", None, *plus(rows[4:], 2)])
    return Layout(
        book(sheet("Ventas", rows)),
        right("Transactions", "Ventas", customer_id=1, net_amount=-1),
        sure=frozenset(["Transactions"]),
        facts={"Transactions": {"scale": 1000.0, "skip": ("Total general",)}},
    )


def dutch() -> Layout:
    rows: Rows = [["Klantnr", "Factuurdatum", "Factuurnummer", "Netto omzet", "Korting", "Verzendkosten"]]
    rows += [[f"K{p % 6}", day(1 + p % 12), 8100 + p, 95.5 + p, 2.5, 6.95] for p in range(26)]
    rows.append(["Totaal", None, None, *plus(rows[1:], 3)])
    return Layout(
        book(sheet("Verkopen", rows)),
        right("Transactions", "Verkopen", customer_id=1, date=2, invoice_no=3, net_amount=4, discount=5, freight_out=6),
        sure=frozenset(["Transactions"]),
        facts={"Transactions": {"skip": ("Totaal",)}},
    )


def indonesian() -> Layout:
    rows: Rows = [["Kode Pelanggan", "Nama Pelanggan", "Segmen", "Pelanggan sejak"]]
    rows += [[f"PLG{p:03}", NAMES[p], "Ritel", day(1 + p, year=2021)] for p in range(8)]
    sales: Rows = [["Pelanggan", "Tanggal Faktur", "No. Faktur", "Penjualan bersih"]]
    sales += [[f"PLG{p % 8:03}", day(1 + p % 12), f"INV{p:04}", 1_500_000.0 + 1000 * p] for p in range(25)]
    return Layout(
        book(sheet("Daftar Pelanggan", rows), sheet("Penjualan", sales)),
        right("Customers", "Daftar Pelanggan", customer_id=1, name=2, segment=3, first_purchase=4)
        | right("Transactions", "Penjualan", customer_id=1, date=2, invoice_no=3, net_amount=4),
        sure=frozenset(["Customers", "Transactions"]),
    )


def excel_tables() -> Layout:
    rows: Rows = [
        [],
        ["Our customers"],
        [None, "AccountID", "AccountName", "Tier", None, "Pool", "GL account", "Amount", "Driver", "Treatment"],
    ]
    pools = (
        ("Picking", "6410", "order lines", "retention"),
        ("Advertising", "6110", "orders", "acquisition"),
        ("Head office", "6900", None, "sustaining"),
    )
    for p in range(6):
        more: list[Cell] = [None] * 5
        if p < 3:
            more = [pools[p][0], pools[p][1], 90_000.0 * (p + 1), pools[p][2], pools[p][3]]
        rows.append([None, f"A-{p}", NAMES[p], "Gold", None, *more])
    tables = (
        TableView(name="Accounts", area=Rectangle(3, 2, 9, 4)),
        TableView(name="Costs", area=Rectangle(3, 6, 6, 10)),
    )
    return Layout(
        book(sheet("Tables", rows, tables=tables)),
        right("Customers", "Tables", customer_id=2, name=3, segment=4)
        | right("Ledger pools", "Tables", pool=6, gl_account=7, amount=8, driver=9, treatment=10),
        sure=frozenset(["Customers", "Ledger pools"]),
        facts={"Customers": {"excel_table": "Accounts"}, "Ledger pools": {"excel_table": "Costs"}},
    )


def two_ids() -> Layout:
    rows: Rows = [["CRM ID", "SAP no.", "Customer name", "Segment"]]
    rows += [[f"0015{p:03}", 300_000 + 7 * p, NAMES[p], "East"] for p in range(8)]
    return Layout(
        book(sheet("Customers", rows)),
        right("Customers", "Customers", name=3, segment=4),
        asked=frozenset(["Customers"]),
    )


def costs_negative_in_thousands() -> Layout:
    rows: Rows = [
        ["Cost pools 2025, TEUR"],
        [],
        ["Cost pool", "GL account", "Amount", "Cost driver", "Treatment"],
    ]
    pools = (
        ("Picking", "6410", -310.5),
        ("Order desk", "6310", -220.0),
        ("Field sales", "6210", -415.2),
        ("Advertising", "6110", -90.0),
    )
    rows += [[pool, account, amount, "orders", "retention"] for pool, account, amount in pools]
    return Layout(
        book(sheet("Pools", rows)),
        right("Ledger pools", "Pools", pool=1, gl_account=2, amount=3, driver=4, treatment=5),
        sure=frozenset(["Ledger pools"]),
        facts={"Ledger pools": {"scale": 1000.0, "sign": -1}},
    )


def no_header() -> Layout:
    rows: Rows = [[f"C{1 + p % 5:03}", day(1 + p % 12), 99.95 + p] for p in range(30)]
    return Layout(
        book(sheet("Sheet1", rows)),
        right("Transactions", "Sheet1", customer_id=1, date=2, net_amount=3),
        asked=frozenset(["Transactions"]),
    )


def trailing_blanks() -> Layout:
    rows: Rows = [["Customer ID ", " Invoice date", "Net amount  "]]
    rows += [[f"C{p % 4} ", day(1 + p % 12), 10.5 + p] for p in range(16)]
    return Layout(
        book(sheet("Sales ", rows)),
        right("Transactions", "Sales ", customer_id=1, date=2, net_amount=3),
        sure=frozenset(["Transactions"]),
    )


def only_statements() -> Layout:
    head: list[Cell] = ["USD thousand", *month_ends(12), "FY2025"]
    lines = ("Revenue", "Cost of sales", "Gross profit", "Operating expenses", "EBITDA", "Headcount")
    rows: Rows = [
        ["Income statement"],
        [],
        head,
        *([line, *amounts(p, 12), 1.0] for p, line in enumerate(lines)),
    ]
    return Layout(book(sheet("P&L", rows)))


def inputs_and_names() -> Layout:
    rows: Rows = [
        ["ASSUMPTIONS"],
        [],
        ["Item", "Unit", "Value", "Comment"],
        ["Discount rate", "%", 10, "from treasury"],
        ["Annual retention rate", "%", 0.85, None],
        ["Gross margin %", None, 0.42, None],
        ["Corporation tax rate", "%", 0.25, None],
        ["Valuation date", None, dt.date(2025, 12, 31), None],
        ["Customer acquisition cost", "EUR", 450, None],
    ]
    other: Rows = [["Debt"], ["Cost of debt", 0.055], ["Opening cash", 120_000]]
    return Layout(
        book(
            sheet("Inputs", rows),
            sheet("Treasury", other),
            names={"Net_Debt": "Treasury!$B$3", "DiscountRate": "Inputs!$C$4", "Rng": "Inputs!$A$1:$C$9"},
        ),
        assumptions={
            "discount_rate": "DiscountRate",
            "retention_prior": "'Inputs'!C5",
            "gross_margin_pct": "'Inputs'!C6",
            "as_of": "'Inputs'!C8",
            "acquisition_cost": "'Inputs'!C9",
            "borrowing_rate": "'Treasury'!B2",
            "net_debt": "Net_Debt",
        },
        sure=frozenset(["discount_rate", "retention_prior", "as_of"]),
    )


def net_and_gross() -> Layout:
    rows: Rows = [["Customer ID", "Date", "Gross amount", "Net amount"]]
    rows += [[f"C{p % 4}", day(1 + p % 12), 119.0 + p, 100.0 + p] for p in range(16)]
    return Layout(
        book(sheet("Sales", rows)),
        right("Transactions", "Sales", customer_id=1, date=2, net_amount=4),
        asked=frozenset(["Transactions"]),
    )


def two_dates() -> Layout:
    rows: Rows = [["Customer ID", "Invoice date", "Posting date", "Net sales"]]
    rows += [[f"C{p % 4}", day(1 + p % 12, 3), day(1 + p % 12, 9), 100.0 + p] for p in range(16)]
    return Layout(
        book(sheet("Sales", rows)),
        right("Transactions", "Sales", customer_id=1, net_amount=4),
        asked=frozenset(["Transactions"]),
    )


def dates_as_text() -> Layout:
    rows: Rows = [["Customer ID", "Date", "Net sales"]]
    rows += [[f"C{p % 4}", f"0{1 + p % 9}/0{1 + p % 7}/2025", 100.5 + p] for p in range(16)]
    return Layout(
        book(sheet("Sales", rows)),
        right("Transactions", "Sales", customer_id=1, date=2, net_amount=3),
        asked=frozenset(["Transactions"]),
    )


def unknown_language() -> Layout:
    rows: Rows = [["Asiakasnumero", "Päivämäärä", "Laskutettu"]]
    rows += [[f"A{p % 4}-X", day(1 + p % 12), 100.5 + p] for p in range(16)]
    return Layout(
        book(sheet("Myynti", rows)),
        right("Transactions", "Myynti", customer_id=1, date=2, net_amount=3),
        asked=frozenset(["Transactions"]),
    )


def two_customer_lists() -> Layout:
    one: Rows = [["Customer ID", "Name", "Segment"], *([f"C{p}", NAMES[p], "A"] for p in range(8))]
    other: Rows = [
        ["Customer ID", "Customer name", "Owner"],
        *([f"C{p}", NAMES[p], "J. Roe"] for p in range(7)),
    ]
    return Layout(
        book(sheet("Customers", one), sheet("CRM", other)),
        right("Customers", "Customers", customer_id=1, name=2, segment=3)
        | right("Customers", "CRM", customer_id=1, name=2, owner=3),
        asked=frozenset(["Customers"]),
    )


def hidden_sheet() -> Layout:
    rows: Rows = [
        ["Customer ID", "Date", "Net sales"],
        *([f"C{p % 4}", day(1 + p % 12), 100.5 + p] for p in range(16)),
    ]
    return Layout(
        book(sheet("Old", rows, hidden=True)),
        right("Transactions", "Old", customer_id=1, date=2, net_amount=3),
        asked=frozenset(["Transactions"]),
    )


def shown_in_thousands() -> Layout:
    head: list[Cell] = ["Customer no.", *month_ends(6)]
    rows: Rows = [
        ["Net sales in thousands of EUR"],
        head,
        *([f"C{p}", *amounts(p, 6, 250_000)] for p in range(6)),
    ]
    return Layout(
        book(sheet("Sales", rows, number_format=lambda row, column: "#,##0," if column > 1 else "General")),
        right("Transactions", "Sales", customer_id=1, net_amount=-1),
        sure=frozenset(["Transactions"]),
        facts={"Transactions": {"scale": 1.0}},  # the cells hold the amounts in full
    )


def margins_by_customer() -> Layout:
    rows: Rows = [
        ["Gross margin by customer"],
        ["Customer ID", *month_ends(6)],
        *([f"C{p}", *amounts(p, 6)] for p in range(6)),
    ]
    return Layout(book(sheet("Margins", rows)))


def cost_accounts_by_month() -> Layout:
    rows: Rows = [["Cost centre report 2025"], [], ["GL account", "Cost pool", *month_ends(6)]]
    rows += [
        [6000 + 10 * p, pool, *amounts(p, 6, 4000)]
        for p, pool in enumerate(("Picking", "Order desk", "Help desk", "Field sales"))
    ]
    rows.append(["Total", None, *plus(rows[3:], 2)])
    return Layout(
        book(sheet("Costs", rows)),
        right("Ledger pools", "Costs", gl_account=1, pool=2, amount=-1),
        asked=frozenset(["Ledger pools"]),  # nothing says which customers the costs belong to
        facts={"Ledger pools": {"skip": ("Total",)}},
    )


LAYOUTS: Mapping[str, Callable[[], Layout]] = {
    layout.__name__.replace("_", " "): layout
    for layout in (
        plain_list,
        banner_above,
        merged_header,
        periods_with_fiscal_years,
        months_with_year_in_title,
        months_without_year,
        counted_months,
        fiscal_years_across,
        sections_and_totals,
        side_by_side,
        stacked,
        german,
        french,
        spanish,
        dutch,
        indonesian,
        excel_tables,
        two_ids,
        costs_negative_in_thousands,
        no_header,
        trailing_blanks,
        only_statements,
        inputs_and_names,
        net_and_gross,
        two_dates,
        dates_as_text,
        unknown_language,
        two_customer_lists,
        hidden_sheet,
        shown_in_thousands,
        margins_by_customer,
        cost_accounts_by_month,
    )
}
