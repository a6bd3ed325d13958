"""The charts of a copy: native ones whose numbers stand in it; their caches, links and other drawings stay out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from addin.books.package import Package, serialized
from addin.distribution.references import References
from addin.distribution.seen import SeenSheet

__all__ = ["CopiedChart", "charts_of"]

CHART: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
SHEET_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LEFT: Final = frozenset(
    (
        *("extLst", "AlternateContent", "externalData", "userShapes", "printSettings", "pivotSource"),
        *("pivotFmts", "strCache", "numCache", "multiLvlStrCache", "protection", "clrMapOvr"),
        *("fld", "hlinkClick", "hlinkHover"),
    )
)
_LITERALS: Final = frozenset(("strLit", "numLit", "blip", "blipFill"))


@dataclass(frozen=True, slots=True)
class CopiedChart:
    """A chart: where it stands (from and to, as column, offset, row, offset), and its part."""

    start: tuple[str, ...]
    end: tuple[str, ...]
    part: bytes


def charts_of(package: Package, sheet: SeenSheet, references: References) -> tuple[list[CopiedChart], list[str]]:
    """Give the charts of a sheet that can come along, and in words what of its drawings cannot."""
    charts: list[CopiedChart] = []
    lost: list[str] = []
    for drawing in package.relationships(sheet.part):
        if drawing.kind != "drawing" or not package.has(drawing.target):
            continue
        links = {link.id: link for link in package.relationships(drawing.target)}
        for anchor in package.xml(drawing.target).iterchildren(tag=etree.Element):
            frame = next(anchor.iter(f"{{{CHART}}}chart"), None)
            link = links.get(frame.get(_R, "")) if frame is not None else None
            if link is None or link.kind != "chart" or not package.has(link.target):
                lost.append("a picture or shape")
                continue
            places = [_corner(anchor, end) for end in ("from", "to")]
            part = _chart(package.xml(link.target), references)
            if part is None or not all(places):
                lost.append("a chart over cells that are not in the copy")
            else:
                charts.append(CopiedChart(places[0], places[1], part))
    return charts, lost


def _corner(anchor: etree._Element, end: str) -> tuple[str, ...]:
    found = anchor.find(f"{{{SHEET_DRAWING}}}{end}")
    if found is None:
        return ()
    texts = tuple(found.findtext(f"{{{SHEET_DRAWING}}}{name}") or "0" for name in ("col", "colOff", "row", "rowOff"))
    return texts if all(re.fullmatch(r"-?\d+", text) for text in texts) else ()


def _chart(root: etree._Element, references: References) -> bytes | None:
    new = _plain(root)
    if any(etree.QName(element).localname in _LITERALS for element in new.iter()):
        return None
    formulas = list(_formulas(new))
    for formula in formulas:
        followed = references.place(formula.text or "")
        if followed is None:
            return None
        formula.text = followed
    return serialized(new) if formulas else None


def _formulas(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.iter(f"{{{CHART}}}f")


def _plain(element: etree._Element) -> etree._Element:
    """Copy what is of a chart and its looks, without caches, extensions and whatever leads elsewhere."""
    new = etree.Element(element.tag, nsmap={"c": CHART, "a": DRAWING})
    new.attrib.update({key: value for key, value in element.attrib.items() if not str(key).startswith("{")})
    new.text = element.text
    for child in element.iterchildren(tag=etree.Element):
        name = etree.QName(child)
        if name.namespace in (CHART, DRAWING) and name.localname not in _LEFT:
            new.append(_plain(child))
    return new
