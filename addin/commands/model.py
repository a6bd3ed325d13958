"""Make a workbook, fill it, check it and refresh it."""

import datetime as dt
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from addin.commands import DONE, FAILED, Backup, Out, Recalculation, Settings, app
from addin.faults import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook_templates.layout import Template
    from workbook_templates.plan import Cell

__all__ = ["check", "demo", "import_", "new", "refresh"]


@app.command(epilog="Example: customer-value demo --out board.xlsx")
def demo(out: Annotated[Path | None, typer.Option(help="The workbook to make.")] = None) -> None:
    """Build the sample company's workbook, refresh it and print the answer."""
    from addin.creating import create_workbook
    from addin.report import say, working
    from workbook_templates.catalogue import compose
    from workbook_templates.packs import PACKS
    from workbook_templates.sample import sample_company
    from workbook_templates.sample.snapshots import sample_snapshots

    path = out or _free_name("customer_value_demo")
    with working("Building the workbook of the sample company"):
        create_workbook(path, compose("customer_value", list(PACKS)), sample_company() | sample_snapshots())
    failed = _refresh(path, settings=[], backup=False)
    say(f"\nThe workbook is {path.resolve()}\nOpen it in Excel or LibreOffice and begin with the sheet Summary.")
    raise typer.Exit(FAILED if failed else DONE)


def _free_name(stem: str) -> Path:
    """Find a file name that is not taken in this folder."""
    names = (Path(f"{stem}{f'_{i}' if i > 1 else ''}.xlsx") for i in count(1))
    return next(path for path in names if not path.exists())


NEW_EXAMPLES = (
    "Examples: customer-value new model.xlsx --sample --pack officers; customer-value new ours.xlsx --like plan.xlsx"
)


