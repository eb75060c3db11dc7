"""Readable dossiers for the tests of the statistics: say what happened, get the events as both topics would carry them.

What the clock states of an ending, a pause or a letter follows by a plain hand of its own, apart from the rules.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.catalog import TYPE_BY_CLASS
from events.deadline import (
    ApologyClassified,
    ApologyLapsed,
    ApologyRequired,
    ClockPaused,
    ClockResumed,
    DeadlineData,
    DeadlineEvent,
    DeadlineMoved,
    DeadlineRecomputed,
    DeadlineSet,
    DossierBreached,
    EndingClassified,
)
from events.dossier import (
    ApologySent,
    ApologyWaived,
    BackdatingApproved,
    DossierAccepted,
    DossierEvent,
    DossierReassignedByReorganisation,
    DossierReopened,
    DossierReturned,
    DossierTransferred,
    DossierWithdrawn,
    EventCorrected,
    GivenTerm,
    IntegrityFlagRaised,
    ProcessingStopped,
    ResultDelivered,
    ResultReadyAtCounter,
    SupplementCompleted,
    SupplementRequested,
    TransferReceived,
    TransferRefused,
)
from events.envelope import Envelope, Event
from events.hash_chain import GENESIS
from tests.sealing import sealed

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WARD = 3000001


def at(day: str, clock: str = "08:00") -> datetime:
    """An instant in Asia/Ho_Chi_Minh: at("2026-03-02", "16:30")."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZONE)


