"""Which action fits where a dossier stands: the table of domain.md 4.3, theme by theme as in `events.dossier`.

Each theme has a need of its own (the last case of its `match`), which holds for every event of it, a new one too: only what an
event needs besides is written here.
"""

from events.clock_stops import ClockStopEvent
from events.control import ControlEvent
from events.dossier import (
    BackdatingApproved,
    CalendarChangeApplied,
    ConsultationAnswered,
    ConsultationRequested,
    DeadlineExtended,
    DossierReopened,
    DossierSubmitted,
    EventCorrected,
    FinancialObligationExempted,
    FinancialObligationRequested,
    IntakeGuidanceIssued,
    LatenessForeseen,
    PaymentReceived,
    ResultDelivered,
    ResultReadyAtCounter,
    SupplementCompleted,
    SupplementRequested,
    SystemOutageRecorded,
    TransferReceived,
    TransferRefused,
)
from events.handling import HandlingEvent
from events.lateness import LatenessEvent
from events.results import ResultEvent
from events.submission import SubmissionEvent
from services.intake.domain import guards
from services.intake.domain.actions import Action, FieldError, Refusal, pointer_step
from services.intake.domain.dossier import DossierState


def submission(state: DossierState, action: Action, data: SubmissionEvent) -> Refusal | None:
    """What may be said before a dossier is accepted, and the acceptance itself."""
    if state.lifecycle == "intake_rejected":
        return Refusal(code="intake-rejected", field_name="subject", params={"subject": action.subject})
    if state.accepted_at is not None:
        return Refusal(code="already-accepted", field_name="subject", params={"subject": action.subject})
    match data:
        case DossierSubmitted():
            if state.is_submission_open:
                return Refusal(
                    code="already-submitted", field_name="type", params={"round_no": state.submission_rounds}
                )
            return guards.right_round(state.submission_rounds + 1, data.round_no)
        case IntakeGuidanceIssued():
            if not state.is_submission_open:
                return Refusal(code="no-open-submission", field_name="type")
            return guards.right_round(state.submission_rounds, data.round_no)
        case _:
            return None


def handling(state: DossierState, action: Action, data: HandlingEvent) -> Refusal | None:
    """Transfers, steps and consultations: only while somebody works on the dossier."""
    closed = guards.in_work(state, action)
    if closed is not None:
        return closed
    match data:
        case TransferReceived() | TransferRefused():
            has_open_transfer = state.transferred_from_unit_id is not None
            return None if has_open_transfer else Refusal(code="no-open-transfer", field_name="type")
        case ConsultationRequested():
            return _consulted(data.document_no) if data.document_no in state.open_consultations else None
        case ConsultationAnswered():
            return None if data.document_no in state.open_consultations else _not_consulted(data.document_no)
        case _:
            return None


def clock_stop(state: DossierState, action: Action, data: ClockStopEvent) -> Refusal | None:
    """Never two open pauses, never a resume without one; a fee is paid whenever the citizen likes."""
    if isinstance(data, PaymentReceived):
        return _covered(state, data)
    if isinstance(data, SystemOutageRecorded):
        return None if data.from_at <= data.to_at else _ends_before_it_begins(data)
    closed = guards.in_work(state, action)
    if closed is not None:
        return closed
    match data:
        case SupplementRequested():
            return guards.not_waiting(state) or guards.right_round(state.supplement_rounds + 1, data.round_no)
        case SupplementCompleted():
            if not state.is_waiting_for_supplement:
                return Refusal(code="not-paused", field_name="type")
            return guards.right_round(state.supplement_rounds, data.round_no)
        case FinancialObligationRequested():
            return guards.not_waiting(state)
        case FinancialObligationExempted():
            return None if state.is_waiting_for_payment else Refusal(code="no-open-obligation", field_name="type")
        case DeadlineExtended():
            return _not_before_acceptance(state, data)
        case _:
            return None  # type: ignore[unreachable]  # until there is another event of the theme


