"""All rows of one dossier -> what they say happened, each event once, whatever the order of rows and files. Pure.

What rows say twice alike is one event; what they say otherwise is a finding. The order at equal times is found by `ordering`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid5

from events.catalog import DOSSIER_TYPES
from events.submission import SubmissionEvent
from motcua.importing.domain.cell_errors import CellError
from motcua.importing.domain.cells import RUNNING, CellReader
from motcua.importing.domain.findings import Effect, Finding
from motcua.importing.domain.mapping import EventMapping, ImportMapping
from motcua.importing.domain.mapping_reading import ACCEPTANCE
from motcua.importing.domain.rows import Row, holds
from motcua.importing.domain.words import folded
from services.intake.domain.actions import ACTION_NAMESPACE

_PLACE_OF_TYPE: Final[Mapping[str, int]] = {name: nth for nth, name in enumerate(DOSSIER_TYPES)}


@dataclass(slots=True, kw_only=True)
class Said:
    """One event that a row says."""

    event: EventMapping
    row: Row
    occurred_at: datetime
    own_key: str
    attributes: dict[str, Any]
    data: dict[str, Any]

    @property
    def event_type(self) -> str:
        """The wire type."""
        return self.event.event_type

    @property
    def begins(self) -> bool:
        """Whether it belongs to the beginning of a dossier, which everything else comes after."""
        return issubclass(DOSSIER_TYPES[self.event_type], SubmissionEvent)


@dataclass(slots=True, kw_only=True)
class Life:
    """What the rows of one dossier say: its events by time, those of its beginning first, and what can't be right."""

    code: str
    said: list[Said] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def note(self, error: CellError, event: EventMapping, row: Row) -> None:
        """A cell that can't be what it should; once, also where several events need it."""
        place = row.place(error.column)
        if any(one.place == place and one.code == error.code for one in self.findings):
            return
        params = {"type": event.event_type, **error.params}
        effect = Effect.DOSSIER_LEFT_OUT
        self.findings.append(Finding(code=error.code, effect=effect, place=place, params=params, dossier=self.code))

    @property
    def is_left_out(self) -> bool:
        """Whether nothing of it may be sent."""
        return any(one.effect in (Effect.DOSSIER_LEFT_OUT, Effect.NOTHING_SENT) for one in self.findings)


class LifeReader:
    """Reads the lives of dossiers by one mapping."""

    def __init__(self, mapping: ImportMapping, cells: CellReader) -> None:
        self._mapping = mapping
        self._cells = cells

    def life(self, code: str, rows: Sequence[Row]) -> Life:
        """The life that the rows of one dossier tell."""
        life = Life(code=code)
        groups: dict[tuple[str, str], list[Said]] = defaultdict(list)
        for row in rows:
            for event in self._mapping.events:
                said = self._said(life, event, row)
                if said is not None:
                    groups[event.event_type, said.own_key].append(said)
        for (_, own_key), group in groups.items():
            life.said += _each(group) if own_key == _EACH else [self._one(life, group)]
        life.said.sort(key=_by_time)
        _number(life.said)
        return life

    def action(self, code: str, said: Said) -> dict[str, Any]:
        """The action as a structured CloudEvent."""
        identity = f"{self._mapping.source}|{code}|{said.event_type}|{said.own_key}"
        data = {name: value for name, value in said.data.items() if value is not None}
        if self._mapping.calendar_id and said.event_type == ACCEPTANCE:
            data.setdefault("calendar_id", self._mapping.calendar_id)
        if not self._mapping.keeps_letters and said.event_type == ACCEPTANCE:
            data["keeps_letters"] = False
        return {
            "specversion": "1.0",
            "id": str(uuid5(ACTION_NAMESPACE, identity)),
            "source": self._mapping.source,
            "type": said.event_type,
            "subject": code,
            "time": said.occurred_at.isoformat(),
            "history": self._mapping.is_history,
            **{name: value for name, value in said.attributes.items() if value is not None},
            "data": data,
        }

    def _said(self, life: Life, event: EventMapping, row: Row) -> Said | None:
        cells = row.cells
        try:
            if event.exists and not all(holds(one, cells) for one in event.exists):
                return _absent(event, event.exists[0].column)
            occurred_at = self._cells.instant(event.time, cells)
            if occurred_at is None:
                return _absent(event, event.time.columns[0])
            unit_id = self._cells.value(self._mapping.unit, cells, "unit_id")
            attributes = {name: self._cells.value(one, cells, name) for name, one in event.attributes.items()}
            return Said(
                event=event,
                row=row,
                occurred_at=occurred_at,
                own_key=_own_key(event, cells),
                attributes={"unitid": unit_id, **attributes},
                data={name: self._cells.value(one, cells, name) for name, one in event.data.items()},
            )
        except CellError as error:
            life.note(error, event, row)
            return None

    def _one(self, life: Life, group: Sequence[Said]) -> Said:
        """The one event that several rows say; what they say otherwise is a finding."""
        first, *others = group
        if first.event.take is not None:
            in_time = sorted(group, key=lambda one: (one.occurred_at, _content(one)))
            return in_time[0 if first.event.take == "first" else -1]
        for other in others:
            found = _difference(life.code, first, other)
            if found is not None:
                life.findings.append(found)
        return first


