"""The one place of the tests where time passes: they wait until something is so, or see that it stays so; none sleeps.

A wait ends as soon as its condition holds, so a quick machine is not slowed down by a slow one's needs; a condition that never
holds fails with what was waited for. Instants that must pass (a dossier falls due) are a condition on the clock.
"""

import asyncio
import inspect
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

_ALLOWANCE_SECONDS = 5.0
Words = str | Callable[[], object]


def until(ask: Callable[[], Any], seconds: float, what: Words = "", every: float = 0.05) -> Any:
    """Ask until the answer is true, and return it; AssertionError with `what` after so many seconds."""
    give_up_at = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < give_up_at, f"not within {seconds} s: {_said(what)}"
        time.sleep(every)
    return answer


async def until_async(ask: Callable[[], Any], seconds: float, what: Words = "", every: float = 0.05) -> Any:
    """The same; what is asked may be a coroutine function, too."""
    give_up_at = time.monotonic() + seconds
    while not (answer := await _answer(ask)):
        assert time.monotonic() < give_up_at, f"not within {seconds} s: {_said(what)}"
        await asyncio.sleep(every)
    return answer


async def stays_async(ask: Callable[[], Any], seconds: float, what: Words = "", every: float = 0.1) -> None:
    """Ask again and again for so many seconds: it must be true each time."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        assert await _answer(ask), f"it did not stay so: {_said(what)}"
        await asyncio.sleep(every)
    assert await _answer(ask), f"it did not stay so: {_said(what)}"


async def until_past(instant: datetime) -> None:
    """Wait until an instant has passed on this machine's clock."""
    ahead = (instant - datetime.now(UTC)).total_seconds()
    await until_async(lambda: datetime.now(UTC) > instant, ahead + _ALLOWANCE_SECONDS, every=0.02)


async def at_some_moment(chance: random.Random, at_least: float, at_most: float) -> None:
    """Let others work for a random while: where a mishap strikes is left to chance."""
    await asyncio.sleep(chance.uniform(at_least, at_most))


async def _answer(ask: Callable[[], Any]) -> Any:
    answer = ask()
    return await answer if inspect.isawaitable(answer) else answer


def _said(what: Words) -> object:
    return what if isinstance(what, str) else what()
