"""The assumptions in force: which scope wins, what stands in, and what is said about every mistake."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import assumptions, customers, found, kinds, misread, settings, table
from valuation.assumptions import ASSUMPTIONS, Wanted
from valuation.findings import Finding, Severity
from valuation.settings import Settings, read_settings
from valuation.tables import Fault, TableData, empty_frame


def problems(*rows: tuple[str, object] | tuple[str, object, str, str], **values: object) -> list[Finding]:
    """What is said about these rows, apart from the ids that are not there."""
    findings = read_settings(assumptions(*rows, **values))[1]
    return [finding for finding in findings if finding.kind != "assumption missing"]


def whole_register(**values: object) -> TableData:
    rows = {id_: values.get(id_, entry.default) for id_, entry in ASSUMPTIONS.items()}
    return assumptions(**rows)


# What stands in.


def test_without_a_register_the_documented_defaults_hold_and_nothing_is_said() -> None:
    got, findings = read_settings(None)
    assert findings == []
    assert got.values == {id_: entry.default for id_, entry in ASSUMPTIONS.items()}
    assert (got.number("horizon"), got.word("timing"), got.word("currency"), got.date("as_of")) == (
        3.0,
        "mid",
        "",
        None,
    )
    assert math.isnan(got.number("gross_margin_pct"))


def test_a_missing_id_is_found_and_its_default_used() -> None:
    got, findings = read_settings(assumptions(horizon=5.0))
    missing = found(findings, "assumption missing")
    assert missing.severity is Severity.WARNING
    assert "discount_rate" in missing.what
    assert "horizon" not in missing.what
    assert (got.number("horizon"), got.number("discount_rate")) == (5.0, 0.10)


def test_a_complete_register_has_nothing_to_say() -> None:
    assert read_settings(whole_register())[1] == []


def test_a_blank_value_with_a_default_is_noted() -> None:
    data = whole_register(discount_rate=None, gross_margin_pct="", currency=None)
    got, findings = read_settings(data)
    note = found(findings, "assumption blank")
    assert (note.severity, note.rows) == (Severity.NOTE, (list(ASSUMPTIONS).index("discount_rate") + 1,))
    assert note.what.endswith("discount_rate = 0.1")
    assert got.number("discount_rate") == 0.10


def test_rows_that_are_blank_from_end_to_end_are_no_rows() -> None:
    data = table("Assumptions", id=["horizon", None], value=[5.0, None], scope=["all", None])
    assert kinds(read_settings(data)[1]) == {"assumption missing"}
    got, findings = read_settings(TableData(table=data.table, frame=empty_frame(data.table)))
    assert (got.number("horizon"), kinds(findings)) == (3.0, {"assumption missing"})


def test_a_cell_with_an_error_leaves_the_default() -> None:
    data = misread(table("Assumptions", id=["horizon"], value=[None], scope=["all"]), "value", {1: Fault.ERROR})
    assert read_settings(data)[0].number("horizon") == 3.0


# Which scope wins.


def test_customer_beats_segment_beats_all() -> None:
    got = settings(
        ("retention_prior", 0.6, "segment", "s"), ("retention_prior", 0.9, "customer", "B"), retention_prior=0.7
    )
    own = customers("A", "B", "C", segment=["s", "s", None])
    assert got.by_customer("retention_prior", own.frame).tolist() == [0.6, 0.9, 0.7]
    assert got.number("retention_prior") == 0.7


def test_no_scope_has_a_value() -> None:
    got = settings(("gross_margin_pct", 0.3, "segment", "s"))
    np.testing.assert_array_equal(
        got.by_customer("gross_margin_pct", customers("A", "B", segment=["s", None]).frame), [0.3, np.nan]
    )
    assert got.by_customer("retention_prior", customers().frame.reindex(columns=["customer_id", "segment"])).size == 0


def test_a_blank_scoped_value_leaves_the_wider_one() -> None:
    got, findings = read_settings(assumptions(("retention_prior", None, "segment", "s"), retention_prior=0.7))
    assert got.by_customer("retention_prior", customers("A", segment=["s"]).frame).tolist() == [0.7]
    assert "assumption blank" not in kinds(findings)


# Kinds of values.


@pytest.mark.parametrize("text", ["inf", " INF ", "unlimited", math.inf])
def test_a_horizon_without_end(text: object) -> None:
    if text == math.inf:
        (problem,) = problems(horizon=text)
        assert "whole years or 'inf'" in problem.what
    else:
        assert math.isinf(settings(horizon=text).number("horizon"))


@pytest.mark.parametrize("raw", [dt.date(2025, 12, 31), dt.datetime(2025, 12, 31, 14, 5), pd.Timestamp("2025-12-31")])
def test_dates_of_every_host(raw: object) -> None:
    assert settings(as_of=raw).date("as_of") == np.datetime64("2025-12-31", "D")


def test_words_are_read_without_regard_to_case_and_spaces() -> None:
    assert settings(timing=" End ").word("timing") == "end"
    assert settings(periods_per_year="12").number("periods_per_year") == 12.0
    assert settings(periods_per_year=4).number("periods_per_year") == 4.0
    assert settings(currency=7).word("currency") == "7"


def test_units_decide_what_a_typed_cost_is() -> None:
    assert Settings(values={}).is_share_of_revenue("sales_cost")
    data = table("Assumptions", id=["sales_cost"], value=[40.0], unit=["EUR per customer and year"], scope=["all"])
    got, findings = read_settings(data)
    assert not got.is_share_of_revenue("sales_cost")
    assert got.is_share_of_revenue("support_cost")
    assert kinds(findings) == {"assumption missing"}


# Mistakes.


@pytest.mark.parametrize(
    ("id_", "raw", "words"),
    [
        ("as_of", "2025-12-31", "as_of must be a date cell, not '2025-12-31'"),
        ("as_of", 46022.0, "as_of must be a date cell, not 46022.0"),
        ("horizon", 2.5, "horizon must be whole years or 'inf', not 2.5"),
        ("horizon", 0.0, "horizon must be from 1 to inf, not 0"),
        ("horizon", "long", "horizon must be a number, not 'long'"),
        ("discount_rate", True, "discount_rate must be a number, not True"),
        ("discount_rate", 12.0, "discount_rate must be from -0.99 to 10, not 12 (percent typed as whole number?)"),
        ("discount_rate", -1.0, "discount_rate must be from -0.99 to 10, not -1"),
        ("retention_prior", 80.0, "retention_prior must be from 0 to 1, not 80 (percent typed as whole number?)"),
        ("retention_prior", 800.0, "retention_prior must be from 0 to 1, not 800"),
        ("retention_prior", -0.1, "retention_prior must be from 0 to 1, not -0.1"),
        ("timing", "middle", "timing must be one of start, mid, end, not 'middle'"),
        ("timing", 1.0, "timing must be one of start, mid, end, not 1.0"),
        ("periods_per_year", 3.0, "periods_per_year must be one of 1, 2, 4, 12, not 3"),
        ("periods_per_year", "monthly", "periods_per_year must be one of 1, 2, 4, 12, not 'monthly'"),
        ("rfm_bins", 2.5, "rfm_bins must be a whole number, not 2.5"),
        ("rfm_bins", 1.0, "rfm_bins must be from 2 to 10, not 1"),
        ("sales_cost", -0.1, "sales_cost must be from 0 to inf, not -0.1"),
        (
            "sales_cost",
            6.0,
            "sales_cost is a share of net revenue and must be at most 1, not 6 (percent typed as whole number?)",
        ),
        ("value_tier_a", "20k", "value_tier_a must be a number, not '20k'"),
    ],
)
def test_a_value_that_cannot_be_says_why_and_the_default_stands_in(id_: str, raw: object, words: str) -> None:
    (problem,) = problems(**{id_: raw})
    assert (problem.severity, problem.kind, problem.rows) == (Severity.ERROR, "assumption out of range", (1,))
    assert problem.what == words
    assert settings(**{id_: raw}).values[id_] == ASSUMPTIONS[id_].default


def test_an_unknown_id_is_found() -> None:
    assert found(problems(discont_rate=0.1), "assumption unknown").rows == (1,)
    data = table("Assumptions", id=[None], value=[0.1], scope=["all"])
    assert found(read_settings(data)[1], "assumption unknown").rows == (1,)


def test_the_first_of_two_rows_counts() -> None:
    rows = (("retention_prior", 0.6, "segment", "s"), ("retention_prior", 0.9, "segment", "s"))
    assert found(problems(*rows), "assumption doubled").rows == (2,)
    got = settings(*rows)
    assert got.scoped["retention_prior", "segment"] == {"s": 0.6}
    assert settings(("horizon", 4.0), horizon=5.0).number("horizon") == 5.0


def test_what_holds_for_all_cannot_differ() -> None:
    rows = ("horizon", 5.0, "segment", "s")
    assert found(problems(rows), "assumption not scoped").rows == (1,)
    assert settings(rows).number("horizon") == 3.0


@pytest.mark.parametrize(("scope", "to"), [("all", "Online"), (None, "Online"), ("segment", None), ("customer", "")])
def test_a_scope_that_is_not_clear_has_no_effect(scope: str | None, to: str | None) -> None:
    data = table(
        "Assumptions",
        id=["retention_prior", "retention_prior"],
        value=[0.7, 0.1],
        scope=["all", scope],
        applies_to=[None, to],
    )
    got, findings = read_settings(data)
    assert found(findings, "assumption scope unclear").rows == (2,)
    assert (got.number("retention_prior"), got.scoped) == (0.7, {})


def test_a_scoped_cost_in_another_unit_has_no_effect() -> None:
    data = table(
        "Assumptions",
        id=["sales_cost", "sales_cost", "sales_cost"],
        value=[500.0, 0.06, 0.05],
        unit=["EUR per customer", "of net revenue", None],
        scope=["segment", "all", "segment"],
        applies_to=["s", None, "t"],
    )
    got, findings = read_settings(data)
    assert found(findings, "assumption in another unit").rows == (1,)
    assert got.scoped == {("sales_cost", "segment"): {"t": 0.05}}


def test_every_mistake_is_said_at_once() -> None:
    rows = (("horizon", 0.0), ("nonsense", 1.0), ("retention_prior", 80.0, "segment", "s"))
    assert kinds(problems(*rows)) == {"assumption out of range", "assumption unknown"}
    assert len(problems(*rows)) == 3


# The line that stands beside every value.


def test_convention_in_a_line() -> None:
    assert settings().convention() == ("3 years, 10.00% a year, yearly margins at mid of period, existing customers")
    assert "monthly margins" in settings(periods_per_year=12.0).convention()
    assert settings(horizon="inf").convention().startswith("no horizon, 10.00% a year")


def test_defaults_of_the_register_are_values_that_it_would_accept() -> None:
    for id_, entry in ASSUMPTIONS.items():
        assert id_ == entry.id
        assert entry.cell_name == f"cv_{id_}"
        if entry.default is not None:
            assert problems(**{id_: entry.default}) == [], id_
        if entry.wanted == Wanted.WORD:
            assert entry.default in entry.words
