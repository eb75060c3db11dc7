"""Whatever is changed, taken away, put in or swapped is named once, by stream and number; what is on its way is not."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from events.hash_chain import GENESIS, hash_of
from motcua.verifying.domain import Chain, Finding, Findings, Numbers, Root, StatisticsSide, StoreSide, Streams, end_of
from motcua.verifying.store_reading import opened_store
from motcua.verifying.verification import Verified, verified
from services.intake.adapters.event_store import open_store
from services.stats.domain.periods import ZONE

A, B = UUID(int=0xA1), UUID(int=0xB2)
BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)
Event = dict[str, Any]


def stream_of(stream: UUID, count: int, word: str = "") -> list[Event]:
    """A true chain, one event a day at 08:00 of Việt Nam."""
    chain: list[Event] = []
    for number in range(1, count + 1):
        event: Event = {
            "subject": str(stream),
            "streamseq": number,
            "recordedat": (BEGIN + timedelta(days=number - 1)).isoformat(),
            "dossiercode": f"HS-{stream.int}",
            "data": {"word": f"{word}{number}"},
            "prevhash": chain[-1]["hash"] if chain else GENESIS,
        }
        chain.append(event | {"hash": hash_of(event)})
    return chain


def changed(event: Event) -> Event:
    return event | {"data": {"word": "another"}}


def sealed(event: Event, **more: Any) -> Event:
    fresh = {name: value for name, value in (event | more).items() if name != "hash"}
    return fresh | {"hash": hash_of(fresh)}


def checked(events: Iterable[Event], streams: Streams | None = None) -> tuple[Chain, Findings]:
    findings = Findings(20)
    chain = Chain(streams or Streams(), findings)
    for event in events:
        chain.take(UUID(event["subject"]).int, event["streamseq"], event, "here")
    return chain, findings


def named(findings: Findings) -> list[tuple[int, str]]:
    return [(one.number, one.what) for one in findings.first]


def test_whole_streams_side_by_side_have_no_findings() -> None:
    chain, findings = checked(event for pair in zip(stream_of(A, 4), stream_of(B, 4), strict=True) for event in pair)
    assert (chain.events, findings.count) == (8, 0)


FIRST, SECOND, THIRD, FOURTH = stream_of(A, 4)
OTHER = stream_of(A, 4, "other ")
DAMAGES: dict[str, tuple[list[Event], list[tuple[int, str]]]] = {
    "a changed byte": ([FIRST, changed(SECOND), THIRD, FOURTH], [(2, "it was changed: its hash is another")]),
    "a deleted row": ([FIRST, SECOND, FOURTH], [(3, "number 3 is missing")]),
    "a gap": ([FIRST, FOURTH], [(2, "numbers 2 to 3 are missing")]),
    "the first one deleted": ([SECOND, THIRD], [(1, "number 1 is missing")]),
    "a record without hash": (
        [FIRST, SECOND, {name: value for name, value in THIRD.items() if name != "hash"}, THIRD, FOURTH],
        [(3, "it has no hash")],
    ),
    "two events of one number": ([FIRST, SECOND, OTHER[1], THIRD], [(2, "a second event of number 2")]),
    "a change sealed anew": (
        [FIRST, sealed(changed(SECOND)), THIRD],
        [(3, "it does not follow from the event before")],
    ),
    "a first event that has one before it": (
        [sealed(FIRST, prevhash="ab" * 32), SECOND],
        [(1, "a first event that has one before it"), (2, "it does not follow from the event before")],
    ),
    "a hash that is none": ([FIRST, SECOND | {"hash": "zz" * 32}, SECOND], [(2, "it has no hash")]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_named_by_its_number(name: str) -> None:
    events, expected = DAMAGES[name]
    assert named(checked(events)[1]) == expected


def test_a_finding_names_stream_code_and_place() -> None:
    _, findings = checked([FIRST, changed(SECOND)])
    assert findings.first == [
        Finding(stream=str(A), code=f"HS-{A.int}", number=2, what="it was changed: its hash is another", where="here")
    ]


def test_swapped_rows_and_a_row_of_another_stream_are_named() -> None:
    findings = Findings(20)
    chain = Chain(Streams(), findings)
    for number, event in enumerate([FIRST, THIRD, SECOND], start=1):
        chain.take(A.int, number, event, "here")
    assert named(findings) == [
        (2, "it stands under number 2 and says 3"),
        (3, "it stands under number 3 and says 2"),
    ]
    chain.take(B.int, 1, FIRST, "here")
    assert f"says that it is of '{A}'" in findings.first[-1].what


def test_all_findings_are_counted_and_the_first_are_kept() -> None:
    findings = Findings(2)
    chain = Chain(Streams(), findings)
    for event in stream_of(A, 5):
        chain.take(A.int, event["streamseq"], changed(event), "here")
    assert (findings.count, len(findings.first)) == (5, 2)


def test_store_numbers_have_no_gap() -> None:
    findings = Findings(20)
    numbers = Numbers(findings)
    for number in (1, 2, 5):
        numbers.take(number)
    assert named(findings) == [(3, "store numbers 3 to 4 are missing: rows were deleted")]


def compared(topic: list[Event], store: list[Event], published: int) -> tuple[Findings, int]:
    streams = Streams()
    on_topic, findings = checked(topic, streams)
    side = StoreSide(on_topic, published, findings)
    chain = Chain(streams, findings)
    for place, event in enumerate(store, start=1):
        stream = UUID(event["subject"]).int
        index = chain.take(stream, event["streamseq"], event, "store")
        assert index is not None
        side.compare(stream, index, place, chain)
    side.close(streams, chain)
    return findings, side.on_their_way


def test_what_is_not_published_yet_is_on_its_way() -> None:
    findings, on_their_way = compared([FIRST, SECOND], [FIRST, SECOND, THIRD, FOURTH], 2)
    assert (findings.count, on_their_way) == (0, 2)


def test_what_was_passed_over_on_the_topic_is_missing_there() -> None:
    findings, _ = compared([FIRST, *stream_of(B, 1)], [FIRST, SECOND, *stream_of(B, 1)], 3)
    assert named(findings) == [(2, "it is not on the topic, though later ones are")]


def test_another_last_hash_and_more_than_the_store_holds_are_named() -> None:
    findings, _ = compared(OTHER[:2], [FIRST, SECOND], 2)
    assert named(findings) == [(2, "the topic holds another event of this number (another hash)")]
    findings, _ = compared([FIRST, SECOND, THIRD, FOURTH], [FIRST, SECOND], 4)
    assert named(findings) == [(3, "numbers 3 to 4 are on the topic and not in the store")]


def test_rows_of_clickhouse_are_compared_with_the_store() -> None:
    findings = Findings(20)
    side = StatisticsSide(streams := Streams(), findings)
    row = {"stream_seq": 1, "dossier_code": "HS", "unit_id": 5}
    side.take(A.int, row, row)
    side.take(A.int, row | {"unit_id": 6}, row)
    side.take(A.int, row | {"stream_seq": 4}, None)
    assert named(findings) == [
        (1, "a second event of number 1"),
        (1, "it says otherwise than the store: unit_id"),
        (2, "numbers 2 to 3 are missing"),
        (4, "the store has no such event"),
    ]
    index = streams.index_of(A.int)
    side.compare(A.int, index, 5, is_counted=False)
    assert (findings.count, side.on_their_way) == (4, 1)
    side.compare(A.int, index, 5, is_counted=True)
    assert findings.first[-1].what == "it is not in ClickHouse, though the loader has counted it"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two streams in a file as intake makes it, side by side."""
    path = tmp_path / "ledger.sqlite"
    write_store(path, [event for pair in zip(stream_of(A, 4), stream_of(B, 4), strict=True) for event in pair])
    return path


