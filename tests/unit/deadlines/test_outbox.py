"""Words on their way: in order, in whole batches, counted; a failure is told to whoever waits."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from services.deadlines.adapters.live import outbox
from services.deadlines.adapters.live.outbox import Outbox
from tests.waiting import until_async


class Batch:
    """Takes three records."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []

    def append(self, *, timestamp: None, key: bytes, value: bytes, headers: Sequence[Any]) -> object | None:
        if len(self.keys) == 3:
            return None
        self.keys.append(key)
        return self

    def record_count(self) -> int:
        return len(self.keys)


class Broker:
    """A producer whose batches are written when the test says so."""

    def __init__(self) -> None:
        self.has_failed = False
        self.on_the_way: list[tuple[int, list[bytes], asyncio.Future[int]]] = []
        self.written: list[tuple[int, list[bytes]]] = []

    def new_batch(self) -> Batch:
        return Batch()

    async def write(self, batch: Batch, topic: str, partition: int) -> int:
        arrived: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.on_the_way.append((partition, batch.keys, arrived))
        try:
            return await arrived
        except TimeoutError:
            self.has_failed = True
            raise

    async def acknowledge(self) -> None:
        partition, keys, arrived = self.on_the_way.pop(0)
        self.written.append((partition, keys))
        arrived.set_result(0)
        await settle()

    async def refuse(self) -> None:
        self.on_the_way.pop(0)[2].set_exception(TimeoutError("broker away"))
        await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def box(broker: Broker) -> Outbox:
    return Outbox(broker, "deadline-events", linger_seconds=60)


def put(box: Outbox, *keys: bytes, partition: int = 0) -> None:
    for key in keys:
        box.put(partition, key, b"v")


async def test_a_full_batch_leaves_at_once_and_the_next_one_behind_it(box: Outbox, broker: Broker) -> None:
    put(box, b"1", b"2", b"3", b"4", b"5", b"6", b"7")
    await settle()
    assert [keys for _, keys, _ in broker.on_the_way] == [[b"1", b"2", b"3"]]
    await broker.acknowledge()
    assert [keys for _, keys, _ in broker.on_the_way] == [[b"4", b"5", b"6"]]


async def test_partitions_do_not_wait_for_each_other(box: Outbox, broker: Broker) -> None:
    put(box, b"1", b"2", b"3", b"4")
    put(box, b"a", b"b", b"c", b"d", partition=1)
    await settle()
    assert [(partition, keys) for partition, keys, _ in broker.on_the_way] == [
        (0, [b"1", b"2", b"3"]),
        (1, [b"a", b"b", b"c"]),
    ]


async def test_what_is_not_full_leaves_after_its_linger(broker: Broker) -> None:
    box = Outbox(broker, "deadline-events", linger_seconds=0.01)
    put(box, b"1")
    await settle()
    assert broker.on_the_way == []
    await until_async(lambda: broker.on_the_way, 5, "the linger is over")
    assert [keys for _, keys, _ in broker.on_the_way] == [[b"1"]]


async def test_who_waits_for_what_was_said_until_now_hurries_it_and_no_more(box: Outbox, broker: Broker) -> None:
    put(box, b"1", b"2")
    until = box.handed_over()
    waiting = asyncio.ensure_future(box.written(until))
    await settle()
    put(box, b"later")
    await broker.acknowledge()
    assert await waiting
    assert broker.written == [(0, [b"1", b"2"])]


async def test_nobody_waits_when_nothing_was_said(box: Outbox) -> None:
    assert await box.written(box.handed_over())


async def test_who_waits_is_told_when_it_cannot_be_written_and_nothing_more_is_sent(
    box: Outbox, broker: Broker
) -> None:
    put(box, b"1", b"2", b"3", b"4")
    waiting = asyncio.ensure_future(box.written(box.handed_over()))
    await settle()
    await broker.refuse()
    assert not await waiting
    assert broker.on_the_way == []
    assert not await box.written({})


async def test_too_much_on_its_way_is_told(box: Outbox, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_UNWRITTEN", 3)
    put(box, b"1", b"2", b"3")
    assert not box.is_high
    put(box, b"4")
    assert box.is_high
    await settle()
    await broker.acknowledge()
    assert not box.is_high
