"""The apologies that are owed, in plain Python straight from the events: what `plain_count` says of letters (AR-07, AR-08, B19).

Written apart from `obligations` and from the SQL on purpose. Classes are those that the clock stated.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from events.deadline import ApologyClassified, ApologyLapsed, ApologyRequired
from events.envelope import Event
from services.stats.domain.periods import Period, local_day


def owed_in(events: Iterable[Event], period: Period) -> Iterator[tuple[int, date, str]]:
    """Of each due date that was missed in the period: who held the dossier then, its day, and under which figure it counts."""
    stories: dict[str, dict[str, Event]] = defaultdict(dict)
    for event in events:
        stories[event.envelope.dossier_id][event.envelope.event_id] = event
    for story in stories.values():
        for due_at, saying in _missed(list(story.values())).items():
            if period.from_at <= due_at < min(period.to_at, period.as_of):
                first = min(_required(saying), key=lambda event: event.envelope.occurred_at)
                yield first.data.held_by_unit_id, local_day(due_at), _standing_of(saying, period.as_of)


def is_unapologised(story: Sequence[Event], as_of: datetime) -> bool:
    """Whether a letter is missing for any due date that was missed by then."""
    return any(
        due_at < as_of and _standing_of(saying, as_of) == "apology_missing" for due_at, saying in _missed(story).items()
    )


def _missed(story: Sequence[Event]) -> dict[datetime, list[Event]]:
    """What was said of each missed due date of which the obligation wasn't taken back as often as it was said."""
    said: dict[datetime, list[Event]] = defaultdict(list)
    for event in story:
        match event.data:
            case ApologyRequired(lawful_due_at=due_at) | ApologyClassified(lawful_due_at=due_at):
                said[due_at].append(event)
            case ApologyLapsed(missed_due_at=due_at) if due_at is not None:
                said[due_at].append(event)
            case _:
                pass
    lapses = {due_at: sum(isinstance(event.data, ApologyLapsed) for event in saying) for due_at, saying in said.items()}
    return {due_at: saying for due_at, saying in said.items() if len(_required(saying)) > lapses[due_at]}


def _required(saying: Sequence[Event]) -> list[Event]:
    return [event for event in saying if isinstance(event.data, ApologyRequired)]


def _standing_of(saying: Sequence[Event], as_of: datetime) -> str:
    classes = [event for event in saying if isinstance(event.data, ApologyClassified)]
    letters = [event.data for event in classes if event.data.sent_at is not None]
    if letters and letters[-1].sent_at < as_of:
        return "apology_in_time" if letters[-1].apology_class == "sent_in_time" else "apology_late"
    is_waived = any(event.data.apology_class == "waived" and event.envelope.occurred_at < as_of for event in classes)
    return "apology_waived" if is_waived else "apology_missing"
