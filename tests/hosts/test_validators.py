"""Does anybody notice? A whole file is damaged in the ways that a builder could, and each check finds its own."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import xlsxwriter

from addin.hosts.desktop.packaging import with_macros
from addin.hosts.desktop.vba import Kind, Module, module_from_file, project_bytes
from addin.hosts.desktop.wrappers import wrapper_module
from addin.registry import functions
from tests.addin.conftest import refreshed, small_company
from tests.hosts.package_checks import problems
from tests.hosts.procedures import procedures
from tests.hosts.validators import SDK_MISSING, audit, sdk

needs_sdk = pytest.mark.skipif(bool(SDK_MISSING), reason=SDK_MISSING)

RIBBON = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon><tabs><tab id="page" label="Page">
<group id="box" label="Box"><button id="first" label="First" onAction="Buttons.Press"/>
<toggleButton id="second" label="Second" onAction="Toggle" getPressed="Buttons.IsPressed"/>
<dropDown id="third" onAction="Buttons.Choose" getItemLabel="Buttons.Label" getItemCount="Buttons.IsPressed"/>
</group></tab></tabs></ribbon></customUI>"""

BUTTONS = """Option Explicit

Public Sub Press(control As IRibbonControl)
End Sub

Sub Toggle(control As IRibbonControl, _
        pressed As Boolean)
End Sub

Public Sub Choose(control As IRibbonControl, id As String, index As Integer)
End Sub

Public Sub Label(control As IRibbonControl, index As Integer, ByRef label)
End Sub

Public Sub IsPressed(control As IRibbonControl, ByRef pressed)
End Sub

Private Sub Hidden(control As IRibbonControl)
End Sub
"""

OURS = [function for function in functions() if function.name in ("CV_ALLOCATE", "CV_CAC")]
WRAPPERS = module_from_file(wrapper_module(OURS))
SHEET, WORKBOOK, RIBBON_PART = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "customUI/customUI14.xml"
TYPES, PROJECT = "[Content_Types].xml", "xl/vbaProject.bin"
SHEET_BASE = "0{00020820-0000-0000-C000-000000000046}"
WORKBOOK_BASE = "0{00020819-0000-0000-C000-000000000046}"


def plain_workbook() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet("In")
    page.write_row("A1", ["cost", "won", "text"])
    page.write_row("A2", [100, 4, "x"])
    page.write_dynamic_array_formula("D2:D3", "=CV_CAC(A2:A2,B2:B2)", value=25)
    page.write_formula("E2", '=IF(AND(A2>0,B2<>0),-SUM(A2,B2)*(1+5%),"none (yet)")', value=-109.2)
    page.conditional_format("A2", {"type": "formula", "criteria": "=A2>AVERAGE(A:A)", "format": book.add_format()})
    page.data_validation("B2", {"validate": "decimal", "criteria": ">", "value": "=MIN(A2,1)"})
    page.write_row("A4", [1, 2, 3])
    book.add_worksheet("Settings").write("A1", "x")
    book.define_name("latest", "=INDEX(In!$A:$A,COUNTA(In!$A:$A))")
    book.close()
    return stream.getvalue()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "book.xlsm"
    modules = [WRAPPERS, Module(name="Buttons", code=BUTTONS)]
    path.write_bytes(with_macros(plain_workbook(), ".xlsm", modules, RIBBON, OURS))
    return path


Change = Callable[[dict[str, bytes]], object]


def damaged(whole: Path, change: Change, name: str = "damaged.xlsm") -> Path:
    with zipfile.ZipFile(whole) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    change(parts)
    target = whole.with_name(name)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part, data in parts.items():
            package.writestr(part, data)
    return target


def replaced(part: str, before: str, after: str) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        text = parts[part].decode()
        assert before in text, (part, before)
        parts[part] = text.replace(before, after, 1).encode()

    return change


def with_modules(*modules: Module, sheets: tuple[str, ...] = ("Sheet1", "Sheet2")) -> Change:
    documents = [Module(name="ThisWorkbook", code="", kind=Kind.DOCUMENT, base=WORKBOOK_BASE)]
    documents += [Module(name=sheet, code="", kind=Kind.DOCUMENT, base=SHEET_BASE) for sheet in sheets]
    project = project_bytes("CustomerValue", [*documents, *modules])
    return lambda parts: parts.update({PROJECT: project})


def with_buttons(before: str, after: str) -> Change:
    assert before in BUTTONS
    return with_modules(WRAPPERS, Module(name="Buttons", code=BUTTONS.replace(before, after)))


def with_wrappers(before: str, after: str) -> Change:
    assert before in WRAPPERS.code
    code = WRAPPERS.code.replace(before, after, 1)
    return with_modules(Module(name=WRAPPERS.name, code=code), Module(name="Buttons", code=BUTTONS))


