"""The port: what a command needs of the program in front of which the user sits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from workbook_templates.plan import Cell

__all__ = ["Desk"]


class Desk(Protocol):
    """The window in front of the user; `addin.hosts.desktop.buttons` gives Excel's."""

    def identity(self) -> str:
        """Give the workbook's full name, path or address included; "" for one that was never saved."""
        ...

    def location(self) -> Path | None:
        """Give the workbook's file; None for one that lives at an address or was never saved."""
        ...

    def progress(self, what: str) -> None:
        """Show in the status bar what is going on; "" gives the bar back."""
        ...

    def confirm(self, title: str, text: str) -> bool:
        """Ask whether to go on; no is the safe answer."""
        ...

    def tell(self, title: str, text: str) -> None:
        """Show a message until the user has read it."""
        ...

    def selected(self) -> tuple[str, int, int, Cell]:
        """Give sheet, row, column (from 1) and content of the selected cell; a formula that shows nothing gives ""."""
        ...

    def show(self, sheet: str, address: str = "A1") -> None:
        """Bring a cell into view."""
        ...

    def write_formula(self, text: str) -> None:
        """Put a formula into the selected cell, as if it had been typed; it may spill."""
        ...

    def open_workbook(self, path: Path) -> None:
        """Open a workbook beside the one that is open."""
        ...

    def open_page(self, path: Path) -> None:
        """Show a page of help in the browser."""
        ...

    def export_pdf(self, path: Path, sheets: Sequence[str]) -> None:
        """Write sheets, as they would be printed, into a PDF file."""
        ...

    def add_sheets(self, path: Path, sheets: Sequence[str], *, after: str, identity: str) -> None:
        """Copy sheets of another workbook behind one of this, which is from then on of the template `identity`."""
        ...

    def formulas(self) -> dict[str, list[tuple[str, str, Cell]]]:
        """Give the formulas of every sheet, each once: address, text with its equals sign, and what the cell shows."""
        ...

    def enter_formula(self, sheet: str, address: str, text: str) -> None:
        """Enter a formula into a cell anew, as if it had been typed; `UserError` when the program does not take it."""
        ...
