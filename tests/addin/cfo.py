"""A CFO's own workbook, as nobody here would lay it out: German, in thousands, months across, with his own formulas."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

__all__ = ["COSTS", "CUSTOMERS", "MONTHS", "cfo_workbook", "revenue"]

CUSTOMERS: Final = tuple(f"K{number:04d}" for number in range(1001, 1013))
MONTHS: Final = tuple(dt.date(2025, month, 1) for month in range(1, 13))
LIST_HEADER, FIRST_CUSTOMER = 5, 6


def revenue(place: int, month: int) -> float:
    """What customer number `place` bought in a month (from 0), in thousands; some buy every other month."""
    return 0.0 if place % 3 == 0 and month % 2 else round(12 + 7 * place + 1.5 * month, 1)


def cfo_workbook(path: Path, months: int = 12) -> Path:
    """
    Write the workbook.

    `Kundenliste ` (with a blank at its end) has its header in row 5 under a banner and two free columns at the right;
    `Umsatz 2025` customers down and months across in TEUR with a total row and a total column; `Kosten` accounts in
    TEUR, shown negative, with a total; `Annahmen` labels and values; `Cockpit` formulas and a chart over the list.
    """
    book = xlsxwriter.Workbook(path)
    look = {"font_name": "Calibri", "font_size": 10}
    banner = book.add_format({**look, "bold": True, "font_size": 16, "font_color": "#7F1D1D"})
    head = book.add_format({**look, "bold": True, "font_color": "#FFFFFF", "bg_color": "#7F1D1D"})
    month = book.add_format({**look, "bold": True, "num_format": "mmm yy", "bg_color": "#F3E8E8"})
    plain = book.add_format(look)
    typed = book.add_format({**look, "font_color": "#0000FF", "num_format": "#,##0.0"})
    share = book.add_format({**look, "font_color": "#0000FF", "num_format": "0.0%"})
    day = book.add_format({**look, "font_color": "#0000FF", "num_format": "dd.mm.yyyy"})
    total = book.add_format({**look, "bold": True, "num_format": "#,##0.0", "top": 1})
    sheets = {
        name: book.add_worksheet(name) for name in ("Cockpit", "Kundenliste ", "Umsatz 2025", "Kosten", "Annahmen")
    }
    _customers(sheets["Kundenliste "], banner, head, plain, day)
    _revenue(sheets["Umsatz 2025"], months, banner, head, month, plain, typed, total)
    _costs(sheets["Kosten"], banner, head, plain, typed, total)
    _assumptions(sheets["Annahmen"], banner, plain, share, day)
    _cockpit(book, sheets["Cockpit"], banner, plain, total)
    book.close()
    return path


def _customers(sheet: Any, banner: Any, head: Any, plain: Any, day: Any) -> None:
    sheet.write("A1", "Nordwind Handels GmbH", banner)
    sheet.write("A2", "Kundenliste, Stand Dezember 2025")
    for column, title in enumerate(
        ("Kunden-Nr.", "Firma", "Branche", "Betreuer", "Kunde seit", "Kundenwert TEUR", "Rang ABC")
    ):
        sheet.write(LIST_HEADER - 1, column, title, head)
    for place, customer in enumerate(CUSTOMERS):
        row = FIRST_CUSTOMER - 1 + place
        sheet.write(row, 0, customer, plain)
        sheet.write(row, 1, f"Firma {place + 1}", plain)
        sheet.write(row, 2, "Industrie" if place % 2 else "Handel", plain)
        sheet.write(row, 3, ("Nord", "Süd")[place % 2], plain)
        sheet.write_datetime(row, 4, dt.datetime(2019 + place % 5, 1 + place, 15), day)
    sheet.write_formula(FIRST_CUSTOMER - 1 + 3, 5, "=1+1", plain, 2)
    sheet.set_column(0, 0, 11)
    sheet.set_column(1, 1, 24)


def _revenue(sheet: Any, months: int, banner: Any, head: Any, month: Any, plain: Any, typed: Any, total: Any) -> None:
    sheet.write("A1", "Umsatz netto je Kunde", banner)
    sheet.write("A2", "in TEUR")
    sheet.write("A4", "Kunden-Nr.", head)
    sheet.write("B4", "Einheit", head)
    for number in range(months):
        sheet.write_datetime(3, 2 + number, dt.datetime(2025 + number // 12, 1 + number % 12, 1), month)
    sheet.write(3, 2 + months, "Summe", head)
    last = xl_col_to_name(1 + months)
    for place, customer in enumerate(CUSTOMERS):
        sheet.write(4 + place, 0, customer, plain)
        sheet.write(4 + place, 1, "TEUR", plain)
        amounts = [revenue(place, number) for number in range(months)]
        for column, amount in enumerate(amounts, start=2):
            sheet.write_number(4 + place, column, amount, typed)
        sheet.write_formula(4 + place, 2 + months, f"=SUM(C{5 + place}:{last}{5 + place})", total, sum(amounts))
    end = 4 + len(CUSTOMERS)
    sheet.write(end, 0, "Summe", total)
    for column in range(2, 3 + months):
        letter = xl_col_to_name(column)
        summed = range(months) if column == 2 + months else [column - 2]
        amount = sum(revenue(place, number) for place in range(len(CUSTOMERS)) for number in summed)
        sheet.write_formula(end, column, f"=SUM({letter}5:{letter}{end})", total, amount)


COSTS: Final = (("4100", "Vertrieb", -180.0), ("4200", "Logistik", -96.5), ("4300", "Kundendienst", -75.25))


def _costs(sheet: Any, banner: Any, head: Any, plain: Any, typed: Any, total: Any) -> None:
    sheet.write("A1", "Kosten der Kundenbetreuung 2025, TEUR", banner)
    for column, title in enumerate(("Konto", "Kostenart", "Betrag")):
        sheet.write(2, column, title, head)
    for row, (account, what, amount) in enumerate(COSTS, start=3):
        sheet.write(row, 0, account, plain)
        sheet.write(row, 1, what, plain)
        sheet.write_number(row, 2, amount, typed)
    sheet.write(6, 0, "Summe", total)
    sheet.write_formula(6, 2, "=SUM(C4:C6)", total, sum(amount for *_, amount in COSTS))


def _assumptions(sheet: Any, banner: Any, plain: Any, share: Any, day: Any) -> None:
    sheet.write("A1", "Annahmen", banner)
    for row, (label, value, style) in enumerate(
        (("Diskontsatz", 0.09, share), ("Bruttomarge", 0.42, share), ("Kundenbindung p.a.", 0.85, share)), start=2
    ):
        sheet.write(row, 0, label, plain)
        sheet.write_number(row, 1, value, style)
    sheet.write("A6", "Stichtag", plain)
    sheet.write_datetime("B6", dt.datetime(2025, 12, 31), day)


def _cockpit(book: Any, sheet: Any, banner: Any, plain: Any, total: Any) -> None:
    sheet.write("A1", "Cockpit", banner)
    sheet.write("A3", "Kundenwert gesamt, TEUR", plain)
    sheet.write_formula("B3", "=SUM('Kundenliste '!F6:F17)", total, 2)
    sheet.write("A4", "Basiswert laut Modell, TEUR", plain)
    sheet.write("A5", "Abweichung", plain)
    sheet.write_formula("B5", "=B3-B4", total, 2)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "='Kundenliste '!$A$6:$A$17", "values": "='Kundenliste '!$F$6:$F$17"})
    sheet.insert_chart("D3", chart)
