"""All known events of one dossier -> one row of facts. A fold of a set: order, duplicates and arrival change nothing.

In go the events as they are stored and the hierarchy; out comes `DossierFacts`, or None while the acceptance isn't known
(deadline events may overtake it). Pure. Nothing is computed or judged here: due dates, pauses and classes are those of
`deadline-events` (B9, ADR 0013), and what the clock has not said yet is unknown. An event counts as its corrections leave it
(B20).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import zip_longest
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from events import deadline
from events.catalog import DEADLINE_TYPES
from events.results import ENDING_KIND_BY_TYPE
from services.stats.domain.corrected_events import as_corrected
from services.stats.domain.levels import Places
from services.stats.domain.obligations import Obligation, that_stand
from services.stats.domain.periods import FAR_FUTURE, NO_DUE, local_day, zone_of
from services.stats.domain.projection import DossierProjection, KeptFacts, apply, refused_by_the_clock
from services.stats.domain.rows import DossierKey, KnownEvent
from services.stats.domain.stays import Keeper, Stay, Turn, stays_of
from services.stats.domain.waits import Wait

Instants = list[tuple[datetime, datetime]]
Outcome = Literal[deadline.Outcome, "terminated", "open"]
"""The class of a resolved dossier as the clock stated it, or how else it stands."""


class KeptEnding(NamedTuple):
    """One ending with its own verdict."""

    ended_at: datetime
    ended_by: str
    outcome: Outcome
    judged_due_at: datetime | None
    pause_outcome: str
    restart_outcome: str
    qd766_outcome: str
    is_backdated: bool


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
    endings: list[KeptEnding]
    reopenings: list[datetime]
    stays: list[Stay]
    obligations: list[Obligation]
    apology_due_at: datetime | None
    apology_latest_at: datetime | None
    apology_required_at: datetime | None
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
    accepted = accepted._replace(occurred_at=_accepted_at(projection, accepted, distinct))
    place = places.on(accepted.unit_id, local_day(accepted.occurred_at))
    owed = that_stand(projection.obligations)
    since, latest = owed[-1] if owed else (None, None)
    endings = [_kept(ending, projection.verdicts.get(ending.event_id, {})) for ending in projection.endings]
    reopenings = [one.occurred_at for one in projection.reopenings]
    standing = endings[-1] if projection.ending is not None else None
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
        accepted_at=accepted.occurred_at,
        due_history=_due_history(projection, accepted.occurred_at),
        pauses=[(wait.paused_at, wait.resumed_at or FAR_FUTURE) for wait in _waits(projection)],
        expired_waits=[
            (wait.expired_at, wait.resumed_at or FAR_FUTURE)
            for wait in _waits(projection)
            if wait.expired_at is not None
        ],
        ended_at=standing.ended_at if standing else None,
        ended_on=standing.ended_at.astimezone(zone_of(projection.time_zone)).date() if standing else None,
        ended_by=standing.ended_by if standing else "",
        outcome=standing.outcome if standing else "open",
        judged_due_at=standing.judged_due_at if standing else None,
        pause_outcome=standing.pause_outcome if standing else "",
        restart_outcome=standing.restart_outcome if standing else "",
        qd766_outcome=standing.qd766_outcome if standing else "",
        is_backdated=standing.is_backdated if standing else False,
        endings=endings,
        reopenings=reopenings,
        stays=stays_of(_turns(accepted.occurred_at, endings, reopenings), _keepers(projection, accepted), places),
        obligations=[one for _, one in owed],
        apology_due_at=latest.due_at if latest else None,
        apology_latest_at=latest.latest_at if latest else None,
        apology_required_at=since,
        apology_class=latest.apology_class if latest else "",
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


def _kept(ending: KnownEvent, verdict: Mapping[str, Any]) -> KeptEnding:
    """A result whose class the clock has not stated yet is unknown, never on time (DR-09)."""
    is_terminated = ENDING_KIND_BY_TYPE[ending.event_type] == "terminated"
    counts_at, judged_due_at = verdict.get("counts_at"), verdict.get("judged_due_at")
    return KeptEnding(
        ended_at=datetime.fromisoformat(counts_at) if counts_at else ending.occurred_at,
        ended_by=ending.event_type,
        outcome="terminated" if is_terminated else verdict.get("outcome", "unknown"),
        judged_due_at=datetime.fromisoformat(judged_due_at) if judged_due_at else None,
        pause_outcome=verdict.get("pause_outcome", ""),
        restart_outcome=verdict.get("restart_outcome", ""),
        qd766_outcome=verdict.get("qd766_outcome", ""),
        is_backdated=verdict.get("is_backdated", False),
    )


def _turns(accepted_at: datetime, endings: Sequence[KeptEnding], reopenings: Sequence[datetime]) -> list[Turn]:
    """What is dated before what it follows counts with that, else no balance could hold (I1)."""
    turns, since = [], accepted_at
    for ending, reopened_at in zip_longest(endings, reopenings):
        until = max(since, ending.ended_at)
        turns.append(Turn(since, until, ending.outcome))
        since = max(until, reopened_at) if reopened_at else until
    return turns if len(endings) > len(reopenings) else [*turns, Turn(since, FAR_FUTURE, "open")]


def _keepers(projection: DossierProjection, accepted: KnownEvent) -> list[Keeper]:
    keepers = [Keeper(accepted.occurred_at, accepted.unit_id)]
    for reassigned_at, unit_id in projection.reassignments:
        keepers.append(Keeper(max(keepers[-1].since, reassigned_at), unit_id))
    return keepers


def _due_history(projection: DossierProjection, accepted_at: datetime) -> Instants:
    # The first due date is what the citizen was told at the counter, hence known from the acceptance on.
    changes = enumerate(projection.due_changes)
    return [(accepted_at if nth == 0 else known_from, due) for nth, (known_from, due) in changes]


def _waits(projection: DossierProjection) -> list[Wait]:
    """The stops of the clock in the order of their beginning."""
    return sorted(projection.pauses.values(), key=lambda wait: wait.paused_at)
