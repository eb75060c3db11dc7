"""What is read is what was written: data, attributes and unknown fields, in both CloudEvents forms; wrong bytes are refused."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.catalog import CLASS_BY_TYPE
from events.codec import core_from_kafka, dumps, from_kafka, from_structured, parse_json, to_kafka, to_structured
from events.data_codec import plain, typed
from events.envelope import ATTRIBUTES, Envelope, EnvelopeCore, Event
from events.errors import MessageError, SchemaMismatchError, UnknownEventTypeError, UnreadableMessageError
from tests.contract.published import example, examples, schema, wrong_fields

DATA = [(name, file, data) for name, file, data in examples("valid") if name in CLASS_BY_TYPE]
STRUCTURED = [("content-type", b"application/cloudevents+json")]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def recorded() -> dict[str, Any]:
    event: dict[str, Any] = example("envelope.v1", "first")
    return event


def as_json(value: Any) -> Any:
    return json.loads(dumps(value))


def as_bytes(value: Any) -> bytes:
    """What any JSON writer may send, large numbers and lone surrogates included."""
    return json.dumps(value).encode()


@pytest.mark.parametrize(("name", "file", "data"), DATA, ids=[f"{name}/{file}" for name, file, _ in DATA])
def test_a_valid_example_is_read_and_written_again_equal(name: str, file: str, data: dict[str, Any]) -> None:
    event_class: Any = CLASS_BY_TYPE[name]
    written = as_json(plain(typed(event_class, data)))
    properties = schema(name)["properties"].items()
    left_out = {field: described["default"] for field, described in properties if "default" in described}
    assert written == {**left_out, **data}


@pytest.mark.parametrize(("name", "file", "data"), DATA, ids=[f"{name}/{file}" for name, file, _ in DATA])
def test_an_event_survives_both_forms(name: str, file: str, data: dict[str, Any]) -> None:
    event = from_structured({**recorded(), "type": name, "data": data})
    key, value, headers = to_kafka(event)
    assert key == event.envelope.dossier_id.encode()
    assert from_kafka(value, headers) == event
    assert from_structured(as_json(to_structured(event))) == event
    assert from_kafka(dumps(to_structured(event)), STRUCTURED) == event


@pytest.mark.parametrize("file", ["first", "second", "deadline"])
def test_a_recorded_event_is_written_again_byte_for_byte(file: str) -> None:
    event = example("envelope.v1", file)
    assert as_json(to_structured(from_structured(event))) == event


def test_every_attribute_survives_both_forms() -> None:
    instant = datetime(2026, 2, 11, 3, 20, 0, 125000, tzinfo=UTC)
    value_by_kind = {"text": "Tiếp nhận", "integer": 2, "boolean": True, "instant": instant, "day": date(2026, 2, 11)}
    values: dict[str, Any] = {field: value_by_kind[kind] for field, _, kind in ATTRIBUTES}
    values["event_type"] = "dossier-withdrawn.v1"
    event = Event(envelope=Envelope(**values), data=typed(CLASS_BY_TYPE["dossier-withdrawn.v1"], {}))
    _, value, headers = to_kafka(event)
    assert from_kafka(value, headers) == event
    assert from_structured(as_json(to_structured(event))) == event


def test_unknown_fields_and_attributes_survive_both_forms() -> None:
    newer = recorded()
    newer["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    newer["data"]["mức_khẩn"] = {"cấp": 2, "lý do": ["hỏa tốc", None], "tỉ lệ": 0.5}
    event = from_structured(newer)
    _, value, headers = to_kafka(event)
    for again in (from_kafka(value, headers), from_structured(as_json(to_structured(event)))):
        assert as_json(to_structured(again)) == newer


def test_an_unknown_attribute_reads_the_same_from_both_forms() -> None:
    event = from_structured({**recorded(), "priority": 5, "urgent": True})
    assert dict(event.envelope.extra) == {"priority": "5", "urgent": "true"}
    _, value, headers = to_kafka(event)
    assert from_kafka(value, headers) == event


def test_an_attribute_that_is_null_counts_as_left_out() -> None:
    event = from_structured({**recorded(), "onbehalfof": None, "traceparent": None})
    assert event.envelope.on_behalf_of is None
    assert dict(event.envelope.extra) == {}


@pytest.mark.parametrize(
    "event_type", ["dossier-accepted.v2", "dossier-accepted", "DossierAccepted", "no-such-type.v1"]
)
def test_an_unknown_type_or_version_is_refused(event_type: str) -> None:
    _, value, headers = to_kafka(from_structured(recorded()))
    other = [(name, event_type.encode() if name == "ce_type" else text) for name, text in headers]
    with pytest.raises(UnknownEventTypeError, match=event_type):
        from_structured({**recorded(), "type": event_type})
    with pytest.raises(UnknownEventTypeError, match=event_type):
        from_kafka(value, other)


@pytest.mark.parametrize("name", [name for name in schema("envelope.v1")["required"] if name != "specversion"])
def test_a_missing_attribute_is_refused_by_name(name: str) -> None:
    event = recorded()
    del event[name]
    with pytest.raises(UnreadableMessageError, match=name):
        from_structured(event)


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"", []),
        (None, []),
        (b"\xff\xfe", []),
        (b"[]", []),
        (b"{}", [("content-type", b"application/cloudevents+json")]),
        (b"{}", [("ce_id", b"\xff")]),
        (b"not json", [("ce_id", b"1")]),
    ],
)
def test_bytes_that_are_no_event_are_unreadable(value: bytes | None, headers: list[tuple[str, bytes | None]]) -> None:
    with pytest.raises(UnreadableMessageError):
        from_kafka(value, headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unitid", "²"),
        ("unitid", "--5"),
        ("unitid", 5.0),
        ("unitid", True),
        ("streamseq", "9" * 5000),
        ("time", "2026-02-11T10:20:00"),
        ("openedon", "11/02/2026"),
        ("history", "yes"),
        ("subject", 7),
    ],
)
def test_an_attribute_of_the_wrong_kind_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(SchemaMismatchError, match=name):
        from_structured({**recorded(), name: value})


@settings(deadline=None)
@given(attribute=st.sampled_from(sorted(recorded())), value=JSON)
def test_whatever_stands_in_an_attribute_reading_raises_nothing_but_a_message_error(attribute: str, value: Any) -> None:
    try:
        event = from_kafka(as_bytes({**recorded(), attribute: value}), STRUCTURED)
    except MessageError:
        return
    assert from_structured(as_json(to_structured(event))) == event


@settings(deadline=None)
@given(name=st.sampled_from(sorted(CLASS_BY_TYPE)), values=st.data())
def test_whatever_stands_in_data_reading_raises_nothing_but_a_message_error(name: str, values: st.DataObject) -> None:
    data = dict(schema(name)["examples"][0])
    field = values.draw(st.sampled_from(sorted(schema(name)["properties"])))
    data[field] = values.draw(JSON)
    try:
        event = from_kafka(as_bytes({**recorded(), "type": name, "data": data}), STRUCTURED)
    except MessageError:
        return
    assert from_structured(as_json(to_structured(event))) == event


@settings(deadline=None)
@given(value=st.binary(max_size=40))
def test_whatever_the_bytes_reading_raises_nothing_but_a_message_error(value: bytes) -> None:
    with pytest.raises(MessageError):
        from_kafka(value, [("ce_id", value), ("content-type", value)])


def test_json_that_is_cut_off_is_unreadable() -> None:
    with pytest.raises(UnreadableMessageError, match="not JSON"):
        parse_json(b'{"id": "1"')


def core(envelope: EnvelopeCore) -> list[Any]:
    return [getattr(envelope, name) for name in EnvelopeCore.__struct_fields__]


@pytest.mark.parametrize(("name", "file", "data"), DATA, ids=[f"{name}/{file}" for name, file, _ in DATA])
def test_the_core_of_an_event_is_read_as_the_whole_of_it(name: str, file: str, data: dict[str, Any]) -> None:
    for more in ({}, {"history": True, "dossiercode": ""}, {"history": False, "traceparent": "00-4b"}):
        event = from_structured({**recorded(), "type": name, "data": data, **more})
        _, value, headers = to_kafka(event)
        for found, read in (core_from_kafka(value, headers), core_from_kafka(dumps(to_structured(event)), STRUCTURED)):
            assert (core(found), read) == (core(event.envelope), event.data)


WRONG = (
    None,
    b"",
    b"\xff",
    b"1_0",
    b"-5",
    b"+5",
    b" 5",
    b"2026-03-02T08:00:00",
    b"2026-03-02",
    b"20260302",
    b"True",
    b"yes",
)


@pytest.mark.parametrize(
    "header", [f"ce_{name}" for name in EnvelopeCore.__struct_encode_fields__] + ["ce_specversion"]
)
@pytest.mark.parametrize("wrong", WRONG)
def test_an_odd_attribute_is_read_or_refused_in_the_core_as_in_the_whole(header: str, wrong: bytes | None) -> None:
    _, value, headers = to_kafka(from_structured(recorded()))
    odd = list((dict(headers) | {header: wrong}).items())
    try:
        event = from_kafka(value, odd)
    except MessageError as refusal:
        with pytest.raises(type(refusal)):
            core_from_kafka(value, odd)
    else:
        found, data = core_from_kafka(value, odd)
        assert (core(found), data) == (core(event.envelope), event.data)


@pytest.mark.parametrize("number", [2**63, 2**70, -(2**70)])
def test_a_number_that_no_writer_could_write_again_is_refused_by_name(number: int) -> None:
    _, _, headers = to_kafka(from_structured(example("envelope.v1", "second")))
    named = dict(headers) | {"ce_type": b"payment-received.v1"}
    data = as_bytes({"amount_vnd": number, "method": "cash"})
    with pytest.raises(SchemaMismatchError, match=r"^amount_vnd: "):
        from_kafka(data, list(named.items()))


def test_the_published_limits_do_not_make_an_old_event_unreadable() -> None:
    event = {**recorded(), "type": "supplement-completed.v1", "data": {"round_no": 0, "items": [""]}}
    assert wrong_fields("supplement-completed.v1", event["data"]) == {"/round_no", "/items/0"}
    assert as_json(plain(from_structured(event).data)) == event["data"]
