"""A fresh workbook: drawn from the template, filled with the sample company or left empty, never over another file."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from addin.books.file import FileBook
from addin.cells import table_cells
from addin.starting import Entry, register, starting_tables
from addin.workbook import Receipt, WorkbookError
from valuation.tables import ASSUMPTIONS
from workbook_templates.layout import Sheet, TableBlock, Template
from workbook_templates.likeness import Likeness
from workbook_templates.likening import likened
from workbook_templates.packs.furniture import table_width
from workbook_templates.plan import Cell, NewSheet, Plan
from workbook_templates.planner import TableCells, formula_values, table_write
from workbook_templates.writer import draw

__all__ = ["create_workbook", "refuse_to_replace", "write_workbook"]


def create_workbook(
    path: Path,
    template: Template,
    inputs: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Cell] | None = None,
    more: Sequence[Sheet] = (),
) -> Receipt:
    """
    Make a workbook from a template.

    Parameters
    ----------
    path : Path
        Must not be there yet: a workbook is other people's work.
    template : Template
        The layout.
    inputs : mapping of str to DataFrame
        Input tables by contract name, and of a company that has refreshed before its Snapshots and Snapshot dates;
        tables that the template does not have are left out. What is not given begins as `addin.starting` says.
    settings : mapping of str to Cell, optional
        Assumptions given by hand.
    more : sequence of Sheet
        Sheets at the end that are not the template's.

    Raises
    ------
    WorkbookError
        If the file is there, or its folder is not.
    """
    refuse_to_replace(path)
    inputs = starting_tables(inputs)
    template = _widened(template, inputs)
    entries = register(inputs.get(ASSUMPTIONS.name), settings or {})
    cells: dict[str, TableCells] = {
        name: table_cells(frame, template.tables[name][1].table)
        for name, frame in inputs.items()
        if name in template.tables and name != ASSUMPTIONS.name
    }
    return write_workbook(path, template, cells, entries, more)


def refuse_to_replace(path: Path) -> None:
    """Refuse a place where no new workbook can be made."""
    if path.exists():
        raise WorkbookError(f"{path} is there already; choose another name, or delete it first")
    if path.suffix.casefold() != ".xlsx":
        raise WorkbookError(f"{path.name} must end in .xlsx")
    if not path.parent.is_dir():
        raise WorkbookError(f"there is no folder {path.parent}; make it first")


def write_workbook(
    path: Path,
    template: Template,
    cells: Mapping[str, TableCells],
    entries: Sequence[Entry],
    more: Sequence[Sheet] = (),
    *,
    likeness: Likeness | None = None,
    sheets: Sequence[NewSheet] = (),
) -> Receipt:
    """
    Draw a workbook, and fill in its tables and what its formulas show.

    Parameters
    ----------
    path : Path
        Where to.
    template : Template
        The layout, before it is laid out by a likeness.
    cells : mapping of str to TableCells
        Contents of tables by contract name; columns that a likeness adds are named as in its laid out tables.
    entries : sequence of mapping of str to Cell
        The rows of Assumptions.
    more : sequence of Sheet
        Drawn at the end.
    likeness : Likeness, optional
        Another workbook's layout and looks.
    sheets : sequence of NewSheet
        Put behind everything.
    """
    laid = template if likeness is None else likened(template, likeness)
    columns = {column.name: [entry.get(column.name) for entry in entries] for column in ASSUMPTIONS}
    plan = Plan(
        tables=tuple(table_write(name, content, laid.tables[name][1].table) for name, content in cells.items()),
        caches=formula_values(laid, {**cells, ASSUMPTIONS.name: columns}, {}),
        sheets=tuple(sheets),
    )
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / path.name
        bare.write_bytes(draw(template, entries, more, likeness=likeness))
        return FileBook(bare).apply(plan, out=path)


def _widened(template: Template, inputs: Mapping[str, pd.DataFrame]) -> Template:
    """Give open tables, and the sheets that they stand on, the further columns that their contents have."""
    packs = tuple(
        replace(pack, sheets=tuple(_widened_sheet(sheet, inputs) for sheet in pack.sheets)) for pack in template.packs
    )
    return replace(template, packs=packs)


def _widened_sheet(sheet: Sheet, inputs: Mapping[str, pd.DataFrame]) -> Sheet:
    items, widths = list(sheet.items), dict(sheet.widths or {})
    for place, item in enumerate(items):
        if not isinstance(item, TableBlock) or item.table.open is None or item.table.name not in inputs:
            continue
        added = set(inputs[item.table.name]) - {column.name for column in item.table}
        names = [str(name) for name in inputs[item.table.name] if name in added]
        columns = [replace(item.table.open, name=name, heading=name) for name in names]
        table = replace(item.table, columns=(*item.table.columns, *columns))
        items[place] = replace(item, table=table)
        widths = table_width(table) | widths
    return replace(sheet, items=tuple(items), widths=widths)
