"""
New looks for cells in a workbook's styles part: fonts, fills, number formats and cell formats are appended.

Nothing that is there moves or changes, since cells refer to it by its place. What a style leaves empty it takes from
the workbook's own default, the first cell format.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

from lxml import etree

from addin.workbook import WorkbookError
from workbook_templates.plan import Style

__all__ = ["append_styles", "empty_styles", "numbered"]

MOST_FORMATS: Final = 65_490
"""Cell formats that Excel takes in one workbook."""

_ORDER: Final = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_BUILT_IN: Final[Mapping[str, str]] = {
    "General": "0", "0": "1", "0.00": "2", "#,##0": "3", "#,##0.00": "4", "0%": "9", "0.00%": "10", "@": "49",
}  # fmt: skip
"""Formats with a number of their own that mean the same in every country."""
_CODES: Final = {number: code for code, number in _BUILT_IN.items()}
_GENERAL: Final = _BUILT_IN["General"]
_FIRST_OWN: Final = 164
_FONT_ORDER: Final = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family",
    "charset", "scheme",
)  # fmt: skip
_OF_ONE_CELL: Final = ("quotePrefix", "pivotButton")

# What a workbook has at least; two fills come first in every workbook, whatever they say.
_DEFAULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "fonts": ('<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>',),
    "fills": (
        '<fill><patternFill patternType="none"/></fill>',
        '<fill><patternFill patternType="gray125"/></fill>',
    ),
    "borders": ("<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellStyleXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "cellXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',),
    "cellStyles": ('<cellStyle name="Normal" xfId="0" builtinId="0"/>',),
}


def empty_styles(namespace: str) -> etree._Element:
    """Return the root of a styles part that says nothing yet."""
    return etree.fromstring(f'<styleSheet xmlns="{namespace}"/>')


def append_styles(root: etree._Element, styles: Iterable[Style], source: str) -> dict[Style, str]:
    """
    Append what is missing to a styles part.

    Parameters
    ----------
    root : lxml element
        The part; it changes.
    styles : iterable of Style
        Looks that are needed.
    source : str
        The workbook, for messages.

    Returns
    -------
    dict of Style to str
        The number of the cell format for each, "" for one that is the workbook's default.

    Raises
    ------
    WorkbookError
        If the workbook would have more cell formats than Excel takes.
    """
    wanted = [style for style in dict.fromkeys(styles) if style != Style()]
    numbers = {Style(): ""}
    if wanted:
        sheet = _StyleSheet(root)
        numbers |= {style: str(sheet.format(style)) for style in wanted}
        _refuse_too_many(sheet, source)
    return numbers


def numbered(root: etree._Element, style: str, code: str, source: str) -> str:
    """
    Give a cell format a number format, if it has none of its own.

    Parameters
    ----------
    root : lxml element
        The styles part; the cell format with the number format is appended, where none is like it.
    style : str
        Number of the cell format, "" for the workbook's default.
    code : str
        The number format.
    source : str
        The workbook, for messages.

    Returns
    -------
    str
        The number of the cell format to use; `style` itself when it shows numbers in a way of its own.
    """
    sheet = _StyleSheet(root)
    place = sheet.numbered(int(style or 0), code)
    _refuse_too_many(sheet, source)
    return style if place == int(style or 0) else str(place)


def _refuse_too_many(sheet: "_StyleSheet", source: str) -> None:
    if len(sheet.formats.element) > MOST_FORMATS:
        raise WorkbookError(
            f"{source} has {len(sheet.formats.element):,} cell formats with those of the new cells, and Excel "
            f"takes {MOST_FORMATS:,}; delete styles that nothing uses"
        )


class _Collection:
    """One list of the part; equal elements are found again."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._places: dict[object, int] = {}
        for place, child in enumerate(_elements(element)):
            self._places.setdefault(_content(child), place)
        self._count = len(list(_elements(element)))

    def place(self, child: etree._Element) -> int:
        """Return the place of an element, which is appended if no other is like it."""
        key = _content(child)
        if key not in self._places:
            self._places[key] = self._count
            self._count += 1
            self.element.append(child)
            self.element.set("count", str(self._count))
        return self._places[key]


