"""What an office orders or approves about a dossier (DR-27, DR-28, DR-31)."""

from types import MappingProxyType
from typing import Any, Final

from events import dossier
from events.envelope import EnvelopeCore
from rules.clocks.facts_by_theme.fact import (
    About,
    Fact,
    Order,
    Reading,
    Readings,
    Silent,
    same,
)


class Reassigned(Order, frozen=True, kw_only=True):
    """A reorganisation gives the dossier to another unit; nothing due moves (DR-28)."""

    to_unit_id: int


class CalendarChanged(Order, frozen=True, kw_only=True):
    """This open dossier's clocks count by another version of its calendar from now on (DR-27)."""

    calendar_id: str
    old_version: str
    new_version: str
    reason: str


class BackdatingApproved(Order, frozen=True, kw_only=True):
    """A second person approves events that were recorded late (DR-31)."""

    target_event_ids: tuple[str, ...]
    approver_id: str


class Corrected(Order, frozen=True, kw_only=True):
    """Two persons put an event of the stream right (B20): `fields` are its corrected values, as they were recorded."""

    target_event_id: str
    fields: dict[str, Any]
    reason: str


class CodeAssigned(Order, frozen=True, kw_only=True):
    """The dossier has one more code (DR-30). An order, so that a time of long ago doesn't hold the clocks up (TIME-3)."""

    code: str


def _corrected(about: About, _: EnvelopeCore, data: dossier.EventCorrected) -> Fact:
    fields = dict(data.corrected_fields)
    return Corrected(*about, target_event_id=data.target_event_id, fields=fields, reason=data.reason)


def _reassigned(about: About, _: EnvelopeCore, data: dossier.DossierReassignedByReorganisation) -> Fact:
    return Reassigned(*about, to_unit_id=data.new_unit_id)


def _approved(about: About, _: EnvelopeCore, data: dossier.BackdatingApproved) -> Fact:
    targets = (data.target_event_id, *(data.further_event_ids or ()))
    return BackdatingApproved(*about, target_event_ids=targets, approver_id=data.approver_id)


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.DossierReassignedByReorganisation: Reading(Reassigned, _reassigned),
        dossier.CalendarChangeApplied: same(CalendarChanged, "calendar_id", "old_version", "new_version", "reason"),
        dossier.BackdatingApproved: Reading(BackdatingApproved, _approved),
        dossier.EventCorrected: Reading(Corrected, _corrected),
        dossier.DossierCodeAssigned: same(CodeAssigned, "code"),
    }
)
SAYS_NOTHING: Final[Silent] = MappingProxyType(
    {
        dossier.IntegrityFlagRaised: "a flag says what is known of the record, not of the dossier",
    }
)
