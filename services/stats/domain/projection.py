"""What the events of one dossier tell, in order: the running state of the fold in `facts`.

Each wire type that says something about the facts has one small function here; `SAYS_NOTHING` names the others with the reason.
Nothing is judged: what the clock stated is copied (ADR 0013), and of several clocks a figure is about that of the whole dossier.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from events.codec import parse_json
from events.control import FORBIDDEN
from events.deadline_data import CLOCK_SOURCE
from events.results import ENDING_KIND_BY_TYPE
from rules.clocks.holding import Holding, handed_over, reassigned, received, refused
from services.stats.domain.obligations import Obligations, classified, lapsed, required
from services.stats.domain.periods import NO_DUE
from services.stats.domain.rows import KnownEvent
from services.stats.domain.waits import Wait, end_waits, last_until

FLAG_TYPE: Final = "integrity-flag-raised.v1"


@dataclass(slots=True, kw_only=True)
class KeptFacts:
    """Columns of the facts that stand there as the events told them; a new one needs its place in the table, by a migration."""

    procedure_code: str = ""
    procedure_name: str = ""
    held_by_unit_id: int = 0
    delivered_at: datetime | None = None
    original_due_at: datetime | None = None
    lawful_due_at: datetime | None = None
    promised_due_at: datetime | None = None
    due_on: date | None = None
    classify_by: str = ""
    time_zone: str = "Asia/Ho_Chi_Minh"
    is_provisional: bool = False
    breached_at: datetime | None = None
    breach_unit_id: int = 0
    apology_sent_at: datetime | None = None
    integrity_flag_count: int = 0
    correction_count: int = 0
    further_codes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class DossierProjection(KeptFacts):
    """What is known so far. Changed only by `apply`."""

    accepted: KnownEvent | None = None
    handed_over_by_unit_id: int = 0
    counted_by_unit_id: int = 0
    endings: list[KnownEvent] = field(default_factory=list)
    reopenings: list[KnownEvent] = field(default_factory=list)
    reassignments: list[tuple[datetime, int]] = field(default_factory=list)
    verdicts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    pauses: dict[int, Wait] = field(default_factory=dict)
    due_changes: list[tuple[datetime, datetime]] = field(default_factory=list)
    obligations: Obligations = field(default_factory=dict)

    @property
    def ending(self) -> KnownEvent | None:
        """The ending that stands: endings and reopenings take turns (decision B11)."""
        return self.endings[-1] if len(self.endings) > len(self.reopenings) else None


def refused_by_the_clock(events: Iterable[KnownEvent]) -> frozenset[str]:
    """The ids of events that contradict what was known when they came (domain.md 4.3): the clock flagged and passed them over."""
    flags = (_data(event) for event in events if event.event_type == FLAG_TYPE and event.source == CLOCK_SOURCE)
    return frozenset(flag["target_event_id"] for flag in flags if flag["rule"].startswith(FORBIDDEN))


def apply(projection: DossierProjection, event: KnownEvent) -> None:
    """Take one event into the projection; events must come in the order of the dossier's stream."""
    by_envelope = _BY_ENVELOPE.get(event.event_type)
    if by_envelope is not None:
        by_envelope(projection, event)
        return
    by_data = _BY_DATA.get(event.event_type)
    if by_data is not None:
        said = _data(event)
        if said.get("clock_kind", "dossier") == "dossier":  # before there were several clocks their kind was not said
            by_data(projection, event, said)


# What people did.


