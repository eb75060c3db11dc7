"""Which keys a mapping may have, table by table; what is not known is refused with what was probably meant. Pure."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from motcua.importing.domain.words import meant

KEYS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "": frozenset({"source", "file", "formats", "rows", "dossier", "units", "events"}),
        "source": frozenset({"name", "time_zone", "history"}),
        "file": frozenset({"encoding", "delimiter", "header_row", "sheet", "sheets"}),
        "formats": frozenset({"dates", "bare_day"}),
        "rows": frozenset({"where", "skip"}),
        "dossier": frozenset({"key", "key_separator", "unit_id", "calendar_id", "letters"}),
        "units": frozenset(
            {"unit_id", "code", "name", "level", "unit_type", "parent_id", "valid_from", "valid_until", "legal_basis"}
        ),
        "events": frozenset({"type", "time", "when", "where", "required", "key", "take", "attributes", "data"}),
        "condition": frozenset({"column", "is", "is_not", "starts_with", "is_empty"}),
        "column": frozenset({"column", "columns", "kind", "values", "otherwise", "dates", "bare_day"}),
        "running": frozenset({"number"}),
    }
)
"""Kind of table -> its keys."""


def unknown_keys(table: Mapping[str, Any], kind: str, where: str) -> Iterator[str]:
    """A sentence for each key that a table of this kind doesn't have."""
    for name in table:
        if name not in KEYS[kind]:
            yield f"{f'{where}.' if where else ''}{name}: {not_known(name, KEYS[kind])}"


def not_known(name: str, known: frozenset[str]) -> str:
    """That something isn't known, and what was probably meant."""
    found = meant(name, sorted(known))
    return f"không có tên này; có phải {found!r}?" if found else f"không có tên này; có: {', '.join(sorted(known))}"
