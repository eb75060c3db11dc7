"""What a record of `counter-actions` says: one CloudEvent in binary or structured mode; and where a record came from."""

from typing import Any, NamedTuple

from aiokafka import ConsumerRecord

from events.codec import STRUCTURED_CONTENT_TYPE, parse_json, text_of
from events.errors import UnreadableMessageError
from services.intake.adapters.cloudevent_content import from_text_attributes
from services.intake.adapters.given_once import given_twice, parse_once
from services.intake.domain.actions import Refusal

Headers = list[tuple[str, bytes]]
MAX_REASON_LETTERS = 300
_PREFIX = "ce_"


class Content(NamedTuple):
    """The CloudEvent of a record in structured form, or why it is refused; and whose answer it is (empty: unknown)."""

    said: Any
    action_id: str
    source: str


def content_of(record: ConsumerRecord) -> Content:
    """What a record says, from either mode; UnreadableMessageError when there is no CloudEvent in it."""
    headers = dict(record.headers)
    is_structured = (headers.get("content-type") or b"").startswith(STRUCTURED_CONTENT_TYPE.encode())
    is_binary = "ce_specversion" in headers and not is_structured
    names = [name for name, _ in record.headers if name.startswith(_PREFIX) or name == "content-type"]
    twice = next((name for name in headers if names.count(name) > 1), None)
    around = {name[len(_PREFIX) :]: text_of(raw) for name, raw in headers.items() if name.startswith(_PREFIX)}
    # A tombstone is a CloudEvent without data where its headers say so.
    inside = None if is_binary and not record.value else parse_once(record.value, "/data" if is_binary else "")
    told: Any = parse_json(record.value) if isinstance(inside, Refusal) else inside
    if is_binary:
        told = from_text_attributes(around, told)
    if not isinstance(told, dict):
        raise UnreadableMessageError("the value is not a CloudEvent and there are no ce_ headers")
    if twice is None and not is_binary:
        twice = next((_PREFIX + name for name in around if name in told), None)
    refusal = given_twice(twice) if twice else inside
    if not isinstance(refusal, Refusal):
        return Content(told, _text(told, "id"), _text(told, "source"))
    doubtful = refusal.field_name.removeprefix(_PREFIX)
    return Content(refusal, *["" if name == doubtful else _text(told, name) for name in ("id", "source")])


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


def _text(told: dict[str, Any], name: str) -> str:
    text = told.get(name)
    return text if isinstance(text, str) else ""
