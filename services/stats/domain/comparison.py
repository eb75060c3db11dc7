"""Recorded = published = counted? Two counts of one thing, and what stands on one side only. Pure.

What is only on its way is told from what stays apart by its age: whatever stands on one side only for longer than
`YOUNG_SECONDS`, and isn't explained by records that the loader has yet to read, is a difference.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

YOUNG_SECONDS = 30.0
"""An event is counted within a second or two; what is younger than this may be on its way."""
UNSEEN_SECONDS = 300
"""What could not be compared for longer than this is an alarm as well: nobody would see a loss."""
FIRST = 5
"""So many ids are named."""

Verdict = Literal["same", "on_its_way", "differs", "uncompared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Something that stands on one side only. `age_seconds`: how long it has stood there."""

    name: str
    age_seconds: float
    is_missing: bool
    """Expected and not found; else found and not expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two counts of one thing, those that stand apart (perhaps only the first of very many), and how many are known to wait.

    `unseen_seconds`: how long ago both sides were seen, `reason`: why they were not since.
    """

    name: str
    expected: int
    found: int
    apart: tuple[Apart, ...] = ()
    waiting: int = 0
    unseen_seconds: float = 0.0
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """What is on its way is no difference; what stays is. Too much is never on its way for long."""
        if self.staying():
            return "differs"
        if self.unseen_seconds > UNSEEN_SECONDS:
            return "uncompared"
        return "same" if self.expected == self.found and not self.apart else "on_its_way"

    def first(self) -> list[str]:
        """The names of the first that make the difference; empty without one."""
        return sorted(one.name for one in self.staying())[:FIRST]

    def staying(self) -> list[Apart]:
        """What makes the difference."""
        old = [one for one in self.apart if one.age_seconds > YOUNG_SECONDS]
        missing = [one for one in old if one.is_missing]
        surplus = [one for one in old if not one.is_missing]
        return surplus + (missing if len(missing) > self.waiting else [])


def differing_buckets(expected: Mapping[str, int], found: Mapping[str, int], most: int) -> list[str]:
    """The first parts whose counts differ, at most so many: where to look for ids."""
    return [one for one in sorted({*expected, *found}) if expected.get(one, 0) != found.get(one, 0)][:most]


def standing_apart(
    expected: Mapping[str, float], found: Mapping[str, float], keys: Collection[str]
) -> tuple[Apart, ...]:
    """Of some names those that stand on one side only; the mappings give each name's age in seconds."""
    return tuple(_apart(expected, found, sorted(keys)))


def _apart(expected: Mapping[str, float], found: Mapping[str, float], keys: Iterable[str]) -> Iterable[Apart]:
    for key in keys:
        if (key in expected) != (key in found):
            age = expected[key] if key in expected else found[key]
            yield Apart(name=key, age_seconds=age, is_missing=key in expected)


def compared_pair(row: Mapping[str, Any]) -> Pair:
    """The pair of a row of the table `comparisons`: what differs there has been looked at when it was old enough."""
    names = [f"dossier {one}" for one in row["first_ids"]]
    old = YOUNG_SECONDS + 1
    apart = tuple(Apart(name=one, age_seconds=old, is_missing=row["found"] < row["expected"]) for one in names)
    return Pair(
        name=row["pair"],
        expected=row["expected"],
        found=row["found"],
        apart=apart,
        unseen_seconds=row["unseen_seconds"],
        reason=row["reason"],
    )
