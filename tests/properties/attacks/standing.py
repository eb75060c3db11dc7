"""How a dossier stands in the end, as numbers that can be compared: greater is better for the office."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from events.envelope import Event
from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.said import said_of
from tests.properties.whole_way.world import World

MONDAYS: Final = tuple(date(2026, 3, 2) + timedelta(weeks=n) for n in range(5))
_CLASSES: Final = {"late": 0, "not stated": 0, "unknown": 1, "on_time": 2, "early": 2}
"""Early is no better than on time for any rate; that a late record doesn't make it early has tests of its own (DR-31)."""
_LETTERS: Final = ("missing", "sent_late", "sent_before_breach", "sent_in_time", "waived", "")
_GOOD: Final = frozenset({"early", "on_time", "open_within", "open_paused", "open_due_soon"})
_BAD: Final = frozenset({"late", "open_overdue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The class of the ending, what became of the apology, whether it was breached; and each closed week's figures."""

    outcome: int
    letter: int
    is_unbreached: int
    weeks: tuple[int, ...]

    def better_than(self, *others: "Standing") -> Iterator[str]:
        """In what it is better than every one of the others."""
        for name in ("outcome", "letter", "is_unbreached"):
            if getattr(self, name) > max(getattr(one, name) for one in others):
                yield f"{name}: {getattr(self, name)} instead of {[getattr(one, name) for one in others]}"
        for monday, own, *theirs in zip(MONDAYS, self.weeks, *(one.weeks for one in others), strict=False):
            if own > max(theirs):
                yield f"the closed week of {monday}: {own} instead of {theirs}"


def standing_of(world: World, closed_until: date) -> Standing | None:
    """How the one dossier of a world stands; None where nothing was accepted."""
    (dossier,) = world.dossiers
    facts = dossier.facts
    if facts is None:
        return None
    outcome = said_of(dossier).outcome
    closed = [monday for monday in MONDAYS if monday + timedelta(days=7) <= closed_until]
    return Standing(
        outcome=_CLASSES.get(outcome, -1),
        letter=min((_LETTERS.index(owed.apology_class) for owed in facts.obligations), default=_LETTERS.index("")),
        is_unbreached=int(facts.breached_at is None),
        weeks=tuple(_weeks(dossier.events, closed)),
    )


def _weeks(events: Sequence[Event], mondays: Sequence[date]) -> Iterator[int]:
    """1 where the week counts the dossier well, -1 where it counts it badly, 0 where it doesn't count it."""
    for names in product.figures_of_weeks(events, mondays).values():
        yield -1 if names & _BAD else int(bool(names & _GOOD))
