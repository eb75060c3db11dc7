"""Which dossier a counter system means by its code: one code is one dossier, however it is written. Pure.

A new dossier's id follows from its source and the one form of its code (`events.identity.code_of`). Two kinds of dossiers stand
under another id: those that an earlier version recorded under their code as it was written, and those of a register that
another source has taken over. `NamedDossiers` says under which ids a dossier may stand; which of them is recorded, the store
knows.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

from events.identity import code_of

DOSSIER_NAMESPACE = uuid5(NAMESPACE_URL, "urn:motcua:dossier")


def dossier_id_of(source: str, subject: str) -> UUID:
    """The id of the dossier that `source` calls `subject`: the subject itself where it is an id of ours."""
    code = code_of(subject)
    return _as_uuid(code) or _id_of(source, code)


def is_dossier_id(subject: str) -> bool:
    """Whether a subject is a dossier id of ours rather than a counter system's own code."""
    return _as_uuid(code_of(subject)) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDossiers:
    """`continued_by` gives, for a source whose register was taken over, the source that numbers on in it."""

    continued_by: Mapping[str, str] = field(default_factory=dict)

    def is_plain(self, source: str, subject: str) -> bool:
        """Whether a code alone says the id, as nearly every one does; asked of each action, so it costs no more than a look."""
        return subject == code_of(subject) and (
            not self.continued_by or not (source in self.continued_by or source in self.continued_by.values())
        )

    def new_id(self, source: str, subject: str) -> UUID:
        """The id that a dossier gets when it is first heard of."""
        return dossier_id_of(self.continued_by.get(source, source), subject)

    def possible_ids(self, source: str, subject: str) -> tuple[UUID, ...]:
        """The ids under which the dossier may be recorded, the one that it would get now among them; the first recorded counts.

        There is hardly ever more than one, so that nothing has to be asked.
        """
        code = code_of(subject)
        ours = _as_uuid(code)
        if ours is not None:
            return (ours,)
        written = [code] if subject == code else [subject, code]
        if not self.continued_by:
            return tuple([_id_of(source, one) for one in written])
        register = self.continued_by.get(source, source)
        before = [old for old, new in self.continued_by.items() if new == register]
        ids = [_id_of(one, name) for one in (register, *before) for name in written]
        return tuple(dict.fromkeys(ids))

    def meant_id(self, source: str, subject: str, recorded: Container[UUID]) -> UUID:
        """The dossier that is meant, `recorded` holding those of the possible ids that have events."""
        found = (one for one in self.possible_ids(source, subject) if one in recorded)
        return next(found, None) or self.new_id(source, subject)


@lru_cache(maxsize=65_536)  # a dossier is named again by each of its actions
def _id_of(source: str, name: str) -> UUID:
    return uuid5(DOSSIER_NAMESPACE, f"{source}|{name}")


def _as_uuid(text: str) -> UUID | None:
    """Only the common form 8-4-4-4-12 counts; `UUID` alone would take hyphens anywhere."""
    if len(text) != 36:
        return None
    try:
        known = UUID(text)
    except ValueError:
        return None
    return known if str(known) == text.lower() else None
