"""
How well columns of a block are columns of a contract table, by their headers and by their cells.

Scores go from 0 to 1. What only words say is not believed against the cells, and what only cells say is never sure.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import INPUT_TABLES, Blank, Column, Kind, Table
from workbook_templates.addresses import address
from workbook_templates.mapping.blocks import Block
from workbook_templates.mapping.columns import ColumnFacts
from workbook_templates.mapping.model import SURE
from workbook_templates.mapping.synonyms import (
    EXACT,
    NEAR,
    PLAIN,
    WEAK,
    fold,
    is_known,
    join_levels,
    options,
    says,
    says_title,
    score_header,
    table_words,
    tokens,
)

__all__ = ["Candidate", "Match", "Setting", "candidates", "place"]

_POSSIBLE: Final = 0.55
"""Score from which a column is thought of at all."""
_FIRM: Final = frozenset(
    {"industry", "employees", "website", "naics", "sic", "branche", "mitarbeiter", "effectif", "empleados"}
)
"""Words of headers in lists of what customers are, rather than of what they buy."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_TAX: Final = frozenset({"vat", "tax", "mwst", "ust", "tva", "iva", "btw", "ppn", "gst"})
_COSTS: Final = frozenset({"discount", "returns", "cogs", "freight_in", "freight_out", "commission", "supplier_rebate"})
_ACCOUNT: Final = frozenset({"account", "konto", "compte", "cuenta", "rekening", "akun", "a", "c"})
_CUSTOMER: Final = frozenset(
    {
        "customer",
        "client",
        "kunde",
        "kunden",
        "klant",
        "klanten",
        "cliente",
        "clientes",
        "pelanggan",
        "debitor",
        "debiteur",
        "crm",
        "kundennummer",
    }
)
_OF_CUSTOMERS: Final = frozenset(
    {"owner", "manager", "tier", "since", "invoice", "billing", "plan", "segment", "parent", "rep"}
)
"""Words that stand beside accounts that are customers."""
_SOME: Final = 0.7
"""Score of a column from which it counts as one of those of which a table needs any."""
_CENTS: Final = 0.02
"""How far rounding takes net, tax and gross apart."""
_BY_CELLS: Final = 0.45
"""Score of a column that only its cells speak for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """
    What is known around a block.

    Attributes
    ----------
    ids : frozenset of str
        The ids of the customer list, where one was found.
    headers : tuple of str
        All headers of the block.
    texts : tuple of str
        Name of the sheet and titles.
    """

    ids: frozenset[str] = frozenset()
    headers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


class Match(NamedTuple):
    """A column of a sheet as one of the contract."""

    column: str
    at: int
    score: float
    evidence: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """
    A block as a table of the contract.

    Attributes
    ----------
    table : Table
        The table.
    matches : tuple of Match
        Its columns.
    fit : float
        By which candidates for one block are compared.
    evidence, questions : tuple of str
        In words.
    """

    table: Table
    matches: tuple[Match, ...]
    fit: float
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = field(default=())

    def at(self, column: str) -> int | None:
        """Give the sheet's column of one of the contract."""
        return next((match.at for match in self.matches if match.column == column), None)


def place(facts: ColumnFacts) -> str:
    """Name a column for a question: its cell and what it says."""
    row = facts.block.header_row or facts.block.first_row
    said = join_levels(facts.header)
    return f'{address(row, facts.at)} "{said}"' if said else f"column {address(row, facts.at)}"


class _Needs(NamedTuple):
    """Columns without which a block is not the table."""

    essential: tuple[str, ...]
    one_of: tuple[str, ...]
    key_of: tuple[str, ...]


def _needs(table: Table) -> _Needs:
    words = table_words(table.name)
    if words is not None:
        return _Needs(words.essential, words.needs_one, words.needs_key)
    required = tuple(column.name for column in table if column.required and column.blank is Blank.STOP)
    rest = tuple(column.name for column in table if column.name not in required)
    return _Needs(required, rest if len(required) < 3 else (), ())


