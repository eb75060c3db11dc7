"""`GET /v1/units` and its neighbours: the register as intake knows it, for counter programs and for the command line."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from aiohttp import web

from events.codec import dumps
from rules.units.history import UnitHistory, UnitPeriod
from services.intake.adapters.problems import language_of
from services.intake.domain.actions import FieldError, Refusal
from services.intake.domain.unit_register import found_units
from services.intake.ports import Store

MAX_UNITS, USUAL_UNITS = 10_000, 100
MAX_EVENTS = 10_000
Answered = Callable[[Refusal, Any], web.Response]
"""Writes a refusal in the language asked for."""


class UnitAnswers:
    """`today` gives the local day; `problem` writes what is refused."""

    def __init__(self, store: Store, today: Callable[[], date], problem: Answered) -> None:
        self._store = store
        self._today = today
        self._problem = problem

    def add_to(self, application: web.Application) -> None:
        """Add the routes."""
        application.router.add_get("/v1/units", self._get_units)
        application.router.add_get("/v1/units/{unit_id}", self._get_unit)
        application.router.add_get("/v1/reference-events", self._get_events)

    async def _get_units(self, request: web.Request) -> web.Response:
        day = _day(request, "at") or self._today()
        limit = _number(request, "limit", USUAL_UNITS, MAX_UNITS)
        for refused in (day, limit):
            if isinstance(refused, Refusal):
                return self._refused(request, refused)
        units = await asyncio.to_thread(self._store.units)
        found = list(found_units(units, request.query.get("q", ""), day if isinstance(day, date) else None))
        shown = found[: limit if isinstance(limit, int) else USUAL_UNITS]
        return _json({"at": day, "count": len(found), "units": [_shown(history, one) for history, one in shown]})

    async def _get_unit(self, request: web.Request) -> web.Response:
        number = request.match_info["unit_id"]
        units = await asyncio.to_thread(self._store.units)
        history = units.history(int(number)) if number.isdecimal() and len(number) < 11 else None
        if history is None:
            return self._refused(request, Refusal(code="not-found", params={"path": request.path}))
        return _json(told(history))

    async def _get_events(self, request: web.Request) -> web.Response:
        after = _number(request, "after", 0, 10**12)
        if isinstance(after, Refusal):
            return self._refused(request, after)
        events = await asyncio.to_thread(self._store.register_after, after, MAX_EVENTS)
        return _json({"after": after, "events": events})

    def _refused(self, request: web.Request, refusal: Refusal) -> web.Response:
        return self._problem(refusal, language_of(request.headers.get("Accept-Language")))


def told(history: UnitHistory) -> dict[str, Any]:
    """All that is known of a unit: its periods, and who took over."""
    ending = {"ended_on": history.ended_on, "ending": history.ending} if history.ended_on else {}
    return {
        "unit_id": history.unit_id,
        "level": history.level,
        "periods": [_without_empty(one._asdict()) for one in history.periods],
        **ending,
        "successions": [_without_empty(one._asdict()) for one in history.successions],
    }


def _shown(history: UnitHistory, period: UnitPeriod) -> dict[str, Any]:
    return {"unit_id": history.unit_id, **_without_empty(period._asdict())}


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _json(body: Mapping[str, Any]) -> web.Response:
    return web.Response(body=dumps(body), content_type="application/json")


def _day(request: web.Request, name: str) -> date | Refusal | None:
    given = request.query.get(name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return _wrong(name, "format", "date")


def _number(request: web.Request, name: str, usual: int, most: int) -> int | Refusal:
    given = request.query.get(name, str(usual))
    if not (given.isascii() and given.isdigit()):
        return _wrong(name, "type", "integer")
    return min(int(given), most) if len(given) < 19 else most


def _wrong(name: str, keyword: str, allowed: str) -> Refusal:
    wrong = FieldError(field_name=name, keyword=keyword, message=f"is no {allowed}", params={"allowed": allowed})
    return Refusal(code="schema-mismatch", field_name=name, errors=(wrong,))
