"""What the clocks of one stream (a dossier, or a citizen's feedback) stand on: the plain facts that an explanation reads.

A fact says which event told it, when it happened (`at`) and when it was recorded (`known_at`). Facts come in the order of
the stream. Whoever has events makes facts of them; `dossier_explanation` makes sums of the facts. A `RecordedDue` is
what was said about a clock at the time; the sum is held against it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from rules.book.ruleset import PauseCause
from rules.due.sub_clocks import FeedbackStage
from rules.due.terms import Term, TermUnit

GivenTerm = tuple[int, str]
"""A term as an event states it: value and unit, not yet checked (DR-09)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Common to all; by itself it is an event that says nothing to any clock."""

    seq: int
    event_id: str
    event_type: str
    at: datetime
    known_at: datetime
    is_history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(Fact):
    """A first event, and what is fixed by it: calendar, rule set, procedure (DR-28)."""

    opened_on: date
    unit_id: int
    procedure_code: str | None = None
    calendar_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted(Opening):
    """An online submission (DR-10)."""

    round_no: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Opening):
    """The dossier's own clock starts, by a term or with an appointment (DR-01 to DR-09)."""

    term: GivenTerm | None = None
    appointment_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReceived(Opening):
    """A citizen's feedback (QĐ 766, 5.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeAnswered(Fact):
    """Guidance or a refusal; a refusal before any acceptance ends the stream."""

    is_rejected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Fact):
    """Another unit holds the dossier (DR-11, DR-13)."""

    to_unit_id: int
    due_back_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReceived(Fact):
    """The other side has it in hand (DR-11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRefused(Fact):
    """It goes back to who gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(Fact):
    """A step begins, with a budget or a due instant, or neither (DR-12)."""

    step_code: str
    budget: GivenTerm | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted(Fact):
    """A step is done."""

    step_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationRequested(Fact):
    """Another agency is asked (DR-14)."""

    document_no: str
    term: GivenTerm | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationAnswered(Fact):
    """It answered."""

    document_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseOpened(Fact):
    """The citizen is waited for (DR-20 to DR-24)."""

    cause: PauseCause


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseClosed(Fact):
    """The citizen has done it."""

    cause: PauseCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(Fact):
    """A special law allows a later due date (DR-25)."""

    new_due_at: datetime
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanged(Fact):
    """The open clocks count by another version of their calendar from now on (DR-27)."""

    calendar_id: str
    old_version: str
    new_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Apologised(Fact):
    """A letter left; it may name a new date (DR-26, AR-05)."""

    new_promised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Fact):
    """The dossier's clock stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Fact):
    """The dossier goes on after its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackdatingApproved(Fact):
    """A head of unit approves an ending that was recorded late (DR-31)."""

    target_event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackAct(Fact):
    """What was done with feedback."""

    stage: FeedbackStage


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDue:
    """What was said about a clock when it was set going or its due date moved; `seq` is the event that it followed from.

    Calendar and rule set are those that the words themselves name, empty where they name none.
    """

    clock: str
    clock_kind: str
    seq: int
    original_due_at: datetime
    lawful_due_at: datetime
    promised_due_at: datetime
    calendar_id: str = ""
    calendar_version: str = ""
    rule_set_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotArmed:
    """It was said that a clock can't run, and why (AL-7); `seq` is the event that it followed from."""

    clock: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFacts:
    """One stream: its facts in order, what was said about its clocks in order, and how people call it."""

    dossier_id: str
    dossier_code: str | None
    facts: tuple[Fact, ...]
    recorded: tuple[RecordedDue, ...] = ()
    not_armed: tuple[NotArmed, ...] = ()


def term_of(given: GivenTerm | None) -> Term | None:
    """A given term, checked. Raises InvalidTermError (DR-09)."""
    if given is None:
        return None
    value, unit = given
    known: TermUnit = unit  # type: ignore[assignment]  # Term checks it
    return Term(value=value, unit=known)
