"""For whom a dossier counts at a place of its way, as SQL over `at`, a stay: (unit, kind). Pure data.

`whole`: the scope; a level, with `above` for what stands above it; `children`: the units directly below the scope, so that
they sum to it (I6), and `own` for what counts for a unit itself. The level below follows from the dossiers, not a date: where
they have no district (B3, OR-6), a province is followed by its communes. Each question has only the text that it needs, because
reading the text is half of its cost.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.stats.domain.levels import LEVELS

_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "whole": "({scope_id:UInt32}, 'whole')",
        "province": "(at.province_id, 'province')",
        "district": "if(at.district_id = 0 AND at.province_id != 0, (0::UInt32, 'above'), (at.district_id, 'district'))",
        "commune": "multiIf(at.commune_id != 0, (at.commune_id, 'commune'), "
        "at.province_id = 0 AND at.district_id = 0, (at.unit_id, 'commune'), (0::UInt32, 'above'))",
        "children": "multiIf({scope_id:UInt32} = 0 AND at.province_id != 0, (at.province_id, 'province'), "
        "{scope_id:UInt32} IN (0, at.province_id) AND at.district_id != 0, (at.district_id, 'district'), "
        "{scope_id:UInt32} IN (0, at.province_id, at.district_id) AND at.commune_id != 0, (at.commune_id, 'commune'), "
        "(at.unit_id, 'own'))",
    }
)
_INSIDE: Final = (
    "if({is_own:Bool}, at.unit_id = {scope_id:UInt32}, "
    "{scope_id:UInt32} IN (at.unit_id, at.province_id, at.district_id, at.commune_id))"
)


def key_within(grouping: str, *, is_everywhere: bool) -> str:
    """The key of a grouping; outside the scope it is `outside`, so that what goes there is handed over (OR-8)."""
    key = _KEYS[grouping]
    return key if is_everywhere else f"if({_INSIDE}, {key}, (0::UInt32, 'outside'))"


def key_of_any_level(level: str) -> str:
    """The key of a level that is known only when the question is asked; `level` is SQL."""
    first, second, third = LEVELS
    return f"multiIf({level} = '{first}', {_KEYS[first]}, {level} = '{second}', {_KEYS[second]}, {_KEYS[third]})"
