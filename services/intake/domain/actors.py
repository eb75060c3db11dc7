"""Who has acted so far, as far as it must be known of an approver: a second person is somebody who works here (B14)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events.control import IntegrityFlagRaised
from events.identity import person_of
from services.intake.domain.actions import Action
from services.intake.domain.sealing import Recorded

RULE = "B14"
Act = tuple[str, UUID]
"""A person who acted, and in which dossier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """In which dossiers a person was recorded as the actor: the first of them, and whether there are others."""

    first_dossier_id: UUID
    has_others: bool = False

    def has_acted_besides(self, dossier_id: UUID) -> bool:
        """Whether the person acted in any other dossier than this one."""
        return self.has_others or self.first_dossier_id != dossier_id

    def and_in(self, dossier_id: UUID) -> "Acted":
        """The same after one more act."""
        return Acted(first_dossier_id=self.first_dossier_id, has_others=self.has_acted_besides(dossier_id))


def acted_in(known: Mapping[str, Acted], acts: Iterable[Act]) -> dict[str, Acted]:
    """What is known of the persons of some acts after these."""
    after: dict[str, Acted] = {}
    for person, dossier_id in acts:
        before = after.get(person) or known.get(person)
        after[person] = Acted(first_dossier_id=dossier_id) if before is None else before.and_in(dossier_id)
    return after


def acts_of(sealed: Iterable[Recorded]) -> list[Act]:
    """What each event says that names who acted."""
    acts = [(person_of(actor), one.dossier_id) for one in sealed if (actor := one.structured.get("actorid"))]
    return [act for act in acts if act[0]]


def acts_of_events(events: Iterable[Mapping[str, Any]]) -> list[Act]:
    """The same of events in structured form."""
    acts = ((person_of(actor), one["subject"]) for one in events if (actor := one.get("actorid")))
    return [(person, UUID(subject)) for person, subject in acts if person]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvers:
    """The persons who approve something in a batch, and what is known of each; it grows with the batch."""

    persons: frozenset[str]
    acted: dict[str, Acted]

    def note(self, sealed: Iterable[Recorded]) -> None:
        """These events will be recorded."""
        if self.persons:
            self.acted.update(acted_in(self.acted, [act for act in acts_of(sealed) if act[0] in self.persons]))

    def flags_behind(self, action: Action) -> tuple[IntegrityFlagRaised, ...]:
        """The flag behind an action whose approver was never recorded as the actor of another dossier."""
        approver_id = approver_of(action)
        if approver_id is None:
            return ()
        acted = self.acted.get(person_of(approver_id))
        if acted is not None and acted.has_acted_besides(action.dossier_id):
            return ()
        detail = f"the approver {approver_id} was never recorded as the actor of another dossier"
        flag = IntegrityFlagRaised(kind="interference", rule=RULE, detail=detail, target_event_id=action.event_id)
        return (flag,)


def approver_of(action: Action) -> str | None:
    """Who approved an action, where it is of a type that needs a second person."""
    approver_id: str | None = getattr(action.data, "approver_id", None)
    return approver_id


def approvers_of(actions: Iterable[Action]) -> frozenset[str]:
    """The persons who approved any of these actions."""
    return frozenset([person_of(name) for one in actions if (name := approver_of(one)) is not None])
