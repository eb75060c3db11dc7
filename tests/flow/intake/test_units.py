"""The register of units through the HTTP door: all or nothing, found again, and looked at by every dossier."""

from typing import Any

import pytest

from events.hash_chain import first_break
from events.reference_data import unit_stream_id
from tests.flow.intake.conftest import Door
from tests.unit.intake.counter import HISTORY_SOURCE, raw_action
from tests.unit.intake.units import CITY, NEW, OLD, before_the_reform, raw_unit, reform


async def post_whole(door: Door, content: list[dict[str, Any]]) -> tuple[int, Any]:
    async with door.client.post("/v1/actions?whole=true", json=content) as response:
        return response.status, await response.json(content_type=None)


async def get(door: Door, path: str) -> tuple[int, Any]:
    async with door.client.get(path) as response:
        return response.status, await response.json(content_type=None)


@pytest.fixture
async def loaded(door: Door) -> Door:
    status, answer = await post_whole(door, [*before_the_reform(), *reform()])
    assert (status, answer["recorded"]) == (200, 9)
    return door


async def test_what_is_recorded_of_a_unit_is_a_chain_of_its_own(loaded: Door) -> None:
    (first, second) = [
        one.structured
        for one in loaded.store.read_after(0, 100)
        if one.structured["subject"] == str(unit_stream_id(OLD))
    ]
    assert [first["type"], second["type"]] == ["unit-created.v1", "unit-merged.v1"]
    assert first_break([first, second]) is None


async def test_the_same_whole_again_is_answered_the_same_and_records_nothing(loaded: Door) -> None:
    before = loaded.store.last_id()
    status, answer = await post_whole(loaded, [*before_the_reform(), *reform()])
    assert (status, answer["replayed"], loaded.store.last_id()) == (200, 9, before)


@pytest.mark.parametrize(
    "wrong",
    [
        raw_unit("created", 7, "2025-01-01", name="Xã A", level="commune", parent_id=98),
        raw_unit("created", 7, "2025-01-01", level="commune"),
    ],
    ids=["against the register", "against the schema"],
)
async def test_of_a_whole_with_one_wrong_nothing_is_recorded(door: Door, wrong: dict[str, Any]) -> None:
    status, answer = await post_whole(door, [*before_the_reform(), wrong])
    assert (status, answer["recorded"], answer["refused"]) == (207, 0, 5)
    codes = [one["problem"]["code"] for one in answer["answers"]]
    assert codes[:4] == ["held-back"] * 4
    assert codes[4] in ("unknown-parent", "schema-mismatch")
    assert door.store.last_id() == 0
    status, answer = await post_whole(door, before_the_reform())
    assert (status, answer["recorded"]) == (200, 4)


async def test_without_whole_the_right_ones_are_recorded(door: Door) -> None:
    wrong = raw_unit("created", 7, "2025-01-01", name="Xã A", level="commune", parent_id=98)
    status, answer, _ = await door.post([wrong, *before_the_reform()])
    assert (status, answer["recorded"], answer["refused"]) == (207, 4, 1)


async def test_whole_is_true_or_false(door: Door) -> None:
    async with door.client.post("/v1/actions?whole=maybe", json=before_the_reform()) as response:
        assert response.status == 422
    assert door.store.last_id() == 0


async def test_a_unit_that_was_created_in_a_batch_is_known_to_the_next_action_of_it(door: Door) -> None:
    accepted = raw_action("dossier-accepted.v1", unitid=NEW)
    status, answer, _ = await door.post([*before_the_reform(), *reform(), accepted])
    assert (status, answer["refused"]) == (200, 0)
    status, answer, _ = await door.post(raw_action("dossier-accepted.v1", subject="HS-2", unitid=OLD))
    assert (status, answer["code"]) == (409, "abolished-unit")


async def test_history_for_a_unit_that_is_no_more_is_recorded_and_flagged(loaded: Door) -> None:
    before = loaded.store.last_id()
    past = raw_action("dossier-accepted.v1", unitid=OLD, source=HISTORY_SOURCE, history=True)
    assert (await loaded.post(past))[0] == 201
    accepted, flag = [one.structured for one in loaded.store.read_after(before, 10)]
    assert "unitunchecked" not in accepted
    assert (flag["data"]["kind"], flag["data"]["rule"]) == ("unknown_unit", "domain 4.3: abolished-unit")


async def test_before_any_unit_is_loaded_an_event_says_that_nobody_looked(door: Door) -> None:
    assert (await door.post(raw_action("dossier-accepted.v1", unitid=99)))[0] == 201
    (accepted,) = [one.structured for one in door.store.read_after(0, 10)]
    assert accepted["unitunchecked"] is True
    assert first_break([accepted]) is None


async def test_a_counter_may_not_say_that_nobody_looked(door: Door) -> None:
    status, answer, _ = await door.post(raw_action("dossier-accepted.v1", unitunchecked=True))
    assert (status, answer["errors"][0]["field"]) == (422, "unitunchecked")


async def test_units_are_found_by_name_and_day(loaded: Door) -> None:
    status, found = await get(loaded, "/v1/units?q=phu xuan&at=2025-07-01")
    assert (status, found["count"]) == (200, 1)
    assert found["units"] == [
        {
            "unit_id": NEW,
            "valid_from": "2025-07-01",
            "code": "19753",
            "name": "Phường Phú Xuân",
            "level": "commune",
            "parent_id": CITY,
        }
    ]
    assert (await get(loaded, "/v1/units?at=2025-06-30&limit=2"))[1]["count"] == 4
    assert len((await get(loaded, "/v1/units?at=2025-06-30&limit=2"))[1]["units"]) == 2
    assert [one["unit_id"] for one in (await get(loaded, "/v1/units?q=hue"))[1]["units"]] == [CITY], (
        "today by the clock"
    )


async def test_one_unit_shows_its_life_and_who_took_over(loaded: Door) -> None:
    status, told = await get(loaded, f"/v1/units/{OLD}")
    assert (status, told["ended_on"], told["ending"]) == (200, "2025-07-01", "merged")
    assert [one["name"] for one in told["periods"]] == ["Phường Tây Lộc"]
    assert told["successions"] == [{"unit_id": NEW, "share_percent": 100, "valid_from": "2025-07-01"}]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/units/99", 404), ("/v1/units/x", 404), ("/v1/units?at=soon", 422), ("/v1/units?limit=-1", 422),
     ("/v1/reference-events?after=x", 422)],
)  # fmt: skip
async def test_what_can_not_be_asked_gets_a_problem(loaded: Door, path: str, status: int) -> None:
    found, problem = await get(loaded, path)
    assert (found, problem["status"]) == (status, status)


async def test_everything_that_is_recorded_of_units_can_be_read_on(loaded: Door) -> None:
    _, all_of_it = await get(loaded, "/v1/reference-events")
    _, rest = await get(loaded, "/v1/reference-events?after=7")
    assert len(all_of_it["events"]) == 9
    assert rest["events"] == all_of_it["events"][7:]


async def test_a_unit_is_no_dossier(loaded: Door) -> None:
    status, problem = await get(loaded, f"/v1/dossiers/{unit_stream_id(OLD)}")
    assert (status, problem["code"]) == (404, "unknown-dossier")
    status, problem, _ = await loaded.post(
        raw_action("dossier-accepted.v1", subject=str(unit_stream_id(OLD)), unitid=NEW)
    )
    assert (status, problem["code"]) == (409, "not-a-dossier")


async def test_who_keeps_the_register_has_not_acted_in_a_dossier(loaded: Door) -> None:
    assert loaded.store.find_acted(["cb-1"]) == {}
