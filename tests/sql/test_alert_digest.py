"""One row for each person's role, however many dossiers (AL-4); how late an alert was noticed (AL-8); nothing of history."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from clickhouse_connect.driver.client import Client
from msgspec.structs import replace

from events.deadline import ApologyPendingRaised, DeadlineNearDue, DossierBreached, EscalationRaised, StepBreached
from events.envelope import Event
from tests.sql.loading import load
from tests.unit.stats.dossiers import Dossier

DUE = datetime(2026, 3, 9, 10, tzinfo=UTC)
RUNG_AT = datetime(2026, 3, 9, 0, 30, tzinfo=UTC)


def dossier(number: int, *, is_history: bool = False) -> Dossier:
    made = Dossier(f"00000000-0000-4000-8000-{number:012d}", is_history=is_history)
    made.accepted(datetime(2026, 3, 2, 2, tzinfo=UTC)).due_at(DUE)
    near = DeadlineNearDue(
        **made.due, clock="dossier", rung="A4", rung_at=RUNG_AT, to_roles=("officer", "head_of_unit"), held_by_unit_id=7
    )
    made.conclude(near, RUNG_AT)
    breach = DossierBreached(**made.due, clock="dossier", to_roles=("one_stop",), held_by_unit_id=7)
    made.conclude(breach, DUE)
    up = EscalationRaised(
        **made.due,
        clock="dossier",
        rung="B1",
        rung_at=DUE + timedelta(days=1),
        reason="no_apology",
        to_roles=("head_of_unit",),
        held_by_unit_id=7,
    )
    return made.conclude(up, DUE + timedelta(days=1))


def noticed_late(events: list[Event], by: timedelta) -> list[Event]:
    return [
        replace(one, envelope=replace(one.envelope, recorded_at=one.envelope.occurred_at + by))
        if isinstance(one.data, DeadlineNearDue)
        else one
        for one in events
    ]


def test_alerts_come_as_a_digest_per_role_and_say_how_late_they_are(client: Client) -> None:
    past = dossier(9, is_history=True)
    events = [
        event for number in (1, 2, 3) for event in noticed_late(dossier(number).events, timedelta(minutes=number))
    ]
    asyncio.run(load(client, [*events, *past.events]))

    rows = client.query(
        "SELECT toString(day), to_role, rung, dossier_count, late_by_seconds FROM alert_digest"
        " WHERE held_by_unit_id = 7 ORDER BY day, rung, to_role"
    ).result_rows
    assert [row[:4] for row in rows] == [
        (str(date(2026, 3, 9)), "head_of_unit", "A4", 3),
        (str(date(2026, 3, 9)), "officer", "A4", 3),
        (str(date(2026, 3, 9)), "one_stop", "B0", 3),
        (str(date(2026, 3, 10)), "head_of_unit", "B1", 3),
    ]
    assert {row[4] for row in rows if row[2] == "A4"} == {180}


def test_whom_a_breach_or_a_pending_apology_tells_is_said_by_the_event_and_by_nobody_else(client: Client) -> None:
    made = Dossier("00000000-0000-4000-8000-000000000021")
    made.accepted(datetime(2026, 3, 2, 2, tzinfo=UTC)).due_at(DUE)
    pending = ApologyPendingRaised(
        **made.due, clock="dossier", latest_at=DUE, declared_by="rules", to_roles=("chair",), held_by_unit_id=8
    )
    step = StepBreached(**made.due, clock="step:TD", clock_kind="step", to_roles=("team_leader",), held_by_unit_id=8)
    of_an_older_log = DossierBreached(**made.due, clock="dossier", held_by_unit_id=8)
    for said in (pending, step, of_an_older_log):
        made.conclude(said, DUE)
    asyncio.run(load(client, made.events))

    rows = client.query(
        "SELECT rung, clock_kind, to_role FROM alert_digest WHERE held_by_unit_id = 8 ORDER BY rung"
    ).result_rows
    assert rows == [("AP", "dossier", "chair"), ("B0", "step", "team_leader")]
