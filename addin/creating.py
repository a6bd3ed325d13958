"""A fresh workbook: drawn from the template, filled with the sample company or left empty, never over another file."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from addin.books.file import FileBook
from addin.cells import column_cells, table_cells
from addin.settings import BY_HAND
from addin.workbook import Receipt, WorkbookError
from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.goals import default_goals
from valuation.lenses import default_statements
from valuation.model.plan_defaults import default_panel_plan, default_service_levels
from valuation.tables import ASSUMPTIONS, GOALS, OFFICERS, PANEL_PLAN, SERVICE_LEVELS, STATEMENTS
from workbook_templates.layout import Sheet, TableBlock, Template
from workbook_templates.likeness import Likeness, likened
from workbook_templates.packs.furniture import table_width
from workbook_templates.packs.officers import QUESTIONS
from workbook_templates.plan import Cell, NewSheet, Plan
from workbook_templates.planner import TableCells, formula_values, table_write
from workbook_templates.writer import draw

__all__ = ["create_workbook", "refuse_to_replace", "register_rows", "to_begin_with", "write_workbook"]

Entry = dict[str, Cell]


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
        tables that the template does not have are left out. Officers and their statements begin with those of
        `valuation.lenses.default_statements`, goals with those of `valuation.goals.default_goals`, service levels and
        the panel's plan with those of `valuation.model.plan_defaults`, unless these inputs have their own.
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
    inputs = to_begin_with(inputs) | dict(inputs)
    template = _widened(template, inputs)
    register = register_rows(inputs.get(ASSUMPTIONS.name), settings or {})
    cells: dict[str, TableCells] = {
        name: table_cells(frame, template.tables[name][1].table)
        for name, frame in inputs.items()
        if name in template.tables and name != ASSUMPTIONS.name
    }
    return write_workbook(path, template, cells, register, more)


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
    register: Sequence[Entry],
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
    register : sequence of mapping of str to Cell
        The rows of Assumptions.
    more : sequence of Sheet
        Drawn at the end.
    likeness : Likeness, optional
        Another workbook's layout and looks.
    sheets : sequence of NewSheet
        Put behind everything.
    """
    laid = template if likeness is None else likened(template, likeness)
    columns = {column.name: [entry.get(column.name) for entry in register] for column in ASSUMPTIONS}
    plan = Plan(
        tables=tuple(table_write(name, content, laid.tables[name][1].table) for name, content in cells.items()),
        caches=formula_values(laid, {**cells, ASSUMPTIONS.name: columns}, {}),
        sheets=tuple(sheets),
    )
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / path.name
        bare.write_bytes(draw(template, register, more, likeness=likeness))
        return FileBook(bare).apply(plan, out=path)


def to_begin_with(inputs: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the tables that a new workbook begins with, for people to edit."""
    return _officers_to_begin_with(inputs) | _plans_to_begin_with()


def _officers_to_begin_with(inputs: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give statements for people to edit, and the officers who make them, of equal weight and without signature."""
    statements = inputs.get(STATEMENTS.name, default_statements())
    officers = statements["officer"].dropna().drop_duplicates().to_numpy(dtype=object)
    weights = pd.Series([1 / max(len(officers), 1)] * len(officers), dtype="float64")
    questions = [QUESTIONS.get(str(officer)) for officer in officers]
    rows = pd.DataFrame({"officer": officers, "question": questions, "weight": weights.round(4)})
    return {OFFICERS.name: rows, STATEMENTS.name: statements}


def _plans_to_begin_with() -> dict[str, pd.DataFrame]:
    """Give plans for people to edit; each goal is its officer's until somebody else owns it."""
    goals = default_goals()
    return {
        SERVICE_LEVELS.name: default_service_levels(),
        PANEL_PLAN.name: default_panel_plan(),
        GOALS.name: goals.assign(owner=goals["lens"]).replace({"": None})[[column.name for column in GOALS]],
    }


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


def register_rows(given: pd.DataFrame | None, settings: Mapping[str, Cell]) -> Sequence[Entry]:
    """Lay given assumptions and settings over the defaults: scope all in the order of the register, then the others."""
    entries: list[Entry] = []
    if given is not None:
        columns = [column_cells(given[name], ASSUMPTIONS[name]) for name in given.columns]
        entries = [dict(zip(given.columns, row, strict=True)) for row in zip(*columns, strict=True)]
    for_all = {entry["id"]: entry for entry in entries if entry.get("scope") in (None, "all")}
    special = [entry for entry in entries if entry.get("scope") not in (None, "all")]
    by_hand = {id_: {"value": value, "source": BY_HAND} for id_, value in settings.items()}
    return [for_all.get(id_, _default(id_)) | by_hand.get(id_, {}) for id_ in REGISTER] + special


def _default(id_: str) -> Entry:
    """Give the row of an assumption at its documented default."""
    assumption = REGISTER[id_]
    source = "documented default" if assumption.default not in (None, "") else ""
    value = "inf" if assumption.default == float("inf") else assumption.default
    return {
        "id": id_,
        "name": assumption.title,
        "value": value or None if isinstance(value, str) else value,
        "unit": assumption.unit,
        "scope": "all",
        "source": source or None,
    }
