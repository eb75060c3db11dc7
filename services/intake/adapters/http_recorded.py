"""`GET /internal/recorded` and `/internal/recorded/events`: what the store holds, for our loader, which compares it (ADR 0026).

Not part of the contract: ids and numbers only, for programs of the same installation; a proxy doesn't pass it on.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from services.intake.adapters.http_answers import response
from services.intake.adapters.recorded_counts import RecordedCounts
from services.intake.ports import CountedStore

_LETTERS = re.compile("[0-9a-f]{2}|[0-9a-f]{4}|[0-9a-f]{6}")
MAX_EVENTS = 100


class RecordedAnswers:
    """The two routes over one store; `now` is the clock by which events are recorded."""

    def __init__(self, store: CountedStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._counts = RecordedCounts(store, time.monotonic)
        self._now = now

    def add_to(self, application: web.Application) -> None:
        """Add the routes."""
        application.router.add_get("/internal/recorded", self._get_counts)
        application.router.add_get("/internal/recorded/events", self._get_events)

    async def _get_counts(self, request: web.Request) -> web.Response:
        """All parts; with `within` (two letters) and `through` the parts of one, up to that number."""
        within, through = _letters(request), request.query.get("through", "")
        if within and through.isdecimal() and len(through) < 19:
            counts = await asyncio.to_thread(self._store.count_by_prefix, within, 0, int(through))
            return response(200, {"counts": dict(counts)})
        settled = await asyncio.to_thread(self._counts.settled)
        return response(200, settled._asdict())

    async def _get_events(self, request: web.Request) -> web.Response:
        """The events of the dossiers whose ids begin `within`; or those behind number `after`, the first of them."""
        within, after = _letters(request), request.query.get("after", "0")
        if within:
            found = await asyncio.to_thread(self._store.events_by_prefix, within)
        else:
            behind = int(after) if after.isdecimal() and len(after) < 19 else 0
            entries = await asyncio.to_thread(self._store.read_after, behind, MAX_EVENTS)
            found = [one.structured for one in entries]
        return response(200, {"events": self._told(found)})

    def _told(self, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        now = self._now()
        return [
            {
                "dossier_id": one["subject"],
                "stream_seq": one["streamseq"],
                "event_id": one["id"],
                "age_seconds": (now - datetime.fromisoformat(one["recordedat"])).total_seconds(),
            }
            for one in found
        ]


def _letters(request: web.Request) -> str:
    said = request.query.get("within", "")
    return said if _LETTERS.fullmatch(said) else ""
