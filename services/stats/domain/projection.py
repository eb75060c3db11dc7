"""What the events of one dossier tell, in order: the running state of the fold in `facts`.

Each wire type that says something about the facts has one small function here; the others only count for the version. A dossier
has several clocks, and a figure is about the clock of the whole dossier: what the others conclude changes no fact.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from events.codec import parse_json
from services.stats.domain.outcome import Deadline
from services.stats.domain.rows import KnownEvent

RESOLVING_TYPE: Final = "result-ready-at-counter.v1"
"""The ending by which a dossier counts as resolved; the other endings terminate it (domain.md 4.7.2)."""


@dataclass(slots=True, kw_only=True)
class DossierProjection:
    """What is known so far. Changed only by `tell`."""

    accepted: KnownEvent | None = None
    procedure_code: str = ""
    procedure_name: str = ""
    held_by_unit_id: int = 0
    handed_over_by_unit_id: int = 0
    ending: KnownEvent | None = None
    delivered_at: datetime | None = None
    paused_at: datetime | None = None
    owing_since: datetime | None = None
    closed_pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    original_due_at: datetime | None = None
    promised_due_at: datetime | None = None
    deadline: Deadline | None = None
    due_changes: list[tuple[datetime, datetime]] = field(default_factory=list)
    time_zone: str = "Asia/Ho_Chi_Minh"
    breached_at: datetime | None = None
    breach_unit_id: int = 0
    apology_due_at: datetime | None = None
    apology_latest_at: datetime | None = None
    apology_required_at: datetime | None = None
    apology_sent_at: datetime | None = None
    is_apology_waived: bool = False
    approved_event_ids: set[str] = field(default_factory=set)
    flag_count: int = 0
    has_backdated_flag: bool = False
    correction_count: int = 0


def apply(projection: DossierProjection, event: KnownEvent) -> None:
    """Take one event into the story; events must come in the order of the dossier's stream."""
    applier = _APPLIERS.get(event.event_type)
    if applier is not None:
        applier(projection, event)


