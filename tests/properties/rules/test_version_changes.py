"""A new version of a calendar with any days changed: which days differ, and which terms are touched (DR-27)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.book.rulebook import Rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.calendars.change import changed_days, is_touched
from rules.calendars.spec import parse_calendar
from rules.due.terms import Term, due
from tests.lanes.examples import examples
from tests.properties.rules.conftest import Office, regime
from tests.properties.rules.instants import aware
from tests.properties.rules.oracle import DAY, Oracle, published

FIRST, LAST = date(2026, 6, 1), date(2026, 12, 31)
PUBLISHED = published("vn-standard")
NAMES = {"name": "x", "name_en": "x", "source_status": "unverified"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a version publishes beside the weekdays: days that are off or made up, and perhaps other hours from a day on."""

    unusual: frozenset[date]
    other_hours_from: date | None

    def office(self, number: int, published_at: datetime) -> Office:
        rows = [_row(day) for day in sorted(self.unusual)]
        later = [] if self.other_hours_from is None else [regime(self.other_hours_from, (time(7), time(12)))]
        data = PUBLISHED | {
            "version": f"2026.{number}",
            "published_at": published_at,
            "valid_from": FIRST,
            "valid_until": LAST,
            "sessions": [*PUBLISHED["sessions"], *later],
            "exceptions": rows,
            "checksums": [],
        }
        return Office(Calendar(parse_calendar(data, ZoneInfo("Asia/Ho_Chi_Minh"))), Oracle(data))


def _row(day: date) -> dict[str, object]:
    counts = day.weekday() >= 5
    kind = "make_up" if counts else "off"
    return {"date": day, "kind": kind, "counts_for_term": counts, "open_for_intake": counts, **NAMES}


versions = st.builds(
    Version,
    unusual=st.frozensets(st.dates(date(2026, 7, 1), date(2026, 9, 30)), max_size=6),
    other_hours_from=st.none() | st.dates(date(2026, 7, 1), date(2026, 9, 30)),
)
accepted = st.datetimes(datetime(2026, 6, 15), datetime(2026, 9, 15))  # noqa: DTZ001 - local times, like all here
short_terms = st.one_of(
    st.builds(Term, value=st.integers(1, 20), unit=st.just("working_day")),
    st.builds(Term, value=st.integers(1, 60), unit=st.just("hour")),
    st.builds(Term, value=st.integers(1, 30), unit=st.just("calendar_day")),
    st.builds(Term, value=st.just(1), unit=st.just("month")),
    st.just(Term(value=1, unit="same_day")),
)
OLD_AT, NEW_AT = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


@settings(deadline=None, max_examples=examples(40))
@given(old=versions, new=versions)
def test_the_changed_days_are_those_that_a_walk_finds(old: Version, new: Version) -> None:
    before, after = old.office(1, OLD_AT), new.office(2, NEW_AT)
    days = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
    walked = tuple(day for day in days if before.oracle.hours_on(day) != after.oracle.hours_on(day))
    assert changed_days(before.calendar, after.calendar) == walked


@settings(deadline=None, max_examples=examples(100))
@given(old=versions, new=versions, at=accepted, term=short_terms)
def test_a_term_is_touched_when_a_walk_meets_a_changed_day_and_else_keeps_its_due_date(
    rule_set: RuleSet, old: Version, new: Version, at: datetime, term: Term
) -> None:
    before, after = old.office(1, OLD_AT), new.office(2, NEW_AT)
    by_old = due(before.calendar, aware(before.calendar, at), term, rule_set)
    by_new = due(after.calendar, aware(after.calendar, at), term, rule_set)
    start_on, later = at.date(), max(by_old.due_on, by_new.due_on)
    days = [start_on + n * DAY for n in range(1, (later - start_on).days + 1)]
    meets = any(before.oracle.hours_on(day) != after.oracle.hours_on(day) for day in days)
    is_start_changed = before.oracle.hours_on(start_on) != after.oracle.hours_on(start_on)
    assert is_touched(before.calendar, after.calendar, start_on, later) is meets
    if not is_start_changed:
        # The old due day alone tells it too, without asking the new version for one.
        assert is_touched(before.calendar, after.calendar, start_on, by_old.due_on) is meets
        assert meets or by_old.due_at == by_new.due_at


@settings(deadline=None, max_examples=examples(40))
@given(old=versions, new=versions, known_at=st.datetimes(timezones=st.just(UTC)))
def test_what_is_known_only_depends_on_the_instant_asked_about(
    rule_set: RuleSet, old: Version, new: Version, known_at: datetime
) -> None:
    first, second = old.office(1, OLD_AT).calendar, new.office(2, NEW_AT).calendar
    for shelf in ([first, second], [second, first]):
        book = Rulebook(shelf, [rule_set])
        assert book.calendar(known_at=known_at) is (second if known_at >= NEW_AT else first)
        assert book.calendar(known_at=NEW_AT - timedelta(microseconds=1)) is first
        assert book.calendar() is second
