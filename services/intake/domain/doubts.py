"""What in an action is allowed and still hardly meant: an unknown procedure, a field that looks like another one misspelt. Pure.

It is recorded with a warning, because a register may be ahead of our catalogue and fields of one's own are welcome; a sender
who wants to know sends it `strict` and is refused.
"""

from collections.abc import Collection
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from events.declaration import fields_of
from events.dossier import DossierAccepted, DossierSubmitted
from events.envelope import ATTRIBUTES
from rules.clocks.planning import Planner
from services.intake.domain.actions import Action, FieldError, Refusal, pointer_step

LIKENESS = 0.8
"""How alike two names have to be (difflib's ratio); `unit_id` and `to_unit_id` are less."""
_ATTRIBUTES = frozenset({attribute for _, attribute, _ in ATTRIBUTES})


def may_be_doubtful(action: Action) -> bool:
    """Whether there is anything to ask about: of most actions there is nothing, and every one is asked."""
    return bool(action.data.extra or action.extra) or isinstance(action.data, DossierAccepted | DossierSubmitted)


def doubts_of(action: Action, opened_on: date | str, planner: Planner) -> tuple[FieldError, ...]:
    """The warnings, each with its field and a stable code; `opened_on` is the stream's day of opening, as it is stored or read.

    Of history it is not asked whether the procedure is known: an old register is full of what has passed.
    """
    found: list[FieldError] = []
    code = getattr(action.data, "procedure_code", None)
    day = date.fromisoformat(opened_on) if isinstance(opened_on, str) else opened_on
    if code and not action.is_history and planner.procedure(code, day.toordinal()) is None:
        found.append(_doubt("/data/procedure_code", "unknown-procedure", code))
    for name in action.data.extra:
        meant = _meant(name, type(action.data))
        if meant is not None:
            found.append(_doubt(f"/data/{pointer_step(name)}", "misspelt-field", meant))
    for name in action.extra:
        meant = _like(name, _ATTRIBUTES)
        if meant is not None:
            found.append(_doubt(name, "misspelt-field", meant))
    return tuple(found)


def refusal_of_doubts(doubts: tuple[FieldError, ...]) -> Refusal:
    """What a sender is told who wants nothing doubtful to be recorded."""
    return Refusal(code="doubtful", field_name=doubts[0].field_name, errors=doubts)


def _doubt(field_name: str, code: str, allowed: str) -> FieldError:
    return FieldError(field_name=field_name, keyword=code, message=code, params={"allowed": allowed})


@lru_cache(maxsize=4_096)  # a counter system misspells the same field again and again
def _meant(name: str, event_class: Any) -> str | None:
    return _like(name, frozenset(one.name for one in fields_of(event_class)))


@lru_cache(maxsize=4_096)
def _like(name: str, known: Collection[str]) -> str | None:
    close = get_close_matches(name.lower(), sorted(known), n=1, cutoff=LIKENESS)
    return close[0] if close else None