def candidates(block: Block, columns: Sequence[ColumnFacts], setting: Setting) -> list[Candidate]:
    """
    Give the tables that a block of rows can be, the likeliest first.

    Parameters
    ----------
    block : Block
        The block.
    columns : sequence of ColumnFacts
        Its columns.
    setting : Setting
        What is known around it.
    """
    spoken = {table for facts in columns for table, _ in options(facts.header)} | {"Transactions"}
    found = (_candidate(table, block, columns, setting) for table in INPUT_TABLES if table.name in spoken)
    return sorted((each for each in found if each), key=lambda each: -each.fit)


def _candidate(table: Table, block: Block, columns: Sequence[ColumnFacts], setting: Setting) -> Candidate | None:
    needs = _needs(table)
    titled = any(says_title(table.name, text) for text in setting.texts)
    scored = {
        (name, facts.at): match
        for facts in columns
        for (owner, name), _ in options(facts.header).items()
        if owner == table.name and (match := _match(table, table[name], facts, setting, titled)) is not None
    }
    if not scored and table.name != "Transactions":
        return None
    chosen = _assigned(scored, needs)
    by_cells = _by_cells(table, needs, columns, chosen, setting, titled)
    chosen |= by_cells
    if table.name == "Customers" and "customer_id" in chosen and _mostly_repeated(columns, chosen["customer_id"].at):
        return None
    told = titled or any(_CUSTOMER.intersection(tokens(head)) for head in setting.headers)
    if table.name == "Customers" and "customer_id" in chosen and chosen["customer_id"].score <= WEAK and not told:
        return None  # a list of ids and names of anything
    if table.name == "Transactions":
        chosen = _net_by_tax(chosen, columns)
    missing = [name for name in needs.essential if name not in chosen]
    questions: list[str] = []
    if missing:
        sure = [name for name in needs.essential if name in chosen and chosen[name].score >= PLAIN]
        most = max(1, len(needs.essential) - 3)
        if len(missing) > most or (len(sure) < 2 and not by_cells) or table_words(table.name) is None:
            return None
        if missing == ["customer_id"] and any(says("purposes", "suppliers", head) for head in setting.headers):
            return None
        questions.extend(_where_is(table, name, columns, chosen) for name in missing)
    for group in (needs.one_of, needs.key_of):
        if (
            group
            and not any(name in chosen and chosen[name].score >= _SOME for name in group)
            and not (group is needs.one_of and titled and not missing and len(columns) <= 4)
        ):
            return None
    if not any(match.score > NEAR for match in chosen.values()) and not by_cells:
        return None
    if table_words(table.name) is None and not _is_ours(table, chosen, columns, setting):
        return None
    kept, notes = _optional(table, needs, chosen, columns)
    notes += _said_but_not_so(table, columns, {match.at for match in kept.values()}, kept)
    rivals = list(_rivals(table, kept, scored, columns, setting))
    questions += rivals
    questions += [match.question for match in kept.values() if match.question]
    if by_cells:
        questions.append(_only_cells(table, by_cells, columns))
    weights = dict.fromkeys(needs.essential, 2.0)
    fit = sum(weights.get(name, 1.0) * match.score for name, match in kept.items())
    fit += 1.5 * titled - 0.2 * (len(columns) - len(kept)) - 1.0 * len(missing) - 0.5 * len(by_cells)
    return Candidate(
        table=table,
        matches=tuple(sorted(kept.values(), key=lambda match: match.at)),
        fit=fit,
        evidence=tuple(notes),
        questions=tuple(dict.fromkeys(questions)),
    )


