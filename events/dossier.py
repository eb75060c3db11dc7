"""What people did to a dossier: the events of the topic `dossier-events`, by theme (domain.md 4.2 A to G).

Each class stands in the module of its theme, and in its theme's union; all of them are said in the same way: see
`events.dossier_data`.
"""

from events.clock_stops import *  # noqa: F403  # this module is its themes together
from events.clock_stops import ClockStopEvent
from events.control import *  # noqa: F403
from events.control import ControlEvent
from events.dossier_data import *  # noqa: F403
from events.feedback import *  # noqa: F403
from events.feedback import FeedbackEvent
from events.handling import *  # noqa: F403
from events.handling import HandlingEvent
from events.lateness import *  # noqa: F403
from events.lateness import LatenessEvent
from events.results import *  # noqa: F403
from events.results import ResultEvent
from events.submission import *  # noqa: F403
from events.submission import SubmissionEvent

DossierEvent = (
    SubmissionEvent | HandlingEvent | ClockStopEvent | ResultEvent | LatenessEvent | FeedbackEvent | ControlEvent
)
"""Everything that can be said about a dossier; `match` over it is checked for completeness by mypy."""
