"""
The proof of every customer of the sample company, and what it says when something is wrong.

The sheet's formulas are evaluated by their twins for one customer after the other. What is the same for all of them is
computed once, and a customer's documents are looked for among its own alone: that this makes no difference is tested.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from addin.cells import table_cells
from valuation.model import value_base
from valuation.tables import CONTROL_ITEMS, TABLES, TableData
from workbook_templates.catalogue import compose
from workbook_templates.native import Book, Expr, Figure, Figures, Name
from workbook_templates.packs.completeness import POOL_LINES
from workbook_templates.packs.proof import PROOF_LINES
from workbook_templates.packs.proof_costs import LEDGER_ROWS, POOLS
from workbook_templates.plan import Cell
from workbook_templates.planner import TableCells, book
from workbook_templates.sample import sample_company
from workbook_templates.sample.planted import LARGEST_ACCOUNT_LOSES_MONEY

TEMPLATE = compose(packs=["costing", "receivables", "evidence"])
PROOF_KEYS = tuple(key for key, (sheet, _) in TEMPLATE.formulas.items() if sheet.name == "Proof")
RESULTS = tuple(key for key in PROOF_KEYS if key.endswith(".result"))
OWN_ROWS = ("Transactions", "Invoices", "Drivers", "Cost detail")
"""Tables of which a customer's formulas see its own rows alone."""
AS_OF = dt.date(2025, 12, 31)
PARTS = 6
Tables = Mapping[str, TableCells]


def refreshed(company: Mapping[str, pd.DataFrame]) -> tuple[dict[str, TableCells], dict[str, Cell]]:
    """Give the cells of a company's input and result tables, and the named cells, as after a refresh."""
    inputs = {name: frame for name, frame in company.items() if name in TEMPLATE.tables}
    results = value_base(
        {name: TableData(table=TABLES[name], frame=frame) for name, frame in inputs.items()}, wanted=TEMPLATE.tables
    )
    frames = {name: frame for name, frame in {**inputs, **results.tables}.items() if name in TEMPLATE.tables}
    cells: dict[str, TableCells] = {name: table_cells(frame, TABLES[name]) for name, frame in frames.items()}
    horizon = results.settings.number("horizon")
    names: dict[str, Cell] = {"cv_used_as_of": AS_OF, "cv_used_horizon": "inf" if horizon == float("inf") else horizon}
    return cells, names


