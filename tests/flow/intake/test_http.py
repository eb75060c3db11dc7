"""The HTTP door as schemas/openapi.yaml and docs/connecting.md describe it."""

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from services.intake.adapters import writer as writer_module
from services.intake.ports import StoreUnavailableError
from tests.contract.published import wrong_fields
from tests.flow.intake.conftest import Door
from tests.unit.intake.counter import HISTORY_SOURCE, SOURCE, raw_action
from tests.waiting import until_async

ACCEPTED = raw_action("dossier-accepted.v1")
STARTED = raw_action("step-started.v1", 1)
BINARY = {
    "Content-Type": "application/json", "ce-specversion": "1.0", "ce-id": "b-1", "ce-source": SOURCE, "ce-subject": "HS-1",
    "ce-type": "dossier-accepted.v1", "ce-time": "2026-03-02T08:00:00+07:00", "ce-unitid": "5",
}  # fmt: skip


async def test_an_action_is_answered_201_and_again_200_with_the_same_body(door: Door) -> None:
    status, first, headers = await door.post(ACCEPTED)
    assert status == 201
    assert wrong_fields("answer.v1", first) == set()
    assert "Idempotent-Replayed" not in headers
    status, second, headers = await door.post(ACCEPTED)
    assert (status, second, headers["Idempotent-Replayed"]) == (200, first, "true")
    assert door.store.last_id() == 1


async def test_binary_mode_records_the_same_action_as_structured_mode(door: Door) -> None:
    structured = {
        **ACCEPTED,
        "id": "b-1",
        "actorrole": "lãnh đạo",
        "history": True,
        "source": HISTORY_SOURCE,
        "actorid": None,
    }
    assert (await door.post(structured))[0] == 201
    headers = {
        **BINARY,
        "ce-actorrole": "l%C3%A3nh%20%C4%91%E1%BA%A1o",
        "ce-history": "True",
        "ce-source": HISTORY_SOURCE,
    }
    async with door.client.post("/v1/actions", json=ACCEPTED["data"], headers=headers) as response:
        assert (response.status, response.headers["Idempotent-Replayed"]) == (200, "true")


async def test_a_header_that_is_not_utf8_is_unreadable(door: Door) -> None:
    async with door.client.post("/v1/actions", json={}, headers={**BINARY, "ce-actorid": "%FF"}) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (400, "unreadable")


@pytest.mark.parametrize(
    ("content", "status", "code", "field"),
    [
        ([], 422, "schema-mismatch", "/"),
        (5, 400, "unreadable", None),
        ({**STARTED, "data": {}}, 422, "schema-mismatch", "/data/step_code"),
        (STARTED, 409, "not-accepted-yet", "subject"),
        ([{}] * 10_001, 413, "too-large", None),
    ],
)
async def test_a_wrong_request_gets_a_problem_in_the_language_asked_for(
    door: Door, content: Any, status: int, code: str, field: str | None
) -> None:
    titles = set()
    for language in ("vi", "en"):
        got, problem, headers = await door.post(content, **{"Accept-Language": language})
        assert (got, problem["status"], problem["code"]) == (status, status, code)
        assert headers["Content-Type"].startswith("application/problem+json")
        assert headers["Content-Language"] == language
        assert wrong_fields("problem.v1", problem) == set()
        assert [one["field"] for one in problem.get("errors", [])] == ([field] if field else [])
        titles.add(problem["title"])
    assert len(titles) == 2
    assert door.store.last_id() == 0


async def test_a_batch_is_answered_in_order_each_action_by_itself(door: Door) -> None:
    status, body, _ = await door.post([ACCEPTED, 7, None, {"id": "x"}, STARTED, STARTED, {**STARTED, "unitid": 6}])
    assert status == 207
    assert (body["recorded"], body["refused"], body["replayed"]) == (3, 4, 1)
    assert [one.get("problem", {}).get("code", "recorded") for one in body["answers"]] == [
        "recorded", "unreadable", "unreadable", "schema-mismatch", "recorded", "recorded", "id-reused",
    ]  # fmt: skip
    assert [one["action_id"] for one in body["answers"][:4]] == [ACCEPTED["id"], "", "", "x"]
    for answer in body["answers"]:
        assert wrong_fields("answer.v1", answer) == set()


