"""May this action be recorded? The forbidden list of domain.md 4.3 as pure functions.

`decide(state, action, decided_at)` gives a Refusal, or the integrity flags (usually none) with which the action is recorded.
A live action that breaks a rule is refused. History (taken over from another register, where nothing can be refused any more)
is recorded all the same, with a flag that names the rule. The rules themselves stand in `dossier_rules` and `feedback_rules`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from events.clock_stops import ClockStopEvent
from events.control import FORBIDDEN, ControlEvent
from events.dossier import (
    BackdatingApproved,
    DossierAccepted,
    DossierSubmitted,
    EventCorrected,
    FeedbackReceived,
    IntegrityFlagRaised,
    PaymentReceived,
    SystemOutageRecorded,
)
from events.feedback import FeedbackEvent
from events.handling import HandlingEvent
from events.lateness import LatenessEvent
from events.reference_data import is_reference_stream
from events.results import ResultEvent
from events.submission import SubmissionEvent
from services.intake.domain import dossier_rules, guards
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.dossier import DossierState
from services.intake.domain.feedback_rules import feedback

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a counter's clock may run ahead of ours before an action counts as not yet happened."""

Flags = tuple[IntegrityFlagRaised, ...]

FLAG_KIND_BY_CODE = {
    "out-of-order": "order",
    "already-submitted": "order",
    "no-open-submission": "order",
    "already-ended": "order",
    "not-ended": "order",
    "still-open": "order",
    "feedback-not-open": "order",
    "feedback-not-answered": "order",
    "already-paused": "overlap",
    "already-consulted": "overlap",
    "not-paused": "clock_gap",
    "no-open-obligation": "clock_gap",
    "no-open-transfer": "clock_gap",
    "no-open-consultation": "clock_gap",
    "wrong-round": "clock_gap",
    "amount-not-covered": "clock_gap",
    "before-acceptance": "redated",
    "no-effect": "redated",
    "no-deadline": "missing_field",
    "unknown-unit": "unknown_unit",
    "abolished-unit": "unknown_unit",
}
"""Rules that history may break, and the kind of flag that says so."""

RULE_BY_CODE = {"no-deadline": "DR-09"}
"""Where the rule has a name of its own; else it is a line of the forbidden list."""


def decide(state: DossierState | None, action: Action, decided_at: datetime) -> Refusal | Flags:
    """The decision on one action, given everything recorded of its stream."""
    if action.occurred_at > decided_at + CLOCK_TOLERANCE:
        return Refusal(code="occurred-in-future", field_name="time", params={"time": action.occurred_at.isoformat()})
    if is_reference_stream(action.dossier_id):
        return _other_stream("not-a-dossier", action)
    if action.is_history and state is not None and state.has_live_event:
        return Refusal(code="history-on-live-dossier", field_name="history", params={"subject": action.subject})
    return settled(action, _broken_rules(state, action) if state else _of_first(action))


def settled(action: Action, broken: Sequence[Refusal]) -> Refusal | Flags:
    """What follows from the rules that an action breaks: history is flagged where it may break every one of them."""
    if not action.is_history:
        return broken[0] if broken else ()
    unforgiven = [refusal for refusal in broken if refusal.code not in FLAG_KIND_BY_CODE]
    return unforgiven[0] if unforgiven else tuple(_flag(refusal, action) for refusal in broken)


def _of_first(action: Action) -> list[Refusal]:
    """A dossier begins with its acceptance or an online submission, a feedback with its receipt."""
    match action.data:
        case DossierAccepted(previous_code=str(previous)):
            return [
                Refusal(code="previous-code-unknown", field_name="/data/previous_code", params={"previous": previous})
            ]
        case DossierAccepted() | FeedbackReceived():
            return []
        case DossierSubmitted(round_no=round_no):
            wrong = guards.right_round(1, round_no)
            return [wrong] if wrong else []
        case _:
            code = "feedback-not-received" if isinstance(action.data, FeedbackEvent) else "not-accepted-yet"
            return [Refusal(code=code, field_name="subject", params={"subject": action.subject})]


def _broken_rules(state: DossierState, action: Action) -> list[Refusal]:
    found = (
        _refusal_by_type(state, action),
        guards.second_person(action),
        _refusal_by_order(state, action),
    )
    return [refusal for refusal in found if refusal is not None]


def _refusal_by_type(state: DossierState, action: Action) -> Refusal | None:
    data = action.data
    if isinstance(data, FeedbackEvent):
        stage = state.feedback_stage
        return feedback(stage, action, data) if stage else _other_stream("not-a-feedback", action)
    if isinstance(data, EventCorrected | BackdatingApproved):
        return dossier_rules.about_earlier_events(state, data)
    if state.feedback_stage is not None:
        return _other_stream("not-a-dossier", action)
    if isinstance(data, SubmissionEvent):
        return dossier_rules.submission(state, action, data)
    if isinstance(data, HandlingEvent):
        return dossier_rules.handling(state, action, data)
    if isinstance(data, ClockStopEvent):
        return dossier_rules.clock_stop(state, action, data)
    if isinstance(data, ResultEvent):
        return dossier_rules.result(state, action, data)
    if isinstance(data, LatenessEvent):
        return dossier_rules.lateness(state, action, data)
    if isinstance(data, ControlEvent):
        return dossier_rules.control(state, data)
    assert_never(data)


def _other_stream(code: str, action: Action) -> Refusal:
    return Refusal(code=code, field_name="subject", params={"subject": action.subject})


def _refusal_by_order(state: DossierState, action: Action) -> Refusal | None:
    data = action.data
    if isinstance(data, LatenessEvent | ControlEvent | SystemOutageRecorded):
        return None
    if isinstance(data, PaymentReceived) and not state.is_waiting_for_payment:
        return None
    if action.occurred_at >= state.last_clock_event_at:
        return None
    params = {"time": action.occurred_at.isoformat(), "previous": state.last_clock_event_at.isoformat()}
    return Refusal(code="out-of-order", field_name="time", params=params)


def _flag(refusal: Refusal, action: Action) -> IntegrityFlagRaised:
    detail = ", ".join(f"{name}={value}" for name, value in refusal.params.items())
    return IntegrityFlagRaised(
        kind=FLAG_KIND_BY_CODE[refusal.code],  # type: ignore[arg-type]  # the table above holds only allowed kinds
        rule=RULE_BY_CODE.get(refusal.code) or f"{FORBIDDEN}{refusal.code}",
        detail=detail or refusal.code,
        target_event_id=action.event_id,
    )
