"""The plain count that the demo holds against the statistics gives the golden week of domain.md 4.7.4."""

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

from demo.oracle import COUNTS, count, read, weeks
from demo.reference import Unit
from services.stats.domain import figure_catalog

WARD, CITY = 7, 1
UNITS = [
    Unit(
        unit_id=unit_id, code="", name="", level=level, unit_type="", parent_id=parent,
        valid_from=date(2025, 7, 1), valid_until=None, legal_basis="",
    )
    for unit_id, level, parent in ((CITY, "province", None), (WARD, "commune", CITY))
]  # fmt: skip
READY = "result-ready-at-counter.v1"
GOLDEN = [
    # dossier, accepted, due, then what happened
    ("D01", "2026-02-27T09:00", "2026-03-06", [(READY, "2026-03-05T10:00")]),
    ("D02", "2026-02-26T09:00", "2026-03-05", [(READY, "2026-03-05T16:30")]),
    ("D03", "2026-02-25T09:00", "2026-03-04", [("apology-sent.v1", "2026-03-03T09:00"), (READY, "2026-03-06T10:00")]),
    ("D04", "2026-02-24T09:00", "2026-03-03", []),
    ("D05", "2026-03-02T08:00", "2026-03-09", [(READY, "2026-03-04T10:00")]),
    ("D06", "2026-03-03T08:00", "2026-03-10", []),
    ("D07", "2026-03-04T08:00", "2026-03-11", [("supplement-requested.v1", "2026-03-05T10:00")]),
    ("D09", "2026-03-02T10:00", "2026-03-09", [("dossier-withdrawn.v1", "2026-03-05T10:00")]),
    ("D10", "2026-02-26T10:00", "2026-03-05", [("processing-stopped.v1", "2026-03-06T10:00")]),
    (
        "D11",
        "2026-02-23T08:00",
        "2026-03-02",
        [(READY, "2026-02-27T10:00"), ("result-delivered.v1", "2026-03-03T09:00")],
    ),
    ("D12", "2026-03-06T17:05", "2026-03-16", []),
]


def event(subject: str, seq: int, kind: str, at: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "id": f"{subject}/{seq}/{kind}/{at}",
        "subject": subject,
        "streamseq": seq,
        "type": kind,
        "time": f"{at}:00+07:00",
        "unitid": WARD,
        "data": data or {},
    }


def golden_events() -> list[dict[str, Any]]:
    found = []
    for subject, accepted, due_on, rest in GOLDEN:
        due = {
            "lawful_due_at": f"{due_on}T17:00:00+07:00", "due_on": due_on, "classify_by": "date", "time_zone": "Asia/Ho_Chi_Minh",
        }  # fmt: skip
        found.append(event(subject, 1, "dossier-accepted.v1", accepted))
        found.append(event(subject, 1, "deadline-set.v1", accepted, due))
        for seq, (kind, at) in enumerate(rest, start=2):
            found.append({**event(subject, seq, kind, at), "id": f"{subject}/{seq}"})
            found += said_of(subject, seq, kind, at, due_on)
    return found


def said_of(subject: str, seq: int, kind: str, at: str, due_on: str) -> list[dict[str, Any]]:
    """What the clock states because of it."""
    if kind == "supplement-requested.v1":
        return [event(subject, seq, "clock-paused.v1", at, {"cause": "supplement", "clock_kind": "dossier"})]
    if kind != READY:
        return []
    outcome = "early" if at[:10] < due_on else "on_time" if at[:10] == due_on else "late"
    data = {"target_event_id": f"{subject}/{seq}", "outcome": outcome}
    return [event(subject, seq, "ending-classified.v1", at, data)]


def test_the_golden_week_has_its_known_counts_at_both_levels() -> None:
    week = (date(2026, 3, 2), date(2026, 3, 9))
    wanted = dict.fromkeys(COUNTS, 0) | {
        "carried_in": 5, "received": 5, "resolved": 4, "early": 2, "on_time": 1, "late": 1, "terminated": 2,
        "open": 4, "open_within": 2, "open_paused": 1, "open_overdue": 1,
    }  # fmt: skip
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert count(read(golden_events()), UNITS, "commune", week, now) == {WARD: wanted}
    assert count(read(golden_events()), UNITS, "province", week, now) == {CITY: wanted}
    assert count(read(golden_events()), UNITS, "district", week, now) == {}


def test_the_order_of_events_does_not_matter() -> None:
    week, now = (date(2026, 3, 2), date(2026, 3, 9)), datetime(2026, 11, 1, tzinfo=UTC)
    assert count(read(reversed(golden_events())), UNITS, "commune", week, now) == count(
        read(golden_events()), UNITS, "commune", week, now
    )


def test_weeks_run_from_monday_to_monday() -> None:
    assert weeks(date(2026, 3, 4), date(2026, 3, 10)) == [
        (date(2026, 3, 2), date(2026, 3, 9)),
        (date(2026, 3, 9), date(2026, 3, 16)),
    ]


