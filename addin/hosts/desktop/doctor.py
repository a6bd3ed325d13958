"""
Looks at everything between a formula and its answer, and says what is wrong and what to do about it.

Each check is a function of the machine; which of them apply is a list for each system.
"""

import re
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from rich.markup import escape

from addin.faults import UserError
from addin.hosts.desktop.check import Check, Verdict, failed, ok, warning
from addin.hosts.desktop.conf import is_unicode, read_settings
from addin.hosts.desktop.install import find_library, read_stamp
from addin.hosts.desktop.machine import LINUX_WORDS, MAC, STORE_WORDS, WINDOWS, Machine, this_machine
from addin.hosts.desktop.trust import (
    check_addin_policies,
    check_attack_surface,
    check_disabled_items,
    check_macros,
    check_mark,
    check_other_copies,
    excel_program,
)
from addin.userfiles import PROJECT

__all__ = ["Check", "Verdict", "examine", "has_failed", "report"]

INSTALL: Final = "Run customer-value install"
CLOSE_AND_INSTALL: Final = "Close Excel, then run customer-value install"

MINOR_VERSION: Final = (3, 11)
LOG_TAIL_BYTES: Final = 1 << 16
PROGRAM_HEAD_BYTES: Final = 4096

MACHINES: Final = {0x014C: 32, 0x8664: 64, 0xAA64: 64}
"""Kinds of program files and how wide their addresses are: x86, x64, ARM64."""

INTERFERING: Final = {
    "CONDA ENV": "starts Python within a Conda environment",
    "CONDA PATH": "starts Python within a Conda environment",
    "DEBUG UDFS": "makes formulas wait for a debugger",
    "PYTHONPATH": "lets other Python files stand in for those of this product",
    "SHOW CONSOLE": "shows a black window at every button",
}
"""Settings of xlwings that get in the way, and what each does."""

NO_EFFECT: Final = frozenset({"", "false", "0"})
USUAL_FOLDERS: Final = ("Desktop", "Documents", "Downloads")
"""Where workbooks of a user often lie."""

COLOURS: Final = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red"}

# A line of VBA is a failure always; one of Python is where its level says so.
_FAILURE: Final = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?)\S*\s+(?:Excel\b|(?:\S+\s+)?(?:ERROR|CRITICAL)\b)"
)


def examine(machine: Machine | None = None) -> list[Check]:
    """
    Check this computer, or the one that is given; nothing is changed.

    Returns
    -------
    list of Check
        In the order in which they are worth mending.
    """
    machine = machine or this_machine()
    return [check(machine) for check in CHECKS.get(machine.system, ELSEWHERE)]


def has_failed(checks: Iterable[Check]) -> bool:
    """Whether something keeps formulas or buttons from working."""
    return any(check.verdict is Verdict.FAILED for check in checks)


def report(checks: Iterable[Check]) -> Iterator[str]:
    """Write the checks as lines for `addin.report.say`; what to do stands below what was found."""
    for check in checks:
        word = check.verdict.value
        yield f"[{COLOURS[check.verdict]}]{word}[/]{' ' * (9 - len(word))}{escape(f'{check.title}: {check.found}')}"
        if check.mend:
            yield f"         [dim]{escape(check.mend)}.[/dim]"


def _excel(machine: Machine) -> Check:
    """Whether Excel is there, and how wide its addresses are."""
    if machine.system == MAC:
        program = machine.applications / "Microsoft Excel.app"
        if program.exists():
            return ok("Excel", str(program))
        return failed("Excel", f"{program} is not there", "Install Excel")
    path = excel_program(machine)
    if not path:
        return failed("Excel", "Windows knows of no Excel on this computer", "Install the desktop version of Excel")
    bits = _program_bits(Path(path))
    if bits is None:
        return warning(
            "Excel", f"{path}; whether it has 32 or 64 bits cannot be seen", "Repair Excel if it will not start"
        )
    return ok("Excel", f"{path}, {bits} bits")


def _program_bits(path: Path) -> int | None:
    """Read from a Windows program how wide its addresses are."""
    try:
        with path.open("rb") as stream:
            head = stream.read(PROGRAM_HEAD_BYTES)
        (place,) = struct.unpack_from("<I", head, 0x3C)
        signature, kind = struct.unpack_from("<4sH", head, place)
    except (OSError, struct.error):
        return None
    return MACHINES.get(kind) if signature == b"PE\0\0" else None


def _excel_elsewhere(_: Machine) -> Check:
    return warning("Excel", LINUX_WORDS)


def _python(machine: Machine) -> Check:
    found = f"{machine.python}, {machine.bits} bits, {machine.interpreter}"
    if tuple(int(part) for part in machine.python.split(".")[:2]) < MINOR_VERSION:
        return failed("Python", found, "Install Python 3.11 or newer, and customer-value into it")
    if machine.is_walled:
        return failed("Python", STORE_WORDS, "Install Python with its own installer, and customer-value into it")
    if machine.bits < 64:
        return warning("Python", found, "Use a 64-bit Python; a large workbook needs its memory")
    return ok("Python", found)


def _packages(machine: Machine) -> Check:
    return ok("Packages", f"customer-value {machine.product}, xlwings {machine.xlwings}")


