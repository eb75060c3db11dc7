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
from rules.explain.compared_moves import Compared, ExplainedMove
from rules.explain.dossier_explanation import DossierExplanation, ExplainedClock
from rules.explain.endings import ExplainedEnding
from rules.explain.late_records import LateEvent
from rules.explain.lawful_days import lawful_days
from rules.explain.missed import Breach, ExplainedObligation
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
        "outcome": found.headline,
        "differs": found.differs,
        "endings": [_ending(one) for one in found.endings],
        "breaches": [_breach(one) for one in found.breaches],
        "obligations": [_obligation(one) for one in found.obligations],
        "late_events": [_late(one, zone) for one in found.late_events],
        "clocks": [_clock(clock) for clock in found.clocks],
        "notes": [_note(note, zone) for note in found.notes],
        "unexplained": [_recorded(one) for one in found.unexplained],
        "trace": [_step(step, zone) for step in found.steps],
    }


def _ending(one: ExplainedEnding) -> dict[str, Any]:
    return {
        "event_id": one.event_id,
        "event_type": one.event_type,
        "outcome": one.headline,
        "classification": one.outcome,
        "rule": one.rule,
        "ended_at": one.ended_at.isoformat(),
        "counts_at": one.counts_at.isoformat(),
        "judged_due_at": _iso(one.judged_due_at),
        "is_backdated": one.is_backdated,
        "is_approved": one.is_approved,
        "reopened_at": _iso(one.reopened_at),
        "recorded": one.recorded,
        "differs": one.differs,
    }


def _breach(one: Breach) -> dict[str, Any]:
    return {
        "event_type": _TYPE_BY_KIND[one.kind],
        "clock": one.clock,
        "clock_kind": one.clock_kind,
        "step_code": one.step_code,
        "at": one.at.isoformat(),
        "held_by_unit_id": one.held_by_unit_id,
        "responsible_officer_id": one.responsible_officer_id,
    }


def _obligation(one: ExplainedObligation) -> dict[str, Any]:
    return {
        "due_at": one.due_at.isoformat(),
        "latest_at": one.latest_at.isoformat(),
        "held_by_unit_id": one.held_by_unit_id,
        "apology_class": one.apology_class,
        "sent_at": _iso(one.sent_at),
        "waived_at": _iso(one.waived_at),
        "lapsed": one.lapsed or None,
    }


def _late(one: LateEvent, zone: Zone) -> dict[str, Any]:
    return {
        **_fact(one.fact, zone),
        "subject": one.subject,
        "recorded_at": one.recorded_at.isoformat(),
        "limits": [limit.isoformat() for limit in one.limits],
        "counts_at": one.counts_at.isoformat(),
        "is_waiting": one.is_waiting,
        "approved_at": _iso(one.approved_at),
        "approver_id": one.approver_id,
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
    if clock.first:  # another sum took the place of the first one, by an order or a correction
        again = [one.move.rule for one in clock.moves if one.move.cause in ("calendar_change", "correction")]
        plain["count_rules"] += dict.fromkeys(again)
    counted = lawful_days(clock.explanation)
    lawful = None
    if counted is not None:
        days = [day_json(one.day) | ({"reason": one.stood_still} if one.stood_still else {}) for one in counted.days]
        number = sum(day["counted"] for day in days)
        lawful = {"from_at": counted.from_at.isoformat(), "counted_days": number, "days": days}
        made_up = ["DR-07"] if any(day["reason"] == "make_up" for day in days) else []
        lawful["rules"] = ["DR-01", plain["rule"], *made_up, plain["lawful_rule"]]
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
