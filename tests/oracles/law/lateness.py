"""Letters, waivers, approvals of late records, and the order to count by another calendar: AR-05, AR-07, DR-27, DR-31."""

from datetime import datetime, timedelta

from tests.oracles.law.apologies import Letter
from tests.oracles.law.calendar import BeyondTheCalendarError, Calendar
from tests.oracles.law.endings import classify, judging_due, present
from tests.oracles.law.state import Event, State, time_of
from tests.oracles.law.terms import Start

OTHER_CALENDAR = "another calendar came after the breach, and the ledger has something (DR-27)"
_DAY = timedelta(days=1)


def apologised(state: State, event: Event) -> None:
    """A letter leaves (AR-01, AR-07), perhaps with a new date (AR-05)."""
    if state.clock is None:
        return
    state.apologies.send(
        Letter(
            event_id=event["id"],
            happened_at=time_of(event),
            recorded_at=datetime.fromisoformat(event["recordedat"]),
            is_late=state.dated(event, state.limits()),
        ),
        present(state),
    )
    promised = event["data"].get("new_promised_at")
    if promised is not None and not state.ending:
        reappoint(state, datetime.fromisoformat(promised))


def reappoint(state: State, at: datetime) -> None:
    """AR-05, DR-26."""
    assert state.clock is not None
    calendar = state.clock.calendar
    is_later = state.class_of(at, state.lawful) == "late"
    if state.reappointments >= state.book.parameters["max_reappointments"] or not is_later:
        return
    try:
        if calendar.is_working_day(calendar.day(at)):
            state.reappointments += 1
            state.promised = at
    except BeyondTheCalendarError:
        return


def waived(state: State, event: Event) -> None:
    """The obligation is excused (AR-07)."""
    if state.clock is not None:
        state.apologies.waive(present(state))


def approved(state: State, event: Event) -> None:
    """DR-31: from then on their own times count, and the ledger is summed up anew as a whole."""
    data = event["data"]
    named = {data["target_event_id"], *data.get("further_event_ids", ())}
    was_late = named & state.waits_for_approval
    was_paused, old = state.clock is not None and state.is_paused, present(state)
    state.waits_for_approval -= named
    state.approved |= named
    if not was_late or state.clock is None:
        return
    state.recount()
    if state.ending:
        reclassify(state, old)
    elif not state.is_paused:
        state.move()
    elif state.follow_ledger() or not was_paused:
        state.apologies.lapse(old)


def reclassify(state: State, old: datetime) -> None:
    """Endings are classed again; what was owed for the due date before lapses (DR-31)."""
    assert state.ending is not None
    state.follow_ledger()
    if judging_due(state, state.ending)[0] != old:
        state.apologies.lapse(old)
    classify(state)


def recalendared(state: State, event: Event) -> None:
    """DR-27."""
    data, clock = event["data"], state.clock
    new = state.book.version(data["calendar_id"], data["new_version"])
    if clock is None or state.ending or new is None:
        return
    if (clock.calendar.calendar_id, clock.calendar.version) != (data["calendar_id"], data["old_version"]):
        return
    old, clock.calendar = clock.calendar, new
    if state.lawful in state.breaches:
        state.turned_on.add(OTHER_CALENDAR)
    is_counted_anew = state.lawful not in state.breaches and _is_touched(old, new, clock.start, state.lawful)
    if is_counted_anew:
        state.recount()
    if not is_counted_anew or state.is_paused:
        return
    lawful = state.sums().dues[state.book.policy].at
    state.promised = max(state.promised, lawful)
    state.lawful = lawful


def _is_touched(old: Calendar, new: Calendar, start: Start, lawful: datetime) -> bool:
    day = old.effective_start(start.accepted_at).date()
    while day < old.day(lawful):
        day += _DAY
        if old.sessions(day) != new.sessions(day):
            return True
    return False
