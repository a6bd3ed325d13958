"""
A mapping as a text file (TOML) that people read and correct, beside their workbook.

The file has the names of `model`; what is as usual is left out. Columns are letters, as the sheet shows them.
"""

import dataclasses
import datetime as dt
import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from workbook_templates.addresses import column_letters, column_number
from workbook_templates.mapping.checking import MAX_COLUMNS, Path, check_mapping, nearest
from workbook_templates.mapping.model import MappingError, WorkbookMap
from workbook_templates.plan import Cell, CellError

__all__ = ["read_mapping", "write_mapping"]

_TOP: Final = """\
# Where the tables of the data contract stand in this workbook. Correct what is wrong; a refresh reads this file.
# Columns are letters and rows are numbers, as the sheet shows them. What is left out is as usual: without last_row a
# block ends at its first blank row, without last_column the periods end with the last heading that is one.
# Confidence is from 0 to 1. A refresh stops at questions: correct what they are about, then delete them.
"""
_TITLES: Final = {
    "tables": "A table of the data contract",
    "assumptions": "An assumption",
    "fills": "A column that a refresh fills with results",
    "cells": "A cell that a refresh fills with a figure",
    "sheets": "Sheets of the template, and what they are called here",
    "headings": "What the header says for columns of a table of the data contract",
}
_LETTERS: Final = frozenset({"at", "first_column", "last_column", "key_column"})
_FIRST: Final = ("questions",)
"""Fields that come before the others, because they are to be dealt with."""
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED: Final = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def write_mapping(mapping: WorkbookMap) -> str:
    """
    Write a mapping as TOML; `read_mapping` gives an equal one back.

    Raises
    ------
    MappingError
        When a fixed value is blank or an error value, which a text file cannot say.
    """
    return "\n".join(_lines(mapping)) + "\n"


def read_mapping(text: str) -> WorkbookMap:
    """
    Read a mapping that `write_mapping` or a person wrote.

    Raises
    ------
    MappingError
        When the text is no TOML, or has a key, a kind of value or a name that a mapping does not have; the message
        says where, what is allowed and, for a name misspelt, which one is near.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"the mapping is no valid TOML: {error}; correct that line") from error
    mapping: WorkbookMap = _read_object(WorkbookMap, raw, ())
    check_mapping(mapping, lambda path: _place(path, raw))
    return mapping


# --- Writing


def _lines(mapping: WorkbookMap) -> Iterator[str]:
    yield from _TOP.splitlines()
    questions = [
        f"# ASK ({key}): {_one_line(question)}"
        for field, named in (("tables", "table"), ("assumptions", "id"))
        for entry in getattr(mapping, field)
        for question in entry.questions
        for key in [f"{getattr(entry, named)} on {entry.sheet}" if field == "tables" else getattr(entry, named)]
    ]
    if questions:
        yield from ("", *(_one_line(line) for line in questions))
    plain, nested = _parts(mapping)
    if plain:
        yield ""
    for name, value in plain:
        yield from _key(name, value)
    for name, value in nested:
        if isinstance(value, tuple):
            for entry in value:
                yield from ("", f"# {_TITLES[name]}", f"[[{name}]]")
                yield from _entry(name, entry)
        elif name == "headings":
            for table, headings in value.items():
                yield from _section(name, (name, table), headings)
        else:
            yield from _section(name, (name,), value)


def _section(title: str, path: tuple[str, ...], values: Mapping[str, Cell]) -> Iterator[str]:
    yield from ("", f"# {_TITLES[title]}", f"[{'.'.join(map(_name, path))}]")
    for key, value in values.items():
        yield f"{_name(key)} = {_value(key, value)}"


def _entry(name: str, entry: Any) -> Iterator[str]:
    """One block of keys, with its own sections at its end."""
    plain, nested = _parts(entry)
    for key, value in plain:
        yield from _key(key, value)
    for key, value in nested:
        yield f"[{name}.{key}]"
        if dataclasses.is_dataclass(value):
            yield from _entry(f"{name}.{key}", value)
        else:
            yield from (f"{_name(each)} = {_value(each, cell, free=True)}" for each, cell in value.items())


def _parts(entry: Any) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    """Split the fields that are not as usual into plain values and those that get a section of their own."""
    plain: list[tuple[str, Any]] = []
    nested: list[tuple[str, Any]] = []
    for field in sorted(dataclasses.fields(entry), key=lambda field: field.name not in _FIRST):
        value = getattr(entry, field.name)
        usual = field.default_factory() if callable(field.default_factory) else field.default
        if _same(value, usual):
            continue
        is_section = isinstance(value, Mapping) or dataclasses.is_dataclass(value)
        is_list = isinstance(entry, WorkbookMap) and isinstance(value, tuple) and dataclasses.is_dataclass(value[0])
        (nested if is_section or is_list else plain).append((field.name, value))
    return plain, nested


def _same(value: Any, usual: Any) -> bool:
    return type(value) is type(usual) and bool(value == usual)


def _key(name: str, value: Any) -> Iterator[str]:
    """One key; a list of several goes over several lines."""
    if isinstance(value, tuple) and (len(value) > 1 or any(map(dataclasses.is_dataclass, value))):
        yield f"{name} = ["
        yield from (f"    {_value(name, item)}," for item in value)
        yield "]"
    else:
        yield f"{name} = {_value(name, value)}"


def _value(name: str, value: Any, *, free: bool = False) -> str:
    """Write one value on one line; in a `free` section names are no fields."""
    if isinstance(value, tuple):
        return f"[{', '.join(_value(name, item) for item in value)}]"
    if dataclasses.is_dataclass(value):
        plain, _ = _parts(value)
        return "{ " + ", ".join(f"{key} = {_value(key, item)}" for key, item in plain) + " }"
    if name in _LETTERS and not free and isinstance(value, int):
        return _string(column_letters(value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and not isinstance(value, CellError):
        return _string(str(value))
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.date):  # and datetimes, which are dates too
        return value.isoformat()
    raise MappingError(f"the mapping gives {name} the value {value}; give one that is a number, a date or a text")


def _string(text: str) -> str:
    escaped = _ESCAPED.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), text)
    return f'"{escaped}"'


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


# --- Reading


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read_object(kind: type, raw: Any, path: Path) -> Any:
    if not isinstance(raw, dict):
        raise _fault(path, f"must be a section or {{ ... }}, not {_shown(raw)}")
    hints = _hints(kind)
    for key in raw:
        if key not in hints:
            raise _fault(path, f'there is no key "{key}"; {nearest(key, hints)}')
    fields = {field.name: field for field in dataclasses.fields(kind)}
    needed = [
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING and name not in raw
    ]
    if needed:
        raise _fault(path, f"{' and '.join(needed)} must be given")
    return kind(**{key: _read(hints[key], value, (*path, key)) for key, value in raw.items()})


def _read(hint: Any, raw: Any, path: Path) -> Any:
    """Read a value as the type that its field has."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint == Cell:
        return _read_cell(raw, path)
    if origin in (Union, types.UnionType):  # something or None, and what is there is not None
        return _read(next(each for each in inner if each is not type(None)), raw, path)
    if origin is tuple:
        if not isinstance(raw, list):
            raise _fault(path, f"must be a list in brackets, not {_shown(raw)}")
        return tuple(_read(inner[0], item, (*path, index)) for index, item in enumerate(raw))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(raw, dict):
            raise _fault(path, f"must be a section or {{ ... }}, not {_shown(raw)}")
        return {key: _read(inner[1], value, (*path, key)) for key, value in raw.items()}
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return _read_object(hint, raw, path)
    if issubclass(hint, StrEnum):
        words = [word.value for word in hint]
        if raw not in words:
            raise _fault(path, f"must be one of {', '.join(words)}, not {_shown(raw)}")
        return hint(raw)
    return _read_plain(hint, raw, path)


