"""The whole chain: always an answer, laws over all result tables, size, and findings at the rows as read."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.model.builders import (
    WHOLE_CHAIN,
    Tables,
    assumptions,
    customers,
    found,
    from_frame,
    kinds,
    result,
    segmented,
    table,
    tables,
    transactions,
    value,
)
from valuation.findings import Severity
from valuation.model import Results, value_base
from valuation.tables import INPUT_TABLES, TABLES, TableData, empty_frame

AS_OF = pd.Timestamp("2025-12-31")
RESULTS = ("Customer P&L", "Cost to serve", "Lifetime value", "Horizons", "Segments", "Reconciliation")


def well_formed(results: Results) -> Results:
    """Every result table has its contract's columns, and every finding its money for each of its rows."""
    assert tuple(results.tables) == RESULTS
    for name in RESULTS:
        assert list(results.tables[name]) == [column.name for column in TABLES[name]]
    for finding in results.findings:
        assert not finding.rows or len(finding.amounts) in (0, len(finding.rows))
        assert {type(row) for row in finding.rows} <= {int}
        assert min(finding.rows, default=1) >= 1
        assert {type(amount) for amount in finding.amounts} <= {float}
    severities = [finding.severity for finding in results.findings]
    assert severities == sorted(severities, reverse=True)
    return results


# Always an answer.


def test_no_tables_at_all() -> None:
    results = well_formed(value_base({}))
    assert "no customers" in kinds(results.findings)
    assert results.as_of == np.datetime64("1900-01-01")


def test_tables_with_headers_only() -> None:
    inputs = {t.name: TableData(table=t, frame=empty_frame(t)) for t in INPUT_TABLES}
    results = well_formed(value_base(inputs))
    assert "no customers" in kinds(results.findings)
    assert results.tables["Horizons"]["value"].tolist() == [0.0] * 5


def test_tables_of_one_blank_row() -> None:
    inputs = {t.name: table(t.name, **{c.name: [None] for c in t}) for t in INPUT_TABLES}
    results = well_formed(value_base(inputs))
    assert len(results.tables["Customer P&L"]) == 0
    assert kinds(results.findings) == {"no customers", "as-of date not set", "assumption missing"}


def test_tables_without_any_column_of_the_contract() -> None:
    inputs = {t.name: TableData(table=t, frame=pd.DataFrame(index=pd.RangeIndex(2))) for t in INPUT_TABLES}
    well_formed(value_base(inputs))


@pytest.mark.parametrize("dropped", [(t.name, c.name) for t in INPUT_TABLES for c in t], ids=str)
def test_any_column_may_be_missing(everything: Tables, dropped: tuple[str, str]) -> None:
    name, column = dropped
    data = everything[name]
    less = TableData(table=data.table, frame=data.frame.drop(columns=column, errors="ignore"))
    results = well_formed(value_base({**everything, name: less}))
    missing = {(f.table, f.column) for f in results.findings if f.kind == "column missing"}
    assert missing == ({dropped} if TABLES[name][column].required else set())


@pytest.fixture(scope="module")
def everything() -> Tables:
    return tables(
        table(
            "Customers",
            customer_id=["A", "B", "C"],
            name=["Alder", "Birch", "Cedar"],
            first_purchase=["2020-01-01", "2025-02-01", None],
            status=["active", "active", "prospect"],
            segment=["s", "s", None],
        ),
        transactions(("A", "2025-03-01", 100.0), ("B", "2025-03-01", 50.0), ("A", "2024-03-01", 90.0), cogs=[40.0] * 3),
        table(
            "Ledger pools",
            pool=["support"],
            gl_account=["1"],
            amount=[10.0],
            driver=["h"],
            treatment=["retention"],
            acq_share=[0.1],
        ),
        table("Drivers", customer_id=["A", "B"], driver=["h", "h"], quantity=[1.0, 4.0]),
        table(
            "Retention",
            customer_id=["A", None],
            segment=[None, "s"],
            renewed=[None, 50.0],
            exposed=[None, 60.0],
            probability=[0.9, None],
        ),
        table(
            "Assumptions",
            id=["as_of"],
            name=["As of"],
            value=[AS_OF],
            unit=["date"],
            scope=["all"],
            applies_to=[None],
            source=["x"],
            owner=["y"],
            as_of=["2025-12-31"],
            used=[None],
        ),
        *(TableData(table=t, frame=empty_frame(t)) for t in INPUT_TABLES[6:]),
    )


# The as-of date.


def test_without_an_as_of_date_the_latest_transaction_stands_in_and_says_so() -> None:
    results = value(customers("A"), transactions(("A", "2025-03-01", 1.0), ("A", "2025-07-01", 1.0), cogs=[0.0, 0.0]))
    assert results.as_of == np.datetime64("2025-07-01")
    finding = found(results.findings, "as-of date not set")
    assert (finding.severity, "2025-07-01" in finding.what) == (Severity.NOTE, True)