def _is_ours(table: Table, chosen: Mapping[str, Match], columns: Sequence[ColumnFacts], setting: Setting) -> bool:
    """Tell whether a block with the contract's own headings is that table: ID and Name may head anything."""
    sure = {name for name, match in chosen.items() if match.score >= SURE}
    if len(sure) < 0.6 * len(columns):
        return False
    if table.name == "Assumptions":
        facts = next(facts for facts in columns if facts.at == chosen["id"].at)
        return facts.known_share(frozenset(REGISTER)) >= 0.5
    named = any(fold(name) in fold(text) for name in (table.name, table.excel_name) for text in setting.texts)
    required = {column.name for column in table if column.required}
    return named or (len(required) >= 3 and required <= sure)


def _mostly_repeated(columns: Sequence[ColumnFacts], at: int) -> bool:
    """Tell whether ids come again and again, as those of documents do."""
    facts = next(facts for facts in columns if facts.at == at)
    return len(facts.keys) > 3 and len(set(facts.keys)) < 0.6 * len(facts.keys)


# --- one column -------------------------------------------------------------------------------------------------------


def _match(table: Table, column: Column, facts: ColumnFacts, setting: Setting, titled: bool) -> Match | None:
    """Score one column of a sheet as one of the contract."""
    words = score_header(table.name, column.name, facts.header)
    if words < _POSSIBLE:
        return None
    words, why = _decided(table, column, facts, setting, titled, words)
    fit, said, question = _cells_fit(column, facts)
    if (
        (table.name, column.name) == ("Invoices", "amount")
        and not question
        and _plain_amount_beside_tax(facts, setting)
    ):
        question = "is this the amount with sales tax? There is a column for the tax"
    score = words * fit
    if score < _POSSIBLE and not (words >= SURE and question):
        return None
    shown = join_levels(facts.header)
    evidence = (f'header "{shown}"' + ("" if words >= SURE else " may mean it"), *why, *said)
    return Match(column.name, facts.at, score, evidence, f"{place(facts)}: {question}" if question else "")


def _may_be_ledger(facts: ColumnFacts, setting: Setting, table: Table) -> bool:
    """Tell whether a header says an account, and nothing around says that it is one of customers."""
    said = set(tokens(facts.header[-1]))
    if not said & _ACCOUNT or "id" in said or said & _CUSTOMER:
        return False
    around = {word for text in (*setting.headers, *setting.texts) for word in tokens(text)}
    return not around & (_CUSTOMER | _FIRM | _OF_CUSTOMERS) and table.name in ("Customers", "Transactions", "Drivers")


def _plain_amount_beside_tax(facts: ColumnFacts, setting: Setting) -> bool:
    """Tell whether an amount does not say that it is with tax, where the tax stands in a column of its own."""
    amount = score_header("Transactions", "net_amount", facts.header) > 0
    return amount and any(_TAX.intersection(fold(head).split()) for head in setting.headers)


def _decided(
    table: Table, column: Column, facts: ColumnFacts, setting: Setting, titled: bool, words: float
) -> tuple[float, tuple[str, ...]]:
    """Let the cells decide what a header of two meanings means: Customer, ID, Month."""
    identity = column.name == "customer_id"
    ledger = _may_be_ledger(facts, setting, table)
    known = facts.known_share(setting.ids) if identity and table.name != "Customers" else 0.0
    why = (f"{known:.0%} of its ids are on the customer list",) if known >= 0.5 else ()
    if identity and words < EXACT:
        if known >= 0.9:
            return EXACT, why
        if (
            facts.code_like >= 0.95
            and not ledger
            and (words == PLAIN or (titled and not facts.repeated and table.name == "Customers"))
        ):
            return 0.95, (*why, "its cells look like ids")
        return min(words, WEAK), why
    if identity and words >= PLAIN and known < 0.5 and ledger:
        return WEAK, (*why, "it may be an account of the ledger as well")
    if column.name == "name" and words == PLAIN:
        return (NEAR, ()) if facts.code_like >= 0.5 else (0.95, ("its cells look like names",))
    if column.name == "annual_revenue" and _FIRM.intersection(
        text for head in setting.headers for text in fold(head).split()
    ):
        return WEAK, ("a list from a CRM may say the customer's own turnover",)
    if words == WEAK and (table.name, column.name) == ("Transactions", "date") and facts.share("date") == 1.0:
        return 0.95, ()
    if identity and setting.ids and 0 < known < 0.2 and table.name != "Customers":
        return 0.8, (*why, f"only {known:.0%} of its ids are on the customer list")
    return words, why