@app.command(epilog=NEW_EXAMPLES)
def new(
    file: Annotated[Path, typer.Argument(help="The workbook to make (.xlsx).")],
    template: Annotated[str, typer.Option(help="The template.")] = "customer_value",
    sample: Annotated[bool, typer.Option("--sample", help="Fill it with the sample company.")] = False,
    pack: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Add a pack of sheets.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Add all packs.")] = False,
    like: Annotated[
        Path | None, typer.Option(metavar="WORKBOOK", help="Lay it out and fill it like this workbook.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="Where the tables stand in the workbook of --like.")
    ] = None,
    settings: Settings = None,
) -> None:
    """Make a fresh workbook: empty, with the sample company, or in the layout of your own model."""
    from addin.creating import create_workbook
    from addin.report import say, working
    from addin.settings import parse_settings
    from workbook_templates.catalogue import UnknownTemplateError, compose
    from workbook_templates.packs import PACKS
    from workbook_templates.sample import sample_company
    from workbook_templates.sample.snapshots import sample_snapshots

    given = parse_settings(settings or [])
    try:
        chosen = compose(template, list(PACKS) if everything else pack or [])
    except UnknownTemplateError as error:
        raise UserError(str(error)) from None
    if like is not None and sample:
        raise UserError("give either --like or --sample: a workbook like yours is filled with your data")
    if like is None and mapping is not None:
        raise UserError("--mapping says where the tables stand in the workbook of --like: give that too")
    if like is not None:
        _new_like(file, like, mapping, chosen, given)
        return
    with working("Making the workbook"):
        create_workbook(file, chosen, sample_company() | sample_snapshots() if sample else {}, given)
    say(f"{file} has {len(chosen.sheets)} sheets ({', '.join(p.name for p in chosen.packs)}).")
    say("Next: fill in its yellow cells or import transactions, then customer-value refresh.")


def _new_like(
    file: Path, like: Path, mapping: Path | None, template: "Template", settings: "Mapping[str, Cell]"
) -> None:
    """Make a workbook in the layout of another one, and say what was taken over."""
    from addin.creating_like import create_like, mapping_for
    from addin.report import print_likeness, say, working

    with working(f"Reading {like.name}"):
        found, left_out = mapping_for(like, mapping)
    with working("Making the workbook"):
        made = create_like(file, like, template, found, settings)
    print_likeness(made, left_out)
    say(f"\n{file} is laid out like {like.name}, with {len(template.sheets)} sheets of the template.")
    say("Next: customer-value refresh.")


IMPORT_EXAMPLES = (
    "Examples: customer-value import sales.csv model.xlsx --customer Customer --date Date --amount Net "
    "--document Invoice --save-mapping erp; next month: customer-value import sales.csv model.xlsx --mapping erp"
)


@app.command("import", epilog=IMPORT_EXAMPLES)
def import_(
    data: Annotated[Path, typer.Argument(help="Transactions: CSV, Parquet or Excel.")],
    workbook: Annotated[Path, typer.Argument(help="The workbook to fill.")],
    customer: Annotated[str, typer.Option(metavar="COL", help="Column of the customer's id.")] = "",
    date: Annotated[str, typer.Option(metavar="COL", help="Column of the date.")] = "",
    amount: Annotated[str, typer.Option(metavar="COL", help="Column of the net amount; or else")] = "",
    quantity: Annotated[str, typer.Option(metavar="COL", help="column of the quantity, and")] = "",
    unit_price: Annotated[str, typer.Option(metavar="COL", help="column of the price of one.")] = "",
    document: Annotated[str, typer.Option(metavar="COL", help="Column of the invoice number.")] = "",
    credit_prefix: Annotated[str, typer.Option(metavar="C", help="What credit notes' numbers begin with.")] = "",
    date_format: Annotated[str, typer.Option(metavar="FORMAT", help="Dates as text, such as %d.%m.%Y.")] = "",
    decimal: Annotated[str, typer.Option(metavar="SIGN", help="Decimal sign of a CSV file: . or ,")] = "",
    settings: Settings = None,
    save_mapping: Annotated[str, typer.Option(metavar="NAME", help="Keep these columns under a name.")] = "",
    mapping: Annotated[str, typer.Option(metavar="NAME", help="Use columns that were kept.")] = "",
    out: Out = None,
    backup: Backup = True,
    recalculate: Recalculation = True,
) -> None:
    """Bring transactions into a workbook's input tables; the same file again replaces its rows."""
    from addin.backups import keeping
    from addin.books.recalculation import fresh_caches
    from addin.contents import read_contents
    from addin.importing import plan_import
    from addin.opening import open_workbook
    from addin.report import print_import, say_plainly, working
    from addin.settings import parse_settings
    from addin.sources import SourceMapping, load_mapping, read_transactions
    from addin.sources import save_mapping as keep

    given = parse_settings(settings or [])
    columns = {"customer": customer, "date": date, "amount": amount, "quantity": quantity, "unit_price": unit_price}
    options = {"document": document, "credit_prefix": credit_prefix, "date_format": date_format, "decimal": decimal}
    if mapping and any((columns | options).values()):
        raise UserError("give either --mapping NAME or the columns, not both")
    with working("Reading the workbook"):
        book = open_workbook(workbook)
        contents = read_contents(book)
        chosen = load_mapping(workbook, mapping) if mapping else SourceMapping(**columns, **options)
    with working(f"Reading {data.name}"):
        imported = read_transactions(data, chosen)
    with working("Writing the workbook"):
        plan = plan_import(contents, imported, given)
        receipt = book.apply(
            plan.plan,
            out,
            keep=keeping("import") if backup else None,
            recalculate=fresh_caches if recalculate else None,
        )
    if save_mapping:
        keep(workbook, save_mapping, chosen)
    print_import(plan, imported)
    say_plainly("\n".join(receipt.notes))
    raise typer.Exit(FAILED if imported.totals.unreadable_lines else DONE)


@app.command(epilog="Example: customer-value check model.xlsx")
def check(workbook: Annotated[Path, typer.Argument(help="The workbook to check.")]) -> None:
    """Validate the inputs and run every check; nothing is written."""
    from addin.contents import read_contents
    from addin.opening import open_workbook
    from addin.refresh import check_lines, figure, results_of
    from addin.report import print_checks, print_findings, say, working
    from valuation.findings import Severity
    from workbook_templates.planner import formula_values

    with working("Reading and checking"):
        contents = read_contents(open_workbook(workbook))
        findings = results_of(contents).findings
        formulas = formula_values(contents.template, contents.cells, contents.names)
    print_findings(contents, findings, least=Severity.NOTE)
    lines = check_lines(contents.template, formulas)
    failed = print_checks(lines, all_of_them=True)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    say(f"\n{len(lines) - failed} of {len(lines)} checks passed; {errors} kinds of error in the inputs.")
    if figure(contents, formulas, "check.fresh") != "OK":
        say("The results are not those of the present inputs: run customer-value refresh.")
    raise typer.Exit(FAILED if failed or errors else DONE)


REFRESH_EXAMPLES = (
    "Examples: customer-value refresh model.xlsx --dry-run; customer-value refresh model.xlsx --set horizon=5 "
    "--out five_years.xlsx"
)


@app.command(epilog=REFRESH_EXAMPLES)
def refresh(
    workbook: Annotated[Path, typer.Argument(help="The workbook to refresh.")],
    out: Out = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    settings: Settings = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The mapping of a workbook that is not ours; found without.")
    ] = None,
    backup: Backup = True,
    recalculate: Recalculation = True,
    receipt: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what changed to this file: .json, else as text.")
    ] = None,
) -> None:
    """Compute all result sheets, say what changes against the last refresh, and write them; undo takes it back."""
    failed = _refresh(
        workbook,
        settings=settings or [],
        mapping=mapping,
        out=out,
        dry_run=dry_run,
        backup=backup,
        recalculate=recalculate,
        receipt_file=receipt,
    )
    raise typer.Exit(FAILED if failed else DONE)


