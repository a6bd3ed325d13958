"""Concentration: how few customers carry the profit, and which take more effort than they are worth."""

from valuation.tables import CONCENTRATION, CONCENTRATION_CURVE, CUSTOMER_PNL, EFFORT, EFFORT_TIERS
from workbook_templates.layout import (
    BodyColumn,
    Cells,
    Chart,
    Check,
    Format,
    Pack,
    Series,
    Sheet,
    Stage,
    TableBlock,
)
from workbook_templates.native import Column, Expr, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import amount, answer, head, heading, of_total, row_of, table_width, totals

__all__ = ["CONCENTRATION_PACK"]

MEASURES_HEADER = 8
MEASURE_FORMATS = (
    Format.COUNT,
    Format.CENTS,
    Format.CENTS,
    Format.RATIO,
    Format.COUNT,
    Format.CENTS,
    Format.COUNT,
    Format.PERCENT,
    Format.PERCENT,
    Format.RATIO,
    Format.RATIO,
)
"""Of the measures, in their order."""
POINTS = 101
CURVE_COLUMN = 6
WHALE_ROW = MEASURES_HEADER + len(MEASURE_FORMATS) + 3
CHART_ROWS = 22
TIERS_HEADER = 8
TIERS = 4
EFFORT_HEADER = 26
EFFORT_SUMS = ("cost_to_serve", "value", "contribution", "self_service_saving")


def _point(column: str) -> Cells:
    return BodyColumn(table=CONCENTRATION_CURVE, column=column)


def _curve(row: int, title: str, value_title: str, series: tuple[tuple[str, str], ...]) -> Chart:
    return Chart(
        row=row,
        column=1,
        title=title,
        kind="curve",
        series=tuple(
            Series(name=name, categories=_point("share_of_customers"), values=_point(column)) for name, column in series
        ),
        category_title="Part of the customers",
        value_title=value_title,
        category_format=Format.WHOLE_PERCENT,
        value_format=Format.WHOLE_PERCENT,
        width=900,
        height=420,
        category_most=1.0,
    )


def _measure(name: str) -> Expr:
    return call("INDEX", Column(CONCENTRATION, "contribution"), row_of(CONCENTRATION, "measure", name))


BEST_FIFTH = (
    "The best fifth of the customers brings "
    & call("FIXED", _measure("Best fifth, share of total") * 100, 0)
    & "% of the contribution. "
)
CONCENTRATED = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(CONCENTRATION, "measure")).equals(0),
        "Nothing to measure yet: fill in the inputs and refresh.",
        call("IFERROR", BEST_FIFTH, "All customers together bring no contribution. ")
        & call("FIXED", _measure("Customers below 0"), 0)
        & " of "
        & call("FIXED", _measure("Customers"), 0)
        & " customers lose "
        & amount(call("ABS", _measure("Losses")))
        & "; without these losses there would be "
        & amount(_measure("Peak"))
        & ".",
    ),
    "Contribution cannot be measured: costs are not known.",
)


def _concentration() -> Sheet:
    purpose = "How few customers carry the profit, and how many cost some of it."
    return Sheet(
        name="Concentration",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Concentration", "Concentration of profit and revenue", purpose),
            answer("concentration.answer", CONCENTRATED, span=4),
            heading(MEASURES_HEADER - 1, "Measures", span=4),
            TableBlock(
                row=MEASURES_HEADER,
                column=1,
                table=CONCENTRATION,
                input=False,
                rows=len(MEASURE_FORMATS),
                formats=MEASURE_FORMATS,
            ),
            heading(WHALE_ROW - 1, "Whale curve: where contribution is made and lost", span=4),
            _curve(
                WHALE_ROW,
                "Cumulative contribution, most profitable customers first",
                "Part of total contribution",
                (("Contribution", "contribution_share"),),
            ),
            heading(WHALE_ROW + CHART_ROWS, "Lorenz curve: how unequal customers are", span=4),
            _curve(
                WHALE_ROW + CHART_ROWS + 1,
                "Cumulative net revenue, smallest customers first",
                "Part of total net revenue",
                (("Net revenue", "revenue_share"), ("If all were equal", "equal")),
            ),
            TableBlock(row=MEASURES_HEADER, column=CURVE_COLUMN, table=CONCENTRATION_CURVE, input=False, rows=POINTS),
        ),
        freeze=(6, 1),
        widths={1: 30, 2: 20, 3: 20, 4: 68, 5: 3} | {CURVE_COLUMN + i: 20 for i in range(6)},
    )


