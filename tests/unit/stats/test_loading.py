"""Where the loader goes on, and what its reports say: ClickHouse knows best what it holds."""

import pytest

from services.stats.domain.comparison import UNSEEN_SECONDS
from services.stats.domain.loading import (
    MUCH_UNREAD,
    SILENT_SECONDS,
    Loading,
    Reached,
    State,
    UnfinishedStatisticsError,
    going_on,
    require_whole,
)


def reached(next_offset: int, goal: int = 0) -> Reached:
    return Reached(next_offset=next_offset, goal=goal)


@pytest.mark.parametrize(
    ("kept", "committed", "expected"),
    [
        (reached(700), 700, reached(700)),  # the rule: both agree
        (reached(700), 650, reached(650)),  # killed between the report and the commit: the batch comes again
        (None, 700, reached(100, 900)),  # ClickHouse was deleted
        (reached(300), 700, reached(300, 900)),  # an older copy of it
        (reached(50), 700, reached(100, 900)),  # so old that Kafka forgot meanwhile
        (reached(500, 900), 500, reached(500, 900)),  # killed while it was built again
        (reached(700), None, reached(100)),  # Kafka was made anew: what is known comes again and changes nothing
        (reached(5000, 6000), None, reached(100, 900)),
        (reached(5000), 4000, reached(900)),  # never behind the end
        (None, None, reached(100, 900)),  # the first start, on a log that holds records
    ],
)
def test_where_it_goes_on(kept: Reached | None, committed: int | None, expected: Reached) -> None:
    assert going_on(kept, committed, beginning=100, end=900) == expected


def seen(**given: int) -> Loading:
    return Loading(**{"partitions": 32, "counted": 9, "missing": 0, "unread": 0, "silent_seconds": 1, **given})


@pytest.mark.parametrize(
    ("loading", "state"),
    [
        (seen(), "current"),
        (seen(unread=MUCH_UNREAD), "current"),
        (seen(unread=MUCH_UNREAD + 1), "behind"),
        (seen(silent_seconds=SILENT_SECONDS + 1), "silent"),
        (seen(missing=1, silent_seconds=99), "rebuilding"),
        (seen(differing=1, silent_seconds=99, uncompared_seconds=UNSEEN_SECONDS + 1), "differs"),
        (seen(uncompared_seconds=UNSEEN_SECONDS), "current"),
        (seen(uncompared_seconds=UNSEEN_SECONDS + 1, unread=MUCH_UNREAD + 1), "uncompared"),
        (seen(partitions=0), "empty"),
    ],
)
def test_the_worst_that_is_true_is_the_state(loading: Loading, state: State) -> None:
    assert loading.state == state


@pytest.mark.parametrize(
    ("loading", "said"), [(seen(partitions=0), "nothing was ever"), (seen(missing=7), "7 records are missing")]
)
def test_figures_that_are_not_whole_are_refused_with_the_reason(loading: Loading, said: str) -> None:
    with pytest.raises(UnfinishedStatisticsError, match=said):
        require_whole(loading)


def test_figures_of_a_while_ago_are_right_as_of_then() -> None:
    require_whole(seen(silent_seconds=999, unread=MUCH_UNREAD + 1))
