"""The one module of these properties that calls the product: an action goes in at intake, pictures come out of every part.

The simulation (`world`), the lives (`lives`) and the comparisons (`agreements`) know only what stands here. Whoever changes
how a part of the product is called changes this module, and nothing else in the folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import structs

from events.catalog import CLASS_BY_TYPE
from events.codec import from_kafka, from_structured, to_kafka
from events.deadline import EndingClassified, SecondBreachRecorded
from events.envelope import Event
from events.topics import Topic
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.fact_of import DATED
from rules.clocks.instants import Instant, length, micros
from rules.clocks.log_time import LogTime
from rules.clocks.planning import Planner
from rules.clocks.state import StreamState
from rules.due import apology as rules_apology
from rules.due.terms import Term, due
from rules.errors import RulesError
from rules.explain.dossier_explanation import DossierExplanation, ExplainedClock, explain_dossier
from rules.explain.recorded_stream import RecordedStream
from services.deadlines.adapters.bulk.fold import BulkFold, PartitionFold
from services.deadlines.adapters.wire.fact_reader import read_fact
from services.deadlines.adapters.wire.record_writer import RecordWriter
from services.deadlines.config import read_config
from services.intake.adapters.known_states import KnownStates
from services.intake.domain.actions import Action
from services.intake.domain.judge import Judge
from services.intake.pipeline import ActionRecorder
from services.page.domain.recorded_streams import recorded_stream
from services.stats.domain import periods
from services.stats.domain.facts import fold
from services.stats.domain.figure import rate_text
from services.stats.domain.figures import FIGURE_NAMES, Counts, values_of
from services.stats.domain.rows import EVENT_COLUMNS, DossierKey, LogPlace, data_text, known_event, row_for
from tests.fakes.in_memory_store import InMemoryStore
from tests.oracles.plain_count import counted_dossiers
from tests.properties.whole_way.pictures import (
    ClockExplained,
    Dues,
    ExplanationPicture,
    FactsPicture,
    IntakePicture,
    Owed,
    StatePicture,
    Stop,
    Verdict,
)
from tests.properties.whole_way.rule_books import Rules
from tests.unit.intake.counter import reader
from tests.unit.stats.places import places_of

_CLOCK_SKEW: Final[timedelta] = read_config({}).clock_skew
_SKEW: Final[Instant] = length(_CLOCK_SKEW)


class Recorded(NamedTuple):
    """One record of a partition of `dossier-events`: the event, its bytes, and when it was appended to the log."""

    event: Event
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    appended_at: datetime
    offset: int

    @property
    def timestamp(self) -> int:
        """The log's append time as Kafka tells it: whole milliseconds."""
        return micros(self.appended_at) // 1000


def record_of(event: Event, appended_at: datetime, offset: int) -> Recorded:
    """An event as the relay puts it onto the log."""
    key, value, headers = to_kafka(event)
    return Recorded(event, key, value, headers, appended_at, offset)