def write_store(path: Path, events: list[Event]) -> None:
    open_store({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}).close()
    change(path, "DELETE FROM stored_events")
    with sqlite3.connect(path) as writing:
        rows = [(UUID(one["subject"]).hex, one["streamseq"], "t", orjson.dumps(one)) for one in events]
        writing.executemany("INSERT INTO stored_events VALUES (?,?,?,?)", rows)
    writing.close()


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as writing:
        writing.execute(statement)
    writing.close()


def seen_in(path: Path, day: date | None = None) -> Verified:
    return verified(opened_store(path), 20, None, None if day is None else Root(end_of(day, ZONE)))


def test_a_store_as_intake_wrote_it_is_whole(store: Path) -> None:
    seen = seen_in(store)
    assert (seen.findings.count, seen.streams, seen.events) == (0, 2, {"store": 8})


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE stored_events SET state = replace(state, '\"word\":\"2\"', '\"word\":\"3\"') WHERE rowid = 3",
         [(2, "it was changed: its hash is another", "store, row 3")]),
        ("UPDATE stored_events SET state = '{' WHERE rowid = 3", [(2, "it is no JSON any more", "store, row 3")]),
        ("UPDATE stored_events SET originator_id = 'zz' WHERE rowid = 7",
         [(1, "numbers 1 to 3 are missing", "store, row 7"),
          (4, f"it stands in this stream and says that it is of '{A}'", "store, row 7")]),
        ("UPDATE stored_events SET originator_version = 'x' WHERE rowid = 7",
         [(0, "a second event of number 0", "store, row 7")]),
        ("DELETE FROM stored_events WHERE rowid = 3",
         [(3, "store number 3 is missing: rows were deleted", "store"), (2, "number 2 is missing", "store, row 5")]),
        ("UPDATE stored_events SET originator_version = 9 WHERE rowid = 7",
         [(4, "numbers 4 to 8 are missing", "store, row 7"), (9, "it stands under number 9 and says 4", "store, row 7")]),
    ],
)  # fmt: skip
def test_damage_of_a_store_is_named_by_its_row(
    store: Path, statement: str, expected: list[tuple[int, str, str]]
) -> None:
    change(store, statement)
    assert [(one.number, one.what, one.where) for one in seen_in(store).findings.first] == expected


