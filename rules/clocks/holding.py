"""Who holds a dossier: the unit that has it, and the one that gave it away while that is not confirmed (4.2 B, DR-28).

Asked by intake, by the clocks and by statistics alike, so that all name the same holder. Pure; plain pairs, because they
are asked for each transfer and each ending.
"""

from typing import Final

Holder = tuple[int, str]
"""A unit, and the id of the event that named it: whoever corrects that event puts it right. Empty where none did."""

Holding = tuple[Holder, Holder]
"""The holder and, until it is received or refused, who handed it over."""

NOBODY: Final[Holder] = (0, "")


def handed_over(now: Holding, to: Holder) -> Holding:
    """Passed on: the other side holds it from now on."""
    return to, now[0]


def received(now: Holding) -> Holding:
    """The other side has it in hand: it can't be refused any more. The end of a dossier is as good."""
    return now[0], NOBODY


def refused(now: Holding) -> Holding:
    """Back to whoever handed it over; without an open hand-over nothing changes."""
    holder, giver = now
    return (giver if giver[0] else holder), NOBODY


def reassigned(now: Holding, to: Holder) -> Holding:
    """A reorganisation gives it to another unit (DR-28)."""
    return to, now[1]


def put_right(now: Holding, event_id: str, unit_id: int) -> Holding:
    """The unit that an event named was another one (B20): it is put right where it still stands."""
    holder, giver = ((unit_id, said_by) if said_by == event_id else (known, said_by) for known, said_by in now)
    return holder, giver
