"""What the one codec costs a record, in microseconds of processor time: `python -m bench.event_codec [--events N]`.

Records of the bench's log (24 headers, 856 bytes), in memory. Beside the codec stand the least that any reader does, headers to a
dict and JSON to Python values, and what each took before an event was declared once (ADR 0014), measured on 2 cores by this file.
"""

import argparse
import gc
from collections.abc import Callable
from time import process_time
from typing import Any

import msgspec
import orjson

from bench.event_log import LogRecord, log_records
from bench.table import print_table
from events.codec import core_from_kafka, from_kafka, from_structured, parse_json, to_kafka, to_structured
from events.codec import dumps as dump_json
from events.hash_chain import hash_of
from services.deadlines.adapters.wire.fact_reader import read_fact

RUNS = 7
BEFORE = {
    "read: whole envelope and data": 33.6,
    "read: a fact of the clocks": 4.9,
    "read: structured JSON": 26.7,
    "write: Kafka record": 24.8,
    "write: structured": 4.9,
}
Work = Callable[[Any], object]


def micros_each(work: Work, items: list[Any]) -> float:
    """The best of several runs."""
    best = float("inf")
    for _ in range(RUNS):
        gc.collect()
        start = process_time()
        for item in items:
            work(item)
        best = min(best, process_time() - start)
    return best / len(items) * 1e6


def questions(records: list[LogRecord]) -> dict[str, tuple[Work, list[Any]]]:
    """What is measured, by name: the work and what it is done on."""
    events = [from_kafka(one.value, one.headers) for one in records]
    structured = [dump_json(to_structured(one)) for one in events]
    msgspec_json = msgspec.json.Decoder()
    return {
        "limit: headers to a dict, orjson": (lambda one: (dict(one.headers), orjson.loads(one.value)), records),
        "limit: headers to a dict, msgspec": (lambda one: (dict(one.headers), msgspec_json.decode(one.value)), records),
        "read: whole envelope and data": (lambda one: from_kafka(one.value, one.headers), records),
        "read: core of the envelope and data": (lambda one: core_from_kafka(one.value, one.headers), records),
        "read: a fact of the clocks": (lambda one: read_fact(one.key, one.value, one.headers, 0), records),
        "read: structured JSON": (lambda text: from_structured(parse_json(text)), structured),
        "write: Kafka record": (to_kafka, events),
        "write: structured": (to_structured, events),
        "write: structured, hashed": (lambda one: hash_of(to_structured(one)), events),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    records = list(log_records(parser.parse_args().events, 1))
    rows = [
        (name, f"{micros_each(work, items):.1f}", f"{BEFORE[name]:.1f}" if name in BEFORE else "")
        for name, (work, items) in questions(records).items()
    ]
    print_table((f"{len(records):,} records", "µs each", "before"), rows)


if __name__ == "__main__":
    main()
