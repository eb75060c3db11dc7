"""Makes the registers of the statistics what all stored reference events say: `units` and `officers` (ADR 0020)."""

from typing import Final

from clickhouse_connect.driver.client import Client

from services.stats.adapters.register_table import RegisterTable, known_rows, replace_rows
from services.stats.adapters.unit_register import refresh_units
from services.stats.domain.reference import OfficerPeriod, StoredReference, officer_periods, unit_periods

OFFICERS: Final = RegisterTable("officers", OfficerPeriod._fields, key=5)


def refresh_register(client: Client) -> None:
    """Read all reference events and write what differs. Safe to repeat, also after a crash half-way."""
    columns = ", ".join(StoredReference._fields)
    rows = client.query(f"SELECT {columns} FROM reference_events FINAL").result_rows  # noqa: S608  # names of ours
    stored = [StoredReference(*row) for row in rows]
    refresh_units(client, unit_periods(stored))
    officers = {one[: OFFICERS.key]: tuple(one) for one in officer_periods(stored)}
    if set(officers.values()) != known_rows(client, OFFICERS):
        replace_rows(client, OFFICERS, officers.values())
