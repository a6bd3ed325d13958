"""
Whatever a workbook has besides cells: an edit changes the parts that it must touch, and every other part keeps its bytes.

The workbooks are those of `features`, what LibreOffice makes of them, and finance models of others where they are at hand.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from addin.books.file import FileBook
from tests.addin.books.builders import cells, compressed_parts, parts
from tests.addin.books.features import EXTRA, FEATURES, ROWS, Feature, fixture, rich
from tests.hosts.libreoffice import SOFFICE
from tests.hosts.validators import audit
from workbook_templates.plan import NewSheet, NewTable, Plan, TableWrite

CALCULATION: Final = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/calcChain.xml"}
"""Parts that say that formulas have to be computed again."""

NEW: Final = {
    "Customer": [f"K{place}" for place in range(ROWS + 3)],
    "Revenue": [float(place) for place in range(ROWS + 3)],
}
ONE_CELL: Final = Plan(names={"rate": 0.25})
TABLE: Final = Plan(tables=(TableWrite(table="tblPnl", columns=NEW, key="Customer"),))
SHEET: Final = Plan(
    sheets=(
        NewSheet(name="Results", cells={"A1": "=1+1"}, tables=(NewTable(name="tblNew", row=3, column=1, columns=NEW),)),
    )
)
EDITS: Final = {
    "one cell": (ONE_CELL, {"xl/worksheets/sheet2.xml"} | CALCULATION),
    "a table": (TABLE, {"xl/worksheets/sheet1.xml", "xl/tables/table1.xml"} | CALCULATION),
    "a new sheet": (SHEET, {"xl/styles.xml"} | CALCULATION),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("features")


@pytest.fixture(scope="module")
def built(folder: Path) -> Callable[[Feature], Path]:
    made: dict[str, Path] = {}

    def build(feature: Feature) -> Path:
        if feature.name not in made:
            made[feature.name] = fixture(feature, folder)
        return made[feature.name]

    return build


def edited(path: Path, plan: Plan, target: Path) -> Path:
    FileBook(path).apply(plan, out=target)
    return target


def changed(before: Path, after: Path) -> set[str]:
    """Parts that are gone or differ, as the container holds them."""
    old, new = compressed_parts(before), compressed_parts(after)
    return {name for name, data in old.items() if new.get(name) != data}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_part_that_is_not_meant_keeps_its_bytes(
    feature: Feature, edit: str, built: Callable[[Feature], Path], tmp_path: Path
) -> None:
    path = built(feature)
    plan, declared = EDITS[edit]
    target = edited(path, plan, tmp_path / path.name)
    followed = set(feature.follows) if edit == "a table" else set()
    assert changed(path, target) <= declared | followed
    assert EXTRA not in changed(path, target)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_what_was_written_reads_back_and_the_rest_as_before(
    feature: Feature, built: Callable[[Feature], Path], tmp_path: Path
) -> None:
    path = built(feature)
    target = edited(path, Plan(names=ONE_CELL.names, tables=TABLE.tables, sheets=SHEET.sheets), tmp_path / path.name)
    again = FileBook(target)
    assert again.read_table("tblPnl").columns["Customer"] == NEW["Customer"]
    assert again.read_table("tblPnl").columns["Revenue"] == NEW["Revenue"]
    assert again.read_table("tblNew").columns == NEW
    assert again.read_name("rate") == 0.25
    if feature.whole is None:  # the second reader knows neither prefixes nor the strict kind
        before, after = cells(path, "Extra"), cells(target, "Extra")
        assert {place: str(value) for place, value in after.items()} == {p: str(v) for p, v in before.items()}
        assert cells(target, "Results")["A1"] == "=1+1"
        assert (
            b"<f>" not in parts(target)["xl/worksheets/sheet5.xml"]
            if "xl/worksheets/sheet5.xml" in parts(target)
            else True
        )


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_validator_finds_nothing_new(feature: Feature, built: Callable[[Feature], Path], tmp_path: Path) -> None:
    path = built(feature)
    target = edited(path, Plan(names=ONE_CELL.names, tables=TABLE.tables, sheets=SHEET.sheets), tmp_path / path.name)
    assert set(audit(target)) <= set(audit(path))


def test_all_features_in_one_workbook(folder: Path, tmp_path: Path) -> None:
    path = rich(folder)
    target = edited(path, Plan(names=ONE_CELL.names, tables=TABLE.tables, sheets=SHEET.sheets), tmp_path / path.name)
    declared = set().union(*(meant for _, meant in EDITS.values()))
    meant = {name for name in changed(path, target) - declared if "/charts/" not in name}
    assert not meant
    assert len(changed(path, target)) < len(compressed_parts(path)) / 4
