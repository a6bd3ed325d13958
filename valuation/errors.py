"""
Every error that the mathematics raises, and the cell that each becomes.

::

    ValuationError
    +-- InputError (ValueError)                      #VALUE!   wrong kind or shape, unknown word, unequal lengths
    +-- DomainError (ValueError)                     #NUM!     outside the formula's range; an endless sum that diverges
    +-- ConvergenceError (ArithmeticError)           #NUM!     a fit or a root did not settle
    +-- MissingDataError (LookupError)               #N/A      not there, or too few observations
    +-- ZeroDenominatorError (ZeroDivisionError)     #DIV/0!   nothing to divide by

A message names the argument, the rule and what was given: ``discount_rate must be above -1, not -1.2``.
Faults in users' data are not raised one at a time: they are findings (see `valuation.findings`).
"""

from typing import ClassVar

__all__ = [
    "ConvergenceError",
    "DomainError",
    "InputError",
    "MissingDataError",
    "ValuationError",
    "ZeroDenominatorError",
]


class ValuationError(Exception):
    """An answer that cannot be given, for a reason that the user can mend."""

    cell: ClassVar[str] = "#VALUE!"


class InputError(ValuationError, ValueError):
    """An argument is of the wrong kind or shape, or its word is unknown."""


class DomainError(ValuationError, ValueError):
    """A number is outside the range in which the formula holds."""

    cell = "#NUM!"


class ConvergenceError(ValuationError, ArithmeticError):
    """A fit or a root search did not settle."""

    cell = "#NUM!"


class MissingDataError(ValuationError, LookupError):
    """A customer, cohort or period is not there, or there are too few observations."""

    cell = "#N/A"


class ZeroDenominatorError(ValuationError, ZeroDivisionError):
    """There is nothing to divide by."""

    cell = "#DIV/0!"
