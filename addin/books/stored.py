"""What the stored text of a cell means: numbers, days by their number format, texts, shared strings, errors."""

import datetime as dt
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from addin.books.cellxml import unescaped
from addin.books.package import Package
from addin.books.sheet import check_markup, whole_elements
from addin.workbook import WorkbookError
from workbook_templates.plan import Cell, CellError

__all__ = ["SHARED", "Stored", "decoded", "plain_text", "text_of"]

MAX_STRINGS: Final = 10_000_000

SHARED: Final = "s"
_ERRORS: Final = {error.value: error for error in CellError}
_SI = re.compile(rb"<(?:\w+:)?si(?=[\s/>])[^>]*?(?:/>|>(.*?)</(?:\w+:)?si\s*>)", re.DOTALL)
_SST_END = re.compile(rb"</(?:\w+:)?sst\s*>\s*$|<(?:\w+:)?sst[^>]*/>\s*$")
_PLAIN_T = re.compile(rb"\s*<t(?: xml:space=\"preserve\")?>([^<]*)</t>\s*")
_T = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*?)?(?:/>|>([^<]*)</(?:\w+:)?t\s*>)")
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh[\s>].*?</(?:\w+:)?rPh\s*>", re.DOTALL)
_WHOLE = re.compile(b"[0-9]{1,9}")
_NUMBER = re.compile(rb"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*")
_ENTITY = re.compile("&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));|&")
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SURROGATE = re.compile("[\ud800-\udfff]")

# ---- number formats

_DAY_FORMATS: Final = frozenset([*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)])
_NOT_CODE = re.compile(r'\\.|_.|\*.|"[^"]*"?')
_DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]?")
_DAY_CODE = re.compile("[dmyhs]", re.IGNORECASE)

_BEFORE_ANY_DAY: Final = dt.datetime(1899, 12, 30)
_FIRST_1904: Final = 1462
_NO_LEAP_DAY: Final = 60
_LAST_DAY: Final = 2_958_466  # 10000-01-01
_MILLISECONDS: Final = 86_400_000


def _shows_days(code: str) -> bool:
    """Whether a number format shows days; a duration is a number."""
    code = _NOT_CODE.sub("", code).split(";")[0]
    return not _DURATION.search(code) and _DAY_CODE.search(_BRACKETS.sub("", code).replace("General", "")) is not None


class Stored:
    """
    Reads the stored text of one workbook's cells.

    Parameters
    ----------
    package : Package
        Its shared strings and number formats are read when the first cell asks for them.
    workbook_part : str
        The part that leads to both.
    date1904 : bool
        Whether the workbook counts days from 1904.
    """

    def __init__(self, package: Package, workbook_part: str, *, date1904: bool) -> None:
        self._package = package
        self._part = workbook_part
        self._date1904 = date1904

    def reader(self, kind: str, style: str) -> Callable[[bytes], Cell]:
        """
        Return what reads the text of cells of one type and style.

        Parameters
        ----------
        kind : str
            The type that the cells state, or "".
        style : str
            The index of their style, or "".

        Returns
        -------
        callable
            From a text that is not empty to the cell's value; of an inline string it takes all that stands in it. It
            raises ValueError when the text is not what the type says; the message goes on from the cell's address.
        """
        if kind in ("", "n"):
            return self.day if self.shows_days(style) else number
        return self._shared_text if kind == SHARED else _KINDS.get(kind, _unknown)

    def _shared_text(self, text: bytes) -> Cell:
        if not _WHOLE.fullmatch(text) or int(text) >= len(self.strings):
            raise ValueError(f"refers to the shared text {_shown(text)}, of {len(self.strings):,}")
        return self.strings[int(text)]

    def day(self, text: bytes) -> Cell:
        """Return the day, with its time if it has one; a time alone stays a number, as for Excel."""
        value = number(text)
        serial = value + _FIRST_1904 if self._date1904 else value
        if not 1 <= serial < _LAST_DAY:
            return value
        whole = math.floor(serial)
        milliseconds = round((serial - whole) * _MILLISECONDS)
        days = dt.timedelta(whole + (not self._date1904 and whole < _NO_LEAP_DAY), milliseconds=milliseconds)
        moment = _BEFORE_ANY_DAY + days
        return moment if milliseconds % _MILLISECONDS else moment.date()

    def shows_days(self, style: str) -> bool:
        """Whether a style shows its numbers as days."""
        return style in self._day_styles

    @cached_property
    def strings(self) -> Sequence[Cell]:
        """The texts that cells share."""
        part = self._linked("sharedStrings")
        return [] if part is None else list(_shared(self._package, part))

    @cached_property
    def _day_styles(self) -> frozenset[str]:
        part = self._linked("styles")
        if part is None:
            return frozenset()
        root = self._package.xml(part)
        codes = {
            form.get("numFmtId", ""): _shows_days(form.get("formatCode", ""))
            for form in root.iterfind("{*}numFmts/{*}numFmt")
        }
        formats = [form.get("numFmtId", "0") for form in root.iterfind("{*}cellXfs/{*}xf")]
        builtin = {str(form) for form in _DAY_FORMATS}
        return frozenset(str(place) for place, form in enumerate(formats) if codes.get(form, form in builtin))

    def _linked(self, kind: str) -> str | None:
        links = self._package.relationships(self._part)
        return next((link.target for link in links if link.kind == kind and self._package.has(link.target)), None)


