"""One thing that the doctor looked at: what was found and what to do about it."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Check", "Verdict", "failed", "ok", "warning"]


class Verdict(Enum):
    """How bad it is."""

    OK = "OK"
    WARNING = "WARNING"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    The outcome of one check.

    Attributes
    ----------
    title : str
        What was looked at.
    verdict : Verdict
        Failed: formulas or buttons will not work. Warning: they may not.
    found, mend : str
        What there is; what to do, "" where there is nothing to do.
    """

    title: str
    verdict: Verdict
    found: str
    mend: str = ""


def ok(title: str, found: str) -> Check:
    """All is well there."""
    return Check(title=title, verdict=Verdict.OK, found=found)


def warning(title: str, found: str, mend: str = "") -> Check:
    """It may get in the way, or does so for some."""
    return Check(title=title, verdict=Verdict.WARNING, found=found, mend=mend)


def failed(title: str, found: str, mend: str) -> Check:
    """Formulas or buttons do not work because of it."""
    return Check(title=title, verdict=Verdict.FAILED, found=found, mend=mend)
