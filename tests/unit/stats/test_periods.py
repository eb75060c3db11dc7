"""Weeks and periods of Asia/Ho_Chi_Minh (B6)."""

from datetime import UTC, date, datetime

import pytest

from services.stats.domain.errors import UnusablePeriodError
from services.stats.domain.periods import FIRST_DAY, LAST_DAY, local_day, period, week
from tests.unit.stats.dossiers import at

NOW = at("2026-03-12", "09:30")


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-05", "2026-03-08"])
def test_a_week_goes_from_monday_to_the_next_monday(day: str) -> None:
    asked = week(date.fromisoformat(day), NOW)

    assert (asked.from_at, asked.to_at) == (at("2026-03-02", "00:00"), at("2026-03-09", "00:00"))
    assert asked.as_of == at("2026-03-09", "00:00")


def test_a_period_that_still_runs_is_judged_now() -> None:
    assert week(date(2026, 3, 12), NOW).as_of == NOW


def test_without_limits_a_period_is_all_time() -> None:
    asked = period(None, None, NOW)

    assert (asked.from_on, asked.to_on, asked.as_of) == (FIRST_DAY, LAST_DAY, NOW)


@pytest.mark.parametrize("days", [(date(2026, 3, 9), date(2026, 3, 9)), (date(2026, 3, 9), date(2026, 3, 2))])
def test_an_empty_period_is_refused(days: tuple[date, date]) -> None:
    with pytest.raises(UnusablePeriodError):
        period(*days, NOW)


def test_a_day_begins_at_five_in_the_afternoon_of_greenwich() -> None:
    assert local_day(datetime(2026, 3, 1, 16, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert local_day(datetime(2026, 3, 1, 17, 0, tzinfo=UTC)) == date(2026, 3, 2)
