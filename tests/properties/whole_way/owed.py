"""Which apologies a dossier owes: as the clock stated it, and as docs/rules/apologies.md has it (AR-01, AR-07, AR-08, B19).

The second goes its own way over what was heard and said, turn by turn: to which obligation a letter or a waiver came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from events.control import BackdatingApproved, IntegrityFlagRaised
from events.envelope import Event
from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.pictures import Owed
from tests.properties.whole_way.world import Dossier


def stated(said: Sequence[Event]) -> tuple[Owed, ...]:
    """Those that were said to be required more often than they were taken back, with the class stated last."""
    standing: dict[datetime, int] = {}
    holders: dict[datetime, int] = {}
    classes: dict[datetime, str] = {}
    for event in {one.envelope.event_id: one for one in said}.values():
        kind, data = event.envelope.event_type, event.data
        if kind == "apology-required.v1":
            standing[data.lawful_due_at] = standing.get(data.lawful_due_at, 0) + 1
            holders.setdefault(data.lawful_due_at, data.held_by_unit_id)
        elif kind == "apology-lapsed.v1" and data.missed_due_at is not None:
            standing[data.missed_due_at] -= 1
        elif kind == "apology-classified.v1":
            classes[data.lawful_due_at] = data.apology_class
    return tuple(
        Owed(due_at, holders[due_at], classes.get(due_at, "missing"))
        for due_at, count in sorted(standing.items())
        if count
    )


@dataclass(slots=True)
class _Obligation:
    latest_at: datetime
    unit_id: int
    sent_at: datetime | None = None
    is_waived: bool = False
    stands: bool = True


class _ByRule:
    """What came while none was open waits, as `sent_at` and `is_waived`, for the due date that is missed next."""

    def __init__(self, dossier: Dossier) -> None:
        flags = [one.data for one in dossier.said if isinstance(one.data, IntegrityFlagRaised)]
        flagged = {flag.target_event_id for flag in flags if flag.rule == "DR-31"}
        letters = [one.event.envelope for one in dossier.records if one.event.envelope.event_type == "apology-sent.v1"]
        self.late = {one.event_id: (one.recorded_at, one.occurred_at) for one in letters if one.event_id in flagged}
        self.owed: dict[datetime, _Obligation] = {}
        self.present: datetime | None = None
        self.sent_at: datetime | None = None
        self.is_waived = False

    def hear(self, event: Event) -> None:
        """A letter, a waiver, or what the clock said."""
        kind, data = event.envelope.event_type, event.data
        if kind == "apology-sent.v1":
            about = event.envelope
            self._sent(about.recorded_at if about.event_id in self.late else about.occurred_at)
        elif isinstance(data, BackdatingApproved):
            for target in (data.target_event_id, *(data.further_event_ids or ())):
                self._dated(*self.late.pop(target, (None, None)))
        elif kind == "apology-waived.v1":
            self._waived()
        elif kind == "apology-required.v1":
            one = self.owed.setdefault(data.lawful_due_at, _Obligation(data.latest_at, data.held_by_unit_id))
            one.stands, one.sent_at, one.is_waived = True, self.sent_at, self.is_waived
            self.sent_at, self.is_waived = None, False
        elif kind == "apology-lapsed.v1" and data.missed_due_at is not None:
            one = self.owed[data.missed_due_at]
            self.sent_at = min(filter(None, (one.sent_at, self.sent_at)), default=None)
            self.is_waived |= one.is_waived
            one.stands = False
        elif kind == "ending-classified.v1":
            self.present = data.judged_due_at or self.present
        elif "apology" not in kind and getattr(data, "clock_kind", "") == "dossier":
            self.present = getattr(data, "lawful_due_at", self.present)

    def _open(self) -> list[_Obligation]:
        return [one for one in self.owed.values() if one.stands and one.sent_at is None and not one.is_waived]

    def _of_present(self) -> _Obligation | None:
        found = self.owed.get(self.present) if self.present else None
        return found if found is not None and found.stands else None

    def _sent(self, at: datetime) -> None:
        present, those = self._of_present(), self._open()
        if not those and present is None:
            self.sent_at = self.sent_at or at
        elif not those and present is not None and present.sent_at is None:
            those = [present]
        for one in those:
            one.sent_at = at

    def _dated(self, known_as: datetime | None, sent_at: datetime | None) -> None:
        """A letter that counted by its recording counts by its own time (DR-31)."""
        if known_as is None:
            return
        self.sent_at = sent_at if self.sent_at == known_as else self.sent_at
        for one in self.owed.values():
            one.sent_at = sent_at if one.sent_at == known_as else one.sent_at

    def _waived(self) -> None:
        those = self._open()
        if not those and self._of_present() is None:
            self.is_waived = True
        for one in those:
            one.is_waived = True


def by_rule(dossier: Dossier) -> tuple[Owed, ...]:
    """The obligations that stand, each with the class that its letter, its waiver and its own due date give."""
    rule = _ByRule(dossier)
    for event in _in_turn(dossier):
        rule.hear(event)
    return tuple(
        Owed(
            due_at,
            one.unit_id,
            product.apology_class(one.latest_at, due_at, one.sent_at, is_waived=one.is_waived),
        )
        for due_at, one in sorted(rule.owed.items())
        if one.stands
    )


def _in_turn(dossier: Dossier) -> Iterator[Event]:
    """What was heard and said, in order; in the turn of a record what follows from it stands behind it."""
    heard = [(2 * one.offset + 1, 1, one.event) for one in dossier.records]
    said = {one.envelope.event_id: one for one in dossier.said}
    ids = {event.envelope.event_id: turn for turn, _, event in heard}
    spoken = []
    for event_id, event in said.items():
        turn = dossier.said_at[event_id]
        spoken.append((turn, 2 if ids.get(event.envelope.causation_id or "") == turn else 0, event))
    yield from (event for _, _, event in sorted([*heard, *spoken], key=lambda one: one[:2]))
