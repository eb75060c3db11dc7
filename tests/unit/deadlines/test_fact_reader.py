"""Records are read as facts exactly where `events.codec` reads them as events; what can't be understood is a MessageError."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from events.catalog import DEADLINE_TYPES, DOSSIER_TYPES
from events.codec import dumps, from_kafka, to_kafka, to_structured
from events.data_codec import typed
from events.envelope import Event
from events.errors import MessageError, UnknownEventTypeError
from rules.clocks import facts
from rules.clocks.facts import Fact, TermGiven
from rules.clocks.instants import micros
from services.deadlines.adapters.wire.fact_reader import read_fact
from tests.unit.deadlines.life import Life, at, fact_of, term

EXAMPLES = Path(__file__).parents[3] / "schemas" / "examples"
KNOWN_AT = micros(at("2026-03-02T08:00:05"))
STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


def examples(which: str) -> list[Any]:
    return [
        pytest.param(event_type, json.loads(path.read_text(encoding="utf-8")), id=f"{event_type}/{path.stem}")
        for event_type in DOSSIER_TYPES
        for path in sorted((EXAMPLES / event_type / which).glob("*.json"))
    ]


def record_of(event_type: str, data: Any) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """A record with the attributes of a live event and some data."""
    key, _, headers = to_kafka(Life().accepted("2026-03-02T08:00", term(5)).events[0])
    named = dict(headers) | {"ce_type": event_type.encode()}
    return key, orjson.dumps(data), list(named.items())


def structured_of(event: Event) -> bytes:
    return dumps(to_structured(event))


@pytest.mark.parametrize(("event_type", "data"), examples("valid"))
def test_every_published_example_is_read_alike_in_both_forms(event_type: str, data: Any) -> None:
    key, value, headers = record_of(event_type, data)
    fact = read_fact(key, value, headers, KNOWN_AT)
    event = from_kafka(value, headers)
    envelope = event.envelope
    assert (fact.seq, fact.event_id, fact.event_type) == (envelope.stream_seq, envelope.event_id, event_type)
    assert (fact.at, fact.known_at, fact.is_history) == (micros(envelope.occurred_at), KNOWN_AT, envelope.is_history)
    assert read_fact(key, structured_of(event), STRUCTURED, KNOWN_AT) == fact
    assert read_fact(key, structured_of(event), [], KNOWN_AT) == fact


@pytest.mark.parametrize(("event_type", "data"), examples("valid"))
def test_every_field_of_a_fact_is_that_of_its_event(event_type: str, data: Any) -> None:
    key, value, headers = record_of(event_type, data)
    fact, event = read_fact(key, value, headers, KNOWN_AT), from_kafka(value, headers)
    names = {
        "at": None,
        "reply_by": None,
        "to_unit_id": "new_unit_id" if isinstance(fact, facts.Reassigned) else "to_unit_id",
        "officer_id": "assignee_id",
        "unit_id": None if isinstance(fact, facts.Opening) else "responsible_unit_id",
        "due_at": "reply_due_at" if isinstance(fact, facts.ConsultationRequested) else "step_due_at",
        "term": "reply_term" if isinstance(fact, facts.ConsultationRequested) else "term",
    }
    for name in set(fact.__struct_fields__) - set(Fact.__struct_fields__):
        told_as = names.get(name, name)
        if told_as is None or not hasattr(event.data, told_as):
            continue
        found, expected = getattr(fact, name), getattr(event.data, told_as)
        if isinstance(found, TermGiven):
            found, expected = (found.value, found.unit), (expected.value, expected.unit)
        elif hasattr(expected, "tzinfo"):
            expected = micros(expected)
        assert found == expected, name


@pytest.mark.parametrize(("event_type", "example"), examples("invalid"))
def test_an_invalid_example_is_read_or_refused_as_the_codec_does(event_type: str, example: Any) -> None:
    key, value, headers = record_of(event_type, example["data"])
    try:
        from_kafka(value, headers)
    except MessageError as refusal:
        with pytest.raises(type(refusal)):
            read_fact(key, value, headers, KNOWN_AT)
    else:
        read_fact(key, value, headers, KNOWN_AT)


WRONG_ATTRIBUTES = [
    ("ce_id", b""),
    ("ce_subject", b""),
    ("ce_subject", b"another-dossier"),
    ("ce_time", b"2026-03-02T08:00:00"),  # without an offset
    ("ce_time", b"yesterday"),
    ("ce_time", b""),
    ("ce_streamseq", b"one"),
    ("ce_streamseq", b""),
    ("ce_streamseq", b"1_0"),
    ("ce_streamseq", b"123456789012345678901234567890"),
    ("ce_unitid", b"1234567890123456789"),
    ("ce_openedon", b"2026-13-01"),
    ("ce_unitid", b"ward"),
    ("ce_history", b"yes"),
    ("ce_type", b""),
    ("ce_type", b"dossier-accepted.v9"),
    ("ce_id", b"\xff"),
    ("ce_specversion", b"0.3"),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG_ATTRIBUTES)
def test_an_attribute_that_cannot_be_read_is_a_message_error(name: str, wrong: bytes) -> None:
    key, value, headers = to_kafka(Life().accepted("2026-03-02T08:00", term(5)).events[0])
    spoilt = list((dict(headers) | {name: wrong}).items())
    with pytest.raises(MessageError):
        read_fact(key, value, spoilt, KNOWN_AT)


@pytest.mark.parametrize("name", ["ce_id", "ce_subject", "ce_time", "ce_streamseq", "ce_openedon", "ce_unitid"])
@pytest.mark.parametrize("wrong", [None, "missing"])
def test_an_attribute_that_is_missing_is_a_message_error(name: str, wrong: str | None) -> None:
    key, value, headers = to_kafka(Life().accepted("2026-03-02T08:00", term(5)).events[0])
    spoilt = [(each, None if each == name else raw) for each, raw in headers if not (wrong and each == name)]
    with pytest.raises(MessageError):
        read_fact(key, value, spoilt, KNOWN_AT)


def test_an_ending_needs_the_time_of_its_recording() -> None:
    key, value, headers = to_kafka(Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00").events[1])
    for raw in (b"", b"2026-03-03T08:00:00", None):
        with pytest.raises(MessageError):
            read_fact(key, value, list((dict(headers) | {"ce_recordedat": raw}).items()), KNOWN_AT)


@pytest.mark.parametrize("value", [None, b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe"])
@pytest.mark.parametrize(
    "event_type",
    [
        "dossier-accepted.v1",
        "step-started.v1",
        "supplement-requested.v1",
        "result-delivered.v1",
        "result-ready-at-counter.v1",
    ],
)
def test_a_value_that_is_no_json_object_is_a_message_error(event_type: str, value: bytes | None) -> None:
    key, _, headers = record_of(event_type, {})
    with pytest.raises(MessageError):
        read_fact(key, value, headers, KNOWN_AT)


@pytest.mark.parametrize("value", [None, b"", b"null", b"[]", b"{}", b"{", b'{"type": 5}'])
def test_a_structured_value_that_is_no_event_is_a_message_error(value: bytes | None) -> None:
    for headers in (STRUCTURED, []):
        with pytest.raises(MessageError):
            read_fact(b"x", value, headers, KNOWN_AT)


@pytest.mark.parametrize("event_type", sorted(set(DEADLINE_TYPES) - set(DOSSIER_TYPES)))
def test_a_word_of_the_processor_itself_does_not_belong_here(event_type: str) -> None:
    data = json.loads((EXAMPLES / event_type / "valid" / "minimal.json").read_text(encoding="utf-8"))
    key, value, headers = record_of(event_type, data)
    with pytest.raises(UnknownEventTypeError, match="belongs on deadline-events"):
        read_fact(key, value, headers, KNOWN_AT)


def test_a_structured_event_under_the_key_of_another_dossier_is_refused() -> None:
    event = Life().accepted("2026-03-02T08:00", term(5)).events[0]
    with pytest.raises(MessageError, match="key"):
        read_fact(b"another", structured_of(event), STRUCTURED, KNOWN_AT)


def test_history_is_read_in_every_way_that_it_is_written() -> None:
    event = Life(is_history=True).accepted("2026-03-02T08:00", term(5)).events[0]
    key, value, headers = to_kafka(event)
    for raw, expected in ((b"true", True), (b"True", True), (b"false", False), (b"False", False)):
        named = list((dict(headers) | {"ce_history": raw}).items())
        assert read_fact(key, value, named, KNOWN_AT).is_history is expected
    assert read_fact(key, structured_of(event), STRUCTURED, KNOWN_AT).is_history


def test_what_says_nothing_to_a_clock_has_its_place_all_the_same() -> None:
    fact = fact_of(Life().accepted("2026-03-02T08:00", term(5)).delivered("2026-03-03T08:00").events[1])
    assert (type(fact), fact.seq, fact.event_type) == (Fact, 2, "result-delivered.v1")


def test_the_examples_are_those_of_the_classes() -> None:
    """A guard for this file: what it calls valid is read by the codec's own classes."""
    for each in examples("valid"):
        event_type, data = each.values
        assert typed(DOSSIER_TYPES[event_type], data) is not None


