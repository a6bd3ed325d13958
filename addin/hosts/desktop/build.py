"""
The files that Excel opens, made without Excel: an add-in to install, and a workbook that carries everything itself.

`customer_value.xlam` gives every workbook of its user the functions and the ribbon. `customer_value_demo.xlsm` is the
sample company's model with live formulas; it has the modules inside. Building twice gives the same bytes.
"""

import io
import re
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import xlsxwriter
from lxml import etree

from addin.books.file import FileBook
from addin.books.outline import Outline
from addin.books.package import Package
from addin.books.replacing import replace_file
from addin.books.saving import Draft
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.hosts.desktop.demo import LIVE_SHEET, live_sheet
from addin.hosts.desktop.packaging import with_macros
from addin.hosts.desktop.ribbon_xml import ribbon_xml
from addin.hosts.desktop.vba import module_from_file
from addin.hosts.desktop.wrappers import wrapper_module
from addin.refresh import plan_refresh
from addin.registry import functions
from addin.userfiles import PROJECT
from workbook_templates.addresses import address
from workbook_templates.catalogue import compose
from workbook_templates.layout import LiveFormula, Sheet, Stage, Text
from workbook_templates.packs import PACKS
from workbook_templates.plan import CellError
from workbook_templates.sample import sample_company
from workbook_templates.sample.snapshots import sample_snapshots
from workbook_templates.writer import FIXED_DATE

__all__ = ["ADDIN_NAME", "DEMO_NAME", "built_for", "write_addin", "write_demo", "write_sources"]

ADDIN_NAME: Final = f"{PROJECT}.xlam"
DEMO_NAME: Final = f"{PROJECT}_demo.xlsm"

SETTINGS: Final[tuple[tuple[str, str | bool], ...]] = (
    ("UDF MODULES", "addin.hosts.desktop.udfs"),
    ("USE UDF SERVER", True),
    ("SHOW CONSOLE", False),
    # else Python would look for our package beside the workbook first, where anybody may have put one
    ("ADD_WORKBOOK_TO_PYTHONPATH", False),
)
"""What xlwings' module reads from the sheet; a key here beats the user's file, so the interpreter is not among them."""

_OURS: Final = ("CvErrors", "CvPython", "CvRibbon")
_PROJECT_NAME: Final = re.compile(r'(Public Const PROJECT_NAME As String = )"\w+"')


def built_for() -> str:
    """Say which versions a file is made for; it stands among the file's properties, where `doctor` finds it."""
    return f"customer-value {version('customer-value')}; xlwings {version('xlwings')}"


def write_addin(folder: Path) -> Path:
    """Write the add-in into a folder; a file that is there is replaced in one step."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "Customer Value", "created": FIXED_DATE, "comments": built_for()})
    page = book.add_worksheet(f"{PROJECT}.conf")
    for row, setting in enumerate(SETTINGS):
        page.write_row(row, 0, setting)
    book.close()
    return _written(folder / ADDIN_NAME, stream.getvalue(), "Customer Value")


def write_demo(folder: Path) -> Path:
    """Write the demonstration workbook into a folder."""
    return _written(folder / DEMO_NAME, _demo_workbook(), "Customer Value (demo)")


def write_sources(folder: Path) -> list[Path]:
    """Write the texts of all modules and the ribbon, for those who put an add-in together in Excel itself."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in {**_module_texts(".xlam"), "customUI14.xml": ribbon_xml("Customer Value")}.items():
        path = folder / name
        replace_file(path, [text.replace("\n", "\r\n").encode("cp1252")])
        written.append(path)
    return written


def _written(path: Path, workbook: bytes, tab: str) -> Path:
    modules = [module_from_file(text) for text in _module_texts(path.suffix).values()]
    replace_file(path, [with_macros(workbook, path.suffix, modules, ribbon_xml(tab), functions())])
    return path


def _module_texts(ending: str) -> dict[str, str]:
    """The texts of all modules by file name: xlwings' own from its wheel, ours, and the generated one."""
    xlwings = "xlwings_custom_addin.bas" if ending == ".xlam" else "xlwings.bas"
    support, found = _PROJECT_NAME.subn(rf'\1"{PROJECT}"', _wheel_text(xlwings))
    if found != 1:
        raise ValueError(
            f"{xlwings} does not name its project once; it is not the module of xlwings {version('xlwings')}"
        )
    ours = {f"{name}.bas": _own_text(f"{name}.bas") for name in _OURS}
    return {
        "xlwings.bas": support,
        "Dictionary.cls": _wheel_text("addin/Dictionary.cls"),
        **ours,
        "CvFunctions.bas": wrapper_module(functions()),
    }


def _wheel_text(name: str) -> str:
    """A text of the installed xlwings, without importing it."""
    found = find_spec("xlwings")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("xlwings is not installed")
    return _lines((Path(found.origin).parent / name).read_bytes())


def _own_text(name: str) -> str:
    text = _lines((Path(__file__).parent / "modules" / name).read_bytes())
    return text.replace("%VERSION%", version("customer-value"))


def _lines(data: bytes) -> str:
    return data.decode("cp1252").replace("\r\n", "\n")


# The demonstration workbook.


def _demo_workbook() -> bytes:
    """The sample company refreshed, with the sheets of live formulas and of settings at its end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        live = live_sheet(read_contents(FileBook(_refreshed(folder / "sample.xlsx", ()))))
        path = _refreshed(folder / "demo.xlsx", (live, _settings_sheet()))
        draft = Draft(Package(path.read_bytes(), path.name))
        draft.edit_xml(_part_of(draft.package, LIVE_SHEET), lambda root: _put_errors(root, live))
        return b"".join(draft.pieces())


def _refreshed(path: Path, more: tuple[Sheet, ...]) -> Path:
    """The sample company's workbook, with the clock of all that we draw on its Log."""
    create_workbook(path, compose("customer_value", list(PACKS)), sample_company() | sample_snapshots(), more=more)
    book = FileBook(path)
    book.apply(plan_refresh(read_contents(book), now=FIXED_DATE).plan)
    return path


def _settings_sheet() -> Sheet:
    """The sheet that xlwings' module looks for."""
    items = [
        Text(row=row, column=column, text=cell)
        for row, setting in enumerate(SETTINGS, 1)
        for column, cell in enumerate(setting, 1)
    ]
    return Sheet(name=f"{PROJECT}.conf", purpose="Settings.", stage=Stage.LOG, items=tuple(items), hidden=True)


def _part_of(package: Package, sheet: str) -> str:
    return Outline(package).sheets[sheet]


def _put_errors(root: etree._Element, sheet: Sheet) -> None:
    """Put error values among the cells that a formula spilled over, which no writer of constants can."""
    errors = {
        address(item.row + row, item.column + column): cell.value
        for item in sheet.items
        if isinstance(item, LiveFormula)
        for row, cells in enumerate(item.cells)
        for column, cell in enumerate(cells)
        if isinstance(cell, CellError) and (row, column) != (0, 0)
    }
    for cell in root.iterfind("{*}sheetData/{*}row/{*}c"):
        error = errors.get(cell.get("r", ""))
        if error is not None:
            cell.set("t", "e")
            etree.SubElement(cell, etree.QName(root, "v")).text = error
