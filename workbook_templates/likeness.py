"""
How somebody else's model looks, what it calls things and where they stand in it, as values.

`workbook_templates.likening` lays a template out by them, `workbook_templates.writer` draws it.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from valuation.tables import Table, normalise_heading
from workbook_templates.layout import (
    Block,
    Format,
    Stage,
    Template,
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
    "scaled",
    "sheet_names",
    "shows_less",
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
_LESS: Final = re.compile(r"[0#?],+(?![0#?,])")
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


def shows_less(code: str) -> bool:
    """
    Tell whether a format code shows thousands or millions of what its cell holds.

    Examples
    --------
    >>> shows_less('#,##0,;(#,##0,)'), shows_less("#,##0.0")
    (True, False)
    """
    return _LESS.search(code) is not None


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
