"""One run of `motcua rebuild store`: read by number, check, write; and at the first thing that is wrong only go on looking."""

import time
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from motcua.output import CommandError, ExitCode
from motcua.progress import ProgressBar
from motcua.rebuilding.domain import Published, PublishedOrder
from motcua.rebuilding.reading import TopicsByNumber
from motcua.rebuilding.storing import StoreWriter
from motcua.rebuilding.targets import opened_target
from motcua.store_file import is_sqlite
from motcua.verifying.domain import Findings
from motcua.verifying.topic_reading import TOPICS
from services.intake.ports import StoreUnavailableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What came of it.

    `last_id` and `last_recorded_at` are those of the last event, `unused` numbers that PostgreSQL gave up. `named_anew` counts
    acceptances under a new code, of which the event may not have every name (DR-30).
    """

    findings: Findings
    records: int
    events: int
    named_anew: int
    last_id: int
    last_recorded_at: str
    left_out: int
    unused: int
    seconds: float
    aside: str | None = None

    @property
    def is_built(self) -> bool:
        """Whether there is a new store: only when nothing is wrong."""
        return not self.findings.count


async def rebuilt(
    bootstrap_servers: str,
    settings: Mapping[str, str],
    limit: int,
    *,
    left_out: Collection[str] = (),
    may_have_unused: bool = False,
) -> Rebuilt:
    """Build the store that the settings name; CommandError where Kafka or the store is away, or nothing is published.

    `may_have_unused`: numbers that nobody has were given up by PostgreSQL, as it does when a transaction fails. In an SQLite
    store there are none.
    """
    if may_have_unused and is_sqlite(settings):
        raise CommandError("an SQLite store gives no number up: what is missing is lost", ExitCode.USAGE)
    findings = Findings(limit)
    order = PublishedOrder(findings, may_have_unused=may_have_unused)
    reading = TopicsByNumber(order, findings, left_out)
    started = time.monotonic()
    with opened_target(settings) as target:
        writer = StoreWriter(target.store, findings, target.numbering)
        last_recorded_at = await _written(writer, order, reading.read(bootstrap_servers), findings)
        if unknown := reading.not_found():
            raise CommandError(f"there is no record at {', '.join(unknown)}; nothing was built", ExitCode.USAGE)
        if not reading.records:
            raise CommandError(f"{' and '.join(TOPICS)} are empty: nothing can be built from them", ExitCode.FINDINGS)
        if not findings.count:
            target.keep()
    return Rebuilt(
        findings=findings,
        records=reading.records,
        events=writer.events,
        named_anew=writer.named_anew,
        last_id=order.last,
        last_recorded_at=last_recorded_at,
        left_out=reading.left_out,
        unused=order.unused,
        seconds=time.monotonic() - started,
        aside=None if target.aside is None else str(target.aside),
    )


async def _written(
    writer: StoreWriter, order: PublishedOrder, records: AsyncGenerator[Published], findings: Findings
) -> str:
    """When the last event was recorded."""
    last_recorded_at = ""
    try:
        with ProgressBar("Kho sự kiện (event store)", None) as bar:
            async with aclosing(records) as in_order:
                async for record in in_order:
                    if order.take(record) and not findings.count:
                        writer.take(record)
                        last_recorded_at = record.structured["recordedat"].isoformat()
                    bar.advance(1)
            writer.flush()
    except StoreUnavailableError as error:
        raise CommandError(f"the event store can't be written: {error}", ExitCode.AWAY) from error
    return last_recorded_at
