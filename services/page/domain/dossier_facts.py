"""The stored events of one dossier -> the facts that an explanation stands on, and what was said about its clocks. Pure.

In go rows as `queries/dossier_events.sql` gives them. An event whose data can't be read any more is left out, as its type says
nothing to a clock or the difference will show.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from events import deadline, dossier
from events.catalog import CLASS_BY_TYPE, DEADLINE_TYPES
from events.data_codec import typed
from events.errors import MessageError
from rules.explain import dossier_facts as facts
from rules.explain.dossier_facts import Fact, NotArmed, RecordedDue, StreamFacts

Row = Mapping[str, Any]
_SAID: Final = (deadline.DeadlineSet, deadline.DeadlineMoved, deadline.DeadlineRecomputed)
_ENDINGS: Final = ("result-ready-at-counter.v1", "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1")


def stream_facts(dossier_id: str, rows: Iterable[Row]) -> StreamFacts:
    """The facts in the order of the stream, and what was said in the order of the facts that caused it."""
    told: dict[int, Fact] = {}
    said: list[tuple[int, datetime, RecordedDue]] = []
    not_armed: list[NotArmed] = []
    code = None
    for row in rows:
        code = code or row["dossier_code"] or None
        event_class = CLASS_BY_TYPE.get(row["event_type"])
        if event_class is None:
            continue
        try:
            data = typed(event_class, orjson.loads(row["data"] or "{}"))
        except (MessageError, orjson.JSONDecodeError):
            continue
        if isinstance(data, _SAID):
            said.append((row["stream_seq"], row["recorded_at"], _recorded(row, data)))
        elif isinstance(data, deadline.ClockNotArmed):
            not_armed.append(NotArmed(clock=data.clock, seq=row["stream_seq"], reason=data.reason))
        elif row["event_type"] not in DEADLINE_TYPES:
            told[row["stream_seq"]] = _fact(row, data)
    ordered = sorted(said, key=lambda one: one[:2])
    return StreamFacts(
        dossier_id=dossier_id,
        dossier_code=code,
        facts=tuple(told[seq] for seq in sorted(told)),
        recorded=tuple(one for _, _, one in ordered),
        not_armed=tuple(sorted(not_armed, key=lambda one: one.seq)),
    )


def _recorded(
    row: Row, data: deadline.DeadlineSet | deadline.DeadlineMoved | deadline.DeadlineRecomputed
) -> RecordedDue:
    return RecordedDue(
        clock=data.clock,
        clock_kind=data.clock_kind,
        seq=row["stream_seq"],
        original_due_at=data.original_due_at,
        lawful_due_at=data.lawful_due_at,
        promised_due_at=data.promised_due_at,
        calendar_id=data.calendar_id if isinstance(data, deadline.DeadlineSet) else "",
        calendar_version=data.calendar_version if isinstance(data, deadline.DeadlineSet) else "",
        rule_set_id=data.rule_set_version if isinstance(data, deadline.DeadlineSet) else "",
    )


def _fact(row: Row, data: Any) -> Fact:
    about = {
        "seq": row["stream_seq"],
        "event_id": row["event_id"],
        "event_type": row["event_type"],
        "at": row["occurred_at"],
        "known_at": row["recorded_at"],
        "is_history": row["is_history"],
    }
    if row["event_type"] in _ENDINGS:
        return facts.Ended(**about)
    make = _MAKERS.get(type(data))
    return Fact(**about) if make is None else make(about, row, data)


def _term(given: dossier.GivenTerm | None) -> facts.GivenTerm | None:
    return None if given is None else (given.value, given.unit)


def _opening(about: dict[str, Any], row: Row, data: Any) -> dict[str, Any]:
    return about | {
        "opened_on": row["opened_on"],
        "unit_id": row["unit_id"],
        "procedure_code": getattr(data, "procedure_code", None),
        "calendar_id": getattr(data, "calendar_id", None),
    }


def _accepted(about: dict[str, Any], row: Row, data: dossier.DossierAccepted) -> Fact:
    opening = _opening(about, row, data)
    return facts.Accepted(**opening, term=_term(data.term), appointment_at=data.appointment_at)


def _submitted(about: dict[str, Any], row: Row, data: dossier.DossierSubmitted) -> Fact:
    return facts.Submitted(**_opening(about, row, data), round_no=data.round_no or 1)


def _consulted(about: dict[str, Any], _: Row, data: dossier.ConsultationRequested) -> Fact:
    return facts.ConsultationRequested(
        **about, document_no=data.document_no, term=_term(data.reply_term), due_at=data.reply_due_at
    )


def _step_started(about: dict[str, Any], _: Row, data: dossier.StepStarted) -> Fact:
    return facts.StepStarted(**about, step_code=data.step_code, budget=_term(data.budget), due_at=data.step_due_at)


def _with(make: Callable[..., Fact], *names: str, **fixed: Any) -> Callable[[dict[str, Any], Row, Any], Fact]:
    """A fact that repeats some fields of its event as they are."""

    def made(about: dict[str, Any], _: Row, data: Any) -> Fact:
        return make(**about, **{name: getattr(data, name) for name in names}, **fixed)

    return made


_MAKERS: Final[dict[type[Any], Callable[[dict[str, Any], Row, Any], Fact]]] = {
    dossier.DossierAccepted: _accepted,
    dossier.DossierSubmitted: _submitted,
    dossier.FeedbackReceived: lambda about, row, data: facts.FeedbackReceived(**_opening(about, row, data)),
    dossier.IntakeGuidanceIssued: _with(facts.IntakeAnswered),
    dossier.IntakeRejected: _with(facts.IntakeAnswered, is_rejected=True),
    dossier.DossierTransferred: _with(facts.Transferred, "to_unit_id", "due_back_at"),
    dossier.TransferReceived: _with(facts.TransferReceived),
    dossier.TransferRefused: _with(facts.TransferRefused),
    dossier.StepStarted: _step_started,
    dossier.StepCompleted: _with(facts.StepCompleted, "step_code"),
    dossier.ConsultationRequested: _consulted,
    dossier.ConsultationAnswered: _with(facts.ConsultationAnswered, "document_no"),
    dossier.SupplementRequested: _with(facts.PauseOpened, cause="supplement"),
    dossier.SupplementCompleted: _with(facts.PauseClosed, cause="supplement"),
    dossier.FinancialObligationRequested: _with(facts.PauseOpened, cause="financial_duty"),
    dossier.FinancialObligationExempted: _with(facts.PauseClosed, cause="financial_duty"),
    dossier.PaymentReceived: _with(facts.PauseClosed, cause="financial_duty"),
    dossier.DeadlineExtended: _with(facts.Extended, "new_due_at", "legal_basis"),
    dossier.CalendarChangeApplied: _with(facts.CalendarChanged, "calendar_id", "old_version", "new_version"),
    dossier.ApologySent: _with(facts.Apologised, "new_promised_at"),
    dossier.DossierReopened: _with(facts.Reopened),
    dossier.BackdatingApproved: _with(facts.BackdatingApproved, "target_event_id"),
    dossier.FeedbackRefused: _with(facts.FeedbackAct, stage="refusal"),
    dossier.FeedbackSupplementRequested: _with(facts.FeedbackAct, stage="supplement"),
    dossier.FeedbackAnswered: _with(facts.FeedbackAct, stage="answer"),
    dossier.FeedbackPublished: _with(facts.FeedbackAct, stage="publication"),
}
