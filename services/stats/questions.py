"""Every question that can be asked of the statistics: the one door for command line, page and reports (ADR 0015, 0016).

In: a client of ClickHouse, a period, a scope. Out: counts and rows; nothing is written. Whatever asks, the same flags of the same
views are counted (`queries/in_scope.sql`), and the list behind a figure is filtered by its flag. What else an asker needs
(periods, names of figures, errors) is offered here too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Literal

from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import open_client, without_password
from services.stats.adapters.queries import filled, period_parameters, query_text, rows_of, union_of
from services.stats.adapters.retries import passes
from services.stats.domain.codes import codes_asked, dossiers_meant, is_dossier_id
from services.stats.domain.comparison import Apart, Pair, compared_pair
from services.stats.domain.csv_cells import harmless_cell
from services.stats.domain.errors import UnknownFigureError, UnknownUnitError, UnusablePeriodError
from services.stats.domain.figure import Count, Figure, Language, Rate, rate_text
from services.stats.domain.figure_catalog import COUNTS, FIGURES, LISTED, MOVED, OPEN, PAGE, TREND
from services.stats.domain.figures import (
    DEFINITION,
    Counts,
    Scope,
    UnitFigures,
    check_level,
    check_listed,
    counts_of,
    total,
    unit_name,
    unknown_unit,
    values_of,
)
from services.stats.domain.grouping import key_within
from services.stats.domain.levels import LEVELS, Level
from services.stats.domain.loading import Loading, UnfinishedStatisticsError, require_whole
from services.stats.domain.periods import Period, local_day, period, week, week_of
from services.stats.domain.weekly_report import WeeklyReport, build_report

__all__ = [
    "DEFINITION", "FIGURES", "LEVELS", "LISTED", "PAGE", "TREND", "Apart", "Counts", "Figure", "Language", "Level",
    "Loading", "Pair", "Period", "Rate", "Scope", "UnfinishedStatisticsError", "UnitFigures", "UnknownFigureError",
    "UnknownUnitError", "UnusablePeriodError", "WeeklyReport", "codes_asked", "comparisons",
    "dossier_count", "dossiers_behind", "dossiers_meant", "figures", "figures_below", "figures_of_scope", "harmless_cell",
    "is_dossier_id", "is_stock", "loading", "loading_of", "local_day", "open_client", "passes", "period",
    "period_parameters", "rate_text", "require_known_unit", "require_whole", "rows_of", "total", "trend",
    "values_of", "week", "week_of", "weekly_report", "without_password",
]  # fmt: skip

Row = dict[str, Any]
Grouping = Level | Literal["children", "whole"]
CountedFor = tuple[int | None, str]
"""A unit (None = above the level) and its level, or `own` for what a unit received itself."""


def loading(client: Client) -> Loading:
    """How far the loader is, by its own reports in ClickHouse."""
    return loading_of(rows_of(client, "loading", {})[0])


def loading_of(row: Mapping[str, Any]) -> Loading:
    """The answer of the question `loading`."""
    return Loading(**row)


def comparisons(client: Client) -> list[Pair]:
    """What the loader compared last in ClickHouse itself: each dossier's stream, and the facts."""
    return [compared_pair(row) for row in rows_of(client, "comparisons", {})]


def require_known_unit(client: Client, unit_id: int) -> None:
    """Raise UnknownUnitError, which names the nearest, for a unit that neither the register nor any dossier knows."""
    names = _names(client, period(None, None, datetime.now(UTC)))
    if unit_id not in names and not (
        0 < unit_id < 2**32 and rows_of(client, "unit_has_dossiers", {"unit_id": unit_id})
    ):
        raise UnknownUnitError(unknown_unit(unit_id, {known: name for known, (name, _) in names.items()}))


def figures(
    client: Client,
    level: Level,
    from_on: date | None = None,
    to_on: date | None = None,
    unit_id: int | None = None,
    now: datetime | None = None,
) -> list[UnitFigures]:
    """The figures of every unit of a level that has any in [from_on, to_on), days of Asia/Ho_Chi_Minh; None = all time.

    `unit_id` narrows to what that unit and those below it received. What is open is judged at the end of the period, or at `now`
    (default: the present) if that is earlier. Raises UnknownFigureError, UnusablePeriodError.
    """
    asked = period(from_on, to_on, now or datetime.now(UTC))
    return _by_level(client, level, asked, unit_id, _names(client, asked))[0]


def figures_below(client: Client, asked: Period, scope: Scope) -> dict[CountedFor, Counts]:
    """The figures of each unit directly below a scope; they sum to those of the scope, but for what moved between them (I6)."""
    counted = _counted(client, "children", [asked], scope, FIGURES)
    return {counted_for: counts for (_, counted_for), counts in sorted(counted.items())}


def figures_of_scope(client: Client, asked: Period, scope: Scope, parts: Iterable[Counts]) -> Counts:
    """The figures of a scope from those of its parts: their sum, but what moved from one part to another stayed there (OR-8)."""
    summed = total(parts)
    moves = [one for one in COUNTS if one.cohort == MOVED]
    if not any(getattr(summed, one.id) for one in moves):
        return summed
    (whole,) = _counted(client, "whole", [asked], scope, moves).values() or (Counts(),)
    return replace(summed, **{one.id: getattr(whole, one.id) for one in moves})


def trend(client: Client, periods: Sequence[Period], scope: Scope) -> list[Counts]:
    """The figures of the trend in each period, for the whole scope; a period without any has zeros."""
    counted = _counted(client, "whole", periods, scope, TREND)
    return [counted.get((one.from_on, (scope.unit_id, "whole")), Counts()) for one in periods]


