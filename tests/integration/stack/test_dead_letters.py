"""Dead letters are told of until somebody looks, listed, shown, and sent again as they were."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from motcua.addresses import found
from tests.integration.stack.actions import accepted
from tests.integration.stack.conftest import RunningStack
from tests.waiting import until

pytestmark = pytest.mark.integration


def send(
    stack: RunningStack, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]], **place: int
) -> None:
    async def sent() -> None:
        async with AIOKafkaProducer(bootstrap_servers=found(stack.env).kafka) as producer:
            await producer.send_and_wait(topic, value, key=key, headers=headers, **place)

    asyncio.run(sent())


def records(stack: RunningStack, topic: str) -> list[Any]:
    async def read() -> list[Any]:
        async with AIOKafkaConsumer(
            topic,
            bootstrap_servers=found(stack.env).kafka,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        ) as consumer:
            while not consumer.assignment():
                await consumer.getmany(timeout_ms=50)
            await consumer.seek_to_beginning()
            got: list[Any] = []
            while batch := await consumer.getmany(timeout_ms=500):
                got += [one for some in batch.values() for one in some]
            return got

    return asyncio.run(read())


def listed(stack: RunningStack, topic: str, key: str, *more: str) -> list[dict[str, str]]:
    done = stack.run("dlq", "list", "--topic", topic, "--json", *more)
    return [one for one in json.loads(done.stdout) if one["key"] == key]


@pytest.fixture
def quiet(stack: RunningStack) -> Iterator[None]:
    """Before and after, nothing is red and every dead letter has been looked at."""
    stack.run("dlq", "list")
    until(stack.is_green, 60, lambda: stack.run("status").stdout, every=0.5)
    yield
    stack.run("dlq", "list")
    until(stack.is_green, 60, lambda: stack.run("status").stdout, every=0.5)


@pytest.mark.usefixtures("quiet")
def test_a_dead_letter_is_told_until_it_is_looked_at_and_goes_back_as_it_was(stack: RunningStack) -> None:
    key = f"bad-{uuid4().hex[:8]}"
    sent = (b'{"x": \x1b[2J', [("accept-language", b"en"), ("x-own", b"1")])
    send(stack, "counter-actions", key.encode(), *sent)
    (letter,) = until(lambda: listed(stack, "counter-actions-dlq", key), 30, every=0.5)
    until(lambda: stack.seen()["dead_letters"] == {"counter-actions-dlq": 1}, 30, every=0.5)
    done = until(lambda: (told := stack.run("status")).returncode == 1 and told, 30)
    assert "motcua dlq list --topic counter-actions-dlq" in done.stdout
    shown = stack.run("dlq", "show", letter["place"])
    assert shown.returncode == 0
    assert "\x1b" not in shown.stdout
    assert 'value      {"x": \\x1b[2J' in shown.stdout
    listing = stack.run("dlq", "list")
    assert (listing.returncode, letter["place"] in listing.stdout) == (1, True)
    until(stack.is_green, 30, every=0.5)
    assert stack.run("dlq", "replay", letter["place"]).returncode == 0
    again = [one for one in records(stack, "counter-actions") if one.key == key.encode()]
    assert [(one.value, list(one.headers)) for one in again] == [sent, sent]
    assert len({one.partition for one in again}) == 1
    # It is no better than before, so it comes back: as a new letter, which nobody has looked at, and the old one is replayed.
    until(lambda: len(listed(stack, "counter-actions-dlq", key, "--all")) == 2, 30, every=0.5)
    assert [one["state"] for one in listed(stack, "counter-actions-dlq", key, "--all")] == ["replayed", "open"]
    assert letter["place"] not in [one["place"] for one in listed(stack, "counter-actions-dlq", key)]
    until(lambda: stack.seen()["dead_letters"] == {"counter-actions-dlq": 1}, 30, every=0.5)


@pytest.mark.usefixtures("quiet")
def test_a_letter_whose_cause_is_gone_is_answered_when_it_is_sent_again(stack: RunningStack) -> None:
    subject = f"DL-{uuid4().hex[:8]}"
    acceptance = accepted(subject, "2026-03-02T08:00:00+07:00")
    key, sent = subject.encode(), json.dumps(acceptance).encode()
    told = [("dlq_topic", b"counter-actions"), ("dlq_partition", b"0"), ("dlq_offset", b"0"), ("dlq_reason", b"a bug")]
    kept = [("content-type", b"application/cloudevents+json")]
    send(stack, "counter-actions-dlq", key, sent, kept + told)
    (letter,) = listed(stack, "counter-actions-dlq", subject)
    assert stack.run("dlq", "replay", letter["place"]).returncode == 0
    answers = until(lambda: [one for one in records(stack, "counter-answers") if one.key == key], 30, every=0.5)
    assert [dict(one.headers)["action_id"].decode() for one in answers if b"dossier_id" in one.value] == [
        acceptance["id"]
    ]
    assert listed(stack, "counter-actions-dlq", subject) == []


def test_a_place_that_holds_no_letter_is_a_usage_error(stack: RunningStack) -> None:
    for wrong in ("counter-actions-dlq:0@999999", "dossier-events:0@0", "x"):
        assert stack.run("dlq", "show", wrong).returncode == 2
    assert stack.run("dlq", "replay").returncode == 2
