"""What the rules refuse. Every error here says what is wrong with the question or with the published data."""


class RulesError(ValueError):
    """Base of all errors of the rules: the question or the data is wrong, so a retry never helps."""


class NaiveInstantError(RulesError):
    """An instant without a time zone was given."""


class CalendarExhaustedError(RulesError):
    """The answer lies outside what the calendar covers, published or provisional, so the clock can't be armed (AL-7, CAL-6)."""


class NotAWorkingDayError(RulesError):
    """A session was asked for on a day without sessions."""


class InvalidCalendarError(RulesError):
    """The data of a calendar contradict themselves."""


class InvalidRuleSetError(RulesError):
    """The data of a rule set are incomplete or contradict themselves."""


class InvalidTermError(RulesError):
    """A term is zero, negative, or in a unit that doesn't exist (DR-09)."""


class InvalidPausesError(RulesError):
    """Pauses overlap or run backwards, an open one is not the last, or an extension stands out of order."""


class InvalidProcedureError(RulesError):
    """The data of a procedure are incomplete or contradict themselves, or its steps take longer than its term (DR-12)."""


class UnknownCalendarError(RulesError):
    """No calendar with this id and version is in the rulebook."""


class UnknownRuleSetError(RulesError):
    """No rule set with this id is in the rulebook."""


class UnknownCaseError(RulesError):
    """The procedure states no term for this case, so the dossier can't be accepted (DR-09)."""
