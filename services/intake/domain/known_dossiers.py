"""What is known of dossiers while a batch is decided: their states, and which dossier a code means (DR-30).

The store is asked only for what nobody remembers, and for the meaning of a code only where no dossier began under it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from events.reference_data import is_reference_stream
from services.intake.domain import recoding
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.dossier import DossierState
from services.intake.domain.sealing import Sealed

Codes = Mapping[UUID, str]
"""Codes by their ids."""
NO_CODES: Final[Codes] = {}


class Asked(Protocol):
    """What is asked of the event store."""

    def load(self, dossier_ids: Collection[UUID]) -> Mapping[UUID, DossierState]:
        """The states of those that have events."""

    def find_links(self, code_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """The dossiers that those ids of codes were linked to."""


@dataclass(slots=True, kw_only=True)
class KnownDossiers:
    """`states`: None where nothing is recorded. `remembered`: neither loaded for this batch nor sealed in it.

    `links`: the dossier that a code means, of the codes that were asked for and under which none began; `new_links` those that
    this batch makes.
    """

    store: Asked
    memory: Mapping[UUID, DossierState]
    states: dict[UUID, DossierState | None] = field(default_factory=dict)
    remembered: set[UUID] = field(default_factory=set)
    links: dict[UUID, UUID] = field(default_factory=dict)
    new_links: list[tuple[UUID, UUID]] = field(default_factory=list)

    def know(self, dossier_ids: Collection[UUID]) -> None:
        """Have the states of these; of a code under which none began, that of the dossier it means."""
        new = {one for one in dossier_ids if one not in self.states}
        if not new:
            return
        remembered = {key: state for key in new if (state := self.memory.get(key)) is not None}
        unknown = {key for key in new if key not in remembered and not is_reference_stream(key)}
        loaded = self.store.load(unknown) if unknown else {}
        self.states |= {key: remembered.get(key) or loaded.get(key) for key in new}
        self.remembered |= remembered.keys()
        nowhere = {key for key in unknown if key not in loaded}
        links = self.store.find_links(nowhere) if nowhere else {}
        if links:
            self.links |= links
            self.know(set(links.values()))

    def know_anew(self, dossier_id: UUID) -> None:
        """Load a state that was only remembered."""
        self.remembered.discard(dossier_id)
        self.states[dossier_id] = self.store.load([dossier_id]).get(dossier_id)

    def placed(self, action: Action) -> Action:
        """The action in the dossier that its code means."""
        if not recoding.may_name_anew(action) and action.dossier_id not in self.links:
            return action
        previous_id = recoding.previous_id_of(action)
        if previous_id is not None:
            self.know([previous_id])
        return recoding.placed(action, self.links)

    def named_anew(self, action: Action) -> tuple[Action, Codes, Refusal | None]:
        """The action as it will be recorded, the codes by which its dossier is found from then on, and why it isn't."""
        if not recoding.may_name_anew(action):
            return action, NO_CODES, None
        state = self.states[action.dossier_id]
        said = recoding.as_said_of(state, action)
        codes = recoding.new_codes(state, said, self.links)
        self.know(codes)
        return said, codes, recoding.refusal_of_code(codes, self.links, self.states)

    def note(self, sealed: Sequence[Sealed], codes: Codes) -> None:
        """These will be recorded."""
        dossier_id = sealed[-1].dossier_id
        self.states[dossier_id] = sealed[-1].state
        self.remembered.discard(dossier_id)
        if codes:
            self.links |= dict.fromkeys(codes, dossier_id)
            self.new_links.extend((code_id, dossier_id) for code_id in codes)
