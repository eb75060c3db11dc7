"""What the pure pipeline says over the log as it stands on the broker, with the log's own times."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aiokafka import ConsumerRecord

from events.errors import MessageError
from events.topics import Topic
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.instants import micros
from rules.clocks.log_time import LogTime
from rules.clocks.state import StreamState
from services.deadlines.adapters.wire.fact_reader import read_linked
from services.deadlines.adapters.wire.record_writer import RecordWriter
from services.deadlines.pipeline import Pipeline
from tests.integration.deadlines.harness import GRACE, HISTORY_QUIET, Reader

Said = tuple[Any, ...]


@cache
def pipeline() -> Pipeline:
    rulebook = load_rulebook()
    procedures = load_procedures(rulebook.default_rule_set)
    return Pipeline(rulebook, procedures, grace=GRACE, history_quiet=HISTORY_QUIET, retention=timedelta(days=30))


async def whole_log(bootstrap: str) -> "list[ConsumerRecord[Any, Any]]":
    async with Reader(bootstrap, Topic.DOSSIER_EVENTS) as reader:
        while True:
            count = len(reader.records)
            if count == len(await reader.more(600)) and count:
                return sorted(reader.records, key=lambda record: (record.partition, record.offset))


async def expected_of_log(bootstrap: str, until: datetime | None = None) -> dict[str, Said]:
    """By id: what was said when the facts became known, and what fell due since, until an instant or now."""
    states: dict[bytes, StreamState] = {}
    times: dict[int, LogTime] = defaultdict(LogTime)
    emitted: dict[str, Said] = {}
    for record in await whole_log(bootstrap):
        try:
            fact, link = read_linked(record.key, record.value, record.headers, record.timestamp * 1000)
        except MessageError:
            continue
        after, concluded, _ = pipeline().on_record(states.get(record.key), fact, link, times[record.partition])
        assert after is not None
        states[record.key] = after
        _note(emitted, record.key, after, concluded)
    now = micros(until or datetime.now(UTC))
    for key, state in states.items():
        turned = pipeline().on_check(state, now, now)
        _note(emitted, key, turned.state or state, turned.emitted)
    return emitted


def without_detection(key: bytes, value: bytes, headers: Any) -> Said:
    """A record as far as it must be the same however often it is said."""
    return key, value, tuple(header for header in headers if header[0] != "ce_recordedat")


def _note(emitted: dict[str, Said], key: bytes, state: StreamState, concluded: list[DerivedEvent]) -> None:
    written = RecordWriter().write(key.decode(), concluded)
    for value, headers in written:
        emitted[dict(headers)["ce_id"].decode()] = without_detection(key, value, headers)
