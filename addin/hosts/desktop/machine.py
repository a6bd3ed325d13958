"""The computer as installation and doctor see it: one value, so that both can be tried for any system on any other."""

import importlib
import os
import platform
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Final

from addin import userfiles

__all__ = [
    "ADDIN_NAME",
    "LINUX_WORDS",
    "MAC",
    "STORE_WORDS",
    "WINDOWS",
    "Machine",
    "read_registry",
    "short_name",
    "this_machine",
]

WINDOWS: Final = "win32"
MAC: Final = "darwin"

ADDIN_NAME: Final = f"{userfiles.PROJECT}.xlam"

LINUX_WORDS: Final = (
    "Excel runs on Windows and Mac only. Here every command of customer-value works, from import to refresh, on .xlsx "
    "files; customer-value build-addin makes the add-in for computers with Excel"
)

STORE_WORDS: Final = (
    "Python comes from the Microsoft Store, and Windows keeps what it writes for itself, so that Excel would not see "
    "the add-in"
)

_VARIABLE: Final = re.compile(r"%([^%]+)%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """
    What is where, for one user.

    Attributes
    ----------
    system : str
        As `sys.platform` names it.
    home, appdata, applications : Path
        The user's folder; the roaming application data (Windows); the folder of programs (Mac).
    interpreter : Path
        The Python that runs now, as it was called: behind a virtual environment's link there is another folder.
    base : Path
        The Python that a virtual environment was made from.
    python, bits : str, int
        Its version, and how wide its addresses are.
    settings, log : Path
        Where xlwings' VBA module reads its settings; where failures are logged.
    encoding : str
        What VBA takes a settings file to be written in.
    product, xlwings : str
        Versions of this product and of xlwings in this Python.
    xlwings_folder : Path
        The package; it holds the script that buttons need on a Mac.
    environment : mapping of str to str
        Variables that VBA puts in for ``%NAME%``.
    registry : callable
        Gives the values of a key, names in lower case; nothing where there is no such key.
    short_name : callable
        Gives the old short form of a Windows path, or the path itself where there is none.
    """

    system: str
    home: Path
    appdata: Path
    applications: Path
    interpreter: Path
    base: Path
    python: str
    bits: int
    settings: Path
    log: Path
    encoding: str
    product: str
    xlwings: str
    xlwings_folder: Path
    environment: Mapping[str, str]
    registry: Callable[[str, str], Mapping[str, object]]
    short_name: Callable[[str], str]

    @property
    def has_excel(self) -> bool:
        """Whether Excel exists for this system at all."""
        return self.system in {WINDOWS, MAC}

    @property
    def is_walled(self) -> bool:
        """Whether Python comes from Microsoft's Store: what it writes for Excel, Windows hides from Excel."""
        return "windowsapps" in str(self.base).casefold()

    @property
    def startup(self) -> Path:
        """The user's folder whose files Excel opens when it starts."""
        if self.system == MAC:
            office = self.home / "Library" / "Group Containers" / "UBF8T346G9.Office"
            return office / "User Content.localized" / "Startup.localized" / "Excel"
        return self.appdata / "Microsoft" / "Excel" / "XLSTART"

    @property
    def addin(self) -> Path:
        """Where the add-in is installed."""
        return self.startup / ADDIN_NAME

    @property
    def interpreter_key(self) -> str:
        """The setting that names the interpreter."""
        return "INTERPRETER_MAC" if self.system == MAC else "INTERPRETER_WIN"

    @property
    def script(self) -> Path:
        """Where Excel on a Mac finds the script that starts Python; the name carries xlwings' exact version."""
        return self.home / "Library" / "Application Scripts" / "com.microsoft.Excel" / self.script_name

    @property
    def script_name(self) -> str:
        """The name of that script, here and in xlwings' package."""
        return f"xlwings-{self.xlwings}.applescript"

    def dll_name(self, bits: int) -> str:
        """Name the library through which an Excel of that width calls Python."""
        return f"xlwings{bits}-{self.xlwings}.dll"

    def expanded(self, text: str) -> str:
        """Put in the environment's variables as VBA does; an unknown one stays as it is written."""
        values = {name.casefold(): value for name, value in self.environment.items()}
        return _VARIABLE.sub(lambda match: values.get(match[1].casefold(), match[0]), text)


def this_machine() -> Machine:
    """Describe the computer and the user at hand."""
    home = Path.home()
    interpreter = Path(sys.executable)
    if interpreter.name.casefold() == "pythonw.exe":
        # xlwings hides the window itself, and only python.exe says on its error stream what went wrong
        interpreter = interpreter.with_name("python.exe")
    return Machine(
        system=sys.platform,
        home=home,
        appdata=Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming"),
        applications=Path("/Applications"),
        interpreter=interpreter,
        base=Path(sys.base_prefix),
        python=platform.python_version(),
        bits=64 if sys.maxsize > 2**32 else 32,
        settings=userfiles.settings_file(),
        log=userfiles.log_file(),
        # what VBA on a Mac takes other letters for depends on the system's language
        encoding="mbcs" if sys.platform == WINDOWS else "ascii",
        product=version("customer-value"),
        xlwings=version("xlwings"),
        xlwings_folder=Path(str(distribution("xlwings").locate_file("xlwings"))),
        environment=dict(os.environ),
        registry=read_registry,
        short_name=short_name,
    )


def read_registry(hive: str, key: str) -> Mapping[str, object]:
    """
    Give the values of a key of Windows' registry.

    Parameters
    ----------
    hive : str
        ``HKEY_CURRENT_USER`` or ``HKEY_LOCAL_MACHINE``.
    key : str
        The path below it.

    Returns
    -------
    mapping of str to object
        By name in lower case, "" for the default value; empty where there is no such key or no registry.
    """
    try:
        winreg = importlib.import_module("winreg")
    except ImportError:
        return {}
    try:
        with winreg.OpenKey(getattr(winreg, hive), key) as handle:
            values = [winreg.EnumValue(handle, i) for i in range(winreg.QueryInfoKey(handle)[1])]
    except OSError:  # not there, or not for this user's eyes
        return {}
    return {str(name).casefold(): value for name, value, _ in values}


def short_name(path: str) -> str:
    """Give the short form of a Windows path, in plain letters, where the drive keeps such names."""
    try:
        win32api = importlib.import_module("win32api")
    except ImportError:
        return path
    try:
        return str(win32api.GetShortPathName(path))
    except win32api.error:
        return path
