"""What a counter system asks to be recorded, and what it is told: values only.

An action is the event that the counter reports, before intake has given it a place in its dossier's stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from events.dossier import DossierEvent

DOSSIER_NAMESPACE = uuid5(NAMESPACE_URL, "urn:motcua:dossier")
ACTION_NAMESPACE = uuid5(NAMESPACE_URL, "urn:motcua:action")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One reported event. (`source`, `action_id`) is its identity; `digest` tells whether a repetition says the same."""

    action_id: str
    source: str
    event_type: str
    subject: str
    occurred_at: datetime
    unit_id: int
    data: DossierEvent
    digest: str
    dossier_code: str | None = None
    actor_id: str | None = None
    actor_role: str | None = None
    actor_kind: str | None = None
    on_behalf_of: str | None = None
    channel: int | None = None
    correlation_id: str | None = None
    is_history: bool = False
    extra: Mapping[str, str | int | bool] = field(default_factory=dict)

    @property
    def dossier_id(self) -> UUID:
        """The dossier's id: the subject when it is a UUID, else derived from the source's own dossier code."""
        return dossier_id_of(self.source, self.subject)

    @property
    def event_id(self) -> str:
        """The recorded event's id: the action's id when it is a UUID, else derived from source and id."""
        known = _as_uuid(self.action_id)
        return str(known or uuid5(ACTION_NAMESPACE, f"{self.source}|{self.action_id}"))

    @property
    def receipt_key(self) -> str:
        """Under which the action is remembered for ever (promise 3)."""
        return f"{self.source}|{self.action_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One field that breaks the schema: an attribute's name, or a JSON pointer below `/data`. `message` is for logs."""

    field_name: str
    message: str
    keyword: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an action is not recorded: a stable code of `schemas/problem-codes.yaml`, the field, and what the text needs."""

    code: str
    field_name: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender of one action is told. For a recorded action it never changes, however often it is asked."""

    action_id: str
    refusal: Refusal | None = None
    event_id: str | None = None
    dossier_id: str | None = None
    stream_seq: int | None = None
    recorded_at: str | None = None
    hash: str | None = None
    is_replay: bool = False

    @property
    def is_recorded(self) -> bool:
        """Whether the action stands in the event store."""
        return self.refusal is None


def dossier_id_of(source: str, subject: str) -> UUID:
    """The id of the dossier that `source` calls `subject`."""
    return _as_uuid(subject) or uuid5(DOSSIER_NAMESPACE, f"{source}|{subject}")


def _as_uuid(text: str) -> UUID | None:
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