def _accepted(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    if projection.accepted is None:
        projection.accepted = event
        projection.procedure_code = event.procedure_code or said.get("procedure_code") or ""
        projection.procedure_name = said.get("procedure_name") or ""
        projection.held_by_unit_id = projection.counted_by_unit_id = event.unit_id
        _note_code(projection, said.get("previous_code"))


def _code_assigned(projection: DossierProjection, _event: KnownEvent, said: Mapping[str, Any]) -> None:
    _note_code(projection, said["code"])


def _note_code(projection: DossierProjection, code: str | None) -> None:
    """Codes besides the one of the acceptance, in the order in which they came (DR-30)."""
    if code and code not in projection.further_codes:
        projection.further_codes.append(code)


def _transferred(projection: DossierProjection, _event: KnownEvent, said: Mapping[str, Any]) -> None:
    _hold(projection, handed_over(_holding(projection), (said["to_unit_id"], "")))


def _transfer_received(projection: DossierProjection, _event: KnownEvent) -> None:
    _hold(projection, received(_holding(projection)))


def _transfer_refused(projection: DossierProjection, _event: KnownEvent) -> None:
    _hold(projection, refused(_holding(projection)))


def _reassigned(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    """The stock moves with its unit; of a unit that only held it, nothing but who holds it changes (OR-8)."""
    if said["old_unit_id"] == projection.counted_by_unit_id:
        projection.counted_by_unit_id = said["new_unit_id"]
        projection.reassignments.append((event.occurred_at, said["new_unit_id"]))
    _hold(projection, reassigned(_holding(projection), (said["new_unit_id"], "")))


def _holding(projection: DossierProjection) -> Holding:
    """Without the events that said so: here an event is put right before it is applied (`corrected_events`)."""
    return (projection.held_by_unit_id, ""), (projection.handed_over_by_unit_id, "")


def _hold(projection: DossierProjection, now: Holding) -> None:
    (projection.held_by_unit_id, _), (projection.handed_over_by_unit_id, _) = now


def _ended(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.ending is None:
        projection.endings.append(event)
        _hold(projection, received(_holding(projection)))
        end_waits(projection.pauses.values(), event.occurred_at, event.event_id)


def _reopened(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.ending is not None:
        projection.reopenings.append(event)
    projection.delivered_at = None


def _delivered(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.delivered_at is None:
        projection.delivered_at = event.occurred_at


def _apology_sent(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.apology_sent_at is None:
        projection.apology_sent_at = event.occurred_at


def _corrected(projection: DossierProjection, _event: KnownEvent, _said: Mapping[str, Any]) -> None:
    projection.correction_count += 1


def _flagged(projection: DossierProjection, _event: KnownEvent, _said: Mapping[str, Any]) -> None:
    projection.integrity_flag_count += 1


# What the clock stated.


def _deadline_set(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    projection.original_due_at = datetime.fromisoformat(said["original_due_at"])
    projection.classify_by, projection.time_zone = said["classify_by"], said["time_zone"]
    _note_dues(projection, event.occurred_at, said)


def _deadline_moved(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    """Moved, computed anew, or met: each says the due dates as they stand after it."""
    # Else the set is on its way; it comes earlier, so this is applied again with it.
    if projection.original_due_at is not None:
        _note_dues(projection, event.occurred_at, said)


def _note_dues(projection: DossierProjection, known_from: datetime, said: Mapping[str, Any]) -> None:
    lawful_due_at = datetime.fromisoformat(said["lawful_due_at"])
    projection.lawful_due_at, projection.due_on = lawful_due_at, date.fromisoformat(said["due_on"])
    projection.promised_due_at = datetime.fromisoformat(said["promised_due_at"])
    projection.is_provisional = said.get("is_provisional", False)
    # A re-appointment moves only the promise (DR-26): it is no lawful change and leaves no mark in the history.
    if not projection.due_changes or projection.due_changes[-1][1] != lawful_due_at:
        projection.due_changes.append((known_from, lawful_due_at))


def _clock_paused(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    known = projection.pauses.get(said["pause_no"])
    wait = Wait(event.occurred_at, expired_at=known.expired_at if known else None)
    if projection.ending is not None:  # said of a dossier that has ended: it waits no longer
        wait.resumed_at, wait.ended_by = max(projection.ending.occurred_at, wait.paused_at), projection.ending.event_id
    projection.pauses[said["pause_no"]] = wait


def _supplement_expired(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    wait = projection.pauses.get(said["pause_no"])
    if wait is not None:
        wait.expired_at = event.occurred_at


def _clock_resumed(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    wait = projection.pauses.get(said["pause_no"])
    if wait is not None:
        wait.resumed_at, wait.ended_by = event.occurred_at, ""


def _clock_gone(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    """A clock that can't run any more neither waits nor has a due date (AL-7, B20); by an unknown calendar it goes on (DR-27)."""
    if said["code"] == "unknown_calendar" and projection.lawful_due_at is not None:
        return
    end_waits(projection.pauses.values(), event.occurred_at)
    if projection.lawful_due_at is not None:
        projection.due_changes.append((event.occurred_at, NO_DUE))
    projection.lawful_due_at = projection.promised_due_at = projection.due_on = None


def _ending_classified(projection: DossierProjection, _event: KnownEvent, said: Mapping[str, Any]) -> None:
    """Of whichever ending it names; said again where a late record was approved (DR-31)."""
    projection.verdicts[said["target_event_id"]] = said
    last_until(projection.pauses.values(), said["target_event_id"], said.get("counts_at") or said.get("ended_at"))
    ending = projection.ending
    is_of_the_standing_one = ending is not None and ending.event_id == said["target_event_id"]
    if is_of_the_standing_one and said.get("judged_due_at") is not None:
        projection.lawful_due_at = datetime.fromisoformat(said["judged_due_at"])
        projection.due_on = date.fromisoformat(said["judged_due_on"])


def _breached(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    if projection.breached_at is None:
        projection.breached_at, projection.breach_unit_id = event.occurred_at, said["held_by_unit_id"]


def _apology_required(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    projection.breach_unit_id = projection.breach_unit_id or said["held_by_unit_id"]
    required(projection.obligations, event.occurred_at, said)


def _apology_classified(projection: DossierProjection, event: KnownEvent, said: Mapping[str, Any]) -> None:
    classified(projection.obligations, event.occurred_at, said)


def _apology_lapsed(projection: DossierProjection, _event: KnownEvent, said: Mapping[str, Any]) -> None:
    lapsed(projection.obligations, said)


def _data(event: KnownEvent) -> Mapping[str, Any]:
    said: Mapping[str, Any] = parse_json(event.data.encode())
    return said


_BY_ENVELOPE: Final[Mapping[str, Callable[[DossierProjection, KnownEvent], None]]] = MappingProxyType(
    {
        "transfer-received.v1": _transfer_received,
        "transfer-refused.v1": _transfer_refused,
        **dict.fromkeys(ENDING_KIND_BY_TYPE, _ended),
        "dossier-reopened.v1": _reopened,
        "result-delivered.v1": _delivered,
        "apology-sent.v1": _apology_sent,
    }
)
_BY_DATA: Final[Mapping[str, Callable[[DossierProjection, KnownEvent, Mapping[str, Any]], None]]] = MappingProxyType(
    {
        "dossier-accepted.v1": _accepted,
        "dossier-transferred.v1": _transferred,
        "dossier-reassigned-by-reorganisation.v1": _reassigned,
        "event-corrected.v1": _corrected,
        "dossier-code-assigned.v1": _code_assigned,
        FLAG_TYPE: _flagged,
        "deadline-set.v1": _deadline_set,
        "deadline-moved.v1": _deadline_moved,
        "deadline-recomputed.v1": _deadline_moved,
        "deadline-met.v1": _deadline_moved,
        "clock-paused.v1": _clock_paused,
        "supplement-expired.v1": _supplement_expired,
        "clock-resumed.v1": _clock_resumed,
        "clock-restarted.v1": _clock_resumed,
        "clock-not-armed.v1": _clock_gone,
        "ending-classified.v1": _ending_classified,
        "dossier-breached.v1": _breached,
        "apology-required.v1": _apology_required,
        "apology-classified.v1": _apology_classified,
        "apology-lapsed.v1": _apology_lapsed,
    }
)

TYPES_WITH_DATA: Final = tuple(_BY_DATA)
"""Types whose `data` is read above; of the others ClickHouse needn't send it."""

APPLIED_TYPES: Final = frozenset({*_BY_ENVELOPE, *_BY_DATA})
