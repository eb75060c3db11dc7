"""The ledger of a dossier, summed up anew as a whole each time it is asked: DR-20 to DR-25, DR-31, B13, B18."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tests.oracles.law.calendar import Calendar
from tests.oracles.law.terms import POLICIES, Due, Start, restarted, shifted


@dataclass(kw_only=True)
class Line:
    """A wait, the time between an ending and its reopening, or an extension. `ends_at` None: still waited for.

    `is_late`: recorded too late, so that it begins when it was recorded until it is approved (DR-31). `counts`: if it came by
    the lawful due date of its moment (DR-24); None: to be found out.
    """

    cause: str
    event_id: str
    happened_at: datetime
    recorded_at: datetime
    is_late: bool
    ends_at: datetime | None = None
    is_answered: bool = False
    new_due_at: datetime | None = None
    counts: bool | None = None

    def begins_at(self, approved: Collection[str]) -> datetime:
        """From which instant it counts."""
        return self.recorded_at if self.is_late and self.event_id not in approved else self.happened_at


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What the ledger comes to: the due dates by policy, from when each line that counts counts, and what QĐ 766 asks besides."""

    dues: dict[str, Due]
    counted: dict[int, datetime]
    unanswered: tuple[datetime, Due] | None
    requests: int


@dataclass(frozen=True, kw_only=True)
class Law:
    """By what a ledger is summed up."""

    start: Start
    calendar: Calendar
    policy: str
    approved: Collection[str] = ()


def sum_up(law: Law, lines: Sequence[Line]) -> Sum:
    """The due dates that a ledger comes to. What comes too late is asked of each policy's own due date (DR-24)."""
    first = law.start.first(law.calendar)
    dues = dict.fromkeys(POLICIES, first)
    counted: dict[int, datetime] = {}
    unanswered: tuple[datetime, Due] | None = None
    for number, (line, begins_at) in enumerate(in_order(law, lines)):
        if line.cause == "supplement" and not line.is_answered and number == len(lines) - 1:
            unanswered = begins_at, dues["qd766"]
        in_time = {policy: begins_at <= due.at for policy, due in dues.items()}
        if line.counts is not None:
            in_time[law.policy] = line.counts
        if in_time[law.policy]:
            counted[number] = begins_at
        dues = {
            policy: _after(law, policy, due, line, begins_at) if in_time[policy] else due
            for policy, due in dues.items()
        }
    requests = sum(line.cause == "supplement" for line in lines)
    return Sum(dues=dues, counted=counted, unanswered=unanswered, requests=requests)


def in_order(law: Law, lines: Sequence[Line]) -> Iterator[tuple[Line, datetime]]:
    """Each line with the instant from which it counts; never before the wait above it ended (DR-31)."""
    last: datetime | None = None
    for line in lines:
        begins_at = line.begins_at(law.approved)
        begins_at = max(begins_at, last) if last is not None else begins_at
        yield line, begins_at
        if line.new_due_at is None:
            last = max(begins_at, line.ends_at) if line.ends_at is not None else begins_at


def _extended(law: Law, due: Due, stated: datetime, at: datetime) -> Due:
    new = law.calendar.given(stated)
    if new <= due.at:
        return due
    return replace(due, at=new, last_day=law.calendar.day(new), armed_from=at, extended_to=new)


def _after(law: Law, policy: str, due: Due, line: Line, begins_at: datetime) -> Due:
    """One policy's due date after an extension, or after a wait; one that is still open moves nothing yet."""
    if line.new_due_at is not None:
        return _extended(law, due, line.new_due_at, begins_at)
    if line.ends_at is None:
        return due
    until = max(line.ends_at, begins_at)
    if line.cause == "reopening":
        return _reopened(law, policy, due, begins_at, until)
    if line.cause == "financial_duty":
        return due if policy == "qd766" else shifted(due, begins_at, until, law.start, law.calendar)
    if policy == "restart" and law.start.term is not None and line.is_answered and line.ends_at >= begins_at:
        return restarted(due, until, law.start, law.calendar)
    return shifted(due, begins_at, until, law.start, law.calendar, bare=policy == "qd766")


def _reopened(law: Law, policy: str, due: Due, ended_at: datetime, at: datetime) -> Due:
    """DR-25: the time between is no time of the clock; what would be due by then is due at the close of the day.

    QĐ 766 knows nothing of it, the latter neither.
    """
    calendar = law.calendar
    if policy == "qd766":
        return due
    after = shifted(due, ended_at, at, law.start, calendar)
    if ended_at > due.at or after.at > at:
        return after
    begins = calendar.effective_start(at)
    close = calendar.close(begins.date())
    return replace(after, at=close, last_day=begins.date(), armed_from=begins)
