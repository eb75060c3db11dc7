"""What comparing the store with ClickHouse costs when both are large: `python -m bench.comparing [--events N]`.

A store and a ClickHouse with so many events, five a dossier, of which one was lost and one forged: the first count of the
store (by intake, at its start and every ten minutes), one after a few new events, the comparison as the loader does it, and what
status and page read of it. The comparison is done every two minutes at least.
"""

import argparse
import hashlib
import sqlite3
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.table import print_table
from events.codec import dumps
from services.intake.adapters.event_store import LedgerStore, open_store
from services.intake.adapters.recorded_counts import RecordedCounts
from services.stats.adapters.comparing import RECORDED, begin, compare
from services.stats.adapters.recorded_side import Ages, Settled
from services.stats.questions import comparisons, loading
from tests.sql.engines import engine_of_its_own

AT_ONCE = 100_000
EACH = 5
START = datetime(2026, 1, 1, tzinfo=UTC)
FILL = """
INSERT INTO events
    (opened_on, dossier_id, stream_seq, event_id, event_type, occurred_at, recorded_at, _topic, _offset, ingested_at)
WITH lower(hex(MD5(toString(intDiv(number, {each:UInt32}))))) AS id, toDateTime('2026-01-01 00:00:00', 'UTC') + number AS at
SELECT
    toDate('2026-01-01') + intDiv(number, {each:UInt32}) % 300,
    concat(substr(id, 1, 8), '-', substr(id, 9, 4), '-4', substr(id, 14, 3), '-', substr(id, 17, 4), '-', substr(id, 21, 12)),
    number % {each:UInt32} + 1, concat('event-', toString(number)), 'step-started.v1', at, at, 'dossier-events', number,
    now64(6) - 3600
FROM numbers({count:UInt64})
"""
LOSE = "ALTER TABLE events DELETE WHERE event_id = 'event-77' SETTINGS mutations_sync = 1"
FORGE = "INSERT INTO events SELECT * REPLACE ('forged' AS event_id, 9 AS stream_seq) FROM events WHERE _offset = 1234"


class Side:
    """Intake's answers without HTTP."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self.counts = RecordedCounts(store, time.monotonic)

    def settled(self) -> Settled:
        """Up to the last number, as at intake's first look."""
        told = self.counts.settled()
        return Settled(told.through, datetime.fromisoformat(told.recorded_until), told.age_seconds, told.counts)

    def counts_within(self, prefix: str, through: int) -> Mapping[str, int]:
        """Inside one part."""
        return self._store.count_by_prefix(prefix, 0, through)

    def events_within(self, prefix: str, _: int) -> Ages:
        """All an hour old."""
        events = self._store.events_by_prefix(prefix)
        return {(one["subject"], one["streamseq"], one["id"]): 3600.0 for one in events}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=3_000_000)
    count = parser.parse_args().events
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as named:
        path = Path(named) / "ledger.sqlite"
        open_store({"SQLITE_DBNAME": str(path)}).close()
        fill_store(path, count)
        with engine_of_its_own(Path(named) / "clickhouse") as (_, client), closing(open_store_of(path)) as store:
            client.command(FILL, parameters={"each": EACH, "count": count})
            client.command(LOSE)
            client.command(FORGE)
            side = Side(store)
            begin(client)
            for what, work in (
                ("the store, the first time", side.settled),
                ("the store, again", side.settled),
                ("the comparison", lambda: compare(client, side)),
                ("what status and page read", lambda: (comparisons(client), loading(client))),
            ):
                began = time.perf_counter()
                work()
                seconds[what] = time.perf_counter() - began
            (pair,) = [one for one in comparisons(client) if one.name == RECORDED]
            assert pair.verdict == "differs", pair
            assert [name.rsplit(" ", 1)[1] in ("event-77", "forged") for name in pair.first()] == [True, True], pair
    print_table(("what", "events", "seconds"), [(what, f"{count:,}", f"{took:.2f}") for what, took in seconds.items()])


def open_store_of(path: Path) -> LedgerStore:
    return open_store({"SQLITE_DBNAME": str(path)})


def fill_store(path: Path, count: int) -> None:
    """Rows as intake writes them, without what no comparison reads."""
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA synchronous=OFF")
        for start in range(0, count, AT_ONCE):
            rows = [row_of(number) for number in range(start, min(start + AT_ONCE, count))]
            store.executemany(
                "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)", rows
            )
            store.commit()


def row_of(number: int) -> tuple[str, int, str, bytes]:
    digest = hashlib.md5(str(number // EACH).encode(), usedforsecurity=False).hexdigest()
    stream = f"{digest[:12]}4{digest[13:]}"
    dossier_id = f"{stream[:8]}-{stream[8:12]}-{stream[12:16]}-{stream[16:20]}-{stream[20:]}"
    said: dict[str, Any] = {
        "subject": dossier_id, "streamseq": number % EACH + 1, "id": f"event-{number}",
        "recordedat": START + timedelta(seconds=number), "data": {"note": "x" * 600},
    }  # fmt: skip
    return stream, number % EACH + 1, "step-started.v1", dumps(said)


if __name__ == "__main__":
    main()
