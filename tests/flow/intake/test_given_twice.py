"""Whatever is given twice at the HTTP door is refused by its name: nobody can know which of the two was checked on the way."""

import json
from typing import Any

import pytest
from multidict import CIMultiDict

from tests.contract.published import wrong_fields
from tests.flow.intake.conftest import Door
from tests.unit.intake.counter import SOURCE, raw_action

ACCEPTED = raw_action("dossier-accepted.v1")
BODY = json.dumps(ACCEPTED).encode()
TWICE = BODY[:-1] + b', "time": "2026-03-05T08:00:00+07:00"}'
BINARY = [
    ("Content-Type", "application/json"), ("ce-specversion", "1.0"), ("ce-id", "b-1"), ("ce-source", SOURCE),
    ("ce-subject", "HS-1"), ("ce-type", "dossier-accepted.v1"), ("ce-time", ACCEPTED["time"]), ("ce-unitid", "5"),
]  # fmt: skip
Headers = list[tuple[str, str]]


async def refused(door: Door, body: bytes, headers: Headers, path: str = "/v1/actions") -> dict[str, Any]:
    async with door.client.post(path, data=body, headers=CIMultiDict(headers)) as response:
        problem: dict[str, Any] = await response.json(content_type=None)
        assert (response.status, problem["code"]) == (400, "given-twice"), problem
    assert wrong_fields("problem.v1", problem) == set()
    assert door.store.last_id() == 0
    return problem


@pytest.mark.parametrize(
    ("body", "headers", "field"),
    [
        (TWICE, [("Content-Type", "application/cloudevents+json")], "time"),
        (BODY.replace(b'"value"', b'"value": 1, "value"'), [], "/data/term/value"),
        (b'{"round_no": 1, "round_no": 2}', BINARY, "/data/round_no"),
        (b"{}", [*BINARY, ("ce-time", "2026-03-05T08:00:00+07:00")], "ce-time"),
        (b"{}", [*BINARY, ("ce-unitid", "6")], "ce-unitid"),
        (BODY, [("Idempotency-Key", "a"), ("Idempotency-Key", "b")], "idempotency-key"),
        (BODY, [("Content-Type", "application/json"), ("ce-unitid", "6")], "ce-unitid"),
        (b"[" + BODY + b"]", [("Content-Type", "application/json"), ("ce-time", "x")], "ce-time"),
    ],
)
async def test_it_is_refused_and_named(door: Door, body: bytes, headers: Headers, field: str) -> None:
    kind = [] if any(name == "Content-Type" for name, _ in headers) else [("Content-Type", "application/json")]
    problem = await refused(door, body, [*kind, *headers])
    assert [one["field"] for one in problem["errors"]] == [field]
    assert field in problem["detail"]


async def test_a_query_parameter_that_is_given_twice_is_refused_on_every_address(door: Door) -> None:
    await refused(door, BODY, [("Content-Type", "application/json")], "/v1/actions?own=1&own=2")
    async with door.client.get("/v1/dossiers/HS-1?source=/a&source=/b") as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (400, "given-twice")


async def test_in_a_batch_only_the_action_that_says_something_twice_is_refused(door: Door) -> None:
    batch = b"[" + TWICE + b"," + BODY + b"]"
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    async with door.client.post("/v1/actions", data=batch, headers=headers) as response:
        answer = await response.json()
        assert (response.status, answer["recorded"], answer["refused"]) == (207, 1, 1)
    assert answer["answers"][0]["problem"]["code"] == "given-twice"
    assert [wrong_fields("answer.v1", one) for one in answer["answers"]] == [set(), set()]


async def test_the_letters_of_a_header_name_make_no_difference(door: Door) -> None:
    headers = [*BINARY, ("CE-Time", "2026-03-05T08:00:00+07:00")]
    answer = await door.asked("POST /v1/actions HTTP/1.1", headers, b"{}")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code":"given-twice"' in answer
