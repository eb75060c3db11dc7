"""All units as they are recorded, the ends of their hash chains included. A batch works on a copy; what is asked of it is pure.

A unit is checked on the local day of an event. `version` counts the recorded reference events: every writer goes on numbering
from there, so that two writers who both decide on one register can't both be right (ADR 0020).
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from events.codec import from_structured, to_structured
from events.envelope import Event
from events.hash_chain import hash_of
from events.units import UnitReparented
from rules.units.history import UnitHistory, UnitPeriod, evolve
from services.intake.domain.actions import ReferenceAction
from services.intake.domain.sealing import Recorded, envelope_of

MAX_SEEN = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStream:
    """One unit: its life, and the end of its hash chain."""

    history: UnitHistory
    stream_seq: int
    last_hash: str
    opened_on: date


class SealedReference(Recorded, frozen=True, kw_only=True):
    """One event of a reference thing. `register_no` is the version of the register that it makes."""

    register_no: int


class Units:
    """The units by number. Not shared: whoever takes an event in has a copy of its own."""

    def __init__(self) -> None:
        self.version = 0
        self.move_days: set[date] = set()
        """The days on which a unit came under another one; parents can form a ring only from such a day on."""
        self._streams: dict[int, UnitStream] = {}
        self._children: dict[int, set[int]] = {}
        self._seen_there: set[tuple[int, date]] = set()

    def copy(self) -> "Units":
        """The same, to go on from."""
        other = Units()
        other.version = self.version
        other.move_days = set(self.move_days)
        other._streams = dict(self._streams)
        other._children = {parent: set(children) for parent, children in self._children.items()}
        return other

    def __len__(self) -> int:
        return len(self._streams)

    def __iter__(self) -> Iterator[UnitHistory]:
        """The units by number."""
        return (self._streams[unit_id].history for unit_id in sorted(self._streams))

    def stream(self, unit_id: int) -> UnitStream | None:
        """A unit with the end of its chain."""
        return self._streams.get(unit_id)

    def history(self, unit_id: int) -> UnitHistory | None:
        """The life of a unit; None: it was never created."""
        stream = self._streams.get(unit_id)
        return None if stream is None else stream.history

    def on(self, unit_id: int, day: date) -> UnitPeriod | None:
        """What a unit was on a day; None where it was not."""
        stream = self._streams.get(unit_id)
        return None if stream is None else stream.history.on(day)

    def is_there_around(self, unit_id: int, day: date) -> bool:
        """Whether a unit is there on a day, the day before and the day after: then in every time zone.

        Asked for every action, so what was found once is remembered.
        """
        asked = (unit_id, day)
        if asked in self._seen_there:
            return True
        if not all(self.on(unit_id, day + timedelta(days=one)) for one in (-1, 0, 1)):
            return False
        if len(self._seen_there) >= MAX_SEEN:
            self._seen_there.clear()
        self._seen_there.add(asked)
        return True

    def children_on(self, unit_id: int, day: date) -> list[int]:
        """The units directly below one on a day or on any day after it, as far as is known."""
        return sorted(
            child
            for child in self._children.get(unit_id, ())
            if any(
                one.parent_id == unit_id and (one.valid_until is None or one.valid_until > day)
                for one in self._streams[child].history.periods
            )
        )

    def take(self, event: Event, event_hash: str) -> None:
        """One more recorded event of a unit; it may have been recorded by anybody, so nothing is refused here."""
        data: Any = event.data
        before = self._streams.get(data.unit_id)
        history = evolve(before.history if before else None, data)
        self.version += 1
        self._seen_there.clear()
        if history is None:
            return
        about = event.envelope
        self._streams[data.unit_id] = UnitStream(
            history=history, stream_seq=about.stream_seq, last_hash=event_hash, opened_on=about.opened_on
        )
        parent_id = getattr(data, "parent_id", None)
        if parent_id is not None:
            self._children.setdefault(parent_id, set()).add(data.unit_id)
            if isinstance(data, UnitReparented):
                self.move_days.add(data.valid_from)

    def take_all(self, stored: Collection[Mapping[str, Any]]) -> None:
        """What was recorded, in structured form and in the order of recording."""
        for structured in stored:
            self.take(from_structured(structured), str(structured["hash"]))


def sealed_in(units: Units, action: ReferenceAction, recorded_at: datetime, opened_on: date) -> SealedReference:
    """The event of an action in its place, and the units with it: they are changed."""
    envelope = envelope_of(units.stream(action.data.unit_id), action, recorded_at, opened_on)
    event = Event(envelope=envelope, data=action.data)
    structured = to_structured(event)
    structured["hash"] = hash_of(structured)
    units.take(event, structured["hash"])
    return SealedReference(
        dossier_id=action.dossier_id,
        stream_seq=envelope.stream_seq,
        event_type=envelope.event_type,
        structured=structured,
        register_no=units.version,
    )


def found_units(units: Units, words: str, day: date | None) -> Iterator[tuple[UnitHistory, UnitPeriod]]:
    """The units whose number, code or name fits, on a day, or (None) each as it was last.

    Names are looked at without marks and case, so that `thuan hoa` finds Thuận Hóa. Nothing asked: all.
    """
    wanted = folded(words)
    for history in units:
        period = history.on(day) if day else next(iter(history.periods[-1:]), None)
        if period is None:
            continue
        if not wanted or wanted in (str(history.unit_id), period.code.lower()) or wanted in folded(period.name):
            yield history, period


def folded(text: str) -> str:
    """A text without marks and case: đ is d."""
    apart = unicodedata.normalize("NFKD", text.strip().lower()).replace("đ", "d")
    return "".join([one for one in apart if not unicodedata.combining(one)])
