"""What the command line prints about a distribution: files, sums, what was left out; no customer's name or id."""

from typing import Final

from rich.markup import escape
from rich.table import Table

from addin.distribution.people import text_of
from addin.distribution.returns import Collection
from addin.distribution.sending import Distribution
from addin.report import console, say

__all__ = ["print_collection", "print_distribution"]

_AMOUNT: Final = 12


def print_distribution(sent: Distribution) -> None:
    """Print the files with their sums, what is in none, and what was left out of all."""
    manifest = sent.manifest
    measures = list(manifest.group)
    table = Table(title=f"{len(sent.written):,} files", title_justify="left", box=None)
    table.add_column("File", overflow="fold")
    for heading in ("Customers", *measures):
        table.add_column(heading, justify="right", no_wrap=True, min_width=max(len(heading), _AMOUNT))
    written = {entry.file_id for entry in sent.written}
    for entry in manifest.files:
        amounts = [f"{entry.totals[name]:,.0f}" if name in entry.totals else "" for name in measures]
        file = entry.file if entry.file_id in written else f"({entry.file})"
        table.add_row(escape(file), f"{entry.customers:,}", *amounts)
    if manifest.by:
        left_out = [f"{manifest.left_out[name]:,.0f}" for name in measures]
        table.add_row("In no file", f"{manifest.customers_left_out:,}", *left_out)
        table.add_row("Group", "", *(f"{manifest.group[name]:,.0f}" for name in measures))
    console.print(table)
    for note in sent.notes:
        say(f"[dim]{escape(note)}.[/dim]")
    for recipient, leaks in sent.refused.items():
        say(f"[red]Refused[/red] the copy for {escape(recipient)}: it would show what is not theirs.")
        for leak in leaks:
            say(f"  {escape(leak.what)} in {escape(leak.part)}")
        say("  Take it out of the workbook, or leave the sheet out with --drop SHEET.")


def print_collection(found: Collection, *, dry_run: bool) -> None:
    """Print what was taken, what somebody has to decide on, and what was refused."""
    files = [*dict.fromkeys([*found.taken, *found.added, *(line.file for line in found.lines)])]
    say(f"{len(found.lines):,} files came back.")
    for file in files:
        say(f"  {escape(file)}: {found.taken.get(file, 0):,} cells taken, {found.added.get(file, 0):,} rows added")
    if found.conflicts:
        table = Table(title=f"{len(found.conflicts):,} conflicts, left as they are", title_justify="left", box=None)
        for heading in ("File", "Sheet", "Row", "Column", "Sent", "Returned", "Now", "Why"):
            table.add_column(heading, overflow="fold")
        for at in found.conflicts:
            shown = (text_of(at.sent), text_of(at.returned), text_of(at.now))
            table.add_row(*map(escape, (at.file, at.sheet, at.row, at.column, *shown, at.why)))
        console.print(table)
        say("Decide with --theirs (what came back) or --ours (what the workbook holds), or in the workbook by hand.")
    for refusal in found.refusals:
        say(f"[red]Not taken[/red]  {escape(refusal.file)}, {escape(refusal.where)}: {escape(refusal.why)}.")
    for note in found.notes:
        say(f"[dim]{escape(note)}.[/dim]")
    if dry_run:
        say("Nothing was written (--dry-run).")
