"""Distributing: a copy for each recipient, looked through before it is written, and a manifest of all."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from lxml import etree

from addin.books.file import FileBook
from addin.books.replacing import Keep, replace_file
from addin.contents import Contents, read_contents
from addin.distribution.anonymous import load_pseudonyms, save_pseudonyms
from addin.distribution.copies import CopySheet, ReadMe, write_copy
from addin.distribution.filenames import file_names
from addin.distribution.leaks import Leak, Tokens, leaks_in
from addin.distribution.manifest import (
    MANIFEST,
    AskedTable,
    Entry,
    Manifest,
    Sent,
    load_manifest,
    save_manifest,
    save_sent,
)
from addin.distribution.people import NOBODY, Recipient, column_of, customers_of, recipients_of, text_of
from addin.distribution.references import References
from addin.distribution.seen import SeenBook, SeenCell, read_book
from addin.distribution.shares import TRACKER_SHEET, Ask, Choice, Share, share_of
from addin.distribution.styles import Looks
from addin.distribution.sums import check_sum, measured_ids, totals
from addin.distribution.tracker import Line, read_tracker, tracker_plan
from addin.faults import UserError
from addin.opening import sheet_mapping
from addin.workbook import WorkbookError
from valuation.tables import CUSTOMERS, INPUT_TABLES, Kind, Table
from valuation.tables.schema import normalise_heading
from workbook_templates.layout import Formula, TableBlock, Template, Text
from workbook_templates.plan import Cell
from workbook_templates.planner import book as planner_book

__all__ = ["EVERYBODY", "NO_DATE", "NO_TEMPLATE", "Distribution", "Request", "distribute", "rest_digest"]

EVERYBODY: Final = "everybody"
NO_TEMPLATE: Final = "none of ours"
NO_DATE: Final = "not known"
FORMAT_WORDS: Final = (
    "visible frozen bottomleft bottomright topright list decimal whole date between notbetween equal expression "
    "greaterthanorequal lessthanorequal containstext notcontainsblanks cellis colorscale percentile num min max "
    "landscape portrait chart confidential page of left right center top bottom general office calibri arial solid "
    "none gray125 thin medium accent dark light normal percent comma currency title total note input output good bad"
)
"""Values of attributes that any package may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    What was asked for on the command line.

    Attributes
    ----------
    to : Path
        Folder of the copies.
    by, only : str
        Column, and the one recipient of a re-issue.
    ask : sequence of str
        ``TABLE`` or ``TABLE:COLUMN,COLUMN``.
    due : str
        ISO date until which files are wanted back.
    return_to : str
        Where, in words.
    """

    to: Path
    by: str = ""
    values_only: bool = False
    drop: Sequence[str] = ()
    keep: Sequence[str] = ()
    anonymise: bool = False
    ask: Sequence[str] = ()
    only: str = ""
    replace: bool = False
    due: str = ""
    return_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """
    What was distributed.

    Attributes
    ----------
    manifest : Manifest
        As it was written.
    written : tuple of Entry
        Files of this run.
    refused : mapping of str to sequence of Leak
        Recipients whose copies were not written, and what was found in them.
    notes : tuple of str
        What was left out of all copies, and what else to know.
    """

    manifest: Manifest
    written: tuple[Entry, ...]
    refused: Mapping[str, Sequence[Leak]]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Copy:
    recipient: Recipient
    stem: str
    file_id: str
    issue: int
    share: Share
    data: bytes = b""
    sent: Sent | None = None
    totals: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def distribute(workbook: Path, request: Request, *, now: dt.datetime, keep: Keep | None = None) -> Distribution:
    """
    Write copies of a workbook for recipients without the add-in.

    Parameters
    ----------
    workbook : Path
        The sender's workbook; it gets the sheet Distribution, all else stays as it is.
    request : Request
        Which copies.
    now : datetime
        For the manifest.
    keep : callable, optional
        Keeps the workbook as it was before it gets its tracker, such as `addin.backups.keeping`.

    Raises
    ------
    UserError
        If something that was asked for is not there, a file would be overwritten, or the recipients' results and
        what is in no file do not add up to the group's. Nothing is written then.
    """
    return _Sending(workbook, request, now, keep).run()


class _Sending:
    def __init__(self, workbook: Path, request: Request, now: dt.datetime, keep: Keep | None) -> None:
        self.request, self.now, self.keep = request, now, keep
        self.book = read_book(workbook)
        self.contents = _contents(workbook, apart=bool(request.by or request.ask or request.anonymise))
        self.notes: list[str] = []
        self.customers = customers_of(self.book, self.contents, request.by)
        self.recipients, self.nobody = self._recipients()
        self.choice = self._choice()
        self.template = self.contents.template.identity if self.contents else NO_TEMPLATE
        self.as_of = (text_of(self.contents.names.get("cv_used_as_of_text")) if self.contents else "") or NO_DATE
        self.before = load_manifest(request.to)
        self.tracked = read_tracker(FileBook(workbook))
        if request.only and self.before is not None and self.before.by != request.by:
            raise UserError(
                f"the files in {request.to} are by '{self.before.by}'; give that to --by, or another folder"
            )

    def run(self) -> Distribution:
        copies = [self._copy(recipient, stem) for recipient, stem in self._wanted()]
        self._refuse_overwriting(copies)
        refused: dict[str, Sequence[Leak]] = {}
        for copy in copies:
            leaks = self._made(copy)
            if leaks:
                refused[copy.recipient.name] = leaks
        good = [copy for copy in copies if copy.recipient.name not in refused]
        manifest = self._manifest(good, refused)
        self._write(good, manifest)
        self._track(good)
        self._note_the_rest()
        entries = {entry.file_id: entry for entry in manifest.files}
        written = tuple(entries[copy.file_id] for copy in good)
        common = set(good[0].notes).intersection(*(copy.notes for copy in good)) if good else set()
        ordered = [note for note in (good[0].notes if good else ()) if note in common]
        return Distribution(manifest=manifest, written=written, refused=refused, notes=(*self.notes, *ordered))

    # ---- what was asked for

    def _recipients(self) -> tuple[list[Recipient], Recipient]:
        if self.request.by:
            return recipients_of(self.book, self.customers, self.request.by)
        ids = frozenset(self.customers.ids) - {""} if self.customers else frozenset()
        return [Recipient(name=EVERYBODY, ids=ids)], Recipient(name=NOBODY, ids=frozenset())

    def _choice(self) -> Choice:
        request = self.request
        for name in (*request.drop, *request.keep):
            if name.casefold() not in {sheet.casefold() for sheet in self.book.sheets}:
                raise WorkbookError(f"there is no sheet '{name}'; there are {', '.join(self.book.sheets)}")
        pseudonyms = None
        if request.anonymise:
            if self.customers is None or not self.customers.id_heading:
                raise WorkbookError(
                    "no table of customers was found, whose names could be replaced; name it tblCustomers"
                )
            pseudonyms = load_pseudonyms()
            pseudonyms.prepare(self.customers.ids, self._segments())
            save_pseudonyms(pseudonyms)
        return Choice(
            by=request.by,
            values_only=request.values_only or bool(request.by) or request.anonymise,
            drop=frozenset(name.casefold() for name in request.drop),
            keep=frozenset(name.casefold() for name in request.keep),
            pseudonyms=pseudonyms,
            asks=tuple(self._ask(text) for text in request.ask),
        )

    def _segments(self) -> set[str]:
        """Give the names of segments on the customers' table."""
        assert self.customers is not None
        found: set[str] = set()
        for heading in self.customers.table.columns:
            column = CUSTOMERS.column_for(heading)
            if column is not None and column.name in ("segment", "needs_segment"):
                found |= {text_of(cell) for cell in column_of(self.book, self.customers.table, heading)}
        return found - {""}

    def _ask(self, text: str) -> Ask:
        """Read ``TABLE`` or ``TABLE:COLUMN,COLUMN``."""
        name, _, columns = text.partition(":")
        contract, excel_name = self._input_table(name.strip())
        part = self.book.tables.get(excel_name.casefold())
        if part is None:
            raise WorkbookError(f"the workbook has no table {excel_name} to fill in; --ask one of those that it has")
        headings = {c.name: h for h in part.columns if (c := contract.column_for(h)) is not None}
        missing = [name for name in contract.key if name not in headings]
        if not contract.key or missing:
            raise WorkbookError(
                f"{contract.name} has no key that tells its rows apart, so that they cannot be asked for"
            )
        key = tuple(headings[name] for name in contract.key)
        wanted = [column.strip() for column in columns.split(",") if column.strip()]
        fixed = {*key, *(headings[n] for n in ("customer_id", "name") if n in headings)}
        if wanted:
            chosen = tuple(self._asked_heading(contract, part.columns, column) for column in wanted)
        else:
            chosen = tuple(heading for heading in headings.values() if heading not in fixed)
        clash = [heading for heading in chosen if heading in key]
        if clash:
            raise WorkbookError(f"'{clash[0]}' tells the rows of {contract.name} apart; it cannot be asked for")
        return Ask(table=part.name, columns=chosen, key=key, new_rows=contract.name != CUSTOMERS.name)

    def _input_table(self, name: str) -> tuple[Table, str]:
        wanted = normalise_heading(name)
        known = {t.name: t for t in INPUT_TABLES if self.contents is None or t.name in self.contents.template.tables}
        for table in known.values():
            if wanted in (normalise_heading(table.name), normalise_heading(table.excel_name)):
                return table, table.excel_name
        raise WorkbookError(f"there is no input table '{name}' to ask for; there are {', '.join(known)}")

    def _asked_heading(self, contract: Table, headings: Sequence[str], wanted: str) -> str:
        column = contract.column_for(wanted)
        for heading in headings:
            found = contract.column_for(heading)
            same = normalise_heading(heading) == normalise_heading(wanted)
            if same or (found is not None and column is not None and found.name == column.name):
                return heading
        raise WorkbookError(f"{contract.name} has no column '{wanted}' to ask for; it has {', '.join(headings)}")

    # ---- copies

    def _wanted(self) -> list[tuple[Recipient, str]]:
        stems = file_names([r.name for r in self.recipients]) if self.request.by else [self.book.path.stem]
        pairs = list(zip(self.recipients, stems, strict=True))
        if not self.request.only:
            return pairs
        chosen = [pair for pair in pairs if pair[0].name.casefold() == self.request.only.casefold()]
        if not chosen:
            names = ", ".join(recipient.name for recipient in self.recipients)
            raise WorkbookError(f"there is no recipient '{self.request.only}'; there are {names}")
        return chosen

    def _copy(self, recipient: Recipient, stem: str) -> _Copy:
        issue = self._issues().get(recipient.name, 0) + 1
        share = share_of(self.book, self.contents, self.customers, recipient, self.choice)
        if not share.sheets:
            raise WorkbookError(
                f"no sheet would be in the copy for {recipient.name}; name those to show with --keep SHEET"
            )
        again = self.request.only and issue > 1 and not self.request.replace
        stem = f"{stem}_issue_{issue}" if again else stem
        return _Copy(recipient=recipient, stem=stem, file_id=secrets.token_hex(8), issue=issue, share=share)

    def _issues(self) -> dict[str, int]:
        """Give the number of each recipient's last issue."""
        issues = {line.recipient: line.issue for line in self.tracked}
        for entry in self.before.files if self.before else ():
            issues[entry.recipient] = max(entry.issue, issues.get(entry.recipient, 0))
        return issues

    def _made(self, copy: _Copy) -> list[Leak]:
        """Write a copy's package, look it through, and take its totals from what was written."""
        share = copy.share
        references = self._references(share)
        kept, flattened = self._formulas(share, references)
        tokens = self._tokens(copy.recipient)
        looks = Looks(self._style_sheet(), lambda text: not tokens.in_text(text))
        readme = self._readme(copy)
        names = self._names(references) if share.formulas else {}
        copy.data, lost = write_copy(
            self.book,
            kept,
            readme,
            names=names,
            references=references,
            looks=looks,
            protect=bool(self.choice.asks),
        )
        copy.notes = (*share.notes, *flattened, *lost)
        leaks = leaks_in(copy.data, tokens)
        if leaks:  # a word that every workbook of the template has is no leak by itself
            leaks = leaks_in(copy.data, self._tokens(copy.recipient, self._neutral(looks)))
        again = read_book(Path(f"{copy.stem}.xlsx"), copy.data)
        copy.totals = self._totals(again)
        copy.sent = self._sent(copy, again)
        return leaks or self._foreign_ids(again, copy.recipient)

    def _references(self, share: Share) -> References:
        bare = References(
            sheets={sheet.name.casefold(): sheet.name for sheet in share.sheets},
            bodies={sheet.name: sheet.bodies for sheet in share.sheets},
            gone={sheet.name: sheet.gone for sheet in share.sheets},
            tables=share.tables,
        )
        return replace(bare, names=frozenset(n.casefold() for n in self._names(bare))) if share.formulas else bare

    def _names(self, references: References) -> dict[str, str]:
        """Give the names of cells that are in a copy where formulas stay."""
        found = {name: references.place(text) for name, text in self.book.outline.names().items()}
        return {name: text for name, text in found.items() if text is not None and not name.startswith("_xlnm.")}

    def _formulas(self, share: Share, references: References) -> tuple[list[CopySheet], tuple[str, ...]]:
        """Keep the formulas that may stay, make values of all others."""
        notes: list[str] = []
        sheets = []
        for sheet in share.sheets:
            cells: dict[int, dict[int, SeenCell]] = {}
            lost = blank = 0
            for row, line in sheet.cells.items():
                copied = cells[row] = dict(line)
                for column, cell in line.items():
                    if not cell.formula or (share.formulas and references.formula_stays(cell.formula)):
                        continue
                    lost += share.formulas
                    blank += cell.value is None
                    copied[column] = cell._replace(formula="")
            if lost:
                notes.append(f"sheet {sheet.name}: {lost:,} formulas read what is not in the copy and became values")
            if blank:
                notes.append(
                    f"sheet {sheet.name}: {blank:,} formulas were never computed and are blank; open the workbook in "
                    "Excel, save it, and distribute again"
                )
            sheets.append(replace(sheet, cells=cells))
        return sheets, tuple(notes)

    def _readme(self, copy: _Copy) -> ReadMe:
        """Say on the first sheet what a copy is."""
        request, recipient = self.request, copy.recipient
        what = "Figures of customers at their values" if self.choice.values_only else "A copy of a workbook"
        whose = f", for the customers of {recipient.name} alone" if request.by else ""
        asked = [f"{ask.table.removeprefix('tbl')}: {', '.join(ask.columns)}" for ask in self.choice.asks]
        fill = "; ".join(f"the yellow cells of {text}" for text in asked) or "Nothing: it is for reading."
        back = request.return_to or "whoever sent it"
        lines = [
            ("What it is", f"{what}{whose}.", ""),
            ("What it needs", "A spreadsheet program and nothing else.", ""),
            ("For", recipient.name, "cv_copy_recipient"),
            ("Results as of", self.as_of, "cv_copy_as_of"),
            ("Confidential", "For the recipient named above; do not pass it on.", ""),
            ("To fill in", fill, ""),
            ("Return it", f"To {back}{f', by {request.due}' if request.due else ''}." if asked else "No need.", ""),
            ("Figures", "Management measures, not defined by IFRS or GAAP, unaudited.", ""),
            ("Template", self.template, "cv_copy_template"),
            ("File id", copy.file_id, "cv_copy_file"),
            ("Issue", str(copy.issue), "cv_copy_issue"),
        ]
        if self.choice.pseudonyms is not None:
            lines.insert(5, ("Names", "Customers and segments stand under neutral labels.", ""))
        return ReadMe(title="Read me first", lines=lines)

    def _style_sheet(self) -> etree._Element | None:
        package, outline = self.book.package, self.book.outline
        links = package.relationships(outline.part)
        part = next((link.target for link in links if link.kind == "styles" and package.has(link.target)), None)
        return None if part is None else package.xml(part)

    # ---- the last look

    def _tokens(self, recipient: Recipient, common: str = "") -> Tokens:
        if self.customers is None:
            return Tokens.of((), ())
        everyone = frozenset(self.customers.ids) - {""}
        if self.choice.pseudonyms is not None:
            names = self.customers.names_of(everyone)
            return Tokens.of(everyone, names, also=self._segments() - {recipient.name}, common=common)
        others = everyone - recipient.ids if self.request.by else frozenset()
        own = self.customers.names_of(recipient.ids)
        also = {other.name for other in self.recipients if other.name != recipient.name}
        shared = "\x01".join((common, recipient.name, *recipient.ids, *own))
        foreign = self.customers.names_of(others) - own - recipient.ids
        return Tokens.of(others, foreign, also=self._people(also), common=shared)

    def _people(self, names: set[str]) -> set[str]:
        """Look for other recipients by name where the column is a text of people or places, not a letter."""
        return {name for name in names if len(name) > 3} if self.request.by else set()

    def _neutral(self, looks: Looks) -> str:
        words = [FORMAT_WORDS, looks.part().decode(), EVERYBODY, *self.book.outline.sheets]
        if self.contents is not None:
            words += _words_of(self.contents.template)
        return "\x01".join(words)

    def _foreign_ids(self, copy: SeenBook, recipient: Recipient) -> list[Leak]:
        """Look at the columns of ids of what was written, where numbers may be ids."""
        if self.customers is None or not self.request.by or self.choice.pseudonyms is not None:
            return []
        others = frozenset(self.customers.ids) - recipient.ids - {""}
        found = []
        for table in copy.tables.values():
            contract = self._contract(table.name)
            for heading in table.columns:
                column = contract.column_for(heading) if contract else None
                same = normalise_heading(heading) == normalise_heading(self.customers.id_heading)
                if not same and (column is None or column.kind is not Kind.ID):
                    continue
                if not same and column is not None and "id" not in column.name:
                    continue
                if {text_of(cell) for cell in column_of(copy, table, heading)} & others:
                    found.append(
                        Leak(f"sheet {table.sheet}, column {heading}", "the id of another recipient's customer")
                    )
        return found

    def _contract(self, excel_name: str) -> Table | None:
        if self.contents is None:
            return None
        blocks = (block.table for _, block in self.contents.template.tables.values())
        return next((table for table in blocks if table.excel_name.casefold() == excel_name.casefold()), None)

    # ---- the money

    def _totals(self, book: SeenBook, ids: frozenset[str] | None = None) -> dict[str, float]:
        return totals(book, ids) if self.contents else {}

    def _manifest(self, copies: Sequence[_Copy], refused: Mapping[str, Sequence[Leak]]) -> Manifest:
        entries = [self._entry(copy) for copy in copies]
        sent = {entry.recipient for entry in entries}
        kept = (
            [entry for entry in self.before.files if entry.recipient not in sent]
            if self.before is not None and self.request.only
            else []
        )
        files = sorted([*kept, *entries], key=lambda entry: entry.recipient)
        group = self._totals(self.book)
        served = {recipient.name: recipient.ids for recipient in self.recipients if recipient.name not in refused}
        in_no_file = self._everyone() - frozenset().union(*served.values())
        left_out = self._totals(self.book, in_no_file)
        self._check_sum(files, group, left_out, set(served))
        return Manifest(
            workbook=self.book.path.name,
            template=self.template,
            as_of=self.as_of,
            by=self.request.by,
            files=files,
            group=group,
            left_out=left_out,
            customers_left_out=len(in_no_file & self._listed()),
            refused=sorted(refused),
            replaced=self._replaced(files),
        )

    def _replaced(self, files: Sequence[Entry]) -> list[str]:
        """Remember what earlier issues were, which may still lie here."""
        if self.before is None:
            return []
        now = {entry.sha256 for entry in files}
        return [*self.before.replaced, *(e.sha256 for e in self.before.files if e.sha256 not in now)]

    def _listed(self) -> frozenset[str]:
        return frozenset(self.customers.ids) - {""} if self.customers else frozenset()

    def _everyone(self) -> frozenset[str]:
        """Give the ids on the customers' table and in the tables that the measures come from."""
        ids = self._listed() | (measured_ids(self.book) if self.contents else frozenset())
        return ids if self.request.by else ids - self.recipients[0].ids

    def _check_sum(
        self, files: Sequence[Entry], group: Mapping[str, float], left_out: Mapping[str, float], served: set[str]
    ) -> None:
        """Refuse when recipients' results and what is in no file are not the group's."""
        if not self.request.by or {entry.recipient for entry in files} != served:
            if self.request.only and self.request.by:
                self.notes.append("the other recipients have no file here yet, so that the sum was not checked")
            return
        check_sum([entry.totals for entry in files], left_out, group, self.notes, again=bool(self.request.only))

    def _entry(self, copy: _Copy) -> Entry:
        return Entry(
            file=f"{copy.stem}.xlsx",
            recipient=copy.recipient.name,
            file_id=copy.file_id,
            issue=copy.issue,
            sha256=hashlib.sha256(copy.data).hexdigest(),
            customers=len(copy.recipient.ids),
            rows=dict(copy.share.rows),
            totals=copy.totals,
            template=self.template,
            as_of=self.as_of,
            sent_at=self.now.astimezone(dt.UTC).isoformat(timespec="seconds"),
            due=self.request.due,
            notes=list(copy.notes),
        )

    # ---- files

    def _refuse_overwriting(self, copies: Sequence[_Copy]) -> None:
        folder = self.request.to
        if folder.exists() and not folder.is_dir():
            raise UserError(f"{folder} is a file; give a folder to --to")
        for copy in copies:
            path = folder / f"{copy.stem}.xlsx"
            if path.resolve() == self.book.path.resolve():
                raise UserError(f"{path} is the workbook itself; give another folder to --to")
            if path.exists() and not self.request.replace:
                raise UserError(f"{path} is there already; add --replace, or give another folder to --to")
        if self.before is not None and not (self.request.replace or self.request.only):
            raise UserError(f"{folder / MANIFEST} is there already; add --replace, or give another folder to --to")

    def _write(self, copies: Sequence[_Copy], manifest: Manifest) -> None:
        folder = self.request.to
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for copy in copies:
                if copy.sent is not None:
                    save_sent(copy.sent)
                replace_file(folder / f"{copy.stem}.xlsx", [copy.data])
        except OSError as error:
            raise UserError(f"{error.filename or folder} cannot be written ({error.strerror or error})") from error
        save_manifest(folder, manifest)

    def _track(self, copies: Sequence[_Copy]) -> None:
        """Enter the files into the workbook's own sheet; they are sent all the same when it cannot be written."""
        today = self.now.astimezone().date()
        due = dt.date.fromisoformat(self.request.due) if self.request.due else None
        lines = [
            Line(
                recipient=copy.recipient.name,
                file=f"{copy.stem}.xlsx",
                file_id=copy.file_id,
                issue=copy.issue,
                sent=today,
                due=due,
            )
            for copy in copies
        ]
        try:
            book = FileBook(self.book.path)
            book.apply(tracker_plan(book, lines, today=today), keep=self.keep)
        except UserError as fault:
            self.notes.append(f"the copies are made, but sheet {TRACKER_SHEET} of the workbook is not: {fault}")

    def _sent(self, copy: _Copy, again: SeenBook) -> Sent:
        translated = dict(self.choice.pseudonyms.translated()) if self.choice.pseudonyms else {}
        return Sent(
            file_id=copy.file_id,
            workbook=str(self.book.path.resolve()),
            recipient=copy.recipient.name,
            issue=copy.issue,
            template=self.template,
            as_of=self.as_of,
            sent_on=self.now.astimezone().date().isoformat(),
            due=self.request.due,
            customers=sorted(copy.recipient.ids) if self.request.by else sorted(self._listed()),
            translated={name: id_ for name, id_ in translated.items() if id_ in self._listed()},
            asked=[self._asked(ask, again, copy) for ask in self.choice.asks if ask.table.casefold() in again.tables],
        )

    def _asked(self, ask: Ask, copy: SeenBook, made: _Copy) -> AskedTable:
        part = copy.tables[ask.table.casefold()]
        places = made.share.places[ask.table]
        shown, cells = (
            [list(row) for row in zip(*(column_of(copy, part, h)[: len(places)] for h in names), strict=True)]
            for names in (ask.key, ask.columns)
        )
        others = [heading for heading in part.columns if heading not in (*ask.key, *ask.columns)]
        rest = [list(row) for row in zip(*(column_of(copy, part, h)[: len(places)] for h in others), strict=True)]
        source = self.book.tables[ask.table.casefold()]
        real_columns = [column_of(self.book, source, heading) for heading in ask.key]
        return AskedTable(
            table=ask.table,
            sheet=part.sheet,
            new_rows=ask.new_rows,
            headings=list(part.columns),
            key=list(ask.key),
            columns=list(ask.columns),
            shown=shown,
            real=[[column[place] for column in real_columns] for place in places],
            cells=cells,
            rest=rest_digest(rest),
        )

    def _note_the_rest(self) -> None:
        if self.book.left_out:
            self.notes.append(f"not in any copy: {', '.join(self.book.left_out)}")
        if self.book.others:
            self.notes.append(f"sheets without cells were left out: {', '.join(self.book.others)}")
        if self.nobody.ids:
            self.notes.append(
                f"{len(self.nobody.ids):,} customers have no '{self.request.by}' and are in no file; their figures are "
                "in the manifest as in no file"
            )
        if self.contents is not None and self._stale():
            self.notes.append("the results are not those of the present inputs: run customer-value refresh first")

    def _stale(self) -> bool:
        assert self.contents is not None
        filled = planner_book(self.contents.template, self.contents.cells, self.contents.names)
        return filled.figure("check.fresh") != "OK"


