"""What SDKs of CloudEvents write of bytes (`data_base64`) is the same action as what they write of an object."""

import json
from base64 import b64encode
from typing import Any

import pytest
from cloudevents.core.bindings import http
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from services.intake.adapters.given_once import parse_once
from services.intake.domain.actions import Action, Refusal
from tests.contract.published import wrong_fields
from tests.unit.intake.counter import ACCEPTANCE, START, raw_action, reader

JAVASCRIPT = (
    b'{"id":"js-1","time":"2026-03-02T01:00:00.000Z","type":"dossier-accepted.v1","source":"/hue/mot-cua","specversion":"1.0",'
    b'"datacontenttype":"application/json","subject":"HS-JS","data_base64":"eyJwcm9jZWR1cmVfY29kZSI6IjEuMDA0ODczIiwidGVybSI6ey'
    b'J2YWx1ZSI6NywidW5pdCI6IndvcmtpbmdfZGF5In19","unitid":5}'
)
"""Written by `HTTP.structured` of the npm package cloudevents (10.0.0), its data a Uint8Array."""
GO = (
    b'{"specversion":"1.0","id":"go-1","source":"/hue/mot-cua","type":"dossier-accepted.v1","subject":"HS-GO",'
    b'"datacontenttype":"application/json","time":"2026-03-02T01:00:00Z","data_base64":"eyJwcm9jZWR1cmVfY29kZSI6IjEuMDA0ODczIiwid'
    b'GVybSI6eyJ2YWx1ZSI6NywidW5pdCI6IndvcmtpbmdfZGF5In19","unitid":5}'
)
"""Written by `json.Marshal` of github.com/cloudevents/sdk-go/v2 (v2.16.2), its data a []byte."""


def of_python(data: bytes) -> bytes:
    """Written by the SDK for Python, its data bytes."""
    told = {name: one for name, one in raw_action("dossier-accepted.v1").items() if name != "data"}
    event = CloudEvent({**told, "time": START, "datacontenttype": "application/json"}, data)
    body = http.to_structured(event, JSONFormat()).body
    assert b"data_base64" in body
    return body


@pytest.mark.parametrize("body", [JAVASCRIPT, GO, of_python(json.dumps(ACCEPTANCE).encode())])
def test_an_sdk_that_was_given_bytes_says_the_same_action(body: bytes) -> None:
    said = parse_once(body)
    assert wrong_fields("action.v1", said) == set()
    read = reader().read(said)
    plain = reader().read({**{name: one for name, one in said.items() if name != "data_base64"}, "data": ACCEPTANCE})
    assert isinstance(read, Action)
    assert read == plain


def refused(**changes: Any) -> Refusal:
    told = {name: one for name, one in raw_action("dossier-accepted.v1").items() if name != "data"}
    read = reader().read({**told, **changes})
    assert isinstance(read, Refusal)
    return read


@pytest.mark.parametrize("text", ["%%", "eyJh", b64encode(b"{").decode(), b64encode(b"\xff").decode(), 5, {}])
def test_bytes_that_are_no_json_in_base64_are_named(text: Any) -> None:
    assert [(one.field_name, one.keyword) for one in refused(data_base64=text).errors] == [("data_base64", "format")]


def test_what_is_wrong_in_the_bytes_is_named_where_it_stands_in_the_data() -> None:
    twice = b'{"term": {"value": 1, "value": 2, "unit": "working_day"}, "procedure_code": "1"}'
    assert refused(data_base64=b64encode(twice).decode()) == Refusal(code="given-twice", field_name="/data/term/value")
    without = refused(data_base64=b64encode(b"{}").decode())
    assert {one.field_name for one in without.errors} >= {"/data/procedure_code"}
    deep = b64encode(b'{"own": ' + b"[" * 100 + b"]" * 100 + b"}").decode()
    assert refused(data_base64=deep).code == "unreadable"


def test_data_in_both_forms_is_given_twice() -> None:
    both = refused(data=ACCEPTANCE, data_base64=b64encode(json.dumps(ACCEPTANCE).encode()).decode())
    assert both == Refusal(code="given-twice", field_name="data")
    assert isinstance(reader().read(raw_action("dossier-accepted.v1") | {"data_base64": None}), Action)
