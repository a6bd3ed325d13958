from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.receivables.builders import Document, documents, on_paper, open_on_the_day, read
from valuation.errors import DomainError, InputError
from valuation.receivables import AGEING_EDGES, ageing, ageing_labels, open_balance


def test_the_edges_belong_to_the_bucket_below() -> None:
    past_due = (-1, 0, 1, 30, 31, 60, 61, 90, 91, 5000)
    seen = read(
        [Document(issued=-6000, due=-days, paid=None, amount=1 << place) for place, days in enumerate(past_due)]
    )
    found = ageing(seen)
    assert found.labels == ("current", "1-30 days", "31-60 days", "61-90 days", "over 90 days")
    assert found.amount.tolist() == [1 + 2, 4 + 8, 16 + 32, 64 + 128, 256 + 512]
    assert found.documents.tolist() == [2, 2, 2, 2, 2]


def test_disputed_invoices_count_and_are_shown_apart() -> None:
    seen = read(
        [
            on_paper(100, late=None, issued=-35, disputed=True, number="R1"),
            Document(issued=-10, due=-10, paid=-10, amount=-30, credit_of="R1"),
            on_paper(50, late=None, issued=-35),
            on_paper(70, late=0, disputed=True),
        ]
    )
    found = ageing(seen, edges=(30,))
    assert found.amount.tolist() == [0, 120, 0]
    assert found.disputed.tolist() == [0, 70, 0]


def test_a_credit_balance_stands_with_what_is_current() -> None:
    seen = read([Document(issued=-100, due=-100, paid=None, amount=-40), on_paper(100, issued=-60, late=None)])
    assert ageing(seen).amount.tolist() == [-40, 100, 0, 0, 0]


@given(documents(), st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True).map(sorted))
def test_the_buckets_are_those_of_each_document(found: list[Document], edges: list[int]) -> None:
    expected: Counter[int] = Counter()
    for document in found:
        amount, days = open_on_the_day(document, found)
        bucket = 0 if days <= 0 else 1 + sum(days > edge for edge in edges)
        expected[bucket] += int(amount)
    aged = ageing(read(found), edges=edges)
    assert aged.amount.tolist() == [expected[bucket] for bucket in range(len(edges) + 2)]
    assert open_balance(read(found)) == sum(expected.values(), Fraction(0))


@pytest.mark.parametrize(
    ("edges", "error", "words"),
    [
        ((), InputError, "at least one"),
        ((0, 30), DomainError, "edges must rise, starting at 1 or more, not 0, 30"),
        ((30, 30), DomainError, "edges must rise"),
        ((60, 30), DomainError, "edges must rise"),
        ((30.5,), InputError, "edges must be a whole number"),
        ((True,), InputError, "edges must be a whole number"),
    ],
)
def test_edges_doors(edges: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        ageing(read([]), edges=edges)


def test_the_usual_edges() -> None:
    assert ageing_labels(AGEING_EDGES)[1:] == ("1-30 days", "31-60 days", "61-90 days", "over 90 days")