def _refresh(
    path: Path,
    *,
    settings: list[str],
    mapping: Path | None = None,
    out: Path | None = None,
    dry_run: bool = False,
    backup: bool = True,
    recalculate: bool = True,
    receipt_file: Path | None = None,
) -> int:
    """Refresh a workbook and report; gives the number of checks that fail."""
    from addin.backups import keeping
    from addin.books.mapped import MappedFile
    from addin.books.recalculation import fresh_caches
    from addin.contents import read_contents
    from addin.opening import open_workbook
    from addin.refresh import check_lines, plan_refresh
    from addin.report import (
        print_checks,
        print_findings,
        print_receipt,
        print_report,
        say,
        say_plainly,
        working,
        write_receipt,
    )
    from addin.settings import parse_settings, set_assumptions
    from valuation.findings import Severity

    given = parse_settings(settings)
    with working("Reading the workbook"):
        book = open_workbook(path, mapping)
        contents, cells = set_assumptions(read_contents(book), given)
    with working("Valuing the customers"):
        planned = plan_refresh(contents, now=dt.datetime.now(dt.UTC), settings=cells)
    say("\n".join(planned.changes))
    lines = check_lines(contents.template, planned.formulas)
    if dry_run:
        if isinstance(book, MappedFile):
            _, notes = book.translated(planned.plan)
            say_plainly("\n".join((*book.reading_notes, *notes)))
        print_findings(contents, planned.results.findings, least=Severity.WARNING)
        print_checks(lines, all_of_them=False)
        say("Nothing was written (--dry-run).")
        return sum(not line.passed for line in lines)
    with working("Writing the results"):
        receipt = book.apply(
            planned.plan,
            out,
            keep=keeping("refresh") if backup else None,
            recalculate=fresh_caches if recalculate else None,
        )
    print_report(contents, planned.formulas)
    say("\n".join(("", *planned.results.notes)))
    print_receipt(receipt, out or path)
    if receipt_file is not None:
        write_receipt(receipt, out or path, receipt_file)
    print_findings(contents, planned.results.findings, least=Severity.WARNING)
    return print_checks(lines, all_of_them=False)
