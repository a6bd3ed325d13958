"""
Backups of workbook files: what a command replaces is kept, and can be put back.

They lie in the folder of the user, not beside the workbook: that folder is often shared, where a copy would be in
everybody's way, might be opened in the workbook's stead, and would show what somebody has just taken out of it. They
are for this user on this computer alone, as is what an undo in Excel needs (`addin.undo`).

A backup is one file, dated in its name, which any spreadsheet program opens. Its name also says by which command it was
replaced, and by SHA-256 what it holds and what took its place. So it is whole or not there, and a workbook that was
changed since is known. A backup of what the workbook holds now is none: its change never came about, or was taken back.
"""

import contextlib
import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from addin.books.replacing import FULL, Keep, replace_workbook, sync_directory, synced, write_all
from addin.userfiles import folder
from addin.workbook import WorkbookError

__all__ = ["Backup", "BackupError", "backups", "digest_of", "keeping", "put_back"]

MOST_KEPT: Final = 10
"""Of one workbook."""
MOST_BYTES: Final = 4 << 30
"""Of all workbooks together; the oldest go, but never the one that was made last."""

_CHUNK: Final = 1 << 20
_DIGITS: Final = 32  # of a SHA-256: enough to tell files apart, and short enough for a name
_NAME = re.compile(
    r"(?P<number>[0-9]{6})\.(?P<at>[0-9]{8}T[0-9]{6}Z)\.(?P<what>[a-z_]+)"
    rf"\.(?P<before>[0-9a-f]{{{_DIGITS}}})\.(?P<after>[0-9a-f]{{{_DIGITS}}})(?P<suffix>\.[A-Za-z]+)"
)
_TIME: Final = "%Y%m%dT%H%M%SZ"


class BackupError(WorkbookError):
    """A backup cannot be made or used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """
    A file as it was before a command replaced it.

    Attributes
    ----------
    path : Path
        Where it is kept.
    number : int
        Counts the changes of one workbook.
    at : datetime
        When it was replaced, in UTC.
    what : str
        The command that did it.
    before, after : str
        First digits of the SHA-256 of what it holds, and of what took its place.
    """

    path: Path
    number: int
    at: dt.datetime
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"before the {self.what} of {self.at.astimezone():%Y-%m-%d %H:%M:%S}"


def keeping(what: str, *, now: dt.datetime | None = None) -> Keep:
    """
    Give what keeps a file that a command is about to replace.

    Parameters
    ----------
    what : str
        The command.
    now : datetime, optional
        With its time zone; the present time without.

    Returns
    -------
    callable
        Takes the file and the SHA-256 of what takes its place; it returns when the backup is on the disk, and raises
        `BackupError` when it cannot be.
    """

    def keep(target: Path, after: str) -> None:
        _keep(target, what, after[:_DIGITS], now or dt.datetime.now(dt.UTC))

    return keep


def backups(workbook: Path) -> list[Backup]:
    """
    Give what is kept of a workbook and is not what it holds now, the newest first.

    Raises
    ------
    BackupError
        If workbook or backups cannot be read.
    """
    workbook = workbook.resolve()
    now = digest_of(workbook) if workbook.exists() else ""
    return [backup for backup in reversed(_kept(workbook)) if backup.before != now]


def put_back(
    workbook: Path, backup: Backup, out: Path | None = None, *, force: bool = False, keep: Keep | None
) -> None:
    """
    Put a backup in the place of its workbook, whole or not at all.

    Parameters
    ----------
    workbook : Path
        Its file.
    backup : Backup
        One of those that `backups` gives for it.
    out : Path, optional
        Another file to write; the workbook then stays as it is.
    force : bool
        Also when somebody has changed or deleted the workbook since.
    keep : callable or None
        Keeps what stands there, such as `keeping` with the word undo: then that is the next to be put back.

    Raises
    ------
    WorkbookError
        When the workbook was changed and `force` is not given, or it cannot be written. It is then as it was.
    BackupError
        When the backup cannot be read, or what stands there cannot be kept.
    """
    if out is not None:
        replace_workbook(out.resolve(), [_content(backup)], keep=keep)
        return
    target = workbook.resolve()
    found = _now(target)
    if found != _left(target, found) and not force:
        what, kept = ("changed", " (the present file is then kept too)") if found else ("deleted or moved", "")
        raise WorkbookError(
            f"{target.name} was {what} after customer-value had written it; to put the former file back all the same, "
            f"use --force{kept}"
        )

    def unchanged() -> None:
        if _now(target) != found:
            raise WorkbookError(f"{target.name} was changed meanwhile; run this again")

    replace_workbook(target, [_content(backup)], check=unchanged, keep=keep)
    if keep is not None:
        _delete(backup.path)


def digest_of(path: Path) -> str:
    """Give the first digits of the SHA-256 of a file, as they stand in the names of backups."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror or error}); check your rights to it") from error
    return digest.hexdigest()[:_DIGITS]


