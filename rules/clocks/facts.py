"""The few things that a clock depends on, as read from the events of one stream (a dossier, or a citizen's feedback).

A fact says which event told it, when it happened (`at`), when it became known (`known_at`: the time of the record in the
log, which a replay reads again) and whether it was taken over from another register. Each stands in the module of its event's
theme (`facts_by_theme`), with how it is read: `READINGS` there names the events that say something, `SAYS_NOTHING` the
others, with the reason.
"""

from rules.clocks.facts_by_theme.clock_stops import *  # noqa: F403  # this module is its themes together
from rules.clocks.facts_by_theme.control import *  # noqa: F403
from rules.clocks.facts_by_theme.fact import *  # noqa: F403
from rules.clocks.facts_by_theme.feedback import *  # noqa: F403
from rules.clocks.facts_by_theme.handling import *  # noqa: F403
from rules.clocks.facts_by_theme.lateness import *  # noqa: F403
from rules.clocks.facts_by_theme.results import *  # noqa: F403
from rules.clocks.facts_by_theme.submission import *  # noqa: F403
