"""
An edit changes the parts of a workbook that it must touch, and every other part keeps its bytes.

The workbooks are those of `features`, what LibreOffice makes of them, and finance models of others where at hand.
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
from workbook_templates.plan import Cell, NewSheet, NewTable, Plan, TableWrite

CALCULATION: Final = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/calcChain.xml"}
"""Parts that say that formulas have to be computed again."""

NEW: Final[dict[str, list[Cell]]] = {
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
ALL: Final = Plan(names=ONE_CELL.names, tables=TABLE.tables, sheets=SHEET.sheets)
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
    target = edited(path, ALL, tmp_path / path.name)
    again = FileBook(target)
    assert again.read_table("tblPnl").columns["Customer"] == NEW["Customer"]
    assert again.read_table("tblPnl").columns["Revenue"] == NEW["Revenue"]
    assert again.read_table("tblNew").columns == NEW
    assert again.read_name("rate") == 0.25
    new = set(parts(target)) - set(parts(path))
    assert not any(b"<f>" in parts(target)[name] for name in new)
    if feature.whole is None:  # the second reader knows neither prefixes nor the strict kind
        assert cells(target, "Results")["A1"] == "=1+1"


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_validator_finds_nothing_new(feature: Feature, built: Callable[[Feature], Path], tmp_path: Path) -> None:
    path = built(feature)
    target = edited(path, ALL, tmp_path / path.name)
    assert set(audit(target)) <= set(audit(path))


def test_all_features_in_one_workbook(folder: Path, tmp_path: Path) -> None:
    path = rich(folder)
    target = edited(path, ALL, tmp_path / path.name)
    declared = set().union(*(meant for _, meant in EDITS.values()))
    touched = changed(path, target)
    assert {name for name in touched if "/charts/" not in name} <= declared
    assert len(compressed_parts(path)) > 70


# ---- what other programs and people made


@pytest.fixture(scope="module")
def saved_by_libreoffice(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What LibreOffice makes of the workbooks; some it does not open, and those it leaves out."""
    assert SOFFICE is not None
    out, profile = tmp_path_factory.mktemp("saved"), tmp_path_factory.mktemp("profile")
    sources = [str(fixture(feature, folder)) for feature in FEATURES if not feature.macros]
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), *sources], capture_output=True, check=True, timeout=300)
    return sorted(out.iterdir())


@pytest.mark.office
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not on PATH")
class TestLibreOffice:
    def test_what_it_saves_keeps_its_bytes_too(self, saved_by_libreoffice: list[Path], tmp_path: Path) -> None:
        assert len(saved_by_libreoffice) > 70
        for path in saved_by_libreoffice:
            target = edited(path, ONE_CELL, tmp_path / path.name)
            assert changed(path, target) <= EDITS["one cell"][1], path.name
            assert FileBook(target).read_name("rate") == 0.25

    def test_it_opens_what_was_edited(self, folder: Path, tmp_path: Path) -> None:
        assert SOFFICE is not None
        edits = [
            edited(fixture(feature, folder), ALL, tmp_path / f"{i}.xlsm")
            for i, feature in enumerate(FEATURES)
            if feature.macros
        ]
        edits += [
            edited(fixture(feature, folder), ALL, tmp_path / f"{i}.xlsx")
            for i, feature in enumerate(FEATURES)
            if not feature.macros
        ]
        command = [
            SOFFICE,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "csv",
        ]
        done = subprocess.run(
            [*command, "--outdir", str(tmp_path / "csv"), *map(str, edits)],
            capture_output=True,
            check=False,
            timeout=300,
        )
        opened = {path.stem for path in (tmp_path / "csv").iterdir()}
        assert opened == {path.stem for path in edits}, done.stderr.decode()


MODELS: Final = sorted((Path(__file__).parents[4] / "shared" / "data" / "models").glob("*.xlsx"))


@pytest.mark.skipif(not MODELS, reason="the finance models of others (shared/data/models) are not here")
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_models_of_others(path: Path, tmp_path: Path) -> None:
    book = FileBook(path)
    sheet = book.sheet_names()[0]
    plan = Plan(cells={(sheet, "ZZ99"): 1.5}, sheets=SHEET.sheets)
    target = edited(path, plan, tmp_path / path.name)
    first = "xl/worksheets/sheet1.xml"
    assert changed(path, target) <= {first, "xl/styles.xml"} | CALCULATION
    assert FileBook(target).read_table("tblNew").columns == NEW
    assert set(audit(target)) <= set(audit(path))