def _cells_fit(column: Column, facts: ColumnFacts) -> tuple[float, tuple[str, ...], str]:
    """Score the cells of a column for a kind: how far they fit, evidence, and a question where it is not clear."""
    if not facts.sample:
        return (0.3, (), "") if column.required and column.blank is Blank.STOP else (0.92, ("all cells are blank",), "")
    return _FITS[column.kind](column, facts)


_Fit = tuple[float, tuple[str, ...], str]


def _fit_id(column: Column, facts: ColumnFacts) -> _Fit:
    if facts.share("date", "date as text", "logical") > 0.1 or not facts.whole:
        return 0.0, (), ""
    return 1.0, (), ""


def _fit_text(column: Column, facts: ColumnFacts) -> _Fit:
    texts = facts.share("text", "number as text", "date as text")
    if texts >= 0.8:
        return 1.0, (), ""
    return (
        (0.9, (), "")
        if facts.share("number", "text") >= 0.9 and facts.whole and facts.share("date") == 0
        else (0.0, (), "")
    )


def _fit_date(column: Column, facts: ColumnFacts) -> _Fit:
    dates, texts = facts.share("date"), facts.share("date as text")
    if dates >= 0.9:
        return 1.0, ("its cells are dates",), ""
    if dates + texts >= 0.8:
        shown = next((str(value) for value in facts.sample if isinstance(value, str)), "")
        which = "day or month first" if facts.ambiguous_dates else "which day is meant"
        return 0.7, (), f"dates are typed as text, such as {shown!r}: {which}? Turn them into dates"
    if facts.share("number") >= 0.9 and facts.whole and all(19_000 < each < 80_000 for each in facts.numbers):
        return 0.7, (), "are these numbers dates? Give the cells a date format"
    if facts.share("number") >= 0.9 and facts.whole and all(19_000_101 <= each <= 21_001_231 for each in facts.numbers):
        return 0.7, (), "dates are numbers such as 20250131: turn them into dates"
    if dates >= 0.5:
        return 0.8, (), "some cells are no dates: put them right"
    return 0.0, (), ""


def _fit_number(column: Column, facts: ColumnFacts) -> _Fit:
    numbers, texts = facts.share("number", "error"), facts.share("number as text")
    if numbers >= 0.95:
        if column.kind is Kind.MONEY and len(facts.numbers) > 2 and any(facts.numbers):
            if all(abs(number) <= 1 for number in facts.numbers):
                return 0.0, (), ""  # a rate
            if column.name in _COSTS and sum(number < 0 for number in facts.numbers) > 0.5 * len(facts.numbers):
                return 0.85, (), "amounts are negative, and are wanted positive: turn them round"
        low = sum(number < column.low for number in facts.numbers)
        if low > 0.2 * len(facts.numbers):
            return 0.8, (), "numbers are negative: is that so?"
        return 1.0, (f"{facts.share('number'):.0%} of its cells are numbers",), ""
    if numbers + texts >= 0.9:
        return 0.75, (), "numbers are typed as text: turn them into numbers"
    if numbers >= 0.7:
        return 0.85, (), "some cells are no numbers: put them right"
    return 0.0, (), ""


def _fit_count(column: Column, facts: ColumnFacts) -> _Fit:
    score, said, question = _fit_number(column, facts)
    outside = any(not column.low <= number <= column.high for number in facts.numbers)
    if score and (not facts.whole or outside):
        return 0.7, said, question or "are these counts as wanted?"
    return score, said, question


def _fit_share(column: Column, facts: ColumnFacts) -> _Fit:
    score, said, question = _fit_number(column, facts)
    if score and any(not column.low <= number <= column.high for number in facts.numbers):
        return 0.7, said, "are these percents typed as whole numbers? Shares go from 0% to 100%"
    return score, said, question


