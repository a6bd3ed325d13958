"""The group Help."""

import re
from pathlib import Path

import pytest

from addin.faults import UserError
from addin.registry import functions
from addin.ribbon import COMMANDS
from addin.ribbon.help_pages import help_page
from tests.addin.ribbon.conftest import Bench


def test_settings_name_versions_and_files_and_show_the_assumptions(bench: Bench) -> None:
    desk = bench.run("Settings")
    assert "xlwings 0.37.8" in desk.told[0]
    assert "customer_value.log" in desk.told[0]
    assert "customer_value.conf" in desk.told[0]
    assert desk.done == [("show", "Assumptions")]


def test_settings_work_in_front_of_any_workbook(foreign: Bench) -> None:
    desk = foreign.run("Settings")
    assert "not one of ours" in desk.told[0]
    assert desk.done == []


def test_help_opens_a_page_in_the_users_folder(foreign: Bench, home: Path) -> None:
    desk = foreign.run("Help")
    path = home / ".customer_value" / "help.html"
    assert desk.done == [("page", path)]
    assert path.read_text(encoding="utf-8") == help_page()


def test_help_that_cannot_be_written_is_said(foreign: Bench, home: Path) -> None:
    (home / ".customer_value").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        foreign.run("Help")


def test_page_describes_every_button_and_function_and_loads_nothing() -> None:
    page = help_page()
    assert all(f"<h3>{function.name}" in page for function in functions())
    assert all(command.label in page for command in COMMANDS)
    assert not re.search(r"<script|<link|<img|\bsrc=|https?:", page)
    assert "<table>" in page
