"""The proof of a customer's value: its chance to stay, and its margin year by year over the horizon."""

from collections.abc import Callable, Iterable

from valuation.tables import LIFETIME_VALUE, RETENTION
from workbook_templates.layout import Format, Formula, Item, Role, Text
from workbook_templates.native import Column, Expr, Figure, Figures, Name, call, const, once
from workbook_templates.packs.furniture import HORIZON
from workbook_templates.packs.proof_facts import ID, KNOWN, NOT_KNOWN, assumed, number, ours, scoped, summed, told

__all__ = ["BASIS", "TAKEN_CHANCE", "YEARS", "chance", "chance_facts", "value", "value_facts", "years"]

YEARS = 10
"""Years that are shown one by one."""
GRID = call("IF", Name("cv_periods_per_year") >= 1, Name("cv_periods_per_year"), 1)
RATE = assumed("discount_rate")
BASIS = ours(LIFETIME_VALUE, "retention_basis")
PRIOR, WEIGHT = scoped("retention_prior"), assumed("retention_prior_weight")
GONE = call("IF", Figure("proof.gone"), True, Figure("proof.prospect"))

_WHO, _SEGMENT = Column(RETENTION, "customer_id"), Column(RETENTION, "segment")
_RENEWED, _EXPOSED, _CHANCE = (Column(RETENTION, name) for name in ("renewed", "exposed", "probability"))
_COUNTED = once(number(_RENEWED) * number(_EXPOSED) * (_EXPOSED > 0) * (_RENEWED >= 0) * (_RENEWED <= _EXPOSED))
_STATED = once(number(_CHANCE) * (_CHANCE >= 0) * (_CHANCE <= 1))
SCOPES: tuple[tuple[str, str, Expr], ...] = (
    ("everybody", "all customers", once(_WHO.equals("") * _SEGMENT.equals(""))),
    (
        "group",
        "segment",
        once(_WHO.equals("") * _SEGMENT.differs("") * _SEGMENT.equals(Figure("proof.segment"))),
    ),
    ("record", "own record", once((_WHO & "").equals(ID))),
)
"""Who a row of Retention is about, from the widest; the narrower one wins."""
TITLES = {key: title for key, title, _ in SCOPES}


def chance_facts() -> Iterable[tuple[str, str, Expr, Format]]:
    """Give what Retention says of the customer, its segment and everybody."""
    for key, title, mask in SCOPES:
        rows, stated = summed(mask * _COUNTED), summed(mask * _STATED)
        yield f"{key}.counted", f"Rows that count, {title}", rows, Format.PLAIN
        yield f"{key}.renewed", "  stayed", summed(mask * _COUNTED, _RENEWED), Format.GENERAL
        yield f"{key}.exposed", "  could have left", summed(mask * _COUNTED, _EXPOSED), Format.GENERAL
        yield f"{key}.stated", "Rows that state a chance", stated, Format.PLAIN
        yield f"{key}.chance", "  the chance", summed(mask * _STATED, _CHANCE), Format.GENERAL


def _of_scopes(otherwise: Expr, by_chance: Callable[[str], Expr], by_counts: Callable[[str], Expr]) -> Expr:
    """Lay the scopes over each other: a stated chance goes before counts, the narrower scope before the wider."""
    result = otherwise
    for key, _, _ in SCOPES:
        rows, chances = Figure(f"proof.{key}.counted"), Figure(f"proof.{key}.stated")
        result = call("IF", chances > 0, by_chance(key), call("IF", rows > 0, by_counts(key), result))
    return result


def _mean(key: str, name: str, rows: str) -> Expr:
    return Figure(f"proof.{key}.{name}") / Figure(f"proof.{key}.{rows}")


def _drawn(key: str) -> Expr:
    """Counts, drawn towards the prior."""
    renewed, exposed = (_mean(key, name, "counted") for name in ("renewed", "exposed"))
    return (WEIGHT * PRIOR + renewed) / (WEIGHT + exposed)


def _in_words(key: str) -> Expr:
    renewed, exposed = (_mean(key, name, "counted") for name in ("renewed", "exposed"))
    prior = call("FIXED", PRIOR * 100, 1) & "%, worth " & WEIGHT & " customers"
    return const("re-performed: " + TITLES[key] + ", ") & renewed & " of " & exposed & " stayed; prior of " & prior


BY_PRIOR = BASIS.equals("prior (assumption)")
NO_RECORD = (
    Figure("proof.everybody.counted")
    + Figure("proof.everybody.stated")
    + Figure("proof.group.counted")
    + Figure("proof.group.stated")
    + Figure("proof.record.counted")
    + Figure("proof.record.stated")
).equals(0)
TAKEN_CHANCE = call("IF", GONE, False, call("AND", NO_RECORD, call("IF", BY_PRIOR, False, True)))
"""Whether the chance is that of all buyers who came back, which is counted over all customers and not re-performed."""


