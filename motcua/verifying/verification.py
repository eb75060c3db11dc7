"""Reads the places one behind the other, against the way of an event: ClickHouse, Kafka, the store.

So whatever a place holds must stand in the next one, which is read later; what the next one has more is on its way, or missing.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from clickhouse_connect.driver.exceptions import ClickHouseError

from motcua.addresses import Addresses
from motcua.commands.sql_command import supervisor_client
from motcua.output import CommandError, ExitCode
from motcua.progress import ProgressBar
from motcua.verifying.domain import (
    CLICKHOUSE,
    KAFKA,
    STORE,
    Chain,
    Findings,
    Root,
    StatisticsSide,
    StoreSide,
    Streams,
)
from motcua.verifying.statistics_reading import StatisticsReading, counted_upto
from motcua.verifying.store_reading import StoredEvents, StoreReading
from motcua.verifying.topic_reading import Counted, TopicReading


@dataclass(kw_only=True)
class Verified:
    """What was seen. `events` by place that was looked at, `on_their_way` by place that waits for them."""

    findings: Findings
    streams: int = 0
    events: dict[str, int] = field(default_factory=dict)
    on_their_way: dict[str, int] = field(default_factory=dict)
    not_looked_at: dict[str, str] = field(default_factory=dict)
    root: str | None = None


class Verification:
    """One run over the places of an installation, in bounded memory: an end for each stream and place."""

    def __init__(self, store: StoredEvents, limit: int) -> None:
        self._store = store
        self._findings = Findings(limit)
        self._streams = Streams()
        self._statistics: StatisticsSide | None = None
        self._counted: Counted = {}
        self._topic: TopicReading | None = None
        self._topic_chain = Chain(self._streams, self._findings)
        self.seen = Verified(findings=self._findings)

    def look_at_statistics(self, addresses: Addresses) -> None:
        """Compare every row in ClickHouse with the store."""
        side = StatisticsSide(self._streams, self._findings)
        with self._reaching(CLICKHOUSE), supervisor_client(addresses.reader_url) as client:
            self._counted = counted_upto(client)
            with ProgressBar(CLICKHOUSE, None) as bar:
                for rows in StatisticsReading(side, self._store, self._findings).read(client):
                    bar.at(rows, None)
            self._statistics = side
            self.seen.events[CLICKHOUSE] = side.rows

    def look_at_topics(self, addresses: Addresses) -> None:
        """Check the chains on the topics, and what ClickHouse lacks of them."""
        reading = TopicReading(self._topic_chain, self._findings)
        with self._reaching(KAFKA):
            asyncio.run(self._read_topics(reading, addresses.kafka))
            self._topic = reading
            self.seen.events[KAFKA] = reading.records
            if self._statistics is not None:
                self.seen.on_their_way[CLICKHOUSE] = self._statistics.on_their_way

    async def _read_topics(self, reading: TopicReading, bootstrap_servers: str) -> None:
        with ProgressBar(KAFKA, None) as bar:
            async for records in reading.read(bootstrap_servers, self._statistics, self._counted):
                bar.at(records, None)

    def look_at_store(self, root: Root | None = None) -> None:
        """Check the chains in the store, and what the topics lack of them or hold beyond it."""
        chain = Chain(self._streams, self._findings)
        reading = StoreReading(chain, self._findings, has_every_number=self._store.has_every_number)
        published = None if self._topic is None else self._topic.published
        beside = None if published is None else StoreSide(self._topic_chain, published, self._findings)
        upto = self._store.last_id()
        with ProgressBar(STORE, upto) as bar:
            for page in self._store.rows(upto):
                for row in page:
                    taken = reading.take(row)
                    if taken is None:
                        continue
                    if beside is not None:
                        beside.compare(row.stream, taken[0], row.notification_id, chain)
                    if root is not None and not self._findings.count:
                        root.take(*taken)
                bar.advance(len(page))
        if beside is not None:
            beside.close(self._streams, chain)
            self.seen.on_their_way[KAFKA] = beside.on_their_way
        self.seen.events[STORE] = chain.events
        self.seen.streams = len(self._streams)
        if root is not None and not self._findings.count:
            self.seen.root = root.value(self._streams)

    @contextmanager
    def _reaching(self, part: str) -> Iterator[None]:
        """A part that doesn't answer is noted as not looked at; the others are looked at all the same."""
        try:
            yield
        except CommandError as error:
            if error.exit_code is ExitCode.FINDINGS:
                raise
            self.seen.not_looked_at[part] = str(error)
        except (ClickHouseError, OSError) as error:
            self.seen.not_looked_at[part] = str(error).strip().splitlines()[0]


def verified(
    store: AbstractContextManager[StoredEvents], limit: int, addresses: Addresses | None, root: Root | None = None
) -> Verified:
    """Look at the store, and where `addresses` are given at ClickHouse and Kafka before it."""
    with store as reading:
        run = Verification(reading, limit)
        if addresses is not None:
            run.look_at_statistics(addresses)
            run.look_at_topics(addresses)
        run.look_at_store(root)
        return run.seen
