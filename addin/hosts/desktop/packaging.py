"""
Macros, ribbon and function help put into a workbook that has none.

The workbook comes from our own writers; nothing in it changes but its kind, the names that its sheets have in VBA, and
the parts that are added. The same input gives the same bytes.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Sequence
from typing import Final

from lxml import etree

from addin.books.package import CONTENT_TYPES, Package, relationships_part, serialized
from addin.hosts.desktop.vba import Kind, Module, project_bytes
from addin.hosts.desktop.wrappers import CATEGORIES
from addin.registry import Function

__all__ = ["KINDS", "with_macros"]

KINDS: Final = {
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    ".xlam": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
}
WORKBOOK: Final = "xl/workbook.xml"
VBA_PROJECT: Final = "xl/vbaProject.bin"
RIBBON: Final = "customUI/customUI14.xml"

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_X14: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_RELATIONSHIP_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_VBA_LINK: Final = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_RIBBON_LINK: Final = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_VBA_TYPE: Final = "application/vnd.ms-office.vbaProject"
_DESCRIPTIONS: Final = "{8193D73E-4604-4355-AFF4-8A2333D13BE4}"
_BUILT_IN_CATEGORIES: Final = "19"
_ELEMENTS: Final = """
fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences definedNames
calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr webPublishObjects
extLst
"""
_WORKBOOK_ORDER: Final = _ELEMENTS.split()
_CALCULATION_ENGINE: Final = "191029"
"""What the present Excel writes; an older number makes it compute everything on opening."""

_WORKBOOK_BASE: Final = "0{00020819-0000-0000-C000-000000000046}"
_SHEET_BASE: Final = "0{00020820-0000-0000-C000-000000000046}"
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)
_SHEET_PROPERTIES: Final = re.compile(rb"<worksheet\b[^>]*>\s*(<sheetPr\b)?")


def with_macros(
    workbook: bytes, ending: str, modules: Sequence[Module], ribbon: str, functions: Sequence[Function]
) -> bytes:
    """
    Make a macro workbook or an add-in of a workbook.

    Parameters
    ----------
    workbook : bytes
        An .xlsx file without macros; its cached values are right, so Excel shows them without computing on opening.
    ending : str
        ``.xlsm`` or ``.xlam``.
    modules : sequence of Module
        The modules with code; those of the workbook and its sheets are added.
    ribbon : str
        The ribbon's XML.
    functions : sequence of Function
        Whose arguments are described in the function wizard.
    """
    package = Package(workbook, f"the workbook to become {ending}")
    parts = {name: package.read(name) for name in package.parts()}
    root = package.xml(WORKBOOK)
    documents = [Module(name="ThisWorkbook", code="", kind=Kind.DOCUMENT, base=_WORKBOOK_BASE)]
    for number, part in enumerate(_sheet_parts(package, root), 1):
        parts[part] = _named_sheet(parts[part], f"Sheet{number}")
        documents.append(Module(name=f"Sheet{number}", code="", kind=Kind.DOCUMENT, base=_SHEET_BASE))
    _name_workbook(root, hidden=ending == ".xlam")
    _describe(root, functions)
    parts[WORKBOOK] = serialized(root)
    parts[VBA_PROJECT] = project_bytes("CustomerValue", [*documents, *modules])
    parts[RIBBON] = ribbon.encode()
    parts[relationships_part(WORKBOOK)] = _linked(package, WORKBOOK, _VBA_LINK, "vbaProject.bin")
    parts[relationships_part("")] = _linked(package, "", _RIBBON_LINK, RIBBON)
    parts[CONTENT_TYPES] = _content_types(package, KINDS[ending])
    return _zipped(parts)


def _sheet_parts(package: Package, root: etree._Element) -> list[str]:
    """The parts of the sheets, in the order of the workbook."""
    targets = {link.id: link.target for link in package.relationships(WORKBOOK)}
    return [targets[sheet.get(_RELATIONSHIP_ID, "")] for sheet in root.iterfind("{*}sheets/{*}sheet")]


def _named_sheet(xml: bytes, name: str) -> bytes:
    """A sheet's part with the sheet's name in VBA; a large part is not parsed for that."""
    match = _SHEET_PROPERTIES.search(xml)
    if match is None:
        raise ValueError(f"the part of {name} does not begin as a worksheet")
    place = match.end()
    attribute = f' codeName="{name}"'.encode()
    added = attribute if match[1] else b"<sheetPr" + attribute + b"/>"
    return xml[:place] + added + xml[place:]


def _name_workbook(root: etree._Element, *, hidden: bool) -> None:
    """Name the workbook in VBA, hide an add-in's window, and keep the cached values on opening."""
    properties = root.find("{*}workbookPr")
    if properties is None:
        properties = _inserted(root, etree.Element(f"{{{_MAIN}}}workbookPr"))
    properties.set("codeName", "ThisWorkbook")
    if hidden:
        for view in root.iterfind("{*}bookViews/{*}workbookView"):
            view.set("visibility", "hidden")
    calculation = root.find("{*}calcPr")
    if calculation is not None:
        if "fullCalcOnLoad" in calculation.attrib:
            del calculation.attrib["fullCalcOnLoad"]
        calculation.set("calcId", _CALCULATION_ENGINE)


