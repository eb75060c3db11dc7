"""The weekly quick report from ClickHouse."""

from datetime import UTC, date, datetime

from clickhouse_connect.driver.client import Client

from services.stats.adapters.figures import figures_in, names_in
from services.stats.adapters.queries import period_parameters, rows_of
from services.stats.domain.figures import ApologyCounts, total, unit_name
from services.stats.domain.levels import Level
from services.stats.domain.periods import Period, week
from services.stats.domain.weekly_report import Scope, WeeklyReport, build_report


def weekly_report(
    client: Client, week_start: date, level: Level = "commune", unit_id: int | None = None, now: datetime | None = None
) -> WeeklyReport:
    """The report of the week in which `week_start` lies, per unit of `level`; `unit_id` narrows to a unit and below it.

    While the week still runs, the cut-off is `now` (default: the present). Raises UnknownFigureError.
    """
    generated_at = now or datetime.now(UTC)
    period = week(week_start, generated_at)
    names = names_in(client, period)
    scope = Scope(
        unit_id=unit_id,
        name=unit_name("commune", unit_id, names.get(unit_id, ("", ""))[0]) if unit_id else "",
        counts=total(figures_in(client, "province", period, unit_id)),
        apologies=sum(apologies(client, "province", period, unit_id).values(), ApologyCounts()),
    )
    owed = {
        one: (unit_name(level, one, names.get(one, ("", ""))[0]), counts)
        for one, counts in apologies(client, level, period, unit_id).items()
    }
    return build_report(period, level, scope, figures_in(client, level, period, unit_id), owed, generated_at)


def apologies(client: Client, level: Level, period: Period, unit_id: int | None = None) -> dict[int, ApologyCounts]:
    """Apologies owed for due dates of the period, by unit."""
    parameters = {**period_parameters(period), "level": level, "scope_id": unit_id or 0}
    return {row.pop("counted_unit_id"): ApologyCounts(**row) for row in rows_of(client, "apologies", parameters)}
