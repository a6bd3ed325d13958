"""
The search: which of a workbook's cells are which table of the data contract.

It never guesses silently. What is sure by words and by cells is proposed with its evidence; what is not has a question
in words, and a confidence below `SURE`; what is nothing of the contract is listed with the reason.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from valuation.tables import TABLES, Kind
from workbook_templates.addresses import address
from workbook_templates.mapping.across import Periods, periods_of
from workbook_templates.mapping.apart import Apart, rows_apart
from workbook_templates.mapping.blocks import Block, find_blocks, is_text
from workbook_templates.mapping.columns import ColumnFacts
from workbook_templates.mapping.labels import assumptions_in, start_dates
from workbook_templates.mapping.matching import Candidate, Setting, candidates, place
from workbook_templates.mapping.model import SURE, Across, ColumnMap, TableMap, WorkbookMap
from workbook_templates.mapping.reading import cell_text
from workbook_templates.mapping.synonyms import PLAIN, join_levels, listed, says, says_title, score_header
from workbook_templates.mapping.units import sign_of_costs, unit_of
from workbook_templates.mapping.views import WorkbookView

__all__ = ["propose"]

_ASKED: Final = 0.7
"""Highest confidence of what has a question."""
_LABEL_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A block with what was found out about it."""

    block: Block
    columns: tuple[ColumnFacts, ...]
    apart: Apart
    periods: Periods | None

    @property
    def where(self) -> str:
        area = self.block.area
        corner = address(area.first_row, area.first_column)
        return f"sheet {self.block.sheet.name}, {corner}:{address(area.last_row, area.last_column)}"

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.block.sheet.name, self.block.excel_table, *self.block.titles)


def propose(view: WorkbookView) -> WorkbookMap:
    """
    Propose a mapping for a workbook.

    Parameters
    ----------
    view : WorkbookView
        The workbook.

    Returns
    -------
    WorkbookMap
        Tables and assumptions, each with confidence and evidence; whatever has a confidence below `SURE` has a
        question. Every block is used once, or listed in `not_used` with the reason.
    """
    blocks = [block for sheet in view.sheets for block in find_blocks(sheet)]
    starts = start_dates(view, blocks)
    seen = [_look(block, starts) for block in blocks]
    ids = _customer_ids(seen)
    tables: list[TableMap] = []
    not_used: list[str] = []
    free: list[Block] = []
    for each in seen:
        setting = _setting(each, ids)
        made, why = _table(each, setting)
        tables.extend(made)
        if not made:
            free.append(each.block)
            if why:
                not_used.append(f"{each.where}: {why}")
    tables = [_settled(table) for table in _compared(tables, seen)]
    across = {id(each.block) for each in seen if each.periods is not None}
    assumptions = assumptions_in(view, free, lambda block: id(block) in across)
    return WorkbookMap(tables=tuple(tables), assumptions=tuple(assumptions), not_used=tuple(not_used))


# --- looking at a block -----------------------------------------------------------------------------------------------


def _look(block: Block, starts: Sequence[dt.date]) -> _Seen:
    """Find out about a block what does not depend on others."""
    first = [ColumnFacts(block, at) for at in block.columns]
    periods = periods_of(block, starts)
    labels, numbers, identity = _roles(first, periods)
    apart = rows_apart(block, labels, numbers, identity)
    if apart.last_row < block.last_row:
        block = replace(block, last_row=apart.last_row, open=False)
    columns = tuple(ColumnFacts(block, at, apart.rows) for at in block.columns)
    return _Seen(
        block=block,
        columns=tuple(facts for facts in columns if facts.header or facts.sample),
        apart=apart,
        periods=periods,
    )


def _roles(columns: Sequence[ColumnFacts], periods: Periods | None) -> tuple[list[int], list[int], int | None]:
    """Tell columns of labels, columns of numbers that can add up, and the one with the id."""
    identity = next(
        (facts.at for facts in columns if score_header("Customers", "customer_id", facts.header) >= PLAIN), None
    )
    if periods is not None:
        left = [facts.at for facts in columns if facts.at < periods.first_column]
        return left, list(periods.columns), identity if identity in left else None
    numbers = [
        facts.at
        for facts in columns
        if facts.share("number") >= 0.7 and facts.at != identity and not _is_id(facts) and any(facts.numbers)
    ]
    labels = [facts.at for facts in columns if facts.share("text") > 0.5 or facts.at == identity]
    # Totals say so in the first columns; further texts, such as remarks, may say anything.
    return labels[:4], numbers, identity


