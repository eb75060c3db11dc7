"""The engine's own syntax tree of a statement. In: the text of EXPLAIN AST. Out: nodes with their place in the tree.

For the writer's statements, of which not all have a tree in JSON (`query_tree`, for readers). It comes from the parser that
will run the statement; what stands in APPLY, SHOW or SETTINGS isn't part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_READING = frozenset(
    {
        "SelectWithUnionQuery", "SelectQuery", "SelectIntersectExceptQuery", "Explain", "DescribeQuery", "Set", "UseQuery",
        "ShowTables", "ShowColumns", "ShowIndexes", "ShowFunctions", "ShowSetting", "ShowEngineQuery",
        "ExistsTableQuery", "ExistsViewQuery", "ExistsDictionaryQuery", "ExistsDatabaseQuery",
        "ShowCreateTableQuery", "ShowCreateViewQuery", "ShowCreateDictionaryQuery", "ShowCreateDatabaseQuery",
    }
)  # fmt: skip
_SUFFIX = re.compile(r"(?: \(alias .*\))?(?: \(children \d+\))?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`kind` is the first word of the node, `detail` the rest without alias and counters."""

    kind: str
    detail: str
    parents: tuple[str, ...]
    place: int

    @property
    def parent(self) -> str:
        """Kind and detail of the node above; empty for the root."""
        return self.parents[-1] if self.parents else ""


def nodes(tree: str) -> Iterator[Node]:
    """Every node in the order of the tree; `place` is its number among its siblings, from 0."""
    above: list[str] = []
    places: list[int] = []
    for line in tree.splitlines():
        name = line.lstrip(" ")
        if not name:
            continue
        depth = len(line) - len(name)
        del above[depth:]
        del places[depth + 1 :]
        if len(places) <= depth:
            places.extend([-1] * (depth + 1 - len(places)))
        places[depth] += 1
        label = _SUFFIX.sub("", name).strip()
        kind, _, detail = label.partition(" ")
        yield Node(kind=kind, detail=detail.strip(), parents=tuple(above), place=places[depth])
        above.append(label)


def function_names(tree: str) -> list[str]:
    """The names of all functions, table functions and engines in the tree."""
    return [node.detail for node in nodes(tree) if node.kind == "Function"]


def is_reading(tree: str) -> bool:
    """True if the statement only reads, or changes the session alone."""
    root = next(nodes(tree), None)
    return root is not None and root.kind in _READING