async def test_a_refusal_is_mended_and_sent_under_the_same_id(door: Door) -> None:
    assert (await door.post({**ACCEPTED, "unitid": 0}))[0] == 422
    assert (await door.post(ACCEPTED))[0] == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v2", 404, "not-found"),
        ("GET", "/v1/actions", 405, "method-not-allowed"),
        ("GET", "/v1/dossiers/HS-9", 404, "unknown-dossier"),
        ("GET", "/v1/dossiers/%ff%00", 404, "unknown-dossier"),
        ("GET", "/v1/schemas/x", 404, "unknown-schema"),
    ],
)
async def test_every_refused_address_is_told_as_a_problem(
    door: Door, method: str, path: str, status: int, code: str
) -> None:
    async with door.client.request(method, path) as response:
        problem = await response.json(content_type=None)
        assert (response.status, problem["code"]) == (status, code)
        assert wrong_fields("problem.v1", problem) == set()


async def test_a_method_that_is_not_taken_is_told_those_that_are(door: Door) -> None:
    async with door.client.request("TRACE", "/v1/actions") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")


async def test_a_dossier_can_be_looked_up_by_code_and_by_id(door: Door) -> None:
    _, answers, _ = await door.post([ACCEPTED, STARTED])
    receipt = answers["answers"][1]
    for path in (f"/v1/dossiers/HS-1?source={SOURCE}", f"/v1/dossiers/{receipt['dossier_id']}"):
        async with door.client.get(path) as response:
            told = await response.json()
        assert (told["stream_seq"], told["lifecycle"], told["hash"]) == (2, "in_processing", receipt["hash"])


@pytest.mark.parametrize("kind", ["text/plain", "application/xml"])
async def test_another_content_type_is_not_taken(door: Door, kind: str) -> None:
    for headers in ({"Content-Type": kind}, {**BINARY, "Content-Type": kind}):
        async with door.client.post("/v1/actions", data=b"{}", headers=headers) as response:
            assert response.status == 415


async def test_a_request_that_is_too_large_is_told_so(door: Door) -> None:
    body = BytesIO(b"[" + b" " * (32 * 1024 * 1024) + b"]")
    async with door.client.post("/v1/actions", data=body, headers={"Content-Type": "application/json"}) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (413, "too-large")


# Idempotency-Key


async def test_a_key_repeats_the_first_answer_refusals_included(door: Door) -> None:
    first = await door.post([STARTED, ACCEPTED, STARTED], **{"Idempotency-Key": "k"})
    assert (first[0], first[1]["recorded"], first[1]["refused"]) == (207, 2, 1)
    again = await door.post([STARTED, ACCEPTED, STARTED], **{"Idempotency-Key": "k"})
    assert again[:2] == first[:2]
    assert again[2]["Idempotent-Replayed"] == "true"


async def test_a_key_on_a_refused_request_keeps_the_refusal(door: Door) -> None:
    refused = await door.post(STARTED, **{"Idempotency-Key": "k"})
    await door.post(ACCEPTED)
    again = await door.post(STARTED, **{"Idempotency-Key": "k"})
    assert (again[0], again[1]) == (refused[0], refused[1]) == (409, again[1])
    assert again[2]["Content-Type"].startswith("application/problem+json")
    assert (await door.post(STARTED, **{"Idempotency-Key": "k2"}))[0] == 201


async def test_a_key_with_another_body_is_refused_and_nothing_of_it_is_recorded(door: Door) -> None:
    await door.post(ACCEPTED, **{"Idempotency-Key": "k"})
    status, problem, _ = await door.post(STARTED, **{"Idempotency-Key": "k"})
    assert (status, problem["code"]) == (409, "idempotency-key-reused")
    assert door.store.last_id() == 1


async def test_in_binary_mode_the_headers_belong_to_what_a_key_names(door: Door) -> None:
    """The body alone is the same for many actions; the second must not get the answer of the first."""
    async with door.client.post(
        "/v1/actions", json=ACCEPTED["data"], headers={**BINARY, "Idempotency-Key": "k"}
    ) as one:
        assert one.status == 201
    other = {**BINARY, "ce-subject": "HS-2", "ce-id": "b-2", "Idempotency-Key": "k"}
    async with door.client.post("/v1/actions", json=ACCEPTED["data"], headers=other) as two:
        assert two.status == 409


async def test_a_key_belongs_to_its_sender(door: Door) -> None:
    elsewhere = raw_action("dossier-accepted.v1", source="/da-nang/mot-cua")
    assert (await door.post(ACCEPTED, **{"Idempotency-Key": "k"}))[0] == 201
    assert (await door.post([elsewhere], **{"Idempotency-Key": "k"}))[1]["recorded"] == 1
    assert (await door.post([elsewhere, STARTED], **{"Idempotency-Key": "k"}))[1]["recorded"] == 2


