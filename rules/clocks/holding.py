"""Who holds a dossier: the unit that has it, and the one that gave it away while that is not confirmed (4.2 B, DR-28).

Asked by intake, by the clocks and by statistics alike, so that all name the same holder. Pure; 0 stands for nobody.
"""

from collections.abc import Callable
from typing import Final, NamedTuple


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


UNSAID: Final = ("", "")
"""No event has named a holder or who handed over."""


class Held(NamedTuple):
    """A holding and, in the same two places, the ids of the events that said so: whoever corrects one of them puts it right."""

    units: Holding
    said_by: tuple[str, str] = UNSAID


def passed(held: Held, step: Callable[..., Holding], event_id: str, to_unit_id: int | None = None) -> Held:
    """One of the steps above, taken by an event. The places of the events change as those of the units do."""
    said_by = Holding._make(held.said_by)
    units, ids = (
        (step(held.units), step(said_by))
        if to_unit_id is None
        else (step(held.units, to_unit_id), step(said_by, event_id))
    )
    return Held(units, (str(ids[0] or ""), str(ids[1] or "")))


def put_right(held: Held, event_id: str, unit_id: int) -> Held:
    """The unit that an event named was another one (B20): it is put right where it still stands."""
    holder, giver = (
        unit_id if said_by == event_id else known for known, said_by in zip(held.units, held.said_by, strict=True)
    )
    return held._replace(units=Holding(holder, giver))
