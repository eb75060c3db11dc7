"""A program ends when it is told to, also where the library beneath its retries swallows the cancellation."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiokafka.errors import KafkaConnectionError

from services.intake.app import retried
from services.stats.adapters.retries import until_done

Retry = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[None]]


class Library:
    """Swallows a cancellation and raises its own error in its place."""

    def __init__(self) -> None:
        self.tries = 0
        self.is_at_work = asyncio.Event()

    async def attempt(self) -> None:
        self.tries += 1
        self.is_at_work.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise KafkaConnectionError from None


@pytest.mark.parametrize("retry", [retried, until_done])
async def test_who_tries_again_ends_though_the_cancellation_was_swallowed(retry: Retry) -> None:
    library = Library()
    trying = asyncio.ensure_future(retry("Kafka", library.attempt))
    await library.is_at_work.wait()
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(trying, 10)
    assert library.tries == 1


@pytest.mark.parametrize("retry", [retried, until_done])
async def test_what_ended_well_is_not_tried_again(retry: Retry) -> None:
    tries = 0

    async def compared() -> None:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0)

    await asyncio.wait_for(retry("the comparison", compared), 1)
    assert tries == 1
