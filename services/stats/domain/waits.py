"""When the dossier's clock stood still, as the clock stated it: one entry for each stop, by its number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Wait:
    """One stop of the clock, by its number: said again, it takes the place of what was said before (DR-31).

    `ended_by` is the ending with which it was over, if it was an ending.
    """

    paused_at: datetime
    resumed_at: datetime | None = None
    ended_by: str = ""
    expired_at: datetime | None = None


def end_waits(waits: Iterable[Wait], at: datetime, ended_by: str = "") -> None:
    """Nothing is waited for any more from an instant on; `ended_by`: the ending with which that is over."""
    for wait in waits:
        if wait.resumed_at is None:
            wait.resumed_at, wait.ended_by = max(at, wait.paused_at), ended_by


def last_until(waits: Iterable[Wait], ending_id: str, counts_at: str | None) -> None:
    """What was over with an ending lasts until that counts (DR-31); `counts_at` as an event states it."""
    for wait in waits:
        if counts_at is not None and wait.ended_by == ending_id:
            wait.resumed_at = max(datetime.fromisoformat(counts_at), wait.paused_at)