async def test_a_key_is_free_again_after_a_week_and_the_action_is_recorded_once_all_the_same(door: Door) -> None:
    assert (await door.post([ACCEPTED], **{"Idempotency-Key": "k"}))[1]["recorded"] == 1
    door.clock.at += timedelta(days=7)
    assert (await door.post([STARTED], **{"Idempotency-Key": "k"}))[0] == 409
    door.clock.at += timedelta(seconds=1)
    status, answer, _ = await door.post([ACCEPTED, STARTED], **{"Idempotency-Key": "k"})
    assert (status, answer["recorded"], answer["replayed"]) == (200, 2, 1)


async def test_one_key_twice_at_the_same_time_is_one_request(door: Door) -> None:
    requests = [door.post(ACCEPTED, **{"Idempotency-Key": "k"}) for _ in range(5)]
    got = await asyncio.gather(*requests)
    assert [one[0] for one in got] == [201] * 5
    assert sorted(one[2].get("Idempotent-Replayed", "") for one in got) == ["", "true", "true", "true", "true"]


async def test_one_key_with_two_bodies_at_the_same_time_records_one_of_them(door: Door) -> None:
    bodies = [raw_action("dossier-accepted.v1", subject=f"HS-{number}") for number in range(5)]
    got = await asyncio.gather(*[door.post(one, **{"Idempotency-Key": "k"}) for one in bodies])
    assert sorted(one[0] for one in got) == [201, 409, 409, 409, 409]
    assert door.store.last_id() == 1


@pytest.mark.parametrize("key", ["", "k" * 129, "kế"])
async def test_a_key_is_bounded_printable_ascii(door: Door, key: str) -> None:
    status, problem, _ = await door.post(ACCEPTED, **{"Idempotency-Key": key})
    assert (status, problem["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert door.store.last_id() == 0


# When it can't be recorded


async def test_an_absent_store_is_told_with_retry_after_and_nothing_is_kept_under_a_key(door: Door) -> None:
    door.store.is_away = True
    status, problem, headers = await door.post(ACCEPTED, **{"Idempotency-Key": "k"})
    assert (status, problem["code"], headers["Retry-After"]) == (503, "unavailable", "1")
    async with door.client.get("/healthz") as response:
        assert response.status == 503
    door.store.is_away = False
    assert (await door.post(ACCEPTED, **{"Idempotency-Key": "k"}))[0] == 201


async def test_an_unknown_outcome_is_not_answered_as_recorded_and_the_repetition_is_a_replay(door: Door) -> None:
    door.store.failures, door.store.commits_all_the_same = [StoreUnavailableError("broken line")], True
    assert (await door.post(ACCEPTED))[0] == 503
    status, _, headers = await door.post(ACCEPTED)
    assert (status, headers["Idempotent-Replayed"], door.store.last_id()) == (200, "true", 1)


async def test_too_much_waiting_is_told_as_busy(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_WAITING_ACTIONS", 1)
    status, problem, headers = await door.post([ACCEPTED, STARTED])
    assert (status, problem["code"], headers["Retry-After"]) == (503, "busy", "1")
    assert (await door.post(ACCEPTED))[0] == 201


async def test_when_the_writer_dies_nobody_waits_and_the_error_is_raised(door: Door) -> None:
    door.store.failures = [RuntimeError("a bug")]
    got = await asyncio.wait_for(
        asyncio.gather(*[door.post(raw_action("dossier-accepted.v1", id=str(n))) for n in range(5)]), 5
    )
    assert {one[0] for one in got} == {503}
    with pytest.raises(RuntimeError, match="a bug"):
        await door.writing
    assert (await door.post(ACCEPTED))[0] == 503


async def test_when_the_writer_is_stopped_what_is_in_hand_is_finished_and_answered(door: Door) -> None:
    request = asyncio.create_task(door.post([raw_action("dossier-accepted.v1", subject=f"HS-{n}") for n in range(500)]))

    def is_too_late_to_stop() -> bool:
        if door.store.last_id() or request.done():
            return True
        door.writing.cancel()
        return False

    await until_async(is_too_late_to_stop, 5, every=0.001)
    status, body, _ = await asyncio.wait_for(request, 5)
    recorded = door.store.last_id()
    assert (status, recorded) in ((503, 0), (200, 500))
    assert status == 503 or body["recorded"] == recorded
