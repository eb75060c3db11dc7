"""Officers through the HTTP door: all or nothing, found by unit, role and day, and who acts for whom."""

from typing import Any

import pytest

from events.hash_chain import first_break
from events.reference_data import officer_stream_id
from tests.flow.intake.conftest import Door
from tests.flow.intake.test_units import get, post_whole
from tests.unit.intake.officers import raw_officer
from tests.unit.intake.units import NEW, NEWER, OLD, before_the_reform, reform

HEAD = {"unit_id": NEW, "role": "head_of_unit"}
EVERYBODY = [
    raw_officer("assigned", "ld-1", "2025-07-01", **HEAD),
    raw_officer("assigned", "cb/1", "2025-07-01", unit_id=NEW, role="one_stop"),
    raw_officer("assigned", "cb/1", "2026-01-01", **HEAD, deputy_of="ld-1"),
    raw_officer("assigned", "cb-9", "2025-07-01", unit_id=NEWER, role="officer", valid_until="2026-04-01"),
    raw_officer("absent", "ld-1", "2026-03-02", valid_until="2026-03-09"),
]


@pytest.fixture
async def loaded(door: Door) -> Door:
    status, answer = await post_whole(door, [*before_the_reform(), *reform(), *EVERYBODY])
    assert (status, answer["recorded"]) == (200, 14), answer
    return door


async def test_what_is_recorded_of_an_officer_is_a_chain_of_its_own(loaded: Door) -> None:
    stream = str(officer_stream_id("LD-1"))
    own = [one.structured for one in loaded.store.read_after(0, 100) if one.structured["subject"] == stream]
    assert [one["type"] for one in own] == ["officer-assigned-to-unit.v1", "officer-absence-recorded.v1"]
    assert first_break(own) is None


async def test_the_same_whole_again_is_answered_the_same_and_records_nothing(loaded: Door) -> None:
    before = loaded.store.last_id()
    status, answer = await post_whole(loaded, EVERYBODY)
    assert (status, answer["replayed"], loaded.store.last_id()) == (200, 5, before)


async def test_of_a_whole_with_one_wrong_nothing_is_recorded(door: Door) -> None:
    wrong = raw_officer("assigned", "x", "2025-07-01", unit_id=OLD, role="officer")
    status, answer = await post_whole(door, [*before_the_reform(), *reform(), *EVERYBODY, wrong])
    assert (status, answer["recorded"], door.store.last_id()) == (207, 0, 0)
    assert [one["problem"]["code"] for one in answer["answers"]][-2:] == ["held-back", "abolished-unit"]


async def test_who_is_head_on_a_day_and_who_acts_while_the_head_is_away(loaded: Door) -> None:
    status, found = await get(loaded, f"/v1/officers?unit_id={NEW}&role=head_of_unit&at=2026-03-02")
    assert (status, found["at"], found["count"]) == (200, "2026-03-02", 2)
    standing_in, head = found["officers"]
    assert head == {
        "officer_id": "ld-1", "unit_id": NEW, "role": "head_of_unit", "valid_from": "2025-07-01",
        "is_absent": True, "acting_officer_id": "cb/1",
    }  # fmt: skip
    assert (standing_in["officer_id"], standing_in["deputy_of"]) == ("cb/1", "ld-1")
    _, before = await get(loaded, f"/v1/officers?unit_id={NEW}&role=head_of_unit&at=2026-03-01")
    assert before["officers"][-1]["acting_officer_id"] == "ld-1"


async def test_officers_are_listed_by_unit_role_and_day_as_many_as_asked(loaded: Door) -> None:
    def numbers(answer: Any) -> list[str]:
        return [one["officer_id"] for one in answer["officers"]]

    assert numbers((await get(loaded, "/v1/officers?at=2026-01-01"))[1]) == ["cb-9", "cb/1", "cb/1", "ld-1"]
    assert numbers((await get(loaded, f"/v1/officers?at=2026-04-01&unit_id={NEWER}"))[1]) == []
    assert numbers((await get(loaded, "/v1/officers?at=2026-01-01&role=one_stop"))[1]) == ["cb/1"]
    _, one = await get(loaded, "/v1/officers?at=2026-01-01&limit=1")
    assert (one["count"], numbers(one)) == (4, ["cb-9"])
    assert (await get(loaded, "/v1/officers?at=2025-06-30"))[1]["count"] == 0


async def test_one_officer_shows_every_place_and_absence(loaded: Door) -> None:
    status, told = await get(loaded, "/v1/officers/ld-1")
    assert (status, told["absences"]) == (200, [{"valid_from": "2026-03-02", "valid_until": "2026-03-09"}])
    _, told = await get(loaded, "/v1/officers/CB%2F1")
    assert (told["officer_id"], [one.get("deputy_of") for one in told["assignments"]]) == ("cb/1", [None, "ld-1"])


@pytest.mark.parametrize(
    ("path", "status", "named"),
    [
        ("/v1/officers/x", 404, ""),
        ("/v1/officers?at=soon", 422, "at"),
        ("/v1/officers?unit_id=x", 422, "unit_id"),
        ("/v1/officers?role=director", 422, "role"),
    ],
)
async def test_what_can_not_be_asked_gets_a_problem(loaded: Door, path: str, status: int, named: str) -> None:
    found, problem = await get(loaded, path)
    assert (found, problem["status"]) == (status, status)
    assert [one["field"] for one in problem.get("errors", [])] == ([named] if named else [])
