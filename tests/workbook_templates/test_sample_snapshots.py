"""The sample company's snapshot of the quarter before: the stored one is what the chain makes today."""

from pathlib import Path

import pandas as pd
import pytest

from valuation.model import Results, value_base
from valuation.tables import SNAPSHOT_DATES, SNAPSHOTS, TABLES, Kind, Table, TableData
from workbook_templates.sample import sample_company, snapshots
from workbook_templates.sample.planted import BIGGEST_DEAL, RECENT_WIN
from workbook_templates.sample.snapshots import known_then, made_snapshots, sample_snapshots

Frames = dict[str, pd.DataFrame]
THEN = pd.Timestamp("2025-09-30")
CENT, STORED_SHARE = 0.01, 1e-6
TOLERANCES = {Kind.MONEY: CENT, Kind.SHARE: STORED_SHARE, Kind.COUNT: 0.0}
BOTH = pytest.mark.parametrize("table", [SNAPSHOTS, SNAPSHOT_DATES], ids=lambda table: str(table.name))


@pytest.fixture(scope="module")
def company() -> Frames:
    return sample_company()


@pytest.fixture(scope="module")
def known(company: Frames) -> Frames:
    return known_then(company)


@pytest.fixture(scope="module")
def stored() -> Frames:
    return sample_snapshots()


@pytest.fixture(scope="module")
def made() -> Frames:
    return made_snapshots()


@pytest.fixture(scope="module")
def today(company: Frames, stored: Frames) -> Results:
    tables = {name: TableData(table=TABLES[name], frame=frame) for name, frame in company.items()}
    return value_base(tables, last=stored, wanted={"Snapshots", "Receivables"})


class TestStored:
    @BOTH
    def test_is_what_the_chain_makes_today(self, table: Table, stored: Frames, made: Frames) -> None:
        for column in table:
            one, other = stored[table.name][column.name], made[table.name][column.name]
            if column.kind in TOLERANCES:
                assert ((one - other).abs() <= TOLERANCES[column.kind]).all(), column.name
            else:
                pd.testing.assert_series_equal(one, other)

    @BOTH
    def test_fits_the_contract(self, table: Table, stored: Frames) -> None:
        assert list(stored[table.name]) == [column.name for column in table]
        assert not stored[table.name].duplicated(list(table.key)).any()

    def test_is_the_final_one_of_the_third_quarter(self, stored: Frames) -> None:
        assert list(stored["Snapshot dates"]["state"]) == ["final"]
        assert set(stored["Snapshots"]["state"]) == {"final"}
        assert set(stored["Snapshots"]["as_of"]) == set(stored["Snapshot dates"]["as_of"]) == {THEN}

    def test_is_small(self) -> None:
        assert snapshots.STORED.stat().st_size < 200_000

    def test_can_be_made_again(self, stored: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = snapshots.STORED.read_bytes()
        monkeypatch.setattr(snapshots, "STORED", tmp_path / "again.csv")
        snapshots._store(stored)
        assert snapshots.STORED.read_bytes() == before


class TestKnownThen:
    def test_nothing_is_dated_later(self, known: Frames) -> None:
        ahead = {
            ("Retention", "contract_end"),
            ("Overrides", "expires"),
            ("Invoices", "due_date"),
            ("Goals", "target_date"),
        }
        # When somebody wrote a line down is no claim about the company.
        written = {("Assumptions", "as_of"), ("Officers", "signed_on"), ("Control totals", "date")}
        for name, frame in known.items():
            for column in frame.select_dtypes("datetime"):
                if (name, column) not in ahead | written:
                    assert not (frame[column] > THEN).any(), (name, column)

    def test_nobody_is_named_who_came_later(self, company: Frames, known: Frames) -> None:
        newcomers = set(company["Customers"]["customer_id"]) - set(known["Customers"]["customer_id"])
        assert newcomers
        for name, frame in known.items():
            assert not frame.select_dtypes("object").isin(newcomers).any(axis=None), name

    def test_who_left_later_was_active(self, company: Frames, known: Frames) -> None:
        customers = company["Customers"]
        left = customers.loc[customers["end_date"] > THEN, "customer_id"]
        then = known["Customers"].set_index("customer_id").loc[left]
        assert not left.empty
        assert set(then["status"]) == {"active"}
        assert then["end_date"].isna().all()

    def test_quantities_follow_net_revenue_and_those_of_winning_a_customer_stay(
        self, company: Frames, known: Frames
    ) -> None:
        documents, ids = company["Transactions"], (BIGGEST_DEAL, RECENT_WIN)
        for id_ in ids:
            own = documents[documents["customer_id"] == id_]
            amounts = [
                own.loc[own["date"].between(first, last), "net_amount"].sum()
                for first, last in (("2024-10-01", "2025-09-30"), ("2025-01-01", "2025-12-31"))
            ]
            year, then = (
                frame[frame["customer_id"] == id_].set_index("driver")["quantity"]
                for frame in (company["Drivers"], known["Drivers"])
            )
            assert (then.drop("acquisition hours", errors="ignore") > 0).any()
            for driver, quantity in year.items():
                grown = quantity if driver == "acquisition hours" else quantity * amounts[0] / amounts[1]
                assert then[str(driver)] == pytest.approx(grown, abs=0.006)
        assert "acquisition hours" in year

    def test_the_company_itself_stays_as_it_is(self, company: Frames) -> None:
        before = {name: frame.copy() for name, frame in company.items()}
        known_then(company)
        for name, frame in company.items():
            pd.testing.assert_frame_equal(frame, before[name])


class TestMigration:
    def test_a_few_dozen_customers_move_by_every_cause(self, today: Results) -> None:
        movers = today.tables["Movers"]
        assert 24 <= movers["direction"].isin(["up", "down"]).sum() <= 100
        assert set(movers["cause"].dropna()) == {"the customer", "the cut", "both", "an override"}

    def test_whom_an_override_held_then_falls(self, today: Results) -> None:
        movers = today.tables["Movers"].set_index("customer_id")
        assert movers.loc[BIGGEST_DEAL, "cause"] == "an override"

    def test_the_final_snapshot_stays_as_stored(self, today: Results, stored: Frames) -> None:
        kept = today.tables["Snapshots"]
        final = kept[kept["state"] == "final"].reset_index(drop=True)
        pd.testing.assert_frame_equal(final, stored["Snapshots"], check_dtype=False)
        assert not [finding for finding in today.findings if finding.kind == "closed period changed"]
