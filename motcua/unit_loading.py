"""Adds units to the register without touching those that somebody else loaded."""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from clickhouse_connect.driver.client import Client

from motcua.addresses import data_dir_of
from motcua.units_copy import keep_units
from services.stats.adapters.clickhouse import open_client
from services.stats.adapters.unit_register import load_units
from services.stats.domain.levels import UnitPeriod
from services.stats.domain.periods import FIRST_DAY, LAST_DAY

KNOWN = (
    "SELECT unit_id, code, name, level, unit_type, parent_id, valid_from, valid_until, legal_basis FROM units FINAL"
    " ORDER BY unit_id, valid_from"
)


def add_units(clickhouse_url: str, units: Iterable[UnitPeriod]) -> None:
    """Make the register know these units; what it knew of the same units is replaced, all others stay. A copy is kept.

    Raises UnitFileError before anything is written, ClickHouseError when the statistics don't answer.
    """
    added = list(units)
    client = open_client(clickhouse_url)
    try:
        known = known_units(client)
        replaced = {unit.unit_id for unit in added}
        others = [one for one in known if one.unit_id not in replaced]
        if {*known} != {*others, *added}:
            load_units(client, [*others, *added])
        keep_units(data_dir_of(os.environ), known_units(client))
    finally:
        client.close()


def known_units(client: Client) -> list[UnitPeriod]:
    """The register as it stands."""
    answer = client.query(KNOWN)
    return [UnitPeriod(**dict(zip(answer.column_names, row, strict=True))) for row in answer.result_rows]


def unit_periods(tables: Iterable[Mapping[str, Any]]) -> list[UnitPeriod]:
    """The units that an import mapping carries in its [[units]] tables."""
    return [
        UnitPeriod(
            unit_id=one["unit_id"],
            code=one.get("code", ""),
            name=one["name"],
            level=one["level"],
            unit_type=one.get("unit_type", ""),
            parent_id=one.get("parent_id", 0),
            valid_from=_day(one.get("valid_from"), FIRST_DAY),
            valid_until=_day(one.get("valid_until"), LAST_DAY),
            legal_basis=one.get("legal_basis", ""),
        )
        for one in tables
    ]


def _day(given: date | None, if_empty: date) -> date:
    return if_empty if given is None else given
