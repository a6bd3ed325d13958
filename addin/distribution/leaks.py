"""
The last look at a copy before it is written: is anything of another recipient anywhere in it?

All parts are searched as they are, decompressed and with XML's and Excel's escapes undone, for ids and names as whole
words; it knows nothing of how the copy was made. A token that is too common to search for (a number, a few letters, a
word that every workbook of the template has) is looked for cell by cell.
"""

import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from addin.books.cellxml import unescaped

__all__ = ["Leak", "Tokens", "leaks_in", "neutral_words"]

_SHORT: Final = 4
_WORD: Final = re.compile(r"\w+")
_RUN_END: Final = re.compile(
    r"</(?:\w+:)?t\s*>\s*(?:</(?:\w+:)?r\s*>)\s*<(?:\w+:)?r(?:\s[^>]*)?>\s*(?:<(?:\w+:)?rPr.*?</(?:\w+:)?rPr\s*>\s*)?"
    r"<(?:\w+:)?t(?:\s[^>]*)?>",
    re.DOTALL,
)
_TAG: Final = re.compile(r"<[^<>]*>")
_ATTRIBUTE: Final = re.compile(r"=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CELL_TEXT: Final = re.compile(r"<(?:\w+:)?([\w]+)(?:\s[^>]*)?>([^<]+)</")
_PLACES: Final = re.compile(r"\s(?:r|ref|sqref|topLeftCell|activeCell)=\"(?:[A-Z]{1,3}[0-9]{1,7}[: ]?)+\"")
_FORMULA: Final = re.compile(r"(<(?:\w+:)?(?:f|formula[12]?|definedName|sqref)(?:\s[^>]*)?>)([^<]+)(?=</)")
_TEXT_OR_PLACE: Final = re.compile(r"(\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*')|\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w.])")
_PRINTED: Final = 3
_GAP: Final = " \x01 "
"""Stands between texts that do not belong together; no token reaches across it."""


class Leak(NamedTuple):
    """Where something of another recipient stands, and what kind of thing it is; the thing itself is not repeated."""

    part: str
    what: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """
    What must not be in a copy.

    Attributes
    ----------
    words : mapping of str to list of (str, str)
        First word of a token to the tokens that begin with it, and what each is.
    single : mapping of str to str
        Tokens that are looked for cell by cell, and what each is.
    """

    words: Mapping[str, list[tuple[str, str]]]
    single: Mapping[str, str]

    @classmethod
    def of(cls, ids: Iterable[str], names: Iterable[str], *, also: Iterable[str] = (), common: str = "") -> "Tokens":
        """
        Sort tokens by how they can be looked for.

        Parameters
        ----------
        ids, names : iterable of str
            Of other recipients' customers.
        also : iterable of str
            Looked for cell by cell: such as the names of other recipients.
        common : str
            What may be in any copy: the recipient's own names and the words of the template.
        """
        words: dict[str, list[tuple[str, str]]] = {}
        single = {_folded(text): "the name of another recipient" for text in also if text}
        for texts, what in ((ids, "the id of another recipient's customer"), (names, "another recipient's customer")):
            for text in texts:
                folded = _folded(text)
                found = _WORD.search(folded)
                if not folded:
                    continue
                if len(folded) < _SHORT or found is None or folded.replace(".", "").isdigit():
                    single[folded] = what
                else:
                    words.setdefault(found.group(), []).append((folded, what))
        known = {token for token, _ in _found(_folded(common), words)} if common else set()
        single |= {token: what for tokens in words.values() for token, what in tokens if token in known}
        kept = {first: [(t, w) for t, w in tokens if t not in known] for first, tokens in words.items()}
        return cls({first: tokens for first, tokens in kept.items() if tokens}, single)

    def in_text(self, text: str) -> bool:
        """Tell whether a text holds one of the tokens, or is one."""
        folded = _folded(text)
        return folded in self.single or next(_found(folded, self.words), None) is not None


def _folded(text: str) -> str:
    """Fold case, width and spaces, by which texts are compared."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def _found(text: str, words: Mapping[str, list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Find tokens that stand in a folded text with no letter or digit on either side."""
    for match in _WORD.finditer(text):
        for token, what in words.get(match.group(), ()):
            start = match.start() - (_offset(token))
            end = start + len(token)
            if start >= 0 and text.startswith(token, start) and not text[end : end + 1].isalnum():
                yield token, what


def _offset(token: str) -> int:
    """Count the signs before a token's first word."""
    match = _WORD.search(token)
    return match.start() if match else 0


def leaks_in(package: bytes, tokens: Tokens) -> list[Leak]:
    """
    Search a whole package.

    Parameters
    ----------
    package : bytes
        An .xlsx file.
    tokens : Tokens
        What must not be in it.

    Returns
    -------
    list of Leak
        At most a few for each part; empty when the copy may go out.
    """
    leaks: dict[Leak, None] = {}
    with zipfile.ZipFile(io.BytesIO(package)) as file:
        comments = [("the container", file.comment), *((entry.filename, entry.comment) for entry in file.infolist())]
        names = [("the name of a part", entry.filename.encode()) for entry in file.infolist()]
        parts = ((entry.filename, file.read(entry)) for entry in file.infolist())
        for part, data in (*comments, *names, *parts):
            found = dict.fromkeys(what for text in _readings(data) for _, what in _found(text, tokens.words))
            if b"\0" in data:
                found |= dict.fromkeys(_in_binary(data, tokens))
            found |= dict.fromkeys(tokens.single[cell] for cell in _cell_texts(data) if cell in tokens.single)
            leaks |= dict.fromkeys(Leak(part, what) for what in list(found)[:_PRINTED])
    return list(leaks)


def _readings(data: bytes) -> Iterator[str]:
    """Give a part as texts in every way that a reader may take it."""
    for decoded in _decodings(data):
        # C1200 may be a customer; as the address of a cell it is none
        text = _FORMULA.sub(_without_places, _PLACES.sub("", decoded))
        yield _folded(_plain(_TAG.sub(_values, text)))
        if _RUN_END.search(text):
            yield _folded(_plain(_TAG.sub(_GAP, _RUN_END.sub("", text))))


def _decodings(data: bytes) -> Iterator[str]:
    yield data.decode("utf-8", "replace")
    if b"\0" in data:  # UTF-16, with or without its mark, at either parity
        for encoding in ("utf-16-le", "utf-16-be"):
            yield data.decode(encoding, "replace")
            yield data[1:].decode(encoding, "replace")


def _without_places(formula: re.Match[str]) -> str:
    """Take addresses of cells out of a formula; its texts and the names of its sheets stay."""
    text = html.unescape(formula[2])
    return formula[1] + html.escape(_TEXT_OR_PLACE.sub(lambda found: found[1] or "", text))


def _in_binary(data: bytes, tokens: Tokens) -> Iterator[str]:
    """Look into a part that is no text, where anything may stand beside a name."""
    texts = [_folded(text) for text in _decodings(data)]
    for candidates in tokens.words.values():
        for token, what in candidates:
            if any(token in text for text in texts):
                yield what


def _values(tag: re.Match[str]) -> str:
    """Leave of a tag the values of its attributes: names of elements are words of the format."""
    return _GAP.join(["", *(double or single for double, single in _ATTRIBUTE.findall(tag.group())), ""])


def _plain(text: str) -> str:
    return unescaped(html.unescape(html.unescape(text)))


def _cell_texts(data: bytes) -> Iterator[str]:
    """
    Give the texts of all elements one by one; a number counts where it is a text.

    Numbers as numbers mean nothing by themselves: who wrote the copy looks at its columns of ids.
    """
    for text in _decodings(data):
        for element, found in _CELL_TEXT.findall(text):
            if element != "v" or not _is_number(found):
                yield _folded(_plain(found))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def neutral_words(package: bytes) -> str:
    """Give everything that stands in a package, as one text: the words that any workbook of a template has."""
    with zipfile.ZipFile(io.BytesIO(package)) as file:
        return _GAP.join(text for name in file.namelist() for text in _readings(file.read(name)))
