"""From the rows of another system's file to actions, as a mapping says. Pure: rows and a parsed mapping in, values out.

A mapping (TOML) names the source, how a row finds its dossier, and a list of events; each event says when it exists, at what time
it happened and where its fields come from. `docs/importing.md` describes it; `MappingError` names what is wrong in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from events.catalog import ACTION_TYPES
from services.intake.domain.actions import ACTION_NAMESPACE

FIELD_KINDS = ("text", "integer", "instant", "day", "texts")


class MappingError(Exception):
    """The mapping can't be used; the text says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the file: its 1-based line and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Why a row, or one of its events, was not used."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedAction:
    """One action as a structured CloudEvent, and the line that it comes from."""

    line: int
    raw: dict[str, Any]


class _CellError(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """A checked mapping."""

    source: str
    dossier_column: str
    time_zone: ZoneInfo
    is_history: bool
    unit_id: int
    calendar_id: str | None
    events: tuple[Mapping[str, Any], ...]
    columns: frozenset[str]


def parse_mapping(raw: Mapping[str, Any]) -> ImportMapping:
    """The checked mapping of a parsed TOML file. Raises MappingError."""
    source, dossier = _table(raw, "source"), _table(raw, "dossier")
    events = raw.get("events")
    if not isinstance(events, list) or not events:
        raise MappingError("there is no [[events]]: say which events a row means")
    try:
        zone = ZoneInfo(_text(source, "source", "time_zone"))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MappingError(f"source.time_zone: {error}") from error
    for number, event in enumerate(events, start=1):
        _check_event(event, f"events[{number}]")
    unit_id = dossier.get("unit_id")
    if not isinstance(unit_id, int):
        raise MappingError("dossier.unit_id: needs the number of the unit that received the dossiers")
    columns = {_text(dossier, "dossier", "key")} | {column for event in events for column in _columns_of(event)}
    return ImportMapping(
        source=f"urn:motcua:import:{_text(source, 'source', 'name')}",
        dossier_column=dossier["key"],
        time_zone=zone,
        is_history=bool(source.get("history", True)),
        unit_id=unit_id,
        calendar_id=dossier.get("calendar_id"),
        events=tuple(events),
        columns=frozenset(columns),
    )


def actions_of(mapping: ImportMapping, rows: Sequence[Row]) -> Iterator[MappedAction | RowError]:
    """The actions of one dossier's rows: the acceptance first, then by time; an event that can't be made is a RowError."""
    made: list[tuple[bool, datetime, int, MappedAction]] = []
    seen: set[str] = set()
    for row in rows:
        for event in mapping.events:
            try:
                action, occurred_at = _action(mapping, event, row)
            except _CellError as error:
                yield RowError(line=row.line, column=error.column, reason=str(error))
                continue
            if action is None or action.raw["id"] in seen:
                continue
            seen.add(action.raw["id"])
            made.append((event["type"] != "dossier-accepted.v1", occurred_at, len(made), action))
    yield from (one[-1] for one in sorted(made, key=lambda one: one[:3]))


def _action(mapping: ImportMapping, event: Mapping[str, Any], row: Row) -> tuple[MappedAction | None, datetime]:
    never = datetime.max.replace(tzinfo=mapping.time_zone)
    needed = event.get("when", event["time"])
    if not row.cells.get(needed, "").strip():
        if event.get("required"):
            raise _CellError(needed, "is empty")
        return None, never
    dossier = row.cells[mapping.dossier_column].strip()
    occurred_at = _instant(event["time"], row.cells[event["time"]], mapping)
    data = {name: _value(field, row, mapping, name) for name, field in event.get("data", {}).items()}
    if mapping.calendar_id and event["type"] == "dossier-accepted.v1":
        data.setdefault("calendar_id", mapping.calendar_id)
    own_key = row.cells[event["key"]].strip() if "key" in event else ""
    identity = f"{mapping.source}|{dossier}|{event['type']}|{own_key}"
    raw: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(uuid5(ACTION_NAMESPACE, identity)),
        "source": mapping.source,
        "type": event["type"],
        "subject": dossier,
        "time": occurred_at.isoformat(),
        "unitid": mapping.unit_id,
        "history": mapping.is_history,
        "data": {name: value for name, value in data.items() if value is not None},
    }
    for attribute, field in event.get("attributes", {}).items():
        value = _value(field, row, mapping, attribute)
        if value is not None:
            raw[attribute] = value
    return MappedAction(line=row.line, raw=raw), occurred_at


def _value(field: Any, row: Row, mapping: ImportMapping, name: str) -> Any:
    if not isinstance(field, Mapping) or "column" not in field:
        return field
    column = field["column"]
    cell = row.cells.get(column, "").strip()
    if "values" in field:
        if cell not in field["values"]:
            if "otherwise" in field:
                return field["otherwise"]
            raise _CellError(column, f"{cell!r} is not among the values that the mapping knows for {name}")
        return field["values"][cell]
    if not cell:
        return field.get("otherwise")
    return _converted(field.get("kind", "text"), column, cell, mapping)


def _converted(kind: str, column: str, cell: str, mapping: ImportMapping) -> Any:
    if kind == "instant":
        return _instant(column, cell, mapping).isoformat()
    if kind == "day":
        return _instant(column, cell, mapping).date().isoformat()
    if kind == "texts":
        return [part.strip() for part in cell.split(";") if part.strip()]
    if kind == "integer":
        if not cell.removeprefix("-").isdecimal():
            raise _CellError(column, f"{cell!r} is not a whole number")
        return int(cell)
    return cell


def _instant(column: str, cell: str, mapping: ImportMapping) -> datetime:
    try:
        instant = datetime.fromisoformat(cell.strip())
    except ValueError:
        raise _CellError(column, f"{cell!r} is not an instant such as 2026-02-11T10:20:00+07:00") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=mapping.time_zone)


def _check_event(event: Any, where: str) -> None:
    if not isinstance(event, Mapping):
        raise MappingError(f"{where}: is not a table")
    event_type = _text(event, where, "type")
    if event_type not in ACTION_TYPES:
        raise MappingError(f"{where}.type: {event_type!r} is none of {', '.join(sorted(ACTION_TYPES))}")
    _text(event, where, "time")
    for part in ("data", "attributes"):
        for name, field in event.get(part, {}).items():
            if isinstance(field, Mapping) and "column" in field:
                _text(field, f"{where}.{part}.{name}", "column")
                if field.get("kind", "text") not in FIELD_KINDS:
                    raise MappingError(f"{where}.{part}.{name}.kind: is none of {', '.join(FIELD_KINDS)}")


def _columns_of(event: Mapping[str, Any]) -> Iterator[str]:
    yield from (event[name] for name in ("time", "when", "key") if name in event)
    for part in ("data", "attributes"):
        yield from (
            field["column"]
            for field in event.get(part, {}).values()
            if isinstance(field, Mapping) and "column" in field
        )


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = raw.get(name)
    if not isinstance(table, Mapping):
        raise MappingError(f"there is no [{name}]")
    return table


def _text(table: Mapping[str, Any], where: str, name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise MappingError(f"{where}.{name}: is missing or not a text")
    return value
