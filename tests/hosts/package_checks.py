"""
What Excel would stumble over in a workbook with macros, and the validators of others do not see.

Each check takes the file as it was read and gives what is wrong with it as text, an empty list for nothing.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from posixpath import normpath
from typing import Final

from lxml import etree
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import FORMULAE, column_index_from_string

from tests.addin.hosts.desktop.vba.reading import sources, stream
from tests.hosts.procedures import Procedure, procedures

__all__ = ["CHECKS", "MacroFile", "problems", "read_file"]

_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RIBBON_NAMESPACE: Final = "http://schemas.microsoft.com/office/2009/07/customui"
_RIBBON_LINK: Final = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_RIBBON: Final = "customUI/customUI14.xml"
_PROJECT: Final = "xl/vbaProject.bin"
_WORKBOOK: Final = "xl/workbook.xml"
_TYPES: Final = "[Content_Types].xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroFile:
    """
    A workbook with macros, read without any of the code that wrote it.

    Attributes
    ----------
    ending : str
        ``.xlsm`` or ``.xlam``.
    parts : dict of str to bytes
        The parts.
    sheets : dict of str to str
        Names of the sheets to their parts.
    texts : dict of str to str
        Names of the modules to their source.
    documents : frozenset of str
        Which modules belong to the workbook and its sheets.
    """

    ending: str
    parts: dict[str, bytes]
    sheets: dict[str, str]
    texts: dict[str, str]
    documents: frozenset[str]
    _parsed: dict[str, etree._Element] = field(default_factory=dict)

    def xml(self, part: str) -> etree._Element:
        """Parse a part, once for all checks."""
        if part not in self._parsed:
            self._parsed[part] = etree.fromstring(self.parts[part])
        return self._parsed[part]

    def callable_from_outside(self, kind: str) -> list[Procedure]:
        """The public procedures of the standard modules."""
        return [
            one
            for module, text in self.texts.items()
            if "\nAttribute VB_Base = " not in text
            for one in procedures(module, text)
            if one.public and one.kind == kind
        ]


def read_file(path: Path) -> MacroFile:
    """Read a file; it must have a workbook, a VBA project and sheets that can be found."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    links = etree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {link.get("Id"): normpath(f"xl/{link.get('Target')}") for link in links}
    sheets = etree.fromstring(parts[_WORKBOOK]).iterfind("{*}sheets/{*}sheet")
    project = parts[_PROJECT]
    documents = re.findall(r"^Document=(\w+)", stream(project, "PROJECT").decode("cp1252"), re.MULTILINE)
    return MacroFile(
        ending=path.suffix,
        parts=parts,
        sheets={sheet.get("name", ""): targets[sheet.get(f"{_R}id")] for sheet in sheets},
        texts=sources(project),
        documents=frozenset(documents),
    )


def problems(path: Path) -> list[str]:
    """Everything that any of the checks finds."""
    file = read_file(path)
    return [f"{path.name}: {problem}" for check in CHECKS for problem in check(file)]


# Formulas.

_FORMULA_TAGS: Final = ("{*}f", "{*}formula", "{*}formula1", "{*}formula2", "{*}calculatedColumnFormula")
_FUNCTION: Final = re.compile(r"@?(?:_xlfn\.)?(?:_xlws\.)?([A-Za-z_][A-Za-z0-9_.]*)\(")
_YOUNG: Final = re.compile(r"@?_xlfn\.")
_KNOWN: Final = {*FORMULAE, "AGGREGATE"}  # Excel 2010 has it, and writes it without a prefix


def formula_problems(file: MacroFile) -> Iterator[str]:
    """Formulas that Excel could not read, or in which it knows a function not at all or by other arguments."""
    ours = {one.name.upper(): one for one in file.callable_from_outside("function")}
    for part, formula in _formulas(file):
        yield from (f"{part}: {problem} in the formula {formula}" for problem in _problems_of(formula, ours))


