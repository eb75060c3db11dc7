"""Builds the deadline worker and runs it: `python -m services.deadlines.app`.

Nothing is built at import. The settings follow the rules that bind (ADR 0009, 0012); what they keep away is written there.
"""

import gc
import logging
import os
import sys
from dataclasses import dataclass
from typing import Any

import faust

from events.topics import Topic
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from services.deadlines.adapters.live import transport
from services.deadlines.adapters.live.checkpoint import Checkpoint
from services.deadlines.adapters.live.faust_agents import AgentDependencies, Agents
from services.deadlines.adapters.live.log_times import LogTimes
from services.deadlines.adapters.live.outbox import Outbox
from services.deadlines.adapters.live.system_clock import SystemClock
from services.deadlines.adapters.live.ticker import TICK_SECONDS, Ticker
from services.deadlines.adapters.store.damage import put_aside_damaged
from services.deadlines.adapters.store.faust_tables import OpenClocks, StoredRows, make_table
from services.deadlines.config import ConfigError, DeadlinesConfig, read_config
from services.deadlines.pipeline import Pipeline
from services.deadlines.ports import WallClock

APP_ID = "deadlines"
"""Consumer group, and the first part of the changelog topic's name."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The Faust app and the parts hung into it; Faust itself holds its listeners only weakly."""

    app: faust.App
    agents: Agents
    clocks: OpenClocks
    checkpoint: Checkpoint
    ticker: Ticker
    listeners: tuple[Any, ...]


def make_pipeline(config: DeadlinesConfig) -> Pipeline:
    """The pipeline of these settings; the bulk path takes the same. Reads the rulebook's and the procedures' files."""
    rulebook = load_rulebook(own_calendars=config.own_calendars)
    return Pipeline(
        rulebook,
        load_procedures(rulebook.default_rule_set),
        grace=config.grace,
        history_quiet=config.history_quiet,
        retention=config.retention,
    )


def make_app(config: DeadlinesConfig, *, clock: WallClock | None = None) -> Worker:
    """Build the worker. Reads the rulebook's and the procedures' files."""
    app = _faust_app(config)
    pipeline = make_pipeline(config)
    table = make_table(app)
    clocks, times = OpenClocks(StoredRows(table, config.data_dir)), LogTimes()
    producer = transport.install(app)
    emitted = Outbox(producer, Topic.DEADLINE_EVENTS.value, config.linger_seconds)
    checkpoint = Checkpoint(producer, clocks, emitted)
    transport.connect(app, checkpoint, times)
    ticks = Outbox(producer, Topic.DEADLINE_TICKS.value, config.linger_seconds)
    ticker = Ticker(pipeline, clock or SystemClock(config.clock_offset), times, ticks, config)
    dependencies = AgentDependencies(
        clocks=clocks, times=times, emitted=emitted, dlq=_topic(app, Topic.DOSSIER_EVENTS_DLQ)
    )
    agents = Agents(pipeline, ticker, dependencies)
    app.agent(_topic(app, Topic.DOSSIER_EVENTS), name="dossier-events", concurrency=1)(agents.on_dossier_events)
    app.agent(_topic(app, Topic.DEADLINE_TICKS), name="deadline-ticks", concurrency=1)(agents.on_ticks)
    listeners = _listen(app, table, clocks, ticker)
    return Worker(app=app, agents=agents, clocks=clocks, checkpoint=checkpoint, ticker=ticker, listeners=listeners)


def main() -> None:
    """Run until stopped. Exit code 0 after a stop, otherwise not 0: the process manager starts the worker again."""
    try:
        config = read_config(os.environ)
    except ConfigError as error:
        sys.exit(f"deadlines: {error}")
    # Three log records per event would otherwise be built and thrown away (streams.md, hazard 19).
    logging.disable(logging.DEBUG)
    os.umask(0o077)  # what is recorded is nobody else's to read
    config.data_dir.mkdir(parents=True, exist_ok=True)
    put_aside_damaged(config.data_dir)
    if config.clock_offset:
        text = (
            "MOTCUA_DEADLINES_CLOCK_OFFSET_SECONDS is set: this worker lives %s away from now. Only a test may do that."
        )
        logger.critical(text, config.clock_offset)
    worker = make_app(config)
    # Each event makes some hundred short-lived objects; looking for cycles among them every 700 costs a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    faust.Worker(worker.app, loglevel=config.log_level, redirect_stdouts=False).execute_from_commandline()


def _faust_app(config: DeadlinesConfig) -> faust.App:
    return faust.App(
        APP_ID,
        broker=f"kafka://{config.bootstrap_servers.replace(',', ';kafka://')}",
        processing_guarantee="at_least_once",
        store="rocksdb://",
        datadir=str(config.data_dir),
        consumer_group_instance_id=f"{APP_ID}-{config.ordinal}",
        key_serializer="raw",
        value_serializer="raw",
        agent_supervisor="mode.supervisors.CrashingSupervisor",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        stream_wait_empty=True,  # calls the consumer's wait_empty, which commits what is done
        stream_recovery_delay=0.0,
        broker_commit_interval=1.0,
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        broker_max_poll_records=1000,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        producer_linger=config.linger_seconds,
        producer_max_batch_size=131_072,
        producer_compression_type="zstd",
        table_standby_replicas=0 if config.worker_count == 1 else 1,
    )


def _topic(app: faust.App, topic: Topic) -> Any:
    return app.topic(topic.value, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


def _listen(app: faust.App, table: Any, clocks: OpenClocks, ticker: Ticker) -> tuple[Any, ...]:
    async def rebuild() -> None:
        changelog = Topic.DEADLINES_CHANGELOG.value
        ours = sorted(tp.partition for tp in app.assignor.assigned_actives() if tp.topic == changelog)
        try:
            found = ticker.rebuild(clocks, ours)
        except Exception as error:
            await app.crash(error)  # Faust would go on without
            raise
        logger.info("open clocks are whole: %d dossiers, %d looks pending", *found)

    async def halt(*_: Any, **__: Any) -> None:
        ticker.halt()
        clocks.drop()

    async def fire() -> None:
        await ticker.fire(app)

    table.on_recover(rebuild)
    app.on_partitions_revoked.connect(halt)
    app.timer(TICK_SECONDS, name="ticker")(fire)
    return rebuild, halt, fire


if __name__ == "__main__":
    main()
