"""What Excel makes of a text that is typed into a cell, in an English installation."""

import re
from dataclasses import dataclass

from workbook_templates.plan import CellError

_NUMBER = re.compile(r"[-+]?\$?(?:\d{1,3}(?:,\d{3})+|\d+\.?|(?=\.\d))(?:\.?\d*)?(?:[eE][-+]?\d+)?%?")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\d{{1,4}}[-/]\d{{1,2}}(?:[-/]\d{{1,4}})?|\d{{1,2}}[-\s]?{_MONTH}(?:[-\s]?\d{{2,4}})?|{_MONTH}[-\s]?\d{{1,4}}",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?", re.IGNORECASE)
SOME_DAY = 45_000.0


@dataclass(frozen=True, slots=True)
class Content:
    """What a cell holds: a constant, or a formula with what it shows; texts may have been typed with an apostrophe."""

    value: float | bool | str | CellError | None = None
    formula: str = ""
    prefix: bool = False
    day: bool = False


def typed(text: str) -> Content:
    """
    Read a typed text; which day a date is and what a formula shows is not imitated.

    An apostrophe in front makes a text of anything and is itself not part of it (documented with
    ``Range.PrefixCharacter``); signs and an at begin formulas, as in Lotus 1-2-3.
    """
    if text.startswith("'"):
        return Content(text[1:], prefix=True) if text[1:] else Content()
    bare = text.strip()
    if bare.upper() in ("TRUE", "FALSE"):
        return Content(bare.upper() == "TRUE")
    if bare.upper() in set(CellError):
        return Content(CellError(bare.upper()))
    if _NUMBER.fullmatch(bare):
        number = float(bare.replace(",", "").replace("$", "").rstrip("%"))
        return Content(number / 100 if bare.endswith("%") else number)
    if _DATE.fullmatch(bare) or _TIME.fullmatch(bare):
        return Content(SOME_DAY, day=True)
    if text.startswith("="):
        return Content(0.0, formula=text)
    if text[:1] in ("+", "-", "@"):
        return Content(0.0, formula=f"={text.lstrip('@')}")
    return Content(text)
