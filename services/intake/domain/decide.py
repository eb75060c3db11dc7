"""May this action be recorded? The forbidden list of domain.md 4.3 as pure functions.

`decide(state, action, decided_at)` gives a Refusal, or the integrity flags (usually none) with which the action is recorded.
A live action that breaks a rule is refused. History (taken over from another register, where nothing can be refused any more)
is recorded all the same, with a flag that names the rule.
"""

from datetime import datetime, timedelta
from typing import assert_never

from events.dossier import (
    ApologySent,
    DossierAccepted,
    DossierReturned,
    DossierTransferred,
    DossierWithdrawn,
    EventCorrected,
    IntegrityFlagRaised,
    ProcessingStopped,
    ResultDelivered,
    ResultIssued,
    ResultReadyAtCounter,
    StepCompleted,
    StepStarted,
    SupplementCompleted,
    SupplementRequested,
)
from services.intake.domain.actions import Action, FieldError, Refusal, pointer_step
from services.intake.domain.dossier import DossierState

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a counter's clock may run ahead of ours before an action counts as not yet happened."""

Flags = tuple[IntegrityFlagRaised, ...]

FLAG_KIND_BY_CODE = {
    "out-of-order": "order",
    "already-ended": "order",
    "not-ended": "order",
    "already-paused": "overlap",
    "not-paused": "clock_gap",
    "wrong-round": "clock_gap",
}
"""Rules that history may break, and the kind of flag that says so."""


def decide(state: DossierState | None, action: Action, decided_at: datetime) -> Refusal | Flags:
    """The decision on one action, given everything recorded of its dossier."""
    if action.occurred_at > decided_at + CLOCK_TOLERANCE:
        return Refusal(code="occurred-in-future", field_name="time", params={"time": action.occurred_at.isoformat()})
    if state is None:
        if isinstance(action.data, DossierAccepted):
            return ()
        return Refusal(code="not-accepted-yet", field_name="subject", params={"subject": action.subject})
    broken = _broken_rules(state, action)
    if not broken:
        return ()
    if action.is_history and all(refusal.code in FLAG_KIND_BY_CODE for refusal in broken):
        return tuple(_flag(refusal, action) for refusal in broken)
    return broken[0]


def _broken_rules(state: DossierState, action: Action) -> list[Refusal]:
    by_type = _refusal_by_type(state, action)
    out_of_order = _refusal_by_order(state, action)
    return [refusal for refusal in (by_type, out_of_order) if refusal is not None]


def _refusal_by_type(state: DossierState, action: Action) -> Refusal | None:
    match action.data:
        case DossierAccepted():
            return Refusal(code="already-accepted", field_name="subject", params={"subject": action.subject})
        case SupplementRequested():
            return _no_end(state) or _no_pause(state) or _round(state.supplement_rounds + 1, action.data.round_no)
        case SupplementCompleted():
            return _no_end(state) or _pause(state) or _round(state.supplement_rounds, action.data.round_no)
        case ResultReadyAtCounter():
            return _no_end(state) or _no_pause(state)
        case DossierWithdrawn() | ProcessingStopped() | DossierReturned() | DossierTransferred():
            return _no_end(state)
        case StepStarted() | StepCompleted() | ResultIssued():
            return _no_end(state)
        case ResultDelivered():
            return None if state.lifecycle == "resolved" else _not_resolved(state)
        case EventCorrected():
            return _correction(state, action, action.data)
        case ApologySent() | IntegrityFlagRaised():
            return None
        case _:
            assert_never(action.data)


def _refusal_by_order(state: DossierState, action: Action) -> Refusal | None:
    if isinstance(action.data, EventCorrected | ApologySent | DossierAccepted):
        return None
    if action.occurred_at >= state.last_clock_event_at:
        return None
    params = {"time": action.occurred_at.isoformat(), "previous": state.last_clock_event_at.isoformat()}
    return Refusal(code="out-of-order", field_name="time", params=params)


def _no_end(state: DossierState) -> Refusal | None:
    if state.is_ended:
        return Refusal(code="already-ended", field_name="type", params={"lifecycle": state.lifecycle})
    return None


def _not_resolved(state: DossierState) -> Refusal:
    code = "already-ended" if state.is_ended else "not-ended"
    return Refusal(code=code, field_name="type", params={"lifecycle": state.lifecycle})


def _no_pause(state: DossierState) -> Refusal | None:
    if state.is_waiting_for_supplement:
        return Refusal(code="already-paused", field_name="type", params={"round_no": state.supplement_rounds})
    return None


def _pause(state: DossierState) -> Refusal | None:
    return None if state.is_waiting_for_supplement else Refusal(code="not-paused", field_name="type")


def _round(expected: int, given: int) -> Refusal | None:
    if given == expected:
        return None
    return Refusal(code="wrong-round", field_name="/data/round_no", params={"expected": expected, "given": given})


def _correction(state: DossierState, action: Action, correction: EventCorrected) -> Refusal | None:
    """Domain 4.1: a second person approves, and only what the earlier event said can be corrected.

    A corrected `time` is recorded like any other field; it never improves a class (DR-31), so nothing is judged here.
    """
    target = correction.target_event_id
    correctable = state.correctable_fields.get(target)
    if correctable is None:
        return Refusal(code="unknown-target", field_name="/data/target_event_id", params={"target": target})
    if action.actor_id is None:
        missing = FieldError(field_name="actorid", keyword="required", message="actorid: is missing")
        return Refusal(code="schema-mismatch", field_name="actorid", errors=(missing,))
    if correction.approver_id == action.actor_id:
        return Refusal(code="same-person", field_name="/data/approver_id", params={"person": action.actor_id})
    for name in sorted(correction.corrected_fields.keys() - correctable):
        field_name = f"/data/corrected_fields/{pointer_step(name)}"
        return Refusal(code="field-not-correctable", field_name=field_name, params={"target": target, "name": name})
    return None


def _flag(refusal: Refusal, action: Action) -> IntegrityFlagRaised:
    detail = ", ".join(f"{name}={value}" for name, value in refusal.params.items())
    return IntegrityFlagRaised(
        kind=FLAG_KIND_BY_CODE[refusal.code],  # type: ignore[arg-type]  # the table above holds only allowed kinds
        rule=f"domain 4.3: {refusal.code}",
        detail=detail or refusal.code,
        target_event_id=action.event_id,
    )
