"""Assumptions: cells beside a label that says one, and defined names."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from valuation.assumptions import ASSUMPTIONS, Assumption, Wanted
from workbook_templates.addresses import address
from workbook_templates.mapping.blocks import Block, is_blank, is_number, is_text
from workbook_templates.mapping.model import AssumptionMap
from workbook_templates.mapping.synonyms import EXACT, assumption_index, contrary, fold, scale_of, tokens
from workbook_templates.mapping.views import Rectangle, SheetView, WorkbookView
from workbook_templates.plan import Cell, CellError

__all__ = ["assumptions_in", "named_ranges", "start_dates"]

_DEPTH: Final = 400
_FEW: Final = 60
_REFERENCE: Final = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d{1,7})")
_RANGE: Final = re.compile(_REFERENCE.pattern + r":\$?([A-Z]{1,3})\$?(\d{1,7})")
_PREFIXES: Final = frozenset(
    {"a", "in", "inp", "input", "inputs", "cv", "asm", "assump", "assumption", "rng", "nm", "p", "param"}
)
_LIVE: Final = (
    "live",
    "active",
    "selected",
    "current",
    "used",
    "applied",
    "aktiv",
    "gewahlt",
    "actif",
    "activo",
    "actief",
)
_START: Final = (
    "start",
    "beginn",
    "debut",
    "inicio",
    "begin",
    "mulai",
    "first month",
    "startdatum",
    "begindatum",
    "erster monat",
)
_CURRENCY: Final = re.compile(
    r"AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PEN|PHP|PLN|RON|"
    r"SAR|SEK|SGD|THB|TRY|TWD|USD|VND|ZAR"
)
_PERCENT: Final = re.compile(r"%|\bpercent\b|\bpct\b|prozent|pour ?cent|por ?ciento|procent|persen", re.IGNORECASE)
_MONTHLY: Final = re.compile(
    r"/\s?mo|per month|monthly|pro monat|monatlich|mensuel|mensual|per maand|per bulan|/\s?m\b|p\.?m\.?$", re.IGNORECASE
)
_MONTHS: Final = re.compile(r"^(months?|monate?|mois|meses|mes|maanden|bulan|mo|mths?)$", re.IGNORECASE)


class _Found(NamedTuple):
    """A cell that may be an assumption."""

    id: str
    sheet: SheetView
    row: int
    column: int
    score: float
    unit: str
    name: str
    evidence: tuple[str, ...]
    questions: tuple[str, ...]


def assumptions_in(view: WorkbookView, blocks: Sequence[Block], series: Callable[[Block], bool]) -> list[AssumptionMap]:
    """
    Find the assumptions of a workbook.

    Parameters
    ----------
    view : WorkbookView
        The workbook.
    blocks : sequence of Block
        Blocks that are no table of the contract.
    series : callable
        Whether a block has periods across: its rows are no single values.

    Returns
    -------
    list of AssumptionMap
        One for each assumption; what is not sure has a question.
    """
    found = [*_by_names(view)]
    for block in blocks:
        if not series(block):
            found.extend(_by_labels(block))
    by_id: dict[str, list[_Found]] = {}
    for each in found:
        by_id.setdefault(each.id, []).append(each)
    return [made for key, cells in by_id.items() if (made := _one(ASSUMPTIONS[key], cells)) is not None]


def start_dates(view: WorkbookView, blocks: Sequence[Block]) -> list[dt.date]:
    """Give the dates beside labels or names that say when a model starts."""
    dates: list[dt.date] = []
    for block in blocks:
        for row in range(block.area.first_row, min(block.area.last_row, block.area.first_row + _FEW) + 1):
            line = block.sheet.rows[row - 1][block.area.first_column - 1 : block.area.last_column]
            text = next((str(value) for value in line if is_text(value)), "")
            if text and any(f" {word} " in f" {fold(text)} " for word in _START):
                dates.extend(_day(value) for value in line if isinstance(value, dt.date))
    for name, refers in view.names.items():
        if any(word in fold(name.replace("_", " ")) for word in ("start", "begin")) and (cell := _target(view, refers)):
            value = cell[0].cell(cell[1], cell[2])
            if isinstance(value, dt.date):
                dates.append(_day(value))
    return dates


def _day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _target(view: WorkbookView, refers: str) -> tuple[SheetView, int, int] | None:
    """Give the cell that a defined name is of; None for ranges, constants and sheets that are not there."""
    match = _REFERENCE.fullmatch(refers.lstrip("=").strip())
    if match is None:
        return None
    wanted = (match[1] or match[2]).replace("''", "'")
    sheet = next((each for each in view.sheets if each.name == wanted), None)
    if sheet is None:
        return None
    return sheet, int(match[4]), _number(match[3])


def named_ranges(view: WorkbookView) -> list[tuple[str, str, Rectangle]]:
    """Give the defined names of ranges of more than one cell, with their sheets and areas."""
    found = []
    for name, refers in view.names.items():
        match = _RANGE.fullmatch(refers.lstrip("=").strip())
        if match is not None:
            sheet = (match[1] or match[2]).replace("''", "'")
            corners = (int(match[4]), _number(match[3]), int(match[6]), _number(match[5]))
            found.append((name, sheet, Rectangle(*corners)))
    return found


def _number(letters: str) -> int:
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return column


def _by_names(view: WorkbookView) -> Iterator[_Found]:
    for name, refers in view.names.items():
        target = _target(view, refers)
        if target is None:
            continue
        words = fold(name.replace("_", " ").replace(".", " ")).split()
        while len(words) > 1 and words[0] in _PREFIXES:
            words = words[1:]
        sheet, row, column = target
        for key, score in assumption_index(" ".join(words)).items():
            unit = _unit_beside(sheet, row, column)
            yield from _judged(
                ASSUMPTIONS[key], sheet, row, column, score, unit, name, f'the name "{name}" says it', name
            )


def _by_labels(block: Block) -> Iterator[_Found]:
    sheet = block.sheet
    for row in range(block.area.first_row, min(block.area.last_row, block.area.first_row + _DEPTH) + 1):
        if row in block.levels and block.last_row > block.header_row > 0 and len(block.columns) > 2:
            continue
        line = sheet.rows[row - 1][block.area.first_column - 1 : block.area.last_column]
        cells = [(column, value) for column, value in enumerate(line, block.area.first_column) if not is_blank(value)]
        for place, (column, value) in enumerate(cells):
            if not is_text(value):
                continue
            scores = assumption_index(str(value))
            if not scores:
                continue
            beside = place > 0 and is_text(cells[place - 1][1]) and cells[place - 1][0] == column - 1
            if beside and max(scores.values()) < EXACT:
                continue  # a unit or a remark of the label before
            rest = cells[place + 1 :]
            for key, score in scores.items():
                wanted = ASSUMPTIONS[key]
                values, unit = _values(wanted, rest)
                if not values or len(values) > 6:  # many are a series, not an assumption
                    continue
                if len(values) > 1:
                    picked = _live(block, values)
                    asked = f"{address(row, column)} {str(value).strip()!r} has several values: which one counts?"
                    where = picked or values[0]
                    for each in _judged(
                        wanted,
                        sheet,
                        row,
                        where,
                        score,
                        unit,
                        "",
                        f'label "{str(value).strip()}"',
                        str(value),
                        block.titles,
                    ):
                        yield each._replace(questions=(*each.questions, asked))
                    continue
                yield from _judged(
                    wanted,
                    sheet,
                    row,
                    values[0],
                    score,
                    unit,
                    "",
                    f'label "{str(value).strip()}"',
                    str(value),
                    block.titles,
                )


def _values(wanted: Assumption, rest: Sequence[tuple[int, Cell]]) -> tuple[list[int], str]:
    """Give the columns of values right of a label, and the unit that stands between or after."""
    values: list[int] = []
    unit = ""
    words = wanted.wanted in (Wanted.TEXT, Wanted.WORD)
    for column, value in rest:
        if isinstance(value, CellError | bool):
            continue
        if is_number(value) or isinstance(value, dt.date):
            if not words or wanted.words:
                values.append(column)
        elif words and not values and _is_word(wanted, str(value)):
            values.append(column)
        elif len(str(value).strip()) <= 16 and not unit:
            unit = str(value).strip()
        else:
            break
    return values, unit


def _is_word(wanted: Assumption, text: str) -> bool:
    if wanted.id == "currency":
        return _CURRENCY.fullmatch(text.strip()) is not None
    return bool(wanted.words) and text.strip().casefold() in wanted.words


def _live(block: Block, values: Sequence[int]) -> int | None:
    for column in values:
        if any(word in tokens(text) for word in _LIVE for text in block.header(column)):
            return column
    return None


def _unit_beside(sheet: SheetView, row: int, column: int) -> str:
    for at in (column - 1, column + 1):
        value = sheet.cell(row, at)
        if is_text(value) and len(str(value).strip()) <= 8:
            return str(value).strip()
    return ""


def _judged(
    wanted: Assumption,
    sheet: SheetView,
    row: int,
    column: int,
    score: float,
    unit: str,
    name: str,
    why: str,
    label: str,
    titles: Sequence[str] = (),
) -> Iterator[_Found]:
    """Check a value against what is wanted; nothing when it cannot be it."""
    value = sheet.cell(row, column)
    if is_blank(value) or isinstance(value, CellError | bool):
        return
    questions: list[str] = []
    where = f"sheet {sheet.name}, {address(row, column)}"
    kind = wanted.wanted
    if kind == Wanted.DATE:
        if not isinstance(value, dt.date):
            return
    elif kind in (Wanted.TEXT, Wanted.WORD):
        if not is_text(value) or not _is_word(wanted, str(value)):
            return
    elif not is_number(value) or isinstance(value, dt.date):
        return
    if score < EXACT and contrary(_PERCENT.sub(" ", label)):
        return
    formula = (row, column) in sheet.formulas
    if score < EXACT:
        if formula:
            return  # a result that happens to be called so
        questions.append(f"{where}: is this {wanted.title!r} ({wanted.help[:1].lower()}{wanted.help[1:]})?")
    elif formula and kind not in (Wanted.DATE, Wanted.TEXT) and wanted.id != "discount_rate":
        questions.append(f"{where} is a formula: is it what is assumed as {wanted.title!r}, or a result?")
    if kind == Wanted.MONEY and scale_of(f"{sheet.name} {' '.join(titles)} {label} {unit}"):
        questions.append(f"{where}: words speak of thousands or millions; is {value} meant in full?")
    if kind in (Wanted.RATE, Wanted.SHARE) and (_MONTHLY.search(unit) or _MONTHLY.search(label)):
        questions.append(f"{where} is by the month, and {wanted.title!r} is wanted {wanted.unit}: convert it")
    if sheet.hidden:
        questions.append(f"sheet {sheet.name} is hidden: is its {wanted.title!r} to be used?")
    yield _Found(wanted.id, sheet, row, column, score, unit or _unit_in(label), name, (why,), tuple(questions))


def _unit_in(label: str) -> str:
    return "%" if _PERCENT.search(label) else ""


def _scaled(wanted: Assumption, found: _Found) -> tuple[float, list[str]]:
    """Give the factor for a cell, and what must be asked about it."""
    value = found.sheet.cell(found.row, found.column)
    if not is_number(value):
        return 1.0, []
    number = float(value)  # type: ignore[arg-type]
    where = f"sheet {found.sheet.name}, {address(found.row, found.column)}"
    if wanted.wanted in (Wanted.RATE, Wanted.SHARE):
        percent_format = "%" in found.sheet.number_format(found.row, found.column)
        if percent_format:
            pass
        elif 1 < abs(number) <= 100:
            if _PERCENT.search(found.unit):
                return 0.01, []
            return 0.01, [f"{where} is {number:g}: is that {number:g}%?"]
        elif number == 1 or (0 < abs(number) < 0.02 and _PERCENT.search(found.unit)):
            return 1.0, [f"{where} is {number:g}: is that {number:.0%} or {number:g}%?"]
        scaled = number
    elif wanted.wanted in (Wanted.HORIZON,) and _MONTHS.match(found.unit):
        return 1 / 12, []
    else:
        scaled = number
    if not wanted.low <= scaled <= wanted.high:
        return 1.0, [f"{where} is {number:g}, which {wanted.title!r} cannot be: is it another figure?"]
    return 1.0, []


def _one(wanted: Assumption, cells: Sequence[_Found]) -> AssumptionMap | None:
    """Choose among the cells that say one assumption; several cells are asked about."""
    best = max(cells, key=lambda each: (each.score, not each.questions, bool(each.name)))
    same = [
        each for each in cells if (each.sheet.name, each.row, each.column) == (best.sheet.name, best.row, best.column)
    ]
    name = next((each.name for each in same if each.name), "")
    equal = [each for each in cells if each.score >= best.score and each not in same]
    questions = list(best.questions)
    values = {best.sheet.cell(best.row, best.column)} | {each.sheet.cell(each.row, each.column) for each in equal}
    if equal and len(values) > 1:
        places = " or ".join(
            f"sheet {each.sheet.name}, {address(each.row, each.column)}" for each in [best, *equal][:4]
        )
        questions.append(f"{wanted.title!r} stands in {places}: which one counts?")
    scale, asked = _scaled(wanted, best)
    questions += asked
    quoted = best.sheet.name.replace("'", "''")
    return AssumptionMap(
        id=wanted.id,
        cell=name or f"'{quoted}'!{address(best.row, best.column)}",
        scale=scale,
        confidence=min(0.96, best.score) if not questions else min(0.7, best.score),
        evidence=tuple(dict.fromkeys(text for each in same for text in each.evidence)),
        questions=tuple(dict.fromkeys(questions)),
    )
