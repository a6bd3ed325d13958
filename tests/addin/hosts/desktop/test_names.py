"""Names are held against the rules of VBA and Excel before anything is built."""

from dataclasses import replace

import pytest

from addin.hosts.desktop.names import RESERVED, name_problems
from addin.hosts.desktop.wrappers import wrapper_module
from addin.registry import Argument, Function, find
from valuation.tables import Kind


def named(name: str = "CV_TEST", *arguments: str, help: str = "x") -> Function:
    return replace(
        find("CV_CAC"), name=name, help=help, arguments=tuple(Argument(one, Kind.ANY, "x") for one in arguments)
    )


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (named("A1"), "A1: it reads as the address of a cell"),
        (named("CV1"), "CV1: it reads as the address of a cell"),
        (named("r1c1"), "r1c1: it reads as the address of a cell"),
        (named("C"), "C: it reads as the address of a cell"),
        (named("CV.LTV"), "CV.LTV: a name begins with a letter"),
        (named("_CV"), "_CV: a name begins with a letter"),
        (named("CV_ÄNDERN"), "CV_ÄNDERN: a name begins with a letter"),
        (named("x" * 256), "256 characters, more than 255"),
        (named("CV_TEST", "date"), "CV_TEST, argument date: VBA keeps that word for itself"),
        (named("CV_TEST", "ParamArray"), "argument ParamArray: VBA keeps that word for itself"),
        (named("CV_TEST", "cvcall"), "argument cvcall: the wrapper uses that name"),
        (named("CV_TEST", "Failed"), "argument Failed: the wrapper uses that name"),
        (named("CV_TEST", "rate", "Rate"), "CV_TEST: two of its names differ by case only"),
        (named("CV_TEST", "cv_test"), "CV_TEST: two of its names differ by case only"),
        (named("CV_TEST", *(f"a{place}x" for place in range(61))), "61 arguments, more than 60"),
        (named("CV_TEST", help="x" * 256), "the help of CV_TEST has 256 characters; Excel shows 255"),
    ],
)
def test_a_bad_name_is_said(function: Function, problem: str) -> None:
    assert any(problem in found for found in name_problems([function])), name_problems([function])


def test_two_functions_cannot_differ_by_case() -> None:
    assert name_problems([named("CV_TEST"), named("Cv_Test")]) == ["cv_test: 2 functions have that name, case aside"]


def test_the_words_of_vba_are_listed_as_they_are_compared() -> None:
    assert {word for word in RESERVED if word != word.casefold() or not word.isalpha()} == set()


def test_nothing_is_built_over_a_bad_name() -> None:
    with pytest.raises(ValueError, match="names that VBA or Excel refuse:\nCV_TEST, argument loop"):
        wrapper_module([named("CV_TEST", "loop")])
