"""The layout of a CFO's own workbook: find it, show it, keep it."""

from pathlib import Path
from typing import Annotated

import typer

from addin.commands import DONE, FAILED, app
from addin.faults import UserError

__all__ = ["map_"]

EXAMPLES = (
    "Examples: customer-value map plan.xlsx; customer-value map plan.xlsx --sheet "
    '--fill "Lifetime value:value=Clients!F" --figure "base_value=Cockpit!B4"; customer-value map plan.xlsx --show'
)


Sheet = Annotated[bool, typer.Option("--sheet", help="Keep the mapping on a sheet Mapping, not in a file beside it.")]
Show = Annotated[bool, typer.Option("--show", help="Show the mapping there is and what it reads; write nothing.")]
Replace = Annotated[bool, typer.Option("--replace", help="Propose anew, in place of the mapping's file.")]
Packs = Annotated[list[str] | None, typer.Option("--pack", metavar="NAME", help="Compute the results of a pack.")]
Results = Annotated[list[str] | None, typer.Option("--result", metavar="TABLE", help="Give this result a sheet.")]
Fills = Annotated[
    list[str] | None,
    typer.Option("--fill", metavar="RESULT:COLUMN=SHEET!COL", help="Fill a column beside the list of customers."),
]
Figures = Annotated[
    list[str] | None, typer.Option("--figure", metavar="KEY=SHEET!CELL", help="Fill a cell with a figure of the model.")
]


@app.command("map", epilog=EXAMPLES)
def map_(
    workbook: Annotated[Path, typer.Argument(help="Any workbook (.xlsx, .xlsm).")],
    sheet: Sheet = False,
    show: Show = False,
    replace: Replace = False,
    packs: Packs = None,
    results: Results = None,
    fills: Fills = None,
    figures: Figures = None,
) -> None:
    """Find where a workbook has customers, sales, costs and assumptions; the next refresh reads what is kept."""
    from addin.backups import keeping
    from addin.books.file import FileBook
    from addin.mapping import found_tables, lacking, proposal, questions
    from addin.opening import found_mapping, keep_mapping, mapping_file
    from addin.report import print_mapping, say, say_plainly, working
    from workbook_templates.mapping.sheet import mapping_sheet
    from workbook_templates.plan import Plan

    with working("Reading the workbook"):
        book = FileBook(workbook)
        there = found_mapping(book, workbook)
        if show:
            if there is None:
                raise UserError(f"{workbook.name} has no mapping; make one with: customer-value map {workbook.name}")
            found = there
        elif there is not None and (sheet or not replace):
            raise UserError(f"{workbook.name} has a mapping already: look at it with --show, or delete it")
        else:
            found = proposal(book, packs=packs or (), results=results or (), fills=fills or (), figures=figures or ())
        tables = found_tables(book.view(), found)
    print_mapping(found, tables)
    asked, lacks = questions(found), lacking(found)
    if sheet and not show:
        book.apply(Plan(sheets=(mapping_sheet(found),)), keep=keeping("map"))
        say(f"\nThe mapping is on the sheet Mapping of {workbook.name}.")
    elif not show:
        keep_mapping(mapping_file(workbook), found)
        say(f"\nThe mapping is in {mapping_file(workbook)}.")
    for words in lacks:
        say_plainly(words)
    if asked:
        open_ones = (
            "1 question is open: answer it" if len(asked) == 1 else f"{len(asked)} questions are open: answer them"
        )
        say(f"{open_ones} in the mapping, and delete each that is answered.")
    elif not lacks:
        say(f"Correct the mapping where it is wrong, then: customer-value refresh {workbook.name}")
    raise typer.Exit(FAILED if asked or lacks else DONE)
