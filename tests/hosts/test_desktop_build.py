"""The two files for Excel as they are built: valid, complete, the same bytes each time, and of use without Excel."""

import hashlib
import re
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from lxml import etree
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import CalamineWorkbook

from addin.books.file import FileBook
from addin.contents import read_contents
from addin.hosts.desktop.build import ADDIN_NAME, DEMO_NAME, SETTINGS, built_for, write_addin, write_demo, write_sources
from addin.hosts.desktop.demo import LARGE, LIVE_SHEET, SMALL
from addin.hosts.desktop.install import read_stamp
from addin.refresh import check_lines
from addin.registry import functions
from addin.ribbon import COMMANDS
from addin.userfiles import PROJECT
from tests.addin.hosts.desktop.vba.reading import project_of, sources, xlwings_file
from tests.hosts.package_checks import problems
from tests.hosts.validators import SDK_MISSING, audit, sdk
from workbook_templates.planner import formula_values

NAMES = (ADDIN_NAME, DEMO_NAME)
PROCEDURE = re.compile(r"^(?:Public |Private )?(?:Function|Sub) (\w+)", re.MULTILINE)
CUSTOM_UI = "{http://schemas.microsoft.com/office/2009/07/customui}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("built")
    return {path.name: path for path in (write_addin(folder), write_demo(folder))}


@pytest.mark.parametrize("name", NAMES)
def test_our_own_checks_find_nothing(built: Mapping[str, Path], name: str) -> None:
    assert problems(built[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_port_of_the_open_xml_validator_finds_nothing(built: Mapping[str, Path], name: str) -> None:
    assert audit(built[name]) == []


@pytest.mark.skipif(bool(SDK_MISSING), reason=SDK_MISSING)
@pytest.mark.parametrize("name", NAMES)
def test_the_open_xml_sdk_finds_nothing(built: Mapping[str, Path], name: str) -> None:
    assert sdk(built[name]) == []


def test_building_again_gives_the_same_bytes(built: Mapping[str, Path], tmp_path: Path) -> None:
    for path in (write_addin(tmp_path), write_demo(tmp_path)):
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(built[path.name].read_bytes()).digest()


@pytest.mark.parametrize("name", NAMES)
def test_xlwings_own_modules_are_in_it_with_only_the_project_name_changed(built: Mapping[str, Path], name: str) -> None:
    module = xlwings_file("xlwings_custom_addin.bas" if name == ADDIN_NAME else "xlwings.bas")
    shipped, ours = module.read_text("cp1252"), modules_of(built[name])["xlwings"]
    ((before, after),) = [(a, b) for a, b in zip(lines(shipped), lines(ours), strict=True) if a != b]
    assert before.startswith("Public Const PROJECT_NAME As String = ")
    assert after == f'Public Const PROJECT_NAME As String = "{PROJECT}"'
    dictionary = xlwings_file("addin/Dictionary.cls").read_text("cp1252").partition("Option Explicit")[2]
    assert lines(modules_of(built[name])["Dictionary"].partition("Option Explicit")[2]) == lines(dictionary)


def modules_of(path: Path) -> dict[str, str]:
    return sources(project_of(path))


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_every_module_is_there_and_no_procedure_hides_behind_a_module_of_its_name(
    built: Mapping[str, Path], name: str
) -> None:
    modules = modules_of(built[name])
    assert {"CvErrors", "CvPython", "CvRibbon", "CvFunctions", "xlwings", "Dictionary", "ThisWorkbook"} <= set(modules)
    assert f'CV_VERSION As String = "{version("customer-value")}"' in modules["CvPython"]
    words = {word.casefold() for text in modules.values() for word in PROCEDURE.findall(text)}
    assert words.isdisjoint(module.casefold() for module in modules)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_its_button(built: Mapping[str, Path], name: str) -> None:
    with zipfile.ZipFile(built[name]) as package:
        root = etree.fromstring(package.read("customUI/customUI14.xml"))
    buttons = {button.get("id"): button for button in root.iter(f"{CUSTOM_UI}button")}
    assert list(buttons) == [command.id for command in COMMANDS]
    for command in COMMANDS:
        button = buttons[command.id]
        assert (button.get("label"), button.get("imageMso"), button.get("supertip")) == (
            command.label,
            command.icon,
            command.tip,
        )
        assert (button.get("tag") is None) == (command.asks is None)


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_name_no_interpreter_and_no_key_twice(built: Mapping[str, Path], name: str) -> None:
    rows = CalamineWorkbook.from_path(str(built[name])).get_sheet_by_name(f"{PROJECT}.conf").to_python()
    assert [tuple(row[:2]) for row in rows] == list(SETTINGS)
    keys = [key for key, _ in SETTINGS]
    assert len(set(keys)) == len(keys)
    assert not [key for key in keys if "INTERPRETER" in key or "CONDA" in key or key == "PYTHONPATH"]


def test_the_add_in_says_what_it_was_built_for(built: Mapping[str, Path]) -> None:
    stamp = read_stamp(built[ADDIN_NAME])
    assert stamp is not None
    assert (stamp.product, stamp.xlwings) == (version("customer-value"), version("xlwings"))
    assert version("xlwings") in built_for()


def test_the_demonstration_passes_its_checks_and_stays_refreshable(built: Mapping[str, Path]) -> None:
    contents = read_contents(FileBook(built[DEMO_NAME]))
    formulas = formula_values(contents.template, contents.cells, contents.names)
    assert [line.title for line in check_lines(contents.template, formulas) if not line.passed] == []


def test_its_tables_hold_no_absurd_number(built: Mapping[str, Path]) -> None:
    book = FileBook(built[DEMO_NAME])
    for name in book.table_names():
        for heading, cells in book.read_table(name).columns.items():
            numbers = np.array([cell for cell in cells if isinstance(cell, float)])
            assert (np.abs(numbers) < 1e12).all(), (name, heading)


def test_its_live_formulas_are_dynamic_arrays_with_the_values_that_they_show(built: Mapping[str, Path]) -> None:
    book = openpyxl.load_workbook(built[DEMO_NAME])
    typed = [cell.value for row in book[LIVE_SHEET].iter_rows() for cell in row if cell.data_type == "f"]
    arrays = [formula for formula in typed if isinstance(formula, ArrayFormula)]
    assert len(arrays) == len(typed)
    assert [str(formula.text).partition("(")[0] for formula in arrays] == [f"={live.name}" for live in SMALL + LARGE]
    assert {function.name for function in functions() if function.front_door} <= {live.name for live in SMALL + LARGE}
    shown = openpyxl.load_workbook(built[DEMO_NAME], data_only=True, read_only=True)
    rows = list(shown[LIVE_SHEET].iter_rows(values_only=True))
    shown.close()
    for formula in arrays:
        left, top, right, bottom = (int(end or 0) for end in range_boundaries(formula.ref))
        cells = (row[left - 1 : right] for row in rows[top - 1 : bottom])
        assert None not in chain.from_iterable(cells), formula.text


def test_nothing_is_computed_anew_on_opening(built: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(built[DEMO_NAME]) as package:
        assert b"fullCalcOnLoad" not in package.read("xl/workbook.xml")


def test_the_texts_of_the_modules_can_be_had(tmp_path: Path) -> None:
    written = {path.name: path.read_bytes() for path in write_sources(tmp_path / "sources")}
    ours = {f"{module}.bas" for module in ("CvErrors", "CvPython", "CvRibbon", "CvFunctions")}
    assert set(written) == ours | {"xlwings.bas", "Dictionary.cls", "customUI14.xml"}
    assert all(b"\n" not in data.replace(b"\r\n", b"") for data in written.values())