def _now(target: Path) -> str:
    return digest_of(target) if target.exists() else ""


def _left(target: Path, now: str) -> str:
    """Return the digest of what our last command left in a workbook's place."""
    return next((kept.after for kept in reversed(_kept(target)) if kept.before != now), "")


def _content(backup: Backup) -> bytes:
    try:
        content = backup.path.read_bytes()
    except OSError as error:
        raise BackupError(f"the backup {backup.path} cannot be read ({error.strerror or error})") from error
    if hashlib.sha256(content).hexdigest()[:_DIGITS] != backup.before:
        raise BackupError(f"the backup {backup.path} is damaged; delete it, and see --list for the others")
    return content


# ---- where they are


def _root() -> Path:
    return folder() / "backups"


def _place(target: Path) -> Path:
    """Give the folder of a workbook, which bears its name for people who look for it by hand."""
    path = hashlib.sha256(os.fsencode(os.path.normcase(target))).hexdigest()[:16]
    return _root() / f"{target.stem[:40]}.{path}"


def _kept(target: Path) -> list[Backup]:
    """Give all backups of a workbook, the oldest first."""
    try:
        return sorted(_within(_place(target)), key=lambda backup: backup.number)
    except OSError as error:
        raise BackupError(f"{_place(target)} cannot be read ({error.strerror or error})") from error


def _within(place: Path) -> Iterator[Backup]:
    for path in place.iterdir() if place.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match is not None:
            yield Backup(
                path=path,
                number=int(match["number"]),
                at=dt.datetime.strptime(match["at"], _TIME).replace(tzinfo=dt.UTC),
                what=match["what"],
                before=match["before"],
                after=match["after"],
            )


# ---- making and dropping them


def _keep(target: Path, what: str, after: str, at: dt.datetime) -> None:
    """Copy a file into a backup that is on the disk, whole, before its name is there."""
    place = _place(target)
    temporary = place / "unfinished.tmp"  # only the run that holds the lock of the workbook is here
    try:
        for level in (_root().parent, _root(), place):
            if not level.is_dir():
                level.mkdir(mode=0o700)
                sync_directory(level.parent)
        kept = _kept(target)
        number = kept[-1].number + 1 if kept else 1
        before = _copied(target, temporary)
        name = f"{number:06}.{at.astimezone(dt.UTC):{_TIME}}.{what}.{before}.{after}{target.suffix}"
        temporary.replace(place / name)
        sync_directory(place)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        mend = "free space there" if error.errno in FULL else "make that folder writable"
        raise BackupError(
            f"{target.name} was not written and is as it was, because it cannot be kept for an undo in {place} "
            f"({error.strerror or error}); {mend}, or use --no-backup"
        ) from error
    _drop_oldest(place, place / name)


def _copied(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                write_all(handle, chunk)
        synced(handle)
    finally:
        os.close(handle)
    return digest.hexdigest()[:_DIGITS]


def _drop_oldest(place: Path, newest: Path) -> None:
    """Keep so many of a workbook, and so many bytes of all of them."""
    own = sorted(_within(place), key=lambda backup: backup.number)
    for backup in own[:-MOST_KEPT]:
        _delete(backup.path)
    everything = [backup for place in _root().iterdir() for backup in _within(place)]
    sizes = {backup.path: backup.path.stat().st_size for backup in everything}
    total = sum(sizes.values())
    for backup in sorted(everything, key=lambda backup: (backup.at, backup.number)):
        if total <= MOST_BYTES:
            return
        if backup.path != newest:
            _delete(backup.path)
            total -= sizes[backup.path]


def _delete(path: Path) -> None:
    """Delete a backup; one that stays does no harm."""
    with contextlib.suppress(OSError):
        path.unlink()
