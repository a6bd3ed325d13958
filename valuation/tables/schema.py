"""What a table of the data contract is made of, and how one looks that has been read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "NUMERIC_KINDS",
    "Blank",
    "Column",
    "Fault",
    "Kind",
    "Table",
    "TableData",
    "complete_frame",
    "customer_id_column",
    "empty_frame",
    "normalise_heading",
    "optional_column",
]


class Kind(StrEnum):
    """What a column holds."""

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    COUNT = "count"
    SHARE = "share"
    FLAG = "flag"
    ANY = "any"


NUMERIC_KINDS = frozenset({Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.SHARE, Kind.FLAG})


class Blank(StrEnum):
    """What a blank cell of a column means: set once for a column, counted, shown."""

    ALLOWED = "allowed"
    """Nothing is known, and nothing needs to be."""
    ZERO = "zero"
    """Counts as nought."""
    ESTIMATE = "estimate"
    """Is filled in from other data or an assumption, and the number of such rows is shown."""
    STOP = "stop"
    """A fault: the row is left out until somebody fills it in."""


class Fault(IntEnum):
    """Why a cell has no value of its column's kind."""

    NONE = 0
    BLANK = 1
    TEXT = 2
    """Text where a number is wanted, text numbers included."""
    BOOLEAN = 3
    """TRUE or FALSE where a number is wanted."""
    ERROR = 4
    """An error value."""
    DATE_AS_TEXT = 5
    """A date typed as text: which day it is depends on who reads it."""
    DATE = 6
    """A date where a number is wanted."""
    NUMBER = 7
    """A number that is no date where a date is wanted."""
    WORD = 8
    """A word that is not among the column's choices."""


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a table.

    Attributes
    ----------
    name : str
        Name in the contract.
    kind : Kind
        What it holds.
    help : str
        What to enter or how to read it, in finance's words.
    unit : str
        Unit of the numbers.
    required : bool
        Whether the table must have the column at all.
    blank : Blank
        What a blank cell means.
    choices : tuple of str
        The words a choice may be.
    low, high : float
        Range that a number must be in, ends included.
    heading : str
        Text of the header cell; made from `name` when left empty.
    missing : str
        In a result: the error that stands where there is no value, or "" for a blank cell.
    """

    name: str
    kind: Kind
    help: str
    unit: str = ""
    required: bool = True
    blank: Blank = Blank.STOP
    choices: tuple[str, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    heading: str = ""
    missing: str = ""

    @property
    def title(self) -> str:
        """The text of the header cell."""
        return self.heading or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table of the contract.

    Attributes
    ----------
    name : str
        What people call it; the name of its sheet where it has one of its own.
    excel_name : str
        Name of the Excel table.
    grain : str
        What one row is.
    columns : tuple of Column
        In the order of a new sheet.
    key : tuple of str
        Columns whose values together may stand only once.
    open : Column or None
        What any further column with a heading is, under a name of the user's choice; None: such columns are not read.
    """

    name: str
    excel_name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    open: Column | None = None

    def __getitem__(self, name: str) -> Column:
        """Give the column of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        if self.open is None:
            raise KeyError(f"{self.name} has no column {name}")
        return replace(self.open, name=name, heading=name)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def column_for(self, heading: str) -> Column | None:
        """Find the column that a header cell means, by heading or name; further ones are named by their heading."""
        wanted = normalise_heading(heading)
        for column in self.columns:
            if wanted in (normalise_heading(column.title), normalise_heading(column.name)):
                return column
        return self[heading.strip()] if self.open is not None and wanted else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableData:
    """
    A table as it was read.

    Attributes
    ----------
    table : Table
        Its contract.
    frame : pandas.DataFrame
        One column for each column of the contract that is there, in its kind, then the further ones of an open table;
        a faulty cell is missing here.
    faults : dict of str to ndarray of int8
        For columns with any fault: the `Fault` of each cell.
    """

    table: Table
    frame: pd.DataFrame
    faults: dict[str, npt.NDArray[np.int8]] = field(default_factory=dict)

    @property
    def filled(self) -> npt.NDArray[np.bool_]:
        """Rows that are not blank from end to end."""
        mask = self.frame.notna().any(axis=1).to_numpy(dtype=bool)
        for faults in self.faults.values():
            mask = mask | (faults > Fault.BLANK)
        return np.asarray(mask)

    def has(self, *columns: str) -> bool:
        """Tell whether all these columns are there with at least one value."""
        return all(c in self.frame and bool(self.frame[c].notna().any()) for c in columns)


def complete_frame(data: TableData | None, table: Table, names: Sequence[str] = ()) -> pd.DataFrame:
    """
    Give columns of what was read, missing ones blank and in their kind; the index is the position in the table.

    Parameters
    ----------
    data : TableData or None
        What was read; None is a table without rows.
    table : Table
        The contract.
    names : sequence of str
        The columns wanted; all of the contract if left out. Those of an open table that people added come after them.
    """
    wanted = [*names] or [column.name for column in table]
    if data is None or not len(data.frame):
        return _blank_form(table)[wanted] if names else empty_frame(table)
    rows = pd.RangeIndex(len(data.frame))
    frame = data.frame.set_axis(rows)
    added = [str(name) for name in frame if table.open is not None and name not in {column.name for column in table}]
    blank = {
        name: pd.Series(None, index=rows, dtype=_blank_form(table)[name].dtype) for name in wanted if name not in frame
    }
    return pd.DataFrame({name: blank[name] if name in blank else frame[name] for name in (*wanted, *added)})


def normalise_heading(text: str) -> str:
    """Fold case, spaces and underscores, by which headings are compared."""
    return "".join(text.split()).replace("_", "").casefold()


def empty_frame(table: Table) -> pd.DataFrame:
    """Make a frame with the table's columns, in their kinds, and no rows."""
    return _blank_form(table).copy()


@cache
def _blank_form(table: Table) -> pd.DataFrame:
    """The frame that is copied, made once: each refresh asks for dozens."""
    return pd.DataFrame({c.name: np.empty(0, dtype=_DTYPES.get(c.kind, "float64")) for c in table})


_DTYPES = {
    Kind.ID: "object",
    Kind.TEXT: "object",
    Kind.CHOICE: "object",
    Kind.ANY: "object",
    Kind.DATE: "datetime64[s]",
}


def customer_id_column(help_: str = "The customer's id, as in your billing system") -> Column:
    """Make the column that names the customer."""
    return Column("customer_id", Kind.ID, help_)


def optional_column(name: str, kind: Kind, help_: str, unit: str = "", **more: object) -> Column:
    """Make a column that a table need not have; a blank in it means nothing unless told otherwise."""
    return Column(name, kind, help_, unit, required=False, **({"blank": Blank.ALLOWED} | more))  # type: ignore[arg-type]
