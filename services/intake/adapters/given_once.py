"""Reads JSON of strangers in which nothing is said twice: a member that stands twice in an object is named, never the last taken.

Parsers keep one of two members with the same name without a word, and not all keep the same one: what checked the action on its
way may have read the other. The fast parser is asked to write again what it has read; where the colons are fewer than in what was
sent, a member was dropped, and only then it is looked for by name. An escaped colon would be counted wrongly, so it is searched.
"""

import json
from typing import Any

import orjson

from events.codec import dumps, parse_json
from services.intake.domain.actions import Refusal, pointer_step

ESCAPED_COLONS = (rb"\u003a", rb"\u003A")


def parse_once(body: bytes | None, place: str = "") -> Any:
    """The parsed JSON, or a Refusal that names the member, below `place`; in a list each element by itself.

    Raises UnreadableMessageError.
    """
    parsed = parse_json(body)
    if body is None or _is_whole(body, parsed):
        return parsed
    try:
        # Numbers as text: here only names matter, and a number may be longer than an int may be.
        again = json.loads(body, object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        return Refusal(code="unreadable", params={"reason": "too many levels of JSON"})
    if isinstance(parsed, list):
        return [_refused(found, "") or one for found, one in zip(again, parsed, strict=True)]
    return _refused(again, place) or parsed


def given_twice(name: str) -> Refusal:
    """What is answered where a name was given twice: an attribute, a JSON pointer, a header or a query parameter."""
    return Refusal(code="given-twice", field_name=name)


def _is_whole(body: bytes, parsed: Any) -> bool:
    try:
        written = dumps(parsed)
    except orjson.JSONEncodeError:  # nests deeper than can be written
        return False
    return body.count(b":") == written.count(b":") and not any(one in body for one in ESCAPED_COLONS)


class _Doubled(dict[str, Any]):
    """An object in which a member stands twice."""

    name = ""


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) == len(members):
        return found
    doubled = _Doubled(found)
    names = [name for name, _ in members]
    doubled.name = next(name for name in names if names.count(name) > 1)
    return doubled


def _refused(value: Any, place: str) -> Refusal | None:
    steps = _doubled(value)
    if steps is None:
        return None
    pointer = place + "".join([f"/{pointer_step(step)}" for step in steps])
    return given_twice(pointer if place or len(steps) > 1 else steps[0])


def _doubled(value: Any) -> list[str] | None:
    """The way to the first member that stands twice."""
    if isinstance(value, _Doubled):
        return [value.name]
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in members:
        steps = _doubled(one)
        if steps is not None:
            return [str(name), *steps]
    return None
