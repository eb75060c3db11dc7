"""What the loader is told of the store by HTTP: counts by parts, then the events of one part, then those behind a number."""

from typing import Any

from tests.flow.intake.conftest import Door
from tests.unit.intake.counter import raw_action


async def told(door: Door, path: str) -> Any:
    async with door.client.get(f"/internal/recorded{path}") as response:
        assert response.status == 200
        return await response.json()


async def test_a_part_is_told_by_its_counts_and_then_by_its_events(door: Door) -> None:
    _, answer, _ = await door.post(raw_action("dossier-accepted.v1"))
    dossier = answer["dossier_id"]
    settled = await told(door, "")
    assert (settled["through"], settled["recorded_until"], settled["counts"]) == (
        1,
        answer["recorded_at"],
        {dossier[:2]: 1},
    )
    assert (await told(door, f"?within={dossier[:2]}&through=1"))["counts"] == {dossier[:4]: 1}
    assert (await told(door, f"?within={dossier[:2]}&through=0"))["counts"] == {}
    expected = {"dossier_id": dossier, "stream_seq": 1, "event_id": answer["event_id"], "age_seconds": 0.0}
    assert await told(door, f"/events?within={dossier[:4]}") == {"events": [expected]}
    assert await told(door, "/events?after=0") == {"events": [expected]}
    assert await told(door, "/events?after=1") == {"events": []}
