"""Which column of a file holds what, and keeping that under a name beside a workbook."""

import json
import os
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from addin.faults import UserError

__all__ = ["SourceError", "SourceMapping", "load_mapping", "mapping_names", "save_mapping"]

_DATE_FORMAT = r"(?=.*%-?[yY])([^%]|%-?[ymdjHIMS]|%[YbBaApfz])+"


class SourceError(UserError):
    """The file, its columns or a mapping cannot be used; the message says what, where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMapping:
    """
    Which column of a file holds what.

    Attributes
    ----------
    customer, date : str
        Columns with the customer's id and the date.
    amount : str
        Column with the amount of a line; or else
    quantity, unit_price : str
        the two columns whose product it is.
    document : str
        Column with the number of the invoice or credit note; "" makes one document of a customer's day.
    credit_prefix : str
        What the number of a credit note begins with, "" if nothing tells it from an invoice.
    date_format : str
        How dates typed as text are written, such as ``%d.%m.%Y``; "" accepts ISO dates only.
    decimal : str
        Decimal sign of a CSV file, "." or ","; the other one may then group thousands. "" accepts plain numbers only.
    """

    customer: str
    date: str
    amount: str = ""
    quantity: str = ""
    unit_price: str = ""
    document: str = ""
    credit_prefix: str = ""
    date_format: str = ""
    decimal: str = ""

    def __post_init__(self) -> None:
        if not (self.customer and self.date):
            raise SourceError("a mapping must name the columns of the customer and of the date")
        given = (bool(self.amount), bool(self.quantity), bool(self.unit_price))
        if given not in ((True, False, False), (False, True, True)):
            raise SourceError("a mapping must name either the column of the amount, or both quantity and unit_price")
        if self.credit_prefix and not self.document:
            raise SourceError("credit_prefix needs the column of the document's number: name document too")
        if self.date_format and not re.fullmatch(_DATE_FORMAT, self.date_format):
            raise SourceError(f"date_format must be written like %d.%m.%Y, with a year, not {self.date_format!r}")
        if self.decimal not in ("", ".", ","):
            raise SourceError(f'decimal must be "." or ",", not {self.decimal!r}')

    def columns(self) -> dict[str, str]:
        """Names of the columns that are mapped, by what they hold."""
        roles = ("customer", "date", "amount", "quantity", "unit_price", "document")
        return {role: name for role in roles if (name := getattr(self, role))}


def save_mapping(workbook_path: str | os.PathLike[str], name: str, mapping: SourceMapping) -> None:
    """
    Keep a mapping under a name in the file ``<workbook>.mappings.json`` beside the workbook.

    Parameters
    ----------
    workbook_path : path
        The workbook; it need not exist.
    name : str
        Name of the mapping; one that is there is replaced.
    mapping : SourceMapping
        What to keep.

    Raises
    ------
    SourceError
        If the name is blank, or the file cannot be read or written.
    """
    if not name.strip():
        raise SourceError("a mapping needs a name")
    path = _mappings_path(workbook_path)
    kept = _mappings(path) | {name: {key: value for key, value in asdict(mapping).items() if value}}
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SourceError(f"{path} cannot be written ({error.strerror}): check the folder") from error


def load_mapping(workbook_path: str | os.PathLike[str], name: str) -> SourceMapping:
    """
    Give the mapping that was kept under a name.

    Parameters
    ----------
    workbook_path : path
        The workbook beside which it was kept.
    name : str
        Name of the mapping.

    Returns
    -------
    SourceMapping
        As it was kept.

    Raises
    ------
    SourceError
        If there is no mapping of that name, or it is not a proper one.
    """
    path = _mappings_path(workbook_path)
    mappings = _mappings(path)
    if name not in mappings:
        known = ", ".join(repr(n) for n in mappings) or "none"
        raise SourceError(f"there is no mapping called {name!r} in {path.name}; it knows: {known}")
    values = mappings[name]
    known_keys = {f.name for f in fields(SourceMapping)}
    if not (isinstance(values, dict) and values.keys() <= known_keys and {"customer", "date"} <= values.keys()):
        raise SourceError(f"mapping {name!r} in {path.name} must have customer and date, and only {sorted(known_keys)}")
    if not all(isinstance(value, str) for value in values.values()):
        raise SourceError(f"mapping {name!r} in {path.name} must hold texts only")
    return SourceMapping(**values)


def mapping_names(workbook_path: str | os.PathLike[str]) -> list[str]:
    """Name the mappings that are kept beside a workbook; `SourceError` when their file cannot be read."""
    return list(_mappings(_mappings_path(workbook_path)))


def _mappings_path(workbook_path: str | os.PathLike[str]) -> Path:
    workbook = Path(workbook_path)
    return workbook.with_name(f"{workbook.stem}.mappings.json")


def _mappings(path: Path) -> dict[str, Any]:
    """All mappings in the file, none when there is no file."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read ({error}): correct it, or delete it and map anew") from error
    if not isinstance(kept, dict):
        raise SourceError(f"{path} must hold names with their mappings: correct it, or delete it and map anew")
    return kept
