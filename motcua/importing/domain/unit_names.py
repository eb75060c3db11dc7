"""Units by number, code or name, as registers write them; a name that several units bear finds none of them. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from motcua.importing.domain.cell_errors import CellError, shown
from motcua.importing.domain.words import folded, meant
from services.stats.domain.levels import UnitPeriod


class UnitNames:
    """The units that a cell may name."""

    def __init__(self, units: Iterable[UnitPeriod]) -> None:
        self._by_form: dict[str, set[int]] = defaultdict(set)
        self._names: dict[int, str] = {}
        for unit in units:
            self._names[unit.unit_id] = unit.name
            for text in (str(unit.unit_id), unit.code, unit.name):
                if text:
                    self._by_form[folded(text)].add(unit.unit_id)

    def find(self, column: str, cell: str) -> int:
        """The number of the unit that a cell names. Raises CellError."""
        found = self._by_form.get(folded(cell), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            known = ", ".join(f"{unit_id} {self._names[unit_id]}" for unit_id in sorted(found))
            raise CellError("ambiguous-unit", column, value=shown(cell), known=known)
        near = meant(cell, self._names.values())
        raise CellError("unknown-unit", column, value=shown(cell), hint=f"; có phải “{near}”?" if near else "")
