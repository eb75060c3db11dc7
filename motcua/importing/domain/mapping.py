"""A checked mapping: what the files of a register look like, and which events their rows mean. Values only.

`mapping_reading` makes it from a parsed TOML file; docs/importing.md describes every key.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Kind = Literal["text", "integer", "instant", "day", "texts", "unit"]
"""How a cell is read."""
BareDay = Literal["start", "end"]
"""Which end of its day a day without a time means."""
ReadInstant = Callable[[str], tuple[datetime, bool] | None]
Given = Mapping[str, Any]


class MappingError(Exception):
    """The mapping can't be used; each line says where, what, and what was probably meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """How the files are written; what is None is found out from the file."""

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheets: tuple[str, ...] = ()
    """Names of sheets; none: the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold of one cell; values are compared folded."""

    column: str
    values: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    wants_empty: bool | None = None
    is_negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FromColumn:
    """A value from the first of some columns whose cell isn't empty."""

    columns: tuple[str, ...]
    kind: Kind = "text"
    values: Mapping[str, Any] | None = None
    """A table by folded cell; None: the cell itself, as `kind` says."""
    otherwise: Any = None
    has_otherwise: bool = False
    read_instant: ReadInstant | None = None
    forms: tuple[str, ...] = ()
    bare_day: BareDay = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """The same value for every row."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The number of the event among those of its type in the dossier, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """An object, part by part."""

    parts: Mapping[str, "Source"]


Source = FromColumn | Fixed | Running | Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMapping:
    """One event that a row may mean."""

    place: str
    """Where it stands in the mapping, such as `events[2]`."""
    event_type: str
    time: FromColumn
    exists: tuple[Condition, ...] = ()
    """All must hold; `time` not empty is asked besides."""
    is_required: bool = False
    key: tuple[str, ...] = ()
    take: Literal["first", "last", "each"] | None = None
    """Of several rows that mean this event of one dossier; None: they must say the same."""
    attributes: Mapping[str, Source] = field(default_factory=dict)
    data: Mapping[str, Source] = field(default_factory=dict)

    def column_of(self, field_name: str) -> str:
        """The column from which a field of the action came: `time`, an attribute, or a pointer into the data; or nothing."""
        if field_name == "time":
            return self.time.columns[0]
        name = field_name.removeprefix("/data/").split("/")[0]
        source = (self.data if field_name.startswith("/data/") else self.attributes).get(name)
        columns: tuple[str, ...] = getattr(source, "columns", ())
        return columns[0] if columns else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """A checked mapping."""

    source: str
    time_zone: ZoneInfo
    is_history: bool
    shape: FileShape
    rows: tuple[Condition, ...]
    """What must hold of a row that is used at all."""
    key: tuple[str, ...]
    key_separator: str
    unit: Source
    calendar_id: str | None
    keeps_letters: bool
    events: tuple[EventMapping, ...]
    columns: tuple[str, ...]
    """Every column that is named, once, in clean form; rows hold their cells in this order."""
    units: tuple[Given, ...] = ()
    """The [[units]] tables as they were given."""
