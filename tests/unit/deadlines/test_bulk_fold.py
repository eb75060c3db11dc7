"""The fold of the bulk path without a broker: what is put aside, what time brings, what is the same content."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from events.catalog import DOSSIER_TYPES
from events.codec import to_kafka
from events.dossier import IntegrityFlagRaised
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.errors import PutAsideError
from rules.clocks.instants import micros
from services.deadlines.adapters.bulk.fold import BulkFold, PartitionFold, content_of
from services.deadlines.pipeline import Pipeline
from tests.flow.deadlines.dossiers import Dossier, at, term
from tests.sealing import resealed
from tests.unit.deadlines.test_put_aside import thrown

EXAMPLES = Path(__file__).parents[3] / "schemas" / "examples"


class Record(NamedTuple):
    key: bytes | None
    value: bytes | None
    headers: Any
    timestamp: int


def records(life: Dossier, known_at: datetime | None = None) -> list[Record]:
    """The events of a dossier as the log holds them, known when they were recorded."""
    return [
        Record(*to_kafka(event), int((known_at or event.envelope.recorded_at).timestamp() * 1000))
        for event in life.events
    ]


@pytest.fixture(scope="module")
def fold() -> BulkFold:
    rulebook = load_rulebook()
    return BulkFold(Pipeline(rulebook, load_procedures(rulebook.default_rule_set)))


def poisonous(event_type: str, dossier_id: str = "poison") -> Record:
    """An event of that type, the first of its stream."""
    (first,) = records(Dossier(dossier_id).accepted("2026-03-02T08:00", term(5)))
    data = next((EXAMPLES / event_type / "valid").glob("*.json")).read_bytes()
    headers = dict(first.headers) | {"ce_type": event_type.encode()}
    headers.pop("ce_dataschema", None)
    return first._replace(value=data, headers=resealed(data, headers.items()))


def types(words: Any) -> list[str]:
    return [dict(word.headers)["ce_type"].decode() for word in words]


def test_a_batch_that_comes_twice_says_nothing_more(fold: BulkFold) -> None:
    here = PartitionFold()
    life = Dossier().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T08:00")
    emitted = fold.fold(here, records(life))
    assert types(emitted) == ["deadline-set.v1", "deadline-near-due.v1", "ending-classified.v1"]
    assert emitted[0].event_id == dict(emitted[0].headers)["ce_id"]
    assert fold.fold(here, records(life)) == []
    assert (here.event_count, len(here.states), here.refused) == (4, 1, [])


def test_a_record_nobody_can_read_is_put_aside_and_the_rest_is_told(fold: BulkFold) -> None:
    here = PartitionFold()
    bad = Record(b"x", b"{", [("ce_type", b"step-started.v1"), ("ce_subject", b"x")], 0)
    life = Dossier().accepted("2026-03-02T08:00", term(5))
    assert types(fold.fold(here, [bad, *records(life)])) == ["deadline-set.v1"]
    assert [refused.record for refused in here.refused] == [bad]


def test_a_missing_event_puts_its_stream_aside_and_the_others_are_told(fold: BulkFold) -> None:
    here = PartitionFold()
    life = Dossier().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00").ready("2026-03-03T08:00")
    first, _, third = records(life)
    other = records(Dossier("other").accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00"))
    emitted = fold.fold(here, [first, other[0], third, other[1]])
    assert types(emitted) == ["deadline-set.v1", "deadline-set.v1", "integrity-flag-raised.v1", "ending-classified.v1"]
    assert [(refused.record, type(refused.error)) for refused in here.refused] == [(third, PutAsideError)]


@pytest.mark.parametrize("event_type", sorted(DOSSIER_TYPES))
def test_whatever_event_the_fold_throws_at_is_refused_with_its_reason_and_all_others_are_told(
    fold: BulkFold, event_type: str
) -> None:
    here, poison = PartitionFold(), poisonous(event_type)
    good = records(Dossier("good").accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00"))
    with thrown(RuntimeError("a bug"), dict(poison.headers)["ce_id"].decode()):
        emitted = fold.fold(here, [good[0], poison, poison, good[1]])
    assert types(emitted) == ["deadline-set.v1", "integrity-flag-raised.v1", "ending-classified.v1"]
    assert [str(refused.error) for refused in here.refused] == ["RuntimeError: a bug"]
    # The time of the partition goes on, and says nothing of the stream that is aside.
    until = micros(at("2026-06-01T08:00"))
    assert types(one for words in fold.pass_time(here, until, until) for one in words) == []


def test_what_cannot_be_written_puts_its_stream_aside(fold: BulkFold) -> None:
    here, real = PartitionFold(), fold._writer.write
    life = Dossier().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00").delivered("2026-03-03T09:00")
    other = Dossier("other").accepted("2026-03-02T08:00", term(5))

    def write(dossier_id: str, emitted: Any) -> Any:
        if dossier_id == life.dossier_id and emitted[0].kind is not IntegrityFlagRaised:
            raise OverflowError("year 0 is out of range")
        return real(dossier_id, emitted)

    with patch.object(fold._writer, "write", write):
        emitted = fold.fold(here, [*records(life), *records(other)])
    assert types(emitted) == ["integrity-flag-raised.v1", "deadline-set.v1"]
    assert here.states[life.dossier_id.encode()].aside == "OverflowError: year 0 is out of range"
    assert len(here.refused) == 2  # the acceptance, and the ending of which something would have followed


def test_time_says_what_fell_due_and_forgets_what_ended_long_ago(fold: BulkFold) -> None:
    here = PartitionFold()
    ended = Dossier("ended").accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    late = Dossier("late").accepted("2026-03-02T08:00", term(5))
    fold.fold(here, records(ended) + records(late))
    assert list(fold.pass_time(here, micros(at("2026-03-03T08:00")), 0)) == []
    until = micros(at("2026-06-01T08:00"))
    assert "dossier-breached.v1" in [one for words in fold.pass_time(here, until, until) for one in types(words)]
    assert list(here.states) == [b"late"]
    assert list(fold.pass_time(here, until, until)) == []


def test_what_comes_after_a_stream_was_forgotten_is_passed_over(fold: BulkFold) -> None:
    here = PartitionFold()
    life = Dossier().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    fold.fold(here, records(life))
    long_after = records(life.step("2026-06-01T08:00").step("2026-06-02T08:00").step("2026-06-03T08:00"))[2:]
    assert fold.fold(here, long_after) == []
    assert (here.states, here.event_count) == ({}, 5)


def test_time_does_not_count_for_an_import_before_its_partition_is_silent(fold: BulkFold) -> None:
    here = PartitionFold()
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    fold.fold(here, records(Dossier(is_history=True).accepted("2026-03-02T08:00", term(5)), now))
    soon, later = micros(now + timedelta(seconds=5)), micros(now + timedelta(seconds=20))
    assert list(fold.pass_time(here, soon, soon)) == []
    assert "dossier-breached.v1" in [one for words in fold.pass_time(here, later, later) for one in types(words)]


def test_the_same_content_is_all_but_the_time_of_detection_and_the_form_of_the_json() -> None:
    headers = [("ce_id", b"1"), ("ce_unitid", b"2"), ("ce_recordedat", b"2026")]
    one = content_of(Record(b"k", b'{"a":1,"b":2}', headers, 0))
    assert content_of(Record(b"k", b'{"b": 2, "a": 1}', [*headers[1::-1], ("ce_recordedat", b"2027")], 5)) == one
    assert content_of(Record(b"k", b'{"a":1,"b":3}', headers, 0)).attributes == one.attributes
    assert content_of(Record(b"k", b'{"a":1,"b":3}', headers, 0)).data != one.data
    assert content_of(Record(b"l", b'{"a":1,"b":2}', headers, 0)).attributes != one.attributes
    assert content_of(Record(b"k", b'{"a":1,"b":2}', headers[:1], 0)).attributes != one.attributes
    assert content_of(Record(None, None, [], 0)) != content_of(Record(None, b"\xff", [], 0))
