"""The group Help: the page about functions and buttons, and what is installed where."""

import sys
from importlib.metadata import version
from pathlib import Path

from addin.catalogue import reference
from addin.desk import Desk
from addin.faults import UserError
from addin.ribbon.command import Command
from addin.ribbon.words import joined
from addin.userfiles import folder, log_file, settings_file
from addin.workbook import LiveWorkbook
from valuation.tables import ASSUMPTIONS

__all__ = ["COMMANDS"]

GROUP = "Help"


def _settings(book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Say what is installed where, and show Assumptions where there are some."""
    ours = "cv_template" in book.names() and ASSUMPTIONS.excel_name in book.table_names()
    if ours:
        desk.show(book.read_table(ASSUMPTIONS.excel_name).sheet)
    desk.tell(
        "Settings",
        joined(
            f"customer-value {version('customer-value')}, xlwings {version('xlwings')}",
            f"Python {sys.version.split()[0]}: {sys.executable}",
            f"Settings file: {_with_state(settings_file())}",
            f"Log: {_with_state(log_file())}",
            "Horizon, discount rate and all other choices of the model stand on the sheet Assumptions."
            if ours
            else "The choices of a model stand on its sheet Assumptions; this workbook is not one of ours.",
            "What is missing for formulas and buttons says: customer-value doctor.",
        ),
    )


def _with_state(path: Path) -> str:
    return str(path) if path.exists() else f"{path} (not there yet)"


def _help(_: LiveWorkbook, desk: Desk, __: Path | None) -> None:
    """Write the page and open it."""
    path = folder() / "help.html"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(help_page(), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}); check the folder") from error
    desk.open_page(path)


def help_page() -> str:
    """Give buttons and functions as one page of HTML that loads nothing from elsewhere."""
    from markdown_it import MarkdownIt

    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(f"{_buttons()}\n{reference()}")
    return PAGE.format(body=rendered)


def _buttons() -> str:
    """Describe the ribbon."""
    from addin import ribbon  # which imports this module

    rows = [f"| {command.group} | {_path(command)} | {command.tip} |" for command in ribbon.COMMANDS]
    return "\n".join(("# Buttons", "", "| group | button | what it does |", "|---|---|---|", *rows, ""))


def _path(command: Command) -> str:
    return f"{command.menu}: {command.label}" if command.menu else command.label


PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Customer Value for Excel</title>
<style>
body {{ font: 15px/1.5 "Segoe UI", Arial, sans-serif; color: #222; max-width: 64em; margin: 2em auto; padding: 0 1em; }}
h1, h2, h3 {{ color: #1f3864; }}
h3 {{ border-top: 1px solid #ccc; padding-top: 1em; }}
table {{ border-collapse: collapse; margin: 0.5em 0; }}
th, td {{ border: 1px solid #ccc; padding: 0.2em 0.6em; text-align: left; vertical-align: top; }}
th {{ background: #f2f2f2; }}
code, pre {{ font-family: Consolas, monospace; background: #f7f7f7; }}
</style>
</head>
<body>
{body}</body>
</html>
"""

COMMANDS = (
    Command(
        id="Settings",
        label="Settings",
        group=GROUP,
        icon="ControlProperties",
        tip="Says which versions are installed where, and shows the assumptions of this workbook.",
        run=_settings,
    ),
    Command(
        id="Help",
        label="Help",
        group=GROUP,
        icon="Help",
        tip="Opens the reference of all buttons and functions in the browser.",
        run=_help,
    ),
)
