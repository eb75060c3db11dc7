"""The store from the real topics, in SQLite and PostgreSQL: a record lost, one forged, numbers that were given up."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaProducer

from deploy.embedded.kafka.topics import create_topics
from motcua.output import CommandError
from motcua.rebuilding.run import rebuilt
from motcua.topic_specs import topic_specs
from services.intake.adapters.event_store import LedgerStore, open_store
from services.intake.adapters.kafka_relay import KafkaLogPublisher
from services.intake.adapters.kafka_tail import last_published_event
from services.intake.adapters.same_log import require_same_log
from services.intake.ports import LogEntry
from tests.fakes.published_topics import record_of
from tests.integration.brokers import emptied
from tests.unit.intake.counter import NOW, action
from tests.unit.intake.units import NEW
from tests.unit.motcua.test_rebuilding_store import held, recorder, said

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("published") / "old.sqlite"


@pytest.fixture(scope="module")
def old(path: Path) -> Iterator[LedgerStore]:
    """A store of more events than are written at once."""
    store = open_store({"SQLITE_DBNAME": str(path)})
    ledger = recorder(store)
    ledger.record([action("dossier-accepted.v1", subject=f"M-{number}") for number in range(2_050)], NOW)
    ledger.record(said(), NOW)
    yield store
    store.close()


@pytest.fixture
def topics(broker: str) -> str:
    """Both topics, empty."""
    asyncio.run(emptied(broker))
    asyncio.run(create_topics(broker, topic_specs(is_one_machine=True)))
    return broker


async def publish(broker: str, entries: Sequence[LogEntry]) -> None:
    relay = KafkaLogPublisher(broker)
    await relay.start()
    for start in range(0, len(entries), 1_000):
        await relay.publish(entries[start : start + 1_000])
    await relay.stop()


async def forge(broker: str, entry: LogEntry) -> str:
    """Send an event once more under the next number, as somebody may who reaches the broker; its place."""
    record = record_of(entry)
    producer = AIOKafkaProducer(bootstrap_servers=broker)
    await producer.start()
    sent = await producer.send_and_wait(record.topic, record.value, key=record.key, headers=record.headers)
    await producer.stop()
    return f"{sent.topic}:{sent.partition}@{sent.offset}"


def test_the_store_comes_back_from_kafka_and_a_forged_record_is_named_until_it_is_left_out(
    topics: str, old: LedgerStore, path: Path, tmp_path: Path
) -> None:
    entries = old.read_after(0, 10_000)
    asyncio.run(publish(topics, entries))
    settings = {"SQLITE_DBNAME": str(tmp_path / "new" / "ledger.sqlite")}
    built = asyncio.run(rebuilt(topics, settings, 20))
    assert (built.is_built, built.events, built.last_id) == (True, len(entries), len(entries))
    assert held(tmp_path / "new" / "ledger.sqlite") == held(path)
    goes_on_as_before(settings, topics)
    place = asyncio.run(forge(topics, LogEntry(notification_id=len(entries) + 1, structured=entries[0].structured)))
    refused = asyncio.run(rebuilt(topics, settings, 20))
    assert [(one.where, one.what) for one in refused.findings.first] == [(place, "a second event of number 1")]
    assert list((tmp_path / "new").glob("*")) == [tmp_path / "new" / "ledger.sqlite"]
    again = asyncio.run(rebuilt(topics, settings, 20, left_out=[place]))
    assert (again.is_built, again.left_out) == (True, 1)
    assert again.aside is not None
    assert held(tmp_path / "new" / "ledger.sqlite") == held(path)
    assert len(held(Path(again.aside) / "ledger.sqlite")["stored_events"]) == len(entries) + 1


def goes_on_as_before(settings: dict[str, str], broker: str) -> None:
    """Intake may start on it, and what is sent again is answered as what it is."""
    store = open_store(settings)
    require_same_log(store, asyncio.run(last_published_event(broker)))
    last = store.last_id()
    assert all(one.is_replay for one in recorder(store).record(said(), NOW))
    (new,) = recorder(store).record([action("step-started.v1", 9, subject="HS-2b", unitid=NEW)], NOW)
    assert (new.is_recorded, store.last_id()) == (True, last + 1)
    store.close()


def test_of_topics_with_a_lost_record_no_store_is_built(topics: str, old: LedgerStore, tmp_path: Path) -> None:
    entries = old.read_after(0, 10_000)
    asyncio.run(publish(topics, [one for one in entries if one.notification_id != 1_000]))
    built = asyncio.run(rebuilt(topics, {"SQLITE_DBNAME": str(tmp_path / "new" / "ledger.sqlite")}, 20))
    assert [one.what for one in built.findings.first] == ["the store's number 1000 is missing before it"]
    assert list((tmp_path / "new").iterdir()) == []


def test_postgresql_is_filled_where_its_schema_is_empty_and_stays_empty_where_something_is_missing(
    topics: str, old: LedgerStore, postgres: dict[str, str]
) -> None:
    entries = old.read_after(0, 10_000)
    asyncio.run(publish(topics, [one for one in entries if one.notification_id != 1_000]))
    settings = {**postgres, "POSTGRES_SCHEMA": "rebuilt"}
    with pytest.raises(CommandError, match='schema "rebuilt" does not exist'):
        asyncio.run(rebuilt(topics, settings, 20))
    address = f"host=127.0.0.1 port={postgres['POSTGRES_PORT']} user=ledger dbname=ledger"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA rebuilt")
    refused = asyncio.run(rebuilt(topics, settings, 20))
    assert not refused.is_built
    store = open_store(settings)
    assert (store.last_id(), store.find_receipts(["/hue/mot-cua|HS-1/0/dossier-accepted.v1"])) == (0, {})
    built = asyncio.run(rebuilt(topics, settings, 20, may_have_unused=True))
    assert (built.is_built, built.unused, built.events) == (True, 1, len(entries) - 1)
    assert [(one.notification_id, one.structured) for one in store.read_after(0, 10_000)] == [
        (one.notification_id, one.structured) for one in entries if one.notification_id != 1_000
    ]
    store.close()
    goes_on_as_before(settings, topics)
    with pytest.raises(CommandError, match="holds a store"):
        asyncio.run(rebuilt(topics, settings, 20))
