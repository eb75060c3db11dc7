"""Until when everything is known: asked of the broker, settled by what was processed."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from faust.types import TP

from rules.clocks.instants import Instant, micros
from services.deadlines.adapters.live.committed_consumer import CommittedConsumer
from services.deadlines.adapters.live.consumer_thread import Fetched
from services.deadlines.adapters.live.watermark import Watermark

NOW = micros(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
LATER = NOW + 5_000_000


class ScriptedConsumer:
    """Where the log ends, how far it was fetched and how far it is done, as the test says."""

    def __init__(self) -> None:
        self.end = 10
        self.position: Fetched | None = None
        self.done_to = -1
        self.asked = 0

    async def high_watermarks(self, tps: Iterable[TP]) -> Mapping[TP, int]:
        self.asked += 1
        return dict.fromkeys(tps, self.end)

    def fetched(self, _: TP) -> Fetched | None:
        return self.position

    def is_done_to(self, _: TP, offset: int) -> bool:
        return self.done_to > offset


async def advance(watermark: Watermark, consumer: ScriptedConsumer, now: Instant) -> Instant | None:
    await watermark.advance(cast("CommittedConsumer", cast("Any", consumer)), {3}, now)
    return watermark.known_until(3)


async def test_a_backlog_holds_time_back_until_it_is_done() -> None:
    watermark, consumer = Watermark(), ScriptedConsumer()
    assert await advance(watermark, consumer, NOW) is None
    consumer.position = Fetched(last_offset=6, position=7)
    assert await advance(watermark, consumer, NOW) is None
    consumer.position = Fetched(last_offset=8, position=10)  # offset 9 is a commit marker
    consumer.done_to = 8
    assert await advance(watermark, consumer, LATER) is None
    consumer.done_to = 9
    assert await advance(watermark, consumer, LATER) == NOW
    assert consumer.asked == 1


async def test_records_that_came_after_the_question_need_not_be_done() -> None:
    watermark, consumer = Watermark(), ScriptedConsumer()
    consumer.position = Fetched(last_offset=9, position=10)
    assert await advance(watermark, consumer, NOW) is None
    consumer.position = Fetched(last_offset=400, position=401)
    consumer.done_to = 10
    assert await advance(watermark, consumer, LATER) == NOW


async def test_an_empty_partition_is_known_at_once() -> None:
    watermark, consumer = Watermark(), ScriptedConsumer()
    consumer.end = 0
    assert await advance(watermark, consumer, NOW) == NOW


async def test_a_partition_of_markers_only_is_known_once_it_was_fetched() -> None:
    watermark, consumer = Watermark(), ScriptedConsumer()
    consumer.position = Fetched(last_offset=None, position=10)
    assert await advance(watermark, consumer, NOW) == NOW


async def test_when_partitions_move_nothing_is_known_any_more() -> None:
    watermark, consumer = Watermark(), ScriptedConsumer()
    consumer.end = 0
    await advance(watermark, consumer, NOW)
    watermark.clear()
    assert watermark.known_until(3) is None


async def test_an_open_transaction_holds_time_back_until_its_records_are_done() -> None:
    watermark, consumer = Watermark(), ScriptedConsumer()
    consumer.end = 13  # 10 to 12 stand in a transaction that is open
    consumer.position, consumer.done_to = Fetched(last_offset=9, position=10), 10
    assert await advance(watermark, consumer, NOW) is None
    consumer.position = Fetched(last_offset=12, position=13)  # committed; the marker at 13 is not passed yet
    consumer.done_to = 13
    assert await advance(watermark, consumer, LATER) == NOW


async def test_an_answer_that_comes_after_partitions_moved_counts_for_nothing() -> None:
    watermark, consumer = Watermark(), ScriptedConsumer()
    answer = consumer.high_watermarks

    async def move_meanwhile(tps: Iterable[TP]) -> Mapping[TP, int]:
        watermark.clear()
        return await answer(tps)

    consumer.end, consumer.high_watermarks = 0, move_meanwhile  # type: ignore[method-assign]
    assert await advance(watermark, consumer, NOW) is None
