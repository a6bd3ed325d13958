"""Share of voice: who is louder, or quieter, than what they are worth."""

import numpy as np
import pandas as pd

from valuation.errors import MissingDataError, ZeroDenominatorError
from valuation.model.issues import Customers, Issues
from valuation.priority import share_of_voice
from valuation.settings import Settings
from valuation.tables import VOICE, empty_frame

__all__ = ["voice_table"]


def voice_table(issues: Issues, customers: Customers, settings: Settings) -> pd.DataFrame:
    """Set each customer's part of the issues beside its part of the value, the loudest for its value first."""
    codes = issues.codes
    counted = issues.recent & (codes >= 0)
    exempt = counted & (issues.frame["exempt"].fillna(0.0) > 0).to_numpy(dtype=bool)
    raised, spared = (
        np.bincount(codes[rows], minlength=len(customers.ids)).astype(float) for rows in (counted, exempt)
    )
    try:
        found = share_of_voice(
            raised,
            customers.value,
            ratio=settings.number("voice_ratio"),
            alpha=settings.number("voice_chance"),
            value_class=np.where(pd.isna(customers.segment), "", customers.segment),
            exempt=spared,
        )
    except (MissingDataError, ZeroDenominatorError):
        return empty_frame(VOICE)
    without = np.isinf(found.index)
    frame = pd.DataFrame(
        {
            "customer_id": customers.ids,
            "name": customers.names,
            "segment": customers.segment,
            "issues": raised - spared,
            "voice_share": found.voice_share,
            "value_share": found.value_share,
            "index": np.where(without, np.nan, found.index),
            "p_value": found.p,
            "flag": found.flag,
            "note": np.where(
                without, "no value: loud at any volume", np.where(spared > 0, "exempt issues left out", "")
            ),
            "order": np.where(np.isnan(found.index), -1.0, found.index),
        }
    )
    shown = (raised > 0) | (np.nan_to_num(customers.value) > 0)
    frame = frame[shown].sort_values(["order", "voice_share"], ascending=False, kind="stable", ignore_index=True)
    return frame[[column.name for column in VOICE]]
