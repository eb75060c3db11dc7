"""Whether an action that was recorded under an id says what was recorded then. Pure.

Intake remembers a digest of what an action said. A store that was rebuilt from Kafka has none: the topic holds events. There the
event itself says what the action said, but for how a code was spelt and, where a `dossiercode` was given beside it, the subject.
"""

from collections.abc import Mapping
from typing import Any, Final

from events.codec import from_structured
from events.control import DossierCodeAssigned
from events.data_codec import plain, typed
from events.declaration import wire_type_of
from events.dossier import DossierAccepted
from events.envelope import SAID_BY_COUNTER, Event
from services.intake.domain.actions import Action, AnyAction
from services.intake.domain.naming import is_dossier_id
from services.intake.domain.sealing import written_code

UNKNOWN_DIGEST: Final = ""
"""Of a receipt that was made from the recorded event."""
_AROUND: Final = tuple(field for field in SAID_BY_COUNTER if field != "dossier_code")


def says_again(action: AnyAction, digest: str, recorded: Mapping[str, Any]) -> bool:
    """Whether the action says what was recorded under its id: `digest` is that of its receipt, `recorded` the stored event."""
    if digest != UNKNOWN_DIGEST:
        return digest == action.digest
    event = from_structured(recorded)
    about = event.envelope
    said = (action.event_type, plain(action.data), action.occurred_at, dict(action.extra))
    if said != (*_said_in(event), about.occurred_at, dict(about.extra)):
        return False
    is_around = all(getattr(about, field) == getattr(action, field) for field in _AROUND)
    return is_around and _names_the_same(action, event)


def _said_in(event: Event) -> tuple[str, dict[str, Any]]:
    """Type and data as they were reported: an acceptance under a new code was recorded as the code's assignment (DR-30)."""
    data = event.data
    if isinstance(data, DossierCodeAssigned) and data.resent_acceptance is not None:
        return wire_type_of(DossierAccepted), plain(typed(DossierAccepted, data.resent_acceptance))
    return event.envelope.event_type, plain(data)


def _names_the_same(action: AnyAction, event: Event) -> bool:
    about = event.envelope
    if not isinstance(action, Action):
        return action.dossier_code == about.dossier_code
    if written_code(action) != about.dossier_code:
        return False
    return str(action.dossier_id) == about.dossier_id or not is_dossier_id(action.subject)