def _formulas(file: MacroFile) -> Iterator[tuple[str, str]]:
    """Every formula text, in cells, rules, tables and names."""
    for part in sorted(file.parts):
        if part.startswith(("xl/worksheets/", "xl/tables/")) and part.endswith(".xml"):
            yield from ((part, element.text) for element in file.xml(part).iter(*_FORMULA_TAGS) if element.text)
    for name in file.xml(_WORKBOOK).iterfind("{*}definedNames/{*}definedName"):
        yield f"the name {name.get('name')}", name.text or ""


def _problems_of(formula: str, ours: dict[str, Procedure]) -> Iterator[str]:
    """What is wrong with one formula, text first and grammar after."""
    try:
        tokens = Tokenizer(f"={formula}").items
    except (TokenizerError, IndexError) as error:  # the latter for a parenthesis too many
        yield f"{error}"
        return
    yield from _grammar_problems(tokens)
    for name, count in _calls(tokens):
        match = _FUNCTION.fullmatch(name.rpartition(":")[2])
        if match is None:
            yield f"{name!r} is no call of a function"
        elif (one := ours.get(match[1].upper())) is not None:
            if not one.fewest <= count <= one.most:
                yield f"{match[1]} has {count} arguments, not {one.fewest} to {one.most}"
        elif match[1].upper() not in _KNOWN and not _YOUNG.match(name):
            yield f"there is no function {match[1]}"


def _grammar_problems(tokens: list[Token]) -> Iterator[str]:
    """Operands and operators that do not take turns (a blank is no operator in our formulas), and open brackets."""
    wanted, may_be_left_out, open_brackets = True, False, 0
    previous = ""
    for token in tokens:
        if token.type == Token.WSPACE:
            continue
        opening, closing, separator = token.subtype == Token.OPEN, token.subtype == Token.CLOSE, token.type == Token.SEP
        operand = token.type in (Token.OPERAND, Token.OP_PRE) or opening
        if operand != wanted and not (may_be_left_out and (separator or (closing and token.type == Token.FUNC))):
            yield f"{token.value!r} does not follow {previous!r}"
        open_brackets += opening - closing
        wanted = opening or separator or token.type in (Token.OP_PRE, Token.OP_IN)
        may_be_left_out = separator or (opening and token.type == Token.FUNC)
        previous = token.value
    if wanted or open_brackets:
        yield f"it ends after {previous!r}, {open_brackets} brackets open"


def _calls(tokens: list[Token]) -> Iterator[tuple[str, int]]:
    """Each call as it is written, with the number of its arguments."""
    stack: list[list[Token]] = []
    for token in tokens:
        if token.subtype == Token.CLOSE and stack:
            opener, *inside = stack.pop()
            if opener.type == Token.FUNC:
                separators = sum(one.type == Token.SEP for one in inside)
                yield opener.value, separators + 1 if inside else 0
        elif stack and token.type != Token.WSPACE:
            stack[-1].append(token)
        if token.subtype == Token.OPEN:
            stack.append([token])


# Cells.

_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_MOST_COLUMNS: Final = 16_384
_MOST_ROWS: Final = 1_048_576


def cell_problems(file: MacroFile) -> Iterator[str]:
    """Addresses that do not exist, stand in the wrong row, or do not rise."""
    for sheet, part in file.sheets.items():
        numbers = []
        for row in file.xml(part).iterfind("{*}sheetData/{*}row"):
            numbers.append(int(row.get("r", "0")))
            addresses = [cell.get("r", "") for cell in row]
            places = [_place(address) for address in addresses]
            wrong = [address for address, place in zip(addresses, places, strict=True) if place[0] != numbers[-1]]
            yield from (f"{sheet}: the cell {address!r} cannot be in row {numbers[-1]}" for address in wrong)
            if not wrong and any(one >= other for one, other in pairwise(places)):
                yield f"{sheet}: the cells of row {numbers[-1]} are not in order"
        if any(one >= other for one, other in pairwise(numbers)):
            yield f"{sheet}: the rows are not in order"
        for formula in file.xml(part).iterfind("{*}sheetData/{*}row/{*}c/{*}f[@ref]"):
            corners = [_place(corner) for corner in formula.get("ref", "").split(":")]
            if (0, 0) in corners or len(corners) > 2 or corners != sorted(corners):
                yield f"{sheet}: a formula fills {formula.get('ref')!r}, which is no range"


