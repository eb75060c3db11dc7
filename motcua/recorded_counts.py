"""What the event store and ClickHouse hold of the dossiers, part by part, for comparing them.

A part is all dossiers whose id begins with the same two letters. The store is read as a file, beside intake and without
disturbing it; a PostgreSQL store is not compared.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

OF_DOSSIERS = "originator_id NOT IN (SELECT dossier_id FROM register_places)"
STORED = f"SELECT substr(originator_id, 1, 2), count(*) FROM stored_events WHERE {OF_DOSSIERS} GROUP BY 1"  # noqa: S608
STORED_IDS = f"SELECT state FROM stored_events WHERE substr(originator_id, 1, 2) = ? AND {OF_DOSSIERS}"  # noqa: S608
COUNTED = (
    "SELECT lower(substring(dossier_id, 1, 2)) AS part, count() AS events"
    " FROM events FINAL WHERE _topic = 'dossier-events' GROUP BY part"
)
COUNTED_IDS = (
    "SELECT dossier_id, stream_seq, event_id, dateDiff('second', min(ingested_at), now64(6)) AS age_seconds FROM events"
    " WHERE _topic = 'dossier-events' AND lower(substring(dossier_id, 1, 2)) IN {parts:Array(String)}"
    " GROUP BY dossier_id, stream_seq, event_id"
)


def stored_counts(path: Path) -> dict[str, int]:
    """Events about dossiers in the store, per part."""
    with closing(_opened(path)) as store:
        return dict(store.execute(STORED).fetchall())


def stored_ids(path: Path, parts: Sequence[str], now: datetime) -> dict[str, float]:
    """The events of some parts, and their ages in seconds."""
    with closing(_opened(path)) as store:
        states = [json.loads(state) for part in parts for (state,) in store.execute(STORED_IDS, (part,))]
    return {_name(one["subject"], one["streamseq"], one["id"]): _age(one["recordedat"], now) for one in states}


def age_of_stored(path: Path, number: int, now: datetime) -> tuple[str, float] | None:
    """The event with that number, and its age in seconds; None when there is none."""
    with closing(_opened(path)) as store:
        row = store.execute("SELECT state FROM stored_events WHERE rowid = ?", (number,)).fetchone()
    if row is None:
        return None
    state = json.loads(row[0])
    return _name(state["subject"], state["streamseq"], state["id"]), _age(state["recordedat"], now)


def counted_counts(client: Client) -> dict[str, int]:
    """Events about dossiers in ClickHouse, each once, per part."""
    return {row["part"]: row["events"] for row in client.query(COUNTED).named_results()}


def counted_ids(client: Client, parts: Sequence[str]) -> dict[str, float]:
    """The events of some parts, and since how many seconds ClickHouse has them."""
    rows: Any = client.query(COUNTED_IDS, parameters={"parts": list(parts)}).named_results()
    return {_name(row["dossier_id"], row["stream_seq"], row["event_id"]): float(row["age_seconds"]) for row in rows}


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1.0)


def _name(dossier_id: str, stream_seq: int, event_id: str) -> str:
    return f"dossier {dossier_id} number {stream_seq} event {event_id}"


def _age(recorded_at: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(recorded_at)).total_seconds()
