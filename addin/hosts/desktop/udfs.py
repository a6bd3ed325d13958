"""
The worksheet functions as xlwings' desktop engine calls them: one function of this module for each of the registry.

Cells travel raw, without xlwings' converters: `addin.cells` decides what a blank, a date or an error means, and a block
of numbers is looked at once.
"""

from collections.abc import Callable
from importlib.metadata import version
from inspect import Parameter, Signature
from typing import Any

import xlwings as xw

from addin.calls import evaluate
from addin.hosts.desktop.logs import start_log
from addin.hosts.desktop.variants import read_variant, written_variants
from addin.registry import Function, functions


def _registered(function: Function) -> Callable[..., Any]:
    """Give the function that Excel calls for one of the registry, under its name and with its arguments."""

    def call(*cells: object) -> list[list[Any]]:
        return written_variants(evaluate(function.name, [read_variant(cell) for cell in cells]).cells)

    call.__name__ = function.name
    call.__doc__ = function.help
    call.__signature__ = Signature(  # type: ignore[attr-defined]  # xlwings reads names and defaults from it
        [
            Parameter(one.name, Parameter.POSITIONAL_OR_KEYWORD, default=Parameter.empty if one.required else None)
            for one in function.arguments
        ]
    )
    for one in function.arguments:
        xw.arg(one.name, "raw", doc=one.help)(call)
    xw.ret("raw")(call)
    registered: Callable[..., Any] = xw.func(category=function.category)(call)  # last: the others reset the category
    return registered


@xw.func
@xw.arg("wanted", "raw")
@xw.ret("raw")
def cv_objection(wanted: Any) -> list[list[str]]:
    """Say why an add-in of that version must not be answered; "" when nothing speaks against it."""
    found = version("customer-value")
    if wanted == found:
        return [[""]]
    return [[f"the add-in is version {wanted}, but Python has customer-value {found}; run customer-value install"]]


start_log()
globals().update({function.name: _registered(function) for function in functions()})
