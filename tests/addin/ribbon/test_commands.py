"""The list of commands, and what all of them have in common."""

import re

import pytest

from addin.faults import UserError
from addin.registry import functions
from addin.ribbon import COMMANDS, Command, find
from addin.workbook import WorkbookError
from tests.addin.ribbon.conftest import Bench

NEED_OUR_WORKBOOK = (
    *("LoadMonth", "InsertTemplateSheet", "RefreshAll", "RefreshLifetimeValue", "RefreshCostToServe"),
    *("RefreshSegments", "Compare", "Check", "Explain", "BoardPack"),
)
FOR_ANY_WORKBOOK = {"MapLayout", "NewModel", "UndoRefresh", "RepairFormulas", "Settings", "Help"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_command_is_fit_for_a_ribbon(command: Command) -> None:
    assert re.fullmatch(r"[A-Za-z]\w*", command.id)
    assert 0 < len(command.label) <= 24
    assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", command.icon)
    assert re.fullmatch(r"[^.?!]+(\.|\?)", command.tip), "one sentence"
    assert not (command.large and command.menu)
    if command.asks:
        assert "|" not in command.asks.files + command.asks.suggested  # the ribbon's XML separates them so
        assert len(command.asks.files.split(",")) == 2
        assert bool(command.asks.suggested) == (command.asks.how == "save")


def test_ids_are_unique_for_vba() -> None:
    ids = [command.id.casefold() for command in COMMANDS]
    assert len(set(ids)) == len(ids)


def test_commands_of_a_group_and_of_a_menu_stand_together() -> None:
    for places in ([command.group for command in COMMANDS], [(command.group, command.menu) for command in COMMANDS]):
        changes = [place for before, place in zip([None, *places], places, strict=False) if place != before]
        named = [place for place in changes if isinstance(place, str) or place[1]]
        assert len(set(named)) == len(named)


def test_every_front_door_function_can_be_inserted() -> None:
    inserted = {command.label for command in COMMANDS if command.menu == "Insert formula"}
    assert inserted == {function.name for function in functions() if function.front_door}


def test_every_command_is_found_by_its_id_and_no_other() -> None:
    assert [find(command.id) for command in COMMANDS] == list(COMMANDS)
    with pytest.raises(UserError, match=r"there is no command 'Close'.*install"):
        find("Close")


@pytest.mark.parametrize("id_", NEED_OUR_WORKBOOK)
def test_another_workbook_is_refused_in_words(foreign: Bench, id_: str) -> None:
    with pytest.raises(WorkbookError, match="not made from one of our templates"):
        foreign.run(id_, foreign.path)


def test_every_command_is_tried_on_another_workbook() -> None:
    rest = {command.id for command in COMMANDS} - set(NEED_OUR_WORKBOOK) - FOR_ANY_WORKBOOK
    assert all(id_.startswith("Insert_CV_") for id_ in rest)
