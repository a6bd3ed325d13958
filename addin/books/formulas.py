"""Moving a formula: what a fill or a sort does to its relative references."""

import html
import re
from typing import Final

from addin.books.cellxml import LAST_COLUMN, LAST_ROW, xml_escaped
from workbook_templates.addresses import column_letters, column_number

__all__ = ["moved", "read_formula", "with_row", "written_formula"]

# Texts, quoted sheet names and what stands in brackets (structured references, other workbooks) hold no addresses.
# The last two alternatives swallow words and numbers whole, so that no part of them is taken for an address.
_TOKENS = re.compile(
    r"""
      "(?:[^"]|"")*"
    | '(?:[^']|'')*'
    | \[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]
    | (?P<cell>(?P<c_abs>\$?)(?P<column>[A-Za-z]{1,3})(?P<r_abs>\$?)(?P<row>[0-9]{1,7})(?![\w.(!\[]|:[\w.]+!))
    | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(!\[]))
    | (?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.(!\[]))
    | [^\W\d][\w.\\?]*
    | [0-9][\w.]*
    """,
    re.VERBOSE,
)
_OUT: Final = "#REF!"
_BROKEN_RANGE = re.compile(r"#REF!:(?:#REF!|\$?[A-Za-z]{1,3}\$?[0-9]+)|\$?[A-Za-z]{1,3}\$?[0-9]+:#REF!")


def moved(formula: str, *, rows: int, columns: int = 0) -> str:
    """
    Return a formula as it reads when its cell moves: relative references move along, absolute ones stay.

    Examples
    --------
    >>> moved('E6*$B$1+SUM(E$6:E6)&"A1"', rows=2)
    'E8*$B$1+SUM(E$6:E8)&"A1"'
    """
    if not rows and not columns:
        return formula
    result = _TOKENS.sub(lambda match: _moved_token(match, rows, columns), formula)
    return _BROKEN_RANGE.sub(_OUT, result) if _OUT in result else result


def with_row(formula: str, *, old: int, new: int) -> str:
    """
    Return a formula with the addresses in one row, and only those, moved to another row.

    Examples
    --------
    >>> with_row("E46/$F$46-E45", old=46, new=58)
    'E58/$F$58-E45'
    """

    def token(match: re.Match[str]) -> str:
        if not match["cell"] or int(match["row"]) != old:
            return match.group()
        return f"{match['c_abs']}{match['column']}{match['r_abs']}{new}"

    return _TOKENS.sub(token, formula)


def _moved_token(match: re.Match[str], rows: int, columns: int) -> str:
    if match["cell"]:
        column, row = column_number(match["column"]), int(match["row"])
        if column > LAST_COLUMN or row > LAST_ROW:  # a name, such as ZZZ1
            return match.group()
        letters = _moved_column(match["column"], columns, fixed=bool(match["c_abs"]))
        number = _moved_row(row, rows, fixed=bool(match["r_abs"]))
        return f"{match['c_abs']}{letters}{match['r_abs']}{number}" if letters and number else _OUT
    if match["columns"] or match["rows"]:
        ends = [_moved_end(end, rows, columns) for end in match.group().split(":")]
        return ":".join(ends) if all(ends) else _OUT
    return match.group()


def _moved_end(end: str, rows: int, columns: int) -> str:
    """Move one end of ``A:C`` or ``5:5``; "" when it leaves the sheet."""
    fixed, bare = end.startswith("$"), end.lstrip("$")
    place = _moved_row(int(bare), rows, fixed=fixed) if bare.isdigit() else _moved_column(bare, columns, fixed=fixed)
    return place and ("$" if fixed else "") + place


def _moved_row(row: int, by: int, *, fixed: bool) -> str:
    place = row if fixed else row + by
    return str(place) if 1 <= place <= LAST_ROW else ""


def _moved_column(letters: str, by: int, *, fixed: bool) -> str:
    place = column_number(letters) + (0 if fixed else by)
    return (column_letters(place) if by and not fixed else letters) if 1 <= place <= LAST_COLUMN else ""


def read_formula(inner: bytes) -> str:
    """Return a formula's text as the XML means it."""
    return html.unescape(inner.decode("utf-8"))


def written_formula(formula: str) -> str:
    """Return a formula's text as the XML holds it."""
    return xml_escaped(formula)
