"""What the command line prints: progress, the answer with its figures, findings and checks, as people read them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from addin.backups import Backup
from addin.contents import Contents
from addin.faults import UserError
from addin.importing import ImportPlan
from addin.mapping import FoundTable, where
from addin.refresh import CheckLine, FormulaValues, answer_in_words, figure
from addin.sources import ImportedTransactions
from addin.workbook import Receipt
from valuation.findings import Finding, Severity
from workbook_templates.addresses import column_letters
from workbook_templates.mapping.model import SURE, WorkbookMap
from workbook_templates.plan import Cell, CellError

if TYPE_CHECKING:
    from addin.creating_like import MadeLike

__all__ = [
    "print_backups",
    "print_checks",
    "print_findings",
    "print_import",
    "print_likeness",
    "print_mapping",
    "print_receipt",
    "print_report",
    "say",
    "say_plainly",
    "working",
    "write_receipt",
]

console = Console(highlight=False, soft_wrap=True, emoji=False)
progress = Console(stderr=True, highlight=False, emoji=False)

MONEY = (
    ("Net revenue", "net_revenue"),
    ("Cost to serve", "cost_to_serve"),
    ("Contribution", "contribution"),
    ("Customer base value", "base_value"),
    ("Value without a horizon", "unlimited"),
)
COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
MOST_ROWS = 5


def say(text: str) -> None:
    """Print a line; square brackets are markup."""
    console.print(text)


def say_plainly(text: str) -> None:
    """Print a text as it is; nothing for an empty one."""
    if text:
        say(escape(text))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is going on; nothing stays of it on the screen, and nothing goes to a file."""
    with progress.status(f"{what} ..."):
        yield


def print_report(contents: Contents, formulas: FormulaValues) -> None:
    """Print the answer in words and the figures it rests on."""
    console.rule("Who are our best customers?", align="left")
    for sentence in answer_in_words(contents, formulas):
        say(escape(sentence))
    say("")
    _print_figures(contents, formulas)
    for prefix, title in (("best", "Five best customers by value"), ("worst", "Five worst customers by value")):
        _print_customers(contents, formulas, prefix, title)


def _print_figures(contents: Contents, formulas: FormulaValues) -> None:
    table = Table(title=f"Twelve months, {_shown(figure(contents, formulas, 'unit'))}", title_justify="left", box=None)
    table.add_column("")
    table.add_column("", justify="right")
    table.add_row("Customers", _shown(figure(contents, formulas, "customers")))
    for label, key in MONEY:
        table.add_row(label, _shown(figure(contents, formulas, key)))
    share = figure(contents, formulas, "share")
    table.add_row("  covered by the horizon", f"{share:.1%}" if isinstance(share, float) else _shown(share))
    table.add_row("Customers that lose money", _shown(figure(contents, formulas, "losing")))
    table.add_row("Checks passed", _shown(figure(contents, formulas, "checks.text")))
    console.print(table)


def _print_customers(contents: Contents, formulas: FormulaValues, prefix: str, title: str) -> None:
    table = Table(title=title, title_justify="left", box=None)
    for heading in ("Rank", "Customer", "Net revenue", "Contribution", "Value"):
        table.add_column(heading, justify="left" if heading == "Customer" else "right")
    for i in range(1, MOST_ROWS + 1):
        cells = [
            figure(contents, formulas, f"{prefix}.{i}.{name}")
            for name in ("rank", "name", "revenue", "contribution", "value")
        ]
        if cells[1] not in (None, ""):
            table.add_row(*(escape(_shown(cell)) for cell in cells))
    say("")
    console.print(table)


