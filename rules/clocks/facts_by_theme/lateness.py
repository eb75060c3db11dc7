"""What is said about lateness: letters, waivers, escalations (AR-01 to AR-11, AL-5)."""

from types import MappingProxyType
from typing import Final

from events import dossier
from events.envelope import EnvelopeCore
from rules.clocks.facts_by_theme.fact import (
    About,
    Fact,
    Order,
    Reading,
    Readings,
    instant_or_none,
    same,
)
from rules.clocks.instants import Instant


class LatenessForeseen(Fact, frozen=True, kw_only=True):
    """The unit itself says that it will be late (AR-01)."""


class Apologised(Fact, frozen=True, kw_only=True):
    """A letter left; it may name a new date (DR-26, AR-05)."""

    is_dated = True
    needs_acceptance = True

    new_promised_at: Instant | None = None


class ApologyWaived(Order, frozen=True, kw_only=True):
    """The obligation was lifted."""


class EscalationAcknowledged(Fact, frozen=True, kw_only=True):
    """Somebody took an escalation on (AL-5)."""

    rung: str


def _apologised(about: About, _: EnvelopeCore, data: dossier.ApologySent) -> Fact:
    return Apologised(*about, new_promised_at=instant_or_none(data.new_promised_at))


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.LatenessForeseen: same(LatenessForeseen),
        dossier.ApologySent: Reading(Apologised, _apologised),
        dossier.ApologyWaived: same(ApologyWaived),
        dossier.EscalationAcknowledged: same(EscalationAcknowledged, "rung"),
    }
)
