"""An operator kills anything and nothing is lost: kill -9 of each program while a counter system keeps sending."""

import os
import signal
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.crash_matrix import KILLS, crashes_of
from tests.integration.stack.actions import accepted, action, post
from tests.integration.stack.conftest import RunningStack
from tests.integration.stack.test_commands import intake_url
from tests.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.chaos, pytest.mark.timeout(240 + 60 * KILLS)]

KILLED = crashes_of("tests.integration.stack.test_crashes") * KILLS
DOSSIERS_BETWEEN = 5
"""Recorded before the first kill, between two, and after the last."""
BETWEEN_DOSSIERS_SECONDS = 0.1
"""The pace of a busy counter; without it the test measures how fast the machine is."""


class Counter(threading.Thread):
    """Sends whole dossiers one after the other and, like a good counter system, sends again what was not answered."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._enough = threading.Event()
        self.prefix = f"CR-{uuid4().hex[:6]}"
        self.recorded: dict[str, str] = {}

    def run(self) -> None:
        number = 0
        while not self._enough.is_set():
            subject = f"{self.prefix}-{number}"
            number += 1
            now = datetime.now(UTC).isoformat()  # what is recorded long afterwards is late (DR-31)
            steps = [
                accepted(subject, now),
                action("step-started.v1", subject, now, {"step_code": "TL"}),
                action("result-ready-at-counter.v1", subject, now),
            ]
            for one in steps:
                self.recorded[one["id"]] = self._until_recorded(one)["dossier_id"]
            self._enough.wait(BETWEEN_DOSSIERS_SECONDS)

    def until_recorded_more(self) -> None:
        """Wait until the counter has got some whole dossiers through."""
        enough = len(self.recorded) + 3 * DOSSIERS_BETWEEN
        until(lambda: len(self.recorded) >= enough, 60, lambda: f"only {len(self.recorded)} recorded")

    def stop(self) -> None:
        """Finish the dossier in hand and end."""
        self._enough.set()
        self.join(60)
        assert not self.is_alive()

    def _until_recorded(self, one: dict[str, Any]) -> dict[str, Any]:
        def recorded() -> dict[str, Any] | None:
            try:
                status, answer, _ = post(self._url, one)
            except OSError:
                return None
            assert status in (200, 201, 503), answer
            return answer if status != 503 else None

        answered: dict[str, Any] = until(recorded, 120, "an answer", every=0.2)
        return answered


def test_kill_9_of_each_program_loses_and_doubles_nothing(stack: RunningStack) -> None:
    counter = Counter(intake_url(stack))
    counter.start()
    for crash in KILLED:
        counter.until_recorded_more()
        for pid in stack.pids_of(crash.processes):
            os.kill(pid, signal.SIGKILL)
        until(stack.is_green, 60, crash.moment, every=0.5)
    counter.until_recorded_more()
    counter.stop()
    dossiers = len(set(counter.recorded.values()))
    assert dossiers > len(KILLED)

    mine = until(lambda: _mine(stack, counter.prefix, len(counter.recorded)), 60, every=1)
    assert sorted(one["sourceeventref"] for one in mine) == sorted(counter.recorded)
    by_dossier: dict[str, list[int]] = {}
    for one in mine:
        by_dossier.setdefault(one["subject"], []).append(one["streamseq"])
    assert all(seqs == [1, 2, 3] for seqs in by_dossier.values())

    query = f"SELECT count(), countIf(outcome = 'early') FROM dossiers FINAL WHERE startsWith(dossier_code, '{counter.prefix}')"
    until(lambda: stack.asked(query) == f"{dossiers}\t{dossiers}\n", 60)
    deadlines = [one for one in stack.lines("events", "--topic", "deadline-events") if one["subject"] in by_dossier]
    assert {one["subject"] for one in deadlines if one["type"] == "deadline-set.v1"} == set(by_dossier)
    assert {one["subject"] for one in deadlines if one["type"] == "ending-classified.v1"} == set(by_dossier)
    contents = {}
    for one in deadlines:
        contents.setdefault(one["id"], set()).add(str({**one, "recordedat": None}))
    assert all(len(seen) == 1 for seen in contents.values()), "one id with two contents"


def _mine(stack: RunningStack, prefix: str, wanted: int) -> list[dict[str, Any]]:
    found = [one for one in stack.lines("events") if one.get("dossiercode", "").startswith(prefix)]
    return found if len(found) >= wanted else []
