"""The bulk path: the whole log from Kafka's bytes to committed deadline events, and rows from which a worker goes on.

Plain aiokafka, one transaction per batch. What already stands on `deadline-events` is not said again (B9), so a load that was
killed is simply started once more. At the end one transaction per partition holds its rows and the worker group's offsets.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import OffsetAndMetadata

from events.topics import Topic
from services.deadlines.adapters.bulk_fold import BulkFold, PartitionFold, Refused, Said
from services.deadlines.adapters.log_times import LogTimes
from services.deadlines.adapters.row_codec import pack
from services.deadlines.domain.instants import Instant

WORKER_GROUP = "deadlines"
TRANSACTIONAL_ID = "deadlines-bulk"
_FETCH_BYTES = 8 * 1024 * 1024
_POLL_MS = 500
_BATCH_BYTES = 512 * 1024
_MOST_RECORDS = 20_000
_TRIES = 60
_TRY_SECONDS = 0.25


class WorkerRunningError(Exception):
    """A worker of the group is alive: its rows and offsets are not to be changed under it."""


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What came of a load."""

    events: int = 0
    said: int = 0
    known_before: int = 0
    refused: int = 0
    rows: int = 0
    forgotten_rows: int = 0
    streams: dict[int, int] = field(default_factory=dict)


