"""Writes the hierarchy into ClickHouse and puts the facts' levels right after a change.

The hierarchy follows from the events of units, as they are stored in `reference_events` (ADR 0020).
"""

import logging
from collections.abc import Iterable
from datetime import date

from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import insert_rows
from services.stats.adapters.queries import query_text
from services.stats.domain.errors import UnitFileError
from services.stats.domain.levels import Place, PlacedUnit, Places, UnitPeriod, place_units
from services.stats.domain.reference import StoredReference, unit_periods

_log = logging.getLogger("stats")
_COLUMNS = (
    "unit_id", "valid_from", "valid_until", "code", "name", "level", "unit_type", "parent_id", "province_id", "district_id",
    "commune_id", "legal_basis", "revision", "is_deleted",
)  # fmt: skip


def refresh_units(client: Client) -> None:
    """Make the hierarchy what all stored events of units say. Safe to repeat, also after a crash half-way.

    Intake lets no overlap and no ring be recorded; should one stand there all the same, the hierarchy stays as it is.
    """
    columns = ", ".join(StoredReference._fields)
    stored = client.query(f"SELECT {columns} FROM reference_events FINAL").result_rows  # noqa: S608  # names of ours
    periods = unit_periods(StoredReference(*row) for row in stored)
    try:
        placed = place_units(periods)
    except UnitFileError as error:
        _log.error("the units stay as they are, because their events contradict one another: %s", error)
        return
    wanted = {_row(piece, 0)[:-2] for piece in placed}
    known = client.query(f"SELECT {', '.join(_COLUMNS[:-2])} FROM units FINAL").result_rows  # noqa: S608  # as above
    if wanted == {tuple(row) for row in known}:
        rebuild_levels(client)  # a crash may have come between both
    else:
        load_units(client, periods)


def load_units(client: Client, units: Iterable[UnitPeriod]) -> int:
    """Make `units` the whole hierarchy, as of a new revision, and rebuild the facts' levels. Returns the number of periods.

    What the register held and `units` no longer says is gone. Safe to repeat, also after a crash half-way. Raises
    UnitFileError before anything is written.
    """
    placed = place_units(units)
    known = {(row[0], row[1]) for row in client.query("SELECT unit_id, valid_from FROM units FINAL").result_rows}
    revision = units_revision(client) + 1
    rows = [_row(piece, revision) for piece in placed]
    gone = known - {(row[0], row[1]) for row in rows}
    rows.extend(_gone_row(unit_id, valid_from, revision) for unit_id, valid_from in sorted(gone))
    if rows:
        insert_rows(client, "units", rows, _COLUMNS)
    rebuild_levels(client)
    return len(placed)


def units_revision(client: Client) -> int:
    """The number of the register's newest revision; 0 while it is empty."""
    return int(client.query("SELECT max(revision) FROM units").result_rows[0][0])


def read_places(client: Client) -> Places:
    """The lookup of places by unit and day, as the register stands."""
    rows = client.query(
        "SELECT unit_id, valid_from, valid_until, province_id, district_id, commune_id FROM units FINAL"
    ).result_rows
    return Places((unit_id, start, until, Place(*place)) for unit_id, start, until, *place in rows)


def rebuild_levels(client: Client) -> None:
    """Write the facts whose levels no longer agree with the register once more; same version, so the newer row stays."""
    client.command(query_text("rebuild_levels"))


def _row(piece: PlacedUnit, revision: int) -> tuple[object, ...]:
    unit = piece.period
    return (
        unit.unit_id, piece.valid_from, piece.valid_until, unit.code, unit.name, unit.level, unit.unit_type, unit.parent_id,
        *piece.place, unit.legal_basis, revision, 0,
    )  # fmt: skip


def _gone_row(unit_id: int, valid_from: date, revision: int) -> tuple[object, ...]:
    return (unit_id, valid_from, valid_from, "", "", "", "", 0, 0, 0, 0, "", revision, 1)
