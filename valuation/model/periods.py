"""The fiscal calendar of the workbook: the one on Periods, or the one that the assumptions make."""

from collections.abc import Mapping
from typing import cast

import numpy as np
import pandas as pd

from valuation.dates import twelve_months_before
from valuation.errors import ValuationError
from valuation.findings import Finding, Severity
from valuation.metrics import checked_periods, fiscal_calendar
from valuation.metrics.fiscal_calendar import Pattern, Weekday, YearEnd
from valuation.settings import Settings
from valuation.tables import PERIODS, TableData, complete_frame

__all__ = ["fiscal_periods"]


def fiscal_periods(
    first: np.datetime64, last: np.datetime64, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Give the periods that touch a span of days, with a year before them for comparison.

    Parameters
    ----------
    first, last : datetime64[D]
        The span.
    settings : Settings
        The calendar to make where Periods is empty or cannot be used.
    tables : mapping of str to TableData
        Periods, where there are any; then they are all there are.

    Returns
    -------
    DataFrame
        period, quarter, year, start, end, in the order of time.
    list of Finding
        Why Periods cannot be used.
    """
    frame = complete_frame(tables.get(PERIODS.name), PERIODS)
    frame = frame[frame.notna().any(axis=1)]
    findings = []
    if len(frame):
        try:
            return checked_periods(frame), []
        except ValuationError as error:
            counted = "" if frame.index[-1] + 1 == len(frame) else " (blank rows not counted)"
            findings.append(
                Finding(
                    severity=Severity.ERROR,
                    kind="periods that cannot be used",
                    table=PERIODS.name,
                    what=f"The calendar on Periods cannot be used, so that of the assumptions stands in: {error}"
                    f"{counted}",
                    mend="Correct the rows, or empty the table",
                )
            )
    made = fiscal_calendar(
        twelve_months_before(first),
        last,
        year_end_month=int(settings.number("fiscal_year_end_month")),
        pattern=cast(Pattern, settings.word("fiscal_pattern")),
        weekday=cast(Weekday, settings.word("fiscal_week_end")),
        year_end=cast(YearEnd, settings.word("fiscal_year_end")),
    )
    return made, findings
