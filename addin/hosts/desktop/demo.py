"""
The sheet *Live formulas* of the demonstration workbook: the front-door functions over the workbook's own tables.

Each formula is declared once; its text and the cells that it showed come from that declaration.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from addin.calls import evaluate
from addin.contents import Contents
from addin.references import FILLED_IN, Array, Reference, Whole, reference_text
from addin.registry import Function, Result, find
from valuation.tables import ASSUMPTIONS, DRIVERS, LEDGER_POOLS, TRANSACTIONS
from workbook_templates.addresses import address
from workbook_templates.layout import Format, Item, LiveFormula, Role, Sheet, Stage, Text, number_format
from workbook_templates.native import Column, Name
from workbook_templates.plan import Cell
from workbook_templates.planner import assumption_cells

__all__ = ["LIVE_SHEET", "live_sheet"]

LIVE_SHEET: Final = "Live formulas"
PURPOSE: Final = (
    "Formulas of the add-in over this workbook's own tables: change a yellow cell, a table or an assumption, and they "
    "answer at once."
)
ANSWER_COLUMN: Final = 4
FIRST_ROW: Final = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """An argument in a yellow cell of the sheet."""

    label: str
    value: float | str
    format: Format = Format.GENERAL


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer of another function."""

    live: "Live"


@dataclass(frozen=True, slots=True)
class Live:
    """A worksheet function with its arguments."""

    name: str
    given: tuple["Given", ...]


Given = Typed | Answered | Reference


def _filled_in(name: str) -> Live:
    """A function over this workbook's own tables."""
    return Live(name, tuple(FILLED_IN[name].values()))


RATE, HORIZON, TIMING = (FILLED_IN["CV_LTV"][name] for name in ("rate", "periods", "timing"))
VALUES: Final = _filled_in("CV_LTV")

SMALL: Final = (
    Live(
        "CV_LTV",
        (
            Typed("Margin a year", 1000, Format.MONEY),
            Typed("Chance to stay a year", 0.8, Format.PERCENT),
            RATE,
            HORIZON,
            TIMING,
        ),
    ),
    _filled_in("CV_LTV_HORIZON"),
    Live(
        "CV_RETENTION",
        (
            Typed("Renewed", 8),
            Typed("Could have left", 9),
            Typed("Rate elsewhere", 0.8, Format.PERCENT),
            Typed("Weight of it", 20),
        ),
    ),
    Live(
        "CV_PAYBACK",
        (
            Typed("Cost of winning", 900, Format.MONEY),
            Typed("Margin a year", 500, Format.MONEY),
            Typed("Chance to stay a year", 0.9, Format.PERCENT),
            RATE,
        ),
    ),
    Live("CV_ALLOCATE", (Typed("Amount", 100, Format.CENTS), Array((1, 1, 1)))),
    Live("CV_TIER", (Array((250, 100, 99.99)), Typed("Method", "absolute"), Array((200, 100)))),
    Live("CV_RECONCILE", (Typed("Ledger", 100, Format.CENTS), Typed("Allocated", 99.99, Format.CENTS))),
    Live(
        "CV_THREE_METRICS",
        (
            Whole(TRANSACTIONS),
            Typed("First day", 45658, Format.DATE),  # 2025-01-01
            Typed("Last day", 46022, Format.DATE),  # 2025-12-31, that of the sample
        ),
    ),
    Live("CV_EXPLAIN", (Typed("Customer", "C0001", Format.TEXT), Whole(LEDGER_POOLS), Whole(DRIVERS))),
)
"""One below the other."""

LARGE: Final = (
    _filled_in("CV_COST_TO_SERVE"),
    VALUES,
    Live("CV_TIER", (Answered(VALUES), Typed("Method", "pareto"), Array((0.8, 0.95)))),
    _filled_in("CV_CUSTOMER_PNL"),
    _filled_in("CV_LENS_RANKS"),
)
"""Side by side at the end: they have a row for each customer."""


