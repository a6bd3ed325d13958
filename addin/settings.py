"""Assumptions set on the command line: ``--set discount_rate=0.09``, checked before anything is written."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from addin.cells import read_table_data
from addin.contents import Contents
from addin.faults import UserError
from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.assumptions import Assumption, Wanted
from valuation.settings import read_settings
from valuation.tables import ASSUMPTIONS, TableData
from workbook_templates.addresses import address
from workbook_templates.plan import Cell

__all__ = ["BY_HAND", "SettingError", "parse_settings", "set_assumptions"]

BY_HAND = "given by hand (--set)"


class SettingError(UserError):
    """A setting cannot be used; the message says what is wanted."""


def parse_settings(texts: Iterable[str]) -> dict[str, Cell]:
    """
    Read settings of the form ``ID=VALUE``.

    Percentages may be written as ``35%``, dates as ``2025-12-31``.

    Raises
    ------
    SettingError
        If the form, the id or the value is not one that the register allows.
    """
    settings: dict[str, Cell] = {}
    for text in texts:
        id_, sign, value = text.partition("=")
        known = REGISTER.get(id_.strip())
        if not sign or known is None:
            raise SettingError(f"--set wants ID=VALUE with an ID of the register ({', '.join(REGISTER)}), not '{text}'")
        settings[known.id] = _parse(known, value.strip())
    _refuse_out_of_range(settings)
    return settings


def _refuse_out_of_range(settings: Mapping[str, Cell]) -> None:
    """Hold settings against the register as if they stood in a workbook."""
    frame = pd.DataFrame({"id": list(settings), "value": list(settings.values())}, dtype=object)
    _, findings = read_settings(TableData(table=ASSUMPTIONS, frame=frame.assign(scope="all")))
    problems = [finding.what for finding in findings if finding.kind == "assumption out of range"]
    if problems:
        raise SettingError(problems[0])


def _parse(known: Assumption, text: str) -> Cell:
    if known.wanted in (Wanted.TEXT, Wanted.WORD) or text == "":
        return text or None
    if known.wanted == Wanted.DATE:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise SettingError(f"{known.id} must be a date such as 2025-12-31, not '{text}'") from None
    if known.wanted == Wanted.HORIZON and text.casefold() == "inf":
        return "inf"
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise SettingError(f"{known.id} must be a number, not '{text}'") from None


def set_assumptions(contents: Contents, settings: Mapping[str, Cell]) -> tuple[Contents, dict[tuple[str, str], Cell]]:
    """
    Lay settings over the register of a workbook.

    Returns
    -------
    Contents
        As if somebody had typed the values.
    dict of (str, str) to Cell
        The cells to write: value and source of each row.

    Raises
    ------
    SettingError
        If the register of the workbook has no row for an id.
    """
    if not settings:
        return contents, {}
    raw = contents.raw[ASSUMPTIONS.name]
    columns = {name: list(cells) for name, cells in contents.cells[ASSUMPTIONS.name].items()}
    headings = [ASSUMPTIONS.column_for(heading) for heading in raw.columns]
    offsets = {column.name: offset for offset, column in enumerate(headings) if column is not None}
    writes: dict[tuple[str, str], Cell] = {}
    for id_, value in settings.items():
        rows = [
            i
            for i, (own, scope) in enumerate(zip(columns["id"], columns["scope"], strict=True))
            if own == id_ and scope in (None, "all")
        ]
        if not rows:
            raise SettingError(f"sheet '{raw.sheet}' has no row '{id_}' with scope all; add one")
        for name, cell in (("value", value), ("source", BY_HAND)):
            columns[name][rows[0]] = cell
            writes[raw.sheet, address(raw.first_row + rows[0], raw.first_column + offsets[name])] = cell
    changed = replace(raw, columns={ASSUMPTIONS[name].title: cells for name, cells in columns.items()})
    return (
        replace(
            contents,
            raw={**contents.raw, ASSUMPTIONS.name: changed},
            inputs={**contents.inputs, ASSUMPTIONS.name: read_table_data(changed, ASSUMPTIONS)},
            cells={**contents.cells, ASSUMPTIONS.name: columns},
        ),
        writes,
    )