def _is_id(facts: ColumnFacts) -> bool:
    names = (
        ("Transactions", "invoice_no"),
        ("Trial balance", "gl_account"),
        ("Customers", "parent_id"),
        ("Issues", "issue_id"),
    )
    return any(score_header(table, column, facts.header) >= 0.7 for table, column in names)


def _setting(seen: _Seen, ids: frozenset[str]) -> Setting:
    headers = tuple(join_levels(facts.header) for facts in seen.columns)
    return Setting(ids=ids, texts=seen.texts, headers=headers)


def _customer_ids(seen: Sequence[_Seen]) -> frozenset[str]:
    """Give the ids of the block that is most clearly a customer list."""
    best: tuple[float, frozenset[str]] = (0.0, frozenset())
    for each in seen:
        if each.periods is not None and not each.block.excel_table:
            continue
        likely = candidates(each.block, each.columns, _setting(each, frozenset()))
        if likely and likely[0].table.name == "Customers":
            at = likely[0].at("customer_id")
            facts = next(facts for facts in each.columns if facts.at == at)
            if len(facts.repeated) <= 0.1 * len(facts.keys) and likely[0].fit > best[0]:
                best = (likely[0].fit, frozenset(facts.keys))
    return best[1]


# --- from a block to a table ------------------------------------------------------------------------------------------


def _table(seen: _Seen, setting: Setting) -> tuple[list[TableMap], str]:
    """Make the table of a block, or say why there is none."""
    if not seen.columns:
        return [], ""
    if seen.periods is not None:
        made, why = _across_table(seen, seen.periods, setting)
        if made is not None:
            return [made], ""
        if why:
            return [], why
    likely = candidates(seen.block, seen.columns, setting)
    if not likely:
        return [], _reason(seen)
    best = likely[0]
    if best.table.name in ("Ledger pools", "Trial balance", "Capacity"):
        named = [facts for facts in seen.columns if facts.at in (best.at("gl_account"), best.at("pool"))]
        if _company_lines(named) >= 0.25:
            return [], _reason(seen)
    made_tables = [_list_table(seen, best, setting)]
    other = next(
        (each for each in likely[1:] if {each.table.name, best.table.name} == {"Invoices", "Transactions"}), None
    )
    if other is not None and not other.questions and not best.questions:
        amounts = {candidate.at("amount") or candidate.at("net_amount") for candidate in (best, other)}
        if len(amounts) == 2:
            made_tables.append(_list_table(seen, other, setting))
    return made_tables, ""


def _reason(seen: _Seen) -> str:
    """Say why a block is not used; labels with single values are looked at for assumptions and need no reason."""
    if len(seen.columns) == 1 and seen.columns[0].share("text") > 0.5:
        return ""
    heads = [join_levels(facts.header) for facts in seen.columns if facts.header][:6]
    said = f" (its header: {', '.join(heads)})" if heads else ""
    lines = [
        str(value).strip()
        for value in seen.columns[0].sample
        if is_text(value) and listed("company_lines", "words", str(value))
    ]
    if len(lines) >= 2:
        return f"lines of the company as a whole ({', '.join(lines[:4])}), not of customers"
    return f"no table of the data contract is recognised in it{said}"


