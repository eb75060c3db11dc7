"""All that is kept about one stream (a dossier, or a citizen's feedback): its clocks, and what they stand on.

Structs of plain values, so that a row is written and read in a microsecond; instants are whole microseconds UTC, days are
ordinals. Only what was durable before is in a stored state (ADR 0012), so nothing here remembers words that may be lost.
"""

from msgspec import Struct
from msgspec.structs import replace

from events.deadline import ClockKind, PauseCause
from events.dossier import TermUnit
from rules.clocks.facts_by_theme.fact import TermGiven
from rules.clocks.holding import Holding
from rules.clocks.instants import Instant
from rules.due.terms import Basis

NEVER: Instant = 2**62
"""Later than anything that can fall due."""


class Wake(Struct, frozen=True, array_like=True, gc=False):
    """Something that is still to be said when an instant has passed: A1..A4, AP, B0..B3, SB."""

    name: str
    at: Instant


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """One line of the ledger: a pause (`until` None while it is open) or, without a cause, an extension until `until`.

    `at` and `until` are the instants that count. `said_at` and `said_until` (of a pause) are those that its events bear;
    `late_at` is when the event that opened it was recorded, while it is judged by that (DR-31; 0: by what it bears).
    `opened_*` and `closed_by` name those events. `is_answered`: what closed it was an answer and no ending (B18).
    `paid_vnd` of `amount_vnd` came in since a financial duty was requested; `reply_by` is the last day to answer (0: none).
    """

    cause: PauseCause | None
    at: Instant
    until: Instant | None
    stops: bool
    legal_basis: str = ""
    opened_by: str = ""
    opened_seq: int = 0
    closed_by: str = ""
    said_at: Instant = 0
    said_until: Instant | None = None
    late_at: Instant = 0
    is_answered: bool = True
    amount_vnd: int = 0
    paid_vnd: int = 0
    reply_by: int = 0

    @property
    def restarts(self) -> bool:
        """Whether RESTART begins anew with its end: there was an answer (B18), and it came after what is judged to be asked."""
        return self.is_answered and (self.said_until is None or self.said_until >= self.at)


class Clock(Struct, frozen=True, array_like=True, gc=False):
    """One clock: start, term, three due dates (DR-25), and what lies ahead of it.

    `original_*` and the basis never change, start and term only where a correction makes it due earlier (B20). `armed_*` name
    the event that gave it its present due date, or set it going again (AL-2). `said` are the rungs that are not to be said
    again (AL-1, AL-3). `step_code` and the responsible ones are for parts of the way.
    `base_due_at` is the first due date by the calendar that counts, where an order replaced that (0: as `original_due_at`).
    `stated_due_at` is the date that a source stated, as it stated it (B15; 0: none), so that another calendar can read it anew.
    `reply_by_at` is until when the citizen may answer while it waits for him (B17; 0: nobody said, or that has passed).
    """

    name: str
    kind: ClockKind
    started_at: Instant
    effective_start_at: Instant
    term_value: int | None
    term_unit: TermUnit | None
    original_due_at: Instant
    original_due_on: int
    original_rule: str
    basis: Basis
    lawful_due_at: Instant
    due_on: int
    promised_due_at: Instant
    latest_at: Instant
    ahead: tuple[Wake, ...]
    armed_by: str
    armed_seq: int
    emitted: tuple[str, ...] = ()
    is_paused: bool = False
    is_breached: bool = False
    step_code: str | None = None
    unit_id: int = 0
    officer_id: str | None = None
    base_due_at: Instant = 0
    stated_due_at: Instant = 0
    reply_by_at: Instant = 0


