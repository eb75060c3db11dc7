"""When a dossier would be due if it were accepted so: for who wants to tell a citizen before anything is recorded. Pure.

The acceptance that would be sent is judged by the rulebook and folded by the clocks, as if it were recorded now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace as with_fields

from events.dossier import DossierAccepted, GivenTerm
from services.intake.domain.actions import Action, DueDates, FieldError, Refusal
from services.intake.domain.arming import opened_on, refusal_by_rulebook
from services.intake.domain.doubts import doubts_of
from services.intake.domain.due_dates import ACCEPTANCE, due_at_acceptance
from services.intake.domain.judge import Judge
from services.intake.domain.sealing import seal

_AROUND = {"specversion": "1.0", "id": "quote", "source": "urn:motcua:quote", "type": ACCEPTANCE, "subject": "quote"}
_ANY_TERM = {"value": 1, "unit": "working_day"}


class Quote(NamedTuple):
    """What the rules say for one term: that of a case of the procedure, or the one that was asked about (no case)."""

    case: str | None
    term: GivenTerm | None
    due: DueDates | None


class Quoted(NamedTuple):
    """The quotes, and what is doubtful in what was asked."""

    quotes: list[Quote]
    warnings: tuple[FieldError, ...]


def quoted(asked: Mapping[str, Any], judge: Judge, now: datetime) -> Quoted | Refusal:
    """The quotes for an acceptance of which `unitid` and `data` are said, and `time` unless it is now.

    Where the data states neither term nor appointment, each term that the catalogue has for the procedure is quoted.
    """
    data = asked.get("data")
    is_open = isinstance(data, dict) and "term" not in data and "appointment_at" not in data
    raw = {**_AROUND, "time": now.isoformat(), **{name: asked[name] for name in ("unitid", "time") if name in asked}}
    read = judge.read({**raw, "data": {**data, "term": _ANY_TERM} if isinstance(data, dict) and is_open else data})
    if isinstance(read, Refusal):
        return read
    assert isinstance(read, Action)  # noqa: S101  # its type is that of an acceptance
    day = opened_on(judge.rulebook, read)
    quotes = []
    for case, action in _by_case(read, day.toordinal(), judge) if is_open else [(None, read)]:
        refused = refusal_by_rulebook(judge.rulebook, action, day, now)
        if refused is not None:
            return refused
        said = action.data
        assert isinstance(said, DossierAccepted)  # noqa: S101  # read as one
        as_recorded, *_ = seal(None, action, (), now, day)
        quotes.append(Quote(case, said.term, due_at_acceptance([as_recorded.structured], judge.planner)))
    if not quotes:
        params = {"code": getattr(read.data, "procedure_code", ""), "day": day.isoformat()}
        return Refusal(code="unknown-procedure", field_name="/data/procedure_code", params=params)
    return Quoted(quotes, doubts_of(read, day, judge.planner))


def _by_case(action: Action, on: int, judge: Judge) -> Iterator[tuple[str, Action]]:
    said = action.data
    assert isinstance(said, DossierAccepted)  # noqa: S101  # read as one
    procedure = judge.planner.procedure(said.procedure_code, on)
    for case, term in procedure.terms.items() if procedure else ():
        given = with_fields(said, term=GivenTerm(value=term.value, unit=term.unit))
        yield case, replace(action, data=given)
