"""The looks of a copy: the workbook's own styles, element by element from a list of what may come along."""

import copy
from collections.abc import Callable, Mapping
from typing import Any, Final

from lxml import etree

from addin.books.package import serialized

__all__ = ["Looks", "scrubbed", "theme_of"]

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_DEFAULT: Final[dict[Any, str]] = {None: MAIN}  # the stubs do not know a namespace without prefix
_PARTS: Final = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "colors")
_YELLOW: Final = "FFFFFBE6"
_EMPTY: Final = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
)


def scrubbed(element: etree._Element, allowed: Mapping[str, tuple[str, ...]]) -> etree._Element | None:
    """Copy an element with the attributes and children that are on a list; texts only where the list says "text"."""
    name = etree.QName(element)
    if name.localname not in allowed:
        return None
    attributes = allowed[name.localname]
    new = etree.Element(f"{{{MAIN}}}{name.localname}", nsmap=_DEFAULT)
    for key in attributes:
        if key in element.attrib:
            new.set(key, element.attrib[key])
    if "text" in attributes:
        new.text = element.text
    for child in element.iterchildren(tag=etree.Element):
        kept = scrubbed(child, allowed)
        if kept is not None:
            new.append(kept)
    return new


class Looks:
    """
    The style sheet of a copy; indices of cell styles stay as they are in the workbook.

    Parameters
    ----------
    root : element or None
        The workbook's style sheet.
    harmless : callable
        Tells whether a number format's text may come along.
    """

    def __init__(self, root: etree._Element | None, harmless: Callable[[str], bool]) -> None:
        source = root if root is not None else etree.fromstring(_EMPTY)
        self._root = etree.Element(f"{{{MAIN}}}styleSheet", nsmap=_DEFAULT)
        for name in _PARTS:
            part = source.find(f"{{*}}{name}")
            if part is not None:
                self._root.append(_in_main(part))
        for number, style in enumerate(self._root.iter(f"{{{MAIN}}}cellStyle"), start=1):
            if style.get("builtinId") is None:
                style.set("name", f"Style {number}")
        for code in self._root.iter(f"{{{MAIN}}}numFmt"):
            if not harmless(code.get("formatCode", "")):
                code.set("formatCode", "General")
        self._unlocked: dict[str, str] = {}

    @property
    def dxfs(self) -> int:
        """Number of looks for conditional formats."""
        part = self._root.find(f"{{{MAIN}}}dxfs")
        return 0 if part is None else len(part)

    def unlocked(self, style: str) -> str:
        """Give the style of a cell to fill in: the same, not locked, and yellow where it had no colour."""
        if style not in self._unlocked:
            formats = self._list("cellXfs")
            xf = copy.deepcopy(formats[int(style or 0)])
            for old in xf.findall(f"{{{MAIN}}}protection"):
                xf.remove(old)
            etree.SubElement(xf, f"{{{MAIN}}}protection").set("locked", "0")
            xf.set("applyProtection", "1")
            if xf.get("fillId", "0") == "0":
                xf.set("fillId", self._yellow())
                xf.set("applyFill", "1")
            self._unlocked[style] = self._appended("cellXfs", xf)
        return self._unlocked[style]

    def words(self, *, bold: bool = False, size: float = 11, wrap: bool = False) -> str:
        """Give a style for the sheet that says what the file is."""
        font = etree.Element(f"{{{MAIN}}}font")
        if bold:
            etree.SubElement(font, f"{{{MAIN}}}b")
        etree.SubElement(font, f"{{{MAIN}}}sz").set("val", f"{size:g}")
        etree.SubElement(font, f"{{{MAIN}}}name").set("val", "Calibri")
        xf = etree.Element(f"{{{MAIN}}}xf", numFmtId="49", fontId=self._appended("fonts", font))
        xf.attrib.update({"fillId": "0", "borderId": "0", "xfId": "0", "applyFont": "1", "applyNumberFormat": "1"})
        alignment = etree.SubElement(xf, f"{{{MAIN}}}alignment", vertical="top", horizontal="left")
        if wrap:
            alignment.set("wrapText", "1")
            xf.set("applyAlignment", "1")
        return self._appended("cellXfs", xf)

    def part(self) -> bytes:
        """Write the style sheet."""
        return serialized(self._root)

    def _yellow(self) -> str:
        fill = etree.Element(f"{{{MAIN}}}fill")
        pattern = etree.SubElement(fill, f"{{{MAIN}}}patternFill", patternType="solid")
        etree.SubElement(pattern, f"{{{MAIN}}}fgColor", rgb=_YELLOW)
        etree.SubElement(pattern, f"{{{MAIN}}}bgColor", indexed="64")
        return self._appended("fills", fill)

    def _list(self, name: str) -> etree._Element:
        found = self._root.find(f"{{{MAIN}}}{name}")
        assert found is not None, name  # every style sheet that Excel opens has fonts, fills and cell styles
        return found

    def _appended(self, name: str, element: etree._Element) -> str:
        items = self._list(name)
        items.append(element)
        items.set("count", str(len(items)))
        return str(len(items) - 1)


def _in_main(element: etree._Element) -> etree._Element:
    """Copy an element of a style sheet without what programs have added to it: extensions, revision ids, texts."""
    new = etree.Element(f"{{{MAIN}}}{etree.QName(element).localname}")
    new.attrib.update({key: value for key, value in element.attrib.items() if not str(key).startswith("{")})
    for child in element.iterchildren(tag=etree.Element):
        if etree.QName(child).localname not in ("extLst", "AlternateContent"):
            new.append(_in_main(child))
    return new


def theme_of(root: etree._Element) -> bytes | None:
    """Copy a theme's colours, fonts and effects under neutral names; None when it rests on pictures."""
    if any(etree.QName(element).localname in ("blip", "blipFill") for element in root.iter(tag=etree.Element)):
        return None
    elements = root.find("{*}themeElements")
    if elements is None or etree.QName(root).namespace != _DRAWING:
        return None
    new = etree.Element(f"{{{_DRAWING}}}theme", nsmap={"a": _DRAWING}, name="Office")
    kept = etree.SubElement(new, f"{{{_DRAWING}}}themeElements")
    for part in elements.iterchildren("{*}clrScheme", "{*}fontScheme", "{*}fmtScheme"):
        plain = _plain_drawing(part)
        plain.set("name", "Office")
        kept.append(plain)
    return serialized(new) if len(kept) == 3 else None  # colours, fonts, effects


def _plain_drawing(element: etree._Element) -> etree._Element:
    new = etree.Element(f"{{{_DRAWING}}}{etree.QName(element).localname}")
    new.attrib.update({key: value for key, value in element.attrib.items() if not str(key).startswith("{")})
    for child in element.iterchildren(tag=etree.Element):
        if etree.QName(child).localname != "extLst" and etree.QName(child).namespace == _DRAWING:
            new.append(_plain_drawing(child))
    return new
