"""The purchase model: which one, whether it may be trusted, and what it makes of each customer's value."""

from valuation.tables import (
    MODEL_CHOICE,
    MODEL_FREQUENCY,
    MODEL_HORIZONS,
    MODEL_INTERVALS,
    MODEL_TRACKING,
    MODEL_VALUE,
    Table,
)
from workbook_templates.layout import (
    BodyColumn,
    Chart,
    Format,
    Formula,
    Item,
    Pack,
    Role,
    Series,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import Column, Expr, call, const
from workbook_templates.packs.furniture import head, table_width, totals

__all__ = ["MODELS"]

ANSWER_ROW = 5
CHOICE_HEADER = 8
INTERVALS_HEADER = 15
CHARTS_ROW = 22
CHART_HEIGHT, CHART_ROWS = 360, 20
TRACKING_HEADER = CHARTS_ROW + 2 * CHART_ROWS + 2
FREQUENCY_HEADER = TRACKING_HEADER + 28
MODELS_OF_CHOICE, INTERVALS, STRETCHES, FREQUENCIES = 4, 4, 24, 8
VALUE_HEADER = 17


def _of_chosen(column: str) -> Expr:
    """A figure of the model that is used; an error where none is."""
    row = call("MATCH", "yes", Column(MODEL_CHOICE, "chosen"), 0)
    return call("INDEX", Column(MODEL_CHOICE, column), row)


def _answer() -> Expr:
    """Say which model is used and how well it foretold."""
    bias = _of_chosen("bias")
    off = call("FIXED", call("ABS", bias) * 100, 0) & call("IF", bias < 0, "% too few", "% too many")
    foretold = (
        "It foretold "
        & call("FIXED", _of_chosen("foretold"), 0)
        & " purchases for the last part of the history from the part before; "
        & call("FIXED", _of_chosen("made"), 0)
        & " were made ("
        & off
        & ")."
    )
    used = "The " & _of_chosen("model") & " is used for customers without a contract. "
    return call("IFERROR", used & call("IFERROR", foretold, UNTESTED), NONE_USED)


UNTESTED = "The history is too short to test it on a last part."
NONE_USED = const("No purchase model is used: the values are those by retention. The note of the best model says why.")


def _chart(
    row: int, column: int, title: str, table: Table, *, kind: str, category: str, made: str, expected: str, unit: str
) -> Chart:
    """What happened against what was expected."""
    categories = BodyColumn(table=table, column=category)
    return Chart(
        row=row,
        column=column,
        title=title,
        kind="line" if kind == "line" else "column",
        series=(
            Series(name="Made", categories=categories, values=BodyColumn(table=table, column=made)),
            Series(name="Expected", categories=categories, values=BodyColumn(table=table, column=expected)),
        ),
        category_title=table[category].title,
        value_title=unit,
        category_format=Format.DATE if kind == "line" else Format.GENERAL,
        value_format=Format.COUNT if unit != MEANS else Format.RATIO,
        width=700,
        height=CHART_HEIGHT,
    )


MEANS = "Purchases a customer"
SECOND = 4


def _charts() -> tuple[Item, ...]:
    below = CHARTS_ROW + CHART_ROWS
    return (
        _chart(
            CHARTS_ROW,
            1,
            "Repeat purchases by stretch of time",
            MODEL_TRACKING,
            kind="line",
            category="until",
            made="made",
            expected="expected",
            unit="Purchases",
        ),
        _chart(
            CHARTS_ROW,
            SECOND,
            "Repeat purchases in all",
            MODEL_TRACKING,
            kind="line",
            category="until",
            made="made_in_all",
            expected="expected_in_all",
            unit="Purchases",
        ),
        _chart(
            below,
            1,
            "How many customers bought again how often",
            MODEL_FREQUENCY,
            kind="column",
            category="repeat_purchases",
            made="customers",
            expected="customers_expected",
            unit="Customers",
        ),
        _chart(
            below,
            SECOND,
            "What they bought in the last part of the history, by purchases before it",
            MODEL_FREQUENCY,
            kind="column",
            category="repeat_purchases",
            made="made_later",
            expected="foretold_later",
            unit=MEANS,
        ),
    )


def _heading(row: int, text: str) -> Text:
    return Text(row=row, column=1, text=text, role=Role.HEADING, span=9)


def _model_check() -> Sheet:
    purpose = "May the purchase model be trusted? What it foretold against what happened."
    return Sheet(
        name="Model check",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Model check", "Model check", purpose, value=False),
            Formula(
                row=ANSWER_ROW,
                column=1,
                key="model.answer",
                expr=_answer(),
                format=Format.GENERAL,
                role=Role.ANSWER,
                span=9,
            ),
            _heading(CHOICE_HEADER - 1, "Which model, and what each foretold"),
            TableBlock(row=CHOICE_HEADER, column=1, table=MODEL_CHOICE, input=False, rows=MODELS_OF_CHOICE),
            _heading(INTERVALS_HEADER - 1, "How far off it may be: ranges that hold in nine of ten cases"),
            TableBlock(row=INTERVALS_HEADER, column=1, table=MODEL_INTERVALS, input=False, rows=INTERVALS),
            _heading(CHARTS_ROW - 1, "Made and expected"),
            *_charts(),
            _heading(TRACKING_HEADER - 1, "Purchases over time"),
            TableBlock(row=TRACKING_HEADER, column=1, table=MODEL_TRACKING, input=False, rows=STRETCHES),
            _heading(FREQUENCY_HEADER - 1, "Purchases by frequency"),
            TableBlock(row=FREQUENCY_HEADER, column=1, table=MODEL_FREQUENCY, input=False, rows=FREQUENCIES),
        ),
        freeze=(ANSWER_ROW + 1, 2),
        widths={1: 54, 2: 20, 3: 48, 4: 18, 5: 18, 6: 18, 7: 18, 8: 18, 9: 18, 10: 18, 11: 60},
    )


def _model_value() -> Sheet:
    purpose = "What each customer is worth by the purchase model, after marketing, sales and support, beside retention."
    return Sheet(
        name="Model value",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Model value", "Customer value by the purchase model", purpose),
            _heading(HORIZONS_HEADER - 1, "What extending the horizon changes, by both methods"),
            TableBlock(row=HORIZONS_HEADER, column=1, table=MODEL_HORIZONS, input=False, rows=5),
            _heading(VALUE_HEADER - 2, "By customer, over the chosen horizon"),
            *totals(MODEL_VALUE, VALUE_SUMS, VALUE_HEADER - 1),
            TableBlock(row=VALUE_HEADER, column=1, table=MODEL_VALUE, input=False),
        ),
        freeze=(ANSWER_ROW, 3),
        widths=table_width(MODEL_VALUE) | {1: 14, 2: 28, 3: 44},
    )


HORIZONS_HEADER = 7
VALUE_SUMS = ("value", "by_retention", "difference")

MODELS = Pack(
    name="models",
    purpose="A purchase model for customers without a contract: its value of each, and whether it may be trusted",
    sheets=(_model_check(), _model_value()),
)