def test_on_day_one_the_latest_date_of_the_inputs_stands_in() -> None:
    own = customers("A", "B", first_purchase=["2020-05-05", "2024-01-01"], annual_margin=[1.0, 1.0])
    results = value(own)
    assert results.as_of == np.datetime64("2024-01-01")
    assert found(results.findings, "as-of date not set").severity is Severity.WARNING
    assert "future date" not in kinds(results.findings)


def test_a_set_as_of_date_is_used_as_it_is() -> None:
    results = value(customers("A"), assumptions(as_of=AS_OF))
    assert (results.as_of, "as-of date not set" in kinds(results.findings)) == (np.datetime64("2025-12-31"), False)


# Findings at the rows as read.


def test_every_finding_names_the_row_of_the_sheet() -> None:
    own = table(
        "Customers",
        customer_id=["A", None, "A", "neg", "late", "typed"],
        first_purchase=["2020-01-01", "2020-01-01", None, None, "2025-06-01", None],
        annual_revenue=[None, None, None, None, None, 5.0],
    )
    sales = transactions(
        (None, None, None),
        ("neg", None, 3.0),
        ("neg", "2025-03-01", -5.0),
        ("late", "2025-03-01", 5.0),
        ("X", "2025-03-01", 5.0),
        cogs=[None, 1.0, 1.0, None, 1.0],
    )
    results = well_formed(value(own, sales, assumptions(as_of=AS_OF, sales_cost=0.0)))
    rows = {(f.kind, f.table, f.column): f.rows for f in results.findings}
    assert rows["negative net revenue", "Customers", "customer_id"] == (4,)
    assert rows["first purchase after a transaction", "Customers", "first_purchase"] == (5,)
    assert rows["cost of goods unknown", "Transactions", "cogs"] == (4,)
    assert rows["cost of goods unknown", "Customers", "annual_margin"] == (6,)
    assert rows["unknown customer", "Transactions", "customer_id"] == (5,)
    assert rows["blank", "Transactions", "date"] == (2,)
    assert rows["duplicate", "Customers", "customer_id"] == (3,)


# Shapes of customers.


def test_customers_of_every_shape_have_an_answer() -> None:
    own = customers("one", "none", "credits", "zeros", "many")
    sales = transactions(
        ("one", "2025-03-01", 10.0),
        ("credits", "2025-03-01", -10.0),
        ("zeros", "2025-03-01", 0.0),
        ("many", "2025-03-01", 10.0),
        ("many", "2025-04-01", 20.0),
        cogs=[4.0, -4.0, 0.0, 4.0, 8.0],
    )
    results = well_formed(value(own, sales, assumptions(as_of=AS_OF, sales_cost=0.0)))
    frame = result(results, "Lifetime value")
    assert (frame["value"] > 0).tolist() == [True, False, False, False, True]
    assert (frame["value"] == 0).tolist() == [False, True, True, True, False]
    assert result(results, "Customer P&L")["contribution"].tolist() == [6.0, 0.0, -6.0, 0.0, 18.0]


def test_one_customer_is_a_base() -> None:
    results = well_formed(value(customers("A"), transactions(("A", "2025-03-01", 10.0), cogs=[4.0])))
    assert results.tables["Segments"]["segment"].tolist() == ["A"]
    assert results.tables["Lifetime value"]["value_rank"].tolist() == [1.0]


def test_drivers_that_are_all_nought_leave_the_pool_unallocated() -> None:
    pools = table(
        "Ledger pools", pool=["support"], gl_account=["1"], amount=[9.0], driver=["h"], treatment=["retention"]
    )
    nothing = table("Drivers", customer_id=["A"], driver=["h"], quantity=[0.0])
    results = well_formed(value(customers("A"), transactions(("A", "2025-03-01", 10.0), cogs=[4.0]), pools, nothing))
    assert results.tables["Cost to serve"]["unallocated"].tolist() == [9.0]
    assert "zero driver" in kinds(results.findings)


def test_raw_online_shop_data() -> None:
    """Prices under a cent, free goods, cancellations of earlier sales, bad debt, no customer, no cost of goods."""
    own = customers("12346", "17850", "13047", "14911")
    sales = transactions(
        ("12346", "2011-01-18", 77183.60),
        ("12346", "2011-01-18", -77183.60),
        ("17850", "2010-12-01", 139.12),
        ("17850", "2010-12-02", -0.0012),
        ("13047", "2011-12-08", 0.0),
        ("14911", "2011-12-08", 0.001),
        (None, "2011-08-12", -11062.06),
        (None, "2011-08-12", 11062.06),
        ("14911", "2010-12-09", 12.5),
        type=[None, None, None, None, None, None, "adjustment", "adjustment", None],
    )
    results = well_formed(value(own, sales, assumptions(as_of=pd.Timestamp("2011-12-09"), gross_margin_pct=0.35)))
    amounts = results.tables["Reconciliation"].set_index("line")["amount"]
    assert amounts["All transactions"] == 151.6198
    assert amounts["Unknown customer"] == 0.0
    pnl = result(results, "Customer P&L")
    assert pnl["net_revenue"].tolist() == [0.0, 0.0, 0.0, 0.001]
    assert pnl["gross_margin"].tolist() == [0.0, 0.0, 0.0, 0.00035]
    frame = result(results, "Lifetime value")
    assert frame["note"].tolist()[1:3] == ["no longer a customer: no future value", "not yet a customer: no value"]
    unpriced = well_formed(value(own, sales, assumptions(as_of=pd.Timestamp("2011-12-09"))))
    assert result(unpriced, "Customer P&L")["net_revenue"].tolist() == pnl["net_revenue"].tolist()
    assert result(unpriced, "Lifetime value")["value"].isna().tolist() == [True, False, False, True]
    assert found(unpriced.findings, "cost of goods unknown").severity is Severity.ERROR


