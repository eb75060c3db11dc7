"""What stops the clocks and sets them going again, and what moves them lawfully (DR-20 to DR-25)."""

from datetime import date
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
    """The citizen is waited for: a supplement, or a financial duty where the procedure says so (DR-20 to DR-24).

    `reply_by` is the ordinal of the last day to answer (0: none is named), `amount_vnd` what is to be paid.
    """

    is_dated = True
    needs_acceptance = True
    only_while_open = True
    needs_a_state = True

    cause: PauseCause
    reply_by: int = 0
    amount_vnd: int = 0


class PauseClosed(Fact, frozen=True, kw_only=True):
    """The citizen has done it. `is_payment`: a payment of `amount_vnd`, which may as well be an ordinary fee."""

    is_dated = True
    needs_a_state = True

    cause: PauseCause
    is_payment: bool = False
    amount_vnd: int = 0


class Extended(Fact, frozen=True, kw_only=True):
    """A special law allows a later due date (DR-25)."""

    is_dated = True
    needs_acceptance = True
    only_while_open = True
    needs_a_state = True

    new_due_at: Instant
    legal_basis: str


def _asked(about: About, _: EnvelopeCore, data: dossier.SupplementRequested) -> Fact:
    return PauseOpened(*about, cause="supplement", reply_by=_ordinal(data.reply_by))


def _owed(about: About, _: EnvelopeCore, data: dossier.FinancialObligationRequested) -> Fact:
    reply_by, amount_vnd = _ordinal(data.pay_by), data.amount_vnd
    return PauseOpened(*about, cause="financial_duty", reply_by=reply_by, amount_vnd=amount_vnd)


def _ordinal(day: date | None) -> int:
    return 0 if day is None else day.toordinal()


def _extended(about: About, _: EnvelopeCore, data: dossier.DeadlineExtended) -> Fact:
    return Extended(*about, new_due_at=micros(data.new_due_at), legal_basis=data.legal_basis)


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.SupplementRequested: Reading(PauseOpened, _asked),
        dossier.SupplementCompleted: same(PauseClosed, cause="supplement"),
        dossier.FinancialObligationRequested: Reading(PauseOpened, _owed),
        dossier.FinancialObligationExempted: same(PauseClosed, cause="financial_duty"),
        dossier.PaymentReceived: same(PauseClosed, "amount_vnd", cause="financial_duty", is_payment=True),
        dossier.DeadlineExtended: Reading(Extended, _extended),
    }
)
SAYS_NOTHING: Final[Silent] = MappingProxyType(
    {
        dossier.SystemOutageRecorded: "an outage explains and never extends (DR-29)",
    }
)
