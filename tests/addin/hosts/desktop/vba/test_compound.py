import random
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.hosts.desktop.vba import compound_file
from addin.hosts.desktop.vba.compound import Tree
from tests.addin.hosts.desktop.vba.reading import opened

RED, BLACK, NOBODY = 0, 1, 0xFFFFFFFF
ROOM = 109 * 127 * 512

names = st.text("abcXYZ_09éÿ€", min_size=1, max_size=31)
streams = st.builds(
    lambda size, byte: bytes([byte]) * size, st.sampled_from([0, 1, 64, 65, 511, 4095, 4096, 5000]), st.integers(0, 255)
)


def members(contents: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    return st.lists(st.tuples(names, contents), max_size=12, unique_by=lambda item: item[0].upper()).map(dict)


trees = st.recursive(members(streams), lambda inner: members(st.one_of(streams, inner)), max_leaves=4)


def leaves(tree: Tree, above: tuple[str, ...] = ()) -> Iterator[tuple[list[str], bytes]]:
    for name, content in tree.items():
        if isinstance(content, Mapping):
            yield from leaves(content, (*above, name))
        else:
            yield [*above, name], content


def storages(file: olefile.OleFileIO) -> Iterator[Any]:
    yield from (entry for entry in file.direntries if entry is not None and entry.entry_type in (1, 5))


def black_heights(file: olefile.OleFileIO, number: int, parent_colour: int) -> set[int]:
    """Numbers of black entries on the ways down; one number if the tree is balanced as it should be."""
    if number == NOBODY:
        return {0}
    entry = file.direntries[number]
    assert (parent_colour, entry.color) != (RED, RED)
    below = black_heights(file, entry.sid_left, entry.color) | black_heights(file, entry.sid_right, entry.color)
    return {height + entry.color for height in below}


def in_order(file: olefile.OleFileIO, number: int) -> list[str]:
    if number == NOBODY:
        return []
    entry = file.direntries[number]
    return [*in_order(file, entry.sid_left), entry.name, *in_order(file, entry.sid_right)]


def comes_before(one: str, other: str) -> bool:
    """The order of [MS-CFB] 2.6.4, letter by letter."""
    if len(one) != len(other):
        return len(one) < len(other)
    for first, second in zip(one, other, strict=True):
        if first.upper() != second.upper():
            return first.upper() < second.upper()
    return False


def check_directories(file: olefile.OleFileIO) -> None:
    for storage in storages(file):
        first = storage.sid_child
        assert first == NOBODY or file.direntries[first].color == BLACK
        assert len(black_heights(file, first, RED)) == 1
        order = in_order(file, first)
        assert all(comes_before(one, other) for one, other in pairwise(order))


@given(trees)
def test_strict_readers_find_every_stream_in_a_valid_directory(tree: Tree) -> None:
    data = compound_file(tree)
    with opened(data) as file:
        assert sorted(file.listdir(), key=str) == sorted((path for path, _ in leaves(tree)), key=str)
        for path, content in leaves(tree):
            assert file.openstream(path).read() == content
        check_directories(file)
        assert len(data) % 512 == 0
        assert sum(number != NOBODY for number in file.fat) == len(data) // 512 - 1  # no sector is lost


@pytest.mark.parametrize("count", range(40))
def test_directories_of_every_size_are_valid(count: int) -> None:
    names = [f"Module{number}" for number in range(count)]
    random.Random(count).shuffle(names)
    with opened(compound_file({name: name.encode() for name in names})) as file:
        check_directories(file)
        assert len(file.listdir()) == count


def test_letters_are_compared_one_for_one() -> None:
    """A sharp s stays what it is; as two letters it would come first."""
    with opened(compound_file({"ßa": b"", "sz": b""})) as file:
        assert in_order(file, file.root.sid_child) == ["sz", "ßa"]


def test_the_same_tree_gives_the_same_bytes() -> None:
    tree: Tree = {"a": {"b": b"1", "c": bytes(9000)}, "d": b""}
    assert compound_file(tree) == compound_file({"a": {"b": b"1", "c": bytes(9000)}, "d": b""})


def test_a_file_as_large_as_the_header_can_describe_opens() -> None:
    content = random.Random(1).randbytes(ROOM - 512)
    with opened(compound_file({"large": content})) as file:
        assert file.openstream("large").read() == content


def test_a_larger_file_is_refused() -> None:
    with pytest.raises(ValueError, match=r"take 7,088,128 bytes; .* without DIFAT sectors, .* has room for 7,087,616"):
        compound_file({"large": bytes(ROOM - 512 + 1)})


@pytest.mark.parametrize("name", ["", "a" * 32, "a/b", "a\\b", "a:b", "a!b", "😀" * 16])
def test_names_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a name in a compound file: 1 to 31 characters"):
        compound_file({"storage": {name: b""}})


def test_names_that_differ_by_case_only_are_refused() -> None:
    with pytest.raises(ValueError, match="two names in 'VBA' are the same, case aside: One, oNE"):
        compound_file({"VBA": {"One": b"", "oNE": b""}})
