"""
The reference of all worksheet functions, generated from their declarations.

``docs/functions.md`` is what `reference` gives; a test compares them. After a change of a declaration, write it anew
with ``python -m addin.catalogue > docs/functions.md``.
"""

import json
import sys
from collections.abc import Iterator
from itertools import groupby
from string import ascii_uppercase
from typing import Any

from addin.registry import Argument, Function, Result, find, functions, shown_default
from valuation.tables import Kind

__all__ = ["overview", "page", "reference"]

INTRODUCTION = """\
# Functions

Generated from the functions' declarations. Every example is run by the tests.

In all of them: a blank is not zero; rates and retention are decimals (10% or 0.1) per period; money is in one currency
for each call and costs are positive; dates are dates, not texts. A row that cannot be worked out shows an error in its
own cells and leaves the others alone; a total, a table or an allocation gives one error. `=CV_LASTERROR()` shows the
reason. Functions marked with a star are the ones to start with (category *Customer Value*); the others are in *Customer
Value - advanced*.

| error | means |
|---|---|
| `#N/A` | a needed cell is blank, or there legitimately is no answer |
| `#VALUE!` | text, TRUE/FALSE or a date stands instead of a number; unknown word; lengths or headers do not fit |
| `#NUM!` | a number is out of range, or the sum has no end |
| `#DIV/0!` | there is nothing to divide by |
"""


def reference() -> str:
    """Give the reference of all functions as Markdown, by family."""
    by_family = sorted(functions(), key=lambda function: (function.family, function.name))
    lines = [INTRODUCTION]
    for family, members in groupby(by_family, key=lambda function: function.family):
        lines += [f"## {family}", ""]
        for function in members:
            lines += _chapter(function)
    return "\n".join(lines).rstrip() + "\n"


def overview() -> str:
    """Give all functions with what they answer, those to start with first."""
    lines = []
    for category in ("Customer Value", "Customer Value - advanced"):
        lines += [category, *(f"  {one.name:<20} {one.help}" for one in functions() if one.category == category), ""]
    return "\n".join(lines).rstrip()


def page(name: str) -> str:
    """Give the chapter of one function; `UnknownFunctionError` names the closest ones when there is none."""
    return "\n".join(_chapter(find(name))).rstrip()


def _chapter(function: Function) -> Iterator[str]:
    """One function."""
    yield f"### {function.name}{' ★' if function.front_door else ''}"
    yield ""
    yield function.help
    yield ""
    yield f"    ={function.syntax}"
    yield ""
    if function.arguments:
        yield "| argument | what to give | unit | range | if left out |"
        yield "|---|---|---|---|---|"
        yield from map(_argument_row, function.arguments)
        yield ""
    yield f"Result: {RESULTS[function.result]}"
    yield ""
    yield "| column | what it is | unit |"
    yield "|---|---|---|"
    for column in function.columns:
        yield f"| {_escaped(column.title)} | {_escaped(column.help)} | {_escaped(column.unit)} |"
    yield ""
    yield f"Blanks and errors: {function.blank}"
    yield ""
    yield from _example(function)


RESULTS = {
    Result.ROWS: "one row for each row given, without header.",
    Result.SINGLE: "one cell.",
    Result.TABLE: "a table with a header row.",
    Result.GRID: "a two-way table: headings down its first column and across its header row.",
}


def _argument_row(argument: Argument) -> str:
    """One argument in a table."""
    if argument.required:
        left_out = "required"
    else:
        left_out = f"`{shown_default(argument)}`" if argument.default is not None else "nothing"
    choices = f" ({', '.join(f'`{choice}`' for choice in argument.choices)})" if argument.choices else ""
    cells = (f"`{argument.name}`", _escaped(argument.help) + choices, argument.unit, str(argument.shape), left_out)
    return f"| {' | '.join(cells)} |"


def _example(function: Function) -> Iterator[str]:
    """A call as it would be typed, ranges shown as tables, and its answer."""
    typed, first_column = [], 0
    for argument, given in zip(function.arguments, function.example.args, strict=False):
        if not _needs_range(argument, given):
            typed.append(_typed(given, is_date=argument.kind == Kind.DATE))
            continue
        rows = [row if isinstance(row, list) else [row] for row in given]
        last_column = first_column + len(rows[0]) - 1
        typed.append(f"{ascii_uppercase[first_column]}1:{ascii_uppercase[last_column]}{len(rows)}")
        first_column = last_column + 2
        yield f"Given in {typed[-1]}:"
        yield ""
        yield from _table(rows)
        yield ""
    call, cells = f"={function.name}({', '.join(typed)})", function.example.cells
    if isinstance(cells, list):
        yield f"`{call}` gives"
        yield ""
        yield from _table(cells)
    else:
        yield f"`{call}` gives **{_plain(cells) or 'an empty text'}**."
    yield ""


def _needs_range(argument: Argument, given: Any) -> bool:
    """Whether a formula cannot hold the cells itself: several columns, dates, blanks, errors."""
    if not isinstance(given, list):
        return False
    rows = [row if isinstance(row, list) else [row] for row in given]
    return argument.kind == Kind.DATE or len(rows[0]) > 1 or any(cell is None or cell == "#N/A" for (cell,) in rows)


def _table(rows: list[list[Any]]) -> Iterator[str]:
    """Rows of cells; the first is the header, or a blank one stands there."""
    width = len(rows[0])
    is_header = width > 1 and all(isinstance(cell, str) and not cell.startswith("#") for cell in rows[0]) and rows[1:]
    header, *body = rows if is_header else [[""] * width, *rows]
    yield f"| {' | '.join(map(_plain, header))} |"
    yield "|" + "---|" * width
    for row in body:
        yield f"| {' | '.join(map(_plain, row))} |"


def _typed(argument: Any, *, is_date: bool = False) -> str:
    """An argument as a formula would hold it; an array constant for a list."""
    if is_date:
        year, month, day = str(argument).split("-")
        return f"DATE({year}, {int(month)}, {int(day)})"
    if isinstance(argument, list):
        return "{" + ";".join(_typed(row[0] if isinstance(row, list) else row) for row in argument) + "}"
    if argument is None:
        return ""
    return str(argument).upper() if isinstance(argument, bool) else json.dumps(argument, ensure_ascii=False)


def _plain(cell: Any) -> str:
    """A cell as it shows."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    return f"{cell:,.10g}" if isinstance(cell, int | float) else _escaped(str(cell))


def _escaped(text: str) -> str:
    """Text that does not end a table's cell."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference())
