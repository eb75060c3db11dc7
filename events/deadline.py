"""The derived events of the clocks: those of the topic `deadline-events`, by theme (domain.md 4.2 A, C, E).

Everything the deadline processor can say; an integrity flag is the one type that intake may say too.
"""

from events.clock_alerts import *  # noqa: F403  # this module is its themes together
from events.clock_alerts import ClockAlertEvent
from events.clock_course import *  # noqa: F403
from events.clock_course import ClockCourseEvent
from events.control import IntegrityFlagRaised
from events.deadline_data import *  # noqa: F403
from events.verdicts import *  # noqa: F403
from events.verdicts import VerdictEvent

DeadlineEvent = ClockCourseEvent | ClockAlertEvent | VerdictEvent | IntegrityFlagRaised