class BulkLoader:
    """Loads every partition of `dossier-events` up to where it ends now."""

    def __init__(self, bootstrap_servers: str, fold: BulkFold) -> None:
        self._bootstrap = bootstrap_servers
        self._fold = fold
        self._known: set[bytes] = set()
        self._ends: dict[int, int] = {}
        self.loaded = Loaded()

    async def run(self, until: Instant | None, *, takes_over: bool) -> Loaded:
        """Fold, say what is missing, let time pass until an instant (None: not at all), and leave rows for a worker.

        Raises:
            WorkerRunningError: it is to take over, but a worker of the group runs.
            StreamGapError: an event is missing in the log.
        """
        if takes_over:
            await require_no_worker(self._bootstrap)
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=TRANSACTIONAL_ID,
            acks="all",
            compression_type="lz4",
            max_batch_size=_BATCH_BYTES,
            linger_ms=0,
        )
        async with log_consumer(self._bootstrap) as consumer:
            await producer.start()
            try:
                self._known = await ids_of(consumer, Topic.DEADLINE_EVENTS)
                self.loaded.known_before = len(self._known)
                await self._follow(consumer, producer)
                if until is not None:
                    await self._let_time_pass(producer, until)
                if takes_over:
                    await self._leave_rows(consumer, producer)
            finally:
                await producer.stop()
        self.loaded.events = sum(one.event_count for one in self._fold.partitions.values())
        self.loaded.streams = {number: len(one.states) for number, one in self._fold.partitions.items()}
        return self.loaded

    async def _follow(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
        async for batches in read_to_end(consumer, Topic.DOSSIER_EVENTS, self._ends):
            said = {number: self._fold.fold(number, records) for number, records in batches.items()}
            refused, self._fold.refused = self._fold.refused, []
            self.loaded.refused += len(refused)
            await self._publish(producer, said, refused)

    async def _let_time_pass(self, producer: AIOKafkaProducer, until: Instant) -> None:
        for number in list(self._fold.partitions):
            waiting: list[Said] = []
            for said in self._fold.pass_time(number, until, until):
                waiting += said
                if len(waiting) >= _MOST_RECORDS:
                    await self._publish(producer, {number: waiting}, [])
                    waiting = []
            await self._publish(producer, {number: waiting}, [])

    async def _publish(
        self, producer: AIOKafkaProducer, said: dict[int, list[Said]], refused: Iterable[Refused]
    ) -> None:
        fresh = {number: self._fresh(records) for number, records in said.items()}
        letters = list(refused)
        if not letters and not any(fresh.values()):
            return
        async with producer.transaction():
            writes = [
                write
                for number, records in fresh.items()
                for write in await _append(producer, Topic.DEADLINE_EVENTS, number, records)
            ]
            writes += [await _send_letter(producer, letter) for letter in letters]
            await asyncio.gather(*writes)
        self.loaded.said += sum(map(len, fresh.values()))

    def _fresh(self, records: list[Said]) -> list[Said]:
        known = self._known
        return [one for one in records if one.event_id not in known] if known else records

    async def _leave_rows(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
        """One transaction per partition: its rows, tombstones for rows that are no more, and where the worker reads on."""
        stale = await keys_of(consumer, Topic.DEADLINES_CHANGELOG)
        ticks = await ends_of(consumer, Topic.DEADLINE_TICKS)
        for number, end in self._ends.items():
            here = self._fold.partitions.get(number) or PartitionFold(number)
            gone = stale.get(number, set()) - here.states.keys()
            rows: list[Said] = [Said(key, pack(state, number), []) for key, state in here.states.items()]
            rows += [Said(key, None, []) for key in gone]  # type: ignore[arg-type]  # a tombstone
            offsets = {
                TopicPartition(Topic.DOSSIER_EVENTS.value, number): OffsetAndMetadata(end, _note(here)),
                TopicPartition(Topic.DEADLINE_TICKS.value, number): OffsetAndMetadata(ticks.get(number, 0), ""),
            }
            async with producer.transaction():
                await asyncio.gather(*await _append(producer, Topic.DEADLINES_CHANGELOG, number, rows))
                await producer.send_offsets_to_transaction(offsets, WORKER_GROUP)
            self.loaded.rows += len(here.states)
            self.loaded.forgotten_rows += len(gone)


def _note(here: PartitionFold) -> str:
    times = LogTimes()
    time = times.of(here.partition)
    time.catching_up_at, time.open_until = here.time.catching_up_at, here.time.open_until
    times.is_done(here.partition)
    return times.note(here.partition)


async def _append(producer: AIOKafkaProducer, topic: Topic, number: int, records: list[Said]) -> list[Any]:
    """Hand records to the producer in whole batches; what to await for their acknowledgement."""
    writes: list[Any] = []
    batch: Any = producer.create_batch()
    count = 0
    for key, value, headers in records:
        if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            writes.append(await producer.send_batch(batch, topic.value, partition=number))
            batch, count = producer.create_batch(), 0
            batch.append(timestamp=None, key=key, value=value, headers=headers)
        count += 1
    if count:
        writes.append(await producer.send_batch(batch, topic.value, partition=number))
    return writes


async def _send_letter(producer: AIOKafkaProducer, letter: Refused) -> Any:
    record, error = letter
    headers = [(name, value) for name, value in record.headers if not name.startswith("dlq_")]
    headers += [
        ("dlq_topic", record.topic.encode()),
        ("dlq_partition", str(record.partition).encode()),
        ("dlq_offset", str(record.offset).encode()),
        ("dlq_reason", f"{type(error).__name__}: {error}".encode()),
    ]
    return await producer.send(Topic.DOSSIER_EVENTS_DLQ.value, record.value, key=record.key, headers=headers)


@contextlib.asynccontextmanager
async def log_consumer(bootstrap_servers: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of committed records without a group, made to read much at once."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=_FETCH_BYTES,
        fetch_max_bytes=8 * _FETCH_BYTES,
        check_crcs=False,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def read_to_end(
    consumer: AIOKafkaConsumer, topic: Topic, ends_found: dict[int, int] | None = None
) -> AsyncIterator[dict[int, list[Any]]]:
    """All committed records of a topic from its beginning to where it ends now, in batches by partition."""
    ends = await ends_of(consumer, topic)
    if ends_found is not None:
        ends_found.update(ends)
    tps = {number: TopicPartition(topic.value, number) for number in ends}
    consumer.assign(list(tps.values()))
    await consumer.seek_to_beginning(*tps.values())
    open_ones = {number for number, end in ends.items() if end}
    while open_ones:
        batches: dict[int, list[Any]] = {}
        got = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_MOST_RECORDS)
        for tp, records in got.items():
            end = ends[tp.partition]
            batches[tp.partition] = records if records[-1].offset < end else [r for r in records if r.offset < end]
        if batches:
            yield batches
        for number in list(open_ones):
            if await consumer.position(tps[number]) >= ends[number]:
                open_ones.discard(number)
                consumer.pause(tps[number])


async def ends_of(consumer: AIOKafkaConsumer, topic: Topic) -> dict[int, int]:
    """Where each partition of a topic ends for readers of committed records."""
    metadata = await consumer._client.fetch_all_metadata()  # noqa: SLF001 the public call only knows subscribed topics
    tps = [TopicPartition(topic.value, number) for number in metadata.partitions_for_topic(topic.value) or ()]
    return {tp.partition: end for tp, end in (await consumer.end_offsets(tps)).items()}


async def ids_of(consumer: AIOKafkaConsumer, topic: Topic) -> set[bytes]:
    """The ids of all events on a topic."""
    known: set[bytes] = set()
    async for batches in read_to_end(consumer, topic):
        for records in batches.values():
            known.update(dict(record.headers).get("ce_id", b"") for record in records)
    return known


async def keys_of(consumer: AIOKafkaConsumer, topic: Topic) -> dict[int, set[bytes]]:
    """The keys of a compacted topic that have a value, by partition."""
    keys: dict[int, set[bytes]] = {}
    async for batches in read_to_end(consumer, topic):
        for number, records in batches.items():
            here = keys.setdefault(number, set())
            for record in records:
                (here.discard if record.value is None else here.add)(record.key)
    return keys


async def require_no_worker(bootstrap_servers: str) -> None:
    """Raise WorkerRunningError if the worker group has members."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        answer = await _described(admin)
        groups = answer.to_object()["groups"]
    finally:
        await admin.close()
    members = [member for group in groups for member in group["members"]]
    if members:
        raise WorkerRunningError(
            f"{len(members)} deadline worker(s) of group {WORKER_GROUP} are running (or ended less than their session"
            " timeout ago); stop them first"
        )


async def _described(admin: AIOKafkaAdminClient) -> Any:
    """The worker group as the broker knows it; a broker that has never had a group needs some seconds for the first answer."""
    for _ in range(_TRIES):
        with contextlib.suppress(GroupCoordinatorNotAvailableError):
            (answer,) = await admin.describe_consumer_groups([WORKER_GROUP])
            return answer
        await asyncio.sleep(_TRY_SECONDS)
    (answer,) = await admin.describe_consumer_groups([WORKER_GROUP])
    return answer
