"""What an entry of the ledger (a pause, an extension) did to a due date, in one word, and by which rule. Pure.

Noted by `rules.due.supplement` as it counts; whoever explains a due date takes it from there.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct

from events.deadline import Policy
from rules.due.terms import Due

Effect = Literal["restarted", "shifted", "extended", "reopened", "unmoved", "waiting", "too_late", "ignored"]
"""What an entry did to a due date. restarted, shifted, extended: it moved. reopened: it is the close of the day of the reopening,
as the result had been there at the due instant (DR-25). unmoved: the wait cost no day, or the new date was not later. waiting:
there is no due date until the clock resumes. too_late: it came after the due date (DR-24). ignored: the policy doesn't know such
a stop."""


class EntryEffect(Struct, frozen=True, kw_only=True, gc=False):
    """What one entry of a ledger did, by which rule (empty: none), and the due date after it (None while the clock waits)."""

    effect: Effect
    rule: str
    due: Due | None


RULES: Final[Mapping[Policy, str]] = MappingProxyType({"pause": "DR-20", "restart": "DR-21", "qd766": "DR-22"})
"""The rule of each policy."""
MOVES: Final[frozenset[Effect]] = frozenset({"restarted", "shifted", "extended", "reopened"})
"""What moves a due date."""


def rule_of(effect: Effect, applied: Policy) -> str:
    """The rule by which an entry did what it did, empty where it did nothing; a shift is one of PAUSE, but under 766."""
    match effect:
        case "restarted":
            return RULES["restart"]
        case "shifted":
            return RULES["qd766" if applied == "qd766" else "pause"]
        case "extended" | "reopened":
            return "DR-25"
        case "too_late":
            return "DR-24"
        case _:
            return ""
