"""Random but plausible dossiers and units from a seed: the material of the property, engine and Kafka tests."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from services.stats.domain.levels import UnitPeriod
from services.stats.domain.periods import LAST_DAY
from tests.unit.stats.dossiers import ZONE, Dossier

PROVINCE, DISTRICTS, COMMUNES, UNREGISTERED = 1, (20, 21), (300, 301, 302, 303), 999
START, REORGANISED, REORGANISED_AGAIN = date(2025, 1, 1), date(2025, 7, 1), date(2026, 1, 15)
FIRST_ACCEPTED = datetime(2025, 5, 20, tzinfo=ZONE)
"""Dossiers are accepted within a year from here: across the end of the districts."""


def unit(unit_id: int, level: str, parent_id: int, valid_from: date, valid_until: date = LAST_DAY) -> UnitPeriod:
    return UnitPeriod(
        unit_id=unit_id, code=str(unit_id), name=f"Đơn vị {unit_id}", level=level, unit_type="", parent_id=parent_id,
        valid_from=valid_from, valid_until=valid_until, legal_basis="",
    )  # fmt: skip


def three_levels() -> list[UnitPeriod]:
    """A province, two districts that end on 1 July 2025, four communes; one commune ends, one begins then."""
    units = [unit(PROVINCE, "province", 0, START)]
    units += [unit(one, "district", PROVINCE, START, REORGANISED) for one in DISTRICTS]
    units += [unit(one, "commune", DISTRICTS[nth % 2], START, REORGANISED) for nth, one in enumerate(COMMUNES[:3])]
    units += [unit(one, "commune", PROVINCE, REORGANISED) for one in COMMUNES[1:]]
    return units


def two_provinces() -> list[UnitPeriod]:
    """The same, but from 15 January 2026 one commune lies in another province."""
    moved = [one for one in three_levels() if one.unit_id != COMMUNES[3]]
    moved += [unit(2, "province", 0, START), unit(COMMUNES[3], "commune", PROVINCE, REORGANISED, REORGANISED_AGAIN)]
    return [*moved, unit(COMMUNES[3], "commune", 2, REORGANISED_AGAIN)]


def random_dossiers(seed: int, count: int) -> list[Dossier]:
    """`count` dossiers; the same seed gives the same events."""
    chance = random.Random(seed)
    return [_dossier(chance, f"{seed:04d}-{nth:06d}") for nth in range(count)]


def _dossier(chance: random.Random, name: str) -> Dossier:
    unit_id = chance.choice((*COMMUNES, *COMMUNES, DISTRICTS[0], PROVINCE, UNREGISTERED))
    dossier = Dossier(name, unit_id, chance.choice((0, 1, 1, 2, 3)), is_history=chance.random() < 0.3)
    when = FIRST_ACCEPTED + timedelta(minutes=chance.randrange(365 * 24 * 60))
    dossier.accepted(when, f"1.00{chance.randrange(4)}")
    has_deadline = chance.random() < 0.93
    if has_deadline:
        due = when + timedelta(hours=chance.choice((4, 30, 72, 120, 240)))
        by_instant = chance.random() < 0.3
        zone = "Europe/Amsterdam" if chance.random() < 0.2 else "Asia/Ho_Chi_Minh"
        dossier.due_at(due, "instant" if by_instant else "date", zone)
    for _ in range(chance.randrange(3)):
        when = _middle(chance, dossier, when, has_deadline=has_deadline)
    if has_deadline and chance.random() < 0.3:
        _breach(chance, dossier)
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        # To another unit, or as if another than the one that counts it had held it: that moves no stock.
        old = chance.choice((dossier.counted_by, dossier.counted_by, UNREGISTERED))
        dossier.reassigned(
            chance.choice((*COMMUNES, PROVINCE)), when + timedelta(hours=chance.randrange(-50, 400)), old
        )
    if chance.random() < 0.75:
        _end(chance, dossier, when)
        if dossier.seq % 5 == 0:
            _correct(dossier, when + timedelta(days=3))
        if chance.random() < 0.3:
            _go_on(chance, dossier, when + timedelta(days=chance.choice((0, 1, 10, 40))))
    return dossier


def _middle(chance: random.Random, dossier: Dossier, when: datetime, *, has_deadline: bool) -> datetime:
    when += timedelta(minutes=chance.randrange(4000))
    match chance.randrange(8):
        case 0:
            dossier.supplement_requested(when)
            if chance.random() < 0.7:
                when += timedelta(minutes=chance.randrange(9000))
                dossier.supplement_completed(when)
                if has_deadline:
                    dossier.due_moved(when + timedelta(hours=chance.choice((30, 100))), when)
        case 1:
            dossier.transferred(chance.choice(COMMUNES), when)
        case 2 if has_deadline:
            dossier.apologised(when).due_moved(when + timedelta(hours=60), when, "reappointment")
        case 3:
            dossier.flagged(chance.choice(("order", "backdated")), when)
        case 4:
            dossier.transferred(chance.choice(COMMUNES), when).transfer_refused(when)
        case 5 | 6 if has_deadline:
            when = _by_the_clock(chance, dossier, when)
        case _:
            _correct(dossier, when)
    return when


def _correct(dossier: Dossier, when: datetime) -> None:
    """Of any event so far, also one that a correction can't touch, or of none that is known; by a chance of its own."""
    chance = random.Random(f"{dossier.name}/{dossier.seq}")
    fields: dict[str, Any] = {}
    if chance.random() < 0.7:
        fields["time"] = (when + timedelta(hours=chance.randrange(-400, 40))).isoformat()
    if chance.random() < 0.4:
        fields["unitid"] = chance.choice((*COMMUNES, UNREGISTERED))
    dossier.corrected(when, chance.randrange(dossier.seq + 1), **fields)