@dataclass
class Dossier:
    """One dossier's story; each method tells one event and returns the dossier, so that stories read as sentences."""

    name: str
    unit_id: int = WARD
    channel: int = 1
    is_history: bool = False
    events: list[Event] = field(default_factory=list)
    opened_on: date = date(1970, 1, 2)
    seq: int = 0
    pause_count: int = 0
    due: dict[str, datetime | date] = field(default_factory=dict)
    ending: Event | None = None
    is_paused: bool = False
    owed: tuple[datetime, datetime, int] | None = None
    sent_at: datetime | None = None
    is_waived: bool = False
    now_counted_by: int = 0

    def accepted(self, when: datetime, procedure_code: str = "1.001") -> "Dossier":
        self.opened_on = when.astimezone(ZONE).date()
        return self.apply(
            DossierAccepted(procedure_code=procedure_code, term=GivenTerm(value=5, unit="working_day")), when
        )

    def due_at(self, due: datetime, classify_by: str = "date", time_zone: str = "Asia/Ho_Chi_Minh") -> "Dossier":
        when = self.events[0].envelope.occurred_at
        self.due = self._dues(due, due, due, time_zone)
        return self.conclude(
            DeadlineSet(
                **self.due, clock="main", accepted_at=when, effective_start_at=when, given_by="rules",
                classify_by=classify_by, policy="restart", procedure_code="1.001", calendar_id="vn", calendar_version="1",
                rule_set_version="1", time_zone=time_zone,
            ),
            when,
        )  # fmt: skip

    def due_moved(self, due: datetime, when: datetime, cause: str = "supplement_completed") -> "Dossier":
        before = self.due
        lawful = before["lawful_due_at"] if cause == "reappointment" else due
        zone = str(self.events[1].data.time_zone)
        self.due = self._dues(before["original_due_at"], lawful, due, zone)
        return self.conclude(
            DeadlineMoved(
                **self.due, clock="main", cause=cause, rule="DR-21", previous_lawful_due_at=before["lawful_due_at"],
                previous_promised_due_at=before["promised_due_at"],
            ),
            when,
        )  # fmt: skip

    def supplement_requested(self, when: datetime) -> "Dossier":
        """The clock stands still, if there is one that was not due before."""
        self.apply(SupplementRequested(round_no=1, missing_items=("bản sao",), reason="thiếu"), when)
        if not self.due or self.is_paused or self.ending is not None or when > self._lawful():
            return self
        return self.clock_paused(when, "supplement")

    def supplement_completed(self, when: datetime) -> "Dossier":
        self.apply(SupplementCompleted(round_no=1), when)
        return self.clock_resumed(when, "supplement") if self.is_paused else self

    def transferred(self, to_unit_id: int, when: datetime) -> "Dossier":
        return self.apply(DossierTransferred(to_unit_id=to_unit_id), when)

    def transfer_received(self, when: datetime) -> "Dossier":
        return self.apply(TransferReceived(), when)

    def transfer_refused(self, when: datetime) -> "Dossier":
        return self.apply(TransferRefused(reason="không thuộc phạm vi"), when)

    def reassigned(self, new_unit_id: int, when: datetime, old_unit_id: int = 0) -> "Dossier":
        """From the unit that counts it, unless another is named that only held it."""
        old = old_unit_id or self.counted_by
        if old == self.counted_by:
            self.now_counted_by = new_unit_id
        data = DossierReassignedByReorganisation(old_unit_id=old, new_unit_id=new_unit_id, legal_basis="Nghị quyết")
        return self.apply(data, when)

    @property
    def counted_by(self) -> int:
        return self.now_counted_by or self.unit_id

    def clock_paused(self, when: datetime, cause: str = "financial_duty", kind: str = "dossier") -> "Dossier":
        consumed = {"consumed_working_days": 1, "consumed_working_minutes": 480}
        self.is_paused |= kind == "dossier"
        self.pause_count += kind == "dossier"
        no = max(self.pause_count, 1)
        data = ClockPaused(**self.due, clock="main", clock_kind=kind, cause=cause, pause_no=no, **consumed)
        return self.conclude(data, when)

    def clock_resumed(self, when: datetime, cause: str = "financial_duty", kind: str = "dossier") -> "Dossier":
        waited = {"paused_at": when, "waited_working_days": 1, "waited_working_minutes": 480}
        self.is_paused &= kind != "dossier"
        no = max(self.pause_count, 1)
        data = ClockResumed(**self.due, clock="main", clock_kind=kind, cause=cause, pause_no=no, **waited)
        return self.conclude(data, when)

    def recomputed(self, due: datetime, when: datetime, kind: str = "dossier") -> "Dossier":
        before = self.due
        dues = self._dues(before["original_due_at"], due, due, str(self.events[1].data.time_zone))
        self.due = dues if kind == "dossier" else before
        data = DeadlineRecomputed(
            **dues, clock="main", clock_kind=kind, reason="hoán đổi", rule="DR-27", calendar_id="vn", calendar_version="2",
            previous_calendar_version="1", previous_lawful_due_at=before["lawful_due_at"],
            previous_promised_due_at=before["promised_due_at"],
        )  # fmt: skip
        return self.conclude(data, when)

    def reopened(self, when: datetime) -> "Dossier":
        self.ending, self.is_paused = None, False
        return self.apply(DossierReopened(reason="khiếu nại", approver_id="b"), when)

    def approved_late_record(self, when: datetime) -> "Dossier":
        """Of the ending that stands, or of something else; the clock then states the class of its own date."""
        ending = self.ending
        target = ending.envelope.event_id if ending is not None else "none"
        self.apply(BackdatingApproved(target_event_id=target, reason="mất mạng", approver_id="b"), when)
        return self if ending is None else self.classified(ending, is_approved=True)

    def apology_waived(self, when: datetime) -> "Dossier":
        self.apply(ApologyWaived(basis="công dân đề nghị", approver_id="b"), when)
        self.is_waived = True
        return self.letter_classified(when)

    def apology_lapsed(self, reason: str, when: datetime) -> "Dossier":
        missed, self.owed = self.owed, None
        data = ApologyLapsed(
            **self.due,
            clock="main",
            reason=reason,
            was_required=missed is not None,
            missed_due_at=missed[0] if missed else None,
        )
        return self.conclude(data, when)

    def ready(self, when: datetime, recorded_at: datetime | None = None) -> "Dossier":
        return self.ended(ResultReadyAtCounter(), when, recorded_at)

    def delivered(self, when: datetime) -> "Dossier":
        return self.apply(ResultDelivered(method="counter"), when)

    def withdrawn(self, when: datetime) -> "Dossier":
        return self.ended(DossierWithdrawn(), when)

    def stopped(self, when: datetime) -> "Dossier":
        return self.ended(ProcessingStopped(reason="không đủ điều kiện"), when)

    def returned(self, when: datetime) -> "Dossier":
        return self.ended(DossierReturned(reason="không đủ điều kiện"), when)

    def apologised(self, when: datetime, new_date: datetime | None = None) -> "Dossier":
        data = ApologySent(letter_no="1", reason="quá tải", signer_id="s", medium="paper", new_promised_at=new_date)
        self.apply(data, when)
        if self.sent_at is not None:
            return self
        self.sent_at = when
        return self.letter_classified(when)

    def corrected(self, when: datetime, number: int = 0, **fields: Any) -> "Dossier":
        """A correction of the event of that number in the stream, or of none that is known."""
        target = next((one.envelope.event_id for one in self.events if one.envelope.stream_seq == number), "x")
        return self.apply(
            EventCorrected(target_event_id=target, corrected_fields=fields, reason="gõ nhầm", approver_id="b"), when
        )

    def flagged(self, kind: str, when: datetime) -> "Dossier":
        return self.apply(IntegrityFlagRaised(kind=kind, rule="DR-31", detail="", target_event_id="x"), when)

    def breached(self, when: datetime, unit_id: int | None = None) -> "Dossier":
        held_by = unit_id or self.unit_id
        return self.conclude(DossierBreached(**self.due, clock="main", held_by_unit_id=held_by), when)

    def apology_owed(self, when: datetime, latest_at: datetime, unit_id: int | None = None) -> "Dossier":
        held_by = unit_id or self.unit_id
        self.conclude(ApologyRequired(**self.due, clock="main", held_by_unit_id=held_by, latest_at=latest_at), when)
        self.owed = self._lawful(), latest_at, held_by
        return self.letter_classified(when)

    # What the clock states.

    def ended(self, data: DossierEvent, when: datetime, recorded_at: datetime | None = None) -> "Dossier":
        self.apply(data, when, recorded_at)
        if self.ending is not None:
            return self.refused(self.events[-1])
        self.ending = self.events[-1]
        return self.classified(self.ending)

    def refused(self, event: Event) -> "Dossier":
        data = IntegrityFlagRaised(
            kind="order", rule="domain 4.3: already-ended", detail="", target_event_id=event.envelope.event_id
        )
        self.events.append(self._event(data, event.envelope.occurred_at, None, "urn:motcua:deadlines"))
        return self

    def classified(self, ending: Event, *, is_approved: bool = False) -> "Dossier":
        """By its day, for hour terms by its instant; what was recorded too late counts as of its recording until approved."""
        about = ending.envelope
        own, recorded = self._class_at(about.occurred_at), self._class_at(about.recorded_at)
        is_long_after = about.recorded_at - about.occurred_at > timedelta(minutes=15) and not self.is_history
        is_backdated = is_long_after and own in ("early", "on_time") and recorded == "late"
        outcome = "late" if is_backdated and not is_approved else own
        data = EndingClassified(
            target_event_id=about.event_id, ended_at=about.occurred_at, ended_by=about.event_type, outcome=outcome,
            judged_due_at=self.due.get("lawful_due_at"), judged_due_on=self.due.get("due_on"), pause_outcome=outcome,
            restart_outcome=outcome, qd766_outcome=outcome, is_backdated=is_backdated, is_approved=is_approved, rule="DR-08",
        )  # fmt: skip
        if is_backdated and not is_approved:
            flag = IntegrityFlagRaised(kind="backdated", rule="DR-31", detail="", target_event_id=about.event_id)
            self.events.append(self._event(flag, about.occurred_at, None, "urn:motcua:deadlines"))
        return self.conclude(data, self.events[-1].envelope.occurred_at)

    def letter_classified(self, when: datetime) -> "Dossier":
        if self.owed is None or not (self.sent_at or self.is_waived):
            return self
        due_at, latest_at, held_by = self.owed
        if self.sent_at is None:
            found = "waived"
        else:
            sent = self.sent_at
            found = "sent_in_time" if sent <= latest_at else "sent_before_breach" if sent <= due_at else "sent_late"
        dues = {**self.due, "lawful_due_at": due_at}
        data = ApologyClassified(
            **dues,
            clock="main",
            apology_class=found,
            latest_at=latest_at,
            sent_at=self.sent_at,
            held_by_unit_id=held_by,
        )
        return self.conclude(data, when)

    def _lawful(self) -> datetime:
        due_at = self.due["lawful_due_at"]
        assert isinstance(due_at, datetime)
        return due_at

    def _class_at(self, moment: datetime) -> str:
        if not self.due:
            return "unknown"
        told = self.events[1].data
        assert isinstance(told, DeadlineSet)
        if told.classify_by == "instant":
            ahead = (self._lawful() - moment) / timedelta(microseconds=1)
        else:
            due_on = self.due["due_on"]
            ahead = (due_on - moment.astimezone(ZoneInfo(told.time_zone)).date()).days
        return "early" if ahead > 0 else "on_time" if ahead == 0 else "late"

    def apply(self, data: DossierEvent, when: datetime, recorded_at: datetime | None = None) -> "Dossier":
        self.seq += 1
        before = next((one.envelope.hash for one in reversed(self.events) if one.envelope.hash), GENESIS)
        self.events.append(sealed(self._event(data, when, recorded_at), before))
        return self

    def conclude(self, data: DeadlineEvent, when: datetime) -> "Dossier":
        self.events.append(self._event(data, when, None))
        return self

    def _dues(
        self, original: datetime, lawful: datetime, promised: datetime, time_zone: str
    ) -> dict[str, datetime | date]:
        return {
            "original_due_at": original, "lawful_due_at": lawful, "promised_due_at": promised,
            "due_on": lawful.astimezone(ZoneInfo(time_zone)).date(),
        }  # fmt: skip

    def _event(
        self, data: DossierEvent | DeadlineEvent, when: datetime, recorded_at: datetime | None, source: str = ""
    ) -> Event:
        is_said = isinstance(data, DeadlineData | EndingClassified)
        event_type = TYPE_BY_CLASS[type(data)]
        about = Envelope(
            event_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.name}/{len(self.events)}/{event_type}")),
            source=source or ("urn:motcua:deadlines" if is_said else "urn:motcua:intake"),
            event_type=event_type,
            dossier_id=self.name,
            occurred_at=when,
            recorded_at=recorded_at or when + timedelta(seconds=1),
            stream_seq=self.seq,
            opened_on=self.opened_on,
            unit_id=self.unit_id,
            dossier_code=f"H-{self.name}",
            procedure_code="1.001",
            channel=self.channel,
            is_history=self.is_history,
        )
        return Event(envelope=about, data=data)


