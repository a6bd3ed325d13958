"""The group Formulas: a front-door function with the workbook's own names and tables filled in, and formulas mended."""

import re
from functools import partial
from pathlib import Path
from typing import Final

from addin.desk import Desk
from addin.faults import UserError
from addin.references import FILLED_IN, literal, reference_text
from addin.registry import Function, functions
from addin.ribbon.command import Command
from addin.ribbon.repairing import repairs
from addin.ribbon.words import asked, counted, joined
from addin.workbook import LiveWorkbook
from workbook_templates.addresses import address
from workbook_templates.catalogue import UnknownTemplateError, recognise
from workbook_templates.layout import TableBlock
from workbook_templates.plan import CellError

__all__ = ["COMMANDS"]

GROUP = "Formulas"
MENU, REPAIR = "Insert formula", "Repair formulas"
FRONT_DOOR: Final = "Customer Value"


def _insert(function: Function, book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Write a function into the selected cell."""
    sheet, row, column, cell = desk.selected()
    present = {name.casefold() for name in book.table_names()}
    _refuse_tables(book, present, sheet, (row, column))
    title, place = f"{MENU}: {function.name}", f"{sheet}!{address(row, column)}"
    if cell is not None and not desk.confirm(title, f"{place} is not empty. Overwrite it?"):
        return
    desk.write_formula(f"={function.name}({_arguments(function, book, present)})")


def _arguments(function: Function, book: LiveWorkbook, present: set[str]) -> str:
    """Fill in the workbook's names and tables if they are there, or else the values of the function's example."""
    text = ",".join(map(reference_text, FILLED_IN.get(function.name, {}).values()))
    needed = {name.casefold() for name in re.findall(r"(\w+)\[", text)}
    ours = "cv_template" in book.names() and needed <= present
    return text if text and ours else ",".join(map(literal, function.example.args))


def _refuse_tables(book: LiveWorkbook, present: set[str], sheet: str, place: tuple[int, int]) -> None:
    """Inside a table nothing can spill; only the tables that belong on the sheet are looked at, for speed."""
    try:
        template = recognise(book.names().get("cv_template", "").strip('"'))
    except UnknownTemplateError:
        return
    for name in (
        item.table.excel_name for on, item in template.items() if isinstance(item, TableBlock) and on.name == sheet
    ):
        if name.casefold() not in present:
            continue
        table = book.read_table(name)
        down, right = place[0] - table.first_row, place[1] - table.first_column
        if table.sheet == sheet and -1 <= down < table.rows and 0 <= right < len(table.columns):
            raise UserError(
                f"select a cell outside the table {name}: a result of several cells cannot stand in a table"
            )


def _repair(_: LiveWorkbook, desk: Desk, __: Path | None) -> None:
    """Enter anew what another machine has left unusable."""
    desk.progress("Reading the formulas")
    found = {sheet: wanted for sheet, formulas in desk.formulas().items() if (wanted := repairs(formulas))}
    if not found:
        desk.tell(REPAIR, "No formula with functions of Customer Value needs repair.")
        return
    lines = [f"{sheet}: {counted(len(wanted), 'formula')}" for sheet, wanted in found.items()]
    note = "Only these are entered anew, which cannot be undone."
    if not desk.confirm(REPAIR, asked(joined("To repair:", lines), f"{note} Repair them?")):
        return
    refused = []
    for sheet, wanted in found.items():
        desk.progress(f"Repairing {sheet}")
        for one in wanted:
            try:
                desk.enter_formula(sheet, one.address, one.text)
            except UserError as error:
                refused.append(f"{sheet}!{one.address}: {error}")
    entered = sum(map(len, found.values())) - len(refused)
    desk.tell(REPAIR, joined(f"{counted(entered, 'formula')} entered anew.", _still_unknown(desk), refused))


def _still_unknown(desk: Desk) -> str:
    """Say how many formulas are not better for it."""
    left = sum(len(repairs(formulas)) for formulas in desk.formulas().values())
    if not left:
        return ""
    return (
        f"{counted(left, 'formula')} still cannot be computed ({CellError.NAME.value}): the add-in is not switched on. "
        "See File > Options > Add-ins, or run customer-value doctor."
    )


def _insert_command(function: Function) -> Command:
    return Command(
        id=f"Insert_{function.name}",
        label=function.name,
        group=GROUP,
        menu=MENU,
        icon="FunctionWizard",
        tip=function.help,
        run=partial(_insert, function),
    )


COMMANDS = (
    *(_insert_command(function) for function in functions() if function.category == FRONT_DOOR),
    Command(
        id="RepairFormulas",
        label=REPAIR,
        group=GROUP,
        icon="TraceError",
        tip="Enters formulas anew whose functions Excel does not find, or looks for on another machine.",
        run=_repair,
    ),
)
