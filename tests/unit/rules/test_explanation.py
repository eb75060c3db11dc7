"""Every due date can be redone by hand: each day counted or skipped and why, each stop of the clock and what it did."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from msgspec import structs

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.supplement import Extension, Ledger, Pause, PauseCause
from rules.due.terms import Term, TermUnit, appointment, due
from rules.explain.clock_explanation import ClockExplanation, explain_clock, explain_due
from rules.explain.lawful_days import lawful_days
from tests.unit.rules.classes import classes_of

Local = Callable[[str], datetime]


def days_of(
    calendar: Calendar, rule_set: RuleSet, accepted_at: datetime, value: int, unit: TermUnit
) -> list[tuple[str, ...]]:
    found = explain_due(calendar, accepted_at, Term(value=value, unit=unit), rule_set)
    return [(f"{day.day:%d/%m}", "+" if day.counted else "-", day.reason) for day in found.days]


def test_working_days_are_told_one_by_one(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    found = explain_due(calendar, vn("2024-04-26T10:00"), Term(value=3, unit="working_day"), rule_set)
    assert [(f"{day.day:%d/%m}", day.counted, day.reason, day.name) for day in found.days] == [
        ("26/04", False, "start_day", None),
        ("27/04", False, "weekend", None),
        ("28/04", False, "weekend", None),
        ("29/04", False, "holiday", "hoán đổi"),
        ("30/04", False, "holiday", "Ngày Chiến thắng"),
        ("01/05", False, "holiday", "Quốc tế Lao động"),
        ("02/05", True, "working_day", None),
        ("03/05", True, "working_day", None),
        ("04/05", True, "make_up", "làm bù"),
    ]
    assert found.rules == ("DR-01", "DR-02", "DR-07")


def test_calendar_days_are_counted_and_the_last_is_rolled(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    days = days_of(calendar, rule_set, vn("2026-02-05T09:00"), 15, "calendar_day")
    assert days[0] == ("05/02", "-", "start_day")
    assert days[1] == ("06/02", "+", "calendar_day")
    assert days[15:] == [
        ("20/02", "+", "calendar_day"),
        ("21/02", "-", "weekend"),
        ("22/02", "-", "weekend"),
        ("23/02", "-", "rolled_to"),
    ]


def test_hours_are_told_as_minutes_per_day(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    found = explain_due(calendar, vn("2026-11-23T14:00"), Term(value=8, unit="hour"), rule_set)
    assert [(f"{day.day:%d/%m}", day.counted, day.minutes) for day in found.days] == [
        ("23/11", True, 180),
        ("24/11", False, 0),
        ("25/11", True, 300),
    ]


@pytest.mark.parametrize(
    ("accepted_at", "days"),
    [
        ("2026-03-09T10:00", [("09/03", "+", "working_day")]),
        ("2026-03-09T15:01", [("09/03", "-", "start_day"), ("10/03", "+", "working_day")]),
    ],
)
def test_a_same_day_term_tells_which_day(
    calendar: Calendar, rule_set: RuleSet, vn: Local, accepted_at: str, days: list[tuple[str, ...]]
) -> None:
    assert days_of(calendar, rule_set, vn(accepted_at), 1, "same_day") == days


def test_the_explanation_is_plain_json_with_local_offsets(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    found = explain_due(calendar, vn("2026-02-11T10:20"), Term(value=7, unit="working_day"), rule_set).to_json()
    assert json.loads(json.dumps(found)) == found
    days = found.pop("days")
    assert found == {
        "accepted_at": "2026-02-11T10:20:00+07:00",
        "term": {"value": 7, "unit": "working_day"},
        "effective_start": "2026-02-11T10:20:00+07:00",
        "due_at": "2026-02-27T17:00:00+07:00",
        "due_on": "2026-02-27",
        "basis": "date",
        "counted_days": 7,
        "calendar_id": "vn-standard",
        "calendar_version": "2026.1",
        "rule_set_version": "vn-2025.1",
        "rules": ["DR-01", "DR-02"],
        "is_provisional": False,
    }
    assert days[5] == {
        "day": "2026-02-16",
        "counted": False,
        "reason": "holiday",
        "name": "Tết Nguyên đán",
        "name_en": "Lunar New Year",
        "legal_source": "Bộ luật Lao động 45/2019/QH14, Điều 112",
    }


class Desk:
    """Explains clocks of ten working days, the ledger given in Vietnamese local times."""

    def __init__(self, calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
        self.calendar, self.rule_set, self.vn = calendar, rule_set, vn

    def pause(self, requested_at: str, completed_at: str | None, cause: PauseCause = "supplement") -> Pause:
        until = self.vn(completed_at) if completed_at else None
        return Pause(requested_at=self.vn(requested_at), completed_at=until, cause=cause)

    def explain(self, accepted_at: str, *ledger: Pause | Extension) -> ClockExplanation:
        term = Term(value=10, unit="working_day")
        original = due(self.calendar, self.vn(accepted_at), term, self.rule_set)
        return explain_clock(self.calendar, self.vn(accepted_at), term, original, ledger, self.rule_set)


@pytest.fixture
def desk(calendar: Calendar, rule_set: RuleSet, vn: Local) -> Desk:
    return Desk(calendar, rule_set, vn)


def effects(found: ClockExplanation) -> list[dict[str, str]]:
    return [
        {
            policy: f"{one.effect} {one.due.due_at:%d/%m}" if one.due else one.effect
            for policy, one in entry.effects.items()
        }
        for entry in found.entries
    ]


def test_what_an_entry_did_is_what_was_noted_as_the_due_date_was_counted(desk: Desk) -> None:
    """Never worked out a second time from the due dates before and after it."""
    found = desk.explain("2025-03-03T09:00", desk.pause("2025-03-06T10:00", "2025-03-12T14:00"))
    for adjusted in found.policies:
        told = [entry.effects[adjusted.policy] for entry in found.entries]
        assert len(told) == 1
        assert all(one is noted for one, noted in zip(told, adjusted.effects, strict=True))


def test_the_clock_of_the_three_policies_is_explained(desk: Desk, vn: Local) -> None:
    # 4.4.4: resolved on Mon 24/03/2025 it is late by PAUSE, early by RESTART and late by 766.
    found = desk.explain("2025-03-03T09:00", desk.pause("2025-03-06T10:00", "2025-03-12T14:00"))
    assert found.original.due_at == vn("2025-03-17T17:00")
    assert found.original.effective_start_at == vn("2025-03-03T09:00")
    assert (found.entries[0].days_waited, found.entries[0].working_days_waited) == (6, 4)
    assert effects(found) == [{"restart": "restarted 26/03", "pause": "shifted 21/03", "qd766": "shifted 21/03"}]
    assert found.lawful == "restart"
    assert found.under("restart").rule == "DR-21"
    assert classes_of(found, vn("2025-03-24T10:00")) == {"restart": "early", "pause": "late", "qd766": "late"}
    assert classes_of(found, None) == {"restart": "unknown", "pause": "unknown", "qd766": "unknown"}


def test_the_explanation_names_what_it_was_counted_with(desk: Desk, calendar: Calendar, rule_set: RuleSet) -> None:
    found = desk.explain("2025-04-21T09:00")
    assert (found.calendar.calendar_id, found.calendar.version) == ("vn-standard", "2026.1")
    assert found.rule_set.rule_set_id == "vn-2025.1"
    assert found.rules == ("DR-01", "DR-02", "DR-07")
    told = {f"{day.day:%d/%m}": (day.counted, day.reason, day.name, day.legal_source) for day in found.days}
    assert told["21/04"] == (False, "start_day", None, None)
    assert told["26/04"] == (True, "make_up", "làm bù", calendar.spec.entries[found.days[5].day].legal_source)
    assert told["27/04"] == (False, "weekend", None, None)
    assert told["01/05"][:3] == (False, "holiday", "Quốc tế Lao động")
    assert told["01/05"][3] is not None
    assert sum(day.counted for day in found.days) == 10


def test_each_entry_says_what_it_did_under_each_policy(desk: Desk, vn: Local) -> None:
    found = desk.explain(
        "2026-03-02T09:00",
        desk.pause("2026-03-04T09:00", "2026-03-06T09:00", "financial_duty"),
        Extension(granted_at=vn("2026-03-06T10:00"), new_due_at=vn("2026-03-17T17:00"), legal_basis="Luật X"),
        Extension(granted_at=vn("2026-03-09T10:00"), new_due_at=vn("2026-03-24T17:00"), legal_basis="Luật X"),
        desk.pause("2026-03-10T09:00", "2026-03-10T10:00"),
        desk.pause("2026-04-01T09:00", "2026-04-02T10:00"),
    )
    assert effects(found) == [
        {"restart": "shifted 18/03", "pause": "shifted 18/03", "qd766": "ignored 16/03"},
        {"restart": "unmoved 18/03", "pause": "unmoved 18/03", "qd766": "extended 17/03"},
        {"restart": "extended 24/03", "pause": "extended 24/03", "qd766": "extended 24/03"},
        {"restart": "restarted 24/03", "pause": "unmoved 24/03", "qd766": "unmoved 24/03"},
        {"restart": "too_late 24/03", "pause": "too_late 24/03", "qd766": "too_late 24/03"},
    ]
    assert found.rules == ("DR-01", "DR-02", "DR-20", "DR-25", "DR-21", "DR-24")
    assert found.entries[1].days_waited is None
    assert found.under("qd766").is_overdue_by_rule


def test_the_rules_are_those_of_the_lawful_policy(desk: Desk, rule_set: RuleSet) -> None:
    asked = desk.pause("2026-03-04T09:00", "2026-03-06T09:00")
    rules = {}
    for policy in ("restart", "pause", "qd766"):
        desk.rule_set = replace(rule_set, supplement_policy=policy)  # type: ignore[arg-type]
        rules[policy] = desk.explain("2026-03-02T09:00", asked).rules[2:]
    assert rules == {"restart": ("DR-21",), "pause": ("DR-20",), "qd766": ("DR-22",)}


def test_an_open_pause_leaves_no_due_date_but_its_dossier_can_be_classified(desk: Desk, vn: Local) -> None:
    found = desk.explain("2026-03-02T09:00", desk.pause("2026-03-04T09:00", None))
    assert effects(found) == [{"restart": "waiting", "pause": "waiting", "qd766": "waiting"}]
    assert found.entries[0].working_days_waited is None
    # Withdrawn on 01/04: as if answered then, so 8 days are left (PAUSE); 766 ended at the request.
    assert classes_of(found, vn("2026-04-01T09:00")) == {"restart": "early", "pause": "early", "qd766": "early"}


def test_of_a_stated_appointment_no_days_are_told(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    stated = appointment(calendar, vn("2026-03-02T09:00"), vn("2026-03-20T16:00"))
    asked: Ledger = (Pause(requested_at=vn("2026-03-04T09:00"), completed_at=vn("2026-03-06T09:00")),)
    for term in (None, Term(value=10, unit="working_day")):
        found = explain_clock(calendar, vn("2026-03-02T09:00"), term, stated, asked, rule_set)
        assert found.days == ()
        assert found.rules[:2] == ("DR-01", "appointment")
    without_term = explain_clock(calendar, vn("2026-03-02T09:00"), None, stated, asked, rule_set)
    assert effects(without_term)[0]["restart"] == "shifted 24/03"
    assert without_term.under("restart").applied == "pause"


def test_a_clock_is_plain_json_with_each_entry_and_each_policy(desk: Desk) -> None:
    found = desk.explain("2025-03-03T09:00", desk.pause("2025-03-06T10:00", "2025-03-12T14:00")).to_json()
    assert json.loads(json.dumps(found)) == found
    assert (found["due_at"], found["counted_days"], found["rule"]) == ("2025-03-17T17:00:00+07:00", 10, "DR-02")
    assert found["rules"] == ["DR-01", "DR-02", "DR-21"]
    (entry,) = found["ledger"]
    assert (entry["cause"], entry["days_waited"], entry["working_days_waited"]) == ("supplement", 6, 4)
    assert entry["effects"]["pause"] == {
        "effect": "shifted",
        "rule": "DR-20",
        "due_at": "2025-03-21T17:00:00+07:00",
    }
    assert [(one["policy"], one["rule"], one["is_lawful"], one["due_at"][:10]) for one in found["policies"]] == [
        ("restart", "DR-21", True, "2025-03-26"),
        ("pause", "DR-20", False, "2025-03-21"),
        ("qd766", "DR-22", False, "2025-03-21"),
    ]


def test_an_extension_and_an_open_pause_are_plain_json_too(desk: Desk, vn: Local) -> None:
    extension = Extension(granted_at=vn("2026-03-03T10:00"), new_due_at=vn("2026-03-30T17:00"), legal_basis="Luật X")
    found = desk.explain("2026-03-02T09:00", extension, desk.pause("2026-03-04T09:00", None)).to_json()
    extended, waiting = found["ledger"]
    assert (extended["cause"], extended["legal_basis"], extended["days_waited"]) == ("extension", "Luật X", None)
    assert (waiting["until_at"], waiting["effects"]["restart"]) == (
        None,
        {"effect": "waiting", "rule": None, "due_at": None},
    )
    assert [one["due_at"] for one in found["policies"]] == [None, None, None]


def days_to_lawful(found: ClockExplanation) -> tuple[str, list[str], list[str]] | None:
    """(from when, the days that count, the days waited) of a lawful due date that moved."""
    told = lawful_days(found)
    if told is None:
        return None
    counted = [f"{one.day.day:%d/%m}" for one in told.days if one.day.counted]
    return (
        f"{told.from_at:%d/%m}",
        counted,
        [f"{one.day.day:%d/%m}" for one in told.days if one.stood_still == "waited"],
    )


def test_the_days_of_a_moved_due_date_add_up_to_the_term_again(desk: Desk, rule_set: RuleSet) -> None:
    duty = desk.pause("2026-03-04T09:00", "2026-03-09T09:00", "financial_duty")
    asked = desk.pause("2026-03-10T09:00", "2026-03-11T18:00")
    found = days_to_lawful(desk.explain("2026-03-02T09:00", duty))
    assert found is not None
    assert (found[0], len(found[1]), found[2]) == ("02/03", 10, ["05/03", "06/03", "09/03"])
    # The restart forgets what was waited before; the answer after hours counts from the next morning.
    restarted = days_to_lawful(desk.explain("2026-03-02T09:00", duty, asked))
    assert restarted is not None
    assert (restarted[0], restarted[1][0], len(restarted[1]), restarted[2]) == ("12/03", "13/03", 10, [])
    desk.rule_set = replace(rule_set, supplement_policy="qd766")
    bare = days_to_lawful(desk.explain("2026-03-02T09:00", asked))
    assert bare is not None
    assert (len(bare[1]), bare[2]) == (10, ["11/03"])


def test_what_was_not_moved_or_not_by_counting_has_no_second_sum(desk: Desk, vn: Local) -> None:
    extension = Extension(granted_at=vn("2026-03-03T10:00"), new_due_at=vn("2026-06-30T17:00"), legal_basis="Luật X")
    asked = desk.pause("2026-03-04T09:00", "2026-03-06T09:00")
    assert days_to_lawful(desk.explain("2026-03-02T09:00")) is None
    assert days_to_lawful(desk.explain("2026-03-02T09:00", extension)) is None
    assert days_to_lawful(desk.explain("2026-03-02T09:00", extension, asked)) is None
    assert days_to_lawful(desk.explain("2026-03-02T09:00", desk.pause("2026-03-04T09:00", None))) is None
    evening = structs.replace(desk.pause("2026-03-16T09:00", "2026-03-16T18:00", "financial_duty"), is_reopening=True)
    assert days_to_lawful(desk.explain("2026-03-02T09:00", evening)) is None
