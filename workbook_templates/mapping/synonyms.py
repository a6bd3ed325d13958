"""What headers, titles and labels say: words folded so that spelling makes no difference, and how near they come."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from valuation.assumptions import ASSUMPTIONS, Wanted
from valuation.tables import INPUT_TABLES, TABLES

__all__ = [
    "EXACT",
    "NEAR",
    "PLAIN",
    "WEAK",
    "TableWords",
    "assumption_index",
    "contrary",
    "fold",
    "is_known",
    "is_other",
    "join_levels",
    "listed",
    "options",
    "says",
    "says_title",
    "scale_of",
    "score_header",
    "table_words",
    "tokens",
    "words_of_list",
]

EXACT: Final = 1.0
"""The header is one of the words for the column."""
PLAIN: Final = 0.85
"""It is one that means the id or the name, as the cells decide."""
WEAK: Final = 0.75
"""It may mean the column, and other things as well."""
NEAR: Final = 0.6
"""It says the column and more, or is spelt nearly so."""

_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=(?:ID|No|Nr)\b)")
_NUMBERED: Final = re.compile(r"(\w{3,})(?:nummer|nr)")
"""Kundennummer, klantnr: a number in one word with what it is of."""
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "º": "o", "°": " ", "#": " number ", "%": " percent "}
)
_TURNING: Final = frozenset({"von", "to", "a", "al", "au", "by", "per", "pro", "por", "par"})
"""Neutral words that turn a single other one: date to is not date."""
_COUNTED: Final = re.compile(r"(?:number|no|num) of ")
_YEAR: Final = re.compile(r"(fy)?(19|20)?\d\d")


class TableWords(NamedTuple):
    """What points to a table: the columns it cannot do without, and words of titles."""

    essential: tuple[str, ...]
    needs_one: tuple[str, ...]
    needs_key: tuple[str, ...]
    titles: tuple[str, ...]
    named: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    data: Mapping[str, Any]
    neutral: frozenset[str]
    contrary: frozenset[str]
    short: Mapping[str, str]


@cache
def _lexicon() -> _Lexicon:
    data = tomllib.loads(files(__package__).joinpath("synonyms.toml").read_text(encoding="utf-8"))
    words = data["words"]
    return _Lexicon(data, frozenset(words["neutral"]), frozenset(words["contrary"]), data["short"])


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """
    Fold case, accents, punctuation and blanks.

    Examples
    --------
    >>> fold(" N° Client "), fold("InvoiceDate"), fold("Straße")
    ('n client', 'invoice date', 'strasse')
    """
    split = _CAMEL.sub(" ", text.strip())
    plain = unicodedata.normalize("NFKD", split.translate(_LETTERS).casefold().translate(_LETTERS))
    return " ".join(_WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign))))


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """
    Split a text into words, short forms written out.

    Examples
    --------
    >>> tokens("Cust. no."), tokens("Kd.-Nr."), tokens("N° client")
    (('customer', 'number'), ('kunde', 'number'), ('number', 'client'))
    """
    short = _lexicon().short
    words: list[str] = []
    for word in fold(text).split():
        full = short.get(word, word)
        stem = _NUMBERED.fullmatch(full)
        words.extend((stem[1], "number") if stem else (full,))
    return tuple(words)


def _telling(words: Iterable[str]) -> frozenset[str]:
    """The words that say something."""
    neutral = _lexicon().neutral
    return frozenset(word for word in words if word not in neutral)


class _Phrases(NamedTuple):
    """The words of one meaning, ready to compare with."""

    whole: frozenset[str]
    sets: frozenset[frozenset[str]]

    def has(self, header: str) -> bool:
        words = tokens(header)
        telling = _telling(words)
        return "".join(words) in self.whole or (bool(telling) and telling in self.sets)


def _phrases(texts: Iterable[str]) -> _Phrases:
    split = [tokens(text) for text in texts]
    return _Phrases(
        frozenset("".join(words) for words in split),
        frozenset(telling for words in split if (telling := _telling(words))),
    )


_LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "id")


class _Index(NamedTuple):
    """All headers of the file, by how they are written, by the words in them, and by their first letter and length."""

    whole: Mapping[str, Mapping[str, float]]
    sets: Mapping[frozenset[str], Mapping[str, float]]
    by_word: Mapping[str, tuple[frozenset[str], ...]]
    by_shape: Mapping[tuple[str, int], tuple[str, ...]]


@cache
def _index() -> _Index:
    whole: dict[str, dict[str, float]] = {}
    sets: dict[frozenset[str], dict[str, float]] = {}
    for concept, entry in _lexicon().data["columns"].items():
        sure = [text for language in _LANGUAGES for text in entry.get(language, ())]
        for texts, score in ((entry.get("weak", ()), WEAK), (entry.get("plain", ()), PLAIN), (sure, EXACT)):
            for text in texts:
                words = tokens(text)
                whole.setdefault("".join(words), {})[concept] = score
                telling = _telling(words)
                if telling and (len(telling) > 1 or len(words) == 1):  # "freight in" is not "freight"
                    sets.setdefault(telling, {})[concept] = score
    by_word: dict[str, list[frozenset[str]]] = {}
    for phrase, concepts in sets.items():
        if len(phrase) > 1 and EXACT in concepts.values():
            by_word.setdefault(min(phrase), []).append(phrase)
    by_shape: dict[tuple[str, int], list[str]] = {}
    for word, concepts in whole.items():
        if len(word) >= 7 and EXACT in concepts.values():
            by_shape.setdefault((word[0], len(word)), []).append(word)
    return _Index(
        whole,
        sets,
        {word: tuple(phrases) for word, phrases in by_word.items()},
        {shape: tuple(found) for shape, found in by_shape.items()},
    )


@cache
def table_words(table: str) -> TableWords | None:
    """Give what points to a table; None for one that is found by the contract's own headings only."""
    entry = _lexicon().data["tables"].get(table)
    if entry is None:
        return None
    return TableWords(
        tuple(entry["essential"]),
        tuple(entry.get("needs_one", ())),
        tuple(entry.get("needs_key", ())),
        tuple(entry["titles"]),
        entry.get("columns", {}),
    )