class Obligation(Struct, frozen=True, array_like=True, gc=False):
    """What is owed for one lawful due date that was missed (AR-08): due and latest instant, and who held the dossier then.

    `sent_at` is when the first letter for it left (0: none), `is_lapsed` that it is not needed after all.
    """

    due_at: Instant
    due_on: int
    latest_at: Instant
    holder_unit_id: int
    sent_at: Instant = 0
    is_waived: bool = False
    is_lapsed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a letter is still missing."""
        return not (self.is_lapsed or self.is_waived or self.sent_at)


class Apology(Struct, frozen=True, array_like=True, gc=False):
    """The obligations to apologise (AR-01 to AR-11, B19), in order of their due dates, and the re-appointments given.

    `is_pending`: lateness is in view for the due date that lies ahead. `sent_at` (0: none) and `is_waived` are what came
    while nothing was open: it counts for the next due date that is missed. `letters` are the letters, each with the id of its
    event and the instant by which it counts. `untold_until`: of what fell due before it nobody kept letters (AR-13).
    """

    is_pending: bool = False
    obligations: tuple[Obligation, ...] = ()
    sent_at: Instant = 0
    is_waived: bool = False
    reappointments: int = 0
    letters: tuple[tuple[str, Instant], ...] = ()
    untold_until: Instant = 0

    def of(self, due_at: Instant) -> Obligation | None:
        """The obligation of a due date, also one that lapsed."""
        for one in self.obligations:
            if one.due_at == due_at:
                return one
        return None

    def standing(self, due_at: Instant) -> Obligation | None:
        """The same, unless it lapsed."""
        found = self.of(due_at)
        return None if found is None or found.is_lapsed else found

    @property
    def open(self) -> tuple[Obligation, ...]:
        """Those of which a letter is still missing."""
        obligations = self.obligations
        return tuple([one for one in obligations if one.is_open]) if obligations else ()

    @property
    def is_required(self) -> bool:
        """Whether any obligation stands, whatever was done about it."""
        obligations = self.obligations
        return any(not one.is_lapsed for one in obligations) if obligations else False


class Escalation(Struct, frozen=True, array_like=True, gc=False):
    """The latest rung after the breach that was raised, and until when it had to be acknowledged (AL-5)."""

    rung: str
    acknowledge_by: Instant
    is_acknowledged: bool = False


class Ending(Struct, frozen=True, array_like=True, gc=False):
    """How the dossier's clock ended; `is_backdated` until a second person approves (DR-31), `is_approved` from then on.

    `uncorrected_at` is when it was recorded to have happened, where a correction put a later `at` in its place (0: none did).
    `waits_from` is from when on the time until a reopening is a wait: also that is judged by the recording, where a due
    instant lies between (DR-24, DR-31).
    """

    event_id: str
    event_type: str
    seq: int
    at: Instant
    known_at: Instant
    is_backdated: bool = False
    recorded_at: Instant = 0
    is_approved: bool = False
    waits_from: Instant = 0
    uncorrected_at: Instant = 0


class LateRecord(Struct, frozen=True, array_like=True, gc=False):
    """An event that was recorded late and is not approved (DR-31), with both instants and the parts that it ended."""

    event_id: str
    event_type: str
    at: Instant
    recorded_at: Instant
    parts: tuple[Clock, ...] = ()


class Subject(Struct, frozen=True, array_like=True, gc=False):
    """What every deadline event of the stream repeats, and the calendar and rule set fixed at its opening (DR-28)."""

    opened_on: int
    unit_id: int
    dossier_code: str | None
    procedure_code: str | None
    calendar_id: str
    calendar_version: str
    rule_set_id: str


class Acceptance(Struct, frozen=True, array_like=True, gc=False):
    """What an acceptance says, as its corrections leave it (B20): its clock may still count by what was said first."""

    event_id: str
    at: Instant
    unit_id: int
    procedure_code: str | None = None
    term: TermGiven | None = None
    appointment_at: Instant | None = None


class StreamState(Struct, frozen=True, array_like=True, gc=False):
    """One stream after its event `seq`.

    `known_at` is when its latest event became known, `history_at` when the latest event did that was taken over from
    another register (0: never), `catching_up_at` the same for those that were reported long afterwards too.
    `next_at` is the next instant at which to look at it by itself. `aside`: why the stream was put aside (TIME-8), else empty.
    `is_history_turn`: history opened it, and no live event has come into it (B14). `late_records` wait for an approval.
    `acceptance` is kept for what corrects it, as are the ids of the events that named the holder and who handed it over.
    `links` are the beginnings of the hashes of its latest events, 16 bytes each, that of `seq` the last (empty: not known yet).
    """

    seq: int
    known_at: Instant
    history_at: Instant
    next_at: Instant
    subject: Subject
    holder_unit_id: int
    clocks: tuple[Clock, ...] = ()
    ledger: tuple[Entry, ...] = ()
    apology: Apology = Apology()
    escalation: Escalation | None = None
    ending: Ending | None = None
    is_accepted: bool = False
    given_by_unit_id: int = 0
    officer_id: str | None = None
    catching_up_at: Instant = 0
    aside: str = ""
    is_history_turn: bool = False
    late_records: tuple[LateRecord, ...] = ()
    acceptance: Acceptance | None = None
    holder_event_id: str = ""
    given_by_event_id: str = ""
    links: bytes = b""

    @property
    def is_catching_up(self) -> bool:
        """Whether more of its past may still be on its way."""
        return self.catching_up_at == self.known_at

    def clock(self, name: str) -> Clock | None:
        """The clock of that name, while it is kept."""
        for clock in self.clocks:
            if clock.name == name:
                return clock
        return None


def holding(state: StreamState) -> Holding:
    """Who holds the dossier and who handed it over, with the events that said so."""
    return (state.holder_unit_id, state.holder_event_id), (state.given_by_unit_id, state.given_by_event_id)


def with_holding(state: StreamState, now: Holding) -> StreamState:
    """The state with another holder."""
    (holder, holder_event_id), (giver, given_by_event_id) = now
    return replace(
        state,
        holder_unit_id=holder,
        given_by_unit_id=giver,
        holder_event_id=holder_event_id,
        given_by_event_id=given_by_event_id,
    )
