"""Holds every figure of the statistics against a plain-Python count over the same published events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from demo.oracle import COUNTS, count, read, weeks
from demo.reference import Unit
from demo.simulation import WINDOWS
from events.codec import from_kafka, to_structured
from events.topics import Topic
from motcua.addresses import Addresses
from motcua.commands.sql_command import supervisor_client
from motcua.kafka_reading import read_topic
from services.stats.questions import LEVELS, figures

ALL_TIME = (date(1970, 1, 1), date(2100, 1, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many figures were compared, and each that differs."""

    events: int
    figures: int
    differences: tuple[str, ...]


async def published(addresses: Addresses) -> list[dict[str, Any]]:
    """Everything that was published so far, dossier events and deadline events, structured."""
    topics = (Topic.DOSSIER_EVENTS, Topic.DEADLINE_EVENTS)
    return [one for topic in topics for one in await _structured(addresses, topic.value)]


def compare(addresses: Addresses, events: Sequence[dict[str, Any]], units: Sequence[Unit], now: datetime) -> Comparison:
    """Every figure of every unit, for each week of the demo and for all time, at the three levels."""
    dossiers = read(events)
    known = {unit.unit_id for unit in units}
    compared = 0
    differences: list[str] = []
    periods = [week for window in WINDOWS for week in weeks(window.first_on, window.end_on)]
    with supervisor_client(addresses.reader_url) as client:
        for period in [*periods, ALL_TIME]:
            for level in LEVELS:
                expected = count(dossiers, units, level, period, now)
                from_on, to_on = period if period != ALL_TIME else (None, None)
                shown_units = figures(client, level, from_on, to_on, now=now)
                counted = {one.unit_id: one for one in shown_units if one.unit_id in known}
                for unit_id in sorted(expected.keys() | counted.keys()):
                    shown = {name: getattr(counted[unit_id], name) if unit_id in counted else 0 for name in COUNTS}
                    wanted = expected.get(unit_id, dict.fromkeys(COUNTS, 0))
                    compared += len(COUNTS)
                    differences += _differences(f"{level} {unit_id} {period[0]}", shown, wanted)
    return Comparison(events=len(events), figures=compared, differences=tuple(differences))


def _differences(where: str, shown: dict[str, int], wanted: dict[str, int]) -> list[str]:
    return [
        f"{where} {name}: the statistics say {shown[name]}, the events say {wanted[name]}"
        for name in COUNTS
        if shown[name] != wanted[name]
    ]


async def _structured(addresses: Addresses, topic: str) -> list[dict[str, Any]]:
    found = []
    async for record in read_topic(addresses.kafka, topic):
        structured = to_structured(from_kafka(record.value, record.headers))
        structured["time"] = structured["time"].isoformat()
        found.append({**structured, "data": _texts(structured["data"])})
    return found


def _texts(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}
