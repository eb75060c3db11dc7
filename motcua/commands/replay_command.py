"""`motcua replay deadlines`: derives every deadline event again from the log, and compares or publishes."""

import asyncio
import gc
import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click
from aiokafka.errors import KafkaError

from motcua.addresses import found
from motcua.output import CommandError, ExitCode, print_json, print_table
from rules.clocks.instants import micros
from services.deadlines.adapters.bulk.fold import BulkFold
from services.deadlines.adapters.bulk.group import WorkerRunningError
from services.deadlines.adapters.bulk.loader import BulkLoader, Loaded
from services.deadlines.adapters.bulk.verify import Verification, verify
from services.deadlines.app import make_pipeline
from services.deadlines.config import DeadlinesConfig, read_config

VERIFY_MARGIN = timedelta(seconds=5)
"""What fell due so lately may not have been said yet."""


@click.group("replay")
def command() -> None:
    """Derive again what follows from the record."""


@command.command("deadlines")
@click.option("--verify", "action", flag_value="verify", default=True, help="Compare with what was said (the default).")
@click.option("--publish", "action", flag_value="publish", help="Say what is missing and leave rows for a worker.")
@click.option("--limit", type=int, default=20, show_default=True, help="How many differences to show.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def deadlines(action: str, limit: int, *, as_json: bool) -> int:
    """Fold the whole log of dossier-events from an empty state.

    With --verify every derived deadline event is compared with what stands on deadline-events, by id and content; exit code 1
    when something is missing, too much, different or doubled. Nothing is written, and a worker may run meanwhile.

    With --publish what is missing is published and the table of the deadline worker is written anew, so that a worker which
    starts afterwards goes on from there; no worker may run. What already stands is never said again or changed (B9); exit code 1
    when something stands with another content. Killed at any moment, it is simply run again.
    """
    bootstrap = found(os.environ).kafka
    config = read_config(os.environ)
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        if action == "publish":
            return _published(asyncio.run(_publish(bootstrap, config)), as_json=as_json)
        return _verified(asyncio.run(_verify(bootstrap, config)), limit, as_json=as_json)
    except WorkerRunningError as error:
        raise CommandError(str(error), ExitCode.FINDINGS) from error
    except (KafkaError, OSError) as error:
        raise CommandError(f"Kafka at {bootstrap} does not answer: {error}", ExitCode.AWAY) from error


async def _verify(bootstrap: str, config: DeadlinesConfig) -> Verification:
    return await verify(
        bootstrap, BulkFold(make_pipeline(config)), micros(datetime.now(UTC) - config.grace - VERIFY_MARGIN)
    )


async def _publish(bootstrap: str, config: DeadlinesConfig) -> Loaded:
    until = micros(datetime.now(UTC) - config.grace)
    return await BulkLoader(bootstrap, BulkFold(make_pipeline(config))).run(until, takes_over=True)


def _verified(result: Verification, limit: int, *, as_json: bool) -> int:
    if as_json:
        print_json(asdict(result) | {"is_equal": result.is_equal})
    else:
        click.echo(
            f"{result.events} dossier events give {result.derived} deadline events; {result.stored} stand on the topic"
            f" ({result.repeated} of them more than once)"
        )
        if result.findings:
            rows = [
                (one.kind, one.dossier_id, one.event_type, one.at, one.event_id, one.why)
                for one in result.findings[:limit]
            ]
            print_table(("Lệch", "Hồ sơ", "Sự kiện", "Lúc", "Mã", "Vì sao"), rows)
        if result.refused or result.healed:
            click.echo(f"{result.refused} records are put aside; {result.healed} flags say so of what was mended since")
        counted = ", ".join(f"{count} {kind}" for kind, count in result.counts.items())
        click.echo(f"different: {counted}" if counted else "equal: every id and every content")
    return int(ExitCode.OK if result.is_equal else ExitCode.FINDINGS)


def _published(result: Loaded, *, as_json: bool) -> int:
    if as_json:
        print_json(asdict(result))
    else:
        click.echo(
            f"{result.events} dossier events; {result.emitted} deadline events published, {result.known_before} stood before;"
            f" {result.rows} rows left for the worker, {result.forgotten_rows} taken away, {result.refused} put aside"
        )
        if result.different:
            click.echo(f"{result.different} stand with another content and were left alone; --verify shows them")
    return int(ExitCode.FINDINGS if result.different else ExitCode.OK)
