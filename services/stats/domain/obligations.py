"""What was said of the apologies that a dossier owes, one for each lawful due date that was missed (AR-08, B19). Pure.

A fold of a set: an obligation stands while it was said to be required more often than it was taken back, in whatever order both
became known. Nothing is judged: what a letter was worth is what the clock stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from services.stats.domain.periods import FAR_FUTURE


class Obligation(NamedTuple):
    """One that stands: a tuple of the column `obligations`. `sent_at` and `waived_at` are FAR_FUTURE where nothing came."""

    due_at: datetime
    latest_at: datetime
    unit_id: int
    sent_at: datetime
    sent_class: str
    waived_at: datetime

    @property
    def apology_class(self) -> str:
        """Its class by all that is known: a letter counts also where it had been waived."""
        return self.sent_class or ("missing" if self.waived_at == FAR_FUTURE else "waived")


@dataclass(slots=True)
class SaidObligation:
    """What was said of one missed due date so far."""

    latest_at: datetime = FAR_FUTURE
    unit_id: int = 0
    required_at: datetime = FAR_FUTURE
    standing: int = 0
    sent_at: datetime = FAR_FUTURE
    sent_class: str = ""
    waived_at: datetime = FAR_FUTURE


Obligations = dict[datetime, SaidObligation]
"""By the lawful due date that was missed."""


def required(obligations: Obligations, at: datetime, said: Mapping[str, Any]) -> None:
    """It is owed, for the first time or again; the first saying names who held the dossier then."""
    one = obligations.setdefault(datetime.fromisoformat(said["lawful_due_at"]), SaidObligation())
    one.standing += 1
    if at < one.required_at:
        one.required_at, one.unit_id = at, said["held_by_unit_id"]
        one.latest_at = datetime.fromisoformat(said["latest_at"])


def lapsed(obligations: Obligations, said: Mapping[str, Any]) -> None:
    """It isn't owed after all (AR-10, AR-11); what was only in view has nothing to take back.

    Before `missed_due_at` was said every lapse but a waiver took back the latest one.
    """
    if "missed_due_at" in said:
        obligations.setdefault(datetime.fromisoformat(said["missed_due_at"]), SaidObligation()).standing -= 1
    elif said["reason"] != "waived" and said.get("was_required", True):
        for due_at in sorted(due_at for due_at, one in obligations.items() if one.standing > 0)[-1:]:
            obligations[due_at].standing -= 1


def classified(obligations: Obligations, at: datetime, said: Mapping[str, Any]) -> None:
    """A letter, or a waiver, came for it (AR-07); what was said last of the letter holds (DR-31, B20)."""
    one = obligations.setdefault(datetime.fromisoformat(said["lawful_due_at"]), SaidObligation())
    if said["apology_class"] == "waived":
        one.waived_at = min(one.waived_at, at)
    else:
        one.sent_at, one.sent_class = datetime.fromisoformat(said["sent_at"]), said["apology_class"]


def that_stand(obligations: Obligations) -> list[tuple[datetime, Obligation]]:
    """Since when each is owed that stands, and the obligation, in order of the due dates."""
    return [
        (
            one.required_at,
            Obligation(due_at, one.latest_at, one.unit_id, one.sent_at, one.sent_class, one.waived_at),
        )
        for due_at, one in sorted(obligations.items())
        if one.standing > 0
    ]
