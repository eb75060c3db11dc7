"""How a dossier ends, and goes on (domain.md 4.3)."""

from types import MappingProxyType
from typing import Any, Final

from events import dossier
from events.envelope import EnvelopeCore
from rules.clocks.facts_by_theme.fact import (
    About,
    Fact,
    Reading,
    Readings,
    Silent,
    same,
)
from rules.clocks.instants import Instant, micros


class Ended(Fact, frozen=True, kw_only=True):
    """The dossier's clock stops; `recorded_at` shows whether it was reported in time (DR-31)."""

    needs_acceptance = True
    needs_a_state = True

    recorded_at: Instant


class Reopened(Fact, frozen=True, kw_only=True):
    """The dossier goes on after its end."""

    needs_acceptance = True
    needs_a_state = True


def _ended(about: About, envelope: EnvelopeCore, _: Any) -> Fact:
    return Ended(*about, recorded_at=micros(envelope.recorded_at))


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.ResultReadyAtCounter: Reading(Ended, _ended),
        dossier.DossierWithdrawn: Reading(Ended, _ended),
        dossier.ProcessingStopped: Reading(Ended, _ended),
        dossier.DossierReturned: Reading(Ended, _ended),
        dossier.DossierReopened: same(Reopened),
    }
)
SAYS_NOTHING: Final[Silent] = MappingProxyType(
    {
        dossier.ResultIssued: "the clock runs until the result is at the counter (4.3)",
        dossier.ResultDelivered: "the citizen's coming is no part of the term (4.3)",
    }
)
