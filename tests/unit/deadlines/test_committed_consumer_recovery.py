"""A recovery whose changelog ends with commit markers: over once every record before them was applied, and not sooner."""

from collections import Counter
from types import SimpleNamespace

import pytest
from faust.types import TP

from services.deadlines.adapters.live.consumer_thread import Fetched
from services.deadlines.adapters.live.recovery_end import pass_markers

CHANGELOG = TP("deadlines-open-clocks-changelog", 0)


class Recovery:
    """Five records, 0 to 4, and the marker 5: Faust takes 5 for the last offset."""

    def __init__(self, applied_to: int) -> None:
        self.active_tps = {CHANGELOG}
        self.active_highwaters = Counter({CHANGELOG: 5})
        self.active_offsets = Counter({CHANGELOG: applied_to})
        self.happened: list[str] = []
        self.signal_recovery_end = SimpleNamespace(set=lambda: self.happened.append("over"))

    def need_recovery(self) -> bool:
        return self.active_highwaters[CHANGELOG] > self.active_offsets[CHANGELOG]

    def flush_buffers(self) -> None:
        self.happened.append("rows are stored")

    def _set_recovery_ended(self) -> None:
        self.happened.append("ended")


def passed(recovery: Recovery, fetched: dict[TP, Fetched]) -> list[str]:
    pass_markers(recovery, fetched)
    return recovery.happened


def test_it_is_over_when_the_position_is_behind_the_marker_and_every_record_is_applied() -> None:
    fetched = {CHANGELOG: Fetched(last_offset=4, position=6)}
    assert passed(Recovery(applied_to=4), fetched) == ["rows are stored", "ended", "over"]


def test_it_is_over_when_there_are_markers_only() -> None:
    fetched = {CHANGELOG: Fetched(last_offset=None, position=6)}
    assert passed(Recovery(applied_to=-1), fetched) == ["rows are stored", "ended", "over"]


@pytest.mark.parametrize(
    "fetched",
    [
        pytest.param({}, id="nothing was fetched"),
        pytest.param({CHANGELOG: Fetched(last_offset=4, position=5)}, id="the marker is not passed"),
        pytest.param({CHANGELOG: Fetched(last_offset=4, position=6)}, id="a record that was fetched is not applied"),
    ],
)
def test_it_goes_on_while_records_may_be_missing(fetched: dict[TP, Fetched]) -> None:
    assert passed(Recovery(applied_to=3), fetched) == []


def test_a_recovery_that_is_over_by_itself_is_left_alone() -> None:
    fetched = {CHANGELOG: Fetched(last_offset=4, position=6)}
    assert passed(Recovery(applied_to=5), fetched) == []
