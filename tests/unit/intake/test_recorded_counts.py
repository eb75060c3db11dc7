"""What intake says of how much is recorded: up to a number that is old enough, added up, and counted anew from time to time."""

from collections.abc import Mapping

from services.intake.adapters.known_states import KnownStates
from services.intake.adapters.recorded_counts import ANEW_SECONDS, SETTLED_SECONDS, RecordedCounts
from services.intake.pipeline import ActionRecorder
from tests.fakes.in_memory_store import InMemoryStore
from tests.unit.intake.counter import NOW, action, judge


class AskedStore(InMemoryStore):
    """Remembers from which number on it was counted."""

    def __init__(self) -> None:
        super().__init__()
        self.counted_after: list[int] = []

    def count_by_prefix(self, prefix: str, after: int, upto: int) -> Mapping[str, int]:
        self.counted_after.append(after)
        return super().count_by_prefix(prefix, after, upto)


class Office:
    """A store that grows, with a clock that is set."""

    def __init__(self) -> None:
        self.store = AskedStore()
        self.at = 1_000.0
        self.counts = RecordedCounts(self.store, lambda: self.at)
        self._ledger = ActionRecorder(store=self.store, judge=judge(), known_states=KnownStates(3))
        self._number = 0

    def record(self, count: int) -> None:
        for _ in range(count):
            self._number += 1
            self._ledger.record([action("dossier-accepted.v1", subject=f"HS-{self._number}")], NOW)

    def seen(self, seconds: float = 0.0) -> tuple[int, int]:
        """After so many seconds: up to which number is told, and how many."""
        self.at += seconds
        settled = self.counts.settled()
        return settled.through, sum(settled.counts.values())


def test_the_first_look_has_everything_and_later_ones_what_is_old_enough() -> None:
    office = Office()
    office.record(3)
    assert office.seen() == (3, 3)
    office.record(2)
    assert office.seen(15) == (3, 3)
    assert office.seen(15) == (3, 3), "at the look 15 s ago there were five, but that isn't long enough ago"
    assert office.seen(15) == (5, 5)
    assert office.counts.settled().age_seconds == SETTLED_SECONDS


def test_only_what_came_since_is_counted_until_the_whole_is_counted_anew() -> None:
    office = Office()
    office.record(3)
    office.seen()
    office.record(1)
    office.seen(SETTLED_SECONDS)
    office.seen(SETTLED_SECONDS)
    assert office.store.counted_after == [0, 3]
    del office.store.log[1]  # somebody deletes a row in the middle, and one comes at the end
    office.record(1)
    office.seen(SETTLED_SECONDS)
    assert office.seen(ANEW_SECONDS) == (4, 4)
    assert office.store.counted_after[-1] == 0


def test_a_store_that_is_shorter_than_before_is_counted_anew_at_once() -> None:
    office = Office()
    office.record(3)
    office.seen()
    del office.store.log[1:]
    assert office.seen(SETTLED_SECONDS) == (3, 3)
    assert office.seen(SETTLED_SECONDS) == (1, 1)


def test_an_empty_store_has_no_last_event() -> None:
    settled = Office().counts.settled()
    assert (settled.through, settled.recorded_until, settled.counts) == (0, "", {})
