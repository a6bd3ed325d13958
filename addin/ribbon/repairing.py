r"""
Formulas with our functions that another machine, another host or an older Excel has left unusable.

Excel puts in front of a function where it found it: the path of an add-in (``'C:\Add-ins\customer_value.xlam'!``), a
link's number (``[1]!``) or a book. A file written elsewhere brings ``_xldudf_`` (Office.js), ``_xll.`` or ``_xlfn.``;
one that an older Excel wrote brings an ``@``, which keeps the formula from spilling. Without these it is the plain one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from addin.registry import functions
from workbook_templates.plan import Cell, CellError

__all__ = ["Repair", "repaired", "repairs"]


@dataclass(frozen=True, slots=True)
class Repair:
    """A formula to enter anew."""

    address: str
    text: str


# Texts, sheet names and what stands in brackets hold no functions; words are swallowed whole, so that no part of one is
# taken for a function. The first alternative is tried first at every place: a prefix belongs to its function.
_PATTERN: Final = r"""
      "(?:[^"]|"")*"
    | (?:
          @
        | ' (?:[^']|'')* ' !
        | \[ [^\[\]]* \] [\w.]* !
        | [^\W\d] [\w.]* !
        | _xldudf_ (?: [A-Za-z0-9]+ _ )*?
        | _xl(?:fn|ws|l|udf) \.
      )*
      (?P<name> NAMES ) (?= \s* \( )
    | ' (?:[^']|'')* '
    | \[ (?: [^\[\]'] | '. | \[ (?: [^\[\]'] | '. )* \] )* \]
    | [\w.\\$]+
"""


@cache
def _tokens() -> re.Pattern[str]:
    names = sorted((function.name for function in functions()), key=len, reverse=True)
    return re.compile(_PATTERN.replace("NAMES", "|".join(names)), re.VERBOSE | re.IGNORECASE)


def repaired(formula: str) -> str:
    r"""
    Give a formula with our functions by their plain names, and everything else as it is.

    Examples
    --------
    >>> repaired(r"=1+'C:\Add-ins\customer_value.xlam'!CV_LTV(A1,B1,C1)")
    '=1+CV_LTV(A1,B1,C1)'
    >>> repaired('=@CV_SUM(A1:A9)&"[1]!CV_SUM(A1)"')
    '=CV_SUM(A1:A9)&"[1]!CV_SUM(A1)"'
    """
    return _tokens().sub(lambda match: match["name"] or match.group(), formula)


def repairs(formulas: Iterable[tuple[str, str, Cell]]) -> list[Repair]:
    """
    Find the formulas of a sheet that must be entered anew.

    Parameters
    ----------
    formulas : iterable of (str, str, Cell)
        Address, text and what the cell shows.

    Returns
    -------
    list of Repair
        Those that change, and those with our functions that show ``#NAME?``.
    """
    found = []
    for address, text, shown in formulas:
        plain = repaired(text)
        if plain != text or (shown is CellError.NAME and _has_ours(text)):
            found.append(Repair(address, plain))
    return found


def _has_ours(formula: str) -> bool:
    return any(match["name"] for match in _tokens().finditer(formula))
