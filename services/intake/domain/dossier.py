"""The state of one stream (a dossier or a feedback) as far as decisions need it, folded from its events (domain.md 4.3).

`evolve(state, event)` takes any recorded event and never refuses: what was recorded has happened. What an event of a theme
changes is the last case of the theme's `match`; only those that change something else are named. Whether something may be
recorded is decided in `services.intake.domain.decide`.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from events.clock_stops import ClockStopEvent
from events.control import ControlEvent
from events.corrections import corrected_attributes, receiver_of
from events.dossier import (
    ConsultationAnswered,
    ConsultationRequested,
    DossierAccepted,
    DossierCodeAssigned,
    DossierEvent,
    DossierReassignedByReorganisation,
    DossierReopened,
    DossierReturned,
    DossierSubmitted,
    DossierTransferred,
    DossierWithdrawn,
    EventCorrected,
    FeedbackReceived,
    FinancialObligationExempted,
    FinancialObligationRequested,
    IntakeGuidanceIssued,
    IntakeRejected,
    PaymentReceived,
    ProcessingStopped,
    ResultDelivered,
    ResultReadyAtCounter,
    SupplementCompleted,
    SupplementRequested,
    SystemOutageRecorded,
    TransferReceived,
    TransferRefused,
)
from events.envelope import Envelope
from events.errors import SchemaMismatchError
from events.feedback import FeedbackEvent
from events.handling import HandlingEvent
from events.lateness import LatenessEvent
from events.results import ResultEvent
from events.submission import SubmissionEvent
from rules.clocks.holding import Holding, handed_over, put_right, reassigned, received, refused
from services.intake.domain.known_events import KnownEvent, known_event_of
from services.intake.domain.stages import END_BY_CLASS, STAGE_BY_CLASS, FeedbackStage, Lifecycle, Waiting

Changes = dict[str, Any]


class DossierState(Struct, frozen=True, kw_only=True):
    """What is known of a stream after its latest event. `known_events` holds, by event id, what may be said about an event.

    `transferred_from_unit_id` names the unit that handed the dossier over while the other side has not confirmed it.
    `open_amount_vnd` is what is still to be paid of the financial duty that is waited for.
    `codes` are those of its acceptance and what was assigned since (DR-30).
    `held_by_event_ids` named the holder and who handed over, `accepted_event_id` is the acceptance: what corrects one of them
    puts it right (B20). `has_live_event` says that history
    has had its turn (B14).
    """

    dossier_id: str
    stream_seq: int
    last_hash: str
    opened_on: date
    procedure_code: str
    calendar_id: str | None
    held_by_unit_id: int
    lifecycle: Lifecycle
    last_clock_event_at: datetime
    accepted_at: datetime | None = None
    submission_rounds: int = 0
    is_submission_open: bool = False
    is_waiting_for_supplement: bool = False
    is_waiting_for_payment: bool = False
    open_amount_vnd: int = 0
    supplement_rounds: int = 0
    transferred_from_unit_id: int | None = None
    held_by_event_ids: tuple[str, str] = ("", "")
    accepted_event_id: str = ""
    codes: frozenset[str] = frozenset()
    open_consultations: frozenset[str] = frozenset()
    feedback_stage: FeedbackStage | None = None
    has_live_event: bool = False
    known_events: Mapping[str, KnownEvent] = field(default_factory=dict)

    @property
    def is_ended(self) -> bool:
        """Whether an ending event was recorded and the dossier was not reopened since."""
        return self.lifecycle not in ("submitted", "accepted", "in_processing", "feedback")

    @property
    def waiting_for(self) -> Waiting:
        """What the dossier waits for."""
        if self.is_waiting_for_supplement:
            return "supplement"
        return "financial_duty" if self.is_waiting_for_payment else "none"


def evolve(state: DossierState | None, envelope: Envelope, data: DossierEvent, event_hash: str) -> DossierState:
    """The state after one more recorded event, whose hash is given beside it because it is computed last."""
    before = state or _opened(envelope, data)
    return replace(
        before,
        stream_seq=envelope.stream_seq,
        last_hash=event_hash,
        has_live_event=before.has_live_event or not envelope.is_history,
        known_events={**before.known_events, envelope.event_id: known_event_of(data)},
        **_changes(before, envelope, data),
    )


def _opened(envelope: Envelope, data: DossierEvent) -> DossierState:
    return DossierState(
        dossier_id=envelope.dossier_id,
        stream_seq=0,
        last_hash="",
        opened_on=envelope.opened_on,
        procedure_code="",
        calendar_id=None,
        held_by_unit_id=envelope.unit_id,
        lifecycle="feedback" if isinstance(data, FeedbackReceived) else "submitted",
        last_clock_event_at=envelope.occurred_at,
    )


def _changes(state: DossierState, envelope: Envelope, data: DossierEvent) -> Changes:
    moved_on = {"last_clock_event_at": max(state.last_clock_event_at, envelope.occurred_at)}
    if isinstance(data, SubmissionEvent):
        return _by_submission(state, envelope, data) | moved_on
    if isinstance(data, HandlingEvent):
        return _by_handling(state, envelope, data)
    if isinstance(data, ClockStopEvent):
        return _by_clock_stop(state, data, moved_on)
    if isinstance(data, ResultEvent):
        return _by_result(state, data, moved_on)
    if isinstance(data, FeedbackEvent):
        return _by_feedback(data) | moved_on
    if isinstance(data, ControlEvent):
        if isinstance(data, DossierReassignedByReorganisation):
            return _held(reassigned(_holding(state), (data.new_unit_id, envelope.event_id)))
        if isinstance(data, DossierCodeAssigned):
            return {"codes": state.codes | {data.code}}
        return _corrected(state, data) if isinstance(data, EventCorrected) else {}
    if isinstance(data, LatenessEvent):
        return {}
    assert_never(data)


def _by_submission(state: DossierState, envelope: Envelope, data: SubmissionEvent) -> Changes:
    match data:
        case DossierSubmitted():
            about = {"procedure_code": data.procedure_code, "calendar_id": data.calendar_id}
            return {**about, "submission_rounds": data.round_no, "is_submission_open": True}
        case IntakeGuidanceIssued():
            return {"is_submission_open": False}
        case IntakeRejected():
            return {"is_submission_open": False, "lifecycle": "intake_rejected"}
        case DossierAccepted():
            return {
                "procedure_code": data.procedure_code,
                "calendar_id": data.calendar_id or state.calendar_id,
                "held_by_unit_id": envelope.unit_id,
                "held_by_event_ids": (envelope.event_id, ""),
                "accepted_event_id": envelope.event_id,
                "codes": frozenset({envelope.dossier_code} if envelope.dossier_code else ()),
                "lifecycle": "accepted",
                "accepted_at": envelope.occurred_at,
                "is_submission_open": False,
            }
        case _:
            return {}  # type: ignore[unreachable]  # until there is another event of the theme


def _by_handling(state: DossierState, envelope: Envelope, data: HandlingEvent) -> Changes:
    match data:
        case DossierTransferred():
            now = handed_over(_holding(state), (data.to_unit_id, envelope.event_id))
            return {**_processing(state), **_held(now)}
        case TransferReceived():
            return {**_processing(state), **_held(received(_holding(state)))}
        case TransferRefused():
            return _held(refused(_holding(state)))
        case ConsultationRequested():
            return {**_processing(state), "open_consultations": state.open_consultations | {data.document_no}}
        case ConsultationAnswered():
            return {"open_consultations": state.open_consultations - {data.document_no}}
        case _:
            return _processing(state)


def _by_clock_stop(state: DossierState, data: ClockStopEvent, moved_on: Changes) -> Changes:
    match data:
        case SupplementRequested():
            waiting = {"is_waiting_for_supplement": not state.is_ended, "supplement_rounds": data.round_no}
            return {**waiting, **_processing(state), **moved_on}
        case SupplementCompleted():
            return {"is_waiting_for_supplement": False, **moved_on}
        case FinancialObligationRequested():
            return {
                **_owing(0 if state.is_ended else state.open_amount_vnd or data.amount_vnd),
                **_processing(state),
                **moved_on,
            }
        case FinancialObligationExempted():
            return {**_owing(0), **moved_on}
        case PaymentReceived():
            paid = _owing(max(0, state.open_amount_vnd - data.amount_vnd))
            return {**paid, **moved_on} if state.is_waiting_for_payment else {}
        case SystemOutageRecorded():
            return {}
        case _:
            return moved_on


def _owing(amount_vnd: int) -> Changes:
    return {"is_waiting_for_payment": amount_vnd > 0, "open_amount_vnd": amount_vnd}


def _by_result(state: DossierState, data: ResultEvent, moved_on: Changes) -> Changes:
    match data:
        case ResultReadyAtCounter() | DossierWithdrawn() | ProcessingStopped() | DossierReturned():
            return {} if state.is_ended else _ended(state, END_BY_CLASS[type(data)]) | moved_on
        case ResultDelivered():
            return {"lifecycle": "delivered"}
        case DossierReopened():
            return {"lifecycle": "in_processing", **moved_on} if state.is_ended else {}
        case _:
            return _processing(state)


def _by_feedback(data: FeedbackEvent) -> Changes:
    stage = STAGE_BY_CLASS.get(type(data))
    return {"feedback_stage": stage} if stage else {}


def _processing(state: DossierState) -> Changes:
    return {"lifecycle": "in_processing"} if state.lifecycle == "accepted" else {}


def _holding(state: DossierState) -> Holding:
    holder_event_id, giver_event_id = state.held_by_event_ids
    return (state.held_by_unit_id, holder_event_id), (state.transferred_from_unit_id or 0, giver_event_id)


def _held(now: Holding) -> Changes:
    (holder, holder_event_id), (giver, giver_event_id) = now
    return {
        "held_by_unit_id": holder,
        "transferred_from_unit_id": giver or None,
        "held_by_event_ids": (holder_event_id, giver_event_id),
    }


def _corrected(state: DossierState, data: EventCorrected) -> Changes:
    """What decisions need of a corrected event: when the dossier was accepted, by which unit, and who holds it (B20)."""
    fields, is_acceptance = data.corrected_fields, data.target_event_id == state.accepted_event_id
    changes: Changes = {}
    unit_id = receiver_of(fields, is_acceptance=is_acceptance)
    if unit_id is not None:
        changes = _held(put_right(_holding(state), data.target_event_id, unit_id))
    if is_acceptance:
        with suppress(SchemaMismatchError):  # what was recorded before its values were asked about
            changes |= {"accepted_at": corrected_attributes(fields).get("occurred_at", state.accepted_at)}
    return changes


def _ended(state: DossierState, lifecycle: Lifecycle) -> Changes:
    return {
        "lifecycle": lifecycle,
        "is_waiting_for_supplement": False,
        "is_waiting_for_payment": False,
        "open_amount_vnd": 0,
        **_held(received(_holding(state))),
        "open_consultations": frozenset(),
    }
