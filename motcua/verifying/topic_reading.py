"""What stands on `dossier-events` and `reference-events`, committed records only, for `verify`."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from uuid import UUID

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from events.errors import MessageError
from events.record_chain import structured_of
from events.topics import Topic
from motcua.kafka_reading import read_topic
from motcua.output import CommandError, ExitCode
from motcua.verifying.domain import KAFKA, Chain, Finding, Findings, StatisticsSide
from services.intake.adapters.kafka_tail import PLACE_HEADER

TOPICS = (Topic.DOSSIER_EVENTS.value, Topic.REFERENCE_EVENTS.value)
SILENT_SECONDS = 30.0
ASKED_EVERY = 500
Counted = Mapping[tuple[str, int], int]
"""Of each partition: everything before that offset is in ClickHouse, by its loader's own report."""


class TopicReading:
    """Takes the records one by one; `published` is the highest number of the store that stands on a topic."""

    def __init__(self, chain: Chain, findings: Findings) -> None:
        self.published = 0
        self.records = 0
        self._chain = chain
        self._findings = findings

    async def read(
        self, bootstrap_servers: str, statistics: StatisticsSide | None, counted: Counted
    ) -> AsyncIterator[int]:
        """Read both topics; yields the count of records now and then. CommandError where Kafka doesn't answer any more."""
        try:
            async with asyncio.timeout(SILENT_SECONDS) as limit:
                for topic in TOPICS:
                    async for record in read_topic(bootstrap_servers, topic):
                        self._take(record, statistics, counted)
                        if self.records % ASKED_EVERY == 0:
                            limit.reschedule(asyncio.get_running_loop().time() + SILENT_SECONDS)
                            yield self.records
                    limit.reschedule(asyncio.get_running_loop().time() + SILENT_SECONDS)
        except (KafkaError, TimeoutError, OSError) as error:
            raise CommandError(f"Kafka at {bootstrap_servers} does not answer any more", ExitCode.AWAY) from error

    def _take(self, record: ConsumerRecord, statistics: StatisticsSide | None, counted: Counted) -> None:
        self.records += 1
        where = f"{KAFKA}, {record.topic} partition {record.partition} offset {record.offset}"
        try:
            structured = structured_of(record.value, record.headers)
            stream = UUID(structured["subject"]).int
        except (MessageError, ValueError) as error:
            name = (record.key or b"").decode(errors="replace")
            self._findings.add(
                Finding(stream=name, code=None, number=0, what=f"no event of ours: {error}", where=where)
            )
            return
        number = structured["streamseq"]
        index = self._chain.take(stream, number, structured, where)
        if index is None:
            return
        self.published = max(self.published, place_of(record))
        if statistics is not None:
            is_counted = record.offset < counted.get((record.topic, record.partition), 0)
            statistics.compare(stream, index, number, is_counted=is_counted)


def place_of(record: ConsumerRecord) -> int:
    """The store's number that the relay gave it, 0 where it has none."""
    said = dict(record.headers).get(PLACE_HEADER, b"")
    return int(said) if said.isdigit() else 0
