"""
Laying a template out anew by a likeness: the sheets, words, order and places of somebody else's workbook.

What a formula computes does not change: it is the same expression over tables whose headings say it in other words, so
its text and its Python twin change together. A refresh knows the template alone; `moved_cells` tells where its formula
cells stand in a workbook that was made so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from valuation.tables import Column, Kind, Table, normalise_heading
from workbook_templates.addresses import address
from workbook_templates.catalogue import index_sheet
from workbook_templates.layout import (
    Block,
    Chart,
    Formula,
    Item,
    LiveFormula,
    NamedCell,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Template,
    Text,
)
from workbook_templates.likeness import ADDED, Likeness, PeriodSheet, Place, shows_less

__all__ = ["laid_out", "likened", "moved_cells"]


def likened(template: Template, likeness: Likeness) -> Template:
    """
    Lay a template out by a likeness: names of sheets, headings, order and place of columns, sheets with periods across.

    Tables keep the names by which formulas and a refresh find them, formulas their keys.

    Raises
    ------
    ValueError
        If two sheets would have one name, or two columns of a table one heading: settle them with `sheet_names` and
        `column_headings`.
    """
    if likeness == Likeness():
        return template
    tables = {name: _reworded(block.table, likeness) for name, (_, block) in template.tables.items()}
    tables = {name: table for name, table in tables.items() if table != template.tables[name][1].table}
    packs = tuple(
        replace(pack, sheets=tuple(part for sheet in pack.sheets for part in _sheets(sheet, likeness, tables)))
        for pack in template.packs
    )
    laid = replace(template, packs=packs)
    _refuse_doubles(laid)
    return _with_index(laid, likeness)


def _reworded(table: Table, likeness: Likeness) -> Table:
    """Give a table its headings, its order and what was added to it."""
    headings = likeness.headings.get(table.name, {})
    place = likeness.places.get(table.name)
    columns = [_headed(column, headings.get(column.name, "")) for column in table]
    if likeness.scale > 1:
        columns = [
            replace(column, help=f"{column.help}; shown in {likeness.unit}, typed in full")
            if column.kind is Kind.MONEY and shows_less(likeness.columns.get((table.name, column.name), ""))
            else column
            for column in columns
        ]
    if place is not None:
        rank = {name: i for i, name in enumerate(place.order)}
        columns.sort(key=lambda column: rank.get(column.name, len(rank)))
        columns += [
            Column(f"{ADDED}{heading}", Kind.ANY, "A column of your own", required=False, heading=heading)
            for heading in place.added
        ]
    return replace(table, columns=tuple(columns))


def _headed(column: Column, heading: str) -> Column:
    if not heading or heading == column.title:
        return column
    return replace(column, heading=heading, help=f"{column.title}: {column.help}")


def _sheets(sheet: Sheet, likeness: Likeness, tables: Mapping[str, Table]) -> tuple[Sheet, ...]:
    """Give a sheet as it is laid out, behind those with periods across that fill it, if there are any."""
    names = [item.table.name for item in sheet.items if isinstance(item, TableBlock)]
    filled = [periods for periods in likeness.periods if periods.table in names]
    laid = _worded(_moved(sheet, likeness, tables), likeness, tables)
    return (*map(_period_sheet, filled), _written(laid, filled)) if filled else (laid,)


def _moved(sheet: Sheet, likeness: Likeness, tables: Mapping[str, Table]) -> Sheet:
    """Put the table of an input sheet where it stands in the other layout, with its total above it."""
    blocks = [item for item in sheet.items if isinstance(item, TableBlock)]
    place = likeness.places.get(blocks[0].table.name) if len(blocks) == 1 else None
    if place is None or sheet.stage is not Stage.INPUT:
        return sheet
    block = blocks[0]
    table = tables.get(block.table.name, block.table)
    totalled = any(isinstance(item, Formula) and item.row == block.row - 1 for item in sheet.items)
    header = max(place.header_row, 2 if totalled else 1)
    right = place.first_column - block.column
    at = {column.name: place.first_column + i for i, column in enumerate(table)}
    old = {block.column + i: column.name for i, column in enumerate(block.table)}
    lines = header - 1 - totalled

    def column_of(number: int) -> int:
        return at[old[number]] if number in old else number + right

    items: list[Item] = []
    totals = {column_of(item.column) for item in sheet.items if isinstance(item, Formula) and item.row == block.row - 1}
    for item in sheet.items:
        if isinstance(item, TableBlock):
            items.append(replace(item, row=header, column=place.first_column))
        elif item.row == block.row - 1 and isinstance(item, Formula):
            items.append(replace(item, row=header - 1, column=column_of(item.column)))
        elif item.row == block.row - 1:  # the word "Total", unless a total stands there
            if place.first_column not in totals:
                items.append(replace(item, row=header - 1, column=place.first_column))
        elif item.row <= lines:
            items.append(replace(item, column=item.column + right))
    widths = {column_of(number): width for number, width in (sheet.widths or {}).items()}
    widths |= {at[name]: likeness.widths[table.name, name] for name in at if (table.name, name) in likeness.widths}
    widths |= dict.fromkeys(range(1, place.first_column), 3.0)
    shown = {*place.order, *(column.name for column in table if column.name.startswith(ADDED))}
    folded = tuple(number for name, number in at.items() if name not in shown) if place.fold else ()
    return replace(
        sheet,
        items=tuple(items),
        freeze=(header + 1, sheet.freeze[1] + right),
        widths=widths,
        folded=folded,
    )


def _worded(sheet: Sheet, likeness: Likeness, tables: Mapping[str, Table]) -> Sheet:
    """Say everything in the other words."""
    name = likeness.sheets.get(sheet.name, sheet.name)
    items = tuple(_item(item, sheet, likeness, tables) for item in sheet.items)
    purpose = _uncoloured(sheet.purpose)
    purpose = purpose if name == sheet.name else f"{purpose} Messages call it {sheet.name}."
    return replace(sheet, name=name, purpose=purpose, items=items)


def _uncoloured(text: str) -> str:
    """Say which cells are inputs without our colour for them."""
    return text.replace("the yellow columns", "the columns of inputs").replace("yellow ", "")


def _item(item: Item, sheet: Sheet, likeness: Likeness, tables: Mapping[str, Table]) -> Item:
    match item:
        case Formula():
            return replace(item, expr=item.expr.over(tables))
        case TableBlock():
            return replace(item, table=tables.get(item.table.name, item.table))
        case Text(role=Role.LINK):
            return replace(item, text=likeness.sheets.get(str(item.text), item.text))
        case Text(role=Role.TITLE, row=1):
            return replace(item, text=likeness.titles.get(sheet.name, item.text))
        case Text(role=Role.NOTE, text=str(text)) if "yellow" in text:
            return replace(item, text=_uncoloured(text))
        case Text(role=Role.NOTE, row=2) if sheet.stage is Stage.RESULT and likeness.scale > 1:
            return replace(item, text=f"{item.text} Amounts in {likeness.unit or f'{likeness.scale:,.0f}'}.")
        case Text() | NamedCell() | LiveFormula() | Chart() | Block():
            return item


def _period_sheet(sheet: PeriodSheet) -> Sheet:
    purpose = "Fill this in: a row for each line, a column for each period; a refresh reads all periods to the right."
    block = sheet.block
    above: list[Item] = [Text(row=1, column=1, text=sheet.title, role=Role.TITLE), *_notes(purpose, block.row)]
    return Sheet(
        name=sheet.name,
        purpose=purpose,
        stage=Stage.INPUT,
        items=(*(above if block.row > 1 else ()), block),
        freeze=(block.row + 1, block.column + block.labels),
        widths=sheet.widths,
    )


def _notes(purpose: str, header_row: int) -> list[Item]:
    return [Text(row=2, column=1, text=purpose, role=Role.NOTE)] if header_row > 2 else []


def _written(sheet: Sheet, filled: Sequence[PeriodSheet]) -> Sheet:
    """Say of a table that the refresh fills it, and from where."""
    names = " and ".join(f"'{periods.name}'" for periods in filled)
    hint = f"The refresh fills this sheet from {names}: type there, not here."
    last = max((item.row for item in sheet.items if isinstance(item, Text) and item.role is Role.NOTE), default=0)
    items = tuple(
        replace(item, written=tuple(column.name for column in item.table if not column.name.startswith(ADDED)))
        if isinstance(item, TableBlock)
        else replace(item, text=hint)
        if isinstance(item, Text) and item.role is Role.NOTE and item.row == last
        else item
        for item in sheet.items
    )
    return replace(sheet, items=items, purpose=f"{sheet.purpose} The refresh fills it from {names}.")


def _with_index(template: Template, likeness: Likeness) -> Template:
    """List the sheets anew, and say what the colours mean without naming them, as they are others here."""
    index = index_sheet(template)
    name = likeness.sheets.get(index.name, index.name)
    items = tuple(
        replace(item, text=COLOUR_WORDS.get(str(item.text), item.text)) if isinstance(item, Text) else item
        for item in index.items
    )
    index = replace(index, name=name, items=items)
    packs = tuple(
        replace(pack, sheets=tuple(index if sheet.stage is Stage.INDEX else sheet for sheet in pack.sheets))
        for pack in template.packs
    )
    return replace(template, packs=packs)


COLOUR_WORDS: Final = {
    "Blue on yellow": "Input",
    "Black": "Calculation",
    "Green": "Link",
    "Grey heading": "Result",
}


def _refuse_doubles(template: Template) -> None:
    names = [sheet.name.casefold() for sheet in template.sheets]
    for sheet in template.sheets:
        if names.count(sheet.name.casefold()) > 1:
            raise ValueError(f"two sheets would be called '{sheet.name}'")
        for item in sheet.items:
            if isinstance(item, TableBlock):
                titles = [column.title.casefold() for column in item.table]
                if len(set(titles)) < len(titles):
                    raise ValueError(f"two columns of {item.table.name} would have one heading")


def laid_out(
    template: Template,
    sheets: Mapping[str, str],
    headings: Mapping[str, Mapping[str, str]],
    tables: Mapping[str, tuple[int, int, Sequence[str]]],
) -> Template:
    """
    Lay a template out as a workbook that was made from it stands now, whatever was moved in it since.

    Parameters
    ----------
    template : Template
        The template.
    sheets, headings : mapping
        What sheets and columns are called there.
    tables : mapping of str to (int, int, sequence of str)
        Row of the header, first column and header cells of each table of the contract.
    """
    places = {}
    for name, (row, column, cells) in tables.items():
        block = template.tables[name][1]
        words = {normalise_heading(text): own for own, text in headings.get(name, {}).items()}
        names = [words.get(normalise_heading(cell)) or _own_name(block.table, cell) for cell in cells]
        ours = [column.name for column in block.table]
        if (row, column, names[: len(ours)]) == (block.row, block.column, ours):
            continue
        order = tuple(name for name in names if name)
        added = {cell: at for at, (cell, own) in enumerate(zip(cells, names, strict=True), start=column) if not own}
        places[name] = Place(header_row=row, first_column=column, order=order, added=added)
    return likened(template, Likeness(sheets=sheets, headings=headings, places=places))


def _own_name(table: Table, heading: str) -> str:
    found = table.column_for(heading)
    return "" if found is None else found.name


def moved_cells(template: Template, laid: Template) -> dict[tuple[str, str], tuple[str, str]]:
    """
    Tell where the formula cells of a template stand in one that was laid out from it.

    Parameters
    ----------
    template, laid : Template
        The template, and what `likened` made of it.

    Returns
    -------
    dict of (str, str) to (str, str)
        Sheet and address to sheet and address, for every formula cell.
    """
    return {_where(*template.formulas[key]): _where(*laid.formulas[key]) for key in template.formulas}


def _where(sheet: Sheet, formula: Formula) -> tuple[str, str]:
    return sheet.name, address(formula.row, formula.column)
