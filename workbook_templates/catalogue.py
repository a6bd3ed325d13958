"""The templates there are, and how a workbook says which one it was made from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from workbook_templates.layout import (
    Format,
    Formula,
    InputTotal,
    Item,
    NamedCell,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Template,
    Text,
)
from workbook_templates.layout import Pack as Pack
from workbook_templates.packs import PACKS
from workbook_templates.packs.checks import checks_sheet

__all__ = ["TEMPLATES", "UnknownTemplateError", "compose", "index_sheet", "recognise"]

VERSION = 3
TEMPLATES = {"customer_value": "Customer P&L, customer value and segments, in the layout of a finance model"}


class UnknownTemplateError(LookupError):
    """There is no such template or pack, or the workbook was made from another version."""


def compose(template: str = "customer_value", packs: Sequence[str] = ()) -> Template:
    """
    Put a template together from packs; the core pack is always the first, and gets the sheets Index and Checks.

    Raises
    ------
    UnknownTemplateError
        If there is no such template or pack; the message names those that there are.
    ValueError
        If packs do not go together: a sheet, a table, a name or the key of a formula stands in two of them.
    """
    if template not in TEMPLATES:
        raise UnknownTemplateError(f"no template '{template}'; there is {', '.join(TEMPLATES)}")
    unknown = [name for name in packs if name not in PACKS]
    if unknown:
        raise UnknownTemplateError(f"no pack '{unknown[0]}'; there are {', '.join(PACKS)}")
    chosen = _sharing([PACKS[name] for name in PACKS if name == "core" or name in packs])
    bare = Template(id=template, version=VERSION, packs=tuple(chosen))
    checks = checks_sheet(bare.checks, bare.totals)
    chosen[0] = replace(chosen[0], sheets=(*chosen[0].sheets, checks))
    bare = replace(bare, packs=tuple(chosen))
    chosen[0] = replace(chosen[0], sheets=(*chosen[0].sheets, index_sheet(bare)))
    composed = replace(bare, packs=tuple(chosen))
    doubles = [what for what, times in Counter(_found_by_name(composed)).items() if times > 1]
    if doubles:
        raise ValueError(f"the packs {', '.join(pack.name for pack in chosen)} have two of: {', '.join(doubles)}")
    return composed


def _sharing(packs: Sequence[Pack]) -> list[Pack]:
    """Leave what several packs share, sheets and the totals of inputs, to the first of them."""
    sheets: list[Sheet] = []
    totals: list[InputTotal] = []
    found = []
    for pack in packs:
        own = tuple(sheet for sheet in pack.sheets if sheet not in sheets)
        found.append(replace(pack, sheets=own, totals=tuple(total for total in pack.totals if total not in totals)))
        sheets += found[-1].sheets
        totals += found[-1].totals
    return found


def _found_by_name(template: Template) -> Iterator[str]:
    """Name everything that formulas, links and plans look for; Excel does not tell capital letters from small ones."""
    for sheet in template.sheets:
        yield f"sheet {sheet.name.casefold()}"
        for item in sheet.items:
            match item:
                case Formula():
                    yield f"formula {item.key}"
                case NamedCell():
                    yield f"name {item.name.casefold()}"
                case TableBlock():
                    yield f"table {item.table.excel_name.casefold()}"


def recognise(identity: str) -> Template:
    """
    Find the template that a workbook's `cv_template` names.

    Raises
    ------
    UnknownTemplateError
        If it is another template or version, or has packs that are not known here.
    """
    template, _, rest = identity.partition("/")
    version, _, packs = rest.partition("/")
    if version != str(VERSION):
        raise UnknownTemplateError(
            f"the workbook was made from version {version or '?'} of its template, this is {VERSION}"
        )
    return compose(template, packs.split("+"))


def index_sheet(template: Template) -> Sheet:
    """List the sheets: those to open first, then the drill-down."""
    items: list[Item] = [
        Text(row=1, column=1, text="Index", role=Role.TITLE),
        Text(row=2, column=1, text="Where to find what; a click on a name leads there.", role=Role.NOTE),
    ]
    row = 4
    for title, front in (("Open first", True), ("Drill-down and inputs", False)):
        items.append(Text(row=row, column=1, text=title, role=Role.HEADING, span=2))
        for sheet in template.sheets:
            if sheet.front is front:
                row += 1
                items.append(Text(row=row, column=1, text=sheet.name, role=Role.LINK))
                items.append(Text(row=row, column=2, text=sheet.purpose))
        row += 2
    items += _colour_key(row)
    return Sheet(
        name="Index",
        purpose="Where to find what.",
        stage=Stage.INDEX,
        items=tuple(items),
        widths={1: 28, 2: 100},
    )


def _colour_key(row: int) -> list[Item]:
    lines = (
        ("Blue on yellow", "An input: change it", Role.INPUT),
        ("Black", "A formula over cells of the same sheet", Role.CALCULATION),
        ("Green", "A formula over other sheets or assumptions", Role.FOREIGN),
        ("Grey heading", "A result that the refresh writes; do not type into it", Role.RESULT_HEAD),
    )
    items: list[Item] = [Text(row=row, column=1, text="Colours", role=Role.HEADING, span=2)]
    for i, (name, meaning, role) in enumerate(lines, start=1):
        items.append(Text(row=row + i, column=1, text=name, role=role, format=Format.GENERAL))
        items.append(Text(row=row + i, column=2, text=meaning))
    return items
