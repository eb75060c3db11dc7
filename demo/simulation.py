"""Weeks at the counters of one province, made from a seed: the same seed gives the same actions, to the byte.

Two windows of the real calendar: spring and summer 2025 (three levels until the reorganisation of 01/07/2025; make-up Saturday
26/04 and the holidays of 30/04) and Tết 2026 (no districts; towards its end some communes are without network and report late).
Real units, real procedures with their terms, working hours of the real calendar; what people do is invented.
Pure: nothing is read or sent here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from demo.counter_place import CounterPlace
from demo.lives.course import live
from demo.lives.feedback import complain
from demo.lives.life import Handover, Law, Life, Plan, action_time
from demo.reference import Procedure, Unit, units_at
from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook

SOURCE = "urn:motcua:demo:counter"
PORTAL_SOURCE = "urn:motcua:demo:portal"
CHANNELS = (1, 2, 3)
CHANNEL_SHARES = (0.55, 0.38, 0.07)
FEEDBACK_SHARE = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Dossiers are accepted from `first_on` to `last_on`; nothing happens after `end_on` (local days).

    `is_finished`: every dossier ends in the window. `reorganised_on`: units end, and what is open goes to those that take over.
    `cut_off_from`: some communes have no network from then on; what happens there is reported live, and late.
    """

    first_on: date
    last_on: date
    end_on: date
    is_finished: bool = False
    reorganised_on: date | None = None
    cut_off_from: date | None = None


WINDOWS = (
    Window(
        first_on=date(2025, 4, 14),
        last_on=date(2025, 6, 25),
        end_on=date(2025, 7, 18),
        is_finished=True,
        reorganised_on=date(2025, 7, 1),
    ),
    Window(
        first_on=date(2026, 2, 2), last_on=date(2026, 3, 13), end_on=date(2026, 3, 15), cut_off_from=date(2026, 3, 9)
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What the simulation takes from the real world. `successions`: which unit took over from each that ended."""

    units: Sequence[Unit]
    successions: Mapping[int, int]
    procedures: Sequence[Procedure]
    rulebook: Rulebook
    catalogue: ProcedureCatalogue


def simulate(reference: Reference, seed: int, dossiers: int) -> list[dict[str, Any]]:
    """All actions as structured CloudEvents: history in the order of its time, then what is reported live, in that order too.

    About `dossiers` dossiers in the two windows, and some feedback.
    """
    random = Random(seed)  # noqa: S311  # a simulation, not a secret
    actions: list[tuple[bool, datetime, int, dict[str, Any]]] = []
    for window in WINDOWS:
        for life in _Weeks(reference, window, random).lives(dossiers // len(WINDOWS)):
            actions.extend(
                ("history" not in one, action_time(one), len(actions) + n, one) for n, one in enumerate(life.actions)
            )
    actions.sort(key=lambda one: one[:3])
    return [action for *_, action in actions]


class _Weeks:
    """The weeks of one window: places, days, and the numbers that dossiers were given."""

    def __init__(self, reference: Reference, window: Window, random: Random) -> None:
        self._reference, self._window, self._random = reference, window, random
        self._calendar = calendar = reference.rulebook.default_calendar
        self._law = _law(reference, window)
        self._place = CounterPlace(
            units_at(reference.units, window.first_on), reference.procedures, window.first_on, random
        )
        self._days = [window.first_on + timedelta(days=n) for n in range((window.last_on - window.first_on).days + 1)]
        # The counters are open on working days; the portal takes dossiers on any day.
        self._weights = list(accumulate(1.0 if calendar.is_working_day(day) else 0.06 for day in self._days))
        self._numbers: dict[tuple[int, date], int] = {}

    def lives(self, dossiers: int) -> Iterator[Life]:
        """So many dossiers, less those that a finished window can't have; each with the feedback about it."""
        for _ in range(dossiers):
            life = live(self._plan(), self._law, self._random)
            if life.is_over or not self._window.is_finished:
                yield life
                if self._random.random() < FEEDBACK_SHARE:
                    yield complain(self._of_feedback(life.plan), self._law, life)

    def _plan(self) -> Plan:
        random, calendar, window = self._random, self._calendar, self._window
        day = random.choices(self._days, cum_weights=self._weights)[0]
        unit = self._place.unit(random)
        channel = 2 if not calendar.is_working_day(day) else random.choices(CHANNELS, CHANNEL_SHARES)[0]
        return Plan(
            source=PORTAL_SOURCE if channel == 2 else SOURCE,
            code=f"H57.{unit.code}-{day:%y%m%d}-{self._number(unit, day):04d}",
            unit=unit,
            procedure=self._place.procedure(unit, random),
            channel=channel,
            begins_at=_handed_in_at(self._law, day, random, is_online=channel == 2),
            slowness=self._place.slowness(unit),
            agency_id=self._place.agency(unit, random),
            end_on=window.end_on,
            handover=self._handover(unit),
            live_from=self._live_from(unit),
        )

    def _number(self, unit: Unit, day: date) -> int:
        number = self._numbers[unit.unit_id, day] = self._numbers.get((unit.unit_id, day), 0) + 1
        return number

    def _of_feedback(self, about: Plan) -> Plan:
        """The feedback comes within two weeks of what it is about."""
        begins_at = self._calendar.effective_start(about.begins_at + timedelta(days=self._random.uniform(1, 14)))
        return replace(about, code=about.code.replace("H57.", "PAKN."), begins_at=begins_at)

    def _handover(self, unit: Unit) -> Handover | None:
        day = self._window.reorganised_on
        if day is None or unit.level == "province":
            return None
        # A district has no successor: what it had open goes to a commune of its place (OR-7).
        ended = [unit.unit_id] if unit.level == "commune" else self._place.communes_of(unit)
        new_unit_id = self._reference.successions[self._random.choice(ended)]
        return Handover(at=self._calendar.start_of_first_session(day), new_unit_id=new_unit_id)

    def _live_from(self, unit: Unit) -> datetime | None:
        day = self._window.cut_off_from
        if day is None or not self._place.is_remote(unit):
            return None
        return datetime.combine(day, time(), self._calendar.zone)


def _law(reference: Reference, window: Window) -> Law:
    day = window.first_on
    pausing = (one.code for one in reference.catalogue.procedures if one.has_financial_pause and one.is_valid_on(day))
    return Law(
        calendar=reference.rulebook.default_calendar,
        rule_set=reference.rulebook.default_rule_set,
        pausing_procedures=frozenset(pausing),
        procedure_codes=tuple(sorted({one.code for one in reference.procedures})),
    )


def _handed_in_at(law: Law, day: date, random: Random, *, is_online: bool) -> datetime:
    if is_online and (not law.calendar.is_working_day(day) or random.random() < 0.25):
        minute = random.randrange(6 * 60, 23 * 60)
    else:
        minute = random.choice((random.randrange(450, 690), random.randrange(780, 1019)))
    return datetime.combine(day, time(minute // 60, minute % 60, random.randrange(60)), law.calendar.zone)
