"""A small builder of one dossier's events, for tests that send them through the worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from events import dossier
from events.catalog import TYPE_BY_CLASS
from events.dossier import DossierEvent, GivenTerm, TermUnit
from events.envelope import Envelope, Event
from events.hash_chain import GENESIS
from tests.sealing import sealed

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> datetime:
    """A local instant of Hà Nội, written like 2026-02-11T10:20."""
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def term(value: int, unit: TermUnit = "working_day") -> GivenTerm:
    """A term as a procedure states it."""
    return GivenTerm(value=value, unit=unit)


class Dossier:
    """The events of one dossier in order; each method adds one and gives the life back."""

    def __init__(self, dossier_id: str = "11111111-1111-5111-8111-111111111111", *, is_history: bool = False) -> None:
        self.dossier_id = dossier_id
        self.is_history = is_history
        self.events: list[Event] = []

    def then(self, when: str | datetime, data: DossierEvent, *, delay: timedelta = timedelta(seconds=1)) -> Dossier:
        """Add an event; it is recorded `delay` after it happened."""
        occurred_at = at(when) if isinstance(when, str) else when
        seq = len(self.events) + 1
        opened_on = self.events[0].envelope.opened_on if self.events else occurred_at.date()
        envelope = Envelope(
            event_id=str(uuid5(NAMESPACE_URL, f"{self.dossier_id}/{seq}")),
            source="urn:motcua:test",
            event_type=TYPE_BY_CLASS[type(data)],
            dossier_id=self.dossier_id,
            occurred_at=occurred_at,
            recorded_at=(occurred_at + delay).astimezone(UTC),
            stream_seq=seq,
            opened_on=opened_on,
            unit_id=26734,
            dossier_code="H29.123",
            is_history=self.is_history,
        )
        before = self.events[-1].envelope.hash if self.events else GENESIS
        self.events.append(sealed(Event(envelope=envelope, data=data), before))
        return self

    def accepted(
        self,
        when: str | datetime,
        given: GivenTerm | None = None,
        *,
        appointment_at: datetime | None = None,
        calendar_id: str | None = None,
    ) -> Dossier:
        data = dossier.DossierAccepted(
            procedure_code="1.004859", term=given, appointment_at=appointment_at, calendar_id=calendar_id
        )
        return self.then(when, data)

    def step(self, when: str | datetime) -> Dossier:
        return self.then(when, dossier.StepStarted(step_code="review"))

    def asked(self, when: str | datetime) -> Dossier:
        return self.then(when, dossier.SupplementRequested(round_no=1, missing_items=("giấy tờ",), reason="thiếu"))

    def supplemented(self, when: str | datetime) -> Dossier:
        return self.then(when, dossier.SupplementCompleted(round_no=1))

    def extended(self, when: str | datetime, new_due_at: datetime) -> Dossier:
        return self.then(when, dossier.DeadlineExtended(new_due_at=new_due_at, legal_basis="Luật", approver_id="o-9"))

    def ready(self, when: str | datetime) -> Dossier:
        return self.then(when, dossier.ResultReadyAtCounter())

    def withdrawn(self, when: str | datetime) -> Dossier:
        return self.then(when, dossier.DossierWithdrawn())

    def stopped(self, when: str | datetime) -> Dossier:
        return self.then(when, dossier.ProcessingStopped(reason="không đủ điều kiện"))

    def delivered(self, when: str | datetime) -> Dossier:
        return self.then(when, dossier.ResultDelivered(method="counter"))

    def moved_to(self, when: str | datetime, unit_id: int) -> Dossier:
        return self.then(when, dossier.DossierTransferred(to_unit_id=unit_id))

    def apologised(self, when: str | datetime, new_promised_at: datetime | None = None) -> Dossier:
        data = dossier.ApologySent(
            letter_no="12/TXL", reason="chậm", signer_id="o-1", medium="paper", new_promised_at=new_promised_at
        )
        return self.then(when, data)