def chance() -> tuple[Expr, Expr]:
    """Give the chance to stay, and where it comes from."""
    pooled = call("IF", BY_PRIOR, PRIOR, ours(LIFETIME_VALUE, "retention_rate"))
    rate = call("IF", GONE, 0, _of_scopes(pooled, lambda key: _mean(key, "chance", "stated"), _drawn))
    unrecorded = call(
        "IF", BY_PRIOR, "re-performed: the prior on Assumptions", "taken over from Lifetime value: " & BASIS
    )
    stated = "re-performed: chance stated on Retention, "
    words = _of_scopes(unrecorded, lambda key: const(stated + TITLES[key]), _in_words)
    gone = call(
        "IF",
        Figure("proof.prospect"),
        "re-performed: has not bought yet",
        "re-performed: ended, lost, or no purchase in twelve months",
    )
    return told(rate), call("IF", KNOWN, call("IF", GONE, gone, words), "")


# The years: what a unit of margin is worth within a year, at its beginning, is the same in each.

_EXPONENT = call("IF", Name("cv_timing").equals("start"), 1, call("IF", Name("cv_timing").equals("end"), 0, 0.5))
_STAY, _RATIO = Figure("proof.value.retention_rate.rebuilt"), Figure("proof.ratio")


def _year_worth() -> Expr:
    """A year's margin of 1, of a customer at its beginning: paid in each period to who has stayed so far."""
    step = call("IF", _STAY.equals(0), 0, (_STAY / (RATE + 1)) ** (const(1) / GRID))
    periods = call("IF", step.equals(1), GRID, step * (1 - step**GRID) / (1 - step))
    return periods / GRID * (RATE + 1) ** (_EXPONENT / GRID)


FUTURE = call("IF", GONE, 0, Figure("proof.value.annual_margin.rebuilt"))
SHOWN = Figures(tuple(f"proof.year.{year}.value" for year in range(1, YEARS + 1)))


def value() -> Expr:
    """Give the value over the chosen horizon: the years one by one, and what comes after them."""
    return told(call("IF", call("ISNUMBER", FUTURE), call("SUM", SHOWN) + Figure("proof.year.later"), NOT_KNOWN))


def _later() -> Expr:
    """What the years after those shown are worth."""
    first = FUTURE * Figure("proof.year_worth") * _RATIO**YEARS
    more = HORIZON - YEARS
    steady = call("IF", _RATIO.equals(1), more, (1 - _RATIO**more) / (1 - _RATIO))
    endless = call("IF", _RATIO < 1, first / (1 - _RATIO), NOT_KNOWN)
    counted = call("IF", HORIZON > YEARS, first * steady, 0)
    return call("IF", call("ISNUMBER", HORIZON), counted, endless)


YEAR_HEADINGS = ("Year", "Chance at its start", "Discount to it", "1 in a year", "Present value")


def years(top: int) -> Iterable[Item]:
    """Lay the years out, one under the other."""
    for column, text in enumerate(YEAR_HEADINGS, start=1):
        yield Text(row=top - 1, column=column, text=text, role=Role.HEADING, right=column > 1)
    for year in range(1, YEARS + 1):
        key = f"proof.year.{year}"
        counts = call("IF", call("ISNUMBER", HORIZON), year <= HORIZON, HORIZON.differs(""))
        before = f"proof.year.{year - 1}"
        chance_ = const(1) if year == 1 else Figure(f"{before}.chance") * _STAY
        discount = const(1) if year == 1 else Figure(f"{before}.discount") / (RATE + 1)
        worth = FUTURE * Figure(f"{key}.chance") * Figure(f"{key}.discount") * Figure("proof.year_worth")
        for column, (name, expr, number_format) in enumerate(
            (
                ("label", const(f"Year {year}"), Format.GENERAL),
                ("chance", chance_, Format.RATE),
                ("discount", discount, Format.RATE),
                ("worth", Figure("proof.year_worth"), Format.RATE),
                ("value", worth, Format.CENTS),
            ),
            start=1,
        ):
            yield Formula(
                row=top + year - 1,
                column=column,
                key=f"{key}.{name}",
                expr=call("IFERROR", call("IF", call("AND", KNOWN, counts), expr, ""), ""),
                format=number_format,
            )
    below = top + YEARS
    yield Text(row=below, column=1, text=f"Years after {YEARS}")
    yield Formula(
        row=below,
        column=5,
        key="proof.year.later",
        expr=call("IFERROR", call("IF", KNOWN, _later(), ""), 0),
        format=Format.CENTS,
    )


def value_facts() -> Iterable[tuple[str, str, Expr, Format]]:
    """Give what the years share."""
    yield "ratio", "Chance to stay over 1 + rate", _STAY / (RATE + 1), Format.RATE
    yield "year_worth", "Margin of 1 in a year", _year_worth(), Format.RATE
