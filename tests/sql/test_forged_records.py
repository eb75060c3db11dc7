"""A forged record never gets into the statistics, and the true dossier's figure is right behind it, on the real engine."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from clickhouse_connect.driver.client import Client

from events.codec import to_kafka
from events.envelope import Event
from services.stats.adapters.fact_store import ClickHouseFacts
from services.stats.adapters.unit_register import units_revision
from services.stats.pipeline import load_batch
from services.stats.ports import Record
from tests.forging import FORGERIES, Raw, of_a_number_that_was, too_early
from tests.sql.truth import stored_facts, true_facts
from tests.unit.intake.units import before_the_reform, recorded
from tests.unit.stats.dossiers import Dossier, at

APPENDED_AT = at("2026-03-02", "08:00")


@dataclass
class Log:
    """Batches as they come from Kafka, and what was put aside of them."""

    batch: list[Record] = field(default_factory=list)
    letters: list[tuple[Record, str]] = field(default_factory=list)

    async def next_batch(self) -> Sequence[Record]:
        return self.batch

    async def commit(self, batch: Sequence[Record]) -> None:
        assert batch is self.batch

    async def send(self, record: Record, reason: str) -> None:
        self.letters.append((record, reason))


def record(raw: Raw, topic: str = "dossier-events") -> Record:
    key, value, headers = raw
    return Record(topic=topic, partition=0, offset=0, appended_at=APPENDED_AT, key=key, value=value, headers=headers)  # type: ignore[arg-type]


def loaded(client: Client, *batches: Sequence[Raw], topic: str = "dossier-events") -> list[str]:
    """Load some batches; why records were put aside."""
    log = Log()
    for raws in batches:
        log.batch = [record(raw, topic) for raw in raws]
        asyncio.run(load_batch(log, ClickHouseFacts(client), log))
    return [reason for _, reason in log.letters]


def life(name: str) -> list[Event]:
    made = (
        Dossier(name)
        .accepted(at("2026-03-02"))
        .due_at(at("2026-03-09", "17:00"))
        .supplement_requested(at("2026-03-03"))
    )
    return made.supplement_completed(at("2026-03-04")).ready(at("2026-03-06")).events


def split(name: str) -> tuple[list[Event], list[Raw], list[Raw]]:
    """All events; those of the dossier, and those that are said of it, as they stand on their topics."""
    events = life(name)
    of_the_dossier = [to_kafka(one) for one in events if one.envelope.hash]
    return events, of_the_dossier, [to_kafka(one) for one in events if not one.envelope.hash]


def of(client: Client, name: str) -> tuple[int, list[object]]:
    count = client.query("SELECT count() FROM events FINAL WHERE dossier_id = {name:String}", parameters={"name": name})
    return count.first_row[0], [one for one in stored_facts(client) if one.dossier_id == name]


def check(client: Client, name: str, events: Sequence[Event]) -> None:
    assert of(client, name) == (len(events), true_facts(events, []))


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_forged_record_before_the_true_one_is_put_aside_and_the_figure_is_right(
    client: Client, *, in_one_batch: bool
) -> None:
    name = f"F-{in_one_batch}"
    events, true, said = split(name)
    chained = [one for one in events if one.envelope.hash]
    forged = [forge(chained, 2) for forge, _ in FORGERIES.values()]
    batches = [true[:1], forged, true[1:]]
    reasons = loaded(client, *([[one for batch in batches for one in batch]] if in_one_batch else batches))
    assert reasons == [f"ChainBreakError: {why}" for _, why in FORGERIES.values()]
    assert loaded(client, said, topic="deadline-events") == []
    check(client, name, events)


def test_a_number_that_was_and_one_that_comes_too_early_are_put_aside(client: Client) -> None:
    events, true, said = split("G")
    chained = [one for one in events if one.envelope.hash]
    reasons = loaded(client, true[:2], [of_a_number_that_was(chained, 2), too_early(chained, 9)], true[2:])
    assert reasons == [
        "ChainBreakError: a second event of number 2", "ChainBreakError: number 9 comes, and the next one is 3"
    ]  # fmt: skip
    loaded(client, said, topic="deadline-events")
    check(client, "G", events)


def test_everything_that_comes_again_is_taken_and_changes_nothing(client: Client) -> None:
    events, true, said = split("H")
    assert loaded(client, true, true, true[1:2]) == []
    assert loaded(client, said, topic="deadline-events") == []
    check(client, "H", events)


def test_an_event_of_a_dossier_on_the_topic_of_what_is_said_of_it_is_put_aside(client: Client) -> None:
    _, true, _ = split("I")
    (reason, *_) = loaded(client, true[:1], topic="deadline-events")
    assert reason == "UnknownEventTypeError: type: 'dossier-accepted.v1' belongs on dossier-events"
    assert of(client, "I") == (0, [])


def test_a_forged_record_of_a_unit_is_put_aside_and_the_register_is_the_true_one(client: Client) -> None:
    true = [to_kafka(one) for one in recorded(before_the_reform())]
    key, value, headers = true[0]
    forged = key, value.replace(b'"name":"', b'"name":"X'), headers
    assert loaded(client, [forged, *true], topic="reference-events") == [
        "ChainBreakError: it was changed: its hash is another"
    ]
    before = units_revision(client)
    assert loaded(client, true, [forged], topic="reference-events") == [
        "ChainBreakError: it was changed: its hash is another"
    ]
    assert units_revision(client) == before
    assert client.query("SELECT count() FROM reference_events FINAL").first_row[0] == len(true)
