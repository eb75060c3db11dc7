"""The content of a CloudEvent before any schema: text attributes of binary mode in their JSON types, and how deep JSON may nest.

Both doors (HTTP headers `ce-*`, Kafka headers `ce_*`) come through here, so that the same action reads the same by each.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from events.codec import read_attribute
from events.envelope import ATTRIBUTES
from events.errors import SchemaMismatchError, UnreadableMessageError
from events.published_messages import DATA_AS_BYTES
from services.intake.adapters.given_once import given_twice, parse_once
from services.intake.domain.actions import FieldError, Refusal

MAX_DEPTH = 32
"""Objects and lists within one another. JSON libraries give up at 250 or so, and by then the message has long been recorded."""

_CONTAINERS = (dict, list)
_KIND_BY_ATTRIBUTE = {attribute: kind for _, attribute, kind in ATTRIBUTES if kind in ("integer", "boolean")}


def from_text_attributes(attributes: Mapping[str, str], data: Any) -> dict[str, Any]:
    """The structured CloudEvent of binary mode. A text that is no number or no boolean stays text: the schema refuses it."""
    structured: dict[str, Any] = {}
    for name, text in attributes.items():
        kind = _KIND_BY_ATTRIBUTE.get(name)
        # The SDK for Python writes str(True); case has no meaning in a CloudEvents Boolean.
        structured[name] = text if kind is None else _typed(name, text.lower() if kind == "boolean" else text)
    structured["data"] = data
    return structured


def with_data(given: Mapping[str, Any]) -> Mapping[str, Any] | Refusal:
    """A structured CloudEvent with its data as JSON, where an SDK wrote bytes (JSON format 3.1: `data_base64`)."""
    if DATA_AS_BYTES not in given:
        return given
    if "data" in given:
        return given_twice("data")
    try:
        data = parse_once(b64decode(given[DATA_AS_BYTES], validate=True), "/data")
    except (binascii.Error, TypeError, ValueError, UnreadableMessageError) as error:
        wrong = FieldError(
            field_name=DATA_AS_BYTES, keyword="format", message=str(error), params={"allowed": "base64 (JSON)"}
        )
        return Refusal(code="schema-mismatch", field_name=DATA_AS_BYTES, errors=(wrong,))
    if isinstance(data, Refusal):
        return data
    return {**{name: value for name, value in given.items() if name != DATA_AS_BYTES}, "data": data}


def percent_decoded(header: str) -> str:
    """A `ce-*` header's text (CloudEvents HTTP binding 3.1.3.2). Raises UnreadableMessageError when it is not UTF-8."""
    try:
        return unquote(header.encode(errors="surrogateescape"), errors="strict")
    except UnicodeDecodeError as error:
        raise UnreadableMessageError(f"a header is not UTF-8: {error.reason}") from error


def is_too_deep(value: Any, limit: int = MAX_DEPTH) -> bool:
    """Whether parsed JSON nests deeper than `limit`; stops as soon as that is known."""
    level = [value] if isinstance(value, _CONTAINERS) else []
    for _ in range(limit):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, _CONTAINERS)
        ]
    return bool(level)


def _typed(name: str, text: str) -> Any:
    try:
        return read_attribute(name, text, _KIND_BY_ATTRIBUTE[name])
    except SchemaMismatchError:
        return text
