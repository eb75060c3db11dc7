"""Event -> fact: what a clock reads of each event, for the live worker, the bulk path and the explanation alike. Pure.

How each is read stands in the module of its theme; `FACT_BY_CLASS` and `SAYS_NOTHING` together name every type of
`dossier-events`, and a test holds them together.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from events.envelope import EnvelopeCore
from rules.clocks.facts_by_theme import clock_stops, control, feedback, handling, lateness, results, submission
from rules.clocks.facts_by_theme.fact import About, Fact, Maker, Order, Reading, Silent
from rules.clocks.instants import Instant, micros


def fact_of(envelope: EnvelopeCore, data: Any, known_at: Instant) -> Fact:
    """The fact of one event of `dossier-events`. `known_at`: its record's time in the log, microseconds UTC."""
    about: About = (
        envelope.stream_seq,
        envelope.event_id,
        envelope.event_type,
        micros(envelope.occurred_at),
        known_at,
        envelope.is_history,
        envelope.opened_on.toordinal(),
        envelope.unit_id,
    )
    kind = type(data)
    make = FACT_BY_CLASS.get(kind)
    if make is None:
        return Fact(*about)
    if kind in DATED:
        about = (*about, micros(envelope.recorded_at))
    return make(about, envelope, data)


_READINGS: Final[Mapping[type[Any], Reading]] = MappingProxyType(
    {
        **submission.READINGS,
        **handling.READINGS,
        **clock_stops.READINGS,
        **results.READINGS,
        **lateness.READINGS,
        **feedback.READINGS,
        **control.READINGS,
    }
)
FACT_BY_CLASS: Final[Mapping[type[Any], Maker]] = MappingProxyType(
    {event_class: reading.make for event_class, reading in _READINGS.items()}
)
"""How a fact is made of each event that says something to a clock."""

DATED: Final = frozenset(event_class for event_class, reading in _READINGS.items() if reading.fact.is_dated)
"""Events whose effect depends on when they happened: recorded late, they are judged by their recording (DR-31, B14)."""

ORDERS: Final = frozenset(event_class for event_class, reading in _READINGS.items() if issubclass(reading.fact, Order))
"""Events whose fact is an `Order`, so that it can be told without their data."""

SAYS_NOTHING: Final[Silent] = MappingProxyType(
    {**clock_stops.SAYS_NOTHING, **results.SAYS_NOTHING, **control.SAYS_NOTHING}
)
"""Events that only have their place in the stream, and why."""
