"""Both doors of a real intake: the official CloudEvents SDK, wrong actions, and bytes that nobody can read."""

import asyncio
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiokafka import ConsumerRecord
from cloudevents.core.bindings import http, kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from events.topics import Topic
from tests.contract.published import wrong_fields
from tests.integration.intake.conftest import Intake
from tests.integration.intake.counter_client import answers_by_action, kafka_record, read_topic, send_by_kafka
from tests.unit.intake.counter import HISTORY_SOURCE, SOURCE, raw_action

pytestmark = pytest.mark.integration
FORMAT = JSONFormat()
PLAIN_CONSUMER = Path(__file__).with_name("plain_consumer.py")


def of_sdk(action: dict[str, Any], **attributes: Any) -> CloudEvent:
    """As a program with the SDK makes it: the time a datetime, booleans and numbers of their own type."""
    told = {name: value for name, value in {**action, **attributes}.items() if name != "data"}
    when = datetime.fromisoformat(action["time"])
    return CloudEvent({**told, "time": when, "datacontenttype": "application/json"}, action["data"])


async def answers_to(broker: str, *keys: tuple[str, str]) -> list[dict[str, Any]]:
    waited = set(keys)
    records = await read_topic(
        broker, Topic.COUNTER_ANSWERS, until=lambda found: waited <= answers_by_action(found).keys()
    )
    told = answers_by_action(records)
    return [told[key][-1] for key in keys]


async def dead_letters(broker: str, key: bytes) -> list[ConsumerRecord]:
    def is_there(found: list[ConsumerRecord]) -> bool:
        return any(one.key == key for one in found)

    return [one for one in await read_topic(broker, Topic.COUNTER_ACTIONS_DLQ, until=is_there) if one.key == key]


@pytest.mark.parametrize("mode", ["binary", "structured"])
async def test_the_sdk_records_by_http_and_by_kafka_the_same_action(intake: Intake, broker: str, mode: str) -> None:
    action = raw_action("dossier-accepted.v1", subject=f"SDK-{mode}", source=HISTORY_SOURCE)
    event = of_sdk(action, history=True, actorrole="lãnh đạo", own="mét vuông, 100%")
    message = getattr(http, f"to_{mode}")(event, FORMAT)
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{intake.url}/v1/actions", data=message.body, headers=message.headers) as response,
    ):
        receipt = await response.json()
        assert response.status == 201, receipt
    record = getattr(kafka, f"to_{mode}")(event, FORMAT)
    await send_by_kafka(broker, [{"key": b"SDK", "value": record.value, "headers": list(record.headers.items())}])
    (answer,) = await answers_to(broker, (HISTORY_SOURCE, action["id"]))
    assert answer == receipt  # a replay, equal in every field: both doors read the same meaning
    store = intake.store()
    entries = [one.structured for one in store.read_after(0, 100_000) if one.structured["id"] == receipt["event_id"]]
    store.close()
    assert [(one["actorrole"], one["own"], one["history"]) for one in entries] == [
        ("lãnh đạo", "mét vuông, 100%", True)
    ]


@pytest.mark.parametrize(
    ("language", "message"), [(None, "bắt buộc phải có"), (b"en", "is missing"), (b"vi-VN", "bắt buộc phải có")]
)
async def test_a_wrong_action_on_kafka_gets_the_problem_in_the_language_asked_for(
    intake: Intake, broker: str, language: bytes | None, message: str
) -> None:
    action = raw_action("step-started.v1", id=f"wrong-{language!r}") | {"data": {}}
    record = kafka_record(action)
    record["headers"].append(("accept-language", language))
    await send_by_kafka(broker, [record])
    (answer,) = await answers_to(broker, (SOURCE, action["id"]))
    assert wrong_fields("answer.v1", answer) == set()
    assert answer["problem"]["errors"] == [{"field": "/data/step_code", "code": "required", "message": message}]


async def test_two_sources_with_one_id_each_get_their_own_answer(intake: Intake, broker: str) -> None:
    number = "019c4b0e-7d5c-7a41-9c11-4f0b6a1d2eff"
    sources = ("/a/mot-cua", "/b/mot-cua")
    actions = [raw_action("dossier-accepted.v1", id=number, source=one, subject="HS-same") for one in sources]
    await send_by_kafka(broker, [kafka_record(one) for one in actions])
    first, second = await answers_to(broker, *[(one, number) for one in sources])
    assert first["status"] == second["status"] == "recorded"
    assert first["event_id"] != second["event_id"]
    assert first["dossier_id"] != second["dossier_id"]


