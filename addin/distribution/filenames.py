"""Names of files for recipients: safe on every system, distinct, and readable where the recipient's name is."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

__all__ = ["file_names"]

_LONGEST: Final = 60
_UNSAFE: Final = re.compile(r"[^\w \-.()&]+|_{2,}")
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?")


def file_names(recipients: Sequence[str]) -> list[str]:
    """
    Give each recipient a file name, without its ending.

    Examples
    --------
    >>> file_names(["North", "../etc", "CON"])
    ['North', 'etc-f7f912', 'for CON-a3dbc4']
    """
    plain = [_plain(name) for name in recipients]
    folded = [name.casefold() for name in plain]
    return [
        safe
        if safe == name and folded.count(safe.casefold()) == 1 and not _RESERVED.fullmatch(safe)
        else f"{safe}-{_sign(name)}"
        for name, safe in zip(recipients, plain, strict=True)
    ]


def _plain(name: str) -> str:
    text = _UNSAFE.sub("_", unicodedata.normalize("NFKC", name))
    text = text.strip(" ._-")[:_LONGEST].strip(" ._-") or "recipient"
    return f"for {text}" if _RESERVED.fullmatch(text) else text


def _sign(name: str) -> str:
    """Tell names apart that look alike once they are safe."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
