"""
A template in somebody else's layout: what their own model calls things, where they stand in it, and how it looks.

`Likeness` is the value, `likened` lays a template out anew by it. What a formula computes does not change: it is the
same expression over tables whose headings say it in other words, so its text and its Python twin change together. A
refresh knows the template alone; `moved_cells` tells where its formula cells stand in a workbook that was made so.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from valuation.tables import Column, Kind, Table, normalise_heading
from workbook_templates.addresses import address
from workbook_templates.catalogue import index_sheet
from workbook_templates.layout import (
    Block,
    Chart,
    Format,
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
from workbook_templates.mapping.model import TableMap
from workbook_templates.plan import Cell

__all__ = [
    "ADDED",
    "LONGEST_HEADING",
    "LONGEST_SHEET_NAME",
    "Likeness",
    "Look",
    "PeriodSheet",
    "Place",
    "added_columns",
    "column_headings",
    "laid_out",
    "likened",
    "moved_cells",
    "scaled",
    "sheet_names",
    "with_decimals",
]

LONGEST_HEADING: Final = 80
"""A heading stands in many formulas, each of which may have 8192 characters."""
LONGEST_SHEET_NAME: Final = 31
LAST_COLUMN: Final = 16_384
ADDED: Final = "+"
"""Before the heading, the name of a column that is no part of the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    How a kind of cell looks; what is left empty is as other cells are.

    Attributes
    ----------
    colour, fill, line : str
        Of the text, of the cell and of the line below it, as RRGGBB.
    """

    font: str = ""
    size: float | None = None
    bold: bool = False
    italic: bool = False
    colour: str = ""
    fill: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a table stands on its sheet, and what of it.

    Attributes
    ----------
    header_row, first_column : int
        Where its first header cell stands.
    order : tuple of str
        Columns of the contract as they lie there, from the left; the others of the contract come after them.
    added : mapping of str to int
        Heading of each column that is no part of the contract, which stand at the right, to the column of the sheet
        that it comes from.
    fold : bool
        Whether the contract's columns that are not in `order` are folded away.
    """

    header_row: int
    first_column: int
    order: tuple[str, ...] = ()
    added: Mapping[str, int] = field(default_factory=dict)
    fold: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSheet:
    """
    A sheet with periods across, which people fill in instead of a table of the contract.

    Attributes
    ----------
    table : str
        The table, whose own sheet the refresh fills from this one.
    name, title : str
        Of the sheet.
    block : Block
        Header and rows.
    widths : mapping of int to float
        Column number to width in characters.
    """

    table: str
    name: str
    title: str
    block: Block
    widths: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """
    How a workbook is laid out and looks; the default is our own layout.

    Attributes
    ----------
    font, size : str, float or None
        Of all cells.
    figures : str
        Font of numbers, where it is another one.
    title, note, heading, head, input : Look or None
        Of the title of a sheet, the lines below it, the heading of a part, the header of a table, and an input.
    banner, banner_rows : str, int
        Colour that the first rows of a sheet have from end to end, and how many rows; "" for none.
    calculation, link, accent : str
        Colours of formulas over the own sheet, of those over others, and of charts and names of columns.
    tabs : mapping of Stage to str
        Colours of the sheets' tabs.
    gridlines : bool
        Whether cells have lines on the screen.
    zoom : int
        In percent.
    formats : mapping of Format to str
        Number format codes that differ from ours; those of money are for amounts in the unit.
    columns : mapping of (str, str) to str
        Number format code of a column of an input table, by names of the contract.
    widths : mapping of (str, str) to float
        Width of such a column.
    currency : str
        What amounts are in, such as EUR; "" when it is not known.
    scale : float
        In what unit sheets with results show money: 1000 for thousands. The cells themselves hold full amounts.
    unit : str
        How that unit is called, such as TEUR.
    sheets : mapping of str to str
        Template's sheet to its name.
    titles : mapping of str to str
        Template's sheet to what stands on top of it.
    headings : mapping of str to mapping of str to str
        Table and column of the contract to heading.
    places : mapping of str to Place
        Where input tables stand that have a sheet of their own.
    periods : tuple of PeriodSheet
        Inputs with periods across.
    """

    font: str = ""
    size: float | None = None
    figures: str = ""
    title: Look | None = None
    note: Look | None = None
    heading: Look | None = None
    head: Look | None = None
    input: Look | None = None
    banner: str = ""
    banner_rows: int = 0
    calculation: str = ""
    link: str = ""
    accent: str = ""
    tabs: Mapping[Stage, str] = field(default_factory=dict)
    gridlines: bool = False
    zoom: int = 85
    formats: Mapping[Format, str] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    widths: Mapping[tuple[str, str], float] = field(default_factory=dict)
    currency: str = ""
    scale: float = 1.0
    unit: str = ""
    sheets: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    periods: tuple[PeriodSheet, ...] = ()

    def code(self, number: Format, stage: Stage = Stage.INPUT) -> str:
        """Give a number format's code; money on sheets with results is shown in the unit, elsewhere in full."""
        code = self.formats.get(number, number.code)
        if self.scale <= 1 or number not in _MONEY:
            return code
        return scaled(code, self.scale) if stage is Stage.RESULT else with_decimals(code, 0)


