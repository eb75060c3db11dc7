"""A worker whose clock is ahead of the broker's says nothing that time brings, tells it, and goes on by itself."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from events.topics import Topic
from rules.clocks.instants import Instant, micros
from services.deadlines.adapters.live.clock_watch import LOG_APPEND_TIME, ClockWatch
from services.deadlines.adapters.live.watermark import Watermark
from services.deadlines.app import Worker
from tests.flow.deadlines.dossiers import Dossier, at, term
from tests.flow.deadlines.running import Headers, MovableClock, Sent, put, put_events, record

NAMES = [f"{number:02}" for number in range(20)]
WITHOUT_TIME_OF_THE_BROKER = 0


class Ticks(list[tuple[bytes, bytes]]):
    """The ticks of one round, instead of a topic."""

    def put(self, partition: int, key: bytes, value: bytes, headers: Headers = ()) -> None:
        assert partition == 0
        self.append((key, value))


@contextmanager
def ticking(worker: Worker) -> Iterator[Ticks]:
    """A ticker that may send, and that knows all that was recorded."""
    ticks = Ticks()

    async def advance(self: Watermark, _: Any, partitions: Set[int], now: Instant) -> None:
        self._known_until = dict.fromkeys(partitions, now)

    worker.ticker._is_ready = True
    with patch.object(worker.ticker._ticks, "put", ticks.put), patch.object(Watermark, "advance", advance):
        yield ticks


async def round_of(worker: Worker, ticks: Ticks, clock: datetime, broker: datetime, time_type: int = 1) -> int:
    """One round of ticks by the worker's clock, each appended at the broker's, and read; how many."""
    assert isinstance(worker.ticker._clock, MovableClock)
    worker.ticker._clock.at = clock
    await worker.ticker.fire(worker.app)
    sent = [*ticks]
    ticks.clear()
    for key, value in sent:
        one = record(Topic.DEADLINE_TICKS, key, value, (), broker)
        one.timestamp_type = time_type
        await put(worker, one)
    return len(sent)


async def test_a_clock_days_ahead_declares_no_breach_and_all_is_said_once_it_is_right(
    worker: Worker, sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    accepted = [Dossier(name).accepted("2026-03-02T08:00", term(5)).events[0] for name in NAMES]
    await put_events(worker, accepted)
    broker, days = at("2026-03-02T09:00"), timedelta(days=30)
    with ticking(worker) as ticks:
        assert await round_of(worker, ticks, broker + days, broker) == len(NAMES)
        for second in (0.25, 4.5, 9):  # one asks every five seconds how the clocks stand
            later = broker + timedelta(seconds=second)
            assert await round_of(worker, ticks, later + days, later) == (0 if second == 4.5 else 1)
        assert sent.kinds() == ["set"] * len(NAMES)
        (line,) = [one.message for one in caplog.records if one.levelname == "ERROR"]
        assert line == (
            "the clock of this worker is 2592000 s ahead of the broker's, and 10 s are borne"
            " (MOTCUA_DEADLINES_CLOCK_AHEAD_SECONDS): nothing that time brings is said until it is set right"
        )
        assert await round_of(worker, ticks, broker + timedelta(seconds=10), broker + timedelta(seconds=10)) == 0
        due = at("2026-03-09T17:00:05")
        assert await round_of(worker, ticks, due, due) == 1
        assert "agrees with the broker's again" in caplog.text
        assert await round_of(worker, ticks, due + timedelta(seconds=1), due + timedelta(seconds=1)) == len(NAMES) - 1
    assert sent.kinds().count("breached") == len(NAMES)


async def test_a_clock_that_is_a_little_ahead_or_far_behind_is_believed(worker: Worker, sent: Sent) -> None:
    await put_events(worker, [Dossier(name).accepted("2026-03-02T08:00", term(5)).events[0] for name in NAMES[:2]])
    due = at("2026-03-09T17:01")
    with ticking(worker) as ticks:
        assert await round_of(worker, ticks, due, due - timedelta(seconds=10)) == 2
        assert await round_of(worker, ticks, due + timedelta(days=1), due + timedelta(days=9)) >= 1
    assert sent.kinds().count("breached") == 2


async def test_where_the_broker_does_not_date_ticks_nothing_can_be_compared(worker: Worker, sent: Sent) -> None:
    await put_events(worker, [Dossier("a").accepted("2026-03-02T08:00", term(5)).events[0]])
    due = at("2026-03-09T17:01")
    with ticking(worker) as ticks:
        await round_of(worker, ticks, due, due - timedelta(days=3), WITHOUT_TIME_OF_THE_BROKER)
    assert "breached" in sent.kinds()


def test_a_refusal_is_told_again_every_minute_and_after_a_clock_was_set_back(caplog: pytest.LogCaptureFixture) -> None:
    watch, then, most = ClockWatch(10_000_000), micros(at("2026-03-04T08:00")), 10_000_000
    for second in (0, 30, 59, 61, -400):
        seen_at = then + second * 1_000_000
        assert not watch.trusts(seen_at + most + 1, seen_at, LOG_APPEND_TIME)
    assert len([one for one in caplog.records if one.levelname == "ERROR"]) == 3
    assert watch.trusts(then + most, then, LOG_APPEND_TIME)
    assert not watch.is_refusing
