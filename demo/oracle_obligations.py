"""Letters of apology in the plain count: one obligation for each lawful due date that was missed (B19, AR-01, AR-07, AR-08)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

IN_TIME = "sent_in_time"


@dataclass(slots=True)
class Owed:
    """What was said of one missed due date. It stands while it was required more often than it was taken back."""

    required: int = 0
    lapsed: int = 0
    holder_id: int = 0
    sent_as: str = ""
    sent_at: datetime | None = None
    waived_at: datetime | None = None

    def hear(self, kind: str, at: datetime, data: Mapping[str, Any]) -> None:
        """Take in that it is required, that it lapsed, or what became of the letter; the order doesn't matter."""
        if kind == "apology-required.v1":
            self.required += 1
            self.holder_id = data["held_by_unit_id"]
        elif kind == "apology-lapsed.v1":
            self.lapsed += 1
        elif data["apology_class"] == "waived":
            self.waived_at = min(at, self.waived_at or at)
        else:
            self.sent_as, self.sent_at = data["apology_class"], datetime.fromisoformat(data["sent_at"])


def owed_counts(
    owed: Mapping[datetime, Owed], start: datetime, end: datetime, now: datetime
) -> Iterator[tuple[datetime, int, tuple[str, ...]]]:
    """Each obligation whose missed due date lies in the period, with its holder, as it is seen at the cut-off."""
    as_of = min(end, now)
    for missed_at, one in owed.items():
        if start <= missed_at < end and one.required > one.lapsed:
            yield missed_at, one.holder_id, ("apology_required", _seen(one, as_of))


def is_letter_missing(owed: Mapping[datetime, Owed], as_of: datetime) -> bool:
    """Whether at the cut-off a letter is owed for some missed due date, neither sent nor waived."""
    return any(
        missed_at < as_of and one.required > one.lapsed and _seen(one, as_of) == "apology_missing"
        for missed_at, one in owed.items()
    )


def _seen(one: Owed, as_of: datetime) -> str:
    """A letter counts whatever else was said; without one a waiver. What comes after the cut-off isn't seen yet."""
    if one.sent_at is not None and one.sent_at < as_of:
        return "apology_in_time" if one.sent_as == IN_TIME else "apology_late"
    return "apology_waived" if one.waived_at is not None and one.waived_at < as_of else "apology_missing"
