"""The group Review: whether the figures can be trusted, how one customer's come about, and the pack for the board."""

from pathlib import Path

import pandas as pd

from addin.contents import Contents, read_contents
from addin.desk import Desk
from addin.faults import UserError
from addin.refresh import check_lines, figure, results_of
from addin.ribbon.command import Asks, Command
from addin.ribbon.words import MOST_SIGNS, asked, check_words, finding_lines, finding_words, joined, money, shortened
from addin.workbook import LiveWorkbook
from valuation.model import cost_detail
from valuation.tables import (
    CUSTOMER_PNL,
    CUSTOMERS,
    GOODS,
    LEDGER_POOLS,
    LIFETIME_VALUE,
    RECONCILIATION,
    SEGMENTS,
    Table,
)
from workbook_templates.layout import Stage, TableBlock
from workbook_templates.plan import Cell
from workbook_templates.planner import formula_values

__all__ = ["COMMANDS"]

GROUP = "Review"
CHECK, EXPLAIN, PACK = "Check", "Explain", "Board pack"
STALE = "The results are older than the inputs or assumptions: press Refresh all."


def _check(book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Validate the inputs, run every check, show the sheet."""
    desk.progress("Reading and checking")
    contents = read_contents(book)
    findings = results_of(contents).findings
    formulas = formula_values(contents.template, contents.cells, contents.names)
    lines = check_lines(contents.template, formulas)
    desk.show(contents.raw[RECONCILIATION.name].sheet)
    desk.tell(CHECK, joined(check_words(lines), finding_words(findings), finding_lines(contents, findings)))


# Explain.


def _explain(book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Say how the figures of the selected customer come about."""
    desk.progress("Reading the workbook")
    contents = read_contents(book)
    customer = _selected_customer(contents, desk)
    formulas = formula_values(contents.template, contents.cells, contents.names)
    stale = STALE if figure(contents, formulas, "stale") is True else ""
    about = joined(_about(contents, customer), stale)
    desk.tell(EXPLAIN, joined(about, _costs(contents, customer, room=MOST_SIGNS - len(about) - 1)))


def _selected_customer(contents: Contents, desk: Desk) -> str:
    """Find the customer in the selected row of one of our tables, or in the selected cell."""
    sheet, row, column, cell = desk.selected()
    for name, raw in contents.raw.items():
        inside = 0 <= row - raw.first_row < raw.rows and 0 <= column - raw.first_column < len(raw.columns)
        ids = contents.cells[name].get("customer_id")
        if raw.sheet == sheet and inside and ids is not None and ids[row - raw.first_row] is not None:
            return _id(ids[row - raw.first_row])
    known = set(contents.inputs[CUSTOMERS.name].frame["customer_id"].dropna())
    if cell is not None and _id(cell) in known:
        return _id(cell)
    raise UserError("select a row of a table with customers, such as Customer P&L, or a cell with a customer's id")


def _id(cell: Cell) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()


def _about(contents: Contents, customer: str) -> str:
    """Say what is on the result sheets about a customer."""
    pnl, value, segment = (_row(contents, table, customer) for table in (CUSTOMER_PNL, LIFETIME_VALUE, SEGMENTS))
    if not (pnl and value and segment):
        return f"{customer} is not on the result sheets yet: press Refresh all."
    horizon = contents.names["cv_used_horizon"]
    years = f"{horizon:g}-year" if isinstance(horizon, float | int) else "unlimited"
    return joined(
        f"{pnl['name'] or customer} ({customer})",
        f"Net revenue {money(pnl['net_revenue'])}, gross margin {money(pnl['gross_margin'])}.",
        f"Cost to serve {money(pnl['cost_to_serve'])}, contribution {money(pnl['contribution'])}.",
        f"The {years} customer value is {money(value['value'])}{_share(value)}: {money(value['annual_margin'])} a year,"
        f" chance to stay {_percent(value['retention_rate'])} ({value['retention_basis']}). Grade {value['grade']}.",
        f"Value segment {segment['segment'] or 'unknown'}{_distance(segment)}; revenue tier {segment['revenue_tier']}, "
        f"profit tier {segment['profit_tier']}.",
        f"Stage: {segment['lifecycle']} ({segment['lifecycle_rule']}).",
    )


def _row(contents: Contents, table: Table, customer: str) -> dict[str, Cell]:
    cells = contents.cells[table.name]
    for i, cell in enumerate(cells["customer_id"]):
        if cell is not None and _id(cell) == customer:
            return {column.name: cells.get(column.name, [None] * (i + 1))[i] for column in table}
    return {}


def _percent(cell: Cell) -> str:
    return f"{cell:.1%}" if isinstance(cell, float | int) else "unknown"


def _share(value: dict[str, Cell]) -> str:
    part, whole = value["value"], value["value_unlimited"]
    if isinstance(part, float) and isinstance(whole, float) and whole:
        return f", {part / whole:.0%} of the unlimited one"
    return ""


def _distance(segment: dict[str, Cell]) -> str:
    above = segment["distance_to_cut"]
    return f" (value {money(above)} above its lower cut)" if isinstance(above, float) else ""


def _costs(contents: Contents, customer: str, *, room: int) -> str:
    """List the cost to serve by pool, the largest first, under what belongs to the goods."""
    if not contents.inputs[LEDGER_POOLS.name].has("amount"):
        return "There is no ledger: the cost to serve comes from typed factors on Assumptions."
    try:
        costs = cost_detail(contents.inputs, customer)
    except KeyError:
        return "The cost by pool is not known: the customer is not on Customers."
    goods = costs["family"] == GOODS
    of_goods = f"Freight in less rebates: {money(costs.loc[goods, 'cost'].sum())}." if goods.any() else ""
    return shortened(joined(of_goods, "Cost to serve by pool:", _cost_lines(costs[~goods])), room)


def _cost_lines(costs: pd.DataFrame) -> list[str]:
    largest = costs.reindex(costs["cost"].abs().sort_values(ascending=False, kind="stable").index)
    return [
        f"{line['pool']}: {line['quantity']:,.10g} {line['driver']} at {money(line['rate'])} = {money(line['cost'])}"
        if line["driver"]
        else f"{line['pool']}: {money(line['cost'])} charged directly"
        for line in largest.to_dict("records")
    ]


# Board pack.


def _board_pack(book: LiveWorkbook, desk: Desk, path: Path | None) -> None:
    """Export what a board reads; stale results only when the user insists."""
    if path is None:
        return
    desk.progress("Reading the workbook")
    contents = read_contents(book)
    formulas = formula_values(contents.template, contents.cells, contents.names)
    doubts = [] if contents.names["cv_used_as_of"] is not None else ["The workbook was never refreshed."]
    if figure(contents, formulas, "stale") is True:
        doubts.append(STALE)
    if doubts and not desk.confirm(PACK, asked(joined(doubts), "Make the board pack all the same?")):
        return
    sheets = _board_sheets(contents)
    desk.progress(f"Writing {path.name}")
    desk.export_pdf(path, sheets)
    checks = check_words(check_lines(contents.template, formulas))
    desk.tell(PACK, joined(f"{path} holds {', '.join(sheets)}.", checks))


def _board_sheets(contents: Contents) -> list[str]:
    """Name the front sheets with results, under the names that they have now."""
    read = (Stage.SUMMARY, Stage.RESULT, Stage.CHECK)
    sheets = [sheet for sheet in contents.template.sheets if sheet.front and sheet.stage in read]
    moved = {
        sheet.name: contents.raw[item.table.name].sheet
        for sheet in sheets
        for item in sheet.items
        if isinstance(item, TableBlock)
    }
    return [moved.get(sheet.name, sheet.name) for sheet in sheets]


COMMANDS = (
    Command(
        id="Check",
        label=CHECK,
        group=GROUP,
        icon="ErrorChecking",
        large=True,
        tip="Validates the inputs and runs every check, and shows the sheet Checks; nothing is written.",
        run=_check,
    ),
    Command(
        id="Explain",
        label=EXPLAIN,
        group=GROUP,
        icon="Magnifier",
        tip="Says how revenue, cost to serve, value and segment of the selected customer come about.",
        run=_explain,
    ),
    Command(
        id="BoardPack",
        label=PACK,
        group=GROUP,
        icon="FileSaveAsPdfOrXps",
        tip="Writes the sheets that a board reads into one PDF file.",
        asks=Asks(how="save", files="PDF file (*.pdf),*.pdf", suggested="board_pack.pdf"),
        run=_board_pack,
    ),
)
