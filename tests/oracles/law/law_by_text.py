"""What the law says of one dossier, by its text alone: due dates, classes, missed due dates, apologies, stops of the clock.

`judge` takes the events of ONE dossier as dicts: structured CloudEvents, each with `appended_at`, when it became known.
Written from `docs/rules` and the published data; plain, slow and apart from the product on purpose. Left out: corrections (B20),
feedback, and the clocks beside the dossier's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.oracles.law.apologies import Owed
from tests.oracles.law.book import Book
from tests.oracles.law.dossier import Dossier
from tests.oracles.law.log_time import Known, known, passed_before, passed_by_look
from tests.oracles.law.state import Verdict

Stop = tuple[datetime, datetime | None]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the law says at the end. `stands`: none (no clock or not accepted), open, paused or ended.

    `verdicts`: by the id of the ending. `breaches`: missed due dates with who held the dossier then. `stops`: from when to when
    the clock stood still for the citizen (None: still). `is_forgotten`: something came after
    TIME-6 had forgotten it. `turned_on`: what few lives meet and what this one turned on.
    """

    original: datetime | None
    lawful: datetime | None
    promised: datetime | None
    stands: str
    ended_at: datetime | None
    verdicts: Mapping[str, Verdict]
    breaches: Sequence[tuple[datetime, int]]
    obligations: Sequence[Owed]
    lapsed: Sequence[datetime]
    stops: Sequence[Stop]
    is_forgotten: bool
    turned_on: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Partition:
    """What else the partition of a dossier knew: every record of it in order, and which of them are the dossier's own."""

    records: Sequence[Known] = field(default_factory=tuple)
    own: Sequence[int] = field(default_factory=tuple)


def alone(events: Sequence[Mapping[str, Any]]) -> Partition:
    """A partition that has this dossier only."""
    return Partition(records=[known(one) for one in events], own=range(len(events)))


def judge(
    events: Sequence[Mapping[str, Any]], until: datetime, book: Book, partition: Partition | None = None
) -> Judgement:
    """Everything that the law says of a dossier at `until`, the instant up to which the last look may judge."""
    log = partition or alone(events)
    dossier = Dossier(book)
    before: Known | None = None
    last = -1
    for event, place in zip(events, log.own, strict=True):
        dossier.pass_until(passed_before(event, before, log.records[last + 1 : place + 1]))
        dossier.hear(event)
        before, last = known(event), place
    if before is not None:
        told_until = passed_by_look(until, before, log.records[last + 1 :])
        if told_until is not None:
            dossier.pass_until(told_until)
    return _judgement(dossier)


def _judgement(dossier: Dossier) -> Judgement:
    has_clock = dossier.clock is not None
    return Judgement(
        original=dossier.original if has_clock else None,
        lawful=dossier.lawful if has_clock else None,
        promised=dossier.promised if has_clock else None,
        stands=dossier.stands,
        ended_at=dossier.ending.at if dossier.ending else None,
        verdicts=dossier.verdicts,
        breaches=sorted(dossier.breaches.items()),
        obligations=dossier.apologies.standing(dossier.approved),
        lapsed=dossier.apologies.lapsed(),
        stops=dossier.stops(),
        is_forgotten=dossier.is_forgotten,
        turned_on=frozenset(dossier.turned_on),
    )
