"""`motcua up`: everything on this machine, until Ctrl-C."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from aiokafka.errors import KafkaConnectionError

from deploy.embedded.kafka.errors import EmbeddedKafkaError
from deploy.embedded.kafka.jars import are_fetched, resolve_jars
from deploy.embedded.kafka.topics import create_topics
from deploy.embedded.processes.errors import StackError
from deploy.embedded.processes.signals import stop_signals_interrupt
from deploy.embedded.processes.stack import Stack
from motcua.addresses import AddressError, Addresses, data_dir_of, planned, write
from motcua.output import CommandError, ExitCode, progress_console
from motcua.preflight import check_before_start, full_disk
from motcua.rulebook import checked_rulebook
from motcua.stack_programs import programs
from motcua.topic_specs import topic_specs
from services.intake.config import HISTORY_SOURCES


@click.command("up")
def command() -> None:
    """Start everything on this machine in order, and stay until Ctrl-C.

    Kafka and ClickHouse are started too, unless KAFKA_BOOTSTRAP_SERVERS or CLICKHOUSE_URL names others.
    """
    with running_stack() as (addresses, stack):
        out = progress_console()
        out.print(f"Trang giám sát (page):     {addresses.web_url}")
        out.print(f"Nhận thao tác (intake):    {addresses.intake_url}/v1/actions")
        out.print(f"Kafka:                     {addresses.kafka}")
        out.print("Ctrl-C để dừng (to stop). Trạng thái (status): motcua status")
        stack.wait(on_progress=_show)


@contextmanager
def running_stack(history_sources: Sequence[str] = ()) -> Iterator[tuple[Addresses, Stack]]:
    """Start the stack and stop it at the end; CommandError with one clear line when it can't be started.

    `history_sources` may send history to this stack, besides those that the environment names (B14).
    """
    os.umask(0o077)  # what is recorded is nobody else's to read
    try:
        addresses = planned(os.environ, creates=True)
        checked_rulebook(addresses.calendars_dir)
        check_before_start(addresses)
        if addresses.is_own_kafka:
            if not are_fetched():
                _show("kafka", "fetching Apache Kafka (only the first time) ...")
            resolve_jars()
        else:
            _show("kafka", f"creating what is missing of the topics at {addresses.kafka} ...")
            asyncio.run(
                create_topics(addresses.kafka, topic_specs(is_one_machine=False, replication_factor=_replication()))
            )
        with (
            stop_signals_interrupt(),
            Stack(addresses.run_dir, programs(addresses, _with_named(history_sources))) as stack,
        ):
            stack.start(_show)
            write(addresses)
            yield addresses, stack
    except KafkaConnectionError as error:
        raise CommandError(f"Kafka does not answer: {error}", ExitCode.AWAY) from error
    except (StackError, EmbeddedKafkaError) as error:
        full = full_disk(data_dir_of(os.environ))
        raise CommandError(f"{error}\n{full}" if full else str(error), ExitCode.CANNOT_START) from error


def _with_named(history_sources: Sequence[str]) -> Sequence[str]:
    named = [one for one in os.environ.get(HISTORY_SOURCES, "").split(",") if one.strip()]
    return [*named, *history_sources]


def _replication() -> int | None:
    given = os.environ.get("MOTCUA_KAFKA_REPLICATION_FACTOR", "")
    if not given:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise AddressError(f"MOTCUA_KAFKA_REPLICATION_FACTOR is {given!r}; it must be a number of brokers")
    return int(given)


def _show(name: str, what: str) -> None:
    progress_console().print(f"  {name:<12} {what}")
