"""The content of a CloudEvent before any schema: text attributes of binary mode in their JSON types, and how deep JSON may nest.

Both doors (HTTP headers `ce-*`, Kafka headers `ce_*`) come through here, so that the same action reads the same by each.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from events.codec import read_attribute
from events.envelope import ATTRIBUTES
from events.errors import SchemaMismatchError, UnreadableMessageError

MAX_DEPTH = 32
"""Objects and lists within one another. JSON libraries give up at 250 or so, and by then the message has long been recorded."""

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


def percent_decoded(header: str) -> str:
    """A `ce-*` header's text (CloudEvents HTTP binding 3.1.3.2). Raises UnreadableMessageError when it is not UTF-8."""
    try:
        return unquote(header.encode(errors="surrogateescape"), errors="strict")
    except UnicodeDecodeError as error:
        raise UnreadableMessageError(f"a header is not UTF-8: {error.reason}") from error


def is_too_deep(value: Any, limit: int = MAX_DEPTH) -> bool:
    """Whether parsed JSON nests deeper than `limit`; stops as soon as that is known."""
    if not isinstance(value, dict | list):
        return False
    if limit == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(is_too_deep(one, limit - 1) for one in inner if isinstance(one, dict | list))


def _typed(name: str, text: str) -> Any:
    try:
        return read_attribute(name, text, _KIND_BY_ATTRIBUTE[name])
    except SchemaMismatchError:
        return text
