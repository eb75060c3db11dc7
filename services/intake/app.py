"""Builds and runs the two processes of intake: `serve` (HTTP and Kafka doors, one writer) and `relay` (store -> Kafka).

`python -m services.intake.app serve` and `python -m services.intake.app relay`. Both stop in order on SIGTERM and SIGINT; any
error that we can't explain ends the process with exit code 1, and the process manager starts it again. Exit code 3: the store
is not the one that was published (`same_log`).
"""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiokafka.errors import KafkaError, ProducerFenced

from events.schema_files import load_data_schemas, load_documents, load_problem_codes, load_schema, load_schemas
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.planning import Planner
from services.doors.cancelling import give_way_to_cancellation
from services.doors.serving import served
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.event_store import LedgerStore, open_store
from services.intake.adapters.http_receiver import HttpReceiver
from services.intake.adapters.kafka_receiver import KafkaReceiver
from services.intake.adapters.kafka_relay import KafkaLogPublisher
from services.intake.adapters.kafka_tail import Published, last_published_event
from services.intake.adapters.known_states import KnownStates
from services.intake.adapters.problems import Problems
from services.intake.adapters.published_documents import PublishedDocuments
from services.intake.adapters.same_log import LogBehindKafkaError, require_same_log
from services.intake.adapters.system_clock import SystemClock
from services.intake.adapters.writer import Writer
from services.intake.config import ConfigError, IntakeConfig, read_config
from services.intake.domain.example_messages import units_to_try
from services.intake.domain.judge import Judge
from services.intake.domain.naming import NamedDossiers
from services.intake.pipeline import ActionRecorder, publish_recorded
from services.intake.ports import StoreUnavailableError

LOGGER = logging.getLogger("intake")
RELAY_BATCH = 5_000
RELAY_IDLE_SECONDS = 0.02
RELAY_BUSY = 50
"""From so many events in a batch on, more are on their way: wait a little and publish them together."""
RELAY_GATHER_SECONDS = 0.2
RETRY_SECONDS = 1.0
COMPARE_SECONDS = 5.0
"""How often a relay without work looks whether its store still reaches what it published."""
COMPARE_AT_START_SECONDS = 10.0
MAX_KNOWN_STATES = 50_000
EXIT_OTHER_STORE = 3
SHUTDOWN_SECONDS = 5.0
"""How long open HTTP requests may still be answered; the writer has ended by then, so each has its answer."""


async def serve(config: IntakeConfig) -> None:
    """Both doors until cancelled. The HTTP door opens whether or not Kafka is there; the Kafka door keeps trying."""
    store = await _opened_store(config)
    rulebook = load_rulebook(own_calendars=config.own_calendars)
    data_schemas = load_data_schemas()
    reader = ActionReader(load_schema("action.v1"), data_schemas, config.history_sources)
    planner = Planner(rulebook, load_procedures(rulebook.default_rule_set))
    judge = Judge(rulebook=rulebook, planner=planner, read=reader.read)
    named = NamedDossiers(continued_by=config.continued_sources)
    ledger = ActionRecorder(store=store, judge=judge, known_states=KnownStates(MAX_KNOWN_STATES), named=named)
    writer = Writer(ledger, SystemClock())
    problems = Problems(load_problem_codes())
    published = PublishedDocuments(
        load_documents(), load_schemas(), SystemClock().now, lambda day: units_to_try(store.register().units, day)
    )
    is_compared = await _compared_at_start(config, store)
    door = HttpReceiver(writer, reader, problems, store, published, ledger)
    receiver = KafkaReceiver(writer, reader, problems, config.bootstrap_servers)
    try:
        application = door.application(config.hosts)
        where = (config.http_host, config.http_port)
        async with served(application, *where, door.refuse, shutdown_seconds=SHUTDOWN_SECONDS):
            LOGGER.info("listening on http://%s:%s", *where)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(writer.run())
                tasks.create_task(retried("the Kafka door", receiver.run))
                if not is_compared:
                    tasks.create_task(retried("the comparison with Kafka", lambda: _compare(config, store)))
    finally:
        store.close()


