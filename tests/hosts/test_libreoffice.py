"""
Every native formula of every sheet, computed by LibreOffice: it must say what our twin has put into the cell.

Each class has workbooks of its own and one start of the program, so that the classes can run beside each other. A
workbook that tries other settings has the packs whose formulas read them.
"""

import datetime as dt
import math
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest

from addin.books.file import FileBook
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.refresh import plan_refresh
from addin.settings import set_assumptions
from tests.hosts.libreoffice import SOFFICE, Shown, recalculate, shown
from valuation.assumptions import ASSUMPTIONS as REGISTER
from workbook_templates.addresses import address
from workbook_templates.catalogue import compose
from workbook_templates.layout import Formula, Template
from workbook_templates.packs import PACKS
from workbook_templates.plan import Cell, CellError, Plan
from workbook_templates.sample import sample_company
from workbook_templates.sample.snapshots import sample_snapshots

pytestmark = [
    pytest.mark.office,
    pytest.mark.skipif(SOFFICE is None, reason="soffice is not on PATH: install LibreOffice Calc to run these tests"),
]

Inputs = Mapping[str, pd.DataFrame]
Settings = Mapping[str, Cell]

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
ALL_PACKS = tuple(PACKS)
NO_MODELS = tuple(name for name in PACKS if name != "models")
"""Where enough customers buy to fit models to and models are not the point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A workbook: what it is filled with, and what is done to it before the refresh."""

    inputs: Callable[[], Inputs]
    settings: Settings | None = None
    typed: Mapping[tuple[str, str], Cell] | None = None
    packs: tuple[str, ...] = ALL_PACKS
    refreshed: bool = True

    def build(self, path: Path) -> Template:
        """Write it as a user would get it."""
        template = compose("customer_value", self.packs)
        create_workbook(path, template, self.inputs())
        book = FileBook(path)
        if self.typed:
            book.apply(Plan(cells=self.typed))
        if self.refreshed:
            contents, cells = set_assumptions(read_contents(book), self.settings or {})
            book.apply(plan_refresh(contents, now=NOW, settings=cells).plan)
        return template


def few(customers: int) -> Inputs:
    """Give the first customers of the sample company, with what belongs to them."""
    tables = dict(sample_company())
    kept = tables["Customers"].head(customers)
    tables["Customers"] = kept
    for name, table in tables.items():
        if name not in ("Customers", "Retention", "Ledger pools") and "customer_id" in table:
            tables[name] = table[table["customer_id"].isin(kept["customer_id"])].reset_index(drop=True)
    del tables["Control totals"]  # those of the whole company
    return tables


def listed(ids: Sequence[str]) -> Inputs:
    """Give a customer list with a margin a year, and nothing else."""
    revenue = [120000.0 / place**2 for place in range(1, len(ids) + 1)]
    return {
        "Customers": pd.DataFrame(
            {
                "customer_id": ids,
                "name": ids,
                "annual_revenue": revenue,
                "annual_margin": [0.3 * amount for amount in revenue],
            }
        )
    }


def day_one() -> Inputs:
    return listed([f"K{place}" for place in range(1, 9)])


def odd_ids() -> Inputs:
    """Give ids that a spreadsheet could take for a pattern, a number, a formula or an error."""
    return listed(["A*", "AB", "a?", "~1", "007", "7", "1E5", "=1+1", "TRUE", 'say "x" & <y>', "Ünï", "~*"])


def loyal() -> Inputs:
    """Give customers who all stay for ever."""
    tables = dict(day_one())
    tables["Retention"] = pd.DataFrame({"customer_id": tables["Customers"]["customer_id"], "probability": 1.0})
    return tables


def without_costs() -> Inputs:
    """Give customers and what they bought, but not what it cost."""
    tables = few(20)
    transactions = tables["Transactions"].drop(columns="cogs")
    return {"Customers": tables["Customers"], "Transactions": transactions}


def small() -> Inputs:
    return few(40)


def costed() -> Inputs:
    """Give what the packs ask for beside the core: capacity, services, balances, and changes to try."""
    tables = dict(few(40))
    pools = tables["Ledger pools"]
    used = tables["Drivers"].groupby("driver")["quantity"].sum()
    timed = pools[pools["driver"].isin(used.index)].drop_duplicates("driver").head(3)
    minutes = used[timed["driver"]].to_numpy()
    tables["Capacity"] = pd.DataFrame({"pool": timed["pool"], "practical_minutes": minutes * [1.25, 1.1, 0.95]})
    served = timed["pool"].iloc[:2].tolist()
    tables["Service departments"] = pd.DataFrame(
        {"pool": pools["pool"].iloc[-1], "to_pool": served, "share": [0.75, 0.25]}
    )
    balances = pools.groupby("gl_account")["amount"].sum()
    tables["Trial balance"] = pd.DataFrame({"gl_account": balances.index, "amount": balances.to_numpy()})
    tables["What if"] = pd.DataFrame(
        {"change": ["price", "driver"], "name": [None, "shipments"], "value": [0.03, -0.2]}
    )
    return tables