@pytest.mark.parametrize("formula", ["SUM(A2,)", "IF(A2,,-B2)", "NOW()", "tbl[[#This Row],[a (b)]]%", "{1,-2;3,4}"])
def test_formulas_that_excel_reads_are_no_problem(whole: Path, formula: str) -> None:
    assert problems(damaged(whole, replaced(SHEET, "-SUM(A2,B2)", f"-({formula})"))) == []


def test_a_whole_file_has_no_problem(whole: Path) -> None:
    assert problems(whole) == []
    assert audit(whole) == []


@needs_sdk
def test_the_sdk_has_no_objection_to_a_whole_file(whole: Path) -> None:
    assert sdk(whole) == []


def test_an_add_in_has_no_problem(whole: Path) -> None:
    path = whole.with_name("book.xlam")
    modules = [WRAPPERS, Module(name="Buttons", code=BUTTONS)]
    path.write_bytes(with_macros(plain_workbook(), ".xlam", modules, RIBBON, OURS))
    assert problems(path) == []
    assert audit(path) == []


class Damage(NamedTuple):
    change: Change
    found: str


IN_A_FORMULA = {
    "open parentheses": ("CV_CAC(A2:A2,B2:B2)", "CV_CAC(A2:A2,B2:B2,((", "it ends after '('"),
    "too few parentheses": ("-SUM(A2,B2)", "-SUM(A2,B2", "it ends after"),
    "too many parentheses": ("-SUM(A2,B2)", "-SUM(A2,B2))))", "pop from empty list"),
    "no function name": ("SUM(A2,B2)", "1(A2,B2)", "'1(' is no call of a function"),
    "no operand": ("*(1+5%)", "*(1+)", "')' does not follow '+'"),
    "no last operand": ("-SUM(A2,B2)", "-SUM(A2,B2+)", "')' does not follow '+'"),
    "no operand before a comma": ("-SUM(A2,B2)", "-SUM(A2*,B2)", "',' does not follow '*'"),
    "no operator": ("*(1+5%)", "(1+5%)", "'(' does not follow ')'"),
    "empty parentheses": ("*(1+5%)", "*()", "')' does not follow '('"),
    "open text": ('(yet)"', "(yet)", "Reached end of formula while parsing string"),
    "unknown function": ("SUM(A2,B2)", "SUMM(A2,B2)", "there is no function SUMM"),
    "young function without its prefix": ("SUM(A2,B2)", "XLOOKUP(A2,B2,C2)", "there is no function XLOOKUP"),
    "function of ours that is not there": ("CV_CAC(", "CV_CAK(", "there is no function CV_CAK"),
    "too few arguments": ("CV_CAC(A2:A2,B2:B2)", "CV_CAC(A2:A2)", "CV_CAC has 1 arguments, not 2 to 2"),
    "too many arguments": ("CV_CAC(A2:A2,B2:B2)", "CV_CAC(1,2,{3,4},5)", "CV_CAC has 4 arguments, not 2 to 2"),
    "conditional format": ("A2&gt;AVERAGE(A:A)", "A2&gt;AVERAGE(A:A", "it ends after 'A:A'"),
    "validation": ("MIN(A2,1)", "MIN(A2,1", "it ends after '1'"),
}

