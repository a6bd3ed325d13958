"""The generated module: one wrapper for each worksheet function, with the help that the function wizard shows."""

import re

import pytest

from addin.hosts.desktop.wrappers import CATEGORIES, wrapper_module
from addin.registry import Function, functions

MODULE = wrapper_module(functions())
every_function = pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)


def body(function: Function) -> list[str]:
    """The lines of a wrapper."""
    text = MODULE.partition(f"Public Function {function.name}(")[2].partition("End Function")[0]
    return [line.strip() for line in text.splitlines()]


@every_function
def test_a_wrapper_takes_the_arguments_of_the_registry(function: Function) -> None:
    signature = body(function)[0].partition(")")[0]
    expected = [one.name if one.required else f"Optional {one.name}" for one in function.arguments]
    assert [one for one in signature.split(", ") if one] == expected


@every_function
def test_a_wrapper_hands_all_arguments_on_and_turns_every_failure_into_an_error(function: Function) -> None:
    given = ", ".join(one.name for one in function.arguments)
    lines = body(function)
    assert f'{function.name} = CvAnswer(CvCall("{function.name}", Array({given})))' in lines
    assert lines[3] == "On Error GoTo failed"
    assert lines[-2:] == [f'{function.name} = CvFailure("{function.name}", Err.Description)', ""] or lines[
        -1
    ].startswith(f"{function.name} = CvFailure(")


@every_function
def test_the_wizard_shows_what_a_function_answers(function: Function) -> None:
    quoted = function.help.replace('"', '""')
    assert f'Attribute {function.name}.VB_Description = "{quoted}"' in MODULE
    number = 20 + CATEGORIES.index(function.category)
    assert f'Attribute {function.name}.VB_ProcData.VB_Invoke_Func = " \\n{number}"' in MODULE


def test_only_the_last_error_is_known_to_vba_too() -> None:
    assert [
        name
        for name, text in re.findall(r"Function (CV_\w+)\((.*?)End Function", MODULE, re.DOTALL)
        if "CvLastFailure" in text
    ] == ["CV_LASTERROR"]


def test_nothing_is_volatile() -> None:
    assert "Volatile" not in MODULE


def test_the_same_registry_gives_the_same_text() -> None:
    assert wrapper_module(functions()) == MODULE
