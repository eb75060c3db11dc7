"""How a dossier comes in: at the counter, or online with guidance, a second round or a rejection; with a term, a date or both."""

from datetime import datetime, timedelta
from typing import Any

from demo.lives.life import Life
from demo.lives.words import MISSING_ITEMS, REASONS_FOR_REJECTION
from rules.due.terms import Due, Term, first_due


def term_of(life: Life) -> Term:
    """The term of the procedure."""
    return Term(value=life.plan.procedure.term_value, unit=life.plan.procedure.term_unit)


def arrive(life: Life) -> Due | None:
    """Hand it in, and accept it. Gives when it is due; None: it was not accepted."""
    if life.plan.channel == 2 and life.chance(0.3) and not _submit(life):
        return None
    return _accept(life)


def _submit(life: Life) -> bool:
    """Online first; whether it is good enough to be accepted."""
    for round_no in (1, 2):
        life.act(
            "dossier-submitted.v1",
            life.now if round_no == 1 else life.work(life.random.uniform(2, 24)),
            _submission(life, round_no),
            "citizen",
        )
        # Most are answered within the eight working hours that there are.
        answered_at = life.work(life.random.uniform(0.5, 7.5) if life.chance(0.95) else life.random.uniform(9, 14))
        fate = life.random.random()
        if fate < 0.06:
            life.act(
                "intake-rejected.v1",
                answered_at,
                {"reason": life.random.choice(REASONS_FOR_REJECTION), "form_no": "03"},
                "counter",
            )
            return False
        if fate > 0.3 or round_no == 2:
            life.now = max(life.now, answered_at)
            return True
        guidance = {"round_no": round_no, "missing_items": life.random.sample(MISSING_ITEMS, 1), "form_no": "02"}
        life.act("intake-guidance-issued.v1", answered_at, guidance, "counter")
        if life.chance(0.15):
            return False
    return False


def _submission(life: Life, round_no: int) -> dict[str, Any]:
    procedure = life.plan.procedure
    return {
        "procedure_code": procedure.code,
        "procedure_name": procedure.name,
        "round_no": round_no,
        "service_level": life.random.choice((3, 4, 4)),
        "assisted_by": life.random.choice(("self", "self", "counter", "community_team")),
    }


def _accept(life: Life) -> Due | None:
    procedure, term = life.plan.procedure, term_of(life)
    calendar, rule_set = life.calendar, life.law.rule_set
    stated = _appointment(life, first_due(calendar, life.now, term, None, rule_set))
    is_term_stated = stated is None or stated[1]
    data = {
        "procedure_code": procedure.code,
        "procedure_name": procedure.name,
        "receipt_no": life.plan.code,
        **({"term": {"value": term.value, "unit": term.unit}} if is_term_stated else {}),
        **({"appointment_at": stated[0].isoformat()} if stated else {}),
    }
    if not life.act("dossier-accepted.v1", life.now, data, "counter"):
        return None
    return first_due(calendar, life.now, term if is_term_stated else None, stated[0] if stated else None, rule_set)


def _appointment(life: Life, computed: Due | None) -> tuple[datetime, bool] | None:
    """The appointment on the receipt, and whether the term stands beside it; most receipts state the term alone."""
    draw = life.random.random()
    if computed is None or draw > 0.09 or computed.due_on <= life.calendar.nth_working_day_after(life.now.date(), 2):
        return None
    if draw < 0.03:  # a day earlier than the term gives: the earlier one binds
        return life.calendar.end_of_last_session(life.calendar.nth_working_day_before(computed.due_on, 1)), True
    if draw < 0.05:  # later than the term gives: a promise only, and flagged
        return life.calendar.end_of_last_session(life.calendar.nth_working_day_after(computed.due_on, 2)), True
    midnight = computed.due_at.replace(hour=0, minute=0, second=0, microsecond=0)
    # A date without a time, and sometimes one on a weekend.
    return (midnight + timedelta(days=1) if draw > 0.08 else midnight), False
