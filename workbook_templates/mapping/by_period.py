"""Tables of the contract from blocks with periods across: sales of customers, quantities of theirs, cost pools."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from valuation.tables import TABLES
from workbook_templates.mapping.across import Periods
from workbook_templates.mapping.blocks import is_text
from workbook_templates.mapping.columns import ColumnFacts
from workbook_templates.mapping.matching import Setting, place
from workbook_templates.mapping.model import SURE, Across, MappingError, TableMap
from workbook_templates.mapping.reading import cell_text, periods_across
from workbook_templates.mapping.seen import ASKED, Seen, column_map, company_lines, of_sheet
from workbook_templates.mapping.synonyms import PLAIN, join_levels, says, says_title, score_header
from workbook_templates.mapping.units import sign_of_costs, unit_of

__all__ = ["table_by_period"]

_LABEL_SHARE: Final = 0.8


def table_by_period(seen: Seen, periods: Periods, setting: Setting) -> tuple[TableMap | None, str]:
    """
    Make the table of a block with periods across.

    Parameters
    ----------
    seen : Seen
        The block.
    periods : Periods
        Its periods.
    setting : Setting
        What is known around it.

    Returns
    -------
    table : TableMap or None
        The table.
    why : str
        Why there is none; "" when the block may be a list all the same.
    """
    left = [facts for facts in seen.columns if facts.at < periods.first_column]
    values = [facts for facts in seen.columns if facts.at in periods.columns]
    if not left or not values:
        return None, ""
    if sum(facts.share("number", "error") * len(facts.sample) for facts in values) < 0.8 * sum(
        len(f.sample) for f in values
    ):
        return None, "" if any(facts.header for facts in left) else "periods across without numbers"
    customer, sure, why = _customer_column(left, setting)
    company = company_lines(left)
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


_SIGNS: Final = re.compile(
    r"(?i)\b(?:costs?|expenses?|kosten|aufwand|co[uû]ts?|charges|cost[eo]s|gastos|biaya)\b[^,;.()]{0,30}"
    r"\b(?:negativ\w*|n[eé]gati\w*|minus)\b"
)
"""What a title says of the signs of costs says nothing of what the numbers are."""


def _says(facts: ColumnFacts, table: str, column: str) -> bool:
    return score_header(table, column, facts.header) >= PLAIN and facts.share("text", "number") > 0.8


def _upper(values: Sequence[ColumnFacts], periods: Periods) -> list[str]:
    """Give what stands in levels of the header above the periods."""
    return list(dict.fromkeys(text for facts in values for text in facts.header[:-1]))[:6]


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
    seen: Seen,
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
    texts = _SIGNS.sub("", texts)
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
    seen: Seen, periods: Periods, customer: ColumnFacts, sure: bool, why: str, driver: str, questions: list[str]
) -> TableMap:
    values = [facts for facts in seen.columns if facts.at in periods.columns]
    left = [facts for facts in seen.columns if facts.at < periods.first_column]
    made = _across_map(seen, periods, "Drivers", "period", "quantity", customer, sure, why, left, values, questions)
    return replace(made, fixed={"driver": driver}, scale=1.0)


def _costs_across(
    seen: Seen,
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
        columns.append(column_map("gl_account", account, 0.95, f'header "{join_levels(account.header)}"'))
    else:
        columns = [*columns]
        questions_more = (f"which account of the ledger is each row of {place(label)}? Its label could stand for it",)
        made = replace(made, questions=(*made.questions, *questions_more))
    driver = next((facts for facts in left if _says(facts, "Ledger pools", "driver") and facts is not label), None)
    if driver is not None:
        columns.append(column_map("driver", driver, 0.95, f'header "{join_levels(driver.header)}"'))
    return replace(
        made, columns=tuple(columns), sign=sign, evidence=(*made.evidence, *said), questions=(*made.questions, *asked)
    ), ""


def _across_map(
    seen: Seen,
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
    confidence = 0.95 if sure else ASKED
    asked = [*questions, *periods.questions, *seen.apart.questions, *unit.questions, *of_sheet(block)]
    kind = TABLES[table]["customer_id"].name if table != "Ledger pools" else "pool"
    made = TableMap(
        table=table,
        sheet=block.sheet.name,
        header_row=block.header_row,
        first_row=block.first_row,
        last_row=None if block.open else block.last_row,
        columns=(column_map(kind, identity, confidence, why),),
        across=Across(
            row=periods.row,
            first_column=periods.first_column,
            last_column=periods.last_column,
            headings=periods.headings,
            date=date,
            value=value,
            first_period=periods.first_period,
            heading=cell_text(periods.heading),
        ),
        excel_table=block.excel_table,
        skip=seen.apart.labels,
        scale=unit.scale,
        confidence=confidence,
        evidence=(*periods.evidence, *seen.apart.evidence, *unit.evidence),
        questions=tuple(dict.fromkeys(asked)),
    )
    return _open_to_the_right(seen, periods, made)


def _open_to_the_right(seen: Seen, periods: Periods, made: TableMap) -> TableMap:
    """Let the next month be read, where no other columns could be taken for it."""
    sheet, across = seen.block.sheet, made.across
    assert across is not None
    opened = replace(across, last_column=None)
    after = any(facts.at > periods.last_column for facts in seen.columns)
    if after or seen.block.area.last_column < sheet.width:
        if across.first_period is not None:
            return made  # headings that do not say their year
        try:
            found = periods_across(sheet, made, opened)
        except MappingError:
            return made
        if tuple(found) != tuple(periods_across(sheet, made, across)):
            return made
    return replace(made, across=opened)
