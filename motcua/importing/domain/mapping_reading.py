"""A parsed TOML file -> the checked mapping. Everything is asked before a row is read, and all that is wrong is told at once.

Which fields an event has and of what kind they are is read from its class, so the mapping needs to say a kind only where a cell
holds something else (a unit's name). Pure.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from events.catalog import ACTION_TYPES, DOSSIER_TYPES
from motcua.importing.domain.mapping import Condition, EventMapping, FileShape, ImportMapping, MappingError
from motcua.importing.domain.mapping_keys import not_known, unknown_keys
from motcua.importing.domain.mapping_sources import DateForms, Problems, SourceReader, columns_of, condition_of
from motcua.importing.domain.words import clean

ACCEPTANCE = "dossier-accepted.v1"
_TYPES = ACTION_TYPES & DOSSIER_TYPES.keys()
"""What a row may mean: events of dossiers."""
_TABLES = ("source", "file", "formats", "rows", "dossier")


def mapping_of(raw: Mapping[str, Any]) -> ImportMapping:
    """The checked mapping of a parsed TOML file. Raises MappingError with a line for everything that is wrong."""
    problems = Problems(list(unknown_keys(raw, "", "")))
    tables = {name: _table(raw, name, problems) for name in _TABLES}
    source, dossier = tables["source"], tables["dossier"]
    zone = _zone(source, problems)
    forms = DateForms.of(tables["formats"], "formats", problems)
    reader = SourceReader(problems, forms)
    events = [_event(one, f"events[{nth}]", reader) for nth, one in enumerate(_list(raw, "events", problems), start=1)]
    units = _units(raw, problems)
    unit = reader.source(dossier.get("unit_id"), int, "dossier.unit_id")
    key = _names(dossier.get("key"), "dossier.key", problems)
    mapping = ImportMapping(
        source=f"urn:motcua:import:{_text(source, 'source', 'name', problems)}",
        time_zone=zone,
        is_history=_choice(source, "source", "history", (True, False), problems, if_absent=True),
        shape=_shape(tables["file"], problems),
        rows=_rows(tables["rows"], problems),
        key=key,
        key_separator=_text(dossier, "dossier", "key_separator", problems, if_absent="/"),
        unit=unit,
        calendar_id=_text(dossier, "dossier", "calendar_id", problems, if_absent="") or None,
        keeps_letters=_choice(dossier, "dossier", "letters", ("kept", "not-kept"), problems, if_absent="kept")
        == "kept",
        events=tuple(one for one in events if one is not None),
        columns=(),
        units=units,
    )
    if problems.found:
        raise MappingError("\n".join(problems.found))
    return _with_columns(mapping)


def _with_columns(mapping: ImportMapping) -> ImportMapping:
    named = [*mapping.key, *(one.column for one in mapping.rows), *columns_of(mapping.unit)]
    for event in mapping.events:
        named += [*event.time.columns, *event.key, *(one.column for one in event.exists)]
        for source in (*event.attributes.values(), *event.data.values()):
            named += columns_of(source)
    return ImportMapping(
        **{name: getattr(mapping, name) for name in ImportMapping.__dataclass_fields__ if name != "columns"},
        columns=tuple(dict.fromkeys(named)),
    )


def _event(raw: Any, where: str, reader: SourceReader) -> EventMapping | None:
    problems = reader.problems
    if not isinstance(raw, Mapping):
        problems.add(where, "phải là một bảng")
        return None
    problems.found += unknown_keys(raw, "events", where)
    event_type = raw.get("type")
    if event_type not in _TYPES:
        told = not_known(str(event_type), _TYPES) if event_type else "thiếu"
        problems.add(f"{where}.type", told)
        return None
    time = reader.time(raw.get("time"), f"{where}.time")
    event_class = DOSSIER_TYPES[event_type]
    return EventMapping(
        place=where,
        event_type=event_type,
        time=time,
        exists=(*_when(raw.get("when"), f"{where}.when", problems), *_conditions(raw, "where", where, problems)),
        is_required=_choice(raw, where, "required", (True, False), problems, if_absent=False),
        key=_names(raw.get("key"), f"{where}.key", problems) if "key" in raw else (),
        take=_choice(raw, where, "take", ("first", "last", "each"), problems, if_absent=None),
        attributes=reader.attributes(raw.get("attributes", {}), f"{where}.attributes"),
        data=reader.data(raw.get("data", {}), event_class, f"{where}.data"),
    )


def _when(raw: Any, where: str, problems: Problems) -> tuple[Condition, ...]:
    """A column that must not be empty, in the short form."""
    if raw is None:
        return ()
    if isinstance(raw, str) and raw:
        return (Condition(column=clean(raw), wants_empty=False),)
    problems.add(where, "phải là tên một cột")
    return ()


def _rows(raw: Mapping[str, Any], problems: Problems) -> tuple[Condition, ...]:
    problems.found += unknown_keys(raw, "rows", "rows")
    skipped = _conditions(raw, "skip", "rows", problems, is_negated=True)
    return (*_conditions(raw, "where", "rows", problems), *skipped)


def _conditions(
    table: Mapping[str, Any], name: str, where: str, problems: Problems, *, is_negated: bool = False
) -> tuple[Condition, ...]:
    raw = table.get(name, [])
    listed = [raw] if isinstance(raw, Mapping) else raw
    if not isinstance(listed, list):
        problems.add(f"{where}.{name}", "phải là một điều kiện hay một danh sách điều kiện")
        return ()
    found = [condition_of(one, f"{where}.{name}", problems, is_negated=is_negated) for one in listed]
    return tuple(one for one in found if one is not None)


def _shape(raw: Mapping[str, Any], problems: Problems) -> FileShape:
    problems.found += unknown_keys(raw, "file", "file")
    encoding = raw.get("encoding")
    if encoding is not None:
        try:
            "".encode(encoding)
        except (LookupError, TypeError):
            problems.add("file.encoding", f"không có bảng mã {encoding!r}; ví dụ utf-8, utf-16, cp1258, cp1252")
    delimiter = raw.get("delimiter")
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        problems.add("file.delimiter", "phải là một ký tự, ví dụ ; hoặc \\t")
    header_row = raw.get("header_row")
    if header_row is not None and (type(header_row) is not int or header_row < 1):
        problems.add("file.header_row", "phải là số dòng, từ 1")
    sheets = raw.get("sheets", raw.get("sheet", []))
    return FileShape(
        encoding=encoding,
        delimiter=delimiter,
        header_row=header_row,
        sheets=_names(sheets, "file.sheets", problems, is_cleaned=False) if sheets else (),
    )


def _units(raw: Mapping[str, Any], problems: Problems) -> tuple[Mapping[str, Any], ...]:
    units = _list(raw, "units", problems, is_needed=False)
    for nth, one in enumerate(units, start=1):
        where = f"units[{nth}]"
        problems.found += unknown_keys(one, "units", where)
        for name in ("unit_id", "name", "level"):
            if name not in one:
                problems.add(f"{where}.{name}", "thiếu")
    return tuple(units)


def _zone(source: Mapping[str, Any], problems: Problems) -> ZoneInfo:
    problems.found += unknown_keys(source, "source", "source")
    name = _text(source, "source", "time_zone", problems, if_absent="Asia/Ho_Chi_Minh")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.add("source.time_zone", f"không có múi giờ {name!r}; ví dụ Asia/Ho_Chi_Minh")
        return ZoneInfo("UTC")


def _table(raw: Mapping[str, Any], name: str, problems: Problems) -> Mapping[str, Any]:
    table = raw.get(name, {})
    if not isinstance(table, Mapping) or (not table and name in ("source", "dossier")):
        problems.add(f"[{name}]", "thiếu" if not table else "phải là một bảng")
        return {}
    if name == "dossier":
        problems.found += unknown_keys(table, "dossier", "dossier")
    return table


def _list(raw: Mapping[str, Any], name: str, problems: Problems, *, is_needed: bool = True) -> list[Any]:
    listed = raw.get(name, [])
    if not isinstance(listed, list) or (is_needed and not listed):
        problems.add(f"[[{name}]]", "thiếu: hãy nói mỗi dòng nghĩa là những sự kiện gì")
        return []
    return listed


def _names(raw: Any, where: str, problems: Problems, *, is_cleaned: bool = True) -> tuple[str, ...]:
    listed = [raw] if isinstance(raw, str) else raw
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) and one for one in listed):
        problems.add(where, "phải là tên một cột hay danh sách tên" if raw is not None else "thiếu")
        return ()
    return tuple(clean(one) if is_cleaned else one for one in listed)


def _text(table: Mapping[str, Any], where: str, name: str, problems: Problems, *, if_absent: str | None = None) -> str:
    value = table.get(name, if_absent)
    if isinstance(value, str) and (value or if_absent == ""):
        return value
    problems.add(f"{where}.{name}", "thiếu hoặc không phải chữ")
    return ""


def _choice(
    table: Mapping[str, Any], where: str, name: str, allowed: tuple[Any, ...], problems: Problems, *, if_absent: Any
) -> Any:
    value = table.get(name, if_absent)
    if value is not if_absent and value not in allowed:
        problems.add(f"{where}.{name}", f"{value!r} không phải là {' | '.join(map(str, allowed))}")
    return value
