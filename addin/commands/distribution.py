"""Send copies of a workbook to people without the add-in, and bring back what they fill in."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from addin.commands import DONE, FAILED, Backup, app
from addin.faults import UserError

__all__ = ["collect", "distribute"]

DISTRIBUTE_EXAMPLES = (
    "Examples: customer-value distribute model.xlsx --to board --values-only; "
    "customer-value distribute model.xlsx --to regions --by owner --ask Customers:must_serve --due 2026-03-31; "
    "customer-value distribute model.xlsx --to regions --by owner --only 'Key accounts'"
)
Sheets = list[str] | None


@app.command(epilog=DISTRIBUTE_EXAMPLES)
def distribute(
    workbook: Annotated[Path, typer.Argument(help="The workbook to make copies of; it gets a sheet Distribution.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the copies and their manifest.")],
    by: Annotated[str, typer.Option(metavar="COLUMN", help="One copy for each value of a column of Customers.")] = "",
    values_only: Annotated[bool, typer.Option("--values-only", help="Values in the place of formulas.")] = False,
    drop: Annotated[Sheets, typer.Option(metavar="SHEET", help="Leave a sheet out.")] = None,
    keep: Annotated[Sheets, typer.Option(metavar="SHEET", help="Show a sheet that would be left out.")] = None,
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Customers under neutral labels, no free text.")
    ] = False,
    ask: Annotated[
        Sheets, typer.Option(metavar="TABLE[:COLUMN,...]", help="An input table that recipients fill in.")
    ] = None,
    only: Annotated[str, typer.Option(metavar="RECIPIENT", help="Issue one recipient's copy again.")] = "",
    due: Annotated[str, typer.Option(metavar="DATE", help="When filled-in copies are wanted back (2026-03-31).")] = "",
    return_to: Annotated[str, typer.Option(metavar="TEXT", help="Whom they go to, as the copies say it.")] = "",
    overwrite: Annotated[bool, typer.Option("--replace", help="Write over copies that are in the folder.")] = False,
    backup: Backup = True,
) -> None:
    """Write copies for recipients: their customers, values, nothing hidden; each is searched before it is written."""
    from addin.backups import keeping
    from addin.distribution.printing import print_distribution
    from addin.distribution.sending import Request
    from addin.distribution.sending import distribute as send
    from addin.report import working

    if due:
        try:
            due = dt.date.fromisoformat(due).isoformat()
        except ValueError:
            raise UserError(f"--due {due} is no date; write it as 2026-03-31") from None
    if only and not by:
        raise UserError("--only goes together with --by, which says who the recipients are")
    request = Request(
        to=to,
        by=by,
        values_only=values_only,
        drop=drop or (),
        keep=keep or (),
        anonymise=anonymise,
        ask=ask or (),
        only=only,
        replace=overwrite,
        due=due,
        return_to=return_to,
    )
    with working("Making the copies"):
        sent = send(workbook, request, now=dt.datetime.now(dt.UTC), keep=keeping("distribute") if backup else None)
    print_distribution(sent)
    raise typer.Exit(FAILED if sent.refused else DONE)


COLLECT_EXAMPLES = (
    "Examples: customer-value collect returned model.xlsx --dry-run; "
    "customer-value collect returned model.xlsx --theirs"
)


@app.command(epilog=COLLECT_EXAMPLES)
def collect(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the copies that came back.")],
    workbook: Annotated[Path, typer.Argument(help="The workbook that they were made from.")],
    theirs: Annotated[bool, typer.Option("--theirs", help="In a conflict take what came back.")] = False,
    ours: Annotated[bool, typer.Option("--ours", help="In a conflict keep what the workbook holds.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    backup: Backup = True,
) -> None:
    """Bring back what recipients filled in; what both sides have changed is shown and left as it is."""
    from addin.backups import keeping
    from addin.distribution.printing import print_collection
    from addin.distribution.returns import collect as bring_back
    from addin.report import working

    if theirs and ours:
        raise UserError("give either --theirs or --ours, not both")
    with working("Comparing what came back"):
        found = bring_back(
            folder,
            workbook,
            resolve="theirs" if theirs else "ours" if ours else "",
            now=dt.datetime.now(dt.UTC),
            dry_run=dry_run,
            keep=keeping("collect") if backup else None,
        )
    print_collection(found, dry_run=dry_run)
    raise typer.Exit(FAILED if found.conflicts or found.refusals else DONE)
