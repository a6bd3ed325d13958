"""What Excel's ribbon calls: one press of a button is one command on the workbook in front of the user."""

import logging
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import xlwings as xw

from addin.books.live import LiveBook, quiet
from addin.books.livecells import read_rows
from addin.faults import UserError
from addin.hosts.desktop.logs import start_log
from addin.opening import open_live
from addin.ribbon import find
from addin.ribbon.words import shortened
from addin.userfiles import log_file
from workbook_templates.addresses import address
from workbook_templates.plan import Cell

__all__ = ["ExcelDesk", "press"]

log = logging.getLogger(__name__)

TITLE: Final = "Customer Value"
OURS: Final = "CV_"


def press(command_id: str, path_hex: str = "") -> None:
    """
    Run a command of the ribbon on the workbook that is active.

    Parameters
    ----------
    command_id : str
        The button's id.
    path_hex : str
        The file that the user has picked, as the hexadecimal digits of UTF-16 (big end first), which no quoting between
        VBA, a shell and Python can change; "" when none was picked.
    """
    start_log()
    book = xw.Book.caller()
    desk = ExcelDesk(book)
    title = TITLE
    try:
        command = find(command_id)
        title = command.label
        with quiet(book.app), desk.in_place():
            command.run(open_live(LiveBook(book)), desk, _path(path_hex))
    except UserError as fault:
        desk.tell(title, _sentence(str(fault)))
    except Exception:
        log.exception("%s failed", command_id)
        desk.tell(title, f"This is a mistake in the program; the log has the details:\n{log_file()}")
    finally:
        desk.progress("")


def _path(digits: str) -> Path | None:
    return Path(bytes.fromhex(digits).decode("utf-16-be", "surrogatepass")) if digits else None


def _sentence(text: str) -> str:
    """Write a fault as a sentence; on the command line it follows the program's name."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


class ExcelDesk:
    """
    Excel's window, as an `addin.desk.Desk`.

    Parameters
    ----------
    book : xlwings.Book
        The workbook in front of the user.
    """

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._app = book.app
        self._moved = False

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Leave sheet and selection as they are, unless something is shown on purpose."""
        sheet, selection = self._book.sheets.active, self._app.selection
        try:
            yield
        finally:
            if not self._moved:
                _go_back(sheet, selection)

    def identity(self) -> str:
        """Give the workbook's full name, path or address included; "" for one that was never saved."""
        there = self.location()
        if there is not None:
            return str(there)
        api = self._book.api
        name = str(api.full_name.get() if sys.platform == "darwin" else api.FullName)
        return name if "://" in name else ""

    def location(self) -> Path | None:
        """Give the workbook's file; None for one that lives at an address or was never saved."""
        try:
            path = Path(self._book.fullname)
        except xw.XlwingsError:  # a folder of OneDrive or SharePoint that is not kept on this machine
            return None
        return path if path.is_absolute() else None

    def progress(self, what: str) -> None:
        """Show in the status bar what is going on; "" gives the bar back."""
        self._app.status_bar = f"{TITLE}: {what} ..." if what else False

    def confirm(self, title: str, text: str) -> bool:
        """Ask whether to go on."""
        return self._alert(title, text, "yes_no") == "yes"

    def tell(self, title: str, text: str) -> None:
        """Show a message until the user has read it."""
        self._alert(title, text, "ok")

    def _alert(self, title: str, text: str, buttons: str) -> str | None:
        """Show a box over a window that is drawn, whatever was switched off for speed."""
        drawn = self._app.screen_updating
        self._app.screen_updating = True
        try:
            answer: str | None = self._app.alert(shortened(text), title=title, buttons=buttons)
            return answer
        finally:
            self._app.screen_updating = drawn

    def selected(self) -> tuple[str, int, int, Cell]:
        """Give sheet, row, column (from 1) and content of the selected cell; a formula that shows nothing gives ""."""
        cell = self._selected_cell()
        shown = _cell(cell.options(err_to_str=True).value)
        return cell.sheet.name, cell.row, cell.column, "" if shown is None and cell.formula else shown

    def _selected_cell(self) -> xw.Range:
        selection = self._app.selection
        if selection is None:
            raise UserError("select a cell first")
        return selection[0, 0]

    def show(self, sheet: str, address: str = "A1") -> None:
        """Bring a cell into view."""
        with _excel(f"sheet {sheet} cannot be shown; it may be hidden or renamed"):
            page = self._book.sheets[sheet]
            page.impl.activate()
            page.range(address).select()
        self._moved = True

    def write_formula(self, text: str) -> None:
        """Put a formula into the selected cell, as if it had been typed; it may spill."""
        with _excel(f"Excel does not take the formula {text}; the sheet may be protected"):
            self._selected_cell().formula2 = text

    def open_workbook(self, path: Path) -> None:
        """Open a workbook beside the one that is open."""
        with _excel(f"{path} cannot be opened"):
            self._app.books.open(str(path)).impl.activate()
        self._moved = True

    def open_page(self, path: Path) -> None:
        """Show a page of help in the browser."""
        if not webbrowser.open(path.as_uri()):
            raise UserError(f"no browser could be started; open {path} yourself")

    def export_pdf(self, path: Path, sheets: Sequence[str]) -> None:
        """Write sheets, as they would be printed, into a PDF file."""
        present: list[int | str] = [sheet.name for sheet in self._book.sheets if sheet.name in sheets]
        if not present:
            raise UserError(f"the workbook has none of the sheets {', '.join(sheets)}; they may have been renamed")
        with _excel(f"{path} cannot be written; close it elsewhere, and lift a protection of the workbook's structure"):
            self._book.to_pdf(str(path), include=present)

    def add_sheets(self, path: Path, sheets: Sequence[str], *, after: str, identity: str) -> None:
        """Copy sheets of another workbook behind one of this, which is from then on of the template `identity`."""
        names = [sheet.name for sheet in self._book.sheets]
        place = self._book.sheets[after if after in names else names[-1]]
        with _excel("the sheets cannot be added; the workbook's structure may be protected"):
            source = self._app.books.open(str(path))
            added: list[xw.Sheet] = []
            try:
                for name in sheets:
                    place = source.sheets[name].copy(after=place)
                    added.append(place)
                self._book.names["cv_template"].refers_to = f'="{identity}"'
            except Exception:
                for sheet in added:
                    sheet.delete()
                raise
            finally:
                source.close()
                self._book.impl.activate()

    def formulas(self) -> dict[str, list[tuple[str, str, Cell]]]:
        """Give the formulas of every sheet, each once: address, text with its equals sign, and what the cell shows."""
        return {sheet.name: list(_formulas(sheet)) for sheet in self._book.sheets}

    def enter_formula(self, sheet: str, address: str, text: str) -> None:
        """Enter a formula into a cell anew, as if it had been typed; `UserError` when Excel does not take it."""
        with _excel("Excel does not take it; the sheet may be protected"):
            self._book.sheets[sheet].range(address).formula2 = text


