"""Ledgers of several causes: supplements, financial duties and extensions together (DR-20 to DR-25, DR-29)."""

import tomllib
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import cast, get_args

import pytest
from msgspec.structs import replace

from rules.book.ruleset import Policy, RuleSet, parse_rule_set
from rules.calendars.calendar import Calendar
from rules.due.policy_classes import closed
from rules.due.supplement import (
    AdjustedDue,
    Extension,
    Ledger,
    Pause,
    PauseCause,
    adjusted_due,
    is_pausing,
    qd766_class,
)
from rules.due.terms import Term, TermUnit, appointment, due
from rules.errors import InvalidPausesError, InvalidRuleSetError, NaiveInstantError

Local = Callable[[str], datetime]

CAUSES: dict[str, PauseCause] = {"asked": "supplement", "fee": "financial_duty", "reopened": "financial_duty"}
POLICIES: tuple[Policy, ...] = ("pause", "restart", "qd766")


class Desk:
    """Reads a ledger such as "asked 03-04T09:00 > 03-06T09:00, extended 03-10T09:00 > 03-24T17:00" (of 2026)."""

    def __init__(self, calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
        self.calendar, self.rule_set, self.vn = calendar, rule_set, vn

    def ledger(self, text: str) -> Ledger:
        return tuple(self._entry(line) for line in text.split(", ") if line)

    def _entry(self, line: str) -> Pause | Extension:
        act, rest = line.strip().split(" ", 1)
        first, _, second = rest.partition(" > ")
        at, until = self.vn(f"2026-{first}"), None if second == "?" else self.vn(f"2026-{second}")
        if act == "extended":
            assert until is not None
            return Extension(granted_at=at, new_due_at=until, legal_basis="a special law")
        return Pause(requested_at=at, completed_at=until, cause=CAUSES[act], is_reopening=act == "reopened")

    def adjusted(self, accepted_at: str, term: str, ledger: str, policy: Policy) -> AdjustedDue:
        value, unit = term.split()
        whole = Term(value=int(value), unit=cast("TermUnit", unit))
        original = due(self.calendar, self.vn(f"2026-{accepted_at}"), whole, self.rule_set)
        return adjusted_due(self.calendar, original, whole, self.ledger(ledger), self.rule_set, policy)

    def days(self, accepted_at: str, term: str, ledger: str) -> list[str]:
        """The due dates under PAUSE, RESTART and 766."""
        found = [self.adjusted(accepted_at, term, ledger, policy).due for policy in POLICIES]
        is_hours = term.endswith("hour")
        return [
            "waiting" if f is None else f"{f.due_at:%m-%dT%H:%M}" if is_hours else f"{f.due_on:%m-%d}" for f in found
        ]

    def qd766(self, accepted_at: str, term: str, ledger: str, ended_at: str | None) -> str:
        value, unit = term.split()
        whole = Term(value=int(value), unit=cast("TermUnit", unit))
        original = due(self.calendar, self.vn(f"2026-{accepted_at}"), whole, self.rule_set)
        end = self.vn(f"2026-{ended_at}") if ended_at else None
        return qd766_class(self.calendar, original, whole, self.ledger(ledger), end, self.rule_set)


@pytest.fixture
def desk(calendar: Calendar, rule_set: RuleSet, vn: Local) -> Desk:
    return Desk(calendar, rule_set, vn)


# accepted | term | ledger | due by PAUSE | by RESTART | by 766
CASES = """
# a financial duty shifts under RESTART too, and 766 doesn't know it
03-02T09:00 | 10 working_day | fee 03-04T09:00 > 03-06T09:00 | 03-18 | 03-18 | 03-16
03-02T09:00 | 15 calendar_day | fee 03-04T09:00 > 03-06T09:00 | 03-19 | 03-19 | 03-17
03-09T07:30 | 4 hour | fee 03-09T09:30 > 03-10T14:00 | 03-10T16:00 | 03-10T16:00 | 03-09T11:30
03-02T09:00 | 10 working_day | fee 03-04T09:00 > ? | waiting | waiting | 03-16
# a financial duty between and after supplements: 2 + 2 + 1 days waited; restarted on Fri 13/03
03-02T09:00 | 10 working_day | asked 03-04T09:00 > 03-06T09:00, fee 03-09T09:00 > 03-11T09:00, asked 03-12T09:00 > 03-13T09:00 | 03-23 | 03-27 | 03-19
03-02T09:00 | 10 working_day | asked 03-04T09:00 > 03-06T09:00, fee 03-09T09:00 > 03-11T09:00 | 03-20 | 03-24 | 03-18
# the same in calendar days: restarted on 06/03 its last day is Sat 21/03, two days later Mon 23/03
03-02T09:00 | 15 calendar_day | asked 03-04T09:00 > 03-06T09:00, fee 03-09T09:00 > 03-11T09:00 | 03-23 | 03-23 | 03-19
# completed on the day of the request
03-02T09:00 | 10 working_day | fee 03-04T09:00 > 03-04T16:00 | 03-16 | 03-16 | 03-16
# opened on the due day, and after it (DR-24)
03-02T09:00 | 10 working_day | fee 03-16T16:59 > 03-18T09:00 | 03-18 | 03-18 | 03-16
03-02T09:00 | 10 working_day | fee 03-17T00:00 > 03-18T09:00 | 03-16 | 03-16 | 03-16
03-02T09:00 | 10 working_day | fee 03-17T00:00 > ? | 03-16 | 03-16 | 03-16
# ended in time and reopened: at or after the due instant that day's close is due, of the next working day after hours
03-02T09:00 | 10 working_day | reopened 03-16T10:00 > 03-16T16:59 | 03-16 | 03-16 | 03-16
03-02T09:00 | 10 working_day | reopened 03-16T10:00 > 03-16T17:00 | 03-17 | 03-17 | 03-16
03-02T09:00 | 15 calendar_day | reopened 03-17T16:00 > 03-17T17:30 | 03-18 | 03-18 | 03-17
03-09T07:30 | 4 hour | reopened 03-09T11:30 > 03-09T14:00 | 03-09T17:00 | 03-09T17:00 | 03-09T11:30
03-09T07:30 | 4 hour | reopened 03-09T11:00 > 03-09T14:00 | 03-09T14:30 | 03-09T14:30 | 03-09T11:30
# ended after the due instant it cures nothing (DR-24)
03-02T09:00 | 10 working_day | reopened 03-16T17:30 > 03-18T09:00 | 03-16 | 03-16 | 03-16
# over Tet: 13/02 is the second day, completed on a holiday, so three days are left after Mon 23/02
02-11T09:00 | 5 working_day | asked 02-13T16:00 > 02-19T10:00 | 02-26 | 03-02 | 02-25
02-11T09:00 | 5 working_day | fee 02-13T16:00 > 02-19T10:00 | 02-26 | 02-26 | 02-25
# completed on a make-up Saturday, which counts
08-17T09:00 | 5 working_day | asked 08-20T09:00 > 08-22T10:00 | 08-25 | 08-28 | 08-25
# closing time is the next day, a second before it is not, lunch is the same day
03-02T08:00 | 5 working_day | asked 03-04T17:00 > 03-05T17:00 | 03-11 | 03-13 | 03-10
03-02T08:00 | 5 working_day | asked 03-04T17:00 > 03-05T16:59:59 | 03-10 | 03-12 | 03-10
03-02T08:00 | 5 working_day | asked 03-04T12:00 > 03-05T12:00 | 03-10 | 03-12 | 03-10
# asked again on the Sunday before the clock resumes: Monday is waited for once, three days are left after Tue 10/03
03-02T08:00 | 5 working_day | asked 03-04T09:00 > 03-07T10:00, asked 03-08T09:00 > 03-10T09:00 | 03-13 | 03-17 | 03-13
03-02T08:00 | 5 working_day | asked 03-04T09:00 > 03-07T10:00, fee 03-08T09:00 > 03-10T09:00 | 03-13 | 03-17 | 03-11
# an extension is a new due date under every policy
03-02T09:00 | 10 working_day | extended 03-10T09:00 > 03-24T17:00 | 03-24 | 03-24 | 03-24
03-09T07:30 | 4 hour | extended 03-09T09:30 > 03-10T10:00 | 03-10T10:00 | 03-10T10:00 | 03-10T10:00
# ... in the evening of the due day, not after it
03-02T09:00 | 10 working_day | extended 03-16T17:00 > 03-24T17:00 | 03-24 | 03-24 | 03-24
03-02T09:00 | 10 working_day | extended 03-16T17:01 > 03-24T17:00 | 03-16 | 03-16 | 03-16
03-02T09:00 | 10 working_day | extended 03-17T00:00 > 03-24T17:00 | 03-16 | 03-16 | 03-16
03-09T07:30 | 4 hour | extended 03-09T11:30:01 > 03-10T10:00 | 03-09T11:30 | 03-09T11:30 | 03-09T11:30
# ... and only a later one
03-02T09:00 | 10 working_day | extended 03-10T09:00 > 03-12T17:00 | 03-16 | 03-16 | 03-16
03-02T09:00 | 10 working_day | extended 03-10T09:00 > 03-24T17:00, extended 03-11T09:00 > 03-20T17:00 | 03-24 | 03-24 | 03-24
# waiting after an extension moves the extended date; a restart never ends before it
03-02T09:00 | 10 working_day | extended 03-10T09:00 > 03-30T17:00, asked 03-11T09:00 > 03-12T09:00 | 03-31 | 03-30 | 03-31
03-02T09:00 | 10 working_day | extended 03-10T09:00 > 03-30T17:00, asked 03-18T09:00 > 03-20T09:00 | 04-01 | 04-03 | 04-01
03-02T09:00 | 10 working_day | extended 03-10T09:00 > 03-30T17:00, asked 03-11T09:00 > 03-12T09:00, fee 03-13T09:00 > 03-16T09:00 | 04-01 | 03-31 | 03-31
03-02T09:00 | 15 calendar_day | extended 03-10T09:00 > 03-24T17:00, fee 03-18T09:00 > 03-20T09:00 | 03-26 | 03-26 | 03-24
03-02T09:00 | 15 calendar_day | extended 03-10T09:00 > 03-31T17:00, asked 03-11T09:00 > 03-12T09:00 | 04-01 | 03-31 | 04-01
03-02T09:00 | 15 calendar_day | extended 03-10T09:00 > 03-31T17:00, asked 03-11T09:00 > 03-12T09:00, fee 03-13T09:00 > 03-16T09:00 | 04-06 | 04-03 | 04-01
# an extension granted during a pause counts from its end
03-02T09:00 | 10 working_day | asked 03-04T09:00 > 03-06T09:00, extended 03-05T09:00 > 03-17T17:00 | 03-18 | 03-20 | 03-18
03-02T09:00 | 10 working_day | asked 03-04T09:00 > 03-06T09:00, extended 03-05T09:00 > 03-25T17:00 | 03-25 | 03-25 | 03-25
03-02T09:00 | 10 working_day | asked 03-04T09:00 > ?, extended 03-05T09:00 > 03-25T17:00 | waiting | waiting | waiting
# after an extension a request is in time that would have been too late without it
03-02T09:00 | 10 working_day | extended 03-10T09:00 > 03-24T17:00, fee 03-18T09:00 > 03-19T09:00 | 03-25 | 03-25 | 03-24
"""  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("line", [line for line in CASES.splitlines() if line and not line.startswith("#")])
def test_a_ledger_moves_the_due_date(desk: Desk, line: str) -> None:
    accepted_at, term, ledger, *days = line.split(" | ")
    assert desk.days(accepted_at, term, ledger) == days


def test_an_outage_moves_nothing(desk: Desk) -> None:
    # DR-29: there is no way to write an outage into a ledger, and a rule set that calls it a cause is refused.
    assert get_args(PauseCause) == ("supplement", "financial_duty")
    data = tomllib.loads((files("rules") / "data/rulesets/vn-2025.1.toml").read_text(encoding="utf-8"))
    data["parameters"]["pausing_causes"]["value"] = ["supplement", "outage"]
    with pytest.raises(InvalidRuleSetError, match="pausing_causes"):
        parse_rule_set(data)
    assert desk.days("03-02T09:00", "10 working_day", "") == ["03-16"] * 3


def test_a_financial_duty_stops_the_clock_only_where_the_procedure_says_so(rule_set: RuleSet) -> None:
    assert is_pausing("supplement", rule_set)
    assert not is_pausing("financial_duty", rule_set)
    assert is_pausing("financial_duty", rule_set, procedure_says_so=True)


def test_766_counts_requests_for_supplements_alone(desk: Desk) -> None:
    ledger = "asked 03-04T09:00 > 03-06T09:00, fee 03-09T09:00 > 03-11T09:00"
    assert not desk.adjusted("03-02T09:00", "10 working_day", ledger, "qd766").is_overdue_by_rule
    assert desk.qd766("03-02T09:00", "10 working_day", ledger, "03-18T09:00") == "on_time"
    assert desk.qd766("03-02T09:00", "10 working_day", ledger, "03-19T09:00") == "late"
    twice = ledger + ", asked 03-12T09:00 > 03-12T10:00"
    assert desk.adjusted("03-02T09:00", "10 working_day", twice, "qd766").is_overdue_by_rule
    assert desk.qd766("03-02T09:00", "10 working_day", twice, "03-13T09:00") == "late"


def test_766_holds_an_unanswered_request_against_the_due_date_of_that_moment(desk: Desk) -> None:
    extended = "extended 03-04T09:00 > 03-12T17:00, "
    assert desk.qd766("03-02T08:00", "5 working_day", "asked 03-10T09:00 > ?", None) == "late"
    assert desk.qd766("03-02T08:00", "5 working_day", extended + "asked 03-10T09:00 > ?", None) == "early"
    assert desk.qd766("03-02T08:00", "5 working_day", extended + "asked 03-12T09:00 > ?", "06-01T09:00") == "on_time"
    # An unpaid fee ends nothing.
    assert desk.qd766("03-02T08:00", "5 working_day", "fee 03-04T09:00 > ?", None) == "unknown"
    assert desk.qd766("03-02T08:00", "5 working_day", "fee 03-04T09:00 > ?", "03-10T09:00") == "late"


def test_an_extension_says_from_when_the_clock_runs_to_its_new_end(desk: Desk, vn: Local) -> None:
    saturday = desk.adjusted("03-02T09:00", "10 working_day", "extended 03-07T10:00 > 03-24T17:00", "restart")
    assert saturday.running_from_at == vn("2026-03-09T07:30")
    unmoved = desk.adjusted("03-02T09:00", "10 working_day", "extended 03-07T10:00 > 03-12T17:00", "restart")
    assert unmoved.running_from_at == vn("2026-03-02T09:00")


def test_an_extension_to_a_day_off_ends_on_the_next_working_day(desk: Desk) -> None:
    saturday = "extended 03-10T09:00 > 03-21T12:00"
    assert desk.days("03-02T09:00", "10 working_day", saturday) == ["03-23"] * 3
    same_day = saturday + ", fee 03-11T09:00 > 03-11T10:00"
    assert desk.days("03-02T09:00", "15 calendar_day", same_day) == ["03-23"] * 3


def test_a_waiting_dossier_is_closed_at_its_end_whatever_follows_the_request(desk: Desk, vn: Local) -> None:
    ledger = desk.ledger("fee 03-04T09:00 > ?, extended 03-05T09:00 > 03-25T17:00")
    fee, extended = desk.ledger("fee 03-04T09:00 > 03-06T09:00, extended 03-05T09:00 > 03-25T17:00")
    assert closed(ledger, vn("2026-03-06T09:00")) == (replace(fee, is_answered=False), extended)  # type: ignore[type-var]


@pytest.mark.parametrize(
    "ledger",
    [
        "fee 03-06T09:00 > 03-04T09:00",
        "fee 03-04T09:00 > ?, asked 03-05T09:00 > 03-06T09:00",
        "asked 03-04T09:00 > 03-06T09:00, fee 03-05T09:00 > 03-09T09:00",
        "asked 03-04T09:00 > 03-06T09:00, extended 03-03T09:00 > 03-24T17:00",
        "extended 03-10T09:00 > 03-24T17:00, extended 03-09T09:00 > 03-30T17:00",
    ],
)
def test_a_ledger_out_of_order_is_refused(desk: Desk, ledger: str) -> None:
    with pytest.raises(InvalidPausesError, match="follow each other"):
        desk.days("03-02T09:00", "10 working_day", ledger)


def test_an_extension_without_a_zone_is_refused(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    term = Term(value=10, unit="working_day")
    original = due(calendar, vn("2026-03-02T09:00"), term, rule_set)
    naive = datetime(2026, 3, 24, 17)  # noqa: DTZ001 - that is the point
    ledger = (Extension(granted_at=vn("2026-03-10T09:00"), new_due_at=naive, legal_basis="x"),)
    with pytest.raises(NaiveInstantError):
        adjusted_due(calendar, original, term, ledger, rule_set, "restart")


def test_a_stated_appointment_is_waited_for_from_its_own_day(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    # The term alone would have ended on 17/03; the citizen was told Fri 20/03, and two days later is Mon 23/03.
    stated = appointment(calendar, vn("2026-03-02T09:00"), vn("2026-03-20T16:00"))
    fee = Pause(requested_at=vn("2026-03-04T09:00"), completed_at=vn("2026-03-06T09:00"), cause="financial_duty")
    moved = adjusted_due(calendar, stated, Term(value=15, unit="calendar_day"), (fee,), rule_set, "restart").due
    assert moved is not None
    assert moved.due_at == vn("2026-03-23T17:00")


def test_an_appointment_of_an_hour_that_has_passed_is_due_at_the_close_of_the_day_of_the_reopening(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    stated = appointment(calendar, vn("2026-03-02T09:00"), vn("2026-03-20T10:00"))
    ended = Pause(
        requested_at=vn("2026-03-20T09:30"),
        completed_at=vn("2026-03-23T11:00"),
        cause="financial_duty",
        is_reopening=True,
    )
    moved = adjusted_due(calendar, stated, None, (ended,), rule_set, "restart")
    assert moved.due is not None
    assert moved.due.due_at == vn("2026-03-23T17:00")
    assert [(one.effect, one.rule) for one in moved.effects] == [("reopened", "DR-25")]
