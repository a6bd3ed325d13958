"""
Puts the add-in where Excel finds it, and takes it away again: for one user, without administrator rights or internet.

What is put where: the add-in into the folder that Excel opens at its start, one line into the user's settings that
names this Python, and on a Mac xlwings' script that starts it. Everything is checked before anything is written.
"""

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from addin.books.package import Package
from addin.books.replacing import replace_file
from addin.faults import UserError
from addin.hosts.desktop.conf import with_setting, without_setting
from addin.hosts.desktop.machine import LINUX_WORDS, MAC, STORE_WORDS, WINDOWS, Machine, this_machine

__all__ = ["Stamp", "find_library", "install", "is_blocked", "is_signed", "read_stamp", "uninstall"]

RESTART: Final = "Close every window of Excel and start it again; then the tab Customer Value is there."
MAC_WORDS: Final = "On a Mac the buttons work; worksheet functions (CV_...) compute in Excel on Windows only."

_VBA_PROJECT: Final = "xl/vbaProject.bin"
_SIGNATURE: Final = "xl/vbaprojectsignature"
_CORE: Final = "docProps/core.xml"
_STAMP: Final = re.compile(r"customer-value (\S+); xlwings (\S+)")
_MAC_FIT: Final = re.compile(r"/[A-Za-z0-9._/+@-]+")
_BITS: Final = (64, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The versions that an add-in was built for, as it says itself."""

    product: str
    xlwings: str


def install(
    addin: Path | None = None, *, machine: Machine | None = None, build: Callable[[Path], Path] | None = None
) -> list[str]:
    """
    Install the add-in for this user; once more is the same as once.

    Parameters
    ----------
    addin : Path, optional
        A ready .xlam, such as one that was signed; without it one is built.
    machine : Machine, optional
        The computer; this one unless told.
    build : callable, optional
        Writes the add-in into a folder and gives its path.

    Returns
    -------
    list of str
        What was done, in words.

    Raises
    ------
    UserError
        If there is no Excel for this system, the file does not fit this Python, Excel cannot be told of this Python,
        or Excel holds the installed file open.
    """
    machine = machine or this_machine()
    if not machine.has_excel:
        raise UserError(f"nothing is installed: {LINUX_WORDS}")
    setting = with_setting(machine, machine.interpreter_key, _interpreter(machine))
    _require_surroundings(machine)
    with tempfile.TemporaryDirectory() as folder:
        source = addin or (build or _build)(Path(folder))
        _require_fit(source, machine)
        done = _placed(source, machine)
    done.append(_told(machine, setting))
    if machine.system == MAC:
        done += [_scripted(machine), MAC_WORDS]
    return [*done, RESTART]


def uninstall(*, machine: Machine | None = None) -> list[str]:
    """
    Take away what `install` put there; log, undo and other settings stay, and that is said.

    Returns
    -------
    list of str
        What was done, in words.

    Raises
    ------
    UserError
        If there is no Excel for this system, or Excel holds the add-in open.
    """
    machine = machine or this_machine()
    if not machine.has_excel:
        raise UserError(f"nothing is installed here: {LINUX_WORDS}")
    done = [_removed(machine), _forgotten(machine)]
    if machine.system == MAC and machine.script.exists():
        done.append(f"{machine.script} stays: other add-ins that use xlwings need it too.")
    done += _kept(machine.log.parent)
    return [*done, "The Python package stays; pip uninstall customer-value removes it."]


def read_stamp(addin: Path) -> Stamp | None:
    """
    Read back what an add-in was built for.

    Returns
    -------
    Stamp or None
        None when the file does not say, as when it was put together by hand.

    Raises
    ------
    UserError
        If the file is no macro workbook.
    """
    package = _opened(addin)
    if not package.has(_CORE):
        return None
    match = _STAMP.search(package.xml(_CORE).findtext("{*}description") or "")
    return Stamp(product=match[1], xlwings=match[2]) if match else None


def is_signed(addin: Path) -> bool:
    """Whether the add-in's macros carry a signature; whose, and whether it holds, only Excel decides."""
    return any(part.casefold().startswith(_SIGNATURE) for part in _opened(addin).parts())


def is_blocked(path: Path) -> bool:
    """Whether Windows has marked a file as coming from the internet."""
    try:
        return _mark(path).exists()
    except OSError:
        return False


def find_library(machine: Machine, interpreter: Path, bits: int) -> Path | None:
    """Find the library for an Excel of that width where xlwings' VBA module looks for it: beside Python, or one up."""
    folders = (interpreter.parent, interpreter.parent.parent)
    return next((path for folder in folders if (path := folder / machine.dll_name(bits)).exists()), None)


def _build(folder: Path) -> Path:
    from addin.hosts.desktop.build import write_addin

    return write_addin(folder)


def _interpreter(machine: Machine) -> str:
    """
    Give the path of Python as Excel can use it.

    On Windows it travels through the code page and through the expansion of ``%NAME%``; on a Mac it stands without
    quotes in a command of the shell.
    """
    path = str(machine.interpreter)
    if machine.system == MAC:
        if not _MAC_FIT.fullmatch(path):
            raise UserError(_misfit(path, "no spaces and no letters beyond a to z"))
        return path
    candidates = (path, machine.short_name(path))
    fitting = next((one for one in candidates if _fits(one, machine.encoding)), None)
    if fitting is None:
        raise UserError(_misfit(path, "no % and only letters of this Windows's own language"))
    return fitting


def _fits(path: str, encoding: str) -> bool:
    try:
        path.encode(encoding)
    except UnicodeEncodeError:
        return False
    return "%" not in path


def _misfit(path: str, rule: str) -> str:
    return (
        f"Excel cannot start the Python at {path}: its path may have {rule}. Make a virtual environment in another "
        "folder, install customer-value there, and run customer-value install from it"
    )


def _require_surroundings(machine: Machine) -> None:
    """Refuse a Python that Excel would not find its way into."""
    if machine.system == MAC:
        if not machine.settings.parent.is_dir():
            raise UserError("Excel has not run for this user yet; start it once, quit it, and try again")
        return
    if machine.is_walled:
        raise UserError(f"{STORE_WORDS}; install Python with its own installer, and customer-value into it")
    if not any(find_library(machine, machine.interpreter, bits) for bits in _BITS):
        raise UserError(
            f"{machine.dll_name(_BITS[0])} is neither in {machine.interpreter.parent} nor one folder up, where "
            "Excel looks for it. It comes with xlwings into a virtual environment: make one (python -m venv), install "
            "customer-value there, and run customer-value install from it"
        )


def _require_fit(source: Path, machine: Machine) -> None:
    """Refuse a file that is no add-in, or one that was built for other versions than this Python has."""
    if source.suffix.casefold() != ".xlam":
        raise UserError(f"{source.name} is not an add-in; give an .xlam file, or none to have one built")
    stamp = read_stamp(source)
    if stamp and (stamp.product, stamp.xlwings) != (machine.product, machine.xlwings):
        raise UserError(
            f"{source.name} was built for customer-value {stamp.product} with xlwings {stamp.xlwings}, but this Python "
            f"has {machine.product} with {machine.xlwings}; they only work together as one. Build it again with "
            "customer-value build-addin, or install the package's version that it was built for"
        )


def _opened(addin: Path) -> Package:
    try:
        package = Package(addin.read_bytes(), addin.name)
    except OSError as error:
        raise UserError(f"{addin} cannot be read: {error.strerror}") from None
    if not package.has(_VBA_PROJECT):
        raise UserError(f"{addin.name} has no macros, so it is not the add-in")
    return package


def _placed(source: Path, machine: Machine) -> list[str]:
    """Copy the add-in into Excel's startup folder; the copy carries no mark of the web."""
    target, content = machine.addin, source.read_bytes()
    if target.exists() and target.read_bytes() == content:
        done = [f"{target} is there already, unchanged."]
    else:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, [content])
        except PermissionError:
            raise UserError(_held(target, "replaced")) from None
        except OSError as error:
            raise UserError(f"{target} cannot be written: {error.strerror}") from None
        done = [f"The add-in is {target}"]
    if machine.system == WINDOWS and is_blocked(target):
        _mark(target).unlink()
        done.append("The mark of the web was taken off it.")
    elif is_blocked(source):
        done.append(f"{source.name} is marked as coming from the internet; the copy that Excel opens is not.")
    return done