_PLAIN: Final[Mapping[type, str]] = {
    str: 'a text in quotes, such as "Sales"',
    int: "a whole number",
    float: "a number",
    dt.date: "a date without quotes, such as 2026-01-31",
}


def _read_plain(hint: type, raw: Any, path: Path) -> Any:
    if path[-1] in _LETTERS:
        if not (isinstance(raw, str) and re.fullmatch("[A-Za-z]{1,3}", raw) and column_number(raw) <= MAX_COLUMNS):
            raise _fault(path, f'must be the letters of a column, such as "C", not {_shown(raw)}')
        return column_number(raw)
    if hint is float and type(raw) is int:
        return float(raw)
    if type(raw) is not hint:
        raise _fault(path, f"must be {_PLAIN[hint]}, not {_shown(raw)}")
    return raw


def _read_cell(raw: Any, path: Path) -> Cell:
    if isinstance(raw, list | dict | dt.time) or (isinstance(raw, dt.datetime) and raw.tzinfo is not None):
        raise _fault(path, f"must be one number, date or text, not {_shown(raw)}")
    cell: Cell = raw
    return cell


def _shown(raw: Any) -> str:
    if isinstance(raw, dict | list):
        return "a section" if isinstance(raw, dict) else "a list"
    return _string(raw) if isinstance(raw, str) else str(raw).lower() if isinstance(raw, bool) else str(raw)


def _fault(path: Path, problem: str) -> MappingError:
    return MappingError(f"{_place(path)}: {problem}")


def _place(path: Path, raw: Mapping[str, Any] | None = None) -> str:
    """Give the place in the file: "[[tables]] number 2 (Customers), columns 3, at"."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int):
            words[-1] += f" {part + 1}"
        else:
            words.append(part)
    if words and words[0].startswith(("tables ", "assumptions ", "fills ", "cells ")):
        block, number = words[0].split()
        words[0] = f"[[{block}]] number {number}"
        if raw is not None:
            entry = raw[block][int(number) - 1]
            words[0] += f" ({next((entry[key] for key in ('table', 'id', 'result', 'figure') if key in entry), '')})"
    return ", ".join(["in the mapping", *words])