def _by_the_clock(chance: random.Random, dossier: Dossier, when: datetime) -> datetime:
    """Its calendar changes, or a clock stands still: sometimes another one than the dossier's."""
    kind = chance.choice(("dossier", "dossier", "step"))
    if chance.random() < 0.5:
        dossier.recomputed(when + timedelta(hours=chance.choice((30, 100))), when, kind)
        return when
    if kind == "dossier" and dossier.is_paused:
        return when
    dossier.clock_paused(when, chance.choice(("financial_duty", "supplement")), kind)
    if chance.random() < 0.7:
        when += timedelta(minutes=chance.randrange(9000))
        dossier.clock_resumed(when, kind=kind)
    return when


def _breach(chance: random.Random, dossier: Dossier) -> None:
    due_at = dossier.due["lawful_due_at"]
    assert isinstance(due_at, datetime)
    held_by = chance.choice((*COMMUNES, UNREGISTERED))
    dossier.breached(due_at, held_by).apology_owed(due_at, due_at - timedelta(days=1), held_by)
    if chance.random() < 0.5:
        dossier.apologised(due_at + timedelta(hours=chance.randrange(-60, 60)))


def _end(chance: random.Random, dossier: Dossier, when: datetime) -> None:
    # Some rows of real registers end before they start; they are recorded and counted all the same.
    when += timedelta(minutes=chance.randrange(-3000, 12000))
    recorded_at = when + timedelta(minutes=chance.choice((0, 1, 14, 16, 3000)))
    match chance.randrange(8):
        case 0:
            dossier.withdrawn(when)
        case 1:
            dossier.stopped(when)
        case 2:
            dossier.returned(when)
        case 3:
            # Two endings: the first counts.
            dossier.ready(when, recorded_at).stopped(when + timedelta(hours=1))
        case _:
            dossier.ready(when, recorded_at)
            if chance.random() < 0.2:
                dossier.approved_late_record(recorded_at)
            dossier.delivered(when + timedelta(days=1))


def _go_on(chance: random.Random, dossier: Dossier, when: datetime) -> None:
    dossier.reopened(when)
    if chance.random() < 0.3:
        dossier.reassigned(chance.choice(COMMUNES), when + timedelta(hours=chance.randrange(50)))
    if chance.random() < 0.6:
        _end(chance, dossier, when + timedelta(days=1))
        if chance.random() < 0.3:
            dossier.reopened(when + timedelta(days=chance.choice((0, 3, 30))))
