"""Who, when, where, on which dossier: the attributes around every event, in CloudEvents 1.0 terms (domain.md 4.1).

A field travels as the CloudEvents attribute that `_attribute_name` gives it. Attributes of no field (extensions of a newer or
foreign writer) are kept in `extra`. Reading checks that an attribute is of its kind; its limits are checked at the door, by
the published schema.
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from msgspec import Struct

from events.deadline import DeadlineEvent
from events.declaration import fields_of
from events.dossier import DossierEvent
from events.fields import Day, Moment, Number, Text64, Text128, Text256, says
from events.reference import ReferenceEvent

Channel = Literal[1, 2, 3]
"""Kênh: 1 direct (trực tiếp), 2 online (trực tuyến), 3 postal (bưu chính công ích); national codes, domain.md 2.4."""

Attributes = Mapping[str, str | int | bool]

_OWN_NAMES = {
    "event_id": "id",
    "event_type": "type",
    "dossier_id": "subject",
    "occurred_at": "time",
    "is_history": "history",
    "is_unit_unchecked": "unitunchecked",
}


def _attribute_name(field: str) -> str:
    """CloudEvents takes lower case letters and digits only."""
    return _OWN_NAMES.get(field) or field.replace("_", "")


class EnvelopeCore(Struct, frozen=True, kw_only=True, gc=False, rename=_attribute_name):
    """What the clocks need of an envelope.

    `occurred_at` is when it happened in the world, `recorded_at` when the store accepted it (server clock) or, for a deadline
    event, when it was detected; both aware. `stream_seq` counts the dossier's events from 1 without a gap; on a deadline event
    it is the number of the dossier event that it follows from. `is_history` marks what was taken over from another register.
    """

    event_id: Annotated[
        str,
        says(
            "Id of the event (UUIDv5), derived from `source` and `id` of the action, never the action's own id: two counter"
            " systems may number alike.",
            format="uuid",
        ),
    ]
    source: Annotated[
        Text256, says("Who said it: the counter system of the action, or the service.", format="uri-reference")
    ]
    event_type: Annotated[str, says("What it says; the schema of `data` has this name.")]
    dossier_id: Annotated[str, says("The dossier, or the stream of a unit; also the Kafka key.", format="uuid")]
    occurred_at: Annotated[Moment, says("When it happened; of a deadline event, when it fell due or was caused.")]
    recorded_at: Annotated[Moment, says("When it was recorded; of a deadline event, when it was detected.")]
    stream_seq: Annotated[
        Number,
        says(
            "Number in the dossier, from 1 without a gap; of a deadline event, the number of the dossier event it follows from."
        ),
    ]
    opened_on: Annotated[Day, says("Local day of the dossier's first event; never changes.")]
    unit_id: Annotated[Number, says("Unit for which the actor acted.")]
    dossier_code: Annotated[Text64, says("Mã hồ sơ at that time.")] | None = None
    is_history: Annotated[bool, says("True: taken over from another register (nhập dữ liệu cũ).")] = False


class Envelope(EnvelopeCore, frozen=True, kw_only=True, gc=False, rename=_attribute_name):
    """The attributes of one recorded event."""

    actor_id: (
        Annotated[Text128, says("Who acted, as the counter system knows him. Never a name or an identity number.")]
        | None
    ) = None
    actor_role: (
        Annotated[Text64, says("tiếp nhận, thụ lý, thẩm định, lãnh đạo, văn thư, kế toán, bưu chính.")] | None
    ) = None
    actor_kind: Annotated[Text64, says("officer, head, applicant, system, partner_system.")] | None = None
    on_behalf_of: Annotated[Text128, says("For whom the actor acted (ủy quyền).")] | None = None
    channel: Annotated[Channel, says("Kênh: 1 trực tiếp, 2 trực tuyến, 3 bưu chính công ích.")] | None = None
    source_event_ref: Annotated[Text128, says("`id` of the action in the source system.")] | None = None
    correlation_id: Annotated[Text128, says("Kept as it is; for the counter system's own tracing.")] | None = None
    causation_id: Annotated[Text128, says("Id of the event or action that caused this one.")] | None = None
    idempotency_key: Annotated[Text128, says("Idempotency-Key of the HTTP request.")] | None = None
    procedure_code: Annotated[Text64, says("National code of the procedure.")] | None = None
    calendar_id: Annotated[Text64, says("Calendar used for a due date in this event.")] | None = None
    calendar_version: Annotated[Text64, says("Its version.")] | None = None
    rule_set_version: Annotated[Text64, says("Version of the rules used.")] | None = None
    is_unit_unchecked: Annotated[
        bool,
        says("True: recorded while no unit was loaded at all, so nobody has looked whether it exists (chưa kiểm tra)."),
    ] = False
    prev_hash: (
        Annotated[str, says("Hash of the dossier's event before; 64 zeros on the first.", pattern="^[0-9a-f]{64}$")]
        | None
    ) = None
    hash: (
        Annotated[
            str, says("SHA-256 of this CloudEvent without `hash`, keys sorted, no spaces.", pattern="^[0-9a-f]{64}$")
        ]
        | None
    ) = None
    extra: Attributes = MappingProxyType({})


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One event as every part of the system sees it: the envelope, and the data in its class."""

    envelope: Envelope
    data: DossierEvent | DeadlineEvent | ReferenceEvent


AttributeKind = Literal["text", "integer", "boolean", "instant", "day"]

CONSTANT_ATTRIBUTES: Final = frozenset({"specversion", "datacontenttype", "dataschema", "partitionkey"})
"""Attributes that follow from the type or the dossier and are therefore not kept in the envelope."""

_KIND_BY_TYPE: Mapping[Any, AttributeKind] = {
    str: "text",
    int: "integer",
    bool: "boolean",
    datetime: "instant",
    date: "day",
    Channel: "integer",
}
_LAST = ("is_history", "is_unit_unchecked", "prev_hash", "hash")


def _place(field: str) -> int:
    return _LAST.index(field) if field in _LAST else -1


ATTRIBUTES: Final[tuple[tuple[str, str, AttributeKind], ...]] = tuple(
    (one.name, one.wire_name, _KIND_BY_TYPE[one.type])
    for one in sorted(fields_of(Envelope), key=lambda field: _place(field.name))
)
"""(field of Envelope, CloudEvents attribute, kind). Order is the order on the wire: as declared, the chain at the end."""

SAID_BY_COUNTER: Final = (
    "unit_id", "actor_id", "actor_role", "actor_kind", "on_behalf_of", "channel", "dossier_code", "correlation_id", "is_history",
)  # fmt: skip
"""Fields of Envelope that a counter system says itself, under their own attribute; what is not named here only intake knows."""
