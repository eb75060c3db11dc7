"""One dossier for an inspector: how it stands, its due dates, pauses, and every event in order with data and envelope."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from events.catalog import DEADLINE_TYPES
from services.page.adapters.reader import Reader, Row
from services.page.adapters.unit_names import UnitNames
from services.stats.questions import (
    DEFINITION,
    Scope,
    codes_asked,
    dossiers_meant,
    is_dossier_id,
    local_day,
    period,
    period_parameters,
)

STILL_PAUSED = datetime(2299, 1, 1, tzinfo=UTC)
"""A pause that ends after this is still open, and what comes after it has not come; the table has no NULL in a tuple."""

_SHOWN = (
    "dossier_id", "dossier_code", "unit_id", "held_by_unit_id", "procedure_code", "procedure_name", "channel", "is_history",
    "opened_on", "accepted_at", "original_due_at", "lawful_due_at", "promised_due_at", "due_on", "is_provisional", "classify_by",
    "time_zone",
    "ended_at", "ended_on", "ended_by", "outcome", "delivered_at", "breached_at", "breach_unit_id", "apology_latest_at",
    "apology_required_at", "apology_sent_at", "apology_class", "integrity_flag_count", "correction_count", "further_codes",
    "last_event_at",
    "version", "open_within", "open_paused", "open_overdue",
)  # fmt: skip


class DossierNotFoundError(LookupError):
    """No dossier of that id, and not one only of that code, is known here."""


async def dossier_named(reader: Reader, name: str, now: datetime) -> Row:
    """How a dossier stands, by its id or by any of its codes (DR-30), however it is written.

    Raises DossierNotFoundError, also where several dossiers have the code.
    """
    ids = [name]
    if not is_dossier_id(name):  # every link says the id as it stands: nothing to look for
        ids = dossiers_meant(name, await reader.rows("dossiers_by_code", codes_asked(name)))
    if len(ids) != 1:
        raise DossierNotFoundError(name)
    found = await reader.rows("dossier", {**period_parameters(period(None, None, now)), "dossier_id": ids[0]})
    if not found:
        raise DossierNotFoundError(name)
    return found[0]


class DossierPage:
    """Reads one dossier. Raises StatisticsUnavailableError when ClickHouse is away."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._unit_names = UnitNames(reader)

    async def dossier(self, name: str, now: datetime) -> Row:
        """Everything of one dossier, by its id or a code of it. Raises DossierNotFoundError."""
        row = await dossier_named(self._reader, name, now)
        keys = {"dossier_id": row["dossier_id"], "opened_on": row["opened_on"].isoformat()}
        events = [_event(one) for one in await self._reader.rows("dossier_events", keys)]
        accepted_on = local_day(row["accepted_at"])
        names = {unit_id: name for unit_id, (name, _) in (await self._unit_names.names(accepted_on)).items()}
        unit, path = await self._unit_names.unit_and_path(Scope(unit_id=row["unit_id"]), accepted_on)
        extent = (await self._reader.recent_rows("extent"))[0]
        return {
            "definition_id": DEFINITION,
            "data_until": extent["data_until"],
            "unit": unit,
            "path": path,
            "dossier": _dossier(row, names),
            "events": events,
            "units": {str(unit_id): names[unit_id] for unit_id in sorted(_mentioned(row, events)) if unit_id in names},
        }


def _dossier(row: Row, names: Mapping[int, str]) -> Row:
    shown = {name: row[name] for name in _SHOWN}
    for name in ("unit", "held_by_unit", "breach_unit"):
        shown[f"{name}_name"] = names.get(row[f"{name}_id"], "")
    shown["due_history"] = [
        {"known_from": change["known_from"], "lawful_due_at": change["lawful_due_at"]} for change in row["due_history"]
    ]
    shown["pauses"] = [
        {
            "paused_at": pause["paused_at"],
            "resumed_at": None if pause["resumed_at"] > STILL_PAUSED else pause["resumed_at"],
        }
        for pause in row["pauses"]
    ]
    shown["obligations"] = [_obligation(owed, names) for owed in row["obligations"]]
    return shown


def _obligation(owed: Row, names: Mapping[int, str]) -> Row:
    """One missed due date, and what was done about it (AR-07)."""
    is_waived = owed["waived_at"] < STILL_PAUSED
    return {
        "due_at": owed["due_at"],
        "latest_at": owed["latest_at"],
        "unit_id": owed["unit_id"],
        "unit_name": names.get(owed["unit_id"], ""),
        "sent_at": None if owed["sent_at"] > STILL_PAUSED else owed["sent_at"],
        "apology_class": owed["sent_class"] or ("waived" if is_waived else "missing"),
    }


def _event(row: Row) -> Row:
    return {
        **row,
        "data": _json_object(row["data"]),
        "envelope": _json_object(row["envelope"]),
        "by_system": row["event_type"] in DEADLINE_TYPES,
    }


def _json_object(text: str) -> dict[str, Any]:
    parsed = orjson.loads(text) if text else {}
    return parsed if isinstance(parsed, dict) else {"": parsed}


def _mentioned(row: Row, events: list[Row]) -> set[int]:
    ids = {
        row["unit_id"],
        row["held_by_unit_id"],
        row["breach_unit_id"],
        *(one["unit_id"] for one in row["obligations"]),
    }
    for event in events:
        ids.add(event["unit_id"])
        ids.update(
            value for name, value in event["data"].items() if name.endswith("unit_id") and isinstance(value, int)
        )
    return ids