def _fit_choice(column: Column, facts: ColumnFacts) -> _Fit:
    words = [str(value).strip().casefold() for value in facts.sample]
    hits = sum(word in column.choices for word in words) / len(words)
    return (1.0, ("its words are those of the contract",), "") if hits >= 0.98 else (0.0, (), "")


def _fit_flag(column: Column, facts: ColumnFacts) -> _Fit:
    return (1.0, (), "") if facts.share("number") == 1.0 and set(facts.numbers) <= {0.0, 1.0} else (0.0, (), "")


def _fit_any(column: Column, facts: ColumnFacts) -> _Fit:
    return 1.0, (), ""


_FITS: Final = {
    Kind.ID: _fit_id,
    Kind.TEXT: _fit_text,
    Kind.CHOICE: _fit_choice,
    Kind.DATE: _fit_date,
    Kind.MONEY: _fit_number,
    Kind.NUMBER: _fit_number,
    Kind.COUNT: _fit_count,
    Kind.SHARE: _fit_share,
    Kind.FLAG: _fit_flag,
    Kind.ANY: _fit_any,
}


# --- all columns ------------------------------------------------------------------------------------------------------


def _assigned(scored: Mapping[tuple[str, int], Match], needs: _Needs) -> dict[str, Match]:
    """Give each column of the contract at most one of the sheet and the other way round, the best pairs first."""
    chosen: dict[str, Match] = {}
    taken: set[int] = set()

    def order(match: Match) -> tuple[float, bool, str, int]:
        return (-round(match.score, 2), match.column not in needs.essential, _later_first(match.evidence[0]), match.at)

    for match in sorted(scored.values(), key=order):
        if match.column not in chosen and match.at not in taken:
            chosen[match.column] = match
            taken.add(match.at)
    for name in needs.essential:  # what cannot be done without comes before what is nice to have
        could = [match for match in scored.values() if match.column == name]
        if name not in chosen and could:
            best = max(could, key=lambda match: match.score)
            holder = next((other for other, match in chosen.items() if match.at == best.at), "")
            if holder not in needs.essential:
                chosen.pop(holder, None)
                chosen[name] = best
    return chosen


def _later_first(header: str) -> str:
    """Order headers that differ by the year: the latest first."""
    return "".join(chr(126 - ord(sign) + 32) for sign in "".join(_YEAR.findall(header)))


def _by_cells(
    table: Table,
    needs: _Needs,
    columns: Sequence[ColumnFacts],
    chosen: Mapping[str, Match],
    setting: Setting,
    titled: bool,
) -> dict[str, Match]:
    """Find columns without a known header by their cells alone, where only one column can be it."""
    if table.name not in ("Customers", "Transactions", "Invoices"):
        return {}
    missing = [name for name in needs.essential if name not in chosen]
    if not missing:
        return {}
    taken = {match.at for match in chosen.values()}
    free = [
        facts
        for facts in columns
        if facts.at not in taken and not any(is_known(text) for text in facts.header) and facts.sample
    ]
    found: dict[str, Match] = {}
    for name in missing:
        fitting = [facts for facts in free if _alone_fits(table, table[name], facts, setting)]
        if not fitting:
            return {}
        if len(fitting) > 1:
            continue  # asked about
        free.remove(fitting[0])
        found[name] = Match(name, fitting[0].at, _BY_CELLS, ("only its cells speak for it",))
    if table.name == "Customers":
        return found if titled else {}
    heads = [facts for facts in columns if facts.header]
    known = sum(any(is_known(text) for text in facts.header) for facts in heads)
    if heads and known > len(heads) / 3 and not any(facts.known_share(setting.ids) > 0.5 for facts in columns):
        return {}  # the language is known, and these headers say something else
    backed = titled or bool(chosen) or any(facts.known_share(setting.ids) > 0.5 for facts in columns)
    return found if backed or table.name == "Transactions" else {}


