"""What a dossier missed: each due date that passed, and each obligation to apologise with its letter (AR-01 to AR-11, B19).

Gathered from what the clocks said, in that order; nothing is judged here. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from events.deadline import (
    ApologyClass,
    ApologyClassified,
    ApologyLapsed,
    ApologyRequired,
    DossierBreached,
    SecondBreachRecorded,
    StepBreached,
)
from rules.clocks.derived_events import DerivedEvent

_BREACHES = (DossierBreached, StepBreached, SecondBreachRecorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A due date that was missed; `at` is its instant, with the offset of the calendar, the holder is that of then."""

    kind: type[DossierBreached | StepBreached | SecondBreachRecorded]
    clock: str
    clock_kind: str
    step_code: str | None
    at: datetime
    held_by_unit_id: int
    responsible_officer_id: str | None


@dataclass(slots=True, kw_only=True)
class ExplainedObligation:
    """What is owed for one missed due date, and what was done about it. Instants bear the offset of the calendar.

    `sent_at` is when the letter left, by the instant that counts (DR-31). `lapsed`: why it isn't owed after all, else empty.
    """

    due_at: datetime
    latest_at: datetime
    held_by_unit_id: int
    sent_at: datetime | None = None
    sent_class: ApologyClass | None = None
    waived_at: datetime | None = None
    lapsed: str = ""

    @property
    def apology_class(self) -> ApologyClass | Literal["missing", "none"]:
        """Its class as the figures count it: a letter counts also where it had been waived; `none` where it lapsed."""
        if self.lapsed:
            return "none"
        return self.sent_class or ("waived" if self.waived_at else "missing")


def breaches_of(emitted: Iterable[DerivedEvent]) -> tuple[Breach, ...]:
    """Each missed due date once, in the order in which they were said."""
    found: dict[tuple[object, str, int], Breach] = {}
    for one in emitted:
        if one.kind in _BREACHES:
            found.setdefault(
                (one.kind, one.clock, one.at),
                Breach(
                    kind=one.kind,
                    clock=one.clock,
                    clock_kind=one.fields["clock_kind"],
                    step_code=one.fields.get("step_code"),
                    at=one.zone.local(one.at),
                    held_by_unit_id=one.fields["held_by_unit_id"],
                    responsible_officer_id=one.fields.get("responsible_officer_id"),
                ),
            )
    return tuple(found.values())


def obligations_of(emitted: Iterable[DerivedEvent]) -> tuple[ExplainedObligation, ...]:
    """Each obligation that ever was, in order of the due dates that were missed."""
    found: dict[datetime, ExplainedObligation] = {}
    for one in emitted:
        due_at = one.fields.get("missed_due_at") if one.kind is ApologyLapsed else one.fields.get("lawful_due_at")
        if due_at is not None:
            _hear(found, due_at, one)
    return tuple(found[due_at] for due_at in sorted(found))


def _hear(found: dict[datetime, ExplainedObligation], due_at: datetime, one: DerivedEvent) -> None:
    said = one.fields
    if one.kind is ApologyRequired:
        new = ExplainedObligation(due_at=due_at, latest_at=said["latest_at"], held_by_unit_id=said["held_by_unit_id"])
        found.setdefault(due_at, new).lapsed = ""
    elif one.kind is ApologyLapsed:
        found[due_at].lapsed = said["reason"]
    elif one.kind is ApologyClassified and said["apology_class"] == "waived":
        found[due_at].waived_at = found[due_at].waived_at or one.zone.local(one.at)
    elif one.kind is ApologyClassified:
        found[due_at].sent_at, found[due_at].sent_class = said["sent_at"], said["apology_class"]
