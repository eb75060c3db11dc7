"""The page's figures, trend, lists and units, told of the unit where the reader stands. Checked questions in, mappings out.

What is asked of the statistics stands in `services.stats.questions`; here it is put together for one view of the page.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from services.page.adapters.reader import Reader, Row
from services.page.adapters.unit_names import UnitNames, UnitNotFoundError
from services.page.domain.parameters import Listing, Question
from services.stats.questions import (
    DEFINITION,
    LISTED,
    PAGE,
    TREND,
    Figure,
    Period,
    Rate,
    Scope,
    dossier_count,
    dossiers_behind,
    figures_below,
    figures_of_scope,
    is_stock,
    loading_of,
    trend,
    values_of,
    week,
    week_of,
)

TREND_WEEKS = 12
CSV_ROWS = 100_000
_WEEK = timedelta(days=7)


class Statistics:
    """What the handlers ask. Every method raises StatisticsUnavailableError when ClickHouse is away."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._unit_names = UnitNames(reader)

    async def meta(self) -> Row:
        """How fresh the data is, as the loader reports; which weeks there are (local days); the columns of the tables."""
        await self._reader.place()
        extent = dict((await self._reader.recent_rows("extent"))[0])
        del extent["province_ids"]
        seen = loading_of((await self._reader.rows("loading", {}))[0])
        told = {"definition_id": DEFINITION, "page_columns": _columns(PAGE), "trend_columns": _columns(TREND),
                "loading": {"state": seen.state, "missing": seen.missing, "unread": seen.unread,
                            "silent_seconds": seen.silent_seconds}}  # fmt: skip
        if not extent["dossier_count"]:
            return {**dict.fromkeys(extent), "dossier_count": 0, "latest_week": None, **told}
        monday = week_of(extent["last_on"])
        return {**extent, "latest_week": {"from": monday, "to": monday + _WEEK}, **told}

    async def figures(self, asked: Question) -> Row:
        """The figures of a unit and of each unit directly below it."""
        scope = await self._rooted(asked.scope)
        counted = await self._reader.ask(lambda client: figures_below(client, asked.period, scope))
        whole = await self._reader.ask(lambda client: figures_of_scope(client, asked.period, scope, counted.values()))
        head = await self._head(asked, scope)
        names = await self._unit_names.names(asked.period.last_day)
        if not counted and scope.unit_id and scope.unit_id not in names:
            raise UnitNotFoundError(scope.unit_id)
        children = [
            _child(unit_id, kind, names) | values_of(counts)
            for (unit_id, kind), counts in counted.items()
            if unit_id is not None
        ]
        if scope.is_own or all(child["own"] and child["unit_id"] == scope.unit_id for child in children):
            children = []
        children.sort(key=lambda child: (child["own"], child["unit_id"]))
        return {**head, "figures": values_of(whole), "children": children}

    async def trend(self, asked: Question) -> Row:
        """The trend in up to TREND_WEEKS weeks up to the end of the period, and the days on which units changed."""
        scope = await self._rooted(asked.scope)
        extent = (await self._reader.recent_rows("extent"))[0]
        mondays = _mondays(asked.period, extent["first_on"], extent["last_on"]) if extent["dossier_count"] else []
        if not mondays:
            return {"definition_id": DEFINITION, "weeks": [], "unit_changes": []}
        weeks = [week(monday, asked.now) for monday in mondays]
        counted = await self._reader.ask(lambda client: trend(client, weeks, scope))
        span = {
            "from_on": weeks[0].from_on.isoformat(),
            "to_on": weeks[-1].to_on.isoformat(),
            "scope_id": scope.unit_id,
        }
        shown = [
            {"from": one.from_on, "to": one.to_on, **{figure.id: getattr(counts, figure.id) for figure in TREND}}
            for one, counts in zip(weeks, counted, strict=True)
        ]
        changes = await self._reader.rows("unit_changes", span)
        return {"definition_id": DEFINITION, "weeks": shown, "unit_changes": changes}

    async def dossiers(self, asked: Question, listing: Listing) -> Row:
        """One page of the dossiers behind a figure, and how many there are in all."""
        scope = await self._rooted(asked.scope)
        count = await self._reader.ask(lambda client: dossier_count(client, listing.figure, asked.period, scope))
        head = await self._head(asked, scope)
        rows = await self._list(asked, scope, listing, (listing.size, (listing.page - 1) * listing.size))
        return {**head, "figure": listing.figure, "is_stock": is_stock(listing.figure), "total": count, "page": listing.page,
                "size": listing.size, "sort": listing.sort, "dir": listing.direction, "dossiers": rows}  # fmt: skip

    async def all_dossiers(self, asked: Question, listing: Listing) -> list[Row]:
        """The whole list for a download, at most CSV_ROWS rows."""
        return await self._list(asked, await self._rooted(asked.scope), listing, (CSV_ROWS, 0))

    async def units(self, on: date) -> list[Row]:
        """The units in force on a day."""
        return await self._reader.rows("units", {"on": on.isoformat()})

    async def _list(self, asked: Question, scope: Scope, listing: Listing, window: tuple[int, int]) -> list[Row]:
        is_descending = listing.direction == "desc"
        order = {"sort": listing.sort, "is_descending": is_descending, "limit": window[0], "offset": window[1]}
        return await self._reader.ask(
            lambda client: dossiers_behind(client, listing.figure, asked.period, scope, order)
        )

    async def _rooted(self, scope: Scope) -> Scope:
        """Without a unit the page stands at the only province, if there is only one: no empty level above it (B3)."""
        if scope.unit_id:
            return scope
        province_ids = (await self._reader.recent_rows("extent"))[0]["province_ids"]
        return Scope(unit_id=province_ids[0]) if len(province_ids) == 1 and province_ids[0] else scope

    async def _head(self, asked: Question, scope: Scope) -> Row:
        unit, path = await self._unit_names.unit_and_path(scope, asked.period.last_day)
        return {"definition_id": DEFINITION, "from": asked.from_on, "to": asked.to_on, "as_of": asked.period.as_of,
                "unit": unit, "path": path}  # fmt: skip


def _columns(figures: Sequence[Figure]) -> list[Row]:
    """What the page's scripts must know of a figure: its id, its group, whether it is a rate and has a list."""
    return [
        {"id": one.id, "group": one.page, "is_rate": isinstance(one, Rate), "is_listed": one.id in LISTED}
        for one in figures
    ]


def _child(unit_id: int, kind: str, names: dict[int, tuple[str, str]]) -> dict[str, Any]:
    name, level = names.get(unit_id, ("", ""))
    is_own = kind == "own"
    return {"unit_id": unit_id, "name": name, "level": level if is_own else kind, "own": is_own}


def _mondays(asked: Period, first_on: date, last_on: date) -> list[date]:
    newest = week_of(min(asked.to_on - timedelta(days=1), last_on))
    oldest = max(newest - (TREND_WEEKS - 1) * _WEEK, week_of(first_on))
    return [oldest + nth * _WEEK for nth in range((newest - oldest) // _WEEK + 1)]