def dossier_count(client: Client, figure: str, asked: Period, scope: Scope) -> int:
    """How many dossiers stand behind a figure of a scope: the figure itself. Raises UnknownFigureError."""
    check_listed(figure)
    counted = _counted(client, "whole", [asked], scope, [one for one in COUNTS if one.id == figure])
    return sum(int(getattr(counts, figure)) for counts in counted.values())


def dossiers_behind(client: Client, figure: str, asked: Period, scope: Scope, order: Mapping[str, Any]) -> list[Row]:
    """The dossiers that a figure counts. `order`: `sort` (a column of the answer), `is_descending`, `limit`, `offset`.

    Units are called what they were called on the last day of the period. Raises UnknownFigureError.
    """
    check_listed(figure)
    parts = {
        "unit_names": query_text("unit_names"),
        "in_scope": _in_scope("dossiers_in_period", "whole", scope),
        "direction": "DESC" if order["is_descending"] else "ASC",
    }
    parameters = {
        **period_parameters(asked), **_scope_parameters("whole", scope), "figure": figure, "is_stock": int(is_stock(figure)),
        "on": asked.last_day.isoformat(), "sort": order["sort"], "limit": order["limit"], "offset": order["offset"],
    }  # fmt: skip
    return list(client.query(filled("dossiers", **parts), parameters=parameters).named_results())


def is_stock(figure: str) -> bool:
    """Whether a figure counts what is open at the cut-off, so that its dossiers are judged by what was known then."""
    return any(one.id == figure and one.cohort == OPEN for one in COUNTS)


def weekly_report(
    client: Client, week_start: date, level: Level = "commune", unit_id: int | None = None, now: datetime | None = None
) -> WeeklyReport:
    """The report of the week in which `week_start` lies, per unit of `level`; `unit_id` narrows to a unit and below it.

    While the week still runs, the cut-off is `now` (default: the present). Raises UnknownFigureError.
    """
    generated_at = now or datetime.now(UTC)
    asked = week(week_start, generated_at)
    names = _names(client, asked)
    units, above = _by_level(client, level, asked, unit_id, names)
    scope_name = unit_name("commune", unit_id, names.get(unit_id, ("", ""))[0]) if unit_id else ""
    report = build_report(asked, level, (unit_id, scope_name), units, above, generated_at)
    whole = figures_of_scope(client, asked, _below(unit_id), (row.counts for row in report.rows))
    return replace(report, total=replace(report.total, counts=whole))


def _by_level(
    client: Client, level: Level, asked: Period, unit_id: int | None, names: Mapping[int, tuple[str, str]]
) -> tuple[list[UnitFigures], Counts]:
    """The units of a level, and what counts above it. A registered unit that is asked for and has nothing has zeros."""
    check_level(level)
    counted = {
        one: counts for (_, (one, _)), counts in _counted(client, level, [asked], _below(unit_id), FIGURES).items()
    }
    above = counted.pop(None, Counts())
    if not counted and unit_id and names.get(unit_id, ("", ""))[1] == level:
        counted = {unit_id: Counts()}
    units = [
        UnitFigures(
            unit_id=one, unit_name=unit_name(level, one, names.get(one, ("", ""))[0]), level=level, **counts_of(counts)
        )
        for one, counts in sorted((one, counts) for one, counts in counted.items() if one is not None)
    ]
    return units, above


def _counted(
    client: Client, grouping: Grouping, periods: Sequence[Period], scope: Scope, asked: Sequence[Figure]
) -> dict[tuple[date, CountedFor], Counts]:
    """The counts of some figures by first day of the period and by unit; each view that has one of them is asked once."""
    counted: dict[tuple[date, CountedFor], dict[str, int]] = defaultdict(dict)
    for view in {figure.cohort.view for figure in asked}:
        names = [figure.id for figure in asked if isinstance(figure, Count) and figure.cohort.view == view]
        counts = ", ".join(f"countIf({name}) AS {name}" for name in names)
        text = filled("figures", counts=counts, in_scope=_in_scope(view, grouping, scope))
        sql, parameters = union_of(text, [period_parameters(one) for one in periods])
        answer = client.query(sql, parameters={**parameters, **_scope_parameters(grouping, scope)})
        for from_on, counted_id, kind, *numbers in answer.result_rows:
            counted[from_on, (counted_id, kind)] |= dict(zip(names, numbers, strict=True))
    return {key: Counts(**numbers) for key, numbers in counted.items()}


def _in_scope(view: str, grouping: Grouping, scope: Scope) -> str:
    """What of a view lies in the scope, and for whom it counts; of dossiers that is asked without the way over their view."""
    if view != "dossiers_in_period":
        return filled("in_scope", view=view)
    return filled("dossiers_in_scope", key=key_within(grouping, is_everywhere=not scope.unit_id))


def _names(client: Client, asked: Period) -> dict[int, tuple[str, str]]:
    """(name, level) of every unit as of the last day of the period."""
    rows = rows_of(client, "unit_names", {"on": asked.last_day.isoformat()})
    return {row["unit_id"]: (row["name"], row["level"]) for row in rows}


def _below(unit_id: int | None) -> Scope:
    return Scope(unit_id=unit_id or 0)


def _scope_parameters(grouping: Grouping, scope: Scope) -> Row:
    return {"grouping": grouping, "scope_id": scope.unit_id, "is_own": int(scope.is_own)}
