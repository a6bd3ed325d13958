"""How cells look by the index of their style: fonts, fills and number formats of a package, every colour resolved."""

import colorsys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lxml import etree

from addin.books.package import Package
from addin.workbook import WorkbookError

__all__ = ["CellStyle", "Styles"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStyle:
    """
    The looks of a cell.

    Attributes
    ----------
    font : str
        Name of the font.
    size : float
        In points.
    colour, fill, line : str
        Of the text, of the cell ("" for none) and of the line below it ("" for none), as RRGGBB.
    code : str
        Number format code.
    """

    font: str = "Calibri"
    size: float = 11.0
    bold: bool = False
    italic: bool = False
    colour: str = "000000"
    fill: str = ""
    line: str = ""
    code: str = "General"


LONGEST_CODE: Final = 200
_SIZES: Final = (4.0, 72.0)
BLACK: Final = "000000"
WHITE: Final = "FFFFFF"
_PLAIN: Final = CellStyle()
_OFF: Final = ("0", "false", "none")
_BUILT_IN: Final[Mapping[int, str]] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0;\\-"$"#,##0',
    6: '"$"#,##0;[Red]\\-"$"#,##0',
    7: '"$"#,##0.00;\\-"$"#,##0.00',
    8: '"$"#,##0.00;[Red]\\-"$"#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
# The order in which a theme index counts: light and dark change places against the part.
_THEME_ORDER: Final = (
    "lt1",
    "dk1",
    "lt2",
    "dk2",
    "accent1",
    "accent2",
    "accent3",
    "accent4",
    "accent5",
    "accent6",
    "hlink",
    "folHlink",
)
_OFFICE_THEME: Final = (
    *("FFFFFF", "000000", "E7E6E6", "44546A", "4472C4", "ED7D31"),
    *("A5A5A5", "FFC000", "5B9BD5", "70AD47", "0563C1", "954F72"),
)
_EIGHT: Final = ("000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF")
_INDEXED: Final = (
    *_EIGHT,
    *_EIGHT,
    *("800000", "008000", "000080", "808000", "800080", "008080", "C0C0C0", "808080"),
    *("9999FF", "993366", "FFFFCC", "CCFFFF", "660066", "FF8080", "0066CC", "CCCCFF"),
    *("000080", "FF00FF", "FFFF00", "00FFFF", "800080", "800000", "008080", "0000FF"),
    *("00CCFF", "CCFFFF", "CCFFCC", "FFFF99", "99CCFF", "FF99CC", "CC99FF", "FFCC99"),
    *("3366FF", "33CCCC", "99CC00", "FFCC00", "FF9900", "FF6600", "666699", "969696"),
    *("003366", "339966", "003300", "333300", "993300", "993366", "333399", "333333"),
)


class Styles:
    """
    The cell styles of a package; one that lacks the part, or a piece of it, has the plain style there.

    Parameters
    ----------
    package : Package
        The workbook.
    workbook : str
        Name of its workbook part.
    """

    def __init__(self, package: Package, workbook: str) -> None:
        parts = {link.kind: link.target for link in package.relationships(workbook)}
        self._root = _part(package, parts.get("styles"))
        self._theme_root = _part(package, parts.get("theme"))
        self._found: dict[int, CellStyle] = {}

    def __getitem__(self, index: int) -> CellStyle:
        """Give the looks of cells with a style index; an index that is not there is the plain style."""
        if index not in self._found:
            self._found[index] = self._style(index)
        return self._found[index]

    def number_format(self, index: int) -> str:
        """Give the number format code of cells with a style index."""
        if not 0 <= index < len(self._formats):
            return _PLAIN.code
        return self._code(self._formats[index].get("numFmtId"))

    def _style(self, index: int) -> CellStyle:
        if not 0 <= index < len(self._formats):
            return _PLAIN
        xf = self._formats[index]
        font, fill, border = (
            _at(elements, xf.get(name))
            for elements, name in ((self._fonts, "fontId"), (self._fills, "fillId"), (self._borders, "borderId"))
        )
        name, size = _child(font, "name"), _child(font, "sz")
        return CellStyle(
            font=name.get("val", _PLAIN.font) if name is not None else _PLAIN.font,
            size=_within(_number(size.get("val") if size is not None else None, _PLAIN.size), *_SIZES, _PLAIN.size),
            bold=_is_on(_child(font, "b")),
            italic=_is_on(_child(font, "i")),
            colour=self.colour(_child(font, "color")) or BLACK,
            fill=self._fill(fill),
            line=self._line(border),
            code=self._code(xf.get("numFmtId")),
        )

    def _fill(self, fill: etree._Element | None) -> str:
        pattern = _child(fill, "patternFill")
        if pattern is None or pattern.get("patternType", "none") in _OFF:
            return ""
        solid = pattern.get("patternType") == "solid"
        found = self.colour(_child(pattern, "fgColor" if solid else "bgColor"))
        return "" if found == WHITE else found

    def _line(self, border: etree._Element | None) -> str:
        bottom = _child(border, "bottom")
        if bottom is None or bottom.get("style", "none") in _OFF:
            return ""
        return self.colour(_child(bottom, "color")) or BLACK

    def _code(self, number: str | None) -> str:
        try:
            id_ = int(number or 0)
        except ValueError:
            return _PLAIN.code
        own = self._codes.get(id_, "")
        return own if 0 < len(own) <= LONGEST_CODE else _BUILT_IN.get(id_, _PLAIN.code)

    def colour(self, element: etree._Element | None) -> str:
        """Resolve a colour: of its own, of the palette or of the theme, with its tint."""
        if element is None or element.get("auto") in ("1", "true"):
            return ""
        base = ""
        if rgb := element.get("rgb"):
            base = rgb[-6:].upper()
        elif theme := element.get("theme"):
            base = _pick(self._theme, theme)
        elif indexed := element.get("indexed"):
            base = _pick(self._palette, indexed)
        if not _is_colour(base):
            return ""
        return tinted(base, _within(_number(element.get("tint"), 0.0), -1.0, 1.0, 0.0))

    @cached_property
    def _formats(self) -> Sequence[etree._Element]:
        return self._all("cellXfs", "xf")

    @cached_property
    def _fonts(self) -> Sequence[etree._Element]:
        return self._all("fonts", "font")

    @cached_property
    def _fills(self) -> Sequence[etree._Element]:
        return self._all("fills", "fill")

    @cached_property
    def _borders(self) -> Sequence[etree._Element]:
        return self._all("borders", "border")

    @cached_property
    def _codes(self) -> Mapping[int, str]:
        found = {}
        for element in self._all("numFmts", "numFmt"):
            id_ = element.get("numFmtId", "")
            if id_.isdigit():
                found[int(id_)] = element.get("formatCode", "")
        return found

    @cached_property
    def _palette(self) -> Sequence[str]:
        own = [] if self._root is None else list(self._root.iterfind("{*}colors/{*}indexedColors/{*}rgbColor"))
        return [element.get("rgb", "")[-6:].upper() for element in own] or [*_INDEXED, BLACK, WHITE]

    @cached_property
    def _theme(self) -> Sequence[str]:
        scheme = None if self._theme_root is None else next(self._theme_root.iter("{*}clrScheme"), None)
        if scheme is None:
            return _OFFICE_THEME
        found = []
        for name, usual in zip(_THEME_ORDER, _OFFICE_THEME, strict=True):
            holder = _child(scheme, name)
            colour = next(iter(holder), None) if holder is not None else None
            said = "" if colour is None else (colour.get("lastClr") or colour.get("val") or "").upper()
            found.append(said if _is_colour(said) else usual)
        return found

    def _all(self, holder: str, tag: str) -> Sequence[etree._Element]:
        return [] if self._root is None else list(self._root.iterfind(f"{{*}}{holder}/{{*}}{tag}"))


def tinted(colour: str, tint: float) -> str:
    """
    Give a colour lightened (above 0) or darkened (below 0), as a spreadsheet does it: by its lightness.

    Examples
    --------
    >>> tinted("4472C4", 0.0), tinted("000000", 0.5), tinted("FFFFFF", -0.25)
    ('4472C4', '808080', 'BFBFBF')
    """
    if not tint:
        return colour
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    lightness = lightness * (1 + tint) if tint < 0 else lightness * (1 - tint) + tint
    parts = colorsys.hls_to_rgb(hue, min(max(lightness, 0.0), 1.0), saturation)
    return "".join(f"{round(part * 255):02X}" for part in parts)


def _part(package: Package, part: str | None) -> etree._Element | None:
    if part is None or not package.has(part):
        return None
    try:
        return package.xml(part)
    except WorkbookError:  # looks are worth no refusal
        return None


def _child(element: etree._Element | None, tag: str) -> etree._Element | None:
    return None if element is None else element.find(f"{{*}}{tag}")


def _at(elements: Sequence[etree._Element], index: str | None) -> etree._Element | None:
    place = int(index) if index and index.isdigit() else 0
    return elements[place] if place < len(elements) else None


def _pick(colours: Sequence[str], index: str) -> str:
    place = int(index) if index.isdigit() else len(colours)
    return colours[place] if place < len(colours) else ""


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and element.get("val", "1") not in _OFF


def _number(text: str | None, usual: float) -> float:
    try:
        return float(text) if text else usual
    except ValueError:
        return usual


def _within(number: float, low: float, high: float, usual: float) -> float:
    return number if low <= number <= high else usual


def _is_colour(text: str) -> bool:
    return len(text) == 6 and all(sign in "0123456789ABCDEF" for sign in text)
