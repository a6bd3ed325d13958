"""Installing and uninstalling, on computers that are not here."""

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from addin.faults import UserError
from addin.hosts.desktop.conf import read_settings
from addin.hosts.desktop.install import Stamp, install, is_blocked, is_signed, read_stamp, uninstall
from addin.hosts.desktop.machine import Machine
from tests.addin.hosts.desktop.machines import addin_bytes, installed, linux, mac, windows


def build(folder: Path) -> Path:
    path = folder / "customer_value.xlam"
    path.write_bytes(addin_bytes())
    return path


def ready(folder: Path, content: bytes | None = None) -> Path:
    path = folder / "signed.xlam"
    path.write_bytes(content or addin_bytes(signed=True))
    return path


def hold_open(monkeypatch: pytest.MonkeyPatch, *methods: str) -> None:
    """Behave as Windows does for a file that Excel has open."""

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "in use")

    for method in methods:
        monkeypatch.setattr(Path, method, refuse)


class TestInstallOnWindows:
    def test_puts_the_addin_where_excel_starts_and_names_python(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        done = install(machine=machine, build=build)
        path = machine.appdata / "Microsoft" / "Excel" / "XLSTART" / "customer_value.xlam"
        assert path.read_bytes() == addin_bytes()
        assert machine.settings.read_bytes() == f'"INTERPRETER_WIN","{machine.interpreter}"\r\n'.encode("cp1252")
        assert str(path) in done[0]
        assert str(machine.interpreter) in done[1]
        assert "start it again" in done[-1]
        assert list(path.parent.iterdir()) == [path], "Excel opens whatever lies there"

    def test_what_it_builds_itself_fits_this_very_python(self, tmp_path: Path) -> None:
        machine = replace(windows(tmp_path), product=version("customer-value"), xlwings=version("xlwings"))
        install(machine=machine)
        stamp = Stamp(product=version("customer-value"), xlwings=version("xlwings"))
        assert read_stamp(machine.addin) == stamp

    def test_again_changes_nothing_and_says_so(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        install(machine=machine, build=build)
        before = (machine.addin.stat().st_mtime_ns, machine.settings.stat().st_mtime_ns)
        done = install(machine=machine, build=build)
        assert (machine.addin.stat().st_mtime_ns, machine.settings.stat().st_mtime_ns) == before
        assert "unchanged" in done[0]
        assert "already" in done[1]

    def test_keeps_other_settings_and_puts_its_own_first(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        machine.settings.parent.mkdir(parents=True)
        machine.settings.write_bytes(b'"SHOW CONSOLE","False"\r\n"interpreter_win","C:\\old\\python.exe"\r\nstray\r\n')
        install(machine=machine, build=build)
        lines = machine.settings.read_bytes().split(b"\r\n")
        assert lines[1:] == [b'"SHOW CONSOLE","False"', b"stray", b""]
        assert read_settings(machine)["INTERPRETER_WIN"] == str(machine.interpreter)

    def test_takes_a_ready_file(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        path = ready(tmp_path)
        install(path, machine=machine)
        assert machine.addin.read_bytes() == path.read_bytes()

    def test_takes_a_file_that_does_not_say_what_it_was_built_for(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        install(ready(tmp_path, addin_bytes(stamped=False)), machine=machine)
        assert machine.addin.exists()

    def test_copy_of_a_blocked_file_is_not_blocked(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        path = ready(tmp_path)
        Path(f"{path}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n")
        done = install(path, machine=machine)
        assert any("signed.xlam is marked as coming from the internet" in line for line in done)
        assert not is_blocked(machine.addin)

    def test_installed_file_that_is_blocked_is_freed(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        Path(f"{machine.addin}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n")
        assert "The mark of the web was taken off it." in install(machine=machine, build=build)
        assert not is_blocked(machine.addin)

    def test_says_that_excel_holds_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        machine = installed(windows(tmp_path), addin_bytes(stamped=False))
        before = machine.settings.read_bytes()
        hold_open(monkeypatch, "replace")
        with pytest.raises(UserError, match="close every window of Excel and try again"):
            install(machine=machine, build=build)
        assert machine.settings.read_bytes() == before
        assert list(machine.startup.iterdir()) == [machine.addin]

    def test_says_that_the_folder_may_not_be_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        machine = windows(tmp_path)
        hold_open(monkeypatch, "mkdir")
        with pytest.raises(UserError, match="this user may not write into"):
            install(machine=machine, build=build)

    def test_says_why_the_addin_cannot_be_written(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        machine.startup.parent.mkdir(parents=True)
        machine.startup.touch()
        with pytest.raises(UserError, match=r"customer_value\.xlam cannot be written"):
            install(machine=machine, build=build)

    def test_says_why_the_settings_cannot_be_written(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        machine.settings.parent.touch()
        with pytest.raises(UserError, match="settings file"):
            install(machine=machine, build=build)

    def test_wants_the_library_where_excel_looks(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        for library in machine.interpreter.parent.parent.glob("*.dll"):
            library.unlink()
        with pytest.raises(UserError, match=r"xlwings64-0\.37\.8\.dll is neither in"):
            install(machine=machine, build=build)
        assert not machine.addin.exists()

    def test_refuses_the_python_whose_files_excel_does_not_see(self, tmp_path: Path) -> None:
        machine = replace(windows(tmp_path), base=tmp_path / "WindowsApps" / "PythonSoftwareFoundation.Python.3.12")
        with pytest.raises(UserError, match="Microsoft Store"):
            install(machine=machine, build=build)
        assert not machine.addin.exists()

    @pytest.mark.parametrize("folder", ["Ελλάδα", "100%"])
    def test_refuses_a_path_that_excel_cannot_be_told(self, tmp_path: Path, folder: str) -> None:
        machine = replace(windows(tmp_path), interpreter=tmp_path / folder / "Scripts" / "python.exe")
        with pytest.raises(UserError, match="Make a virtual environment in another folder"):
            install(machine=machine, build=build)
        assert not machine.addin.exists()
        assert not machine.settings.exists()

    def test_uses_the_short_name_where_the_long_one_does_not_fit(self, tmp_path: Path) -> None:
        folder = tmp_path / "Ελλάδα"
        machine = windows(folder)
        machine = replace(machine, short_name=lambda path: path.replace("Ελλάδα", "ELLADA~1"))
        install(machine=machine, build=build)
        assert "ELLADA~1" in read_settings(machine)["INTERPRETER_WIN"]

    def test_letters_of_the_own_language_are_fine(self, tmp_path: Path) -> None:
        machine = windows(tmp_path / "Jürgen")
        install(machine=machine, build=build)
        assert "Jürgen".encode("cp1252") in machine.settings.read_bytes()


class TestFileThatIsGiven:
    def test_must_fit_this_python(self, tmp_path: Path) -> None:
        path = ready(tmp_path, addin_bytes(xlwings="0.37.7"))
        with pytest.raises(UserError, match=r"with xlwings 0\.37\.7, but this Python has 0\.1\.0 with 0\.37\.8"):
            install(path, machine=windows(tmp_path))

    def test_must_be_an_addin(self, tmp_path: Path) -> None:
        path = tmp_path / "model.xlsx"
        path.write_bytes(addin_bytes())
        with pytest.raises(UserError, match="is not an add-in"):
            install(path, machine=windows(tmp_path))

    def test_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="cannot be read"):
            install(tmp_path / "none.xlam", machine=windows(tmp_path))

    def test_must_be_readable(self, tmp_path: Path) -> None:
        with pytest.raises(UserError):
            install(ready(tmp_path, b"not a package"), machine=windows(tmp_path))

    def test_must_have_macros(self, tmp_path: Path) -> None:
        path = ready(tmp_path, addin_bytes().replace(b"xl/vbaProject.bin", b"xl/vbaNothing.bin"))
        with pytest.raises(UserError, match="has no macros"):
            install(path, machine=windows(tmp_path))


class TestInstallOnMac:
    def test_puts_addin_setting_and_script_in_place(self, tmp_path: Path) -> None:
        machine = mac(tmp_path)
        done = install(machine=machine, build=build)
        office = machine.home / "Library" / "Group Containers" / "UBF8T346G9.Office"
        path = office / "User Content.localized" / "Startup.localized" / "Excel" / "customer_value.xlam"
        assert path.read_bytes() == addin_bytes()
        assert machine.settings.read_bytes() == f'"INTERPRETER_MAC","{machine.interpreter}"\n'.encode("ascii")
        scripts = machine.home / "Library" / "Application Scripts" / "com.microsoft.Excel"
        assert (scripts / "xlwings-0.37.8.applescript").read_text().startswith("on VbaHandler")
        assert any("worksheet functions (CV_...) compute in Excel on Windows only" in line for line in done)

    def test_again_changes_nothing(self, tmp_path: Path) -> None:
        machine = mac(tmp_path)
        install(machine=machine, build=build)
        done = install(machine=machine, build=build)
        assert sum("already" in line for line in done) == 3

    def test_wants_excel_to_have_run(self, tmp_path: Path) -> None:
        machine = mac(tmp_path)
        machine.settings.parent.rmdir()
        with pytest.raises(UserError, match="start it once"):
            install(machine=machine, build=build)

    @pytest.mark.parametrize("folder", ["My Tools", "Jürgen", "a'b"])
    def test_refuses_a_path_that_the_shell_would_break(self, tmp_path: Path, folder: str) -> None:
        machine = replace(mac(tmp_path), interpreter=tmp_path / folder / "python")
        with pytest.raises(UserError, match="no spaces"):
            install(machine=machine, build=build)

    def test_says_when_the_script_cannot_be_written(self, tmp_path: Path) -> None:
        machine = mac(tmp_path)
        (machine.xlwings_folder / machine.script_name).unlink()
        with pytest.raises(UserError, match="run xlwings runpython install"):
            install(machine=machine, build=build)


@pytest.mark.parametrize("act", [lambda machine: install(machine=machine), lambda machine: uninstall(machine=machine)])
def test_without_excel_it_says_what_works(tmp_path: Path, act: Callable[[Machine], list[str]]) -> None:
    machine = linux(tmp_path)
    with pytest.raises(UserError, match="Excel runs on Windows and Mac only") as caught:
        act(machine)
    assert "every command of customer-value works" in str(caught.value)
    assert "build-addin" in str(caught.value)
    assert not machine.settings.exists()


class TestUninstall:
    def test_leaves_others_lines(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        machine.settings.write_bytes(b'"SHOW CONSOLE","False"\r\n' + machine.settings.read_bytes())
        done = uninstall(machine=machine)
        assert machine.settings.read_bytes() == b'"SHOW CONSOLE","False"\r\n'
        assert not machine.addin.exists()
        assert "its other lines stay" in done[1]

    def test_takes_away_a_file_that_holds_nothing_else(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        done = uninstall(machine=machine)
        assert not machine.settings.exists()
        assert "held nothing else" in done[1]
        assert not machine.settings.parent.exists()

    def test_leaves_log_and_undo_and_says_so(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        machine.log.write_text("2026-01-31 12:00:00 Excel CV_LTV: no answer\n")
        done = uninstall(machine=machine)
        assert machine.log.exists()
        assert any("stays, with your log" in line for line in done)

    def test_again_says_that_nothing_was_there(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        done = uninstall(machine=machine)
        assert "was not there" in done[0]
        assert "did not name a Python" in done[1]

    def test_says_that_excel_holds_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        machine = installed(windows(tmp_path))
        hold_open(monkeypatch, "unlink")
        with pytest.raises(UserError, match="cannot be removed while Excel has it open"):
            uninstall(machine=machine)
        assert machine.settings.exists()

    def test_on_a_mac_the_shared_script_stays(self, tmp_path: Path) -> None:
        machine = mac(tmp_path)
        install(machine=machine, build=build)
        done = uninstall(machine=machine)
        assert machine.script.exists()
        assert any("other add-ins that use xlwings need it too" in line for line in done)


class TestWhatAFileSays:
    def test_stamp(self, tmp_path: Path) -> None:
        assert read_stamp(ready(tmp_path)) == Stamp(product="0.1.0", xlwings="0.37.8")
        assert read_stamp(ready(tmp_path, addin_bytes(stamped=False))) is None

    def test_damaged_file_is_refused(self, tmp_path: Path) -> None:
        path = ready(tmp_path, addin_bytes().replace(b"; xlwings", b", xlwings"))
        with pytest.raises(UserError, match="damaged"):
            read_stamp(path)

    def test_signature(self, tmp_path: Path) -> None:
        assert is_signed(ready(tmp_path))
        assert not is_signed(ready(tmp_path, addin_bytes()))
