"""Units and officers on the real parts: by both doors into the store, onto their topic, into ClickHouse; and back from a loss."""

import asyncio
from collections import defaultdict
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiokafka import ConsumerRecord

from deploy.embedded.kafka.topics import create_topics
from events.codec import from_kafka, to_structured
from events.hash_chain import first_break
from events.topics import Topic
from motcua.topic_specs import topic_specs
from services.stats.adapters.clickhouse import open_client
from tests.embedded.engine import ClickHouseProcess
from tests.integration.brokers import emptied
from tests.integration.intake.conftest import Intake
from tests.integration.intake.counter_client import answers_by_action, kafka_record, read_topic, send_by_kafka
from tests.integration.stats.test_loader import running_loader
from tests.unit.intake.counter import SOURCE, raw_action
from tests.unit.intake.officers import raw_officer
from tests.unit.intake.units import CITY, NEW, OLD, before_the_reform, raw_unit, reform
from tests.waiting import until_async

pytestmark = pytest.mark.integration
BY_KAFKA = raw_unit("created", 7, "2025-07-01", name="Sở Tư pháp", level="province", parent_id=CITY)
HEAD = [
    raw_officer("assigned", "ld-1", "2025-07-01", unit_id=NEW, role="head_of_unit"),
    raw_officer("absent", "ld-1", "2026-03-02", valid_until="2026-03-09"),
]
COUNT = 12
REGISTER = (
    "SELECT unit_id, valid_from, valid_until, name, province_id, district_id, commune_id FROM units FINAL ORDER BY ALL"
)
OFFICERS = (
    "SELECT officer_id, unit_id, role, valid_from, valid_until, is_absent FROM officers FINAL ORDER BY valid_from"
)


async def told(broker: str) -> list[dict[str, Any]]:
    def are_there(found: list[ConsumerRecord]) -> bool:
        return len(found) >= COUNT

    records = await read_topic(broker, Topic.REFERENCE_EVENTS, until=are_there)
    for one in records:
        assert one.key == str(from_kafka(one.value, one.headers).data.stream_id).encode()  # type: ignore[union-attr]
    return [to_structured(from_kafka(one.value, one.headers)) for one in records]


async def register(broker: str, clickhouse: ClickHouseProcess) -> list[tuple[Any, ...]]:
    """The register of a new database, by a loader that begins with the first record."""
    name = f"units_{uuid4().hex[:8]}"
    url = f"{clickhouse.url}/{name}"
    async with running_loader(broker, url, f"loader-{name}"):

        async def is_loaded() -> list[tuple[Any, ...]]:
            try:
                client = await asyncio.to_thread(open_client, url)
            except Exception:  # noqa: BLE001  # the database is made by the loader
                return []
            is_made = client.command("EXISTS TABLE officers")
            units = client.query(REGISTER).result_rows if is_made else []
            officers = client.query(OFFICERS).result_rows if is_made else []
            client.close()
            return [*units, *officers] if len({row[0] for row in units}) == 7 and len(officers) == 3 else []

        return await until_async(is_loaded, 40, "seven units and an officer in ClickHouse")


async def test_units_and_officers_come_by_every_door_and_come_back_when_clickhouse_or_kafka_is_lost(
    intake: Intake, broker: str, clickhouse: ClickHouseProcess
) -> None:
    whole = [*before_the_reform(), *reform(), *HEAD]
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{intake.url}/v1/actions?whole=true", json=whole) as response:
            assert response.status == 200, await response.text()
        await send_by_kafka(broker, [kafka_record(BY_KAFKA)])
        answered = await read_topic(
            broker, Topic.COUNTER_ANSWERS, until=lambda found: (SOURCE, BY_KAFKA["id"]) in answers_by_action(found)
        )
        assert answers_by_action(answered)[SOURCE, BY_KAFKA["id"]][-1]["status"] == "recorded"
        refused = raw_action("dossier-accepted.v1", subject="U-1", unitid=OLD)
        async with session.post(f"{intake.url}/v1/actions", json=refused) as response:
            assert (response.status, (await response.json())["code"]) == (409, "abolished-unit")
        async with session.get(f"{intake.url}/v1/units", params={"q": "phu xuan"}) as response:
            assert [one["unit_id"] for one in (await response.json())["units"]] == [NEW]

    published = await told(broker)
    streams: dict[str, list[Any]] = defaultdict(list)
    for one in published:
        streams[one["subject"]].append(one)
    assert [first_break(stream) for stream in streams.values()] == [None] * 8
    assert published[0]["data"]["unit_id"] == CITY, "in the order in which it was said"

    before = await register(broker, clickhouse)
    assert [row[-1] for row in before[-3:]] == [0, 1, 0], "there, away, there again"
    assert await register(broker, clickhouse) == before, "ClickHouse is lost"

    intake.stop()
    await emptied(broker)
    await create_topics(broker, topic_specs(is_one_machine=True))
    intake.start("serve")
    intake.start("relay")
    intake.wait_until_serving()
    assert await told(broker) == published, "Kafka is lost"
    assert await register(broker, clickhouse) == before
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{intake.url}/v1/actions", json=refused) as response,
    ):
        assert response.status == 409, "intake has read its register again"
