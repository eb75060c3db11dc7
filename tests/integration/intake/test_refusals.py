"""What nobody gets past any door of a running intake (ADR 0018), and what he is told in his own language."""

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.contract.published import wrong_fields
from tests.integration.intake.conftest import Intake
from tests.integration.intake.counter_client import kafka_record, send_by_kafka
from tests.integration.intake.test_doors import answers_to
from tests.unit.deadlines.words import HANOI
from tests.unit.intake.counter import HISTORY_SOURCE, SOURCE, raw_action

pytestmark = pytest.mark.integration

DUE = "2026-03-11T17:00:00+07:00"
NOW = datetime.now(HANOI).isoformat(timespec="seconds")
"""Else the extension itself would be recorded late, and might count after an approval."""
Given = tuple[str, int, dict[str, Any], dict[str, Any]]
"""Type, hour, data and attributes of an action."""
ACCEPTED: Given = ("dossier-accepted.v1", 0, {}, {})
DUTY: Given = ("financial-obligation-requested.v1", 1, {"amount_vnd": 1_250_000}, {})
READY: Given = ("result-ready-at-counter.v1", 2, {}, {})
PAST: dict[str, Any] = {"source": HISTORY_SOURCE, "history": True}
REFUSED: dict[str, tuple[list[Given], Given, int, str]] = {
    "history-not-allowed": (
        [],
        ("dossier-accepted.v1", 0, {}, {"source": "/noi-khac", "history": True}),
        403,
        "Nguồn /noi-khac không được phép gửi dữ liệu cũ",
    ),
    "history-on-live-dossier": (
        [ACCEPTED],
        ("result-ready-at-counter.v1", 2, {}, PAST),
        409,
        "không nhận thêm dữ liệu cũ",
    ),
    "same-person": (
        [ACCEPTED, READY],
        ("dossier-reopened.v1", 3, {"approver_id": "ＣＢ-1\u200b "}, {"actorid": "cb-1"}),
        422,
        "không thể tự phê duyệt",
    ),
    "no-effect": (
        [ACCEPTED],
        ("deadline-extended.v1", 1, {"new_due_at": DUE}, {"time": NOW}),
        409,
        f"không thay đổi được hạn hiện tại ({DUE})",
    ),
    "before-acceptance": (
        [],
        ("dossier-accepted.v1", 0, {"appointment_at": "2026-02-27T17:00:00+07:00"}, {}),
        409,
        "sớm hơn lúc tiếp nhận (2026-03-02T08:00:00+07:00)",
    ),
    "amount-not-covered": (
        [ACCEPTED, DUTY],
        ("payment-received.v1", 2, {"amount_vnd": 1}, {}),
        409,
        "Nộp 1 đồng, còn phải nộp 1250000 đồng; nếu là nộp từng phần thì đặt is_partial là true.",
    ),
    "not-judged-by-time": (
        [ACCEPTED, ("lateness-foreseen.v1", 1, {}, {})],
        ("backdating-approved.v1", 3, {"target_event_id": "event 1"}, {}),
        409,
        "không cần duyệt ghi nhận muộn",
    ),
    "unknown-target": (
        [ACCEPTED, READY],
        ("backdating-approved.v1", 3, {"target_event_id": "event 1", "further_event_ids": ["of another dossier"]}, {}),
        409,
        "Hồ sơ này không có sự kiện of another dossier",
    ),
}


def told(subject: str, given: Given, receipts: list[dict[str, Any]]) -> dict[str, Any]:
    event_type, number, data, attributes = given
    target = re.fullmatch(r"event (\d)", data.get("target_event_id", ""))
    named = {"target_event_id": receipts[int(target[1])]["event_id"]} if target else {}
    return raw_action(event_type, number, data={**data, **named}, subject=subject, **attributes)


