"""
The tables of What if: what each change does to customers and company, and each customer's P&L with all of them.

Rates stand, and of the cost that customers save only the avoidable share is saved by the company. The charges for
financing and expected loss follow revenue; the one for stock stays.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from valuation.cost import Change, Documents, Effect, Standing, what_if
from valuation.findings import Finding
from valuation.model.history import Base
from valuation.model.profit import PLACES, Profit
from valuation.model.what_if_rows import ChangeRow, read_changes
from valuation.settings import Settings
from valuation.tables import WHAT_IF_CHANGES, WHAT_IF_PNL, TableData, empty_frame

__all__ = ["what_if_tables"]

ALL_TOGETHER = "all together"
FOLLOW_REVENUE = ("financing", "expected_loss")
MONEY = ("revenue", "cost", "contribution", "stranded", "profit")


def what_if_tables(
    base: Base, profit: Profit, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """
    Try the changes on What if.

    Parameters
    ----------
    base, profit, settings : Base, Profit, Settings
        The customers, their P&L, and the assumptions.
    tables : mapping of str to TableData
        The input tables.

    Returns
    -------
    dict of str to DataFrame
        The tables What-if changes and What-if P&L; without changes they have no rows.
    list of Finding
        Rows of What if that have no effect.
    """
    standing = _standing(base, profit, settings)
    rows, findings = read_changes(base, standing, tables)
    if not rows:
        return {table.name: empty_frame(table) for table in (WHAT_IF_CHANGES, WHAT_IF_PNL)}, findings
    changes = [row.change for row in rows if row.change is not None]
    together = what_if(standing, changes)
    return {
        WHAT_IF_CHANGES.name: _changes(standing, rows, changes, together),
        WHAT_IF_PNL.name: _pnl(profit.pnl, together),
    }, findings


def _standing(base: Base, profit: Profit, settings: Settings) -> Standing:
    """Give what there is to change; without a ledger, or with one that does not tie, nothing but prices."""
    pnl, costs = profit.pnl, profit.costs
    revenue = pnl["net_revenue"].to_numpy(dtype=float)
    untied = costs.ledger is not None and bool(np.isnan(costs.lines["marketing"]).any())
    share = costs.share_of_revenue
    typed = np.where(share == 0, 0.0, share * np.maximum(revenue, 0.0))
    return Standing(
        revenue=revenue,
        cogs=pnl["cogs"].to_numpy(dtype=float),
        imputed=pnl[list(FOLLOW_REVENUE)].sum(axis=1).to_numpy(dtype=float),
        charges=[] if costs.ledger is None or untied else costs.ledger.charges,
        typed=np.full(len(base), np.nan) if untied else typed,
        typed_avoidable=settings.number("avoidable_share"),
        documents=_documents(base),
    )


def _documents(base: Base) -> Documents:
    """Give the sales documents of the twelve months of known customers."""
    sold = (base.transactions["type"] == "sale").to_numpy(dtype=bool) & base.between(base.start, base.as_of)
    values = base.transactions["net_amount"].to_numpy(dtype=float)
    sold &= (base.codes >= 0) & (values >= 0)
    return Documents(base.codes[sold], values[sold])


def _changes(
    standing: Standing, rows: Sequence[ChangeRow], changes: Sequence[Change], together: Effect
) -> pd.DataFrame:
    """Give the effect of each change alone, and of all of them."""
    lines = []
    for row in rows:
        if row.change is None:
            note = "" if row.problem is None else f"No effect: {row.problem.what}"
            lines.append({"change": row.title, "customers": 0, **dict.fromkeys(MONEY, 0.0), "note": note})
        else:
            effect = together if len(changes) == 1 else what_if(standing, [row.change])
            lines.append(_line(row.title, effect, ""))
    several = "not the sum of the rows: the changes act on each other, in their order" if len(changes) > 1 else ""
    lines.append(_line(ALL_TOGETHER, together, several))
    return pd.DataFrame(lines, columns=[column.name for column in WHAT_IF_CHANGES])


def _line(title: str, effect: Effect, note: str) -> dict[str, object]:
    """Sum an effect up, and say what the sums do not show."""
    totals = effect.totals()
    said = "; ".join(filter(None, (note, *totals.notes())))
    money = {name: getattr(totals, name) for name in MONEY}
    return {"change": title, "customers": totals.customers, **money, "note": said[:1].upper() + said[1:]}


def _pnl(pnl: pd.DataFrame, effect: Effect) -> pd.DataFrame:
    """Put each customer's P&L now beside that with all changes."""
    table = pd.DataFrame({"customer_id": pnl["customer_id"], "name": pnl["name"]})
    for name, line, change in (
        ("revenue", "net_revenue", effect.revenue),
        ("margin", "gross_margin", effect.margin),
        ("cost", "cost_to_serve", effect.cost_to_serve),
        ("contribution", "contribution", effect.contribution),
    ):
        now = pnl[line].to_numpy(dtype=float)
        table[f"{name}_now"], table[f"{name}_then"] = now, np.round(now + change, PLACES)
    table["change"] = np.round(effect.contribution, PLACES)
    return table[[column.name for column in WHAT_IF_PNL]]
