"""The weekly trend from the roll-up."""

from datetime import date, timedelta

from clickhouse_connect.driver.client import Client

from services.stats.adapters.queries import rows_of
from services.stats.domain.figures import WeekFigures
from services.stats.domain.periods import week_of

_WEEK = timedelta(days=7)


def weekly_trend(client: Client, first_day: date, last_day: date, unit_id: int | None = None) -> list[WeekFigures]:
    """One entry per week, Monday to Sunday, from the week of `first_day` to that of `last_day`; None = all units.

    A few seconds behind the figures, because the roll-up is.
    """
    monday, end = week_of(first_day), week_of(last_day) + _WEEK
    parameters = {"from_on": monday.isoformat(), "to_on": end.isoformat(), "scope_id": unit_id or 0}
    counted = {row.pop("week_on"): row for row in rows_of(client, "weekly_trend", parameters)}
    still_open = sum(_change(row) for day, row in counted.items() if day < monday)
    weeks = []
    while monday < end:
        row = counted.get(monday, {})
        still_open += _change(row)
        resolved = sum(row.get(name, 0) for name in ("early", "on_time", "late", "unknown"))
        weeks.append(WeekFigures(week_on=monday, resolved=resolved, open_at_end=still_open, **row))
        monday += _WEEK
    return weeks


def _change(row: dict[str, int]) -> int:
    ended = sum(row.get(name, 0) for name in ("early", "on_time", "late", "unknown", "terminated"))
    return row.get("received", 0) - ended
