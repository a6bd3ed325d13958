"""
How somebody's workbook looks and what it calls things, read from its package as a `Likeness`, with what was seen where.

Looks are taken by count: the font of most texts, the colour of most typed numbers that formulas do not have. A piece
that cannot be read is left as ours; looks are worth no refusal.
"""

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, TypeVar

from addin.books.cellstyles import BLACK, CellStyle, Styles
from addin.books.numbercodes import (
    currency_of,
    in_full,
    is_amount,
    is_count,
    is_day,
    is_money,
    is_percent,
    shown_unit,
    unit_in,
    unit_scale,
    without_currency,
)
from addin.books.outline import Outline
from addin.books.package import Package, parsed
from addin.books.reading import Grid, Reader
from addin.books.sheet import RawCell, SheetStream, attributes_of
from addin.workbook import WorkbookError
from valuation.tables import Kind
from workbook_templates.addresses import address
from workbook_templates.layout import Format, Stage, Template
from workbook_templates.likeness import (
    Likeness,
    Look,
    Place,
    added_columns,
    column_headings,
    sheet_names,
    with_decimals,
)
from workbook_templates.mapping.model import TableMap, WorkbookMap
from workbook_templates.plan import Cell

__all__ = ["Seen", "read_looks"]

_SHARED: Final = ("customer_id", "name", "segment", "status", "owner")
_WITH_OWN_CODE: Final = (Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.SHARE, Kind.DATE)
_SCALES: Final = (1000.0, 1_000_000.0)
MOST_ROWS: Final = 2_000
MOST_CELLS: Final = 200_000
"""How much of a sheet is looked at."""
LONGEST_WORDS: Final = 200
TITLE_ROWS: Final = 6
BANNER_ROWS: Final = 2
PART_ROWS: Final = 200
ENOUGH: Final = 3
MOSTLY: Final = 0.8

