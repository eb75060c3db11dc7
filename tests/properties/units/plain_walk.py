"""Units as a person would follow them on paper: every word kept as it was said, and each day walked for itself.

Shares no code with the product. A day is a number; `FAR` stands for every day behind the last that is spoken of.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DAYS = 5
FAR = DAYS + 5
RANK = {"province": 0, "district": 1, "commune": 2}


@dataclass(frozen=True)
class Word:
    """One thing said of a unit: `what` without `unit-`, the day from which it holds, the rest of the data."""

    what: str
    unit_id: int
    day: int
    data: dict[str, Any]


@dataclass
class Paper:
    """Everything that was said and stands, in the order in which it was said."""

    words: list[Word] = field(default_factory=list)

    def beginning(self, unit_id: int) -> Word | None:
        return next((one for one in self.words if one.unit_id == unit_id and one.what == "created"), None)

    def end(self, unit_id: int) -> int | None:
        return next((one.day for one in self.words if one.unit_id == unit_id and self.ends(one)), None)

    def ends(self, word: Word) -> bool:
        if word.what == "split":
            return all(one["unit_id"] != word.unit_id for one in word.data["into"])
        return word.what in ("merged", "abolished")

    def lives(self, unit_id: int, day: int) -> bool:
        begun, end = self.beginning(unit_id), self.end(unit_id)
        return begun is not None and begun.day <= day and (end is None or day < end)

    def said_last(self, unit_id: int, day: int, name: str, kinds: tuple[str, ...]) -> Any:
        found, since = None, -1
        for word in self.words:
            if word.unit_id == unit_id and word.what in kinds and since <= word.day <= day:
                found, since = word.data.get(name), word.day
        return found

    def name(self, unit_id: int, day: int) -> Any:
        return self.said_last(unit_id, day, "name", ("created", "renamed"))

    def parent(self, unit_id: int, day: int) -> Any:
        return self.said_last(unit_id, day, "parent_id", ("created", "reparented"))

    def level(self, unit_id: int) -> str:
        begun = self.beginning(unit_id)
        assert begun is not None
        return str(begun.data["level"])

    def has_ring(self, unit_id: int) -> bool:
        for day in [*range(DAYS), FAR]:
            seen, above = set(), self.parent(unit_id, day) if self.lives(unit_id, day) else None
            while above is not None and above not in seen and self.lives(above, day):
                seen.add(above)
                above = self.parent(above, day)
            if unit_id in seen:
                return True
        return False

    def allows(self, word: Word) -> bool:
        """Whether a word may stand beside those that do."""
        return all(self._conditions(word))

    def _conditions(self, word: Word) -> Iterator[bool]:
        if word.what == "created":
            yield self.beginning(word.unit_id) is None
            yield self._fits(word, word.data["level"])
            return
        yield self.lives(word.unit_id, word.day)
        if word.what == "reparented":
            yield self._fits(word, self.level(word.unit_id))
            yield not Paper([*self.words, word]).has_ring(word.unit_id)
        if word.what == "merged":
            yield word.data["into_unit_id"] != word.unit_id
            yield self.lives(word.data["into_unit_id"], word.day)
        if word.what == "split":
            numbers = [one["unit_id"] for one in word.data["into"]]
            yield len(set(numbers)) == len(numbers)
            yield all(self.lives(one, word.day) for one in numbers)
        if self.ends(word):
            begun = self.beginning(word.unit_id)
            yield begun is not None and begun.day < word.day
            yield self.end(word.unit_id) is None
            yield not any(
                self.lives(one.unit_id, day) and self.parent(one.unit_id, day) == word.unit_id
                for one in self.words
                for day in [*range(word.day, DAYS), FAR]
            )

    def _fits(self, word: Word, level: str) -> bool:
        parent_id = word.data.get("parent_id")
        if parent_id is None:
            return True
        if parent_id == word.unit_id or not self.lives(parent_id, word.day):
            return False
        return RANK[self.level(parent_id)] <= RANK[level]
