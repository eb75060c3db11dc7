"""Gives a decided action its place in the dossier's stream: sequence number, recording time, hash chain, flags behind it."""

from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID, uuid5

from msgspec import Struct

from events.codec import to_structured
from events.dossier import DossierEvent, IntegrityFlagRaised
from events.envelope import Envelope, Event
from events.hash_chain import GENESIS, hash_of
from events.identity import shown_code
from services.intake.domain.actions import Action, ReferenceAction
from services.intake.domain.dossier import DossierState, evolve
from services.intake.domain.naming import is_dossier_id

FLAG_TYPE = "integrity-flag-raised.v1"
FLAG_SOURCE = "urn:motcua:intake"


class Chained(Protocol):
    """The end of a stream's hash chain, of a dossier or of a reference thing."""

    @property
    def stream_seq(self) -> int:
        """Number of the latest event."""

    @property
    def last_hash(self) -> str:
        """Its hash."""

    @property
    def opened_on(self) -> date:
        """Local day of the first event."""


class Recorded(Struct, frozen=True, kw_only=True):
    """One event ready to be stored: its place, and as it will be read by everybody."""

    dossier_id: UUID
    stream_seq: int
    event_type: str
    structured: dict[str, Any]


class Sealed(Recorded, frozen=True, kw_only=True):
    """One event of a dossier, with the state after it."""

    state: DossierState


def seal(
    state: DossierState | None,
    action: Action,
    flags: tuple[IntegrityFlagRaised, ...],
    recorded_at: datetime,
    opened_on: date,
    *,
    is_unit_unchecked: bool = False,
) -> tuple[Sealed, ...]:
    """The action's event and, behind it, one event per integrity flag.

    `opened_on` is the local day of the dossier's first event; it is used only where there is no state yet. `is_unit_unchecked`:
    no unit was loaded that it could be checked against.
    """
    procedure_code = getattr(action.data, "procedure_code", None) or (state.procedure_code if state else None) or None
    envelope = envelope_of(state, action, recorded_at, opened_on, procedure_code, is_unit_unchecked)
    sealed = [_sealed(state, action, envelope, action.data)]
    for flag in flags:
        before = sealed[-1].state
        sealed.append(_sealed(before, action, _of_flag(before, action, flag, recorded_at), flag))
    return tuple(sealed)


def envelope_of(
    state: Chained | None,
    action: Action | ReferenceAction,
    recorded_at: datetime,
    opened_on: date,
    procedure_code: str | None = None,
    is_unit_unchecked: bool = False,  # noqa: FBT001, FBT002  # said of every action: by its place it costs nothing
) -> Envelope:
    """What stands around the event of an action."""
    return Envelope(
        event_id=action.event_id,
        source=action.source,
        event_type=action.event_type,
        dossier_id=str(action.dossier_id),
        occurred_at=action.occurred_at,
        recorded_at=recorded_at,
        stream_seq=state.stream_seq + 1 if state else 1,
        opened_on=state.opened_on if state else opened_on,
        unit_id=action.unit_id,
        dossier_code=written_code(action) if isinstance(action, Action) else action.dossier_code,
        actor_id=action.actor_id,
        actor_role=action.actor_role,
        actor_kind=action.actor_kind,
        on_behalf_of=action.on_behalf_of,
        channel=action.channel,
        source_event_ref=action.action_id,
        correlation_id=action.correlation_id,
        procedure_code=procedure_code,
        is_unit_unchecked=is_unit_unchecked,
        is_history=action.is_history,
        prev_hash=state.last_hash if state else GENESIS,
        extra=action.extra,
    )


def _of_flag(state: DossierState, action: Action, flag: IntegrityFlagRaised, recorded_at: datetime) -> Envelope:
    """Intake itself says it, so nothing of the counter's own (actor, channel, extensions) is repeated."""
    return Envelope(
        event_id=str(uuid5(UUID(action.event_id), flag.rule)),
        source=FLAG_SOURCE,
        event_type=FLAG_TYPE,
        dossier_id=state.dossier_id,
        occurred_at=action.occurred_at,
        recorded_at=recorded_at,
        stream_seq=state.stream_seq + 1,
        opened_on=state.opened_on,
        unit_id=action.unit_id,
        dossier_code=written_code(action),
        correlation_id=action.correlation_id,
        causation_id=action.event_id,
        procedure_code=state.procedure_code or None,
        is_history=action.is_history,
        prev_hash=state.last_hash,
    )


def written_code(action: Action) -> str | None:
    """As it was written, for people to read; nothing where only our id was given."""
    written = action.dossier_code or ("" if is_dossier_id(action.subject) else action.subject)
    return shown_code(written) or None


def _sealed(state: DossierState | None, action: Action, envelope: Envelope, data: DossierEvent) -> Sealed:
    structured = to_structured(Event(envelope=envelope, data=data))
    structured["hash"] = hash_of(structured)
    return Sealed(
        dossier_id=action.dossier_id,
        stream_seq=envelope.stream_seq,
        event_type=envelope.event_type,
        structured=structured,
        state=evolve(state, envelope, data, structured["hash"]),
    )
