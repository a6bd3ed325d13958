"""Tables of the contract from lists: a row for each record, or a column for each activity of customers."""

from collections.abc import Iterator, Mapping

from valuation.tables import Kind
from workbook_templates.mapping.blocks import is_text
from workbook_templates.mapping.columns import ColumnFacts
from workbook_templates.mapping.matching import Candidate, place
from workbook_templates.mapping.model import ColumnMap, TableMap
from workbook_templates.mapping.seen import ASKED, Seen, column_map, of_sheet
from workbook_templates.mapping.synonyms import join_levels, listed, says
from workbook_templates.mapping.units import sign_of_costs, unit_of

__all__ = ["driver_tables", "list_table"]


def list_table(seen: Seen, chosen: Candidate) -> TableMap:
    """
    Make the table of a list: a row for each record.

    Parameters
    ----------
    seen : Seen
        The block.
    chosen : Candidate
        The table that it is.
    """
    block = seen.block
    by_at = {facts.at: facts for facts in seen.columns}
    questions = [*chosen.questions, *seen.apart.questions, *of_sheet(block)]
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
            confidence=round(min(0.99, match.score if not match.question else min(match.score, ASKED)), 2),
            evidence=(*match.evidence, *_unique(chosen, match.column, by_at[match.at])),
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
        skip=seen.apart.labels,
        scale=unit.scale,
        sign=sign,
        confidence=min((column.confidence for column in columns), default=0.0),
        evidence=(_grain(seen, chosen), *chosen.evidence, *seen.apart.evidence, *unit.evidence, *said),
        questions=tuple(dict.fromkeys(questions)),
    )


def driver_tables(seen: Seen, chosen: Candidate) -> list[TableMap]:
    """
    Make drivers of a list of customers that has a column for each of several activities.

    Parameters
    ----------
    seen : Seen
        The block.
    chosen : Candidate
        The table that it would be otherwise.

    Returns
    -------
    list of TableMap
        One for each activity; empty when it is no such list.
    """
    at = chosen.at("customer_id")
    identity = next((facts for facts in seen.columns if facts.at == at), None)
    counted = [
        facts
        for facts in seen.columns
        if facts.header and listed("activities", "words", facts.header[-1]) and _is_count(facts)
    ]
    others = [match for match in chosen.matches if match.column not in ("customer_id", "name")]
    if identity is None or len(counted) < 2 or len(counted) < len(others):
        return []
    shown = ", ".join(repr(join_levels(facts.header)) for facts in counted[:6])
    questions = [
        f"are {shown} drivers of cost, counted for the twelve months to the as-of date, and called so on Ledger pools?",
        *seen.apart.questions,
        *of_sheet(seen.block),
    ]
    if identity.repeated:
        questions.append(f"{place(identity)}: {len(identity.repeated):,} customers have several rows: do they add up?")
    tables = []
    for facts in counted:
        columns = (
            column_map("customer_id", identity, 0.95, "its ids"),
            column_map("quantity", facts, ASKED, "an activity"),
        )
        tables.append(
            TableMap(
                table="Drivers",
                sheet=seen.block.sheet.name,
                header_row=seen.block.header_row,
                first_row=seen.block.first_row,
                last_row=None if seen.block.open else seen.block.last_row,
                columns=columns,
                excel_table=seen.block.excel_table,
                fixed={"driver": join_levels(facts.header)},
                skip=seen.apart.labels,
                confidence=ASKED,
                evidence=(f"{len(counted)} columns say what customers do", *seen.apart.evidence),
                questions=tuple(questions),
            )
        )
    return tables


def _is_count(facts: ColumnFacts) -> bool:
    return facts.share("number") >= 0.9 and all(number >= 0 for number in facts.numbers)


def _unique(chosen: Candidate, column: str, facts: ColumnFacts) -> tuple[str, ...]:
    """Say of a key whose values may stand only once that they do."""
    once = chosen.table.key == (column,) and len(facts.keys) > 1 and not facts.repeated
    return (f"all its {len(facts.keys):,} values are different",) if once else ()


def _grain(seen: Seen, chosen: Candidate) -> str:
    rows = seen.block.last_row - seen.block.first_row + 1 - len(seen.apart.rows)
    return f"{rows:,} rows, {chosen.table.grain}"


def _of_purpose(seen: Seen, chosen: Candidate) -> Iterator[str]:
    """Ask about what may be planned, old or called off, and not what happened."""
    if seen.block.excel_table == chosen.table.excel_name:
        return  # the workbook is one of ours
    purpose = next((word for text in seen.texts if (word := says("purposes", "words", text))), "")
    taxed = next((word for text in seen.texts if (word := says("purposes", "with_tax", text))), "")
    if chosen.table.name == "Transactions" and taxed:
        yield f"a title or the sheet's name says {taxed!r}: are the amounts without sales tax?"
    if chosen.table.name == "Retention" and any(says("purposes", "monthly", text) for text in seen.texts):
        yield "a title speaks of months: are these figures of a year?"
    if chosen.table.name == "Trial balance":
        yield "are these exactly the accounts that Ledger pools must contain in full?"
    deals = [facts for facts in seen.columns if listed("purposes", "opportunities", join_levels(facts.header))]
    if deals and chosen.table.name in ("Customers", "Transactions"):
        yield f"{place(deals[0])} speaks of opportunities: are these rows {chosen.table.name.casefold()}?"
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
