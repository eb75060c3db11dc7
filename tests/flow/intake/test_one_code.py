"""One code is one dossier at the HTTP door: what is sent under it, what is asked by it, what is shown of it."""

import unicodedata
from typing import Any
from urllib.parse import quote
from uuid import uuid5

from events.codec import parse_json
from services.intake.domain.naming import DOSSIER_NAMESPACE, NamedDossiers
from services.intake.domain.sealing import seal
from services.intake.pipeline import ActionRecorder
from tests.fakes.in_memory_store import InMemoryStore
from tests.flow.intake.conftest import Door
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, SOURCE, START, action, judge, raw_action

CODE = "H38.14.02-260302-0412"
NAMED = "HS-Đắk Lắk-Ứng-001"
WRITTEN = [CODE, CODE.lower(), f"{CODE} ", f"{CODE}\u200b", CODE.replace("-", "\u2013"), "Ｈ" + CODE[1:]]


async def accepted(door: Door, written: str, number: int, **attributes: Any) -> Any:
    told = raw_action("dossier-accepted.v1", subject=written, id=f"a-{number}", **attributes)
    return (await door.post(told))[1]


async def test_one_code_written_in_several_ways_is_one_dossier_and_the_second_acceptance_is_refused(door: Door) -> None:
    answers = [await accepted(door, written, number) for number, written in enumerate(WRITTEN)]
    assert [one["status"] if "event_id" in one else one["code"] for one in answers] == [
        "recorded",
        *["already-accepted"] * (len(WRITTEN) - 1),
    ]
    composed = await accepted(door, NAMED, 20)
    assert (await accepted(door, unicodedata.normalize("NFD", NAMED), 21))["code"] == "already-accepted"
    assert composed["dossier_id"] != answers[0]["dossier_id"]


async def test_each_action_may_write_the_code_in_its_own_way_and_it_is_shown_as_written(door: Door) -> None:
    for number, (kind, written) in enumerate(
        zip(
            ("dossier-accepted.v1", "step-started.v1", "step-completed.v1"),
            (WRITTEN[3], WRITTEN[1], WRITTEN[4]),
            strict=True,
        )
    ):
        status, receipt, _ = await door.post(raw_action(kind, number, subject=written))
        assert (status, receipt["stream_seq"]) == (201, number + 1), receipt
    shown = [parse_json(state)["dossiercode"] for _, state in door.store.log]
    assert shown == [CODE, CODE.lower(), CODE.replace("-", "\u2013")]


async def test_a_dossier_is_found_by_its_code_however_it_is_asked_for(door: Door) -> None:
    receipt = await accepted(door, CODE, 0)
    for written in [*WRITTEN, receipt["dossier_id"].upper()]:
        async with door.client.get(f"/v1/dossiers/{quote(written)}?source={quote(SOURCE)}") as response:
            assert (response.status, (await response.json())["dossier_id"]) == (200, receipt["dossier_id"]), ascii(
                written
            )


async def test_a_code_of_which_nothing_can_be_seen_is_refused(door: Door) -> None:
    status, problem, _ = await door.post(raw_action("dossier-accepted.v1", subject="\u200b "))
    assert (status, problem["errors"][0]["field"]) == (422, "subject")


async def test_a_dossier_that_an_earlier_version_recorded_goes_on_under_its_code_as_it_was_written(door: Door) -> None:
    """An earlier version took the id from the very letters; nobody who sends them as before is parted from his dossier."""
    before = uuid5(DOSSIER_NAMESPACE, f"{SOURCE}|hs-8812")
    told = action("dossier-accepted.v1", subject="hs-8812")
    object.__setattr__(told, "dossier_id", before)
    door.store.append(seal(None, told, (), NOW, START.date()), [])
    status, receipt, _ = await door.post(raw_action("step-started.v1", 1, subject="hs-8812"))
    assert (status, receipt["dossier_id"], receipt["stream_seq"]) == (201, str(before), 2)
    async with door.client.get(f"/v1/dossiers/hs-8812?source={quote(SOURCE)}") as response:
        assert (await response.json())["stream_seq"] == 2


def recorder(store: InMemoryStore, named: NamedDossiers) -> ActionRecorder:
    return ActionRecorder(store=store, judge=judge(), known_states={}, named=named)


def test_a_dossier_that_history_opened_goes_on_under_its_code_from_the_new_system(store: InMemoryStore) -> None:
    opened = action("dossier-accepted.v1", subject=CODE, source=HISTORY_SOURCE, history=True)
    going_on = action("step-started.v1", 1, subject=CODE.lower())
    (answer,) = recorder(store, NamedDossiers()).record([opened], NOW)
    (refused,) = recorder(store, NamedDossiers()).record([going_on], NOW)
    assert refused.refusal is not None
    assert refused.refusal.code == "not-accepted-yet"
    continuing = NamedDossiers(continued_by={HISTORY_SOURCE: SOURCE})
    (receipt,) = recorder(store, continuing).record([going_on], NOW)
    assert (receipt.dossier_id, receipt.stream_seq) == (answer.dossier_id, 2)
    (again,) = recorder(store, continuing).record([opened], NOW)
    assert (again.is_replay, again.dossier_id) == (True, answer.dossier_id)


def test_a_register_that_is_taken_over_after_it_was_said_has_the_ids_of_the_new_system(store: InMemoryStore) -> None:
    """So the numbers of both are one register from the first on, in whichever order their actions come, in one batch too."""
    continuing = NamedDossiers(continued_by={HISTORY_SOURCE: SOURCE})
    answers = recorder(store, continuing).record(
        [
            action("dossier-accepted.v1", subject=CODE, source=HISTORY_SOURCE, history=True),
            action("step-started.v1", 1, subject=CODE),
        ],
        NOW,
    )
    assert [one.stream_seq for one in answers] == [1, 2]
    assert {one.dossier_id for one in answers} == {str(continuing.new_id(SOURCE, CODE))}