def _tier(name: str, tier: str) -> Expr:
    share = call("INDEX", Column(EFFORT_TIERS, name), row_of(EFFORT_TIERS, "tier", tier))
    return call("FIXED", share * 100, 0) & "%"


def _customers(word: str) -> Expr:
    return call("COUNTIF", Column(EFFORT, "action"), word)


UNDECIDED = call("COUNTA", Column(EFFORT, "customer_id")) - call("COUNTA", Column(EFFORT, "action"))
COMPARED = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(EFFORT, "customer_id")).equals(0),
        "Nothing to compare yet: fill in the inputs and refresh.",
        "Segment A takes "
        & _tier("effort_share", "A")
        & " of the cost to serve and holds "
        & _tier("value_share", "A")
        & " of the value. To reprice: "
        & _customers("reprice")
        & " customers; to drop: "
        & _customers("drop")
        & ", which would change profit by "
        & amount(call("SUMIF", Column(EFFORT, "action"), "drop", Column(EFFORT, "effect_of_dropping")))
        & "."
        & call("IF", UNDECIDED > 0, " For " & UNDECIDED & " customers it is not known which cost would go away.", ""),
    ),
    "Effort and value cannot be compared: costs or values are not known.",
)


def _effort() -> Sheet:
    purpose = "Which customers take more effort than they are worth, and what repricing or dropping them would do."
    tiers = BodyColumn(table=EFFORT_TIERS, column="tier")
    return Sheet(
        name="Effort and value",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Effort and value", "Effort and value", purpose),
            answer("effort.answer", COMPARED),
            heading(TIERS_HEADER - 1, "By value segment", span=7),
            TableBlock(row=TIERS_HEADER, column=1, table=EFFORT_TIERS, input=False, rows=TIERS),
            Chart(
                row=TIERS_HEADER - 1,
                column=9,
                title="Part of the effort against part of the value",
                kind="column",
                series=(
                    Series(
                        name="Effort", categories=tiers, values=BodyColumn(table=EFFORT_TIERS, column="effort_share")
                    ),
                    Series(name="Value", categories=tiers, values=BodyColumn(table=EFFORT_TIERS, column="value_share")),
                ),
                category_title="Value segment",
                value_title="",
                category_format=Format.GENERAL,
                value_format=Format.WHOLE_PERCENT,
                width=640,
                height=320,
            ),
            heading(EFFORT_HEADER - 2, "By customer", span=7),
            *totals(EFFORT, EFFORT_SUMS, EFFORT_HEADER - 1),
            TableBlock(row=EFFORT_HEADER, column=1, table=EFFORT, input=False),
        ),
        freeze=(6, 3),
        widths=table_width(EFFORT) | {1: 16, 15: 14, 16: 44},
    )


CHECKS = (
    Check(
        "whale",
        "Whale curve: its end = contribution on the P&L",
        call(
            "IF",
            call("COUNTA", Column(CONCENTRATION_CURVE, "share_of_customers")).equals(0),
            0,
            call(
                "SUMIF",
                Column(CONCENTRATION_CURVE, "share_of_customers"),
                1,
                Column(CONCENTRATION_CURVE, "contribution"),
            )
            - of_total(CUSTOMER_PNL, "contribution"),
        ),
        CENT,
        LIVE,
    ),
    Check(
        "effort",
        "Effort and value: cost to serve = P&L, by customer and by segment",
        call(
            "IF",
            call("COUNTA", Column(EFFORT, "customer_id")).equals(0),
            0,
            call("ABS", of_total(EFFORT, "cost_to_serve") - of_total(CUSTOMER_PNL, "cost_to_serve"))
            + call("ABS", of_total(EFFORT_TIERS, "cost_to_serve") - of_total(CUSTOMER_PNL, "cost_to_serve")),
        ),
        CENT,
        LIVE,
    ),
)

CONCENTRATION_PACK = Pack(
    name="concentration",
    purpose="How few customers carry the profit, and which take more effort than they are worth",
    sheets=(_concentration(), _effort()),
    checks=CHECKS,
)