def live_sheet(contents: Contents) -> Sheet:
    """
    Make the sheet for a workbook.

    Parameters
    ----------
    contents : Contents
        A refreshed workbook, whose tables and assumptions the formulas refer to.
    """
    painter = _Painter(contents)
    row = FIRST_ROW
    for live in SMALL:
        row += painter.section(live, row, 1) + 2
    column = 1
    for live in LARGE:
        painter.section(live, row, column)
        column += ANSWER_COLUMN + len(find(live.name).columns)
    return Sheet(
        name=LIVE_SHEET,
        purpose=PURPOSE,
        stage=Stage.LOG,
        items=(
            Text(row=1, column=1, text=LIVE_SHEET, role=Role.TITLE),
            Text(row=2, column=1, text=PURPOSE, role=Role.NOTE),
            *painter.items,
        ),
        widths={number: 24 if number == 1 else 15 for number in range(1, column)},
    )


@dataclass(slots=True)
class _Painter:
    """Places sections and collects what stands on the sheet."""

    contents: Contents
    items: list[Item] = field(default_factory=list)
    _typed: dict[Typed, str] = field(default_factory=dict)

    def section(self, live: Live, row: int, column: int) -> int:
        """Place a function with its inputs and its answer; gives the number of rows that it takes."""
        function = find(live.name)
        inputs = [one for one in live.given if isinstance(one, Typed)]
        self.items.append(Text(row=row, column=column, text=function.help, role=Role.HEADING, span=ANSWER_COLUMN + 2))
        self._typed = {}
        for place, one in enumerate(inputs, start=row + 2):
            self._typed[one] = address(place, column + 1)
            self.items += [
                Text(row=place, column=column, text=one.label),
                Text(row=place, column=column + 1, text=one.value, role=Role.INPUT, format=one.format),
            ]
        text = f"={self._text(live)}"
        cells = self._cells(live)
        answer = column + ANSWER_COLUMN - 1
        self.items += [
            Text(row=row + 1, column=answer, text=text.removeprefix("="), role=Role.NOTE),
            LiveFormula(
                row=row + 2,
                column=answer,
                text=text,
                cells=tuple(map(tuple, cells)),
                formats=_formats(function, len(cells[0])),
                has_header=function.has_headers,
            ),
        ]
        return 2 + max(len(inputs), len(cells))

    def _text(self, live: Live) -> str:
        return f"{live.name}({','.join(self._argument_text(one) for one in live.given)})"

    def _argument_text(self, given: Given) -> str:
        match given:
            case Typed():
                return self._typed[given]
            case Answered(live):
                return self._text(live)
        return reference_text(given)

    def _cells(self, live: Live) -> list[list[Cell]]:
        """The answer, as Excel would show it."""
        return evaluate(live.name, [self._argument_cells(one) for one in live.given]).cells

    def _argument_cells(self, given: Given) -> Any:
        match given:
            case Typed(_, value):
                return value
            case Answered(live):
                return self._cells(live)
            case Name(name):
                return self._assumptions[name]
            case Column(table, column):
                return [[cell] for cell in self.contents.cells[table.name][column]]
            case Whole(table):
                return list(_rows(self.contents.raw[table.name].columns))
            case Array(values):
                return [[one] for one in values]
        return given

    @property
    def _assumptions(self) -> Mapping[str, Cell]:
        return assumption_cells(self.contents.cells[ASSUMPTIONS.name])


def _rows(columns: Mapping[str, Sequence[Cell]]) -> Iterator[list[Cell]]:
    yield list(columns)
    yield from map(list, zip(*columns.values(), strict=True))


def _formats(function: Function, width: int) -> tuple[Format, ...]:
    """The number formats of an answer; the columns of a two-way table all have that of its values."""
    formats = [number_format(column.kind) for column in function.columns]
    if function.result is Result.GRID:
        return (*formats, *formats[-1:] * (width - len(formats)))
    return tuple(formats if function.result is not Result.ROWS or len(formats) == width else formats * width)
