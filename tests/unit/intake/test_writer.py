"""The writer's end."""

import asyncio
import threading
from typing import Any, cast

import pytest

from services.intake.adapters.system_clock import SystemClock
from services.intake.adapters.writer import Writer
from services.intake.pipeline import ActionRecorder
from services.intake.ports import StoreUnavailableError
from tests.unit.intake.counter import action


class HeldLedger:
    """Holds the first batch until it is told, then raises."""

    def __init__(self) -> None:
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def record(self, *_: Any, **__: Any) -> list[Any]:
        self.has_begun.set()
        self.may_end.wait(10)
        raise RuntimeError("a bug")


async def test_who_waits_behind_the_batch_that_killed_the_writer_is_told_at_once() -> None:
    held = HeldLedger()
    writer = Writer(cast("ActionRecorder", held), SystemClock())
    writing = asyncio.create_task(writer.run())
    first = asyncio.create_task(writer.record([action("dossier-accepted.v1")]))
    await asyncio.to_thread(held.has_begun.wait, 10)
    behind = asyncio.create_task(writer.record([action("step-started.v1")]))
    await asyncio.sleep(0)
    held.may_end.set()
    for one in (first, behind):
        with pytest.raises(StoreUnavailableError):
            await asyncio.wait_for(one, 5)
    with pytest.raises(RuntimeError, match="a bug"):
        await writing
