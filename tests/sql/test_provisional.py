"""Open dossiers whose due date was counted over a year without a notice can be found and counted (CAL-6, B16)."""

import asyncio
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client
from msgspec.structs import replace

from events.deadline import DeadlineData
from events.envelope import Event
from services.stats.questions import period, period_parameters, rows_of
from tests.sql.loading import load
from tests.unit.stats.dossiers import Dossier

ACCEPTED, DUE, ENDED = (datetime(year, month, 2, 2, tzinfo=UTC) for year, month in ((2026, 12), (2027, 1), (2026, 12)))


def dossier(number: int, *, is_provisional: bool) -> list[Event]:
    made = Dossier(f"00000000-0000-4000-8000-{number:012d}")
    made.accepted(ACCEPTED).due_at(DUE)
    if number == 3:
        made.ready(ENDED)
    return [marked(event) if is_provisional else event for event in made.events]


def marked(event: Event) -> Event:
    """The same, said of a due date that is provisional."""
    if isinstance(event.data, DeadlineData):
        return replace(event, data=replace(event.data, is_provisional=True))
    return event


def test_the_mark_is_a_column_of_the_facts_and_the_open_ones_are_counted(client: Client) -> None:
    events = [*dossier(1, is_provisional=True), *dossier(2, is_provisional=False), *dossier(3, is_provisional=True)]
    asyncio.run(load(client, events))

    marks = client.query("SELECT is_provisional FROM dossiers FINAL ORDER BY dossier_id").result_columns[0]
    assert list(marks) == [True, False, True]
    assert rows_of(client, "provisional_dossiers", period_parameters(period(None, None, DUE))) == [{"open_dossiers": 1}]
    asked = {
        "dossier_id": "00000000-0000-4000-8000-000000000001",
        "from_on": ACCEPTED.date(),
        "to_on": DUE.date(),
        "as_of": DUE,
    }
    (row,) = rows_of(client, "dossier", asked)
    assert row["is_provisional"] is True
