"""Retry with back-off: the reaction to "the other side is away" (design.md, four reactions). Everything else goes on up."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiokafka.errors import KafkaError
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from services.doors.cancelling import give_way_to_cancellation

ResultT = TypeVar("ResultT")

_log = logging.getLogger("stats")
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 10.0
_PASSING_CODES = frozenset(
    {
        75,  # can't write to a file: the disk is full
        159,  # timeout exceeded
        160,  # too slow
        202,  # too many simultaneous queries
        209,  # socket timeout
        210,  # network error
        241,  # memory limit exceeded
        243,  # not enough space on the disk
        242,  # table is read-only
        252,  # too many parts
        373,  # session is locked
        394,  # query was cancelled
        999,  # Keeper error
    }
)
"""ClickHouse's error codes that pass by themselves."""


async def until_done(what: str, attempt: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Try until it works; waits 0.2 s, doubling up to 10 s, with jitter. Errors that won't pass are raised at once."""
    wait = _FIRST_WAIT
    while True:
        try:
            return await attempt()
        except (DatabaseError, KafkaError, OSError) as error:
            if not passes(error):
                raise
            give_way_to_cancellation()
            _log.warning("%s failed, trying again in %.1f s: %s", what, wait, _one_line(error))
        await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
        wait = min(wait * 2, _LONGEST_WAIT)


def passes(error: BaseException) -> bool:
    """Whether an error of ClickHouse, of Kafka or of the way to them may be gone at the next attempt."""
    if isinstance(error, KafkaError):
        return bool(error.retriable) or isinstance(error, ConnectionError)
    code = getattr(error, "code", None)
    if isinstance(code, int) and code:
        return code in _PASSING_CODES
    return isinstance(error, OperationalError | OSError)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
