"""The settings file as VBA reads it."""

from pathlib import Path

import pytest

from addin.faults import UserError
from addin.hosts.desktop.conf import is_unicode, read_settings, with_setting, without_setting
from addin.hosts.desktop.machine import Machine
from tests.addin.hosts.desktop.machines import mac, windows


def given(tmp_path: Path, content: bytes) -> Machine:
    machine = windows(tmp_path)
    machine.settings.parent.mkdir()
    machine.settings.write_bytes(content)
    return machine


def test_no_file_is_no_setting(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    assert read_settings(machine) == {}
    assert without_setting(machine, "INTERPRETER_WIN") is None
    assert with_setting(machine, "INTERPRETER_WIN", "p") == b'"INTERPRETER_WIN","p"\r\n'


def test_first_line_of_a_key_wins_whatever_its_case(tmp_path: Path) -> None:
    machine = given(tmp_path, b'"a","1"\r\n\r\nB,2\r\n"A","3"\r\nalone\r\n')
    assert read_settings(machine) == {"A": "1", "B": "2"}


def test_a_setting_that_stands_twice_stands_once_afterwards(tmp_path: Path) -> None:
    machine = given(tmp_path, b'"A","1"\r\n"B","2"\r\n"a","3"\r\n')
    assert with_setting(machine, "A", "4") == b'"A","4"\r\n"B","2"\r\n'
    assert without_setting(machine, "A") == b'"B","2"\r\n'


def test_other_lines_keep_their_bytes(tmp_path: Path) -> None:
    machine = given(tmp_path, b'"B","\x81\xff"\r\n')
    assert with_setting(machine, "A", "1") == b'"A","1"\r\n"B","\x81\xff"\r\n'


def test_lines_end_as_on_the_system(tmp_path: Path) -> None:
    assert with_setting(mac(tmp_path), "A", "1") == b'"A","1"\n'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_unicode_is_turned_into_what_vba_reads(tmp_path: Path, encoding: str) -> None:
    machine = given(tmp_path, '"B","Jürgen"\r\n'.encode(encoding))
    assert is_unicode(machine)
    assert read_settings(machine) == {"B": "Jürgen"}
    assert with_setting(machine, "A", "1") == '"A","1"\r\n"B","Jürgen"\r\n'.encode("cp1252")


def test_unicode_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    machine = given(tmp_path, '"B","Ελλάδα"\r\n'.encode("utf-16"))
    with pytest.raises(UserError, match="save it as ANSI"):
        read_settings(machine)


def test_value_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot hold"):
        with_setting(windows(tmp_path), "A", "Ελλάδα")


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    machine.settings.mkdir(parents=True)
    with pytest.raises(UserError, match="cannot be read"):
        read_settings(machine)