class Intake:
    """Intake with a store of its own."""

    def __init__(self, rules: Rules) -> None:
        self._store = InMemoryStore()
        planner = Planner(rules.rulebook, rules.procedures)
        judge = Judge(rulebook=rules.rulebook, planner=planner, read=reader().read)
        self._recorder = ActionRecorder(store=self._store, judge=judge, known_states=KnownStates(100))

    def record(self, raw: Mapping[str, Any], recorded_at: datetime) -> tuple[str | None, str | None]:
        """(id of the recorded event, None), or (None, code of the refusal)."""
        action = reader().read(dict(raw))
        assert isinstance(action, Action), action
        (answer,) = self._recorder.record([action], recorded_at)
        return answer.event_id, answer.refusal.code if answer.refusal else None

    def log(self) -> list[Event]:
        """Everything recorded, in the order of recording."""
        return [from_structured(entry.structured) for entry in self._store.read_after(0, 10_000)]

    def picture(self, dossier_id: str) -> IntakePicture | None:
        """How intake sees a dossier; None: nothing was recorded of it."""
        state = self._store.load([UUID(dossier_id)]).get(UUID(dossier_id))
        if state is None:
            return None
        return IntakePicture(
            is_accepted=state.accepted_at is not None,
            is_ended=state.is_ended,
            waiting_for=state.waiting_for,
            held_by_unit_id=state.held_by_unit_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A look that was sent: at which streams, how far time may be judged, when that was seen."""

    keys: tuple[bytes, ...]
    until: Instant
    detected_at: Instant


class Worker:
    """The live worker of one partition: folds its records as they come, and sends and reads ticks as the ticker does."""

    def __init__(self, rules: Rules) -> None:
        self._pipeline = rules.pipeline
        self._states: dict[bytes, StreamState] = {}
        self._time = LogTime()
        self._writer = RecordWriter()

    def hear(self, record: Recorded) -> list[Event]:
        """A record comes; what is said of it."""
        fact = read_fact(record.key, record.value, record.headers, record.timestamp * 1000)
        after, emitted = self._pipeline.on_fact(self._states.get(record.key), fact, self._time)
        self._keep(record.key, after)
        return self._written(record.key, emitted)

    def send_tick(self, now: datetime) -> Tick:
        """Everything that was appended by now has been heard: the streams whose next instant has passed."""
        watermark = micros(now) - _SKEW
        until, is_silent = watermark - self._pipeline.grace, self._pipeline.is_silent(self._time, watermark)
        keys = tuple(
            key
            for key, state in self._states.items()
            if state.next_at < until and (is_silent or not state.is_catching_up)
        )
        return Tick(keys=keys, until=until, detected_at=micros(now))

    def read_tick(self, tick: Tick) -> list[Event]:
        """A tick is read, perhaps after more records; what is said of it."""
        said: list[Event] = []
        is_silent = self._pipeline.is_silent(self._time, tick.until + self._pipeline.grace)
        for key in tick.keys:
            state = self._states.get(key)
            if state is None or (state.is_catching_up and not is_silent):
                continue
            turned = self._pipeline.on_check(state, tick.until, tick.detected_at)
            self._keep(key, turned.state)
            said += self._written(key, turned.emitted)
        return said

    def picture(self, dossier_id: str) -> StatePicture | None:
        """What the worker keeps of a dossier; None: nothing, or it was forgotten."""
        state = self._states.get(dossier_id.encode())
        if state is None:
            return None
        clock = state.clock("dossier")
        is_paused = clock is not None and clock.is_paused
        return StatePicture(
            is_ended=state.ending is not None,
            is_breached=clock is not None and clock.is_breached,
            waiting_for=str(state.ledger[-1].cause) if is_paused else "none",
            held_by_unit_id=state.holder_unit_id,
        )

    def _keep(self, key: bytes, state: StreamState | None) -> None:
        if state is None:
            self._states.pop(key, None)
        else:
            self._states[key] = state

    def _written(self, key: bytes, emitted: Sequence[DerivedEvent]) -> list[Event]:
        return [from_kafka(value, headers) for value, headers in self._writer.write(key.decode(), emitted)]


def in_bulk(rules: Rules, records: Sequence[Recorded], now: datetime) -> list[Event]:
    """The whole log once more, without ticks on the way, and a last look at `now` as the worker's last one."""
    bulk, here = BulkFold(rules.pipeline), PartitionFold()
    said = bulk.fold(here, records)
    assert here.refused == []
    until = micros(now) - _SKEW - bulk.grace
    said += [one for part in bulk.pass_time(here, until, micros(now)) for one in part]
    return [from_kafka(one.value, one.headers) for one in said]


def judged_until(rules: Rules, now: datetime) -> datetime:
    """How far time is judged by a worker that looks at `now`."""
    return now - _CLOCK_SKEW - timedelta(microseconds=rules.pipeline.grace)


def explanation(rules: Rules, dossier_id: str, log: Sequence[Recorded], said: Sequence[Event]) -> ExplanationPicture:
    """One dossier explained from its records and from what was said, as they are stored; `log` is its whole partition."""
    own = [one for one in log if one.event.envelope.dossier_id == dossier_id]
    rows = [_stored(one) for one in own]
    rows += [
        _row(one, LogPlace(Topic.DEADLINE_EVENTS, 0, nth, one.envelope.recorded_at)) for nth, one in enumerate(said)
    ]
    # As `dossier_events.sql` gives them.
    rows.sort(
        key=lambda row: (row["occurred_at"], row["stream_seq"], row["_topic"] == Topic.DEADLINE_EVENTS, row["_offset"])
    )
    found = explain_dossier(_stream(dossier_id, rows, log), rules.rulebook, rules.procedures)
    return ExplanationPicture(
        clocks=tuple(_clock_explained(one) for one in found.clocks),
        stops=tuple(_stops(found)),
        is_ended=found.ending is not None,
        headline=found.headline,
        obligations=tuple(
            Owed(one.due_at, one.held_by_unit_id, one.apology_class) for one in found.obligations if not one.lapsed
        ),
        breaches=tuple(sorted((one.clock, one.at) for one in found.breaches if one.kind is not SecondBreachRecorded)),
        differences=tuple(f"said and not explained: {one.clock} {one.lawful_due_at}" for one in found.unexplained),
    )


def _stream(dossier_id: str, rows: Sequence[Mapping[str, Any]], log: Sequence[Recorded]) -> RecordedStream:
    """The recorded stream; what is asked of the partition is answered as by `log_times.sql`."""
    asking = recorded_stream(dossier_id, rows)
    try:
        asked = next(asking)
        while True:
            found = [one for one in reversed(log) if asked["after"] < one.offset <= asked["until"]]
            asked = asking.send([_stored(one) for one in found[: asked["limit"]]])
    except StopIteration as done:
        stream: RecordedStream = done.value
        return stream


def _stored(record: Recorded) -> dict[str, Any]:
    return _row(record.event, LogPlace(Topic.DOSSIER_EVENTS, 0, record.offset, record.appended_at))


def _row(event: Event, place: LogPlace) -> dict[str, Any]:
    return dict(zip(EVENT_COLUMNS, row_for(event, data_text(event), place), strict=True))


def _clock_explained(clock: ExplainedClock) -> ClockExplained:
    compared = {"original": clock.original, "lawful": clock.lawful, "promised": clock.promised}
    differences = [f"{name}: {one.computed}, said {one.recorded}" for name, one in compared.items() if one.differs]
    for move in clock.moves:
        if move.differs:
            told = "nothing" if move.is_missing else f"{move.lawful.recorded} / {move.promised.recorded}"
            computed = f"{move.lawful.computed} / {move.promised.computed}"
            differences.append(f"{move.move.cause} after event {move.move.fact.seq}: {computed}, said {told}")
    differences += [f"said after event {one.seq} and not explained: {one.lawful_due_at}" for one in clock.unexplained]
    return ClockExplained(
        name=clock.name,
        kind=clock.kind,
        dues=Dues(**{name: one.computed for name, one in compared.items()}),
        verdict=_verdict(clock.life.verdict) if clock.life.ended and clock.life.verdict else None,
        judged_by=clock.judged_due_at,
        outcome=clock.outcome,
        differences=tuple(differences),
    )


def _stops(found: DossierExplanation) -> list[Stop]:
    dossier = next((one for one in found.clocks if one.kind == "dossier"), None)
    if dossier is None:
        return []
    stopped = [entry.stops for entry in dossier.life.state.ledger]
    entries = zip(dossier.explanation.ledger, dossier.causes, stopped, strict=True)
    return [
        (entry.requested_at, entry.completed_at)
        for entry, cause, stops in entries
        if cause in ("supplement", "financial_duty") and stops
    ]


def facts(events: Sequence[Event]) -> FactsPicture | None:
    """The row of facts of one dossier's events, dossier and deadline events together; None while it isn't accepted."""
    about = events[0].envelope
    key = DossierKey(about.opened_on, about.dossier_id)
    row = fold(key, [known_event(one) for one in events], places_of([]))
    if row is None:
        return None
    return FactsPicture(
        dues=Dues(original=row.original_due_at, lawful=row.lawful_due_at, promised=row.promised_due_at),
        outcome=row.outcome,
        ended_at=row.ended_at,
        held_by_unit_id=row.held_by_unit_id,
        stops=tuple((since, None if until == periods.FAR_FUTURE else until) for since, until in row.pauses),
        breached_at=row.breached_at,
        obligations=tuple(Owed(one.due_at, one.unit_id, one.apology_class) for one in row.obligations),
        verdict=_verdict(asdict(row)) if row.restart_outcome else None,
    )


def _verdict(stated: Mapping[str, Any]) -> Verdict:
    """What was stated of an ending, or what the row of facts has of it."""
    by_policy = tuple(stated[f"{policy}_outcome"] for policy in ("pause", "restart", "qd766"))
    return Verdict(by_policy=by_policy, judged_by=stated.get("judged_due_at"), is_backdated=stated["is_backdated"])


def figures(events: Sequence[Event], as_of: datetime, to_on: date) -> dict[str, frozenset[str]]:
    """Under which figures each dossier counts in the period from ever until `to_on`, seen `as_of`."""
    period = periods.Period(from_on=periods.FIRST_DAY, to_on=to_on, as_of=as_of)
    counted = counted_dossiers(events, [], "province", period)
    return {one.dossier_id: frozenset(name for name in FIGURE_NAMES if getattr(one.counts, name)) for one in counted}


def figures_of_weeks(events: Sequence[Event], mondays: Sequence[date]) -> dict[date, frozenset[str]]:
    """Under which figures the one dossier of some events counts in each week that is over, judged at its end."""
    found: dict[date, frozenset[str]] = {}
    for monday in mondays:
        to_on = monday + timedelta(days=7)
        period = periods.Period(from_on=monday, to_on=to_on, as_of=periods.midnight(to_on))
        counted = counted_dossiers(events, [], "province", period)
        found[monday] = frozenset(name for one in counted for name in FIGURE_NAMES if getattr(one.counts, name))
    return found


def verdict_on(ending: Event, said: Sequence[Event]) -> tuple[str, Verdict | None]:
    """The class that the clock stated last of an ending, and all that it stated; ("not stated", None) where it said nothing."""
    stated = [one.data for one in said if isinstance(one.data, EndingClassified)]
    of_ending = [data for data in stated if data.target_event_id == ending.envelope.event_id]
    if not of_ending:
        return "not stated", None
    return of_ending[-1].outcome, _verdict(structs.asdict(of_ending[-1]))


def is_judged_by_time(event_type: str) -> bool:
    """Whether a late record of such an event can be approved."""
    return CLASS_BY_TYPE[event_type] in DATED


def rate(counts: Mapping[str, int]) -> float | None:
    """The on-time rate as page, report and command line have it."""
    found: float | None = values_of(Counts(**counts))["on_time_rate"]
    return found


def printed(share: float | None) -> str:
    """A rate as it is printed."""
    return rate_text(share)


def due_by_rules(rules: Rules, started_at: datetime, value: int, unit: str) -> datetime | None:
    """The due instant of a term that nothing moves: what lives are aimed at."""
    try:
        term = Term(value=value, unit=unit)  # type: ignore[arg-type]  # one of the five
        return due(rules.rulebook.default_calendar, started_at, term, rules.rulebook.default_rule_set).due_at
    except RulesError:
        return None


def apology_class(latest_at: datetime, due_at: datetime, sent_at: datetime | None, *, is_waived: bool) -> str:
    """The class of a letter that was owed (AR-07)."""
    return rules_apology.apology_class(latest_at, due_at, sent_at, is_waived=is_waived)


def midnight(at: datetime) -> datetime:
    """The beginning of the local day of an instant, as periods have it."""
    return periods.midnight(periods.local_day(at))


def content_of(event: Event) -> object:
    """All that must be the same however often an event is said: everything but the time of detection."""
    _, value, headers = to_kafka(event)
    return value, tuple((name, one) for name, one in headers if name != "ce_recordedat")
