"""What the command line prints about a distribution: files, sums, what was left out; no customer's name or id."""

from rich.markup import escape
from rich.table import Table

from addin.distribution.sending import Distribution
from addin.report import console, say

__all__ = ["print_distribution"]


def print_distribution(sent: Distribution) -> None:
    """Print the files with their sums, what is in none, and what was left out of all."""
    manifest = sent.manifest
    measures = list(manifest.group)
    table = Table(title=f"{len(sent.written):,} files", title_justify="left", box=None)
    for heading in ("File", "Recipient", "Customers", *measures):
        table.add_column(heading, justify="left" if heading in ("File", "Recipient") else "right")
    written = {entry.file_id for entry in sent.written}
    for entry in manifest.files:
        amounts = [f"{entry.totals[name]:,.0f}" if name in entry.totals else "" for name in measures]
        file = entry.file if entry.file_id in written else f"({entry.file})"
        table.add_row(escape(file), escape(entry.recipient), f"{entry.customers:,}", *amounts)
    if manifest.by:
        for title, totals, count in (
            ("In no file", manifest.left_out, f"{manifest.customers_left_out:,}"),
            ("Group", manifest.group, ""),
        ):
            table.add_row(title, "", count, *(f"{totals[name]:,.0f}" for name in measures))
    console.print(table)
    for note in sent.notes:
        say(f"[dim]{escape(note)}.[/dim]")
    for recipient, leaks in sent.refused.items():
        say(f"[red]Refused[/red] the copy for {escape(recipient)}: it would show what is not theirs.")
        for leak in leaks:
            say(f"  {escape(leak.what)} in {escape(leak.part)}")
        say("  Take it out of the workbook, or leave the sheet out with --drop SHEET.")
