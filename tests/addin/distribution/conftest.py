"""Workbooks that the tests of distributing share; copied by those that change them."""

import shutil
from pathlib import Path

import pytest

from addin.distribution.sending import Distribution
from tests.addin.distribution.company import OWNERS, model, sent


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own for each test: what the sender keeps is there."""
    folder = tmp_path / "home"
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    return folder


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of six customers; do not change it."""
    return model(tmp_path_factory.mktemp("company") / "model.xlsx", OWNERS)


@pytest.fixture(scope="session")
def by_owner(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Distribution]:
    """Its copies for each owner, made once: their folder, and what was said of them; do not change them."""
    folder = tmp_path_factory.mktemp("by_owner")
    copy = Path(shutil.copy(company_file, folder / "model.xlsx"))
    return folder / "out", sent(copy, folder / "out", by="owner", due="2026-03-01")


@pytest.fixture(scope="session")
def north(by_owner: tuple[Path, Distribution]) -> Path:
    """The copy for Anna North."""
    return by_owner[0] / "Anna North.xlsx"


@pytest.fixture(scope="session")
def south(by_owner: tuple[Path, Distribution]) -> Path:
    """The copy for Boris South."""
    return by_owner[0] / "Boris South.xlsx"


@pytest.fixture
def workbook(company_file: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copy(company_file, tmp_path / "model.xlsx"))
