"""Units by number, code or name, as registers write them; a name that several units bear finds none of them. Pure."""

from collections import defaultdict

from motcua.importing.domain.cell_errors import CellError, shown
from motcua.importing.domain.words import folded, meant
from services.intake.domain.unit_register import Units


class UnitNames:
    """The units that a cell may name."""

    def __init__(self, units: Units) -> None:
        self._by_form: dict[str, set[int]] = defaultdict(set)
        self._names: dict[int, str] = {}
        for history in units:
            self._by_form[str(history.unit_id)].add(history.unit_id)
            for period in history.periods:
                self._names[history.unit_id] = period.name
                for text in filter(None, (period.code, period.name)):
                    self._by_form[folded(text)].add(history.unit_id)

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