def _go_back(sheet: xw.Sheet, selection: xw.Range | None) -> None:
    """Select what was selected; that it does not succeed is no reason to call the command a failure."""
    try:
        # xlwings' own `activate` also brings Excel to the front, and raises when another Excel is there already
        sheet.impl.activate()
        if selection is not None:
            selection.select()
    except Exception:
        log.warning("the selection was not given back", exc_info=True)


@contextmanager
def _excel(fault: str) -> Iterator[None]:
    """Turn a refusal of Excel, whose own words say little, into a fault that the user can mend; the log has both."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        log.warning("Excel refused", exc_info=True)
        raise UserError(fault) from error


def _formulas(sheet: xw.Sheet) -> Iterator[tuple[str, str, Cell]]:
    """Read a sheet's formulas with two calls, however many there are."""
    used = sheet.used_range
    first_row, first_column = used.row, used.column
    texts, values = _block(used.formula2), used.options(ndim=2, err_to_str=True).value
    for down, (line, shown) in enumerate(zip(texts, values, strict=True)):
        for right, (text, value) in enumerate(zip(line, shown, strict=True)):
            # a text that begins with an equals sign is its own "formula"
            if not isinstance(text, str) or not text.startswith("=") or text == value:
                continue
            if OURS not in text.upper() or _stands_there(used[down, right]):
                yield address(first_row + down, first_column + right), text, _cell(value)


def _block(formulas: Any) -> Sequence[Sequence[Any]]:
    """Give one cell's formula, a line's or a block's as rows."""
    if isinstance(formulas, str):
        return [[formulas]]
    return formulas if formulas and not isinstance(formulas[0], str) else [formulas]


def _stands_there(cell: xw.Range) -> bool:
    """Whether a formula is the cell's own: where another cell spills, its formula is read as well."""
    try:
        return bool(cell.api.SpillParent.Address == cell.api.Address)
    except Exception:
        return True  # nothing spills here, or this Excel does not know spilling


def _cell(value: object) -> Cell:
    """Give a value that was read with its error as text; an empty text is a blank."""
    return read_rows([[value]])[0][0]
