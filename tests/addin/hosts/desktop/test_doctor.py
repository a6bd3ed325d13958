"""The doctor, on computers that are not here."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from addin.hosts.desktop.doctor import Check, Verdict, examine, has_failed, report
from addin.hosts.desktop.machine import Machine
from tests.addin.hosts.desktop.machines import (
    Registry,
    addin_bytes,
    installed,
    linux,
    mac,
    program_bytes,
    set_values,
    windows,
)

OK, WARNING, FAILED = Verdict.OK, Verdict.WARNING, Verdict.FAILED


def found(machine: Machine, title: str) -> Check:
    return next(check for check in examine(machine) if check.title == title)


def test_well_installed_windows_has_nothing_to_mend(tmp_path: Path) -> None:
    checks = examine(installed(windows(tmp_path)))
    assert {check.verdict for check in checks} == {OK}
    assert not has_failed(checks)
    assert not any(check.mend for check in checks)


def test_fresh_windows_says_what_to_run(tmp_path: Path) -> None:
    checks = examine(windows(tmp_path))
    assert has_failed(checks)
    assert {check.title for check in checks if check.verdict is FAILED} == {"Add-in", "Settings"}
    assert {check.mend for check in checks if check.verdict is FAILED} == {"Run customer-value install"}


def test_well_installed_mac_says_what_needs_windows(tmp_path: Path) -> None:
    machine = installed(mac(tmp_path))
    machine.script.parent.mkdir(parents=True)
    machine.script.touch()
    checks = examine(machine)
    assert [check.title for check in checks if check.verdict is not OK] == ["Worksheet functions"]
    assert "Windows only" in found(machine, "Worksheet functions").found


def test_linux_says_that_there_is_no_excel_and_what_works(tmp_path: Path) -> None:
    checks = examine(linux(tmp_path))
    assert [check.verdict for check in checks] == [WARNING, OK, OK, OK]
    assert "every command of customer-value works" in checks[0].found
    assert not has_failed(checks)


def test_every_problem_but_a_plain_limit_says_what_to_do(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    for broken in (machine, replace(machine, python="3.10.1", bits=32)):
        assert all(check.mend for check in examine(broken) if check.verdict is FAILED)


def test_this_computer_can_be_examined() -> None:
    assert examine()


def test_report_marks_each_line_and_escapes_what_was_found() -> None:
    checks = [
        Check(title="Add-in", verdict=OK, found="[here]"),
        Check(title="Settings", verdict=FAILED, found="none", mend="Run customer-value install"),
    ]
    assert list(report(checks)) == [
        r"[green]OK[/]       Add-in: \[here]",
        "[red]FAILED[/]   Settings: none",
        "         [dim]Run customer-value install.[/dim]",
    ]


class TestExcel:
    @pytest.mark.parametrize(("kind", "bits"), [(0x14C, "32 bits"), (0x8664, "64 bits"), (0xAA64, "64 bits")])
    def test_bits_are_those_of_the_program(self, tmp_path: Path, kind: int, bits: str) -> None:
        machine = windows(tmp_path)
        (tmp_path / "Program Files" / "Office16" / "EXCEL.EXE").write_bytes(program_bytes(kind))
        check = found(machine, "Excel")
        assert check.verdict is OK
        assert bits in check.found

    @pytest.mark.parametrize("content", [b"", b"MZ", bytes(0x100), program_bytes(0x1234)])
    def test_bits_that_cannot_be_seen(self, tmp_path: Path, content: bytes) -> None:
        machine = windows(tmp_path)
        (tmp_path / "Program Files" / "Office16" / "EXCEL.EXE").write_bytes(content)
        assert found(machine, "Excel").verdict is WARNING

    def test_program_that_is_gone(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        (tmp_path / "Program Files" / "Office16" / "EXCEL.EXE").unlink()
        assert found(machine, "Excel").verdict is WARNING

    def test_not_installed(self, tmp_path: Path) -> None:
        check = found(replace(windows(tmp_path), registry=lambda _hive, _key: {}), "Excel")
        assert check.verdict is FAILED
        assert "knows of no Excel" in check.found

    def test_not_installed_on_a_mac(self, tmp_path: Path) -> None:
        check = found(replace(mac(tmp_path), applications=tmp_path / "none"), "Excel")
        assert (check.verdict, check.mend) == (FAILED, "Install Excel")


class TestPython:
    @pytest.mark.parametrize(
        ("version", "bits", "verdict"),
        [("3.11.0", 64, OK), ("3.14.0rc1", 64, OK), ("3.9.1", 64, FAILED), ("3.12.1", 32, WARNING)],
    )
    def test_version_and_bits(self, tmp_path: Path, version: str, bits: int, verdict: Verdict) -> None:
        assert found(replace(windows(tmp_path), python=version, bits=bits), "Python").verdict is verdict

    def test_from_the_store(self, tmp_path: Path) -> None:
        check = found(replace(windows(tmp_path), base=tmp_path / "WindowsApps"), "Python")
        assert check.verdict is FAILED
        assert "Microsoft Store" in check.found


class TestAddin:
    @pytest.mark.parametrize(
        ("content", "verdict", "words"),
        [
            (addin_bytes(product="0.0.9"), FAILED, "built for customer-value 0.0.9"),
            (addin_bytes(xlwings="0.37.7"), FAILED, "Python has 0.1.0 and 0.37.8"),
            (addin_bytes(stamped=False), WARNING, "does not say which versions"),
            (b"nothing", FAILED, "customer_value.xlam"),
        ],
    )
    def test_must_fit_this_python(self, tmp_path: Path, content: bytes, verdict: Verdict, words: str) -> None:
        check = found(installed(windows(tmp_path), content), "Add-in")
        assert check.verdict is verdict
        assert words in check.found
        assert "close Excel" in check.mend or "Close Excel" in check.mend

    def test_script_on_a_mac(self, tmp_path: Path) -> None:
        assert found(mac(tmp_path), "Script for buttons").verdict is FAILED


class TestSettings:
    def named(self, machine: Machine, value: str) -> Machine:
        machine = installed(machine)
        machine.settings.write_text(f'"INTERPRETER_WIN","{value}"\n')
        return machine

    def test_python_that_is_gone(self, tmp_path: Path) -> None:
        check = found(self.named(windows(tmp_path), "/gone/python.exe"), "Settings")
        assert check.verdict is FAILED
        assert "is not there" in check.found

    def test_another_python(self, tmp_path: Path) -> None:
        other = tmp_path / "other" / "python.exe"
        other.parent.mkdir()
        other.touch()
        check = found(self.named(windows(tmp_path), str(other)), "Settings")
        assert check.verdict is WARNING
        assert str(other) in check.found

    def test_variables_are_put_in_as_excel_does(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        folder = machine.interpreter.parent
        machine = replace(machine, environment={"SCRIPTS": str(folder)})
        check = found(self.named(machine, "%scripts%/python.exe"), "Settings")
        assert check.verdict is OK

    def test_short_name_of_this_python_is_this_python(self, tmp_path: Path) -> None:
        machine = windows(tmp_path)
        (tmp_path / "SCRIPT~1").symlink_to(machine.interpreter.parent)
        check = found(self.named(machine, str(tmp_path / "SCRIPT~1" / "python.exe")), "Settings")
        assert check.verdict is OK

    def test_unicode_is_not_what_excel_reads(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        machine.settings.write_text('"INTERPRETER_WIN","x"\n', encoding="utf-16")
        check = found(machine, "Settings")
        assert (check.verdict, check.mend) == (FAILED, "Run customer-value install")
        assert "Unicode" in check.found

    def test_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        machine.settings.unlink()
        machine.settings.mkdir()
        check = found(machine, "Settings")
        assert check.verdict is FAILED
        assert "ANSI" in check.mend
        assert found(machine, "Other settings").verdict is OK
        assert found(machine, "Library for formulas").verdict is OK

    @pytest.mark.parametrize(
        ("line", "verdict"),
        [
            ('"DEBUG UDFS","True"', WARNING),
            ('"DEBUG UDFS","False"', OK),
            ('"Conda Env","base"', WARNING),
            ('"X","1"', OK),
        ],
    )
    def test_settings_that_get_in_the_way(self, tmp_path: Path, line: str, verdict: Verdict) -> None:
        machine = installed(windows(tmp_path))
        machine.settings.write_text(machine.settings.read_text() + line + "\n")
        assert found(machine, "Other settings").verdict is verdict

    def test_settings_where_workbooks_lie(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        path = machine.home / "Documents" / "customer_value.conf"
        path.parent.mkdir()
        path.touch()
        check = found(machine, "Settings beside workbooks")
        assert check.verdict is WARNING
        assert str(path) in check.found


class TestLibrary:
    def test_is_the_one_for_this_excel(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        (tmp_path / "Program Files" / "Office16" / "EXCEL.EXE").write_bytes(program_bytes(0x14C))
        assert "xlwings32-0.37.8.dll" in found(machine, "Library for formulas").found

    def test_missing_beside_the_python_that_excel_uses(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        other = tmp_path / "other" / "bin" / "python.exe"
        machine.settings.write_text(f'"INTERPRETER_WIN","{other}"\n')
        check = found(machine, "Library for formulas")
        assert check.verdict is FAILED
        assert str(other.parent) in check.found


class TestLog:
    @pytest.mark.parametrize(
        ("line", "time"),
        [
            ("2026-01-31 12:00:00 Excel CV_LTV: no answer", "2026-01-31 12:00:00"),
            ("2026-01-31 12:00:01,250 ERROR addin.hosts: Traceback", "2026-01-31 12:00:01"),
            ("2026-01-31T12:00:02 customer_value CRITICAL out of memory", "2026-01-31T12:00:02"),
        ],
    )
    def test_says_when_not_what(self, tmp_path: Path, line: str, time: str) -> None:
        machine = installed(windows(tmp_path))
        machine.log.write_text(f"2025-01-01 00:00:00 ERROR Meyer & Sons\n{line}\n2026-02-01 00:00:00 INFO started\n")
        check = found(machine, "Log")
        assert check.verdict is OK
        assert check.found == f"{machine.log}, last failure {time}"

    def test_without_failures(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        machine.log.write_text("2026-02-01 00:00:00 INFO no ERROR so far\n")
        assert found(machine, "Log").found == f"{machine.log}, no failure"

    def test_long_log_is_read_at_its_end(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        machine.log.write_text("x" * 200_000 + "\n2026-02-01 00:00:00 ERROR end\n")
        assert found(machine, "Log").found.endswith("last failure 2026-02-01 00:00:00")

    def test_that_cannot_be_read(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        machine.log.mkdir()
        assert found(machine, "Log").verdict is WARNING


USER, COMPUTER = "HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE"
SECURITY = r"Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
OFFICE_POLICY = r"Software\Policies\Microsoft\Office\16.0\Common\Security"
NO_LOCATIONS: Registry = {(USER, rf"{POLICY}\Trusted Locations"): {"AllLocationsDisabled": 1}}
RULES = r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
MANAGED = r"SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager"
CHILDREN = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
LIBRARIES = "92E97FA1-2EDF-4476-BDD6-9DD0B4DDDC7B"


class TestTrust:
    @pytest.mark.parametrize("level", [1, 2, 3, 4])
    def test_trusted_location_beats_every_level(self, tmp_path: Path, level: int) -> None:
        machine = set_values(installed(windows(tmp_path)), {(USER, SECURITY): {"VBAWarnings": level}})
        assert found(machine, "Macros").verdict is OK

    @pytest.mark.parametrize(
        ("level", "signed", "verdict"),
        [
            (1, False, OK),
            (2, False, WARNING),
            (3, False, FAILED),
            (3, True, WARNING),
            (4, True, FAILED),
            (9, False, FAILED),
        ],
    )
    def test_without_trusted_locations_the_level_decides(
        self, tmp_path: Path, level: int, signed: bool, verdict: Verdict
    ) -> None:
        machine = installed(windows(tmp_path), addin_bytes(signed=signed))
        machine = set_values(machine, {**NO_LOCATIONS, (USER, SECURITY): {"VBAWarnings": level}})
        check = found(machine, "Macros")
        assert check.verdict is verdict
        assert "a policy switches trusted locations off" in check.found

    def test_policy_goes_before_the_users_choice(self, tmp_path: Path) -> None:
        machine = set_values(
            installed(windows(tmp_path)),
            {**NO_LOCATIONS, (USER, SECURITY): {"VBAWarnings": 1}, (USER, POLICY): {"VBAWarnings": 4}},
        )
        assert "no macros run" in found(machine, "Macros").found

    def test_excel_asks_unless_told_otherwise(self, tmp_path: Path) -> None:
        machine = set_values(windows(tmp_path), NO_LOCATIONS)
        assert "Excel asks" in found(machine, "Macros").found

    @pytest.mark.parametrize(
        ("key", "values", "words"),
        [
            (rf"{SECURITY}\Trusted Locations", {"AllLocationsDisabled": 1}, "Trust Center switches"),
            (rf"{OFFICE_POLICY}\Trusted Locations", {"Allow User Locations": 0}, "only trusted locations of its own"),
        ],
    )
    def test_other_ways_to_lose_trust(self, tmp_path: Path, key: str, values: dict[str, object], words: str) -> None:
        check = found(set_values(installed(windows(tmp_path)), {(USER, key): values}), "Macros")
        assert check.verdict is WARNING
        assert words in check.found

    @pytest.mark.parametrize(
        ("registry", "verdict", "words"),
        [
            ({}, WARNING, "overlooks in a trusted location"),
            (NO_LOCATIONS, FAILED, "and Excel blocks"),
            ({**NO_LOCATIONS, (USER, POLICY): {"BlockContentExecutionFromInternet": 1}}, FAILED, "and a policy blocks"),
        ],
    )
    def test_mark_of_the_web(self, tmp_path: Path, registry: Registry, verdict: Verdict, words: str) -> None:
        machine = set_values(installed(windows(tmp_path)), registry)
        Path(f"{machine.addin}:Zone.Identifier").touch()
        check = found(machine, "Mark of the web")
        assert check.verdict is verdict
        assert words in check.found
        assert "Unblock" in check.mend

    def test_signature_of_an_addin_that_is_not_there(self, tmp_path: Path) -> None:
        machine = set_values(windows(tmp_path), {**NO_LOCATIONS, (USER, SECURITY): {"VBAWarnings": 3}})
        assert found(machine, "Macros").verdict is FAILED

    @pytest.mark.parametrize(
        ("values", "signed", "verdict"),
        [
            ({"DisableAllAddins": 1}, True, FAILED),
            ({"RequireAddinSig": 1}, False, FAILED),
            ({"RequireAddinSig": 1}, True, OK),
        ],
    )
    def test_policies_on_addins(
        self, tmp_path: Path, values: dict[str, object], signed: bool, verdict: Verdict
    ) -> None:
        machine = installed(windows(tmp_path), addin_bytes(signed=signed))
        assert found(set_values(machine, {(USER, POLICY): values}), "Add-ins allowed").verdict is verdict

    @pytest.mark.parametrize(
        ("path", "verdict"), [(r"C:\...\XLSTART\Customer_Value.XLAM", FAILED), (r"C:\...\other.xlam", OK)]
    )
    def test_disabled_items(self, tmp_path: Path, path: str, verdict: Verdict) -> None:
        item = bytes(12) + path.encode("utf-16-le")
        key = (USER, r"Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems")
        machine = set_values(installed(windows(tmp_path)), {key: {"4A2B": item, "text": "customer_value.xlam"}})
        assert found(machine, "Disabled items").verdict is verdict


class TestOtherCopies:
    @pytest.mark.parametrize(
        "line", [r'/R "C:\Old\Customer_Value.xlam"', r"C:\Old\customer_value.xlam", "customer_value.xlam"]
    )
    def test_ticked_in_excel(self, tmp_path: Path, line: str) -> None:
        key = (USER, r"Software\Microsoft\Office\16.0\Excel\Options")
        machine = set_values(installed(windows(tmp_path)), {key: {"OPEN": '"other.xlam"', "OPEN1": line, "Options": 1}})
        check = found(machine, "Other copies")
        assert check.verdict is WARNING
        assert "other.xlam" not in check.found

    def test_ours_is_no_other(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        key = (USER, r"Software\Microsoft\Office\16.0\Excel\Options")
        assert found(set_values(machine, {key: {"OPEN": f'"{machine.addin}"'}}), "Other copies").verdict is OK

    def test_for_all_users(self, tmp_path: Path) -> None:
        machine = installed(windows(tmp_path))
        path = tmp_path / "Program Files" / "Office16" / "XLSTART" / "customer_value.xlam"
        path.parent.mkdir()
        path.touch()
        assert str(path) in found(machine, "Other copies").found


class TestDefender:
    @pytest.mark.parametrize(
        ("rules", "verdict", "words"),
        [
            ({CHILDREN: "1"}, FAILED, "creating child processes"),
            ({LIBRARIES: "1"}, FAILED, "Win32 API calls"),
            ({CHILDREN: "6", LIBRARIES: 1}, FAILED, "Win32 API calls"),
            ({CHILDREN: "6"}, WARNING, "asks first"),
            ({CHILDREN: "2", LIBRARIES: "0"}, OK, "no rule is known"),
        ],
    )
    def test_rules_of_group_policy(
        self, tmp_path: Path, rules: dict[str, object], verdict: Verdict, words: str
    ) -> None:
        check = found(set_values(installed(windows(tmp_path)), {(COMPUTER, RULES): rules}), "Windows Defender")
        assert check.verdict is verdict
        assert words in check.found

    def test_rules_of_device_management(self, tmp_path: Path) -> None:
        values = {"ASRRules": f"{LIBRARIES}=2|{CHILDREN} = 1"}
        machine = set_values(installed(windows(tmp_path)), {(COMPUTER, MANAGED): values})
        assert found(machine, "Windows Defender").verdict is FAILED


@pytest.mark.parametrize("make", [windows, mac, linux])
def test_titles_are_told_apart(tmp_path: Path, make: Callable[[Path], Machine]) -> None:
    titles = [check.title for check in examine(make(tmp_path))]
    assert len(set(titles)) == len(titles)
