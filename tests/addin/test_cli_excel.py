"""The commands that bring the product to Excel, as their users run them."""

import sys
from pathlib import Path

import pytest

from addin.hosts.desktop import build
from tests.addin.commands import run

Capture = pytest.CaptureFixture[str]
LINUX = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="says what holds where there is no Excel")


def test_build_addin_writes_both_files_and_says_where(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(folder: Path) -> Path:
        return build.write_addin(folder).rename(folder / build.DEMO_NAME)  # the real one is built in tests/hosts

    monkeypatch.setattr(build, "write_demo", small)
    out = tmp_path / "new" / "folder"
    outcome = run(capsys, "build-addin", out, "--sources")
    assert outcome.code == 0, outcome.err
    assert str(out / build.ADDIN_NAME) in outcome.out
    assert str(out / build.DEMO_NAME) in outcome.out
    assert (out / "sources" / "CvFunctions.bas").exists()
    assert "customer-value install" in outcome.out


def test_build_addin_into_something_else_than_a_folder_is_refused(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("x")
    outcome = run(capsys, "build-addin", tmp_path / "file")
    assert outcome.code == 2
    assert outcome.err.startswith("customer-value: ")
    assert "cannot be written" in outcome.err


@LINUX
@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_without_excel_there_is_nothing_to_install_and_it_says_what_works(capsys: Capture, command: str) -> None:
    outcome = run(capsys, command)
    assert outcome.code == 2
    assert "Excel runs on Windows and Mac only" in outcome.err
    assert "build-addin makes the add-in for computers with Excel" in outcome.err


@LINUX
def test_doctor_says_plainly_that_excel_is_not_there(capsys: Capture) -> None:
    outcome = run(capsys, "doctor")
    assert outcome.code == 0
    assert "Excel runs on Windows and Mac only" in outcome.out
    assert "OK       Packages: customer-value" in outcome.out
