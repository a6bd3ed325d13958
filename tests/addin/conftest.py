"""Workbooks that several tests look at; made once, copied by those that change them."""

import datetime as dt
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from addin.books.file import FileBook
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.refresh import plan_refresh
from workbook_templates.catalogue import compose
from workbook_templates.packs import PACKS
from workbook_templates.sample import sample_company

NOW = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)


NO_MODELS = tuple(name for name in PACKS if name != "models")
"""The pack whose fits take longer than everything else together."""


def refreshed(path: Path, company: dict[str, pd.DataFrame], packs: Sequence[str] = NO_MODELS) -> Path:
    """Make a workbook of a company with all packs but that of the models, or some, and refresh it."""
    create_workbook(path, compose("customer_value", packs), company)
    book = FileBook(path)
    book.apply(plan_refresh(read_contents(book), now=NOW).plan)
    return path


@cache
def _company() -> dict[str, pd.DataFrame]:
    """Make the sample company once; it takes longer than a refresh of the core pack."""
    return sample_company()


def small_company(customers: int = 40) -> dict[str, pd.DataFrame]:
    """Cut the sample company down to some of its customers, so that slow readers can read it in a test."""
    company = _company()
    kept = set(company["Customers"]["customer_id"].iloc[:customers])
    by_customer = {"Customers", "Transactions", "Drivers", "Activities", "Invoices", "Issues", "Ideas", "Survey"}
    return {
        name: frame[frame["customer_id"].isin(kept)].reset_index(drop=True) if name in by_customer else frame.copy()
        for name, frame in company.items()
        if name not in ("Referrals", "Control totals")  # those of the whole company
    }


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of forty customers, too few for purchase models, refreshed once; do not change it."""
    return refreshed(tmp_path_factory.mktemp("small") / "small.xlsx", small_company())


@pytest.fixture(scope="session")
def core_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the core pack alone, which is refreshed in no time; do not change it."""
    return refreshed(tmp_path_factory.mktemp("core") / "core.xlsx", small_company(), packs=())


@pytest.fixture
def small_copy(small_file: Path, tmp_path: Path) -> Path:
    """A copy of the workbook of forty customers that a test may change."""
    return Path(shutil.copy(small_file, tmp_path / "copy.xlsx"))


@pytest.fixture
def core_copy(core_file: Path, tmp_path: Path) -> Path:
    """A copy of the same with the core pack alone, for tests that look at no other sheet."""
    return Path(shutil.copy(core_file, tmp_path / "copy.xlsx"))


@pytest.fixture
def empty_file(tmp_path: Path) -> Path:
    """A fresh workbook of the core pack without data."""
    path = tmp_path / "empty.xlsx"
    create_workbook(path, compose(), {})
    return path
