"""Kafka record -> its link in the hash chain: what it claims, and whether its content is what was hashed.

The record as it was sealed is put together from the headers' own texts, which costs a third of reading them into an event and
back (ADR 0027). Where that gives another hash the record is read as everybody reads it, and that one judges: a foreign writer may
have written an instant in another form.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import orjson

from events.codec import from_kafka, parse_json, to_structured
from events.envelope import ATTRIBUTES, CONSTANT_ATTRIBUTES
from events.hash_chain import KEPT, Link, hash_of, link_of


def structured_of(value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> dict[str, Any]:
    """The record as one structured CloudEvent, its data as they stand there. Raises MessageError."""
    headers = list(headers)
    structured = to_structured(from_kafka(value, headers))
    if any(name == "ce_type" for name, _ in headers):
        structured["data"] = parse_json(value)
    return structured


def link_of_record(value: bytes | None, headers: Sequence[tuple[str, bytes | None]], number: int) -> Link:
    """The link of a record that was read as the event `number` of its dossier. Raises MessageError."""
    try:
        sealed = _sealed(value, headers)
        own = _from_hex(sealed.pop("hash"))
        if _sha256(_dumps(sealed, None, _SORTED)).digest() == own and sealed["streamseq"] == number:
            return Link(number, _from_hex(sealed["prevhash"])[:KEPT], own[:KEPT])
    except _UNUSUAL:
        return link_of(structured_of(value, headers))
    return link_of(structured_of(value, headers))


def hash_of_record(value: bytes, headers: Iterable[tuple[str, bytes]]) -> str:
    """The hash of a record as the relay writes it; a `ce_hash` that stands there is left out."""
    return hash_of(_sealed(value, headers))


def _sealed(value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> dict[str, Any]:
    sealed: dict[str, Any] = {}
    for name, raw in headers:
        read = _READS.get(name)
        if read is not None:
            sealed[read[0]] = read[1](raw)
        elif name.startswith("ce_"):
            sealed[name[3:]] = raw.decode()  # type: ignore[union-attr]  # None is unusual
    sealed["data"] = orjson.loads(value)  # type: ignore[arg-type]  # as above
    return sealed


_sha256, _dumps, _from_hex, _SORTED = hashlib.sha256, orjson.dumps, bytes.fromhex, orjson.OPT_SORT_KEYS
"""Named here because each look for an attribute is a fiftieth of the whole."""


def _boolean(raw: bytes) -> bool:
    return {b"true": True, b"false": False}[raw]


_OF_KIND: Final[dict[str, Callable[[Any], Any]]] = {
    "text": bytes.decode,
    "integer": int,
    "boolean": _boolean,
    "instant": bytes.decode,
    "day": bytes.decode,
}
_READS: Final = {
    "content-type": ("datacontenttype", bytes.decode),
    **{f"ce_{name}": (name, bytes.decode) for name in sorted(CONSTANT_ATTRIBUTES)},
    **{f"ce_{name}": (name, _OF_KIND[kind]) for _, name, kind in ATTRIBUTES},
}
_UNUSUAL: Final = (AttributeError, KeyError, TypeError, ValueError, RecursionError)
"""`orjson.JSONDecodeError` and what `orjson` can't write are ValueError and TypeError."""
