"""The heap of looks: what falls due comes out, stale entries do no harm."""

from datetime import UTC, datetime

from rules.clocks.instants import micros
from services.deadlines.adapters.live.timers import Timers

NOW = micros(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
SECOND = 1_000_000


def none_is_silent(_: int) -> bool:
    return False


def test_what_is_up_comes_in_order_of_time_and_once() -> None:
    timers = Timers()
    timers.add(1, NOW + SECOND, b"second", is_catching_up=False)
    timers.add(1, NOW, b"first", is_catching_up=False)
    timers.add(1, NOW + 9 * SECOND, b"later", is_catching_up=False)
    assert timers.waiting(NOW + 2 * SECOND, none_is_silent) == {1}
    assert timers.pop(1, NOW + 2 * SECOND, 10, with_catching_up=False) == [b"first", b"second"]
    assert timers.pop(1, NOW + 2 * SECOND, 10, with_catching_up=False) == []
    assert len(timers) == 1


def test_an_instant_is_up_only_once_it_has_passed() -> None:
    timers = Timers()
    timers.add(0, NOW, b"d", is_catching_up=False)
    assert timers.waiting(NOW, none_is_silent) == set()
    assert timers.pop(0, NOW, 10, with_catching_up=True) == []
    assert timers.pop(0, NOW + 1, 10, with_catching_up=True) == [b"d"]


def test_what_is_catching_up_waits_apart() -> None:
    timers = Timers()
    timers.add(0, NOW, b"past", is_catching_up=True)
    assert timers.waiting(NOW + SECOND, none_is_silent) == set()
    assert timers.waiting(NOW + SECOND, lambda partition: partition == 0) == {0}
    assert timers.pop(0, NOW + SECOND, 10, with_catching_up=False) == []
    assert timers.pop(0, NOW + SECOND, 10, with_catching_up=True) == [b"past"]


def test_no_more_than_asked_for_is_popped() -> None:
    timers = Timers()
    for number in range(5):
        timers.add(0, NOW, b"%d" % number, is_catching_up=number % 2 == 0)
    assert len(timers.pop(0, NOW + SECOND, 3, with_catching_up=True)) == 3
    assert len(timers.pop(0, NOW + SECOND, 3, with_catching_up=True)) == 2


def test_partitions_are_kept_apart_and_cleared_together() -> None:
    timers = Timers()
    timers.add(0, NOW, b"a", is_catching_up=False)
    timers.add(1, NOW, b"b", is_catching_up=True)
    assert timers.pop(1, NOW + SECOND, 10, with_catching_up=True) == [b"b"]
    timers.clear()
    assert len(timers) == 0
