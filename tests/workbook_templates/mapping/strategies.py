"""Mappings at random: all that a mapping can say, within what it may."""

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.assumptions import Wanted
from valuation.tables import INPUT_TABLES, RESULT_TABLES, Kind
from workbook_templates.mapping.model import (
    Across,
    AssumptionMap,
    CellFill,
    ColumnFill,
    ColumnMap,
    Headings,
    TableMap,
    WorkbookMap,
)
from workbook_templates.packs import PACKS
from workbook_templates.plan import Cell

rows = st.integers(1, 1_000_000)
letters = st.integers(1, 16_384)
shares = st.floats(0, 1)
scales = st.sampled_from([1.0, 1000.0, 0.01]) | st.floats(1e-6, 1e9)


def lines(*, least: int = 0) -> SearchStrategy[str]:
    """Texts of one line, formulas and quotes among them."""
    hostile = st.sampled_from(['=HYPERLINK("x")', "+1", "# ASK", "a'b\\", " Sales ", "Région / Netto"])
    text = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=least, max_size=12)
    return hostile | text.filter(lambda text: not least or bool(text.strip()))


def many(texts: SearchStrategy[str]) -> SearchStrategy[tuple[str, ...]]:
    return st.lists(texts, max_size=3).map(tuple)


def values(*, dates: bool) -> SearchStrategy[Cell]:
    """What a value may be, of a column of dates or another."""
    if dates:
        return st.dates() | st.datetimes(timezones=st.none())
    return lines(least=1) | st.booleans() | st.integers(-(2**50), 2**50) | st.floats(allow_nan=False)


@st.composite
def tables(draw: DrawFn) -> TableMap:
    contract = draw(st.sampled_from(INPUT_TABLES))
    names = draw(st.permutations([column.name for column in contract]))
    columns = draw(
        st.lists(
            st.builds(
                ColumnMap,
                column=st.sampled_from(names),
                at=letters,
                header=lines(),
                confidence=shares,
                evidence=many(lines(least=1)),
            ),
            max_size=3,
        )
    )
    first_column = draw(st.integers(1, 500))
    across = st.builds(
        Across,
        row=rows,
        first_column=st.just(first_column),
        headings=st.sampled_from(Headings),
        date=st.sampled_from(names),
        value=st.sampled_from(names),
        last_column=st.none() | st.integers(first_column, 600),
        first_period=st.none() | st.dates(),
        heading=lines(),
    )
    header = draw(st.integers(0, 9))
    first = draw(st.integers(header + 1, 20))
    return TableMap(
        table=contract.name,
        sheet=draw(lines(least=1)),
        header_row=header,
        first_row=first,
        columns=tuple(columns),
        last_row=draw(st.none() | st.integers(first, 99)),
        across=draw(st.none() | across),
        excel_table=draw(lines()),
        fixed={name: draw(values(dates=contract[name].kind is Kind.DATE)) for name in names[: draw(st.integers(0, 2))]},
        skip=draw(many(lines(least=1))),
        scale=draw(scales),
        sign=draw(st.sampled_from([1, -1])),
        confidence=draw(shares),
        evidence=draw(many(lines(least=1))),
        questions=draw(many(lines(least=1))),
    )


@st.composite
def assumptions(draw: DrawFn) -> AssumptionMap:
    known = draw(st.sampled_from(list(REGISTER.values())))
    cell = draw(st.just("") | lines(least=1) | st.sampled_from(["'Inputs'!C5", "'It''s '!$B$2", "rate", "''!A1"]))
    return AssumptionMap(
        id=known.id,
        cell=cell,
        value=None if cell else draw(values(dates=known.wanted == Wanted.DATE)),
        scale=draw(scales),
        confidence=draw(shares),
        evidence=draw(many(lines(least=1))),
        questions=draw(many(lines(least=1))),
    )


@st.composite
def fills(draw: DrawFn) -> ColumnFill:
    result = draw(st.sampled_from(RESULT_TABLES))
    key, at = draw(st.lists(letters, min_size=2, max_size=2, unique=True))
    first = draw(st.integers(1, 20))
    return ColumnFill(
        result=result.name,
        column=draw(st.sampled_from([column.name for column in result])),
        sheet=draw(lines(least=1)),
        key_column=key,
        first_row=first,
        at=at,
        last_row=draw(st.none() | st.integers(first, 99)),
        scale=draw(scales),
    )


def mappings() -> SearchStrategy[WorkbookMap]:
    """Whole mappings."""
    cell_fills = st.builds(
        CellFill, figure=lines(least=1), sheet=lines(least=1), cell=st.sampled_from(["A1", "XFD1048576"]), scale=scales
    )
    columns = st.sampled_from(INPUT_TABLES).flatmap(
        lambda table: st.tuples(
            st.just(table.name),
            st.dictionaries(st.sampled_from([column.name for column in table]), lines(least=1), min_size=1, max_size=2),
        )
    )
    return st.builds(
        WorkbookMap,
        tables=st.lists(tables(), max_size=2).map(tuple),
        assumptions=st.lists(assumptions(), max_size=2).map(tuple),
        fills=st.lists(fills(), max_size=2).map(tuple),
        cells=st.lists(cell_fills, max_size=2).map(tuple),
        results=st.lists(st.sampled_from([table.name for table in RESULT_TABLES]), max_size=2).map(tuple),
        packs=st.lists(st.sampled_from(list(PACKS)), max_size=2).map(tuple),
        sheets=st.dictionaries(lines(least=1), lines(least=1), max_size=2),
        headings=st.lists(columns, max_size=2).map(dict),
        not_used=many(lines(least=1)),
    )
