"""Officers as a person would keep them on a wall calendar: for each day a sheet with who is where, and who is away.

Shares no code with the product. A day is a number; `FAR` stands for every day behind the last that is spoken of. Units begin on
a day and end on a day (`LIVES`). Nothing is said of an officer by intervals: a word is written on, or wiped from, each sheet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DAYS = 6
FAR = DAYS + 4
SHEETS = (*range(DAYS), FAR)
LIVES = {1: (0, None), 2: (0, None), 3: (2, 5)}
ONE_ONLY = ("head_of_unit",)


@dataclass(frozen=True)
class Word:
    """One thing said of an officer, and the day from which it holds."""

    what: str
    officer: str
    day: int
    data: dict[str, Any]

    @property
    def place(self) -> tuple[int, str, str]:
        """The place that is spoken of."""
        return self.data["unit_id"], self.data["role"], self.data.get("deputy_of", "")

    def sheets(self) -> list[int]:
        """The days that are spoken of."""
        until = self.data.get("until")
        return [one for one in SHEETS if one >= self.day and (until is None or one < until)]


Entry = tuple[str, int, str, str, int]
"""Officer, unit, role, deputy of, and the first day that was said: written on each sheet on which it holds."""


@dataclass
class Wall:
    """What stands on the sheets: places, and absences with their first day."""

    places: dict[int, set[Entry]] = field(default_factory=lambda: {one: set() for one in SHEETS})
    away: dict[int, set[tuple[str, int]]] = field(default_factory=lambda: {one: set() for one in SHEETS})

    def copy(self) -> "Wall":
        """Another wall with the same sheets."""
        return Wall({one: set(of) for one, of in self.places.items()}, {one: set(of) for one, of in self.away.items()})

    def write(self, word: Word) -> None:
        """A word that is allowed: what was said of the same first day is wiped before."""
        if word.what == "ended":
            begun = self.begun_last(word)
            for sheet in SHEETS:
                if sheet >= word.day:
                    self.places[sheet].discard((word.officer, *word.place, begun if begun is not None else -1))
            return
        for sheet in SHEETS:
            if word.what == "assigned":
                self.places[sheet].discard((word.officer, *word.place, word.day))
            else:
                self.away[sheet].discard((word.officer, word.day))
        for sheet in word.sheets():
            if word.what == "assigned":
                self.places[sheet].add((word.officer, *word.place, word.day))
            else:
                self.away[sheet].add((word.officer, word.day))

    def begun_last(self, word: Word) -> int | None:
        """The first day of the place that an end is about."""
        firsts = {one[4] for of in self.places.values() for one in of if one[:4] == (word.officer, *word.place)}
        return max((one for one in firsts if one <= word.day), default=None)

    def seen(self, sheet: int) -> set[tuple[str, int, str, str]]:
        """Who is where on a day; nobody is in a unit that is not there."""
        return {one[:4] for one in self.places[sheet] if lives(one[1], sheet)}

    def is_away(self, officer: str, sheet: int) -> bool:
        """Whether an officer is away on a day."""
        return any(one[0] == officer for one in self.away[sheet])

    def has_ring(self, sheet: int) -> bool:
        """Whether somebody stands in for himself on a day, by way of others."""
        pairs = {(one[0], one[3]) for one in self.places[sheet] if one[3] and lives(one[1], sheet)}
        for start, _ in pairs:
            reached, more = set(), {start}
            while more:
                more = {b for a, b in pairs if a in more} - reached
                reached |= more
            if start in reached:
                return True
        return False

    def allows(self, word: Word) -> bool:
        """Whether a word may be written."""
        return all(self._conditions(word))

    def _conditions(self, word: Word) -> Iterator[bool]:
        if word.what == "ended":
            begun = self.begun_last(word)
            yield begun is not None
            last = [sheet for sheet in SHEETS if (word.officer, *word.place, begun) in self.places[sheet]]
            yield last[-1] == FAR or word.day <= last[-1] + 1
        elif word.what == "absent":
            until = word.data.get("until")
            is_known = any((word.officer, word.day) in of for of in self.away.values())
            yield until is None or until > word.day or (is_known and until == word.day)
            yield any(one[0] == word.officer for one in self.seen(word.day))
            yield not any(
                one[0] == word.officer and one[1] != word.day for sheet in word.sheets() for one in self.away[sheet]
            )
        else:
            yield bool(word.sheets())
            yield lives(word.place[0], word.day)
            yield from self._of_place(word)

    def _of_place(self, word: Word) -> Iterator[bool]:
        unit_id, role, deputy_of = word.place
        then = self.copy()
        then.write(word)
        for sheet in (one for one in word.sheets() if lives(unit_id, one)):
            there = [one for one in then.places[sheet] if lives(one[1], sheet)]
            yield len([one for one in there if one[:4] == (word.officer, *word.place)]) == 1
            own = [one for one in there if not one[3]]
            if not deputy_of:
                yield len({one[1] for one in own if one[0] == word.officer}) == 1
                yield role not in ONE_ONLY or len([one for one in own if one[1:3] == (unit_id, role)]) == 1
            yield not then.has_ring(sheet)
        if deputy_of:
            yield deputy_of != word.officer
            yield any(one[0] == deputy_of and one[1:3] == (unit_id, role) for one in self.seen(word.day))


def lives(unit_id: int, sheet: int) -> bool:
    """Whether a unit is there on a day."""
    begun, end = LIVES.get(unit_id, (FAR + 1, None))
    return begun <= sheet and (end is None or sheet < end)
