"""The loyalty case on one page for executives: the dip, the way back, what it rests on, and when to stop."""

from valuation.tables import (
    CASE_FIGURES,
    CASE_MEASURES,
    CASE_YEARS,
    CUSTOMER_SPEND,
    LOYALTY_DRIVERS,
    MOST_CASE_YEARS,
    PURPOSES,
    STOP_RULE,
    TORNADO,
    TORNADO_ROWS,
)
from workbook_templates.layout import (
    BodyColumn,
    Chart,
    Check,
    Format,
    Pack,
    Role,
    Series,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import Column, Expr, Name, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.explained import Sentence, how_to_read, sentences
from workbook_templates.packs.furniture import (
    head,
    heading,
    input_sheet,
    input_total,
    money,
    of_total,
    percent,
    row_of,
    told_apart,
)
from workbook_templates.packs.reverse_case import REVERSE_CASE_SHEET, SPEND_RETURNS_SHEET

__all__ = ["FIGURE_FORMATS", "LOYALTY_PACK"]

FIGURE_FORMATS = (
    Format.MONEY,
    Format.MONEY,
    Format.PERCENT,
    Format.PERCENT,
    Format.RATIO,
    Format.RATIO,
    Format.MONEY,
    Format.PLAIN,
    Format.PERCENT,
    Format.MONEY,
    Format.PERCENT,
)
"""Of the figures of a case, in their order."""
YEARS_HEADER = 10
CHARTS_ROW = YEARS_HEADER + len(CASE_MEASURES) + 3
CHART_ROWS = 22
STOP_HEADER = CHARTS_ROW + CHART_ROWS + 2
PAGE_COLUMN = 15
"""Where the right-hand part of the page begins."""
LEFT_SPAN = len(CASE_YEARS.columns)
RIGHT_SPAN = 4
THREE = 3


def figure(measure: str, column: str = "plan") -> Expr:
    """Give a figure of the case that is shown."""
    return call("INDEX", Column(CASE_FIGURES, column), row_of(CASE_FIGURES, "measure", measure))


def _year(name: str, year: Expr | int) -> Expr:
    return call("INDEX", Column(CASE_YEARS, name), year)


YEARS = call("MAX", Column(CASE_YEARS, "year"))
PROGRAM = call("IF", Name("cv_loyalty_case").equals(""), "The program", Name("cv_loyalty_case"))
NPV, SHORT_NPV = figure("NPV"), figure("NPV, three years")


def _first_year() -> Expr:
    """Say what the first year's profit does: as part of what it would have been, if there had been any."""
    share, difference = _year("increment_share", 1), _year("increment", 1)
    size = call("IF", call("ISNUMBER", share), percent(call("ABS", share)), money(call("ABS", difference)))
    return call("IF", difference < 0, " lowers", " raises") & " profit by " & size & " in year 1"


def _payback() -> Expr:
    simple, discounted = figure("Break-even, years"), figure("Break-even discounted, years")
    paid_back = (
        ", has paid back after "
        & call("FIXED", simple, 1)
        & " years"
        & call("IF", call("ISNUMBER", discounted), " (" & call("FIXED", discounted, 1) & " with interest)", "")
    )
    return call(
        "IF",
        call("ISNUMBER", simple),
        call("IF", simple > 0, paid_back, ", has never cost more than it has brought"),
        ", does not pay back within " & YEARS & " years",
    )


CASE = call(
    "IFERROR",
    call(
        "IF",
        YEARS.equals(0),
        "No case yet: fill in Loyalty drivers and refresh.",
        call(
            "IF",
            call("ISNUMBER", NPV),
            PROGRAM
            & _first_year()
            & _payback()
            & ", and "
            & call("IF", NPV < 0, "costs ", "is worth ")
            & money(call("ABS", NPV))
            & " over "
            & YEARS
            & " years (net present value).",
            "What the case is worth is not known: see Exceptions for what is missing.",
        ),
    ),
    "The case cannot be summed up: see Exceptions for what is missing.",
)


def _above(difference: Expr) -> Expr:
    """Say how far customer equity is above or below that of the base."""
    return money(call("ABS", difference)) & call("IF", difference < 0, " below", " above")


GAINED = figure("Customer equity gained")
THEN = _year("equity_program", THREE) - _year("equity_base", THREE)
THREE_YEARS = call(
    "IFERROR",
    call(
        "IF",
        call("ISNUMBER", SHORT_NPV),
        "Over three years alone it looks like "
        & money(SHORT_NPV)
        & call(
            "IF",
            call("AND", SHORT_NPV < 0, NPV > 0),
            " and would be turned down",
            call("IF", call("AND", SHORT_NPV > 0, NPV < 0), " and would be taken up", ""),
        )
        & call(
            "IF",
            call("ISNUMBER", GAINED),
            ". The customers are by then worth "
            & _above(THEN)
            & " what they would be without it, and at the end "
            & _above(GAINED),
            "",
        )
        & ".",
        "",
    ),
    "",
)


def _driver(name: str) -> Expr:
    return call("INDEX", Column(TORNADO, name), 1)


NEEDED = figure("Share of the effect needed for NPV 0")
LOW, HIGH = _driver("low"), _driver("high")
RESTS_ON = call(
    "IFERROR",
    call(
        "IF",
        _driver("driver").equals(""),
        "",
        "Most depends on "
        & _driver("driver")
        & ": between "
        & money(call("IF", LOW < HIGH, LOW, HIGH))
        & " and "
        & money(call("IF", LOW < HIGH, HIGH, LOW))
        & "."
        & call("IF", call("ISNUMBER", NEEDED), " It pays from " & percent(NEEDED) & " of the planned effect on.", ""),
    ),
    "",
)
READ = (
    "Difference: profit with the program less profit without it.",
    "Break-even: when the sum of the differences is back at 0 and stays there;",
    "blank: not within these years. With interest: of discounted differences.",
    "NPV: the differences at the discount rate on Assumptions. Customer equity",
    "is in no NPV, and stands in columns of its own.",
    "Internal rate of return: blank where there is none, or several.",
    "Modified rate: money is lent and earns at the discount rate.",
    "Cash trough: the most money that is out, and in which year.",
    "Customer equity gained: what the customers are worth at the end,",
    "above what they would be worth without the program.",
    "Return on Customer: profit and change of customer equity, by customer",
    "equity at the start of the year (Peppers and Rogers, 2005).",
    "Half effect: half the benefit at full cost. A year late: benefits only.",
    "Stop rule: below these marks what is still to be spent does not come back.",
    "Tornado: one driver otherwise than planned, all others as planned.",
)


def _line_of(name: str, column: str) -> Series:
    return Series(
        name=name,
        categories=BodyColumn(table=CASE_YEARS, column="year"),
        values=BodyColumn(table=CASE_YEARS, column=column),
    )


def _bar_of(name: str, column: str) -> Series:
    return Series(
        name=name,
        categories=BodyColumn(table=TORNADO, column="driver"),
        values=BodyColumn(table=TORNADO, column=column),
    )


J_CURVE = Chart(
    row=CHARTS_ROW,
    column=1,
    title="J-curve: down first, then up",
    kind="line",
    series=(_line_of("Cumulative difference", "cumulative"), _line_of("NPV to the year", "npv_to_year")),
    category_title="Year",
    value_title="",
    category_format=Format.PLAIN,
    value_format=Format.MONEY,
    width=600,
    height=CHART_ROWS * 20,
)
TORNADO_CHART = Chart(
    row=CHARTS_ROW,
    column=8,
    title="Tornado: NPV above and below plan",
    kind="bars",
    series=(_bar_of("Above plan", "more"), _bar_of("Below plan", "less")),
    category_title="",
    value_title="",
    category_format=Format.GENERAL,
    value_format=Format.MONEY,
    width=580,
    height=CHART_ROWS * 20,
)


def _loyalty_case() -> Sheet:
    purpose = "What a loyalty program costs first and brings later, what that rests on, and when to stop it."
    said = (
        Sentence("loyalty.answer", CASE),
        Sentence("loyalty.three_years", THREE_YEARS),
        Sentence("loyalty.rests_on", RESTS_ON),
    )
    return Sheet(
        name="Loyalty case",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Loyalty case", "Loyalty case: earnings now against customers as an asset", purpose),
            *sentences(said, span=PAGE_COLUMN + RIGHT_SPAN - 1, lines=1),
            heading(YEARS_HEADER - 1, "Year by year, without the program (base) and with it", span=LEFT_SPAN),
            TableBlock(row=YEARS_HEADER, column=1, table=CASE_YEARS, input=False, rows=MOST_CASE_YEARS, reading=True),
            heading(CHARTS_ROW - 1, "The way down and back, and what it rests on", span=LEFT_SPAN),
            J_CURVE,
            TORNADO_CHART,
            heading(STOP_HEADER - 1, "Stop rule: what must have been reached by the end of each year", span=6),
            TableBlock(row=STOP_HEADER, column=1, table=STOP_RULE, input=False, rows=MOST_CASE_YEARS, reading=True),
            _right(YEARS_HEADER - 1, "In figures"),
            TableBlock(
                row=YEARS_HEADER,
                column=PAGE_COLUMN,
                table=CASE_FIGURES,
                input=False,
                rows=len(CASE_MEASURES),
                formats=FIGURE_FORMATS,
                reading=True,
            ),
            *how_to_read(CHARTS_ROW - 1, READ, column=PAGE_COLUMN, span=RIGHT_SPAN),
            _right(STOP_HEADER - 1, "Tornado: NPV with one driver otherwise than planned"),
            TableBlock(
                row=STOP_HEADER,
                column=PAGE_COLUMN,
                table=TORNADO,
                input=False,
                rows=TORNADO_ROWS,
                reading=True,
            ),
        ),
        freeze=(5, 1),
        widths={
            1: 9,
            **dict.fromkeys(range(2, LEFT_SPAN - 1), 12.5),
            LEFT_SPAN - 1: 15,
            LEFT_SPAN: 15,
            PAGE_COLUMN - 1: 2,
            PAGE_COLUMN: 34,
        }
        | dict.fromkeys(range(PAGE_COLUMN + 1, PAGE_COLUMN + RIGHT_SPAN), 13)
        | {PAGE_COLUMN + 4: 66, PAGE_COLUMN + 5: 14, PAGE_COLUMN + 6: 14},
        one_page=True,
        printed=PAGE_COLUMN + RIGHT_SPAN - 1,
    )


