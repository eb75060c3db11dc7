"""What intake refuses, or would refuse, as findings: the column that the refused field came from, and intake's words. Pure."""

from collections.abc import Mapping
from typing import Any

from motcua.importing.domain.findings import Effect, Finding, Place

NOT_ACCEPTED = "not-accepted-yet"


def refusal_finding(
    problem: Mapping[str, Any], *, effect: Effect, place: Place, event_type: str, dossier: str
) -> Finding:
    """The finding of a problem document; `place` names the column."""
    params = {"type": event_type, "code": dossier, "reason": problem["detail"], "problem": problem["code"]}
    return Finding(code="refused", effect=effect, place=place, params=params, dossier=dossier)


def field_of(problem: Mapping[str, Any]) -> str:
    """The first field that a problem document names, or nothing."""
    errors = problem.get("errors") or [{}]
    return str(errors[0].get("field", ""))
