"""What is reported of one invented dossier or feedback, act by act, in the order of time.

Pure: randomness comes in as an argument; an action is a plain structured CloudEvent as a counter system would send it. From
`Plan.live_from` on the counter reports live (the network was away, so it comes late), before that as history.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Literal
from uuid import UUID

from demo.lives.words import REORGANISATION_BASIS
from demo.reference import Procedure, Unit
from events.results import ENDING_KIND_BY_TYPE
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from services.intake.domain import actions

ENDINGS = tuple(ENDING_KIND_BY_TYPE)

Person = Literal["counter", "officer", "head", "citizen"]
ROLES: Mapping[Person, tuple[str, str]] = {
    "counter": ("tiep-nhan", "officer"),
    "officer": ("thu-ly", "officer"),
    "head": ("lanh-dao", "head"),
    "citizen": ("nguoi-nop", "applicant"),
}
"""Role and kind of an actor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A reorganisation of units: from this instant on another unit has the dossier."""

    at: datetime
    new_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is known of a dossier at its beginning; `slowness` is the receiving unit's share of late work, 0..1."""

    source: str
    code: str
    unit: Unit
    procedure: Procedure
    channel: int
    begins_at: datetime
    slowness: float
    agency_id: int | None
    end_on: date
    handover: Handover | None = None
    live_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """By what due dates are computed, so that lives can be aimed at them."""

    calendar: Calendar
    rule_set: RuleSet
    pausing_procedures: frozenset[str] = frozenset()
    """Procedures for which a financial duty stops the clock."""
    procedure_codes: tuple[str, ...] = ()
    """Every procedure that the counters know."""


@dataclass(slots=True)
class Life:
    """The actions so far, and the instant of the latest. `agenda`: what will be done beside the main course."""

    plan: Plan
    random: Random
    law: Law
    now: datetime
    actions: list[dict[str, Any]] = field(default_factory=list)
    agenda: list[tuple[datetime, str, dict[str, Any], Person]] = field(default_factory=list)
    is_cut: bool = False
    is_handed_over: bool = False

    @property
    def calendar(self) -> Calendar:
        """The working calendar of the unit."""
        return self.law.calendar

    @property
    def is_open(self) -> bool:
        """Whether it was accepted and has not ended since."""
        last = next((one["type"] for one in reversed(self.actions) if one["type"] in (*_TURNS, *ENDINGS)), "")
        return last in _TURNS

    @property
    def is_over(self) -> bool:
        """Whether it ended, or was rejected at intake."""
        return not self.is_open and any(one["type"] in (*ENDINGS, "intake-rejected.v1") for one in self.actions)

    @property
    def unit_id(self) -> int:
        """The unit that is responsible now."""
        return self._unit_at(self.now)

    @property
    def head_id(self) -> str:
        """Who approves what an officer of the unit does: never the officer (a second person)."""
        return f"ld-{self.unit_id}"

    @property
    def last_id(self) -> str:
        """Under which id the latest action is recorded."""
        return event_id_of(self.actions[-1])

    def act(self, event_type: str, at: datetime, data: Mapping[str, Any], by: Person = "officer") -> bool:
        """Report something; False: it lies beyond the end of the window, and nothing is reported from then on."""
        at = max(at, self.now)
        self.is_cut = self.is_cut or at.date() > self.plan.end_on
        if self.is_cut:
            return False
        self._hand_over(at)
        self._record(event_type, at, data, by)
        return True

    def later(self, event_type: str, at: datetime, data: Mapping[str, Any], by: Person = "officer") -> None:
        """Put something beside the main course on the agenda."""
        self.agenda.append((at, event_type, dict(data), by))

    def pass_until(self, until: datetime) -> None:
        """Do what is on the agenda before an instant, in the order of time."""
        due = sorted((one for one in self.agenda if one[0] < until), key=lambda one: one[0])
        self.agenda = [one for one in self.agenda if one[0] >= until]
        for at, event_type, data, by in due:
            if at >= self.now:
                self.act(event_type, at, data, by)

    def work(self, hours: float) -> datetime:
        """The instant after so many working hours."""
        return self.after(self.now, hours)

    def after(self, at: datetime, hours: float) -> datetime:
        """The instant so many working hours after another."""
        return self.calendar.add_working_time(self.calendar.effective_start(at), timedelta(hours=hours))

    def date_only(self, day: date) -> str:
        """A date without a time, as some counter systems state it."""
        return datetime.combine(day, time(), self.calendar.zone).isoformat()

    def chance(self, share: float) -> bool:
        """Whether something of that share happens."""
        return self.random.random() < share

    def _hand_over(self, at: datetime) -> None:
        handover = self.plan.handover
        if handover is None or self.is_handed_over or at < handover.at or not self.is_open:
            return
        self.is_handed_over = True
        data = {
            "old_unit_id": self.plan.unit.unit_id, "new_unit_id": handover.new_unit_id, "legal_basis": REORGANISATION_BASIS,
        }  # fmt: skip
        self._record("dossier-reassigned-by-reorganisation.v1", handover.at, data, "head")

    def _record(self, event_type: str, at: datetime, data: Mapping[str, Any], by: Person) -> None:
        self.now = at
        plan, (role, kind), unit_id = self.plan, ROLES[by], self._unit_at(at)
        is_live = plan.live_from is not None and at >= plan.live_from
        actor = f"ld-{unit_id}" if by == "head" else f"cb-{unit_id}-{self.random.randrange(1, 6)}"
        self.actions.append(
            {
                "specversion": "1.0",
                "id": str(UUID(int=self.random.getrandbits(128), version=4)),
                "source": plan.source,
                "type": event_type,
                "subject": plan.code,
                "time": at.isoformat(),
                "datacontenttype": "application/json",
                "unitid": unit_id,
                "actorid": f"nd-{plan.code}" if by == "citizen" else actor,
                "actorrole": role,
                "actorkind": kind,
                "channel": plan.channel,
                "dossiercode": plan.code,
                **({} if is_live else {"history": True}),
                "data": dict(data),
            }
        )

    def _unit_at(self, at: datetime) -> int:
        handover = self.plan.handover
        return self.plan.unit.unit_id if handover is None or at < handover.at else handover.new_unit_id


_TURNS = ("dossier-accepted.v1", "dossier-reopened.v1")


def action_time(action: Mapping[str, Any]) -> datetime:
    """When an action happened."""
    return datetime.fromisoformat(action["time"])


def event_id_of(action: Mapping[str, Any]) -> str:
    """Under which id intake records an action: what its receipt says."""
    return actions.event_id_of(action["source"], action["id"])
