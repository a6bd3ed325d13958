"""The refresh as a whole: what it plans, and that the native formulas and the model say the same."""

import datetime as dt
from pathlib import Path

import pytest

from addin.books.file import FileBook
from addin.contents import Contents, read_contents
from addin.refresh import Refresh, check_lines, figure, plan_refresh
from addin.settings import parse_settings, set_assumptions
from tests.addin.conftest import NOW, refreshed, small_company
from workbook_templates.catalogue import compose
from workbook_templates.packs import PACKS
from workbook_templates.plan import Cell, Plan
from workbook_templates.planner import formula_values


@pytest.fixture(scope="module")
def contents(small_file: Path) -> Contents:
    return read_contents(FileBook(small_file))


@pytest.fixture(scope="module")
def core(core_file: Path) -> Contents:
    return read_contents(FileBook(core_file))


def refresh(contents: Contents, *settings: str, now: dt.datetime = NOW) -> tuple[Contents, Refresh]:
    changed, cells = set_assumptions(contents, parse_settings(settings))
    return changed, plan_refresh(changed, now=now, settings=cells)


@pytest.mark.parametrize("timing", ["start", "mid", "end"])
@pytest.mark.parametrize("grid", [1, 2, 4, 12])
@pytest.mark.parametrize("horizon", ["1", "3", "10", "inf"])
def test_live_formula_is_the_models_value(core: Contents, timing: str, grid: int, horizon: str) -> None:
    changed, planned = refresh(core, f"timing={timing}", f"periods_per_year={grid}", f"horizon={horizon}")
    live = figure(changed, planned.formulas, "live.value")
    assert live == pytest.approx(planned.results.tables["Lifetime value"]["value"].sum(), rel=1e-12)
    assert all(line.passed for line in check_lines(changed.template, planned.formulas))


def test_only_the_log_knows_the_time(contents: Contents) -> None:
    _, early = refresh(contents)
    _, late = refresh(contents, now=NOW + dt.timedelta(days=400))
    differing = [a.table for a, b in zip(early.plan.tables, late.plan.tables, strict=True) if a != b]
    assert differing == ["tblLog"]
    assert (early.plan.names, early.plan.cells, early.plan.caches) == (
        late.plan.names,
        late.plan.cells,
        late.plan.caches,
    )


def test_setting_is_written_with_its_source(contents: Contents) -> None:
    _, planned = refresh(contents, "discount_rate=0.08")
    assert 0.08 in planned.plan.cells.values()
    assert "given by hand (--set)" in planned.plan.cells.values()


def test_result_is_stale_as_soon_as_an_assumption_changes(contents: Contents) -> None:
    fresh = formula_values(contents.template, contents.cells, contents.names)
    assert figure(contents, fresh, "stale") is False
    changed, _ = set_assumptions(contents, parse_settings(["horizon=5"]))
    stale = formula_values(changed.template, changed.cells, changed.names)
    assert figure(changed, stale, "stale") is True
    assert str(stale["Customer P&L", "A3"]).startswith("STALE")
    assert figure(changed, stale, "answer.best") == figure(contents, fresh, "answer.best")  # still the 3-year value
    assert figure(changed, stale, "answer.horizon") == figure(contents, fresh, "answer.horizon")


def test_result_is_stale_as_soon_as_an_input_changes(contents: Contents) -> None:
    sales = dict(contents.cells["Transactions"])
    amounts: list[Cell] = list(sales["net_amount"])
    amounts[0] = 12345.67
    cells = {**contents.cells, "Transactions": {**sales, "net_amount": amounts}}
    assert figure(contents, formula_values(contents.template, cells, contents.names), "stale") is True


def test_a_customer_to_explain_is_kept_and_changes_no_result(small_copy: Path) -> None:
    """A reader types an id, and a refresh leaves it there; the sheet shows that customer and nothing is stale."""
    book = FileBook(small_copy)
    before = read_contents(book)
    assert before.names["cv_explained_customer"] is None
    worst, other = str(figure(before, fresh_formulas(before), "explained.id")), "C0003"
    assert worst != other
    book.apply(Plan(names={"cv_explained_customer": other}))
    contents = read_contents(book)
    formulas = fresh_formulas(contents)
    assert figure(contents, formulas, "explained.id") == other
    assert figure(contents, formulas, "stale") is False
    planned = plan_refresh(contents, now=NOW)
    assert "cv_explained_customer" not in planned.plan.names
    assert figure(contents, planned.formulas, "explained.id") == other
    book.apply(planned.plan)
    assert read_contents(book).names["cv_explained_customer"] == other


def fresh_formulas(contents: Contents) -> dict[tuple[str, str], Cell]:
    """Compute what the formula cells show over what a workbook holds."""
    return formula_values(contents.template, contents.cells, contents.names)


def test_checks_are_those_of_the_chosen_packs(contents: Contents) -> None:
    lines = check_lines(contents.template, fresh_formulas(contents))
    assert [line.title for line in lines] == [check.title for check in contents.template.checks]
    core = compose()
    assert len(check_lines(core, formula_values(core, {}, {}))) == len(core.checks) < len(lines)


def test_refresh_compares_with_the_last_one(contents: Contents) -> None:
    _, same = refresh(contents)
    assert same.changes[0].startswith("The base value stays at")
    _, other = refresh(contents, "retention_prior=0.5", "horizon=1")
    assert other.changes[0].startswith("The base value goes from")


@pytest.mark.parametrize("pack", [name for name in PACKS if name not in ("core", "models")])
def test_each_pack_alone_is_refreshed(pack: str, tmp_path: Path) -> None:
    book = FileBook(refreshed(tmp_path / "alone.xlsx", small_company(2), packs=(pack,)))
    assert read_contents(book).raw["Log"].rows == 1
