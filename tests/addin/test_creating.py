"""What a new workbook begins with."""

from pathlib import Path

import pandas as pd

from addin.books.file import FileBook
from addin.contents import read_contents
from addin.creating import create_workbook
from valuation.lenses import default_statements
from valuation.model.plan_defaults import default_panel_plan, default_service_levels
from valuation.tables import TableData
from workbook_templates.catalogue import compose
from workbook_templates.packs.officers import QUESTIONS


def officers_of(path: Path, inputs: dict[str, pd.DataFrame]) -> tuple[TableData, TableData]:
    """Make a workbook, and read its officers and their statements."""
    create_workbook(path, compose(packs=["officers"]), inputs)
    found = read_contents(FileBook(path)).inputs
    return found["Officers"], found["Lens statements"]


def test_officers_begin_with_statements_and_weights_to_edit(tmp_path: Path) -> None:
    officers, statements = officers_of(tmp_path / "new.xlsx", {})
    assert dict(zip(officers.frame["officer"], officers.frame["question"], strict=True)) == QUESTIONS
    assert officers.frame["weight"].tolist() == [0.2] * 5
    assert not officers.has("signed_by")
    assert not officers.has("signed_on")
    names = list(default_statements())
    pd.testing.assert_frame_equal(statements.frame[names], default_statements(), check_dtype=False)


def test_own_statements_bring_their_officers(tmp_path: Path) -> None:
    own = pd.DataFrame(
        {"officer": ["COO", "CFO", "COO"], "statement": ["s", "t", "u"], "measure": ["fit"] * 3, "better": ["high"] * 3}
    )
    officers, statements = officers_of(tmp_path / "new.xlsx", {"Lens statements": own})
    assert officers.frame["officer"].tolist() == ["COO", "CFO"]
    assert officers.frame["question"].tolist() == [None, QUESTIONS["CFO"]]
    assert officers.frame["weight"].tolist() == [0.5, 0.5]
    assert statements.frame["officer"].tolist() == ["COO", "CFO", "COO"]


def test_own_officers_stay_as_they_are(tmp_path: Path) -> None:
    own = pd.DataFrame({"officer": ["CCO", "CFO"], "weight": [0.3, 0.7], "signed_by": ["A", None]})
    officers, _ = officers_of(tmp_path / "new.xlsx", {"Officers": own})
    assert officers.frame["weight"].tolist() == [0.3, 0.7]
    assert officers.frame["signed_by"].tolist() == ["A", None]


def test_service_levels_and_the_panel_begin_with_plans_to_edit(tmp_path: Path) -> None:
    create_workbook(tmp_path / "new.xlsx", compose(packs=["priority"]), {})
    found = read_contents(FileBook(tmp_path / "new.xlsx")).inputs
    levels, plan = default_service_levels(), default_panel_plan()
    pd.testing.assert_frame_equal(found["Service levels"].frame[list(levels)], levels, check_dtype=False)
    pd.testing.assert_frame_equal(found["Panel plan"].frame[list(plan)], plan, check_dtype=False)


def test_own_service_levels_stay_as_they_are(tmp_path: Path) -> None:
    own = pd.DataFrame({"segment": ["A"], "severity": [1.0], "hours": [2.0]})
    create_workbook(tmp_path / "new.xlsx", compose(packs=["priority"]), {"Service levels": own})
    found = read_contents(FileBook(tmp_path / "new.xlsx")).inputs
    assert found["Service levels"].frame["hours"].tolist() == [2.0]