def _addin(machine: Machine) -> Check:
    """Whether the add-in is installed, for the versions that this Python has."""
    title = "Add-in"
    if not machine.addin.exists():
        return failed(title, f"{machine.addin} is not there", INSTALL)
    try:
        stamp = read_stamp(machine.addin)
    except UserError as fault:
        return failed(title, str(fault), CLOSE_AND_INSTALL)
    if stamp is None:
        return warning(
            title,
            f"{machine.addin} does not say which versions it was built for",
            f"It must be for xlwings {machine.xlwings}; {CLOSE_AND_INSTALL} unless you made it by hand",
        )
    found = f"{machine.addin}, built for customer-value {stamp.product} and xlwings {stamp.xlwings}"
    if (stamp.product, stamp.xlwings) == (machine.product, machine.xlwings):
        return ok(title, found)
    return failed(title, f"{found}; Python has {machine.product} and {machine.xlwings}", CLOSE_AND_INSTALL)


def _settings(machine: Machine) -> Check:
    """Whether Excel is told of this Python."""
    title = "Settings"
    try:
        named = read_settings(machine).get(machine.interpreter_key, "")
        unicode = is_unicode(machine)
    except UserError as fault:
        return failed(title, str(fault), f"Save it as ANSI, or delete it; then {INSTALL[0].lower()}{INSTALL[1:]}")
    if unicode:
        return failed(title, f"{machine.settings} is saved as Unicode, which Excel cannot read", INSTALL)
    if not named:
        return failed(title, f"{machine.settings} does not say {machine.interpreter_key}", INSTALL)
    path = Path(machine.expanded(named))
    if not path.exists():
        return failed(title, f"{machine.settings} names {path}, which is not there", INSTALL)
    if not _same(path, machine.interpreter):
        return warning(
            title,
            f"Excel uses {path}, not the Python of this check, {machine.interpreter}",
            f"{INSTALL} from the Python that Excel shall use, or check with the other one",
        )
    return ok(title, f"{machine.settings} names this Python")


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one file; a link to it is another, since it may belong to another environment."""
    if one == other:
        return True
    # a short name in old Windows style
    return one.name == other.name and one.parent.exists() and one.parent.samefile(other.parent)


def _given(machine: Machine) -> dict[str, str]:
    """The settings, or none where the file cannot be read; that is said once, in the check of the settings."""
    try:
        return read_settings(machine)
    except UserError:
        return {}


def _interfering(machine: Machine) -> Check:
    """Whether settings of xlwings get in the way."""
    title = "Other settings"
    given = _given(machine)
    found = [key for key in INTERFERING if given.get(key, "").casefold() not in NO_EFFECT]
    if not found:
        return ok(title, "none that gets in the way")
    what = "; ".join(f"{key} {INTERFERING[key]}" for key in found)
    return warning(title, f"{machine.settings}: {what}", "Delete these lines unless you know that you need them")


def _foreign_settings(machine: Machine) -> Check:
    """Whether a settings file lies where workbooks lie; the add-in refuses to work beside one."""
    title = "Settings beside workbooks"
    name = f"{PROJECT}.conf"
    folders = (machine.home, *(machine.home / folder for folder in USUAL_FOLDERS))
    there = [str(path) for folder in folders if (path := folder / name).exists()]
    why = "it could name any program to be started in Python's place"
    if there:
        return warning(title, f"{', '.join(there)}: {why}; the add-in refuses workbooks beside it", "Move it away")
    return ok(title, f"none in the usual folders; the add-in refuses workbooks beside a {name}, since {why}")


def _library(machine: Machine) -> Check:
    """Whether the library for this Excel lies where VBA looks for it."""
    title = "Library for formulas"
    bits = _program_bits(Path(excel_program(machine))) or 64
    named = _given(machine).get(machine.interpreter_key, "")
    interpreter = Path(machine.expanded(named)) if named else machine.interpreter
    library = find_library(machine, interpreter, bits)
    if library:
        return ok(title, str(library))
    return failed(
        title,
        f"{machine.dll_name(bits)} is neither in {interpreter.parent} nor one folder up",
        "Install customer-value into a virtual environment, then run customer-value install from it",
    )


def _script(machine: Machine) -> Check:
    title = "Script for buttons"
    if machine.script.exists():
        return ok(title, str(machine.script))
    return failed(title, f"{machine.script} is not there", INSTALL)


def _mac_formulas(_: Machine) -> Check:
    return warning("Worksheet functions", "they compute in Excel on Windows only; on a Mac use the buttons")


def _log(machine: Machine) -> Check:
    """When something last failed; what failed stays in the log, which may name customers' files."""
    title = "Log"
    try:
        with machine.log.open("rb") as stream:
            stream.seek(max(machine.log.stat().st_size - LOG_TAIL_BYTES, 0))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return ok(title, f"{machine.log} is not there yet: nothing has failed")
    except OSError as error:
        return warning(title, f"{machine.log} cannot be read: {error.strerror}")
    times = [match[1] for line in lines if (match := _FAILURE.match(line))]
    return ok(title, f"{machine.log}, last failure {times[-1]}" if times else f"{machine.log}, no failure")


_HERE: Final = (_python, _packages)
_INSTALLED: Final = (_addin, _settings, _interfering, _foreign_settings)

CHECKS: Final[dict[str, tuple[Callable[[Machine], Check], ...]]] = {
    WINDOWS: (
        _excel,
        *_HERE,
        *_INSTALLED,
        _library,
        check_mark,
        check_macros,
        check_addin_policies,
        check_disabled_items,
        check_other_copies,
        check_attack_surface,
        _log,
    ),
    MAC: (_excel, *_HERE, *_INSTALLED, _script, _mac_formulas, _log),
}
"""What is checked on each system that has Excel."""

ELSEWHERE: Final = (_excel_elsewhere, *_HERE, _log)
