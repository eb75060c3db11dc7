"""Figures from ClickHouse: per unit, and the dossiers behind one of them. The same predicate stands behind both."""

from datetime import UTC, date, datetime

from clickhouse_connect.driver.client import Client

from services.stats.adapters.queries import period_parameters, rows_of
from services.stats.domain.figures import (
    DossierLine,
    FigureCell,
    UnitFigures,
    check_figure,
    check_level,
    unit_name,
)
from services.stats.domain.levels import Level
from services.stats.domain.periods import Period, period


def figures(
    client: Client,
    level: Level,
    from_on: date | None = None,
    to_on: date | None = None,
    unit_id: int | None = None,
    now: datetime | None = None,
) -> list[UnitFigures]:
    """The figures of every unit of a level that has dossiers in [from_on, to_on), days of Asia/Ho_Chi_Minh; None = all time.

    `unit_id` narrows to the dossiers received by that unit and below it. What is open is judged at the end of the period, or
    at `now` (default: the present) if that is earlier. Raises UnknownFigureError, UnusablePeriodError.
    """
    return figures_in(client, level, period(from_on, to_on, now or datetime.now(UTC)), unit_id)


def figures_in(client: Client, level: Level, asked: Period, unit_id: int | None = None) -> list[UnitFigures]:
    """The figures of a period that is already made; see `figures`."""
    check_level(level)
    parameters = {**period_parameters(asked), "level": level, "scope_id": unit_id or 0}
    named = names_in(client, asked)
    counted = [
        UnitFigures(
            unit_id=(counted_id := row.pop("counted_unit_id")),
            unit_name=unit_name(level, counted_id, named.get(counted_id, ("", ""))[0]),
            level=level,
            **row,
        )
        for row in rows_of(client, "figures", parameters)
    ]
    if not counted and unit_id in named and named[unit_id][1] == level:
        return [UnitFigures(unit_id=unit_id, unit_name=named[unit_id][0], level=level)]
    return counted


def dossiers_behind(client: Client, cell: FigureCell, *, limit: int = 100, offset: int = 0) -> list[DossierLine]:
    """The dossiers that a figure counts, the most urgent first; as many in all as the figure says."""
    check_level(cell.level)
    check_figure(cell.figure)
    parameters = {
        **period_parameters(cell.period),
        "level": cell.level,
        "unit_id": -1 if cell.unit_id is None else cell.unit_id,
        "figure": cell.figure,
        "limit": limit,
        "offset": offset,
    }
    return [DossierLine(**row) for row in rows_of(client, "dossiers_behind", parameters)]


def names_in(client: Client, asked: Period) -> dict[int, tuple[str, str]]:
    """(name, level) of every unit as of the last day of the period."""
    rows = rows_of(client, "unit_names", {"on": asked.last_day.isoformat()})
    return {row["unit_id"]: (row["name"], row["level"]) for row in rows}