async def relay(config: IntakeConfig) -> None:
    """Follow the log until cancelled."""
    store = await _opened_store(config)
    try:
        await retried("the relay", lambda: _relay_once(config, store))
    finally:
        store.close()


async def _relay_once(config: IntakeConfig, store: LedgerStore) -> None:
    publisher = KafkaLogPublisher(config.bootstrap_servers)
    try:
        published = await publisher.start()
        await asyncio.to_thread(require_same_log, store, published)
        position, looked_at = published.notification_id, 0.0
        LOGGER.info("going on after notification %s", position)
        while True:
            give_way_to_cancellation()
            reached = await publish_recorded(store, publisher, position, RELAY_BATCH)
            if reached == position and (now := asyncio.get_running_loop().time()) - looked_at > COMPARE_SECONDS:
                looked_at = now
                await asyncio.to_thread(require_same_log, store, Published(position, ""))
            await asyncio.sleep(_pause_after(reached - position))
            position = reached
    finally:
        await publisher.stop()


async def _compared_at_start(config: IntakeConfig, store: LedgerStore) -> bool:
    """Compare before anybody is answered; False while Kafka is away: then it is done as soon as it is there."""
    try:
        async with asyncio.timeout(COMPARE_AT_START_SECONDS):
            await _compare(config, store)
    except (KafkaError, StoreUnavailableError, OSError) as error:  # a TimeoutError is an OSError
        LOGGER.warning("Kafka is away, so the store is compared with it later: %s", error)
        return False
    return True


async def _compare(config: IntakeConfig, store: LedgerStore) -> None:
    await asyncio.to_thread(require_same_log, store, await last_published_event(config.bootstrap_servers))


def _pause_after(published: int) -> float:
    """Seconds to let the next batch grow: a transaction over all partitions costs about the same whatever it holds."""
    if published == 0:
        return RELAY_IDLE_SECONDS
    return RELAY_GATHER_SECONDS if RELAY_BUSY <= published < RELAY_BATCH else 0.0


async def retried(what: str, run: Callable[[], Awaitable[None]]) -> None:
    """Retry with a pause while the other side is away, until it ended well; anything else is raised and stops the process."""
    while True:
        try:
            return await run()
        except ProducerFenced:
            raise
        except (KafkaError, StoreUnavailableError, OSError) as error:  # a TimeoutError is an OSError
            give_way_to_cancellation()
            LOGGER.warning("%s is interrupted, trying again in %s s: %s", what, RETRY_SECONDS, error)
            await asyncio.sleep(RETRY_SECONDS)


async def _opened_store(config: IntakeConfig) -> LedgerStore:
    if config.store_settings.get("PERSISTENCE_MODULE", "eventsourcing.sqlite") == "eventsourcing.sqlite":
        Path(config.store_settings["SQLITE_DBNAME"]).parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            return await asyncio.to_thread(open_store, config.store_settings)
        except StoreUnavailableError as error:
            LOGGER.warning("the event store is away, trying again in %s s: %s", RETRY_SECONDS, error)
            await asyncio.sleep(RETRY_SECONDS)


async def _until_signalled(work: Awaitable[None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        LOGGER.info("stopped")


def main(arguments: list[str]) -> int:
    """The process entry; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    processes = {"serve": serve, "relay": relay}
    if len(arguments) != 1 or arguments[0] not in processes:
        sys.stderr.write("usage: python -m services.intake.app serve|relay\n")
        return 2
    try:
        config = read_config(os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    os.umask(0o077)  # what is recorded is nobody else's to read
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # values that die by themselves: fewer looks for circles among them
    code = 0
    try:
        asyncio.run(_until_signalled(processes[arguments[0]](config)))
    except* LogBehindKafkaError as errors:
        LOGGER.error("%s", errors.exceptions[0])
        code = EXIT_OTHER_STORE
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
