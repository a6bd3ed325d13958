"""
The user's settings file, read and written as xlwings' VBA module does: lines of ``"KEY","value"``, first one wins.

VBA reads it in the system's old code page, two items at a time whatever the lines are; so a line that is not a pair
shifts all that follow, and our line stands first.
"""

import codecs
import csv
from collections.abc import Iterator

from addin.faults import UserError
from addin.hosts.desktop.machine import WINDOWS, Machine

__all__ = ["is_unicode", "read_settings", "with_setting", "without_setting"]

_UNICODE = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_settings(machine: Machine) -> dict[str, str]:
    """
    Give the user's settings by their keys in upper case.

    Returns
    -------
    dict of str to str
        Empty when there is no file.
    """
    found: dict[str, str] = {}
    for line in _lines(_raw(machine), machine):
        pair = next(csv.reader([line.decode(machine.encoding, "replace")]), [])
        if len(pair) > 1:
            found.setdefault(_key(line), pair[1])
    return found


def is_unicode(machine: Machine) -> bool:
    """Whether the file was saved in a way that VBA takes for other letters, as some editors and shells do."""
    return _marked(_raw(machine)) is not None


def with_setting(machine: Machine, key: str, value: str) -> bytes | None:
    """
    Give the file's new content with one setting; all other lines stay as they are.

    Returns
    -------
    bytes or None
        None when the file says so already.

    Raises
    ------
    UserError
        If the value does not fit the code page of the file.
    """
    try:
        ours = f'"{key}","{value}"'.encode(machine.encoding)
    except UnicodeEncodeError:
        raise UserError(f"{value} has letters that Excel's settings file cannot hold") from None
    raw = _raw(machine)
    end = b"\r\n" if machine.system == WINDOWS else b"\n"
    content = b"".join(line + end for line in (ours, *_others(raw, machine, key)))
    return None if content == raw else content


def without_setting(machine: Machine, key: str) -> bytes | None:
    """Give the file's content without a setting; None when it has none."""
    raw = _raw(machine)
    others = list(_others(raw, machine, key))
    end = b"\r\n" if machine.system == WINDOWS else b"\n"
    return b"".join(line + end for line in others) if len(others) < len(list(_lines(raw, machine))) else None


def _raw(machine: Machine) -> bytes:
    try:
        return machine.settings.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UserError(f"the settings file {machine.settings} cannot be read: {error.strerror}") from None


def _others(raw: bytes, machine: Machine, key: str) -> Iterator[bytes]:
    """The lines of all other settings."""
    return (line for line in _lines(raw, machine) if _key(line) != key)


def _lines(raw: bytes, machine: Machine) -> Iterator[bytes]:
    """The lines that hold something, in VBA's code page."""
    encoding = _marked(raw)
    if encoding is not None:
        try:
            raw = raw.decode(encoding).encode(machine.encoding)
        except UnicodeError:
            raise UserError(
                f"the settings file {machine.settings} is saved as Unicode, with letters that Excel cannot read "
                "there; open it in an editor and save it as ANSI"
            ) from None
    return (line for line in raw.splitlines() if line.strip())


def _marked(raw: bytes) -> str | None:
    """The encoding that the file's first bytes tell of."""
    return next((encoding for mark, encoding in _UNICODE.items() if raw.startswith(mark)), None)


def _key(line: bytes) -> str:
    """The key of a line; VBA does not tell upper from lower case."""
    return line.split(b",")[0].strip().strip(b'"').decode("ascii", "replace").upper()
