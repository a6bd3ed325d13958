"""Segments: tiers side by side, needs, the two-sided value matrix, and who moved since the last snapshot."""

from valuation.tables import (
    CUSTOMER_PNL,
    NEEDS,
    NEEDS_PNL,
    OVERRIDE_EFFECT,
    OVERRIDES,
    RATINGS,
    SEGMENTS,
    TIER_METHODS,
    Table,
)
from workbook_templates.layout import Check, Format, InputTotal, Pack, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import (
    answer,
    count,
    head,
    heading,
    input_sheet,
    input_total,
    money,
    of_total,
    result_sheet,
    row_of,
    table_width,
    told_apart,
)
from workbook_templates.packs.migration import MIGRATION_CHECKS, MIGRATION_SHEET, SNAPSHOTS_SHEET
from workbook_templates.packs.officers import SURVEY_SHEET, SURVEY_TOTAL
from workbook_templates.packs.value_matrix import VALUE_MATRIX_SHEET

__all__ = ["SEGMENTS_PACK"]

SEGMENT_ROWS = ("A", "B", "C", "N", "without segment")
EFFECT_HEADER = 8
METHODS = 20
METHODS_HEADER = EFFECT_HEADER + len(SEGMENT_ROWS) + 4
ABOUT_CUTS = "Absolute cuts stay until somebody changes them; all others move when other customers change."
NEEDS_SUMS = ("customers", *(column.name for column in NEEDS_PNL if column.unit == "currency"))


def _segment(name: str, segment: str) -> Expr:
    return call("INDEX", Column(OVERRIDE_EFFECT, name), row_of(OVERRIDE_EFFECT, "segment", segment))


MOVED = of_total(OVERRIDE_EFFECT, "moved_in")
TIERED = call(
    "IFERROR",
    call(
        "IF",
        of_total(OVERRIDE_EFFECT, "customers").equals(0),
        "Nothing to tier yet: fill in the inputs and refresh.",
        "Customers in official segment A: "
        & count(_segment("customers", "A"))
        & ", worth "
        & money(_segment("value", "A"))
        & "; in B: "
        & count(_segment("customers", "B"))
        & ", worth "
        & money(_segment("value", "B"))
        & "; in C: "
        & count(_segment("customers", "C"))
        & "; in N: "
        & count(_segment("customers", "N"))
        & ". "
        & call(
            "IF",
            MOVED.equals(0),
            "No override is in force.",
            "Customers whom an override puts elsewhere than the model does: " & count(MOVED) & ".",
        ),
    ),
    "The tiers cannot be summed up: values are not known.",
)


def _tiers() -> Sheet:
    purpose = "Every way to tier the customers side by side, and what overrides change."
    return Sheet(
        name="Tiers",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Tiers", "Tiers and overrides", purpose),
            answer("tiers.answer", TIERED, span=7),
            heading(EFFECT_HEADER - 1, "The official segment, by the model and with overrides", span=7),
            TableBlock(row=EFFECT_HEADER, column=1, table=OVERRIDE_EFFECT, input=False, rows=len(SEGMENT_ROWS)),
            heading(METHODS_HEADER - 2, "By every basis and way to cut", span=12),
            Text(row=METHODS_HEADER - 1, column=1, text=ABOUT_CUTS, role=Role.NOTE),
            TableBlock(row=METHODS_HEADER, column=1, table=TIER_METHODS, input=False, rows=METHODS),
        ),
        freeze=(6, 3),
        widths=table_width(TIER_METHODS) | {1: 26, 2: 32, 3: 18, 4: 18, 5: 18, 6: 12, 7: 12, 10: 14, 11: 18},
    )


def _empty(table: Table) -> Expr:
    return call("COUNTA", Column(table, table.columns[0].name)).equals(0)


def _needs_answer() -> Expr:
    contribution = Column(NEEDS_PNL, "contribution")

    def of(row: Expr, name: str) -> Expr:
        return call("INDEX", Column(NEEDS_PNL, name), row)

    best, worst = (call("MATCH", call(which, contribution), contribution, 0) for which in ("MAX", "MIN"))
    return call(
        "IFERROR",
        call(
            "IF",
            _empty(NEEDS_PNL),
            "No needs segments yet: fill in Needs segments and refresh.",
            "Of "
            & count(call("COUNTA", Column(NEEDS_PNL, "needs_segment")))
            & " needs segments "
            & of(best, "needs_segment")
            & " contributes most ("
            & money(of(best, "contribution"))
            & ") and "
            & of(worst, "needs_segment")
            & " least ("
            & money(of(worst, "contribution"))
            & ").",
        ),
        "The needs segments cannot be compared: costs are not known.",
    )


CHECKS = (
    Check(
        "official",
        "Every customer counted once by official segment, and once by the model's",
        call(
            "IF",
            of_total(OVERRIDE_EFFECT, "customers").equals(0),
            0,
            call("ABS", of_total(OVERRIDE_EFFECT, "customers") - call("COUNTA", Column(SEGMENTS, "customer_id")))
            + call(
                "ABS", of_total(OVERRIDE_EFFECT, "model_customers") - call("COUNTA", Column(SEGMENTS, "customer_id"))
            ),
        ),
        0,
        LIVE,
    ),
    Check(
        "needs",
        "Needs segments: net revenue, contribution and value of all = customer P&L and value",
        call(
            "IF",
            _empty(NEEDS_PNL),
            0,
            call("ABS", of_total(NEEDS_PNL, "net_revenue") - of_total(CUSTOMER_PNL, "net_revenue"))
            + call("ABS", of_total(NEEDS_PNL, "contribution") - of_total(CUSTOMER_PNL, "contribution"))
            + call("ABS", of_total(NEEDS_PNL, "value") - of_total(SEGMENTS, "value")),
        ),
        CENT,
        LIVE,
    ),
    *MIGRATION_CHECKS,
)


SEGMENTS_PACK = Pack(
    name="segments",
    purpose="Tiers by every basis, needs segments, the two-sided value matrix, and who moved since the last snapshot",
    sheets=(
        SURVEY_SHEET,
        input_sheet(RATINGS, "What customers are worth to the strategy beyond their money."),
        input_sheet(OVERRIDES, "Where somebody answers for another segment than the model's."),
        input_sheet(NEEDS, "Customers by what they need from us, each with one owner."),
        _tiers(),
        result_sheet(
            NEEDS_PNL,
            "Needs P&L",
            "The P&L of each needs segment, with the one person who answers for it.",
            sums=NEEDS_SUMS,
            more=(answer("needs.answer", _needs_answer()),),
            widths={1: 26, 2: 26},
        ),
        VALUE_MATRIX_SHEET,
        MIGRATION_SHEET,
        SNAPSHOTS_SHEET,
    ),
    checks=CHECKS,
    totals=(
        SURVEY_TOTAL,
        input_total("cv_used_ratings", RATINGS),
        input_total("cv_used_overrides", OVERRIDES, told_apart(OVERRIDES, "segment", SEGMENT_ROWS[:4])),
        InputTotal(
            "cv_used_needs",
            "Needs segments, filled cells",
            call("COUNTA", *(Column(NEEDS, column.name) for column in NEEDS)),
            Format.COUNT,
        ),
    ),
)
