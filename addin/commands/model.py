"""Make a workbook, fill it, check it and refresh it."""

import datetime as dt
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from addin.commands import DONE, FAILED, Out, Settings, app
from addin.faults import UserError

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
    failed = _refresh(path, out=None, dry_run=False, settings=[])
    say(f"\nThe workbook is {path.resolve()}\nOpen it in Excel or LibreOffice and begin with the sheet Summary.")
    raise typer.Exit(FAILED if failed else DONE)


def _free_name(stem: str) -> Path:
    """Find a file name that is not taken in this folder."""
    names = (Path(f"{stem}{f'_{i}' if i > 1 else ''}.xlsx") for i in count(1))
    return next(path for path in names if not path.exists())


@app.command(epilog="Example: customer-value new model.xlsx --sample --pack officers")
def new(
    file: Annotated[Path, typer.Argument(help="The workbook to make (.xlsx).")],
    template: Annotated[str, typer.Option(help="The template.")] = "customer_value",
    sample: Annotated[bool, typer.Option("--sample", help="Fill it with the sample company.")] = False,
    pack: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Add a pack of sheets.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Add all packs.")] = False,
    settings: Settings = None,
) -> None:
    """Make a fresh workbook, empty or with the sample company."""
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
    with working("Making the workbook"):
        create_workbook(file, chosen, sample_company() | sample_snapshots() if sample else {}, given)
    say(f"{file} has {len(chosen.sheets)} sheets ({', '.join(p.name for p in chosen.packs)}).")
    say("Next: fill in its yellow cells or import transactions, then customer-value refresh.")


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
) -> None:
    """Bring transactions into a workbook's input tables; the same file again replaces its rows."""
    from addin.contents import read_contents
    from addin.importing import plan_import
    from addin.opening import open_workbook
    from addin.report import print_import, working
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
        book.apply(plan.plan)
    if save_mapping:
        keep(workbook, save_mapping, chosen)
    print_import(plan, imported)
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
) -> None:
    """Compute all result sheets, say what changes against the last refresh, and write them."""
    failed = _refresh(workbook, out=out, dry_run=dry_run, settings=settings or [], mapping=mapping)
    raise typer.Exit(FAILED if failed else DONE)


def _refresh(path: Path, *, out: Path | None, dry_run: bool, settings: list[str], mapping: Path | None = None) -> int:
    """Refresh a workbook and report; gives the number of checks that fail."""
    from addin.contents import read_contents
    from addin.opening import open_workbook
    from addin.refresh import check_lines, plan_refresh
    from addin.report import print_checks, print_findings, print_report, say, working
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
        say("Nothing was written (--dry-run).")
        return sum(not line.passed for line in lines)
    with working("Writing the results"):
        receipt = book.apply(planned.plan, out)
    print_report(contents, planned.formulas)
    say("\n".join(("", *planned.results.notes, *receipt.notes)))
    print_findings(contents, planned.results.findings, least=Severity.WARNING)
    return print_checks(lines, all_of_them=False)
