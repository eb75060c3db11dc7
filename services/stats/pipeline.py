"""The loader, step by step: records -> events in their chain -> units, facts -> offsets. Each may be repeated without effect.

The order is the promise: offsets are committed last, so whatever dies in between is done again; and the facts are folded from
what ClickHouse knows, not from the batch, so that doubled, late and rival deliveries end in the same rows (ADR 0007).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from events.catalog import DEADLINE_TYPES, REFERENCE_TYPES
from events.codec import STRUCTURED_CONTENT_TYPE, from_kafka
from events.envelope import Event
from events.errors import MessageError, UnknownEventTypeError
from events.hash_chain import Link
from events.record_chain import link_of_record
from events.topics import Topic
from services.stats.domain.chains import Chains
from services.stats.domain.facts import fold
from services.stats.domain.reference import ReferenceRow, reference_row
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
    said = [one for one in batch if one.topic == Topic.REFERENCE_EVENTS]
    if said and (things := await read_all(said, dead_letters, reference_row_of)):
        ids = sorted({one.stream_id for one in things})
        reference = await rows_in_chain(things, Chains(await store.reference_links(ids)), dead_letters)
        if reference:
            await store.insert_reference(reference)
            await store.refresh_register()
    read = await read_all([one for one in batch if one.topic != Topic.REFERENCE_EVENTS], dead_letters, row_of)
    touched = touched_by(one.row for one in read if one.link is not None)
    rows = await rows_in_chain(read, Chains(await store.links(touched) if touched else ()), dead_letters)
    if rows:
        await store.insert_events(rows)
        await refresh_facts(store, touched_by(rows))
    await source.commit(batch)
    return len(rows)


class Read(NamedTuple):
    """One record with its row; `link`: its place in the hash chain of its stream, None where it has none."""

    record: Record
    row: tuple[Any, ...]
    stream_id: str
    link: Link | None


async def read_all(
    batch: Sequence[Record], dead_letters: DeadLetters, row: Callable[[Record, Event], tuple[Any, ...]]
) -> list[Read]:
    """The records of a batch; what can't be read goes to the dead letters first, so that it isn't lost when offsets move on."""
    read = []
    for record in batch:
        try:
            event = from_kafka(record.value, record.headers)
            made, about = row(record, event), event.envelope
            is_chained = record.topic != Topic.DEADLINE_EVENTS
            link = link_of_record(record.value, record.headers, about.stream_seq) if is_chained else None
            read.append(Read(record, made, about.dossier_id, link))
        except MessageError as error:
            await dead_letters.send(record, reason_of(error))
    return read


async def rows_in_chain(read: Iterable[Read], chains: Chains, dead_letters: DeadLetters) -> list[tuple[Any, ...]]:
    """The rows of what has its place in its stream's chain, in order; what has none is a dead letter (ADR 0027)."""
    rows = []
    for one in read:
        try:
            if one.link is not None:
                chains.take(one.stream_id, one.link)
            rows.append(one.row)
        except MessageError as error:
            await dead_letters.send(one.record, reason_of(error))
    return rows


def reason_of(error: MessageError) -> str:
    """What stands in a dead letter."""
    return f"{type(error).__name__}: {error}"


def row_of(record: Record, event: Event) -> EventRow:
    """The row of one record about a dossier. Raises MessageError."""
    if event.envelope.event_type in REFERENCE_TYPES:
        raise UnknownEventTypeError(f"type: {event.envelope.event_type!r} belongs on {Topic.REFERENCE_EVENTS}")
    if record.topic == Topic.DEADLINE_EVENTS and event.envelope.event_type not in DEADLINE_TYPES:
        raise UnknownEventTypeError(f"type: {event.envelope.event_type!r} belongs on {Topic.DOSSIER_EVENTS}")
    return row_for(event, _data_of(record, event), _place_of(record))


def reference_row_of(record: Record, event: Event) -> ReferenceRow:
    """The row of one record about a reference thing. Raises MessageError."""
    return reference_row(event, _data_of(record, event), _place_of(record))


def _data_of(record: Record, event: Event) -> str:
    return record.value.decode() if record.value and is_binary(record) else data_text(event)


def _place_of(record: Record) -> LogPlace:
    return LogPlace(record.topic, record.partition, record.offset, record.appended_at)


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
