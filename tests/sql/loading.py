"""Puts events into the real engine by the loader's own steps, without Kafka."""

import random
from collections.abc import Sequence

from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.adapters.fact_store import ClickHouseFacts
from services.stats.adapters.loading_reports import LoadingReports, Report
from services.stats.domain.loading import Reached
from services.stats.domain.rows import EventRow, LogPlace, data_text, row_for
from services.stats.pipeline import refresh_facts, touched_by


async def load(client: Client, events: Sequence[Event], batch_sizes: Sequence[int] = (5000,), seed: int = 0) -> None:
    """Load the events in their order, cut into batches of random sizes."""
    chance, store, at = random.Random(seed), ClickHouseFacts(client), 0
    while at < len(events):
        size = chance.choice(batch_sizes)
        await load_rows(store, [row_of(event, at + nth) for nth, event in enumerate(events[at : at + size])])
        at += size


async def call_whole(client: Client) -> None:
    """What the loader reports once it has counted everything: else nobody is shown a figure."""
    reached = Reached(next_offset=1, goal=1)
    await LoadingReports(client).write([Report(topic="dossier-events", partition=0, reached=reached, unread=0)])


async def load_rows(store: ClickHouseFacts, rows: Sequence[EventRow]) -> None:
    """One batch: events, then the facts of the dossiers it touched."""
    await store.insert_events(rows)
    await refresh_facts(store, touched_by(rows))


def row_of(event: Event, offset: int = 0) -> EventRow:
    """The row that the loader would make of a record of this event."""
    return row_for(event, data_text(event), LogPlace("dossier-events", 0, offset, event.envelope.recorded_at))
