"""Who the recipients are: which customers are whose, by a column of the customers' table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from addin.books.places import TablePart
from addin.contents import Contents
from addin.distribution.seen import SeenBook, SeenCell
from addin.workbook import WorkbookError
from valuation.tables import CUSTOMERS
from valuation.tables.schema import normalise_heading
from workbook_templates.plan import Cell, CellError

__all__ = ["NOBODY", "Customers", "Recipient", "column_of", "customers_of", "recipients_of", "text_of"]

NOBODY: Final = "(none)"
"""Stands for the customers without a recipient: they are left out, counted and listed."""

_BLANK: Final = SeenCell("", None)
_NAMES: Final = ("name", "customername", "customer", "customers", "account", "accountname", "company")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """
    The customers of a workbook.

    Attributes
    ----------
    table : TablePart
        Where they stand.
    id_heading, name_headings : str, tuple of str
        Headings of their ids ("" when there are none) and names.
    ids, names : sequence of str
        Row by row; a blank is "".
    """

    table: TablePart
    id_heading: str
    name_headings: tuple[str, ...]
    ids: Sequence[str]
    names: Sequence[tuple[str, ...]]

    def names_of(self, ids: frozenset[str]) -> frozenset[str]:
        """Give the names of some customers."""
        found = (names for id_, names in zip(self.ids, self.names, strict=True) if id_ in ids)
        return frozenset(name for names in found for name in names if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who gets a copy: a name, and the ids of their customers."""

    name: str
    ids: frozenset[str]


def text_of(value: Cell) -> str:
    """Write a cell as it is compared: a number without its decimal point, no spaces around a text."""
    if value is None:
        return ""
    if isinstance(value, CellError):
        return value.value
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()


def column_of(book: SeenBook, table: TablePart, heading: str) -> list[Cell]:
    """Give the cells of a table's column."""
    place = table.area.first_column + table.columns.index(heading)
    cells = book.sheets[table.sheet].cells
    return [cells.get(row, {}).get(place, _BLANK).value for row in table.body.rows]


def customers_of(book: SeenBook, contents: Contents | None, by: str) -> Customers | None:
    """Find the table of the customers; None when nothing is asked by customer and there is no such table."""
    table = _customers_table(book, contents, by)
    if table is None:
        return None
    id_heading = _id_heading(book, table, by)
    names = tuple(heading for heading in table.columns if heading != id_heading and _is_name(heading))
    ids = [text_of(cell) for cell in column_of(book, table, id_heading)] if id_heading else []
    columns = [[text_of(cell) for cell in column_of(book, table, heading)] for heading in names]
    rows = len(table.body.rows)
    return Customers(
        table=table,
        id_heading=id_heading,
        name_headings=names,
        ids=ids or [""] * rows,
        names=list(zip(*columns, strict=True)) if columns else [()] * rows,
    )


def _is_name(heading: str) -> bool:
    return normalise_heading(heading) in _NAMES


def _customers_table(book: SeenBook, contents: Contents | None, by: str) -> TablePart | None:
    ours = book.tables.get(CUSTOMERS.excel_name.casefold())
    if ours is not None and (contents is not None or not by or _matching(ours, by)):
        return ours
    return next((table for table in book.tables.values() if by and _matching(table, by)), None)


def _matching(table: TablePart, wanted: str) -> str:
    """Find the heading that a column's name means, by heading or by the name in the data contract."""
    names = {normalise_heading(wanted)}
    if table.name.casefold() == CUSTOMERS.excel_name.casefold():
        column = CUSTOMERS.column_for(wanted)
        names |= {normalise_heading(column.title), normalise_heading(column.name)} if column else set()
    return next((heading for heading in table.columns if normalise_heading(heading) in names), "")


def _id_heading(book: SeenBook, table: TablePart, by: str) -> str:
    named = [h for h in table.columns if (c := CUSTOMERS.column_for(h)) is not None and c.name == "customer_id"]
    if named:
        return named[0]
    for heading in table.columns:
        texts = [text_of(cell) for cell in column_of(book, table, heading)]
        filled = [text for text in texts if text]
        if filled and len(set(filled)) == len(texts) and normalise_heading(heading) != normalise_heading(by):
            return heading
    return ""


def recipients_of(book: SeenBook, customers: Customers | None, by: str) -> tuple[list[Recipient], Recipient]:
    """
    Part the customers by a column.

    Returns
    -------
    list of Recipient
        In the order of their names.
    Recipient
        Those whose column is blank, under the name `NOBODY`.

    Raises
    ------
    WorkbookError
        If there is no such column, nobody in it, or a customer stands in two rows of different recipients.
    """
    heading = _matching(customers.table, by) if customers is not None else ""
    if customers is None or not heading:
        if customers is None:
            raise WorkbookError(
                f"no Excel table has a column '{by}'; make a table of the customers (Ctrl+T in Excel), and give the "
                "heading of one of its columns to --by"
            )
        raise WorkbookError(
            f"{customers.table.name} has no column '{by}', it has {', '.join(customers.table.columns)}; give one of "
            "them to --by"
        )
    if not customers.id_heading:
        raise WorkbookError(f"{customers.table.name} has no column that tells its customers apart; add one with an id")
    found: dict[str, dict[str, None]] = {}
    spelled: dict[str, str] = {}
    whose: dict[str, str] = {}
    for position, (id_, cell) in enumerate(zip(customers.ids, column_of(book, customers.table, heading), strict=True)):
        text = text_of(cell)
        name = spelled.setdefault(text.casefold(), text) if text else NOBODY
        if not id_:
            continue
        if whose.setdefault(id_, name) != name:
            row = customers.table.body.first_row + position
            raise WorkbookError(
                f"sheet {customers.table.sheet}, row {row}: the customer of this row has another '{heading}' in a row "
                "above; give it one"
            )
        found.setdefault(name, {})[id_] = None
    nobody = Recipient(name=NOBODY, ids=frozenset(found.pop(NOBODY, {})))
    if not found:
        raise WorkbookError(f"column '{heading}' of {customers.table.name} is blank; fill it in, or leave --by out")
    return [Recipient(name=name, ids=frozenset(ids)) for name, ids in sorted(found.items())], nobody


def headings_like(tables: Mapping[str, TablePart], heading: str) -> dict[str, str]:
    """Give for each table that has a column of this heading how it writes it, by folded name."""
    wanted = normalise_heading(heading)
    found = {name: [h for h in table.columns if normalise_heading(h) == wanted] for name, table in tables.items()}
    return {name: headings[0] for name, headings in found.items() if headings}