OWN = {
    **{name: Damage(replaced(SHEET, before, after), found) for name, (before, after, found) in IN_A_FORMULA.items()},
    "name": Damage(replaced(WORKBOOK, "COUNTA(In!$A:$A))", "COUNTA(In!$A:$A)"), "the name latest: it ends after ')'"),
    "bad address": Damage(replaced(SHEET, 'r="C2"', 'r="2C"'), "In: the cell '2C' cannot be in row 2"),
    "address in another row": Damage(replaced(SHEET, 'r="C2"', 'r="C3"'), "In: the cell 'C3' cannot be in row 2"),
    "address beyond the sheet": Damage(replaced(SHEET, 'r="C2"', 'r="XFE2"'), "the cell 'XFE2' cannot be in row 2"),
    "cells not in order": Damage(replaced(SHEET, 'r="C2"', 'r="A2"'), "In: the cells of row 2 are not in order"),
    "rows not in order": Damage(replaced(SHEET, '<row r="4"', '<row r="2"'), "In: the rows are not in order"),
    "array without a range": Damage(replaced(SHEET, 'ref="D2:D3"', 'ref="D3:D2"'), "fills 'D3:D2', which is no range"),
    "another name of the workbook": Damage(
        replaced(WORKBOOK, 'codeName="ThisWorkbook"', 'codeName="Other"'), "the workbook is called 'Other' in VBA"
    ),
    "workbook without a name": Damage(replaced(WORKBOOK, ' codeName="ThisWorkbook"', ""), "workbook is called ''"),
    "two sheets of one name": Damage(
        replaced(SHEET, 'codeName="Sheet1"', 'codeName="Sheet2"'), "2 of workbook and sheets are called 'Sheet2' in VBA"
    ),
    "sheet with the workbook's name": Damage(
        replaced(SHEET, 'codeName="Sheet1"', 'codeName="ThisWorkbook"'), "which is a document of another kind"
    ),
    "sheet without a module": Damage(
        with_modules(WRAPPERS, Module(name="Buttons", code=BUTTONS), sheets=("Sheet1",)),
        "the sheet Settings is called 'Sheet2' in VBA, and there is no such document",
    ),
    "module without a sheet": Damage(
        with_modules(WRAPPERS, Module(name="Buttons", code=BUTTONS), sheets=("Sheet1", "Sheet2", "Sheet3")),
        "the document Sheet3 belongs to nothing",
    ),
    "ribbon with an id twice": Damage(
        replaced(RIBBON_PART, 'id="second"', 'id="first"'), "2 controls of the ribbon have the id first"
    ),
    "ribbon of 2007": Damage(replaced(RIBBON_PART, "2009/07", "2006/01"), "the ribbon is of the namespace"),
    "ribbon that nothing leads to": Damage(
        replaced("_rels/.rels", "customUI/customUI14.xml", "customUI/customUI.xml"), "does not lead to a ribbon"
    ),
    "callback in another module": Damage(
        replaced(RIBBON_PART, "Buttons.Press", "CvFunctions.Press"),
        "calls CvFunctions.Press: there is no such public Sub",
    ),
    "callback that is private": Damage(replaced(RIBBON_PART, "Buttons.Press", "Hidden"), "there is no such public Sub"),
    "callback that is a function": Damage(
        with_buttons("Public Sub Press(control As IRibbonControl)", "Public Function Press(control)"),
        "no such public Sub",
    ),
    "callback in two modules": Damage(
        with_modules(WRAPPERS, *(Module(name=name, code=BUTTONS) for name in ("Buttons", "More"))),
        "onAction of toggleButton second calls Toggle: more than one module has it",
    ),
    "button with too many parameters": Damage(
        with_buttons("Press(control As IRibbonControl)", "Press(control, other)"), "it has 2 parameters, not 1"
    ),
    "toggle with too few parameters": Damage(
        with_buttons(", _\n        pressed As Boolean", ""), "calls Toggle: it has 1 parameters, not 2"
    ),
    "list with too few parameters": Damage(with_buttons(", index As Integer)", ")"), "it has 2 parameters, not 3"),
    "getter of an item with too few parameters": Damage(
        with_buttons("index As Integer, ByRef label", "ByRef label"), "calls Buttons.Label: it has 2 parameters, not 3"
    ),
    "getter with too few parameters": Damage(
        with_buttons("IRibbonControl, ByRef pressed)", "IRibbonControl)"), "it has 1 parameters, not 2"
    ),
    "description of no function": Damage(
        replaced(WORKBOOK, 'definedName name="CV_CAC"', 'definedName name="CV_CAD"'),
        "the arguments of CV_CAD are described, and there is no such public Function",
    ),
    "description of a private function": Damage(
        with_wrappers("Public Function CV_ALLOCATE", "Private Function CV_ALLOCATE"), "the arguments of CV_ALLOCATE are"
    ),
    "wrong number of descriptions": Damage(
        replaced(WORKBOOK, 'count="2"', 'count="3"'), "3 arguments of CV_CAC are described; it has 2"
    ),
    "descriptions out of step": Damage(
        replaced(WORKBOOK, 'index="1"', 'index="2"'), "arguments of CV_ALLOCATE are not described one after the other"
    ),
    "long description of an argument": Damage(
        replaced(WORKBOOK, 'index="0">', f'index="0">{"x" * 250}'), "CV_ALLOCATE has more than 255 characters"
    ),
    "category that is not there": Damage(
        replaced(WORKBOOK, '<functionGroup name="Customer Value - advanced"/>', ""), "is in category 21; there are 20"
    ),
    "no categories": Damage(replaced(WORKBOOK, 'builtInGroupCount="19"', 'builtInGroupCount="9"'), "there are 11"),
    "description of another function": Damage(
        with_wrappers("Attribute CV_CAC.VB_Desc", "Attribute CV_CAD.VB_Desc"), "CvFunctions describes CV_CAD, which"
    ),
    "long description of a function": Damage(
        with_wrappers('CV_CAC.VB_Description = "', f'CV_CAC.VB_Description = "{"x" * 250}'),
        "CvFunctions.CV_CAC has more",
    ),
    "workbook without macros by its type": Damage(
        replaced(TYPES, "ms-excel.sheet.macroEnabled", "ms-excel.template.macroEnabled"),
        "workbook.xml of an .xlsm file",
    ),
    "project that is said to be something else": Damage(
        replaced(TYPES, "application/vnd.ms-office.vbaProject", "application/xml"), "vbaProject.bin of an .xlsm file"
    ),
    "part without a type": Damage(lambda parts: parts.update({"xl/media/a.png": b"x"}), "xl/media/a.png has no type"),
    "part that is missing": Damage(lambda parts: parts.pop("xl/styles.xml"), "xl/styles.xml has a type and is not"),
}


