"""Who the customers are: segment, size, when they came and left, and how they behave."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbook_templates.sample.draws import (
    AS_OF_DAY,
    YEARS,
    BoolArray,
    FloatArray,
    IntArray,
    TextArray,
    day_of,
    numbered,
    spread,
    stream,
    texts,
    year_bounds,
)
from workbook_templates.sample.names import company_names
from workbook_templates.sample.planted import PARENTS
from workbook_templates.sample.plants import PLANTS

__all__ = ["SEGMENTS", "STILL_HERE", "Roster", "Segment", "build_roster"]

CUSTOMERS = 1_200
STILL_HERE = AS_OF_DAY + 1
"""The last day of a customer who has not left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What the customers of a segment have in common: means per year, and shares."""

    name: str
    share: float
    revenue: float
    documents: float
    lines: float
    discount: float
    cost: float
    returned: float
    extra_shipments: float
    rush: float
    issues: float
    sales_hours: float
    acquisition_hours: float
    contacts: float
    terms: float
    late: float
    leaving: float
    contractual: float


SEGMENTS = (
    Segment(
        name="Manufacturing",
        share=0.22,
        revenue=42_000,
        documents=19,
        lines=5,
        discount=0.09,
        cost=0.585,
        returned=0.07,
        extra_shipments=0.25,
        rush=0.06,
        issues=2.2,
        sales_hours=17,
        acquisition_hours=24,
        contacts=9,
        terms=45,
        late=7,
        leaving=0.13,
        contractual=0.3,
    ),
    Segment(
        name="Facilities",
        share=0.19,
        revenue=27_000,
        documents=16,
        lines=4,
        discount=0.06,
        cost=0.57,
        returned=0.05,
        extra_shipments=0.2,
        rush=0.08,
        issues=2.6,
        sales_hours=12,
        acquisition_hours=17,
        contacts=8,
        terms=30,
        late=6,
        leaving=0.16,
        contractual=0.4,
    ),
    Segment(
        name="Public sector",
        share=0.09,
        revenue=30_000,
        documents=9,
        lines=4,
        discount=0.1,
        cost=0.57,
        returned=0.04,
        extra_shipments=0.15,
        rush=0.02,
        issues=1.8,
        sales_hours=15,
        acquisition_hours=28,
        contacts=6,
        terms=45,
        late=9,
        leaving=0.08,
        contractual=0.8,
    ),
    Segment(
        name="Small trade",
        share=0.31,
        revenue=10_500,
        documents=8.5,
        lines=2.5,
        discount=0.03,
        cost=0.56,
        returned=0.06,
        extra_shipments=0.1,
        rush=0.04,
        issues=1.1,
        sales_hours=2,
        acquisition_hours=4,
        contacts=3,
        terms=14,
        late=8,
        leaving=0.25,
        contractual=0.04,
    ),
    Segment(
        name="Online",
        share=0.19,
        revenue=9_500,
        documents=9.5,
        lines=1.8,
        discount=0.01,
        cost=0.58,
        returned=0.09,
        extra_shipments=0.05,
        rush=0.03,
        issues=0.6,
        sales_hours=0,
        acquisition_hours=0,
        contacts=2,
        terms=0,
        late=0,
        leaving=0.28,
        contractual=0,
    ),
)

SIZES = (0.06, 0.14, 0.26, 0.55, 1.15, 2.2, 4.2, 7.0, 8.5)
"""Size of a customer against the mean of its segment: a few large ones make half of the sales."""
COMMON = (0.55, 0.65, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
"""Mild differences among customers."""
DEMANDS = (0.2, 0.3, 0.45, 0.7, 1.1, 2.0, 3.8, 5.5, 7.0)
"""How much attention a customer wants against others of its size."""
UNEVEN = (0.0, 0.0, 0.1, 0.5, 1.2, 2.4, 4.5, 7.0, 10.0)
"""Strong differences: many have none, some have much."""
STARTED_BEFORE, STARTED_2023, STARTED_2024 = 0.69, 0.79, 0.89
"""Cumulated shares of the customers by when they came; the others came in 2025."""
OLDEST_DAY = -4_000
PROSPECTS = 36
SKIPPERS = 10
"""Ordinary customers who bought nothing in 2024 and came back, besides the planted one."""
MEANS = ("documents", "lines", "discount", "cost", "returned", "extra_shipments", "rush", "contacts", "terms", "late")
"""What planted customers have of their segment unless they state their own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roster:
    """
    One entry for each customer.

    Attributes
    ----------
    customer_id, name, segment, contract, parent_id : ndarray of object
        Texts of the Customers table.
    first, last : ndarray of int
        First and last day as a customer, counted from the first day of the sample.
    prospect, skips_2024 : ndarray of bool
        Never bought; bought nothing in 2024.
    traits : mapping of str to ndarray of float
        How the customer behaves: means per year, shares, days.
    """

    customer_id: TextArray
    name: TextArray
    segment: TextArray
    contract: TextArray
    parent_id: TextArray
    first: IntArray
    last: IntArray
    prospect: BoolArray
    skips_2024: BoolArray
    traits: Mapping[str, FloatArray]

    def __getitem__(self, trait: str) -> FloatArray:
        return self.traits[trait]

    @property
    def size(self) -> int:
        """The number of customers."""
        return self.customer_id.size

    def buys_in(self, year: int) -> BoolArray:
        """Tell who is a customer at some time of a year."""
        start, end = year_bounds(year)
        here: BoolArray = (self.first <= end) & (self.last >= start) & ~self.prospect
        return here & ~self.skips_2024 if year == 2024 else here