def by_hand(events: Iterable[Event], before: str) -> str:
    """The root as docs/operations.md tells anybody to work it out."""
    ends = {one["subject"]: one for one in events if one["recordedat"] < before}
    lines = [f"{subject} {one['streamseq']} {one['hash']}\n" for subject, one in sorted(ends.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_root_of_a_day_can_be_worked_out_by_hand_and_stays(store: Path) -> None:
    events = [*stream_of(A, 4), *stream_of(B, 4)]
    root = seen_in(store, date(2026, 3, 3)).root
    assert root == by_hand(events, "2026-03-03T17:00:00")
    assert seen_in(store, date(2026, 3, 4)).root == by_hand(events, "2026-03-04T17:00:00") != root
    assert seen_in(store, date(2026, 3, 1)).root == hashlib.sha256().hexdigest()


@pytest.mark.parametrize(
    "forge",
    [
        lambda path: write_store(path, [*stream_of(A, 4, "other "), *stream_of(B, 4)]),
        lambda path: write_store(path, [*stream_of(A, 1), *stream_of(B, 4)]),
        lambda path: write_store(path, stream_of(B, 4)),
        lambda path: write_store(path, [*stream_of(A, 4), *stream_of(B, 4), *stream_of(UUID(int=7), 1)]),
    ],
    ids=["a chain sealed anew", "a shorter chain", "a stream less", "a stream more"],
)
def test_a_root_changes_with_whatever_is_made_to_look_whole(store: Path, forge: Callable[[Path], None]) -> None:
    before = seen_in(store, date(2026, 3, 3)).root
    forge(store)
    seen = seen_in(store, date(2026, 3, 3))
    assert seen.findings.count == 0
    assert seen.root not in (None, before)


def test_an_event_that_says_no_instant_of_recording_changes_the_root(store: Path) -> None:
    before = seen_in(store, date(2026, 3, 3)).root
    end = stream_of(B, 4)[-1]
    write_store(store, [*stream_of(A, 4), *stream_of(B, 3), sealed(end, recordedat="x")])
    assert seen_in(store, date(2026, 3, 3)).root not in (None, before)


def test_a_damaged_store_has_no_root(store: Path) -> None:
    change(store, "UPDATE stored_events SET state = replace(state, 'word', 'Word') WHERE rowid = 1")
    assert seen_in(store, date(2026, 3, 3)).root is None
