"""
Customers under another name: labels that stay the same from month to month, and ids that only the sender can translate.

The key and the numbers of the labels are kept in the sender's own folder, readable by the sender alone.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from addin.faults import UserError
from addin.userfiles import folder

__all__ = ["Pseudonyms", "load_pseudonyms", "save_private"]

_SIGNS: Final = 10
"""Hexadecimal signs of a pseudonym: 40 bits, more when two ids would share one."""
_MOST: Final = 32


@dataclass(slots=True)
class Pseudonyms:
    """
    Pseudonyms of ids, labels of customers and of segments.

    Attributes
    ----------
    key : bytes
        Without it a pseudonym cannot be translated, nor made for a guessed id.
    numbers : dict of str to int
        Pseudonym to the number on the label.
    segments : dict of str to int
        Segment's name to the number on its label.
    """

    key: bytes
    numbers: dict[str, int] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)

    def prepare(self, ids: Iterable[str], segments: Iterable[str]) -> None:
        """Number what is new, in an order that tells nothing."""
        new = {self.id_of(id_) for id_ in ids if id_} - self.numbers.keys()
        for pseudonym in sorted(new):
            self.numbers[pseudonym] = len(self.numbers) + 1
        fresh = {segment for segment in segments if segment} - self.segments.keys()
        for segment in sorted(fresh, key=self._digest):
            self.segments[segment] = len(self.segments) + 1

    def id_of(self, id_: str) -> str:
        """Give the pseudonym of an id."""
        if id_ not in self._ids:
            digest = self._digest(id_)
            for signs in range(_SIGNS, _MOST):
                pseudonym = "P" + digest[:signs]
                if self._taken.setdefault(pseudonym, id_) == id_:
                    break
            self._ids[id_] = pseudonym
        return self._ids[id_]

    def label_of(self, id_: str) -> str:
        """Give the label of a customer, such as ``Customer 0007``."""
        return f"Customer {self.numbers[self.id_of(id_)]:04d}"

    def segment_of(self, segment: str) -> str:
        """Give the label of a segment."""
        return f"Segment {self.segments[segment]}"

    def translated(self) -> Mapping[str, str]:
        """Pseudonym to id, for those that were asked for."""
        return {pseudonym: id_ for id_, pseudonym in self._ids.items()}

    def _digest(self, text: str) -> str:
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def load_pseudonyms() -> Pseudonyms:
    """Give the sender's pseudonyms; a key is made when there is none yet."""
    path = _path()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        key = bytes.fromhex(content["key"])
        numbers = {str(name): int(number) for name, number in content["numbers"].items()}
        segments = {str(name): int(number) for name, number in content["segments"].items()}
        if len(key) < 16 or any(len(set(part.values())) != len(part) for part in (numbers, segments)):
            raise ValueError("damaged")
    except FileNotFoundError:
        return Pseudonyms(key=secrets.token_bytes(32))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"the key of pseudonyms, {path}, cannot be read; restore it, or delete it for a new one") from (
            error
        )
    return Pseudonyms(key=key, numbers=numbers, segments=segments)


def save_pseudonyms(pseudonyms: Pseudonyms) -> None:
    """Keep the key and the numbers of the labels."""
    content = {"key": pseudonyms.key.hex(), "numbers": pseudonyms.numbers, "segments": pseudonyms.segments}
    save_private(_path(), json.dumps(content).encode())


def save_private(path: Path, content: bytes) -> None:
    """
    Write a file that only its user can read, whole or not at all.

    Raises
    ------
    UserError
        If it cannot be written.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"{path} cannot be written ({error.strerror or error}); check your rights to it") from error


def _path() -> Path:
    return folder() / "distribution" / "pseudonyms.json"
