"""What an HTTP request says: one CloudEvent (structured or binary mode) or several, or why it can't be read."""

import hashlib
from typing import Any

from aiohttp import web

from events.codec import parse_json
from events.errors import UnreadableMessageError
from services.intake.adapters.cloudevent_content import from_text_attributes, percent_decoded
from services.intake.domain.actions import FieldError, Refusal

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_ACTIONS_PER_REQUEST = 10_000
MAX_KEY_LETTERS = 128
KEY_HEADER = "Idempotency-Key"
_PREFIX = "ce-"
_CONTENT_TYPES = ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json")


def content_of(request: web.Request, body: bytes) -> Any:
    """The parsed CloudEvent or list of them, not yet checked against any schema; or a Refusal of the whole request."""
    is_binary = "ce-specversion" in request.headers
    kind = request.content_type
    if kind not in (_CONTENT_TYPES[:1] if is_binary else _CONTENT_TYPES):
        return Refusal(code="unsupported-media-type", params={"given": kind})
    try:
        parsed = parse_json(body)
        if is_binary:
            return from_text_attributes(_ce_headers(request), parsed)
    except UnreadableMessageError as error:
        return Refusal(code="unreadable", params={"reason": str(error)})
    return _bounded(parsed) if isinstance(parsed, list) else parsed


def key_of(request: web.Request) -> str | Refusal | None:
    """The request's Idempotency-Key, None without one; it is stored for ever, so it is printable ASCII of bounded length."""
    key = request.headers.get(KEY_HEADER)
    if key is None or (1 <= len(key) <= MAX_KEY_LETTERS and key.isascii() and key.isprintable()):
        return key
    keyword, limit = ("minLength", 1) if not key else ("maxLength", MAX_KEY_LETTERS)
    wrong = FieldError(field_name=KEY_HEADER, keyword=keyword, message="1 to 128 of ASCII", params={"limit": limit})
    return Refusal(code="schema-mismatch", field_name=KEY_HEADER, errors=(wrong,))


def whole_of(request: web.Request) -> bool | Refusal:
    """Whether all of the batch or nothing is asked for: `?whole=true`."""
    given = request.query.get("whole", "false")
    if given in ("true", "false"):
        return given == "true"
    allowed = {"allowed": "true, false"}
    wrong = FieldError(field_name="whole", keyword="enum", message="is neither true nor false", params=allowed)
    return Refusal(code="schema-mismatch", field_name="whole", errors=(wrong,))


def request_digest(request: web.Request, body: bytes) -> str:
    """What tells two requests with one key apart: the body and, because binary mode names the action there, the headers."""
    headers = sorted(
        (name.lower(), value) for name, value in request.headers.items() if name.lower().startswith(_PREFIX)
    )
    said = "".join(f"{name}:{value}\n" for name, value in headers).encode(errors="surrogateescape")
    return hashlib.sha256(said + b"\n" + body).hexdigest()


def _ce_headers(request: web.Request) -> dict[str, str]:
    return {
        name[len(_PREFIX) :].lower(): percent_decoded(value)
        for name, value in request.headers.items()
        if name.lower().startswith(_PREFIX)
    }


def _bounded(actions: list[Any]) -> list[Any] | Refusal:
    if len(actions) > MAX_ACTIONS_PER_REQUEST:
        return Refusal(code="too-large", params={"limit": MAX_ACTIONS_PER_REQUEST})
    if not actions:
        empty = FieldError(field_name="/", keyword="minItems", message="no action", params={"limit": 1})
        return Refusal(code="schema-mismatch", field_name="/", errors=(empty,))
    return actions
