"""What stops the clock and lets it go on, and extensions: DR-20, DR-24, DR-25, B18."""

from datetime import datetime

from tests.oracles.law.state import Event, State, time_of


def asked(state: State, event: Event) -> None:
    """The citizen is asked for more."""
    wait(state, event, "supplement")


def owing(state: State, event: Event) -> None:
    """A financial duty, which stops the clock only where the rules or the procedure say so (DR-20)."""
    if state.clock and state.clock.pauses_for_duty and state.waiting is None:
        state.owed_vnd, state.paid = event["data"]["amount_vnd"], 0
        wait(state, event, "financial_duty")


def wait(state: State, event: Event, cause: str) -> None:
    """A wait begins; one is open at a time (STATE-6)."""
    if state.clock is None or state.ending or state.waiting or state.is_out_of_order(event):
        return
    state.waiting = state.line(event, cause)
    state.write(state.waiting, len(state.lines))
    if state.is_paused:
        state.apologies.lapse(state.lawful)


def supplemented(state: State, event: Event) -> None:
    """The citizen brought it."""
    answered(state, event, "supplement")


def paid(state: State, event: Event) -> None:
    """B18: the payments since the request end the wait once they cover it."""
    state.paid += event["data"]["amount_vnd"]
    if state.paid >= state.owed_vnd:
        answered(state, event, "financial_duty")


def exempted(state: State, event: Event) -> None:
    """Nothing is left to pay."""
    answered(state, event, "financial_duty")


def answered(state: State, event: Event, cause: str) -> None:
    """A wait ends, if it was for this."""
    line = state.waiting
    if line is None or state.ending or line.cause != cause or time_of(event) < line.happened_at:
        return
    was_paused = state.is_paused
    line.ends_at, line.is_answered, state.waiting = time_of(event), True, None
    if was_paused:
        state.move()


def extended(state: State, event: Event) -> None:
    """DR-25: granted while it waits, it stands in the ledger before the open wait."""
    if state.clock is None or state.ending or state.is_out_of_order(event):
        return
    line = state.line(event, "extension")
    line.new_due_at = datetime.fromisoformat(event["data"]["new_due_at"])
    if state.clock.calendar.given(line.new_due_at) <= state.lawful:
        return
    if state.is_paused:
        assert state.waiting is not None
        line.happened_at, line.is_late = state.waiting.happened_at, state.waiting.is_late
        line.recorded_at, line.event_id = state.waiting.recorded_at, state.waiting.event_id
        state.write(line, len(state.lines) - 1)
        return
    state.write(line, len(state.lines) - (state.waiting is not None))
    if line.counts:
        state.move()
