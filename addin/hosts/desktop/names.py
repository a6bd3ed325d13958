"""Names that VBA and Excel accept: every function and every argument is held against their rules before a build."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from addin.registry import Function

__all__ = ["name_problems"]

MOST_NAME: Final = 255
MOST_ARGUMENTS: Final = 60
MOST_HELP: Final = 255

_WORDS: Final = """
abs access addressof alias and any append application array as attribute base binary boolean byref byte byval call
case cbool cbyte ccur cdate cdbl cdec cint circle clng clnglng clngptr close compare const csng cstr cvar cverr
currency date debug decimal declare defbool defbyte defcur defdate defdbl defdec defint deflng deflnglng deflngptr
defobj defsng defstr defvar dim do double each else elseif empty end endif enum eqv erase error event exit explicit
false fix for friend function get global gosub goto if imp implements in input inputb int integer is lbound len lenb
let lib like line lineinput lock long longlong longptr loop lset me mid midb mod name new next not nothing
null object on open option optional or output paramarray preserve print private property pset public put raiseevent
random read redim rem resume return rset scale seek select set sgn shared single spc static step stop string sub tab
then thisworkbook activeworkbook to true type typeof ubound unlock until variant vba wend while width with
withevents write xor
"""
RESERVED: Final = frozenset(_WORDS.split())
"""Words that VBA keeps for itself, and names of its own that an argument of the same name would hide in a wrapper."""

_VBA_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_A1: Final = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}")
_R1C1: Final = re.compile(r"[Rr][0-9]*([Cc][0-9]*)?|[Cc][0-9]*")
_WRAPPER_NAMES: Final = frozenset({"failed", "cvanswer", "cvcall", "cvfailure", "cvlastfailure"})


def name_problems(functions: Sequence[Function]) -> list[str]:
    """
    Say what is wrong with the names of worksheet functions and their arguments.

    Returns
    -------
    list of str
        Nothing when all of them can be built.
    """
    problems = [problem for function in functions for problem in _problems(function)]
    times = Counter(function.name.casefold() for function in functions)
    return [
        *problems,
        *(f"{name}: {count} functions have that name, case aside" for name, count in times.items() if count > 1),
    ]


def _problems(function: Function) -> Iterator[str]:
    """What is wrong with one function."""
    name, names = function.name, [argument.name for argument in function.arguments]
    yield from (f"{name}: {problem}" for problem in _name_problems(name))
    if _A1.fullmatch(name) or _R1C1.fullmatch(name):
        yield f"{name}: it reads as the address of a cell"
    for argument in names:
        yield from (f"{name}, argument {argument}: {problem}" for problem in _name_problems(argument))
        if argument.casefold() in _WRAPPER_NAMES:
            yield f"{name}, argument {argument}: the wrapper uses that name"
    folded = [one.casefold() for one in (name, *names)]
    if len(set(folded)) < len(folded):
        yield f"{name}: two of its names differ by case only"
    if len(names) > MOST_ARGUMENTS:
        yield f"{name}: {len(names)} arguments, more than {MOST_ARGUMENTS}"
    for what, text in ((name, function.help), *((one.name, one.help) for one in function.arguments)):
        if len(text) > MOST_HELP:
            yield f"{name}: the help of {what} has {len(text)} characters; Excel shows {MOST_HELP}"


def _name_problems(name: str) -> Iterator[str]:
    """What is wrong with one name in VBA."""
    if not _VBA_NAME.fullmatch(name):
        yield "a name begins with a letter and goes on with letters, digits and underscores"
    if len(name) > MOST_NAME:
        yield f"{len(name)} characters, more than {MOST_NAME}"
    if name.casefold() in RESERVED:
        yield "VBA keeps that word for itself"