def _alone_fits(table: Table, column: Column, facts: ColumnFacts, setting: Setting) -> bool:
    """Tell whether cells alone can be a column: ids on the list, dates, amounts."""
    if column.name == "customer_id":
        if table.name == "Customers":
            return facts.code_like >= 0.95 and not facts.repeated and facts.filled > 0.95 and len(facts.keys) > 2
        known = facts.known_share(setting.ids)
        return (
            known >= 0.8
            if setting.ids
            else facts.code_like >= 0.95 and bool(facts.repeated) and facts.share("text") > 0
        )
    if column.kind is Kind.DATE:
        return facts.share("date") >= 0.95
    if column.kind is Kind.MONEY:
        return facts.share("number") >= 0.95 and not facts.whole
    return column.kind is Kind.ID and facts.code_like >= 0.95 and not facts.repeated


def _optional(
    table: Table, needs: _Needs, chosen: Mapping[str, Match], columns: Sequence[ColumnFacts]
) -> tuple[dict[str, Match], list[str]]:
    """Keep what is needed or sure; of the rest, money is asked about and other columns are left out and named."""
    kept: dict[str, Match] = {}
    notes: list[str] = []
    by_at = {facts.at: facts for facts in columns}
    for name, match in chosen.items():
        if name in needs.essential or name in needs.key_of or match.score >= SURE:
            unsure = match.score < SURE and match.score > _BY_CELLS and not match.question
            asked = f"{place(by_at[match.at])}: is this {_wanted(table, name)}?" if unsure else match.question
            kept[name] = match._replace(question=asked)
        elif (table[name].kind is Kind.MONEY or _must(table, name)) and match.score >= NEAR:
            asked = match.question or f"{place(by_at[match.at])}: is this {_wanted(table, name)}?"
            kept[name] = match._replace(question=asked)
        else:
            notes.append(f"{place(by_at[match.at])} may be {name}, is not sure and is left out")
    return kept, notes


def _said_but_not_so(
    table: Table, columns: Sequence[ColumnFacts], used: set[int], kept: Mapping[str, Match]
) -> list[str]:
    """Name the columns whose headers say one of the contract, and whose cells are not such."""
    notes = []
    for facts in columns:
        for (owner, name), score in options(facts.header).items():
            wanted = owner == table.name and score == EXACT and name not in kept
            if wanted and facts.sample and facts.at not in used and _cells_fit(table[name], facts)[0] < _POSSIBLE:
                notes.append(f"{place(facts)} says {name}, but its cells are not such and it is left out")
    return notes


def _must(table: Table, name: str) -> bool:
    """Tell whether rows without the column are faults."""
    return table.name == "Retention" or (table[name].required and table[name].blank is Blank.STOP)


def _wanted(table: Table, name: str) -> str:
    column = table[name]
    return f"{name} ({column.help[:1].lower()}{column.help[1:]})"


def _rivals(
    table: Table,
    kept: Mapping[str, Match],
    scored: Mapping[tuple[str, int], Match],
    columns: Sequence[ColumnFacts],
    setting: Setting,
) -> Iterator[str]:
    """Ask where a second column speaks as well for it as the chosen one."""
    by_at = {facts.at: facts for facts in columns}
    for name, match in kept.items():
        if name in ("name", "owner"):
            continue  # they name, and decide nothing
        others = [
            other
            for (column, at), other in scored.items()
            if column == name and at != match.at and other.score >= min(match.score, EXACT) - 0.1
        ]
        used = {each.at: each for each in kept.values()}
        for other in others:
            taken = used.get(other.at)
            if taken is not None and taken.score >= other.score:
                continue
            if by_at[other.at].sample == by_at[match.at].sample:
                continue
            if name == "customer_id" and _told_apart(table, by_at[match.at], by_at[other.at], setting):
                continue
            yield f"{place(by_at[match.at])} or {place(by_at[other.at])}: which of them is {_wanted(table, name)}?"
    net, gross = kept.get("net_amount"), kept.get("gross_amount")
    if net is not None and gross is not None and table.excel_name not in setting.texts:
        yield from _gross_and_net(by_at[net.at], by_at[gross.at], columns, kept)


