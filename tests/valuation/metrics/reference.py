"""The three metrics the slow way: sets of days, customer by customer, with nothing shared with the product."""

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Row = tuple[str, dt.date, float]
Period = tuple[dt.date, dt.date]
DAY = dt.timedelta(days=1)


def months_before(day: dt.date, months: int) -> dt.date:
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    last = calendar.monthrange(year, month)[1]
    at_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, month, last if at_end else min(day.day, last))


@dataclass
class Person:
    """One customer: the days on which it bought, and when it first did."""

    purchases: set[dt.date]
    first: dt.date | None
    end: dt.date | None


def spans(rows: Sequence[Row], periods: Sequence[Period]) -> Iterator[Period]:
    """The periods, with what lies before and between them as periods of their own."""
    open_start = min([day for _, day, _ in rows] + [periods[0][0]])
    for start, end in periods:
        if open_start < start:
            yield open_start, start - DAY
        yield start, end
        open_start = end + DAY


def person(name: str, rows: Sequence[Row], periods: Sequence[Period], end: dt.date | None) -> Person:
    own = [(day, amount) for who, day, amount in rows if who == name]
    purchases = {day for day, amount in own if amount > 0}
    for start, last in spans(rows, periods):
        inside = [(day, amount) for day, amount in own if start <= day <= last]
        bought = {day for day, amount in inside if amount > 0}
        if not bought:
            continue
        if round(sum(amount for _, amount in inside), 6) > 0:
            break
        purchases -= bought
    return Person(purchases, min(purchases, default=None), end)


def is_active(who: Person, day: dt.date, months: int) -> bool:
    opened = months_before(day, months)
    if who.end is not None and who.end <= day:
        opened = max(opened, who.end)
    return any(opened < bought <= day for bought in who.purchases)


def class_of(who: Person, period: Period) -> str:
    start, end = period
    if who.first is None or who.first > end:
        return "not yet"
    if who.first >= start:
        return "new"
    return "existing" if who.first <= months_before(end, 12) else "maturing"


def metrics(
    rows: Sequence[Row], periods: Sequence[Period], *, months: int = 12, ends: Mapping[str, dt.date] | None = None
) -> list[dict[str, float]]:
    people = {name: person(name, rows, periods, (ends or {}).get(name)) for name, _, _ in rows}
    return [one_period(people, rows, period, months) for period in periods]


def one_period(people: Mapping[str, Person], rows: Sequence[Row], period: Period, months: int) -> dict[str, float]:
    start, end = period
    tally: dict[str, float] = dict.fromkeys(
        ["gross_new", "maturing", "existing", "existing_active", "active_opening", "active_closing"], 0
    )
    tally |= dict.fromkeys(["reactivated", "lost", "new_and_lost", "net_new_remaining"], 0)
    money = dict.fromkeys(["new", "maturing", "existing", "not yet"], 0.0)
    for name, who in people.items():
        kind = class_of(who, period)
        before, after = is_active(who, start - DAY, months), is_active(who, end, months)
        tally["gross_new"] += kind == "new"
        tally["maturing"] += kind == "maturing"
        tally["existing"] += kind == "existing"
        tally["existing_active"] += kind == "existing" and after
        tally["active_opening"] += before
        tally["active_closing"] += after
        tally["lost"] += before and not after
        tally["reactivated"] += after and not before and kind != "new"
        tally["new_and_lost"] += kind == "new" and not after
        stays = after if who.end is None else after or who.end > end
        tally["net_new_remaining"] += kind == "new" and stays
        money[kind] += sum(amount for who_, day, amount in rows if who_ == name and start <= day <= end)
    tally |= {f"revenue_{kind}": amount for kind, amount in money.items() if kind != "not yet"}
    return tally | {"revenue_not_customers": money["not yet"]}
