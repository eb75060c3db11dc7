"""Asks the rules when a clock ends and what is to be said on the way: DR-01 to DR-14, the ladders A and B, AR-02.

In go facts, a `Subject` and the rulebook; out come plans. Many dossiers share a day, a term and so a due date: what follows
from those alone is asked once and remembered. Pure: the same question always has the same answer.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from operator import attrgetter
from typing import TypeVar

from msgspec import Struct

from rules.book.opening import law_at_opening
from rules.book.procedures import Procedure, ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.clocks.facts import Fact, Opening
from rules.clocks.instants import Instant, Zone, instant, length, micros
from rules.clocks.rule_values import lawful_due_of
from rules.clocks.state import Clock, Subject, Wake
from rules.due.escalation import escalation_rungs
from rules.due.ladder import apology_latest_at, ladder_instants
from rules.due.terms import Basis, Due, Term, due
from rules.errors import CalendarExhaustedError

BREACH = "B0"
"""The lawful due instant has passed (domain.md 4.6)."""
PENDING = "AP"
"""The day on which to finish or to apologise begins (AR-01)."""
SECOND = "SB"
"""The date of the re-appointment has passed (AR-05)."""
_BY_TIME = attrgetter("at")
_UNASKED = object()
NO_LADDER = frozenset({"intake", "transfer"})
"""Kinds of clock without near-due rungs: they last for hours (4.6)."""
_MOST_REMEMBERED = 100_000
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Plan(Struct, frozen=True, gc=False):
    """When a clock ends. `ahead` is everything before and at the due instant, however late the clock was set going."""

    effective_start_at: Instant
    due_at: Instant
    due_on: int
    rule: str
    basis: Basis
    latest_at: Instant
    ahead: tuple[Wake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalContext:
    """The calendar and the rule set of one stream, with its zone; `tolerance` is that of DR-31.

    The calendar is published from the instant `published_from` to the day `published_until`; around that it is provisional.
    """

    calendar: Calendar
    rule_set: RuleSet
    zone: Zone
    zone_name: str
    tolerance: Instant
    published_from: Instant
    published_until: int

    def is_provisional(self, clock: Clock) -> bool:
        """Whether a clock's due date was counted over days that no notice settled (CAL-6)."""
        return clock.due_on > self.published_until or clock.effective_start_at < self.published_from


