"""An explanation as plain strings, numbers, lists and dicts, for JSON, for the page and for the terminal alike. Pure."""

from datetime import datetime
from typing import Any

from rules.due.ladder import Rung
from rules.explain.clock_explanation import day_json
from rules.explain.dossier_explanation import Compared, DossierExplanation, ExplainedClock, ExplainedMove
from rules.explain.dossier_facts import Fact, RecordedDue
from rules.explain.dossier_walk import Note
from rules.explain.lawful_days import lawful_days


def explanation_json(found: DossierExplanation) -> dict[str, Any]:
    """Give the whole explanation; instants are ISO with the offset of the calendar."""
    return {
        "dossier_id": found.stream.dossier_id,
        "dossier_code": found.stream.dossier_code,
        "unit_id": found.unit_id,
        "procedure_code": found.procedure_code,
        "procedure_name": found.procedure_name,
        "opened_at": _iso(found.opening.at if found.opening else None),
        "is_accepted": found.is_accepted,
        "ended_at": _iso(found.ending.at if found.ending else None),
        "ended_by": found.ending.event_type if found.ending else None,
        "differs": found.differs,
        "clocks": [_clock(clock) for clock in found.clocks],
        "notes": [_note(note) for note in found.notes],
        "unexplained": [_recorded(one) for one in found.unexplained],
    }


def _clock(clock: ExplainedClock) -> dict[str, Any]:
    walked, local = clock.walked, clock.explanation.calendar.local
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
        "step_code": walked.step_code or None,
        **plain,
        "given_by": "source_system" if walked.original.rule == "appointment" else "rules",
        "first_calendar_version": walked.first_calendar.version,
        "first_count": clock.first.to_json() if clock.first else None,
        "count_by_rules": clock.by_rules.to_json() if clock.by_rules else None,
        "lawful_count": lawful,
        "original": _compared(clock.original),
        "lawful": _compared(clock.lawful),
        "promised": _compared(clock.promised),
        "judged_due_at": clock.judged_due_at.isoformat(),
        "is_waiting": clock.is_waiting,
        "is_over": walked.is_over,
        "ended_at": _iso(local(walked.ended.at) if walked.ended else None),
        "ended_by": walked.ended.event_type if walked.ended else None,
        "outcome": clock.outcome,
        "moves": [_move(move) for move in clock.moves],
        "apology_latest_at": _iso(clock.latest_at),
        "rungs": [_rung(rung) for rung in (*clock.rungs, *clock.escalations)],
        "unexplained": [_recorded(one) for one in clock.unexplained],
        "problem": walked.problem or None,
        "differs": clock.differs,
    }


def _compared(one: Compared) -> dict[str, Any]:
    return {"computed": one.computed.isoformat(), "recorded": _iso(one.recorded), "differs": one.differs}


def _move(one: ExplainedMove) -> dict[str, Any]:
    return {
        **_fact(one.move.fact),
        "cause": one.move.cause,
        "rule": one.move.rule,
        "lawful": _compared(one.lawful),
        "promised": _compared(one.promised),
        "is_missing": one.is_missing,
        "differs": one.differs,
    }


def _note(note: Note) -> dict[str, Any]:
    return {**_fact(note.fact), "code": note.code, "detail": note.detail}


def _fact(fact: Fact) -> dict[str, Any]:
    return {"seq": fact.seq, "event_id": fact.event_id, "event_type": fact.event_type, "at": fact.at.isoformat()}


def _recorded(one: RecordedDue) -> dict[str, Any]:
    dues = {name: getattr(one, f"{name}_due_at").isoformat() for name in ("original", "lawful", "promised")}
    return {"clock": one.clock, "clock_kind": one.clock_kind, "seq": one.seq, **dues}


def _rung(rung: Rung) -> dict[str, Any]:
    return {"name": rung.name, "at": rung.at.isoformat()}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
