"""The page of the best customers: the list in money, where each officer ranks them, and how far the officers agree."""

from valuation.tables import AGREEMENT, BEST_CUSTOMERS, CONTESTED, LENS_AGREEMENT, LENSES, MOST_LENSES
from workbook_templates.layout import Check, Format, Heat, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, Name, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import answer, count, head, listed, money, of_total, percent, row_of
from workbook_templates.packs.lenses import PLACES, RANKS, column_places, names_above

__all__ = ["BEST", "BEST_CUSTOMERS_CHECK", "BEST_CUSTOMERS_SHEET"]

BEST, CONTESTED_ROWS = 15, 8
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
            *names_above("best_customers", BEST_HEADER - 1, column_places(BEST_CUSTOMERS, RANKS, BEST_COLUMN)),
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
            *names_above("best_customers", MATRIX_HEADER - 1, column_places(LENS_AGREEMENT, agrees, MATRIX_COLUMN)),
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


BEST_CUSTOMERS_SHEET = _best_customers()
BEST_CUSTOMERS_CHECK = Check(
    "best_customers", "Best customers: their values = those on Lens scores", _best_tie(), CENT, LIVE
)