async def test_what_is_accepted_again_under_a_new_code_is_one_dossier_by_whichever_door(
    intake: Intake, broker: str
) -> None:
    """DR-30: by HTTP first, by Kafka under the next code, by an import's history under a third."""
    first = raw_action("dossier-accepted.v1", subject="DR30-1")
    second = raw_action("dossier-accepted.v1", subject="DR30-2", data={"previous_code": "DR30-1"})
    third = raw_action("step-started.v1", 2, subject="DR30-2")
    past = raw_action("dossier-accepted.v1", 3, subject="DR30-3", source=HISTORY_SOURCE, history=True)
    async with aiohttp.ClientSession() as session:

        async def post(action: dict[str, Any]) -> dict[str, Any]:
            async with session.post(f"{intake.url}/v1/actions", json=action) as response:
                found: dict[str, Any] = await response.json(content_type=None)
                return found

        accepted = await post(first)
        await send_by_kafka(broker, [kafka_record(second)])
        (linked,) = await answers_to(broker, (SOURCE, second["id"]))
        assert (linked["dossier_id"], linked["stream_seq"]) == (accepted["dossier_id"], 2)
        await send_by_kafka(broker, [kafka_record(third)])
        (worked_on,) = await answers_to(broker, (SOURCE, third["id"]))
        assert (worked_on["dossier_id"], worked_on["stream_seq"]) == (accepted["dossier_id"], 3)
        refused = await post({**past, "data": {**past["data"], "previous_code": accepted["dossier_id"]}})
        assert refused["code"] == "history-on-live-dossier"
        async with session.get(f"{intake.url}/v1/dossiers/DR30-2", params={"source": SOURCE}) as response:
            assert (await response.json())["dossier_id"] == accepted["dossier_id"]


UNREADABLE = {
    "not json": b"\x00\xff nothing",
    "nothing": None,
    "no cloudevent": b"[1, 2]",
    "large once unpacked": b"\x00" * 900_000,
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_bytes_that_nobody_can_read_go_to_the_dead_letters_unchanged(
    intake: Intake, broker: str, what: str
) -> None:
    key, value = what.encode(), UNREADABLE[what]
    headers = [("own", b"\xff\x00"), ("empty", None), ("own", b"again")]
    await send_by_kafka(broker, [{"key": key, "value": value, "headers": headers}])
    (letter,) = await dead_letters(broker, key)
    assert (letter.key, letter.value) == (key, value)
    assert list(letter.headers[:3]) == headers
    said = dict(letter.headers[3:])
    assert set(said) == {"dlq_topic", "dlq_partition", "dlq_offset", "dlq_reason"}
    assert said["dlq_topic"] == b"counter-actions"
    assert said["dlq_reason"].startswith(b"unreadable: ")
    sent = await read_topic(broker, Topic.COUNTER_ACTIONS)
    place = (int(said["dlq_partition"]), int(said["dlq_offset"]))
    assert [one.value for one in sent if (one.partition, one.offset) == place] == [value]


async def test_json_that_nests_too_deep_is_answered_and_the_door_goes_on(intake: Intake, broker: str) -> None:
    action = raw_action("step-started.v1", id="deep")
    record = kafka_record(action)
    record["value"] = b'{"step_code": "TL", "own": ' + b"[" * 300 + b"]" * 300 + b"}"
    following = raw_action("dossier-accepted.v1", subject="after-deep")
    await send_by_kafka(broker, [record, kafka_record(following)])
    refused, recorded = await answers_to(broker, (SOURCE, "deep"), (SOURCE, following["id"]))
    assert (refused["problem"]["code"], recorded["status"]) == ("unreadable", "recorded")


async def test_a_record_with_cloudevents_headers_and_no_value_gets_its_answer(intake: Intake, broker: str) -> None:
    action = raw_action("dossier-accepted.v1", id="no-value")
    await send_by_kafka(broker, [kafka_record(action) | {"value": None}])
    (answer,) = await answers_to(broker, (SOURCE, "no-value"))
    assert [(one["field"], one["code"]) for one in answer["problem"]["errors"]] == [("data", "required")]


async def test_what_is_given_twice_on_kafka_is_refused_by_name(intake: Intake, broker: str) -> None:
    header, member = (raw_action("dossier-accepted.v1", id=f"twice-{one}", subject="HS-twice") for one in "hm")
    by_header, by_member = kafka_record(header), kafka_record(member)
    by_header["headers"].append(("ce_time", b"2026-03-05T08:00:00+07:00"))
    by_member["value"] = by_member["value"][:-1] + b',"procedure_code":"1.000001"}'
    await send_by_kafka(broker, [by_header, by_member])
    answers = await answers_to(broker, (SOURCE, "twice-h"), (SOURCE, "twice-m"))
    told = [(one["problem"]["code"], one["problem"]["errors"][0]["field"]) for one in answers]
    assert told == [("given-twice", "ce_time"), ("given-twice", "/data/procedure_code")]


async def test_answers_and_dead_letters_are_read_by_a_client_as_it_is_installed(intake: Intake, broker: str) -> None:
    """kafka-python and kafkajs bring gzip and nothing else."""
    action = raw_action("dossier-accepted.v1", id="plain", subject="HS-plain")
    await send_by_kafka(broker, [kafka_record(action), {"key": b"plain", "value": b"no json", "headers": []}])
    await answers_to(broker, (SOURCE, "plain"))
    await dead_letters(broker, b"plain")
    topics = (Topic.COUNTER_ANSWERS.value, Topic.COUNTER_ACTIONS_DLQ.value)
    reading = [sys.executable, "-W", "ignore", str(PLAIN_CONSUMER), broker, *topics]
    done = await asyncio.to_thread(
        subprocess.run, reading, capture_output=True, text=True, timeout=60, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    read = [json.loads(line) for line in done.stdout.splitlines()]
    assert "plain" in {headers["action_id"] for topic, headers, _ in read if topic == topics[0]}
    assert "no json" in {value for topic, _, value in read if topic == topics[1]}
