"""Which letters of apology are owed, by the text of the law: AR-01, AR-02, AR-07, AR-08, B19."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter that left; recorded too late it counts by its recording until it is approved (DR-31)."""

    event_id: str
    happened_at: datetime
    recorded_at: datetime
    is_late: bool

    def sent_at(self, approved: Collection[str]) -> datetime:
        """By which instant it is classed."""
        return self.recorded_at if self.is_late and self.event_id not in approved else self.happened_at


@dataclass(kw_only=True)
class Obligation:
    """One missed due date. It lapses and comes to be again; what had come for it waits meanwhile for the next."""

    due_at: datetime
    latest_at: datetime
    holder: int
    stands: bool = True
    letter: Letter | None = None
    is_waived: bool = False

    @property
    def is_open(self) -> bool:
        """Required, and neither sent nor waived."""
        return self.stands and self.letter is None and not self.is_waived


class Owed(NamedTuple):
    """An obligation as it stands at the end."""

    due_at: datetime
    latest_at: datetime
    holder: int
    apology_class: str


class Apologies:
    """The obligations of a dossier, and what waits for the next one."""

    def __init__(self) -> None:
        self._all: dict[datetime, Obligation] = {}
        self._letter: Letter | None = None
        self._is_waived = False

    def has(self, due_at: datetime) -> bool:
        """Whether that due date was said to be missed, perhaps to lapse."""
        return due_at in self._all

    def owe(self, due_at: datetime, latest_at: datetime, holder: int) -> None:
        """A breach, or one that lapsed is owed again: always that of the holder of its breach."""
        one = self._all.setdefault(due_at, Obligation(due_at=due_at, latest_at=latest_at, holder=holder, stands=False))
        if one.stands:
            return
        one.stands, one.letter, one.is_waived = True, self._letter, self._is_waived
        self._letter, self._is_waived = None, False

    def lapse(self, due_at: datetime) -> None:
        """It is needed no longer."""
        one = self._all.get(due_at)
        if one is None or not one.stands:
            return
        one.stands = False
        self._letter = one.letter or self._letter
        self._is_waived |= one.is_waived
        one.letter, one.is_waived = None, False

    def send(self, letter: Letter, present_due_at: datetime) -> None:
        """To those that are open; else to the present due date, if it was missed; else it waits."""
        those = [one for one in self._all.values() if one.is_open]
        present = self._all.get(present_due_at)
        if not those and present is not None and present.stands:
            those = [] if present.letter else [present]
        elif not those:
            self._letter = self._letter or letter
        for one in those:
            one.letter = letter

    def waive(self, present_due_at: datetime) -> None:
        """As a letter; where one left already it says nothing."""
        those = [one for one in self._all.values() if one.is_open]
        present = self._all.get(present_due_at)
        if not those and not (present is not None and present.stands):
            self._is_waived = True
        for one in those:
            one.is_waived = True

    def standing(self, approved: Collection[str]) -> list[Owed]:
        """What is owed, in order of the due dates, each with its class."""
        return [
            Owed(one.due_at, one.latest_at, one.holder, _class(one, approved))
            for one in sorted(self._all.values(), key=lambda one: one.due_at)
            if one.stands
        ]

    def lapsed(self) -> list[datetime]:
        """What was owed once and is no longer."""
        return sorted(one.due_at for one in self._all.values() if not one.stands)


def _class(one: Obligation, approved: Collection[str]) -> str:
    if one.letter is None:
        return "waived" if one.is_waived else "missing"
    sent_at = one.letter.sent_at(approved)
    if sent_at <= one.latest_at:
        return "sent_in_time"
    return "sent_before_breach" if sent_at <= one.due_at else "sent_late"
