"""The chance to stay: which evidence wins, how it is drawn towards the prior, and how good it is."""

import numpy as np
import pytest

from tests.valuation.model.builders import AS_OF, customers, settings, table, tables, transactions
from valuation.model.history import read_base, read_history
from valuation.model.retention import Retention, chance_to_stay, gone, prospects
from valuation.settings import Settings
from valuation.tables import TableData

OWN = customers("A", "B", "C", segment=["s", "t", None], first_purchase=["2020-01-01"] * 3)
PRIOR = settings(retention_prior=0.8, retention_prior_weight=20.0)


def retention(
    own: TableData, *parts: TableData, assumed: Settings = PRIOR, as_of: np.datetime64 = AS_OF
) -> tuple[Retention, str]:
    given = tables(*parts)
    base = read_base(own, given.get("Transactions"), as_of)
    return chance_to_stay(base, read_history(base), assumed, given)


def evidence(**columns: list[object]) -> TableData:
    size = len(next(iter(columns.values())))
    usual: dict[str, list[object]] = {"customer_id": [None] * size, "segment": [None] * size}
    return table("Retention", **(usual | columns))


def buyers(stayed: int, left: int) -> tuple[TableData, TableData]:
    """Customers who bought in the year before last, of whom some bought again in the last one."""
    ids = [f"C{i}" for i in range(stayed + left)]
    rows = [(id_, "2024-06-01", 1.0) for id_ in ids] + [(id_, "2025-06-01", 1.0) for id_ in ids[:stayed]]
    return customers(*ids), transactions(*rows, (None, "2024-01-01", 1.0))


# Which evidence wins.


def test_prior_where_nothing_is_known() -> None:
    result, note = retention(OWN)
    assert result.rate.tolist() == [0.8] * 3
    assert set(result.basis) == {"prior (assumption)"}
    assert set(result.grade) == {"C"}
    assert note.startswith(
        "Chance to stay, with the number of customers: prior (assumption) (3). Prior, because 0 months of history"
    )


def test_prior_may_differ_by_segment_and_customer() -> None:
    assumed = settings(
        ("retention_prior", 0.6, "segment", "s"), ("retention_prior", 0.9, "customer", "B"), retention_prior=0.7
    )
    assert retention(OWN, assumed=assumed)[0].rate.tolist() == [0.6, 0.9, 0.7]


def test_buyers_who_came_back_beat_the_prior_when_there_are_enough() -> None:
    own, sales = buyers(30, 10)
    result, note = retention(own, sales)
    assert result.rate[0] == pytest.approx((20 * 0.8 + 30) / (20 + 40))
    assert (result.basis[0], result.grade[0]) == ("all customers: 30 of 40 bought again", "B")
    assert note == "Chance to stay, with the number of customers: all customers: 30 of 40 bought again (30)"
    few, why = retention(*buyers(30, 9))
    assert few.basis[0] == "prior (assumption)"
    assert "9 events are fewer than 10" in why


def test_buyers_who_came_back_are_drawn_towards_each_customers_own_prior() -> None:
    own, sales = buyers(30, 10)
    assumed = settings(("retention_prior", 0.5, "customer", "C0"), retention_prior=0.8, retention_prior_weight=20.0)
    rate = retention(own, sales, assumed=assumed)[0].rate
    assert rate[:2].tolist() == pytest.approx([(20 * 0.5 + 30) / 60, (20 * 0.8 + 30) / 60])


def test_pooling_needs_both_years_in_full() -> None:
    own, sales = buyers(30, 10)
    earlier = sales.frame["date"].min()
    assert earlier == np.datetime64("2024-01-01")
    shifted = TableData(table=sales.table, frame=sales.frame[sales.frame["date"] > earlier])
    assert retention(own, shifted)[0].basis[0] == "prior (assumption)"


def test_customer_beats_segment_beats_everybody_beats_pooled() -> None:
    rows = evidence(
        customer_id=["A", None, None],
        segment=[None, "t", None],
        renewed=[90.0, 60.0, 30.0],
        exposed=[100.0, 100.0, 100.0],
    )
    result, _ = retention(OWN, rows)
    assert result.basis.tolist() == [
        "own record: 90 of 100 stayed",
        "segment: 60 of 100 stayed",
        "all customers: 30 of 100 stayed",
    ]
    assert result.rate.tolist() == pytest.approx([(16 + kept) / 120 for kept in (90, 60, 30)])
    assert result.grade.tolist() == ["A", "B", "B"]
    own, sales = buyers(30, 10)
    everybody = evidence(renewed=[50.0], exposed=[100.0])
    assert set(retention(own, sales, everybody)[0].basis[:30]) == {"all customers: 50 of 100 stayed"}


def test_a_row_with_customer_and_segment_is_the_customers() -> None:
    rows = evidence(customer_id=["A"], segment=["t"], renewed=[50.0], exposed=[100.0])
    assert retention(OWN, rows)[0].basis.tolist() == ["own record: 50 of 100 stayed", *["prior (assumption)"] * 2]


def test_a_stated_chance_beats_counts_and_is_graded_as_typed() -> None:
    rows = evidence(customer_id=["A", "B"], renewed=[90.0, 5.0], exposed=[100.0, 10.0], probability=[0.97, None])
    result, _ = retention(OWN, rows)
    assert (result.rate[0], result.basis[0], result.grade[0]) == (0.97, "own record: stated chance", "C")
    assert result.basis[1] == "own record: 5 of 10 stayed"