def _describe(root: etree._Element, functions: Sequence[Function]) -> None:
    """The categories of the function wizard, and what it says of each argument, as Excel stores them."""
    groups = etree.Element(f"{{{_MAIN}}}functionGroups", builtInGroupCount=_BUILT_IN_CATEGORIES)
    for category in CATEGORIES:
        etree.SubElement(groups, f"{{{_MAIN}}}functionGroup", name=category)
    _inserted(root, groups)
    extensions = root.find("{*}extLst")
    if extensions is None:
        extensions = _inserted(root, etree.Element(f"{{{_MAIN}}}extLst"))
    extension = etree.SubElement(extensions, f"{{{_MAIN}}}ext", nsmap={"x14": _X14}, uri=_DESCRIPTIONS)
    names = etree.SubElement(extension, f"{{{_X14}}}definedNames")
    for function in functions:
        if function.arguments:
            name = etree.SubElement(names, f"{{{_X14}}}definedName", name=function.name)
            described = etree.SubElement(name, f"{{{_X14}}}argumentDescriptions", count=str(len(function.arguments)))
            for index, argument in enumerate(function.arguments):
                tag = f"{{{_X14}}}argumentDescription"
                etree.SubElement(described, tag, index=str(index)).text = argument.help


def _inserted(root: etree._Element, element: etree._Element) -> etree._Element:
    """Put an element where the schema's order wants it."""
    place = _WORKBOOK_ORDER.index(etree.QName(element).localname)
    following = [child for child in root if _order(child) > place]
    if following:
        following[0].addprevious(element)
    else:
        root.append(element)
    return element


def _order(child: etree._Element) -> int:
    name = etree.QName(child).localname
    return _WORKBOOK_ORDER.index(name) if name in _WORKBOOK_ORDER else -1


def _linked(package: Package, part: str, kind: str, target: str) -> bytes:
    """The relationships of a part with one more."""
    root = package.xml(relationships_part(part))
    taken = {element.get("Id") for element in root}
    free = next(name for number in range(1, len(taken) + 2) if (name := f"rId{number}") not in taken)
    etree.SubElement(root, f"{{{_LINKS}}}Relationship", Id=free, Type=kind, Target=target)
    return serialized(root)


def _content_types(package: Package, kind: str) -> bytes:
    root = package.xml(CONTENT_TYPES)
    for element in root.iterchildren("{*}Override"):
        if element.get("PartName") == posixpath.join("/", WORKBOOK):
            element.set("ContentType", kind)
    name = posixpath.join("/", VBA_PROJECT)
    etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=name, ContentType=_VBA_TYPE)
    return serialized(root)


def _zipped(parts: dict[str, bytes]) -> bytes:
    """The package with its parts in a fixed order, the first two where readers look for them."""
    first = (CONTENT_TYPES, relationships_part(""))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name in (*first, *sorted(parts.keys() - set(first))):
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 0
            package.writestr(entry, parts[name])
    return stream.getvalue()
