"""
The commands of the command line, a module for each family; a command imports what it needs when it runs.

Exit codes: 0 done, 1 a check failed, 2 wrong use or unreadable input.
"""

from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = ["DONE", "FAILED", "FAMILIES", "MISUSE", "Backup", "Out", "Recalculation", "Settings", "app"]

DONE: Final = 0
FAILED: Final = 1
MISUSE: Final = 2

FAMILIES: Final = ("model", "mapping", "inspecting", "undoing", "distribution", "formulas", "excel")
"""The modules of this package in the order of the help."""

app = typer.Typer(
    help="Customer lifetime value, cost to serve and segments: a workbook for the CFO, without Excel at hand.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="ID=VALUE", help="Set an assumption; may stand several times.")
]
Out = Annotated[Path | None, typer.Option(help="Write to this file; the workbook itself stays as it is.")]
Backup = Annotated[
    bool, typer.Option("--backup/--no-backup", help="Keep the present file, so that undo can put it back.")
]
Recalculation = Annotated[
    bool,
    typer.Option(
        "--recalculate/--no-recalculate",
        help="Compute your own formulas with LibreOffice, where it is installed, so that they show fresh values.",
    ),
]
