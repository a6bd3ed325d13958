"""VBA projects read back with oletools and olefile, which others wrote."""

import io
import struct
import warnings
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import olefile

with warnings.catch_warnings():
    # oletools still calls functions of pyparsing by their old names while it is imported
    warnings.simplefilter("ignore", DeprecationWarning)
    from oletools.olevba import VBA_Parser, decompress_stream

__all__ = ["decompressed", "directory_records", "opened", "project_of", "sources", "stream", "xlwings_file"]


def decompressed(data: bytes) -> bytes:
    """Undo the compression of [MS-OVBA] 2.4.1."""
    return bytes(decompress_stream(bytearray(data)))


def opened(data: bytes) -> olefile.OleFileIO:
    """Open a compound file; whatever looks odd to olefile is an exception."""
    return olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_UNSURE)


def stream(project: bytes, *path: str) -> bytes:
    """One stream of a project."""
    with opened(project) as file:
        data: bytes = file.openstream(list(path)).read()
    return data


def sources(project: bytes) -> dict[str, str]:
    """Texts of the modules by name, with the lines that the editor hides, in the order of the project."""
    parser = VBA_Parser("vbaProject.bin", data=project)
    try:
        return {path.rpartition("/")[2]: text for _, path, _, text in parser.extract_macros()}
    finally:
        parser.close()


def directory_records(project: bytes) -> Iterator[tuple[int, bytes]]:
    """Id and data of each record of the stream dir."""
    data = decompressed(stream(project, "VBA", "dir"))
    place = 0
    while place < len(data):
        identity, size = struct.unpack_from("<HI", data, place)
        size += 2 if identity == 0x09 else 0  # the version, whose size leaves out its last number
        yield identity, data[place + 6 : place + 6 + size]
        place += 6 + size


def project_of(workbook: Path) -> bytes:
    """The project of a macro workbook."""
    with zipfile.ZipFile(workbook) as package:
        return package.read("xl/vbaProject.bin")


def xlwings_file(name: str) -> Path:
    """A file of the installed xlwings, which need not be imported for that."""
    found = find_spec("xlwings")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / name
