"""A forged record is put aside by all who read it; recorded ≠ counted is red, in the command and on the page, until it is gone.

Behind `test_verify.py`, because what is put on the topic here stays there; what is red since then doesn't disturb.
"""

from uuid import uuid4

import pytest

from motcua.addresses import found
from services.stats.questions import open_client
from tests.integration.stack.actions import accepted, action, post
from tests.integration.stack.conftest import RunningStack
from tests.integration.stack.test_bad_day import dot
from tests.integration.stack.test_commands import intake_url
from tests.integration.stack.test_dead_letters import listed, records, send
from tests.waiting import until

pytestmark = pytest.mark.integration


EVENT_ID = str(uuid4())


def forged_onto_the_topic(stack: RunningStack) -> tuple[str, str]:
    """Subject and id of a dossier of two events, with a record behind them that a stranger made of the first."""
    subject = f"FG-{uuid4().hex[:8]}"
    _, answer, _ = post(intake_url(stack), accepted(subject, "2026-03-02T08:00:00+07:00"))
    dossier_id = answer["dossier_id"]
    post(intake_url(stack), action("step-started.v1", subject, "2026-03-02T09:00:00+07:00", {"step_code": "TL"}))
    key = dossier_id.encode()
    until(lambda: sum(one.key == key for one in records(stack, "dossier-events")) >= 2, 30, every=0.5)
    true = next(one for one in records(stack, "dossier-events") if one.key == key)
    forged = {**dict(true.headers), "ce_id": EVENT_ID.encode(), "ce_streamseq": b"3"}
    forged.pop("notificationid")
    send(stack, "dossier-events", key, true.value, list(forged.items()), partition=true.partition)
    return subject, str(dossier_id)


def test_a_forged_record_is_counted_by_nobody_and_one_in_the_statistics_is_red_until_it_is_gone(
    stack: RunningStack,
) -> None:
    subject, dossier_id = forged_onto_the_topic(stack)
    letters = until(lambda: len(found := listed(stack, "dossier-events-dlq", dossier_id)) == 2 and found, 60, every=0.5)
    assert {one["reason"] for one in letters} == {"ChainBreakError: it was changed: its hash is another"}
    # The counter's own next action, of the same number, is told and counted behind it.
    ready = action("result-ready-at-counter.v1", subject, "2026-03-02T10:00:00+07:00")
    assert post(intake_url(stack), ready)[0] == 201
    with open_client(found(stack.env).clickhouse_url) as client:
        own = f"FROM events FINAL WHERE dossier_id = '{dossier_id}' AND _topic = 'dossier-events' AND stream_seq = 3"
        types = until(lambda: client.query(f"SELECT event_type {own}").result_rows, 30, every=0.5)
        assert list(types) == [("result-ready-at-counter.v1",)]
        changed = f"'{EVENT_ID}' AS event_id, 9 AS stream_seq"
        client.command(f"INSERT INTO events SELECT * REPLACE ({changed}) FROM (SELECT * {own})")

    def is_named() -> bool:
        pairs = {one["pair"]: one for one in stack.seen()["comparisons"] if one["verdict"] == "differs"}
        of_store = pairs.get("events in the event store → in ClickHouse")
        return of_store is not None and any(EVENT_ID in one for one in of_store["first"])

    until(is_named, 90, lambda: stack.run("status").stdout, every=0.5)
    told = until(lambda: EVENT_ID in (done := stack.run("status")).stdout and done, 30, every=0.5)
    assert told.returncode == 3
    assert "AWAY count of events in the event store → in ClickHouse: " in told.stdout
    until(lambda: dot(stack) == "differs", 30, every=0.5)
    with open_client(found(stack.env).clickhouse_url) as client:
        client.command(f"ALTER TABLE events DELETE WHERE event_id = '{EVENT_ID}' SETTINGS mutations_sync = 1")
    until(lambda: dot(stack) == "current", 60, lambda: f"{dot(stack)}: {stack.run('status').stdout}", every=0.5)
