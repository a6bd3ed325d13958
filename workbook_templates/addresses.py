"""Addresses of cells, such as ``B7``; rows and columns are counted from 1."""

from functools import cache

__all__ = ["address", "column_letters", "column_number"]


@cache
def column_letters(number: int) -> str:
    """
    Give a column's letters.

    Examples
    --------
    >>> column_letters(1), column_letters(28), column_letters(16384)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@cache
def column_number(letters: str) -> int:
    """
    Give the number of a column.

    Examples
    --------
    >>> column_number("A"), column_number("xfd")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def address(row: int, column: int, *, absolute: bool = False) -> str:
    """
    Give a cell's address.

    Examples
    --------
    >>> address(7, 2), address(7, 2, absolute=True)
    ('B7', '$B$7')
    """
    mark = "$" if absolute else ""
    return f"{mark}{column_letters(column)}{mark}{row}"
