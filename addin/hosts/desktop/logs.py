"""
The log of worksheet functions and buttons: what failed and where in the program, never anybody's data.

An exception's own text may hold what stood in a cell, so it stays out: the log has its type and the lines of code.
"""

import logging
import traceback
from copy import copy
from logging.handlers import RotatingFileHandler
from types import TracebackType
from typing import Final

from addin.userfiles import log_file

__all__ = ["start_log"]

LARGEST: Final = 1_000_000
KEPT: Final = 3

_Info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def start_log() -> None:
    """Send what the program logs to the user's log file; a second call changes nothing, nor does a missing folder."""
    logger = logging.getLogger("addin")
    if any(isinstance(handler, _LogFile) for handler in logger.handlers):
        return
    try:
        log_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return  # a function must answer all the same
    handler = _LogFile(log_file(), maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(_WithoutData("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)


class _LogFile(RotatingFileHandler):
    """Our own handler, known by its type."""


class _WithoutData(logging.Formatter):
    """Writes exceptions without their texts."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the record afresh: logging keeps the text of an exception that another handler has written."""
        own = copy(record)
        own.exc_text = None
        return super().format(own)

    def formatException(self, ei: _Info) -> str:  # noqa: N802  # the name that logging calls
        """Give the lines of code that led to an exception, and to those before it, the first one first."""
        found: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            lines = traceback.format_tb(error.__traceback__)
            found.insert(0, f"{''.join(lines)}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(found)
