"""What an HTTP request says: one CloudEvent (structured or binary mode) or several, or why it can't be read."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from aiohttp import web

from events.errors import UnreadableMessageError
from services.doors.bodies import BodyTooSlowError, UnknownEncodingError, WrongEncodingError, read_body
from services.intake.adapters.cloudevent_content import from_text_attributes, percent_decoded
from services.intake.adapters.given_once import given_twice, parse_once
from services.intake.adapters.http_answers import wanted
from services.intake.adapters.problems import Language
from services.intake.domain.actions import FieldError, Refusal

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_ACTIONS_PER_REQUEST = 10_000
MAX_KEY_LETTERS = 128
KEY_HEADER = "Idempotency-Key"
_PREFIX = "ce-"
_SINGLE_HEADERS = frozenset({KEY_HEADER.lower(), "content-type", "content-encoding", "host"})
PARAMETERS = ("dry_run", "strict", "whole")
BOOLEANS = {"true": True, "false": False}
_TWICE = re.compile("Duplicate '([^']+)' header")
_PACKED = re.compile(r"decode content-encoding: \w+ \((\w+)\)")
_CONTENT_TYPES = ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json")


def said_twice(request: web.Request) -> Refusal | None:
    """Why a request can't be judged at all: a header or a query parameter that must be single is given twice."""
    headers = [name.lower() for name, _ in request.headers.items()]
    single = [one for one in headers if one in _SINGLE_HEADERS or one.startswith(_PREFIX)]
    twice = _first_doubled(single) or _first_doubled([name for name, _ in request.query.items()])
    return given_twice(twice) if twice else None


class Manner(NamedTuple):
    """How a request wants its actions to be taken: refused where doubtful, only tried, all or nothing; in which language."""

    is_strict: bool
    is_trial: bool
    is_whole: bool
    language: Language


def manner_of(request: web.Request) -> Manner | Refusal:
    """What the query says. A parameter that isn't known is refused: a misspelt `dry_run` would record."""
    for name, value in request.query.items():
        if name not in PARAMETERS:
            return Refusal(code="unknown-parameter", field_name=name, params={"allowed": ", ".join(PARAMETERS)})
        if value not in BOOLEANS:
            allowed = {"allowed": "true, false"}
            wrong = FieldError(field_name=name, keyword="enum", message="is neither true nor false", params=allowed)
            return Refusal(code="schema-mismatch", field_name=name, errors=(wrong,))
    given = {name: BOOLEANS[value] for name, value in request.query.items()}
    return Manner(given.get("strict", False), given.get("dry_run", False), given.get("whole", False), wanted(request))


def refusal_of_parser(reason: str) -> Refusal:
    """Why a request is refused of which the parser could not read the head, in its own words."""
    if twice := _TWICE.search(reason):
        return given_twice(twice[1].lower())
    if packed := _PACKED.search(reason):
        return _unsupported_encoding(packed[1])
    return Refusal(code="unreadable", params={"reason": reason})


async def body_of(request: web.Request, limit: int = MAX_BODY_BYTES) -> bytes | Refusal:
    """The body, unpacked; a Refusal where it is too large, comes too slowly or isn't what its encoding says."""
    try:
        return await read_body(request, limit)
    except web.HTTPRequestEntityTooLarge:
        return Refusal(code="too-large", params={"limit": limit})
    except BodyTooSlowError:
        return Refusal(code="too-slow")
    except UnknownEncodingError as error:
        return _unsupported_encoding(str(error))
    except WrongEncodingError as error:
        return Refusal(code="unreadable", params={"reason": f"not as Content-Encoding says: {error}"})


def _unsupported_encoding(given: str) -> Refusal:
    return Refusal(code="unsupported-encoding", field_name="content-encoding", params={"given": given})


def content_of(request: web.Request, body: bytes) -> Any:
    """The parsed CloudEvent or list of them, not yet checked against any schema; or a Refusal of the whole request.

    Elements of a list may be refusals.
    """
    is_binary = "ce-specversion" in request.headers
    kind = request.content_type
    if kind not in (_CONTENT_TYPES[:1] if is_binary else _CONTENT_TYPES):
        return Refusal(code="unsupported-media-type", params={"given": kind})
    try:
        parsed = parse_once(body, "/data" if is_binary else "")
        around = _ce_headers(request)
    except UnreadableMessageError as error:
        return Refusal(code="unreadable", params={"reason": str(error)})
    if isinstance(parsed, Refusal):
        return parsed
    if is_binary:
        return from_text_attributes(around, parsed)
    inside = parsed if isinstance(parsed, list) else [parsed]
    for name in around:
        if any(name in one for one in inside if isinstance(one, dict)):
            return given_twice(_PREFIX + name)
    return _bounded(parsed) if isinstance(parsed, list) else parsed


def key_of(request: web.Request) -> str | Refusal | None:
    """The request's Idempotency-Key, None without one; it is stored, so it is printable ASCII of bounded length."""
    key = request.headers.get(KEY_HEADER)
    if key is None or (1 <= len(key) <= MAX_KEY_LETTERS and key.isascii() and key.isprintable()):
        return key
    keyword, limit = ("minLength", 1) if not key else ("maxLength", MAX_KEY_LETTERS)
    wrong = FieldError(field_name=KEY_HEADER, keyword=keyword, message="1 to 128 of ASCII", params={"limit": limit})
    return Refusal(code="schema-mismatch", field_name=KEY_HEADER, errors=(wrong,))


def sender_of(content: Any) -> str:
    """Whose request it is: a digest of the sources that speak in it. The text of a stranger is bounded by nothing else."""
    actions = content if isinstance(content, list) else [content]
    sources = {one["source"] for one in actions if isinstance(one, dict) and isinstance(one.get("source"), str)}
    return hashlib.sha256("\n".join(sorted(sources)).encode(errors="surrogatepass")).hexdigest()


def request_digest(request: web.Request, body: bytes) -> str:
    """What tells two requests with one key apart: the body and, because binary mode names the action there, the headers."""
    headers = sorted(
        (name.lower(), value) for name, value in request.headers.items() if name.lower().startswith(_PREFIX)
    )
    headers += [("?" + name, value) for name, value in sorted(request.query.items())]
    said = "".join(f"{name}:{value}\n" for name, value in headers).encode(errors="surrogateescape")
    return hashlib.sha256(said + b"\n" + body).hexdigest()


def _ce_headers(request: web.Request) -> dict[str, str]:
    return {
        name[len(_PREFIX) :].lower(): percent_decoded(value)
        for name, value in request.headers.items()
        if name.lower().startswith(_PREFIX)
    }


def _first_doubled(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _bounded(actions: list[Any]) -> list[Any] | Refusal:
    if len(actions) > MAX_ACTIONS_PER_REQUEST:
        return Refusal(code="too-large", params={"limit": MAX_ACTIONS_PER_REQUEST})
    if not actions:
        empty = FieldError(field_name="/", keyword="minItems", message="no action", params={"limit": 1})
        return Refusal(code="schema-mismatch", field_name="/", errors=(empty,))
    return actions
