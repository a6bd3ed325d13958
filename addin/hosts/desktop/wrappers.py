"""The VBA module with a wrapper for each function of the registry, and what the function wizard says of it."""

from collections.abc import Iterator, Sequence
from typing import Final

from addin.hosts.desktop.names import name_problems
from addin.registry import Function

__all__ = ["CATEGORIES", "wrapper_module"]

CATEGORIES: Final = ("Customer Value", "Customer Value - advanced")
"""Excel's own categories end at number 19; these are 20 and 21."""

_FIRST_CATEGORY: Final = 20
_LAST_FAILURE: Final = "CV_LASTERROR"


def wrapper_module(functions: Sequence[Function]) -> str:
    """
    Write the module as an exported .bas file.

    The lines that begin with ``Attribute`` are what Excel itself stores of a function's description and category.

    Raises
    ------
    ValueError
        If VBA or Excel would refuse a name; the message lists all of them.
    """
    problems = name_problems(functions)
    if problems:
        raise ValueError("names that VBA or Excel refuse:\n" + "\n".join(problems))
    return "\n".join(_lines(functions)) + "\n"


def _lines(functions: Sequence[Function]) -> Iterator[str]:
    yield 'Attribute VB_Name = "CvFunctions"'
    yield "Option Explicit"
    yield "' Generated from the register of worksheet functions; changes here are lost with the next build."
    for function in functions:
        yield ""
        yield from _wrapper(function)


def _wrapper(function: Function) -> Iterator[str]:
    """One function: cells to Python, errors back as errors."""
    name = function.name
    signature = ", ".join(one.name if one.required else f"Optional {one.name}" for one in function.arguments)
    yield f"Public Function {name}({signature}) As Variant"
    yield f'Attribute {name}.VB_Description = "{_quoted(function.help)}"'
    yield f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n{_FIRST_CATEGORY + CATEGORIES.index(function.category)}"'
    yield "    On Error GoTo failed"
    if name == _LAST_FAILURE:  # what kept a call from Python only VBA knows
        yield '    If CvLastFailure() <> "" Then'
        yield f"        {name} = CvLastFailure()"
        yield "        Exit Function"
        yield "    End If"
    given = ", ".join(one.name for one in function.arguments)
    yield f'    {name} = CvAnswer(CvCall("{name}", Array({given})))'
    yield "    Exit Function"
    yield "failed:"
    yield f'    {name} = CvFailure("{name}", Err.Description)'
    yield "End Function"


def _quoted(text: str) -> str:
    """A text within quotes, in the characters that VBA has."""
    return text.replace('"', '""').encode("cp1252", "replace").decode("cp1252")
