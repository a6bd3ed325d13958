"""
The officers: what each knows about the customers, what each holds to be a good one, and how far they agree.

Inputs and sign-off of all officers stand on one sheet, the answer on one page: the best customers in money, where each
officer ranks them, and whom they disagree on.
"""

from dataclasses import replace

from valuation.tables import (
    AGREEMENT,
    BEST_CUSTOMERS,
    CONTESTED,
    IDEAS,
    INVOICES,
    ISSUES,
    LENS_AGREEMENT,
    LENS_INPUTS,
    LENS_MEASURES,
    LENSES,
    MOST_LENSES,
    OFFICERS,
    REFERRALS,
    STATEMENTS,
    SURVEY,
    Table,
)
from workbook_templates.layout import (
    Check,
    Format,
    Formula,
    Heat,
    InputTotal,
    Item,
    Pack,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import Column, Expr, Name, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import (
    answer,
    count,
    head,
    input_sheet,
    input_total,
    listed,
    money,
    of_total,
    percent,
    result_sheet,
    row_of,
    table_width,
    total,
)

__all__ = [
    "AGREEMENT_FORMATS",
    "BEST",
    "IDEAS_SHEET",
    "INVOICES_SHEET",
    "INVOICES_TOTAL",
    "OFFICERS_PACK",
    "QUESTIONS",
    "REFERRALS_SHEET",
    "SHARED_TOTALS",
    "SURVEY_SHEET",
    "SURVEY_TOTAL",
    "with_evidence",
]

INVOICES_SHEET = input_sheet(INVOICES, "Finance officer: who pays on time?", sums=("amount",))
REFERRALS_SHEET = input_sheet(REFERRALS, "Marketing officer: who brings new customers?")
IDEAS_SHEET = input_sheet(IDEAS, "Product officer: who drives innovation?")
SURVEY_SHEET = input_sheet(SURVEY, "What the customers get from us.")
"""These are shared with the packs for receivables, engagement value and segments."""

QUESTIONS = {
    "CCO": "Who needs little support, and helps itself?",
    "CPO": "Whose requirements do we meet, and who moves the product forward?",
    "CMO": "Who speaks for us, and brings us others?",
    "CRO": "Who stays, costs little to sell to, and signs the biggest deals?",
    "CFO": "Who pays on time, and is the most profitable?",
}
"""What the officers of a new workbook ask."""

PLACES = range(1, MOST_LENSES + 1)
RANKS = tuple(f"rank_{place}" for place in PLACES)
BEST, CONTESTED_ROWS = 15, 8


def with_evidence(name: str, table: Table) -> InputTotal:
    """Make the total of an input that values are judged by: it changes with the evidence too."""
    evidence = Column(table, "evidence")
    return input_total(name, table, call("COUNTIF", evidence, "measured") + call("COUNTIF", evidence, "surveyed") * 2)


INVOICES_TOTAL = InputTotal("cv_used_invoices", "Invoices, amount", of_total(INVOICES, "amount"), Format.CENTS)
SURVEY_TOTAL = input_total("cv_used_survey", SURVEY)
SHARED_TOTALS = (with_evidence("cv_used_referrals", REFERRALS), with_evidence("cv_used_ideas", IDEAS))
"""Of the inputs that the pack for engagement value shares."""


def _officer(place: int) -> Expr:
    """Name an officer by the place on Lenses; nothing where there are fewer."""
    name = call("INDEX", Column(OFFICERS, "officer"), place)
    return call("IFERROR", call("IF", name.equals(""), "", name), "")


def _names_above(sheet: str, row: int, columns: dict[str, int]) -> tuple[Item, ...]:
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


def _columns(table: Table, names: tuple[str, ...], first: int = 1) -> dict[str, int]:
    places = {column.name: place for place, column in enumerate(table, start=first)}
    return {name: places[name] for name in names}


# ------------------------------------------------------------------------------------------------------------ Lenses

LENSES_HEADER = 8
STATEMENTS_COLUMN = len(OFFICERS.columns) + 2
MEASURES_COLUMN = STATEMENTS_COLUMN + len(STATEMENTS.columns) + 1
WEIGHTS = of_total(OFFICERS, "weight")
NO_OFFICERS = call("COUNTA", Column(OFFICERS, "officer")).equals(0)
OFF = call("IF", WEIGHTS.equals(0), 0, WEIGHTS - 1)
"""How far the weights are from 100%; none at all count equally."""
HALF_A_PERMILLE = 0.0005


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


# ------------------------------------------------------------------------------------------------------- Lens scores

SCORES = tuple(f"score_{place}" for place in PLACES)


def _lens_scores() -> Sheet:
    places = _columns(LENSES, (*RANKS, *SCORES))
    sheet = result_sheet(
        LENSES,
        "Lens scores",
        "Every current customer through each officer's lens, and by all of them: in money, weighted, and by points.",
        sums=(),
        more=_names_above("lens_scores", 6, places),
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


# ---------------------------------------------------------------------------------------------------- Best customers

BEST_HEADER = 11
BEST_COLUMN, MATRIX_COLUMN, CONTESTED_COLUMN, AGREEMENT_COLUMN = 2, 1, 3, 19
MATRIX_HEADER = BEST_HEADER + BEST + 4
CONTESTED_HEADER = MATRIX_HEADER + MOST_LENSES + 3
PAGE_WIDTH = 17
AGREEMENT_FORMATS = (
    Format.RATIO,
    Format.RATIO,
    Format.COUNT,
    Format.RATE,
    Format.RATIO,
    Format.COUNT,
    Format.COUNT,
    Format.COUNT,
    Format.COUNT,
    Format.COUNT,
    Format.PERCENT,
    Format.PERCENT,
)
"""Of the measures of agreement, in their order."""
NAMED = 5
STRONG, WEAK = 0.7, 0.3


def _best(name: str, place: int) -> Expr:
    return call("INDEX", Column(BEST_CUSTOMERS, name), place)


def _measure(name: str) -> Expr:
    return call("INDEX", Column(AGREEMENT, "figure"), row_of(AGREEMENT, "measure", name))


def _best_name(place: int) -> Expr:
    """Name a customer of the list; by its id where it has no name, and not at all below the end of the list."""
    name = _best("name", place)
    return call("IF", name.equals(""), _best("customer_id", place), name)


NO_BEST = call("COUNTA", Column(BEST_CUSTOMERS, "customer_id")).equals(0)


def _by_money() -> Expr:
    held = call("SUMIF", Column(BEST_CUSTOMERS, "money_rank"), f"<={NAMED}", Column(BEST_CUSTOMERS, "engagement_value"))
    positive = call("SUMIF", Column(LENSES, "engagement_value"), ">0", Column(LENSES, "engagement_value"))
    names = listed((_best("customer_id", place).differs(""), _best_name(place)) for place in range(1, NAMED + 1))
    return call(
        "IFERROR",
        call(
            "IF",
            NO_BEST,
            "No best customers yet: fill in the inputs and refresh.",
            "Our best customers in money, by what they buy and what they move others to do: "
            & names
            & ". They hold "
            & money(held)
            & call("IFERROR", ", " & percent(held / positive) & " of all that is worth something", "")
            & ".",
        ),
        "The best customers cannot be named yet: see Exceptions for what is missing.",
    )


ALWAYS = "Among the best whatever the weights"


def _whatever_the_weights() -> Expr:
    """Name those of the list who are among the best by every weighting; there may be others further down."""
    sure = listed((_best("top_share", place) >= 1, _best_name(place)) for place in range(1, BEST + 1))
    several = Name("cv_top_customers")
    return call(
        "IFERROR",
        call(
            "IF",
            NO_BEST,
            "",
            call(
                "IF",
                _measure(ALWAYS).equals(0),
                "Nobody is among the " & several & " best by every weighting of the officers.",
                "Whatever weight each officer gets, "
                & count(_measure(ALWAYS))
                & call("IF", _measure(ALWAYS).equals(1), " customer is", " customers are")
                & " among the "
                & several
                & " best"
                & call("IF", call("COUNTIF", Column(BEST_CUSTOMERS, "top_share"), ">=1").equals(0), "", ": " & sure)
                & ".",
            ),
        ),
        "",
    )


KENDALL = "Kendall's W"


def _how_far_they_agree() -> Expr:
    w = _measure(KENDALL)
    alone = Column(LENS_AGREEMENT, "w_without")
    apart = call("INDEX", Column(LENS_AGREEMENT, "officer"), call("MATCH", call("MAX", alone), alone, 0))
    first = {name: call("INDEX", Column(CONTESTED, name), 1) for name in ("name", "champion", "sceptic", "rank_range")}
    contested = (
        " Most contested is "
        & first["name"]
        & ": "
        & first["champion"]
        & " ranks it "
        & first["rank_range"]
        & " places better than "
        & first["sceptic"]
        & " does."
    )
    return call(
        "IFERROR",
        call(
            "IF",
            NO_BEST,
            "",
            "The officers "
            & call("IF", w > STRONG, "agree strongly", call("IF", w < WEAK, "hardly agree", "agree in part"))
            & " (Kendall's W "
            & call("FIXED", w, 2)
            & ", from 0 to 1)"
            & call("IFERROR", call("IF", call("MAX", alone) > w, "; " & apart & " stands furthest apart", ""), "")
            & "."
            & call("IFERROR", call("IF", first["name"].equals(""), "", contested), ""),
        ),
        "How far the officers agree cannot be measured yet: it takes two lenses and three customers.",
    )


READ_AGREEMENT = (
    "Ranks: 1 is the best; blue is good, orange is poor.",
    "Agreement of two lenses: 1 the same order, 0 none,",
    "below 0 the opposite order.",
    "Weighted: mean score by the officers' weights;",
    "Borda: customers beaten, over all lenses.",
    "That so much agreement would hardly come by",
    "accident does not make it unanimity: see whom",
    "the officers disagree on below.",
)


def _side_heading(row: int, column: int, text: str, span: int) -> Text:
    return Text(row=row, column=column, text=text, role=Role.HEADING, span=span)


def _best_customers() -> Sheet:
    purpose = "The best customers in money, where each officer ranks them, and whom the officers disagree on."
    agrees = tuple(f"agrees_{place}" for place in PLACES)
    sentences = (
        ("best_customers.answer", _by_money()),
        ("best_customers.weights", _whatever_the_weights()),
        ("best_customers.agreement", _how_far_they_agree()),
    )
    return Sheet(
        name="Best customers",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Best customers", "Who are our best customers? All officers on one page", purpose),
            *(answer(key, expr, row=row, span=PAGE_WIDTH + 3) for row, (key, expr) in enumerate(sentences, start=5)),
            _side_heading(BEST_HEADER - 2, BEST_COLUMN, "The best in money, and the rank each officer gives them", 16),
            *_names_above("best_customers", BEST_HEADER - 1, _columns(BEST_CUSTOMERS, RANKS, BEST_COLUMN)),
            TableBlock(
                row=BEST_HEADER,
                column=BEST_COLUMN,
                table=BEST_CUSTOMERS,
                input=False,
                rows=BEST,
                heat=(Heat(columns=RANKS, good="low"),),
                fading=RANKS,
                reading=True,
            ),
            _side_heading(BEST_HEADER - 2, AGREEMENT_COLUMN, "How far the officers agree", 2),
            TableBlock(
                row=BEST_HEADER,
                column=AGREEMENT_COLUMN,
                table=AGREEMENT,
                input=False,
                rows=len(AGREEMENT_FORMATS),
                formats=AGREEMENT_FORMATS,
                reading=True,
            ),
            _side_heading(MATRIX_HEADER - 2, 1, "Each officer against money and against the others", PAGE_WIDTH),
            *_names_above("best_customers", MATRIX_HEADER - 1, _columns(LENS_AGREEMENT, agrees, MATRIX_COLUMN)),
            TableBlock(
                row=MATRIX_HEADER,
                column=MATRIX_COLUMN,
                table=LENS_AGREEMENT,
                input=False,
                rows=MOST_LENSES,
                heat=(Heat(columns=agrees, good="high", ends=(-1.0, 0.0, 1.0)),),
                fading=agrees,
                reading=True,
            ),
            _side_heading(MATRIX_HEADER - 2, AGREEMENT_COLUMN, "How to read it", 2),
            *(
                Text(row=row, column=AGREEMENT_COLUMN, text=text, role=Role.NOTE)
                for row, text in enumerate(READ_AGREEMENT, start=MATRIX_HEADER)
            ),
            _side_heading(CONTESTED_HEADER - 1, CONTESTED_COLUMN, "Whom they disagree on most", PAGE_WIDTH + 1),
            TableBlock(
                row=CONTESTED_HEADER,
                column=CONTESTED_COLUMN,
                table=CONTESTED,
                input=False,
                rows=CONTESTED_ROWS,
                reading=True,
            ),
        ),
        freeze=(5, 1),
        widths={1: 8, 2: 8, 3: 10, 4: 27, 5: 9, 6: 14}
        | dict.fromkeys(range(7, 7 + MOST_LENSES), 7.5)
        | {15: 9, 16: 8, 17: 8, 18: 2, 19: 36, 20: 10, 21: 66},
        one_page=True,
        printed=AGREEMENT_COLUMN + 1,
    )


def _best_tie() -> Expr:
    """Compare the list's money with that of the same ranks on Lens scores; equal ones may share its last rank."""
    last = "<=" & call("MAX", Column(BEST_CUSTOMERS, "money_rank"))
    ranks = Column(LENSES, "money_rank")
    more = call("COUNTIF", ranks, last) - call("COUNTA", Column(BEST_CUSTOMERS, "customer_id"))
    found = call("SUMIF", ranks, last, Column(LENSES, "engagement_value"))
    return call(
        "IF",
        NO_BEST,
        0,
        of_total(BEST_CUSTOMERS, "engagement_value")
        + more * call("MIN", Column(BEST_CUSTOMERS, "engagement_value"))
        - found,
    )


CHECKS = (
    Check(
        "officer_weights",
        "The officers' weights add up to 100%",
        call("IF", NO_OFFICERS, 0, OFF),
        HALF_A_PERMILLE,
        "Correct the weights on Lenses, or leave all blank to count the officers equally",
    ),
    Check("best_customers", "Best customers: their values = those on Lens scores", _best_tie(), CENT, LIVE),
)

STATEMENTS_TOTAL = input_total(
    "cv_used_statements",
    STATEMENTS,
    call("COUNTIF", Column(STATEMENTS, "better"), "high") + call("COUNTA", Column(STATEMENTS, "measure")),
)

OFFICERS_PACK = Pack(
    name="officers",
    purpose="What each officer knows and wants of the customers, how far they agree, and the best customers by all",
    sheets=(
        INVOICES_SHEET,
        input_sheet(ISSUES, "Support officer: who needs how much support?", sums=("hours",)),
        REFERRALS_SHEET,
        IDEAS_SHEET,
        SURVEY_SHEET,
        _lenses(),
        _best_customers(),
        _lens_scores(),
        result_sheet(
            LENS_INPUTS,
            "Lens inputs",
            "What the officers' statements are scored by, so that every score can be made again by hand.",
            sums=("net_revenue", "lifetime_value", "contribution", "engagement_value"),
        ),
    ),
    checks=CHECKS,
    totals=(
        INVOICES_TOTAL,
        input_total("cv_used_issues", ISSUES),
        *SHARED_TOTALS,
        SURVEY_TOTAL,
        input_total("cv_used_officers", OFFICERS),
        STATEMENTS_TOTAL,
    ),
)