def number(text: bytes) -> float:
    """Read a number; unlike Python, a file knows neither underscores nor words such as nan."""
    if not _NUMBER.fullmatch(text) or not math.isfinite(value := float(text)):
        raise ValueError(f"holds {_shown(text)}, which is no number")
    return value


def plain_text(text: str) -> Cell:
    """Return a text whose markup is undone; one that reads like an error is one, and an empty one is blank."""
    return _ERRORS.get(text, text) or None


def text_of(data: bytes) -> Cell:
    """Return the text of an inline or shared string: its runs together, readings of East Asian texts aside."""
    plain = _PLAIN_T.fullmatch(data)
    if plain:
        return plain_text(decoded(plain[1].decode()))
    if b"rPh" in data:
        data = _PHONETIC.sub(b"", data)
    return plain_text("".join(decoded((run or b"").decode()) for run in _T.findall(data)))


def decoded(text: str) -> str:
    """Undo line ends, XML's escapes and the ``_xHHHH_`` of spreadsheets."""
    if "&" not in text and "_x" not in text and "\r" not in text:
        return text
    text = unescaped(_ENTITY.sub(_character, text.replace("\r\n", "\n").replace("\r", "\n")))
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _ENTITIES[match[3]]
    code = int(match[1], 16) if match[1] else int(match[2] or -1)
    if not 0 <= code <= sys.maxunicode:
        raise ValueError("holds a character that XML does not know")
    return chr(code)


def _shown(text: bytes) -> str:
    return repr(text[:40].decode(errors="replace"))


def _unknown(text: bytes) -> Cell:
    raise ValueError(f"is of an unknown type ({_shown(text)})")


def _error(text: bytes) -> Cell:
    error = _ERRORS.get(text.decode())
    if error is None:
        raise ValueError(f"holds an error that is not known, {_shown(text)}")
    return error


def _truth(text: bytes) -> Cell:
    if text not in (b"0", b"1", b"true", b"false"):
        raise ValueError(f"holds {_shown(text)}, which is neither true nor false")
    return text in (b"1", b"true")


def _iso_day(text: bytes) -> Cell:
    try:
        moment = dt.datetime.fromisoformat(text.decode()).replace(tzinfo=None)
    except ValueError:
        raise ValueError(f"holds {_shown(text)}, which is no day") from None
    return moment.date() if moment.time() == dt.time() else moment


_KINDS: Final[Mapping[str, Callable[[bytes], Cell]]] = {
    "str": lambda text: plain_text(decoded(text.decode())),
    "inlineStr": text_of,
    "b": _truth,
    "e": _error,
    "d": _iso_day,
}


def _shared(package: Package, part: str) -> Iterator[Cell]:
    where = f"{part} in {package.source}"
    count, piece = 0, b""
    try:
        for piece in whole_elements(package.chunks(part), "si", where):
            check_markup(piece, where)
            found = [text_of(inner) for inner in _SI.findall(piece)]
            count += len(found)
            if count > MAX_STRINGS:
                raise WorkbookError(f"{where} holds more than {MAX_STRINGS:,} texts; it is not opened")
            yield from found
    except ValueError as error:
        raise WorkbookError(f"{where} is damaged: a text {error}; open the workbook in Excel and save it") from error
    if not _SST_END.search(piece):
        raise WorkbookError(f"{where} is cut off; open the workbook in Excel and save it again")
