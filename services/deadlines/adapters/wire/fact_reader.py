"""Kafka record -> fact: reads what a clock needs, and nothing else, straight from headers and JSON bytes.

Raises a MessageError (dead-letter) for a record that can't be understood, as `events.codec.from_kafka` does; a test holds both
together on every published example. A record in structured mode is turned into binary mode first.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from events.catalog import CLASS_BY_TYPE, DEADLINE_TYPES, DOSSIER_TYPES
from events.codec import from_kafka, to_kafka
from events.errors import SchemaMismatchError, UnknownEventTypeError, UnreadableMessageError
from rules.clocks import facts
from rules.clocks.facts import Fact, TermGiven
from services.deadlines.adapters.wire import fact_data

Headers = Iterable[tuple[str, bytes | None]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_JSON = b"application/json"
_STRUCTURED = b"application/cloudevents+json"
_REOPENED = "dossier-reopened.v1"


def read_fact(key: bytes | None, value: bytes | None, headers: Headers, known_at: int) -> Fact:
    """The fact of one record of `dossier-events`. `known_at`: the record's time in the log, microseconds UTC.

    Raises:
        MessageError: it can't be understood, or stands under the key of another dossier.
    """
    named = dict(headers)
    content_type = named.get("content-type", _JSON)
    if "ce_type" not in named or (content_type != _JSON and content_type and content_type.startswith(_STRUCTURED)):
        _, value, named = _as_binary(value, named)
    try:
        found = _READERS_BY_NAME.get(named["ce_type"])
        if found is None:
            return _plain(named["ce_type"].decode(), key, value, named, known_at)  # type: ignore[union-attr]
        event_type, make = found
        return make(_base(key, named, known_at, event_type), named, value)
    except KeyError as error:
        raise UnreadableMessageError(
            f"{str(error.args[0]).removeprefix('ce_')}: is missing, or is no boolean"
        ) from error
    except msgspec.ValidationError as error:
        raise SchemaMismatchError(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableMessageError(f"not JSON: {error}") from error
    except (ValueError, AttributeError, TypeError) as error:
        raise SchemaMismatchError(f"an attribute can't be read: {error}") from error


def _as_binary(value: bytes | None, named: dict[str, Any]) -> tuple[bytes, bytes, dict[str, Any]]:
    _, binary, headers = to_kafka(from_kafka(value, named.items()))
    return b"", binary, dict(headers)


def _plain(event_type: str, key: bytes | None, value: bytes | None, named: dict[str, Any], known_at: int) -> Fact:
    """An event that says nothing to a clock."""
    if event_type not in DOSSIER_TYPES:
        where = "belongs on deadline-events" if event_type in DEADLINE_TYPES else "is not in the catalog"
        raise UnknownEventTypeError(f"type: {event_type!r} {where}")
    _decode_nothing(value or b"")
    return Fact(**_base(key, named, known_at, event_type))


def _base(key: bytes | None, named: dict[str, Any], known_at: int, event_type: str) -> dict[str, Any]:
    subject, event_id, seq = named["ce_subject"], named["ce_id"], named["ce_streamseq"]
    if not subject or subject != key:
        raise UnreadableMessageError(f"the key {key!r} is not the subject {subject!r}")
    if not event_id or not seq.isdigit() or named.get("ce_specversion", _VERSION) != _VERSION:
        raise UnreadableMessageError(f"id {event_id!r} or streamseq {seq!r} can't be, or specversion is not 1.0")
    base = {
        "seq": int(seq),
        "event_id": event_id.decode(),
        "event_type": event_type,
        "at": _instant(named["ce_time"]),
        "known_at": known_at,
        "is_history": _BOOLEANS[named.get("ce_history")],
    }
    if seq == b"1" or event_type == _REOPENED:
        base["opened_on"] = date.fromisoformat(named["ce_openedon"].decode()).toordinal()
        base["unit_id"] = int(named["ce_unitid"])
    return base


def _instant(text: bytes) -> int:
    return (datetime.fromisoformat(text.decode()) - _EPOCH) // _MICROSECOND


def _opening(base: dict[str, Any], named: dict[str, Any], procedure_code: str | None, calendar_id: str | None) -> None:
    code = named.get("ce_dossiercode")
    base["opened_on"] = date.fromisoformat(named["ce_openedon"].decode()).toordinal()
    base["unit_id"] = int(named["ce_unitid"])
    base["dossier_code"] = code.decode() if code else None
    base["procedure_code"] = procedure_code
    base["calendar_id"] = calendar_id


def _micros(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def _term(term: fact_data.Term | None) -> TermGiven | None:
    return None if term is None else TermGiven(term.value, term.unit)  # type: ignore[arg-type]  # rules.due.terms checks it


def _accepted(base: dict[str, Any], named: dict[str, Any], value: bytes) -> Fact:
    data = _decode_accepted(value)
    _opening(base, named, data.procedure_code, data.calendar_id)
    return facts.Accepted(**base, term=_term(data.term), appointment_at=_micros(data.appointment_at))


def _submitted(base: dict[str, Any], named: dict[str, Any], value: bytes) -> Fact:
    data = _decode_submitted(value)
    _opening(base, named, data.procedure_code, data.calendar_id)
    return facts.Submitted(**base, round_no=1 if data.round_no is None else data.round_no)


def _feedback(base: dict[str, Any], named: dict[str, Any], value: bytes) -> Fact:
    _decode_nothing(value)
    _opening(base, named, None, None)
    return facts.FeedbackReceived(**base)


def _transferred(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    data = _decode_transferred(value)
    return facts.Transferred(**base, to_unit_id=data.to_unit_id, due_back_at=_micros(data.due_back_at))


def _reassigned(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    return facts.Reassigned(**base, to_unit_id=_decode_reassigned(value).new_unit_id)


def _step_started(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    data = _decode_step_started(value)
    return facts.StepStarted(
        **base,
        step_code=data.step_code,
        officer_id=data.assignee_id,
        responsible_unit_id=data.responsible_unit_id,
        budget=_term(data.budget),
        due_at=_micros(data.step_due_at),
    )


def _step_completed(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    return facts.StepCompleted(**base, step_code=_decode_step_completed(value).step_code)


def _consultation_requested(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    data = _decode_consultation_requested(value)
    return facts.ConsultationRequested(
        **base,
        document_no=data.document_no,
        agency_unit_id=data.agency_unit_id,
        term=_term(data.reply_term),
        due_at=_micros(data.reply_due_at),
    )


def _consultation_answered(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    return facts.ConsultationAnswered(**base, document_no=_decode_consultation_answered(value).document_no)


def _extended(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    data = _decode_extended(value)
    new_due_at = (data.new_due_at - _EPOCH) // _MICROSECOND
    return facts.Extended(**base, new_due_at=new_due_at, legal_basis=data.legal_basis)


def _calendar_changed(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    data = _decode_calendar_changed(value)
    return facts.CalendarChanged(
        **base,
        calendar_id=data.calendar_id,
        old_version=data.old_version,
        new_version=data.new_version,
        reason=data.reason,
    )


def _apologised(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    return facts.Apologised(**base, new_promised_at=_micros(_decode_apologised(value).new_promised_at))


def _acknowledged(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    return facts.EscalationAcknowledged(**base, rung=_decode_acknowledged(value).rung)


def _approved(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
    return facts.BackdatingApproved(**base, target_event_id=_decode_approved(value).target_event_id)


def _ended(base: dict[str, Any], named: dict[str, Any], value: bytes) -> Fact:
    _decode_nothing(value)
    return facts.Ended(**base, recorded_at=_instant(named["ce_recordedat"]))


def _without_data(make: Callable[..., Fact], **fixed: Any) -> "_Reader":
    def read(base: dict[str, Any], _: dict[str, Any], value: bytes) -> Fact:
        _decode_nothing(value)
        return make(**base, **fixed)

    return read


def _decoder(of: type[Any]) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(of).decode


_Reader = Callable[[dict[str, Any], dict[str, Any], Any], Fact]
_VERSION = b"1.0"
_BOOLEANS = {None: False, b"true": True, b"True": True, b"false": False, b"False": False}
_decode_nothing = _decoder(fact_data.Data)
_decode_accepted = _decoder(fact_data.AcceptedData)
_decode_submitted = _decoder(fact_data.SubmittedData)
_decode_transferred = _decoder(fact_data.TransferredData)
_decode_reassigned = _decoder(fact_data.ReassignedData)
_decode_step_started = _decoder(fact_data.StepStartedData)
_decode_step_completed = _decoder(fact_data.StepCompletedData)
_decode_consultation_requested = _decoder(fact_data.ConsultationRequestedData)
_decode_consultation_answered = _decoder(fact_data.ConsultationAnsweredData)
_decode_extended = _decoder(fact_data.ExtendedData)
_decode_calendar_changed = _decoder(fact_data.CalendarChangedData)
_decode_apologised = _decoder(fact_data.ApologisedData)
_decode_acknowledged = _decoder(fact_data.AcknowledgedData)
_decode_approved = _decoder(fact_data.ApprovedData)

_READERS: Final[dict[str, _Reader]] = {
    "dossier-accepted.v1": _accepted,
    "dossier-submitted.v1": _submitted,
    "feedback-received.v1": _feedback,
    "intake-guidance-issued.v1": _without_data(facts.IntakeAnswered, is_rejected=False),
    "intake-rejected.v1": _without_data(facts.IntakeAnswered, is_rejected=True),
    "dossier-transferred.v1": _transferred,
    "transfer-received.v1": _without_data(facts.TransferReceived),
    "transfer-refused.v1": _without_data(facts.TransferRefused),
    "dossier-reassigned-by-reorganisation.v1": _reassigned,
    "step-started.v1": _step_started,
    "step-completed.v1": _step_completed,
    "consultation-requested.v1": _consultation_requested,
    "consultation-answered.v1": _consultation_answered,
    "supplement-requested.v1": _without_data(facts.PauseOpened, cause="supplement"),
    "supplement-completed.v1": _without_data(facts.PauseClosed, cause="supplement"),
    "financial-obligation-requested.v1": _without_data(facts.PauseOpened, cause="financial_duty"),
    "financial-obligation-exempted.v1": _without_data(facts.PauseClosed, cause="financial_duty"),
    "payment-received.v1": _without_data(facts.PauseClosed, cause="financial_duty", is_payment=True),
    "deadline-extended.v1": _extended,
    "calendar-change-applied.v1": _calendar_changed,
    "lateness-foreseen.v1": _without_data(facts.LatenessForeseen),
    "apology-sent.v1": _apologised,
    "apology-waived.v1": _without_data(facts.ApologyWaived),
    "escalation-acknowledged.v1": _acknowledged,
    "result-ready-at-counter.v1": _ended,
    "dossier-withdrawn.v1": _ended,
    "processing-stopped.v1": _ended,
    "dossier-returned.v1": _ended,
    _REOPENED: _without_data(facts.Reopened),
    "backdating-approved.v1": _approved,
    "feedback-refused.v1": _without_data(facts.FeedbackAct, stage="refusal"),
    "feedback-supplement-requested.v1": _without_data(facts.FeedbackAct, stage="supplement"),
    "feedback-answered.v1": _without_data(facts.FeedbackAct, stage="answer"),
    "feedback-published.v1": _without_data(facts.FeedbackAct, stage="publication"),
}
"""Types that say something to a clock; the others only have their place in the stream."""

_READERS_BY_NAME: Final[dict[bytes | None, tuple[str, _Reader]]] = {
    name.encode(): (name, reader) for name, reader in _READERS.items()
}

assert CLASS_BY_TYPE.keys() >= _READERS.keys()  # noqa: S101 a misspelt type would never be read
