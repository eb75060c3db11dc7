"""Transfers, steps and consultations: who holds a dossier, and what its parts are timed by (DR-11 to DR-14)."""

from types import MappingProxyType
from typing import Final

from events import dossier
from events.envelope import EnvelopeCore
from rules.clocks.facts_by_theme.fact import (
    About,
    Fact,
    Reading,
    Readings,
    TermGiven,
    given_term,
    instant_or_none,
    same,
)
from rules.clocks.instants import Instant


class Transferred(Fact, frozen=True, kw_only=True):
    """Another unit holds the dossier from now on."""

    is_dated = True
    needs_acceptance = True

    to_unit_id: int
    due_back_at: Instant | None = None


class TransferReceived(Fact, frozen=True, kw_only=True):
    """The other side has the dossier in hand."""

    is_dated = True


class TransferRefused(Fact, frozen=True, kw_only=True):
    """The dossier goes back to the unit that handed it over."""


class StepStarted(Fact, frozen=True, kw_only=True):
    """A step begins, with a budget or a due instant of its own, or none (DR-12)."""

    needs_acceptance = True

    step_code: str
    officer_id: str | None = None
    responsible_unit_id: int | None = None
    budget: TermGiven | None = None
    due_at: Instant | None = None


class StepCompleted(Fact, frozen=True, kw_only=True):
    """A step is done."""

    is_dated = True
    step_code: str


class ConsultationRequested(Fact, frozen=True, kw_only=True):
    """Another agency is asked; the dossier's clock runs on (DR-14)."""

    needs_acceptance = True

    document_no: str
    agency_unit_id: int | None = None
    term: TermGiven | None = None
    due_at: Instant | None = None


class ConsultationAnswered(Fact, frozen=True, kw_only=True):
    """The agency that was asked under this number answered; its clock ends (DR-14)."""

    is_dated = True
    document_no: str


def _transferred(about: About, _: EnvelopeCore, data: dossier.DossierTransferred) -> Fact:
    return Transferred(*about, to_unit_id=data.to_unit_id, due_back_at=instant_or_none(data.due_back_at))


def _step_started(about: About, _: EnvelopeCore, data: dossier.StepStarted) -> Fact:
    return StepStarted(
        *about,
        step_code=data.step_code,
        officer_id=data.assignee_id,
        responsible_unit_id=data.responsible_unit_id,
        budget=given_term(data.budget),
        due_at=instant_or_none(data.step_due_at),
    )


def _consulted(about: About, _: EnvelopeCore, data: dossier.ConsultationRequested) -> Fact:
    return ConsultationRequested(
        *about,
        document_no=data.document_no,
        agency_unit_id=data.agency_unit_id,
        term=given_term(data.reply_term),
        due_at=instant_or_none(data.reply_due_at),
    )


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.DossierTransferred: Reading(Transferred, _transferred),
        dossier.TransferReceived: same(TransferReceived),
        dossier.TransferRefused: same(TransferRefused),
        dossier.StepStarted: Reading(StepStarted, _step_started),
        dossier.StepCompleted: same(StepCompleted, "step_code"),
        dossier.ConsultationRequested: Reading(ConsultationRequested, _consulted),
        dossier.ConsultationAnswered: same(ConsultationAnswered, "document_no"),
    }
)
