"""`motcua verify` on the running system: whole as it is; a byte, a row, a record that somebody changed or put in is named.

The last test puts a record on the topic that nobody can take back: nothing of this folder may come behind it but the test of the
alarm, which does the same.
"""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer

from deploy.embedded.kafka.launch import free_port
from events.codec import from_structured, to_kafka
from events.topics import Topic
from motcua.addresses import found
from motcua.archive import copy_store
from services.stats.adapters.clickhouse import open_client
from tests.integration.stack.actions import accepted, action, post
from tests.integration.stack.conftest import RunningStack
from tests.integration.stack.test_commands import intake_url
from tests.waiting import until

pytestmark = pytest.mark.integration

CODE = f"VE-{uuid4().hex[:8]}"


def verify(stack: RunningStack, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = stack.run("verify", "--json", *arguments)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def whole(stack: RunningStack) -> dict[str, Any]:
    """What is said once nothing is on its way; until then it is whole too."""

    def settled() -> dict[str, Any] | None:
        exit_code, seen = verify(stack)
        assert exit_code == 0, seen
        return seen if not any(seen["on_their_way"].values()) else None

    seen: dict[str, Any] = until(settled, 60)
    return seen


@pytest.fixture(scope="module")
def dossier(stack: RunningStack) -> str:
    """The id of a dossier of two events that are in all places."""
    now = datetime.now(UTC).isoformat()
    status, answer, _ = post(intake_url(stack), accepted(CODE, now))
    assert status == 201
    assert post(intake_url(stack), action("result-ready-at-counter.v1", CODE, now))[0] == 201
    whole(stack)
    return str(answer["dossier_id"])


def test_a_running_stack_is_whole_and_every_place_holds_the_same(stack: RunningStack, dossier: str) -> None:
    seen = whole(stack)
    assert seen["events"]["store"] == seen["events"]["Kafka"] == seen["events"]["ClickHouse"] > 2
    assert (seen["damaged_places"], seen["not_looked_at"]) == (0, {})
    told = stack.run("verify")
    assert f"store, Kafka and ClickHouse are whole: {seen['streams']} streams" in told.stdout


def test_a_part_that_does_not_answer_is_named_and_nothing_is_called_whole(stack: RunningStack, dossier: str) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    away = {"KAFKA_BOOTSTRAP_SERVERS": nobody, "MOTCUA_CLICKHOUSE_READER_URL": f"http://u:p@{nobody}/motcua"}
    done = replace(stack, env=stack.env | away).run("verify")
    assert done.returncode == 3, done.stderr
    assert f"Kafka was not looked at: Kafka at {nobody} does not answer" in done.stdout
    assert f"ClickHouse was not looked at: ClickHouse at {nobody} does not answer" in done.stdout
    assert "whole" not in done.stdout
    assert stack.run("verify", "--store-only").returncode == 0


def test_a_root_is_of_a_day_that_is_over_and_compared_with_what_was_kept(stack: RunningStack, dossier: str) -> None:
    done = stack.run("verify", "--root", "2026-01-01")
    assert done.returncode == 0, done.stderr
    root = done.stdout.splitlines()[-1].removeprefix("root 2026-01-01 ")
    assert stack.run("verify", "--root", "2026-01-01", "--expect", root).returncode == 0
    other = stack.run("verify", "--root", "2026-01-01", "--expect", "0" * 64)
    assert (other.returncode, "ANOTHER" in other.stdout) == (1, True)
    assert stack.run("verify", "--root", "2999-01-01").returncode == 2


def test_a_byte_changed_in_the_store_is_named(stack: RunningStack, dossier: str, tmp_path: Path) -> None:
    copy = tmp_path / "ledger.sqlite"
    copy_store(stack.data_dir / "store" / "ledger.sqlite", copy)
    with closing(sqlite3.connect(copy)) as writing, writing:
        statement = "UPDATE stored_events SET state = CAST(replace(state, 'cb-01', 'cb-02') AS BLOB)"
        changed = writing.execute(
            f"{statement} WHERE originator_id = ? AND originator_version = 1", [UUID(dossier).hex]
        )
        assert changed.rowcount == 1
    exit_code, seen = verify(replace(stack, env=stack.env | {"SQLITE_DBNAME": str(copy)}))
    assert (exit_code, seen["damaged_places"]) == (1, 1), seen
    (one,) = seen["first"]
    assert (one["stream"], one["code"], one["number"]) == (dossier, CODE, 1)
    assert one["what"] == "it was changed: its hash is another"
    assert one["where"].startswith("store, row ")


def test_a_row_altered_in_clickhouse_is_named(stack: RunningStack, dossier: str) -> None:
    where = f"dossier_id = '{dossier}' AND stream_seq = 2 AND _topic = 'dossier-events'"
    alter = "INSERT INTO events SELECT * REPLACE ('{}' AS actor_id) FROM events FINAL WHERE " + where
    with open_client(found(stack.env).clickhouse_url) as client:
        client.command(alter.format("cb-02"))
        exit_code, seen = verify(stack)
        client.command(alter.format("cb-01"))
    assert exit_code == 1
    assert seen["first"] == [
        {"stream": dossier, "code": CODE, "number": 2, "where": "ClickHouse",
         "what": "it says otherwise than the store: actor_id"}
    ]  # fmt: skip
    whole(stack)


def test_a_record_forged_onto_the_topic_is_named(stack: RunningStack, dossier: str) -> None:
    first = stack.lines("events", "--dossier", CODE)[0]
    forged = {**first, "id": str(uuid4()), "subject": str(uuid4()), "dossiercode": f"{CODE}-X"}
    del forged["hash"]
    key, value, headers = to_kafka(from_structured(forged))

    async def send() -> Any:
        producer = AIOKafkaProducer(bootstrap_servers=found(stack.env).kafka)
        await producer.start()
        try:
            return await producer.send_and_wait(Topic.DOSSIER_EVENTS.value, value, key=key, headers=headers)
        finally:
            await producer.stop()

    sent = asyncio.run(send())
    exit_code, seen = verify(stack)
    assert exit_code == 1
    assert {
        "stream": forged["subject"], "code": f"{CODE}-X", "number": 1, "what": "it has no hash",
        "where": f"Kafka, dossier-events partition {sent.partition} offset {sent.offset}",
    } in seen["first"]  # fmt: skip