@cache
def _contract_texts(table: str, column: str) -> frozenset[str]:
    found = TABLES[table][column]
    return frozenset("".join(fold(text).split()) for text in (found.name, found.title))


def score_header(table: str, column: str, levels: tuple[str, ...]) -> float:
    """
    Tell how well a header says a column of the contract.

    Parameters
    ----------
    table, column : str
        In the contract's words.
    levels : tuple of str
        The header, from its upper to its lowest level.

    Returns
    -------
    float
        `EXACT`, `PLAIN`, `WEAK`, about `NEAR`, or 0.

    Examples
    --------
    >>> score_header("Transactions", "net_amount", ("Umsatz netto (TEUR)",))
    1.0
    >>> score_header("Customers", "name", ("Budget",))
    0.0
    """
    return options(levels).get((table, column), 0.0)


@lru_cache(maxsize=20_000)
def options(levels: tuple[str, ...]) -> Mapping[tuple[str, str], float]:
    """Give the tables and columns of the contract that a header may say, each with its score."""
    if not levels:
        return {}
    found: dict[tuple[str, str], float] = {}
    for concept, score in _meanings(levels).items():
        for place in _places().get(concept, ()):
            found[place] = max(score, found.get(place, 0.0))
    for text in _written(levels):
        for place in _contract_places().get(text, ()):
            found[place] = EXACT
    return found


