"""What begins a dossier (DR-01 to DR-10)."""

from types import MappingProxyType
from typing import Final

from events import dossier
from events.envelope import EnvelopeCore
from rules.clocks.facts_by_theme.fact import (
    About,
    Fact,
    Opening,
    Reading,
    Readings,
    TermGiven,
    given_term,
    instant_or_none,
    opening,
    same,
)
from rules.clocks.instants import Instant


class Submitted(Opening, frozen=True, kw_only=True):
    """An online submission: the intake clock starts (DR-10)."""

    needs_a_state = True

    round_no: int = 1


class Accepted(Opening, frozen=True, kw_only=True):
    """The dossier's own clock starts (DR-01 to DR-09); the one of its submission ends."""

    is_dated = True
    needs_a_state = True

    term: TermGiven | None = None
    appointment_at: Instant | None = None
    is_untold_of_letters: bool = False
    """Taken over from a register that kept no letters of apology (AR-13)."""


class IntakeAnswered(Fact, frozen=True, kw_only=True):
    """Guidance or a refusal: the counter has answered the submission."""

    is_dated = True

    is_rejected: bool


def _submitted(about: About, envelope: EnvelopeCore, data: dossier.DossierSubmitted) -> Fact:
    return Submitted(*about, **opening(envelope, data), round_no=data.round_no)


def _accepted(about: About, envelope: EnvelopeCore, data: dossier.DossierAccepted) -> Fact:
    term, appointment_at = given_term(data.term), instant_or_none(data.appointment_at)
    is_untold = data.keeps_letters is False and envelope.is_history
    return Accepted(
        *about, **opening(envelope, data), term=term, appointment_at=appointment_at, is_untold_of_letters=is_untold
    )


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.DossierSubmitted: Reading(Submitted, _submitted),
        dossier.IntakeGuidanceIssued: same(IntakeAnswered, is_rejected=False),
        dossier.IntakeRejected: same(IntakeAnswered, is_rejected=True),
        dossier.DossierAccepted: Reading(Accepted, _accepted),
    }
)
