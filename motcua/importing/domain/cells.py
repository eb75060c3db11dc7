"""The value of a field from a row, by its source in the mapping. What a cell can't mean is a CellError. Pure."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from motcua.importing.domain.cell_errors import CellError, shown
from motcua.importing.domain.mapping import Fixed, FromColumn, Parts, Running, Source
from motcua.importing.domain.unit_names import UnitNames
from motcua.importing.domain.words import folded

_END_OF_DAY = time(23, 59, 59)


class RunningNumber:
    """Stands for the number of an event until the order of the dossier's events is known."""


RUNNING = RunningNumber()


class CellReader:
    """Reads values; knows the zone in which instants without an offset are meant, and the units by name."""

    def __init__(self, zone: ZoneInfo, units: UnitNames) -> None:
        self._zone = zone
        self._units = units

    def value(self, source: Source, cells: Mapping[str, str], name: str) -> Any:
        """The value as JSON; None where nothing is said. Raises CellError."""
        match source:
            case Fixed(value=value):
                return value
            case Running():
                return RUNNING
            case Parts(parts=parts):
                found = {part: self.value(one, cells, f"{name}.{part}") for part, one in parts.items()}
                return found if all(one is not None for one in found.values()) else None
            case FromColumn():
                return self._from_column(source, cells, name)
            case _:
                assert_never(source)

    def instant(self, source: FromColumn, cells: Mapping[str, str]) -> datetime | None:
        """The instant of an event, aware; None where the cell is empty. Raises CellError."""
        column, cell = first_filled(source, cells)
        return self._instant(source, column, cell) if cell else None

    def _from_column(self, source: FromColumn, cells: Mapping[str, str], name: str) -> Any:
        column, cell = first_filled(source, cells)
        if source.values is not None:
            form = folded(cell)
            if form in source.values:
                return source.values[form]
            if source.has_otherwise:
                return source.otherwise
            if not cell:
                return None
            raise CellError("unknown-value", column, value=shown(cell), field=name)
        return self._converted(source, column, cell) if cell else source.otherwise

    def _converted(self, source: FromColumn, column: str, cell: str) -> Any:
        match source.kind:
            case "text":
                return cell
            case "integer":
                return _integer(column, cell)
            case "instant":
                return self._instant(source, column, cell).isoformat()
            case "day":
                return self._instant(source, column, cell).date().isoformat()
            case "texts":
                return [part.strip() for part in cell.split(";") if part.strip()]
            case "unit":
                return self._units.find(column, cell)
            case _:
                assert_never(source.kind)

    def _instant(self, source: FromColumn, column: str, cell: str) -> datetime:
        assert source.read_instant is not None  # noqa: S101 the mapping gives every instant its reader
        found = source.read_instant(cell)
        if found is None:
            raise CellError("bad-instant", column, value=shown(cell), formats=", ".join(source.forms))
        instant, is_bare = found
        if is_bare and source.bare_day == "end":
            instant = datetime.combine(instant.date(), _END_OF_DAY)
        return instant if instant.tzinfo else instant.replace(tzinfo=self._zone)


def first_filled(source: FromColumn, cells: Mapping[str, str]) -> tuple[str, str]:
    """The first column of a source whose cell isn't empty, and the cell; else the first column and nothing."""
    for column in source.columns:
        if cell := cells[column]:
            return column, cell
    return source.columns[0], ""


def _integer(column: str, cell: str) -> int:
    digits = cell.removeprefix("-")
    if not digits.isdecimal():
        # 1.000.000 and 1,000,000, also with what money is counted in behind it
        bare = digits.rstrip("đ₫ ").replace(" ", "")
        mark = next((one for one in ".," if one in bare), "")
        parts = bare.split(mark) if mark else [bare]
        is_grouped = all(part.isdecimal() for part in parts) and all(len(part) == 3 for part in parts[1:])
        if not is_grouped:
            raise CellError("bad-number", column, value=shown(cell))
        digits = "".join(parts)
    return -int(digits) if cell.startswith("-") else int(digits)