def _list_table(seen: _Seen, chosen: Candidate, setting: Setting) -> TableMap:
    """Make the table of a list: a row for each record."""
    block = seen.block
    by_at = {facts.at: facts for facts in seen.columns}
    questions = [*chosen.questions, *seen.apart.questions, *_of_sheet(block)]
    money = [by_at[match.at] for match in chosen.matches if chosen.table[match.column].kind is Kind.MONEY]
    rest = [facts for facts in seen.columns if facts not in money]
    unit = unit_of(block, money, [facts for facts in rest if facts.share("text") > 0.5 and len(set(facts.sample)) <= 3])
    sign = 1
    said: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    if chosen.table.name in ("Ledger pools", "Trial balance"):
        sign, said, asked = sign_of_costs(money)
    elif chosen.table.name in ("Transactions", "Invoices"):
        amount = next((by_at[m.at] for m in chosen.matches if m.column in ("net_amount", "amount")), None)
        if amount is not None and sum(number < 0 for number in amount.numbers) > 0.5 * max(1, len(amount.numbers)):
            asked = (f"{place(amount)}: most amounts are negative; are sales negative here, or are these credits?",)
    questions += list(asked) + list(unit.questions)
    questions += list(_of_keys(chosen, by_at))
    questions += list(_of_purpose(seen, chosen))
    if chosen.table.name == "Ledger pools" and chosen.at("treatment") is None:
        questions.append("what is the treatment of these costs: retention, acquisition, sustaining or unallocated?")
    if chosen.table.name == "Transactions":
        questions += list(_of_results(by_at, chosen))
    columns = tuple(
        ColumnMap(
            column=match.column,
            at=match.at,
            header=join_levels(by_at[match.at].header),
            confidence=round(min(0.99, match.score if not match.question else min(match.score, _ASKED)), 2),
            evidence=match.evidence,
        )
        for match in chosen.matches
    )
    return TableMap(
        table=chosen.table.name,
        sheet=block.sheet.name,
        header_row=block.header_row,
        first_row=block.first_row,
        last_row=None if block.open else block.last_row,
        columns=columns,
        excel_table=block.excel_table,
        skip=_skipped(seen),
        scale=unit.scale,
        sign=sign,
        confidence=min((column.confidence for column in columns), default=0.0),
        evidence=(_grain(seen, chosen), *chosen.evidence, *seen.apart.evidence, *unit.evidence, *said),
        questions=tuple(dict.fromkeys(questions)),
    )


def _skipped(seen: _Seen) -> tuple[str, ...]:
    return seen.apart.labels


def _grain(seen: _Seen, chosen: Candidate) -> str:
    rows = seen.block.last_row - seen.block.first_row + 1 - len(seen.apart.rows)
    return f"{rows:,} rows, {chosen.table.grain}"


def _of_sheet(block: Block) -> Iterator[str]:
    if block.sheet.hidden:
        yield f"sheet {block.sheet.name} is hidden: is it to be used?"


def _of_purpose(seen: _Seen, chosen: Candidate) -> Iterator[str]:
    """Ask about what may be planned, old or called off, and not what happened."""
    purpose = next((word for text in seen.texts if (word := says("purposes", "words", text))), "")
    if purpose:
        yield f"a title or the sheet's name says {purpose!r}: are these rows what is wanted?"
    if chosen.table.name in ("Transactions", "Invoices"):
        for facts in seen.columns:
            off = next(
                (
                    str(value)
                    for value in facts.sample
                    if is_text(value) and listed("purposes", "called_off", str(value))
                ),
                "",
            )
            if off:
                yield f"{place(facts)} says {off!r} in some rows: are these to be left out?"
    invoice = chosen.at("invoice_no") if chosen.table.name == "Transactions" else None
    if invoice is not None:
        facts = next(facts for facts in seen.columns if facts.at == invoice)
        if len(facts.repeated) > 0.05 * len(facts.keys):
            yield (f"{place(facts)}: numbers come again, so rows are lines of documents: put them together by document")


def _of_keys(chosen: Candidate, by_at: Mapping[int, ColumnFacts]) -> Iterator[str]:
    """Ask about ids that occur twice where each may stand only once."""
    if len(chosen.table.key) != 1:
        return
    at = chosen.at(chosen.table.key[0])
    if at is None:
        return
    facts = by_at[at]
    if facts.repeated:
        yield (
            f"{place(facts)}: {len(facts.repeated):,} of its ids occur more than once, and each may stand only once: "
            "is it the right column, and are these rows to be put together?"
        )
    blank = facts.block.last_row - facts.block.first_row + 1 - len(facts.apart) - len(facts.keys)
    if facts.keys and blank > 0 and blank > 0.2 * len(facts.keys):
        yield f"{place(facts)}: {blank:,} rows have no id: is it the right column?"


def _of_results(by_at: Mapping[int, ColumnFacts], chosen: Candidate) -> Iterator[str]:
    """Ask about amounts that are formulas: they may be a report of other rows."""
    at = chosen.at("net_amount")
    if at is not None and by_at[at].formulas > 0.5 and chosen.at("invoice_no") is None:
        yield f"{place(by_at[at])}: its amounts are formulas: are they data, or a report of rows that stand elsewhere?"


# --- periods across ---------------------------------------------------------------------------------------------------


