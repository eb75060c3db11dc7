"""How many examples a property is tried with, small and large; and that no property goes by another number."""

import ast

import pytest
from hypothesis import settings

from tests.architecture.tree import python_files, tree_of
from tests.lanes.examples import PROFILE_VARIABLE, TIMES, chosen, examples

OF_ITS_OWN = {"tests/lanes/examples.py", "tests/mutation/run_mutants.py"}


def test_the_small_profile_is_what_runs_without_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", None):
        monkeypatch.setenv(PROFILE_VARIABLE, value) if value is not None else monkeypatch.delenv(PROFILE_VARIABLE)
        assert (chosen(), examples(60)) == ("small", 60)


def test_the_large_profile_tries_every_property_many_times_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROFILE_VARIABLE, "large")
    assert examples(60) == 60 * TIMES["large"]
    assert settings.get_profile("large").max_examples == TIMES["large"] * settings.get_profile("small").max_examples


def test_a_profile_that_is_none_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROFILE_VARIABLE, "huge")
    with pytest.raises(KeyError):
        chosen()


def test_no_property_goes_by_a_number_that_the_profile_does_not_reach() -> None:
    fixed = {
        f"{name}:{node.value.lineno}"
        for name in python_files("tests")
        if name not in OF_ITS_OWN
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.keyword)
        and node.arg == "max_examples"
        and not ast.unparse(node.value).startswith("examples(")
    }
    assert fixed == set()
