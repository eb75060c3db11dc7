"""What all facts have in common, and how a fact is read of an event. Pure.

Instants are whole microseconds UTC.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from msgspec import Struct

from events.dossier import GivenTerm, TermUnit
from events.envelope import EnvelopeCore
from rules.clocks.instants import Instant, micros


class Fact(Struct, frozen=True, gc=False):
    """Common to all; by itself it is an event that says nothing to any clock, but has its place in the stream.

    The day of opening and the unit are read where a stream may begin with the fact. What the fold asks of a kind of fact:
    whether it contradicts a dossier that was not accepted, or that has ended; and whether it can't be passed over where the
    events before it are missing; and whether what it does depends on its time, so that it matters when it was recorded (DR-31).

    What is common may be given in its order, as `About` has it: by name it would take three times as long.
    """

    is_dated: ClassVar[bool] = False
    needs_acceptance: ClassVar[bool] = False
    only_while_open: ClassVar[bool] = False
    needs_a_state: ClassVar[bool] = False

    seq: int
    event_id: str
    event_type: str
    at: Instant
    known_at: Instant
    is_history: bool = False
    opened_on: int = 1
    unit_id: int = 0
    recorded_at: Instant = 0
    """Read of what `is_dated` only; else 0, which is long after nothing."""


class Order(Fact, frozen=True, kw_only=True):
    """What an office orders about a dossier: it may bear an earlier date without anything of the past being on its way."""


class TermGiven(Struct, frozen=True, array_like=True, gc=False):
    """A term as an event states it."""

    value: int
    unit: TermUnit


class Opening(Fact, frozen=True, kw_only=True):
    """A first event: what the stream's deadline events repeat of it."""

    dossier_code: str | None = None
    procedure_code: str | None = None
    calendar_id: str | None = None


About = (
    tuple[int, str, str, Instant, Instant, bool, int, int]
    | tuple[int, str, str, Instant, Instant, bool, int, int, Instant]
)
"""The fields that every fact has, in their order; of what is dated also when it was recorded."""
Maker = Callable[[About, EnvelopeCore, Any], Fact]


class Reading(NamedTuple):
    """Which fact an event becomes, and how it is made of the event's data."""

    fact: type[Fact]
    make: Maker


Readings = Mapping[type[Any], Reading]
Silent = Mapping[type[Any], str]
"""Events that only have their place in the stream, and why."""


def same(fact: type[Fact], *names: str, **fixed: Any) -> Reading:
    """A fact that repeats some fields of its event as they are."""
    make: Callable[..., Fact] = fact

    def made(about: About, _: EnvelopeCore, data: Any) -> Fact:
        if not names:
            return make(*about, **fixed)
        told: dict[str, Any] = {name: getattr(data, name) for name in names}
        return make(*about, **told, **fixed)

    return Reading(fact, made)


def opening(envelope: EnvelopeCore, data: Any) -> dict[str, Any]:
    """What a first event says of its stream."""
    return {
        "dossier_code": envelope.dossier_code,
        "procedure_code": getattr(data, "procedure_code", None),
        "calendar_id": getattr(data, "calendar_id", None),
    }


def instant_or_none(at: datetime | None) -> Instant | None:
    """An instant of an event, where it names one."""
    return None if at is None else micros(at)


def given_term(given: GivenTerm | None) -> TermGiven | None:
    """A term of an event, where it gives one."""
    return None if given is None else TermGiven(given.value, given.unit)