def events_of(dossiers: Iterable[Dossier]) -> list[Event]:
    """The events of several dossiers, one dossier after the other."""
    return [event for dossier in dossiers for event in dossier.events]


def golden_week(unit_id: int = WARD) -> list[Dossier]:
    """The golden example of domain.md 4.7.4 (D08 is rejected at intake and leaves no dossier)."""

    def dossier(name: str, accepted: datetime, due_day: str, channel: int = 1) -> Dossier:
        return Dossier(name, unit_id, channel).accepted(accepted).due_at(at(due_day, "17:00"))

    return [
        dossier("D01", at("2026-02-27", "09:00"), "2026-03-06").ready(at("2026-03-05", "10:00")),
        dossier("D02", at("2026-02-26", "09:00"), "2026-03-05").ready(at("2026-03-05", "16:30")),
        dossier("D03", at("2026-02-25", "09:00"), "2026-03-04")
        .apologised(at("2026-03-03", "15:00"), at("2026-03-06", "17:00"))
        .due_moved(at("2026-03-06", "17:00"), at("2026-03-03", "15:00"), "reappointment")
        .breached(at("2026-03-04", "17:00"))
        .apology_owed(at("2026-03-04", "17:00"), at("2026-03-03", "17:00"))
        .ready(at("2026-03-06", "10:00")),
        dossier("D04", at("2026-02-24", "09:00"), "2026-03-03")
        .breached(at("2026-03-03", "17:00"))
        .apology_owed(at("2026-03-03", "17:00"), at("2026-03-02", "17:00")),
        dossier("D05", at("2026-03-02", "08:00"), "2026-03-09").ready(at("2026-03-04", "10:00")),
        dossier("D06", at("2026-03-03", "08:00"), "2026-03-10"),
        dossier("D07", at("2026-03-04", "08:00"), "2026-03-11").supplement_requested(at("2026-03-05", "09:00")),
        dossier("D09", at("2026-03-02", "10:00"), "2026-03-09").withdrawn(at("2026-03-05", "10:00")),
        dossier("D10", at("2026-02-26", "10:00"), "2026-03-05")
        .breached(at("2026-03-05", "17:00"))
        .apology_owed(at("2026-03-05", "17:00"), at("2026-03-04", "17:00"))
        .stopped(at("2026-03-06", "10:00")),
        dossier("D11", at("2026-02-23", "08:00"), "2026-03-02")
        .ready(at("2026-02-27", "10:00"))
        .delivered(at("2026-03-03", "10:00")),
        dossier("D12", at("2026-03-06", "17:05"), "2026-03-16", channel=2),
    ]
