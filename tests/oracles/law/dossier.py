"""One dossier by the text of the law, event by event: docs/rules/due-dates.md, states.md, apologies.md."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.oracles.law import endings, lateness, waits
from tests.oracles.law.book import terms_of
from tests.oracles.law.calendar import BeyondTheCalendarError
from tests.oracles.law.state import Clock, Event, State, time_of
from tests.oracles.law.terms import begun

ENDINGS = ("result-ready-at-counter.v1", "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1")
_KEPT = timedelta(days=30)


class Dossier(State):
    """A dossier that hears its events; `pass_until` before each of them."""

    def hear(self, event: Event) -> None:
        """Take an event in; one that contradicts what is known changes nothing (STATE-6)."""
        if self._is_over_since_long(event["appended_at"]):
            self.is_forgotten = True
            return
        self.last_known = event["appended_at"]
        if self.opened is None:
            self.opened = event
            self.holding.open(event["unitid"])
        if event["type"] != "integrity-flag-raised.v1":
            self.is_history = self.is_history and bool(event.get("history"))
        if event["type"] == "dossier-accepted.v1":
            self._accepted(event)
        elif self.is_accepted and event["type"] in _HANDLERS:
            _HANDLERS[event["type"]](self, event)

    def _is_over_since_long(self, known_at: datetime) -> bool:
        """TIME-6: forgotten, unless a late record or a letter is still waited for."""
        if self.ending is None or self.last_known is None or known_at - self.last_known <= _KEPT:
            return False
        missing = [one for one in self.apologies.standing(self.approved) if one.apology_class == "missing"]
        return not missing and not self.waits_for_approval

    def _accepted(self, event: Event) -> None:
        if self.is_accepted:
            return
        self.is_accepted = True
        assert self.opened is not None
        self.holding.open(event["unitid"])
        data = event["data"]
        calendar = self.book.calendar(data.get("calendar_id"), event["appended_at"])
        if calendar is None:
            return
        procedure = self.book.procedure(data["procedure_code"], calendar.day(time_of(self.opened)))
        cut_off = self.book.parameters["same_day_cut_off"]
        try:
            start = begun(time_of(event), data, terms_of(procedure), calendar, cut_off)
            if start is None:
                return
            self.original = self.lawful = self.promised = start.first(calendar).at
        except BeyondTheCalendarError:
            return
        if start.promise_at is not None:
            self.promised = calendar.given(start.promise_at)
        pausing = "financial_duty" in self.book.parameters["pausing_causes"]
        pausing |= bool(procedure and procedure["has_financial_pause"])
        self.clock = Clock(start=start, calendar=calendar, pauses_for_duty=pausing)


_HANDLERS: dict[str, Callable[[State, Event], None]] = {
    **dict.fromkeys(ENDINGS, endings.ended),
    "supplement-requested.v1": waits.asked,
    "supplement-completed.v1": waits.supplemented,
    "financial-obligation-requested.v1": waits.owing,
    "payment-received.v1": waits.paid,
    "financial-obligation-exempted.v1": waits.exempted,
    "deadline-extended.v1": waits.extended,
    "dossier-reopened.v1": endings.reopened,
    "apology-sent.v1": lateness.apologised,
    "apology-waived.v1": lateness.waived,
    "backdating-approved.v1": lateness.approved,
    "calendar-change-applied.v1": lateness.recalendared,
    "dossier-transferred.v1": lambda state, event: state.holding.transfer(event["data"]["to_unit_id"]),
    "transfer-received.v1": lambda state, event: state.holding.settle(),
    "transfer-refused.v1": lambda state, event: state.holding.give_back(),
    "dossier-reassigned-by-reorganisation.v1": lambda state, event: state.holding.reassign(
        event["data"]["new_unit_id"]
    ),
}
