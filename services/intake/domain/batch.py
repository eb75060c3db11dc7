"""What one transaction will hold: where actions were recorded, and what is decided on the way. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.intake.domain.actors import Approvers
from services.intake.domain.dossier import DossierState
from services.intake.domain.sealing import Sealed

Place = tuple[UUID, int]
"""Where an event stands: its dossier and its number in it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an action was recorded, and what it said."""

    receipt_key: str
    digest: str
    dossier_id: UUID
    stream_seq: int

    @property
    def place(self) -> Place:
        """Where its event stands."""
        return self.dossier_id, self.stream_seq


@dataclass(slots=True)
class Batch:
    """A transaction in the making. A state is None where nothing is recorded."""

    receipts: dict[str, Receipt]
    states: dict[UUID, DossierState | None]
    remembered: set[UUID]
    """Dossiers whose state was neither loaded for this batch nor sealed in it."""
    structured: dict[Place, Mapping[str, Any]]
    """Events that an answer is made from."""
    approvers: Approvers
    sealed: list[Sealed] = field(default_factory=list)
    new_receipts: list[Receipt] = field(default_factory=list)

    def take(self, sealed: tuple[Sealed, ...], receipt: Receipt) -> None:
        """One action more, decided: its event with the flags behind it, and its receipt."""
        dossier_id = receipt.dossier_id
        self.sealed.extend(sealed)
        self.states[dossier_id] = sealed[-1].state
        self.remembered.discard(dossier_id)
        self.structured.update({(one.dossier_id, one.stream_seq): one.structured for one in sealed})
        self.approvers.note(sealed)
        self.receipts[receipt.receipt_key] = receipt
        self.new_receipts.append(receipt)