async def posted(session: aiohttp.ClientSession, intake: Intake, action: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    async with session.post(f"{intake.url}/v1/actions", json=action) as response:
        return response.status, await response.json(content_type=None)


@pytest.mark.parametrize("code", REFUSED)
async def test_it_is_refused_by_http_and_by_kafka_with_words_that_say_what_to_do(
    intake: Intake, broker: str, code: str
) -> None:
    before, wrong, status, words = REFUSED[code]
    subject, receipts = str(uuid4()), []
    async with aiohttp.ClientSession() as session:
        for given in before:
            answered, receipt = await posted(session, intake, told(subject, given, receipts))
            assert answered == 201, receipt
            receipts.append(receipt)
        action = told(subject, wrong, receipts)
        answered, problem = await posted(session, intake, action)
        assert (answered, problem["code"], problem["status"]) == (status, code, status)
        assert words in problem["detail"]
        assert "(" not in re.sub(r"\([^()]*\d[^()]*\)", "", problem["detail"]).replace("(bỏ history)", "")
    await send_by_kafka(broker, [kafka_record(action)])
    (answer,) = await answers_to(broker, (action["source"], action["id"]))
    assert answer == {"status": "refused", "action_id": action["id"], "problem": problem}
    assert wrong_fields("answer.v1", answer) == set()


async def test_one_batch_approves_late_records_of_several_dossiers_and_an_unknown_approver_is_flagged(
    intake: Intake,
) -> None:
    subjects, approver = [str(uuid4()), str(uuid4())], f"ld-{uuid4().hex[:8]}"
    batch = [raw_action(kind, number, subject=one) for kind, number, *_ in (ACCEPTED, READY) for one in subjects]
    async with aiohttp.ClientSession() as session:
        status, answer = await posted_batch(session, intake, batch)
        assert (status, answer["recorded"]) == (200, 4), answer
        endings = [one["event_id"] for one in answer["answers"][2:]]
        evidence = [{"kind": "Sổ theo dõi hồ sơ", "note": "trang 41"}]
        approvals = [
            raw_action(
                "backdating-approved.v1",
                3,
                subject=subject,
                data={"target_event_id": ending, "evidence": evidence, "approver_id": approver},
            )
            for subject, ending in zip(subjects, endings, strict=True)
        ]
        status, answer = await posted_batch(session, intake, approvals)
        assert (status, answer["recorded"]) == (200, 2), answer
    store = intake.store()
    recorded = [one.structured for one in store.read_after(0, 100_000) if one.structured["subject"] in subjects]
    store.close()
    kept = [one["data"]["evidence"] for one in recorded if one["type"] == "backdating-approved.v1"]
    flags = [one["data"] for one in recorded if one["type"] == "integrity-flag-raised.v1"]
    assert kept == [evidence, evidence]
    assert [(one["kind"], one["rule"]) for one in flags] == [("interference", "B14")] * 2
    assert all(approver in one["detail"] for one in flags)


async def posted_batch(
    session: aiohttp.ClientSession, intake: Intake, batch: list[dict[str, Any]]
) -> tuple[int, dict[str, Any]]:
    async with session.post(f"{intake.url}/v1/actions", json=batch) as response:
        return response.status, await response.json(content_type=None)


async def test_who_acted_is_known_after_a_kill_too(intake: Intake) -> None:
    """The officer acts, intake is killed at once, and the new process knows him when he approves elsewhere."""
    officer, other = str(uuid4()), str(uuid4())
    async with aiohttp.ClientSession() as session:
        acting = raw_action("dossier-accepted.v1", subject=officer, actorid=f"ld-{officer[:8]}")
        assert (await posted(session, intake, acting))[0] == 201
    intake.kill("serve")
    intake.start("serve")
    intake.wait_until_serving()
    async with aiohttp.ClientSession() as session:
        assert (await posted(session, intake, raw_action("dossier-accepted.v1", subject=other)))[0] == 201
        data = {"new_due_at": "2026-03-20T17:00:00+07:00", "approver_id": f"LD-{officer[:8]}"}
        extended = raw_action("deadline-extended.v1", 1, subject=other, data=data, source=SOURCE)
        status, receipt = await posted(session, intake, extended)
        assert (status, receipt["stream_seq"]) == (201, 2)
        async with session.get(f"{intake.url}/v1/dossiers/{other}") as response:
            assert (await response.json())["stream_seq"] == 2  # no flag behind it