_MONEY: Final = (Format.MONEY, Format.CENTS)
_SECTION = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_LAST_DIGIT = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|[^"\\\[_*#0?])*[#0?][#0?,.]*')
_DECIMALS = re.compile(r"\.[0#?]+")


def scaled(code: str, scale: float) -> str:
    """
    Give the format code that shows an amount in thousands or millions.

    Examples
    --------
    >>> scaled('#,##0.0;(#,##0.0);"-"', 1000)
    '#,##0.0,;(#,##0.0,);"-"'
    >>> scaled("#,##0 [$€-407]", 1_000_000)
    '#,##0,, [$€-407]'
    """
    commas = "," * (round(math.log10(scale)) // 3) if scale >= 1000 else ""
    if not commas or code == "General":
        return code if code != "General" or not commas else f"#,##0{commas}"
    return ";".join(_scaled_section(section, commas) for section in _SECTION.split(code))


def _scaled_section(section: str, commas: str) -> str:
    found = _LAST_DIGIT.match(section)
    if found is None:
        return section
    return found.group().rstrip(",") + commas + section[found.end() :]


def with_decimals(code: str, places: int) -> str:
    """
    Give a format code with another number of decimals.

    Examples
    --------
    >>> with_decimals("#,##0;(#,##0);-", 2), with_decimals("#,##0.00 €", 0)
    ('#,##0.00;(#,##0.00);-', '#,##0 €')
    """
    return ";".join(_with_decimals(section, places) for section in _SECTION.split(code))


def _with_decimals(section: str, places: int) -> str:
    found = _LAST_DIGIT.match(section)
    if found is None or "?" in found.group():  # ?? is as wide as digits, and shows none
        return section
    decimals = f".{'0' * places}" if places else ""
    return _DECIMALS.sub("", found.group()) + decimals + section[found.end() :]


# ------------------------------------------------------------------------------------------------ names


def sheet_names(template: Template, wanted: Mapping[str, str], taken: Iterable[str] = ()) -> dict[str, str]:
    """
    Settle what each sheet is called: as wanted, once; a sheet of ours that had such a name gets another.

    Parameters
    ----------
    template : Template
        Whose sheets they are.
    wanted : mapping of str to str
        Template's sheet to name; where two want the same, the first gets it.
    taken : iterable of str
        Names of further sheets of the workbook.

    Returns
    -------
    dict of str to str
        Template's sheet to name, for those that are not called as in the template.
    """
    used = {name.casefold() for name in taken}
    found: dict[str, str] = {}
    for sheet in template.sheets:
        name = wanted.get(sheet.name)
        if name is not None and name.casefold() not in used:
            found[sheet.name] = name
            used.add(name.casefold())
    for sheet in template.sheets:
        if sheet.name not in found:
            found[sheet.name] = _free(sheet.name, used)
            used.add(found[sheet.name].casefold())
    return {ours: theirs for ours, theirs in found.items() if ours != theirs}


def _free(name: str, used: set[str]) -> str:
    """Give a name that no sheet has: what it is called in the template, or that with an addition."""
    choices = (name, *(f"{name[: LONGEST_SHEET_NAME - len(more)]}{more}" for more in _additions()))
    return next(choice for choice in choices if choice.casefold() not in used)


def _additions() -> list[str]:
    return [" (value)", *(f" (value {i})" for i in range(2, 1000))]


def column_headings(table: Table, wanted: Mapping[str, str]) -> dict[str, str]:
    """
    Settle the headings of a table: as wanted, each once; a column of ours that had such a heading gets another.

    Parameters
    ----------
    table : Table
        The contract.
    wanted : mapping of str to str
        Column to heading. One that is blank, or too long to stand in formulas, is not used.

    Returns
    -------
    dict of str to str
        Column to heading, for those that are not headed as in the contract.
    """
    used: set[str] = set()
    found: dict[str, str] = {}
    for column in table:
        heading = " ".join(wanted.get(column.name, "").split())
        if heading and len(heading) <= LONGEST_HEADING and normalise_heading(heading) not in used:
            found[column.name] = heading
            used.add(normalise_heading(heading))
    for column in table:
        if column.name not in found:
            choices = (column.title, *(f"{column.title} ({i})" for i in range(2, 1000)))
            found[column.name] = next(choice for choice in choices if normalise_heading(choice) not in used)
            used.add(normalise_heading(found[column.name]))
    return {name: heading for name, heading in found.items() if heading != table[name].title}


def added_columns(cell: Callable[[int, int], Cell], block: TableMap, table: Table) -> dict[str, int]:
    """
    Find the columns of a list that are no part of the contract.

    Parameters
    ----------
    cell : callable
        Gives a cell of the sheet by row and column.
    block : TableMap
        Where the list stands.
    table : Table
        Its contract.

    Returns
    -------
    dict of str to int
        Heading to the sheet's column, from the left, as far as headings stand beside each other.
    """
    used = {normalise_heading(text) for column in table for text in (column.title, column.name)}
    used |= {normalise_heading(column.header) for column in block.columns}
    mapped = {column.at for column in block.columns}
    found: dict[str, int] = {}
    for at in range(min(mapped), LAST_COLUMN):
        text = cell(block.header_row, at)
        if text is None and at > max(mapped):
            break
        heading = " ".join(text.split()) if isinstance(text, str) else ""
        if at in mapped or not heading or len(heading) > LONGEST_HEADING or normalise_heading(heading) in used:
            continue
        used.add(normalise_heading(heading))
        found[heading] = at
    return found


# ------------------------------------------------------------------------------------------------ laying out


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
            if column.kind is Kind.MONEY and (table.name, column.name) in likeness.columns
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
