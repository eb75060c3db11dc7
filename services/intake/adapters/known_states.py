"""What is remembered of dossiers, so that a busy dossier is not folded again for each action; bounded, oldest out first."""

from collections.abc import Iterator, MutableMapping
from uuid import UUID

from services.intake.domain.dossier import DossierState


class KnownStates(MutableMapping[UUID, DossierState]):
    """A bounded memory; what falls out is loaded from the store again."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._states: dict[UUID, DossierState] = {}

    def __getitem__(self, dossier_id: UUID) -> DossierState:
        return self._states[dossier_id]

    def __setitem__(self, dossier_id: UUID, state: DossierState) -> None:
        self._states.pop(dossier_id, None)
        self._states[dossier_id] = state
        if len(self._states) > self._limit:
            del self._states[next(iter(self._states))]

    def __delitem__(self, dossier_id: UUID) -> None:
        del self._states[dossier_id]

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._states)

    def __len__(self) -> int:
        return len(self._states)
