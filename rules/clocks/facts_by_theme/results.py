"""How a dossier ends, and goes on (domain.md 4.3)."""

from types import MappingProxyType
from typing import Final

from events import dossier
from rules.clocks.facts_by_theme.fact import (
    Fact,
    Readings,
    Silent,
    same,
)


class Ended(Fact, frozen=True, kw_only=True):
    """The dossier's clock stops."""

    is_dated = True
    needs_acceptance = True
    needs_a_state = True


class Reopened(Fact, frozen=True, kw_only=True):
    """The dossier goes on after its end."""

    needs_acceptance = True
    needs_a_state = True


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.ResultReadyAtCounter: same(Ended),
        dossier.DossierWithdrawn: same(Ended),
        dossier.ProcessingStopped: same(Ended),
        dossier.DossierReturned: same(Ended),
        dossier.DossierReopened: same(Reopened),
    }
)
SAYS_NOTHING: Final[Silent] = MappingProxyType(
    {
        dossier.ResultIssued: "the clock runs until the result is at the counter (4.3)",
        dossier.ResultDelivered: "the citizen's coming is no part of the term (4.3)",
    }
)
