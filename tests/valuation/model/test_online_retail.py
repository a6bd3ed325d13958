"""Online Retail with assumed pools: real documents, real drivers, and a ledger that ties to the cent."""

import numpy as np
import pytest

from tests.valuation.model.online_retail import costed_tables, real_data
from valuation.findings import Severity
from valuation.model import Results, value_base

pytestmark = pytest.mark.skipif(
    not real_data().is_file(), reason="no online_retail.parquet; CUSTOMER_VALUE_DATA names its folder"
)
WANTED = ("P&L by group", "Cost detail", "Concentration measures", "Effort and value")


@pytest.fixture(scope="module")
def results() -> Results:
    return value_base(costed_tables(), wanted=WANTED)


def test_every_cent_of_the_assumed_ledger_is_accounted_for(results: Results) -> None:
    for name in ("Cost to serve", "Ledger accounts"):
        statement = results.tables[name]
        assert (statement["difference"] == 0).all()
        parts = statement[["traced", "allocated", "unused", "unknown_customer", "unallocated"]]
        assert round(parts.to_numpy().sum(), 2) == round(statement["ledger"].sum(), 2) == 2_095_000.00
    assert (results.tables["Ledger accounts"]["not_in_pools"] == 0).all()
    assert round(results.tables["Cost to serve"]["services"].sum(), 2) == 0
    pnl, detail = results.tables["Customer P&L"], results.tables["Cost detail"]
    assert round(detail["cost"].sum(), 2) == round(pnl["cost_to_serve"].sum(), 2)
    assert not [finding for finding in results.findings if finding.severity is Severity.ERROR]


def test_documents_without_a_customer_bear_their_part_of_the_cost(results: Results) -> None:
    pools = results.tables["Cost to serve"].set_index("pool")
    unknown = pools["unknown_customer"].to_dict()
    assert unknown["Carriage"] > 50_000
    assert unknown["Catalogues"] == 0


def test_customers_whose_credits_exceed_their_sales_are_kept(results: Results) -> None:
    (found,) = (finding for finding in results.findings if finding.kind == "negative net revenue")
    assert len(found.rows) == 41  # over all documents, in exact decimals
    pnl = results.tables["Customer P&L"]
    negative = pnl[pnl["net_revenue"] < 0]
    assert len(negative) == 37  # in the twelve months
    assert (negative["contribution"] < 0).all()
    groups = results.tables["P&L by group"]
    countries = groups[groups["level"] == "segment"]
    assert np.isclose(countries["net_revenue"].sum(), pnl["net_revenue"].sum())
    assert countries["customers"].sum() == len(pnl) == 4372


def test_the_whale_curve_ends_at_the_total_and_peaks_above_it(results: Results) -> None:
    curve = results.tables["Concentration curve"]
    contribution = results.tables["Customer P&L"]["contribution"]
    assert np.isclose(curve["contribution"].iloc[-1], contribution.sum())
    measures = results.tables["Concentration measures"].set_index("measure")["contribution"]
    assert np.isclose(measures["Peak"], contribution[contribution > 0].sum())
    assert measures["Peak, share of total"] > 1
    assert measures["Customers below 0"] == (contribution < 0).sum()


def test_the_three_costings_share_one_ledger(results: Results) -> None:
    compared, pools = results.tables["Costing compare"], results.tables["Cost to serve"]
    charged = pools[["traced", "allocated"]].to_numpy().sum()
    assert np.isclose(compared["time_driven"].sum(), charged)
    assert (compared["why"] != "").sum() > 4000
    small = compared[(compared["net_revenue"] > 0) & (compared["net_revenue"] < 200)]
    assert (small["time_driven"] > small["volume_based"]).mean() > 0.95  # small orders are dear to serve
