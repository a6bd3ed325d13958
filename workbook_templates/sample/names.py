"""Names of customers: an invented stem, never used twice, and what the customer does."""

import numpy as np

from workbook_templates.sample.draws import TextArray, stream, texts

__all__ = ["company_names"]

STEM_STARTS = (
    "Alve Bramo Cordi Davra Elvro Fenti Gorvi Halto Ispe Jarvo Keltra Lumbre Morda Nevri Olvi Pontra Quenda Rusti "
    "Salvo Torbe Umbri Varno Welmi Yorve Zandi Birke Crevo Dormi Estra Farlo Gimbe Hosti Julme Kasto Lorvi Minstra "
    "Nordu Orsa Pelno Ravni"
)
STEM_ENDS = (
    "bek dane fels gard holt kamp lund mark nau quist rand sted tal vik wick zell bruk dorf feld gren haus kirk lau "
    "mont nor ryd stein thal vang wald"
)
TRADES = {
    "Manufacturing": (
        "Machining",
        "Fabrication",
        "Precision Parts",
        "Metalworks",
        "Components",
        "Castings",
        "Drives",
        "Pumps",
        "Tooling",
    ),
    "Facilities": (
        "Facility Services",
        "Building Care",
        "Property Services",
        "Maintenance",
        "Site Management",
        "Cleaning",
        "Hotels",
    ),
    "Public sector": (
        "City Works",
        "District Schools",
        "Water Board",
        "Transport Authority",
        "General Hospital",
        "Municipal Depot",
        "Fire Service",
    ),
    "Small trade": ("Joinery", "Plumbing", "Electrical", "Roofing", "Garage", "Locksmiths", "Heating", "Painting"),
    "Online": ("Hobby Works", "Tools Online", "Repair Studio", "Home Projects", "Workshop Direct", "Spare Parts"),
}
REGIONS = ("North", "South", "East", "West")
"""Tell the members of a group apart."""


def company_names(segments: TextArray, parents: dict[int, int]) -> TextArray:
    """Compose a name for each customer; a subsidiary carries its parent's stem and a region."""
    rng = stream("names")
    all_stems = [start + end for start in STEM_STARTS.split() for end in STEM_ENDS.split()]
    stems = [all_stems[n] for n in np.argsort(rng.random(len(all_stems)), kind="stable")[: segments.size]]
    picks = rng.integers(0, 1_000_000, segments.size)
    names = [
        f"{stem} {TRADES[segment][pick % len(TRADES[segment])]}"
        for stem, segment, pick in zip(stems, segments, picks, strict=True)
    ]
    for parent in set(parents.values()):
        names[parent] = f"{stems[parent]} Group"
    for child, parent in parents.items():
        trade = names[child].split(" ", 1)[1]
        members = sorted(c for c, p in parents.items() if p == parent)
        names[child] = f"{stems[parent]} {trade} {REGIONS[members.index(child)]}"
    return texts(names)
