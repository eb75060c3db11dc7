"""Names of units and the way down to one of them, as of a day."""

from datetime import date

from services.page.adapters.reader import Reader, Row
from services.stats.questions import Scope


class UnitNotFoundError(LookupError):
    """Nobody registered that unit, and no dossier knows it."""


class UnitNames:
    """Lookups in the register of units. Raises StatisticsUnavailableError when ClickHouse is away."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def names(self, on: date) -> dict[int, tuple[str, str]]:
        """Name and level of every unit, as of a day."""
        rows = await self._reader.recent_rows("unit_names", on.isoformat())
        return {row["unit_id"]: (row["name"], row["level"]) for row in rows}

    async def unit_and_path(self, scope: Scope, on: date) -> tuple[Row | None, list[Row]]:
        """The unit of a scope, and those above it from the top; levels that don't exist are not in the path (OR-6)."""
        if not scope.unit_id:
            return None, []
        names = await self.names(on)
        found = await self._reader.rows("unit_place", {"on": on.isoformat(), "unit_id": scope.unit_id})
        above = [unit_id for unit_id in (found[0]["place"] if found else ()) if unit_id not in (0, scope.unit_id)]
        if scope.is_own:
            above.append(scope.unit_id)
        return {**_unit(scope.unit_id, names), "own": scope.is_own}, [_unit(unit_id, names) for unit_id in above]


def _unit(unit_id: int, names: dict[int, tuple[str, str]]) -> Row:
    name, level = names.get(unit_id, ("", ""))
    return {"unit_id": unit_id, "name": name, "level": level or None}
