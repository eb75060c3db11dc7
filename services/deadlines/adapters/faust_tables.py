"""The table of open clocks: rows <-> raw bytes in RocksDB and the changelog topic.

A value is a small fixed header (when to look next, flags, partition) and behind it the state's JSON. The header is all that
is read when timers are rebuilt, so a million open dossiers cost seconds, not minutes. Changed only inside a stream.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import faust

from services.deadlines.adapters.timers import instant, micros
from services.deadlines.pipeline import Row

TABLE = "open-clocks"

_HEADER = struct.Struct(">qBI")
_NEVER = -1
_HISTORY_FLAG = 1
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
class Wish:
    """What the timers need of one row: when it wants to be looked at, if ever."""

    partition: int
    key: bytes
    check_at: datetime | None
    is_history: bool


class OpenClocks:
    """The table behind three verbs. Reading works anywhere, changing only while a stream handles an event."""

    def __init__(self, app: faust.App) -> None:
        self.table = app.Table(
            TABLE,
            key_type=bytes,
            value_type=bytes,
            options=dict(_ROCKSDB_OPTIONS) if str(app.conf.store).startswith("rocksdb") else None,
        )

    def get(self, key: bytes) -> Row | None:
        """The row of one dossier."""
        value = self.table.get(key)
        return None if value is None else unpack(value)[0]

    def put(self, key: bytes, row: Row, partition: int) -> None:
        """Write a row; also when it is unchanged, because the changelog may have lost it in a crash."""
        self.table[key] = pack(row, partition)

    def remove(self, key: bytes) -> None:
        """Forget one dossier."""
        self.table.pop(key, None)

    def wishes(self) -> Iterator[Wish]:
        """Every row, as far as the timers need it."""
        for key, value in self.table.items():
            check, flags, partition = _HEADER.unpack_from(value)
            check_at = None if check == _NEVER else instant(check)
            yield Wish(partition=partition, key=key, check_at=check_at, is_history=bool(flags & _HISTORY_FLAG))


def pack(row: Row, partition: int) -> bytes:
    """The bytes of a row."""
    check = _NEVER if row.check_at is None else micros(row.check_at)
    return _HEADER.pack(check, _HISTORY_FLAG if row.is_history else 0, partition) + row.stored


def unpack(value: bytes) -> tuple[Row, int]:
    """The row of some bytes, and its partition."""
    check, flags, partition = _HEADER.unpack_from(value)
    check_at = None if check == _NEVER else instant(check)
    return Row(stored=value[_HEADER.size :], check_at=check_at, is_history=bool(flags & _HISTORY_FLAG)), partition
