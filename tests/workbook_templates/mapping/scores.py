"""How well layouts are found: ``python -m tests.workbook_templates.mapping.scores`` prints a table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tests.workbook_templates.mapping.holdout import FOURTH, HOLDOUT, SECOND, THIRD
from tests.workbook_templates.mapping.layouts import LAYOUTS, Layout, Right
from workbook_templates.mapping.model import SURE, WorkbookMap
from workbook_templates.mapping.proposing import propose

__all__ = ["Score", "found_in", "score", "table_of"]


@dataclass(frozen=True)
class Score:
    """What was found of one layout."""

    name: str
    found: int
    right: int
    wanted: int
    wrong_and_sure: tuple[str, ...]
    """What is proposed without a question and is not right: the one failure."""
    not_asked: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


def found_in(mapping: WorkbookMap) -> Right:
    """All columns of a proposal; those of dates across are said by their values."""
    found = {
        (table.table, column.column, table.sheet, column.at) for table in mapping.tables for column in table.columns
    }
    found |= {(table.table, table.across.value, table.sheet, -1) for table in mapping.tables if table.across}
    return frozenset(found)


def score(name: str, layout: Layout) -> Score:
    mapping = propose(layout.view)
    found, wanted = found_in(mapping), layout.right
    cells = {("Assumptions", each.id, each.cell, 0) for each in mapping.assumptions}
    wanted_cells = {("Assumptions", key, cell, 0) for key, cell in layout.assumptions.items()}
    wrong = [
        f"{table.table} on {table.sheet}: {what}"
        for table in mapping.tables
        if table.confidence >= SURE
        for what in _wrong_columns(table.table, table.sheet, found, layout)
    ]
    wrong += [
        f"{each.id} in {each.cell}"
        for each in mapping.assumptions
        if each.confidence >= SURE and layout.assumptions.get(each.id) != each.cell
    ]
    asked = {table.table for table in mapping.tables if table.questions} | {
        a.id for a in mapping.assumptions if a.questions
    }
    return Score(
        name=name,
        found=len(found) + len(cells),
        right=len(found & wanted) + len(cells & wanted_cells),
        wanted=len(wanted) + len(wanted_cells),
        wrong_and_sure=tuple(wrong),
        not_asked=tuple(sorted(layout.asked - asked)),
        faults=tuple(_faults(mapping, layout, asked)),
    )


def _wrong_columns(table: str, sheet: str, found: Right, layout: Layout) -> list[str]:
    return [
        f"{column} from column {at}" for t, column, s, at in sorted(found - layout.right) if (t, s) == (table, sheet)
    ]


def _faults(mapping: WorkbookMap, layout: Layout, asked: set[str]) -> Iterable[str]:
    for name in sorted(layout.sure & asked):
        questions = [q for t in mapping.tables if t.table == name for q in t.questions]
        questions += [q for a in mapping.assumptions if a.id == name for q in a.questions]
        yield f"{name} is asked about: {questions}"
    for name, facts in layout.facts.items():
        for table in (table for table in mapping.tables if table.table == name):
            for attribute, wanted in facts.items():
                owner: object = table
                for part in attribute.split("."):
                    owner = getattr(owner, part, None)
                is_ = set(owner) if isinstance(wanted, set) and isinstance(owner, tuple) else owner
                if is_ != wanted:
                    yield f"{name}: {attribute} is {owner!r}, not {wanted!r}"


def table_of(layouts: Mapping[str, Callable[[], Layout]]) -> list[str]:
    """The scores as lines of a table, with a line for all together."""
    scores = [score(name, make()) for name, make in layouts.items()]
    lines = [f"{'layout':34} {'found':>6} {'right':>6} {'wanted':>6} {'precision':>10} {'recall':>7}  notes"]
    for each in scores:
        notes = [
            *(f"WRONG AND SURE: {text}" for text in each.wrong_and_sure),
            *(f"not asked: {text}" for text in each.not_asked),
            *each.faults,
        ]
        figures = f"{each.found:6} {each.right:6} {each.wanted:6} {each.precision:10.0%} {each.recall:7.0%}"
        lines.append(f"{each.name:34} {figures}  {'; '.join(notes)}")
    found, right, wanted = (sum(getattr(each, name) for each in scores) for name in ("found", "right", "wanted"))
    lines.append(
        f"{'all':34} {found:6} {right:6} {wanted:6} {right / max(found, 1):10.0%} {right / max(wanted, 1):7.0%}"
    )
    return lines


if __name__ == "__main__":
    print("\n".join(table_of({**LAYOUTS, **HOLDOUT, **SECOND, **THIRD, **FOURTH})))  # noqa: T201
