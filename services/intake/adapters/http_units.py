"""`GET /v1/units` and `/v1/units/{unit_id}`: the units as intake knows them, for counter programs and for the command line."""

from collections.abc import Callable
from datetime import date
from typing import Any

from aiohttp import web

from rules.units.history import UnitHistory, UnitPeriod
from services.intake.adapters.http_questions import as_json, day_asked, listed, without_empty
from services.intake.adapters.http_register import Answers
from services.intake.domain.register import Register
from services.intake.domain.unit_register import found_units


def unit_routes(today: Callable[[], date]) -> dict[str, Answers]:
    """The questions about units; `today` gives the local day."""

    def find(request: web.Request, register: Register) -> web.Response:
        day, limit = day_asked(request, today), listed(request)
        found = list(found_units(register.units, request.query.get("q", ""), day))
        return as_json(
            {"at": day, "count": len(found), "units": [_shown(history, one) for history, one in found[:limit]]}
        )

    return {"/v1/units": find, "/v1/units/{unit_id}": _get_unit}


def _get_unit(request: web.Request, register: Register) -> web.Response | None:
    number = request.match_info["unit_id"]
    history = register.units.history(int(number)) if number.isdecimal() and len(number) < 11 else None
    return None if history is None else as_json(told(history))


def told(history: UnitHistory) -> dict[str, Any]:
    """All that is known of a unit: its periods, and who took over."""
    ending = {"ended_on": history.ended_on, "ending": history.ending} if history.ended_on else {}
    return {
        "unit_id": history.unit_id,
        "level": history.level,
        "periods": [without_empty(one._asdict()) for one in history.periods],
        **ending,
        "successions": [without_empty(one._asdict()) for one in history.successions],
    }


def _shown(history: UnitHistory, period: UnitPeriod) -> dict[str, Any]:
    return {"unit_id": history.unit_id, **without_empty(period._asdict())}
