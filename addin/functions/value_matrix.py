"""Who is worth what to whom: strategic value, value against potential, value to the company against value derived."""

import numpy as np

from addin.functions.segments import FAMILY
from addin.functions.wording import ARRAY, ROW_ERRORS
from addin.registry import Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.errors import InputError, MissingDataError
from valuation.segments import QUADRANTS, VALUE_SEGMENTS, strategic_value, value_matrix, value_segment
from valuation.tables import Blank, Column, Kind
from workbook_templates.plan import CellError

_MEDIANS = (
    "Where a cut is left out, the median of the customers who have both values is the cut, and the message says so."
)


@worksheet_function(
    arguments=(
        Argument(
            "ratings",
            Kind.NUMBER,
            "One row for each customer, one column for each criterion, without headings; blank where not rated",
            "0-5",
            shape=Shape.MATRIX,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "weights",
            Kind.NUMBER,
            "Weight of each criterion, 0 or more, in the order of the columns",
            "any; only their proportion counts",
            shape=Shape.BLOCK,
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("score", Kind.NUMBER, "Strategic value; money is better where it is known", "0-100"),
        Column("n_used", Kind.COUNT, "Criteria it rests on: those that are rated and have a weight", "count"),
    ),
    blank="A criterion that is blank is left out and the others count for more. #N/A for a customer without a rating, "
    "#NUM! for one with a rating that is not from 0 to 5; the other rows keep their values. One error for the whole "
    "call: #VALUE! where text stands instead of a number or the weights are not as many as the criteria, #DIV/0! where "
    "all weights are 0; an error cell gives that same error.",
    example=Example(([[5, 4, 0], [3, None, None]], [2, 1, 1]), [[70, 3], [60, 1]]),
    family=FAMILY,
    row_errors={CellError.NA: lambda ratings, weights: np.isnan(ratings[:, weights > 0]).all(axis=1)},
)
def cv_strategic(ratings: ARRAY, weights: ARRAY, /) -> tuple[ARRAY, ARRAY]:
    """How much is each customer worth beyond money, by weighted ratings?"""
    if np.isnan(ratings).all():
        raise MissingDataError("ratings are all blank")
    found = strategic_value(ratings, weights)
    return found.score, found.n_used


@worksheet_function(
    arguments=(
        Argument(
            "current",
            Kind.MONEY,
            "Contribution of each customer now",
            "money/period",
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "potential",
            Kind.MONEY,
            "Present value of what each could bring beyond that",
            "money",
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "cuts",
            Kind.NUMBER,
            "From where on a value is high: two cells, for current and for potential; medians if left out",
            "money",
            required=False,
            shape=Shape.COLUMN,
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("segment", Kind.TEXT, f"{', '.join(VALUE_SEGMENTS[:4])}, or which value is unknown"),
        Column("distance_current", Kind.MONEY, "Current value less its cut", "money/period", missing="#N/A"),
        Column("distance_potential", Kind.MONEY, "Potential less its cut", "money", missing="#N/A"),
    ),
    blank=f"A value that is blank is unknown, never low: the segment says so and its distance is #N/A. {ROW_ERRORS} "
    f"{_MEDIANS} A bad cell among the cuts gives one error for all.",
    example=Example(
        ([[900], [900], [50], [50]], [[400], [None], [400], [10]], [500, 100]),
        [
            ["Grow", 400, 300],
            ["Unknown potential", 400, "#N/A"],
            ["Develop", -450, 300],
            ["Automate", -450, -90],
        ],
    ),
    family=FAMILY,
)
def cv_value_segment(current: ARRAY, potential: ARRAY, cuts: ARRAY | None, /) -> Answer:
    """Is each customer one to grow, to defend, to develop or to serve at low cost?"""
    if cuts is not None and cuts.size != 2:
        raise InputError(f"cuts must be two cells, for current and for potential, not {cuts.size}")
    cut_current, cut_potential = (None, None) if cuts is None else cuts.tolist()
    found = value_segment(current, potential, cut_current=cut_current, cut_potential=cut_potential)
    value = (found.segment, _known(found.distance_current), _known(found.distance_potential))
    return Answer(value, (found.note,) if found.note else ())


@worksheet_function(
    arguments=(
        Argument(
            "value_to_company",
            Kind.MONEY,
            "Value of each customer: lifetime or engagement value",
            "money",
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "value_to_customer",
            Kind.NUMBER,
            "Value that each customer derives: measured benefit less price, or an index",
            "money or 0-100",
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "cut_v",
            Kind.MONEY,
            "From where on the value to the company is high; the median if left out",
            "money",
            required=False,
            shape=Shape.ONE,
        ),
        Argument(
            "cut_u",
            Kind.NUMBER,
            "From where on the value to the customer is high; the median if left out",
            "money or 0-100",
            required=False,
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("quadrant", Kind.TEXT, f"{', '.join(one.name for one in QUADRANTS[:4])}, or which value is unknown"),
        Column("wording", Kind.TEXT, "Who these customers are"),
        Column("action", Kind.TEXT, "What to do"),
        Column("distance_v", Kind.MONEY, "Value to the company less its cut", "money", missing="#N/A"),
        Column("distance_u", Kind.NUMBER, "Value to the customer less its cut", "money or points", missing="#N/A"),
    ),
    blank=f"A value that is blank is unknown, never low: the quadrant says so and its distance is #N/A. {ROW_ERRORS} "
    f"{_MEDIANS} A bad cut gives one error for all.",
    example=Example(
        ([[90], [80], [5], [4]], [[80], [20], [90], [None]], 50, 60),
        [
            [QUADRANTS[0].name, QUADRANTS[0].wording, QUADRANTS[0].action, 40, 20],
            [QUADRANTS[1].name, QUADRANTS[1].wording, QUADRANTS[1].action, 30, -40],
            [QUADRANTS[2].name, QUADRANTS[2].wording, QUADRANTS[2].action, -45, 30],
            [QUADRANTS[4].name, QUADRANTS[4].wording, QUADRANTS[4].action, -46, "#N/A"],
        ],
    ),
    family=FAMILY,
)
def cv_value_matrix(
    value_to_company: ARRAY, value_to_customer: ARRAY, cut_v: float | None, cut_u: float | None, /
) -> Answer:
    """Which customers are worth much to the company, which get much from it, and what follows for each?"""
    found = value_matrix(value_to_company, value_to_customer, cut_v=cut_v, cut_u=cut_u)
    value = (found.quadrant, found.wording, found.action, _known(found.distance_v), _known(found.distance_u))
    return Answer(value, (found.note,) if found.note else ())


def _known(distances: ARRAY) -> ARRAY:
    """Distances with #N/A where the value is unknown."""
    cells = distances.astype(object)
    cells[np.isnan(distances)] = CellError.NA
    return cells
