"""What a command of the ribbon is, and the one way in which commands write."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from addin import undo
from addin.desk import Desk
from addin.workbook import LiveWorkbook
from workbook_templates.plan import Plan

__all__ = ["Asks", "Command", "Run", "write"]

Run = Callable[[LiveWorkbook, Desk, Path | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """
    The file that the user picks before a command runs.

    Attributes
    ----------
    how : str
        Whether the file is opened or saved.
    files : str
        Kinds of file as Excel's dialogs want them: words and patterns in turn, with commas between.
    suggested : str
        Name of a file to save.
    """

    how: Literal["open", "save"]
    files: str
    suggested: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """
    One button.

    Attributes
    ----------
    id : str
        Valid in XML and in VBA; it never changes.
    label : str
        On the button.
    group : str
        Label of its group.
    icon : str
        Name of a picture that Office has (imageMso).
    tip : str
        What it does, in a sentence.
    run : callable
        Does it; the path is that of the file that was picked, None for a command that asks for none.
    large : bool
        Whether it is a large button.
    menu : str
        Label of the menu that it stands in, or "".
    asks : Asks or None
        The file to pick first.
    """

    id: str
    label: str
    group: str
    icon: str
    tip: str
    run: Run
    large: bool = False
    menu: str = ""
    asks: Asks | None = None


def write(book: LiveWorkbook, desk: Desk, plan: Plan, *, what: str) -> tuple[str, ...]:
    """
    Apply a plan and keep what it replaces, so that it can be undone.

    Parameters
    ----------
    book, desk
        The workbook and the window.
    plan : Plan
        What to write.
    what : str
        The command, as Undo will call it.

    Returns
    -------
    tuple of str
        What the user should know: the receipt's notes, and why there is no undo if there is none.
    """
    desk.progress("Reading what the change replaces")
    before = book.before(plan)
    desk.progress("Writing")
    notes = book.apply(plan).notes
    name = desk.identity()
    if not name:
        return (*notes, "This workbook was never saved, so the change cannot be undone.")
    try:
        undo.forget(name)  # what was kept takes back another change, whether this one can be kept or not
        undo.keep(name, before, what=what, at=dt.datetime.now(dt.UTC))
    except undo.UndoError as error:
        return (*notes, f"{error}.")
    return notes
