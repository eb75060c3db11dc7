"""What this engine has: functions with their categories, types of settings. In: the engine. Out: a Catalogue, read once.

The rules of readers name what is allowed; the catalogue says what a name is in the engine that runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_FUNCTIONS = """
SELECT lower(f.name), lower(if(f.alias_to = '', f.name, f.alias_to)), f.is_aggregate, f.origin = 'System',
    if(f.alias_to = '', f.categories, target.categories)
FROM system.functions AS f LEFT JOIN system.functions AS target ON target.name = f.alias_to"""
_SETTINGS = "SELECT name, type FROM system.settings"
_COMBINATORS = "SELECT lower(name) FROM system.aggregate_function_combinators"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All names of functions in small letters: the engine finds many of them whatever their case.

    `functions` gives the categories of each plain one, and the name it is an alias of; a function somebody made has none.
    """

    functions: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    aggregates: frozenset[str] = frozenset()
    combinators: tuple[str, ...] = ()
    setting_types: dict[str, str] = field(default_factory=dict)

    def is_aggregate(self, name: str) -> bool:
        """True for an aggregate or window function, also with combinators (`sumIf`, `uniqArrayOrNull`)."""
        rest = name.lower()
        while rest not in self.aggregates:
            ending = next((one for one in self.combinators if rest.endswith(one) and rest != one), None)
            if ending is None:
                return False
            rest = rest[: -len(ending)]
        return name.lower() not in self.functions


def read_catalogue(ask: Callable[[str], str]) -> Catalogue:
    """`ask` answers a statement as TSV."""
    functions: dict[str, set[tuple[str, str]]] = {}
    aggregates = set()
    for line in ask(_FUNCTIONS).splitlines():
        name, target, is_aggregate, is_own, categories = line.split("\t")
        if is_aggregate == "1":
            aggregates.add(name)
        else:
            kinds = re.split(r"[,;]\s*", categories) if is_own == "1" else [""]
            functions.setdefault(name, set()).update((kind, target) for kind in kinds)
    types = (line.split("\t") for line in ask(_SETTINGS).splitlines())
    return Catalogue(
        functions={name: frozenset(found) for name, found in functions.items()},
        aggregates=frozenset(aggregates),
        combinators=tuple(sorted(ask(_COMBINATORS).split(), key=len, reverse=True)),
        setting_types={line[0]: line[1] for line in types},
    )