def _place(address: str) -> tuple[int, int]:
    """Row and column, (0, 0) for what is no address."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return 0, 0
    column, row = column_index_from_string(match[1]), int(match[2])
    return (row, column) if column <= _MOST_COLUMNS and row <= _MOST_ROWS else (0, 0)


# Names in VBA.

_WORKBOOK_BASE: Final = 'Attribute VB_Base = "0{00020819-0000-0000-C000-000000000046}"'
_SHEET_BASE: Final = 'Attribute VB_Base = "0{00020820-0000-0000-C000-000000000046}"'


def code_name_problems(file: MacroFile) -> Iterator[str]:
    """A workbook or sheet without a module, or a module without one of them."""
    workbook = file.xml(_WORKBOOK).find("{*}workbookPr")
    named = [("the workbook", "" if workbook is None else workbook.get("codeName", ""), _WORKBOOK_BASE)]
    for sheet, part in file.sheets.items():
        properties = file.xml(part).find("{*}sheetPr")
        name = "" if properties is None else properties.get("codeName", "")
        named.append((f"the sheet {sheet}", name, _SHEET_BASE))
    for owner, name, base in named:
        if name not in file.documents:
            yield f"{owner} is called {name!r} in VBA, and there is no such document"
        elif base not in file.texts[name]:
            yield f"{owner} is called {name} in VBA, which is a document of another kind"
    names = Counter(name for _, name, _ in named)
    yield from (
        f"{count} of workbook and sheets are called {name!r} in VBA" for name, count in names.items() if count > 1
    )
    yield from (f"the document {name} belongs to nothing" for name in sorted(file.documents - names.keys()))


# The ribbon.

_CALLBACK: Final = re.compile(r"on[A-Z]\w*|get[A-Z]\w*|loadImage")
_ACTIONS: Final = {"toggleButton": 2, "checkBox": 2, "dropDown": 3, "gallery": 3, "command": 2}
_CALLBACK_PARAMETERS: Final = {"onLoad": 1, "onShow": 1, "onHide": 1, "onChange": 2, "loadImage": 2}
_OF_ONE_ITEM: Final = re.compile(r"getItem(?!Count|Height|Width)\w+")


def ribbon_problems(file: MacroFile) -> Iterator[str]:
    """A ribbon that Excel would not show, or buttons that would call nothing."""
    links = [link for link in file.xml("_rels/.rels") if link.get("Type") == _RIBBON_LINK]
    if [link.get("Target", "").lstrip("/") for link in links] != [_RIBBON] or _RIBBON not in file.parts:
        yield f"the package does not lead to a ribbon in {_RIBBON}"
        return
    root = file.xml(_RIBBON)
    if etree.QName(root).namespace != _RIBBON_NAMESPACE:
        yield f"the ribbon is of the namespace {etree.QName(root).namespace!r}"
    times = Counter(element.get("id") for element in root.iter("{*}*") if element.get("id"))
    yield from (f"{count} controls of the ribbon have the id {name}" for name, count in times.items() if count > 1)
    subs = file.callable_from_outside("sub")
    for element in root.iter("{*}*"):
        tag = etree.QName(element).localname
        for attribute in filter(_CALLBACK.fullmatch, map(str, element.attrib)):
            callback = element.get(attribute, "")
            for problem in _callback_problems(callback, _wanted_parameters(tag, attribute), subs):
                yield f"{attribute} of {tag} {element.get('id')} calls {callback}: {problem}"


def _wanted_parameters(tag: str, attribute: str) -> int:
    """How many parameters Excel calls it with."""
    if attribute == "onAction":
        return _ACTIONS.get(tag, 1)
    return _CALLBACK_PARAMETERS.get(attribute, 3 if _OF_ONE_ITEM.fullmatch(attribute) else 2)


def _callback_problems(callback: str, wanted: int, subs: list[Procedure]) -> Iterator[str]:
    module, _, name = callback.rpartition(".")
    found = [sub for sub in subs if sub.name.lower() == name.lower() and module.lower() in ("", sub.module.lower())]
    if not found:
        yield "there is no such public Sub"
    elif len({sub.module for sub in found}) > 1:
        yield "more than one module has it"
    elif any(len(sub.parameters) != wanted for sub in found):
        yield f"it has {len(found[0].parameters)} parameters, not {wanted}"


# The function wizard.

_X14: Final = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_MOST_DESCRIPTION: Final = 255
_CATEGORY: Final = re.compile(r'Attribute (\w+)\.VB_ProcData\.VB_Invoke_Func = ".*\\n(\d+)"')
_DESCRIPTION: Final = re.compile(r'Attribute (\w+)\.VB_Description = "(.*)"')


def wizard_problems(file: MacroFile) -> Iterator[str]:
    """Descriptions of arguments and functions that do not fit the functions there are."""
    parameters = {one.name: one.parameters for one in file.callable_from_outside("function")}
    for described in file.xml(_WORKBOOK).iter(f"{_X14}definedName"):
        name = described.get("name", "")
        if name not in parameters:
            yield f"the arguments of {name} are described, and there is no such public Function"
            continue
        wanted = len(parameters[name])
        for descriptions in described.iter(f"{_X14}argumentDescriptions"):
            if descriptions.get("count") != str(wanted):
                yield f"{descriptions.get('count')} arguments of {name} are described; it has {wanted}"
            if [one.get("index") for one in descriptions] != [str(index) for index in range(wanted)]:
                yield f"the {wanted} arguments of {name} are not described one after the other"
            if any(len(one.text or "") > _MOST_DESCRIPTION for one in descriptions):
                yield f"a description of an argument of {name} has more than {_MOST_DESCRIPTION} characters"


def category_problems(file: MacroFile) -> Iterator[str]:
    """Functions in categories that the workbook does not have, and attributes of functions that their module lacks."""
    groups = file.xml(_WORKBOOK).find("{*}functionGroups")
    most = 0 if groups is None else int(groups.get("builtInGroupCount", "0")) + len(groups)
    for module, text in file.texts.items():
        names = {one.name for one in procedures(module, text)}
        for name, number in _CATEGORY.findall(text):
            if not 0 <= int(number) <= most:
                yield f"{module}.{name} is in category {number}; there are {most}"
        for name in {name for name, _ in (*_CATEGORY.findall(text), *_DESCRIPTION.findall(text))} - names:
            yield f"{module} describes {name}, which it does not have"
        for name, description in _DESCRIPTION.findall(text):
            if len(description.replace('""', '"')) > _MOST_DESCRIPTION:
                yield f"the description of {module}.{name} has more than {_MOST_DESCRIPTION} characters"


# The package.

_MAIN_TYPES: Final = {
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    ".xlam": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
}
_PROJECT_TYPE: Final = "application/vnd.ms-office.vbaProject"


def content_type_problems(file: MacroFile) -> Iterator[str]:
    """Parts that are said to be something else, nothing, or are not there."""
    types = file.xml(_TYPES)
    defaults = {one.get("Extension", "").lower(): one.get("ContentType") for one in types.iterfind("{*}Default")}
    given = {one.get("PartName", "").lstrip("/"): one.get("ContentType") for one in types.iterfind("{*}Override")}
    for part in file.parts.keys() - {_TYPES}:
        given.setdefault(part, defaults.get(part.rpartition(".")[2].lower()))
    for part, wanted in ((_WORKBOOK, _MAIN_TYPES.get(file.ending)), (_PROJECT, _PROJECT_TYPE)):
        if given[part] != wanted:
            yield f"{part} of an {file.ending} file is of type {given[part]}, not {wanted}"
    yield from (f"{part} has no type" for part, kind in sorted(given.items()) if kind is None)
    yield from (f"{part} has a type and is not there" for part in sorted(given.keys() - file.parts.keys()))


CHECKS: Final[tuple[Callable[[MacroFile], Iterator[str]], ...]] = (
    formula_problems,
    cell_problems,
    code_name_problems,
    ribbon_problems,
    wizard_problems,
    category_problems,
    content_type_problems,
)
