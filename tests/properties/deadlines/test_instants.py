"""Instants become local datetimes and texts as the standard library makes them, inside and outside the years of a zone."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clocks.instants import Zone, micros

YEARS = (date(2020, 1, 1), date(2026, 12, 31))
ZONES = (ZoneInfo("Asia/Ho_Chi_Minh"), UTC, ZoneInfo("Europe/Amsterdam"), timezone(timedelta(hours=-9, minutes=-30)))
whole = st.datetimes(datetime(2019, 12, 30), datetime(2027, 1, 3)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001 made aware below
moments = (whole | st.datetimes(datetime(2019, 12, 30), datetime(2027, 1, 3))).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(at=moments)
def test_an_instant_is_told_as_the_standard_library_tells_it(zone: tzinfo, at: datetime) -> None:
    expected = at.astimezone(zone)
    for known in (Zone(zone, *YEARS), Zone(zone)):
        assert known.text(micros(at)) == expected.isoformat()
        assert known.local(micros(at)) == expected
        assert known.micros(expected) == micros(at)
