"""The officers' lenses: what each holds to be a good customer, what it is scored by, and every customer's scores."""

from dataclasses import replace

from valuation.tables import LENS_INPUTS, LENS_MEASURES, LENSES, MOST_LENSES, OFFICERS, STATEMENTS, Table
from workbook_templates.layout import Check, Format, Formula, Item, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, call
from workbook_templates.packs.furniture import answer, head, listed, of_total, result_sheet, table_width, total

__all__ = [
    "LENSES_SHEET",
    "LENS_INPUTS_SHEET",
    "LENS_SCORES_SHEET",
    "PLACES",
    "RANKS",
    "WEIGHTS_CHECK",
    "column_places",
    "names_above",
]

PLACES = range(1, MOST_LENSES + 1)
RANKS = tuple(f"rank_{place}" for place in PLACES)
SCORES = tuple(f"score_{place}" for place in PLACES)
LENSES_HEADER = 8
STATEMENTS_COLUMN = len(OFFICERS.columns) + 2
MEASURES_COLUMN = STATEMENTS_COLUMN + len(STATEMENTS.columns) + 1
WEIGHTS = of_total(OFFICERS, "weight")
NO_OFFICERS = call("COUNTA", Column(OFFICERS, "officer")).equals(0)
OFF = call("IF", WEIGHTS.equals(0), 0, WEIGHTS - 1)
"""How far the weights are from 100%; none at all count equally."""
HALF_A_PERMILLE = 0.0005


def _officer(place: int) -> Expr:
    """Name an officer by the place on Lenses; nothing where there are fewer."""
    name = call("INDEX", Column(OFFICERS, "officer"), place)
    return call("IFERROR", call("IF", name.equals(""), "", name), "")


def names_above(sheet: str, row: int, columns: dict[str, int]) -> tuple[Item, ...]:
    """Name the officers above the columns of their lenses, which the contract numbers."""
    return tuple(
        Formula(
            row=row,
            column=column,
            key=f"{sheet}.{name}",
            expr=_officer(int(name.rsplit("_", 1)[-1])),
            format=Format.GENERAL,
            role=Role.COLUMN_NAME,
        )
        for name, column in columns.items()
    )


def column_places(table: Table, names: tuple[str, ...], first: int = 1) -> dict[str, int]:
    """Find where columns of a table stand on the sheet, from the first of the table on."""
    places = {column.name: place for place, column in enumerate(table, start=first)}
    return {name: places[name] for name in names}


def _unsigned() -> Expr:
    """Name the officers who have not signed: by whom and when must both be there."""
    officer, by, on = (Column(OFFICERS, name) for name in ("officer", "signed_by", "signed_on"))
    signed = call("SUMPRODUCT", officer.differs("") * by.differs("") * on.differs(""))
    waiting = []
    for place in PLACES:
        missing = call("INDEX", by, place).equals("") + call("INDEX", on, place).equals("") > 0
        there = call("INDEX", officer, place).differs("")
        waiting.append((call("IFERROR", there * missing, 0), call("INDEX", officer, place)))
    return call(
        "IF",
        NO_OFFICERS,
        "No officers yet: list them with their weights and statements.",
        call(
            "IF",
            signed.equals(call("COUNTA", officer)),
            "All officers have signed.",
            "Not signed yet: " & listed(waiting) & ".",
        ),
    )


def _lenses() -> Sheet:
    purpose = "What each officer holds to be a good customer, how much each counts, and who has agreed to it."
    widths = {
        first + place - 1: width
        for first, table in ((1, OFFICERS), (STATEMENTS_COLUMN, STATEMENTS), (MEASURES_COLUMN, LENS_MEASURES))
        for place, width in table_width(table).items()
    }
    return Sheet(
        name="Lenses",
        purpose=purpose,
        stage=Stage.INPUT,
        items=(
            *head("Lenses", "The officers' lenses", purpose, value=False),
            answer("lenses.unsigned", _unsigned(), span=5),
            Formula(
                row=6,
                column=1,
                key="lenses.weights",
                expr=call(
                    "IF",
                    call("ABS", OFF) <= HALF_A_PERMILLE,
                    "The weights add up to 100%, or are left out and count equally.",
                    "ERROR: the weights add up to " & call("FIXED", WEIGHTS * 100, 1) & "%, not 100%.",
                ),
                format=Format.GENERAL,
                role=Role.STATUS,
            ),
            Text(row=LENSES_HEADER - 1, column=1, text="Total", role=Role.TOTAL),
            total(OFFICERS, "weight", LENSES_HEADER - 1, 3),
            Text(
                row=LENSES_HEADER - 1,
                column=STATEMENTS_COLUMN,
                text="Statements: what the best customers do, and the measures that show it",
                role=Role.HEADING,
                span=len(STATEMENTS.columns),
            ),
            Text(
                row=LENSES_HEADER - 1,
                column=MEASURES_COLUMN,
                text="Measures, where they come from, and for how many customers they are known",
                role=Role.HEADING,
                span=len(LENS_MEASURES.columns),
            ),
            TableBlock(row=LENSES_HEADER, column=1, table=OFFICERS, input=True),
            TableBlock(row=LENSES_HEADER, column=STATEMENTS_COLUMN, table=STATEMENTS, input=True),
            TableBlock(row=LENSES_HEADER, column=MEASURES_COLUMN, table=LENS_MEASURES, input=False),
        ),
        freeze=(LENSES_HEADER + 1, 2),
        widths=widths
        | {
            1: 12,
            2: 56,
            3: 10,
            4: 26,
            STATEMENTS_COLUMN: 12,
            STATEMENTS_COLUMN - 1: 3,
            STATEMENTS_COLUMN + 2: 26,
            MEASURES_COLUMN - 1: 3,
            MEASURES_COLUMN: 26,
            MEASURES_COLUMN + 1: 42,
            MEASURES_COLUMN + 3: 56,
            MEASURES_COLUMN + 6: 60,
        },
        printed=MEASURES_COLUMN - 2,
    )


def _lens_scores() -> Sheet:
    places = column_places(LENSES, (*RANKS, *SCORES))
    sheet = result_sheet(
        LENSES,
        "Lens scores",
        "Every current customer through each officer's lens, and by all of them: in money, weighted, and by points.",
        sums=(),
        more=names_above("lens_scores", 6, places),
        widths=dict.fromkeys(places.values(), 10.0),
    )
    return replace(_fading(sheet, LENSES, tuple(places)), printed=places[RANKS[-1]])


def _fading(sheet: Sheet, table: Table, names: tuple[str, ...]) -> Sheet:
    """Let the headings of lenses that nobody has fade."""
    items = tuple(
        replace(item, fading=names) if isinstance(item, TableBlock) and item.table is table else item
        for item in sheet.items
    )
    return replace(sheet, items=items)


LENSES_SHEET = _lenses()
LENS_SCORES_SHEET = _lens_scores()
LENS_INPUTS_SHEET = result_sheet(
    LENS_INPUTS,
    "Lens inputs",
    "What the officers' statements are scored by, so that every score can be made again by hand.",
    sums=("net_revenue", "lifetime_value", "contribution", "engagement_value"),
)

WEIGHTS_CHECK = Check(
    "officer_weights",
    "The officers' weights add up to 100%",
    call("IF", NO_OFFICERS, 0, OFF),
    HALF_A_PERMILLE,
    "Correct the weights on Lenses, or leave all blank to count the officers equally",
)
