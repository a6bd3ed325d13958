import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.hosts.desktop.vba import compress
from tests.addin.hosts.desktop.vba.reading import decompressed

SIZES = (0, 1, 3, 640, 3640, 4095, 4096, 4097, 8192, 12_000)


def drawn(size: int, letters: int, seed: int = 1) -> bytes:
    """Random bytes; the fewer letters there are, the more repeats."""
    return bytes(random.Random(seed).choices(range(letters), k=size))


@given(st.binary(max_size=600))
def test_bytes_come_back(data: bytes) -> None:
    assert decompressed(compress(data)) == data


@given(st.sampled_from(SIZES), st.integers(1, 6), st.integers(0, 1000))
def test_bytes_that_repeat_come_back_and_are_fewer(size: int, letters: int, seed: int) -> None:
    data = drawn(size, letters, seed)
    packed = compress(data)
    assert decompressed(packed) == data
    assert size < 640 or len(packed) < size


@given(st.lists(st.sampled_from(["Dim row As Long\r\n", "    Next row\r\n", "End Sub\r\n", "x", "ü"]), max_size=900))
def test_texts_come_back(pieces: list[str]) -> None:
    data = "".join(pieces).encode("cp1252")
    assert decompressed(compress(data)) == data


@pytest.mark.parametrize("size", [4096, 8192, 4096 + 3640])
def test_chunks_that_would_grow_are_kept_as_they_are(size: int) -> None:
    data = drawn(size, 256)
    packed = compress(data)
    assert decompressed(packed) == data
    assert data[:4096] in packed


def test_a_copy_may_run_into_what_it_writes() -> None:
    assert compress(bytes(4096)) == b"\x01" + b"\x03\xb0" + b"\x02\x00" + b"\xfc\x0f"


def test_the_examples_of_the_specification() -> None:
    """3.2.1 and 3.2.3 of [MS-OVBA]; that of 3.2.2 is in the docstring."""
    plain = bytes.fromhex("0119b000616263646566676800696a6b6c6d6e6f7000717273747576 2e")
    assert compress(b"abcdefghijklmnopqrstuv.") == plain
    assert compress(b"a" * 73) == bytes.fromhex("0103b002614500")


def test_a_short_chunk_that_would_grow_too_far_is_refused() -> None:
    with pytest.raises(ValueError, match="the last 4095 bytes repeat too little to be compressed to 4096 or fewer"):
        compress(drawn(4095, 256))
