"""Which unit gets a dossier, how busy and how slow each is, and what is asked of it: drawn once per window. Pure."""

from collections.abc import Sequence
from datetime import date
from random import Random

from demo.reference import Procedure, Unit, procedures_at

SHARE_BY_LEVEL = {"commune": 0.78, "district": 0.14, "province": 0.08}
LONGEST_TERM = {"hour": 80, "working_day": 45, "calendar_day": 60, "month": 2, "same_day": 1}
"""Longer terms would leave most dossiers of a few weeks open; a year's term runs past the published calendar."""
REMOTE_SHARE = 0.2
"""Of the communes, how many have a network that fails."""


class CounterPlace:
    """The counters of one window; `units` are those of its first day."""

    def __init__(self, units: Sequence[Unit], procedures: Sequence[Procedure], day: date, random: Random) -> None:
        self._levels = [level for level in SHARE_BY_LEVEL if any(unit.level == level for unit in units)]
        self._by_level = {level: [one for one in units if one.level == level] for level in self._levels}
        self._weights = {one.unit_id: random.uniform(0.4, 1.8) for one in units}
        self._slowness = {one.unit_id: random.betavariate(1.6, 9.0) for one in units}
        communes = self._by_level["commune"]
        self._remote = {one.unit_id for one in random.sample(communes, round(len(communes) * REMOTE_SHARE))}
        offered = [one for one in procedures_at(procedures, day) if one.term_value <= LONGEST_TERM[one.term_unit]]
        self._procedures = {level: [one for one in offered if one.level == level] or offered for level in self._levels}

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

    def communes_of(self, district: Unit) -> list[int]:
        """The communes of a district."""
        return [one.unit_id for one in self._by_level["commune"] if one.parent_id == district.unit_id]

    def is_remote(self, unit: Unit) -> bool:
        """Whether the network of this unit fails."""
        return unit.unit_id in self._remote
