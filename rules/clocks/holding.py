"""Who holds a dossier: the unit that has it, and the one that gave it away while that is not confirmed (4.2 B, DR-28).

Asked by intake, by the clocks and by statistics alike, so that all name the same holder. Pure; 0 stands for nobody.
"""

from typing import NamedTuple


class Holding(NamedTuple):
    """The holder and, until it is received or refused, who handed it over."""

    held_by_unit_id: int
    handed_over_by_unit_id: int = 0


def handed_over(now: Holding, to_unit_id: int) -> Holding:
    """Passed on: the other side holds it from now on."""
    return Holding(to_unit_id, now.held_by_unit_id)


def received(now: Holding) -> Holding:
    """The other side has it in hand: it can't be refused any more. The end of a dossier is as good."""
    return Holding(now.held_by_unit_id)


def refused(now: Holding) -> Holding:
    """Back to whoever handed it over; without an open hand-over nothing changes."""
    return Holding(now.handed_over_by_unit_id or now.held_by_unit_id)


def reassigned(now: Holding, to_unit_id: int) -> Holding:
    """A reorganisation gives it to another unit (DR-28)."""
    return Holding(to_unit_id, now.handed_over_by_unit_id)
