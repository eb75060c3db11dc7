"""What the deadline events of a dossier say, read in the order in which they were said: the record that everything is held to."""

from collections.abc import Sequence
from datetime import datetime

from events.envelope import Event
from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.owed import by_rule, stated
from tests.properties.whole_way.pictures import Dues, SaidPicture
from tests.properties.whole_way.world import ENDINGS, Dossier

_REOPENED = "dossier-reopened.v1"


def has_flag_of_intake(dossier: Dossier) -> bool:
    """Whether intake recorded something of it that contradicts what was recorded before (history only)."""
    return any(one.event.envelope.event_type == "integrity-flag-raised.v1" for one in dossier.records)


def said_of(dossier: Dossier) -> SaidPicture:
    """The picture of what was said about the dossier's own clock."""
    said = [one for one in dossier.said if getattr(one.data, "clock_kind", "") == "dossier"]
    ending = _ending(dossier)
    breached = _of(said, "dossier-breached.v1")
    stops = _stops(dossier, said)
    outcome, verdict = product.verdict_on(ending, dossier.said) if ending else ("", None)
    return SaidPicture(
        dues=_dues(said),
        outcome=outcome,
        verdict=verdict,
        stops=tuple((since, until) for since, until, _ in stops),
        stops_too_late=tuple((since, due_at) for since, _, due_at in stops if since > due_at),
        breached_at=breached[0].envelope.occurred_at if breached else None,
        obligations=stated(said),
        obligations_by_rule=by_rule(dossier),
    )


def _of(said: Sequence[Event], *types: str) -> list[Event]:
    return [one for one in said if one.envelope.event_type in types]


def _dues(said: Sequence[Event]) -> Dues:
    # Rungs and escalations repeat the due dates of the clock as they stand, so any last word will do.
    # What is said of an apology has the due date that was missed, perhaps an earlier one.
    told = [one for one in said if hasattr(one.data, "lawful_due_at") and "apology" not in one.envelope.event_type]
    if not told:
        return Dues()
    data = told[-1].data
    return Dues(original=data.original_due_at, lawful=data.lawful_due_at, promised=data.promised_due_at)


def _ending(dossier: Dossier) -> Event | None:
    """The ending that counts: the first one after the last reopening."""
    ending: Event | None = None
    for record in dossier.records:
        if record.event.envelope.event_type == _REOPENED:
            ending = None
        elif record.event.envelope.event_type in ENDINGS and ending is None:
            ending = record.event
    return ending


def _stops(dossier: Dossier, said: Sequence[Event]) -> list[tuple[datetime, datetime | None, datetime]]:
    """(from, until, lawful due date of the time), by number: said again, a stop takes the place of what was said before.

    An ending closes what it found open once the dossier is reopened.
    """
    told = _of(said, "clock-paused.v1", "clock-resumed.v1", "clock-restarted.v1")
    own = [one.event for one in dossier.records if one.event.envelope.event_type in (*ENDINGS, _REOPENED)]
    stops: dict[int, tuple[datetime, datetime | None, datetime]] = {}
    ended_at: datetime | None = None
    for event in sorted((*told, *own), key=_place):
        at, kind = event.envelope.occurred_at, event.envelope.event_type
        if kind == "clock-paused.v1":
            stops[event.data.pause_no] = (at, None, event.data.lawful_due_at)
        elif kind in ENDINGS:
            ended_at = ended_at or at
        elif kind == _REOPENED and ended_at is None:
            continue  # History may tell of a reopening of what is open: it is flagged and changes nothing (STATE-6).
        elif kind == _REOPENED:
            assert ended_at is not None
            stops = {no: (since, until or max(ended_at, since), due) for no, (since, until, due) in stops.items()}
            ended_at = None
        elif event.data.pause_no in stops:
            since, _, due_at = stops[event.data.pause_no]
            stops[event.data.pause_no] = (since, at, due_at)
    return [stops[number] for number in sorted(stops)]


def _place(event: Event) -> tuple[int, datetime]:
    return event.envelope.stream_seq, event.envelope.occurred_at
