"""What CV_WHAT_IF makes of prices without revenue, of unknown names, and of cost that may or may not be avoidable."""

from typing import Any

import pytest

from addin.calls import evaluate
from workbook_templates.plan import CellError

NA, NUM, VALUE = CellError.NA, CellError.NUM, CellError.VALUE
POOLS: list[list[Any]] = [
    ["pool", "amount", "driver", "treatment", "family", "avoidable_share", "customer_id"],
    ["Dispatch", 100.0, "parcels", "retention", "logistics", 0.4, None],
    ["Care", 50.0, None, "retention", "support", None, "A"],
    ["Lost", 9.0, "trucks", "retention", "sales", 1.0, None],
]
DRIVERS: list[list[Any]] = [["customer_id", "driver", "quantity"], ["A", "parcels", 10.0], ["B", "parcels", 30.0]]
REVENUE: list[list[Any]] = [["customer_id", "net_revenue", "cogs"], ["A", 1000.0, 600.0], ["D", 100.0, None]]


def tried(*rows: list[Any], revenue: list[list[Any]] | None = REVENUE) -> Any:
    heading = ["change", "name", "value", "customer_id", "lost_share"]
    return evaluate("CV_WHAT_IF", [POOLS, DRIVERS, [heading, *rows], revenue, False])


def test_a_family_or_a_pool_and_stranded_cost_that_is_not_known() -> None:
    reply = tried(["service level", "Logistics", -0.5, "B", None], ["service level", " Care ", -0.5, None, None])
    assert reply.cells == [
        ["service level Logistics -50%, customer B", 1, 0, -37.5, 37.5, 22.5, 15],
        ["service level Care -50%", 1, 0, -25, 25, NA, NA],
        ["all together", 2, 0, -62.5, 62.5, NA, NA],
    ]
    assert reply.message.startswith("service level Care -50%: stranded cost is not known without avoidable_share")
    assert "zero driver (Lost, trucks): 9.00 is not charged" in reply.message


def test_lost_sales_take_cost_along_and_leave_out_whose_cost_of_goods_is_not_known() -> None:
    # A: 1000 x 0.9 x 1.2; cogs 600, dispatch 25 and care 50 lose a tenth; nobody knows what of care is stranded.
    reply = tried(["price", None, 0.2, None, 0.1])
    assert reply.cells[0] == ["price +20%, 10% lost", 3, 80, -7.5, 147.5, NA, NA]
    assert "cost of goods -60.00" in reply.message
    assert "customers left out because revenue or cost is not known: 2" in reply.message


@pytest.mark.parametrize(
    ("row", "error", "message"),
    [
        (["driver", "trucks", -0.2, None, None], VALUE, "driver must be among parcels, not trucks"),
        (["service level", "Rent", -0.2, None, None], VALUE, "pool must be among Care, Dispatch, not Rent"),
        (["driver", "parcels", -1.2, None, None], NUM, "value must be at least -1, not -1.2"),
        (["price", None, 0.1, None, 1.5], NUM, "lost_share must be from 0 to 1, not 1.5"),
        (["price", None, 0.1, "Z", None], NA, "customer Z is named neither in pools nor in drivers nor in revenue"),
    ],
)
def test_a_change_that_cannot_be_tried_names_its_row(row: list[Any], error: CellError, message: str) -> None:
    reply = tried(["driver", "parcels", 0.1, None, None], row)
    assert (reply.cells, reply.message) == ([[error]], f"changes, row 2: {message}")


def test_a_price_needs_revenue() -> None:
    reply = tried(["price", None, 0.1, None, None], revenue=None)
    assert reply.cells == [[VALUE]]
    assert reply.message == "changes, row 1: a price needs revenue, a table of customer_id and net_revenue"
    assert tried(["driver", "parcels", 0.0, None, None], revenue=None).cells[0][1:] == [0, 0, 0, 0, 0, 0]
