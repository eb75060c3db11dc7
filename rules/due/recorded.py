"""By which instant an event is judged that was recorded long after it is said to have happened: DR-31.

In go the two instants of one event, the limits that it may have missed meanwhile and the tolerance of the rule set, all in whole
microseconds (the instants since 1970 UTC); out comes the instant that counts. Pure.
"""

from collections.abc import Iterable

from msgspec import Struct


class Judged(Struct, frozen=True, gc=False):
    """The instant by which an event is judged, and whether it was recorded late, so that a flag is owed."""

    at: int
    is_recorded_late: bool


def judged_instant(
    at: int,
    recorded_at: int,
    limits: Iterable[int],
    tolerance: int,
    *,
    is_approved: bool = False,
    keeps_time: bool = False,
) -> Judged:
    """Tell by which of its two instants an event is judged (DR-31).

    It is recorded late if that came more than the tolerance after `at`, and a limit lies between: at or after `at` and before
    `recorded_at`. Then `recorded_at` counts until a second person approves. Where the later instant would be the better one for
    the office (`keeps_time`), `at` stands: never is the more favourable of both taken without an approval.
    """
    is_late = recorded_at - at > tolerance and any(at <= limit < recorded_at for limit in limits)
    counts_as_said = not is_late or is_approved or keeps_time
    return Judged(at if counts_as_said else recorded_at, is_late)
