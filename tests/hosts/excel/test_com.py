import datetime as dt
import decimal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.hosts.excel.com import ERRORS, Book, Sheet, active, call, from_cell, install, load, to_cell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stands in for pywin32, which is there on Windows")

MODULE = "excel_functions_of_a_test"
SOURCE = """
import xlwings as xw

seen = []

@xw.func
@xw.arg("cells", "raw")
@xw.arg("more", "raw")
@xw.ret("raw")
def echo(cells, more=None):
    seen.append((cells, more))
    return [[1.0]]

@xw.func
@xw.ret("raw")
def fail():
    raise ValueError("no")

@xw.func
@xw.ret("raw")
def table():
    return [[1.0, "a"], [True, ""]]

@xw.func
@xw.ret("raw")
def bad():
    return [[2**40]]
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    install().udfs.udf_modules.pop(MODULE, None)
    yield load(MODULE)
    install().udfs.udf_modules.pop(MODULE, None)
    sys.modules.pop(MODULE, None)


@pytest.fixture
def sheet() -> Sheet:
    return Book().Worksheets(1)


def test_installing_twice_gives_the_same_engine_and_hides_the_stand_ins() -> None:
    assert install() is install()
    assert not [name for name in sys.modules if name.startswith(("win32", "pythoncom", "pywintypes"))]
    assert [engine.name for engine in xw.engines].count("excel") == 1


def test_the_engine_is_switched_on_only_meanwhile() -> None:
    before = xw.engines.active, xw.func
    with active():
        assert xw.engines.active is xw.engines["excel"]
        assert xw.func is not before[1]
    assert (xw.engines.active, xw.func) == before


def test_ranges_arrive_with_the_types_of_excel(module: Any, sheet: Sheet) -> None:
    block = sheet.put("A1", [[1, "a", True, None], [dt.date(2024, 1, 2), decimal.Decimal("2.5"), "#N/A", "#DIV/0!"]])
    assert call(MODULE, "echo", block, sheet.Range("B2")) == [[1.0]]
    cells, more = module.seen[-1]
    assert cells[0] == (1.0, "a", True, None)
    assert cells[1][0] == dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    assert cells[1][1:] == (decimal.Decimal("2.5"), ERRORS["#N/A"], ERRORS["#DIV/0!"])
    assert more == decimal.Decimal("2.5")


def test_literals_omitted_arguments_and_inner_arrays(module: Any) -> None:
    call(MODULE, "echo", 5, ...)
    assert module.seen[-1] == (5.0, None)
    call(MODULE, "echo", [[1, dt.date(2024, 1, 2)], ["", None]], [1, "#N/A"])
    assert module.seen[-1] == (((1.0, 45293.0), ("", None)), (1.0, ERRORS["#N/A"]))


def test_results_come_as_rows(module: Any) -> None:
    assert call(MODULE, "table") == [[1.0, "a"], [True, ""]]


def test_exceptions_are_seen(module: Any) -> None:
    with pytest.raises(ValueError, match="no"):
        call(MODULE, "fail")
    with pytest.raises(TypeError, match="VT_I8"):
        call(MODULE, "bad")


def test_what_cannot_travel_is_refused() -> None:
    for value in (float("nan"), float("inf"), dt.datetime(2024, 1, 2), object(), [1.0], dt.date(2024, 1, 2)):
        with pytest.raises(TypeError):
            to_cell(value)
    with pytest.raises(TypeError):
        from_cell(object())


def test_a_module_imported_without_engine_is_loaded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{MODULE}2.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    __import__(f"{MODULE}2")
    assert not hasattr(sys.modules[f"{MODULE}2"].echo, "__xlfunc__")
    assert call(f"{MODULE}2", "echo", 1) == [[1.0]]
    del sys.modules[f"{MODULE}2"]


def test_large_blocks_are_built_once(sheet: Sheet) -> None:
    block = sheet.put("A1", [[1.0] * 5] * 100_000)
    first = block.Value
    start = time.perf_counter()
    assert block.Value is first
    assert time.perf_counter() - start < 0.01
    sheet.put("A1", [[2.0]])
    assert block.Value[0][0] == 2.0


def test_our_functions_answer(sheet: Sheet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    [[answer]] = call("addin.hosts.desktop.udfs", "cv_objection", "0.0.0")
    assert "0.0.0" in answer
