"""Where a user's own files are: settings, the log, and what an undo needs. Nothing of it lies beside a workbook."""

import sys
from pathlib import Path
from typing import Final

__all__ = ["PROJECT", "folder", "log_file", "settings_file"]

PROJECT: Final = "customer_value"
"""Names the files of the add-in and its settings; xlwings' VBA module carries it as PROJECT_NAME."""


def folder() -> Path:
    """Give the user's folder of this program; it need not be there yet."""
    return Path.home() / f".{PROJECT}"


def settings_file() -> Path:
    """Give the file in which xlwings' VBA module looks for the interpreter; on a Mac Excel may only read its own."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / f"{PROJECT}.conf"
    return folder() / f"{PROJECT}.conf"


def log_file() -> Path:
    """Give the log of worksheet functions and buttons."""
    return folder() / f"{PROJECT}.log"
