"""Look into a workbook before trusting it."""

from pathlib import Path
from typing import Annotated

import typer

from addin.commands import app

__all__ = ["inspect"]


@app.command(epilog="Example: customer-value inspect model.xlsx")
def inspect(workbook: Annotated[Path, typer.Argument(help="The workbook, or any .xlsx or .xlsm file.")]) -> None:
    """
    Show what is in a workbook: sheets, tables, names, parts, and what one should know before trusting it.

    Links, macros, queries and objects are named; nothing is followed, fetched or run. A hostile or damaged file is
    refused with the reason.
    """
    from addin.books.file import FileBook
    from addin.books.inspection import contents
    from addin.report import say_plainly

    found = contents(FileBook(workbook).package)
    say_plainly(f"{workbook.name}")
    say_plainly("\nSheets")
    for sheet in found.sheets:
        marks = [sheet.state, "protected" if sheet.protected else "", f"{sheet.formulas:,} formulas"]
        say_plainly(f"  {sheet.name}: {sheet.area or 'empty'}, {', '.join(filter(None, marks))}")
    say_plainly(f"\nTables: {len(found.tables)}")
    for table in found.tables:
        say_plainly(f"  {table.name}: {table.sheet}!{table.area}")
    say_plainly(f"\nNames: {len(found.names)}")
    say_plainly("\nParts")
    for kind, count in sorted(found.parts.items()):
        say_plainly(f"  {kind}: {count}")
    say_plainly("\nWhat one should know")
    for finding in found.findings or ("nothing: no links, macros, queries, objects or hidden sheets",):
        say_plainly(f"  {finding}")