TIMES = (
    "2026-03-02T08:00:00+07:00",
    "2026-03-02T08:00:59+07:00",
    "2026-03-02T08:00:09.5+07:00",
    "2026-03-02T08:00:07.1234Z",
    "2026-03-02T01:00:00Z",
    "2026-03-02 08:00:41+07:00",
    "2026-03-02T08:00:41-0930",
    "20260302T080000.012+07:00",
    "2026-W10-1T08:00:12+07:00",
    "2026-03-02T08:00:60+07:00",
    "2026-03-02T08:60:00+07:00",
    "2026-03-02T08:00:0x+07:00",
    "2026-03-02T08:00: 1+07:00",
    "2026-03-02T08:00:00",
    "2026-03-02T08:00:07.12345",
    "2026-02-30T08:00:00+07:00",
    "",
)


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_read_or_refused_as_the_codec_does(text: str) -> None:
    key, value, headers = record_of("lateness-foreseen.v1", {"reason": "mất điện"})
    headers = list((dict(headers) | {"ce_time": text.encode()}).items())
    try:
        expected = micros(from_kafka(value, headers).envelope.occurred_at)
    except MessageError:
        with pytest.raises(MessageError):
            read_fact(key, value, headers, KNOWN_AT)
    else:
        assert read_fact(key, value, headers, KNOWN_AT).at == expected
