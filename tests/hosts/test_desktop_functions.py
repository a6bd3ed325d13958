"""
Every worksheet function through xlwings' real desktop engine, over stand-ins for Excel's objects: the same cells as
without a host, whatever a range holds and however it is shaped.
"""

import datetime as dt
import logging
from decimal import Decimal
from typing import Any

import pytest

from addin.calls import evaluate
from addin.hosts.desktop.variants import MARK, written_variants
from addin.registry import Function, functions
from tests.contracts.test_input_matrix import CASES, GOOD, OUTCOMES, TOGETHER
from tests.hosts.excel import com
from workbook_templates.plan import CellError

UDFS = "addin.hosts.desktop.udfs"
SMALL_CASES = [case for case in CASES if case != "rows"]
"""50,000 rows are the same way once more."""


def called(name: str, args: list[Any]) -> list[list[Any]]:
    """Call from a sheet: what is more than one cell stands in a range, and so does every error value."""
    sheet = com.Book().Worksheets(1)
    given: list[Any] = []
    for place, one in enumerate(args):
        rows = one if isinstance(one, list) else [one]
        rows = [row if isinstance(row, list) else [row] for row in rows]
        given.append(sheet.put(f"{'ABCDEFGHIJKLMNOP'[place]}{1 + 100 * place}", rows))
    return com.call(UDFS, name, *given)


def expected(name: str, args: list[Any]) -> list[list[Any]]:
    """The cells without a host, as they travel."""
    return written_variants(evaluate(name, args).cells)


def cells_of(function: str, argument: str, case: str) -> list[Any]:
    """The arguments of a good call with one of them, and those of its length, replaced."""
    changed = {argument}
    if case in ("single", "row"):
        changed |= next((group for group in TOGETHER if argument in group), set())
    return [CASES[case](name, good) if name in changed else good for name, good in GOOD[function].items()]


@pytest.mark.parametrize(("function", "argument"), OUTCOMES, ids=map("-".join, OUTCOMES))
def test_a_range_gives_what_it_gives_without_excel(function: str, argument: str) -> None:
    given = {case: cells_of(function, argument, case) for case in SMALL_CASES}
    cells = {case: called(function, args) for case, args in given.items()}
    assert cells == {case: expected(function, args) for case, args in given.items()}


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)
def test_an_example_gives_what_it_gives_without_excel(function: Function) -> None:
    args = [dates(one) for one in function.example.args]
    assert called(function.name, args) == written_variants(
        evaluate(function.name, function.example.args, iso_dates=True).cells
    )


def dates(given: Any) -> Any:
    """ISO texts as the dates that a sheet holds."""
    if isinstance(given, list):
        return [dates(one) for one in given]
    if isinstance(given, str) and len(given) == 10 and given[4] == given[7] == "-":
        return dt.date.fromisoformat(given)
    return given


def test_what_is_left_out_takes_its_default() -> None:
    assert com.call(UDFS, "CV_LTV", 1000, 0.8, 0.1, ..., "end") == [[1640.871525169046]]
    assert com.call(UDFS, "CV_LTV", 1000, 0.8, 0.1, *[...] * 5) == expected("CV_LTV", [1000, 0.8, 0.1])
    assert com.call(UDFS, "CV_LTV", 1000, 0.8, 0.1, None, "") == expected("CV_LTV", [1000, 0.8, 0.1])


def test_currency_is_a_number() -> None:
    assert called("CV_CAC", [[Decimal("90000.5")], [100]]) == [[900.005]]


def test_a_date_where_a_number_is_wanted_is_an_error_and_the_other_rows_stay() -> None:
    rows = called("CV_CAC", [[[90000], [dt.date(2025, 1, 1)]], [[100], [100]]])
    assert rows == [[900.0], [MARK + "#VALUE!"]]


@pytest.mark.parametrize("error", CellError)
def test_an_error_cell_keeps_its_error(error: CellError) -> None:
    rows = called("CV_CAC", [[[90000], [error.value]], [[100], [100]]])
    assert rows == [[900.0], [MARK + error.value]]
    assert com.call(UDFS, "CV_CAC", error.value, 100) == [[MARK + error.value]]


def test_the_answer_of_another_function_has_serial_dates_and_empty_texts() -> None:
    dated = [[dt.date(2025, 6, 30)], [dt.date(2025, 12, 31)]]
    sheet = called("CV_LTV_HISTORIC", [dated, [[100], [200]], dt.date(2025, 12, 31)])
    inner = com.call(UDFS, "CV_LTV_HISTORIC", dated, [[100], [200]], [[dt.date(2025, 12, 31)]])
    assert inner == sheet == [[300.0]]
    assert com.call(UDFS, "CV_SUM", [[1.5], [""], [None]]) == [[1.5]]
    assert com.call(UDFS, "CV_SUM", [1.5, 2.5]) == [[4.0]]


def test_a_mistake_in_the_program_is_an_error_value_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from addin.calls import evaluation

    def broken(*_: object) -> None:
        raise RuntimeError("cannot be")

    monkeypatch.setattr(evaluation, "read_arguments", broken)
    with caplog.at_level(logging.ERROR):
        assert com.call(UDFS, "CV_CAC", 1, 1) == [[MARK + "#VALUE!"]]
    assert "CV_CAC failed" in caplog.text
    assert "mistake in the program" in evaluation.last_message()


def test_an_add_in_of_another_version_gets_no_answer_but_the_reason() -> None:
    from importlib.metadata import version

    assert com.call(UDFS, "cv_objection", version("customer-value")) == [[""]]
    ((words,),) = com.call(UDFS, "cv_objection", "9.9")
    assert words.startswith("the add-in is version 9.9, but Python has customer-value ")


def test_xlwings_own_import_would_see_the_same_functions() -> None:
    module = com.load(UDFS)
    for function in functions():
        record = getattr(module, function.name).__xlfunc__
        assert [one["name"] for one in record["args"]] == [one.name for one in function.arguments]
        assert [one["doc"] for one in record["args"]] == [one.help for one in function.arguments]
        assert ["optional" in one for one in record["args"]] == [not one.required for one in function.arguments]
        assert (record["category"], record["ret"]["doc"]) == (function.category, function.help)
        assert not record["volatile"]
