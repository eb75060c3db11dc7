"""The book of what is done: which offset may be committed when transactions leave gaps and acks come in any order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.consumer.subscription_state import SubscriptionState
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage

from events.topics import Topic
from services.deadlines.adapters.live.committed_consumer import CommittedConsumer
from services.deadlines.adapters.live.consumer_thread import Committed, Fetched
from services.deadlines.adapters.live.faithful_producer import FaithfulProducer
from services.deadlines.adapters.live.record_batches import RecordBatch
from services.deadlines.app import Worker, make_app
from services.deadlines.config import DeadlinesConfig
from tests.waiting import stays_async, until_async

SOURCE = TP(Topic.DOSSIER_EVENTS.value, 0)


class Book:
    """A consumer without a broker: records are delivered and acknowledged by offset."""

    def __init__(self, consumer: CommittedConsumer) -> None:
        self.consumer = consumer
        self.messages: dict[int, Any] = {}

    async def deliver(self, *offsets: int) -> None:
        for offset in offsets:
            self.messages[offset] = ConsumerMessage(
                SOURCE.topic, 0, offset, 0.0, 0, [], b"k", b"v", None, tp=SOURCE, generation_id=1
            )
            await self.consumer.callback(self.messages[offset])

    def ack(self, *offsets: int) -> None:
        for offset in offsets:
            self.consumer.ack(self.messages[offset])

    def fetched(self, last_offset: int | None, position: int) -> None:
        self.consumer._thread.fetched[SOURCE] = Fetched(last_offset=last_offset, position=position)

    async def seek(self) -> None:
        with patch.object(CommittedConsumer, "assignment", lambda _: {SOURCE}):
            await self.consumer.perform_seek()

    @property
    def committable(self) -> int | None:
        return self.consumer._new_offset(SOURCE)


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Worker]:
    worker = make_app(DeadlinesConfig(bootstrap_servers="127.0.0.1:1", data_dir=tmp_path))
    with patch.object(worker.app.topics, "acks_enabled_for", lambda topic: topic == SOURCE.topic):
        yield worker


@pytest.fixture
def book(made: Worker) -> Book:
    consumer = made.app.consumer
    assert isinstance(consumer, CommittedConsumer)
    consumer._deliver = AsyncMock()
    return Book(consumer)


async def test_nothing_is_committed_before_anything_is_done(book: Book) -> None:
    await book.deliver(0, 1)
    book.fetched(1, 3)
    assert book.committable is None


async def test_the_offset_behind_the_last_done_record_is_committed(book: Book) -> None:
    await book.deliver(0, 1, 2)
    book.ack(0, 1)
    assert book.committable == 2


async def test_a_record_behind_the_gap_of_a_commit_marker_is_not_taken_for_done(book: Book) -> None:
    await book.deliver(10, 11, 15, 16, 20)  # 12-14 and 17-19: markers and aborted records
    book.ack(10, 11)
    assert book.committable == 12
    book.ack(15)
    assert book.committable == 16


async def test_acks_that_come_out_of_order_wait_for_the_first(book: Book) -> None:
    await book.deliver(0, 1, 2)
    book.ack(2, 1)
    assert book.committable is None
    book.ack(0)
    assert book.committable == 3


async def test_when_all_is_done_the_position_behind_the_markers_is_committed(book: Book) -> None:
    await book.deliver(0, 1)
    book.ack(0, 1)
    book.fetched(1, 3)
    assert book.committable == 3


async def test_records_that_were_fetched_but_not_delivered_yet_hold_the_position_back(book: Book) -> None:
    await book.deliver(0, 1)
    book.ack(0, 1)
    book.fetched(5, 7)
    assert book.committable == 2


async def test_a_partition_of_markers_only_is_committed_too(book: Book) -> None:
    book.fetched(None, 4)
    assert book.committable == 4


async def test_after_a_seek_the_records_read_again_count_anew(book: Book) -> None:
    await book.deliver(0, 1, 2)
    book.ack(0)
    old = book.messages[1]
    with patch.object(
        book.consumer._thread, "call_thread", AsyncMock(return_value={SOURCE: Committed(offset=1, note="")})
    ):
        await book.seek()
    book.consumer.ack(old)
    assert book.committable == 1
    await book.deliver(1, 2)
    book.ack(1, 2)
    assert book.committable == 3


async def test_a_seek_while_a_fetched_batch_is_not_delivered_commits_nothing_of_it(book: Book) -> None:
    book.fetched(99, 100)  # fetched, still on its way to the agent
    with patch.object(
        book.consumer._thread, "call_thread", AsyncMock(return_value={SOURCE: Committed(offset=40, note="")})
    ):
        await book.seek()
    assert book.committable == 40


async def test_nothing_flows_during_a_seek_nor_after_it_until_it_is_resumed(book: Book) -> None:
    book.consumer.resume_flow()
    flows = []

    async def seek(*_: object) -> dict[TP, Committed]:
        flows.append(book.consumer.flow_active)
        return {SOURCE: Committed(offset=None, note="")}

    with patch.object(book.consumer._thread, "call_thread", seek):
        await book.seek()
    assert (flows, book.consumer.flow_active) == ([False], False)


async def test_partitions_that_are_taken_away_are_forgotten(book: Book) -> None:
    await book.deliver(0)
    book.ack(0)
    with patch.object(driver.Consumer, "on_partitions_revoked", AsyncMock()):
        await book.consumer.on_partitions_revoked({SOURCE})
    assert book.committable is None
    assert not book.consumer.is_done_to(SOURCE, 0)


async def test_nothing_is_committed_after_a_record_could_not_be_written(made: Worker, book: Book) -> None:
    producer = made.app.producer
    assert isinstance(producer, FaithfulProducer)
    with (
        patch.object(producer, "flush", AsyncMock()),
        patch.object(made.app, "crash", AsyncMock()) as crash,
        patch.object(CommittedConsumer, "assignment", lambda _: {SOURCE}),
        patch.object(CommittedConsumer, "_commit", AsyncMock(return_value=True)) as commit,
    ):
        assert await book.consumer._commit_offsets({SOURCE: 1})
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        written.set_exception(TimeoutError("broker away"))
        producer._on_written(written)
        await asyncio.sleep(0)
        assert not await book.consumer._commit_offsets({SOURCE: 2})
    commit.assert_awaited_once()
    crash.assert_awaited_once()


def records(*offsets: int) -> list[Any]:
    return [ConsumerRecord(SOURCE.topic, 0, offset, 5, 1, b"k", b"v", None, 1, 1, ()) for offset in offsets]


async def deliver(book: Book, *offsets: int) -> int | None:
    return await book.consumer._deliver_batch(SOURCE, records(*offsets), book.consumer.app.consumer_generation_id)


@pytest.fixture
def record_batches(made: Worker, book: Book) -> list[RecordBatch]:
    """The parcels that reach the agents; each is done at once."""
    taken: list[RecordBatch] = []

    async def take(record_batch: RecordBatch) -> None:
        taken.append(record_batch)
        book.consumer.ack(record_batch)

    book.consumer._deliver = take  # type: ignore[assignment]
    book.consumer.resume_flow()
    made.app.flow_control.resume()
    return taken


async def test_records_travel_in_parcels_that_are_done_as_a_whole(
    book: Book, record_batches: list[RecordBatch]
) -> None:
    assert await deliver(book, *range(250)) is None
    assert [len(record_batch.records) for record_batch in record_batches] == [100, 100, 50]
    assert book.committable == 250


async def test_what_was_delivered_before_is_not_delivered_again(book: Book, record_batches: list[RecordBatch]) -> None:
    book.consumer._read_offset[SOURCE] = 3
    assert await deliver(book, 1, 2, 3, 4) is None
    assert [record.offset for record_batch in record_batches for record in record_batch.records] == [3, 4]


async def test_the_rest_of_a_batch_is_fetched_again_after_a_seek(book: Book, record_batches: list[RecordBatch]) -> None:
    take = book.consumer._deliver

    async def seek_after(record_batch: RecordBatch) -> None:
        await take(record_batch)
        book.consumer._seeks += 1

    book.consumer._deliver = seek_after
    assert await deliver(book, *range(150)) == 0  # the first parcel may have come to nothing as well
    assert len(record_batches) == 1
    assert book.consumer._read_offset[SOURCE] is None


async def test_what_a_seek_cut_short_is_left_in_every_partition(book: Book, record_batches: list[RecordBatch]) -> None:
    take, other = book.consumer._deliver, TP(SOURCE.topic, 1)

    async def seek_after(record_batch: RecordBatch) -> None:
        await take(record_batch)
        book.consumer._seeks += 1

    generation = book.consumer.app.consumer_generation_id
    batches = {SOURCE: records(*range(150)), other: records(7, 8)}
    assert await book.consumer._deliver_all(batches, {SOURCE}, generation) == {other: 7}  # unwanted
    book.consumer._deliver = seek_after
    book.consumer._read_offset[SOURCE] = None
    assert await book.consumer._deliver_all(batches, None, generation) == {SOURCE: 0, other: 7}
    book.consumer.stop_flow()
    assert await book.consumer._deliver_all(batches, None, generation) == {SOURCE: 0, other: 7}


@pytest.mark.parametrize(("position", "expected"), [(150, 20), (40, 40)], ids=["as it was left", "sought meanwhile"])
async def test_what_was_not_delivered_is_read_again_unless_somebody_sought_another_place(
    book: Book, position: int, expected: int
) -> None:
    subscriptions = SubscriptionState()
    place = TopicPartition(SOURCE.topic, SOURCE.partition)
    subscriptions.assign_from_user([place])
    assert subscriptions.subscription is not None
    state = subscriptions.subscription.assignment.state_value(place)
    state.seek(position)
    book.consumer._thread._consumer = SimpleNamespace(_subscription=subscriptions, seek=subscriptions.seek)  # type: ignore[assignment]
    not_ours = TP(SOURCE.topic, 9)
    await book.consumer._thread._give_back({SOURCE: (20, 150), not_ours: (1, 2)})
    assert state.position == expected


async def test_agents_that_have_enough_to_do_get_no_more(book: Book, record_batches: list[RecordBatch]) -> None:
    async def take_and_leave_undone(record_batch: RecordBatch) -> None:
        record_batches.append(record_batch)

    book.consumer._deliver = take_and_leave_undone  # type: ignore[assignment]
    delivering = asyncio.ensure_future(deliver(book, *range(1000)))
    await until_async(lambda: len(record_batches) == 8, 5)
    await stays_async(lambda: len(record_batches) == 8, 0.02, "no more than agents have room for", every=0.01)
    for number in range(10):
        await until_async(lambda number=number: len(record_batches) > number, 5)
        book.consumer.ack(record_batches[number])
    assert await delivering is None
    assert len(record_batches) == 10


async def test_the_time_of_the_log_is_committed_with_the_offset_and_read_again_with_it(
    made: Worker, book: Book
) -> None:
    consumer = book.consumer
    consumer.times.of(0).catching_up_at, consumer.times.of(0).open_until = 17, 12
    consumer.times.mark_done(0)
    consumer.times.of(0).catching_up_at = 99  # of a record that is not done
    await book.deliver(0)
    book.ack(0)
    with (
        patch.object(CommittedConsumer, "assignment", lambda _: {SOURCE}),
        patch.object(made.app.producer, "flush", AsyncMock()),
        patch.object(consumer._thread, "commit_with_notes", AsyncMock(return_value=True)) as commit,
    ):
        assert await consumer.force_commit()
    commit.assert_awaited_once_with({SOURCE: 1}, {SOURCE: "17/12"})
    place = {SOURCE: Committed(offset=1, note="17/12")}
    with patch.object(consumer._thread, "call_thread", AsyncMock(return_value=place)):
        await book.seek()
    assert (consumer.times.of(0).catching_up_at, consumer.times.of(0).open_until) == (17, 12)


async def test_nothing_is_committed_if_the_checkpoint_fails(made: Worker, book: Book) -> None:
    await book.deliver(0)
    book.ack(0)
    with (
        patch.object(CommittedConsumer, "assignment", lambda _: {SOURCE}),
        patch.object(type(made.checkpoint), "write", AsyncMock(return_value=False)),
        patch.object(CommittedConsumer, "_commit", AsyncMock(return_value=True)) as commit,
    ):
        assert not await book.consumer.force_commit()
    commit.assert_not_awaited()


async def test_before_partitions_go_what_is_done_is_committed_behind_a_commit_that_is_under_way(book: Book) -> None:
    consumer, order = book.consumer, []
    consumer._commit_fut = asyncio.get_running_loop().create_future()

    async def commit(**_: Any) -> bool:
        order.append("ours")
        return True

    with patch.object(consumer, "commit", commit):
        waiting = asyncio.ensure_future(consumer.wait_empty())
        await asyncio.sleep(0)
        order.append("the other")
        under_way, consumer._commit_fut = consumer._commit_fut, None
        under_way.set_result(None)
        await waiting
    assert order == ["the other", "ours"]
