"""What a counter system asks to be recorded, and what it is told: values only.

An action is the event that the counter reports, before intake has given it a place in its dossier's stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace as with_fields

from events.dossier import DossierEvent
from events.envelope import Channel
from events.named_ids import ids_in
from events.reference import ReferenceEvent
from services.intake.domain.naming import dossier_id_of

ACTION_NAMESPACE = uuid5(NAMESPACE_URL, "urn:motcua:action")
_id_of = ids_in(ACTION_NAMESPACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What every action says around its data. (`source`, `action_id`) is its identity; `digest`: does a repetition say the same?

    `event_id`, the id of the recorded event, is always derived from source and id: counter systems may number alike, events may
    not (ADR 0010). `is_strict`: whoever sends it wants to be refused where something is doubtful.
    """

    action_id: str
    source: str
    event_type: str
    subject: str
    occurred_at: datetime
    unit_id: int
    digest: str
    dossier_code: str | None = None
    actor_id: str | None = None
    actor_role: str | None = None
    actor_kind: str | None = None
    on_behalf_of: str | None = None
    channel: Channel | None = None
    correlation_id: str | None = None
    is_history: bool = False
    is_strict: bool = False
    extra: Mapping[str, str | int | bool] = field(default_factory=dict)
    event_id: str = field(init=False)

    def __post_init__(self) -> None:
        # Derived once: it is asked for several times on the way, and a UUIDv5 costs more than all checks of `decide`.
        object.__setattr__(self, "event_id", event_id_of(self.source, self.action_id))

    @property
    def receipt_key(self) -> str:
        """Under which the action is remembered for ever (promise 3)."""
        return f"{self.source}|{self.action_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Reported):
    """One reported event of a dossier: `dossier_id` is the subject when that is a UUID, else derived from the source's code.

    Or it is `linked_to`, the dossier for which that code stands (DR-30).
    """

    data: DossierEvent
    linked_to: UUID | None = None
    dossier_id: UUID = field(init=False)

    def __post_init__(self) -> None:
        Reported.__post_init__(self)
        object.__setattr__(self, "dossier_id", self.linked_to or dossier_id_of(self.source, self.subject))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceAction(Reported):
    """One reported event of a reference thing. Its stream follows from the thing alone, whoever reports it (ADR 0020)."""

    data: ReferenceEvent

    @property
    def dossier_id(self) -> UUID:
        """The stream of the thing; the word is that of the envelope."""
        return self.data.stream_id


AnyAction = Action | ReferenceAction


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
class DueDates:
    """The three due dates of a dossier (DR-25), in its calendar's zone; provisional where unsettled days counted (CAL-6)."""

    original_due_at: datetime
    lawful_due_at: datetime
    promised_due_at: datetime
    is_provisional: bool


class Answer(Struct, frozen=True, kw_only=True):
    """What the sender of one action is told. For a recorded action it never changes, however often it is asked.

    `is_trial`: nothing was recorded, it would be so. `due`: of an acceptance. `warnings`: what is doubtful in it.
    """

    action_id: str
    source: str = ""
    refusal: Refusal | None = None
    event_id: str | None = None
    dossier_id: str | None = None
    stream_seq: int | None = None
    recorded_at: str | None = None
    hash: str | None = None
    is_replay: bool = False
    is_trial: bool = False
    due: DueDates | None = None
    warnings: tuple[FieldError, ...] = ()

    @property
    def is_recorded(self) -> bool:
        """Whether the action stands in the event store."""
        return self.refusal is None and not self.is_trial

    def on_trial(self) -> "Answer":
        """The same answer where it was only asked what would be recorded."""
        return with_fields(self, is_trial=self.is_recorded and not self.is_replay)


def recorded_answer(
    action: Reported,
    structured: Mapping[str, Any],
    *,
    is_replay: bool,
    due: DueDates | None = None,
    warnings: tuple[FieldError, ...] = (),
) -> Answer:
    """The receipt for an action, made from its event in structured form, fresh or as stored."""
    recorded_at = structured["recordedat"]
    return Answer(
        action_id=action.action_id,
        source=action.source,
        event_id=structured["id"],
        dossier_id=structured["subject"],
        stream_seq=structured["streamseq"],
        recorded_at=recorded_at if isinstance(recorded_at, str) else recorded_at.isoformat(),
        hash=structured["hash"],
        is_replay=is_replay,
        due=due,
        warnings=warnings,
    )


def reused(action: Reported) -> Answer:
    """The refusal where other contents were recorded under the action's id."""
    refusal = Refusal(code="id-reused", field_name="id", params={"id": action.action_id})
    return Answer(action_id=action.action_id, source=action.source, refusal=refusal)


def event_id_of(source: str, action_id: str) -> str:
    """The id of the event that an action becomes: always the same for the same sender and number (ADR 0010)."""
    return _id_of(f"{source}|{action_id}")


def pointer_step(name: str) -> str:
    """A field's name as one step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
