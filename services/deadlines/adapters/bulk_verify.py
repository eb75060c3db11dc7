"""Holds what was said against what the log gives: every deadline event derived again from an empty state (B9).

Compared by id and by content: key, value and every header but the time of detection. A word that could only just have been said
(`until`) may still be missing; nothing else may. Reads only, so a worker may run meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

import orjson

from events.topics import Topic
from services.deadlines.adapters.bulk_fold import BulkFold
from services.deadlines.adapters.bulk_loader import log_consumer, read_to_end
from services.deadlines.domain.instants import Instant

Kind = Literal["missing", "extra", "different", "doubled"]
_SHOWN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One deadline event that is not as the log gives it. `at`: when it fell due or was caused, as it says itself."""

    kind: Kind
    dossier_id: str
    event_id: str
    event_type: str
    at: str
    why: str


@dataclass(slots=True, kw_only=True)
class Verification:
    """What was compared, and what differs; of each kind the first are listed, all are counted."""

    events: int = 0
    derived: int = 0
    stored: int = 0
    repeated: int = 0
    refused: int = 0
    counts: dict[Kind, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether everything is as the log gives it."""
        return not self.counts

    def find(self, finding: Finding) -> None:
        """Note a difference."""
        self.counts[finding.kind] = self.counts.get(finding.kind, 0) + 1
        if self.counts[finding.kind] <= _SHOWN:
            self.findings.append(finding)


async def verify(bootstrap_servers: str, fold: BulkFold, until: Instant) -> Verification:
    """Derive everything up to where the log ends now, and to `until` what time brought since; compare it with what stands.

    Raises:
        StreamGapError: an event is missing in the log.
    """
    result = Verification()
    derived: dict[bytes, tuple[bytes, bytes, bytes, bytes]] = {}
    async with log_consumer(bootstrap_servers) as consumer:
        # What is said is read first: what the log gives more, because it grew meanwhile, is then told apart by its time.
        said = [record async for batches in read_to_end(consumer, Topic.DEADLINE_EVENTS) for record in _all(batches)]
        async for batches in read_to_end(consumer, Topic.DOSSIER_EVENTS):
            for number, records in batches.items():
                _note(derived, fold.fold(number, records))
        for number in list(fold.partitions):
            for words in fold.pass_time(number, until, until):
                _note(derived, words)
    result.events = sum(one.event_count for one in fold.partitions.values())
    result.refused, result.derived = len(fold.refused), len(derived)
    _compare(result, derived, said)
    return result


def _all(batches: dict[int, list[Any]]) -> Iterable[Any]:
    return (record for records in batches.values() for record in records)


def _note(derived: dict[bytes, tuple[bytes, bytes, bytes, bytes]], words: Iterable[Any]) -> None:
    for word in words:
        named = dict(word.headers)
        derived[word.event_id] = (_content(word), word.key, named["ce_type"], named["ce_time"])


def _content(record: Any) -> bytes:
    """A digest of all that must be the same however often it is said."""
    digest = blake2b(digest_size=16)
    digest.update(record.key)
    digest.update(orjson.dumps(orjson.loads(record.value), option=orjson.OPT_SORT_KEYS))
    for name, value in sorted(record.headers):
        if name != "ce_recordedat":
            digest.update(name.encode() + b"=" + value + b"\n")
    return digest.digest()


def _compare(result: Verification, derived: dict[bytes, Any], said: list[Any]) -> None:
    seen: dict[bytes, bytes] = {}
    for record in said:
        named = dict(record.headers)
        event_id, content = named.get("ce_id", b""), _content(record)
        if event_id in seen:
            result.repeated += 1
            if seen[event_id] != content:
                result.find(_finding("doubled", record.key, event_id, named, "the same id stands with two contents"))
            continue
        seen[event_id] = content
        result.stored += 1
        known = derived.get(event_id)
        if known is None:
            result.find(_finding("extra", record.key, event_id, named, "the log doesn't give it"))
        elif known[0] != content:
            result.find(_finding("different", record.key, event_id, named, "the log gives another content"))
    for event_id, (_, key, event_type, at) in derived.items():
        if event_id not in seen:
            named = {"ce_type": event_type, "ce_time": at}
            result.find(_finding("missing", key, event_id, named, "the log gives it, and it was never said"))


def _finding(kind: Kind, key: bytes, event_id: bytes, named: dict[str, bytes], why: str) -> Finding:
    return Finding(
        kind=kind,
        dossier_id=(key or b"").decode(errors="replace"),
        event_id=event_id.decode(errors="replace"),
        event_type=named.get("ce_type", b"").decode(errors="replace"),
        at=named.get("ce_time", b"").decode(errors="replace"),
        why=why,
    )