def _across_table(seen: _Seen, periods: Periods, setting: Setting) -> tuple[TableMap | None, str]:
    """Make the table of a block with periods across, or say why there is none; "" looks at it as a list."""
    left = [facts for facts in seen.columns if facts.at < periods.first_column]
    values = [facts for facts in seen.columns if facts.at in periods.columns]
    if not left or not values:
        return None, ""
    if sum(facts.share("number", "error") * len(facts.sample) for facts in values) < 0.8 * sum(
        len(f.sample) for f in values
    ):
        return None, "" if any(facts.header for facts in left) else "periods across without numbers"
    customer, sure, why = _customer_column(left, setting)
    company = _company_lines(left)
    texts = " ".join((*setting.texts, *(text for facts in left for text in facts.header), *_upper(values, periods)))
    if customer is not None and company < 0.4:
        return _customers_across(seen, periods, customer, sure, why, left, values, texts)
    if company >= 0.25:
        lines = [str(value).strip() for facts in left for value in facts.sample if is_text(value)][:4]
        return None, f"lines of the company as a whole by period ({', '.join(lines)}), not of customers"
    pool = next((facts for facts in left if _says(facts, "Ledger pools", "pool")), None)
    account = next((facts for facts in left if _says(facts, "Ledger pools", "gl_account")), None)
    if pool is not None or account is not None or says("money", "costs", texts):
        return _costs_across(seen, periods, pool, account, left, values, texts)
    heads = ", ".join(join_levels(facts.header) for facts in left if facts.header) or "no header"
    return None, f"numbers by period, of which nothing says that they are customers' or cost pools' ({heads})"


def _says(facts: ColumnFacts, table: str, column: str) -> bool:
    return score_header(table, column, facts.header) >= PLAIN and facts.share("text", "number") > 0.8


def _upper(values: Sequence[ColumnFacts], periods: Periods) -> list[str]:
    """Give what stands in levels of the header above the periods."""
    return list(dict.fromkeys(text for facts in values for text in facts.header[:-1]))[:6]


def _company_lines(left: Sequence[ColumnFacts]) -> float:
    """Share of labels that are lines of a company's statements."""
    shares = []
    for facts in left:
        texts = [str(value) for value in facts.sample if is_text(value)]
        if texts:
            shares.append(sum(listed("company_lines", "words", text) for text in texts) / len(texts))
    return max(shares, default=0.0)


def _customer_column(left: Sequence[ColumnFacts], setting: Setting) -> tuple[ColumnFacts | None, bool, str]:
    """Find the column of customers left of periods, whether it is sure to hold ids, and why."""
    known = [(facts.known_share(setting.ids), facts) for facts in left]
    share, best = max(known, key=lambda pair: pair[0])
    if share >= _LABEL_SHARE:
        return best, True, f"{share:.0%} of its ids are on the customer list"
    scored = [(score_header("Transactions", "customer_id", facts.header), facts) for facts in left if facts.sample]
    if not scored:
        return None, False, ""
    score, column = max(scored, key=lambda pair: pair[0])
    if score >= SURE and column.whole:
        return column, share > 0 or not setting.ids, f'header "{join_levels(column.header)}"'
    if score >= PLAIN:
        return column, column.code_like >= 0.95 and not setting.ids, f'header "{join_levels(column.header)}"'
    if any(says_title("Customers", text) for text in setting.texts) and not any(facts.header for facts in left):
        return left[0], False, "a title speaks of customers"
    name = next((facts for facts in left if score_header("Customers", "name", facts.header) >= SURE), None)
    if name is not None and any(says_title("Customers", text) for text in (*setting.texts, *name.header)):
        return name, False, f'header "{join_levels(name.header)}"'
    return None, False, ""


