"""Closing Kafka clients without waiting for a broker that is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

LOGGER = logging.getLogger("intake.kafka")
CLOSE_SECONDS = 5.0


async def closed_within(stop: Callable[[], Awaitable[None]]) -> None:
    """Close a client; after 5 s go on without it. Nothing is lost: what a client still holds was not answered or committed."""
    try:
        await asyncio.wait_for(stop(), CLOSE_SECONDS)
    except TimeoutError:
        LOGGER.warning("the broker did not let us close within %s s", CLOSE_SECONDS)
