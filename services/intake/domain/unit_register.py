"""All units as they are recorded. A batch works on a copy; what is asked of it is pure.

A unit is checked on the local day of an event.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

from events.units import UnitEvent, UnitReparented
from rules.units.history import UnitHistory, UnitPeriod, evolve

MAX_SEEN = 100_000


class Units:
    """The units by number. Not shared: whoever takes an event in has a copy of its own."""

    def __init__(self) -> None:
        self.move_days: set[date] = set()
        """The days on which a unit came under another one; parents can form a ring only from such a day on."""
        self._histories: dict[int, UnitHistory] = {}
        self._children: dict[int, set[int]] = {}
        self._seen_there: set[tuple[int, date]] = set()

    def copy(self) -> "Units":
        """The same, to go on from."""
        other = Units()
        other.move_days = set(self.move_days)
        other._histories = dict(self._histories)
        other._children = {parent: set(children) for parent, children in self._children.items()}
        return other

    def __len__(self) -> int:
        return len(self._histories)

    def __iter__(self) -> Iterator[UnitHistory]:
        """The units by number."""
        return (self._histories[unit_id] for unit_id in sorted(self._histories))

    def history(self, unit_id: int) -> UnitHistory | None:
        """The life of a unit; None: it was never created."""
        return self._histories.get(unit_id)

    def end_of(self, unit_id: int) -> date | None:
        """The day from which a unit is no more; None: it goes on, or never began."""
        history = self._histories.get(unit_id)
        return None if history is None else history.ended_on

    def on(self, unit_id: int, day: date) -> UnitPeriod | None:
        """What a unit was on a day; None where it was not."""
        history = self._histories.get(unit_id)
        return None if history is None else history.on(day)

    def is_there_around(self, unit_id: int, day: date) -> bool:
        """Whether a unit is there on a day, the day before and the day after: then in every time zone.

        Asked for every action, so what was found once is remembered.
        """
        asked = (unit_id, day)
        if asked in self._seen_there:
            return True
        if not all(self.on(unit_id, day + timedelta(days=one)) for one in (-1, 0, 1)):
            return False
        if len(self._seen_there) >= MAX_SEEN:
            self._seen_there.clear()
        self._seen_there.add(asked)
        return True

    def children_on(self, unit_id: int, day: date) -> list[int]:
        """The units directly below one on a day or on any day after it, as far as is known."""
        return sorted(
            child
            for child in self._children.get(unit_id, ())
            if any(
                one.parent_id == unit_id and (one.valid_until is None or one.valid_until > day)
                for one in self._histories[child].periods
            )
        )

    def take(self, data: UnitEvent) -> None:
        """One more recorded event of a unit; it may have been recorded by anybody, so nothing is refused here."""
        history = evolve(self._histories.get(data.unit_id), data)
        self._seen_there.clear()
        if history is None:
            return
        self._histories[data.unit_id] = history
        parent_id = getattr(data, "parent_id", None)
        if parent_id is not None:
            self._children.setdefault(parent_id, set()).add(data.unit_id)
            if isinstance(data, UnitReparented):
                self.move_days.add(data.valid_from)


def found_units(units: Units, words: str, day: date | None) -> Iterator[tuple[UnitHistory, UnitPeriod]]:
    """The units whose number, code or name fits, on a day, or (None) each as it was last.

    Names are looked at without marks and case, so that `thuan hoa` finds Thuận Hóa. Nothing asked: all.
    """
    wanted = folded(words)
    for history in units:
        period = history.on(day) if day else next(iter(history.periods[-1:]), None)
        if period is None:
            continue
        if not wanted or wanted in (str(history.unit_id), period.code.lower()) or wanted in folded(period.name):
            yield history, period


def folded(text: str) -> str:
    """A text without marks and case: đ is d."""
    apart = unicodedata.normalize("NFKD", text.strip().lower()).replace("đ", "d")
    return "".join([one for one in apart if not unicodedata.combining(one)])
