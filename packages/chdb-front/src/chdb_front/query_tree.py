"""A statement as the engine's own parser sees it. In: the JSON of `parseQueryToJSON`. Out: its nodes, each with its place.

The tree comes from the parser that will run the statement, and it is typed: names, settings, formats and what stands in
APPLY or SHOW are fields of it, so nothing can be hidden by clever quoting (ADR 0022). Time and memory grow with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from chdb_front.errors import TOO_BIG_AST, TOO_DEEP_AST, refused

Fields = dict[str, Any]
# The engine itself runs no statement with more (`max_ast_elements`); each costs a few hundred bytes here.
MOST_NODES: Final = 50_000
_NODE = b'{"type":'
# The second and later members of a list of literals: what they say is no matter, and there may be a hundred thousand.
# Quotes inside of a JSON string have a backslash before them, so this can't begin within one.
_MORE_LITERALS = re.compile(rb'(?:,\{"field_type":"\w+","value":(?:"(?:[^"\\]++|\\.)*+"|[^"\[\]{},]++)\})++')


@dataclass(frozen=True, slots=True)
class Node:
    """`type` is the kind, `key` the field of `parent` it stands in, `place` its number there, from 0."""

    type: str
    fields: Fields
    key: str = ""
    place: int = 0
    parent: Node | None = None

    def child(self, key: str) -> Fields | None:
        """The node in that field, or None."""
        found = self.fields.get(key)
        return found if isinstance(found, dict) else None


def tree_of(text: bytes) -> Fields:
    """The root. Raises QueryError if the statement is larger or deeper than any the engine would run, or isn't a node."""
    if text.count(_NODE) > MOST_NODES:
        raise refused(TOO_BIG_AST, f"The statement has more than {MOST_NODES} elements")
    try:
        root = orjson.loads(_MORE_LITERALS.sub(b"", text))
    except orjson.JSONDecodeError:
        # Only depth is left: the engine wrote it.
        raise refused(TOO_DEEP_AST, "The statement is nested too deep") from None
    return root if isinstance(root, dict) else {}


def nodes(root: Fields) -> Iterator[Node]:
    """Every node, each before those below it; a literal's value has none."""
    waiting = [Node(str(root.get("type", "")), root)]
    while waiting:
        node = waiting.pop()
        yield node
        for key, value in node.fields.items():
            below = value if isinstance(value, list) else [value]
            waiting += [
                Node(str(one["type"]), one, key, place, node)
                for place, one in enumerate(below)
                if isinstance(one, dict) and "type" in one
            ]
