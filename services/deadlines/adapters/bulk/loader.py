"""The bulk path: the whole log from Kafka's bytes to committed deadline events, and rows from which a worker goes on.

Plain aiokafka, transactions of some thousand records, one partition after the other. What already stands on `deadline-events`
is not emitted again (B9), so a load that was killed is simply started once more: the broker ends what it left open. At the end of
a partition its rows are written, and with the last of them, in one transaction, the worker group's offsets.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from events.topics import Topic
from rules.clocks.instants import Instant
from services.deadlines.adapters.bulk.fold import BulkFold, Content, DerivedRecord, PartitionFold, Refused, content_of
from services.deadlines.adapters.bulk.group import WORKER_GROUP, require_no_worker
from services.deadlines.adapters.bulk.log import LogReader, without_cycle_search
from services.deadlines.adapters.live.log_times import LogTimes
from services.deadlines.adapters.store.row_codec import pack
from services.deadlines.adapters.wire.dead_letters import letter_headers

TRANSACTIONAL_ID = "deadlines-bulk"
_BATCH_BYTES = 512 * 1024
_MOST_RECORDS = 10_000
"""Of one transaction; readers of committed records wait for its end."""

Row = tuple[bytes, bytes | None]


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What came of a load. `different`: events that stand with another content than the log gives; they are left alone."""

    events: int = 0
    emitted: int = 0
    known_before: int = 0
    different: int = 0
    refused: int = 0
    rows: int = 0
    forgotten_rows: int = 0


class BulkLoader:
    """Loads every partition of `dossier-events` up to where it ends now."""

    def __init__(self, bootstrap_servers: str, fold: BulkFold) -> None:
        self._bootstrap = bootstrap_servers
        self._fold = fold
        self._reader: LogReader
        self._producer: Any
        self.loaded = Loaded()

    async def run(self, until: Instant | None, *, takes_over: bool) -> Loaded:
        """Fold, publish what is missing, let time pass until an instant (None: not at all), and leave rows for a worker.

        Raises:
            WorkerRunningError: it is to take over, but a worker of the group runs.
        """
        if takes_over:
            await require_no_worker(self._bootstrap)
        self._reader = LogReader(self._bootstrap)
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=TRANSACTIONAL_ID,
            acks="all",
            compression_type="zstd",
            max_batch_size=_BATCH_BYTES,
            linger_ms=0,
        )
        async with self._reader:
            # Whatever a load before us left open is aborted by this; only then it can be told what stands.
            await self._producer.start()
            try:
                with without_cycle_search():
                    await self._load(until, takes_over=takes_over)
            finally:
                await self._producer.stop()
        return self.loaded

    async def _load(self, until: Instant | None, *, takes_over: bool) -> None:
        # Asked after `until` was chosen: everything appended until then stands before these ends.
        ends = await self._reader.ends(Topic.DOSSIER_EVENTS)
        emitted = await self._reader.ends(Topic.DEADLINE_EVENTS)
        ticks = await self._reader.ends(Topic.DEADLINE_TICKS)
        rows = await self._reader.ends(Topic.DEADLINES_CHANGELOG)
        letters = await self._letters()
        for number, end in ends.items():
            known = await self._known(number, emitted.get(number, 0))
            here = PartitionFold()
            await self._follow(
                number, end, here, _Publisher(self._producer, self.loaded, number, known, letters), until
            )
            if takes_over:
                await require_no_worker(self._bootstrap)
                stale = await self._stored_keys(number, rows.get(number, 0)) - here.states.keys()
                await self._leave_rows(number, here, stale, _offsets(number, end, ticks.get(number, 0), here))
            self.loaded.events += here.event_count

    async def _follow(
        self, number: int, end: int, here: PartitionFold, publisher: "_Publisher", until: Instant | None
    ) -> None:
        async for records in self._reader.read(Topic.DOSSIER_EVENTS, number, end):
            derived = self._fold.fold(here, records)
            publisher.put_aside(here.refused)
            here.refused.clear()
            await publisher.publish(derived)
        if until is not None:
            for derived in self._fold.pass_time(here, until, until):
                await publisher.publish(derived)
        await publisher.end()

    async def _known(self, number: int, end: int) -> dict[bytes, Content]:
        """What stands on `deadline-events`, by id."""
        known: dict[bytes, Content] = {}
        async for records in self._reader.read(Topic.DEADLINE_EVENTS, number, end):
            for record in records:
                known.setdefault(dict(record.headers).get("ce_id", b""), content_of(record))
        self.loaded.known_before += len(known)
        return known

    async def _letters(self) -> set[tuple[bytes, bytes]]:
        """Which records of the log were put aside before: partition and offset, as their dead letters tell."""
        found: set[tuple[bytes, bytes]] = set()
        for number, end in (await self._reader.ends(Topic.DOSSIER_EVENTS_DLQ)).items():
            async for records in self._reader.read(Topic.DOSSIER_EVENTS_DLQ, number, end):
                for record in records:
                    named = dict(record.headers)
                    found.add((named.get("dlq_partition", b""), named.get("dlq_offset", b"")))
        return found

    async def _stored_keys(self, number: int, end: int) -> set[bytes]:
        """The keys of the rows that a worker would recover."""
        keys: set[bytes] = set()
        async for records in self._reader.read(Topic.DEADLINES_CHANGELOG, number, end):
            for record in records:
                (keys.discard if record.value is None else keys.add)(record.key)
        return keys

    async def _leave_rows(
        self, number: int, here: PartitionFold, stale: set[bytes], offsets: dict[TopicPartition, OffsetAndMetadata]
    ) -> None:
        """The rows, nothing for rows that are no more, and with the last of them where the worker reads on."""
        rows: list[Row] = [(key, None) for key in stale]
        for key, state in here.states.items():
            rows.append((key, pack(state, number)))
            if len(rows) >= _MOST_RECORDS:
                async with self._producer.transaction():
                    await _append(self._producer, Topic.DEADLINES_CHANGELOG, number, _plain(rows))
                rows = []
        async with self._producer.transaction():
            await _append(self._producer, Topic.DEADLINES_CHANGELOG, number, _plain(rows))
            await self._producer.send_offsets_to_transaction(offsets, WORKER_GROUP)
        self.loaded.rows += len(here.states)
        self.loaded.forgotten_rows += len(stale)


