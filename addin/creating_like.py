"""
A new workbook in the layout of somebody's own one: its names, words, order, formats and looks, filled with its data.

What is read there is read through its mapping, as a refresh would; what was taken over is said, piece by piece. The new
workbook carries a mapping too, by which a refresh finds the template's sheets and headings under their names here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from addin.books.file import FileBook
from addin.books.looks import read_looks
from addin.books.mapped import DISPLAY_UNIT, MappedFile
from addin.contents import Contents, read_contents
from addin.creating import refuse_to_replace, write_workbook
from addin.mapping import proposal
from addin.opening import found_mapping, read_mapping_file
from addin.settings import BY_HAND
from addin.starting import Entry
from addin.workbook import WorkbookError
from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import ASSUMPTIONS
from workbook_templates.across import period_sheet
from workbook_templates.layout import Template
from workbook_templates.likeness import ADDED, Likeness, PeriodSheet, Place
from workbook_templates.mapping.model import MappingError, TableMap, WorkbookMap
from workbook_templates.mapping.reading import find_sheet
from workbook_templates.mapping.sheet import mapping_sheet
from workbook_templates.mapping.views import WorkbookView
from workbook_templates.plan import Cell
from workbook_templates.planner import TableCells

__all__ = ["MadeLike", "create_like", "mapping_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLike:
    """
    What was made.

    Attributes
    ----------
    likeness : Likeness
        The layout and looks that it has.
    mapping : WorkbookMap
        The mapping that it carries.
    evidence : tuple of str
        What was taken over from where, in words.
    rows : mapping of str to int
        Rows that were read, by table of the contract.
    notes : tuple of str
        What the user should know of what was read and written.
    """

    likeness: Likeness
    mapping: WorkbookMap
    evidence: tuple[str, ...]
    rows: Mapping[str, int]
    notes: tuple[str, ...]


def mapping_for(like: Path, file: Path | None = None) -> tuple[WorkbookMap, tuple[str, ...]]:
    """
    Give the mapping of a workbook: from a file, from the workbook or beside it, else what can be found for sure.

    Returns
    -------
    WorkbookMap
        The mapping.
    tuple of str
        What was found and is left out because it is not sure, in words.
    """
    book = FileBook(like)
    kept = found_mapping(book, like) if file is None else read_mapping_file(file)
    if kept is not None:
        return kept, ()
    found = proposal(book)
    sure = replace(
        found,
        tables=tuple(table for table in found.tables if not table.questions),
        assumptions=tuple(given for given in found.assumptions if not given.questions),
    )
    how = f"answer this with: customer-value map {like.name}"
    asked = [(f"{table.table} on sheet {table.sheet}", table.questions) for table in found.tables]
    asked += [(given.id, given.questions) for given in found.assumptions]
    return sure, tuple(f"{what}: {questions[0]} ({how})" for what, questions in asked if questions)


def create_like(
    path: Path,
    like: Path,
    template: Template,
    mapping: WorkbookMap,
    settings: Mapping[str, Cell] | None = None,
) -> MadeLike:
    """
    Make a workbook from a template in the layout of another one.

    Parameters
    ----------
    path : Path
        Must not be there yet.
    like : Path
        The workbook whose layout it gets; it is only read.
    template : Template
        What it is made from.
    mapping : WorkbookMap
        Where the tables of the contract stand in `like`.
    settings : mapping of str to Cell, optional
        Assumptions given by hand; they win over those that the mapping reads.

    Raises
    ------
    WorkbookError
        If the file is there, `like` cannot be read, or its mapping does not fit it or asks something.
    """
    refuse_to_replace(path)
    packs = tuple(pack.name for pack in template.packs)
    book = MappedFile(FileBook(like), replace(mapping, packs=packs))
    contents = read_contents(book)
    seen = read_looks(like.read_bytes(), like.name, mapping, template)
    periods, laid = _periods(book.view(), mapping, seen.likeness, seen.widths)
    likeness = replace(seen.likeness, periods=periods)
    cells = _inputs(contents, template, likeness, book.view())
    packs = tuple(name for name in packs if name != "core")
    kept = WorkbookMap(tables=laid, packs=packs, sheets=likeness.sheets, headings=likeness.headings)
    entries = _register(contents, likeness, settings or {}, like.name)
    receipt = write_workbook(path, template, cells, entries, likeness=likeness, sheets=(mapping_sheet(kept),))
    return MadeLike(
        likeness=likeness,
        mapping=kept,
        evidence=(*seen.evidence, *map(_said, periods)),
        rows={name: _filled(columns) for name, columns in cells.items() if name in {t.table for t in mapping.tables}},
        notes=(*book.reading_notes, *receipt.notes),
    )


def _periods(
    view: WorkbookView, mapping: WorkbookMap, likeness: Likeness, widths: Mapping[str, Mapping[int, float]]
) -> tuple[tuple[PeriodSheet, ...], tuple[TableMap, ...]]:
    """Lay out the blocks with periods across; a second one of a sheet gets a sheet of its own."""
    sheets: list[PeriodSheet] = []
    maps: list[TableMap] = []
    for mapped in mapping.tables:
        if mapped.across is None:
            continue
        names = {sheet.name.casefold() for sheet in sheets} | {name.casefold() for name in likeness.sheets.values()}
        choices = (mapped.sheet, *(f"{mapped.sheet[:26]} ({number})" for number in range(2, 100)))
        name = next(choice for choice in choices if choice.casefold() not in names)
        try:
            sheet, laid = period_sheet(
                find_sheet(view.sheets, mapped.sheet), mapped, name=name, title=_title(view, mapped)
            )
        except MappingError as error:
            raise WorkbookError(f"{view.source}: {error}") from error
        theirs = widths.get(mapped.sheet, {})
        least = {at: max(width, theirs.get(at, width)) for at, width in sheet.widths.items()}
        sheets.append(replace(sheet, widths={**theirs, **least}))
        maps.append(laid)
    return tuple(sheets), tuple(maps)


def _title(view: WorkbookView, mapped: TableMap) -> str:
    """Give the first text above the header, or the sheet's name."""
    sheet = find_sheet(view.sheets, mapped.sheet)
    cells = (cell for line in sheet.rows[: mapped.header_row - 1] for cell in line)
    return next((cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()), mapped.sheet.strip())


