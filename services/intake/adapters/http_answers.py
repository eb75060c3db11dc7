"""How intake answers by HTTP: JSON, or a problem document in the language asked for."""

from typing import Any

from aiohttp import web

from events.codec import dumps
from services.intake.adapters.problems import PROBLEM_CONTENT_TYPE, Language, Problems, language_of
from services.intake.domain.actions import Refusal

RETRY_AFTER_SECONDS = "1"


def response(status: int, body: Any, *, is_replay: bool = False) -> web.Response:
    """A JSON answer; `body` is bytes of JSON, or what becomes JSON."""
    kind = PROBLEM_CONTENT_TYPE if status >= 400 else "application/json"
    headers = {"Idempotent-Replayed": "true"} if is_replay else {}
    sent = body if isinstance(body, bytes) else dumps(body)
    return web.Response(body=sent, status=status, content_type=kind, headers=headers)


def problem_response(
    problems: Problems, refusal: Refusal, language: Language, action_id: str | None = None
) -> web.Response:
    """A refusal as a problem document; with Retry-After where the same may be sent again."""
    document = problems.document(refusal, language, action_id)
    made = response(document["status"], document)
    made.headers["Content-Language"] = language
    if made.status == 503:
        made.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return made


def wanted(request: web.BaseRequest) -> Language:
    """The language of a request."""
    return language_of(request.headers.get("Accept-Language"))
