"""
What the planted customers do differently.

A plant says only where a customer departs from its segment; everything else is drawn as for anybody.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbook_templates.sample.planted import (
    ADVOCATE,
    BIG_RETURNER,
    BIGGEST_DEAL,
    COSTLY_TO_DROP,
    DISCOUNT_HUNTERS,
    FAST_ADOPTER,
    FEW_LARGE_ORDERS,
    LARGEST_ACCOUNT_LOSES_MONEY,
    LATE_PAYER,
    LEAN_MEDIUM_ACCOUNTS,
    LOST_BUT_COSTLY,
    LOUD_GROUP,
    LOYAL_CUSTOMER,
    NO_SUPPORT_CUSTOMER,
    ONLINE_BUYER,
    PERFECT_FIT,
    PUNCTUAL_PAYERS,
    REACTIVATED,
    RECENT_WIN,
    REFERRED_BY_ADVOCATE,
    SELF_HELPERS,
    SLOW_PAYER,
    SMALL_RUSH_ORDERS,
    UNDERVALUED,
    VULNERABLE,
)

__all__ = ["DEALS", "PLANTS", "Deal", "Plant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Customers that depart from their segment, and in which traits (see `roster.Roster`)."""

    ids: tuple[str, ...]
    segment: str
    first: dt.date
    last: dt.date | None = None
    contract: str = "transactional"
    skips_2024: bool = False
    traits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A single document that no random draw would make."""

    customer_id: str
    date: dt.date
    gross: float
    discount: float
    cogs: float
    lines: int
    one_off: bool


HAPPY = {"fit": 0.96, "nps": 10.0}
PUNCTUAL = {"late": -6.0, "late_spread": 1.5}

PLANTS = (
    Plant(
        ids=(LARGEST_ACCOUNT_LOSES_MONEY,),
        segment="Manufacturing",
        first=dt.date(2014, 3, 10),
        contract="contractual",
        traits={
            "revenue": 1_550_000,
            "growth": 0.02,
            "documents": 190,
            "lines": 9,
            "discount": 0.23,
            "cost": 0.59,
            "returned": 0.16,
            "return_part": 0.22,
            "extra_shipments": 2.1,
            "rush": 0.4,
            "issues": 290,
            "issue_hours": 2.0,
            "sales_hours": 620,
            "contacts": 60,
            "terms": 60,
            "late": 31,
            "late_spread": 8,
            "fit": 0.68,
            "nps": 5,
            "adoption_days": 140,
            "self_resolved": 6,
            "wallet_share": 0.72,
        },
    ),
    Plant(
        ids=(NO_SUPPORT_CUSTOMER,),
        segment="Facilities",
        first=dt.date(2018, 9, 3),
        traits={"revenue": 118_000, "issues": 0, "fit": 0.93, "nps": 9, "self_resolved": 14},
    ),
    Plant(
        ids=SELF_HELPERS,
        segment="Facilities",
        first=dt.date(2019, 5, 6),
        traits={
            "revenue": 46_000,
            "issues": 0.4,
            "issue_hours": 0.4,
            "self_resolved": 85,
            "fit": 0.9,
            "nps": 9,
            **PUNCTUAL,
        },
    ),
    Plant(
        ids=(PERFECT_FIT,),
        segment="Public sector",
        first=dt.date(2017, 2, 13),
        contract="contractual",
        traits={"revenue": 74_000, "fit": 1.0, "nps": 10, "adoption_days": 45, "self_resolved": 12},
    ),
    Plant(
        ids=(FAST_ADOPTER,),
        segment="Small trade",
        first=dt.date(2023, 4, 17),
        traits={
            "revenue": 12_000,
            "growth": 0.45,
            "documents": 9,
            "issues": 7,
            "adoption_days": 4,
            "fit": 0.92,
            "nps": 9,
            "self_resolved": 38,
            "wallet_share": 0.3,
        },
    ),
    Plant(
        ids=LEAN_MEDIUM_ACCOUNTS,
        segment="Manufacturing",
        first=dt.date(2016, 6, 20),
        traits={
            "revenue": 360_000,
            "growth": 0.08,
            "documents": 38,
            "lines": 4,
            "discount": 0.03,
            "cost": 0.56,
            "returned": 0.01,
            "extra_shipments": 0.0,
            "issues": 3,
            "sales_hours": 22,
            "contacts": 6,
            "fit": 0.9,
            "nps": 8,
            "self_resolved": 22,
            **PUNCTUAL,
        },
    ),
    Plant(
        ids=(ADVOCATE,),
        segment="Small trade",
        first=dt.date(2019, 10, 7),
        traits={"revenue": 9_500, "documents": 8, "issues": 1, "nps": 10, "fit": 0.95, "adoption_days": 40},
    ),
    Plant(
        ids=REFERRED_BY_ADVOCATE,
        segment="Facilities",
        first=dt.date(2023, 9, 11),
        traits={"revenue": 72_000, "growth": 0.1, "documents": 20, "discount": 0.03, "fit": 0.88, "nps": 9},
    ),
    Plant(
        ids=(ONLINE_BUYER,),
        segment="Online",
        first=dt.date(2021, 1, 25),
        traits={"revenue": 98_000, "documents": 52, "issues": 3, "self_resolved": 40, "fit": 0.88, "nps": 8},
    ),
    Plant(
        ids=(LOYAL_CUSTOMER,),
        segment="Manufacturing",
        first=dt.date(2012, 1, 16),
        contract="contractual",
        traits={
            "revenue": 465_000,
            "growth": 0.05,
            "documents": 72,
            "discount": 0.07,
            "cost": 0.56,
            "returned": 0.02,
            "issues": 16,
            "sales_hours": 46,
            "contacts": 12,
            "fit": 0.95,
            "nps": 10,
            "self_resolved": 60,
            "adoption_days": 35,
            "wallet_share": 0.85,
            **PUNCTUAL,
        },
    ),
    Plant(
        ids=(BIGGEST_DEAL,),
        segment="Public sector",
        first=dt.date(2022, 11, 14),
        traits={
            "revenue": 48_000,
            "documents": 10,
            "issues": 34,
            "issue_hours": 1.6,
            "sales_hours": 40,
            "late": 18,
            "fit": 0.75,
            "nps": 7,
        },
    ),
    Plant(
        ids=PUNCTUAL_PAYERS,
        segment="Manufacturing",
        first=dt.date(2018, 4, 9),
        traits={"revenue": 84_000, **PUNCTUAL, "nps": 8},
    ),
    Plant(
        ids=(LATE_PAYER,),
        segment="Manufacturing",
        first=dt.date(2015, 8, 24),
        traits={
            "revenue": 610_000,
            "growth": 0.0,
            "documents": 64,
            "discount": 0.18,
            "issues": 26,
            "sales_hours": 90,
            "late": 78,
            "late_spread": 14,
            "fit": 0.7,
            "nps": 6,
        },
    ),
    Plant(
        ids=(BIG_RETURNER,),
        segment="Manufacturing",
        first=dt.date(2019, 3, 18),
        traits={
            "revenue": 540_000,
            "growth": 0.0,
            "documents": 120,
            "lines": 6,
            "discount": 0.1,
            "returned": 0.78,
            "return_part": 0.42,
            "extra_shipments": 1.0,
            "issues": 48,
            "sales_hours": 95,
            "late": 12,
            "fit": 0.6,
            "nps": 4,
        },
    ),
    Plant(
        ids=LOUD_GROUP,
        segment="Small trade",
        first=dt.date(2020, 2, 10),
        traits={
            "revenue": 7_500,
            "documents": 9,
            "issues": 50,
            "issue_hours": 1.1,
            "self_resolved": 0,
            "fit": 0.55,
            "nps": 2,
            "adoption_days": 200,
        },
    ),
    Plant(
        ids=UNDERVALUED,
        segment="Facilities",
        first=dt.date(2021, 5, 31),
        traits={
            "revenue": 16_500,
            "documents": 8,
            "issues": 0.5,
            "sales_hours": 2,
            "contacts": 2,
            "wallet_share": 0.14,
            "self_resolved": 20,
            "adoption_days": 30,
            **HAPPY,
        },
    ),
    Plant(
        ids=(VULNERABLE,),
        segment="Manufacturing",
        first=dt.date(2016, 10, 3),
        contract="contractual",
        traits={
            "revenue": 835_000,
            "growth": 0.01,
            "documents": 110,
            "discount": 0.09,
            "cost": 0.555,
            "issues": 64,
            "issue_hours": 1.5,
            "sales_hours": 120,
            "fit": 0.42,
            "nps": 2,
            "adoption_days": 190,
            "self_resolved": 3,
            "wallet_share": 0.6,
        },
    ),
    Plant(
        ids=(RECENT_WIN,),
        segment="Facilities",
        first=dt.date(2025, 4, 14),
        traits={
            "revenue": 92_000,
            "documents": 24,
            "issues": 3,
            "sales_hours": 10,
            "contacts": 6,
            "acquisition_hours": 195,
            "fit": 0.85,
            "nps": 8,
        },
    ),
    Plant(
        ids=(REACTIVATED,),
        segment="Manufacturing",
        first=dt.date(2019, 11, 4),
        skips_2024=True,
        traits={"revenue": 58_000, "documents": 16, "acquisition_hours": 8},
    ),
    Plant(
        ids=(LOST_BUT_COSTLY,),
        segment="Manufacturing",
        first=dt.date(2017, 7, 17),
        last=dt.date(2024, 10, 18),
        contract="contractual",
        traits={"revenue": 95_000, "issues": 22, "issue_hours": 2.0, "sales_hours": 45, "contacts": 20},
    ),
    Plant(
        ids=DISCOUNT_HUNTERS,
        segment="Manufacturing",
        first=dt.date(2017, 1, 23),
        traits={
            "revenue": 485_000,
            "documents": 90,
            "lines": 6,
            "discount": 0.155,
            "cost": 0.585,
            "issues": 20,
            "sales_hours": 85,
            "late": 10,
        },
    ),
    Plant(
        ids=(SMALL_RUSH_ORDERS,),
        segment="Small trade",
        first=dt.date(2021, 9, 6),
        traits={
            "revenue": 29_000,
            "documents": 130,
            "lines": 1.2,
            "discount": 0.02,
            "cost": 0.55,
            "rush": 0.85,
            "returned": 0.01,
            "extra_shipments": 0.0,
            "issues": 5,
            **PUNCTUAL,
        },
    ),
    Plant(
        ids=(FEW_LARGE_ORDERS,),
        segment="Manufacturing",
        first=dt.date(2016, 5, 23),
        traits={
            "revenue": 232_000,
            "documents": 9,
            "lines": 3,
            "discount": 0.28,
            "cost": 0.625,
            "rush": 0.0,
            "returned": 0.0,
            "extra_shipments": 0.0,
            "issues": 2,
            "sales_hours": 10,
            "contacts": 3,
            **PUNCTUAL,
        },
    ),
    Plant(
        ids=(SLOW_PAYER,),
        segment="Facilities",
        first=dt.date(2018, 3, 5),
        traits={
            "revenue": 205_000,
            "documents": 44,
            "discount": 0.15,
            "cost": 0.715,
            "issues": 16,
            "sales_hours": 100,
            "late": 190,
            "late_spread": 12,
            "fit": 0.7,
        },
    ),
    Plant(
        ids=(COSTLY_TO_DROP,),
        segment="Manufacturing",
        first=dt.date(2017, 11, 13),
        contract="contractual",
        traits={
            "revenue": 148_000,
            "documents": 62,
            "lines": 7,
            "discount": 0.14,
            "cost": 0.6,
            "extra_shipments": 0.1,
            "issues": 40,
            "sales_hours": 185,
            "contacts": 14,
        },
    ),
)

DEALS = (
    Deal(
        customer_id=BIGGEST_DEAL,
        date=dt.date(2025, 6, 24),
        gross=492_000,
        discount=88_560,
        cogs=328_000,
        lines=46,
        one_off=True,
    ),
    Deal(
        customer_id=LOYAL_CUSTOMER,
        date=dt.date(2024, 9, 17),
        gross=126_000,
        discount=12_600,
        cogs=72_500,
        lines=18,
        one_off=True,
    ),
    Deal(
        customer_id=DISCOUNT_HUNTERS[0],
        date=dt.date(2023, 5, 9),
        gross=158_000,
        discount=26_860,
        cogs=96_000,
        lines=22,
        one_off=True,
    ),
)
