"""The command line: everything that can be done without Excel. The commands are in `addin.commands`."""

import io
import sys
from importlib import import_module

from addin.commands import FAMILIES, MISUSE, app
from addin.faults import UserError

__all__ = ["app", "main"]

for family in FAMILIES:
    import_module(f"addin.commands.{family}")


def main() -> None:
    """Run a command; a fault that the user can mend becomes one line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # a console of the old kind lacks some signs; that is no reason to stop
    try:
        app()
    except UserError as fault:
        sys.stderr.write(f"customer-value: {fault}\n")
        sys.exit(MISUSE)