@cache
def _places() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Give the columns that have a meaning, by the meaning."""
    places: dict[str, list[tuple[str, str]]] = {}
    for table in INPUT_TABLES:
        words = table_words(table.name)
        for column in table if words is not None else ():
            assert words is not None
            places.setdefault(words.named.get(column.name, column.name), []).append((table.name, column.name))
    return {meaning: tuple(found) for meaning, found in places.items()}


@cache
def _contract_places() -> Mapping[str, tuple[tuple[str, str], ...]]:
    places: dict[str, list[tuple[str, str]]] = {}
    for table in INPUT_TABLES:
        for column in table:
            for text in _contract_texts(table.name, column.name):
                places.setdefault(text, []).append((table.name, column.name))
    return {text: tuple(found) for text, found in places.items()}


@lru_cache(maxsize=20_000)
def _written(levels: tuple[str, ...]) -> frozenset[str]:
    return frozenset("".join(fold(text).split()) for text in (" ".join(levels), levels[-1]))


@lru_cache(maxsize=20_000)
def _meanings(levels: tuple[str, ...]) -> Mapping[str, float]:
    """Give what a header may mean, each with its score."""
    joined, last = " ".join(levels), levels[-1]
    if len(levels) > 1 and contrary(joined) and not contrary(last):
        return {}
    found: dict[str, float] = {}
    for text in (joined, last) if len(levels) > 1 else (joined,):
        words = tokens(text)
        whole = "".join(words)
        telling = _telling(words)
        same = _index().sets.get(telling, {})
        if whole not in _index().whole and (
            whole in _others().whole or (len(telling) == 1 and _TURNING.intersection(words))
        ):
            same = {}
        for concepts in (_index().whole.get(whole, {}), same):
            for concept, score in concepts.items():
                if not (concept.endswith(("_id", "_no")) and _COUNTED.match(fold(text))):
                    found[concept] = max(score, found.get(concept, 0.0))
    if found or is_other(joined) or is_other(last) or contrary(joined):
        return found
    for text in (joined, last):
        for concept, score in _near(text):
            found[concept] = max(score, found.get(concept, 0.0))
    return found


def _near(header: str) -> Iterator[tuple[str, float]]:
    """Give what a header may mean that has a word too many, or a slip of the pen."""
    index = _index()
    words = tokens(header)
    telling = _telling(words)
    said = frozenset(word for word in telling if not _YEAR.fullmatch(word))
    if not said or len(said) > 6:
        return
    if said != telling:  # a year stands beside it
        yield from ((concept, min(score, NEAR + 0.1)) for concept, score in index.sets.get(said, {}).items())
    for word in said:
        for phrase in index.by_word.get(word, ()):
            if phrase < said:
                yield from ((concept, NEAR) for concept, score in index.sets[phrase].items() if score == EXACT)
    whole = "".join(words)
    if len(whole) >= 7:
        for length in range(len(whole) - 1, len(whole) + 2):
            for other in index.by_shape.get((whole[0], length), ()):
                if _one_slip(whole, other):
                    yield from (
                        (concept, NEAR + 0.1) for concept, score in index.whole[other].items() if score == EXACT
                    )


def _one_slip(one: str, other: str) -> bool:
    """Tell whether two words differ by one letter more, less, other, or by two that changed places."""
    if abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return (
        a[1:] == b[1:]
        or a[1:] == b
        or a == b[1:]
        or (len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:])
    )


@lru_cache(maxsize=20_000)
def contrary(text: str) -> bool:
    """Tell whether a word makes it something else: budget, last year's, an average."""
    return not _lexicon().contrary.isdisjoint(tokens(text)) or not _lexicon().contrary.isdisjoint(fold(text).split())


@cache
def _others() -> _Phrases:
    return _phrases(_lexicon().data["others"]["words"])


@lru_cache(maxsize=20_000)
def is_other(header: str) -> bool:
    """Tell whether a header is one that people know, and that the contract does not ask for."""
    return _others().has(header)


@lru_cache(maxsize=50_000)
def is_known(text: str) -> bool:
    """Tell whether a header says anything in the languages known here."""
    words = tokens(text)
    telling = _telling(words)
    index = _index()
    return (
        "".join(words) in index.whole
        or telling in index.sets
        or "".join(fold(text).split()) in _all_contract_texts()
        or is_other(text)
        or contrary(text)
    )


@cache
def _all_contract_texts() -> frozenset[str]:
    return frozenset(
        text for table in INPUT_TABLES for column in table for text in _contract_texts(table.name, column.name)
    )


@cache
def words_of_list(section: str, key: str) -> tuple[str, ...]:
    """Give a list of the file as it is."""
    return tuple(_lexicon().data[section][key])


@cache
def _list_phrases(section: str, key: str) -> _Phrases:
    return _phrases(words_of_list(section, key))


def listed(section: str, key: str, text: str) -> bool:
    """Tell whether a text is one of a list of the file."""
    return _list_phrases(section, key).has(text)


@cache
def _runs(section: str, key: str) -> tuple[str, ...]:
    return tuple(f" {fold(text)} " for text in words_of_list(section, key))


