"""Brings what a file says of units to intake: reads the register, works out the difference, has it recorded whole."""

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
from motcua.importing.domain.mapping import MappingError
from motcua.output import CommandError, ExitCode
from services.intake.adapters.http_content import MAX_ACTIONS_PER_REQUEST
from services.intake.adapters.problems import Problems
from services.intake.domain.actions import ReferenceAction, Refusal
from services.intake.domain.unit_differences import (
    Change,
    Problem,
    WantedPeriod,
    WantedSuccession,
    differences,
    raw_of,
)
from services.intake.domain.unit_register import Units, sealed_in
from services.intake.domain.unit_rules import refusal_of_unit

SOURCE = "urn:motcua:units"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the file would change, each change with the action that says it; or why it can't be."""

    changes: Sequence[Change] = ()
    actions: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Problem] = ()
    after: Units | None = None
    """The register as it would be; None where it can't be."""


def difference_to(
    units: Units, periods: Sequence[WantedPeriod], successions: Sequence[WantedSuccession], said_at: datetime
) -> Difference:
    """What a file would change in the register, decided as intake will decide. Pure but for the ids of the actions."""
    found = differences(units, periods, successions)
    problems = [one for one in found if isinstance(one, Problem)]
    changes = [one for one in found if isinstance(one, Change)]
    told, after = Problems(load_problem_codes()), units.copy()
    actions = []
    for change in changes:
        event_type = wire_type_of(type(change.said))
        about = {"id": str(uuid4()), "source": SOURCE, "type": event_type, "time": said_at.isoformat()}
        action = ReferenceAction(
            action_id=about["id"],
            source=SOURCE,
            event_type=event_type,
            subject=str(change.said.unit_id),
            occurred_at=said_at,
            unit_id=change.said.unit_id,
            digest="",
            data=change.said,
        )
        refusal = refusal_of_unit(after, action, said_at)
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


def add_units(intake_url: str, periods: Sequence[WantedPeriod]) -> None:
    """Have units recorded that nobody knows yet; what is said of a known one must be what the register says.

    Raises MappingError: it says otherwise, or contradicts the register.
    """
    if not periods:
        return
    units = read_register(intake_url)
    difference = difference_to(units, periods, (), now())
    for one in difference.problems:
        raise MappingError(f"[[units]] {one.line}, {one.column}: {one.reason}")
    for change in difference.changes:
        if units.history(change.said.unit_id) is not None:
            raise MappingError(
                f"[[units]] {change.line}: the register says otherwise of unit {change.said.unit_id}"
                f" ({wire_type_of(type(change.said))} from {change.said.valid_from}); put the mapping right, or load the"
                " change with `motcua units load`"
            )
    load_difference(intake_url, difference)


def read_register(intake_url: str) -> Units:
    """All units as intake has recorded them. CommandError when it does not answer."""
    units = Units()
    while events := get_json(intake_url, "/v1/reference-events", after=units.version)["events"]:
        units.take_all(events)
    return units


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
