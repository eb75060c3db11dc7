"""Brings what a file says of reference things to intake: reads the register, has the difference recorded whole."""

import asyncio
import json
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

import aiohttp

from events.codec import parse_json
from events.declaration import wire_type_of
from events.schema_files import load_problem_codes
from motcua.output import CommandError, ExitCode
from services.intake.adapters.http_content import MAX_ACTIONS_PER_REQUEST
from services.intake.adapters.problems import Problems
from services.intake.domain.actions import ReferenceAction, Refusal
from services.intake.domain.reference_differences import Change, Problem, raw_of
from services.intake.domain.reference_rules import refusal_of_reference
from services.intake.domain.register import Register, sealed_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the file would change, each change with the action that says it; or why it can't be."""

    changes: Sequence[Change] = ()
    actions: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Problem] = ()
    after: Register | None = None
    """The register as it would be; None where it can't be."""


def judged(register: Register, found: Sequence[Change | Problem], said_at: datetime, source: str) -> Difference:
    """The changes that a file asks for, decided as intake will decide. Pure but for the ids of the actions."""
    problems = [one for one in found if isinstance(one, Problem)]
    changes = [one for one in found if isinstance(one, Change)]
    told, after = Problems(load_problem_codes()), register.copy()
    actions = []
    for change in changes:
        event_type = wire_type_of(type(change.said))
        about = {"id": str(uuid4()), "source": source, "type": event_type, "time": said_at.isoformat()}
        action = ReferenceAction(
            action_id=about["id"],
            source=source,
            event_type=event_type,
            subject=change.said.subject,
            occurred_at=said_at,
            unit_id=change.unit_id,
            digest="",
            data=change.said,
        )
        refusal = refusal_of_reference(after, action, said_at)
        if refusal is None:
            sealed_in(after, action, said_at, said_at.date())
            actions.append(raw_of(change, about))
        else:
            problems.append(_problem_of(change, refusal, told))
    return Difference(problems=problems) if problems else Difference(changes=changes, actions=actions, after=after)


def load_difference(intake_url: str, difference: Difference) -> None:
    """Have everything recorded, or nothing. CommandError when intake refuses, because somebody else was faster, or is away."""
    if len(difference.actions) > MAX_ACTIONS_PER_REQUEST:
        raise CommandError(
            f"{len(difference.actions)} changes are more than the {MAX_ACTIONS_PER_REQUEST} that are recorded in one go;"
            " load the file in parts, one province after the other",
            ExitCode.FINDINGS,
        )
    if difference.actions:
        answer = asyncio.run(_post(intake_url, difference.actions))
        refused = [one["problem"] for one in answer["answers"] if one["status"] == "refused"]
        real = [one for one in refused if one["code"] != "held-back"]
        if refused:
            raise CommandError(f"nothing was recorded: {(real or refused)[0]['detail']}", ExitCode.FINDINGS)


def read_register(intake_url: str) -> Register:
    """All reference things as intake has recorded them. CommandError when it does not answer."""
    register = Register()
    while events := get_json(intake_url, "/v1/reference-events", after=register.version)["events"]:
        register.take_all(events)
    return register


def get_json(intake_url: str, path: str, **query: Any) -> Any:
    """The answer of intake to a question; None for what it doesn't have. CommandError when it does not answer."""
    asked = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
    try:
        with urllib.request.urlopen(f"{intake_url}{path}?{asked}", timeout=60) as answer:  # noqa: S310  # our own address
            return parse_json(answer.read())
    except HTTPError as error:
        with error:
            if error.code == 404:
                return None
            raise CommandError(json.load(error)["detail"], ExitCode.FINDINGS) from error
    except OSError as error:
        raise CommandError(f"intake at {intake_url} does not answer; is `motcua up` running?", ExitCode.AWAY) from error


def now() -> datetime:
    """When something is said: now."""
    return datetime.now(UTC)


async def _post(intake_url: str, actions: Sequence[Mapping[str, Any]]) -> Any:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{intake_url}/v1/actions", params={"whole": "true"}, json=actions) as response,
        ):
            answer = await response.json(content_type=None)
    except aiohttp.ClientConnectionError as error:
        raise CommandError(f"intake at {intake_url} does not answer; is `motcua up` running?", ExitCode.AWAY) from error
    if response.status not in (200, 207):
        raise CommandError(f"intake answered {response.status}: {answer.get('detail')}", ExitCode.AWAY)
    return answer


def _problem_of(change: Change, refusal: Refusal, told: Problems) -> Problem:
    column = refusal.field_name.rsplit("/", 1)[-1]
    document = told.document(refusal, "vi")
    return Problem(line=change.line, column=column, reason=f"{document['detail']} [{refusal.code}]")
