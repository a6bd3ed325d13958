"""What the ribbon says: figures, checks and findings in words, short enough for a message box."""

from collections.abc import Iterable, Sequence

import pandas as pd

from addin.contents import Contents
from addin.refresh import CheckLine
from valuation.findings import Finding, Severity
from valuation.tables import CUSTOMER_PNL, Column
from workbook_templates.plan import Cell, CellError

__all__ = [
    "MOST_SIGNS",
    "asked",
    "check_words",
    "cost_changes",
    "counted",
    "finding_lines",
    "finding_words",
    "joined",
    "money",
    "shortened",
]

MOST_SIGNS = 1000
"""A message box cuts at 1024 signs without saying so."""
MOST_NAMED = 3
CENT = 0.005
COST_LINES = ("marketing", "sales", "order_handling", "logistics", "support", "returns_handling")


def shortened(text: str, most: int = MOST_SIGNS) -> str:
    r"""
    Cut a long text at the end of a line.

    Examples
    --------
    >>> shortened("first line\nsecond line", most=15)
    'first line\n...'
    """
    if len(text) <= most:
        return text
    kept = text[: most - len("\n...") + 1]  # one more sign, which may be the end of the last line
    end = kept.rfind("\n")
    return (kept[:end] if end > 0 else kept[:-1]) + "\n..."


def asked(text: str, question: str) -> str:
    """Put a question below a text that is cut where needed, so that the question is always seen."""
    return f"{shortened(text, MOST_SIGNS - len(question) - 2)}\n\n{question}"


def joined(*parts: str | Iterable[str]) -> str:
    """Put lines, and lists of them, one below the other; blank ones are left out."""
    lines = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "\n".join(line for line in lines if line)


def counted(number: int, noun: str) -> str:
    """
    Write a number of things.

    Examples
    --------
    >>> counted(1, "check"), counted(1200, "row")
    ('1 check', '1,200 rows')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def money(cell: Cell) -> str:
    """Write an amount, or say that there is none."""
    if isinstance(cell, bool) or not isinstance(cell, float | int):
        return cell.value if isinstance(cell, CellError) else "unknown"
    return f"{cell:,.2f}"


def check_words(lines: Sequence[CheckLine]) -> list[str]:
    """Say which checks fail, the first few with what to do."""
    failed = [line for line in lines if not line.passed]
    if not failed:
        return [f"All {len(lines)} checks are passed."]
    more = [f"... and {counted(len(failed) - MOST_NAMED, 'check')} more."] if len(failed) > MOST_NAMED else []
    named = [f"NOT OK: {line.title} (difference {money(line.difference)}). {line.mend}." for line in failed]
    return [f"{len(failed)} of {len(lines)} checks are not passed.", *named[:MOST_NAMED], *more]


def finding_words(findings: Iterable[Finding]) -> str:
    """Count the findings that somebody should look at."""
    numbers = dict.fromkeys(Severity, 0)
    for finding in findings:
        numbers[finding.severity] += 1
    errors, warnings = numbers[Severity.ERROR], numbers[Severity.WARNING]
    if not errors and not warnings:
        return "Nothing is wrong with the inputs."
    kinds = [
        f"{counted(number, 'kind')} of {noun}" for number, noun in ((errors, "error"), (warnings, "warning")) if number
    ]
    return f"Found in the inputs: {' and '.join(kinds)}."


def finding_lines(contents: Contents, findings: Iterable[Finding]) -> list[str]:
    """Say of each error and warning where it is, what it is and what to do; no customer's name or id."""
    return [
        f"{finding.severity.name.capitalize()}, {_where(contents, finding)}: {finding.what}. {finding.mend}."
        for finding in findings
        if finding.severity > Severity.NOTE
    ]


def _where(contents: Contents, finding: Finding) -> str:
    """Name sheet and first row of a finding."""
    first = next(iter(contents.locate(finding)))
    if first.row is None:
        return first.sheet
    rest = len(finding.rows) - 1
    return f"{first.sheet} row {first.row:,}" + (f" and {rest:,} more" if rest else "")


def cost_changes(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """
    Say what a refresh changes in the cost to serve.

    Parameters
    ----------
    before, after : DataFrame
        Customer P&L of the last refresh and of this one.

    Returns
    -------
    list of str
        One sentence on the total, one on the lines of the P&L that change.
    """
    total = CUSTOMER_PNL["cost_to_serve"]
    old, new = _sum(before, total), _sum(after, total)
    if before["customer_id"].isna().all():
        return [f"First refresh: the cost to serve is {_amount(new)}."]
    moved = [
        f"{column.title.lower()} {_amount(was)} to {_amount(now)}"
        for column in (CUSTOMER_PNL[name] for name in COST_LINES)
        for was, now in [(_sum(before, column), _sum(after, column))]
        if _differ(was, now)
    ]
    if not moved and not _differ(old, new):
        return [f"The cost to serve stays at {_amount(new)}."]
    return [f"The cost to serve goes from {_amount(old)} to {_amount(new)}.", f"By line: {', '.join(moved)}."]


def _sum(frame: pd.DataFrame, column: Column) -> float | None:
    """Add up a column; None where a customer's amount is unknown, since a total without it would look right."""
    known = frame.loc[frame["customer_id"].notna(), column.name]
    numbers = pd.to_numeric(known, errors="coerce")
    return None if numbers.isna().any() else float(numbers.sum())


def _amount(total: float | None) -> str:
    return "unknown" if total is None else f"{total:,.0f}"


def _differ(one: float | None, other: float | None) -> bool:
    return one != other if one is None or other is None else abs(one - other) >= CENT
