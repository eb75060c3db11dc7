"""The conditions that the rules of domain.md 4.3 are made of: each gives the Refusal if it isn't met, else None."""

from events.identity import is_same_person, person_of
from services.intake.domain.actions import Action, FieldError, Refusal
from services.intake.domain.actors import approver_of
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


def second_person(action: Action) -> Refusal | None:
    """Where an approver is named: who acted is named too, and is somebody else, however both are written (B14)."""
    approver_id = approver_of(action)
    if approver_id is None:
        return None
    for field_name, identity in (("actorid", action.actor_id), ("/data/approver_id", approver_id)):
        if identity is None or not person_of(identity):
            missing = FieldError(field_name=field_name, keyword="required", message=f"{field_name}: names nobody")
            return Refusal(code="schema-mismatch", field_name=field_name, errors=(missing,))
    if action.actor_id is not None and is_same_person(approver_id, action.actor_id):
        return Refusal(code="same-person", field_name="/data/approver_id", params={"person": action.actor_id})
    return None


def known_event(state: DossierState, target_event_id: str, field_name: str = "/data/target_event_id") -> Refusal | None:
    """The event that is spoken about stands in this stream."""
    if target_event_id in state.known_events:
        return None
    return Refusal(code="unknown-target", field_name=field_name, params={"target": target_event_id})


def by_lifecycle(code: str, state: DossierState) -> Refusal:
    """The refusal of a type of action that doesn't fit where the dossier stands."""
    return Refusal(code=code, field_name="type", params={"lifecycle": state.lifecycle})
