"""The group Model: make a workbook, fill it month by month, add sheets to it."""

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from addin.books.file import FileBook
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.desk import Desk
from addin.faults import UserError
from addin.importing import ImportPlan, plan_import
from addin.mapping import FoundTable, found_tables, lacking, proposal, questions, where
from addin.opening import sheet_mapping
from addin.refresh import plan_refresh
from addin.ribbon.command import Asks, Command, write
from addin.ribbon.words import asked, counted, joined
from addin.sources import ImportedTransactions, SourceError, load_mapping, mapping_names, read_transactions
from addin.userfiles import folder
from addin.workbook import LiveWorkbook
from workbook_templates.catalogue import compose
from workbook_templates.layout import Pack, Sheet, Stage, TableBlock, Template
from workbook_templates.mapping.sheet import MAPPING_SHEET, mapping_sheet
from workbook_templates.packs import PACKS
from workbook_templates.plan import Plan

__all__ = ["COMMANDS"]

GROUP = "Model"
NEW, LOAD, INSERT, MAP = "New model", "Load month", "Insert template sheet", "Map layout"
MOST_FINDINGS = 3


def _new_model(_: LiveWorkbook, desk: Desk, path: Path | None) -> None:
    """Make a workbook and open it; with the sample company it comes refreshed."""
    if path is None:
        return
    with_sample = desk.confirm(
        NEW, "Fill the new workbook with the sample company, to look around?\nNo makes it empty."
    )
    desk.progress(f"Making {path.name}")
    if with_sample:
        from workbook_templates.sample import sample_company  # draws some thousand transactions
        from workbook_templates.sample.snapshots import sample_snapshots

        create_workbook(path, compose(packs=list(PACKS)), sample_company() | sample_snapshots())
        book = FileBook(path)
        book.apply(plan_refresh(read_contents(book), now=dt.datetime.now(dt.UTC)).plan)
        following = "It is refreshed already: begin with the sheet Summary."
    else:
        create_workbook(path, compose(), {})
        following = "Next: fill in its yellow cells, or press Load month; then press Refresh all."
    desk.open_workbook(path)
    desk.tell(NEW, f"{path.name} is ready.\n{following}")


# Load month.


def _load_month(book: LiveWorkbook, desk: Desk, path: Path | None) -> None:
    """Import a file by a mapping that was saved before."""
    if path is None:
        return
    desk.progress("Reading the workbook")
    contents = read_contents(book)
    desk.progress(f"Reading {path.name}")
    name, imported = _read(_mappings_of(desk), path)
    planned = plan_import(contents, imported, {})
    if not desk.confirm(LOAD, asked(_preview(path, name, imported, planned), "Write them?")):
        return
    notes = write(book, desk, planned.plan, what=f"{LOAD} ({path.name})")
    done = f"{counted(planned.added, 'row')} of {path.name} are in Transactions. As-of date: {planned.as_of}."
    desk.tell(LOAD, joined(done, notes, "The results are those of before: press Refresh all."))


def _mappings_of(desk: Desk) -> Path:
    """Say which workbook the mappings lie beside: the one that is open, or one of its name in the user's folder."""
    there = desk.location()
    return there if there is not None else folder() / (unquote(desk.identity()).rpartition("/")[2] or "workbook.xlsx")


def _read(workbook: Path, path: Path) -> tuple[str, ImportedTransactions]:
    """Read a file with the one mapping that fits it."""
    names = mapping_names(workbook)
    if not names:
        raise UserError(NO_MAPPING.format(data=path.name, workbook=workbook.name, folder=workbook.parent))
    if len(names) == 1:
        return names[0], read_transactions(path, load_mapping(workbook, names[0]))
    fitting: dict[str, ImportedTransactions] = {}
    reasons: Mapping[str, str] = {}
    for name in names:
        try:
            fitting[name] = read_transactions(path, load_mapping(workbook, name))
        except SourceError as reason:
            reasons = {**reasons, name: str(reason)}
    if len(fitting) == 1:
        return next(iter(fitting.items()))
    if fitting:
        raise UserError(
            f"{path.name} fits several saved mappings ({', '.join(fitting)}); import it with: "
            f"customer-value import {path.name} {workbook.name} --mapping NAME"
        )
    raise UserError("\n".join((f"no saved mapping fits {path.name}:", *(f"{n}: {why}" for n, why in reasons.items()))))


NO_MAPPING = (
    "no mapping is saved for {workbook}, so it is not known which column holds what. Close the workbook and save one "
    "while importing on the command line:\n"
    "customer-value import {data} {workbook} --customer COLUMN --date COLUMN --amount COLUMN --save-mapping NAME\n"
    "It is looked for in {folder}; from then on Load month uses it."
)


def _preview(path: Path, mapping: str, imported: ImportedTransactions, planned: ImportPlan) -> str:
    totals = imported.totals
    not_read = f"not read: {totals.unreadable_lines:,} lines, {totals.unreadable_amount:,}"
    findings = [f"{finding.severity.name.capitalize()}: {finding.what}" for finding in imported.findings]
    return joined(
        f"{path.name}, read with the mapping '{mapping}':",
        f"{counted(totals.lines, 'line')}, {counted(totals.documents, 'document')} of known customers.",
        f"Net amount {totals.all_lines:,}, of which known customers {totals.identified:,} "
        f"(credit notes {totals.credits:,}), unknown customer {totals.unknown_customer:,}"
        + (f"; {not_read}." if totals.unreadable_lines else "."),
        f"{counted(planned.replaced, 'row')} of an earlier import are replaced by {planned.added:,}.",
        f"{counted(planned.new_customers, 'new customer')}.",
        findings[:MOST_FINDINGS],
        f"... and {len(findings) - MOST_FINDINGS} more findings." if len(findings) > MOST_FINDINGS else "",
    )


