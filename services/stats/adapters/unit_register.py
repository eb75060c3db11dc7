"""Writes the hierarchy into ClickHouse and puts the facts' levels right after a change.

The hierarchy follows from the events of units, as they are stored in `reference_events` (ADR 0020).
"""

import logging
from collections.abc import Iterable
from typing import Final

from clickhouse_connect.driver.client import Client

from services.stats.adapters.queries import query_text
from services.stats.adapters.register_table import RegisterTable, known_rows, replace_rows, revision_of
from services.stats.domain.errors import UnitFileError
from services.stats.domain.levels import Place, PlacedUnit, Places, UnitPeriod, place_units

_log = logging.getLogger("stats")
UNITS: Final = RegisterTable(
    "units",
    (
        "unit_id", "valid_from", "valid_until", "code", "name", "level", "unit_type", "parent_id", "province_id",
        "district_id", "commune_id", "legal_basis",
    ),
    key=2,
)  # fmt: skip


def refresh_units(client: Client, periods: Iterable[UnitPeriod]) -> None:
    """Make the hierarchy these periods. Safe to repeat, also after a crash half-way.

    Intake lets no overlap and no ring be recorded; should one stand there all the same, the hierarchy stays as it is.
    """
    try:
        placed = place_units(periods)
    except UnitFileError as error:
        _log.error("the units stay as they are, because their events contradict one another: %s", error)
        return
    rows = [_row(piece) for piece in placed]
    if set(rows) != known_rows(client, UNITS):
        replace_rows(client, UNITS, rows)
    rebuild_levels(client)  # always: a crash may have come between both


def load_units(client: Client, units: Iterable[UnitPeriod]) -> int:
    """Make `units` the whole hierarchy, as of a new revision, and rebuild the facts' levels. Returns the number of periods.

    What the register held and `units` no longer says is gone. Safe to repeat, also after a crash half-way. Raises
    UnitFileError before anything is written.
    """
    placed = place_units(units)
    replace_rows(client, UNITS, [_row(piece) for piece in placed])
    rebuild_levels(client)
    return len(placed)


def units_revision(client: Client) -> int:
    """The number of the register's newest revision; 0 while it is empty."""
    return revision_of(client, UNITS)


def read_places(client: Client) -> Places:
    """The lookup of places by unit and day, as the register stands."""
    rows = client.query(
        "SELECT unit_id, valid_from, valid_until, province_id, district_id, commune_id FROM units FINAL"
    ).result_rows
    return Places((unit_id, start, until, Place(*place)) for unit_id, start, until, *place in rows)


def rebuild_levels(client: Client) -> None:
    """Write the facts whose levels no longer agree with the register once more; same version, so the newer row stays."""
    client.command(query_text("rebuild_levels"))


def _row(piece: PlacedUnit) -> tuple[object, ...]:
    unit = piece.period
    return (
        unit.unit_id, piece.valid_from, piece.valid_until, unit.code, unit.name, unit.level, unit.unit_type, unit.parent_id,
        *piece.place, unit.legal_basis,
    )  # fmt: skip
