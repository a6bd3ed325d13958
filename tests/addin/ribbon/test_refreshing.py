"""The group Refresh."""

import re
from pathlib import Path

import pytest

from addin import undo
from addin.contents import read_contents
from addin.settings import parse_settings, set_assumptions
from addin.workbook import RawTable
from tests.addin.ribbon.conftest import CHECKS, CHECKS_OF_WHOLE, Bench
from workbook_templates.plan import Plan

REFRESHES = ("RefreshAll", "RefreshLifetimeValue", "RefreshCostToServe", "RefreshSegments")


def assume(bench: Bench, *settings: str) -> None:
    """Type assumptions into the workbook."""
    book = bench.book
    _, cells = set_assumptions(read_contents(book), parse_settings(settings))
    book.apply(Plan(cells=cells))


@pytest.fixture
def changed(bench: Bench) -> Bench:
    """A workbook whose assumptions have changed since its refresh."""
    assume(bench, "horizon=1", "retention_prior=0.5")
    return bench


@pytest.fixture
def whole_changed(whole: Bench) -> Bench:
    """The same with the sheets of all packs."""
    assume(whole, "horizon=1", "retention_prior=0.5")
    return whole


def state(bench: Bench) -> dict[str, object]:
    """Everything that a refresh may write, except the clock."""
    contents = read_contents(bench.book)
    tables = {name: raw.columns for name, raw in contents.raw.items() if name != "Log"}
    return {**tables, "names": contents.names, "log": contents.raw["Log"].rows}


@pytest.mark.parametrize("id_", REFRESHES)
def test_every_button_refreshes_the_whole_workbook(changed: Bench, id_: str) -> None:
    desk = changed.run(id_)
    contents = read_contents(changed.book)
    assert contents.names["cv_used_horizon"] == 1
    assert contents.cells["Log"]["refreshed_at"][-1] is not None
    assert contents.raw["Log"].rows == 2
    assert "Write the results?" in desk.asked[0]
    assert "1-year customer value" in desk.told[0]
    assert f"All {CHECKS} checks are passed." in desk.told[0]


@pytest.mark.parametrize("id_", REFRESHES)
def test_no_writes_nothing(changed: Bench, id_: str) -> None:
    before = changed.path.read_bytes()
    changed.desk.yes = False
    desk = changed.run(id_)
    assert changed.path.read_bytes() == before
    assert (desk.told, desk.done) == ([], [])
    assert undo.last(str(changed.path)) is None


def test_refresh_all_previews_everything_and_leaves_the_user_in_place(changed: Bench) -> None:
    desk = changed.run("RefreshAll")
    assert "The base value goes from" in desk.asked[0]
    assert "Segments: " in desk.asked[0] or "No customer changes segment." in desk.asked[0]
    assert "Found in the inputs" in desk.asked[0] or "Nothing is wrong" in desk.asked[0]
    assert desk.done == []


@pytest.mark.parametrize(
    ("id_", "said", "unsaid", "sheet"),
    [
        ("RefreshLifetimeValue", "The base value goes from", "egment", "Lifetime value"),
        ("RefreshCostToServe", "The cost to serve stays at", "base value", "Customer P&L"),
        ("RefreshSegments", "egment", "base value", "Segments"),
    ],
)
def test_each_button_previews_its_own_family_and_shows_it(
    changed: Bench, id_: str, said: str, unsaid: str, sheet: str
) -> None:
    desk = changed.run(id_)
    own, _, rest = desk.asked[0].partition("Found in the inputs")
    assert rest
    assert said in own
    assert unsaid not in own
    assert desk.done == [("show", sheet)]


def test_a_change_of_costs_is_previewed_by_line(bench: Bench) -> None:
    family = cell(bench.table("tblLedgerPools"), "Family", "support", "Family")
    bench.book.apply(Plan(cells={family: "returns"}))
    desk = bench.run("RefreshCostToServe")
    assert "The cost to serve " in desk.asked[0]
    assert "By line: support " in desk.asked[0]


def test_a_ledger_that_no_longer_ties_is_previewed_as_unknown(bench: Bench) -> None:
    amount = cell(bench.table("tblLedgerPools"), "Family", "support", "Amount")
    bench.book.apply(Plan(cells={amount: 1_000_000.0}))
    desk = bench.run("RefreshCostToServe")
    assert re.search(r"The cost to serve goes from [\d,]+ to unknown\.", desk.asked[0])
    assert "NOT OK: Ledger pools = trial balance (difference " in desk.asked[0]


def cell(table: RawTable, heading: str, word: str, wanted: str) -> tuple[str, str]:
    """The cell of a column in the first row that has a word in another."""
    row = table.columns[heading].index(word)
    column = list(table.columns).index(wanted)
    return table.sheet, f"{chr(ord('A') + table.first_column - 1 + column)}{table.first_row + row}"


def test_first_refresh_says_so(empty: Bench) -> None:
    for id_ in REFRESHES:
        empty.desk.yes = False
        assert "First refresh" in empty.run(id_).asked[0]


def test_compare_says_what_a_refresh_says_and_writes_nothing(changed: Bench) -> None:
    before = changed.path.read_bytes()
    compared = changed.run("Compare").told[0]
    assert changed.path.read_bytes() == before
    assert "Nothing was written." in compared
    previewed = changed.run("RefreshAll").asked[0].removesuffix("\n\nWrite the results?")
    assert previewed in compared


def test_undo_brings_back_what_stood_there_and_again_what_replaced_it(whole_changed: Bench) -> None:
    changed = whole_changed
    stale = state(changed)
    assert f"All {CHECKS_OF_WHOLE} checks are passed." in changed.run("RefreshAll").told[0]
    fresh = state(changed)
    assert fresh != stale

    desk = changed.run("UndoRefresh")
    assert "Take back 'Refresh all' of 20" in desk.asked[0]
    assert "tblLifetimeValue" in desk.asked[0]
    assert state(changed) == stale

    desk = changed.run("UndoRefresh")
    assert "Take back 'Undo of Refresh all'" in desk.asked[0]
    assert state(changed) == fresh


def test_undo_that_is_not_wanted_stays_possible(changed: Bench) -> None:
    changed.run("RefreshAll")
    before = changed.path.read_bytes()
    changed.desk.yes = False
    changed.run("UndoRefresh")
    assert changed.path.read_bytes() == before
    assert undo.last(str(changed.path)) is not None


def test_nothing_to_undo_is_said(bench: Bench, foreign: Bench) -> None:
    for one in (bench, foreign):
        assert "nothing to undo" in one.run("UndoRefresh").told[0]


def test_workbook_that_was_never_saved_is_refreshed_without_an_undo(changed: Bench, home: Path) -> None:
    changed.desk.book = None
    assert "never saved, so the change cannot be undone" in changed.run("RefreshAll").told[0]
    assert "nothing to undo" in changed.run("UndoRefresh").told[0]
    assert not list(home.rglob("*.gz"))


def test_refresh_whose_undo_cannot_be_kept_stands_and_says_so(changed: Bench, home: Path) -> None:
    (home / ".customer_value").write_text("a file where the folder should be")
    assert "cannot be deleted" in changed.run("RefreshAll").told[0]
    assert read_contents(changed.book).names["cv_used_horizon"] == 1


def test_refusal_leaves_no_undo(changed: Bench) -> None:
    lock = changed.path.with_name(f"~${changed.path.name}")
    lock.touch()
    with pytest.raises(Exception, match="open in Excel"):
        changed.run("RefreshAll")
    lock.unlink()
    assert undo.last(str(changed.path)) is None