def rest_digest(rows: Sequence[Sequence[Cell]]) -> str:
    """Give a digest of cells, by what they show."""
    text = "\x1e".join("\x1f".join(map(text_of, row)) for row in rows)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _contents(workbook: Path, *, apart: bool) -> Contents | None:
    """
    Read a workbook of ours as such; another one has no template.

    What customers are told apart by is known under the contract's headings only: a workbook of ours with other
    headings is copied as a whole, and never by recipient, which would show them one another's customers.
    """
    book = FileBook(workbook)
    if "cv_template" not in book.names():
        return None
    mapping = sheet_mapping(book)
    if mapping is not None and (mapping.headings or mapping.sheets or mapping.tables):
        if apart:
            raise WorkbookError(
                f"{workbook.name} has headings of its own (its sheet Mapping says which), under which customers cannot "
                "be told apart yet; make copies by recipient of a workbook without --like, or copy this one as a whole"
            )
        return None
    return read_contents(book)


def _words_of(template: Template) -> list[str]:
    """Give all texts that a template writes by itself."""
    words = []
    for sheet, item in template.items():
        match item:
            case Text():
                words.append(str(item.text))
            case Formula():
                words.append(item.expr.excel(lambda key: "A1"))
            case TableBlock():
                columns = item.table.columns
                words += [item.table.excel_name, *(c.title for c in columns), *(c.help for c in columns)]
                words += [word for c in columns for word in c.choices]
        words.append(sheet.name)
    return words
