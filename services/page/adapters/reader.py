"""Asks the statistics in threads, with a limit of time, and says plainly when ClickHouse is away.

Any fault of the way to ClickHouse, of its start-up or of its limits becomes StatisticsUnavailableError: the page answers 503 and
the reader tries again. A wrong query is our own fault and goes up as it is.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from services.stats.questions import open_client, passes, rows_of, without_password

Row = dict[str, Any]
ResultT = TypeVar("ResultT")
Place = tuple[tuple[str, int, int], ...]
"""How far the loader has counted, each partition's topic, number and next offset; empty where no loader reports."""

_log = logging.getLogger("page")
RECENT_SECONDS = 60.0
"""How old the extent of the data and the names of units may be, as long as the loader has counted nothing more."""
_UNTOLD_SECONDS = 1.0
"""The same where no loader says how far it is."""
_MOST_RECENT = 64
_THREADS = 8
_NOT_READY_CODES = frozenset(
    {
        60,  # the table isn't there yet: migrations have not run
        81,  # the database isn't there yet
        516,  # the supervisor isn't known there yet, or the password is wrong: the log says which
    }
)


class StatisticsUnavailableError(Exception):
    """ClickHouse does not answer, is not ready, or took too long."""


class Reader:
    """One client, opened at the first question and again after ClickHouse was away."""

    def __init__(self, url: str, answer_seconds: float) -> None:
        self._url = url
        self._answer_seconds = answer_seconds
        self._client: Client | None = None
        self._opening = asyncio.Lock()
        self._threads = ThreadPoolExecutor(_THREADS, "statistics")
        self._recent: dict[tuple[str, str], tuple[float, Place, list[Row]]] = {}
        self._place: Place = ()
        self._look: asyncio.Future[Any] | None = None

    async def ask(self, question: Callable[[Client], ResultT]) -> ResultT:
        """The answer of one of `services.stats.questions`. Raises StatisticsUnavailableError."""
        try:
            async with asyncio.timeout(self._answer_seconds):
                client = await self._open()
                return await self._in_thread(lambda: question(client))
        except (ClickHouseError, OSError, TimeoutError) as error:
            raise self._judged(error) from error

    async def answers(self, seconds: float) -> bool:
        """Whether ClickHouse answers within so many seconds; who asks while another look is on its way waits for that one."""
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self.ask(lambda client: client.command("SELECT 1")))
            self._look.add_done_callback(lambda look: look.cancelled() or look.exception())
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._look)
        except (StatisticsUnavailableError, TimeoutError):
            return False
        return True

    async def rows(self, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        """The answer of a query of the statistics that is asked by its name. Raises StatisticsUnavailableError."""
        return await self.ask(lambda client: rows_of(client, name, parameters))

    async def place(self) -> Place:
        """How far the loader has counted, by its own reports. Raises StatisticsUnavailableError."""
        rows = await self.rows("counted_upto", {})
        self._place = tuple(sorted((row["topic"], row["partition"], row["next_offset"]) for row in rows))
        return self._place

    async def recent_rows(self, name: str, on: str = "") -> list[Row]:
        """As `rows`, for what every part of a view asks: from as far as the loader was at the last look, or further.

        `on` is the day that is asked about.
        """
        now, place = asyncio.get_running_loop().time(), self._place
        kept, limit = self._recent.get((name, on)), RECENT_SECONDS if place else _UNTOLD_SECONDS
        if kept is None or kept[1] != place or now - kept[0] > limit:
            if len(self._recent) > _MOST_RECENT:
                self._recent.clear()
            kept = (now, place, await self.rows(name, {"on": on} if on else {}))
            self._recent[name, on] = kept
        return kept[2]

    async def close(self) -> None:
        """Give the connection back."""
        if self._client is not None:
            self._client.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _open(self) -> Client:
        async with self._opening:
            if self._client is None:
                self._client = await self._in_thread(lambda: open_client(self._url))
            return self._client

    async def _in_thread(self, call: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _judged(self, error: Exception) -> Exception:
        code = getattr(error, "code", None)
        if isinstance(error, ClickHouseError) and code not in _NOT_READY_CODES and not passes(error):
            return error
        _log.warning("%s does not answer: %s", without_password(self._url), " ".join(str(error).split())[:300])
        return StatisticsUnavailableError(str(code or type(error).__name__))
