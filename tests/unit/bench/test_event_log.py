"""The log of the comparisons is the relay's, to the byte, and the same for the same seed."""

from collections import Counter, defaultdict
from hashlib import sha256
from itertools import pairwise

import orjson
import pytest
from aiokafka.partitioner import DefaultPartitioner
from jsonschema_rs import validator_for

from bench.event_lives import draw_lives
from bench.event_log import PARTITIONS, LogRecord, log_records, partition_of
from events.codec import from_kafka, to_kafka, to_structured
from events.envelope import Event
from events.hash_chain import GENESIS, hash_of
from events.schema_files import load_data_schemas
from services.intake.adapters.kafka_tail import PLACE_HEADER

COUNT = 6_000


@pytest.fixture(scope="module")
def records() -> list[LogRecord]:
    return list(log_records(COUNT, seed=3))


@pytest.fixture(scope="module")
def events(records: list[LogRecord]) -> list[Event]:
    return [from_kafka(record.value, record.headers) for record in records]


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(records: list[LogRecord]) -> None:
    assert digest(records) == digest(list(log_records(COUNT, seed=3)))
    assert digest(records) != digest(list(log_records(COUNT, seed=4)))


def test_every_record_is_what_the_relay_would_have_written(records: list[LogRecord], events: list[Event]) -> None:
    for number, (record, event) in enumerate(zip(records, events, strict=True), start=1):
        key, value, headers = to_kafka(event)
        place = (PLACE_HEADER, str(number).encode())
        assert record == (key, value, [*headers, place])


def test_the_data_of_every_event_fits_its_schema(events: list[Event], records: list[LogRecord]) -> None:
    schemas = {event_type: validator_for(schema) for event_type, schema in load_data_schemas().items()}
    for record, event in zip(records, events, strict=True):
        schemas[event.envelope.event_type].validate(orjson.loads(record.value))


def test_the_events_of_a_dossier_are_numbered_without_gap_and_linked(events: list[Event]) -> None:
    last: dict[str, tuple[int, str]] = defaultdict(lambda: (0, GENESIS))
    for event in events:
        envelope = event.envelope
        seq, hash_before = last[envelope.dossier_id]
        assert (envelope.stream_seq, envelope.prev_hash) == (seq + 1, hash_before)
        assert envelope.hash == hash_of(to_structured(event))
        last[envelope.dossier_id] = (envelope.stream_seq, envelope.hash)


def test_dossiers_are_interleaved_in_order_of_time(events: list[Event]) -> None:
    times = [event.envelope.occurred_at for event in events]
    assert times == sorted(times)
    assert (times[0].year, times[-1].year) == (2024, 2026)
    neighbours = sum(a.envelope.dossier_id == b.envelope.dossier_id for a, b in pairwise(events))
    assert neighbours < COUNT * 0.3
    recorded = [event.envelope.recorded_at for event in events]
    assert recorded == sorted(recorded)


def test_lives_are_of_the_announced_kind(events: list[Event]) -> None:
    lives = draw_lives(COUNT, seed=3)
    kinds = Counter(event.envelope.event_type for event in events)
    assert COUNT <= len(events) < COUNT + 20
    assert 11 < len(events) / len(lives) < 13
    assert 0.1 < kinds["supplement-requested.v1"] / len(lives) < 0.2
    assert 0.01 < sum(not life.is_ended for life in lives) / len(lives) < 0.15
    assert all(event.envelope.is_history for event in events)


def test_partitions_are_those_of_the_relay_and_each_gets_its_share(records: list[LogRecord]) -> None:
    partitions = list(range(PARTITIONS))
    choose = DefaultPartitioner()
    assert all(partition_of(one.key) == choose(one.key, partitions, partitions) for one in records[:500])
    assert sorted(Counter(partition_of(record.key) for record in records)) == partitions


def digest(records: list[LogRecord]) -> str:
    return sha256(repr(records).encode()).hexdigest()