@pytest.mark.parametrize("damage", OWN.values(), ids=OWN)
def test_our_checks_find_the_damage(whole: Path, damage: Damage) -> None:
    found = problems(damaged(whole, damage.change))
    assert any(damage.found in problem for problem in found), found


def test_an_add_in_is_no_workbook(whole: Path) -> None:
    (problem,) = problems(damaged(whole, lambda parts: None, "damaged.xlam"))
    assert "xl/workbook.xml of an .xlam file is of type application/vnd.ms-excel.sheet.macroEnabled" in problem


AUDIT = {
    "project that is none": Damage(lambda parts: parts.update({PROJECT: b"garbage"}), PROJECT),
    "shared text that is not there": Damage(replaced(SHEET, 't="s"><v>0<', 't="s"><v>99<'), "99"),
    "workbook of a wrong type": Damage(
        replaced(
            TYPES,
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        ),
        "does not match extension '.xlsm'",
    ),
    "missing part": Damage(lambda parts: parts.pop("xl/styles.xml"), "styles.xml"),
    "elements not in order": Damage(
        replaced(WORKBOOK, "<functionGroups", "<calcPr/><functionGroups"), "functionGroups"
    ),
}


@pytest.mark.parametrize("damage", AUDIT.values(), ids=AUDIT)
def test_openxml_audit_finds_the_damage(whole: Path, damage: Damage) -> None:
    found = audit(damaged(whole, damage.change))
    assert any(damage.found in problem for problem in found), found


SDK = {
    "elements not in order": Damage(
        replaced(WORKBOOK, "<functionGroups", "<calcPr/><functionGroups"), "functionGroups"
    ),
    "sheets of one name": Damage(replaced(WORKBOOK, 'name="Settings"', 'name="In"'), "In"),
    "long name of a sheet": Damage(replaced(WORKBOOK, 'name="Settings"', f'name="{"x" * 40}"'), "name"),
    "missing part": Damage(lambda parts: parts.pop("xl/styles.xml"), "styles"),
    "unknown attribute in the ribbon": Damage(
        replaced(RIBBON_PART, ' onAction="Toggle"', ' onActon="Toggle"'), "onActon"
    ),
}


@needs_sdk
@pytest.mark.parametrize("damage", SDK.values(), ids=SDK)
def test_the_sdk_finds_the_damage(whole: Path, damage: Damage) -> None:
    found = sdk(damaged(whole, damage.change))
    assert any(damage.found in problem for problem in found), found


def test_what_is_no_zip_file_is_an_error_and_no_finding(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsm"
    path.write_bytes(b"no zip file")
    with pytest.raises(zipfile.BadZipFile):
        audit(path)


def test_of_a_long_sheet_the_audit_sees_the_first_rows_and_the_formulas(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet()
    for row in range(400):
        page.write(row, 0, f"text {row}")
    page.write_formula("B300", "=SUM(1)")
    book.close()
    assert audit(path) == []
    damage = replaced(SHEET, '<c r="B300"><f>SUM(1)</f><v>0</v>', '<c r="B300" t="s"><f>SUM(1)</f><v>9999</v>')
    assert audit(damaged(path, damage, "damaged.xlsx")) != []


def test_procedures_are_found_as_others_can_call_them() -> None:
    text = (
        'Attribute VB_Name = "M"\n'
        'Public Function First(ByRef a() As Long, Optional b As String = ",)", _\n  Optional c) As Variant\n'
        "  Private Sub Second()\nStatic Function Third(ParamArray x() As Variant)\n"
        '\' Public Sub Comment()\nExit Sub\nPublic Declare Sub Beep Lib "x" ()\nproperty get Fourth() as Long\n'
    )
    found = list(procedures("M", text))
    assert [(one.name, one.kind, one.public, one.fewest, one.most) for one in found] == [
        ("First", "function", True, 1, 3),
        ("Second", "sub", False, 0, 0),
        ("Third", "function", True, 0, float("inf")),
        ("Fourth", "property", True, 0, 0),
    ]


def test_a_refreshed_workbook_without_macros_is_valid_too(tmp_path: Path) -> None:
    path = refreshed(tmp_path / "small.xlsx", small_company())
    assert audit(path) == []
    assert SDK_MISSING or sdk(path) == []
