"""
Transactions from CSV, Parquet and Excel files, rolled up to documents.

DuckDB does the reading and the sums, in memory and shut off from everything but the one file. All SQL stands in
`queries`; no text of the file or of the mapping ever becomes part of it: columns are addressed
by their position (``c0``, ``c1``, ...) and values are bound. A column's cells are read by way of their shortest text,
so that a customer, a date or an amount means the same whichever kind of file it came in; amounts are decimals with six
places (more are rounded) until the frame is made. A line counts whole or not at all: one whose amount or date cannot
be read is a finding, with its money where that is known, and stands beside the totals, not in them.
"""

import codecs
import csv
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from addin.sources import queries
from addin.sources.mapping import SourceError, SourceMapping
from valuation.findings import Finding, Severity
from valuation.tables import normalise_heading

if TYPE_CHECKING:
    import duckdb

__all__ = ["ImportTotals", "ImportedTransactions", "read_transactions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTotals:
    """
    What was read, to the last decimal: sales + credits = identified, identified + unknown_customer = all_lines.

    Attributes
    ----------
    lines : int
        Lines that count. [lines]
    documents, customers : int
        Documents of known customers, and these customers. [count]
    all_lines, identified, unknown_customer : Decimal
        Net amount of all lines, of those with a customer and of those without. [currency]
    sales, credits : Decimal
        Net amount of known customers' credit notes (negative), and of all their other documents. [currency]
    unreadable_lines : int
        Lines that do not count, because their amount or date cannot be read. [lines]
    unreadable_amount : Decimal
        Their amount, where it is known; it is in no other total. [currency]
    """

    lines: int
    documents: int
    customers: int
    all_lines: Decimal
    identified: Decimal
    sales: Decimal
    credits: Decimal
    unknown_customer: Decimal
    unreadable_lines: int
    unreadable_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportedTransactions:
    """
    A file's transactions, one row for each document.

    Attributes
    ----------
    frame : pandas.DataFrame
        Columns of the contract's Transactions, ordered by date, document and customer.
    totals : ImportTotals
        The exact sums behind it.
    findings : list of Finding
        What could not be read, or looks odd; rows are the file's data rows, counted from 1.
    """

    frame: pd.DataFrame
    totals: ImportTotals
    findings: list[Finding] = field(default_factory=list)


_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "temp_directory": "",
}
_BLANKS = " \t\r\n\u00a0\u202f\ufeff"  # no-break spaces come along when people copy from web pages
_PLAIN = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_NUMBERS = {  # decimal sign: what a number looks like, sign between thousands
    "": (_PLAIN, ""),
    ".": (rf"{_PLAIN}|[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+(\.[0-9]*)?", ","),
    ",": (r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)?(,[0-9]*)?", "."),
}
_COMMA_NUMBER = r"[+-]?[0-9.]*,[0-9.,]*"
_ISO_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?( ?(Z|[+-][0-9]{2}(:?[0-9]{2})?))?"
_ISO = rf"{_ISO_DAY}([T ]{_ISO_TIME})?"
_ISO_WITH_T = rf"{_ISO_DAY}T{_ISO_TIME}"
_OTHER_DATE = r".*[0-9][^0-9]+[0-9].*"  # 3/4/2011, 3 Apr 2011, Apr 3, 2011

_FRAME_COLUMNS = {  # column of the contract: type in the frame
    "customer_id": "object",
    "date": "datetime64[s]",
    "net_amount": "float64",
    "type": "object",
    "invoice_no": "object",
    "lines": "float64",
    "zero_price_lines": "float64",
    "duplicate_lines": "float64",
    "duplicate_amount": "float64",
}

_MEND = "Correct them in the source and import again."
_FAULT_WORDS = {  # kind: severity, column of the contract, rows with what, what to do
    "blank row": (Severity.NOTE, "", "nothing in them", "Nothing needs to be done."),
    "blank amount": (Severity.ERROR, "net_amount", "no amount, left out: a blank is not zero", _MEND),
    "unreadable amount": (Severity.ERROR, "net_amount", "no usable number as amount, left out", _MEND),
    "blank date": (Severity.ERROR, "date", "an amount but no date, as totals have, left out", _MEND),
    "unreadable date": (Severity.ERROR, "date", "no date that can be read, left out", _MEND),
    "implausible date": (Severity.ERROR, "date", "a date before 1900 or after 2199, left out", _MEND),
    "future date": (Severity.WARNING, "date", "a date after the as-of date", "Correct them or move the as-of date."),
    "blank document": (Severity.NOTE, "invoice_no", "no document number: each customer's day is one", _MEND),
}
_OLD_ENCODING = "{} is not in UTF-8 and was read as Western European."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """How DuckDB gets at a file: a table expression and its parameters, and what its columns are called."""

    expression: str
    names: Sequence[str]
    types: Sequence[str]
    parameters: dict[str, str] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()


