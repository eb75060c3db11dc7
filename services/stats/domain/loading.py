"""Where the loader goes on in a partition, and what its reports say of the figures. Pure.

ClickHouse itself holds how far it has counted; the group's place on Kafka is only the second opinion. Where ClickHouse is behind
it (deleted, or an older copy put back), loading goes back to what ClickHouse knows: storing an event again changes nothing.
"""

from dataclasses import dataclass
from typing import Literal

from services.stats.domain.comparison import UNSEEN_SECONDS

SILENT_SECONDS = 30
"""The loader reports every few seconds; after so many without a report it is down, frozen, or too long at one batch."""
MUCH_UNREAD = 20_000
"""Records on their way: up to one batch of the loader is the normal second of delay."""

State = Literal["empty", "rebuilding", "differs", "silent", "uncompared", "behind", "current"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Of one partition: everything before `next_offset` is counted; figures are whole from `goal` on."""

    next_offset: int
    goal: int


class UnfinishedStatisticsError(RuntimeError):
    """The statistics don't hold everything that they once counted; the text says how much is missing and where to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """What the loader reported of all partitions together. `silent_seconds`: age of the oldest report.

    `differing`: of how much the loader found, when it compared last, that what is counted isn't what was recorded.
    `uncompared_seconds`: since when something could not be compared.
    """

    partitions: int
    counted: int
    missing: int
    unread: int
    silent_seconds: int
    differing: int = 0
    uncompared_seconds: int = 0

    @property
    def state(self) -> State:
        """The worst that is true of it."""
        if self.partitions == 0:
            return "empty"
        if self.missing > 0:
            return "rebuilding"
        if self.differing > 0:
            return "differs"
        if self.silent_seconds > SILENT_SECONDS:
            return "silent"
        if self.uncompared_seconds > UNSEEN_SECONDS:
            return "uncompared"
        return "behind" if self.unread > MUCH_UNREAD else "current"


def going_on(kept: Reached | None, committed: int | None, beginning: int, end: int) -> Reached:
    """Where to go on in a partition whose log reaches from `beginning` to `end`.

    `kept` is what ClickHouse knows of it, `committed` the group's place on Kafka; None where there is none.
    """
    if kept is None:
        return Reached(next_offset=beginning, goal=end)
    if committed is None:  # another log (Kafka was made anew), or the group was away for very long: read it all again
        return Reached(next_offset=beginning, goal=min(kept.goal, end))
    if kept.next_offset < committed:
        return Reached(next_offset=min(max(kept.next_offset, beginning), end), goal=end)
    return Reached(next_offset=min(committed, end), goal=min(kept.goal, end))


def require_whole(loading: Loading) -> None:
    """Raise UnfinishedStatisticsError where figures would be zero, or too small, only because they are not counted yet."""
    if loading.state == "empty":
        raise UnfinishedStatisticsError("nothing was ever counted into this ClickHouse; see `motcua status`")
    if loading.state == "rebuilding":
        raise UnfinishedStatisticsError(
            f"the statistics are being built again, {loading.missing} records are missing; see `motcua status`"
        )