# Laws.

IDS = ["A", "B", "C", "D"]
documents = st.lists(
    st.tuples(
        st.sampled_from([*IDS, "X", None]),
        st.dates(pd.Timestamp("2022-06-01").date(), pd.Timestamp("2026-02-01").date()).map(str),
        st.decimals(-500, 2000, places=2).map(float),
    ),
    max_size=25,
)


def inputs(rows: list[tuple[str | None, str, float]], *, scale: float = 1.0) -> Tables:
    sales = transactions(
        *((id_, day, amount * scale) for id_, day, amount in rows), cogs=[amount * scale * 0.6 for *_, amount in rows]
    )
    own = customers(*IDS, segment=["s", "s", "t", None])
    return tables(own, sales, assumptions(as_of=AS_OF, sales_cost=0.05, support_cost=0.02))


@WHOLE_CHAIN
@given(documents, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[tuple[str | None, str, float]], random: "st.DrawFn") -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    there, back = (value_base(inputs(order)).tables for order in (rows, shuffled))
    for name in RESULTS:
        pd.testing.assert_frame_equal(there[name], back[name], rtol=1e-12)


@WHOLE_CHAIN
@given(documents)
def test_scaling_money_scales_results(rows: list[tuple[str | None, str, float]]) -> None:
    plain, scaled = (value_base(inputs(rows, scale=scale)).tables for scale in (1.0, 1000.0))
    for name in ("Customer P&L", "Lifetime value", "Reconciliation"):
        money = [column.name for column in TABLES[name] if column.unit.startswith("currency")]
        np.testing.assert_allclose(scaled[name][money], plain[name][money] * 1000.0, rtol=1e-9, atol=0.01)
    assert scaled["Segments"]["segment"].tolist() == plain["Segments"]["segment"].tolist()


@WHOLE_CHAIN
@given(documents)
def test_splitting_the_base_adds_up(rows: list[tuple[str | None, str, float]]) -> None:
    def part(ids: list[str]) -> Results:
        # An old document of nobody's lets every part see as far back as the whole.
        chosen = [row for row in rows if row[0] in ids]
        return value_base(inputs([*chosen, (None, "2022-01-01", 1.0)]) | tables(customers(*ids)))

    whole, one, two = part(IDS), part(["A", "C"]), part(["B", "D"])
    for name, column in (("Customer P&L", "contribution"), ("Lifetime value", "value"), ("Lifetime value", "value_10")):
        totals = [results.tables[name][column].sum() for results in (whole, one, two)]
        assert totals[0] == pytest.approx(totals[1] + totals[2], rel=1e-9, abs=1e-6)


@WHOLE_CHAIN
@given(documents)
def test_refreshing_twice_changes_nothing(rows: list[tuple[str | None, str, float]]) -> None:
    first = value_base(inputs(rows))
    second = value_base(inputs(rows), last=first.tables)
    for name in RESULTS:
        pd.testing.assert_frame_equal(first.tables[name], second.tables[name])
    assert first.findings == second.findings


# Size.


def test_a_hundred_thousand_customers_are_valued_in_seconds() -> None:
    rng = np.random.default_rng(7)
    n, m = 100_000, 1_000_000
    ids = np.array([f"C{i:06d}" for i in range(n)], dtype=object)
    days = np.datetime64("2023-01-01", "s") + rng.integers(0, 1095, m) * np.timedelta64(1, "D")
    net = np.round(rng.lognormal(4.0, 1.0, m), 2)
    sales = {"customer_id": pd.Series(ids[rng.integers(0, n, m)], dtype=object), "date": days}
    used = {"customer_id": pd.Series(ids, dtype=object), "quantity": rng.integers(0, 9, n).astype(float)}
    data = tables(
        from_frame("Customers", pd.DataFrame({"customer_id": pd.Series(ids, dtype=object)})),
        from_frame("Transactions", pd.DataFrame({**sales, "net_amount": net, "cogs": net / 2})),
        from_frame("Drivers", pd.DataFrame(used).assign(driver=pd.Series(["h"] * n, dtype=object))),
        table("Ledger pools", pool=["support"], gl_account=["1"], amount=[1e6], driver=["h"], treatment=["retention"]),
        assumptions(as_of=AS_OF),
    )
    start = time.process_time()
    results = value_base(data, last=segmented(dict.fromkeys(ids.tolist(), "B")))
    assert time.process_time() - start < 10.0  # two to three on an ordinary machine, twice that when it has cold caches
    assert len(results.tables["Segments"]) == n
