"""A log of dossier events as the relay writes it, made from a seed: the same bytes for everybody who is compared on it.

`make_log(bootstrap, count, seed)` creates the topics and fills `dossier-events`: whole lives from 2024-01 to 2026-06, taken over
from another register (`history`), all dossiers of a day side by side in order of time, some left open at the end. Keys,
headers, values, partitions, compression and transactions are the relay's. Bytes are formatted directly, because a log of a
million events is to cost half a minute; a test reads every record with `events.codec` and writes it back to the same bytes.
The hash chain of each dossier is true: who reads the log checks it.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

from bench.event_lives import Life, draw_lives, uuid_text, working_days
from deploy.embedded.kafka.topics import TopicSpec, create_topics
from events.codec import CONTENT_TYPE, SCHEMA_URN
from events.hash_chain import GENESIS
from events.record_chain import hash_of_record
from events.topics import Topic
from motcua.topic_specs import topic_specs
from services.intake.adapters.kafka_tail import PLACE_HEADER

OUT_TOPIC = "bench-out"
"""Where the peers write what they conclude."""
PARTITIONS = 16
SOURCE = "urn:motcua:bench:counter"
IMPORTED_AT = datetime(2026, 7, 1, tzinfo=UTC)
"""From when on the history was taken over, 5,000 events a second."""
RELAY_BATCH = 5_000
OPENING, NOON, WORKING_SECONDS = 27_000, 14_400, 27_000
"""Working hours, in seconds: from 07:30 of the day, after four hours a break of two, seven and a half hours together."""
BREAK = 7_200

Headers = list[tuple[str, bytes]]


class LogRecord(NamedTuple):
    """One record of `dossier-events`, ready to be sent."""

    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInfo:
    """What was written. `bytes_per_event`: key, value and headers before compression, the mean of the first batch."""

    events: int
    dossiers: int
    open_dossiers: int
    seed: int
    bytes_per_event: int
    seconds: float
    partitions: int = PARTITIONS


def make_log(bootstrap: str, count: int, seed: int) -> LogInfo:
    """Create every topic and write about `count` events (never fewer); for callers outside an event loop.

    Raises FileExistsError when `dossier-events` is already there: a second log behind the first would be another log.
    """
    return asyncio.run(write_log(bootstrap, count, seed))


async def write_log(bootstrap: str, count: int, seed: int) -> LogInfo:
    """As `make_log`, inside an event loop."""
    specs = [*topic_specs(is_one_machine=True), TopicSpec(name=OUT_TOPIC, partitions=PARTITIONS)]
    if Topic.DOSSIER_EVENTS.value not in await create_topics(bootstrap, specs):
        raise FileExistsError(f"{Topic.DOSSIER_EVENTS.value} exists at {bootstrap}: the log needs a broker of its own")
    started = time.monotonic()
    lives = draw_lives(count, seed)
    sent = sample_bytes = 0
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        transactional_id="bench-event-log",
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        max_batch_size=262_144,
        compression_type="zstd",
    )
    await producer.start()
    try:
        records = records_of(lives, seed)
        while batch := list(islice(records, RELAY_BATCH)):
            sample_bytes = sample_bytes or sum(map(_size, batch)) // len(batch)
            await _publish(producer, batch)
            sent += len(batch)
    finally:
        await producer.stop()
    return LogInfo(
        events=sent,
        dossiers=len(lives),
        open_dossiers=sum(not life.is_ended for life in lives),
        seed=seed,
        bytes_per_event=sample_bytes,
        seconds=time.monotonic() - started,
    )


def log_records(count: int, seed: int) -> Iterator[LogRecord]:
    """The records alone, in order."""
    return records_of(draw_lives(count, seed), seed)


async def _publish(producer: AIOKafkaProducer, batch: Sequence[LogRecord]) -> None:
    """One transaction, as the relay's; batches are packed here, because that costs a fifth of `send`."""
    topic = Topic.DOSSIER_EVENTS.value
    sent: list[Any] = []
    open_batches: dict[int, Any] = {}
    async with producer.transaction():
        for record in batch:
            place = partition_of(record.key)
            packed = open_batches.get(place) or open_batches.setdefault(place, producer.create_batch())
            if packed.append(timestamp=None, key=record.key, value=record.value, headers=record.headers) is None:
                sent.append(await producer.send_batch(packed, topic, partition=place))
                packed = open_batches[place] = producer.create_batch()
                packed.append(timestamp=None, key=record.key, value=record.value, headers=record.headers)
        for place, packed in open_batches.items():
            packed.close()
            sent.append(await producer.send_batch(packed, topic, partition=place))
        await asyncio.gather(*sent)