def _customers_across(
    seen: _Seen,
    periods: Periods,
    customer: ColumnFacts,
    sure: bool,
    why: str,
    left: Sequence[ColumnFacts],
    values: Sequence[ColumnFacts],
    texts: str,
) -> tuple[TableMap | None, str]:
    """Make documents of amounts by customer and period."""
    questions: list[str] = []
    sales, neither = says("money", "sales", texts), _not_sales(texts)
    if neither and not sales:
        if neither not in ("orders", "units", "volume", "quantity", "hours", "tickets", "visits", "usage"):
            return None, f"{neither} by customer and period, not sales"
        questions.append(
            f"is this {neither!r} of customers by period a driver of cost, and what is it called on Ledger pools?"
        )
        return _quantities_across(seen, periods, customer, sure, why, neither, questions), ""
    if neither:
        questions.append(f"are these amounts net sales without tax, or {neither!r}?")
    money_format = any(_is_currency(code) for facts in values[:3] for code in facts.formats(4))
    if not sales:
        said = "are money" if money_format else "say nothing of themselves"
        questions.append(f"the numbers of customers by period {said}: are they net sales without tax?")
    if not sure:
        questions.append(f"{place(customer)}: are these the ids of the customers?")
    others = [f for f in left if f is not customer and score_header("Transactions", "customer_id", f.header) >= SURE]
    if others:
        questions.append(f"{place(customer)} or {place(others[0])}: which of them is the customer's id?")
    formulas = sum(facts.formulas for facts in values) / len(values)
    if formulas > 0.5:
        questions.append(
            f"{formulas:.0%} of the amounts are formulas: are they data, or a report of rows that stand elsewhere?"
        )
    if sum(number < 0 for facts in values for number in facts.numbers) > 0.5 * max(
        1, sum(len(f.numbers) for f in values)
    ):
        questions.append("most amounts are negative: are sales negative here?")
    if customer.repeated:
        questions.append(f"{place(customer)}: {len(customer.repeated):,} customers have several rows: do they add up?")
    return _across_map(
        seen, periods, "Transactions", "date", "net_amount", customer, sure, why, left, values, questions
    ), ""


def _not_sales(texts: str) -> str:
    found = says("money", "neither", texts)
    if found in ("tax", "vat", "incl") and any(
        word in texts.casefold() for word in ("excl", "without", "net of", "ex vat", "before")
    ):
        return ""
    return found


def _is_currency(code: str) -> bool:
    return any(sign in code for sign in "€$£") or any(
        word in code.upper() for word in ("EUR", "USD", "GBP", "CHF", "RP")
    )


def _quantities_across(
    seen: _Seen, periods: Periods, customer: ColumnFacts, sure: bool, why: str, driver: str, questions: list[str]
) -> TableMap:
    values = [facts for facts in seen.columns if facts.at in periods.columns]
    left = [facts for facts in seen.columns if facts.at < periods.first_column]
    made = _across_map(seen, periods, "Drivers", "period", "quantity", customer, sure, why, left, values, questions)
    return replace(made, fixed={"driver": driver}, scale=1.0)


def _costs_across(
    seen: _Seen,
    periods: Periods,
    pool: ColumnFacts | None,
    account: ColumnFacts | None,
    left: Sequence[ColumnFacts],
    values: Sequence[ColumnFacts],
    texts: str,
) -> tuple[TableMap | None, str]:
    """Make cost pools of accounts by period."""
    label = pool or next((facts for facts in left if facts.share("text") > 0.5), left[0])
    questions = ["what is the treatment of these costs: retention, acquisition, sustaining or unallocated?"]
    if pool is None and not (account is not None and label is not account):
        questions.append(f"{place(label)}: are these rows cost pools?")
    neither = {word for word in ("budget", "forecast", "plan", "target") if word in texts.casefold().split()}
    if neither:
        questions.append(f"are these costs {' or '.join(sorted(neither))}, and not actual ones?")
    made = _across_map(
        seen, periods, "Ledger pools", "period", "amount", label, True, "its rows are costs", left, values, questions
    )
    sign, said, asked = sign_of_costs(values)
    columns = [replace(made.columns[0], column="pool")]
    if account is not None and account is not label:
        columns.append(_column("gl_account", account, 0.95, f'header "{join_levels(account.header)}"'))
    else:
        columns = [*columns]
        questions_more = (f"which account of the ledger is each row of {place(label)}? Its label could stand for it",)
        made = replace(made, questions=(*made.questions, *questions_more))
    driver = next((facts for facts in left if _says(facts, "Ledger pools", "driver") and facts is not label), None)
    if driver is not None:
        columns.append(_column("driver", driver, 0.95, f'header "{join_levels(driver.header)}"'))
    return replace(
        made, columns=tuple(columns), sign=sign, evidence=(*made.evidence, *said), questions=(*made.questions, *asked)
    ), ""


def _column(name: str, facts: ColumnFacts, confidence: float, why: str) -> ColumnMap:
    return ColumnMap(column=name, at=facts.at, header=join_levels(facts.header), confidence=confidence, evidence=(why,))