def _right(row: int, text: str) -> Text:
    """Head a part of the right-hand side of the page."""
    return Text(row=row, column=PAGE_COLUMN, text=text, role=Role.HEADING, span=RIGHT_SPAN)


def _if_any(difference: Expr) -> Expr:
    """Leave a difference out where there is no case."""
    return call("IF", YEARS.equals(0), 0, difference)


CHECKS = (
    Check(
        "loyalty_cumulative",
        "Loyalty case: program less base of all years = cumulative difference",
        _if_any(
            call("ABS", of_total(CASE_YEARS, "increment") - _year("cumulative", YEARS))
            + call(
                "ABS",
                of_total(CASE_YEARS, "profit_program")
                - of_total(CASE_YEARS, "profit_base")
                - _year("cumulative", YEARS),
            )
        ),
        CENT,
        LIVE,
    ),
    Check(
        "loyalty_npv",
        "Loyalty case: NPV to the last year = NPV in figures",
        _if_any(_year("npv_to_year", YEARS) - NPV),
        CENT,
        LIVE,
    ),
)

LOYALTY_PACK = Pack(
    name="loyalty",
    purpose="Earnings now against customers as an asset: the loyalty case, its reverse, and returns on spend",
    sheets=(
        input_sheet(LOYALTY_DRIVERS, "What a program changes, year by year; the base case the model finds."),
        input_sheet(CUSTOMER_SPEND, "What is spent on winning, keeping and developing customers.", sums=("spend",)),
        _loyalty_case(),
        REVERSE_CASE_SHEET,
        SPEND_RETURNS_SHEET,
    ),
    checks=CHECKS,
    totals=(
        input_total("cv_used_loyalty_drivers", LOYALTY_DRIVERS, told_apart(LOYALTY_DRIVERS, "case", ("base",))),
        input_total("cv_used_customer_spend", CUSTOMER_SPEND, told_apart(CUSTOMER_SPEND, "purpose", PURPOSES)),
    ),
)
