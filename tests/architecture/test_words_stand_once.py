"""A closed list of words (a policy, a cause, a class, a unit of term) is declared once; who needs it imports it or adds to it."""

import ast
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from tests.architecture.tree import python_files, tree_of

PACKAGES = ("events", "rules", "services", "motcua", "demo")
LIKE = {
    ("events/clock_course.py", "events/deadline_data.py"): "what is met is early or on time: two of the outcomes",
    (
        "services/intake/adapters/problems.py",
        "services/stats/domain/figure.py",
    ): "services share no module: two languages",
}
"""Pairs of files whose lists are alike for a reason."""


APART = ("demo/oracle.py",)
"""Shares no code with what it is held against."""


class Words(NamedTuple):
    """A list of words and where it stands."""

    words: frozenset[str]
    place: str
    line: int


def lists(*folders: str) -> Iterator[Words]:
    """Every list of two or more words, as a type (`Literal[...]`) or as a constant tuple of texts."""
    for place in python_files(*folders):
        if place in APART:
            continue
        for node in ast.walk(tree_of(place)):
            match node:
                case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=words)):
                    pass
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=words)) if "COLUMNS" not in name:
                    pass
                case ast.AnnAssign(value=ast.Tuple(elts=words)):
                    pass
                case _:
                    continue
            said = [one.value for one in words if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if len(said) == len(words) and len(said) > 1:
                yield Words(frozenset(said), place, node.lineno)


def alike(found: list[Words]) -> list[tuple[Words, Words]]:
    """Pairs of which one holds all words of the other."""
    return [(a, b) for a, b in combinations(found, 2) if a.words <= b.words or b.words <= a.words]


def test_no_list_of_words_stands_a_second_time() -> None:
    twice = [
        f"{a.place}:{a.line} and {b.place}:{b.line}: {', '.join(sorted(a.words & b.words))}"
        for a, b in alike(list(lists(*PACKAGES)))
        if tuple(sorted((a.place, b.place))) not in LIKE
    ]
    assert twice == []
