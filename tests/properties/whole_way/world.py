"""One province for some weeks, in one process: counters act and send, intake records, the relay publishes, a worker follows.

In goes a `Plan`, all times of it given; out comes what every part of the product holds at its end. No clock, no chance.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from events.envelope import Event
from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.pictures import ExplanationPicture, FactsPicture, IntakePicture, StatePicture
from tests.properties.whole_way.rule_books import PUBLISHED, Choice, Rules, rules_of
from tests.properties.whole_way.through_the_product import Intake, Recorded, Tick, Worker

COUNTER, REGISTER = "/hue/mot-cua", "urn:motcua:import:old-register"
LATEST_ENDING = "the ending before"
ACT_NO = "act no "
"""Stands in a correction before the place of the act that it corrects among those of its dossier, from 0."""
_NONE = "00000000-0000-0000-0000-000000000000"
"""Stands in an approval for the id of the event that it approves, which only intake gives."""
A_LATE_RECORD, ALL_LATE_RECORDS = "the late record before", "all late records before"
"""The same for the latest event that was recorded late, and for all of them up to then."""
_RECORDED_LATE = timedelta(minutes=4)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What happened at a counter, and when its system got it through to intake. History comes from another register."""

    dossier_id: str
    at: datetime
    sent_at: datetime
    what: str
    data: Mapping[str, Any] = field(default_factory=dict)
    unit_id: int = 26734
    is_history: bool = False
    subject: str = ""
    """The code under which it is sent, where that is another than the dossier's id (DR-30)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The worker sends ticks `at`, and reads them after so many more records."""

    at: datetime
    read_after: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that will happen. `lags`: seconds from recording to the log, in turn; `outages`: nothing reaches the log.

    `until`: the last look, long after everything else.
    """

    acts: Sequence[Act]
    until: datetime
    choice: Choice = PUBLISHED
    lags: Sequence[float] = (0.2,)
    outages: Sequence[tuple[datetime, datetime]] = ()
    looks: Sequence[Look] = ()

    def __repr__(self) -> str:
        """In short: the table of what came of it says the rest."""
        return f"Plan({self.choice}, {len(self.acts)} acts, {len(self.outages)} outages, {len(self.looks)} looks)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An act that intake refused, and why."""

    act: Act
    code: str


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One dossier at the end: its partition's log, its own records there, what was said of it in order, what each part holds.

    `said_at`: in which turn each event was first said, by its id. Turn 2n + 1 is the hearing of record n, turn 2n lies before it.
    """

    plan: Plan
    rules: Rules
    dossier_id: str
    log: Sequence[Recorded]
    records: Sequence[Recorded]
    said: Sequence[Event]
    said_at: Mapping[str, int]
    intake: IntakePicture | None
    state: StatePicture | None

    @cached_property
    def events(self) -> list[Event]:
        """Everything known of it, as the statistics get it from both topics."""
        return [*(one.event for one in self.records), *self.said]

    @cached_property
    def explanation(self) -> ExplanationPicture:
        """The explanation of it."""
        return product.explanation(self.rules, self.dossier_id, self.log, self.said)

    @cached_property
    def facts(self) -> FactsPicture | None:
        """Its row of facts."""
        return product.facts(self.events)

    @property
    def judged_until(self) -> datetime:
        """How far the last look judged time."""
        return product.judged_until(self.rules, self.plan.until)

    def figures(self, as_of: datetime, to_on: date | None = None) -> frozenset[str]:
        """Under which figures it counts, seen at an instant; the period ends after that day."""
        found = product.figures(self.events, as_of, to_on or as_of.date() + timedelta(days=1))
        return found.get(self.dossier_id, frozenset())


@dataclass(frozen=True, kw_only=True)
class World:
    """What came of a plan. `said_in_bulk` is what a second pass over the log says, without ticks."""

    plan: Plan
    refused: Sequence[Refused]
    dossiers: Sequence[Dossier]
    said: Sequence[Event]
    said_in_bulk: Sequence[Event]


def live(plan: Plan) -> World:
    """Let a plan happen."""
    rules, intake = rules_of(plan.choice), Intake(rules_of(plan.choice))
    refused = _record(plan, intake)
    records = list(_published(plan, intake.log()))
    worker = Worker(rules)
    followed = list(_followed(plan, worker, records))
    said = [event for _, event in followed]
    said_at = {event.envelope.event_id: turn for turn, event in reversed(followed)}
    by_dossier: dict[str, list[Recorded]] = defaultdict(list)
    for record in records:
        by_dossier[record.event.envelope.dossier_id].append(record)
    dossiers = [
        Dossier(
            plan=plan,
            rules=rules,
            dossier_id=dossier_id,
            log=records,
            records=own,
            said=[one for one in said if one.envelope.dossier_id == dossier_id],
            said_at=said_at,
            intake=intake.picture(dossier_id),
            state=worker.picture(dossier_id),
        )
        for dossier_id, own in by_dossier.items()
    ]
    in_bulk = product.in_bulk(rules, records, plan.until)
    return World(plan=plan, refused=refused, dossiers=dossiers, said=said, said_in_bulk=in_bulk)


def _record(plan: Plan, intake: Intake) -> list[Refused]:
    refused: list[Refused] = []
    ids: dict[str, _Ids] = defaultdict(_Ids)
    for number, act in enumerate(sorted(plan.acts, key=lambda act: act.sent_at)):
        event_id, code = intake.record(_cloud_event(act, number, ids[act.dossier_id]), act.sent_at)
        if code is not None:
            refused.append(Refused(act=act, code=code))
        if "previous_code" not in act.data:  # what comes again is named by nobody
            ids[act.dossier_id].note(act, event_id)
    return refused


@dataclass(slots=True)
class _Ids:
    """The ids that intake gave to what an approval or a correction may name; `by_place`: of each act, in order."""

    ending: str = _NONE
    late: list[str] = field(default_factory=list)
    by_place: list[str] = field(default_factory=list)

    def note(self, act: Act, event_id: str | None) -> None:
        self.by_place.append(event_id or _NONE)
        if event_id is None:
            return
        if act.what in ENDINGS:
            self.ending = event_id
        if act.sent_at - act.at > _RECORDED_LATE and product.is_judged_by_time(act.what):
            self.late.append(event_id)

    def targets(self, named: str) -> dict[str, Any]:
        late = self.late or [self.ending]
        if named == ALL_LATE_RECORDS:
            return {"target_event_id": late[0], "further_event_ids": late[1:]}
        return {"target_event_id": self.ending if named == LATEST_ENDING else late[-1]}


ENDINGS = ("result-ready-at-counter.v1", "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1")


def _cloud_event(act: Act, number: int, ids: _Ids) -> dict[str, Any]:
    data = dict(act.data)
    if str(data.get("target_event_id")).startswith(ACT_NO):
        data["target_event_id"] = ids.by_place[int(data["target_event_id"].removeprefix(ACT_NO))]
    if data.get("target_event_id") in (LATEST_ENDING, A_LATE_RECORD, ALL_LATE_RECORDS):
        data |= ids.targets(data["target_event_id"])
    history = {"history": True} if act.is_history else {}
    return {
        "specversion": "1.0", "id": f"{number}", "source": REGISTER if act.is_history else COUNTER, "type": act.what,
        "subject": act.subject or act.dossier_id, "time": act.at.isoformat(), "unitid": act.unit_id, "actorid": "cb-1", **history,
        "data": data,
    }  # fmt: skip


def _published(plan: Plan, log: Sequence[Event]) -> Iterator[Recorded]:
    """Each event on the partition: a moment after it was recorded, or after the outage in which that falls, in order."""
    now = datetime.min.replace(tzinfo=log[0].envelope.recorded_at.tzinfo) if log else plan.until
    for number, event in enumerate(log):
        at = event.envelope.recorded_at + timedelta(seconds=plan.lags[number % len(plan.lags)])
        for begins, ends in sorted(plan.outages):
            if begins <= at < ends:
                at = ends
        now = max(now, _whole_milliseconds(at))
        yield product.record_of(event, now, number)


def _whole_milliseconds(at: datetime) -> datetime:
    return at - timedelta(microseconds=at.microsecond) + at.microsecond // 1000 * _MILLISECOND


def _followed(plan: Plan, worker: Worker, records: Sequence[Recorded]) -> Iterator[tuple[int, Event]]:
    """What the worker says, and in which turn: records in the order of the log, looks between them, the last look at the end."""
    looks = sorted((look for look in plan.looks if look.at < plan.until), key=lambda look: look.at)
    unread: list[tuple[int, Tick]] = []
    for nth, record in enumerate(records):
        while looks and looks[0].at < record.appended_at:
            look = looks.pop(0)
            unread.append((nth + look.read_after, worker.send_tick(look.at)))
            yield from _read(worker, unread, nth)
        yield from ((2 * nth + 1, event) for event in worker.hear(record))
        yield from _read(worker, unread, nth + 1)
    yield from _read(worker, unread, len(records) + 10)
    for at in (*(look.at for look in looks), plan.until):
        yield from ((2 * len(records), event) for event in worker.read_tick(worker.send_tick(at)))


def _read(worker: Worker, unread: list[tuple[int, Tick]], heard: int) -> Iterator[tuple[int, Event]]:
    for due_after, tick in list(unread):
        if due_after <= heard:
            unread.remove((due_after, tick))
            yield from ((2 * heard, event) for event in worker.read_tick(tick))
