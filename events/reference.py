"""What is said about reference things: the events of the topic `reference-events`, by theme (ADR 0020)."""

from events.officers import *  # noqa: F403  # this module is its themes together
from events.officers import OfficerEvent
from events.reference_data import *  # noqa: F403
from events.units import *  # noqa: F403
from events.units import UnitEvent

ReferenceEvent = UnitEvent | OfficerEvent
"""Everything that can be said about a reference thing."""
