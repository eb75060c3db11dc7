"""Gives a decided action its place in the dossier's stream: sequence number, recording time, hash chain, flags behind it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid5

from events.codec import to_structured
from events.dossier import IntegrityFlagRaised
from events.envelope import Envelope, Event
from events.hash_chain import GENESIS, hash_of
from services.intake.domain.actions import ACTION_NAMESPACE, Action
from services.intake.domain.dossier import DossierState, evolve

FLAG_SOURCE = "urn:motcua:intake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One event ready to be stored: as it will be read by everybody, and the state after it."""

    event: Event
    structured: dict[str, Any]
    state: DossierState


def seal(
    state: DossierState | None, action: Action, flags: tuple[IntegrityFlagRaised, ...], recorded_at: datetime
) -> tuple[Sealed, ...]:
    """The action's event and, behind it, one event per integrity flag."""
    sealed = [_sealed(state, Event(envelope=_envelope(state, action, recorded_at), data=action.data))]
    for flag in flags:
        before = sealed[-1]
        envelope = replace(
            before.event.envelope,
            event_id=str(uuid5(ACTION_NAMESPACE, f"flag|{action.event_id}|{flag.rule}")),
            event_type="integrity-flag-raised.v1",
            source=FLAG_SOURCE,
            source_event_ref=None,
            causation_id=action.event_id,
            stream_seq=before.event.envelope.stream_seq + 1,
        )
        sealed.append(_sealed(before.state, Event(envelope=envelope, data=flag)))
    return tuple(sealed)


def _envelope(state: DossierState | None, action: Action, recorded_at: datetime) -> Envelope:
    procedure_code = state.procedure_code if state else getattr(action.data, "procedure_code", None)
    return Envelope(
        event_id=action.event_id,
        source=action.source,
        event_type=action.event_type,
        dossier_id=str(action.dossier_id),
        occurred_at=action.occurred_at,
        recorded_at=recorded_at,
        stream_seq=state.stream_seq + 1 if state else 1,
        opened_on=state.opened_on if state else action.occurred_at.date(),
        unit_id=action.unit_id,
        dossier_code=action.dossier_code or (action.subject if action.subject != str(action.dossier_id) else None),
        actor_id=action.actor_id,
        actor_role=action.actor_role,
        actor_kind=action.actor_kind,
        on_behalf_of=action.on_behalf_of,
        channel=action.channel,
        source_event_ref=action.action_id,
        correlation_id=action.correlation_id,
        procedure_code=procedure_code,
        is_history=action.is_history,
        extra=action.extra,
    )


def _sealed(state: DossierState | None, event: Event) -> Sealed:
    envelope = replace(event.envelope, prev_hash=state.last_hash if state else GENESIS, hash=None)
    structured = to_structured(Event(envelope=envelope, data=event.data))
    digest = hash_of(structured)
    structured["hash"] = digest
    final = Event(envelope=replace(envelope, hash=digest), data=event.data)
    return Sealed(event=final, structured=structured, state=evolve(state, final.envelope, action_data(final)))


def action_data(event: Event) -> Any:
    """The dossier event inside; deadline events are never sealed here."""
    return event.data
