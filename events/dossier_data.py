"""What the data of every event about a dossier has in common.

When it happened, who acted, for which unit and on which dossier stand in the envelope (`events.envelope`); a class holds only
what is particular to its type. Every class keeps fields it does not know in `extra`, so that nothing a newer writer said is
lost. Instants are aware datetimes; `*_on`, `*_by` are local calendar days of the unit where their type is a date.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TermUnit = Literal["hour", "working_day", "calendar_day", "month", "same_day"]
"""The procedure's own unit of term; never converted into another (domain.md 2.6)."""

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTerm:
    """The term as the procedure states it: thời hạn giải quyết."""

    value: int
    unit: TermUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierData:
    """Common to every event's data: fields of a newer writer that this version does not know."""

    extra: Mapping[str, JsonValue] = field(default_factory=dict)
