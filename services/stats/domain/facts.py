"""All known events of one dossier -> one row of facts. A fold of a set: order, duplicates and arrival change nothing.

In go the events as they are stored and the hierarchy; out comes `DossierFacts`, or None while the acceptance isn't known
(deadline events may overtake it). Pure. Nothing is computed or judged here: due dates, pauses and classes are those of
`deadline-events` (B9, ADR 0013), and what the clock has not said yet is unknown. An event counts as its corrections leave it
(B20).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any, Final, Literal

from events import deadline
from events.catalog import DEADLINE_TYPES
from events.results import ENDING_KIND_BY_TYPE
from services.stats.domain.corrected_events import as_corrected
from services.stats.domain.levels import Places
from services.stats.domain.periods import local_day, zone_of
from services.stats.domain.projection import (
    NO_DUE,
    DossierProjection,
    KeptFacts,
    Wait,
    apply,
    refused_by_the_clock,
)
from services.stats.domain.rows import DossierKey, KnownEvent

FAR_FUTURE = datetime(2299, 12, 31, tzinfo=UTC)
"""`resumed_at` of a pause that is still open."""

Instants = list[tuple[datetime, datetime]]
Outcome = Literal[deadline.Outcome, "terminated", "open"]
"""The class of a resolved dossier as the clock stated it, or how else it stands."""


@dataclass(slots=True, kw_only=True)
class DossierFacts(KeptFacts):
    """One row of the table `dossiers`: what was told, and what follows from it. The table says what each column means."""

    opened_on: date
    dossier_id: str
    dossier_code: str
    unit_id: int
    province_id: int
    district_id: int
    commune_id: int
    channel: int
    is_history: bool
    accepted_at: datetime
    due_history: Instants
    pauses: Instants
    expired_waits: Instants
    ended_at: datetime | None
    ended_on: date | None
    ended_by: str
    outcome: Outcome
    judged_due_at: datetime | None
    pause_outcome: str
    restart_outcome: str
    qd766_outcome: str
    is_backdated: bool
    apology_class: str
    last_event_at: datetime
    version: int


COLUMNS: Final = tuple(one.name for one in fields(DossierFacts))
"""The columns of a row of facts, in the order of `row_of`."""
_KEPT: Final = tuple(one.name for one in fields(KeptFacts))
row_of: Final[Callable[[DossierFacts], tuple[Any, ...]]] = attrgetter(*COLUMNS)
"""The values of a row of facts."""


def fold(key: DossierKey, events: Iterable[KnownEvent], places: Places) -> DossierFacts | None:
    """The facts of one dossier from the set of its known events; None while it isn't known to be accepted."""
    distinct = sorted({event.event_id: event for event in events}.values(), key=_place_in_stream)
    refused = refused_by_the_clock(distinct)
    projection = DossierProjection()
    for event in as_corrected(distinct):
        if event.event_id not in refused:
            apply(projection, event)
    accepted = projection.accepted
    if accepted is None:
        return None
    accepted_at = _accepted_at(projection, accepted, distinct)
    place = places.on(accepted.unit_id, local_day(accepted_at))
    ending, verdict = projection.ending, projection.verdict or {}
    judged_due_at = verdict.get("judged_due_at")
    return DossierFacts(
        **{name: getattr(projection, name) for name in _KEPT},
        opened_on=key.opened_on,
        dossier_id=key.dossier_id,
        dossier_code=accepted.dossier_code,
        unit_id=accepted.unit_id,
        province_id=place.province_id,
        district_id=place.district_id,
        commune_id=place.commune_id,
        channel=accepted.channel,
        is_history=accepted.is_history,
        accepted_at=accepted_at,
        due_history=_due_history(projection, accepted_at),
        pauses=[(wait.paused_at, wait.resumed_at or FAR_FUTURE) for wait in _waits(projection)],
        expired_waits=[
            (wait.expired_at, wait.resumed_at or FAR_FUTURE)
            for wait in _waits(projection)
            if wait.expired_at is not None
        ],
        ended_at=ending.occurred_at if ending else None,
        ended_on=ending.occurred_at.astimezone(zone_of(projection.time_zone)).date() if ending else None,
        ended_by=ending.event_type if ending else "",
        outcome=_outcome(projection),
        judged_due_at=datetime.fromisoformat(judged_due_at) if judged_due_at else None,
        pause_outcome=verdict.get("pause_outcome", ""),
        restart_outcome=verdict.get("restart_outcome", ""),
        qd766_outcome=verdict.get("qd766_outcome", ""),
        is_backdated=verdict.get("is_backdated", False),
        apology_class=_apology_class(projection),
        last_event_at=max(event.occurred_at for event in distinct),
        version=len(distinct),
    )


def _place_in_stream(event: KnownEvent) -> tuple[int, bool, datetime, str]:
    # A deadline event carries the number of the dossier event that it follows from, so it comes right after it.
    return event.stream_seq, event.event_type in DEADLINE_TYPES, event.occurred_at, event.event_id


def _accepted_at(projection: DossierProjection, accepted: KnownEvent, recorded: Iterable[KnownEvent]) -> datetime:
    """As corrected, unless that lies after a due date: no period in which it was overdue loses it (B20)."""
    dues = [due for _, due in projection.due_changes if due != NO_DUE]
    if dues and accepted.occurred_at > min(dues):
        return next(event.occurred_at for event in recorded if event.event_id == accepted.event_id)
    return accepted.occurred_at


def _outcome(projection: DossierProjection) -> Outcome:
    """How the dossier stands; a result whose class the clock has not stated yet is unknown, never on time (DR-09)."""
    if projection.ending is None:
        return "open"
    if ENDING_KIND_BY_TYPE[projection.ending.event_type] == "terminated":
        return "terminated"
    outcome: Outcome = projection.verdict["outcome"] if projection.verdict else "unknown"
    return outcome


def _apology_class(projection: DossierProjection) -> str:
    """What was done about the apology that is owed; none was sent until the clock says otherwise. Empty: none is owed."""
    owed_for = projection.apology_due_at
    return projection.apology_classes.get(owed_for, "missing") if owed_for is not None else ""


def _due_history(projection: DossierProjection, accepted_at: datetime) -> Instants:
    # The first due date is what the citizen was told at the counter, hence known from the acceptance on.
    changes = enumerate(projection.due_changes)
    return [(accepted_at if nth == 0 else known_from, due) for nth, (known_from, due) in changes]


def _waits(projection: DossierProjection) -> list[Wait]:
    """The stops of the clock in the order of their beginning."""
    return sorted(projection.pauses.values(), key=lambda wait: wait.paused_at)
