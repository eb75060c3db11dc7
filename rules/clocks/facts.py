"""The few things that a clock depends on, as read from the events of one stream (a dossier, or a citizen's feedback).

A fact says which event told it, when it happened (`at`), when it became known (`known_at`: the time of the record in the
log, which a replay reads again) and whether it was taken over from another register. Instants are whole microseconds UTC.
"""

from msgspec import Struct

from events.deadline import PauseCause
from rules.clocks.instants import Instant
from rules.due.sub_clocks import FeedbackStage
from rules.due.terms import TermUnit


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """Common to all; by itself it is an event that says nothing to any clock, but has its place in the stream.

    The day of opening and the unit are read where a stream may begin with the fact.
    """

    seq: int
    event_id: str
    event_type: str
    at: Instant
    known_at: Instant
    is_history: bool = False
    opened_on: int = 1
    unit_id: int = 0


class Order(Fact, frozen=True, kw_only=True):
    """What an office orders about a dossier: it may bear an earlier date without anything of the past being on its way."""


class TermGiven(Struct, frozen=True, array_like=True, gc=False):
    """A term as an event states it."""

    value: int
    unit: TermUnit


class Opening(Fact, frozen=True, kw_only=True):
    """A first event: what the stream's deadline events repeat of it."""

    dossier_code: str | None = None
    procedure_code: str | None = None
    calendar_id: str | None = None


class Submitted(Opening, frozen=True, kw_only=True):
    """An online submission: the intake clock starts (DR-10)."""

    round_no: int = 1


class Accepted(Opening, frozen=True, kw_only=True):
    """The dossier's own clock starts (DR-01 to DR-09)."""

    term: TermGiven | None = None
    appointment_at: Instant | None = None


class FeedbackReceived(Opening, frozen=True, kw_only=True):
    """A citizen's feedback: answered within so many working days (QĐ 766, 5.2)."""


class IntakeAnswered(Fact, frozen=True, kw_only=True):
    """Guidance or a refusal: the counter has answered the submission."""

    is_rejected: bool


class Transferred(Fact, frozen=True, kw_only=True):
    """Another unit holds the dossier from now on."""

    to_unit_id: int
    due_back_at: Instant | None = None


class TransferReceived(Fact, frozen=True, kw_only=True):
    """The other side has the dossier in hand."""


class TransferRefused(Fact, frozen=True, kw_only=True):
    """The dossier goes back to the unit that handed it over."""


class Reassigned(Order, frozen=True, kw_only=True):
    """A reorganisation gives the dossier to another unit; nothing due moves (DR-28)."""

    to_unit_id: int


class StepStarted(Fact, frozen=True, kw_only=True):
    """A step begins, with a budget or a due instant of its own, or none (DR-12)."""

    step_code: str
    officer_id: str | None = None
    responsible_unit_id: int | None = None
    budget: TermGiven | None = None
    due_at: Instant | None = None


class StepCompleted(Fact, frozen=True, kw_only=True):
    """A step is done."""

    step_code: str


class ConsultationRequested(Fact, frozen=True, kw_only=True):
    """Another agency is asked; the dossier's clock runs on (DR-14)."""

    document_no: str
    agency_unit_id: int | None = None
    term: TermGiven | None = None
    due_at: Instant | None = None


class ConsultationAnswered(Fact, frozen=True, kw_only=True):
    """The agency that was asked under this number answered; its clock ends (DR-14)."""

    document_no: str


class PauseOpened(Fact, frozen=True, kw_only=True):
    """The citizen is waited for: a supplement, or a financial duty where the procedure says so (DR-20 to DR-24)."""

    cause: PauseCause


class PauseClosed(Fact, frozen=True, kw_only=True):
    """The citizen has done it. `is_payment`: a payment, which may as well be an ordinary fee."""

    cause: PauseCause
    is_payment: bool = False


class Extended(Fact, frozen=True, kw_only=True):
    """A special law allows a later due date (DR-25)."""

    new_due_at: Instant
    legal_basis: str


class CalendarChanged(Order, frozen=True, kw_only=True):
    """This open dossier's clocks count by another version of its calendar from now on (DR-27)."""

    calendar_id: str
    old_version: str
    new_version: str
    reason: str


class LatenessForeseen(Fact, frozen=True, kw_only=True):
    """The unit itself says that it will be late (AR-01)."""


class Apologised(Fact, frozen=True, kw_only=True):
    """A letter left; it may name a new date (DR-26, AR-05)."""

    new_promised_at: Instant | None = None


class ApologyWaived(Order, frozen=True, kw_only=True):
    """The obligation was lifted."""


class EscalationAcknowledged(Fact, frozen=True, kw_only=True):
    """Somebody took an escalation on (AL-5)."""

    rung: str


class Ended(Fact, frozen=True, kw_only=True):
    """The dossier's clock stops; `recorded_at` shows whether it was reported in time (DR-31)."""

    recorded_at: Instant


class Reopened(Fact, frozen=True, kw_only=True):
    """The dossier goes on after its end."""


class BackdatingApproved(Order, frozen=True, kw_only=True):
    """A head of unit approves an ending that was recorded late (DR-31)."""

    target_event_id: str


class FeedbackAct(Fact, frozen=True, kw_only=True):
    """What was done with feedback, and the stage whose time limit it keeps or misses."""

    stage: FeedbackStage
