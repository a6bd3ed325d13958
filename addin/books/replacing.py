"""
Putting a new file in the place of another: the old one or the new one stands there, whole, whatever happens between.

The new file is written beside the target under a name of ours, brought to the disk, and renamed over the target. One
writer at a time: a lock of the operating system on a file beside the target, which ends with the process that held it
and which a folder on a server has too. Under it, what bears our temporary name is the leftover of a killed run.
"""

import contextlib
import errno
import hashlib
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from addin.workbook import WorkbookError

__all__ = [
    "FULL",
    "Keep",
    "refuse_unwritable",
    "replace_file",
    "replace_workbook",
    "sync_directory",
    "synced",
    "write_all",
]

Keep = Callable[[Path, str], None]
"""Keeps a file that is about to be replaced; also given the SHA-256 of what takes its place."""

Check = Callable[[], None]

_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between tries on Windows, where a virus scanner or a preview may hold a file for a moment."""
_BLOCK_BYTES: Final = 1 << 20
_SHARING_VIOLATIONS: Final = (5, 32)
FULL: Final = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_TAKEN: Final = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
_NO_LOCKS: Final = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP)


def replace_workbook(
    target: Path, pieces: Iterable[bytes | memoryview], *, check: Check | None = None, keep: Keep | None = None
) -> None:
    """
    Write a workbook, or put it in the place of the one that is there, as `replace_file` does.

    Raises
    ------
    WorkbookError
        When the target is open elsewhere, read-only or cannot be written. It is then as it was.
    """

    def check_all() -> None:
        refuse_unwritable(target)
        if check is not None:
            check()

    check_all()
    try:
        replace_file(target, pieces, check=check_all, keep=keep)
    except OSError as error:
        raise WorkbookError(_refusal(target, error)) from error


def _refusal(target: Path, error: OSError) -> str:
    if error.errno in FULL:
        advice = "free space on its disk, or use --out with a file on another one"
    else:
        advice = "close it in every program, or use --out with another file"
    state = "; it is as it was" if target.exists() else ""
    return f"{target.name} cannot be written ({error.strerror or error}); {advice}{state}"


def replace_file(
    target: Path, pieces: Iterable[bytes | memoryview], *, check: Check | None = None, keep: Keep | None = None
) -> None:
    """
    Write a file, or put it in the place of the one that is there.

    Parameters
    ----------
    target : Path
        The file; not a link to it.
    pieces : iterable of bytes
        Its new content.
    check : callable, optional
        Raises when the target must not be replaced; asked before anything is written and right before the end.
    keep : callable, optional
        Keeps the file that is there. What it raises stops the replacing.

    Raises
    ------
    OSError
        When the file cannot be written; the target is then as it was.
    WorkbookError
        When another run writes it, or this one was stopped.
    """
    with _alone(target):
        if check is not None:
            check()
        _replace(target, pieces, check, keep)
        sync_directory(target.parent)


def _replace(target: Path, pieces: Iterable[bytes | memoryview], check: Check | None, keep: Keep | None) -> None:
    temporary = _temporary(target)
    there = target.exists()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o600 if there else 0o666)
    try:
        digest = _write(handle, pieces)
        if there:
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            if keep is not None:
                keep(target, digest)
        if check is not None:
            check()
        _rename(temporary, target)
    except KeyboardInterrupt:
        state = "is as it was" if temporary.exists() else "is the new one, whole"
        raise WorkbookError(f"stopped; {target.name} {state}") from None
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(target: Path) -> Path:
    return target.with_name(f".{target.name}.customer-value.tmp")


def _write(handle: int, pieces: Iterable[bytes | memoryview]) -> str:
    """Write a file as far as the disk, close it, and return its SHA-256."""
    digest = hashlib.sha256()
    try:
        for block in _blocks(pieces):
            digest.update(block)
            write_all(handle, block)
        synced(handle)
    finally:
        os.close(handle)
    return digest.hexdigest()


def _blocks(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Join small pieces, of which a package has thousands."""
    waiting: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _BLOCK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Write to a file until everything is written."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def synced(handle: int) -> None:
    """Bring a file to the disk itself; a Mac leaves it in the disk's own memory unless asked twice."""
    os.fsync(handle)
    if sys.platform == "darwin":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(handle, fcntl.FFULLFSYNC)


def _rename(temporary: Path, target: Path) -> None:
    for pause in _PAUSES:
        try:
            temporary.replace(target)
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _SHARING_VIOLATIONS:
                raise
            time.sleep(pause)
        else:
            return
    temporary.replace(target)


def sync_directory(folder: Path) -> None:
    """Make a new name survive a power cut; Windows has no such call, and some network drives refuse it."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


# ---- what can be known beforehand


def refuse_unwritable(target: Path) -> None:
    """Refuse a target that is open in a program, read-only, or in a folder that takes no files."""
    _refuse_open(target)
    _refuse_read_only(target)


def _refuse_open(target: Path) -> None:
    """Excel and LibreOffice leave a file beside a workbook that they have open."""
    for name, program in ((f"~${target.name}", "Excel"), (f".~lock.{target.name}#", "LibreOffice")):
        if (target.parent / name).exists():
            raise WorkbookError(
                f"{target.name} is open in {program} ({name} stands beside it); close it there "
                "(after a crash delete that file), or use --out with another file"
            )


def _refuse_read_only(target: Path) -> None:
    folder = target.parent
    if not folder.is_dir():
        raise WorkbookError(f"there is no folder {folder} to write {target.name} to; make it first")
    if target.is_dir():
        raise WorkbookError(f"{target} is a folder; give a file name")
    # the mode as well: for an administrator `access` allows everything
    if target.exists() and not (target.stat().st_mode & stat.S_IWUSR and os.access(target, os.W_OK)):
        raise WorkbookError(f"{target.name} is read-only; allow writing to it, or use --out with another file")
    if not os.access(folder, os.W_OK):
        raise WorkbookError(f"the folder {folder} is not writable; use --out with a file in another folder")


# ---- one writer at a time


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    """
    Hold the lock of a target.

    Where the file system has no locks, the temporary file is one: it is made only where there is none, and only its
    user can say whether it is a leftover.
    """
    path = target.with_name(f".{target.name}.customer-value.lock")
    handle, alone = _lock(path, target)
    try:
        temporary = _temporary(target)
        if alone:
            temporary.unlink(missing_ok=True)
        elif temporary.exists():
            raise _busy(target, f"if none runs any more, delete {temporary.name} beside it")
        yield
    finally:
        # POSIX deletes an open file, and must while the lock is held; Windows deletes none that anybody has open
        if os.name == "nt":
            os.close(handle)
        with contextlib.suppress(OSError):
            path.unlink()
        if os.name != "nt":
            os.close(handle)


def _lock(path: Path, target: Path) -> tuple[int, bool]:
    """Open and lock a file; also say whether there are locks at all."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            with contextlib.suppress(OSError, AttributeError):
                os.fchmod(handle, 0o666)  # the next one may be another user
            _lock_handle(handle)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return handle, False
            os.close(handle)
            if error.errno in _TAKEN:
                raise _busy(target, "wait until it is done, then run this again") from error
            raise
        except BaseException:
            os.close(handle)
            raise
        if _names(path, handle):
            return handle, True
        os.close(handle)  # its holder had deleted it as it was opened here


def _lock_handle(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _names(path: Path, handle: int) -> bool:
    """Whether a path still leads to an open file."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _busy(target: Path, advice: str) -> WorkbookError:
    return WorkbookError(f"{target.name} is being written by another run of customer-value; {advice}")
