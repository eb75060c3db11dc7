"""What a figure counts stands in its entry of the catalogue: whoever else needs it asks for the view's flag (ADR 0015)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, python_files, tree_of

FACTS = re.compile(r"\b(FROM|JOIN)\s+dossiers\b", re.IGNORECASE)
BY_HAND = re.compile(
    r"ended_at IS (NOT )?NULL|outcome\s*(=|!=|IN\b|NOT IN\b)|apology_class\s*(=|!=|IN\b|NOT IN\b)|metric\s*(=|IN\b)"
)
STATS = ROOT / "services/stats"
DECLARED = re.compile(r"-- figures begin.*?-- figures end", re.DOTALL)
VIEWS_OF_FIGURES = {"dossiers_in_period.sql", "apologies_in_period.sql"}
"""They define the names that a predicate may use."""
QUERIES = [
    file
    for file in sorted([*STATS.glob("queries/*.sql"), *STATS.glob("views/*.sql")])
    if file.name not in VIEWS_OF_FIGURES
]


def texts(place: str) -> Iterator[str]:
    """Every text of a module that is no docstring (an example for people who write SQL is none of ours)."""
    tree = tree_of(place)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_nobody_beside_the_statistics_asks_the_facts_themselves() -> None:
    asking = [
        place
        for place in python_files("motcua", "demo", "services/page", "services/intake", "services/deadlines")
        if any(FACTS.search(text) for text in texts(place))
    ]
    assert asking == []


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.name)
def test_a_query_counts_by_flags_and_says_no_predicate_by_hand(file: Path) -> None:
    by_hand = BY_HAND.search(DECLARED.sub("", file.read_text("utf-8")))
    assert by_hand is None, by_hand
