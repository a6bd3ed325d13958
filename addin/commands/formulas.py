"""The worksheet functions: their reference, and a call as Excel would make it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from addin.commands import app
from addin.faults import UserError

__all__ = ["call", "functions"]


@app.command(epilog="Examples: customer-value functions; customer-value functions CV_LTV")
def functions(name: Annotated[str, typer.Argument(help="One function; all of them without.")] = "") -> None:
    """Show the worksheet functions: help, arguments with defaults, result columns, example."""
    from addin.catalogue import overview, page

    typer.echo(page(name) if name else overview())


CALL_EXAMPLES = (
    "Examples: customer-value call CV_LTV '[1000, 0.8, 0.1]'; customer-value call CV_LTV -; "
    "customer-value call --batch calls.jsonl"
)


@app.command(epilog=CALL_EXAMPLES)
def call(
    name: Annotated[str, typer.Argument(help="The function.")] = "",
    arguments: Annotated[str, typer.Argument(metavar="JSON-ARGS", help="A JSON list; '-' reads it from input.")] = "",
    batch: Annotated[str, typer.Option(metavar="FILE|-", help='One {"function": ..., "args": [...]} a line.')] = "",
) -> None:
    """Evaluate a worksheet function as Excel would call it: cells in and out as JSON."""
    from addin import calls

    if bool(name) == bool(batch):
        raise UserError("give a function and its arguments, or --batch with a file of calls")
    if batch:
        lines = sys.stdin if batch == "-" else _opened(Path(batch))
        for reply in calls.batch(lines):
            sys.stdout.write(reply + "\n")
        return
    text = sys.stdin.read() if arguments == "-" else arguments or "[]"
    sys.stdout.write(calls.call_json(name, text) + "\n")


def _opened(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
