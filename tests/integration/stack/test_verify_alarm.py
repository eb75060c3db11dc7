"""A forged record is counted by nobody; recorded ≠ counted is red in command, page and log, with the first ids, until it is gone.

Behind `test_verify.py`, because what is put on the topic here stays there; what is red since then doesn't disturb.
"""

from uuid import uuid4

import pytest

from motcua.addresses import found
from motcua.running import program_of, start_program, stop_program
from services.stats.questions import open_client
from tests.integration.stack.actions import accepted, action, post
from tests.integration.stack.conftest import RunningStack
from tests.integration.stack.test_bad_day import dot
from tests.integration.stack.test_commands import intake_url
from tests.integration.stack.test_dead_letters import listed, records, send
from tests.waiting import until

pytestmark = pytest.mark.integration


PAIR = "events in the event store → in ClickHouse"


def forged_onto_the_topic(stack: RunningStack, event_id: str) -> str:
    """The id of a dossier that has a forged record before its true third event: two dead letters, and the true one is counted."""
    subject = f"FG-{uuid4().hex[:8]}"
    _, answer, _ = post(intake_url(stack), accepted(subject, "2026-03-02T08:00:00+07:00"))
    dossier_id = str(answer["dossier_id"])
    post(intake_url(stack), action("step-started.v1", subject, "2026-03-02T09:00:00+07:00", {"step_code": "TL"}))
    key = dossier_id.encode()
    until(lambda: sum(one.key == key for one in records(stack, "dossier-events")) >= 2, 30, every=0.5)
    true = next(one for one in records(stack, "dossier-events") if one.key == key)
    forged = {**dict(true.headers), "ce_id": event_id.encode(), "ce_streamseq": b"3"}
    forged.pop("notificationid")
    send(stack, "dossier-events", key, true.value, list(forged.items()), partition=true.partition)
    letters = until(lambda: len(two := listed(stack, "dossier-events-dlq", dossier_id)) == 2 and two, 60, every=0.5)
    assert {one["reason"] for one in letters} == {"ChainBreakError: it was changed: its hash is another"}
    ready = action("result-ready-at-counter.v1", subject, "2026-03-02T10:00:00+07:00")
    assert post(intake_url(stack), ready)[0] == 201
    return dossier_id


def test_what_is_forged_and_what_the_relay_does_not_publish_are_red_until_both_are_gone(stack: RunningStack) -> None:
    event_id = str(uuid4())
    dossier_id = forged_onto_the_topic(stack, event_id)
    with open_client(found(stack.env).clickhouse_url) as client:
        third = f"FROM events FINAL WHERE dossier_id = '{dossier_id}' AND _topic = 'dossier-events' AND stream_seq = 3"
        types = until(lambda: client.query(f"SELECT event_type {third}").result_rows, 30, every=0.5)
        assert list(types) == [("result-ready-at-counter.v1",)]
        stop_program(found(stack.env), program_of(found(stack.env), "relay"))
        client.command(f"INSERT INTO events SELECT * REPLACE ('{event_id}' AS event_id) FROM (SELECT * {third})")
    _, unpublished, _ = post(intake_url(stack), accepted(f"FG-{uuid4().hex[:8]}", "2026-03-02T08:00:00+07:00"))

    def are_named() -> bool:
        (pair,) = [one for one in stack.seen()["comparisons"] if one["pair"] == PAIR]
        return pair["verdict"] == "differs" and all(
            any(one in name for name in pair["first"]) for one in (event_id, unpublished["event_id"])
        )

    until(are_named, 120, lambda: stack.run("status").stdout, every=0.5)
    told = stack.run("status")
    assert told.returncode == 3
    assert f"AWAY count of {PAIR}: " in told.stdout
    until(lambda: dot(stack) == "differs", 30, every=0.5)
    assert all(one in log_of(stack, "stats") for one in (event_id, unpublished["event_id"]))
    start_program(found(stack.env), program_of(found(stack.env), "relay"))
    with open_client(found(stack.env).clickhouse_url) as client:
        client.command(f"ALTER TABLE events DELETE WHERE event_id = '{event_id}' SETTINGS mutations_sync = 1")
    until(lambda: dot(stack) == "current", 60, every=0.5)


def log_of(stack: RunningStack, name: str) -> str:
    return (stack.data_dir / "logs" / f"{name}.log").read_text()
