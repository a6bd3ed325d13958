"""Computers that are not here: what installation and doctor would find on them, in a folder of a test."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from addin.hosts.desktop.machine import MAC, WINDOWS, Machine

__all__ = [
    "PRODUCT",
    "XLWINGS",
    "Registry",
    "addin_bytes",
    "installed",
    "linux",
    "mac",
    "program_bytes",
    "set_values",
    "windows",
]

PRODUCT, XLWINGS = "0.1.0", "0.37.8"

Registry = Mapping[tuple[str, str], Mapping[str, object]]


def windows(root: Path, registry: Registry | None = None) -> Machine:
    """A Windows user with a virtual environment in which xlwings is installed, and with Excel."""
    home = root / "Users" / "user"
    environment = home / "venv"
    interpreter = environment / "Scripts" / "python.exe"
    for path in (interpreter, environment / f"xlwings64-{XLWINGS}.dll", environment / f"xlwings32-{XLWINGS}.dll"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    excel = root / "Program Files" / "Office16" / "EXCEL.EXE"
    excel.parent.mkdir(parents=True)
    excel.write_bytes(program_bytes(0x8664))
    app_path = r"software\microsoft\windows\currentversion\app paths\excel.exe"
    machine = Machine(
        system=WINDOWS,
        home=home,
        appdata=home / "AppData" / "Roaming",
        applications=root / "Applications",
        interpreter=interpreter,
        base=root / "Python312",
        python="3.12.4",
        bits=64,
        settings=home / ".customer_value" / "customer_value.conf",
        log=home / ".customer_value" / "customer_value.log",
        encoding="cp1252",
        product=PRODUCT,
        xlwings=XLWINGS,
        xlwings_folder=environment / "Lib" / "site-packages" / "xlwings",
        environment={"LOCALAPPDATA": str(home / "AppData" / "Local")},
        registry=lambda _hive, _key: {},
        short_name=lambda path: path,
    )
    return set_values(machine, {("HKEY_LOCAL_MACHINE", app_path): {"": f'"{excel}"'}, **(registry or {})})


def set_values(machine: Machine, registry: Registry) -> Machine:
    """The machine with more in its registry; keys and names do not tell upper from lower case."""
    before = machine.registry
    folded = {
        (hive, key.casefold()): {name.casefold(): value for name, value in values.items()}
        for (hive, key), values in registry.items()
    }
    return replace(machine, registry=lambda hive, key: folded.get((hive, key.casefold())) or before(hive, key))


def mac(root: Path) -> Machine:
    """A Mac user with a virtual environment, and with Excel that ran once."""
    home = root / "Users" / "user"
    interpreter = home / "venv" / "bin" / "python"
    package = home / "venv" / "lib" / "xlwings"
    data = home / "Library" / "Containers" / "com.microsoft.Excel" / "Data"
    applications = root / "Applications"
    for folder in (interpreter.parent, package, data, applications / "Microsoft Excel.app"):
        folder.mkdir(parents=True)
    interpreter.touch()
    (package / f"xlwings-{XLWINGS}.applescript").write_text("on VbaHandler(ParameterString)\n")
    return replace(
        windows(root / "unused"),
        system=MAC,
        home=home,
        applications=applications,
        interpreter=interpreter,
        settings=data / "customer_value.conf",
        log=home / ".customer_value" / "customer_value.log",
        encoding="ascii",
        xlwings_folder=package,
    )


def linux(root: Path) -> Machine:
    """A Linux user."""
    return replace(windows(root), system="linux")


def addin_bytes(product: str = PRODUCT, xlwings: str = XLWINGS, *, signed: bool = False, stamped: bool = True) -> bytes:
    """An add-in as far as installation and doctor look into it."""
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>'
        f"customer-value {product}; xlwings {xlwings}</dc:description></cp:coreProperties>"
    )
    parts = {"[Content_Types].xml": "<Types/>", "xl/vbaProject.bin": "macros"}
    parts |= {"docProps/core.xml": core} if stamped else {}
    parts |= {"xl/vbaProjectSignatureV3.bin": "signature"} if signed else {}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name), text)
    return stream.getvalue()


def installed(machine: Machine, content: bytes | None = None) -> Machine:
    """The machine with the add-in in place and this Python in the settings."""
    for path, data in (
        (machine.addin, content or addin_bytes()),
        (machine.settings, f'"{machine.interpreter_key}","{machine.interpreter}"\r\n'.encode()),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return machine


def program_bytes(kind: int) -> bytes:
    """The head of a Windows program for a kind of processor."""
    return b"MZ".ljust(0x3C, b"\0") + (0x40).to_bytes(4, "little") + b"PE\0\0" + kind.to_bytes(2, "little") + bytes(64)
