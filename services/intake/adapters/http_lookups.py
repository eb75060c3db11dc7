"""What may be asked of intake by HTTP without recording anything: a dossier, its events, a quote of due dates."""

import asyncio
from typing import Any
from uuid import UUID

from aiohttp import web

from events.errors import UnreadableMessageError
from events.reference_data import is_reference_stream
from services.intake.adapters.given_once import parse_once
from services.intake.adapters.http_answers import problem_response, response, wanted
from services.intake.adapters.http_content import body_of
from services.intake.adapters.problems import Problems, due_dates
from services.intake.domain.actions import FieldError, Refusal
from services.intake.domain.dossier import DossierState
from services.intake.domain.due_dates import due_at_acceptance
from services.intake.domain.quoting import quoted
from services.intake.pipeline import ActionRecorder
from services.intake.ports import WallClock

MAX_QUOTE_BYTES = 64 * 1024
MAX_EVENTS = 500
DEFAULT_EVENTS = 100


class HttpLookups:
    """The reading side of the HTTP door."""

    def __init__(self, ledger: ActionRecorder, problems: Problems, clock: WallClock) -> None:
        self._ledger = ledger
        self._problems = problems
        self._clock = clock

    async def get_dossier(self, request: web.Request) -> web.Response:
        """Where a dossier stands, and when it was due at its acceptance."""
        wrong = _wrong_parameter(request, {"source"})
        state = None if wrong else await self._state(request)
        if wrong or state is None:
            return self._problem(request, wrong or _unknown(request))
        events = await self._events(state, 0, state.stream_seq)
        due = due_at_acceptance(events, self._ledger.judge.planner)
        body = {
            "dossier_id": state.dossier_id,
            "stream_seq": state.stream_seq,
            "lifecycle": state.lifecycle,
            "held_by_unit_id": state.held_by_unit_id,
            "procedure_code": state.procedure_code,
            "is_waiting_for_supplement": state.is_waiting_for_supplement,
            "waiting_for": state.waiting_for,
            "submission_rounds": state.submission_rounds,
            "supplement_rounds": state.supplement_rounds,
            "hash": state.last_hash,
            **({"feedback_stage": state.feedback_stage} if state.feedback_stage else {}),
            **({"due_at_acceptance": due_dates(due)} if due else {}),
        }
        return response(200, body)

    async def get_events(self, request: web.Request) -> web.Response:
        """What is recorded of a dossier, in order, as it stands in the store; `next_after` where there is more."""
        wrong = _wrong_parameter(request, {"source", "after", "limit"})
        after, limit = _number(request, "after", 0, 0), _number(request, "limit", DEFAULT_EVENTS, 1)
        for refused in (wrong, after, limit):
            if isinstance(refused, Refusal):
                return self._problem(request, refused)
        assert isinstance(after, int) and isinstance(limit, int)  # noqa: S101, PT018  # no refusals, as asked above
        state = await self._state(request)
        if state is None:
            return self._problem(request, _unknown(request))
        until = min(after + min(limit, MAX_EVENTS), state.stream_seq)
        body = {"dossier_id": state.dossier_id, "events": await self._events(state, after, until)}
        return response(200, {**body, **({"next_after": until} if until < state.stream_seq else {})})

    async def post_quote(self, request: web.Request) -> web.Response:
        """When a dossier would be due if it were accepted so; nothing is recorded."""
        wrong = _wrong_parameter(request, set())
        if wrong is not None:
            return self._problem(request, wrong)
        body = await body_of(request, MAX_QUOTE_BYTES)
        if isinstance(body, Refusal):
            return self._problem(request, body)
        try:
            asked = parse_once(body)
        except UnreadableMessageError as error:
            return self._problem(request, Refusal(code="unreadable", params={"reason": str(error)}))
        if not isinstance(asked, dict):
            refusal = (
                asked if isinstance(asked, Refusal) else Refusal(code="unreadable", params={"reason": "no JSON object"})
            )
            return self._problem(request, refusal)
        found = quoted(asked, self._ledger.judge, self._clock.now())
        if isinstance(found, Refusal):
            return self._problem(request, found)
        quotes = [
            {
                **({"case": one.case} if one.case else {}),
                **({"term": {"value": one.term.value, "unit": one.term.unit}} if one.term else {}),
                **({"due_at_acceptance": due_dates(one.due)} if one.due else {}),
            }
            for one in found.quotes
        ]
        warnings = self._problems.warnings(found.warnings, wanted(request))
        return response(200, {"quotes": quotes, **({"warnings": warnings} if warnings else {})})

    async def _state(self, request: web.Request) -> DossierState | None:
        subject, source = request.match_info["subject"], request.query.get("source", "")
        return await asyncio.to_thread(self._state_of, source, subject)

    def _state_of(self, source: str, subject: str) -> DossierState | None:
        """The dossier that is recorded under a code, or that the code was linked to (DR-30)."""
        named, store = self._ledger.named, self._ledger.store
        ids = [one for one in named.possible_ids(source, subject) if not is_reference_stream(one)]
        found = {*ids, *store.find_links(ids).values()} if ids else set()
        states = store.load(found)
        meant = named.meant_id(source, subject, states)
        return states.get(meant) or next(iter(states.values()), None)

    async def _events(self, state: DossierState, after: int, until: int) -> list[Any]:
        places = [(UUID(state.dossier_id), number) for number in range(after + 1, until + 1)]
        found = await asyncio.to_thread(self._ledger.store.read_events, places) if places else {}
        return [found[place] for place in places]

    def _problem(self, request: web.Request, refusal: Refusal) -> web.Response:
        return problem_response(self._problems, refusal, wanted(request))


def _unknown(request: web.Request) -> Refusal:
    subject = request.match_info["subject"]
    return Refusal(code="unknown-dossier", field_name="subject", params={"subject": subject})


def _wrong_parameter(request: web.Request, known: set[str]) -> Refusal | None:
    unknown = sorted(set(request.query) - known)
    return unknown_parameter(unknown[0], sorted(known)) if unknown else None


def unknown_parameter(name: str, known: list[str]) -> Refusal:
    """A parameter that is not known is refused: a misspelt `dry_run` would record."""
    return Refusal(code="unknown-parameter", field_name=name, params={"allowed": ", ".join(known) or "–"})


def _number(request: web.Request, name: str, if_missing: int, least: int) -> int | Refusal:
    text = request.query.get(name, str(if_missing))
    if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) >= least:
        return int(text)
    wrong = FieldError(field_name=name, keyword="minimum", message="no number", params={"limit": least})
    return Refusal(code="schema-mismatch", field_name=name, errors=(wrong,))
