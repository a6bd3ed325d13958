"""The procedures of a VBA module, as far as others can call them: names and parameters, found in the text."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["Procedure", "procedures"]

_CONTINUATION: Final = re.compile(r"[ \t]_[ \t]*\r?\n")
_HEAD: Final = re.compile(
    r"[ \t]*(?:(?P<scope>Public|Private|Friend)[ \t]+)?(?:Static[ \t]+)?"
    r"(?P<kind>Sub|Function|Property[ \t]+(?:Get|Let|Set))[ \t]+(?P<name>\w+)[ \t]*\((?P<rest>.*)",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r'"[^"]*"|[(),]|[^"(),]+')


class Procedure(NamedTuple):
    """A procedure; those of the same name stand in different branches of an ``#If``."""

    module: str
    name: str
    kind: str
    """``sub``, ``function`` or ``property``."""
    public: bool
    parameters: tuple[str, ...]

    @property
    def most(self) -> float:
        """How many arguments it takes."""
        return float("inf") if any(_begins(one, "paramarray") for one in self.parameters) else len(self.parameters)

    @property
    def fewest(self) -> int:
        """How many arguments it needs."""
        return sum(not (_begins(one, "optional") or _begins(one, "paramarray")) for one in self.parameters)


def _begins(parameter: str, word: str) -> bool:
    return parameter.lower().startswith(f"{word} ")


def procedures(module: str, source: str) -> Iterator[Procedure]:
    """Find the procedures of a module; without a word for it, one is public."""
    for line in _CONTINUATION.sub(" ", source).splitlines():
        match = _HEAD.match(line)
        if match:
            kind = match["kind"].split()[0].lower()
            public = (match["scope"] or "Public").lower() == "public"
            yield Procedure(module, match["name"], kind, public, tuple(_parameters(match["rest"])))


def _parameters(rest: str) -> Iterator[str]:
    """The parameters, up to the parenthesis that closes their list."""
    depth, parameter = 0, ""
    for part in _PARTS.findall(rest):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth < 0 or (part == "," and depth == 0):
            if parameter.strip():
                yield parameter.strip()
            if depth < 0:
                return
            parameter = ""
        else:
            parameter += part
