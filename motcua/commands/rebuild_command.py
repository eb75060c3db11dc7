"""`motcua rebuild`: builds anew what follows from the event store, and shows that it came out as it was."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from motcua.addresses import Addresses, found, planned
from motcua.commands.restore_command import put_aside
from motcua.commands.sql_command import supervisor_client
from motcua.output import CommandError, ExitCode, progress_console
from motcua.progress import ProgressBar
from motcua.rebuilding.broker import reachable_kafka
from motcua.rebuilding.run import rebuilt
from motcua.rebuilding.telling import show_rebuilt
from motcua.running import attached, program_of, require_stopped, start_program, stop_program
from motcua.store_file import store_file, store_settings
from services.stats.adapters.clickhouse import drop_database
from services.stats.questions import LEVELS, figures, loading, rows_of, values_of

POLL_SECONDS = 0.5
FILL_SECONDS = 6 * 3600.0
SHOWN_DIFFERENCES = 20
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the statistics said at one time: counts, which only grow, and figures."""

    counted: dict[str, int]
    figures: dict[str, float | None]


@click.group("rebuild")
def command() -> None:
    """Build anew what follows from the event store."""


@command.command("clickhouse")
def clickhouse() -> int:
    """Empty ClickHouse and count every record on Kafka again, with the stack running; then compare with what was there before.

    The loader is stopped meanwhile, the page says that the statistics are being built, figures and reports are refused. Exit
    code 1 when a count or a figure differs afterwards. Where ClickHouse itself can't start any more: `motcua stop`, and this
    command puts its folder aside; the next `motcua up` builds it.
    """
    addresses = found(os.environ)
    if not _is_running(addresses):
        return _aside(planned(os.environ), ["clickhouse"])
    stop_program(addresses, program_of(addresses, "stats"))
    as_of = datetime.now(UTC)
    before = _before(addresses, as_of)
    drop_database(addresses.clickhouse_url)
    start_program(addresses, program_of(addresses, "stats"))
    _wait_until_whole(addresses)
    return _compared(before, _asked(addresses, lambda client: _counts(client, as_of)))


@command.command("deadlines")
def deadlines() -> int:
    """Put the rows of the deadline worker aside; at the next start it reads its open clocks from Kafka's changelog.

    The stack must be stopped.
    """
    return _aside(planned(os.environ), ["deadlines"])


@command.command("kafka")
def kafka() -> int:
    """Put the broker's data aside, and with it what was made of it; the next `motcua up` publishes the whole store again.

    The stack must be stopped. Due dates, classes and figures come out the same. Actions on `counter-actions` that were not read
    yet, and dead letters, are only on Kafka: they stay in the folder that is put aside.
    """
    addresses = planned(os.environ)
    if not addresses.is_own_kafka:
        raise CommandError(
            f"Kafka at {addresses.kafka} is not started by motcua; empty it with its own means", ExitCode.USAGE
        )
    store_file(addresses)
    return _aside(addresses, ["kafka", "deadlines", "clickhouse"])


@command.command("store")
@click.option(
    "--leave-out", "left_out", multiple=True, metavar="TOPIC:PARTITION@OFFSET", help="A record that is none of ours."
)
@click.option(
    "--numbers-were-given-up", "may_have_unused", is_flag=True, help="PostgreSQL: missing numbers belong to no event."
)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many wrong records to name.")
def store(left_out: tuple[str, ...], limit: int, *, may_have_unused: bool) -> int:
    """Build the event store from `dossier-events` and `reference-events`; the old file is put aside.

    The stack must be stopped; a broker of our own is started for it. Every hash chain is checked, and the store's own numbers:
    where a record is missing, stands twice or was forged, it is named, nothing is built, and the exit code is 1. What was
    recorded and not published yet is not on Kafka. Example: motcua rebuild store --leave-out dossier-events:3@120
    """
    addresses = planned(os.environ)
    require_stopped(addresses, "this")
    with reachable_kafka(addresses):
        built = asyncio.run(
            rebuilt(
                addresses.kafka, store_settings(addresses), limit, left_out=left_out, may_have_unused=may_have_unused
            )
        )
    return show_rebuilt(built)


def _is_running(addresses: Addresses) -> bool:
    try:
        attached(addresses)
    except CommandError:
        return False
    return True


def _aside(addresses: Addresses, names: list[str]) -> int:
    require_stopped(addresses, "this")
    data_dir = Path(addresses.data_dir)
    held = [name for name in names if (data_dir / name).exists()]
    if not held:
        click.echo(f"{data_dir} has no {', '.join(names)}; `motcua up` makes it")
        return int(ExitCode.OK)
    aside = put_aside(data_dir, held)
    click.echo(
        f"{', '.join(held)} is in {aside} now. Start with `motcua up`, which builds it anew; then delete that folder."
    )
    return int(ExitCode.OK)


def _before(addresses: Addresses, as_of: datetime) -> Seen | None:
    """What is counted now; None where ClickHouse can't say."""
    try:
        return _asked(addresses, lambda client: _counts(client, as_of))
    except (CommandError, ClickHouseError) as error:
        progress_console().print(f"nothing to compare with afterwards: {error}", style="yellow")
        return None


def _asked(addresses: Addresses, question: Callable[[Client], AnswerT]) -> AnswerT:
    with supervisor_client(addresses.reader_url) as client:
        return question(client)


def _counts(client: Client, as_of: datetime) -> Seen:
    """How many events of each type and dossiers there are, and every figure of every unit of all time, judged at one instant."""
    events = client.query("SELECT event_type, count() FROM events FINAL GROUP BY event_type").result_rows
    dossiers = rows_of(client, "extent", {})[0]["dossier_count"]
    counted = {"dossiers": dossiers, **{f"events {kind}": count for kind, count in events}}
    of_units = {f"{level} {one.unit_id} {name}": value for level in LEVELS for one in figures(client, level, now=as_of)
                for name, value in values_of(one).items()}  # fmt: skip
    return Seen(counted=counted, figures=of_units)


def _wait_until_whole(addresses: Addresses) -> None:
    give_up_at = time.monotonic() + FILL_SECONDS
    with ProgressBar("Thống kê (statistics)", None) as bar:
        while time.monotonic() < give_up_at:
            seen = _asked(addresses, loading)
            bar.at(seen.counted, seen.counted + seen.missing)
            if seen.state == "current" and seen.unread == 0:
                return
            time.sleep(POLL_SECONDS)
    raise CommandError("the statistics are still being built; see `motcua status`", ExitCode.AWAY)


def _compared(before: Seen | None, after: Seen) -> int:
    if before is None:
        click.echo(f"built anew: {after.counted['dossiers']} dossiers")
        return int(ExitCode.OK)
    lost = [name for name, count in before.counted.items() if after.counted.get(name, 0) < count]
    came = sum(after.counted.values()) - sum(before.counted.values())
    was, now = {**before.counted, **before.figures}, {**after.counted, **after.figures}
    differing = lost if came > 0 else [name for name in {**was, **now} if was.get(name) != now.get(name)]
    for name in differing[:SHOWN_DIFFERENCES]:
        click.echo(f"differs: {name} was {was.get(name)}, is {now.get(name)}")
    if differing:
        click.echo(f"{len(differing)} of {len(now)} counts and figures differ")
        return int(ExitCode.FINDINGS)
    same = (
        f"all {len(now)} counts and figures are as before"
        if came == 0
        else "nothing is missing; more came in meanwhile"
    )
    click.echo(f"built anew: {after.counted['dossiers']} dossiers; {same}")
    return int(ExitCode.OK)
