"""
The compression of VBA projects, [MS-OVBA] 2.4.1: chunks of 4096 bytes, each a list of literals and copies.

A copy is one 16-bit number. How many of its bits are the distance back and how many the length depends on how much of
the chunk has been written before it.
"""

import struct
from collections.abc import Iterator
from typing import Final

__all__ = ["compress"]

CHUNK_BYTES: Final = 4096
SHORTEST_COPY: Final = 3

_SIGNATURE: Final = b"\x01"
_PACKED: Final = 0xB000
_RAW_HEADER: Final = 0x3FFF
_FEWEST_DISTANCE_BITS: Final = 4
_TOKENS_PER_FLAG_BYTE: Final = 8


def compress(data: bytes) -> bytes:
    """
    Compress bytes as the streams of a VBA project are.

    Parameters
    ----------
    data : bytes
        Any bytes.

    Returns
    -------
    bytes
        The same for the same data.

    Raises
    ------
    ValueError
        If the last chunk is short and would grow past 4096 bytes, which hardly any text does. The format could hold it
        only with zeros added at its end.

    Examples
    --------
    >>> compress(b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa").hex(" ")[:35]
    '01 2f b0 00 23 61 61 61 62 63 64 65'
    """
    return _SIGNATURE + b"".join(
        _chunk(data[start : start + CHUNK_BYTES]) for start in range(0, len(data), CHUNK_BYTES)
    )


def _chunk(chunk: bytes) -> bytes:
    """One chunk with its header, 2.4.1.1.5: packed where that is shorter."""
    packed = b"".join(_token_sequences(chunk))
    if len(packed) <= CHUNK_BYTES:
        return struct.pack("<H", _PACKED | (len(packed) - 1)) + packed
    if len(chunk) < CHUNK_BYTES:
        raise ValueError(f"the last {len(chunk)} bytes repeat too little to be compressed to {CHUNK_BYTES} or fewer")
    return struct.pack("<H", _RAW_HEADER) + chunk


def _token_sequences(chunk: bytes) -> Iterator[bytes]:
    """Yield up to eight tokens at a time behind the byte that says which of them are copies, 2.4.1.1.7."""
    position = 0
    while position < len(chunk):
        flags, tokens = 0, bytearray()
        for token in range(_TOKENS_PER_FLAG_BYTE):
            if position == len(chunk):
                break
            distance_bits = max((position - 1).bit_length(), _FEWEST_DISTANCE_BITS)  # 2.4.1.3.19.1
            longest = min((0xFFFF >> distance_bits) + SHORTEST_COPY, len(chunk) - position)
            source, length = _earlier(chunk, position, longest)
            if length:
                flags |= 1 << token
                distance = (position - source - 1) << (16 - distance_bits)
                tokens += struct.pack("<H", distance | (length - SHORTEST_COPY))
                position += length
            else:
                tokens.append(chunk[position])
                position += 1
        yield bytes((flags, *tokens))


def _earlier(chunk: bytes, position: int, longest: int) -> tuple[int, int]:
    """Where the longest run of bytes that begins at a position stands before it, and its length; 0 if it has none."""
    source = length = 0
    while (wanted := max(length + 1, SHORTEST_COPY)) <= longest:
        # the copy may run on into what it writes itself; a longer one never begins before the first shorter one
        found = chunk.find(chunk[position : position + wanted], source, position + wanted - 1)
        if found < 0:
            break
        source, length = found, wanted
        while length < longest and chunk[source + length] == chunk[position + length]:
            length += 1
    return source, length
