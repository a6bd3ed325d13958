"""What one money unit of a block is worth, and which way round its amounts are."""

from collections.abc import Sequence
from typing import NamedTuple

from workbook_templates.mapping.blocks import Block, is_text
from workbook_templates.mapping.columns import ColumnFacts
from workbook_templates.mapping.synonyms import scale_of

__all__ = ["Unit", "sign_of_costs", "unit_of"]

_NAMES = {1_000.0: "thousands", 1_000_000.0: "millions"}


class Unit(NamedTuple):
    """Scale with its reasons and what must be asked."""

    scale: float = 1.0
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def unit_of(block: Block, money: Sequence[ColumnFacts], other: Sequence[ColumnFacts] = ()) -> Unit:
    """
    Find out in what unit amounts are.

    Parameters
    ----------
    block : Block
        The block.
    money : sequence of ColumnFacts
        Its columns of amounts.
    other : sequence of ColumnFacts
        Columns left of them, of which one may say units.

    Notes
    -----
    A number format with a trailing comma only shows thousands: the cells hold the amounts in full.
    """
    if not money:
        return Unit()
    heads = {scale_of(" ".join(facts.header)) for facts in money}
    said = {scale for text in (*block.titles, block.sheet.name) if (scale := scale_of(text))}
    said |= {scale for facts in other for text in facts.header if (scale := scale_of(text))}
    said |= {
        scale
        for facts in other
        if facts.sample
        for value in facts.sample[:40]
        if is_text(value) and (scale := scale_of(str(value)))
    }
    formats = [code for facts in money[:4] for code in facts.formats()]
    shown = bool(formats) and sum(_shows_thousands(code) for code in formats) >= 0.8 * len(formats)
    inside = {scale for scale in heads if scale}
    scales = inside | said
    if not scales:
        return Unit(1.0, ("amounts are shown in thousands and held in full",) if shown else ())
    if len(scales) > 1 or (inside and None in heads):
        words = " and ".join(sorted(_NAMES[scale] for scale in scales))
        return Unit(max(scales), (), (f"are all amounts in {words}? The words do not agree on all columns",))
    scale = scales.pop()
    if shown:
        return Unit(1.0, (f"amounts are shown in {_NAMES[scale]} by their number format and held in full",))
    return Unit(scale, (f"words say that amounts are in {_NAMES[scale]}",))


def _shows_thousands(code: str) -> bool:
    return code.split(";")[0].rstrip(' "€$£)_-').endswith(",") or ",\\" in code.split(";")[0]


def sign_of_costs(money: Sequence[ColumnFacts]) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Tell whether costs are shown negative: the sign, evidence and questions."""
    numbers = [number for facts in money for number in facts.numbers if number]
    if not numbers:
        return 1, (), ()
    negative = sum(number < 0 for number in numbers) / len(numbers)
    if negative >= 0.9:
        return -1, ("costs are shown as negative amounts",), ()
    if negative > 0.3:
        return 1, (), (f"{negative:.0%} of the amounts are negative: are costs positive or negative here?",)
    return 1, (), ()
