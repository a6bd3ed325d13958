"""The add-in for Excel on the desktop: build it, put it in place, take it away, look at what is wrong."""

from pathlib import Path
from typing import Annotated

import typer

from addin.commands import DONE, FAILED, app
from addin.faults import UserError

__all__ = ["build_addin", "doctor", "install", "uninstall"]


@app.command(
    "build-addin", epilog="Examples: customer-value build-addin dist; customer-value build-addin dist --sources"
)
def build_addin(
    out: Annotated[Path, typer.Argument(help="The folder to write to; made if it is not there.")],
    sources: Annotated[
        bool, typer.Option("--sources", help="Write the texts of the modules too, to put an add-in together by hand.")
    ] = False,
) -> None:
    """Make the add-in and the demonstration workbook for Excel; one version always gives the same bytes."""
    from addin.hosts.desktop.build import write_addin, write_demo, write_sources
    from addin.report import say, working

    try:
        out.mkdir(parents=True, exist_ok=True)
        with working("Building the add-in"):
            written = [write_addin(out)]
        with working("Building the demonstration workbook"):
            written.append(write_demo(out))
        if sources:
            written += write_sources(out / "sources")
    except OSError as error:
        raise UserError(f"{error.filename or out} cannot be written ({error.strerror or error})") from None
    for path in written:
        say(str(path))
    say("Next, on a computer with Excel: customer-value install, which also tells the demonstration where Python is.")


INSTALL_EXAMPLES = "Examples: customer-value install; customer-value install --addin signed/customer_value.xlam"


@app.command(epilog=INSTALL_EXAMPLES)
def install(
    addin: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A ready .xlam, such as a signed one; without it one is built.")
    ] = None,
) -> None:
    """Put the add-in where Excel finds it, for this user: no administrator rights, no internet."""
    from rich.markup import escape

    from addin.hosts.desktop.install import install as put_in_place
    from addin.report import say, working

    with working("Installing the add-in"):
        done = put_in_place(addin)
    say(escape("\n".join(done)))


@app.command(epilog="Example: customer-value uninstall")
def uninstall() -> None:
    """Take the add-in away again; your log, your other settings and the workbooks stay."""
    from rich.markup import escape

    from addin.hosts.desktop.install import uninstall as take_away
    from addin.report import say

    say(escape("\n".join(take_away())))


@app.command(epilog="Example: customer-value doctor")
def doctor() -> None:
    """Check everything between Excel and Python, and say what to do; nothing is changed."""
    from addin.hosts.desktop.doctor import examine, has_failed, report
    from addin.report import say, working

    with working("Looking at Excel and Python"):
        checks = examine()
    for line in report(checks):
        say(line)
    raise typer.Exit(FAILED if has_failed(checks) else DONE)
