"""Sends actions to a running intake in batches, and keeps what it answered."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from motcua.output import CommandError, ExitCode

BATCH_SIZE = 1_000
MAX_TRIES = 30
RETRY_SECONDS = 1.0
_HEADERS = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Tally:
    """What intake said so far."""

    recorded: int = 0
    replayed: int = 0
    problems: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """(index of the action in what was sent, problem document)"""


class Sender:
    """Posts batches to `/v1/actions`; a part that is away is retried with a pause, and nothing is lost."""

    def __init__(self, session: aiohttp.ClientSession, intake_url: str) -> None:
        self._session = session
        self._url = f"{intake_url}/v1/actions"
        self.tally = Tally()
        self._sent = 0

    async def send(self, actions: Sequence[dict[str, Any]], show: Callable[[int], None]) -> None:
        """Send in order, in batches; `show` gets the number of actions answered."""
        for start in range(0, len(actions), BATCH_SIZE):
            batch = actions[start : start + BATCH_SIZE]
            answer = await self.post(orjson.dumps(batch))
            for offset, one in enumerate(answer["answers"]):
                if one["status"] == "refused":
                    self.tally.problems.append((self._sent + offset, one["problem"]))
            self.tally.recorded += answer["recorded"]
            self.tally.replayed += answer["replayed"]
            self._sent += len(batch)
            show(len(batch))

    async def post(self, batch: bytes) -> dict[str, Any]:
        """The answer to one batch, a JSON list of actions; asked again while intake is away, busy or slow.

        CommandError when it stays so, or when the batch as a whole is refused.
        """
        for _ in range(MAX_TRIES):
            try:
                async with self._session.post(self._url, data=batch, headers=_HEADERS) as response:
                    if response.status in (200, 207):
                        answer: dict[str, Any] = orjson.loads(await response.read())
                        return answer
                    if response.status != 503:
                        raise CommandError(
                            f"intake answered {response.status}: {await response.text()}", ExitCode.FINDINGS
                        )
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
                pass
            await asyncio.sleep(RETRY_SECONDS)
        raise CommandError(f"intake at {self._url} does not answer; is `motcua up` running?", ExitCode.AWAY)
