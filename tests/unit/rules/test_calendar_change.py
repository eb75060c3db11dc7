"""What a calendar published late changes and whom it touches (DR-27): the swap of 22/08 and 31/08/2026, three weeks before."""

import tomllib
from collections.abc import Callable
from datetime import date, datetime, time
from importlib.resources import files
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from rules.book.rulebook import Rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.calendars.change import changed_days, is_touched
from rules.calendars.spec import parse_calendar
from rules.due.terms import Term, TermUnit, due

Local = Callable[[str], datetime]

SWAPPED = (date(2026, 8, 22), date(2026, 8, 31))
ANNOUNCED_AT = datetime(2026, 8, 1, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
PUBLISHED = tomllib.loads((files("rules") / "data/calendars/vn-standard.toml").read_text(encoding="utf-8"))


def calendar_of(**changes: Any) -> Calendar:
    return Calendar(parse_calendar(PUBLISHED | changes, ZoneInfo("Asia/Ho_Chi_Minh")))


@pytest.fixture(scope="module")
def before() -> Calendar:
    """What was known until three weeks before the swapped Saturday: no swap at all."""
    rows = [row for row in PUBLISHED["exceptions"] if row["date"] not in SWAPPED]
    return calendar_of(
        version="2026.0", exceptions=rows, checksums=[], published_at=datetime(2026, 1, 1, tzinfo=ANNOUNCED_AT.tzinfo)
    )


@pytest.fixture(scope="module")
def after() -> Calendar:
    return calendar_of(version="2026.1", published_at=ANNOUNCED_AT)


def test_both_days_of_a_swap_are_changed(before: Calendar, after: Calendar) -> None:
    assert changed_days(before, after) == changed_days(after, before) == SWAPPED
    assert changed_days(before, before) == ()


# accepted | term | due by the old version | due by the new one | touched
TERMS = """
2026-08-17T09:00 | 5 working_day | 2026-08-24T17:00 | 2026-08-22T17:00 | yes
2026-08-24T09:00 | 5 working_day | 2026-08-31T17:00 | 2026-09-03T17:00 | yes
2026-08-24T09:00 | 4 working_day | 2026-08-28T17:00 | 2026-08-28T17:00 | no
# both days lie within: the number of days and the due day stay, and the term is touched all the same
2026-08-20T09:00 | 10 working_day | 2026-09-07T17:00 | 2026-09-07T17:00 | yes
# the due day is the first changed day, or the last day before it
2026-08-21T09:00 | 1 working_day | 2026-08-24T17:00 | 2026-08-22T17:00 | yes
2026-08-20T09:00 | 1 working_day | 2026-08-21T17:00 | 2026-08-21T17:00 | no
# accepted on the changed day itself, so before anybody knew: it is not within the interval, and the due date stays
2026-08-31T09:00 | 2 working_day | 2026-09-04T17:00 | 2026-09-07T17:00 | no
# accepted on the day before, in the evening
2026-08-21T20:00 | 1 working_day | 2026-08-25T17:00 | 2026-08-24T17:00 | yes
2026-08-21T16:00 | 8 hour | 2026-08-24T16:00 | 2026-08-22T16:00 | yes
2026-08-21T15:00 | 2 hour | 2026-08-21T17:00 | 2026-08-21T17:00 | no
# the last calendar day is the Saturday: rolled to Monday by the old version only
2026-08-12T09:00 | 10 calendar_day | 2026-08-24T17:00 | 2026-08-22T17:00 | yes
2026-07-31T09:00 | 1 month | 2026-08-31T17:00 | 2026-09-03T17:00 | yes
2026-08-21T15:30 | 1 same_day | 2026-08-24T17:00 | 2026-08-22T17:00 | yes
"""


@pytest.mark.parametrize("line", [line for line in TERMS.splitlines() if line and not line.startswith("#")])
def test_a_swap_announced_three_weeks_before_touches_the_terms_that_run_over_it(
    before: Calendar, after: Calendar, rule_set: RuleSet, vn: Local, line: str
) -> None:
    accepted_at, term, old_due, new_due, touched = line.split(" | ")
    value, unit = term.split()
    of_term = Term(value=int(value), unit=cast("TermUnit", unit))
    old, new = (due(calendar, vn(accepted_at), of_term, rule_set) for calendar in (before, after))
    assert (old.due_at, new.due_at) == (vn(old_due), vn(new_due))
    start_on = vn(accepted_at).date()
    assert is_touched(before, after, start_on, old.due_on) is (touched == "yes")
    assert is_touched(before, after, start_on, max(old.due_on, new.due_on)) is (touched == "yes")


def test_what_was_known_at_acceptance_and_what_is_known_now(
    before: Calendar, after: Calendar, rulebook: Rulebook, vn: Local
) -> None:
    book = Rulebook([before, after], rulebook.rule_sets)
    accepted_at = vn("2026-07-31T09:00")
    assert book.calendar(known_at=accepted_at) is before
    assert book.calendar(known_at=ANNOUNCED_AT) is after


def test_other_hours_change_a_day_too(after: Calendar) -> None:
    shorter = {
        "valid_from": date(2026, 12, 1),
        "periods": [{"start": time(7, 30), "end": time(11, 30)}, {"start": time(13), "end": time(16, 30)}],
        "source_status": "unverified",
    }
    winter = calendar_of(version="2026.2", sessions=[*PUBLISHED["sessions"], shorter])
    changed = changed_days(after, winter)
    assert (changed[0], changed[-1], len(changed)) == (date(2026, 12, 1), date(2026, 12, 31), 23)
    assert is_touched(after, winter, date(2026, 11, 30), date(2026, 12, 1))
    assert not is_touched(after, winter, date(2026, 11, 25), date(2026, 11, 30))


def test_only_days_that_both_versions_publish_can_differ(after: Calendar) -> None:
    longer = calendar_of(version="2027.1", valid_until=date(2027, 12, 31))
    assert changed_days(after, longer) == ()
    # The last common day is compared, the first after it is not.
    rows = [row for row in PUBLISHED["exceptions"] if row["date"] < date(2026, 12, 30)]
    extra = PUBLISHED["exceptions"][-1] | {"date": date(2026, 12, 31)}
    shut = calendar_of(version="2027.2", valid_until=date(2027, 12, 31), exceptions=[*rows, extra], checksums=[])
    assert changed_days(after, shut) == changed_days(shut, after) == (date(2026, 12, 31),)
    ended = calendar_of(
        version="2022.1", valid_from=date(2023, 1, 1), valid_until=date(2023, 6, 30), checksums=[],
        exceptions=[row for row in PUBLISHED["exceptions"] if row["date"] <= date(2023, 6, 30)],
    )  # fmt: skip
    begun = calendar_of(
        version="2024.1", valid_from=date(2024, 1, 1), exceptions=[], checksums=[],
    )  # fmt: skip
    assert changed_days(ended, begun) == ()


def test_opening_a_counter_changes_no_term(rulebook: Rulebook, calendar: Calendar) -> None:
    assert changed_days(calendar, rulebook.calendar("vn-saturday-morning")) == ()
