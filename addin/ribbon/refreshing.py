"""
The group Refresh: value the customers again, see beforehand what that changes, and take it back.

A refresh is always whole. All result sheets state the same assumptions as used; one of them alone would leave sheets
of different inputs side by side. The buttons of the menu differ in what they preview and in the sheet they show.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from addin import undo
from addin.contents import Contents, read_contents
from addin.desk import Desk
from addin.refresh import Refresh, answer_in_words, check_lines, plan_refresh
from addin.ribbon.command import Command, Run, write
from addin.ribbon.words import asked, check_words, cost_changes, counted, finding_words, joined
from addin.workbook import LiveWorkbook
from valuation.model.changes import changes
from valuation.tables import CUSTOMER_PNL, LIFETIME_VALUE, SEGMENTS, Table, empty_frame

__all__ = ["COMMANDS"]

GROUP = "Refresh"
MENU = "Refresh and show"

Words = Callable[[Contents, Refresh], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    What one button of the refresh looks at.

    Attributes
    ----------
    label : str
        On the button.
    words : callable
        Says what changes.
    table : Table or None
        Whose sheet is shown afterwards; None leaves the user where they are.
    """

    label: str
    words: Words
    table: Table | None = None


def _everything(_: Contents, planned: Refresh) -> list[str]:
    return planned.changes


def _value(contents: Contents, planned: Refresh) -> list[str]:
    """Say what changes in the values, which is what is said when there are no segments to compare."""
    before, after = _before_and_after(contents, planned, LIFETIME_VALUE)
    nobody = empty_frame(SEGMENTS)
    return changes(before.assign(value=pd.to_numeric(before["value"], errors="coerce")), after, nobody, nobody)


def _segments(contents: Contents, planned: Refresh) -> list[str]:
    """Say what changes in the segments: what comes after the sentences on the values."""
    return planned.changes[len(_value(contents, planned)) :] or ["First refresh: every customer gets a segment."]


def _costs(contents: Contents, planned: Refresh) -> list[str]:
    return cost_changes(*_before_and_after(contents, planned, CUSTOMER_PNL))


def _before_and_after(contents: Contents, planned: Refresh, table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a result table of the last refresh and of this one."""
    cells = {name: list(column) for name, column in contents.cells[table.name].items()}
    return pd.DataFrame(cells, dtype=object), planned.results.tables[table.name]


ALL = View(label="Refresh all", words=_everything)
LIFETIME = View(label="Lifetime value", words=_value, table=LIFETIME_VALUE)
COST_TO_SERVE = View(label="Cost to serve", words=_costs, table=CUSTOMER_PNL)
VALUE_SEGMENTS = View(label="Segments", words=_segments, table=SEGMENTS)


def _planned(book: LiveWorkbook, desk: Desk) -> tuple[Contents, Refresh]:
    desk.progress("Reading the workbook")
    contents = read_contents(book)
    desk.progress("Valuing the customers")
    return contents, plan_refresh(contents, now=dt.datetime.now(dt.UTC))


def _preview(view: View, contents: Contents, planned: Refresh) -> str:
    return joined(
        view.words(contents, planned),
        finding_words(planned.results.findings),
        check_words(check_lines(contents.template, planned.formulas)),
    )


def _refresh(view: View, book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Preview, write and report."""
    title = ALL.label if view is ALL else f"Refresh: {view.label.lower()}"
    contents, planned = _planned(book, desk)
    whole = "" if view is ALL else "All result sheets are refreshed together."
    if not desk.confirm(title, asked(joined(_preview(view, contents, planned), whole), "Write the results?")):
        return
    notes = write(book, desk, planned.plan, what=title)
    if view.table is not None:
        desk.show(contents.raw[view.table.name].sheet)
    desk.tell(
        title,
        joined(
            "The results are refreshed.",
            # What must be read comes first: a long message is cut.
            notes,
            check_words(check_lines(contents.template, planned.formulas)),
            answer_in_words(contents, planned.formulas),
            planned.results.notes,
        ),
    )


def _compare(book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Say what a refresh would change."""
    contents, planned = _planned(book, desk)
    desk.tell("Compare", joined("A refresh would change:", _preview(ALL, contents, planned), "Nothing was written."))


def _undo(book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Take back the last change, or the taking back."""
    name = desk.identity()
    kept = undo.last(name) if name else None
    if kept is None:
        desk.tell(UNDO, "There is nothing to undo: no refresh or import of this workbook has been kept.")
        return
    tables = ", ".join(one.table for one in kept.plan.tables)
    text = joined(
        f"{counted(len(kept.plan.tables), 'table')} get back what stood in them before: {tables}.",
        "What was typed into them since then is lost.",
    )
    question = f"Take back '{kept.what}' of {kept.at.astimezone():%Y-%m-%d %H:%M}?"
    if not desk.confirm(UNDO, asked(text, question)):
        return
    notes = write(book, desk, kept.plan, what=f"Undo of {kept.what}")
    desk.tell(UNDO, joined(f"'{kept.what}' is taken back. Undo again brings it back.", notes))


UNDO = "Undo last refresh"


def _view_command(id_: str, view: View, *, icon: str, tip: str) -> Command:
    run: Run = partial(_refresh, view)
    return Command(id=id_, label=view.label, group=GROUP, menu=MENU, icon=icon, tip=tip, run=run)


COMMANDS = (
    Command(
        id="RefreshAll",
        label=ALL.label,
        group=GROUP,
        icon="RefreshAll",
        large=True,
        tip="Values the customers again and writes all result sheets, after showing what will change.",
        run=partial(_refresh, ALL),
    ),
    _view_command(
        "RefreshLifetimeValue",
        LIFETIME,
        icon="FunctionsFinancialInsertGallery",
        tip="Refreshes all result sheets, previews what changes in the customers' values and shows them.",
    ),
    _view_command(
        "RefreshCostToServe",
        COST_TO_SERVE,
        icon="AccountingFormat",
        tip="Refreshes all result sheets, previews what changes in the cost to serve and shows the customer P&L.",
    ),
    _view_command(
        "RefreshSegments",
        VALUE_SEGMENTS,
        icon="ChartTypePieInsertGallery",
        tip="Refreshes all result sheets, previews who changes segment and shows the segments.",
    ),
    Command(
        id="Compare",
        label="Compare",
        group=GROUP,
        icon="ViewSideBySide",
        tip="Says what a refresh would change, and writes nothing.",
        run=_compare,
    ),
    Command(
        id="UndoRefresh",
        label=UNDO,
        group=GROUP,
        icon="Undo",
        tip="Takes back the last refresh or import of this workbook, or brings it back.",
        run=_undo,
    ),
)
