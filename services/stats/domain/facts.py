"""All known events of one dossier -> one row of facts. A fold of a set: order, duplicates and arrival change nothing.

In go the events as they are stored and the hierarchy; out comes `DossierFacts`, or None while the acceptance isn't known
(deadline events may overtake it). Pure. Deadlines are never computed here: they are read from `deadline-events` (B9).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import NamedTuple

from events.catalog import DEADLINE_TYPES
from services.stats.domain.levels import Places
from services.stats.domain.outcome import Outcome, ended_on, is_backdated, timeliness
from services.stats.domain.periods import local_day
from services.stats.domain.projection import RESOLVING_TYPE, DossierProjection, apply
from services.stats.domain.rows import DossierKey, KnownEvent

FAR_FUTURE = datetime(2299, 12, 31, tzinfo=UTC)
"""`resumed_at` of a pause that is still open."""

Instants = list[tuple[datetime, datetime]]


class DossierFacts(NamedTuple):
    """One row of the table `dossiers`; the meaning of each column stands in migration 0002."""

    opened_on: date
    dossier_id: str
    dossier_code: str
    unit_id: int
    held_by_unit_id: int
    province_id: int
    district_id: int
    commune_id: int
    procedure_code: str
    procedure_name: str
    channel: int
    is_history: bool
    accepted_at: datetime
    original_due_at: datetime | None
    lawful_due_at: datetime | None
    promised_due_at: datetime | None
    due_on: date | None
    classify_by: str
    time_zone: str
    due_history: Instants
    pauses: Instants
    ended_at: datetime | None
    ended_on: date | None
    ended_by: str
    outcome: Outcome
    delivered_at: datetime | None
    breached_at: datetime | None
    breach_unit_id: int
    apology_due_at: datetime | None
    apology_latest_at: datetime | None
    apology_required_at: datetime | None
    apology_sent_at: datetime | None
    apology_class: str
    integrity_flag_count: int
    correction_count: int
    last_event_at: datetime
    version: int


def fold(key: DossierKey, events: Iterable[KnownEvent], places: Places) -> DossierFacts | None:
    """The facts of one dossier from the set of its known events; None while it isn't known to be accepted."""
    distinct = sorted({event.event_id: event for event in events}.values(), key=_place_in_stream)
    projection = DossierProjection()
    for event in distinct:
        apply(projection, event)
    accepted = projection.accepted
    if accepted is None:
        return None
    place = places.on(accepted.unit_id, local_day(accepted.occurred_at))
    outcome, flags = _outcome(projection)
    deadline, ending = projection.deadline, projection.ending
    return DossierFacts(
        opened_on=key.opened_on,
        dossier_id=key.dossier_id,
        dossier_code=accepted.dossier_code,
        unit_id=accepted.unit_id,
        held_by_unit_id=projection.held_by_unit_id,
        province_id=place.province_id,
        district_id=place.district_id,
        commune_id=place.commune_id,
        procedure_code=projection.procedure_code,
        procedure_name=projection.procedure_name,
        channel=accepted.channel,
        is_history=accepted.is_history,
        accepted_at=accepted.occurred_at,
        original_due_at=projection.original_due_at,
        lawful_due_at=deadline.lawful_due_at if deadline else None,
        promised_due_at=projection.promised_due_at,
        due_on=deadline.due_on if deadline else None,
        classify_by=deadline.classify_by if deadline else "",
        time_zone=projection.time_zone,
        due_history=_due_history(projection, accepted.occurred_at),
        pauses=_pauses(projection),
        ended_at=ending.occurred_at if ending else None,
        ended_on=ended_on(ending.occurred_at, projection.time_zone) if ending else None,
        ended_by=ending.event_type if ending else "",
        outcome=outcome,
        delivered_at=projection.delivered_at,
        breached_at=projection.breached_at,
        breach_unit_id=projection.breach_unit_id,
        apology_due_at=projection.apology_due_at,
        apology_latest_at=projection.apology_latest_at,
        apology_required_at=projection.apology_required_at,
        apology_sent_at=projection.apology_sent_at,
        apology_class=_apology_class(projection),
        integrity_flag_count=flags,
        correction_count=projection.correction_count,
        last_event_at=max(event.occurred_at for event in distinct),
        version=len(distinct),
    )


def _place_in_stream(event: KnownEvent) -> tuple[int, bool, datetime, str]:
    # A deadline event carries the number of the dossier event that it follows from, so it comes right after it.
    return event.stream_seq, event.event_type in DEADLINE_TYPES, event.occurred_at, event.event_id


def _outcome(projection: DossierProjection) -> tuple[Outcome, int]:
    """The outcome, and the number of integrity flags: those recorded, and one for a back-dated ending not flagged yet.

    A back-dated ending (DR-31) is flagged and late until a head approves it (`backdating-approved`); then its class is by date.
    History is none: the time of an import says nothing about when its source knew of the ending.
    """
    ending, flags = projection.ending, projection.flag_count
    if ending is None:
        return "open", flags
    backdated = not ending.is_history and is_backdated(projection.deadline, ending.occurred_at, ending.recorded_at)
    if backdated and not projection.has_backdated_flag:
        flags += 1
    if ending.event_type != RESOLVING_TYPE:
        return "terminated", flags
    if backdated and ending.event_id not in projection.approved_event_ids:
        return "late", flags
    return timeliness(projection.deadline, ending.occurred_at), flags


def _due_history(projection: DossierProjection, accepted_at: datetime) -> Instants:
    # The first due date is what the citizen was told at the counter, hence known from the acceptance on.
    return [
        (accepted_at if nth == 0 else known_from, due) for nth, (known_from, due) in enumerate(projection.due_changes)
    ]


def _pauses(projection: DossierProjection) -> Instants:
    """The pauses of the clock; one opened after the due date is none, it never cures the breach (DR-24)."""
    open_since = [since for since in (projection.paused_at, projection.owing_since) if since is not None]
    pauses = sorted([*projection.closed_pauses, *((since, FAR_FUTURE) for since in open_since)])
    return [(paused_at, resumed_at) for paused_at, resumed_at in pauses if _was_in_term(projection, paused_at)]


def _was_in_term(projection: DossierProjection, at: datetime) -> bool:
    known = [due_at for known_from, due_at in projection.due_changes if known_from <= at] or [
        due_at for _, due_at in projection.due_changes[:1]
    ]
    return not known or at <= known[-1]


def _apology_class(projection: DossierProjection) -> str:
    """AR-07 for an obligation that came to be (AR-01); none is owed if the citizen was being waited for on the day (AR-11)."""
    due_at, latest_at, sent_at = projection.apology_due_at, projection.apology_latest_at, projection.apology_sent_at
    if due_at is None or latest_at is None:
        return ""
    if any(paused_at <= due_at < resumed_at for paused_at, resumed_at in _pauses(projection)):
        return ""
    if sent_at is None:
        return "waived" if projection.is_apology_waived else "missing"
    return "sent_in_time" if sent_at <= latest_at else "sent_before_breach" if sent_at <= due_at else "sent_late"
