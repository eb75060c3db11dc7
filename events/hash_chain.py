"""The hash chain of a dossier: each event carries the hash of the one before, so a gap or a change shows (promise 8).

SHA-256 over the structured CloudEvent without its own `hash`, keys sorted, UTF-8 JSON without spaces: anybody can redo it
from `motcua events`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

GENESIS = "0" * 64
"""`prevhash` of a dossier's first event."""


def hash_of(structured: Mapping[str, Any]) -> str:
    """The hash of one structured CloudEvent, `prevhash` included and `hash` left out."""
    hashed = {name: value for name, value in structured.items() if name != "hash"}
    return hashlib.sha256(orjson.dumps(hashed, option=orjson.OPT_SORT_KEYS)).hexdigest()


def first_break(chain: Iterable[Mapping[str, Any]]) -> int | None:
    """The 1-based place of the first event of one dossier that doesn't follow from the one before, or None."""
    expected = GENESIS
    for place, structured in enumerate(chain, start=1):
        if structured.get("prevhash") != expected or structured.get("hash") != hash_of(structured):
            return place
        if structured.get("streamseq") != place:
            return place
        expected = structured["hash"]
    return None
