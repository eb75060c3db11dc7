"""States in memory, rows behind their words: what a checkpoint takes, in which order it writes, and what a failure leaves."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pytest

from rules.clocks.state import StreamState, Subject
from services.deadlines.adapters.live.checkpoint import Checkpoint
from services.deadlines.adapters.live.outbox import Outbox
from services.deadlines.adapters.store import faust_tables, row_codec
from services.deadlines.adapters.store.faust_tables import OpenClocks, StoredRows

SUBJECT = Subject(1, 26734, None, None, "vn-hanoi", "1", "2025")


def state(seq: int, catching_up_at: int = 0, known_at: int = 50) -> StreamState:
    return StreamState(seq, known_at, 0, 1000 + seq, SUBJECT, 26734, catching_up_at=catching_up_at)


class Order(list[str]):
    """What happened, in order."""


class Disk:
    """Rows as on disk."""

    def __init__(self, order: Order) -> None:
        self.rows: dict[tuple[int, bytes], bytes] = {}
        self.offsets: dict[int, int] = {}
        self.reads = 0
        self.order = order
        self.is_full = False

    def get(self, partition: int, key: bytes) -> bytes | None:
        self.reads += 1
        return self.rows.get((partition, key))

    def items(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        return ((key, row) for (where, key), row in self.rows.items() if where == partition)

    def write(self, partition: int, rows: Mapping[bytes, bytes | None], changelog_offset: int) -> None:
        if self.is_full:
            raise OSError("no space left")
        self.order.append("disk")
        for key, row in rows.items():
            if row is None:
                self.rows.pop((partition, key), None)
            else:
                self.rows[partition, key] = row
        self.offsets[partition] = changelog_offset


class Batch:
    def __init__(self) -> None:
        self.rows: list[tuple[bytes, bytes | None]] = []

    def append(self, *, timestamp: None, key: bytes, value: bytes | None, headers: Sequence[Any] = ()) -> object | None:
        if len(self.rows) == 2:
            return None
        self.rows.append((key, value))
        return self

    def record_count(self) -> int:
        return len(self.rows)


class Broker:
    """Writes at once, or refuses what goes to a topic."""

    def __init__(self, order: Order) -> None:
        self.has_failed = False
        self.order = order
        self.refused: str | None = None
        self.changelog: list[tuple[bytes, bytes | None]] = []

    def new_batch(self) -> Batch:
        return Batch()

    async def write(self, batch: Batch, topic: str, partition: int) -> int:
        await asyncio.sleep(0)
        if topic == self.refused:
            error = TimeoutError("broker away")
            self.fail(error)
            raise error
        self.order.append("words" if topic == "deadline-events" else "changelog")
        if topic != "deadline-events":
            self.changelog += batch.rows
        return len(self.changelog) - 1

    def fail(self, error: BaseException) -> None:
        self.has_failed = True


class Stage:
    """A checkpoint between a disk and a broker that note what happens."""

    def __init__(self) -> None:
        self.order = Order()
        self.disk, self.broker = Disk(self.order), Broker(self.order)
        self.clocks = OpenClocks(cast("StoredRows", self.disk))
        self.emitted = Outbox(self.broker, "deadline-events", 0.001)
        self.checkpoint = Checkpoint(self.broker, self.clocks, self.emitted)

    async def store(self) -> bool:
        return await self.checkpoint.write(self.checkpoint.take())


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_change_is_readable_at_once_and_nowhere_written(stage: Stage) -> None:
    stage.clocks.put(b"d", state(1), 3)
    assert stage.clocks.get(b"d", 3) == state(1)
    assert (stage.order, stage.disk.rows) == ([], {})


async def test_words_come_before_the_changelog_and_the_changelog_before_the_disk(stage: Stage) -> None:
    stage.emitted.put(3, b"d", b"word")
    stage.clocks.put(b"d", state(1), 3)
    assert await stage.store()
    assert stage.order == ["words", "changelog", "disk"]
    assert row_codec.unpack(stage.disk.rows[3, b"d"]) == state(1)
    assert stage.broker.changelog == [(b"d", row_codec.pack(state(1), 3))]


@pytest.mark.parametrize("refused", ["deadline-events", "deadlines-open-clocks-changelog"])
async def test_what_the_broker_does_not_have_is_never_on_disk(stage: Stage, refused: str) -> None:
    stage.broker.refused = refused
    stage.emitted.put(3, b"d", b"word")
    stage.clocks.put(b"d", state(1), 3)
    assert not await stage.store()
    assert stage.disk.rows == {}
    assert stage.broker.changelog == []


async def test_a_full_disk_stops_the_worker(stage: Stage) -> None:
    stage.disk.is_full = True
    stage.clocks.put(b"d", state(1), 3)
    assert not await stage.store()
    assert stage.broker.has_failed


async def test_a_change_during_a_checkpoint_waits_for_the_next(stage: Stage) -> None:
    stage.clocks.put(b"d", state(1), 3)
    stage.clocks.put(b"e", state(1), 3)
    taken = stage.checkpoint.take()
    assert stage.clocks.get(b"e", 3) == state(1)
    stage.clocks.put(b"d", state(2), 3)
    assert await stage.checkpoint.write(taken)
    assert row_codec.unpack(stage.disk.rows[3, b"d"]) == state(1)
    assert stage.clocks.get(b"d", 3) == state(2)
    assert await stage.store()
    assert row_codec.unpack(stage.disk.rows[3, b"d"]) == state(2)
    assert await stage.store()
    assert stage.order.count("disk") == 2


async def test_a_removed_row_is_a_tombstone_and_gone_from_disk(stage: Stage) -> None:
    stage.clocks.put(b"d", state(1), 3)
    assert await stage.store()
    stage.clocks.remove(b"d", 3)
    assert stage.clocks.get(b"d", 3) is None
    taken = stage.checkpoint.take()
    assert stage.clocks.get(b"d", 3) is None
    assert await stage.checkpoint.write(taken)
    assert stage.clocks.get(b"d", 3) is None
    assert stage.disk.rows == {}
    assert stage.broker.changelog[-1] == (b"d", None)


async def test_the_offset_of_the_last_row_is_stored_with_them(stage: Stage) -> None:
    for number in range(5):
        stage.clocks.put(b"%d" % number, state(1), 3)
    assert await stage.store()
    assert stage.order == ["changelog", "changelog", "changelog", "disk"]
    assert stage.disk.offsets == {3: 4}


async def test_what_was_read_or_stored_is_not_read_again(stage: Stage) -> None:
    stage.disk.rows[3, b"d"] = row_codec.pack(state(1), 3)
    assert stage.clocks.get(b"d", 3) == stage.clocks.get(b"d", 3) == state(1)
    assert stage.disk.reads == 1


async def test_no_more_than_so_many_unchanged_states_are_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faust_tables, "_MOST_CLEAN", 2)
    for number in (1, 2, 3):
        stage.clocks.put(b"%d" % number, state(number), 3)
    assert await stage.store()
    stage.clocks.get(b"3", 3)
    assert stage.disk.reads == 0
    assert stage.clocks.get(b"1", 3) == state(1)
    assert stage.disk.reads == 1


async def test_when_partitions_go_only_what_is_stored_remains(stage: Stage) -> None:
    stage.clocks.put(b"d", state(1), 3)
    assert await stage.store()
    stage.clocks.put(b"d", state(2), 3)
    epoch = stage.clocks.epoch
    stage.clocks.drop()
    assert stage.clocks.epoch != epoch
    assert stage.clocks.get(b"d", 3) == state(1)
    assert await stage.store()
    assert stage.order.count("disk") == 1


async def test_the_index_of_due_instants_is_told_by_the_rows(stage: Stage) -> None:
    for key, kept in ((b"live", state(1)), (b"past", state(2, 50)), (b"was past", state(3, 40))):
        stage.clocks.put(key, kept, 3)
    stage.clocks.put(b"elsewhere", state(9), 4)
    assert await stage.store()
    found = {
        entry_of_timer.key: (
            entry_of_timer.head.next_at,
            entry_of_timer.head.catching_up_at,
            entry_of_timer.is_catching_up,
        )
        for entry_of_timer in stage.clocks.timer_entries([3])
    }
    assert found == {b"live": (1001, 0, False), b"past": (1002, 50, True), b"was past": (1003, 40, False)}
