"""`motcua verify`: whether every event is what was recorded, in all places; and the root of a day."""

import os
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import click

from motcua.addresses import Addresses, found
from motcua.days import day_option
from motcua.output import CommandError, ExitCode, print_json, print_table
from motcua.store_file import is_sqlite, store_file, store_settings
from motcua.verifying.domain import CLICKHOUSE, KAFKA, STORE, Root, end_of
from motcua.verifying.postgres_reading import opened_table
from motcua.verifying.store_reading import StoredEvents, opened_store
from motcua.verifying.verification import Verified, verified
from services.stats.domain.periods import ZONE, local_day

LEFT_OUT = "left out, as you asked"
WAITING = {KAFKA: "are not published yet", CLICKHOUSE: "are not counted yet"}


@click.command("verify")
@click.option("--store-only", is_flag=True, help="Only the store; also while everything is stopped.")
@day_option("--root", "root_day", "Print the root of all streams as of that day's end. Reads only the store.")
@click.option("--expect", default=None, metavar="HASH", help="With --root: exit code 1 unless the root is this one.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many damaged places to name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(*, store_only: bool, root_day: date | None, expect: str | None, limit: int, as_json: bool) -> int:
    """Check every event's hash, and that it follows the one before, in the store, on Kafka and in ClickHouse.

    Every stream has to end with the same hash everywhere; what is still on its way is counted apart. Nothing is changed, and
    everything may run meanwhile. Exit code 0: whole; 1: damage, the first places are named; 3: a part doesn't answer.

    --root DAY prints one hash over the ends of all streams as of that local day's end, to be published or kept on paper: any
    later change of an earlier event changes it, or is found.

    Example: motcua verify --root 2026-11-26 --expect 0f3a…
    """
    root = _root(root_day, expect)
    addresses = found(os.environ)
    is_store_only = store_only or root is not None
    seen = verified(_opened(addresses), limit, None if is_store_only else addresses, root)
    if is_store_only:
        seen.not_looked_at |= dict.fromkeys((CLICKHOUSE, KAFKA), LEFT_OUT)
    is_other = expect is not None and seen.root is not None and seen.root != expect.strip().lower()
    exit_code = _exit_code(seen, is_other=is_other)
    if as_json:
        print_json(_told(seen, exit_code, root_day, expect))
    else:
        _print(seen, exit_code)
        _print_root(seen, root_day, is_other=is_other)
    return int(exit_code)


def _opened(addresses: Addresses) -> AbstractContextManager[StoredEvents]:
    settings = store_settings(addresses)
    return opened_store(store_file(addresses)) if is_sqlite(settings) else opened_table(settings)


def _root(day: date | None, expect: str | None) -> Root | None:
    if day is None:
        if expect is not None:
            raise CommandError("--expect is the root of a day: give --root DAY too", ExitCode.USAGE)
        return None
    if day >= local_day(datetime.now(UTC)):
        raise CommandError(f"{day} is not over yet: its root may still change", ExitCode.USAGE)
    return Root(end_of(day, ZONE))


def _exit_code(seen: Verified, *, is_other: bool) -> ExitCode:
    if seen.findings.count or is_other:
        return ExitCode.FINDINGS
    is_away = any(reason != LEFT_OUT for reason in seen.not_looked_at.values())
    return ExitCode.AWAY if is_away else ExitCode.OK


def _told(seen: Verified, exit_code: ExitCode, day: date | None, expect: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "is_whole": exit_code is ExitCode.OK,
        "streams": seen.streams,
        "events": seen.events,
        "on_their_way": seen.on_their_way,
        "not_looked_at": seen.not_looked_at,
        "damaged_places": seen.findings.count,
        "first": [asdict(one) for one in seen.findings.first],
    }
    return told if day is None else told | {"root_day": day, "root": seen.root, "expected": expect}


def _print(seen: Verified, exit_code: ExitCode) -> None:
    for part, events in seen.events.items():
        click.echo(f"{part}: {events} events")
    for part, reason in seen.not_looked_at.items():
        click.echo(f"{part} was not looked at: {reason}")
    for part, count in seen.on_their_way.items():
        if count:
            click.echo(f"{count} events {WAITING[part]}: on their way to {part}, no damage")
    findings = seen.findings
    if findings.first:
        rows = [(one.stream, one.code, one.number, one.what, one.where) for one in findings.first]
        print_table(("stream", "code", "number", "what is wrong", "where"), rows)
    if findings.count:
        more = f", the first {len(findings.first)} are shown" if findings.count > len(findings.first) else ""
        click.echo(f"DAMAGE in {findings.count} places{more}")
    elif exit_code is not ExitCode.AWAY:
        which = "the store is" if len(seen.events) == 1 else f"{STORE}, {KAFKA} and {CLICKHOUSE} are"
        click.echo(f"{which} whole: {seen.streams} streams")
    else:
        click.echo("what was looked at is undamaged; the rest is not known")


def _print_root(seen: Verified, day: date | None, *, is_other: bool) -> None:
    if seen.root is not None:
        click.echo(f"root {day} {seen.root}")
    elif day is not None:
        click.echo(f"no root of {day}: the store is damaged")
    if is_other:
        click.echo("the root is ANOTHER one than expected: an earlier event was changed, taken away, or put in")
