"""Which acts a transaction still has to note: hardly any, because most officers have long been noted in two dossiers.

What was noted is remembered only after its commit. Whatever is forgotten here is noted again, which changes nothing.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from events.identity import person_of
from services.intake.domain.actors import Act, Acted, acted_in, acts_of
from services.intake.domain.sealing import Recorded

MAX_REMEMBERED = 100_000


class NotedActs:
    """What this process has noted; one caller at a time."""

    def __init__(self) -> None:
        self._noted: dict[str, Acted] = {}
        self._settled: set[str | None] = {None}
        """Identities as they are written of which nothing more is to be noted; asked for every event, so one look is enough."""

    def of(self, sealed: Sequence[Recorded]) -> list[Act]:
        """What these events say that may change what the store knows."""
        settled = self._settled
        new = [one for one in sealed if one.structured.get("actorid") not in settled]
        if not new:
            return []
        self._settle(new)
        return self.still_to_note(acts_of(new))

    def still_to_note(self, acts: Iterable[Act]) -> list[Act]:
        """The acts that may change what the store knows, at most two of a person, in one order for all writers."""
        new: dict[str, list[UUID]] = {}
        for person, dossier_id in acts:
            noted, dossiers = self._noted.get(person), new.get(person, [])
            is_known = noted is not None and (noted.has_others or noted.first_dossier_id == dossier_id)
            if not is_known and dossier_id not in dossiers and len(dossiers) < 2:
                new[person] = [*dossiers, dossier_id]
        return [(person, dossier_id) for person in sorted(new) for dossier_id in new[person]]

    def noted(self, acts: Iterable[Act]) -> None:
        """These were committed."""
        if len(self._noted) >= MAX_REMEMBERED:
            self._noted.clear()
        self._noted.update(acted_in(self._noted, acts))

    def _settle(self, sealed: Sequence[Recorded]) -> None:
        if len(self._settled) >= MAX_REMEMBERED:
            self._settled = {None}
        for written in {one.structured["actorid"] for one in sealed}:
            noted = self._noted.get(person_of(written))
            if noted is not None and noted.has_others:
                self._settled.add(written)