def result(state: DossierState, action: Action, data: ResultEvent) -> Refusal | None:
    """An ending once, a delivery after the result, a reopening after an ending."""
    match data:
        case ResultReadyAtCounter():
            # A fee that is still owed doesn't hold up the result; a supplement that is still awaited does.
            is_awaiting = state.is_waiting_for_supplement
            return guards.in_work(state, action) or (guards.not_waiting(state) if is_awaiting else None)
        case ResultDelivered():
            if state.lifecycle == "resolved":
                return None
            return guards.in_work(state, action) or guards.by_lifecycle("not-ended", state)
        case DossierReopened():
            is_open = None if state.is_ended else guards.by_lifecycle("still-open", state)
            return guards.accepted(state, action) or is_open
        case _:
            return guards.in_work(state, action)


def lateness(state: DossierState, action: Action, data: LatenessEvent) -> Refusal | None:
    """What is said about lateness belongs to a dossier that was accepted; foreseen is only what is not over yet."""
    match data:
        case LatenessForeseen():
            return guards.in_work(state, action)
        case _:
            return guards.accepted(state, action)


def control(state: DossierState, data: ControlEvent) -> Refusal | None:
    """An order to count anew is for what has not ended; corrections and approvals have rules of their own below."""
    match data:
        case CalendarChangeApplied():
            return guards.not_ended(state)
        case _:
            return None


def about_earlier_events(state: DossierState, data: EventCorrected | BackdatingApproved) -> Refusal | None:
    """What names events of its own stream, a dossier's or a feedback's."""
    return correction(state, data) if isinstance(data, EventCorrected) else backdating(state, data)


def correction(state: DossierState, data: EventCorrected) -> Refusal | None:
    """Domain 4.1: only what the earlier event said can be corrected. Its values are asked about in `correcting`."""
    target = data.target_event_id
    refused = guards.known_event(state, target)
    if refused is not None:
        return refused
    for name in sorted(data.corrected_fields.keys() - state.known_events[target].correctable):
        field_name = f"/data/corrected_fields/{pointer_step(name)}"
        return Refusal(code="field-not-correctable", field_name=field_name, params={"target": target, "name": name})
    return None


def backdating(state: DossierState, data: BackdatingApproved) -> Refusal | None:
    """Every event that is approved stands in this stream, and its time matters to a clock (DR-31, B14)."""
    further = [(one, f"/data/further_event_ids/{place}") for place, one in enumerate(data.further_event_ids or ())]
    for target, field_name in ((data.target_event_id, "/data/target_event_id"), *further):
        unknown = guards.known_event(state, target, field_name)
        if unknown is not None:
            return unknown
        if not state.known_events[target].is_judged_by_time:
            return Refusal(code="not-judged-by-time", field_name=field_name, params={"target": target})
    return None


def _covered(state: DossierState, data: PaymentReceived) -> Refusal | None:
    """What leaves something open of a financial duty says so (B18)."""
    if not state.is_waiting_for_payment or data.is_partial or data.amount_vnd >= state.open_amount_vnd:
        return None
    params = {"amount": data.amount_vnd, "open": state.open_amount_vnd}
    return Refusal(code="amount-not-covered", field_name="/data/amount_vnd", params=params)


def _not_before_acceptance(state: DossierState, data: DeadlineExtended) -> Refusal | None:
    if state.accepted_at is None or data.new_due_at >= state.accepted_at:
        return None
    params = {"due": data.new_due_at.isoformat(), "accepted": state.accepted_at.isoformat()}
    return Refusal(code="before-acceptance", field_name="/data/new_due_at", params=params)


def _consulted(document_no: str) -> Refusal:
    return Refusal(code="already-consulted", field_name="/data/document_no", params={"document_no": document_no})


def _not_consulted(document_no: str) -> Refusal:
    return Refusal(code="no-open-consultation", field_name="/data/document_no", params={"document_no": document_no})


def _ends_before_it_begins(data: SystemOutageRecorded) -> Refusal:
    wrong = FieldError(
        field_name="/data/to_at",
        keyword="minimum",
        message="to_at: is before from_at",
        params={"limit": data.from_at.isoformat()},
    )
    return Refusal(code="schema-mismatch", field_name=wrong.field_name, errors=(wrong,))
