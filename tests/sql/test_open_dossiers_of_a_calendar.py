"""Which dossiers `motcua calendar apply` counts anew (DR-27): those of the figure `open` that count by the old version."""

import asyncio
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client
from msgspec.structs import replace

from events.deadline import DeadlineSet
from events.envelope import Event
from motcua.commands.calendar_apply import OPEN_DOSSIERS
from tests.sql.loading import load
from tests.unit.stats.dossiers import Dossier

ACCEPTED, DUE, READY = (datetime(2026, 3, day, 2, tzinfo=UTC) for day in (2, 9, 6))


def dossier(number: int) -> Dossier:
    return Dossier(f"00000000-0000-4000-8000-{number:012d}").accepted(ACCEPTED).due_at(DUE)


def by_version(made: Dossier, version: str) -> list[Event]:
    """Its events, with a dossier's clock that counts by a version of the calendar `vn`."""
    return [
        replace(one, data=replace(one.data, clock="dossier", calendar_version=version))
        if isinstance(one.data, DeadlineSet)
        else one
        for one in made.events
    ]


def test_open_dossiers_that_count_by_the_old_version_are_counted_anew_and_no_others(client: Client) -> None:
    still_open, reopened = dossier(31), dossier(32).ready(READY).reopened(DUE)
    finished, of_the_new_one = dossier(33).ready(READY), dossier(34)
    by_old = [event for made in (still_open, reopened, finished) for event in by_version(made, "1")]
    asyncio.run(load(client, [*by_old, *by_version(of_the_new_one, "2")]))

    asked = client.query(OPEN_DOSSIERS, parameters={"calendar_id": "vn", "old": "1"})
    assert [row[0][-2:] for row in asked.result_rows] == ["31", "32"]
    counted = client.query(
        "SELECT dossier_id FROM dossiers_in_period(level = 'commune', from_on = '1970-01-01', to_on = '2149-06-06',"
        " as_of = now64(6, 'Asia/Ho_Chi_Minh')) WHERE open ORDER BY dossier_id"
    )
    assert [row[0][-2:] for row in counted.result_rows] == ["31", "32", "34"]
