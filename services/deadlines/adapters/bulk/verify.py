"""Holds what was emitted against what the log gives: every deadline event derived again from an empty state (B9).

Compared by id and by content: key, value and every header but the time of detection. Reads only, and a worker may run meanwhile:
what became known or fell due after `until` may have been emitted already, or not yet; both are right. So is what fell due of a
stream that is catching up while its partition was silent: whether a tick came in that time the log doesn't tell (TIME-4).
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Literal, NamedTuple

from events.catalog import TYPE_BY_CLASS
from events.dossier import IntegrityFlagRaised
from events.topics import Topic
from rules.clocks.aside import FLAG_KIND
from rules.clocks.instants import Instant, micros
from services.deadlines.adapters.bulk.fold import BulkFold, Content, DerivedRecord, PartitionFold, content_of
from services.deadlines.adapters.bulk.log import LogReader, without_cycle_search

Kind = Literal["missing", "extra", "different", "doubled"]
_SHOWN = 1_000
_MILLISECOND = 1000
_FLAG_TYPE = TYPE_BY_CLASS[IntegrityFlagRaised].encode()
_PUT_ASIDE = f'"kind":"{FLAG_KIND}"'.encode()


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
    """What was compared, and what differs; of each kind the first are listed, all are counted.

    `derived`: what must have been emitted; `repeated`: how often something was emitted again with the same id; `refused`: records
    that are put aside; `healed`: flags that a stream is put aside, which it is no longer.
    """

    events: int = 0
    derived: int = 0
    stored: int = 0
    repeated: int = 0
    refused: int = 0
    healed: int = 0
    counts: dict[Kind, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether everything is as the log gives it."""
        return not self.counts

    def find(self, kind: Kind, what: "_Stored", event_id: bytes, why: str) -> None:
        """Count a difference of one kind, and keep the first few to show."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] <= _SHOWN:
            key, event_type, at = (one.decode(errors="replace") for one in (what.key, what.event_type, what.at))
            identity = event_id.decode(errors="replace")
            self.findings.append(
                Finding(kind=kind, dossier_id=key, event_id=identity, event_type=event_type, at=at, why=why)
            )


class _Stored(NamedTuple):
    """One event on the topic: what it holds, and what to show of it."""

    content: Content
    key: bytes
    event_type: bytes
    at: bytes
    is_put_aside: bool


async def verify(bootstrap_servers: str, fold: BulkFold, until: Instant) -> Verification:
    """Derive everything up to where the log ends now, and what time has brought since; compare it with what stands.

    What became known or fell due by `until` must stand. A flag that put a stream aside, and that the log doesn't give any more,
    is no difference: what it said was mended since, and is counted as `healed`.
    """
    result = Verification()
    async with LogReader(bootstrap_servers) as reader:
        with without_cycle_search():
            for number in await reader.ends(Topic.DOSSIER_EVENTS):
                await _Comparison(reader, fold, result, number).run(until)
    return result


class _Comparison:
    """One partition: first what stands, then what the log gives, which by then holds the cause of all that stands."""

    def __init__(self, reader: LogReader, fold: BulkFold, result: Verification, number: int) -> None:
        self._reader = reader
        self._fold = fold
        self._result = result
        self._number = number
        self._stored: dict[bytes, _Stored] = {}
        self._derived: set[bytes] = set()

    async def run(self, until: Instant) -> None:
        async for records in self._read(Topic.DEADLINE_EVENTS):
            for record in records:
                self._note(record)
        self._result.stored += len(self._stored)
        here, late, limit = PartitionFold(), list[Any](), until + self._fold.grace
        async for records in self._read(Topic.DOSSIER_EVENTS):
            early = [] if late else list(takewhile(lambda one: _known_at(one) <= limit, records))
            late += records[len(early) :]
            self._compare(self._fold.fold(here, early), is_due=True)
        for derived in self._fold.pass_time(here, until, until):
            self._compare(derived, is_due=True)
        self._compare_what_gates_let_through(here, until)
        self._compare_what_came_late(here, late)
        for event_id, one in self._stored.items():
            if event_id in self._derived:
                continue
            if one.is_put_aside:
                self._result.healed += 1
            else:
                self._result.find("extra", one, event_id, "the log doesn't give it")
        self._result.events += here.event_count
        self._result.refused += len(here.refused)

    def _compare_what_came_late(self, here: PartitionFold, late: list[Any]) -> None:
        """Compare what became known or fell due after `until`: it may stand and need not."""
        self._compare(self._fold.fold(here, late), is_due=False)
        now = micros(datetime.now(UTC))
        for derived in self._fold.pass_time(here, now, now):
            self._compare(derived, is_due=False)
        self._compare_what_gates_let_through(here, now)

    def _compare_what_gates_let_through(self, here: PartitionFold, until: Instant) -> None:
        """Compare what may have been said of imports while their partition was silent, which it isn't any more."""
        for derived in self._fold.pass_open_gates(here, until, until):
            self._compare(derived, is_due=False)

    async def _read(self, topic: Topic) -> AsyncIterator[list[Any]]:
        end = (await self._reader.ends(topic)).get(self._number, 0)
        async for records in self._reader.read(topic, self._number, end):
            yield records

    def _note(self, record: Any) -> None:
        event_id, one = _read(record)
        known = self._stored.setdefault(event_id, one)
        if known is one:
            return
        self._result.repeated += 1
        if known.content != one.content:
            self._result.find("doubled", one, event_id, f"it stands with two contents: {_difference(known, one)}")

    def _compare(self, derived: Iterable[DerivedRecord], *, is_due: bool) -> None:
        for record in derived:
            event_id, one = _read(record)
            known = self._stored.get(event_id)
            if known is None:
                if is_due:
                    self._result.derived += 1
                    self._result.find("missing", one, event_id, "the log gives it, and it was never said")
                continue
            self._result.derived += 1
            self._derived.add(event_id)
            if known.content != one.content:
                self._result.find(
                    "different", known, event_id, f"the log gives it otherwise: {_difference(known, one)}"
                )


def _known_at(record: Any) -> Instant:
    return int(record.timestamp) * _MILLISECOND


def _read(record: Any) -> tuple[bytes, _Stored]:
    named = dict(record.headers)
    event_type = named.get("ce_type") or b""
    is_put_aside = event_type == _FLAG_TYPE and _PUT_ASIDE in (record.value or b"")
    shown = (record.key or b"", event_type, named.get("ce_time") or b"", is_put_aside)
    return named.get("ce_id") or b"", _Stored(content_of(record), *shown)


def _difference(one: _Stored, other: _Stored) -> str:
    differing = [name for name in Content._fields if getattr(one.content, name) != getattr(other.content, name)]
    return " and ".join(differing)