@cache
def partition_of(key: bytes) -> int:
    """The partition that the relay's partitioner gives a dossier."""
    return int((murmur2(key) & 0x7FFFFFFF) % PARTITIONS)


def _size(record: LogRecord) -> int:
    return len(record.key) + len(record.value) + sum(len(name) + len(value) for name, value in record.headers)


def records_of(lives: Iterable[Life], seed: int) -> Iterator[LogRecord]:
    """The events of all lives in order of time, as records."""
    told = [Told(life) for life in lives]
    moments = [
        (at, number, place) for number, one in enumerate(told) for place, (at, _, _) in enumerate(one.life.happened)
    ]
    moments.sort()
    random = Random(f"records {seed}")
    for number, (_, life, place) in enumerate(moments):
        yield told[life].record(place, number, random)


class Told:
    """One life with what all its records have in common."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self._key = life.dossier_id.encode()
        self._subject = ("ce_subject", self._key)
        self._partition_key = ("ce_partitionkey", self._key)
        self._opened_on = ("ce_openedon", local_instant(life.happened[0][0])[:10].encode()) if life.happened else None
        self._unit = ("ce_unitid", str(life.unit.unit_id).encode())
        self._code = ("ce_dossiercode", life.code.encode())
        self._channel = ("ce_channel", str(life.channel).encode())
        self._procedure = ("ce_procedurecode", life.procedure.code.encode())
        self._last_hash = GENESIS.encode()

    def record(self, place: int, number: int, random: Random) -> LogRecord:
        """The event at `place` of this life, `number` of the whole log; both from 0, to be asked for in order."""
        at, event_type, value = self.life.happened[place]
        assert self._opened_on is not None
        recorded_at = IMPORTED_AT + timedelta(microseconds=200 * number)
        actor = f"cb-{self.life.unit.unit_id}-{number % 5 + 1}"
        headers = [
            _CONTENT_TYPE,
            _SPEC_VERSION,
            ("ce_id", uuid_text(random.getrandbits(128)).encode()),
            _SOURCE,
            ("ce_type", event_type.encode()),
            self._subject,
            ("ce_time", local_instant(at).encode()),
            ("ce_recordedat", recorded_at.isoformat().encode()),
            ("ce_streamseq", b"%d" % (place + 1)),
            self._opened_on,
            self._unit,
            self._code,
            ("ce_actorid", actor.encode()),
            _RECEIVING if place == 0 else _HANDLING,
            _OFFICER,
            self._channel,
            ("ce_sourceeventref", f"{self.life.code}-{place + 1}".encode()),
            self._procedure,
            _HISTORY,
            ("ce_prevhash", self._last_hash),
            ("ce_dataschema", f"{SCHEMA_URN}{event_type}".encode()),
            self._partition_key,
            (PLACE_HEADER, b"%d" % (number + 1)),
        ]
        self._last_hash = hash_of_record(value, headers).encode()
        headers.insert(-3, ("ce_hash", self._last_hash))
        return LogRecord(self._key, value, headers)


_CONTENT_TYPE = ("content-type", CONTENT_TYPE.encode())
_SPEC_VERSION = ("ce_specversion", b"1.0")
_SOURCE = ("ce_source", SOURCE.encode())
_RECEIVING = ("ce_actorrole", b"tiep-nhan")
_HANDLING = ("ce_actorrole", b"thu-ly")
_OFFICER = ("ce_actorkind", b"officer")
_HISTORY = ("ce_history", b"true")


def local_instant(at: float) -> str:
    """The instant in working hours of Hà Nội at a place in working days."""
    day = int(at)
    worked = int((at - day) * WORKING_SECONDS)
    minutes, seconds = divmod(OPENING + worked + (BREAK if worked >= NOON else 0), 60)
    return f"{working_days()[day]}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}+07:00"