def _said(sheet: PeriodSheet) -> str:
    block = sheet.block
    return (
        f"{sheet.table}: sheet {sheet.name} with {len(block.head) - block.labels} periods across and "
        f"{len(block.rows)} rows; totals are left out."
    )


def _inputs(contents: Contents, template: Template, likeness: Likeness, view: WorkbookView) -> dict[str, TableCells]:
    """Give the input tables as they were read, with the columns that stay beside them."""
    cells: dict[str, TableCells] = {}
    for name, (_, block) in template.tables.items():
        if not block.input or name == ASSUMPTIONS.name or name not in contents.cells:
            continue
        given = contents.cells[name]
        blank = [None] * max(map(len, given.values()), default=0)  # a column that is written costs less than one kept
        cells[name] = {column.name: given.get(column.name, blank) for column in block.table}
        place = likeness.places.get(name)
        if place is not None and place.added:
            cells[name] = {**cells[name], **_added(contents, name, place, view)}
    return {name: columns for name, columns in cells.items() if _filled(columns)}


def _added(contents: Contents, name: str, place: Place, view: WorkbookView) -> TableCells:
    """Read the columns that are no part of the contract, row by row where the others were read."""
    raw = contents.raw[name]
    key = next(iter(raw.columns))
    at = [raw.place(row, key) for row in range(raw.rows)]
    sheets = {sheet.name: sheet for sheet in view.sheets}
    return {
        f"{ADDED}{heading}": [
            sheets[where.sheet].cell(where.row, column) if where.sheet in sheets else None for where in at
        ]
        for heading, column in place.added.items()
    }


def _filled(columns: TableCells) -> int:
    """Count the rows that are not blank from end to end."""
    return sum(any(cell is not None for cell in row) for row in zip(*columns.values(), strict=True))


def _register(contents: Contents, likeness: Likeness, settings: Mapping[str, Cell], source: str) -> Sequence[Entry]:
    """Give the rows of Assumptions: as read, then the currency and unit that were seen, then what is given by hand."""
    columns = contents.cells[ASSUMPTIONS.name]
    entries = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    unit = likeness.scale if likeness.scale > 1 else REGISTER[DISPLAY_UNIT].default
    for entry in entries:
        id_ = str(entry["id"])
        if id_ in settings:
            entry |= {"value": settings[id_], "source": BY_HAND}
        elif id_ == DISPLAY_UNIT:  # a workbook that is only filled in shows full amounts
            entry |= {"value": unit, "source": f"like {source}" if likeness.scale > 1 else "documented default"}
        elif id_ == "currency" and entry.get("value") is None and likeness.currency:
            entry |= {"value": likeness.currency, "source": f"like {source}"}
    return entries
