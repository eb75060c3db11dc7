"""The table of open clocks: states in memory for a second, rows in RocksDB and the changelog topic behind them.

Faust declares the table, opens its databases and recovers them from the changelog. Rows are not written through it but by
checkpoints (checkpoint.py), because a row may only be stored once the events that it remembers are on the broker.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faust
from rocksdict import WriteBatch

from rules.clocks.state import StreamState
from services.deadlines.adapters.store import row_codec
from services.deadlines.adapters.store.damage import DamagedRowsError, note_damage, whole_rows
from services.deadlines.adapters.store.row_codec import RowHead

TABLE = "open-clocks"

Rows = Mapping[bytes, bytes | None]
"""Rows by key; None: forget it."""

_MOST_CLEAN = 20_000
_ROCKSDB_OPTIONS = {
    "driver": "rocksdict",
    # Faust's defaults would let 16 partitions take gigabytes of memory.
    "write_buffer_size": 4 * 1024 * 1024,
    "max_write_buffer_number": 2,
    "target_file_size_base": 16 * 1024 * 1024,
    "block_cache_size": 4 * 1024 * 1024,
    "block_cache_compressed_size": 0,
    "max_open_files": 256,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerEntry:
    """What the index of due instants needs of one row."""

    partition: int
    key: bytes
    head: RowHead
    is_catching_up: bool


class StoredRows:
    """The rows on disk: Faust's database of each partition of the table."""

    def __init__(self, table: Any, data_dir: Path) -> None:
        self._table = table
        self._data_dir = data_dir

    def get(self, partition: int, key: bytes) -> bytes | None:
        """The stored row of a stream, None where nothing is kept of it."""
        row: bytes | None = self._db(partition).get(key)
        return row

    def items(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        """Every row of a partition. Raises DamagedRowsError, and leaves word for the next start."""
        not_a_row = self._table.data.offset_key
        try:
            for key, row in whole_rows(self._db(partition)):
                if key != not_a_row:
                    yield key, row
        except DamagedRowsError as error:
            note_damage(self._data_dir, TABLE, partition, error)
            raise

    def write(self, partition: int, rows: Rows, changelog_offset: int) -> None:
        """Write rows and, in the same step, up to where they are in the changelog: recovery reads on from there."""
        batch = WriteBatch(raw_mode=True)
        for key, row in rows.items():
            if row is None:
                batch.delete(key)
            else:
                batch.put(key, row)
        batch.put(self._table.data.offset_key, b"%d" % changelog_offset)
        self._db(partition).write(batch)

    def _db(self, partition: int) -> Any:
        return self._table.data._db_for_partition(partition)  # noqa: SLF001 there is no public way to one partition


@dataclass(slots=True)
class _Partition:
    """What is in memory of one partition; None in place of a state: it was removed.

    `changed` since the last checkpoint; `leaving`: in the hands of the checkpoint that is being written; `clean`: as on disk.
    """

    changed: dict[bytes, StreamState | None] = field(default_factory=dict)
    leaving: dict[bytes, StreamState | None] = field(default_factory=dict)
    clean: dict[bytes, StreamState] = field(default_factory=dict)


class OpenClocks:
    """The states behind three verbs; nothing is written before a checkpoint takes what changed.

    `epoch` goes up whenever partitions are taken away: who awaited something in between must not go on with them.
    """

    def __init__(self, rows: StoredRows) -> None:
        self.rows = rows
        self.epoch = 0
        self._partitions: dict[int, _Partition] = {}

    def get(self, key: bytes, partition: int) -> StreamState | None:
        """The state of one stream."""
        held = self._held(partition)
        for states in (held.changed, held.leaving):
            if key in states:
                return states[key]
        state = held.clean.get(key)
        if state is None:
            row = self.rows.get(partition, key)
            if row is None:
                return None
            state = row_codec.unpack(row)
            _keep(held.clean, key, state)
        return state

    def put(self, key: bytes, state: StreamState, partition: int) -> None:
        """Change a state."""
        self._held(partition).changed[key] = state

    def remove(self, key: bytes, partition: int) -> None:
        """Forget one stream."""
        self._held(partition).changed[key] = None

    def timer_entries(self, partitions: Iterable[int]) -> Iterator[TimerEntry]:
        """Every stored row, as far as the index of due instants needs it."""
        for partition in partitions:
            for key, row in self.rows.items(partition):
                head = row_codec.head(row)
                # Only few ever were catching up, and only of these the whole state is read.
                is_catching_up = head.catching_up_at > 0 and row_codec.unpack(row).is_catching_up
                yield TimerEntry(partition=partition, key=key, head=head, is_catching_up=is_catching_up)

    def take(self) -> dict[int, Rows]:
        """The rows that changed since they were last taken, per partition; they stay readable until `mark_stored`."""
        taken: dict[int, Rows] = {}
        for partition, held in self._partitions.items():
            if held.changed:
                held.leaving, held.changed = held.changed, {}
                taken[partition] = {
                    key: None if state is None else row_codec.pack(state, partition)
                    for key, state in held.leaving.items()
                }
        return taken

    def mark_stored(self) -> None:
        """Note that what was taken is stored: from now on it may be read from the rows."""
        for held in self._partitions.values():
            for key, state in held.leaving.items():
                if state is None:
                    held.clean.pop(key, None)
                else:
                    _keep(held.clean, key, state)
            held.leaving = {}

    def drop(self) -> None:
        """Partitions were taken away: forget what is in memory. What was not stored is read again by whoever has them next."""
        self.epoch += 1
        self._partitions.clear()

    def _held(self, partition: int) -> _Partition:
        held = self._partitions.get(partition)
        if held is None:
            held = self._partitions[partition] = _Partition()
        return held


def make_table(app: faust.App) -> Any:
    """Declare the table to Faust."""
    return app.Table(TABLE, key_type=bytes, value_type=bytes, options=dict(_ROCKSDB_OPTIONS))


def _keep(clean: dict[bytes, StreamState], key: bytes, state: StreamState) -> None:
    """Keep it as the youngest; the eldest goes when there are too many."""
    clean.pop(key, None)
    if len(clean) >= _MOST_CLEAN:
        del clean[next(iter(clean))]
    clean[key] = state
