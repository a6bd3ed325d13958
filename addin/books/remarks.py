"""What stays behind when a table's rows change, and so must be said: comments on cells, formulas with addresses."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from addin.books.cellxml import Area
from addin.books.formulas import read_formula
from addin.books.growth import Growth
from addin.books.outline import Outline
from addin.books.package import Package
from addin.books.places import TablePart
from addin.books.sheet import whole_rows

__all__ = ["comments_left_behind", "comments_stay", "formulas_left_behind"]

_FORMULA_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Za-z]+[0-9]+)[\"'][^>]*>\s*<(?:\w+:)?f(?:\s[^>]*)?>([^<]+)<"
)
_NUMBER = re.compile(rb"[0-9]+")
_SHOWN: Final = 5


def comments_left_behind(package: Package, outline: Outline, growth: Growth) -> list[str]:
    """Name the comments within a table's body: they belong to cells, not to the rows that have moved."""
    table = growth.table
    cells = set()
    for link in package.relationships(outline.sheets[table.sheet]):
        if link.kind in ("comments", "threadedComment") and package.has(link.target):
            for element in package.xml(link.target).iter("{*}comment", "{*}threadedComment"):
                place = Area.parse(element.get("ref", "A1"))
                if table.body.meets(place):
                    cells.add(element.get("ref", ""))
    return comments_stay(table, cells)


def comments_stay(table: TablePart, cells: Collection[str]) -> list[str]:
    """Say which cells of a table have comments that have not moved with their row."""
    if not cells:
        return []
    where = f"{table.sheet}!{_listed(sorted(cells))}"
    return [f"{table.name}: comments stay at their cells ({where}), whichever row is there now; check them"]


def formulas_left_behind(package: Package, outline: Outline, growths: Sequence[Growth]) -> list[str]:
    """Name the formulas that cover a whole body by addresses: they do not see the rows that were added."""
    grown = [growth for growth in growths if growth.last_row > growth.table.body.last_row]
    by_end: dict[bytes, list[Growth]] = {}
    for growth in grown:
        by_end.setdefault(str(growth.table.body.last_row).encode(), []).append(growth)
    left: dict[str, list[str]] = {growth.table.name: [] for growth in grown}
    for sheet, part in outline.sheets.items() if grown else ():
        for cell, formula in _formulas(package, sheet, part):
            for end in by_end.keys() & set(_NUMBER.findall(formula)):
                for growth in by_end[end]:
                    if growth.leaves_behind(read_formula(formula), sheet, Area.parse(cell)):
                        left[growth.table.name].append(f"{sheet}!{cell}")
    return [
        f"{growth.table.name}: it now ends in row {growth.last_row}, but {_listed(cells)} cover it by "
        f"addresses down to row {growth.table.body.last_row}; write {growth.table.name}[...] there instead"
        for growth in grown
        if (cells := left[growth.table.name])
    ]


def _formulas(package: Package, sheet: str, part: str) -> Iterator[tuple[str, bytes]]:
    """Addresses and formulas of the cells of a sheet; rows of mere values are passed over quickly."""
    for text in whole_rows(package.chunks(part), sheet):
        if b"<f" in text or b":f" in text:
            for cell, formula in _FORMULA_CELL.findall(text):
                yield cell.decode(), formula


def _listed(cells: Sequence[str]) -> str:
    more = len(cells) - _SHOWN
    return ", ".join(cells[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