def read_transactions(
    path: str | os.PathLike[str], mapping: SourceMapping, *, as_of: date | None = None
) -> ImportedTransactions:
    """
    Read a file's lines and roll them up to documents.

    A document is a number and a customer, dated by its earliest line; lines without a number make one document of a
    customer's day. Its type is ``credit`` when its number begins with `mapping.credit_prefix`; any other is a ``sale``,
    one of nought included, except below nought: an ``adjustment``, or a ``credit`` when no prefix was given.

    Parameters
    ----------
    path : path
        File ending in .csv, .parquet, .xlsx or .xlsm; of a workbook, the first worksheet.
    mapping : SourceMapping
        Which column holds what; case, spaces and underscores of a name do not matter.
    as_of : date, optional
        Lines dated later are kept and found.

    Returns
    -------
    ImportedTransactions
        Documents, exact totals and findings.

    Raises
    ------
    SourceError
        If the file or its columns cannot be used, or when numbers or dates could be read in two ways.
    """
    import duckdb  # costs a tenth of a second, which only an import should pay

    file = _checked(Path(path), mapping)
    try:
        with _connected(file) as db:
            reader = _opened(db, file)
            _load_lines(db, reader, mapping, file.name)
            columns = ", ".join(f"c{i}" for i in range(len(reader.names)))
            db.execute(queries.DOCUMENTS.format(columns=columns), {"prefix": mapping.credit_prefix})
            findings = [*reader.notes, *_findings(db, mapping, as_of, file.name)]
            totals = _totals(db)
            if not totals.lines:
                raise SourceError(f"{file.name}: no line can be read. {findings[-1].what} {findings[-1].mend}")
            return ImportedTransactions(frame=_frame(db, mapping, file.name), totals=totals, findings=findings)
    except (duckdb.Error, OSError, csv.Error, UnicodeError) as error:
        raise SourceError(f"{file.name} cannot be read: {_reason(error)}. Save it again, or export it anew") from error


def _checked(path: Path, mapping: SourceMapping) -> Path:
    """The absolute path of a file that may be read."""
    if not path.exists():
        raise SourceError(f"there is no file {path}: check the name and the folder")
    if not path.is_file():
        raise SourceError(f"{path} is not a file: name the file itself")
    if path.suffix.lower() not in _OPENERS:
        raise SourceError(f"{path.name} is none of {', '.join(_OPENERS)}: save it as one of these")
    if not path.stat().st_size:
        raise SourceError(f"{path.name} is empty: export it again")
    if mapping.decimal and path.suffix.lower() != ".csv":
        raise SourceError(f"decimal is for CSV files only, {path.name} holds numbers as numbers: leave it out")
    return path.resolve()


@contextmanager
def _connected(path: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A database in memory that reaches this one file, no other, no network and no extension."""
    import duckdb

    with duckdb.connect(":memory:", config=_SETTINGS) as db:
        db.execute("SET allowed_paths = $paths", {"paths": [str(path), _literal(path)]})
        db.execute("SET TimeZone = 'UTC'")  # or a day would depend on where the computer stands
        db.execute("SET enable_external_access = false")
        db.execute("SET lock_configuration = true")
        yield db


def _literal(path: Path) -> str:
    """The path such that DuckDB takes it to the letter: "sales[1].csv", a second download, is a pattern to it."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _opened(db: "duckdb.DuckDBPyConnection", path: Path) -> _Reader:
    """Load the file's cells into the table ``raw``, its columns called c0, c1, ..."""
    reader = _OPENERS[path.suffix.lower()](db, path)
    columns = ", ".join(f"c{i}" for i in range(len(reader.names)))
    db.execute(queries.RAW.format(reader=reader.expression, columns=columns), reader.parameters)
    if not _one(db.execute(queries.COUNT))[0]:
        raise SourceError(f"{path.name} has a header and no rows: export it again")
    return reader


def _open_csv(db: "duckdb.DuckDBPyConnection", path: Path) -> _Reader:
    """
    Everything is read as text, and every option is set.

    DuckDB's sniffer is not asked: it looks at the first lines only, and takes a file with a line too long for one
    with a single column.
    """
    encoding = _encoding(path)
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding) as file:
        header = file.readline()
    headers = {mark: next(csv.reader([header], delimiter=mark), [""]) for mark in ",;\t|"}
    delimiter, names = max(headers.items(), key=lambda item: len(item[1]))
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    parameters = {"path": _literal(path), "delimiter": delimiter, "encoding": encoding}
    what, mend = _OLD_ENCODING.format(path.name), "If ids with accents look wrong, save the file as 'CSV UTF-8'."
    notes = (_finding(Severity.NOTE, "old encoding", what, mend),) if encoding == "latin-1" else ()
    expression, types = queries.CSV.format(columns=columns), ["VARCHAR"] * len(names)
    return _Reader(expression=expression, names=names, types=types, parameters=parameters, notes=notes)


