"""Workbooks that several tests look at; made once, copied by those that change them."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from addin.books.file import FileBook
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.refresh import plan_refresh
from workbook_templates.catalogue import compose
from workbook_templates.packs import PACKS
from workbook_templates.sample import sample_company

NOW = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company's workbook, refreshed once; do not change it."""
    path = tmp_path_factory.mktemp("sample") / "sample.xlsx"
    create_workbook(path, compose("customer_value", list(PACKS)), sample_company())
    book = FileBook(path)
    book.apply(plan_refresh(read_contents(book), now=NOW).plan)
    return path


@pytest.fixture
def sample_copy(sample_file: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copy(sample_file, tmp_path / "copy.xlsx"))


@pytest.fixture
def empty_file(tmp_path: Path) -> Path:
    """A fresh workbook of the core pack without data."""
    path = tmp_path / "empty.xlsx"
    create_workbook(path, compose(), {})
    return path