class Planner:
    """The rulebook and the catalogue of procedures, with what was asked before."""

    def __init__(self, rulebook: Rulebook, procedures: ProcedureCatalogue) -> None:
        self._rulebook = rulebook
        self._procedures = procedures
        self.default_zone = Zone(rulebook.default_calendar.zone)
        self._known_procedures: dict[tuple[str, int], Procedure | None] = {}
        self._legal_contexts: dict[tuple[str, str, str], LegalContext | None] = {}
        self._dues: dict[tuple[object, ...], tuple[Due, Plan]] = {}
        self._ladders: dict[tuple[object, ...], tuple[Instant, tuple[Wake, ...]]] = {}
        self._escalations: dict[tuple[object, ...], tuple[Wake, ...]] = {}

    # What is fixed at the opening.

    def subject_of(self, opening: Opening) -> Subject:
        """Fix calendar and rule set (DR-28): the newest calendar known when the event was; the version is empty if unknown."""
        known_at, on = instant(opening.known_at), date.fromordinal(opening.opened_on)
        law = law_at_opening(self._rulebook, opening.calendar_id, opening.unit_id, on, known_at)
        return Subject(
            opened_on=opening.opened_on,
            unit_id=opening.unit_id,
            dossier_code=opening.dossier_code,
            procedure_code=opening.procedure_code,
            calendar_id=law.calendar_id,
            calendar_version="" if law.calendar is None else law.calendar.version,
            rule_set_id=law.rule_set.rule_set_id,
        )

    def unnamed_subject(self, fact: Fact) -> Subject:
        """The defaults, for a stream of which no more could be read than what every event bears."""
        calendar, rule_set = self._rulebook.default_calendar, self._rulebook.default_rule_set
        return Subject(
            opened_on=fact.opened_on,
            unit_id=fact.unit_id,
            dossier_code=None,
            procedure_code=None,
            calendar_id=calendar.calendar_id,
            calendar_version=calendar.version,
            rule_set_id=rule_set.rule_set_id,
        )

    def legal_context(self, subject: Subject) -> LegalContext | None:
        """What was fixed, or None if the calendar isn't known here."""
        key = (subject.calendar_id, subject.calendar_version, subject.rule_set_id)
        found = self._legal_contexts.get(key)
        if found is None and key not in self._legal_contexts:
            found = self._legal_contexts[key] = self._legal_context_of(subject)
        return found

    def _legal_context_of(self, subject: Subject) -> LegalContext | None:
        if not subject.calendar_version:
            return None
        calendar = self._rulebook.calendar(subject.calendar_id, subject.calendar_version)
        spec = calendar.spec
        rule_set = self._rulebook.rule_set(subject.rule_set_id)
        return LegalContext(
            calendar=calendar,
            rule_set=rule_set,
            tolerance=length(rule_set.back_dating_tolerance),
            zone=Zone(calendar.zone, spec.covered_from, spec.covered_until),
            zone_name=str(calendar.zone),
            published_from=micros(datetime.combine(spec.valid_from, time.min, calendar.zone)),
            published_until=spec.valid_until.toordinal(),
        )

    def procedure(self, code: str | None, on: int) -> Procedure | None:
        """The procedure in its version of a day, if the catalogue has it."""
        if not code:
            return None
        key = (code, on)
        found = self._known_procedures.get(key, _UNASKED)
        if found is _UNASKED:
            found = self._procedures.find(code, date.fromordinal(on))
            _remember(self._known_procedures, key, found)
        return found  # type: ignore[return-value]  # no longer the mark

    # Due dates.

    def by_term(
        self, legal_context: LegalContext, kind: str, started_at: Instant, term: Term, rule: str | None = None
    ) -> Plan:
        """The plan of a clock with a term. Raises CalendarExhaustedError."""
        at = legal_context.zone.local(started_at)
        if term.unit == "hour":
            return self.by_due(
                legal_context, kind, due(legal_context.calendar, at, term, legal_context.rule_set), term, rule
            )
        start = legal_context.calendar.effective_start(at)
        is_early = term.unit == "same_day" and start.time() <= legal_context.rule_set.same_day_cut_off
        key = (id(legal_context), kind, start.toordinal(), is_early, term.value, term.unit, rule)
        found = self._dues.get(key)
        if found is None:
            answer = due(legal_context.calendar, start, term, legal_context.rule_set)
            found = answer, self.by_due(legal_context, kind, answer, term, rule)
            _remember(self._dues, key, found)
        same_day = found[1]
        return Plan(
            effective_start_at=started_at if start is at else legal_context.zone.micros(start),
            due_at=same_day.due_at,
            due_on=same_day.due_on,
            rule=same_day.rule,
            basis=same_day.basis,
            latest_at=same_day.latest_at,
            ahead=same_day.ahead,
        )

    def by_due(
        self, legal_context: LegalContext, kind: str, answer: Due, term: Term | None, rule: str | None = None
    ) -> Plan:
        """The plan of a clock whose due date is already known."""
        due_at = legal_context.zone.micros(answer.due_at)
        latest_at, ahead = self._ladder(legal_context, kind, answer, due_at, term)
        return Plan(
            effective_start_at=legal_context.zone.micros(answer.effective_start_at),
            due_at=due_at,
            due_on=answer.due_on.toordinal(),
            rule=rule or answer.rule,
            basis=answer.basis,
            latest_at=latest_at,
            ahead=ahead,
        )

    def escalations(self, legal_context: LegalContext, clock: Clock) -> tuple[Wake, ...]:
        """The rungs B1 to B3 after a breach."""
        key = (id(legal_context), clock.lawful_due_at, clock.due_on)
        found = self._escalations.get(key)
        if found is None:
            rungs = escalation_rungs(
                legal_context.calendar, lawful_due_of(clock, legal_context.zone), legal_context.rule_set
            )
            micros = legal_context.zone.micros
            found = tuple([Wake(rung.name, micros(rung.at)) for rung in rungs])
            _remember(self._escalations, key, found)
        return found

    def _ladder(
        self, legal_context: LegalContext, kind: str, answer: Due, due_at: Instant, term: Term | None
    ) -> tuple[Instant, tuple[Wake, ...]]:
        start_on = answer.effective_start_at.toordinal()
        unit = (term.value, term.unit) if term else None
        key = (id(legal_context), kind, start_on, due_at, answer.due_on, unit, answer.basis)
        found = self._ladders.get(key)
        if found is None:
            found = self._asked_ladder(legal_context, kind, answer, due_at, term)
            _remember(self._ladders, key, found)
        return found

    def _asked_ladder(
        self, legal_context: LegalContext, kind: str, answer: Due, due_at: Instant, term: Term | None
    ) -> tuple[Instant, tuple[Wake, ...]]:
        calendar, micros = legal_context.calendar, legal_context.zone.micros
        breach = Wake(BREACH, due_at)
        if kind in NO_LADDER:
            return due_at, (breach,)
        wakes = [
            Wake(rung.name, micros(rung.at)) for rung in ladder_instants(calendar, answer, term, legal_context.rule_set)
        ]
        latest = answer.due_at
        if kind == "dossier":
            latest = _latest_at(legal_context, answer, term)
            if calendar.is_working_day(latest.date()):
                wakes.append(Wake(PENDING, micros(calendar.start_of_first_session(latest.date()))))
        # What is said at one instant: the reminder first, then that an apology may be owed.
        wakes.sort(key=_BY_TIME)
        return micros(latest), (*[wake for wake in wakes if wake.at < due_at], breach)


def _latest_at(legal_context: LegalContext, answer: Due, term: Term | None) -> datetime:
    beginning = datetime.combine(legal_context.calendar.spec.covered_from, time.min, legal_context.calendar.zone)
    try:
        return apology_latest_at(legal_context.calendar, answer, term, legal_context.rule_set, beginning)
    except CalendarExhaustedError:
        return answer.due_at


def _remember(known: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(known) >= _MOST_REMEMBERED:
        known.clear()
    known[key] = value


def ahead_from(plan: Plan, running_from_at: Instant, emitted: tuple[str, ...] = ()) -> tuple[Wake, ...]:
    """What lies ahead of a clock that was set going at an instant; rungs that were said stay said (AL-1, AL-3)."""
    ahead = plan.ahead
    if not emitted and ahead[0].at > running_from_at:
        return ahead
    return tuple(
        wake for wake in ahead if wake.name == BREACH or (wake.at > running_from_at and wake.name not in emitted)
    )


def latest_from(plan: Plan, running_from_at: Instant) -> Instant:
    """The last instant for an apology in time, the due instant where the running clock leaves none before it (AR-02)."""
    return plan.latest_at if plan.latest_at > running_from_at else plan.due_at
