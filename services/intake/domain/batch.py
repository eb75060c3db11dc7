"""What one transaction will hold, and what has been decided on the way: values, kept together for the pipeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from services.intake.domain.actions import Answer, ReferenceAction, Refusal, Reported
from services.intake.domain.actors import Approvers
from services.intake.domain.dossier import DossierState
from services.intake.domain.known_dossiers import Codes, KnownDossiers
from services.intake.domain.reference_rules import refusal_of_reference
from services.intake.domain.register import Register, SealedReference, sealed_in
from services.intake.domain.sealing import Recorded, Sealed

Place = tuple[UUID, int]
"""Where an event stands: its dossier, or its reference thing, and its number in it."""


class Receipt(Struct, frozen=True, kw_only=True):
    """Where an action was recorded, and what it said."""

    receipt_key: str
    digest: str
    dossier_id: UUID
    stream_seq: int

    @property
    def place(self) -> Place:
        """Where its event stands."""
        return self.dossier_id, self.stream_seq


@dataclass(slots=True, kw_only=True)
class Batch:
    """What is known of its dossiers stands in `known`."""

    receipts: dict[str, Receipt]
    known: KnownDossiers
    structured: dict[Place, Mapping[str, Any]]
    """Events that an answer is made from."""
    approvers: Approvers
    register: Register
    """As recorded, and as the batch goes on; once it changes it it is a copy."""
    sealed: list[Recorded] = field(default_factory=list)
    new_receipts: list[Receipt] = field(default_factory=list)
    owns_register: bool = False

    def said_of_thing(
        self, action: ReferenceAction, recorded_at: datetime, day: date
    ) -> Sequence[SealedReference] | Refusal:
        """Decide on an action about a reference thing; it counts for the next action of the batch."""
        refusal = refusal_of_reference(self.register, action, recorded_at)
        if refusal is not None:
            return refusal
        if not self.owns_register:
            self.register, self.owns_register = self.register.copy(), True
        return (sealed_in(self.register, action, recorded_at, day),)

    def take(self, action: Reported, sealed: Sequence[Recorded], codes: Codes) -> None:
        """Hold what was decided on an action: its event, the flags behind it, and the codes that mean its dossier now."""
        first, of_dossier = sealed[0], [one for one in sealed if isinstance(one, Sealed)]
        receipt = Receipt(
            receipt_key=action.receipt_key,
            digest=action.digest,
            dossier_id=first.dossier_id,
            stream_seq=first.stream_seq,
        )
        self.sealed.extend(sealed)
        if of_dossier:
            self.known.note(of_dossier, codes)
            self.approvers.note(of_dossier)
        self.structured.update({(one.dossier_id, one.stream_seq): one.structured for one in sealed})
        self.receipts[receipt.receipt_key] = receipt
        self.new_receipts.append(receipt)

    def new_states(self) -> dict[UUID, DossierState]:
        """The states after everything that was sealed."""
        return {one.dossier_id: one.state for one in self.sealed if isinstance(one, Sealed)}


def held_back(answers: Sequence[Answer]) -> list[Answer]:
    """The answers where all or nothing was asked for and something is refused: nothing was recorded now."""
    return [
        one if one.refusal or one.is_replay else Answer(action_id=one.action_id, source=one.source, refusal=NOT_ALONE)
        for one in answers
    ]


NOT_ALONE = Refusal(code="held-back")
"""Another action of the same whole was refused."""
