"""Take back what a command did to a workbook's file."""

from pathlib import Path
from typing import Annotated

import typer

from addin.commands import Backup, Out, app
from addin.faults import UserError

__all__ = ["undo"]

UNDO_EXAMPLES = (
    "Examples: customer-value undo model.xlsx; customer-value undo model.xlsx --list; "
    "customer-value undo model.xlsx --number 3"
)


@app.command(epilog=UNDO_EXAMPLES)
def undo(
    workbook: Annotated[Path, typer.Argument(help="The workbook.")],
    list_: Annotated[bool, typer.Option("--list", help="Show the backups, and change nothing.")] = False,
    number: Annotated[int | None, typer.Option(metavar="N", help="Put back this one of the list.")] = None,
    out: Out = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also when the workbook was changed since; that file is kept too.")
    ] = False,
    backup: Backup = True,
) -> None:
    """
    Put a workbook back as it was before the last command that wrote it.

    What stands there now is kept in its turn: undo once more brings it back. Backups are in your own folder on this
    computer, the last ten of each workbook.
    """
    from addin.backups import backups, keeping, put_back
    from addin.report import print_backups, say_plainly

    found = backups(workbook)
    if list_:
        print_backups(workbook, found)
        return
    chosen = next((one for one in found if number in (None, one.number)), None)
    if chosen is None:
        if number is not None:
            raise UserError(f"there is no backup {number} of {workbook.name}; see --list")
        raise UserError(f"there is no backup of {workbook.name}: nothing here has changed it, or with --no-backup only")
    put_back(workbook, chosen, out, force=force, keep=keeping("undo") if backup else None)
    if out is not None:
        say_plainly(f"{out} is {workbook.name} as it was {chosen}.")
        return
    say_plainly(f"{workbook.name} is as it was {chosen}.")
    if backup:
        say_plainly(f"To go back to what it was until now: customer-value undo {workbook}")