FACTORS: Settings = {"marketing_cost": 0.02, "sales_cost": 0.05, "support_cost": 0.03}
NOTHING: Settings = dict.fromkeys(REGISTER)
SPOILT = {("Transactions", "C7"): "twelve", ("Transactions", "C9"): CellError.NA, ("Ledger pools", "C8"): "n/a"}


def reading(*assumptions: str) -> tuple[str, ...]:
    """Give the packs with a formula that reads one of some assumptions."""
    names = re.compile(rf"\bcv_({'|'.join(assumptions)})\b")
    return tuple(
        pack.name
        for pack in PACKS.values()
        if any(
            names.search(item.expr.excel(lambda key: key))
            for sheet in pack.sheets
            for item in sheet.items
            if isinstance(item, Formula)
        )
    )


EXPLAINED, PROVED = ("Explain a customer", address(5, 2)), ("Proof", address(5, 2))
DAY_ONE: Settings = {**FACTORS, "as_of": dt.date(2025, 12, 31)}
CONVENTION = reading("horizon", "timing", "periods_per_year", "discount_rate", "display_unit", "currency")

BARE = {
    "empty": Case(inputs=dict, refreshed=False),
    "empty_refreshed": Case(inputs=dict, settings={"as_of": dt.date(2025, 12, 31)}),
    "core_only": Case(inputs=small, packs=()),
    "one_customer": Case(inputs=lambda: few(1)),
    "no_assumptions": Case(inputs=small, settings=NOTHING, packs=NO_MODELS),
}
LISTED = {
    "day_one": Case(inputs=day_one, settings=DAY_ONE, packs=NO_MODELS),
    "odd_ids": Case(inputs=odd_ids, settings=DAY_ONE, packs=NO_MODELS),
    "explained_pattern": Case(inputs=odd_ids, settings=DAY_ONE, typed={EXPLAINED: "~*"}, packs=("costing",)),
    "explained_number": Case(inputs=odd_ids, settings=DAY_ONE, typed={EXPLAINED: 7.0}, packs=("costing",)),
    "explained_nobody": Case(inputs=small, typed={EXPLAINED: "nobody"}, packs=("costing",)),
    "proved_nobody": Case(inputs=small, typed={PROVED: "nobody"}, packs=("evidence",)),
    "proved_pattern": Case(inputs=odd_ids, settings=DAY_ONE, typed={PROVED: "~*"}, packs=("evidence",)),
    "proved_number": Case(inputs=odd_ids, settings=DAY_ONE, typed={PROVED: 7.0}, packs=("evidence",)),
}
CONVENTIONS = {
    "undiscounted": Case(inputs=loyal, settings={**DAY_ONE, "discount_rate": 0.0}, packs=NO_MODELS),
    "unlimited": Case(inputs=small, settings={"horizon": "inf", "currency": None}, packs=CONVENTION),
    "start": Case(inputs=small, settings={"timing": "start", "horizon": 5.0, "display_unit": 1.0}, packs=CONVENTION),
    "end_of_month": Case(
        inputs=small, settings={"timing": "end", "periods_per_year": 12.0, "display_unit": 1e6}, packs=CONVENTION
    ),
}
COSTED = {
    "costs_unknown": Case(inputs=without_costs, packs=NO_MODELS),
    "costed": Case(inputs=costed, packs=NO_MODELS),
    "by_activity": Case(
        inputs=costed,
        settings={"costing": "activity-based"},
        typed={EXPLAINED: "C0003", PROVED: "C0003"},
        packs=NO_MODELS,
    ),
    "spoilt_inputs": Case(inputs=small, typed=SPOILT, packs=NO_MODELS),
}
SAMPLE = {"sample": Case(inputs=lambda: sample_company() | sample_snapshots())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalculated:
    """One workbook as we wrote it and as LibreOffice computes it."""

    template: Template
    path: Path
    cached: Mapping[tuple[str, str], Shown]
    computed: Mapping[tuple[str, str], Shown]


def formula_places(template: Template) -> dict[tuple[str, str], str]:
    """Give sheet and address of every formula cell, with its key."""
    return {
        (sheet.name, address(formula.row, formula.column)): key for key, (sheet, formula) in template.formulas.items()
    }


def agree(ours: Shown, theirs: Shown) -> bool:
    """Compare two cells: numbers to nine digits or a millionth, everything else to the letter."""
    if ours.kind == theirs.kind == "n":
        a, b = float(str(ours.value)), float(str(theirs.value))
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
    texts = {"s", "str", "inlineStr"}
    same_kind = ours.kind == theirs.kind or {ours.kind, theirs.kind} <= texts
    return same_kind and ours.value == theirs.value


EMPTY_TEXT = Shown("", "s")
"""An empty text is stored without a value, which the reader gives as no cell at all."""


Results = Mapping[str, Recalculated]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        assert metafunc.cls is not None
        metafunc.parametrize("name", metafunc.cls.cases)


class Workbooks:
    """What holds of every workbook."""

    cases: ClassVar[Mapping[str, Case]]

    @pytest.fixture(scope="class")
    @classmethod
    def results(cls, tmp_path_factory: pytest.TempPathFactory) -> Results:
        folder = tmp_path_factory.mktemp("libreoffice")
        paths = {name: folder / f"{name}.xlsx" for name in cls.cases}
        templates = {name: case.build(paths[name]) for name, case in cls.cases.items()}
        saved = recalculate(list(paths.values()), folder)
        found = {}
        for name, path in paths.items():
            places = formula_places(templates[name])
            found[name] = Recalculated(
                template=templates[name], path=path, cached=shown(path, places), computed=shown(saved[path], places)
            )
        return found

    def test_every_formula_shows_what_libreoffice_computes(self, results: Results, name: str) -> None:
        result = results[name]
        differences = {
            f"{place[0]}!{place[1]} ({key})": (ours, theirs)
            for place, key in formula_places(result.template).items()
            if not agree(ours := result.cached.get(place, EMPTY_TEXT), theirs := result.computed.get(place, EMPTY_TEXT))
        }
        assert differences == {}

    def test_a_workbook_has_no_other_formula_cells(self, results: Results, name: str) -> None:
        result = results[name]
        with zipfile.ZipFile(result.path) as package:
            formulas = sum(
                len(re.findall(rb"<f[ >]", package.read(part)))
                for part in package.namelist()
                if part.startswith("xl/worksheets/sheet")
            )
        assert formulas == len(result.template.formulas)


def places_of(result: Recalculated) -> dict[str, tuple[str, str]]:
    """Give the place of each formula by its key."""
    return {key: place for place, key in formula_places(result.template).items()}


def is_explained(result: Recalculated, id_: str, customer: str) -> bool:
    """Whether the customer who was typed is found, with all his costs."""
    computed, places = result.computed, places_of(result)
    return (
        computed[places["explained.id"]].value == id_
        and str(computed[places["explained.name"]].value).startswith(customer)
        and isinstance(computed[places["explained.row"]].value, int | float)
        and computed[places["explained.ties"]].value in ("ties", "no cost detail")
    )


class TestSample(Workbooks):
    cases = SAMPLE

    def test_has_no_error_cells_and_passes_all_checks(self, results: Results) -> None:
        result = results["sample"]
        places = places_of(result)
        errors = {place: cell.value for place, cell in result.computed.items() if cell.kind == "e"}
        # What rests on purchases from before the transactions begin is not known, and says so.
        known = {place: error for place, error in errors.items() if place[0] != "Customer metrics" or error != "#N/A"}
        assert known == {}
        unseen = {" ".join(key.split(".")[1:3]) for key, place in places.items() if place in errors}
        assert unseen <= {"year 1", "year 2", *(f"quarter {ago}" for ago in range(4, 8))}
        assert result.computed[places["checks"]].value == "All checks passed"
        assert result.computed[places["stale"]].value is False


class TestCosted(Workbooks):
    cases = COSTED

    @pytest.mark.parametrize("case", ["costed", "by_activity"])
    def test_costing_passes_all_checks(self, results: Results, case: str) -> None:
        result = results[case]
        places = places_of(result)
        assert result.computed[places["checks"]].value == "All checks passed"
        assert result.computed[places["reconciled.allocated"]].value

    def test_the_customer_who_was_typed_is_explained(self, results: Results) -> None:
        assert is_explained(results["by_activity"], "C0003", "")

    def test_the_customer_who_was_picked_is_proved(self, results: Results) -> None:
        result = results["by_activity"]
        assert str(result.computed[places_of(result)["proof.answer"]].value).startswith("All ")


class TestListed(Workbooks):
    cases = LISTED

    @pytest.mark.parametrize(
        ("case", "id_", "customer"), [("explained_pattern", "~*", "~*"), ("explained_number", "7", "7")]
    )
    def test_the_customer_who_was_typed_is_explained(
        self, results: Results, case: str, id_: str, customer: str
    ) -> None:
        assert is_explained(results[case], id_, customer)


class TestConventions(Workbooks):
    cases = CONVENTIONS


class TestBare(Workbooks):
    cases = BARE