@lru_cache(maxsize=20_000)
def says(section: str, key: str, text: str) -> str:
    """Give the longest word of a list that stands in a text, or ""."""
    folded = f" {fold(text)} "
    return max((run.strip() for run in _runs(section, key) if run in folded), key=len, default="")


def says_title(table: str, text: str) -> bool:
    """Tell whether a title or the name of a sheet points to a table."""
    words = table_words(table)
    folded = f" {fold(text)} "
    return words is not None and any(f" {fold(title)} " in folded for title in (*words.titles, table))


_SCALE_EDGE: Final = re.compile(r"\s+")


@cache
def _scale_words(key: str) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(r"(?<![^\W_])" + re.escape(word.casefold()) + r"(?![^\W_])") for word in words_of_list("scales", key)
    )


@lru_cache(maxsize=20_000)
def scale_of(text: str) -> float | None:
    """
    Tell what one money unit is worth by the words of a title, a header or a unit; None when they do not say.

    Examples
    --------
    >>> scale_of("Sales by customer (in thousands of €)"), scale_of("Mio. EUR"), scale_of("EUR")
    (1000.0, 1000000.0, None)
    """
    plain = _SCALE_EDGE.sub(" ", text.casefold().replace("’", "'"))
    if len(plain) > 200:
        return None
    if any(word.search(plain) for word in _scale_words("million")):
        return 1_000_000.0
    if any(word.search(plain) for word in _scale_words("thousand")):
        return 1_000.0
    return None


@cache
def _assumption_index() -> tuple[Mapping[str, Mapping[str, float]], Mapping[frozenset[str], Mapping[str, float]]]:
    whole: dict[str, dict[str, float]] = {}
    sets: dict[frozenset[str], dict[str, float]] = {}
    for section, score in (("assumptions_weak", WEAK), ("assumptions", EXACT)):
        for key, texts in _lexicon().data[section].items():
            for text in texts:
                words = tokens(text)
                whole.setdefault("".join(words), {})[key] = score
                if telling := _telling(words):
                    sets.setdefault(telling, {})[key] = score
    for key, assumption in ASSUMPTIONS.items():
        for text in (assumption.title, key.replace("_", " ")):
            if len(tokens(text)) > 1:  # a word alone, such as Grid or Horizon, may mean anything
                whole.setdefault("".join(tokens(text)), {})[key] = EXACT
    return whole, sets


def _is_rate(key: str) -> bool:
    return ASSUMPTIONS[key].wanted in (Wanted.RATE, Wanted.SHARE)


@cache
def _assumption_words() -> frozenset[str]:
    """Words of which a label of an assumption has one, before and after short forms are written out."""
    whole, sets = _assumption_index()
    words = {word for phrase in sets for word in phrase} | set(whole)
    words |= {
        word
        for key, each in ASSUMPTIONS.items()
        for word in (*fold(each.title).split(), *fold(key.replace("_", " ")).split())
    }
    return frozenset(words | {short for short, full in _lexicon().short.items() if full in words})


@lru_cache(maxsize=20_000)
def assumption_index(text: str) -> Mapping[str, float]:
    """
    Give the assumptions that a label may say, each with `EXACT` or `WEAK`.

    Examples
    --------
    >>> assumption_index("Discount rate (WACC) %"), assumption_index("WACC")
    ({'discount_rate': 1.0}, {'discount_rate': 1.0})
    """
    if len(text) > 90 or _assumption_words().isdisjoint(_WORD.findall(text.casefold())):
        return {}
    words = tokens(text)
    whole, sets = _assumption_index()
    outside = tokens(_BRACKETS.sub(" ", text))
    for tried in (words, *(tuple(word for word in some if word != "percent") for some in (words, outside))):
        found = {**sets.get(_telling(tried), {}), **whole.get("".join(tried), {})}
        if found:
            best = max(found.values())
            if "percent" in words:  # Gross margin is money, Gross margin % is the rate
                return {key: EXACT if _is_rate(key) else score for key, score in found.items() if score == best}
            return {key: score for key, score in found.items() if score == best}
    return {}


def join_levels(levels: Sequence[str]) -> str:
    """Write a header of several levels in one line."""
    return " / ".join(levels)
