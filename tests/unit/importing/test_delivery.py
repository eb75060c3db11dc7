"""What became of each action is counted for this run only, and what ends the sending doesn't lose the summary."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from motcua.importing.adapters.delivery import HistoryNotAllowedError, deliver, delivered
from motcua.importing.adapters.prepared import Prepared
from motcua.importing.outcome import Outcome
from motcua.output import ExitCode
from tests.unit.importing.office import REGISTER, mapping

EVENT = mapping(REGISTER).events[0]
BEFORE, NOW = "2026-11-20T08:00:00+00:00", "2026-11-27T08:00:00+00:00"
REFUSED = {
    "status": "refused",
    "problem": {"code": "id-reused", "detail": "đã dùng", "errors": [{"field": "/data/appointment_at"}]},
}


def said(recorded_at: str) -> dict[str, Any]:
    return {"status": "recorded", "recorded_at": recorded_at}


def batch(*flag_counts: int) -> Iterator[list[Prepared]]:
    yield [Prepared(EVENT, "so.csv", nth, f"A{nth}", flags, b"{}") for nth, flags in enumerate(flag_counts, start=2)]


async def _sent(answer: dict[str, Any], batches: Iterator[list[Prepared]], outcome: Outcome) -> None:
    async def post(_: web.Request) -> web.Response:
        return web.json_response(answer)

    application = web.Application()
    application.router.add_post("/v1/actions", post)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        await deliver(f"http://127.0.0.1:{port}", batches, outcome, lambda _: None)
    finally:
        await runner.cleanup()


def test_new_replayed_and_refused_are_told_apart_and_only_flags_of_new_ones_count() -> None:
    outcome = Outcome()
    answers = [said(BEFORE), said(NOW), REFUSED, said(NOW), said(BEFORE)]
    answer = {"recorded": 4, "replayed": 2, "refused": 1, "answers": answers}
    asyncio.run(_sent(answer, batch(5, 1, 7, 2, 5), outcome))
    assert (outcome.recorded, outcome.replayed, outcome.refused, outcome.flagged) == (2, 2, 1, 3)
    (line,) = outcome.finding_lines()
    assert line.startswith("so.csv:4: cột “Ngày hẹn trả”: dossier-accepted.v1 của hồ sơ A4: đã dùng [id-reused]")
    assert not outcome.is_clean


def test_a_source_that_may_not_say_history_ends_the_sending() -> None:
    refused = {"status": "refused", "problem": {"code": "history-not-allowed", "detail": "…"}}
    answer = {"recorded": 0, "replayed": 0, "refused": 1, "answers": [refused]}
    with pytest.raises(HistoryNotAllowedError):
        asyncio.run(_sent(answer, batch(0), Outcome()))


def test_an_intake_that_is_gone_leaves_the_summary_so_far(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("motcua.sending.MAX_TRIES", 1)
    monkeypatch.setattr("motcua.sending.RETRY_SECONDS", 0.0)
    outcome = Outcome(recorded=3)
    assert delivered("http://127.0.0.1:9", batch(0), outcome, lambda _: None) is ExitCode.AWAY
    assert "ghi mới 3 sự kiện" in outcome.summary()
    assert "chạy lại đúng lệnh này" in outcome.summary()
    assert not outcome.is_clean