# Insert template sheet.


def _insert_sheets(book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Offer the packs that the workbook lacks, one after the other."""
    template = read_contents(book).template
    present = [pack.name for pack in template.packs]
    absent = [pack for pack in PACKS.values() if pack.name not in present]
    lacking = [pack for pack in absent if _can_be_added(pack)]
    if not lacking:
        words = f"This workbook has all sheets that can be added to it: {', '.join(present)}."
        others = "".join(f"\nOnly a new workbook has the pack {pack.name}: {pack.purpose}." for pack in absent)
        desk.tell(INSERT, words + others)
        return
    for pack in lacking:
        sheets = ", ".join(sheet.name for sheet in _lacking(pack, template))
        if desk.confirm(INSERT, f"{pack.purpose}.\nAdd the sheets {sheets}?"):
            _add(pack, template, book, desk)
            return


def _can_be_added(pack: Pack) -> bool:
    """Only sheets that nothing refers to but themselves can be copied between workbooks without leaving links."""
    return all(sheet.stage is Stage.INPUT for sheet in pack.sheets) and not pack.checks and not pack.totals


def _lacking(pack: Pack, template: Template) -> list[Sheet]:
    """Give the sheets of a pack that another pack has not brought already."""
    return [sheet for sheet in pack.sheets if sheet not in template.sheets]


def _add(pack: Pack, template: Template, book: LiveWorkbook, desk: Desk) -> None:
    """Draw the template with the pack beside the workbook, and copy the sheets that are new."""
    there = {name.casefold() for name in book.table_names()}
    sheets = _lacking(pack, template)
    tables = [item.table.excel_name for sheet in sheets for item in sheet.items if isinstance(item, TableBlock)]
    doubled = [name for name in tables if name.casefold() in there]
    if doubled:
        raise UserError(f"the workbook has a table {doubled[0]} already; rename it first (Table Design > Table Name)")
    wider = compose(template.id, [*(one.name for one in template.packs), pack.name])
    names = [sheet.name for sheet in wider.sheets]
    new = [sheet.name for sheet in sheets]
    with tempfile.TemporaryDirectory() as temporary:
        drawn = Path(temporary) / "customer_value_sheets.xlsx"
        create_workbook(drawn, wider, {})
        desk.add_sheets(drawn, new, after=names[names.index(new[0]) - 1], identity=wider.identity)
    desk.tell(
        INSERT,
        f"{counted(len(new), 'sheet')} added: {', '.join(new)}.\n"
        "Index has no lines for them. This cannot be undone, but sheets without data change no result.",
    )


# Map layout.


def _map_layout(book: LiveWorkbook, desk: Desk, _: Path | None) -> None:
    """Propose where a workbook that is not ours has its tables, and keep that on a sheet where it can be corrected."""
    if sheet_mapping(book) is not None:
        desk.show(MAPPING_SHEET)
        desk.tell(MAP, "This workbook has a mapping already: correct it on the sheet Mapping, or delete that sheet.")
        return
    desk.progress("Looking for tables")
    found = proposal(book)
    lines = [f"{one.mapped.table}: {where(one.mapped)}{_read_there(one)}" for one in found_tables(book.view(), found)]
    asked_of = questions(found)
    preview = joined(
        lines or ["No table of the model was found."],
        [f"{given.id}: {given.cell or given.value}" for given in found.assumptions],
        f"{counted(len(asked_of), 'question')} to answer on the sheet." if asked_of else "Nothing is left open.",
        lacking(found),
    )
    if not desk.confirm(MAP, asked(preview, "Put this on a new sheet Mapping?")):
        return
    notes = write(book, desk, Plan(sheets=(mapping_sheet(found),)), what=MAP)
    desk.show(MAPPING_SHEET)
    following = (
        "Answer the questions, delete each that is answered, then" if asked_of else "Correct what is wrong, then"
    )
    desk.tell(MAP, joined("The mapping is on the sheet Mapping.", notes, f"{following} press Refresh all."))


def _read_there(one: FoundTable) -> str:
    if one.rows is None:
        return " (asked)"
    return f", {counted(one.rows, 'row')}" + ("" if one.total is None else f", money {one.total:,.0f}")


DATA_FILES = "Transactions (*.csv;*.parquet;*.xlsx;*.xlsm),*.csv;*.parquet;*.xlsx;*.xlsm"
COMMANDS = (
    Command(
        id="NewModel",
        label=NEW,
        group=GROUP,
        icon="FileNew",
        large=True,
        tip="Makes a fresh workbook, empty or with the sample company, and opens it.",
        asks=Asks(how="save", files="Excel workbook (*.xlsx),*.xlsx", suggested="customer_value.xlsx"),
        run=_new_model,
    ),
    Command(
        id="LoadMonth",
        label=LOAD,
        group=GROUP,
        icon="ImportExcel",
        tip="Brings transactions from a file into this workbook, with the columns that were saved before.",
        asks=Asks(how="open", files=DATA_FILES),
        run=_load_month,
    ),
    Command(
        id="InsertTemplateSheet",
        label=INSERT,
        group=GROUP,
        icon="SheetInsert",
        tip="Adds sheets that this workbook lacks, as far as nothing else refers to them.",
        run=_insert_sheets,
    ),
    Command(
        id="MapLayout",
        label=MAP,
        group=GROUP,
        icon="TableSelect",
        tip="Finds customers, sales, costs and assumptions in a workbook of your own, so that it can be refreshed.",
        run=_map_layout,
    ),
)
