"""`motcua calendar apply`: counts open dossiers by a new version of their calendar, one explicit event each (DR-27)."""

import asyncio
import os
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import aiohttp
import click

from motcua.addresses import found
from motcua.commands.sql_command import supervisor_client
from motcua.output import CommandError, ExitCode, print_json
from motcua.rulebook import office_rulebook
from motcua.sending import Sender
from rules.calendars.change import changed_days
from rules.errors import RulesError

SOURCE = "urn:motcua:calendar"
OPEN_DOSSIERS = """
SELECT toString(dossier.dossier_id) AS dossier_id, dossier.held_by_unit_id AS unit_id
FROM dossiers_in_period(
    level = 'province', from_on = '1970-01-01', to_on = '2149-06-06', as_of = now64(6, 'Asia/Ho_Chi_Minh')
) AS dossier
INNER JOIN (
    SELECT dossier_id, argMax(JSONExtractString(data, 'calendar_id'), (stream_seq, recorded_at)) AS calendar_id,
        argMax(JSONExtractString(data, 'calendar_version'), (stream_seq, recorded_at)) AS calendar_version
    FROM events FINAL
    WHERE event_type IN ('deadline-set.v1', 'deadline-recomputed.v1') AND JSONExtractString(data, 'clock') = 'dossier'
    GROUP BY dossier_id
) AS counted ON counted.dossier_id = dossier.dossier_id
WHERE dossier.open AND counted.calendar_id = {calendar_id:String} AND counted.calendar_version = {old:String}
ORDER BY dossier_id
"""
"""Open is the figure `open` of the statistics, of all time as of now."""


@click.command("apply")
@click.argument("calendar_id")
@click.argument("old_version")
@click.argument("new_version")
@click.option("--legal-source", required=True, help="The notice or decision that changed the days.")
@click.option("--reason", required=True, help="In a sentence; it stands in every dossier's history.")
@click.option("--actor", "actor_id", required=True, help="Who orders it.")
@click.option("--dry-run", is_flag=True, help="Only say how many dossiers it would concern.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object.")
def apply(  # noqa: PLR0913 one parameter an option
    calendar_id: str,
    old_version: str,
    new_version: str,
    *,
    legal_source: str,
    reason: str,
    actor_id: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Count every open dossier that counts by OLD_VERSION of CALENDAR_ID by NEW_VERSION from now on.

    Each gets an event calendar-change-applied.v1; the deadline processor moves the due dates that the changed days touch and
    says deadline-recomputed.v1. Finished dossiers are never counted anew. Doing it again changes nothing.
    """
    try:
        rulebook = office_rulebook(os.environ)
        new = rulebook.calendar(calendar_id, new_version)
        days = changed_days(rulebook.calendar(calendar_id, old_version), new)
    except RulesError as error:
        raise CommandError(str(error), ExitCode.FINDINGS) from error
    addresses = found(os.environ)
    with supervisor_client(addresses.reader_url) as client:
        answer = client.query(OPEN_DOSSIERS, parameters={"calendar_id": calendar_id, "old": old_version})
    about = {"calendar_id": calendar_id, "old_version": old_version, "new_version": new_version}
    order = about | {"legal_source": legal_source, "reason": reason}
    actions = [_action(row[0], row[1], order, new.spec.published_at, actor_id) for row in answer.result_rows]
    summary = about | {"changed_days": [str(day) for day in days], "open_dossiers": len(actions)}
    if not dry_run:
        summary |= asyncio.run(_send(addresses.intake_url, actions))
    if as_json:
        print_json(summary)
    else:
        for name, value in summary.items():
            click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    return int(ExitCode.FINDINGS if summary.get("refused") else ExitCode.OK)


def _action(
    dossier_id: str, unit_id: int, order: dict[str, str], published_at: datetime, actor_id: str
) -> dict[str, Any]:
    """The same order always reads the same, so that it is recorded once; its time is when the new version was published."""
    key = f"{SOURCE}|{dossier_id}|{order['calendar_id']}|{order['old_version']}|{order['new_version']}"
    return {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, key)),
        "source": SOURCE,
        "type": "calendar-change-applied.v1",
        "subject": dossier_id,
        "time": published_at.isoformat(),
        "unitid": unit_id,
        "actorid": actor_id,
        "actorkind": "officer",
        "data": order,
    }


async def _send(intake_url: str, actions: list[dict[str, Any]]) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        sender = Sender(session, intake_url)
        await sender.send(actions, lambda _: None)
    tally = sender.tally
    first = next((problem["detail"] for _, problem in tally.problems), None)
    found_out = {"recorded": tally.recorded - tally.replayed, "recorded_before": tally.replayed}
    return found_out | {"refused": len(tally.problems)} | ({"first_refusal": first} if first else {})
