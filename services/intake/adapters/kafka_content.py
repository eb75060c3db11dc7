"""What a record of `counter-actions` says: one CloudEvent in binary or structured mode; and where a record came from."""

from typing import Any

from aiokafka import ConsumerRecord

from events.codec import STRUCTURED_CONTENT_TYPE, parse_json, text_of
from events.errors import UnreadableMessageError
from services.intake.adapters.cloudevent_content import from_text_attributes

Headers = list[tuple[str, bytes]]
MAX_REASON_LETTERS = 300
_PREFIX = "ce_"


def structured_action(record: ConsumerRecord) -> dict[str, Any]:
    """The CloudEvent of a record in structured form, from either mode; UnreadableMessageError when there is none."""
    headers = dict(record.headers)
    payload = parse_json(record.value)
    is_structured = (headers.get("content-type") or b"").startswith(STRUCTURED_CONTENT_TYPE.encode())
    if "ce_specversion" in headers and not is_structured:
        named = {name[len(_PREFIX) :]: text_of(raw) for name, raw in headers.items() if name.startswith(_PREFIX)}
        return from_text_attributes(named, payload)
    if not isinstance(payload, dict):
        raise UnreadableMessageError("the value is not a CloudEvent and there are no ce_ headers")
    return payload


def asked_language(record: ConsumerRecord) -> str:
    """The record's `accept-language`, empty without one."""
    return (dict(record.headers).get("accept-language") or b"").decode(errors="replace")


def dead_letter_headers(record: ConsumerRecord, reason: str) -> Headers:
    """The record's own headers and four more, as schemas/topics/counter-actions-dlq.yaml describes them."""
    return [
        *record.headers,
        ("dlq_topic", record.topic.encode()),
        ("dlq_partition", str(record.partition).encode()),
        ("dlq_offset", str(record.offset).encode()),
        ("dlq_reason", f"unreadable: {reason[:MAX_REASON_LETTERS]}".encode()),
    ]
