"""Parameters of what is asked of the register by HTTP, and how the answers are written."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from aiohttp import web

from events.codec import dumps
from services.intake.domain.actions import FieldError, Refusal

MAX_LISTED, USUALLY_LISTED = 10_000, 100
Answered = Callable[[Refusal, Any], web.Response]
"""Writes a refusal in the language asked for."""


class WrongQuestionError(Exception):
    """A parameter can't be read; `refusal` says which and why."""

    def __init__(self, name: str, keyword: str, allowed: str) -> None:
        super().__init__(f"{name} is no {allowed}")
        wrong = FieldError(field_name=name, keyword=keyword, message=f"is no {allowed}", params={"allowed": allowed})
        self.refusal = Refusal(code="schema-mismatch", field_name=name, errors=(wrong,))


def day_asked(request: web.Request, today: Callable[[], date]) -> date:
    """The local day `at`; today where none is given. Raises WrongQuestionError."""
    given = request.query.get("at")
    try:
        return date.fromisoformat(given) if given else today()
    except ValueError:
        raise WrongQuestionError("at", "format", "date") from None


def number_asked(request: web.Request, name: str, usual: int, most: int) -> int:
    """A whole number from 0 on, no larger than `most`. Raises WrongQuestionError."""
    given = request.query.get(name, str(usual))
    if not (given.isascii() and given.isdigit()):
        raise WrongQuestionError(name, "type", "integer")
    return min(int(given), most) if len(given) < 19 else most


def listed(request: web.Request) -> int:
    """How many are to be listed. Raises WrongQuestionError."""
    return number_asked(request, "limit", USUALLY_LISTED, MAX_LISTED)


def without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What there is to tell: neither empty texts nor what is not there."""
    return {name: value for name, value in fields.items() if value not in (None, "")}


def as_json(body: Mapping[str, Any]) -> web.Response:
    """An answer."""
    return web.Response(body=dumps(body), content_type="application/json")