def build_roster() -> Roster:
    """Draw the customers and plant those who stand for a claim."""
    which = np.searchsorted(np.cumsum([s.share for s in SEGMENTS])[:-1], stream("segments").random(CUSTOMERS))
    index = {cid: position for position, cid in enumerate(numbered("C", CUSTOMERS, 4))}
    families = {index[child]: index[parent] for parent, children in PARENTS.items() for child in children}
    which[[*families, *families.values()]] = 0  # groups are found among manufacturers
    first, last = _comings_and_goings(which)
    contract = _contracts(which)
    special = np.array(sorted(index[cid] for plant in PLANTS for cid in plant.ids))
    ordinary = np.setdiff1d(np.arange(CUSTOMERS), special)
    prospect = np.isin(np.arange(CUSTOMERS), ordinary[10 :: ordinary.size // PROSPECTS][:PROSPECTS])
    skips = _skippers(ordinary, first, last, prospect)
    segment = texts([SEGMENTS[w].name for w in which])
    traits = _traits(which, first, last, prospect)
    for plant in PLANTS:
        rows = [index[cid] for cid in plant.ids]
        segment[rows], contract[rows], skips[rows] = plant.segment, plant.contract, plant.skips_2024
        first[rows] = day_of(plant.first) + 19 * np.arange(len(rows))  # members of a group came one after another
        last[rows] = STILL_HERE if plant.last is None else day_of(plant.last)
        _plant(traits, rows, plant.segment, plant.traits)
    customer_id = numbered("C", CUSTOMERS, 4)
    parent_id = texts([None] * CUSTOMERS)
    parent_id[list(families)] = customer_id[list(families.values())]
    return Roster(
        customer_id=customer_id,
        name=company_names(segment, families),
        segment=segment,
        contract=contract,
        parent_id=parent_id,
        first=first,
        last=last,
        prospect=prospect,
        skips_2024=skips,
        traits=traits,
    )


def _comings_and_goings(which: IntArray) -> tuple[IntArray, IntArray]:
    """Draw the first and the last day: some leave each year, by the segment's chance, but not in their first year."""
    rng = stream("comings and goings")
    when, within = rng.random(CUSTOMERS), rng.random(CUSTOMERS)
    year = YEARS[0] - 1 + np.searchsorted((STARTED_BEFORE, STARTED_2023, STARTED_2024), when)
    bounds = np.array([(OLDEST_DAY, -1), *(year_bounds(y) for y in YEARS)])[year - YEARS[0] + 1]
    first = bounds[:, 0] + np.floor(within * (bounds[:, 1] - bounds[:, 0] - 20)).astype(np.int64)
    last = np.full(CUSTOMERS, STILL_HERE, dtype=np.int64)
    leaving = np.array([s.leaving for s in SEGMENTS])[which]
    for y in YEARS:
        goes = (rng.random(CUSTOMERS) < leaving) & (year < y) & (last == STILL_HERE)
        start, end = year_bounds(y)
        last = np.where(goes, start + rng.integers(20, end - start, CUSTOMERS), last)
    return first, last


def _contracts(which: IntArray) -> TextArray:
    share = np.array([s.contractual for s in SEGMENTS])[which]
    return texts(np.where(stream("contracts").random(CUSTOMERS) < share, "contractual", "transactional"))


def _skippers(ordinary: IntArray, first: IntArray, last: IntArray, prospect: BoolArray) -> BoolArray:
    """Choose ordinary customers of long standing who paused for the year 2024."""
    able = ordinary[(first[ordinary] < 0) & (last[ordinary] == STILL_HERE) & ~prospect[ordinary]]
    return np.isin(np.arange(CUSTOMERS), able[:: able.size // SKIPPERS][:SKIPPERS])


def _traits(which: IntArray, first: IntArray, last: IntArray, prospect: BoolArray) -> dict[str, FloatArray]:
    """Draw how ordinary customers behave."""
    rng = stream("traits")

    def mean(name: str) -> FloatArray:
        return np.array([float(getattr(s, name)) for s in SEGMENTS])[which]

    def vary() -> FloatArray:
        return spread(rng, CUSTOMERS, COMMON)

    start, end = year_bounds(YEARS[-1])
    here = (first <= end) & (last >= start) & ~prospect
    new = here & (first >= start)
    lately = (last < start) & (last >= start - 365) & ~prospect & (rng.random(CUSTOMERS) < 0.2)
    size = spread(rng, CUSTOMERS, SIZES)
    often = 0.1 + 0.9 * np.sqrt(size)  # large customers order more often, but not in proportion
    demand = spread(rng, CUSTOMERS, DEMANDS)
    fit = np.clip(0.78 + 0.12 * rng.normal(size=CUSTOMERS), 0.3, 1.0)
    return {
        "revenue": mean("revenue") * size,
        "growth": 0.03 + 0.09 * rng.normal(size=CUSTOMERS),
        "documents": mean("documents") * often * np.sqrt(demand) * vary(),
        "lines": mean("lines") * np.ones(CUSTOMERS),
        "discount": mean("discount") * (0.5 + 0.5 * np.sqrt(size)) * vary(),
        "cost": mean("cost") + 0.03 * rng.normal(size=CUSTOMERS),
        "returned": np.minimum(0.6, mean("returned") * demand * vary()),
        "return_part": np.full(CUSTOMERS, 0.35),
        "extra_shipments": mean("extra_shipments") * demand,
        "rush": np.minimum(0.6, mean("rush") * demand),
        "issues": here * mean("issues") * often * demand * spread(rng, CUSTOMERS, UNEVEN),
        "issue_hours": vary(),
        "sales_hours": here * mean("sales_hours") * often * demand * vary(),
        "acquisition_hours": np.where(prospect, 0.5, 1.0 * new) * mean("acquisition_hours") * often * vary(),
        "contacts": np.where(here, 1.0, np.where(prospect, 0.6, 0.4 * lately)) * mean("contacts") * vary(),
        "terms": mean("terms"),
        "late": mean("late") * (spread(rng, CUSTOMERS, UNEVEN) - 0.3),
        "late_spread": np.full(CUSTOMERS, 5.0),
        "fit": fit,
        "nps": np.clip(np.rint(1.0 + 8.0 * fit + 1.3 * rng.normal(size=CUSTOMERS)), 0, 10),
        "adoption_days": np.clip(np.rint(110 + 55 * rng.normal(size=CUSTOMERS)), 9, 365),
        "self_resolved": np.floor(6 * spread(rng, CUSTOMERS, UNEVEN)),
        "wallet_share": 0.25 + 0.6 * rng.random(CUSTOMERS),
    }


def _plant(traits: dict[str, FloatArray], rows: list[int], segment: str, changed: Mapping[str, float]) -> None:
    """Give planted customers their traits: their own where stated, else the plain means of their segment."""
    of = next(s for s in SEGMENTS if s.name == segment)
    for name in MEANS:
        traits[name][rows] = getattr(of, name)
    for name in ("issues", "sales_hours"):
        traits[name][rows] = 1.3 * getattr(of, name)
    traits["growth"][rows], traits["acquisition_hours"][rows], traits["issue_hours"][rows] = 0.03, 0.0, 1.0
    for name, value in changed.items():
        traits[name][rows] = value
    wobble = 1 + 0.06 * ((np.arange(len(rows)) + 2) % 5 - 2)  # members of a group are not each other's copies
    for name in ("revenue", "documents", "sales_hours"):
        traits[name][rows] *= wobble
