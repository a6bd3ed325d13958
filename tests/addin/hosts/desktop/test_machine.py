"""What is read from the computer at hand."""

import sys
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Self

import pytest

from addin.hosts.desktop.machine import read_registry, short_name, this_machine

KEY = r"Software\Example"


class FakeKey:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class FakeRegistry(ModuleType):
    """The part of `winreg` that is used."""

    HKEY_CURRENT_USER = 1
    VALUES = (("", "default", 1), ("VBAWarnings", 2, 4))

    def OpenKey(self, hive: int, key: str) -> FakeKey:  # noqa: N802  # the name that Windows gives it
        if (hive, key) != (1, KEY):
            raise FileNotFoundError(key)
        return FakeKey()

    def QueryInfoKey(self, _: FakeKey) -> tuple[int, int, int]:  # noqa: N802
        return 0, len(self.VALUES), 0

    def EnumValue(self, _: FakeKey, place: int) -> tuple[str, object, int]:  # noqa: N802
        return self.VALUES[place]


class FakeWin32(ModuleType):
    """The part of `win32api` that is used."""

    class error(Exception):  # noqa: N801, N818
        pass

    def GetShortPathName(self, path: str) -> str:  # noqa: N802
        if not path.startswith("C:"):
            raise self.error(2)
        return r"C:\SHORT~1"


def test_values_by_name_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "winreg", FakeRegistry("winreg"))
    assert read_registry("HKEY_CURRENT_USER", KEY) == {"": "default", "vbawarnings": 2}
    assert read_registry("HKEY_CURRENT_USER", "none") == {}


def test_short_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "win32api", FakeWin32("win32api"))
    assert short_name(r"C:\Ελλάδα") == r"C:\SHORT~1"
    assert short_name(r"D:\Ελλάδα") == r"D:\Ελλάδα"


@pytest.mark.skipif(sys.platform == "win32", reason="there they are")
def test_without_windows_there_is_neither() -> None:
    assert read_registry("HKEY_CURRENT_USER", KEY) == {}
    assert short_name("/usr/bin/python") == "/usr/bin/python"


def test_this_machine_is_the_one_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = this_machine()
    assert machine.system == sys.platform
    assert machine.interpreter == Path(sys.executable)
    assert (machine.xlwings_folder / machine.script_name).exists()
    monkeypatch.setattr(sys, "executable", str(Path("folder") / "pythonw.exe"))
    assert this_machine().interpreter == Path("folder") / "python.exe"


def test_unknown_variable_stays() -> None:
    assert this_machine().expanded("%no such variable% 100%") == "%no such variable% 100%"
