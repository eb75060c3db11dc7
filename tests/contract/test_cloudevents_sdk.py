"""The official CloudEvents SDK reads what we write and we read what it writes: Kafka binary and structured, HTTP structured."""

import json
from typing import Any

import pytest
from cloudevents.core.bindings import http, kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from events.codec import dumps, from_kafka, from_structured, parse_json, to_kafka, to_structured
from tests.contract.published import example, wrong_fields

FORMAT = JSONFormat()
RECORDED = ["first", "second", "deadline"]
ACTIONS = ["minimal", "full", "history", "delivered"]
SEND_KAFKA = {"binary": kafka.to_binary, "structured": kafka.to_structured}


def comparable(attributes: dict[str, Any]) -> dict[str, str]:
    """Attributes as the text that binary mode carries."""
    texts = {}
    for name, value in attributes.items():
        if hasattr(value, "isoformat"):
            texts[name] = value.isoformat()
        else:
            texts[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return texts


def of_sdk(structured: dict[str, Any]) -> CloudEvent:
    """The event as a program that uses the SDK builds it."""
    event = FORMAT.read(None, json.dumps(structured))
    assert isinstance(event, CloudEvent)
    return event


@pytest.mark.parametrize("file", RECORDED)
def test_the_sdk_reads_our_kafka_records(file: str) -> None:
    structured = example("envelope.v1", file)
    key, value, headers = to_kafka(from_structured(structured))
    read = kafka.from_kafka(kafka.KafkaMessage(headers=dict(headers), key=key, value=value), FORMAT)
    data = structured.pop("data")
    assert comparable(read.get_attributes()) == comparable(structured)
    assert read.get_data() == data
    assert read.get_extension("partitionkey") == key.decode()


@pytest.mark.parametrize("file", RECORDED)
def test_the_sdk_reads_our_structured_events(file: str) -> None:
    structured = example("envelope.v1", file)
    body = dumps(to_structured(from_structured(structured)))
    content_type = "application/cloudevents+json"
    by_kafka = kafka.from_kafka(kafka.KafkaMessage({"content-type": content_type.encode()}, None, body), FORMAT)
    by_http = http.from_http(http.HTTPMessage({"content-type": content_type}, body), FORMAT)
    data = structured.pop("data")
    for read in (by_kafka, by_http):
        assert comparable(read.get_attributes()) == comparable(structured)
        assert read.get_data() == data


@pytest.mark.parametrize("mode", sorted(SEND_KAFKA))
@pytest.mark.parametrize("file", RECORDED)
def test_we_read_the_kafka_records_of_the_sdk(file: str, mode: str) -> None:
    structured = example("envelope.v1", file)
    sent = SEND_KAFKA[mode](of_sdk(structured), FORMAT)
    assert from_kafka(sent.value, list(sent.headers.items())) == from_structured(structured)


def test_we_read_a_boolean_as_the_sdk_writes_it() -> None:
    structured = {**example("envelope.v1", "first"), "history": True}
    sent = kafka.to_binary(of_sdk(structured), FORMAT)
    assert from_kafka(sent.value, list(sent.headers.items())).envelope.is_history


@pytest.mark.parametrize("file", RECORDED)
def test_we_read_the_structured_http_of_the_sdk(file: str) -> None:
    structured = example("envelope.v1", file)
    sent = http.to_structured(of_sdk(structured), FORMAT)
    assert from_structured(parse_json(sent.body)) == from_structured(structured)


@pytest.mark.parametrize("file", ACTIONS)
def test_an_action_written_by_the_sdk_fits_the_schema(file: str) -> None:
    action = example("action.v1", file)
    sent = http.to_structured(of_sdk(action), FORMAT)
    assert sent.headers["content-type"] == "application/cloudevents+json"
    assert wrong_fields("action.v1", json.loads(sent.body)) == set()


def test_the_sdk_sends_an_action_in_http_binary_mode_as_documented() -> None:
    action = example("action.v1", "full")
    sent = http.to_binary(of_sdk(action), FORMAT)
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["ce-actorrole"] == "l%C3%A3nh%20%C4%91%E1%BA%A1o"
    assert json.loads(sent.body) == action["data"]