class _Publisher:
    """Writes what was derived of one partition, in transactions of some thousand records."""

    def __init__(
        self, producer: Any, loaded: Loaded, number: int, known: dict[bytes, Content], letters: set[tuple[bytes, bytes]]
    ) -> None:
        self._producer = producer
        self._loaded = loaded
        self._number = number
        self._known = known
        self._letters = letters
        self._derived: list[DerivedRecord] = []
        self._refused: list[Refused] = []

    def put_aside(self, refused: Sequence[Refused]) -> None:
        """Take what can't be read or folded in; with what is written next it goes to the dead letters, unless it lies there."""
        self._loaded.refused += len(refused)
        self._refused += [one for one in refused if _place(one) not in self._letters]

    async def publish(self, derived: Iterable[DerivedRecord]) -> None:
        """Take records that are to stand on `deadline-events`; those that stand there already are passed over (B9)."""
        self._derived += [one for one in derived if self._is_new(one)] if self._known else derived
        if len(self._derived) >= _MOST_RECORDS:
            await self.end()

    def _is_new(self, one: DerivedRecord) -> bool:
        standing = self._known.get(one.event_id)
        if standing is None:
            return True
        self._loaded.different += standing != content_of(one)
        return False

    async def end(self) -> None:
        """Write and commit what was taken; returns when the broker has it."""
        derived, refused = self._derived, self._refused
        self._derived, self._refused = [], []
        if not derived and not refused:
            return
        async with self._producer.transaction():
            await _append(self._producer, Topic.DEADLINE_EVENTS, self._number, derived)
            await asyncio.gather(*[await self._send_letter(one) for one in refused])
        self._loaded.emitted += len(derived)

    async def _send_letter(self, refused: Refused) -> Any:
        record, error = refused
        headers = letter_headers(record, error)
        return await self._producer.send(Topic.DOSSIER_EVENTS_DLQ.value, record.value, key=record.key, headers=headers)


def _place(refused: Refused) -> tuple[bytes, bytes]:
    return str(refused.record.partition).encode(), str(refused.record.offset).encode()


def _offsets(number: int, end: int, ticks_end: int, here: PartitionFold) -> dict[TopicPartition, OffsetAndMetadata]:
    """Where the worker reads on, with the time of the log there as its note."""
    times = LogTimes()
    time = times.of(number)
    time.catching_up_at, time.open_until = here.time.catching_up_at, here.time.open_until
    times.mark_done(number)
    return {
        TopicPartition(Topic.DOSSIER_EVENTS.value, number): OffsetAndMetadata(end, times.note(number)),
        TopicPartition(Topic.DEADLINE_TICKS.value, number): OffsetAndMetadata(ticks_end, ""),
    }


def _plain(rows: Iterable[Row]) -> list[tuple[bytes, bytes | None, list[Any]]]:
    return [(key, value, []) for key, value in rows]


async def _append(producer: Any, topic: Topic, number: int, records: Iterable[tuple[bytes, bytes | None, Any]]) -> None:
    """Write records in whole batches and wait until the broker has them."""
    writes: list[Any] = []
    batch: Any = producer.create_batch()
    for key, value, headers in records:
        if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            writes.append(await producer.send_batch(batch, topic.value, partition=number))
            batch = producer.create_batch()
            batch.append(timestamp=None, key=key, value=value, headers=headers)
    if batch.record_count():
        writes.append(await producer.send_batch(batch, topic.value, partition=number))
    await asyncio.gather(*writes)
