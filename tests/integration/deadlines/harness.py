"""A real broker, the real worker as a process, and the ways to talk to both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from deploy.embedded.kafka.topics import TopicSpec, create_topics
from events.codec import from_kafka, to_kafka
from events.envelope import Event
from events.topics import Topic
from tests.waiting import until_async

PARTITIONS = 4
HISTORY_QUIET = timedelta(seconds=8)
GRACE = timedelta(seconds=0.5)
ROOT = Path(__file__).parents[3]


async def make_topics(bootstrap: str, *, has_own_times: bool = False) -> None:
    """Every topic of the worker; `has_own_times`: records of dossier-events keep the time that their writer gave them."""
    own = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
    log_time = own if has_own_times else {"message.timestamp.type": "LogAppendTime"}
    specs = [TopicSpec(name=Topic.DOSSIER_EVENTS.value, partitions=PARTITIONS, configs=log_time)]
    specs += [
        TopicSpec(name=topic.value, partitions=PARTITIONS)
        for topic in (Topic.DEADLINE_EVENTS, Topic.DOSSIER_EVENTS_DLQ)
    ]
    specs.append(TopicSpec(name=Topic.DEADLINE_TICKS.value, partitions=PARTITIONS, configs=log_time))
    compacted = TopicSpec(
        name=Topic.DEADLINES_CHANGELOG.value, partitions=PARTITIONS, configs={"cleanup.policy": "compact"}
    )
    await create_topics(bootstrap, [*specs, compacted])


class WorkerProcess:
    """`python -m services.deadlines.app`, killed without mercy when the test ends."""

    def __init__(self, bootstrap: str, folder: Path, **settings: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.log_path = folder / "worker.log"
        self._env = (
            os.environ
            | {
                "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
                "MOTCUA_DATA_DIR": str(folder / "data"),
                "MOTCUA_DEADLINES_HISTORY_QUIET_SECONDS": str(HISTORY_QUIET.total_seconds()),
                "MOTCUA_DEADLINES_GRACE_SECONDS": str(GRACE.total_seconds()),
                "PYTHONPATH": str(ROOT),
            }
            | settings
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._read_from = 0

    def start(self) -> Self:
        self._read_from = self.log_path.stat().st_size if self.log_path.exists() else 0
        with self.log_path.open("ab") as log:
            command = [sys.executable, "-m", "services.deadlines.app"]
            self._process = subprocess.Popen(command, env=self._env, cwd=ROOT, stdout=log, stderr=log)
        return self

    def log(self) -> str:
        """What it logged since it was last started."""
        return self.log_path.read_bytes()[self._read_from :].decode()

    async def logged(self, text: str, seconds: float = 30) -> str:
        """The line that holds the text, once it was logged since the last start."""

        def line() -> str | None:
            found = next((one for one in self.log().splitlines() if text in one), None)
            assert found or self.is_running(), self.log()[-3000:]
            return found

        logged: str = await until_async(line, seconds, lambda: f"logged: {text}\n{self.log()[-3000:]}")
        return logged

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)

    async def ended(self, seconds: float = 30) -> int:
        assert self._process is not None
        await until_async(lambda: not self.is_running(), seconds, lambda: self.log()[-3000:])
        return int(self._process.returncode)


class Relay:
    """Writes dossier events as intake's relay does: in transactions; some are aborted and must leave no trace."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id="test-relay", acks="all")

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def publish(self, events: Iterable[Event], at: datetime | None = None) -> None:
        """In one transaction; `at`: the time that its records bear, on a topic whose records have times of their own."""
        async with self._producer.transaction():
            await self._send(events, at)

    async def publish_bytes(self, value: bytes, key: bytes, headers: list[tuple[str, bytes]]) -> None:
        async with self._producer.transaction():
            await self._producer.send(Topic.DOSSIER_EVENTS.value, value, key=key, headers=headers)

    @asynccontextmanager
    async def transaction(self, events: Iterable[Event], at: datetime | None = None) -> AsyncIterator[None]:
        """A transaction whose records are on the broker and that stays open until the block ends."""
        async with self._producer.transaction():
            await self._send(events, at)
            await self._producer.flush()
            yield

    async def publish_rows(self, rows: Iterable[tuple[int, bytes, bytes | None]]) -> None:
        """Rows of the changelog in a transaction, as the bulk path writes them."""
        async with self._producer.transaction():
            for partition, key, row in rows:
                await self._producer.send(Topic.DEADLINES_CHANGELOG.value, row, key=key, partition=partition)

    async def abort(self, events: Iterable[Event]) -> None:
        await self._producer.begin_transaction()
        await self._send(events, None)
        await self._producer.flush()
        await self._producer.abort_transaction()

    async def _send(self, events: Iterable[Event], at: datetime | None) -> None:
        known_at = None if at is None else round(at.timestamp() * 1000)
        for event in events:
            key, value, headers = to_kafka(event)
            topic = Topic.DOSSIER_EVENTS.value
            await self._producer.send(topic, value, key=key, headers=headers, timestamp_ms=known_at)


class Reader:
    """Reads a whole topic from its beginning, more at each call."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        self._topic = topic.value
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed")
        self.records: list[ConsumerRecord[Any, Any]] = []

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        partitions = [TopicPartition(self._topic, number) for number in range(PARTITIONS)]
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def more(self, milliseconds: int = 300) -> list[ConsumerRecord[Any, Any]]:
        for batch in (await self._consumer.getmany(timeout_ms=milliseconds)).values():
            self.records.extend(batch)
        return self.records

    def events(self) -> list[Event]:
        return [from_kafka(record.value, record.headers) for record in self.records]


async def empty(bootstrap: str, topic: Topic) -> None:
    """Delete what stands on a topic."""
    partitions = [TopicPartition(topic.value, number) for number in range(PARTITIONS)]
    consumer, admin = AIOKafkaConsumer(bootstrap_servers=bootstrap), AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await consumer.start()
    await admin.start()
    try:
        ends = await consumer.end_offsets(partitions)
        await admin.delete_records({one: RecordsToDelete(before_offset=end) for one, end in ends.items() if end})
    finally:
        await admin.close()
        await consumer.stop()


async def committed_and_end(bootstrap: str, topic: Topic) -> list[tuple[int, int]]:
    """Per partition: the offset that the worker's group has committed, and where the committed log ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id="deadlines", isolation_level="read_committed")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic.value, number) for number in range(PARTITIONS)]
        ends = await consumer.end_offsets(partitions)
        return [(await consumer.committed(partition) or 0, ends[partition]) for partition in partitions]
    finally:
        await consumer.stop()


async def drained(bootstrap: str, topic: Topic, seconds: float = 30) -> None:
    """Wait until everything on the topic is done by the worker."""

    async def are_done() -> bool:
        return all(done == end for done, end in await committed_and_end(bootstrap, topic))

    await until_async(are_done, seconds, f"everything on {topic} done", every=0.2)
