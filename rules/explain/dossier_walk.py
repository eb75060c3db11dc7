"""Walk through the facts of one stream and keep its clocks: what an explanation is made of, and nothing that is only said.

A second hand beside the deadline processor: the same rules, no words, rungs or obligations, and the whole life at once. What it
comes to must be what was said at the time. What moves due dates stands in `dossier_moves`. Mutable inside, pure outside.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from rules.book.procedures import Procedure, ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.sub_clocks import agency_due, consultation_due, feedback_due, intake_due, step_due, transfer_due
from rules.due.supplement import Ledger
from rules.due.terms import Due, Term, appointment, due
from rules.errors import RulesError
from rules.explain.dossier_facts import (
    Accepted,
    Ended,
    Fact,
    FeedbackAct,
    GivenTerm,
    Opening,
    RecordedDue,
    StepStarted,
    Submitted,
    Transferred,
    term_of,
)

DOSSIER = "dossier"
_SECOND = timedelta(seconds=1)
_LONG_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change of the due dates of a clock, and the fact that caused it; `cause` of the first one is `set`."""

    fact: Fact
    cause: str
    rule: str
    lawful_due_at: datetime
    promised_due_at: datetime


@dataclass(slots=True, kw_only=True)
class WalkedClock:
    """One clock as it stands. `base` is its first due date counted by its present calendar, from which the ledger moves it.

    `counted` is the term in which the days are told, where that is another than the one that a new calendar would use.
    """

    name: str
    kind: str
    started_at: datetime
    term: Term | None
    counted: Term | None
    original: Due
    base: Due
    lawful: Due
    promised_at: datetime
    running_from_at: datetime
    first_calendar: Calendar
    calendar: Calendar
    rule_set: RuleSet
    ledger: Ledger = ()
    moves: list[Move] = field(default_factory=list)
    step_code: str = ""
    is_paused: bool = False
    is_breached: bool = False
    is_over: bool = False
    ended: Fact | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A fact that moved no clock although it might seem so, or something that can't be as it was recorded."""

    fact: Fact
    code: str
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Walk:
    """One stream under way: its clocks, open and over, its ledger, and what was noted."""

    rulebook: Rulebook
    procedures: ProcedureCatalogue
    recorded: tuple[RecordedDue, ...] = ()
    clocks: list[WalkedClock] = field(default_factory=list)
    ledger: Ledger = ()
    causes: list[str] = field(default_factory=list)
    stopping: list[bool] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    opening: Opening | None = None
    calendar: Calendar | None = None
    rule_set: RuleSet | None = None
    is_accepted: bool = False
    ending: Fact | None = None
    reappointments: int = 0
    approved: set[str] = field(default_factory=set)
    before: Fact | None = None

    # What is asked of it.

    def open_clocks(self, *kinds: str) -> list[WalkedClock]:
        """The clocks that run or wait, of some kinds or of all."""
        return [clock for clock in self.clocks if not clock.is_over and (not kinds or clock.kind in kinds)]

    def dossier(self) -> WalkedClock | None:
        """The dossier's own clock; it goes on to stand when it has ended."""
        return next((clock for clock in self.clocks if clock.kind == DOSSIER and not clock.problem), None)

    def pins(self) -> tuple[Calendar, RuleSet]:
        """The calendar and rule set of the stream. Only clocks ask."""
        assert self.calendar is not None and self.rule_set is not None  # noqa: S101, PT018 fixed by the opening
        return self.calendar, self.rule_set

    def procedure(self) -> Procedure | None:
        """The procedure in its version of the opening day."""
        opening = self.opening
        if opening is None or not opening.procedure_code:
            return None
        return self.procedures.find(opening.procedure_code, opening.opened_on)

    def note(self, fact: Fact, code: str, detail: str = "") -> None:
        """Keep in mind that a fact moved nothing, and why."""
        self.notes.append(Note(fact=fact, code=code, detail=detail))

    def pass_time(self, fact: Fact) -> None:
        """What fell due before a fact became known was breached; for what is told long afterwards, before it happened."""
        before = self.before
        is_late_told = before is None or before.is_history or before.known_at - before.at > _LONG_AFTER
        passed = fact.at if fact.is_history or is_late_told else max(fact.known_at - _SECOND, fact.at)
        for clock in self.open_clocks():
            if not clock.is_paused and clock.lawful.due_at < passed:
                clock.is_breached = True
        self.before = fact

    # Beginnings.

    def pin(self, opening: Opening) -> None:
        """Fix calendar and rule set: those that the words of the time name, else those that were known then (DR-28)."""
        said = next((one for one in self.recorded if one.seq == opening.seq and one.calendar_version), None)
        calendar_id = opening.calendar_id or self.rulebook.calendar_id_for_unit(opening.unit_id, opening.opened_on)
        self.rule_set = self.rulebook.rule_set_for(opening.opened_on)
        self.calendar = None
        if said is not None:
            try:
                self.rule_set = self.rulebook.rule_set(said.rule_set_id)
                self.calendar = self.rulebook.calendar(said.calendar_id, said.calendar_version)
            except RulesError as error:
                self.note(opening, "unknown-version", str(error))
        if self.calendar is None:
            try:
                self.calendar = self.rulebook.calendar(calendar_id, known_at=opening.known_at)
            except RulesError as error:
                self.note(opening, "unknown-calendar", str(error))
        self.opening = opening

    def submitted(self, fact: Submitted) -> None:
        """The intake clock of one round (DR-10)."""
        calendar, rule_set = self.pins()
        hours = Term(value=rule_set.intake_working_hours, unit="hour")
        self.start(f"intake:{fact.round_no}", "intake", fact, intake_due(calendar, fact.at, rule_set), hours)

    def accepted(self, fact: Accepted) -> None:
        """The dossier's own clock, and that of its transfer where the procedure has one."""
        calendar, rule_set = self.pins()
        self.is_accepted = True
        procedure, term = self.procedure(), term_of(fact.term)
        if fact.appointment_at is not None:
            answer = appointment(calendar, fact.at, fact.appointment_at)
            self.start(DOSSIER, DOSSIER, fact, answer, term)
        else:
            term = term or (procedure.term() if procedure else None)
            if term is None:
                self.note(fact, "no-term")
                return
            self.start(DOSSIER, DOSSIER, fact, due(calendar, fact.at, term, rule_set), term)
        if procedure is not None and procedure.has_transfer_clock:
            self.start("transfer", "transfer", fact, transfer_due(calendar, fact.at, rule_set), None)

    def feedback(self, kind: str, fact: Fact, started_at: datetime) -> WalkedClock:
        """One stage of a citizen's feedback (QĐ 766, 5.2)."""
        calendar, rule_set = self.pins()
        stage = kind.removeprefix("feedback_")
        answer = feedback_due(calendar, started_at, stage, rule_set)  # type: ignore[arg-type]  # a stage by its name
        days = calendar.working_days_between(answer.effective_start_at.date(), answer.due_on)
        clock = self.start(kind, kind, fact, answer, None)
        clock.counted, clock.started_at = Term(value=days, unit="working_day"), calendar.local(started_at)
        return clock

    def start(self, name: str, kind: str, fact: Fact, answer: Due, term: Term | None) -> WalkedClock:
        """Set a clock going; one of the same name that was open is replaced, as a second request by the same number is."""
        calendar, rule_set = self.pins()
        for clock in self.open_clocks():
            if clock.name == name:
                clock.is_over = True
        clock = WalkedClock(
            name=name,
            kind=kind,
            started_at=calendar.local(fact.at),
            term=term,
            counted=term,
            original=answer,
            base=answer,
            lawful=answer,
            promised_at=answer.due_at,
            running_from_at=answer.effective_start_at,
            first_calendar=calendar,
            calendar=calendar,
            rule_set=rule_set,
        )
        clock.moves.append(
            Move(fact=fact, cause="set", rule=answer.rule, lawful_due_at=answer.due_at, promised_due_at=answer.due_at)
        )
        self.clocks.append(clock)
        return clock

    # Parts of the way.

    def transferred(self, fact: Transferred) -> None:
        """The transfer is done; an agency in a chain, or one that was told a day, has a clock of its own (DR-13)."""
        self.end(fact, self.open_clocks("transfer", "agency"))
        dossier, opening = self.dossier(), self.opening
        if dossier is None or opening is None or self.ending is not None:
            return
        calendar, rule_set = self.pins()
        procedure = self.procedure()
        name = f"agency:{fact.to_unit_id}#{fact.seq}"
        if fact.due_back_at is not None:
            self.start(name, "agency", fact, appointment(calendar, fact.at, fact.due_back_at), None)
        elif procedure is not None and procedure.agency_legs and fact.to_unit_id != opening.unit_id:
            self.start(name, "agency", fact, agency_due(calendar, dossier.lawful, fact.at, rule_set), None)

    def step_started(self, fact: StepStarted) -> None:
        """A step with a budget or a due instant (DR-12)."""
        if self.ending is not None:
            return
        calendar, rule_set = self.pins()
        name = f"step:{fact.step_code}#{fact.seq}"
        if fact.due_at is not None:
            answer = replace(appointment(calendar, fact.at, fact.due_at), rule="DR-12")
            self.start(name, "step", fact, answer, None).step_code = fact.step_code
            return
        procedure = self.procedure()
        steps = procedure.steps if procedure else ()
        budget = term_of(fact.budget) or next((one.budget for one in steps if one.code == fact.step_code), None)
        if budget is not None:
            answer = step_due(calendar, fact.at, budget, rule_set)
            self.start(name, "step", fact, answer, budget).step_code = fact.step_code

    def consulted(self, fact: Fact, document_no: str, given: GivenTerm | None, by: datetime | None) -> None:
        """Another agency is asked; the dossier's clock runs on (DR-14)."""
        if self.ending is not None:
            return
        calendar, rule_set = self.pins()
        term = term_of(given)
        answer = consultation_due(calendar, fact.at, term, by, rule_set)
        if answer is not None:
            self.start(f"consultation:{document_no}", "consultation", fact, answer, None if by else term)

    def feedback_act(self, fact: FeedbackAct) -> None:
        """A stage was reached: refusal and supplement are judged now, answer and publication are clocks."""
        received = next(iter(self.open_clocks("feedback_answer")), None)
        if fact.stage in ("refusal", "supplement") and received is not None:
            self.end(fact, [self.feedback(f"feedback_{fact.stage}", fact, received.started_at)])
        if fact.stage in ("refusal", "answer") and received is not None:
            self.end(fact, [received])
        if fact.stage == "answer":
            self.feedback("feedback_publication", fact, fact.at)
        if fact.stage == "publication":
            self.end(fact, self.open_clocks("feedback_publication"))

    # Endings.

    def end(self, fact: Fact, clocks: Iterable[WalkedClock]) -> None:
        """These clocks stop with this fact."""
        for clock in clocks:
            clock.is_over, clock.ended = True, fact

    def ended(self, fact: Ended) -> None:
        """The dossier's clock stops, and with it every part; only those that the ending itself ends are judged by it."""
        self.ending = fact
        self.end(fact, self.open_clocks("transfer", "agency", DOSSIER))
        for clock in self.open_clocks():
            clock.is_over = True

    def broken(self, clock: WalkedClock, error: RulesError) -> None:
        """A clock whose due date the rules can't give any more (AL-7)."""
        clock.is_over = True
        clock.problem = str(error)
