"""What the ribbon says, and that it fits into a message box."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.refresh import CheckLine
from addin.ribbon.words import asked, check_words, cost_changes, finding_words, joined, money, shortened
from valuation.findings import Finding, Severity
from workbook_templates.plan import Cell, CellError

lines = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=400)
texts = st.lists(lines, max_size=30).map("\n".join)


@given(texts, st.integers(10, 1000))
def test_cut_text_fits_and_is_whole_lines(text: str, most: int) -> None:
    cut = shortened(text, most)
    assert len(cut) <= most
    if cut != text:
        assert cut.endswith("\n...")
        kept = cut.removesuffix("\n...")
        assert text.startswith(kept)
        assert "\n" not in kept or text[len(kept)] == "\n"


@given(texts)
def test_question_is_always_seen(text: str) -> None:
    question = asked(text, "Write the results?")
    assert len(question) <= 1000
    assert question.endswith("\n\nWrite the results?")


def test_blank_lines_are_left_out() -> None:
    assert joined("a", ["", "b"], "", ()) == "a\nb"


@pytest.mark.parametrize(
    ("cell", "text"),
    [(1234.5, "1,234.50"), (0, "0.00"), (None, "unknown"), (CellError.NA, "#N/A"), ("x", "unknown"), (True, "unknown")],
)
def test_amounts(cell: Cell, text: str) -> None:
    assert money(cell) == text


def line(title: str, *, passed: bool) -> CheckLine:
    return CheckLine(title=title, passed=passed, difference=1.0, mend="Refresh")


def test_checks_that_fail_are_named_up_to_three() -> None:
    assert check_words([line("A", passed=True)]) == ["All 1 checks are passed."]
    words = check_words([line(name, passed=name == "ok") for name in ("ok", "A", "B", "C", "D", "E")])
    assert words[0] == "5 of 6 checks are not passed."
    assert words[1] == "NOT OK: A (difference 1.00). Refresh."
    assert words[-1] == "... and 2 checks more."


def finding(severity: Severity) -> Finding:
    return Finding(severity=severity, kind="k", table="Customers", what="w", mend="m")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "Nothing is wrong with the inputs."),
        ([Severity.NOTE], "Nothing is wrong with the inputs."),
        ([Severity.ERROR, Severity.NOTE], "Found in the inputs: 1 kind of error."),
        ([Severity.ERROR, *[Severity.WARNING] * 2], "Found in the inputs: 1 kind of error and 2 kinds of warning."),
    ],
)
def test_findings_are_counted_by_severity(found: list[Severity], words: str) -> None:
    assert finding_words(map(finding, found)) == words


COSTS = ("marketing", "sales", "order_handling", "logistics", "support", "returns_handling", "cost_to_serve")


def pnl(support: object, sales: object = 5.0, customer: str | None = "A") -> pd.DataFrame:
    amounts: dict[str, object] = dict.fromkeys(COSTS, 0.0) | {"support": support, "sales": sales}
    total = support + sales if isinstance(support, float) and isinstance(sales, float) else None
    return pd.DataFrame(
        {"customer_id": [customer], **{k: [v] for k, v in (amounts | {"cost_to_serve": total}).items()}}
    )


def test_changes_of_costs() -> None:
    assert cost_changes(pnl(1000.0), pnl(1000.0)) == ["The cost to serve stays at 1,005."]
    assert cost_changes(pnl(1000.0), pnl(2000.0)) == [
        "The cost to serve goes from 1,005 to 2,005.",
        "By line: support 1,000 to 2,000.",
    ]
    assert cost_changes(pnl(CellError.NA), pnl(2000.0))[0] == "The cost to serve goes from unknown to 2,005."
    assert cost_changes(pnl(None, customer=None), pnl(2000.0)) == ["First refresh: the cost to serve is 2,005."]