def _encoding(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 if the whole file is, else Western European as Excel writes it on Windows."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8"


def _finding(severity: Severity, kind: str, what: str, mend: str, **more: Any) -> Finding:
    return Finding(severity=severity, kind=kind, table="Transactions", what=what, mend=mend, **more)


def _open_parquet(db: "duckdb.DuckDBPyConnection", path: Path) -> _Reader:
    parameters = {"path": _literal(path)}
    described = db.execute(queries.DESCRIBE.format(reader=queries.PARQUET), parameters).fetchall()
    names, types = [row[0] for row in described], [row[1] for row in described]
    return _Reader(expression=queries.PARQUET, names=names, types=types, parameters=parameters)


def _open_excel(db: "duckdb.DuckDBPyConnection", path: Path) -> _Reader:
    from addin.books.file import FileBook  # reads workbooks with care: they may be hostile

    rows = FileBook(path).first_sheet()
    if not rows:
        raise SourceError(f"the first sheet of {path.name} is empty: move the sheet with the transactions to the front")
    names = [_cell_text(cell) or "" for cell in rows[0]]
    columns = zip(*rows[1:], strict=True) if rows[1:] else [()] * len(names)
    text = pd.StringDtype("python")  # told, not guessed from a sample of the cells
    cells = {f"c{i}": pd.array([_cell_text(c) for c in column], dtype=text) for i, column in enumerate(columns)}
    db.register("cells", pd.DataFrame(cells))
    return _Reader(expression="cells", names=names, types=["VARCHAR"] * len(names))


def _cell_text(cell: object) -> str | None:
    """A cell as the text that the same value has in the other kinds of file."""
    match cell:
        case None | "":
            return None
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime():
            return cell.isoformat(timespec="seconds")
        case date():
            return f"{cell.isoformat()}T00:00:00"
        case _:
            return str(cell)


_OPENERS = {".csv": _open_csv, ".parquet": _open_parquet, ".xlsx": _open_excel, ".xlsm": _open_excel}


def _load_lines(db: "duckdb.DuckDBPyConnection", reader: _Reader, mapping: SourceMapping, name: str) -> None:
    """Make the table ``lines``: customer, document, day and amount of each row, or what is the matter with it."""
    at = _positions(reader.names, mapping, name)
    cells = {role: f"c{i}" for role, i in at.items()}
    if reader.types[at["date"]].startswith(("DATE", "TIMESTAMP")):
        cells["date"] = queries.TRUE_DATE.format(column=cells["date"])
    db.execute(queries.MACROS)
    number, thousands = _NUMBERS[mapping.decimal]
    notation = {"iso": _ISO_WITH_T if mapping.date_format else _ISO, "format": mapping.date_format or None}
    sql = queries.LINES.format(
        customer=cells["customer"],
        date=cells["date"],
        document=cells.get("document", "NULL"),
        quantity=cells.get("quantity", "1"),
        price=cells.get("unit_price") or cells["amount"],
        texts=", ".join(f"CAST(c{i} AS VARCHAR)" for i in range(len(reader.names))),
    )
    numbers = {"number": number, "thousands": thousands, "point": mapping.decimal or "."}
    db.execute(sql, {"blanks": _BLANKS, **numbers, **notation})
    patterns = {"comma_number": _COMMA_NUMBER, "other_date": _OTHER_DATE, "plain_number": _PLAIN}
    found = db.execute(queries.OTHER_NOTATION, {"decimal": mapping.decimal, **notation, **patterns}).fetchone()
    if found is not None:
        raise SourceError(_notation_message(name, mapping, *found))


def _notation_message(name: str, mapping: SourceMapping, fault: str, sample: str, row: int) -> str:
    """Why numbers or dates that read two ways are not guessed, and how to say which is meant."""
    if fault == "unreadable date":
        return (
            f"{name}: the date {sample!r} in column {mapping.date!r} (data row {row}) is text, and may be read in more "
            "than one way. Say how it is written with date_format, such as %d.%m.%Y for 31.12.2025 or %m/%d/%Y for "
            "12/31/2025"
        )
    columns = " or ".join(repr(c) for c in (mapping.amount, mapping.quantity, mapping.unit_price) if c)
    return (
        f"{name}: the number {sample!r} in column {columns} (data row {row}) has a comma, which may stand before the "
        'decimals or between thousands. In a CSV file say decimal="," or decimal="."; in a workbook or a Parquet file '
        "make it a number instead of text"
    )


def _positions(names: Sequence[str], mapping: SourceMapping, file: str) -> dict[str, int]:
    """Where the mapped columns stand: the exact name, or else one that differs in case and spaces only."""
    folded = [normalise_heading(name) for name in names]
    exact, alike = Counter(names), Counter(folded)
    positions = {}
    for role, wanted in mapping.columns().items():
        like = normalise_heading(wanted)
        if exact[wanted] == 1:
            positions[role] = names.index(wanted)
        elif alike[like] == 1:
            positions[role] = folded.index(like)
        elif alike[like]:
            raise SourceError(f"{file} has several columns called {wanted!r}, for the {role}: rename all but one")
        else:
            raise SourceError(_missing_message(names, wanted, role, file))
    return positions


def _missing_message(names: Sequence[str], wanted: str, role: str, file: str) -> str:
    """Which column is missing, what it may be called, and what is there."""
    by_fold = {normalise_heading(name): name for name in names}
    close = get_close_matches(normalise_heading(wanted), by_fold, n=1, cutoff=0.5)
    guess = f" Did you mean {by_fold[close[0]]!r}?" if close else ""
    there = ", ".join(repr(name) for name in names)
    return f"{file} has no column {wanted!r}, which the mapping names for the {role}.{guess} Its columns are: {there}"


def _findings(
    db: "duckdb.DuckDBPyConnection", mapping: SourceMapping, as_of: date | None, name: str
) -> Iterator[Finding]:
    """What is wrong with lines, one finding a kind; faulty lines whose amount is known come with it."""
    parameters = {"as_of": as_of, "has_document": bool(mapping.document)}
    for kind, rows, amounts, sample in db.execute(queries.FAULTS, parameters).fetchall():
        severity, column, words, mend = _FAULT_WORDS[kind]
        example = f": {sample[:40]!r}" if sample else ""
        count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
        what = f"{count} of {name} with {words}; the first is data row {rows[0]}{example}."
        money = () if None in amounts else tuple(amounts)
        yield _finding(severity, kind, what, mend, column=column, rows=tuple(rows), amounts=money)


def _totals(db: "duckdb.DuckDBPyConnection") -> ImportTotals:
    names, row = (f.name for f in fields(ImportTotals)), _one(db.execute(queries.TOTALS))
    values: dict[str, Any] = {n: _trimmed(v) if isinstance(v, Decimal) else v for n, v in zip(names, row, strict=True)}
    return ImportTotals(**values)


def _trimmed(value: Decimal) -> Decimal:
    """The same number without the zeros behind its last decimal, two decimals kept."""
    whole, _, decimals = f"{value:f}".partition(".")
    return Decimal(f"{whole}.{decimals.rstrip('0'):0<2}")


def _frame(db: "duckdb.DuckDBPyConnection", mapping: SourceMapping, source: str) -> pd.DataFrame:
    columns = zip(*db.execute(queries.FRAME).fetchall(), strict=True)
    series = zip(_FRAME_COLUMNS.items(), columns, strict=True)
    frame = pd.DataFrame({name: pd.Series(values, dtype=kind) for (name, kind), values in series})
    frame["source"] = pd.Series([source] * len(frame), dtype="object")
    return frame if mapping.document else frame.drop(columns="invoice_no")


def _one(result: "duckdb.DuckDBPyConnection") -> tuple[Any, ...]:
    """The only row of a query that always has one."""
    row = result.fetchone()
    assert row is not None
    return row


def _reason(error: Exception) -> str:
    """What a reader says is wrong, without the line itself: it may name a customer."""
    text = str(error)
    told = re.findall(r"Line: \d+|Expected Number of Columns: .*|unterminated quote|not utf-8 encoded", text)
    return ", ".join(told) if told else text.partition("\n")[0].rstrip(".")
