"""When a dossier is due, as the clocks themselves say it at its acceptance: for the slip that the citizen gets (DR-25). Pure.

Nothing is counted here: the facts of the stream up to its acceptance are folded as the deadline worker will fold them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from rules.clocks.instants import Instant, instant
from rules.clocks.planning import Planner
from rules.clocks.replay import Told, replay
from rules.clocks.transition import DOSSIER
from services.intake.domain.actions import DueDates
from services.intake.domain.effect import fact_as_recorded

ACCEPTANCE = "dossier-accepted.v1"


def due_at_acceptance(stream: Sequence[Mapping[str, Any]], planner: Planner) -> DueDates | None:
    """The due dates with which a dossier was accepted. `stream`: its events in structured form, in order, at least up to that.

    None before an acceptance, and where no clock could be armed for it (AL-7).
    """
    last = next((number for number, one in enumerate(stream) if one["type"] == ACCEPTANCE), None)
    if last is None:
        return None
    after = replay([Told(fact_as_recorded(one)) for one in stream[: last + 1]], planner)[-1].after
    clock = after.clock(DOSSIER) if after else None
    legal_context = planner.legal_context(after.subject) if after else None
    if clock is None or legal_context is None:
        return None
    zone = legal_context.calendar.zone

    return DueDates(
        original_due_at=_local(clock.original_due_at, zone),
        lawful_due_at=_local(clock.lawful_due_at, zone),
        promised_due_at=_local(clock.promised_due_at, zone),
        is_provisional=legal_context.is_provisional(clock),
    )


@lru_cache(maxsize=4_096)  # what is accepted on one day is mostly due on one day
def _local(at: Instant, zone: tzinfo) -> datetime:
    return instant(at).astimezone(zone)
