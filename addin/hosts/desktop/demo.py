"""
The sheet *Live formulas* of the demonstration workbook: the front-door functions over the workbook's own tables.

Each formula is declared once; its text and the cells that it showed come from that declaration.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from addin.calls import evaluate
from addin.contents import Contents
from addin.registry import Function, Result, find
from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import ASSUMPTIONS, CUSTOMER_PNL, DRIVERS, LEDGER_POOLS, LIFETIME_VALUE, Table
from workbook_templates.addresses import address
from workbook_templates.layout import Format, Item, LiveFormula, Role, Sheet, Stage, Text, number_format
from workbook_templates.native import Column
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
class Assumed:
    """An assumption of the workbook, by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A column of a result table."""

    table: Table
    column: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A table with its header row."""

    table: Table


@dataclass(frozen=True, slots=True)
class Constant:
    """An array constant, which stands in the formula itself."""

    values: tuple[float | str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer of another function."""

    live: "Live"


@dataclass(frozen=True, slots=True)
class Live:
    """A worksheet function with its arguments."""

    name: str
    given: tuple["Given", ...]


Given = Typed | Assumed | Listed | Whole | Constant | Answered

MARGINS: Final = Listed(LIFETIME_VALUE, "annual_margin")
CHANCES: Final = Listed(LIFETIME_VALUE, "retention_rate")
RATE, HORIZON, TIMING = Assumed("discount_rate"), Assumed("horizon"), Assumed("timing")
VALUES: Final = Live("CV_LTV", (MARGINS, CHANCES, RATE, HORIZON, TIMING))

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
    Live("CV_LTV_HORIZON", (MARGINS, CHANCES, RATE, Constant((1, 3, 5, 10, "inf")), TIMING)),
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
    Live("CV_ALLOCATE", (Typed("Amount", 100, Format.CENTS), Constant((1, 1, 1)))),
    Live("CV_TIER", (Constant((250, 100, 99.99)), Typed("Method", "absolute"), Constant((200, 100)))),
    Live("CV_RECONCILE", (Typed("Ledger", 100, Format.CENTS), Typed("Allocated", 99.99, Format.CENTS))),
    Live("CV_EXPLAIN", (Typed("Customer", "C0001", Format.TEXT), Whole(LEDGER_POOLS), Whole(DRIVERS))),
)
"""One below the other."""

LARGE: Final = (
    Live("CV_COST_TO_SERVE", (Whole(LEDGER_POOLS), Whole(DRIVERS))),
    VALUES,
    Live("CV_TIER", (Answered(VALUES), Typed("Method", "pareto"), Constant((0.8, 0.95)))),
    Live("CV_CUSTOMER_PNL", (Whole(CUSTOMER_PNL),)),
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
                has_header=function.result is Result.TABLE,
            ),
        ]
        return 2 + max(len(inputs), len(cells))

    def _text(self, live: Live) -> str:
        return f"{live.name}({','.join(self._argument_text(one) for one in live.given)})"

    def _argument_text(self, given: Given) -> str:
        match given:
            case Typed():
                return self._typed[given]
            case Assumed(id_):
                return REGISTER[id_].cell_name
            case Listed(table, column):
                return Column(table, column).excel(lambda key: key)
            case Whole(table):
                return f"{table.excel_name}[#All]"
            case Constant(values):
                return "{" + ";".join(f'"{one}"' if isinstance(one, str) else f"{one:g}" for one in values) + "}"
            case Answered(live):
                return self._text(live)

    def _cells(self, live: Live) -> list[list[Cell]]:
        """The answer, as Excel would show it."""
        return evaluate(live.name, [self._argument_cells(one) for one in live.given]).cells

    def _argument_cells(self, given: Given) -> Any:
        match given:
            case Typed(_, value):
                return value
            case Assumed(id_):
                return self._assumptions[REGISTER[id_].cell_name]
            case Listed(table, column):
                return [[cell] for cell in self.contents.cells[table.name][column]]
            case Whole(table):
                return list(_rows(self.contents.raw[table.name].columns))
            case Constant(values):
                return [[one] for one in values]
            case Answered(live):
                return self._cells(live)

    @property
    def _assumptions(self) -> Mapping[str, Cell]:
        return assumption_cells(self.contents.cells[ASSUMPTIONS.name])


def _rows(columns: Mapping[str, Sequence[Cell]]) -> Iterator[list[Cell]]:
    yield list(columns)
    yield from map(list, zip(*columns.values(), strict=True))


def _formats(function: Function, width: int) -> tuple[Format, ...]:
    """The number formats of an answer; a function of rows has the same in each column that it spills over."""
    formats = [number_format(column.kind) for column in function.columns]
    return tuple(formats if function.result is not Result.ROWS or len(formats) == width else formats * width)
