"""What the clock concluded: the events of the topic `deadline-events` (domain.md 4.2 A, C, E).

They are stored facts (B9) with deterministic ids (B10): `time` is the instant at which the thing fell due or was caused,
`recordedat` the instant at which it was detected. Three due dates are kept apart (DR-25): `original_due_at` never changes,
`lawful_due_at` is what counts, `promised_due_at` is what the citizen was last told. `due_on` is the lawful due day in the
calendar's zone. Nothing here is written by a person.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from events.dossier import DossierData, GivenTerm

ClassifyBy = Literal["date", "instant"]
"""DR-08: day terms and given appointments are judged by local date, hour terms by instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineData(DossierData):
    """Common to every conclusion: which clock, and the three due dates as they stand after it (DR-25)."""

    clock: str
    original_due_at: datetime
    lawful_due_at: datetime
    promised_due_at: datetime
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSet(DeadlineData):
    """Ấn định hạn: the clock started; with everything needed to redo the sum by hand."""

    accepted_at: datetime
    effective_start_at: datetime
    term: GivenTerm | None = None
    given_by: Literal["rules", "source_system"]
    computed_due_at: datetime | None = None
    classify_by: ClassifyBy
    policy: Literal["restart", "pause", "qd766"]
    procedure_code: str
    calendar_id: str
    calendar_version: str
    rule_set_version: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMoved(DeadlineData):
    """Hạn thay đổi: by a lawful clock event, or (promise only) by an apology's re-appointment."""

    cause: Literal["supplement_completed", "reappointment"]
    rule: str
    previous_lawful_due_at: datetime
    previous_promised_due_at: datetime
    pause_due_at: datetime | None = None
    restart_due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineNearDue(DeadlineData):
    """Sắp đến hạn: a rung of the ladder was reached (domain.md 4.6); at most once per clock and rung (AL-1)."""

    rung: str
    rung_at: datetime
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierBreached(DeadlineData):
    """Quá hạn: the lawful due date passed with the clock running (rung B0)."""

    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyRequired(DeadlineData):
    """Phải xin lỗi: owed because of the breach; should have been sent by `latest_at` (AR-01, AR-02)."""

    latest_at: datetime
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMet(DeadlineData):
    """Xong trong hạn: the dossier ended early or on time."""

    ended_at: datetime
    ended_by: str
    outcome: Literal["early", "on_time"]


DeadlineEvent = DeadlineSet | DeadlineMoved | DeadlineNearDue | DossierBreached | ApologyRequired | DeadlineMet
"""Everything the deadline processor can say."""
