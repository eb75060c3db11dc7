"""What the figures would become by the files alone: the clocks' own fold and the statistics' own fold, in this process.

In go the events of one dossier as intake would record them; out comes the row of facts that the statistics would have.
Nothing is judged here. Counts are those of all time, of the unit that received the dossier. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from events.catalog import TYPE_BY_CLASS
from events.codec import dumps, from_structured
from events.data_codec import plain
from events.deadline_data import CLOCK_SOURCE
from rules.clocks.derived_events import DerivedEvent, event_id_of
from rules.clocks.fact_of import fact_of
from rules.clocks.fold import FoldContext, pass_time
from rules.clocks.instants import instant, micros
from rules.clocks.log_time import told_late_at
from rules.clocks.planning import Planner
from rules.clocks.state import StreamState
from rules.clocks.taking import take
from services.intake.domain.sealing import Sealed
from services.stats.domain.facts import DossierFacts, fold
from services.stats.domain.levels import Places
from services.stats.domain.periods import FAR_FUTURE
from services.stats.domain.rows import DossierKey, KnownEvent, known_event

FIGURE_HEADS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "received": "Nhận",
        "resolved": "Xong",
        "early": "Sớm",
        "on_time": "Đúng",
        "late": "Trễ",
        "unknown": "K.rõ",
        "terminated": "Dừng",
        "open": "Còn",
    }
)
"""What a table of a dry run shows, each as the catalogue of figures defines it, over all time; and what stands above it, short,
so that a terminal of 80 columns shows whole numbers."""
FIGURES: Final = (*FIGURE_HEADS, "open_unknown", "apology_required", "apology_missing")
"""What a dry run counts."""


def facts_of(sealed: Iterable[Sealed], planner: Planner, seen_at: datetime) -> DossierFacts | None:
    """The row of facts of one dossier, seen at an instant; None for a stream that is no accepted dossier."""
    context = FoldContext(planner)
    state: StreamState | None = None
    known: list[KnownEvent] = []
    key: DossierKey | None = None
    for one in sealed:
        event = from_structured(one.structured)
        about = event.envelope
        key = key or DossierKey(about.opened_on, about.dossier_id)
        known.append(known_event(event))
        fact = fact_of(about, event.data, micros(about.recorded_at))
        # As an import is told: nothing falls due between two facts of the past.
        state, derived = take(state, fact, 0, told_late_at(fact), context)
        known += [_known(about.dossier_id, seen) for seen in derived]
    if state is not None and key is not None and not state.aside:
        until, emitted = micros(seen_at), list[DerivedEvent]()
        if state.next_at < until:
            pass_time(state, until, until, context, emitted)
        known += [_known(key.dossier_id, seen) for seen in emitted]
    return fold(key, known, Places([])) if key is not None else None


def _known(dossier_id: str, derived: DerivedEvent) -> KnownEvent:
    subject = derived.subject
    return KnownEvent(
        event_id=event_id_of(dossier_id, derived),
        stream_seq=derived.seq,
        event_type=TYPE_BY_CLASS[derived.kind],  # type: ignore[index]  # a kind is the class of its data
        occurred_at=instant(derived.at),
        recorded_at=instant(derived.detected_at),
        unit_id=derived.unit_id,
        dossier_code=subject.dossier_code or "",
        procedure_code=subject.procedure_code or "",
        channel=0,
        source=CLOCK_SOURCE,
        is_history=derived.is_history,
        data=dumps(plain(derived.data)).decode(),
    )


@dataclass(slots=True)
class UnitCounts:
    """The counts of dossiers by the unit that received them."""

    by_unit: dict[int, dict[str, int]] = field(default_factory=dict)

    def add(self, facts: DossierFacts) -> None:
        """Count one dossier."""
        counts = self.by_unit.setdefault(facts.unit_id, dict.fromkeys(FIGURES, 0))
        for name in _figures_of(facts):
            counts[name] += 1
        counts["apology_required"] += len(facts.obligations)
        counts["apology_missing"] += sum(one.apology_class == "missing" for one in facts.obligations)

    def total(self) -> dict[str, int]:
        """The sums over all units."""
        sums: dict[str, int] = defaultdict(int, dict.fromkeys(FIGURES, 0))
        for counts in self.by_unit.values():
            for name, count in counts.items():
                sums[name] += count
        return dict(sums)


def _figures_of(facts: DossierFacts) -> Iterator[str]:
    yield "received"
    match facts.outcome:
        case "open":
            yield "open"
            is_paused = any(until == FAR_FUTURE for _, until in facts.pauses)
            if facts.lawful_due_at is None and not is_paused:
                yield "open_unknown"
        case "terminated":
            yield "terminated"
        case outcome:
            yield "resolved"
            yield outcome
