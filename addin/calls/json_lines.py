"""
Calls in JSON, for the command line and for other programs: arguments in, one object out.

A scalar is one cell, null a blank, ``"#NUM!"`` an error value. Dates come in as ISO text or as serial numbers and go
out as ISO text. A single cell of the answer stands bare, without brackets.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from addin.calls.evaluation import CallError, Reply, evaluate
from workbook_templates.plan import Cell

__all__ = ["batch", "call_json"]


def call_json(name: str, json_text: str) -> str:
    """
    Evaluate a function with arguments in JSON.

    Parameters
    ----------
    name : str
        Name of the function.
    json_text : str
        A list of arguments; each a cell, a list of cells, or a list of rows.

    Returns
    -------
    str
        An object with ``cells`` and ``message`` on one line.

    Raises
    ------
    CallError
        If the text is not a JSON list of cells, there is no such function, or it takes fewer arguments.

    Examples
    --------
    >>> print(call_json("CV_CAC", "[90000, 100]"))
    {"cells": 900.0, "message": null}
    >>> print(call_json("CV_CAC", '["90000", 100]'))
    {"cells": "#VALUE!", "message": "acq_cost is text where a number is wanted"}
    """
    return _line(evaluate(name, _arguments(_parse(json_text)), iso_dates=True))


def batch(lines: Iterable[str]) -> Iterator[str]:
    """
    Evaluate one call per line; a line that cannot be read does not stop the others.

    Parameters
    ----------
    lines : iterable of str
        Each a JSON object with ``function`` and ``args``, or a list of the two. Empty lines are left out.

    Yields
    ------
    str
        For each call its answer on one line; for a bad line ``cells`` is null and ``message`` says why.

    Examples
    --------
    >>> for answer in batch(['{"function": "CV_CAC", "args": [90000, 100]}', '["CV_CAC", 7]']):
    ...     print(answer)
    {"cells": 900.0, "message": null}
    {"cells": null, "message": "line 2: arguments must be a JSON list, such as [1000, 0.8, 0.1]"}
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            name, args = _named_call(_parse(line))
            yield _line(evaluate(name, _arguments(args), iso_dates=True))
        except CallError as error:
            yield json.dumps({"cells": None, "message": f"line {number}: {error}"}, ensure_ascii=False)


def _parse(text: str) -> Any:
    """Strict JSON: no NaN, no Infinity."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CallError(f"this is not JSON: {error}") from None


def _refuse_constant(word: str) -> NoReturn:
    """Refuse what JSON does not have."""
    raise ValueError(f"{word} is no JSON number")


def _named_call(parsed: Any) -> tuple[str, Any]:
    """Name and arguments of one line of a batch."""
    if isinstance(parsed, dict):
        parsed = [parsed.get("function"), parsed.get("args", [])]
    if not (isinstance(parsed, list) and len(parsed) == 2 and isinstance(parsed[0], str)):
        raise CallError('a line must be {"function": "CV_LTV", "args": [...]} or ["CV_LTV", [...]]')
    return parsed[0], parsed[1]


def _arguments(parsed: Any) -> list[Any]:
    """A list of arguments, each of them cells."""
    if not isinstance(parsed, list):
        raise CallError("arguments must be a JSON list, such as [1000, 0.8, 0.1]")
    for argument in parsed:
        rows = argument if isinstance(argument, list) else [argument]
        for row in rows:
            for cell in row if isinstance(row, list) else [row]:
                if isinstance(cell, list | dict):
                    raise CallError("a cell must be a number, a text, true, false or null")
    return parsed


def _line(reply: Reply) -> str:
    """A reply as one line of JSON."""
    cells: Any = [[_json_cell(cell) for cell in row] for row in reply.cells]
    if len(cells) == 1 and len(cells[0]) == 1:
        cells = cells[0][0]
    return json.dumps({"cells": cells, "message": reply.message}, ensure_ascii=False, allow_nan=False)


def _json_cell(cell: Cell) -> Any:
    """A cell as JSON has it."""
    return cell.isoformat() if isinstance(cell, dt.date) else cell