def some(customers: int, company: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Cut a company down to its first customers, and leave the control totals of all of them out."""
    kept = company["Customers"]["customer_id"].iloc[:customers]
    tables = {name: frame for name, frame in company.items() if name != "Control totals"}
    for name in ("Customers", "Transactions", "Drivers", "Activities", "Invoices"):
        tables[name] = tables[name][tables[name]["customer_id"].isin(kept)].reset_index(drop=True)
    return tables


def picked(tables: Tables, names: Mapping[str, Cell], customer: Cell) -> Book:
    """Give the workbook with a customer picked on Proof."""
    return book(TEMPLATE, tables, {**names, "cv_proof_customer": customer})


def wrong(filled: Book) -> dict[str, Cell]:
    """Give the lines that do not agree."""
    return {key: filled.figure(key) for key in RESULTS if str(filled.figure(key)).startswith("DIFFERS")}


def parts(expr: Any) -> Iterator[Expr]:
    yield expr
    for field in dataclasses.fields(expr):
        value = getattr(expr, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Expr):
                yield from parts(part)


@cache
def of_customer(key: str) -> bool:
    """Tell whether a formula depends on who is picked."""
    for part in parts(TEMPLATE.formulas[key][1].expr):
        if isinstance(part, Name) and part.name == "cv_proof_customer":
            return True
        keys = part.keys if isinstance(part, Figures) else (part.key,) if isinstance(part, Figure) else ()
        if any(of_customer(other) for other in keys):
            return True
    return False


class Company:
    """A company after a refresh, any of whose customers is picked in a moment."""

    def __init__(self, company: Mapping[str, pd.DataFrame]) -> None:
        self.tables, self.names = refreshed(company)
        whole = book(TEMPLATE, self.tables, self.names)
        self.shared = {key: whole.figure(key) for key in PROOF_KEYS if not of_customer(key)}
        for key in PROOF_KEYS:
            whole.figure(key)
        own = {TABLES[name].excel_name for name in OWN_ROWS}
        self.columns = {place: column for place, column in whole._columns.items() if place[0] not in own}
        self.rows = {name: self._places(name) for name in OWN_ROWS}
        self.arrays = {
            name: {column: np.array(cells, dtype=object) for column, cells in self.tables[name].items()}
            for name in OWN_ROWS
        }

    def _places(self, name: str) -> dict[Cell, list[int]]:
        places: dict[Cell, list[int]] = defaultdict(list)
        for row, customer in enumerate(self.tables[name]["customer_id"]):
            places[customer].append(row)
        return places

    def pick(self, customer: str) -> Book:
        """Pick a customer; only what is its own is computed."""
        own: dict[str, TableCells] = {
            name: {column: cells[self.rows[name][customer]].tolist() for column, cells in self.arrays[name].items()}
            for name in OWN_ROWS
        }
        filled = picked({**self.tables, **own}, self.names, customer)
        filled._figures.update(self.shared)
        filled._columns.update(self.columns)
        return filled


@pytest.fixture(scope="module")
def sample() -> Company:
    return Company(sample_company())


@pytest.fixture(scope="module")
def small() -> tuple[dict[str, TableCells], dict[str, Cell]]:
    return refreshed(some(40, sample_company()))


def customers_of(sample: Company) -> list[str]:
    return [str(customer) for customer in sample.tables["Customers"]["customer_id"]]


class TestEveryCustomer:
    @pytest.mark.parametrize("part", range(PARTS))
    def test_agrees_to_the_cent_in_every_line(self, sample: Company, part: int) -> None:
        known = {*(f"{key}.result" for key in PROOF_LINES)}
        for customer in customers_of(sample)[part::PARTS]:
            filled = sample.pick(customer)
            assert wrong(filled) == {}, customer
            assert {filled.figure(key) for key in known} == {"OK"}, customer
            differences = [filled.figure(f"{key}.difference") for key in PROOF_LINES]
            assert all(isinstance(amount, float) and abs(amount) < 0.005 for amount in differences), customer

    def test_kinds_of_customers_are_all_among_them(self, sample: Company) -> None:
        """What the proof must be right for is in the sample, so that the test above means it."""
        said: dict[str, int] = defaultdict(int)
        for customer in customers_of(sample)[::3]:
            filled = sample.pick(customer)
            said[str(filled.figure("proof.value.retention_rate.how")).split(",")[0].split(";")[0]] += 1
            said[str(filled.figure("proof.pnl.expected_loss.how"))] += 1
        assert {
            "re-performed: chance stated on Retention",
            "re-performed: segment",
            "re-performed: ended",
            "re-performed: has not bought yet",
            "re-performed from Invoices",
        } <= set(said)

    def test_most_of_what_they_bring_and_cost_is_re_performed(self, sample: Company) -> None:
        whole, taken = 0.0, 0.0
        for customer in customers_of(sample)[::10]:
            filled = sample.pick(customer)
            whole += float(str(filled.figure("proof.everything")))
            taken += float(str(filled.figure("proof.taken")))
        assert 0 < taken < 0.05 * whole

    @pytest.mark.parametrize("customer", [LARGEST_ACCOUNT_LOSES_MONEY, "C0045", "C0213", "C0405"])
    def test_in_the_whole_workbook_it_shows_the_same(self, sample: Company, customer: str) -> None:
        whole = picked(sample.tables, sample.names, customer)
        alone = sample.pick(customer)
        assert {key: whole.figure(key) for key in RESULTS} == {key: alone.figure(key) for key in RESULTS}
        for key in PROOF_LINES:
            assert whole.figure(f"{key}.rebuilt") == pytest.approx(alone.figure(f"{key}.rebuilt"), abs=1e-9)

    def test_a_ledger_line_of_its_own_is_charged_directly(self, sample: Company) -> None:
        filled = sample.pick(LARGEST_ACCOUNT_LOSES_MONEY)
        direct = [filled.figure(f"proof.pool.{line}.direct") for line in range(1, POOLS + 1)]
        assert sum(cell for cell in direct if isinstance(cell, float)) == pytest.approx(107_864.98 + 47_025.00)


ERRORS: tuple[tuple[str, str, str], ...] = (
    ("Customer P&L", "gross_revenue", "proof.pnl.gross_revenue"),
    ("Customer P&L", "cogs", "proof.pnl.cogs"),
    ("Customer P&L", "goods", "proof.pnl.goods"),
    ("Customer P&L", "order_handling", "proof.pnl.order_handling"),
    ("Customer P&L", "contribution", "proof.pnl.contribution"),
    ("Customer P&L", "acquisition_cost", "proof.pnl.acquisition_cost"),
    ("Lifetime value", "annual_margin", "proof.value.annual_margin"),
    ("Lifetime value", "retention_rate", "proof.value.retention_rate"),
    ("Lifetime value", "value", "proof.value.value"),
)


def changed(tables: Tables, name: str, column: str, row: int, by: float) -> dict[str, TableCells]:
    """Change a number of a table."""
    cells: list[Cell] = list(tables[name][column])
    cells[row] = float(str(cells[row] or 0.0)) + by
    return {**tables, name: {**tables[name], column: cells}}


def row_of(tables: Tables, name: str, customer: str, **words: str) -> int:
    """Find a row of a customer."""
    wanted = {"customer_id": customer, **words}
    columns: list[Sequence[Cell]] = [tables[name][column] for column in wanted]
    return next(row for row, cells in enumerate(zip(*columns, strict=True)) if list(cells) == list(wanted.values()))


CUSTOMER = "C0002"


class TestWhatIsWrong:
    @pytest.mark.parametrize(("name", "column", "line"), ERRORS)
    def test_a_cent_too_much_in_a_result_is_seen(
        self, small: tuple[Tables, dict[str, Cell]], name: str, column: str, line: str
    ) -> None:
        tables, names = small
        spoilt = picked(changed(tables, name, column, row_of(tables, name, CUSTOMER), 0.01), names, CUSTOMER)
        assert spoilt.figure(f"{line}.difference") == pytest.approx(0.01)
        assert f"{line}.result" in wrong(spoilt)
        assert str(spoilt.figure("proof.answer")).startswith("DOES NOT TIE: ")

    def test_a_charge_too_much_and_a_rate_that_is_wrong_are_seen(self, small: tuple[Tables, dict[str, Cell]]) -> None:
        tables, names = small
        row = row_of(tables, "Cost detail", CUSTOMER, pool="Invoicing")
        spoilt = picked(changed(tables, "Cost detail", "cost", row, 0.05), names, CUSTOMER)
        assert set(wrong(spoilt).values()) == {"DIFFERS"}
        rate = list(tables["Cost to serve"]["pool"]).index("Invoicing")
        spoilt = picked(changed(tables, "Cost to serve", "rate", rate, 1e-4), names, CUSTOMER)
        assert set(wrong(spoilt).values()) == {"DIFFERS: rate"}
        spoilt = picked(changed(tables, "Cost to serve", "ledger", rate, 0.01), names, CUSTOMER)
        assert set(wrong(spoilt).values()) == {"DIFFERS: ledger"}

    @pytest.mark.parametrize(
        ("name", "column", "by", "line"),
        [
            ("Transactions", "net_amount", 100.0, "proof.pnl.returns"),
            ("Transactions", "cogs", 1.0, "proof.pnl.cogs"),
            ("Ledger pools", "amount", 5000.0, "proof.pnl.goods"),
            ("Drivers", "quantity", 3.0, "proof.pnl.order_handling"),
            ("Retention", "renewed", -20.0, "proof.value.retention_rate"),
        ],
    )
    def test_an_input_that_was_changed_after_the_refresh_is_seen(
        self, small: tuple[Tables, dict[str, Cell]], name: str, column: str, by: float, line: str
    ) -> None:
        tables, names = small
        segment = tables["Customers"]["segment"][row_of(tables, "Customers", CUSTOMER)]
        rows = {
            "Ledger pools": 0,
            "Retention": list(tables["Retention"]["segment"]).index(segment),
            "Drivers": row_of(tables, "Drivers", CUSTOMER, driver="documents"),
            "Transactions": len(tables["Transactions"]["date"])
            - 1
            - list(reversed(tables["Transactions"]["customer_id"])).index(CUSTOMER),
        }
        spoilt = picked(changed(tables, name, column, rows[name], by), names, CUSTOMER)
        assert f"{line}.result" in wrong(spoilt)

    def test_a_result_that_is_gone_is_seen(self, small: tuple[Tables, dict[str, Cell]]) -> None:
        tables, names = small
        cells = list(tables["Customer P&L"]["support"])
        cells[row_of(tables, "Customer P&L", CUSTOMER)] = None
        gone = {**tables, "Customer P&L": {**tables["Customer P&L"], "support": cells}}
        assert wrong(picked(gone, names, CUSTOMER)) == {"proof.pnl.support.result": "DIFFERS"}


class TestPicker:
    def test_a_customer_that_is_not_there_is_said_in_words(self, small: tuple[Tables, dict[str, Cell]]) -> None:
        tables, names = small
        filled = picked(tables, names, "nobody")
        assert filled.figure("proof.answer") == (
            "There is no customer nobody on Customer P&L: pick one from the list of the yellow cell."
        )
        shown = {filled.figure(f"{key}.{name}") for key in PROOF_LINES for name in ("ours", "rebuilt", "result", "how")}
        assert shown == {""}

    def test_blank_is_the_customer_of_the_largest_value(self, small: tuple[Tables, dict[str, Cell]]) -> None:
        tables, names = small
        best = list(tables["Lifetime value"]["value_rank"]).index(1.0)
        filled = picked(tables, names, None)
        assert filled.figure("proof.id") == tables["Lifetime value"]["customer_id"][best]
        assert wrong(filled) == {}

    def test_an_empty_workbook_says_so(self) -> None:
        filled = picked({}, {}, None)
        assert str(filled.figure("proof.answer")).startswith("There is no customer yet")
        assert not [key for key in RESULTS if filled.figure(key) != ""]


def by_quarter(company: dict[str, pd.DataFrame]) -> None:
    """Keep cost and use by half-years, a part of the ledger lines with another avoidable share."""
    pools, used = company["Ledger pools"], company["Drivers"]
    first = pools.assign(amount=(pools["amount"] / 2).round(2), period=pd.Timestamp("2025-06-30").as_unit("s"))
    rest = pools["amount"] - first["amount"]
    second = pools.assign(amount=rest.round(2), period=pd.Timestamp("2025-12-15").as_unit("s"))
    company["Ledger pools"] = pd.concat([first, second], ignore_index=True)
    spring = used.assign(quantity=(used["quantity"] / 4).round(2), period=pd.Timestamp("2025-06-30").as_unit("s"))
    autumn = used.assign(
        quantity=(used["quantity"] - spring["quantity"]).round(2), period=pd.Timestamp("2025-12-31").as_unit("s")
    )
    company["Drivers"] = pd.concat([spring, autumn], ignore_index=True)


def patchy(company: dict[str, pd.DataFrame]) -> None:
    """Blank what may be blank, and flag some documents as one-offs."""
    sales, every = company["Transactions"].copy(), np.arange(len(company["Transactions"]))
    sales["one_off"] = np.where(every % 7 == 0, 1.0, np.nan)
    sales.loc[every % 5 == 0, "cogs"] = np.nan
    sales.loc[every % 3 == 0, "gross_amount"] = np.nan
    sales.loc[every % 4 == 0, "type"] = None
    company["Transactions"] = sales


def without_ledger(company: dict[str, pd.DataFrame]) -> None:
    company.pop("Ledger pools")


def without_retention(company: dict[str, pd.DataFrame]) -> None:
    company.pop("Retention")


def unclear_pools(company: dict[str, pd.DataFrame]) -> None:
    """Spoil lines of the ledger, whose money then stays with the company."""
    pools = company["Ledger pools"].copy()
    pools.loc[2, "family"], pools.loc[4, "treatment"], pools.loc[12, "amount"] = "elsewhere", None, np.nan
    pools.loc[6, "driver"], pools.loc[7, "acq_share"] = None, 1.5
    company["Ledger pools"] = pools


def assumed(company: dict[str, pd.DataFrame], **values: float | str | None) -> None:
    register = company["Assumptions"].copy()
    for id_, value in values.items():
        register.loc[(register["id"] == id_) & (register["scope"] == "all"), "value"] = value
    company["Assumptions"] = register


def monthly(company: dict[str, pd.DataFrame]) -> None:
    assumed(company, timing="end", periods_per_year=12.0, horizon=15.0)


def endless(company: dict[str, pd.DataFrame]) -> None:
    assumed(company, timing="start", periods_per_year=4.0, horizon="inf", costing="activity-based")


def booked(company: dict[str, pd.DataFrame]) -> None:
    assumed(company, financing_booked="yes", credit_loss_booked="yes", discount_rate=0.0, borrowing_rate=None)


def untied(company: dict[str, pd.DataFrame]) -> None:
    assumed(company, ledger_control_total=5.0)


VARIANTS = (*(by_quarter, patchy, without_ledger, without_retention, unclear_pools, monthly, endless, booked, untied),)


@pytest.mark.parametrize("variant", VARIANTS)
def test_other_companies_agree_as_well(variant: Any) -> None:
    company = some(12, sample_company())
    if variant not in (untied, without_ledger):
        assumed(company, ledger_control_total=None)
        company["Trial balance"] = company["Trial balance"].iloc[:0]
    variant(company)
    other = Company(company)
    for customer in customers_of(other):
        assert wrong(other.pick(customer)) == {}, customer


def test_customers_of_day_one_agree_and_what_nobody_knows_is_said() -> None:
    frame = pd.DataFrame(
        {
            "customer_id": ["K1", "K2", "K3", "K4"],
            "name": ["One", "Two", "Three", "Four"],
            "annual_revenue": [120_000.0, 50_000.0, np.nan, np.nan],
            "annual_margin": [40_000.0, np.nan, 9_000.0, np.nan],
            "stock_value": [np.nan, 1_000.0, np.nan, np.nan],
        }
    )
    register = sample_company()["Assumptions"]
    company = {"Customers": frame, "Assumptions": register[register["scope"] == "all"].reset_index(drop=True)}
    tables, names = refreshed(company)
    for customer in frame["customer_id"]:
        assert wrong(picked(tables, names, customer)) == {}, customer
    assumed(company, gross_margin_pct=None)
    tables, names = refreshed(company)
    filled = picked(tables, names, "K2")
    assert wrong(filled) == {}
    assert filled.figure("proof.pnl.cogs.result") == filled.figure("proof.value.value.result") == "not known"
    assert "lines are not known, here and there alike" in str(filled.figure("proof.answer"))


def test_what_there_is_no_room_for_is_taken_over(small: tuple[Tables, dict[str, Cell]]) -> None:
    company = some(5, sample_company())
    pools = company["Ledger pools"]
    many = pd.concat([pools.assign(amount=(pools["amount"] / 8).round(2))] * 8, ignore_index=True)
    many["pool"] = [f"{pool} {row}" for row, pool in enumerate(many["pool"])]
    company |= {"Ledger pools": many, "Service departments": company["Service departments"].iloc[:0]}
    company["Trial balance"] = company["Trial balance"].iloc[:0]
    assumed(company, ledger_control_total=None)
    assert len(many) > LEDGER_ROWS
    tables, names = refreshed(company)
    filled = picked(tables, names, "C0002")
    assert [filled.figure(f"{key}.result") for key in PROOF_LINES] == ["OK"] * len(PROOF_LINES)
    assert str(filled.figure("proof.pnl.sales.how")).startswith("taken over from Cost detail")
    assert float(str(filled.figure("proof.taken"))) > 0


class TestCompleteness:
    def test_the_sample_ties_and_one_total_is_not_reviewed(self, sample: Company) -> None:
        filled = book(TEMPLATE, sample.tables, sample.names)
        assert [filled.figure(f"complete.{item}.result") for item in CONTROL_ITEMS] == ["OK"] * len(CONTROL_ITEMS)
        signed = [filled.figure(f"complete.{item}.signed") for item in CONTROL_ITEMS]
        assert signed == ["signed off"] * 5 + ["not reviewed"]
        assert filled.figure("complete.answer") == (
            "All 26 control totals agree, in money and in rows. 25 of 26 are signed off by a second person."
        )
        assert filled.figure("complete.further") == 0.0
        assert filled.figure("check.completeness") == "OK"

    @pytest.mark.parametrize(("column", "by"), [("amount", 0.01), ("rows", 1.0)])
    def test_a_cent_or_a_row_less_is_seen(self, sample: Company, column: str, by: float) -> None:
        for row, key in ((0, "complete.sales"), (10, "complete.pool.5")):
            filled = book(TEMPLATE, changed(sample.tables, "Control totals", column, row, by), sample.names)
            assert filled.figure(f"{key}.result") == "DIFFERS"
            assert str(filled.figure("complete.answer")).startswith("DOES NOT TIE: 1 of 26 extracts differ.")
            assert filled.figure("check.completeness") == "ERROR"

    def test_without_control_totals_nothing_fails(self, small: tuple[Tables, dict[str, Cell]]) -> None:
        tables, names = small
        filled = book(TEMPLATE, tables, names)
        assert filled.figure("complete.sales.result") == "not given"
        assert str(filled.figure("complete.answer")).startswith("No control totals yet")
        assert filled.figure("check.completeness") == "OK"

    @pytest.mark.parametrize(
        ("prepared", "reviewed", "on", "said"),
        [
            ("A", "B", AS_OF, "signed off"),
            ("A", "A", AS_OF, "not by another person"),
            ("A", "B", None, "not reviewed"),
            (None, "B", AS_OF, "not prepared"),
        ],
    )
    def test_who_signs_off(self, prepared: Cell, reviewed: Cell, on: Cell, said: str) -> None:
        control: TableCells = {
            "item": ["invoices"],
            "amount": [10.0],
            "prepared_by": [prepared],
            "reviewed_by": [reviewed],
            "date": [on],
        }
        tables: Tables = {"Control totals": control, "Invoices": {"amount": [4.0, 6.0]}}
        filled = book(TEMPLATE, tables, {})
        assert (filled.figure("complete.invoices.result"), filled.figure("complete.invoices.signed")) == ("OK", said)

    def test_pools_beyond_the_lines_are_summed_up(self) -> None:
        pools: TableCells = {"pool": [f"P{row}" for row in range(POOL_LINES + 2)], "amount": [1.0] * (POOL_LINES + 2)}
        assert book(TEMPLATE, {"Ledger pools": pools}, {}).figure("complete.further") == 2.0
