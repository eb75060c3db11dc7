"""Who, when, where, on which dossier: the attributes around every event, in CloudEvents 1.0 terms (domain.md 4.1).

`ATTRIBUTES` is the one table that says which field travels under which CloudEvents attribute name, and as what kind.
Attributes that are not in the table (extensions of a newer or foreign writer) are kept in `extra`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from events.deadline import DeadlineEvent
from events.dossier import DossierEvent

Channel = Literal[1, 2, 3]
"""Kênh: 1 direct (trực tiếp), 2 online (trực tuyến), 3 postal (bưu chính công ích); national codes, domain.md 2.4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The attributes of one recorded event.

    `occurred_at` is when it happened in the world, `recorded_at` when the store accepted it (server clock) or, for a deadline
    event, when it was detected; both aware. `stream_seq` counts the dossier's events from 1 without a gap; on a deadline event
    it is the number of the dossier event that it follows from. `is_history` marks what was taken over from another register.
    """

    event_id: str
    source: str
    event_type: str
    dossier_id: str
    occurred_at: datetime
    recorded_at: datetime
    stream_seq: int
    opened_on: date
    unit_id: int
    dossier_code: str | None = None
    actor_id: str | None = None
    actor_role: str | None = None
    actor_kind: str | None = None
    on_behalf_of: str | None = None
    channel: int | None = None
    source_event_ref: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    idempotency_key: str | None = None
    procedure_code: str | None = None
    calendar_id: str | None = None
    calendar_version: str | None = None
    rule_set_version: str | None = None
    is_history: bool = False
    prev_hash: str | None = None
    hash: str | None = None
    extra: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as every part of the system sees it: the envelope, and the data in its class."""

    envelope: Envelope
    data: DossierEvent | DeadlineEvent


AttributeKind = Literal["text", "integer", "boolean", "instant", "day"]

ATTRIBUTES: tuple[tuple[str, str, AttributeKind], ...] = (
    ("event_id", "id", "text"),
    ("source", "source", "text"),
    ("event_type", "type", "text"),
    ("dossier_id", "subject", "text"),
    ("occurred_at", "time", "instant"),
    ("recorded_at", "recordedat", "instant"),
    ("stream_seq", "streamseq", "integer"),
    ("opened_on", "openedon", "day"),
    ("unit_id", "unitid", "integer"),
    ("dossier_code", "dossiercode", "text"),
    ("actor_id", "actorid", "text"),
    ("actor_role", "actorrole", "text"),
    ("actor_kind", "actorkind", "text"),
    ("on_behalf_of", "onbehalfof", "text"),
    ("channel", "channel", "integer"),
    ("source_event_ref", "sourceeventref", "text"),
    ("correlation_id", "correlationid", "text"),
    ("causation_id", "causationid", "text"),
    ("idempotency_key", "idempotencykey", "text"),
    ("procedure_code", "procedurecode", "text"),
    ("calendar_id", "calendarid", "text"),
    ("calendar_version", "calendarversion", "text"),
    ("rule_set_version", "rulesetversion", "text"),
    ("is_history", "history", "boolean"),
    ("prev_hash", "prevhash", "text"),
    ("hash", "hash", "text"),
)
"""(field of Envelope, CloudEvents attribute, kind). Order is the order on the wire."""

CONSTANT_ATTRIBUTES = frozenset({"specversion", "datacontenttype", "dataschema", "partitionkey"})
"""Attributes that follow from the type or the dossier and are therefore not kept in the envelope."""
