"""The heap of looks: what falls due comes out, stale entries do no harm."""

from datetime import UTC, datetime, timedelta

from services.deadlines.adapters.timers import Timers, instant, micros

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def no_history(_: int) -> bool:
    return False


def test_what_is_up_comes_in_order_of_time_and_once() -> None:
    timers = Timers()
    timers.add(1, NOW + SECOND, b"second", is_history=False)
    timers.add(1, NOW, b"first", is_history=False)
    timers.add(1, NOW + 9 * SECOND, b"later", is_history=False)
    assert timers.waiting(NOW + 2 * SECOND, no_history) == {1}
    assert timers.pop(1, NOW + 2 * SECOND, 10, with_history=False) == [b"first", b"second"]
    assert timers.pop(1, NOW + 2 * SECOND, 10, with_history=False) == []
    assert len(timers) == 1


def test_an_instant_is_up_only_once_it_has_passed() -> None:
    timers = Timers()
    timers.add(0, NOW, b"d", is_history=False)
    assert timers.waiting(NOW, no_history) == set()
    assert timers.pop(0, NOW, 10, with_history=True) == []
    assert timers.pop(0, NOW + timedelta(microseconds=1), 10, with_history=True) == [b"d"]


def test_history_waits_apart() -> None:
    timers = Timers()
    timers.add(0, NOW, b"past", is_history=True)
    assert timers.waiting(NOW + SECOND, no_history) == set()
    assert timers.waiting(NOW + SECOND, lambda partition: partition == 0) == {0}
    assert timers.pop(0, NOW + SECOND, 10, with_history=False) == []
    assert timers.pop(0, NOW + SECOND, 10, with_history=True) == [b"past"]


def test_no_more_than_asked_for_is_popped() -> None:
    timers = Timers()
    for number in range(5):
        timers.add(0, NOW, b"%d" % number, is_history=number % 2 == 0)
    assert len(timers.pop(0, NOW + SECOND, 3, with_history=True)) == 3
    assert len(timers.pop(0, NOW + SECOND, 3, with_history=True)) == 2


def test_partitions_are_kept_apart_and_cleared_together() -> None:
    timers = Timers()
    timers.add(0, NOW, b"a", is_history=False)
    timers.add(1, NOW, b"b", is_history=True)
    assert timers.pop(1, NOW + SECOND, 10, with_history=True) == [b"b"]
    timers.clear()
    assert len(timers) == 0


def test_instants_are_kept_to_the_microsecond() -> None:
    odd = NOW + timedelta(microseconds=123457)
    assert instant(micros(odd)) == odd
