"""Putting templates together from packs, and recognising them again."""

from collections.abc import Sequence

import pytest

from valuation.tables import CUSTOMERS, INVOICES, SURVEY
from workbook_templates import catalogue
from workbook_templates.catalogue import TEMPLATES, UnknownTemplateError, compose, recognise
from workbook_templates.layout import (
    Check,
    Format,
    Formula,
    InputTotal,
    Item,
    NamedCell,
    Pack,
    Role,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import const
from workbook_templates.packs import PACKS


def names(template_packs: Sequence[Pack]) -> list[str]:
    return [pack.name for pack in template_packs]


class TestCompose:
    def test_the_core_pack_is_always_there_and_first(self) -> None:
        assert names(compose().packs) == ["core"]
        assert names(compose("customer_value", ["officers"]).packs) == ["core", "officers"]
        assert names(compose("customer_value", ["officers", "core", "officers"]).packs) == ["core", "officers"]

    def test_the_order_in_which_packs_are_asked_for_does_not_matter(self) -> None:
        assert compose("customer_value", list(PACKS)) == compose("customer_value", list(PACKS)[::-1])

    def test_more_packs_only_add_sheets(self) -> None:
        core = {sheet.name: sheet for sheet in compose().sheets if sheet.name not in ("Index", "Checks")}
        everything = {sheet.name: sheet for sheet in compose("customer_value", list(PACKS)).sheets}
        assert core.items() <= everything.items()

    def test_an_unknown_template(self) -> None:
        with pytest.raises(UnknownTemplateError, match="no template 'budget'; there is customer_value"):
            compose("budget")

    def test_an_unknown_pack(self) -> None:
        with pytest.raises(UnknownTemplateError, match="no pack 'sales'; there are core, costing, receivables, "):
            compose("customer_value", ["officers", "sales"])

    def test_every_template_says_what_it_is_for(self) -> None:
        assert all(TEMPLATES.values())
        assert all(pack.purpose and pack.name == name for name, pack in PACKS.items())


def intruder(*items: Item, sheet: str = "New") -> Pack:
    """Make a pack of one sheet."""
    return Pack(name="new", purpose="", sheets=(Sheet(name=sheet, purpose="", stage=Stage.RESULT, items=items),))


@pytest.mark.parametrize(
    ("pack", "double"),
    [
        (intruder(sheet="SUMMARY"), "sheet summary"),
        (intruder(sheet="index"), "sheet index"),
        (intruder(Formula(row=1, column=1, key="stale", expr=const(1))), "formula stale"),
        (intruder(NamedCell(row=1, column=1, name="CV_Used_As_Of")), "name cv_used_as_of"),
        (intruder(TableBlock(row=1, column=1, table=CUSTOMERS, input=True)), "table tblcustomers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_packs_that_do_not_go_together_are_refused(monkeypatch: pytest.MonkeyPatch, pack: Pack, double: str) -> None:
    monkeypatch.setattr(catalogue, "PACKS", {**PACKS, "new": pack})
    with pytest.raises(ValueError, match=f"the packs core, new have two of: {double}$"):
        compose("customer_value", ["new"])


def test_a_pack_that_goes_with_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = intruder(TableBlock(row=1, column=1, table=SURVEY, input=True))
    monkeypatch.setattr(catalogue, "PACKS", {**PACKS, "new": pack})
    assert "New" in [sheet.name for sheet in compose("customer_value", ["new"]).sheets]


class TestWhatPacksShare:
    def test_a_sheet_of_two_packs_stands_once(self) -> None:
        template = compose("customer_value", ["officers", "receivables"])
        assert [sheet.name for sheet in template.sheets].count("Invoices") == 1
        alone = [compose("customer_value", [name]) for name in ("officers", "receivables")]
        assert all("Invoices" in one.tables for one in alone)

    def test_the_total_of_a_shared_input_stands_once(self) -> None:
        template = compose("customer_value", ["receivables", "engagement", "officers", "segments"])
        names = [total.name for total in template.totals]
        assert len(names) == len(set(names))
        for pack, total in (
            ("receivables", "cv_used_invoices"),
            ("engagement", "cv_used_referrals"),
            ("officers", "cv_used_ideas"),
            ("officers", "cv_used_survey"),
            ("segments", "cv_used_survey"),
        ):
            assert total in names
            assert total in [total.name for total in compose("customer_value", [pack]).totals]

    def test_a_sheet_of_the_same_name_that_differs_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = intruder(TableBlock(row=9, column=1, table=INVOICES, input=True), sheet="Invoices")
        monkeypatch.setattr(catalogue, "PACKS", {**PACKS, "new": other})
        with pytest.raises(ValueError, match=r"two of: sheet invoices, table tblinvoices$"):
            compose("customer_value", ["officers", "new"])

    def test_a_pack_brings_its_checks_and_inputs_to_the_sheet_checks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        core = compose()
        check = Check("new", "One", const(1), 0.5, "Mend it")
        total = InputTotal("cv_used_new", "New", const(2), Format.COUNT)
        new = Pack(name="new", purpose="", sheets=(), checks=(check,), totals=(total,))
        monkeypatch.setattr(catalogue, "PACKS", {**PACKS, "new": new})
        template = compose("customer_value", ["new"])
        assert template.checks == (*core.checks, check)
        assert template.totals == (*core.totals, total)
        place = {key: template.formulas[key][1].row for key in ("check.new", "checks.passed", "stale")}
        before = {key: core.formulas[key][1].row for key in ("check.fresh", "checks.passed", "stale")}
        assert place == {
            "check.new": before["check.fresh"] + 1,
            "checks.passed": before["checks.passed"] + 1,
            "stale": before["stale"] + 2,
        }
        assert template.tables["Reconciliation"][1].row == core.tables["Reconciliation"][1].row + 1
        assert "cv_used_new" in template.formulas["inputs_changed"][1].expr.excel(template.place)


class TestRecognise:
    @pytest.mark.parametrize("packs", [[], ["officers"]])
    def test_a_template_is_recognised_by_its_identity(self, packs: list[str]) -> None:
        template = compose("customer_value", packs)
        assert recognise(template.identity) == template

    @pytest.mark.parametrize(
        ("identity", "message"),
        [
            ("customer_value/2/core", "version 2 of its template, this is 3"),
            ("customer_value", r"version \? of its template"),
            ("", r"version \? of its template"),
            ("budget/3/core", "no template 'budget'"),
            ("customer_value/3/core+hr", "no pack 'hr'"),
            ("customer_value/3/", "no pack ''"),
        ],
    )
    def test_another_one_is_not(self, identity: str, message: str) -> None:
        with pytest.raises(UnknownTemplateError, match=message):
            recognise(identity)


def test_index_lists_every_other_sheet_with_its_purpose() -> None:
    template = compose("customer_value", list(PACKS))
    index = next(sheet for sheet in template.sheets if sheet.name == "Index")
    texts = [item for item in index.items if isinstance(item, Text)]
    lines = {text.row: text.text for text in texts if text.role is Role.LINK}
    purposes = {text.row: text.text for text in texts if text.column == 2}
    assert {lines[row]: purposes[row] for row in lines} == {
        sheet.name: sheet.purpose for sheet in template.sheets if sheet.name != "Index"
    }
    front = [sheet.name for sheet in template.sheets if sheet.front]
    assert list(lines.values())[: len(front)] == front
