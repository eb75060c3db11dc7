"""An explanation as plain strings, numbers, lists and dicts, for JSON, for the page and for the terminal alike. Pure."""

from datetime import date, datetime
from typing import Any

from events.catalog import DEADLINE_TYPES
from events.dossier import GivenTerm
from rules.clocks.facts import Fact
from rules.clocks.instants import Zone
from rules.clocks.replay import Step
from rules.clocks.state import Clock
from rules.clocks.transition import Note
from rules.due.ladder import Rung
from rules.explain.clock_explanation import day_json
from rules.explain.dossier_explanation import Compared, DossierExplanation, ExplainedClock, ExplainedMove
from rules.explain.lawful_days import lawful_days
from rules.explain.recorded_stream import RecordedDue


def explanation_json(found: DossierExplanation) -> dict[str, Any]:
    """Give the whole explanation; instants are ISO with the offset of the calendar.

    `trace` is the replay step by step: each event, what it emitted, and each clock before and after it.
    """
    zone, state, opening, ending = found.zone, found.state, found.opening, found.ending
    subject = state.subject if state else None
    return {
        "dossier_id": found.stream.dossier_id,
        "dossier_code": found.stream.dossier_code,
        "unit_id": subject.unit_id if subject else None,
        "procedure_code": subject.procedure_code if subject else None,
        "procedure_name": found.procedure_name,
        "opened_at": zone.local(opening.at).isoformat() if opening else None,
        "is_accepted": state is not None and state.is_accepted,
        "ended_at": zone.local(ending.at).isoformat() if ending else None,
        "ended_by": ending.event_type if ending else None,
        "differs": found.differs,
        "clocks": [_clock(clock) for clock in found.clocks],
        "notes": [_note(note, zone) for note in found.notes],
        "unexplained": [_recorded(one) for one in found.unexplained],
        "trace": [_step(step, zone) for step in found.steps],
    }


def _step(step: Step, zone: Zone) -> dict[str, Any]:
    return {
        **_fact(step.fact, zone),
        "known_at": zone.local(step.fact.known_at).isoformat(),
        "emitted": [_TYPE_BY_KIND[one.kind] for one in step.emitted],
        "changes": [
            {"before": _dues(change.before, zone), "after": _dues(change.after, zone), "is_ended": change.is_ended}
            for change in step.changes
        ],
        "notes": [note.code for note in step.notes],
    }


def _dues(clock: Clock | None, zone: Zone) -> dict[str, Any] | None:
    if clock is None:
        return None
    return {
        "clock": clock.name,
        "rule": clock.original_rule,
        "lawful_due_at": zone.local(clock.lawful_due_at).isoformat(),
        "promised_due_at": zone.local(clock.promised_due_at).isoformat(),
        "is_paused": clock.is_paused,
        "is_breached": clock.is_breached,
    }


def _clock(clock: ExplainedClock) -> dict[str, Any]:
    life, zone = clock.life, clock.life.context.zone
    plain = clock.explanation.to_json()
    for entry, cause in zip(plain["ledger"], clock.causes, strict=True):
        entry["cause"] = cause
    for policy in plain["policies"]:
        policy["classification"] = clock.classes.get(policy["policy"])
    counted = lawful_days(clock.explanation)
    lawful = None
    if counted is not None:
        days = [day_json(one.day) | ({"reason": "waited"} if one.is_waited else {}) for one in counted.days]
        number = sum(day["counted"] for day in days)
        lawful = {"from_at": counted.from_at.isoformat(), "counted_days": number, "days": days}
    return {
        "name": clock.name,
        "kind": clock.kind,
        "step_code": life.last.step_code,
        **plain,
        "is_provisional": life.context.is_provisional(life.last),
        "given_by": next((move.inputs["given_by"] for move in life.moves if move.cause == "set"), "rules"),
        "first_calendar_version": life.first_context.calendar.version,
        "first_count": clock.first.to_json() if clock.first else None,
        "count_by_rules": clock.by_rules.to_json() if clock.by_rules else None,
        "lawful_count": lawful,
        "original": _compared(clock.original),
        "lawful": _compared(clock.lawful),
        "promised": _compared(clock.promised),
        "judged_due_at": clock.judged_due_at.isoformat(),
        "is_waiting": clock.is_waiting,
        "is_over": life.is_over,
        "ended_at": _iso(zone.local(life.ended.at) if life.ended else None),
        "ended_by": life.ended.event_type if life.ended else None,
        "outcome": clock.outcome,
        "moves": [_move(move, zone) for move in clock.moves],
        "apology_latest_at": _iso(clock.latest_at),
        "rungs": [_rung(rung) for rung in (*clock.rungs, *clock.escalations)],
        "unexplained": [_recorded(one) for one in clock.unexplained],
        "problem": life.problem or None,
        "differs": clock.differs,
    }


def _compared(one: Compared) -> dict[str, Any]:
    return {"computed": one.computed.isoformat(), "recorded": _iso(one.recorded), "differs": one.differs}


def _move(one: ExplainedMove, zone: Zone) -> dict[str, Any]:
    return {
        **_fact(one.move.fact, zone),
        "cause": one.move.cause,
        "rule": one.move.rule,
        "inputs": {name: _value(value) for name, value in one.move.inputs.items()},
        "lawful": _compared(one.lawful),
        "promised": _compared(one.promised),
        "is_missing": one.is_missing,
        "differs": one.differs,
    }


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return {"value": value.value, "unit": value.unit} if isinstance(value, GivenTerm) else value


def _note(note: Note, zone: Zone) -> dict[str, Any]:
    return {**_fact(note.fact, zone), "code": note.code, "detail": note.detail}


def _fact(fact: Fact, zone: Zone) -> dict[str, Any]:
    at = zone.local(fact.at).isoformat()
    return {"seq": fact.seq, "event_id": fact.event_id, "event_type": fact.event_type, "at": at}


def _recorded(one: RecordedDue) -> dict[str, Any]:
    dues = {name: getattr(one, f"{name}_due_at").isoformat() for name in ("original", "lawful", "promised")}
    return {"clock": one.clock, "clock_kind": one.clock_kind, "seq": one.seq, **dues}


def _rung(rung: Rung) -> dict[str, Any]:
    return {"name": rung.name, "at": rung.at.isoformat()}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


_TYPE_BY_KIND: dict[Any, str] = {kind: name for name, kind in DEADLINE_TYPES.items()}