def _accepted(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.accepted is None:
        said = _data(event)
        projection.accepted = event
        projection.procedure_code = event.procedure_code or said.get("procedure_code") or ""
        projection.procedure_name = said.get("procedure_name") or ""
        projection.held_by_unit_id = event.unit_id


def _transferred(projection: DossierProjection, event: KnownEvent) -> None:
    projection.handed_over_by_unit_id, projection.held_by_unit_id = (
        projection.held_by_unit_id,
        _data(event)["to_unit_id"],
    )


def _transfer_received(projection: DossierProjection, _event: KnownEvent) -> None:
    projection.handed_over_by_unit_id = 0


def _transfer_refused(projection: DossierProjection, _event: KnownEvent) -> None:
    projection.held_by_unit_id = projection.handed_over_by_unit_id or projection.held_by_unit_id
    projection.handed_over_by_unit_id = 0


def _reassigned(projection: DossierProjection, event: KnownEvent) -> None:
    # The holder alone changes, never a due date (DR-28).
    projection.held_by_unit_id = _data(event)["new_unit_id"]


def _supplement_requested(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.paused_at is None:
        projection.paused_at = event.occurred_at


def _supplement_completed(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.paused_at is not None:
        projection.closed_pauses.append((projection.paused_at, event.occurred_at))
        projection.paused_at = None


def _clock_paused(projection: DossierProjection, event: KnownEvent) -> None:
    # Whether an obligation stops the clock only the clock knows; supplements are read from what people said.
    if _is_of_financial_duty(event) and projection.owing_since is None:
        projection.owing_since = event.occurred_at


def _clock_resumed(projection: DossierProjection, event: KnownEvent) -> None:
    if _is_of_financial_duty(event) and projection.owing_since is not None:
        projection.closed_pauses.append((projection.owing_since, event.occurred_at))
        projection.owing_since = None


def _is_of_financial_duty(event: KnownEvent) -> bool:
    said = _data(event)
    return _is_of_dossier(said) and said["cause"] == "financial_duty"


def _ended(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.ending is None:
        projection.ending = event


def _reopened(projection: DossierProjection, _event: KnownEvent) -> None:
    """The ending is none any more; what was waited for at that time is over with it."""
    ending = projection.ending
    if ending is None:
        return
    waited_since = [since for since in (projection.paused_at, projection.owing_since) if since is not None]
    projection.closed_pauses += [(since, ending.occurred_at) for since in waited_since]
    projection.paused_at = projection.owing_since = projection.ending = projection.delivered_at = None


def _delivered(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.delivered_at is None:
        projection.delivered_at = event.occurred_at


def _apology_sent(projection: DossierProjection, event: KnownEvent) -> None:
    if projection.apology_sent_at is None:
        projection.apology_sent_at = event.occurred_at


def _apology_waived(projection: DossierProjection, _event: KnownEvent) -> None:
    projection.is_apology_waived = True


def _apology_lapsed(projection: DossierProjection, event: KnownEvent) -> None:
    """No letter is owed after all (AR-10, AR-11); a waiver leaves the obligation, with a class of its own (AR-07)."""
    said = _data(event)
    if _is_of_dossier(said) and said["reason"] != "waived":
        projection.apology_required_at = projection.apology_due_at = projection.apology_latest_at = None


def _backdating_approved(projection: DossierProjection, event: KnownEvent) -> None:
    projection.approved_event_ids.add(_data(event)["target_event_id"])


def _corrected(projection: DossierProjection, _event: KnownEvent) -> None:
    projection.correction_count += 1


def _flagged(projection: DossierProjection, event: KnownEvent) -> None:
    projection.flag_count += 1
    projection.has_backdated_flag |= _data(event).get("kind") == "backdated"


def _deadline_set(projection: DossierProjection, event: KnownEvent) -> None:
    said = _data(event)
    if not _is_of_dossier(said):
        return
    projection.original_due_at = datetime.fromisoformat(said["original_due_at"])
    projection.time_zone = said["time_zone"]
    projection.deadline = _deadline(said, said["classify_by"], projection.time_zone)
    projection.promised_due_at = datetime.fromisoformat(said["promised_due_at"])
    _note_due(projection, event.occurred_at, projection.deadline.lawful_due_at)


def _deadline_moved(projection: DossierProjection, event: KnownEvent) -> None:
    """Moved, computed anew, or met: each says the due dates as they stand after it."""
    said = _data(event)
    before = projection.deadline
    if before is None or not _is_of_dossier(said):
        return  # the set is still on its way; it comes earlier in the stream, so this is told again with it
    projection.promised_due_at = datetime.fromisoformat(said["promised_due_at"])
    projection.deadline = _deadline(said, before.classify_by, before.time_zone)
    _note_due(projection, event.occurred_at, projection.deadline.lawful_due_at)


def _note_due(projection: DossierProjection, known_from: datetime, lawful_due_at: datetime) -> None:
    # A re-appointment moves only the promise (DR-26): it is no lawful change and leaves no mark in the history.
    if not projection.due_changes or projection.due_changes[-1][1] != lawful_due_at:
        projection.due_changes.append((known_from, lawful_due_at))


def _breached(projection: DossierProjection, event: KnownEvent) -> None:
    said = _data(event)
    if projection.breached_at is None and _is_of_dossier(said):
        projection.breached_at = event.occurred_at
        projection.breach_unit_id = said["held_by_unit_id"]


def _apology_required(projection: DossierProjection, event: KnownEvent) -> None:
    said = _data(event)
    if projection.apology_required_at is None and _is_of_dossier(said):
        projection.apology_required_at = event.occurred_at
        projection.apology_due_at = datetime.fromisoformat(said["lawful_due_at"])
        projection.apology_latest_at = datetime.fromisoformat(said["latest_at"])
        projection.breach_unit_id = projection.breach_unit_id or said["held_by_unit_id"]


def _deadline(said: Mapping[str, Any], classify_by: str, time_zone: str) -> Deadline:
    return Deadline(
        lawful_due_at=datetime.fromisoformat(said["lawful_due_at"]),
        due_on=date.fromisoformat(said["due_on"]),
        classify_by=classify_by,
        time_zone=time_zone,
    )


def _is_of_dossier(said: Mapping[str, Any]) -> bool:
    # Before there were several clocks their kind was not said.
    return bool(said.get("clock_kind", "dossier") == "dossier")


def _data(event: KnownEvent) -> Mapping[str, Any]:
    said: Mapping[str, Any] = parse_json(event.data.encode())
    return said


_APPLIERS: Final[Mapping[str, Callable[[DossierProjection, KnownEvent], None]]] = MappingProxyType(
    {
        "dossier-accepted.v1": _accepted,
        "dossier-transferred.v1": _transferred,
        "transfer-received.v1": _transfer_received,
        "transfer-refused.v1": _transfer_refused,
        "dossier-reassigned-by-reorganisation.v1": _reassigned,
        "supplement-requested.v1": _supplement_requested,
        "supplement-completed.v1": _supplement_completed,
        RESOLVING_TYPE: _ended,
        "dossier-withdrawn.v1": _ended,
        "processing-stopped.v1": _ended,
        "dossier-returned.v1": _ended,
        "dossier-reopened.v1": _reopened,
        "result-delivered.v1": _delivered,
        "apology-sent.v1": _apology_sent,
        "apology-waived.v1": _apology_waived,
        "backdating-approved.v1": _backdating_approved,
        "event-corrected.v1": _corrected,
        "integrity-flag-raised.v1": _flagged,
        "deadline-set.v1": _deadline_set,
        "deadline-moved.v1": _deadline_moved,
        "deadline-recomputed.v1": _deadline_moved,
        "deadline-met.v1": _deadline_moved,
        "clock-paused.v1": _clock_paused,
        "clock-resumed.v1": _clock_resumed,
        "clock-restarted.v1": _clock_resumed,
        "dossier-breached.v1": _breached,
        "apology-required.v1": _apology_required,
        "apology-lapsed.v1": _apology_lapsed,
    }
)

TYPES_WITH_DATA: Final = (
    "dossier-accepted.v1", "dossier-transferred.v1", "dossier-reassigned-by-reorganisation.v1", "backdating-approved.v1",
    "integrity-flag-raised.v1", "deadline-set.v1", "deadline-moved.v1", "deadline-recomputed.v1", "deadline-met.v1",
    "clock-paused.v1", "clock-resumed.v1", "clock-restarted.v1", "dossier-breached.v1", "apology-required.v1",
    "apology-lapsed.v1",
)  # fmt: skip
"""Types whose `data` is read above; of the others ClickHouse needn't send it."""