def test_the_first_of_two_rows_counts() -> None:
    rows = evidence(customer_id=["A", "A"], probability=[0.5, 0.9])
    assert retention(OWN, rows)[0].rate[0] == 0.5
    everybody = evidence(customer_id=[None, None], probability=[0.5, 0.9])
    assert retention(OWN, everybody)[0].rate.tolist() == [0.5] * 3


# How good it is.


def test_counts_that_weigh_less_than_the_prior_are_graded_like_it() -> None:
    rows = evidence(customer_id=["A", "B"], renewed=[8.0, 18.0], exposed=[9.0, 20.0])
    result, _ = retention(OWN, rows)
    assert result.rate[0] == pytest.approx(0.827586, abs=5e-7)  # specification A11
    assert result.grade.tolist() == ["C", "A", "C"]
    assert result.basis[0] == "own record: 8 of 9 stayed"


@pytest.mark.parametrize(
    ("renewed", "exposed", "probability"),
    [(0.0, 0.0, None), (9.0, 8.0, None), (None, 8.0, None), (8.0, None, None), (-1.0, 8.0, None), (None, None, 80.0)],
)
def test_counts_that_say_nothing_leave_the_wider_evidence(
    renewed: float | None, exposed: float | None, probability: float | None
) -> None:
    rows = evidence(
        customer_id=["A", None],
        segment=[None, "s"],
        renewed=[renewed, 80.0],
        exposed=[exposed, 100.0],
        probability=[probability, None],
    )
    assert retention(OWN, rows)[0].basis[0] == "segment: 80 of 100 stayed"


def test_without_weight_the_counts_stand_alone() -> None:
    assumed = settings(retention_prior_weight=0.0)
    result, _ = retention(OWN, evidence(customer_id=["A"], renewed=[1.0], exposed=[4.0]), assumed=assumed)
    assert (result.rate[0], result.grade[0]) == (0.25, "A")


def test_a_retention_table_without_its_columns_changes_nothing() -> None:
    assert retention(OWN, table("Retention", segment=["s"]))[0].rate.tolist() == [0.8] * 3
    assert retention(OWN, table("Retention", customer_id=[]))[0].rate.tolist() == [0.8] * 3


# Who has no future here.


def test_lost_ended_and_silent_customers_are_gone() -> None:
    own = table(
        "Customers",
        customer_id=["lost", "ended", "ends later", "silent", "contract", "buys", "typed"],
        status=["lost", None, None, "active", None, None, None],
        end_date=[None, "2025-12-31", "2026-01-01", None, None, None, None],
        contract_type=[None, None, "contractual", "transactional", "contractual", None, None],
        first_purchase=["2020-01-01"] * 7,
        annual_revenue=[None] * 6 + [5.0],
    )
    sales = transactions(("buys", "2025-06-01", 1.0), ("buys", "2024-01-01", 1.0))
    base = read_base(own, sales, AS_OF)
    assert base.customers["customer_id"][gone(base, read_history(base))].tolist() == ["lost", "ended", "silent"]
    result, _ = retention(own, sales, evidence(probability=[0.9]))
    assert result.rate.tolist() == [0.0, 0.0, 0.9, 0.0, 0.9, 0.9, 0.9]
    assert (result.basis[0], result.grade[0]) == ("no longer a customer", "A")


def test_prospects_never_bought() -> None:
    own = table(
        "Customers",
        customer_id=["called", "no sign", "dated", "active", "credited", "trial", "bought", "typed"],
        status=["prospect", None, None, "active", None, None, "prospect", None],
        first_purchase=[None, None, "2025-05-05", None, None, None, None, None],
        annual_margin=[None] * 7 + [5.0],
    )
    sales = transactions(("credited", "2025-06-01", -1.0), ("trial", "2025-06-01", 0.0), ("bought", "2025-06-01", 1.0))
    base = read_base(own, sales, AS_OF)
    history = read_history(base)
    ids = base.customers["customer_id"]
    assert ids[prospects(base, history)].tolist() == ["called", "no sign", "trial"]
    assert ids[gone(base, history)].tolist() == ["credited"]
    result, _ = retention(own, sales)
    assert (result.rate[0], result.basis[0]) == (0.0, "not yet a customer")


def test_nobody_has_no_chance() -> None:
    result, note = retention(table("Customers", customer_id=[]), transactions(("X", "2025-06-01", 1.0)))
    assert (result.rate.size, note) == (0, "")


def test_the_note_counts_only_who_has_a_future_and_the_commonest_first() -> None:
    own = customers("A", "B", "C", "D", "E", status=["lost", None, None, None, None], segment=["s", "s", "s", "t", "t"],
                    first_purchase=["2020-01-01"] * 5)  # fmt: skip
    rows = evidence(
        customer_id=["B", None, None], segment=[None, "s", "t"], renewed=[5.0, 50.0, 70.0], exposed=[9.0, 60.0, 80.0]
    )
    assert retention(own, rows)[1] == (
        "Chance to stay, with the number of customers: segment (3), own record: 5 of 9 stayed (1)"
    )


def test_order_of_rows_does_not_matter() -> None:
    rows = evidence(
        customer_id=["A", None, "B", None],
        segment=[None, "s", None, None],
        renewed=[8.0, 50.0, None, 70.0],
        exposed=[9.0, 60.0, None, 80.0],
        probability=[None, None, 0.7, None],
    )
    turned = TableData(table=rows.table, frame=rows.frame[::-1].reset_index(drop=True))
    there, back = retention(OWN, rows)[0], retention(OWN, turned)[0]
    assert there.rate.tolist() == back.rate.tolist()
    assert there.basis.tolist() == back.basis.tolist()
