"""What stops the clocks and sets them going again, and what moves them lawfully (DR-20 to DR-25)."""

from types import MappingProxyType
from typing import Final

from events import dossier
from events.deadline import PauseCause
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


class PauseOpened(Fact, frozen=True, kw_only=True):
    """The citizen is waited for: a supplement, or a financial duty where the procedure says so (DR-20 to DR-24)."""

    needs_acceptance = True
    only_while_open = True
    needs_a_state = True

    cause: PauseCause


class PauseClosed(Fact, frozen=True, kw_only=True):
    """The citizen has done it. `is_payment`: a payment, which may as well be an ordinary fee."""

    needs_a_state = True

    cause: PauseCause
    is_payment: bool = False


class Extended(Fact, frozen=True, kw_only=True):
    """A special law allows a later due date (DR-25)."""

    needs_acceptance = True
    only_while_open = True
    needs_a_state = True

    new_due_at: Instant
    legal_basis: str


def _extended(about: About, _: EnvelopeCore, data: dossier.DeadlineExtended) -> Fact:
    return Extended(*about, new_due_at=micros(data.new_due_at), legal_basis=data.legal_basis)


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.SupplementRequested: same(PauseOpened, cause="supplement"),
        dossier.SupplementCompleted: same(PauseClosed, cause="supplement"),
        dossier.FinancialObligationRequested: same(PauseOpened, cause="financial_duty"),
        dossier.FinancialObligationExempted: same(PauseClosed, cause="financial_duty"),
        dossier.PaymentReceived: same(PauseClosed, cause="financial_duty", is_payment=True),
        dossier.DeadlineExtended: Reading(Extended, _extended),
    }
)
SAYS_NOTHING: Final[Silent] = MappingProxyType(
    {
        dossier.SystemOutageRecorded: "an outage explains and never extends (DR-29)",
    }
)