def _across_map(
    seen: _Seen,
    periods: Periods,
    table: str,
    date: str,
    value: str,
    identity: ColumnFacts,
    sure: bool,
    why: str,
    left: Sequence[ColumnFacts],
    values: Sequence[ColumnFacts],
    questions: Sequence[str],
) -> TableMap:
    block = seen.block
    unit = unit_of(block, values, [facts for facts in left if facts is not identity])
    after = [facts.at for facts in seen.columns if facts.at > periods.last_column]
    confidence = 0.95 if sure else _ASKED
    asked = [*questions, *periods.questions, *seen.apart.questions, *unit.questions, *_of_sheet(block)]
    kind = TABLES[table]["customer_id"].name if table != "Ledger pools" else "pool"
    return TableMap(
        table=table,
        sheet=block.sheet.name,
        header_row=block.header_row,
        first_row=block.first_row,
        last_row=None if block.open else block.last_row,
        columns=(_column(kind, identity, confidence, why),),
        across=Across(
            row=periods.row,
            first_column=periods.first_column,
            last_column=periods.last_column if after or block.area.last_column < block.sheet.width else None,
            headings=periods.headings,
            date=date,
            value=value,
            first_period=periods.first_period,
            heading=cell_text(periods.heading),
        ),
        excel_table=block.excel_table,
        skip=_skipped(seen),
        scale=unit.scale,
        confidence=confidence,
        evidence=(*periods.evidence, *seen.apart.evidence, *unit.evidence),
        questions=tuple(dict.fromkeys(asked)),
    )


# --- all tables together ----------------------------------------------------------------------------------------------


def _compared(tables: Sequence[TableMap], seen: Sequence[_Seen]) -> list[TableMap]:
    """Ask where several blocks would be the same table and may hold the same rows."""
    by_table: dict[str, list[int]] = {}
    for number, table in enumerate(tables):
        by_table.setdefault(table.table, []).append(number)
    made = list(tables)
    for name, numbers in by_table.items():
        if len(numbers) < 2:
            continue
        for number in numbers:
            others = [tables[other] for other in numbers if other != number]
            if name != "Customers" and all(_apart_in_time(tables[number], other, seen) for other in others):
                continue
            places = ", ".join(dict.fromkeys(_place_of(other) for other in others))
            asked = (
                f"{_place_of(tables[number])} looks like {name}, and so does {places}: which counts, or do they add up?"
            )
            made[number] = replace(made[number], questions=(*made[number].questions, asked))
    return made


def _place_of(table: TableMap) -> str:
    first = min((column.at for column in table.columns), default=1)
    return f"sheet {table.sheet}, {address(table.header_row or table.first_row, first)}"


def _apart_in_time(one: TableMap, other: TableMap, seen: Sequence[_Seen]) -> bool:
    """Tell whether two blocks have rows of different times, or different keys, so that they add up."""
    if one.across is not None or other.across is not None:
        return False
    spans = [_span(table, seen) for table in (one, other)]
    if spans[0] is None or spans[1] is None:
        return False
    return spans[0][1] < spans[1][0] or spans[1][1] < spans[0][0]


def _span(table: TableMap, seen: Sequence[_Seen]) -> tuple[dt.date, dt.date] | None:
    names = ("date", "invoice_date", "period", "opened")
    at = next((column.at for column in table.columns if column.column in names), None)
    for each in seen:
        block = each.block
        if (
            at is not None
            and block.sheet.name == table.sheet
            and block.first_row == table.first_row
            and at in block.columns
        ):
            days = [
                value.date() if isinstance(value, dt.datetime) else value
                for row in range(block.first_row, block.last_row + 1)
                if isinstance(value := block.sheet.cell(row, at), dt.date)
            ]
            return (min(days), max(days)) if days else None
    return None


def _settled(table: TableMap) -> TableMap:
    """Make confidence and questions agree: below SURE something is asked, and what is asked is below SURE."""
    if table.questions:
        return replace(table, confidence=min(table.confidence, _ASKED))
    if table.confidence < SURE:
        weakest = min(table.columns, key=lambda column: column.confidence)
        asked = f'{_place_of(table)}: is the column "{weakest.header}" really {weakest.column}?'
        return replace(table, questions=(asked,))
    return table
