"""What number format codes and the words beside numbers say: kind, currency, and in which unit amounts are shown."""

import re
from typing import Final

__all__ = [
    "currency_of",
    "in_full",
    "is_amount",
    "is_count",
    "is_day",
    "is_money",
    "is_percent",
    "shown_unit",
    "unit_in",
    "unit_scale",
    "without_currency",
]

_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_CURRENCY_SIGN = re.compile(r'\[\$[^\]-]*(?:-[0-9A-Fa-f]*)?\]|"?\\?[$€£¥]"?|"\s*(?:EUR|USD|GBP|CHF|T€|TEUR|k€)\s*"')
_TRAILING = re.compile(r"(?<=[0#?]),+(?![0-9#?.])")
_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_CURRENCIES: Final = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|JPY|IDR|AUD|CAD"
_CURRENCY_WORD = re.compile(rf"(?<![A-Za-z])(?:T|k|K|m|M)?({_CURRENCIES})(?![A-Za-z])")
_CURRENCY: Final = rf"(?:{_CURRENCIES}|[€$£])"
_MILLION: Final = r"(?:Mio\.?|[Mm]illions?|Millionen|millones|jutaa?n?)"
_WORDS: Final = rf"(?:{_MILLION}|Tsd\.?|[Tt]housands?|Tausend|milliers|duizenden|ribuan?)(?![A-Za-z])"
_UNIT = re.compile(
    rf"(?<![A-Za-z])(?:(?:T|k|K|m|M)\s?{_CURRENCY}(?![A-Za-z])|{_CURRENCY}\s?(?:k|K|m|M|mn|'?000s?)(?![A-Za-z])"
    rf"|\b[Ii]n\s+(?:{_CURRENCY}\s*)?{_WORDS}(?:\s+(?:of\s+|de\s+)?{_CURRENCY})?|{_CURRENCY}\s+{_WORDS}"
    rf"|{_WORDS}\s+(?:of\s+|de\s+)?{_CURRENCY}|(?<=\(){_WORDS}(?=\)))"
)
_MILLIONS = re.compile(rf"{_MILLION}|(?<![A-Za-z])[mM]n?\s?(?={_CURRENCY})|{_CURRENCY}\s?(?:m|M|mn)$")


def _bare(code: str) -> str:
    """Take what stands for itself out of the first section of a code."""
    return _QUOTED.sub("", code.split(";")[0])


def is_percent(code: str) -> bool:
    """Whether a code shows percentages."""
    return "%" in _bare(code)


def is_day(code: str) -> bool:
    """Whether a code shows dates with their day."""
    bare = _bare(code).casefold()
    return "d" in bare and ("m" in bare or "y" in bare) and "0" not in bare


def is_amount(code: str) -> bool:
    """Whether a code shows numbers with a sign for thousands."""
    return "#,##0" in _bare(code) and not is_percent(code)


def is_money(code: str) -> bool:
    """Whether a code shows amounts with their currency."""
    return is_amount(code) and bool(_CURRENCY_SIGN.search(code.split(";")[0]))


def is_count(code: str) -> bool:
    """Whether a code shows amounts in full without a currency."""
    return is_amount(code) and not is_money(code) and not _TRAILING.search(_bare(code))


def shown_unit(code: str) -> float:
    """Give the unit that a code shows: two commas behind the digits are millions."""
    found = _TRAILING.search(_bare(code))
    return 1000.0 ** len(found.group()) if found else 1.0


def in_full(code: str) -> str:
    """Give the code that shows the amount in full; a letter for the unit goes as well."""
    if shown_unit(code) <= 1:
        return code
    return re.sub(r'(?:\\|")?[kKmM]"?(?=$|;|\))', "", re.sub(r"(?<=[0#?]),+(?![0-9#?.])", "", code))


def without_currency(code: str) -> str:
    """
    Give a format code without its currency.

    Examples
    --------
    >>> without_currency("#,##0 [$€-407];(#,##0)")
    '#,##0;(#,##0)'
    """
    parts = (_UNSIGNED.sub("", part) if part.startswith('"') else part for part in _TEXTS.split(code))
    bare = re.sub(r"\[\$[^\]]*\]|\\?[$€£¥]", "", "".join(part for part in parts if part != '""'))
    return ";".join(section.strip() for section in bare.split(";"))


_TEXTS = re.compile(r'("[^"]*")')
_UNSIGNED = re.compile(rf"\s*(?:[$€£¥]|(?:T|k)?(?:{_CURRENCIES})|T€|k€)\s*")


def currency_of(text: str) -> str:
    """Find a currency in a number format or in words."""
    if word := _CURRENCY_WORD.search(text):
        return word[1]
    return next((name for sign, name in _SIGNS.items() if sign in text.replace("[$-", "[-")), "")


def unit_scale(unit: str) -> float:
    """Give what a unit, found by `unit_in`, is worth: a thousand or a million."""
    return 1_000_000.0 if _MILLIONS.search(unit) else 1000.0


def unit_in(text: str) -> str:
    """
    Find the words for thousands or millions in a text, "" without any.

    Examples
    --------
    >>> unit_in("Umsatz netto in TEUR"), unit_in("Revenue ($000)"), unit_in("Thousands of customers")
    ('TEUR', '$000', '')
    """
    found = _UNIT.search(text)
    return re.sub(r"(?i)^in\s+", "", found.group()).strip() if found else ""