def _shown(cell: Cell) -> str:
    """Write a cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.value
    return f"{round(cell):,}" if isinstance(cell, float | int) and not isinstance(cell, bool) else str(cell)


def print_checks(lines: Sequence[CheckLine], *, all_of_them: bool) -> int:
    """Print the checks, all or those that fail, and give the number that fail."""
    failed = [line for line in lines if not line.passed]
    for line in lines if all_of_them else failed:
        if line.passed:
            say(f"[green]OK[/green]     {escape(line.title)}")
        else:
            difference = _difference(line.difference)
            say(f"[red]FAILED[/red] {escape(line.title)}: difference {difference}. {escape(line.mend)}.")
    return len(failed)


def print_import(plan: ImportPlan, imported: ImportedTransactions) -> None:
    """Print where the money of an import is, and what it changed in the workbook."""
    totals = imported.totals
    for finding in imported.findings:
        rows = f" ({len(finding.rows):,} rows, first {finding.rows[0]:,})" if finding.rows else ""
        say(f"[{COLOURS[finding.severity]}]{escape(finding.what)}[/]{rows}. [dim]{escape(finding.mend)}.[/dim]")
    table = Table(title=f"{totals.lines:,} lines read", title_justify="left", box=None)
    table.add_column("")
    table.add_column("Net amount", justify="right")
    table.add_row("All lines", f"{totals.all_lines:,}")
    table.add_row("  known customers", f"{totals.identified:,}")
    table.add_row("    sales and adjustments", f"{totals.sales:,}")
    table.add_row("    credit notes", f"{totals.credits:,}")
    table.add_row("  unknown customer", f"{totals.unknown_customer:,}")
    if totals.unreadable_lines:
        table.add_row(f"not read: {totals.unreadable_lines:,} lines", f"{totals.unreadable_amount:,}")
    console.print(table)
    say(f"{totals.customers:,} customers and {totals.documents:,} documents of known customers.")
    say(f"{plan.added:,} rows in Transactions, {plan.replaced:,} replaced; {plan.new_customers:,} new customers.")
    say(f"As-of date: {plan.as_of}. Next: customer-value refresh.")


def print_mapping(mapping: WorkbookMap, tables: Sequence[FoundTable]) -> None:
    """Print where each table stands, what is read there, how sure that is and why, and what is asked."""
    for found in tables:
        mapped = found.mapped
        read = "not read" if found.rows is None else f"{found.rows:,} rows"
        money = "" if found.total is None else f", money {found.total:,.2f}"
        say(f"[bold]{escape(mapped.table)}[/bold]  {escape(where(mapped))}: {read}{money}. {_sure(mapped.confidence)}")
        for column in mapped.columns:
            why = f" [dim]({escape('; '.join(column.evidence))})[/dim]" if column.evidence else ""
            say(f"    {column_letters(column.at):>3}  {escape(column.header)} = {escape(column.column)}{why}")
        if mapped.across is not None:
            across = mapped.across
            say(f"    {column_letters(across.first_column):>3}  periods across in row {across.row} = {across.value}")
        _print_reasons(mapped.evidence, mapped.questions)
    for given in mapping.assumptions:
        value = escape(given.cell or str(given.value))
        say(f"[bold]{escape(given.id)}[/bold]  {value}. {_sure(given.confidence)}")
        _print_reasons(given.evidence, given.questions)
    for block in mapping.not_used:
        say(f"[dim]Not used: {escape(block)}[/dim]")


def print_likeness(made: "MadeLike", left_out: Sequence[str]) -> None:
    """Print what a workbook took over from the one that it is like, and what it could not."""
    say("[bold]Taken over[/bold]")
    for line in made.evidence:
        say(f"    {escape(line)}")
    for name, rows in made.rows.items():
        say(f"    {escape(name)}: {rows:,} rows are filled in.")
    for line in made.notes:
        say(f"    [dim]{escape(line)}[/dim]")
    for line in left_out:
        say(f"[yellow]Not taken over[/yellow]  {escape(line)}")


def _sure(confidence: float) -> str:
    return f"[green]{confidence:.0%} sure[/green]" if confidence >= SURE else f"[yellow]{confidence:.0%} sure[/yellow]"


def _print_reasons(evidence: Sequence[str], questions: Sequence[str]) -> None:
    for reason in evidence:
        say(f"         [dim]{escape(reason)}[/dim]")
    for question in questions:
        say(f"    [yellow]?[/yellow]    {escape(question)}")


def print_receipt(receipt: Receipt, written: Path) -> None:
    """Print which cells and parts of a file changed, and what the user should know."""
    say_plainly("\n".join(receipt.notes))
    if not receipt.changed_parts:
        say_plainly(f"Nothing in {written.name} changed.")
        return
    if receipt.ranges:
        say_plainly(f"Written: {', '.join(receipt.ranges)}.")
    parts = f"{len(receipt.changed_parts)} parts of {written.name} changed"
    say(f"[dim]{escape(parts)}: {escape(', '.join(receipt.changed_parts))}.[/dim]")


def write_receipt(receipt: Receipt, written: Path, file: Path) -> None:
    """
    Write the same to a file: as JSON when its name says so, else as lines of text.

    Raises
    ------
    UserError
        If the file cannot be written; the workbook is written by then.
    """
    content = {
        "workbook": written.name,
        "ranges": list(receipt.ranges),
        "parts": list(receipt.changed_parts),
        "notes": list(receipt.notes),
    }
    if file.suffix.casefold() == ".json":
        text = json.dumps(content, indent=2, ensure_ascii=False)
    else:
        lines = [f"Workbook\t{written.name}"]
        for title, key in (("Range", "ranges"), ("Part", "parts"), ("Note", "notes")):
            lines += [f"{title}\t{entry}" for entry in content[key]]
        text = "\n".join(lines)
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{written.name} is written, but its receipt {file} cannot be ({error.strerror or error})"
        ) from None


def print_backups(workbook: Path, found: Sequence[Backup]) -> None:
    """Print what can be put back, the newest first, and where it lies."""
    if not found:
        say_plainly(f"There is no backup of {workbook.name}.")
        return
    table = Table(title=f"Backups of {escape(workbook.name)}", title_justify="left", box=None)
    for heading in ("Number", "The workbook as it was", "Bytes"):
        table.add_column(heading, justify="left" if heading.startswith("The") else "right")
    for backup in found:
        table.add_row(str(backup.number), escape(str(backup)), f"{backup.path.stat().st_size:,}")
    console.print(table)
    say_plainly(f"They lie in {found[0].path.parent}")


def _difference(cell: Cell) -> str:
    return f"{cell:,.2f}" if isinstance(cell, float | int) and not isinstance(cell, CellError) else str(cell)


def print_findings(contents: Contents, findings: Sequence[Finding], *, least: Severity) -> None:
    """Print findings of at least a severity: where, what, and what to do; no customer's name or id."""
    for finding in findings:
        if finding.severity >= least:
            word = finding.severity.name.capitalize()
            colour = COLOURS[finding.severity]
            say(f"[{colour}]{word}[/{colour}]  {escape(_where(contents, finding))}: {escape(finding.what)}.")
            say(f"         [dim]{escape(finding.mend)}.[/dim]{_money(finding)}")


def _where(contents: Contents, finding: Finding) -> str:
    """Name sheet, column and the first rows of a finding."""
    raw = contents.raw.get(finding.table)
    sheet = (raw.place(finding.rows[0] - 1).sheet if finding.rows else raw.sheet) if raw else finding.table
    column = f", {finding.column.replace('_', ' ')}" if finding.column else ""
    if raw is None or not finding.rows:
        return f"{sheet}{column}"
    places = [raw.place(row - 1) for row in finding.rows[:MOST_ROWS]]
    first = ", ".join(str(place.row) if place.sheet == sheet else f"{place.row} of {place.sheet}" for place in places)
    rest = len(finding.rows) - MOST_ROWS
    return f"{sheet}{column}, row {first}" + (f" and {rest:,} more" if rest > 0 else "")


def _money(finding: Finding) -> str:
    return f" [dim]Money concerned: {sum(finding.amounts):,.2f}.[/dim]" if finding.amounts else ""
