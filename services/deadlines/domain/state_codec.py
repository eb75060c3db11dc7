"""A dossier's state <-> compact JSON bytes, as kept in the table and its changelog.

Instants are whole microseconds since 1970 UTC, days are ordinals; the key of the record is the dossier and is not repeated.
The first element is the format's version. `decode(dossier_id, encode(state)) == state` for every state.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import orjson

from rules.ladder import Rung
from services.deadlines.domain.errors import StateFormatError
from services.deadlines.domain.facts import (
    Accepted,
    Ended,
    Fact,
    PauseClosed,
    PauseOpened,
    Promised,
    Transferred,
)
from services.deadlines.domain.state import Clock, DossierState, Mark, Unarmed

FORMAT: Final = 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LETTER_BY_FACT: Final[dict[type, str]] = {
    Accepted: "A",
    Transferred: "T",
    PauseOpened: "P",
    PauseClosed: "C",
    Promised: "R",
    Ended: "E",
}


def encode(state: DossierState) -> bytes:
    """Bytes for the table."""
    clock = state.clock
    fields = [
        FORMAT,
        state.seq,
        state.is_history,
        state.holder_unit_id,
        [_fact_fields(fact) for fact in state.ledger],
        clock.reason if isinstance(clock, Unarmed) else _clock_fields(clock),
        [[mark.name, mark.seq] for mark in state.marks],
        None if state.ended_recorded_at is None else _number(state.ended_recorded_at),
    ]
    return orjson.dumps(fields)


def decode(dossier_id: str, stored: bytes) -> DossierState:
    """The state of stored bytes. Raises StateFormatError for a format of another version."""
    fields = orjson.loads(stored)
    if fields[0] != FORMAT:
        raise StateFormatError(f"dossier {dossier_id}: the stored state has format {fields[0]!r}, not {FORMAT}")
    _, seq, is_history, holder, ledger, clock, marks, ended = fields
    return DossierState(
        dossier_id=dossier_id,
        seq=seq,
        is_history=is_history,
        holder_unit_id=holder,
        ledger=tuple(_fact(row) for row in ledger),
        clock=Unarmed(reason=clock) if isinstance(clock, str) else _clock(clock),
        marks=tuple(Mark(name=name, seq=number) for name, number in marks),
        ended_recorded_at=_optional(ended),
    )


def _number(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)


def _optional(number: int | None) -> datetime | None:
    return None if number is None else _instant(number)


def _clock_fields(clock: Clock) -> list[Any]:
    return [
        _number(clock.effective_start_at),
        _number(clock.original_due_at),
        clock.original_due_on.toordinal(),
        clock.original_rule,
        clock.basis,
        _number(clock.lawful_due_at),
        clock.due_on.toordinal(),
        _number(clock.promised_due_at),
        _number(clock.latest_at),
        [[rung.name, _number(rung.at)] for rung in clock.rungs],
        clock.armed_by,
        clock.armed_seq,
        clock.is_armed_by_history,
        clock.is_paused,
    ]


def _clock(row: list[Any]) -> Clock:
    start, original, original_on, rule, basis, lawful, due_on, promised, latest, rungs, by, seq, history, paused = row
    return Clock(
        effective_start_at=_instant(start),
        original_due_at=_instant(original),
        original_due_on=date.fromordinal(original_on),
        original_rule=rule,
        basis=basis,
        lawful_due_at=_instant(lawful),
        due_on=date.fromordinal(due_on),
        promised_due_at=_instant(promised),
        latest_at=_instant(latest),
        rungs=tuple(Rung(name=name, at=_instant(at)) for name, at in rungs),
        armed_by=by,
        armed_seq=seq,
        is_armed_by_history=history,
        is_paused=paused,
    )


def _fact_fields(fact: Fact) -> list[Any]:
    row = [_LETTER_BY_FACT[type(fact)], fact.seq, fact.event_id, _number(fact.occurred_at), fact.is_history]
    match fact:
        case Accepted():
            row += [
                fact.opened_on.toordinal(),
                fact.unit_id,
                fact.dossier_code,
                fact.procedure_code,
                fact.term_value,
                fact.term_unit,
                None if fact.appointment_at is None else _number(fact.appointment_at),
                fact.calendar_id,
                fact.calendar_version,
                fact.rule_set_id,
            ]
        case Transferred():
            row.append(fact.to_unit_id)
        case Promised():
            row.append(_number(fact.new_promised_at))
        case Ended():
            row.append(fact.ended_by)
        case PauseOpened() | PauseClosed():
            pass
    return row


def _fact(row: list[Any]) -> Fact:
    letter, seq, event_id, at, is_history, *rest = row
    common: dict[str, Any] = {
        "seq": seq,
        "event_id": event_id,
        "occurred_at": _instant(at),
        "is_history": is_history,
    }
    return _FACT_READERS[letter](common, rest)


def _read_accepted(common: dict[str, Any], rest: list[Any]) -> Accepted:
    opened_on, unit_id, code, procedure, value, unit, appointment, calendar_id, version, rule_set = rest
    return Accepted(
        **common,
        opened_on=date.fromordinal(opened_on),
        unit_id=unit_id,
        dossier_code=code,
        procedure_code=procedure,
        term_value=value,
        term_unit=unit,
        appointment_at=_optional(appointment),
        calendar_id=calendar_id,
        calendar_version=version,
        rule_set_id=rule_set,
    )


_FACT_READERS: Final[dict[str, Callable[[dict[str, Any], list[Any]], Fact]]] = {
    "A": _read_accepted,
    "T": lambda common, rest: Transferred(**common, to_unit_id=rest[0]),
    "P": lambda common, _: PauseOpened(**common),
    "C": lambda common, _: PauseClosed(**common),
    "R": lambda common, rest: Promised(**common, new_promised_at=_instant(rest[0])),
    "E": lambda common, rest: Ended(**common, ended_by=rest[0]),
}
