"""The page's tables as CSV: the same rows as on the screen, headings in the reader's language, readable by a spreadsheet.

UTF-8 with a byte order mark (so that Vietnamese survives), CRLF (RFC 4180), ISO days, rates as ratios 0..1. A text that a
spreadsheet would run as a formula gets an apostrophe in front.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.stats.questions import FIGURES as ALL_FIGURES
from services.stats.questions import TREND as OF_TREND
from services.stats.questions import harmless_cell

Translate = Callable[..., str]
"""A key of the dictionaries -> its text in the reader's language."""
Column = tuple[str, str]
"""(name in the row, key of the heading)."""

FIGURES: Sequence[Column] = (
    ("unit_id", "column.unit_id"), ("name", "column.unit"), ("level", "column.level"),
    *((one.id, f"figure.{one.id}") for one in ALL_FIGURES), ("definition_id", "column.definition_id"),
)  # fmt: skip
TREND: Sequence[Column] = (
    ("from", "column.week"), ("to", "column.week_until"),
    *((one.id, f"figure.{one.id}") for one in OF_TREND), ("definition_id", "column.definition_id"),
)  # fmt: skip
DOSSIERS: Sequence[Column] = tuple((name, f"column.{name}") for name in (
    "dossier_code", "dossier_id", "procedure_name", "unit_name", "held_by_unit_name", "accepted_at", "lawful_due_at", "ended_at",
    "outcome", "overdue_days", "apology_class",
))  # fmt: skip
EVENTS: Sequence[Column] = (
    ("occurred_at", "column.occurred_at"), ("recorded_at", "column.recorded_at"), ("event_type", "column.event_type"),
    ("actor_id", "column.actor_id"), ("unit_id", "column.unit_id"), ("unit_name", "column.event_unit"), ("data", "column.data"),
)  # fmt: skip
UNITS: Sequence[Column] = tuple((name, f"column.{name}") for name in (
    "unit_id", "code", "name", "level", "parent_id", "valid_from", "valid_until",
))  # fmt: skip

_TRANSLATED = {"outcome": "outcome", "apology_class": "apology", "level": "level"}


def csv_of(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], t: Translate) -> bytes:
    """The file's bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([t(heading) for _, heading in columns])
    for row in rows:
        zone = row.get("time_zone") or "Asia/Ho_Chi_Minh"
        writer.writerow([_cell(name, row.get(name), zone, t) for name, _ in columns])
    return text.getvalue().encode("utf-8-sig")


def _cell(name: str, value: Any, zone: str, t: Translate) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if name in _TRANSLATED and isinstance(value, str):
        return t(f"{_TRANSLATED[name]}.{value}") if value else ""
    return harmless_cell(value) if isinstance(value, str) else str(value)
