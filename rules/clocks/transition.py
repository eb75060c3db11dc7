"""One transition: a state, what was asked of it, and what is emitted on the way. Mutable inside, pure to the outside.

The functions beside this module each take a `Transition`, replace its state and emit things; `fold.evolve` hands out the result.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, ParamSpec

from msgspec import Struct, field
from msgspec.structs import replace

from events.control import FORBIDDEN
from events.deadline import ClockNotArmed, DeadlineEvent
from events.dossier import IntegrityFlagRaised
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.facts import Fact
from rules.clocks.instants import Instant, Zone
from rules.clocks.planning import LegalContext, Plan, Planner, ahead_from, latest_from
from rules.clocks.state import Clock, Entry, StreamState
from rules.due.classify import Classification, class_of
from rules.errors import CalendarExhaustedError, InvalidPausesError, RulesError

_Fields = ParamSpec("_Fields")

DOSSIER = "dossier"
"""The clock of the whole dossier."""


class Note(Struct, frozen=True, gc=False):
    """Why a fact moved no clock although it might seem so. `code` is a stable word for it, `detail` what the rules said."""

    fact: Fact
    code: str
    detail: str = ""


class Change(Struct, frozen=True, gc=False):
    """One clock before and after a step: set going (no `before`), kept in another form, or gone (no `after`)."""

    before: Clock | None
    after: Clock | None
    is_ended: bool = False


class Trace(Struct, gc=False):
    """What an explanation wants to know beside what is emitted. It changes nothing."""

    changes: list[Change] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    late: list[tuple[str, Instant]] = field(default_factory=list)
    """Events that were recorded late, each with a limit that lies between its instants (DR-31)."""


class Transition(Struct, gc=False):
    """The present state of one stream and what was emitted since it began, by the calendar and rule set of its opening."""

    planner: Planner
    state: StreamState
    fact: Fact | None
    detected_at: Instant
    emitted: list[DerivedEvent]
    trace: Trace | None
    legal_context: LegalContext | None
    zone: Zone

    def require_legal_context(self) -> LegalContext:
        """The calendar and rule set. Only clocks ask, and there is none without a calendar."""
        assert self.legal_context is not None  # noqa: S101 a clock is only ever armed by a calendar
        return self.legal_context

    # Clocks.

    def put(self, clock: Clock) -> None:
        """Keep a clock in its new form, or a new one."""
        clocks = self.state.clocks
        for place, known in enumerate(clocks):
            if known.name == clock.name:
                self._changed(known, clock)
                self.state = replace(self.state, clocks=(*clocks[:place], clock, *clocks[place + 1 :]))
                return
        self._changed(None, clock)
        self.state = replace(self.state, clocks=(*clocks, clock))

    def drop(self, name: str, *, is_ended: bool = False) -> None:
        """Forget a clock. `is_ended`: what it times is done, so that it is judged."""
        clocks = self.state.clocks
        if self.trace is not None:
            self.trace.changes += [Change(one, None, is_ended=is_ended) for one in clocks if one.name == name]
        self.state = replace(self.state, clocks=tuple(one for one in clocks if one.name != name))

    def _changed(self, before: Clock | None, after: Clock) -> None:
        if self.trace is not None:
            self.trace.changes.append(Change(before, after))

    def armed(self, name: str, kind: Any, started_at: Instant, plan: Plan, term: Any, **about: Any) -> Clock:
        """A new clock of a plan, set going by the fact of this transition, and kept."""
        fact = self.caused_by()
        clock = Clock(
            name,
            kind,
            started_at,
            plan.effective_start_at,
            term.value if term else None,
            term.unit if term else None,
            original_due_at=plan.due_at,
            original_due_on=plan.due_on,
            original_rule=plan.rule,
            basis=plan.basis,
            lawful_due_at=plan.due_at,
            due_on=plan.due_on,
            promised_due_at=plan.due_at,
            latest_at=latest_from(plan, plan.effective_start_at),
            ahead=ahead_from(plan, plan.effective_start_at),
            armed_by=fact.event_id,
            armed_seq=fact.seq,
        )
        if about:
            clock = replace(clock, **about)
        self.put(clock)
        return clock

    def caused_by(self) -> Fact:
        """The fact of this transition. Time alone causes nothing that asks for it."""
        assert self.fact is not None  # noqa: S101 asked only while a fact is told
        return self.fact

    def moment(self, clock: Clock, at: Instant) -> int:
        """What of an instant counts for a clock: its local day, for hour terms the instant itself (DR-08)."""
        return at if clock.basis == "instant" else self.zone.local(at).toordinal()

    def class_at(self, clock: Clock, at: Instant) -> Classification:
        """The class of what a clock times, if it ends at an instant (DR-08)."""
        return class_of(self.moment(clock, at), clock.lawful_due_at if clock.basis == "instant" else clock.due_on)

    # What is emitted.

    def emit(
        self,
        clock: Clock,
        tag: str,
        kind: Callable[_Fields, DeadlineEvent],
        /,
        *_: _Fields.args,
        **fields: _Fields.kwargs,
    ) -> None:
        """Emit what the fact of this transition caused, of a kind with its fields."""
        self._emit(kind, fields, clock.name, clock.lawful_due_at, tag, self.caused_by().at)

    def emit_at(
        self, at: Instant, clock: Clock, tag: str, kind: Callable[_Fields, DeadlineEvent], /,
        *_: _Fields.args, **fields: _Fields.kwargs,
    ) -> None:  # fmt: skip
        """The same, as having happened at another instant."""
        self._emit(kind, fields, clock.name, clock.lawful_due_at, tag, at)

    def emit_due(
        self, at: Instant, clock: Clock, tag: str, kind: Callable[_Fields, DeadlineEvent], /,
        *_: _Fields.args, **fields: _Fields.kwargs,
    ) -> None:  # fmt: skip
        """Emit what the passing of time brought: it follows from the event that gave the clock its due date."""
        self._emit_passed(at, clock, tag, kind, fields, (clock.armed_seq, clock.armed_by))

    def emit_waited(
        self, at: Instant, clock: Clock, entry: Entry, kind: Callable[_Fields, DeadlineEvent], /,
        *_: _Fields.args, **fields: _Fields.kwargs,
    ) -> None:  # fmt: skip
        """Emit what the passing of time brought to a clock that stands still: it follows from the request."""
        self._emit_passed(at, clock, f":{entry.opened_by}", kind, fields, (entry.opened_seq, entry.opened_by))

    def _emit_passed(
        self,
        at: Instant,
        clock: Clock,
        tag: str,
        kind: Callable[..., DeadlineEvent],
        fields: dict[str, Any],
        follows_from: tuple[int, str],
    ) -> None:
        state, (seq, causation_id) = self.state, follows_from
        self.emitted.append(
            DerivedEvent(
                kind=kind,
                fields=fields,
                subject=state.subject,
                zone=self.zone,
                clock=clock.name,
                due_at=clock.lawful_due_at,
                tag=tag,
                at=at,
                seq=seq,
                causation_id=causation_id,
                is_history=at <= state.history_at,
                detected_at=self.detected_at,
                unit_id=state.holder_unit_id,
            )
        )

    def emit_verdict(self, judged_at: Instant, tag: str, kind: type[DeadlineEvent], fields: dict[str, Any]) -> None:
        """Emit what was judged about the dossier as a whole, its fields in the order of the class; also without a clock."""
        self._emit(kind, fields, DOSSIER, judged_at, tag, self.caused_by().at)

    def note(self, code: str, detail: str = "") -> None:
        """Tell an explanation that the fact of this transition moves nothing, and why."""
        if self.trace is not None:
            self.trace.notes.append(Note(self.caused_by(), code, detail))

    def flag(self, kind: Any, rule: str, detail: str, code: str = "") -> None:
        """The fact of this transition contradicts what is known: say which rule it breaks; the state stays as it was.

        `code`: a word for it to an explanation, where the rule itself names none.
        """
        fact = self.caused_by()
        self.note(code or rule.removeprefix(FORBIDDEN), detail if code else "")
        fields = {"kind": kind, "rule": rule, "detail": detail, "target_event_id": fact.event_id}
        self._emit(IntegrityFlagRaised, fields, DOSSIER, fact.at, f":{rule}:{fact.event_id}", fact.at)

    def not_armed(self, name: str, kind: Any, code: Any, reason: str) -> None:
        """A clock can't run: an alert to the administrator (AL-7)."""
        fact = self.caused_by()
        self.note("not-armed", reason)
        fields = {"clock": name, "clock_kind": kind, "code": code, "reason": reason}
        self._emit(ClockNotArmed, fields, name, fact.at, f":{fact.event_id}", fact.at)

    def not_armed_by(self, name: str, kind: Any, error: RulesError) -> None:
        """The same, for what the rules refused."""
        code = "contradiction" if isinstance(error, InvalidPausesError) else "no_term"
        self.not_armed(
            name, kind, "calendar_exhausted" if isinstance(error, CalendarExhaustedError) else code, str(error)
        )

    def _emit(
        self,
        kind: Callable[..., DeadlineEvent],
        fields: dict[str, Any],
        clock: str,
        due_at: Instant,
        tag: str,
        at: Instant,
    ) -> None:
        fact, state = self.caused_by(), self.state
        self.emitted.append(
            DerivedEvent(
                kind=kind,
                fields=fields,
                subject=state.subject,
                zone=self.zone,
                clock=clock,
                due_at=due_at,
                tag=tag,
                at=at,
                seq=fact.seq,
                causation_id=fact.event_id,
                is_history=fact.is_history,
                detected_at=self.detected_at,
                unit_id=state.holder_unit_id,
            )
        )

    def dues(self, clock: Clock) -> dict[str, Any]:
        """The fields that every derived event about a clock has (DR-25, CAL-6)."""
        local = self.zone.local
        fields = {
            "clock": clock.name,
            "clock_kind": clock.kind,
            "original_due_at": local(clock.original_due_at),
            "lawful_due_at": local(clock.lawful_due_at),
            "promised_due_at": local(clock.promised_due_at),
            "due_on": date.fromordinal(clock.due_on),
        }
        if self.legal_context is not None and self.legal_context.is_provisional(clock):
            fields["is_provisional"] = True
        return fields


def transition_of(
    planner: Planner,
    state: StreamState,
    fact: Fact | None,
    detected_at: Instant,
    emitted: list[DerivedEvent],
    trace: Trace | None = None,
) -> Transition:
    """A transition that begins with a state."""
    legal_context = planner.legal_context(state.subject)
    zone = planner.default_zone if legal_context is None else legal_context.zone
    return Transition(planner, state, fact, detected_at, emitted, trace, legal_context, zone)


Handler = Callable[[Transition, Any], None]
"""What a fact does to the state of its stream."""