_LINK = re.compile(rb"<(?:\w+:)?f(?=[\s>])[^>]*>[^<]*!")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>\s*[^<\s]")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """
    What was read.

    Attributes
    ----------
    likeness : Likeness
        The layout and looks.
    evidence : tuple of str
        What was taken from where, in words.
    widths : mapping of str to mapping of int to float
        Sheet and column to its width in characters, where the sheet says it.
    """

    likeness: Likeness
    evidence: tuple[str, ...]
    widths: Mapping[str, Mapping[int, float]]


@dataclass(slots=True, kw_only=True)
class _Page:
    """What one sheet shows: style indices by kind of cell, and the settings of its view."""

    name: str
    grid: Grid | None
    styles: dict[tuple[int, int], int] = field(default_factory=dict)
    texts: Counter[int] = field(default_factory=Counter)
    constants: Counter[int] = field(default_factory=Counter)
    formulas: Counter[int] = field(default_factory=Counter)
    links: Counter[int] = field(default_factory=Counter)
    widths: dict[int, float] = field(default_factory=dict)
    gridlines: bool = True
    zoom: int = 100
    tab: str = ""

    def cell(self, row: int, column: int) -> Cell:
        return None if self.grid is None else self.grid.cell(row, column)


def read_looks(data: bytes, source: str, mapping: WorkbookMap, template: Template) -> Seen:
    """
    Read the layout and the looks of a workbook.

    Parameters
    ----------
    data : bytes
        The file.
    source : str
        Its name, for messages.
    mapping : WorkbookMap
        Where its tables stand; blocks with questions are not looked at.
    template : Template
        What is going to be laid out like it.

    Raises
    ------
    WorkbookError
        If it is no workbook, or a damaged or hostile one.
    """
    package = Package(data, source)
    outline = Outline(package)
    styles = Styles(package, outline.part)
    reader = Reader(package, outline)
    said: list[str] = []
    pages: dict[str, _Page] = {}
    for name, part in outline.sheets.items():
        try:
            pages[name] = _page(package, reader, styles, name, part)
        except WorkbookError as error:
            said.append(f"Sheet {name} is left out: {error}")
    taken = _Taking(styles, pages, mapping, template, said)
    likeness = taken.likeness()
    return Seen(likeness=likeness, evidence=tuple(said), widths={name: page.widths for name, page in pages.items()})


def _page(package: Package, reader: Reader, styles: Styles, name: str, part: str) -> _Page:
    stream = SheetStream(package.chunks(part), name)
    page = _Page(name=name, grid=_grid(reader, name, part))
    for row in islice(stream.rows(), MOST_ROWS):
        if len(page.styles) > MOST_CELLS:
            break
        for cell in stream.cells(row):
            style = cell.style
            index = int(style) if style.isdigit() else 0
            page.styles[row.number, cell.column] = index
            if cell.filled:
                _counter(page, cell)[index] += 1
    _head(page, stream.head, styles)
    return page


def _grid(reader: Reader, name: str, part: str) -> Grid | None:
    try:
        return reader.grid(name, part)
    except WorkbookError:
        return None


def _counter(page: _Page, cell: RawCell) -> Counter[int]:
    if cell.has_formula:
        return page.links if _LINK.search(cell.inner) else page.formulas
    kind = attributes_of(cell.attributes).get("t", "n")
    return page.constants if kind == "n" and _VALUE.search(cell.inner) else page.texts


def _head(page: _Page, head: bytes, styles: Styles) -> None:
    """Read what stands before the cells: the view, the colour of the tab and the widths of columns."""
    opening = re.search(rb"<((?:\w+:)?)worksheet[\s>]", head)
    if opening is None:
        return
    root = parsed(head + b"</" + opening[1] + b"worksheet>", f"sheet {page.name}")
    view = next(root.iter("{*}sheetView"), None)
    if view is not None:
        page.gridlines = view.get("showGridLines", "1") not in ("0", "false")
        page.zoom = min(max(_whole(view.get("zoomScale"), 100), 10), 400)
    page.tab = styles.colour(next(root.iter("{*}tabColor"), None))
    for column in root.iter("{*}col"):
        first, last = _whole(column.get("min"), 1), _whole(column.get("max"), 1)
        try:
            width = float(column.get("width", ""))
        except ValueError:
            continue
        if column.get("hidden") not in ("1", "true") and math.isfinite(width):
            page.widths |= dict.fromkeys(range(first, min(last, first + 200) + 1), min(max(width, 2.0), 120.0))


def _whole(text: str | None, usual: int) -> int:
    return int(text) if text and text.isdigit() else usual


# ------------------------------------------------------------------------------------------------ what is taken


class _Taking:
    """Takes one thing after the other, and says where it was seen."""

    def __init__(
        self, styles: Styles, pages: Mapping[str, _Page], mapping: WorkbookMap, template: Template, said: list[str]
    ) -> None:
        self.styles, self.pages, self.template, self.said = styles, pages, template, said
        self.mapping = mapping
        self.usual_size = next(iter(self._counted("texts", lambda style: style.size).most_common(1)), (0.0, 0))[0]
        self.blocks = [
            block
            for block in mapping.tables
            if not block.questions and block.sheet in pages and block.table in template.tables
        ]

    def likeness(self) -> Likeness:
        """Give all of it."""
        found = self._font(Likeness())
        found = self._colours(found)
        found = self._titles(found)
        found = self._heads(found)
        found = self._numbers(found)
        found = self._views(found)
        return self._names(found)

    # ---- looks

    def _font(self, found: Likeness) -> Likeness:
        texts = self._counted("texts", lambda style: (style.font, style.size))
        numbers = self._counted(("constants", "formulas", "links"), lambda style: style.font)
        if not texts and not numbers:
            return found
        (font, size), count = (texts or Counter({(next(iter(numbers)), 11.0): 0})).most_common(1)[0]
        self.said.append(f"Font {font} {size:g}: {count:,} of {texts.total():,} cells with text.")
        figures = numbers.most_common(1)[0][0] if numbers else font
        if figures != font:
            self.said.append(f"Font of numbers {figures}.")
        return replace(found, font=font, size=size, figures="" if figures == font else figures)

    def _colours(self, found: Likeness) -> Likeness:
        """Tell typed numbers from computed ones, where the workbook does."""
        typed = self._counted("constants", _ink)
        computed = self._counted(("formulas", "links"), _ink)
        own = {
            ink: count
            for ink, count in typed.items()
            if count >= ENOUGH and ink != (BLACK, "") and count >= MOSTLY * (count + computed[ink])
        }
        input_ = None
        if own:
            (colour, fill), count = max(own.items(), key=lambda pair: pair[1])
            input_ = Look(colour=colour, fill=fill)
            self.said.append(
                f"Inputs {colour}{f' on {fill}' if fill else ''}: {count:,} typed numbers have it, "
                f"{computed[colour, fill]:,} formulas."
            )
        else:
            self.said.append("Inputs: no colour that only typed numbers have; ours are kept.")
        same, links = self._counted("formulas", _colour), self._counted("links", _colour)
        calculation = same.most_common(1)[0][0] if same else ""
        link = links.most_common(1)[0][0] if links else ""
        if calculation:
            self.said.append(f"Formulas {calculation}{f', over other sheets {link}' if link else ''}.")
        return replace(found, input=input_, calculation=calculation, link=link)

    def _titles(self, found: Likeness) -> Likeness:
        """Take the title from the largest text in the first rows of each sheet, and the rows' fill as a banner."""
        titles: Counter[Look] = Counter()
        banners: Counter[tuple[str, int]] = Counter()
        for page in self.pages.values():
            at = self._title(page)
            if at is None:
                continue
            style = self._style(page, *at)
            titles[_look(style, fill=False)] += 1
            banners[self._banner(page, at[1])] += 1
        if not titles:
            return found
        title, count = titles.most_common(1)[0]
        (banner, rows), _ = banners.most_common(1)[0]
        on = f" on a banner of {banner}" if banner else ""
        self.said.append(
            f"Titles {title.font} {title.size:g} {title.colour}{on}: {count:,} of {len(self.pages)} sheets."
        )
        if not banner and _pale(title.colour):
            title = replace(title, colour="")
        notes = Counter(
            {
                style: count
                for style, count in self._styles_of("texts").items()
                if style.italic and not style.fill and not _pale(style.colour)
            }
        )
        note = _look(notes.most_common(1)[0][0], fill=False) if notes else found.note
        accent = banner or (title.colour if title.colour and not _pale(title.colour) else "")
        return replace(
            found, title=title, note=note, banner=banner, banner_rows=min(rows, BANNER_ROWS), accent=_dark(accent)
        )

    def _title(self, page: _Page) -> tuple[int, int] | None:
        """Find the largest text above the first table, the upper one of equals."""
        cells = [
            (row, column)
            for row, column in page.styles
            if row <= TITLE_ROWS and isinstance(page.cell(row, column), str)
        ]
        largest = max((self._style(page, *at).size for at in cells), default=0.0)
        if not cells or largest <= self.usual_size:
            return None
        return min(at for at in cells if self._style(page, *at).size == largest)

    def _banner(self, page: _Page, column: int) -> tuple[str, int]:
        """Give the fill of the first rows, where at least three cells beside each other have it, and how many rows."""
        fill, rows = "", 0
        for row in range(1, BANNER_ROWS + 1):
            fills = [self._style(page, row, at).fill for at in range(column, column + ENOUGH)]
            if not fills[0] or len(set(fills)) > 1 or (fill and fills[0] != fill):
                break
            fill, rows = fills[0], row
        return fill, rows

    def _heads(self, found: Likeness) -> Likeness:
        """Take the looks of headers from those of the mapped tables, else from rows that look like headers."""
        looks: Counter[Look] = Counter()
        for block in self.blocks:
            page = self.pages[block.sheet]
            if block.header_row:
                looks.update(_look(self._style(page, block.header_row, column.at)) for column in block.columns)
        where = "the headers of the mapped tables"
        if not looks:
            where = "rows that look like headers"
            for page in self.pages.values():
                looks.update(_look(self._style(page, *at)) for at in self._header(page))
        if looks:
            head, count = looks.most_common(1)[0]
            head = replace(head, font="" if head.font == found.font else head.font)
            self.said.append(
                f"Headers {head.colour}{f' on {head.fill}' if head.fill else ''}"
                f"{', bold' if head.bold else ''}: {count:,} of {looks.total():,} cells in {where}."
            )
            found = replace(found, head=head)
        parts = Counter(dict(self._parts()))
        if parts:
            heading, count = parts.most_common(1)[0]
            self.said.append(
                f"Headings of parts {heading.colour}{f' on {heading.fill}' if heading.fill else ''}: {count:,} cells."
            )
            found = replace(found, heading=heading)
        return found

    def _header(self, page: _Page) -> list[tuple[int, int]]:
        """Find the first row with three bold texts beside each other and no other contents."""
        rows: dict[int, list[int]] = {}
        for row, column in page.styles:
            if row <= 40 and page.cell(row, column) is not None:
                rows.setdefault(row, []).append(column)
        for row, columns in sorted(rows.items()):
            kinds = [page.cell(row, column) for column in columns]
            marked = [self._style(page, row, column) for column in columns]
            worded = len(columns) >= ENOUGH and all(isinstance(kind, str | dt.date) for kind in kinds)
            if worded and all(style.bold or style.fill for style in marked):
                return [(row, column) for column in columns]
        return []

    def _parts(self) -> Iterator[tuple[Look, int]]:
        """Find texts that stand alone in their row, bold, below the title: headings of parts of a sheet."""
        found: Counter[Look] = Counter()
        for page in self.pages.values():
            filled: Counter[int] = Counter()
            upper = {at: index for at, index in page.styles.items() if at[0] <= PART_ROWS}
            for row, column in upper:
                filled[row] += page.cell(row, column) is not None
            for (row, column), index in upper.items():
                style = self.styles[index]
                alone = row > BANNER_ROWS and filled[row] == 1 and isinstance(page.cell(row, column), str)
                if alone and style.bold and style.size < 16:
                    found[_look(style)] += 1
        return iter([pair for pair in found.items() if pair[1] >= ENOUGH])

    def _views(self, found: Likeness) -> Likeness:
        if not self.pages:
            return found
        pages = list(self.pages.values())
        lines = Counter(page.gridlines for page in pages).most_common(1)[0][0]
        zoom = Counter(page.zoom for page in pages).most_common(1)[0][0]
        tabs = Counter(page.tab for page in pages).most_common(1)[0][0]
        inputs = Counter(self.pages[block.sheet].tab for block in self.blocks)
        mine = inputs.most_common(1)[0][0] if inputs else tabs
        self.said.append(
            f"Views: gridlines {'on' if lines else 'off'}, zoom {zoom}%, tabs {tabs or 'without colour'} "
            f"(most of {len(pages)} sheets)."
        )
        colours = dict.fromkeys(Stage, tabs) | {Stage.INPUT: mine, Stage.ASSUMPTIONS: mine}
        return replace(found, gridlines=lines, zoom=zoom, tabs=colours)

    # ---- numbers

    def _numbers(self, found: Likeness) -> Likeness:
        """Take number formats from the mapped columns by kind, and what those do not say from all numbers."""
        codes = self._codes_by_kind()
        everywhere = self._counted(("constants", "formulas", "links"), lambda style: style.code)
        money = _top(codes.get(Kind.MONEY)) or _top(_only(everywhere, is_money)) or _top(_only(everywhere, is_amount))
        shown = shown_unit(money)
        money = in_full(money)
        formats: dict[Format, str] = {}
        if money:
            count = _top(_only(everywhere, is_count)) or without_currency(money)
            formats |= {Format.MONEY: money, Format.CENTS: money, Format.UNITS: without_currency(money)}
            formats |= {Format.EXACT: with_decimals(money, 2), Format.COUNT: with_decimals(count, 0)}
            formats |= {Format.NUMBER: with_decimals(count, 2), Format.RATE: with_decimals(count, 4)}
            self.said.append(f"Money {money}, counts {formats[Format.COUNT]}.")
        if percent := _top(codes.get(Kind.SHARE)) or _top(_only(everywhere, is_percent)):
            formats[Format.PERCENT] = percent
            self.said.append(f"Percentages {percent}.")
        if date := _top(codes.get(Kind.DATE)) or _top(_only(everywhere, is_day)):
            formats[Format.DATE] = date
            self.said.append(f"Dates {date}.")
        return self._unit(replace(found, formats=formats), shown)

    def _codes_by_kind(self) -> dict[Kind, Counter[str]]:
        found: dict[Kind, Counter[str]] = {}
        for block in self.blocks:
            table, page = self.template.tables[block.table][1].table, self.pages[block.sheet]
            for column in block.columns:
                kind = table[column.column].kind
                found.setdefault(kind, Counter()).update(self._codes(page, block, [column.at]))
            if block.across is not None:
                first, last = block.across.first_column, block.across.last_column
                columns = range(first, min(last or first + 11, first + 59) + 1)
                kind = table[block.across.value].kind
                found.setdefault(kind, Counter()).update(self._codes(page, block, columns))
        return found

    def _codes(self, page: _Page, block: TableMap, columns: Iterable[int]) -> Counter[str]:
        rows = range(block.first_row, min(block.last_row or block.first_row + 99, block.first_row + 199) + 1)
        cells = ((row, column) for column in columns for row in rows)
        codes = (
            self._style(page, *at).code
            for at in cells
            if isinstance(page.cell(*at), float | dt.date) and at in page.styles
        )
        return Counter(code for code in codes if code != "General")

    def _unit(self, found: Likeness, shown: float) -> Likeness:
        """Find currency and unit: from the mapping, the formats, and words in the first rows."""
        scales = Counter(block.scale for block in self.blocks if block.scale in _SCALES)
        words = [*self._words()]
        currency = next((sign for sign in map(currency_of, [found.formats.get(Format.MONEY, "")]) if sign), "")
        unit, scale, where = "", 1.0, ""
        for text, place in words:
            if said := unit_in(text):
                unit, where, scale = said, place, unit_scale(said)
                break
        if not currency:
            currency = next((sign for sign in (currency_of(text) for text, _ in words) if sign), "")
        if scales:
            scale = scales.most_common(1)[0][0]
        if shown > 1:
            scale = shown
        if scale <= 1:
            unit = ""
        elif not unit or unit_scale(unit) != scale:
            unit = f"{currency} {'millions' if scale >= 1_000_000 else 'thousands'}".strip()
        if scale > 1:
            by = f"'{unit}' in {where}" if where else "the number format" if shown > 1 else "the mapping"
            self.said.append(f"Amounts in {unit}: {by}. Cells hold full amounts, shown in that unit on result sheets.")
        if currency:
            self.said.append(f"Currency {currency}.")
        return replace(found, currency=currency, scale=scale, unit=unit)

    def _words(self) -> Iterator[tuple[str, str]]:
        """Give the texts of the first rows and of the mapped headers, those first, with their place."""
        for block in self.blocks:
            yield from (
                (column.header[:LONGEST_WORDS], f"{block.sheet}, row {block.header_row}") for column in block.columns
            )
        mapped = [block.sheet for block in self.blocks]
        for name in [*mapped, *(name for name in self.pages if name not in mapped)]:
            page = self.pages[name]
            for row, column in sorted(page.styles):
                if row <= TITLE_ROWS and isinstance(text := page.cell(row, column), str):
                    yield text[:LONGEST_WORDS], f"{name}, {address(row, column)}"

    # ---- names and places

    def _names(self, found: Likeness) -> Likeness:
        """Take names of sheets, headings, order, place and widths from the mapped tables."""
        sheets = dict(self.mapping.sheets)  # of a workbook that was made like another one itself
        headings = {table: dict(words) for table, words in self.mapping.headings.items()}
        places: dict[str, Place] = {}
        columns: dict[tuple[str, str], str] = {}
        widths: dict[tuple[str, str], float] = {}
        across = [block.sheet for block in self.blocks if block.across is not None]
        for block in self.blocks:
            sheet, laid = self.template.tables[block.table]
            # Our cells hold full amounts: words that say thousands would make them read a thousand times too large.
            wanted = {
                column.column: column.header
                for column in block.columns
                if block.across is not None or block.scale == 1 or not unit_in(column.header)
            }
            headings.setdefault(block.table, {})
            headings[block.table] = wanted | headings[block.table]
            if block.across is not None or block.table in places or not laid.input or not block.header_row:
                continue
            if block.sheet not in sheets.values():
                sheets[sheet.name] = block.sheet
            order = tuple(column.column for column in sorted(block.columns, key=lambda column: column.at))
            page = self.pages[block.sheet]
            places[block.table] = Place(
                header_row=block.header_row,
                first_column=min(column.at for column in block.columns),
                order=order,
                added={} if laid.table.open else added_columns(page.cell, block, laid.table),
            )
            for column in block.columns:
                if column.at in page.widths:
                    widths[block.table, column.column] = page.widths[column.at]
                code, kind = _top(self._codes(page, block, [column.at])), laid.table[column.column].kind
                if code and kind in _WITH_OWN_CODE:
                    columns[block.table, column.column] = code
            for heading, at in places[block.table].added.items():
                widths[block.table, f"+{heading}"] = max(page.widths.get(at, 0.0), len(heading) + 2.0)
                if code := _top(self._codes(page, block, [at])):
                    columns[block.table, f"+{heading}"] = code
            self.said.append(
                f"{block.table}: sheet {block.sheet}, header in row {block.header_row}, "
                f"{len(order)} columns in their order and words"
                + (
                    f", {len(places[block.table].added)} of their own at the right."
                    if places[block.table].added
                    else "."
                )
            )
        cells = Counter(there for at in self.mapping.assumptions if (there := _sheet_of(at.cell)) in self.pages)
        if cells and cells.most_common(1)[0][0] not in {*sheets.values(), *across}:
            sheets["Assumptions"] = cells.most_common(1)[0][0]
        sheets = sheet_names(self.template, sheets, taken=across)
        return replace(
            found,
            sheets=sheets,
            headings=self._everywhere(headings),
            places=places,
            columns=columns,
            widths=widths,
            titles={ours: title for ours, theirs in sheets.items() if (title := self._title_text(theirs))},
        )

    def _everywhere(self, headings: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
        """Use their words for what identifies a customer wherever it stands, results included."""
        shared = {name: headings.get("Customers", {}).get(name, "") for name in _SHARED}
        found = {}
        for name, (_, block) in self.template.tables.items():
            table = block.table
            titles = {column.name: column.title for column in table}
            usual = self.template.tables["Customers"][1].table
            shares = "customer_id" in titles
            same = {
                each: text for each, text in shared.items() if shares and text and titles.get(each) == usual[each].title
            }
            settled = column_headings(table, same | dict(headings.get(name, {})))
            if settled:
                found[name] = settled
        return found

    def _title_text(self, sheet: str) -> str:
        page = self.pages.get(sheet)
        at = self._title(page) if page is not None else None
        text = page.cell(*at) if page is not None and at is not None else None
        # Our cells hold full amounts, so a title that says thousands is not taken over.
        return text.strip() if isinstance(text, str) and not unit_in(text) else ""

    # ---- counting

    def _style(self, page: _Page, row: int, column: int) -> CellStyle:
        return self.styles[page.styles.get((row, column), 0)]

    def _styles_of(self, kinds: str | Sequence[str]) -> Counter[CellStyle]:
        names = [kinds] if isinstance(kinds, str) else kinds
        counts: Counter[CellStyle] = Counter()
        for counter in (getattr(page, name) for page in self.pages.values() for name in names):
            for index, count in counter.items():
                counts[self.styles[index]] += count
        return counts

    def _counted(self, kinds: str | Sequence[str], what: Callable[[CellStyle], _T]) -> Counter[_T]:
        counts: Counter[_T] = Counter()
        for style, count in self._styles_of(kinds).items():
            counts[what(style)] += count
        return counts


def _ink(style: CellStyle) -> tuple[str, str]:
    return style.colour, style.fill


def _colour(style: CellStyle) -> str:
    return style.colour


def _look(style: CellStyle, *, fill: bool = True) -> Look:
    return Look(
        font=style.font,
        size=style.size,
        bold=style.bold,
        italic=style.italic,
        colour=style.colour,
        fill=style.fill if fill else "",
        line=style.line if fill else "",
    )


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _pale(colour: str) -> bool:
    """Whether a text of the colour is not legible on white."""
    return bool(colour) and _luminance(colour) > 190


def _dark(colour: str) -> str:
    """Keep a colour for lines and bars that is seen on white and is none of the usual inks."""
    return colour if colour and colour != BLACK and _luminance(colour) < 190 else ""


def _top(counts: Counter[str] | None) -> str:
    return counts.most_common(1)[0][0] if counts else ""


def _only(counts: Counter[str], wanted: Callable[[str], bool]) -> Counter[str]:
    return Counter({code: count for code, count in counts.items() if wanted(code)})


def _sheet_of(cell: str) -> str:
    """Give the sheet of an address such as ``'Inputs'!C5``."""
    sheet, mark, _ = cell.rpartition("!")
    if not mark:
        return ""
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") and sheet.endswith("'") else sheet
