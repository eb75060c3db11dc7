"""The process of the statistics service: `python -m services.stats.app load | migrate`.

Builds the objects and starts the loops. Exit codes: 0 done or stopped in order, 1 stopped by an error, 2 wrong settings,
3 ClickHouse's data are damaged.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from services.stats.adapters.clickhouse import create_database, open_client, without_password
from services.stats.adapters.comparing import begin, compare
from services.stats.adapters.fact_store import ClickHouseFacts
from services.stats.adapters.kafka_batches import Handovers, KafkaBatches, make_consumer
from services.stats.adapters.kafka_dead_letters import KafkaDeadLetters
from services.stats.adapters.loading_reports import LoadingReports
from services.stats.adapters.migrations import migrate
from services.stats.adapters.recorded_side import RecordedSide
from services.stats.adapters.retries import until_done
from services.stats.adapters.rollup import drop_left_over_stages, refresh_rollup
from services.stats.adapters.views import apply_views
from services.stats.config import Config, ConfigError, read_clickhouse_url, read_config
from services.stats.pipeline import load_forever

_log = logging.getLogger("stats")
_ROLLUP_ANYWAY_SECONDS = 30.0
_COMPARE_SECONDS, _COMPARE_AT_LEAST_SECONDS = 15.0, 120.0
_COMPARE_SHARE = 0.02
"""Comparing reads every event's number, about half a second a million; it takes at most this share of the time, but is done
every two minutes however long it takes: what nobody compares is an alarm after five."""
EXIT_DAMAGED = 3
DAMAGE_CODES = frozenset(
    {
        40,  # checksum doesn't match
        226,  # no file in a data part
        228,  # bad size of a file in a data part
        246,  # corrupted data
    }
)
"""ClickHouse's error codes that no other try cures."""


async def run_loader(config: Config) -> None:
    """Load until cancelled. Waits for ClickHouse and Kafka; raises what neither waiting nor repeating can cure."""
    client = await until_done(
        "ClickHouse: prepare the database", lambda: asyncio.to_thread(prepared, config.clickhouse_url)
    )
    store = ClickHouseFacts(client)
    handovers = Handovers()
    async with _consumer(config, handovers) as consumer, _producer(config) as producer:
        reports = LoadingReports(client)
        batches = KafkaBatches(consumer, handovers, reports, config.batch_rows, config.batch_seconds)
        await batches.take_over()
        dead_letters = KafkaDeadLetters(producer, now=lambda: datetime.now(UTC))
        _log.info("loading from %s into %s", config.kafka_bootstrap_servers, without_password(config.clickhouse_url))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(load_forever(batches, store, dead_letters))
            tasks.create_task(_keep_rollup(client, store, batches, config.rollup_seconds))
            tasks.create_task(_keep_comparing(client, batches, RecordedSide(config.intake_url)))


def prepared(clickhouse_url: str) -> Client:
    """A client of the database, which is created and brought up to date."""
    create_database(clickhouse_url)
    client = open_client(clickhouse_url)
    for name in migrate(client):
        _log.info("applied migration %s", name)
    for name in apply_views(client):
        _log.info("applied view %s", name)
    return client


async def _keep_rollup(client: Client, store: ClickHouseFacts, batches: KafkaBatches, seconds: float) -> None:
    await until_done("ClickHouse: clean up", lambda: asyncio.to_thread(drop_left_over_stages, client))
    seen_writes, clock = -1, asyncio.get_running_loop().time
    anyway_at = clock()
    while True:
        # Facts may also be written by other members and by a change of units; hence a look from time to time anyway.
        if batches.is_first_member() and (store.fact_writes != seen_writes or clock() >= anyway_at):
            seen_writes, anyway_at = store.fact_writes, clock() + _ROLLUP_ANYWAY_SECONDS
            await until_done("ClickHouse: roll-up", lambda: asyncio.to_thread(refresh_rollup, client))
        await asyncio.sleep(seconds)


async def _keep_comparing(client: Client, batches: KafkaBatches, recorded: RecordedSide) -> None:
    clock = asyncio.get_running_loop().time
    await until_done("ClickHouse: compare", lambda: asyncio.to_thread(begin, client))
    while True:
        began = clock()
        if batches.is_first_member():
            await until_done("ClickHouse: compare", lambda: asyncio.to_thread(compare, client, recorded))
        pause = max(_COMPARE_SECONDS, (clock() - began) / _COMPARE_SHARE)
        await asyncio.sleep(min(pause, _COMPARE_AT_LEAST_SECONDS))


@asynccontextmanager
async def _consumer(config: Config, handovers: Handovers) -> AsyncIterator[AIOKafkaConsumer]:
    async def started() -> AIOKafkaConsumer:
        consumer = make_consumer(config.kafka_bootstrap_servers, config.consumer_group, handovers)
        try:
            await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    consumer = await until_done("Kafka: join the group", started)
    try:
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def _producer(config: Config) -> AsyncIterator[AIOKafkaProducer]:
    async def started() -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=config.kafka_bootstrap_servers, acks="all", enable_idempotence=True
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    producer = await until_done("Kafka: dead letters", started)
    try:
        yield producer
    finally:
        await producer.stop()


async def _until_signal(config: Config) -> None:
    loop, loader = asyncio.get_running_loop(), asyncio.ensure_future(run_loader(config))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, loader.cancel)
    try:
        await loader
    except asyncio.CancelledError:
        _log.info("stopped")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.stats.app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("load", help="load the topics into ClickHouse until stopped")
    commands.add_parser("migrate", help="bring the database up to date")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    code = 0
    try:
        if asked.command == "load":
            asyncio.run(_until_signal(read_config(os.environ)))
        else:
            prepared(read_clickhouse_url(os.environ))
    except* ConfigError as errors:
        _log.error("%s", errors.exceptions[0])
        code = 2
    except* DatabaseError as errors:
        first = errors.exceptions[0]
        if getattr(first, "code", None) not in DAMAGE_CODES:
            raise
        _log.error("ClickHouse's data are damaged; build them anew: motcua rebuild clickhouse (%s)", str(first)[:300])
        code = EXIT_DAMAGED
    return code


if __name__ == "__main__":
    sys.exit(main())
