"""The loader, step by step: records -> events -> facts -> offsets. Each step may be repeated at any time without effect.

The order is the promise: offsets are committed last, so whatever dies in between is done again; and the facts are folded from
what ClickHouse knows, not from the batch, so that doubled, late and rival deliveries end in the same rows (ADR 0007).
"""

from collections.abc import Iterable, Sequence

from events.codec import STRUCTURED_CONTENT_TYPE, from_kafka
from events.errors import MessageError
from services.stats.domain.facts import fold
from services.stats.domain.rows import DossierKey, EventRow, LogPlace, data_text, key_of, row_for
from services.stats.ports import DeadLetters, FactStore, Record, RecordSource

_STRUCTURED = STRUCTURED_CONTENT_TYPE.encode()


async def load_forever(source: RecordSource, store: FactStore, dead_letters: DeadLetters) -> None:
    """Load batch after batch; ends only by an exception or by cancellation."""
    while True:
        await load_batch(source, store, dead_letters)


async def load_batch(source: RecordSource, store: FactStore, dead_letters: DeadLetters) -> int:
    """Load one batch; returns the number of its events."""
    batch = await source.next_batch()
    rows = await rows_of(batch, dead_letters)
    if rows:
        await store.insert_events(rows)
        await refresh_facts(store, touched_by(rows))
    await source.commit(batch)
    return len(rows)


async def rows_of(batch: Sequence[Record], dead_letters: DeadLetters) -> list[EventRow]:
    """The rows of a batch; what can't be read goes to the dead letters first, so that it isn't lost when offsets move on."""
    rows = []
    for record in batch:
        try:
            rows.append(row_of(record))
        except MessageError as error:
            await dead_letters.send(record, f"{type(error).__name__}: {error}")
    return rows


def row_of(record: Record) -> EventRow:
    """The row of one record. Raises MessageError."""
    event = from_kafka(record.value, record.headers)
    data = record.value.decode() if record.value and is_binary(record) else data_text(event)
    return row_for(event, data, LogPlace(record.topic, record.partition, record.offset, record.appended_at))


def is_binary(record: Record) -> bool:
    """Whether the value is the data itself (CloudEvents binary mode), so that it can be kept byte for byte."""
    headers = dict(record.headers)
    return "ce_type" in headers and not (headers.get("content-type") or b"").startswith(_STRUCTURED)


def touched_by(rows: Iterable[EventRow]) -> list[DossierKey]:
    """The dossiers of some rows, each once, in the order of the tables."""
    return sorted({key_of(row) for row in rows})


async def refresh_facts(store: FactStore, keys: Sequence[DossierKey]) -> None:
    """Fold dossiers from all their stored events and store the result.

    If the hierarchy changed meanwhile it is done once more: whoever changed it may have put the levels right just before our
    rows, folded with the old hierarchy, came in.
    """
    known = await store.known_events(keys)
    revision, places = await store.places()
    while True:
        facts = [folded for key, events in known.items() if (folded := fold(key, events, places)) is not None]
        if facts:
            await store.insert_facts(facts)
        revision_before, (revision, places) = revision, await store.places()
        if revision == revision_before:
            return