_EACH: Final = "\0each"
"""Stands for the own key of an event that every row says anew, until its place among the others is known."""


def _absent(event: EventMapping, column: str) -> Said | None:
    if event.is_required:
        raise CellError("empty", column, type=event.event_type)
    return None


def _own_key(event: EventMapping, cells: Mapping[str, str]) -> str:
    if event.take == "each":
        return _EACH
    return "/".join([cells[name] for name in event.key])


def _each(group: Iterable[Said]) -> list[Said]:
    """Told apart by their time; of the same time, by what they say."""
    found: dict[str, Said] = {}
    by_content: dict[tuple[datetime, str], Said] = {}
    for one in sorted(group, key=lambda one: (one.occurred_at, _content(one))):
        if (one.occurred_at, _content(one)) in by_content:
            continue
        by_content[one.occurred_at, _content(one)] = one
        number = sum(before.occurred_at == one.occurred_at for before in found.values())
        one.own_key = one.occurred_at.isoformat() + (f"#{number}" if number else "")
        found[one.own_key] = one
    return list(found.values())


def _difference(code: str, first: Said, other: Said) -> Finding | None:
    params = {"first": str(first.row.place()), "type": first.event_type, "code": code}
    if first.occurred_at != other.occurred_at:
        is_acceptance = first.event_type == ACCEPTANCE
        return Finding(
            code="code-used-twice" if is_acceptance else "two-times",
            effect=Effect.NOTHING_SENT if is_acceptance else Effect.DOSSIER_LEFT_OUT,
            place=other.row.place(other.event.column_of("time")),
            params={**params, "first_time": first.occurred_at.isoformat(), "time": other.occurred_at.isoformat()},
            dossier=code,
        )
    before, after = {**first.attributes, **first.data}, {**other.attributes, **other.data}
    names = [name for name in after if after[name] != before.get(name)]
    if not names:
        return None
    what = ", ".join(f"{name} {before.get(name)} / {after[name]}" for name in names)
    pointer = names[0] if names[0] in other.attributes else f"/data/{names[0]}"
    place = other.row.place(other.event.column_of(pointer))
    return Finding(
        code="differs", effect=Effect.ROW_PASSED_OVER, place=place, params={**params, "what": what}, dossier=code
    )


def _by_time(said: Said) -> tuple[bool, datetime, int, str, str]:
    return (not said.begins, said.occurred_at, _PLACE_OF_TYPE[said.event_type], folded(said.own_key), _content(said))


def _content(said: Said) -> str:
    return repr((sorted(said.attributes.items(), key=_first), sorted(said.data.items(), key=_first)))


def _first(item: tuple[str, Any]) -> str:
    return item[0]


def _number(in_order: Iterable[Said]) -> None:
    """Give running numbers, by type, in the order of time."""
    counts: dict[str, int] = defaultdict(int)
    for one in in_order:
        counts[one.event_type] += 1
        for name, value in one.data.items():
            if value is RUNNING:
                one.data[name] = counts[one.event_type]
