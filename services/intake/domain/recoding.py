"""Which dossier an action means, and what becomes of an acceptance that a source sends again under a new code (DR-30).

A code means a dossier: the one that began under it, or the one that it was linked to. An acceptance is the same as an earlier
one where the source says so: by `previous_code`, or by the same subject with another `dossiercode`. The first acceptance binds;
the later one is recorded as the assignment of a code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from events.codec import from_structured
from events.control import DossierCodeAssigned, IntegrityFlagRaised
from events.corrections import as_corrected
from events.data_codec import plain, typed
from events.declaration import wire_type_of
from events.dossier import DossierAccepted
from events.dossier_data import DossierData, GivenTerm
from events.envelope import Event
from events.errors import SchemaMismatchError
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.dossier import DossierState
from services.intake.domain.naming import dossier_id_of, is_dossier_id

RULE: Final = "DR-30"
Links = Mapping[UUID, UUID]
"""The dossier to which the id of a code was linked."""

_NAMING: Final = (DossierAccepted, DossierCodeAssigned)
"""What can give a dossier another code; a tuple, because it is asked of every action."""
_BINDING: Final = ("procedure_code", "term", "appointment_at", "calendar_id")


def previous_id_of(action: Action) -> UUID | None:
    """The id of the code under which an acceptance was sent before."""
    if not isinstance(action.data, DossierAccepted) or action.data.previous_code is None:
        return None
    return dossier_id_of(action.source, action.data.previous_code)


def may_name_anew(action: Action) -> bool:
    """Whether an action is of a type that can give its dossier another code."""
    return isinstance(action.data, _NAMING)


def placed(action: Action, links: Links) -> Action:
    """The action in the dossier that its code means."""
    named = previous_id_of(action) or action.dossier_id
    meant = links.get(named, named)
    return action if meant == action.dossier_id else replace(action, linked_to=meant)


def as_said_of(state: DossierState | None, action: Action) -> Action:
    """An acceptance of what is accepted already is the assignment of a code, if it has a new one; else it stays what it is."""
    if state is None or state.accepted_at is None or not isinstance(action.data, DossierAccepted):
        return action
    codes = _codes_of(state, action)
    if not codes:
        return action
    said = DossierCodeAssigned(
        code=codes[0], previous_code=action.data.previous_code, resent_acceptance=_as_stored(action.data)
    )
    return replace(action, data=said, event_type=wire_type_of(DossierCodeAssigned))


def new_codes(state: DossierState | None, action: Action, links: Links) -> dict[UUID, str]:
    """The codes that would mean this dossier from now on and did not until now, by their ids."""
    if state is None:
        return {}
    ids = {dossier_id_of(action.source, code): code for code in _codes_of(state, action)}
    return {one: code for one, code in ids.items() if links.get(one, one) != action.dossier_id}


def refusal_of_code(
    codes: Mapping[UUID, str], links: Links, begun: Mapping[UUID, DossierState | None]
) -> Refusal | None:
    """A code that means another dossier already is no new code of this one, nor is an id of ours."""
    for one, code in codes.items():
        if one in links or begun.get(one) is not None or is_dossier_id(code):
            return Refusal(code="code-in-use", field_name="subject", params={"code": code})
    return None


def is_sent_again(action: Action) -> bool:
    """Whether a code was assigned by an acceptance that was sent again."""
    return isinstance(action.data, DossierCodeAssigned) and action.data.resent_acceptance is not None


def flags_behind(action: Action, stream: Sequence[Mapping[str, Any]]) -> tuple[IntegrityFlagRaised, ...]:
    """The flag behind an acceptance that was sent again with other times or terms than the first, which bind."""
    if not isinstance(action.data, DossierCodeAssigned) or action.data.resent_acceptance is None:
        return ()
    recorded = as_corrected([from_structured(one) for one in stream])
    first = next((one for one in recorded if isinstance(one.data, DossierAccepted)), None)
    other = _other_than(first, action, action.data.resent_acceptance) if first is not None else []
    if not other:
        return ()
    detail = f"accepted again under the code {action.data.code} with {', '.join(other)}; the first acceptance binds"
    return (IntegrityFlagRaised(kind="redated", rule=RULE, detail=detail, target_event_id=action.event_id),)


def _other_than(first: Event, action: Action, resent: Mapping[str, Any]) -> list[str]:
    """What of an acceptance that was sent again isn't as the first one says."""
    try:
        again = typed(DossierAccepted, resent)
    except SchemaMismatchError:
        return ["contents that are no acceptance"]
    about = first.envelope
    pairs = [("time", action.occurred_at, about.occurred_at), ("unitid", action.unit_id, about.unit_id)]
    said = [name for name in _BINDING if getattr(again, name) is not None]
    pairs += [(name, getattr(again, name), getattr(first.data, name)) for name in said]
    return [f"{name} {_text(now)} instead of {_text(then)}" for name, now, then in pairs if now != then]


def _codes_of(state: DossierState, action: Action) -> list[str]:
    """What an action calls its dossier anew, the newest name first."""
    match action.data:
        case DossierCodeAssigned(code=code):
            return [code]
        case DossierAccepted(previous_code=str()):
            named = [one for one in (action.dossier_code, action.subject) if one and not is_dossier_id(one)]
        case DossierAccepted() if state.accepted_at is not None and action.dossier_code is not None:
            named = [action.dossier_code]
        case _:
            return []
    return [one for one in dict.fromkeys(named) if one not in state.codes]


def _as_stored(data: DossierData) -> MappingProxyType[str, Any]:
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in plain(data).items()}
    return MappingProxyType(said)


def _text(value: Any) -> str:
    match value:
        case None:
            return "none"
        case GivenTerm():
            return f"{value.value} {value.unit}"
        case datetime():
            return value.isoformat()
        case _:
            return str(value)
