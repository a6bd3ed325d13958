"""File names from whatever a recipient is called."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.distribution.filenames import file_names

NASTY = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "a/b",
    "a\\b",
    "C:\\x",
    "CON",
    "con",
    "nul.txt",
    "x" * 200,
    "🙂",
    "=cmd|' /C'!A1",
]


def is_safe(name: str) -> bool:
    device = re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name)
    return bool(re.fullmatch(r"[\w(&)][\w \-.()&]{0,79}", name)) and name[-2:] != ".." and not device


@pytest.mark.parametrize("name", NASTY)
def test_nasty_names_are_safe(name: str) -> None:
    (safe,) = file_names([name])
    assert is_safe(safe), safe


@pytest.mark.parametrize("name", ["North", "Key accounts", "Müller & Söhne (DE)", "team-7", "東京"])
def test_plain_names_stay(name: str) -> None:
    assert file_names([name]) == [name]


@given(st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=90)), unique=True, max_size=20))
def test_names_are_safe_and_distinct_even_where_case_does_not_count(names: list[str]) -> None:
    found = file_names(names)
    assert len({name.casefold() for name in found}) == len(names)
    assert all(map(is_safe, found))