class _StyleSheet:
    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._namespace = etree.QName(root).namespace or ""
        if not list(_elements(self._list("cellXfs"))):
            self._complete("cellStyleXfs")
            self._complete("cellStyles")
        for tag in ("fonts", "fills", "borders", "cellXfs"):
            self._complete(tag)
        self.fonts, self.fills, self.formats = map(_Collection, map(self._list, ("fonts", "fills", "cellXfs")))
        self._default: etree._Element = next(_elements(self.formats.element))

    def format(self, style: Style) -> int:
        """Return the place of the cell format that a style means."""
        cell = deepcopy(self._default)
        cell.tail = None
        for name in _OF_ONE_CELL:
            cell.attrib.pop(name, "")
        if style.number_format != "General":
            cell.set("numFmtId", self._number_format(style.number_format))
            cell.set("applyNumberFormat", "1")
        if style.font or style.size is not None or style.bold or style.italic or style.colour:
            cell.set("fontId", str(self.fonts.place(self._font(style))))
            cell.set("applyFont", "1")
        if style.fill:
            cell.set("fillId", str(self.fills.place(self._fill(style.fill))))
            cell.set("applyFill", "1")
        if style.align or style.wrap:
            self._align(cell, style)
        return self.formats.place(cell)

    def numbered(self, place: int, code: str) -> int:
        """Return the place of the cell format that is like one without a number format, and has this one."""
        found = list(_elements(self.formats.element))
        if place >= len(found) or not self._is_general(found[place].get("numFmtId", _GENERAL)):
            return place
        cell: etree._Element = deepcopy(found[place])
        cell.tail = None
        cell.set("numFmtId", self._number_format(code))
        cell.set("applyNumberFormat", "1")
        return self.formats.place(cell)

    def _is_general(self, number: str) -> bool:
        """Whether a number format is the one of cells that have none, which LibreOffice gives a number of its own."""
        own = (one for one in self._root.iterfind("{*}numFmts/{*}numFmt") if one.get("numFmtId") == number)
        codes = [one.get("formatCode", "") for one in own] or [_CODES.get(number, "")]
        return codes[0].casefold() == "general"

    def _number_format(self, code: str) -> str:
        if code in _BUILT_IN:
            return _BUILT_IN[code]
        formats = self._list("numFmts")
        there = {one.get("formatCode"): one.get("numFmtId", "") for one in formats.iterchildren("{*}numFmt")}
        if code not in there:
            number = max([_FIRST_OWN - 1, *(int(one) for one in there.values() if one.isdigit())]) + 1
            there[code] = str(number)
            formats.append(self._element("numFmt", numFmtId=str(number), formatCode=code))
            formats.set("count", str(len(list(formats.iterchildren("{*}numFmt")))))
        return there[code]

    def _font(self, style: Style) -> etree._Element:
        fonts = list(_elements(self.fonts.element))
        place = int(self._default.get("fontId", "0"))
        font: etree._Element = deepcopy(fonts[place if place < len(fonts) else 0])
        font.tail = None
        if style.font:
            for tag in ("family", "charset", "scheme"):  # the theme's font would win over the name
                self._set(font, tag, None)
            self._set(font, "name", style.font)
        if style.size is not None:
            self._set(font, "sz", f"{style.size:g}")
        if style.colour:
            self._set(font, "color", f"FF{style.colour.upper()}", attribute="rgb")
        if style.bold:
            self._set(font, "b", "1")
        if style.italic:
            self._set(font, "i", "1")
        font[:] = sorted(_elements(font), key=_font_order)
        return font

    def _set(self, font: etree._Element, tag: str, value: str | None, attribute: str = "val") -> None:
        for element in list(font.iterchildren(f"{{*}}{tag}")):
            font.remove(element)
        if value is not None:
            font.append(self._element(tag, **{attribute: value}))

    def _fill(self, colour: str) -> etree._Element:
        fill = self._element("fill")
        pattern = self._element("patternFill", patternType="solid")
        pattern.append(self._element("fgColor", rgb=f"FF{colour.upper()}"))
        pattern.append(self._element("bgColor", indexed="64"))
        fill.append(pattern)
        return fill

    def _align(self, cell: etree._Element, style: Style) -> None:
        alignment = cell.find("{*}alignment")
        if alignment is None:
            alignment = self._element("alignment")
            cell.insert(0, alignment)
        if style.align:
            alignment.set("horizontal", style.align)
        if style.wrap:
            alignment.set("wrapText", "1")
        cell.set("applyAlignment", "1")

    def _element(self, tag: str, **attributes: str) -> etree._Element:
        return etree.Element(f"{{{self._namespace}}}{tag}", attributes)  # takes the part's prefix when it is put in

    def _list(self, tag: str) -> etree._Element:
        """Find a list of the part, or make it where it belongs."""
        found = self._root.find(f"{{*}}{tag}")
        if found is None:
            found = self._element(tag)
            earlier = _ORDER[: _ORDER.index(tag)]
            before = [one for one in _elements(self._root) if etree.QName(one).localname in earlier]
            self._root.insert(self._root.index(before[-1]) + 1 if before else 0, found)
        return found

    def _complete(self, tag: str) -> None:
        """Give a list the elements that every workbook has."""
        found = self._list(tag)
        count = len(list(_elements(found)))
        for text in _DEFAULTS[tag][count:]:
            given: Any = etree.fromstring(f'<x xmlns="{self._namespace}">{text}</x>')[0]
            found.append(given)
            found.set("count", str(len(list(_elements(found)))))


def _elements(parent: etree._Element) -> Any:
    """Children without comments."""
    return parent.iterchildren("{*}*")


def _font_order(element: etree._Element) -> int:
    name = etree.QName(element).localname
    return _FONT_ORDER.index(name) if name in _FONT_ORDER else len(_FONT_ORDER)


def _content(element: etree._Element) -> tuple[object, ...]:
    """What an element says, however it is written."""
    return element.tag, frozenset(element.attrib.items()), tuple(map(_content, _elements(element)))
