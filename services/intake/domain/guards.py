"""The conditions that the rules of domain.md 4.3 are made of: each gives the Refusal if it isn't met, else None."""

from services.intake.domain.actions import Action, FieldError, Refusal
from services.intake.domain.dossier import DossierState


def accepted(state: DossierState, action: Action) -> Refusal | None:
    """The dossier was accepted, whatever has become of it since."""
    if state.accepted_at is not None:
        return None
    return Refusal(code="not-accepted-yet", field_name="subject", params={"subject": action.subject})


def not_ended(state: DossierState) -> Refusal | None:
    """No ending was recorded, or the dossier was reopened since."""
    return by_lifecycle("already-ended", state) if state.is_ended else None


def in_work(state: DossierState, action: Action) -> Refusal | None:
    """Accepted and not ended."""
    return not_ended(state) or accepted(state, action)


def not_waiting(state: DossierState) -> Refusal | None:
    """Nothing of the citizen is waited for, so the clock is not stopped already."""
    if state.waiting_for == "none":
        return None
    return Refusal(code="already-paused", field_name="type", params={"waiting_for": state.waiting_for})


def right_round(expected: int, given: int) -> Refusal | None:
    """Rounds are counted without a gap."""
    if given == expected:
        return None
    return Refusal(code="wrong-round", field_name="/data/round_no", params={"expected": expected, "given": given})


def second_person(action: Action, approver_id: str) -> Refusal | None:
    """Who acted is named, and somebody else approved."""
    if action.actor_id is None:
        missing = FieldError(field_name="actorid", keyword="required", message="actorid: is missing")
        return Refusal(code="schema-mismatch", field_name="actorid", errors=(missing,))
    if approver_id == action.actor_id:
        return Refusal(code="same-person", field_name="/data/approver_id", params={"person": action.actor_id})
    return None


def known_event(state: DossierState, target_event_id: str) -> Refusal | None:
    """The event that is spoken about stands in this stream."""
    if target_event_id in state.correctable_fields:
        return None
    return Refusal(code="unknown-target", field_name="/data/target_event_id", params={"target": target_event_id})


def by_lifecycle(code: str, state: DossierState) -> Refusal:
    """The refusal of a type of action that doesn't fit where the dossier stands."""
    return Refusal(code=code, field_name="type", params={"lifecycle": state.lifecycle})
