"""What is kept for an undo: everything comes back, and nothing damaged is used."""

import datetime as dt
import gzip
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin import undo
from addin.undo import Kept, UndoError, forget, keep, last
from workbook_templates.plan import Cell, CellError, Plan, TableWrite

NOW = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)
PLAN = Plan(
    tables=(TableWrite(table="tblX", columns={"Id": ["a", None], "Amount": [1.5, CellError.NA]}, key="Id"),),
    names={"cv_used_as_of": dt.date(2025, 12, 31)},
    cells={("Assumptions", "J6"): 0.1},
    caches={("Summary", "A7"): "text"},
)

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters()),
    st.dates(),
    st.datetimes(),
    st.sampled_from(CellError),
)
places = st.dictionaries(st.tuples(st.text(), st.text()), cells, max_size=4)


@st.composite
def tables(draw: st.DrawFn) -> TableWrite:
    rows = draw(st.integers(0, 3))
    column = st.lists(cells, min_size=rows, max_size=rows)
    return TableWrite(
        table=draw(st.text()), columns=draw(st.dictionaries(st.text(), column, max_size=3)), key=draw(st.text())
    )


plans = st.builds(
    Plan,
    tables=st.lists(tables(), max_size=2).map(tuple),
    names=st.dictionaries(st.text(), cells, max_size=3),
    cells=places,
    caches=places,
)


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder of this module's own."""
    folder = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("HOME", str(folder))
    patch.setenv("USERPROFILE", str(folder))
    yield folder
    patch.undo()


def types(plan: Plan) -> list[type]:
    """The type of every cell: 1, 1.0 and TRUE are equal, and so are a text and an error that read alike."""
    found: list[Cell] = [cell for table in plan.tables for column in table.columns.values() for cell in column]
    return [type(cell) for cell in (*found, *plan.names.values(), *plan.cells.values(), *plan.caches.values())]


@given(plans)
def test_every_cell_comes_back_as_what_it_was(plan: Plan) -> None:
    keep("book.xlsx", plan, what="Refresh all", at=NOW)
    found = last("book.xlsx")
    assert found == Kept(plan=plan, what="Refresh all", at=NOW)
    assert types(found.plan) == types(plan)


def test_each_workbook_has_its_own_and_only_the_last() -> None:
    keep("one.xlsx", PLAN, what="first", at=NOW)
    keep("two.xlsx", Plan(), what="other", at=NOW)
    keep("one.xlsx", PLAN, what="second", at=NOW)
    assert [found.what for name in ("one.xlsx", "two.xlsx") if (found := last(name))] == ["second", "other"]
    forget("one.xlsx")
    assert last("one.xlsx") is None
    assert last("two.xlsx") is not None
    forget("one.xlsx")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the user's folder to the user by other means")
def test_only_the_user_can_read_it(home: Path) -> None:
    keep("secret.xlsx", PLAN, what="Refresh all", at=NOW)
    folder = home / ".customer_value" / "undo"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_the_oldest_go(home: Path) -> None:
    for number in range(undo.MOST_KEPT + 5):
        keep(f"{number}.xlsx", PLAN, what="Refresh all", at=NOW)
    assert len(list((home / ".customer_value" / "undo").iterdir())) == undo.MOST_KEPT
    assert last("0.xlsx") is None
    assert last(f"{undo.MOST_KEPT + 4}.xlsx") is not None


def file_of(home: Path, book: str) -> Path:
    """Keep something for a workbook alone, and give its file."""
    for path in (home / ".customer_value" / "undo").glob("*"):
        path.unlink()
    keep(book, PLAN, what="Refresh all", at=NOW)
    (path,) = (home / ".customer_value" / "undo").iterdir()
    return path


GOOD = {
    "version": 1,
    "book": "b.xlsx",
    "what": "Refresh all",
    "at": NOW.isoformat(),
    "tables": [],
    "names": [],
    "cells": [],
    "caches": [],
}
TABLE = {"table": "tblX", "key": "", "columns": []}
HOSTILE = [
    b"",
    b"{",
    b"null",
    b"[" * 100_000,
    b"\xff\xfe",
    *(
        json.dumps(content).encode()
        for content in (
            {},
            {**GOOD, "more": 1},
            {key: value for key, value in GOOD.items() if key != "caches"},
            {**GOOD, "version": 2},
            {**GOOD, "book": "other.xlsx"},
            {**GOOD, "what": 1},
            {**GOOD, "at": "yesterday"},
            {**GOOD, "at": "2026-01-01T00:00:00"},
            {**GOOD, "tables": {}},
            {**GOOD, "tables": [{**TABLE, "key": None}]},
            {**GOOD, "tables": [{**TABLE, "columns": [["A", [1]], ["B", []]]}]},
            {**GOOD, "tables": [{**TABLE, "columns": [["A", "text"]]}]},
            {**GOOD, "names": [["a", [1]]]},
            {**GOOD, "names": [["a"]]},
            {**GOOD, "names": [["a", {"error": "#OTHER!"}]]},
            {**GOOD, "names": [["a", {"date": "2025-02-30"}]]},
            {**GOOD, "names": [["a", {"path": "x"}]]},
            {**GOOD, "names": [["a", {}]]},
            {**GOOD, "names": [["a", {"date": 1}]]},
            {**GOOD, "cells": [["Sheet", 1]]},
            {**GOOD, "names": [["a", float("nan")]]},
        )
    ),
    json.dumps({**GOOD, "names": [["a", 0]]}).replace(" 0]", " 1e999]").encode(),
]


@pytest.mark.parametrize("content", HOSTILE)
def test_damaged_or_hostile_content_is_refused_in_words(home: Path, content: bytes) -> None:
    path = file_of(home, "b.xlsx")
    path.write_bytes(gzip.compress(content))
    with pytest.raises(UndoError, match="cannot be read, and the workbook stays as it is; delete"):
        last("b.xlsx")


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-5], lambda data: b"no gzip", lambda data: data[:30] + b"\0" * 9]
)
def test_damaged_file_is_refused_in_words(home: Path, damage: object) -> None:
    assert callable(damage)
    path = file_of(home, "b.xlsx")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UndoError, match="cannot be read"):
        last("b.xlsx")


def test_file_that_unpacks_to_too_much_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file_of(home, "b.xlsx")
    monkeypatch.setattr(undo, "MOST_BYTES", 10)
    with pytest.raises(UndoError, match="cannot be read"):
        last("b.xlsx")


def test_what_cannot_be_written_leaves_nothing_behind(home: Path) -> None:
    path = file_of(home, "b.xlsx")
    with pytest.raises(UndoError, match="cannot be undone later"):
        keep("b.xlsx", Plan(names={"a": float("nan")}), what="Refresh all", at=NOW)
    assert list(path.parent.iterdir()) == [path]
    assert last("b.xlsx") is not None
