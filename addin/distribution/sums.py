"""The money of a distribution: the group's, each recipient's and what is in no file, which must add up."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from addin.distribution.people import column_of, text_of
from addin.distribution.seen import SeenBook
from addin.faults import UserError
from valuation.tables import CUSTOMER_PNL, LIFETIME_VALUE
from workbook_templates.plan import Cell

__all__ = ["check_sum", "measured_ids", "totals"]

CENT: Final = 0.005
MEASURES: Final = (
    ("Net revenue", CUSTOMER_PNL, "net_revenue"),
    ("Contribution", CUSTOMER_PNL, "contribution"),
    ("Customer value", LIFETIME_VALUE, "value"),
)


def _measured(book: SeenBook) -> Iterator[tuple[str, list[str], list[Cell]]]:
    """Give the measures that a workbook shows: title, customers' ids and figures."""
    for title, table, name in MEASURES:
        part = book.tables.get(table.excel_name.casefold())
        named = {c.name: h for h in part.columns if (c := table.column_for(h)) is not None} if part else {}
        if part is not None and "customer_id" in named:
            ids = list(map(text_of, column_of(book, part, named["customer_id"])))
            yield title, ids, list(column_of(book, part, named[name])) if name in named else []


def totals(book: SeenBook, ids: frozenset[str] | None = None) -> dict[str, float]:
    """Add up the measures over the rows of a workbook, or of some customers."""
    return {
        title: round(
            sum(
                figure
                for id_, figure in zip(of, figures, strict=True)
                if isinstance(figure, float) and (ids is None or id_ in ids)
            ),
            6,
        )
        for title, of, figures in _measured(book)
        if figures
    }


def measured_ids(book: SeenBook) -> frozenset[str]:
    """Give the ids in the tables that the measures come from."""
    return frozenset(id_ for _, ids, _ in _measured(book) for id_ in ids)


def check_sum(
    files: Sequence[Mapping[str, float]],
    left_out: Mapping[str, float],
    group: Mapping[str, float],
    notes: list[str],
    *,
    again: bool,
) -> None:
    """
    Refuse when recipients' totals and what is in no file are not the group's.

    Parameters
    ----------
    files : sequence of mapping of str to float
        Totals of each file by measure.
    left_out, group : mapping of str to float
        Totals of what is in no file, and of the workbook.
    notes : list of str
        Gets what could not be checked.
    again : bool
        Whether one recipient's file is issued once more, beside those of others.

    Raises
    ------
    UserError
        If a measure does not add up.
    """
    for title, amount in group.items():
        parts = [file[title] for file in files if title in file]
        if len(parts) < len(files):
            notes.append(f"{title} is not in the copies; its sum was not checked")
            continue
        difference = sum(parts) + left_out.get(title, 0.0) - amount
        if abs(difference) > CENT:
            what = "run refresh, and issue all files again" if again else "run refresh"
            raise UserError(
                f"{title} of all files and of what is in none differs from the group's by {difference:,.2f}; "
                f"nothing was written: {what}"
            )