def _told(machine: Machine, setting: bytes | None) -> str:
    """Name this Python in the user's settings."""
    if setting is None:
        return f"{machine.settings} names this Python already."
    _write_settings(machine, setting)
    return f"{machine.settings} tells Excel to use {machine.interpreter}"


def _scripted(machine: Machine) -> str:
    """Put xlwings' script where Excel on a Mac may run it, as ``xlwings runpython install`` does."""
    source = machine.xlwings_folder / machine.script_name
    try:
        if machine.script.exists() and machine.script.read_bytes() == source.read_bytes():
            return f"{machine.script} is there already."
        machine.script.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, machine.script)
    except OSError as error:
        raise UserError(
            f"{machine.script} cannot be written: {error.strerror}; run xlwings runpython install, then try again"
        ) from None
    return f"{machine.script} lets the buttons start Python."


def _removed(machine: Machine) -> str:
    try:
        machine.addin.unlink()
    except FileNotFoundError:
        return f"{machine.addin} was not there."
    except PermissionError:
        raise UserError(_held(machine.addin, "removed")) from None
    return f"{machine.addin} is removed."


def _forgotten(machine: Machine) -> str:
    """Take our line out of the user's settings; a file without any line goes too."""
    content = without_setting(machine, machine.interpreter_key)
    if content is None:
        return f"{machine.settings} did not name a Python."
    if content:
        _write_settings(machine, content)
        return f"{machine.settings} no longer names a Python; its other lines stay."
    machine.settings.unlink()
    return f"{machine.settings} is removed; it held nothing else."


def _kept(folder: Path) -> list[str]:
    """Say what of the user's own files is left; a folder without any goes."""
    if not folder.is_dir():
        return []
    if any(folder.iterdir()):
        return [f"{folder} stays, with your log, saved mappings and what an undo needs; delete it by hand."]
    folder.rmdir()
    return []


def _write_settings(machine: Machine, content: bytes) -> None:
    try:
        machine.settings.parent.mkdir(parents=True, exist_ok=True)
        replace_file(machine.settings, [content])
    except OSError as error:
        mend = "; allow your terminal in System Settings, Privacy & Security" if machine.system == MAC else ""
        raise UserError(f"the settings file {machine.settings} cannot be written: {error.strerror}{mend}") from None


def _held(target: Path, what: str) -> str:
    if target.exists():
        return f"{target} cannot be {what} while Excel has it open; close every window of Excel and try again"
    return f"this user may not write into {target.parent}; ask your IT department"


def _mark(path: Path) -> Path:
    """The stream beside a file's content in which Windows notes where it came from."""
    return Path(f"{path}:Zone.Identifier")
