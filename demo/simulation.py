"""Weeks at the counters of one province, made from a seed: the same seed gives the same actions, to the byte.

Two windows of the real calendar: spring 2025 (three levels; make-up Saturday 26/04 and the holidays of 30/04) and Tết 2026 (no
districts any more). Real units, real procedures with their terms, working hours of the real calendar; what people do is invented.
Pure: nothing is read or sent here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from demo.dossier_life import DossierPlan, Life, action_time, live
from demo.reference import Procedure, Unit, procedures_at, units_at
from rules.book.rulebook import Rulebook

SOURCE = "urn:motcua:demo:counter"
PORTAL_SOURCE = "urn:motcua:demo:portal"
SHARE_BY_LEVEL = {"commune": 0.78, "district": 0.14, "province": 0.08}
LONGEST_TERM = {"hour": 80, "working_day": 45, "calendar_day": 60, "month": 2, "same_day": 1}
"""Longer terms would leave most dossiers of a few weeks open; a year's term runs past the published calendar."""
CHANNELS = (1, 2, 3)
CHANNEL_SHARES = (0.55, 0.38, 0.07)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Dossiers are accepted from `first_on` to `last_on`; nothing happens after `end_on` (local days).

    `is_finished`: every dossier ends in the window, because its unit does not exist any more after it.
    """

    first_on: date
    last_on: date
    end_on: date
    is_finished: bool = False


WINDOWS = (
    Window(first_on=date(2025, 4, 14), last_on=date(2025, 5, 23), end_on=date(2025, 6, 27), is_finished=True),
    Window(first_on=date(2026, 2, 2), last_on=date(2026, 3, 13), end_on=date(2026, 3, 15)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What the simulation takes from the real world."""

    units: Sequence[Unit]
    procedures: Sequence[Procedure]
    rulebook: Rulebook


def simulate(reference: Reference, seed: int, dossiers: int) -> list[dict[str, Any]]:
    """All actions in the order of their time, as structured CloudEvents; about `dossiers` dossiers in the two windows."""
    random = Random(seed)  # noqa: S311  # a simulation, not a secret
    actions: list[tuple[datetime, int, dict[str, Any]]] = []
    for window in WINDOWS:
        for life in _lives(reference, window, dossiers // len(WINDOWS), random):
            actions.extend((action_time(one), len(actions) + place, one) for place, one in enumerate(life.actions))
    actions.sort(key=lambda one: one[:2])
    return [one for _, _, one in actions]


def _lives(reference: Reference, window: Window, dossiers: int, random: Random) -> Iterator[Life]:
    calendar = reference.rulebook.default_calendar
    days = [window.first_on + timedelta(days=n) for n in range((window.last_on - window.first_on).days + 1)]
    # The counters are open on working days; the portal takes dossiers on any day.
    weights = [1.0 if calendar.is_working_day(day) else 0.06 for day in days]
    place = CounterPlace(reference, window.first_on, random)
    numbers: dict[tuple[int, date], int] = {}
    for _ in range(dossiers):
        day = random.choices(days, cum_weights=list(accumulate(weights)))[0]
        is_working_day = calendar.is_working_day(day)
        unit = place.unit(random)
        channel = 2 if not is_working_day else random.choices(CHANNELS, CHANNEL_SHARES)[0]
        numbers[unit.unit_id, day] = numbers.get((unit.unit_id, day), 0) + 1
        plan = DossierPlan(
            source=PORTAL_SOURCE if channel == 2 else SOURCE,
            code=f"H57.{unit.code}-{day:%y%m%d}-{numbers[unit.unit_id, day]:04d}",
            unit=unit,
            procedure=place.procedure(unit, random),
            channel=channel,
            accepted_at=_accepted_at(calendar.zone, day, random, is_online=channel == 2, is_working_day=is_working_day),
            slowness=place.slowness(unit),
            transfer_to=place.agency(unit, random),
            end_on=window.end_on,
        )
        life = live(plan, calendar, reference.rulebook.default_rule_set, random)
        if life.is_ended or not window.is_finished:
            yield life


def _accepted_at(zone: Any, day: date, random: Random, *, is_online: bool, is_working_day: bool) -> datetime:
    if is_online and (not is_working_day or random.random() < 0.25):
        minute = random.randrange(6 * 60, 23 * 60)
    else:
        minute = random.choice((random.randrange(450, 690), random.randrange(780, 1019)))
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, random.randrange(60), tzinfo=zone)


class CounterPlace:
    """Which unit gets a dossier, how busy and how slow each is; drawn once per window."""

    def __init__(self, reference: Reference, day: date, random: Random) -> None:
        self._units = units_at(reference.units, day)
        self._levels = [level for level in SHARE_BY_LEVEL if any(unit.level == level for unit in self._units)]
        self._by_level = {level: [one for one in self._units if one.level == level] for level in self._levels}
        self._weights = {one.unit_id: random.uniform(0.4, 1.8) for one in self._units}
        self._slowness = {one.unit_id: random.betavariate(1.6, 9.0) for one in self._units}
        procedures = [
            one for one in procedures_at(reference.procedures, day) if one.term_value <= LONGEST_TERM[one.term_unit]
        ]
        self._procedures = {
            level: [one for one in procedures if one.level == level] or list(procedures) for level in self._levels
        }

    def unit(self, random: Random) -> Unit:
        """The unit that receives the next dossier."""
        level = random.choices(self._levels, [SHARE_BY_LEVEL[one] for one in self._levels])[0]
        units = self._by_level[level]
        return random.choices(units, [self._weights[one.unit_id] for one in units])[0]

    def procedure(self, unit: Unit, random: Random) -> Procedure:
        """A procedure of the unit's level."""
        return random.choice(self._procedures[unit.level])

    def slowness(self, unit: Unit) -> float:
        """The unit's share of late work, 0..1."""
        return self._slowness[unit.unit_id]

    def agency(self, unit: Unit, random: Random) -> int | None:
        """The unit above, when the dossier has to go there."""
        return unit.parent_id if unit.parent_id and random.random() < 0.18 else None
