"""What is known of a dossier so far, and what follows from it: the ledger summed up, due dates moved, breaches told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tests.oracles.law.apologies import Apologies
from tests.oracles.law.book import Book
from tests.oracles.law.calendar import Calendar
from tests.oracles.law.holding import Holding
from tests.oracles.law.ledger import Law, Line, Sum, in_order, sum_up
from tests.oracles.law.terms import Due, Start, latest_letter

Event = Mapping[str, Any]
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How an ending stands: `by_policy` under PAUSE, RESTART and QĐ 766."""

    outcome: str
    judged_due_at: datetime | None
    by_policy: tuple[str, ...]
    is_backdated: bool
    is_approved: bool


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The ending that stands. `is_late`: recorded too late (DR-31); `is_exempt`: of history in its turn.

    `is_flagged`: recorded late after the due instant by what gave no result; it is classed as it is.
    """

    event_id: str
    at: datetime
    recorded_at: datetime
    is_exempt: bool
    is_late: bool = False
    is_flagged: bool = False


@dataclass(kw_only=True)
class Clock:
    """What the dossier's clock counts by. `pauses_for_duty`: a financial duty stops it (DR-20)."""

    start: Start
    calendar: Calendar
    pauses_for_duty: bool


def time_of(event: Event) -> datetime:
    """When it happened, as who reported it says."""
    return datetime.fromisoformat(event["time"])


class State:
    """What is known of a dossier; the handlers of the other modules change it, by the rules of theirs."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.holding = Holding()
        self.apologies = Apologies()
        self.clock: Clock | None = None
        self.is_accepted = False
        self.lines: list[Line] = []
        self.waiting: Line | None = None
        self.paid = 0
        self.owed_vnd = 0
        self.ending: Ending | None = None
        self.verdicts: dict[str, Verdict] = {}
        self.breaches: dict[datetime, int] = {}
        self.waits_for_approval: set[str] = set()
        self.approved: set[str] = set()
        self.reappointments = 0
        self.is_forgotten = False
        self.turned_on: set[str] = set()
        self.is_history = True
        self.opened: Event | None = None
        self.last_known: datetime | None = None
        self.original = self.lawful = self.promised = _NEVER

    def pass_until(self, until: datetime) -> None:
        """Say what fell due before an instant: the due date passed with the clock running (rung B0)."""
        if self.clock is None or self.ending or self.is_paused:
            return
        if self.lawful < until and self.lawful not in self.breaches:
            self.breach(self.sums().dues[self.book.policy], self.lawful)

    def breach(self, due: Due, due_at: datetime) -> None:
        """A due date was missed: it is owed by who holds the dossier (AR-08); `due`: by what else the letter is judged."""
        assert self.clock is not None
        self.breaches[due_at] = self.holding.holder
        latest_at = latest_letter(replace(due, at=due_at), self.clock.start, self.clock.calendar)
        self.apologies.owe(due_at, latest_at, self.holding.holder)

    @property
    def is_paused(self) -> bool:
        """Whether the clock stands still for the citizen."""
        return self.waiting is not None and len(self.lines) - 1 in self.sums().counted

    @property
    def stands(self) -> str:
        """none, open, paused or ended."""
        if self.ending:
            return "ended"
        if self.clock is None:
            return "none"
        return "paused" if self.is_paused else "open"

    def sums(self, lines: list[Line] | None = None) -> Sum:
        """What the ledger comes to now."""
        return sum_up(self.law(), self.lines if lines is None else lines)

    def law(self) -> Law:
        """By what the ledger is summed up now."""
        assert self.clock is not None
        return Law(
            start=self.clock.start, calendar=self.clock.calendar, policy=self.book.policy, approved=self.approved
        )

    def stops(self) -> list[tuple[datetime, datetime | None]]:
        """From when to when the clock stood still for the citizen."""
        if self.clock is None:
            return []
        counted = self.sums().counted
        return [
            (counted[number], max(line.ends_at, counted[number]) if line.ends_at else None)
            for number, line in enumerate(self.lines)
            if number in counted and line.cause in ("supplement", "financial_duty")
        ]

    def dated(self, event: Event, limits: list[datetime]) -> bool:
        """DR-31: whether it was recorded too late, with one of the limits between."""
        at, recorded_at = time_of(event), datetime.fromisoformat(event["recordedat"])
        is_late = recorded_at - at > self.book.tolerance and any(at <= one < recorded_at for one in limits)
        if is_late := is_late and not self.is_exempt(event):
            self.waits_for_approval.add(event["id"])
        return is_late

    def is_exempt(self, event: Event) -> bool:
        """B14: history in its turn."""
        return self.is_history and bool(event.get("history"))

    def limits(self) -> list[datetime]:
        """The limits of what acts on the dossier's clock: the lawful due date, and until when a letter is in time."""
        assert self.clock is not None
        due = replace(self.sums().dues[self.book.policy], at=self.lawful)
        return [self.lawful, latest_letter(due, self.clock.start, self.clock.calendar)]

    def line(self, event: Event, cause: str) -> Line:
        """A line of the ledger that an event begins."""
        return Line(
            cause=cause,
            event_id=event["id"],
            happened_at=time_of(event),
            recorded_at=datetime.fromisoformat(event["recordedat"]),
            is_late=self.dated(event, self.limits()),
        )

    def write(self, line: Line, place: int) -> None:
        """Into the ledger; what comes after the lawful due date of the moment counts for nothing (DR-24)."""
        self.lines.insert(place, line)
        begins_at = [at for _, at in in_order(self.law(), self.lines)][place]
        line.counts = begins_at <= self.lawful

    def is_out_of_order(self, event: Event) -> bool:
        """STATE-6: whether it happened before an earlier pause or extension."""
        return bool(self.lines) and time_of(event) < max(one.happened_at for one in self.lines)

    def recount(self) -> None:
        """The ledger anew as a whole: also whether each line came in time (DR-24)."""
        for line in self.lines:
            line.counts = None
        counted = self.sums().counted
        for number, line in enumerate(self.lines):
            line.counts = number in counted

    def move(self, due_at: datetime | None = None, *, lapses: bool = True) -> None:
        """What was owed for the due date before lapses, if it moves; else it is owed again (AR-01, DR-25)."""
        old = self.lawful
        if self.follow_ledger(due_at):
            if lapses:
                self.apologies.lapse(old)
        elif old in self.breaches:
            self.owe_again(old)

    def follow_ledger(self, due_at: datetime | None = None) -> bool:
        """The lawful due date is what the ledger comes to, and the promise follows it, unless it is later (DR-25)."""
        old, new = self.lawful, due_at or self.sums().dues[self.book.policy].at
        if self.promised <= max(old, new):
            self.promised = new
        self.lawful = new
        return new != old

    def owe_again(self, due_at: datetime) -> None:
        """What was missed and lapsed is owed again (AR-01)."""
        self.apologies.owe(due_at, due_at, self.breaches[due_at])

    def class_of(self, at: datetime, due_at: datetime) -> str:
        """DR-08."""
        assert self.clock is not None
        calendar = self.clock.calendar
        one: Any = at if self.clock.start.classify_by == "instant" else calendar.day(at)
        other: Any = due_at if self.clock.start.classify_by == "instant" else calendar.day(due_at)
        return "early" if one < other else "on_time" if one == other else "late"
