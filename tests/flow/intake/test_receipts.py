"""A receipt is enough to print the slip: due dates by the clocks' own rules, warnings, trials and quotes (docs/connecting.md)."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.published import wrong_fields
from tests.contract.test_documents_outside import of_file, refused_by
from tests.flow.intake.conftest import Door
from tests.unit.intake.counter import HISTORY_SOURCE, SOURCE, raw_action

KNOWN = "1.004873"
DUE = "2026-03-11T17:00:00+07:00"
DATES = {"original_due_at": DUE, "lawful_due_at": DUE, "promised_due_at": DUE, "is_provisional": False}


def accepted(**changes: Any) -> dict[str, Any]:
    return raw_action("dossier-accepted.v1", **changes)


async def receipt(door: Door, action: dict[str, Any]) -> Any:
    status, answer, _ = await door.post(action)
    assert status in (200, 201), answer
    assert wrong_fields("answer.v1", answer) == set()
    return answer


async def test_a_receipt_of_an_acceptance_tells_the_due_dates_and_the_same_again(door: Door) -> None:
    first = await receipt(door, accepted())
    assert first["due_at_acceptance"] == DATES
    await receipt(door, raw_action("supplement-requested.v1", 1))
    assert await receipt(door, accepted()) == first


async def test_a_later_promise_and_an_earlier_one_are_told_as_the_clocks_count_them(door: Door) -> None:
    later = await receipt(door, accepted(subject="L", data={"appointment_at": "2026-03-20T00:00:00+07:00"}))
    assert later["due_at_acceptance"] == {**DATES, "promised_due_at": "2026-03-20T17:00:00+07:00"}
    earlier = await receipt(door, accepted(subject="E", data={"appointment_at": "2026-03-09T10:00:00+07:00"}))
    assert set(earlier["due_at_acceptance"].values()) == {"2026-03-09T10:00:00+07:00", False}


async def test_a_due_date_beyond_the_published_calendar_is_provisional(door: Door) -> None:
    told = await receipt(door, accepted(data={"term": {"value": 300, "unit": "working_day"}}))
    assert told["due_at_acceptance"]["is_provisional"]
    assert told["due_at_acceptance"]["lawful_due_at"] > "2027"


async def test_an_acceptance_after_an_online_submission_tells_them_too_and_the_same_again(door: Door) -> None:
    await receipt(door, raw_action("dossier-submitted.v1"))
    first = await receipt(door, accepted(number=1))
    assert (first["stream_seq"], first["due_at_acceptance"]) == (2, DATES)
    assert await receipt(door, accepted(number=1)) == first
    (_, answer, _) = await door.post([raw_action("dossier-submitted.v1", subject="B"), accepted(number=1, subject="B")])
    assert answer["answers"][1]["due_at_acceptance"] == DATES


async def test_only_an_acceptance_tells_them_and_history_never(door: Door) -> None:
    await receipt(door, accepted())
    assert "due_at_acceptance" not in await receipt(door, raw_action("step-started.v1", 1))
    past = await receipt(door, accepted(subject="P", source=HISTORY_SOURCE, history=True))
    assert not past.keys() & {"due_at_acceptance", "warnings"}


async def test_a_dossier_tells_with_which_due_dates_it_was_accepted(door: Door) -> None:
    await door.post([accepted(), raw_action("supplement-requested.v1", 1), raw_action("supplement-completed.v1", 30)])
    async with door.client.get(f"/v1/dossiers/HS-1?source={SOURCE}") as response:
        told = await response.json()
    assert (told["stream_seq"], told["due_at_acceptance"]) == (3, DATES)
    assert refused_by(of_file("openapi.yaml", "dossier"), told) == set()


# Warnings

DOUBTFUL = accepted(actrid="cb-1", data={"procedure_code": "9.999999", "procedure_cod": "x", "own": 1})
WARNINGS = [
    ("/data/procedure_code", "unknown-procedure"),
    ("/data/procedure_cod", "misspelt-field"),
    ("actrid", "misspelt-field"),
]


async def test_what_is_hardly_meant_is_recorded_with_warnings(door: Door) -> None:
    told = await receipt(door, DOUBTFUL)
    assert [(one["field"], one["code"]) for one in told["warnings"]] == WARNINGS
    assert "procedure_code" in told["warnings"][1]["message"]
    assert await receipt(door, DOUBTFUL) == told


async def test_strict_refuses_it_and_what_was_recorded_before_stays_recorded(door: Door) -> None:
    async with door.client.post("/v1/actions?strict=true", json=DOUBTFUL, headers={"Accept-Language": "en"}) as answer:
        problem = await answer.json(content_type=None)
        assert (answer.status, problem["code"]) == (422, "doubtful")
    assert [(one["field"], one["code"]) for one in problem["errors"]] == WARNINGS
    assert wrong_fields("problem.v1", problem) == set()
    assert door.store.last_id() == 0
    await receipt(door, DOUBTFUL)
    async with door.client.post("/v1/actions?strict=true", json=DOUBTFUL) as answer:
        assert answer.status == 200


async def test_fields_of_ones_own_are_welcome(door: Door) -> None:
    action = raw_action("step-started.v1", 1, data={"own": 1, "note": "x"}, mine="y")
    await receipt(door, accepted())
    assert "warnings" not in await receipt(door, action)


# Trials


async def test_a_trial_answers_what_would_be_and_records_nothing(door: Door) -> None:
    batch = [
        accepted(),
        raw_action("step-started.v1", 1),
        accepted(id="again"),
        raw_action("step-started.v1", subject="X"),
    ]
    async with door.client.post("/v1/actions?dry_run=true", json=batch, headers={"Idempotency-Key": "k"}) as answer:
        told = await answer.json()
        assert answer.status == 207
    counts = {name: told[name] for name in ("recorded", "refused", "replayed", "would_be_recorded")}
    assert counts == {"recorded": 0, "refused": 2, "replayed": 0, "would_be_recorded": 2}
    assert [wrong_fields("answer.v1", one) for one in told["answers"]] == [set()] * 4
    assert refused_by(of_file("openapi.yaml", "batchAnswer"), told) == set()
    assert told["answers"][0]["due_at_acceptance"] == DATES
    assert [one.get("problem", {}).get("code") for one in told["answers"][2:]] == [
        "already-accepted",
        "not-accepted-yet",
    ]
    assert door.store.last_id() == 0
    status, recorded, _ = await door.post(batch, **{"Idempotency-Key": "k"})
    assert (status, recorded["recorded"]) == (207, 2)
    tried, real = told["answers"][0], recorded["answers"][0]
    assert real == {**tried, "status": "recorded", "recorded_at": real["recorded_at"], "hash": real["hash"]}


async def test_a_trial_of_what_is_recorded_gives_its_receipt(door: Door) -> None:
    first = await receipt(door, accepted())
    async with door.client.post("/v1/actions?dry_run=true", json=accepted()) as answer:
        assert (answer.status, await answer.json()) == (200, first)
        assert answer.headers["Idempotent-Replayed"] == "true"
    async with door.client.post("/v1/actions?dry_run=true", json=raw_action("step-started.v1", 1)) as answer:
        assert (answer.status, (await answer.json())["status"]) == (200, "would_be_recorded")


@pytest.mark.parametrize("query", ["dryrun=true", "Strict=true", "dry_run=true&own=1"])
async def test_a_parameter_that_is_not_known_is_refused_because_a_misspelt_trial_would_record(
    door: Door, query: str
) -> None:
    async with door.client.post(f"/v1/actions?{query}", json=accepted()) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (400, "unknown-parameter")
    assert door.store.last_id() == 0


@pytest.mark.parametrize("query", ["dry_run=yes", "dry_run", "strict=1"])
async def test_a_parameter_is_true_or_false(door: Door, query: str) -> None:
    async with door.client.post(f"/v1/actions?{query}", json=accepted()) as answer:
        problem = await answer.json(content_type=None)
        assert (answer.status, problem["errors"][0]["code"]) == (422, "enum")
    assert door.store.last_id() == 0


async def test_a_trial_of_all_or_nothing_holds_back_too(door: Door) -> None:
    batch = [accepted(), raw_action("step-started.v1", subject="X")]
    async with door.client.post("/v1/actions?dry_run=true&whole=true", json=batch) as answer:
        told = await answer.json()
    assert [one["problem"]["code"] for one in told["answers"]] == ["held-back", "not-accepted-yet"]


# Events of a dossier


async def test_the_events_of_a_dossier_are_read_in_pages(door: Door) -> None:
    steps = [raw_action("step-started.v1", number) for number in range(1, 5)]
    await door.post([accepted(), *steps])
    path, query, read = f"/v1/dossiers/{quote('hs-1 ')}/events", f"source={SOURCE}&limit=2", []
    after = 0
    while after is not None:
        async with door.client.get(f"{path}?{query}&after={after}") as answer:
            page = await answer.json()
            assert answer.status == 200
        assert refused_by(of_file("openapi.yaml", "events"), page) == set()
        read += page["events"]
        after = page.get("next_after")
        assert len(page["events"]) == (2 if after else 1)
    assert [one["streamseq"] for one in read] == [1, 2, 3, 4, 5]
    assert [wrong_fields("envelope.v1", one) for one in read] == [set()] * 5


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/dossiers/HS-1/events?source=/hue/mot-cua", 404, "unknown-dossier"),
        ("/v1/dossiers/HS-1/events?after=-1", 422, "schema-mismatch"),
        ("/v1/dossiers/HS-1/events?limit=0", 422, "schema-mismatch"),
        ("/v1/dossiers/HS-1/events?page=2", 400, "unknown-parameter"),
        ("/v1/dossiers/HS-1?form=x", 400, "unknown-parameter"),
    ],
)
async def test_a_wrong_question_is_told_so(door: Door, path: str, status: int, code: str) -> None:
    async with door.client.get(path) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (status, code)


# Quotes


async def quoted(door: Door, asked: Any, status: int = 200) -> Any:
    async with door.client.post("/v1/quotes", json=asked, headers={"Accept-Language": "en"}) as answer:
        told = await answer.json(content_type=None)
        assert answer.status == status, told
    if status == 200:
        assert refused_by(of_file("openapi.yaml", "quoteRequest"), asked) == set()
        assert refused_by(of_file("openapi.yaml", "quoteAnswer"), told) == set()
    return told


async def test_a_quote_says_what_the_receipt_will_say(door: Door) -> None:
    data = {"procedure_code": KNOWN, "term": {"value": 7, "unit": "working_day"}}
    told = await quoted(door, {"unitid": 5, "time": "2026-03-02T08:00:00+07:00", "data": data})
    assert told["quotes"] == [{"term": data["term"], "due_at_acceptance": DATES}]
    assert (await receipt(door, accepted()))["due_at_acceptance"] == DATES
    assert door.store.last_id() == 1


async def test_without_a_term_each_term_of_the_catalogue_is_quoted(door: Door) -> None:
    code, cases = "1.012817", ("standard", "remote_area")
    told = await quoted(door, {"unitid": 5, "time": "2026-03-02T08:00:00+07:00", "data": {"procedure_code": code}})
    assert [one["case"] for one in told["quotes"]] == list(cases)
    assert all(one["due_at_acceptance"]["lawful_due_at"] > "2026-03-02" for one in told["quotes"])
    assert "warnings" not in told


async def test_a_quote_may_be_for_tomorrow_and_is_for_now_if_nothing_is_said(door: Door) -> None:
    data = {"procedure_code": KNOWN, "term": {"value": 1, "unit": "working_day"}}
    now = await quoted(door, {"unitid": 5, "data": data})
    assert now["quotes"][0]["due_at_acceptance"]["lawful_due_at"] == "2026-03-23T17:00:00+07:00"
    tomorrow = (door.clock.at + timedelta(days=3)).isoformat()
    later = await quoted(door, {"unitid": 5, "time": tomorrow, "data": data})
    assert later["quotes"][0]["due_at_acceptance"]["lawful_due_at"] == "2026-03-24T17:00:00+07:00"


@pytest.mark.parametrize(
    ("asked", "status", "code", "field"),
    [
        ({"unitid": 5, "data": {"procedure_code": "9.999999"}}, 422, "unknown-procedure", "/data/procedure_code"),
        ({"data": {"procedure_code": KNOWN, "term": {"value": 1, "unit": "hour"}}}, 422, "schema-mismatch", "unitid"),
        ({"unitid": 5, "data": {}}, 422, "schema-mismatch", "/data/procedure_code"),
        ({"unitid": 5}, 422, "schema-mismatch", "data"),
        (
            {"unitid": 5, "data": {"procedure_code": "1.000656", "calendar_id": "x"}},
            422,
            "unknown-calendar",
            "/data/calendar_id",
        ),
        ([], 400, "unreadable", None),
    ],
)
async def test_a_wrong_quote_is_refused_as_the_acceptance_would_be(
    door: Door, asked: Any, status: int, code: str, field: str | None
) -> None:
    problem = await quoted(door, asked, status)
    assert (problem["code"], [one["field"] for one in problem.get("errors", [])]) == (code, [field] if field else [])