def ended(outcome: str = "late") -> list[dict[str, Any]]:
    """Ended on the due day, classed by the clock."""
    due = {
        "lawful_due_at": "2026-03-06T17:00:00+07:00", "due_on": "2026-03-06", "classify_by": "date",
        "time_zone": "Asia/Ho_Chi_Minh",
    }  # fmt: skip
    verdict = event("D", 2, "ending-classified.v1", "2026-03-06T10:00", {"target_event_id": "e", "outcome": outcome})
    return [
        event("D", 1, "dossier-accepted.v1", "2026-03-02T09:00"),
        event("D", 1, "deadline-set.v1", "2026-03-02T09:00", due),
        {**event("D", 2, READY, "2026-03-06T10:00"), "id": "e"},
        verdict,
    ]


def counted(events: list[dict[str, Any]]) -> dict[str, int]:
    now = datetime(2026, 3, 20, tzinfo=UTC)
    counts = count(read(events), UNITS, "commune", (date(2026, 3, 2), date(2026, 3, 9)), now)[WARD]
    return {name: number for name, number in counts.items() if number}


def test_the_class_is_that_which_the_clock_stated_last_and_without_one_there_is_none() -> None:
    assert counted(ended()) == {"received": 1, "resolved": 1, "late": 1}
    approval = {**ended("on_time")[3], "streamseq": 3, "id": "approval"}
    assert counted([*ended(), approval]) == {"received": 1, "resolved": 1, "on_time": 1}
    assert counted(ended()[:3]) == {"received": 1, "resolved": 1, "unknown": 1}


def test_what_the_clock_refused_is_passed_over() -> None:
    reopened = {**event("D", 3, "dossier-reopened.v1", "2026-03-05T10:00"), "id": "r"}
    flag = {
        **event(
            "D", 3, "integrity-flag-raised.v1", "2026-03-05T10:00", {"target_event_id": "r", "rule": "domain 4.3: x"}
        ),
        "source": "urn:motcua:deadlines",
    }
    assert counted([*ended(), reopened, flag]) == counted(ended())
    assert counted([*ended(), reopened, {**flag, "source": "urn:motcua:intake"}])["open"] == 1


def test_what_was_reopened_is_open_again_and_other_clocks_are_not_the_dossiers() -> None:
    step = {"clock_kind": "step", "lawful_due_at": "2026-03-03T17:00:00+07:00", "due_on": "2026-03-03"}
    events = [
        *ended(),
        event("D", 2, "deadline-moved.v1", "2026-03-06T10:00", step),
        event("D", 3, "dossier-reopened.v1", "2026-03-07T10:00"),
    ]
    assert counted(events) == {"received": 1, "open": 1, "open_overdue": 1}


def test_what_is_reopened_in_a_later_week_stays_ended_in_its_own() -> None:
    events = [*ended(), event("D", 3, "dossier-reopened.v1", "2026-03-11T10:00")]
    assert counted(events) == {"received": 1, "resolved": 1, "late": 1}
    week, now = (date(2026, 3, 9), date(2026, 3, 16)), datetime(2026, 3, 20, tzinfo=UTC)
    shown = count(read(events), UNITS, "commune", week, now)[WARD]
    assert {name: number for name, number in shown.items() if number} == {"reopened": 1, "open": 1, "open_overdue": 1}


def test_a_reorganisation_moves_the_stock() -> None:
    other = 8
    units = [*UNITS, dataclasses.replace(UNITS[1], unit_id=other)]
    given = {"old_unit_id": WARD, "new_unit_id": other}
    moved = event("D", 2, "dossier-reassigned-by-reorganisation.v1", "2026-03-04T00:00", given)
    events = [*ended()[:2], moved, *({**one, "streamseq": 3} for one in ended()[2:])]
    week, now = (date(2026, 3, 2), date(2026, 3, 9)), datetime(2026, 3, 20, tzinfo=UTC)
    shown = {
        unit_id: {name: number for name, number in counts.items() if number}
        for unit_id, counts in count(read(events), units, "commune", week, now).items()
    }
    assert shown == {
        WARD: {"received": 1, "transferred_out": 1}, other: {"transferred_in": 1, "resolved": 1, "late": 1}
    }  # fmt: skip
    (province,) = count(read(events), units, "province", week, now).values()
    assert (province["transferred_in"], province["transferred_out"], province["resolved"]) == (0, 0, 1)


def test_an_obligation_stops_the_clock_only_if_the_clock_says_so() -> None:
    asked = event("D", 2, "financial-obligation-requested.v1", "2026-03-04T10:00")
    paused = event("D", 2, "clock-paused.v1", "2026-03-04T10:00", {"cause": "financial_duty", "clock_kind": "dossier"})
    start = ended()[:2]
    assert counted([*start, asked]) == {"received": 1, "open": 1, "open_overdue": 1}
    assert counted([*start, asked, paused]) == {"received": 1, "open": 1, "open_paused": 1}


def test_it_counts_every_count_that_there_is() -> None:
    assert set(COUNTS) == {one.id for one in figure_catalog.COUNTS}
