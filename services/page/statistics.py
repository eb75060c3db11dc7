"""The page's questions and their answers: figures, trend, lists, units, freshness. In: checked questions. Out: plain mappings.

Counts are never added up beside ClickHouse, except the sum of the children, which is the unit itself (I6).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from services.page.parameters import Listing, Question, Scope
from services.page.reader import Reader, Row, query_text, union_of
from services.page.unit_names import UnitNames, UnitNotFoundError
from services.stats.adapters.queries import period_parameters
from services.stats.domain.figures import DEFINITION
from services.stats.domain.periods import Period, local_day, week, week_of

TREND_WEEKS = 12
CSV_ROWS = 100_000
_WEEK = timedelta(days=7)


class Statistics:
    """What the handlers ask. Every method raises StatisticsUnavailableError when ClickHouse is away."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._unit_names = UnitNames(reader)

    async def meta(self) -> Row:
        """How fresh the data is and which weeks there are; days are local, `latest_week` is the last one with data."""
        extent = dict((await self._reader.recent_rows("extent", query_text("extent")))[0])
        if not extent["dossier_count"]:
            return {"dossier_count": 0, "data_until": None, "first_on": None, "last_on": None, "latest_week": None,
                    "definition_id": DEFINITION}  # fmt: skip
        monday = week_of(extent["last_on"])
        del extent["province_ids"]
        return {**extent, "latest_week": {"from": monday, "to": monday + _WEEK}, "definition_id": DEFINITION}

    async def figures(self, asked: Question) -> Row:
        """The figures of a unit and of each unit directly below it."""
        scope = await self._rooted(asked.scope)
        rows = await self._reader.rows("breakdown", {**period_parameters(asked.period), **_scope(scope)})
        head = await self._head(asked, scope)
        names = await self._unit_names.names(_name_day(asked.period))
        if not rows and scope.unit_id and scope.unit_id not in names:
            raise UnitNotFoundError(scope.unit_id)
        children = [_child(row, names) for row in rows]
        total = {name: sum(row[name] for row in rows) for name in _COUNTED}
        if scope.is_own or all(row["kind"] == "own" and row["unit_id"] == scope.unit_id for row in rows):
            children = []
        children.sort(key=lambda child: (child["own"], child["unit_id"]))
        return {**head, "figures": _rated(total), "children": children}

    async def trend(self, asked: Question) -> Row:
        """The flows of up to TREND_WEEKS weeks up to the end of the period, and the days on which units changed."""
        scope = await self._rooted(asked.scope)
        meta = await self.meta()
        mondays = _mondays(asked.period, meta["first_on"], meta["last_on"]) if meta["dossier_count"] else []
        if not mondays:
            return {"definition_id": DEFINITION, "weeks": [], "unit_changes": []}
        parts = [period_parameters(week(monday, asked.now)) for monday in mondays]
        sql, parameters = union_of(query_text("trend_week"), ("from_on", "to_on", "as_of"), parts)
        rows = await self._reader.rows_of_text(sql, {**parameters, **_scope(scope)})
        span = {"from_on": mondays[0].isoformat(), "to_on": (mondays[-1] + _WEEK).isoformat()}
        changes = await self._reader.rows("unit_changes", {**span, **_scope(scope)})
        weeks = [{"from": row.pop("from_on"), "to": row.pop("to_on"), **_rated(row)} for row in rows]
        weeks.sort(key=lambda one: one["from"])
        return {"definition_id": DEFINITION, "weeks": weeks, "unit_changes": changes}

    async def dossiers(self, asked: Question, listing: Listing) -> Row:
        """One page of the dossiers behind a figure, and how many there are in all."""
        scope = await self._rooted(asked.scope)
        total = await self._count(asked, scope, listing.figure)
        head = await self._head(asked, scope)
        rows = await self._list(asked, scope, listing, (listing.size, (listing.page - 1) * listing.size))
        return {**head, "figure": listing.figure, "total": total, "page": listing.page, "size": listing.size,
                "sort": listing.sort, "dir": listing.direction, "dossiers": rows}  # fmt: skip

    async def all_dossiers(self, asked: Question, listing: Listing) -> list[Row]:
        """The whole list for a download, at most CSV_ROWS rows."""
        return await self._list(asked, await self._rooted(asked.scope), listing, (CSV_ROWS, 0))

    async def units(self, on: date) -> list[Row]:
        """The units in force on a day."""
        return await self._reader.rows("units", {"on": on.isoformat()})

    async def _list(self, asked: Question, scope: Scope, listing: Listing, window: tuple[int, int]) -> list[Row]:
        sql = query_text("dossiers")
        if listing.direction == "desc":
            sql = sql.replace("ASC NULLS LAST", "DESC NULLS LAST")
        parameters = {**period_parameters(asked.period), **_scope(scope), "figure": listing.figure, "sort": listing.sort,
                      "limit": window[0], "offset": window[1], "on": _name_day(asked.period).isoformat()}  # fmt: skip
        return await self._reader.rows_of_text(sql, parameters)

    async def _count(self, asked: Question, scope: Scope, figure: str) -> int:
        parameters = {**period_parameters(asked.period), **_scope(scope), "figure": figure}
        return int((await self._reader.rows("dossier_count", parameters))[0]["total"])

    async def _rooted(self, scope: Scope) -> Scope:
        """Without a unit the page stands at the only province, if there is only one: no empty level above it (B3)."""
        if scope.unit_id:
            return scope
        province_ids = (await self._reader.recent_rows("extent", query_text("extent")))[0]["province_ids"]
        return Scope(unit_id=province_ids[0]) if len(province_ids) == 1 and province_ids[0] else scope

    async def _head(self, asked: Question, scope: Scope) -> Row:
        unit, path = await self._unit_names.unit_and_path(scope, _name_day(asked.period))
        return {"definition_id": DEFINITION, "from": asked.from_on, "to": asked.to_on, "as_of": asked.period.as_of,
                "unit": unit, "path": path}  # fmt: skip


_COUNTED = (
    "carried_in", "received", "received_direct", "received_online", "received_postal", "resolved", "early", "on_time", "late",
    "unknown", "terminated", "open", "open_within", "open_due_soon", "open_paused", "open_overdue", "open_unknown",
    "open_overdue_unapologised",
)  # fmt: skip


def _scope(scope: Scope) -> dict[str, Any]:
    return {"scope_id": scope.unit_id, "is_own": int(scope.is_own)}


def _name_day(asked: Period) -> date:
    """The day whose names and places of units are shown: the period's last, or today while it runs."""
    return min(asked.to_on - timedelta(days=1), local_day(asked.as_of))


def _rated(counts: Row) -> Row:
    """With the rate (B5): None for an empty denominator."""
    resolved = counts["resolved"]
    return {**counts, "on_time_rate": (counts["early"] + counts["on_time"]) / resolved if resolved else None}


def _child(row: Row, names: dict[int, tuple[str, str]]) -> Row:
    name, level = names.get(row["unit_id"], ("", ""))
    is_own = row["kind"] == "own"
    return {
        "unit_id": row["unit_id"],
        "name": name,
        "level": level if is_own else row["kind"],
        "own": is_own,
        **_rated({figure: row[figure] for figure in _COUNTED}),
    }


def _mondays(asked: Period, first_on: date, last_on: date) -> list[date]:
    newest = week_of(min(asked.to_on - timedelta(days=1), last_on))
    oldest = max(newest - (TREND_WEEKS - 1) * _WEEK, week_of(first_on))
    return list(_each_week(oldest, newest))


def _each_week(monday: date, last: date) -> Iterable[date]:
    while monday <= last:
        yield monday
        monday += _WEEK
