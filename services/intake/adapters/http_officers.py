"""`GET /v1/officers` and `/v1/officers/{officer_id}`: who is responsible where, and who acts while somebody is away."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, get_args

from aiohttp import web

from events.fields import INT32
from events.reference_data import OfficerRole
from rules.officers.history import Assignment
from services.intake.adapters.http_questions import (
    WrongQuestionError,
    as_json,
    day_asked,
    listed,
    number_asked,
    without_empty,
)
from services.intake.adapters.http_register import Answers
from services.intake.domain.officer_register import Held, held_on
from services.intake.domain.register import Register

ROLES: Final[tuple[OfficerRole, ...]] = get_args(OfficerRole)


def officer_routes(today: Callable[[], date]) -> dict[str, Answers]:
    """The questions about officers; `today` gives the local day."""

    def find(request: web.Request, register: Register) -> web.Response:
        day, limit, role = day_asked(request, today), listed(request), _role_asked(request)
        unit_id = number_asked(request, "unit_id", 0, INT32) if "unit_id" in request.query else None
        found = list(held_on(register.officers, register.units, day, unit_id=unit_id, role=role))
        return as_json({"at": day, "count": len(found), "officers": [_shown(one) for one in found[:limit]]})

    return {"/v1/officers": find, "/v1/officers/{officer_id}": _get_officer}


def _get_officer(request: web.Request, register: Register) -> web.Response | None:
    history = register.officers.history(request.match_info["officer_id"])
    if history is None:
        return None
    return as_json(
        {
            "officer_id": history.officer_id,
            "assignments": [_place(one) for one in history.within(register.units.end_of).assignments],
            "absences": [without_empty(one._asdict()) for one in history.absences],
        }
    )


def _role_asked(request: web.Request) -> OfficerRole | None:
    given = request.query.get("role")
    for one in ROLES:
        if one == given:
            return one
    if given is None:
        return None
    raise WrongQuestionError("role", "enum", ", ".join(ROLES))


def _shown(held: Held) -> dict[str, Any]:
    acting = {"acting_officer_id": held.acting}
    return {
        "officer_id": held.officer_id,
        **_place(held.assignment),
        "is_absent": held.is_absent,
        **without_empty(acting),
    }


def _place(one: Assignment) -> dict[str, Any]:
    days = one.days._asdict()
    return without_empty({**one._asdict(), **days, "days": None})