def _net_by_tax(chosen: Mapping[str, Match], columns: Sequence[ColumnFacts]) -> dict[str, Match]:
    """Tell net from gross by the tax beside them: what the tax adds up to gross is net, row by row."""
    net, gross = chosen.get("net_amount"), chosen.get("gross_amount")
    taxes = [facts.at for facts in columns if any(_TAX.intersection(fold(head).split()) for head in facts.header)]
    if net is None or gross is None:
        return dict(chosen)
    facts = next(facts for facts in columns if facts.at == net.at)
    rows = [row for row in facts.block.sampled(40) if row not in facts.apart]
    for tax in set(taxes) - {net.at, gross.at}:
        cells = [[facts.block.sheet.cell(row, at) for at in (net.at, tax, gross.at)] for row in rows]
        numbers = [[float(cell) for cell in row if isinstance(cell, int | float)] for row in cells]
        ties = all(len(row) == 3 and abs(row[0] + row[1] - row[2]) < _CENTS for row in numbers)
        if ties and any(row[1] for row in numbers):
            proven = net._replace(score=0.99, evidence=(*net.evidence, "with the tax it makes the gross"), question="")
            return {name: match for name, match in chosen.items() if name != "gross_amount"} | {"net_amount": proven}
    return dict(chosen)


def _told_apart(table: Table, chosen: ColumnFacts, other: ColumnFacts, setting: Setting) -> bool:
    """Tell whether the cells decide between two columns of ids."""
    if table.name == "Customers":
        return bool(other.repeated) and not chosen.repeated and len(other.repeated) > 0.1 * len(other.keys)
    return chosen.known_share(setting.ids) >= 0.8 and other.known_share(setting.ids) <= 0.2


def _gross_and_net(
    net: ColumnFacts, gross: ColumnFacts, columns: Sequence[ColumnFacts], kept: Mapping[str, Match]
) -> Iterator[str]:
    """Gross may be before discounts, or with tax: asked unless net is gross less discounts and returns."""
    less = [kept[name].at for name in ("discount", "returns") if name in kept]
    sheet = net.block.sheet
    rows = [row for row in net.block.sampled(40) if row not in net.apart]

    def number(row: int, at: int) -> float:
        value = sheet.cell(row, at)
        return float(value) if isinstance(value, int | float) else 0.0

    ties = all(
        abs(number(row, gross.at) - sum(abs(number(row, at)) for at in less) - number(row, net.at)) < 0.02
        for row in rows
    )
    if not (less and ties):
        yield (
            f"{place(net)} or {place(gross)}: which is the amount without sales tax, and is gross before discounts "
            "or with sales tax?"
        )


def _where_is(table: Table, name: str, columns: Sequence[ColumnFacts], chosen: Mapping[str, Match]) -> str:
    """Ask for a column that was not found, with those that it could be."""
    taken = {match.at for match in chosen.values()}
    column = table[name]
    could = [
        place(facts)
        for facts in columns
        if facts.at not in taken and facts.sample and _FITS[column.kind](column, facts)[0] >= 0.7
    ]
    choices = f" Could it be {' or '.join(could[:4])}?" if could else ""
    return f"no column was found for {_wanted(table, name)}: which is it?{choices}"


def _only_cells(table: Table, found: Mapping[str, Match], columns: Sequence[ColumnFacts]) -> str:
    by_at = {facts.at: facts for facts in columns}
    said = "; ".join(f"{place(by_at[match.at])} as {name}" for name, match in found.items())
    header = "the block has no header" if not columns[0].block.header_row else "the header's words are not known"
    return f"{header}, and by its cells it could be {table.name} with {said}: is it?"
