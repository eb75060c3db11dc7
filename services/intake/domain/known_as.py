"""Under which id a dossier is recorded, where its code alone doesn't say it: asked of the store before anything is decided."""

from collections.abc import Callable, Collection, Container, Mapping, MutableMapping, Sequence
from dataclasses import replace
from uuid import UUID

from events.reference_data import is_reference_stream
from services.intake.domain.actions import Action, AnyAction
from services.intake.domain.dossier import DossierState
from services.intake.domain.naming import NamedDossiers

States = MutableMapping[UUID, DossierState]
Load = Callable[[Collection[UUID]], Mapping[UUID, DossierState]]
"""The states of those dossiers that have events."""


def as_recorded(actions: Sequence[AnyAction], named: NamedDossiers, known: States, load: Load) -> Sequence[AnyAction]:
    """The same actions, each with the id of the dossier that it means. Nothing is asked where every code says it alone.

    What is loaded for it is added to what is `known`.
    """
    doubted = [one for one in actions if isinstance(one, Action) and not named.is_plain(one.source, one.subject)]
    if not doubted:
        return actions
    possible = {each for one in doubted for each in named.possible_ids(one.source, one.subject)}
    doubtful = {one for one in possible if not is_reference_stream(one)}
    recorded = {one for one in doubtful if one in known}
    loaded = load(doubtful - recorded)
    known.update(loaded)
    recorded |= loaded.keys()
    return [_meant(one, named, recorded) if isinstance(one, Action) else one for one in actions]


def _meant(action: Action, named: NamedDossiers, recorded: Container[UUID]) -> Action:
    meant = named.meant_id(action.source, action.subject, recorded)
    return action if meant == action.dossier_id else replace(action, linked_to=meant)
